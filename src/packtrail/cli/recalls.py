"""`packtrail recalls`: get packs back, holder by holder, and know what is still missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.recalls import Subject
    from packtrail.services.recalls.cases import Recall, View

recalls = typer.Typer(help="Recalls and drills.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the recall: R-2026-001.")]
Holder = Annotated[str, typer.Argument(metavar="HOLDER", help="GLN of the holder.")]
Confirm = Annotated[
    str,
    typer.Option("--confirm", metavar="NUMBER", help="Type the number again: it is for ever."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; the decision behind it.")]
Out = Annotated[Path, typer.Option("--out", "-O", help="File to write; - is standard output.")]
Way = Annotated[
    str, typer.Option("--way", help="mail, call, visit, letter; when sending also packtrail.")
]


@recalls.command("open")
def open_recall(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    title: Annotated[str, typer.Argument(help="What people call it.")],
    subjects: Annotated[
        list[str],
        typer.Option("--of", metavar="GTIN[/LOT[/SERIAL]]", help="What is recalled; repeatable."),
    ],
    reason: Reason,
    hazard: Annotated[str, typer.Option("--class", help="1, 2 or 3; 1 is the gravest.")] = "2",
    depth: Annotated[str, typer.Option("--depth", help="wholesale, retail or patient.")] = "retail",
    drill: Annotated[bool, typer.Option("--drill", help="A mock recall: changes nothing.")] = False,
    level: Annotated[
        str, typer.Option("--level", help="Of effectiveness checks, A (all) to E (none).")
    ] = "A",
    market: Annotated[
        str | None, typer.Option("--market", help="Only holders there: a country code, or EU.")
    ] = None,
    remind: Annotated[
        int | None, typer.Option("--remind-hours", help="Hours to a reminder; default: by class.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Open a recall or a drill; nothing is published and nobody is told by that."""
    from packtrail.services.recalls import cases

    new = cases.NewRecall(
        title=title, reason=reason, subjects=[_subject(each) for each in subjects], hazard=hazard,
        depth=depth, kind="drill" if drill else "recall", check_level=level, market=market,
        remind_for_hours=remind,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        found = cases.open_recall(application, actor, new)
    _tell(found, json=json)


@recalls.command("list")
def listing(organisation: options.Organisation, json: options.Json = False) -> None:
    """List recalls and drills, the newest first."""
    from packtrail.rendering import times
    from packtrail.services.recalls import cases

    with organisation.acting() as (application, actor):
        found = cases.recalls(application, actor)
    if json:
        write_json([_summary(each) for each in found])
        return
    write_table(
        "",
        ("Number", "Title", "Class", "Depth", "Opened", "Told", "Answered", "State"),
        (
            (
                each.row.number, each.row.title, each.row.hazard, each.row.depth,
                times.moment(each.row.opened_at), each.case.told, each.case.answered, _state(each),
            )
            for each in found
        ),
    )  # fmt: skip


@recalls.command("show")
def show(
    organisation: options.Organisation,
    number: Number,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Show who holds what now, or held then, what was answered, and what is missing."""
    from packtrail.services.recalls import cases

    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = cases.view(application, actor, number, **moments)
    _tell_view(found, json=json)


@recalls.command("count")
def count(organisation: options.Organisation, number: Number, json: options.Json = False) -> None:
    """Put into the record where every pack is now: of a drill, the time it took to answer."""
    from packtrail.services.recalls import acting

    with organisation.acting() as (application, actor):
        found = acting.count(application, actor, number)
    _tell_view(found, json=json)


@recalls.command("publish")
def publish(
    organisation: options.Organisation,
    number: Number,
    confirm: Confirm,
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Give the lots the status recalled, for ever; a drill publishes nothing."""
    from packtrail.services.recalls import acting

    told = acting.Confirmed(confirmation=confirm, reason=reason)
    with organisation.acting() as (application, actor):
        found = acting.publish(application, actor, number, told)
    _tell(found, json=json)


@recalls.command("message")
def message(
    organisation: options.Organisation,
    number: Number,
    holder: Holder,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-O", help="Write it as .eml or .pdf; its packs as .csv."),
    ] = None,
) -> None:
    """Draft the message to a holder, in its language, with the list of its packs."""
    from packtrail.services.recalls import drafting

    makers = {".eml": drafting.mail, ".pdf": drafting.letter, ".csv": drafting.packs_csv}
    with organisation.acting() as (application, actor):
        if out is None:
            told = drafting.holder(application, actor, number, holder).message
            write_line(f"{told.subject}\n\n{told.text}")
            return
        if out.suffix not in makers:
            raise UsageError(f"{out.name} is none of {', '.join(makers)}.")
        out.write_bytes(makers[out.suffix](application, actor, number, holder))
    talk.print(f"Written: {out}")


@recalls.command("sent")
def sent(
    organisation: options.Organisation,
    number: Number,
    confirm: Confirm,
    reason: Reason,
    holders: Annotated[
        list[str] | None,
        typer.Option("--holder", metavar="GLN", help="Only these; default: who was not told yet."),
    ] = None,
    way: Way = "mail",
    json: options.Json = False,
) -> None:
    """Say that holders were told; the clocks of reminders begin."""
    from packtrail.services.recalls import acting

    told = acting.Confirmed(confirmation=confirm, reason=reason)
    with organisation.acting() as (application, actor):
        found = acting.mark_sent(application, actor, number, told, holders=holders, way=way)
    _tell(found, json=json)


@recalls.command("acknowledge")
def acknowledge(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    number: Number,
    holder: Holder,
    person: Annotated[str, typer.Option("--person", help="Who answered.")],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="When.")],
    returned: Annotated[int, typer.Option("--returned", help="Packs sent back.")] = 0,
    destroyed: Annotated[int, typer.Option("--destroyed", help="Packs destroyed.")] = 0,
    quarantined: Annotated[int, typer.Option("--quarantined", help="Packs set aside.")] = 0,
    used: Annotated[int, typer.Option("--used", help="Packs used or sold on.")] = 0,
    not_found: Annotated[int, typer.Option("--not-found", help="Packs it cannot find.")] = 0,
    note: Annotated[str, typer.Option("--note", help="More.")] = "",
    json: options.Json = False,
) -> None:
    """Note what a holder answered; where events tell what became of packs, they decide."""
    from packtrail.recalls.case import Answer
    from packtrail.services.recalls import acting, cases

    answer = Answer(
        person=person, on=acting.day(on), returned=returned, destroyed=destroyed,
        quarantined=quarantined, used=used, not_found=not_found, note=note,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        acting.acknowledge(application, actor, number, holder, answer)
        found = cases.view(application, actor, number)
    _tell_view(found, json=json)


@recalls.command("check")
def check(
    organisation: options.Organisation,
    number: Number,
    holder: Holder,
    person: Annotated[str, typer.Option("--person", help="Whom you asked.")],
    effective: Annotated[
        bool, typer.Option("--effective/--not-effective", help="It understood, and acted.")
    ],
    way: Way = "call",
    note: Annotated[str, typer.Option("--note", help="More.")] = "",
) -> None:
    """Note an effectiveness check: whether the message reached a holder, and it acted."""
    from packtrail.services.recalls import acting

    told = acting.Check(way=way, person=person, is_effective=effective, note=note)
    with organisation.acting() as (application, actor):
        acting.check(application, actor, number, holder, told)


@recalls.command("note")
def note(
    organisation: options.Organisation,
    number: Number,
    text: Annotated[str, typer.Argument(help="What is to be on record.")],
) -> None:
    """Write something into the record."""
    from packtrail.services.recalls import acting

    with organisation.acting() as (application, actor):
        acting.note(application, actor, number, text)


@recalls.command("close")
def close(
    installation: options.Installation,
    number: Number,
    confirm: Confirm,
    reason: Reason,
    user: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs.")],
    meaning: Annotated[
        str, typer.Option("--meaning", help="reviewed, approved or rejected.")
    ] = "approved",
    comment: Annotated[str, typer.Option("--comment", help="What explains what is open.")] = "",
    json: options.Json = False,
) -> None:
    """Sign and close; the password is asked for, or read from PACKTRAIL_PASSWORD."""
    from packtrail.services.accounts import accounts, signing
    from packtrail.services.recalls import acting, cases

    told = acting.Confirmed(confirmation=confirm, reason=reason)
    with installation.acting() as (application, _):
        actor = accounts.person(application, user)
        seen = cases.view(application, actor, number)
        password = os.environ.get("PACKTRAIL_PASSWORD") or typer.prompt(
            f"Password of {user}", hide_input=True, err=True
        )
        statement = signing.Statement(
            password=password, meaning=meaning, digest=acting.digest(seen), comment=comment
        )
        found = acting.close(application, actor, number, told, statement)
    _tell(found, json=json)


@recalls.command("contact")
def contact(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    holder: Holder,
    name: Annotated[str, typer.Option("--name", help="What people call it.")] = "",
    person: Annotated[str, typer.Option("--person", help="Whom to ask for.")] = "",
    email: Annotated[str, typer.Option("--email", help="Address.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Telephone.")] = "",
    country: Annotated[str | None, typer.Option("--country", help="Two letters.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Of messages; default: the country's.")
    ] = None,
    retail: Annotated[
        bool | None,
        typer.Option("--retail/--wholesale", help="Pharmacy or hospital; default: by its events."),
    ] = None,
) -> None:
    """Say how to reach a holder."""
    from packtrail.services.recalls import contacts

    told = contacts.Contact(
        holder=holder, name=name, person=person, email=email, phone=phone, country=country,
        language=language, is_retail=retail,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        contacts.put_contact(application, actor, told)


@recalls.command("contacts")
def contacts(organisation: options.Organisation, json: options.Json = False) -> None:
    """List how holders are reached."""
    from packtrail.services.recalls import contacts as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.contacts(application, actor)
    if json:
        write_json(list(found.values()))
        return
    write_table(
        "",
        ("Holder", "Name", "Person", "Address", "Telephone", "Country", "Language"),
        (
            (x.holder, x.name, x.person, x.email, x.phone, x.country, x.language)
            for x in found.values()
        ),
    )


@recalls.command("packs")
def packs(
    organisation: options.Organisation,
    number: Number,
    out: Out = Path("-"),
    holder: Annotated[str | None, typer.Option("--holder", help="Only of this GLN.")] = None,
) -> None:
    """List the packs of a recall as CSV, with what holds each and whether it is under way."""
    from packtrail.services.recalls import drafting

    with organisation.acting() as (application, actor):
        content = drafting.packs_csv(application, actor, number, holder)
    _write(out, content)


@recalls.command("report")
def report(
    organisation: options.Organisation,
    number: Number,
    out: Annotated[Path, typer.Option("--out", "-O", help="File to write: .pdf or .xlsx.")],
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
) -> None:
    """Write where a recall stands, or stood: as PDF with its signatures, or as workbook."""
    from packtrail.services.recalls import papers

    moments = options.moments(as_of, as_known_at)
    makers = {".pdf": papers.report, ".xlsx": papers.workbook}
    if out.suffix not in makers:
        raise UsageError(f"{out.name} is none of {', '.join(makers)}.")
    with organisation.acting() as (application, actor):
        _write(out, makers[out.suffix](application, actor, number, **moments))


def _write(out: Path, content: bytes) -> None:
    if str(out) == "-":
        write_line(content.decode("utf-8-sig").rstrip())
        return
    out.write_bytes(content)
    talk.print(f"Written: {out}")


def _subject(text: str) -> Subject:
    from packtrail.recalls import Subject

    gtin, _, rest = text.partition("/")
    lot, _, serial = rest.partition("/")
    return Subject(gtin=gtin, lot=lot or None, serial=serial or None)


def _state(found: Recall) -> str:
    if found.case.is_closed:
        return "closed"
    return "published" if found.case.published_at else "open"


def _summary(found: Recall) -> dict[str, object]:
    return {
        "number": found.row.number,
        "kind": found.row.kind,
        "title": found.row.title,
        "hazard": found.row.hazard,
        "depth": found.row.depth,
        "opened_at": found.row.opened_at,
        "state": _state(found),
        "proposed": sorted(found.case.proposed),
        "told": found.case.told,
        "answered": found.case.answered,
    }


def _tell(found: Recall, *, json: bool) -> None:
    if json:
        write_json(_summary(found))
        return
    write_line(f"{found.row.number} {found.row.title}: {_state(found)}.")
    for act in found.case.proposed:
        talk.print(f"Proposed: {act.value}. A second person has to take the step.")


def _tell_view(found: View, *, json: bool) -> None:
    from packtrail.recalls.accounting import FATES
    from packtrail.recalls.telling import percent

    if json:
        write_json(found)
        return
    account = found.account
    write_line(f"{found.case.number} {found.recall.row.title}: {_state(found.recall)}.")
    write_line(
        f"{account.accounted:,} of {account.total:,} packs accounted for "
        f"({percent(account.share)}), {account.by_word:,} of them by word; {account.missing:,} "
        f"missing. Found in {found.took_seconds * 1000:,.0f} ms."
    )
    write_table(
        "",
        ("Holder", "GLN", "Packs", "Missing", "Days", "Told", "Answered"),
        (
            (
                each.name, each.key,
                ", ".join(
                    f"{n:,} {FATES[fate].words.lower()}" for fate, n in each.account.by_fate.items()
                ),
                each.account.missing, each.missing_for_days,
                "" if each.holder.told_at is None else each.holder.times_told,
                each.holder.answer.person if each.holder.answer else "",
            )
            for each in found.lines
        ),
    )  # fmt: skip
    for finding in found.findings:
        talk.print(f"{finding.severity} {finding.code}: {finding.message}", markup=False)
