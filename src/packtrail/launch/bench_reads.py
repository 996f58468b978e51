"""`packtrail bench trace`, `verify`, `census` and `query`: a store of many packs, asked.

The store is built first: lots are told in lists and with an event for each pack in turns, packed,
palletised, shipped and received; every second lot is unpacked and dispensed pack by pack. Kept with
`--at`, it is there for the next run. What is asked is asked twice: a server that was just started
has to fetch what it is asked about, one that runs mostly has it. Beside each figure stands what the
same machine takes, in the same run, for one pack in one bare table with one unique index.
"""

from __future__ import annotations

import contextlib
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk
from packtrail.launch.bench import Figure, _application, _temporary_data, _timed, bench, tell
from packtrail.launch.bench_size import _actor, _capture, _parts
from packtrail.launch.factory import CASES_PER_PALLET, PACKS_PER_CASE, Factory, Pack, Sent

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor

_PACKS: Final = "sgtin/"
"""How the keys of their classes begin."""
_LOT: Final = 10_000
_PALLET: Final = PACKS_PER_CASE * CASES_PER_PALLET
_PRODUCTS: Final = 20
_ASKED: Final = 1_000
_PALLETS_ASKED: Final = 50
_RUNS: Final = 9
_NEWS: Final = (1, 20, 500)
"""Packs, each of another pallet, that a document tells of before everything is counted again."""
_TIMED_MIN: Final = 30
"""Where there are fewer to ask about, they are asked about again."""
_QUERIES: Final = {
    "the newest of everything": {},
    "of a pack": {"MATCH_epc": "{pack}"},
    "of what a container held": {"MATCH_parentID": "{pallet}"},
    "of a step": {"EQ_bizStep": "receiving"},
    "of a place": {"EQ_readPoint": "https://id.gs1.org/414/0300030000002"},
    "of a lot": {"EQ_ILMD_urn:epcglobal:cbv:mda#lotNumber": "L000001"},
    "of a day": {"GE_eventTime": "2026-03-02T06:00:00Z", "LT_eventTime": "2026-03-02T07:00:00Z"},
}
"""Which events -> the parameters that ask for them."""

Packs = Annotated[int, typer.Option("--packs", min=_PALLET, help="Packs of the store.")]
At = Annotated[
    Path | None,
    typer.Option("--at", help="Keep the store in this folder, and use the one that is there."),
]


@dataclass(frozen=True, slots=True)
class Store:
    """A store to be asked."""

    application: Any
    actor: Actor
    packs: list[str]
    """EPC URIs of some, in no order."""
    spare: list[str]
    """Others, to tell something new of: what is asked about stays what it was."""
    pallets: list[str]
    size: int
    """Packs that it holds."""
    bare: list[float]
    """Seconds of looking up one pack in a bare table, each."""


@bench.command("trace")
def bench_trace(packs: Packs = 100_000, at: At = None, json: options.Json = False) -> None:
    """Read the journeys of packs and the contents of pallets, inside the process."""
    with _filled(packs, at) as store:
        _tell(store, traces(store), json=json)


@bench.command("verify")
def bench_verify(packs: Packs = 100_000, at: At = None, json: options.Json = False) -> None:
    """Verify packs: the answer alone, and the answer kept durably."""
    with _filled(packs, at) as store:
        _tell(store, verifications(store), json=json)


@bench.command("census")
def bench_census(packs: Packs = 100_000, at: At = None, json: options.Json = False) -> None:
    """Count every pack by lot, place, status and parent: at first, again, and after documents.

    Packs of the store are dispensed once more for it.
    """
    with _filled(packs, at) as store:
        _tell(store, censuses(store), json=json)


@bench.command("query")
def bench_query(packs: Packs = 100_000, at: At = None, json: options.Json = False) -> None:
    """Ask for the first page of events, by what pages and partners ask for most."""
    with _filled(packs, at) as store:
        _tell(store, queries(store), json=json)


def _tell(store: Store, figures: Iterator[Figure], *, json: bool) -> None:
    tell([Figure("packs in the store", store.size, "packs"), *figures], json=json)


# --- what is measured -----------------------------------------------------------------------------


def traces(store: Store) -> Iterator[Figure]:
    """Measure journeys, and the contents of pallets."""
    from packtrail import gs1
    from packtrail.services.accounts.organisations import visible_to
    from packtrail.store import contents, journeys

    with store.application.database.reading() as conn:
        audience_ids = visible_to(conn, store.actor)

        def journey(item: tuple[str, str]) -> None:
            journeys.read(conn, *item, audience_ids=audience_ids)

        def inside(item: tuple[str, str]) -> None:
            found = contents.contents(conn, *item, audience_ids=audience_ids)
            if found.levels != (CASES_PER_PALLET, _PALLET):
                raise AssertionError(found.levels)

        items = gs1.identify(store.packs)
        yield from _asked_twice(store, conn, "journey of a pack", journey, items)
        pallets, name = gs1.identify(store.pallets), f"{_PALLET:,} packs on a pallet, in cases"
        yield from _asked_twice(store, conn, name, inside, pallets)
        many = _timed(lambda: journeys.read_many(conn, items, audience_ids=audience_ids))
        yield Figure(f"journeys, {len(items):,} at a time", many / len(items) * 1000, "ms/pack")


def verifications(store: Store) -> Iterator[Figure]:
    """Measure answers, alone and kept."""
    from packtrail.services.verification import verifying
    from packtrail.services.verification.verifying import Ask, Circumstances

    app, actor = store.application, store.actor
    asks = [Ask(text=pack) for pack in store.packs]
    with app.database.reading() as conn:
        verifier = verifying.Verifier(app, conn, actor, Circumstances())
        yield from _asked_twice(store, conn, "answer", lambda ask: verifier.answers([ask]), asks)
    some = asks[: len(asks) // 4]
    kept = [_timed(verifying.verify, app, actor, ask) for ask in some]
    yield Figure("answer asked again, kept durably, p50", statistics.median(kept) * 1000, "ms")
    yield Figure(
        "answers, 100 at a time",
        _timed(verifying.verify_all, app, actor, asks[:100]) * 10,
        "ms/pack",
    )


def censuses(store: Store) -> Iterator[Figure]:
    """Measure counting everything."""
    from packtrail.services.goods import stock
    from packtrail.services.goods.stock import Asked, Dimension

    def count(*by: Dimension) -> float:
        asked = partial(stock.count, store.application, store.actor, Asked(), by=by, limit=1000)
        return _timed(asked)

    yield Figure("all packs by status, at first", count(Dimension.STATUS), "s")
    for by in Dimension:
        again = statistics.median(count(by) for _ in range(_RUNS))
        yield Figure(f"all packs by {by}, nothing new", again, "s")
    factory = Factory(time.time_ns(), _PRODUCTS)
    draw = random.Random(2)  # noqa: S311 - a sample, no secret
    for packs in (news for news in _NEWS if news <= len(store.spare)):
        seconds = []
        for _ in range(_RUNS):
            some = [Pack.of(urn) for urn in draw.sample(store.spare, packs)]
            _capture(store.application, store.actor, factory.dispensing_each(some))
            seconds.append(count(Dimension.STATUS))
        name = f"all packs by status, after a document of {packs} dispensed packs"
        yield Figure(name, statistics.median(seconds), "s")


def queries(store: Store) -> Iterator[Figure]:
    """Measure first pages of events."""
    from packtrail.services.queries import query

    for name, params in _QUERIES.items():
        asked = {
            key: value.format(pack=store.packs[0], pallet=store.pallets[0])
            for key, value in params.items()
        }
        found = query.events(store.application, store.actor, asked).events
        seconds = statistics.median(
            _timed(query.events, store.application, store.actor, asked) for _ in range(_RUNS)
        )
        yield Figure(f"events {name}", seconds * 1000, "ms", f"{len(found)} events on the page")


def _asked_twice(
    store: Store,
    conn: Connection,
    name: str,
    call: Callable[[Any], object],
    asked: Sequence[Any],
) -> Iterator[Figure]:
    """Measure questions, each asked for the first time, and all of them once more."""
    few = len(asked) // 20
    for one in asked[:few]:
        call(one)  # The first few pay for what every process learns once.
    first = [_timed(call, one) for one in asked[few:]]
    yield from _percentiles(store, f"{name}, first asked", first)
    again = [*asked] * -(-_TIMED_MIN // len(asked))
    seconds, spent = [], []
    before = _cpu_seconds(conn.info.backend_pid)
    for one in again:
        began = time.thread_time()
        seconds.append(_timed(call, one))
        spent.append(time.thread_time() - began)
    server = (_cpu_seconds(conn.info.backend_pid) - before) / len(again)
    yield from _percentiles(store, f"{name}, asked again", seconds)
    name = f"{name}, asked again, CPU time"
    yield Figure(f"{name}, p50", statistics.median(spent) * 1000, "ms", "without PostgreSQL")
    yield Figure(f"{name} of PostgreSQL", server * 1000, "ms", "mean")


def _percentiles(store: Store, name: str, seconds: Sequence[float]) -> Iterator[Figure]:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [*seconds] * 99
    bare = statistics.median(store.bare)
    beside = f"{cuts[49] / bare:.1f} times a look-up in a bare table, {bare * 1000:.2f} ms"
    yield Figure(f"{name}, p50", cuts[49] * 1000, "ms", beside)
    yield Figure(f"{name}, p99", cuts[98] * 1000, "ms", f"{len(seconds):,} asked")


def _cpu_seconds(pid: int) -> float:
    """Return the processor time that a process of this machine has had; not a number elsewhere."""
    told = Path(f"/proc/{pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else math.nan


# --- the store ------------------------------------------------------------------------------------


@contextlib.contextmanager
def _filled(packs: int, at: Path | None) -> Iterator[Store]:
    """Open the store that is kept, or build one; this process then is as that of a server."""
    from packtrail.services.upkeep.warming import look_for_garbage_seldom

    with contextlib.ExitStack() as stack:
        data = stack.enter_context(_temporary_data()) if at is None else at
        store = sampled(*stack.enter_context(kept(data, packs)))
        look_for_garbage_seldom()
        yield store


@contextlib.contextmanager
def kept(data: Path, packs: int) -> Iterator[tuple[Any, Actor]]:
    """Open the store that a folder keeps, or build one in it; yield it and who made it.

    Raises:
        UsageError: The folder has something else in it, or a store of fewer packs.
    """
    from packtrail.services.accounts import organisations
    from packtrail.store.embedded import path_in

    is_there = path_in(data).exists()
    if not is_there and data.is_dir() and any(data.iterdir()):
        raise UsageError(f"{data} is not empty and keeps no store: name another folder.")
    with _application(data) as application:
        if is_there:
            actor = organisations.system_actor(application, "bench", organisation="bench")
            _require_built(application, packs, data)
        else:
            actor = _actor(application)
            talk.print(f"Building a store of {packs:,} packs ...")
            fill(application, actor, packs)
        yield application, actor


def _require_built(application: Any, packs: int, data: Path) -> None:
    """Refuse a store that is smaller than asked for, as one whose building was cut off."""
    from packtrail.services.upkeep import health

    held = health.object_count(application, _PACKS)
    if held < -(-packs // _LOT) * _whole_pallets(min(_LOT, packs)):
        raise UsageError(
            f"{data} keeps a store of {held:,} packs, and {packs:,} are asked for: name an empty "
            "folder, or ask for fewer."
        )


def _whole_pallets(packs: int) -> int:
    return packs // _PALLET * _PALLET


def fill(application: Any, actor: Actor, packs: int) -> None:
    """Capture the lives of so many packs."""
    for document in _documents(Factory(1, _PRODUCTS), packs):
        _capture(application, actor, document)


def sampled(application: Any, actor: Actor) -> Store:
    """Return a store with packs and pallets to ask about."""
    from packtrail.services.upkeep import health

    draw = random.Random(1)  # noqa: S311 - a sample, no secret
    spare, some = (health.some_objects(application, _PACKS, _ASKED, draw) for _ in range(2))
    pallets = health.some_objects(application, "sscc/", _ASKED, draw)
    bare = health.bare_look_up_seconds(application, some)
    size = health.object_count(application, _PACKS)
    return Store(application, actor, some, spare, _loaded(application, actor, pallets), size, bare)


def _documents(factory: Factory, packs: int) -> Iterator[Sent]:
    for number in range(-(-packs // _LOT)):
        lot = factory.packs(_whole_pallets(min(_LOT, packs)))
        cases = factory.containers(len(lot) // PACKS_PER_CASE)
        pallets = factory.containers(len(lot) // _PALLET)
        yield factory.commissioning(lot) if number % 2 else factory.commissioning_each(lot)
        yield factory.packing(lot, cases)
        yield factory.palletising(cases, pallets)
        yield factory.shipping(pallets)
        yield factory.receiving(pallets)
        if number % 4 in {1, 2}:
            yield factory.unpacking(pallets, list(_parts(cases, CASES_PER_PALLET)))
            yield factory.unpacking(cases, list(_parts([p.urn for p in lot], PACKS_PER_CASE)))
            for some in _parts(lot, _LOT // 20):
                yield factory.dispensing_each(some)


def _loaded(application: Any, actor: Actor, containers: Sequence[str]) -> list[str]:
    """Return the pallets among containers that still hold everything."""
    from packtrail.services.goods import tracing

    inside = ((one, tracing.inside(application, actor, one, limit=1).levels) for one in containers)
    loaded = (one for one, levels in inside if levels == (CASES_PER_PALLET, _PALLET))
    return list(islice(loaded, _PALLETS_ASKED))
