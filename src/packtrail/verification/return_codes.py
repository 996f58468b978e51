"""Return codes: how an outcome is told in the words of a national verification system, as data.

>>> packaged().of("nmvs", Outcome.SERIAL_UNKNOWN, is_lot_known=True).code
'NMVS_NC_PC_02'
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from packtrail.base.errors import RefusedError
from packtrail.verification import codes
from packtrail.verification.operations import Outcome

CONFIDENCES: Final = frozenset("HML")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCode:
    """One row: what a national system answers."""

    system: str
    code: str
    outcome: Outcome | None
    """What it means here; None: only an answer from abroad can have it."""
    meaning: str
    hub: str
    """Code of the European hub; empty: it is not told there."""
    is_alert: bool
    confidence: str
    """How sure it is: H, M or L."""
    is_lot_unknown: bool = False
    """Of a wrong lot: only where no pack of the product has that lot."""


@dataclass(frozen=True, slots=True)
class ReturnCodes:
    """A table of return codes."""

    rows: tuple[ReturnCode, ...]
    versions: tuple[tuple[str, str], ...]
    """System -> version of its table."""

    def of(self, system: str, outcome: Outcome, *, is_lot_known: bool) -> ReturnCode | None:
        """Return what a system answers; None: it has no code for that."""
        found = [each for each in self.rows if each.system == system and each.outcome is outcome]
        fit = (each for each in found if each.is_lot_unknown is not is_lot_known)
        return next(fit, None) or next(iter(found), None)

    def meaning_of(self, code: str) -> tuple[ReturnCode, ...]:
        """Return the rows of a code that a system answered."""
        return tuple(each for each in self.rows if each.code == code)


@cache
def packaged() -> ReturnCodes:
    """Return the table that comes with Packtrail."""
    text = (
        resources.files("packtrail.verification").joinpath("return_codes.toml").read_text("utf-8")
    )
    return read(text)


def read(text: str) -> ReturnCodes:
    """Read a table of return codes.

    Raises:
        RefusedError: `VER-089`, it is no such table; every row that is wrong is named.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(codes.BAD_RETURN_CODES.found(f"It is no TOML: {error}.")) from None
    wrong, rows = [], []
    for number, row in enumerate(told.get("code", []), start=1):
        try:
            rows.append(_row(row))
        except (KeyError, TypeError, ValueError) as error:
            text = f"Code {number} cannot be used: {error}."
            wrong.append(codes.BAD_RETURN_CODES.found(text, at=f"code {number}"))
    if wrong or not rows:
        raise RefusedError(*(wrong or [codes.BAD_RETURN_CODES.found("It has no codes.")]))
    versions = tuple((each["name"], each["version"]) for each in told.get("system", []))
    return ReturnCodes(tuple(rows), versions)


def _row(row: dict[str, Any]) -> ReturnCode:
    if row["confidence"] not in CONFIDENCES:
        raise ValueError(f"confidence {row['confidence']!r} is none of H, M, L")
    return ReturnCode(**{**row, "outcome": Outcome(row["outcome"]) if row["outcome"] else None})
