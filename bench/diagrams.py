"""The diagrams that are measured, each in the words of Masar, of plain SpiffWorkflow and of bpmn-engine.

The drawing is the same; conditions and cells are spelt as each side needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:masar="https://masar.dz/bpmn/1.0" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="https://masar.dz/bench">'
)
ENDS = '<startEvent id="start"/><endEvent id="end"/>'
ANSWERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("review", {"amount": 7000, "kind": "c"}),
    ("check_a", {"a_agrees": "yes", "a_note": "rights are open"}),
    ("check_b", {"b_agrees": "yes", "b_note": "the file is whole"}),
    ("sign", {"signed_by": "head of centre"}),
)
"""The acts of the typical process; of its table they match the last rule, so that no side can stop early."""


def typical(side: str) -> bytes:
    """start, review (timer of five days at its edge), choice, script, two checks at once, table, sign, end."""
    javascript = side == "bpmn-engine"
    timer = "P5D" if javascript else '"P5D"'
    condition = "next(null, this.environment.variables.amount > 1000)" if javascript else "amount > 1000"
    language = ' xsi:type="tFormalExpression" language="javascript"' if javascript else ""
    nodes = (
        f'{ENDS}<endEvent id="too_late"/><endEvent id="refused"/>{_users("review", "check_a", "check_b", "sign")}'
        '<boundaryEvent id="late" attachedToRef="review" cancelActivity="true"><timerEventDefinition>'
        f'<timeDuration xsi:type="tFormalExpression">{timer}</timeDuration></timerEventDefinition></boundaryEvent>'
        '<exclusiveGateway id="choice" default="choice_refused"/>'
        f"{_script(javascript)}"
        '<parallelGateway id="split"/><parallelGateway id="join"/>'
        f"{_rule(javascript)}"
    )
    paths = (
        "start review choice fee split check_a join level sign end", "split check_b join", "late too_late",
        "choice refused",
    )  # fmt: skip
    return bpmn(nodes, *paths, conditions={"choice_fee": condition}, words=language)


def loop_with_fork() -> bytes:
    """A correction loop around two parallel tasks, until `again` is 0."""
    nodes = (
        f'{ENDS}{_users("a", "b", "decide")}<exclusiveGateway id="entry"/><parallelGateway id="split"/>'
        '<parallelGateway id="join"/><exclusiveGateway id="ask" default="ask_end"/>'
    )
    paths = ("start entry split a join decide ask end", "split b join", "ask entry")
    return bpmn(nodes, *paths, conditions={"ask_entry": "again > 0"})


def instances(*, sequential: bool, automatic: bool) -> bytes:
    """One step for each of `n` items, done by a person or by a script."""
    several = (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        "<loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    step = "<scriptTask id='each'><script>x = 1</script>" if automatic else "<userTask id='each'>"
    tag = "scriptTask" if automatic else "userTask"
    first, last = _users("first"), _users("last")
    return bpmn(f"{ENDS}{first}{step}{several}</{tag}>{last}", "start first each last end")


def long_chain(steps: int) -> bytes:
    """Steps one after the other, an exclusive choice past every tenth: on, or to an end of its own."""
    nodes, path, others, conditions = [ENDS], ["start"], [], {}
    for number in range(1, steps + 1):
        nodes.append(_users(f"s{number}"))
        path.append(f"s{number}")
        if number % 10 == 0:
            nodes.append(
                f'<exclusiveGateway id="g{number}" default="g{number}_e{number}"/><endEvent id="e{number}"/>'
            )
            path.append(f"g{number}")
            others.append(f"g{number} e{number}")
    path.append("end")
    for source, target in pairwise(path):
        if source.startswith("g"):
            conditions[f"{source}_{target}"] = "amount > 1000"
    return bpmn("".join(nodes), " ".join(path), *others, conditions=conditions)


def application() -> dict[str, Any]:
    """About 2 KB of data, as an application leaves them: texts, lists and maps."""
    person = {
        "name": "بن عيسى سمير",
        "nss": "850316001234",
        "born": "1985-03-16",
        "address": "12, rue Didouche",
    }
    visits = [
        {"on": f"2026-02-{day:02}", "by": "Dr Ouali", "note": "rest prescribed " * 4, "days": day}
        for day in range(1, 16)
    ]
    return {
        "person": person,
        "visits": visits,
        "employer": {"name": "Sarl Atlas", "number": 1600123},
        "amount": 0,
    }


def bpmn(nodes: str, *paths: str, conditions: Mapping[str, str] | None = None, words: str = "") -> bytes:
    """A diagram `p` of nodes, joined along paths; a condition by `<source>_<target>`."""
    ends = [pair for path in paths for pair in pairwise(path.split())]
    drawn = "".join(_flow(source, target, conditions or {}, words) for source, target in ends)
    process = f'<process id="p" name="p" isExecutable="true">{nodes}{drawn}</process>'
    return f"{HEAD}{process}</definitions>".encode()


def escaped(text: str) -> str:
    """Text as XML holds it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _flow(source: str, target: str, conditions: Mapping[str, str], words: str) -> str:
    name = f"{source}_{target}"
    text = conditions.get(name)
    inner = f"<conditionExpression{words}>{escaped(text)}</conditionExpression>" if text else ""
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def _users(*names: str) -> str:
    return "".join(f'<userTask id="{name}" name="{name}"/>' for name in names)


def _script(javascript: bool) -> str:
    if not javascript:
        return '<scriptTask id="fee"><script>fee = amount * 2</script></scriptTask>'
    text = "const v = this.environment.variables; v.fee = v.amount * 2; next()"
    return f'<scriptTask id="fee" scriptFormat="javascript"><script>{text}</script></scriptTask>'


def _rule(javascript: bool) -> str:
    """The table as a task; for bpmn-engine, which has none, a script that asks the same nine rules in turn."""
    if not javascript:
        called = "<spiffworkflow:calledDecisionId>level</spiffworkflow:calledDecisionId>"
        return (
            '<businessRuleTask id="level" masar:decision="level">'
            f"<extensionElements>{called}</extensionElements></businessRuleTask>"
        )
    text = (
        "const v = this.environment.variables; let n = 0; for (const k of ['a', 'b', 'c']) for (const [low, high] of "
        "[[0, 1000], [1000, 5000], [5000, 9000]]) { n += 1; "
        "if (v.kind === k && v.amount >= low && v.amount < high) v.level = n; } next()"
    )
    return f'<scriptTask id="level" scriptFormat="javascript"><script>{escaped(text)}</script></scriptTask>'
