"""Sites, packaging lines, and trade items with their levels of packing: what orders are made of.

A line belongs to who runs it. It is seen by them, and by the owners they may record for: who lets
a CMO record for it may send it work.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.access import Action, Actor, AgreementKind, Permission, require
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.production import codes
from packtrail.production.levels import LEVELS, Level, Tier, check_tiers
from packtrail.services import auditing
from packtrail.services.accounts import organisations
from packtrail.store import floor as rows
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SPEED_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A plant."""

    code: str
    name: str
    operator: str
    """Code of the organisation that runs it."""
    gln: str | None
    country: str | None
    time_zone: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A packaging line."""

    code: str
    name: str
    site: str
    operator: str
    """Code of the organisation that runs it."""
    read_point: str | None
    """Where its events happen: its own SGLN, or that of its site."""
    levels: tuple[Level, ...]
    """What it serialises."""
    speed_packs_per_minute: int | None
    capability: Mapping[str, Any]
    time_zone: str
    created_at: datetime
    created_by: str
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A packaging line, as somebody describes it."""

    code: str
    """Short name, unique in the organisation."""
    site: str
    """Code of the site it stands at."""
    name: str
    levels: Sequence[str] = ("pack", "case", "pallet")
    """What it serialises, from `pack` up."""
    read_point: str | None = None
    """SGLN as EPC URI or Digital Link; None: that of the site."""
    speed_packs_per_minute: int | None = None
    """As built, 1 or more."""
    capability: Mapping[str, Any] = field(default_factory=dict)
    """More of what it can do: `{"aggregation": "manual", "printer": "..."}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTradeItem:
    """A trade item and its levels of packing, as somebody describes them."""

    code: str
    """Short name, unique for the owner."""
    name: str
    market: str
    """What it is packed for, such as `DE`."""
    tiers: Sequence[Tier]
    """From the pack up."""
    national_number: str | None = None
    """Its number in the market's own scheme."""
    labels: Mapping[Level, str] = field(default_factory=dict)
    """Label template by level."""
    owner: str | None = None
    """Whose it is; None: of the actor's organisation."""
    serves: str | None = None
    """Another organisation that packs it, with which the owner has an agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeItem:
    """A trade item of an owner, with its levels of packing."""

    code: str
    owner: str
    name: str
    gtin: str
    market: str
    national_number: str | None
    tiers: tuple[Tier, ...]
    labels: Mapping[Level, str] = field(default_factory=dict)
    """Label template by level."""
    created_at: datetime
    created_by: str


def create_site(
    app: Application,
    actor: Actor,
    code: str,
    *,
    name: str,
    gln: str | None = None,
    country: str | None = None,
    time_zone: str = "UTC",
) -> Site:
    """Describe a site of the actor's organisation.

    Args:
        app: The application.
        actor: Who describes it.
        code: Short name, unique in the organisation.
        name: For people.
        gln: GLN of 13 digits; events of its lines happen there.
        country: ISO 3166 code of two letters.
        time_zone: Name of the IANA database, such as `Europe/Berlin`.

    Raises:
        RefusedError: `LIN-003`, something cannot be so.
        Conflict: `LIN-004`, the code is taken.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.LINE_CREATE)
    _require_organisation(actor)
    findings = [*_code_defects(code), *_site_defects(name, gln, country, time_zone)]
    if findings:
        raise RefusedError(*findings)
    at = app.clock()
    new = rows.NewSite(
        organisation_id=actor.organisation_id, code=code, name=name.strip(), gln=gln,
        country=country, time_zone=time_zone, created_at=at, created_by=actor.name,
    )  # fmt: skip
    with app.database.transaction() as conn:
        if rows.insert_site(conn, new) is None:
            raise Conflict(codes.LINE_EXISTS.found(f"There is a site {code!r}.", at="code"))
        auditing.write(conn, actor, Action.SITE_CREATED, code, at=at, detail={"gln": gln})
        return _site(site_row(conn, actor, code))


def sites(app: Application, actor: Actor) -> tuple[Site, ...]:
    """Return the sites that the actor may see, by code."""
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        return tuple(map(_site, rows.sites(conn, operators_for(conn, actor))))


def create_line(app: Application, actor: Actor, told: NewLine) -> Line:
    """Describe a packaging line of the actor's organisation.

    Raises:
        RefusedError: `LIN-003`, something cannot be so.
        NotFound: `LIN-001`, no such site.
        Conflict: `LIN-004`, the code is taken.
        NotPermitted: The actor may not, or the site is another's.
    """
    require(actor, Permission.LINE_CREATE)
    _require_organisation(actor)
    findings = [*_code_defects(told.code), *_line_defects(told)]
    if findings:
        raise RefusedError(*findings)
    at = app.clock()
    with app.database.transaction() as conn:
        stands = site_row(conn, actor, told.site)
        if stands.organisation_id != actor.organisation_id:
            raise NotPermitted(codes.NO_SITE.found("The site belongs to another.", at="site"))
        new = rows.NewLine(
            site_id=stands.site_id, organisation_id=actor.organisation_id, code=told.code,
            name=told.name.strip(), read_point=told.read_point,
            levels=[level.value for level in LEVELS if level in told.levels],
            speed_packs_per_minute=told.speed_packs_per_minute, capability=told.capability,
            created_at=at, created_by=actor.name,
        )  # fmt: skip
        if rows.insert_line(conn, new) is None:
            raise Conflict(codes.LINE_EXISTS.found(f"There is a line {told.code!r}.", at="code"))
        detail = {"site": told.site}
        auditing.write(conn, actor, Action.LINE_CREATED, told.code, at=at, detail=detail)
        return _line(line_row(conn, actor, told.code))


def lines(app: Application, actor: Actor) -> tuple[Line, ...]:
    """Return the lines that the actor may see, by who runs them and code."""
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        return tuple(map(_line, rows.lines(conn, operators_for(conn, actor))))


def line(app: Application, actor: Actor, code: str) -> Line:
    """Return one line: `code`, or `operator/code` where several have one.

    Raises:
        NotFound: `LIN-002`, no such line, or none the actor may see.
    """
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        return _line(line_row(conn, actor, code))


def create_trade_item(app: Application, actor: Actor, told: NewTradeItem) -> TradeItem:
    """Describe a trade item and its levels of packing.

    Raises:
        RefusedError: `LIN-006` or a `GS1` code: the levels make no trade item.
        Conflict: `LIN-007`, the owner has one of this code.
        NotPermitted: The actor may not, or not for this owner.
    """
    require(actor, Permission.LINE_CREATE)
    findings = [*_code_defects(told.code), *check_tiers(told.tiers)]
    if not told.name.strip() or not told.market.strip():
        findings.append(codes.BAD_PACKAGING.found("It needs a name and a market.", at="name"))
    if findings:
        raise RefusedError(*findings)
    at = app.clock()
    with app.database.transaction() as conn:
        owner_id, audience_id = organisations.shared_audience(conn, actor, told.owner, told.serves)
        new = rows.NewPackaging(
            owner_id=owner_id, audience_id=audience_id, code=told.code, name=told.name.strip(),
            gtin=told.tiers[0].gtin or "", market=told.market.strip(),
            national_number=told.national_number, tiers=tuple(told.tiers),
            labels={level.value: name for level, name in told.labels.items()}, created_at=at,
            created_by=actor.name,
        )  # fmt: skip
        if rows.insert_packaging(conn, new) is None:
            message = f"There is a trade item {told.code!r}."
            raise Conflict(codes.PACKAGING_EXISTS.found(message, at="code"))
        named = f"{told.owner or actor.organisation_code}/{told.code}"
        row = packaging_row(conn, actor, named)
        auditing.write(
            conn, actor, Action.PACKAGING_CREATED, told.code, at=at, organisation_id=owner_id,
            detail={"gtin": row.gtin},
        )  # fmt: skip
        return _trade_item(row)


def trade_items(app: Application, actor: Actor) -> tuple[TradeItem, ...]:
    """Return the trade items that the actor may see, by owner and code."""
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        found = rows.packagings(conn, organisations.visible_to(conn, actor))
    return tuple(map(_trade_item, found))


# --- for the services beside this one -------------------------------------------------------------


def operators_for(conn: Connection, actor: Actor) -> list[int]:
    """Return the organisations whose lines the actor may see: its own, and its packers."""
    agreements = organisation_rows.agreements_of(conn, actor.organisation_id)
    packers = {
        each.partner_id
        for each in agreements
        if each.owner_id == actor.organisation_id and each.kind == AgreementKind.RECORDS_FOR
    }
    return sorted({actor.organisation_id, *packers})


def name_for(own: int, operator_id: int, operator: str, code: str) -> str:
    """Return what one calls a site or line: by its code, another's by `operator/code`."""
    return code if operator_id == own else f"{operator}/{code}"


def site_row(conn: Connection, actor: Actor, code: str) -> rows.SiteRow:
    """Return the site an actor means.

    Raises:
        NotFound: `LIN-001`.
    """
    operator, _, name = code.rpartition("/")
    found = [
        row
        for row in rows.sites(conn, operators_for(conn, actor))
        if row.code == name and operator in {"", row.organisation}
    ]
    own = [row for row in found if row.organisation_id == actor.organisation_id]
    found = own if own and not operator else found
    if len(found) != 1:
        raise NotFound(codes.NO_SITE.found(_none_or_several("site", code, found), at="site"))
    return found[0]


def line_row(conn: Connection, actor: Actor, code: str) -> rows.LineRow:
    """Return the line an actor means.

    Raises:
        NotFound: `LIN-002`.
    """
    operator, _, name = code.rpartition("/")
    found = [
        row
        for row in rows.lines_by_code(conn, operators_for(conn, actor), name)
        if operator in {"", row.organisation}
    ]
    own = [row for row in found if row.organisation_id == actor.organisation_id]
    found = own if own and not operator else found
    if len(found) != 1:
        raise NotFound(codes.NO_LINE.found(_none_or_several("line", code, found), at="line"))
    return found[0]


def packaging_row(conn: Connection, actor: Actor, code: str) -> rows.PackagingRow:
    """Return the trade item an actor means.

    Raises:
        NotFound: `LIN-005`.
    """
    owner, _, name = code.rpartition("/")
    visible = organisations.visible_to(conn, actor)
    found = [
        row for row in rows.packagings_by_code(conn, visible, name) if owner in {"", row.owner}
    ]
    if len(found) != 1:
        message = _none_or_several("trade item", code, found)
        raise NotFound(codes.NO_PACKAGING.found(message, at="trade_item"))
    return found[0]


def place_of(line: rows.LineRow) -> str | None:
    """Return where the events of a line happen: its read point, or the GLN of its site."""
    if line.read_point:
        return line.read_point
    return f"https://id.gs1.org/414/{line.site_gln}" if line.site_gln else None


def _none_or_several(what: str, code: str, found: Sequence[object]) -> str:
    if found:
        return f"Several organisations have a {what} {code[:80]!r}: write whose, such as acme/it."
    return f"There is no {what} {code[:80]!r}."


def _require_organisation(actor: Actor) -> None:
    if not actor.organisation_id:
        raise NotPermitted(codes.NO_SITE.found("The actor acts for no organisation."))


def _code_defects(code: str) -> Iterator[Finding]:
    if not _CODE.fullmatch(code):
        message = f"{code[:80]!r} is no code of small letters, digits, dots and hyphens."
        yield codes.BAD_LINE.found(message, at="code")


def _site_defects(
    name: str, gln: str | None, country: str | None, time_zone: str
) -> Iterator[Finding]:
    if not name.strip():
        yield codes.BAD_LINE.found("It needs a name.", at="name")
    if gln is not None and gs1.check_element_string(f"(414){gln}")[1]:
        yield codes.BAD_LINE.found(f"{gln[:40]!r} is no GLN.", at="gln")
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        yield codes.BAD_LINE.found(f"{country[:40]!r} is no country such as DE.", at="country")
    try:
        zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        message = f"{time_zone[:40]!r} is no time zone such as Europe/Berlin."
        yield codes.BAD_LINE.found(message, at="time_zone")


def _line_defects(told: NewLine) -> Iterator[Finding]:
    if not told.name.strip():
        yield codes.BAD_LINE.found("It needs a name.", at="name")
    strange = [each for each in told.levels if each not in LEVELS]
    if strange or not told.levels:
        known = ", ".join(LEVELS)
        message = f"Levels are {known}; not {', '.join(strange)[:80] or 'none'}."
        yield codes.BAD_LINE.found(message, at="levels")
    speed = told.speed_packs_per_minute
    if speed is not None and not 1 <= speed <= _SPEED_MAX:
        message = f"{speed} packs a minute; expected 1 to {_SPEED_MAX:,}."
        yield codes.BAD_LINE.found(message, at="speed_packs_per_minute")
    if told.read_point is not None:
        try:
            key = gs1.parse(told.read_point)
        except RefusedError as refused:
            yield from refused.findings
        else:
            if key.type is not gs1.KeyType.SGLN:
                message = f"{told.read_point[:80]!r} is no SGLN."
                yield codes.BAD_LINE.found(message, at="read_point")


def _site(row: rows.SiteRow) -> Site:
    return Site(
        code=row.code,
        name=row.name,
        operator=row.organisation,
        gln=row.gln,
        country=row.country,
        time_zone=row.time_zone,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _line(row: rows.LineRow) -> Line:
    return Line(
        code=row.code,
        name=row.name,
        site=row.site,
        operator=row.organisation,
        read_point=place_of(row),
        levels=tuple(Level(each) for each in row.levels),
        speed_packs_per_minute=row.speed_packs_per_minute,
        capability=row.capability,
        time_zone=row.time_zone,
        created_at=row.created_at,
        created_by=row.created_by,
        retired_at=row.retired_at,
    )


def _trade_item(row: rows.PackagingRow) -> TradeItem:
    return TradeItem(
        code=row.code,
        owner=row.owner,
        name=row.name,
        gtin=row.gtin,
        market=row.market,
        national_number=row.national_number,
        tiers=row.levels(),
        labels={Level(level): name for level, name in row.labels.items()},
        created_at=row.created_at,
        created_by=row.created_by,
    )
