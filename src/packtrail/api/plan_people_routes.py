"""Readiness, inputs, traces and training of programmes through REST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from packtrail.api.moments import Day
from packtrail.api.requests import App, Caller, bounded_body
from packtrail.planning.communication import Digest, Notice
from packtrail.planning.departments import Department, Part
from packtrail.planning.inputs import Ageing, Input, InputKind, InputState, ageing
from packtrail.services.plan import books, inputs, people, readiness, responsibilities, telling
from packtrail.services.plan.responsibilities import RaciView
from packtrail.services.plan.writing import Written

router = APIRouter(prefix="/api/v1/plans", tags=["Plans"])
inputs_router = APIRouter(prefix="/api/v1/inputs", tags=["Plans"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Who answers for an input, and by when."""

    owner: str
    due_on: Day | None = None
    kind: InputKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text: a remark, an answer, a reason."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raci:
    """Who has to do with a work package, all of it; nothing: as its kind of work proposes."""

    raci: Mapping[Department, Part]
    revision: int | None = None
    """That the change was made from; null: whatever it is now."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An input with the programme it was raised to."""

    programme: str
    input: Input


@router.get("/{programme}/readiness", summary="Readiness", response_model=list[readiness.ItemView])
def show_readiness(
    programme: str, app: App, actor: Caller, market: str = "", on: Day | None = None
) -> Any:
    """Return what the rules need, whether it was seen, what is missing and how late it is."""
    return readiness.items_view(app, actor, programme, market=market, on=on)


@inputs_router.get("", summary="Inputs", response_model=list[Raised])
def list_inputs(
    app: App,
    actor: Caller,
    about: Annotated[str, Query(max_length=inputs.ABOUT_MAX)] = "",
    programme: str = "",
    state: InputState | None = None,
    department: Department | None = None,
) -> Any:
    """Return inputs of all programmes or of one, the oldest first.

    With `about` only those about an object, such as `line:c1`, `market:IT` or `package:URS`.
    """
    found = inputs.listed(
        app, actor, programme, about=about, state=state, department=department
    )  # fmt: skip
    return [Raised(programme=code, input=each) for code, each in found]


@router.post("/{programme}/inputs", status_code=201, summary="Raise an input", response_model=Input)
def raise_input(programme: str, body: inputs.NewInput, app: App, actor: Caller) -> Any:
    """Take down a requirement, a concern, a change or a question."""
    return inputs.raise_input(app, actor, programme, body)


@router.post(
    "/{programme}/inputs/mails", status_code=201, summary="Raise an input by mail",
    response_model=Input,
)  # fmt: skip
async def raise_from_mail(
    programme: str,
    request: Request,
    app: App,
    actor: Caller,
    *,
    kind: InputKind = InputKind.CHANGE,
    department: Department | None = None,
) -> Any:
    """Take an input down from a mail saved as a file (RFC 5322), the body of the request."""
    content = await bounded_body(request, app.settings)
    return await run_in_threadpool(
        inputs.raise_from_mail, app, actor, programme, content, kind=kind, department=department
    )


@router.post("/{programme}/inputs/{code}/remarks", summary="Discuss an input", response_model=Input)
def remark(programme: str, code: str, body: Said, app: App, actor: Caller) -> Any:
    """Add to the discussion of an input."""
    return inputs.add_remark(app, actor, programme, code, body.text)


@router.post("/{programme}/inputs/{code}/triage", summary="Triage an input", response_model=Input)
def triage(programme: str, code: str, body: Triage, app: App, actor: Caller) -> Any:
    """Say who answers for an input, and by when."""
    return inputs.triage(
        app, actor, programme, code, owner=body.owner, due_on=body.due_on, kind=body.kind
    )


@router.post("/{programme}/inputs/{code}/decision", summary="Decide an input", response_model=Input)
def decide(programme: str, code: str, body: inputs.Decision, app: App, actor: Caller) -> Any:
    """Decide an input with a reason; its effect on the plan is worked out and kept."""
    return inputs.decide(app, actor, programme, code, body)


@router.post("/{programme}/inputs/{code}/answer", summary="Answer an input", response_model=Input)
def answer(programme: str, code: str, body: Said, app: App, actor: Caller) -> Any:
    """Answer whoever raised it; that closes it."""
    return inputs.answer(app, actor, programme, code, body.text)


@router.post("/{programme}/inputs/{code}/reopening", summary="Reopen it", response_model=Input)
def reopen(programme: str, code: str, body: Said, app: App, actor: Caller) -> Any:
    """Take an input up again."""
    return inputs.reopen(app, actor, programme, code, body.text)


@router.get("/{programme}/ageing", summary="Age of inputs", response_model=list[Ageing])
def ages(programme: str, app: App, actor: Caller) -> Any:
    """Return by department how many inputs are open and overdue, and how long answers take."""
    book = books.opened(app, actor, programme).book
    return ageing(book.inputs.values(), app.clock().date())


@router.get("/{programme}/trace", summary="Trace", response_model=list[people.TraceView])
def trace(programme: str, app: App, actor: Caller, input: str = "") -> Any:  # noqa: A002 - its name
    """Return requirements from the inputs they come from to the tests that prove them."""
    return people.trace_view(app, actor, programme, told=input)


@router.get(
    "/{programme}/competences", summary="Competences", response_model=list[people.CompetenceView]
)
def competences(programme: str, app: App, actor: Caller, on: Day | None = None) -> Any:
    """Return how people stand to the courses they need or have passed."""
    return people.competences_view(app, actor, programme, on=on)


@router.get("/{programme}/digests/{department}", summary="Digest", response_model=Digest)
def show_digest(
    programme: str,
    department: Department,
    app: App,
    actor: Caller,
    days: Annotated[int, Query(ge=1, le=366)] = telling.DAYS,
) -> Any:
    """Return what a department is told: what changed, what is due, what is needed of it."""
    return telling.digest_of(app, actor, programme, department, days=days)


@router.get("/{programme}/readers", summary="Readers", response_model=list[telling.ReadersView])
def show_readers(programme: str, app: App, actor: Caller) -> Any:
    """Return for each published notice how many have read it and who must still do so."""
    return telling.readers_view(app, actor, programme)


@router.post("/{programme}/notices/{code}/receipts", summary="Read it", response_model=Notice)
def acknowledge(programme: str, code: str, app: App, actor: Caller, person: str = "") -> Any:
    """Say that one has read a notice, or that a person has: as a list signed on paper says."""
    return telling.acknowledge(app, actor, programme, code, person=person)


@router.post(
    "/{programme}/notices/{code}/reminders", summary="Remind of it",
    response_model=telling.Reminded,
)  # fmt: skip
def remind(programme: str, code: str, app: App, actor: Caller) -> Any:
    """Remind everybody by mail who must still read a notice, each once a day at most."""
    return telling.remind(app, actor, programme, code)


@router.get("/{programme}/packs/{meeting}", summary="Meeting pack", response_class=Response)
def meeting_pack(programme: str, meeting: str, app: App, actor: Caller) -> Response:
    """Return the pack for a meeting, as PDF."""
    content = telling.meeting_pack(app, actor, programme, meeting)
    return Response(content, media_type="application/pdf")


@router.get("/{programme}/raci", summary="RACI", response_model=list[RaciView])
def show_raci(programme: str, app: App, actor: Caller) -> Any:
    """Return who has to do with each work package that is not done, and what is unclear of it."""
    return responsibilities.raci_view(app, actor, programme)


@router.put("/{programme}/raci/{package:path}", summary="Put a RACI", response_model=Written)
def put_raci(programme: str, package: str, body: Raci, app: App, actor: Caller) -> Any:
    """Say who has to do with a package; nothing: as its kind of work proposes."""
    return responsibilities.put_raci(
        app, actor, programme, package, body.raci, revision=body.revision, reason=body.reason
    )
