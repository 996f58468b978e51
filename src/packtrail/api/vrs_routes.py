"""Verification messages of GS1: the responder at `/verify` and `/checkConnectivity`, and our side.

Only an answer with status 200 has a body, as the standard says; what is wrong with a request is
told in the header `Packtrail-Finding`, for whoever looks into it.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from packtrail.api.goods_schemas import AskIn
from packtrail.api.requests import App, Caller, the_actor, the_application
from packtrail.api.schemas import FindingOut, In, Out
from packtrail.base.errors import (
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RefusedError,
    Unavailable,
)
from packtrail.services.verification import (
    vrs,
    vrs_directory,
    vrs_partners,
    vrs_requests,
    vrs_trust,
)
from packtrail.services.verification.verifying import Ask
from packtrail.services.verification.vrs_directory import Entry
from packtrail.verification import messaging, presentations
from packtrail.verification.messaging import ResponderPolicy
from packtrail.verification.presentations import Proof, Unproven
from packtrail.verification.signed_tokens import LENGTH_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.verification.trust import Signer

responder = APIRouter(tags=["Verification messages"])
own = APIRouter(prefix="/api/v1/vrs", tags=["Verification messages"])
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotAuthenticated, 401),
    (NotPermitted, 403),
    (NotFound, 404),
    (RefusedError, 400),
    (Unavailable, 503),
)
_HEADERS = {
    "cache-control": "private, no-cache",
    messaging.VERSION_HEADER: messaging.VERSION,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Answered, verified or not", "content": {"application/json": {}}},
    **{
        status: {"description": text}
        for status, text in (
            (400, "Not as the standard says"),
            (401, "Requester not known"),
            (403, "Not permitted"),
            (404, "GTIN not handled"),
            (503, "Not available"),
        )
    },
}


@responder.get(
    "/verify/{message:path}",
    summary="Verify a pack: GS1 lightweight message",
    response_class=Response,
    responses=_ANSWERS,
)
async def verify(request: Request, message: str) -> Response:
    """Answer `gtin/{gtin}/lot/{lot}/ser/{serial}?exp=&linkType=&context=&reqGLN=&corrUUID=`."""
    # The path as it came: a slash in a lot or serial number is percent-encoded there.
    raw = request.scope.get("raw_path") or f"/verify/{message}".encode()
    parts = raw.decode("latin-1").partition("?")[0].removeprefix("/verify/").split("/")
    query = dict(request.query_params)
    shown = request.headers.get(presentations.HEADER)
    return await run_in_threadpool(
        _answered,
        request,
        lambda app, actor: vrs.respond(app, actor, parts, query, presentation=shown),
    )


@responder.get(
    "/checkConnectivity",
    summary="Tell whether a GTIN is answered for",
    response_class=Response,
    responses=_ANSWERS,
)
def check_connectivity(request: Request) -> Response:
    """Answer with the GLN of the responder; `gtin`, `reqGLN` and `context` are needed."""
    query = dict(request.query_params)
    shown = request.headers.get(presentations.HEADER)
    return _answered(
        request,
        lambda app, actor: vrs.check_connectivity(app, actor, query, presentation=shown),
    )


def _answered(request: Request, act: Callable[[Any, Any], dict[str, Any]]) -> Response:
    try:
        application = the_application(request)
        body = act(application, the_actor(request, application))
    except (RefusedError, Unavailable) as fault:
        status = next(status for kind, status in _STATUS if isinstance(fault, kind))
        codes = {each.code for each in fault.findings} if isinstance(fault, RefusedError) else ()
        said = {"packtrail-finding": " ".join(sorted(codes))} if codes else {}
        return Response(status_code=status, headers={**_HEADERS, **said})
    return Response(json.dumps(body), media_type="application/json", headers=_HEADERS)


class PolicyIO(In):
    """What a maker answers where the message leaves it open."""

    verifies_recalled: bool = True
    verifies_expired: bool = False
    verifies_suspect: bool = True
    tells_reason: bool = True
    needs_presentation: bool = False
    unproven: Unproven = Unproven.FLAG


class ResponderIO(In):
    """With which GLN and policy an organisation answers."""

    gln: str
    policy: PolicyIO = PolicyIO()


class EntryIn(In):
    """One entry of the lookup directory."""

    url: str
    responder_gln: str
    credential: str | None = None
    presentation: str | None = None


class EntryOut(Out):
    """One entry of the lookup directory."""

    gtin: str
    url: str
    responder_gln: str
    credential: str | None
    presentation: str | None


class ImportedOut(Out):
    """What came of a list for the directory."""

    new: int
    changed: int
    same: int
    findings: list[FindingOut]
    is_kept: bool


class PartnerIn(In):
    """A partner that may ask us."""

    gln: str
    name: str
    days: int | None = None


class PartnerOut(Out):
    """A partner that may ask us, and what became of its key."""

    key_id: str
    gln: str
    name: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewPartnerOut(Out):
    """The key of a partner, shown this once."""

    secret: str
    key_id: str


class SpanOut(Out):
    """The days on which something counts; null is open, the last day is within."""

    from_on: date | None
    to_on: date | None


class SignerOut(Out):
    """An issuer whose credentials count, or a holder whose keys are known."""

    id: str
    name: str
    gln: str | None
    span: SpanOut
    algorithms: list[str]


class RevokedOut(Out):
    """A credential that its issuer took back."""

    credential: str
    issuer: str
    on: date
    reason: str


class StatusListOut(Out):
    """A status list of an issuer."""

    url: str
    span: SpanOut
    size: int


class TrustOut(Out):
    """Whose credentials count, and since when it is said."""

    version: int
    sha256: str
    set_at: datetime | None
    set_by: str
    is_kept: bool
    audiences: list[str]
    issuers: list[SignerOut]
    holders: list[SignerOut]
    revoked: list[RevokedOut]
    status_lists: list[StatusListOut]


class PresentationIn(In):
    """A presentation to look at."""

    presentation: Annotated[str, StringConstraints(max_length=LENGTH_MAX)]
    req_gln: str = ""


class PresentationOut(Out):
    """What a presentation would prove now."""

    proof: Proof
    holder: str
    issuer: str
    credential: str
    expires_at: datetime | None
    findings: list[FindingOut]


class AskingIn(In):
    """A pack to ask a responder about."""

    pack: AskIn
    context: str = messaging.SALEABLE_RETURN
    req_gln: str | None = None


class RequestOut(Out):
    """A request to a responder, and what came of it."""

    corr_uuid: UUID
    gtin: str
    serial: str
    lot: str
    expires: str | None
    context: str
    req_gln: str
    url: str
    asked_by: str
    asked_at: datetime
    due_at: datetime
    next_at: datetime | None
    attempts: int
    status: str
    answered_at: datetime | None
    verified: bool | None
    reason: str | None
    info: str | None
    responder_gln: str | None
    http_status: int | None
    problem: str | None


@own.get("/responder", summary="Our responder", response_model=ResponderIO)
def show_responder(app: App, actor: Caller) -> Any:
    """Return with which GLN and policy we answer."""
    found = vrs.responder(app, actor)
    return {"gln": found.gln, "policy": found.policy}


@own.put("/responder", summary="Set our responder up", response_model=ResponderIO)
def set_responder(body: ResponderIO, app: App, actor: Caller) -> Any:
    """Say with which GLN and policy we answer; an API key that may verify opens it to others."""
    policy = ResponderPolicy(**body.policy.model_dump())
    found = vrs.set_responder(app, actor, body.gln, policy)
    return {"gln": found.gln, "policy": found.policy}


@own.get("/directory", summary="The lookup directory", response_model=list[EntryOut])
def list_entries(app: App, actor: Caller) -> Any:
    """Return which responder answers for which GTIN."""
    return vrs_directory.directory(app, actor)


@own.put("/directory/{gtin}", summary="Name a responder", response_model=EntryOut)
def put_entry(gtin: str, body: EntryIn, app: App, actor: Caller) -> Any:
    """Say which responder answers for a GTIN."""
    return vrs_directory.put_entry(app, actor, Entry(gtin=gtin, **body.model_dump()))


@own.post("/directory/imports", summary="Take a list in", response_model=ImportedOut)
async def import_entries(
    request: Request,
    filename: str = "directory.csv",
    dry_run: Annotated[bool, Query(description="Only say what would come of it")] = False,  # noqa: FBT002
) -> Any:
    """Take a table (CSV, XLSX, JSON) into the directory: the good rows, a finding for each bad."""
    app = the_application(request)
    actor = await run_in_threadpool(the_actor, request, app)
    content = await request.body()
    return await run_in_threadpool(
        lambda: vrs_directory.import_entries(app, actor, content, filename, is_dry=dry_run)
    )


@own.get("/partners", summary="Who may ask us", response_model=list[PartnerOut])
def list_partners(app: App, actor: Caller) -> Any:
    """Return the partners with a key of their own."""
    return vrs_partners.partners(app, actor)


@own.post("/partners", status_code=201, summary="Let a partner ask", response_model=NewPartnerOut)
def add_partner(body: PartnerIn, app: App, actor: Caller) -> Any:
    """Make a key with which a partner may ask, with its GLN and no other."""
    made = vrs_partners.add_partner(app, actor, body.gln, name=body.name, days=body.days)
    return {"secret": made.secret, "key_id": made.key.key_id}


@own.get("/trust", summary="Whose credentials count", response_model=TrustOut)
def show_trust(app: App, actor: Caller) -> Any:
    """Return whose credentials of trading partners count."""
    return _trust(vrs_trust.current(app, actor))


@own.put("/trust", summary="Say whose credentials count", response_model=TrustOut)
async def set_trust(
    request: Request,
    dry_run: Annotated[bool, Query(description="Only read it")] = False,  # noqa: FBT002
) -> Any:
    """Take the file (TOML or JSON) of issuers, holders, keys and revocations; the whole of it."""
    app = the_application(request)
    actor = await run_in_threadpool(the_actor, request, app)
    content = await request.body()
    return _trust(
        await run_in_threadpool(lambda: vrs_trust.set_trust(app, actor, content, is_dry=dry_run))
    )


@own.post("/trust/checks", summary="Look at a presentation", response_model=PresentationOut)
def check_presentation(body: PresentationIn, app: App, actor: Caller) -> Any:
    """Return what a presentation would prove now; nothing is kept of it."""
    return vrs_trust.check(app, actor, body.presentation, req_gln=body.req_gln)


def _trust(kept: vrs_trust.Kept) -> dict[str, Any]:
    told = kept.trust

    def signers(some: tuple[Signer, ...]) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "name": each.name,
                "gln": each.gln,
                "span": each.span,
                "algorithms": [key.key.algorithm for key in each.keys],
            }
            for each in some
        ]

    return {
        "version": kept.version,
        "sha256": kept.sha256,
        "set_at": kept.set_at,
        "set_by": kept.set_by,
        "is_kept": kept.is_kept,
        "audiences": told.audiences,
        "issuers": signers(told.issuers),
        "holders": signers(told.holders),
        "revoked": told.revoked,
        "status_lists": [
            {"url": each.url, "span": each.span, "size": 8 * len(each.bits)}
            for each in told.status_lists
        ],
    }


@own.delete("/directory/{gtin}", status_code=204, summary="Forget a responder")
def remove_entry(gtin: str, app: App, actor: Caller) -> Response:
    """Take a GTIN out of the directory."""
    vrs_directory.remove_entry(app, actor, gtin)
    return Response(status_code=204)


@own.get("/requests", summary="What others were asked", response_model=list[RequestOut])
def list_requests(
    app: App,
    actor: Caller,
    status: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Any:
    """Return requests to responders, the newest first."""
    return vrs_requests.requests(app, actor, status=status, limit=limit)


@own.post("/requests", status_code=201, summary="Ask a responder", response_model=RequestOut)
def ask(body: AskingIn, app: App, actor: Caller) -> Any:
    """Ask the responder of a pack's maker; what is not answered is sent again for 24 hours."""
    about = Ask(**body.pack.model_dump())
    return vrs_requests.ask(app, actor, about, context=body.context, req_gln=body.req_gln)


@own.get("/requests/{corr_uuid}", summary="A request", response_model=RequestOut)
def show_request(corr_uuid: str, app: App, actor: Caller) -> Any:
    """Return one request and what came of it."""
    return vrs_requests.request(app, actor, corr_uuid)
