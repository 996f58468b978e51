"""PNG images to and from rows of grey, without a graphics library.

Only what symbols need: writing black and white, and reading images that are not interlaced.

Clause:
    Portable Network Graphics (PNG) Specification, third edition.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""Rows of grey pixels: 0 is black, 255 white."""

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
PIXELS_MAX: Final = 4_000_000
"""Largest image that is read: unpacking it takes seconds in the worst case."""

_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type."""
_PALETTE: Final = 3
_MIDDLE: Final = 127
_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114


class PngError(ValueError):
    """The bytes are no PNG that can be read; says why."""


def write_png(grey: Grey) -> bytes:
    """Write an image in black and white.

    Args:
        grey: Shape (height, width); what is darker than the middle is black.
    """
    height, width = grey.shape
    rows = np.packbits(grey > _MIDDLE, axis=1)
    filtered = np.concatenate((np.zeros((height, 1), np.uint8), rows), axis=1)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(filtered.tobytes())), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def read_png(content: bytes) -> Grey:
    """Read an image as 8-bit grey; transparency shows white.

    Returns:
        Shape (height, width).

    Raises:
        PngError: It is damaged, interlaced, has 16 bits a sample, or too many pixels.
    """
    chunks = _chunks(content)
    head = chunks.get(b"IHDR", b"")
    if len(head) != 13:
        raise PngError("its header is missing")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", head)
    if not 0 < width * height <= PIXELS_MAX:
        raise PngError(f"it has {width} x {height} pixels, at most {PIXELS_MAX:,} are read")
    if interlace or depth > 8 or colour not in _CHANNELS or (depth < 8 and colour not in {0, 3}):
        raise PngError("it is interlaced or has 16 bits a sample")
    channels = _CHANNELS[colour]
    stride = (width * channels * depth + 7) // 8
    packed = _unpack(chunks.get(b"IDAT", b""), (stride + 1) * height)
    rows = _unfilter(packed, stride, height, max(channels * depth // 8, 1))
    return _to_grey(rows, width, depth, colour, chunks.get(b"PLTE", b""))


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the data of each kind of chunk; pieces of a kind are joined."""
    if not content.startswith(SIGNATURE):
        raise PngError("it does not begin like a PNG")
    found: dict[bytes, bytes] = {}
    pieces: list[bytes] = []
    at = len(SIGNATURE)
    while at + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            pieces.append(data)
        else:
            found.setdefault(kind, data)
        at += 12 + size
    found[b"IDAT"] = b"".join(pieces)
    return found


def _unpack(data: bytes, size: int) -> bytes:
    try:
        rows = zlib.decompressobj().decompress(data, size)
    except zlib.error as error:
        raise PngError(f"its pixels cannot be unpacked ({error})") from None
    if len(rows) != size:
        raise PngError("it is cut off")
    return rows


def _unfilter(packed: bytes, stride: int, height: int, step: int) -> Grey:
    """Undo the filter of each row, which tells how it differs from its neighbours."""
    table = np.frombuffer(packed, np.uint8).reshape(height, stride + 1)
    rows = np.zeros((height, stride), np.uint8)
    above = np.zeros(stride, np.uint8)
    for index in range(height):
        kind, row = int(table[index, 0]), table[index, 1:]
        if kind == 1:
            lanes = np.resize(
                np.append(row, np.zeros(-stride % step, np.uint8)), -(-stride // step) * step
            )
            row = np.cumsum(lanes.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)[:stride]
        elif kind == 2:
            row = row + above
        elif kind in {3, 4}:
            row = _unfilter_slowly(kind, row.tobytes(), above.tobytes(), step)
        elif kind:
            raise PngError(f"a row has the unknown filter {kind}")
        rows[index] = above = row
    return rows


def _unfilter_slowly(kind: int, row: bytes, above: bytes, step: int) -> Grey:
    done = bytearray(step) + bytearray(row)
    corner = bytes(step) + above
    for at in range(step, len(done)):
        left, up = done[at - step], corner[at]
        if kind == 3:
            done[at] = (done[at] + (left + up) // 2) & 255
            continue
        diagonal = corner[at - step]
        to_left, to_up = abs(up - diagonal), abs(left - diagonal)
        to_diagonal = abs(left + up - 2 * diagonal)
        nearest = (
            left
            if to_left <= to_up and to_left <= to_diagonal
            else up
            if to_up <= to_diagonal
            else diagonal
        )
        done[at] = (done[at] + nearest) & 255
    return np.frombuffer(bytes(done[step:]), np.uint8)


def _to_grey(rows: Grey, width: int, depth: int, colour: int, palette: bytes) -> Grey:
    if depth < 8:
        bits = np.unpackbits(rows, axis=1).reshape(rows.shape[0], -1, depth)
        weights = 1 << np.arange(depth - 1, -1, -1)
        samples = (bits * weights).sum(axis=2).astype(np.uint8)[:, :width]
        if colour != _PALETTE:
            samples = (samples.astype(np.uint16) * 255 // ((1 << depth) - 1)).astype(np.uint8)
    else:
        samples = rows
    if colour == _PALETTE:
        colours = np.frombuffer(palette.ljust(768, b"\0")[:768], np.uint8).reshape(256, 3)
        grey: Grey = _luminance(colours)[samples]
        return grey
    if colour == 0:
        return np.ascontiguousarray(samples)
    pixels = samples.reshape(rows.shape[0], width, _CHANNELS[colour])
    grey = _luminance(pixels[..., :3]) if colour in {2, 6} else pixels[..., 0]
    if colour in {4, 6}:
        share = pixels[..., -1].astype(np.uint16)
        grey = ((grey * share + 255 * (255 - share)) // 255).astype(np.uint8)
    return np.ascontiguousarray(grey)


def _luminance(pixels: Grey) -> Grey:
    grey: Grey = (pixels @ np.array([_RED, _GREEN, _BLUE])).round().astype(np.uint8)
    return grey
