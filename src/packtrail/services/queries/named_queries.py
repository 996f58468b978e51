"""Named queries: event queries that an organisation keeps, to ask again or to subscribe to.

A named query is never changed: subscribers rely on what it asks. Who wants another one deletes it,
which ends its subscriptions, and defines it anew (EPCIS 2.0, 12.6.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.services import auditing
from packtrail.services.codes import BAD_QUERY, NO_QUERY, QUERY_NAME_TAKEN, UNKNOWN_PARAMETER
from packtrail.services.queries import parameters, query
from packtrail.services.queries.documents import prefixes_of
from packtrail.store import subscriptions as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.queries.query import EventPage

EVENT_QUERY, MASTER_DATA_QUERY = "SimpleEventQuery", "SimpleMasterDataQuery"
PREDEFINED = (EVENT_QUERY, MASTER_DATA_QUERY)
NAME_LENGTH_MAX = 200
_VALUES_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A query with a name."""

    name: str
    query: Mapping[str, Any]
    """As it was defined."""
    params: Mapping[str, list[str]]
    """Parameter -> texts, as `packtrail.services.queries.query` takes them."""
    prefixes: Mapping[str, str]
    """Prefix of extensions in the names of parameters -> namespace."""
    created_at: datetime


def define(
    app: Application,
    actor: Actor,
    content: bytes,
    *,
    prefixes: Mapping[str, str] | None = None,
) -> NamedQuery:
    """Give a query a name.

    Args:
        app: The application.
        actor: Who defines it, for its organisation.
        content: `{"name": ..., "query": {...}}` as JSON.
        prefixes: Prefix of extensions -> namespace, as who defines it declares them beside the
            `@context` of the query.

    Raises:
        RefusedError: `QRY-014`, it is no such definition; `QRY-…`, a parameter cannot be used.
        Conflict: `QRY-013`, the name is taken.
        NotPermitted: The actor may not define queries.
    """
    require(actor, Permission.QUERY_CREATE)
    name, definition = definition_of(content)
    params, kept = params_of(definition), {**prefixes_of(definition), **(prefixes or {})}
    parameters.understood(app.settings, params, namespaces=kept)
    query.page_size(app, params)
    if "nextPageToken" in params:
        raise RefusedError(
            UNKNOWN_PARAMETER.found(
                "A query that is kept has no nextPageToken.", at="/query/nextPageToken"
            )
        )
    at = app.clock()
    with app.database.transaction() as conn:
        is_new = name not in PREDEFINED and rows.insert_query(
            conn,
            actor.organisation_id,
            name,
            definition=definition,
            params=params,
            prefixes=kept,
            at=at,
            by=actor.name,
        )
        if not is_new:
            raise Conflict(QUERY_NAME_TAKEN.found(f"There is a query {name!r} already."))
        auditing.write(conn, actor, Action.QUERY_CREATED, name, at=at)
    return NamedQuery(name=name, query=definition, params=params, prefixes=kept, created_at=at)


def queries(
    app: Application, actor: Actor, *, limit: int = 30, after: str = ""
) -> Sequence[NamedQuery]:
    """Return the named queries of the actor's organisation by name, from after one on."""
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        found = rows.queries(conn, actor.organisation_id, after=after, limit=limit)
    return tuple(_query(row) for row in found)


def named(app: Application, actor: Actor, name: str) -> NamedQuery:
    """Return one named query.

    Raises:
        NotFound: `QRY-012`, the actor's organisation has none of this name.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        row = rows.query(conn, actor.organisation_id, name)
    if row is None:
        raise NotFound(NO_QUERY.found(f"There is no query {name[:NAME_LENGTH_MAX]!r}."))
    return _query(row)


def delete(app: Application, actor: Actor, name: str) -> None:
    """Delete a named query, and end its subscriptions.

    Raises:
        NotFound: `QRY-012`, the actor's organisation has none of this name.
        NotPermitted: The actor may not define queries.
    """
    require(actor, Permission.QUERY_CREATE)
    with app.database.transaction() as conn:
        if name in PREDEFINED or not rows.delete_query(conn, actor.organisation_id, name):
            raise NotFound(NO_QUERY.found(f"There is no query {name[:NAME_LENGTH_MAX]!r}."))
        auditing.write(conn, actor, Action.QUERY_DELETED, name, at=app.clock())


def events(
    app: Application, actor: Actor, name: str, *, paging: Mapping[str, Sequence[str]]
) -> EventPage:
    """Return a page of the events that match a named query now.

    Args:
        app: The application.
        actor: Who asks.
        name: Name of the query.
        paging: `perPage` and `nextPageToken`; nothing else.

    Raises:
        NotFound: `QRY-012`, the actor's organisation has none of this name.
        RefusedError: `QRY-…`, paging names a parameter that is part of the query's definition.
    """
    known = named(app, actor, name)
    clash = {key: value for key, value in paging.items() if key not in parameters.PAGING}
    if clash:
        raise RefusedError(
            *(
                BAD_QUERY.found(f"The query {name!r} is asked as it is, without {key!r}.", at=key)
                for key in clash
            )
        )
    asked = query.Asked(
        wanted=parameters.understood(app.settings, known.params, namespaces=known.prefixes),
        page_size=query.page_size(app, {**known.params, **paging}),
        token=parameters.page_token(paging),
        list_name=f"events of {name}",
        is_kept=True,
    )
    return query.answer(app, actor, asked)


def params_of(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the parameters of a definition as texts.

    Raises:
        RefusedError: `QRY-014`, a value is neither text, number, truth value nor a list of them.
    """
    params = {name: _texts(name, value) for name, value in definition.items() if name != "@context"}
    bad = [name for name, texts in params.items() if texts is None]
    if bad or sum(len(texts or ()) for texts in params.values()) > _VALUES_MAX:
        raise RefusedError(
            *(
                BAD_QUERY.found(
                    f"The value of {name[:80]!r} is no text, number or list of them.",
                    at=f"/query/{name[:80]}",
                )
                for name in bad or ("query",)
            )
        )
    return {name: texts for name, texts in params.items() if texts is not None}


def _texts(name: str, value: Any) -> list[str] | None:
    if value is None and name.startswith("EXISTS_"):
        return [""]  # It has no value: its name says all there is to say.
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(each, str | int | float | bool) for each in values):
        return None
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]


def definition_of(content: bytes) -> tuple[str, dict[str, Any]]:
    """Return the name and the query that a body defines.

    Raises:
        RefusedError: `QRY-014`, it is no such definition.
    """
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(BAD_QUERY.found("The body is no JSON.")) from None
    if not isinstance(told, dict):
        raise RefusedError(BAD_QUERY.found("The body is no JSON object."))
    name, definition = told.get("name"), told.get("query")
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= NAME_LENGTH_MAX
        or not name.isprintable()
        or "/" in name
        or name in {".", ".."}
    ):
        raise RefusedError(
            BAD_QUERY.found(
                f"The name is {name!r:.100}; expected 1 to {NAME_LENGTH_MAX} printable characters "
                "without '/'.",
                at="/name",
            )
        )
    if not isinstance(definition, dict):
        raise RefusedError(BAD_QUERY.found("The query is no JSON object.", at="/query"))
    return name, definition


def _query(row: rows.QueryRow) -> NamedQuery:
    return NamedQuery(
        name=row.name,
        query=row.definition,
        params=row.params,
        prefixes=row.prefixes,
        created_at=row.created_at,
    )
