"""What fills the holes of an outline, checked and read many at a time.

Each function says which of its texts are plain; of the others nothing can be told this way, and
their events are read in the ordinary way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail import gs1
from packtrail.epcis.scalars import UNQUALIFIED

Texts: TypeAlias = NDArray[np.bytes_]
Numbers: TypeAlias = NDArray[np.int64]
Plain: TypeAlias = NDArray[np.bool_]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_FORM: Final = np.frombuffer(b"dddd-dd-ddTdd:dd:dd.dddddd", dtype=np.uint8)
_OFFSET: Final = re.compile(rb"Z|([+-])(0[0-9]|1[0-3]):([0-5][0-9])")
_MINUTE: Final = 60_000_000
_FIRST, _LAST = np.datetime64("0001-01-02", "us"), np.datetime64("9999-12-30", "us")
_FIRST_TIME: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST_TIME: Final = datetime(9999, 12, 30, tzinfo=UTC)
_FEW: Final = 24
"""Texts that are looked at one by one sooner than as a table."""
_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?")
_LIMITS: Final = ((11, b"23"), (14, b"59"), (17, b"59"))
_DIGITS: Final = np.frombuffer(b"0123456789", dtype=np.uint8)
_LETTERS: Final = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8
)
_IDENTITY: Final = re.compile(
    rb"(?!%b)(?:urn:|ni:///|https?://)[A-Za-z0-9\-._~:/?#!$'()*+,;=@]{0,360}"
    % re.escape(UNQUALIFIED.encode())
)
_HEADS_MAX: Final = 48
"""Heads of identifiers that are compared as tables; beyond, each identifier is looked at."""
_TEXT_MAX: Final = 360
"""Octets of an identifier or event id that is plain."""
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(32)
_SCHEMES: Final = (b"urn:", b"ni:///", b"http://", b"https://")


def _table(octets: NDArray[np.uint8]) -> Plain:
    found = np.zeros(256, dtype=bool)
    found[octets] = True
    found[0] = True  # The end of a shorter text.
    return found


_IS_ALNUM: Final = _table(np.concatenate([_DIGITS, _LETTERS]))
_IS_DIGIT: Final = _table(_DIGITS)
_IN_URI: Final = _IS_ALNUM | _table(np.frombuffer(b"-._~:/?#!$'()*+,;=@", dtype=np.uint8))


@dataclass(frozen=True, slots=True)
class Head:
    """What identifiers have in front of their serial."""

    text: bytes
    class_key: str
    """What they are serials of, as `gs1.identify` says."""
    is_sscc: bool
    """The serial is the rest of an SSCC, written as an EPC URI."""
    length: int
    """Characters of the serial at most; of an SSCC exactly."""


@dataclass(frozen=True, slots=True)
class Items:
    """Identifiers as heads and serials."""

    heads: tuple[Head, ...]
    head_of: Numbers
    """Place in `heads`, by identifier."""
    serials: Texts
    """By identifier."""

    def only(self, chosen: Plain | Numbers | slice) -> Items:
        """Return some of the identifiers."""
        return Items(self.heads, self.head_of[chosen], self.serials[chosen])

    def text(self, place: int) -> bytes:
        """Return an identifier as it was written."""
        text: bytes = self.heads[self.head_of[place]].text + self.serials[place]
        return text


def octets_of(texts: Texts) -> NDArray[np.uint8]:
    """Return texts as a table of octets, (texts, octets), filled up with zeros."""
    width = texts.dtype.itemsize
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), width)


def texts_of(octets: NDArray[np.uint8]) -> Texts:
    """Undo `octets_of`."""
    width = octets.shape[1]
    return np.ascontiguousarray(octets).view(f"S{width}").reshape(len(octets))


# --- times ----------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def offset_of(suffix: bytes) -> int | None:
    """Return the offset that a text begins with, in microseconds; None where there is none."""
    match = _OFFSET.match(suffix)
    if match is None:
        return None
    if match[1] is None:
        return 0
    minutes = int(match[2]) * 60 + int(match[3])
    return (-minutes if match[1] == b"-" else minutes) * _MINUTE


def read_times(texts: Texts, offset: int) -> tuple[Numbers, Plain]:
    """Return local times with up to six digits of the second's fraction, all of one length.

    Args:
        texts: Such as `2026-03-03T08:00:00.000`.
        offset: Of all of them, in microseconds.

    Returns:
        Microseconds since 1970, and which texts are plain.
    """
    if len(texts) <= _FEW:
        return _read_few_times(texts, offset)
    octets = octets_of(texts)
    form = _FORM[: octets.shape[1]]
    is_digit = form == ord("d")
    plain = _IS_DIGIT[octets[:, is_digit]].all(axis=1) & (octets[:, is_digit] != 0).all(axis=1)
    plain &= (octets[:, ~is_digit] == form[~is_digit]).all(axis=1)
    for start, most in _LIMITS:
        high, low = octets[:, start], octets[:, start + 1]
        plain &= (high < most[0]) | ((high == most[0]) & (low <= most[1]))
    found = np.zeros(len(texts), dtype="datetime64[us]")
    days = _days(octets)
    plain &= ~np.isnat(days)
    digits = octets.astype(np.int64) - ord("0")
    clock = sum(
        (digits[:, at] * factor for at, factor in _CLOCK if at < octets.shape[1]),
        np.zeros(len(texts), dtype=np.int64),
    )
    found[plain] = days[plain]
    plain &= (found > _FIRST) & (found < _LAST)
    return found.astype(np.int64) + clock - offset, plain


def _read_few_times(texts: Texts, offset: int) -> tuple[Numbers, Plain]:
    times, plain = np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=bool)
    for place, text in enumerate(texts.tolist()):
        if not _TIME.fullmatch(text):
            continue
        try:
            time = datetime.fromisoformat(text.decode()[:19] + _fraction(text)).replace(tzinfo=UTC)
        except ValueError:
            continue
        times[place] = (time - EPOCH) // MICROSECOND - offset
        plain[place] = _FIRST_TIME < time < _LAST_TIME
    return times, plain


def _fraction(text: bytes) -> str:
    """Return the second's fraction with the six digits that are always read."""
    return f".{text[20:].decode():0<6}" if len(text) > 19 else ""


_CLOCK: Final = (
    *((11, 36_000_000_000), (12, 3_600_000_000), (14, 600_000_000), (15, 60_000_000)),
    *((17, 10_000_000), (18, 1_000_000)),
    *((20 + place, 10 ** (5 - place)) for place in range(6)),
)
"""Where a digit of the time of day stands, and how many microseconds one of it is."""


def _days(octets: NDArray[np.uint8]) -> NDArray[np.datetime64]:
    """Return the days that times begin with, not-a-time for what is none."""
    distinct, place = np.unique(texts_of(octets[:, :10]), return_inverse=True)
    found = np.empty(len(distinct), dtype="datetime64[us]")
    for number, text in enumerate(distinct.tolist()):
        try:
            found[number] = np.datetime64(text.decode("ascii"), "us")
        except ValueError:
            found[number] = np.datetime64("NaT")
    return found[place]


def write_times(times: Numbers, offset: int, digits: int) -> Texts:
    """Undo `read_times`: texts with so many digits of the second's fraction."""
    local = (times + offset).astype("datetime64[us]")
    width = 19 + (digits + 1 if digits else 0)
    return np.datetime_as_string(local, unit="us").astype(f"S{width}")


# --- identities and identifiers -------------------------------------------------------------------


def are_identities(texts: Texts) -> Plain:
    """Tell which texts are plain URIs, as event ids are."""
    if len(texts) <= _FEW:
        return np.array([_IDENTITY.fullmatch(text) is not None for text in texts.tolist()])
    octets = octets_of(texts)
    plain = _IN_URI[octets].all(axis=1) & ((octets != 0).sum(axis=1) <= _TEXT_MAX)
    known = np.zeros(len(texts), dtype=bool)
    for scheme in _SCHEMES:
        known |= np.char.startswith(texts, scheme)
    found: Plain = plain & known & ~np.char.startswith(texts, UNQUALIFIED.encode())
    return found


def items_of(texts: Texts) -> tuple[Items, Plain]:
    """Return identifiers as heads and serials, and which of them are plain.

    Plain are identifiers of a kind that is known, with a serial of letters and digits alone.
    """
    if len(texts) <= _FEW:
        return _few_items(texts)
    octets = octets_of(texts)
    width = octets.shape[1]
    heads: list[Head] = []
    head_of = np.full(len(texts), -1, dtype=np.int64)
    serials = np.zeros((len(texts), width), dtype=np.uint8)
    left = np.arange(len(texts)) if width <= _TEXT_MAX else np.empty(0, dtype=np.int64)
    tried: set[bytes] = set()
    while len(left) and len(tried) < _HEADS_MAX:
        text = _before_serial(bytes(texts[left[0]]))
        head = _head(text)
        if head is None or text in tried:
            left = left[1:]
            continue
        tried.add(text)
        rest = octets[left, len(text) :]
        table = _IS_DIGIT if head.is_sscc else _IS_ALNUM
        is_its = (octets[left, : len(text)] == np.frombuffer(text, dtype=np.uint8)).all(axis=1)
        is_its &= table[rest].all(axis=1) & (rest[:, :1] != 0).all(axis=1)
        size = (rest != 0).sum(axis=1)
        is_its &= size == head.length if head.is_sscc else size <= head.length
        head_of[left[is_its]] = len(heads)
        serials[left[is_its], : rest.shape[1]] = rest[is_its]
        heads.append(head)
        left = left[~is_its]
    for place in left.tolist():
        taken = _taken(bytes(texts[place]))
        if taken is not None:
            if taken[0] not in heads:
                heads.append(taken[0])
            head_of[place] = heads.index(taken[0])
            serials[place, : len(taken[1])] = np.frombuffer(taken[1], dtype=np.uint8)
    plain = head_of >= 0
    longest = int((serials != 0).sum(axis=1).max(initial=1))
    return Items(tuple(heads), head_of, texts_of(serials[:, : max(1, longest)])), plain


def _few_items(texts: Texts) -> tuple[Items, Plain]:
    heads: dict[Head, int] = {}
    head_of, serials = [], []
    for text in texts.tolist():
        head, serial = _taken(text) or (None, b"")
        head_of.append(-1 if head is None else heads.setdefault(head, len(heads)))
        serials.append(serial)
    numbers = np.array(head_of, dtype=np.int64)
    return Items(tuple(heads), numbers, np.array(serials, dtype=np.bytes_)), numbers >= 0


def _taken(text: bytes) -> tuple[Head, bytes] | None:
    """Take one identifier apart; None where it is not plain."""
    before = _before_serial(text)
    head, serial = _head(before), text[len(before) :]
    if head is None or len(text) > _TEXT_MAX or not (serial.isalnum() and serial.isascii()):
        return None
    is_its = (
        serial.isdigit() and len(serial) == head.length
        if head.is_sscc
        else len(serial) <= head.length
    )
    return (head, serial) if is_its else None


def _before_serial(text: bytes) -> bytes:
    return text[: text.rfind(b"." if text[:4] == b"urn:" else b"/") + 1]


@lru_cache(maxsize=16_384)
def _head(text: bytes) -> Head | None:
    """Return the head of that text, or None where it is of no known kind."""
    if not text.isascii():
        return None
    known = gs1.class_of_head(text.decode())
    return None if known is None else Head(text, *known)


def sscc_items(head: Head, serials: Texts) -> Texts:
    """Return the 18 digits of SSCCs that have the same company prefix.

    Args:
        head: `urn:epc:id:sscc:` and the prefix.
        serials: Extension digit and serial reference of each.
    """
    digits = octets_of(serials)[:, : head.length]
    prefix = np.frombuffer(head.text[len(b"urn:epc:id:sscc:") : -1], dtype=np.uint8)
    whole = np.empty((len(serials), 18), dtype=np.uint8)
    whole[:, 0] = digits[:, 0]
    whole[:, 1 : 1 + len(prefix)] = prefix
    whole[:, 1 + len(prefix) : 17] = digits[:, 1:]
    weighed = (whole[:, :17].astype(np.int64) - ord("0")) * np.array([3, 1] * 8 + [3])
    whole[:, 17] = ord("0") + -weighed.sum(axis=1) % 10
    return texts_of(whole)


def repeated(items: Items, events: Numbers) -> Numbers:
    """Return the events that list an identifier more than once.

    Args:
        items: What they list.
        events: Which event lists it, by identifier.
    """
    if len(events) <= _FEW:
        return _few_repeated(items, events)
    octets = octets_of(items.serials)
    words = np.zeros((len(octets), -(-octets.shape[1] // 8) * 8), dtype=np.uint8)
    words[:, : octets.shape[1]] = octets
    with np.errstate(over="ignore"):
        found = (events.astype(np.uint64) << _SHIFT) ^ items.head_of.astype(np.uint64)
        for word in words.view("<u8").T:
            found = (found ^ word) * _ODD
            found ^= found >> _SHIFT
    order = np.argsort(found, kind="stable")
    found = found[order]
    same = np.flatnonzero(found[1:] == found[:-1])
    # What meets in the hash need not be the same; it is rare enough to be read by itself.
    return events[order[same]]


def _few_repeated(items: Items, events: Numbers) -> Numbers:
    seen: set[tuple[int, int, bytes]] = set()
    again = []
    every = (events.tolist(), items.head_of.tolist(), items.serials.tolist())
    for one in zip(*every, strict=True):
        if one in seen:
            again.append(one[0])
        seen.add(one)
    return np.array(again, dtype=np.int64)
