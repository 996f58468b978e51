"""Pages for people without an account: a form link, what became of an input, a receipt by mail.

They work without scripts, on a telephone. A link that does not work any more tells nothing of why.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.datastructures import UploadFile
from starlette.routing import Route

from packtrail.base.errors import LimitExceeded, NotFound, RefusedError
from packtrail.console import templates
from packtrail.console.visit import new_request_id, page, redirect
from packtrail.planning import codes
from packtrail.planning.inputs import InputKind
from packtrail.planning.templates import Department
from packtrail.services.mail import outbox
from packtrail.services.plan import answers, input_files, links, receipts
from packtrail.services.plan.input_files import HandedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

R = TypeVar("R")

KINDS: Final = (
    (InputKind.CONCERN, "Something is wrong, or worries me"),
    (InputKind.CHANGE, "Something should change"),
    (InputKind.QUESTION, "I have a question"),
    (InputKind.REQUIREMENT, "We need something"),
)
"""What somebody can say, in the words of people who have never seen a programme."""
_FIELDS: Final = ("kind", "title", "text", "name", "contact", "about", "department")


def linked(answer: Callable[[Visit], R]) -> Callable[[Visit], R | Response]:
    """Return the answer to a link, which tells of one that leads nowhere that it does not work."""

    @wraps(answer)
    def guarded(visit: Visit) -> R | Response:
        try:
            return answer(visit)
        except NotFound:
            # Why it leads nowhere is never told.
            return draw(visit, "strangers_ended.html", status=404)

    return guarded


@linked
def tell(visit: Visit) -> Response:
    """Show the form of a link."""
    return _form(visit)


@linked
def admit(visit: Visit) -> Response | None:
    """Turn a form away, before it and its files are read, whose link does not work."""
    links.form(visit.app, visit.path("token"), is_open=False)
    return None


@linked
def take(visit: Visit) -> Response:
    """Take down what somebody says, and lead them to their private page."""
    sent = {name: visit.sent(name).strip() for name in _FIELDS}
    try:
        told = links.Told(
            kind=_choice(InputKind, sent["kind"], "kind") or InputKind.CONCERN,
            title=sent["title"],
            text=sent["text"],
            name=sent["name"],
            contact=sent["contact"],
            about=sent["about"],
            department=_choice(Department, sent["department"], "department"),
            request_id=visit.sent("request_id"),
        )
        made = links.hand_in(
            visit.app, visit.path("token"), told, files=_files(visit), address=_address(visit)
        )
    except NotFound:
        raise
    except LimitExceeded as refusal:
        return _form(visit, sent, refusal.findings, status=429)
    except RefusedError as refusal:
        return _form(visit, sent, refusal.findings, status=422)
    return redirect(made.path)


@linked
def said(visit: Visit) -> Response:
    """Show what became of an input, to who has its private address."""
    found = answers.seen(visit.app, visit.path("token"))
    return draw(
        visit,
        "strangers_said.html",
        told=found,
        address=str(visit.request.url.replace(query="")),
        mails=outbox.is_on(visit.app.settings) and found.is_mailed,
    )


@linked
def receipt(visit: Visit) -> Response:
    """Show a notice to whom a mail was sent, with the button that says it was read."""
    found = receipts.opened(visit.app, visit.path("token"))
    return draw(visit, "strangers_receipt.html", notice=found, token=visit.path("token"))


@linked
def confirm(visit: Visit) -> Response:
    """Take down that somebody has read a notice."""
    receipts.confirm(visit.app, visit.path("token"))
    return redirect(visit.request.url.path)


def draw(visit: Visit, template: str, *, status: int = 200, **context: Any) -> Response:
    """Draw a page whose address is a secret."""
    response = templates.render(visit, template, status=status, **context)
    response.headers["x-robots-tag"] = "noindex, nofollow"
    # Not `no-referrer`: browsers would hide where our own forms come from, and none could be sent.
    # As on every page, what is elsewhere is not told the secret of this address.
    return response


ROUTES: Final = (
    Route("/tell/{token}", page(tell, is_public=True)),
    Route("/tell/{token}", page(take, is_public=True, admit=admit), methods=["POST"]),
    Route("/said/{token}", page(said, is_public=True)),
    Route("/receipt/{token}", page(receipt, is_public=True)),
    Route("/receipt/{token}", page(confirm, is_public=True), methods=["POST"]),
)


def _form(
    visit: Visit,
    sent: dict[str, str] | None = None,
    findings: Sequence[Finding] = (),
    *,
    status: int = 200,
) -> Response:
    form, settings = links.form(visit.app, visit.path("token")), visit.app.settings
    return draw(
        visit,
        "strangers_tell.html",
        status=status,
        form=form,
        token=visit.path("token"),
        kinds=KINDS,
        departments=list(Department),
        sent=sent or dict.fromkeys(_FIELDS, ""),
        findings=findings,
        wrong={each.at: each for each in findings},
        # The same form sent twice is one input; what was refused made none.
        request_id=visit.sent("request_id") or new_request_id(),
        files_max=input_files.FILES_MAX,
        file_bytes_max=settings.form_file_bytes_max,
        mails=outbox.is_on(settings),
        lengths=(links.TITLE_LENGTH_MAX, links.TEXT_LENGTH_MAX, links.NAME_LENGTH_MAX),
    )


def _files(visit: Visit) -> list[HandedIn]:
    sent = visit.form.getlist("files")
    return [
        HandedIn(name=each.filename, content=each.file.read())
        for each in sent
        if isinstance(each, UploadFile) and each.filename
    ]


def _address(visit: Visit) -> str:
    client = visit.request.client
    return client.host if client else ""


def _choice(choices: Any, value: str, at: str) -> Any:
    if not value:
        return None
    try:
        return choices(value)
    except ValueError:
        message = f"{value[:40]!r} is not to choose from."
        raise RefusedError(codes.NOT_SAID.found(message, at=at)) from None
