"""Facts: what forms ask of trade items and places beside master data, typed in or loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from packtrail import gs1
from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.reporting import catalogue, codes
from packtrail.services import auditing
from packtrail.store import receivers as rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

Kind = Literal["item", "place"]
MARKETS: Final = "markets"
"""Fact of a trade item: ISO codes of the markets that it is made for, with blanks between."""
_LENGTHS: Final[Mapping[Kind, int]] = {"item": 14, "place": 13}
_VALUE_MAX: Final = 2_000
_OF_MARKET: Final = re.compile(r"[A-Z]{2}\.(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The last word on one fact."""

    kind: str
    subject: str
    """GTIN of 14 digits, or GLN."""
    name: str
    value: str
    changed_at: datetime
    changed_by: str


def names_of(kind: Kind) -> dict[str, str]:
    """Return the facts that forms ask of trade items or places: name -> what it is."""
    found: dict[str, str] = {}
    for form in catalogue.forms().values():
        found |= form.item_facts if kind == "item" else form.place_facts
    if kind == "item":
        found[MARKETS] = "Markets it is made for: ISO codes with blanks between"
        found["name"] = "Name, where master data tells none"
    else:
        found["name"] = "Name, where master data tells none"
    return dict(sorted(found.items()))


def facts(
    app: Application, actor: Actor, kind: Kind, subjects: Sequence[str] | None = None
) -> tuple[Fact, ...]:
    """Return what is said of trade items or places.

    Args:
        app: The application.
        actor: Who asks.
        kind: `item` or `place`.
        subjects: GTINs of 14 digits, or GLNs; None: all.
    """
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        found = rows.facts(conn, actor.organisation_id, kind, subjects)
    return tuple(
        Fact(
            kind=row.kind,
            subject=row.subject,
            name=row.name,
            value=row.value,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in found
        if row.value
    )


def put(app: Application, actor: Actor, kind: Kind, subject: str, told: Mapping[str, str]) -> None:
    """Say something of a trade item or place; an empty value takes a word back.

    Raises:
        RefusedError: `REP-036`, subject or name cannot be used.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.REPORTING_CREATE)
    subject = subject.zfill(14) if kind == "item" and subject.isdigit() else subject
    defects = tuple(_defects(kind, subject, told))
    if defects:
        raise RefusedError(*defects)
    at = app.clock()
    with app.database.transaction() as conn:
        rows.insert_facts(
            conn,
            actor.organisation_id,
            [(kind, subject, name, value.strip()) for name, value in told.items()],
            at=at,
            by=actor.name,
        )
        detail = {"kind": kind, "names": sorted(told)}
        auditing.write(conn, actor, Action.FACT_UPDATED, subject, at=at, detail=detail)


def told_of(
    conn: Connection, organisation_id: int, kind: Kind, subjects: Sequence[str] | None
) -> dict[str, dict[str, str]]:
    """Return facts by subject."""
    found: dict[str, dict[str, str]] = {}
    for row in rows.facts(conn, organisation_id, kind, subjects):
        if row.value:
            found.setdefault(row.subject, {})[row.name] = row.value
    return found


def _defects(kind: Kind, subject: str, told: Mapping[str, str]) -> Iterator[Finding]:
    length = _LENGTHS[kind]
    is_number = subject.isascii() and subject.isdigit() and len(subject) == length
    if not is_number or gs1.check_digit(subject[:-1]) != subject[-1]:
        what = "GTIN" if kind == "item" else "GLN"
        yield codes.BAD_FACT_NAME.found(f"{subject[:40]!r} is no {what}.", at="subject")
    known = names_of(kind)
    for name, value in told.items():
        match = _OF_MARKET.fullmatch(name)
        if name not in known and not (match and f"XX.{match[1]}" in known):
            yield codes.BAD_FACT_NAME.found(f"No form asks for {name[:80]!r}.", at=name)
        if len(value) > _VALUE_MAX:
            message = f"The value of {name!r} has more than {_VALUE_MAX} characters."
            yield codes.BAD_FACT_NAME.found(message, at=name)
