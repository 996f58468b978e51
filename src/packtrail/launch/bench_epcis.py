"""`packtrail bench epcis`: the codecs and the event hash, in memory, beside the reference tool."""

from __future__ import annotations

import json as standard_json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch.bench import Figure, Report, _machine, _row, _versions, bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packtrail.epcis import EpcisDocument

__all__ = ["bench", "bench_epcis"]

REFERENCE_MODULE = "epcis_event_hash_generator"
REFERENCE_SCRIPT = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
from epcis_event_hash_generator import events_from_file_reader, hash_generator
events = events_from_file_reader.event_list_from_file(sys.argv[1], "XML")
began = time.perf_counter()
texts = hash_generator.derive_prehashes_from_events(events, "")
hashes = hash_generator.calculate_hashes_from_pre_hashes(texts, "sha256")
print(json.dumps([time.perf_counter() - began, hashes]))
"""
"""Hashes the events of a file with the reference tool; reading the file is not counted."""
TIMES = 3
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
    json: options.Json = False,
) -> None:
    """Read, write, convert and hash EPCIS documents in memory, on one core.

    Two shapes are measured: an event for each pack, and events of 1,000 packs each.
    """
    figures: list[Figure] = []
    for packs in (1, 1_000):
        document = _document(max(1, events // packs) if packs > 1 else events, packs)
        figures += _codecs(document, packs)
        figures += _hashes(document, packs, reference)
    report = Report(_machine(), _versions(), tuple(figures))
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


def _codecs(document: EpcisDocument, packs: int) -> list[Figure]:
    from packtrail import epcis

    as_json = epcis.write_json(document)
    as_xml = epcis.write_xml(document, version="1.2")

    def convert() -> bytes:
        return epcis.write_json(epcis.read(as_xml).document or document)

    return [
        figure
        for name, size, call in (
            ("read JSON-LD", len(as_json), lambda: epcis.read(as_json)),
            ("read XML 1.2", len(as_xml), lambda: epcis.read(as_xml)),
            ("write JSON-LD", len(as_json), lambda: epcis.write_json(document)),
            ("write XML 1.2", len(as_xml), lambda: epcis.write_xml(document)),
            ("XML 1.2 to JSON-LD", len(as_xml), convert),
        )
        for figure in _speeds(name, packs, len(document.events), size, _fastest(call))
    ]


def _speeds(name: str, packs: int, events: int, size: int, seconds: float) -> Iterable[Figure]:
    shape = _shape(packs)
    yield Figure(f"{name}, {shape}", size / seconds / 1e6, "MB/s")
    yield Figure(
        f"{name}, {shape}", events / seconds, "events/s", f"{events * packs / seconds:,.0f} packs/s"
    )


def _shape(packs: int) -> str:
    return "a pack an event" if packs == 1 else f"{packs:,} packs an event"


def _hashes(document: EpcisDocument, packs: int, reference: str | None) -> list[Figure]:
    """Measure the hash as both tools compute it; the results must be the same."""
    from packtrail import epcis

    count = len(document.events)
    seconds = _fastest(lambda: [epcis.event_hash(event) for event in document.events])
    theirs = _reference_hashes(document, reference)
    beside = "the reference tool is not installed; --reference names a Python that has it"
    if theirs is not None:
        there, hashes = theirs
        ours = [epcis.event_hash(event, reference_compat=True) for event in document.events]
        same = "equal hashes" if ours == hashes else "OTHER hashes"
        beside = f"{count / there:,.0f} events/s the reference tool, {there / seconds:,.0f} times"
        beside += f" as long; {same}"
    return [Figure(f"event hash, {_shape(packs)}", count / seconds, "events/s", beside)]


def _reference_hashes(
    document: EpcisDocument, reference: str | None
) -> tuple[float, list[str]] | None:
    """Return the seconds and hashes of the reference tool, where there is one."""
    from packtrail import epcis

    if reference is None and find_spec(REFERENCE_MODULE) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="packtrail-bench-") as name:
        path = Path(name) / "document.xml"
        # It spells the namespace of master data as the document does; ours ends it with a colon.
        text = epcis.write_xml(document, version="2.0")
        path.write_bytes(text.replace(b'"urn:epcglobal:cbv:mda"', b'"urn:epcglobal:cbv:mda:"'))
        done = subprocess.run(  # noqa: S603 - the person named the interpreter
            [reference or sys.executable, "-c", REFERENCE_SCRIPT, str(path)],
            capture_output=True,
            check=False,
        )
    if done.returncode:
        talk.print(f"The reference tool failed: {done.stderr.decode()[-200:]}", markup=False)
        return None
    seconds, hashes = standard_json.loads(done.stdout)
    return seconds, hashes


def _fastest(call: Callable[[], Any]) -> float:
    """Return the seconds of the fastest of some runs."""
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return min(found)
