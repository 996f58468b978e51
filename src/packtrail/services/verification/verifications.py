"""Verifications of the past: who asked what, when and where, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.services.codes import NO_VERIFICATION
from packtrail.services.goods import places
from packtrail.services.verification.verifying import place_text
from packtrail.store import verifications as rows
from packtrail.verification.judging import Verdict
from packtrail.verification.question import product_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which verifications of the past; None asks nothing."""

    gtin: str | None = None
    serial: str | None = None
    place: str | None = None
    actor_id: str | None = None
    verdicts: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    """Go on after this one, of an answer that is the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A verification of the past, as it was kept."""

    verification_id: str
    at: datetime
    recorded_at: datetime
    gtin: str | None
    serial: str | None
    lot: str | None
    expires: str | None
    scanned: str | None
    way: str
    purpose: str
    place: str | None
    station: str | None
    market: str | None
    actor_id: str
    actor_name: str
    verdict: Verdict
    reasons: tuple[str, ...]
    rule_pack: str
    detail: Mapping[str, Any] | None


def history(
    app: Application, actor: Actor, asked: Asked | None = None, *, limit: int = 100
) -> tuple[Kept, ...]:
    """Return verifications that the actor's organisation asked for, the newest first.

    Raises:
        RefusedError: GTIN or place cannot be read.
        NotFound: `VER-071`, there is no verification to go on after.
        NotPermitted: The actor may not see verifications.
    """
    require(actor, Permission.VERIFICATION_READ)
    wanted = asked or Asked()
    with app.database.reading() as conn:
        place = places.place_key(wanted.place) if wanted.place else None
        found = rows.newest(
            conn,
            [actor.organisation_id],
            rows.Wanted(
                class_key=f"sgtin/{product_of(wanted.gtin)}" if wanted.gtin else None,
                item_key=wanted.serial,
                actor_id=wanted.actor_id,
                places=[place_text(place)] if place else None,
                verdicts=wanted.verdicts or None,
                since=wanted.since,
                until=wanted.until,
                before=_after(conn, actor, wanted.after) if wanted.after else None,
            ),
            limit=limit,
        )
    return tuple(map(_kept, found))


def kept(app: Application, actor: Actor, verification_id: str) -> Kept:
    """Return one verification of the past.

    Raises:
        NotFound: `VER-071`, there is none, or it was not the actor's organisation that asked.
    """
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        return _kept(_row(conn, actor, verification_id))


def _row(conn: Connection, actor: Actor, verification_id: str) -> rows.VerificationRow:
    try:
        found = rows.by_id(conn, UUID(verification_id), actor.organisation_id)
    except ValueError:
        found = None
    if found is None:
        text = f"There is no verification {verification_id[:40]!r}."
        raise NotFound(NO_VERIFICATION.found(text))
    return found


def _after(conn: Connection, actor: Actor, verification_id: str) -> tuple[datetime, UUID]:
    row = _row(conn, actor, verification_id)
    return row.at, row.verification_id


def _kept(row: rows.VerificationRow) -> Kept:
    _, _, gtin = row.class_key.partition("/")
    return Kept(
        verification_id=str(row.verification_id),
        at=row.at,
        recorded_at=row.recorded_at,
        gtin=gtin or None,
        serial=row.item_key or None,
        lot=row.lot,
        expires=row.expires,
        scanned=row.scanned,
        way=row.way,
        purpose=row.purpose,
        place=row.place,
        station=row.station,
        market=row.market,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        verdict=Verdict(row.verdict),
        reasons=tuple(row.reasons),
        rule_pack=row.rule_pack,
        detail=row.detail,
    )
