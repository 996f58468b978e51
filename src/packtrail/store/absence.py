"""Proof that serials are not in the dictionary, from memory.

A commissioning brings ten thousand serials that nobody has seen, and each would have to be looked
for. Of classes that grow by so many at a time the hashes of all their serials are remembered: the
latest as they are, in ascending runs, the millions before them in sieves. What is not among them is
new. What may be among them is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from packtrail.store import name_blocks, remembered
from packtrail.store.mentions import Hashes, hashes
from packtrail.store.remembered import Memories
from packtrail.store.sieve import Sieve, marks

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.store.remembered import DatabaseOf
    from packtrail.store.runs import Packed

NEW_MIN: Final = 1_000
"""Serials of one class that must be looked for, for the class to be remembered."""
_GROWTH_MIN: Final = 0.02
"""Share of a class that they must be, for it to be read."""
_OBJECTS_MAX: Final = 16_000_000
"""Objects remembered in all, at four to eight octets each; one class may have more."""
_SMALLEST: Final = 65_536
"""Hashes of a run below which it is joined with the one before, whatever that has."""
_SIEVED: Final = 1_000_000
"""Hashes of a run from which on they go into a sieve."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """The hashes of a class's serials below a number."""

    sieves: tuple[Sieve, ...] = ()
    """Each for as many as there were in all before it."""
    sieved: int = 0
    """Hashes in all of them. Others may have put in more since: that only makes them look."""
    runs: tuple[Hashes, ...] = ()
    """Ascending, each."""
    until: int = 0
    last: Packed | None = None

    @property
    def size(self) -> int:
        """How many there are."""
        return self.sieved + sum(map(len, self.runs))


_memories: Final[Memories[_Memory]] = Memories(_OBJECTS_MAX)


def is_worth_it(conn: Connection, class_id: int, names: int, salt: int, wanted: int) -> bool:
    """Tell whether absence is proved sooner than so many serials are looked up.

    Args:
        conn: A connection.
        class_id: The class.
        names: How many of its objects are known by name.
        salt: Start of the hashes of its serials.
        wanted: Serials that are to be looked for.
    """
    if wanted < NEW_MIN:
        return False
    known = _memories.get(remembered.key_of(conn, class_id, salt))
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
    key = remembered.key_of(conn, class_id, salt)
    memory = _brought_up(conn, _memories.get(key) or _Memory(), class_id, next_seq, salt)
    _memories.put(key, memory)
    found = np.zeros(len(wanted), dtype=bool)
    marked = marks(wanted)
    for sieve in memory.sieves:
        found |= sieve.may_hold(wanted, marked)
    order = np.argsort(wanted)  # Neighbours are then looked for near each other.
    ascending = wanted[order]
    for run in memory.runs:
        at = np.minimum(np.searchsorted(run, ascending), len(run) - 1)
        found[order] |= run[at] == ascending
    return ~found


def forget(database: DatabaseOf) -> None:
    """Forget what is remembered of a database: some of it was never committed."""
    _memories.forget(database)


def _brought_up(
    conn: Connection, memory: _Memory, class_id: int, next_seq: int, salt: int
) -> _Memory:
    """Return a memory that knows all blocks below a number."""
    read = remembered.ask_since(conn, class_id, memory.last)()
    if read is None:
        return _brought_up(conn, _Memory(), class_id, next_seq, salt)
    blocks = [block for block in read.blocks if block[0] < next_seq]
    if not blocks:
        return memory
    serials = name_blocks.unpack_all([packed for _, packed in blocks])
    found = hashes(serials, np.full(len(serials), salt, dtype=np.uint64))
    runs = [*memory.runs, np.sort(found)]
    # Each is over twice as long as the next, so that a hash is moved a few times in its life.
    while len(runs) > 1 and len(runs[-2]) <= max(2 * len(runs[-1]), _SMALLEST):
        runs[-2:] = [np.sort(np.concatenate(runs[-2:]), kind="stable")]
    sieves, sieved = memory.sieves, memory.sieved
    if len(runs[0]) >= _SIEVED:
        sieves = _put(sieves, sieved, runs[0])
        sieved += len(runs.pop(0))
    return _Memory(sieves, sieved, tuple(runs), next_seq, blocks[-1])


def _put(sieves: tuple[Sieve, ...], sieved: int, hashes: Hashes) -> tuple[Sieve, ...]:
    """Put hashes into the last of some sieves, or into a new one; return them all.

    Args:
        sieves: In their order.
        sieved: Hashes in all of them.
        hashes: Others.
    """
    room = sum(sieve.capacity for sieve in sieves) - sieved
    if room < len(hashes):
        sieves = (*sieves, Sieve(max(2 * _SIEVED, sieved, len(hashes))))
    sieves[-1].add(hashes)
    return sieves
