"""`packtrail markets`: the law of every market, on any day; what is said here needs no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from packtrail.base.errors import RefusedError, UsageError
from packtrail.base.findings import has_errors
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.compliance import Catalogue
    from packtrail.compliance.comparison import Change
    from packtrail.compliance.pages import MarketPage, ParameterView, ResultView

markets = typer.Typer(
    help="Rules of markets as dated data: look up, check, compare, test.", no_args_is_help=True
)

Market = Annotated[str, typer.Argument(help="ISO code of the market, such as IT, or EU.")]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DAY", help="The day whose law counts; default: today."),
]
Packs = Annotated[
    list[Path] | None,
    typer.Option(
        "--packs",
        metavar="DIR",
        help="Folder with packs of your own; several times. [env: PACKTRAIL_MARKET_PACKS]",
    ),
]
_SYMBOLS = {"failed": "FAILS", "unknown": "?", "exempt": "exempt", "passed": "ok"}
"""Outcome -> how it is told, the worst first."""


@markets.command("list")
def list_markets(
    phase: Annotated[
        str | None, typer.Option("--phase", help="Only markets in this phase, such as in_force.")
    ] = None,
    on: On = None,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """List every market: how far it is, what it asks for, and what comes next."""
    from packtrail.compliance import pages

    rows = pages.rows(_catalogue(packs), on=_day(on, "--on"))
    shown = [row for row in rows if phase in {None, row.phase}]
    if json:
        write_json(shown)
        return
    write_table(
        "",
        ("Market", "Name", "Pack", "Phase", "Serials", "Reports", "Rules", "Next", ""),
        (
            (
                row.market, row.name, row.pack_id, row.phase, row.pack_serial, row.reporting,
                row.rule_count, row.next_on, _short(row.next_what),
            )
            for row in shown
        ),
    )  # fmt: skip


@markets.command("show")
def show(
    market: Market,
    on: On = None,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """Tell all that is known of a market on a day, with sources, and what is not known."""
    from packtrail.compliance import pages

    found = pages.page(_catalogue(packs).pack_of(market), on=_day(on, "--on"), market=market)
    if json:
        write_json(found)
    else:
        _tell_page(found)


@markets.command("explain")
def explain(
    code: Annotated[str, typer.Argument(help="Code of a rule, such as EU-FMD-004.")],
    on: On = None,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """Tell what a rule asks for, of whom, since when, who says so, and what to do about it."""
    from packtrail.compliance import codes, pages

    catalogue, day = _catalogue(packs), _day(on, "--on")
    pack = next((each for each in catalogue.own.values() if code in each.rules), None)
    if pack is None:
        raise RefusedError(codes.UNKNOWN_NAME.found(f"There is no rule {code[:40]!r}.", at="code"))
    rule = pages.rule(catalogue.packs.get(pack.id, pack), code, on=day)
    if json:
        write_json(rule)
        return
    sources = "; ".join(each.title for each in rule.said.sources)
    write_table(
        f"{rule.code}: {rule.title}",
        ("", ""),
        (
            ("Checks", f"{rule.check}: {rule.check_meaning}"),
            *(
                (name, f"{value} ({held})" if held else value)
                for name, value, held in rule.arguments
            ),
            ("Of", f"{rule.subject.replace('_', ' ')}; {rule.scope or 'every one'}"),
            ("Holds", f"from {rule.from_on}" + (f" to {rule.to_on}" if rule.to_on else "")),
            ("Clause", rule.clause),
            ("Severity", rule.severity),
            ("What to do", rule.remedy),
            ("How sure", f"{rule.said.status}, {rule.said.confidence} confidence"),
            ("Sources", f"{sources} (seen on {rule.said.true_on})"),
            ("Note", rule.said.note),
        ),
    )  # fmt: skip


@markets.command("check")
def check(
    organisation: options.Organisation,
    market: Annotated[str | None, typer.Option("--market", help="ISO code of the market.")] = None,
    subject: Annotated[
        typer.FileBinaryRead | None,
        typer.Option(
            "--subject",
            metavar="FILE",
            help="YAML or JSON: one key such as label, below it its facts; - is standard input.",
        ),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option("--product", help="A product of your portfolio: its code, or a GTIN of it."),
    ] = None,
    on: On = None,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """Ask the rules of a market about a product of yours, or about facts in a file.

    A product is asked about by the rules that you have accepted, without --market in every market
    it has a licence for. The exit code is 1 when a rule that weighs as an error is broken.
    """
    if (subject is None) == (product is None):
        raise UsageError("Give --product, one of your portfolio, or --subject, a file of facts.")
    if product is not None:
        from packtrail.cli.company_markets import check_product

        check_product(organisation, product, market, on, json=json)
    elif market is None:
        raise UsageError("Say with --market whose rules are asked.")
    else:
        _check_subject(market, cast("BinaryIO", subject), on, packs, json=json)


def _check_subject(
    market: str, subject: BinaryIO, on: str | None, packs: list[Path] | None, *, json: bool
) -> None:
    from packtrail.compliance import evaluate, pages
    from packtrail.compliance.loading import read_subject
    from packtrail.compliance.nodes import BYTES_MAX

    asked, findings = read_subject(subject.read(BYTES_MAX + 1), subject.name)
    if asked is None or has_errors(findings):
        raise RefusedError(*findings)
    evaluation = evaluate(_catalogue(packs).pack_of(market), asked, on=_day(on, "--on"))
    results = pages.results(evaluation)
    if json:
        write_json({"on": evaluation.on, "pack": evaluation.identity, "results": results})
    else:
        tell_results(results, pack=str(evaluation.identity), on=evaluation.on)
    if has_errors(evaluation.findings):
        raise typer.Exit(FINDINGS)


@markets.command("diff")
def diff(
    market: Market,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="One day; default: today.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The other day.")] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="DIR", help="Folder of another version of the pack."),
    ] = None,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """Tell in words what changes between two days, or what another version says otherwise."""
    from packtrail.compliance import between_days, between_versions
    from packtrail.services.rule_packs import read_folder

    if (to is None) == (against is None):
        raise UsageError("Give --to, another day, or --against, another version of the pack.")
    catalogue = _catalogue(packs)
    pack = catalogue.pack_of(market)
    if against is not None:
        changes = between_versions(catalogue.own[pack.id], read_folder(against).required())
    else:
        changes = between_days(pack, _day(since, "--from"), _day(to, "--to"))
    if json:
        write_json(changes)
    else:
        _tell_changes(changes)


@markets.command("lint")
def lint(
    path: Annotated[Path, typer.Argument(help="Folder of the pack, with pack.toml.")],
    on: On = None,
    json: options.Json = False,
) -> None:
    """Find everything that keeps a pack from being used: sources, dates, cases, names, values."""
    from packtrail.services.rule_packs import lint_folder

    pack, findings = lint_folder(path, on=_day(on, "--on"))
    if json:
        write_json({"pack": pack.id if pack else None, "findings": findings})
    else:
        tell_findings(findings)
        if pack is not None and not has_errors(findings):
            write_line(
                f"{pack.id} {pack.heading.version}: {len(pack.rules)} rules, {len(pack.cases)} "
                f"cases, {len(pack.parameters)} parameters: fit for use"
            )
    if has_errors(findings):
        raise typer.Exit(FINDINGS)


@markets.command("test")
def run_cases(
    market: Annotated[
        list[str] | None, typer.Argument(metavar="MARKET...", help="Markets; default: all.")
    ] = None,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """Run the cases of packs: every rule has one that passes and one that fails."""
    from packtrail.compliance import linting

    catalogue = _catalogue(packs)
    known = {catalogue.pack_of(each).id for each in market} if market else catalogue.packs.keys()
    results = {
        name: linting.run_cases(catalogue.packs[name], catalogue.own[name].cases)
        for name in sorted(known)
    }
    bad = [result for each in results.values() for result in each if not result.is_as_expected]
    count = sum(map(len, results.values()))
    if json:
        findings = [asdict(finding) for result in bad for finding in result.findings]
        write_json({"packs": len(results), "cases": count, "findings": findings})
    else:
        for result in bad:
            tell_findings(result.findings)
        write_line(f"{count - len(bad)} of {count} cases of {len(results)} packs are as expected")
    if bad:
        raise typer.Exit(FINDINGS)


def tell_results(results: Iterable[ResultView], *, pack: str, on: date) -> None:
    """Tell what rules say, the broken ones first."""
    order = list(_SYMBOLS)
    ranked = sorted(results, key=lambda each: order.index(each.outcome))
    write_table(
        f"{pack} on {on}",
        ("Rule", "", "Why"),
        ((each.code, _SYMBOLS[each.outcome], each.why.partition(": ")[2]) for each in ranked),
    )
    for each in ranked:
        if each.outcome == "failed":
            talk.print(f"{each.severity} {each.code}: {each.remedy}", markup=False)


def _tell_page(found: MarketPage) -> None:
    row = found.row
    write_line(f"{row.market} {row.name}: {row.title} ({row.pack_id} {row.version})")
    write_line(f"{row.phase.replace('_', ' ')}; {found.model}; seen on {found.true_on}")
    write_line(f"{found.summary}\n")
    for heading, views in found.sections:
        write_table(heading, ("", "", "How sure"), map(_parameter_row, views))
    write_table(
        "Rules",
        ("Code", "Holds", "Asks", "How sure"),
        (
            (
                each.code, _span(each.from_on, each.to_on), each.title,
                f"{each.said.status}, {each.said.confidence}",
            )
            for each in found.rules
        ),
    )  # fmt: skip
    write_table(
        "Calendar",
        ("Day", "Kind", "Who", "What", "How sure"),
        (
            (
                each.on, "superseded" if each.is_superseded else each.kind.replace("_", " "),
                each.who, each.what, f"{each.said.status}, {each.said.confidence}",
            )
            for each in found.deadlines
        ),
    )  # fmt: skip
    write_table(
        "Duties",
        ("What", "When", "To", "Format"),
        ((each.what, each.when, ", ".join(each.recipients), each.format) for each in found.duties),
    )
    for question in found.open_questions:
        write_line(f"Open: {question}")


def _parameter_row(each: ParameterView) -> tuple[str, str, str]:
    later = "".join(f"; from {day}: {value}" for day, value in each.others if day)
    said = each.said
    who = ", ".join(source.id for source in said.sources)
    return each.title, f"{each.value}{later}", f"{said.status}, {said.confidence} ({who})"


def _tell_changes(changes: Iterable[Change]) -> None:
    told = False
    for each in changes:
        told = True
        write_line(f"{each.how.value:8} {each.what.value:10} {each.name}: {each.sentence}")
    if not told:
        write_line("Nothing changes.")


def _catalogue(packs: list[Path] | None) -> Catalogue:
    from packtrail.services.rule_packs import catalogue
    from packtrail.settings import Settings

    folders = tuple(str(each) for each in packs) if packs else None
    return catalogue(Settings.of(market_packs=folders))


def _day(text: str | None, option: str) -> date:
    return options.day(text, option=option) or datetime.now(UTC).date()


def _span(first: date, last: date | None) -> str:
    return f"{first} to {last}" if last else f"from {first}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
