"""Transactions whose statements go together: the server is asked as seldom as the answers allow.

The driver's own pipeline sends every statement at once, and looks for answers each time. For a
small transaction on a busy machine that costs more than the work: here statements wait until an
answer is fetched, and go with one write; so does the commit, with the last of them. All are
prepared once a connection, in the way of the driver's cursors, and read by its loaders.
"""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.rows import tuple_row

from packtrail.store import direct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from psycopg import Connection
    from psycopg.pq.abc import PGresult

    from packtrail.store.direct import DirectConnection

_PLACEHOLDER: Final = re.compile(r"%(?:\((\w+)\))?(.)")
_FORMATS: Final = {"s": PyFormat.AUTO, "b": PyFormat.BINARY, "t": PyFormat.TEXT}
_GOOD: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC})
_numbers: Final = count(1)

Params: TypeAlias = Sequence[Any] | Mapping[str, Any]
"""Values of the parameters of a statement, in their order or by name."""


class Answer:
    """A statement and what came of it; stands where a cursor of the driver would.

    Args:
        gathering: Sends it.
        row_factory: Makes rows.
        is_binary: Its answer comes in binary.
    """

    def __init__(
        self, gathering: Gathering, row_factory: Callable[[Any], Any], *, is_binary: bool
    ) -> None:
        self._gathering = gathering
        self._row_factory = row_factory
        self._format = Format.BINARY if is_binary else Format.TEXT
        self._encoding = "utf-8"
        self._rows: Iterator[Any] | None = None
        self.pgresult: PGresult | None = None
        """None until the answer is there."""

    def execute(
        self, query: str, params: Params | None = None, *, prepare: bool | None = None
    ) -> Self:
        """Let the statement go with those before it."""
        self._gathering.ask(self, query, params or (), is_prepared=bool(prepare))
        return self

    def executemany(self, query: str, every: Iterable[Sequence[Any]]) -> None:
        """Let a statement go once for each of some values."""
        for params in every:
            self._gathering.ask(self, query, params, is_prepared=True)

    def fetchone(self) -> Any:
        """Wait for the answer; return the next row, None where there is none left."""
        return next(iter(self), None)

    def fetchall(self) -> list[Any]:
        """Wait for the answer; return the rows that are left."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        if self._rows is None:
            self._rows = iter(self._gathering.rows(self, self._format, self._row_factory))
        return self._rows

    @property
    def format(self) -> Format:
        """Form in which its values come."""
        return self._format

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""


class Gathering:
    """The statements of a transaction, from its beginning to its end.

    Args:
        conn: A connection that nothing is done with.
    """

    def __init__(self, conn: DirectConnection) -> None:
        self._conn = conn
        self._pgconn = conn.pgconn
        self._tx: Any = Transformer(conn)
        self._waiting: list[Callable[[], None]] = []
        """What is yet to be sent."""
        self._open: deque[Callable[[PGresult], None]] = deque()
        """Who hears of the results to come, in their order."""
        self._preparing: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        """Names that the server has been told, without an answer yet."""
        self._is_synchronising = False
        self._is_flushed = False
        """The server was told to send the results of all that it was sent."""

    def answer(
        self, row_factory: Callable[[Any], Any] | None = None, *, is_binary: bool = False
    ) -> Answer:
        """Return what takes a statement."""
        return Answer(self, row_factory or tuple_row, is_binary=is_binary)

    def ask(self, answer: Answer, query: str, params: Params, *, is_prepared: bool) -> None:
        """Let a statement go with those before it."""
        numbered, wanted, names = _numbered(query)
        values = [params[name] for name in names] if isinstance(params, Mapping) else params
        written = self._tx.dump_sequence(values, wanted) if wanted else ()
        types, formats = tuple(self._tx.types or ()) if wanted else (), self._tx.formats
        formats = formats if wanted else ()

        def take(result: PGresult) -> None:
            answer.pgresult = result

        if is_prepared:
            name = self._name(numbered, types)
            send_prepared = self._pgconn.send_query_prepared
            command = partial(send_prepared, name, written, formats, answer.format)
        else:
            send_whole = self._pgconn.send_query_params
            command = partial(send_whole, numbered, written, types, formats, answer.format)
        self._waiting.append(command)
        self._open.append(take)

    def rows(
        self, answer: Answer, form: Format, row_factory: Callable[[Any], Any]
    ) -> Sequence[Any]:
        """Wait for an answer; return its rows."""
        if answer.pgresult is None:
            self.request()
            while answer.pgresult is None:
                self._take()
        result = answer.pgresult
        if result is None or not result.ntuples:
            return ()
        self._tx.set_pgresult(result, set_loaders=True, format=form)
        found: Sequence[Any] = self._tx.load_rows(0, result.ntuples, row_factory(answer))
        return found

    def send(self) -> None:
        """Send what was not sent yet, and wait for nothing."""
        waiting, self._waiting = self._waiting, []
        self._is_flushed = False
        for command in waiting:
            command()
        direct.flush(self._conn)

    def request(self) -> None:
        """Send what was not sent yet, and have the server answer all that it was sent."""
        if self._waiting or not self._is_flushed:
            self._waiting.append(self._pgconn.send_flush_request)
            self.send()
            self._is_flushed = True

    def begin(self) -> None:
        """Begin the transaction."""
        self._pgconn.enter_pipeline_mode()
        self.answer().execute("BEGIN", prepare=True)

    def commit(self) -> None:
        """Commit, with all that was not sent yet; return when it is durable."""
        self.answer().execute("COMMIT", prepare=True)
        self._synchronise()
        self._pgconn.exit_pipeline_mode()

    def undo(self) -> None:
        """Undo the transaction, whatever state it is in; a lost connection is let be."""
        with contextlib.suppress(psycopg.Error):
            if self._pgconn.status == ConnStatus.OK:
                self._waiting.clear()
                self._open.clear()
                self._drain()
                self._pgconn.exit_pipeline_mode()
        self._conn.gathering = None
        with contextlib.suppress(psycopg.Error):
            self._conn.rollback()

    def _name(self, query: bytes, types: tuple[int, ...]) -> bytes:
        """Return the name of a prepared statement, which goes before its first use."""
        key = query, types
        known = self._conn.gathered.get(key) or self._preparing.get(key)
        if known is not None:
            return known
        name = self._preparing[key] = b"gathered_%d" % next(_numbers)

        def take(_: PGresult) -> None:
            self._conn.gathered[key] = name

        self._waiting.append(partial(self._pgconn.send_prepare, name, query, types))
        self._open.append(take)
        return name

    def _synchronise(self) -> None:
        def take(_: PGresult) -> None:
            self._is_synchronising = False

        self._is_synchronising = True
        self._waiting.append(self._pgconn.pipeline_sync)
        self._open.append(take)
        self.send()
        while self._is_synchronising:
            self._take()

    def _take(self) -> None:
        """Wait for the next result, and hand it to who hears of it.

        Raises:
            psycopg.Error: What went wrong with the statement.
        """
        hear = self._open.popleft()
        result = self._arrived()
        if result.status not in _GOOD:
            raise errors.error_from_result(result, self._conn.info.encoding)
        hear(result)

    def _arrived(self) -> PGresult:
        result = direct.arrived(self._conn)
        if result is None:
            raise psycopg.OperationalError("The connection gives no result.")
        if result.status != ExecStatus.PIPELINE_SYNC:
            direct.arrived(self._conn)  # Nothing: the end of this one.
        return result

    def _drain(self) -> None:
        """Let go of all results that are to come, up to a last synchronisation."""
        left = 1 + self._is_synchronising
        self._pgconn.pipeline_sync()
        direct.flush(self._conn)
        while left:
            left -= self._arrived().status == ExecStatus.PIPELINE_SYNC


@lru_cache(maxsize=256)
def _numbered(query: str) -> tuple[bytes, tuple[PyFormat, ...], tuple[str, ...]]:
    """Return a statement with its parameters numbered, how each is written, and their names."""
    formats: list[PyFormat] = []
    places: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name, letter = found.groups()
        if letter == "%":
            return "%"
        if name not in places:
            formats.append(_FORMATS[letter])
        return f"${places.setdefault(name, len(formats)) if name else len(formats)}"

    return _PLACEHOLDER.sub(number, query).encode(), tuple(formats), tuple(places)


def send_now(conn: Connection[Any]) -> None:
    """Send what is gathered on a connection, for the server to begin; others have sent it."""
    gathering: Gathering | None = getattr(conn, "gathering", None)
    if gathering is not None:
        gathering.send()


def request(conn: Connection[Any]) -> None:
    """Have the answers to what is gathered on a connection come; others are asked for at once."""
    gathering: Gathering | None = getattr(conn, "gathering", None)
    if gathering is not None:
        gathering.request()


@contextlib.contextmanager
def transaction(conn: DirectConnection) -> Iterator[Connection]:
    """Gather the statements of a connection in a transaction that commits at the end.

    A fault of a statement comes out when a later answer is fetched, or of the commit.
    """
    gathering = conn.gathering = Gathering(conn)
    try:
        gathering.begin()
        yield conn
        gathering.commit()
    except BaseException:
        gathering.undo()
        raise
    finally:
        conn.gathering = None
