"""Probes: what can be seen of readiness, and how it is seen in what Packtrail holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.base.amounts import plural
from packtrail.planning.requirements import Proof, trace
from packtrail.planning.scope import LINE_CAPABILITIES, Capability
from packtrail.planning.technology.abilities import Basis, LineAbilities, capabilities
from packtrail.planning.training import competences, is_needed
from packtrail.planning.work import WorkKind

if TYPE_CHECKING:
    from packtrail.planning.book import Book

C, K = Capability, WorkKind


class Subject(StrEnum):
    """What can be ready."""

    MARKET = "market"
    PRODUCT = "product"
    SITE = "site"
    LINE = "line"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What Packtrail holds, as far as it proves readiness. All of one moment."""

    described: frozenset[str] = frozenset()
    """GTINs of which there is master data."""
    pools: Mapping[str, int] = field(default_factory=dict)
    """GTIN -> numbers that its pool has left."""
    commissioned: Mapping[str, date] = field(default_factory=dict)
    """GTIN -> day on which its first packs were commissioned."""
    batches: Mapping[str, int] = field(default_factory=dict)
    """Code of a line -> work orders that it completed."""
    accepted: Mapping[str, date] = field(default_factory=dict)
    """Code of an organisation or receiver -> day on which its last good message was taken."""
    acknowledged: Mapping[str, date] = field(default_factory=dict)
    """Market -> day on which a receiver there took a report last."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Market -> reports that were rejected and not yet made good."""
    lines: Mapping[str, LineAbilities] = field(default_factory=dict)
    """Code of a line -> what measurements, batches and equipment show that it can do."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of something that is needed."""

    done: int
    total: int
    """0: nothing here could show it."""
    told: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Something that is needed, and how it is seen."""

    key: str
    title: str
    subject: Subject
    needs: frozenset[Capability]
    """Only where a rule makes one of these necessary; none: always."""
    work: frozenset[WorkKind]
    """The kinds of work that bring it."""
    see: Callable[[Look, Wanted], Sight]


@dataclass(frozen=True, slots=True)
class Look:
    """All that probes look at."""

    book: Book
    evidence: Evidence
    today: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    code: str
    """Of the subject."""
    markets: tuple[str, ...]
    """Whose rules need it."""
    of_line: frozenset[Capability] = frozenset()
    """What a line must be able to do for them."""


_NO_GTIN: Final = Sight(0, 0, "The scope names no GTIN of it")


def _master_data(look: Look, wanted: Wanted) -> Sight:
    gtins = look.book.products[wanted.code].gtins_for(wanted.markets)
    lacking = [each for each in gtins if each not in look.evidence.described]
    return _of_all(gtins, lacking, f"GTIN {', '.join(gtins)} described", "unknown")


def _pool(look: Look, wanted: Wanted) -> Sight:
    gtins = look.book.products[wanted.code].gtins_for(wanted.markets)
    lacking = [each for each in gtins if not look.evidence.pools.get(each)]
    left = min((look.evidence.pools.get(each, 0) for each in gtins), default=0)
    return _of_all(gtins, lacking, f"{left:,} serial numbers left", "without serial numbers")


def _packs(look: Look, wanted: Wanted) -> Sight:
    gtins = look.book.products[wanted.code].gtins_for(wanted.markets)
    lacking = [each for each in gtins if each not in look.evidence.commissioned]
    days = [look.evidence.commissioned[each] for each in gtins if each not in lacking]
    first = min(days, default=look.today)
    return _of_all(gtins, lacking, f"First packs on {first.isoformat()}", "without packs")


def _of_all(gtins: tuple[str, ...], lacking: list[str], told: str, without: str) -> Sight:
    """Return how many of the trade items of a product have something, naming those that do not."""
    if not gtins:
        return _NO_GTIN
    if lacking:
        more = f" and {len(lacking) - 3} more" if lacking[3:] else ""
        told = f"GTIN {', '.join(lacking[:3])}{more} {without}"
    return Sight(len(gtins) - len(lacking), len(gtins), told)


def _line_can(look: Look, wanted: Wanted) -> Sight:
    line = look.book.lines[wanted.code]
    able = capabilities(look.evidence.lines.get(line.code), line.capabilities)
    lacks = sorted(each for each in wanted.of_line if not able[each].can)
    if lacks:
        told = "; ".join(
            f"Lacks {each.replace('_', ' ')} ({able[each].basis}: {able[each].told})"
            for each in lacks
        )
    else:
        bases = Counter(able[each].basis for each in wanted.of_line)
        shown = ", ".join(f"{bases[each]} {_BASES[each]}" for each in Basis if bases[each])
        told = f"Can do what is needed: {shown}"
    return Sight(len(wanted.of_line) - len(lacks), len(wanted.of_line), told)


_BASES: Final = {
    Basis.MEASURED: "measured", Basis.EQUIPMENT: "by its equipment", Basis.SAID: "only said",
}  # fmt: skip


def _batch(look: Look, wanted: Wanted) -> Sight:
    count = look.evidence.batches.get(wanted.code, 0)
    told = f"{plural(count, 'batch', 'batches')} completed" if count else "No batch yet"
    return Sight(int(count > 0), 1, told)


def _trained(look: Look, wanted: Wanted) -> Sight:
    book = look.book
    people = {key: each for key, each in book.people.items() if each.site == wanted.code}
    required = {key: each for key, each in book.courses.items() if each.is_required}
    if not people or not required:
        return Sight(0, 0, "Nobody of the site is entered" if required else "No course is required")
    stands = [
        each
        for each in competences(people, required, book.sessions.values(), look.today)
        if is_needed(each.course, each.person)
    ]
    valid = sum(each.is_valid for each in stands)
    return Sight(valid, len(stands), f"{valid} of {len(stands)} competences are valid")


def _messages(look: Look, wanted: Wanted) -> Sight:
    partner = look.book.partners[wanted.code]
    names = {partner.organisation, partner.code}  # A receiver is named by its own code.
    last = max((day for name, day in look.evidence.accepted.items() if name in names), default=None)
    told = f"Last message taken on {last.isoformat()}" if last else "No message was taken yet"
    return Sight(int(last is not None), 1, told)


def _reports(look: Look, wanted: Wanted) -> Sight:
    last = look.evidence.acknowledged.get(wanted.code)
    refused = look.evidence.refused.get(wanted.code, 0)
    told = f"Last report taken on {last.isoformat()}" if last else "No report was acknowledged"
    if refused:
        told += f"; {refused} rejected"
    return Sight(int(last is not None) + int(not refused and last is not None), 2, told)


def _proven(look: Look, wanted: Wanted) -> Sight:
    traced = [each for each in trace(look.book) if each.requirement.market in {wanted.code, ""}]
    if not traced:
        return Sight(0, 0, "No requirement is entered")
    proven = sum(each.proof is Proof.PROVEN for each in traced)
    return Sight(proven, len(traced), f"{proven} of {len(traced)} requirements are proven")


_CODES: Final = frozenset({C.SERIALS, C.ISSUED_CODES})
PROBES: Final[tuple[Probe, ...]] = (
    Probe("master_data", "Master data", Subject.PRODUCT, frozenset(),
          frozenset({K.MASTER_DATA}), _master_data),
    Probe("pool", "Serial numbers", Subject.PRODUCT, _CODES, frozenset({K.NUMBERS}), _pool),
    Probe("packs", "First packs", Subject.PRODUCT, _CODES, frozenset({K.PILOT}), _packs),
    Probe("line_can", "Line can do it", Subject.LINE, LINE_CAPABILITIES,
          frozenset({K.EQUIPMENT}), _line_can),
    Probe("batch", "First batch", Subject.LINE, _CODES, frozenset({K.PILOT}), _batch),
    Probe("trained", "People trained", Subject.SITE, frozenset(),
          frozenset({K.TRAINING}), _trained),
    Probe("messages", "Partner messages", Subject.PARTNER,
          frozenset({C.PARTNER_DATA, C.REPORTING, C.SERIALS, C.AGGREGATION}),
          frozenset({K.CONNECTION}), _messages),
    Probe("reports", "Reports taken", Subject.MARKET, frozenset({C.REPORTING}),
          frozenset({K.REPORTING}), _reports),
    Probe("proven", "Requirements proven", Subject.MARKET, frozenset(),
          frozenset({K.VALIDATION}), _proven),
)  # fmt: skip
BY_KEY: Final[Mapping[str, Probe]] = {each.key: each for each in PROBES}
