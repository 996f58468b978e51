"""`packtrail lines`: sites, packaging lines, trade items with their levels, and rework."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.production.happenings import Happening
    from packtrail.production.levels import Tier
    from packtrail.services.lines.rework import EffectView

lines = typer.Typer(help="Packaging lines: sites, trade items, rework.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="Short name: small letters, digits and hyphens.")]
Name = Annotated[str, typer.Option("--name", help="Name for people.")]
Level = Annotated[
    str | None,
    typer.Option(
        metavar="N:WHAT",
        help="How many of the level below go in, and its GTIN, or sscc, or sscc/EXTENSION.",
    ),
]


@lines.command("take-folder")
def take_folder(
    organisation: options.Organisation,
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory with files of lines.")
    ],
    json: options.Json = False,
) -> None:
    """Take the reports that lie in a folder: files named ORDER__anything, CSV, JSON or EPCIS.

    They end up in `taken` or `refused` inside it, each with a receipt. The exit code is 1 when a
    file, or something of it, was refused.
    """
    from packtrail.services.lines import line_folder

    with organisation.acting() as (application, actor):
        found = line_folder.take(application, actor, folder)
    if json:
        write_json([{"name": each.name, "receipt": each.receipt} for each in found])
    for each in found:
        if each.refused is not None:
            tell_findings(each.refused.findings)
        if not json:
            write_line(f"{each.name}: {'taken' if each.receipt else 'refused'}")
    if any(each.receipt is None or each.receipt.refused for each in found):
        raise typer.Exit(FINDINGS)


@lines.command("sites")
def list_sites(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the sites you may see."""
    from packtrail.services.lines import floor

    with organisation.acting() as (application, actor):
        found = floor.sites(application, actor)
    if json:
        write_json(found)
        return
    rows = (
        (each.code, each.name, each.operator, each.gln, each.country, each.time_zone)
        for each in found
    )
    write_table("", ("Site", "Name", "Run by", "GLN", "Country", "Time zone"), rows)


@lines.command("add-site")
def add_site(
    organisation: options.Organisation,
    code: Code,
    name: Name,
    gln: Annotated[str | None, typer.Option("--gln", help="GLN of 13 digits.")] = None,
    country: Annotated[str | None, typer.Option("--country", help="Two letters: DE.")] = None,
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="As the IANA database calls it: Europe/Berlin.")
    ] = "UTC",
    json: options.Json = False,
) -> None:
    """Describe a site of your organisation."""
    from packtrail.services.lines import floor

    with organisation.acting() as (application, actor):
        made = floor.create_site(
            application, actor, code, name=name, gln=gln, country=country, time_zone=time_zone
        )
    _tell(made, f"site {made.code}, {made.name}", as_json=json)


@lines.command("list")
def list_lines(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the packaging lines you may see: your own, and those of your packers."""
    from packtrail.services.lines import floor

    with organisation.acting() as (application, actor):
        found = floor.lines(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Line", "Name", "Site", "Run by", "Levels", "Packs a minute", "Read point"),
        (
            (
                each.code, each.name, each.site, each.operator, ", ".join(each.levels),
                each.speed_packs_per_minute, each.read_point,
            )
            for each in found
        ),
    )  # fmt: skip


@lines.command("add")
def add_line(
    organisation: options.Organisation,
    code: Code,
    site: Annotated[str, typer.Option("--site", help="Code of the site it stands at.")],
    name: Name,
    level: Annotated[
        list[str] | None,
        typer.Option("--level", help="A level that it serialises; default: pack, case, pallet."),
    ] = None,
    speed: Annotated[int | None, typer.Option("--speed", help="Packs a minute, as built.")] = None,
    read_point: Annotated[
        str | None, typer.Option("--read-point", help="SGLN; default: that of the site.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Describe a packaging line of your organisation."""
    from packtrail.services.lines import floor

    told = floor.NewLine(
        code=code, site=site, name=name, levels=level or ("pack", "case", "pallet"),
        read_point=read_point, speed_packs_per_minute=speed,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        made = floor.create_line(application, actor, told)
    _tell(made, f"line {made.code} of {made.site}: {', '.join(made.levels)}", as_json=json)


@lines.command("trade-items")
def list_trade_items(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the trade items you may see, with their levels of packing."""
    from packtrail.services.lines import floor

    with organisation.acting() as (application, actor):
        found = floor.trade_items(application, actor)
    if json:
        write_json(found)
        return
    rows = (
        (each.code, each.owner, each.name, each.gtin, each.market, _levels(each.tiers))
        for each in found
    )
    write_table("", ("Trade item", "Owner", "Name", "GTIN", "Market", "Levels"), rows)


@lines.command("add-trade-item")
def add_trade_item(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    code: Code,
    name: Name,
    market: Annotated[str, typer.Option("--market", help="What it is packed for: DE, US.")],
    pack: Annotated[str, typer.Option("--pack", metavar="GTIN", help="GTIN-14 of the pack.")],
    bundle: Level = None,
    case: Level = None,
    pallet: Level = None,
    prefix: Annotated[
        str | None,
        typer.Option("--prefix", help="GS1 company prefix of the GTINs: for EPC URIs."),
    ] = None,
    sscc_prefix: Annotated[
        str | None,
        typer.Option("--sscc-prefix", help="GS1 company prefix of the SSCCs; default: --prefix."),
    ] = None,
    national_number: Annotated[
        str | None, typer.Option("--national-number", help="Its number in the market's scheme.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Whose it is; default: yours.")
    ] = None,
    serves: Annotated[
        str | None, typer.Option("--serves", help="Who packs it for the owner, by agreement.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Describe a trade item: `--pack GTIN --case 20:sscc --pallet 40:sscc/1 --prefix 0614141`."""
    from packtrail.services.lines import floor

    asked = {"pack": f"0:{pack}", "bundle": bundle, "case": case, "pallet": pallet}
    tiers = tuple(_tiers(asked, prefix, sscc_prefix or prefix))
    told = floor.NewTradeItem(
        code=code, name=name, market=market, tiers=tiers,
        national_number=national_number, owner=owner, serves=serves,
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        made = floor.create_trade_item(application, actor, told)
    _tell(made, f"trade item {made.owner}/{made.code}: {_levels(made.tiers)}", as_json=json)


@lines.command("rework")
def do_rework(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    kind: Annotated[
        str,
        typer.Argument(
            help="unpack, pack, repack, replace, disaggregate, sample, destroy, decommission or "
            "recommission."
        ),
    ],
    numbers: Annotated[list[str], typer.Argument(help="Objects, in any notation.")],
    into: Annotated[
        str | None, typer.Option("--into", help="The container to pack into, or unpack from.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="What replaces the object.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Code of the reason: damaged.")] = "",
    note: Annotated[str, typer.Option("--note", help="More of the reason.")] = "",
    partial: Annotated[
        bool, typer.Option("--partial", help="The container is meant to be not full.")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; default: now.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Where; default: your site.")] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Whose goods; default: as the numbers tell.")
    ] = None,
    request: options.Request = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would change.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Treat packs and containers by hand: as a whole, or not at all.

    The exit code of a dry run is 1 when it is not possible.
    """
    from packtrail.services.lines import rework

    with organisation.acting() as (application, actor):
        act = _act(kind, numbers, into, by, reason, note, at or application.clock().isoformat(),
                   is_partial=partial)  # fmt: skip
        if dry_run:
            seen = rework.preview(application, actor, act, site=site, owner=owner)
        else:
            done = rework.perform(
                application, actor, act, request_id=request or str(uuid4()), site=site, owner=owner
            )
    if dry_run:
        _tell_effects(seen.effects, seen, as_json=json)
        tell_findings(seen.findings)
        if not seen.is_possible:
            raise typer.Exit(FINDINGS)
        return
    _tell_effects(done.effects, done, as_json=json)
    talk.print(f"done, request {done.request_id}")
    tell_findings(done.findings)


@lines.command("reworked")
def list_rework(
    organisation: options.Organisation,
    limit: Annotated[int, typer.Option("--limit", help="Most to list.")] = 50,
    json: options.Json = False,
) -> None:
    """List what was done by hand, the newest first."""
    from packtrail.services.lines import rework

    with organisation.acting() as (application, actor):
        found = rework.done(application, actor, limit=limit)
    if json:
        write_json(found)
        return
    rows = (
        (
            each.done_at, each.site, each.owner, each.happening["kind"],
            ", ".join(map(str, _list(each.happening.get("numbers")))),
            each.happening.get("reason", ""), each.actor_name,
        )
        for each in found
    )  # fmt: skip
    write_table("", ("Done", "Site", "Owner", "What", "Objects", "Reason", "By"), rows)


def _act(
    kind: str,
    numbers: list[str],
    into: str | None,
    by: str | None,
    reason: str,
    note: str,
    at: str,
    *,
    is_partial: bool,
) -> Happening:
    from packtrail.base.errors import RefusedError
    from packtrail.production.happenings import read_happening

    values = {
        "kind": kind, "at": at, "numbers": numbers, "parent": into, "by": by, "reason": reason,
        "note": note, "is_partial": is_partial,
    }  # fmt: skip
    happening, findings = read_happening(values, "")
    if happening is None:
        raise RefusedError(*findings)
    return happening


def _tiers(
    asked: dict[str, str | None], prefix: str | None, sscc_prefix: str | None
) -> Iterator[Tier]:
    from packtrail.production import levels

    for level, text in asked.items():
        if text is None:
            continue
        count, _, what = text.partition(":")
        name, _, extension = what.partition("/")
        if not count.isdigit() or not what:
            raise UsageError(f"--{level} is {text!r}: expected such as 20:sscc or 20:GTIN.")
        yield levels.Tier(
            level=levels.Level(level), gtin=None if name == "sscc" else name, holds=int(count),
            prefix=sscc_prefix if name == "sscc" else prefix, extension=extension or "0",
        )  # fmt: skip


def _levels(tiers: Iterable[Tier]) -> str:
    return ", ".join(
        f"{each.level} of {each.holds}" if each.holds else each.level.value for each in tiers
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _tell(made: object, text: str, *, as_json: bool) -> None:
    if as_json:
        write_json(made)
    else:
        write_line(text)


def _tell_effects(effects: Iterable[EffectView], whole: object, *, as_json: bool) -> None:
    if as_json:
        write_json(whole)
        return
    rows = (
        (
            each.label, f"{each.status_before or 'new'} -> {each.status_after}",
            f"{each.holder_before or '-'} -> {each.holder_after or '-'}",
            f"{each.inside_before} -> {each.inside_after}",
        )
        for each in effects
    )  # fmt: skip
    write_table("", ("Object", "Status", "In", "Holds"), rows)
