"""Load tools: HTTP load sent by a program that is no part of Packtrail, and what it measured.

The load is meant to be open: requests leave by the clock, whether or not those before are answered.
`wrk2` does so, and counts from when a request should have left. `hey` holds each of its workers to
a rate; a worker that still waits lets its turn go. So many workers that each sends a few requests
a second come close, and where turns went by, fewer requests than asked for say so.
"""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packtrail.base.errors import Unavailable

_PROCESSES_MAX: Final = 10
_WORKER_RATE: Final = 4
"""Requests a second of a worker of hey: a quarter of a second to answer before a turn goes by."""
_CONNECTIONS: Final = 50
_SPARE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is to be sent."""

    urls: Sequence[str]
    headers: dict[str, str]
    rate: int
    """Requests a second, of all."""
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of a load."""

    tool: str
    """Name and version."""
    way: str
    """How it sent."""
    requests: int
    failed: int
    """Answered with another status than 200, or not at all."""
    p50_ms: float
    p99_ms: float
    longest_ms: float
    words: str = ""
    """What went wrong, in the tool's words or by status."""


def measure(load: Load, tool: str | None = None) -> Measured:
    """Send a load with a tool that is on the path.

    Args:
        load: What is to be sent.
        tool: Which tool; None: the best there is.

    Raises:
        Unavailable: There is none, or it fails.
    """
    names = [tool] if tool else list(_TOOLS)
    found = next((name for name in names if name in _TOOLS and shutil.which(name)), None)
    if found is None:
        raise Unavailable(
            f"No load tool is on the path: install {' or '.join(names)}"
            " (Debian has hey: `apt-get install hey`)."
        )
    return _TOOLS[found](load)


# --- wrk2 -----------------------------------------------------------------------------------------

_LUA: Final = """\
local urls, number, offset = {}, 0, 0
for line in io.lines("URLS") do urls[#urls + 1] = line end
function setup(thread) thread:set("offset", offset); offset = offset + 7919 end
function request()
  number = number + 1
  return wrk.format("GET", urls[(offset + number) % #urls + 1])
end
"""
_WRK2_LATENCY: Final = re.compile(r"^ *(\d+\.\d+)% +(\d+\.\d+)(us|ms|s|m)\s*$", re.MULTILINE)
_WRK2_REQUESTS: Final = re.compile(r"^ +(\d+) requests in ", re.MULTILINE)
_WRK2_STATUS: Final = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_WRK2_SOCKETS: Final = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+)")
_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def _wrk2(load: Load) -> Measured:
    with tempfile.TemporaryDirectory(prefix="packtrail-load-") as name:
        paths = [f"/{url.split('/', 3)[3]}" for url in load.urls]
        (Path(name) / "urls").write_text("\n".join(paths))
        script = Path(name) / "load.lua"
        script.write_text(_LUA.replace("URLS", str(Path(name) / "urls")))
        headers = [each for one in _lines(load.headers) for each in ("-H", one)]
        text = _run(
            ["wrk2", "-t1", f"-c{_CONNECTIONS}", f"-d{load.seconds}s", f"-R{load.rate}",
             "--latency", "-s", str(script), *headers, load.urls[0]], load.seconds,
        )  # fmt: skip
    return read_wrk2(text)


def read_wrk2(text: str) -> Measured:
    """Read what wrk2 printed.

    Raises:
        Unavailable: It is not what wrk2 prints.
    """
    cuts = {float(a): float(b) * _MS[unit] for a, b, unit in _WRK2_LATENCY.findall(text)}
    requests = _WRK2_REQUESTS.search(text)
    if requests is None or not {50.0, 99.0, 100.0} <= cuts.keys():
        raise Unavailable(f"wrk2 printed no latencies: {text[-500:]!r}")
    status, sockets = _WRK2_STATUS.search(text), _WRK2_SOCKETS.search(text)
    failed = int(status[1]) if status else 0
    failed += sum(map(int, sockets.groups())) if sockets else 0
    return Measured(
        tool="wrk2",
        way=f"open, {_CONNECTIONS} connections, counted from when each should have left",
        requests=int(requests[1]),
        failed=failed,
        p50_ms=cuts[50.0],
        p99_ms=cuts[99.0],
        longest_ms=cuts[100.0],
        words=" ".join(each[0] for each in (status, sockets) if each),
    )


# --- hey ------------------------------------------------------------------------------------------


def _hey(load: Load) -> Measured:
    # It takes one address: several of it run at once, each asking about a pack of its own.
    processes = math.gcd(load.rate // _WORKER_RATE or 1, _PROCESSES_MAX)
    workers = max(1, load.rate // _WORKER_RATE // processes)
    headers = [each for one in _lines(load.headers) for each in ("-H", one)]
    rate = load.rate / processes / workers
    command = ["hey", "-z", f"{load.seconds}s", "-c", f"{workers}", "-q", f"{rate:g}", "-o", "csv"]
    with ThreadPoolExecutor(processes) as pool:
        texts = pool.map(
            lambda number: _run(
                [*command, *headers, load.urls[number % len(load.urls)]], load.seconds
            ),
            range(processes),
        )
        tables = list(texts)
    way = (
        f"{processes} at once, {workers} workers of {rate:g}/s each; a turn goes by where an answer"
        f" takes over {1000 / rate:.0f} ms"
    )
    return read_hey(tables, tool=_hey_version(), way=way)


def read_hey(texts: Sequence[str], *, tool: str = "hey", way: str = "") -> Measured:
    """Read the tables that processes of hey wrote.

    Raises:
        Unavailable: Nothing was answered.
    """
    rows = [row for text in texts for row in csv.DictReader(io.StringIO(text))]
    times = sorted(float(row["response-time"]) * 1000 for row in rows)
    if not times:
        raise Unavailable("hey had no answers.")
    statuses = Counter(row["status-code"] for row in rows)
    return Measured(
        tool=tool,
        way=way,
        requests=len(rows),
        failed=len(rows) - statuses["200"],
        p50_ms=_cut(times, 0.50),
        p99_ms=_cut(times, 0.99),
        longest_ms=times[-1],
        words=", ".join(f"{n} of status {s}" for s, n in statuses.items() if s != "200"),
    )


def _cut(times: Sequence[float], share: float) -> float:
    """Return the least time that this share of requests took at most."""
    return times[math.ceil(share * len(times)) - 1]


def _hey_version() -> str:
    # It does not tell its version itself; the package it came in does.
    dpkg = shutil.which("dpkg-query")
    if dpkg is None:
        return "hey"
    asked = [dpkg, "-W", "-f", "${Version}", "hey"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return f"hey {done.stdout}" if done.returncode == 0 else "hey"


# --- both -----------------------------------------------------------------------------------------

_TOOLS: Final[dict[str, Callable[[Load], Measured]]] = {"wrk2": _wrk2, "hey": _hey}
"""Name -> how it is run, the best first."""


def _lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _run(command: Sequence[str], seconds: int) -> str:
    program = shutil.which(command[0]) or command[0]
    done = subprocess.run(  # noqa: S603 - a program the user installed, arguments are ours
        [program, *command[1:]],
        capture_output=True, text=True, check=False, timeout=seconds + _SPARE_SECONDS,
    )  # fmt: skip
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} ends with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout
