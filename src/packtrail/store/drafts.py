"""Drafts: the events of a document on their way into the store, like ones together.

Events are alike when their bodies differ in nothing but time, event id and the objects they name.
Whatever else queries ask of them is then the same, and is worked out once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np

from packtrail import epcis
from packtrail.base.once import once
from packtrail.store import bodies, mentions, packing, rows
from packtrail.store.facts import EPOCH, Facts, facts_of
from packtrail.store.identity import event_keys
from packtrail.store.integers import Numbers
from packtrail.store.mentions import Named, Naming, Texts, str_of
from packtrail.store.packing import Sort
from packtrail.store.roles import CLASS_OFFSET, FIELDS
from packtrail.store.roles import mentions as mentions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.epcis import outline as outlines
    from packtrail.epcis.events import Event
    from packtrail.epcis.outline import Outline

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


@dataclass
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

    @once
    def packed_template(self) -> bytes:
        """The template as it is stored."""
        return packing.compress(self.template, Sort.TEMPLATE)

    @once
    def facts(self) -> Facts | None:
        """What each of the events gives queries that no column answers."""
        return facts_of(self.example)

    @once
    def shared(self) -> tuple[Any, ...]:
        """Columns of a segment that the events share."""
        return rows.columns(self.example)

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
    naming = Naming()
    groups = _grouped(naming, list(enumerate(events)))
    return Draft(naming.named(), groups)


def draft_of_outline(
    outline: Outline, events: Mapping[int, Event], namespaces: Mapping[str, str]
) -> Draft:
    """Return the draft of the events of an outline.

    Args:
        outline: The outline.
        events: At least the first event of each group, and the irregular ones, by place.
        namespaces: Prefix -> namespace as the document declared them, for the bodies.
    """
    naming = Naming()
    groups = _groups(naming, outline, events, namespaces)
    return Draft(naming.named(), groups)


Document: TypeAlias = "tuple[Outline | None, Mapping[int, Event], Mapping[str, str]]"
"""The outline of a document where it has one, its events by place as `draft_of_outline` wants them,
without an outline all of them; and its namespaces."""


def draft_together(documents: Sequence[Document]) -> tuple[Draft, list[int]]:
    """Return the draft of the events of several documents, and which of them each group is of."""
    naming = Naming()
    groups, document_of = [], []
    for number, (outline, events, namespaces) in enumerate(documents):
        if outline is None:
            every = [(place, (event, namespaces)) for place, event in events.items()]
            made = _grouped(naming, every)
        else:
            made = _groups(naming, outline, events, namespaces)
        groups += made
        document_of += [number] * len(made)
    return Draft(naming.named(), groups), document_of


def _groups(
    naming: Naming, outline: Outline, events: Mapping[int, Event], namespaces: Mapping[str, str]
) -> list[Group]:
    irregular = [(place, (events[place], namespaces)) for place in outline.irregular]
    groups = _grouped(naming, irregular)
    for group in outline.groups:
        example = events[int(group.indexes[0])]
        groups.append(_of_outline(naming, group, example, namespaces))
    return groups


def _of_outline(
    naming: Naming, group: outlines.Group, example: Event, namespaces: Mapping[str, str]
) -> Group:
    identities = group.identities
    if identities is None:
        identities = mentions.texts(
            [identified(one).event_id or "" for one in _each(group, example)]
        )
    return Group(
        example=example,
        template=bodies.template(example, namespaces),
        indexes=group.indexes,
        times=group.times,
        identities=identities,
        streams=tuple(_listed(naming, group, example)),
    )


def _listed(naming: Naming, group: outlines.Group, example: Event) -> Iterator[Stream]:
    """Yield what the events of a group name, role by role in the order of the fields."""
    count = len(group.indexes)
    lists = {listed.name: listed for listed in group.lists}
    for name, role in FIELDS.get(type(example), ()):
        listed = lists.get(name)
        if listed is not None:
            yield Stream(role, listed.counts, naming.add_items(listed.items))
        elif role > CLASS_OFFSET and getattr(example, name):
            # Quantities are part of what the events share.
            places = naming.add([one.epc_class for one in getattr(example, name)])
            yield Stream(role, np.full(count, len(places)), np.tile(places, count))


def _each(group: outlines.Group, example: Event) -> Iterator[Event]:
    """Yield every event of a group as a value."""
    starts = {listed.name: 0 for listed in group.lists}
    for number, time in enumerate(group.times.tolist()):
        fields: dict[str, Any] = {"event_time": moment(time).astimezone(example.event_time.tzinfo)}
        for listed in group.lists:
            start = starts[listed.name]
            end = starts[listed.name] = start + int(listed.counts[number])
            uris = tuple(listed.items.text(place).decode() for place in range(start, end))
            fields[listed.name] = uris[0] if listed.name == "parent_id" else uris
        yield msgspec.structs.replace(example, **fields)


def identified(event: Event) -> Event:
    """Return an event with an identity: its event id, else its hash."""
    if event.event_id is not None:
        return event
    return msgspec.structs.replace(event, event_id=epcis.event_hash(event))


def _grouped(
    naming: Naming, events: Sequence[tuple[int, tuple[Event, Mapping[str, str]]]]
) -> list[Group]:
    """Return events by place, like ones together."""
    alike: dict[tuple[Any, ...], list[tuple[int, Event]]] = {}
    for index, (event, namespaces) in events:
        alike.setdefault(_likeness(event, namespaces), []).append((index, event))
    return [_group(naming, some, likeness[-1]) for likeness, some in alike.items()]


def _likeness(event: Event, namespaces: Mapping[str, str]) -> tuple[Any, ...]:
    roles = tuple(role for role, _ in mentions_of(event))
    return roles, bodies.template(event, namespaces)


def _group(naming: Naming, events: list[tuple[int, Event]], template: bytes) -> Group:
    identities = [identified(event).event_id or "" for _, event in events]
    times = [microseconds(event.event_time) for _, event in events]
    roles: dict[int, list[tuple[str, ...]]] = {}
    for _, event in events:
        for role, uris in mentions_of(event):
            roles.setdefault(role, []).append(uris)
    return Group(
        example=events[0][1],
        template=template,
        indexes=np.array([index for index, _ in events], dtype=np.int64),
        times=np.array(times, dtype=np.int64),
        identities=mentions.texts(identities),
        streams=tuple(
            Stream(
                role,
                np.array([len(uris) for uris in some], dtype=np.int64),
                naming.add(list(chain.from_iterable(some))),
            )
            for role, some in roles.items()
        ),
    )
