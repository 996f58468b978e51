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
from packtrail.epcis.outline_values import sscc_items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.epcis.outline_values import Items

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
_ODD_INT, _ODD_2_INT, _MASK = int(_ODD), int(_ODD_2), (1 << 64) - 1


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


class Naming:
    """Puts together what a draft names, part by part."""

    def __init__(self) -> None:
        self._classes: dict[str, int] = {}
        self._forms: dict[tuple[int, str], int] = {}
        self._form_of: list[NDArray[np.int64]] = []
        self._items: list[Texts] = []
        self._count = 0

    def add(self, uris: Sequence[str]) -> NDArray[np.int64]:
        """Add identifiers in any notation; return their places."""
        numbers, items = [], []
        for uri, (class_key, item_key) in zip(uris, gs1.identify(uris), strict=True):
            numbers.append(self._form(class_key, form_of(uri, item_key)))
            items.append(item_key)
        return self._add(np.array(numbers, dtype=np.int64), texts(items))

    def add_items(self, items: Items) -> NDArray[np.int64]:
        """Add identifiers of an outline; return their places."""
        numbers, serials = [], items.serials
        for number, head in enumerate(items.heads):
            kind = _SSCC if head.is_sscc else _AFTER
            numbers.append(self._form(head.class_key, kind + head.text.decode()))
            if head.is_sscc:
                which = items.head_of == number
                whole = sscc_items(head, items.serials[which])
                serials = serials.astype(f"S{max(serials.dtype.itemsize, whole.dtype.itemsize)}")
                serials[which] = whole
        return self._add(np.array(numbers, dtype=np.int64)[items.head_of], serials)

    def named(self) -> Named:
        """Return all that was added."""
        return Named(
            list(self._classes),
            list(self._forms),
            np.concatenate([np.empty(0, dtype=np.int64), *self._form_of]),
            np.concatenate([np.empty(0, dtype="S1"), *self._items]),
        )

    def _form(self, class_key: str, form: str) -> int:
        number = self._classes.setdefault(class_key, len(self._classes))
        return self._forms.setdefault((number, form), len(self._forms))

    def _add(self, numbers: NDArray[np.int64], items: Texts) -> NDArray[np.int64]:
        self._form_of.append(numbers)
        self._items.append(items)
        first = self._count
        self._count += len(items)
        return np.arange(first, self._count)


def named(uris: Sequence[str]) -> Named:
    """Return identifiers in any notation, in the order given."""
    naming = Naming()
    naming.add(uris)
    return naming.named()


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
        after_prefix = len(head) - len(_SSCC_HEAD)
        return f"{head}{item_key[0]}{item_key[after_prefix:17]}"
    return head


def prefix_length_of(form: str) -> int | None:
    """Return the length of the company prefix where the form itself tells it."""
    return len(form) - len(_SSCC + _SSCC_HEAD) - 1 if form.startswith(_SSCC) else None


def texts(values: Sequence[str]) -> Texts:
    """Return texts as an array."""
    encoded = [octets_of(value) for value in values]
    return np.array(encoded, dtype=np.bytes_) if encoded else np.empty(0, dtype="S1")


def octets_of(text: str) -> bytes:
    """Return what `str_of` undoes."""
    return text.encode("utf-8", "surrogatepass")


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


def hash_of(item: bytes, salt: int) -> int:
    """Return the hash of one text, as `hashes` does: sooner than with arrays of one."""
    if len(item) > _HASHED_BYTES:
        return int(hashes(np.array([item]), np.array([salt], dtype=np.uint64))[0])
    found = salt
    for start in range(0, len(item), 8):
        mixed = (found ^ int.from_bytes(item[start : start + 8], "little")) * _ODD_INT & _MASK
        found = mixed ^ (mixed >> 32)
    found = (found ^ (found >> 32)) * _ODD_2_INT & _MASK
    return found ^ (found >> 29)


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
