"""Set up: a test symbol to scan, and what the scanner and the keyboard made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from packtrail import gs1
from packtrail.console import templates
from packtrail.gs1 import codes
from packtrail.gs1.keyboards import LAYOUTS
from packtrail.rendering import symbols
from packtrail.verification.reading import PACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

TEST: Final = "(01)09506000134352(21)yZ-1aB(17)301231(10)TEST-7"
"""Letters that keyboards swap, both cases, and a serial number that needs its separator."""
_SCALE: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What arrived of the test symbol."""

    arrived: str
    """With control characters as the signs for them."""
    is_right: bool
    is_test: bool
    """Whether it was the test symbol at all, as far as can be told."""
    has_identifier: bool
    """Whether the symbology identifier was sent."""
    causes: tuple[Finding, ...]


def check(text: str) -> Check:
    """Compare what arrived with the test symbol; never raises."""
    bare = text.strip("\r\n")
    causes = next((found for found in _readings(bare) if found is not None), None)
    return Check(
        arrived=bare.translate({number: chr(0x2400 + number) for number in range(32)}),
        is_right=causes == (),
        is_test=causes is not None,
        has_identifier=bare[:3] == "]d2",
        causes=causes or gs1.diagnose(bare, expecting=PACK).causes,
    )


def _readings(text: str) -> Iterator[tuple[Finding, ...] | None]:
    """Yield what must have happened for a text to be the test symbol, the least first.

    A layout is tried even where the text can be read as it stands: what it must be is known here.
    """
    yield _causes(text)
    for layout in LAYOUTS:
        causes = _causes(text.translate(layout.table))
        code = codes.SCAN_CAPS_LOCK if layout.is_lock else codes.SCAN_LAYOUT
        yield None if causes is None else (code.found(layout.said), *causes)


def _causes(text: str) -> tuple[Finding, ...] | None:
    diagnosis = gs1.diagnose(text, expecting=PACK)
    is_test = _elements(diagnosis.suggestion or text) == _elements(TEST)
    return diagnosis.causes if is_test else None


def setup(visit: Visit) -> Response:
    """Show the test symbol, and what became of it."""
    text = visit.sent("scan")
    return templates.render(
        visit,
        "scan_setup.html",
        symbol=_symbol(),
        hri=TEST,
        result=check(text) if text.strip() else None,
    )


def _elements(text: str) -> tuple[tuple[str, str], ...]:
    found, _ = gs1.check_element_string(text)
    return tuple(sorted(found.pairs)) if found else ()


@cache
def _symbol() -> Markup:
    drawn = symbols.draw(TEST)
    return Markup(drawn.svg(scale=_SCALE))  # noqa: S704 - the drawing escapes by itself
