"""`packtrail reports`: what authorities and partners must be told, and the life of each report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import (
    FINDINGS,
    SEVERITY_STYLES,
    talk,
    write_json,
    write_line,
    write_table,
)

if TYPE_CHECKING:
    from packtrail.services.reports.viewing import ReportView
    from packtrail.store.reports import ReportRow

reports = typer.Typer(
    help="Build, check, send and follow reports to authorities and partners.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="Number of the report.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays with the report.")]
Facts = Annotated[
    list[str] | None,
    typer.Option(
        "--fact", metavar="NAME=VALUE", help="A fact that the form asks for; several times."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; - is stdout.")
]


@reports.command("list")
def listing(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="due, built, checked, flawed, approved, sent, ..."),
    ] = None,
    receiver: Annotated[str | None, typer.Option("--receiver", help="Only to this one.")] = None,
    form: Annotated[str | None, typer.Option("--form", help="Only of this form.")] = None,
    gtin: Annotated[str | None, typer.Option("--gtin", help="Only of this product.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Only of this lot.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only what is past its time.")] = False,
    below: Annotated[
        int | None, typer.Option("--below", help="Only numbers below: the page after.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="Most to show.")] = 50,
    json: options.Json = False,
) -> None:
    """List reports, the newest first, with state and deadline."""
    from packtrail.rendering import times
    from packtrail.services.reports import viewing

    wanted = viewing.wanted(
        states=state or (), receiver=receiver, form=form, gtin=gtin, lot=lot, below=below,
        limit=limit,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        found = viewing.reports(application, actor, wanted, is_late=late)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("No.", "State", "To", "Form", "About", "Due", "Score"),
        (
            (
                each.number,
                f"{each.state}{', late' if each.is_late else ''}",
                each.receiver,
                each.form,
                each.title or each.gtin,
                times.iso(each.due_at) if each.due_at else each.due_words,
                each.score,
            )
            for each in found
        ),
    )


@reports.command("show")
def show(organisation: options.Organisation, number: Number, json: options.Json = False) -> None:
    """Show one report: its life, its files with their hashes, its checks and its reasons."""
    from packtrail.services.reports import viewing

    with organisation.acting() as (application, actor):
        view = viewing.report(application, actor, number)
    if json:
        write_json(view)
    else:
        _tell(view)


@reports.command("about")
def about(
    organisation: options.Organisation,
    text: Annotated[
        str, typer.Argument(metavar="WHAT", help="Event id, EPC URI, Digital Link, (01)...(21)...")
    ],
    json: options.Json = False,
) -> None:
    """List the reports that tell of an event, or why receivers refused a pack or container."""
    from packtrail.services.reports import viewing

    with organisation.acting() as (application, actor):
        found = viewing.about(application, actor, text)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("No.", "State", "To", "Form", "About", "Code", "Text"),
        (
            (each.number, each.state, each.receiver, each.form, each.title, each.code, each.text)
            for each in found
        ),
    )


@reports.command("create")
def create(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    receiver: Annotated[str, typer.Argument(help="Code of the receiver.")],
    form: Annotated[str, typer.Argument(help="Form, such as ru_10311.")],
    gtin: Annotated[str, typer.Option("--gtin", help="The product.")] = "",
    lot: Annotated[str, typer.Option("--lot", help="The lot.")] = "",
    event: Annotated[
        list[str] | None, typer.Option("--event", help="Id of an event; several times.")
    ] = None,
    capture: Annotated[str, typer.Option("--capture", help="All events of this capture.")] = "",
    happening: Annotated[
        str, typer.Option("--happening", help="What it tells, where the form tells several things.")
    ] = "",
    fact: Facts = None,
    json: options.Json = False,
) -> None:
    """Ask for a report that nobody found due: product data, a recall, a shipment again."""
    from packtrail.services.reports import asking

    wish = asking.Wish(
        receiver=receiver, form=form, gtin=gtin, lot=lot, events=tuple(event or ()),
        capture=capture, happening=happening, facts=pairs(fact, option="--fact"),
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        made = asking.create(application, actor, wish)
    _say(made, as_json=json)


@reports.command("build")
def build(
    organisation: options.Organisation,
    number: Number,
    fact: Facts = None,
    json: options.Json = False,
) -> None:
    """Build the files of a report anew and check them; the exit code is 1 where they have errors.

    A fact with an empty value takes it away.
    """
    from packtrail.services.reports import making, viewing

    facts = pairs(fact, option="--fact") if fact else None
    with organisation.acting() as (application, actor):
        made = making.build(application, actor, number, facts=facts)
        view = viewing.report(application, actor, number)
    if json:
        write_json(view)
    else:
        _tell_findings(view)
        _say(made, as_json=False)
    if made.state == "flawed":
        raise typer.Exit(FINDINGS)


@reports.command("approve")
def approve(
    organisation: options.Organisation,
    number: Number,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Approve a report; where two people must confirm it, the first only confirms."""
    from packtrail.services.reports import moving

    with organisation.acting() as (application, actor):
        _say(moving.approve(application, actor, number, reason=reason), as_json=json)


@reports.command("send")
def send(organisation: options.Organisation, number: Number, json: options.Json = False) -> None:
    """Hand an approved report over now, or ask for the answer to one that was sent."""
    from packtrail.services.reports import sending

    with organisation.acting() as (application, actor):
        _say(sending.send_now(application, actor, number), as_json=json)


@reports.command("hand-in")
def hand_in(
    organisation: options.Organisation,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="How: a portal, a mail.")] = "",
    json: options.Json = False,
) -> None:
    """Say that somebody has handed the files in by other ways."""
    from packtrail.services.reports import moving

    with organisation.acting() as (application, actor):
        _say(moving.hand_in(application, actor, number, reason=reason), as_json=json)


@reports.command("answer")
def answer(
    organisation: options.Organisation,
    number: Number,
    said: Annotated[str, typer.Argument(help="acknowledged, partly or rejected.")],
    reason: Reason = "",
    reference: Annotated[
        str, typer.Option("--reference", help="The receiver's own number for it.")
    ] = "",
    json: options.Json = False,
) -> None:
    """Say what a receiver answered, where no program reads it."""
    from packtrail.services.reports import moving

    with organisation.acting() as (application, actor):
        step = moving.answer_named(said)
        made = moving.answer(application, actor, number, step, reason=reason, reference=reference)
    _say(made, as_json=json)


@reports.command("resend")
def resend(
    organisation: options.Organisation, number: Number, reason: Reason, json: options.Json = False
) -> None:
    """Send the same bytes once more."""
    from packtrail.services.reports import moving

    with organisation.acting() as (application, actor):
        _say(moving.resend(application, actor, number, reason=reason), as_json=json)


@reports.command("drop")
def drop(
    organisation: options.Organisation, number: Number, reason: Reason, json: options.Json = False
) -> None:
    """Say that a report will not be sent."""
    from packtrail.services.reports import moving

    with organisation.acting() as (application, actor):
        _say(moving.drop(application, actor, number, reason=reason), as_json=json)


@reports.command("reopen")
def reopen(
    organisation: options.Organisation, number: Number, reason: Reason, json: options.Json = False
) -> None:
    """Take up a report again that was dropped."""
    from packtrail.services.reports import moving

    with organisation.acting() as (application, actor):
        _say(moving.reopen(application, actor, number, reason=reason), as_json=json)


@reports.command("file")
def file(
    organisation: options.Organisation,
    number: Number,
    file_no: Annotated[int, typer.Argument(metavar="FILE", help="Number of the file.")],
    out: Out = None,
) -> None:
    """Write a file of a report, byte by byte as it left or came."""
    from packtrail.services.reports import viewing

    with organisation.acting() as (application, actor):
        told, content = viewing.file(application, actor, number, file_no)
    write_out(content, out, told.name)


@reports.command("paper")
def paper(organisation: options.Organisation, number: Number, out: Out = None) -> None:
    """Write transaction information and statement for people to read, as PDF (DSCSA)."""
    from packtrail.services.reports import papers

    with organisation.acting() as (application, actor):
        told, content = papers.transaction_paper(application, actor, number)
    write_out(content, out, told.name)


@reports.command("dossier")
def dossier(organisation: options.Organisation, number: Number, out: Out = None) -> None:
    """Write all that happened to a report, with the hash of each file, as PDF."""
    from packtrail.services.reports import papers

    with organisation.acting() as (application, actor):
        name, content = papers.dossier(application, actor, number)
    write_out(content, out, name)


@reports.command("work")
def work(organisation: options.Organisation, json: options.Json = False) -> None:
    """Find what is due, hand over what is approved, ask for answers: once, for all organisations.

    A server does it by itself every half minute.
    """
    from packtrail.services.reports import sending, watching

    with organisation.acting() as (application, _):
        begun = watching.find_due(application)
        moved = sending.go_on(application)
    if json:
        write_json({"begun": begun, "moved": moved})
    else:
        write_line(f"{begun} reports have become due; {moved} were gone on with.")


# --- what several commands use --------------------------------------------------------------------


def pairs(texts: Iterable[str] | None, *, option: str) -> dict[str, str]:
    """Read options such as `name=value`.

    Raises:
        UsageError: One has no name.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} is {text[:80]!r}: expected NAME=VALUE.")
        found[name.strip()] = value.strip()
    return found


def write_out(content: bytes, out: Path | None, name: str) -> None:
    """Write a file where somebody asked for it, else under its own name here.

    Raises:
        UsageError: It cannot be written.
    """
    if out is not None and str(out) == "-":
        typer.get_binary_stream("stdout").write(content)
        return
    target = out or Path(name)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
    write_line(str(target))


def _say(made: ReportRow, *, as_json: bool) -> None:
    if as_json:
        write_json({"number": made.number, "state": made.state, "version": made.version_no})
        return
    score = f", score {made.score}" if made.score is not None else ""
    write_line(f"Report {made.number} to {made.receiver} ({made.form}) is {made.state}{score}.")


def _tell(view: ReportView) -> None:
    from packtrail.rendering import times

    line = view.line
    due = times.iso(line.due_at) if line.due_at else ""
    told: dict[str, Any] = {
        "To": f"{line.receiver} ({line.market})",
        "Form": f"{line.form}: {line.form_title}",
        "Tells of": f"{line.happening}: {line.title or line.gtin}",
        "State": f"{line.state}{', late' if line.is_late else ''}",
        "Due": " ".join(filter(None, (due, line.due_words, f"[{line.duty}]" if line.duty else ""))),
        "Score": line.score,
        "Number at the receiver": line.reference,
        **{f"Fact {name}": text for name, text in view.facts.items()},
        "Possible now": ", ".join(view.possible),
    }
    write_table(
        f"Report {line.number}", ("", ""), ((n, t) for n, t in told.items() if t not in {None, ""})
    )
    write_table(
        "\nLife",
        ("When", "Step", "State", "By", "Why"),
        (
            (times.iso(each.at), each.step, each.state, each.actor_name, each.reason)
            for each in view.steps
        ),
    )
    if view.files:
        write_table(
            "\nFiles",
            ("No.", "Version", "What", "Name", "Bytes", "SHA-256"),
            ((f.file_no, f.version_no, f.role, f.name, f.size, f.sha256.hex()) for f in view.files),
        )
    if view.reasons:
        write_table(
            "\nWhat the receiver did not take",
            ("Code", "Text", "Where", "Pack"),
            ((each.code, each.text, each.place, each.label) for each in view.reasons),
        )
    _tell_findings(view)


def _tell_findings(view: ReportView) -> None:
    told = [*view.findings, *(found for each in view.checks for found in each.findings)]
    for each in told:
        place = f" at {each['at']}" if each.get("at") else ""
        style = next(s for name, s in SEVERITY_STYLES.items() if name.value == each["severity"])
        talk.print(f"{each['severity']} {each['code']}{place}: {each['message']}", style=style,
                   markup=False)  # fmt: skip
        if each.get("remedy"):
            talk.print(f"    {each['remedy']}", markup=False)
