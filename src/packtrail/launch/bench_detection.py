"""`packtrail bench detection`: what signals find of planted wrongs, and how often they are false.

The rules were set with seeds below 1,000; the benchmark takes seeds from 3,001 on. Those from 1,001
and from 2,001 on were held out before, and are spent.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Final

import typer

from packtrail.cli import options
from packtrail.launch.bench import Figure, bench, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bench", "bench_detection"]

FIRST_SEED: Final = 3_001


@bench.command("detection")
def bench_detection(
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Seasons to look at.")] = 5,
    packs: Annotated[
        int, typer.Option("--packs", min=5_000, help="Packs of each season.")
    ] = 20_000,
    json: options.Json = False,
) -> None:
    """Find planted wrongs in scans of simulated seasons; say precision, recall, false alerts.

    A wrong is found where its own signal names one of its scans. A signal is right where it names
    a scan of a wrong, whichever; notes about scanners and records are not alerts.
    """
    tell([*measured(range(FIRST_SEED, FIRST_SEED + seeds), packs)], json=json)


def measured(seeds: range, packs: int) -> Iterator[Figure]:
    """Yield recall and precision of each signal, false alerts, and the speed."""
    from packtrail.detection import codes
    from packtrail.detection.detecting import detect
    from packtrail.simulation.scanned import season

    notes = {codes.SCANNER.code, codes.DATA_FAULT.code}
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    scans, seconds = 0, 0.0
    for seed in seeds:
        made = season(seed, packs)
        scans += len(made.scans)
        began = time.perf_counter()
        signals = detect(made.scans, made.known)
        seconds += time.perf_counter() - began
        wrongs = {s for one in made.planted if one.code not in notes for s in one.scans}
        faults = {s for one in made.planted if one.code in notes for s in one.scans}
        named = {(one.code, scan) for one in signals for scan in one.scans}
        for wrong in made.planted:
            planted[wrong.code] += 1
            found[wrong.code] += any((wrong.code, scan) in named for scan in wrong.scans)
        for signal in signals:
            raised[signal.code] += 1
            told = faults if signal.code in notes else wrongs
            right[signal.code] += not told.isdisjoint(signal.scans)
    for code in sorted(planted):
        beside = f"{found[code]} of {planted[code]} planted; aim over 0.95"
        yield Figure(f"{code} recall", found[code] / planted[code], "", beside)
        if raised[code]:
            beside = f"{right[code]} of {raised[code]} raised"
            yield Figure(f"{code} precision", right[code] / raised[code], "", beside)
    false = sum(raised[code] - right[code] for code in raised if code not in notes)
    beside = f"{false} in {scans:,} scans; aim under 1"
    yield Figure("false alerts per 10,000 scans", 10_000 * false / scans, "", beside)
    yield Figure("scans looked at", scans / seconds, "scans/s", f"{len(seeds)} seasons")
