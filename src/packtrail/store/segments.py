"""Segments: up to 1,024 events of one document that are alike, read back.

What like events share are plain fields; what tells them apart is unpacked when it is asked for.
The number of an event is that of its segment and its place in it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from packtrail.base.once import once
from packtrail.epcis.canonical import same_form
from packtrail.epcis.turns import turn_of
from packtrail.store import bodies, direct, named, shelf
from packtrail.store.columns import Columns
from packtrail.store.direct import Kind, Statement
from packtrail.store.drafts import microseconds, moment
from packtrail.store.identity import event_keys
from packtrail.store.mentions import text_of, texts
from packtrail.store.roles import CLASS_OFFSET

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.integers import Numbers
    from packtrail.store.objects import Instance, Name

_SQL = named.statements("segments")
SELECT, FROM = _SQL["columns"].rsplit("\n", 1)
COLUMNS: Final = f"{SELECT} {FROM}"
"""Selects what a `Segment` is made of."""
_CHUNK: Final = 5_000
EVENTS_MAX: Final = 1_024
"""Events of a segment: more would make each read of one of them slow."""


@dataclass(frozen=True)
class Segment:
    """A row of `segment`; the columns of `columns` in their order."""

    segment_id: int
    capture_id: str
    owner_id: int
    audience_id: int
    record_time: datetime
    time_from: datetime
    time_until: datetime
    event_count: int
    is_error_declaration: bool
    empties: bool
    time_zone_offset: str
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    lot: str | None
    expires: str | None
    links: list[str] | None
    packed_template: bytes
    packed_columns: bytes

    @classmethod
    def of(cls, row: Sequence[Any]) -> Segment:
        """Return a segment from a row; sooner than field by field."""
        made = cls.__new__(cls)
        made.__dict__.update(zip(FIELDS, row, strict=True))
        return made

    @once
    def columns(self) -> Columns:
        """What tells the events apart."""
        data = self.packed_columns if self.packed_template else self._packed[1]
        return Columns(data, self.event_count, microseconds(self.time_from))

    @once
    def turn(self) -> int:
        """When its events count among those of a moment, see `packtrail.epcis.turns.TURNS`."""
        return turn_of(self.type, self.action, self.biz_step, self.disposition)

    @once
    def where(self) -> tuple[str | None, str | None]:
        """Where its events were read and where their objects are then, in whichever notation."""
        return same_form(self.read_point), same_form(self.biz_location)

    @property
    def packs(self) -> bool:
        """Whether its events put what they name into something."""
        return self.action == "ADD" and self.type == "AggregationEvent"

    @once
    def template(self) -> dict[str, Any]:
        """The body that the events share."""
        return bodies.read(self._packed[0])

    @once
    def _packed(self) -> tuple[bytes, bytes]:
        """Template and columns; of an archived month from its archive."""
        if self.packed_template:
            return self.packed_template, self.packed_columns
        return shelf.body(self.packed_columns, self.segment_id)

    def identity(self, place: int) -> str:
        """Return the event id of an event, or its hash where it has none."""
        return self.columns.identity(place)

    def keys(self) -> Numbers:
        """Return the storage key of each event, as it is unless another had it first."""
        identities = texts([self.identity(place) for place in range(self.event_count)])
        return event_keys(self.owner_id, identities, is_error_declaration=self.is_error_declaration)

    def event_time(self, place: int) -> datetime:
        """Return when an event happened, in UTC."""
        if self.event_count == 1:
            return self.time_from
        return moment(self.columns.time(place))

    def parent(self, place: int) -> Instance | None:
        """Return the parent that an event names."""
        return self.gist(place)[0]

    def gist(self, place: int) -> tuple[Instance | None, int, int]:
        """Return the parent that an event names, and how many objects it names.

        The first number is that of EPCs, children or inputs, the second that of outputs.
        """
        return self.columns.gist(place)

    def named(
        self, role: int, places: Sequence[int] | None = None
    ) -> Iterator[tuple[int, Numbers, Numbers]]:
        """Yield what events name in a role: class, numbers of the objects, place of each's event.

        Args:
            role: The role.
            places: Which events, ascending; None: all.
        """
        for stream in self.columns.mentions:
            if stream.role != role:
                continue
            events = stream.event_of(np.arange(len(stream.seqs)))
            classes = self.columns.form_classes[stream.form_of]
            is_asked = np.ones(len(events), dtype=bool)
            if places is not None:
                is_asked = np.isin(events, np.array(places, dtype=np.int64))
            for class_id in np.unique(classes[is_asked]).tolist():
                at = is_asked & (classes == class_id)
                yield class_id, stream.seqs[at], events[at]

    def places_of(self, class_id: int, seqs: Collection[int]) -> list[tuple[int, int, int]]:
        """Return where objects of a class are named: (seq, place of the event, role).

        Args:
            class_id: The class.
            seqs: Numbers of objects, one or more, each once.
        """
        if len(seqs) == 1:
            (seq,) = seqs
            return [(seq, place, role) for place, role in self.places_of_one(class_id, seq)]
        found = []
        wanted = np.array(sorted(seqs), dtype=np.int64)
        for stream in self.columns.mentions:
            nearest = wanted[np.minimum(np.searchsorted(wanted, stream.seqs), len(wanted) - 1)]
            at = np.flatnonzero(nearest == stream.seqs)
            if len(at):
                at = at[self.columns.form_classes[stream.form_of[at]] == class_id]
                events = stream.event_of(at).tolist()
                found += [
                    (seq, event, stream.role)
                    for seq, event in zip(stream.seqs[at].tolist(), events, strict=True)
                ]
        return found

    def places_of_one(self, class_id: int, seq: int) -> list[tuple[int, int]]:
        """Return where an object is named: (place of the event, role)."""
        columns = self.columns
        classes = columns.classes
        if class_id not in classes:
            return []
        is_only = classes.count(class_id) == len(classes)
        found = []
        for stream in columns.mentions:
            for mention in stream.places_of(seq):
                if is_only or classes[stream.form_at(mention)] == class_id:
                    found.append((stream.owner(mention), stream.role))  # noqa: PERF401 - oftenest none
        return found

    def body(self, place: int, names: Mapping[Instance, Name]) -> dict[str, Any]:
        """Return an event as standalone JSON-LD.

        Args:
            place: Which event.
            names: At least of everything that it names; see `objects.names`.
        """
        lists = {}
        for stream in self.columns.mentions:
            if stream.role > CLASS_OFFSET:
                continue
            uris = []
            mentions = stream.of(place)
            for form_no, seq in zip(
                stream.form_of[mentions].tolist(), stream.seqs[mentions].tolist(), strict=True
            ):
                class_id, form = self.columns.forms[form_no]
                uris.append(text_of(form, names[class_id, seq].item_key))
            lists[stream.role] = uris
        return bodies.fill(self.template, self.event_time(place), self.identity(place), lists)

    def instances(self, places: Iterable[int]) -> set[Instance]:
        """Return the objects that some events name, whose names a body needs."""
        found: set[Instance] = set()
        classes = self.columns.form_classes
        for stream in self.columns.mentions:
            if stream.role > CLASS_OFFSET:
                continue
            for place in places:
                mentions = stream.of(place)
                class_ids = classes[stream.form_of[mentions]].tolist()
                found.update(zip(class_ids, stream.seqs[mentions].tolist(), strict=True))
        return found


FIELDS: Final = tuple(field.name for field in fields(Segment))
"""Columns of a segment, in order."""
_BY_ID: Final = Statement(
    f"{COLUMNS} {_SQL['by_id']}", segment_ids=Kind.BIGINTS, audience_ids=Kind.INTEGERS
)
_BY_ID_FOR_ALL: Final = Statement(f"{COLUMNS} {_SQL['by_id_for_all']}", segment_ids=Kind.BIGINTS)


def read(
    conn: Connection, segment_ids: Iterable[int], *, audience_ids: Sequence[int] | None
) -> dict[int, Segment]:
    """Return segments by number.

    Args:
        conn: A connection.
        segment_ids: Which.
        audience_ids: Only those these may see; None: the caller knows that all may be read.
    """
    wanted = list(segment_ids)
    statement = _BY_ID_FOR_ALL if audience_ids is None else _BY_ID
    told = () if audience_ids is None else (audience_ids,)
    return {
        row[0]: Segment.of(row)
        for start in range(0, len(wanted), _CHUNK)
        for row in direct.rows(conn, statement, wanted[start : start + _CHUNK], *told)
    }
