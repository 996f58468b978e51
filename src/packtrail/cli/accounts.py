"""`packtrail organisations`, `users` and `keys`: who may use this installation."""

from __future__ import annotations

import os
from getpass import getpass
from typing import Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line, write_table

organisations = typer.Typer(help="Organisations: whose data it is.", no_args_is_help=True)
users = typer.Typer(help="People who sign in to the console.", no_args_is_help=True)
keys = typer.Typer(help="API keys for programs.", no_args_is_help=True)

Name = Annotated[
    str, typer.Argument(help="Name of the account, such as an e-mail address's first part.")
]


@organisations.command("add")
def add_organisation(
    installation: options.Installation,
    code: Annotated[str, typer.Argument(help="Short name: small letters, digits and hyphens.")],
    name: Annotated[str, typer.Option("--name", help="Full name; default: the code.")] = "",
    json: options.Json = False,
) -> None:
    """Open an organisation on this installation."""
    from packtrail.services.accounts.organisations import create_organisation

    with installation.acting() as (application, actor):
        made = create_organisation(application, actor, code, name=name or code)
    if json:
        write_json(made)
    else:
        write_line(f"organisation {made.code} ({made.name})")


@organisations.command("allow")
def allow_recording(
    organisation: options.Organisation,
    partner: Annotated[
        str, typer.Argument(help="Code of the organisation that may record for yours.")
    ],
) -> None:
    """Let a partner, such as a contract manufacturer, record events for your organisation."""
    from packtrail.services.accounts import organisations as service

    with organisation.acting() as (application, actor):
        service.allow_recording(application, actor, partner)
    write_line(f"{partner} may record for {actor.organisation_code}")


@users.command("add")
def add_user(
    organisation: options.Organisation,
    name: Name,
    role: Annotated[
        str,
        typer.Option(
            "--role", help="administrator, operator, quality, regulatory, reader or auditor."
        ),
    ] = "operator",
    link_only: Annotated[
        bool, typer.Option("--link-only", help="No password: only one-time links sign in.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Open an account; the password is asked for, or read from PACKTRAIL_NEW_PASSWORD."""
    from packtrail.services.accounts.accounts import create_user

    password = None if link_only else _new_password()
    with organisation.acting() as (application, actor):
        made = create_user(application, actor, name, role=role, password=password)
    if json:
        write_json(made)
    else:
        write_line(f"user {made.name}, {made.role.value} of {made.organisation_code}")


@users.command("link")
def sign_in_link(organisation: options.Organisation, name: Name) -> None:
    """Print a link that signs a user in once, for a new account or a forgotten password."""
    from packtrail.services.accounts.accounts import create_sign_in_link

    with organisation.acting() as (application, actor):
        token = create_sign_in_link(application, actor, name)
        settings = application.settings
        console = settings.console_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
        write_line(f"{console}/sign-in/{token}")


@users.command("password")
def set_password(organisation: options.Organisation, name: Name) -> None:
    """Give a user another password; their sessions end. It is asked for, or read as for add."""
    from packtrail.services.accounts import account_changes

    password = _new_password()
    with organisation.acting() as (application, actor):
        account_changes.set_password(application, actor, name, password)
    write_line(f"{name} has a new password")


@users.command("disable")
def disable_user(
    organisation: options.Organisation,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let the user sign in again.")] = False,
) -> None:
    """Let a user sign in no more; their sessions and links end now."""
    from packtrail.services.accounts import account_changes

    change = account_changes.enable_user if undo else account_changes.disable_user
    with organisation.acting() as (application, actor):
        change(application, actor, name)
    write_line(f"{name} is {'enabled' if undo else 'disabled'}")


@users.command("role")
def change_role(
    organisation: options.Organisation,
    name: Name,
    role: Annotated[
        str, typer.Argument(help="administrator, operator, quality, regulatory, reader or auditor.")
    ],
) -> None:
    """Give a user another role; it holds from their next request on."""
    from packtrail.services.accounts import account_changes

    with organisation.acting() as (application, actor):
        account_changes.change_role(application, actor, name, role)
    write_line(f"{name} is {role} of {actor.organisation_code}")


@users.command("list")
def list_users(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the accounts of an organisation."""
    from packtrail.services.accounts import accounts

    with organisation.acting() as (application, actor):
        found = accounts.users(application, actor)
    if json:
        write_json(found)
    else:
        write_table(
            "",
            ("Name", "Role", "Password", "Last signed in", "Disabled"),
            (
                (
                    u.name,
                    u.role.value,
                    "yes" if u.has_password else "no",
                    u.last_signed_in_at,
                    u.disabled_at,
                )
                for u in found
            ),
        )


@keys.command("create")
def create_key(
    organisation: options.Organisation,
    name: Annotated[str, typer.Argument(help="What the key is for, such as the name of a line.")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", help="What the key may do: capture, read, subscribe. May be repeated."
        ),
    ],
    days: Annotated[int | None, typer.Option("--days", help="How long it works.")] = None,
    json: options.Json = False,
) -> None:
    """Make an API key and print it; it is shown this once."""
    from packtrail.services.accounts.keys import create_api_key

    scopes = [permission for word in scope for permission in SCOPES.get(word, (word,))]
    with organisation.acting() as (application, actor):
        made = create_api_key(application, actor, name, scopes=scopes, days=days)
    if json:
        write_json(made)
        return
    write_line(made.secret)
    talk.print(f"Works until {made.key.expires_at:%d %b %Y}; it will not be shown again.")


@keys.command("list")
def list_keys(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the API keys of an organisation."""
    from packtrail.services.accounts.keys import api_keys

    with organisation.acting() as (application, actor):
        found = api_keys(application, actor)
    if json:
        write_json(found)
    else:
        write_table(
            "",
            ("Key", "Name", "Scopes", "Expires", "Revoked"),
            ((k.key_id, k.name, ", ".join(k.scopes), k.expires_at, k.revoked_at) for k in found),
        )


@keys.command("revoke")
def revoke_key(
    organisation: options.Organisation,
    key_id: Annotated[str, typer.Argument(help="The first letters of the key, as listed.")],
) -> None:
    """End an API key at once."""
    from packtrail.services.accounts.keys import revoke_api_key

    with organisation.acting() as (application, actor):
        revoke_api_key(application, actor, key_id)
    write_line(f"{key_id} is revoked")


SCOPES = {
    "capture": ("capture:document:create", "capture:document:read"),
    "read": ("event:record:read", "capture:document:read"),
    "subscribe": ("event:record:read", "event:query:create"),
}
"""Short words for what most keys need."""


def _new_password() -> str:
    given = os.environ.get("PACKTRAIL_NEW_PASSWORD")
    if given:
        return given
    first = getpass("Password: ")
    if getpass("Again: ") != first:
        raise UsageError("The two passwords differ.")
    return first
