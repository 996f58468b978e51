"""What this process remembers of classes of the dictionary, and how far it has read each.

The dictionary is only ever added to, in order, so that what was read once holds for good: only the
blocks that came since are read. The last block read is compared every time, in case the database is
not the one it was, after a restore or a failover that lost something.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from packtrail.store import named
from packtrail.store.runs import Packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

_SQL = named.statements("instances")

DatabaseOf: TypeAlias = tuple[bytes, bytes, bytes]
"""Host, port and name of a database."""
ClassOf: TypeAlias = tuple[DatabaseOf, int, int]
"""(database, class_id, salt): a database made anew draws other salts."""


def database_of(conn: Connection) -> DatabaseOf:
    """Return which database a connection leads to."""
    return conn.pgconn.host, conn.pgconn.port, conn.pgconn.db


def key_of(conn: Connection, class_id: int, salt: int) -> ClassOf:
    """Return what a class is remembered under."""
    return database_of(conn), class_id, salt


class Reading(NamedTuple):
    """What a class has beyond what was read before."""

    blocks: list[Packed]
    last: Packed | None
    """The last block that is known now."""


def ask_since(conn: Connection, class_id: int, last: Packed | None) -> Callable[[], Reading | None]:
    """Ask for the blocks of a class that come after one; what is returned waits for the answer.

    It tells None where that block is not what it was: the database is another.

    Args:
        conn: A connection.
        class_id: The class.
        last: The last block that was read; None: none.
    """
    first = 0 if last is None else last[0]
    cursor = conn.cursor(binary=True)
    cursor.execute(_SQL["blocks_from"], [class_id, first], prepare=True)

    def answer() -> Reading | None:
        blocks = [(seq_from, serials) for _, seq_from, serials in cursor.fetchall()]
        if last is not None:
            if not blocks or blocks[0] != last:
                return None
            blocks = blocks[1:]
        return Reading(blocks, blocks[-1] if blocks else last)

    return answer


class Sized(Protocol):
    """Something that is remembered of a class."""

    @property
    def size(self) -> int:
        """How much of the room it takes."""


M = TypeVar("M", bound=Sized)


class Memories(Generic[M]):
    """What is remembered of classes; of those not used for longest nothing, where room is short.

    What is put in is never changed. Nobody holds the lock while the database is asked: a statement
    before may be waiting for whoever waits for the lock.

    Args:
        room: How much all of them may take.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._found: OrderedDict[ClassOf, M] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: ClassOf) -> M | None:
        """Return what is remembered of a class."""
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def put(self, key: ClassOf, memory: M) -> None:
        """Remember something of a class instead of what was known before."""
        with self._lock:
            self._found[key] = memory
            self._found.move_to_end(key)
            while len(self._found) > 1 and sum(m.size for m in self._found.values()) > self._room:
                self._found.popitem(last=False)

    def drop(self, key: ClassOf) -> None:
        """Forget a class."""
        with self._lock:
            self._found.pop(key, None)

    def forget(self, database: DatabaseOf) -> None:
        """Forget all classes of a database."""
        with self._lock:
            for key in [key for key in self._found if key[0] == database]:
                del self._found[key]
