"""Forecasts read from tables: every cell that cannot be used is told with its place."""

from __future__ import annotations

from datetime import date

import pytest

from packtrail.base.errors import RefusedError
from packtrail.exchange.capacity_files import read_forecast
from packtrail.planning.capacity.forecasts import ForecastRow
from packtrail.rendering.tables import Column, Kind, Table, write_xlsx

LONG = "x" * 201
NO_PACKS = "is no number of packs; expected 0 to 1,000,000,000,000."
BAD = [
    ("drops", "DE", date(2027, 1, 1), 10),
    ("drops", "DE", date(2027, 2, 1), -5),
    (LONG, "DE", date(2027, 3, 1), 10),
    ("drops", LONG, date(2027, 4, 1), 2e12),
    ("drops", "DE", "soon", "12,000"),
    ("drops", "", date(2027, 6, 1), 10),
]
"""Rows of which all but the first are bad, two of them twice."""
TOLD = [
    ("CPA-017", "D3", f"packs: -5 {NO_PACKS}"),
    ("CPA-017", "A4", f"product: {'x' * 40!r}... has 201 letters; expected 200 at most."),
    ("CPA-017", "B5", f"market: {'x' * 40!r}... has 201 letters; expected 200 at most."),
    ("CPA-017", "D5", f"packs: 2000000000000 {NO_PACKS}"),
    ("TAB-008", "C6", "month: 'soon' is no date."),
    ("TAB-007", "D6", "packs: '12,000' is no number."),
    ("TAB-006", "B7", "The cell of 'market' is empty."),
]


def refused(content: bytes, filename: str) -> list[tuple[str, str, str]]:
    with pytest.raises(RefusedError) as refusal:
        read_forecast(content, filename)
    assert all(each.remedy for each in refusal.value.findings)
    return [(each.code, each.at, each.message) for each in refusal.value.findings]


def test_every_bad_cell_of_a_csv_is_told() -> None:
    lines = (
        ";".join(f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in row)
        for row in BAD
    )
    content = "product;market;month;packs\n" + "\n".join(lines)

    assert refused(content.encode(), "plan.csv") == TOLD


def test_every_bad_cell_of_a_spreadsheet_is_told() -> None:
    columns = (Column("product"), Column("market"), Column("month", Kind.DAY), Column("packs"))
    told = refused(write_xlsx([Table("Plan", columns, BAD)]), "plan.xlsx")

    assert [each[:2] for each in told] == [each[:2] for each in TOLD]


def test_a_number_that_no_float_holds_is_told_in_short() -> None:
    content = f"product,market,month,packs\ndrops,DE,2027-01-01,{'9' * 400}\n".encode()

    assert refused(content, "plan.csv") == [
        ("CPA-017", "D2", f"packs: 1.00e+400 {NO_PACKS}"),
    ]


def test_a_name_with_nul_is_told() -> None:
    content = rb'[{"product": "a\u0000b", "market": "DE", "month": "2027-01-01", "packs": 1}]'

    assert refused(content, "plan.json") == [
        ("CPA-017", "/0/product", r"product: 'a\x00b' holds NUL, which no database keeps."),
    ]  # fmt: skip


def test_no_packs_parts_of_packs_and_any_day_of_a_month_are_taken() -> None:
    content = (
        b"product,market,month,packs\ndrops,DE,2027-01-31,0\ndrops,DE,2027-02-28,0.5\n"
        b"drops,DE,2027-03-01,1000000000000\n"
    )

    assert read_forecast(content, "plan.csv") == (
        ForecastRow(product="drops", market="DE", month=date(2027, 1, 31), packs=0.0),
        ForecastRow(product="drops", market="DE", month=date(2027, 2, 28), packs=0.5),
        ForecastRow(product="drops", market="DE", month=date(2027, 3, 1), packs=1e12),
    )
