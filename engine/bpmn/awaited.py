"""What the cases of a process may wait for from outside, wherever they stand."""

from engine.bpmn.model import Process

ANY_NAME = "*"  #: of an event whose name depends on the data of the case


def awaited(process: Process) -> frozenset[tuple[str, str]]:
    """Kind (message, signal) and name of every event that a running case may catch; those that begin one left out."""
    runtime = process.runtime
    return frozenset(
        (event.kind, event.name if event.spelled is None else ANY_NAME)
        for flow in (runtime.flow, *runtime.inner.values())
        for spec in flow.task_specs.values()
        if getattr(spec, "catching", False) and not (flow is runtime.flow and spec in flow.starts)
        for event in getattr(spec, "events", ())
        if event.kind in ("message", "signal")
    )
