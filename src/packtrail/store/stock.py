"""Stock: what every object is, where it is and what holds it, as arrays that can be counted.

The outcome of one pass over the index (`packtrail.store.census`), without the index itself: some
forty bytes an object, so that it can be kept until something new is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from packtrail.hierarchy.containment import DEPTH_MAX
from packtrail.lifecycle.sweep import NOTHING
from packtrail.store import census, named, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.lifecycle.sweep import Objects, Sweep
    from packtrail.store.census import Survey
    from packtrail.store.journeys import ItemKey
    from packtrail.store.objects import Name

_SQL = named.statements("census")


@dataclass(frozen=True, slots=True)
class Class:
    """The objects of a class: numbers from `first` on."""

    class_id: int
    class_key: str
    first: int
    size: int

    @property
    def span(self) -> slice:
        """The numbers of its objects."""
        return slice(self.first, self.first + self.size)


@dataclass(frozen=True, slots=True)
class Stock:
    """What every object that may be seen is; objects are numbers from 0."""

    classes: tuple[Class, ...]
    """In the order of their numbers."""
    sweep: Sweep
    places: tuple[str, ...]
    lots: tuple[str, ...]

    @property
    def is_seen(self) -> NDArray[np.bool_]:
        """Whether an event that counts names an object."""
        return self.sweep.is_seen

    @property
    def is_container(self) -> NDArray[np.bool_]:
        """Whether an object has ever held something."""
        return self.sweep.is_container

    @property
    def total(self) -> int:
        """How many numbers there are; not all of them may be seen."""
        return len(self.is_seen)

    def class_of(self, numbers: Objects) -> NDArray[np.int64]:
        """Return the places in `classes` of the classes of objects."""
        firsts = np.array([each.first for each in self.classes], dtype=np.int64)
        if not (numbers[1:] >= numbers[:-1]).all():
            return np.searchsorted(firsts, numbers, side="right") - 1
        starts = np.append(np.searchsorted(numbers, firsts), len(numbers))
        return np.repeat(np.arange(len(firsts)), np.diff(starts))

    def is_pack(self) -> NDArray[np.bool_]:
        """Mark the packs that may be seen: serials of a GTIN with indicator 0 that hold nothing."""
        marked = np.zeros(self.total, dtype=bool)
        for each in self.classes:
            if each.class_key.startswith("sgtin/0"):
                marked[each.span] = True
        return marked & self.is_seen & ~self.is_container

    def of_gtins(self, gtins: Iterable[str]) -> NDArray[np.bool_]:
        """Mark the serials of some GTINs, itself or pieces of it."""
        starts = tuple(f"{kind}/{gtin}" for gtin in gtins for kind in ("sgtin", "itip"))
        marked = np.zeros(self.total, dtype=bool)
        for each in self.classes:
            if each.class_key.startswith(starts):
                marked[each.span] = True
        return marked

    def outermost(self) -> Objects:
        """Return, by object, what holds it in the end; itself where nothing does."""
        found = np.arange(self.total)
        parent = self.sweep.parent
        for _ in range(DEPTH_MAX):
            above = parent[found]
            is_held = above != NOTHING
            if not is_held.any():
                break
            found = np.where(is_held, above, found)
        return found

    def names(self, conn: Connection, numbers: Objects) -> list[Name]:
        """Return what the dictionary knows of objects, in their order."""
        instances = list(self._instances(numbers))
        found = objects.names(conn, instances)
        return [found[one] for one in instances]

    def find(self, conn: Connection, keys: Iterable[ItemKey]) -> dict[ItemKey, int]:
        """Return the numbers of objects that may be seen."""
        first = {each.class_id: each.first for each in self.classes}
        found = {
            key: first[class_id] + seq
            for key, (class_id, seq) in objects.find(conn, keys).items()
            if class_id in first
        }
        return {key: at for key, at in found.items() if at < self.total and self.is_seen[at]}

    def _instances(self, numbers: Objects) -> Iterable[tuple[int, int]]:
        for at, number in zip(self.class_of(numbers).tolist(), numbers.tolist(), strict=True):
            yield self.classes[at].class_id, number - self.classes[at].first


def take(
    conn: Connection,
    *,
    audience_ids: Sequence[int],
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Stock:
    """Return what every object is.

    Args:
        conn: A connection in a transaction, so that its reads see one state of the store.
        audience_ids: Only events these may see.
        as_of: Only what had happened by then.
        as_known_at: Only what had been recorded by then.
    """
    survey = census.survey(conn, audience_ids=audience_ids, as_of=as_of, as_known_at=as_known_at)
    return of(conn, survey)


def of(conn: Connection, survey: Survey) -> Stock:
    """Return what every object is, as a pass over the index found it."""
    bases = survey.layout.bases
    classes = [
        Class(class_id, class_key, bases[class_id], size)
        for class_id, class_key, _, size in conn.execute(_SQL["classes"])
        if class_id in bases
    ]
    return Stock(
        classes=tuple(sorted(classes, key=lambda each: each.first)),
        sweep=survey.sweep,
        places=survey.places,
        lots=survey.lots,
    )
