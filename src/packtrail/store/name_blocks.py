"""Blocks of the dictionary: the serials of neighbouring objects, packed.

Serials of one length follow each other; others have a line feed between them, which no serial
holds. The first octet says how long each is, 0 for the others.

    >>> unpack(pack(texts(["7K2", "9Q4"]))).tolist()
    [b'7K2', b'9Q4']
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import numpy as np
import zstandard

from packtrail.store.mentions import Hashes, Texts, hash_of, hashes, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.store.integers import Numbers

BLOCK_MAX: Final = 200
"""Objects of a block: so many keep a row within its page."""
_LEVEL: Final = 1
_WIDTH_MAX: Final = 255


class _Codecs(threading.local):
    """Compressors are not shared between threads."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_codecs = _Codecs()


def pack(serials: Texts) -> bytes:
    """Return serials as a block holds them."""
    width = serials.dtype.itemsize
    octets = serials.tobytes()
    if width > _WIDTH_MAX or b"\x00" in octets:
        width, octets = 0, b"\n".join(serials.tolist())
    return bytes([width]) + _codecs.compressor.compress(octets)


def unpack(block: bytes) -> Texts:
    """Undo `pack`."""
    octets = _codecs.decompressor.decompress(block[1:])
    if block[0]:
        return np.frombuffer(octets, dtype=f"S{block[0]}")
    return np.array(octets.split(b"\n"), dtype=np.bytes_)


def place_of(block: bytes, serial: bytes) -> int | None:
    """Return the place of one serial in a block, None where it is not in it."""
    width, octets = block[0], _codecs.decompressor.decompress(block[1:])
    if not width:
        every = octets.split(b"\n")
        return every.index(serial) if serial in every else None
    if len(serial) != width:
        return None
    at = octets.find(serial)
    while at % width and at >= 0:
        at = octets.find(serial, at + 1)
    return None if at < 0 else at // width


def serial_at(block: bytes, place: int) -> bytes | None:
    """Return the serial at a place of a block, None where the block is shorter."""
    width, octets = block[0], _codecs.decompressor.decompress(block[1:])
    if width:
        return octets[place * width : (place + 1) * width] or None
    every = octets.split(b"\n")
    return every[place] if place < len(every) else None


def unpack_all(blocks: Sequence[bytes]) -> Texts:
    """Return the serials of several blocks, one after the other."""
    if len({block[0] for block in blocks}) == 1 and blocks[0][0]:
        decompress = _codecs.decompressor.decompress
        octets = b"".join([decompress(block[1:]) for block in blocks])
        return np.frombuffer(octets, dtype=f"S{blocks[0][0]}")
    return np.concatenate([unpack(block) for block in blocks])


def keys(class_ids: Numbers, found: Hashes) -> Numbers:
    """Return what objects are looked up by: their class, then 32 bits of the hash."""
    return class_ids << 32 | (found >> np.uint64(32)).astype(np.int64)


def key(class_id: int, serial: bytes, salt: int) -> int:
    """Return what one object is looked up by."""
    return class_id << 32 | hash_of(serial, salt) >> 32


__all__ = [
    "BLOCK_MAX",
    "hashes",
    "key",
    "keys",
    "pack",
    "place_of",
    "serial_at",
    "texts",
    "unpack",
    "unpack_all",
]
