"""What if: what a change to the record would change, found by making it and taking it back.

There is one fold and one reading of the store. What a correction does is seen by recording it for
real, reading again, and rolling the transaction back: nothing is simulated, so nothing differs.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from packtrail.base.errors import LimitExceeded
from packtrail.lifecycle.fold import examine, fold
from packtrail.services.codes import TOO_MANY_TOUCHED
from packtrail.services.goods import describing
from packtrail.store import contents, journeys
from packtrail.store.database import taken_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.store.journeys import ItemKey, Journey

OBJECTS_MAX: Final = 20_000
"""Most objects of which it is found out what changes."""
CHANGES_SHOWN: Final = 200
_COMPARED: Final = ("status", "location", "is_moving", "goal", "parent", "lot", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes for one object; only what differs is named."""

    identifier: str
    label: str
    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    resolved: tuple[Finding, ...]
    """Oddities of its journey that are gone then."""
    raised: tuple[Finding, ...]
    """Oddities that come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How many objects go from one status to another."""

    before: str | None
    """None: nothing was known of them."""
    after: str | None
    """None: nothing is known of them any more."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that changes."""

    touched: int
    """Objects that were looked at."""
    changed: int
    shifts: tuple[Shift, ...]
    items: tuple[Change, ...]
    """The first few of `changed`."""
    digest: str
    """Of all changes: the same digest, the same changes."""


def changes(
    conn: Connection,
    keys: Iterable[ItemKey],
    audience_ids: Sequence[int],
    act: Callable[[], object],
) -> Changes:
    """Return what an act changes for objects, and for everything inside them before or after it.

    When this returns, the act has happened on the connection; whether it stays is up to the caller.

    Args:
        conn: A connection in a transaction.
        keys: The objects the act names.
        audience_ids: What the asker may see.
        act: Records something on that connection; it is called twice.

    Raises:
        LimitExceeded: `TRC-014`, too many objects are concerned.
    """
    named = list(dict.fromkeys(keys))
    inside = _inside(conn, named, audience_ids)
    with taken_back(conn):
        act()
        inside += _inside(conn, named, audience_ids)
    touched = list(dict.fromkeys((*named, *inside)))
    if len(touched) > OBJECTS_MAX:
        text = f"{len(touched)} objects are concerned; {OBJECTS_MAX} can be looked at."
        raise LimitExceeded(TOO_MANY_TOUCHED.found(text))
    before = journeys.read_many(conn, touched, audience_ids=audience_ids)
    act()
    after = journeys.read_many(conn, touched, audience_ids=audience_ids)
    return _compared(touched, before, after)


def _inside(
    conn: Connection, keys: Sequence[ItemKey], audience_ids: Sequence[int]
) -> list[ItemKey]:
    tree = contents.expand(conn, keys, audience_ids=audience_ids)
    return [child for some in tree.values() for child in some]


def _compared(
    touched: Sequence[ItemKey],
    before: Mapping[ItemKey, Journey],
    after: Mapping[ItemKey, Journey],
) -> Changes:
    items: list[Change] = []
    shifts: Counter[tuple[str | None, str | None]] = Counter()
    digest = hashlib.sha256()
    for key in touched:
        old, new = _Told.of(before.get(key)), _Told.of(after.get(key))
        if old.state == new.state and old.findings == new.findings:
            continue
        shifts[old.state.get("status"), new.state.get("status")] += 1
        change = _change(key, before.get(key) or after.get(key), old, new)
        digest.update(msgspec.json.encode(change))
        items.append(change)
    return Changes(
        touched=len(touched),
        changed=len(items),
        shifts=tuple(Shift(before=a, after=b, count=n) for (a, b), n in shifts.most_common()),
        items=tuple(items[:CHANGES_SHOWN]),
        digest=digest.hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What a journey makes of an object, and what is odd about it."""

    state: Mapping[str, str | None]
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, journey: Journey | None) -> _Told:
        steps = [step for step in journey.steps if not step.is_withdrawn] if journey else []
        if not steps:
            return cls({}, ())
        standing = fold(steps)
        state = {name: _text(getattr(standing, name)) for name in _COMPARED}
        return cls(state, examine(steps))


def _text(value: object) -> str | None:
    return None if value is None or value is False else "yes" if value is True else str(value)


def _change(key: ItemKey, journey: Journey | None, old: _Told, new: _Told) -> Change:
    identifier = journey.identifier if journey else "/".join(key)
    names = [name for name in _COMPARED if old.state.get(name) != new.state.get(name)]
    return Change(
        identifier=identifier,
        label=describing.label_of(identifier),
        before={name: old.state.get(name) for name in names},
        after={name: new.state.get(name) for name in names},
        resolved=tuple(each for each in old.findings if each not in new.findings),
        raised=tuple(each for each in new.findings if each not in old.findings),
    )
