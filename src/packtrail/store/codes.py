"""Findings of the store."""

from packtrail.base.findings import FindingCode, Severity

TOO_MANY_EVENTS = FindingCode(
    "STO-001",
    Severity.ERROR,
    "More events match than the query allows",
    remedy="Narrow the query, raise maxEventCount, or use eventCountLimit to get the first ones.",
    clause="EPCIS 2.0, 8.2.7.1, maxEventCount",
)
