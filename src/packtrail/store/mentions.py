"""What documents name: identifiers as a class, a serial, and the form in which they were written.

A document holds few forms and many serials. A form is all of an identifier but the serial, so that
form and serial give back the exact text:

    >>> form = form_of("urn:epc:id:sgtin:0300010.012345.7K2", "7K2")
    >>> form, text_of(form, "7K2")
    ('curn:epc:id:sgtin:0300010.012345.', 'urn:epc:id:sgtin:0300010.012345.7K2')

In an SSCC the company prefix stands amid the serial, so its EPC URI is a form of its own; a text
that is neither stands for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail import gs1

if TYPE_CHECKING:
    from collections.abc import Sequence

Texts: TypeAlias = NDArray[np.bytes_]
"""Texts in UTF-8, one an element."""
Hashes: TypeAlias = NDArray[np.uint64]

_AFTER, _SSCC, _LITERAL = "c", "s", "l"
_SSCC_HEAD: Final = "urn:epc:id:sscc:"
_HASHED_BYTES: Final = 32
"""Longer texts are hashed to this many octets first."""
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_ODD_2: Final = np.uint64(0xBF58476D1CE4E5B9)
_HALF: Final = np.uint64(32)


@dataclass(slots=True)
class Named:
    """Identifiers, one after the other as documents name them."""

    classes: list[str]
    """Class keys, each once."""
    forms: list[tuple[int, str]]
    """(place in `classes`, form), each once."""
    form_of: NDArray[np.int64]
    """Place in `forms`, by mention."""
    items: Texts
    """Serial within the class, by mention."""

    @property
    def class_of(self) -> NDArray[np.int64]:
        """Place in `classes`, by mention."""
        return np.array([number for number, _ in self.forms], dtype=np.int64)[self.form_of]

    def text(self, place: int) -> str:
        """Return an identifier as it was written."""
        return text_of(self.forms[self.form_of[place]][1], str_of(self.items[place]))


def named(uris: Sequence[str]) -> Named:
    """Return identifiers in any notation, in the order given."""
    classes: dict[str, int] = {}
    forms: dict[tuple[int, str], int] = {}
    form_numbers, items = [], []
    for uri, (class_key, item_key) in zip(uris, gs1.identify(uris), strict=True):
        number = classes.setdefault(class_key, len(classes))
        form = (number, form_of(uri, item_key))
        form_numbers.append(forms.setdefault(form, len(forms)))
        items.append(item_key)
    return Named(list(classes), list(forms), np.array(form_numbers, dtype=np.int64), texts(items))


def form_of(uri: str, item_key: str) -> str:
    """Return the form in which an identifier with this serial was written."""
    if uri.endswith(item_key):
        return _AFTER + uri[: len(uri) - len(item_key)]
    if uri.startswith(_SSCC_HEAD):
        form = _SSCC + uri[: uri.rfind(".") + 1]
        if text_of(form, item_key) == uri:
            return form
    return _LITERAL + uri


def text_of(form: str, item_key: str) -> str:
    """Return an identifier as it was written."""
    kind, head = form[0], form[1:]
    if kind == _AFTER:
        return head + item_key
    if kind == _SSCC:
        after_prefix = 1 + len(head) - len(_SSCC_HEAD) - 1
        return f"{head}{item_key[0]}{item_key[after_prefix:17]}"
    return head


def texts(values: Sequence[str]) -> Texts:
    """Return texts as an array."""
    encoded = [value.encode("utf-8", "surrogatepass") for value in values]
    return np.array(encoded, dtype=np.bytes_) if encoded else np.empty(0, dtype="S1")


def str_of(text: bytes) -> str:
    """Return an element of an array of texts as a string."""
    return text.decode("utf-8", "surrogatepass")


def hashes(items: Texts, salts: Hashes) -> Hashes:
    """Return a hash of 64 bits for each text.

    Args:
        items: The texts.
        salts: A secret number for each: nobody can make texts that meet without knowing it.
    """
    found = salts.copy()
    with np.errstate(over="ignore"):
        for word in _words(items).T:
            mixed = (found ^ word) * _ODD
            mixed ^= mixed >> _HALF
            found = np.where(word != 0, mixed, found)
        found = (found ^ (found >> _HALF)) * _ODD_2
    return found ^ (found >> np.uint64(29))


def _words(items: Texts) -> NDArray[np.uint64]:
    """Return the octets of texts as words of 64 bits, (texts, words), filled up with zeros."""
    width = items.dtype.itemsize
    if width > _HASHED_BYTES:
        is_long = np.char.str_len(items) > _HASHED_BYTES
        short = np.where(is_long, b"", items).astype(f"S{_HASHED_BYTES}")
        for at in np.flatnonzero(is_long).tolist():
            # A zero octet would end the text.
            digest = blake2b(items[at], digest_size=_HASHED_BYTES).digest()
            short[at] = digest.replace(b"\x00", b"\x01")
        items, width = short, _HASHED_BYTES
    padded = -(-width // 8) * 8
    return np.ascontiguousarray(items.astype(f"S{padded}")).view("<u8").reshape(-1, padded // 8)
