"""Partners that may ask us: a key for each, bound to the GLN with which it may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.services import auditing
from packtrail.services.accounts import keys
from packtrail.store import vrs as rows
from packtrail.verification import messaging
from packtrail.verification.codes import BAD_MESSAGE

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.accounts.keys import NewApiKey
    from packtrail.services.application import Application
    from packtrail.store.vrs import PartnerRow


def add_partner(
    app: Application, actor: Actor, gln: str, *, name: str, days: int | None = None
) -> NewApiKey:
    """Make a key with which a partner may ask, with this GLN and no other.

    Several keys of one partner are fine: make a new one before the old one ends.

    Raises:
        RefusedError: `VER-100`, it is no GLN; or the name cannot be used.
        NotPermitted: The actor may not change who is answered, or may not make keys.
    """
    require(actor, Permission.VRS_UPDATE)
    if not messaging.is_gln(gln):
        raise RefusedError(BAD_MESSAGE.found(f"{gln[:40]!r} is no GLN.", at="gln"))
    scopes = [Permission.PACK_VERIFY.value]
    made = keys.mint_api_key(app, actor, name, scopes=scopes, days=days)
    at = made.key.created_at
    with app.database.transaction() as conn:
        # In one transaction: a key that is bound to no GLN could ask with any.
        keys.keep_api_key(conn, actor, made)
        values = {
            "key_id": made.key.key_id, "organisation_id": actor.organisation_id, "gln": gln,
            "name": made.key.name, "at": at, "by": actor.name,
        }  # fmt: skip
        rows.add_partner(conn, values)
        detail = {"gln": gln, "name": made.key.name}
        auditing.write(conn, actor, Action.RESPONDER_UPDATED, made.key.key_id, at=at, detail=detail)
    return made


def partners(app: Application, actor: Actor) -> tuple[PartnerRow, ...]:
    """Return who may ask, by name.

    Raises:
        NotPermitted: The actor may not see verifications.
    """
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        return tuple(rows.partners(conn, actor.organisation_id))
