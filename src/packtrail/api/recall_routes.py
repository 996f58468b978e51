"""Recalls: who holds what now, what holders were told and answered, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from packtrail.api.moments import Instant
from packtrail.api.requests import App, Caller
from packtrail.api.schemas import FindingOut, In, Out
from packtrail.recalls import Subject
from packtrail.recalls.case import Answer
from packtrail.recalls.telling import said
from packtrail.services.accounts import signing
from packtrail.services.recalls import acting, cases, contacts, drafting, papers

router = APIRouter(prefix="/api/v1/recalls", tags=["Recalls"])
Moment = Annotated[Instant | None, Query()]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"application/octet-stream": {}}}
}


class SubjectIO(In):
    """What is recalled: a product, a lot of it, or one pack."""

    gtin: str
    lot: str | None = None
    serial: str | None = None


class RecallIn(In):
    """A recall or drill to open."""

    title: str
    reason: str
    subjects: list[SubjectIO]
    hazard: str = "2"
    depth: str = "retail"
    kind: str = "recall"
    check_level: str = "A"
    market: str | None = None
    remind_for_hours: int | None = None


class ConfirmedIn(In):
    """What guards a step that cannot be undone: the number of the recall, typed, and a reason."""

    confirmation: str
    reason: str


class SendingIn(ConfirmedIn):
    """Who was told, and how; without holders: all that were not told yet."""

    holders: list[str] | None = None
    way: str = "mail"


class AnswerIn(In):
    """What a holder answered."""

    person: str
    on: date
    returned: int = 0
    destroyed: int = 0
    quarantined: int = 0
    used: int = 0
    not_found: int = 0
    note: str = ""


class CheckIn(In):
    """An effectiveness check."""

    person: str
    is_effective: bool
    way: str = "call"
    note: str = ""


class NoteIn(In):
    """Something to be on record."""

    text: str


class ClosureIn(ConfirmedIn):
    """The end of a recall, with the signature of a person."""

    password: str
    digest: str
    meaning: str = "approved"
    comment: str = ""


class ContactIn(In):
    """How to reach a holder."""

    name: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""
    country: str | None = None
    language: str | None = None
    is_retail: bool | None = None


class ContactOut(ContactIn):
    """How a holder is reached."""

    holder: str


class RecallOut(Out):
    """A recall."""

    number: str
    kind: str
    title: str
    hazard: str
    depth: str
    check_level: str
    market: str | None
    reason: str
    opened_at: datetime
    opened_by: str
    published_at: datetime | None
    closed_at: datetime | None
    proposed: list[str]
    told: int
    answered: int
    checked: int
    checks_wanted: int


class AccountOut(Out):
    """What became of some packs."""

    total: int
    by_fate: dict[str, int]
    by_word: int
    missing: int
    share: float


class PartOut(Out):
    """Packs of one lot that have the same fate at one holder."""

    gtin: str
    lot: str | None
    fate: str
    count: int
    inferred: int
    heard_first: datetime | None
    heard_last: datetime | None
    whence: str | None


class HolderOut(Out):
    """One holder."""

    key: str
    name: str
    is_ours: bool
    is_retail: bool
    is_reached: bool
    language: str
    account: AccountOut
    missing_for_days: int
    parts: list[PartOut]
    told_at: datetime | None
    reminders: int
    answered_by: str | None
    was_effective: bool | None


class EntryOut(Out):
    """One entry of the record."""

    number: int
    kind: str
    at: datetime
    by: str
    holder: str | None
    words: str


class ViewOut(Out):
    """Where a recall stands."""

    recall: RecallOut
    account: AccountOut
    holders: list[HolderOut]
    record: list[EntryOut]
    findings: list[FindingOut]
    digest: str
    took_seconds: float
    as_of: datetime | None
    as_known_at: datetime | None


class MessageOut(Out):
    """The draft of a message."""

    language: str
    subject: str
    text: str


def _recall(found: cases.Recall) -> dict[str, Any]:
    row, case = found.row, found.case
    names = ("number", "kind", "title", "hazard", "depth", "check_level", "market", "reason")
    return {
        **{name: getattr(row, name) for name in (*names, "opened_at", "opened_by")},
        **{name: getattr(case, name) for name in ("published_at", "closed_at", "told", "answered")},
        "checked": case.checked,
        "checks_wanted": case.checks_wanted,
        "proposed": sorted(case.proposed),
    }


def _account(found: Any) -> dict[str, Any]:
    return {
        "total": found.total,
        "by_fate": {fate.value: count for fate, count in found.by_fate.items()},
        "by_word": found.by_word,
        "missing": found.missing,
        "share": found.share,
    }


def _holder(line: cases.Line) -> dict[str, Any]:
    answer = line.holder.answer
    return {
        "key": line.key,
        "name": line.name,
        "is_ours": line.holding.is_ours,
        "is_retail": line.is_retail,
        "is_reached": line.is_reached,
        "language": line.language,
        "account": _account(line.account),
        "missing_for_days": line.missing_for_days,
        "parts": line.holding.parts,
        "told_at": line.holder.told_at,
        "reminders": line.holder.reminders,
        "answered_by": answer.person if answer else None,
        "was_effective": line.holder.was_effective,
    }


def _view(found: cases.View) -> dict[str, Any]:
    return {
        "recall": _recall(found.recall),
        "account": _account(found.account),
        "holders": [_holder(each) for each in found.lines],
        "record": [
            {
                "number": each.number, "kind": each.kind.value, "at": each.at, "by": each.by,
                "holder": each.holder, "words": said(each.kind, each.detail),
            }
            for each in found.recall.entries
        ],
        "findings": found.findings,
        "digest": acting.digest(found),
        "took_seconds": found.took_seconds,
        "as_of": found.as_of,
        "as_known_at": found.as_known_at,
    }  # fmt: skip


@router.get("", summary="Recalls and drills", response_model=list[RecallOut])
def list_recalls(app: App, actor: Caller, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Any:
    """Return recalls and drills, the newest first."""
    return [_recall(each) for each in cases.recalls(app, actor, limit=limit)]


@router.post("", status_code=201, summary="Open a recall or a drill", response_model=RecallOut)
def open_recall(body: RecallIn, app: App, actor: Caller) -> Any:
    """Open a recall; nothing is published and nobody is told by that."""
    told = body.model_dump() | {"subjects": [Subject(**s.model_dump()) for s in body.subjects]}
    return _recall(cases.open_recall(app, actor, cases.NewRecall(**told)))


@router.get("/contacts", summary="How holders are reached", response_model=list[ContactOut])
def list_contacts(app: App, actor: Caller) -> Any:
    """Return the contacts of holders, by GLN."""
    found: Mapping[str, Any] = contacts.contacts(app, actor)
    return list(found.values())


@router.put("/contacts/{holder}", status_code=204, summary="Say how to reach a holder")
def put_contact(holder: str, body: ContactIn, app: App, actor: Caller) -> Response:
    """Keep a person, a telephone number, an address, country and language of a holder."""
    contacts.put_contact(app, actor, contacts.Contact(holder=holder, **body.model_dump()))
    return Response(status_code=204)


@router.get("/{number}", summary="Where a recall stands", response_model=ViewOut)
def show_recall(
    number: str, app: App, actor: Caller, as_of: Moment = None, as_known_at: Moment = None
) -> Any:
    """Return who holds what, what each was told and answered, and what is missing; now, or then."""
    return _view(cases.view(app, actor, number, as_of=as_of, as_known_at=as_known_at))


@router.post("/{number}/counts", status_code=201, summary="Count", response_model=ViewOut)
def count(number: str, app: App, actor: Caller) -> Any:
    """Put into the record where every pack is now, and how long it took to know."""
    return _view(acting.count(app, actor, number))


@router.post("/{number}/publications", status_code=201, summary="Publish", response_model=RecallOut)
def publish(number: str, body: ConfirmedIn, app: App, actor: Caller) -> Any:
    """Give the lots the status recalled, for ever; where two persons are wanted, propose it."""
    told = acting.Confirmed(**body.model_dump())
    return _recall(acting.publish(app, actor, number, told))


@router.post("/{number}/sendings", status_code=201, summary="Mark sent", response_model=RecallOut)
def mark_sent(number: str, body: SendingIn, app: App, actor: Caller) -> Any:
    """Say that holders were told; their clocks begin."""
    told = acting.Confirmed(confirmation=body.confirmation, reason=body.reason)
    return _recall(acting.mark_sent(app, actor, number, told, holders=body.holders, way=body.way))


@router.post("/{number}/notes", status_code=204, summary="Write into the record")
def note(number: str, body: NoteIn, app: App, actor: Caller) -> Response:
    """Write something into the record."""
    acting.note(app, actor, number, body.text)
    return Response(status_code=204)


@router.post("/{number}/closure", status_code=201, summary="Close", response_model=RecallOut)
def close(number: str, body: ClosureIn, app: App, actor: Caller) -> Any:
    """Sign where the recall stands, and add nothing afterwards; only a person can."""
    told = acting.Confirmed(confirmation=body.confirmation, reason=body.reason)
    statement = signing.Statement(
        password=body.password, meaning=body.meaning, digest=body.digest, comment=body.comment
    )
    return _recall(acting.close(app, actor, number, told, statement))


@router.get("/{number}/packs.csv", summary="Its packs", response_class=Response, responses=_FILES)
def packs(
    number: str,
    app: App,
    actor: Caller,
    holder: str | None = None,
    as_of: Moment = None,
    as_known_at: Moment = None,
) -> Response:
    """Return the packs of a recall, of one holder or of all, as CSV."""
    made = drafting.packs_csv(app, actor, number, holder, as_of=as_of, as_known_at=as_known_at)
    return Response(made, media_type="text/csv")


@router.get("/{number}/report.pdf", summary="Report", response_class=Response, responses=_FILES)
def report(
    number: str, app: App, actor: Caller, as_of: Moment = None, as_known_at: Moment = None
) -> Response:
    """Return where a recall stands as PDF, with its signatures."""
    made = papers.report(app, actor, number, as_of=as_of, as_known_at=as_known_at)
    return Response(made, media_type="application/pdf")


@router.get("/{number}/report.xlsx", summary="Workbook", response_class=Response, responses=_FILES)
def workbook(
    number: str, app: App, actor: Caller, as_of: Moment = None, as_known_at: Moment = None
) -> Response:
    """Return where a recall stands as XLSX."""
    made = papers.workbook(app, actor, number, as_of=as_of, as_known_at=as_known_at)
    return Response(made, media_type=_XLSX)


@router.get(
    "/{number}/holders/{holder}/message", summary="Draft a message", response_model=MessageOut
)
def message(number: str, holder: str, app: App, actor: Caller) -> Any:
    """Return the draft of the message to a holder, in its language."""
    return drafting.holder(app, actor, number, holder).message


@router.get(
    "/{number}/holders/{holder}/message.eml",
    summary="A message as mail",
    response_class=Response,
    responses=_FILES,
)
def mail(number: str, holder: str, app: App, actor: Caller) -> Response:
    """Return the message to a holder with the list of its packs, ready to be sent."""
    return Response(drafting.mail(app, actor, number, holder), media_type="message/rfc822")


@router.get(
    "/{number}/holders/{holder}/message.pdf",
    summary="A message as letter",
    response_class=Response,
    responses=_FILES,
)
def letter(number: str, holder: str, app: App, actor: Caller) -> Response:
    """Return the message to a holder as PDF."""
    return Response(drafting.letter(app, actor, number, holder), media_type="application/pdf")


@router.post("/{number}/holders/{holder}/answers", status_code=204, summary="Note an answer")
def acknowledge(number: str, holder: str, body: AnswerIn, app: App, actor: Caller) -> Response:
    """Note what a holder answered: who, when, and what became of how many packs."""
    acting.acknowledge(app, actor, number, holder, Answer(**body.model_dump()))
    return Response(status_code=204)


@router.post("/{number}/holders/{holder}/checks", status_code=204, summary="Note a check")
def check(number: str, holder: str, body: CheckIn, app: App, actor: Caller) -> Response:
    """Note whether a holder understood the message and acted."""
    acting.check(app, actor, number, holder, acting.Check(**body.model_dump()))
    return Response(status_code=204)
