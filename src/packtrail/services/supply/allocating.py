"""Taking serial numbers from a pool.

An allocation is one row of the ledger. Its numbers follow from pool and range, so they are made
after it is recorded, as often as somebody asks with the same request id, and are never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.serials.codes import BAD_REQUEST, EXHAUSTED, NO_REQUEST, SHORT_SUPPLY
from packtrail.serials.numberings import lines_of, strings_of
from packtrail.serials.pool import strings
from packtrail.services.supply import topping_up
from packtrail.services.supply.auditing import audit_entries
from packtrail.services.supply.entries import Entry, differs, entry_of, require_request
from packtrail.services.supply.pools import held, left, low_findings, one_visible, seen
from packtrail.services.supply.sources import elements_of, opened
from packtrail.store import serial_ledger as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.serials.pool import Source
    from packtrail.services.application import Application
    from packtrail.store.serials import PoolRow


TOGETHER_MIN, TOGETHER_NUMBERS_MAX = 8, 10_000
"""From so many requests on, and up to so many numbers, they are made at once."""


@dataclass(frozen=True, slots=True)
class Label:
    """A serial number as it is printed, with what an authority gave with it."""

    serial: str
    elements: dict[str, str] = field(repr=False)
    """Application identifier -> value: key (91) and signature (92) of a crypto code, if any."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An allocation that is recorded, and its serial numbers, made when they are asked for."""

    entry: Entry
    source: Source
    generation: int
    lo: int
    hi: int
    made: list[str] | None = field(default=None, repr=False)
    """Those of a small request that was answered together with others: made with theirs."""

    def serials(self) -> list[str]:
        """Return the serial numbers."""
        if self.made is not None:
            return self.made
        return strings(self.source, self.generation, self.lo, self.hi)

    def first(self, count: int) -> list[str]:
        """Return the first of the serial numbers."""
        return strings(self.source, self.generation, self.lo, min(self.lo + count, self.hi))

    def lines(self) -> Iterator[bytes]:
        """Yield the serial numbers as lines of a file, many at a time."""
        for texts in self.source.texts(self.generation, self.lo, self.hi):
            yield lines_of(texts)

    def labels(self) -> Iterator[Label]:
        """Yield the serial numbers with what is printed beside them."""
        elements = elements_of(self.source, self.lo, self.hi)
        for texts in self.source.texts(self.generation, self.lo, self.hi):
            yield from map(Label, strings_of(texts), elements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """An allocation, and what became of its numbers."""

    delivery: Delivery
    used: int
    returned: int
    voided: int
    expired: int
    outstanding: int
    """Nobody has said yet what became of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What somebody asks of a pool; see `allocate`."""

    count: int
    request_id: str
    party: str = ""
    purpose: str = ""
    unused_until: datetime | None = None
    expires: bool = True
    """Whether unused ones may expire at all: those that went out of reach may be in use."""

    def require_same(self, earlier: Sequence[ledger.EntryRow]) -> ledger.EntryRow:
        """Return the allocation of an earlier request, which must be the very same."""
        entry = earlier[0]
        asked = ("allocated", self.count, self.party, self.purpose)
        if len(earlier) > 1 or (entry.kind, entry.asked, entry.party, entry.purpose) != asked:
            raise differs(self.request_id)
        return entry


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one caller asks, who may ask it."""

    actor: Actor
    what: Asking


def allocate(
    app: Application,
    actor: Actor,
    pool: str,
    count: int,
    *,
    request_id: str,
    party: str = "",
    purpose: str = "",
    unused_until: datetime | None = None,
) -> Delivery:
    """Take serial numbers from a pool. The same request id gives the same numbers for ever.

    When there are fewer than asked for, all that are left are given, and a finding says so.
    Requests of one organisation that come at the same time are recorded together.

    Args:
        app: The application.
        actor: Who takes them; request ids are told apart by its organisation.
        pool: Code of the pool, or `owner/code`.
        count: How many, 1 to `serials_request_max`.
        request_id: Chosen by whoever asks, 1 to 200 characters; a repetition must be the same.
        party: To whom they go: a line, a contract manufacturer.
        purpose: What for: an order, a lot.
        unused_until: When the unused ones expire; None: as the pool says, or never. A repetition
            changes nothing.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the request cannot be used; `SER-012`, the key does not open.
        Conflict: `SER-004`, there are none left, or the pool is closed; `SER-037`, it is held
            after a restore; `SER-007`, the request id was used otherwise.
        NotPermitted: The actor may not take numbers.

    Clause:
        Delegated Regulation (EU) 2016/161, Article 4.
    """
    what = Asking(
        count=count,
        request_id=request_id,
        party=party,
        purpose=purpose,
        unused_until=unused_until,
    )
    asked = _asked(app, actor, what)

    def together(many: Sequence[_Asked]) -> list[Delivery | Exception]:
        with app.database.transaction() as conn:
            return _allocate(app, conn, actor.organisation_id, pool, many)

    return app.combiner.ask((actor.organisation_id, pool), asked, together)


def allocate_in(
    conn: Connection, app: Application, actor: Actor, pool: str, what: Asking
) -> Delivery:
    """Take serial numbers as `allocate` does, inside a transaction of the caller."""
    asked = _asked(app, actor, what)
    (answer,) = _allocate(app, conn, actor.organisation_id, pool, [asked])
    if isinstance(answer, Exception):
        raise answer
    return answer


def allocation(app: Application, actor: Actor, pool: str, request_id: str) -> Allocation:
    """Return an earlier allocation of the actor's organisation, and what became of it.

    Raises:
        NotFound: `SER-005`, no such pool; `SER-015`, nothing was allocated for the request.
        NotPermitted: The actor may not take numbers, so may not have them again.
    """
    require(actor, Permission.ALLOCATION_CREATE)
    with app.database.reading() as conn:
        row = one_visible(conn, actor.organisation_id, pool)
        return _allocation(app, conn, row, of_request(conn, actor, row, request_id))


def of_request(conn: Connection, actor: Actor, row: PoolRow, request_id: str) -> ledger.EntryRow:
    """Return the allocation of a request of the actor's organisation.

    Raises:
        NotFound: `SER-015`, there is none.
    """
    found = ledger.of_requests(conn, row.pool_id, actor.organisation_id, [request_id])
    for entry in found.get(request_id, ()):
        if entry.kind == "allocated":
            return entry
    message = f"Nothing was allocated from the pool {row.code} for {request_id[:80]!r}."
    raise NotFound(NO_REQUEST.found(message, at="request_id"))


def _allocation(
    app: Application, conn: Connection, row: PoolRow, entry: ledger.EntryRow
) -> Allocation:
    source = opened(app, conn, row, since=entry.lo, lend=app.database.reading)
    counts = dict.fromkeys(ledger.SETTLED, 0)
    for each in ledger.settled(conn, row.pool_id, [entry.entry_no])[entry.entry_no]:
        counts[each.kind] += each.count
    return Allocation(
        delivery=_delivery(row, source, entry, is_repeated=True),
        used=counts["used"],
        returned=counts["returned"],
        voided=counts["void"],
        expired=counts["expired"],
        outstanding=entry.count - sum(counts.values()),
    )


def _asked(app: Application, actor: Actor, what: Asking) -> _Asked:
    require(actor, Permission.ALLOCATION_CREATE)
    require_request(app, what.count, what.request_id, what.party, what.purpose)
    if what.unused_until is not None and what.unused_until <= app.clock():
        message = f"The numbers would expire at {what.unused_until}, which is over."
        raise RefusedError(BAD_REQUEST.found(message, at="unused_until"))
    return _Asked(actor, what)


def _allocate(
    app: Application, conn: Connection, organisation_id: int, pool: str, many: Sequence[_Asked]
) -> list[Delivery | Exception]:
    """Answer requests of one organisation for one pool, each with its numbers or its fault."""
    row = one_visible(conn, organisation_id, pool, is_locked=True)
    ids = [asked.what.request_id for asked in many]
    known = ledger.of_requests(conn, row.pool_id, organisation_id, ids)
    new = {each.what.request_id: each.what.count for each in many} | dict.fromkeys(known, 0)
    row = topping_up.if_short(app, conn, row, sum(new.values()))
    since = min((entry.lo for found in known.values() for entry in found), default=row.stock_end)
    giving = _Giving(app, conn, row, since)
    answers: list[ledger.EntryRow | Exception] = []
    for asked in many:
        request_id = asked.what.request_id
        try:
            if request_id not in known:
                known[request_id] = [giving.give(asked)]
            answers.append(asked.what.require_same(known[request_id]))
        except RefusedError as refusal:
            answers.append(refusal)
    giving.record()
    return giving.deliveries(answers)


class _Giving:
    """The numbers that a locked pool gives in one transaction, request after request."""

    def __init__(self, app: Application, conn: Connection, row: PoolRow, since: int) -> None:
        self._conn, self._row, self._at = conn, row, app.clock()
        self._source = opened(app, conn, row, since=since, lend=app.database.reading)
        self._reached = self._source.reached
        self._left = left(row)
        self._given: list[tuple[_Asked, ledger.EntryRow]] = []

    def give(self, asked: _Asked) -> ledger.EntryRow:
        """Return the entry of a new request."""
        what, actor = asked.what, asked.actor
        count = min(what.count, self._left)
        if count < 1:
            raise _exhausted(self._row)
        lo, row = self._reached, self._row
        self._reached = self._source.end_of(lo, count)
        self._left -= count
        entry = ledger.EntryRow(
            pool_id=row.pool_id,
            entry_no=row.entries + len(self._given) + 1,
            kind="allocated",
            generation=row.generation,
            ranges=ledger.multirange([(lo, self._reached)]),
            asked=what.count,
            count=count,
            organisation_id=actor.organisation_id,
            request_id=what.request_id,
            party=what.party,
            purpose=what.purpose,
            at=self._at,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
            expires_at=what.unused_until or self._default_expiry(what),
        )
        self._given.append((asked, entry))
        return entry

    def record(self) -> None:
        """Add the new entries to the ledger."""
        if not self._given:
            return
        with self._conn.pipeline():
            ledger.append(self._conn, [entry for _, entry in self._given])
            audit_entries(
                self._conn, self._row, [(asked.actor, entry) for asked, entry in self._given]
            )

    def deliveries(
        self, answers: Sequence[ledger.EntryRow | Exception]
    ) -> list[Delivery | Exception]:
        """Return what each caller gets."""
        row = replace(
            self._row, issued=self._row.issued + sum(entry.count for _, entry in self._given)
        )
        made = self._made_together()
        new = {entry.entry_no for _, entry in self._given}
        told: list[Delivery | Exception] = []
        for answer in answers:
            if isinstance(answer, Exception):
                told.append(answer)
                continue
            is_repeated = answer.entry_no not in new
            new.discard(answer.entry_no)
            delivery = _delivery(row, self._source, answer, is_repeated=is_repeated)
            told.append(replace(delivery, made=made.get(answer.entry_no)))
        return told

    def _made_together(self) -> dict[int, list[str]]:
        """Return the numbers of many small requests by entry: making them at once is faster."""
        counts = {entry.entry_no: entry.count for _, entry in self._given}
        if len(counts) < TOGETHER_MIN or sum(counts.values()) > TOGETHER_NUMBERS_MAX:
            return {}
        lo, generation = self._given[0][1].lo, self._row.generation
        made = iter(strings(self._source, generation, lo, self._reached))
        return {number: list(islice(made, count)) for number, count in counts.items()}

    def _default_expiry(self, what: Asking) -> datetime | None:
        days = self._row.unused_for_days if what.expires else None
        return None if days is None else self._at + timedelta(days=days)


def _delivery(
    row: PoolRow, source: Source, entry: ledger.EntryRow, *, is_repeated: bool
) -> Delivery:
    findings: tuple[Finding, ...] = low_findings(row)
    if entry.count < entry.asked:
        message = f"The pool {row.code} gave {entry.count:,} of {entry.asked:,}: it has no more."
        findings = (SHORT_SUPPLY.found(message, at="count"), *findings)
    told = entry_of(row, entry, is_repeated=is_repeated, findings=findings)
    return Delivery(told, source, entry.generation, entry.lo, entry.hi)


def _exhausted(row: PoolRow) -> Conflict:
    pool = seen(row)
    if row.held_since:
        return Conflict(held(row))
    if row.closed_at:
        message = f"The pool {row.code} is closed."
        return Conflict(EXHAUSTED.found(message, at="pool", remedy="Use the pool that follows it."))
    why = (
        f"the guess probability must stay below {pool.guess_limit}"
        if pool.guess_limit and pool.source == "made"
        else "none is left"
    )
    of = pool.space if pool.source == "made" else pool.capacity
    message = f"The pool {row.code} has given {row.issued:,} of {of:,} serial numbers: {why}."
    return Conflict(EXHAUSTED.found(message, at="count"))
