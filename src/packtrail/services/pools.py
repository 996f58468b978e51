"""Pools of serial numbers: opening them, seeing them, giving them new keys."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.access import Action, Actor, Permission, require
from packtrail.access.codes import BAD_NAME, NO_AGREEMENT
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.serials import keys
from packtrail.serials.codes import BAD_POLICY, BAD_REQUEST, LOW_WATER, NO_POOL, POOL_TAKEN
from packtrail.serials.numberings import SsccNumbering, numbering_of
from packtrail.serials.policy import Order, Policy
from packtrail.serials.pool import Generation, Pool
from packtrail.services import auditing, organisations
from packtrail.services.master_key import master_key
from packtrail.store import organisations as organisation_rows
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.serials.numberings import Numbering
    from packtrail.services.application import Application

SGTIN, SSCC = "sgtin", "sscc"
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPool:
    """A source of serial numbers, and how far it was used."""

    code: str
    owner: str
    """Code of the organisation it belongs to."""
    kind: str
    """`sgtin`: serial numbers of a GTIN; `sscc`: whole SSCCs."""
    number_of: str
    """The GTIN; of SSCCs extension digit and company prefix."""
    policy: Mapping[str, Any]
    space: int
    """How many numbers the policy allows."""
    issued_max: int
    """How many may be given out."""
    issued: int
    returned: int
    """Given back unused; they are not given out again."""
    voided: int
    left: int
    guess_probability: str
    """Issued of the space, as a fraction."""
    guess_limit: str | None
    """The guess probability stays below; None: no promise."""
    generation: int
    """How many keys it has had; the last one is in use."""
    low_water: int
    created_at: datetime
    created_by: str
    findings: tuple[Finding, ...]


def create_pool(
    app: Application,
    actor: Actor,
    code: str,
    *,
    gtin: str,
    policy: Policy,
    low_water: int = 0,
    owner: str | None = None,
    serves: str | None = None,
) -> SerialPool:
    """Open a pool for the serial numbers of a trade item.

    Args:
        app: The application.
        actor: Who opens it.
        code: Short name, unique for the owner.
        gtin: The trade item, in any notation; a GTIN has one pool for an owner.
        policy: What the serial numbers look like.
        low_water: A finding warns when fewer are left.
        owner: Whose pool it is; default: of the actor's organisation.
        serves: Another organisation that may use it, with which the owner has an agreement.

    Raises:
        RefusedError: `SER-001`, `ACC-012` or a `GS1` code: GTIN or code cannot be used; `SER-012`:
            the master key is gone.
        Conflict: `SER-006`, there is such a pool.
        NotPermitted: The actor may not open pools, or not for this owner.
        UsageError: There is no master key to encrypt the pool's key with.
    """
    key = gs1.parse(gtin)
    if key.type is not gs1.KeyType.GTIN:
        raise RefusedError(BAD_POLICY.found(f"{gtin[:80]!r} is no GTIN.", at="gtin"))
    opening = _Opening(code, SGTIN, key.primary, _stored(policy), low_water, owner, serves)
    return _open(app, actor, opening, is_keyed=policy.order is Order.RANDOM)


def create_sscc_pool(
    app: Application,
    actor: Actor,
    code: str,
    *,
    prefix: str,
    extension: str = "0",
    low_water: int = 0,
    owner: str | None = None,
    serves: str | None = None,
) -> SerialPool:
    """Open a pool of SSCCs, one after the other.

    Args:
        app: The application.
        actor: Who opens it.
        code: Short name, unique for the owner.
        prefix: GS1 company prefix of 6 to 12 digits.
        extension: One digit.
        low_water: A finding warns when fewer are left.
        owner: Whose pool it is; default: of the actor's organisation.
        serves: Another organisation that may use it, with which the owner has an agreement.

    Raises:
        RefusedError: `ACC-012`, `GS1-004`, `GS1-007` or `GS1-008`: code or prefix is wrong.
        Conflict: `SER-006`, there is such a pool, or one whose SSCCs would be among these.
        NotPermitted: The actor may not open pools, or not for this owner.
    """
    gs1.make_sscc(prefix, "0", extension=extension)
    stored = {"prefix": prefix, "extension": extension}
    opening = _Opening(code, SSCC, extension + prefix, stored, low_water, owner, serves)
    return _open(app, actor, opening, is_keyed=False)


def replace_key(app: Application, actor: Actor, code: str) -> SerialPool:
    """Give a pool a new key; what the earlier keys gave out is never given out again.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the pool has sequential numbers; `SER-012`: no master key.
        NotPermitted: The actor may not, or the pool belongs to another.
    """
    require(actor, Permission.POOL_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        pool = one_visible(conn, actor, code, is_locked=True)
        if pool.owner_id != actor.organisation_id:
            raise NotPermitted(NO_AGREEMENT.found("Only its owner gives a pool a new key."))
        if not _is_keyed(pool):
            message = f"The pool {code} gives sequential numbers: it has no key."
            raise RefusedError(BAD_REQUEST.found(message, at="pool"))
        following = pool.generation + 1
        sealed = _sealed_key(app, conn, pool.pool_id, following)
        rows.replace_generation(conn, pool, sealed_key=sealed, at=at)
        detail = {"generation": following}
        _audit(conn, actor, Action.POOL_KEY_REPLACED, pool, at=at, detail=detail)
        return seen(rows.locked(conn, pool.pool_id))


def pools(app: Application, actor: Actor) -> tuple[SerialPool, ...]:
    """Return the pools the actor may see, by owner and code."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        return tuple(map(seen, rows.pools(conn, organisations.visible_to(conn, actor))))


def pool(app: Application, actor: Actor, code: str) -> SerialPool:
    """Return one pool.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        return seen(one_visible(conn, actor, code))


def one_visible(
    conn: Connection, actor: Actor, code: str, *, is_locked: bool = False
) -> rows.PoolRow:
    """Return the pool an actor means: `code`, or `owner/code` where several owners have one.

    Args:
        conn: The connection.
        actor: Who means it.
        code: What it is called.
        is_locked: Whether its ledger is about to be added to.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see, or several.
    """
    owner, _, name = code.rpartition("/")
    found = rows.by_code(conn, actor.organisation_id, name, is_locked=is_locked)
    found = [row for row in found if not owner or row.owner == owner]
    if len(found) > 1:
        choice = ", ".join(f"{row.owner}/{row.code}" for row in found)
        message = f"Several owners have a pool {name[:80]!r}."
        raise NotFound(NO_POOL.found(message, at="pool", remedy=f"Choose one: {choice}."))
    if not found:
        raise NotFound(NO_POOL.found(f"There is no pool {code[:80]!r}.", at="pool"))
    return found[0]


def opened(app: Application, conn: Connection, row: rows.PoolRow) -> Pool:
    """Return the pool of a row with its keys, ready to give numbers.

    Raises:
        RefusedError: `SER-012`, its keys do not open.
    """
    found = rows.generations(conn, row.pool_id)
    master = master_key(app.settings) if any(each.sealed_key for each in found) else b""
    return Pool(
        tuple(
            Generation(_numbering(row, master, generation), generation.reached)
            for generation in found
        )
    )


def policy_of(row: rows.PoolRow) -> Policy | None:
    """Return the policy of a pool; None for SSCCs."""
    if row.kind == SSCC:
        return None
    stored = dict(row.policy)
    limit, order = stored.pop("guess_limit"), stored.pop("order")
    return Policy(**stored, order=Order(order), guess_limit=limit and Fraction(limit))


def seen(row: rows.PoolRow) -> SerialPool:
    """Return a pool as people see it."""
    policy = policy_of(row)
    space = policy.space if policy else SsccNumbering(**row.policy).space
    issued_max = policy.issued_max if policy else space
    left = issued_max - row.issued
    return SerialPool(
        code=row.code,
        owner=row.owner,
        kind=row.kind,
        number_of=row.class_key.partition("/")[2],
        policy=row.policy,
        space=space,
        issued_max=issued_max,
        issued=row.issued,
        returned=row.returned,
        voided=row.voided,
        left=left,
        guess_probability=f"{row.issued}/{space}",
        guess_limit=row.policy.get("guess_limit"),
        generation=row.generation,
        low_water=row.low_water,
        created_at=row.created_at,
        created_by=row.created_by,
        findings=_low(row, left),
    )


def _low(row: rows.PoolRow, left: int) -> tuple[Finding, ...]:
    if left >= row.low_water:
        return ()
    message = f"The pool {row.code} has {left:,} left; it should have {row.low_water:,} or more."
    return (LOW_WATER.found(message, at="pool"),)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What is known of a pool before it is opened."""

    code: str
    kind: str
    number_of: str
    policy: dict[str, Any]
    low_water: int
    owner: str | None
    serves: str | None

    @property
    def class_key(self) -> str:
        return f"{self.kind}/{self.number_of}"


def _open(app: Application, actor: Actor, opening: _Opening, *, is_keyed: bool) -> SerialPool:
    require(actor, Permission.POOL_CREATE)
    _require_good(opening)
    at = app.clock()
    with app.database.transaction() as conn:
        owner_id, audience_id = _audience(conn, actor, opening)
        rows.lock_owner(conn, owner_id)
        _require_apart(conn, owner_id, opening)
        new = rows.NewPool(
            owner_id=owner_id,
            audience_id=audience_id,
            code=opening.code,
            kind=opening.kind,
            class_key=opening.class_key,
            policy=opening.policy,
            low_water=opening.low_water,
            created_at=at,
            created_by=actor.name,
        )
        pool_id = rows.insert_pool(conn, new)
        if pool_id is None:
            message = f"There is a pool {opening.code!r}, or another for {opening.number_of}."
            raise Conflict(POOL_TAKEN.found(message, at="code"))
        sealed = _sealed_key(app, conn, pool_id, 1) if is_keyed else None
        rows.insert_generation(conn, pool_id, 1, sealed_key=sealed, at=at)
        row = rows.locked(conn, pool_id)
        detail = {"number_of": opening.number_of, "policy": opening.policy}
        _audit(conn, actor, Action.POOL_CREATED, row, at=at, detail=detail)
    return seen(row)


def _require_good(opening: _Opening) -> None:
    if not _CODE.fullmatch(opening.code):
        message = f"{opening.code[:80]!r} cannot be the code of a pool."
        raise RefusedError(BAD_NAME.found(message, at="code"))
    if opening.low_water < 0:
        message = f"The low water mark is {opening.low_water}; expected 0 or more."
        raise RefusedError(BAD_REQUEST.found(message, at="low_water"))


def _audience(conn: Connection, actor: Actor, opening: _Opening) -> tuple[int, int]:
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


def _require_apart(conn: Connection, owner_id: int, opening: _Opening) -> None:
    """Refuse SSCCs that another pool has too: its company prefix begins with ours, or ours so."""
    if opening.kind != SSCC:
        return
    ours = opening.class_key
    for other in rows.of_owner(conn, owner_id, SSCC):
        if other.class_key.startswith(ours) or ours.startswith(other.class_key):
            message = f"The SSCCs of {opening.number_of} are among those of pool {other.code}."
            raise Conflict(POOL_TAKEN.found(message, at="prefix"))


def _numbering(row: rows.PoolRow, master: bytes, generation: rows.GenerationRow) -> Numbering:
    policy = policy_of(row)
    if policy is None:
        return SsccNumbering(**row.policy)
    if generation.sealed_key is None:
        return numbering_of(policy, None)
    name = _key_name(row.pool_id, generation.generation)
    return numbering_of(policy, keys.unwrap(master, generation.sealed_key, name=name))


def _sealed_key(app: Application, conn: Connection, pool_id: int, generation: int) -> bytes:
    master = master_key(app.settings, may_make=not rows.has_keys(conn))
    return keys.wrap(
        master,
        secrets.token_bytes(keys.KEY_BYTES),
        nonce=secrets.token_bytes(keys.NONCE_BYTES),
        name=_key_name(pool_id, generation),
    )


def _key_name(pool_id: int, generation: int) -> str:
    return f"pool {pool_id}, generation {generation}"


def _is_keyed(row: rows.PoolRow) -> bool:
    return row.policy.get("order") == Order.RANDOM.value


def _stored(policy: Policy) -> dict[str, Any]:
    return {
        "alphabet": policy.alphabet,
        "length": policy.length,
        "prefix": policy.prefix,
        "first": policy.first,
        "order": policy.order.value,
        "guess_limit": None if policy.guess_limit is None else str(policy.guess_limit),
    }


def _audit(
    conn: Connection,
    actor: Actor,
    action: Action,
    row: rows.PoolRow,
    *,
    at: datetime,
    detail: Mapping[str, Any],
) -> None:
    auditing.write(
        conn, actor, action, row.code, at=at, organisation_id=row.owner_id, detail=detail
    )
