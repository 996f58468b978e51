"""Whose credentials count: the file of an organisation, and what it makes of a presentation.

Every version is kept with its hash, and the log of an answer names the version that it went by.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.services import auditing
from packtrail.store import vrs as rows
from packtrail.verification import presentations, trust
from packtrail.verification.codes import BAD_PRESENTATION, BAD_TRUST
from packtrail.verification.presentations import HEADER, Presentation
from packtrail.verification.trust import NOBODY, Trust

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.store.vrs import TrustRow
    from packtrail.verification.messaging import ResponderPolicy
    from packtrail.verification.presentations import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Whose credentials count, and since when an organisation says so."""

    trust: Trust
    version: int
    """0: no file was given yet, and no issuer counts."""
    sha256: str = ""
    content: str = ""
    """The file, as it was given."""
    set_at: datetime | None = None
    set_by: str = ""
    is_kept: bool = True
    """Whether it counts from now on, and was not only looked at."""


def current(app: Application, actor: Actor) -> Kept:
    """Return whose credentials count for the actor's organisation.

    Raises:
        NotPermitted: The actor may not see verifications.
    """
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        return _current(conn, actor)


def set_trust(app: Application, actor: Actor, content: bytes, *, is_dry: bool = False) -> Kept:
    """Say whose credentials count from now on.

    Args:
        app: The application.
        actor: Who says it.
        content: The whole file, TOML or JSON; what it does not name does not count any more.
        is_dry: Only read it.

    Raises:
        RefusedError: `VER-110`, it cannot be used; every entry that is wrong is named.
        NotPermitted: The actor may not change who is answered.
    """
    require(actor, Permission.VRS_UPDATE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError(BAD_TRUST.found("It is no text in UTF-8.")) from None
    read = trust.read(text)
    sha256, at = hashlib.sha256(content).hexdigest(), app.clock()
    with app.database.transaction() as conn:
        before = _current(conn, actor)
        is_new = before.sha256 != sha256
        version = before.version + 1 if is_new else before.version
        if is_new and not is_dry:
            values = {
                "organisation_id": actor.organisation_id, "version": version, "content": text,
                "sha256": sha256, "at": at, "by": actor.name,
            }  # fmt: skip
            rows.add_trust(conn, values)
            detail = {"version": version, "sha256": sha256, **counts(read)}
            auditing.write(conn, actor, Action.TRUST_UPDATED, "credentials", at=at, detail=detail)
    return Kept(
        trust=read, version=version, sha256=sha256, content=text, set_at=at, set_by=actor.name,
        is_kept=not is_dry,
    )  # fmt: skip


def counts(told: Trust) -> dict[str, int]:
    """Return how many entries of each kind a file has."""
    return {
        "issuers": len(told.issuers),
        "holders": len(told.holders),
        "revoked": len(told.revoked),
        "status_lists": len(told.status_lists),
    }


def check(app: Application, actor: Actor, text: str, *, req_gln: str = "") -> Presentation:
    """Say what a presentation would prove now; nothing is kept of it.

    Raises:
        NotPermitted: The actor may not see verifications.
    """
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        own = rows.responder(conn, actor.organisation_id)
        told = _current(conn, actor).trust
    request = presentations.Request(
        at=app.clock(), req_gln=req_gln, responder_gln=own[0] if own else ""
    )
    return presentations.check(text, told, request)


def shown(
    conn: Connection,
    actor: Actor,
    policy: ResponderPolicy,
    presentation: str | None,
    request: Request,
) -> dict[str, Any]:
    """Return what the log keeps of a presentation.

    Raises:
        NotPermitted: By the policy who shows it is not answered: `VER-107` where there is none, and
            else everything that is wrong with it, or cannot be told.
    """
    if presentation is None:
        if policy.needs_presentation:
            text = f"There is no header {HEADER}."
            raise NotPermitted(BAD_PRESENTATION.found(text, at=HEADER))
        return {}
    kept = _current(conn, actor)
    found = presentations.check(presentation, kept.trust, request)
    if found.is_refused(policy):
        raise NotPermitted(*found.findings)
    return {"presentation": found.members(policy) | {"trustVersion": kept.version}}


def _current(conn: Connection, actor: Actor) -> Kept:
    row: TrustRow | None = rows.trust(conn, actor.organisation_id)
    if row is None:
        return Kept(trust=NOBODY, version=0)
    return Kept(
        trust=trust.read(row.content), version=row.version, sha256=row.sha256,
        content=row.content, set_at=row.set_at, set_by=row.set_by,
    )  # fmt: skip
