"""Pools of serial numbers: seeing them, and finding the one that is meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from packtrail.access import Actor, Permission, require
from packtrail.access.codes import NO_AGREEMENT
from packtrail.base.errors import NotFound, NotPermitted
from packtrail.serials.codes import HELD, LOW_WATER, NO_POOL
from packtrail.serials.numberings import SsccNumbering
from packtrail.serials.policy import Policy, stored_policy
from packtrail.services.accounts import organisations
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

SGTIN, SSCC = "sgtin", "sscc"
MADE, DRAWN, IMPORTED = "made", "drawn", "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPool:
    """A source of serial numbers, and how far it was used."""

    code: str
    owner: str
    """Code of the organisation it belongs to."""
    kind: str
    """`sgtin`: serial numbers of a GTIN; `sscc`: whole SSCCs."""
    source: str
    """`made` by its keys, `drawn` from its parent, or `imported` from an authority."""
    parent: str | None
    """Code of the pool it draws from."""
    number_of: str
    """The GTIN; of SSCCs extension digit and company prefix."""
    market: str
    """The market whose rules its policy follows; empty: none was named."""
    policy: Mapping[str, Any]
    space: int
    """How many numbers the policy allows."""
    capacity: int
    """How many it may give out: of a made pool by its guess limit, else what came into stock."""
    issued: int
    left: int
    """How many it still gives: none while it is closed or held."""
    drawn: int
    """Issued to pools that draw from it, which account for them."""
    used: int
    """Put on a pack that was commissioned."""
    returned: int
    """Given back unused; they are not given out again."""
    voided: int
    expired: int
    outstanding: int
    """Issued, and nobody has said yet what became of them."""
    guess_probability: str
    """Issued of the space, as a fraction; empty for a drawn pool: it is counted at its parent."""
    guess_limit: str | None
    """The guess probability stays below; None: no promise."""
    generation: int
    """How many keys it has had; the last one is in use."""
    low_water: int
    top_up_to: int
    """So many are drawn, or asked of the authority, when it runs low; 0: by hand."""
    drawn_per_day_max: int | None
    """No more are drawn by itself in 24 hours."""
    unused_for_days: int | None
    """After so many days unused numbers expire."""
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    held_since: datetime | None
    """When its database was put back from a backup: it gives nothing until numbers are skipped."""
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """Owner and code: what tells it from every other."""
        return f"{self.owner}/{self.code}"


def pools(app: Application, actor: Actor) -> tuple[SerialPool, ...]:
    """Return the pools the actor may see, by owner and code."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        found = rows.pools(conn, organisations.visible_to(conn, actor))
    return tuple(seen_by(actor, row) for row in found)


def pool(app: Application, actor: Actor, code: str) -> SerialPool:
    """Return one pool.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        return seen_by(actor, one_visible(conn, actor.organisation_id, code))


def pools_of(
    app: Application, actor: Actor, number_of: str, *, owner: str | None = None
) -> tuple[SerialPool, ...]:
    """Return the open pools of a trade item or of SSCCs that the actor may see.

    Args:
        app: The application.
        actor: Who asks.
        number_of: GTIN of 14 digits, or extension digit and company prefix.
        owner: Code of the owner; None: of any.

    Returns:
        Those that have most left first.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        visible = organisations.visible_to(conn, actor)
        found = [
            seen_by(actor, row)
            for kind in (SGTIN, SSCC)
            for row in rows.by_class(conn, visible, f"{kind}/{number_of}")
            if row.closed_at is None and owner in {None, row.owner}
        ]
    return tuple(sorted(found, key=lambda each: -each.left))


def one_visible(
    conn: Connection, organisation_id: int, code: str, *, is_locked: bool = False
) -> rows.PoolRow:
    """Return the pool that is meant: `code`, or `owner/code` where several owners have one.

    Args:
        conn: The connection.
        organisation_id: Who means it.
        code: What it is called.
        is_locked: Whether its ledger is about to be added to.

    Raises:
        NotFound: `SER-005`, no such pool, or none the organisation may see, or several.
    """
    owner, _, name = code.rpartition("/")
    found = rows.by_code(conn, organisation_id, name, owner=owner, is_locked=is_locked)
    if len(found) > 1:
        choice = ", ".join(f"{row.owner}/{row.code}" for row in found)
        message = f"Several owners have a pool {name[:80]!r}."
        raise NotFound(NO_POOL.found(message, at="pool", remedy=f"Choose one: {choice}."))
    if not found:
        raise NotFound(NO_POOL.found(f"There is no pool {code[:80]!r}.", at="pool"))
    return found[0]


def one_own(conn: Connection, actor: Actor, code: str, *, is_locked: bool = True) -> rows.PoolRow:
    """Return the pool that is meant, which belongs to the actor's organisation.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        NotPermitted: `ACC-002`, it belongs to another.
    """
    row = one_visible(conn, actor.organisation_id, code, is_locked=is_locked)
    if row.owner_id != actor.organisation_id:
        raise NotPermitted(NO_AGREEMENT.found(f"Only its owner changes the pool {code[:80]!r}."))
    return row


def policy_of(row: rows.PoolRow) -> Policy | None:
    """Return the policy of a pool; None for SSCCs."""
    if row.kind == SSCC:
        return None
    return stored_policy(row.policy)


def left(row: rows.PoolRow) -> int:
    """Return how many numbers a pool still gives."""
    return 0 if row.closed_at or row.held_since else capacity(row) - row.issued


def capacity(row: rows.PoolRow) -> int:
    """Return how many numbers a pool may give out in all."""
    if row.source != MADE:
        return row.stocked
    if row.issued_max is not None:
        return row.issued_max
    policy = policy_of(row)
    return policy.issued_max if policy else SsccNumbering(**row.policy).space


def seen_by(actor: Actor, row: rows.PoolRow) -> SerialPool:
    """Return a pool as an actor sees it: the other pools of an owner are its own affair."""
    found = seen(row)
    return found if row.owner_id == actor.organisation_id else replace(found, parent=None)


def seen(row: rows.PoolRow) -> SerialPool:
    """Return a pool as people see it."""
    policy = policy_of(row)
    space = policy.space if policy else SsccNumbering(**row.policy).space
    return SerialPool(
        code=row.code,
        owner=row.owner,
        kind=row.kind,
        source=row.source,
        parent=row.parent,
        number_of=row.class_key.partition("/")[2],
        market=row.market,
        policy=row.policy,
        space=space,
        capacity=capacity(row),
        issued=row.issued,
        left=left(row),
        drawn=row.drawn,
        used=row.used,
        returned=row.returned,
        voided=row.voided,
        expired=row.expired,
        outstanding=row.issued - (row.drawn + row.used + row.returned + row.voided + row.expired),
        guess_probability=_guess_probability(row, space),
        guess_limit=row.policy.get("guess_limit"),
        generation=row.generation,
        low_water=row.low_water,
        top_up_to=row.top_up_to,
        drawn_per_day_max=row.drawn_per_day_max,
        unused_for_days=row.unused_for_days,
        created_at=row.created_at,
        created_by=row.created_by,
        closed_at=row.closed_at,
        held_since=row.held_since,
        findings=(held(row),) if row.held_since else low_findings(row),
    )


def _guess_probability(row: rows.PoolRow, space: int) -> str:
    if row.source == DRAWN:
        return ""
    if row.beside == "0":
        return f"{row.issued}/{space}"  # As counted, for everybody to see.
    return str(Fraction(row.issued, space) + Fraction(row.beside))


def held(row: rows.PoolRow) -> Finding:
    """Return the finding that a pool is held."""
    message = (
        f"The pool {row.code} gives nothing since {row.held_since:%Y-%m-%d %H:%M} UTC, when its "
        "database was put back from a backup: what it gave after the backup is not in its ledger, "
        "and would be given again."
    )
    return HELD.found(message, at="pool")


def low_findings(row: rows.PoolRow) -> tuple[Finding, ...]:
    """Return the finding that a pool runs low, if it does."""
    have = left(row)
    if row.closed_at or row.held_since or have >= row.low_water:
        return ()
    message = f"The pool {row.code} has {have:,} left; it should have {row.low_water:,} or more."
    return (LOW_WATER.found(message, at="pool", remedy=_LOW_REMEDIES.get(row.source, "")),)


_LOW_REMEDIES = {
    DRAWN: "Draw more from its parent, or let it be filled by itself.",
    IMPORTED: "Order numbers of the authority, and import them.",
}
"""Source -> what to do when a pool runs low, unless it is as the finding says."""
