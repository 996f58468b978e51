"""`packtrail bench prediction`: a simulated year beside what the model of capacity predicted."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import FINDINGS, write_json, write_table
from packtrail.launch.bench import _application, _temporary_data, bench

if TYPE_CHECKING:
    from packtrail.planning.capacity.replaying import Year
    from packtrail.simulation import World

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
    disk: Annotated[
        bool, typer.Option("--disk/--no-disk", help="Record the years, and weigh the database.")
    ] = True,
    json: options.Json = False,
) -> None:
    """Replay a simulated year at full speed, and hold it against what the model predicted of it.

    Years of other seeds tell how often packs are told, in which messages, and what they take on
    disk; the forecast and the packing of the year itself are put in. For the disk each year is
    recorded in a database of its own, in a temporary directory that is removed. The exit code is 1
    when a figure lies outside the range.
    """
    from packtrail.planning.capacity import replaying
    from packtrail.simulation import simulate

    began = time.perf_counter()
    years = [
        _passed(simulate(packs, _PRACTICE_FROM + each), is_recorded=disk)
        for each in range(practice)
    ]
    year = _passed(simulate(packs, seed), is_recorded=disk)
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


def _passed(world: World, *, is_recorded: bool) -> Year:
    """Count a year, and record it where its bytes on disk are asked for."""
    from packtrail.simulation.measured import counted

    year = counted(world)
    return replace(year, bytes_stored=_recorded(world)) if is_recorded else year


def _recorded(world: World) -> int:
    """Record a year in a database of its own; return the bytes by which that grew."""
    from packtrail.services.capture import capture
    from packtrail.services.upkeep import health
    from packtrail.simulation import demo

    with _temporary_data() as data, _application(data) as application:
        acting = demo.actors(application, world)
        before = health.condition(application).size_bytes
        for document in world.documents():
            job = capture.submit(
                application, acting[document.recorded_by_code], document.content,
                media_type=document.media_type, filename=document.name, owner=document.owner_code,
            )  # fmt: skip
            if not job.success:
                raise typer.BadParameter(f"{document.name} was refused: {job.findings[:1]}")
        return health.condition(application).size_bytes - before
