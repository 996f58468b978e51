"""The radar: obligations with a day, one of them with its parts, and the procedures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.compliance import codes
from packtrail.compliance.obligations import (
    Note,
    Obligation,
    Part,
    State,
    obligation,
    obligations,
    procedures,
)
from packtrail.services.obligations import views
from packtrail.services.portfolio import books
from packtrail.store import obligations as rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.obligations.views import NoteView, ObligationView, PartView
    from packtrail.services.portfolio.books import Company

AHEAD: Final = timedelta(days=3 * 365)
"""How far the radar looks unless told otherwise."""
BEHIND: Final = timedelta(days=365)
"""What is past so long is not shown as late any more."""
SPAN_YEARS_MAX: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarView:
    """What the radar shows."""

    today: date
    first: date
    last: date
    late: tuple[ObligationView, ...]
    """Past, and not done; only what the company itself must do."""
    ahead: tuple[ObligationView, ...]
    """From the first day to the last, by day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationPage:
    """One obligation with all there is to say of it."""

    obligation: ObligationView
    parts: tuple[PartView, ...]
    notes: tuple[NoteView, ...]
    """The newest first."""


def radar(
    app: Application,
    actor: Actor,
    *,
    on: date | None = None,
    last: date | None = None,
    only: Part | None = None,
    everywhere: bool = False,
    every_round: bool = False,
) -> RadarView:
    """Return what is due, as seen from a day.

    Args:
        app: The application.
        actor: Whose obligations.
        on: The day from which it is seen; default: today.
        last: Last day; default: three years later, at most 30.
        only: What it is to be about: a market, a product, a site, a line; default: everything.
        everywhere: Also deadlines of markets in which nothing is sold.
        every_round: Of what comes round every time, not only the next.
    """
    require(actor, Permission.OBLIGATION_READ)
    today = on or app.clock().date()
    until = min(last or today + AHEAD, _years_after(today, SPAN_YEARS_MAX))
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
        notes = notes_of(conn, actor.organisation_id)
    found = obligations(
        company.law, company.portfolio, notes, today=today, first=today - BEHIND, last=until,
        everywhere=everywhere, every_round=every_round,
    )  # fmt: skip
    about = found if only is None else (each.only(only) for each in found)
    shown = [each for each in about if each is not None]
    return RadarView(
        today=today,
        first=today,
        last=until,
        late=tuple(views.view(each) for each in shown if each.is_overdue),
        ahead=tuple(views.view(each) for each in shown if each.on and each.on >= today),
    )


def one(app: Application, actor: Actor, key: str, *, on: date | None = None) -> ObligationPage:
    """Return one obligation.

    Raises:
        NotFound: `OBL-001`, there is none of this key that concerns the organisation.
    """
    require(actor, Permission.OBLIGATION_READ)
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
        notes = notes_of(conn, actor.organisation_id, key=key)
        found = find(company, notes, key, today=on or app.clock().date())
        digests = [each.evidence_sha256 for each in notes if each.evidence_sha256]
        files = rows.evidence(conn, actor.organisation_id, digests)
    return ObligationPage(
        obligation=views.view(found),
        parts=views.parts(found, files),
        notes=tuple(views.note(each, files) for each in reversed(notes)),
    )


def duties(app: Application, actor: Actor, *, on: date | None = None) -> tuple[ObligationView, ...]:
    """Return the duties that events set off: their procedures must be in place."""
    require(actor, Permission.OBLIGATION_READ)
    with app.database.reading() as conn:
        company = books.company_of(app, conn, actor)
        notes = notes_of(conn, actor.organisation_id)
    today = on or app.clock().date()
    return tuple(map(views.view, procedures(company.law, company.portfolio, notes, today=today)))


def find(company: Company, notes: Iterable[Note], key: str, *, today: date) -> Obligation:
    """Return one obligation of a company.

    Raises:
        NotFound: `OBL-001`.
    """
    found = obligation(company.law, company.portfolio, notes, key, today=today)
    if found is None:
        raise NotFound(
            codes.NO_OBLIGATION.found(f"There is no obligation {key[:120]!r}.", at="key")
        )
    return found


def notes_of(conn: Connection, organisation_id: int, *, key: str | None = None) -> list[Note]:
    """Return what was said of obligations, the oldest first."""
    return [
        Note(
            number=row.note_no,
            key=row.key,
            part=Part(row.market, row.product, row.site, row.line),
            state=State(row.state) if row.state else None,
            owner=row.owner,
            reason=row.reason,
            evidence=row.evidence,
            evidence_sha256=row.evidence_sha256,
            at=row.at,
            by=row.actor_name,
        )
        for row in rows.notes(conn, organisation_id, key=key)
    ]


def _years_after(day: date, years: int) -> date:
    return day.replace(year=min(day.year + years, date.max.year), day=min(day.day, 28))
