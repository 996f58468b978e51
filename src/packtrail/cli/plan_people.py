"""`packtrail plan readiness`, `input`, `trace` and `training`: evidence, and what people say."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, write_json, write_line, write_table
from packtrail.cli.plan import On, Programme, Reason, _day, plan

_Choice = TypeVar("_Choice", bound=StrEnum)

told = typer.Typer(
    help="Inputs: raised by anybody, triaged, decided with a reason, answered.",
    no_args_is_help=True,
)
plan.add_typer(told, name="input")

Code = Annotated[str, typer.Argument(help="Code of the input, such as IN-3.")]
Department = Annotated[
    str, typer.Option("--department", help="Of whoever says it, such as packaging.")
]
KindOption = Annotated[
    str, typer.Option("--kind", help="requirement, concern, change or question.")
]


@plan.command("readiness")
def show_readiness(
    organisation: options.Organisation,
    programme: Programme,
    market: Annotated[str, typer.Option("--market", help="Only what its rules need.")] = "",
    missing: Annotated[bool, typer.Option("--missing", help="Only what was not seen.")] = False,
    on: On = None,
    json: options.Json = False,
) -> None:
    """Tell what the rules need and what Packtrail sees done, what is late first.

    The exit code is 1 when something that is needed will be late.
    """
    from packtrail.services.plan import readiness

    with organisation.acting() as (app, actor):
        found = readiness.items_view(app, actor, programme, market=market, on=_day(on, "--on"))
    shown = [each for each in found if not missing or each.state != "ready"]
    if json:
        write_json(shown)
    else:
        ready = sum(each.state == "ready" for each in found)
        talk.print(f"{ready} of {len(found)} seen ready")
        rows = (
            (each.title, each.name, " ".join(each.markets), each.state, each.told,
             each.since or "", each.due_on or "before first sale", each.planned_on or "",
             each.late_days or "",
             "plan says done" if each.is_only_said else "")
            for each in shown
        )  # fmt: skip
        columns = ("Needed", "Of", "Markets", "State", "Seen", "In force since", "Due", "Planned",
                   "Late", "")  # fmt: skip
        write_table("Readiness", columns, rows)
    if any(each.late_days for each in shown):
        raise typer.Exit(FINDINGS)


@plan.command("trace")
def show_trace(
    organisation: options.Organisation,
    programme: Programme,
    of: Annotated[str, typer.Option("--input", help="Only what comes from this input.")] = "",
    json: options.Json = False,
) -> None:
    """Follow requirements from the inputs they come from to the tests that prove them."""
    from packtrail.services.plan import people

    with organisation.acting() as (app, actor):
        found = people.trace_view(app, actor, programme, told=of)
    if json:
        write_json(found)
        return
    rows = (
        (each.requirement, each.title, " ".join(each.inputs), " ".join(each.packages),
         "; ".join(each.tests), each.proof)
        for each in found
    )  # fmt: skip
    write_table("Trace", ("Requirement", "What", "From", "Work", "Tests", "Proof"), rows)


@plan.command("training")
def show_training(
    organisation: options.Organisation,
    programme: Programme,
    on: On = None,
    json: options.Json = False,
) -> None:
    """List how people stand to the courses they need; the exit code is 1 when one is missing."""
    from packtrail.services.plan import people

    with organisation.acting() as (app, actor):
        found = people.competences_view(app, actor, programme, on=_day(on, "--on"))
    if json:
        write_json(found)
    else:
        rows = (
            (each.title, each.name, each.department, each.site, each.standing,
             each.passed_on or "", each.valid_until or "")
            for each in found
        )  # fmt: skip
        columns = ("Course", "Person", "Department", "Site", "Stands", "Passed", "Until")
        write_table("Competences", columns, rows)
    if any(each.is_required and each.standing in {"missing", "expired"} for each in found):
        raise typer.Exit(FINDINGS)


@told.command("raise")
def raise_input(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    programme: Programme,
    title: Annotated[str, typer.Argument(help="What it is, in a line.")] = "",
    text: Annotated[str, typer.Option("--text", help="More of it.")] = "",
    kind: KindOption = "change",
    department: Department = "",
    about: Annotated[
        str, typer.Option("--about", help="Such as package:URS, market:IT or line:cork-1.")
    ] = "",
    mail: Annotated[
        str | None, typer.Option("--mail", help="A mail saved as a file (.eml); - is stdin.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Raise an input: a requirement, a concern, a change or a question."""
    from packtrail.planning.inputs import InputKind
    from packtrail.planning.templates import Department as Of
    from packtrail.services.plan import inputs

    if bool(title) == bool(mail):
        raise UsageError("Give either a title or --mail.")
    kind_ = one_of(InputKind, kind, "--kind")
    of = one_of(Of, department, "--department") if department else None
    content = _content(mail) if mail else b""
    with organisation.acting() as (app, actor):
        if mail:
            made = inputs.raise_from_mail(app, actor, programme, content, kind=kind_, department=of)
        else:
            new = inputs.NewInput(kind=kind_, title=title, text=text, department=of, about=about)
            made = inputs.raise_input(app, actor, programme, new)
    tell_made(made, f"{made.code}: raised; an answer is due by {made.due_on}.", json=json)


@told.command("list")
def list_inputs(
    organisation: options.Organisation,
    programme: Annotated[
        str, typer.Argument(help="Code of the programme; default: all that are in use.")
    ] = "",
    about: Annotated[
        str, typer.Option("--about", help="Only those about it, such as line:c1 or market:IT.")
    ] = "",
    state: Annotated[
        str, typer.Option("--state", help="Only raised, triaged, decided or closed ones.")
    ] = "",
    department: Department = "",
    json: options.Json = False,
) -> None:
    """List inputs, the oldest first; with --about those about an object."""
    from packtrail.planning.inputs import InputState
    from packtrail.planning.templates import Department as Of
    from packtrail.services.plan import inputs

    state_ = one_of(InputState, state, "--state") if state else None
    of = one_of(Of, department, "--department") if department else None
    with organisation.acting() as (app, actor):
        found = inputs.listed(app, actor, programme, about=about, state=state_, department=of)
    if json:
        write_json([{"programme": code, "input": each} for code, each in found])
        return
    rows = (
        (code, each.code, each.state.value, each.kind.value, each.title, each.about,
         each.raised_by, each.raised_on, each.due_on or "")
        for code, each in found
    )  # fmt: skip
    columns = ("Programme", "Code", "State", "Kind", "What", "About", "Raised by", "On", "Due")
    write_table("Inputs", columns, rows)


@told.command("show")
def show_input(
    organisation: options.Organisation, programme: Programme, code: Code, json: options.Json = False
) -> None:
    """Show an input with its discussion, its decision and what proves it."""
    from packtrail.services.plan import books, people

    with organisation.acting() as (app, actor):
        traced = people.trace_view(app, actor, programme, told=code)
        found = books.opened(app, actor, programme).book.inputs[code]
    if json:
        write_json({"input": found, "trace": traced})
        return
    rows = (
        ("What", f"{found.kind.value}: {found.title}"),
        ("Raised", f"{found.raised_by}, {found.raised_on}"),
        ("State", found.state.value),
        ("Owner", found.owner),
        ("Due", found.due_on or ""),
        ("Text", found.text),
        *((f"{each.by}, {each.at:%Y-%m-%d}", each.text) for each in found.remarks),
        ("Decision", f"{found.resolution.value}: {found.reason}" if found.resolution else ""),
        ("Effect", found.effect),
        ("Answer", found.answer),
        *((each.requirement, f"{each.title}: {each.proof}; {'; '.join(each.tests)}")
          for each in traced),
    )  # fmt: skip
    write_table(found.code, ("", ""), rows)


@told.command("remark")
def remark(
    organisation: options.Organisation,
    programme: Programme,
    code: Code,
    text: Annotated[str, typer.Argument(help="What is said.")],
    json: options.Json = False,
) -> None:
    """Add to the discussion of an input."""
    from packtrail.services.plan import inputs

    with organisation.acting() as (app, actor):
        made = inputs.add_remark(app, actor, programme, code, text)
    tell_made(made, f"{code}: remark {len(made.remarks)}.", json=json)


@told.command("triage")
def triage(
    organisation: options.Organisation,
    programme: Programme,
    code: Code,
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.")],
    due: Annotated[str | None, typer.Option("--due", metavar="DAY", help="By when.")] = None,
    json: options.Json = False,
) -> None:
    """Say who answers for an input, and by when."""
    from packtrail.services.plan import inputs

    with organisation.acting() as (app, actor):
        made = inputs.triage(app, actor, programme, code, owner=owner, due_on=_day(due, "--due"))
    tell_made(made, f"{code}: {made.owner} answers by {made.due_on}.", json=json)


@told.command("decide")
def decide(
    organisation: options.Organisation,
    programme: Programme,
    code: Code,
    resolution: Annotated[
        str, typer.Argument(help="accepted, partly, declined, deferred or answered.")
    ],
    reason: Reason = "",
    change: Annotated[
        list[str] | None,
        typer.Option("--change", help="What it does to the plan, as in what-if."),
    ] = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Make these changes the plan.")] = False,
    json: options.Json = False,
) -> None:
    """Decide an input; its effect on the plan is worked out and kept."""
    from packtrail.planning.inputs import Resolution
    from packtrail.services.plan import inputs

    decision = inputs.Decision(
        resolution=one_of(Resolution, resolution, "resolution"),
        reason=reason,
        changes=tuple(change or ()),
        adopts=adopt,
    )
    with organisation.acting() as (app, actor):
        made = inputs.decide(app, actor, programme, code, decision)
    tell_made(made, f"{code}: {resolution}. {made.effect}".strip(), json=json)


@told.command("answer")
def answer(
    organisation: options.Organisation,
    programme: Programme,
    code: Code,
    text: Annotated[str, typer.Argument(help="The answer to whoever raised it.")],
    json: options.Json = False,
) -> None:
    """Answer whoever raised an input; that closes it."""
    from packtrail.services.plan import inputs

    with organisation.acting() as (app, actor):
        made = inputs.answer(app, actor, programme, code, text)
    tell_made(made, f"{code}: answered.", json=json)


@told.command("reopen")
def reopen(
    organisation: options.Organisation,
    programme: Programme,
    code: Code,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Take an input up again."""
    from packtrail.services.plan import inputs

    with organisation.acting() as (app, actor):
        made = inputs.reopen(app, actor, programme, code, reason)
    tell_made(made, f"{code}: {made.state.value} again.", json=json)


@told.command("ages")
def ages(
    organisation: options.Organisation, programme: Programme, json: options.Json = False
) -> None:
    """Tell by department how many inputs are open and overdue, and how long answers take."""
    from packtrail.planning.inputs import ageing
    from packtrail.services.plan import books

    with organisation.acting() as (app, actor):
        book = books.opened(app, actor, programme).book
        found = ageing(book.inputs.values(), app.clock().date())
    if json:
        write_json(found)
        return
    rows = (
        (each.department or "not said", each.raised, each.open, each.overdue, each.oldest_days,
         "" if each.answer_days is None else f"{each.answer_days:g}")
        for each in found
    )  # fmt: skip
    columns = ("Department", "Raised", "Open", "Overdue", "Oldest, days", "Answered in, days")
    write_table("Inputs", columns, rows)


def tell_made(made: Any, text: str, *, json: bool) -> None:
    """Write what was made: as JSON, or in a sentence."""
    if json:
        write_json(made)
    else:
        write_line(text)


def one_of(choices: type[_Choice], value: str, name: str) -> _Choice:
    """Return a value of a choice from a text of the command line.

    Raises:
        UsageError: It is none.
    """
    try:
        return choices(value)
    except ValueError:
        expected = ", ".join(each.value for each in choices)
        raise UsageError(f"{name} is {value!r}: expected {expected}.") from None


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    return path.read_bytes()
