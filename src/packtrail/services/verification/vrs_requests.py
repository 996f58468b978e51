"""Asking others whether a pack is genuine: the message, and its clock.

A maker has 24 hours to answer. A request that is not answered is sent again, after a minute and
then ever later, until it is answered, refused for good, or its clock has run out: then it is
overdue, and somebody has to call the maker.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.exchange import calls
from packtrail.services.codes import NO_ENTRY, NO_REQUEST, NOT_ASKABLE
from packtrail.services.verification.vrs import Responder
from packtrail.store import vrs as rows
from packtrail.verification import messaging
from packtrail.verification.presentations import HEADER
from packtrail.verification.question import Question, product_of
from packtrail.verification.reading import read

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.verification.verifying import Ask
    from packtrail.store.vrs import EntryRow, RequestRow

CLOCK: Final = timedelta(hours=24)
"""How long a maker has (FD&C Act, section 582(b)(4)(C))."""
_AGAIN_FIRST: Final = timedelta(minutes=1)
_AGAIN_MAX: Final = timedelta(hours=2)
_FOR_GOOD: Final = frozenset({400, 401, 403, 404, 405})
"""Statuses that sending again does not change."""
_TIMEOUT_SECONDS: Final = 10.0
_CLAIMED_FOR: Final = timedelta(minutes=5)
_REQUESTS_AT_ONCE: Final = 50


def ask(
    app: Application,
    actor: Actor,
    about: Ask,
    *,
    context: str = messaging.SALEABLE_RETURN,
    req_gln: str | None = None,
) -> RequestRow:
    """Ask the responder of a pack's maker, and keep the request and what came of it.

    Args:
        app: The application.
        actor: Who asks.
        about: The pack; the message needs its lot.
        context: Why: a context of the message.
        req_gln: The asker's GLN; default: that of its own responder.

    Returns:
        The request: `answered`; `refused`, for good; or `waiting`, and it is sent again.

    Raises:
        RefusedError: `VER-105`, the pack cannot be asked about, or a parameter is wrong.
        NotFound: `VER-104`, nobody in the directory answers for the GTIN.
        NotPermitted: The actor may not verify.
    """
    require(actor, Permission.PACK_VERIFY)
    at = app.clock()
    question = _question(about, at)
    corr_uuid = uuid4()
    with app.database.transaction() as conn:
        entry = rows.entry(conn, actor.organisation_id, question.gtin)
        if entry is None:
            text = f"Nobody in the directory answers for {question.gtin}."
            raise NotFound(NO_ENTRY.found(text, at="gtin"))
        own = rows.responder(conn, actor.organisation_id)
        gln = req_gln or (own[0] if own else "")
        told = {"context": context, "reqGLN": gln, "corrUUID": str(corr_uuid)}
        wrong = messaging.requester_findings(told)
        if wrong:
            raise RefusedError(*wrong)
        values = {
            "corr_uuid": corr_uuid, "organisation_id": actor.organisation_id,
            "gtin": question.gtin, "serial": question.serial, "lot": question.lot,
            "expires": question.expires, "context": context, "req_gln": gln,
            "url": messaging.url_of(entry.url, question, told), "asked_by": actor.name,
            "asked_at": at, "due_at": at + CLOCK, "next_at": at + _CLAIMED_FOR,
        }  # fmt: skip
        rows.insert_request(conn, values)
        (row,) = rows.requests(conn, actor.organisation_id, corr_uuid=corr_uuid, limit=1)
    # Outside of the transaction: nobody waits for a slow responder but the asker.
    _send(app, row, entry)
    return request(app, actor, str(corr_uuid))


def request(app: Application, actor: Actor, corr_uuid: str) -> RequestRow:
    """Return one request.

    Raises:
        NotFound: `VER-106`, there is none.
    """
    require(actor, Permission.VERIFICATION_READ)
    try:
        wanted = UUID(corr_uuid)
    except ValueError:
        wanted = UUID(int=0)
    with app.database.reading() as conn:
        found = rows.requests(conn, actor.organisation_id, corr_uuid=wanted, limit=1)
    if not found:
        raise NotFound(NO_REQUEST.found(f"There is no request {corr_uuid[:40]!r}."))
    return found[0]


def requests(
    app: Application, actor: Actor, *, status: str | None = None, limit: int = 100
) -> tuple[RequestRow, ...]:
    """Return what others were asked, the newest first."""
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        return tuple(rows.requests(conn, actor.organisation_id, status=status, limit=limit))


def check_connectivity(app: Application, actor: Actor, gtin: str, *, req_gln: str) -> Responder:
    """Ask the responder of a GTIN whether it would answer us.

    Raises:
        NotFound: `VER-104`, nobody in the directory answers for it.
        RefusedError: `VER-105`, it does not answer, or says that it would not.
    """
    require(actor, Permission.PACK_VERIFY)
    key = product_of(gtin)
    with app.database.reading() as conn:
        entry = rows.entry(conn, actor.organisation_id, key)
    if entry is None:
        raise NotFound(NO_ENTRY.found(f"Nobody in the directory answers for {key}.", at="gtin"))
    query = f"gtin={key}&reqGLN={req_gln}&context={messaging.SALEABLE_RETURN}"
    status, body, problem = _call(app, f"{entry.url.rstrip('/')}/checkConnectivity?{query}", entry)
    if status != 200 or not isinstance(body, dict):
        raise RefusedError(NOT_ASKABLE.found(problem or f"It answers with status {status}."))
    return Responder(gln=str(body.get("responderGLN", "")), policy=messaging.ResponderPolicy())


def send_due(app: Application) -> None:
    """Send again what is not answered, and end what nobody answered in time: a chore."""
    for _ in range(_REQUESTS_AT_ONCE):
        now = app.clock()
        with app.database.transaction() as conn:
            row = rows.claim_due(conn, now=now, again_at=now + _CLAIMED_FOR)
            entry = rows.entry(conn, row.organisation_id, row.gtin) if row else None
        if row is None:
            return
        _send(app, row, entry)


def _question(about: Ask, at: datetime) -> Question:
    if about.text is not None:
        found = read(about.text, today=at.date())
        question = found.candidates[0].question if found.candidates else None
        if question is None:
            raise RefusedError(*found.findings)
    else:
        question = Question.of(
            gtin=about.gtin, serial=about.serial, lot=about.lot, expires=about.expires,
            today=at.date(),
        )  # fmt: skip
    if not question.lot:
        raise RefusedError(NOT_ASKABLE.found("The message needs the lot of the pack.", at="lot"))
    return question


def _send(app: Application, row: RequestRow, entry: EntryRow | None) -> None:
    now = app.clock()
    came: dict[str, Any] = dict.fromkeys(("answered_at", "verified", "reason", "info", "next_at"))
    came |= {"responder_gln": None, "corr_uuid": row.corr_uuid}
    if now >= row.due_at:
        came |= {"status": "overdue", "http_status": row.http_status, "problem": row.problem}
        _note(app, came)
        return
    status, body, problem = _call(app, row.url, entry)
    came |= {"http_status": status, "problem": problem, "status": "waiting"}
    if status == 200:
        came |= _answer(row, body, app.clock())
    elif status in _FOR_GOOD:
        came |= {"status": "refused", "answered_at": app.clock()}
    if came["status"] == "waiting":
        wait = min(_AGAIN_MAX, _AGAIN_FIRST * 2 ** min(row.attempts, 10))
        came["next_at"] = min(app.clock() + wait, row.due_at)
    _note(app, came)


def _answer(row: RequestRow, body: object, at: datetime) -> dict[str, Any]:
    try:
        said = messaging.read_answer(body, corr_uuid=str(row.corr_uuid))
    except RefusedError as refused:
        return {"problem": str(refused)}
    return {
        "status": "answered",
        "answered_at": at,
        "verified": said.verified,
        "reason": said.reason,
        "info": said.info,
        "responder_gln": str(body["responderGLN"])[:20] if isinstance(body, dict)
        and "responderGLN" in body else None,
        "problem": None,
    }  # fmt: skip


def _note(app: Application, came: dict[str, Any]) -> None:
    with app.database.transaction() as conn:
        rows.note_answer(conn, came)


def _call(app: Application, url: str, entry: EntryRow | None) -> tuple[int | None, object, str]:
    """Return status, body and what went wrong."""
    headers = {"Accept": "application/json", messaging.VERSION_HEADER: messaging.VERSION}
    secrets = {"Authorization": entry.credential, HEADER: entry.presentation} if entry else {}
    for header, variable in secrets.items():
        if variable:
            token, problem = _secret(variable)
            if token is None:
                return None, None, problem
            headers[header] = f"Bearer {token}"
    networks = calls.Networks.of(app.settings.webhook_allowed_networks)
    try:
        reply = calls.call(
            calls.Request("GET", url, None, headers), networks=networks, timeout=_TIMEOUT_SECONDS
        )
    except calls.NotTaken as error:
        return None, None, f"The responder {error}."
    problem = "" if reply.status == 200 else f"The responder answers with status {reply.status}."
    try:
        return reply.status, json.loads(reply.body) if reply.body else None, problem
    except ValueError:
        return reply.status, None, problem or "The answer is no JSON."


def _secret(variable: str) -> tuple[str | None, str]:
    """Return what an environment variable holds, or the file that it names with `@`; or why not.

    A wallet puts a new presentation into a file before the old one expires.
    """
    told = os.environ.get(variable)
    if not told:
        return None, f"The environment variable {variable} is not set."
    if not told.startswith("@"):
        return told, ""
    try:
        return Path(told[1:]).read_text(encoding="utf-8").strip(), ""
    except (OSError, UnicodeDecodeError):
        return None, f"The file that {variable} names cannot be read."
