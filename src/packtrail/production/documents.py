"""Documents of lines: whatever notation a report comes in, told apart by its content.

JSON and CSV hold happenings as they are; an EPCIS document, XML or JSON-LD, holds events. Each
event of production is one happening, and is recorded in the line's own words.

Clause:
    CBV 2.0, 7.1; DIGESTS C7: commissioning before packing, one aggregation event a parent.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from packtrail import epcis
from packtrail.base.findings import has_errors
from packtrail.epcis.events import AggregationEvent, ObjectEvent
from packtrail.production.codes import BAD_REPORT
from packtrail.production.happenings import NUMBERS_MAX, Happening, Kind, check_happening
from packtrail.production.reports import HAPPENINGS_MAX, Report, read_csv, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.epcis.events import Event

OF_OBJECTS: Final[Mapping[tuple[str, str], Kind]] = MappingProxyType(
    {
        ("ADD", "commissioning"): Kind.COMMISSION,
        ("ADD", "encoding"): Kind.ENCODE,
        ("OBSERVE", "encoding"): Kind.ENCODE,
        ("OBSERVE", "sampling"): Kind.SAMPLE,
        ("DELETE", "sampling"): Kind.SAMPLE,
        ("DELETE", "destroying"): Kind.DESTROY,
        ("DELETE", "decommissioning"): Kind.DECOMMISSION,
    }
)
"""(action, business step) of an object event -> what happened."""
_WITH_REASON: Final = frozenset({Kind.SAMPLE, Kind.DESTROY, Kind.DECOMMISSION})
_NOTE: Final = "As the document of the line tells"


def read_report(content: bytes) -> Report:
    """Read a report: JSON, CSV, or an EPCIS document."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"<":
        return read_epcis(content)
    if head not in {b"{", b"["}:
        return read_csv(content)
    return read_epcis(content) if b'"EPCISDocument"' in content[:4096] else read_json(content)


def read_epcis(content: bytes) -> Report:
    """Read a report from an EPCIS document; its events keep their words."""
    reading = epcis.read(content)
    if reading.document is None or has_errors(reading.findings):
        return Report(findings=reading.findings)
    events = reading.document.events
    if not 1 <= len(events) <= HAPPENINGS_MAX:
        message = f"It has {len(events):,} events; expected 1 to {HAPPENINGS_MAX:,}."
        return Report(findings=(BAD_REPORT.found(message),))
    findings: list[Finding] = []
    happenings: list[Happening] = []
    for event, at in zip(events, reading.places, strict=True):
        told = happening_of(event)
        if told is None:
            findings.append(BAD_REPORT.found(_unlike(event), at=at))
            continue
        findings += check_happening(told, at)
        happenings.append(told)
    return Report(happenings=tuple(happenings), findings=tuple(findings))


def happening_of(event: Event) -> Happening | None:
    """Return what an event tells of production, or None where it tells something else."""
    told = dict(_told(event))
    if not told or len(told.get("numbers", ())) > NUMBERS_MAX:
        return None
    if told["kind"] in _WITH_REASON:
        told |= {"reason": "other", "note": _NOTE}
    return Happening(at=event.event_time, event=event, **told)


def _told(event: Event) -> Iterator[tuple[str, Any]]:
    if event.error_declaration is not None:
        return
    if isinstance(event, ObjectEvent) and not event.quantities:
        kind = OF_OBJECTS.get((event.action, event.biz_step or ""))
        if kind is not None:
            yield from (("kind", kind), ("numbers", event.epcs))
    elif isinstance(event, AggregationEvent) and event.parent_id and not event.child_quantities:
        if event.action == "ADD":
            yield from (("kind", Kind.PACK), ("numbers", event.child_epcs))
            yield "parent", event.parent_id
        elif event.action == "DELETE" and event.child_epcs:
            yield from (("kind", Kind.UNPACK), ("numbers", event.child_epcs))
            yield "parent", event.parent_id
        elif event.action == "DELETE":
            yield from (("kind", Kind.DISAGGREGATE), ("numbers", (event.parent_id,)))


def _unlike(event: Event) -> str:
    action = getattr(event, "action", "")
    step = event.biz_step or "no business step"
    return (
        f"{type(event).__name__} {action} with {step} is nothing that a line does; hand in such "
        "events as a capture."
    )
