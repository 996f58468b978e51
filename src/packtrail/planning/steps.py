"""The work that rules make necessary, as one table: what, for what, after what, how long.

Durations and efforts are for a small and a large organisation; they are assumptions of a planner,
to be corrected in the plan by whoever knows better. Costs are what is bought.

Clause:
    Cost of a line: about USD 1 M with aggregation (healthcarepackaging.com), USD 1 M to 4 M a plant
    (PMMI), split here over serialisation and aggregation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from packtrail.planning.scope import Capability
from packtrail.planning.work import LinkKind, WorkKind

C, K = Capability, WorkKind
ASSUMED_ON: Final = date(2026, 11, 28)
"""When these durations, efforts and costs were set down."""


class Per(StrEnum):
    """For each of what there is such a step. The words are also what two steps are joined by."""

    PROGRAMME = ""
    SITE = "site"
    LINE = "line site"
    NEED = "need"
    NEED_SITE = "need site"
    NEED_LINE = "need line site"
    WAVE = "need line site wave"
    """Some of the products that a line packs for a market."""
    NEED_PARTNER = "need partner"


class Days(StrEnum):
    """Which calendar a step keeps."""

    SITE = "site"
    """That of its site; without a site, that of the programme."""
    ELAPSED = "elapsed"
    STOPS = "stops"
    """The stops of its line, where they are planned."""
    CAMPAIGN = "campaign"
    """The campaigns of its line for its market, where they are planned."""


@dataclass(frozen=True, slots=True)
class After:
    """A step waits for another."""

    key: str
    kind: LinkKind = LinkKind.FINISH_START
    lag_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A kind of work package, proposed where it is needed."""

    key: str
    """Its part of the code of a package."""
    title: str
    """`{market}`, `{site}`, `{line}`, `{partner}`, `{wave}` and `{count}` are filled in."""
    kind: WorkKind
    per: Per
    phase: str
    days: tuple[int | None, int | None]
    """Working days in a small and in a large organisation; None: it has no such step."""
    effort: tuple[float, float] = (0, 0)
    """Person days."""
    days_a_product: float = 0
    """More for each product."""
    cost_eur: int = 0
    needs: frozenset[Capability] = frozenset()
    """Only where a rule makes one of these necessary; none: always."""
    lacks: Capability | None = None
    """Only for lines that cannot do this yet."""
    is_setting_up: bool = False
    """Only where nothing is in use yet."""
    after: tuple[After, ...] = ()
    calendar: Days = Days.SITE
    is_on_line: bool = False
    acceptance: str = ""


def _after(*keys: str) -> tuple[After, ...]:
    return tuple(After(key) for key in keys)


_ANY_CODE = frozenset({C.PRODUCT_CODE, C.SERIALS, C.ISSUED_CODES})
_ON_PACK = _ANY_CODE | {C.NATIONAL_NUMBER, C.TAMPER_EVIDENCE}
_ON_LINE = _ON_PACK | {C.AGGREGATION}
_MESSAGES = frozenset({C.REPORTING, C.ISSUED_CODES, C.VERIFICATION})

STRATEGY, TECHNOLOGY, IMPLEMENTATION, VALIDATION, GO_LIVE, OPERATION = (
    "Strategy", "Technology", "Implementation", "Validation", "Go-live", "Operation",
)  # fmt: skip
PHASES: Final = (STRATEGY, TECHNOLOGY, IMPLEMENTATION, VALIDATION, GO_LIVE, OPERATION)

STEPS: Final[tuple[Step, ...]] = (
    # --- once ---------------------------------------------------------------------------------
    Step(
        key="CHARTER", title="Charter: goals, scope, budget, roles", kind=K.GOVERNANCE,
        per=Per.PROGRAMME, phase=STRATEGY, days=(5, 20), effort=(3, 25), is_setting_up=True,
        acceptance="The charter is signed by the sponsor.",
    ),
    Step(
        key="URS", title="User requirements", kind=K.SPECIFICATION, per=Per.PROGRAMME,
        phase=STRATEGY, days=(10, 30), effort=(8, 45), is_setting_up=True,
        after=_after("CHARTER"),
        acceptance="Quality has approved the requirements; each has a test.",
    ),
    Step(
        key="REPO", title="Repository, numbers and accounts set up", kind=K.INFRASTRUCTURE,
        per=Per.PROGRAMME, phase=TECHNOLOGY, days=(5, 20), effort=(5, 30), is_setting_up=True,
        after=_after("URS"), acceptance="`packtrail doctor` finds nothing; a restore was tried.",
    ),
    Step(
        key="REPOVAL", title="Repository validated: IQ, OQ, PQ", kind=K.VALIDATION,
        per=Per.PROGRAMME, phase=VALIDATION, days=(8, 20), effort=(6, 30), is_setting_up=True,
        after=_after("REPO"), acceptance="The validation report is approved.",
    ),
    Step(
        key="SOP", title="Procedures: numbers, exceptions, recall, change", kind=K.PROCEDURE,
        per=Per.PROGRAMME, phase=IMPLEMENTATION, days=(10, 25), effort=(8, 30), is_setting_up=True,
        after=_after("URS"), acceptance="The procedures are effective.",
    ),
    # --- lines --------------------------------------------------------------------------------
    Step(
        key="NET", title="Network and line server at {site}", kind=K.INFRASTRUCTURE, per=Per.SITE,
        phase=TECHNOLOGY, days=(5, 15), effort=(3, 15), cost_eur=40_000, lacks=C.SERIALS,
        needs=_ANY_CODE, after=_after("URS"),
        acceptance="Lines reach the server; the zone is documented.",
    ),
    Step(
        key="SPEC", title="Equipment of {line} specified and ordered", kind=K.EQUIPMENT,
        per=Per.LINE, phase=TECHNOLOGY, days=(10, 15), effort=(5, 10), lacks=C.SERIALS,
        needs=_ANY_CODE, after=_after("URS"), acceptance="The order is confirmed with a date.",
    ),
    Step(
        key="DELIVERY", title="Delivery of printers and cameras for {line}", kind=K.EQUIPMENT,
        per=Per.LINE, phase=TECHNOLOGY, days=(112, 112), cost_eur=550_000, lacks=C.SERIALS,
        needs=_ANY_CODE, after=_after("SPEC"), calendar=Days.ELAPSED,
        acceptance="The factory acceptance test is passed.",
    ),
    Step(
        key="INSTALL", title="{line} installed, site acceptance test", kind=K.EQUIPMENT,
        per=Per.LINE, phase=TECHNOLOGY, days=(10, 10), effort=(6, 20), lacks=C.SERIALS,
        needs=_ANY_CODE, after=_after("DELIVERY", "NET"), calendar=Days.STOPS, is_on_line=True,
        acceptance="The site acceptance test is passed.",
    ),
    Step(
        key="AGGORDER", title="Aggregation stations for {line} delivered", kind=K.EQUIPMENT,
        per=Per.LINE, phase=TECHNOLOGY, days=(98, 98), cost_eur=350_000, lacks=C.AGGREGATION,
        needs=frozenset({C.AGGREGATION}), after=_after("URS", "SPEC"), calendar=Days.ELAPSED,
        acceptance="The factory acceptance test is passed.",
    ),
    Step(
        key="AGG", title="Aggregation on {line} installed, site acceptance test",
        kind=K.EQUIPMENT, per=Per.LINE, phase=TECHNOLOGY, days=(8, 8), effort=(5, 15),
        lacks=C.AGGREGATION, needs=frozenset({C.AGGREGATION}), after=_after("AGGORDER", "INSTALL"),
        calendar=Days.STOPS, is_on_line=True, acceptance="The site acceptance test is passed.",
    ),
    Step(
        key="TAMPER", title="Tamper evidence on {line}", kind=K.EQUIPMENT, per=Per.LINE,
        phase=TECHNOLOGY, days=(5, 5), effort=(2, 5), cost_eur=60_000, lacks=C.TAMPER_EVIDENCE,
        needs=frozenset({C.TAMPER_EVIDENCE}), after=_after("INSTALL"), calendar=Days.STOPS,
        is_on_line=True, acceptance="A pack cannot be opened without leaving a trace.",
    ),
    Step(
        key="QUAL", title="{line} qualified: IQ, OQ", kind=K.VALIDATION, per=Per.LINE,
        phase=VALIDATION, days=(8, 12), effort=(6, 25), lacks=C.SERIALS, needs=_ANY_CODE,
        after=_after("INSTALL", "AGG", "TAMPER", "REPOVAL"), is_on_line=True,
        acceptance="The qualification report is approved.",
    ),
    Step(
        key="AGGQUAL", title="Aggregation on {line} qualified", kind=K.VALIDATION, per=Per.LINE,
        phase=VALIDATION, days=(5, 8), effort=(4, 15), lacks=C.AGGREGATION,
        needs=frozenset({C.AGGREGATION}), after=_after("AGG", "QUAL"), is_on_line=True,
        acceptance="The qualification report is approved.",
    ),
    # --- a market -----------------------------------------------------------------------------
    Step(
        key="RULES", title="{market}: rules read, gaps and requirements", kind=K.SPECIFICATION,
        per=Per.NEED, phase=STRATEGY, days=(4, 10), effort=(3, 10), after=_after("URS"),
        acceptance="Regulatory has approved the gap list.",
    ),
    Step(
        key="REGISTER", title="{market}: registration and certificates", kind=K.REPORTING,
        per=Per.NEED, phase=IMPLEMENTATION, days=(45, 60), effort=(2, 4), needs=_MESSAGES,
        after=_after("RULES"), calendar=Days.ELAPSED,
        acceptance="Accounts for test and production work.",
    ),
    Step(
        key="REPORT", title="{market}: reports and messages set up", kind=K.REPORTING,
        per=Per.NEED, phase=IMPLEMENTATION, days=(5, 15), effort=(5, 20), needs=_MESSAGES,
        after=_after("RULES", "REPO"), acceptance="Every report passes its pre-flight.",
    ),
    Step(
        key="REPTEST", title="{market}: tested against the authority's test system",
        kind=K.VALIDATION, per=Per.NEED, phase=VALIDATION, days=(5, 10), effort=(4, 12),
        needs=_MESSAGES, after=_after("REGISTER", "REPORT"),
        acceptance="Every message of the flow was acknowledged.",
    ),
    Step(
        key="MASTER", title="{market}: master data of {count}", kind=K.MASTER_DATA, per=Per.NEED,
        phase=IMPLEMENTATION, days=(2, 4), effort=(2, 4), days_a_product=.5,
        after=_after("RULES"), acceptance="No product has a finding.",
    ),
    Step(
        key="POOLS", title="{market}: serial number policy and pools", kind=K.NUMBERS,
        per=Per.NEED, phase=IMPLEMENTATION, days=(1, 3), effort=(1, 3),
        needs=frozenset({C.SERIALS, C.ISSUED_CODES}), after=_after("RULES", "REPO"),
        acceptance="Every product has an open pool that keeps the guess limit.",
    ),
    Step(
        key="LINK", title="{market}: {partner} connected and tested", kind=K.CONNECTION,
        per=Per.NEED_PARTNER, phase=IMPLEMENTATION, days=(10, 20), effort=(3, 8),
        needs=frozenset({C.PARTNER_DATA, C.REPORTING, C.SERIALS, C.AGGREGATION}),
        after=_after("RULES", "REPO"), acceptance="A message of each kind was accepted.",
    ),
    Step(
        key="ART", title="{market}: artwork {wave} for {line}, {count}", kind=K.ARTWORK,
        per=Per.WAVE, phase=IMPLEMENTATION, days=(8, 15), effort=(3, 6), days_a_product=.5,
        needs=_ON_PACK,
        after=_after("RULES"), acceptance="The artwork is approved by regulatory and the market.",
    ),
    Step(
        key="PRINT", title="{market}: printed material {wave} for {line} delivered", kind=K.ARTWORK,
        per=Per.WAVE, phase=IMPLEMENTATION, days=(30, 35), cost_eur=6_000, needs=_ON_PACK,
        after=_after("ART"), calendar=Days.ELAPSED, acceptance="Released into stock.",
    ),
    Step(
        key="FORMAT", title="{market}: formats and recipes on {line}", kind=K.EQUIPMENT,
        per=Per.NEED_LINE, phase=IMPLEMENTATION, days=(3, 5), effort=(3, 6), needs=_ON_LINE,
        after=_after("RULES", "INSTALL", "AGG"), acceptance="Prints grade C or better.",
    ),
    Step(
        key="PQ", title="{market}: performance qualification on {line}", kind=K.VALIDATION,
        per=Per.NEED_LINE, phase=VALIDATION, days=(4, 8), effort=(4, 12), needs=_ON_LINE,
        after=_after("FORMAT", "QUAL", "AGGQUAL", "POOLS", "MASTER"), is_on_line=True,
        acceptance="The report is approved.",
    ),
    Step(
        key="LSOP", title="{market}: procedures at {site}", kind=K.PROCEDURE, per=Per.NEED_SITE,
        phase=IMPLEMENTATION, days=(3, 6), effort=(2, 5), after=_after("RULES", "SOP"),
        acceptance="The procedures are effective.",
    ),
    Step(
        key="TRAIN", title="{market}: training at {site}", kind=K.TRAINING, per=Per.NEED_SITE,
        phase=IMPLEMENTATION, days=(3, 6), effort=(2, 6), after=_after("LSOP"),
        acceptance="Everybody who packs, releases or ships for it is trained.",
    ),
    Step(
        key="PILOT", title="{market}: first batches on {line}", kind=K.PILOT, per=Per.NEED_LINE,
        phase=GO_LIVE, days=(2, 3), effort=(2, 6), needs=_ON_LINE,
        after=_after("PQ", "PRINT", "TRAIN", "REPTEST", "LINK"), calendar=Days.CAMPAIGN,
        is_on_line=True, acceptance="The first batch was commissioned, reported and released.",
    ),
    Step(
        key="REVIEW", title="{market}: readiness review", kind=K.GOVERNANCE, per=Per.NEED,
        phase=GO_LIVE, days=(1, 3), effort=(1, 4),
        after=_after("PILOT", "MASTER", "POOLS", "LINK", "REPTEST", "TRAIN"),
        acceptance="Quality and regulatory say ready.",
    ),
    Step(
        key="LIVE", title="{market}: live", kind=K.GO_LIVE, per=Per.NEED, phase=GO_LIVE,
        days=(0, 0), after=_after("REVIEW"),
        acceptance="Every pack for the market leaves as the rules ask.",
    ),
    Step(
        key="CARE", title="{market}: close support", kind=K.SUPPORT, per=Per.NEED, phase=OPERATION,
        days=(10, 20), effort=(3, 10), after=_after("LIVE"),
        acceptance="No open exception is older than three working days.",
    ),
)  # fmt: skip
