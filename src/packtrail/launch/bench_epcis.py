"""`packtrail bench epcis`: the codecs and the event hash, in memory, beside other tools.

Seconds are CPU seconds, here and in the other tools, so that other work on the machine does not
count.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from operator import eq
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch import epcis_tools
from packtrail.launch.bench import Figure, Report, _machine, _row, _versions, bench

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.epcis import EpcisDocument
    from packtrail.launch.epcis_tools import Timing

__all__ = ["bench", "bench_epcis"]

TIMES = 5
"""Each thing is done so often; the fastest counts."""


@bench.command("epcis")
def bench_epcis(
    events: Annotated[int, typer.Option("--events", help="Events of each document.")] = 5_000,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="PYTHON",
            help="A Python that has the reference event-hash tool, if this one has not.",
        ),
    ] = None,
    epcis2js: Annotated[
        Path | None,
        typer.Option(
            "--epcis2js",
            metavar="DIR",
            help="A folder in which `npm install epcis2.js` was done, to measure that as well.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Read, write, convert and hash EPCIS documents in memory, on one core.

    Two shapes are measured: an event for each pack, and events of 1,000 packs each.
    """
    figures: list[Figure] = []
    versions = _versions()
    for packs in (1, 1_000):
        document = _document(max(1, events // packs) if packs > 1 else events, packs)
        others = [
            other
            for other in (
                epcis_tools.reference(document, reference, TIMES),
                epcis_tools.epcis2js(document, epcis2js, TIMES),
            )
            if other
        ]
        versions |= {other.name: other.version for other in others}
        figures += _codecs(document, packs, others)
        figures.append(_hashes(document, packs, others))
    report = Report(_machine(), versions, tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def _document(events: int, packs: int) -> EpcisDocument:
    """Return a document of commissioning events, each of so many packs."""
    from packtrail import epcis

    start = datetime(2026, 1, 1, tzinfo=UTC)
    place = epcis.Place(id="urn:epc:id:sgln:4012345.00001.0")
    return epcis.EpcisDocument(
        schema_version="2.0",
        creation_date=start + timedelta(days=1),
        events=tuple(
            epcis.ObjectEvent(
                event_time=start + timedelta(seconds=n),
                event_time_zone_offset="+00:00",
                action="ADD",
                biz_step="commissioning",
                disposition="active",
                epcs=tuple(
                    f"urn:epc:id:sgtin:4012345.011111.{n * packs + k:014d}" for k in range(packs)
                ),
                read_point=place,
                biz_location=place,
                ilmd={epcis.LOT_NUMBER: "A123", epcis.ITEM_EXPIRATION_DATE: "2028-03-27"},
            )
            for n in range(events)
        ),
    )


def _codecs(document: EpcisDocument, packs: int, others: Sequence[Timing]) -> list[Figure]:
    from packtrail import epcis

    as_json = epcis.write_json(document)
    as_xml = epcis.write_xml(document, version="1.2")

    def convert() -> bytes:
        return epcis.write_json(epcis.read(as_xml).document or document)

    figures = []
    for name, size, call in (
        ("read JSON-LD", len(as_json), lambda: epcis.read(as_json)),
        ("read XML 1.2", len(as_xml), lambda: epcis.read(as_xml)),
        ("write JSON-LD", len(as_json), lambda: epcis.write_json(document)),
        ("write XML 1.2", len(as_xml), lambda: epcis.write_xml(document, version="1.2")),
        ("XML 1.2 to JSON-LD", len(as_xml), convert),
    ):
        seconds = _fastest(call)
        beside = [f"{len(document.events) * packs / seconds:,.0f} packs/s"]
        beside += _beside(name, document, seconds, others)
        figures.append(Figure(f"{name}, {_shape(packs)}", size / seconds / 1e6, "MB/s"))
        figures.append(_rate(name, document, packs, seconds, beside))
    return figures


def _rate(
    name: str, document: EpcisDocument, packs: int, seconds: float, beside: Sequence[str]
) -> Figure:
    rate = len(document.events) / seconds
    return Figure(f"{name}, {_shape(packs)}", rate, "events/s", "; ".join(beside))


def _shape(packs: int) -> str:
    return "a pack an event" if packs == 1 else f"{packs:,} packs an event"


def _hashes(document: EpcisDocument, packs: int, others: Sequence[Timing]) -> Figure:
    """Measure the hash, and count how many of the others' hashes are the same."""
    from packtrail import epcis

    seconds = _fastest(lambda: [epcis.event_hash(event) for event in document.events])
    ours = [epcis.event_hash(event, reference_compat=True) for event in document.events]
    beside = _beside("event hash", document, seconds, others)
    beside += [
        f"{sum(map(eq, ours, other.hashes)):,} of {len(ours):,} hashes equal to {other.name}"
        for other in others
    ]
    return _rate("event hash", document, packs, seconds, beside)


def _beside(name: str, document: EpcisDocument, ours: float, others: Sequence[Timing]) -> list[str]:
    """Say how fast the others are at one thing."""
    return [
        f"{other.name} {len(document.events) / theirs:,.0f} events/s: {theirs / ours:,.1f} times "
        "as long"
        for other in others
        if (theirs := other.seconds.get(name))
    ]


def _fastest(call: Callable[[], Any]) -> float:
    """Return the CPU seconds of the fastest of some runs."""
    found = []
    for _ in range(TIMES):
        began = time.process_time()
        call()
        found.append(time.process_time() - began)
    return min(found)
