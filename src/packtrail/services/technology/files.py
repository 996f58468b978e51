"""The inventory as files."""

from __future__ import annotations

from typing import Final

from packtrail.services.books.files import BookFiles
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.services.technology.sheets import BOOK

FILES: Final = BookFiles(book=TECHNOLOGY, title="Inventory of systems and equipment", of_kind=BOOK)
