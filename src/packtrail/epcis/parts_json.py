"""Finding the events of a JSON document that is never held whole.

Of the text only quotes and brackets are looked at, a piece at a time as arrays: what is inside a
text is told by counting the quotes before it, and how deep something is by counting brackets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.epcis.parts_cut import Undivided

if TYPE_CHECKING:
    from packtrail.epcis.parts_cut import Cuts

_LISTS: Final = (
    [b"epcisBody", b"eventList"],
    [b"epcisBody", b"queryResults", b"resultsBody", b"eventList"],
)
_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_KEY: Final = re.compile(rb'"([^"\\]{0,100})"\s*:\s*\Z')
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_QUOTE, _OPEN, _CLOSE = 1, 2, 3
_KINDS: Final = np.zeros(256, dtype=np.uint8)
_KINDS[ord('"')] = _QUOTE
_KINDS[[ord("{"), ord("[")]] = _OPEN
_KINDS[[ord("}"), ord("]")]] = _CLOSE


class JsonScanner:
    """Finds where events begin."""

    def __init__(self, cuts: Cuts) -> None:
        self._cuts = cuts
        self._head = b""
        """The text so far, until the list of events begins."""
        self._offset = 0
        """Where the next piece begins."""
        self._held = b""
        self._quotes = 0
        self._depth = 0
        """How many brackets are open within the list."""
        self._is_in_list = False
        self._stop = -1

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the text."""
        if self._stop >= 0:
            return
        if self._is_in_list:
            self._look_at(chunk)
            return
        self._head += chunk
        self._cuts.require_room(len(self._head))
        begin = _list_begin(self._head)
        if begin is not None:
            self._is_in_list, self._offset = True, begin
            rest, self._head = self._head[begin:], b""
            self._look_at(rest)

    def close(self) -> int:
        """Return where the list of events ends."""
        if not self._is_in_list:
            raise Undivided("it has no list of events")
        if self._stop < 0:
            raise Undivided(f"the JSON cannot be read: it ends behind event {self._cuts.events}")
        return self._stop

    def _look_at(self, chunk: bytes) -> None:
        chunk = self._held + chunk
        # A backslash at the end belongs to what follows.
        odd = (len(chunk) - len(chunk.rstrip(b"\\"))) % 2
        chunk, self._held = chunk[: len(chunk) - odd], chunk[len(chunk) - odd :]
        plain = _ESCAPED.sub(b"__", chunk) if b"\\" in chunk else chunk
        kinds = _KINDS[np.frombuffer(plain, dtype=np.uint8)]
        places = np.flatnonzero(kinds)
        kinds = kinds[places]
        quotes = np.cumsum(kinds == _QUOTE) + self._quotes
        is_bracket = (quotes % 2 == 0) & (kinds != _QUOTE)
        self._quotes = int(quotes[-1]) % 2 if len(quotes) else self._quotes
        places = places[is_bracket] + self._offset
        steps = np.where(kinds[is_bracket] == _OPEN, 1, -1)
        depths = np.cumsum(steps) + self._depth
        self._offset += len(chunk)
        end = np.flatnonzero(depths < 0)
        if len(end):
            self._stop = int(places[end[0]])
            places, steps, depths = (some[: end[0]] for some in (places, steps, depths))
        self._depth = int(depths[-1]) if len(depths) else self._depth
        self._cuts.many(places[(steps > 0) & (depths == 1)])


def _list_begin(text: bytes) -> int | None:
    """Return where the content of the list of events begins, None where it is not there yet."""
    keys: list[bytes] = []
    for token in _TOKENS.finditer(text):
        sign = token[0]
        if sign in b"{[":
            key = _KEY.search(text, max(0, token.start() - 200), token.start())
            keys.append(key[1] if key else b"")
            if sign == b"[" and keys[1:] in _LISTS:
                return token.end()
        elif sign in b"}]":
            if not keys:
                return None
            keys.pop()
    return None
