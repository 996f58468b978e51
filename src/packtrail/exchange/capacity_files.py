"""Files for planning capacity: the forecast as a table, a scenario as TOML."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import RefusedError, UsageError
from packtrail.base.findings import has_errors
from packtrail.exchange.tables import Field, Kind, Problem, read_table
from packtrail.planning import codes
from packtrail.planning.capacity.codes import FORECAST_VALUE
from packtrail.planning.capacity.estimating import Basis, Input, Span
from packtrail.planning.capacity.forecasts import VALUE_MAX, ForecastRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

NAME_LETTERS_MAX = 200
"""Of a product or market."""
_SHOWN = 24
"""Most letters of a number that are repeated to whoever sent it."""


def _check_name(name: str) -> Problem:
    if "\0" in name:
        return FORECAST_VALUE, f"{name[:40]!r} holds NUL, which no database keeps."
    if len(name) > NAME_LETTERS_MAX:
        told = f"{name[:40]!r}... has {len(name)} letters; expected {NAME_LETTERS_MAX} at most."
        return FORECAST_VALUE, told
    return None


def _check_packs(packs: Decimal) -> Problem:
    if 0 <= packs <= VALUE_MAX:
        return None
    shown = str(packs) if len(str(packs)) <= _SHOWN else f"{packs:.3g}"
    return FORECAST_VALUE, f"{shown} is no number of packs; expected 0 to {VALUE_MAX:,.0f}."


FIELDS = (
    Field("product", Kind.IDENTIFIER, ("gtin",), check=_check_name),
    Field("market", Kind.TEXT, ("country",), check=_check_name),
    Field("month", Kind.DAY),
    Field("packs", Kind.NUMBER, check=_check_packs),
)
"""Columns of a forecast."""

_BASES = {basis.value: basis for basis in (Basis.MEASUREMENT, Basis.FACT, Basis.ASSUMPTION)}
_RANGE = 3


def read_forecast(content: bytes, filename: str) -> tuple[ForecastRow, ...]:
    """Read a forecast: CSV, XLSX or JSON with `product`, `market`, `month` (a day) and `packs`.

    Raises:
        RefusedError: What the table reader found: every cell that cannot be used, up to 200; a
            value that no forecast can have is `CPA-017`.
    """
    reading = read_table(content, filename, FIELDS)
    if has_errors(reading.findings):
        raise RefusedError(*reading.findings)
    return tuple(_row(each.values) for each in reading.rows)


def read_scenario(content: bytes, filename: str, known: Sequence[Input]) -> dict[str, Input]:
    """Read a scenario: for each input a table with `value` or `range`, `basis` and `source`.

    Args:
        content: TOML.
        filename: For the findings.
        known: All inputs there are. A name that is none of them is kept, so that the model can say
            which there are.

    Raises:
        RefusedError: `PLN-004` for everything that is no value, basis or source.
    """
    try:
        tables = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = codes.BAD_VALUE.found(f"{filename} is no TOML: {error}.", at=filename)
        raise RefusedError(found) from error
    titles = {each.key: each for each in known}
    inputs, findings = {}, []
    for key, table in tables.items():
        try:
            inputs[key] = _input(key, table, titles.get(key))
        except UsageError as error:
            findings.append(codes.BAD_VALUE.found(str(error), at=f"{filename}: {key}"))
    if findings:
        raise RefusedError(*findings)
    return inputs


def _row(values: Mapping[str, str | Decimal | date | None]) -> ForecastRow:
    packed: dict[str, Any] = {**values, "packs": float(values["packs"])}  # type: ignore[arg-type]
    return ForecastRow(**packed)


def _input(key: str, table: object, known: Input | None) -> Input:
    if not isinstance(table, dict) or set(table) not in (
        {"value", "basis", "source"},
        {"range", "basis", "source"},
    ):
        raise UsageError("Expected a table with value or range, basis and source.")
    basis, source = table["basis"], table["source"]
    if not isinstance(basis, str) or basis not in _BASES:
        raise UsageError(f"{basis!r} is no basis: expected one of {', '.join(_BASES)}.")
    if not isinstance(source, str) or not source.strip():
        raise UsageError(f"{source!r} is no source: expected who says so, or what measured it.")
    title, unit, least = (known.title, known.unit, known.least) if known else (key, "", 0.0)
    return Input(key, title, unit, _span(table), _BASES[basis], source, least)


def _span(table: Mapping[str, object]) -> Span:
    given = table["range"] if "range" in table else [table["value"]] * _RANGE
    if not isinstance(given, list) or len(given) != _RANGE or not all(map(_is_number, given)):
        raise UsageError(
            f"{given!r} is no range: expected [low, likely, high], up to {VALUE_MAX:g}."
        )
    return Span.of(*given)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -VALUE_MAX <= value <= VALUE_MAX
