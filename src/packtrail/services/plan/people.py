"""People of a programme: what they are trained for, and what became of what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packtrail.base.errors import NotFound
from packtrail.planning import codes
from packtrail.planning.requirements import Traced, trace, trace_of
from packtrail.planning.training import Competence, competences
from packtrail.services.plan import books

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetenceView:
    """How somebody stands to a course, as plain values."""

    person: str
    name: str
    department: str
    site: str
    course: str
    title: str
    standing: str
    is_required: bool
    passed_on: date | None
    valid_until: date | None
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """A requirement from its inputs to its proof, as plain values."""

    requirement: str
    title: str
    state: str
    acceptance: str
    inputs: tuple[str, ...]
    packages: tuple[str, ...]
    tests: tuple[str, ...]
    """`code: result, evidence`."""
    proof: str


def of_programme(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> tuple[Competence, ...]:
    """Return how all people of a programme stand to the courses they need or have passed.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    book = books.opened(app, actor, programme).book
    day = on or app.clock().date()
    return competences(book.people, book.courses, book.sessions.values(), day)


def competences_view(
    app: Application, actor: Actor, programme: str, *, on: date | None = None
) -> tuple[CompetenceView, ...]:
    """Return the same as plain values.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    return tuple(
        CompetenceView(
            person=each.person.code,
            name=each.person.name,
            department=each.person.department.value,
            site=each.person.site,
            course=each.course.code,
            title=each.course.title,
            standing=each.standing.value,
            is_required=each.course.is_required,
            passed_on=each.passed_on,
            valid_until=each.valid_until,
            session=each.session,
        )
        for each in of_programme(app, actor, programme, on=on)
    )


def trace_view(
    app: Application, actor: Actor, programme: str, *, told: str = ""
) -> tuple[TraceView, ...]:
    """Return requirements from their inputs to their tests.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        told: Only those that come from the input of this code.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
    """
    book = books.opened(app, actor, programme).book
    if not told:
        return tuple(map(_view, trace(book)))
    if told not in book.inputs:
        raise NotFound(codes.NO_ENTRY.found(f"There is no input {told[:80]!r}.", at="input"))
    return tuple(map(_view, trace_of(book, book.inputs[told])))


def _view(each: Traced) -> TraceView:
    return TraceView(
        requirement=each.requirement.code,
        title=each.requirement.title,
        state=each.requirement.state.value,
        acceptance=each.requirement.acceptance,
        inputs=each.requirement.inputs,
        packages=each.requirement.packages,
        tests=tuple(
            f"{test.code}: {test.result.value}" + (f", {test.evidence}" if test.evidence else "")
            for test in each.tests
        ),
        proof=each.proof.value,
    )
