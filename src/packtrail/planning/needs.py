"""From the law to the plan: which dated rules make work necessary, and of which kind.

A deadline of a rule pack becomes a need when rules begin with it that ask something of packs,
lines or messages. What they ask for is told by their checks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance.entries import Reference
from packtrail.compliance.words import CalendarKind, FactStatus, Issuer, Role
from packtrail.planning.scope import Capability, Need
from packtrail.planning.work import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.entries import Deadline, Rule
    from packtrail.compliance.packs import Pack

C = Capability

BY_CHECK: Final[Mapping[str, Capability]] = {
    "contains": C.PRODUCT_CODE,
    "serial_at_most": C.SERIALS,
    "serial_exactly": C.SERIALS,
    "serial_random": C.SERIALS,
    "serial_characters": C.SERIALS,
    "bears": C.NATIONAL_NUMBER,
    "national_number": C.NATIONAL_NUMBER,
    "national_number_digits": C.NATIONAL_NUMBER,
    "tamper_evident": C.TAMPER_EVIDENCE,
    "aggregated": C.AGGREGATION,
    "identified_by": C.LOGISTIC_UNITS,
    "registered_with": C.REPORTING,
    "reported": C.REPORTING,
    "reported_before": C.REPORTING,
    "reported_within": C.REPORTING,
    "no_bad_row": C.REPORTING,
    "tells": C.PARTNER_DATA,
    "accompanied_by": C.PARTNER_DATA,
    "verified": C.VERIFICATION,
}
"""Check of a rule -> what it makes necessary. `carries` and `serial_issued_by` say more."""

OWN_ROLES: Final = frozenset(
    {
        Role.MARKETING_AUTHORISATION_HOLDER,
        Role.MANUFACTURER,
        Role.REPACKAGER,
        Role.IMPORTER,
        Role.EXPORTER,
    }
)
"""The parts that a company plays whose packs these are."""
_SERIAL, _SIGNATURES = "21", frozenset({"91", "92", "93"})
_CERTAINTY: Final = {
    FactStatus.KNOWN: Certainty.KNOWN,
    FactStatus.EXPECTED: Certainty.EXPECTED,
    FactStatus.DISPUTED: Certainty.DISPUTED,
    FactStatus.UNKNOWN: Certainty.EXPECTED,
}


def needs_of(
    catalogue: Catalogue,
    markets: Iterable[str],
    *,
    first: date,
    last: date,
    known: Sequence[Need] = (),
) -> tuple[Need, ...]:
    """Return what the rules of some markets make necessary, by day.

    Args:
        catalogue: The rule packs.
        markets: Codes of markets; one without a pack has no needs.
        first: First day on which a rule may begin.
        last: Last day.
        known: Needs found earlier: they keep their codes, and whether they are answered.

    Returns:
        Needs with codes such as `IT` or, where a market has several, `ZA-1`, `ZA-2`.
    """
    by_key = {each.key: each for each in known}
    taken = {each.code for each in known}
    found: list[Need] = []
    for market in sorted(set(markets) & set(catalogue.markets)):
        own = list(_of_market(catalogue.pack_of(market), market, first, last))
        own.sort(key=lambda each: (each.due_on, each.title))
        for need in own:
            old = by_key.get(need.key)
            code = old.code if old else _new_code(need, taken, is_only=len(own) == 1)
            taken.add(code)
            found.append(replace(need, code=code, is_in=old.is_in if old else True))
    return tuple(sorted(found, key=lambda each: (each.due_on, each.code)))


def needs_in_force(catalogue: Catalogue, markets: Iterable[str], *, on: date) -> tuple[Need, ...]:
    """Return what the rules of some markets ask for on a day, by the day since when.

    Rules that begin on one day and are about the same products are one need. Its day is the last
    one without it, as with needs that are to come.

    Args:
        catalogue: The rule packs.
        markets: Codes of markets; one without a pack has no needs.
        on: The day.

    Returns:
        Needs with codes such as `DE/in-force-1`; they are no entries of a programme.
    """
    found: list[Need] = []
    for market in sorted(set(markets) & set(catalogue.markets)):
        pack = catalogue.pack_of(market)
        groups: dict[tuple[object, ...], list[Rule]] = {}
        for rule in pack.rules.values():
            if _is_in_force(rule, market, on) and any(True for _ in _of_rule(pack, rule, on)):
                scope = rule.applies_to
                about = (rule.from_on, rule.status, scope.classes, scope.groups, scope.origins)
                groups.setdefault(about, []).append(rule)
        own = sorted(groups.values(), key=lambda each: (each[0].from_on, each[0].code))
        found += (_in_force(pack, market, rules, number, on) for number, rules in enumerate(own, 1))
    return tuple(sorted(found, key=lambda each: (each.due_on, each.code)))


def _is_in_force(rule: Rule, market: str, on: date) -> bool:
    of_markets = rule.applies_to.markets
    return (
        rule.from_on <= on
        and (rule.to_on is None or on <= rule.to_on)
        and (not of_markets or market in of_markets)
    )


def _in_force(pack: Pack, market: str, rules: list[Rule], number: int, on: date) -> Need:
    first = rules[0]
    scope = first.applies_to
    name = pack.heading.name or market
    return Need(
        code=f"{market}/in-force-{number}",
        key=f"{pack.id}/in-force-{number}",
        market=market,
        title=f"{name}: rules in force since {first.from_on}",
        capabilities=frozenset(each for rule in rules for each in _of_rule(pack, rule, on)),
        due_on=first.from_on - timedelta(days=1),
        certainty=_CERTAINTY[first.status],
        source=_source(pack, first.sources),
        clause=f"{pack.id}: {', '.join(each.code for each in rules)}",
        classes=frozenset(map(str, scope.classes)),
        groups=frozenset(scope.groups),
        origins=frozenset(map(str, scope.origins)),
    )


def _source(pack: Pack, sources: Iterable[str]) -> str:
    return next((pack.sources[each].url for each in sources if each in pack.sources), "")


def _new_code(need: Need, taken: set[str], *, is_only: bool) -> str:
    if is_only and need.market not in taken:
        return need.market
    return next(code for number in count(1) if (code := f"{need.market}-{number}") not in taken)


def _of_market(pack: Pack, market: str, first: date, last: date) -> Iterator[Need]:
    ours = [each for each in pack.deadlines.values() if _is_ours(each, market)]
    said = Counter(each.what for each in ours)
    for deadline in ours:
        if not first <= deadline.on <= last:
            continue
        rules = [pack.rules[code] for code in deadline.rules if code in pack.rules]
        capabilities = _capabilities(pack, rules, deadline.on)
        if capabilities:
            # The same may begin on several days, for one kind of company or product after another.
            whose = f", {deadline.who}" if said[deadline.what] > 1 else ""
            title = f"{pack.heading.name or market}{whose}: {deadline.what}"
            yield _need(pack, deadline, market, title, rules, capabilities)


def _is_ours(deadline: Deadline, market: str) -> bool:
    is_law = deadline.kind in {
        CalendarKind.OBLIGATION,
        CalendarKind.EXPECTED,
        CalendarKind.DRAFT,
    }
    roles = frozenset((*deadline.roles, *deadline.applies_to.roles))
    return (
        is_law
        and not deadline.is_superseded
        and (not roles or bool(roles & OWN_ROLES))
        and (not deadline.applies_to.markets or market in deadline.applies_to.markets)
    )


def _need(
    pack: Pack,
    deadline: Deadline,
    market: str,
    title: str,
    rules: list[Rule],
    capabilities: frozenset[Capability],
) -> Need:
    scope = deadline.applies_to
    is_law = deadline.kind is CalendarKind.OBLIGATION
    return Need(
        code=market,
        key=f"{pack.id}/{deadline.name}",
        market=market,
        title=title,
        capabilities=capabilities,
        due_on=_last_day(deadline, rules),
        certainty=_CERTAINTY[deadline.status] if is_law else Certainty.EXPECTED,
        source=_source(pack, deadline.sources),
        clause=f"{pack.id}: {deadline.name}; {', '.join(deadline.rules)}",
        classes=frozenset(map(str, scope.classes)),
        groups=frozenset(scope.groups),
        origins=frozenset(map(str, scope.origins)),
    )


def _last_day(deadline: Deadline, rules: list[Rule]) -> date:
    """Return the last day without: the day before rules begin, where they begin with the date."""
    begins = [each.from_on for each in rules if abs((each.from_on - deadline.on).days) <= 1]
    return min(begins) - timedelta(days=1) if begins else deadline.on


def _capabilities(pack: Pack, rules: list[Rule], on: date) -> frozenset[Capability]:
    day = on + timedelta(days=1)
    found = {each for rule in rules for each in _of_rule(pack, rule, day)}
    if C.SERIALS in found:
        # Where packs become serialised, all else that is asked of serialised packs begins to bite.
        holding = (
            rule
            for rule in pack.rules.values()
            if rule.from_on <= day and (rule.to_on is None or day <= rule.to_on)
        )
        found |= {each for rule in holding for each in _of_rule(pack, rule, day)}
    if C.SERIALS in found:
        found.discard(C.PRODUCT_CODE)
    return frozenset(found)


def _of_rule(pack: Pack, rule: Rule, day: date) -> Iterator[Capability]:
    roles = frozenset(rule.applies_to.roles)
    if roles and not roles & OWN_ROLES:
        return
    if rule.check == "carries":
        elements = frozenset(argument(pack, rule, "elements", day) or ())
        yield C.SERIALS if _SERIAL in elements else C.PRODUCT_CODE
        if elements & _SIGNATURES:
            yield C.ISSUED_CODES
    elif rule.check == "serial_issued_by":
        if argument(pack, rule, "issuer", day) is Issuer.OPERATOR:
            yield C.ISSUED_CODES
    elif rule.check in BY_CHECK:
        yield BY_CHECK[rule.check]


def argument(pack: Pack, rule: Rule, name: str, day: date) -> Any:
    """Return an argument of a rule as it holds on a day; None where it has none of the name."""
    value = rule.arguments.get(name)
    return pack.value(value.parameter, day) if isinstance(value, Reference) else value
