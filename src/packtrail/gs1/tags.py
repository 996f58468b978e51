"""RFID tags: EPC URI <-> EPC tag URI <-> the bits in a tag's EPC memory, as hexadecimal digits.

    >>> tag = make_tag("urn:epc:id:sgtin:0614141.812345.6789", "sgtin-96", filter_value=3)
    >>> tag.uri()
    'urn:epc:tag:sgtin-96:3.0614141.812345.6789'
    >>> tag.hex()
    '3074257BF7194E4000001A85'
    >>> read_tag("3074257BF7194E4000001A85") == tag
    True
    >>> encodings_of("urn:epc:id:sgtin:0614141.712345.32a%2Fb")
    ('sgtin-198',)

Not every key can be on a tag: the standard has no encoding for a PGLN, GINC, GSIN, UPUI, GMN or
lot, nor for a class of objects.

Clause:
    GS1 EPC Tag Data Standard 1.13, sections 12 to 14.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.gs1 import codes
from packtrail.gs1.epc_uris import check_epc_uri
from packtrail.gs1.escapes import broken_escape, escape_urn, unescape
from packtrail.gs1.keys import Key
from packtrail.gs1.notations import check
from packtrail.gs1.tag_bits import BitReader, BitWriter, UnfitError, put, take
from packtrail.gs1.tag_encodings import (
    BY_HEADER,
    BY_NAME,
    ENCODINGS,
    PREFIX_BITS,
    WITHDRAWN,
    Partition,
    TagEncoding,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAG_URI = re.compile(r"urn:epc:tag:([a-z]+-(?:[0-9]+|var)):(.*)", re.DOTALL)
_EPC_URI = re.compile(r"urn:epc:id:([a-z]+):(.*)", re.DOTALL)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2,512})")
_WORD_BITS: Final = 16
"""EPC memory consists of words of so many bits."""
_LONGEST_PREFIX: Final = 12


@dataclass(frozen=True, slots=True)
class Tag:
    """What an RFID tag holds. Make it with `make_tag`, `parse_tag_uri` or `read_tag`."""

    encoding: str
    """Name of the encoding, such as `sgtin-96`."""
    filter_value: int | None
    """What kind of object it is, for quick selection by a reader; None where not known."""
    epc_uri: str
    """The EPC, independent of the tag."""

    def uri(self) -> str:
        """Write the EPC tag URI."""
        body = _EPC_URI.fullmatch(self.epc_uri)
        front = "" if self.filter_value is None else f"{self.filter_value}."
        return f"urn:epc:tag:{self.encoding}:{front}{body[2] if body else ''}"

    def hex(self) -> str:
        """Write the bits as hexadecimal digits, filled up with zeros to whole words of 16 bits."""
        writer = _encode(self.encoding, self.epc_uri, self.filter_value or 0)
        return writer.hex(_WORD_BITS)

    @property
    def key(self) -> Key | None:
        """The GS1 key; None for schemes that are not GS1's, such as ADI."""
        return check_epc_uri(self.epc_uri)[0]


def make_tag(identifier: Key | str, encoding: str | None = None, *, filter_value: int = 0) -> Tag:
    """Choose an encoding for an EPC.

    Args:
        identifier: A key that knows its company prefix, or an EPC URI.
        encoding: Its name; without it the shortest that the EPC fits into.
        filter_value: 0 to 7, for USDoD to 15, for ADI to 63; GID has none.

    Raises:
        RefusedError: `GS1-051` there is no such encoding for it; `GS1-052` it does not fit; and
            what is wrong with the EPC URI itself.
    """
    uri = identifier.epc_uri() if isinstance(identifier, Key) else identifier
    _refuse_bad(uri)
    rows = _rows_of(uri, encoding)
    refused: RefusedError | None = None
    for row in rows:
        try:
            _encode(row.name, uri, filter_value)
        except RefusedError as error:
            refused = refused or error
        else:
            return Tag(row.name, filter_value if row.filter_bits else None, uri)
    raise refused or _no_encoding(uri)


def encodings_of(identifier: Key | str) -> tuple[str, ...]:
    """Return the names of the encodings an EPC fits into, the shortest first; none = none.

    Args:
        identifier: A key, or an EPC URI.
    """
    try:
        uri = identifier.epc_uri() if isinstance(identifier, Key) else identifier
        _refuse_bad(uri)
        rows = _rows_of(uri, None)
    except RefusedError:
        return ()
    return tuple(row.name for row in rows if _fits(row, uri))


def _fits(row: TagEncoding, uri: str) -> bool:
    try:
        _encode(row.name, uri, 0)
    except RefusedError:
        return False
    return True


def parse_tag_uri(text: str) -> Tag:
    """Read an EPC tag URI.

    Raises:
        RefusedError: `GS1-050` to `GS1-052`, and what is wrong with the EPC in it.
    """
    match = _TAG_URI.fullmatch(text)
    if not match:
        message = f"The text {text[:100]!r} does not read urn:epc:tag:encoding:fields."
        raise RefusedError(codes.TAG_FORM.found(message))
    row = BY_NAME.get(match[1])
    if row is None:
        raise _unknown(f"The tag encoding {match[1]!r} is unknown")
    if not row.filter_bits:
        return _checked(row, None, match[2])
    head, dot, body = match[2].partition(".")
    if not dot or not re.fullmatch(r"0|[1-9][0-9]?", head):
        message = f"The tag URI {text[:100]!r} does not have a filter value before its first dot."
        raise RefusedError(codes.TAG_FORM.found(message))
    return _checked(row, int(head), body)


def read_tag(hexadecimal: str) -> Tag:
    """Read the bits of a tag's EPC memory, from the header on.

    Args:
        hexadecimal: Two to 512 hexadecimal digits; zeros behind the EPC do no harm.

    Raises:
        RefusedError: `GS1-051` the header is not in the standard; `GS1-053` the bits are damaged;
            and what is wrong with the EPC in them.
    """
    text = re.sub(r"\s", "", hexadecimal).removeprefix("0x")
    if not _HEX.fullmatch(text):
        message = f"The text {hexadecimal[:60]!r} is not 2 to 512 hexadecimal digits."
        raise RefusedError(codes.TAG_BITS.found(message))
    reader = BitReader(text)
    header = reader.take(8)
    row = BY_HEADER.get(header)
    if row is None:
        raise _unknown(f"The header {header:02X} of the tag is unknown")
    try:
        filter_value, fields = _decode(row, reader)
    except UnfitError as error:
        message = f"The bits {text.upper()!r} are no {row.name}: {error}."
        raise RefusedError(codes.TAG_BITS.found(message)) from None
    return _checked(row, filter_value, ".".join(escape_urn(field) for field in fields))


def _checked(row: TagEncoding, filter_value: int | None, body: str) -> Tag:
    uri = f"urn:epc:id:{row.urn}:{body}"
    _refuse_bad(uri)
    _encode(row.name, uri, filter_value or 0)
    return Tag(row.name, filter_value, uri)


def _refuse_bad(uri: str) -> None:
    if not uri.startswith("urn:epc:"):
        message = f"The text {uri[:100]!r} is no EPC URI."
        raise RefusedError(codes.EPC_URI_FORM.found(message))
    findings = check(uri)
    if has_errors(findings):
        raise RefusedError(*findings)


def _rows_of(uri: str, encoding: str | None) -> list[TagEncoding]:
    match = _EPC_URI.fullmatch(uri)
    rows = [row for row in ENCODINGS if match and row.urn == match[1]]
    if not rows:
        raise _no_encoding(uri)
    if encoding is None:
        return [row for row in rows if row.name not in WITHDRAWN]
    chosen = [row for row in rows if row.name == encoding]
    if not chosen:
        known = ", ".join(row.name for row in rows)
        raise _unknown(f"The tag encoding {encoding!r} is none of {known} for {uri}")
    return chosen


def _no_encoding(uri: str) -> RefusedError:
    return _unknown(f"The EPC Tag Data Standard 1.13 has no tag encoding for {uri[:100]!r}")


def _unknown(message: str) -> RefusedError:
    return RefusedError(codes.TAG_SCHEME.found(f"{message}."))


@lru_cache(maxsize=256)
def _encode(name: str, uri: str, filter_value: int) -> BitWriter:
    """Write an EPC that is well formed; kept, as it is tried first and asked for afterwards.

    Raises:
        RefusedError: `GS1-052` it does not fit.
    """
    row = BY_NAME[name]
    match = _EPC_URI.fullmatch(uri)
    parts = (match[2] if match else "").split(".", row.field_count - 1)
    if any(broken_escape(part) is not None for part in parts) or len(parts) != row.field_count:
        raise RefusedError(codes.TAG_FORM.found(f"{uri!r} does not have the fields of {row.name}."))
    writer = BitWriter()
    try:
        writer.put(row.header, 8)
        writer.put(filter_value, row.filter_bits)
        _put_fields(row, writer, [unescape(part) for part in parts])
    except UnfitError as error:
        message = f"The EPC {uri!r} does not fit into {row.name}: {error}."
        raise RefusedError(codes.TAG_VALUE.found(message)) from None
    writer.put(0, row.unused_bits)
    return writer


def _put_fields(row: TagEncoding, writer: BitWriter, texts: Sequence[str]) -> None:
    at = 0
    for field in row.fields:
        if isinstance(field, Partition):
            prefix = texts[0]
            writer.put(_LONGEST_PREFIX - len(prefix), 3)
            writer.put(int(prefix), PREFIX_BITS[len(prefix)])
            put(field.reference(len(prefix)), writer, texts[1])
            at = 2
        else:
            put(field, writer, texts[at])
            at += 1


def _decode(row: TagEncoding, reader: BitReader) -> tuple[int | None, list[str]]:
    filter_value = reader.take(row.filter_bits) if row.filter_bits else None
    texts: list[str] = []
    for field in row.fields:
        if isinstance(field, Partition):
            length = _LONGEST_PREFIX - reader.take(3)
            if length not in PREFIX_BITS:
                raise UnfitError("the partition value is 7, and 0 to 6 are defined")
            prefix = str(reader.take(PREFIX_BITS[length]))
            if len(prefix) > length:
                raise UnfitError(f"the company prefix {prefix} has more than {length} digits")
            texts += [prefix.zfill(length), take(field.reference(length), reader)]
        else:
            texts.append(take(field, reader))
    if reader.take(reader.left):
        raise UnfitError("there are bits behind the EPC that are not zero")
    return filter_value, texts
