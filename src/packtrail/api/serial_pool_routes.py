"""Pools of serial numbers: open, see, change, fill and close them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from packtrail.api.requests import App, Caller
from packtrail.api.serial_requests import (
    CHANGING,
    PREFIX,
    READING,
    IdempotencyKey,
    name_of,
    policy_of,
    request_id_of,
)
from packtrail.api.serial_schemas import (
    AlarmOut,
    EntryOut,
    ForecastOut,
    LevelsPatch,
    MarketPolicyOut,
    PolicyIn,
    PoolIn,
    PoolOut,
    SkipIn,
    TopUpIn,
)
from packtrail.base.errors import RefusedError
from packtrail.serials.codes import BAD_REQUEST
from packtrail.serials.levels import Levels
from packtrail.serials.policy import Order
from packtrail.services.supply import (
    alarms,
    changing,
    forecasting,
    market_rules,
    opening,
    pools,
    topping_up,
)
from packtrail.services.supply.opening import Opening

router = APIRouter(prefix=PREFIX, tags=["Serial numbers"])
POOL = "/pools/{owner}/{code}"


@router.get("/pools", summary="Pools", response_model=list[PoolOut], responses=READING)
def list_pools(
    app: App,
    actor: Caller,
    number_of: str | None = Query(None, max_length=100),
    owner: str | None = Query(None, max_length=100),
) -> Any:
    """Return the pools that the caller sees; with `number_of` the open ones of a GTIN or prefix."""
    if number_of:
        return pools.pools_of(app, actor, number_of, owner=owner)
    return [each for each in pools.pools(app, actor) if owner in {None, each.owner}]


@router.post(
    "/pools", status_code=201, summary="Open a pool", response_model=PoolOut, responses=CHANGING
)
def open_pool(body: PoolIn, app: App, actor: Caller) -> Any:
    """Open a pool: of a `gtin`, of SSCCs (`sscc_prefix`), or one that draws from a `parent`."""
    what = Opening(
        code=body.code,
        levels=Levels(**body.levels.model_dump()),
        owner=body.owner,
        serves=body.serves,
        market=body.market,
    )
    told = [name for name in ("gtin", "sscc_prefix", "parent") if getattr(body, name) is not None]
    if len(told) != 1:
        message = f"A pool is of one of gtin, sscc_prefix and parent; {len(told)} are told."
        raise RefusedError(BAD_REQUEST.found(message, at="gtin"))
    if body.parent is not None:
        return opening.create_drawn_pool(app, actor, what, parent=body.parent)
    if body.sscc_prefix is not None:
        return opening.create_sscc_pool(
            app, actor, what, prefix=body.sscc_prefix, extension=body.sscc_extension
        )
    policy = policy_of(body.policy or PolicyIn())
    create = opening.create_pool
    if policy.order is Order.IMPORTED:
        create = opening.create_imported_pool
    return create(app, actor, what, gtin=body.gtin or "", policy=policy)


@router.get(POOL, summary="A pool", response_model=PoolOut, responses=READING)
def show_pool(owner: str, code: str, app: App, actor: Caller) -> Any:
    """Return one pool."""
    return pools.pool(app, actor, name_of(owner, code))


@router.patch(POOL, summary="Change the levels", response_model=PoolOut, responses=CHANGING)
def change_pool(owner: str, code: str, body: LevelsPatch, app: App, actor: Caller) -> Any:
    """Change the levels that are sent; null takes a limit away."""
    now = pools.pool(app, actor, name_of(owner, code))
    sent = body.model_dump(exclude_unset=True)
    levels = {name: sent.get(name, getattr(now, name)) for name in Levels.__dataclass_fields__}
    for name in ("low_water", "top_up_to"):
        levels[name] = levels[name] or 0
    return changing.change_levels(app, actor, name_of(owner, code), Levels(**levels))


@router.get(
    POOL + "/forecast",
    summary="When it runs low",
    response_model=ForecastOut | None,
    responses=READING,
)
def forecast_pool(owner: str, code: str, app: App, actor: Caller) -> Any:
    """Return when a pool runs low if it goes on as it did; null when nothing was taken from it."""
    return forecasting.forecast_of(app, actor, name_of(owner, code))


@router.post(POOL + "/closure", summary="Close", response_model=PoolOut, responses=CHANGING)
def close_pool(owner: str, code: str, app: App, actor: Caller) -> Any:
    """Let a pool give nothing more, for good."""
    return changing.close_pool(app, actor, name_of(owner, code))


@router.post(POOL + "/keys", summary="A new key", response_model=PoolOut, responses=CHANGING)
def replace_key(owner: str, code: str, app: App, actor: Caller) -> Any:
    """Give a pool a new key; what it gave before stays known, and is never given again."""
    return changing.replace_key(app, actor, name_of(owner, code))


@router.post(
    POOL + "/top-ups", summary="Draw from the parent", response_model=EntryOut, responses=CHANGING
)
def top_up(
    owner: str, code: str, body: TopUpIn, app: App, actor: Caller, key: IdempotencyKey = None
) -> Any:
    """Draw numbers for a pool from its parent."""
    request_id = request_id_of(key, body.request_id)
    return topping_up.top_up(app, actor, name_of(owner, code), body.count, request_id=request_id)


@router.post(POOL + "/skips", summary="Pass over", response_model=PoolOut, responses=CHANGING)
def skip(
    owner: str, code: str, body: SkipIn, app: App, actor: Caller, key: IdempotencyKey = None
) -> Any:
    """Pass over numbers that may have been given out after the backup that was restored."""
    request_id = request_id_of(key, body.request_id)
    name = name_of(owner, code)
    return changing.skip(app, actor, name, body.count, request_id=request_id, reason=body.reason)


@router.get(
    "/policies/{market}",
    summary="What a market asks",
    response_model=MarketPolicyOut,
    responses=READING,
)
def market_policy(
    app: App, actor: Caller, market: Annotated[str, Path(max_length=20)]
) -> dict[str, Any]:
    """Return what the law of a market asks today, and a policy that keeps to it."""
    found = market_rules.policy_for(app, actor, market)
    return {
        "market": found.market,
        "policy": opening.stored(found.policy),
        "issued_max": found.policy.issued_max,
        "is_imported": found.is_imported,
        "asked": found.asked,
    }


@router.get("/alarms", summary="Alarms", response_model=list[AlarmOut], responses=READING)
def list_alarms(app: App, actor: Caller) -> Any:
    """Return the pools, blocks and orders that somebody must look at."""
    return alarms.alarms(app, actor)
