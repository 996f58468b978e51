"""Everything a text says: what it is about, its elements, its other notations, what is wrong.

>>> found = describe("]d20103000101234509" + "21ABC")
>>> found.kind, found.symbol, found.digital_link
('sgtin', 'GS1 DataMatrix', 'https://id.gs1.org/01/03000101234509/21/ABC')
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.base.findings import Severity
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.diagnosis import diagnose
from packtrail.gs1.digital_links import check_link
from packtrail.gs1.element_strings import (
    ElementString,
    check_element_string,
    examine_element_string,
    parse_element_string,
)
from packtrail.gs1.elements import title_of
from packtrail.gs1.licences import check_licences
from packtrail.gs1.national_codes import national_numbers_of
from packtrail.gs1.ndc import Ndc
from packtrail.gs1.prefixes import prefix_of
from packtrail.gs1.scans import Content, read_scan
from packtrail.gs1.subjects import NDC, Prefixes, about
from packtrail.gs1.tags import encodings_of
from packtrail.gs1.writing import write_element_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packtrail.base.findings import Finding
    from packtrail.gs1.keys import Key
    from packtrail.gs1.scans import Scan
    from packtrail.gs1.subjects import Subject

PACK: Final = ("01", "21", "17", "10")
"""The elements of a medicine pack."""
_PRODUCT_CODES: Final = frozenset({"01", "02", "9N", "8P"})
"""Identifiers of what a national number may stand in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One text, read."""

    text: str
    kind: str = ""
    """Type of key, scheme of an EPC that is no GS1 key, or `pattern`; '' where there is none."""
    symbol: str = ""
    """The symbol that was read, where the scanner says so."""
    content: str = ""
    """What it holds: `element string`, `trade item`, `UPC-E`, `tag`, `text`, ..."""
    elements: tuple[tuple[str, str, str], ...] = ()
    """Application identifier, value and title."""
    digital_link: str = ""
    epc_uri: str = ""
    tag: str = ""
    """EPC tag URI, where an RFID tag was read."""
    encodings: tuple[str, ...] = ()
    """RFID encodings it fits into, the shortest first."""
    licensed_by: str = ""
    """Member organisation of the company prefix."""
    national_numbers: tuple[str, ...] = ()
    """What the national number of a medicine can be; an NDC does not say where its parts end."""
    suggestion: str | None = None
    also: tuple[str, ...] = ()
    """What else the text can be, in words."""
    findings: tuple[Finding, ...] = ()


def describe(
    text: str, *, expecting: tuple[str, ...] = (), prefixes: Prefixes | None = None
) -> Description:
    """Tell everything a text says; never raises.

    Args:
        text: As `about` takes it, or any scan.
        expecting: Application identifiers that a scan must have.
        prefixes: What is known of company prefixes.
    """
    prefixes = prefixes or Prefixes()
    scan = read_scan(text)
    symbol = (scan.identifier.carrier or scan.identifier.symbology) if scan.identifier else ""
    try:
        subject = about(text, prefixes)
    except RefusedError as error:
        if scan.readings and not expecting:
            return _scanned(scan, symbol)
        return _damaged(text, symbol, expecting, error.findings)
    if subject.key is None:
        return _other(text, subject)
    return _keyed(scan, symbol, subject, subject.key, expecting, prefixes)


def whole(text: str, key: Key) -> ElementString:
    """Return everything a text about a key says, not its key only.

    Raises:
        RefusedError: Two elements contradict each other.
    """
    if text[:4].lower() == "http":
        link, _ = check_link(text, legacy=True)
        pairs = link.elements if link else key.elements()
    else:
        read, _ = check_element_string(text)
        pairs = read.pairs if read and read.key else key.elements()
    return parse_element_string(write_element_string(pairs))


def _keyed(
    scan: Scan,
    symbol: str,
    subject: Subject,
    key: Key,
    expecting: tuple[str, ...],
    prefixes: Prefixes,
) -> Description:
    text = scan.text
    elements = whole(text, key)
    findings = () if subject.epc_uri else _findings(scan, expecting)
    if prefixes.register:
        findings += tuple(check_licences(elements.elements, prefixes.register.has))
    prefix = prefix_of(key)
    numbers = (f"NDC {Ndc.parse(text)} (US)",) if NDC.fullmatch(text) else ()
    return Description(
        text=text,
        kind=subject.scheme,
        symbol=symbol,
        content=_content(scan, subject),
        elements=tuple((each.ai, each.value, each.title) for each in elements.elements),
        digital_link=_or_nothing(elements.digital_link) or _or_nothing(key.digital_link),
        epc_uri=_or_nothing(key.epc_uri),
        tag=subject.tag.uri() if subject.tag else "",
        encodings=encodings_of(key),
        licensed_by=prefix.usage if prefix else "",
        national_numbers=numbers or _national_numbers(elements.pairs),
        also=_others(scan),
        findings=findings,
    )


def _findings(scan: Scan, expecting: tuple[str, ...]) -> tuple[Finding, ...]:
    found = diagnose(scan.text, expecting=expecting)
    return (*(found.causes if found.is_readable else ()), *_missing_partners(scan))


def _missing_partners(scan: Scan) -> tuple[Finding, ...]:
    """Warn of elements that must or must not stand together on a label.

    It is no error of the scan: one symbol of several on a pack need not have them all.
    """
    if not scan.readings or scan.readings[0].content is not Content.ELEMENT_STRING:
        return ()
    _, found = check_element_string(scan.text, associations=True)
    return tuple(replace(finding, severity=Severity.WARNING) for finding in found)


def _content(scan: Scan, subject: Subject) -> str:
    if subject.tag:
        return "tag"
    if NDC.fullmatch(scan.text):
        return "NDC"
    return str(scan.readings[0].content) if scan.readings else "EPC URI"


def _other(text: str, subject: Subject) -> Description:
    """Tell what is no key: an EPC of another scheme, or a pattern."""
    return Description(
        text=text,
        kind=subject.scheme,
        content="tag" if subject.tag else "EPC URI",
        epc_uri=subject.epc_uri,
        tag=subject.tag.uri() if subject.tag else "",
        encodings=encodings_of(subject.epc_uri),
    )


def _scanned(scan: Scan, symbol: str) -> Description:
    """Tell a scan that is right and is about no key, or is one of a short form."""
    first = scan.readings[0]
    prefix = prefix_of(first.key) if first.key else None
    causes, suggestion = _causes_of_text(scan)
    return Description(
        text=scan.text,
        kind=str(first.key.type) if first.key else "",
        symbol=symbol,
        content=str(first.content),
        elements=tuple((name, value, title_of(name)) for name, value in first.pairs),
        digital_link=first.key.digital_link() if first.key else "",
        licensed_by=prefix.usage if prefix else "",
        national_numbers=_national_numbers(first.pairs),
        suggestion=suggestion,
        also=_others(scan),
        findings=(*causes, *scan.findings, *_missing_partners(scan)),
    )


def _causes_of_text(scan: Scan) -> tuple[tuple[Finding, ...], str | None]:
    """Return why GS1 data arrived as a text of another symbol, and what it was: `]D2` for `]d2`."""
    if scan.readings[0].content is not Content.TEXT:
        return (), None
    found = diagnose(scan.text)
    known = {finding.code for finding in scan.findings}
    causes = tuple(cause for cause in found.causes if cause.code not in known)
    return causes, found.suggestion if causes else None


def _damaged(
    text: str, symbol: str, expecting: tuple[str, ...], findings: tuple[Finding, ...]
) -> Description:
    if text.startswith("urn:"):
        return Description(text=text, findings=findings)
    found = diagnose(text, expecting=expecting)
    elements = examine_element_string(text)[0].elements
    return Description(
        text=text,
        symbol=symbol,
        elements=tuple((each.ai, each.value, each.title) for each in elements if each.ai in TABLE),
        suggestion=found.suggestion,
        findings=(*found.causes, *findings),
    )


def _national_numbers(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    codes = (value for name, value in pairs if name in _PRODUCT_CODES)
    return tuple(
        f"{one.scheme} {one.number} ({one.country})"
        for code in codes
        for one in national_numbers_of(code)
    )


def _others(scan: Scan) -> tuple[str, ...]:
    """Return the further readings of a scan in words."""
    return tuple(
        f"{each.content} {write_element_string(each.pairs)}".rstrip() for each in scan.readings[1:]
    )


def _or_nothing(write: Callable[[], str]) -> str:
    try:
        return write()
    except RefusedError:
        return ""
