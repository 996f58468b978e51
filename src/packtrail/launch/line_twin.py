"""`packtrail lines simulate`: let a twin of the line run an order, and compare."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, cast

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.lines import lines
from packtrail.cli.output import FINDINGS, talk, write_json, write_line, write_table

if TYPE_CHECKING:
    from typer.models import OptionInfo

    from packtrail.simulation.shift import ShiftResult, Wanted

_SHOWN_MAX = 20


def _percent(what: str) -> OptionInfo:
    """Return the option for a share."""
    return cast("OptionInfo", typer.Option(help=f"{what}, in per cent."))


@lines.command("simulate")
def simulate_line(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    order: Annotated[str, typer.Argument(help="A released work order: code, owner/code or id.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed does the same.")] = 1,
    packs: Annotated[
        int | None, typer.Option("--packs", help="Good packs; default: those still missing.")
    ] = None,
    speed: Annotated[int, typer.Option("--speed", help="Packs a minute.")] = 200,
    rejects: Annotated[float, _percent("Rejected packs")] = 1,
    no_reads: Annotated[float, _percent("Packs that no camera can read")] = 0.4,
    misreads: Annotated[float, _percent("Packs read as another number")] = 0.1,
    aggregation_faults: Annotated[float, _percent("Containers packed wrongly")] = 2,
    cuts: Annotated[float, _percent("Reports at which the network fails")] = 2,
    lost_replies: Annotated[float, _percent("Reports whose answer is lost")] = 3,
    duplicates: Annotated[float, _percent("Reports that come twice")] = 3,
    late: Annotated[float, _percent("Reports that are hours late")] = 3,
    counted: Annotated[
        bool, typer.Option(help="The line counts its reports, so that a gap is noticed.")
    ] = True,
    pace: Annotated[
        float, typer.Option("--pace", help="So many times faster than the clock; 0: at once.")
    ] = 0,
    json: options.Json = False,
) -> None:
    """Let a twin of the line run a work order, with faults, and compare it with what is known.

    The exit code is 1 when something differs that no fault of the line explains.
    """
    from packtrail.simulation.network import NetworkRates
    from packtrail.simulation.shift import Wanted, run_shift
    from packtrail.simulation.twin import LineRates

    wanted = Wanted(
        seed=seed,
        quantity=packs,
        pace=pace,
        line=LineRates(
            speed_packs_per_minute=speed, rejects=_share(rejects), no_reads=_share(no_reads),
            misreads=_share(misreads), aggregation_faults=_share(aggregation_faults),
        ),
        network=NetworkRates(
            cuts=_share(cuts), lost_replies=_share(lost_replies), duplicates=_share(duplicates),
            late=_share(late), is_counted=counted,
        ),
    )  # fmt: skip
    _check(wanted)
    with (
        organisation.acting() as (application, actor),
        talk.status("The line runs ...") as status,
    ):
        result = run_shift(
            application, actor, order, wanted, pause=time.sleep,
            on_report=lambda count, total: status.update(f"Report {count} of {total} ..."),
        )  # fmt: skip
    if json:
        write_json(result)
    else:
        _tell(result)
    if result.unexplained:
        raise typer.Exit(FINDINGS)


def _share(percent: float) -> float:
    if not 0 <= percent <= 100:
        raise UsageError(f"{percent} per cent: expected 0 to 100.")
    return percent / 100


def _check(wanted: Wanted) -> None:
    if wanted.line.speed_packs_per_minute < 1 or wanted.pace < 0:
        raise UsageError("Speed and pace are positive.")
    if wanted.quantity is not None and wanted.quantity < 1:
        raise UsageError(f"{wanted.quantity} packs: expected 1 or more.")


def _tell(result: ShiftResult) -> None:
    write_table(
        f"Order {result.order}: what the line did, and what Packtrail knows",
        ("Packs", "Truth", "Known"),
        ((name, f"{n:,}", f"{result.known[name]:,}") for name, n in result.made.items()),
    )
    went_wrong = [
        *((name, f"{n:,}", "on the line") for name, n in result.faults.items()),
        *((name, f"{n:,}", "on the wire") for name, n in result.troubles.items()),
    ]
    write_table("What went wrong", ("Fault", "How often", "Where"), went_wrong)
    write_line(
        f"{result.reports:,} reports, {result.messages:,} messages: {result.repeated:,} came "
        f"before, {result.held:,} were held for a late one; {result.refused:,} numbers refused"
    )
    if result.differences:
        rows = (
            (each.level, each.number, each.truth, each.known, each.because or "UNEXPLAINED")
            for each in sorted(result.differences, key=lambda each: each.because is not None)
        )
        shown = [row for row, _ in zip(rows, range(_SHOWN_MAX), strict=False)]
        write_table("Differences", ("Level", "Number", "Truth", "Known", "Because"), shown)
        if len(result.differences) > _SHOWN_MAX:
            talk.print(f"and {len(result.differences) - _SHOWN_MAX:,} more: see --json")
    write_line(
        f"{len(result.differences):,} differences, {len(result.unexplained):,} of them unexplained"
    )
