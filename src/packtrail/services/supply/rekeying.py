"""Replacing the master key: everything it encrypts is encrypted anew with the new one.

Both keys are known while it happens, so it can be cut off anywhere and done again.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from packtrail.access import Action, Actor, Permission, require
from packtrail.serials import keys
from packtrail.services import auditing
from packtrail.services.supply.stations import signer_name
from packtrail.services.upkeep.master_key import add_to_file, keep_newest_in_file, master_keys
from packtrail.store import serial_blocks
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from packtrail.services.application import Application


def replace_master_key(app: Application, actor: Actor) -> int:
    """Make a new master key in the key file, encrypt everything with it, forget the old one.

    Returns:
        How many keys were encrypted anew.

    Raises:
        UsageError: The master key is a setting; then set both and call `rewrap`.
        RefusedError: `SER-012`: a key does not open with the key there is.
        NotPermitted: Only the installation itself may (command line).
    """
    require(actor, Permission.ORGANISATION_CREATE)
    if len(master_keys(app.settings)) == 1:
        add_to_file(app.settings)
    count = rewrap(app, actor)
    keep_newest_in_file(app.settings)
    return count


def rewrap(app: Application, actor: Actor) -> int:
    """Encrypt everything with the first of the master keys.

    Returns:
        How many keys were encrypted anew.

    Raises:
        RefusedError: `SER-012`: one opens with none of the master keys.
        NotPermitted: Only the installation itself may (command line).
    """
    require(actor, Permission.ORGANISATION_CREATE)
    masters, at = master_keys(app.settings), app.clock()

    def anew(sealed: bytes, name: str) -> bytes:
        bare = keys.unwrap(masters, sealed, name=name)
        return keys.wrap(masters, bare, nonce=secrets.token_bytes(keys.NONCE_BYTES), name=name)

    with app.database.transaction() as conn:
        pools = [
            (anew(sealed, keys.name_of_pool(pool_id, generation)), pool_id, generation)
            for pool_id, generation, sealed in rows.all_sealed(conn)
        ]
        signers = [
            (anew(sealed, signer_name(organisation_id)), organisation_id)
            for organisation_id, sealed in serial_blocks.all_signers(conn)
        ]
        rows.reseal(conn, pools)
        serial_blocks.reseal_signers(conn, signers)
        for organisation_id in rows.owners_of_keys(conn):
            auditing.write(
                conn, actor, Action.MASTER_KEY_REPLACED, "master key", at=at,
                organisation_id=organisation_id, detail={"pools": len(pools)},
            )  # fmt: skip
    return len(pools) + len(signers)
