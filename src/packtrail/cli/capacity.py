"""`packtrail capacity estimate`: what a forecast takes, from files, without a database."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.files import write_file
from packtrail.cli.output import tell_findings, write_json, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from packtrail.base.amounts import Scale
    from packtrail.planning.capacity.estimating import Estimate, Figure, Input

capacity = typer.Typer(
    help="Capacity: what a forecast of packs takes, and whether what is there will do.",
    no_args_is_help=True,
)
_SEED_HELP = "Seed of the simulation: the same seed gives the same ranges."


@capacity.command("estimate")
def estimate_files(
    forecast: Annotated[
        Path,
        typer.Argument(
            metavar="FORECAST",
            help="Table with product, market, month (a day of it) and packs: CSV, XLSX or JSON.",
        ),
    ],
    scenarios: Annotated[
        list[Path] | None,
        typer.Option(
            "--scenario", metavar="FILE", help="Inputs that differ, as TOML; several side by side."
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE",
            help="Also write a file: XLSX with formulas, or a PDF report, by its ending.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help=_SEED_HELP)] = 1,
    json: options.Json = False,
) -> None:
    """Work out what a forecast in a file takes: events, storage, lines, people and cost.

    Every figure has a range and a basis: measurement, fact, assumption, forecast or formula.
    Without a scenario the inputs of the model are taken as they are.
    """
    from packtrail.planning.capacity.estimating import estimate
    from packtrail.planning.capacity.model import QUANTITIES, lines_full

    write = _writer(to)
    made = {
        name: estimate(inputs, QUANTITIES, random.Random(seed))  # noqa: S311 - no secret
        for name, inputs in _inputs(forecast, scenarios or ()).items()
    }
    findings = [each for name, told in made.items() for each in lines_full(name, told)]
    if to is not None:
        write_file(to, (write(made, f"{forecast.name}, seed {seed}"),))
    if json:
        told = {name: each.figures for name, each in made.items()}
        write_json({"scenarios": told, "findings": findings})
        return
    tell_columns({name: each.figures for name, each in made.items()})
    tell_findings(findings)


def tell_columns(columns: Mapping[str, Sequence[Figure]]) -> None:
    """Tell the figures of scenarios side by side."""
    headings = ("Figure", "Unit", *(f"{name}: low, likely, high" for name in columns), "Basis")
    write_table("", headings, map(_row, zip(*columns.values(), strict=True)))


def _inputs(forecast: Path, scenarios: Sequence[Path]) -> Mapping[str, tuple[Input, ...]]:
    from packtrail.exchange.capacity_files import read_forecast, read_scenario
    from packtrail.planning.capacity.forecasts import Sums, forecast_inputs
    from packtrail.planning.capacity.model import INPUTS, inputs_of

    sums = Sums.of(read_forecast(_content(forecast), forecast.name))
    given = forecast_inputs(sums, forecast.name)
    if not scenarios:
        return {"as the model has it": inputs_of(given, {})}
    if len({path.stem for path in scenarios}) < len(scenarios):
        raise UsageError("Two scenarios have the same file name; it is the title of their column.")
    known = (*given, *INPUTS)
    return {
        path.stem: inputs_of(given, read_scenario(_content(path), path.name, known))
        for path in scenarios
    }


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _writer(to: Path | None) -> Callable[[Mapping[str, Estimate], str], bytes]:
    """Return what writes a file of that ending, before anything is worked out.

    Raises:
        UsageError: Nothing does.
    """
    ending = ".xlsx" if to is None else to.suffix.casefold()
    if ending not in _WRITERS:
        raise UsageError(f"{to} ends in {ending!r}: expected one of {', '.join(_WRITERS)}.")
    return _WRITERS[ending]


def _book(made: Mapping[str, Estimate], source: str) -> bytes:
    from packtrail.rendering.capacity_sheets import sheet_of
    from packtrail.rendering.tables import write_xlsx

    sheets = tuple(sheet_of(name, each) for name, each in made.items())
    return write_xlsx(sheets, about={"Made from": source})


def _report(made: Mapping[str, Estimate], source: str) -> bytes:
    from packtrail.rendering.capacity_sheets import report_of
    from packtrail.rendering.reports import write_pdf

    return write_pdf(report_of(made, source, at=datetime.now(UTC)))


_WRITERS = {".xlsx": _book, ".pdf": _report}
"""Ending of a file -> what writes it."""


def _row(figures: Sequence[Figure]) -> tuple[str, ...]:
    from packtrail.rendering.capacity_sheets import scale_of

    scale = scale_of(figures)
    bases = dict.fromkeys(each.basis.value for each in figures)
    told = (_told(each, scale) for each in figures)
    return (figures[0].title, scale.unit, *told, ", ".join(bases))


def _told(figure: Figure, scale: Scale) -> str:
    span = (figure.low, figure.likely, figure.high)
    shown = span if figure.low < figure.high else (figure.likely,)
    return " ".join(map(scale.figure, shown))
