"""`packtrail markets` over your own portfolio: machine, readiness, updates and their acceptance."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.markets import markets
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.compliance.placement_pages import BreakGroup, PlacementView

Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the history.")]


@markets.command("machine")
def machine(
    organisation: options.Organisation,
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="The day whose law counts.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The day to compare with: today.")
    ] = None,
    market: Annotated[str, typer.Option("--market", help="Only this market.")] = "",
    product: Annotated[str, typer.Option("--product", help="Only this product.")] = "",
    line: Annotated[str, typer.Option("--line", help="Only this line.")] = "",
    site: Annotated[str, typer.Option("--site", help="Only this site.")] = "",
    json: options.Json = False,
) -> None:
    """Put what you sell today under the rules of any day: what breaks, for what, since when."""
    from packtrail.services.markets import travelling

    day = options.day(on, option="--on")
    only = travelling.Narrowing(market=market, product=product, line=line, site=site)
    with organisation.acting() as (application, actor):
        seen = travelling.machine(
            application, actor, on=day or application.clock().date(),
            today=options.day(since, option="--from"), only=only,
        )  # fmt: skip
    if json:
        write_json(seen)
        return
    write_line(f"Under the rules of {seen.on}, seen from {seen.today}:")
    _tell_breaks("Breaks then and not now", seen.new)
    _tell_breaks("Broken already", seen.standing)
    _tell_breaks("Mended by then", seen.mended)
    _tell_breaks("Cannot be told", seen.unknown)
    for name, changes in seen.changes.items():
        for each in changes:
            write_line(f"{name}: {each.sentence}")


@markets.command("readiness")
def readiness(
    organisation: options.Organisation,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="Seen from this day; default: today.")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Workbook to write.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Report to write.")] = None,
    json: options.Json = False,
) -> None:
    """Tell for each market you sell in what is required, done, at risk and unknown."""
    from packtrail.services.markets import ready, ready_files

    day = options.day(on, option="--on")
    with organisation.acting() as (application, actor):
        seen = ready.readiness(application, actor, on=day)
        if xlsx is not None:
            xlsx.write_bytes(ready_files.workbook(application, actor, on=day))
        if pdf is not None:
            pdf.write_bytes(ready_files.pdf(application, actor, on=day))
    if json:
        write_json(seen.rows)
        return
    write_table(
        f"As seen on {seen.today}; obligations until {seen.until}",
        ("Market", "Stands", "Products", "Required", "Done", "Open", "At risk", "Unknown", "Next",
         ""),
        (
            (
                f"{each.market} {each.name}", ready.VERDICTS[each.verdict], each.products,
                each.required, each.done, each.open, each.at_risk, each.unknown, each.next_on,
                each.next_what[:60],
            )
            for each in seen.rows
        ),
    )  # fmt: skip


@markets.command("updates")
def list_updates(
    organisation: options.Organisation,
    pack: Annotated[
        str | None, typer.Argument(metavar="[PACK]", help="Tell everything of this one.")
    ] = None,
    json: options.Json = False,
) -> None:
    """List the rule packs of which another version waits to be accepted, or tell one in full."""
    from packtrail.services.markets import updates

    with organisation.acting() as (application, actor):
        if pack is not None:
            page = updates.update(application, actor, pack)
        else:
            rows = updates.updates(application, actor)
    if pack is None:
        if json:
            write_json(rows)
            return
        write_table(
            "",
            ("Pack", "", "Markets", "Accepted", "Installed", "Differences"),
            (
                (
                    each.pack_id, each.sort, ", ".join(each.markets), each.accepted_version,
                    each.installed_version,
                    ", ".join(f"{count} {name}" for name, count in each.counts.items()),
                )
                for each in rows
            ),
        )  # fmt: skip
        return
    if json:
        write_json(page)
        return
    tell_findings(page.findings)
    row = page.row
    write_line(f"{row.pack_id}: {row.accepted_version or '-'} to {row.installed_version or '-'}")
    for change in (*page.changes, *page.cases):
        write_line(f"{change.how:8} {change.what:10} {change.name}: {change.sentence}")
    for moved in page.moved:
        write_line(f"{moved.how:8} obligation {moved.key}: {moved.sentence}")
    for word, found in (("breaks", page.broken), ("mends", page.mended)):
        for each in found:
            write_line(f"{word:8} {each.market} {each.product}: {each.result.why}")
    for touched in page.touched:
        write_line(f"look at  {touched.what}: {touched.why}")


@markets.command("accept")
def accept(
    organisation: options.Organisation,
    pack: Annotated[
        list[str] | None, typer.Argument(metavar="PACK...", help="Rule packs to accept.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Let the installed versions of rule packs hold for you from now on."""
    from packtrail.services.markets import accepting

    if bool(pack) is every:
        raise UsageError("Name the packs to accept, or give --all.")
    with organisation.acting() as (application, actor):
        changed = accepting.accept(application, actor, pack or [], reason=reason)
    if json:
        write_json({"accepted": changed})
    else:
        write_line(f"accepted: {', '.join(changed) or 'nothing differs'}")


@markets.command("accepted")
def list_accepted(
    organisation: options.Organisation,
    pack: Annotated[str | None, typer.Argument(metavar="[PACK]", help="Only this one.")] = None,
    json: options.Json = False,
) -> None:
    """Tell which versions of rule packs were accepted by whom, when and why."""
    from packtrail.services.markets import accepting

    with organisation.acting() as (application, actor):
        found = accepting.acceptances(application, actor, pack_id=pack, limit=1000)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("At (UTC)", "Pack", "Version", "By", "Why"),
        (
            (f"{each.at:%Y-%m-%d %H:%M}", each.pack_id, each.version or "gone", each.by,
             each.reason)
            for each in found
        ),
    )  # fmt: skip


def check_product(
    organisation: options.Organisation,
    product: str,
    market: str | None,
    on: str | None,
    *,
    json: bool,
) -> None:
    """Tell whether a product may be sold in a market, or in all it has a licence for.

    The exit code is 1 when it may not.
    """
    from packtrail.services.markets import checking

    day = options.day(on, option="--on")
    with organisation.acting() as (application, actor):
        if market is None:
            found = checking.product(application, actor, product, on=day).markets
        else:
            found = (checking.check(application, actor, product, market, on=day),)
    if json:
        write_json(found if market is None else found[0])
    else:
        for each in found:
            _tell_placement(each, has_answers=market is not None)
    if any(each.verdict == "may_not" and each.is_sold for each in found):
        raise typer.Exit(FINDINGS)


def _tell_placement(each: PlacementView, *, has_answers: bool) -> None:
    write_line(f"{each.market} on {each.on}: {each.sentence}")
    if not each.is_sold:
        days = f"{each.sold_from or '...'} to {each.sold_until or '...'}"
        write_line(f"   by its licence it is sold there from {days}")
    for step in each.steps:
        needs = "; ".join(f"{one.code} {one.title}" for one in step.needs)
        write_line(f"   from {step.on} it also needs: {needs}")
    if has_answers:
        write_table(
            f"{each.pack_id} {each.version} ({each.sha256[:12]})",
            ("Rule", "", "About", "Why"),
            (
                (one.result.code, one.result.outcome, one.about, one.result.why.partition(": ")[2])
                for one in each.answers
            ),
        )


def _tell_breaks(title: str, found: Iterable[BreakGroup]) -> None:
    rows = [
        (
            each.market, each.code, each.severity,
            each.status if each.status != "known" else "", each.title, each.cause,
            ", ".join(each.products), ", ".join(each.lines), ", ".join(each.sites),
            ", ".join(each.partners),
        )
        for each in found
    ]  # fmt: skip
    if rows:
        headings = (
            "Market", "Rule", "Weighs", "Sure", "What", "Since which change", "Products", "Lines",
            "Sites", "Partners",
        )  # fmt: skip
        write_table(title, headings, rows)
