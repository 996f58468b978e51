"""Mail addresses: which were confirmed by who reads them, and what kinds of mail they refuse.

Addresses are compared in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg.rows import class_row, scalar_row

from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

_SQL = named.statements("mail_addresses")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """An address of somebody."""

    organisation_id: int
    address: str
    names: Sequence[str]
    """Who is told there."""
    noted_at: datetime
    asks: int
    asked_at: datetime | None
    confirmed_at: datetime | None
    held: int
    """Mails that wait for it to be confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    """A kind of mail that an address refuses."""

    address: str
    kind: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What an address says to a kind of mail."""

    is_confirmed: bool
    is_refused: bool


def note(conn: Connection, organisation_id: int, address: str, *, at: datetime) -> None:
    """Note an address, if it is new; it is not confirmed."""
    conn.execute(_SQL["note"], [organisation_id, address.lower(), at])


def standing(conn: Connection, organisation_id: int, address: str, kind: str) -> Standing:
    """Return what an address says to a kind of mail."""
    values = {"organisation_id": organisation_id, "address": address.lower(), "kind": kind}
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(_SQL["standing"], values).fetchall()[0]


def of_organisation(conn: Connection, organisation_id: int, *, limit: int) -> list[AddressRow]:
    """Return the addresses of an organisation, those that somebody must see to first."""
    with conn.cursor(row_factory=class_row(AddressRow)) as cursor:
        return cursor.execute(
            _SQL["of_organisation"], [organisation_id, organisation_id, limit]
        ).fetchall()


def several(
    conn: Connection, organisation_id: int, addresses: Iterable[str]
) -> dict[str, AddressRow]:
    """Return those addresses that are noted, by address in lower case."""
    wanted = [each.lower() for each in addresses]
    with conn.cursor(row_factory=class_row(AddressRow)) as cursor:
        found = cursor.execute(_SQL["several"], [organisation_id, wanted]).fetchall()
    return {each.address: each for each in found}


def to_ask(
    conn: Connection, *, asked_before: datetime, asks_max: int, limit: int
) -> list[tuple[int, str]]:
    """Return addresses that are to be asked: the new ones, and where mails wait, some again.

    Args:
        conn: A connection.
        asked_before: Again only what was asked before.
        asks_max: Nor more often than so many times.
        limit: At most so many.
    """
    values = {"asked_before": asked_before, "asks_max": asks_max, "limit": limit}
    return [(int(a), str(b)) for a, b in conn.execute(_SQL["to_ask"], values).fetchall()]


def ask(conn: Connection, organisation_id: int, address: str, *, at: datetime) -> int | None:
    """Count that an address is asked; return how often it was, None where it is confirmed."""
    values = {"organisation_id": organisation_id, "address": address.lower(), "at": at}
    with conn.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute(_SQL["ask"], values).fetchone()
    return None if found is None else int(found)


def confirm(
    conn: Connection, organisation_id: int, address: str, *, asks: int, at: datetime
) -> bool:
    """Confirm an address by the link of its last mail; return False where it was before."""
    values = [at, organisation_id, address.lower(), asks]
    return conn.execute(_SQL["confirm"], values).rowcount == 1


def release(
    conn: Connection,
    organisation_id: int,
    address: str,
    *,
    at: datetime,
    give_up_at: datetime,
    not_before: datetime,
    too_old: str,
) -> int:
    """Let mails go that waited for an address; drop those recorded before. Return how many go."""
    values = {
        "organisation_id": organisation_id, "address": address.lower(), "at": at,
        "give_up_at": give_up_at, "not_before": not_before, "too_old": too_old,
    }  # fmt: skip
    gone = conn.execute(_SQL["release"], values).rowcount
    conn.execute(_SQL["drop_held"], values)
    return gone


def refusals(
    conn: Connection, organisation_id: int, addresses: Iterable[str]
) -> dict[str, list[RefusalRow]]:
    """Return what addresses refuse, by address in lower case."""
    found: dict[str, list[RefusalRow]] = {}
    with conn.cursor(row_factory=class_row(RefusalRow)) as cursor:
        wanted = [each.lower() for each in addresses]
        for row in cursor.execute(_SQL["refusals"], [organisation_id, wanted]):
            found.setdefault(row.address, []).append(row)
    return found


def refuse(
    conn: Connection, organisation_id: int, address: str, kind: str, *, at: datetime, by: str
) -> bool:
    """Let an address refuse a kind of mail; return False where it did before."""
    values = [organisation_id, address.lower(), kind, at, by]
    return conn.execute(_SQL["refuse"], values).rowcount == 1


def take_back(conn: Connection, organisation_id: int, address: str, kind: str) -> bool:
    """Let an address refuse a kind of mail no more; return False where it did not."""
    values = [organisation_id, address.lower(), kind]
    return conn.execute(_SQL["take_back"], values).rowcount == 1
