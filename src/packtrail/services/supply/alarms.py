"""Alarms: what somebody must do so that no line runs out of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from packtrail.access import Actor, Permission, require
from packtrail.serials.codes import BLOCK_OVERDUE, HELD, LOW_SOON, LOW_WATER, ORDER_NOT_SENT
from packtrail.services.supply import blocks, forecasting, ordering, pools

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One pool, block or order that somebody must look at."""

    finding: Finding
    label: str
    path: str
    """Its page in the console."""


def alarms(app: Application, actor: Actor) -> tuple[Alarm, ...]:
    """Return what needs attention of what the actor sees: pools first, then blocks and orders."""
    require(actor, Permission.POOL_READ)
    return (*_of_pools(app, actor), *_of_blocks(app, actor), *_of_orders(app, actor))


def pool_path(name: str) -> str:
    """Return the page of a pool: `owner/code`."""
    return "/serials/pools/" + quote(name)


def _of_pools(app: Application, actor: Actor) -> Iterator[Alarm]:
    foreseen = forecasting.forecasts(app, actor)
    soon = app.clock().date() + SOON
    for pool in pools.pools(app, actor):
        low = [each for each in pool.findings if each.code in {LOW_WATER.code, HELD.code}]
        forecast = foreseen.get(pool.name)
        may_run_dry = pool.low_water and not pool.top_up_to
        if not low and may_run_dry and forecast and forecast.low_on and forecast.low_on <= soon:
            message = (
                f"The pool {pool.code} has {pool.left:,} left, and runs low about "
                f"{forecast.low_on:%d %b %Y}."
            )
            low = [LOW_SOON.found(message, at="pool")]
        yield from (Alarm(each, pool.code, pool_path(pool.name)) for each in low)


def _of_blocks(app: Application, actor: Actor) -> Iterator[Alarm]:
    for block in blocks.blocks(app, actor, is_open=True):
        for finding in block.findings:
            if finding.code == BLOCK_OVERDUE.code:
                yield Alarm(finding, block.station, f"/serials/blocks/{block.block_id}")


def _of_orders(app: Application, actor: Actor) -> Iterator[Alarm]:
    for order in ordering.orders(app, actor, is_open=True):
        if order.sent_at is None:
            message = (
                f"{order.count:,} numbers for the pool {order.pool} wait to be asked of the "
                "authority."
            )
            finding = ORDER_NOT_SENT.found(message, at=order.order_id)
            yield Alarm(finding, order.pool, pool_path(f"{order.owner}/{order.pool}"))
