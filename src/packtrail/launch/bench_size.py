"""`packtrail bench size`: what the whole life of a pack takes on disk, table by table.

A life is commissioning, packing into a case, palletising, shipping, receiving, unpacking of the
pallet and of the case, and dispensing. Line systems and pharmacies either list many packs in an
event, or send an event for each pack. Pharmacies dispense packs of all products, in no order.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
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
_KINDS: Final = {
    "events: times, ids, objects, templates": ("segment", "segment_value"),
    "keys that make recording idempotent": ("event_key", "retold"),
    "dictionary of serials": ("name_block", "class"),
    "index from packs to events": ("posting", "touch"),
    "original documents": ("original",),
    "jobs and audit trail": ("capture", "audit"),
}
"""What is told of -> tables"""


@bench.command("size")
def bench_size(
    packs: Annotated[int, typer.Option("--packs", help="Packs of each style.")] = 200_000,
    json: options.Json = False,
) -> None:
    """Capture the whole life of packs in both styles, and say what it takes on disk.

    Everything counts: events, indexes, the dictionary of serials, the original documents byte for
    byte, jobs and audit trail.
    """
    figures = [
        figure
        for style, is_listed in (("lists", True), ("an event a pack", False))
        for figure in _style(style, packs, is_listed=is_listed)
    ]
    tell(figures, json=json)


def _style(style: str, packs: int, *, is_listed: bool) -> Iterator[Figure]:
    with _temporary_data() as data, _application(data) as application:
        actor = _actor(application)
        before, sent = _sizes(application), 0
        for document in life(Factory(1, _PRODUCTS), packs, is_listed=is_listed):
            _capture(application, actor, document)
            sent += len(document.content)
        after = _sizes(application)
    grown = {table: (after[table] - before.get(table, 0)) / packs for table in after}
    total = grown.pop("")
    beside = f"{sent / packs:,.0f} bytes/pack of documents sent"
    yield Figure(f"{style}: whole life of a pack", total, "bytes/pack", beside)
    yield Figure(f"{style}: documents sent", sent / packs, "bytes/pack")
    for name, tables in _KINDS.items():
        size = sum(grown.pop(table, 0) for table in tables)
        total -= size
        yield Figure(f"{style}: {name}", size, "bytes/pack")
    yield Figure(f"{style}: everything else", total, "bytes/pack")


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
    from packtrail.services import organisations

    organisations.create_organisation(application, Actor.system("bench"), "bench", name="Bench")
    return organisations.system_actor(application, "bench")


def _capture(application: Any, actor: Actor, document: Sent) -> None:
    from packtrail.services import capture

    job = capture.submit(
        application, actor, document.content, media_type=document.media_type, filename="bench.xml"
    )
    if not job.success:
        raise AssertionError(job.findings[:2])


def _sizes(application: Any) -> dict[str, int]:
    from packtrail.services import health

    return health.sizes(application)
