"""What identifiers have in front of the serial, read once and kept.

Packs of one product share all but their serial, and a document has few products and many packs.
A serial of letters and digits needs no decoding and is in every serial's character set, so behind
a known head only its length has to be looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from packtrail.gs1.key_types import KeyType
    from packtrail.gs1.keys import Key

_HEADS_MAX: Final = 65_536
"""Heads remembered; after so many, memory starts afresh."""


class Head(NamedTuple):
    """The parts of the key that all serials behind a head have in common."""

    type: KeyType
    primary: str
    prefix_length: int | None
    length_max: int


class Heads:
    """Heads by their text, for one notation."""

    def __init__(self) -> None:
        self._known: dict[str, Head] = {}
        self.get = self._known.get

    def learn(self, head: str, serial: str, key: Key) -> None:
        """Remember the head of an identifier that was read and found right.

        Args:
            head: Everything in front of the serial and its separator.
            serial: The rest, as it stands in the identifier.
            key: What it was read as.
        """
        scheme = key.scheme.serial
        if key.serial != serial or not scheme or not scheme.ai or scheme.charset != "X":
            return
        if scheme.absent or not is_simple(serial):
            return
        if len(self._known) >= _HEADS_MAX:
            self._known.clear()
        self._known[head] = Head(key.type, key.primary, key.prefix_length, scheme.length_max)


def is_simple(serial: str) -> bool:
    """Tell whether a serial consists of ASCII letters and digits only, at least one."""
    return serial.isalnum() and serial.isascii()
