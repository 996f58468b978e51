"""`packtrail bench serials`: serial numbers made, recorded and written, beside other ways."""

from __future__ import annotations

import contextlib
import http.client
import json as standard_json
import secrets
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.base.errors import Unavailable
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch import rival_pools, rivals
from packtrail.launch.bench import (
    Figure,
    Report,
    _application,
    _connection,
    _machine,
    _row,
    _server,
    _temporary_data,
    _timed,
    _versions,
    bench,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.access import Actor
    from packtrail.launch.rival_pools import PoolTimes

__all__ = ["bench", "bench_serials"]

GTIN, OTHER_GTIN, POOL, CODES = "03000101234509", "03000101234516", "bench", "codes"
BLOCK, BLOCKS = 1_000, 500
SINGLES, CLIENTS = 1_600, 32
NAIVE_SHARE = 10
"""Draw-and-check is measured on this part of the numbers: it needs no more to show its rate."""
_KEY_SCOPES = ("pool:allocation:create", "pool:record:read")
_RIVAL = "QU4RTET"


@bench.command("serials")
def bench_serials(
    numbers: Annotated[int, typer.Option("--numbers", help="Numbers of the large request.")] = (
        1_000_000
    ),
    imported: Annotated[
        int, typer.Option("--imported", help="Codes of an authority that are imported.")
    ] = 200_000,
    quartet: Annotated[
        Path | None,
        typer.Option(
            "--quartet",
            metavar="DIR",
            help="A virtual environment, outside ours, in which `pip install "
            f"{rival_pools.PACKAGES}` was done: its random pool does the same.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Take serial numbers from a random pool, durably, and prove its ledger.

    A database of its own is made in a temporary directory and removed afterwards. Beside it stands
    what is usual: characters drawn one by one, checked against a set, and copied into a table with
    a unique index.
    """
    if quartet:
        rival_pools.require(quartet)
    with _temporary_data() as data:
        path = data.parent / "numbers.txt"
        with _application(data) as application:
            actor, key = _prepared(application)
            naive = _draw_and_check(application, max(1, numbers // NAIVE_SHARE))
            theirs = _rival(application, data, quartet, numbers) if quartet else None
            figures = [
                *_large(application, actor, numbers, path, naive, theirs),
                *_small(application, actor, theirs),
                *_found(application, actor),
                *_imported(application, actor, imported, data.parent / "codes.txt"),
            ]
        with _server(data) as (url, _):
            figures += _through_rest(url, key)
    versions = _versions() | ({_RIVAL: theirs.version} if theirs else {})
    report = Report(_machine(), versions, tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def _prepared(application: Any) -> tuple[Actor, str]:
    from packtrail.access import Actor
    from packtrail.serials.policy import Order, Policy
    from packtrail.services.accounts import keys, organisations
    from packtrail.services.supply.opening import Opening, create_imported_pool, create_pool

    organisations.create_organisation(application, Actor.system("bench"), "bench", name="Bench")
    actor = organisations.system_actor(application, "bench")
    policy = Policy.of("unambiguous", 12)
    create_pool(application, actor, Opening(code=POOL), gtin=GTIN, policy=policy)
    foreign = Policy.of("alphanumeric", 13, order=Order.IMPORTED, guess_limit=None)
    create_imported_pool(application, actor, Opening(code=CODES), gtin=OTHER_GTIN, policy=foreign)
    made = keys.create_api_key(application, actor, "bench", scopes=_KEY_SCOPES)
    return actor, str(made.secret)


def _rival(application: Any, data: Path, folder: Path, numbers: int) -> PoolTimes:
    """Let QU4RTET do the same, in a database of its own of the same server."""
    import psycopg

    with psycopg.connect(application.database.url, autocommit=True) as conn:
        conn.execute("create database rival")
    database = rivals.postgresql(str(data / "run"), "rival", "packtrail")
    work = rival_pools.PoolWork(
        numbers=numbers,
        path=str(data.parent / "rival.txt"),
        block=BLOCK,
        blocks=BLOCKS,
        singles=SINGLES,
        clients=CLIENTS,
    )
    return rival_pools.serialbox(folder, database, work)


def _large(
    application: Any,
    actor: Actor,
    numbers: int,
    path: Path,
    naive: float,
    theirs: PoolTimes | None,
) -> list[Figure]:
    from packtrail.services.supply.allocating import allocate

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
    beside = [f"draw-and-check {naive:,.0f}/s: {rate / naive:.0f} times as fast"]
    if theirs:
        other = numbers / theirs.whole
        beside.append(f"{_RIVAL} {other:,.0f}/s: {rate / other:.1f} times as fast")
    return [
        Figure("made, recorded and written to a file", rate, "numbers/s", "; ".join(beside)),
        Figure(f"request of {numbers:,} until its file is there", seconds, "s"),
        Figure("made, in memory", made, "numbers/CPU-s"),
    ]


def _small(application: Any, actor: Actor, theirs: PoolTimes | None) -> list[Figure]:
    from packtrail.services.supply.allocating import allocate

    def take(request: str, count: int) -> None:
        allocate(application, actor, POOL, count, request_id=request).serials()

    blocks = [_timed(take, f"block {turn}", BLOCK) for turn in range(BLOCKS)]
    singles = sum(_timed(take, f"single {turn}", 1) for turn in range(SINGLES))
    with ThreadPoolExecutor(CLIENTS) as clients:
        together = _timed(
            lambda: list(clients.map(lambda turn: take(f"many {turn}", 1), range(SINGLES)))
        )
    alone, many, p50, p99 = "", "", "", ""
    if theirs:
        alone = f"{_RIVAL} {SINGLES / theirs.singles:,.0f}/s"
        rate = theirs.answered / theirs.together
        many = f"{_RIVAL} {rate:,.0f}/s; {theirs.twice:,} of {theirs.answered:,} given twice"
        p50, p99 = (f"{_RIVAL} {cut:,.1f} ms" for cut in _cuts(theirs.blocks))
    return [
        *_percentiles(f"request of {BLOCK:,}", blocks, p50, p99),
        Figure("requests of one number, one client", SINGLES / singles, "requests/s", alone),
        Figure(
            f"requests of one number, {CLIENTS} clients", SINGLES / together, "requests/s", many
        ),
    ]


def _through_rest(url: str, key: str) -> list[Figure]:
    """Take single numbers through REST, each client on a connection of its own."""

    def client(number: int, requests: int) -> None:
        with contextlib.closing(_connection(url)) as connection:
            for turn in range(requests):
                _allocate(connection, key, f"rest {number}/{turn}")

    client(0, 20)  # The first requests of a process are slow.
    alone = SINGLES // 10
    one = _timed(client, 1, alone)
    with ThreadPoolExecutor(CLIENTS) as clients:
        each = [SINGLES // CLIENTS] * CLIENTS
        many = _timed(lambda: list(clients.map(client, range(2, CLIENTS + 2), each)))
    beside = "this command's own threads ask, on the same cores"
    return [
        Figure("requests of one number through REST, one client", alone / one, "requests/s"),
        Figure(f"through REST, {CLIENTS} clients", SINGLES / many, "requests/s", beside),
    ]


def _allocate(connection: http.client.HTTPConnection, key: str, request_id: str) -> None:
    body = standard_json.dumps({"count": 1, "request_id": request_id})
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1/serials/pools/bench/{POOL}/allocations", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in {http.HTTPStatus.OK, http.HTTPStatus.CREATED}:
        raise Unavailable(f"An allocation was answered with {answer.status}: {content[:500]!r}")


def _found(application: Any, actor: Actor) -> list[Figure]:
    from packtrail.services.supply.allocating import allocate
    from packtrail.services.supply.looking_up import look_up
    from packtrail.services.supply.proving import prove

    given = allocate(application, actor, POOL, BLOCK, request_id="block 7").serials()
    found = [_timed(lambda each=each: look_up(application, actor, each, pool=POOL))
             for each in given]  # fmt: skip
    began = time.perf_counter()
    proof = next(each for each in prove(application, actor) if each.pool == POOL)
    seconds = time.perf_counter() - began
    verdict = "holds" if proof.holds else "DOES NOT HOLD"
    return [
        *_percentiles("look-up: issued, when, to whom", found),
        Figure("proof of the whole ledger", proof.proven / seconds, "numbers/s",
               f"{proof.entries:,} entries, {proof.proven:,} numbers: {verdict}"),
    ]  # fmt: skip


def _imported(application: Any, actor: Actor, codes: int, path: Path) -> list[Figure]:
    """Import codes of an authority with keys and signatures, then take half of them."""
    from packtrail.services.supply.allocating import allocate
    from packtrail.services.supply.importing import import_numbers
    from packtrail.services.upkeep import health

    with path.open("w") as file:
        for number in range(codes):
            signature = secrets.token_urlsafe(33)
            file.write(f"01{OTHER_GTIN}21RU{number * 7:011d}\x1d91EE06\x1d92{signature}\n")
    before = health.condition(application).size_bytes

    def bring() -> None:
        with path.open("rb") as file:
            import_numbers(application, actor, CODES, file, filename=path.name)

    seconds = _timed(bring)
    stored = health.condition(application).size_bytes - before

    def label() -> None:
        delivery = allocate(application, actor, CODES, codes // 2, request_id="labels")
        for _ in delivery.labels():
            pass

    labelled = _timed(label)
    return [
        Figure("imported: checked, key and signature encrypted", codes / seconds, "codes/s",
               f"{stored / codes:,.0f} bytes a code on disk"),
        Figure("allocated with key and signature for labels", codes // 2 / labelled, "codes/s"),
    ]  # fmt: skip


def _draw_and_check(application: Any, numbers: int) -> float:
    """Return how many numbers a second the usual way makes and records."""
    from packtrail.serials.policy import PRESETS
    from packtrail.services.upkeep import health

    alphabet, known = PRESETS["unambiguous"], set[str]()

    def draw() -> None:
        while len(known) < numbers:
            known.add("".join(secrets.choice(alphabet) for _ in range(12)))

    drawn = _timed(draw)
    return numbers / (drawn + health.bare_copy_seconds(application, list(known)))


def _percentiles(name: str, seconds: list[float], *beside: str) -> list[Figure]:
    p50, p99 = _cuts(seconds)
    told = [*beside, "", ""]
    return [
        Figure(f"{name}, p50", p50, "ms", told[0] or f"{len(seconds):,} times"),
        Figure(f"{name}, p99", p99, "ms", told[1]),
    ]


def _cuts(seconds: Iterable[float]) -> tuple[float, float]:
    """Return p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return cuts[49] * 1000, cuts[98] * 1000
