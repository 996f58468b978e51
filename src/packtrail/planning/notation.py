"""Links as planners write them into a cell: `URS; L1-SPEC SS+5d; L1-DELIVERY FF-2ed`.

Code of the predecessor, kind of link (FS, where nothing is said) and lag: `d` are working days of
the successor, `ed` are elapsed days.

    >>> [link.told for link in parse_links("URS; L1-SPEC SS+5d", successor="X")[0]]
    ['URS FS', 'L1-SPEC SS+5d']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.checking import CODE
from packtrail.planning.work import Link, LinkKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding

_LINK = re.compile(
    rf"({CODE.pattern})(?:\s+(FS|SS|FF|SF))?(?:\s*([+-]\d{{1,4}})\s*(e?d)?)?", re.ASCII
)


def parse_links(text: str, *, successor: str) -> tuple[tuple[Link, ...], tuple[Finding, ...]]:
    """Read the links of one package.

    Args:
        text: Links, with semicolons between them.
        successor: Code of the package that waits.

    Returns:
        The links that can be read, and a finding `PLN-004` for each that cannot.
    """
    links, found = [], []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _LINK.fullmatch(part)
        if match is None:
            message = f"{part[:80]!r} is no link; expected such as A, A FS+5d or A SS-2ed."
            found.append(codes.BAD_VALUE.found(message))
            continue
        code, kind, lag, unit = match.groups()
        links.append(
            Link(
                predecessor=code,
                successor=successor,
                kind=LinkKind(kind or "FS"),
                lag_days=int(lag or 0),
                is_elapsed=unit == "ed",
            )
        )
    return tuple(links), tuple(found)


def format_links(links: Iterable[Link]) -> str:
    """Write links as `parse_links` reads them; FS without lag is the code alone."""
    told = (
        each.predecessor if each.kind is LinkKind.FINISH_START and not each.lag_days else each.told
        for each in links
    )
    return "; ".join(told)
