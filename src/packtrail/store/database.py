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

from packtrail.base.errors import RefusedError, Unavailable, UsageError
from packtrail.store import migrations
from packtrail.store.codes import BAD_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

_VERSION_MIN = 15
_UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed)


class Database:
    """A PostgreSQL database.

    Args:
        url: `postgresql://…`, or a libpq connection string.
        connections_max: Most connections held at once.

    Raises:
        UsageError: The URL cannot be read.
    """

    def __init__(self, url: str, *, connections_max: int = 10) -> None:
        _require_readable(url)
        self.url = url
        self._pool = ConnectionPool(
            url,
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

    @contextlib.contextmanager
    def transaction(self, *, is_pipelined: bool = False) -> Iterator[Connection]:
        """Lend a connection in a transaction that commits at the end, or rolls back on a fault.

        Args:
            is_pipelined: Send statements without waiting for each: only what is fetched is waited
                for, and a fault of a statement comes out of a later one.

        Raises:
            Unavailable: The server does not answer. At the commit that means: unknown, do it again.
        """
        with _readable_faults(self.url), self._pool.connection() as conn:
            if not is_pipelined:
                with conn.transaction():
                    yield conn
                return
            try:
                with conn.pipeline(), conn.transaction():
                    yield conn
            except BaseException:
                # After a rollback the driver lets go of what it has prepared, with the next
                # statement that is no part of a pipeline.
                with contextlib.suppress(psycopg.Error):
                    conn.execute("select 1")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection for looking things up; each statement is a transaction of its own.

        Raises:
            Unavailable: The server does not answer.
        """
        with _readable_faults(self.url), self._pool.connection() as conn:
            yield conn

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date; return the names of the migrations that ran.

        Raises:
            UsageError: The database is newer than this Packtrail, or a migration was changed.
            Unavailable: The server does not answer.
        """
        with self.reading() as conn:
            return migrations.run(conn)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
    except _UNAVAILABLE as error:
        raise Unavailable(f"The database {_place(url)} does not answer: {error}") from error
    except psycopg.DataError as error:
        # The one place where any argument that no column can hold is met, whichever door it took.
        raise RefusedError(BAD_TEXT.found(f"A value cannot be looked up: {error}.")) from error


def _place(url: str) -> str:
    parts = conninfo_to_dict(url)
    return f"{parts.get('dbname') or '(default)'} at {parts.get('host') or 'the local socket'}"
