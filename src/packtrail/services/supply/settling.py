"""Settling: saying what became of allocated numbers, once for each.

A number is **used** when it is on a pack that was commissioned, **void** when it was spoilt before,
**returned** when it was left over. None of them is ever given out again: a number that somebody
once had is never anybody else's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.serials.codes import (
    BAD_REQUEST,
    ELSEWHERE,
    NOT_ALLOCATED,
    NOTHING_OPEN,
    RETURNED_BEFORE,
)
from packtrail.serials.policy import LEDGER_MAX
from packtrail.serials.pool import joined, runs_of
from packtrail.services.supply.allocating import of_request
from packtrail.services.supply.auditing import audit_entry
from packtrail.services.supply.entries import (
    Entry,
    differs,
    entry_of,
    require_request,
    some,
)
from packtrail.services.supply.origins import Keys, allocations_at, key_at, keys_of
from packtrail.services.supply.pools import one_visible
from packtrail.services.supply.sources import opened
from packtrail.store import serial_ledger as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from psycopg import Connection

    from packtrail.serials.pool import Source
    from packtrail.services.application import Application
    from packtrail.store.serials import PoolRow

Rest: TypeAlias = Literal["returned", "void"]
_NO_KEYS = np.zeros(0, dtype=np.int64)
_EXAMPLES_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one request settled."""

    pool: str
    owner: str
    request_id: str
    used: int
    returned: int
    voided: int
    outstanding: int | None
    """What is still open of the allocation that was named; None: none was."""
    is_repeated: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What a caller says became of numbers."""

    request_id: str
    """As for `allocate`."""
    used: Sequence[str] = ()
    void: Sequence[str] = ()
    returned: Sequence[str] = ()
    allocation: str | None = None
    """Request id of the allocation that all of them are of; None: of any."""
    rest: Rest | None = None
    """What the other open numbers of that allocation are; None: they stay open."""
    party: str = ""
    reason: str = ""

    @property
    def listed(self) -> dict[str, Sequence[str]]:
        """Kind of an entry -> the numbers it is to have."""
        return {"used": self.used, "void": self.void, "returned": self.returned}


def settle(app: Application, actor: Actor, pool: str, what: Settling) -> Settlement:
    """Say what became of numbers that a pool gave: of all that are listed, or of none.

    Args:
        app: The application.
        actor: Who says it.
        pool: Code of the pool, or `owner/code`.
        what: The numbers, each once, together at most `serials_request_max`.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see; `SER-015`, no such allocation.
        RefusedError: `SER-008`, one was never allocated; `SER-016`, one is of another allocation;
            `SER-013`, the request cannot be used.
        Conflict: `SER-009`, one was settled before; `SER-007`, the request id was used otherwise;
            `SER-017`, there is nothing to settle.
        NotPermitted: The actor may not.
    """
    with app.database.transaction() as conn:
        return settle_in(conn, app, actor, pool, what)


def settle_in(
    conn: Connection, app: Application, actor: Actor, pool: str, what: Settling
) -> Settlement:
    """Settle numbers as `settle` does, inside a transaction of the caller."""
    require(actor, Permission.ALLOCATION_RETURN)
    _require_usable(app, what)
    row = one_visible(conn, actor.organisation_id, pool, is_locked=True)
    allocation = None
    if what.allocation is not None:
        allocation = of_request(conn, actor, row, what.allocation)
    source = opened(app, conn, row)
    named = _named(source, row, what)
    earlier = ledger.of_requests(conn, row.pool_id, actor.organisation_id, [what.request_id])
    if earlier:
        known = earlier[what.request_id]
        _require_same(known, named, what)
        return _settlement(conn, row, what, allocation, known, is_repeated=True)
    if allocation is not None:
        _require_of(allocation, named)
    parts = _parts(conn, row, source, allocation, named, what.rest)
    if not parts:
        message = f"Nothing is open of the allocation {what.allocation!r}."
        raise Conflict(NOTHING_OPEN.found(message, at="allocation"))
    entries = record(conn, row, parts, _signed(app, actor, row, what))
    for entry in entries:
        audit_entry(conn, actor, row, entry)
    return _settlement(conn, row, what, allocation, entries, is_repeated=False)


def return_serials(
    app: Application,
    actor: Actor,
    pool: str,
    serials: Sequence[str],
    *,
    request_id: str,
    party: str = "",
    reason: str = "",
    void: bool = False,
) -> Entry:
    """Give back serial numbers that were not used, or make them void; see `settle`."""
    what = Settling(
        request_id=request_id,
        void=serials if void else (),
        returned=() if void else serials,
        party=party,
        reason=reason,
    )
    return settle(app, actor, pool, what).entries[0]


def rest_of(text: str | None) -> Rest | None:
    """Read what the rest of an allocation is to be.

    Raises:
        RefusedError: `SER-013`, it is neither `returned` nor `void`.
    """
    match text:
        case None | "":
            return None
        case "returned" | "void":
            return text
    message = f"The rest is {text[:80]!r}; expected returned or void."
    raise RefusedError(BAD_REQUEST.found(message, at="rest"))


# --- what was named -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Named:
    """The numbers that a caller named, each with its place in the ledger."""

    texts: Sequence[str]
    keys: Keys
    """The place of each."""
    kinds: dict[str, Keys]
    """Kind -> the keys of its numbers, ascending."""


def _named(source: Source, row: PoolRow, what: Settling) -> _Named:
    """Return where the numbers were given out, each once.

    Raises:
        RefusedError: `SER-008`, one was never given; `SER-013`, one is named twice.
    """
    texts = [text for listed in what.listed.values() for text in listed]
    places = source.find_all(texts)
    strange = np.flatnonzero(places.generations == 0)
    if len(strange):
        told = some([texts[at] for at in strange[:_EXAMPLES_MAX]])
        message = f"The pool {row.code} never gave {len(strange):,} of them: {told}."
        raise RefusedError(NOT_ALLOCATED.found(message, at="serials"))
    keys = keys_of(places)
    order = np.argsort(keys, kind="stable")
    twice = order[1:][np.diff(keys[order]) == 0]
    if len(twice):
        told = some([texts[at] for at in twice[:_EXAMPLES_MAX]])
        message = f"Serial numbers are in the lists twice, {len(twice):,} of them: {told}."
        raise RefusedError(BAD_REQUEST.found(message, at="serials"))
    kinds, start = {}, 0
    for kind, listed in what.listed.items():
        kinds[kind] = np.sort(keys[start : start + len(listed)])
        start += len(listed)
    return _Named(texts, keys, kinds)


def _require_of(allocation: ledger.EntryRow, named: _Named) -> None:
    """Refuse numbers that are not of an allocation."""
    lo, hi = _bounds(allocation)
    strange = np.flatnonzero((named.keys < lo) | (named.keys >= hi))
    if len(strange):
        told = some([named.texts[at] for at in strange[:_EXAMPLES_MAX]])
        message = (
            f"{len(strange):,} of them are of other allocations than {allocation.request_id!r}: "
            f"{told}."
        )
        raise RefusedError(ELSEWHERE.found(message, at="serials"))


def _require_same(earlier: Sequence[ledger.EntryRow], named: _Named, what: Settling) -> None:
    """Refuse a repeated request that is not the same as the first."""
    known: dict[str, list[Keys]] = {}
    for entry in earlier:
        if (entry.party, entry.purpose) != (what.party, what.reason):
            raise differs(what.request_id)
        base = entry.generation * LEDGER_MAX
        known.setdefault(entry.kind, []).append(base + expanded(ledger.runs(entry.ranges)))
    for kind, keys in named.kinds.items():
        before = np.concatenate(known.pop(kind, [_NO_KEYS]))
        is_same = np.isin(keys, before).all() if kind == what.rest else np.array_equal(keys, before)
        if not is_same:
            raise differs(what.request_id)
    if known:
        raise differs(what.request_id)


# --- sorting into allocations ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers of one allocation that became one thing."""

    kind: str
    allocation: ledger.EntryRow
    positions: Keys
    """Ascending."""


def _parts(
    conn: Connection,
    row: PoolRow,
    source: Source,
    allocation: ledger.EntryRow | None,
    named: _Named,
    rest: Rest | None,
) -> list[Part]:
    """Sort numbers into the allocations they are of; none was settled before."""
    allocations = [allocation] if allocation else allocations_at(conn, row, np.sort(named.keys))
    settled = ledger.settled(conn, row.pool_id, [each.entry_no for each in allocations])
    parts: list[Part] = []
    for each in allocations:
        lo, hi = _bounds(each)
        done = settled[each.entry_no]
        here = {
            kind: keys[slice(*np.searchsorted(keys, (lo, hi)))] - each.generation * LEDGER_MAX
            for kind, keys in named.kinds.items()
        }
        _require_open(done, here.values())
        if rest is not None:
            here[rest] = _rest(source, each, done, here, rest)
        parts += [Part(kind, each, positions) for kind, positions in here.items() if len(positions)]
    return parts


def _require_open(done: Sequence[ledger.SettledRow], parts: Iterable[Keys]) -> None:
    """Refuse numbers that were settled before."""
    wanted = np.concatenate(list(parts))
    before = [each for each in done if np.isin(wanted, expanded(ledger.runs(each.ranges))).any()]
    if before:
        told = ", ".join(f"{each.kind} by {each.request_id}" for each in before[:_EXAMPLES_MAX])
        message = f"Some of the serial numbers are not out any more: {told}."
        raise Conflict(RETURNED_BEFORE.found(message, at="serials"))


def _rest(
    source: Source,
    allocation: ledger.EntryRow,
    done: Sequence[ledger.SettledRow],
    here: Mapping[str, Keys],
    rest: str,
) -> Keys:
    """Return the numbers of an allocation that are still open, and those already meant so."""
    others = [keys for kind, keys in here.items() if kind != rest]
    return open_positions(source, allocation, done, others)


def open_positions(
    source: Source,
    allocation: ledger.EntryRow,
    done: Sequence[ledger.SettledRow],
    others: Iterable[Keys] = (),
) -> Keys:
    """Return the positions of an allocation that nothing was said of yet, ascending."""
    lo, hi = allocation.lo, allocation.hi
    is_open = np.zeros(hi - lo, dtype=np.bool_)
    for start, end in source.runs(allocation.generation, lo, hi):
        is_open[start - lo : end - lo] = True
    for each in done:
        for start, end in ledger.runs(each.ranges):
            is_open[start - lo : end - lo] = False
    for keys in others:
        is_open[keys - lo] = False
    return np.flatnonzero(is_open) + lo


# --- recording ------------------------------------------------------------------------------------


def record(
    conn: Connection, row: PoolRow, parts: Sequence[Part], like: ledger.EntryRow
) -> list[ledger.EntryRow]:
    """Add to the ledger what numbers became: an entry for each kind and generation.

    Args:
        conn: A connection in a transaction that holds the lock of the pool.
        row: The pool.
        parts: The numbers, by allocation in order.
        like: What the entries have in common.
    """
    groups: dict[tuple[str, int], list[Part]] = {}
    for part in parts:
        groups.setdefault((part.kind, part.allocation.generation), []).append(part)
    entries, settled = [], []
    for number, ((kind, generation), members) in enumerate(groups.items(), row.entries + 1):
        count = sum(len(part.positions) for part in members)
        runs = joined(run for part in members for run in runs_of(part.positions))
        entries.append(
            replace(
                like, entry_no=number, kind=kind, generation=generation, asked=count, count=count,
                ranges=ledger.multirange(runs),
            )
        )  # fmt: skip
        settled += [
            (
                part.allocation.entry_no,
                number,
                ledger.multirange(runs_of(part.positions)),
                len(part.positions),
            )
            for part in members
        ]
    with conn.pipeline():
        ledger.append(conn, entries)
        ledger.insert_settled(conn, row.pool_id, settled)
    return entries


def expanded(runs: Sequence[tuple[int, int]]) -> Keys:
    """Return the positions of runs."""
    return np.concatenate([np.arange(lo, hi, dtype=np.int64) for lo, hi in runs] or [_NO_KEYS])


def _bounds(allocation: ledger.EntryRow) -> tuple[int, int]:
    at = allocation.generation
    return key_at(at, allocation.lo), key_at(at, allocation.hi)


def _signed(app: Application, actor: Actor, row: PoolRow, what: Settling) -> ledger.EntryRow:
    """Return what all entries of a request have in common."""
    return ledger.EntryRow(
        pool_id=row.pool_id,
        entry_no=0,
        kind="",
        generation=0,
        ranges=ledger.multirange([]),
        asked=0,
        count=0,
        organisation_id=actor.organisation_id,
        request_id=what.request_id,
        party=what.party,
        purpose=what.reason,
        at=app.clock(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
    )


def _settlement(
    conn: Connection,
    row: PoolRow,
    what: Settling,
    allocation: ledger.EntryRow | None,
    entries: Sequence[ledger.EntryRow],
    *,
    is_repeated: bool,
) -> Settlement:
    counts = dict.fromkeys(ledger.SETTLED, 0)
    for entry in entries:
        counts[entry.kind] += entry.count
    outstanding = None
    if allocation is not None:
        done = ledger.settled(conn, row.pool_id, [allocation.entry_no])[allocation.entry_no]
        outstanding = allocation.count - sum(each.count for each in done)
    return Settlement(
        pool=row.code,
        owner=row.owner,
        request_id=what.request_id,
        used=counts["used"],
        returned=counts["returned"],
        voided=counts["void"],
        outstanding=outstanding,
        is_repeated=is_repeated,
        entries=tuple(entry_of(row, each, is_repeated=is_repeated) for each in entries),
    )


def _require_usable(app: Application, what: Settling) -> None:
    count = sum(map(len, what.listed.values()))
    if what.rest is not None and what.allocation is None:
        message = "The rest is that of an allocation; none is named."
        raise RefusedError(BAD_REQUEST.found(message, at="allocation"))
    # What is left of an allocation may be all there is to say.
    require_request(
        app, count or int(what.rest is not None), what.request_id, what.party, what.reason
    )
