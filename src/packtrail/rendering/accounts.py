"""The reconciliation of a work order on paper and as sheets: what is signed, and filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.production.happenings import REASONS
from packtrail.production.reconciliation import Outcome
from packtrail.rendering import times
from packtrail.rendering.reports import Report, Section, Signature
from packtrail.rendering.tables import Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packtrail.base.findings import Finding
    from packtrail.production.orders import Terms
    from packtrail.production.reconciliation import LevelSums, Reconciliation

_NUMBER: Final = Kind.NUMBER
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.COMMISSIONED: "Good",
    Outcome.SAMPLED: "Sampled",
    Outcome.REJECTED: "Rejected",
    Outcome.DESTROYED: "Destroyed",
    Outcome.RETURNED: "Returned",
    Outcome.VOID: "Void",
    Outcome.UNACCOUNTED: "Unaccounted",
}
"""What people call each outcome."""


def report_of(
    sums: Reconciliation,
    terms: Terms,
    *,
    facts: Mapping[str, str],
    signatures: Sequence[Signature],
    digest: str,
    author: str,
    made_at: datetime,
) -> Report:
    """Return the reconciliation as a report to print and sign.

    Args:
        sums: The account.
        terms: What was to be made.
        facts: Order, owner, line, times: title -> text.
        signatures: Those under the account as it is now.
        digest: SHA-256 of order and account, which the signatures stand for.
        author: Who has it printed.
        made_at: When.
    """
    verdict = "Everything adds up." if sums.adds_up else "Something is open: see the findings."
    return Report(
        title="Batch reconciliation",
        subtitle=f"{terms.product}, lot {terms.lot}",
        author=author,
        made_at=made_at,
        facts={**facts, "SHA-256 of what is signed": digest},
        sections=(
            Section(heading="Numbers issued", paragraphs=(verdict,), table=numbers_table(sums)),
            Section(heading="Yields", table=yields_table(sums)),
            Section(heading="Rejects and samples", table=reasons_table(sums)),
            Section(heading="Reports of the line", table=reported_table(sums)),
            Section(
                heading="Findings",
                paragraphs=() if sums.findings else ("None.",),
                table=findings_table(sums.findings) if sums.findings else None,
            ),
        ),
        signatures=signatures,
    )


def sheets_of(sums: Reconciliation) -> tuple[Table, ...]:
    """Return the reconciliation as the sheets of a file."""
    return (
        numbers_table(sums),
        yields_table(sums),
        reasons_table(sums),
        reported_table(sums),
        findings_table(sums.findings),
        open_table(sums),
    )


def numbers_table(sums: Reconciliation) -> Table:
    """Return what became of the numbers of each level; a row adds up to what was issued."""
    columns = (
        Column("Level"),
        Column("Numbers of"),
        Column("Planned", _NUMBER),
        Column("Issued", _NUMBER),
        *(Column(OUTCOMES[outcome], _NUMBER) for outcome in Outcome),
    )
    rows: list[tuple[str | int, ...]] = [
        (
            _level(each),
            each.number_of,
            each.planned,
            each.issued,
            *(each.outcomes[outcome] for outcome in Outcome),
        )
        for each in sums.levels
    ]
    return Table("Numbers", columns, rows)


def yields_table(sums: Reconciliation) -> Table:
    """Return how many were made, how many of them are good, and how many are packed away."""
    columns = (
        Column("Level"),
        Column("Made", _NUMBER),
        Column("Good", _NUMBER),
        Column("Yield, %", _NUMBER),
        Column("In a container", _NUMBER),
    )
    rows = [
        (_level(each), each.made, each.good, each.yield_percent, each.packed)
        for each in sums.levels
    ]
    return Table("Yields", columns, rows)


def reasons_table(sums: Reconciliation) -> Table:
    """Return why numbers were rejected or sampled, or packs destroyed."""
    rows = [
        (_level(each), REASONS.get(reason, reason), count)
        for each in sums.levels
        for reason, count in each.reasons.items()
    ]
    columns = (Column("Level"), Column("Reason"), Column("Count", _NUMBER))
    return Table("Reasons", columns, rows or [("", "None", 0)])


def reported_table(sums: Reconciliation) -> Table:
    """Return what the reports of the line came to, and what it counted itself."""
    told = sums.reported
    rows = [
        ("Reports", str(told.reports)),
        ("Missing in the line's own sequence", _some(told.missing)),
        ("Happenings that still wait", str(told.waiting)),
        ("Numbers that were never issued", _some(told.unknown)),
        ("Numbers commissioned twice", _some(told.doubles)),
        *((f"Counted by the line: {name}", str(n)) for name, n in told.line_counts.items()),
    ]
    return Table("Reports", (Column("What"), Column("How many")), rows)


def findings_table(findings: Sequence[Finding]) -> Table:
    """Return what is worth saying."""
    columns = (Column("Code"), Column("Severity"), Column("Finding"), Column("What to do"))
    rows = [(each.code, each.severity.value, each.message, each.remedy) for each in findings]
    return Table("Findings", columns, rows)


def open_table(sums: Reconciliation) -> Table:
    """Return examples of numbers that are open, or in use though given back."""
    rows = [
        (_level(each), number, what)
        for each in sums.levels
        for numbers, what in (
            (each.unaccounted, "unaccounted"),
            (each.misused, "in use though given back"),
        )
        for number in numbers
    ]
    return Table("Open numbers", (Column("Level"), Column("Number"), Column("What")), rows)


def _level(each: LevelSums) -> str:
    return each.level.value.capitalize()


def _some(values: Sequence[object]) -> str:
    if not values:
        return "0"
    shown = ", ".join(str(each) for each in values[:5])
    return f"{len(values):,}: {shown}" + (" ..." if len(values) > 5 else "")


def fact_time(at: datetime | None) -> str:
    """Return a time as a fact of a report."""
    return times.moment(at) if at else "not yet"
