"""`packtrail bench capture`: documents through REST, durably, beside the least any store must do.

The limit stands beside every figure and is measured in the same run, document by document: a bare
COPY of the same packs into one table with one unique index. For events that tell of one pack each
it is reading the file, with lxml or msgspec and no checks, and a bare COPY of a row an event; for
lone messages a server that keeps them in a bare table (`bare_messages`).
"""

from __future__ import annotations

import os
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from packtrail.base.errors import Unavailable, UsageError
from packtrail.cli import options
from packtrail.launch.bench import (
    KEY_SCOPES,
    Figure,
    _application,
    _connection,
    _get,
    _post,
    _server,
    _temporary_data,
    _timed,
    bench,
    tell,
)
from packtrail.launch.factory import PACKS_PER_CASE, Factory, Pack, Sent

if TYPE_CHECKING:
    from http.client import HTTPConnection
    from pathlib import Path

_LONE_MESSAGES: Final = 160
"""Messages in a round, of all clients."""
_LONE_ROUNDS: Final = 5
_DISPENSING: Final = "dispensing, an event a pack"
_DISPENSED: Final = 10
"""A document of dispensing tells of one pack in so many of those of a document of packing."""
_CAPTURED: Final = "captured"
_BARE: Final = "bare"


@dataclass(slots=True)
class _Streams:
    """Documents of each kind, made on demand; what was commissioned is packed and dispensed."""

    factory: Factory
    size: int
    """Packs of a document."""
    packed: list[list[Pack]] = field(default_factory=list)
    sold: list[Pack] = field(default_factory=list)

    def commissioning(self) -> Sent:
        packs = self.factory.packs(self.size)
        self.packed.append(packs)
        return self.factory.commissioning(packs)

    def packing(self) -> Sent:
        packs = self.packed.pop(0)
        self.sold += packs
        cases = self.factory.containers(-(-len(packs) // PACKS_PER_CASE))
        return self.factory.packing(packs, cases)

    def commissioning_each(self) -> Sent:
        return self.factory.commissioning_each(self.factory.packs(self.size))

    def dispensing_each(self) -> Sent:
        # Whoever dispenses has packs of many cases, in no order.
        random.Random(len(self.sold)).shuffle(self.sold)  # noqa: S311 - a benchmark
        packs = [self.sold.pop() for _ in range(self.size // _DISPENSED)]
        return self.factory.dispensing_each(packs)

    def lone(self) -> Sent:
        return self.factory.dispensing_each([self.sold.pop()])


_KINDS: Final = {
    "commissioning, a list of packs a document": ("commissioning", "copy", 1),
    "packing into cases of 100": ("packing", "copy", 1),
    "commissioning, an event a pack": ("commissioning_each", "read", 1),
    _DISPENSING: ("dispensing_each", "read", 4),
}
"""Figure -> (documents, limit, how many of them a client sends in a row: these are smaller)"""


@bench.command("capture")
def bench_capture(
    documents: Annotated[
        int, typer.Option("--documents", min=1, help="Documents of each kind.")
    ] = 20,
    packs: Annotated[
        int, typer.Option("--packs", min=PACKS_PER_CASE, help="Packs of each document.")
    ] = 10_000,
    clients: Annotated[int, typer.Option("--clients", min=1, help="Documents sent at once.")] = 2,
    lone_clients: Annotated[
        int, typer.Option("--lone-clients", min=1, help="Lone messages sent at once.")
    ] = 16,
    processes: Annotated[
        int,
        typer.Option("--processes", min=1, help="Lone messages also with so many processes."),
    ] = 1,
    json: options.Json = False,
) -> None:
    """Capture documents of each kind through REST, durable at the answer.

    A server of its own is started in a temporary directory with the embedded PostgreSQL, and
    removed afterwards. Beside each rate stands the limit, measured in the same run: a bare COPY;
    for lone messages the same server with a bare INSERT and COMMIT.
    """
    from packtrail.launch import bare_messages

    figures: list[Figure] = []
    numbers = sorted({1, processes})
    lone = sorted({1, clients, lone_clients})
    _require_enough(documents, packs, clients, len(numbers) * sum(map(_lone_packs, lone)))
    streams = _Streams(Factory(1), packs)
    with _temporary_data() as data:
        key = _prepare(data)
        for number in numbers:
            with _server(data, processes=number) as (url, _):
                if number == 1:
                    figures += _measured(data, url, key, documents, clients, streams)
                with bare_messages.server(data) as bare:
                    urls = {_CAPTURED: url, _BARE: bare}
                    for count in lone:
                        figures += _lone_figures(urls, key, streams, count, number)
    tell(figures, json=json)


def _require_enough(documents: int, packs: int, clients: int, lone: int) -> None:
    """Refuse to begin where fewer packs are left in the end than lone messages tell of.

    Raises:
        UsageError: With how many packs there are, and how many are wanted.
    """
    rounds = max(1, documents // clients)
    _, _, in_a_row = _KINDS[_DISPENSING]
    left = rounds * clients * (packs - in_a_row * (packs // _DISPENSED))
    if left < lone:
        raise UsageError(
            f"{left:,} packs are left to be dispensed one by one, and {lone:,} are wanted: measure "
            "more --documents, or more --packs in each."
        )


def _lone_packs(clients: int) -> int:
    """Return how many packs are dispensed one by one for so many clients, and for the limit."""
    return 2 * _LONE_ROUNDS * _lone_messages(clients)


def _lone_messages(clients: int) -> int:
    """Return how many messages a round has: as many of each client."""
    return clients * -(-_LONE_MESSAGES // clients)


def _measured(
    data: Path, url: str, key: str, documents: int, clients: int, streams: _Streams
) -> Iterator[Figure]:
    rates: defaultdict[str, list[float]] = defaultdict(list)
    limits: defaultdict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        application = stack.enter_context(_application(data))
        connections = [stack.enter_context(closing(_connection(url))) for _ in range(clients)]
        pool = stack.enter_context(ThreadPoolExecutor(clients))
        for _ in range(max(1, documents // clients)):
            for name, (make, limit, in_a_row) in _KINDS.items():
                sent = [getattr(streams, make)() for _ in range(clients * in_a_row)]
                rates[name].append(_rate(pool, connections, key, sent))
                limits[name].append(_LIMITS[limit](application, sent[0]))
    for name, measured in rates.items():
        yield _figure(name, measured, limits[name], _UNITS[_KINDS[name][1]])


def _lone_figures(
    urls: Mapping[str, str], key: str, streams: _Streams, clients: int, processes: int
) -> Iterator[Figure]:
    """Yield how many messages of one pack are durable a second, beside the limit.

    Args:
        urls: Where messages are captured, and where they are barely kept; in turns.
        key: Of the organisation.
        streams: Makes them.
        clients: Messages sent at once.
        processes: Of the server that captures.
    """
    count = _lone_messages(clients)
    rates: defaultdict[str, list[float]] = defaultdict(list)
    waits: defaultdict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(clients) as pool:
        for _ in range(_LONE_ROUNDS):
            for name, url in urls.items():
                lone = [streams.lone() for _ in range(count)]
                with ExitStack() as stack:  # A server lets go of connections that wait for long.
                    some = [stack.enter_context(closing(_connection(url))) for _ in range(clients)]
                    seconds = _timed(_send_lone, pool, some, key, lone, waits[name])
                rates[name].append(count / seconds)
    rate, limit = (statistics.median(rates[name]) for name in (_CAPTURED, _BARE))
    beside = f"{rate / limit:.2f} of the limit, {limit:,.0f}/s: {_UNITS[_BARE]}"
    name = f"lone messages of one dispensed pack, {clients} clients"
    if processes > 1:
        name += f", {processes} server processes"
    yield Figure(name, rate, "messages/s", beside)
    wait, least = (statistics.median(waits[name]) * 1000 for name in (_CAPTURED, _BARE))
    yield Figure(f"{name}, p50", wait, "ms", f"the limit {least:.1f} ms")


def _send_lone(
    pool: ThreadPoolExecutor,
    connections: list[HTTPConnection],
    key: str,
    sent: Sequence[Sent],
    waits: list[float],
) -> None:
    """Send messages over all connections at once, each when the one before it was answered."""

    def send(number: int) -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": sent[0].media_type}
        some = sent[number :: len(connections)]
        waits.extend(_timed(_post, connections[number], one.content, headers) for one in some)

    list(pool.map(send, range(len(connections))))


def _figure(name: str, rates: list[float], limits: list[float], least: str) -> Figure:
    rate, limit = statistics.median(rates), statistics.median(limits)
    beside = f"{rate / limit:.2f} of the limit, {limit:,.0f}/s: {least}"
    return Figure(name, rate, "packs/s", beside)


def _rate(
    pool: ThreadPoolExecutor, connections: list[HTTPConnection], key: str, sent: Sequence[Sent]
) -> float:
    """Return packs a second of documents that are sent over all connections at once.

    Raises:
        Unavailable: A document was answered before it was recorded, or was refused.
    """
    jobs: list[list[str]] = []
    seconds = _timed(lambda: jobs.extend(_send_all(pool, connections, key, sent)))
    for connection, paths in zip(connections, jobs, strict=True):
        for path in paths:
            _require_recorded(connection, path, key)
    return sum(one.packs for one in sent) / seconds


def _send_all(
    pool: ThreadPoolExecutor, connections: list[HTTPConnection], key: str, sent: Sequence[Sent]
) -> list[list[str]]:
    """Send documents, each client one after the other; return the jobs of each."""

    def send(number: int) -> list[str]:
        some = sent[number :: len(connections)]
        headers = {"Authorization": f"Bearer {key}", "Content-Type": some[0].media_type}
        return [_post(connections[number], one.content, headers) for one in some]

    return list(pool.map(send, range(len(connections))))


def _require_recorded(connection: HTTPConnection, path: str, key: str) -> None:
    """See that a document was recorded when it was answered."""
    job = msgspec.json.decode(_get(connection, path, key))
    if job["running"] or not job["success"]:
        raise Unavailable(
            f"The capture {path} is not recorded with its answer: {job['errors'][:2]}. What is "
            "larger than capture_inline_bytes_max is recorded later: send fewer packs in each."
        )


# --- limits ---------------------------------------------------------------------------------------


def _bare_copy(application: Any, sent: Sent) -> float:
    from packtrail.services.upkeep import health

    return sent.packs / health.bare_copy_seconds(application, _serials(sent))


def _read_and_copy(application: Any, sent: Sent) -> float:
    """Read the file as fast as a library can, and copy a row an event."""
    from packtrail.services.upkeep import health

    rows: list[tuple[str, str, str]] = []
    seconds = _timed(lambda: rows.extend(_READERS[sent.media_type](sent.content)))
    return sent.packs / (seconds + health.bare_copy_of_events_seconds(application, rows))


def _serials(sent: Sent) -> list[str]:
    """Return as many serials as a document has, in no order."""
    draw = random.Random(os.urandom(8))  # noqa: S311 - a benchmark
    return [f"{draw.getrandbits(60):015x}" for _ in range(sent.packs)]


def _xml_events(content: bytes) -> Iterator[tuple[str, str, str]]:
    from lxml import etree

    root = etree.fromstring(content)
    for event in root.iter("ObjectEvent"):
        yield (
            event.findtext("baseExtension/eventID") or "",
            event.findtext("epcList/epc") or "",
            event.findtext("eventTime") or "",
        )


def _json_events(content: bytes) -> Iterator[tuple[str, str, str]]:
    for event in msgspec.json.decode(content)["epcisBody"]["eventList"]:
        yield event["eventID"], event["epcList"][0], event["eventTime"]


_READERS: Final[dict[str, Callable[[bytes], Iterator[tuple[str, str, str]]]]] = {
    "application/xml": _xml_events,
    "application/ld+json": _json_events,
}
_LIMITS: Final[dict[str, Callable[[Any, Sent], float]]] = {
    "copy": _bare_copy,
    "read": _read_and_copy,
}
_UNITS: Final = {
    "copy": "bare COPY into one table with one unique index",
    "read": "parsing without checks and a bare COPY of a row an event, unique by its id",
    _BARE: "the same server and check of the key, a bare INSERT and COMMIT",
}


def _prepare(data: Path) -> str:
    """Open an organisation; return an API key of it."""
    from packtrail.access import Actor
    from packtrail.services.accounts import keys, organisations

    with _application(data) as application:
        organisations.create_organisation(application, Actor.system("bench"), "bench", name="Bench")
        actor = organisations.system_actor(application, "bench")
        return keys.create_api_key(application, actor, "bench", scopes=KEY_SCOPES).secret
