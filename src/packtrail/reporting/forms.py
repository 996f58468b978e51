"""Forms: what a receiver takes, field by field, and where each value comes from.

A form is data (`layouts/*.yaml`). The same table writes a file, checks one, finds the packs in it
again when an authority rejects a line, and is shown in the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from packtrail.compliance.decoding import keyed
from packtrail.compliance.words import Happening, Role
from packtrail.reporting.words import About, Carrier, Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One element, attribute, column or member, and where its value comes from."""

    name: str = ""
    """As it is written, `@` before an attribute; empty: it is only a group of those below it."""
    of: str = keyed("from", default="")
    """Where the value is found: `unit.serial`; `fact.state or report.happening`: the first told."""
    text: str = ""
    """What always stands there; `{path}` in it is replaced by a value."""
    kind: str = keyed("is", default="text")
    """How it is written: a name of `kinds.KINDS`."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Words of ours -> what the receiver says instead."""
    one_of: tuple[str, ...] = ()
    """The values that the receiver knows."""
    length_max: int | None = None
    is_optional: bool = keyed("optional", default=False)
    each: str = ""
    """The list for whose members it is repeated."""
    by: str = keyed("as", default="")
    """What a member of the list is called below."""
    when: str = ""
    """It stands there only where this is so."""
    group: str = ""
    """Fields that several forms share stand here: a name under `groups` in the same file."""
    is_choice: bool = keyed("choice", default=False)
    """Of those below it, one stands there; with `each`, at least one."""
    again: str = ""
    """It looks like the field of this name around it: cases in pallets."""
    names: str = ""
    """Of an object, what it names: `object`, or its part `gtin`, `serial`, `lot`, `expiry`."""
    is_line: bool = keyed("line", default=False)
    """A finding in it is counted as one bad line."""
    count_max: int | None = None
    meaning: str = ""
    """What it is, in words, where the name does not say it."""
    is_unverified: bool = keyed("unverified", default=False)
    fields: tuple[Field, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Every value that may stand there; none: any."""
        return self.one_of or tuple(dict.fromkeys(self.words.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """One thing that rows must keep to among each other."""

    check: str
    """A name of `row_checks.ROW_CHECKS`."""
    arguments: Mapping[str, str] = keyed("with", default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epcis:
    """How a file of events is made."""

    version: str = "1.2"
    profile: str = "gs1"
    """Profile of `packtrail.epcis.profiles` that it is checked with."""
    history: bool = False
    """Commissioning and packing of all that is shipped come first, as DSCSA asks."""
    release: str = ""
    """Release of the DSCSA guideline: 1.2 or 1.3."""
    is_json: bool = keyed("json", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a receiver takes."""

    id: str
    title: str
    market: str
    """ISO 3166 code, or `EU`."""
    system: str
    """The receiver's system: `MDLP`, `EU Hub`."""
    format: str
    """The word that duties of rule packs use: `mdlp_xml`."""
    happenings: tuple[Happening, ...]
    """What makes it due, or what it tells."""
    about: About
    carrier: Carrier
    grounds: Grounds
    sources: tuple[str, ...]
    """Who says that it looks like this."""
    roles: tuple[Role, ...] = ()
    """Who sends it; none: everybody."""
    is_usual: bool = keyed("usual", default=True)
    """It is what a new receiver of the market is sent; others are chosen."""
    is_guarded: bool = keyed("guarded", default=False)
    """Two people must confirm it: what it does cannot be undone."""
    file: str = ""
    """Name of the file; `{path}` is replaced."""
    answer: str = "none"
    """How the receiver answers: a name of `answers.READERS`."""
    objects_max: int | None = None
    """Most objects in a file; more make several files."""
    events_max: int | None = None
    bytes_max: int | None = None
    one_a_file: str = ""
    """The list of which each member gets a file of its own."""
    is_apart: bool = keyed("apart", default=False)
    """Containers of packs and containers of containers are told in files of their own."""
    header: bool = True
    """Of a CSV: whether the first row names the columns."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    """Facts of the report and the receiver with what they are, in words."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Facts that are so unless somebody says otherwise."""
    item_facts: Mapping[str, str] = field(default_factory=dict)
    """Facts of the trade item that it uses."""
    place_facts: Mapping[str, str] = field(default_factory=dict)
    """Facts of places and parties that it uses."""
    fields: tuple[Field, ...] = ()
    checks: tuple[RowCheck, ...] = ()
    epcis: Epcis | None = None
    note: str = ""

    @property
    def suffix(self) -> str:
        """Ending of its files."""
        if self.carrier is Carrier.EPCIS:
            return "jsonld" if self.epcis and self.epcis.is_json else "xml"
        return self.carrier.value

    @property
    def media_type(self) -> str:
        """What its files are sent as."""
        return _MEDIA_TYPES[self.suffix]


_MEDIA_TYPES: Mapping[str, str] = {
    "xml": "application/xml",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
}


def walk(fields: tuple[Field, ...], depth: int = 0) -> Any:
    """Yield all fields of a form with their depth, as they are written."""
    for each in fields:
        yield depth, each
        yield from walk(each.fields, depth + 1)
