"""Viewing: lists of reports, one with all that happened to it, its files, and scores over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.reporting import catalogue, codes
from packtrail.reporting.deadlines import is_missed
from packtrail.reporting.life import DONE, State, Step
from packtrail.services.goods import describing
from packtrail.services.reports import steps, verbs
from packtrail.services.reports.gathering import Gatherer
from packtrail.services.reports.receivers import required
from packtrail.store import preflights, vocabulary
from packtrail.store import reports as rows
from packtrail.store.reports import Wanted

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application
    from packtrail.services.reports.receivers import Receiver
    from packtrail.services.reports.verbs import Verb
    from packtrail.store.preflights import PreflightRow, ScoreRow
    from packtrail.store.reports import FileRow, Mention, ReportRow, StepRow

UNITS: Final = ("day", "week", "month")
_UNDECIDED_MAX: Final = 200
_NOT_LATE: Final = DONE | {State.SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A report in a list."""

    number: int
    receiver: str
    form: str
    form_title: str
    market: str
    happening: str
    title: str
    gtin: str
    lot: str
    state: State
    version_no: int
    score: int | None
    is_guarded: bool
    is_verified: bool
    """Whether the form was compared with what the receiver publishes."""
    happened_at: datetime | None
    due_at: datetime | None
    due_words: str
    duty: str
    is_late: bool
    reference: str
    created_at: datetime
    changed_at: datetime
    attempts: int
    step_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """Why a receiver did not take something."""

    code: str
    text: str
    place: str
    label: str
    """The object as it is printed, empty where the reason is about none."""
    identifier: str
    version_no: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report with all that happened to it."""

    line: ReportLine
    facts: Mapping[str, str]
    asked: Mapping[str, str]
    """Facts that the form knows: name -> what it is."""
    steps: tuple[StepRow, ...]
    files: tuple[FileRow, ...]
    checks: tuple[PreflightRow, ...]
    """Of the files of the last version."""
    findings: tuple[dict[str, Any], ...]
    """What was missing when the files were built last."""
    reasons: tuple[ReasonView, ...]
    events: tuple[str, ...]
    possible: tuple[Verb, ...]
    """What the actor may do with it now."""
    receiver: Receiver


def wanted(states: Iterable[str] = (), **asked: Any) -> Wanted:
    """Return which reports to list.

    Args:
        states: Names of states.
        **asked: The other fields of `Wanted`.

    Raises:
        RefusedError: `PRE-007`, a state is none.
    """
    known = {state.value for state in State}
    for each in states:
        if each not in known:
            message = f"{each[:40]!r} is no state; there are {', '.join(sorted(known))}."
            raise RefusedError(codes.NOT_IN_LIST.found(message, at="state"))
    return Wanted(states=tuple(states), **asked)


def reports(
    app: Application, actor: Actor, wanted: Wanted, *, is_late: bool = False
) -> tuple[ReportLine, ...]:
    """Return reports, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        wanted: Which.
        is_late: Only those whose time is past and that were not handed over.
    """
    require(actor, Permission.REPORTING_READ)
    now = app.clock()
    if is_late:
        unfinished = tuple(s for s in wanted.states or tuple(State) if s not in _NOT_LATE)
        wanted = replace(wanted, states=unfinished, late_at=now)
    with app.database.reading() as conn:
        found = [line_of(row, now) for row in rows.listed(conn, actor.organisation_id, wanted)]
    return tuple(each for each in found if each.is_late or not is_late)


def report(app: Application, actor: Actor, number: int) -> ReportView:
    """Return one report.

    Raises:
        NotFound: `REP-020`, there is none of this number.
    """
    require(actor, Permission.REPORTING_READ)
    now = app.clock()
    with app.database.reading() as conn:
        row = steps.numbered(conn, actor.organisation_id, number)
        history = tuple(rows.steps(conn, row.report_id))
        receiver = required(conn, row.organisation_id, row.receiver)
        return ReportView(
            line=line_of(row, now),
            facts=row.facts,
            asked=catalogue.form(row.form).facts,
            steps=history,
            files=tuple(rows.files(conn, row.report_id)),
            checks=tuple(preflights.of_report(conn, row.report_id, row.version_no)),
            findings=_findings(history),
            reasons=tuple(map(_reason, rows.reasons(conn, row.report_id))),
            events=tuple(rows.covered_of(conn, row.report_id)),
            possible=verbs.possible(actor, row, receiver),
            receiver=receiver,
        )


def file(app: Application, actor: Actor, number: int, file_no: int) -> tuple[FileRow, bytes]:
    """Return a file of a report, byte by byte as it left or came.

    Raises:
        NotFound: `REP-020` or `REP-029`, there is no such report or file.
    """
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        row = steps.numbered(conn, actor.organisation_id, number)
        found = rows.file(conn, row.report_id, file_no)
    if found is None:
        raise NotFound(codes.NO_FILE.found(f"Report {number} has no file {file_no}."))
    return found


def line_of(row: ReportRow, now: datetime) -> ReportLine:
    """Return a report as a list shows it."""
    form = catalogue.form(row.form)
    state = State(row.state)
    is_late = state not in _NOT_LATE and is_missed(row.due_at, row.due_words, now)
    return ReportLine(
        number=row.number,
        receiver=row.receiver,
        form=row.form,
        form_title=form.title,
        market=form.market,
        happening=row.happening,
        title=row.title,
        gtin=row.gtin,
        lot=row.lot,
        state=state,
        version_no=row.version_no,
        score=row.score,
        is_guarded=form.is_guarded,
        is_verified=form.grounds.is_verified,
        happened_at=row.happened_at,
        due_at=row.due_at,
        due_words=row.due_words,
        duty=row.duty,
        is_late=is_late,
        reference=row.reference,
        created_at=row.created_at,
        changed_at=row.changed_at,
        attempts=row.attempts,
        step_no=row.step_no,
    )


def _findings(history: Sequence[StepRow]) -> tuple[dict[str, Any], ...]:
    for each in reversed(history):
        if each.step in {Step.BUILT, Step.FAILED} and "findings" in each.detail:
            return tuple(each.detail["findings"])
    return ()


def _reason(row: rows.ReasonRow) -> ReasonView:
    identifier = _identifier(row.class_key, row.item_key)
    return ReasonView(
        code=row.code,
        text=row.text,
        place=row.place,
        label=describing.label_of(identifier) if identifier else "",
        identifier=identifier,
        version_no=row.version_no,
        at=row.at,
    )


def _identifier(class_key: str | None, item_key: str | None) -> str:
    """Return the Digital Link of an object."""
    if not class_key or not item_key:
        return ""
    kind, _, number = class_key.partition("/")
    try:
        if kind == "sscc":
            return gs1.Key(gs1.KeyType.SSCC, item_key).digital_link()
        return gs1.Key.of(gs1.KeyType.SGTIN, number, item_key).digital_link()
    except (RefusedError, ValueError):
        return ""


# --- numbers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many reports of a receiver are in a state."""

    receiver: str
    state: State
    count: int
    past_due: int


def tallies(app: Application, actor: Actor) -> tuple[Tally, ...]:
    """Return how many reports are in each state, by receiver."""
    require(actor, Permission.REPORTING_READ)
    unfinished = [state for state in State if state not in _NOT_LATE]
    with app.database.reading() as conn:
        found = rows.counts(conn, actor.organisation_id, now=app.clock(), open_states=unfinished)
    return tuple(
        Tally(receiver=receiver, state=State(state), count=count, past_due=past_due)
        for receiver, state, count, past_due in found
    )


def scores(
    app: Application, actor: Actor, *, days: int = 90, unit: str = "week"
) -> tuple[ScoreRow, ...]:
    """Return the scores of checks by period, market and receiver.

    Raises:
        RefusedError: `PRE-006`, the unit is none.
    """
    require(actor, Permission.REPORTING_READ)
    if unit not in UNITS:
        message = f"The unit is {unit[:40]!r}; it must be {', '.join(UNITS)}."
        raise RefusedError(codes.BAD_VALUE.found(message, at="unit"))
    since = app.clock() - timedelta(days=min(days, 3_660))
    with app.database.reading() as conn:
        return tuple(preflights.scores(conn, actor.organisation_id, since=since, unit=unit))


def checks(
    app: Application,
    actor: Actor,
    *,
    receiver: str | None = None,
    market: str | None = None,
    before: datetime | None = None,
    limit: int = 50,
) -> tuple[PreflightRow, ...]:
    """Return checks of outgoing files, the newest first."""
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        found = preflights.newest(
            conn,
            actor.organisation_id,
            receiver=receiver,
            market=market,
            before=before,
            limit=limit,
        )
    return tuple(found)


# --- from elsewhere -------------------------------------------------------------------------------


def of_event(app: Application, actor: Actor, event_id: str) -> tuple[Mention, ...]:
    """Return the reports that tell of an event."""
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        return tuple(rows.covered_by(conn, actor.organisation_id, event_id))


def of_object(app: Application, actor: Actor, text: str) -> tuple[Mention, ...]:
    """Return why receivers did not take a pack or container, the newest first."""
    require(actor, Permission.REPORTING_READ)
    ((class_key, item_key),) = gs1.identify([text])
    with app.database.reading() as conn:
        return tuple(rows.reasons_of_object(conn, actor.organisation_id, class_key, item_key))


def about(app: Application, actor: Actor, text: str) -> tuple[Mention, ...]:
    """Return what reports have to do with an event or object: those that tell of it, refusals.

    Args:
        app: The application.
        actor: Who asks.
        text: Event id, EPC URI, Digital Link or element string.
    """
    try:
        identifier = gs1.parse(text).digital_link()
    except RefusedError:
        identifier = text  # An event, or something that is no key of GS1.
    return (*of_event(app, actor, text), *of_object(app, actor, identifier))


def undecided(app: Application, actor: Actor) -> dict[str, str]:
    """Return trade items that name no market: GTIN -> name. Nothing is found due for them."""
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        gatherer = Gatherer.of(app, conn, actor)
        audience_ids = gatherer.audience_ids
        found = vocabulary.of_type(conn, describing.PRODUCTS, audience_ids, limit=_UNDECIDED_MAX)
        named = {
            gtin: describing.product(row).name or gtin
            for row in found
            if (gtin := describing.gtin_of(describing.key_of(row.id))) and gtin.startswith("0")
        }
        items = gatherer.items(named)
    return {gtin: name for gtin, name in named.items() if not items[gtin].facts.get("markets")}


def forms(market: str | None = None) -> tuple[Form, ...]:
    """Return the forms that are known, of one market or all."""
    return tuple(
        each for each in catalogue.forms().values() if market is None or each.market == market
    )
