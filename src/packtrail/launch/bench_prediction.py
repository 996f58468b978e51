"""`packtrail bench prediction`: a simulated year beside what the model of capacity predicted."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import FINDINGS, write_json, write_table
from packtrail.launch.bench import bench

_PRACTICE_FROM = 1_001
"""Seeds of the years of practice begin here, so that none is the year that is predicted."""


@bench.command("prediction")
def bench_prediction(
    packs: Annotated[int, typer.Option("--packs", help="Packs of each year.")] = 20_000,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=1_000, help="Seed of the year that is predicted.")
    ] = 1,
    practice: Annotated[
        int, typer.Option("--practice", min=1, max=20, help="Years that the model learns from.")
    ] = 3,
    json: options.Json = False,
) -> None:
    """Replay a simulated year at full speed, and hold it against what the model predicted of it.

    Years of other seeds tell how often packs are told and in which messages; the forecast and the
    packing of the year itself are put in. The exit code is 1 when a figure lies outside the range.
    """
    from packtrail.planning.capacity import replaying
    from packtrail.simulation import simulate
    from packtrail.simulation.measured import counted

    began = time.perf_counter()
    years = [counted(simulate(packs, _PRACTICE_FROM + each)) for each in range(practice)]
    year = counted(simulate(packs, seed))
    told = replaying.predicted(year, replaying.practised(years))
    found = replaying.deviations(year, told)
    seconds = time.perf_counter() - began
    if json:
        write_json({"packs": packs, "seed": seed, "seconds": seconds, "deviations": found})
    else:
        rows = (
            (each.title, f"{each.measured:,.4g}", f"{each.likely:,.4g}", f"{each.low:,.4g}",
             f"{each.high:,.4g}", each.unit, f"{each.share:+.1%}",
             "" if each.is_within else "outside")
            for each in found
        )  # fmt: skip
        headings = ("Figure", "The year", "Predicted", "Low", "High", "Unit", "Deviation", "")
        write_table(f"{practice + 1} years in {seconds:.0f} s", headings, rows)
    if not all(each.is_within for each in found):
        raise typer.Exit(FINDINGS)
