"""Pools: the list with its gauges, one pool with what may be done to it, and opening a new one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.exceptions import HTTPException

from packtrail.access import Permission
from packtrail.base.amounts import rounded
from packtrail.base.errors import RefusedError
from packtrail.console import templates
from packtrail.console.serials import fields
from packtrail.console.visit import redirect
from packtrail.rendering import gauges
from packtrail.serials.levels import Levels
from packtrail.serials.policy import PRESETS, Order, Policy
from packtrail.services.accounts import organisations
from packtrail.services.goods import lots
from packtrail.services.supply import (
    alarms,
    allocating,
    changing,
    forecasting,
    looking_up,
    market_rules,
    opening,
    topping_up,
)
from packtrail.services.supply import pools as service
from packtrail.services.supply.looking_up import Wanted
from packtrail.services.supply.opening import Opening
from packtrail.services.supply.pools import MADE, SGTIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.supply.forecasting import PoolForecast
    from packtrail.services.supply.pools import SerialPool

ENTRIES_SHOWN = 12
SOURCES = ("gtin", "imported", "sscc", "drawn")


@dataclass(frozen=True, slots=True)
class PoolView:
    """A pool as the pages draw it."""

    pool: SerialPool
    depth: int
    """1: it draws from none that is shown; 2: it draws from one, and so on."""
    gauge: Markup
    tone: str
    level: str
    """What is left, in words."""
    forecast: PoolForecast | None
    odds: str
    """How likely a guess hits."""
    limit_odds: str
    product: str


def listing(visit: Visit) -> Response:
    """Show all pools, each with its level and when it runs low."""
    found = service.pools(visit.app, visit.who)
    foreseen = forecasting.forecasts(visit.app, visit.who)
    names = product_names(visit, found)
    views = [_view(pool, foreseen.get(pool.name), names, depth) for pool, depth in _as_tree(found)]
    return templates.render(
        visit,
        "serials_pools.html",
        views=[each for each in views if each.pool.closed_at is None],
        closed=[each for each in views if each.pool.closed_at is not None],
        alarms=alarms.alarms(visit.app, visit.who),
    )


def pool(visit: Visit) -> Response:
    """Show one pool."""
    return _pool(visit)


def form(visit: Visit) -> Response:
    """Show the form of a new pool; a market fills in the policy that its law asks for."""
    return _form(visit)


def create(visit: Visit) -> Response:
    """Open a pool, then show it."""
    try:
        made = _create(visit)
    except RefusedError as refusal:
        return _form(visit, refusal=refusal)
    return redirect(fields.pool_path(made.name))


def change(visit: Visit) -> Response:
    """Do something to a pool: change its levels, its key, fill, close it, or take numbers."""
    do = _CHANGES.get(visit.path("change"))
    if do is None:
        raise HTTPException(404)
    try:
        return redirect(do(visit, _name(visit)))
    except RefusedError as refusal:
        return _pool(visit, refusal=refusal)


def product_names(visit: Visit, found: Iterable[SerialPool]) -> dict[str, str]:
    """Return the names of the products of pools by GTIN, as far as master data tells them."""
    gtins = {each.number_of for each in found if each.kind == SGTIN}
    if not gtins or not visit.who.may(Permission.EVENT_READ):
        return {}
    return lots.product_names(visit.app, visit.who, gtins)


def _name(visit: Visit) -> str:
    return f"{visit.path('owner')}/{visit.path('code')}"


def _pool(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    name = _name(visit)
    found = service.pool(visit.app, visit.who, name)
    foreseen = forecasting.forecast_of(visit.app, visit.who, name)
    page = looking_up.search(visit.app, visit.who, Wanted(pool=name), limit=ENTRIES_SHOWN)
    siblings = [
        each
        for each in service.pools(visit.app, visit.who)
        if each.number_of == found.number_of and each.owner == found.owner
        and each.code != found.code
    ]  # fmt: skip
    today = visit.app.clock().date()
    chart = gauges.bars(foreseen.daily, today, label="Numbers given out a day") if foreseen else ""
    return templates.render(
        visit,
        "serials_pool.html",
        status=422 if refusal else 200,
        view=_view(found, foreseen, product_names(visit, [found]), 1),
        chart=Markup(chart),  # noqa: S704 - the drawing escapes by itself
        entries=page.entries,
        siblings=siblings,
        children=[each for each in siblings if each.parent == found.code],
        law=market_rules.pool_findings(visit.app, visit.who, found),
        findings=refusal.findings if refusal else (),
        request_id=visit.sent("request_id") or fields.new_request_id(),
        sent=visit.sent,
    )


def _view(
    found: SerialPool, forecast: PoolForecast | None, names: Mapping[str, str], depth: int
) -> PoolView:
    level = max(found.top_up_to, found.low_water, 1) if found.source != MADE else found.capacity
    share = found.left / level if level else 0.0
    tone = "bad" if not found.left else "attention" if found.findings else "good"
    gauge = gauges.gauge(share, mark=found.low_water / level if level else None, tone=tone)
    probability = float(Fraction(found.guess_probability)) if found.guess_probability else 0.0
    return PoolView(
        pool=found,
        depth=depth,
        gauge=Markup(gauge),  # noqa: S704 - the drawing escapes by itself
        tone="done" if found.closed_at else tone,
        level=_level(found),
        forecast=forecast,
        odds=gauges.odds(probability),
        limit_odds=gauges.odds(float(Fraction(found.guess_limit))) if found.guess_limit else "",
        product=names.get(found.number_of, ""),
    )


def _level(found: SerialPool) -> str:
    if found.closed_at:
        return "closed"
    return "held" if found.held_since else f"{rounded(found.left)} left"


def _as_tree(found: Sequence[SerialPool]) -> Iterator[tuple[SerialPool, int]]:
    """Yield pools with their depth, each after the one it draws from."""
    by_parent: dict[str, list[SerialPool]] = {}
    known = {each.name for each in found}
    for each in found:
        parent = f"{each.owner}/{each.parent}" if each.parent else ""
        by_parent.setdefault(parent if parent in known else "", []).append(each)

    def walk(parent: str, depth: int) -> Iterator[tuple[SerialPool, int]]:
        for each in by_parent.get(parent, ()):
            yield each, depth
            yield from walk(each.name, depth + 1)

    return walk("", 1)


# --- opening --------------------------------------------------------------------------------------


def _form(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    market = (visit.sent("market") or visit.query("market")).upper()
    given: dict[str, Any] = {}
    findings = refusal.findings if refusal else ()
    if market and not refusal:
        try:
            suggested = market_rules.policy_for(
                visit.app,
                visit.who,
                market.split(",")[0].strip(),
                is_imported=(visit.sent("source") or visit.query("source")) == "imported",
            )
        except RefusedError as unknown:
            findings = unknown.findings
        else:
            given = _suggested(suggested)
    source = visit.sent("source") or visit.query("source") or given.get("source", "gtin")
    names = ("code", "gtin", "parent", "serves", "sscc_prefix", "low_water", "top_up_to",
             "drawn_per_day_max", "unused_for_days")  # fmt: skip
    own = [
        each for each in service.pools(visit.app, visit.who)
        if each.owner == visit.who.organisation_code and each.closed_at is None
    ]  # fmt: skip
    return templates.render(
        visit,
        "serials_new.html",
        status=422 if refusal else 200,
        findings=findings,
        source=source if source in SOURCES else "gtin",
        market=market,
        markets=market_rules.markets(visit.app, visit.who),
        sent={name: visit.sent(name) or visit.query(name) for name in names},
        policy={
            name: visit.sent(name) or given.get(name, default)
            for name, default in (
                ("alphabet", "unambiguous"), ("length", "12"), ("prefix", ""), ("first", ""),
                ("guess_limit", "1/10000"), ("order", "random"), ("extension", "0"),
            )
        },
        preview=_preview(visit, given),
        parents=own,
        partners=[
            each for each in organisations.organisations(visit.app, visit.who) if not each.is_own
        ],
    )  # fmt: skip


def _suggested(found: market_rules.MarketPolicy) -> dict[str, str]:
    """Return the fields of a policy that the law of a market asks for."""
    policy = found.policy
    known = {alphabet: name for name, alphabet in PRESETS.items()}
    return {
        "source": "imported" if found.is_imported else "gtin",
        "alphabet": known.get(policy.alphabet, policy.alphabet),
        "length": str(policy.length),
        "guess_limit": str(policy.guess_limit or "none"),
        "order": policy.order.value,
    }


def _preview(visit: Visit, given: Mapping[str, str]) -> Policy | None:
    """Return the policy of the form, if it can be used."""
    try:
        return _policy(visit, given)
    except RefusedError:
        return None


def _policy(visit: Visit, given: Mapping[str, str], *, is_imported: bool = False) -> Policy:
    def told(name: str, default: str) -> str:
        return visit.sent(name) or given.get(name, default)

    order = Order.IMPORTED if is_imported else Order(told("order", "random"))
    limit = told("guess_limit", "1/10000")
    return Policy.of(
        told("alphabet", "unambiguous"),
        fields.number(visit, "length", default=int(given.get("length", "12"))),
        prefix=visit.sent("prefix"),
        first=visit.sent("first"),
        order=order,
        guess_limit=None if order is Order.SEQUENTIAL else fields.share(limit, "guess_limit"),
    )


def _create(visit: Visit) -> SerialPool:
    source = visit.sent("source")
    what = Opening(
        code=visit.sent("code").strip(),
        levels=_levels(visit),
        serves=visit.sent("serves") or None,
        market=visit.sent("market") if source in {"gtin", "imported"} else "",
    )
    app, who = visit.app, visit.who
    if source == "drawn":
        return opening.create_drawn_pool(app, who, what, parent=visit.sent("parent"))
    if source == "sscc":
        prefix, extension = visit.sent("sscc_prefix").strip(), visit.sent("extension") or "0"
        return opening.create_sscc_pool(app, who, what, prefix=prefix, extension=extension)
    is_imported = source == "imported"
    policy = _policy(visit, {}, is_imported=is_imported)
    open_it = opening.create_imported_pool if is_imported else opening.create_pool
    return open_it(app, who, what, gtin=visit.sent("gtin").strip(), policy=policy)


# --- changing -------------------------------------------------------------------------------------


def _levels(visit: Visit) -> Levels:
    return Levels(
        low_water=fields.number(visit, "low_water"),
        top_up_to=fields.number(visit, "top_up_to"),
        drawn_per_day_max=fields.optional_number(visit, "drawn_per_day_max"),
        unused_for_days=fields.optional_number(visit, "unused_for_days"),
    )


def _change_levels(visit: Visit, name: str) -> str:
    changing.change_levels(visit.app, visit.who, name, _levels(visit))
    return fields.pool_path(name)


def _replace_key(visit: Visit, name: str) -> str:
    changing.replace_key(visit.app, visit.who, name)
    return fields.pool_path(name)


def _close(visit: Visit, name: str) -> str:
    changing.close_pool(visit.app, visit.who, name)
    return fields.pool_path(name)


def _top_up(visit: Visit, name: str) -> str:
    count, request_id = fields.number(visit, "count"), visit.sent("request_id")
    topping_up.top_up(visit.app, visit.who, name, count, request_id=request_id)
    return fields.pool_path(name)


def _skip(visit: Visit, name: str) -> str:
    changing.skip(
        visit.app,
        visit.who,
        name,
        fields.number(visit, "count"),
        request_id=visit.sent("request_id").strip(),
        reason=visit.sent("reason").strip() or "restored from a backup",
    )
    return fields.pool_path(name)


def _allocate(visit: Visit, name: str) -> str:
    entry = allocating.allocate(
        visit.app,
        visit.who,
        name,
        fields.number(visit, "count"),
        request_id=visit.sent("request_id").strip(),
        party=visit.sent("party").strip(),
        purpose=visit.sent("purpose").strip(),
        unused_until=fields.day(visit.sent("unused_until"), "unused_until"),
    ).entry
    return fields.allocation_path(name, entry.request_id)


_CHANGES: Mapping[str, Callable[[Visit, str], str]] = {
    "levels": _change_levels,
    "key": _replace_key,
    "close": _close,
    "skip": _skip,
    "top-up": _top_up,
    "allocate": _allocate,
}
"""Last part of the path -> what it does; it returns the page to show then."""
