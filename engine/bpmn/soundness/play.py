"""Plays all that can happen in a net, as far as that is bounded, and notes what goes wrong."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from engine.bpmn.soundness.net import Net, Transition, reached

MOST_MARKINGS = 10_000


@dataclass(slots=True)
class Findings:
    """What was seen in the markings of a net.

    `completes`: how scopes ended: "" (no token is left), "terminate", "error" or "cancel". `stuck`: joins that wait in
    a marking where nothing goes on, with the nodes before which their tokens and their missing tokens stand.
    `doubled`: places that got a second token, with what made it. `passed`: the nodes that tokens came to.
    `explored`: no marking was left out.
    """

    completes: set[str] = field(default_factory=set)
    stuck: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    doubled: dict[str, str] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    explored: bool = True
    markings: int = 0


@dataclass(slots=True)
class _Move:
    """A transition on markings as bits; `reaching`: for an inclusive join, what each place can still fill."""

    transition: Transition
    before: int
    after: int
    quiet: int
    reaching: tuple[tuple[int, int], ...] = ()


def played(net: Net, doing: Collection[str]) -> Findings:
    """All markings from every beginning, each once; what a second token at a place would do is not followed."""
    player = _Player(net, doing)
    for marking in net.marked:
        player.play(sum(player.bits[place] for place in marking))
    return player.findings


class _Player:
    def __init__(self, net: Net, doing: Collection[str]) -> None:
        self.net = net
        self.findings = Findings(explored=net.exact)
        self.bits = {place: 1 << number for number, place in enumerate(net.nodes)}
        self.places = {bit: place for place, bit in self.bits.items()}
        self.harmless = sum(
            bit for place, bit in self.bits.items() if not any(node in doing for node in net.nodes[place])
        )
        self.moves = [self._move(transition) for transition in net.transitions]
        self.inclusive = [(n, move) for n, move in enumerate(self.moves) if move.transition.any_of]
        self.by_bit: dict[int, list[tuple[int, _Move]]] = {}
        for number, move in enumerate(self.moves):
            if not move.transition.any_of:
                self.by_bit.setdefault(move.before & -move.before, []).append((number, move))
        self.seen: set[int] = set()
        self.fired: set[int] = set()

    def _move(self, transition: Transition) -> _Move:
        def mask(places: Collection[str]) -> int:
            return sum(self.bits[place] for place in places)

        reaching: tuple[tuple[int, int], ...] = ()
        if transition.any_of:
            others = {t for t in self.net.transitions if t.node != transition.node or not t.any_of}
            found = {
                bit: mask(reached(self.net, [place], others) & transition.before)
                for place, bit in self.bits.items()
                if place not in transition.before
            }
            reaching = tuple((bit, filled) for bit, filled in found.items() if filled)
        return _Move(
            transition, mask(transition.before), mask(transition.after), mask(transition.quiet), reaching
        )

    def play(self, start: int) -> None:
        fresh = [start]
        while fresh:
            marking = fresh.pop()
            if marking in self.seen:
                continue
            if len(self.seen) >= MOST_MARKINGS:
                self.findings.explored = False
                break
            self.seen.add(marking)
            fresh += self._onward(marking)
        self.findings.markings = len(self.seen)
        self._note_passed()

    def _onward(self, marking: int) -> list[int]:
        found: list[int] = []
        is_stuck = True
        for number, move in self._movable(marking):
            taken = self._taken(move, marking)
            if not taken:
                continue
            is_stuck = False
            self.fired.add(number)
            left = marking & ~taken
            if move.transition.kills:
                self.findings.completes.add(move.transition.kills)
            elif twice := left & move.after & ~self.harmless:
                self._note_doubled(twice, move)
            elif (onward := left | move.after) not in self.seen:
                found.append(onward)
        if not marking:
            self.findings.completes.add("")
        elif is_stuck:
            self._note_stuck(marking)
        return found

    def _movable(self, marking: int) -> Iterator[tuple[int, _Move]]:
        """The moves whose first place holds a token, and the inclusive joins of which any does."""
        rest = marking
        while rest:
            bit = rest & -rest
            rest ^= bit
            yield from self.by_bit.get(bit, ())
        for number, move in self.inclusive:
            if marking & move.before:
                yield number, move

    def _taken(self, move: _Move, marking: int) -> int:
        """The tokens that the move takes now; none when it cannot happen."""
        if not move.transition.any_of:
            return move.before if marking & move.before == move.before and not marking & move.quiet else 0
        come = marking & move.before
        missing = move.before & ~come
        for bit, filled in move.reaching:
            if marking & bit and filled & missing and not filled & come:
                return 0
        return come

    def _note_doubled(self, twice: int, move: _Move) -> None:
        self.findings.explored = False
        for bit, place in self.places.items():
            if twice & bit:
                self.findings.doubled.setdefault(place, move.transition.node)

    def _note_stuck(self, marking: int) -> None:
        for move in self.moves:
            come = marking & move.before
            if move.transition.any_of or not come or come == move.before:
                continue
            here, missing = self.findings.stuck.setdefault(move.transition.node, (set(), set()))
            here |= {place for place in move.transition.before if marking & self.bits[place]}
            missing |= {place for place in move.transition.before if not marking & self.bits[place]}

    def _note_passed(self) -> None:
        marked = 0
        for marking in self.seen:
            marked |= marking
        passed = [self.net.nodes[place] for place, bit in self.bits.items() if marked & bit]
        passed += [list(self.moves[number].transition.covers) for number in self.fired]
        self.findings.passed = {node for nodes in passed for node in nodes}
