"""Acting: what is done in a recall; what cannot be undone is guarded.

Publishing, marking as sent and closing each take the permission to decide, the typed number of the
recall, a reason, and where the installation says so a second person (`packtrail.recalls.acts`).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.lifecycle.codes import NOTICE_HOLDS
from packtrail.lifecycle.notices import NoticeKind
from packtrail.recalls import Act, EntryKind, codes
from packtrail.recalls.accounting import open_packs
from packtrail.recalls.acts import objections, wants_second
from packtrail.recalls.case import PACKS, Answer
from packtrail.services import auditing
from packtrail.services.accounts import signing
from packtrail.services.accounts.organisations import audience_for
from packtrail.services.goods import notices
from packtrail.services.goods.notices import Proposal
from packtrail.services.mail import outbox
from packtrail.services.reach import holdings
from packtrail.services.recalls import cases, mailing
from packtrail.services.recalls.cases import View, add, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.recalls.cases import Recall

KIND: Final = "recall"
"""Of what is signed."""
_TEXT_MAX: Final = 1000
_COUNT_MAX: Final = 100_000_000
WAYS: Final = ("call", "visit", "letter", "mail")
"""How a holder is told, or asked whether it acted."""
BY_PACKTRAIL: Final = "packtrail"
"""Packtrail itself sends the mail, once a person has said so."""
SENDING_WAYS: Final = (*WAYS, BY_PACKTRAIL)
"""How a holder is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What somebody says who takes a step that cannot be undone."""

    confirmation: str
    """The number of the recall, typed."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An effectiveness check of a holder."""

    way: str
    """One of `WAYS`."""
    person: str
    is_effective: bool
    """It had the message, understood it, and acted."""
    note: str = ""


def count(app: Application, actor: Actor, number: str) -> View:
    """Put into the record where every pack is now, and how long it took to know.

    Raises:
        NotFound: `RCL-002`, no such recall.
        RefusedError: `RCL-006`, it is closed.
        NotPermitted: The actor may not go on with recalls.
    """
    require(actor, Permission.RECALL_UPDATE)
    seen = cases.view(app, actor, number)
    detail = {
        "total": seen.account.total,
        "missing": seen.account.missing,
        "by_word": seen.account.by_word,
        "by_fate": {fate.value: some for fate, some in seen.account.by_fate.items()},
        "holders": len(seen.lines),
        "placed": sum(x.account.total for x in seen.lines if x.key != holdings.NOWHERE),
        "took_ms": round(seen.took_seconds * 1000),
    }
    _go_on(app, actor, number, EntryKind.COUNTED, detail=detail)
    return cases.view(app, actor, number)


def publish(app: Application, actor: Actor, number: str, told: Confirmed) -> Recall:
    """Give the lots of a recall the status recalled, for ever.

    Of a whole product the lots that are known now are recalled; lots to come are a withdrawal.

    Raises:
        RefusedError: `RCL-003` to `RCL-007`; or what is wrong with a notice.
        NotFound: `RCL-002`, no such recall.
        NotPermitted: The actor may not decide, or may not make notices.
    """
    require(actor, Permission.RECALL_DECIDE)
    require(actor, Permission.NOTICE_CREATE)
    found = cases.view(app, actor, number)
    known = holdings.lots_of(each.holding for each in found.lines)
    if not _allowed(app, actor, number, Act.PUBLISH, told):
        return _proposed(app, actor, number, Act.PUBLISH, told)
    at = app.clock()
    with app.database.transaction() as conn:
        recall = _guarded(conn, actor, number, Act.PUBLISH, told)
        made = [
            notice_id
            for gtin, lot, serial in _to_publish(recall, known)
            if (notice_id := _recalled(app, conn, actor, recall, gtin, lot, serial)) is not None
        ]
        detail: dict[str, Any] = {"reason": told.reason.strip(), "notices": made}
        add(conn, actor, recall.row.recall_id, EntryKind.PUBLISHED, at=at, detail=detail)
        auditing.write(conn, actor, Action.RECALL_PUBLISHED, number, at=at, detail=detail)
        return read(conn, actor, number)


def mark_sent(
    app: Application,
    actor: Actor,
    number: str,
    told: Confirmed,
    *,
    holders: Iterable[str] | None = None,
    way: str = "mail",
) -> Recall:
    """Say that holders were told; their clocks begin.

    Args:
        app: The application.
        actor: Who says so.
        number: Of the recall.
        told: Confirmation and reason.
        holders: Keys; None: all that the recall reaches and that were not told yet.
        way: How: one of `SENDING_WAYS`.

    Raises:
        RefusedError: `RCL-003`, `-004`, `-006`, `-009`; of mails that Packtrail is to send,
            `MAI-002` to `MAI-004`.
        NotFound: `RCL-002`, no such recall; `RCL-008`, no such holder.
        NotPermitted: The actor may not decide.
    """
    require(actor, Permission.RECALL_DECIDE)
    if way not in SENDING_WAYS:
        text = f"{way[:20]!r} is none of {', '.join(SENDING_WAYS)}."
        raise RefusedError(codes.BAD_ANSWER.found(text, at="way"))
    seen = cases.view(app, actor, number)
    lines = (
        [each for each in seen.lines if each.is_reached and each.holder.told_at is None]
        if holders is None
        else [seen.line(key) for key in dict.fromkeys(holders)]
    )
    letters = mailing.letters(app, actor, seen, lines) if way == BY_PACKTRAIL else ()
    at = app.clock()
    with app.database.transaction() as conn:
        recall = _guarded(conn, actor, number, Act.SEND, told)
        if not lines:
            raise RefusedError(codes.OUT_OF_TURN.found("There is nobody left to be told."))
        for line in lines:
            packs = open_packs(line.holding.by_fate, recall.case.depth)
            detail = {
                "way": way, "packs": packs, "language": line.language,
                "reason": told.reason.strip(), "email": line.contact.email if line.contact else "",
            }  # fmt: skip
            add(
                conn, actor, recall.row.recall_id, EntryKind.SENT, at=at, holder=line.key,
                detail=detail,
            )  # fmt: skip
        for letter in letters:
            outbox.post(app, conn, actor.organisation_id, letter, at=at)
        detail = {"holders": [each.key for each in lines], "way": way}
        auditing.write(conn, actor, Action.RECALL_SENT, number, at=at, detail=detail)
        return read(conn, actor, number)


def acknowledge(app: Application, actor: Actor, number: str, key: str, answer: Answer) -> None:
    """Note what a holder answered; a later answer replaces an earlier one, which stays on record.

    Raises:
        RefusedError: `RCL-009`, the answer cannot be so; `RCL-006`, the recall is closed.
        NotFound: `RCL-002`, `RCL-008`.
        NotPermitted: The actor may not go on with recalls.
    """
    require(actor, Permission.RECALL_UPDATE)
    bad = codes.BAD_ANSWER.found
    found = [] if answer.person.strip() else [bad("It names no person.", at="person")]
    if answer.on > app.clock().date():
        found.append(bad(f"{answer.on.isoformat()} is yet to come.", at="on"))
    for name in ("returned", "destroyed", "quarantined", "used", "not_found"):
        told = getattr(answer, name)
        if not 0 <= told <= _COUNT_MAX:
            found.append(bad(f"{told} is no number of packs.", at=name))
    if found:
        raise RefusedError(*found)
    seen = cases.view(app, actor, number)
    detail = {
        **asdict(answer), "on": answer.on.isoformat(), "note": answer.note[:_TEXT_MAX],
        PACKS: open_packs(seen.line(key).holding.by_fate, seen.case.depth),
    }  # fmt: skip
    _go_on(app, actor, number, EntryKind.ACKNOWLEDGED, holder=key, detail=detail)


def check(app: Application, actor: Actor, number: str, key: str, told: Check) -> None:
    """Note that a holder was asked whether the message reached it and it acted.

    Raises:
        RefusedError: `RCL-009`, the check cannot be so; `RCL-006`, not told yet, or closed.
        NotFound: `RCL-002`, `RCL-008`.
        NotPermitted: The actor may not go on with recalls.
    """
    require(actor, Permission.RECALL_UPDATE)
    bad = codes.BAD_ANSWER.found
    found = [] if told.person.strip() else [bad("It names no person.", at="person")]
    if told.way not in WAYS:
        found.append(bad(f"{told.way[:20]!r} is none of {', '.join(WAYS)}.", at="way"))
    if found:
        raise RefusedError(*found)
    line = cases.view(app, actor, number).line(key)
    if line.holder.told_at is None:
        raise RefusedError(codes.OUT_OF_TURN.found(f"{line.name} was not told yet."))
    detail = {**asdict(told), "note": told.note[:_TEXT_MAX]}
    _go_on(app, actor, number, EntryKind.CHECKED, holder=key, detail=detail)


def note(app: Application, actor: Actor, number: str, text: str) -> None:
    """Write something into the record.

    Raises:
        RefusedError: `RCL-004`, it says nothing; `RCL-006`, the recall is closed.
        NotFound: `RCL-002`.
        NotPermitted: The actor may not go on with recalls.
    """
    require(actor, Permission.RECALL_UPDATE)
    if not text.strip():
        raise RefusedError(codes.NO_REASON.found("The note says nothing.", at="text"))
    _go_on(app, actor, number, EntryKind.NOTED, detail={"text": text.strip()[:_TEXT_MAX]})


def close(
    app: Application, actor: Actor, number: str, told: Confirmed, statement: signing.Statement
) -> Recall:
    """Close a recall: sign where it stands, and add nothing afterwards.

    Raises:
        RefusedError: `RCL-003` to `RCL-006`; or as `services.accounts.signing.check` says.
        NotFound: `RCL-002`.
        NotPermitted: The actor may not decide, or is no person with a password.
        LimitExceeded: Too many wrong passwords.
    """
    require(actor, Permission.RECALL_DECIDE)
    seen = cases.view(app, actor, number)
    if not _allowed(app, actor, number, Act.CLOSE, told):
        return _proposed(app, actor, number, Act.CLOSE, told)
    with app.database.reading() as conn:
        _, audience_id = audience_for(conn, actor, None)
    subject = signing.Subject(
        kind=KIND, id=seen.recall.row.recall_id, digest=digest(seen), audience_id=audience_id
    )
    signing.check(app, actor, subject, statement)
    at = app.clock()
    with app.database.transaction() as conn:
        recall = _guarded(conn, actor, number, Act.CLOSE, told)
        if len(recall.entries) != len(seen.recall.entries):
            raise Conflict(codes.OUT_OF_TURN.found("Something was added meanwhile; read it."))
        signing.add(conn, actor, subject, statement, at=at)
        detail = {
            "reason": told.reason.strip(), "digest": subject.digest,
            "total": seen.account.total, "missing": seen.account.missing,
            "by_word": seen.account.by_word,
            "by_fate": {fate.value: some for fate, some in seen.account.by_fate.items()},
        }  # fmt: skip
        add(conn, actor, recall.row.recall_id, EntryKind.CLOSED, at=at, detail=detail)
        auditing.write(conn, actor, Action.RECALL_CLOSED, number, at=at, detail=detail)
        return read(conn, actor, number)


def digest(seen: View) -> str:
    """Return the digest of where a recall stands: its record, and what became of its packs."""
    told = {
        "number": seen.case.number,
        "record": [
            (each.number, each.kind, each.at, each.by, each.holder, each.detail)
            for each in seen.recall.entries
            if each.kind is not EntryKind.CLOSED
        ],
        "holders": [
            (each.key, sorted((f.value, n) for f, n in each.account.by_fate.items()))
            for each in sorted(seen.lines, key=lambda line: line.key)
        ],
    }
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def day(text: str) -> date:
    """Read a day.

    Raises:
        RefusedError: `RCL-009`, it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        text = f"{text[:20]!r} is no day such as 2026-11-28."
        raise RefusedError(codes.BAD_ANSWER.found(text, at="on")) from None


def _go_on(
    app: Application,
    actor: Actor,
    number: str,
    kind: EntryKind,
    *,
    detail: dict[str, Any],
    holder: str | None = None,
) -> None:
    at = app.clock()
    with app.database.transaction() as conn:
        recall = read(conn, actor, number, is_locked=True)
        if recall.case.is_closed:
            raise Conflict(codes.OUT_OF_TURN.found(f"{number} is closed."))
        add(conn, actor, recall.row.recall_id, kind, at=at, holder=holder, detail=detail)
        told = {"entry": kind.value, "holder": holder, **detail}
        auditing.write(conn, actor, Action.RECALL_CONTINUED, number, at=at, detail=told)


def _guarded(conn: Connection, actor: Actor, number: str, act: Act, told: Confirmed) -> Recall:
    """Return a recall, locked, of which a step may be taken."""
    recall = read(conn, actor, number, is_locked=True)
    found = list(objections(recall.case, act, confirmation=told.confirmation, reason=told.reason))
    if found:
        raise RefusedError(*found)
    return recall


def _allowed(app: Application, actor: Actor, number: str, act: Act, told: Confirmed) -> bool:
    """Tell whether the actor may take a step alone, or is the second to want it."""
    with app.database.transaction() as conn:
        recall = _guarded(conn, actor, number, act, told)
        has_policy = app.settings.recall_two_persons
        return wants_second(recall.case, act, person=actor.id, has_policy=has_policy) is None


def _proposed(app: Application, actor: Actor, number: str, act: Act, told: Confirmed) -> Recall:
    """Propose a step that a second person has to take."""
    at = app.clock()
    with app.database.transaction() as conn:
        recall = _guarded(conn, actor, number, act, told)
        detail = {"act": act.value, "reason": told.reason.strip()}
        if recall.case.proposed.get(act) != actor.id:
            add(conn, actor, recall.row.recall_id, EntryKind.PROPOSED, at=at, detail=detail)
            auditing.write(conn, actor, Action.RECALL_PROPOSED, number, at=at, detail=detail)
        return read(conn, actor, number)


def _to_publish(
    recall: Recall, known: Iterable[tuple[str, str]]
) -> list[tuple[str, str | None, str | None]]:
    """Return what gets the status: packs, lots, and of whole products the lots that are known."""
    found: dict[tuple[str, str | None, str | None], None] = {}
    lots = list(known)
    for each in recall.subjects:
        if each.serial is not None or each.lot is not None:
            found[each.gtin, each.lot, each.serial] = None
        else:
            found |= dict.fromkeys((gtin, lot, None) for gtin, lot in lots if gtin == each.gtin)
    if not found:
        text = "No lot of the product is known: withdraw the product instead."
        raise NotFound(codes.OUT_OF_TURN.found(text))
    return list(found)


def _recalled(
    app: Application,
    conn: Connection,
    actor: Actor,
    recall: Recall,
    gtin: str,
    lot: str | None,
    serial: str | None,
) -> str | None:
    """Make one notice; None where it is recalled already."""
    reason = f"{recall.row.number}: {recall.row.reason}"[:_TEXT_MAX]
    proposal = Proposal(
        kind=NoticeKind.RECALLED.value, gtin=gtin, lot=lot, serial=serial, reason=reason,
        market=recall.row.market,
    )  # fmt: skip
    try:
        return notices.make_in(app, conn, actor, proposal).notice_id
    except RefusedError as refused:
        if {each.code for each in refused.findings} == {NOTICE_HOLDS.code}:
            return None
        raise
