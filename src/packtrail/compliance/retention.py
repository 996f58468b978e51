"""Until when records must be kept, as rule packs state it.

Some count from the record, some from the expiry of its packs, some from both: then the later day is
the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.compliance.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from packtrail.compliance.packs import Pack
    from packtrail.compliance.statements import Statement

PARAMETERS: Final = {"record": "retention.for", "expiry": "retention.beyond_expiry"}
"""What a time counts from -> the parameter that states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Until when a rule pack has something kept, counted from one day."""

    until: date
    """The last day on which it must be there."""
    span: Span
    counts_from: str
    """`record` or `expiry`."""
    since: date
    said: Statement


def stated(pack: Pack, counts_from: str, on: date) -> tuple[Span, Statement] | None:
    """Return the time that a pack states on a day; None where it states none."""
    said = pack.statement(PARAMETERS[counts_from], on)
    return (said.value, said) if said and isinstance(said.value, Span) else None


def keepings(pack: Pack, on: date, starts: Mapping[str, date | None]) -> Iterator[Keeping]:
    """Yield until when a pack has something kept; of several the latest counts.

    Args:
        pack: The rule pack.
        on: The day whose rules count.
        starts: `record` and `expiry` -> the day they were; None where nobody knows.
    """
    for counts_from, since in starts.items():
        found = stated(pack, counts_from, on)
        if found and since:
            span, said = found
            yield Keeping(
                until=span.after(since), span=span, counts_from=counts_from, since=since, said=said
            )
