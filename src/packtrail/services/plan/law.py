"""From the law to the scope of a programme: dates to come, and markets that are entered.

The law are the rules that the organisation has accepted. What only the installed ones say is told,
so that somebody looks at it, and changes nothing before it is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.base import days
from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.planning.needs import needs_in_force, needs_of
from packtrail.planning.scope import Need
from packtrail.planning.work import Certainty
from packtrail.services import rule_packs
from packtrail.services.markets import in_force, updates
from packtrail.services.plan import books
from packtrail.services.plan.writing import Put, Remove, Written, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from packtrail.access import Actor
    from packtrail.compliance.catalogue import Catalogue
    from packtrail.planning.scope import Product
    from packtrail.planning.work import Deadline
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened

YEARS_AHEAD = 5
"""How far the law is looked ahead for needs."""
CLAUSE_MAX = 500
"""Letters that are kept of the rules of a market that is entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawChange:
    """What differs between the law and the scope of a programme."""

    need: Need
    """As the law has it."""
    before: Need | None
    """As the scope has it; None: it is new."""
    is_gone: bool = False
    """Whether the law says it no more; the need is then as the scope has it."""
    is_accepted: bool = True
    """Whether the rules that say so are accepted; those that are only installed change nothing."""
    pack: str = ""
    """Name of the rule pack that says so; of those not accepted, what there is to accept."""

    @property
    def days(self) -> int:
        """Days by which the date moves; 0 for a new need."""
        return (self.need.due_on - self.before.due_on).days if self.before else 0


def law_changes(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> tuple[LawChange, ...]:
    """Return what the law says of the markets in scope and the scope does not.

    The law are the rules that the organisation has accepted; what those say that are installed and
    not accepted yet comes after it, and is told only.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        on: The day from which rules count; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: A rule pack of one's own cannot be read.
    """
    opened = books.opened(app, actor, programme)
    day = on or app.clock().date()
    installed, accepted = rule_packs.catalogue(app.settings), in_force(app, actor)
    book = opened.book
    found = list(_differences(accepted, book.markets, tuple(book.needs.values()), day))
    if installed is not accepted:
        gone = {each.need.code for each in found if each.is_gone}
        after = {**book.needs, **{each.need.code: each.need for each in found}}
        kept = tuple(each for code, each in after.items() if code not in gone)
        more = list(_differences(installed, book.markets, kept, day))
        waiting = _waiting(app, actor) if more else {}
        found += (
            replace(each, is_accepted=False, pack=waiting.get(each.need.market, each.pack))
            for each in more
        )
    return tuple(found)


def _waiting(app: Application, actor: Actor) -> dict[str, str]:
    """Return market -> the packs that wait to be accepted, one's own that lie over others too."""
    if not actor.may(Permission.OBLIGATION_READ):
        return {}
    found: dict[str, list[str]] = {}
    for each in updates.updates(app, actor):
        for market in each.markets:
            found.setdefault(market, []).append(each.pack_id)
    return {market: " ".join(packs) for market, packs in found.items()}


def _differences(
    law: Catalogue, markets: Collection[str], known: Sequence[Need], day: date
) -> Iterator[LawChange]:
    """Yield what differs between rules and needs of the same markets from a day on."""
    before = {each.code: each for each in known}
    for each in needs_of(law, markets, first=day, last=_last(day), known=known):
        if before.get(each.code) != each:
            yield LawChange(need=each, before=before.get(each.code), pack=_pack_of(each))
    said = {each.key for each in needs_of(law, markets, first=date.min, last=date.max)}
    for each in known:
        is_of_law = bool(each.key) and each.market in markets
        if is_of_law and each.key not in said and each.due_on >= day:
            yield LawChange(need=each, before=each, is_gone=True, pack=_pack_of(each))


def _last(day: date) -> date:
    return day + timedelta(days=365 * YEARS_AHEAD)


def _pack_of(need: Need) -> str:
    return need.key.partition("/")[0]


def follow_law(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> Written:
    """Take into the scope what the law says; dates of the plan that it moves move along.

    What is only installed must be accepted first.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not change programmes.
    """
    found = [each for each in law_changes(app, actor, programme, on=on) if each.is_accepted]
    opened = books.opened(app, actor, programme)
    changes: list[Put | Remove] = []
    for each in found:
        code = each.need.code
        changes.append(Remove("need", code) if each.is_gone else Put(each.need))
        deadline = opened.book.deadlines.get(code)
        if each.before and deadline and deadline.due_on == each.before.due_on:
            moved = Remove("deadline", code) if each.is_gone else Put(_moved(deadline, each.need))
            changes.append(moved)
    told = "; ".join(_told(each) for each in found)
    return write(app, actor, programme, changes, reason=f"From the rule packs: {told}"[:2000])


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEntry:
    """A market whose rules hold already, in which nothing is sold yet, and that has no date."""

    market: str
    name: str
    since: date
    """First day of its oldest rule that makes work necessary."""
    by: date | None
    """The day before its first sale, where the portfolio has one."""
    need: Need
    """What its rules ask for together; its date is still to be set."""


def entries(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> tuple[MarketEntry, ...]:
    """Return the markets in scope whose rules all hold already and that are still to be entered.

    Where something is sold already there is nothing to plan, and readiness tells what is missing.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    opened = books.opened(app, actor, programme)
    day, book = on or app.clock().date(), opened.book
    law = in_force(app, actor)
    coming = needs_of(law, book.markets, first=day, last=_last(day))
    dated = {each.market for each in (*book.needs.values(), *coming)}
    found: dict[str, list[Need]] = {}
    for need in needs_in_force(law, book.markets.keys() - dated, on=day):
        found.setdefault(need.market, []).append(need)
    return tuple(
        entry
        for market, needs in sorted(found.items())
        if (entry := _entry(opened, market, needs, day)) is not None
    )


def _entry(opened: Opened, market: str, needs: Sequence[Need], day: date) -> MarketEntry | None:
    """Return a market as one to be entered; None where something is sold, or nothing is to be."""
    scope = opened.book.scope(opened.terms)
    holding = [each for each in needs if scope.products_of(each)]
    products = [each for each in scope.products if market in each.markets]
    if not holding or any(_is_sold(opened, each, market, day) for each in products):
        return None
    sales = [first for each in products if (first := dict(each.first_sales).get(market))]
    name = opened.book.markets[market].name
    return MarketEntry(
        market=market,
        name=name,
        since=holding[0].due_on + timedelta(days=1),
        by=min(sales) - timedelta(days=1) if sales else None,
        need=_together(holding, name),
    )


def _is_sold(opened: Opened, product: Product, market: str, day: date) -> bool:
    """Tell whether the portfolio has a product as sold in a market on a day."""
    sales = dict(product.first_sales)
    first = sales.get(market, date.min)
    return ("product", product.code) in opened.held and first is not None and first <= day


def enter(app: Application, actor: Actor, programme: str, market: str, *, by: date) -> Written:
    """Set the day by which a market is entered whose rules hold already.

    Args:
        app: The application.
        actor: Who sets it.
        programme: Code of the programme.
        market: Code of the market.
        by: The last day without what its rules ask for: the day before the first sale.

    Raises:
        NotFound: `PLN-014`, there is no such programme; `PLN-015`, no such market to be entered.
        NotPermitted: The actor may not change programmes.
    """
    found = {each.market: each for each in entries(app, actor, programme)}
    if market not in found:
        told = ", ".join(found) or "there is none"
        message = f"{market[:20]!r} is no market that is still to be entered: {told}."
        raise NotFound(codes.NO_ENTRY.found(message, at="market"))
    need = replace(found[market].need, due_on=by)
    reason = f"{found[market].name} is to be entered: its rules hold since {found[market].since}"
    return write(app, actor, programme, [Put(need)], reason=reason)


def _together(holding: Sequence[Need], name: str) -> Need:
    """Return what several needs of a market ask for as one; about all that any of them is about."""

    def joined(values: Sequence[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*values) if all(values) else frozenset()

    first = holding[0]
    return replace(
        first,
        code=first.market,
        key="",
        title=f"{name}: entered under the rules that hold",
        capabilities=frozenset().union(*(each.capabilities for each in holding)),
        certainty=Certainty.OWN,
        clause="; ".join(each.clause for each in holding)[:CLAUSE_MAX],
        classes=joined([each.classes for each in holding]),
        groups=joined([each.groups for each in holding]),
        origins=joined([each.origins for each in holding]),
    )


def _moved(deadline: Deadline, need: Need) -> Deadline:
    return replace(
        deadline,
        title=need.title,
        due_on=need.due_on,
        certainty=need.certainty,
        source=need.source,
        clause=need.clause,
    )


def _told(change: LawChange) -> str:
    if change.is_gone:
        return f"{change.need.code} is no more"
    if change.before is None:
        return f"{change.need.code} is new, due on {days.written(change.need.due_on)}"
    if change.days:
        before, after = days.written(change.before.due_on), days.written(change.need.due_on)
        return f"{change.need.code} moves from {before} to {after}"
    return f"{change.need.code} changes"
