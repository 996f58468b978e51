"""The columns of a segment: what tells its events apart, packed.

For each event of a segment its place in the document, its time and its identity; and, stream by
stream, what it names: how many objects, in which form each was written, and their numbers. A stream
is everything that is named in one role, in the order of the document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import zstandard

from packtrail.base.once import once
from packtrail.store import packing
from packtrail.store.integers import Column, Lane, Numbers, Spans, at, in_series, pack
from packtrail.store.mentions import Texts, str_of
from packtrail.store.mentions import texts as texts_of
from packtrail.store.packing import Sort
from packtrail.store.roles import CLASS_OFFSET, OUTPUT, PARENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_VERSION: Final = 1
_TEXTS, _UUIDS, _HASHES = 0, 1, 2
_UUID: Final = b"urn:uuid:"
_DASHES: Final = np.array([8, 13, 18, 23])
_HASH_START: Final = b"ni:///sha-256;"
_HASH_END: Final = b"?ver=CBV2.0"
_HEX: Final = np.isin(np.arange(256), np.frombuffer(b"0123456789abcdef", dtype=np.uint8))
_FORMS: Final = {
    _UUIDS: re.compile(
        _UUID + rb"([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})"
    ),
    _HASHES: re.compile(re.escape(_HASH_START) + rb"([0-9a-f]{64})" + re.escape(_HASH_END)),
}
_UNITS: Final = (1_000_000, 1_000, 1)
_FEW: Final = 24
"""Identities that are looked at one by one sooner than as a table."""


class Stream(msgspec.Struct, array_like=True, frozen=True):
    """What the events of a segment name in one role."""

    role: int
    counts: Column
    """How many objects, by event."""
    total: int
    form_of: Column
    """Number of the form, by mention."""
    seqs: Column
    """Number of the object within its class, by mention."""


class Packed(msgspec.Struct, array_like=True, frozen=True):
    """Columns as they are stored."""

    version: int
    ordinals: Column
    """Place in the document, by event."""
    unit: int
    """Microseconds that times count in."""
    times: Column
    """Since the first event of the segment, by event."""
    identity_kind: int
    identities: bytes
    forms: tuple[tuple[int, str], ...]
    """(class number, form)"""
    streams: tuple[Stream, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Packed)
_texts_decoder = msgspec.msgpack.Decoder(list[bytes])


class Mentions:
    """What the events of a segment name in one role, unpacked as far as it is asked for."""

    def __init__(self, stream: Stream, count: int) -> None:
        self.role = stream.role
        self._stream = stream
        self._count = count

    # What a formula tells is told without a lane: one pack is looked up more often than all are.

    def places_of(self, seq: int) -> Sequence[int]:
        """Return which mentions are those of an object of this number, of whatever class."""
        column = self._stream.seqs
        if isinstance(column, tuple):
            return in_series(column, self._stream.total, seq)
        return self._seq_lane.places_of(seq)

    def seq_at(self, mention: int) -> int:
        """Return the number of the object of one mention."""
        column = self._stream.seqs
        return self._seq_lane.at(mention) if isinstance(column, bytes) else at(column, mention)

    def form_at(self, mention: int) -> int:
        """Return the number of the form of one mention."""
        column = self._stream.form_of
        return column if isinstance(column, int) else self._form_lane.at(mention)

    def owner(self, mention: int) -> int:
        """Return the event that a mention belongs to."""
        each = self._stream.counts
        return mention // each if isinstance(each, int) and each else self._spans.owner(mention)

    @once
    def _spans(self) -> Spans:
        """Which mentions are those of each event."""
        return Spans(self._stream.counts, self._count)

    @once
    def _form_lane(self) -> Lane:
        return Lane(self._stream.form_of, self._stream.total)

    @once
    def _seq_lane(self) -> Lane:
        return Lane(self._stream.seqs, self._stream.total)

    @property
    def starts(self) -> Numbers:
        """Where the mentions of each event begin; one more than there are events."""
        return self._spans.starts

    @property
    def form_of(self) -> Numbers:
        """Number of the form, by mention."""
        return self._form_lane.numbers

    @property
    def seqs(self) -> Numbers:
        """Number of the object within its class, by mention."""
        return self._seq_lane.numbers

    def of(self, place: int) -> slice:
        """Return which mentions are those of an event."""
        start, count = self.span(place)
        return slice(start, start + count)

    def span(self, place: int) -> tuple[int, int]:
        """Return the first of the mentions of an event, and how many there are."""
        each = self._stream.counts
        if isinstance(each, int):
            return each * place, each
        mentions = self._spans.of(place)
        return mentions.start, mentions.stop - mentions.start

    def event_of(self, mentions: Numbers) -> Numbers:
        """Return the events that mentions belong to."""
        return np.searchsorted(self.starts, mentions, side="right") - 1


class Columns:
    """The columns of a segment, each unpacked when it is first asked for.

    Args:
        data: What `encode` made.
        count: How many events the segment has.
        start: Time of its first event, in microseconds since 1970.
    """

    def __init__(self, data: bytes, count: int, start: int) -> None:
        self._packed = packed = _decoder.decode(packing.decompress(data))
        self._count = count
        self._start = start
        self.forms = packed.forms
        self.classes = [class_id for class_id, _ in packed.forms]
        """Class number, by form."""
        self.mentions = [Mentions(stream, count) for stream in packed.streams]
        """What the events name, by role."""

    @once
    def _ordinals(self) -> Lane:
        return Lane(self._packed.ordinals, self._count)

    @once
    def _times(self) -> Lane:
        return Lane(self._packed.times, self._count)

    @property
    def ordinals(self) -> Numbers:
        """Place in the document, by event."""
        return self._ordinals.numbers

    def ordinal(self, place: int) -> int:
        """Return the place in the document of one event."""
        column = self._packed.ordinals
        return self._ordinals.at(place) if isinstance(column, bytes) else at(column, place)

    @once
    def times(self) -> Numbers:
        """Microseconds since 1970, by event."""
        return self._start + self._times.numbers * self._packed.unit

    def time(self, place: int) -> int:
        """Return the time of one event, in microseconds since 1970."""
        column = self._packed.times
        since = self._times.at(place) if isinstance(column, bytes) else at(column, place)
        return self._start + since * self._packed.unit

    def gist(self, place: int) -> tuple[tuple[int, int] | None, int, int]:
        """Return the parent that an event names, and how many objects it names.

        The first number is that of EPCs, children or inputs, the second that of outputs.
        """
        parent, named, made = None, 0, 0
        for stream in self.mentions:
            role, start, count = stream.role, *stream.span(place)
            if role == PARENT:
                if count:
                    parent = self.forms[stream.form_at(start)][0], stream.seq_at(start)
            elif role == OUTPUT:
                made += count
            elif role < CLASS_OFFSET:
                named += count
        return parent, named, made

    @once
    def form_classes(self) -> Numbers:
        """The same as an array."""
        return np.array(self.classes, dtype=np.int64)

    def identity(self, place: int) -> str:
        """Return the identity of an event: its event id, or its hash."""
        kind, data = self._packed.identity_kind, self._packed.identities
        if kind == _UUIDS:
            text = data[16 * place : 16 * place + 16].hex()
            return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        if kind == _HASHES:
            text = data[32 * place : 32 * place + 32].hex()
            return f"{_HASH_START.decode()}{text}{_HASH_END.decode()}"
        return self._identity_texts[place]

    @property
    def has_texts(self) -> bool:
        """Whether identities are texts of which nothing is known."""
        return self._packed.identity_kind == _TEXTS

    @once
    def identity_order(self) -> NDArray[np.uint64]:
        """A number by event: the smaller one's identity comes first, that of equals is not told.

        Of texts nothing is told.
        """
        kind, data = self._packed.identity_kind, self._packed.identities
        if kind == _TEXTS:
            return np.zeros(self._count, dtype=np.uint64)
        octets = len(data) // self._count
        first = np.frombuffer(data, dtype=">u8")[:: octets // 8].astype(np.uint64)
        # A hash begins with `ni:`, so it comes before a UUID, which begins with `urn:`.
        return first >> np.uint64(1) | np.uint64(kind == _UUIDS) << np.uint64(63)

    def place_of(self, identity: str) -> int | None:
        """Return the place of the event of an identity, None where none has it."""
        kind, data = self._packed.identity_kind, self._packed.identities
        if kind == _TEXTS:
            texts = self._identity_texts
            return texts.index(identity) if identity in texts else None
        wanted = _pack_identities(texts_of([identity]))
        size = len(data) // self._count
        if wanted[0] != kind:
            return None
        at = data.find(wanted[1])
        while at % size and at >= 0:
            at = data.find(wanted[1], at + 1)
        return None if at < 0 else at // size

    @once
    def _identity_texts(self) -> list[str]:
        data = zstandard.ZstdDecompressor().decompress(self._packed.identities)
        return [str_of(text) for text in _texts_decoder.decode(data)]


def stream(role: int, counts: Numbers, form_of: Numbers, seqs: Numbers) -> Stream:
    """Return what events name in one role, packed."""
    return Stream(role, pack(counts), len(seqs), pack(form_of), pack(seqs))


def encode(
    *,
    ordinals: Numbers,
    times: Numbers,
    identities: Texts,
    forms: tuple[tuple[int, str], ...],
    streams: tuple[Stream, ...],
) -> bytes:
    """Return the columns of a segment as octets.

    Args:
        ordinals: Place in the document, by event.
        times: Microseconds since 1970, by event.
        identities: By event.
        forms: (class number, form), each once.
        streams: What the events name, role by role.
    """
    since = times - times.min()
    unit = next(unit for unit in _UNITS if not (since % unit).any())
    kind, data = _pack_identities(identities)
    packed = Packed(
        *(_VERSION, pack(ordinals), unit, pack(since // unit), kind, data, forms, streams)
    )
    return packing.compress(_encoder.encode(packed), Sort.COLUMNS)


def _pack_identities(identities: Texts) -> tuple[int, bytes]:
    if len(identities) <= _FEW:
        return _pack_few_identities(identities.tolist())
    octets = _octets(identities, len(_UUID) + 36)
    if octets is not None and _begin_with(octets, _UUID):
        digits = np.delete(octets[:, len(_UUID) :], _DASHES, axis=1)
        if (octets[:, len(_UUID) + _DASHES] == ord("-")).all() and _HEX[digits].all():
            return _UUIDS, bytes.fromhex(digits.tobytes().decode())
    octets = _octets(identities, len(_HASH_START) + 64 + len(_HASH_END))
    if octets is not None and _begin_with(octets, _HASH_START):
        digits = octets[:, len(_HASH_START) : -len(_HASH_END)]
        if _begin_with(octets[:, -len(_HASH_END) :], _HASH_END) and _HEX[digits].all():
            return _HASHES, bytes.fromhex(digits.tobytes().decode())
    return _packed_texts(identities.tolist())


def _pack_few_identities(identities: Sequence[bytes]) -> tuple[int, bytes]:
    for kind, form in _FORMS.items():
        found = [match for one in identities if (match := form.fullmatch(one)) is not None]
        if len(found) == len(identities):
            digits = b"".join(b"".join(match.groups()) for match in found)
            return kind, bytes.fromhex(digits.decode())
    return _packed_texts(identities)


def _packed_texts(identities: Sequence[bytes]) -> tuple[int, bytes]:
    compressor = zstandard.ZstdCompressor(level=3)
    return _TEXTS, compressor.compress(_encoder.encode(identities))


def _octets(identities: Texts, length: int) -> Any:
    """Return texts as rows of octets if all have this length, else None."""
    if identities.dtype.itemsize != length:
        return None
    octets = np.ascontiguousarray(identities).view(np.uint8).reshape(-1, length)
    return octets if octets.all() else None


def _begin_with(octets: Any, start: bytes) -> bool:
    return bool((octets[:, : len(start)] == np.frombuffer(start, dtype=np.uint8)).all())
