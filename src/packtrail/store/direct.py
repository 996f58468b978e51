"""Statements that are asked thousands of times a second, sent without the driver's cursor.

A cursor looks at the text and at every value each time; for a look-up that the server answers in
forty microseconds this takes longer than the answer. Such a statement says once which types its
parameters have, is prepared once a connection, and its answer comes in binary. The driver still
reads the rows. What is to be asked at one time goes together, and is waited for once.
"""

from __future__ import annotations

import re
import select
import struct
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from psycopg import Connection, OperationalError, errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, PipelineStatus, TransactionStatus

from packtrail.store.parameters import array, bigints, integers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult

    from packtrail.store.class_rows import ClassRow
    from packtrail.store.gathered import Gathering

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")
_ARRAY: Final = struct.Struct(">iiiii")
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FINE: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_numbers: Final = count(1)


def _integer_array(values: Sequence[int]) -> bytes:
    return array(values, 23, 4)


def _bigint_array(values: Sequence[int]) -> bytes:
    return array(values, 20, 8)


def _text_array(values: Sequence[str]) -> bytes:
    if not values:
        return struct.pack(">iii", 0, 0, 25)
    written = [value.encode() for value in values]
    each = [part for value in written for part in (struct.pack(">i", len(value)), value)]
    return _ARRAY.pack(1, 0, 25, len(values), 1) + b"".join(each)


def _moment(value: datetime) -> bytes:
    return struct.pack(">q", (value - _EPOCH) // _MICROSECOND)


class Kind(Enum):
    """A type of parameters: its number in the catalogue, and how a value is written."""

    SMALLINT = (21, struct.Struct(">h").pack)
    INTEGER = (23, struct.Struct(">i").pack)
    BIGINT = (20, struct.Struct(">q").pack)
    TEXT = (25, str.encode)
    BYTES = (17, bytes)
    MOMENT = (1184, _moment)
    TEXTS = (1009, _text_array)
    INTEGERS = (1007, _integer_array)
    BIGINTS = (1016, _bigint_array)


_WRAPPED: Final[dict[Kind, Callable[[Any], object]]] = {
    Kind.INTEGERS: integers,
    Kind.BIGINTS: bigints,
}
"""How the driver itself is given a value that it would take for something else."""


class Statement:
    """A statement with parameters of known types.

    Args:
        text: The statement, its parameters as `%(name)s`.
        kinds: Type by parameter; values are given in this order.
    """

    def __init__(self, text: str, /, **kinds: Kind) -> None:
        self.text = text
        self.names = tuple(kinds)
        self.kinds = tuple(kinds.values())
        self.oids = tuple(kind.value[0] for kind in self.kinds)
        self.writers: tuple[Callable[[Any], bytes], ...] = tuple(
            kind.value[1] for kind in self.kinds
        )
        self.formats = (Format.BINARY,) * len(self.kinds)
        self.name = b"packtrail_%d" % next(_numbers)
        places = {name: f"${place}" for place, name in enumerate(self.names, 1)}
        numbered = _PLACEHOLDER.sub(lambda found: places[found[1]], text)
        self.numbered = numbered.replace("%%", "%").encode()

    def written(self, values: Sequence[Any]) -> list[bytes]:
        """Return values as they are sent."""
        return [write(value) for write, value in zip(self.writers, values, strict=True)]


Asked: TypeAlias = "tuple[Statement, Sequence[Any]]"
"""A statement, and a value for each of its parameters."""


class DirectConnection(Connection[tuple[Any, ...]]):
    """A connection over which statements may be sent directly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: set[bytes] = set()
        """Names of the statements that the server has prepared."""
        self.classes: dict[str | int, ClassRow] = {}
        """What is remembered of classes, see `packtrail.store.class_rows`."""
        self.transformer: Any = None
        """What reads rows; made with the first."""
        self.arrival: select.poll | None = None
        """What waits for answers; made with the first."""
        self.gathered: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        """Name by statement and types of its parameters, of those prepared by gathering."""
        self.gathering: Gathering | None = None
        """Takes the statements meanwhile."""
        self.along: Along | None = None
        """What goes along with the next question."""
        self.underway: list[Underway] = []
        """What was sent, and has not been waited for yet; answers come in this order."""

    def settle(self) -> None:
        """Wait for what is under way, where anything is."""
        if self.underway:
            self.underway[-1].receive()

    def is_alive(self) -> bool:
        """Tell whether the server did not end this connection while it was idle; asks nobody."""
        try:
            while _await(self, select.POLLIN, milliseconds=0):
                self.pgconn.consume_input()
        except OperationalError:
            return False
        return True

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """Execute a statement, as the driver does or together with others."""
        self.settle()
        if self.gathering is None:
            return super().execute(query, params, **how)
        answer = self.gathering.answer(is_binary=how.get("binary", False))
        return answer.execute(query, params, prepare=how.get("prepare"))

    def cursor(self, name: str = "", **how: Any) -> Any:
        """Return a cursor of the driver, or what takes a statement together with others."""
        self.settle()
        if self.gathering is None:
            return super().cursor(name, **how)
        return self.gathering.answer(how.get("row_factory"), is_binary=how.get("binary", False))

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        # After a rollback the driver lets the server forget all that was prepared, ours as well.
        if name is None:
            self.prepared.clear()
            self.gathered.clear()
        return super()._deallocate(name)


def rows(conn: Connection[Any], statement: Statement, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows that a statement finds.

    Args:
        conn: A connection; over one of another class the statement is sent by a cursor.
        statement: The statement.
        values: A value for each parameter, in order; none may be null.

    Raises:
        psycopg.Error: As the driver's own cursor would.
    """
    return together(conn, [(statement, values)])[0]


def together(conn: Connection[Any], asked: Sequence[Asked]) -> list[list[tuple[Any, ...]]]:
    """Return the rows that each of some statements finds: all are sent, then waited for.

    Args:
        conn: A connection; over one of another class they are sent one by one.
        asked: Statements with their values, see `rows`.

    Raises:
        psycopg.Error: As the driver's own cursor would, of the first that fails.
    """
    if isinstance(conn, DirectConnection):
        return _answers(conn, asked) if conn.along is None else conn.along.answer(conn, asked)
    return [_by_cursor(conn, statement, values) for statement, values in asked]


class Underway:
    """Statements that were sent, while something else is done than to wait for the answers.

    A context: whatever is raised within it, they are not under way at its end. Whoever asks with
    `direct` within it sends more behind them; whoever uses the driver waits for them first.

    Args:
        conn: A connection; over one of another class all is asked and answered at the beginning.
        asked: Statements with their values, see `rows`.
    """

    def __init__(self, conn: Connection[Any], asked: Sequence[Asked]) -> None:
        self._conn = conn
        self.asked = asked
        self.is_piped = False
        """Whether they were sent in a pipeline, so that more can be sent behind them."""
        self._results: list[PGresult] = []
        self._rows: list[list[tuple[Any, ...]]] | None = None

    def __enter__(self) -> Self:
        conn = self._conn
        if self.asked and isinstance(conn, DirectConnection) and _may_send(conn):
            _send(conn, self, is_followed=conn.along is not None and conn.along.is_waiting)
            if conn.along is not None:
                conn.along.leave(conn)
        else:
            self._rows = together(conn, self.asked)
        return self

    def __exit__(self, *_: object) -> None:
        self.receive()

    def receive(self) -> None:
        """Wait for these answers, and for those to whatever was sent before."""
        conn = self._conn
        if not isinstance(conn, DirectConnection) or self not in conn.underway:
            return
        with conn.lock:
            try:
                while self in conn.underway:
                    first = conn.underway.pop(0)
                    first._results = _received(conn, first)  # noqa: SLF001 - one of its own kind
            except BaseException:
                conn.close()  # Whose answers come next, nobody could tell.
                raise

    def rows(self) -> list[list[tuple[Any, ...]]]:
        """Wait for the answers, and return the rows that each of the statements finds.

        Raises:
            psycopg.Error: As the driver's own cursor would, of the first that fails.
        """
        self.receive()
        if self._rows is None and isinstance(self._conn, DirectConnection):
            self._rows = [_loaded(self._conn, result) for result in self._results]
        return self._rows or []

    def rows_of(self, place: int) -> list[tuple[Any, ...]] | None:
        """Return the same of one of the statements; None where a lost connection had no answer."""
        self.receive()
        if place < len(self._results) and isinstance(self._conn, DirectConnection):
            return _loaded(self._conn, self._results[place])
        return None


class Along:
    """Statements that are sent behind whatever is asked next; who asks them has the answers.

    A context. Nobody waits for them but who asks them, or something else after that.

    Args:
        conn: A connection; over one of another class they are sent when they are asked.
        ask: Returns statements with their values, see `rows`; called when the question was sent.
            An answer is given once, and only for the very same values: whoever asks for others, or
            again, asks the database.
    """

    def __init__(self, conn: Connection[Any], ask: Callable[[], Sequence[Asked]]) -> None:
        self._conn = conn
        self._ask = ask
        self._before: Along | None = None
        self._sent: Underway | None = None
        self._given: set[int] = set()
        """Places of those that were answered to somebody."""

    def __enter__(self) -> None:
        conn = self._conn
        if isinstance(conn, DirectConnection):
            self._before, conn.along = conn.along, self

    def __exit__(self, *_: object) -> None:
        conn = self._conn
        if isinstance(conn, DirectConnection):
            conn.along = self._before
            conn.settle()

    @property
    def is_waiting(self) -> bool:
        """Whether no question was asked yet."""
        return self._sent is None

    def leave(self, conn: DirectConnection) -> None:
        """Send what goes along, if it waits."""
        if self._sent is None:
            self._sent = Underway(conn, self._ask())
            if self._sent.asked:
                _send(conn, self._sent)

    def answer(self, conn: DirectConnection, asked: Sequence[Asked]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of each question, asking the database for those that are not here."""
        found = [self._taken(one) for one in asked]
        missing = [one for one, rows in zip(asked, found, strict=True) if rows is None]
        answers = iter(_answers(conn, missing))
        return [next(answers) if rows is None else rows for rows in found]

    def _taken(self, asked: Asked) -> list[tuple[Any, ...]] | None:
        """Return the rows of a question, once, if it went along."""
        if self._sent is None:
            return None
        for place, one in enumerate(self._sent.asked):
            if one[0] is asked[0] and place not in self._given and one[1] == asked[1]:
                self._given.add(place)
                return self._sent.rows_of(place)
        return None


def _answers(conn: DirectConnection, asked: Sequence[Asked]) -> list[list[tuple[Any, ...]]]:
    """Return the rows that each of some statements finds."""
    if not asked:
        return []
    if not _may_send(conn):
        return [_by_cursor(conn, statement, values) for statement, values in asked]
    is_waiting = conn.along is not None and conn.along.is_waiting
    if len(asked) == 1 and not conn.underway and not is_waiting:
        with conn.lock:
            result = _at_once(conn, *asked[0])
        return [_loaded(conn, result)]
    with Underway(conn, asked) as answers:
        return answers.rows()


def _at_once(conn: DirectConnection, statement: Statement, values: Sequence[Any]) -> PGresult:
    _prepare(conn, statement)
    written = statement.written(values)
    return conn.pgconn.exec_prepared(statement.name, written, statement.formats, Format.BINARY)


def _send(conn: DirectConnection, one: Underway, *, is_followed: bool = False) -> None:
    """Send statements behind what is under way.

    Args:
        conn: The connection.
        one: The statements.
        is_followed: Whether more is sent before their answers are there.
    """
    pgconn, asked = conn.pgconn, one.asked
    written = [statement.written(values) for statement, values in asked]
    unknown = [statement for statement, _ in asked if statement.name not in conn.prepared]
    if unknown or not all(each.is_piped for each in conn.underway):
        conn.settle()
    one.is_piped = is_followed or len(asked) > 1 or bool(conn.underway)
    with conn.lock:
        for statement in unknown:
            _prepare(conn, statement)
        if one.is_piped and not conn.underway:
            pgconn.enter_pipeline_mode()
        for (statement, _), values in zip(asked, written, strict=True):
            pgconn.send_query_prepared(statement.name, values, statement.formats, Format.BINARY)
        if one.is_piped:
            pgconn.pipeline_sync()
        conn.underway.append(one)
        flush(conn)


def _received(conn: DirectConnection, one: Underway) -> list[PGresult]:
    # A result for each, then nothing, which comes with it; in a pipeline the end of them all.
    found = [(arrived(conn), conn.pgconn.get_result())[0] for _ in one.asked]
    if one.is_piped:
        arrived(conn)
        if not conn.underway:
            conn.pgconn.exit_pipeline_mode()
    return [result for result in found if result is not None]


def flush(conn: DirectConnection) -> None:
    """Send what was written so far; others may use the interpreter until that is done."""
    pgconn = conn.pgconn
    while pgconn.flush():
        _await(conn, select.POLLIN | select.POLLOUT)
        pgconn.consume_input()


def arrived(conn: DirectConnection) -> PGresult | None:
    """Return the next result; others may use the interpreter until it is there."""
    pgconn = conn.pgconn
    if pgconn.is_busy():
        pgconn.consume_input()  # Most often it is there: something else was done meanwhile.
        while pgconn.is_busy():
            _await(conn, select.POLLIN)
            pgconn.consume_input()
    return pgconn.get_result()


def _await(
    conn: DirectConnection, events: int, *, milliseconds: int | None = None
) -> list[tuple[int, int]]:
    if conn.arrival is None:
        conn.arrival = select.poll()
    conn.arrival.register(conn.pgconn.socket, events)
    return conn.arrival.poll(milliseconds)


def _prepare(conn: DirectConnection, statement: Statement) -> None:
    """Have the server prepare a statement, once a connection."""
    if statement.name not in conn.prepared:
        pgconn = conn.pgconn
        _checked(pgconn.prepare(statement.name, statement.numbered, statement.oids), conn)
        conn.prepared.add(statement.name)


def _loaded(conn: DirectConnection, result: PGresult) -> list[tuple[Any, ...]]:
    _checked(result, conn)
    found = result.ntuples
    if not found:
        return []
    if conn.transformer is None:
        conn.transformer = Transformer(conn)
    conn.transformer.set_pgresult(result, set_loaders=True, format=Format.BINARY)
    loaded: list[tuple[Any, ...]] = conn.transformer.load_rows(0, found, tuple)
    return loaded


def _may_send(conn: DirectConnection) -> bool:
    """Tell whether a statement may be sent now.

    Not in a pipeline of somebody else, nor where a transaction is to be begun.
    """
    if conn.underway:
        return True
    pgconn = conn.pgconn
    return pgconn.pipeline_status == PipelineStatus.OFF and (
        conn.autocommit or pgconn.transaction_status != TransactionStatus.IDLE
    )


def _by_cursor(
    conn: Connection[Any], statement: Statement, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    bound = {
        name: _WRAPPED[kind](value) if kind in _WRAPPED else value
        for name, kind, value in zip(statement.names, statement.kinds, values, strict=True)
    }
    with conn.cursor(binary=True) as cursor:
        return cursor.execute(statement.text, bound, prepare=True).fetchall()


def _checked(result: PGresult, conn: Connection[Any]) -> None:
    if result.status not in _FINE:
        if conn.pgconn.status != ConnStatus.OK:
            raise OperationalError(result.get_error_message())
        raise errors.error_from_result(result, conn.info.encoding)
