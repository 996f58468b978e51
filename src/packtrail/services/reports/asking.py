"""Asking: a report that a person wants, or that the watch has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.compliance.words import Happening
from packtrail.reporting import catalogue, codes
from packtrail.reporting.assembling import local_time, objects_of
from packtrail.reporting.deadlines import Deadline
from packtrail.reporting.life import State, Step
from packtrail.reporting.words import About
from packtrail.services import auditing
from packtrail.services.goods import describing
from packtrail.services.markets.accepting import in_force_for
from packtrail.services.reports import duties, settling, steps
from packtrail.services.reports.gathering import Gatherer, gtin14, read_body
from packtrail.services.reports.receivers import Receiver, required
from packtrail.services.reports.steps import Taken
from packtrail.store import ids
from packtrail.store import reports as rows
from packtrail.store.filters import EventFilter
from packtrail.store.reports import NewReport, ReportRow

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.epcis.events import Event
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application
    from packtrail.store.events import StoredEvent

QUIET: Final = timedelta(minutes=15)
"""How long a lot must be quiet before its report is built by itself."""
_PAPERS_MAX: Final = 2
_VALUE_MAX: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A report that somebody asks for."""

    receiver: str
    form: str
    gtin: str = ""
    lot: str = ""
    events: tuple[str, ...] = ()
    """Event ids."""
    capture: str = ""
    """All events of this capture."""
    happening: str = ""
    """What it tells; default: what the form tells first."""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a report tells of."""

    key: str
    gtin: str = ""
    lot: str = ""
    title: str = ""


def create(app: Application, actor: Actor, wish: Wish) -> ReportRow:
    """Make a report that a person asks for; it is then due.

    Raises:
        NotFound: `REP-025`, there is no such receiver.
        RefusedError: `REP-024`, no such form; `REP-035`, it is not for this receiver or subject;
            `REP-034`, its events may not be seen; `REP-036`, a fact is none of the form.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.REPORTING_CREATE)
    form = catalogue.form(wish.form)
    at = app.clock()
    with app.database.transaction() as conn:
        receiver = required(conn, actor.organisation_id, wish.receiver)
        _require_fit(form, receiver, wish)
        gatherer = Gatherer.of(app, conn, actor)
        events = _events(gatherer, form, wish)
        last = max(events, key=lambda each: each.event_time, default=None)
        happened_at = local_time(read_body(last.body)) if last else at
        subject = _subject(conn, gatherer, form, wish, events)
        happening = Happening(wish.happening) if wish.happening else form.happenings[0]
        asked = duties.deadline_for(
            in_force_for(app, conn, actor.organisation_id), gatherer.selling, receiver, form,
            happening, happened_at, gtin=subject.gtin,
        )  # fmt: skip
        row = add(
            conn,
            actor,
            form,
            receiver,
            subject,
            happening=happening,
            happened_at=happened_at,
            # Whoever asks for it knows when; the duty is noted, so that its obligation follows.
            deadline=Deadline(None, "", asked.duty),
            facts=wish.facts,
            step=Step.ASKED,
            at=at,
        )
        rows.cover(conn, row, [(each.identity, key_of(form, subject, each)) for each in events])
        settling.follow(app, conn, row, at=at)
    return row


def key_of(form: Form, subject: Subject, stored: StoredEvent) -> str:
    """Return what is told of an event: its lot, its capture, or itself."""
    if form.about is About.LOT:
        return subject.key
    return stored.capture_id if form.about is About.EVENTS else stored.identity


def add(  # noqa: PLR0913 - what a report begins with
    conn: Connection,
    actor: Actor,
    form: Form,
    receiver: Receiver,
    subject: Subject,
    *,
    happening: Happening,
    happened_at: datetime,
    deadline: Deadline,
    facts: Mapping[str, str],
    step: Step,
    at: datetime,
) -> ReportRow:
    """Add a report in the state `due`."""
    wait = QUIET if form.about in {About.LOT, About.EVENTS} else timedelta()
    organisation_id = actor.organisation_id
    new = NewReport(
        report_id=ids.new_id(at),
        organisation_id=organisation_id,
        number=rows.next_number(conn, organisation_id),
        receiver=receiver.code,
        form=form.id,
        happening=happening,
        subject_kind=form.about,
        subject_key=subject.key,
        gtin=subject.gtin,
        lot=subject.lot,
        title=subject.title,
        facts=dict(facts),
        state=State.DUE,
        happened_at=happened_at,
        due_at=deadline.at,
        due_words=deadline.words,
        duty=deadline.duty,
        at=at,
        next_at=at + wait if receiver.is_automatic and step is Step.FOUND else None,
    )
    rows.insert(conn, new)
    steps.write(conn, actor, new, 0, Taken(step=step), state=State.DUE, version_no=0, at=at)
    auditing.write(
        conn,
        actor,
        Action.REPORT_CREATED,
        str(new.number),
        at=at,
        organisation_id=organisation_id,
        detail={"receiver": receiver.code, "form": form.id, "subject": subject.key},
    )
    return steps.required(conn, organisation_id, new.report_id)


def _require_fit(form: Form, receiver: Receiver, wish: Wish) -> None:
    if form.market != receiver.market:
        message = f"{form.id} is a form of {form.market}; {receiver.code} is in {receiver.market}."
        raise RefusedError(codes.NOT_FOR_FORM.found(message, at="form"))
    if wish.happening and wish.happening not in form.happenings:
        told = ", ".join(form.happenings)
        message = f"{form.id} tells of {told}, not of {wish.happening!r}."
        raise RefusedError(codes.NOT_FOR_FORM.found(message, at="happening"))
    needs = {
        About.ITEM: bool(wish.gtin),
        About.LOT: bool(wish.gtin and wish.lot) or bool(wish.events or wish.capture),
    }.get(form.about, bool(wish.events or wish.capture))
    if not needs:
        words = {About.ITEM: "a GTIN", About.LOT: "a GTIN and a lot"}
        message = f"{form.id} tells of {words.get(form.about, 'events')}; name it."
        raise RefusedError(codes.NOT_FOR_FORM.found(message, at="subject"))
    require_facts(form, wish.facts)


def require_facts(form: Form, told: Mapping[str, str]) -> None:
    """Refuse facts that a form does not know.

    Raises:
        RefusedError: `REP-036`.
    """
    for name, value in told.items():
        if name not in form.facts:
            known = ", ".join(form.facts) or "none"
            message = f"{form.id} knows no fact {name[:80]!r}; it knows {known}."
            raise RefusedError(codes.BAD_FACT_NAME.found(message, at=name))
        if len(value) > _VALUE_MAX:
            message = f"The value of {name!r} has more than {_VALUE_MAX:,} characters."
            raise RefusedError(codes.BAD_FACT_NAME.found(message, at=name))


def _events(gatherer: Gatherer, form: Form, wish: Wish) -> tuple[StoredEvent, ...]:
    """Return the events that a wish is about, as far as they may be seen."""
    if form.about is About.ITEM:
        return ()
    if not (wish.events or wish.capture):
        wanted = EventFilter(lots=(wish.lot,), biz_steps=("commissioning",))
        return tuple(gatherer.stored(wanted))
    captures_asked = (wish.capture,) if wish.capture else ()
    asked = EventFilter(event_ids=wish.events, captures=captures_asked)
    found = tuple(gatherer.stored(asked))
    if not found:
        raise RefusedError(codes.NO_EVENTS.found("No such events are recorded here."))
    if form.about is About.SHIPMENT and len(found) > 1:
        message = f"{form.id} tells of one shipment; there are {len(found)} events."
        raise RefusedError(codes.NOT_FOR_FORM.found(message, at="events"))
    return found


def _subject(
    conn: Connection,
    gatherer: Gatherer,
    form: Form,
    wish: Wish,
    events: tuple[StoredEvent, ...],
) -> Subject:
    gtin = gtin14(wish.gtin) if wish.gtin else ""
    title = title_of(conn, gatherer, gtin, wish.lot)
    if form.about is About.ITEM:
        return Subject(key=gtin, gtin=gtin, title=title)
    if form.about is About.LOT and gtin:
        return Subject(key=lot_key(gtin, wish.lot), gtin=gtin, lot=wish.lot, title=title)
    if form.about is About.EVENTS:
        return Subject(key=events[0].capture_id, title=title or form.title)
    told = title_of_event(read_body(events[0].body))
    return Subject(key=events[0].identity, gtin=gtin, lot=wish.lot, title=told)


def title_of_event(event: Event) -> str:
    """Return what a report of one event is about: its papers, else the objects that it names."""
    papers = dict.fromkeys(
        each.biz_transaction.rpartition(":")[2] for each in event.biz_transactions
    )
    named = list(objects_of([event]))
    objects = describing.label_of(named[0]) if named else ""
    if len(named) > 1:
        objects += f" and {len(named) - 1:,} more"
    return ": ".join(filter(None, (", ".join(list(papers)[:_PAPERS_MAX]), objects)))


def lot_key(gtin: str, lot: str) -> str:
    """Return what tells a lot from others."""
    return f"{gtin}/{lot}"


def title_of(conn: Connection, gatherer: Gatherer, gtin: str, lot: str) -> str:
    """Return what a report is about, in words: the product and its lot."""
    if not gtin:
        return ""
    product = describing.products_of(conn, [gtin], gatherer.audience_ids).get(gtin)
    name = (product.name if product else None) or gtin
    return f"{name}, lot {lot}" if lot else name
