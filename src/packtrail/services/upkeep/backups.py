"""Backups: make one while the server works.

The embedded database is copied file by file (a base backup); any database table by table (a
portable one). Either way a sample of objects and originals is noted, so that what a restored store
makes of them can be compared; see `packtrail.services.upkeep.restoring`.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail import __version__
from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError, Unavailable, UsageError
from packtrail.services import auditing, work_folders
from packtrail.services.upkeep.master_key import fingerprint
from packtrail.store import health, serials
from packtrail.store.archive import rows as month_rows
from packtrail.store.backup import base, manifest, portable, sample
from packtrail.store.backup.manifest import Kind, Manifest
from packtrail.store.codes import NO_ROOM
from packtrail.store.embedded import path_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

SAMPLE_SIZE = 200
"""Events and originals, chosen at random, of which a backup notes what they say."""
_SPARE = 1.05
"""What happens meanwhile comes on top of what is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """A backup that was made."""

    path: str
    kind: Kind
    manifest_sha256: str
    """Of its manifest, which vouches for everything else: keep it elsewhere."""
    size_bytes: int
    began_at: datetime
    finished_at: datetime
    sampled_objects: int
    sampled_documents: int
    needs_master_key: bool
    """Whether it is of use only together with the master key, which is not in it."""
    archived_months: int
    """Months whose documents are in the archive folder alone, which is not in it."""
    removed: tuple[str, ...]
    """Older backups that gave way."""


def create(
    app: Application,
    actor: Actor,
    into: Path,
    *,
    is_portable: bool = False,
    keep: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> BackupMade:
    """Make a backup of everything, while captures and queries go on.

    Args:
        app: The application.
        actor: Who asks.
        into: The folder of backups; each is a folder in it, named by its time.
        is_portable: Copy tables, not files; a database that is not embedded is always so copied.
        keep: How many backups to keep in the folder, 1 or more; default: all.
        on_progress: Called with how much is done, and of how much.

    Raises:
        NotPermitted: Only the installation itself may.
        RefusedError: `STO-050`, there is not enough room.
        UsageError: The folder cannot be used, or another backup is being made in it.
        Unavailable: The database or the disk failed; nothing is left behind.
    """
    require(actor, Permission.BACKUP_CREATE)
    if keep is not None and keep < 1:
        raise UsageError(f"The backups to keep are {keep}: keep 1 or more.")
    kind = Kind.PORTABLE if is_portable or app.settings.database_url else Kind.BASE
    folder = into.expanduser().absolute()
    _require_outside(app, folder)
    work_folders.made(folder)
    with _alone_in(folder):
        if kind is Kind.BASE:
            _require_room(app, folder)
        path, made, sha256 = _make(app, folder, kind, on_progress)
        older = [each for each in manifest.backups(folder) if each != path]
        removed = older[: max(0, len(older) + 1 - keep)] if keep else []
        for each in removed:
            shutil.rmtree(each)
    detail = {
        "kind": kind.value,
        "bytes": made.size_bytes,
        "manifest_sha256": sha256,
        "began_at": made.began_at.isoformat(),
        "removed": [str(each) for each in removed],
    }
    with app.database.transaction() as conn:
        archived = sum(row.dropped_at is not None for row in month_rows.every(conn))
        auditing.write(
            conn, actor, Action.BACKUP_CREATED, str(path), at=made.finished_at, detail=detail
        )
    return BackupMade(
        path=str(path),
        kind=kind,
        manifest_sha256=sha256,
        size_bytes=made.size_bytes,
        began_at=made.began_at,
        finished_at=made.finished_at,
        sampled_objects=len(made.sample.objects),
        sampled_documents=len(made.sample.documents),
        needs_master_key=made.needs_master_key,
        archived_months=archived,
        removed=tuple(map(str, removed)),
    )


def _make(
    app: Application,
    folder: Path,
    kind: Kind,
    on_progress: Callable[[int, int], None] | None,
) -> tuple[Path, Manifest, str]:
    """Make one backup under a hidden name, and give it its own once it is whole."""
    began_at = app.clock()
    name = f"packtrail-{began_at:%Y%m%dT%H%M%SZ}"
    if (folder / name).exists():
        raise UsageError(f"{folder / name} exists already: wait a second.")
    partial = folder / f".{name}.partial"
    partial.mkdir(mode=0o700)
    try:
        copy = _copy_base if kind is Kind.BASE else _copy_portable
        taken, tables, vouchers = copy(app, partial, on_progress)
        files = {file: manifest.digest(partial / file) or "" for file in vouchers}
        with app.database.reading() as conn:
            condition = health.condition(conn)
            needs_key = serials.has_keys(conn)
        made = Manifest(
            kind=kind,
            packtrail=__version__,
            postgresql=condition.server_version,
            migration=condition.migration,
            began_at=began_at,
            finished_at=app.clock(),
            size_bytes=sum(each.stat().st_size for each in partial.rglob("*") if each.is_file()),
            needs_master_key=needs_key,
            master_key=fingerprint(app.settings),
            files=files,
            sample=taken,
            tables=tables,
            database_bytes=condition.size_bytes,
        )
        sha256 = manifest.write(partial, made)
        _sync(partial)
        partial.rename(folder / name)
        _sync(folder)
    except OSError as error:
        raise Unavailable(
            f"The backup cannot be written into {folder}: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder / name, made, sha256


_Copied = tuple[sample.Sample, tuple[manifest.TableCopy, ...], tuple[str, ...]]


def _copy_base(
    app: Application, partial: Path, on_progress: Callable[[int, int], None] | None
) -> _Copied:
    with app.database.reading() as conn:
        before = _sample(app, conn)
    vouchers = base.copy(app.database.url, app.settings.data_dir, partial, on_progress=on_progress)
    with app.database.reading() as conn:
        return sample.again(conn, before), (), vouchers


def _copy_portable(
    app: Application, partial: Path, on_progress: Callable[[int, int], None] | None
) -> _Copied:
    with app.database.snapshot() as conn:
        taken = _sample(app, conn)
        tables = portable.copy(conn, partial, on_progress=on_progress)
    return taken, tables, tuple(each.file for each in tables)


def _sample(app: Application, conn: Connection) -> sample.Sample:
    chosen = random.Random(os.urandom(16))  # noqa: S311 - a sample, no secret
    return sample.take(conn, at=app.clock(), size=SAMPLE_SIZE, random=chosen)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other backups out of a folder, and throw away what those that were killed left."""
    busy = UsageError(f"Another backup is being made in {folder}: wait for it.")
    with work_folders.alone_in(folder, busy=busy):
        for left in folder.glob(".packtrail-*.partial"):
            shutil.rmtree(left)
        yield


def _require_outside(app: Application, folder: Path) -> None:
    """Refuse to write among the files that are copied: each backup would hold those before it."""
    cluster = path_in(app.settings.data_dir).resolve()
    if not app.settings.database_url and folder.resolve().is_relative_to(cluster):
        raise UsageError(f"{folder} is within the database in {cluster}: name another folder.")


def _require_room(app: Application, folder: Path) -> None:
    with app.database.reading() as conn:
        needed = health.server_bytes(conn)
    require_free(folder, needed, "a backup of")


def require_free(folder: Path, needed: int, what: str, *, at: str = "DIR") -> None:
    """Refuse a folder without room.

    Raises:
        RefusedError: `STO-050` with what is free and what is needed, in bytes.
    """
    free = shutil.disk_usage(folder).free
    if free < needed * _SPARE:
        raise RefusedError(
            NO_ROOM.found(
                f"{folder} has {free / 1e6:,.0f} MB free; {what} {needed / 1e6:,.0f} MB needs "
                "a little more than that.",
                at=at,
            )
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
