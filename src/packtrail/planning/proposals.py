"""From the scope to the work: which packages the rules make necessary, and in what order.

Each step of the table is laid out for each need, site, line, wave or partner that it is about; two
steps that depend on each other are joined where they are about the same. Codes are made of what a
package is about, so that a later proposal finds again what an earlier one put into the plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.calendars import ELAPSED, STANDARD
from packtrail.planning.proposal_layout import Layout, Place, places
from packtrail.planning.steps import STEPS, Days
from packtrail.planning.work import Deadline, Link, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from packtrail.base.findings import Finding
    from packtrail.planning.scope import Need, Product, Scope
    from packtrail.planning.steps import Step
    from packtrail.planning.templates import Template

_GO_LIVE = next(step for step in STEPS if step.key == "LIVE")
_DIMENSIONS = tuple(each.name for each in fields(Place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The work that a scope makes necessary."""

    packages: tuple[WorkPackage, ...]
    links: tuple[Link, ...]
    deadlines: tuple[Deadline, ...]
    findings: tuple[Finding, ...]


def propose(scope: Scope, template: Template, today: date) -> Proposal:
    """Propose the work packages that the rules of the markets in scope make necessary.

    Args:
        scope: Markets, products, lines, sites, partners, and the dated needs.
        template: How an organisation of this size runs it.
        today: The day; needs whose date has passed are left out, with a finding.

    Returns:
        Packages with codes that are the same for the same scope, links, a deadline for each need,
        and findings `PLN-010` to `PLN-013`.
    """
    layout = Layout.of(scope, template, today)
    placed = {step.key: list(places(layout, step)) for step in STEPS}
    packages = [_package(layout, step, place) for step in STEPS for place in placed[step.key]]
    return Proposal(
        packages=tuple(packages),
        links=tuple(_links(placed)),
        deadlines=tuple(_deadline(layout, need) for need in layout.needs.values()),
        findings=tuple(layout.findings),
    )


def stops_calendar(line: str) -> str:
    """Return the code of the calendar of a line's stops."""
    return f"stops:{line}"


def campaign_calendar(line: str, market: str) -> str:
    """Return the code of the calendar of a line's campaigns for a market."""
    return f"campaign:{line}:{market}"


def _code(step: Step, place: Place) -> str:
    about = place.line or place.site
    parts = (place.need, about, place.partner, f"{step.key}{place.wave}")
    return "-".join(part for part in parts if part)


def _package(layout: Layout, step: Step, place: Place) -> WorkPackage:
    size = 0 if layout.template.is_small else 1
    need = layout.needs.get(place.need)
    products = _products(layout, need, place)
    more = step.days_a_product * len(products)
    effort = step.effort[size]
    return WorkPackage(
        code=_code(step, place),
        title=_title(layout, step, place, len(products)),
        kind=step.kind,
        phase=step.phase,
        market=need.market if need else "",
        site=place.site,
        line=place.line,
        partner=place.partner,
        products=tuple(each.code for each in products),
        calendar=_calendar(layout, step, place, need),
        duration_days=(step.days[size] or 0) + round(more),
        effort_days=effort + more if effort else 0.0,
        role=layout.template.doers[step.kind] if effort else "",
        cost_eur=step.cost_eur,
        is_on_line=step.is_on_line,
        is_proposed=True,
        reason=_reason(layout, need, place),
        acceptance=step.acceptance,
    )


def _products(layout: Layout, need: Need | None, place: Place) -> Sequence[Product]:
    if need is None:
        return ()
    if place.wave:
        return layout.waves(need.code, place.line)[int(place.wave) - 1]
    if place.line:
        return layout.packed[need.code, place.line]
    return layout.products[need.code]


def _title(layout: Layout, step: Step, place: Place, count: int) -> str:
    need = layout.needs.get(place.need)
    partners = {each.code: each.name for each in layout.scope.partners}
    return step.title.format(
        market=_market(layout, need) if need else "",
        site=layout.sites[place.site].name if place.site else "",
        line=layout.lines[place.line].name if place.line else "",
        partner=partners.get(place.partner, place.partner),
        wave=place.wave,
        count=f"{count} product{'' if count == 1 else 's'}",
    )


def _market(layout: Layout, need: Need) -> str:
    """Return the name of the market of a need, with the need's code where it has several."""
    names = {each.code: each.name for each in layout.scope.markets}
    name = names.get(need.market, need.market)
    answered = sum(each.is_in and each.market == need.market for each in layout.scope.needs)
    return f"{name} ({need.code})" if answered > 1 else name


def _reason(layout: Layout, need: Need | None, place: Place) -> str:
    if need is not None:
        return ": ".join(part for part in (need.title, need.clause) if part)
    if place.line:
        lacking = layout.lacking[place.line]
        wanting = [
            code
            for code, each in layout.needs.items()
            if place.line in layout.lines_of[code] and each.capabilities & lacking
        ]
        return f"{place.line} cannot do yet what is asked for {', '.join(wanting)}."
    return ""


def _calendar(layout: Layout, step: Step, place: Place, need: Need | None) -> str:
    line = layout.lines.get(place.line)
    if step.calendar is Days.ELAPSED:
        return ELAPSED.code
    if step.calendar is Days.STOPS and line is not None and line.stops:
        return stops_calendar(line.code)
    if step.calendar is Days.CAMPAIGN and line is not None and need is not None:
        windows = [
            each.window
            for each in layout.scope.campaigns
            if (each.line, each.market) == (line.code, need.market)
        ]
        if windows and all(each.from_on > need.due_on for each in windows):
            message = f"{line.name} packs nothing for {need.market} before {need.due_on}."
            at = f"campaigns/{line.code}/{need.market}"
            layout.findings.append(codes.NO_CAMPAIGN.found(message, at=at))
        if windows:
            return campaign_calendar(line.code, need.market)
    return place.site or STANDARD.code


def _deadline(layout: Layout, need: Need) -> Deadline:
    return Deadline(
        code=need.code,
        title=need.title,
        package=_code(_GO_LIVE, Place(need=need.code)),
        due_on=need.due_on,
        buffer_days=layout.template.buffer_days,
        certainty=need.certainty,
        market=need.market,
        source=need.source,
        clause=need.clause,
    )


def _links(placed: Mapping[str, Sequence[Place]]) -> Iterator[Link]:
    """Join steps where they are about the same."""
    steps = {each.key: each for each in STEPS}
    for step in STEPS:
        for after in step.after:
            before = steps[after.key]
            both = set(before.per.split()) & set(step.per.split())
            shared = [name for name in _DIMENSIONS if name in both]
            found = _by_key(placed[before.key], shared)
            for place in placed[step.key]:
                for other in found.get(place.key(shared), ()):
                    yield Link(
                        predecessor=_code(before, other),
                        successor=_code(step, place),
                        kind=after.kind,
                        lag_days=after.lag_days,
                    )


def _by_key(
    found: Iterable[Place], dimensions: Sequence[str]
) -> Mapping[tuple[str, ...], list[Place]]:
    by_key: defaultdict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in found:
        by_key[place.key(dimensions)].append(place)
    return by_key
