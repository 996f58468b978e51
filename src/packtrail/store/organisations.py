"""Organisations, their agreements, and audiences: the sets of organisations that see something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row, scalar_row

from packtrail.store import direct
from packtrail.store.direct import Kind, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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


_NAMES = ("organisation_id", "code", "name", "gln")
_COLUMNS = ", ".join(_NAMES)
_BY_CODE = f"select {_COLUMNS} from organisation where code = %s"
_AGREEMENTS = "select owner_id, partner_id, kind from agreement where %s in (owner_id, partner_id)"
_AUDIENCES_OF = Statement(
    "select audience_id from audience_member where organisation_id = %(organisation)s order by 1",
    organisation=Kind.INTEGER,
)
_AUDIENCES = """
    select a.audience_id, a.members
      from audience_member m join audience a on a.audience_id = m.audience_id
     where m.organisation_id = %s
"""


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
        return cursor.execute(_BY_CODE, (code,)).fetchone()


def by_ids(conn: Connection, ids: Iterable[int]) -> list[OrganisationRow]:
    """Return organisations by number, ordered by code."""
    with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from organisation where organisation_id = any(%s) order by code",
            (sorted(ids),),
        ).fetchall()


def every(conn: Connection) -> list[OrganisationRow]:
    """Return all organisations, ordered by code."""
    with conn.cursor(row_factory=class_row(OrganisationRow)) as cursor:
        return cursor.execute(f"select {_COLUMNS} from organisation order by code").fetchall()


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
        return cursor.execute(_AGREEMENTS, (organisation_id,)).fetchall()


Scope = tuple[OrganisationRow | None, list[AgreementRow], dict[frozenset[int], int]]
"""The owner of what is recorded, agreements, and audiences by their members; see `ask_scope`."""


def ask_scope(
    conn: Connection, organisation_id: int, owner_code: str | None
) -> Callable[[], Scope]:
    """Ask what decides for whom an organisation may record; what is returned waits for the answer.

    Args:
        conn: A connection, pipelined at best.
        organisation_id: Who records.
        owner_code: Code of the organisation to record for; None: itself.

    Returns:
        Tells the owner, where there is one of this code; the agreements the organisation has a part
        in; and the audiences it is in.
    """
    owners = None
    if owner_code is not None:
        owners = conn.execute(_BY_CODE, (owner_code,), prepare=True)
    agreements = conn.execute(_AGREEMENTS, (organisation_id,), prepare=True)
    audiences = conn.execute(_AUDIENCES, (organisation_id,), prepare=True)

    def answer() -> Scope:
        found = owners.fetchone() if owners else None
        owner = OrganisationRow(**dict(zip(_NAMES, found, strict=True))) if found else None
        known = [
            AgreementRow(owner_id=one, partner_id=other, kind=kind)
            for one, other, kind in agreements.fetchall()
        ]
        return owner, known, {frozenset(some): number for number, some in audiences.fetchall()}

    return answer


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
    return [row[0] for row in direct.rows(conn, _AUDIENCES_OF, organisation_id)]


def every_audience(conn: Connection) -> list[int]:
    """Return the numbers of all audiences, for what concerns the whole installation."""
    return [row[0] for row in conn.execute("select audience_id from audience")]
