"""`packtrail plan draw`, `law` and `propose`: the scope of a programme, and the work it brings."""

from __future__ import annotations

from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, tell_findings, write_json
from packtrail.cli.plan import Programme, plan, required_day, tell_table


@plan.command("draw")
def draw_scope(
    organisation: options.Organisation,
    programme: Programme,
    market: Annotated[
        list[str] | None, typer.Option("--market", help="Only this one; may be repeated.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", help="Not this code; may be repeated.")
    ] = None,
    take: Annotated[bool, typer.Option("--take", help="Take it into the scope.")] = False,
    json: options.Json = False,
) -> None:
    """Tell what portfolio, sites and lines hold and the scope does not name."""
    from packtrail.planning.book import kind_of
    from packtrail.services.plan import drawing

    with organisation.acting() as (app, actor):
        found = drawing.drawn(app, actor, programme, markets=market or ())
        if take and not found.is_empty:
            drawing.draw(app, actor, programme, markets=market or (), leave_out=leave_out or ())
    if json:
        write_json(found)
        return
    rows = [
        *((kind_of(each).name, each.code, each.name, "new") for each in found.new),
        *(("product", code, "", "sold in no market of the scope any more") for code in found.gone),
    ]
    tell_table("Portfolio and lines", ("Kind", "Code", "Name", ""), rows)
    if not found.is_empty and not take:
        talk.print("Nothing was changed; --take takes it into the scope.")


@plan.command("law")
def follow_law(
    organisation: options.Organisation,
    programme: Programme,
    take: Annotated[bool, typer.Option("--take", help="Take it into the scope.")] = False,
    enter: Annotated[
        list[str] | None,
        typer.Option(
            "--enter",
            metavar="MARKET=DAY",
            help="Be ready by this day for a market whose rules hold already; may be repeated.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Tell what the law says of the markets in scope and the scope does not.

    The law are the rules that the organisation has accepted. What those say that are installed and
    not accepted yet is told beside it, and not taken. Markets whose rules hold already and in which
    nothing is sold yet are listed too: a day makes them a date of the programme.
    """
    from packtrail.services.plan import law

    with organisation.acting() as (app, actor):
        for told in enter or ():
            market, _, day = told.partition("=")
            law.enter(app, actor, programme, market, by=required_day(day, "--enter"))
        found = law.law_changes(app, actor, programme)
        left = law.entries(app, actor, programme)
        if take and any(each.is_accepted for each in found):
            law.follow_law(app, actor, programme)
    if json:
        write_json({"changes": found, "entries": left})
        return
    rows = (
        (e.need.code, "no more" if e.is_gone else e.need.due_on,
         e.before.due_on if e.before else "new",
         "accepted" if e.is_accepted else f"installed, not accepted: {e.pack}", e.need.title)
        for e in found
    )  # fmt: skip
    tell_table("The law says", ("Need", "Due", "In the scope", "Rules", "What"), rows)
    if waiting := sorted({each.pack for each in found if not each.is_accepted}):
        talk.print(f"Not accepted yet: packtrail markets accept {' '.join(waiting)} --reason …")
    if left:
        entered = ((each.market, each.name, each.since, each.by or "") for each in left)
        tell_table("To be entered", ("Market", "Name", "In force since", "First sale"), entered)
    if any(each.is_accepted for each in found) and not take:
        talk.print("Nothing was changed; --take takes it into the scope.")


@plan.command("propose")
def propose_work(
    organisation: options.Organisation,
    programme: Programme,
    accept: Annotated[bool, typer.Option("--accept", help="Put it into the plan.")] = False,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", help="Code of a package to leave out.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Tell which work the scope makes necessary and the plan does not have."""
    from packtrail.services.plan import proposing

    with organisation.acting() as (app, actor):
        found = proposing.offer(app, actor, programme)
        if accept:
            proposing.accept(app, actor, programme, leave_out=leave_out or ())
    if json:
        names = ("new", "links", "deadlines", "changed", "gone", "findings")
        write_json({name: getattr(found, name) for name in names})
        return
    tell_findings(found.findings)
    rows = [
        *(("new", e.code, e.title, e.duration_days, f"{e.effort_days:g}") for e in found.new),
        *(("date", e.code, e.title, e.due_on, "") for e in found.deadlines),
        *(("changed", e.code, e.title, "", "") for e in found.changed),
        *(("not needed", e.code, e.title, "", "") for e in found.gone),
    ]
    tell_table("Proposed", ("", "Code", "What", "Days or due", "Effort"), rows)
    if not accept and not found.is_empty:
        talk.print("Nothing was changed; --accept puts it into the plan.")
