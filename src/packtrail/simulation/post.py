"""The post: collects what partners report, and sends it on time, late, or twice.

Reports of one channel that are due at the same moment travel in one message, as with the upload a
pharmacy makes each week. A message has at most 10,000 identifiers and 2,000 events, unless a single
event has more. A few messages arrive days late, and a few are sent a second time: the very same
bytes, or the same events under a new header.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from packtrail.simulation.documents import XML, Channel, Draft, compose, renew, weight
from packtrail.simulation.timetable import CLOSING
from packtrail.simulation.truth import LateDocument, RepeatedDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from random import Random

    from packtrail.epcis.events import Event
    from packtrail.simulation.agenda import Agenda
    from packtrail.simulation.numbering import Numbering
    from packtrail.simulation.products import Product
    from packtrail.simulation.truth import Truth

IDENTIFIERS_MAX = 10_000
EVENTS_MAX = 2_000
LATE_SHARE = 0.03
REPEATED_SHARE = 0.02
FIRST_LATE, FIRST_REPEATED = 3, 5
"""These messages are late or repeated whatever chance says, so that even a small world has some."""
LATE_DAYS = (3, 9)


@dataclass(slots=True)
class Bag:
    """What waits for one message, or several when it is much."""

    events: list[Event] = field(default_factory=list)
    products: dict[Product, None] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """Events on their way."""

    channel: Channel
    events: tuple[Event, ...]
    products: tuple[Product, ...]
    is_late: bool
    is_repeated: bool = False


class Post:
    """Takes reports in, and hands messages out in order of sending."""

    def __init__(self, agenda: Agenda, rng: Random, numbering: Numbering, truth: Truth) -> None:
        self.outgoing: deque[Draft] = deque()
        self._agenda = agenda
        self._rng = rng
        self._numbering = numbering
        self._truth = truth
        self._bags: dict[tuple[Channel, datetime], Bag] = {}
        self._collected = 0

    def put(
        self,
        channel: Channel,
        due_at: datetime,
        events: Iterable[Event],
        products: Iterable[Product],
    ) -> None:
        """Add events to the message that a channel sends at a moment."""
        bag = self._bags.get((channel, due_at))
        if bag is None:
            bag = self._bags[channel, due_at] = Bag()
            self._agenda.at(due_at, lambda _: self._collect(channel, due_at))
        bag.events.extend(events)
        bag.products.update(dict.fromkeys(products))

    def _collect(self, channel: Channel, due_at: datetime) -> None:
        bag = self._bags.pop((channel, due_at))
        bag.events.sort(key=attrgetter("event_time"))
        for events in _portions(bag.events):
            self._collected += 1
            moment = (due_at + timedelta(seconds=self._rng.randint(20, 1500))).astimezone(UTC)
            delay = self._delay()
            is_late = bool(delay) and moment + delay < CLOSING
            message = Message(channel, events, tuple(bag.products), is_late=is_late)
            self._plan(message, moment + delay if is_late else moment)

    def _delay(self) -> timedelta:
        if not self._is_chosen(FIRST_LATE, LATE_SHARE):
            return timedelta()
        return timedelta(days=self._rng.randint(*LATE_DAYS), hours=self._rng.randint(0, 9))

    def _is_chosen(self, first: int, share: float) -> bool:
        return self._rng.random() < share or self._collected == first

    def _plan(self, message: Message, moment: datetime) -> None:
        message.is_repeated = self._is_chosen(FIRST_REPEATED, REPEATED_SHARE)
        self._agenda.at(moment, lambda _: self._send(message, moment))

    def _send(self, message: Message, moment: datetime) -> None:
        channel, events = message.channel, message.events
        number = self._numbering.next(f"message {channel.sender.code}")
        document = compose(
            channel, events, products=message.products, sent_at=moment, number=number
        )
        draft = Draft(self._name(channel, moment), channel, moment, document)
        self.outgoing.append(draft)
        if message.is_late:
            last = events[-1].event_time
            self._truth.late.append(LateDocument(draft.name, last, moment))
        if message.is_repeated:
            again = moment + timedelta(minutes=self._rng.randint(5, 4000))
            self._agenda.at(again, lambda _: self._repeat(draft, again))

    def _repeat(self, draft: Draft, moment: datetime) -> None:
        channel, document = draft.channel, draft.document
        has_same_bytes = self._rng.random() < 0.5
        if not has_same_bytes:
            document = renew(
                document,
                sent_at=moment,
                sender=channel.sender,
                number=self._numbering.next(f"message {channel.sender.code}"),
            )
        name = self._name(channel, moment)
        self.outgoing.append(Draft(name, channel, moment, document))
        self._truth.repeated.append(
            RepeatedDocument(name, draft.name, has_same_bytes=has_same_bytes)
        )

    def _name(self, channel: Channel, moment: datetime) -> str:
        number = self._numbering.next("document")
        suffix = "xml" if channel.media_type == XML else "jsonld"
        return f"{number:06d}-{moment:%Y%m%d}-{channel.sender.code}-{channel.kind}.{suffix}"


def _portions(events: list[Event]) -> Iterator[tuple[Event, ...]]:
    """Cut a list of events where a message would get too long."""
    portion: list[Event] = []
    identifiers = 0
    for event in events:
        identifiers += weight(event)
        if portion and (identifiers > IDENTIFIERS_MAX or len(portion) == EVENTS_MAX):
            yield tuple(portion)
            portion, identifiers = [], weight(event)
        portion.append(event)
    yield tuple(portion)
