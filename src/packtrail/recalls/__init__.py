"""Recalls: getting packs back, holder by holder, and knowing at every moment what is still missing.

A recall is a case with a record that is only ever added to; what it has come to is a fold over that
record. Where the packs are is not part of it: that follows from events, like everything else.

    >>> RULES[Act.CLOSE].is_signed
    True
"""

from packtrail.recalls.acts import RULES, Act, ActRule
from packtrail.recalls.case import Case, Entry, EntryKind, HolderCase, Subject, fold, until
from packtrail.recalls.terms import (
    DEPTHS,
    HAZARDS,
    LEVELS,
    CheckLevel,
    Depth,
    Hazard,
    RecallKind,
)

__all__ = [
    "DEPTHS",
    "HAZARDS",
    "LEVELS",
    "RULES",
    "Act",
    "ActRule",
    "Case",
    "CheckLevel",
    "Depth",
    "Entry",
    "EntryKind",
    "Hazard",
    "HolderCase",
    "RecallKind",
    "Subject",
    "fold",
    "until",
]
