"""Stations: the places at lines that open sealed blocks, each with a key of its own."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from packtrail.access import Action, Actor, Permission, require
from packtrail.access.codes import BAD_NAME
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.serials import blocks, keys
from packtrail.serials.codes import NO_STATION, STATION_TAKEN
from packtrail.services import auditing
from packtrail.services.upkeep.master_key import master_keys
from packtrail.store import serial_blocks as rows
from packtrail.store import serials as pool_rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place at a line that may have sealed blocks."""

    name: str
    public_key: str
    fingerprint: str
    """By which people tell keys apart."""
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


def add_station(app: Application, actor: Actor, name: str, public_key: str) -> Station:
    """Register a station with the public key that it has shown.

    Raises:
        RefusedError: `ACC-012`, the name cannot be used; `SER-026`, the key cannot.
        Conflict: `SER-028`, the name is taken.
        NotPermitted: The actor may not.
        UsageError: There is no master key to encrypt the key of the signer with.
    """
    require(actor, Permission.POOL_CREATE)
    if not _NAME.fullmatch(name):
        message = f"{name[:80]!r} cannot be the name of a station."
        raise RefusedError(BAD_NAME.found(message, at="name"))
    blocks.station_key(public_key)
    key, at = blocks.signer_key(public_key), app.clock()
    with app.database.transaction() as conn:
        signer(app, conn, actor.organisation_id)  # The station is told at once whom to trust.
        number = rows.insert_station(conn, actor.organisation_id, name, key, by=actor.name, at=at)
        if number is None:
            raise Conflict(STATION_TAKEN.found(f"There is a station {name!r}.", at="name"))
        detail = {"fingerprint": blocks.fingerprint(key)}
        auditing.write(conn, actor, Action.STATION_CREATED, name, at=at, detail=detail)
        return _told(one_station(conn, actor, name))


def stations(app: Application, actor: Actor) -> tuple[Station, ...]:
    """Return the stations of the actor's organisation, by name."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        return tuple(map(_told, rows.stations(conn, actor.organisation_id)))


def revoke_station(app: Application, actor: Actor, name: str) -> Station:
    """Let a station have no more blocks; those it has stay open to it.

    Raises:
        NotFound: `SER-027`, no such station, or it has none already.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.POOL_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = one_station(conn, actor, name)
        rows.revoke_station(conn, row.station_id, at=at)
        auditing.write(conn, actor, Action.STATION_REVOKED, name, at=at)
        found = rows.station(conn, actor.organisation_id, name)
        return _told(found or row)


def signer_public_key(app: Application, actor: Actor) -> str | None:
    """Return the key that signs the blocks of the actor's organisation: stations must trust it.

    Returns:
        None while the organisation has no station.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        known = rows.signer(conn, actor.organisation_id)
    return blocks.text_of(known[0]) if known else None


def one_station(conn: Connection, actor: Actor, name: str) -> rows.StationRow:
    """Return a station of the actor's organisation that may have blocks.

    Raises:
        NotFound: `SER-027`, there is none.
    """
    row = rows.station(conn, actor.organisation_id, name)
    if row is None or row.revoked_at:
        message = f"There is no station {name[:80]!r} that may have blocks."
        raise NotFound(NO_STATION.found(message, at="station"))
    return row


def signer(app: Application, conn: Connection, organisation_id: int) -> Ed25519PrivateKey:
    """Return the key that signs the blocks of an organisation, made when it is needed first."""
    known = rows.signer(conn, organisation_id)
    name = signer_name(organisation_id)
    if known is None:
        made = Ed25519PrivateKey.generate()
        sealed = keys.wrap(
            master_keys(app.settings, may_make=not pool_rows.has_keys(conn)),
            made.private_bytes_raw(),
            nonce=secrets.token_bytes(keys.NONCE_BYTES),
            name=name,
        )
        public = made.public_key().public_bytes_raw()
        rows.insert_signer(conn, organisation_id, public, sealed, at=app.clock())
        known = rows.signer(conn, organisation_id) or (public, sealed)
    private = keys.unwrap(master_keys(app.settings), known[1], name=name)
    return Ed25519PrivateKey.from_private_bytes(private)


def signer_name(organisation_id: int) -> str:
    """Return what the key of a signer is called: only under this name it is opened."""
    return f"signer of organisation {organisation_id}"


def _told(row: rows.StationRow) -> Station:
    return Station(
        name=row.name,
        public_key=blocks.text_of(row.public_key),
        fingerprint=blocks.fingerprint(row.public_key),
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
    )
