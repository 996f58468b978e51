"""Elements: application identifiers as rules name them, so that a typing error is found at once."""

from __future__ import annotations

from typing import ClassVar

from packtrail.gs1.application_identifiers import TABLE


class Element(str):
    """An application identifier of GS1: `01`, `21`, `8003`; otherwise a text like any other."""

    __slots__ = ()
    EXPECTED: ClassVar[str] = "an application identifier such as 01 or 21"

    @classmethod
    def read(cls, text: str) -> Element | None:
        """Return the element of a text, or None where GS1 has none of this number.

        >>> Element.read("01"), Element.read("O1")
        ('01', None)
        """
        return cls(text) if text in TABLE else None
