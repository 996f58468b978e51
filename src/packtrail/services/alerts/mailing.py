"""Mails of cases: one is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.services.mail import outbox, preferences
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application


def opened(
    app: Application,
    conn: Connection,
    actor: Actor,
    code: str,
    *,
    title: str,
    owner: str,
    alerts: int,
    at: datetime,
) -> None:
    """Record the mails of a case that was just opened, in its transaction.

    Its title quotes alerts, which name packs: it is told only where mails may hold such numbers.
    """
    if not outbox.is_on(app.settings):
        return
    said = [f"Case {code} was opened by {actor.name}, with {alerts} alert{'s' * (alerts != 1)}."]
    if app.settings.mail_identifiers:
        said.append(title)
    said.append(f"{owner} sees to it." if owner else "Nobody sees to it yet.")
    for person in preferences.who_may(conn, actor.organisation_id, Permission.CASE_UPDATE):
        letter = Letter(
            kind=Kind.CASE,
            cause=f"case/{code}",
            to=person.address,
            name=person.display_name,
            subject=f"New case {code}",
            text="\n\n".join(said),
            path=f"/alerts/cases/{code}",
        )
        outbox.post(app, conn, actor.organisation_id, letter, at=at)
