"""The radar: which days in the calendar of the law concern a company, and how.

Deadlines come from packs, whom they concern from the portfolio: its own products, its partners, or
nobody yet. What is done about one is kept elsewhere, under its key.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.compliance.subjects import SubjectKind
from packtrail.compliance.words import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.entries import Deadline, Duty
    from packtrail.compliance.packs import Pack, PackIdentity
    from packtrail.compliance.portfolio import Partner, Placement, Portfolio


class Concern(StrEnum):
    """How a deadline concerns a company."""

    OWN = "own"
    """The company itself must act."""
    PARTNERS = "partners"
    """Partners must act, and what is sent to them changes."""
    WATCH = "watch"
    """Nobody here must act: the authority does, or the product is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline with whom it concerns."""

    key: str
    """Stable: the pack that says it, name and nothing else, so that a moved date keeps its history.
    """
    pack_id: str
    identity: PackIdentity
    deadline: Deadline
    markets: tuple[str, ...]
    """Markets of the portfolio; without a portfolio, the pack's own."""
    concern: Concern
    placements: tuple[Placement, ...]
    """Products in these markets that it is about, or may be about."""
    partners: tuple[Partner, ...]
    """Partners that must act."""

    @property
    def on(self) -> date:
        """The day."""
        return self.deadline.on

    @property
    def products(self) -> tuple[str, ...]:
        """Codes of the products."""
        return tuple(dict.fromkeys(each.product for each in self.placements))

    @property
    def lines(self) -> tuple[str, ...]:
        """Codes of the lines that pack these products for these markets."""
        return tuple(dict.fromkeys(line for each in self.placements for line in each.lines))

    @property
    def sites(self) -> tuple[str, ...]:
        """Codes of their sites."""
        return tuple(dict.fromkeys(site for each in self.placements for site in each.sites))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A duty that holds all the time, with the next day on which it is due, where it has one."""

    key: str
    pack_id: str
    identity: PackIdentity
    duty: Duty
    markets: tuple[str, ...]
    placements: tuple[Placement, ...]
    next_on: date | None


EVIDENCE: Final[Mapping[SubjectKind, str]] = {
    SubjectKind.TRADE_ITEM: "Master data and serial policy of the product, as approved",
    SubjectKind.LABEL: "Approved artwork, and a print read back by a verifier",
    SubjectKind.LOT: "The acknowledgement of the report for the first lot",
    SubjectKind.SHIPMENT: "The first shipment that a partner or system accepted in the new form",
    SubjectKind.DOCUMENT: "A file that the receiver accepted",
    SubjectKind.SCAN: "A scan by the procedure, in operation",
    SubjectKind.RETURN: "A return handled by the procedure",
    SubjectKind.INCIDENT: "A drill of the procedure with its times",
}
"""What shows that a rule of a kind is met, where a pack does not say it."""


def radar(
    catalogue: Catalogue,
    portfolio: Portfolio,
    *,
    first: date,
    last: date,
    everywhere: bool = False,
) -> tuple[Due, ...]:
    """Return the deadlines from one day to another, the earliest first.

    A deadline that several markets have from one pack is one, with all of these markets.

    Args:
        catalogue: The packs.
        portfolio: Whom they are to concern.
        first: First day.
        last: Last day.
        everywhere: Also those of markets in which nothing is sold.
    """
    found: dict[str, list[Due]] = {}
    for pack, sold in _packs(catalogue, portfolio, everywhere=everywhere):
        for each in pack.deadlines.values():
            if first <= each.on <= last and not each.is_superseded:
                due = _due(pack, each, sold, portfolio)
                if due.placements or everywhere or not _is_foreign(due):
                    found.setdefault(due.key, []).append(due)
    joined = (_joined(each, portfolio) for each in found.values())
    return tuple(sorted(joined, key=lambda each: (each.on, each.key)))


def standing(catalogue: Catalogue, portfolio: Portfolio, *, on: date) -> tuple[Standing, ...]:
    """Return the duties that the company has on a day, by pack and name."""
    found: dict[str, Standing] = {}
    for pack, sold in _packs(catalogue, portfolio, everywhere=False):
        placements = tuple(each for each in portfolio.placements if each.market in sold)
        for duty in pack.duties.values():
            concerned = tuple(each for each in placements if _may_concern(duty, each))
            if duty.is_asked(on) and concerned and frozenset(duty.roles) & portfolio.roles:
                key = f"{duty.pack_id or pack.id}/{duty.name}"
                known = found[key].placements if key in found else ()
                whole = (*known, *concerned)
                found[key] = Standing(
                    key=key,
                    pack_id=pack.id,
                    identity=pack.identity,
                    duty=duty,
                    markets=tuple(sorted({each.market for each in whole})),
                    placements=whole,
                    next_on=next_due(duty, on),
                )
    return tuple(found[key] for key in sorted(found))


def _packs(
    catalogue: Catalogue, portfolio: Portfolio, *, everywhere: bool
) -> Iterator[tuple[Pack, tuple[str, ...]]]:
    """Yield the packs that matter, each with the markets of the portfolio that it is about."""
    known = catalogue.markets
    sold: dict[str, list[str]] = {}
    for market in portfolio.markets:
        if market in known:
            sold.setdefault(known[market], []).append(market)
    for pack in catalogue.packs.values():
        if pack.id in sold or everywhere:
            yield pack, tuple(sold.get(pack.id, ()))


def _joined(dues: Sequence[Due], portfolio: Portfolio) -> Due:
    """Return one deadline of several packs that have it from one."""
    first, *others = dues
    if not others:
        return first
    placements = tuple(placement for due in dues for placement in due.placements)
    partners = tuple(partner for due in dues for partner in due.partners)
    concerned = [due for due in dues if due.placements] or dues
    return replace(
        first,
        markets=tuple(sorted({market for due in concerned for market in due.markets})),
        concern=_concern(first.deadline, portfolio.roles, placements, partners),
        placements=placements,
        partners=partners,
    )


def next_due(duty: Duty, on: date) -> date | None:
    """Return the next day on which a duty that comes round is due, from a day on.

    None where it does not come round, or where it has ended: nothing is due for periods that were
    over before it began, or that begin after it ends.
    """
    if duty.months is None:
        return None
    _, after = _period(duty.months, on)
    found = _due_in(duty, after - duty.months)
    if found < on:
        found = _due_in(duty, after)
    if duty.from_on is not None:
        found = max(found, period_due(duty, duty.from_on) or found)
    if duty.to_on is None:
        return found
    last = period_due(duty, duty.to_on)
    return None if last is not None and found > last else found


def period_due(duty: Duty, day: date) -> date | None:
    """Return when that is due which happened on a day, of what is due in the month after a period.

    Where events set a duty off, and it is due on a day of the following month, months count.
    """
    if duty.due_day is None:
        return None
    return _due_in(duty, _period(duty.months or 1, day)[1])


def _period(months: int, day: date) -> tuple[int, int]:
    """Return the first month of the period that a day lies in, and the first after it.

    Months are counted through, so that each year begins with a period of 1, 2, 3, 4, 6 or 12.
    """
    month = day.year * 12 + day.month - 1
    return month - month % months, month - month % months + months


def _due_in(duty: Duty, month: int) -> date:
    """Return the day of a month on which a duty is due; what lies beyond the calendar ends it."""
    year, number = divmod(month, 12)
    if year > MAXYEAR:
        return date.max
    return _day_of_month(year, number + 1, duty.due_day or 1)


def evidence_for(pack: Pack, deadline: Deadline) -> tuple[str, ...]:
    """Return what shows that a deadline was met: what the pack says, else by its rules' kinds."""
    if deadline.evidence:
        return (deadline.evidence,)
    rules = (pack.rules[code] for code in deadline.rules if code in pack.rules)
    return tuple(dict.fromkeys(EVIDENCE[rule.subject] for rule in rules))


def _due(pack: Pack, deadline: Deadline, sold: tuple[str, ...], portfolio: Portfolio) -> Due:
    inside = tuple(each for each in portfolio.placements if each.market in sold)
    concerned = tuple(each for each in inside if _may_concern(deadline, each))
    partners = tuple(
        each
        for each in portfolio.partners
        if each.market in sold and _must_act(deadline, each.roles)
    )
    named = deadline.applies_to.markets or sold or pack.markets[:1]
    return Due(
        key=f"{deadline.pack_id or pack.id}/{deadline.name}",
        pack_id=pack.id,
        identity=pack.identity,
        deadline=deadline,
        markets=tuple(each for each in sold if each in named) or named,
        concern=_concern(deadline, portfolio.roles, concerned, partners),
        placements=concerned,
        partners=partners,
    )


def _concern(
    deadline: Deadline,
    roles: frozenset[Role],
    concerned: tuple[Placement, ...],
    partners: tuple[Partner, ...],
) -> Concern:
    if set(deadline.roles) == {Role.AUTHORITY} or not concerned:
        return Concern.WATCH
    if _must_act(deadline, roles):
        return Concern.OWN
    return Concern.PARTNERS if partners else Concern.WATCH


def _must_act(deadline: Deadline, roles: frozenset[Role]) -> bool:
    return not deadline.roles or bool(frozenset(deadline.roles) & roles)


def _may_concern(entry: Deadline | Duty, placement: Placement) -> bool:
    """Tell whether an entry is about a placement: out only where a subject says so for certain."""
    scope = entry.applies_to
    if scope.markets and placement.market not in scope.markets:
        return False
    return any(not scope.fit(each).is_out for each in placement.subjects)


def _is_foreign(due: Due) -> bool:
    """Tell whether a deadline is about other markets only than those sold in."""
    return bool(due.deadline.applies_to.markets) and not due.placements


def _day_of_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, months.monthrange(year, month)[1]))


def by_month(dues: Iterable[Due]) -> Iterator[tuple[tuple[int, int], list[Due]]]:
    """Yield year and month with the deadlines in it, in order."""
    found: dict[tuple[int, int], list[Due]] = {}
    for each in dues:
        found.setdefault((each.on.year, each.on.month), []).append(each)
    yield from sorted(found.items())
