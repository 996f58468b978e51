"""Has somebody a licence for a number? Checks of company prefixes against a register.

Whether a number is well formed is told without one; this is a second question, for those who have a
register to ask: GS1's table (`packtrail.gs1.company_prefixes`), or a service.

    >>> lint_licence("gcppos2", "I1234567", lambda digits: digits.startswith("0614141"))
    Defect(reason='INVALID_GCP_PREFIX', start=1, end=8, hint='')

Clause:
    GS1 Barcode Syntax Tests, gcppos1 and gcppos2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.coupons import prefixes_of_coupon, prefixes_of_positive_offer
from packtrail.gs1.defects import Defect
from packtrail.gs1.linters import LINTERS
from packtrail.gs1.values import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.base.findings import Finding
    from packtrail.gs1.elements import Element

Register: TypeAlias = Callable[[str], bool | None]
"""Tells of a text that begins with a company prefix whether that is licensed; None: it cannot tell
now. `CompanyPrefixes.has` is one."""

_PLACES: Final[dict[str, Callable[[str], list[tuple[int, int]]]]] = {
    "gcppos1": lambda text: [(0, len(text))],
    "gcppos2": lambda text: [(1, len(text))],
    "couponcode": prefixes_of_coupon,
    "couponposoffer": prefixes_of_positive_offer,
}
"""Check -> where in a value that is well formed company prefixes stand."""


def lint_licence(linter: str, text: str, register: Register) -> Defect | None:
    """Return the first defect of the text of a component, its company prefixes included.

    Args:
        linter: Name of a check, as formats of application identifiers have it.
        text: The text of the component.
        register: What to ask.
    """
    if defect := LINTERS[linter](text):
        return defect
    for start, end in _PLACES[linter](text) if linter in _PLACES else ():
        answer = register(text[start:end])
        if not answer:
            reason = "GCP_DATASOURCE_OFFLINE" if answer is None else "INVALID_GCP_PREFIX"
            return Defect(reason, start, end)
    return None


def check_licences(elements: Iterable[Element], register: Register) -> Iterator[Finding]:
    """Tell each company prefix in elements that are right and that the register does not know.

    Args:
        elements: As an element string gave them, checked before.
        register: What to ask.
    """
    for element in elements:
        at = 0
        for part in TABLE[element.ai].components if element.ai in TABLE else ():
            text = element.value[at : at + part.length_max]
            for linter in part.linters if text else ():
                if linter in _PLACES and (defect := lint_licence(linter, text, register)):
                    yield _told(element, defect, at)
            at += len(text)


def _told(element: Element, defect: Defect, offset: int) -> Finding:
    start, end = offset + defect.start, offset + defect.end
    number = element.value[start:end]
    at = span(element.start + start, element.start + end)
    if defect.reason == "GCP_DATASOURCE_OFFLINE":
        return codes.NO_ANSWER.found(
            f"Whether {number!r} of ({element.ai}) {element.title} begins with a company prefix"
            " that is licensed could not be asked.",
            at=at,
        )
    return codes.UNLICENSED_PREFIX.found(
        f"The register has no company prefix with which {number!r} of ({element.ai})"
        f" {element.title} begins.",
        at=at,
    )
