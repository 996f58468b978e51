"""Folders: where archives lie, and how one is written there or taken away.

An archive is written under a hidden name and gets its own once it is whole; one that is taken away
gets a hidden name first. Whatever is cut off in between is never mistaken for an archive.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from packtrail.base.errors import Unavailable
from packtrail.services import work_folders
from packtrail.services.upkeep import backups
from packtrail.store.archive import exporting, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from packtrail.services.application import Application


def root_of(app: Application) -> Path:
    """Return the folder of archives, made when it is not there yet.

    Raises:
        UsageError: It cannot be made.
    """
    return work_folders.made(app.settings.archives)


def alone_in(root: Path) -> AbstractContextManager[None]:
    """Keep other exports out of the folder of archives.

    Raises:
        Unavailable: Another export is under way.
    """
    busy = Unavailable(f"Another export into {root} is under way: wait for it.")
    return work_folders.alone_in(root, busy=busy)


def write(
    app: Application,
    day: date,
    root: Path,
    folder: Path,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    """Write an archive under a hidden name, and give it its own once it is whole.

    Raises:
        RefusedError: `STO-050`, there is not enough room.
        Unavailable: The disk failed; nothing half-written is left.
    """
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


def take_away(folder: Path) -> None:
    """Remove an archive, and what an earlier removal that was cut off has left.

    Raises:
        Unavailable: The disk failed; doing it again removes the rest.
    """
    going = folder.with_name(f".{folder.name}.destroyed")
    try:
        if folder.exists():
            shutil.rmtree(going, ignore_errors=True)
            folder.rename(going)
            _sync(folder.parent)
        if going.exists():
            shutil.rmtree(going)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be removed: {error.strerror or error}. Mend that and do it again."
        ) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
