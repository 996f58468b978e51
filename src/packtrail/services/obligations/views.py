"""Obligations as plain values for every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from packtrail.compliance import codes
from packtrail.compliance.checks import Outcome
from packtrail.compliance.countries import name_of
from packtrail.compliance.obligations import WORST_FIRST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.base.findings import Finding
    from packtrail.compliance.obligations import Note, Obligation, PartState
    from packtrail.store.obligations import EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """What somebody said of an obligation."""

    number: int
    market: str
    product: str
    site: str
    line: str
    state: str | None
    owner: str | None
    reason: str
    evidence: str
    file_sha256: str
    file_name: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """A part of an obligation: a product in a market, on a line of a site."""

    market: str
    market_name: str
    product: str
    site: str
    line: str
    state: str
    owner: str
    standpoint: str
    outlook: str | None
    """What the rules say of it when it is due: passed, failed, unknown, exempt."""
    broken: tuple[str, ...]
    note: NoteView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationView:
    """An obligation."""

    key: str
    sort: str
    on: date | None
    precision: str
    days_left: int | None
    is_late: bool
    what: str
    who: str
    when: str
    recipients: tuple[str, ...]
    evidence: tuple[str, ...]
    rules: tuple[str, ...]
    kind: str
    status: str
    confidence: str
    is_certain: bool
    sources: tuple[str, ...]
    note: str
    pack_id: str
    version: str
    sha256: str
    concern: str
    markets: tuple[str, ...]
    market_names: tuple[str, ...]
    products: tuple[str, ...]
    sites: tuple[str, ...]
    lines: tuple[str, ...]
    partners: tuple[str, ...]
    owners: tuple[str, ...]
    state: str
    standpoint: str
    counts: dict[str, int]
    """Standpoint -> how many parts."""
    part_count: int
    remind_days: tuple[int, ...]
    findings: tuple[Finding, ...]


def view(each: Obligation) -> ObligationView:
    """Return an obligation without its parts."""
    return ObligationView(
        key=each.key,
        sort=each.sort.value,
        on=each.on,
        precision=each.precision.value,
        days_left=each.days_left,
        is_late=each.is_late,
        what=each.what,
        who=each.who,
        when=each.when,
        recipients=each.recipients,
        evidence=each.evidence,
        rules=each.rules,
        kind=each.kind.value,
        status=each.status.value,
        confidence=each.confidence,
        is_certain=each.is_certain,
        sources=each.sources,
        note=each.note,
        pack_id=each.pack_id,
        version=each.version,
        sha256=each.sha256,
        concern=each.concern.value,
        markets=each.markets,
        market_names=tuple(map(name_of, each.markets)),
        products=each.products,
        sites=each.sites,
        lines=each.lines,
        partners=each.partners,
        owners=each.owners,
        state=each.state.value,
        standpoint=each.standpoint.value,
        counts={word.value: count for word, count in each.counts.items()},
        part_count=len(each.parts),
        remind_days=each.remind_days,
        findings=tuple(_findings(each)),
    )


def parts(each: Obligation, files: Mapping[str, EvidenceRow]) -> tuple[PartView, ...]:
    """Return the parts of an obligation: what is worst first, then by market, product and line."""
    ordered = sorted(
        each.parts,
        key=lambda one: (
            WORST_FIRST.index(one.standpoint), one.part.market, one.part.product, one.part.line,
        ),
    )  # fmt: skip
    return tuple(_part(one, files) for one in ordered)


def note(each: Note, files: Mapping[str, EvidenceRow]) -> NoteView:
    """Return what somebody said."""
    file = files.get(each.evidence_sha256)
    return NoteView(
        number=each.number,
        market=each.part.market,
        product=each.part.product,
        site=each.part.site,
        line=each.part.line,
        state=each.state.value if each.state else None,
        owner=each.owner,
        reason=each.reason,
        evidence=each.evidence,
        file_sha256=each.evidence_sha256,
        file_name=file.filename if file else "",
        at=each.at,
        by=each.by,
    )


def _part(each: PartState, files: Mapping[str, EvidenceRow]) -> PartView:
    part = each.part
    return PartView(
        market=part.market,
        market_name=name_of(part.market) if part.market else "",
        product=part.product,
        site=part.site,
        line=part.line,
        state=each.state.value,
        owner=each.owner,
        standpoint=each.standpoint.value,
        outlook=each.outlook.value if each.outlook else None,
        broken=each.broken,
        note=note(each.note, files) if each.note else None,
    )


def _findings(each: Obligation) -> list[Finding]:
    """Return where people and rules say different things."""
    wrong = [
        one for one in each.parts if one.state.value == "done" and one.outlook is Outcome.FAILED
    ]
    if not wrong:
        return []
    products = sorted({one.part.product for one in wrong})
    rules = sorted({code for one in wrong for code in one.broken})
    told = ", ".join(products[:5]) + (f" and {len(products) - 5} more" if len(products) > 5 else "")
    message = f"Said to be done for {told}, but {', '.join(rules)} would be broken."
    return [codes.RULES_DISAGREE.found(message, at=each.key)]
