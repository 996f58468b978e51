"""Runs: which of billions of numbers occur, as the beginnings and ends of neighbours.

Packs are numbered in the order of first sight, so that those of a month are few runs: a line that
made 50 million of them is told in a handful of numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Runs(NamedTuple):
    """Runs in ascending order that neither touch nor overlap."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]


def none() -> Runs:
    """Return no runs."""
    nothing = np.array([], dtype=np.int64)
    return Runs(nothing, nothing)


def of(numbers: NDArray[np.int64]) -> Runs:
    """Return the runs of ascending numbers."""
    return united(none(), Runs(numbers, numbers))


def united(one: Runs, other: Runs) -> Runs:
    """Return the numbers that are in one of two, or in both."""
    first = np.concatenate([one.first, other.first])
    order = np.argsort(first, kind="stable")
    first = first[order]
    last = np.maximum.accumulate(np.concatenate([one.last, other.last])[order])
    begins = np.ones(len(first), dtype=bool)
    begins[1:] = first[1:] > last[:-1] + 1
    return Runs(first[begins], last[np.append(begins[1:], True)] if len(last) else last)


def numbers(runs: Runs, *, at_once: int) -> Iterator[list[int]]:
    """Yield the numbers in ascending order, some at a time."""
    waiting: list[int] = []
    for first, last in zip(runs.first.tolist(), runs.last.tolist(), strict=True):
        start = first
        while start <= last:
            taken = min(last - start + 1, at_once - len(waiting))
            waiting += range(start, start + taken)
            start += taken
            if len(waiting) == at_once:
                yield waiting
                waiting = []
    if waiting:
        yield waiting
