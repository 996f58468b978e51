"""`packtrail trace`: the journey of one pack or container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.lifecycle.journey import Step
    from packtrail.services.tracing import Trace

HEADINGS = ("When", "What", "Where", "Through", "Documents")
CONTENTS_SHOWN = 10


def trace(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="EPC URI, Digital Link, or element string with or without brackets."
        ),
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="Only what had happened by then.")
    ] = None,
    as_known_at: Annotated[
        str | None,
        typer.Option("--as-known-at", metavar="TIME", help="Only what had been recorded by then."),
    ] = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Tell the journey of an object: what it is and why, where it is, what holds it.

    Events of whatever held the object while it was held are part of the journey.
    """
    from packtrail.services import tracing

    happened = options.moment(as_of, option="--as-of")
    recorded = options.moment(as_known_at, option="--as-known-at")
    with options.acting(data, db, organisation) as (application, actor):
        found = tracing.trace(application, actor, identifier, as_of=happened, as_known_at=recorded)
    if json:
        write_json(found)
    else:
        _tell(found)


def _tell(found: Trace) -> None:
    standing = found.standing
    write_line(f"{found.label}  ({found.kind})")
    if found.product and found.product.name:
        write_line(found.product.name)
    write_line(f"{standing.status.value.replace('_', ' ')}: {standing.why}")
    if standing.location:
        write_line(f"where: {_named(standing.location, found)}")
    if standing.lot:
        write_line(
            f"lot {standing.lot}" + (f", expires {standing.expires}" if standing.expires else "")
        )
    for holder in found.holders:
        write_line(f"held by {holder.parent} since {holder.since.isoformat()}")
    if found.contents_total:
        write_line(f"holds {found.contents_total}:")
        for content in found.contents[:CONTENTS_SHOWN]:
            inside = f", holds {content.count}" if content.count else ""
            write_line(f"  {content.label}  ({content.kind}, {content.status.value}{inside})")
        if found.contents_total > CONTENTS_SHOWN:
            write_line(f"  and {found.contents_total - CONTENTS_SHOWN} more")
    write_line()
    write_table("", HEADINGS, (_row(step, found) for step in found.steps))
    tell_findings(found.findings)


def _row(step: Step, found: Trace) -> tuple[str, ...]:
    what = (step.biz_step or step.event_type).rpartition("/")[2].replace("_", " ")
    if step.action:
        what = f"{what} ({step.action})"
    if step.is_withdrawn:
        what = f"{what}, withdrawn"
    ends = [
        f"{type_} {_named(party, found)}" for type_, party in (*step.sources, *step.destinations)
    ]
    papers = [f"{type_ or 'transaction'} {number}" for type_, number in step.biz_transactions]
    return (
        step.event_time.isoformat(),
        what,
        _named(step.biz_location or step.read_point or "", found),
        " in ".join(step.via),
        "; ".join([*papers, *ends]),
    )


def _named(place: str, found: Trace) -> str:
    name = found.places.get(place)
    return f"{name} ({place})" if name else place
