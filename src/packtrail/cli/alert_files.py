"""`packtrail alerts`: what of a case goes to others: bundle, drafts, the reach of a recall."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.alerts import Code, alerts
from packtrail.cli.output import write_json, write_line, write_table

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]
FormName = Annotated[str, typer.Argument(metavar="FORM", help="fda_3911 or eu_alert.")]


@alerts.command("bundle")
def bundle(
    organisation: options.Organisation, case: Code, out: Out, json: options.Json = False
) -> None:
    """Write the evidence of a case as ZIP: paper, data, and a manifest of SHA-256 hashes."""
    import hashlib

    from packtrail.services.alerts import bundle as use_cases

    with organisation.acting() as (application, actor):
        content = use_cases.bundle(application, actor, case)
    out.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    if json:
        write_json({"file": str(out), "size": len(content), "sha256": digest})
    else:
        write_line(f"{out}: {len(content)} bytes, SHA-256 {digest}")


@alerts.command("forms")
def forms(json: options.Json = False) -> None:
    """List the forms that drafts are made of, with every field and its clause."""
    from packtrail.detection import drafts

    found = [drafts.form(name) for name in drafts.NAMES]
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Form", "Field", "Asks", "Clause"),
        ((f.name, each.name, each.title, each.clause) for f in found for each in f.fields),
    )


@alerts.command("draft")
def draft(
    organisation: options.Organisation,
    case: Code,
    form: FormName,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it: .pdf, .csv or .json."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show what an authority asks of a case as a draft, with what is missing. Nothing is sent."""
    from packtrail.services.alerts import drafts as use_cases

    with organisation.acting() as (application, actor):
        if out is not None:
            content = use_cases.exported(application, actor, case, form, out.suffix[1:])
            out.write_bytes(content)
        made = use_cases.draft(application, actor, case, form)
    if json:
        write_json(made)
        return
    write_table(
        "",
        ("Field", "Asks", "Value"),
        (
            (each.field.name, each.field.title, each.value or "(missing)")
            for each in made.fields
            if each.value or not each.field.is_optional
        ),
    )
    write_line(f"Draft, not sent; {len(made.missing)} fields are missing or do not fit.")


@alerts.command("answer")
def answer(
    organisation: options.Organisation,
    case: Code,
    form: FormName,
    values: Annotated[
        list[str], typer.Argument(metavar="FIELD=TEXT...", help="What to write into the draft.")
    ],
    json: options.Json = False,
) -> None:
    """Write fields of a draft; an empty text is worked out from the case again."""
    from packtrail.services.alerts import drafts as use_cases

    with organisation.acting() as (application, actor):
        made = use_cases.answer(application, actor, case, form, dict(map(_pair, values)))
    if json:
        write_json(made)
    else:
        write_line(f"{len(made.missing)} fields are missing or do not fit.")


@alerts.command("reach")
def reach(organisation: options.Organisation, case: Code, json: options.Json = False) -> None:
    """Show where the packs of a case were, and what they share with other packs."""
    from packtrail.rendering import times
    from packtrail.services.alerts import sightings
    from packtrail.services.alerts.bundle import held_by

    with organisation.acting() as (application, actor):
        found = sightings.picture(application, actor, case)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("At", "Pack", "Place", "What", "Who"),
        (
            (times.iso(e.at), f"(01){e.pack[0]}(21){e.pack[1]}", e.name or e.place, e.what, e.who)
            for e in found.sightings
        ),
    )
    write_table(
        "",
        ("Shares", "Which", "Packs of the case", "Others in it", "Held by"),
        (
            (each.kind, each.label, each.suspects, each.other_count or "", held_by(each.holders))
            for each in found.reach
        ),
    )
    write_line(f"Packs of the case are held by: {held_by(found.holders)}")


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise UsageError(f"{text!r}: expected FIELD=TEXT.")
    return name, value
