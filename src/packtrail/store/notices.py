"""Notices in the database, and those that events about whole lots tell."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.notices import Notice, NoticeKind
from packtrail.lifecycle.rules import effect_of
from packtrail.store import direct, eventrows, named, objects, segments
from packtrail.store.direct import Kind, Statement
from packtrail.store.roles import EPC_CLASS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.store.direct import Asked
    from packtrail.store.eventrows import EventRow
    from packtrail.store.objects import Instance
    from packtrail.store.segments import Segment

Subject: TypeAlias = tuple[str, str]
"""(GTIN, lot)"""

_SQL = named.statements("notices")
_OF_PRODUCTS_AND_LOTS = Statement(
    _SQL["of_products_and_lots"],
    gtins=Kind.TEXTS,
    audience_ids=Kind.INTEGERS,
    class_keys=Kind.TEXTS,
)
_LOT_CLASS = "lgtin/"
_TOLD = {Status.RECALLED: NoticeKind.RECALLED}
"""What an event makes of a whole lot -> the notice it is."""


def lock(conn: Connection) -> None:
    """Let nobody else add a notice until this transaction ends."""
    conn.execute(_SQL["lock"])


def insert(conn: Connection, values: Mapping[str, Any]) -> int:
    """Add a notice, or the retraction of one; return its number."""
    row = conn.execute(_SQL["insert"], values).fetchone()
    if row is None:
        raise RuntimeError("the database gave no number to a notice")
    return int(row[0])


def of_products(
    conn: Connection, gtins: Iterable[str], audience_ids: Sequence[int]
) -> dict[str, tuple[Notice, ...]]:
    """Return every recorded notice about some products, their lots and packs, by GTIN."""
    recorded, _ = of_products_and_lots(conn, gtins, audience_ids)
    return recorded


def of_products_and_lots(
    conn: Connection, gtins: Iterable[str], audience_ids: Sequence[int]
) -> tuple[dict[str, tuple[Notice, ...]], set[str]]:
    """Return what `of_products` does, and of which of them events name lots as a whole."""
    (rows,) = direct.together(conn, [ask_products_and_lots(gtins, audience_ids)])
    recorded = [row for row in rows if row[0] is not None]
    return _by_gtin(recorded), {gtin for number, _, gtin, *_ in rows if number is None}


def ask_products_and_lots(gtins: Iterable[str], audience_ids: Sequence[int]) -> Asked:
    """Return what `of_products_and_lots` asks."""
    wanted = sorted(set(gtins))
    classes = [_LOT_CLASS + gtin for gtin in wanted]
    return _OF_PRODUCTS_AND_LOTS, (wanted, audience_ids, classes)


def _by_gtin(rows: Iterable[Sequence[Any]]) -> dict[str, tuple[Notice, ...]]:
    found: defaultdict[str, list[Notice]] = defaultdict(list)
    for row in rows:
        found[row[2]].append(_notice(row))
    return {gtin: tuple(some) for gtin, some in found.items()}


def newest(
    conn: Connection, audience_ids: Sequence[int], *, limit: int, before: int | None
) -> list[Notice]:
    """Return recorded notices and retractions, newest first."""
    asked = {"audience_ids": list(audience_ids), "limit": limit, "before": before}
    return [_notice(row) for row in conn.execute(_SQL["newest"], asked)]


def by_number(conn: Connection, number: int, audience_ids: Sequence[int]) -> Notice | None:
    """Return one notice."""
    row = conn.execute(_SQL["by_no"], [number, list(audience_ids)]).fetchone()
    return _notice(row) if row else None


def is_retracted(conn: Connection, number: int) -> bool:
    """Tell whether a notice was retracted."""
    row = conn.execute(_SQL["is_retracted"], [number]).fetchone()
    return bool(row and row[0])


def of_lots_in_events(
    conn: Connection,
    lots: Iterable[tuple[str, str]],
    audience_ids: Sequence[int],
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> list[Notice]:
    """Return what events about whole lots, named by their class, say like a notice.

    Args:
        conn: A connection.
        lots: (GTIN, lot) pairs.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    wanted = {(_LOT_CLASS + gtin, lot): (gtin, lot) for gtin, lot in lots}
    if not wanted:
        return []
    found = {one: wanted[key] for key, one in objects.find(conn, wanted).items()}
    if not found:
        return []
    named_by = list(_naming(conn, found, audience_ids))
    rows = eventrows.effective(
        conn,
        [(told, place) for _, told, place in named_by],
        as_of=as_of,
        as_known_at=as_known_at,
    )
    found_by = dict.fromkeys(
        (subject, (told.segment_id, place)) for subject, told, place in named_by
    )
    return [
        _told(rows[ref], kind, *subject)
        for subject, ref in found_by
        if ref in rows and (kind := _kind(rows[ref])) is not None
    ]


def _naming(
    conn: Connection, lots: Mapping[Instance, Subject], audience_ids: Sequence[int]
) -> Iterator[tuple[Subject, Segment, int]]:
    """Yield the events that name a lot as a whole: the lot, and the segment and place of each."""
    seen = [
        (instance, segment_id)
        for instance, segment_id, role in objects.sightings(conn, lots, audience_ids)
        if role == EPC_CLASS
    ]
    read = segments.read(conn, {one for _, one in seen}, audience_ids=audience_ids)
    for (class_id, seq), segment_id in seen:
        for place, role in read[segment_id].places_of_one(class_id, seq):
            if role == EPC_CLASS:
                yield lots[class_id, seq], read[segment_id], place


def _kind(row: EventRow) -> NoticeKind | None:
    effect = effect_of(row.type, Role.EPC, row.action, row.biz_step, row.disposition)
    return _TOLD.get(effect) if isinstance(effect, Status) else None


def _told(row: EventRow, kind: NoticeKind, gtin: str, lot: str) -> Notice:
    return Notice(
        notice_id=row.identity,
        kind=kind,
        gtin=gtin,
        lot=lot,
        effective_at=row.event_time,
        recorded_at=row.record_time,
        reason=f"An event about the whole lot says so: {row.disposition or row.biz_step}.",
        is_event=True,
    )


def _notice(row: Sequence[Any]) -> Notice:
    number, kind, gtin, lot, serial, market, effective, recorded, reason, day, retracts, name = row
    return Notice(
        notice_id=str(number),
        # Of a retraction the kind is of no account.
        kind=NoticeKind(kind) if kind else NoticeKind.RELEASED,
        gtin=gtin,
        lot=lot,
        serial=serial,
        market=market,
        effective_at=effective,
        recorded_at=recorded,
        reason=reason,
        expires_on=day,
        by=name,
        retracts=str(retracts) if retracts is not None else None,
    )
