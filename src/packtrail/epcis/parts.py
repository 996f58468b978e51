"""Documents in parts: a large document as many small ones, read one after the other.

A document of hundreds of megabytes is a short head, a long list of events and a short tail. Its
**layout** says where it can be cut: head, some of the events and tail are a document again, which
is read in the ordinary way. What is found in it is then told where it stands in the whole.

    >>> text = b'{"type": "EPCISDocument", "epcisBody": {"eventList": [{"a": 1}, {"a": 2}]}}'
    >>> found = layout([text], lambda start, stop: text[start:stop], Bounds(part_events=1))
    >>> [(part.first, text[part.start : part.stop]) for part in found.parts]
    [(0, b'{"a": 1}, '), (1, b'{"a": 2}')]
    >>> found.document(found.parts[1], b'{"a": 2}')
    b'{"type": "EPCISDocument", "epcisBody": {"eventList": [{"a": 2}]}}'
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from packtrail.base.findings import Severity
from packtrail.epcis import codes
from packtrail.epcis.parts_cut import Bounds, Cuts, Part, Undivided
from packtrail.epcis.parts_json import JsonScanner
from packtrail.epcis.parts_xml import XmlScanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packtrail.base.findings import Finding

__all__ = ["Bounds", "Gathered", "Layout", "Part", "Undivided", "layout"]

_MARKS: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"
_IN_XML: Final = re.compile(r"(/EventList/)([^/\[\s]+)(?:\[(\d+)\])?")
_IN_JSON: Final = re.compile(r"^(/epcisBody(?:/queryResults/resultsBody)?/eventList/)(\d+)")
_LINE: Final = re.compile(r"\bline (\d+)")
_BYTE: Final = re.compile(r"\b([Bb]yte) (\d+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a document can be cut."""

    is_xml: bool
    size: int
    """Octets of the whole."""
    head: bytes
    """The text before the first event."""
    tail: bytes
    """The text after the events of the last part."""
    parts: tuple[Part, ...]
    """One or more, in order."""
    _lines: int = field(init=False)

    def __post_init__(self) -> None:
        """Count the lines of the head once."""
        object.__setattr__(self, "_lines", self.head.count(b"\n"))

    def whole(self, part: Part) -> tuple[int, int]:
        """Return what of the document's text belongs to a part, such that nothing is left over."""
        start = part.start if part.number else 0
        return start, self.size if part is self.parts[-1] else part.stop

    def document(self, part: Part, octets: bytes) -> bytes:
        """Return a part as a document of its own.

        Args:
            part: The part.
            octets: Its text, from `start` to `stop`.
        """
        return self.head + octets[: len(octets) - len(self.gap(part, octets))] + self.tail

    def gap(self, part: Part, octets: bytes) -> bytes:
        """Return what of the text of a part stands between it and the next one."""
        if self.is_xml or part is self.parts[-1]:
            return b""
        return octets[len(octets.rstrip(b", \t\r\n")) :]

    def placed(self, finding: Finding, part: Part) -> Finding:
        """Return a finding in a part as one in the whole."""
        if not part.number:
            return finding
        at = self.place(finding.at, part)
        if at == finding.at and not _LINE.search(at):
            at = f"{at} (in events {part.first + 1} and the {part.count - 1} after it)"
        return replace(finding, at=at, message=self._bytes(finding.message, part))

    def is_shared(self, at: str) -> bool:
        """Tell whether a place in a part is one in the head or the tail, which all parts have."""
        if _IN_JSON.search(at) or _IN_XML.search(at):
            return False
        if self.is_xml:
            line = _LINE.search(at)
            return line is not None and int(line[1]) <= self._lines
        return at not in {"", "/"} and not _BYTE.search(at)

    def place(self, at: str, part: Part) -> str:
        """Return a place in a part as one in the whole."""
        if not part.number:
            return at
        if not self.is_xml:
            moved = _IN_JSON.sub(lambda m: f"{m[1]}{int(m[2]) + part.first}", at, count=1)
            return self._bytes(moved, part)

        def counted(match: re.Match[str]) -> str:
            before = part.counts.get(match[2], part.first if match[2] == "*" else 0)
            return f"{match[1]}{match[2]}[{int(match[3] or 1) + before}]"

        return _LINE.sub(
            lambda m: f"line {self._line(int(m[1]), part)}", _IN_XML.sub(counted, at, count=1)
        )

    def _line(self, line: int, part: Part) -> int:
        return line if line <= self._lines else line - self._lines + part.lines

    def _bytes(self, text: str, part: Part) -> str:
        def moved(match: re.Match[str]) -> str:
            place = int(match[2])
            return f"{match[1]} {place - len(self.head) + part.start}"

        return _BYTE.sub(moved, text)


class Gathered:
    """What was found in the parts of a document, each thing once and told of the whole.

    Args:
        layout: Of the document.
        limit: Errors that are listed, and as many remarks.
    """

    def __init__(self, layout: Layout, limit: int) -> None:
        self._layout = layout
        self._limit = limit
        self._listed: dict[tuple[str, str, str], Finding] = {}
        self._counts = {True: 0, False: 0}
        """Errors and remarks that are listed."""
        self._dropped = 0

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong."""
        return self._counts[True] > 0

    @property
    def is_full(self) -> bool:
        """Whether more errors were found than are listed."""
        return self._counts[True] >= self._limit

    def add(self, part: Part, findings: Iterable[Finding]) -> None:
        """Take what was found in a part."""
        for each in findings:
            finding = self._layout.placed(each, part)
            is_error = finding.severity is Severity.ERROR
            # What stands in head or tail is found in every part; a remark is made once.
            at = finding.at if is_error else ""
            key = (finding.code, at, finding.message)
            if self._layout.is_shared(each.at):
                key = (each.code, each.at, each.message)
                finding = each
            if key in self._listed:
                continue
            if self._counts[is_error] >= self._limit:
                self._dropped += 1
                continue
            self._counts[is_error] += 1
            self._listed[key] = finding

    def all(self) -> tuple[Finding, ...]:
        """Return what was found, with a last line when not all of it is listed."""
        if not self._dropped:
            return tuple(self._listed.values())
        message = f"{self._dropped} more findings are not listed; the limit is {self._limit}."
        return (*self._listed.values(), codes.MORE_FINDINGS.found(message))


def layout(
    chunks: Iterable[bytes], read: Callable[[int, int], bytes], bounds: Bounds | None = None
) -> Layout:
    """Return the layout of a document.

    Args:
        chunks: The whole of it, in pieces of any size.
        read: Returns its octets from a place up to another.
        bounds: How large parts become, and how much is read for one.

    Raises:
        Undivided: It cannot be cut, and why.
    """
    bounds = bounds or Bounds()
    cuts = Cuts(bounds)
    scanner: JsonScanner | XmlScanner | None = None
    size = 0
    for chunk in chunks:
        if scanner is None:
            is_xml = chunk[:64].lstrip(_MARKS)[:1] == b"<"
            scanner = XmlScanner(cuts) if is_xml else JsonScanner(cuts)
        size += len(chunk)
        scanner.feed(chunk)
        cuts.require_room(size)
    if scanner is None:
        raise Undivided("it has no bytes")
    stop = scanner.close()
    parts = cuts.parts(stop)
    if not parts:
        raise Undivided("it has no list of events")
    head_end = parts[0].start
    if head_end > bounds.outside_bytes or size - stop > bounds.outside_bytes:
        raise Undivided(f"more than {bounds.outside_bytes} bytes stand outside its list of events")
    return Layout(isinstance(scanner, XmlScanner), size, read(0, head_end), read(stop, size), parts)
