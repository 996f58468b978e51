"""Compression of what is stored, with dictionaries trained on what such things look like.

Small things look alike, so a dictionary trained on made-up ones goes before each. Every frame says
which dictionary it needs; those that were ever released stay in `dictionaries/`.
"""

from __future__ import annotations

import threading
from enum import IntEnum
from functools import cache
from importlib import resources

import zstandard

_LEVELS = {2: 3, 3: 3, 4: 9}


class Sort(IntEnum):
    """What is compressed: the number of the dictionary for it."""

    TEMPLATE = 2
    """Bodies of events without what tells them apart."""
    COLUMNS = 3
    """Columns of segments."""
    TEXT = 4
    """Documents, woven or as they are."""


class _Codecs(threading.local):
    """Compressors are not shared between threads."""

    def __init__(self) -> None:
        self.compressors: dict[Sort, zstandard.ZstdCompressor] = {}
        self.decompressors: dict[int, zstandard.ZstdDecompressor] = {}

    def compressor(self, sort: Sort) -> zstandard.ZstdCompressor:
        """Return what makes the frames of a sort."""
        found = self.compressors.get(sort)
        if found is None:
            found = self.compressors[sort] = zstandard.ZstdCompressor(
                level=_LEVELS[sort], dict_data=_dictionary(sort)
            )
        return found

    def decompressor(self, number: int) -> zstandard.ZstdDecompressor:
        """Return what opens the frames of a dictionary; 0 is none."""
        found = self.decompressors.get(number)
        if found is None:
            trained = _dictionary(number) if number else None
            found = self.decompressors[number] = zstandard.ZstdDecompressor(dict_data=trained)
        return found


@cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    folder = resources.files("packtrail.store").joinpath("dictionaries")
    trained = zstandard.ZstdCompressionDict(folder.joinpath(f"{number:02}.zdict").read_bytes())
    if number in _LEVELS:
        trained.precompute_compress(level=_LEVELS[number])
    return trained


_codecs = _Codecs()


def compress(octets: bytes, sort: Sort) -> bytes:
    """Return octets as they are stored."""
    return _codecs.compressor(sort).compress(octets)


def decompress(packed: bytes) -> bytes:
    """Undo `compress`, whichever dictionary it was done with."""
    number = zstandard.get_frame_parameters(packed).dict_id
    return _codecs.decompressor(number).decompress(packed)
