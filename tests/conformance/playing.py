"""How the play of a fragment is played on a case, and what is compared after every act."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from engine.bpmn import running
from engine.bpmn.model import Advance
from tests.conformance.fragments import Act, Fragment
from tests.engine.bpmn.drawing import Case


class Waits(NamedTuple):
    """One thing that waits: its handle, its element, how a play calls it, the item it belongs to."""

    token: str
    element: str
    label: str
    item: int | None = None


def waits(now: Advance) -> Iterator[Waits]:
    """Everything that waits in a case."""
    yield from (Waits(one.token, one.step, one.step, one.item) for one in now.steps)
    yield from (Waits(one.token, one.element, f"call:{one.element}") for one in now.calls)
    yield from (Waits(one.token, one.element, f"timer:{one.element}") for one in now.timers)
    yield from (Waits(one.token, one.element, f"{one.kind}:{one.name}") for one in now.subscriptions)
    yield from (Waits(one.token, one.element, f"failed:{one.element}") for one in now.failures)


class Run(Case):
    """A case whose acts are chosen by what waits; every act loads and saves the state."""

    def take(self, advance: Advance) -> None:
        """Also: the state, loaded again, says the same; and what is over cannot be acted on again."""
        super().take(advance)
        assert not (advance.ended and [*waits(advance)]), "ended, though something waits"
        again = running.look(self.process, advance.state)
        assert [*waits(again)] == [*waits(advance)], "the state, loaded again, waits for something else"
        assert again.data == advance.data, "the state, loaded again, holds other data"

    def act(self, act: Act, at: Waits, data: dict[str, Any]) -> None:
        """Does it, and that it cannot be done twice where it is over."""
        before = self.now
        self._act(act, at, data)
        if at.token not in {one.token for one in waits(self.now)}:
            after = self.now
            with contextlib.suppress(running.StepNotWaiting):
                self._act(act, at, data)
                raise AssertionError(f"{act.kind} {act.target} can be done twice")
            assert self.now is after
        self._check_rounds(before, at)

    def _check_rounds(self, before: Advance, at: Waits) -> None:
        """The next round of a cycle says which round it follows."""
        fired = [timer for timer in before.timers if timer.token == at.token and timer.kind == "cycle"]
        known = {timer.token for timer in before.timers}
        for timer in self.now.timers:
            if fired and timer.element == at.element and timer.token not in known - {at.token}:
                assert timer.follows == at.token, f"a round of {at.element} follows {timer.follows}"

    def _act(self, act: Act, at: Waits, data: dict[str, Any]) -> None:
        state, process = self.now.state, self.process
        if act.kind == "do":
            self.take(running.complete(process, state, at.token, data=data))
        elif act.kind == "answer":
            self.take(running.finish_call(process, state, at.token, data=data))
        elif act.kind == "expire":
            self.take(running.expire(process, state, at.token))
        elif act.kind == "retry":
            self.take(running.retry(process, state, at.token))
        else:
            self.take(running.deliver(process, state, at.token, payload=data, **self._which(at)))

    def go_on(self, step: str, **data: Any) -> None:
        """The fragment is done: this step, and nothing else, waits behind it."""
        labels = [one.label for one in waits(self.now)]
        assert labels == [step], f"at the end: expected {[step]}, but {labels} wait"
        self.complete(step, **data)

    def _which(self, at: Waits) -> dict[str, str]:
        """The name of the event, where one token awaits several."""
        same = [found for found in self.now.subscriptions if found.token == at.token]
        return {"name": at.label.partition(":")[2]} if len(same) > 1 else {}


class Copy:
    """One fragment in the diagram, as far as its play has come.

    `mine`: the handles of what waits in it, where another copy has the same ids; None where the ids tell.
    """

    def __init__(self, run: Run, fragment: Fragment, suffix: str, mine: set[str] | None = None) -> None:
        self.run, self.fragment, self.suffix, self.mine = run, fragment, suffix, mine
        self.came = 0

    @property
    def expected(self) -> list[str]:
        acts = self.fragment.acts
        return sorted((acts[self.came - 1][1] if self.came else self.fragment.first).split())

    @property
    def seen(self) -> list[str]:
        return sorted(self.plain(one.label) for one in self.here())

    def here(self) -> list[Waits]:
        """What waits in this copy."""
        waiting = [one for one in waits(self.run.now) if one.element.endswith(self.suffix)]
        return waiting if self.mine is None else [one for one in waiting if one.token in self.mine]

    def plain(self, label: str) -> str:
        return label.removesuffix(self.suffix)

    def step(self) -> None:
        """The next act of the play."""
        act, _ = self.fragment.acts[self.came]
        labels = {
            "do": (act.target,), "answer": (f"call:{act.target}",), "expire": (f"timer:{act.target}",),
            "retry": (f"failed:{act.target}",), "deliver": (f"message:{act.target}", f"signal:{act.target}"),
        }[act.kind]  # fmt: skip
        found = [one for one in self.here() if self.plain(one.label) in labels and self._meant(act, one)]
        assert found, (
            f"act {self.came + 1}, {act.kind} {act.target} {act.text or ''}: waiting are {self.seen}"
        )
        self.came += 1
        with_suffix = {f"{name}{self.suffix}": value for name, value in act.data.items()}
        self.following(lambda: self.run.act(act, found[0], with_suffix))

    def _meant(self, act: Act, one: Waits) -> bool:
        """Whether it is the item, or the timer of that text, that the act names."""
        texts = {timer.text for timer in self.run.now.timers if timer.token == one.token}
        return act.item in (None, one.item) and (act.text is None or act.text in texts)

    def following(self, act: Callable[[], None]) -> None:
        """What begins to wait in an act of this copy belongs to it."""
        before = {one.token for one in waits(self.run.now)}
        act()
        if self.mine is not None:
            self.mine |= {one.token for one in waits(self.run.now)} - before


def played(run: Run, *copies: Copy) -> None:
    """Plays all copies, act by act in turn; after every act each must wait where its play says."""
    for copy in copies:
        copy.came = 0
    _compare(run, copies)
    for _ in copies[0].fragment.acts:
        for copy in copies:
            copy.step()
            _compare(run, copies)


def _compare(run: Run, copies: tuple[Copy, ...]) -> None:
    for number, copy in enumerate(copies, start=1):
        where = f"copy {number} after act {copy.came}" if len(copies) > 1 else f"after act {copy.came}"
        seen, expected = copy.seen, copy.expected
        assert seen == expected, f"{where}: expected {expected}, but {seen} wait"
    if any(copy.came < len(copy.fragment.acts) for copy in copies):
        assert not {"after", "again"} & set(run.waiting), f"went on too early: {run.waiting}"
