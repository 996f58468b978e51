"""Numberings: the order in which a pool goes through its space, and back from text to position.

    >>> sscc = SsccNumbering("0614141", extension="1")
    >>> sscc.text(5), sscc.position("106141410000000058")
    ('106141410000000057', None)

Clause:
    NIST SP 800-38G (random order); GS1 General Specifications, section 2.2.1 (SSCC).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail.base.errors import UsageError
from packtrail.gs1.check_digits import check_digit
from packtrail.serials.ff1 import Ff1, Words, numerals_of
from packtrail.serials.policy import Order, Policy
from packtrail.serials.texts import NOWHERE, Space, Texts, positions

if TYPE_CHECKING:
    from collections.abc import Iterable

_Step: TypeAlias = Callable[[Words, Words], tuple[Words, Words]]
_SSCC_BODY = 16
_ZERO, _NINE = ord("0"), ord("9")
_BULK_MIN = 8
"""Fewer are made sooner one by one."""


class Numbering(Protocol):
    """Positions 0, 1, 2 ... of a ledger, and the text each stands for."""

    length: int
    """Characters of every text."""

    def text(self, position: int) -> str:
        """Return the text at a position."""

    def position(self, text: str) -> int | None:
        """Return the position of a text, or None where it has none."""

    def texts(self, lo: int, hi: int) -> Texts:
        """Return the texts from position `lo` up to `hi`, excluded."""

    def texts_at(self, places: Words) -> Texts:
        """Return the texts at positions, in their order."""

    def positions(self, texts: Texts) -> Words:
        """Return the position of each text, `NOWHERE` where it has none."""


def numbering_of(policy: Policy, key: bytes | None) -> Numbering:
    """Return the numbering of a policy.

    Raises:
        UsageError: A random one has no key, or the numbers are imported.
    """
    if policy.order is Order.IMPORTED:
        raise UsageError("Imported numbers are kept, not made.")
    if policy.order is Order.SEQUENTIAL:
        return SequentialNumbering(policy)
    if key is None:
        raise UsageError("Random numbers need a key.")
    return RandomNumbering(policy, key)


class SequentialNumbering:
    """The space of a policy from its first text to its last."""

    def __init__(self, policy: Policy) -> None:
        self.length = policy.length
        self.text = policy.text
        self.position = policy.number
        self._space = Space(policy)

    def texts(self, lo: int, hi: int) -> Texts:
        """Return the texts from position `lo` up to `hi`, excluded."""
        return self.texts_at(positions(lo, hi))

    def texts_at(self, places: Words) -> Texts:
        """Return the texts at positions, in their order."""
        if not self._space.is_bulk:
            return _one_by_one(self.text, places, self.length)
        return self._space.write(*self._space.halves(places))

    def positions(self, texts: Texts) -> Words:
        """Return the position of each text, `NOWHERE` where it has none."""
        if not self._space.is_bulk:
            return _positions_one_by_one(self.position, texts)
        left, right, good = self._space.read(texts)
        return np.where(good, self._space.positions(left, right), NOWHERE)


class RandomNumbering:
    """The space of a policy, permuted under a key.

    FF1 permutes all texts of the alphabet. Where only some characters may come first, a text that
    begins otherwise is encrypted again until one begins well: a permutation of those that do.

    Args:
        policy: What the texts look like.
        key: AES key of 16, 24 or 32 bytes.

    Clause:
        NIST SP 800-38G; cycle walking: Black and Rogaway, "Ciphers with arbitrary finite domains".
    """

    def __init__(self, policy: Policy, key: bytes) -> None:
        self.length = policy.length
        self._policy = policy
        self._space = Space(policy)
        self._ff1 = Ff1(key, len(policy.alphabet), policy.body_length)
        self._firsts = frozenset(policy.firsts)

    def text(self, position: int) -> str:
        """Return the text at a position."""
        pair = self._halves(self._policy.text(position))
        text = self._joined(*self._ff1.encrypt_number(*pair))
        while text[len(self._policy.prefix)] not in self._firsts:
            text = self._joined(*self._ff1.encrypt_number(*self._halves(text)))
        return text

    def position(self, text: str) -> int | None:
        """Return the position of a text, or None where it has none."""
        if self._policy.number(text) is None:
            return None
        found = None
        while found is None:
            text = self._joined(*self._ff1.decrypt_number(*self._halves(text)))
            found = self._policy.number(text)
        return found

    def texts(self, lo: int, hi: int) -> Texts:
        """Return the texts from position `lo` up to `hi`, excluded."""
        return self.texts_at(positions(lo, hi))

    def texts_at(self, places: Words) -> Texts:
        """Return the texts at positions, in their order."""
        if not self._space.is_bulk or len(places) < _BULK_MIN:
            return _one_by_one(self.text, places, self.length)
        halves = self._space.halves(places)
        return self._space.write(*self._walk(self._ff1.encrypt_many, *halves))

    def positions(self, texts: Texts) -> Words:
        """Return the position of each text, `NOWHERE` where it has none."""
        if not self._space.is_bulk or len(texts) < _BULK_MIN:
            return _positions_one_by_one(self.position, texts)
        left, right, good = self._space.read(texts)
        walked = self._walk(self._ff1.decrypt_many, left, right)
        return np.where(good, self._space.positions(*walked), NOWHERE)

    def _walk(self, step: _Step, left: Words, right: Words) -> tuple[Words, Words]:
        left, right = step(left, right)
        astray = np.flatnonzero(~self._space.begins_well(left))
        while len(astray):
            left[astray], right[astray] = step(left[astray], right[astray])
            astray = astray[~self._space.begins_well(left[astray])]
        return left, right

    def _halves(self, text: str) -> tuple[int, int]:
        radix, alphabet = len(self._policy.alphabet), self._policy.alphabet
        number = 0
        for character in text[len(self._policy.prefix) :]:
            number = number * radix + alphabet.index(character)
        return number // self._ff1.right_size, number % self._ff1.right_size

    def _joined(self, left: int, right: int) -> str:
        policy = self._policy
        number = left * self._ff1.right_size + right
        numerals = numerals_of(number, len(policy.alphabet), policy.body_length)
        return policy.prefix + "".join(policy.alphabet[each] for each in numerals)


class SsccNumbering:
    """SSCCs of one company prefix and extension digit, one after the other.

    Args:
        prefix: GS1 company prefix of 6 to 12 digits.
        extension: One digit, 0 to 9.
    """

    length = 18

    def __init__(self, prefix: str, *, extension: str) -> None:
        self._start = extension + prefix
        self._digits = _SSCC_BODY + 1 - len(self._start)
        self.space = 10**self._digits

    def text(self, position: int) -> str:
        """Return the SSCC at a position."""
        body = f"{self._start}{position:0{self._digits}}"
        return body + check_digit(body)

    def position(self, text: str) -> int | None:
        """Return the position of an SSCC, or None where it has none."""
        body = text[:-1]
        is_ours = len(text) == self.length and text.isascii() and text.isdigit()
        if not is_ours or not text.startswith(self._start) or check_digit(body) != text[-1]:
            return None
        return int(body[len(self._start) :])

    def texts(self, lo: int, hi: int) -> Texts:
        """Return the SSCCs from position `lo` up to `hi`, excluded."""
        return self.texts_at(positions(lo, hi))

    def texts_at(self, places: Words) -> Texts:
        """Return the SSCCs at positions, in their order."""
        texts = np.empty((len(places), self.length), dtype=np.uint8)
        texts[:, : len(self._start)] = np.frombuffer(self._start.encode(), dtype=np.uint8)
        rest = places
        for column in range(self.length - 2, len(self._start) - 1, -1):
            rest, digit = np.divmod(rest, np.uint64(10))
            texts[:, column] = digit + np.uint64(_ZERO)
        texts[:, -1] = _check_digits(texts)
        return texts

    def positions(self, texts: Texts) -> Words:
        """Return the position of each SSCC, `NOWHERE` where it has none."""
        start = np.frombuffer(self._start.encode(), dtype=np.uint8)
        is_ours = (texts[:, : len(start)] == start).all(axis=1)
        is_ours &= ((texts >= _ZERO) & (texts <= _NINE)).all(axis=1)
        is_ours &= _check_digits(texts) == texts[:, -1]
        found = np.zeros(len(texts), dtype=np.uint64)
        for column in range(len(start), self.length - 1):
            found = found * np.uint64(10) + (texts[:, column] - np.uint8(_ZERO))
        return np.where(is_ours, found, NOWHERE)


def _check_digits(texts: Texts) -> NDArray[np.uint8]:
    """Return the check digit, as a character, of each row of digits; the last of a row is left."""
    digits = texts[:, :-1].astype(np.uint32) - np.uint32(_ZERO)
    total = 3 * digits[:, ::2].sum(axis=1) + digits[:, 1::2].sum(axis=1)
    return np.asarray((10 - total % 10) % 10 + _ZERO, dtype=np.uint8)


def lines_of(texts: Texts) -> bytes:
    """Return texts as lines of a file."""
    lines = np.empty((texts.shape[0], texts.shape[1] + 1), dtype=np.uint8)
    lines[:, :-1] = texts
    lines[:, -1] = ord("\n")
    return lines.tobytes()


def strings_of(texts: Texts) -> list[str]:
    """Return texts as strings."""
    return lines_of(texts).decode("ascii").split("\n")[:-1]


def texts_of(strings: Iterable[str], length: int) -> Texts:
    """Return strings of one length as texts."""
    joined = "".join(strings).encode("ascii")
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, length)


def _one_by_one(text: Callable[[int], str], wanted: Words, length: int) -> Texts:
    return texts_of(map(text, wanted.tolist()), length)


def _positions_one_by_one(position: Callable[[str], int | None], texts: Texts) -> Words:
    found = map(position, strings_of(texts))
    ceiling = int(NOWHERE) >> 1
    return np.array([NOWHERE if at is None or at > ceiling else at for at in found], np.uint64)
