"""Serial numbers: taking them from a pool, giving back what was not used, and looking them up.

An allocation is one row of the ledger. Its numbers follow from pool and range, so they are made
after it is recorded, as often as somebody asks with the same request id, and are never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.serials.codes import (
    BAD_REQUEST,
    EXHAUSTED,
    NO_POOL,
    NOT_ALLOCATED,
    REQUEST_DIFFERS,
    RETURNED_BEFORE,
    SHORT_SUPPLY,
)
from packtrail.serials.numberings import lines_of, texts_of
from packtrail.services import auditing, organisations
from packtrail.services.pools import SGTIN, SSCC, one_visible, opened, seen
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.serials.pool import Place, Pool
    from packtrail.services.application import Application

_TEXT_LENGTH_MAX = 200
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a ledger, or those of one request that gave back."""

    pool: str
    owner: str
    entry_no: int
    """The ledger numbers its entries without gaps, from 1."""
    kind: str
    """`allocated`, `returned` or `void`."""
    asked: int
    count: int
    """How many it was; fewer than asked for when the pool had no more."""
    request_id: str
    party: str
    """To whom they went, or from whom they came."""
    purpose: str
    at: datetime
    actor_name: str
    is_repeated: bool = False
    """Whether the request was answered before: these are the same numbers."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """An allocation that is recorded, and its serial numbers, made when they are asked for."""

    entry: Entry
    source: Pool
    generation: int
    lo: int
    hi: int

    def serials(self) -> list[str]:
        """Return the serial numbers."""
        return self.source.strings(self.generation, self.lo, self.hi)

    def lines(self) -> Iterator[bytes]:
        """Yield the serial numbers as lines of a file, many at a time."""
        for texts in self.source.texts(self.generation, self.lo, self.hi):
            yield lines_of(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """What the ledgers say of one serial number."""

    serial: str
    pool: str
    owner: str
    is_issued: bool
    entry: Entry | None
    """The allocation it was given out in."""
    withdrawn: Entry | None
    """What gave it back or made it void."""


def allocate(
    app: Application,
    actor: Actor,
    pool: str,
    count: int,
    *,
    request_id: str,
    party: str = "",
    purpose: str = "",
) -> Delivery:
    """Take serial numbers from a pool. The same request id gives the same numbers for ever.

    When there are fewer than asked for, all that are left are given, and a finding says so.

    Args:
        app: The application.
        actor: Who takes them.
        pool: Code of the pool, or `owner/code`.
        count: How many, 1 to `serials_request_max`.
        request_id: Chosen by whoever asks, 1 to 200 characters; a repetition must be the same.
        party: To whom they go: a line, a contract manufacturer.
        purpose: What for: an order, a lot.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-013`, the request cannot be used; `SER-012`, the key does not open.
        Conflict: `SER-004`, there are none left; `SER-007`, the request id was used otherwise.
        NotPermitted: The actor may not take numbers.

    Clause:
        Delegated Regulation (EU) 2016/161, Article 4.
    """
    require(actor, Permission.ALLOCATION_CREATE)
    _require_request(app, count, request_id, party, purpose)
    at = app.clock()
    with app.database.transaction() as conn:
        row = one_visible(conn, actor, pool, is_locked=True)
        source = opened(app, conn, row)
        earlier = rows.of_request(conn, row.pool_id, request_id)
        if earlier:
            entry = earlier[0]
            _require_same(entry, "allocated", count, party, purpose)
            return _delivery(row, source, entry, is_repeated=True)
        given = _within_limit(row, count)
        lo = source.generations[-1].reached
        entry = rows.EntryRow(
            entry_no=row.entries + 1,
            kind="allocated",
            generation=row.generation,
            ranges=rows.multirange([(lo, source.end_of(given))]),
            asked=count,
            count=given,
            request_id=request_id,
            party=party,
            purpose=purpose,
            at=at,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
        )
        _append(conn, actor, row, entry, Action.ALLOCATION_CREATED)
    row = replace(row, issued=row.issued + given)
    return _delivery(row, source, entry, is_repeated=False)


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
    """Give back serial numbers that were not used, or make them void; all of them, or none.

    They are not given out again: a number that somebody once had is never anybody else's.

    Args:
        app: The application.
        actor: Who gives them back.
        pool: Code of the pool, or `owner/code`.
        serials: The numbers, at most `serials_request_max`, each once.
        request_id: As for `allocate`.
        party: From whom they come.
        reason: Why.
        void: Whether they were spoilt, rather than left over.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `SER-008`, one was never allocated; `SER-013`, the request cannot be used.
        Conflict: `SER-009`, one was given back before; `SER-007`, the request id was used
            otherwise.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.ALLOCATION_RETURN)
    _require_request(app, len(serials), request_id, party, reason)
    at, kind = app.clock(), "void" if void else "returned"
    with app.database.transaction() as conn:
        row = one_visible(conn, actor, pool, is_locked=True)
        places = _places(opened(app, conn, row), row, serials)
        earlier = rows.of_request(conn, row.pool_id, request_id)
        if earlier:
            _require_same(earlier[0], kind, len(serials), party, reason)
            if _ranges(places) != {each.generation: each.ranges for each in earlier}:
                raise _differs(request_id)
            return _entry(row, earlier[0], is_repeated=True)
        added = []
        for number, (generation, ranges) in enumerate(_ranges(places).items(), row.entries + 1):
            _require_not_withdrawn(conn, row, generation, ranges)
            entry = rows.EntryRow(
                entry_no=number,
                kind=kind,
                generation=generation,
                ranges=ranges,
                asked=len(serials),
                count=sum(place.generation == generation for place in places),
                request_id=request_id,
                party=party,
                purpose=reason,
                at=at,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
                actor_name=actor.name,
            )
            action = Action.ALLOCATION_VOIDED if void else Action.ALLOCATION_RETURNED
            _append(conn, actor, row, entry, action)
            added.append(entry)
    return _entry(row, added[0])


def look_up(
    app: Application, actor: Actor, text: str, *, pool: str | None = None
) -> tuple[LookUp, ...]:
    """Tell of a serial number whether it was issued, when, to whom and for which request.

    Args:
        app: The application.
        actor: Who asks.
        text: A serialised GTIN or an SSCC in any notation; or with `pool` the bare serial number.
        pool: Code of the pool, or `owner/code`; None: the pools of the GTIN or company prefix.

    Returns:
        One answer a pool: one, unless several owners have a pool for the same key.

    Raises:
        NotFound: `SER-005`, the actor sees no pool that could have issued it.
        RefusedError: A `GS1` code: the text cannot be read.
    """
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        if pool is not None:
            found, serial = [one_visible(conn, actor, pool)], text
        else:
            found, serial = _pools_for(conn, actor, text)
        if not found:
            message = f"No pool that you see could have issued {text[:80]!r}."
            raise NotFound(NO_POOL.found(message, at="serial"))
        return tuple(_looked_up(app, conn, row, serial) for row in found)


def ledger(
    app: Application, actor: Actor, pool: str, *, after: int = 0, limit: int = 100
) -> tuple[Entry, ...]:
    """Return entries of a ledger in order, from after one on."""
    require(actor, Permission.POOL_READ)
    with app.database.reading() as conn:
        row = one_visible(conn, actor, pool)
        found = rows.entries(conn, row.pool_id, after=after, until=after + limit)
        return tuple(_entry(row, each) for each in found)


def _within_limit(row: rows.PoolRow, count: int) -> int:
    pool = seen(row)
    if pool.left > 0:
        return min(count, pool.left)
    why = f"the guess probability must stay below {pool.guess_limit}"
    message = (
        f"The pool {row.code} has given {row.issued:,} of {pool.space:,} serial numbers: "
        f"{why if pool.guess_limit else 'none is left'}."
    )
    raise Conflict(EXHAUSTED.found(message, at="count"))


def _places(source: Pool, row: rows.PoolRow, serials: Sequence[str]) -> list[Place]:
    """Return where serial numbers were given out, each once."""
    length = source.generations[0].numbering.length
    odd = [each for each in serials if len(each) != length or not each.isascii()]
    found = [] if odd else source.find_all(texts_of(serials, length))
    strange = odd or [each for each, place in zip(serials, found, strict=True) if place is None]
    if strange:
        message = f"The pool {row.code} never gave {len(strange):,} of them: {_some(strange)}."
        raise RefusedError(NOT_ALLOCATED.found(message, at="serials"))
    places = sorted(
        (each for each in found if each), key=lambda each: (each.generation, each.position)
    )
    if len(set(serials)) != len(serials):
        message = "A serial number is in the list twice."
        raise RefusedError(BAD_REQUEST.found(message, at="serials"))
    return places


def _ranges(places: Iterable[Place]) -> dict[int, rows.Ranges]:
    """Return the runs of places in order, by generation."""
    runs: dict[int, list[tuple[int, int]]] = {}
    for place in places:
        known = runs.setdefault(place.generation, [])
        if known and known[-1][1] == place.position:
            known[-1] = known[-1][0], place.position + 1
        else:
            known.append((place.position, place.position + 1))
    return {generation: rows.multirange(each) for generation, each in runs.items()}


def _require_not_withdrawn(
    conn: Connection, row: rows.PoolRow, generation: int, ranges: rows.Ranges
) -> None:
    earlier = rows.withdrawn(conn, row.pool_id, generation, ranges)
    if earlier:
        told = ", ".join(f"{each.kind} by {each.request_id}" for each in earlier[:_EXAMPLES])
        message = f"Some of the serial numbers are not out any more: {told}."
        raise Conflict(RETURNED_BEFORE.found(message, at="serials"))


def _pools_for(conn: Connection, actor: Actor, text: str) -> tuple[list[rows.PoolRow], str]:
    key = gs1.parse(text)
    visible = organisations.visible_to(conn, actor)
    if key.type is gs1.KeyType.SSCC:
        found = [
            row
            for row in rows.of_kind(conn, visible, SSCC)
            if key.primary.startswith(row.class_key.partition("/")[2])
        ]
        return found, key.primary
    return rows.by_class(conn, visible, f"{SGTIN}/{key.primary}"), key.serial or ""


def _looked_up(app: Application, conn: Connection, row: rows.PoolRow, serial: str) -> LookUp:
    place = opened(app, conn, row).find(serial)
    entry = withdrawn = None
    if place is not None:
        spot = rows.multirange([(place.position, place.position + 1)])
        entry = rows.allocation_of(conn, row.pool_id, place.generation, place.position)
        withdrawn = next(iter(rows.withdrawn(conn, row.pool_id, place.generation, spot)), None)
    return LookUp(
        serial=serial,
        pool=row.code,
        owner=row.owner,
        is_issued=entry is not None,
        entry=_entry(row, entry) if entry else None,
        withdrawn=_entry(row, withdrawn) if withdrawn else None,
    )


def _append(
    conn: Connection, actor: Actor, row: rows.PoolRow, entry: rows.EntryRow, action: Action
) -> None:
    rows.append(conn, row.pool_id, entry)
    detail = {
        "request_id": entry.request_id,
        "entry_no": entry.entry_no,
        "asked": entry.asked,
        "count": entry.count,
        "party": entry.party,
        "purpose": entry.purpose,
    }
    auditing.write(
        conn, actor, action, row.code, at=entry.at, organisation_id=row.owner_id, detail=detail
    )


def _delivery(
    row: rows.PoolRow, source: Pool, entry: rows.EntryRow, *, is_repeated: bool
) -> Delivery:
    findings = seen(row).findings
    if entry.count < entry.asked:
        message = f"The pool {row.code} gave {entry.count:,} of {entry.asked:,}: it has no more."
        findings = (SHORT_SUPPLY.found(message, at="count"), *findings)
    told = _entry(row, entry, is_repeated=is_repeated, findings=findings)
    return Delivery(told, source, entry.generation, entry.lo, entry.hi)


def _entry(
    row: rows.PoolRow,
    entry: rows.EntryRow,
    *,
    is_repeated: bool = False,
    findings: tuple[Finding, ...] = (),
) -> Entry:
    return Entry(
        pool=row.code,
        owner=row.owner,
        entry_no=entry.entry_no,
        kind=entry.kind,
        asked=entry.asked,
        count=entry.count,
        request_id=entry.request_id,
        party=entry.party,
        purpose=entry.purpose,
        at=entry.at,
        actor_name=entry.actor_name,
        is_repeated=is_repeated,
        findings=findings,
    )


def _require_request(
    app: Application, count: int, request_id: str, party: str, purpose: str
) -> None:
    findings = []
    count_max = app.settings.serials_request_max
    if not 1 <= count <= count_max:
        message = f"{count:,} serial numbers were asked for; expected 1 to {count_max:,}."
        findings.append(BAD_REQUEST.found(message, at="count"))
    for name, text, least in (
        ("request_id", request_id, 1),
        ("party", party, 0),
        ("purpose", purpose, 0),
    ):
        if not least <= len(text) <= _TEXT_LENGTH_MAX:
            message = f"{name} has {len(text)} characters; expected {least} to {_TEXT_LENGTH_MAX}."
            findings.append(BAD_REQUEST.found(message, at=name))
    if findings:
        raise RefusedError(*findings)


def _require_same(entry: rows.EntryRow, kind: str, asked: int, party: str, purpose: str) -> None:
    if (entry.kind, entry.asked, entry.party, entry.purpose) != (kind, asked, party, purpose):
        raise _differs(entry.request_id)


def _differs(request_id: str) -> Conflict:
    message = f"The request id {request_id!r} stands in the ledger with something else."
    return Conflict(REQUEST_DIFFERS.found(message, at="request_id"))


def _some(serials: Sequence[str]) -> str:
    told = ", ".join(repr(each[:30]) for each in serials[:_EXAMPLES])
    return told if len(serials) <= _EXAMPLES else f"{told} ..."
