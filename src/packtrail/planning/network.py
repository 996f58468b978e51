"""The network of a plan: who waits for whom, in an order in which one can walk it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packtrail.planning.work import Link, WorkPackage


@dataclass(frozen=True, slots=True)
class Network:
    """Packages in an order in which each comes after what it waits for."""

    order: Sequence[str]
    before: Mapping[str, Sequence[Link]]
    """Code -> the links to what it waits for."""
    after: Mapping[str, Sequence[Link]]
    """Code -> the links to what waits for it."""


def network_of(packages: Iterable[WorkPackage], links: Iterable[Link]) -> Network:
    """Return the network of packages without circles; those in a circle have no place in order."""
    before: dict[str, list[Link]] = {each.code: [] for each in packages}
    after: dict[str, list[Link]] = {code: [] for code in before}
    for link in links:
        before[link.successor].append(link)
        after[link.predecessor].append(link)
    waiting = {code: len(links) for code, links in before.items()}
    order = [code for code, count in waiting.items() if count == 0]
    for code in order:  # Grows while it is walked.
        for link in after[code]:
            waiting[link.successor] -= 1
            if waiting[link.successor] == 0:
                order.append(link.successor)
    return Network(order, before, after)


def longest_chain(packages: Mapping[str, WorkPackage], network: Network) -> int:
    """Return the working days of the longest chain of packages, lags included."""
    until: dict[str, int] = {}
    for code in network.order:
        waits = (until[each.predecessor] + abs(each.lag_days) for each in network.before[code])
        until[code] = max(waits, default=0) + packages[code].duration_days
    return max(until.values(), default=0)


def find_cycle(network: Network) -> tuple[str, ...]:
    """Return packages that wait for each other in a circle, in order; none when there is none."""
    left = network.before.keys() - set(network.order)
    if not left:
        return ()
    # Each that is left waits for another that is left: walking back must come round.
    path: list[str] = []
    at = min(left)
    while at not in path:
        path.append(at)
        at = next(link.predecessor for link in network.before[at] if link.predecessor in left)
    return tuple(reversed(path[path.index(at) :]))
