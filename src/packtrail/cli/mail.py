"""`packtrail mail`: what was sent, what waits, dead letters, and who wants mails."""

from __future__ import annotations

from typing import Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, write_json, write_line, write_table

mail = typer.Typer(
    help="Mails: what was sent, what waits, what could not be sent, and who wants them.",
    no_args_is_help=True,
)

MailId = Annotated[str, typer.Argument(help="Number of the mail, as `mail list` tells it.")]


@mail.command("list")
def listing(
    organisation: options.Organisation,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            help="Only these: waiting, unconfirmed, sent, dead, unsubscribed or dropped.",
        ),
    ] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only of this kind, such as digest.")] = "",
    json: options.Json = False,
) -> None:
    """List mails, the newest first; the exit code is 1 when some could not be sent."""
    from packtrail.services.mail import mails

    with organisation.acting() as (app, actor):
        stands = mails.standing(app, actor)
        found = mails.listed(app, actor, state=state, kind=kind)
    if json:
        write_json({"standing": stands, "mails": found})
    else:
        kept = f"Through {stands.server}" if stands.server else "Mails are kept, and none leaves."
        talk.print(kept if stands.is_on else "Mails are switched off.")
        rows = (
            (each.mail_id, f"{each.created_at:%Y-%m-%d %H:%M}", each.kind, each.recipient,
             each.subject, each.state, each.tries, each.last_answer)
            for each in found
        )  # fmt: skip
        columns = ("Mail", "At", "Kind", "To", "Subject", "State", "Tries", "Last answer")
        write_table("Mails", columns, rows)
    if stands.counts["dead"]:
        raise typer.Exit(FINDINGS)


@mail.command("show")
def show(organisation: options.Organisation, mail_id: MailId, json: options.Json = False) -> None:
    """Show a mail with what it says, and every try to send it."""
    from packtrail.services.mail import mails

    with organisation.acting() as (app, actor):
        found = mails.one(app, actor, mail_id)
    if json:
        write_json(found)
        return
    rows = (
        ("To", f"{found.mail.recipient_name} {found.mail.recipient}".strip()),
        ("Subject", found.mail.subject),
        ("State", found.mail.state),
        ("Message-ID", found.message_id),
        ("Leads to", found.link),
        ("File", found.file_name),
        *((f"{each.at:%Y-%m-%d %H:%M:%S}", f"{each.outcome}: {each.answer}")
          for each in found.tries),
    )  # fmt: skip
    write_table(f"Mail {mail_id}", ("", ""), rows)
    write_line(found.text)


@mail.command("retry")
def retry(organisation: options.Organisation, mail_id: MailId, json: options.Json = False) -> None:
    """Let a mail that waits, was given up or was dropped be tried at once."""
    from packtrail.services.mail import mails

    with organisation.acting() as (app, actor):
        found = mails.try_again(app, actor, mail_id)
    _tell(found, f"{mail_id}: is tried again.", json=json)


@mail.command("drop")
def drop(
    organisation: options.Organisation,
    mail_id: MailId,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    json: options.Json = False,
) -> None:
    """Let a mail never be sent."""
    from packtrail.services.mail import mails

    with organisation.acting() as (app, actor):
        found = mails.drop(app, actor, mail_id, reason=reason)
    _tell(found, f"{mail_id}: will not be sent.", json=json)


@mail.command("test")
def send_test(
    organisation: options.Organisation,
    address: Annotated[str, typer.Argument(help="Where to.")],
    json: options.Json = False,
) -> None:
    """Send a mail to see whether it works; the exit code is 1 when it was not sent."""
    from packtrail.services.mail import mails, sending

    with organisation.acting() as (app, actor):
        made = mails.test(app, actor, address)
        sending.send_due(app)
        found = mails.one(app, actor, made.mail.mail_id)
    _tell(found, f"{found.mail.state}: {found.mail.last_answer}", json=json)
    if found.mail.state != "sent":
        raise typer.Exit(FINDINGS)


@mail.command("send")
def send(installation: options.Installation, json: options.Json = False) -> None:
    """Send what is due now, as a serving Packtrail does by itself."""
    from packtrail.services.mail import sending

    with installation.acting() as (app, _):
        sent = sending.send_due(app)
    if json:
        write_json({"sent": sent})
    else:
        write_line(f"{sent} sent.")


@mail.command("addresses")
def addresses(organisation: options.Organisation, json: options.Json = False) -> None:
    """List mail addresses: which are confirmed by who reads them, and what they refuse."""
    from packtrail.services.mail import addresses as service
    from packtrail.services.mail.kinds import words_of

    with organisation.acting() as (app, actor):
        found = service.listed(app, actor)
    if json:
        write_json(found)
        return
    rows = (
        (each.address, ", ".join(each.names), each.state, each.held,
         ", ".join(words_of(one.kind) for one in each.refuses))
        for each in found
    )  # fmt: skip
    write_table("Mail addresses", ("Address", "Who", "State", "Mails that wait", "Refuses"), rows)


@mail.command("ask")
def ask(
    organisation: options.Organisation,
    address: Annotated[str, typer.Argument(help="The address.")],
    json: options.Json = False,
) -> None:
    """Mail an address the link with which whoever reads it confirms it, once more."""
    from packtrail.services.mail import addresses as service

    with organisation.acting() as (app, actor):
        found = service.ask(app, actor, address)
    _tell(found, f"{found.address}: is asked; the mail leaves with the next round.", json=json)


@mail.command("preferences")
def preferences(organisation: options.Organisation, json: options.Json = False) -> None:
    """List who wants mails, where to, and how often digests."""
    from packtrail.services.mail import preferences as wishes

    with organisation.acting() as (app, actor):
        found = wishes.of_everybody(app, actor)
    if json:
        write_json(found)
        return
    rows = (
        (each.name, each.display_name, each.address, "yes" if each.wants_mail else "no",
         each.rhythm.value, "yes" if each.confirmed_at else "no" if each.address else "")
        for each in found
    )  # fmt: skip
    columns = ("User", "Name", "Address", "Mails", "Digests", "Confirmed")
    write_table("Who wants mails", columns, rows)


@mail.command("prefer")
def prefer(
    organisation: options.Organisation,
    user: Annotated[str, typer.Argument(help="Name of the account.")],
    address: Annotated[str, typer.Option("--address", help="Where to; empty: nowhere.")] = "",
    off: Annotated[bool, typer.Option("--off", help="No mails, whatever the address.")] = False,
    rhythm: Annotated[
        str, typer.Option("--rhythm", help="Of digests: as_planned, daily, weekly or never.")
    ] = "as_planned",
    json: options.Json = False,
) -> None:
    """Say where somebody gets mails, and how often digests."""
    from packtrail.services.mail import preferences as wishes

    with organisation.acting() as (app, actor):
        made = wishes.put(app, actor, address=address, is_on=not off, rhythm=rhythm, name=user)
    _tell(made, f"{user}: {made.address if made.wants_mail else 'no mails'}.", json=json)


def _tell(found: object, text: str, *, json: bool) -> None:
    if json:
        write_json(found)
    else:
        write_line(text)
