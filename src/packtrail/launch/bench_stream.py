"""`packtrail bench stream`: one large document through REST, and how much memory that takes."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from packtrail.base.errors import Unavailable
from packtrail.cli import options
from packtrail.launch.bench import (
    Figure,
    _connection,
    _job_done,
    _serving,
    _temporary_data,
    _timed,
    bench,
    tell,
)
from packtrail.launch.bench_capture import _prepare
from packtrail.launch.factory import LARGE, Factory

if TYPE_CHECKING:
    from subprocess import Popen

_MEGABYTE: Final = 1_000_000
_STATUS: Final = "/proc/{}/status"


@bench.command("stream")
def bench_stream(
    megabytes: Annotated[
        int, typer.Option("--megabytes", min=1, help="Size of each document.")
    ] = 300,
    json: options.Json = False,
) -> None:
    """Capture a large document of each style, and measure the most memory the server took.

    For each style a server of its own is started in a temporary directory, so that the memory is
    that of one document. The database runs in processes of its own, which are not counted.
    """
    figures = [figure for style in LARGE for figure in _measured(style, megabytes * _MEGABYTE)]
    tell(figures, json=json)


def _measured(style: str, size: int) -> Iterator[Figure]:
    with tempfile.NamedTemporaryFile(suffix=".document") as file:
        packs = Factory(1).write_large(file.file, style, size)
        file.flush()
        with _temporary_data() as data:
            key = _prepare(data)
            with _serving(data) as (process, url, _), closing(_connection(url)) as connection:
                idle = _peak_megabytes(process)
                paths: list[str] = []
                kept = _timed(lambda: paths.append(_hand_in(connection, key, style, file.name)))
                recorded = _timed(_job_done, connection, paths[0], key)
                peak = _peak_megabytes(process)
    seconds = kept + recorded
    beside = f"acknowledged after {kept:.1f} s, recorded after {seconds:.1f} s"
    yield Figure(f"{style}: rate", packs / seconds, "packs/s", beside)
    yield Figure(f"{style}: rate", size / _MEGABYTE / seconds, "MB/s")
    yield Figure(f"{style}: most memory of the server", peak, "MB", f"{idle:.0f} MB before")


def _hand_in(connection: http.client.HTTPConnection, key: str, style: str, path: str) -> str:
    media_type = "application/xml" if "XML" in style else "application/ld+json"
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": media_type,
        "Content-Length": str(Path(path).stat().st_size),
    }
    with Path(path).open("rb") as document:
        connection.request("POST", "/epcis/v2/capture", document, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != http.client.ACCEPTED:
        raise Unavailable(f"A document was answered with {answer.status}: {said[:500]!r}")
    return answer.headers["Location"]


def _peak_megabytes(process: Popen[str]) -> float:
    """Return the most memory that a process has taken so far."""
    try:
        text = Path(_STATUS.format(process.pid)).read_text()
    except FileNotFoundError:
        raise Unavailable("The memory of a process is told by Linux only (/proc).") from None
    (line,) = (one for one in text.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / _MEGABYTE
