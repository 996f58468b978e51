"""The closed set of checks that rules may name.

Each is a function of a subject and of named arguments; it says passed, failed or unknown, and why
in a sentence. A new duty of a market is a rule in a pack; a new *kind* of duty is a check here.

    >>> sorted(CHECKS)[:3]
    ['accepted_before_dispatch', 'accompanied_by', 'aggregated']
"""

from __future__ import annotations

from typing import Final

from packtrail.compliance.checks.answers import Answer, Check, Outcome
from packtrail.compliance.checks.item_checks import ITEM_CHECKS
from packtrail.compliance.checks.label_checks import LABEL_CHECKS
from packtrail.compliance.checks.supply_checks import SUPPLY_CHECKS

CHECKS: Final[dict[str, Check]] = {**ITEM_CHECKS, **LABEL_CHECKS, **SUPPLY_CHECKS}
"""Name -> check."""

__all__ = ["CHECKS", "Answer", "Check", "Outcome"]
