"""Standing: all that keeps, holds or ends a month, and as much of it as one company may see.

A month can hold records of several companies. What to do with it is decided on everything; what a
company is told is its own in full, and of all others together what explains the month: until when
they keep it, how many have not approved, that one of them holds it. No code, reason, policy, market
or person of another company is told to it. Whoever runs the installation sees everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.days import written
from packtrail.store import codes, destructions, organisations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.archive.holding import Hold, InForce
    from packtrail.services.archive.retention import Kept
    from packtrail.store.destructions import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What keeps a month, holds it and orders its end."""

    kept: Kept
    holds: tuple[Hold, ...]
    """Those that reach it."""
    orders: tuple[Order, ...]
    """To destroy it, those that stand."""
    unapproved: tuple[str, ...]
    """Codes of the companies that have not ordered and approved it."""
    is_held_by_others: bool = False
    """Whether a hold reaches it that is not among `holds`."""
    others_unapproved: int = 0
    """How many more companies have not ordered and approved it."""

    @property
    def is_held(self) -> bool:
        """Whether a hold reaches it, whosever."""
        return bool(self.holds) or self.is_held_by_others


def of_month(conn: Connection, day: date, kept: Kept, holds: InForce) -> Standing:
    """Return everything that stands over a month.

    Args:
        conn: A connection.
        day: Its first day.
        kept: How long it is kept.
        holds: The holds in force, of all organisations.
    """
    orders = tuple(destructions.of_month(conn, day))
    approved = {each.organisation_id for each in orders if each.approved_at}
    done = {row.code for row in organisations.by_ids(conn, approved)} if approved else set()
    return Standing(
        kept=kept,
        holds=holds.reaching(day),
        orders=orders,
        unapproved=tuple(code for code in kept.organisations if code not in done),
    )


def seen_by(standing: Standing, actor: Actor) -> Standing:
    """Return as much as an actor may see: its company's own, and of all others together the rest.

    What it says of the month is the same: whether it is held, until when it is kept, whether
    anything stands against its destruction.
    """
    if actor.is_installation:
        return standing
    own_id, own = actor.organisation_id, actor.organisation_code
    holds = tuple(each for each in standing.holds if each.organisation_id == own_id)
    unapproved = tuple(code for code in standing.unapproved if code == own)
    return Standing(
        kept=standing.kept.seen_by(own),
        holds=holds,
        orders=tuple(each for each in standing.orders if each.organisation_id == own_id),
        unapproved=unapproved,
        is_held_by_others=len(holds) < len(standing.holds),
        others_unapproved=len(standing.unapproved) - len(unapproved),
    )


def holds_over(standing: Standing, day: date) -> Iterator[Finding]:
    """Yield `STO-076` for each legal hold that reaches a month; once for those of others."""
    month = f"{day:%Y-%m}"
    for each in standing.holds:
        text = f"{month} is reached by hold {each.hold_id} over {each.over}: {each.reason}."
        yield codes.UNDER_HOLD.found(text)
    if standing.is_held_by_others:
        yield codes.UNDER_HOLD.found(f"{month} is reached by a legal hold of another company.")


def keeping(standing: Standing, day: date, today: date) -> Iterator[Finding]:
    """Yield `STO-085` and `STO-086` for what keeps a month from being destroyed today."""
    month, kept = f"{day:%Y-%m}", standing.kept
    bound: dict[tuple[str, str], list[str]] = {}
    for said in kept.retention:
        if today <= said.until:
            text = f"{month} is kept until {written(said.until)}: {said.sayer}"
            why = f"{said.term} ({said.source})"
            bound.setdefault((text, why), []).append(said.organisation)
    for (text, why), companies in bound.items():
        yield codes.STILL_KEPT.found(f"{text} for {', '.join(companies)}, {why}.")
    until = kept.others.until
    if until is not None and today <= until:
        text = f"{month} is kept until {written(until)}: records of other companies."
        yield codes.STILL_KEPT.found(text)
    if kept.keepers or kept.others.keepers:
        whose = named(kept.keepers, kept.others.keepers)
        text = f"The policies of {whose} do not let records of {month} be destroyed."
        yield codes.NOT_TO_BE_DESTROYED.found(text)


def named(own: Iterable[str], others: int) -> str:
    """Return companies in words: codes, and how many others; `nobody` where there is none."""
    rest = {0: (), 1: ("one other company",)}.get(others, (f"{others} other companies",))
    *before, last = (*own, *rest) or ("nobody",)
    return f"{', '.join(before)} and {last}" if before else last
