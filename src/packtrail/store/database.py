"""The way into PostgreSQL: a pool of connections, transactions, and faults people can read.

with Database(url) as database:
    database.migrate()
    with database.transaction() as conn:
        conn.execute("select 1")
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from packtrail.base.errors import LimitExceeded, RefusedError, Unavailable, UsageError
from packtrail.store import distribution, gathered, migrations
from packtrail.store.codes import BAD_TEXT, TEXT_TOO_LONG
from packtrail.store.keyring import KeyedConnection, Keyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from psycopg import Connection

    from packtrail.base.findings import Finding

_VERSION_MIN = 15
_FILL_SECONDS = 30
_RECONNECT_SECONDS = 2
"""How long the pool tries to connect before it begins anew. It waits twice as long each time: after
an outage of a minute it would look for the server a minute later."""
_UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed)


_UNKNOWN = (
    "The connection to the database was lost at the commit, so it is unknown whether this was "
    "recorded. Do it again: what is recorded already is not recorded twice. ({error})"
)
_UNKNOWN_TOLD = (
    "It is unknown whether this was recorded. Send it again: what is recorded already is not "
    "recorded twice."
)
_FULL_TOLD = (
    "There is no room left to record anything. What was acknowledged is kept. Send the request "
    "again later."
)
_FULL_RETRY_SECONDS = 60
_SESSION = """
    set datestyle to 'ISO';
    set intervalstyle to 'postgres';
    set timezone to 'UTC';
    set default_transaction_isolation to 'read committed'
"""
"""A server, a database or a role of somebody's own may have other defaults: the driver cannot read
times in the style of another country, and days would begin elsewhere."""
_SHUTTING_DOWN = "57"
"""Class of the SQLSTATEs with which a server says goodbye."""


class _WarmPool(ConnectionPool[KeyedConnection]):
    """A pool that lends first what came back last.

    The pool of the driver goes round, so that each of ten server processes is asked once in ten
    times, and has nothing at hand: a small transaction then takes it half as long again.
    """

    def _get_ready_connection(self, timeout: float | None) -> KeyedConnection | None:
        self._pool.rotate(1)
        return super()._get_ready_connection(timeout)


class Database:
    """A PostgreSQL database.

    Args:
        url: `postgresql://…`, or a libpq connection string.
        connections_max: Most connections held at once.
        keyring: Opens the keys of pools that made serials; None: no master key is known.

    Raises:
        UsageError: The URL cannot be read.
    """

    def __init__(
        self, url: str, *, connections_max: int = 10, keyring: Keyring | None = None
    ) -> None:
        _require_readable(url)
        self.url = url
        self._connections_max = connections_max
        self.keyring = keyring or Keyring()
        self._pool = _WarmPool(
            url,
            connection_class=KeyedConnection,
            configure=_agree,
            reconnect_timeout=_RECONNECT_SECONDS,
            reconnect_failed=ConnectionPool.check,  # Which begins anew where there is none.
            min_size=1,
            max_size=connections_max,
            open=False,
            timeout=10,
            kwargs={"autocommit": True, "application_name": "packtrail", "connect_timeout": 10},
        )

    def open(self) -> None:
        """Connect.

        Raises:
            Unavailable: The server does not answer.
            UsageError: The server is older than PostgreSQL 15.
        """
        with _readable_faults(self.url):
            # Asked directly first: the pool would try for long, and keep the reason to itself.
            with psycopg.connect(self.url, connect_timeout=10) as conn:
                _require_version(conn)
            self._pool.open()

    def close(self) -> None:
        """Let the connections go."""
        self._pool.close()

    def fill(self) -> None:
        """Open as many connections as may be held, and hold them.

        Raises:
            Unavailable: The server does not answer.
        """
        with _readable_faults(self.url):
            self._pool.resize(self._connections_max, self._connections_max)
            self._pool.wait(_FILL_SECONDS)

    @contextlib.contextmanager
    def transaction(self, *, is_pipelined: bool = False) -> Iterator[Connection]:
        """Lend a connection in a transaction that commits at the end, or rolls back on a fault.

        Args:
            is_pipelined: Send statements without waiting for each: only what is fetched is waited
                for, and a fault of a statement comes out of a later one.

        Raises:
            Unavailable: The server does not answer, or has no room left. Where the connection is
                lost at the commit, the message says that the outcome is unknown: do it again.
        """
        with self._lent() as conn, _committed(_begun(conn, is_pipelined=is_pipelined)):
            yield conn

    @contextlib.contextmanager
    def gathered(self) -> Iterator[Connection]:
        """Lend a connection in a transaction whose statements are sent only for an answer.

        For small ones; otherwise as a pipelined `transaction`, with the same faults.
        """
        with self._lent() as conn, _committed(gathered.transaction(conn)):
            yield conn

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection for looking things up; each statement is a transaction of its own.

        Raises:
            Unavailable: The server does not answer.
        """
        with self._lent() as conn:
            yield conn

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Lend a connection that sees everything as it is now, whatever happens meanwhile.

        Raises:
            Unavailable: The server does not answer.
        """
        with self.transaction() as conn:
            conn.execute("set transaction isolation level repeatable read, read only")
            yield conn

    @contextlib.contextmanager
    def reading_for(self, seconds: int, beyond: Finding) -> Iterator[Connection]:
        """Lend a connection as `reading` does, whose statements may take so long and no longer.

        Args:
            seconds: For each statement.
            beyond: What to tell when one took longer.

        Raises:
            LimitExceeded: `beyond`.
            Unavailable: The server does not answer.
        """
        with self.reading() as conn:
            conn.execute("select set_config('statement_timeout', %s, false)", [f"{seconds}s"])
            try:
                yield conn
            except psycopg.errors.QueryCanceled:
                raise LimitExceeded(beyond) from None
            finally:
                conn.execute("reset statement_timeout")

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date; return the names of the migrations that ran.

        Raises:
            UsageError: The database is newer than this Packtrail, or a migration was changed.
            Unavailable: The server does not answer.
        """
        with self.reading() as conn:
            return migrations.run(conn)

    def distribute(self) -> tuple[str, ...]:
        """Spread the tables over the workers of a Citus cluster; return those that were spread now.

        Raises:
            UsageError: The database is no coordinator of a cluster with workers.
            Unavailable: The server does not answer.
        """
        with self.transaction() as conn:
            return distribution.distribute(conn)

    @contextlib.contextmanager
    def _lent(self) -> Iterator[KeyedConnection]:
        try:
            with _readable_faults(self.url):
                conn = self._alive()
                conn.keyring = self.keyring
                try:
                    yield conn
                finally:  # A transaction that was left open is undone there.
                    self._pool.putconn(conn)
        except Unavailable as fault:
            if _is_lost(fault.__cause__):
                # The others in the pool most likely died with this one: find out now, rather than
                # have each of them fail somebody.
                self._pool.check()
            raise

    def _alive(self) -> KeyedConnection:
        """Take a connection that the server did not end while it lay in the pool."""
        conn = self._pool.getconn()
        while not conn.is_alive():
            self._pool.putconn(conn)  # It sees that the connection is gone, and opens another.
            self._pool.check()
            conn = self._pool.getconn()
        return conn

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def _committed(transaction: AbstractContextManager[object]) -> Iterator[None]:
    """Tell of a connection that was lost at the commit of a transaction."""
    is_done = False
    try:
        with transaction:
            yield
            is_done = True
    except _UNAVAILABLE as error:
        if is_done and _is_lost(error):
            raise Unavailable(_UNKNOWN.format(error=error), told=_UNKNOWN_TOLD) from error
        raise


@contextlib.contextmanager
def _begun(conn: Connection, *, is_pipelined: bool) -> Iterator[None]:
    if not is_pipelined:
        with conn.transaction():
            yield
        return
    try:
        with conn.pipeline(), conn.transaction():
            yield
    except BaseException:
        # After a rollback the driver lets go of what it has prepared, with the next statement that
        # is no part of a pipeline.
        with contextlib.suppress(psycopg.Error):
            conn.execute("select 1")
        raise


@contextlib.contextmanager
def taken_back(conn: Connection) -> Iterator[None]:
    """Undo at the end what is done on a connection meanwhile, whatever else its transaction did."""
    with conn.transaction(force_rollback=True):
        yield


def _agree(conn: Connection) -> None:
    """Agree with the server on how a session begins."""
    conn.execute(_SESSION)


def _require_readable(url: str) -> None:
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # The URL itself stays out of the message: it may carry a password.
        raise UsageError(
            "The database URL cannot be read: expected postgresql://user@host:5432/database."
        ) from None


def _require_version(conn: Connection) -> None:
    major = conn.info.server_version // 10_000
    if major < _VERSION_MIN:
        raise UsageError(
            f"The database server is PostgreSQL {major}; Packtrail needs {_VERSION_MIN} or later."
        )


@contextlib.contextmanager
def _readable_faults(url: str) -> Iterator[None]:
    """Turn the driver's ways of saying "no answer" or "no such value" into faults of ours."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise Unavailable(
            f"The disk of the database {_place(url)} is full: {error}. Nothing of this was "
            "recorded, and nothing recorded before is lost. Free space, then do it again.",
            retry_after_seconds=_FULL_RETRY_SECONDS,
            told=_FULL_TOLD,
        ) from error
    except psycopg.errors.ProgramLimitExceeded as error:
        # The driver counts it among the faults that pass; this one comes back each time.
        message = "A text is longer than an index of the database holds."
        raise RefusedError(TEXT_TOO_LONG.found(message)) from error
    except _UNAVAILABLE as error:
        raise Unavailable(f"The database {_place(url)} does not answer: {error}") from error
    except psycopg.DataError as error:
        # The one place where any argument that no column can hold is met, whichever door it took.
        raise RefusedError(BAD_TEXT.found(f"A value cannot be looked up: {error}.")) from error


def _is_lost(error: BaseException | None) -> bool:
    """Tell whether an error says that the connection is gone, rather than what the server thinks.

    An answer with an SQLSTATE means that the server is there and did not commit, unless it says
    goodbye.
    """
    if not isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_SHUTTING_DOWN)


def _place(url: str) -> str:
    parts = conninfo_to_dict(url)
    return f"{parts.get('dbname') or '(default)'} at {parts.get('host') or 'the local socket'}"
