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

from packtrail.store.mentions import Hashes, Texts, hashes, texts

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


__all__ = ["BLOCK_MAX", "hashes", "keys", "pack", "texts", "unpack", "unpack_all"]
