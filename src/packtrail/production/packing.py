"""Packing: into containers, out of them, and from one into another.

What goes where is said by the tiers of the work order; what is where, by the floor.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Status
from packtrail.production import codes, writing
from packtrail.production.names import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from packtrail.production.acts import Act
    from packtrail.production.decisions import Decision
    from packtrail.production.levels import ItemKey

_S = Status
_JUST_BEFORE: Final = timedelta(milliseconds=1)
GOOD: Final = frozenset(
    {
        *(_S.COMMISSIONED, _S.PACKED, _S.RECEIVED, _S.ACTIVE, _S.REACTIVATED),
        *(_S.ON_HOLD, _S.RETURNED),
    }
)
"""What is here, and whole: it can be packed."""
UNFIT: Final = frozenset({_S.DAMAGED, _S.EXPIRED, _S.LOCKED, _S.RECALLED, _S.WITHDRAWN})
"""What is here, and not for sale."""
TAKEABLE: Final = (
    GOOD | UNFIT | {*(_S.SAMPLED, _S.FREE_SAMPLE, _S.DECOMMISSIONED, _S.EXPORTED, _S.CHECKED_OUT)}
)
"""What is here, and can be taken out of a container."""


def pack(act: Act) -> Decision:
    """Put objects into a container, which is commissioned with it when it was not before."""
    parent, children = act.parent(), act.numbers()
    if parent is not None:
        children = _ready_to_go_in(act, parent, children)
        _move(act, parent, children)
    return act.decision(is_whole=True)


def repack(act: Act) -> Decision:
    """Take objects out of whatever holds them, and put them into another container."""
    parent, children = act.parent(), act.numbers()
    if parent is not None:
        held = _held(act, in_hand(act, children, GOOD))
        take_out(act, [key for key in held if act.floor.holder(key, act.at) != parent])
        _move(act, parent, _ready_to_go_in(act, parent, held, is_taken_out=True))
    return act.decision(is_whole=True)


def unpack(act: Act) -> Decision:
    """Take objects out of whatever holds them: the container need not be named."""
    parent = act.parent()
    held = _held(act, in_hand(act, act.numbers(), TAKEABLE))
    if parent is not None:
        elsewhere = [key for key in held if act.floor.holder(key, act.at) != parent]
        message = "{} not in " + f"{label_of(parent)}: " + "{}."
        act.refuse(codes.NOT_PACKED, message, elsewhere)
        held = [key for key in held if key not in set(elsewhere)]
    take_out(act, held)
    return act.decision()


def disaggregate(act: Act) -> Decision:
    """Take everything out of containers."""
    keys = in_hand(act, act.numbers(), GOOD)
    empty = [key for key in keys if not act.floor.inside(key, act.at)]
    act.refuse(codes.EMPTY, "{} empty: {}.", empty)
    for key in _without(keys, empty):
        inside = act.floor.inside(key, act.at)
        _take_leaving_back(act, inside)
        act.tell(writing.unpacked(act.job, act.at, act.uri(key), ()))
        act.count("unpack", inside)
    return act.decision()


def replace(act: Act) -> Decision:
    """Take one object out of its container, and put another of its level in its place."""
    out = next(iter(act.numbers()), None)
    new = act.keys.get(act.happening.by or "")
    if out is not None and new is not None:
        held = _held(act, in_hand(act, [out], TAKEABLE))
        parent = act.floor.holder(out, act.at)
        if held and parent is not None:
            take_out(act, held)
            _move(act, parent, _ready_to_go_in(act, parent, [new], leaving=held))
    return act.decision(is_whole=True)


def in_hand(act: Act, keys: Sequence[ItemKey], statuses: frozenset[Status]) -> list[ItemKey]:
    """Return the objects that are here and in one of some statuses; the others are refused."""
    known = _known(act, keys)
    wrong = defaultdict(list)
    for key in known:
        status = act.status(key)
        if status not in statuses:
            wrong[status].append(key)
    for status, some in wrong.items():
        word = str(status).replace("_", " ")
        act.refuse(codes.NOT_IN_HAND, "{} " + f"{word}: " + "{}.", some)
    refused = {key for some in wrong.values() for key in some}
    return [key for key in known if key not in refused]


def _known(act: Act, keys: Iterable[ItemKey]) -> list[ItemKey]:
    """Return the objects that had come into being; the others are refused."""
    keys = list(keys)
    unborn = [key for key in keys if act.status(key) is None]
    act.refuse(codes.NOT_COMMISSIONED, "{} not commissioned: {}.", unborn)
    return [key for key in keys if key not in set(unborn)]


def _held(act: Act, keys: Sequence[ItemKey]) -> list[ItemKey]:
    """Return the objects that a container holds; the others are refused."""
    loose = [key for key in keys if act.floor.holder(key, act.at) is None]
    again = act.repeated(loose, "unpacking")
    act.refuse(codes.NOT_PACKED, "{} in no container: {}.", _without(loose, again))
    return _without(keys, loose)


def _without(keys: Iterable[ItemKey], others: Iterable[ItemKey]) -> list[ItemKey]:
    gone = set(others)
    return [key for key in keys if key not in gone]


def _ready_to_go_in(
    act: Act,
    parent: ItemKey,
    children: Sequence[ItemKey],
    *,
    leaving: Sequence[ItemKey] = (),
    is_taken_out: bool = False,
) -> list[ItemKey]:
    """Return what can go into a container, which is commissioned when it was not yet.

    Args:
        act: The act.
        parent: The container.
        children: What is to go in.
        leaving: What goes out of it at the same time.
        is_taken_out: Whether whatever held them lets them go in this act.
    """
    _check_parent(act, parent)
    good = in_hand(act, children, GOOD)
    good = _of_right_level(act, parent, good)
    circle = [key for key in good if key == parent or key in set(act.floor.holders(parent, act.at))]
    act.refuse(codes.HOLDS_ITSELF, "{} to hold itself: {}.", circle)
    elsewhere = [key for key in good if act.floor.holder(key, act.at) not in {None, parent}]
    if not is_taken_out:
        for key in elsewhere[:1]:
            holder = act.floor.holder(key, act.at)
            where = label_of(holder) if holder else ""
            act.refuse(codes.ALREADY_PACKED, "{} in " + f"{where} already: " + "{}.", elsewhere)
    inside = act.floor.inside(parent, act.at)
    again = [key for key in good if key in set(inside)]
    not_new = _without(again, act.repeated(again, "packing"))
    if not_new:
        act.say(codes.REPEATED, f"It is in {label_of(parent)} already: {act.some(not_new)}.")
    fresh = [key for key in good if key not in set(again)]
    staying = [key for key in inside if key not in set(leaving)]
    if not act.refused and not act.waiting:
        _check_room(act, parent, [*staying, *fresh])
    # It may have been out in between, and the report of that is late: then it is in again.
    return [*fresh, *not_new] if act.job.may_wait else fresh


def _check_parent(act: Act, parent: ItemKey) -> None:
    status = act.status(parent)
    if status is None:
        origin = act.origin(parent)
        if not act.is_own(parent) or origin is None:
            act.refuse(
                codes.NOT_COMMISSIONED, "{} not commissioned, nor issued here: {}.", [parent]
            )
        elif origin.settled is not None:
            act.refuse(codes.GIVEN_BACK, "{} not out any more: {}.", [parent])
        elif origin.is_spoilt:
            act.refuse(codes.REJECTED_BEFORE, "{} rejected: {}.", [parent])
        else:
            _bear(act, parent)
    elif status not in GOOD:
        word = status.value.replace("_", " ")
        act.refuse(codes.NOT_IN_HAND, "{} " + f"{word}: " + "{}.", [parent])


def _bear(act: Act, parent: ItemKey) -> None:
    """Let a container come into being, earlier than was told before when this came late."""
    terms = act.terms_of(parent) if parent[0].startswith("sgtin/") else None
    item, uri = act.floor.items.get(parent), act.uri(parent)
    later = (step for step in (item.own if item else ()) if not step.is_withdrawn)
    was = next((s for s in later if s.event_id == writing.birth_id(uri, s.event_time)), None)
    act.tell(*writing.born(act.job, act.at, uri, terms=terms, was=was))
    if was is None:
        act.count("commission", [parent])


def _of_right_level(act: Act, parent: ItemKey, children: Sequence[ItemKey]) -> list[ItemKey]:
    """Return the children that go into this kind of container, as its order says."""
    terms, tier = act.terms_of(parent), act.tier_of(parent)
    if terms is None or tier is None:
        return list(children)
    below = terms.below(tier.level)
    wrong = [
        key
        for key in children
        if below is None
        or act.level_of(key) is not below.level
        or (below.gtin is not None and key[0] != below.class_key)
    ]
    expected = f"a {below.level}" if below else "nothing"
    told = f"A {tier.level} holds {expected}" + (
        f" of {below.gtin}" if below and below.gtin else ""
    )
    act.refuse(codes.WRONG_LEVEL, told + ". {} something else: {}.", wrong)
    return [key for key in children if key not in set(wrong)]


def _check_room(act: Act, parent: ItemKey, inside: Sequence[ItemKey]) -> None:
    """Refuse more than goes in, or another lot; say when the container is not full."""
    terms, tier = act.terms_of(parent), act.tier_of(parent)
    if terms is None or tier is None or not inside:
        return
    name = label_of(parent)
    if len(inside) > tier.holds:
        room = f"It has room for {tier.holds}, and would hold {len(inside)}"
        act.refuse(codes.TOO_MANY, room + ". {} too full: {}.", [parent])
    elif len(inside) < tier.holds and not act.happening.is_partial:
        act.say(codes.PARTIAL, f"{name} holds {len(inside)} of {tier.holds}.")
    lots = {lot for key in inside for lot in act.floor.lots_of(key, act.at)}
    if len(lots) > 1 and not terms.may_mix_lots(tier.level):
        act.say(codes.MIXED_LOTS, f"{name} would hold the lots {', '.join(sorted(lots))}.")


def take_out(act: Act, keys: Sequence[ItemKey]) -> None:
    """Tell that objects came out of what holds them, container by container."""
    _take_leaving_back(act, keys)
    by_holder: dict[ItemKey, list[ItemKey]] = defaultdict(list)
    for key in keys:
        holder = act.floor.holder(key, act.at)
        if holder is not None:
            by_holder[holder].append(key)
    for holder, children in by_holder.items():
        act.tell(writing.unpacked(act.job, act.at, act.uri(holder), act.uris(children)))
    act.count("unpack", keys)


def leave(act: Act, keys: Sequence[ItemKey]) -> None:
    """Tell that objects that end come out of what holds them, each by itself.

    Where it turns out that one had been taken out before, its leaving is taken back alone.
    """
    _take_leaving_back(act, keys)
    for key in keys:
        holder = act.floor.holder(key, act.at)
        if holder is not None:
            _leave(act, key, holder, act.at)
            act.count("unpack", [key])


def _leave(act: Act, key: ItemKey, holder: ItemKey, at: datetime) -> None:
    leaving = writing.Leaving(act.uri(holder), act.uri(key), at.astimezone(act.at.tzinfo))
    item = act.floor.items.get(key)
    act.tell(writing.left(act.job, leaving.next_of(item.own if item else ())))


def _take_leaving_back(act: Act, keys: Sequence[ItemKey]) -> None:
    """Take back what was told of objects that are now known to have left their container before."""
    for key in keys:
        item, holder = act.floor.items.get(key), act.floor.holder(key, act.at)
        if item is None or holder is None:
            continue
        one = next(o for o in reversed(item.held.holdings) if o.since[0] <= act.at)
        until = one.until[0].astimezone(act.at.tzinfo) if one.until else None
        later = [s for s in item.own if until is not None and act.at < s.event_time <= until]
        is_back = any(step.role is Role.CHILD and step.action == "ADD" for step in later)
        if until is not None and not is_back:
            told = writing.Leaving(act.uri(holder), act.uri(key), until).told_by(later)
            act.tell(*(writing.did_not_leave(act.job, each) for each in told))


def _move(act: Act, parent: ItemKey, children: Sequence[ItemKey]) -> None:
    if not children:
        return
    act.tell(writing.packed(act.job, act.at, act.uri(parent), act.uris(children)))
    act.count("pack", [key for key in children if act.floor.holder(key, act.at) != parent])
    for key in children:
        at = _ended_since(act, key)
        if at is not None:
            # It must have happened before its end.
            _leave(act, key, parent, max(act.at, at - _JUST_BEFORE))


def _ended_since(act: Act, key: ItemKey) -> datetime | None:
    """Return when an object ended that nobody knew to be in a container then.

    Whoever samples or destroys a pack takes it out of its case in the same act; where the packing
    is only reported now, that is told now, too.
    """
    item = act.floor.items.get(key)
    wrong = {event.event_id for event in act.events if event.error_declaration}
    for step in item.own if item else ():
        if step.event_time > act.at and not step.is_withdrawn and step.event_id not in wrong:
            if step.role is Role.CHILD:
                return None
            if step.role is Role.EPC and step.biz_step in writing.ENDING:
                return step.event_time
    return None
