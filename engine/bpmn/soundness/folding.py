"""Folds the parts of a net that cannot go wrong by themselves, by rules that keep deadlocks and double tokens."""

from collections.abc import Collection

from engine.bpmn.soundness.net import Net, Place, Transition


def fold(net: Net, doing: Collection[str]) -> None:
    """Applies all rules until none applies; `doing`: nodes that it matters to pass twice."""
    changed = True
    while changed:
        changed = False
        for place in list(net.nodes):
            if place in net.nodes:
                changed |= _ends(net, place, doing) or _follows(net, place, doing) or _is_passed(net, place)
        changed |= _same_places(net)
        changed |= _same_transitions(net)
        changed |= _structured_inclusive(net)


def _ends(net: Net, place: Place, doing: Collection[str]) -> bool:
    """A place where tokens only end, and nothing is done on the way, holds none."""
    consumers = net.consumers.get(place, set())
    if not consumers or any(not t.is_plain or t.after or len(t.before) > 1 for t in consumers):
        return False
    if _matters(net, place, doing) or any(place in marking for marking in net.marked):
        return False
    covers = set(net.nodes[place]).union(*(t.covers for t in consumers))
    for transition in list(consumers):
        net.remove(transition)
    for producer in list(net.producers.get(place, ())):
        producer.covers |= covers
        net.change(producer, producer.before, producer.after - {place})
    _forget(net, place)
    return True


def _follows(net: Net, place: Place, doing: Collection[str]) -> bool:
    """Two places in a row, with nothing to choose and nothing to wait for between them, are one.

    But for a place where a second token matters before one where it does not.
    """
    consumers = net.consumers.get(place, set())
    if len(consumers) != 1:
        return False
    (only,) = consumers
    if not only.is_plain or only.before != {place} or len(only.after) != 1 or only.after == {place}:
        return False
    (next_place,) = only.after
    if _matters(net, place, doing) != _matters(net, next_place, doing):
        return False
    if any(next_place in producer.after for producer in net.producers.get(place, ())):
        return False
    if any(place in marking and next_place in marking for marking in net.marked):
        return False
    net.remove(only)
    net.nodes[next_place] = net.nodes[place] + [n for n in net.nodes[next_place] if n not in net.nodes[place]]
    net.nodes[next_place] += [node for node in only.covers if node not in net.nodes[next_place]]
    for producer in list(net.producers.get(place, ())):
        net.change(producer, producer.before, producer.after - {place} | {next_place})
    net.marked = [marking - {place} | ({next_place} & marking) | ({next_place} if place in marking else set())
                  for marking in net.marked]  # fmt: skip
    _forget(net, place)
    return True


def _is_passed(net: Net, place: Place) -> bool:
    """A place between two transitions, with one way in and one way out, lets them be one."""
    producers, consumers = net.producers.get(place, set()), net.consumers.get(place, set())
    if len(producers) != 1 or len(consumers) != 1:
        return False
    (first,), (second,) = producers, consumers
    if first is second or not second.is_plain or second.before != {place} or first.kills:
        return False
    if first.after & second.after or any(place in marking for marking in net.marked):
        return False
    net.remove(second)
    first.covers |= second.covers | set(net.nodes[place])
    net.change(first, first.before, first.after - {place} | second.after)
    _forget(net, place)
    return True


def _same_places(net: Net) -> bool:
    """Places that are filled and emptied together are one."""
    seen: dict[object, Place] = {}
    changed = False
    for place in list(net.nodes):
        producers, consumers = net.producers.get(place, set()), net.consumers.get(place, set())
        if not producers or not consumers:
            continue
        first_marked = tuple(place in marking for marking in net.marked)
        twin = seen.setdefault((frozenset(producers), frozenset(consumers), first_marked), place)
        if twin == place:
            continue
        for transition in producers | consumers:
            net.change(transition, transition.before - {place}, transition.after - {place})
            if transition.any_of and len(transition.before) == 1:
                transition.any_of = False
        net.marked = [marking - {place} for marking in net.marked]
        net.nodes[twin] += [node for node in net.nodes[place] if node not in net.nodes[twin]]
        _forget(net, place)
        changed = True
    return changed


def _same_transitions(net: Net) -> bool:
    """Ways from the same places to the same places are one; a way back to where it began is none."""
    seen: dict[object, Transition] = {}
    changed = False
    for transition in list(net.transitions):
        if transition.before == transition.after and not transition.any_of and not transition.kills:
            for place in transition.before:
                net.nodes[place] += [node for node in transition.covers if node not in net.nodes[place]]
            net.remove(transition)
            changed = True
            continue
        key = (transition.before, transition.after, transition.any_of, transition.kills, transition.quiet)
        twin = seen.setdefault(key, transition)
        if twin is not transition:
            twin.covers |= transition.covers
            net.remove(transition)
            changed = True
    return changed


def _structured_inclusive(net: Net) -> bool:
    """An inclusive join whose inputs are all filled from one and the same place is passed as soon as they are."""
    changed = False
    for join in list(net.transitions):
        if not join.any_of or join not in net.transitions:
            continue
        filling = set().union(*(net.producers.get(place, set()) for place in join.before))
        onward = set().union(*(net.consumers.get(place, set()) for place in join.before))
        alike = {transition.before for transition in filling}
        if len(alike) != 1 or any(not t.is_plain or not t.after <= join.before for t in filling):
            continue
        if any(t.node != join.node or t.before != join.before for t in onward):
            continue
        if any(marking & join.before for marking in net.marked):
            continue
        _pass_by(net, filling, onward)
        changed = True
    return changed


def _pass_by(net: Net, filling: set[Transition], onward: set[Transition]) -> None:
    (before,) = {transition.before for transition in filling}
    covers = set().union(*(transition.covers for transition in filling))
    gone = next(iter(onward)).before
    covers |= {node for place in gone for node in net.nodes[place]}
    for transition in filling:
        net.remove(transition)
    for transition in onward:
        transition.any_of = False
        transition.covers |= covers
        net.change(transition, before, transition.after)
    for place in gone:
        _forget(net, place)


def _matters(net: Net, place: Place, doing: Collection[str]) -> bool:
    return any(node in doing for node in net.nodes[place])


def _forget(net: Net, place: Place) -> None:
    del net.nodes[place]
    net.producers.pop(place, None)
    net.consumers.pop(place, None)
    for transition in net.guarded:
        transition.quiet -= {place}
