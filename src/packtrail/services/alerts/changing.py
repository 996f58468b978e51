"""Changing cases: the case under a lock, what it becomes, and what is written down of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.detection import codes
from packtrail.detection.cases import State
from packtrail.services import auditing
from packtrail.store import cases as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.store.cases import CaseRow

TEXT_MAX: Final = 4_000
_COLUMNS: Final = (
    "state", "category", "outcome", "cause", "owner", "title", "market", "confirmed_at",
    "high_risk_at", "closed_at",
)  # fmt: skip


class Change:
    """A case that is being changed."""

    def __init__(self, app: Application, conn: Connection, actor: Actor, code: str) -> None:
        require(actor, Permission.CASE_UPDATE)
        self.app, self.conn, self.actor, self.code = app, conn, actor, code
        self.now = app.clock()
        row = rows.locked(conn, actor.organisation_id, code)
        if row is None:
            raise NotFound(no_case(code))
        self.row = row

    def require_open(self) -> None:
        """Refuse where the case is decided."""
        if self.row.outcome or self.row.merged_into or self.row.state == State.CLOSED:
            text = f"Case {self.code} is {self.row.outcome or self.row.state}."
            raise Conflict(codes.CASE_DECIDED.found(text))

    def put(self, **values: Any) -> None:
        """Change what the case is."""
        before = {name: getattr(self.row, name) for name in _COLUMNS}
        after = before | {"merged_into": None} | values
        rows.change(self.conn, self.row.case_id, after)
        kept = {name: value for name, value in values.items() if name in before}
        self.row = replace(self.row, **kept)

    def write(
        self,
        kind: str,
        text: str,
        *,
        detail: Mapping[str, Any] | None = None,
        action: Action = Action.CASE_CHANGED,
    ) -> None:
        """Write down what was done, for the case and for the audit trail."""
        rows.add_entry(
            self.conn, self.row.case_id, self.actor, kind, text, at=self.now, detail=detail
        )
        told = {"kind": kind, "text": text[:500], **(detail or {})}
        auditing.write(self.conn, self.actor, action, self.code, at=self.now, detail=told)


@contextmanager
def changing(app: Application, actor: Actor, code: str) -> Iterator[Change]:
    """Change a case in a transaction.

    Raises:
        NotFound: `SIG-051`, there is none.
        NotPermitted: The actor may not change cases.
    """
    with app.database.transaction() as conn:
        yield Change(app, conn, actor, code)


def row_of(conn: Connection, actor: Actor, code: str) -> CaseRow:
    """Return a case of the actor's organisation.

    Raises:
        NotFound: `SIG-051`, there is none.
    """
    row = rows.by_code(conn, actor.organisation_id, code)
    if row is None:
        raise NotFound(no_case(code))
    return row


def no_case(code: str) -> Finding:
    """Return what is said of a case that is not there."""
    return codes.NO_CASE.found(f"There is no case {code[:40]!r}.", at="case")


def require_reason(text: str) -> None:
    """Refuse an empty reason.

    Raises:
        RefusedError: `SIG-053`.
    """
    if not text.strip():
        raise RefusedError(codes.NO_REASON.found("Nothing is written.", at="reason"))
