"""Departments, and what each may have to do with a piece of work."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Department(StrEnum):
    """Who takes part in a programme."""

    MANAGEMENT = "management"
    COMPLIANCE = "compliance"
    REGULATORY = "regulatory"
    ENGINEERING = "engineering"
    SUPPLY_CHAIN = "supply_chain"
    PACKAGING = "packaging"
    VALIDATION = "validation"
    QUALITY = "quality"
    TRAINING = "training"
    CUSTOMER_SUPPORT = "customer_support"
    IT = "it"
    FINANCE = "finance"
    CMO = "cmo"
    SUPPLIER = "supplier"


class Part(StrEnum):
    """What a department has to do with a piece of work."""

    RESPONSIBLE = "R"
    """Does it."""
    ACCOUNTABLE = "A"
    """Answers for it."""
    BOTH = "A/R"
    CONSULTED = "C"
    INFORMED = "I"


DOING: Final = frozenset({Part.RESPONSIBLE, Part.ACCOUNTABLE, Part.BOTH})
"""Whose work it is."""
ANSWERING: Final = frozenset({Part.ACCOUNTABLE, Part.BOTH})
