"""Top-level resources: the values events have been seen with, and the events of one value.

One function over a table; what differs between bizSteps and readPoints is a row of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NO_RESOURCE
from packtrail.services.queries import paging, parameters, query
from packtrail.services.queries.parameter_values import is_event_type
from packtrail.services.queries.translating import EpcFormat, identifiers
from packtrail.store import places
from packtrail.store import resources as rows
from packtrail.store.filters import EventFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.queries.query import EventPage

_PREFIX_LENGTHS = range(4, 13)
_NOTHING = "urn:packtrail:none"
"""What no event has: two queries for one field have nothing in common."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of value."""

    parameter: str
    """Query parameter that asks for the events of a value."""
    column: rows.Column | None
    """Column of the events; None for objects, which have postings."""
    spellings: Callable[[str], list[str]]
    """Value of a path -> every form in which the same may have been captured."""
    member: str
    """What the parameter fills of the filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePage:
    """One page of values."""

    values: list[str]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Prefix -> namespace, for event types of vendors."""
    following: paging.Next | None
    """The way to the next page; None on the last one."""


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page of a collection starts."""

    after: str | tuple[int, int]


def _itself(value: str) -> list[str]:
    return [value]


def _same_place(value: str) -> list[str]:
    """Return the URN and the Digital Link of a place; a Digital Link does not tell which URN."""
    try:
        key = gs1.parse(value)
    except RefusedError:
        return [value]
    spellings = [value, key.digital_link()]
    for length in _PREFIX_LENGTHS:
        try:
            spellings.append(key.with_prefix_length(length).epc_uri())
        except (RefusedError, ValueError):
            continue
    return list(dict.fromkeys(spellings))


RESOURCES: Mapping[str, Resource] = {
    "eventTypes": Resource("eventType", "type", _itself, "event_types"),
    "epcs": Resource("MATCH_anyEPC", None, _itself, "match_any_epc"),
    "bizSteps": Resource("EQ_bizStep", "biz_step", _itself, "biz_steps"),
    "bizLocations": Resource("EQ_bizLocation", "biz_location", _same_place, "biz_locations"),
    "readPoints": Resource("EQ_readPoint", "read_point", _same_place, "read_points"),
    "dispositions": Resource("EQ_disposition", "disposition", _itself, "dispositions"),
}
"""Name in the path -> what it is."""


def values(
    app: Application,
    actor: Actor,
    name: str,
    *,
    per_page: int,
    page_token: str | None = None,
    form: EpcFormat = EpcFormat.NEVER_TRANSLATES,
) -> ValuePage:
    """Return the values that events which the actor may see have, in a stable order.

    Args:
        app: The application.
        actor: Who asks.
        name: Name of the resource, a key of `RESOURCES`.
        per_page: Most values to return.
        page_token: The token of the page before.
        form: The form in which objects and places are written.

    Raises:
        RefusedError: `QRY-006`, the token is not valid.
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    column = RESOURCES[name].column
    with app.database.reading() as conn:
        after = None
        if page_token is not None:
            after = paging.take(app, conn, actor, name, page_token, _Place).after
        audience_ids = visible_to(conn, actor)
        last: str | tuple[int, int] | None
        if column is None:
            start = after if isinstance(after, tuple) else (0, -1)
            found, last = rows.seen_objects(conn, audience_ids, after=start, limit=per_page)
        else:
            text = after if isinstance(after, str) else ""
            found = rows.values(conn, column, audience_ids, after=text, limit=per_page + 1)
            last = found[per_page - 1] if len(found) > per_page else None
            found = found[:per_page]
        following = paging.give(app, conn, actor, name, _Place(last)) if last else None
    namespaces = _namespaces(found) if name == "eventTypes" else {}
    shown = identifiers(app, _shown(found, namespaces), form)
    return ValuePage(
        values=list(dict.fromkeys(shown)),  # One place may have been captured in two notations.
        namespaces=namespaces,
        following=following,
    )


def events(
    app: Application,
    actor: Actor,
    name: str,
    value: str,
    *,
    params: Mapping[str, Sequence[str]],
    namespaces: Mapping[str, str],
) -> EventPage:
    """Return the events that have a value, and match the parameters beside it.

    Args:
        app: The application.
        actor: Who asks.
        name: Name of the resource, a key of `RESOURCES`.
        value: The value, in any form in which it can be written.
        params: Further query parameters.
        namespaces: Prefixes the caller declares, for event types of vendors.

    Raises:
        NotFound: `QRY-011`, no event that the actor may see has the value.
        RefusedError: `QRY-…`, a parameter or the value cannot be used.
    """
    require(actor, Permission.EVENT_READ)
    token = parameters.page_token(params)
    own = _own(app, name, value, namespaces)
    beside = parameters.understood(app.settings, params, namespaces=namespaces)
    if token is None:
        _require_events(app, actor, name, value, own)
    asked = query.Asked(
        wanted=_both(own, beside, RESOURCES[name]),
        page_size=query.page_size(app, params),
        token=token,
        list_name=f"events of {name} {value}",
        says_more=beside != EventFilter(),
    )
    return query.answer(app, actor, asked)


def require_known(
    app: Application, actor: Actor, name: str, value: str, *, namespaces: Mapping[str, str]
) -> None:
    """Refuse a value that no event has which the actor may see.

    Raises:
        NotFound: `QRY-011`, there is no such value.
        RefusedError: `QRY-…`, the value cannot be used.
    """
    require(actor, Permission.EVENT_READ)
    _require_events(app, actor, name, value, _own(app, name, value, namespaces))


def _require_events(
    app: Application, actor: Actor, name: str, value: str, own: EventFilter
) -> None:
    if not query.answer(app, actor, query.Asked(wanted=own, page_size=1)).events:
        raise _none(name, value)


def _none(name: str, value: str) -> NotFound:
    return NotFound(NO_RESOURCE.found(f"No event has {value[:200]!r} among its {name}."))


def _own(app: Application, name: str, value: str, namespaces: Mapping[str, str]) -> EventFilter:
    """Return the query for the events of a value.

    Raises:
        NotFound: `QRY-011`, there can be no such value.
        RefusedError: `QRY-…`, the value cannot be used.
    """
    resource = RESOURCES[name]
    if name == "eventTypes":
        prefix, colon, local = value.partition(":")
        if colon and prefix in namespaces:
            value = f"{{{namespaces[prefix]}}}{local}"
        if not is_event_type(value):
            raise _none(name, value)
    return parameters.understood(
        app.settings, {resource.parameter: resource.spellings(value)}, namespaces=namespaces
    )


def _both(own: EventFilter, beside: EventFilter, resource: Resource) -> EventFilter:
    """Return the query for what is asked twice, in the path and beside it."""
    mine: tuple[Any, ...] = getattr(own, resource.member)
    if resource.column is None:  # An event may name this object and another one.
        return replace(beside, named_epcs=mine)
    given: tuple[Any, ...] = getattr(beside, resource.member)
    if given:
        wanted = set(places.spelled(given))
        mine = tuple(each for each in mine if each in wanted) or (_NOTHING,)
    narrowed: dict[str, Any] = {resource.member: mine}
    return replace(beside, **narrowed)


def _shown(found: list[str], namespaces: Mapping[str, str]) -> list[str]:
    prefixes = {namespace: prefix for prefix, namespace in namespaces.items()}
    shown = []
    for value in found:
        namespace, brace, local = value[1:].partition("}")
        is_own = value.startswith("{") and brace
        shown.append(f"{prefixes[namespace]}:{local}" if is_own else value)
    return shown


def _namespaces(found: list[str]) -> dict[str, str]:
    names = sorted({each[1:].partition("}")[0] for each in found if each.startswith("{")})
    return {f"ext{number}": name for number, name in enumerate(names, 1)}
