"""`packtrail bench size`: what the whole life of a pack takes on disk, table by table.

A life is commissioning, packing into a case, palletising, shipping, receiving, unpacking of the
pallet and of the case, and dispensing. Line systems and pharmacies either list many packs in an
event, or send an event for each pack. Pharmacies dispense packs of all products, in no order.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from packtrail.cli import options
from packtrail.launch.bench import Figure, _application, _temporary_data, bench, tell
from packtrail.launch.factory import CASES_PER_PALLET, PACKS_PER_CASE, Factory, Pack, Sent

if TYPE_CHECKING:
    from packtrail.access import Actor

LOT: Final = 10_000
DISPENSED_PER_DOCUMENT: Final = 50
_PRODUCTS: Final = 20
_TRACED: Final = 200
"""Packs whose journey is read."""
_KINDS: Final = {
    "events: times, ids, objects, templates": ("segment", "segment_value"),
    "keys that make recording idempotent": ("event_key", "retold"),
    "dictionary of serials": ("name_block", "pool_block", "class"),
    "index from packs to events": ("posting", "touch"),
    "original documents": ("original",),
    "jobs and audit trail": ("capture", "audit"),
}
"""What is told of -> tables"""


@bench.command("size")
def bench_size(
    packs: Annotated[int, typer.Option("--packs", min=LOT, help="Packs of each style.")] = 200_000,
    json: options.Json = False,
) -> None:
    """Capture the whole life of packs in both styles, and say what it takes on disk.

    Everything counts: events, indexes, the dictionary of serials, the original documents byte for
    byte, jobs and audit trail. Each style is told twice: with serials of somebody else, and with
    serials of pools of ours.
    """
    figures = [
        figure
        for style, is_listed in (("lists", True), ("an event a pack", False))
        for is_own in (False, True)
        for figure in _style(style, packs, is_listed=is_listed, is_own=is_own)
    ]
    tell(figures, json=json)


def _style(style: str, packs: int, *, is_listed: bool, is_own: bool) -> Iterator[Figure]:
    style += ", own pools" if is_own else ""
    with _temporary_data() as data, _application(data) as application:
        actor = _actor(application)
        serials = _Pools(application, actor).take if is_own else None
        factory = Factory(1, _PRODUCTS, serials=serials)
        before, sent = _sizes(application), 0
        began = time.process_time(), time.perf_counter()
        for document in life(factory, packs, is_listed=is_listed):
            _capture(application, actor, document)
            sent += len(document.content)
        cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
        after = _sizes(application)
        yield from _journeys(style, application, actor, factory.sample[:_TRACED])
    grown = {table: (after[table] - before.get(table, 0)) / packs for table in after}
    total = grown.pop("")
    beside = f"{sent / packs:,.0f} bytes/pack of documents sent"
    yield Figure(f"{style}: whole life of a pack", total, "bytes/pack", beside)
    beside = f"{packs / wall:,.0f} packs/s; documents are made in it, serials too"
    yield Figure(f"{style}: whole life, CPU of the process", 1e6 * cpu / packs, "us/pack", beside)
    yield Figure(f"{style}: documents sent", sent / packs, "bytes/pack")
    for name, tables in _KINDS.items():
        size = sum(grown.pop(table, 0) for table in tables)
        total -= size
        yield Figure(f"{style}: {name}", size, "bytes/pack")
    yield Figure(f"{style}: everything else", total, "bytes/pack")


class _Pools:
    """Pools of ours that give the serials of the packs."""

    def __init__(self, application: Any, actor: Actor) -> None:
        self._application, self._actor = application, actor
        self._pools: dict[str, str] = {}
        self._requests = 0

    def take(self, gtin: str, count: int) -> list[str]:
        """Return serials of a GTIN, as a line asks for them."""
        from packtrail.serials.policy import Policy
        from packtrail.services.supply import allocating, opening

        if gtin not in self._pools:
            self._pools[gtin] = f"pool-{gtin}"
            what, policy = opening.Opening(code=self._pools[gtin]), Policy.of("unambiguous", 12)
            opening.create_pool(self._application, self._actor, what, gtin=gtin, policy=policy)
        self._requests += 1
        given = allocating.allocate(
            *(self._application, self._actor, self._pools[gtin], count),
            request_id=f"lot {self._requests}",
        )
        return given.serials()


def _journeys(
    style: str, application: Any, actor: Actor, packs: Sequence[Pack]
) -> Iterator[Figure]:
    """Yield what the journey of a pack takes, and what finding its number and its name do."""
    from packtrail import gs1
    from packtrail.services.goods import tracing
    from packtrail.store import objects

    def measured(what: str, run: Callable[[Pack], object]) -> Figure:
        for pack in packs:
            run(pack)
        began = time.process_time()
        for pack in packs:
            run(pack)
        taken = time.process_time() - began
        return Figure(f"{style}: {what}, CPU of the process", 1e3 * taken / len(packs), "ms")

    yield measured("journey of a pack", lambda pack: tracing.trace(application, actor, pack.urn))
    with application.database.reading() as conn:

        def there_and_back(pack: Pack) -> None:
            found = objects.find(conn, gs1.identify([pack.urn]))
            objects.names(conn, found.values())

        yield measured("number of a pack, and its name again", there_and_back)


def life(factory: Factory, packs: int, *, is_listed: bool) -> Iterator[Sent]:
    """Yield the documents that tell the whole life of packs, lot by lot."""
    sold: list[Pack] = []
    draw = random.Random(1)  # noqa: S311 - a benchmark, no secret
    for _ in range(packs // LOT):
        lot = factory.packs(LOT)
        sold += lot
        yield from _to_the_wholesaler(factory, lot, is_listed=is_listed)
        if len(sold) >= _PRODUCTS * LOT // 2:
            draw.shuffle(sold)
            yield from _dispensed(factory, [sold.pop() for _ in range(LOT)], is_listed=is_listed)
    yield from _dispensed(factory, sold, is_listed=is_listed)


def _to_the_wholesaler(factory: Factory, lot: list[Pack], *, is_listed: bool) -> Iterator[Sent]:
    cases = factory.containers(LOT // PACKS_PER_CASE)
    pallets = factory.containers(len(cases) // CASES_PER_PALLET)
    yield factory.commissioning(lot) if is_listed else factory.commissioning_each(lot)
    yield factory.packing(lot, cases)
    yield factory.palletising(cases, pallets)
    yield factory.shipping(pallets)
    yield factory.receiving(pallets)
    yield factory.unpacking(pallets, list(_parts(cases, CASES_PER_PALLET)))
    urns = [pack.urn for pack in lot]
    yield factory.unpacking(cases, list(_parts(urns, PACKS_PER_CASE)))


def _dispensed(factory: Factory, packs: list[Pack], *, is_listed: bool) -> Iterator[Sent]:
    dispense = factory.dispensing if is_listed else factory.dispensing_each
    for some in _parts(packs, DISPENSED_PER_DOCUMENT):
        yield dispense(some)


def _parts(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _actor(application: Any) -> Actor:
    from packtrail.access import Actor
    from packtrail.services.accounts import organisations

    organisations.create_organisation(application, Actor.system("bench"), "bench", name="Bench")
    return organisations.system_actor(application, "bench")


def _capture(application: Any, actor: Actor, document: Sent) -> None:
    from packtrail.services.capture import capture

    job = capture.submit(
        application, actor, document.content, media_type=document.media_type, filename="bench.xml"
    )
    if not job.success:
        raise AssertionError(job.findings[:2])


def _sizes(application: Any) -> dict[str, int]:
    from packtrail.services.upkeep import health

    return health.sizes(application)
