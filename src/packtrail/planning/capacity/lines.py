"""Lines: what a forecast asks of each, by the placements of its products."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.base.amounts import plural
from packtrail.planning.capacity.estimating import Basis, Input, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.planning.capacity.forecasts import Pair, Sums

_MINUTES = 60
_BASES = {"measured": "measured", "equipment": "by its slowest equipment", "said": "as built"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A line as it is known here."""

    code: str
    """`operator/code` where another runs it."""
    name: str
    site: str
    packs_per_minute: float | None
    """None: nobody said how fast it is."""
    speed_source: str = ""
    """What says so, its basis first: `measured: Performance run of 8 October`."""

    @property
    def speed_basis(self) -> str:
        """What says how fast it is: `measured`, `equipment` or `said`; empty: nothing does."""
        return self.speed_source.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLoad:
    """What a forecast asks of a line."""

    line: LineFacts
    packs_year: float
    peak_month: date | None
    """The busiest; None: nothing is asked of it."""
    packs_peak: float
    """In its busiest month."""
    hours_peak: float
    """That these take."""
    share: float
    """Of the hours it is manned."""


def line_inputs(
    sums: Sums,
    placements: Mapping[Pair, tuple[str, ...]],
    lines: Sequence[LineFacts],
) -> tuple[Input, ...]:
    """Return how many lines there are, and how fast they are for the packs that are forecast.

    Args:
        sums: The forecast.
        placements: Product and market, as the forecast names them -> codes of lines.
        lines: All lines.
    """
    if not lines:
        return ()
    count = float(len(lines))
    sites = len({each.site for each in lines})
    source = f"{plural(len(lines), 'line')} at {plural(sites, 'site')} described here"
    found = [Input("lines", "Lines", "lines", Span.of(count, count, count), Basis.FACT, source, 1)]
    speeds = {each.code: each.packs_per_minute for each in lines if each.packs_per_minute}
    if speeds:
        mean = _speed(sums, placements, speeds)
        span = Span.of(min(speeds.values()), mean, max(speeds.values()))
        known = [each for each in lines if each.packs_per_minute]
        bases = Counter(each.speed_basis for each in known)
        told = ", ".join(f"{bases[each]} {shown}" for each, shown in _BASES.items() if bases[each])
        source = f"speed of {len(known)} of {len(lines)} lines over what each packs: {told}"
        basis = Basis.MEASUREMENT if set(bases) == {"measured"} else Basis.FACT
        found.append(
            Input("line_speed", "Speed of a line", "packs/min", span, basis, source, 0.001)
        )
    return tuple(found)


def line_loads(
    sums: Sums,
    placements: Mapping[Pair, tuple[str, ...]],
    lines: Sequence[LineFacts],
    inputs: Mapping[str, Input],
) -> tuple[LineLoad, ...]:
    """Return what the first year of a forecast asks of each line, the fullest first.

    A product that several lines pack is shared out evenly. A line without a speed has that of the
    model.
    """
    asked = _asked(sums, placements)
    hours = inputs["line_hours_month"].span.likely
    made = inputs["line_yield"].span.likely * _MINUTES
    usual = inputs["line_speed"].span.likely
    found = []
    for line in lines:
        months = asked.get(line.code, {})
        peak = max(months, key=lambda month: months[month], default=None)
        packs = months[peak] if peak else 0.0
        needed = packs / ((line.packs_per_minute or usual) * made)
        found.append(
            LineLoad(
                line=line,
                packs_year=sum(months.values()),
                peak_month=peak,
                packs_peak=packs,
                hours_peak=needed,
                share=needed / hours,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.share, each.line.code)))


def _asked(
    sums: Sums, placements: Mapping[Pair, tuple[str, ...]]
) -> Mapping[str, Mapping[date, float]]:
    asked: dict[str, list[float]] = {}
    months = tuple(sums.year_months)
    for pair, codes in placements.items():
        if pair not in sums.year:
            continue
        for code in codes:
            known = asked.setdefault(code, [0.0] * len(months))
            for at, packs in enumerate(sums.year[pair]):
                known[at] += packs / len(codes)
    return {code: dict(zip(months, packs, strict=True)) for code, packs in asked.items()}


def _speed(
    sums: Sums,
    placements: Mapping[Pair, tuple[str, ...]],
    speeds: Mapping[str, float],
) -> float:
    """Return the speed with which the packs that are placed take as long as on their lines."""
    packs = {code: sum(months.values()) for code, months in _asked(sums, placements).items()}
    placed = {code: count for code, count in packs.items() if code in speeds and count}
    if not placed:
        return sum(speeds.values()) / len(speeds)
    return sum(placed.values()) / sum(count / speeds[code] for code, count in placed.items())
