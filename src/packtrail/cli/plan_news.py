"""`packtrail plan digest`, `readers`, `read`, `remind` and `pack`: telling people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line, write_table
from packtrail.cli.plan import Programme, plan
from packtrail.cli.plan_people import one_of, tell_made


@plan.command("digest")
def show_digest(
    organisation: options.Organisation,
    programme: Programme,
    department: Annotated[str, typer.Argument(help="Such as quality, it or packaging.")],
    days: Annotated[
        int, typer.Option("--days", min=1, max=366, help="Changes of so many days.")
    ] = 7,
    json: options.Json = False,
) -> None:
    """Tell a department what changed for it, what is due, and what is needed of it."""
    from packtrail.planning.templates import Department as Of
    from packtrail.services.plan import telling

    of = one_of(Of, department, "department")
    with organisation.acting() as (app, actor):
        found = telling.digest_of(app, actor, programme, of, days=days)
    if json:
        write_json(found)
        return
    for title, lines in (
        ("What we need from you", found.needed),
        ("What is due", found.due),
        ("What changed for you", found.changed),
    ):
        write_table(title, ("", "", ""), ((e.code, e.text, e.more) for e in lines))


@plan.command("readers")
def show_readers(
    organisation: options.Organisation,
    programme: Programme,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only notices that somebody must still read.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Tell of each notice how many have read it, and who must still do so."""
    from packtrail.services.plan import telling

    with organisation.acting() as (app, actor):
        found = telling.readers_view(app, actor, programme)
    shown = [each for each in found if each.missing or not missing]
    if json:
        write_json(shown)
        return
    rows = (
        (each.notice, each.title, each.published_on or "", f"{each.read} of {each.total}",
         ", ".join(each.missing_names))
        for each in shown
    )  # fmt: skip
    write_table("Readers", ("Notice", "Title", "Published", "Read", "Missing"), rows)


@plan.command("read")
def read_notice(
    organisation: options.Organisation,
    programme: Programme,
    notice: Annotated[str, typer.Argument(help="Code of the notice.")],
    person: Annotated[
        str, typer.Option("--person", help="Code of who has read it, as a signed list says.")
    ] = "",
    json: options.Json = False,
) -> None:
    """Say that one has read a notice, or that a person has."""
    from packtrail.services.plan import telling

    with organisation.acting() as (app, actor):
        made = telling.acknowledge(app, actor, programme, notice, person=person)
    by = ", ".join(each.by for each in made.receipts)
    tell_made(made, f"{made.code}: read by {by}.", json=json)


@plan.command("remind")
def remind(
    organisation: options.Organisation,
    programme: Programme,
    notice: Annotated[str, typer.Argument(help="Code of the notice.")],
    json: options.Json = False,
) -> None:
    """Remind everybody by mail who must still read a notice, each once a day at most."""
    from packtrail.services.plan import telling

    with organisation.acting() as (app, actor):
        made = telling.remind(app, actor, programme, notice)
    told = [f"{notice}: {len(made.reminded)} reminded"]
    if made.unconfirmed:
        told.append(f"waiting for their address to be confirmed: {', '.join(made.unconfirmed)}")
    if made.told_today:
        told.append(f"told today already, or want no mails: {', '.join(made.told_today)}")
    if made.without_address:
        told.append(f"without an address: {', '.join(made.without_address)}")
    tell_made(made, "; ".join(told) + ".", json=json)


@plan.command("draft-notice")
def draft_notice(
    organisation: options.Organisation, programme: Programme, json: options.Json = False
) -> None:
    """Draft a notice from what the law says and the scope does not; nothing is kept."""
    from packtrail.services.plan import telling

    with organisation.acting() as (app, actor):
        made = telling.drafted(app, actor, programme)
    if json:
        write_json(made)
    elif made is None:
        talk.print("The scope says all that the rule packs say: there is nothing to tell.")
    else:
        write_line(f"{made.title}\n{made.text}")


@plan.command("pack")
def meeting_pack(
    organisation: options.Organisation,
    programme: Programme,
    meeting: Annotated[str, typer.Argument(help="Code of the meeting.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File; default: standard output.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Write the pack for a meeting, as PDF: each point of its agenda with what is known."""
    from packtrail.services.plan import telling

    with organisation.acting() as (app, actor):
        content = telling.meeting_pack(app, actor, programme, meeting)
    if out is None:
        sys.stdout.buffer.write(content)
        return
    out.write_bytes(content)
    if json:
        write_json({"file": str(out), "bytes": len(content)})
    else:
        talk.print(f"{out}: {len(content):,} bytes")
