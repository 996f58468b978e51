"""From a typed filter to the conditions of a statement, each with an index to answer it.

A statement finds segments. Most conditions hold of all events of a segment or of none; where only
some of its events may match, a test says which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from packtrail import gs1
from packtrail.epcis import cbv
from packtrail.store import ids, matches, named, places
from packtrail.store.drafts import microseconds
from packtrail.store.facts import (
    EPOCH,
    EXPIRY,
    LOT,
    canonical,
    canonical_of,
    comparable,
    term,
    value_key,
)
from packtrail.store.filters import EpcMatch
from packtrail.store.identity import event_key, probes
from packtrail.store.parameters import bigints
from packtrail.store.rows import DESTINATION, SOURCE, TRANSACTION, link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.store.facts import FieldName
    from packtrail.store.filters import AttributeTest, EventFilter, NumberTest, TermTest
    from packtrail.store.integers import Numbers
    from packtrail.store.segments import Segment

_SQL = named.statements("events")

Test: TypeAlias = "Callable[[Segment], NDArray[np.bool_]]"
"""Says which events of a segment match."""
Condition: TypeAlias = "tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], Test]"
"""A condition on segments, the values bound in it, and what more events must meet."""

_CONDITIONS: Final[Mapping[str, str]] = {
    "event_types": "e.type = any(%(event_types)s)",
    "event_time_from": "e.time_until >= %(event_time_from)s",
    "event_time_before": "e.time_from < %(event_time_before)s",
    "record_time_from": "e.record_time >= %(record_time_from)s",
    "record_time_before": "e.record_time < %(record_time_before)s",
    "actions": "e.action = any(%(actions)s)",
    "biz_steps": "e.biz_step = any(%(biz_steps)s)",
    "dispositions": "e.disposition = any(%(dispositions)s)",
    "lots": "e.lot = any(%(lots)s)",
}
"""Member of the filter -> condition on a segment."""

_PLACES: Final = {
    "read_points": "e.read_point",
    "biz_locations": "e.biz_location",
}
_LINKS: Final[Mapping[str, str]] = {
    "biz_transactions": TRANSACTION,
    "sources": SOURCE,
    "destinations": DESTINATION,
}
_SIGNS: Final = {"EQ": "=", "GT": ">", "GE": ">=", "LT": "<", "LE": "<="}
_WITHIN_A_DAY: Final = {"GT": ">", "GE": ">", "LT": "<=", "LE": "<="}
"""How a date compares with the date of a moment that is after its midnight."""
_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Conditions:
    """What a segment must meet, and which of its events then match."""

    texts: list[str]
    bound: dict[str, Any]
    tests: list[Test] = field(default_factory=list)
    """Each returns which events of a segment match; all must."""
    either: tuple[str, ...] = ()
    """Conditions of which a segment meets one, and one alone: each is looked for by itself."""

    def add(self, text: str, values: Mapping[str, Any], test: Test | None = None) -> None:
        """Add a condition."""
        self.texts.append(text)
        self.bound |= values
        if test is not None:
            self.tests.append(test)

    def places(self, segment: Segment) -> Numbers:
        """Return the places of the events of a segment that match."""
        found = np.ones(segment.event_count, dtype=bool)
        for test in self.tests:
            found &= test(segment)
        return np.flatnonzero(found)


def build(
    conn: Connection, wanted: EventFilter, audience_ids: list[int], watermark: datetime
) -> Conditions:
    """Return the conditions of a filter on `segment e`.

    Args:
        conn: A connection, for what must be looked up first.
        wanted: The filter.
        audience_ids: What the asker may see.
        watermark: Only events recorded until then.
    """
    conditions = Conditions(
        ["e.audience_id = any(%(audience_ids)s)", "e.record_time <= %(watermark)s"],
        {"audience_ids": audience_ids, "watermark": watermark},
    )
    for member, condition in _CONDITIONS.items():
        value = getattr(wanted, member)
        if value is not None and value != ():
            bound = list(value) if isinstance(value, tuple) else value
            conditions.add(condition, {member: bound})
    _add_times(conditions, wanted)
    for text, values, *test in _special(conn, wanted, audience_ids):
        conditions.add(text, values, *test)
    for number, lot in enumerate(filter(_is_lot, wanted.terms)):
        _add_lot(conditions, f"lot_{number}", lot)
    return conditions


def _is_lot(test: TermTest) -> bool:
    """Tell whether a test asks for one lot."""
    return len(test.values) == 1 and test.field.prefix is None and test.field.key() == LOT


def _add_lot(conditions: Conditions, name: str, test: TermTest) -> None:
    """Let only events of a lot match.

    Nearly all have it in its column, which an index has in the order of time; of a lot with many
    events it answers the first page. Asked for in one condition with the others, that index could
    not be used.
    """
    (lot,) = test.values
    bound = {name: [term(LOT, canonical_of(LOT, lot))], f"{name}_text": lot}
    plain = f"e.lot = %({name}_text)s"
    other = f"e.facts && %({name})s::bigint[] and e.lot is distinct from %({name}_text)s"
    if conditions.either:
        conditions.add(f"({plain} or {other})", bound)
        return
    conditions.either = plain, other
    conditions.bound |= bound


def _add_times(conditions: Conditions, wanted: EventFilter) -> None:
    """Let only events within the times match, and only segments of these months be looked at."""
    if wanted.event_time_from is not None:
        since = microseconds(wanted.event_time_from)
        conditions.tests.append(lambda segment: segment.columns.times >= since)
    if wanted.event_time_before is not None:
        before = microseconds(wanted.event_time_before)
        conditions.tests.append(lambda segment: segment.columns.times < before)
    if wanted.record_time_from is not None:
        floor = ids.segment_floor(wanted.record_time_from)
        conditions.add("e.segment_id >= %(segment_from)s", {"segment_from": floor})
    if wanted.record_time_before is not None:
        ceiling = ids.segment_floor(wanted.record_time_before + _MILLISECOND)
        conditions.add("e.segment_id < %(segment_before)s", {"segment_before": ceiling})


def keys_of(conn: Connection, field: FieldName) -> list[int]:
    """Return the numbers of a field; several where its prefix was captured for several."""
    if field.prefix is None:
        return [field.key()]
    rows = conn.execute(_SQL["namespaces_of_prefixes"], [[field.prefix]])
    return sorted({field.key(namespace) for _, namespace in rows})


def order_names(conn: Connection, field: FieldName) -> list[int]:
    """Return the numbers under which the values of a field are kept, to order by."""
    keys = keys_of(conn, field)
    return [*keys, *(value_key(key, is_time=True) for key in keys)]


def _special(conn: Connection, wanted: EventFilter, audience_ids: list[int]) -> Iterator[Condition]:
    """Yield what needs more than a column."""
    yield from _captures(conn, wanted.captures)
    yield from _identities(conn, wanted.event_ids, audience_ids)
    yield from _at_places(conn, wanted, audience_ids)
    for member, kind in _LINKS.items():
        for number, (of_type, identifiers) in enumerate(getattr(wanted, member).items()):
            name = f"{member}_{number}"
            links = [link(kind, of_type, one) for one in places.spelled(identifiers)]
            yield f"e.links && %({name})s", {name: links}
    if wanted.exists_error_declaration is not None:
        # Spelled out, so that the partial index answers it.
        not_ = "" if wanted.exists_error_declaration else "not "
        yield f"{not_}e.is_error_declaration", {}
    for member, roles in matches.MEMBERS.items():
        if asked := getattr(wanted, member):
            yield matches.condition(conn, member, asked, roles, audience_ids)
    for number, test in enumerate(wanted.terms):
        if not _is_lot(test):
            yield _has_term(conn, f"term_{number}", test)
    for number, compared in enumerate(wanted.numbers):
        yield _compares(conn, f"number_{number}", compared)
    for number, attribute in enumerate(wanted.attributes):
        yield _attribute(conn, f"attribute_{number}", attribute, audience_ids)


def _captures(conn: Connection, captures: Sequence[str]) -> Iterator[Condition]:
    """Yield the spans of numbers in which the segments of some captures are."""
    if not captures:
        return
    rows = conn.execute(_SQL["spans"], [list(captures)]).fetchall()
    bound: dict[str, Any] = {"captures": list(captures)}
    spans = []
    for number, (first, end) in enumerate(rows):
        bound |= {f"span_{number}_from": first, f"span_{number}_until": end}
        spans.append(
            f"(e.segment_id >= %(span_{number}_from)s and e.segment_id < %(span_{number}_until)s)"
        )
    text = f"({' or '.join(spans)}) and e.capture_id = any(%(captures)s::uuid[])"
    yield (text, bound) if spans else ("false", {})


def _identities(
    conn: Connection, event_ids: Sequence[str], audience_ids: list[int]
) -> Iterator[Condition]:
    """Yield the look-up by every key under which events of these identities may be stored."""
    if not event_ids:
        return
    owners = [row[0] for row in conn.execute(_SQL["members"], [audience_ids])]
    keys = [
        key
        for owner in owners
        for identity in event_ids
        for declared in (False, True)
        for key in probes(event_key(owner, identity, is_error_declaration=declared))
    ]
    rows = conn.execute(_SQL["segments_of_keys"], {"keys": bigints(keys)}).fetchall()

    def has_id(segment: Segment) -> NDArray[np.bool_]:
        found = np.zeros(segment.event_count, dtype=bool)
        places = [segment.columns.place_of(identity) for identity in event_ids]
        found[[place for place in places if place is not None]] = True
        return found

    yield "e.segment_id = any(%(event_ids)s)", {"event_ids": [row[0] for row in rows]}, has_id


def _at_places(
    conn: Connection, wanted: EventFilter, audience_ids: list[int]
) -> Iterator[Condition]:
    for member, column in _PLACES.items():
        if exact := getattr(wanted, member):
            yield f"{column} = any(%({member})s)", {member: list(places.spelled(exact))}
        if around := getattr(wanted, f"{member}_within"):
            name = f"{member}_within"
            inside = places.within(conn, around, audience_ids)
            yield f"{column} = any(%({name})s)", {name: inside}


def _has_term(conn: Connection, name: str, test: TermTest) -> Condition:
    """Return the condition that a field is there, or has one of some values."""
    keys = keys_of(conn, test.field)
    is_standard = test.field.scope == "std"
    terms = [
        term(key, value if is_standard or value is None else canonical_of(key, value))
        for key in keys
        for value in test.values or (None,)
    ]
    bound: dict[str, Any] = {name: terms}
    text = f"e.facts && %({name})s::bigint[]"
    for key, column in _COLUMNS.items():
        if key not in keys:
            continue
        if test.values:
            text = f"({text} or {column} = any(%({name}_texts)s))"
            dates = _dates(test.values) if key == EXPIRY else ()
            bound[f"{name}_texts"] = [*test.values, *dates]
        else:
            text = f"({text} or {column} is not null)"
    return text, bound


def _compares(conn: Connection, name: str, test: NumberTest) -> Condition:
    """Return the condition that a field has a number which compares so."""
    keys = keys_of(conn, test.field)
    is_standard = test.field.scope == "std"
    names = keys if is_standard else [value_key(key, is_time=test.is_time) for key in keys]
    bound: dict[str, Any] = {f"{name}_names": names, name: list(test.values)}
    value = f"any(%({name})s::numeric[])"
    found = (
        f"select v.segment_id from segment_value v where v.name = any(%({name}_names)s)"
        f" and v.number {_SIGNS[test.comparison]} {value} and v.audience_id = any(%(audience_ids)s)"
    )
    if test.is_time and EXPIRY in keys:
        sign, dates = _date_bound(test)
        bound[f"{name}_dates"] = dates
        found += (
            r" union all select x.segment_id from segment x where x.expires ~ '^\d{4}-\d\d-\d\d$'"
            f" and x.expires {sign} any(%({name}_dates)s) and x.audience_id = any(%(audience_ids)s)"
        )
    return f"e.segment_id in ({found})", bound


def _date_bound(test: NumberTest) -> tuple[str, list[str]]:
    """Return how an expiry date, which begins at midnight, compares with moments."""
    moments = [_moment(value) for value in test.values]
    if test.comparison == "EQ":
        return "=", [_date(one) for one in moments if _is_midnight(one)]
    at_midnight = all(_is_midnight(one) for one in moments)
    sign = _SIGNS[test.comparison] if at_midnight else _WITHIN_A_DAY[test.comparison]
    return sign, [_date(one) for one in moments]


def _dates(values: Iterable[str]) -> Iterator[str]:
    """Yield the dates that times at midnight are equal to."""
    for value in values:
        found = comparable(value)
        if found is not None and found.is_time and _is_midnight(_moment(found.number)):
            yield _date(_moment(found.number))


def _moment(microseconds: Decimal) -> datetime:
    return EPOCH + timedelta(microseconds=int(microseconds))


def _date(moment: datetime) -> str:
    return moment.date().isoformat()


def _is_midnight(moment: datetime) -> bool:
    return (moment - EPOCH) % _DAY == timedelta(0)


def _attribute(
    conn: Connection, name: str, test: AttributeTest, audience_ids: list[int]
) -> Condition:
    """Return the condition that a field names something whose master data says so."""
    ids = places.with_attribute(conn, test.attributes, test.values, audience_ids)
    field = test.field
    if field.scope == "std" and field.local in _VOCABULARY:
        return _VOCABULARY[field.local](name, ids)
    if field.scope == "std":
        asked = [EpcMatch(*each) for each in gs1.identify(ids)]
        return matches.condition(conn, name, asked, matches.ANY_CLASS, audience_ids)
    terms = [term(key, canonical(one)) for key in keys_of(conn, field) for one in ids]
    return f"e.facts && %({name})s::bigint[]", {name: terms}


def _in_column(column: str, kind: cbv.Kind | None = None) -> Callable[[str, list[str]], Condition]:
    def condition(name: str, ids: list[str]) -> Condition:
        values = [cbv.normal(kind, one) for one in ids] if kind else list(places.spelled(ids))
        return f"e.{column} = any(%({name})s)", {name: values}

    return condition


def _linked(link_kind: str, kind: cbv.Kind) -> Callable[[str, list[str]], Condition]:
    types: tuple[str | None, ...] = (None, *cbv.TERMS[kind])

    def condition(name: str, ids: list[str]) -> Condition:
        links = [link(link_kind, of_type, one) for of_type in types for one in places.spelled(ids)]
        return f"e.links && %({name})s", {name: links}

    return condition


_VOCABULARY: Final[Mapping[str, Callable[[str, list[str]], Condition]]] = {
    "readPoint": _in_column("read_point"),
    "bizLocation": _in_column("biz_location"),
    "bizStep": _in_column("biz_step", cbv.Kind.BIZ_STEP),
    "disposition": _in_column("disposition", cbv.Kind.DISPOSITION),
    "bizTransaction": _linked(TRANSACTION, cbv.Kind.BIZ_TRANSACTION_TYPE),
    "source": _linked(SOURCE, cbv.Kind.SOURCE_DEST_TYPE),
    "destination": _linked(DESTINATION, cbv.Kind.SOURCE_DEST_TYPE),
}
"""Field of the standard that names something of a vocabulary -> its condition; `epcClass` aside."""

_COLUMNS: Final = {LOT: "e.lot", EXPIRY: "e.expires"}
"""Key of a field -> column that holds it where it is plain."""
