"""Cases: open a recall or a drill, list them, and see where each stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from packtrail import gs1
from packtrail.access import Action, Permission, require
from packtrail.base.amounts import plural
from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import countries
from packtrail.recalls import (
    DEPTHS,
    HAZARDS,
    LEVELS,
    Case,
    CheckLevel,
    Depth,
    Entry,
    EntryKind,
    Hazard,
    HolderCase,
    RecallKind,
    Subject,
    codes,
    fold,
    until,
)
from packtrail.recalls.accounting import Account, account, doubts, open_packs, together
from packtrail.recalls.messages import language_of
from packtrail.services import auditing
from packtrail.services.goods import stock
from packtrail.services.reach import holdings
from packtrail.store import ids
from packtrail.store import recalls as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.reach.holdings import Holding
    from packtrail.store.recalls import ContactRow, EntryRow, RecallRow

_TEXT_MAX: Final = 1000
_SUBJECTS_MAX: Final = 200
_SERIAL_MAX: Final = 20
_MARKET_EU: Final = "EU"
_EU: Final = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecall:
    """A recall or drill somebody wants to open."""

    title: str
    reason: str
    subjects: Sequence[Subject]
    hazard: str = Hazard.TWO.value
    depth: str = Depth.RETAIL.value
    kind: str = RecallKind.RECALL.value
    check_level: str = CheckLevel.A.value
    market: str | None = None
    """Only holders of a country, or of the EU; None: everywhere."""
    remind_for_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall with its record and what it has come to."""

    row: RecallRow
    entries: tuple[Entry, ...]
    case: Case

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What is recalled."""
        return tuple(Subject(**each) for each in self.row.subjects)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One holder of a recall: what it has, what it was told, what is missing there."""

    holding: Holding
    contact: ContactRow | None
    holder: HolderCase
    account: Account
    is_reached: bool
    """The depth of the recall reaches it, and packs of it are or were open there."""
    is_retail: bool
    language: str
    missing_for_days: int
    """Days since it was told, or since the recall was opened."""
    is_due: bool
    """Its clock has run out."""

    @property
    def key(self) -> str:
        """Key of the holder."""
        return self.holding.key

    @property
    def name(self) -> str:
        """What people call it."""
        return (self.contact.name if self.contact else "") or self.holding.name


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where a recall stands."""

    recall: Recall
    lines: tuple[Line, ...]
    account: Account
    findings: tuple[Finding, ...]
    products: Mapping[str, str]
    """GTIN -> name."""
    at: datetime
    took_seconds: float
    """How long it took to find every pack."""
    as_of: datetime | None = None
    as_known_at: datetime | None = None

    @property
    def is_now(self) -> bool:
        """Whether it shows where the recall stands now: only then can it go on."""
        return self.as_of is None and self.as_known_at is None

    @property
    def case(self) -> Case:
        """What it has come to."""
        return self.recall.case

    def line(self, key: str) -> Line:
        """Return one holder.

        Raises:
            NotFound: `RCL-008`, it has nothing to do with the recall.
        """
        for each in self.lines:
            if each.key == key:
                return each
        text = f"{key[:80]!r} holds nothing of {self.case.number}."
        raise NotFound(codes.NO_HOLDER.found(text, at="holder"))


def open_recall(app: Application, actor: Actor, new: NewRecall) -> Recall:
    """Open a recall or a drill; nothing is published and nobody is told by that.

    Raises:
        RefusedError: `RCL-001`; everything that is wrong with it.
        NotPermitted: The actor may not open recalls.
    """
    require(actor, Permission.RECALL_UPDATE)
    subjects, found = _subjects(new.subjects)
    found += _defects(new)
    if found:
        raise RefusedError(*found)
    at = app.clock()
    start = f"{'D' if new.kind == RecallKind.DRILL else 'R'}-{at.year}-"
    with app.database.transaction() as conn:
        number = rows.next_number(conn, actor.organisation_id, start)
        recall_id = str(ids.new_id(at))
        values = {
            "recall_id": recall_id, "organisation_id": actor.organisation_id, "number": number,
            "kind": new.kind, "title": new.title.strip(), "hazard": new.hazard, "depth": new.depth,
            "check_level": new.check_level, "remind_for_hours": new.remind_for_hours,
            "market": new.market.upper() if new.market else None, "reason": new.reason.strip(),
            "subjects": subjects, "opened_at": at, "opened_by": actor.name,
        }  # fmt: skip
        rows.insert(conn, values)
        add(conn, actor, recall_id, EntryKind.OPENED, at=at, detail={"reason": values["reason"]})
        detail = {name: values[name] for name in ("kind", "title", "hazard", "depth", "subjects")}
        auditing.write(conn, actor, Action.RECALL_OPENED, number, at=at, detail=detail)
        return read(conn, actor, number)


def recalls(app: Application, actor: Actor, *, limit: int = 100) -> tuple[Recall, ...]:
    """Return recalls and drills, the newest first.

    Raises:
        NotPermitted: The actor may not see recalls.
    """
    require(actor, Permission.RECALL_READ)
    with app.database.reading() as conn:
        found = rows.newest(conn, actor.organisation_id, limit=limit)
        told = rows.entries(conn, [each.recall_id for each in found])
        return tuple(recall_of(each, told.get(each.recall_id, [])) for each in found)


def view(
    app: Application,
    actor: Actor,
    number: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> View:
    """Return where a recall stands, or stood: who holds what, and what came of each.

    Contacts, and what follows from them, are those of now.

    Args:
        app: The application.
        actor: Who asks.
        number: Of the recall.
        as_of: Only what had happened by then: packs, messages, answers.
        as_known_at: Only what had been recorded by then.

    Raises:
        NotFound: `RCL-002`, no such recall.
        NotPermitted: The actor may not see recalls or events.
    """
    require(actor, Permission.RECALL_READ)
    with stock.seen(app, actor, as_of, as_known_at) as (conn, audience_ids, picture):
        recall = _until(read(conn, actor, number), as_of, as_known_at)
        began = perf_counter()
        found = holdings.held(conn, actor, audience_ids, picture, recall.subjects)
        took = perf_counter() - began
        contacts = rows.contacts(conn, actor.organisation_id)
        products = stock.product_names(conn, {s.gtin for s in recall.subjects}, audience_ids)
    now = min(each for each in (as_of, as_known_at, app.clock()) if each is not None)
    # Who was told stays on the list, also when its packs are elsewhere by now.
    told = recall.case.holders.keys() - {each.key for each in found}
    lines = tuple(
        line
        for each in (*found, *map(holdings.Holding.nothing, sorted(told)))
        if _is_in_market(line := _line(recall, each, contacts.get(each.key), now), recall.row)
    )
    return View(
        recall=recall,
        lines=lines,
        account=together(each.account for each in lines),
        findings=tuple(_findings(recall.case, lines)),
        products=products,
        at=now,
        took_seconds=took,
        as_of=as_of,
        as_known_at=as_known_at,
    )


def read(conn: Connection, actor: Actor, number: str, *, is_locked: bool = False) -> Recall:
    """Return a recall of the actor's organisation.

    Raises:
        NotFound: `RCL-002`, there is none.
    """
    row = rows.by_number(conn, actor.organisation_id, number)
    if row is None:
        text = f"There is no recall {number[:40]!r}."
        raise NotFound(codes.NO_RECALL.found(text, at="recall"))
    if is_locked:
        rows.lock(conn, row.recall_id)
    return recall_of(row, rows.entries(conn, [row.recall_id])[row.recall_id])


def add(
    conn: Connection,
    actor: Actor,
    recall_id: str,
    kind: EntryKind,
    *,
    at: datetime,
    holder: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add to the record of a recall that is locked."""
    rows.add_entry(
        conn,
        {
            "recall_id": recall_id, "kind": kind.value, "at": at, "by": actor.name,
            "actor_id": actor.id, "holder": holder, "detail": dict(detail or {}),
        },
    )  # fmt: skip


def recall_of(row: RecallRow, told: Sequence[EntryRow]) -> Recall:
    """Return a recall from its rows."""
    return _folded(row, tuple(
        Entry(
            number=each.number, kind=EntryKind(each.kind), at=each.at, by=each.by,
            actor_id=each.actor_id, holder=each.holder, detail=each.detail,
        )
        for each in told
    ))  # fmt: skip


def _until(recall: Recall, as_of: datetime | None, as_known_at: datetime | None) -> Recall:
    """Return a recall as far as its record had come by some moments."""
    return _folded(recall.row, until(recall.entries, as_of=as_of, as_known_at=as_known_at))


def _folded(row: RecallRow, entries: tuple[Entry, ...]) -> Recall:
    case = fold(
        entries, number=row.number, kind=RecallKind(row.kind), hazard=Hazard(row.hazard),
        depth=Depth(row.depth), level=CheckLevel(row.check_level), opened_at=row.opened_at,
        remind_for_hours=row.remind_for_hours,
    )  # fmt: skip
    return Recall(row, entries, case)


def _line(recall: Recall, holding: Holding, contact: ContactRow | None, now: datetime) -> Line:
    case, holder = recall.case, recall.case.of(holding.key)
    told = account(holding.by_fate, case.depth, holder)
    is_retail = holding.dispenses if contact is None or contact.is_retail is None else (
        contact.is_retail
    )  # fmt: skip
    is_open = open_packs(holding.by_fate, case.depth) > 0 or holder.told_at is not None
    reaches = DEPTHS[case.depth].reaches_retail or not is_retail
    country = contact.country if contact and contact.country else holding.country
    since = holder.told_at or case.opened_at
    return Line(
        holding=holding,
        contact=contact,
        holder=holder,
        account=told,
        is_reached=reaches and is_open and not holding.is_ours and holding.key != holdings.NOWHERE,
        is_retail=is_retail,
        language=(contact.language if contact else None) or language_of(country),
        missing_for_days=max(0, (now - since).days) if told.missing else 0,
        is_due=holding.key in case.due(now),
    )


def _is_in_market(line: Line, row: RecallRow) -> bool:
    """Tell whether a holder is in the market of a recall; of whom nobody knows it counts."""
    contact = line.contact
    country = contact.country if contact and contact.country else line.holding.country
    if row.market is None or country is None:
        return True
    return country in (_EU if row.market == _MARKET_EU else {row.market})


def _findings(case: Case, lines: Sequence[Line]) -> Iterator[Finding]:
    missing = sum(each.account.missing for each in lines)
    if missing:
        told = plural(missing, "pack is", "packs are")
        yield codes.STILL_MISSING.found(f"{told} not accounted for.")
    for each in lines:
        has_way = each.contact and (each.contact.email or each.contact.phone)
        if each.is_reached and not has_way:
            yield codes.NO_CONTACT.found(f"{each.name}: no address, no telephone.", at=each.key)
        if each.is_due:
            hours = case.remind_for_hours
            text = f"{each.name} has not answered for over {hours} hours."
            yield codes.LATE_ANSWER.found(text, at=each.key)
        yield from doubts(each.name, each.account, each.holder)
    if case.checked < case.checks_wanted:
        text = f"{case.checked} of {case.checks_wanted} holders are checked (level {case.level})."
        yield codes.TOO_FEW_CHECKS.found(text)


_CHOICES: Final[tuple[tuple[str, Callable[[NewRecall], str], Any], ...]] = (
    ("hazard", lambda new: new.hazard, HAZARDS),
    ("depth", lambda new: new.depth, DEPTHS),
    ("check_level", lambda new: new.check_level, LEVELS),
    ("kind", lambda new: new.kind, RecallKind),
)


def _defects(new: NewRecall) -> list[Finding]:
    bad = codes.BAD_RECALL.found
    found = []
    for name, told, table in _CHOICES:
        known = [str(each.value) for each in table]
        if told(new) not in known:
            text = f"{told(new)[:40]!r} is none of {', '.join(known)}."
            found.append(bad(text, at=name))
    for name, text in (("title", new.title), ("reason", new.reason)):
        if not 0 < len(text.strip()) <= _TEXT_MAX:
            found.append(bad(f"The {name} has 1 to {_TEXT_MAX:,} characters.", at=name))
    if new.market and new.market.upper() not in countries.NAMES:
        found.append(bad(f"{new.market[:20]!r} is no market.", at="market"))
    if new.remind_for_hours is not None and not 1 <= new.remind_for_hours <= 24 * 90:
        found.append(bad("Reminders come after 1 to 2,160 hours.", at="remind_for_hours"))
    return found


def _subjects(told: Sequence[Subject]) -> tuple[list[dict[str, str | None]], list[Finding]]:
    bad = codes.BAD_RECALL.found
    found: list[Finding] = []
    made: list[dict[str, str | None]] = []
    if not 0 < len(told) <= _SUBJECTS_MAX:
        found.append(bad(f"It names 1 to {_SUBJECTS_MAX} lots or packs.", at="subjects"))
    for number, each in enumerate(told[:_SUBJECTS_MAX]):
        at = f"subjects/{number}"
        try:
            key = gs1.parse(each.gtin)
        except RefusedError as refused:
            found += [bad(one.message, at=f"{at}/gtin") for one in refused.findings]
            continue
        if key.type is not gs1.KeyType.GTIN:
            found.append(bad(f"{each.gtin[:40]!r} is no GTIN.", at=f"{at}/gtin"))
            continue
        for name, value in (("lot", each.lot), ("serial", each.serial)):
            if value is not None and not 0 < len(value) <= _SERIAL_MAX:
                found.append(bad(f"It has 1 to {_SERIAL_MAX} characters.", at=f"{at}/{name}"))
        made.append({"gtin": key.primary, "lot": each.lot, "serial": each.serial})
    return made, found
