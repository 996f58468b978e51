"""Notices: what is said of a whole lot or product, and overrides what its packs are.

A notice is never changed. It ends by another one where its kind can end, or is retracted because it
should never have been made; what was in force at a moment follows from all of them. A pack may be
active and yet not for sale: its lot was recalled, its product withdrawn, its last day is over.

Clause:
    EMVO: consequences of data withdrawal and batch recall (both irreversible); FD&C Act, 582(c)(4):
    suspect and illegitimate product; GS1 US: expiry extended, not for redistribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle import codes
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.states import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.lifecycle.journey import Standing


class NoticeKind(StrEnum):
    """What a notice says."""

    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"
    ILLEGITIMATE = "illegitimate"
    SUSPECT = "suspect"
    HELD = "held"
    NOT_FOR_REDISTRIBUTION = "not_for_redistribution"
    EXPIRY_EXTENDED = "expiry_extended"
    RELEASED = "released"
    CLEARED = "cleared"


class Level(StrEnum):
    """What a notice is about."""

    PRODUCT = "product"
    LOT = "lot"
    PACK = "pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: what a kind of notice is for, and how it ends."""

    meaning: str
    levels: frozenset[Level]
    status: Status | None = None
    """What a pack counts as that would be for sale else."""
    ends: frozenset[NoticeKind] = frozenset()
    """Notices of the same subject that it ends."""
    is_final: bool = False
    """It never ends."""


_K, _L = NoticeKind, Level
_ANY: Final = frozenset(_L)

RULES: Final[Mapping[NoticeKind, Rule]] = {
    _K.RECALLED: Rule(
        meaning="The lot is called back.",
        levels=frozenset({_L.LOT, _L.PACK}),
        status=Status.RECALLED,
        is_final=True,
    ),
    _K.WITHDRAWN: Rule(
        meaning="The product is taken off the market, with all its lots, also future ones.",
        levels=frozenset({_L.PRODUCT}),
        status=Status.WITHDRAWN,
        is_final=True,
    ),
    _K.ILLEGITIMATE: Rule(
        meaning="Found counterfeit, diverted, stolen, tampered with or unfit.",
        levels=_ANY,
        status=Status.ON_HOLD,
        ends=frozenset({_K.SUSPECT}),
    ),
    _K.SUSPECT: Rule(
        meaning="There is reason to believe that it is illegitimate; it is being investigated.",
        levels=_ANY,
        status=Status.ON_HOLD,
    ),
    _K.HELD: Rule(
        meaning="Nobody may sell it until it is released.", levels=_ANY, status=Status.ON_HOLD
    ),
    _K.NOT_FOR_REDISTRIBUTION: Rule(
        meaning="Genuine, and not to be sold on: bought for own use, under contract, for a study.",
        levels=_ANY,
    ),
    _K.EXPIRY_EXTENDED: Rule(
        meaning="The authority lets the lot be used until a later day than is printed on it.",
        levels=frozenset({_L.LOT}),
        ends=frozenset({_K.EXPIRY_EXTENDED}),
    ),
    _K.RELEASED: Rule(
        meaning="What was held, or not to be sold on, may be sold again.",
        levels=_ANY,
        ends=frozenset({_K.HELD, _K.NOT_FOR_REDISTRIBUTION}),
    ),
    _K.CLEARED: Rule(
        meaning="The suspicion did not prove true.",
        levels=_ANY,
        ends=frozenset({_K.SUSPECT, _K.ILLEGITIMATE}),
    ),
}
"""Kind -> what it does; those that bar a sale, the gravest first."""

_ONLY_END: Final = frozenset({_K.RELEASED, _K.CLEARED})
"""Kinds that say nothing by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice, as recorded or as an event tells it."""

    notice_id: str
    """Number of the record; the identity of the event where one tells it."""
    kind: NoticeKind
    gtin: str
    """14 digits."""
    lot: str | None = None
    serial: str | None = None
    market: str | None = None
    """Where it is so; None: everywhere."""
    effective_at: datetime
    recorded_at: datetime
    reason: str
    expires_on: date | None = None
    """Of an extension: the new last day of use."""
    by: str = ""
    """Who made it."""
    retracts: str | None = None
    """Instead of saying anything: the notice that should never have been made."""
    is_event: bool = False
    """An event says so; it is taken back by declaring the event wrong."""

    @property
    def level(self) -> Level:
        """What it is about."""
        if self.serial is not None:
            return Level.PACK
        return Level.PRODUCT if self.lot is None else Level.LOT

    @property
    def subject(self) -> tuple[str, str | None, str | None, str | None]:
        """What and where it is about: notices of one subject end each other."""
        return self.gtin, self.lot, self.serial, self.market


def in_force(
    notices: Iterable[Notice],
    *,
    as_of: datetime,
    as_known_at: datetime | None = None,
    market: str | None = None,
) -> tuple[Notice, ...]:
    """Return the notices that hold at a moment, the gravest first.

    Args:
        notices: Every notice there is, in any order.
        as_of: The moment.
        as_known_at: Only what had been recorded by then.
        market: Leave out those of other markets; None: leave out none.
    """
    known = [each for each in notices if as_known_at is None or each.recorded_at <= as_known_at]
    retracted = {each.retracts for each in known if each.retracts is not None}
    holding: dict[tuple[object, ...], Notice] = {}
    for notice in sorted(known, key=lambda one: (one.effective_at, one.recorded_at, one.notice_id)):
        is_void = notice.retracts is not None or notice.notice_id in retracted
        if is_void or notice.effective_at > as_of:
            continue
        for ended in RULES[notice.kind].ends:
            holding.pop((ended, *notice.subject), None)
        if notice.kind not in _ONLY_END:
            holding.setdefault((notice.kind, *notice.subject), notice)
    there = [one for one in holding.values() if market in {None, one.market} or one.market is None]
    return tuple(sorted(there, key=lambda one: (list(RULES).index(one.kind), one.effective_at)))


def concerning(
    notices: Iterable[Notice], *, gtin: str, lot: str | None, serial: str | None
) -> tuple[Notice, ...]:
    """Return the notices that bear on a pack, a lot (no serial) or a product (neither)."""
    return tuple(
        each
        for each in notices
        if each.gtin == gtin and each.lot in {None, lot} and each.serial in {None, serial}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a pack counts as, once its lot, its product and the day have had their say."""

    status: Status
    own: Status
    """What the events make of the pack itself."""
    notices: tuple[Notice, ...]
    """Those in force, the gravest first."""
    expires_on: date | None
    """Last day of use, extended or not."""
    is_expired: bool
    is_saleable: bool

    @property
    def eu(self) -> str | None:
        """The state of the pack in a national repository of the EU."""
        return STATES[self.status].eu


def condition(standing: Standing, notices: tuple[Notice, ...], *, on: date) -> Condition:
    """Return what a pack counts as on a day.

    Args:
        standing: What its events make of it.
        notices: Those in force that are about it, its lot or its product, the gravest first.
        on: The day.
    """
    longest = [each.expires_on for each in notices if each.kind is _K.EXPIRY_EXTENDED]
    days = [day for day in (standing.expires_on, *longest) if day is not None]
    expires_on = max(days, default=None)
    is_expired = expires_on is not None and expires_on < on
    overriding = [status for each in notices if (status := RULES[each.kind].status)]
    overriding += [Status.EXPIRED] if is_expired else []
    own = standing.status
    can_be_overridden = STATES[own].is_saleable or own in OPEN
    status = overriding[0] if overriding and can_be_overridden else own
    bars = {each.kind for each in notices} - {_K.EXPIRY_EXTENDED}
    return Condition(
        status=status,
        own=own,
        notices=notices,
        expires_on=expires_on,
        is_expired=is_expired,
        is_saleable=STATES[status].is_saleable and not bars,
    )


OPEN: Final = frozenset({Status.UNKNOWN, Status.ON_HOLD, Status.RETURNED})
"""States that leave open what becomes of a pack; one that is dead stays what it is."""


def refusals(new: Notice, holding: Iterable[Notice]) -> Iterator[Finding]:
    """Yield why a notice cannot be made: `LIF-001` to `LIF-005`.

    Args:
        new: The notice.
        holding: The notices of its product, lot or pack that are in force.
    """
    rule = RULES[new.kind]
    same = {each.kind for each in holding if each.subject == new.subject}
    if new.level not in rule.levels:
        levels = " or ".join(sorted(rule.levels))
        yield codes.WRONG_LEVEL.found(
            f"A notice {new.kind.value} is about a {levels}, not about a {new.level}.", at="kind"
        )
    if not new.reason.strip():
        yield codes.NO_REASON.found("The notice gives no reason.", at="reason")
    if new.kind in same and new.kind is not _K.EXPIRY_EXTENDED:
        yield codes.NOTICE_HOLDS.found(f"The {new.level} is {_words(new.kind)} already.", at="kind")
    if new.kind in _ONLY_END and not same & rule.ends:
        ended = " nor ".join(_words(each) for each in sorted(rule.ends))
        yield codes.NOTHING_TO_END.found(f"The {new.level} is neither {ended}.", at="kind")
    if (new.kind is _K.EXPIRY_EXTENDED) != (new.expires_on is not None):
        yield codes.EXPIRY_DATE.found(
            "An extension names the new last day of use, and no other notice does.", at="expires_on"
        )


def _words(kind: NoticeKind) -> str:
    return kind.value.replace("_", " ")
