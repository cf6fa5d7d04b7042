"""Plays random processes on the engine and on the oracle side by side, and compares them after every act."""

from collections import Counter
from collections.abc import Callable
from random import Random

from engine.bpmn import running
from engine.bpmn.model import Advance, Process
from engine.bpmn.reading import read_process
from tests.engine.bpmn.oracle import Drawing, Play, View
from tests.engine.bpmn.random_processes import FLAGS, KINDS, RandomProcess

MOST_ACTS = 3_000
UNSOUND = frozenset((
    "deadlock", "deadlock_in_loop", "possible_deadlock", "livelock", "possible_livelock", "no_way_to_an_end",
    "lack_of_synchronisation", "never_reached", "soundness_not_explored", "unknown_variable", "doubtful_variable",
))  # fmt: skip
MOST_PLAYS = 1_000


class Differ(AssertionError):
    """Engine and oracle see a case differently; or the case never ends."""


def agree(seed: int) -> int:
    """Plays the process of a seed; the number of acts. Raises Differ with the smallest drawing that differs."""
    largest = size_of(seed)
    try:
        return played(seed, largest)
    except Differ as differ:
        for size in range(1, largest):
            try:
                played(seed, size)
            except Differ as smaller:
                raise Differ(f"seed {seed}, size {size} (also {largest}): {smaller}") from None
        raise Differ(f"seed {seed}, size {largest}: {differ}") from None


def size_of(seed: int) -> int:
    return Random(seed).randint(3, 25)  # noqa: S311


def played(seed: int, size: int, kinds: tuple[str, ...] = KINDS) -> int:
    """One case, driven at random to its end, loaded and saved in every act; the number of acts."""
    random = Random(seed)  # noqa: S311
    xml = RandomProcess(random, kinds).xml(size)
    flags = {f"flag{number}": random.random() < 0.5 for number in range(FLAGS)}
    trail: list[str] = []
    try:
        return _played(xml, flags, random, trail)
    except Differ as differ:
        raise Differ(f"{differ}\nflags {flags}\nacts {trail}\n{xml.decode()}") from None


def _played(xml: bytes, flags: dict[str, bool], random: Random, trail: list[str]) -> int:
    reading = read_process(xml, key="p")
    if reading.process is None:
        raise Differ(f"refused: {[(f.code, f.element, f.params) for f in reading.faults if f.refuses]}")
    if unsound := [(f.code, f.element, f.params) for f in reading.faults if f.code in UNSOUND]:
        raise Differ(f"unsound: {unsound}")
    process = reading.process
    now = _acted(lambda: running.start(process, data=flags))
    drawing = Drawing(xml)
    plays = [Play(drawing, "p", dict(flags))]
    for count in range(MOST_ACTS):
        plays = _agreeing(process, drawing, now, plays)
        if now.ended:
            return count
        element, now = _act(process, now, random)
        element = drawing.event_of(element)
        trail.append(element)
        plays = list({repr(play.key()): play for old in plays for play in old.after(element)}.values())
    raise Differ("the case does not end")


def _agreeing(process: Process, drawing: Drawing, now: Advance, plays: list[Play]) -> list[Play]:
    """The plays that look like the engine's case; loading its state must show the same case again."""
    seen = view(now, drawing)
    again = running.look(process, now.state)
    if view(again, drawing) != seen or again.state != now.state:
        raise Differ(f"saved {seen}, loaded {view(again, drawing)}")
    alike = [play for play in plays if play.view() == seen]
    if not alike:
        raise Differ(f"the engine has {seen}, the oracle {[play.view() for play in plays[:3]]}")
    if len(alike) > MOST_PLAYS:
        raise Differ("the oracle cannot tell which of too many tokens went on")
    return alike


def view(now: Advance, drawing: Drawing) -> View:
    """What waits in the engine's case, in the oracle's terms: an event sub-process is called by its start event."""
    if now.failures or now.calls:
        raise Differ(f"failed: {now.failures}, calls: {now.calls}")
    steps = Counter(waiting.step for waiting in now.steps)
    timers = Counter(drawing.event_of(timer.element) for timer in now.timers)
    messages = Counter(drawing.event_of(found.element) for found in now.subscriptions)
    return steps, timers, messages, now.ended


def _act(process: Process, now: Advance, random: Random) -> tuple[str, Advance]:
    """Somebody does a step, a timer is due or a message comes; what, and what it leads to."""
    events = [*now.timers, *now.subscriptions]
    if not now.steps and not events:
        raise Differ("the case waits for nobody")
    if now.steps and (not events or random.random() < 0.7):
        step = random.choice(now.steps)
        return step.step, _acted(lambda: running.complete(process, now.state, step.token))
    event = random.choice(events)
    act = running.expire if event in now.timers else running.deliver
    return event.element, _acted(lambda: act(process, now.state, event.token))


def _acted(act: Callable[[], Advance]) -> Advance:
    try:
        return act()
    except running.ActFailed as failed:
        raise Differ(f"the act failed: {failed!r}") from None
