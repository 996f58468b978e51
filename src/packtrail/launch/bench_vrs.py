"""`packtrail bench vrs`: verification messages at a steady rate, sent by a real load tool.

A server of its own, just started for each load, answers for a store of packs whose whole lives are
told. In the same run the same tool sends the same load to `/checkConnectivity`, which checks the
key and whether the GTIN is answered for, and keeps nothing: what is between the two is what
verifying takes.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from packtrail.base.errors import Unavailable
from packtrail.cli import options
from packtrail.launch.bench import Figure, _server, _temporary_data, bench, tell
from packtrail.launch.bench_reads import At, Packs, kept, sampled
from packtrail.launch.load_tools import Load, Measured, measure

if TYPE_CHECKING:
    from packtrail.access import Actor

_GLN: Final = "0300010000008"
_REQUESTER: Final = "0300020000005"
_CONTEXT: Final = "dscsaSaleableReturn"
_AIM_MS: Final = 20
_ASKED: Final = 200
_ENOUGH: Final = 0.98
"""Of the requests asked for; with fewer the percentiles flatter."""


@bench.command("vrs")
def bench_vrs(
    packs: Packs = 50_000,
    rate: Annotated[int, typer.Option("--rate", min=4, help="Requests a second.")] = 200,
    seconds: Annotated[int, typer.Option("--seconds", min=1, help="How long, each time.")] = 20,
    tool: Annotated[
        str | None, typer.Option("--tool", help="wrk2 or hey; default: what is on the path.")
    ] = None,
    at: At = None,
    processes: Annotated[
        int, typer.Option("--processes", help="Also with so many server processes.")
    ] = 1,
    json: options.Json = False,
) -> None:
    """Answer verification messages at a steady rate; say p50 and p99, the tool and the machine.

    The load is sent by a program of its own from this machine, so it takes its part of the cores.
    """
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(_temporary_data()) if at is None else at
        key, paths = _prepared(data, packs)
        figures: list[Figure] = []
        for number in sorted({1, processes}):
            for name, sent in _loads(paths).items():
                told = name if number == 1 else f"{name}, {number} server processes"
                with _server(data, processes=number) as (url, _):
                    urls = [f"{url.rstrip('/')}{path}" for path in sent]
                    headers = {"Authorization": f"Bearer {key}"}
                    load = Load(urls=urls, headers=headers, rate=rate, seconds=seconds)
                    figures += _measured(told, load, tool)
        tell(figures, json=json)


def _loads(paths: Sequence[str]) -> dict[str, list[str]]:
    asked = f"gtin={_gtin_of(paths[0])}&reqGLN={_REQUESTER}&context={_CONTEXT}"
    return {"/checkConnectivity": [f"/checkConnectivity?{asked}"], "/verify": list(paths)}


def _measured(name: str, load: Load, tool: str | None) -> Iterator[Figure]:
    before = _cpu_seconds()
    found = measure(load, tool)
    spent = (_cpu_seconds() - before) / found.requests * 1000
    yield from figures_of(name, load, found)
    yield Figure(f"{name}, CPU of the server", spent, "ms/request", "without PostgreSQL")


def figures_of(name: str, load: Load, found: Measured) -> Iterator[Figure]:
    """Yield what a load measured; few or failed requests are said beside."""
    asked = load.rate * load.seconds
    beside = f"{found.tool}, {found.way}"
    yield Figure(f"{name}, p50", found.p50_ms, "ms", beside)
    flatters = "" if found.requests >= _ENOUGH * asked else "; TOO FEW SENT: in truth more"
    yield Figure(f"{name}, p99", found.p99_ms, "ms", f"aim under {_AIM_MS} ms{flatters}")
    yield Figure(f"{name}, longest", found.longest_ms, "ms")
    beside = f"{found.requests:,} of {asked:,} asked for, in {load.seconds} s"
    yield Figure(f"{name}, answered", found.requests / load.seconds, "requests/s", beside)
    yield Figure(f"{name}, failed", found.failed, "requests", found.words)


def _gtin_of(path: str) -> str:
    return path.split("/")[3]


def _cpu_seconds() -> float:
    """Return the processor time of the processes that came of this one, while they run."""
    return sum(map(_of_process, _offspring(str(os.getpid())))) / os.sysconf("SC_CLK_TCK")


def _offspring(pid: str) -> Iterator[str]:
    """Yield the processes that one started, and those that these started."""
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in each.read_text().split():
            yield child
            yield from _offspring(child)


def _of_process(pid: str) -> int:
    # The name, in brackets, may hold anything; user and system time are the 14th and 15th field.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


# --- the store ------------------------------------------------------------------------------------


def _prepared(data: Path, packs: int) -> tuple[str, list[str]]:
    """Open the store that is kept, or build one; return a key, and paths of messages to send."""
    from packtrail.services.accounts import keys
    from packtrail.services.verification import vrs
    from packtrail.verification.messaging import ResponderPolicy

    with kept(data, packs) as (application, actor):
        vrs.set_responder(application, actor, _GLN, ResponderPolicy())
        scopes = ["pack:record:verify"]
        key = keys.create_api_key(application, actor, "bench-vrs", scopes=scopes).secret
        store = sampled(application, actor)
        return key, messages(application, actor, store.packs[:_ASKED])


def messages(application: Any, actor: Actor, packs: Sequence[str]) -> list[str]:
    """Return the paths of messages about packs, with the lot and expiry that are recorded."""
    from packtrail import gs1
    from packtrail.lifecycle.fold import fold
    from packtrail.services.accounts.organisations import visible_to
    from packtrail.store import journeys
    from packtrail.verification import messaging
    from packtrail.verification.question import Question

    with application.database.reading() as conn:
        keys = gs1.identify(packs)
        told = journeys.read_many(conn, keys, audience_ids=visible_to(conn, actor))
    found = []
    for (class_key, serial), journey in told.items():
        standing = fold(journey.steps)
        day = f"{standing.expires_on:%y%m%d}" if standing.expires_on else None
        question = Question.of(
            gtin=class_key.partition("/")[2][:14], serial=serial, lot=standing.lot, expires=day,
            today=application.clock().date(),
        )  # fmt: skip
        asker = {
            "context": _CONTEXT,
            "reqGLN": _REQUESTER,
            "corrUUID": str(uuid.uuid5(uuid.NAMESPACE_URL, serial)),
        }
        found.append(messaging.url_of("", question, asker))
    if not found:
        raise Unavailable("The store has no packs to ask about.")
    return found
