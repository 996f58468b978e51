"""The wire between a line and Packtrail: cuts, lost replies, reports sent twice, and late ones."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random


class Trouble(StrEnum):
    """What happens to a report on its way."""

    CUT = "network_cut"
    """The network is down; the line keeps its reports and sends them all later."""
    LOST_REPLY = "lost_reply"
    """It arrived, but the answer did not: the line sends it again."""
    DUPLICATE = "duplicate"
    """A buffer on the way sends it once more, some time later."""
    LATE = "late"
    """It stays behind somewhere for hours, and others overtake it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRates:
    """How often a report meets trouble: shares of the reports."""

    cuts: float = 0.02
    lost_replies: float = 0.03
    duplicates: float = 0.03
    late: float = 0.03
    happenings_per_report: int = 6
    is_counted: bool = True
    """Whether the line counts its reports, so that one that is missing is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A report on its way."""

    arrives_at: datetime
    report_id: str
    content: bytes


def reports(
    happenings: Sequence[tuple[datetime, Mapping[str, Any]]],
    rates: NetworkRates,
    *,
    name: str,
    first: int = 1,
) -> list[tuple[datetime, Message]]:
    """Return the reports that a line makes of its happenings, with when each is ready.

    Args:
        happenings: When each could be told, and what is told.
        rates: How many go into a report, and whether the line counts them.
        name: How report ids begin.
        first: Number of the first report in the line's own count.
    """
    size = rates.happenings_per_report
    found = []
    for number, start in enumerate(range(0, len(happenings), size), start=first):
        part = happenings[start : start + size]
        body: dict[str, Any] = {"happenings": [told for _, told in part]}
        if rates.is_counted:
            body["sequence"] = number
        ready_at = part[-1][0]
        content = json.dumps(body, separators=(",", ":")).encode()
        message = Message(arrives_at=ready_at, report_id=f"{name}-{number}", content=content)
        found.append((ready_at, message))
    return found


def on_the_way(
    made: Sequence[tuple[datetime, Message]], rates: NetworkRates, *, rng: Random
) -> tuple[list[Message], Mapping[Trouble, int]]:
    """Return the reports in the order in which they arrive, and what happened to them."""
    arriving: list[Message] = []
    troubles: Counter[Trouble] = Counter()
    down_until: datetime | None = None
    for ready_at, message in made:
        at = ready_at
        if down_until is None or ready_at >= down_until:
            down_until = None
            if rng.random() < rates.cuts:
                down_until = ready_at + timedelta(minutes=rng.uniform(2, 20))
        if down_until is not None:
            at = down_until
            troubles[Trouble.CUT] += 1
        elif rng.random() < rates.late:
            at += timedelta(hours=rng.uniform(0.5, 6))
            troubles[Trouble.LATE] += 1
        arriving.append(_at(message, at))
        if rng.random() < rates.lost_replies:
            arriving.append(_at(message, at + timedelta(seconds=30)))
            troubles[Trouble.LOST_REPLY] += 1
        if rng.random() < rates.duplicates:
            arriving.append(_at(message, at + timedelta(minutes=rng.uniform(1, 90))))
            troubles[Trouble.DUPLICATE] += 1
    return sorted(arriving, key=lambda each: each.arrives_at), dict(troubles)


def _at(message: Message, at: datetime) -> Message:
    return Message(arrives_at=at, report_id=message.report_id, content=message.content)
