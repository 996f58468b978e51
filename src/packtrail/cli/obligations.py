"""`packtrail obligations`: what the law asks of you by when, and what is done about it."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.obligations.reading import ObligationPage
    from packtrail.services.obligations.views import ObligationView

obligations = typer.Typer(
    help="Obligations and deadlines: the radar, states, reminders, calendars.",
    no_args_is_help=True,
)

Key = Annotated[str, typer.Argument(help="Key of the obligation, such as eg_eptts/phase_3.")]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DAY", help="The day from which it is seen; default: today."),
]
Market = Annotated[str | None, typer.Option("--market", help="ISO code of a market.")]


@obligations.command("list")
def list_obligations(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    on: On = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="Last day; default: 3 years on.")
    ] = None,
    market: Market = None,
    product: Annotated[str, typer.Option("--product", help="Only this product.")] = "",
    site: Annotated[str, typer.Option("--site", help="Only this site.")] = "",
    line: Annotated[str, typer.Option("--line", help="Only this line.")] = "",
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Also markets in which nothing is sold.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Show the radar: what is late, and what is due, the earliest first."""
    from packtrail.compliance.obligations import Part
    from packtrail.services.obligations import reading

    only = Part(market=market or "", product=product, site=site, line=line)
    with organisation.acting() as (application, actor):
        seen = reading.radar(
            application, actor, on=options.day(on, option="--on"),
            last=options.day(until, option="--until"), only=only, everywhere=everywhere,
        )  # fmt: skip
    if json:
        write_json(seen)
        return
    _tell("Late", seen.late)
    _tell(f"From {seen.first} to {seen.last}", seen.ahead)


@obligations.command("procedures")
def list_procedures(
    organisation: options.Organisation, on: On = None, json: options.Json = False
) -> None:
    """List the duties that an event sets off: their procedures must be in place."""
    from packtrail.services.obligations import reading

    with organisation.acting() as (application, actor):
        found = reading.duties(application, actor, on=options.day(on, option="--on"))
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Key", "Markets", "What", "When", "To", "State", "Owner"),
        (
            (
                each.key, ", ".join(each.markets), each.what, each.when,
                ", ".join(each.recipients), _words(each.state), ", ".join(each.owners),
            )
            for each in found
        ),
    )  # fmt: skip


@obligations.command("show")
def show(
    organisation: options.Organisation, key: Key, on: On = None, json: options.Json = False
) -> None:
    """Show one obligation with its parts, and what was said of it."""
    from packtrail.services.obligations import reading

    with organisation.acting() as (application, actor):
        page = reading.one(application, actor, key, on=options.day(on, option="--on"))
    if json:
        write_json(page)
    else:
        _tell_page(page)


@obligations.command("say")
def say(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    key: Key,
    state: Annotated[
        str | None, typer.Option("--state", help="open, in_progress, done or waived.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who sees to it.")] = None,
    evidence: Annotated[str, typer.Option("--evidence", help="What shows that it is done.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", exists=True, help="A file that shows it.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    market: Annotated[str, typer.Option("--market", help="Only for this market.")] = "",
    product: Annotated[str, typer.Option("--product", help="Only for this product.")] = "",
    site: Annotated[str, typer.Option("--site", help="Only for this site.")] = "",
    line: Annotated[str, typer.Option("--line", help="Only for this line.")] = "",
    json: options.Json = False,
) -> None:
    """Say who sees to an obligation and how far it is; each word is kept."""
    from packtrail.services.obligations import saying

    kept = None
    if file is not None:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        kept = saying.File(name=file.name, media_type=kind, content=file.read_bytes())
    said = saying.Saying(
        state=state, owner=owner, reason=reason, evidence=evidence, file=kept, market=market,
        product=product, site=site, line=line,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        page = saying.say(application, actor, key, said)
    if json:
        write_json(page)
    else:
        _tell_page(page)


@obligations.command("reminders")
def list_reminders(
    organisation: options.Organisation,
    seen: Annotated[
        str | None, typer.Option("--seen", metavar="KEY", help="Say that these were seen.")
    ] = None,
    json: options.Json = False,
) -> None:
    """List the reminders that nobody has seen yet, those that are due now among them."""
    from packtrail.services.obligations import reminding

    with organisation.acting() as (application, actor):
        reminding.remind_all(application)
        if seen is not None:
            reminding.mark_seen(application, actor, seen)
        found = reminding.reminders(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Due", "Reminded", "Owner", "What", "Key"),
        (
            (
                each.due_on,
                "late" if each.days_before < 0 else f"{each.days_before} days before",
                each.owner,
                each.what,
                each.key,
            )
            for each in found
        ),
    )


@obligations.command("calendar")
def calendar(
    organisation: options.Organisation,
    file: Annotated[
        Path | None, typer.Argument(help="File to write; default: standard output.")
    ] = None,
    market: Annotated[
        list[str] | None, typer.Option("--market", help="Only these markets.")
    ] = None,
) -> None:
    """Write the radar as an iCalendar file (.ics)."""
    from packtrail.services.obligations import calendars

    with organisation.acting() as (application, actor):
        content = calendars.calendar(application, actor, markets=market or ())
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)


@obligations.command("feeds")
def list_feeds(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the calendars that programs fetch by a secret address."""
    from packtrail.services.obligations import calendars

    with organisation.acting() as (application, actor):
        found = calendars.feeds(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Calendar", "Name", "Markets", "Made by", "Last fetched", "Revoked"),
        (
            (
                each.feed_id, each.name, ", ".join(each.markets) or "all", each.created_by,
                each.last_used_at or "never", each.revoked_at or "",
            )
            for each in found
        ),
    )  # fmt: skip


@obligations.command("add-feed")
def add_feed(
    organisation: options.Organisation,
    name: Annotated[str, typer.Argument(help="What it is for, such as Outlook of the team.")],
    market: Annotated[
        list[str] | None, typer.Option("--market", help="Only these markets.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Make a calendar address; its secret is told this once."""
    from packtrail.services.obligations import calendars

    with organisation.acting() as (application, actor):
        made = calendars.create_feed(application, actor, name, markets=market or ())
    if json:
        write_json(made)
    else:
        write_line(f"/api/v1/calendars/{made.token}.ics")


@obligations.command("revoke-feed")
def revoke_feed(
    organisation: options.Organisation,
    feed: Annotated[str, typer.Argument(help="The calendar, as the list calls it.")],
) -> None:
    """End a calendar address at once."""
    from packtrail.services.obligations import calendars

    with organisation.acting() as (application, actor):
        calendars.revoke_feed(application, actor, feed)


def _tell(title: str, found: Iterable[ObligationView]) -> None:
    rows = [
        (
            each.on, each.days_left, ", ".join(each.markets), each.concern,
            "sure" if each.is_certain else f"{each.status}, {_words(each.kind)}",
            _words(each.standpoint), _words(each.state), ", ".join(each.owners), each.what,
            each.key,
        )
        for each in found
    ]  # fmt: skip
    if rows:
        write_table(
            title,
            ("Day", "Left", "Markets", "Whose", "How sure", "Stands", "State", "Owner", "What",
             "Key"),
            rows,
        )  # fmt: skip


def _tell_page(page: ObligationPage) -> None:
    each = page.obligation
    tell_findings(each.findings)
    write_table(
        f"{each.key}: {each.what}",
        ("", ""),
        (
            ("Day", f"{each.on or 'whenever it happens'} ({each.days_left} days left)"
             if each.on else each.when),
            ("Who", each.who),
            ("To", ", ".join(each.recipients)),
            ("Evidence", "; ".join(each.evidence)),
            ("Markets", ", ".join(each.market_names)),
            ("Rules", ", ".join(each.rules)),
            ("How sure", f"{each.status}, {each.confidence} confidence, {_words(each.kind)}"),
            ("Sources", "; ".join(each.sources)),
            ("Note", each.note),
            ("State", f"{_words(each.state)}; stands: {_words(each.standpoint)}"),
            ("Owner", ", ".join(each.owners)),
            ("Rules of", f"{each.pack_id} {each.version} ({each.sha256[:12]})"),
        ),
    )  # fmt: skip
    write_table(
        "Parts",
        ("Market", "Product", "Site", "Line", "Stands", "State", "Owner", "Would break"),
        (
            (
                one.market, one.product, one.site, one.line, _words(one.standpoint),
                _words(one.state), one.owner, ", ".join(one.broken),
            )
            for one in page.parts
        ),
    )  # fmt: skip
    write_table(
        "Said",
        ("At (UTC)", "By", "Of", "State", "Owner", "Why", "Evidence"),
        (
            (
                f"{one.at:%Y-%m-%d %H:%M}", one.by,
                "/".join(filter(None, (one.market, one.product, one.site, one.line))) or "all",
                _words(one.state or ""), one.owner or "", one.reason, one.evidence or one.file_name,
            )
            for one in page.notes
        ),
    )  # fmt: skip


def _words(text: str) -> str:
    return text.replace("_", " ")
