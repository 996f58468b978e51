"""Systems and equipment: the inventory with its history, files, and the radar of support."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response

from packtrail.api.entry_routes import CHANGING, READING, Desk, add_entry_routes
from packtrail.api.market_routes import On
from packtrail.api.requests import App, Caller
from packtrail.api.technology_schemas import (
    InventoryImportOut,
    LineAbilitiesOut,
    MarketFitOut,
    SupportItemOut,
    SupportRowOut,
    UpgradeOut,
)
from packtrail.services.plan.writing import Written
from packtrail.services.technology import lines, radar, upgrades
from packtrail.services.technology.files import FILES

router = APIRouter(prefix="/api/v1/technology", tags=["Technology"])
StandingName = Literal["out", "soon", "ahead", "far", "unknown"]
_ICS = {"content": {"text/calendar": {"schema": {"type": "string"}}}}


@router.get(
    "/radar", summary="End of support", response_model=list[SupportItemOut], responses=READING
)
def support_radar(
    app: App, actor: Caller, standing: StandingName | None = None, on: On = None
) -> Any:
    """Return every part of every system with the last day of its support and what it endangers."""
    return radar.items_view(app, actor, standing=standing or "", on=on)


@router.get(
    "/calendar", summary="End of support as calendar", response_class=Response,
    responses=READING | {200: _ICS},
)  # fmt: skip
def support_calendar(app: App, actor: Caller) -> Response:
    """Return the ends of support that are still to come, as iCalendar."""
    return Response(radar.calendar(app, actor), media_type="text/calendar")


@router.get(
    "/known-support", summary="What is known of a product", response_model=list[SupportRowOut],
    responses=READING,
)  # fmt: skip
def known_support(
    app: App,
    actor: Caller,
    product: Annotated[
        str, Query(min_length=1, max_length=200, description="As an inventory writes it.")
    ],
) -> Any:
    """Return the row that says until when a product is kept up: one, or none."""
    return radar.known_support(app, actor, product)


@router.get(
    "/lines", summary="What lines can do", response_model=list[LineAbilitiesOut],
    responses=READING,
)  # fmt: skip
def line_abilities(app: App, actor: Caller) -> Any:
    """Return what each line can do: measured, by its equipment, or as it was built."""
    return list(lines.known_lines(app, actor).values())


@router.get(
    "/fit/{market}", summary="Fit of lines to a market", response_model=MarketFitOut,
    responses=READING,
)  # fmt: skip
def market_fit(
    market: str,
    app: App,
    actor: Caller,
    on: On = None,
    line: Annotated[list[str] | None, Query(max_length=1000, description="Only these.")] = None,
    packs_per_minute: Annotated[float, Query(ge=0, le=100_000)] = 0,
) -> Any:
    """Return how lines stand to what the rules of a market ask, sold there or not."""
    return lines.market_fit(
        app, actor, market.upper(), on=on, lines=line or (), packs_per_minute=packs_per_minute
    )


@router.get(
    "/upgrades/{programme}", summary="Upgrades for a plan", response_model=list[UpgradeOut],
    responses=READING,
)  # fmt: skip
def offered_upgrades(
    programme: str, app: App, actor: Caller, months: Annotated[int, Query(ge=1, le=120)] = 24
) -> Any:
    """Return the upgrades that the radar makes necessary, in the plan or not yet."""
    return upgrades.views(upgrades.offer(app, actor, programme, months=months))


@router.post(
    "/upgrades/{programme}", summary="Put upgrades into a plan", response_model=Written,
    responses=CHANGING,
)  # fmt: skip
def accept_upgrades(
    programme: str,
    app: App,
    actor: Caller,
    systems: Annotated[
        list[str], Body(embed=True, max_length=1000, description="Codes of systems.")
    ],
    months: Annotated[int, Query(ge=1, le=120)] = 24,
) -> Any:
    """Put the upgrades of some systems into the plan; what is there already is not put in again."""
    return upgrades.accept(app, actor, programme, systems, months=months)


add_entry_routes(
    router,
    Desk(
        files=FILES, received=InventoryImportOut, kinds=FILES.kinds, key="code",
        keys="by its code",
    ),
)  # fmt: skip
