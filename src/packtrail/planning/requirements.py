"""Requirements and the tests that prove them, and the trace from an input to its proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.checking import check_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.book import Book
    from packtrail.planning.inputs import Input
    from packtrail.planning.work import WorkPackage


class RequirementState(StrEnum):
    """Whether a requirement counts."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Something the system, a line or a procedure must do."""

    code: str
    title: str
    text: str = ""
    inputs: tuple[str, ...] = ()
    """Codes of the inputs it comes from."""
    packages: tuple[str, ...] = ()
    """Codes of the work packages that bring it."""
    acceptance: str = ""
    """By what one knows that it is met."""
    market: str = ""
    clause: str = ""
    """The rule it comes from, where it does."""
    state: RequirementState = RequirementState.DRAFT


class OutcomeOfTest(StrEnum):
    """How a test came out."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceTest:
    """A test of requirements, and its evidence."""

    code: str
    title: str
    requirements: tuple[str, ...] = ()
    package: str = ""
    """Code of the validation package it is run in."""
    method: str = ""
    """What is done, and what is expected."""
    result: OutcomeOfTest = OutcomeOfTest.OPEN
    run_on: date | None = None
    run_by: str = ""
    evidence: str = ""
    """Where the record is: a document, an event, a file."""


class Proof(StrEnum):
    """How far a requirement is proven."""

    PROVEN = "proven"
    """All its tests passed."""
    FAILED = "failed"
    OPEN = "open"
    """There are tests, not all of them run."""
    NONE = "none"
    """There is no test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A requirement with what it comes from, what brings it and what proves it."""

    requirement: Requirement
    inputs: tuple[Input, ...]
    packages: tuple[WorkPackage, ...]
    tests: tuple[AcceptanceTest, ...]
    proof: Proof


def trace(book: Book) -> tuple[Traced, ...]:
    """Return all requirements of a book with both ends of their trace, by code."""
    tests: dict[str, list[AcceptanceTest]] = {}
    for test in book.tests.values():
        for code in test.requirements:
            tests.setdefault(code, []).append(test)
    return tuple(
        _traced(book, each, tuple(tests.get(code, ())))
        for code, each in sorted(book.requirements.items())
    )


def trace_of(book: Book, told: Input) -> tuple[Traced, ...]:
    """Return the requirements that come from an input, traced to their tests."""
    return tuple(each for each in trace(book) if told.code in each.requirement.inputs)


def proof_of(tests: tuple[AcceptanceTest, ...]) -> Proof:
    """Return how far the tests of a requirement prove it."""
    results = {each.result for each in tests}
    if OutcomeOfTest.FAILED in results:
        return Proof.FAILED
    if not results:
        return Proof.NONE
    return Proof.PROVEN if results == {OutcomeOfTest.PASSED} else Proof.OPEN


def check_requirement(told: Requirement, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a requirement, `PLN-004`."""
    if told.state is RequirementState.APPROVED and not told.acceptance.strip():
        message = f"{told.code} is approved and does not say by what one knows that it is met."
        yield codes.BAD_VALUE.found(message, at=f"{at}/acceptance")


def check_test(told: AcceptanceTest, at: str) -> Iterator[Finding]:
    """Yield what is wrong with a test, `PLN-004`; one that passed names its evidence."""
    yield from check_day(told.run_on, f"run_on of {told.code}", f"{at}/run_on")
    if told.result is not OutcomeOfTest.OPEN:
        for name in ("run_on", "run_by", "evidence"):
            if not getattr(told, name):
                message = f"{told.code} has {told.result.value} and does not say {name}."
                yield codes.BAD_VALUE.found(message, at=f"{at}/{name}")


def check_references(book: Book) -> Iterator[Finding]:
    """Yield what requirements, tests and sessions name that a book does not have, `PLN-002`."""
    for member, field, target in _REFERENCES:
        known: Mapping[str, object] = getattr(book, target)
        for code, entry in getattr(book, member).items():
            named = getattr(entry, field)
            for each in (named,) if isinstance(named, str) else named:
                if each and each not in known:
                    message = f"{code} names {each[:80]!r} in {field}, which is not there."
                    yield codes.UNKNOWN_REFERENCE.found(message, at=f"{member}/{code}/{field}")


_REFERENCES = (
    ("requirements", "inputs", "inputs"),
    ("requirements", "packages", "packages"),
    ("tests", "requirements", "requirements"),
    ("tests", "package", "packages"),
    ("sessions", "course", "courses"),
    ("sessions", "attended", "people"),
)
"""(member of a book, field of its entries, member whose codes it names)."""


def _traced(book: Book, requirement: Requirement, tests: tuple[AcceptanceTest, ...]) -> Traced:
    return Traced(
        requirement=requirement,
        inputs=tuple(book.inputs[each] for each in requirement.inputs if each in book.inputs),
        packages=tuple(
            book.packages[each] for each in requirement.packages if each in book.packages
        ),
        tests=tests,
        proof=proof_of(tests),
    )
