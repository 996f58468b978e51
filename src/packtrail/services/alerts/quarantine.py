"""Quarantine: packs of a case are held by notices, so that every verification says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.amounts import plural
from packtrail.base.errors import RefusedError
from packtrail.detection import codes
from packtrail.detection.cases import State
from packtrail.lifecycle.notices import NoticeKind
from packtrail.services.alerts import cases
from packtrail.services.alerts.changing import changing, require_reason
from packtrail.services.goods import notices
from packtrail.store import cases as rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.access import Actor
    from packtrail.services.alerts.cases import Case
    from packtrail.services.alerts.changing import Change
    from packtrail.services.application import Application

Pack = tuple[str, str]
"""(GTIN, serial number)"""


def hold(app: Application, actor: Actor, code: str, packs: Sequence[Pack] | None = None) -> Case:
    """Put packs of a case in quarantine: whoever verifies one is told not to supply it.

    Args:
        app: The application.
        actor: Who does it.
        code: The case, not decided.
        packs: Packs of its alerts; None: all that are not in quarantine yet.

    Raises:
        RefusedError: `SIG-063`, it is no pack of the case; `LIF-003`, it is held already.
        Conflict: `SIG-064`, the case is decided.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not change cases, or not make notices.
    """
    require(actor, Permission.NOTICE_CREATE)
    with changing(app, actor, code) as change:
        change.require_open()
        known = cases.case_in(app, change.conn, actor, change.row)
        chosen = [each for each in packs or known.suspects if each not in known.held]
        _require_in_case(chosen, known.suspects)
        for gtin, serial in chosen:
            proposal = notices.Proposal(
                kind=NoticeKind.SUSPECT, gtin=gtin, serial=serial, reason=f"Case {code}"
            )
            made = notices.make_in(app, change.conn, actor, proposal, for_case=code)
            pack = gtin, serial
            rows.hold(change.conn, change.row.case_id, pack, made.notice_id, at=change.now)
        if chosen:
            text = f"Quarantine of {plural(len(chosen), 'pack')}"
            detail = {"packs": [f"(01){gtin}(21){serial}" for gtin, serial in chosen]}
            change.write("quarantine", text, detail=detail, action=Action.PACK_QUARANTINED)
            change.put()
    return cases.case(app, actor, code)


def release(
    app: Application,
    actor: Actor,
    code: str,
    *,
    reason: str,
    packs: Sequence[Pack] | None = None,
) -> Case:
    """Let packs go that a refuted case holds.

    Args:
        app: The application.
        actor: Who does it.
        code: The case; it is refuted.
        reason: Why they may be supplied.
        packs: Packs that it holds; None: all.

    Raises:
        RefusedError: `SIG-058`, the case is not refuted; `SIG-063`, it does not hold the pack;
            `SIG-053`, there is no reason.
        NotFound: `SIG-051`.
        NotPermitted: The actor may not decide cases, or not make notices.
    """
    require(actor, Permission.CASE_DECIDE)
    require(actor, Permission.NOTICE_CREATE)
    require_reason(reason)
    with changing(app, actor, code) as change:
        if change.row.outcome != State.REFUTED:
            text = f"Case {code} is {change.row.state}; only of a refuted one packs are released."
            raise RefusedError(codes.IN_QUARANTINE.found(text, at="case"))
        known = cases.case_in(app, change.conn, actor, change.row)
        chosen = [*(packs or sorted(known.held))]
        _require_in_case(chosen, known.held)
        for gtin, serial in chosen:
            proposal = notices.Proposal(
                kind=NoticeKind.CLEARED, gtin=gtin, serial=serial,
                reason=f"Case {code}: {reason.strip()}",
            )  # fmt: skip
            notices.make_in(app, change.conn, actor, proposal, for_case=code)
            rows.release(change.conn, change.row.case_id, (gtin, serial), at=change.now)
        text = f"Released {plural(len(chosen), 'pack')}: {reason.strip()}"
        detail = {"packs": [f"(01){gtin}(21){serial}" for gtin, serial in chosen]}
        change.write("released", text, detail=detail, action=Action.PACK_RELEASED)
        change.put()
    return cases.case(app, actor, code)


def found_illegitimate(change: Change) -> None:
    """Say of the packs that a case holds that they are illegitimate, now that it is confirmed."""
    known = cases.case_in(change.app, change.conn, change.actor, change.row)
    if not known.held:
        return
    require(change.actor, Permission.NOTICE_CREATE)
    for gtin, serial in sorted(known.held):
        proposal = notices.Proposal(
            kind=NoticeKind.ILLEGITIMATE, gtin=gtin, serial=serial, reason=f"Case {change.code}"
        )
        notices.make_in(change.app, change.conn, change.actor, proposal, for_case=change.code)


def _require_in_case(chosen: Sequence[Pack], known: Sequence[Pack] | frozenset[Pack]) -> None:
    wrong = [each for each in chosen if each not in known]
    if wrong:
        raise RefusedError(
            *(
                codes.NOT_IN_CASE.found(f"(01){gtin}(21){serial} is not among them.", at="packs")
                for gtin, serial in wrong[:20]
            )
        )
