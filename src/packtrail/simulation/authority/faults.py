"""Faults: what goes wrong at an authority, told in one line.

>>> Faults.read(["late=20", "lost=3", "reject=7"])
Faults(late_seconds=20, lost_every=3, reject_every=7, forgets=False, down_for=0)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from packtrail.base.errors import UsageError

WORDS: Final = {
    "late": "late_seconds",
    "lost": "lost_every",
    "reject": "reject_every",
    "down": "down_for",
}
FORGETS: Final = "forgets"


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong."""

    late_seconds: int = 0
    """Answers are there after so many seconds; before, the system says that it is at work."""
    lost_every: int = 0
    """Of every so many files one is taken, and the connection breaks before the answer."""
    reject_every: int = 0
    """Of every so many packs one is refused, whatever it is."""
    forgets: bool = False
    """A second try is not recognised: what it names exists already then."""
    down_for: int = 0
    """The first so many requests meet a maintenance window (503)."""

    @classmethod
    def read(cls, words: Iterable[str]) -> Faults:
        """Return the faults of words such as `late=20`, `lost=3`, `reject=7`, `down=2`, `forgets`.

        Raises:
            UsageError: A word is none of these.
        """
        found: dict[str, int | bool] = {}
        for word in words:
            name, _, text = word.partition("=")
            if name == FORGETS and not text:
                found[FORGETS] = True
            elif name in WORDS and text.isascii() and text.isdigit():
                found[WORDS[name]] = int(text)
            else:
                known = ", ".join(f"{each}=NUMBER" for each in WORDS)
                raise UsageError(f"{word[:40]!r} is no fault; there are {known} and {FORGETS}.")
        return cls(**found)  # type: ignore[arg-type]  # `forgets` alone is a flag
