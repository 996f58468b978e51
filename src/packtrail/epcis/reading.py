"""Reading a document, whatever its notation: the format is detected from the content itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packtrail.epcis import codes
from packtrail.epcis.json_reader import Found, read_json
from packtrail.epcis.limits import Limits
from packtrail.epcis.report import Report, shown
from packtrail.epcis.xml_reader import read_xml

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.epcis.events import EpcisDocument


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a document gave."""

    document: EpcisDocument | None = None
    """The document with every event that has no error; None when there is nothing to go by."""
    findings: tuple[Finding, ...] = ()
    places: tuple[str, ...] = field(default=())
    """`places[i]` is where `document.events[i]` stands: JSON pointer or XPath."""


def read(
    content: bytes,
    *,
    media_type: str | None = None,
    strict: bool = True,
    limits: Limits | None = None,
) -> Reading:
    """Read an EPCIS document in JSON-LD 2.0 or XML 1.0 to 2.0.

    What GS1's schema rejects is an error finding; a document that has one should be refused, or
    taken without the events concerned, which are left out here. Hostile or broken input is a
    finding too.

    A tolerant reading has the same findings and keeps what it can: fields out of order or outside
    their wrappers, names without or with a needless namespace, terms the CBV does not have. It
    guesses nothing: a value that cannot be read is left out, and so is an event without its time,
    offset or action.

    Args:
        content: The document as sent; UTF-8 for JSON, and any common encoding for XML.
        media_type: Content type the sender named; only a hint, the content decides.
        strict: Leave out every event that has an error; else read as far as is safe.
        limits: Bounds on size, depth and count.

    Returns:
        The document, the findings in order of discovery, and the places of the events.

    Clause:
        EPCIS 2.0, 9 (XML) and 10 (JSON).
    """
    limits = limits or Limits()
    report = Report(limits.findings, is_tolerant=not strict)
    found = _read(content, media_type, report, limits)
    return Reading(found.document, report.all(), found.places)


def _read(content: bytes, media_type: str | None, report: Report, limits: Limits) -> Found:
    if len(content) > limits.size_bytes:
        message = f"The document has {len(content)} bytes; the limit is {limits.size_bytes}."
        report.add(codes.LIMIT, message, "/")
        return Found()
    start = content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1]
    if start == b"<":
        return read_xml(content, report, limits)
    if start in (b"{", b"["):
        return read_json(content, report, limits)
    said = f" though sent as {media_type}" if media_type else ""
    message = f"The content begins with {shown(content[:20])}{said}; expected is '{{' or '<'."
    report.add(codes.FORMAT, message, "/")
    return Found()
