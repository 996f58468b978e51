"""The proof of a pool: its whole ledger gone through again, as an inspector would."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.serials import guessing
from packtrail.serials.codes import LEDGER_BROKEN
from packtrail.services.accounts import organisations
from packtrail.services.supply.pools import (
    MADE,
    one_visible,
    policy_of,
    seen,
)
from packtrail.services.supply.promises import Promises
from packtrail.services.supply.sources import opened
from packtrail.store import serial_ledger as ledger
from packtrail.store import serial_numbers
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.serials.pool import Source
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What going through the ledger of one pool again brought to light."""

    pool: str
    owner: str
    number_of: str
    source: str
    at: datetime
    since: datetime
    """When the pool was opened."""
    entries: int
    """Entries of the ledger that were read."""
    generations: int
    issued: int
    """Numbers given out, counted anew."""
    used: int
    returned: int
    voided: int
    expired: int
    proven: int
    """Positions spent whose number was made again and turned back to the very same position."""
    space: int
    guess_probability: str
    """Of the trade item's numbers that look like those of this pool; all its pools count."""
    guess_probability_decimal: float
    guess_limit: str | None
    is_below_limit: bool
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether no number was given out twice and the limit is kept."""
        return not self.findings


def prove(
    app: Application,
    actor: Actor,
    pool: str | None = None,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Proof, ...]:
    """Go through the ledgers of one pool, or of all the actor may see.

    The entries must be numbered without gaps and their ranges join without overlap or hole; every
    number ever given is made again and must turn back to the position it was made from: then no two
    positions gave the same. No number is settled twice, nothing was drawn that the parent did not
    give, no other pool of the trade item can give the same numbers, the counts are those of the
    pool, and the guess probability is below its limit.

    Args:
        app: The application.
        actor: Who asks.
        pool: Code of the pool, or `owner/code`; None: all.
        progress: Called with how many more numbers were proven.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-012`, the keys of a pool do not open.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        if pool is not None:
            found = [one_visible(conn, actor.organisation_id, pool)]
        else:
            found = rows.pools(conn, organisations.visible_to(conn, actor))
        return tuple(_Ledger(app, conn, row).proof(progress) for row in found)


class _Ledger:
    """The ledger of one pool while it is gone through, up to the entry that was the last."""

    def __init__(self, app: Application, conn: Connection, row: rows.PoolRow) -> None:
        self._app, self._conn, self._row = app, conn, row
        self._source = opened(app, conn, row)
        self._findings: list[Finding] = []
        self._counted: Counter[str] = Counter()
        self._ends: dict[int, int] = {}
        self._stock_end = 0
        self._entries = 0
        self._proven = 0

    def proof(self, progress: Callable[[int], None]) -> Proof:
        for entry in ledger.entries(self._conn, self._row.pool_id, until=self._row.entries):
            self._entries += 1
            if entry.entry_no != self._entries:
                self._wrong(f"Entry {self._entries} is missing; {entry.entry_no} follows.")
                self._entries = entry.entry_no
            self._counted[entry.kind] += entry.count
            if entry.kind == "allocated":
                self._allocated(self._source, entry)
                progress(entry.count)
            elif entry.kind == "stocked":
                self._stocked(entry)
        self._compare()
        self._settled()
        self._apart()
        return self._report()

    def _allocated(self, source: Source, entry: ledger.EntryRow) -> None:
        end = self._ends.get(entry.generation, 0)
        if entry.lo != end or len(entry.ranges) != 1:
            self._wrong(f"Entry {entry.entry_no} starts at {entry.lo}; expected {end}.")
        self._ends[entry.generation] = max(end, entry.hi)
        spent = entry.hi - entry.lo
        good = source.proven(entry.generation, entry.lo, entry.hi)
        self._proven += good
        if good != spent:
            self._wrong(f"Of entry {entry.entry_no} {spent - good:,} numbers do not turn back.")
        given = sum(map(len, source.texts(entry.generation, entry.lo, entry.hi)))
        if given != entry.count:
            self._wrong(f"Entry {entry.entry_no} gives {given:,} numbers, and says {entry.count}.")

    def _stocked(self, entry: ledger.EntryRow) -> None:
        """Stock joins without overlap or hole; what was drawn, the parent gave to this pool."""
        if entry.lo != self._stock_end or len(entry.ranges) != 1:
            self._wrong(f"Stock {entry.entry_no} starts at {entry.lo}; expected {self._stock_end}.")
        self._stock_end = max(self._stock_end, entry.hi)
        if self._row.parent_id is None or entry.from_entry is None:
            return
        given = ledger.entry(self._conn, self._row.parent_id, entry.from_entry)
        is_same = (given.count, given.hi - given.lo) == (entry.count, entry.hi - entry.lo)
        if not is_same or given.party != f"pool {self._row.code}":
            self._wrong(f"Stock {entry.entry_no} is not what the pool {self._row.parent} gave.")

    def _compare(self) -> None:
        row = self._row
        says = {
            "allocated": row.issued, "used": row.used, "returned": row.returned,
            "void": row.voided, "expired": row.expired, "stocked": row.stocked,
        }  # fmt: skip
        for kind, count in says.items():
            if self._counted[kind] != count:
                self._wrong(f"The pool says {count:,} {kind}; the ledger {self._counted[kind]:,}.")
        drawn = rows.drawn_from(self._conn, row.pool_id)
        if drawn != row.drawn:
            self._wrong(f"The pool says {row.drawn:,} drawn; the pools that drew have {drawn:,}.")
        if self._entries != row.entries:
            self._wrong(f"The ledger ends at entry {self._entries} of {row.entries}.")
        for generation in rows.generations(self._conn, row.pool_id):
            if generation.reached < self._ends.get(generation.generation, 0):
                self._wrong(f"Generation {generation.generation} is behind its ledger.")
        if row.source != MADE and self._ends.get(1, 0) > self._stock_end:
            self._wrong("More was given out than ever came into stock.")

    def _settled(self) -> None:
        """No number is settled twice, and what is settled is what the entries say."""
        counted: Counter[int] = Counter()
        for allocation in ledger.settled_allocations(self._conn, self._row.pool_id):
            runs = sorted(run for each in allocation for run in ledger.runs(each.ranges))
            if any(before[1] > after[0] for before, after in pairwise(runs)):
                number = allocation[0].allocation_no
                self._wrong(f"A number of entry {number} was settled twice.")
            for each in allocation:
                counted[each.entry_no] += each.count
        total = sum(self._counted[kind] for kind in ledger.SETTLED)
        if counted.total() != total:
            self._wrong(f"The entries settled {total:,}; by allocation {counted.total():,}.")

    def _apart(self) -> None:
        """No other pool of the trade item can give what this one gives."""
        row, policy = self._row, policy_of(self._row)
        if policy is None or row.source != MADE:
            return
        for other in self._others():
            theirs = policy_of(other)
            if theirs is None or not guessing.meet(policy, theirs):
                continue
            knows = other.pool_id in row.beside_ids or row.pool_id in other.beside_ids
            if not knows:
                self._wrong(f"It has numbers in common with the pool {other.code}.")
        if row.closed_at is None:
            known = serial_numbers.one_like(self._conn, row.serial_class_id, policy)
            if known is not None:
                self._wrong(f"It could give {known!r}, which was imported.")

    def _others(self) -> Iterator[rows.PoolRow]:
        for other in rows.of_class(self._conn, self._row.serial_class_id):
            if other.source == MADE and other.pool_id != self._row.pool_id:
                yield other

    def _guess_probability(self) -> Fraction:
        """Return how likely a guess is, of all the trade item's pools."""
        found = Promises.of(self._conn, self._row.serial_class_id)
        counted = found.counted(self._row.pool_id, self._counted["allocated"])
        source = self._row
        while source.parent_id is not None:  # What is drawn counts where it was made.
            source = rows.pool(self._conn, source.parent_id)
        return counted.probability(source.pool_id, at_most=False)

    def _report(self) -> Proof:
        row, pool = self._row, seen(self._row)
        issued, policy = self._counted["allocated"], policy_of(self._row)
        share = self._guess_probability() if policy else Fraction(issued, pool.space)
        limit = policy.guess_limit if policy else None
        is_below = limit is None or share < limit
        if not is_below:
            self._wrong(f"The guess probability {share} is not below {limit}.")
        return Proof(
            pool=row.code,
            owner=row.owner,
            number_of=pool.number_of,
            source=row.source,
            at=self._app.clock(),
            since=row.created_at,
            entries=self._entries,
            generations=row.generation,
            issued=issued,
            used=self._counted["used"],
            returned=self._counted["returned"],
            voided=self._counted["void"],
            expired=self._counted["expired"],
            proven=self._proven,
            space=pool.space,
            guess_probability=_told(share, issued, pool.space),
            guess_probability_decimal=float(share),
            guess_limit=pool.guess_limit,
            is_below_limit=is_below,
            findings=tuple(self._findings),
        )

    def _wrong(self, message: str) -> None:
        self._findings.append(LEDGER_BROKEN.found(message, at=self._row.code))


def _told(share: Fraction, issued: int, space: int) -> str:
    """Return a share as it was counted, where it was counted in one pool."""
    return f"{issued}/{space}" if share == Fraction(issued, space) else str(share)
