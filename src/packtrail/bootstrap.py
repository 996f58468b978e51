"""Bootstrap: the one place where settings, database and clock become an application."""

from __future__ import annotations

import contextlib
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError, UsageError
from packtrail.gs1 import CompanyPrefixes
from packtrail.services.application import Application
from packtrail.services.capture import capture
from packtrail.services.capture.progress import ProgressBoard, Seat, SharedBoard
from packtrail.store import shelf
from packtrail.store.database import Database
from packtrail.store.embedded import EmbeddedServer, OwnedElsewhere, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.settings import Settings

__all__ = ["Application", "open_application"]


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


@contextlib.contextmanager
def open_application(
    settings: Settings,
    *,
    is_server: bool = False,
    joins: bool = False,
    recovers: bool = True,
    progress: ProgressBoard | None = None,
) -> Iterator[Application]:
    """Open the database, bring it up to date, and finish what was left unfinished.

    Without a database URL the embedded server of the data directory is used: started and owned for
    as long as the application is open, or joined when a running Packtrail owns it already.

    Args:
        settings: Where the data is, and every limit.
        is_server: Whether this is the process that serves; it must own the data directory.
        joins: Whether the embedded server must be there already, because a process that is to
            outlive this one owns it.
        recovers: Whether it runs what was left unfinished, where that is its to do.
        progress: Where captures write how far they are; default: where the processes of a server
            see it, or in the memory of this process where it is none.

    Yields:
        The application; leaving waits for captures that run, and stops what was started.

    Raises:
        UsageError: The data directory, the database or the register of company prefixes cannot be
            used; for a server also when another process owns it.
        Unavailable: The database does not answer.
    """
    company_prefixes = _register(settings.company_prefixes_file)
    with contextlib.ExitStack() as stack:
        if joins:
            url, is_owner = settings.database_url or join(settings.data_dir), True
        else:
            url, is_owner = _database_url(settings, stack, is_server=is_server)
        database = Database(url, connections_max=settings.database_connections_max)
        stack.enter_context(database)
        database.migrate()
        shelf.SHELF.add(settings.archives)
        workers = ThreadPoolExecutor(settings.capture_workers, thread_name_prefix="capture")
        stack.callback(workers.shutdown, wait=True, cancel_futures=True)
        application = Application(
            settings=settings,
            database=database,
            clock=utc_now,
            company_prefixes=company_prefixes,
            workers=workers,
            progress=progress or (_board(settings, stack) if is_server else ProgressBoard()),
        )
        if is_owner and recovers:
            capture.recover(application)
        yield application


def _board(settings: Settings, stack: contextlib.ExitStack) -> SharedBoard:
    """Return a board for this process, one that does the chores, and those that answer."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="packtrail-progress-"))
    return SharedBoard(Seat(Path(folder) / "progress", 0, 2 + settings.server_processes))


def _register(file: str) -> CompanyPrefixes:
    """Return the register of company prefixes in a file; an empty one without."""
    if not file:
        return CompanyPrefixes({})
    try:
        return CompanyPrefixes.read(Path(file).read_bytes())
    except (OSError, RefusedError) as error:
        raise UsageError(
            f"company_prefixes_file is {file!r}, which cannot be read: {error}"
        ) from error


def _database_url(
    settings: Settings, stack: contextlib.ExitStack, *, is_server: bool
) -> tuple[str, bool]:
    """Return the URL, and whether unfinished captures are ours to finish."""
    if settings.database_url:
        return settings.database_url, is_server
    server = EmbeddedServer(settings.data_dir)
    try:
        url = server.start()
    except OwnedElsewhere:
        if is_server:
            raise
        return join(settings.data_dir), False
    stack.callback(server.stop)
    if is_server:
        stack.enter_context(server.watched())
    return url, True
