"""What a spreadsheet does to text: it runs what looks like a formula.

In CSV an apostrophe before such text keeps it text. What we write gets one, what we read loses it,
so that a serial such as `-12` comes back as it was.

    >>> guarded("=1+1"), unguarded(guarded("-12")), unguarded("'s")
    ("'=1+1", '-12', "'s")
"""

from __future__ import annotations

_GUARD = "'"
_GUARDED = ("=", "+", "-", "@", "\t", "\r", _GUARD)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return _GUARD + text if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given; any other text as it is."""
    return text[1:] if text.startswith(_GUARD) and text[1:].startswith(_GUARDED) else text
