"""Organisations, their agreements, and audiences: the sets of organisations that see something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row, scalar_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from psycopg import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    """A row of `organisation`."""

    organisation_id: int
    code: str
    name: str
    gln: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """A row of `agreement`."""

    owner_id: int
    partner_id: int
    kind: str


_COLUMNS = "organisation_id, code, name, gln"


def insert(
    conn: Connection, code: str, *, name: str, gln: str | None, at: datetime
) -> OrganisationRow | None:
    """Add an organisation; return None when the code or the GLN is taken."""
    with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        return cursor.execute(
            f"""
            insert into organisation (code, name, gln, created_at) values (%s, %s, %s, %s)
            on conflict do nothing returning {_COLUMNS}
            """,
            (code, name, gln, at),
        ).fetchone()


def by_code(conn: Connection, code: str) -> OrganisationRow | None:
    """Return an organisation by its code."""
    with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from organisation where code = %s", (code,)
        ).fetchone()


def by_ids(conn: Connection, ids: Iterable[int]) -> list[OrganisationRow]:
    """Return organisations by number, ordered by code."""
    with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from organisation where organisation_id = any(%s) order by code",
            (sorted(ids),),
        ).fetchall()


def first(conn: Connection, *, limit: int) -> list[OrganisationRow]:
    """Return organisations, ordered by code."""
    with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from organisation order by code limit %s", (limit,)
        ).fetchall()


def insert_agreement(
    conn: Connection, owner_id: int, partner_id: int, *, kind: str, at: datetime
) -> bool:
    """Add an agreement; return False when it stands already."""
    done = conn.execute(
        """
        insert into agreement (owner_id, partner_id, kind, since) values (%s, %s, %s, %s)
        on conflict do nothing
        """,
        (owner_id, partner_id, kind, at),
    )
    return done.rowcount == 1


def agreements_of(conn: Connection, organisation_id: int) -> list[AgreementRow]:
    """Return the agreements an organisation has a part in, as owner or as partner."""
    with conn.cursor(row_factory=class_row(AgreementRow)) as cursor:
        return cursor.execute(
            "select owner_id, partner_id, kind from agreement where %s in (owner_id, partner_id)",
            (organisation_id,),
        ).fetchall()


def audience_id(conn: Connection, members: Iterable[int]) -> int:
    """Return the audience of exactly these organisations, made when there is none yet."""
    ordered = sorted(set(members))
    with conn.cursor(row_factory=scalar_row) as cursor:
        find = "select audience_id from audience where members = %s::integer[]"
        found: int | None = cursor.execute(find, (ordered,)).fetchone()
        if found is not None:
            return found
        made: int | None = cursor.execute(
            "insert into audience (members) values (%s) on conflict do nothing"
            " returning audience_id",
            (ordered,),
        ).fetchone()
        if made is None:  # Another made it meanwhile, and has committed it.
            return int(cursor.execute(find, (ordered,)).fetchone() or 0)
        cursor.executemany(
            "insert into audience_member (organisation_id, audience_id) values (%s, %s)",
            [(member, made) for member in ordered],
        )
        return made


def members(conn: Connection, audience_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return the organisations of audiences."""
    rows = conn.execute(
        "select audience_id, members from audience where audience_id = any(%s)",
        (list(audience_ids),),
    )
    return {audience_id: frozenset(some) for audience_id, some in rows}


def audiences_of(conn: Connection, organisation_id: int) -> list[int]:
    """Return the audiences an organisation is in: what it may see."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            "select audience_id from audience_member where organisation_id = %s order by 1",
            (organisation_id,),
        )
        return cursor.fetchall()
