"""`packtrail plan form-link`: form links, with which people without an account raise inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line, write_table
from packtrail.cli.plan import Programme, plan

link = typer.Typer(
    help="Form links: with one, somebody without an account raises an input.",
    no_args_is_help=True,
)
plan.add_typer(link, name="form-link")


@link.command("make")
def make(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    programme: Programme,
    name: Annotated[str, typer.Argument(help="What it is for, such as 'Packers of Cork 1'.")],
    about: Annotated[
        str, typer.Option("--about", help="What its inputs are about, such as line:cork-1.")
    ] = "",
    department: Annotated[
        str, typer.Option("--department", help="Of whoever writes, such as packaging.")
    ] = "",
    days: Annotated[int, typer.Option("--days", help="For how long it works, 1 to 366.")] = 90,
    uses: Annotated[int, typer.Option("--uses", help="For how many inputs, 1 to 1,000.")] = 100,
    url: Annotated[
        str,
        typer.Option("--url", help="Where the console is; default: PACKTRAIL_CONSOLE_URL."),
    ] = "",
    code: Annotated[
        Path | None, typer.Option("--qr", help="File for a QR code to print, SVG.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Make a form link; its address is shown this once."""
    from packtrail.planning.templates import Department
    from packtrail.rendering.symbols import address_code
    from packtrail.services.plan import links

    if department and department not in set(Department):
        raise UsageError(f"--department is one of {', '.join(Department)}; not {department!r}.")
    new = links.NewLink(
        name=name, about=about, days=days, uses=uses,
        department=Department(department) if department else None,
    )  # fmt: skip
    with organisation.acting() as (app, actor):
        base = (url or app.settings.console_url).rstrip("/")
        if code is not None and not base:
            raise UsageError("A QR code needs --url, or PACKTRAIL_CONSOLE_URL.")
        made = links.create(app, actor, programme, new)
    address = base + made.path
    if code is not None:
        code.write_text(address_code(address).svg(scale=8), encoding="utf-8")
    if json:
        write_json({"address": address, "link": made.link})
    else:
        talk.print(f"Works until {made.link.expires_at:%Y-%m-%d}, for {made.link.uses_max} inputs.")
        write_line(address)


@link.command("list")
def listing(
    organisation: options.Organisation, programme: Programme, json: options.Json = False
) -> None:
    """List the form links of a programme, the newest first."""
    from packtrail.services.plan import links

    with organisation.acting() as (app, actor):
        found = links.listed(app, actor, programme)
    if json:
        write_json(found)
        return
    rows = (
        (each.link_id, each.name, each.about, each.department, f"{each.uses} of {each.uses_max}",
         f"{each.expires_at:%Y-%m-%d}", "works" if each.is_working else "ended")
        for each in found
    )  # fmt: skip
    columns = ("Link", "For", "About", "Department", "Inputs", "Until", "")
    write_table("Form links", columns, rows)


@link.command("revoke")
def revoke(
    organisation: options.Organisation,
    programme: Programme,
    link_id: Annotated[str, typer.Argument(help="Number of the link, as the list tells it.")],
    json: options.Json = False,
) -> None:
    """End a form link at once; what came in through it stays."""
    from packtrail.services.plan import links

    with organisation.acting() as (app, actor):
        links.revoke(app, actor, programme, link_id)
    if json:
        write_json({"revoked": link_id})
    else:
        write_line(f"{link_id}: ended.")
