"""Opening pools, so that no two of them can ever give the same number.

All pools of a trade item belong to one owner. Pools that make or import numbers keep to spaces
without a text in common; what a closed pool gave is left out by those that follow it; and a drawn
pool only gives on what its parent gave it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.access import Action, Actor, Permission, require
from packtrail.access.codes import BAD_NAME, NO_AGREEMENT
from packtrail.base.errors import Conflict, NotPermitted, RefusedError
from packtrail.base.findings import has_errors
from packtrail.serials import guessing, keys
from packtrail.serials.codes import BAD_POLICY, EXHAUSTED, POOL_MEETS, POOL_TAKEN
from packtrail.serials.levels import Levels
from packtrail.serials.policy import Order, Policy, stored_policy
from packtrail.services.accounts import organisations
from packtrail.services.supply.auditing import audit_pool
from packtrail.services.supply.market_rules import market_findings
from packtrail.services.supply.pools import (
    DRAWN,
    IMPORTED,
    MADE,
    SGTIN,
    SSCC,
    SerialPool,
    one_own,
    policy_of,
    seen,
)
from packtrail.services.supply.promises import Promises
from packtrail.services.upkeep.master_key import master_keys
from packtrail.store import organisations as organisation_rows
from packtrail.store import serial_numbers
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.services.application import Application

_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What every pool is opened with, besides what it gives."""

    code: str
    """Short name, unique for the owner."""
    levels: Levels = field(default_factory=Levels)
    owner: str | None = None
    """Whose pool it is; None: of the actor's organisation."""
    serves: str | None = None
    """Another organisation that may use it, with which the owner has an agreement."""
    market: str = ""
    """The markets whose law the policy must keep to, with commas; empty: none is named."""


def create_pool(
    app: Application, actor: Actor, opening: Opening, *, gtin: str, policy: Policy
) -> SerialPool:
    """Open a pool that makes the serial numbers of a trade item.

    Args:
        app: The application.
        actor: Who opens it.
        opening: Its code, its levels, whose it is and whom it serves.
        gtin: The trade item, in any notation.
        policy: What the serial numbers look like.

    Raises:
        RefusedError: `SER-001`, `SER-013`, `ACC-012` or a `GS1` code: what cannot be used;
            `SER-012`: the master key is gone; `SER-035`: the law of a market is broken.
        NotFound: `LAW-014`, no rule pack knows a market.
        Conflict: `SER-006`, the code is taken, or the trade item has another owner; `SER-014`, the
            policy has texts in common with another pool; `SER-004`, a guess would be too likely.
        NotPermitted: The actor may not open pools, or not for this owner.
        UsageError: There is no master key to encrypt the pool's key with.
    """
    number_of = _gtin(gtin)
    if policy.order is Order.IMPORTED:
        raise RefusedError(BAD_POLICY.found("A pool that makes numbers imports none.", at="order"))
    return _open(app, actor, opening, _Kind(SGTIN, number_of, MADE, stored(policy)))


def create_imported_pool(
    app: Application, actor: Actor, opening: Opening, *, gtin: str, policy: Policy
) -> SerialPool:
    """Open a pool for serial numbers that an authority issues.

    Args:
        app: The application.
        actor: Who opens it.
        opening: Its code, its levels, whose it is and whom it serves.
        gtin: The trade item, in any notation.
        policy: What the authority's serial numbers look like; `Order.IMPORTED`.

    Raises:
        RefusedError: As for `create_pool`.
        Conflict: As for `create_pool`.
        NotPermitted: The actor may not open pools, or not for this owner.
        UsageError: There is no master key to encrypt what comes with the numbers.
    """
    number_of = _gtin(gtin)
    if policy.order is not Order.IMPORTED:
        raise RefusedError(BAD_POLICY.found("The order of the policy is not imported.", at="order"))
    return _open(app, actor, opening, _Kind(SGTIN, number_of, IMPORTED, stored(policy)))


def create_sscc_pool(
    app: Application, actor: Actor, opening: Opening, *, prefix: str, extension: str = "0"
) -> SerialPool:
    """Open a pool of SSCCs, one after the other.

    Args:
        app: The application.
        actor: Who opens it.
        opening: Its code, its levels, whose it is and whom it serves.
        prefix: GS1 company prefix of 6 to 12 digits.
        extension: One digit.

    Raises:
        RefusedError: `ACC-012`, `GS1-004`, `GS1-007` or `GS1-008`: code or prefix is wrong.
        Conflict: `SER-006`, there is such a pool, or one whose SSCCs would be among these.
        NotPermitted: The actor may not open pools, or not for this owner.
    """
    gs1.make_sscc(prefix, "0", extension=extension)
    policy = {"prefix": prefix, "extension": extension}
    return _open(app, actor, opening, _Kind(SSCC, extension + prefix, MADE, policy))


def create_drawn_pool(
    app: Application, actor: Actor, opening: Opening, *, parent: str
) -> SerialPool:
    """Open a pool that gives on what it draws from another: for a line, or a contract manufacturer.

    Args:
        app: The application.
        actor: Who opens it, for the owner of the parent.
        opening: Its code, its levels and whom it serves; the owner is that of the parent.
        parent: Code of the pool it draws from, or `owner/code`.

    Raises:
        NotFound: `SER-005`, no such parent, or none the actor may see.
        RefusedError: `ACC-012` or `SER-013`: code or levels cannot be used.
        Conflict: `SER-006`, the code is taken; `SER-004`, the parent is closed.
        NotPermitted: The actor may not open pools, or the parent belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    with app.database.reading() as conn:
        row = one_own(conn, actor, parent, is_locked=False)
    kind = _Kind(row.kind, row.class_key.partition("/")[2], DRAWN, row.policy, row.pool_id)
    return _open(app, actor, opening, kind)


def stored(policy: Policy) -> dict[str, Any]:
    """Return a policy as the database keeps it."""
    return {
        "alphabet": policy.alphabet,
        "length": policy.length,
        "prefix": policy.prefix,
        "first": policy.first,
        "order": policy.order.value,
        "guess_limit": None if policy.guess_limit is None else str(policy.guess_limit),
    }


def sealed_key(app: Application, conn: Connection, pool_id: int, generation: int) -> bytes:
    """Return a new key for a generation of a pool, encrypted with the master key."""
    masters = master_keys(app.settings, may_make=not rows.has_keys(conn))
    return keys.wrap(
        masters,
        secrets.token_bytes(keys.KEY_BYTES),
        nonce=secrets.token_bytes(keys.NONCE_BYTES),
        name=keys.name_of_pool(pool_id, generation),
    )


def require_levels(levels: Levels) -> None:
    """Refuse levels that make no sense.

    Raises:
        RefusedError: `SER-013`, each level that cannot be used.
    """
    findings = list(levels.findings())
    if findings:
        raise RefusedError(*findings)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a pool gives."""

    kind: str
    number_of: str
    source: str
    policy: dict[str, Any]
    parent_id: int | None = None

    @property
    def class_key(self) -> str:
        return f"{self.kind}/{self.number_of}"

    @property
    def has_key(self) -> bool:
        """Whether it needs a key: to make numbers, or to keep what comes with them."""
        is_random = self.source == MADE and self.policy.get("order") == Order.RANDOM.value
        return is_random or self.source == IMPORTED


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the other pools of the class mean for a new one."""

    pool_ids: list[int] = field(default_factory=list)
    probability: Fraction = Fraction()
    issued_max: int | None = None


def _gtin(text: str) -> str:
    key = gs1.parse(text)
    if key.type is not gs1.KeyType.GTIN:
        raise RefusedError(BAD_POLICY.found(f"{text[:80]!r} is no GTIN.", at="gtin"))
    return key.primary


def _open(app: Application, actor: Actor, opening: Opening, kind: _Kind) -> SerialPool:
    require(actor, Permission.POOL_CREATE)
    if not _CODE.fullmatch(opening.code):
        message = f"{opening.code[:80]!r} cannot be the code of a pool."
        raise RefusedError(BAD_NAME.found(message, at="code"))
    require_levels(opening.levels)
    at = app.clock()
    _require_lawful(app, opening, kind, at)
    with app.database.transaction() as conn:
        owner_id, audience_id = _audience(conn, actor, opening)
        rows.lock_classes(conn)
        class_id = _class(conn, owner_id, kind)
        beside = _require_apart(conn, class_id, kind)
        new = rows.NewPool(
            owner_id=owner_id,
            audience_id=audience_id,
            code=opening.code,
            kind=kind.kind,
            class_key=kind.class_key,
            serial_class_id=class_id,
            policy=kind.policy,
            source=kind.source,
            parent_id=kind.parent_id,
            issued_max=beside.issued_max,
            beside_ids=beside.pool_ids,
            beside=str(beside.probability),
            levels=opening.levels,
            market=opening.market,
            created_at=at,
            created_by=actor.name,
        )
        pool_id = rows.insert_pool(conn, new)
        if pool_id is None:
            message = f"There is a pool {opening.code!r}."
            raise Conflict(POOL_TAKEN.found(message, at="code"))
        sealed = sealed_key(app, conn, pool_id, 1) if kind.has_key else None
        rows.insert_generation(conn, pool_id, 1, sealed_key=sealed, at=at)
        row = rows.pool(conn, pool_id)
        detail = {"number_of": kind.number_of, "source": kind.source, "policy": kind.policy}
        audit_pool(conn, actor, Action.POOL_CREATED, row, at=at, detail=detail)
    return seen(row)


def _require_lawful(app: Application, opening: Opening, kind: _Kind, at: datetime) -> None:
    """Refuse a policy that breaks what is known of the law of its markets."""
    if kind.kind == SGTIN and kind.source != DRAWN:
        policy = stored_policy(kind.policy)
        findings = market_findings(app, opening.market, policy, on=at.date())
        if has_errors(findings):
            raise RefusedError(*findings)


def _audience(conn: Connection, actor: Actor, opening: Opening) -> tuple[int, int]:
    owner_id, audience_id = organisations.audience_for(conn, actor, opening.owner)
    if opening.serves is None:
        return owner_id, audience_id
    partner = organisation_rows.by_code(conn, opening.serves)
    agreements = organisation_rows.agreements_of(conn, owner_id)
    if partner is None or not any(
        (each.owner_id, each.partner_id) == (owner_id, partner.organisation_id)
        for each in agreements
    ):
        message = f"The owner has no agreement with {opening.serves[:80]!r}."
        raise NotPermitted(NO_AGREEMENT.found(message, at="serves"))
    members = {owner_id, actor.organisation_id, partner.organisation_id}
    return owner_id, organisation_rows.audience_id(conn, members)


def _class(conn: Connection, owner_id: int, kind: _Kind) -> int:
    """Return the class of a new pool, locked; it is the owner's, and no other's SSCCs are in it."""
    rows.insert_class(conn, kind.class_key, owner_id)
    found = rows.class_locked(conn, kind.class_key)
    if found.owner_id != owner_id:
        message = f"The numbers of {kind.number_of} are issued by another organisation."
        raise Conflict(POOL_TAKEN.found(message, at="number_of"))
    if kind.kind == SSCC and kind.source != DRAWN:
        others = rows.classes_like(conn, kind.class_key)
        if len(others) > 1 or rows.of_class(conn, found.serial_class_id):
            message = f"The SSCCs of {kind.number_of} are among those of another pool."
            raise Conflict(POOL_TAKEN.found(message, at="prefix"))
    return found.serial_class_id


def _require_apart(conn: Connection, class_id: int, kind: _Kind) -> _Beside:
    """Refuse a policy that has texts in common with what another pool gives or keeps.

    Closed pools that made numbers give nothing more: theirs are left out one by one. Numbers that
    are imported are compared one by one when they come.
    """
    others = rows.of_class(conn, class_id)
    if kind.source == DRAWN and any(
        each.closed_at for each in others if each.pool_id == kind.parent_id
    ):
        raise Conflict(EXHAUSTED.found("The pool it should draw from is closed.", at="parent"))
    if kind.source != MADE or kind.kind == SSCC:
        return _Beside()
    policy = stored_policy(kind.policy)
    met = [each for each in others if each.source == MADE and _meets(policy, each)]
    for row in met:
        if row.closed_at is None:
            message = f"The policy has serial numbers in common with the pool {row.code}."
            raise Conflict(POOL_MEETS.found(message, at="policy"))
    known = serial_numbers.one_like(conn, class_id, policy)
    if known is not None:
        message = f"The policy allows {known!r}, which was imported."
        raise Conflict(POOL_MEETS.found(message, at="policy"))
    return _beside(conn, class_id, policy, met)


def _meets(policy: Policy, row: rows.PoolRow) -> bool:
    other = policy_of(row)
    return other is not None and guessing.meet(policy, other)


def _beside(conn: Connection, class_id: int, policy: Policy, met: list[rows.PoolRow]) -> _Beside:
    promises = Promises.of(conn, class_id)
    shares = promises.shares(at_most=True)
    most = guessing.issued_max(policy, shares, promises.beside(policy))
    if most < 1:
        message = (
            "With what other pools gave and may give, no number can be given without a guess "
            "hitting one too often."
        )
        raise Conflict(EXHAUSTED.found(message, at="policy"))
    probability = guessing.guess_probability(policy, shares)
    return _Beside([row.pool_id for row in met], probability, most)
