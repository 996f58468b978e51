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
    from collections.abc import Iterable, Iterator

SIZE_MAX = 10 * 2**20
TEXT_MAX = 20_000
SUBJECT_OF_TEXT_MAX = 120
FILES_MAX = 50
DEPTH_MAX = 5
"""So deep mails may lie in mails."""
_SUBJECT_PREFIX = re.compile(
    r"^(?:(?:re|fw|fwd|aw|wg|tr|sv|vs|rv|i|r)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE
)
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"})
_SILENT = frozenset({"style", "script", "head", "title"})
_OUTLOOK = b"\xd0\xcf\x11\xe0"
_GUESSES = ("utf-8", "cp1252")
"""What a text is, where its charset is not said, unknown, or wrong."""


class UnreadableMailError(ValueError):
    """The file is no mail."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail, as far as it says something."""

    name: str
    """Of whoever wrote it; the address where they gave no name."""
    address: str
    subject: str
    """Without the marks of answers and forwards; of a mail without one how its text begins."""
    text: str
    """What it says, and what mails say that were attached to it."""
    is_cut: bool
    """Whether the text was longer."""
    files: tuple[Attachment, ...] = ()
    """Its other attachments, up to `FILES_MAX`."""


def read_mail(content: bytes) -> Mail:
    """Return what a mail says.

    Args:
        content: The file as a mail program saves it (`.eml`), up to `SIZE_MAX` bytes.

    Raises:
        UnreadableMailError: It is too large, or no mail.
    """
    if len(content) > SIZE_MAX:
        raise UnreadableMailError(f"It has {len(content):,} bytes; at most {SIZE_MAX:,} are read.")
    if content.startswith(_OUTLOOK):
        raise UnreadableMailError("It is a file of Outlook (.msg), not of the mail itself (.eml).")
    try:
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
        name, address = parseaddr(_header(message, "From"))
        subject = _SUBJECT_PREFIX.sub("", _header(message, "Subject"))
        text = _plain(_all_text(message, DEPTH_MAX))
        files = tuple(_files(message, DEPTH_MAX))[:FILES_MAX]
    except RecursionError:
        raise UnreadableMailError("Its parts lie too deep in each other to be read.") from None
    except (MessageError, LookupError, ValueError, AttributeError, TypeError) as error:
        # The parser of the standard library raises any of these on headers that are torn.
        raise UnreadableMailError(f"It cannot be read as a mail: {error}.") from None
    if not address:
        raise UnreadableMailError("It has no sender with an address, so it is no mail.")
    subject = subject or text.partition("\n")[0].strip()[:SUBJECT_OF_TEXT_MAX]
    if not subject:
        raise UnreadableMailError("It says nothing: it has neither subject nor text.")
    return Mail(
        name=name or address,
        address=address,
        subject=subject,
        text=text[:TEXT_MAX],
        is_cut=len(text) > TEXT_MAX,
        files=files,
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as one line that a database takes; empty where there is none."""
    return " ".join(_plain(str(message.get(name, ""))).split())


def _plain(text: str) -> str:
    """Return a text without what no database takes: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _all_text(message: EmailMessage, depth: int) -> str:
    """Return what a mail says, with what the mails say that are attached to it."""
    parts = [_text_of(message)]
    if not depth and any(_inner_mails(message)):
        parts.append(f"[A mail that lies deeper than {DEPTH_MAX} mails is not read.]")
    for inner in _inner_mails(message) if depth else ():
        head = ", ".join(filter(None, (_header(inner, "From"), _header(inner, "Date"))))
        said = _plain(_all_text(inner, depth - 1))
        parts.append(f"[Attached mail: {_header(inner, 'Subject')} ({head})]\n{said}")
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _files(message: EmailMessage, depth: int) -> Iterator[Attachment]:
    """Yield the files of a mail, and of mails that are attached to it."""
    body = message.get_body(preferencelist=("plain", "html"))
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part is body or part.get_content_maintype() in {"message", "multipart"}:
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield Attachment(_plain(part.get_filename() or part.get_content_type()), content)
    for inner in _inner_mails(message) if depth else ():
        yield from _files(inner, depth - 1)


def _inner_mails(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part.get_content_type() == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, EmailMessage):
                    yield inner


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    content = body.get_payload(decode=True) if body is not None else None
    if body is None or not isinstance(content, bytes):
        return ""
    text = _decoded(content, body.get_content_charset())
    if body.get_content_type() == "text/html":
        reader = _Words()
        reader.feed(text)
        reader.close()
        return _lines(reader.parts)
    return text.replace("\r\n", "\n")


def _decoded(content: bytes, charset: str | None) -> str:
    """Return bytes as text: as they say they are, else as what they most likely are."""
    for name in filter(None, (charset, *_GUESSES)):
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


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
        if tag == "body":
            self._silent = 0
        elif tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
