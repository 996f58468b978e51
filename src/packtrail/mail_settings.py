"""The settings of mails: through which server, to whom, and how long they are tried."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_ADDRESS = re.compile(r"[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}", re.ASCII)
MAIL_TLS = ("starttls", "tls", "none")
"""How the way to a mail server may be encrypted."""


def says(text: str, *, variable: str = "", least: int | None = None) -> dict[str, Any]:
    """Say what a setting means, its variable when not its name, and its least value."""
    return {"text": text, "variable": variable, "least": least}


def is_loopback(host: str) -> bool:
    """Tell whether an address or name always means this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """What an operator can set of mails; part of `packtrail.settings.Settings`."""

    console_url: str = field(
        default="",
        metadata=says(
            "Address at which people open the console, such as https://packtrail.example.com; "
            "links in mails and on printed codes lead there. Mails need it: with a link in the "
            "first one whoever reads an address confirms it."
        ),
    )
    mail_host: str = field(
        default="",
        metadata=says("Mail server (SMTP) through which mails are sent; empty: none are."),
    )
    mail_port: int = field(
        default=587, metadata=says("Port of the mail server: 587, or 465 for `tls`.", least=1)
    )
    mail_tls: str = field(
        default="starttls",
        metadata=says(
            "How the way to the mail server is encrypted: starttls, tls (from the first byte) or "
            "none. Nothing is sent when the server cannot do it or its certificate does not hold."
        ),
    )
    mail_ca_file: str = field(
        default="",
        metadata=says(
            "File with the certificates that sign that of the mail server; empty: the system's."
        ),
    )
    mail_user: str = field(
        default="", metadata=says("Name at the mail server; empty: it asks for none.")
    )
    mail_password: str = field(
        default="", repr=False, metadata=says("Password at the mail server.")
    )
    mail_password_file: str = field(
        default="",
        metadata=says("File that holds the password at the mail server, read for each round."),
    )
    mail_from: str = field(
        default="",
        metadata=says("Sender of all mails: an address such as packtrail@example.com."),
    )
    mail_domains: tuple[str, ...] = field(
        default=(),
        metadata=says(
            "Domains to which mails may go, with commas; * is any. Empty: that of mail_from."
        ),
    )
    mail_identifiers: bool = field(
        default=False,
        metadata=says(
            "Whether mails may hold serial numbers and codes of logistic units, and the packs of a "
            "recall as a file. Off: they are masked, and people read them in the console."
        ),
    )
    mail_kept_only: bool = field(
        default=False,
        metadata=says(
            "Whether mails are recorded and shown without a mail server, so that none leaves: for "
            "demos and rehearsals."
        ),
    )
    mail_timeout_seconds: int = field(
        default=30,
        metadata=says("How long the mail server has for each step of an answer.", least=1),
    )
    mail_retry_for_hours: int = field(
        default=48,
        metadata=says(
            "How long a mail that the server does not take yet is tried before it is given up.",
            least=1,
        ),
    )

    def mail_faults(self) -> Iterator[str]:
        """Yield why no mail could be sent with these settings."""
        if self.mail_tls not in MAIL_TLS:
            yield f"mail_tls is one of {', '.join(MAIL_TLS)}; it is {self.mail_tls!r}."
        name = "mail_host" if self.mail_host else "mail_kept_only" if self.mail_kept_only else ""
        if name and not _ADDRESS.fullmatch(self.mail_from):
            yield f"{name} needs mail_from, an address; it is {self.mail_from!r}."
        if self.mail_host and not self.console_url:
            yield "mail_host needs console_url: addresses are confirmed by a link that leads there."
        if self.mail_tls == "none" and self.mail_user and not is_loopback(self.mail_host):
            yield "mail_user with mail_tls=none would send the password for everybody to read."
        if self.console_url and not self.console_url.startswith(("https://", "http://")):
            yield f"console_url begins with https:// or http://; it is {self.console_url!r}."
