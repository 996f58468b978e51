"""The life of the embedded server: own a data directory, start or adopt, join, stop."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import psycopg

from packtrail.base.errors import Unavailable, UsageError
from packtrail.store.embedded import account, binaries, configuration
from packtrail.store.embedded.cluster import Cluster, path_in
from packtrail.store.embedded.configuration import ROLE
from packtrail.store.embedded.ownership import OwnedElsewhere, OwnerLock, is_owned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_OCTETS_MAX = 103
"""macOS allows 103, Linux 107; a data directory should be movable between them."""
_READY_SECONDS = 60
_WATCH_SECONDS = 2.0
_LOG = logging.getLogger(__name__)


class EmbeddedServer:
    """A PostgreSQL server of our own in a data directory.

    Args:
        data_dir: Made when it does not exist.
    """

    def __init__(self, data_dir: Path | str) -> None:
        self._data_dir = Path(data_dir).expanduser().absolute()
        self._lock = OwnerLock(self._data_dir)
        self._cluster: Cluster | None = None
        self._owner_pid = 0

    @property
    def url(self) -> str:
        """How to connect, whether the server runs or not."""
        return _url(self._data_dir, ROLE)

    def start(self) -> str:
        """Own the data directory and start its server, or adopt the one a dead owner left.

        Returns:
            The URL to connect to.

        Raises:
            UsageError: The data directory cannot be used; the message says why and what to do.
            OwnedElsewhere: Another process owns it.
            Unavailable: The server does not start; the message ends with its last words.
        """
        _require_short_socket_path(self._data_dir)
        make_data_dir(self._data_dir)
        self._lock.take()
        try:
            cluster = _prepare(self._data_dir)
            _start_or_adopt(cluster, self._data_dir)
        except BaseException:
            self._lock.release()
            raise
        self._cluster, self._owner_pid = cluster, os.getpid()
        atexit.register(self.stop)
        return self.url

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Meanwhile start the server again whenever it has died."""
        is_over = threading.Event()
        watch = threading.Thread(target=self._watch, args=[is_over], name="database-watch")
        watch.start()
        try:
            yield
        finally:
            is_over.set()
            watch.join()

    def _watch(self, is_over: threading.Event) -> None:
        while not is_over.wait(_WATCH_SECONDS):
            try:
                self.revive()
            except Unavailable as fault:
                _LOG.error("%s", fault)

    def revive(self) -> bool:
        """Start the server again if it has died; return whether it had.

        Raises:
            Unavailable: It does not start, as while its disk is full; try again later.
        """
        if self._cluster is None or self._cluster.running_pid() is not None:
            return False
        _LOG.warning("the database server in %s has died and is started again", self._data_dir)
        _start_or_adopt(self._cluster, self._data_dir)
        return True

    def stop(self) -> None:
        """Stop the server cleanly and give the data directory back; harmless when not started.

        Raises:
            Unavailable: The server did not stop in time; the data directory stays ours.
        """
        if self._cluster is None or self._owner_pid != os.getpid():
            return
        self._cluster.stop()
        self._cluster = None
        self._lock.release()
        atexit.unregister(self.stop)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def join(data_dir: Path | str) -> str:
    """Return the URL of the server of a data directory that another process owns.

    Raises:
        Unavailable: Nobody owns it, or its server does not answer.
    """
    directory = Path(data_dir).expanduser().absolute()
    if not is_owned(directory):
        raise Unavailable(
            f"No server runs in {directory}: start one with `packtrail up --data {directory}`."
        )
    _await_answer(_url(directory, ROLE), lambda: is_owned(directory))
    return _url(directory, ROLE)


@contextlib.contextmanager
def attach(data_dir: Path | str) -> Iterator[str]:
    """Use the server of a data directory: join it when it is owned, else own it meanwhile.

    Yields:
        The URL to connect to.
    """
    server = EmbeddedServer(data_dir)
    try:
        url = server.start()
    except OwnedElsewhere:
        url = join(data_dir)
    try:
        yield url
    finally:
        server.stop()


def _prepare(data_dir: Path) -> Cluster:
    """Bring a data directory to the point where its server can start."""
    path = path_in(data_dir)
    user = account.server_account(path)
    account.require_reach(user, data_dir)
    programs = binaries_for(user, data_dir)
    cluster = Cluster(path, user, programs)
    run = data_dir / "run"
    run.mkdir(exist_ok=True)
    user.own(run)
    # Everybody may pass; who gets in is decided by the server, from the user's number.
    run.chmod(0o755)
    if not path.exists():
        cluster.initialise()
    cluster.require_version()
    users = {user.name, _name(data_dir.stat().st_uid), _name(os.geteuid())}
    prewarms = programs.has_library(configuration.PREWARM)
    configuration.write(data_dir, cluster.path, sorted(users), prewarms=prewarms)
    return cluster


def binaries_for(user: account.Account, data_dir: Path) -> binaries.Binaries:
    """Return the programs that the server's user can run."""
    return binaries.readable_by(user, binaries.find(), data_dir)


def _start_or_adopt(cluster: Cluster, data_dir: Path) -> None:
    if cluster.running_pid() is not None:
        cluster.reload()
        with contextlib.suppress(_Gone):
            _await_answer(_url(data_dir, "postgres"), lambda: cluster.running_pid() is not None)
    if cluster.running_pid() is None:
        cluster.launch(data_dir / "conf" / "postgresql.conf")
    with psycopg.connect(_url(data_dir, "postgres"), autocommit=True) as conn:
        _require_durable(conn)
        if not conn.execute("select 1 from pg_database where datname = %s", [ROLE]).fetchone():
            conn.execute(f"create database {ROLE}")


def _require_durable(conn: psycopg.Connection) -> None:
    row = conn.execute("select current_setting('fsync')").fetchone()
    if row != ("on",):
        raise Unavailable("The database server runs without fsync and would lose work.")


def _name(uid: int) -> str:
    return account.by_uid(uid).name


def _url(data_dir: Path, database: str) -> str:
    return f"postgresql://{ROLE}@/{database}?host={quote(str(data_dir / 'run'), safe='')}"


def _require_short_socket_path(data_dir: Path) -> None:
    path = data_dir / "run" / _SOCKET_NAME
    octets = len(os.fsencode(path))
    if octets > _SOCKET_PATH_OCTETS_MAX:
        raise UsageError(
            f"The data directory {data_dir} has too long a name: its socket {path} takes {octets} "
            f"octets of {_SOCKET_PATH_OCTETS_MAX} that a socket may have. Choose a shorter one."
        )


def make_data_dir(data_dir: Path) -> None:
    """Make a data directory, or look at one that is there.

    Raises:
        UsageError: It cannot be made or written, or a link in it leads elsewhere.
    """
    is_new = not data_dir.exists()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The data directory {data_dir} cannot be made: {error}.") from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise UsageError(f"The data directory {data_dir} cannot be written to by this user.")
    for name in ("bin", "conf", "run"):
        if (data_dir / name).is_symlink():
            raise UsageError(
                f"{data_dir / name} is a link, through which a server started as root could "
                "write anywhere: remove it."
            )
    if is_new and os.geteuid() == 0:
        # The server's user has to pass through. A directory that was there is left as it is.
        data_dir.chmod(0o711)


class _Gone(Unavailable):
    """The server that was waited for is no longer there."""


def _await_answer(url: str, is_there: Callable[[], bool]) -> None:
    """Wait until a server answers, as long as it is there."""
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if not is_there():
                raise _Gone(f"The database server went away: {error}") from error
            if time.monotonic() > deadline:
                raise Unavailable(f"The database server does not answer: {error}") from error
            time.sleep(0.05)
        else:
            return
