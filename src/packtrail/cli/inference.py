"""`packtrail inference`: how far closed cases are believed, which are opened, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.services.inference.views import DecidedView, RuleView

inference = typer.Typer(
    help="Closed cases: how far they are believed, and which are opened.", no_args_is_help=True
)

Share = Annotated[
    str, typer.Option("--share", help="Of a sample: share of faulty cases that may remain.")
]
Confidence = Annotated[str, typer.Option("--confidence", help="How sure one wants to be of that.")]


@inference.command("rules")
def list_rules(
    organisation: options.Organisation,
    history: Annotated[
        bool, typer.Option("--history", help="All there ever were, the newest first.")
    ] = False,
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """List the rules in force, the narrowest first: the first that fits a case decides."""
    from packtrail.services.inference import rules

    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = rules.rules(application, actor, **moments)
    if json:
        write_json(found)
    else:
        _tell_rules(found.history if history else found.in_force, found.names)


@inference.command("rule")
def put_rule(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    trust: Annotated[str, typer.Argument(help="trust, sample, open; or ended: no rule any more.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the decision behind it.")],
    partner: Annotated[
        str | None, typer.Option("--partner", metavar="GLN", help="Only what it sends.")
    ] = None,
    gtin: Annotated[str | None, typer.Option("--gtin", help="Only this product.")] = None,
    place: Annotated[
        str | None, typer.Option("--place", metavar="GLN", help="Only what arrives there.")
    ] = None,
    cases: Annotated[
        int | None, typer.Option("--cases", min=1, help="Of a sample: open so many cases.")
    ] = None,
    share: Share = "0.2",
    confidence: Confidence = "0.95",
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Since when; default: now.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Say how far closed cases are believed, of whom, of what, where, since when."""
    from packtrail.services.inference import rules

    new = rules.NewRule(
        trust=trust, reason=reason, partner=partner, gtin=gtin, place=place, cases=cases,
        share_max=options.share(share, "--share"),
        confidence=options.share(confidence, "--confidence"),
        effective_at=options.moment(since, option="--since"),
    )  # fmt: skip
    with organisation.acting() as (application, actor):
        made = rules.put(application, actor, new)
    if json:
        write_json(made)
    else:
        write_line(f"Rule {made.number}: {made.means}")


@inference.command("draw")
def draw(
    organisation: options.Organisation,
    document: Annotated[str, typer.Argument(help="Number of an order, despatch advice, ...")],
    json: options.Json = False,
) -> None:
    """Draw which cases of what has arrived are opened; the draw is kept with its seed."""
    from packtrail.services.inference import samples

    with organisation.acting() as (application, actor):
        found = samples.draw(application, actor, document)
    if json:
        write_json(found.decided)
        return
    for each in found.decided:
        tell_decided(each)


@inference.command("belief")
def belief(
    organisation: options.Organisation,
    pack: Annotated[str, typer.Argument(metavar="ID", help="The pack, in any notation.")],
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Say what is believed of a pack: received, verified, for sale, and why; exit 1 if not."""
    from packtrail.services.inference import beliefs

    moments = options.moments(as_of, as_known_at)
    with organisation.acting() as (application, actor):
        found = beliefs.belief(application, actor, pack, **moments)
    if json:
        write_json(found)
    else:
        write_line(found.label)
        write_line(f"  received: {_yes(found.is_received)} ({found.check.value})")
        write_line(f"  verified: {_yes(found.is_verified)}")
        write_line(f"  for sale: {_yes(found.is_saleable)}")
        write_line(f"  {found.why}")
        if found.decided is not None:
            tell_findings(found.decided.judgement.findings)
    if found.arrival and not found.is_received:
        raise typer.Exit(FINDINGS)


def tell_decided(found: DecidedView) -> None:
    """Write what is believed of some cases, and which are to be opened."""
    evidence = found.judgement.evidence
    by = f"rule {found.rule.number} of {found.rule.by}" if found.rule else "no rule"
    is_believed = "believed" if found.judgement.is_accepted else "not believed"
    write_line(
        f"{evidence.population} cases, {by}: {found.means} {evidence.opened} opened, "
        f"{evidence.faulty} wrong, up to {found.judgement.faulty_max} may be: {is_believed}"
    )
    if found.draw is not None:
        write_line(
            f"  sample {found.draw.number}: {len(found.draw.cases)} of {found.draw.population} "
            f"drawn by {found.draw.by} with the seed {found.draw.seed}"
        )
    for case in found.to_open:
        write_line(f"  to open: {case.label}")
    for case in found.wrong:
        write_line(f"  wrong: {case.label}")


def _tell_rules(found: Iterable[RuleView], names: dict[str, str]) -> None:
    from packtrail.rendering import times

    write_table(
        "",
        ("Rule", "Partner", "Product", "Place", "What it does", "Since", "By", "Reason"),
        (
            (
                each.number,
                *(names.get(key, key) if key else "any" for key in (each.partner, each.gtin)),
                names.get(each.place, each.place) if each.place else "any",
                each.means,
                times.moment(each.effective_at),
                each.by,
                each.reason,
            )
            for each in found
        ),
    )


def _yes(is_so: bool) -> str:  # noqa: FBT001 - the value is the argument
    return "yes" if is_so else "no"
