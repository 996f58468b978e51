"""A scope laid out: for which needs, sites, lines, waves and partners there is a step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.scope import LINE_CAPABILITIES, Capability, PartnerKind
from packtrail.planning.steps import Per

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from packtrail.base.findings import Finding
    from packtrail.planning.scope import Line, Need, Partner, Product, Scope, Site
    from packtrail.planning.steps import Step
    from packtrail.planning.templates import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a package is about; what it is not about is empty."""

    need: str = ""
    line: str = ""
    site: str = ""
    wave: str = ""
    partner: str = ""

    def key(self, dimensions: Sequence[str]) -> tuple[str, ...]:
        """Return its part in some dimensions."""
        return tuple(getattr(self, name) for name in dimensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A scope, arranged by what steps are laid out for."""

    scope: Scope
    template: Template
    needs: Mapping[str, Need]
    """The needs that are to be met, by the day they are due."""
    products: Mapping[str, Sequence[Product]]
    """Need -> its products that a line packs."""
    packed: Mapping[tuple[str, str], Sequence[Product]]
    """Need and line -> the products that the line packs for it."""
    lines_of: Mapping[str, Sequence[str]]
    """Need -> the lines that pack for it."""
    lacking: Mapping[str, frozenset[Capability]]
    """Line -> what the rules want of it and it cannot do."""
    sites: Mapping[str, Site]
    lines: Mapping[str, Line]
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, scope: Scope, template: Template, today: date) -> Layout:
        """Arrange a scope; what it lacks becomes findings."""
        sites = {each.code: each for each in scope.sites}
        lines = {each.code: each for each in scope.lines if each.site in sites}
        findings = list(_without_line(scope, lines))
        needs = {each.code: each for each in _open_needs(scope, today, findings)}
        products = {
            code: [each for each in scope.products_of(need) if each.line in lines]
            for code, need in needs.items()
        }
        packed: defaultdict[tuple[str, str], list[Product]] = defaultdict(list)
        for code, found in products.items():
            for product in found:
                packed[code, product.line].append(product)
        lines_of = {code: sorted({each.line for each in products[code]}) for code in needs}
        return cls(
            scope=scope,
            template=template,
            needs=needs,
            products=products,
            packed=packed,
            lines_of=lines_of,
            lacking=_lacking(needs, lines_of, lines),
            sites=sites,
            lines=lines,
            findings=findings,
        )

    def waves(self, need: str, line: str) -> list[Sequence[Product]]:
        """Return the products that a line packs for a need, in waves."""
        packed, size = self.packed.get((need, line), ()), self.template.wave_products
        return [packed[at : at + size] for at in range(0, len(packed), size)]


def places(layout: Layout, step: Step) -> Iterator[Place]:
    """Yield what a step is laid out for."""
    small, large = step.days
    if (small if layout.template.is_small else large) is None:
        return
    if step.is_setting_up and layout.scope.is_running:
        return
    yield from _BY_PER[step.per](layout, step)


def _open_needs(scope: Scope, today: date, findings: list[Finding]) -> Iterator[Need]:
    for need in sorted(scope.needs, key=lambda each: (each.due_on, each.code)):
        at = f"needs/{need.code}"
        is_about = bool(scope.products_of(need))
        if need.is_in and is_about and need.due_on >= today:
            yield need
        elif need.is_in and is_about:
            message = f"{need.title} was due on {need.due_on}."
            findings.append(codes.NEED_HAS_PASSED.found(message, at=at))
        elif need.is_in and need.due_on >= today:
            message = f"{_about(need)} in scope is for {need.market}: {need.title}."
            findings.append(codes.NEED_WITHOUT_PRODUCT.found(message, at=at))


def _about(need: Need) -> str:
    """Return which product is missed, so that nobody looks for one that is there."""
    kinds = sorted(need.classes) or ["product"]
    groups = f" among {', '.join(sorted(need.groups))}" if need.groups else ""
    origins = f"{' or '.join(sorted(need.origins))} " if need.origins else ""
    return f"No {origins}{' or '.join(kinds)}{groups}".replace("_", " ")


def _without_line(scope: Scope, lines: Mapping[str, Line]) -> Iterator[Finding]:
    for product in scope.products:
        if product.line not in lines:
            named = f"is packed on line {product.line!r}, which is not in scope"
            told = named if product.line else "has no line"
            message = f"{product.name} ({product.code}) {told}."
            yield codes.PRODUCT_WITHOUT_LINE.found(message, at=f"products/{product.code}")


def _lacking(
    needs: Mapping[str, Need], lines_of: Mapping[str, Sequence[str]], lines: Mapping[str, Line]
) -> dict[str, frozenset[Capability]]:
    wanted: defaultdict[str, set[Capability]] = defaultdict(set)
    for code, need in needs.items():
        for line in lines_of[code]:
            wanted[line] |= need.capabilities
            if Capability.ISSUED_CODES in need.capabilities:
                wanted[line].add(Capability.SERIALS)
    return {
        code: frozenset(wanted[code] & LINE_CAPABILITIES) - line.capabilities
        for code, line in lines.items()
    }


def _programme(layout: Layout, _: Step) -> Iterator[Place]:
    if layout.needs:
        yield Place()


def _of_sites(layout: Layout, step: Step) -> Iterator[Place]:
    yield from {Place(site=each.site): None for each in _of_lines(layout, step)}


def _of_lines(layout: Layout, step: Step) -> Iterator[Place]:
    for code, line in sorted(layout.lines.items()):
        lacking = layout.lacking[code]
        wanted = step.lacks in lacking if step.lacks else bool(lacking & step.needs)
        if wanted and not layout.sites[line.site].is_contract:
            yield Place(line=code, site=line.site)


def _of_needs(layout: Layout, step: Step) -> Iterator[Place]:
    for need in layout.needs.values():
        if _is_needed(step, need):
            yield Place(need=need.code)


def _of_need_lines(layout: Layout, step: Step) -> Iterator[Place]:
    for need in layout.needs.values():
        if _is_needed(step, need):
            for line in layout.lines_of[need.code]:
                yield Place(need=need.code, line=line, site=layout.lines[line].site)


def _of_need_sites(layout: Layout, step: Step) -> Iterator[Place]:
    found = _of_need_lines(layout, step)
    yield from {Place(need=each.need, site=each.site): None for each in found}


def _of_waves(layout: Layout, step: Step) -> Iterator[Place]:
    for place in _of_need_lines(layout, step):
        for number, _ in enumerate(layout.waves(place.need, place.line), start=1):
            yield Place(need=place.need, line=place.line, site=place.site, wave=str(number))


def _of_need_partners(layout: Layout, step: Step) -> Iterator[Place]:
    for need in layout.needs.values():
        if _is_needed(step, need):
            for partner in layout.scope.partners:
                if not partner.is_connected and _takes_part(layout, partner, need):
                    yield Place(need=need.code, partner=partner.code)


_BY_PER = {
    Per.PROGRAMME: _programme,
    Per.SITE: _of_sites,
    Per.LINE: _of_lines,
    Per.NEED: _of_needs,
    Per.NEED_SITE: _of_need_sites,
    Per.NEED_LINE: _of_need_lines,
    Per.WAVE: _of_waves,
    Per.NEED_PARTNER: _of_need_partners,
}


def _is_needed(step: Step, need: Need) -> bool:
    return not step.needs or bool(step.needs & need.capabilities)


def _takes_part(layout: Layout, partner: Partner, need: Need) -> bool:
    if partner.kind is PartnerKind.CMO:
        return partner.site in {layout.lines[line].site for line in layout.lines_of[need.code]}
    if partner.kind in {PartnerKind.SUPPLIER, PartnerKind.AUTHORITY}:
        return False
    shared = {Capability.PARTNER_DATA, Capability.AGGREGATION}
    return need.market in partner.markets and bool(need.capabilities & shared)
