"""`packtrail bench scans`: duplicate serials and impossible travel over millions of pack events."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk
from packtrail.launch.bench import Figure, bench, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.store.scans.scanning import Found

__all__ = ["bench", "bench_scans"]

PLANTED: Final = 500
"""Wrongs of each kind."""
MENTIONS_EACH: Final = 5
"""Mentions of a pack in the archives that are made."""


@bench.command("scans")
def bench_scans(
    events: Annotated[
        int, typer.Option("--events", min=10_000, help="Pack events to scan.")
    ] = 50_000_000,
    at: Annotated[
        Path | None,
        typer.Option("--at", metavar="DIR", help="Make the archives here and keep them."),
    ] = None,
    spark: Annotated[
        str | None, typer.Option("--spark", metavar="URL", help="Scan on this cluster as well.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Make archives with planted wrongs and scan them; what is found must be what was planted."""
    folder = at or Path(tempfile.mkdtemp(prefix="packtrail-bench-scans-"))
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name an empty folder.")
    try:
        tell([*measured(folder, events // MENTIONS_EACH, spark)], json=json)
    finally:
        if at is None:
            shutil.rmtree(folder, ignore_errors=True)


def measured(folder: Path, packs: int, master: str | None) -> Iterator[Figure]:
    """Yield how long making and scanning took, and whether what was found is true."""
    from packtrail.simulation.mentions import write
    from packtrail.store.scans import duck, spark
    from packtrail.store.scans.scanning import Asked, Scan, files_in

    with talk.status("Making archives ..."):
        began = time.perf_counter()
        world = write(folder, packs=packs, planted=min(PLANTED, packs // 10), seed=1)
        made = time.perf_counter() - began
    size = sum(file.stat().st_size for file in files_in(folder))
    yield Figure("archives made", made, "s", f"{world.mentions:,} mentions")
    yield Figure("size of mentions", size / world.mentions, "bytes each", f"{size / 1e6:,.0f} MB")
    asked = Asked(files=files_in(folder), places=world.places)
    engines: dict[str, Callable[[Scan, Asked], tuple[Found, ...]]] = {"DuckDB": duck.run}
    if master:
        engines[master] = partial(spark.run, master=master)
    for name, run in engines.items():
        for scan in Scan:
            began, cpu = time.perf_counter(), time.process_time()
            with talk.status(f"{scan.value} on {name} ..."):
                found = run(scan, asked)
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
            right = {each.item_key for each in found} == world.planted[scan]
            told = f"{len(found):,} found, {'just' if right else 'NOT'} what was planted"
            yield Figure(f"{scan.value}, {name}", seconds, "s", told)
            yield Figure(f"{scan.value}, {name}", world.mentions / seconds, "mentions/s")
            yield Figure(f"{scan.value}, {name}: CPU here", cpu, "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    yield Figure("memory, most", peak / 1e6, "MB")
