"""What kind of file some bytes are, told from the bytes alone: names and headers are not believed.

Only kinds that somebody without an account may hand in are known: photos, PDF and plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

NAME_LENGTH_MAX: Final = 100
_MARKUP: Final = re.compile(r"<(?:!doctype|html|svg|\?xml|script|body|head|iframe)", re.IGNORECASE)
_HEAD: Final = 4_096
_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"mif1", b"msf1", b"avif"})
_PLAIN: Final = frozenset("\t\n\r\f")


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file."""

    media_type: str
    suffixes: tuple[str, ...]
    """The first is given to a file whose name has none of them."""
    is_it: Callable[[bytes], bool]

    def name_for(self, name: str) -> str:
        """Return a name for a file of this kind that does not pass for another.

        Examples:
            >>> type_of(b"%PDF-1.7").name_for("../photo.exe")
            'photo.exe.pdf'
        """
        last = name.replace("\\", "/").rpartition("/")[2]
        plain = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in last).strip()
        if not plain.lower().endswith(self.suffixes):
            plain = (plain or "file") + self.suffixes[0]
        stem, dot, suffix = plain.rpartition(".")
        return stem[: NAME_LENGTH_MAX - len(suffix) - 1] + dot + suffix


def type_of(content: bytes) -> FileType | None:
    """Return what kind of file some bytes are; None for any kind that is not taken."""
    return next((each for each in _TYPES if each.is_it(content)), None)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    is_plain = all(c.isprintable() or c in _PLAIN for c in text)
    return is_plain and _MARKUP.search(text[:_HEAD]) is None


_TYPES: Final = (
    FileType("image/png", (".png",), lambda b: b.startswith(b"\x89PNG\r\n\x1a\n")),
    FileType("image/jpeg", (".jpg", ".jpeg"), lambda b: b.startswith(b"\xff\xd8\xff")),
    FileType("image/webp", (".webp",), lambda b: b[:4] == b"RIFF" and b[8:12] == b"WEBP"),
    FileType("image/heic", (".heic", ".heif"), lambda b: b[4:8] == b"ftyp" and b[8:12] in _BRANDS),
    FileType("application/pdf", (".pdf",), lambda b: b.startswith(b"%PDF-")),
    FileType("text/plain", (".txt", ".csv", ".log", ".md"), _is_text),
)
