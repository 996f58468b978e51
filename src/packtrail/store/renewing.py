"""Renewing: what a pass made of every object, kept and brought up to date with what came since.

New events, late ones and error declarations among them, bear on some objects only. These are as if
nothing had been told of them, and everything that was told is gone over again; the others stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from psycopg.rows import args_row

from packtrail.lifecycle.sweep import Sweep
from packtrail.store import census, happenings, named, segments
from packtrail.store.census import Survey, Texts
from packtrail.store.circles import Circle
from packtrail.store.happenings import Index
from packtrail.store.layout import Layout
from packtrail.store.parameters import bigints
from packtrail.store.recorded import Recorded
from packtrail.store.segments import Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from packtrail.store.integers import Numbers

_SQL = named.statements("census")
_NEW_MAX: Final = 4_000
"""New segments, beyond which everything is gone over again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a pass made of every object, and what it went over."""

    sweep: Sweep
    layout: Layout
    places: Texts
    lots: Texts
    recorded: Recorded
    declared: dict[int, set[str]]
    """Identities of events that their owners have declared wrong, by owner."""
    owners: frozenset[int]

    def survey(self) -> Survey:
        """Return what the pass made of every object."""
        return Survey(self.sweep, self.layout, self.places.all(), self.lots.all())


def take(conn: Connection, audience_ids: Sequence[int]) -> Kept:
    """Go over every event.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
    """
    there = Recorded().since(conn)
    if there is None:
        raise RuntimeError("segments are missing that nobody knows of")
    found = happenings.visible(conn, audience_ids=audience_ids)
    declared = happenings.declared(conn)
    index = Index(Layout.roomy(conn))
    kept = Kept(
        *(Sweep(index.total), index.layout, Texts(), Texts(), there[0], declared),
        owners=frozenset(segment.owner_id for segment in found),
    )
    wrong = happenings.wrong_among(conn, found, declared)
    events = happenings.in_order(found, index, wrong)
    census.go_over(events, index, kept.sweep, kept.places, kept.lots)
    return kept


def renewed(
    conn: Connection, kept: Kept, audience_ids: Sequence[int], *, in_place: bool
) -> Kept | None:
    """Bring what is kept up to date.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        kept: What is kept, which is of no use afterwards unless something comes back.
        audience_ids: Those it was taken for.
        in_place: Whether its arrays may be changed; else they are copied where something is new.

    Returns:
        None where that is not possible, and everything must be gone over again.
    """
    there = kept.recorded.since(conn)
    if there is None or len(there[1]) > _NEW_MAX:
        return None
    recorded, numbers = there
    if not len(numbers):
        return replace(kept, recorded=recorded)
    news = _told_since(conn, numbers, audience_ids)
    kept = replace(_with_room(conn, kept, in_place=in_place), recorded=recorded)
    owners = _go_over_again(conn, kept, news, audience_ids)
    return replace(kept, owners=owners)


def _told_since(conn: Connection, numbers: Numbers, audience_ids: Sequence[int]) -> list[Segment]:
    asked = {"segment_ids": bigints(numbers.tolist()), "audience_ids": list(audience_ids)}
    with conn.cursor(binary=True, row_factory=args_row(Segment)) as cursor:
        return cursor.execute(f"{segments.COLUMNS} {_SQL['told_since']}", asked).fetchall()


def _with_room(conn: Connection, kept: Kept, *, in_place: bool) -> Kept:
    """Find numbers for what there is today, in arrays that may be changed."""
    layout = kept.layout.grown(conn)
    if layout is not None:
        return replace(kept, layout=layout, sweep=kept.sweep if in_place else kept.sweep.copied())
    layout = Layout.roomy(conn)
    sweep = kept.sweep.moved(layout.total, kept.layout.spans(layout))
    return replace(kept, layout=layout, sweep=sweep)


def _of_others(told: Sequence[Segment], owners: frozenset[int]) -> dict[int, set[str]]:
    """Return what other owners may have recorded of the same events, by owner."""
    found: dict[int, set[str]] = {owner: set() for owner in owners}
    for segment in told:
        identities = set(map(segment.identity, range(segment.event_count)))
        for owner in owners - {segment.owner_id}:
            found[owner] |= identities
    return found


def _go_over_again(
    conn: Connection, kept: Kept, news: Sequence[Segment], audience_ids: Sequence[int]
) -> frozenset[int]:
    """Go over everything that tells of the objects on which news bear; return all owners."""
    told = [each for each in news if not each.is_error_declaration]
    owners = kept.owners | {each.owner_id for each in told}
    wrong = _declared(news)
    for owner, identities in wrong.items():
        kept.declared.setdefault(owner, set()).update(identities)
    circle = Circle(conn, kept.layout, audience_ids, kept.sweep.is_container)
    circle.take(told)
    circle.take_events(wrong)
    if len(owners) > 1:
        circle.take_events(_of_others(told, owners))
    circle.complete()
    if len(owners) > 1:
        circle.take_tellers(owners)
    index = Index(kept.layout, circle.within)
    kept.sweep.reset(np.flatnonzero(circle.within))
    withdrawn = happenings.wrong_among(conn, circle.segments, kept.declared)
    events = happenings.in_order(circle.segments, index, withdrawn)
    census.go_over(events, index, kept.sweep, kept.places, kept.lots)
    return owners


def _declared(news: Sequence[Segment]) -> dict[int, set[str]]:
    """Return the identities of the events that news declare wrong, by owner."""
    found: dict[int, set[str]] = {}
    for each in news:
        if each.is_error_declaration:
            identities = map(each.identity, range(each.event_count))
            found.setdefault(each.owner_id, set()).update(identities)
    return found
