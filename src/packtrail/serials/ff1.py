"""FF1: encryption that keeps the format, so that a number of n digits becomes one of n digits.

Under one key it is a permutation of all numeral strings of one radix and length: no two of them
ever meet, each can be turned back, and nobody without the key can tell the next from those before.
One string at a time goes through whole numbers; many go through NumPy, as two arrays of halves.

    >>> Ff1(bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"), 10, 10).encrypt(range(10))
    (2, 4, 3, 3, 4, 7, 7, 4, 8, 4)

Clause:
    NIST SP 800-38G, algorithms 6 (PRF), 7 (FF1.Encrypt) and 8 (FF1.Decrypt); minimum domain as in
    its revision 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from numpy.typing import NDArray

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.ciphers import CipherContext

Words: TypeAlias = NDArray[np.uint64]
_Update: TypeAlias = Callable[[memoryview], bytes]
_Draw: TypeAlias = Callable[[int, int], int]

DOMAIN_MIN: Final = 1_000_000
"""Fewer strings than this can be told apart by trying: the standard allows no smaller domain."""
RADIX_MAX: Final = 2**16
_ROUNDS: Final = 10
_BLOCK: Final = 16
BULK_MODULUS_MAX: Final = 2**60
"""Halves up to here leave room in 64 bits for the reduction below."""


class Ff1:
    """The permutation of all strings of `length` numerals below `radix`, under one key.

    Args:
        key: AES key of 16, 24 or 32 bytes.
        radix: 2 to 65,536 different numerals.
        length: How many numerals a string has; there must be a million strings or more.
        tweak: Public bytes that choose another permutation under the same key.

    Raises:
        UsageError: The key has no length of AES, or radix and length are out of bounds.
    """

    def __init__(self, key: bytes, radix: int, length: int, *, tweak: bytes = b"") -> None:
        _require_usable(key, radix, length)
        self.radix, self.length = radix, length
        self.left_length = length // 2
        self.right_length = length - self.left_length
        self.left_size: int = radix**self.left_length
        self.right_size: int = radix**self.right_length
        self._aes = AES(key)
        self._moduli = (self.left_size, self.right_size)
        self._number_bytes = ((self.right_size - 1).bit_length() + 7) // 8
        self._drawn_bytes = 4 * ((self._number_bytes + 3) // 4) + 4
        head = bytes([1, 2, 1]) + radix.to_bytes(3) + bytes([10, self.left_length % 256])
        head += length.to_bytes(4) + len(tweak).to_bytes(4)
        padding = bytes((-len(tweak) - self._number_bytes - 1) % _BLOCK)
        self._before_round = head + tweak + padding
        self.is_bulk = max(self._moduli) <= BULK_MODULUS_MAX
        """Whether halves fit the arrays of the bulk functions."""
        self._whole_masks = self._round_masks() if self.is_bulk else ()
        self._masks = tuple(
            (np.uint64(mask >> 64), np.uint64(mask & 2**64 - 1)) for mask in self._whole_masks
        )

    def encrypt(self, numerals: Sequence[int]) -> tuple[int, ...]:
        """Return the string a string becomes.

        Raises:
            UsageError: There are not `length` numerals, or one is not below the radix.
        """
        return self._joined(*self.encrypt_number(*self._split(numerals)))

    def decrypt(self, numerals: Sequence[int]) -> tuple[int, ...]:
        """Return the string that became this one.

        Raises:
            UsageError: There are not `length` numerals, or one is not below the radix.
        """
        return self._joined(*self.decrypt_number(*self._split(numerals)))

    def encrypt_number(self, left: int, right: int) -> tuple[int, int]:
        """Encrypt one string given as the numbers that its two halves write."""
        draw = self._drawing()
        for turn in range(_ROUNDS):
            left, right = right, (left + draw(turn, right)) % self._moduli[turn % 2]
        return left, right

    def decrypt_number(self, left: int, right: int) -> tuple[int, int]:
        """Undo `encrypt_number`."""
        draw = self._drawing()
        for turn in reversed(range(_ROUNDS)):
            left, right = (right - draw(turn, left)) % self._moduli[turn % 2], left
        return left, right

    def encrypt_many(self, left: Words, right: Words) -> tuple[Words, Words]:
        """Encrypt many strings at once, as arrays of their halves; needs `is_bulk`."""
        cipher = self._block_cipher()
        for turn in range(_ROUNDS):
            modulus = np.uint64(self._moduli[turn % 2])
            total = left + self._drawn_many(cipher.update, turn, right)
            left, right = right, np.where(total >= modulus, total - modulus, total)
        return left, right

    def decrypt_many(self, left: Words, right: Words) -> tuple[Words, Words]:
        """Undo `encrypt_many`; needs `is_bulk`."""
        cipher = self._block_cipher()
        for turn in reversed(range(_ROUNDS)):
            modulus = np.uint64(self._moduli[turn % 2])
            drawn = self._drawn_many(cipher.update, turn, left)
            less = np.where(right >= drawn, right - drawn, right + (modulus - drawn))
            left, right = less, left
        return left, right

    def _block_cipher(self) -> CipherContext:
        # The standard builds on the bare block cipher; nothing is kept secret by this mode.
        return Cipher(self._aes, ECB()).encryptor()  # noqa: S305

    def _drawing(self) -> _Draw:
        """Return what draws a number from a half: of one block a round where halves are small."""
        if not self.is_bulk:
            return self._drawn
        update = self._block_cipher().update

        def draw(turn: int, half: int) -> int:
            block = update((self._whole_masks[turn] ^ half).to_bytes(_BLOCK))
            return int.from_bytes(block[: self._drawn_bytes])

        return draw

    def _drawn(self, turn: int, half: int) -> int:
        """Return the number that a round draws from a half (steps 6.i to 6.iv)."""
        message = self._before_round + bytes([turn]) + half.to_bytes(self._number_bytes)
        mac = Cipher(self._aes, CBC(bytes(_BLOCK))).encryptor().update(message)[-_BLOCK:]
        drawn, first = mac, int.from_bytes(mac)
        block = self._block_cipher()
        for count in range(1, -(-self._drawn_bytes // _BLOCK)):
            drawn += block.update((first ^ count).to_bytes(_BLOCK))
        return int.from_bytes(drawn[: self._drawn_bytes])

    def _drawn_many(self, aes: _Update, turn: int, half: Words) -> Words:
        """Return what a round draws from many halves, reduced to what the round adds to.

        All blocks of the message but the last are the same for all: what the cipher makes of them
        lies in the mask, and one block a string is left to encrypt.
        """
        high, low = self._masks[turn]
        blocks = np.empty((len(half), 2), dtype=">u8")
        blocks[:, 0] = high
        blocks[:, 1] = half ^ low
        out = np.frombuffer(aes(blocks.reshape(-1).view(np.uint8).data), dtype=">u8").reshape(-1, 2)
        modulus = self._moduli[turn % 2]
        rest = _remainder(out[:, 0].astype(np.uint64), modulus)
        if self._drawn_bytes == 8:
            return rest
        return _shifted_in(rest, out[:, 1].astype(np.uint64) >> np.uint64(32), modulus)

    def _round_masks(self) -> tuple[int, ...]:
        whole = len(self._before_round) + 1 + self._number_bytes - _BLOCK
        start, tail = self._before_round[:whole], self._before_round[whole:]
        mac = Cipher(self._aes, CBC(bytes(_BLOCK))).encryptor().update(start)[-_BLOCK:]
        lasts = (tail + bytes([turn]) + bytes(self._number_bytes) for turn in range(_ROUNDS))
        return tuple(int.from_bytes(last) ^ int.from_bytes(mac) for last in lasts)

    def _split(self, numerals: Sequence[int]) -> tuple[int, int]:
        if len(numerals) != self.length or not all(0 <= each < self.radix for each in numerals):
            raise UsageError(
                f"Expected {self.length} numerals from 0 to {self.radix - 1}; "
                f"there are {len(numerals)}."
            )
        left, right = numerals[: self.left_length], numerals[self.left_length :]
        return number_of(left, self.radix), number_of(right, self.radix)

    def _joined(self, left: int, right: int) -> tuple[int, ...]:
        return (
            *numerals_of(left, self.radix, self.left_length),
            *numerals_of(right, self.radix, self.right_length),
        )


def number_of(numerals: Sequence[int], radix: int) -> int:
    """Return the number that numerals write, the most significant first."""
    number = 0
    for numeral in numerals:
        number = number * radix + numeral
    return number


def numerals_of(number: int, radix: int, length: int) -> tuple[int, ...]:
    """Return the numerals that write a number, the most significant first."""
    numerals = []
    for _ in range(length):
        number, numeral = divmod(number, radix)
        numerals.append(numeral)
    return tuple(reversed(numerals))


def _require_usable(key: bytes, radix: int, length: int) -> None:
    if len(key) not in {16, 24, 32}:
        raise UsageError(f"An AES key has 16, 24 or 32 bytes; this one has {len(key)}.")
    if not (2 <= radix <= RADIX_MAX and 2 <= length < 2**32):
        raise UsageError(f"FF1 takes radix 2 to {RADIX_MAX} and two numerals or more.")
    if radix**length < DOMAIN_MIN:
        raise UsageError(
            f"{length} numerals of radix {radix} make {radix**length:,} strings; FF1 needs "
            f"{DOMAIN_MIN:,} or more."
        )


def _remainder(number: Words, modulus: int) -> Words:
    """Return the remainder; NumPy divides by one number fast, but has no fast remainder."""
    by = np.uint64(modulus)
    return number - number // by * by


def _shifted_in(rest: Words, low: Words, modulus: int) -> Words:
    """Return (rest * 2**32 + low) % modulus, as many bits at a time as 64 bits leave room for."""
    step = 64 - (modulus - 1).bit_length()
    left = 32
    while left:
        bits = min(step, left)
        left -= bits
        chunk = (low >> np.uint64(left)) & np.uint64((1 << bits) - 1)
        rest = _remainder((rest << np.uint64(bits)) | chunk, modulus)
    return rest
