r"""Reading element strings: what a scanner transmits, or the text with bracketed AIs.

    >>> pack = parse_element_string("]d2010300010123450917301200" + "10AB-7\x1d2111")
    >>> [(element.ai, element.value) for element in pack.elements]
    [('01', '03000101234509'), ('17', '301200'), ('10', 'AB-7'), ('21', '11')]
    >>> pack.expires_on(reference_year=2026)
    datetime.date(2030, 12, 31)

Clause:
    GS1 General Specifications, sections 3, 4.14 and 7.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.associations import Located, check_associations, check_repeats
from packtrail.gs1.dates import resolve
from packtrail.gs1.digital_links import write_digital_link
from packtrail.gs1.elements import Element, select
from packtrail.gs1.fast_scanning import split_quickly
from packtrail.gs1.keys import Key, key_of
from packtrail.gs1.scanning import Piece, split
from packtrail.gs1.symbologies import ELEMENT_CARRIERS, NUMBER_CARRIERS
from packtrail.gs1.values import describe, lint, lint_unknown, span
from packtrail.gs1.writing import SEPARATOR, human_readable, write_element_string

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from packtrail.base.findings import Finding


@dataclass(frozen=True, slots=True)
class ElementString:
    """All elements of a symbol, in the order they were read."""

    elements: tuple[Element, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Application identifier and value of each element."""
        return tuple((element.ai, element.value) for element in self.elements)

    def get(self, ai: str) -> str | None:
        """Return the value of an application identifier, or None."""
        return next((element.value for element in self.elements if element.ai == ai), None)

    def select(self, *, ai: str = "", title: str = "") -> tuple[str, ...]:
        """Return the values whose AI begins so, or whose data title has this in it."""
        return tuple(value for _, value in select(self.pairs, ai=ai, title=title))

    @property
    def key(self) -> Key | None:
        """What the data is about, or None where it holds no key."""
        return key_of(dict(self.pairs))

    @property
    def lot(self) -> str | None:
        """The lot, AI (10)."""
        return self.get("10")

    @property
    def expires(self) -> str | None:
        """The expiry date as it stands in AI (17), else the date of AI (7003)."""
        precise = self.get("7003")
        return self.get("17") or (precise[:6] if precise else None)

    def expires_on(self, *, reference_year: int) -> date | None:
        """Return the expiry date, or None without one; day 00 is the last day of the month.

        Args:
            reference_year: The year the date is looked at, which decides the century.
        """
        text = self.expires
        if not text or lint("17", text):
            return None
        return resolve(text, reference_year=reference_year)

    def element_string(self, *, brackets: bool = True) -> str:
        """Write the elements with brackets, or as a scanner would transmit them."""
        return write_element_string(self.pairs, brackets=brackets)

    def hri(self) -> str:
        """Write the human-readable interpretation."""
        return human_readable(self.pairs)

    def digital_link(self, domain: str = "https://id.gs1.org") -> str:
        """Write a Digital Link with everything the elements tell.

        Raises:
            RefusedError: There is no key, or an element may not stand in a Digital Link.
        """
        return write_digital_link(self.pairs, domain)


def parse_element_string(
    text: str,
    *,
    associations: bool = False,
    unknown: bool = False,
    announced: bool = False,
    separators: str = "",
) -> ElementString:
    """Read an element string, with brackets or without.

    Args:
        text: As scanned, with or without symbology identifier, or as printed.
        associations: Also check which AIs must and must not go together; for labels to print.
            One symbol of several on a pack need not satisfy this alone.
        unknown: Accept application identifiers that are not in the table.
        announced: Insist on what says that the data is GS1 data: a symbology identifier, FNC1 (as
            a separator) in front, or brackets.
        separators: Characters that a scanner, or what stands behind it, sends in place of the
            separator; none of them can then be a part of a value.

    Raises:
        RefusedError: The text has defects; all that can be reached are told.
    """
    value, findings = check_element_string(
        text,
        associations=associations,
        unknown=unknown,
        announced=announced,
        separators=separators,
    )
    if value is None:
        raise RefusedError(*findings)
    return value


def parse_hri(text: str) -> ElementString:
    """Read what is printed beside a symbol, `(01) ... (21) ...`, and nothing else.

    Raises:
        RefusedError: `GS1-032`: there are no brackets; or the text has other defects.
    """
    if not text.lstrip(" \t\r\n").startswith("("):
        message = f"The text {text[:60]!r} does not begin with a bracket."
        raise RefusedError(codes.BRACKETS.found(message, at=span(0, 1)))
    return parse_element_string(text)


def check_element_string(
    text: str,
    *,
    associations: bool = False,
    unknown: bool = False,
    announced: bool = False,
    separators: str = "",
) -> tuple[ElementString | None, tuple[Finding, ...]]:
    """Read an element string; return it, or None and every defect."""
    if separators:
        text = text.translate(dict.fromkeys(map(ord, separators), SEPARATOR))
    if announced and not _is_announced(text):
        return None, (codes.NOT_ANNOUNCED.found(f"Nothing announces GS1 data in {text[:60]!r}."),)
    if not unknown and (quick := split_quickly(text)):
        findings = tuple(check_associations(_located(quick))) if associations else ()
        return (None if has_errors(findings) else ElementString(quick)), findings
    value, findings = examine_element_string(text, associations=associations, unknown=unknown)
    return (None if has_errors(findings) else value), findings


def _is_announced(text: str) -> bool:
    return text.startswith((SEPARATOR, "(")) or text[:3] in {*ELEMENT_CARRIERS, *NUMBER_CARRIERS}


def examine_element_string(
    text: str, *, associations: bool = False, unknown: bool = False
) -> tuple[ElementString, tuple[Finding, ...]]:
    """Read what can be read of an element string, defects or not, for showing it to a person.

    Returns:
        The elements as they stand in the text, right or wrong, and every defect in its order.
    """
    pieces, located = split(text, unknown=unknown)
    for piece in pieces:
        located += _check(piece)
    located.sort(key=lambda problem: problem[0])
    elements = tuple(Element(piece.ai, piece.value, piece.start, piece.end) for piece in pieces)
    spans = _located(elements)
    findings = [finding for _, finding in located]
    findings += check_repeats(spans)
    if associations:
        findings += check_associations(spans)
    if not pieces and not findings:
        findings.append(codes.EMPTY.found("There is no GS1 data in the text."))
    return ElementString(elements), tuple(findings)


def _located(elements: Sequence[Element]) -> list[Located]:
    return [(element.ai, element.value, element.span) for element in elements]


def _check(piece: Piece) -> list[tuple[int, Finding]]:
    if not piece.value:
        at = span(piece.start, piece.start + 1)
        return [(piece.start, codes.EMPTY.found(f"({piece.ai}) has no value.", at=at))]
    defects = lint(piece.ai, piece.value) if piece.ai in TABLE else lint_unknown(piece.value)
    return [
        (
            piece.start + defect.start,
            describe(
                piece.ai,
                piece.value,
                defect,
                at=span(*piece.place(defect.start, defect.end)),
            ),
        )
        for defect in defects
    ]
