"""The character sets of GS1 values.

    >>> SETS["X"].first_bad("AB C")
    2

Clause:
    GS1 General Specifications, section 7.11 (figures 7.11-1 to 7.11-3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """A set of characters a value may be written in."""

    name: str
    reason: str
    """The defect that a foreign character is; see `packtrail.gs1.defects`."""
    bad: re.Pattern[str]

    def first_bad(self, text: str) -> int | None:
        """Return where the first character outside the set stands, or None."""
        match = self.bad.search(text)
        return match.start() if match else None


SETS: Final[dict[str, CharacterSet]] = {
    "N": CharacterSet("the digits 0 to 9", "NON_DIGIT_CHARACTER", re.compile(r"[^0-9]")),
    "X": CharacterSet(
        "character set 82",
        "INVALID_CSET82_CHARACTER",
        re.compile(r"[^!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"),
    ),
    "Y": CharacterSet("character set 39", "INVALID_CSET39_CHARACTER", re.compile(r"[^#\-/0-9A-Z]")),
    "Z": CharacterSet(
        "character set 64", "INVALID_CSET64_CHARACTER", re.compile(r"[^A-Za-z0-9_\-=]")
    ),
}
"""By the letter that formats use."""
