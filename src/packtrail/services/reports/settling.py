"""Settling: a report that a receiver acknowledged closes the obligation that asked for it.

Only the duty that a report names is settled, for the product that it tells of, and only where
nobody has said otherwise: what people say of an obligation counts before what reports show. What
comes round is done when every report of its day is acknowledged; it is opened again when one is
rejected, or when another must be made. A procedure is in place once a receiver has acknowledged
a report by it, and is open again when one is rejected.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor
from packtrail.compliance.obligations import Part, Sort, State, obligation
from packtrail.compliance.radar import next_due
from packtrail.rendering import times
from packtrail.reporting.life import DONE
from packtrail.reporting.life import State as ReportState
from packtrail.services.obligations import reading, saying
from packtrail.services.portfolio import books
from packtrail.services.reports import receivers
from packtrail.store import reports as rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from psycopg import Connection

    from packtrail.compliance.obligations import Obligation, PartState
    from packtrail.services.application import Application
    from packtrail.services.portfolio.books import Company
    from packtrail.store.reports import ReportRow

BY: Final = "reports"
"""Who says it of an obligation."""
_DAY: Final = timedelta(days=1)
_REFUSED: Final = frozenset({ReportState.REJECTED, ReportState.PARTLY})
_TOLD: Final = frozenset({ReportState.DUE, ReportState.ACKNOWLEDGED, *_REFUSED})


def follow(
    app: Application, conn: Connection, row: ReportRow, *, at: datetime, reason: str = ""
) -> None:
    """Say of the obligation behind a report what its new state shows, in the same transaction.

    Args:
        app: The application.
        conn: The connection whose transaction changes the report.
        row: The report as it is now.
        at: When.
        reason: Why, where a receiver has rejected it.
    """
    state = ReportState(row.state)
    if not row.duty or state not in _TOLD:
        return
    actor = Actor.system(BY, organisation_id=row.organisation_id)
    company = books.company_of(app, conn, actor)
    key = _key(company, row)
    notes = reading.notes_of(conn, row.organisation_id, key=key)
    found = obligation(company.law, company.portfolio, notes, key, today=at.date())
    if found is None:
        return
    part = _part(conn, company, found, row)
    if part is None:
        return
    about = [each for each in found.parts if part.covers(each.part)]
    if state is ReportState.ACKNOWLEDGED:
        if _is_complete(conn, company, found, row):
            _close(conn, actor, found, part, about, row, at)
    elif state in _REFUSED or found.sort is Sort.RECURRING:
        _open(conn, actor, found, part, about, row, at, reason)


def _close(
    conn: Connection, actor: Actor, found: Obligation, part: Part, about: Sequence[PartState],
    row: ReportRow, at: datetime,
) -> None:  # fmt: skip
    if not about or all(each.state.is_settled for each in about):
        return
    reference = f", reference {row.reference}" if row.reference else ""
    evidence = (
        f"Report {row.number} ({row.form}, {row.title}) was acknowledged by {row.receiver} on "
        f"{times.day(at.date())}{reference}."
    )
    saying.write(conn, actor, found, _said(part, State.DONE, evidence=evidence), at=at)


def _open(
    conn: Connection, actor: Actor, found: Obligation, part: Part, about: Sequence[PartState],
    row: ReportRow, at: datetime, reason: str,
) -> None:  # fmt: skip
    if not any(each.state is State.DONE and each.note and each.note.by == BY for each in about):
        return
    what = "must be made" if row.state == ReportState.DUE else f"was {row.state} by {row.receiver}"
    why = f"Report {row.number} ({row.form}, {row.title}) {what}" + (
        f": {reason}" if reason else ""
    )
    saying.write(conn, actor, found, _said(part, State.OPEN, reason=why[:2_000]), at=at)


def _said(part: Part, state: State, *, evidence: str = "", reason: str = "") -> saying.Saying:
    return saying.Saying(
        state=state, evidence=evidence, reason=reason, market=part.market, product=part.product
    )


def _is_complete(conn: Connection, company: Company, found: Obligation, row: ReportRow) -> bool:
    """Whether nothing is left of what came round; a procedure has shown that it works."""
    if found.sort is not Sort.RECURRING:
        return True
    others = rows.of_duty(conn, row.organisation_id, row.duty, row.gtin)
    return all(
        ReportState(each.state) in DONE
        for each in others
        if each.number != row.number and _key(company, each) == found.key
    )


def _key(company: Company, row: ReportRow) -> str:
    """Return the key of the obligation that asks for a report."""
    pack_id, _, name = row.duty.partition("/")
    pack = company.law.catalogue.packs.get(pack_id)
    duty = pack.duties.get(name) if pack else None
    moment = row.due_at or row.happened_at
    if duty is None or moment is None:
        return row.duty
    on = next_due(duty, _day_of(row))
    return f"{row.duty}@{on}" if on else row.duty


def _day_of(row: ReportRow) -> date:
    """Return a day from which the next day of a duty is the one a report is due on.

    What comes round is due at the end of a day in the month after it happened; without a due time
    it is counted from the month in which it happened.
    """
    if row.due_at is not None:
        # The end of a day, somewhere on earth: at most a day later in UTC.
        return row.due_at.date() - 2 * _DAY
    happened = (row.happened_at or row.created_at).date()
    return (happened.replace(day=28) + 4 * _DAY).replace(day=1)


def _part(conn: Connection, company: Company, found: Obligation, row: ReportRow) -> Part | None:
    """Return what of an obligation a report is about: its product, else the receiver's market.

    None where that is not known: then nothing is said.
    """
    if row.gtin:
        placed = (each for each in company.portfolio.placements if each.gtin == row.gtin)
        product = next((each.product for each in placed), "")
        return Part(product=product) if product else None
    market = receivers.required(conn, row.organisation_id, row.receiver).market
    if market in found.markets:
        return Part(market=market)
    return Part() if len(found.markets) == 1 else None
