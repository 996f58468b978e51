"""The verbs of the packaging floor.

Each looks at what was known of the objects when it happened, refuses the impossible with findings
that name the objects, and otherwise tells the events to record.

Verbs over lists (`commission`, `reject`, `sample`, ...) do what is possible of their list; verbs
that make one thing of several (`pack`, `replace`, ...) are done as a whole or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle.journey import Status
from packtrail.production import codes, packing, writing
from packtrail.production.acts import Act
from packtrail.production.decisions import Decision
from packtrail.production.happenings import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from packtrail.production.decisions import Job
    from packtrail.production.floor import Floor
    from packtrail.production.happenings import Happening
    from packtrail.production.levels import ItemKey

_S = Status
MAY: Final[Mapping[Kind, frozenset[Status]]] = {
    Kind.SAMPLE: packing.GOOD | {_S.EXPIRED},
    Kind.REJECT: packing.GOOD | {_S.DAMAGED},
    Kind.DECOMMISSION: packing.GOOD | packing.UNFIT - {_S.LOCKED},
    Kind.DESTROY: packing.TAKEABLE,
}
"""The statuses in which an object can be treated so: it must be in hand, and alive."""


def decide(happening: Happening, job: Job, floor: Floor, *, is_tentative: bool = False) -> Decision:
    """Decide what a happening is: the events to record, and what is wrong with it.

    Args:
        happening: What happened, or is to happen.
        job: Where and for what.
        floor: What is known of the objects it names, of what holds them and what they hold. It is
            changed as if the events had been recorded, so that the next happening sees them.
        is_tentative: Let through what contradicts something later; whoever asks looks at it when
            everything has happened.

    Returns:
        The decision; events of a refused part are not among its events.
    """
    return _VERBS[happening.kind](Act(happening, job, floor, is_tentative=is_tentative))


def _commission(act: Act) -> Decision:
    """Give packs or containers their numbers: each issued to this order, and used once."""
    keys = [key for key in act.numbers() if _is_issued(act, key)]
    _refuse_unissued(act)
    born = [key for key in keys if act.status(key) is not None]
    again = set(act.repeated(born, "commissioning"))
    doubled = [key for key in born if key not in again]
    act.refuse(codes.COMMISSIONED_BEFORE, "{} commissioned already: {}.", doubled)
    spoilt = [key for key in keys if _was_spoilt(act, key)]
    act.refuse(codes.REJECTED_BEFORE, "{} rejected, and now commissioned: {}.", spoilt)
    refused = {*born, *spoilt}
    good = [key for key in keys if key not in refused]
    _bring_into_being(act, good)
    _end_what_was_rejected_since(act, good)
    return act.decision()


def _was_spoilt(act: Act, key: ItemKey) -> bool:
    """Tell whether a printed number was out of use by the time."""
    origin = act.origin(key)
    if origin is None or not origin.is_spoilt:
        return False
    return origin.marked_at is None or origin.marked_at <= act.at


def _end_what_was_rejected_since(act: Act, keys: Sequence[ItemKey]) -> None:
    """Decommission what was rejected later, by a report that came before this one."""
    by_time: dict[datetime, list[ItemKey]] = defaultdict(list)
    for key in keys:
        origin = act.origin(key)
        if origin is not None and origin.mark == "rejected" and origin.marked_at is not None:
            by_time[origin.marked_at].append(key)
    for at, some in by_time.items():
        local = at.astimezone(act.at.tzinfo)
        act.tell(writing.seen(act.job, local, writing.DECOMMISSIONED, act.uris(some)))
        act.count("reject", some)


def _bring_into_being(act: Act, keys: Sequence[ItemKey]) -> None:
    """Commission objects, those of a trade item with lot and expiry."""
    for is_trade_item in (True, False):
        part = [key for key in keys if key[0].startswith("sgtin/") is is_trade_item]
        if part:
            terms = act.terms_of(part[0]) if is_trade_item else None
            act.tell(
                writing.seen(act.job, act.at, writing.COMMISSIONED, act.uris(part), terms=terms)
            )
    act.count("commission", keys)


def _is_issued(act: Act, key: ItemKey) -> bool:
    origin = act.origin(key)
    return act.is_own(key) and origin is not None and origin.settled is None


def _refuse_unissued(act: Act) -> None:
    named = list(dict.fromkeys(act.keys[t] for t in act.happening.numbers if t in act.keys))
    strange = [key for key in named if not act.is_own(key)]
    order = act.job.order_code
    act.refuse(codes.NOT_ISSUED, "{} not issued to the order " + f"{order}: " + "{}.", strange)
    given_back = [key for key in named if act.is_own(key) and (o := act.origin(key)) and o.settled]
    act.refuse(codes.GIVEN_BACK, "{} not out any more: {}.", given_back)


def _reject(act: Act) -> Decision:
    """Scrap labels that nothing was commissioned with; decommission packs that were."""
    keys = act.numbers()
    alive = [key for key in keys if act.status(key) is not None]
    labels = [key for key in keys if act.status(key) is None]
    _mark_labels(act, labels, "rejected")
    _end(act, alive, Kind.REJECT, writing.DECOMMISSIONED)
    return act.decision()


def _sample_label(act: Act) -> Decision:
    keys = act.numbers()
    born = [key for key in keys if act.status(key) is not None]
    act.refuse(codes.COMMISSIONED_BEFORE, "{} commissioned, no mere label: {}.", born)
    _mark_labels(act, [key for key in keys if key not in set(born)], "label_sampled")
    return act.decision()


def _encode(act: Act) -> Decision:
    _mark_labels(act, act.numbers(), "encoded")
    return act.decision()


def _mark_labels(act: Act, keys: Sequence[ItemKey], kind: str) -> None:
    """Write down what became of printed numbers; only those of this order have labels here."""
    strange = [key for key in keys if not act.is_own(key)]
    order = act.job.order_code
    act.refuse(codes.NOT_ISSUED, "{} not issued to the order " + f"{order}: " + "{}.", strange)
    own = [key for key in keys if act.is_own(key)]
    again = [key for key in own if (o := act.origin(key)) and o.mark == kind]
    if again:
        act.say(codes.REPEATED, f"It was {kind.replace('_', ' ')} before: {act.some(again)}.")
    fresh = [key for key in own if key not in set(again)]
    act.mark(kind, fresh)
    act.count({"rejected": "reject", "label_sampled": "sample_label"}.get(kind, "encode"), fresh)


def _sample(act: Act) -> Decision:
    _end(act, act.numbers(), Kind.SAMPLE, writing.SAMPLED)
    return act.decision()


def _decommission(act: Act) -> Decision:
    _end(act, act.numbers(), Kind.DECOMMISSION, writing.DECOMMISSIONED)
    return act.decision()


def _destroy(act: Act) -> Decision:
    """Destroy objects; a container with all that is inside."""
    _end(act, act.numbers(), Kind.DESTROY, writing.DESTROYED, with_contents=True)
    return act.decision()


def _end(
    act: Act,
    keys: Sequence[ItemKey],
    kind: Kind,
    what: tuple[str, str, str],
    *,
    with_contents: bool = False,
) -> None:
    """Take objects out of use, and out of what holds them."""
    again = set(act.repeated(keys, what[1]))
    keys = [key for key in keys if key not in again]
    named = set(keys)
    good = packing.in_hand(act, keys, MAY[kind])
    if not with_contents:
        full = [key for key in good if act.floor.inside(key, act.at)]
        act.refuse(codes.NOT_EMPTY, "{} not empty: {}.", full)
        good = [key for key in good if key not in set(full)]
    # What is inside a container that ends goes with it: told once, by the container.
    outer = [key for key in good if not named.intersection(act.floor.holders(key, act.at))]
    packing.leave(act, outer)
    if outer:
        act.tell(writing.seen(act.job, act.at, what, act.uris(outer)))
        act.mark("ended", outer)
    act.count(kind.value, outer)


def _recommission(act: Act) -> Decision:
    """Bring back what was decommissioned by mistake."""
    keys = act.numbers()
    again = set(act.repeated(keys, writing.COMMISSIONED[1]))
    good = [key for key in keys if act.status(key) is Status.DECOMMISSIONED]
    wrong = [key for key in keys if key not in {*good, *again}]
    act.refuse(codes.NOT_DECOMMISSIONED, "{} not decommissioned: {}.", wrong)
    for is_trade_item in (True, False):
        part = [key for key in good if key[0].startswith("sgtin/") is is_trade_item]
        by_terms: dict[str, list[ItemKey]] = defaultdict(list)
        for key in part:
            origin = act.origin(key)
            by_terms[origin.order_id if origin else ""].append(key)
        for some in by_terms.values():
            terms = act.terms_of(some[0]) if is_trade_item else None
            told = writing.seen(act.job, act.at, writing.COMMISSIONED, act.uris(some), terms=terms)
            act.tell(told)
    act.count("recommission", good)
    return act.decision()


def _state(act: Act) -> Decision:
    return Decision(findings=tuple(act.findings), signal=act.happening.state)


def _count(act: Act) -> Decision:
    return Decision(findings=tuple(act.findings), counts=dict(act.happening.counts))


_VERBS: Final[Mapping[Kind, Callable[[Act], Decision]]] = {
    Kind.COMMISSION: _commission,
    Kind.ENCODE: _encode,
    Kind.REJECT: _reject,
    Kind.SAMPLE_LABEL: _sample_label,
    Kind.PACK: packing.pack,
    Kind.UNPACK: packing.unpack,
    Kind.DISAGGREGATE: packing.disaggregate,
    Kind.REPLACE: packing.replace,
    Kind.REPACK: packing.repack,
    Kind.SAMPLE: _sample,
    Kind.DESTROY: _destroy,
    Kind.DECOMMISSION: _decommission,
    Kind.RECOMMISSION: _recommission,
    Kind.STATE: _state,
    Kind.COUNT: _count,
}
