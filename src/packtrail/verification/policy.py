"""Policy: what the rules of a market make of a verification, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle.undo import EU_UNDO, UndoRule

if TYPE_CHECKING:
    from packtrail.compliance.profiles import LifecycleRules

GENERAL: Final = "packtrail general 1"
"""Named as the deciding rules where no market was asked for, or its law says nothing of states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What decides, beside the record."""

    rule_pack: str = GENERAL
    """Identity of the rule pack: name, version, hash."""
    market: str | None = None
    not_dispensable: frozenset[str] = frozenset()
    """States, in the words of a national repository, in which a pack may not be supplied."""
    terminal: frozenset[str] = frozenset({"destroyed", "stolen"})
    """States that a pack never leaves, whatever is said later."""
    undo: UndoRule = EU_UNDO
    clause: str = ""


def policy_of(rules: LifecycleRules, market: str) -> Policy:
    """Return the policy that the rules of a market make.

    Args:
        rules: What `packtrail.compliance.lifecycle_rules` says on the day.
        market: The market asked about.
    """
    within = rules.undo_within
    return Policy(
        rule_pack=str(rules.identity),
        market=market,
        not_dispensable=frozenset(rules.not_dispensable.value if rules.not_dispensable else ()),
        terminal=frozenset(rules.terminal.value) if rules.terminal else Policy().terminal,
        undo=UndoRule(within=timedelta(hours=within.value.hours)) if within else EU_UNDO,
        clause=rules.not_dispensable.clause if rules.not_dispensable else "",
    )
