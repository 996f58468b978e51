"""Load tools: what they print is read as they mean it, and failures are not lost."""

from __future__ import annotations

import pytest

from packtrail.base.errors import Unavailable
from packtrail.launch import load_tools
from packtrail.launch.bench_vrs import figures_of
from packtrail.launch.load_tools import Load, measure, read_hey, read_wrk2

HEAD = (
    "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n"
)
WRK2 = """\
Running 8s test @ http://127.0.0.1:8440
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.12ms    4.20ms  12.03ms   99.00%
  Latency Distribution (HdrHistogram - Recorded Latency)
 50.000%  812.00us
 75.000%    1.01ms
 90.000%    1.40ms
 99.000%   12.25ms
 99.900%    1.03s
 99.990%    1.20s
 99.999%    1.20s
100.000%    1.20s
----------------------------------------------------------
  1600 requests in 8.00s, 390.63KB read
  Socket errors: connect 0, read 2, write 0, timeout 0
  Non-2xx or 3xx responses: 5
"""


def test_answers_of_several_processes_are_counted_together() -> None:
    slow = HEAD + "0.5000,0,0,0,0,0,200,0.1\n" + "0.0200,0,0,0,0,0,503,0.2\n"
    fast = HEAD + "".join(f"0.00{n:02},0,0,0,0,0,200,0.{n}\n" for n in range(1, 99))

    found = read_hey([slow, fast])

    assert (found.requests, found.failed) == (100, 1)
    assert (found.p50_ms, found.p99_ms, found.longest_ms) == (5.0, 20.0, 500.0)
    assert found.words == "1 of status 503"


def test_latencies_of_wrk2_are_read_in_every_unit() -> None:
    found = read_wrk2(WRK2.replace("s\n", "s \n"))  # wrk2 pads what it prints.

    assert (found.requests, found.failed) == (1600, 7)
    assert (found.p50_ms, found.p99_ms, found.longest_ms) == (0.812, 12.25, 1200.0)


def test_fewer_requests_than_asked_for_are_said_beside_the_percentile() -> None:
    load = Load(urls=["http://127.0.0.1/"], headers={}, rate=200, seconds=8)
    figures = {one.name: one for one in figures_of("/verify", load, read_wrk2(WRK2))}
    few = Load(urls=["http://127.0.0.1/"], headers={}, rate=200, seconds=16)
    flattered = {one.name: one for one in figures_of("/verify", few, read_wrk2(WRK2))}

    assert figures["/verify, p99"].beside == "aim under 20 ms"
    assert flattered["/verify, p99"].beside == "aim under 20 ms; TOO FEW SENT: in truth more"


def test_what_no_tool_printed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_tools.shutil, "which", lambda _: None)
    load = Load(urls=["http://127.0.0.1/"], headers={}, rate=4, seconds=1)

    with pytest.raises(Unavailable, match="wrk2 printed no latencies"):
        read_wrk2("unable to connect")
    with pytest.raises(Unavailable, match="hey had no answers"):
        read_hey([HEAD])
    with pytest.raises(Unavailable, match="No load tool is on the path: install wrk2 or hey"):
        measure(load)
