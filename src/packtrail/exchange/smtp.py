"""Sending mails through a mail server: SMTP with STARTTLS or TLS, and what became of each.

A server that cannot encrypt as it should, or whose certificate does not hold, is sent nothing.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from email.message import EmailMessage

_ANSWER_MAX: Final = 500
_PERMANENT: Final = 500


class NotSentError(Exception):
    """A mail was not sent; the text is what the server answered."""


class MailRefusedError(NotSentError):
    """The server refused this mail for good."""


class MailDeferredError(NotSentError):
    """The server does not take this mail now."""


class ServerUnreachableError(NotSentError):
    """No mail can be sent now: no connection, no encryption, or a wrong password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server."""

    host: str
    port: int
    tls: str
    """`starttls`, `tls` or `none`."""
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    """Certificates that sign that of the server; empty: the system's."""
    timeout: float = 30.0
    """Seconds for each step."""


class MailLine:
    """A connection to a mail server, opened with the first mail and kept for the next ones.

    Args:
        server: The server.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye and close."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def send(self, message: EmailMessage, recipient: str) -> str:
        """Hand a mail to the server; return once it has taken it.

        Args:
            message: The mail, with its `From`.
            recipient: One address.

        Returns:
            What the server answered.

        Raises:
            MailRefusedError: It refused this mail for good.
            MailDeferredError: It does not take it now, or the connection was lost: whether it
                took the mail is not known then.
            ServerUnreachableError: No mail can be sent now.
        """
        smtp = self._connected()
        try:
            _require(smtp.mail(str(message["From"].addresses[0].addr_spec)))
            _require(smtp.rcpt(recipient))
            code, answer = smtp.data(message.as_bytes())
            _require((code, answer))
        except (smtplib.SMTPDataError, smtplib.SMTPResponseException) as fault:
            self._forget()
            _raise(fault.smtp_code, _text(fault.smtp_error))
        except (smtplib.SMTPException, OSError) as fault:
            self._forget()
            raise MailDeferredError(f"connection lost: {_words(fault)}") from None
        except NotSentError:
            self._start_over()
            raise
        return f"{code} {_text(answer)}"

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = _connect(self._server)
        return self._smtp

    def _start_over(self) -> None:
        """Let go of a mail that was refused; a server that has hung up is called anew."""
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._forget()

    def _forget(self) -> None:
        """Close without a word: the connection is not good any more."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _connect(server: Server) -> smtplib.SMTP:
    """Return a connection that is encrypted and signed in as it should be.

    Raises:
        ServerUnreachableError: It cannot be made.
    """
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _opened(server)
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as fault:
        _close(smtp)
        raise ServerUnreachableError(f"the server cannot do it: {_words(fault)}") from None
    except (smtplib.SMTPException, OSError) as fault:
        _close(smtp)
        raise ServerUnreachableError(_words(fault)) from None
    return smtp


def _opened(server: Server) -> smtplib.SMTP:
    if server.tls == "tls":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout, context=_context(server)
        )
    smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    if server.tls == "starttls":
        try:
            smtp.starttls(context=_context(server))
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
    return smtp


def _context(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file or None)


def _close(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()


def _require(reply: tuple[int, bytes]) -> None:
    """Raise unless a reply says that the step was taken."""
    code, answer = reply
    if code not in {250, 251}:
        _raise(code, _text(answer))


def _raise(code: int, answer: str) -> None:
    kind = MailRefusedError if code >= _PERMANENT else MailDeferredError
    raise kind(f"{code} {answer}"[:_ANSWER_MAX])


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:_ANSWER_MAX]


def _words(fault: BaseException) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{fault.smtp_code} {_text(fault.smtp_error)}"
    return (str(fault) or type(fault).__name__)[:_ANSWER_MAX]
