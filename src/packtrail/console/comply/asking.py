"""What the pages of this room read from an address or a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.days import YEARS_IN_REACH
from packtrail.base.errors import RefusedError
from packtrail.compliance import codes
from packtrail.compliance.decoding import read_day

if TYPE_CHECKING:
    from datetime import date

    from packtrail.console.visit import Visit


def day(visit: Visit, name: str) -> date | None:
    """Return a day of the address; None where none is given.

    Raises:
        RefusedError: `LAW-005`, it is none.
    """
    text = visit.query(name)
    if not text:
        return None
    found = read_day(text)
    if found is None or found.year not in YEARS_IN_REACH:
        message = (
            "Expected a day such as 2026-11-22, in the years "
            f"{YEARS_IN_REACH[0]} to {YEARS_IN_REACH[-1]};"
            f" there is {text[:40]!r}."
        )
        raise RefusedError(codes.BAD_VALUE.found(message, at=name))
    return found
