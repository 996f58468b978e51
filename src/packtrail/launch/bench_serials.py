"""`packtrail bench serials`: serial numbers made, recorded and written, beside draw-and-check."""

from __future__ import annotations

import secrets
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch.bench import (
    Figure,
    Report,
    _application,
    _machine,
    _row,
    _temporary_data,
    _timed,
    _versions,
    bench,
)

if TYPE_CHECKING:
    from pathlib import Path

    from packtrail.access import Actor

__all__ = ["bench", "bench_serials"]

GTIN, POOL = "03000101234509", "bench"
BLOCK, BLOCKS = 1_000, 500
SINGLES, CLIENTS = 1_000, 8
NAIVE_SHARE = 10
"""Draw-and-check is measured on this part of the numbers: it needs no more to show its rate."""


@bench.command("serials")
def bench_serials(
    numbers: Annotated[int, typer.Option("--numbers", help="Numbers of the large request.")] = (
        1_000_000
    ),
    json: options.Json = False,
) -> None:
    """Take serial numbers from a random pool, durably, and prove its ledger.

    A database of its own is made in a temporary directory and removed afterwards. Beside it stands
    what is usual: characters drawn one by one, checked against a set, and copied into a table with
    a unique index.
    """
    with _temporary_data() as data, _application(data) as application:
        actor = _prepared(application)
        naive = _draw_and_check(application, max(1, numbers // NAIVE_SHARE))
        figures = [
            *_large(application, actor, numbers, data.parent / "numbers.txt", naive),
            *_small(application, actor),
            *_found(application, actor),
        ]
    report = Report(_machine(), _versions(), tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def _prepared(application: Any) -> Actor:
    from packtrail.access import Actor
    from packtrail.serials.policy import Policy
    from packtrail.services import organisations
    from packtrail.services.pools import create_pool

    organisations.create_organisation(application, Actor.system("bench"), "bench", name="Bench")
    actor = organisations.system_actor(application, "bench")
    create_pool(application, actor, POOL, gtin=GTIN, policy=Policy.of("unambiguous", 12))
    return actor


def _large(application: Any, actor: Actor, numbers: int, path: Path, naive: float) -> list[Figure]:
    from packtrail.services.serials import allocate

    def whole() -> None:
        delivery = allocate(application, actor, POOL, numbers, request_id="large")
        with path.open("wb") as file:
            file.writelines(delivery.lines())

    seconds = _timed(whole)
    rate = numbers / seconds
    again = allocate(application, actor, POOL, numbers, request_id="large")
    began = time.process_time()
    for _ in again.source.texts(again.generation, again.lo, again.hi):
        pass
    made = numbers / (time.process_time() - began)
    return [
        Figure("made, recorded and written to a file", rate, "numbers/s",
               f"draw-and-check {naive:,.0f}/s: {rate / naive:.0f} times as fast"),
        Figure(f"request of {numbers:,} until its file is there", seconds, "s"),
        Figure("made, in memory", made, "numbers/CPU-s"),
    ]  # fmt: skip


def _small(application: Any, actor: Actor) -> list[Figure]:
    from packtrail.services.serials import allocate

    def take(request: str, count: int) -> None:
        allocate(application, actor, POOL, count, request_id=request).serials()

    blocks = [_timed(take, f"block {turn}", BLOCK) for turn in range(BLOCKS)]
    singles = sum(_timed(take, f"single {turn}", 1) for turn in range(SINGLES))
    with ThreadPoolExecutor(CLIENTS) as clients:
        together = _timed(
            lambda: list(clients.map(lambda turn: take(f"many {turn}", 1), range(SINGLES)))
        )
    return [
        *_percentiles(f"request of {BLOCK:,}", blocks),
        Figure("requests of one number, one client", SINGLES / singles, "requests/s"),
        Figure(f"requests of one number, {CLIENTS} clients", SINGLES / together, "requests/s"),
    ]


def _found(application: Any, actor: Actor) -> list[Figure]:
    from packtrail.services.serial_proof import prove
    from packtrail.services.serials import allocate, look_up

    given = allocate(application, actor, POOL, BLOCK, request_id="block 7").serials()
    found = [_timed(lambda each=each: look_up(application, actor, each, pool=POOL))
             for each in given]  # fmt: skip
    began = time.perf_counter()
    (proof,) = prove(application, actor)
    seconds = time.perf_counter() - began
    verdict = "holds" if proof.holds else "DOES NOT HOLD"
    return [
        *_percentiles("look-up: issued, when, to whom", found),
        Figure("proof of the whole ledger", proof.proven / seconds, "numbers/s",
               f"{proof.entries:,} entries, {proof.proven:,} numbers: {verdict}"),
    ]  # fmt: skip


def _draw_and_check(application: Any, numbers: int) -> float:
    """Return how many numbers a second the usual way makes and records."""
    from packtrail.serials.policy import PRESETS
    from packtrail.services import health

    alphabet, known = PRESETS["unambiguous"], set[str]()

    def draw() -> None:
        while len(known) < numbers:
            known.add("".join(secrets.choice(alphabet) for _ in range(12)))

    drawn = _timed(draw)
    return numbers / (drawn + health.bare_copy_seconds(application, list(known)))


def _percentiles(name: str, seconds: list[float]) -> list[Figure]:
    cuts = statistics.quantiles(seconds, n=100)
    return [
        Figure(f"{name}, p50", cuts[49] * 1000, "ms", f"{len(seconds):,} times"),
        Figure(f"{name}, p99", cuts[98] * 1000, "ms"),
    ]
