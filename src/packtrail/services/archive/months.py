"""Months: closed, exported, verified, dropped, restored; each step can be cut off and done again.

A month is one of recording, in UTC. Once it is closed nothing can be recorded in it any more: an
event that happened in it and comes late is recorded in the month in which it comes, with its own
event time, and answers as of any moment count it exactly as before. Dropping takes bodies and
originals out of the database, never out of the archive; what is searched by stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.amounts import plural
from packtrail.base.days import written
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.services.archive import folders, holding, standing
from packtrail.services.archive.retention import Rules
from packtrail.store import codes, subscriptions
from packtrail.store import months as partitions
from packtrail.store.archive import checking, manifest, moving, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.services.archive.holding import Hold
    from packtrail.services.archive.retention import Kept, Others, Retention
    from packtrail.services.archive.standing import Standing
    from packtrail.store.archive.rows import MonthRow
    from packtrail.store.destructions import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """A month, where it is on its way into the archive, and until when it is kept.

    What keeps, holds and orders is as much as the actor may see (`standing.seen_by`); steps and
    days are decided on everything.
    """

    month: str
    """Such as `2026-03`."""
    state: str
    """`open`, `closed`, `exported`, `verified`, `dropped` or `destroyed`."""
    is_over: bool
    database_bytes: int
    archive_bytes: int
    events: int | None
    """Of the archive; None while there is none."""
    documents: int | None
    closed_at: datetime | None
    exported_at: datetime | None
    verified_at: datetime | None
    dropped_at: datetime | None
    destroyed_at: datetime | None
    manifest_sha256: str | None
    kept: Kept
    """How long, and what says so."""
    holds: tuple[Hold, ...]
    """Those that reach it, of the actor's organisation; to the installation, of all."""
    is_held_by_others: bool
    """Whether a hold of another company reaches it."""
    orders: tuple[Order, ...]
    """To destroy it, those that stand; whose, as with holds."""
    next_step: str
    """What can be done with it now: `close`, `export`, `verify`, `drop`, `destroy` or nothing."""
    due: str
    """What the retention policies want done with it now: a step, or nothing."""

    @property
    def keep_until(self) -> date | None:
        """The last day on which it must be kept, holds aside; None where no rule says one."""
        return self.kept.until

    @property
    def live_until(self) -> date | None:
        """The last day on which a policy keeps it in the database."""
        return self.kept.live_until

    @property
    def retention(self) -> tuple[Retention, ...]:
        """What says until when it is kept, the longest first."""
        return self.kept.retention

    @property
    def others(self) -> Others:
        """What keeps it for other companies, all together."""
        return self.kept.others

    @property
    def is_held(self) -> bool:
        """Whether a hold reaches it, whosever."""
        return bool(self.holds) or self.is_held_by_others


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What a step has done."""

    month: str
    step: str
    events: int
    documents: int
    size_bytes: int
    manifest_sha256: str
    compared: int = 0
    """Segments that were read before and after, and said the same."""


def read_month(text: str) -> date:
    """Read a month such as `2026-03`.

    Raises:
        NotFound: `STO-073`, it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        message = f"{text[:40]!r} is no month: write it like 2026-03."
        raise NotFound(codes.MONTH_UNKNOWN.found(message, at="month")) from error


def every(app: Application, actor: Actor) -> tuple[MonthView, ...]:
    """Return all months, the newest first, with as much of other companies as the actor may see.

    Raises:
        NotPermitted: The actor may not see them.
    """
    require(actor, Permission.ARCHIVE_READ)
    now = app.clock()
    with app.database.reading() as conn:
        listed = rows.every(conn)
        holds, rules = holding.in_force(conn), Rules(app, conn, now.date())
        expiries = rows.last_expiries(conn, [row.first_day for row in listed])
        return tuple(
            _view(
                conn,
                row,
                standing.of_month(
                    conn,
                    row.first_day,
                    rules.of_month(row.first_day, expiries[row.first_day]),
                    holds,
                ),
                actor,
                now,
            )
            for row in reversed(listed)
        )


def _view(
    conn: Connection, row: MonthRow, whole: Standing, actor: Actor, now: datetime
) -> MonthView:
    state, today = state_of(row), now.astimezone(UTC).date()
    is_over = partitions.next_month(row.first_day) <= today
    noted = row.manifest or {}
    files = noted.get("files", {}).values()
    due = "" if whole.is_held or not is_over else _due(state, whole.kept, today)
    seen = standing.seen_by(whole, actor)
    return MonthView(
        month=f"{row.first_day:%Y-%m}",
        state=state,
        is_over=is_over,
        database_bytes=rows.size(conn, row.first_day),
        archive_bytes=0 if row.destroyed_at else sum(each["size_bytes"] for each in files),
        events=noted.get("events"),
        documents=noted.get("documents"),
        closed_at=row.closed_at,
        exported_at=row.exported_at,
        verified_at=row.verified_at,
        dropped_at=row.dropped_at,
        destroyed_at=row.destroyed_at,
        manifest_sha256=row.manifest_sha256.hex() if row.manifest_sha256 else None,
        kept=seen.kept,
        holds=seen.holds,
        is_held_by_others=seen.is_held_by_others,
        orders=seen.orders,
        next_step=_next_step(
            state, is_over=is_over, is_held=whole.is_held or _stays_live(whole.kept, today)
        ),
        due=due,
    )


def _stays_live(kept: Kept, today: date) -> bool:
    return kept.live_until is not None and today <= kept.live_until


def _due(state: str, kept: Kept, today: date) -> str:
    """Return what the policies want done with a month that is over and not held."""
    if kept.is_over(today) and state in {"verified", "dropped"}:
        return "destroy"
    steps = {"open": "close", **_NEXT}
    return steps.get(state, "") if kept.is_live_over(today) else ""


def close(app: Application, actor: Actor, month: str) -> Archived:
    """Let nothing more be recorded in a month that is over.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: `STO-074`, it is not over, or captures of it are not finished.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = read_month(month), app.clock()
    with app.database.transaction() as conn:
        row = locked(conn, day)
        if row.closed_at is None:
            _require_over(conn, day, now)
            partitions.seal(conn, day)
            rows.set_closed(conn, day, at=now)
            auditing.write(conn, actor, Action.MONTH_CLOSED, month, at=now)
    return _done(row, "close")


def export(
    app: Application,
    actor: Actor,
    month: str,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Archived:
    """Write the archive of a closed month, and hold it against its manifest.

    An archive that is there and whole is taken as it is: an export that was killed after its last
    file is not done twice.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: `STO-075`, it is not closed, or the archive alone holds it.
        RefusedError: `STO-050`, there is not enough room; `STO-07x`, what was written is not whole.
        Unavailable: The disk failed; nothing half-written is left.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day = read_month(month)
    root = folders.root_of(app)
    with folders.alone_in(root):
        with app.database.reading() as conn:
            row = found(conn, day)
        require_state(row, {"closed", "exported", "verified"}, "export")
        folder = root / month
        if not _is_whole(folder, row):
            folders.write(app, day, root, folder, on_progress)
        checked = _checked(folder, month)
        now = app.clock()
        with app.database.transaction() as conn:
            row = locked(conn, day)
            require_state(row, {"closed", "exported", "verified"}, "export")
            _require_all(conn, day, checked.manifest)
            noted = msgspec.to_builtins(checked.manifest)
            rows.set_exported(conn, day, at=now, sha256=checked.manifest_sha256, manifest=noted)
            rows.set_verified(conn, day, at=now)
            detail = {"manifest_sha256": checked.manifest_sha256.hex()}
            auditing.write(conn, actor, Action.MONTH_EXPORTED, month, at=now, detail=detail)
    return _told(checked, "export")


def verify(app: Application, actor: Actor, month: str) -> checking.Checked:
    """Hold the archive of a month against its manifest, and the manifest against the database.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: `STO-075`, it was not exported.
        RefusedError: `STO-070`, `STO-071`: the archive is not there or damaged.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = read_month(month), app.clock()
    with app.database.reading() as conn:
        row = found(conn, day)
    require_state(row, {"exported", "verified", "dropped"}, "verify")
    try:
        checked = _checked(folders.root_of(app) / month, month, row)
    except RefusedError:
        with app.database.transaction() as conn:
            rows.set_verified(conn, day, at=None)
        raise
    with app.database.transaction() as conn:
        rows.set_verified(conn, day, at=now)
        auditing.write(conn, actor, Action.MONTH_VERIFIED, month, at=now)
    return checked


def drop(app: Application, actor: Actor, month: str) -> Archived:
    """Let the archive alone hold bodies and originals of a month.

    The archive is held against its manifest first, whenever that was done last; a sample of the
    month is read before and after.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: `STO-075`, it was not exported; `STO-076`, it is under a legal hold; `STO-084`, a
            policy keeps it in the database.
        RefusedError: The archive is not what it should be; nothing was dropped.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = read_month(month), app.clock()
    with app.database.reading() as conn:
        row = found(conn, day)
    require_state(row, {"exported", "verified", "dropped"}, "drop")
    checked = _checked(folders.root_of(app) / month, month, row)
    if row.dropped_at is not None:
        return _told(checked, "drop")
    with app.database.transaction() as conn:
        row = locked(conn, day)
        require_state(row, {"exported", "verified"}, "drop")
        holding.keep_still(conn)
        _require_droppable(app, conn, day, now)
        compared = moving.take_out(conn, day, checked.manifest_sha256)
        rows.set_verified(conn, day, at=now)
        rows.set_dropped(conn, day, at=now)
        detail = {"manifest_sha256": checked.manifest_sha256.hex(), "compared": compared}
        auditing.write(conn, actor, Action.MONTH_DROPPED, month, at=now, detail=detail)
    return _told(checked, "drop", compared=compared)


def restore(app: Application, actor: Actor, month: str) -> Archived:
    """Bring bodies and originals of a month back into the database; the archive stays.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: `STO-075`, it was not dropped.
        RefusedError: The archive is not what it should be; nothing was changed.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = read_month(month), app.clock()
    folder = folders.root_of(app) / month
    with app.database.reading() as conn:
        row = found(conn, day)
    require_state(row, {"dropped"}, "restore")
    checked = _checked(folder, month, row)
    with app.database.transaction() as conn:
        require_state(locked(conn, day), {"dropped"}, "restore")
        compared = moving.bring_back(conn, day, folder)
        rows.set_dropped(conn, day, at=None)
        auditing.write(conn, actor, Action.MONTH_RESTORED, month, at=now)
    return _told(checked, "restore", compared=compared)


def _is_whole(folder: Path, row: MonthRow) -> bool:
    try:
        found, _ = manifest.read(folder)
        manifest.check_files(folder, found)
    except RefusedError:
        return False
    return found.month == row.first_day


def _checked(folder: Path, month: str, row: MonthRow | None = None) -> checking.Checked:
    checked = checking.check(folder)
    findings = list(checked.findings)
    if row is not None and row.manifest_sha256 != checked.manifest_sha256:
        text = f"The manifest in {folder} is not the one that was noted for {month}."
        findings.append(codes.ARCHIVE_DISAGREES.found(text, at=str(folder)))
    if findings:
        raise RefusedError(*findings)
    return checked


def _require_over(conn: Connection, day: date, now: datetime) -> None:
    end = partitions.next_month(day)
    if now.astimezone(UTC).date() < end:
        text = f"{day:%B %Y} ends with its last day, and today is {now:%Y-%m-%d} (UTC)."
        raise Conflict(codes.MONTH_NOT_OVER.found(text))
    left = rows.unfinished(conn, day)
    if left:
        verb = "is" if left == 1 else "are"
        text = f"{plural(left, 'capture')} that came in {day:%B %Y} {verb} not finished."
        raise Conflict(codes.MONTH_NOT_OVER.found(text))
    running = subscriptions.oldest_running_capture(conn)
    if running is not None and running.astimezone(UTC).date() < end:
        text = f"A capture that began at {running:%Y-%m-%d %H:%M:%S} UTC is still being recorded."
        raise Conflict(codes.MONTH_NOT_OVER.found(text))


def _require_all(conn: Connection, day: date, made: manifest.Manifest) -> None:
    """Refuse an archive that does not hold everything that was recorded."""
    recorded = rows.counts(conn, day)
    if recorded != (made.segments, made.events):
        text = (
            f"{recorded[1]:,} events in {recorded[0]:,} segments were recorded in {day:%B %Y}; the "
            f"archive has {made.events:,} in {made.segments:,}. Move its folder away and try again."
        )
        raise RefusedError(codes.ARCHIVE_DISAGREES.found(text))


def require_state(row: MonthRow, states: set[str], step: str) -> None:
    """Refuse a step that is not the turn of a month.

    Raises:
        Conflict: `STO-075`, it is in another state.
    """
    state = state_of(row)
    if state not in states:
        text = (
            f"{row.first_day:%B %Y} is {state}; to {step} it must be {' or '.join(sorted(states))}."
        )
        raise Conflict(codes.MONTH_NOT_READY.found(text))


def state_of(row: MonthRow) -> str:
    """Return where a month is on its way."""
    steps = (
        ("destroyed", row.destroyed_at),
        ("dropped", row.dropped_at),
        ("verified", row.verified_at),
        ("exported", row.exported_at),
        ("closed", row.closed_at),
    )
    return next((name for name, at in steps if at is not None), "open")


_NEXT = {"closed": "export", "exported": "verify", "verified": "drop"}


def _next_step(state: str, *, is_over: bool, is_held: bool) -> str:
    if state == "open":
        return "close" if is_over else ""
    step = _NEXT.get(state, "")
    return "" if step == "drop" and is_held else step


def whole(app: Application, conn: Connection, day: date, now: datetime) -> Standing:
    """Return everything that stands over a month, by the rules and policies of a day."""
    kept = Rules(app, conn, now.date()).of_month(day, rows.last_expiry(conn, day))
    return standing.of_month(conn, day, kept, holding.in_force(conn))


def _require_droppable(app: Application, conn: Connection, day: date, now: datetime) -> None:
    today, found = now.astimezone(UTC).date(), whole(app, conn, day, now)
    findings = [
        codes.KEPT_LIVE.found(
            f"{day:%Y-%m} stays in the database until {written(each.until)}: "
            f"policy {each.policy_id} of {each.organisation}, {each.span} ({each.source})."
        )
        for each in found.kept.live
        if today <= each.until
    ]
    findings += standing.holds_over(found, day)
    if findings:
        raise Conflict(*findings)


def found(conn: Connection, day: date) -> MonthRow:
    """Return a month.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
    """
    for row in rows.every(conn):
        if row.first_day == day:
            return row
    raise NotFound(codes.MONTH_UNKNOWN.found(f"Nothing was recorded in {day:%B %Y}."))


def locked(conn: Connection, day: date) -> MonthRow:
    """Return a month that nobody else changes until the transaction ends.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
    """
    row = rows.locked(conn, day)
    if row is None:
        raise NotFound(codes.MONTH_UNKNOWN.found(f"Nothing was recorded in {day:%B %Y}."))
    return row


def _done(row: MonthRow, step: str) -> Archived:
    noted = row.manifest or {}
    return Archived(
        month=f"{row.first_day:%Y-%m}",
        step=step,
        events=noted.get("events", 0),
        documents=noted.get("documents", 0),
        size_bytes=0,
        manifest_sha256=row.manifest_sha256.hex() if row.manifest_sha256 else "",
    )


def _told(checked: checking.Checked, step: str, *, compared: int = 0) -> Archived:
    return Archived(
        month=f"{checked.manifest.month:%Y-%m}",
        step=step,
        events=checked.manifest.events,
        documents=checked.documents,
        size_bytes=checked.manifest.size_bytes,
        manifest_sha256=checked.manifest_sha256.hex(),
        compared=compared,
    )
