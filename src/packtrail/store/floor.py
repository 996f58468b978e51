"""Sites, packaging lines, and trade items with their levels of packing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.production.levels import Tier
from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

_SQL = named.statements("floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """What a site starts with."""

    organisation_id: int
    code: str
    name: str
    gln: str | None
    country: str | None
    time_zone: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A row of `site`, with the code of who runs it."""

    site_id: int
    organisation_id: int
    organisation: str
    code: str
    name: str
    gln: str | None
    country: str | None
    time_zone: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """What a line starts with."""

    site_id: int
    organisation_id: int
    code: str
    name: str
    read_point: str | None
    levels: list[str]
    speed_packs_per_minute: int | None
    capability: Mapping[str, Any]
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A row of `packaging_line`, with its site."""

    line_id: int
    site_id: int
    site: str
    site_name: str
    site_gln: str | None
    time_zone: str
    organisation_id: int
    organisation: str
    code: str
    name: str
    read_point: str | None
    levels: list[str]
    speed_packs_per_minute: int | None
    capability: dict[str, Any]
    created_at: datetime
    created_by: str
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPackaging:
    """What a trade item starts with."""

    owner_id: int
    audience_id: int
    code: str
    name: str
    gtin: str
    market: str
    national_number: str | None
    tiers: tuple[Tier, ...]
    labels: Mapping[str, str]
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagingRow:
    """A row of `packaging`, with the code of its owner."""

    packaging_id: int
    owner_id: int
    owner: str
    audience_id: int
    code: str
    name: str
    gtin: str
    market: str
    national_number: str | None
    tiers: list[dict[str, Any]]
    labels: dict[str, str]
    created_at: datetime
    created_by: str

    def levels(self) -> tuple[Tier, ...]:
        """Return its tiers as values."""
        return msgspec.convert(self.tiers, tuple[Tier, ...])


def insert_site(conn: Connection, new: NewSite) -> int | None:
    """Add a site; None when its code is taken."""
    row = conn.execute(_SQL["insert_site"], asdict(new)).fetchone()
    return int(row[0]) if row else None


def sites(conn: Connection, organisation_ids: Sequence[int]) -> list[SiteRow]:
    """Return the sites that organisations run."""
    with conn.cursor(row_factory=class_row(SiteRow)) as cursor:
        where = "where s.organisation_id = any(%s) order by o.code, s.code"
        return cursor.execute(f"{_SQL['sites']} {where}", [list(organisation_ids)]).fetchall()


def lock_site(conn: Connection, site_id: int) -> None:
    """Let nobody else treat goods of this site until the transaction ends."""
    conn.execute(_SQL["lock_site"], [site_id])


def insert_line(conn: Connection, new: NewLine) -> int | None:
    """Add a line; None when its code is taken."""
    values = {**asdict(new), "capability": Jsonb(dict(new.capability))}
    row = conn.execute(_SQL["insert_line"], values).fetchone()
    return int(row[0]) if row else None


def lines(conn: Connection, organisation_ids: Sequence[int]) -> list[LineRow]:
    """Return the lines that organisations run."""
    return _lines(conn, "l.organisation_id = any(%s) order by o.code, l.code", organisation_ids)


def lines_by_id(conn: Connection, line_ids: Sequence[int]) -> list[LineRow]:
    """Return lines by number."""
    return _lines(conn, "l.line_id = any(%s)", line_ids)


def lines_by_code(conn: Connection, organisation_ids: Sequence[int], code: str) -> list[LineRow]:
    """Return the lines of a code that organisations run."""
    return _lines(conn, "l.organisation_id = any(%s) and l.code = %s", organisation_ids, code)


def insert_packaging(conn: Connection, new: NewPackaging) -> int | None:
    """Add a trade item; None when its code is taken."""
    values = {
        **{name: getattr(new, name) for name in NewPackaging.__slots__},
        "tiers": Jsonb(msgspec.to_builtins(new.tiers)),
        "labels": Jsonb(dict(new.labels)),
    }
    row = conn.execute(_SQL["insert_packaging"], values).fetchone()
    return int(row[0]) if row else None


def packagings(conn: Connection, audience_ids: Sequence[int]) -> list[PackagingRow]:
    """Return the trade items that may be seen, by owner and code."""
    return _packagings(conn, "p.audience_id = any(%s) order by o.code, p.code", audience_ids)


def packagings_by_code(
    conn: Connection, audience_ids: Sequence[int], code: str
) -> list[PackagingRow]:
    """Return the trade items of a code that may be seen: of different owners."""
    where = "p.audience_id = any(%s) and p.code = %s order by o.code"
    return _packagings(conn, where, audience_ids, code)


def _lines(conn: Connection, where: str, ids: Sequence[int], *values: str) -> list[LineRow]:
    with conn.cursor(row_factory=class_row(LineRow)) as cursor:
        return cursor.execute(f"{_SQL['lines']} where {where}", [list(ids), *values]).fetchall()


def _packagings(
    conn: Connection, where: str, ids: Sequence[int], *values: str
) -> list[PackagingRow]:
    with conn.cursor(row_factory=class_row(PackagingRow)) as cursor:
        text = f"{_SQL['packagings']} where {where}"
        return cursor.execute(text, [list(ids), *values]).fetchall()
