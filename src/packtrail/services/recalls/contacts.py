"""Contacts: how an organisation reaches those who may hold its packs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.compliance import countries
from packtrail.recalls import codes
from packtrail.recalls.messages import LANGUAGES
from packtrail.services import auditing
from packtrail.store import recalls as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.store.recalls import ContactRow

_TEXT_MAX: Final = 200
_EMAIL: Final = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,190}\.[^@\s<>\".]{2,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How to reach a holder."""

    holder: str
    """Its GLN, or what events call it."""
    name: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""
    country: str | None = None
    """ISO 3166, two letters."""
    language: str | None = None
    """Of messages; None: that of the country, else English."""
    is_retail: bool | None = None
    """A pharmacy or hospital; None: as its events show."""


def contacts(app: Application, actor: Actor) -> Mapping[str, ContactRow]:
    """Return how holders are reached, by key.

    Raises:
        NotPermitted: The actor may not see recalls.
    """
    require(actor, Permission.RECALL_READ)
    with app.database.reading() as conn:
        return rows.contacts(conn, actor.organisation_id)


def put_contact(app: Application, actor: Actor, contact: Contact) -> None:
    """Say how to reach a holder.

    Raises:
        RefusedError: `RCL-014`; everything that is wrong with it.
        NotPermitted: The actor may not keep contacts.
    """
    require(actor, Permission.RECALL_UPDATE)
    found = list(_defects(contact))
    if found:
        raise RefusedError(*found)
    at = app.clock()
    told = asdict(contact) | {"country": contact.country.upper() if contact.country else None}
    with app.database.transaction() as conn:
        values = {"organisation_id": actor.organisation_id, "at": at, "by": actor.name}
        rows.put_contact(conn, told | values)
        auditing.write(
            conn, actor, Action.RECALL_CONTACT_UPDATED, contact.holder, at=at, detail=told
        )


def _defects(contact: Contact) -> Iterator[Finding]:
    if not 0 < len(contact.holder.strip()) <= _TEXT_MAX:
        yield codes.BAD_CONTACT.found("It names no holder.", at="holder")
    for name in ("name", "person", "email", "phone"):
        if len(getattr(contact, name)) > _TEXT_MAX:
            yield codes.BAD_CONTACT.found(f"Over {_TEXT_MAX} characters.", at=name)
    if contact.email and not _EMAIL.fullmatch(contact.email):
        yield codes.BAD_CONTACT.found(f"{contact.email[:60]!r} is no address.", at="email")
    if contact.country and contact.country.upper() not in countries.NAMES:
        yield codes.BAD_CONTACT.found(f"{contact.country[:20]!r} is no country.", at="country")
    if contact.language and contact.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        text = f"{contact.language[:20]!r} is no language of messages; there are {known}."
        yield codes.BAD_CONTACT.found(text, at="language")
