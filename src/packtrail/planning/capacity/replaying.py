"""A simulated year beside what the model predicted of it.

Years of other seeds are the practice: they tell how often packs are told, and in which messages.
The forecast and the packing of the year itself are put in; formulas do the rest. So what is tested
is the model, not the constants of one year.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail.planning.capacity.estimating import Basis, Estimate, Input, Span, estimate
from packtrail.planning.capacity.forecasts import Sums, forecast_inputs, packing_inputs
from packtrail.planning.capacity.model import INPUTS, QUANTITIES, inputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from packtrail.planning.capacity.forecasts import ForecastRow, Packing

SLACK: Final = 0.1
"""A year may differ from all years of practice by so much, and the model still holds."""
_SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What happened in a year of messages."""

    rows: tuple[ForecastRow, ...]
    """The packs of each lot, as a forecast of the year would have had them."""
    packings: Mapping[tuple[str, str], Packing]
    packs: int
    containers: int
    """Cases, pallets and parcels that were packed, by whomever."""
    events: int
    lone_events: int
    """Events that name one pack alone."""
    listed: int
    """Packs in lists, each as often as it is named."""
    messages: int
    sale_messages: int
    """Those in which events of one pack come."""
    bytes_sent: int
    bytes_stored: int | None = None
    """What the database grew by when all of it was recorded; None: it was not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A figure of the year beside its prediction."""

    key: str
    title: str
    unit: str
    measured: float
    low: float
    likely: float
    high: float

    @property
    def share(self) -> float:
        """By how much it was missed: 0.1 is a tenth more than predicted."""
        return self.measured / self.likely - 1 if self.likely else 0.0

    @property
    def is_within(self) -> bool:
        """Whether it lies in the predicted range, or next to it."""
        return self.low * (1 - SLACK) <= self.measured <= self.high * (1 + SLACK)


def practised(years: Sequence[Year]) -> dict[str, Input]:
    """Return what years of practice set: the range over them, the mean likely.

    Args:
        years: One or more.
    """
    known = {each.key: each for each in INPUTS}
    found = {}
    is_stored = all(year.bytes_stored is not None for year in years)
    for key, told in {**_PRACTISED, **(_STORED if is_stored else {})}.items():
        values = [max(told(year), known[key].least) for year in years]
        span = Span.of(min(values), sum(values) / len(values), max(values))
        source = f"{len(values)} simulated years of other seeds"
        found[key] = replace(known[key], span=span, basis=Basis.MEASUREMENT, source=source)
    fixed = {"forecast_factor": 1.0, "single_share": 0.0}
    for key, value in fixed.items():
        span = Span.of(value, value, value)
        found[key] = replace(known[key], span=span, source="the year has no other")
    return found


def predicted(year: Year, practice: Mapping[str, Input]) -> Estimate:
    """Return what the model predicts of a year from its forecast, its packing and the practice."""
    sums = Sums.of(year.rows)
    given = forecast_inputs(sums, "lots of the year")
    packing = packing_inputs(sums, year.packings)
    inputs = inputs_of(given, practice, seen=_exactly(packing))
    return estimate(inputs, QUANTITIES, random.Random(_SEED))  # noqa: S311 - no secret


def deviations(year: Year, told: Estimate) -> tuple[Deviation, ...]:
    """Return events, containers, messages and bytes of a year beside their predictions.

    Bytes on disk are among them where the year was recorded.
    """
    measured = [
        ("packs", float(year.packs)),
        ("container_numbers", float(year.containers)),
        ("events", float(year.events)),
        ("messages", float(year.messages)),
        ("bytes_sent", year.bytes_sent / 1e9),
    ]
    if year.bytes_stored is not None:
        measured.append(("stored_1", year.bytes_stored / 1e9))
    found = []
    for key, value in measured:
        figure = told[key]
        found.append(
            Deviation(
                key=key,
                title=figure.title,
                unit=figure.unit,
                measured=value,
                low=figure.low,
                likely=figure.likely,
                high=figure.high,
            )
        )
    return tuple(found)


def _exactly(packing: Sequence[Input]) -> tuple[Input, ...]:
    """Return how products are packed with their mean alone: the mix of the year is known."""
    return tuple(replace(each, span=Span.of(*[each.span.likely] * 3)) for each in packing)


_LIKELY: Final = {each.key: each.span.likely for each in INPUTS}
_LISTED_BYTES: Final = _LIKELY["bytes_listed"]


def _as_packed(year: Year) -> float:
    """Return how many cases and pallets the packs of a year fill."""
    total = 0.0
    for row in year.rows:
        packing = year.packings[row.product, row.market]
        cases = row.packs / packing.packs_per_case
        total += cases + cases / packing.cases_per_pallet
    return total


_PRACTISED: Final[Mapping[str, Callable[[Year], float]]] = {
    "lone_events": lambda year: year.lone_events / year.packs,
    "times_listed": lambda year: year.listed / year.packs,
    "repacked": lambda year: year.containers - _as_packed(year),
    "container_events": lambda year: (year.events - year.lone_events) / year.containers,
    "packs_per_message": lambda year: year.listed / (year.messages - year.sale_messages),
    "packs_per_sale": lambda year: year.lone_events / max(1, year.sale_messages),
    "bytes_listed": lambda _: _LISTED_BYTES,
    "bytes_lone": lambda year: (year.bytes_sent - year.listed * _LISTED_BYTES) / year.events,
}
"""Input -> how a year tells it."""


def _stored_listed(year: Year) -> float:
    """Return the bytes of a pack on disk, besides those of events of its own."""
    return (year.bytes_stored or 0) / year.packs - (
        year.lone_events / year.packs * _LIKELY["bytes_event"]
    )


_STORED: Final[Mapping[str, Callable[[Year], float]]] = {
    "bytes_stored": _stored_listed,
    "bytes_event": lambda _: _LIKELY["bytes_event"],
}
"""Input -> how a year tells it that was recorded in a database."""
