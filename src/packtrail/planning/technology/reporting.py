"""Fit of reports: what the rules of a market want reported, against the connections there are.

A rule names what is to be reported: packs made, packs shipped ... A connection is a receiver of the
market with the forms it takes and the way files get there. It is proven once a report was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.planning.needs import OWN_ROLES, argument
from packtrail.planning.steps import STEPS
from packtrail.planning.technology.fit import State, Way, assumed_way, holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from packtrail.compliance.entries import Rule
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.words import Role

REGISTERED: Final = "registered"
"""What `registered_with` wants told: the product itself."""
_REPORTS: Final = frozenset({"reported", "reported_before", "reported_within"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWant:
    """Something that a rule wants reported."""

    told: str
    happening: str
    """A word of rule packs, such as `pack_data`; `registered`: the company and its products."""
    rule: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A receiver of a market, as it is set up."""

    receiver: str
    happenings: frozenset[str]
    """What the forms it takes tell; `registered` where the company is registered with it."""
    protocol: str
    """How files get there: `its_web_service, http`."""
    is_by_hand: bool
    taken_on: date | None
    """When it took a report last; None: it took none yet."""
    rejected: int = 0
    """Reports that it refused and that were not made good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer:
    """How a company stands to a want."""

    want: ReportWant
    state: State
    told: str
    ways: tuple[Way, ...] = ()


def report_wants(
    pack: Pack, on: date, roles: frozenset[Role] = OWN_ROLES
) -> tuple[ReportWant, ...]:
    """Return what the rules of a market want reported on a day, each thing once.

    Args:
        pack: The rules of the market.
        on: The day.
        roles: The parts that the company plays.
    """
    found: dict[str, ReportWant] = {}
    for rule in pack.rules.values():
        if holds(rule, on, roles):
            for want in _asked(pack, rule, on):
                found.setdefault(want.happening, want)
    return tuple(sorted(found.values(), key=lambda each: (each.rule, each.happening)))


def report_fit(
    wants: Sequence[ReportWant],
    connections: Sequence[Connection],
    forms: Mapping[str, str],
) -> tuple[ReportAnswer, ...]:
    """Return how connections stand to what is wanted.

    Args:
        wants: What is to be reported.
        connections: The open receivers of the market.
        forms: What can be told -> format and system of the form that tells it.
    """
    return tuple(_answer(each, connections, forms) for each in wants)


def _asked(pack: Pack, rule: Rule, on: date) -> Iterator[ReportWant]:
    if rule.check == "registered_with":
        systems = ", ".join(map(str, argument(pack, rule, "systems", on) or ()))
        told = f"Registered with {systems.replace('_', ' ')}"
        yield ReportWant(told=told, happening=REGISTERED, rule=rule.code, clause=rule.clause)
    elif rule.check in _REPORTS:
        within = argument(pack, rule, "within", on)
        for each in argument(pack, rule, "events", on) or ():
            told = f"Reported: {str(each).replace('_', ' ')}"
            if within is not None:
                told += f", within {within}"
            yield ReportWant(told=told, happening=str(each), rule=rule.code, clause=rule.clause)


def _answer(
    want: ReportWant, connections: Sequence[Connection], forms: Mapping[str, str]
) -> ReportAnswer:
    takes = [each for each in connections if want.happening in each.happenings]
    if not takes:
        return _without_receiver(want, forms.get(want.happening, ""))
    best = max(takes, key=lambda each: (each.taken_on is not None, not each.is_by_hand))
    how = f"{best.receiver} ({best.protocol})"
    if best.taken_on is None:
        return ReportAnswer(want=want, state=State.UNKNOWN, told=f"{how} took no report yet")
    told = f"{how} took a report on {best.taken_on.isoformat()}"
    if best.rejected:
        told += f"; {best.rejected} rejected and not made good"
    return ReportAnswer(want=want, state=State.MET, told=told)


def _without_receiver(want: ReportWant, form: str) -> ReportAnswer:
    if not form and want.happening != REGISTERED:
        told = "no form here tells it: it is reported outside of Packtrail"
        return ReportAnswer(want=want, state=State.UNKNOWN, told=told)
    told = f"no receiver takes it; {form} would tell it" if form else "no receiver is set up"
    return ReportAnswer(want=want, state=State.LACKING, told=told, ways=(_SET_UP,))


_SET_UP: Final = assumed_way(
    "Registration, reports set up and tested with the authority",
    [each for each in STEPS if each.key in {"REGISTER", "REPORT", "REPTEST"}],
)
