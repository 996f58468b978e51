"""Cases: alerts worked off together, from the first look to the outcome that rules learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Action, Permission, require
from packtrail.base.amounts import plural
from packtrail.base.errors import Conflict, RefusedError
from packtrail.detection import codes
from packtrail.detection.cases import MOVES, Move, Standing, State, Wish, moved, possible, refusals
from packtrail.detection.clocks import Clock, running
from packtrail.detection.triage import Category
from packtrail.services import auditing
from packtrail.services.alerts import alerts, mailing
from packtrail.services.alerts.changing import (
    TEXT_MAX,
    Change,
    changing,
    require_reason,
    row_of,
)
from packtrail.services.holidays import working_days_in
from packtrail.services.rule_packs import catalogue
from packtrail.store import alerts as alert_rows
from packtrail.store import cases as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.alerts.alerts import Alert
    from packtrail.services.application import Application
    from packtrail.store.cases import CaseRow, EntryRow

ALERTS_MAX: Final = 500
"""Most alerts of one case that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPack:
    """A pack that a case keeps in quarantine, or kept."""

    gtin: str
    serial: str
    notice_id: str
    held_at: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that was done or said."""

    number: int
    at: datetime
    kind: str
    text: str
    by: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    code: str
    title: str
    state: State
    category: Category | None
    outcome: State | None
    cause: str | None
    owner: str
    market: str | None
    opened_at: datetime
    opened_by: str
    confirmed_at: datetime | None
    high_risk_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    revision: int
    alert_count: int
    held_count: int
    clocks: tuple[Clock, ...]
    """The nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case with everything about it."""

    line: CaseLine
    moves: tuple[Move, ...]
    alerts: tuple[Alert, ...]
    entries: tuple[Entry, ...]
    """The oldest first."""
    packs: tuple[HeldPack, ...]

    @property
    def suspects(self) -> tuple[tuple[str, str], ...]:
        """Its packs: product and serial number, each once."""
        return tuple(dict.fromkeys(pack for each in self.alerts for pack in each.packs))

    @property
    def held(self) -> frozenset[tuple[str, str]]:
        """The packs that it keeps in quarantine now."""
        return frozenset((p.gtin, p.serial) for p in self.packs if p.released_at is None)


def open_case(
    app: Application,
    actor: Actor,
    alert_ids: Sequence[str],
    *,
    title: str = "",
    owner: str = "",
    market: str | None = None,
) -> Case:
    """Open a case of some alerts.

    Args:
        app: The application.
        actor: Who opens it.
        alert_ids: Alerts that are in no case, one or more.
        title: What it is about; default: what the surest alert says.
        owner: Who sees to it.
        market: Whose time limits run; default: where the alerts were seen.

    Raises:
        RefusedError: `SIG-065`, no alert; `SIG-059`, one is in another case.
        NotFound: `SIG-050`, one is no alert; there is no rule pack for the market.
        NotPermitted: The actor may not open cases.
    """
    require(actor, Permission.CASE_UPDATE)
    now = app.clock()
    with app.database.transaction() as conn:
        chosen = _chosen(conn, actor, alert_ids)
        surest = max(chosen, key=lambda each: each.score)
        told = market or next(
            (e.market for each in chosen for e in each.evidence if e.market), None
        )
        if told:
            catalogue(app.settings).pack_of(told.upper())
        code = f"C-{now:%Y}-{rows.next_number(conn, actor.organisation_id):04d}"
        values = {
            "organisation_id": actor.organisation_id,
            "code": code,
            "title": (title.strip() or surest.message)[:300],
            "state": State.NEW.value,
            "category": None,
            "market": told.upper() if told else None,
            "owner": owner.strip()[:100],
            "at": now,
            "by": actor.name,
        }
        case_id = rows.insert(conn, values)
        alert_rows.put_in_case(conn, [int(each.alert_id) for each in chosen], case_id, at=now)
        text = f"Opened with {plural(len(chosen), 'alert')}"
        detail = {"alerts": [each.alert_id for each in chosen]}
        rows.add_entry(conn, case_id, actor, "opened", text, at=now, detail=detail)
        auditing.write(conn, actor, Action.CASE_OPENED, code, at=now, detail=detail)
        mailing.opened(
            app, conn, actor, code, title=str(values["title"]), owner=str(values["owner"]),
            alerts=len(chosen), at=now,
        )  # fmt: skip
    return case(app, actor, code)


def add_alerts(app: Application, actor: Actor, code: str, alert_ids: Sequence[str]) -> Case:
    """Add alerts to a case that is not decided.

    Raises:
        RefusedError: `SIG-064`, `SIG-065`, `SIG-059`; see `open_case`.
        NotFound: `SIG-050`, `SIG-051`.
        NotPermitted: The actor may not change cases.
    """
    with changing(app, actor, code) as change:
        change.require_open()
        chosen = _chosen(change.conn, actor, alert_ids)
        numbers = [int(each.alert_id) for each in chosen]
        alert_rows.put_in_case(change.conn, numbers, change.row.case_id, at=change.now)
        detail = {"alerts": [each.alert_id for each in chosen]}
        change.write("alerts", f"Added {plural(len(chosen), 'alert')}", detail=detail)
    return case(app, actor, code)


def merge(app: Application, actor: Actor, code: str, into: str, *, reason: str) -> Case:
    """Put the alerts and packs of a case into another one; the first stays to be read.

    Raises:
        RefusedError: `SIG-064`, one is decided or merged; `SIG-053`, there is no reason.
        NotFound: `SIG-051`, there is no such case.
        NotPermitted: The actor may not change cases.
    """
    if code == into:
        raise RefusedError(codes.BAD_MOVE.found("A case cannot be merged into itself.", at="into"))
    first, second = sorted((code, into))  # Always in one order, so that no two wait for each other.
    with app.database.transaction() as conn:
        changes = {one: Change(app, conn, actor, one) for one in (first, second)}
        gone, kept = changes[code], changes[into]
        for each in (gone, kept):
            each.require_open()
        require_reason(reason)
        rows.merge(conn, gone.row.case_id, kept.row.case_id)
        gone.put(merged_into=kept.row.case_id, state=State.CLOSED.value, closed_at=gone.now)
        gone.write("merged", f"Merged into {into}: {reason.strip()}", action=Action.CASE_MERGED)
        kept.write("merged", f"Took over {code}: {reason.strip()}", action=Action.CASE_MERGED)
    return case(app, actor, into)


def assign(app: Application, actor: Actor, code: str, owner: str) -> Case:
    """Say who sees to a case.

    Raises:
        RefusedError: `SIG-055`, nobody is named.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not change cases.
    """
    if not owner.strip():
        raise RefusedError(codes.NO_OWNER.found("Nobody is named.", at="owner"))
    with changing(app, actor, code) as change:
        change.put(owner=owner.strip()[:100])
        change.write("owner", f"{owner.strip()[:100]} sees to it")
    return case(app, actor, code)


def note(app: Application, actor: Actor, code: str, text: str) -> Case:
    """Write a note into a case.

    Raises:
        RefusedError: `SIG-053`, it is empty.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not change cases.
    """
    require_reason(text)
    with changing(app, actor, code) as change:
        change.write("note", text.strip()[:TEXT_MAX])
    return case(app, actor, code)


def move(
    app: Application, actor: Actor, code: str, wish: Wish, *, revision: int | None = None
) -> Case:
    """Move a case from one state to another.

    Args:
        app: The application.
        actor: Who moves it.
        code: The case.
        wish: The move, with its reason.
        revision: Of the case as the actor saw it; another one is refused.

    Raises:
        RefusedError: `SIG-052` to `SIG-057`, everything that stands against it.
        Conflict: `SIG-061`, somebody changed it meanwhile.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not change cases, or not decide them.
    """
    is_decision = wish.move in {*Move} and MOVES[Move(wish.move)].is_decision
    require(actor, Permission.CASE_DECIDE if is_decision else Permission.CASE_UPDATE)
    with changing(app, actor, code) as change:
        row = change.row
        if revision is not None and revision != row.revision:
            text = f"Case {code} is at revision {row.revision}, not {revision}."
            raise Conflict(codes.CASE_STALE.found(text))
        standing = _standing(row)
        found = tuple(refusals(standing, wish))
        if row.merged_into:
            found = (codes.CASE_DECIDED.found(f"It was merged into {row.merged_into}."), *found)
        if found:
            raise RefusedError(*found)
        after = moved(standing, wish)
        what = Move(wish.move)
        change.put(
            state=after.state.value,
            category=after.category.value if after.category else None,
            outcome=after.outcome.value if after.outcome else None,
            cause=wish.cause if what is Move.REFUTE else None if what is Move.REOPEN else row.cause,
            confirmed_at=change.now if what is Move.CONFIRM else row.confirmed_at,
            closed_at=change.now if what is Move.CLOSE else None,
        )
        said = [each for each in (wish.category, wish.cause) if each]
        text = f"{wish.move.title()}{' ' + ', '.join(said) if said else ''}: {wish.reason.strip()}"
        change.write(what.value, text[:TEXT_MAX], detail={"from": row.state, "to": after.state})
        if what is Move.CONFIRM:
            from packtrail.services.alerts import quarantine  # noqa: PLC0415 - it needs this module

            quarantine.found_illegitimate(change)
    return case(app, actor, code)


def high_risk(app: Application, actor: Actor, code: str, *, reason: str) -> Case:
    """Say that there is a high risk of illegitimacy: the time limit for it begins.

    Raises:
        RefusedError: `SIG-053`, `SIG-064`.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not decide cases.
    """
    require(actor, Permission.CASE_DECIDE)
    require_reason(reason)
    with changing(app, actor, code) as change:
        change.require_open()
        change.put(high_risk_at=change.row.high_risk_at or change.now)
        change.write("high_risk", f"High risk of illegitimacy: {reason.strip()}"[:TEXT_MAX])
    return case(app, actor, code)


def done(app: Application, actor: Actor, code: str, duty: str, *, reason: str) -> Case:
    """Say that somebody was told, as a duty asks; how, and under which number.

    Raises:
        RefusedError: `SIG-053`, nothing says how; `SIG-052`, the case has no such clock.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not change cases.
    """
    require_reason(reason)
    with changing(app, actor, code) as change:
        clocks = _clocks(app, change.row, rows.entries(change.conn, change.row.case_id))
        if duty not in {each.duty for each in clocks}:
            text = f"{duty[:80]!r} is no clock of case {code}."
            raise RefusedError(codes.BAD_MOVE.found(text, at="duty"))
        change.write("done", f"{duty}: {reason.strip()}"[:TEXT_MAX], detail={"duty": duty})
    return case(app, actor, code)


def listed(
    app: Application,
    actor: Actor,
    *,
    states: Sequence[str] | None = None,
    owner: str | None = None,
    before: str | None = None,
    limit: int = 100,
) -> tuple[CaseLine, ...]:
    """Return cases of the actor's organisation, the newest first.

    Raises:
        NotFound: `SIG-051`, `before` is no case.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        start = row_of(conn, actor, before).case_id if before else None
        wanted = rows.Wanted(states=states, owner=owner, before=start)
        found = rows.cases(conn, actor.organisation_id, wanted, limit=limit)
        return tuple(_line(app, row, rows.entries(conn, row.case_id)) for row in found)


def case(app: Application, actor: Actor, code: str) -> Case:
    """Return one case with everything about it.

    Raises:
        NotFound: `SIG-051`, there is none.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        return case_in(app, conn, actor, row_of(conn, actor, code))


def case_in(app: Application, conn: Connection, actor: Actor, row: CaseRow) -> Case:
    """Return one case on a connection."""
    entries = rows.entries(conn, row.case_id)
    found = alerts.read(conn, actor, alert_rows.Wanted(case_id=row.case_id), limit=ALERTS_MAX)
    return Case(
        line=_line(app, row, entries),
        moves=() if row.merged_into else possible(_standing(row)),
        alerts=found,
        entries=tuple(
            Entry(
                number=each.entry_no, at=each.at, kind=each.kind, text=each.text,
                by=each.actor_name, detail=each.detail,
            )
            for each in entries
        ),
        packs=tuple(
            HeldPack(
                gtin=each.gtin, serial=each.serial, notice_id=each.notice_id,
                held_at=each.held_at, released_at=each.released_at,
            )
            for each in rows.packs(conn, row.case_id)
        ),
    )  # fmt: skip


def _chosen(conn: Connection, actor: Actor, alert_ids: Sequence[str]) -> tuple[Alert, ...]:
    if not alert_ids:
        raise RefusedError(codes.NOTHING_CHOSEN.found("No alert is named.", at="alerts"))
    chosen = tuple(alerts.one(conn, actor, each) for each in dict.fromkeys(alert_ids))
    taken = [each for each in chosen if each.case]
    if taken:
        raise Conflict(
            *(
                codes.ALERT_TAKEN.found(f"Alert {each.alert_id} is in {each.case}.", at="alerts")
                for each in taken
            )
        )
    return chosen


def _standing(row: CaseRow) -> Standing:
    return Standing(
        state=State(row.state),
        category=Category(row.category) if row.category else None,
        owner=row.owner,
        outcome=State(row.outcome) if row.outcome else None,
        held_count=row.held_count,
    )


def _line(app: Application, row: CaseRow, entries: Sequence[EntryRow]) -> CaseLine:
    return CaseLine(
        code=row.code,
        title=row.title,
        state=State(row.state),
        category=Category(row.category) if row.category else None,
        outcome=State(row.outcome) if row.outcome else None,
        cause=row.cause,
        owner=row.owner,
        market=row.market,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        confirmed_at=row.confirmed_at,
        high_risk_at=row.high_risk_at,
        closed_at=row.closed_at,
        merged_into=row.merged_into,
        revision=row.revision,
        alert_count=row.alert_count,
        held_count=row.held_count,
        clocks=tuple(_clocks(app, row, entries)),
    )


def _clocks(app: Application, row: CaseRow, entries: Sequence[EntryRow]) -> Iterator[Clock]:
    if row.market is None or row.merged_into:
        return iter(())
    pack = catalogue(app.settings).pack_of(row.market)
    told = {str(each.detail["duty"]): each.at for each in entries if each.kind == "done"}
    moments = {
        "opened": row.opened_at,
        "confirmed": row.confirmed_at,
        "high_risk": row.high_risk_at,
    }
    duties = [replace(each, pack_id=each.pack_id or pack.id) for each in pack.duties.values()]
    is_worked = working_days_in(row.market, row.opened_at.date())
    return running(duties, moments, told, is_worked=is_worked)
