r"""Registers of company prefixes: how many digits of a number are the prefix of its company.

No number tells that by itself. GS1 publishes a table of it (GCPPrefixFormatList, to be had from its
site), and every company knows its own prefixes; a register is read from either.

    >>> register = CompanyPrefixes.read(b"0614141\n9521234\n")
    >>> register.length_of("0614141123452"), register.length_of("4012345000016")
    (7, None)
    >>> from packtrail.gs1.notations import parse
    >>> register.told(parse("https://id.gs1.org/01/10614141123459/21/A")).epc_uri()
    'urn:epc:id:sgtin:0614141.112345.A'

Clause:
    GS1 General Specifications, section 1.4.4; GS1 EPC Tag Data Standard, section 7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.key_types import PREFIX_LENGTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.gs1.keys import Key

_LONGEST: Final = 12
_SIZE_MAX: Final = 64_000_000
_ENTRY = re.compile(rb"<entry\s([^<>]*)/?>")
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([0-9]*)[\"']")
_PREFIX = re.compile(r"[0-9]{1,12}")


class CompanyPrefixes:
    """The lengths of company prefixes, by the digits with which numbers begin."""

    __slots__ = ("_lengths",)

    def __init__(self, lengths: Mapping[str, int]) -> None:
        """Make a register.

        Args:
            lengths: What numbers begin with, 1 to 12 digits -> digits of the company prefix; 0
                where GS1 has given out none. The longest beginning counts.
        """
        self._lengths = dict(lengths)

    @classmethod
    def read(cls, content: bytes) -> CompanyPrefixes:
        """Read a register from a file.

        Args:
            content: GS1's table in XML or JSON, or a text with one company prefix a line.

        Raises:
            RefusedError: `GS1-045`: it is none of these.
        """
        start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        read = {b"<": _read_xml, b"{": _read_json}.get(start, _read_lines)
        lengths = read(content) if len(content) <= _SIZE_MAX else {}
        wrong = [
            prefix
            for prefix, length in lengths.items()
            if not _PREFIX.fullmatch(prefix) or not 0 <= length <= _LONGEST
        ]
        if wrong or not lengths:
            what = f"has the entry {wrong[0][:40]!r}" if wrong else "has no entries"
            message = f"The register of company prefixes {what}."
            raise RefusedError(codes.REGISTER.found(message))
        return cls(lengths)

    def __len__(self) -> int:
        """Return how many entries the register has."""
        return len(self._lengths)

    def length_of(self, digits: str) -> int | None:
        """Return the length of the company prefix with which a number begins, or None.

        Args:
            digits: A number from its company prefix on, such as a GLN or a GTIN-13; not a GTIN-14
                or SSCC with their first digit.
        """
        known = self._look_up(digits)
        return known if known and known in PREFIX_LENGTHS and known <= len(digits) else None

    def has(self, digits: str) -> bool:
        """Tell whether a number begins with a prefix that GS1, or the company, has given out."""
        return bool(self._look_up(digits))

    def _look_up(self, digits: str) -> int | None:
        for length in range(min(_LONGEST, len(digits)), 0, -1):
            if (known := self._lengths.get(digits[:length])) is not None:
                return known
        return None

    def length_in(self, key: Key) -> int | None:
        """Return the length of the company prefix of a key, or None.

        A GTIN-8 has no company prefix.
        """
        digits = key.primary[key.scheme.prefix_start :]
        if key.scheme.indicator and digits.startswith("00000") and key.scheme.digits == _GTIN_BODY:
            return None
        return self.length_of(digits)

    def told(self, key: Key) -> Key:
        """Return a key with the length of its company prefix; as it is where that is not known."""
        if key.prefix_length is not None:
            return key
        length = self.length_in(key)
        return key if length is None else key.with_prefix_length(length)


_GTIN_BODY: Final = 13


def _read_xml(content: bytes) -> dict[str, int]:
    found = {}
    for entry in _ENTRY.finditer(content):
        told = {name: value.decode() for name, value in _ATTRIBUTE.findall(entry[1])}
        found[told.get(b"prefix", "")] = int(told.get(b"gcpLength") or -1)
    return found


class _Entry(msgspec.Struct):
    prefix: str
    gcpLength: int  # noqa: N815 - as GS1 names it


class _List(msgspec.Struct):
    entry: list[_Entry]


class _Table(msgspec.Struct):
    GCPPrefixFormatList: _List


def _read_json(content: bytes) -> dict[str, int]:
    try:
        table = msgspec.json.decode(content, type=_Table)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"The register of company prefixes cannot be read: {error}."
        raise RefusedError(codes.REGISTER.found(message)) from None
    return {one.prefix: one.gcpLength for one in table.GCPPrefixFormatList.entry}


def _read_lines(content: bytes) -> dict[str, int]:
    lines = content.decode("utf-8-sig", "replace").splitlines()
    return {line: len(line) for each in lines if (line := each.strip())}
