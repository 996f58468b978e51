"""Sending: the chore that hands mails to the server, and what becomes of each.

A mail is claimed, handed over, and what the server said is written down, each in a transaction of
its own. Where the sender ended in between nobody knows whether the mail was taken: it is handed
over again as the very same mail, with the same Message-ID, and the record says so.
"""

from __future__ import annotations

import mimetypes
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packtrail.exchange import smtp
from packtrail.services.mail import addresses, private_links
from packtrail.services.mail.kinds import RULES, Kind
from packtrail.services.mail.outbox import is_on, sentence, verdict
from packtrail.services.mail.private_links import Purpose
from packtrail.store import mail as rows
from packtrail.store import mail_addresses as address_rows
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.services.application import Application
    from packtrail.settings import Settings
    from packtrail.store.mail import MailRow

ROUND_MAX: Final = 50
"""So many mails are sent before other chores have their turn."""
_CLAIM: Final = timedelta(minutes=15)
_FIRST_WAIT: Final = timedelta(minutes=1)
_WAIT_MAX: Final = timedelta(hours=1)
_DOUBLINGS_MAX: Final = 6
_LEAVE: Final = "list-unsubscribe"
_ABANDONED: Final = "whoever sent it ended before it wrote down what the server said"


class _Policy(EmailPolicy):
    """As SMTP asks, but an address is never cut: folded into pieces, no program could use it."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() == _LEAVE:
            return f"{name}: {value}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() == _LEAVE:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep=SMTP.linesep)


def send_due(app: Application) -> int:
    """Send the mails that are due; return how many the server took.

    The round ends when the server cannot be reached: what is left is due in the next one.
    """
    if not is_on(app.settings):
        return 0
    addresses.ask_due(app)
    if not app.settings.mail_host:
        return 0
    sent = 0
    with smtp.MailLine(_server(app.settings)) as line:
        for _ in range(ROUND_MAX):
            found = _claim(app)
            if found is None:
                break
            row, message = found
            if message is None:
                continue
            outcome, answer = _hand_over(line, message, row.recipient)
            _note(app, row, outcome, answer)
            sent += outcome == "sent"
            if outcome == "unreachable":
                break
    return sent


def compose(app: Application, conn: Connection, row: MailRow) -> EmailMessage:
    """Return a mail as it is handed to the server: plain text, a link, and whose it is."""
    settings = app.settings
    made = EmailMessage(policy=_POLICY)
    made["Message-ID"] = row.message_id
    made["Date"] = format_datetime(row.created_at)
    made["From"] = Address("Packtrail", addr_spec=settings.mail_from.strip())
    made["To"] = Address(row.recipient_name, addr_spec=row.recipient)
    made["Subject"] = row.subject
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    leave = _leave_link(settings, conn, row)
    if leave:
        made["List-Unsubscribe"] = f"<{leave}>"
        if leave.startswith("https://"):
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(_text(settings, conn, row, leave), cte="quoted-printable")
    if row.file is not None:
        kind = mimetypes.guess_type(row.file_name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        made.add_attachment(row.file, maintype=main, subtype=sub, filename=row.file_name)
    return made


def _claim(app: Application) -> tuple[MailRow, EmailMessage | None] | None:
    """Take the next mail; without a message where it may not go any more, and is settled so."""
    now = app.clock()
    with app.database.transaction() as conn:
        found = rows.claim_next(conn, now=now, until=now + _CLAIM)
        if found is None:
            return None
        row = found.row
        if found.was_abandoned:
            rows.add_try(conn, row.mail_id, at=now, outcome="unknown", answer=_ABANDONED)
        told = verdict(app.settings, conn, row.organisation_id, Kind(row.kind), row.recipient)
        if told.state == "waiting":
            return row, compose(app, conn, row)
        if told.state == "dead":
            rows.add_try(conn, row.mail_id, at=now, outcome="refused", answer=told.why)
        if told.state == "unconfirmed":
            address_rows.note(conn, row.organisation_id, row.recipient, at=now)
        rows.settle(conn, row, state=told.state, next_at=now, sent_at=None, answer=told.why)
        return row, None


def _hand_over(line: smtp.MailLine, message: EmailMessage, to: str) -> tuple[str, str]:
    """Hand a mail to the server; return the outcome, and the server's words."""
    try:
        return "sent", line.send(message, to)
    except smtp.MailRefusedError as fault:
        return "refused", str(fault)
    except smtp.MailDeferredError as fault:
        return "deferred", str(fault)
    except smtp.ServerUnreachableError as fault:
        return "unreachable", str(fault)


def _note(app: Application, row: MailRow, outcome: str, answer: str) -> None:
    now = app.clock()
    state = "sent" if outcome == "sent" else "dead" if outcome == "refused" else "waiting"
    if state == "waiting" and now >= row.give_up_at:
        state = "dead"
    with app.database.transaction() as conn:
        rows.add_try(conn, row.mail_id, at=now, outcome=outcome, answer=answer)
        rows.settle(
            conn, row, state=state, next_at=now + wait_after(row.tries), answer=answer,
            sent_at=now if state == "sent" else None,
        )  # fmt: skip


def wait_after(tries: int) -> timedelta:
    """Return how long a mail waits after it was tried so many times before: it doubles.

    Examples:
        >>> [str(wait_after(tries)) for tries in (0, 1, 5, 6, 99)]
        ['0:01:00', '0:02:00', '0:32:00', '1:00:00', '1:00:00']
    """
    doublings: int = 2 ** min(tries, _DOUBLINGS_MAX)
    return min(_FIRST_WAIT * doublings, _WAIT_MAX)


def _server(settings: Settings) -> smtp.Server:
    """Return the mail server of the settings; the password is read anew, so it can be changed."""
    password = settings.mail_password
    if settings.mail_password_file:
        password = Path(settings.mail_password_file).read_text(encoding="utf-8").strip()
    return smtp.Server(
        host=settings.mail_host,
        port=settings.mail_port,
        tls=settings.mail_tls,
        user=settings.mail_user,
        password=password,
        ca_file=settings.mail_ca_file,
        timeout=settings.mail_timeout_seconds,
    )


def _text(settings: Settings, conn: Connection, row: MailRow, leave: str) -> str:
    organisation = organisation_rows.by_ids(conn, [row.organisation_id])
    name = organisation[0].name if organisation else ""
    link = link_of(settings, conn, row)
    parts = [row.body]
    if link:
        parts.append(link)
    last = [f"{sentence(f'Packtrail of {name}')} {RULES[Kind(row.kind)].why}".rstrip()]
    if leave:
        last.append(f"No more of these mails: {leave}")
    parts.append("\n".join(("-- ", *last)))
    return "\n\n".join(parts) + "\n"


def _leave_link(settings: Settings, conn: Connection, row: MailRow) -> str:
    """Return the address at which mails such as this one are refused; empty where they cannot."""
    kind = Kind(row.kind)
    if not settings.console_url or not RULES[kind].can_be_refused:
        return ""
    path = addresses.choices_path(conn, row.organisation_id, kind, row.recipient)
    return settings.console_url.rstrip("/") + path


def link_of(settings: Settings, conn: Connection, row: MailRow) -> str:
    """Return the address that a mail leads to; empty where none is known."""
    if not settings.console_url or not row.link_subject:
        return ""
    path = row.link_subject
    if row.link_purpose:
        path = private_links.path(conn, Purpose(row.link_purpose), row.link_subject)
    return settings.console_url.rstrip("/") + path
