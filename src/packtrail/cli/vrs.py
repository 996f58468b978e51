"""`packtrail vrs`: answer verification messages, ask others, and say who answers for what."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packtrail.base.findings import has_errors
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.verification.vrs import Responder
    from packtrail.store.vrs import RequestRow

vrs = typer.Typer(help="Verification messages between makers and others.", no_args_is_help=True)
directory = typer.Typer(help="Who answers for which product.", no_args_is_help=True)
partner = typer.Typer(help="Who may ask us, each with a key of its own.", no_args_is_help=True)
vrs.add_typer(directory, name="directory")
trust = typer.Typer(help="Whose credentials of trading partners count.", no_args_is_help=True)
vrs.add_typer(partner, name="partner")
vrs.add_typer(trust, name="trust")
_YES_NO: dict[object, str] = {True: "yes", False: "no"}


@vrs.command("responder")
def responder(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    gln: Annotated[str | None, typer.Option("--gln", help="Answer with this GLN.")] = None,
    recalled: Annotated[
        bool, typer.Option("--recalled/--not-recalled", help="Recalled packs are verified.")
    ] = True,
    expired: Annotated[
        bool, typer.Option("--expired/--not-expired", help="Expired packs are verified.")
    ] = False,
    suspect: Annotated[
        bool, typer.Option("--suspect/--not-suspect", help="Packs under investigation are, too.")
    ] = True,
    reason: Annotated[
        bool, typer.Option("--reason/--no-reason", help="Tell why a pack is not verified.")
    ] = True,
    presentation: Annotated[
        bool,
        typer.Option("--presentation/--no-presentation", help="Answer only who shows an ATP one."),
    ] = False,
    unproven: Annotated[
        str,
        typer.Option(
            "--unproven", help="A presentation that cannot be checked: refuse, flag, accept."
        ),
    ] = "flag",
    json: options.Json = False,
) -> None:
    """Show how this organisation answers; with --gln, set it up."""
    from packtrail.base.errors import UsageError
    from packtrail.services.verification import vrs as use_cases
    from packtrail.verification.messaging import ResponderPolicy
    from packtrail.verification.presentations import Unproven

    if unproven not in {*Unproven}:
        raise UsageError(f"--unproven {unproven!r} is none of {', '.join(Unproven)}")

    with organisation.acting() as (application, actor):
        if gln is None:
            found = use_cases.responder(application, actor)
        else:
            policy = ResponderPolicy(
                verifies_recalled=recalled,
                verifies_expired=expired,
                verifies_suspect=suspect,
                tells_reason=reason,
                needs_presentation=presentation,
                unproven=Unproven(unproven),
            )
            found = use_cases.set_responder(application, actor, gln, policy)
    _tell_responder(found, json=json)


@vrs.command("ask")
def ask(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    scan: Annotated[str | None, typer.Argument(help="A scan with the lot.")] = None,
    gtin: Annotated[str | None, typer.Option("--gtin", help="Instead of a scan.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="Serial number.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Lot as printed.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="Expiry as printed.")] = None,
    context: Annotated[
        str, typer.Option("--context", help="Why it is asked.")
    ] = "dscsaSaleableReturn",
    req_gln: Annotated[
        str | None, typer.Option("--req-gln", help="Our GLN; default: the responder's.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Ask the responder of a pack's maker; exit 1 unless it is verified."""
    from packtrail.services.verification import vrs_requests
    from packtrail.services.verification.verifying import Ask

    about = Ask(text=scan, gtin=gtin or "", serial=serial or "", lot=lot, expires=expires)
    with organisation.acting() as (application, actor):
        found = vrs_requests.ask(application, actor, about, context=context, req_gln=req_gln)
    if json:
        write_json(found)
    else:
        _tell(found)
    if not found.verified:
        raise typer.Exit(FINDINGS)


@vrs.command("check")
def check(
    organisation: options.Organisation,
    gtin: Annotated[str, typer.Argument(help="A product.")],
    req_gln: Annotated[str, typer.Option("--req-gln", help="Our GLN.")],
    json: options.Json = False,
) -> None:
    """Ask a responder whether it would answer us about a product."""
    from packtrail.services.verification import vrs_requests

    with organisation.acting() as (application, actor):
        found = vrs_requests.check_connectivity(application, actor, gtin, req_gln=req_gln)
    if json:
        write_json({"responder_gln": found.gln})
    else:
        write_line(f"{found.gln} answers for {gtin}.")


@vrs.command("requests")
def requests(
    organisation: options.Organisation,
    status: Annotated[
        str | None, typer.Option("--status", help="waiting, answered, refused or overdue.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most to show.")] = 50,
    json: options.Json = False,
) -> None:
    """List what others were asked, the newest first."""
    from packtrail.services.verification import vrs_requests

    with organisation.acting() as (application, actor):
        found = vrs_requests.requests(application, actor, status=status, limit=limit)
    if json:
        write_json(found)
        return
    for each in found:
        _tell(each)


@vrs.command("send-due")
def send_due(installation: options.Installation) -> None:
    """Send again what is not answered; a server does it by itself."""
    from packtrail.services.verification import vrs_requests

    with installation.acting() as (application, _):
        vrs_requests.send_due(application)


@directory.command("put")
def put_entry(
    organisation: options.Organisation,
    gtin: Annotated[str, typer.Argument(help="A product.")],
    url: Annotated[str, typer.Argument(help="Base address of its responder.")],
    gln: Annotated[str, typer.Option("--gln", help="GLN of the responder.")],
    credential: Annotated[
        str | None,
        typer.Option("--credential", help="Environment variable PACKTRAIL_VRS_… with the token."),
    ] = None,
    presentation: Annotated[
        str | None,
        typer.Option("--presentation", help="The same, with the presentation of our credential."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Say which responder answers for a product."""
    from packtrail.services.verification import vrs_directory

    entry = vrs_directory.Entry(
        gtin=gtin, url=url, responder_gln=gln, credential=credential, presentation=presentation
    )
    with organisation.acting() as (application, actor):
        found = vrs_directory.put_entry(application, actor, entry)
    if json:
        write_json(found)
    else:
        write_line(f"{found.responder_gln} answers for {found.gtin} at {found.url}")


@directory.command("import")
def import_entries(
    organisation: options.Organisation,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON: GTIN, URL, Responder GLN.")],
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Take a list in: its good rows; each bad one is told with its place, and exit is 1."""
    from packtrail.services.verification import vrs_directory

    content = options.file(file)
    with organisation.acting() as (application, actor):
        found = vrs_directory.import_entries(application, actor, content, file.name, is_dry=dry_run)
    if json:
        write_json(found)
    else:
        would = "" if found.is_kept else "would be "
        write_line(
            f"{found.new} {would}new, {found.changed} {would}changed, {found.same} as before."
        )
        tell_findings(found.findings)
    if has_errors(found.findings):
        raise typer.Exit(FINDINGS)


@directory.command("remove")
def remove_entry(
    organisation: options.Organisation, gtin: Annotated[str, typer.Argument(help="A product.")]
) -> None:
    """Take a product out of the directory."""
    from packtrail.services.verification import vrs_directory

    with organisation.acting() as (application, actor):
        vrs_directory.remove_entry(application, actor, gtin)


@directory.command("list")
def list_entries(organisation: options.Organisation, json: options.Json = False) -> None:
    """List who answers for which product."""
    from packtrail.services.verification import vrs_directory

    with organisation.acting() as (application, actor):
        found = vrs_directory.directory(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("GTIN", "Responder", "Address", "Credential"),
        ((each.gtin, each.responder_gln, each.url, each.credential) for each in found),
    )


@partner.command("add")
def add_partner(
    organisation: options.Organisation,
    gln: Annotated[str, typer.Argument(help="With which it asks, and no other.")],
    name: Annotated[str, typer.Option("--name", help="What people call it.")],
    days: Annotated[int | None, typer.Option("--days", help="How long its key works.")] = None,
    json: options.Json = False,
) -> None:
    """Make a key for a partner; it is shown this once."""
    from packtrail.services.verification import vrs_partners

    with organisation.acting() as (application, actor):
        made = vrs_partners.add_partner(application, actor, gln, name=name, days=days)
    if json:
        write_json({"secret": made.secret, "key_id": made.key.key_id})
    else:
        write_line(made.secret)


@partner.command("list")
def list_partners(organisation: options.Organisation, json: options.Json = False) -> None:
    """List who may ask; a key is revoked with `packtrail keys revoke`."""
    from packtrail.rendering import times
    from packtrail.services.verification import vrs_partners

    with organisation.acting() as (application, actor):
        found = vrs_partners.partners(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Name", "GLN", "Key", "Until", "State"),
        (
            (
                *(x.name, x.gln, x.key_id, times.moment(x.expires_at)),
                "revoked" if x.revoked_at else "works",
            )
            for x in found
        ),
    )


@trust.command("set")
def set_trust(
    organisation: options.Organisation,
    file: Annotated[Path, typer.Argument(help="TOML or JSON, the whole of it.")],
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Say whose credentials count from now on: issuers, holders, keys, revocations."""
    from packtrail.services.verification import vrs_trust

    content = options.file(file)
    with organisation.acting() as (application, actor):
        found = vrs_trust.set_trust(application, actor, content, is_dry=dry_run)
    told = vrs_trust.counts(found.trust)
    if json:
        write_json({"version": found.version, "is_kept": found.is_kept, **told})
        return
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in told.items())
    write_line(f"Version {found.version}{'' if found.is_kept else ' would be'}: {said}")


@trust.command("show")
def show_trust(organisation: options.Organisation, json: options.Json = False) -> None:
    """Print the file of whose credentials count, as it was given."""
    from packtrail.services.verification import vrs_trust

    with organisation.acting() as (application, actor):
        found = vrs_trust.current(application, actor)
    if json:
        write_json(
            {
                name: getattr(found, name)
                for name in ("version", "sha256", "set_at", "set_by", "content")
            }
        )
    else:
        write_line(found.content or "Nobody's credentials count yet.")


@trust.command("check")
def check_presentation(
    organisation: options.Organisation,
    file: Annotated[Path, typer.Argument(help="The presentation, a JWT.")],
    req_gln: Annotated[str, typer.Option("--req-gln", help="With which GLN it comes.")] = "",
    json: options.Json = False,
) -> None:
    """Say what a presentation would prove now; exit 1 unless it is proven."""
    from packtrail.services.verification import vrs_trust
    from packtrail.verification.presentations import Proof

    text = options.file(file).decode("latin-1").strip()
    with organisation.acting() as (application, actor):
        found = vrs_trust.check(application, actor, text, req_gln=req_gln)
    if json:
        write_json(found)
    else:
        write_line(f"{found.proof}: {found.holder or 'nobody'}, by {found.issuer or 'nobody'}")
        tell_findings(found.findings)
    if found.proof is not Proof.PROVEN:
        raise typer.Exit(FINDINGS)


def _tell_responder(found: Responder, *, json: bool) -> None:
    if json:
        write_json(found)
        return
    write_line(f"Answers with GLN {found.gln}.")
    policy: Any = found.policy
    for name in (each.name for each in fields(policy)):
        said = getattr(policy, name)
        write_line(f"  {name.replace('_', ' ')}: {_YES_NO.get(said, said)}")


def _tell(found: RequestRow) -> None:
    said = {True: "verified", False: "NOT verified", None: found.status}[found.verified]
    more = ", ".join(each for each in (found.reason, found.info, found.problem) if each)
    write_line(f"(01) {found.gtin} (21) {found.serial}: {said}{': ' + more if more else ''}")
    if found.status == "waiting":
        write_line(f"  It is sent again; the maker has until {found.due_at:%Y-%m-%d %H:%M} UTC.")
