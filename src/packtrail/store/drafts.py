"""Drafts: the events of a document on their way into the store, like ones together.

Events are alike when their bodies differ in nothing but time, event id and the objects they name.
Whatever else queries ask of them is then the same, and is worked out once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from packtrail import epcis
from packtrail.store import bodies, mentions
from packtrail.store.facts import EPOCH
from packtrail.store.identity import event_keys
from packtrail.store.integers import Numbers
from packtrail.store.mentions import Named, Texts, str_of
from packtrail.store.roles import mentions as mentions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.epcis.events import Event

_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Stream:
    """What the events of a group name in one role."""

    role: int
    counts: Numbers
    """How many objects, by event."""
    places: Numbers
    """Place in the named identifiers of the draft, by mention."""

    def only(self, chosen: Numbers) -> Stream:
        """Return the stream of some of the events, in the order given."""
        starts = np.concatenate(([0], self.counts.cumsum()))
        counts = self.counts[chosen]
        ends = counts.cumsum()
        first = np.repeat(starts[chosen] - (ends - counts), counts)
        return Stream(self.role, counts, self.places[first + np.arange(len(first))])


@dataclass(slots=True)
class Group:
    """Like events, in document order."""

    example: Event
    """One of them; of what it names only how it is named counts."""
    template: bytes
    indexes: Numbers
    """Place among the events handed in, by event."""
    times: Numbers
    """Microseconds since 1970, by event."""
    identities: Texts
    """Event id, or event hash, by event."""
    streams: tuple[Stream, ...]

    @property
    def is_error_declaration(self) -> bool:
        """Whether the events declare others wrong."""
        return self.example.error_declaration is not None

    def only(self, chosen: Numbers) -> Group:
        """Return the group of some of its events, in the order given."""
        return Group(
            example=self.example,
            template=self.template,
            indexes=self.indexes[chosen],
            times=self.times[chosen],
            identities=self.identities[chosen],
            streams=tuple(stream.only(chosen) for stream in self.streams),
        )

    def keys(self, owner_id: int) -> Numbers:
        """Return the storage key of each event."""
        return event_keys(owner_id, self.identities, is_error_declaration=self.is_error_declaration)


@dataclass(slots=True)
class Draft:
    """The events of a document, or of a part of one."""

    named: Named
    """Everything that they name."""
    groups: list[Group]

    @property
    def count(self) -> int:
        """How many events there are."""
        return sum(len(group.indexes) for group in self.groups)

    def event(self, group: Group, place: int) -> Event:
        """Return one event as a value."""
        return epcis.read_event_json(self.body(group, place))

    def body(self, group: Group, place: int) -> dict[str, Any]:
        """Return one event as standalone JSON-LD."""
        lists: dict[int, list[str]] = {}
        for stream in group.streams:
            start = int(stream.counts[:place].sum())
            places = stream.places[start : start + int(stream.counts[place])]
            lists[stream.role] = [self.named.text(one) for one in places.tolist()]
        shared = msgspec.json.decode(group.template)
        time = moment(int(group.times[place]))
        return bodies.fill(shared, time, str_of(group.identities[place]), lists)


def moment(microseconds: int) -> datetime:
    """Return a moment from its microseconds since 1970."""
    return EPOCH + _MICROSECOND * microseconds


def microseconds(time: datetime) -> int:
    """Return the microseconds from 1970 to a moment."""
    return (time - EPOCH) // _MICROSECOND


def draft(events: Sequence[Event], namespaces: Mapping[str, str]) -> Draft:
    """Return the draft of some events.

    Args:
        events: In document order.
        namespaces: Prefix -> namespace as the document declared them, for the bodies.
    """
    return draft_each([(event, namespaces) for event in events])


def draft_each(events: Sequence[tuple[Event, Mapping[str, str]]]) -> Draft:
    """Return the draft of some events, each with namespaces of its own."""
    spans = [list(mentions_of(event)) for event, _ in events]
    uris = list(chain.from_iterable(uris for some in spans for _, uris in some))
    alike: dict[tuple[Any, ...], list[int]] = {}
    for index, (event, namespaces) in enumerate(events):
        alike.setdefault(_likeness(event, namespaces), []).append(index)
    starts = np.cumsum([0, *(sum(len(uris) for _, uris in some) for some in spans)]).tolist()
    groups = [
        _group([events[i][0] for i in indexes], indexes, likeness[-1], spans, starts)
        for likeness, indexes in alike.items()
    ]
    return Draft(mentions.named(uris), groups)


def identified(event: Event) -> Event:
    """Return an event with an identity: its event id, else its hash."""
    if event.event_id is not None:
        return event
    return msgspec.structs.replace(event, event_id=epcis.event_hash(event))


def _likeness(event: Event, namespaces: Mapping[str, str]) -> tuple[Any, ...]:
    roles = tuple(role for role, _ in mentions_of(event))
    return roles, bodies.template(event, namespaces)


def _group(
    events: list[Event],
    indexes: list[int],
    template: bytes,
    spans: list[list[tuple[int, tuple[str, ...]]]],
    starts: list[int],
) -> Group:
    identities = [identified(event).event_id or "" for event in events]
    times = [microseconds(event.event_time) for event in events]
    return Group(
        example=events[0],
        template=template,
        indexes=np.array(indexes, dtype=np.int64),
        times=np.array(times, dtype=np.int64),
        identities=mentions.texts(identities),
        streams=tuple(_streams(indexes, spans, starts)),
    )


def _streams(
    indexes: list[int], spans: list[list[tuple[int, tuple[str, ...]]]], starts: list[int]
) -> Iterator[Stream]:
    for number, (role, _) in enumerate(spans[indexes[0]]):
        counts, places = [], []
        for index in indexes:
            start = starts[index] + sum(len(uris) for _, uris in spans[index][:number])
            count = len(spans[index][number][1])
            counts.append(count)
            places.append(np.arange(start, start + count))
        yield Stream(role, np.array(counts, dtype=np.int64), np.concatenate(places))
