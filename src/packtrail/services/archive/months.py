"""Months: closed, exported, verified, dropped, restored; each step can be cut off and done again.

A month is one of recording, in UTC. Once it is closed nothing can be recorded in it any more: an
event that happened in it and comes late is recorded in the month in which it comes, with its own
event time, and answers as of any moment count it exactly as before. Dropping takes bodies and
originals out of the database, never out of the archive; what is searched by stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError, Unavailable, UsageError
from packtrail.services import auditing, backups, rule_packs
from packtrail.services.archive import holding, retention
from packtrail.store import codes, subscriptions
from packtrail.store import months as partitions
from packtrail.store.archive import checking, exporting, manifest, moving, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.services.archive.holding import Hold
    from packtrail.services.archive.retention import Retention
    from packtrail.store.archive.rows import MonthRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """A month, where it is on its way into the archive, and until when it is kept."""

    month: str
    """Such as `2026-03`."""
    state: str
    """`open`, `closed`, `exported`, `verified` or `dropped`."""
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
    manifest_sha256: str | None
    retention: tuple[Retention, ...]
    """What says until when it is kept, the longest first."""
    holds: tuple[Hold, ...]
    """Those that reach it."""
    next_step: str
    """What can be done with it now: `close`, `export`, `verify`, `drop` or nothing."""

    @property
    def keep_until(self) -> date | None:
        """The last day on which it must be kept, holds aside; None where no rule says one."""
        return self.retention[0].until if self.retention else None


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
        UsageError: It is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise UsageError(f"{text!r} is no month: write it like 2026-03.") from error


def every(app: Application, actor: Actor) -> tuple[MonthView, ...]:
    """Return all months, the newest first.

    Raises:
        NotPermitted: The actor may not see them.
    """
    require(actor, Permission.ARCHIVE_READ)
    now = app.clock()
    catalogue = rule_packs.catalogue(app.settings)
    with app.database.reading() as conn:
        holds = holding.in_force(conn)
        return tuple(
            _view(conn, row, holding.reaching(conn, row.first_day, holds), catalogue, now)
            for row in reversed(rows.every(conn))
        )


def _view(
    conn: Connection, row: MonthRow, holds: tuple[Hold, ...], catalogue: Any, now: datetime
) -> MonthView:
    state = _state(row)
    is_over = partitions.next_month(row.first_day) <= now.astimezone(UTC).date()
    noted = row.manifest or {}
    files = noted.get("files", {}).values()
    expiry = _day(rows.last_expiry(conn, row.first_day))
    return MonthView(
        month=f"{row.first_day:%Y-%m}",
        state=state,
        is_over=is_over,
        database_bytes=rows.size(conn, row.first_day),
        archive_bytes=sum(each["size_bytes"] for each in files),
        events=noted.get("events"),
        documents=noted.get("documents"),
        closed_at=row.closed_at,
        exported_at=row.exported_at,
        verified_at=row.verified_at,
        dropped_at=row.dropped_at,
        manifest_sha256=row.manifest_sha256.hex() if row.manifest_sha256 else None,
        retention=retention.of_month(catalogue, row.first_day, expiry, on=now.date()),
        holds=holds,
        next_step=_next_step(state, is_over=is_over, is_held=bool(holds)),
    )


def close(app: Application, actor: Actor, month: str) -> Archived:
    """Let nothing more be recorded in a month that is over.

    Raises:
        NotFound: `STO-073`, nothing was recorded in it.
        Conflict: `STO-074`, it is not over, or captures of it are not finished.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = read_month(month), app.clock()
    with app.database.transaction() as conn:
        row = _locked(conn, day)
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
    root = _root(app)
    with _alone_in(root):
        with app.database.reading() as conn:
            row = _found(conn, day)
        _require_state(row, {"closed", "exported", "verified"}, "export")
        folder = root / month
        if not _is_whole(folder, row):
            _write(app, day, root, folder, on_progress)
        checked = _checked(folder, month)
        now = app.clock()
        with app.database.transaction() as conn:
            row = _locked(conn, day)
            _require_state(row, {"closed", "exported", "verified"}, "export")
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
        row = _found(conn, day)
    _require_state(row, {"exported", "verified", "dropped"}, "verify")
    try:
        checked = _checked(_root(app) / month, month, row)
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
        Conflict: `STO-075`, it was not exported; `STO-076`, it is under a legal hold.
        RefusedError: The archive is not what it should be; nothing was dropped.
    """
    require(actor, Permission.ARCHIVE_UPDATE)
    day, now = read_month(month), app.clock()
    with app.database.reading() as conn:
        row = _found(conn, day)
    _require_state(row, {"exported", "verified", "dropped"}, "drop")
    checked = _checked(_root(app) / month, month, row)
    if row.dropped_at is not None:
        return _told(checked, "drop")
    with app.database.transaction() as conn:
        row = _locked(conn, day)
        _require_state(row, {"exported", "verified"}, "drop")
        holds = holding.reaching(conn, day, holding.in_force(conn))
        if holds:
            raise Conflict(*(_held(month, each) for each in holds))
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
    folder = _root(app) / month
    with app.database.reading() as conn:
        row = _found(conn, day)
    _require_state(row, {"dropped"}, "restore")
    checked = _checked(folder, month, row)
    with app.database.transaction() as conn:
        _require_state(_locked(conn, day), {"dropped"}, "restore")
        compared = moving.bring_back(conn, day, folder)
        rows.set_dropped(conn, day, at=None)
        auditing.write(conn, actor, Action.MONTH_RESTORED, month, at=now)
    return _told(checked, "restore", compared=compared)


def go_on(app: Application) -> None:
    """Close, export and verify the months that the settings want archived: a chore."""
    if not app.settings.archive_after_months:
        return
    actor = Actor.system("archive")
    latest = partitions.first_day(app.clock())
    for _ in range(app.settings.archive_after_months):
        latest = partitions.month_before(latest)
    with app.database.reading() as conn:
        due = [row for row in rows.every(conn) if row.first_day < latest]
    for row in due:
        month = f"{row.first_day:%Y-%m}"
        if row.closed_at is None:
            close(app, actor, month)
        if row.exported_at is None:
            export(app, actor, month)


def _write(
    app: Application,
    day: date,
    root: Path,
    folder: Path,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    """Write an archive under a hidden name, and give it its own once it is whole."""
    partial = root / f".{folder.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    with app.database.reading() as conn:
        backups.require_free(root, rows.size(conn, day), "the archive of")
    try:
        partial.mkdir(mode=0o700)
        with app.database.snapshot() as conn:
            exporting.export(conn, day, partial, on_progress=on_progress)
        for file in partial.iterdir():
            _sync(file)
        _sync(partial)
        old = root / f".{folder.name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
        _sync(root)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise Unavailable(
            f"The archive cannot be written into {root}: {error.strerror or error}. Nothing of it "
            "is left and nothing was dropped: make room and do it again."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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
        text = f"{left:,} captures that came in {day:%B %Y} are not finished."
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


def _require_state(row: MonthRow, states: set[str], step: str) -> None:
    state = _state(row)
    if state not in states:
        text = (
            f"{row.first_day:%B %Y} is {state}; to {step} it must be {' or '.join(sorted(states))}."
        )
        raise Conflict(codes.MONTH_NOT_READY.found(text))


def _state(row: MonthRow) -> str:
    steps = (
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


def _held(month: str, hold: Hold) -> Any:
    text = f"{month} is reached by hold {hold.hold_id} over {hold.over}: {hold.reason}."
    return codes.UNDER_HOLD.found(text)


def _found(conn: Connection, day: date) -> MonthRow:
    for row in rows.every(conn):
        if row.first_day == day:
            return row
    raise NotFound(codes.MONTH_UNKNOWN.found(f"Nothing was recorded in {day:%B %Y}."))


def _locked(conn: Connection, day: date) -> MonthRow:
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


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _root(app: Application) -> Path:
    root = app.settings.archives
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {root} cannot be made: {error.strerror}.") from error
    return root


@contextlib.contextmanager
def _alone_in(root: Path) -> Iterator[None]:
    """Keep other exports out of the folder of archives."""
    try:
        descriptor = os.open(root / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise UsageError(f"The folder {root} cannot be used: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Unavailable(f"Another export into {root} is under way: wait for it.") from None
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
