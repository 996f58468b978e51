"""`packtrail lines label|label-templates`: labels of the objects of a work order."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.lines import lines
from packtrail.cli.output import write_json, write_table
from packtrail.production.levels import Level


class Notation(StrEnum):
    """What a label is written as."""

    ZPL = "zpl"
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


@lines.command("label")
def label(
    organisation: options.Organisation,
    order: Annotated[str, typer.Argument(help="A released work order: code, owner/code or id.")],
    level: Annotated[Level, typer.Argument(help="pack, bundle, case or pallet.")] = Level.PACK,
    number: Annotated[
        str | None, typer.Option("--number", help="Serial number or SSCC; default: the first.")
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", help="Name of a template; default: the market's.")
    ] = None,
    notation: Annotated[
        Notation, typer.Option("--as", help="zpl, svg, png, or pdf: a proof of all levels.")
    ] = Notation.ZPL,
) -> None:
    """Write the label of an object of an order to standard output."""
    from packtrail.services.orders import order_labels

    with organisation.acting() as (application, actor):
        if notation is Notation.PDF:
            content = order_labels.proof(application, actor, order, template=template)
        else:
            drawn = order_labels.label(
                application, actor, order, level, number=number, template=template
            )
            content = {
                Notation.ZPL: lambda: drawn.zpl().encode(),
                Notation.SVG: lambda: drawn.svg().encode(),
                Notation.PNG: drawn.png,
            }[notation]()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


@lines.command("label-templates")
def label_templates(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the label templates: built-in ones, and those of PACKTRAIL_LABEL_TEMPLATES_DIR."""
    from packtrail.services.orders import order_labels

    with organisation.acting() as (application, actor):
        found = order_labels.templates(application, actor)
    if json:
        write_json({name: {"title": each.title, "levels": each.levels, "markets": each.markets}
                    for name, each in found.items()})  # fmt: skip
        return
    rows = (
        (name, each.title, ", ".join(each.levels), ", ".join(each.markets) or "any")
        for name, each in found.items()
    )
    write_table("", ("Template", "Title", "Levels", "Markets"), rows)
