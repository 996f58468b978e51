"""Event files: reports whose form is EPCIS, and the check of such files.

Two ways are known: events as they were captured, some or one in a file; and what DSCSA asks, the
whole history of what is shipped with transaction information and statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail import epcis, gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis.events import (
    AggregationEvent,
    EpcisDocument,
    Event,
    ObjectEvent,
    Place,
)
from packtrail.reporting import codes, material
from packtrail.reporting.assembling import day_of, objects_of
from packtrail.reporting.checking import FINDINGS_MAX, Checked, Fix, Sighting
from packtrail.reporting.composing import Composition, MadeFile, file_name
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.transactions import dscsa_header, marked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.base.findings import Finding
    from packtrail.reporting.forms import Epcis, Form
    from packtrail.reporting.material import Material

_NAMESPACES: Final = {"cbvmda": "urn:epcglobal:cbv:mda:"}
_EVENT: Final = re.compile(r"(?:EventList|eventList)/([^/ ]+)")
_LISTS: Final = ("epcs", "child_epcs", "output_epcs")


def compose_events(form: Form, made_of: Material) -> Composition:
    """Write events as a form with the carrier EPCIS asks.

    Args:
        form: With `epcis`.
        made_of: The material; its history where the form tells it.
    """
    if not made_of.events:
        message = f"Nothing is recorded that {form.title!r} could tell of this subject."
        return Composition((), (codes.NOTHING_TO_REPORT.found(message),))
    return _Writer(form, made_of).composition()


class _Writer:
    def __init__(self, form: Form, made_of: Material) -> None:
        if form.epcis is None:
            raise ValueError(f"The form {form.id} is not of events.")
        self._form, self._material, self._how = form, made_of, form.epcis
        self._findings: list[Finding] = []

    def composition(self) -> Composition:
        files = list(self._files())
        made = tuple(
            MadeFile(self._name(number, len(files)), self._form.media_type, content)
            for number, content in enumerate(files, 1)
        )
        return Composition(made, tuple(self._findings))

    def _name(self, number: int, count: int) -> str:
        part = self._material
        about = replace(part.report, file_no=str(number))
        scope = {**material.scope_of(part), "report": about}
        return file_name(self._form, scope, is_one=count == 1)

    def _files(self) -> Iterator[bytes]:
        events = self._events()
        size = self._form.events_max or len(events)
        for start in range(0, len(events), size):
            yield from self._small_enough(events[start : start + size])

    def _events(self) -> tuple[Event, ...]:
        told = self._material.events
        if self._how.history:
            told = (
                *self._material.history,
                *(marked(each, self._material, self._how) for each in told),
            )
        if self._how.version == "1.2":
            told = tuple(_in_urns(each) for each in told)
        return told

    def _small_enough(self, events: tuple[Event, ...]) -> Iterator[bytes]:
        """Yield files of some events, each no larger than the form allows."""
        content = self._written(events)
        most = self._form.bytes_max
        if most is None or len(content) <= most:
            yield content
            return
        halves = (events[: len(events) // 2], events[len(events) // 2 :])
        if len(events) == 1:
            halves = _halves(events[0])
        if not halves[0]:
            message = f"An event with one object has {len(content):,} bytes; {most:,} are allowed."
            self._findings.append(codes.CANNOT_SPLIT.found(message))
            return
        for half in halves:
            yield from self._small_enough(half)

    def _written(self, events: Sequence[Event]) -> bytes:
        document = EpcisDocument(
            schema_version="2.0" if self._how.is_json else self._how.version,
            creation_date=self._material.report.made_at,
            events=tuple(events),
            namespaces={**_NAMESPACES, **self._form.namespaces},
        )
        if self._how.history:
            document = dscsa_header(document, self._material, self._how)
        if self._how.is_json:
            return epcis.write_json(document)
        return epcis.write_xml(document, version="2.0" if self._how.version == "2.0" else "1.2")


def _halves(event: Event) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Return an event as two of half the objects each; two of nothing where it cannot be halved."""
    for name in _LISTS:
        objects: tuple[str, ...] = getattr(event, name, ())
        if len(objects) > 1 and isinstance(event, ObjectEvent | AggregationEvent):
            middle = len(objects) // 2
            first = msgspec.structs.replace(event, event_id=None, **{name: objects[:middle]})
            second = msgspec.structs.replace(event, event_id=None, **{name: objects[middle:]})
            return (first,), (second,)
    return (), ()


# --- identifiers as URNs --------------------------------------------------------------------------


def _in_urns(event: Event) -> Event:
    """Return an event with URNs for Digital Links, as far as company prefixes are known."""
    changes: dict[str, Any] = {
        name: tuple(map(urn_of, texts)) for name in _LISTS if (texts := getattr(event, name, ()))
    }
    if parent := getattr(event, "parent_id", None):
        changes["parent_id"] = urn_of(parent)
    for name in ("read_point", "biz_location"):
        place: Place | None = getattr(event, name)
        if place is not None:
            changes[name] = msgspec.structs.replace(place, id=urn_of(place.id))
    changes["sources"] = tuple(
        msgspec.structs.replace(each, source=urn_of(each.source)) for each in event.sources
    )
    changes["destinations"] = tuple(
        msgspec.structs.replace(each, destination=urn_of(each.destination))
        for each in event.destinations
    )
    return msgspec.structs.replace(event, **changes)


def urn_of(identifier: str) -> str:
    """Return an identifier as URN where its company prefix is known, else as it is."""
    if not identifier.startswith("http"):
        return identifier
    try:
        return gs1.parse(identifier).epc_uri()
    except RefusedError:
        return identifier


# --- checking -------------------------------------------------------------------------------------


def check_events(form: Form, content: bytes, *, on: datetime) -> Checked:
    """Check a file of events: the standard, the guideline of the form, and its limits.

    Args:
        form: With `epcis`.
        content: The file.
        on: The present.
    """
    reading = epcis.read(content, strict=False)
    if reading.document is None:
        return Checked(findings=reading.findings, is_refused=True)
    how = _how(form)
    wrong, fixes = _days(reading)
    findings = [
        *epcis.validate(reading, how.profile, on=on),
        *wrong,
        *_limits(form, reading.document, len(content)),
    ]
    errors = [each for each in findings if each.severity.value == "error"]
    bad = {match[1] for each in errors if (match := _EVENT.search(each.at or ""))}
    read = {match[1] for place in reading.places if (match := _EVENT.search(place))}
    return Checked(
        findings=tuple(findings[:FINDINGS_MAX]),
        fixes=tuple(fixes[:FINDINGS_MAX]),
        repaired=_repaired(content, fixes),
        objects=tuple(_sightings(reading)),
        lines=len(read | bad),
        bad_lines=len(bad),
        is_refused=any(not _EVENT.search(each.at or "") for each in errors),
    )


def _days(reading: epcis.Reading) -> tuple[list[Finding], list[Fix]]:
    """Find expiry dates that no program can read, and those that can be put right."""
    findings: list[Finding] = []
    fixes: list[Fix] = []
    for number, event in enumerate(reading.document.events if reading.document else ()):
        text = _text(getattr(event, "ilmd", {}), epcis.ITEM_EXPIRATION_DATE)
        if text and day_of(text) is None:
            at = _place(reading, number)
            message = f"The expiry date {text[:40]!r} is no day such as 2028-12-31."
            findings.append(codes.BAD_VALUE.found(message, at=at))
            mended = KINDS["day"].mended(text)
            if day_of(mended) is not None:
                fixes.append(Fix(at, "itemExpirationDate", text, mended))
    return findings, fixes


def _repaired(content: bytes, fixes: list[Fix]) -> bytes | None:
    """Return the file with dates put right: whole values only, in XML or in JSON."""
    for before, after in {(each.found, each.becomes) for each in fixes}:
        for left, right in ((b">", b"<"), (b'"', b'"')):
            old = left + before.encode() + right
            content = content.replace(old, left + after.encode() + right)
    return content if fixes else None


def _how(form: Form) -> Epcis:
    if form.epcis is None:
        raise ValueError(f"The form {form.id} is not of events.")
    return form.epcis


def _limits(form: Form, document: EpcisDocument, size: int) -> Iterator[Finding]:
    how = _how(form)
    if document.schema_version != how.version:
        message = f"The schemaVersion is {document.schema_version}; {how.version} is expected."
        yield codes.WRONG_FORM.found(message, at="header")
    if form.events_max and len(document.events) > form.events_max:
        message = f"The file has {len(document.events)} events; {form.events_max} are the most."
        yield codes.TOO_MANY.found(message, at="/")
    if form.bytes_max and size > form.bytes_max:
        message = f"The file has {size:,} bytes; {form.bytes_max:,} are the most."
        yield codes.TOO_LARGE.found(message, at="/")


@dataclass(frozen=True, slots=True)
class _Told:
    lot: str
    expiry: str


def _sightings(reading: epcis.Reading) -> Iterator[Sighting]:
    document = reading.document
    for number, event in enumerate(document.events if document else ()):
        at = _place(reading, number)
        ilmd = getattr(event, "ilmd", {})
        told = _Told(_text(ilmd, epcis.LOT_NUMBER), _text(ilmd, epcis.ITEM_EXPIRATION_DATE))
        names = list(objects_of([event]))
        for class_key, item_key in dict.fromkeys(gs1.identify(names)):
            if not class_key.startswith("uri/"):
                yield Sighting(at, class_key, item_key, lot=told.lot, expiry=told.expiry)


def _place(reading: epcis.Reading, number: int) -> str:
    """Return where an event stands in its file."""
    return reading.places[number] if number < len(reading.places) else f"event {number + 1}"


def _text(ilmd: Any, name: str) -> str:
    value = ilmd.get(name)
    return value if isinstance(value, str) else ""
