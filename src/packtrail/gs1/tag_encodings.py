"""The RFID tag encodings: one row for each, with its header and how its fields become bits.

An encoding has a header of 8 bits, a filter value where it knows one, and fields. Company prefix
and reference share a number of bits; a partition value of 3 bits says how they are divided. The
fields are those of the EPC URI, decoded.

    >>> row = BY_NAME["sgtin-96"]
    >>> hex(row.header), row.bits
    ('0x30', 96)

Clause:
    GS1 EPC Tag Data Standard 1.13, section 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a field becomes bits."""

    NUMBER = "number"
    """A number without leading zeros."""
    DIGITS = "digits"
    """So many digits, leading zeros and all, as a number."""
    NUMERIC_STRING = "numeric string"
    """Any digits: a 1 in front keeps their zeros."""
    TEXT7 = "7-bit text"
    """Characters of 7 bits, filled up with zeros."""
    TEXT6 = "6-bit text"
    """Characters of 6 bits, ended by six zeros."""
    CAGE6 = "6-bit CAGE code"
    """Six characters of 6 bits; five have a blank in front."""
    CAGE8 = "8-bit CAGE code"
    """Six characters of 8 bits; five have a blank in front."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the URI and its bits."""

    kind: Kind
    bits: int = 0
    """0 where the text ends itself."""
    length: int = 0
    """Characters: exactly for `DIGITS`, else at most; 0 = as many as the bits hold."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Company prefix and reference, which share their bits."""

    bits: int
    """Both together; 0 where the reference is a text that ends itself."""
    kind: Kind
    """Of the reference."""
    length: int
    """Characters of both together: exactly for `DIGITS`, else at most."""

    def reference(self, prefix_length: int) -> Field:
        """Return the field of the reference beside a company prefix of so many digits."""
        bits = self.bits - PREFIX_BITS[prefix_length] if self.bits else 0
        return Field(self.kind, bits, self.length - prefix_length)


PREFIX_BITS: Final = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
"""Bits of a company prefix by its digits; the partition value is 12 minus the digits."""


@dataclass(frozen=True, slots=True)
class TagEncoding:
    """One row of the table."""

    name: str
    header: int
    urn: str
    """Scheme of the EPC URI."""
    filter_bits: int
    fields: tuple[Partition | Field, ...]
    unused_bits: int = 0
    """Zeros at the end."""

    @property
    def bits(self) -> int:
        """Bits in all; 0 where they depend on the texts."""
        sizes = [field.bits for field in self.fields]
        if 0 in sizes:
            return 0
        is_partitioned = isinstance(self.fields[0], Partition)
        return 8 + self.filter_bits + 3 * is_partitioned + sum(sizes) + self.unused_bits

    @property
    def field_count(self) -> int:
        """Fields of the EPC URI."""
        return len(self.fields) + isinstance(self.fields[0], Partition)


def _row(
    name: str,
    header: int,
    *fields: Partition | Field,
    filter_bits: int = 3,
    unused_bits: int = 0,
) -> TagEncoding:
    urn = name.partition("-")[0]
    return TagEncoding(name, header, urn, filter_bits, fields, unused_bits)


_N, _D, _T7, _T6 = Kind.NUMBER, Kind.DIGITS, Kind.TEXT7, Kind.TEXT6
_TRADE_ITEM = Partition(44, _D, 13)
_EIGHTEEN = Partition(58, _D, 17)
_TWELVE = Partition(41, _D, 12)
_PIECES = (Field(_D, 7, 2), Field(_D, 7, 2))

ENCODINGS: Final = (
    _row("gdti-96", 0x2C, _TWELVE, Field(_N, 41)),
    _row("gsrn-96", 0x2D, _EIGHTEEN, unused_bits=24),
    _row("gsrnp-96", 0x2E, _EIGHTEEN, unused_bits=24),
    _row("usdod-96", 0x2F, Field(Kind.CAGE8, 48, 6), Field(_N, 36), filter_bits=4),
    _row("sgtin-96", 0x30, _TRADE_ITEM, Field(_N, 38)),
    _row("sscc-96", 0x31, _EIGHTEEN, unused_bits=24),
    _row("sgln-96", 0x32, _TWELVE, Field(_N, 41)),
    _row("grai-96", 0x33, Partition(44, _D, 12), Field(_N, 38)),
    _row("giai-96", 0x34, Partition(82, _N, 25)),
    _row("gid-96", 0x35, Field(_N, 28), Field(_N, 24), Field(_N, 36), filter_bits=0),
    _row("sgtin-198", 0x36, _TRADE_ITEM, Field(_T7, 140, 20)),
    _row("grai-170", 0x37, Partition(44, _D, 12), Field(_T7, 112, 16)),
    _row("giai-202", 0x38, Partition(188, _T7, 30)),
    _row("sgln-195", 0x39, _TWELVE, Field(_T7, 140, 20)),
    # Withdrawn in version 1.9, but such tags are about.
    _row("gdti-113", 0x3A, _TWELVE, Field(Kind.NUMERIC_STRING, 58, 17)),
    _row("adi-var", 0x3B, Field(Kind.CAGE6, 36, 6), Field(_T6, 0, 32), Field(_T6, 0, 30),
         filter_bits=6),
    _row("cpi-96", 0x3C, Partition(51, _N, 15), Field(_N, 31)),
    _row("cpi-var", 0x3D, Partition(0, _T6, 30), Field(_N, 40)),
    _row("gdti-174", 0x3E, _TWELVE, Field(_T7, 119, 17)),
    _row("sgcn-96", 0x3F, _TWELVE, Field(Kind.NUMERIC_STRING, 41, 12)),
    _row("itip-110", 0x40, _TRADE_ITEM, *_PIECES, Field(_N, 38)),
    _row("itip-212", 0x41, _TRADE_ITEM, *_PIECES, Field(_T7, 140, 20)),
)  # fmt: skip
"""All encodings, in the order of their headers."""

BY_NAME: Final = {row.name: row for row in ENCODINGS}
BY_HEADER: Final = {row.header: row for row in ENCODINGS}

WITHDRAWN: Final = frozenset({"gdti-113"})
"""Read, and written only where somebody asks for it by name."""
