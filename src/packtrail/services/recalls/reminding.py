"""Reminding: holders whose clock has run out get a reminder into the record, by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Action, Actor
from packtrail.recalls import EntryKind
from packtrail.services import auditing
from packtrail.services.recalls.cases import add, recall_of
from packtrail.store import recalls as rows

if TYPE_CHECKING:
    from packtrail.services.application import Application


def remind_all(app: Application) -> None:
    """Note a reminder for every holder that has not answered in time: a chore.

    The reminder is drafted, shown and counted; a person sends it.
    """
    now = app.clock()
    with app.database.transaction() as conn:
        for row in rows.open_ones(conn):
            rows.lock(conn, row.recall_id)
            case = recall_of(row, rows.entries(conn, [row.recall_id])[row.recall_id]).case
            actor = Actor.system("clock", organisation_id=row.organisation_id)
            for key in case.due(now):
                told = {"number": case.of(key).reminders + 1}
                add(conn, actor, row.recall_id, EntryKind.REMINDED, at=now, holder=key, detail=told)
                detail = {"entry": EntryKind.REMINDED.value, "holder": key, **told}
                auditing.write(
                    conn, actor, Action.RECALL_CONTINUED, row.number, at=now, detail=detail
                )
