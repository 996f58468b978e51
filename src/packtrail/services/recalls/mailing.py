"""Mails of recalls: a message that was drafted is sent once a person has said so, never before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.services.mail import codes, outbox
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.outbox import Letter
from packtrail.services.recalls import drafting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.recalls.cases import Line, View


def letters(
    app: Application, actor: Actor, seen: View, lines: Sequence[Line]
) -> tuple[Letter, ...]:
    """Return the mails to holders, each with the list of its packs where mails may hold them.

    Raises:
        RefusedError: `MAI-002`, mails are off; `MAI-003`, `MAI-004`, a holder has no address that
            mails may go to: then nobody is told.
    """
    if not outbox.is_on(app.settings):
        raise RefusedError(codes.IS_OFF.found("No mail server is set.", at="way"))
    with app.database.reading() as conn:
        sender = drafting.sender_of(conn, actor)
    return tuple(_letter(app, actor, seen, line, sender) for line in lines)


def _letter(app: Application, actor: Actor, seen: View, line: Line, sender: str) -> Letter:
    number = seen.case.number
    email = line.contact.email if line.contact else ""
    if not email:
        message = f"No mail address of {line.name} is known."
        raise RefusedError(codes.BAD_ADDRESS.found(message, at="way"))
    told = drafting.message_of(seen, line, sender)
    packs = None
    if app.settings.mail_identifiers:
        packs = drafting.packs_csv(app, actor, number, line.key)
    return Letter(
        kind=Kind.RECALL,
        # Somebody may be told again, by another decision.
        cause=f"recall/{number}/{line.key}/{len(seen.recall.entries)}",
        to=outbox.check_address(app.settings, email, at="way"),
        name=(line.contact.person if line.contact else "") or line.name,
        subject=told.subject,
        text=told.text,
        file_name=f"{number}-packs.csv" if packs is not None else "",
        file=packs,
    )
