"""Notices: recall a lot, withdraw a product, hold, release, extend an expiry; what is in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.base.findings import has_errors
from packtrail.detection.codes import IN_QUARANTINE
from packtrail.lifecycle import codes
from packtrail.lifecycle.notices import RULES, Notice, NoticeKind, concerning, in_force, refusals
from packtrail.services import auditing
from packtrail.services.accounts.organisations import audience_for, visible_to
from packtrail.store import cases as case_rows
from packtrail.store import notices as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.store.direct import Asked

_LENGTH_MAX = 20
"""Longest lot and serial number (AI 10 and 21)."""
_REASON_LENGTH_MAX = 1000
_MARKET_LENGTH_MAX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A notice somebody wants to make."""

    kind: str
    gtin: str
    """In any notation."""
    reason: str
    lot: str | None = None
    serial: str | None = None
    market: str | None = None
    effective_at: datetime | None = None
    """Since when it is so; default: now."""
    expires_on: date | None = None


Subject = tuple[str, str | None, str | None]
"""(GTIN, lot, serial)"""


def check(app: Application, actor: Actor, proposal: Proposal) -> tuple[Finding, ...]:
    """Return what is to be said of a notice before it is made: errors forbid it.

    Raises:
        NotPermitted: The actor may not make notices.
    """
    require(actor, Permission.NOTICE_CREATE)
    with app.database.reading() as conn:
        _, findings = _proposed(app, conn, actor, proposal)
    return findings


def make(app: Application, actor: Actor, proposal: Proposal) -> Notice:
    """Make a notice.

    Raises:
        RefusedError: `LIF-001` to `LIF-009`; everything that is wrong with it.
        NotPermitted: The actor may not make notices.
    """
    with app.database.transaction() as conn:
        return make_in(app, conn, actor, proposal)


def make_in(
    app: Application, conn: Connection, actor: Actor, proposal: Proposal, *, for_case: str = ""
) -> Notice:
    """Make a notice in the transaction of something else.

    Args:
        app: The application.
        conn: A connection in a transaction.
        actor: Who makes it.
        proposal: The notice.
        for_case: The case of alerts that makes it: its own packs it may release.

    Raises:
        RefusedError: Everything that is wrong with it.
        NotPermitted: The actor may not make notices.
    """
    require(actor, Permission.NOTICE_CREATE)
    rows.lock(conn)
    notice, findings = _proposed(app, conn, actor, proposal)
    if notice is not None and RULES[notice.kind].ends:
        findings = (*findings, *_quarantined(conn, actor, notice, for_case))
    if notice is None or has_errors(findings):
        raise RefusedError(*(each for each in findings if each.code != codes.FINAL.code))
    number = _insert(conn, actor, notice)
    made = replace(notice, notice_id=str(number))
    auditing.write(
        conn, actor, Action.NOTICE_CREATED, made.notice_id, at=made.recorded_at,
        detail=_detail(made),
    )  # fmt: skip
    return made


def retract(app: Application, actor: Actor, notice_id: str, *, reason: str) -> Notice:
    """Take back a notice that should never have been made; what it was stays on record.

    Raises:
        NotFound: `LIF-006`, no such notice.
        Conflict: `LIF-007`, it was retracted before.
        RefusedError: `LIF-002`, there is no reason.
        NotPermitted: The actor may not make notices.
    """
    require(actor, Permission.NOTICE_CREATE)
    if not reason.strip():
        raise RefusedError(codes.NO_REASON.found("The retraction gives no reason.", at="reason"))
    number = int(notice_id) if notice_id.isascii() and notice_id.isdigit() else -1
    with app.database.transaction() as conn:
        rows.lock(conn)
        notice = rows.by_number(conn, number, visible_to(conn, actor)) if number >= 0 else None
        if notice is None:
            text = f"There is no notice {notice_id[:40]!r}."
            raise NotFound(codes.NO_NOTICE.found(text, at="notice"))
        if notice.retracts is not None or rows.is_retracted(conn, number):
            raise Conflict(codes.RETRACTED.found(f"The notice {notice_id} is void already."))
        found = tuple(_quarantined(conn, actor, notice, ""))
        if found:
            raise RefusedError(*found)
        at = app.clock()
        retraction = replace(
            notice, retracts=notice_id, effective_at=at, recorded_at=at, reason=reason.strip(),
            by=actor.name,
        )  # fmt: skip
        made = replace(retraction, notice_id=str(_insert(conn, actor, retraction)))
        auditing.write(conn, actor, Action.NOTICE_RETRACTED, notice_id, at=at, detail=_detail(made))
    return made


def listed(
    app: Application,
    actor: Actor,
    *,
    gtin: str | None = None,
    lot: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> tuple[Notice, ...]:
    """Return notices and retractions, the newest first.

    Args:
        app: The application.
        actor: Who asks.
        gtin: Only those about a product, its lots and packs, those that events tell included.
        lot: Only those about a lot; with a GTIN.
        limit: Most to return, of all products.
        before: Only those made before the one of this number, of all products.

    Raises:
        RefusedError: It is no GTIN.
        NotPermitted: The actor may not see notices.
    """
    require(actor, Permission.NOTICE_READ)
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        if gtin is None:
            return tuple(rows.newest(conn, audience_ids, limit=limit, before=before))
        digits = _gtin(gtin)
        found = list(rows.of_products(conn, [digits], audience_ids).get(digits, ()))
        if lot is not None:
            found = [each for each in found if each.lot == lot]
            found += rows.of_lots_in_events(conn, [(digits, lot)], audience_ids)
    return tuple(sorted(found, key=lambda each: each.recorded_at, reverse=True))


def holding(
    conn: Connection,
    subjects: Iterable[Subject],
    audience_ids: Sequence[int],
    *,
    as_of: datetime,
    as_known_at: datetime | None = None,
    market: str | None = None,
) -> dict[Subject, tuple[Notice, ...]]:
    """Return, for packs, lots or products, the notices in force that bear on each.

    Args:
        conn: A connection.
        subjects: What is asked about.
        audience_ids: What the asker may see.
        as_of: The moment.
        as_known_at: Only what had been recorded by then.
        market: Leave out those of other markets.
    """
    wanted = list(dict.fromkeys(subjects))
    if not wanted:
        return {}
    gtins = {gtin for gtin, _, _ in wanted}
    recorded, named_by_lot = rows.of_products_and_lots(conn, gtins, audience_ids)
    lots = {(gtin, lot) for gtin, lot, _ in wanted if lot is not None and gtin in named_by_lot}
    told = rows.of_lots_in_events(conn, lots, audience_ids, as_of=as_of, as_known_at=as_known_at)
    every = [*(each for some in recorded.values() for each in some), *told]
    if not every:
        return dict.fromkeys(wanted, ())
    return {
        (gtin, lot, serial): in_force(
            concerning(every, gtin=gtin, lot=lot, serial=serial),
            as_of=as_of, as_known_at=as_known_at, market=market,
        )
        for gtin, lot, serial in wanted
    }  # fmt: skip


def ask_holding(gtins: Iterable[str], audience_ids: Sequence[int]) -> Asked:
    """Return what `holding` asks first about packs of some products."""
    return rows.ask_products_and_lots(gtins, audience_ids)


def _proposed(
    app: Application, conn: Connection, actor: Actor, proposal: Proposal
) -> tuple[Notice | None, tuple[Finding, ...]]:
    found = list(_malformed(proposal))
    if found:
        return None, tuple(found)
    at = app.clock()
    notice = Notice(
        notice_id="",
        kind=NoticeKind(proposal.kind),
        gtin=_gtin(proposal.gtin),
        lot=proposal.lot,
        serial=proposal.serial,
        market=proposal.market.upper() if proposal.market else None,
        effective_at=proposal.effective_at or at,
        recorded_at=at,
        reason=proposal.reason.strip()[:_REASON_LENGTH_MAX],
        expires_on=proposal.expires_on,
        by=actor.name,
    )
    subject = notice.gtin, notice.lot, notice.serial
    there = holding(conn, [subject], visible_to(conn, actor), as_of=notice.effective_at)[subject]
    found += refusals(notice, there)
    if RULES[notice.kind].is_final:
        found.append(codes.FINAL.found(f"A notice {notice.kind.value} is for ever."))
    return notice, tuple(found)


def _quarantined(
    conn: Connection, actor: Actor, notice: Notice, for_case: str
) -> Iterator[Finding]:
    """Yield why a pack cannot be let go: a case of alerts keeps it in quarantine."""
    if notice.serial is None:
        return
    pack = notice.gtin, notice.serial
    for code, state in case_rows.holding(conn, actor.organisation_id, pack):
        if code != for_case:
            text = f"Pack {notice.serial} is in quarantine for case {code}, which is {state}."
            yield IN_QUARANTINE.found(text, at="serial")


def _malformed(proposal: Proposal) -> Iterator[Finding]:
    if proposal.kind not in {*NoticeKind}:
        kinds = ", ".join(NoticeKind)
        text = f"{proposal.kind[:40]!r} is no kind of notice; there are {kinds}."
        yield codes.NO_SUCH_KIND.found(text, at="kind")
    try:
        _gtin(proposal.gtin)
    except RefusedError as refused:
        yield from refused.findings
    for name, value in (("lot", proposal.lot), ("serial", proposal.serial)):
        if value is not None and not 0 < len(value) <= _LENGTH_MAX:
            text = f"A {name} has 1 to {_LENGTH_MAX} characters, not {len(value)}."
            yield codes.BAD_SUBJECT.found(text, at=name)
    if proposal.market is not None and not 0 < len(proposal.market) <= _MARKET_LENGTH_MAX:
        yield codes.BAD_SUBJECT.found(f"{proposal.market[:40]!r} is no market.", at="market")


def _gtin(text: str) -> str:
    key = gs1.parse(text)
    if key.type is not gs1.KeyType.GTIN:
        raise RefusedError(codes.BAD_SUBJECT.found(f"{text[:80]!r} is no GTIN.", at="gtin"))
    return key.primary


def _insert(conn: Connection, actor: Actor, notice: Notice) -> int:
    owner_id, audience_id = audience_for(conn, actor, None)
    return rows.insert(
        conn,
        {
            "owner_id": owner_id,
            "audience_id": audience_id,
            "kind": None if notice.retracts else notice.kind.value,
            "gtin": notice.gtin,
            "lot": notice.lot,
            "serial": notice.serial,
            "market": notice.market,
            "effective_at": notice.effective_at,
            "recorded_at": notice.recorded_at,
            "reason": notice.reason,
            "expires_on": notice.expires_on,
            "retracts": int(notice.retracts) if notice.retracts else None,
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "actor_name": actor.name,
        },
    )


def _detail(notice: Notice) -> dict[str, object]:
    told = {
        "kind": notice.kind.value,
        "gtin": notice.gtin,
        "lot": notice.lot,
        "serial": notice.serial,
        "market": notice.market,
        "reason": notice.reason,
        "effective_at": notice.effective_at.isoformat(),
        "expires_on": notice.expires_on.isoformat() if notice.expires_on else None,
    }
    return {name: value for name, value in told.items() if value is not None}
