"""`packtrail technology`: systems and equipment, and when their support ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.entry_commands import Desk, add_entry_commands, hand_out
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_table

if TYPE_CHECKING:
    from packtrail.planning.technology.inventory import Entry, Inventory, Kind
    from packtrail.services.books.files import BookFiles

technology = typer.Typer(
    help="Systems and equipment: inventory, end of support, what lines can do, upgrades.",
    no_args_is_help=True,
)

_COLUMNS: dict[str, tuple[str, ...]] = {
    "system": ("code", "name", "role", "site", "lines", "vendor", "product", "version", "software"),
    "support": ("code", "product", "ends_on", "paid_until", "source", "seen_on", "confidence"),
    "measurement": ("code", "line", "what", "value", "capability", "measured_on", "source"),
    "option": ("code", "title", "closes", "lines", "cost_eur", "lead_days", "stop_days"),
}
"""Kind -> what a list shows of its entries."""


def _files() -> BookFiles[Inventory, Kind, Entry]:
    from packtrail.services.technology.files import FILES

    return FILES


add_entry_commands(
    technology,
    Desk(
        files=_files, title="inventory", columns=_COLUMNS,
        tables="systems, support, measurements or options.", usual="system",
        key="Code of the entry.",
    ),
)  # fmt: skip


@technology.command("radar")
def radar(
    organisation: options.Organisation,
    standing: Annotated[
        str, typer.Option("--standing", help="Only: out, soon, ahead, far or unknown.")
    ] = "",
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="As seen on a day.")] = None,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Write what ends as a calendar.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Tell what goes out of support when, and which lines and markets that endangers.

    The exit code is 1 when something in use is out of support, or ends within a year.
    """
    from packtrail.planning.technology.radar import Standing
    from packtrail.services.technology import radar as service

    if standing and standing not in set(Standing):
        raise UsageError(f"--standing is {standing!r}: expected one of {', '.join(Standing)}.")
    with organisation.acting() as (application, actor):
        if ics:
            hand_out(service.calendar(application, actor), ics)
            return
        day = options.day(on, option="--on")
        found = service.items_view(application, actor, standing=standing, on=day)
        watched = service.watched(application, actor, on=day).radar
    if json:
        write_json(found)
    else:
        tell_findings(watched.findings)
        talk.print(", ".join(f"{count} {each}" for each, count in watched.counts.items()))
        rows = (
            (each.ends_on or "", each.standing, each.component, each.system, each.criticality,
             each.confidence, " ".join(each.lines), len(each.products), " ".join(each.markets))
            for each in found
        )  # fmt: skip
        titles = ("Until", "Stands", "Part", "System", "Criticality", "Sure", "Lines", "Products",
                  "Markets")  # fmt: skip
        write_table("", titles, rows)
    if any(each.standing in {"out", "soon"} for each in found):
        raise typer.Exit(FINDINGS)


@technology.command("lines")
def show_lines(organisation: options.Organisation, json: options.Json = False) -> None:
    """Tell what each line can do: measured, by its equipment, or as it was built."""
    from packtrail.services.technology import lines

    with organisation.acting() as (application, actor):
        found = lines.known_lines(application, actor)
    if json:
        write_json(list(found.values()))
        return
    rows = (
        (line, name, "yes" if each.can else "no", each.basis, each.told)
        for line, known in found.items()
        for name, each in sorted(known.can.items())
    )
    write_table("", ("Line", "What", "Can", "By", "Told"), rows)


@technology.command("fit")
def show_fit(
    organisation: options.Organisation,
    market: Annotated[str, typer.Argument(help="ISO 3166 code, sold there or not.")],
    line: Annotated[
        list[str] | None, typer.Option("--line", help="Only this line; may be repeated.")
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", min=0, help="Packs a minute that the volume asks for.")
    ] = 0,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help="Rules of a day.")] = None,
    json: options.Json = False,
) -> None:
    """Hold what the rules of a market ask against lines and connections, with ways to close gaps.

    Without --line those that pack for the market, or all where none does. The exit code is 1 when
    no line can do it, or no receiver takes what is to be reported.
    """
    from packtrail.services.technology import lines

    with organisation.acting() as (application, actor):
        found = lines.market_fit(
            application, actor, market.upper(), on=options.day(on, option="--on"),
            lines=line or (), packs_per_minute=speed,
        )  # fmt: skip
    if json:
        write_json(found)
    else:
        kind = "sold there" if found.is_sold else "not sold there: what if"
        talk.print(f"{found.name}, {kind}; {found.wanted} things asked on {found.on}")
        rows = (
            (each.line, answer.wanted, answer.state, answer.basis, answer.told,
             "; ".join(f"{way.title} (EUR {way.cost_eur:,})" for way in answer.ways))
            for each in found.lines
            for answer in each.answers
        )  # fmt: skip
        write_table("", ("Line", "Asked", "Stands", "By", "Told", "Ways"), rows)
        reports = ((each.wanted, each.state, each.told, each.rule) for each in found.reports)
        write_table("Reports", ("Asked", "Stands", "Told", "Rule"), reports)
    is_unconnected = any(each.state == "lacking" for each in found.reports)
    if is_unconnected or (found.lines and not any(each.is_fit for each in found.lines)):
        raise typer.Exit(FINDINGS)


@technology.command("upgrades")
def show_upgrades(
    organisation: options.Organisation,
    programme: Annotated[str, typer.Argument(help="Code of the programme.")],
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="SYSTEM", help="Put its upgrade into the plan; repeat."),
    ] = None,
    months: Annotated[
        int, typer.Option("--months", min=1, max=120, help="Support that ends within.")
    ] = 24,
    json: options.Json = False,
) -> None:
    """Tell which upgrades the radar makes necessary, or put some into the plan."""
    from packtrail.services.technology import upgrades

    with organisation.acting() as (application, actor):
        if accept:
            written = upgrades.accept(application, actor, programme, accept, months=months)
            if not json:
                talk.print(f"version {written.version}: {written.count} entries changed")
        found = upgrades.views(upgrades.offer(application, actor, programme, months=months))
    if json:
        write_json(found)
        return
    rows = (
        (each.system, each.ends_on, "in the plan" if each.is_in_plan else "offered",
         each.due_on or "as soon as possible", " ".join(each.lines), len(each.packages),
         f"{each.cost_eur:,}", f"{each.effort_days:g}", "; ".join(each.parts))
        for each in found
    )  # fmt: skip
    titles = ("System", "Ends", "Stands", "Due", "Lines", "Packages", "EUR", "Days", "Parts")
    write_table("", titles, rows)
