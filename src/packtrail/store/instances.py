"""The dictionary: numbers for the objects that events speak of, dense within each class.

Numbers are given in order of first sight, so packs commissioned together are neighbours. A class
is locked only while its new objects are numbered, always in the same order of classes: two captures
of the same new objects wait for each other and then agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.store import named
from packtrail.store.names import has_own_prefix_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

_SQL = named.statements("instances")
_CHUNK = 20_000
"""Serials asked for at once."""


@dataclass(slots=True)
class _Class:
    """What a batch needs to know of one class."""

    key: str
    first_uri: str
    serials: dict[str, int]
    """Serial -> position among the distinct serials of this class, in order of first sight."""
    first_mention: list[int]
    """Per distinct serial: the mention that brought it."""
    class_id: int = 0
    next_seq: int = 0
    seqs: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The numbers of mentions, position by position."""

    class_ids: NDArray[np.int64]
    seqs: NDArray[np.int64]


def resolve(conn: Connection, uris: Sequence[str]) -> Resolved:
    """Return the numbers of objects, numbering those that are new.

    Args:
        conn: A connection in a transaction.
        uris: EPC URIs, Digital Links or other URIs, in document order, repeats allowed.
    """
    classes, class_of, place_of = _sort_into_classes(uris)
    ordered = sorted(classes, key=lambda one: one.key)
    _find_classes(conn, ordered)
    for one in sorted(ordered, key=lambda one: one.class_id):
        _number(conn, one, uris)
    return _spread(classes, class_of, place_of)


def known(conn: Connection, class_key: str, serials: Sequence[str]) -> set[str]:
    """Return those serials of a class that some event names."""
    row = conn.execute(_SQL["classes_by_key"], [[class_key]]).fetchone()
    if row is None:
        return set()
    return {
        str(serial)
        for start in range(0, len(serials), _CHUNK)
        for serial, _ in conn.execute(
            _SQL["seqs_by_serial"], [row[0], list(serials[start : start + _CHUNK])]
        )
    }


def _sort_into_classes(uris: Sequence[str]) -> tuple[list[_Class], list[int], list[int]]:
    """Return the classes, and per mention its class and its place among the class's serials."""
    classes: list[_Class] = []
    index: dict[str, int] = {}
    class_of: list[int] = []
    place_of: list[int] = []
    for mention, (class_key, item_key) in enumerate(gs1.identify(uris)):
        number = index.get(class_key)
        if number is None:
            number = index[class_key] = len(classes)
            classes.append(_Class(class_key, uris[mention], {}, []))
        one = classes[number]
        place = one.serials.setdefault(item_key, len(one.serials))
        if place == len(one.first_mention):
            one.first_mention.append(mention)
        class_of.append(number)
        place_of.append(place)
    return classes, class_of, place_of


def _find_classes(conn: Connection, classes: list[_Class]) -> None:
    by_key = {one.key: one for one in classes}
    _read_classes(conn, by_key)
    new = [one for one in classes if one.class_id == 0]
    if new:
        lengths = [None if has_own_prefix_length(one.key) else _prefix_length(one) for one in new]
        conn.execute(_SQL["insert_classes"], [[one.key for one in new], lengths])
        _read_classes(conn, {one.key: one for one in new})


def _read_classes(conn: Connection, by_key: dict[str, _Class]) -> None:
    found = conn.execute(_SQL["classes_by_key"], [list(by_key)]).fetchall()
    for class_id, class_key, next_seq, prefix_length in found:
        one = by_key[class_key]
        one.class_id, one.next_seq = class_id, next_seq
        if prefix_length is None and not has_own_prefix_length(class_key):
            _learn_prefix_length(conn, one)


def _learn_prefix_length(conn: Connection, one: _Class) -> None:
    length = _prefix_length(one)
    if length is not None:
        conn.execute(_SQL["learn_prefix_length"], [length, one.class_id])


def _prefix_length(one: _Class) -> int | None:
    return prefix_length(one.first_uri)


def prefix_length(uri: str) -> int | None:
    """Return the length of the company prefix where a URI tells it."""
    if not uri.startswith("urn:epc:"):
        return None
    try:
        return gs1.parse_epc_uri(uri).prefix_length
    except RefusedError:
        return None


def _number(conn: Connection, one: _Class, uris: Sequence[str]) -> None:
    """Fill the numbers of one class."""
    serials = list(one.serials)
    seqs = np.full(len(serials), -1, dtype=np.int64)
    if one.next_seq > 0:
        _look_up(conn, one, serials, seqs)
    if (seqs < 0).any():
        _add(conn, one, uris, serials, seqs)
    one.seqs = seqs


def _look_up(conn: Connection, one: _Class, serials: list[str], seqs: NDArray[np.int64]) -> None:
    for start in range(0, len(serials), _CHUNK):
        chunk = serials[start : start + _CHUNK]
        for serial, seq in conn.execute(_SQL["seqs_by_serial"], [one.class_id, chunk]):
            seqs[one.serials[serial]] = seq


def _add(
    conn: Connection,
    one: _Class,
    uris: Sequence[str],
    serials: list[str],
    seqs: NDArray[np.int64],
) -> None:
    row = conn.execute(_SQL["lock_class"], [one.class_id]).fetchone()
    next_seq: int = row[0] if row else 0
    if next_seq != one.next_seq:
        # Somebody added to the class since we looked: look again, now that nobody else can.
        _look_up(conn, one, serials, seqs)
    new = np.flatnonzero(seqs < 0)
    if len(new) == 0:
        return
    seqs[new] = np.arange(next_seq, next_seq + len(new))
    conn.execute(_SQL["advance_class"], [next_seq + len(new), one.class_id])
    own = has_own_prefix_length(one.key)
    with conn.cursor() as cursor, cursor.copy(_SQL["copy_instances"]) as copy:
        copy.set_types(["int4", "int4", "int2", "text"])
        for place in new.tolist():
            length = prefix_length(uris[one.first_mention[place]]) if own else None
            copy.write_row((one.class_id, int(seqs[place]), length, serials[place]))


def _spread(classes: list[_Class], class_of: list[int], place_of: list[int]) -> Resolved:
    starts = np.cumsum([0, *(len(one.serials) for one in classes)])
    every = [one.seqs for one in classes if one.seqs is not None]
    seqs = np.concatenate(every) if every else np.empty(0, dtype=np.int64)
    numbers = np.array(class_of, dtype=np.int64)
    ids = np.array([one.class_id for one in classes], dtype=np.int64)
    flat = starts[numbers] + np.array(place_of, dtype=np.int64)
    return Resolved(ids[numbers], seqs[flat])
