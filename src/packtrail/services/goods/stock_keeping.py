"""Keeping stock: what every object is, kept in memory and brought up to date when it is asked for.

What is kept is changed in its place, which takes as long as what is new; where somebody still reads
it, a copy is made first. Whoever asks sees everything that was recorded before, never less.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from packtrail.store import oddities, renewing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from packtrail.store.database import Database
    from packtrail.store.renewing import Kept

_KEPT_MAX: Final = 20_000_000
"""Of more objects nothing is kept: it would take gigabytes of memory."""
_AUDIENCES_MAX: Final = 4
"""For how many groups of audiences something is kept; of others the longest unused goes."""

Audiences = tuple[int, ...]


@dataclass(slots=True)
class _Readers:
    """How many read the arrays that are kept."""

    count: int = 0


@dataclass(slots=True)
class _Place:
    """What is kept for those who see the same."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    """Whoever has it may bring what is kept up to date, and become a reader."""
    kept: Kept | None = None
    readers: _Readers = field(default_factory=_Readers)
    used: int = 0


class StockKeeper:
    """Keeps what every object is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: defaultdict[Audiences, _Place] = defaultdict(_Place)
        self._turn = 0

    @contextlib.contextmanager
    def lent(
        self, database: Database, audience_ids: Sequence[int]
    ) -> Iterator[tuple[Connection, Kept]]:
        """Lend a connection that sees one state of the store, and what every object is in it.

        Args:
            database: The database.
            audience_ids: Only events these may see.
        """
        place = self._place(tuple(sorted(audience_ids)))
        with contextlib.ExitStack() as stack:
            with place.lock:  # Who waits for it holds no connection.
                conn = stack.enter_context(database.transaction())
                oddities.see_one_state(conn)
                kept = self._up_to_date(conn, place, audience_ids)
                stack.enter_context(self._reading(place.readers))
            yield conn, kept

    def freshen(self, database: Database) -> int:
        """Bring everything that is kept up to date; return for how many something is kept."""
        with self._lock:
            kept = list(self._places)
        for audiences in kept:
            with self.lent(database, audiences):
                pass
        return len(kept)

    @contextlib.contextmanager
    def _reading(self, readers: _Readers) -> Iterator[None]:
        with self._lock:
            readers.count += 1
        try:
            yield
        finally:
            with self._lock:
                readers.count -= 1

    def _place(self, audiences: Audiences) -> _Place:
        with self._lock:
            self._turn += 1
            place = self._places[audiences]
            place.used = self._turn
            if len(self._places) > _AUDIENCES_MAX:
                del self._places[min(self._places, key=lambda each: self._places[each].used)]
            return place

    def _up_to_date(self, conn: Connection, place: _Place, audience_ids: Sequence[int]) -> Kept:
        """Bring what is kept up to date with what the connection sees from now on."""
        before, place.kept = place.kept, None  # It is of no use when this fails half way.
        kept = None
        if before is not None:
            kept = renewing.renewed(conn, before, audience_ids, in_place=place.readers.count == 0)
        kept = kept or renewing.take(conn, audience_ids)
        if before is None or kept.sweep is not before.sweep:
            place.readers = _Readers()
        if kept.layout.total <= _KEPT_MAX:
            place.kept = kept
        return kept
