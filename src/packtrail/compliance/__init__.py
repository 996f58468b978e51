"""The law as dated data: rule packs, what they say of a subject on a day, and what comes next.

A pack is read from its files (`loading`), put together with what it builds on (`catalogue`), and
asked about a trade item, a label, a lot, a shipment (`evaluate`). The day is always an argument.
"""

from __future__ import annotations

from packtrail.compliance.catalogue import Catalogue
from packtrail.compliance.checks import CHECKS, Outcome
from packtrail.compliance.comparison import between_days, between_versions
from packtrail.compliance.evaluation import Evaluation, RuleResult, evaluate
from packtrail.compliance.explanation import why
from packtrail.compliance.linting import lint, run_cases
from packtrail.compliance.loading import load
from packtrail.compliance.packs import Pack, PackIdentity
from packtrail.compliance.portfolio import Partner, Placement, Portfolio
from packtrail.compliance.profiles import (
    label_profile,
    lifecycle_rules,
    reporting_duties,
    serial_rules,
)
from packtrail.compliance.radar import radar, standing
from packtrail.compliance.subjects import (
    Document,
    Incident,
    Label,
    Lot,
    Return,
    Scan,
    Shipment,
    Subject,
    TradeItem,
)
from packtrail.compliance.time_machine import ahead, travel

__all__ = [
    "CHECKS",
    "Catalogue",
    "Document",
    "Evaluation",
    "Incident",
    "Label",
    "Lot",
    "Outcome",
    "Pack",
    "PackIdentity",
    "Partner",
    "Placement",
    "Portfolio",
    "Return",
    "RuleResult",
    "Scan",
    "Shipment",
    "Subject",
    "TradeItem",
    "ahead",
    "between_days",
    "between_versions",
    "evaluate",
    "label_profile",
    "lifecycle_rules",
    "lint",
    "load",
    "radar",
    "reporting_duties",
    "run_cases",
    "serial_rules",
    "standing",
    "travel",
    "why",
]
