"""`packtrail trace`: the journey of one pack or container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import tell_findings, write_json, write_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.lifecycle.journey import Step
    from packtrail.services.goods.tracing import Trace

CONTENTS_SHOWN = 10


def trace(
    organisation: options.Organisation,
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="EPC URI, Digital Link, or element string with or without brackets."
        ),
    ],
    as_of: options.AsOf = None,
    as_known_at: options.AsKnownAt = None,
    json: options.Json = False,
) -> None:
    """Tell the journey of an object: what it is and why, where it is, what holds it.

    Events of whatever held the object while it was held are part of the journey.
    """
    from packtrail.services.goods import tracing

    happened = options.moment(as_of, option="--as-of")
    recorded = options.moment(as_known_at, option="--as-known-at")
    with organisation.acting() as (application, actor):
        found = tracing.trace(application, actor, identifier, as_of=happened, as_known_at=recorded)
    if json:
        write_json(found)
    else:
        _tell(found)


def _tell(found: Trace) -> None:
    from packtrail.rendering import why
    from packtrail.rendering.times import expiry

    standing = found.standing
    labels = _labels(found)
    name = f"  {found.product.name}" if found.product and found.product.name else ""
    write_line(f"{found.label}  {found.kind}{name}")
    write_line(why.sentence(standing, places=found.places, holders=labels))
    _tell_condition(found)
    if standing.lot:
        until = f", expires {expiry(standing.expires)}" if standing.expires else ""
        write_line(f"Lot {standing.lot}{until}")
    if found.holders:
        write_line("Inside " + ", inside ".join(labels[each.parent] for each in found.holders))
    _tell_contents(found)
    write_line()
    for step in found.steps:
        _tell_step(step, found, labels)
    tell_findings(found.findings)


def _tell_condition(found: Trace) -> None:
    """Tell what its lot, its product and the day make of it, where that is not what it is."""
    from packtrail.rendering import times, words

    state = found.condition
    if state.status is not state.own:
        write_line(f"Counts as {words.status(state.status).text.lower()}.")
    for notice in state.notices:
        since = times.iso(notice.effective_at)
        kind = notice.kind.replace("_", " ")
        write_line(f"Its {notice.level} is {kind} since {since}: {notice.reason}")


def _tell_contents(found: Trace) -> None:
    if not found.contents_total:
        return
    write_line(f"Holds {found.contents_total}:")
    for content in found.contents[:CONTENTS_SHOWN]:
        inside = f", holds {content.count}" if content.count else ""
        status = content.status.value.replace("_", " ")
        write_line(f"  {content.label}  {content.kind}, {status}{inside}")
    if found.contents_total > CONTENTS_SHOWN:
        write_line(f"  and {found.contents_total - CONTENTS_SHOWN} more")


def _tell_step(step: Step, found: Trace, labels: Mapping[str, str]) -> None:
    from packtrail.hierarchy.containment import Role
    from packtrail.rendering import words
    from packtrail.rendering.journey_layout import lane_of
    from packtrail.rendering.times import moment

    when = moment(step.event_time, step.event_time_zone_offset)
    through = ", inside ".join(labels[each] for each in step.via)
    way = "out of" if step.action == "DELETE" else "into"
    remarks = [
        f"  inside {through}" if through else "",
        f"  {way} {labels[step.parent]}" if step.parent and step.role is Role.CHILD else "",
        "  (withdrawn: declared an error)" if step.is_withdrawn else "",
    ]
    place = lane_of(step, found.places)
    write_line(f"{when:27}{words.step(step).text:16}{place}{''.join(remarks)}")
    for kind, number in step.biz_transactions:
        write_line(f"{'':27}{words.transaction(kind)} {number}")
    for preposition, ends in (("from", step.sources), ("to", step.destinations)):
        for kind, party in ends:
            write_line(f"{'':27}{preposition} {words.party(kind)} {_named(party, found)}")


def _labels(found: Trace) -> dict[str, str]:
    """Return what to call each holder: as printed beside its barcode."""
    from packtrail.services.goods.describing import label_of

    holders = {held.parent for held in found.holders}
    holders |= {name for step in found.steps for name in (*step.via, step.parent) if name}
    return {holder: label_of(holder) for holder in holders}


def _named(place: str, found: Trace) -> str:
    name = found.places.get(place)
    return f"{name} ({place})" if name else place
