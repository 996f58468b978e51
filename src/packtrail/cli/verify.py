"""`packtrail verify`: is this pack genuine, and may it be supplied?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, write_json, write_line, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.services.verification.verifying import Ask, Verification

verifications = typer.Typer(help="What was verified, and answered.", no_args_is_help=True)

Gtin = Annotated[str | None, typer.Option("--gtin", help="GTIN, PPN or PZN, instead of a scan.")]
Serial = Annotated[str | None, typer.Option("--serial", help="Serial number.")]
Lot = Annotated[str | None, typer.Option("--lot", help="Lot as printed.")]
Expires = Annotated[
    str | None, typer.Option("--expires", help="Expiry as printed: 280131, 2028-01-31 or 01/2028.")
]
Image = Annotated[Path | None, typer.Option("--image", help="A PNG with the code of the pack.")]


def verify(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    scans: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCAN]...",
            help="Scans, Digital Links or EPC URIs; `-` reads one a line from standard input.",
        ),
    ] = None,
    gtin: Gtin = None,
    serial: Serial = None,
    lot: Lot = None,
    expires: Expires = None,
    image: Image = None,
    place: options.Place = None,
    market: Annotated[
        str | None, typer.Option("--market", help="Whose law counts: an ISO code, or EU.")
    ] = None,
    purpose: Annotated[str, typer.Option("--purpose", help="check, supply or return.")] = "check",
    at: options.At = None,
    json: options.Json = False,
) -> None:
    """Tell whether packs are genuine and may be supplied, with every reason; exit 1 if any is not.

    Question and answer are kept.
    """
    from packtrail.services.verification import images, verifying
    from packtrail.verification.judging import Verdict

    told = verifying.Circumstances(
        place=place, market=market, purpose=purpose, at=options.moment(at, option="--at")
    )
    asks = _asks(scans or [], gtin, serial, lot, expires)
    if not asks and image is None:
        raise UsageError("Give a scan, --gtin and --serial, or --image.")
    with organisation.acting() as (application, actor):
        found: list[Verification] = []
        if image is not None:
            found += images.verify(application, actor, options.file(image), told)
        for start in range(0, len(asks), verifying.QUESTIONS_MAX):
            some = asks[start : start + verifying.QUESTIONS_MAX]
            found += verifying.verify_all(application, actor, some, told)
    if json:
        write_json(found)
    else:
        for each in found:
            _tell(each)
    if any(each.verdict is not Verdict.GENUINE for each in found):
        raise typer.Exit(FINDINGS)


@verifications.command("list")
def listing(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    gtin: Gtin = None,
    serial: Serial = None,
    place: options.Place = None,
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", help="Only these; several times.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Asked then or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Asked before.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most to show.")] = 50,
    json: options.Json = False,
) -> None:
    """List what was asked and answered, the newest first."""
    from packtrail.rendering import times
    from packtrail.services.verification import verifications as use_cases

    asked = use_cases.Asked(
        gtin=gtin, serial=serial, place=place, verdicts=tuple(verdict or ()),
        since=options.moment(since, option="--since"),
        until=options.moment(until, option="--until"),
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        found = use_cases.history(application, actor, asked, limit=limit)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("When", "GTIN", "Serial", "Verdict", "Reasons", "Place", "By"),
        (
            (
                *(times.iso(each.at), each.gtin, each.serial or each.scanned, each.verdict),
                *(" ".join(each.reasons), each.place, each.actor_name),
            )
            for each in found
        ),
    )


@verifications.command("show")
def show(
    organisation: options.Organisation,
    verification: Annotated[str, typer.Argument(metavar="ID", help="Of the verification.")],
) -> None:
    """Show one verification of the past, as JSON."""
    from packtrail.services.verification import verifications as use_cases

    with organisation.acting() as (application, actor):
        write_json(use_cases.kept(application, actor, verification))


def _asks(
    scans: list[str], gtin: str | None, serial: str | None, lot: str | None, expires: str | None
) -> list[Ask]:
    from packtrail.services.verification.verifying import Ask

    asks = [Ask(text=line) for line in lines_of(scans)]
    if gtin is not None or serial is not None:
        asks.append(Ask(gtin=gtin or "", serial=serial or "", lot=lot, expires=expires))
    return asks


def lines_of(scans: Iterable[str]) -> list[str]:
    """Return the scans of a command, those of standard input where one is `-`."""
    return [
        line.rstrip("\r\n")
        for scan in scans
        for line in (sys.stdin if scan == "-" else [scan])
        if line.strip()
    ]


def _tell(found: Verification) -> None:
    from packtrail.rendering import words

    name = found.label or "What was scanned"
    product = f"  {found.product}" if found.product else ""
    write_line(f"{name}{product}")
    write_line(f"  {words.VERDICTS[found.verdict].text}. {found.next_step}")
    for reason in found.reasons:
        write_line(f"  {reason.code} {reason.message}")
    for cause in found.scanner:
        write_line(f"  {cause.code} {cause.message}")
    write_line(f"  Decided by {found.rule_pack}, kept as {found.verification_id}")
