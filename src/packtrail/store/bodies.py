"""Event bodies: the standalone JSON-LD of an event, compressed.

Small events look alike, so a dictionary trained on made-up ones goes before each. Every frame says
which dictionary it needs; those that were ever released stay in `dictionaries/`.
"""

from __future__ import annotations

import threading
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
import zstandard

from packtrail import epcis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.epcis.events import Event

_LEVEL = 3
_DICTIONARY = 1
"""The dictionary that new bodies are compressed with."""
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder()


class _Codecs(threading.local):
    """Compressors are not shared between threads."""

    def __init__(self) -> None:
        trained = _dictionary(_DICTIONARY)
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=trained)
        self.decompressors: dict[int, zstandard.ZstdDecompressor] = {}

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
    trained.precompute_compress(level=_LEVEL)
    return trained


_codecs = _Codecs()


def write(event: Event, namespaces: Mapping[str, str]) -> bytes:
    """Return an event as the octets of a standalone JSON-LD event.

    What another repository recorded, and when, is not kept: this one sets a time of its own.
    """
    body = epcis.event_json_standalone(event, namespaces)
    body.pop("recordTime", None)
    return _encoder.encode(body)


def content_hash(text: bytes) -> bytes:
    """Return 32 octets that differ when the text does."""
    return blake2b(text, digest_size=32).digest()


def compress(text: bytes) -> bytes:
    """Return the octets as they are stored."""
    return _codecs.compressor.compress(text)


def read(body: bytes) -> dict[str, Any]:
    """Return the JSON-LD event of a stored body."""
    number = zstandard.get_frame_parameters(body).dict_id
    found: dict[str, Any] = _decoder.decode(_codecs.decompressor(number).decompress(body))
    return found
