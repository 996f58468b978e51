"""Proof that serials are not in the dictionary, from memory.

A commissioning brings ten thousand serials that nobody has seen, and each would have to be looked
for. Of classes that grow by so many at a time the hashes of all their serials are remembered, 32
bits of each: what is not among them is new. What is among them may be there, and is looked up.

What is remembered is what was committed, and the dictionary is only ever added to, in order: blocks
that came since are read before each use. The last block remembered is compared as well, in case the
database is not the one it was, after a restore or a failover that lost something.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from packtrail.store import name_blocks, named
from packtrail.store.mentions import hashes

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.store.mentions import Hashes

_SQL = named.statements("instances")
NEW_MIN: Final = 1_000
"""Serials of one class that must be looked for, for the class to be remembered."""
_GROWTH_MIN: Final = 0.02
"""Share of a class that they must be, for it to be read."""
_OBJECTS_MAX: Final = 16_000_000
"""Objects remembered in all, at four octets each."""
_RUNS_MAX: Final = 8

_ClassOf: TypeAlias = tuple[str, int]
"""(database, class_id)"""


@dataclass(slots=True)
class _Memory:
    """The hashes of a class's serials below a number."""

    runs: list[NDArray[np.uint32]] = field(default_factory=list)
    """Ascending, each."""
    until: int = 0
    last: tuple[int, bytes] | None = None
    """The last block: its first number, and its serials."""

    @property
    def size(self) -> int:
        return sum(map(len, self.runs))


_memories: OrderedDict[_ClassOf, _Memory] = OrderedDict()
_lock = threading.Lock()


def is_worth_it(conn: Connection, class_id: int, names: int, wanted: int) -> bool:
    """Tell whether absence is proved sooner than so many serials are looked up.

    Args:
        conn: A connection.
        class_id: The class.
        names: How many of its objects are known by name.
        wanted: Serials that are to be looked for.
    """
    if wanted < NEW_MIN:
        return False
    with _lock:
        known = _memories.get((conn.info.dsn, class_id))
    unread = names - (known.size if known else 0)
    return unread * _GROWTH_MIN <= wanted


def are_absent(
    conn: Connection, class_id: int, next_seq: int, salt: int, wanted: Hashes
) -> NDArray[np.bool_]:
    """Mark hashes of serials that are certainly not in the dictionary.

    Args:
        conn: A connection.
        class_id: The class.
        next_seq: The number that its next object gets, as committed.
        salt: Start of the hashes of its serials.
        wanted: Hashes of the serials to be looked for.
    """
    name = (conn.info.dsn, class_id)
    with _lock:
        memory = _memories.pop(name, None) or _Memory()
        memory = _brought_up(conn, memory, class_id, next_seq, salt)
        _memories[name] = memory
        while sum(each.size for each in _memories.values()) > _OBJECTS_MAX and len(_memories) > 1:
            _memories.popitem(last=False)
        runs = list(memory.runs)
    short = _short(wanted)
    found = np.zeros(len(short), dtype=bool)
    for run in runs:
        at = np.minimum(np.searchsorted(run, short), len(run) - 1)
        found |= run[at] == short
    return ~found


def forget(conn: Connection) -> None:
    """Forget what is remembered of a database: some of it may never be committed."""
    with _lock:
        for name in [name for name in _memories if name[0] == conn.info.dsn]:
            del _memories[name]


def _brought_up(
    conn: Connection, memory: _Memory, class_id: int, next_seq: int, salt: int
) -> _Memory:
    """Return a memory that knows all blocks below a number."""
    first = memory.until if memory.last is None else memory.last[0]
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(_SQL["blocks_from"], [class_id, first], prepare=True).fetchall()
    if memory.last is not None:
        if memory.until > next_seq or not rows or rows[0][1:] != memory.last:
            return _brought_up(conn, _Memory(), class_id, next_seq, salt)
        rows = rows[1:]
    blocks = [(seq_from, serials) for _, seq_from, serials in rows if seq_from < next_seq]
    if not blocks:
        return memory
    serials = name_blocks.unpack_all([block for _, block in blocks])
    found = hashes(serials, np.full(len(serials), salt, dtype=np.uint64))
    runs = [*memory.runs, np.sort(_short(found))]
    if len(runs) > _RUNS_MAX:
        runs = [np.sort(np.concatenate(runs), kind="stable")]
    return _Memory(runs, next_seq, blocks[-1])


def _short(wanted: Hashes) -> NDArray[np.uint32]:
    return (wanted >> np.uint64(32)).astype(np.uint32)
