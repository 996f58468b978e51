"""Numbers of serials that are in the dictionary, from memory.

Whoever dispenses names packs of many cases, and each of them costs a block of the dictionary, which
is fetched, unpacked and searched for one serial. Of a class of which more blocks have been read in
this way than it has, all serials are remembered: then the dictionary is asked for nothing but what
came since. A number is only ever told for the very serial; a hash alone decides nothing.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.store import remembered
from packtrail.store.name_blocks import BLOCK_MAX
from packtrail.store.remembered import ClassOf, DatabaseOf, Memories, Reading
from packtrail.store.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection

    from packtrail.store.integers import Numbers
    from packtrail.store.mentions import Hashes, Texts
    from packtrail.store.runs import Packed

_BYTES_MAX: Final = 128 * 1024 * 1024
"""Octets of what is remembered in all: some six million serials of twelve letters."""
_SERIAL_BYTES: Final = 32
"""Octets that a serial is taken to need before it is known how many it does."""
_TIMES_READ: Final = 2
"""How many times as many blocks as a class has must have been read, for it to be remembered."""
_SMALLEST: Final = 4_096
"""Serials of a part of a memory below which it is joined with the one before, whatever that has."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """The serials of a class."""

    runs: tuple[Run, ...] = ()
    last: Packed | None = None
    """The last block that was read."""

    @property
    def size(self) -> int:
        """Octets."""
        return sum(run.size for run in self.runs)

    @property
    def count(self) -> int:
        """How many serials there are."""
        return sum(len(run.serials) for run in self.runs)

    def grown(self, blocks: Sequence[Packed], last: Packed | None, salt: int) -> _Memory:
        """Return a memory that has some blocks more."""
        if not blocks:
            return self
        runs = [*self.runs, Run.of(blocks, salt)]
        while len(runs) > 1 and len(runs[-2].serials) <= max(2 * len(runs[-1].serials), _SMALLEST):
            runs[-2:] = [runs[-2].joined(runs[-1])]
        return _Memory(tuple(runs), last)

    def numbers(self, wanted: Hashes, items: Texts) -> Numbers:
        """Return the number of each serial, -1 where it has none."""
        found = np.full(len(items), -1, dtype=np.int64)
        for run in self.runs:
            found = np.maximum(found, run.numbers(wanted, items))
        return found


_memories: Final[Memories[_Memory]] = Memories(_BYTES_MAX)
_read: Final[Counter[ClassOf]] = Counter()
"""Blocks that have been read of classes that are not remembered."""
_lock: Final = threading.Lock()


def note(conn: Connection, class_id: int, salt: int, count: int) -> None:
    """Note that so many blocks of a class were read to find a few serials of each."""
    with _lock:
        _read[remembered.key_of(conn, class_id, salt)] += count


@dataclass(frozen=True, slots=True)
class Asked:
    """A class that is remembered, and is being asked for what came since."""

    key: ClassOf
    names: int
    """How many of its objects are known by name, at least."""
    memory: _Memory
    since: Callable[[], Reading | None]

    def numbers(self, wanted: Hashes, items: Texts) -> Numbers | None:
        """Return the numbers of serials, as far as they are known by name.

        Args:
            wanted: Hash by serial.
            items: The serials.

        Returns:
            -1 where the dictionary has none; None: the class is not remembered any more.
        """
        read, (_, _, salt) = self.since(), self.key
        grown = self.memory.grown(read.blocks, read.last, salt) if read else None
        if grown is None or grown.count < self.names or grown.size > _BYTES_MAX:
            _memories.drop(self.key)  # The database is another, or the class outgrew the room.
            return None
        if grown is not self.memory:
            _memories.put(self.key, grown)
        return grown.numbers(wanted, items)


def ask(
    conn: Connection, class_id: int, names: int, salt: int, *, may_begin: bool = True
) -> Asked | None:
    """Ask for what came to a class that is remembered; None: it is not.

    Args:
        conn: A connection in a transaction; what it sees may be remembered.
        class_id: The class.
        names: How many of its objects are known by name, at least.
        salt: Start of the hashes of its serials.
        may_begin: Whether who asks would wait for a class to be read that is to be remembered.
    """
    key = remembered.key_of(conn, class_id, salt)
    memory = _memories.get(key)
    if memory is None:
        if not may_begin or not _is_begun(key, names):
            return None
        memory = _Memory()
    return Asked(key, names, memory, remembered.ask_since(conn, class_id, memory.last))


def forget(database: DatabaseOf) -> None:
    """Forget what is remembered of a database: some of it was never committed."""
    _memories.forget(database)


def _is_begun(key: ClassOf, names: int) -> bool:
    """Tell whether a class is to be remembered, and by whoever asks now."""
    with _lock:
        enough = _TIMES_READ * (names // BLOCK_MAX + 1)
        if _read[key] < enough or names * _SERIAL_BYTES > _BYTES_MAX:
            return False
        del _read[key]
        return True
