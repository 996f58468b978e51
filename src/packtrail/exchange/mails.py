"""Mails as files: who wrote, about what, and what they say, from RFC 5322 messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE_MAX = 10 * 2**20
TEXT_MAX = 20_000
_SUBJECT_PREFIX = re.compile(r"^(?:(?:re|fw|fwd|aw|wg)\s*:\s*)+", re.IGNORECASE)
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3"})
_SILENT = frozenset({"style", "script", "head", "title"})


class UnreadableMailError(ValueError):
    """The file is no mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail, as far as it says something."""

    name: str
    """Of whoever wrote it; the address where they gave no name."""
    address: str
    subject: str
    """Without the marks of answers and forwards."""
    text: str
    is_cut: bool
    """Whether the text was longer."""


def read_mail(content: bytes) -> Mail:
    """Return what a mail says.

    Args:
        content: The file as a mail program saves it (`.eml`), up to `SIZE_MAX` bytes.

    Raises:
        UnreadableMailError: It is too large, or no mail.
    """
    if len(content) > SIZE_MAX:
        raise UnreadableMailError(f"It has {len(content):,} bytes; at most {SIZE_MAX:,} are read.")
    try:
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
        name, address = parseaddr(str(message.get("From", "")))
        subject = _SUBJECT_PREFIX.sub("", str(message.get("Subject", "")).strip())
        text = _text_of(message).replace("\0", "").strip()
    except (MessageError, LookupError, ValueError) as error:
        raise UnreadableMailError(f"It cannot be read as a mail: {error}.") from None
    if not address or not subject:
        raise UnreadableMailError("It has no sender and subject, so it is no mail.")
    return Mail(
        name=(name or address).replace("\0", ""),
        address=address,
        subject=" ".join(subject.replace("\0", "").split()),
        text=text[:TEXT_MAX],
        is_cut=len(text) > TEXT_MAX,
    )


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    if not isinstance(content, str):
        return ""
    if body.get_content_type() == "text/html":
        reader = _Words()
        reader.feed(content)
        reader.close()
        return _lines(reader.parts)
    return content


def _lines(parts: Iterable[str]) -> str:
    lines = (" ".join(each.split()) for each in "".join(parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


class _Words(HTMLParser):
    """Takes the words out of HTML; nothing is loaded or run."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
