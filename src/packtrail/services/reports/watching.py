"""Watching: the chore that finds, in events that were recorded, what receivers must be told.

An event gets its record time before its transaction ends, so nothing is looked at that is younger
than the oldest running capture. Coverage keeps an event in one report for a receiver and form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from packtrail.access import Actor
from packtrail.compliance.words import Happening
from packtrail.reporting.assembling import gln_of, local_time
from packtrail.reporting.happenings import happenings_of, ways
from packtrail.reporting.life import State, Step
from packtrail.reporting.words import About, ReceiverKind
from packtrail.services.markets.accepting import in_force_for
from packtrail.services.reports import asking, duties, facts, settling
from packtrail.services.reports.asking import Subject
from packtrail.services.reports.gathering import Gatherer, read_body
from packtrail.services.reports.receivers import Receiver, all_of, codes_of
from packtrail.store import receivers as receiver_rows
from packtrail.store import reports as rows
from packtrail.store import subscriptions
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.epcis.events import Event
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application
    from packtrail.store.events import StoredEvent


def find_due(app: Application) -> int:
    """Find what is due for every organisation that has receivers; return how many reports began."""
    with app.database.reading() as conn:
        owners = receiver_rows.owners(conn)
    return sum(find_due_of(app, organisation_id) for organisation_id in owners)


def find_due_of(app: Application, organisation_id: int) -> int:
    """Find what is due for one organisation."""
    actor = Actor.system("reports", organisation_id=organisation_id)
    with app.database.transaction() as conn:
        rules = in_force_for(app, conn, organisation_id)
        return _Watch(app, conn, actor, Gatherer.of(app, conn, actor), rules).run()


@dataclass(slots=True)
class _Found:
    """One event, and what it was looked up to be."""

    stored: StoredEvent
    event: Event
    happenings: frozenset[Happening]
    gtins: set[str] | None = None
    lots: set[tuple[str, str]] | None = None


@dataclass(slots=True)
class _Watch:
    app: Application
    conn: Connection
    actor: Actor
    _gatherer: Gatherer
    _rules: Catalogue
    begun: int = 0
    _countries: dict[str, str] = field(default_factory=dict)
    _markets: dict[str, frozenset[str]] = field(default_factory=dict)

    def run(self) -> int:
        """Look at everything that is new for any open receiver."""
        open_ones = [each for each in all_of(self.conn, self.actor.organisation_id) if each.is_open]
        until = subscriptions.settled_until(self.conn)
        since = {each.code: self._since(each, until) for each in open_ones}
        gatherer = self._gatherer
        if open_ones and min(since.values()) < until:
            for found in self._news(gatherer, min(since.values()), until):
                for receiver in open_ones:
                    if found.stored.record_time >= since[receiver.code]:
                        self._look(gatherer, receiver, found)
        for receiver in open_ones:
            if since[receiver.code] < until:
                rows.set_watermark(self.conn, self.actor.organisation_id, receiver.code, until)
        return self.begun

    def _since(self, receiver: Receiver, until: datetime) -> datetime:
        found = rows.watermark(self.conn, self.actor.organisation_id, receiver.code)
        return found or receiver.changed_at or until

    def _news(self, gatherer: Gatherer, since: datetime, until: datetime) -> Iterator[_Found]:
        """Yield the organisation's own events that were recorded in a span of time."""
        wanted = EventFilter(
            record_time_from=since,
            record_time_before=until,
            order_by="recordTime",
            order_direction="ASC",
        )
        for stored in gatherer.stored(wanted):
            if stored.owner_id == self.actor.organisation_id:
                event = read_body(stored.body)
                yield _Found(stored, event, happenings_of(event, self._country))

    def _look(self, gatherer: Gatherer, receiver: Receiver, found: _Found) -> None:
        """Begin the reports that an event makes due for a receiver."""
        for form in receiver.wanted_forms():
            happening = next((each for each in form.happenings if each in found.happenings), None)
            if happening is None or not self._concerns(gatherer, receiver, found):
                continue
            for subject in self._subjects(gatherer, form, found):
                self._begin(receiver, form, found, happening, subject)

    # --- whom it concerns -------------------------------------------------------------------------

    def _concerns(self, gatherer: Gatherer, receiver: Receiver, found: _Found) -> bool:
        """Whether an event is for a receiver; what nobody can tell is not."""
        if receiver.kind is ReceiverKind.PARTNER:
            return receiver.gln in _owners(found.event)
        if receiver.takes_all:
            return True
        if found.gtins is None:
            found.gtins = gatherer.items_of((found.event,))
        told = frozenset().union(*(self._markets_of(gtin) for gtin in found.gtins))
        if told:
            return bool(told & codes_of(self._rules, receiver))
        countries = {self._country(gln) for gln in ways(found.event) if gln} - {""}
        return bool(countries & codes_of(self._rules, receiver))

    def _markets_of(self, gtin: str) -> frozenset[str]:
        if gtin not in self._markets:
            told = facts.told_of(self.conn, self.actor.organisation_id, "item", [gtin])
            said = frozenset(told.get(gtin, {}).get(facts.MARKETS, "").replace(",", " ").split())
            sold = self._gatherer.selling.markets(gtin, self.app.clock().date())
            self._markets[gtin] = said or sold
        return self._markets[gtin]

    def _country(self, gln: str) -> str:
        if gln not in self._countries:
            known = self._gatherer.places((), [gln]).get(gln)
            self._countries[gln] = known.facts.get("countryCode", "") if known else ""
        return self._countries[gln]

    # --- what a report is about -------------------------------------------------------------------

    def _subjects(self, gatherer: Gatherer, form: Form, found: _Found) -> Iterator[Subject]:
        if form.about is About.LOT:
            if found.lots is None:
                found.lots = gatherer.lots_of((found.event,))
            for gtin, lot in sorted(found.lots):
                title = asking.title_of(self.conn, gatherer, gtin, lot)
                key = asking.lot_key(gtin, lot)
                yield Subject(key=key, gtin=gtin, lot=lot, title=title)
        elif form.about is About.EVENTS:
            yield Subject(key=found.stored.capture_id, title=form.title)
        elif form.about is not About.ITEM:
            yield Subject(key=found.stored.identity, title=asking.title_of_event(found.event))

    def _begin(
        self,
        receiver: Receiver,
        form: Form,
        found: _Found,
        happening: Happening,
        subject: Subject,
    ) -> None:
        """Begin a report, or let the event join one that nobody has built yet."""
        organisation_id = self.actor.organisation_id
        event, key = found.stored.identity, asking.key_of(form, subject, found.stored)
        if rows.is_covered(self.conn, organisation_id, receiver.code, form.id, event, key):
            return
        # Days and months are those of the place: an event may be written in UTC, beside its offset.
        happened_at = local_time(found.event)
        deadline = duties.deadline_for(
            self._rules, self._gatherer.selling, receiver, form, happening, happened_at,
            gtin=subject.gtin,
        )  # fmt: skip
        waiting = rows.open_for_subject(
            self.conn,
            organisation_id,
            receiver=receiver.code,
            form=form.id,
            subject_key=subject.key,
            states=[State.DUE],
        )
        at = self.app.clock()
        if waiting is None:
            waiting = asking.add(
                self.conn,
                self.actor,
                form,
                receiver,
                subject,
                happening=happening,
                happened_at=happened_at,
                deadline=deadline,
                facts={},
                step=Step.FOUND,
                at=at,
            )
            settling.follow(self.app, self.conn, waiting, at=at)
            self.begun += 1
        else:
            rows.set_happened(
                self.conn, waiting.report_id, happened_at=happened_at, due_at=deadline.at, at=at
            )
        rows.cover(self.conn, waiting, [(event, key)])


def _owners(event: Event) -> set[str]:
    return {gln_of(each.destination) for each in event.destinations}
