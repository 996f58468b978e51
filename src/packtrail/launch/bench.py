"""`packtrail bench`: measure this installation's machine, and say what the figures stand beside."""

from __future__ import annotations

import contextlib
import http.client
import json as standard_json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from packtrail.base.errors import Unavailable
from packtrail.cli.output import talk, write_json, write_table
from packtrail.services.upkeep import machine

if TYPE_CHECKING:
    from packtrail.simulation.documents import SimulatedDocument

bench = typer.Typer(help="Measure capture and trace on this machine.", no_args_is_help=True)

LOAD = machine.load()
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
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    load: float = field(default_factory=lambda: LOAD)
    """How many programs wanted to run when the command began."""


@bench.callback()
def _group(context: typer.Context) -> None:
    """Measure capture and trace on this machine."""
    from packtrail.children import stoppable

    context.with_resource(stoppable())


def tell(figures: Sequence[Figure], *, json: bool) -> None:
    """Print what was measured, as a table or as JSON."""
    report = Report(_machine(), _versions(), tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


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


@contextlib.contextmanager
def _server(data: Path, *, processes: int = 1) -> Iterator[tuple[str, float]]:
    """Run `packtrail up` in a process of its own; yield its URL and how long the start took."""
    with _serving(data, processes=processes) as (_, url, seconds):
        yield url, seconds


@contextlib.contextmanager
def _serving(
    data: Path, *, processes: int = 1
) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """Run `packtrail up` in a process of its own; yield that, its URL and how long it took."""
    began = time.perf_counter()
    up = ["up", "--processes", str(processes), "--port", "0", "--data", str(data), "--json"]
    command = [sys.executable, "-m", "packtrail", *up]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        url = _announced(process)
        yield process, url, time.perf_counter() - began
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
    """Hand a document in and wait until its job is done."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": document.media_type,
        "Packtrail-Owner": document.owner_code,
    }
    _job_done(connection, _post(connection, document.content, headers), key)


def _post(connection: http.client.HTTPConnection, content: bytes, headers: dict[str, str]) -> str:
    """Hand a document in; return the path of its job."""
    connection.request("POST", "/epcis/v2/capture", content, headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.ACCEPTED:
        raise Unavailable(f"A document was answered with {answer.status}: {body[:500]!r}")
    return urlsplit(answer.headers["Location"]).path


def _job_done(connection: http.client.HTTPConnection, path: str, key: str) -> None:
    """Wait until a job is done, and see that it did what it should."""
    while (job := standard_json.loads(_get(connection, path, key)))["running"]:
        time.sleep(POLL_SECONDS)
    if not job["success"]:
        raise Unavailable(f"The capture {path} was refused: {job['errors'][:2]}")


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
    return machine.machine().name


def _versions() -> dict[str, str]:
    return machine.versions()
