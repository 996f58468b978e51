"""`packtrail bench year`: a simulated year of messages through REST, and traces of its packs."""

from __future__ import annotations

import contextlib
import json as standard_json
import random
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from packtrail.cli import options
from packtrail.launch.bench import (
    KEY_SCOPES,
    Figure,
    _application,
    _connection,
    _get,
    _percentiles,
    _send,
    _server,
    _temporary_data,
    _timed,
    bench,
    tell,
)

if TYPE_CHECKING:
    from pathlib import Path

    from packtrail.simulation import World

TRACES = 1000


@bench.command("year")
def bench_year(
    packs: Annotated[int, typer.Option("--packs", help="Packs of the simulated year.")] = 100_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulated year.")] = 1,
    json: options.Json = False,
) -> None:
    """Capture a simulated year through REST, durably, then trace packs of it.

    A server of its own is started in a temporary directory with the embedded PostgreSQL, and
    removed afterwards. The rate counts every message of the year, from commissioning to
    dispensing; the limit beside it is a bare COPY of as many serials into one table with one
    unique index.
    """
    from packtrail.simulation import simulate

    world = simulate(packs, seed)
    with _temporary_data() as data:
        keys = _prepare(data, world)
        with _server(data) as (url, started_seconds):
            figures = [Figure("start of a server that is set up", started_seconds, "s")]
            figures += _captured(url, world, keys, data)
            figures += _traced(url, keys, data)
    tell(figures, json=json)


def _captured(url: str, world: World, keys: dict[str, str], data: Path) -> list[Figure]:
    """Send every message; measure from sending until its job says that all is recorded."""
    from packtrail.services.upkeep import health

    with _application(data) as application:
        before = health.condition(application).size_bytes
    by_kind: defaultdict[str, float] = defaultdict(float)
    documents, size = 0, 0
    with contextlib.closing(_connection(url)) as connection:
        for document in world.documents():
            key = keys[document.recorded_by_code]
            by_kind[document.kind] += _timed(_send, connection, document, key)
            documents += 1
            size += len(document.content)
    seconds = sum(by_kind.values())
    with _application(data) as application:
        stored = health.condition(application).size_bytes - before
        numbers = [f"{number * 7_368_787 % 10**13:013d}" for number in range(world.packs)]
        limit = health.bare_copy_seconds(application, numbers)
    return [
        Figure("messages captured", documents, ""),
        *(
            Figure(f"{kind} documents, through REST", world.packs / by_kind[kind], "packs/s",
                   f"{world.packs / limit:,.0f} packs/s bare COPY of the serials")
            for kind in ("commissioning", "packing")
        ),
        Figure("whole year, about seven events a pack", world.packs / seconds, "packs/s"),
        Figure("messages", documents / seconds, "messages/s"),
        Figure("documents taken in", size / seconds / 1e6, "MB/s"),
        Figure("on disk, whole life, originals included", stored / world.packs, "bytes/pack",
               f"{size / world.packs:,.0f} bytes/pack of documents sent"),
    ]  # fmt: skip


def _traced(url: str, keys: dict[str, str], data: Path) -> list[Figure]:
    """Trace packs of the year, through REST and inside the process."""
    from packtrail.services.accounts import organisations
    from packtrail.services.goods import tracing

    wanted = _some_packs(url, keys)
    key = keys["asterion"]
    with contextlib.closing(_connection(url)) as connection:
        paths = [f"/api/v1/trace/{quote(epc, safe='')}" for epc in wanted]
        through_rest = [_timed(_get, connection, path, key) for path in paths]
    with _application(data) as application:
        actor = organisations.system_actor(application, "bench", organisation="asterion")
        inside = [_timed(tracing.trace, application, actor, epc) for epc in wanted]
    return [
        *_percentiles("trace of a pack, through REST", through_rest),
        *_percentiles("trace of a pack, inside the process", inside),
    ]


def _some_packs(url: str, keys: dict[str, str]) -> list[str]:
    with contextlib.closing(_connection(url)) as connection:
        path = "/epcis/v2/events?EQ_bizStep=commissioning&perPage=100"
        body = standard_json.loads(
            _get(connection, path, keys["asterion"], epc_format="Always_EPC_URN")
        )
    events = body["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    packs = [epc for event in events for epc in event.get("epcList", ()) if ":sgtin:" in epc]
    return random.Random(1).choices(packs, k=TRACES)  # noqa: S311 - a sample, no secret


def _prepare(data: Path, world: World) -> dict[str, str]:
    """Open the organisations of the world; return an API key for each."""
    from packtrail.services.accounts import keys
    from packtrail.simulation import demo

    with _application(data) as application:
        return {
            code: keys.create_api_key(application, actor, "bench", scopes=KEY_SCOPES).secret
            for code, actor in demo.actors(application, world).items()
        }
