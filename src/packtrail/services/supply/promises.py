"""Promises: that a guess hits a number of a trade item less often than its pools say.

What each pool may yet issue is kept free for it, so that whoever opens a pool or imports numbers
learns then what breaks a promise, and no line does later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Self

from packtrail.serials import guessing
from packtrail.services.supply.pools import IMPORTED, MADE, capacity, policy_of
from packtrail.store import serial_numbers
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from packtrail.serials.policy import Policy


@dataclass(frozen=True, slots=True)
class Member:
    """A pool of a trade item whose numbers look like a policy."""

    row: rows.PoolRow
    policy: Policy

    @property
    def still_makes(self) -> bool:
        """Whether it makes numbers: none like them is imported then."""
        return self.row.source == MADE and self.row.closed_at is None


@dataclass(frozen=True, slots=True)
class Promises:
    """The pools of a trade item: what they issued, may yet issue, and promise."""

    conn: Connection
    serial_class_id: int
    members: tuple[Member, ...]

    @classmethod
    def of(cls, conn: Connection, serial_class_id: int) -> Self:
        """Return those of a class as it is now."""
        found = rows.of_class(conn, serial_class_id)
        members = (
            Member(row, policy)
            for row in found
            if row.source in {MADE, IMPORTED} and (policy := policy_of(row)) is not None
        )
        return cls(conn, serial_class_id, tuple(members))

    def counted(self, pool_id: int, issued: int) -> Self:
        """Return the same, with what was counted as issued by one of the pools."""
        members = (
            replace(each, row=replace(each.row, issued=issued))
            if each.row.pool_id == pool_id
            else each
            for each in self.members
        )
        return replace(self, members=tuple(members))

    def shares(self, *, at_most: bool) -> list[guessing.Share]:
        """Return what each pool that makes numbers issued, or will at most."""
        return [
            guessing.Share(
                each.policy, capacity(each.row) if at_most and each.still_makes else each.row.issued
            )
            for each in self.members
            if each.row.source == MADE
        ]

    def probability(self, pool_id: int, *, at_most: bool) -> Fraction:
        """Return how likely a guess among the texts of a pool hits.

        Args:
            pool_id: The pool.
            at_most: Count also what all pools may yet issue, not only what they did.
        """
        (member,) = (each for each in self.members if each.row.pool_id == pool_id)
        made = guessing.guess_probability(member.policy, self.shares(at_most=at_most))
        return made + self._listed(member, at_most=at_most)

    def broken(self, policy: Policy) -> Iterator[tuple[rows.PoolRow, Fraction]]:
        """Yield the pools with texts like those of a policy whose promise would not hold."""
        for each in self._that_promise(policy):
            probability = self.probability(each.row.pool_id, at_most=True)
            if probability >= (each.policy.guess_limit or 0):
                yield each.row, probability

    def beside(self, policy: Policy) -> list[guessing.Promise]:
        """Return what pools promise that have texts in common with a policy."""
        return [
            guessing.Promise(each.policy, self._listed(each, at_most=True))
            for each in self._that_promise(policy)
        ]

    def _that_promise(self, policy: Policy) -> Iterator[Member]:
        for each in self.members:
            if each.policy.guess_limit is not None and guessing.meet(policy, each.policy):
                yield each

    def _listed(self, member: Member, *, at_most: bool) -> Fraction:
        """Return which share of a pool's texts is imported, or imported and issued."""
        if member.still_makes:
            return Fraction()
        policy = member.policy
        met = [
            each
            for each in self.members
            if each.row.source == IMPORTED and guessing.meet(policy, each.policy)
        ]
        if all(guessing.is_within(each.policy, policy) for each in met):
            count = sum(each.row.stocked if at_most else each.row.issued for each in met)
        else:
            count = serial_numbers.count_like(
                self.conn, self.serial_class_id, policy, is_issued=not at_most
            )
        return Fraction(count, policy.space)
