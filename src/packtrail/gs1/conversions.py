"""A text in another notation: what it is about, and everything else it says where that fits.

>>> convert("(01)03000101234509(21)11(17)301200", Form.LINK).result
'https://id.gs1.org/01/03000101234509/21/11?17=301200'
>>> convert("urn:epc:id:gid:31415.271828.1414", Form.HEX).result
'350007AB70425D4000000586'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError, UsageError
from packtrail.gs1 import codes
from packtrail.gs1.descriptions import whole
from packtrail.gs1.scan_writing import Carrier, write_scan
from packtrail.gs1.subjects import Prefixes, about
from packtrail.gs1.tags import make_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.base.findings import Finding
    from packtrail.gs1.element_strings import ElementString
    from packtrail.gs1.subjects import Subject


class Form(StrEnum):
    """The notations."""

    URN = "urn"
    """EPC URI."""
    LINK = "link"
    """GS1 Digital Link."""
    ELEMENT = "element"
    """Element string with brackets."""
    SCAN = "scan"
    """Element string as a scanner transmits it."""
    HRI = "hri"
    """Human-readable interpretation."""
    TAG = "tag"
    """EPC tag URI."""
    HEX = "hex"
    """Bits of an RFID tag in hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a notation is written, where it leaves a choice."""

    domain: str = "https://id.gs1.org"
    """Of Digital Links."""
    encoding: str | None = None
    """RFID encoding; of a scan, the symbol. Without it the shortest, or none."""
    filter_value: int = 0
    """Of RFID tags."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """One text and what became of it."""

    text: str
    result: str
    """'' where it was refused; the findings say why."""
    findings: tuple[Finding, ...]


def convert(
    text: str, form: Form, wishes: Wishes | None = None, *, prefixes: Prefixes | None = None
) -> Conversion:
    """Write a text in another notation; what cannot be is told in findings.

    Args:
        text: As `about` takes it.
        form: Notation to write.
        wishes: Choices within the notation.
        prefixes: What is known of company prefixes, which EPC URIs and tags need.

    Raises:
        UsageError: The encoding names a symbol that there is not.
    """
    wishes = wishes or Wishes()
    if form is Form.SCAN and wishes.encoding not in {None, *Carrier}:
        known = ", ".join(Carrier)
        raise UsageError(f"There is no symbol {wishes.encoding!r}; known are {known}.")
    try:
        return Conversion(text, _WRITERS[form](text, about(text, prefixes), wishes), ())
    except RefusedError as error:
        return Conversion(text, "", error.findings)


def _elements(text: str, subject: Subject) -> ElementString:
    """Return all elements of a text.

    Raises:
        RefusedError: It is about no GS1 key.
    """
    if subject.key is None:
        what = "a pattern for many classes" if subject.scheme == "pattern" else "no GS1 key"
        message = f"{text[:100]!r} is {what}; there is no such notation of it."
        raise RefusedError(codes.EPC_SCHEME.found(message))
    return whole(text, subject.key)


def _scan(text: str, subject: Subject, wishes: Wishes) -> str:
    elements = _elements(text, subject)
    if wishes.encoding is None:
        return elements.element_string(brackets=False)
    return write_scan(Carrier(wishes.encoding), elements.element_string())


def _tag(_: str, subject: Subject, wishes: Wishes) -> str:
    return make_tag(subject.uri, wishes.encoding, filter_value=wishes.filter_value).uri()


def _hex(_: str, subject: Subject, wishes: Wishes) -> str:
    return make_tag(subject.uri, wishes.encoding, filter_value=wishes.filter_value).hex()


_WRITERS: dict[Form, Callable[[str, Subject, Wishes], str]] = {
    Form.URN: lambda _, subject, __: subject.uri,
    Form.LINK: lambda text, subject, wishes: _elements(text, subject).digital_link(wishes.domain),
    Form.ELEMENT: lambda text, subject, _: _elements(text, subject).element_string(),
    Form.SCAN: _scan,
    Form.HRI: lambda text, subject, _: _elements(text, subject).hri(),
    Form.TAG: _tag,
    Form.HEX: _hex,
}
