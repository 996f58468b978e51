"""Answering verification messages: a maker's responder, with its policy; every question is kept.

Who asks is known by an API key of the maker's organisation. The answer is decided like any other
verification, and put into the words of the message.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from packtrail.access import Action, ActorKind, Permission, require
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.services import auditing
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import ANOTHER_PARTNER, NO_RESPONDER
from packtrail.services.verification import vrs_trust
from packtrail.services.verification.verifying import Ask, Circumstances, Verifier
from packtrail.store import lots
from packtrail.store import verifications as verification_rows
from packtrail.store import vrs as rows
from packtrail.verification import messaging, presentations
from packtrail.verification.codes import BAD_MESSAGE, PRODUCT_UNKNOWN
from packtrail.verification.judging import Purpose
from packtrail.verification.messaging import ResponderPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.verification.messaging import Message

_PURPOSES = {messaging.SALEABLE_RETURN: Purpose.RETURN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """How an organisation answers."""

    gln: str
    policy: ResponderPolicy
    partner_gln: str | None = None
    """The only GLN with which the key that asks may ask; None: any."""


def responder(app: Application, actor: Actor) -> Responder:
    """Return how the actor's organisation answers.

    Raises:
        NotFound: `VER-102`, it answers nobody.
        NotPermitted: The actor may not see verifications.
    """
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        return _responder(conn, actor)


def set_responder(app: Application, actor: Actor, gln: str, policy: ResponderPolicy) -> Responder:
    """Say with which GLN and policy the actor's organisation answers.

    Raises:
        RefusedError: `VER-100`, it is no GLN.
        NotPermitted: The actor may not change it.
    """
    require(actor, Permission.VRS_UPDATE)
    if not messaging.is_gln(gln):
        raise RefusedError(BAD_MESSAGE.found(f"{gln[:40]!r} is no GLN.", at="gln"))
    at = app.clock()
    with app.database.transaction() as conn:
        values = {
            "organisation_id": actor.organisation_id, "gln": gln, "at": at, "by": actor.name,
        }  # fmt: skip
        rows.set_responder(conn, values, asdict(policy))
        detail = {"gln": gln, **asdict(policy)}
        auditing.write(conn, actor, Action.RESPONDER_UPDATED, gln, at=at, detail=detail)
    return Responder(gln=gln, policy=policy)


def respond(
    app: Application,
    actor: Actor,
    parts: Sequence[str],
    query: Mapping[str, str],
    *,
    presentation: str | None = None,
) -> dict[str, Any]:
    """Return the body of the answer to a request to verify, and keep both.

    Args:
        app: The application.
        actor: Who asks, by a key of the organisation that answers.
        parts: The path after `/verify/`, split at its slashes, still percent-encoded.
        query: The parameters.
        presentation: The header `ATP-Authorization`, if there is one.

    Raises:
        RefusedError: `VER-100` or `VER-002`, the request is not as the standard says.
        NotFound: `VER-102`, the organisation does not answer for this GTIN.
        NotPermitted: The key may not verify; `VER-107` and `VER-111` to `VER-120`, by the policy
            who shows such a presentation, or none, is not answered; `VER-108`, the key is another
            partner's.
    """
    require(actor, Permission.PACK_VERIFY)
    asked = messaging.read_message(parts, query)
    try:
        return _answered(app, actor, asked, presentation)
    except NotPermitted as refused:
        # By itself: what was begun for the answer is undone, and the refusal is worth knowing.
        with app.database.transaction() as conn:
            found = [f"{each.code}: {each.message}" for each in refused.findings]
            detail = {"reqGLN": asked.req_gln, "gtin": asked.gtin, "findings": found}
            auditing.write(
                conn,
                actor,
                Action.REQUESTER_REFUSED,
                asked.corr_uuid,
                at=app.clock(),
                detail=detail,
            )
        raise


def _answered(
    app: Application, actor: Actor, asked: Message, presentation: str | None
) -> dict[str, Any]:
    """Decide and keep an answer; see `respond`."""
    purpose = _PURPOSES.get(asked.context, Purpose.CHECK)
    with app.database.transaction() as conn:
        told = _responder(conn, actor)
        shown = _admitted(conn, actor, told, asked, presentation, at=app.clock())
        circumstances = Circumstances(purpose=purpose, follows_places=False, names_products=False)
        verifier = Verifier(app, conn, actor, circumstances)
        ask = Ask(gtin=asked.gtin, serial=asked.serial, lot=asked.lot, expires=asked.exp, way="vrs")
        (found,) = verifier.answers([ask])
        said = messaging.say(found.reasons, told.policy)
        detail = {
            "corrUUID": asked.corr_uuid,
            "context": asked.context,
            "reqGLN": asked.req_gln,
            **said.members(),
            **shown,
        }
        verification_rows.insert(
            conn, [replace(each, detail=detail) for each in verifier.to_keep()]
        )
    if any(each.code == PRODUCT_UNKNOWN.code for each in found.reasons):
        raise _not_handled(asked.gtin)
    return messaging.body_of(said, at=found.at, responder_gln=told.gln, corr_uuid=asked.corr_uuid)


def check_connectivity(
    app: Application,
    actor: Actor,
    query: Mapping[str, str],
    *,
    presentation: str | None = None,
) -> dict[str, str]:
    """Return that the organisation answers for a GTIN.

    Raises:
        RefusedError: `VER-100`, a parameter is missing or wrong.
        NotFound: `VER-102`, it does not.
        NotPermitted: The key may not verify; or as `respond` says, the presentation is refused.
    """
    require(actor, Permission.PACK_VERIFY)
    found = messaging.requester_findings(query)
    gtin = query.get("gtin", "")
    if not messaging.is_gtin(gtin):
        found.append(BAD_MESSAGE.found(f"{gtin[:40]!r} is no GTIN-14.", at="gtin"))
    if found:
        raise RefusedError(*found)
    with app.database.reading() as conn:
        told = _handling(conn, actor, gtin)
        _require_partner(told, query["reqGLN"])
        request = presentations.Request(
            at=app.clock(), req_gln=query["reqGLN"], responder_gln=told.gln
        )
        vrs_trust.shown(conn, actor, told.policy, presentation, request)
        return {"responderGLN": told.gln}


def _responder(conn: Connection, actor: Actor) -> Responder:
    is_key = actor.kind is ActorKind.API_KEY
    key_id = actor.id.removeprefix("key:") if is_key else ""
    row = rows.responder(conn, actor.organisation_id, key_id=key_id)
    if row is None:
        text = "This organisation does not answer verification messages yet."
        raise NotFound(NO_RESPONDER.found(text))
    gln, policy, partner_gln = row
    return Responder(gln=gln, policy=ResponderPolicy.of(policy), partner_gln=partner_gln)


def _admitted(
    conn: Connection,
    actor: Actor,
    told: Responder,
    asked: Message,
    presentation: str | None,
    *,
    at: datetime,
) -> dict[str, Any]:
    """Refuse who may not ask; return what the log keeps of the presentation."""
    _require_partner(told, asked.req_gln)
    request = presentations.Request(
        at=at, req_gln=asked.req_gln, corr_uuid=asked.corr_uuid, responder_gln=told.gln
    )
    return vrs_trust.shown(conn, actor, told.policy, presentation, request)


def _require_partner(told: Responder, req_gln: str) -> None:
    """Refuse a key that is bound to one GLN and asks with another."""
    if told.partner_gln is not None and told.partner_gln != req_gln:
        text = f"The key is that of {told.partner_gln}, not of {req_gln}."
        raise NotPermitted(ANOTHER_PARTNER.found(text, at="reqGLN"))


def _handling(conn: Connection, actor: Actor, gtin: str) -> Responder:
    told = _responder(conn, actor)
    if not lots.names_product(conn, gtin, visible_to(conn, actor)):
        raise _not_handled(gtin)
    return told


def _not_handled(gtin: str) -> NotFound:
    text = f"This organisation does not answer for {gtin}."
    return NotFound(NO_RESPONDER.found(text, at="gtin"))
