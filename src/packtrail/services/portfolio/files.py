"""A portfolio as files: with the sites, lines and trade items that it names."""

from __future__ import annotations

from typing import Final

from packtrail.services.books.files import BookFiles
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.portfolio.floor_tables import FLOOR
from packtrail.services.portfolio.sheets import BOOK

FILES: Final = BookFiles(book=PORTFOLIO, title="Portfolio", of_kind=BOOK, beside=FLOOR)
