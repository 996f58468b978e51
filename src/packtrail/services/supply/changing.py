"""Changing pools: their levels, their keys, their end; and what must be passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.serials.codes import BAD_REQUEST, EXHAUSTED
from packtrail.serials.policy import Order
from packtrail.services.supply.allocating import Asking, allocate_in
from packtrail.services.supply.auditing import audit_pool
from packtrail.services.supply.opening import require_levels, sealed_key
from packtrail.services.supply.pools import MADE, SerialPool, one_own, seen
from packtrail.services.supply.settling import Settling, settle_in
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from packtrail.serials.levels import Levels
    from packtrail.services.application import Application


def change_levels(app: Application, actor: Actor, code: str, levels: Levels) -> SerialPool:
    """Change when a pool counts as low, how far it is topped up, and when unused numbers expire.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, a level makes no sense.
        NotPermitted: The actor may not, or the pool belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    require_levels(levels)
    at = app.clock()
    with app.database.transaction() as conn:
        row = one_own(conn, actor, code)
        rows.change_pool(conn, row.pool_id, levels)
        detail = {name: getattr(levels, name) for name in levels.__dataclass_fields__}
        audit_pool(conn, actor, Action.POOL_CHANGED, row, at=at, detail=detail)
        return seen(rows.pool(conn, row.pool_id))


def replace_key(app: Application, actor: Actor, code: str) -> SerialPool:
    """Give a pool a new key; what the earlier keys gave out is never given out again.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the pool makes no random numbers; `SER-012`: no master key.
        NotPermitted: The actor may not, or the pool belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = one_own(conn, actor, code)
        if row.source != MADE or row.policy.get("order") != Order.RANDOM.value:
            message = f"The pool {code} makes no random numbers: it has no key to replace."
            raise RefusedError(BAD_REQUEST.found(message, at="pool"))
        following = row.generation + 1
        sealed = sealed_key(app, conn, row.pool_id, following)
        rows.replace_generation(conn, row, sealed_key=sealed, at=at)
        detail = {"generation": following}
        audit_pool(conn, actor, Action.POOL_KEY_REPLACED, row, at=at, detail=detail)
        return seen(rows.pool(conn, row.pool_id))


def close_pool(app: Application, actor: Actor, code: str) -> SerialPool:
    """Let a pool give nothing more, for good; what it gave stays known, and can be settled.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        Conflict: `SER-004`, it is closed.
        NotPermitted: The actor may not, or the pool belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = one_own(conn, actor, code)
        if row.closed_at:
            raise Conflict(EXHAUSTED.found(f"The pool {row.code} is closed already.", at="pool"))
        rows.close_pool(conn, row.pool_id, at=at)
        audit_pool(conn, actor, Action.POOL_CLOSED, row, at=at, detail={"issued": row.issued})
        return seen(rows.pool(conn, row.pool_id))


def skip(
    app: Application, actor: Actor, code: str, count: int, *, request_id: str, reason: str
) -> SerialPool:
    """Pass over the next numbers of a pool: they are allocated to nobody and made void.

    For a database that was put back from a backup: what was given out after the backup is not in
    its ledger, and would be given out again. Until this is done the pool is held.

    Args:
        app: The application.
        actor: Who does it, for the owner.
        code: Code of the pool, or `owner/code`.
        count: How many, surely no fewer than were given out since the backup; 0: surely none were.
        request_id: As for `allocate`.
        reason: Why.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the request cannot be used.
        Conflict: `SER-004`, there are none left; `SER-007`, the request id was used otherwise.
        NotPermitted: The actor may not, or the pool belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = rows.locked(conn, one_own(conn, actor, code).pool_id)
        rows.release_pool(conn, row.pool_id)
        if count:
            name = f"{row.owner}/{row.code}"
            what = Asking(count=count, request_id=request_id, purpose=reason)
            allocate_in(conn, app, actor, name, what)
            void = Settling(
                request_id=f"{request_id}/void", allocation=request_id, rest="void", reason=reason
            )
            settle_in(conn, app, actor, name, void)
        if row.held_since:
            detail = {"skipped": count, "held_since": row.held_since.isoformat(), "reason": reason}
            audit_pool(conn, actor, Action.POOL_RELEASED, row, at=at, detail=detail)
        return seen(rows.pool(conn, row.pool_id))
