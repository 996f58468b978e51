"""The inspector's report: proofs of ledgers, to be printed and filed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from packtrail.rendering.reports import Report, Section
from packtrail.rendering.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.supply.proving import Proof

_METHOD = (
    (
        "Every entry of each ledger was read again: none is missing, and their ranges join without "
        "overlap or hole. Every number ever issued was made again and turned back to the position "
        "it came from, so that no two positions gave the same number; imported numbers were "
        "counted anew. No number was settled twice, no other pool of the trade item can give the "
        "same number, and what was issued over the numbers there are is below the limit."
    ),
    "Not known here are numbers that another system issued for the same trade item.",
)


def proof_report(proofs: Sequence[Proof], *, by: Actor, at: datetime) -> Report:
    """Return proofs as a report.

    Args:
        proofs: Of one pool or of many.
        by: Who had it made.
        at: When.
    """
    broken = sum(not proof.holds for proof in proofs)
    issued = sum(proof.issued for proof in proofs)
    verdict = "No number was issued twice" if not broken else f"{broken} ledgers do not hold"
    return Report(
        title="Proof of serial numbers",
        subtitle=verdict,
        author=f"{by.name}, {by.organisation_code}",
        made_at=at.replace(microsecond=0),
        facts={
            "Pools": f"{len(proofs):,}",
            "Numbers issued": f"{issued:,}",
            "Entries read": f"{sum(proof.entries for proof in proofs):,}",
            "Verdict": verdict,
        },
        sections=[
            Section(heading="What was done", paragraphs=_METHOD),
            *(_section(proof) for proof in proofs),
        ],
    )


def guess_odds(probability: Fraction) -> str:
    """Return a probability as people say it: `1 in 53,000`."""
    return f"1 in {int(1 / probability):,}" if probability else "none: nothing was issued"


def _section(proof: Proof) -> Section:
    verdict = "no number was issued twice" if proof.holds else "the ledger does not hold"
    return Section(
        heading=f"{proof.owner}/{proof.pool} for {proof.number_of}: {verdict}",
        paragraphs=[finding.message for finding in proof.findings],
        table=Table("Proof", (Column("What"), Column("Found")), tuple(_rows(proof))),
    )


def _rows(proof: Proof) -> Iterator[tuple[str, str]]:
    odds = guess_odds(Fraction(proof.guess_probability))
    limit = f"must be less than {proof.guess_limit}" if proof.guess_limit else "no promise was made"
    yield "Ledger since", f"{proof.since:%d %b %Y %H:%M %Z}"
    yield "Entries read", f"{proof.entries:,}"
    yield "Keys so far", f"{proof.generations:,}"
    yield "Numbers issued", f"{proof.issued:,}"
    yield "Made again and turned back", f"{proof.proven:,}"
    yield "Used", f"{proof.used:,}"
    yield "Returned, void, expired", f"{proof.returned:,}, {proof.voided:,}, {proof.expired:,}"
    yield "Numbers there are", f"{proof.space:,}"
    yield "A guess hits an issued number", f"{odds} ({limit})"
