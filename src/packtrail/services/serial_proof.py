"""The proof of a pool: its whole ledger gone through again, as an inspector would."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.serials.codes import LEDGER_BROKEN
from packtrail.services import organisations
from packtrail.services.pools import one_visible, opened, policy_of, seen
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.serials.pool import Pool
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What going through the ledger of one pool again brought to light."""

    pool: str
    owner: str
    number_of: str
    at: datetime
    since: datetime
    """When the pool was opened."""
    entries: int
    """Entries of the ledger that were read."""
    generations: int
    issued: int
    """Numbers given out, counted anew."""
    returned: int
    voided: int
    proven: int
    """Positions spent whose number was made again and turned back to the very same position."""
    space: int
    guess_probability: str
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
    positions gave the same. The counts must be those of the pool, and the guess probability below
    its limit.

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
            found = [one_visible(conn, actor, pool)]
        else:
            found = rows.pools(conn, organisations.visible_to(conn, actor))
        return tuple(_Ledger(app, conn, row).proof(progress) for row in found)


class _Ledger:
    """The ledger of one pool while it is gone through, up to the entry that was the last."""

    def __init__(self, app: Application, conn: Connection, row: rows.PoolRow) -> None:
        self._app, self._conn, self._row = app, conn, row
        self._findings: list[Finding] = []
        self._counted = {"allocated": 0, "returned": 0, "void": 0}
        self._ends: dict[int, int] = {}
        self._entries = 0
        self._proven = 0

    def proof(self, progress: Callable[[int], None]) -> Proof:
        source = opened(self._app, self._conn, self._row)
        for entry in rows.entries(self._conn, self._row.pool_id, until=self._row.entries):
            self._entries += 1
            if entry.entry_no != self._entries:
                self._wrong(f"Entry {self._entries} is missing; {entry.entry_no} follows.")
                self._entries = entry.entry_no
            self._counted[entry.kind] += entry.count
            if entry.kind == "allocated":
                self._allocated(source, entry)
                progress(entry.count)
        self._compare(source)
        return self._report()

    def _allocated(self, source: Pool, entry: rows.EntryRow) -> None:
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

    def _compare(self, source: Pool) -> None:
        row = self._row
        says = {"allocated": row.issued, "returned": row.returned, "void": row.voided}
        for kind, count in says.items():
            if self._counted[kind] != count:
                self._wrong(f"The pool says {count:,} {kind}; the ledger {self._counted[kind]:,}.")
        if self._entries != row.entries:
            self._wrong(f"The ledger ends at entry {self._entries} of {row.entries}.")
        for number, generation in enumerate(source.generations, start=1):
            if generation.reached < self._ends.get(number, 0):
                self._wrong(f"Generation {number} is behind its ledger.")

    def _report(self) -> Proof:
        row, pool = self._row, seen(self._row)
        issued, policy = self._counted["allocated"], policy_of(self._row)
        share = Fraction(issued, pool.space)
        limit = policy.guess_limit if policy else None
        is_below = limit is None or share < limit
        if not is_below:
            self._wrong(f"The guess probability {issued}/{pool.space} is not below {limit}.")
        return Proof(
            pool=row.code,
            owner=row.owner,
            number_of=pool.number_of,
            at=self._app.clock(),
            since=row.created_at,
            entries=self._entries,
            generations=row.generation,
            issued=issued,
            returned=self._counted["returned"],
            voided=self._counted["void"],
            proven=self._proven,
            space=pool.space,
            guess_probability=f"{issued}/{pool.space}",
            guess_probability_decimal=float(share),
            guess_limit=pool.guess_limit,
            is_below_limit=is_below,
            findings=tuple(self._findings),
        )

    def _wrong(self, message: str) -> None:
        self._findings.append(LEDGER_BROKEN.found(message, at=self._row.code))
