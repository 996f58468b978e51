"""`packtrail orders reconcile|settle|sign`: the account of an order, and its sign-off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.orders import Level, Order, orders
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.orders.reconciling import Account


@orders.command("reconcile")
def reconcile(
    organisation: options.Organisation,
    order: Order,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Write it to a PDF file.")
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help="Write it to an XLSX file.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Say what became of every number of an order.

    The exit code is 1 when something is open.
    """
    from packtrail.services.orders import account_files, reconciling

    with organisation.acting() as (application, actor):
        found = reconciling.account(application, actor, order)
        if pdf is not None:
            _write(pdf, account_files.pdf(application, actor, order)[0])
        if xlsx is not None:
            _write(xlsx, account_files.xlsx(application, actor, order)[0])
    _tell_account(found, as_json=json)
    if not found.sums.adds_up:
        raise typer.Exit(FINDINGS)


@orders.command("settle")
def settle(
    organisation: options.Organisation,
    order: Order,
    level: Level,
    how: Annotated[str, typer.Argument(help="returned, or void.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    file: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--numbers", help="The numbers, one a line; default: all that are open."),
    ] = None,
    request: options.Request = None,
    json: options.Json = False,
) -> None:
    """Give back numbers that are unaccounted for, or make them void."""
    from packtrail.services.orders import reconciling

    if how not in {"returned", "void"}:
        raise UsageError(f"{how!r} is neither returned nor void.")
    told = (
        [line.strip().decode(errors="replace") for line in file if line.strip()] if file else None
    )
    with organisation.acting() as (application, actor):
        count = reconciling.settle(
            application, actor, order, level, is_void=how == "void", reason=reason,
            request_id=request or str(uuid4()), numbers=told,
        )  # fmt: skip
    if json:
        write_json({"count": count})
    else:
        write_line(f"{count:,} numbers {how}")


@orders.command("sign")
def sign(
    installation: options.Installation,
    order: Order,
    user: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs.")],
    meaning: Annotated[
        str, typer.Option("--meaning", help="reviewed, reconciled, approved or rejected.")
    ] = "reconciled",
    comment: Annotated[str, typer.Option("--comment", help="What explains what is open.")] = "",
    digest: Annotated[
        str | None,
        typer.Option("--digest", help="Of what was read, as `reconcile --json` tells it."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Sign the reconciliation; the password is asked for, or read from PACKTRAIL_PASSWORD."""
    from packtrail.services.accounts import accounts
    from packtrail.services.accounts.signing import Statement
    from packtrail.services.orders import reconciling

    with installation.acting() as (application, _):
        actor = accounts.person(application, user)
        found = reconciling.account(application, actor, order)
        if not json:
            _tell_account(found, as_json=False)
        password = os.environ.get("PACKTRAIL_PASSWORD") or typer.prompt(
            f"Password of {user}", hide_input=True, err=True
        )
        statement = Statement(
            password=password, meaning=meaning, digest=digest or found.digest, comment=comment
        )
        signed = reconciling.sign(application, actor, order, statement)
    if json:
        write_json(signed)
    else:
        write_line(f"{order} is signed: {meaning}")


def _tell_account(found: Account, *, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "order": found.order, "sums": found.sums, "digest": found.digest,
                "adds_up": found.sums.adds_up, "signatures": found.signatures,
                "is_signed": found.is_signed, "is_final": found.is_final,
            }
        )  # fmt: skip
        return
    from packtrail.rendering.accounts import numbers_table, yields_table

    order = found.order
    for table in (numbers_table(found.sums), yields_table(found.sums)):
        titles = [column.title for column in table.columns]
        write_table(f"{order.code}, lot {order.terms.lot}: {table.name}", titles, table.rows)
    write_line(f"digest {found.digest}")
    for each in found.signatures:
        state = "" if each.is_current else " (of an earlier state)"
        write_line(f"signed by {each.signer_name} at {each.at:%Y-%m-%d %H:%M %Z}: "
                   f"{each.sentence}{state}")  # fmt: skip
    tell_findings(found.sums.findings)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
