"""Legal holds: placed for a reason and an owner, released by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.services.goods.tracing import read_identifier
from packtrail.store import codes
from packtrail.store import holds as rows
from packtrail.store.holds import Hold, InForce

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

__all__ = [
    "KINDS",
    "Hold",
    "InForce",
    "Wanted",
    "every",
    "in_force",
    "keep_still",
    "place",
    "release",
]

KINDS: Final = ("month", "lot", "product", "shipment", "pack")
_TEXT_LENGTH_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A hold that is asked for."""

    kind: str
    """One of `KINDS`."""
    subject: str
    """`2026-03` or `2026-03/2026-06`; a lot; a GTIN; a document number; a pack's identifier."""
    reason: str
    owner: str
    """Who asked for it: a court, an authority, a case."""


def every(app: Application, actor: Actor) -> tuple[Hold, ...]:
    """Return the holds of the actor's organisation, the newest first.

    Raises:
        NotPermitted: The actor may not see them.
    """
    require(actor, Permission.ARCHIVE_READ)
    with app.database.reading() as conn:
        return tuple(rows.of_organisation(conn, actor.organisation_id))


def place(app: Application, actor: Actor, wanted: Wanted) -> Hold:
    """Place a hold; nothing that it reaches is dropped until it is released.

    Raises:
        NotPermitted: The actor may not place holds.
        RefusedError: `STO-077`, it is not clear what it is over, or why, or for whom.
    """
    require(actor, Permission.HOLD_CREATE)
    about = _about(wanted)
    now = app.clock()
    with app.database.transaction() as conn:
        rows.take_turn(conn)
        kind, subject = str(about["kind"]), str(about["subject"])
        if kind != "month" and not rows.is_recorded(conn, kind, subject):
            text = f"Nothing is recorded of {kind} {wanted.subject!r}."
            raise RefusedError(codes.HOLD_UNCLEAR.found(text, at="subject"))
        who = {"by": actor.name, "by_id": actor.id}
        hold_id = rows.insert(conn, actor.organisation_id, about=about, at=now, **who)
        detail = {key: str(value) for key, value in about.items() if value}
        auditing.write(conn, actor, Action.HOLD_PLACED, str(hold_id), at=now, detail=detail)
        placed = {each.hold_id: each for each in rows.of_organisation(conn, actor.organisation_id)}
    return placed[hold_id]


def release(app: Application, actor: Actor, hold_id: int, *, reason: str) -> None:
    """Release a hold that somebody else has placed.

    The command line is one actor, whoever types: it knows no person. What it has placed is released
    by somebody with an account or a key; what they have placed, it may release, and the audit trail
    names both.

    Raises:
        NotPermitted: The actor may not release holds.
        NotFound: `STO-079`, there is no such hold in force.
        Conflict: `STO-078`, the actor has placed it.
        RefusedError: `STO-077`, no reason is given.
    """
    require(actor, Permission.HOLD_CREATE)
    if not reason.strip():
        raise RefusedError(codes.HOLD_UNCLEAR.found("A release has a reason.", at="reason"))
    now = app.clock()
    with app.database.transaction() as conn:
        found = rows.locked(conn, hold_id, actor.organisation_id)
        if found is None:
            text = f"There is no hold {hold_id} in force."
            raise NotFound(codes.HOLD_UNKNOWN.found(text))
        if found.placed_by_id == actor.id:
            text = f"Hold {hold_id} was placed by {found.placed_by}, who now would release it."
            raise Conflict(codes.HOLD_OF_SECOND_PERSON.found(text))
        rows.release(conn, hold_id, at=now, by=actor.name)
        detail = {
            "reason": reason.strip()[:_TEXT_LENGTH_MAX],
            "over": found.over,
            "placed_by": found.placed_by,
            "placed_by_id": found.placed_by_id,
        }
        auditing.write(conn, actor, Action.HOLD_RELEASED, str(hold_id), at=now, detail=detail)


def keep_still(conn: Connection) -> None:
    """Let nobody place a hold until the transaction ends: what is dropped then is not held."""
    rows.keep_still(conn)


def in_force(conn: Connection) -> InForce:
    """Return the holds of all organisations that are not released."""
    return rows.in_force(conn)


def _about(wanted: Wanted) -> dict[str, object]:
    reason, owner = wanted.reason.strip(), wanted.owner.strip()
    texts = {"subject": wanted.subject.strip(), "reason": reason, "owner": owner}
    findings = [
        codes.HOLD_UNCLEAR.found(
            f"The {name} has {len(text)} characters; expected 1 to {_TEXT_LENGTH_MAX}.", at=name
        )
        for name, text in texts.items()
        if not 0 < len(text) <= _TEXT_LENGTH_MAX
    ]
    if wanted.kind not in KINDS:
        text = f"A hold is over {', '.join(KINDS)}; not over {wanted.kind!r}."
        findings.append(codes.HOLD_UNCLEAR.found(text, at="kind"))
    if findings:
        raise RefusedError(*findings)
    subject, first_day, last_day = texts["subject"], None, None
    if wanted.kind == "month":
        first_day, last_day = _months(subject)
        subject = ""
    elif wanted.kind == "product":
        subject = subject.zfill(14) if subject.isdecimal() else subject
    elif wanted.kind == "pack":
        _, item = read_identifier(subject)
        subject = "|".join(item)
    return {
        "kind": wanted.kind,
        "subject": subject,
        "reason": reason,
        "owner": owner,
        "first_day": first_day,
        "last_day": last_day,
    }


def _months(text: str) -> tuple[date, date]:
    first, _, last = text.partition("/")
    try:
        days = [date.fromisoformat(f"{one.strip()}-01") for one in (first, last or first)]
    except ValueError as error:
        told = f"{text!r} is no month: write it like 2026-03, or 2026-03/2026-06."
        raise RefusedError(codes.HOLD_UNCLEAR.found(told, at="subject")) from error
    if days[0] > days[1]:
        told = f"{first} is after {last}."
        raise RefusedError(codes.HOLD_UNCLEAR.found(told, at="subject"))
    return days[0], days[1]
