"""What a profile's checks look at: a document, and what follows from it, worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis import ledger
from packtrail.epcis.canonical import canonical
from packtrail.epcis.scalars import URI_CHARACTERS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from packtrail.epcis.events import EpcisDocument, Event, VocabularyElement
    from packtrail.epcis.ledger import Entry, Ledger

HEADER = "header"
"""Place of what the head of a document says, or does not."""
MASTER_DATA = "master data"
GS1_US = "{http://epcis.gs1us.org/hc/ns}"


@dataclass(slots=True, kw_only=True)
class Subject:
    """A document under a profile."""

    document: EpcisDocument
    places: tuple[str, ...] = ()
    on: datetime | None = None
    """The present, for rules that ask whether something lies in the future."""
    _told: Ledger | None = field(default=None, init=False)
    _master_data: dict[str, VocabularyElement] | None = field(default=None, init=False)

    @property
    def ledger(self) -> Ledger:
        """What the events do to the objects they name."""
        if self._told is None:
            self._told = ledger.tell(self.document, self.places)
        return self._told

    def entries(self, biz_step: str | None = None) -> Iterator[Entry]:
        """Return the events that count, of one business step or all."""
        for entry in self.ledger.entries:
            if biz_step is None or entry.event.biz_step == biz_step:
                yield entry

    @property
    def master_data(self) -> Mapping[str, VocabularyElement]:
        """Vocabulary elements by canonical identifier or class."""
        if self._master_data is None:
            self._master_data = {
                key_of(element.id): element
                for vocabulary in self.document.vocabularies
                for element in vocabulary.elements
            }
        return self._master_data


def place_ids(event: Event) -> Iterator[str]:
    """Return the places and parties an event names."""
    for place in (event.read_point, event.biz_location):
        if place is not None:
            yield place.id
    yield from (one.source for one in event.sources)
    yield from (one.destination for one in event.destinations)


def key_of(text: str) -> str:
    """Return what tells whether two identifiers of a place, party or class are one.

    Examples:
        >>> key_of("urn:epc:idpat:sgtin:030001.0012345.*")
        'gtin/00300010123455'
        >>> key_of("urn:epc:id:sgln:030001.111111.0")
        'https://id.gs1.org/414/0300011111116'
    """
    return _key_of(text) if len(text) <= URI_CHARACTERS_MAX else text


@lru_cache(maxsize=16384)
def _key_of(text: str) -> str:
    class_key = gs1.identify([text])[0][0]
    return class_key if class_key.startswith("gtin/") else canonical(text)


def gln_of(text: str) -> str | None:
    """Return the GLN in an identifier of a party or place; None when there is none."""
    return _gln_of(text) if len(text) <= URI_CHARACTERS_MAX else None


@lru_cache(maxsize=16384)
def _gln_of(text: str) -> str | None:
    if len(text) == 13 and text.isdigit():
        return text
    try:
        key = gs1.parse(text)
    except RefusedError:
        return None
    return key.primary if key.type.value in ("sgln", "pgln", "gln") else None


def attributes_of(element: VocabularyElement) -> dict[str, Any]:
    """Return the attributes of a vocabulary element by their plain names."""
    return {
        name.replace("}", "#").rpartition("#")[2].rpartition(":")[2]: value
        for name, value in element.attributes.items()
    }


def some(texts: Iterable[str]) -> str:
    """Return identifiers as a message names them: the first, and how many more."""
    texts = tuple(texts)
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return f"{texts[0]}{more}"
