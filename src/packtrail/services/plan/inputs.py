"""Inputs to a programme: raised by anybody, triaged, discussed, decided, answered.

Every step is one change of the entry, so the history says who did it and when. A decision may make
its changes part of the plan and write its requirement in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.exchange import mails
from packtrail.planning import codes
from packtrail.planning.inputs import (
    Input,
    InputKind,
    InputState,
    Remark,
    Resolution,
    Way,
    due_of,
    next_code,
)
from packtrail.planning.people import code_of_account, keyed, with_codes
from packtrail.planning.requirements import Requirement
from packtrail.planning.templates import Department
from packtrail.rendering import plan_words
from packtrail.services.plan import books, input_files, programmes, trying
from packtrail.services.plan.input_files import HandedIn
from packtrail.services.plan.writing import Put, Remove, write_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.planning.book import Book
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened
    from packtrail.store.plans import ProgrammeRow

ABOUT_MAX = 1_000
"""Letters of what an input is about, where one asks for it."""
_NAMED_MAX = 10
_CUT = "\n\n[The mail is longer; it is cut here.]"
_CLOSING = {Resolution.ACCEPTED, Resolution.PARTLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInput:
    """What somebody has to say."""

    kind: InputKind
    title: str
    text: str = ""
    department: Department | None = None
    about: str = ""
    """What it is about: `package:URS`, `market:IT`, a pack, any text."""
    raised_by: str = ""
    """Empty: the actor."""
    contact: str = ""
    way: Way = Way.CONSOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided of an input."""

    resolution: Resolution
    reason: str
    changes: tuple[str, ...] = ()
    """What it does to the plan, in the notation of what-if."""
    adopts: bool = False
    """Whether these changes become the plan."""
    requirement: Requirement | None = None
    """What follows from it; the input is noted as its source."""


def raise_input(app: Application, actor: Actor, programme: str, told: NewInput) -> Input:
    """Take down what somebody has to say; it gets a code and a day for the answer.

    Args:
        app: The application.
        actor: Who raises it, or takes it down for somebody.
        programme: Code of the programme.
        told: What they say.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-004`, a value cannot be used.
        NotPermitted: The actor may not raise inputs.
    """
    require(actor, Permission.PLAN_RAISE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        return raise_in(app, conn, actor, row, told, at=at)


def raise_in(
    app: Application, conn: Connection, actor: Actor, row: ProgrammeRow, told: NewInput, *,
    at: datetime, files: Sequence[HandedIn] = (),
) -> Input:  # fmt: skip
    """Take an input down, with its files, in a transaction that holds the lock on the programme."""
    opened = books.read(app, conn, row)
    made = Input(
        code=next_code(opened.book.inputs),
        kind=told.kind,
        title=told.title.strip(),
        text=told.text.strip(),
        department=told.department,
        raised_by=told.raised_by.strip() or actor.name,
        raised_on=at.date(),
        person=_person(opened.book, actor, told),
        contact=told.contact.strip(),
        way=told.way,
        about=told.about.strip(),
        due_on=due_of(at.date()),
    )
    write_in(app, conn, actor, row, [Put(made, 0)], at=at, reason="Raised")
    input_files.keep(conn, row, made.code, files, at=at)
    return made


def add_remark(app: Application, actor: Actor, programme: str, code: str, text: str) -> Input:
    """Add to the discussion of an input.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
        RefusedError: `PLN-004`, nothing is said.
        NotPermitted: The actor may not discuss inputs.
    """
    if not text.strip():
        raise RefusedError(codes.BAD_VALUE.found("A remark says something.", at="text"))
    said = Remark(by=actor.name, at=app.clock(), text=text.strip())
    return _changed(
        app, actor, programme, code,
        lambda opened: [replace(_one(opened, code), remarks=(*_one(opened, code).remarks, said))],
        permission=Permission.PLAN_RAISE, reason="Remark",
    )  # fmt: skip


def triage(
    app: Application,
    actor: Actor,
    programme: str,
    code: str,
    *,
    owner: str,
    due_on: date | None = None,
    kind: InputKind | None = None,
) -> Input:
    """Say who answers for an input, and by when.

    Args:
        app: The application.
        actor: Who triages.
        programme: Code of the programme.
        code: Code of the input.
        owner: Who answers for it.
        due_on: By when it is to be answered; None: as it was.
        kind: What it is, where whoever raised it said otherwise.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
        RefusedError: `PLN-023`, nobody is named; `PLN-004`.
        NotPermitted: The actor may not change programmes.
    """

    def step(opened: Opened) -> list[object]:
        known = _one(opened, code)
        return [
            replace(
                known,
                state=InputState.TRIAGED,
                owner=owner.strip(),
                due_on=due_on or known.due_on,
                kind=kind or known.kind,
            )
        ]

    return _changed(app, actor, programme, code, step, reason=f"Triaged: {owner.strip()}")


def effect_of(app: Application, actor: Actor, programme: str, changes: Sequence[str]) -> str:
    """Return what changes would do to a plan, in words; empty where there are none.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-002` or `PLN-004`, a change cannot be read or applied.
    """
    if not changes:
        return ""
    return plan_words.effect(trying.try_out(app, actor, programme, changes).comparison)


def decide(app: Application, actor: Actor, programme: str, code: str, told: Decision) -> Input:
    """Decide an input: with a reason, its effect on the plan, and what is required from then on.

    Args:
        app: The application.
        actor: Who decides.
        programme: Code of the programme.
        code: Code of the input.
        told: The decision.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
        RefusedError: `PLN-023`, something is not said; or a change cannot be applied.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    adopted: list[Put | Remove] = []
    effect = ""
    if told.changes:
        trial = trying.try_out(app, actor, programme, told.changes)
        effect = plan_words.effect(trial.comparison)
        if told.adopts and told.resolution in _CLOSING:
            adopted = trying.entries_of(trial)

    def step(opened: Opened) -> list[object]:
        known = _one(opened, code)
        decided = replace(
            known,
            state=InputState.DECIDED,
            owner=known.owner or code_of_account(opened.book.people, actor.person) or actor.name,
            resolution=told.resolution,
            reason=told.reason.strip(),
            decided_by=actor.name,
            decided_on=app.clock().date(),
            changes=told.changes,
            effect=effect,
        )
        found: list[object] = [decided]
        if told.requirement is not None:
            found.append(_from_input(told.requirement, code))
        return found

    reason = f"{code} {told.resolution.value}: {told.reason.strip()}"[:2000]
    return _changed(app, actor, programme, code, step, reason=reason, more=adopted)


def answer(app: Application, actor: Actor, programme: str, code: str, text: str) -> Input:
    """Answer whoever raised an input; that closes it.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
        RefusedError: `PLN-023`, it is not decided yet, or the answer is empty.
        NotPermitted: The actor may not change programmes.
    """

    def step(opened: Opened) -> list[object]:
        return [
            replace(
                _one(opened, code),
                state=InputState.CLOSED,
                answer=text.strip(),
                answered_by=actor.name,
                answered_on=app.clock().date(),
            )
        ]

    return _changed(app, actor, programme, code, step, reason="Answered")


def reopen(app: Application, actor: Actor, programme: str, code: str, reason: str) -> Input:
    """Take an input up again; what was decided stays in the history.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or input.
        NotPermitted: The actor may not change programmes.
    """

    def step(opened: Opened) -> list[object]:
        known = _one(opened, code)
        state = InputState.TRIAGED if known.owner and known.due_on else InputState.RAISED
        return [replace(known, state=state)]

    return _changed(
        app, actor, programme, code, step, reason=f"Taken up again: {reason.strip()}"[:2000]
    )


def mine(app: Application, actor: Actor) -> Iterator[tuple[str, Input]]:
    """Yield what the actor has raised, with the programme, the newest first.

    A program finds what it raised under its name.

    Raises:
        NotPermitted: The actor may not see programmes.
    """
    for each in programmes.programmes(app, actor):
        book = books.opened(app, actor, each.code).book
        raised = [told for told in book.inputs.values() if is_of(book, told, actor)]
        raised.sort(key=lambda told: told.raised_on, reverse=True)
        yield from ((each.code, told) for told in raised)


def listed(
    app: Application,
    actor: Actor,
    programme: str = "",
    *,
    about: str = "",
    state: InputState | None = None,
    department: Department | None = None,
) -> tuple[tuple[str, Input], ...]:
    """Return inputs, each with its programme, the oldest first.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme; empty: all that are in use.
        about: Only those about this object, such as `line:c1`; empty: about anything.
        state: Only those in this state.
        department: Only those of this department.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not see programmes.
    """
    require(actor, Permission.PLAN_READ)
    if programme:
        found = [(programme, books.opened(app, actor, programme).book)]
    else:
        with app.database.reading() as conn:
            found = list(books.in_use(app, conn, actor.organisation_id))
    subject = about.strip()
    told = (
        (code, each)
        for code, book in found
        for each in (book.inputs_about.get(subject, ()) if subject else book.inputs.values())
        if (state is None or each.state is state)
        and (department is None or each.department is department)
    )
    return tuple(sorted(told, key=lambda one: one[1].raised_on))


def said_about(app: Application, actor: Actor) -> Callable[[str], list[tuple[str, Input]]]:
    """Return what tells of a subject the inputs about it, with their programmes, the oldest first.

    Those of all programmes of the organisation count that are in use; these are read once.

    Raises:
        NotPermitted: The actor may not see programmes.
    """
    require(actor, Permission.PLAN_READ)
    with app.database.reading() as conn:
        found = books.in_use(app, conn, actor.organisation_id)

    def about(subject: str) -> list[tuple[str, Input]]:
        told = [(code, each) for code, book in found for each in book.inputs_about.get(subject, ())]
        return sorted(told, key=lambda one: one[1].raised_on)

    return about


def is_of(book: Book, told: Input, actor: Actor) -> bool:
    """Tell whether the actor raised an input."""
    if actor.person:
        return told.person in {actor.person, code_of_account(book.people, actor.person)}
    # Through a form link anybody may give any name.
    return not told.person and told.raised_by == actor.name and told.way is not Way.LINK


def is_mine(book: Book, told: Input, actor: Actor) -> bool:
    """Tell whether the actor raised an input or answers for it."""
    own = code_of_account(book.people, actor.person) or actor.name
    return told.owner == own or is_of(book, told, actor)


def _person(book: Book, actor: Actor, told: NewInput) -> str:
    """Return the code of whoever raises an input; empty of whom nobody knows."""
    if told.way is Way.LINK:
        return ""
    if told.contact:
        mail = told.contact.strip().casefold()
        known = [each.code for each in book.people.values() if each.mail.casefold() == mail]
        return known[0] if len(known) == 1 else ""
    if told.raised_by.strip():
        code = keyed(book.people, told.raised_by)
        return code if code in book.people else ""
    return code_of_account(book.people, actor.person)


def _from_input(requirement: Requirement, code: str) -> Requirement:
    if code in requirement.inputs:
        return requirement
    return replace(requirement, inputs=(*requirement.inputs, code))


def _one(opened: Opened, code: str) -> Input:
    known = opened.book.inputs.get(code)
    if known is None:
        raise NotFound(codes.NO_ENTRY.found(f"There is no input {code[:80]!r}.", at="code"))
    return known


def _changed(
    app: Application,
    actor: Actor,
    programme: str,
    code: str,
    step: Callable[[Opened], Sequence[object]],
    *,
    reason: str,
    permission: Permission = Permission.PLAN_UPDATE,
    more: Sequence[Put | Remove] = (),
) -> Input:
    """Make one step of an input, and what goes with it, in one transaction."""
    require(actor, permission)
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        opened = books.read(app, conn, row)
        entries = [with_codes(opened.book.people, each) for each in step(opened)]
        changes = [*(Put(each) for each in entries), *more]
        write_in(app, conn, actor, row, changes, at=app.clock(), reason=reason)
    made = entries[0]
    if not isinstance(made, Input):
        raise TypeError(f"a step of {code} began with {type(made).__name__}")
    return made


def raise_from_mail(
    app: Application,
    actor: Actor,
    programme: str,
    content: bytes,
    *,
    kind: InputKind = InputKind.CHANGE,
    department: Department | None = None,
) -> Input:
    """Take an input down from a mail that was saved as a file.

    Args:
        app: The application.
        actor: Who hands the mail in.
        programme: Code of the programme.
        content: The file, RFC 5322.
        kind: What it is.
        department: Of whoever wrote it.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-025`, it is no mail; `PLN-004`.
        NotPermitted: The actor may not raise inputs.
    """
    try:
        mail = mails.read_mail(content)
    except mails.UnreadableMailError as error:
        raise RefusedError(codes.NO_MAIL.found(str(error), at="file")) from None
    files, left_out = input_files.taken(
        app.settings, [HandedIn(name=each.name, content=each.content) for each in mail.files]
    )
    told = NewInput(
        kind=kind,
        title=mail.subject[:300],
        text=_text_of(mail, left_out),
        department=department,
        raised_by=mail.name,
        contact=mail.address,
        way=Way.MAIL,
    )
    require(actor, Permission.PLAN_RAISE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme, is_locked=True)
        return raise_in(app, conn, actor, row, told, at=at, files=files)


def _text_of(mail: mails.Mail, left_out: Sequence[str]) -> str:
    """Return what a mail says, and which of its files were not kept."""
    notes = [_CUT] if mail.is_cut else []
    if left_out:
        names = ", ".join(each[:100] for each in left_out[:_NAMED_MAX])
        notes.append(f"\n\n[Files that were not kept: {names}]")
    end = "".join(notes)
    return mail.text[: mails.TEXT_MAX - len(end)] + end
