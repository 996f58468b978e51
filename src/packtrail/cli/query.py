"""`packtrail query`: ask for events by the parameters of the EPCIS query interface."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import msgspec
import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table

HEADINGS = ("Event time", "Type", "Action", "Step", "Where", "Event id")


def query(
    organisation: options.Organisation,
    parameters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PARAM=VALUE",
            help="EPCIS query parameters, such as EQ_bizStep=shipping; | separates alternatives.",
        ),
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Answer with one JSON event a line, all pages.")
    ] = False,
    json: options.Json = False,
) -> None:
    """List the events that match EPCIS query parameters, newest first.

    Different parameters must all hold. `perPage` sets the size of the page; `--lines` goes on
    through every page.
    """
    from packtrail.services.queries.query import events

    wanted = dict(_parameter(text) for text in parameters or ())
    with organisation.acting() as (application, actor):
        page = events(application, actor, wanted)
        if lines:
            _write_lines(page.events)
            while page.next_token:
                page = events(application, actor, {}, page_token=page.next_token)
                _write_lines(page.events)
            return
    if json:
        write_json(page.events)
        return
    write_table("", HEADINGS, map(_row, page.events))
    if page.next_token:
        talk.print("There are more: raise perPage, or take all with --lines.")


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError(f"{text!r} is no parameter: expected NAME=VALUE.")
    return name, value


def _write_lines(events: list[dict[str, Any]]) -> None:
    encoder = msgspec.json.Encoder(decimal_format="number")
    for event in events:
        sys.stdout.buffer.write(encoder.encode(event) + b"\n")


def _row(event: dict[str, Any]) -> tuple[object, ...]:
    place = event.get("bizLocation") or event.get("readPoint") or {}
    return (
        event["eventTime"],
        event["type"],
        event.get("action"),
        event.get("bizStep"),
        place.get("id"),
        event.get("eventID"),
    )
