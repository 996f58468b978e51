"""Levels of a pool: when it runs low, how far it is filled, when unused numbers expire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.serials.codes import BAD_REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding

DAYS_MAX: Final = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What an owner may change of a pool at any time."""

    low_water: int = 0
    """It is low when fewer are left."""
    top_up_to: int = 0
    """It is filled so far when it runs low; 0: by hand."""
    drawn_per_day_max: int | None = None
    """It draws no more by itself in 24 hours; None: no limit."""
    unused_for_days: int | None = None
    """Unused numbers expire so many days after they were given out; None: never."""

    def findings(self) -> Iterator[Finding]:
        """Yield what makes no sense."""
        for name, value, least in (
            ("low_water", self.low_water, 0),
            ("top_up_to", self.top_up_to, 0),
            ("drawn_per_day_max", self.drawn_per_day_max, 0),
            ("unused_for_days", self.unused_for_days, 1),
        ):
            if value is not None and value < least:
                message = f"{name} is {value}; expected {least} or more."
                yield BAD_REQUEST.found(message, at=name)
        if self.unused_for_days is not None and self.unused_for_days > DAYS_MAX:
            message = f"unused_for_days is {self.unused_for_days}; expected at most {DAYS_MAX}."
            yield BAD_REQUEST.found(message, at="unused_for_days")
        if 0 < self.top_up_to <= self.low_water:
            message = (
                f"It is filled to {self.top_up_to:,} when fewer than {self.low_water:,} are left: "
                "expected to more than that."
            )
            yield BAD_REQUEST.found(message, at="top_up_to")
