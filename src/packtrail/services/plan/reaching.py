"""Reaching: where those who take part in a programme get mails, and whether they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.services.mail import addresses, preferences
from packtrail.services.plan.mailing import address_of, wish_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.services.application import Application
    from packtrail.services.mail.addresses import AddressView
    from packtrail.services.plan.books import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How somebody is reached by mail."""

    address: AddressView | None
    """None: they have none, or want no mails."""
    is_own_choice: bool
    """Whether they said it themselves, with their account."""


def reached(app: Application, opened: Opened) -> Mapping[str, Reach]:
    """Return how everybody who takes part in a programme is reached, by code of the person."""
    people = opened.book.people
    with app.database.reading() as conn:
        wishes = preferences.everybody(conn, opened.row.organisation_id)
        to = {code: address_of(person, wishes).strip() for code, person in people.items()}
        known = addresses.several(conn, opened.row.organisation_id, to.values())
    return {
        code: Reach(
            address=known.get(to[code].lower()),
            is_own_choice=wish_of(person, wishes) is not None,
        )
        for code, person in people.items()
    }
