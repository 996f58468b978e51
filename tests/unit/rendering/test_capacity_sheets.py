"""The spreadsheet of capacity: whoever works its formulas out anew gets what it says."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date

import pytest

from packtrail.planning.capacity.estimating import Span, estimate
from packtrail.planning.capacity.forecasts import ForecastRow, Sums, forecast_inputs
from packtrail.planning.capacity.model import INPUTS, QUANTITIES, inputs_of
from packtrail.rendering.capacity_sheets import sheet_of
from packtrail.rendering.tables import Formula

FORECAST = [ForecastRow(product="P", market="DE", month=date(2027, 5, 1), packs=70_000)]
SHORT = {
    each.key: replace(each, span=Span.of(6, 7.5, 9))
    for each in INPUTS
    if each.key == "retention_years"
}


@pytest.mark.parametrize("scenario", [{}, SHORT])
def test_every_formula_gives_its_value_when_a_spreadsheet_works_it_out(scenario) -> None:
    inputs = inputs_of(forecast_inputs(Sums.of(FORECAST), "f"), scenario)
    told = estimate(inputs, QUANTITIES, random.Random(1), draws=10)
    cells: dict[str, float] = {}
    formulas = 0
    for row, (_, _, likely, *_) in enumerate(sheet_of("s", told).rows, 2):
        if isinstance(likely, Formula):
            formulas += 1
            assert worked_out(likely.text, cells) == pytest.approx(likely.value)
        cells[f"$C${row}"] = likely.value if isinstance(likely, Formula) else likely

    assert formulas == len(QUANTITIES)


def worked_out(formula: str, cells: dict[str, float]) -> float:
    """Work a formula out as a spreadsheet does: only cells above it have a value."""
    text = re.sub(r"\$C\$\d+", lambda found: repr(cells[found[0]]), formula.removeprefix("="))
    allowed = {"__builtins__": {}, "MIN": min, "MAX": max}
    return eval(text.replace("^", "**"), allowed)
