"""Legal holds: what must be kept whatever its age, and which months it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from psycopg.rows import class_row

from packtrail.store import lots, months, named, objects, organisations, segments
from packtrail.store.circles import Circle
from packtrail.store.layout import Layout
from packtrail.store.roles import CHILD
from packtrail.store.shelf import ArchiveMissing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from psycopg import Connection

_SQL = named.statements("holds")
_KINDS_OF_CLASS: Final = ("sgtin", "itip", "lgtin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold."""

    hold_id: int
    organisation_id: int
    kind: str
    """`month`, `lot`, `product`, `shipment` or `pack`."""
    subject: str
    """Lot, GTIN, document number, or a pack as `class key|serial`; of months nothing."""
    first_day: date | None
    last_day: date | None
    """Of months: the first day of the first and of the last."""
    reason: str
    owner: str
    """Who asked for it."""
    placed_at: datetime
    placed_by: str
    placed_by_id: str
    """The account or key of who placed it."""
    released_at: datetime | None = None
    released_by: str | None = None

    @property
    def over(self) -> str:
        """What it is over, in words."""
        if self.kind != "month":
            return f"{self.kind} {self.subject.rpartition('|')[2]}"
        if self.first_day is None:
            return "every month"
        if self.last_day in {None, self.first_day}:
            return f"month {self.first_day:%Y-%m}"
        return f"months {self.first_day:%Y-%m} to {self.last_day:%Y-%m}"


def insert(
    conn: Connection,
    organisation_id: int,
    *,
    about: Mapping[str, object],
    at: datetime,
    by: str,
    by_id: str,
) -> int:
    """Write a hold; return its number.

    Args:
        conn: A connection in a transaction.
        organisation_id: Whose.
        about: `kind`, `subject`, `first_day`, `last_day`, `reason` and `owner`.
        at: When it was placed.
        by: Who placed it.
        by_id: Their account or key.
    """
    bound = {**about, "organisation_id": organisation_id, "placed_at": at, "placed_by": by}
    bound["placed_by_id"] = by_id
    row = conn.execute(_SQL["insert"], bound).fetchone()
    return int(row[0]) if row else 0


def take_turn(conn: Connection) -> None:
    """Wait while a month is dropped or destroyed; none is then until the transaction ends."""
    conn.execute(_SQL["turn"])


def keep_still(conn: Connection) -> None:
    """Let nobody place a hold until the transaction ends: it would come too late."""
    conn.execute(_SQL["keep_still"])


def of_organisation(conn: Connection, organisation_id: int) -> list[Hold]:
    """Return all holds of an organisation, the newest first; released ones among them."""
    with conn.cursor(row_factory=class_row(Hold)) as cursor:
        asked = f"{_SQL['every']} {_SQL['of_organisation']}"
        return cursor.execute(asked.encode(), [organisation_id]).fetchall()


def in_force(conn: Connection) -> InForce:
    """Return the holds of all organisations that are not released."""
    with conn.cursor(row_factory=class_row(Hold)) as cursor:
        asked = f"{_SQL['every']} {_SQL['in_force']}"
        return InForce(conn, cursor.execute(asked.encode()).fetchall())


def locked(conn: Connection, hold_id: int, organisation_id: int) -> Hold | None:
    """Return a hold in force that nobody else changes until the transaction ends."""
    with conn.cursor(row_factory=class_row(Hold)) as cursor:
        asked = f"{_SQL['every']} {_SQL['one']}"
        return cursor.execute(asked.encode(), [hold_id, organisation_id]).fetchone()


def release(conn: Connection, hold_id: int, *, at: datetime, by: str) -> None:
    """Write that a hold is released."""
    conn.execute(_SQL["release"], {"hold_id": hold_id, "at": at, "by": by})


def is_recorded(conn: Connection, kind: str, subject: str) -> bool:
    """Tell whether anything recorded is about what a hold would be over."""
    if kind == "product":
        return bool(_classes(conn, subject))
    if kind == "pack":
        return bool(objects.find(conn, [_pack(subject)]))
    if kind == "lot" and lots.classes_of(conn, subject):
        return True
    row = conn.execute(_SQL[f"is_recorded_{kind}"], {"subject": subject}).fetchone()
    return bool(row and row[0])


class InForce:
    """Holds, and which months they reach.

    Args:
        conn: A connection.
        holds: The holds.
    """

    def __init__(self, conn: Connection, holds: Sequence[Hold]) -> None:
        self._conn = conn
        self._holds = holds
        self._told: dict[str, frozenset[int] | None] = {}
        """Lot -> what `_told_of` says of it: looked for once for all months."""

    def reaching(self, day: date) -> tuple[Hold, ...]:
        """Return those that reach a month."""
        return tuple(
            each
            for each in self._holds
            if _reaches(self._conn, each, day) or self._tells(each, day)
        )

    def _tells(self, hold: Hold, day: date) -> bool:
        """Tell whether events of a month name packs of a lot under hold, or what ever held them."""
        if hold.kind != "lot":
            return False
        if hold.subject not in self._told:
            self._told[hold.subject] = _told_of(self._conn, hold.subject)
        told, (low, high) = self._told[hold.subject], months.bounds(day)["segment"]
        return told is None or any(int(low) <= number < int(high) for number in told)


def _told_of(conn: Connection, lot: str) -> frozenset[int] | None:
    """Return the segments that name packs of a lot, or what ever held them.

    None: an archive that would tell it is not at hand, so that it may be any.
    """
    recorded = [row[0] for row in conn.execute(_SQL["segments_of_lot"], {"subject": lot})]
    layout = Layout.roomy(conn)  # Something may be recorded meanwhile.
    nothing = np.zeros(layout.total, dtype=np.bool_)
    circle = Circle(conn, layout, organisations.every_audience(conn), nothing)
    try:
        circle.take(segments.read(conn, recorded, audience_ids=None).values())
        circle.complete()
    except ArchiveMissing:
        return None
    return circle.numbers


def _reaches(conn: Connection, hold: Hold, day: date) -> bool:
    """Tell whether a month holds anything that a hold is over, as far as its events say so."""
    if hold.kind == "month":
        last = hold.last_day or hold.first_day
        return hold.first_day is None or (last is not None and hold.first_day <= day <= last)
    low, high = months.bounds(day)["segment"]
    bound: dict[str, object] = {"low": low, "high": high}
    if hold.kind == "pack":
        return _names_pack(conn, hold.subject, int(low), int(high))
    if hold.kind == "product":
        return names_product(conn, hold.subject, day)
    bound["subject"] = hold.subject
    as_class = lots.classes_of(conn, hold.subject) if hold.kind == "lot" else []
    if any(_names_pack(conn, f"{key}|{hold.subject}", int(low), int(high)) for key in as_class):
        return True
    row = conn.execute(_SQL[f"reaches_{hold.kind}"], bound).fetchone()
    return bool(row and row[0])


def names_product(conn: Connection, gtin: str, day: date) -> bool:
    """Tell whether events of a month name a trade item, a pack or a lot of it."""
    low, high = months.bounds(day)["segment"]
    bound = {"low": low, "high": high, "classes": _classes(conn, gtin)}
    row = conn.execute(_SQL["reaches_classes"], bound).fetchone()
    return bool(row and row[0])


def _names_pack(conn: Connection, subject: str, low: int, high: int) -> bool:
    """Tell whether a segment in a range names a pack, or what it was ever packed into.

    Whatever held it tells where it was: what is said of the holder is said of the pack.
    """
    level = set(objects.find(conn, [_pack(subject)]).values())
    seen = set(level)
    while level:
        rows = objects.sightings(conn, level, organisations.every_audience(conn))
        if any(low <= segment_id < high for _, segment_id, _ in rows):
            return True
        within = {segment_id for one, segment_id, role in rows if role == CHILD and one in level}
        found = segments.read(conn, within, audience_ids=None)
        level = {
            parent
            for (class_id, seq), segment_id, role in rows
            if role == CHILD
            for place, _ in found[segment_id].places_of_one(class_id, seq)
            if (parent := found[segment_id].parent(place)) is not None
        } - seen
        seen |= level
    return False


def _pack(subject: str) -> tuple[str, str]:
    class_key, _, item_key = subject.partition("|")
    return class_key, item_key


def _classes(conn: Connection, gtin: str) -> list[int]:
    return objects.class_ids(conn, [f"{kind}/{gtin}" for kind in _KINDS_OF_CLASS])
