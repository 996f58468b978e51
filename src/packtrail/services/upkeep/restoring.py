"""Restoring: bring a backup back, and prove that what it holds is what was there.

A restored store is asked for what the backup's manifest noted: what the fold makes of some objects,
how many rows there are, what some originals say.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail import __version__
from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials.codes import HELD_AFTER_RESTORE
from packtrail.services import auditing
from packtrail.services.upkeep.backups import require_free
from packtrail.services.upkeep.master_key import fingerprint, keyring_of
from packtrail.store import migrations, serials
from packtrail.store.backup import base, manifest, portable, sample
from packtrail.store.backup.manifest import Kind, Manifest
from packtrail.store.codes import FOLD_DIFFERS, NO_MASTER_KEY, OTHER_VERSION
from packtrail.store.database import Database
from packtrail.store.embedded import EmbeddedServer, binaries, path_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.settings import Settings
    from packtrail.store.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a restored store answered."""

    backup: str
    kind: Kind
    made_at: datetime
    postgresql: str
    objects: int
    """Objects whose history was compared."""
    documents: int
    """Originals whose content was compared."""
    unread: int
    """Objects and originals that were not: their packs have no names without the master key."""
    rows: dict[str, int]
    findings: tuple[Finding, ...]


def restore(
    settings: Settings, actor: Actor, backup: Path, *, clock: Callable[[], datetime]
) -> Comparison:
    """Bring a backup back into a new data directory or an empty database, and compare its sample.

    Args:
        settings: Where it goes.
        actor: Who asks.
        backup: The backup, or a folder of backups: the newest of them.
        clock: The time now.

    Raises:
        NotPermitted: Only the installation itself may.
        RefusedError: `STO-051` to `STO-054`, it cannot be restored; nothing was changed.
        UsageError: A base backup does not go into a database of one's own.
        Unavailable: Disk or database failed.
    """
    require(actor, Permission.BACKUP_RESTORE)
    path, told = _readable(backup)
    with _laid(settings, path, told, keyring_of(settings)) as database:
        with database.transaction() as conn:
            # First of all: whatever fails from here on, no pool gives a number twice.
            held = serials.hold_pools(conn, at=clock())
        with database.reading() as conn:
            compared = sample.compare(conn, told.sample)
        with database.transaction() as conn:
            detail = {
                "made_at": told.finished_at.isoformat(),
                "manifest_sha256": manifest.digest(path / manifest.MANIFEST),
                "findings": len(compared.findings),
                "held_pools": held,
            }
            auditing.write(
                conn, actor, Action.BACKUP_RESTORED, str(path), at=clock(), detail=detail
            )
    return _comparison(
        path, told, compared, *_missing_key(settings, told, compared), *_held(held, told)
    )


def check(
    settings: Settings, actor: Actor, backup: Path, *, scratch: Path | None = None
) -> Comparison:
    """Bring a backup back where nobody uses it, compare its sample, and throw it away again.

    Args:
        settings: For the master key alone.
        actor: Who asks.
        backup: The backup, or a folder of backups: the newest of them.
        scratch: Where there is room for it; default: the folder for temporary files.

    Raises:
        NotPermitted: Only the installation itself may.
        RefusedError: `STO-050` to `STO-054`, it cannot be restored.
        UsageError: The folder cannot be used.
        Unavailable: Disk or database failed.
    """
    require(actor, Permission.BACKUP_RESTORE)
    path, told = _readable(backup)
    with _scratch_in(scratch) as folder:
        needed = max(told.size_bytes, told.database_bytes)
        require_free(folder, needed, "restoring", at="--scratch")
        drill = replace(settings, data_dir=folder / "data", database_url="")
        laid = _laid(drill, path, told, keyring_of(settings))
        with laid as database, database.reading() as conn:
            compared = sample.compare(conn, told.sample)
    return _comparison(path, told, compared, *_missing_key(settings, told, compared))


@contextlib.contextmanager
def _scratch_in(folder: Path | None) -> Iterator[Path]:
    """Make a folder of our own in another, for as long as it is needed."""
    try:
        made = tempfile.TemporaryDirectory(prefix="packtrail-check-", dir=folder)
    except OSError as error:
        where = folder or "for temporary files"
        raise UsageError(f"The folder {where} cannot be used: {error.strerror}.") from error
    with made as name:
        Path(name).chmod(0o711)  # Started as root, the server's user must get through.
        yield Path(name)


def _readable(backup: Path) -> tuple[Path, Manifest]:
    """Return a backup this Packtrail can restore, whole as far as its manifest tells."""
    path = manifest.newest(backup.expanduser().absolute())
    told = manifest.read(path)
    manifest.check_files(path, told)
    if told.migration not in {each.name for each in migrations.available()}:
        raise RefusedError(
            OTHER_VERSION.found(
                f"It was made by Packtrail {told.packtrail} with the migration {told.migration}, "
                f"which this Packtrail ({__version__}) does not know.",
                at="migration",
                remedy="Install the version that made it, or a newer one.",
            )
        )
    if told.kind is Kind.BASE and told.postgresql.partition(".")[0] != binaries.find().major:
        raise RefusedError(
            OTHER_VERSION.found(
                f"It was taken from PostgreSQL {told.postgresql}, and this Packtrail brings "
                f"{binaries.find().version}.",
                at="postgresql",
            )
        )
    return path, told


@contextlib.contextmanager
def _laid(settings: Settings, path: Path, told: Manifest, keyring: Keyring) -> Iterator[Database]:
    """Restore a backup, and open the database it has become, brought up to date."""
    lay = _lay_base if told.kind is Kind.BASE else _lay_portable
    with contextlib.ExitStack() as stack:
        url = lay(settings, path, told, stack)
        database = stack.enter_context(Database(url, keyring=keyring))
        database.migrate()
        yield database


def _lay_base(settings: Settings, path: Path, _: Manifest, stack: contextlib.ExitStack) -> str:
    if settings.database_url:
        raise UsageError(
            "A base backup goes into a data directory (--data), not into a database of your own: "
            "for that make one with `packtrail backup --portable`."
        )
    base.lay(path, settings.data_dir)
    return stack.enter_context(EmbeddedServer(settings.data_dir)).url


def _lay_portable(
    settings: Settings, path: Path, told: Manifest, stack: contextlib.ExitStack
) -> str:
    cluster = path_in(settings.data_dir)
    is_new = not settings.database_url and not cluster.exists()
    server = EmbeddedServer(settings.data_dir)
    if not settings.database_url:
        stack.enter_context(server)
    url = settings.database_url or server.url
    try:
        with Database(url) as database, database.reading() as conn:
            portable.lay(conn, path, told)
    except BaseException:
        if is_new:
            server.stop()
            shutil.rmtree(cluster)  # A half-restored database must not be taken for one.
        raise
    return url


def _comparison(
    path: Path, told: Manifest, compared: sample.Compared, *others: Finding
) -> Comparison:
    return Comparison(
        backup=str(path),
        kind=told.kind,
        made_at=told.finished_at,
        postgresql=told.postgresql,
        objects=compared.objects,
        documents=compared.documents,
        unread=compared.unread,
        rows={table: most for table, (_, most) in (told.sample.counts or {}).items()},
        findings=(*compared.findings, *others),
    )


def _held(pools: int, told: Manifest) -> Iterator[Finding]:
    if pools:
        yield HELD_AFTER_RESTORE.found(
            f"{pools:,} {'pool' if pools == 1 else 'pools'} may have given serial numbers after "
            f"{told.finished_at:%Y-%m-%d %H:%M:%S} UTC, which would be given again. Until somebody "
            "says how many, they give none."
        )


def _missing_key(
    settings: Settings, told: Manifest, compared: sample.Compared
) -> Iterator[Finding]:
    here = (fingerprint(settings) or "").split("+")
    wanted = (told.master_key or here[0]).split("+")
    is_missing = told.needs_master_key and (here == [""] or not {*wanted} <= {*here})
    if is_missing:
        whose = f"with fingerprint {told.master_key} " if told.master_key else ""
        unread = (
            f" Without it {compared.unread:,} of the objects and originals noted cannot be read: "
            "they were not compared."
            if compared.unread
            else ""
        )
        yield NO_MASTER_KEY.found(
            f"The keys of its pools were encrypted with a master key {whose}that is not here."
            f"{unread}"
        )
    elif compared.unread:
        yield FOLD_DIFFERS.found(
            f"{compared.unread:,} of the objects and originals noted cannot be read: the keys of "
            "their pools do not open, though the master key is here."
        )
