"""The radar of an organisation: what goes out of support when, and what that endangers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from packtrail.access import Permission, require
from packtrail.planning.technology import support
from packtrail.planning.technology.inventory import Inventory
from packtrail.planning.technology.radar import Group, Item, Radar, Standing, Trade, radar
from packtrail.rendering import calendars
from packtrail.rendering.tables import Column, Kind, Table
from packtrail.services.portfolio import books as portfolio_books
from packtrail.services.technology import books
from packtrail.store.organisation_books import PORTFOLIO, TECHNOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application

REMIND_DAYS = (365, 180, 90)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The radar with the inventory it is about."""

    inventory: Inventory
    version: int
    rows: support.SupportList
    radar: Radar


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One part of a system, as plain values."""

    system: str
    name: str
    role: str
    level: str
    site: str
    criticality: str
    validation: str
    component: str
    release: str
    ends_on: date | None
    days: int | None
    standing: str
    confidence: str
    source: str
    seen_on: date | None
    is_own: bool
    candidates: tuple[str, ...]
    lines: tuple[str, ...]
    products: tuple[str, ...]
    markets: tuple[str, ...]
    through: tuple[str, ...]


def watched(app: Application, actor: Actor, *, on: date | None = None) -> Watched:
    """Return what goes out of support when; worked out once for each version and day.

    Args:
        app: The application.
        actor: Who asks; products and markets are told to whoever may see the portfolio.
        on: The day; default: today.
    """
    require(actor, Permission.TECHNOLOGY_READ)
    day = on or app.clock().date()
    own = actor.organisation_id
    with app.database.reading() as conn:
        may_see = actor.may(Permission.PORTFOLIO_READ)
        mark = (TECHNOLOGY.version(conn, own), PORTFOLIO.version(conn, own), day, may_see)
        name = f"technology radar {own}"
        known = cast("Watched | None", app.remembered.get(name, mark))
        if known is not None:
            return known
        opened = books.opened(app, conn, own)
        portfolio = portfolio_books.opened(app, conn, own).book
    trades = [
        Trade(product=each.product, market=each.market, line=each.line)
        for each in (portfolio.placements.values() if may_see else ())
        if (licence := portfolio.licences.get(f"{each.product}/{each.market}")) is not None
        and licence.is_sold(day)
    ]
    inventory, notes = opened.book, books.notes_of(opened)
    rows = support.packaged().with_own(inventory.supports.values(), notes)
    found = radar(inventory, rows, trades, day, notes=notes)
    made = Watched(inventory=inventory, version=mark[0], rows=rows, radar=found)
    app.remembered.put(name, mark, made)
    return made


def items_view(
    app: Application, actor: Actor, *, standing: str = "", on: date | None = None
) -> tuple[ItemView, ...]:
    """Return every part of every system in use with its end of support, the most urgent first.

    Args:
        app: The application.
        actor: Who asks.
        standing: Only what stands so: `out`, `soon`, `ahead`, `far`, `unknown`.
        on: The day; default: today.
    """
    found = watched(app, actor, on=on).radar.items
    return tuple(view(each) for each in found if not standing or each.standing == standing)


def known_support(app: Application, actor: Actor, product: str) -> tuple[support.Row, ...]:
    """Return the row that says until when a product is kept up: one, or none.

    Args:
        app: The application.
        actor: Who asks; own rows of its organisation win.
        product: As an inventory writes it, such as `Windows 10 Enterprise LTSC 2021`.
    """
    found = watched(app, actor).rows.find(product)
    return (found.row,) if found.row else ()


def view(each: Item) -> ItemView:
    """Return a part of a system as plain values."""
    row = each.row
    return ItemView(
        system=each.system.code,
        name=each.system.name,
        role=each.system.role.value,
        level=each.system.level_now.value,
        site=each.system.site,
        criticality=each.system.criticality.value,
        validation=each.system.validation.value,
        component=each.component,
        release=row.title if row else "",
        ends_on=each.ends_on,
        days=each.days,
        standing=each.standing.value,
        confidence=row.confidence.value if row else "",
        source=row.source if row else "",
        seen_on=row.seen_on if row else None,
        is_own=bool(row and row.is_own),
        candidates=each.candidates,
        lines=each.danger.lines,
        products=each.danger.products,
        markets=each.danger.markets,
        through=each.danger.through,
    )


def calendar(app: Application, actor: Actor) -> bytes:
    """Return the ends of support that are still to come, as a calendar."""
    found = watched(app, actor)
    return calendars.write_ics("End of support", _events(actor, found.radar), made_at=app.clock())


def table(app: Application, actor: Actor) -> Table:
    """Return the radar as a table."""
    columns = (
        Column("System"), Column("Name"), Column("Role"), Column("Level"), Column("Site"),
        Column("Criticality"), Column("Part"), Column("Kept up until", Kind.DAY),
        Column("Stands"), Column("Confidence"), Column("Source"), Column("Seen on", Kind.DAY),
        Column("Lines"), Column("Products", Kind.NUMBER), Column("Markets"),
    )  # fmt: skip
    return Table("Radar", columns, list(_rows(app, actor)))


def _rows(app: Application, actor: Actor) -> Iterator[tuple[str | int | date | None, ...]]:
    for each in items_view(app, actor):
        yield (
            each.system, each.name, each.role, each.level, each.site, each.criticality,
            each.component, each.ends_on, each.standing, each.confidence, each.source,
            each.seen_on, ", ".join(each.lines), len(each.products), ", ".join(each.markets),
        )  # fmt: skip


def _events(actor: Actor, found: Radar) -> Iterator[calendars.Entry]:
    for group in found.groups:
        if group.ends_on is None or group.standing is Standing.OUT:
            continue
        systems = ", ".join(sorted({each.system.code for each in group.items}))
        yield calendars.Entry(
            uid=f"support-{group.items[0].system.code}-{_slug(group)}@{actor.organisation_code}",
            title=f"End of support: {group.title}",
            on=group.ends_on,
            description=f"Systems: {systems}. Lines: {', '.join(group.lines) or 'none'}. "
            f"Markets: {', '.join(group.markets) or 'none'}.",
            url=group.row.source if group.row and group.row.source.startswith("https://") else "",
            categories=("technology",),
            is_certain=group.row is not None and group.row.confidence == "H",
            remind_days=REMIND_DAYS,
        )


def _slug(group: Group) -> str:
    return "-".join(group.title.lower().split())
