"""Progress: what is reported of a work package."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.services.plan import books
from packtrail.services.plan.writing import Put, Written, write

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a work package is."""

    started_on: date | None = None
    """None: it has not begun."""
    finished_on: date | None = None
    """None: it is not finished."""
    done_percent: int = 0


def report_progress(
    app: Application,
    actor: Actor,
    programme: str,
    code: str,
    told: Progress,
    *,
    revision: int | None = None,
    reason: str = "",
) -> Written:
    """Take down how far a work package is.

    Args:
        app: The application.
        actor: Who reports.
        programme: Code of the programme.
        code: Code of the package.
        told: How far it is.
        revision: The revision that the report was made from; None: that of now.
        reason: A remark; part of the history.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or package.
        Conflict: `PLN-016`, somebody else changed it.
        RefusedError: `PLN-004`, the values contradict each other.
        NotPermitted: The actor may not change programmes.
    """
    opened = books.opened(app, actor, programme)
    known = opened.book.packages.get(code)
    if known is None:
        message = f"There is no work package {code[:80]!r}."
        raise NotFound(codes.NO_ENTRY.found(message, at="code"))
    reported = replace(
        known,
        started_on=told.started_on or told.finished_on,
        finished_on=told.finished_on,
        done_percent=100 if told.finished_on else told.done_percent,
    )
    mark = opened.marks["package", code].revision
    put = Put(reported, mark if revision is None else revision)
    return write(app, actor, programme, [put], reason=reason.strip() or "Progress")
