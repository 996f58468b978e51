"""Programmes: opening them, seeing them, changing what holds for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.planning import codes
from packtrail.planning.book import Terms
from packtrail.planning.checking import check_code
from packtrail.planning.entry_checks import check_terms
from packtrail.planning.templates import TEMPLATES
from packtrail.services import auditing
from packtrail.services.plan import books, codec
from packtrail.services.plan.writing import Put, write_in
from packtrail.store import plans as rows

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.planning.templates import Template
    from packtrail.services.application import Application

NAME_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme as it is listed."""

    code: str
    name: str
    terms: Terms
    version: int
    created_at: datetime
    created_by: str
    archived_at: datetime | None


def programmes(app: Application, actor: Actor) -> tuple[Programme, ...]:
    """Return the programmes of the actor's organisation, those in use first."""
    require(actor, Permission.PLAN_READ)
    with app.database.reading() as conn:
        return tuple(map(seen, rows.of_organisation(conn, actor.organisation_id)))


def programme(app: Application, actor: Actor, code: str) -> Programme:
    """Return one programme.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    require(actor, Permission.PLAN_READ)
    with app.database.reading() as conn:
        return seen(books.visible(conn, actor, code))


def create_programme(
    app: Application, actor: Actor, code: str, *, name: str, terms: Terms
) -> Programme:
    """Open a programme with the roles and meetings of its template.

    Args:
        app: The application.
        actor: Who opens it.
        code: Short name, unique in the organisation.
        name: What it is called.
        terms: Its template, and what else holds for it.

    Raises:
        RefusedError: `PLN-004`, code, name or terms cannot be used.
        Conflict: `PLN-017`, the organisation has one of this code.
        NotPermitted: The actor may not open programmes.
    """
    require(actor, Permission.PLAN_CREATE)
    template = _checked(code, name, terms)
    at = app.clock()
    with app.database.transaction() as conn:
        programme_id = rows.insert(
            conn,
            organisation_id=actor.organisation_id,
            code=code,
            name=name.strip(),
            terms=codec.encode(terms),
            created_at=at,
            created_by=actor.name,
        )
        if programme_id is None:
            message = f"There is a programme {code!r}."
            raise Conflict(codes.TAKEN.found(message, at="code"))
        detail = {"template": terms.template}
        auditing.write(conn, actor, Action.PROGRAMME_CREATED, code, at=at, detail=detail)
        entries = (*template.resources, *template.meetings)
        row = books.visible(conn, actor, code, is_locked=True)
        write_in(
            app, conn, actor, row, [Put(each) for each in entries], at=at,
            reason=f"Template: {template.name}",
        )  # fmt: skip
        return seen(books.visible(conn, actor, code))


def change_programme(
    app: Application,
    actor: Actor,
    code: str,
    *,
    name: str | None = None,
    terms: Terms | None = None,
    is_archived: bool | None = None,
) -> Programme:
    """Change what a programme is called, what holds for it, or whether it is in use.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-004`, name or terms cannot be used.
        NotPermitted: The actor may not open programmes.
    """
    require(actor, Permission.PLAN_CREATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, code, is_locked=True)
        kept = row.archived_at or at
        archived_at = row.archived_at if is_archived is None else (kept if is_archived else None)
        wanted = terms or codec.decode_terms(row.terms)
        _checked(code, name or row.name, wanted)
        rows.update(
            conn,
            row.programme_id,
            name=(name or row.name).strip(),
            terms=codec.encode(wanted),
            archived_at=archived_at,
        )
        rows.bump(conn, row.programme_id)
        detail = {"name": name, "terms": codec.plain(terms), "is_archived": is_archived}
        told = {key: value for key, value in detail.items() if value is not None}
        auditing.write(conn, actor, Action.PROGRAMME_CHANGED, code, at=at, detail=told)
        return seen(books.visible(conn, actor, code))


def seen(row: rows.ProgrammeRow) -> Programme:
    """Return a programme as people see it."""
    return Programme(
        code=row.code,
        name=row.name,
        terms=codec.decode_terms(row.terms),
        version=row.version,
        created_at=row.created_at,
        created_by=row.created_by,
        archived_at=row.archived_at,
    )


def _checked(code: str, name: str, terms: Terms) -> Template:
    found = [*check_code(code, "programme", "code"), *check_terms(terms)]
    if not name.strip() or len(name) > NAME_LENGTH_MAX:
        message = f"The name has {len(name.strip())} letters; expected 1 to {NAME_LENGTH_MAX}."
        found.append(codes.BAD_VALUE.found(message, at="name"))
    if found:
        raise RefusedError(*found)
    return TEMPLATES[terms.template]
