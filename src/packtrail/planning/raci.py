"""RACI of work packages: who does, answers for, is asked about and is told of each.

The kind of work gives the proposal, by the template; a package may say otherwise, and then all of
it counts: what it says is not mixed with the proposal. Just one department answers for a package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.planning import codes
from packtrail.planning.departments import ANSWERING, Department, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.templates import Template
    from packtrail.planning.work import WorkPackage

LISTS: Final[Mapping[str, frozenset[Part]]] = {
    "responsible": frozenset({Part.RESPONSIBLE, Part.BOTH}),
    "accountable": ANSWERING,
    "consulted": frozenset({Part.CONSULTED}),
    "informed": frozenset({Part.INFORMED}),
}
"""Column of a table -> the parts of the departments that it lists."""

_ORDER: Final = (Part.BOTH, Part.ACCOUNTABLE, Part.RESPONSIBLE, Part.CONSULTED, Part.INFORMED)


def raci_of(package: WorkPackage, template: Template) -> Mapping[Department, Part]:
    """Return who has to do with a package: as it says itself, else as its kind proposes."""
    return package.raci or template.raci[package.kind]


def in_order(raci: Mapping[Department, Part]) -> Mapping[Department, Part]:
    """Return a RACI with who answers first, then who does it, who is asked and who is told."""
    return dict(sorted(raci.items(), key=lambda each: (_ORDER.index(each[1]), each[0])))


def own_raci(
    package: WorkPackage, told: Mapping[Department, Part], template: Template
) -> Mapping[Department, Part]:
    """Return what is to be kept of what somebody says: nothing where it is as its kind proposes."""
    return {} if dict(told) == dict(template.raci[package.kind]) else dict(told)


def check_raci(packages: Iterable[WorkPackage], template: Template) -> Iterator[Finding]:
    """Yield `PLN-046` where nobody answers for work still to do, `PLN-047` where several do."""
    for package in packages:
        if package.is_done:
            continue
        answering = [each for each, part in raci_of(package, template).items() if part in ANSWERING]
        at = f"packages/{package.code}/raci"
        if not answering:
            message = f"No department answers for {package.code}, {package.title}."
            yield codes.NOBODY_ANSWERS.found(message, at=at)
        elif len(answering) > 1:
            named = ", ".join(answering)
            message = f"{len(answering)} departments answer for {package.code}: {named}."
            yield codes.SEVERAL_ANSWER.found(message, at=at)


def lists_of(raci: Mapping[Department, Part]) -> dict[str, str]:
    """Return a RACI as the four columns of a table: departments with commas between them."""
    return {
        name: ", ".join(sorted(each for each, part in raci.items() if part in parts))
        for name, parts in LISTS.items()
    }


def of_lists(lists: Mapping[str, Iterable[Department]]) -> dict[Department, Part]:
    """Return the RACI of four lists of departments; of two parts of one the stronger counts.

    Args:
        lists: By `responsible`, `accountable`, `consulted` and `informed`.
    """
    found: dict[Department, Part] = dict.fromkeys(lists["informed"], Part.INFORMED)
    found |= dict.fromkeys(lists["consulted"], Part.CONSULTED)
    found |= dict.fromkeys(lists["responsible"], Part.RESPONSIBLE)
    for each in lists["accountable"]:
        does = found.get(each) is Part.RESPONSIBLE
        found[each] = Part.BOTH if does else Part.ACCOUNTABLE
    return found


def told(raci: Mapping[Any, str]) -> str:
    """Return a RACI as people say it: `A quality, R it`; of none: as its kind of work."""
    parts = sorted((part, department) for department, part in raci.items())
    return ", ".join(f"{part} {department}" for part, department in parts) or "as its kind of work"
