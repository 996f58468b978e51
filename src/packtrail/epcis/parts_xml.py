"""Finding the events of an XML document that is never held whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from packtrail.epcis.parts_cut import Undivided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.epcis.parts_cut import Cuts

_LISTS: Final = (
    ["EPCISBody", "EventList"],
    ["EPCISBody", "QueryResults", "resultsBody", "EventList"],
)


class XmlScanner:
    """Finds where events begin. Nothing is expanded: a text with a DOCTYPE is not looked at."""

    def __init__(self, cuts: Cuts) -> None:
        self._cuts = cuts
        self._names: list[str] = []
        self._depth = 0
        self._list_depth = 0
        """Of the list of events while it is open, else 0."""
        self._stop = -1
        parser = self._parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the text."""
        self._parse(chunk, is_last=False)

    def close(self) -> int:
        """Return where the list of events ends."""
        self._parse(b"", is_last=True)
        return self._stop

    def _parse(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            said = expat.errors.messages.get(error.code, "unknown error")
            raise Undivided(
                f"the XML cannot be read: {said} in line {error.lineno}, behind event "
                f"{self._cuts.events}"
            ) from None

    def _begin(self, name: str, _: Mapping[str, str]) -> None:
        self._depth += 1
        if self._list_depth:
            if self._depth == self._list_depth + 1:
                parser = self._parser
                self._cuts.event(parser.CurrentByteIndex, name, parser.CurrentLineNumber - 1)
            return
        self._names.append(name.rpartition(":")[2])
        if self._names[1:] in _LISTS:
            if self._stop >= 0:
                raise Undivided("it has several lists of events")
            self._list_depth = self._depth

    def _end(self, _: str) -> None:
        self._depth -= 1
        if not self._list_depth:
            self._names.pop()
        elif self._depth < self._list_depth:
            self._list_depth = 0
            self._names.pop()
            self._stop = self._parser.CurrentByteIndex

    def _doctype(self, *_: object) -> None:
        raise Undivided("it has a DOCTYPE")
