"""Retention: until when the records of a month must be kept, and what says so.

Every rule pack that states a time counts; the longest wins. Where records are kept for a time
after expiry, the latest expiry that is recorded in the month counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.compliance.spans import Span
from packtrail.store import months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.packs import Pack

_AFTER_RECORD: Final = "retention.for"
_AFTER_EXPIRY: Final = "retention.beyond_expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Until when something must be kept, as one rule pack has it."""

    until: date
    """The last day on which it must be there."""
    pack_id: str
    markets: tuple[str, ...]
    span: str
    """Such as `6 years`."""
    counts_from: str
    """`record` or `expiry`."""
    since: date
    confidence: str
    """How sure the rule pack is of it."""


def of_month(
    catalogue: Catalogue, day: date, last_expiry: date | None, *, on: date
) -> tuple[Retention, ...]:
    """Return until when the records of a month must be kept, the longest first.

    Args:
        catalogue: The rule packs that hold.
        day: First day of the month.
        last_expiry: The latest expiry of what is recorded in it, where one is.
        on: The day whose law counts.
    """
    ended = months.next_month(day) - timedelta(days=1)
    found = [
        each
        for pack in catalogue.packs.values()
        for each in _of_pack(pack, ended, last_expiry, on=on)
    ]
    return tuple(sorted(found, key=lambda each: (-each.until.toordinal(), each.pack_id)))


def _of_pack(pack: Pack, ended: date, last_expiry: date | None, *, on: date) -> Iterator[Retention]:
    starts = {_AFTER_RECORD: ("record", ended), _AFTER_EXPIRY: ("expiry", last_expiry)}
    for parameter, (counts_from, since) in starts.items():
        said = pack.statement(parameter, on)
        if said is None or since is None or not isinstance(said.value, Span):
            continue
        yield Retention(
            until=said.value.after(since),
            pack_id=pack.id,
            markets=pack.markets,
            span=str(said.value),
            counts_from=counts_from,
            since=since,
            confidence=said.confidence.value,
        )
