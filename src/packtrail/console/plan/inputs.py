"""Inputs: the list with its ages, one input with its trace, and every step it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from packtrail.access import Permission
from packtrail.base.errors import NotFound, RefusedError
from packtrail.console import subjects, templates
from packtrail.console.plan import shared
from packtrail.console.visit import redirect
from packtrail.planning import codes
from packtrail.planning.inputs import Input, InputKind, InputState, Resolution, ageing, counts
from packtrail.planning.people import of_account
from packtrail.planning.requirements import Requirement, trace, trace_of
from packtrail.planning.templates import Department
from packtrail.services.mail import outbox
from packtrail.services.plan import books, codec, history, input_files, programmes
from packtrail.services.plan import inputs as service

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.console.visit import Visit
    from packtrail.services.plan.books import Opened

ROWS_MAX = 200
HISTORY_MAX = 30


def listing(visit: Visit) -> Response:
    """Show the inputs of a programme, and the form that raises one."""
    return _listing(visit)


def raise_input(visit: Visit) -> Response:
    """Take an input down, from the form or from a mail."""
    programme = visit.path("programme")
    try:
        kind = _choice(InputKind, visit.sent("kind") or "change", "kind")
        named = visit.sent("department")
        department = _choice(Department, named, "department") if named else None
        mail = visit.form.get("mail")
        if isinstance(mail, UploadFile) and mail.filename:
            content = mail.file.read()
            made = service.raise_from_mail(
                visit.app, visit.who, programme, content, kind=kind, department=department
            )
        else:
            new = service.NewInput(
                kind=kind,
                title=visit.sent("title"),
                text=visit.sent("text"),
                department=department,
                about=visit.sent("about"),
            )
            made = service.raise_input(visit.app, visit.who, programme, new)
    except RefusedError as refusal:
        return _listing(visit, refusal=refusal)
    return redirect(shared.path_of(programme, "inputs", made.code))


def one(visit: Visit) -> Response:
    """Show one input: what was said, decided and answered, and the trace to its proof."""
    return _one(visit)


def file(visit: Visit) -> Response:
    """Return a file that was handed in with an input."""
    found = input_files.content(
        visit.app, visit.who, visit.path("programme"), visit.path("code"),
        int(visit.path("number")),
    )  # fmt: skip
    # Always a download: what somebody handed in is never run in this server's name.
    filename = quote(found.name, safe="")
    return Response(
        found.content,
        media_type="application/octet-stream",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{filename}"},
    )


def step(visit: Visit) -> Response:
    """Make the next step of an input: remark, triage, decide, answer or reopen."""
    make = _STEPS.get(visit.path("step"))
    if make is None:
        message = f"An input takes no step {visit.path('step')[:40]!r}."
        raise NotFound(codes.NO_ENTRY.found(message, at="step"))
    try:
        make(visit)
    except RefusedError as refusal:
        return _one(visit, refusal=refusal)
    return redirect(shared.path_of(visit.path("programme"), "inputs", visit.path("code")))


def about(visit: Visit) -> Response:
    """Go to what was said about an object, and to the form that says more."""
    subject, programme = visit.query("about"), visit.query("programme")
    known = [each for each in programmes.programmes(visit.app, visit.who) if not each.archived_at]
    if not programme and len(known) == 1:
        programme = known[0].code
    if programme:
        asked = urlencode({"about": subject, "state": "all"})
        return redirect(f"{shared.path_of(programme, 'inputs')}?{asked}#raise")
    told = service.said_about(visit.app, visit.who)(subject)
    word, page = subjects.told(subject, "")
    return templates.render(
        visit,
        "plan/about.html",
        word=word,
        page=page,
        about=subject,
        rows=[(each, [told_ for of, told_ in told if of == each.code]) for each in known],
        may_create=visit.who.may(Permission.PLAN_CREATE),
    )


def traces(visit: Visit) -> Response:
    """Show all requirements from their inputs to the tests that prove them."""
    opened = books.opened(visit.app, visit.who, visit.path("programme"))
    return shared.render(
        visit,
        "plan/trace.html",
        opened=opened,
        traced=trace(opened.book)[:ROWS_MAX],
        may_change=visit.who.may(Permission.PLAN_UPDATE),
    )


def _listing(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    opened = books.opened(visit.app, visit.who, visit.path("programme"))
    today = visit.app.clock().date()
    found = list(opened.book.inputs.values())
    state = visit.query("state") or "open"
    about, department = visit.query("about"), visit.query("department")
    if department not in {*Department, "", "none"}:
        department = ""
    shown = [
        each
        for each in found
        if (not about or each.about == about) and (not department or _of(each) == department)
        if state in {"all", each.state.value} or (state == "open" and each.is_open)
        or (state == "mine" and service.is_mine(opened.book, each, visit.who))
    ]  # fmt: skip
    shown.sort(key=lambda each: (not each.is_open, str(each.due_on or "9"), each.code))
    return shared.render(
        visit,
        "plan/inputs.html",
        opened=opened,
        refusal=refusal,
        shown=shown[:ROWS_MAX],
        total=len(shown),
        counts=counts(found),
        ages=ageing(found, today),
        kinds=list(InputKind),
        departments=list(Department),
        states=list(InputState),
        state=state,
        about=about,
        department=department,
        about_word=subjects.told(about, opened.code),
        today=today,
        may_raise=visit.who.may(Permission.PLAN_RAISE),
        sent={
            name: visit.sent(name) or visit.query(name)
            for name in ("kind", "title", "text", "about")
        }
        | {"department": visit.sent("department") or _own_department(visit, opened)},
    )


def _of(told: Input) -> str:
    return told.department.value if told.department else "none"


def _own_department(visit: Visit, opened: Opened) -> str:
    person = of_account(opened.book.people, visit.who.person)
    return person.department.value if person else ""


def _one(visit: Visit, *, refusal: RefusedError | None = None) -> Response:
    programme, code = visit.path("programme"), visit.path("code")
    opened = books.opened(visit.app, visit.who, programme)
    told = opened.book.inputs.get(code)
    if told is None:
        raise NotFound(codes.NO_ENTRY.found(f"There is no input {code[:80]!r}.", at="code"))
    texts = _lines(visit.query("changes") or visit.sent("changes")) or told.changes
    effect = told.effect
    if told.state is not InputState.CLOSED and refusal is None:
        try:
            effect = service.effect_of(visit.app, visit.who, programme, texts) or told.effect
        except RefusedError as found:
            refusal = found
    return shared.render(
        visit,
        "plan/input.html",
        opened=opened,
        refusal=refusal,
        told=told,
        subject=subjects.told(told.about, programme),
        files=input_files.listed(visit.app, visit.who, programme, code),
        is_mailed=outbox.is_on(visit.app.settings) and bool(told.contact),
        changes=texts,
        effect=effect,
        traced=trace_of(opened.book, told),
        resolutions=list(Resolution),
        kinds=list(InputKind),
        today=visit.app.clock().date(),
        history=history.changes(
            visit.app, visit.who, programme, kind="input", code=code, limit=HISTORY_MAX
        ),
        may_change=visit.who.may(Permission.PLAN_UPDATE),
        may_raise=visit.who.may(Permission.PLAN_RAISE),
        sent={name: visit.sent(name) for name in _FIELDS},
    )


_FIELDS = (
    "owner",
    "due_on",
    "resolution",
    "reason",
    "text",
    "r_code",
    "r_title",
    "r_acceptance",
    "r_package",
)


def _remark(visit: Visit) -> None:
    service.add_remark(visit.app, visit.who, *_where(visit), visit.sent("text"))


def _triage(visit: Visit) -> None:
    service.triage(
        visit.app, visit.who, *_where(visit),
        owner=visit.sent("owner"),
        due_on=codec.read_day(visit.sent("due_on"), at="due_on"),
        kind=_choice(InputKind, visit.sent("kind"), "kind") if visit.sent("kind") else None,
    )  # fmt: skip


def _decide(visit: Visit) -> None:
    told = service.Decision(
        resolution=_choice(Resolution, visit.sent("resolution"), "resolution"),
        reason=visit.sent("reason"),
        changes=_lines(visit.sent("changes")),
        adopts=visit.sent("adopts") == "yes",
        requirement=_requirement(visit),
    )
    service.decide(visit.app, visit.who, *_where(visit), told)


def _answer(visit: Visit) -> None:
    service.answer(visit.app, visit.who, *_where(visit), visit.sent("text"))


def _reopen(visit: Visit) -> None:
    service.reopen(visit.app, visit.who, *_where(visit), visit.sent("reason"))


_STEPS: dict[str, Callable[[Visit], None]] = {
    "remark": _remark, "triage": _triage, "decision": _decide, "answer": _answer,
    "reopening": _reopen,
}  # fmt: skip


def _where(visit: Visit) -> tuple[str, str]:
    return visit.path("programme"), visit.path("code")


def _requirement(visit: Visit) -> Requirement | None:
    title = visit.sent("r_title").strip()
    if not title:
        return None
    package = visit.sent("r_package").strip()
    return Requirement(
        code=visit.sent("r_code").strip() or f"REQ-{visit.path('code')}",
        title=title,
        acceptance=visit.sent("r_acceptance").strip(),
        packages=(package,) if package else (),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.splitlines() if each.strip())


def _choice(choices: Any, value: str, at: str) -> Any:
    try:
        return choices(value)
    except ValueError:
        expected = ", ".join(each.value for each in choices)
        message = f"{at} is {value[:40]!r}; expected {expected}."
        raise RefusedError(codes.BAD_VALUE.found(message, at=at)) from None
