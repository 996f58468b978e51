"""Event bodies: the standalone JSON-LD of an event, compressed."""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
import zstandard

from packtrail import epcis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.epcis.events import Event

_LEVEL = 3
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder()


class _Codecs(threading.local):
    """Compressors are not shared between threads."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_codecs = _Codecs()


def write(event: Event, namespaces: Mapping[str, str]) -> bytes:
    """Return an event as the octets of a standalone JSON-LD event."""
    return _encoder.encode(epcis.event_json_standalone(event, namespaces))


def content_hash(text: bytes) -> bytes:
    """Return 32 octets that differ when the text does."""
    return blake2b(text, digest_size=32).digest()


def compress(text: bytes) -> bytes:
    """Return the octets as they are stored."""
    return _codecs.compressor.compress(text)


def read(body: bytes) -> dict[str, Any]:
    """Return the JSON-LD event of a stored body."""
    found: dict[str, Any] = _decoder.decode(_codecs.decompressor.decompress(body))
    return found
