"""Organisations: whose data it is, and who may record for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import (
    Action,
    Actor,
    Agreement,
    AgreementKind,
    Permission,
    audience_of,
    require,
)
from packtrail.access.codes import BAD_NAME, NAME_TAKEN, NO_AGREEMENT, NO_ORGANISATION
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.services import auditing
from packtrail.store import organisations as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application


_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_ALL_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation on this installation, as another may see it."""

    organisation_id: int
    code: str
    """Short name, unique: `acme`."""
    name: str
    gln: str | None
    """Global Location Number of the party, where it is known."""
    is_own: bool
    may_record_for: bool
    """Whether the actor's organisation may record events for it."""


def create_organisation(
    app: Application, actor: Actor, code: str, *, name: str, gln: str | None = None
) -> Organisation:
    """Open an organisation.

    Raises:
        RefusedError: `ACC-012`, the code cannot be used.
        Conflict: `ACC-010`, the code or the GLN is taken.
        NotPermitted: Only the installation itself may (command line, demo).
    """
    require(actor, Permission.ORGANISATION_CREATE)
    if not _CODE.fullmatch(code) or not name.strip():
        raise RefusedError(
            BAD_NAME.found(f"{code[:80]!r} cannot be the code of an organisation.", at="code")
        )
    at = app.clock()
    with app.database.transaction() as conn:
        row = rows.insert(conn, code, name=name.strip(), gln=gln, at=at)
        if row is None:
            raise Conflict(NAME_TAKEN.found(f"The code {code!r} or its GLN is taken.", at="code"))
        rows.audience_id(conn, {row.organisation_id})
        auditing.write(
            conn,
            actor,
            Action.ORGANISATION_CREATED,
            code,
            at=at,
            organisation_id=row.organisation_id,
        )
    return _organisation(row, is_own=False, may_record_for=False)


def organisations(app: Application, actor: Actor) -> tuple[Organisation, ...]:
    """Return the actor's own organisation and those it has agreements with, by code."""
    require(actor, Permission.ORGANISATION_READ)
    with app.database.reading() as conn:
        agreements = _agreements(conn, actor.organisation_id)
        known = {actor.organisation_id}
        known |= {party for each in agreements for party in (each.owner_id, each.partner_id)}
        found = rows.by_ids(conn, known)
    return tuple(
        _organisation(
            row,
            is_own=row.organisation_id == actor.organisation_id,
            may_record_for=_may_record(row.organisation_id, actor.organisation_id, agreements),
        )
        for row in found
    )


def all_organisations(app: Application, actor: Actor) -> tuple[Organisation, ...]:
    """Return every organisation of this installation, by code.

    Raises:
        NotPermitted: Only the installation itself may (command line, demo).
    """
    require(actor, Permission.ORGANISATION_CREATE)
    with app.database.reading() as conn:
        found = rows.first(conn, limit=_ALL_MAX)
    return tuple(
        _organisation(
            row, is_own=row.organisation_id == actor.organisation_id, may_record_for=False
        )
        for row in found
    )


def allow_recording(app: Application, actor: Actor, partner: str) -> None:
    """Let a partner record events for the actor's organisation; twice is no error.

    Raises:
        NotFound: `ACC-013`, no organisation has this code.
        NotPermitted: The actor may not make agreements.
    """
    require(actor, Permission.AGREEMENT_CREATE)
    at, kind = app.clock(), AgreementKind.RECORDS_FOR
    with app.database.transaction() as conn:
        row = rows.by_code(conn, partner)
        if row is None or row.organisation_id == actor.organisation_id:
            raise NotFound(_no_organisation(partner, "partner"))
        if rows.insert_agreement(
            conn, actor.organisation_id, row.organisation_id, kind=kind.value, at=at
        ):
            detail = {"kind": kind.value}
            auditing.write(conn, actor, Action.AGREEMENT_CREATED, row.code, at=at, detail=detail)


def system_actor(app: Application, name: str, *, organisation: str | None = None) -> Actor:
    """Return an actor for the command line of this machine or for Packtrail itself.

    Args:
        app: The application.
        name: What is acting: `command line`, `demo`.
        organisation: Code of the organisation to act for; None: the only one, or none when there
            is none yet.

    Raises:
        NotFound: `ACC-013`, no organisation has this code, or there are several to choose from.
    """
    with app.database.reading() as conn:
        if organisation is not None:
            row = rows.by_code(conn, organisation)
            if row is None:
                raise NotFound(_no_organisation(organisation, "organisation"))
            found = [row]
        else:
            found = rows.first(conn, limit=20)
    if len(found) > 1:
        choice = ", ".join(row.code for row in found)
        raise NotFound(
            NO_ORGANISATION.found(
                "There are several organisations; say for which one you act.",
                at="organisation",
                remedy=f"Choose one: {choice}.",
            )
        )
    if not found:
        return Actor.system(name)
    (only,) = found
    return Actor.system(name, organisation_id=only.organisation_id, organisation_code=only.code)


def own_id(actor: Actor, owner: str | None) -> int | None:
    """Return the actor's organisation where it records for itself, None where for another."""
    is_own = owner is None or owner == actor.organisation_code
    return actor.organisation_id if is_own else None


def audience_for(conn: Connection, actor: Actor, owner: str | None) -> tuple[int, int]:
    """Return the owner of what an actor is about to record, and the audience that may see it.

    Whether there is no such owner or no agreement with it looks the same from outside.

    Raises:
        NotPermitted: `ACC-002`, the owner did not allow it; `ACC-013`, the actor acts for nobody.
    """
    return ask_audience_for(conn, actor, owner)()


def ask_audience_for(
    conn: Connection, actor: Actor, owner: str | None
) -> Callable[[], tuple[int, int]]:
    """Ask for owner and audience, see `audience_for`; what is returned waits for the answer."""
    if not actor.organisation_id:
        raise NotPermitted(
            NO_ORGANISATION.found("The actor acts for no organisation.", at="organisation")
        )
    is_own = own_id(actor, owner) is not None
    scope = rows.ask_scope(conn, actor.organisation_id, None if is_own else owner)

    def answer() -> tuple[int, int]:
        row, rows_of, audiences = scope()
        if not is_own and row is None:
            message = "Your organisation has no agreement to record events for this owner."
            raise NotPermitted(NO_AGREEMENT.found(message, at="owner"))
        owner_id = row.organisation_id if row is not None else actor.organisation_id
        agreements = [_agreement(one) for one in rows_of]
        members = frozenset(audience_of(owner_id, actor.organisation_id, agreements))
        known = audiences.get(members)
        return owner_id, rows.audience_id(conn, members) if known is None else known

    return answer


def shared_audience(
    conn: Connection, actor: Actor, owner: str | None, partner: str | None
) -> tuple[int, int]:
    """Return owner and audience of what is also shared with a partner of the owner.

    Raises:
        NotPermitted: `ACC-002`, the owner has no agreement with the actor, or with the partner.
    """
    owner_id, audience_id = audience_for(conn, actor, owner)
    if partner is None:
        return owner_id, audience_id
    row = rows.by_code(conn, partner)
    agreements = _agreements(conn, owner_id)
    if row is None or not _may_record(owner_id, row.organisation_id, agreements):
        message = f"The owner has no agreement with {partner[:80]!r}."
        raise NotPermitted(NO_AGREEMENT.found(message, at="partner"))
    members = {owner_id, actor.organisation_id, row.organisation_id}
    return owner_id, rows.audience_id(conn, members)


def audience_of_work(conn: Connection, actor: Actor, owner_id: int, operator_id: int) -> int:
    """Return the audience of work that an operator does for an owner: the two of them.

    Raises:
        NotPermitted: `ACC-002`, the owner has no agreement with the operator, or the actor is
            neither of the two.
    """
    members = audience_of(owner_id, operator_id, _agreements(conn, owner_id))
    if actor.organisation_id not in members:
        message = "Work is made by the owner of the goods, or by who packs them."
        raise NotPermitted(NO_AGREEMENT.found(message, at="owner"))
    return rows.audience_id(conn, members)


def may_record_for(conn: Connection, actor: Actor) -> list[int]:
    """Return the organisations that an actor may record for: its own comes first."""
    owners = {
        each.owner_id
        for each in _agreements(conn, actor.organisation_id)
        if _may_record(each.owner_id, actor.organisation_id, [each])
    }
    return [actor.organisation_id, *sorted(owners - {actor.organisation_id})]


def common_audiences(conn: Connection, organisation_ids: Iterable[int]) -> list[int]:
    """Return the audiences that all of some organisations are in: what they see together."""
    seen = [set(rows.audiences_of(conn, each)) for each in set(organisation_ids)]
    return sorted(set.intersection(*seen)) if seen else []


def visible_to(conn: Connection, actor: Actor) -> list[int]:
    """Return the audiences the actor's organisation is in: every read is confined to them."""
    return rows.audiences_of(conn, actor.organisation_id)


def _agreements(conn: Connection, organisation_id: int) -> list[Agreement]:
    return [_agreement(row) for row in rows.agreements_of(conn, organisation_id)]


def _agreement(row: rows.AgreementRow) -> Agreement:
    return Agreement(row.owner_id, row.partner_id, AgreementKind(row.kind))


def _may_record(owner_id: int, recorder_id: int, agreements: list[Agreement]) -> bool:
    wanted = Agreement(owner_id, recorder_id, AgreementKind.RECORDS_FOR)
    return owner_id == recorder_id or wanted in agreements


def _organisation(row: rows.OrganisationRow, *, is_own: bool, may_record_for: bool) -> Organisation:
    return Organisation(
        organisation_id=row.organisation_id,
        code=row.code,
        name=row.name,
        gln=row.gln,
        is_own=is_own,
        may_record_for=may_record_for,
    )


def _no_organisation(code: str, at: str) -> Finding:
    return NO_ORGANISATION.found(f"There is no organisation {code[:80]!r}.", at=at)
