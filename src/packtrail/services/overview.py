"""Overview: what is in the store, and what needs attention."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from packtrail.access import Permission, require
from packtrail.base.findings import Severity
from packtrail.hierarchy.codes import MOVED_WITHOUT_UNPACKING, UNPACKED_FROM_ELSEWHERE
from packtrail.lifecycle.fold import examine
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.capture import capture
from packtrail.services.codes import CONFLICTING_EVENT, REPEATED_EVENTS, UNKNOWN_ORIGIN
from packtrail.services.goods import describing
from packtrail.services.supply import alarms
from packtrail.store import captures as capture_rows
from packtrail.store import census, events, journeys, lots, oddities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.lifecycle.journey import Status
    from packtrail.services.application import Application
    from packtrail.services.capture.capture_jobs import CaptureJob
    from packtrail.services.supply.alarms import Alarm
    from packtrail.store.census import CensusRow

_CAPTURES_SHOWN = 10
_EXAMPLES_SHOWN = 5
_NAMED_MAX = 100
"""Most objects of a sort that are named."""
_LOOKED_AT_MAX = 200
"""Most objects and captures of a sort whose findings are looked at one by one."""
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is that the asker may see."""

    events: int
    packs: int
    """Serialised trade items of the lowest level."""
    containers: int
    """Cases, pallets and other objects that hold something."""
    products: int
    lots: int
    captures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """How many objects have a status."""

    status: Status
    count: int


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One object or capture that somebody should look at."""

    label: str
    link: str
    """Path in the console."""
    note: str
    """What is odd about it, in one sentence; empty where the heading says all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing somebody should look at."""

    severity: Severity
    code: str
    text: str
    count: int
    link: str
    """Path in the console: of the one thing it is about, or of the list of them."""
    examples: tuple[str, ...] = ()
    """A few of the identifiers concerned."""
    remedy: str = ""
    """What a person can do."""
    items: tuple[AttentionItem, ...] = ()
    """What it is about, one by one; the latest of many."""

    @property
    def name(self) -> str:
        """What its own page is called: the code, or `documents`."""
        return self.code or "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The home page."""

    counts: Counts
    by_status: tuple[StatusCount, ...]
    captures: tuple[CaptureJob, ...]
    """The most recent ones."""
    attention: tuple[Attention, ...]
    """Most severe first."""


@dataclass(frozen=True, slots=True)
class _Survey:
    """What takes a pass over the index: kept until something new is recorded."""

    census: tuple[CensusRow, ...]
    event_count: int
    lot_count: int
    attention: tuple[Attention, ...]


def overview(app: Application, actor: Actor) -> Overview:
    """Return what is in the store and what needs attention, as far as the actor may see it.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        capture_count = capture_rows.count(conn, audience_ids=audience_ids)
    survey = _survey(app, audience_ids)
    recent: Sequence[CaptureJob] = ()
    if actor.may(Permission.CAPTURE_READ):
        recent = capture.jobs(app, actor, limit=_CAPTURES_SHOWN)
    return Overview(
        counts=_counts(survey, capture_count),
        by_status=_by_status(survey.census),
        captures=tuple(recent),
        attention=_ordered([*survey.attention, *_of_supply(app, actor)]),
    )


def of_class(app: Application, actor: Actor, class_key: str) -> tuple[StatusCount, ...]:
    """Count the objects of one class by status, the most frequent first.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
    survey = _survey(app, audience_ids)
    return _counted(row for row in survey.census if row.class_key == class_key)


def _survey(app: Application, audience_ids: Sequence[int]) -> _Survey:
    name = f"overview {','.join(map(str, audience_ids))}"
    with app.database.reading() as conn:
        known = app.remembered.get(name, capture_rows.latest_change(conn))
    if known is not None:
        return cast("_Survey", known)
    with app.stock.lent(app.database, audience_ids) as (conn, kept):
        taken = kept.survey()
        made = _Survey(
            census=census.counted(conn, taken.sweep, taken.layout),
            event_count=events.count(conn, audience_ids),
            lot_count=lots.count(conn, audience_ids),
            attention=_attention(conn, taken, audience_ids),
        )
        app.remembered.put(name, capture_rows.latest_change(conn), made)
    return made


def _counts(survey: _Survey, capture_count: int) -> Counts:
    packs = [row for row in survey.census if _is_pack(row)]
    return Counts(
        events=survey.event_count,
        packs=sum(row.count for row in packs),
        containers=sum(row.count for row in survey.census if _is_container(row)),
        products=len({row.class_key for row in packs}),
        lots=survey.lot_count,
        captures=capture_count,
    )


def _by_status(rows: Iterable[CensusRow]) -> tuple[StatusCount, ...]:
    """Count the packs by status, the most frequent first."""
    return _counted(row for row in rows if _is_pack(row))


def _counted(rows: Iterable[CensusRow]) -> tuple[StatusCount, ...]:
    counts: defaultdict[Status, int] = defaultdict(int)
    for row in rows:
        counts[row.status] += row.count
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(StatusCount(status=status, count=count) for status, count in ordered)


def _is_pack(row: CensusRow) -> bool:
    """Tell whether a row counts saleable packs: serials of a GTIN with indicator 0."""
    return row.class_key.startswith("sgtin/0") and not row.is_container


def _is_container(row: CensusRow) -> bool:
    return row.is_container or row.class_key.startswith("sscc/")


def _attention(
    conn: Connection, taken: census.Survey, audience_ids: Sequence[int]
) -> tuple[Attention, ...]:
    return (*_of_captures(conn, audience_ids), *_of_objects(conn, taken, audience_ids))


def _ordered(found: Iterable[Attention]) -> tuple[Attention, ...]:
    return tuple(sorted(found, key=lambda each: (_ORDER[each.severity], -each.count, each.code)))


def _of_supply(app: Application, actor: Actor) -> Iterator[Attention]:
    """Yield what is wrong with the supply of serial numbers."""
    if not actor.may(Permission.POOL_READ):
        return
    by_code: defaultdict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms.alarms(app, actor):
        by_code[alarm.finding.code].append(alarm)
    for code, found in by_code.items():
        finding = found[0].finding
        noun, verb, verbs = _SUPPLY_SAID[code]
        text = f"{_number(len(found), noun)} {verb if len(found) == 1 else verbs}."
        yield _attention_of(
            finding.severity,
            code,
            finding.message if len(found) == 1 else text,
            len(found),
            [AttentionItem(each.label, each.path, each.finding.message) for each in found],
            examples=[each.label for each in found],
            remedy=finding.remedy,
        )


def _of_captures(conn: Connection, audience_ids: Sequence[int]) -> Iterator[Attention]:
    """Yield what captures left to look at: failures, contradictions, repeated documents."""
    total, failed = capture_rows.failed(conn, audience_ids=audience_ids, limit=_LOOKED_AT_MAX)
    conflicting = [row for row in failed if _has(row, CONFLICTING_EVENT.code)]
    others = [row for row in failed if row not in conflicting]
    if others:
        count = total - len(conflicting)
        text = f"{_number(count, 'document')} could not be captured, or not wholly."
        yield _about_captures(Severity.ERROR, "", text, count, others)
    if conflicting:
        count = len(conflicting)
        text = (
            f"{_number(count, 'document')} contradict"
            f"{'s' if count == 1 else ''} events that are recorded."
        )
        yield _about_captures(Severity.ERROR, CONFLICTING_EVENT.code, text, count, conflicting)
    count, repeated = capture_rows.repeated(conn, audience_ids=audience_ids, limit=_NAMED_MAX)
    if count:
        text = f"{_number(count, 'document')} brought only events that were recorded before."
        yield _about_captures(Severity.NOTE, REPEATED_EVENTS.code, text, count, repeated)


def _about_captures(
    severity: Severity,
    code: str,
    text: str,
    count: int,
    rows: Sequence[capture_rows.CaptureRow],
) -> Attention:
    return _attention_of(
        severity,
        code,
        text,
        count,
        [
            AttentionItem(
                row.filename or row.capture_id, f"/captures/{row.capture_id}", _first_error(row)
            )
            for row in rows
        ],
        examples=[row.filename or row.capture_id for row in rows],
        remedy=_REMEDIES.get(code, ""),
    )


def _first_error(row: capture_rows.CaptureRow) -> str:
    """Return what is wrong with a document, its first error."""
    errors = (each["message"] for each in row.findings if each["severity"] == Severity.ERROR)
    return next(errors, "")


def _attention_of(
    severity: Severity,
    code: str,
    text: str,
    count: int,
    items: Sequence[AttentionItem],
    *,
    examples: Sequence[str],
    remedy: str,
) -> Attention:
    return Attention(
        severity=severity,
        code=code,
        text=text,
        count=count,
        link=items[0].link if count == 1 and items else f"/attention/{code or 'documents'}",
        examples=tuple(examples[:_EXAMPLES_SHOWN]),
        remedy=remedy,
        items=tuple(items[:_NAMED_MAX]),
    )


def _of_objects(
    conn: Connection, taken: census.Survey, audience_ids: Sequence[int]
) -> Iterator[Attention]:
    """Yield what is odd about objects: no origin, copies, events after the end, containers."""
    odd = oddities.find(conn, taken, limit=_LOOKED_AT_MAX)
    last = odd.without_origin.items[-_NAMED_MAX:]
    sorts = (odd.suspicious, odd.moved, odd.elsewhere, odd.endless)
    suspects = dict.fromkeys(item for sort in sorts for item in sort.items)
    told = journeys.read_many(conn, [*suspects, *last], audience_ids=audience_ids)
    counts = {
        MOVED_WITHOUT_UNPACKING.code: odd.moved.count,
        UNPACKED_FROM_ELSEWHERE.code: odd.elsewhere.count,
    }
    for found in _by_code(told[item] for item in suspects if item in told).values():
        kind = found[0][0]
        named = [(identifier, finding.message) for finding, identifier in found]
        count = counts.get(kind.code, len(found))
        yield _about_objects(kind.severity, kind.code, count, named, kind.remedy)
    if odd.without_origin.count:
        yield _about_objects(
            UNKNOWN_ORIGIN.severity,
            UNKNOWN_ORIGIN.code,
            odd.without_origin.count,
            [(told[item].identifier, "") for item in last if item in told],
            UNKNOWN_ORIGIN.remedy,
        )


def _by_code(found: Iterable[journeys.Journey]) -> dict[str, list[tuple[Finding, str]]]:
    """Return what is odd about journeys: each code once a journey, with whose it is."""
    by_code: defaultdict[str, list[tuple[Finding, str]]] = defaultdict(list)
    for journey in found:
        findings = (*journey.findings, *examine(journey.steps))
        for finding in {each.code: each for each in findings}.values():
            by_code[finding.code].append((finding, journey.identifier))
    return by_code


def _about_objects(
    severity: Severity, code: str, count: int, named: Sequence[tuple[str, str]], remedy: str
) -> Attention:
    said = _SAID.get(code, "have an odd journey")
    return _attention_of(
        severity,
        code,
        f"{_number(count, 'object')} {said}.",
        count,
        [
            AttentionItem(
                describing.label_of(identifier), f"/trace/{quote(identifier, safe='')}", note
            )
            for identifier, note in named
        ],
        examples=[identifier for identifier, _ in named],
        remedy=remedy,
    )


_REMEDIES = {
    "": "Open each, read its findings, and ask the sender for a corrected document.",
    CONFLICTING_EVENT.code: CONFLICTING_EVENT.remedy,
    REPEATED_EVENTS.code: REPEATED_EVENTS.remedy,
}
"""Code -> what to do about captures."""
_SAID = {
    UNKNOWN_ORIGIN.code: "seen without a commissioning recorded here",
    "TRC-101": "packed again while another container still held them",
    "TRC-102": "unpacked from a container that did not hold them",
    "TRC-103": "inside containers that hold each other in a circle",
    "TRC-104": "inside more containers than are followed",
    "TRC-201": "touched by an event that their status does not allow",
    "TRC-202": "dispensed, destroyed or used up a second time",
    "TRC-203": "commissioned a second time",
}
"""Finding -> what is said of the objects that have it."""
_SUPPLY_SAID = {
    "SER-010": ("pool", "runs low", "run low"),
    "SER-030": ("sealed block", "is overdue", "are overdue"),
    "SER-033": ("pool", "will soon run low", "will soon run low"),
    "SER-034": ("order", "of numbers waits to be sent", "of numbers wait to be sent"),
}
"""Finding -> what has it, and what is said of one and of many."""


def _has(row: capture_rows.CaptureRow, code: str) -> bool:
    return any(finding["code"] == code for finding in row.findings)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
