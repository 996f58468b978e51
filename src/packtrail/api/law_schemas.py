"""The bodies of markets, rules and portfolio."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from packtrail.api.schemas import FindingOut, In, Out


class MarketRowOut(Out):
    """A market in a list."""

    market: str
    name: str
    region: str
    pack_id: str
    title: str
    tier: str
    phase: str
    pack_serial: str
    reporting: str
    aggregation: str
    rule_count: int
    unknown_count: int
    next_on: date | None
    next_what: str
    version: str
    sha256: str


class SourceOut(Out):
    """Who says something."""

    id: str
    title: str
    kind: str
    url: str
    published: str


class SaidOut(Out):
    """How sure something is, and who says so."""

    status: str
    confidence: str
    sources: list[SourceOut]
    true_on: date | None
    note: str


class ParameterOut(Out):
    """A value that a market sets, with those before and after it."""

    name: str
    title: str
    value: str
    from_on: date | None
    said: SaidOut
    others: list[tuple[date | None, str]]


class RuleOut(Out):
    """A rule."""

    code: str
    title: str
    subject: str
    check: str
    check_meaning: str
    arguments: list[tuple[str, str, str]]
    scope: str
    severity: str
    from_on: date
    to_on: date | None
    dated_by: str
    clause: str
    remedy: str
    pack_id: str
    holds: bool
    said: SaidOut


class ExemptionOut(Out):
    """An exemption."""

    name: str
    title: str
    rules: list[str]
    scope: str
    from_on: date
    to_on: date | None
    clause: str
    holds: bool
    said: SaidOut


class DeadlineOut(Out):
    """A day in the calendar of the law."""

    name: str
    on: date
    precision: str
    kind: str
    is_superseded: bool
    is_certain: bool
    what: str
    who: str
    scope: str
    rules: list[str]
    evidence: str
    said: SaidOut


class DutyOut(Out):
    """A duty that comes again."""

    name: str
    what: str
    roles: list[str]
    when: str
    recipients: list[str]
    format: str
    channel: str
    evidence: str
    rules: list[str]
    scope: str
    from_on: date | None
    to_on: date | None
    holds: bool
    said: SaidOut


class MarketOut(Out):
    """All there is to say of a market on a day."""

    row: MarketRowOut
    on: date
    summary: str
    status: str
    model: str
    also_for: list[str]
    extends: str
    layers: list[tuple[str, str, str]]
    true_on: date
    evidence_until: date | None
    sections: list[tuple[str, list[ParameterOut]]]
    rules: list[RuleOut]
    exemptions: list[ExemptionOut]
    deadlines: list[DeadlineOut]
    duties: list[DutyOut]
    open_questions: list[str]
    sources: list[SourceOut]
    case_count: int


class ChangeOut(Out):
    """One difference, in words."""

    what: str
    how: str
    name: str
    sentence: str


class ResultOut(Out):
    """What a rule says."""

    code: str
    title: str
    subject: str
    outcome: str
    severity: str
    sentence: str
    why: str
    at: str
    since: date
    status: str
    confidence: str
    clause: str
    remedy: str


class PackOut(Out):
    """Which rules decided."""

    pack_id: str
    version: str
    sha256: str


class EvaluationOut(Out):
    """What the rules of a market say of facts that were sent."""

    on: date
    pack: PackOut
    results: list[ResultOut]


class RuleAnswerOut(Out):
    """What a rule says of one of the things that are done."""

    about: str
    result: ResultOut


class StepOut(Out):
    """A day from which more is needed."""

    on: date
    needs: list[ResultOut]


class PlacementOut(Out):
    """A product in a market on a day."""

    product: str
    name: str
    market: str
    market_name: str
    on: date
    is_sold: bool
    sold_from: date | None
    sold_until: date | None
    verdict: str
    sentence: str
    counts: dict[str, int]
    answers: list[RuleAnswerOut]
    steps: list[StepOut]
    lines: list[str]
    sites: list[str]
    gtin: str
    pack_id: str
    version: str
    sha256: str


class ProductRulesOut(Out):
    """A product in every market that it has a licence for."""

    product: str
    name: str
    presentation: str
    product_class: str
    groups: list[str]
    made_in: str
    markets: list[PlacementOut]


class FactOut(Out):
    """One thing that is known of a product in a market, and who says it."""

    subject: str
    number: int
    name: str
    value: str
    said_by: str


class BreakOut(Out):
    """A rule that is not met, for one product."""

    market: str
    market_name: str
    product: str
    name: str
    lines: list[str]
    sites: list[str]
    about: str
    is_new: bool
    cause: str
    result: ResultOut


class BreakGroupOut(Out):
    """Breaks of one rule by one cause in one market."""

    market: str
    market_name: str
    code: str
    title: str
    cause: str
    since: date
    severity: str
    status: str
    remedy: str
    clause: str
    is_new: bool
    sentences: list[str]
    products: list[str]
    lines: list[str]
    sites: list[str]
    partners: list[str]


class MachineOut(Out):
    """A portfolio under the rules of a day."""

    on: date
    today: date
    new: list[BreakGroupOut]
    standing: list[BreakGroupOut]
    mended: list[BreakGroupOut]
    unknown: list[BreakGroupOut]
    breaks: list[BreakOut]
    met_count: int
    touched: dict[str, list[str]]
    unpacked: list[str]
    changes: dict[str, list[ChangeOut]]
    packs: list[PackOut]


class ReadinessOut(Out):
    """How ready an organisation is for a market."""

    market: str
    name: str
    pack_id: str
    verdict: str
    products: int
    required: int
    done: int
    open: int
    at_risk: int
    unknown: int
    share_done: float
    broken: list[str]
    late: int
    next_on: date | None
    next_what: str
    next_key: str
    next_is_certain: bool


class UpdateRowOut(Out):
    """A rule pack whose installed version is not the accepted one."""

    pack_id: str
    title: str
    sort: str
    markets: list[str]
    market_names: list[str]
    is_sold_there: bool
    accepted_version: str
    accepted_sha256: str
    installed_version: str
    installed_sha256: str
    counts: dict[str, int]


class MovedOut(Out):
    """An obligation that comes, goes or moves."""

    key: str
    how: str
    what: str
    before_on: date | None
    after_on: date | None
    markets: list[str]
    owners: list[str]
    state: str
    sentence: str


class TouchedOut(Out):
    """A document or piece of evidence to look at again."""

    what: str
    why: str
    link: str


class UpdateOut(Out):
    """What another version of a rule pack would change."""

    row: UpdateRowOut
    changes: list[ChangeOut]
    cases: list[ChangeOut]
    moved: list[MovedOut]
    broken: list[BreakOut]
    mended: list[BreakOut]
    touched: list[TouchedOut]
    findings: list[FindingOut]


class AcceptanceIn(In):
    """Rule packs to accept."""

    packs: list[str] = Field(default_factory=list, max_length=500)
    """None: all that wait."""
    reason: str


class AcceptedOut(Out):
    """Packs of which another version holds now."""

    accepted: list[str]


class AcceptanceOut(Out):
    """A version that somebody accepted."""

    pack_id: str
    version: str
    sha256: str | None
    reason: str
    at: datetime
    by: str
    number: int


class EntryOut(Out):
    """An entry of the portfolio."""

    kind: str
    key: str
    body: dict[str, Any]
    revision: int
    changed_at: datetime
    changed_by: str


class ChangedOut(Out):
    """What became of changes, or would become of them."""

    version: int
    added: int
    changed: int
    removed: int
    findings: list[FindingOut]


class EntryChangeOut(Out):
    """One change of one entry of the portfolio."""

    version: int
    number: int
    kind: str
    key: str
    before: str | None
    after: str | None
    at: datetime
    by: str
    reason: str


class ImportOut(Out):
    """What became of a file, or would become of it."""

    rows: dict[str, int]
    described: int
    outcome: ChangedOut
    is_trial: bool
    findings: list[FindingOut]
