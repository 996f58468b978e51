"""The operations of the SOAP query interface of EPCIS 1.x, as plain calls (EPCIS 1.2, 8.2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.base.errors import LimitExceeded, NotFound, RefusedError
from packtrail.services.codes import (
    BAD_CONTROLS,
    NO_QUERY,
    SUBSCRIBE_NOT_PERMITTED,
    TOO_MANY_RESULTS,
    UNKNOWN_PARAMETER,
)
from packtrail.services.queries import (
    documents,
    master_data,
    named_queries,
    parameters,
    query,
    subscriptions,
)
from packtrail.services.queries.named_queries import EVENT_QUERY, MASTER_DATA_QUERY, PREDEFINED
from packtrail.services.queries.translating import EpcFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.queries.documents import Version
    from packtrail.services.queries.master_data import Element

Params = dict[str, list[str]]
_LIST_MAX = 10_000


def query_names(app: Application, actor: Actor) -> list[str]:
    """Return the names of all queries: those of the standard, and the organisation's own."""
    own = named_queries.queries(app, actor, limit=_LIST_MAX)
    return [*PREDEFINED, *(each.name for each in own)]


def subscription_ids(app: Application, actor: Actor, query_name: str) -> list[str]:
    """Return the identifiers of the subscriptions of a query.

    Raises:
        NotFound: `QRY-012`, there is no such query.
    """
    if query_name == MASTER_DATA_QUERY:
        return []
    found = subscriptions.subscriptions(app, actor, query_name, limit=_LIST_MAX)
    return [each.subscription_id for each in found]


def poll_events(
    app: Application, actor: Actor, query_name: str, params: Params, *, version: Version
) -> bytes:
    """Return the events that match as an EPCISQueryDocument; all of them, or none.

    Raises:
        NotFound: `QRY-012`, there is no such query.
        RefusedError: `QRY-…`, a parameter cannot be used.
        LimitExceeded: `QRY-005`, more events match than one answer holds, or `maxEventCount`.
    """
    asked, form, prefixes = _asked(app, actor, query_name, params)
    most = app.settings.soap_events_max
    size = {"perPage": [str(app.settings.page_events_max)]}
    asked = {**asked, **({} if "perPage" in asked else size)}
    page = query.events(app, actor, asked, namespaces=prefixes, form=form)
    bodies, namespaces = list(page.events), dict(page.namespaces)
    while page.next_token is not None:
        page = query.events(app, actor, size, page_token=page.next_token)
        bodies += [{"@context": documents.context_of(page.namespaces), **e} for e in page.events]
        if len(bodies) > most:
            raise LimitExceeded(TOO_MANY_RESULTS.found(f"More than {most} events match."))
    wanted = documents.Form(is_xml=True, xml_version=version, epc_format=EpcFormat.NEVER_TRANSLATES)
    return documents.query_document(
        app, bodies, namespaces, at=app.clock(), form=wanted, query_name=query_name
    )


def poll_master_data(app: Application, actor: Actor, params: Params) -> Sequence[Element]:
    """Return the master data that matches."""
    return master_data.elements(app, actor, params)


def subscribe(
    app: Application,
    actor: Actor,
    query_name: str,
    params: Params,
    *,
    dest: str,
    controls: Mapping[str, Any],
    subscription_id: str,
    version: Version,
) -> None:
    """Subscribe a destination; the standard leaves the identifier to the client.

    Raises:
        NotFound: `QRY-012`, there is no such query.
        RefusedError: `QRY-020`, it cannot be subscribed to; `QRY-015`, the controls cannot be used;
            `QRY-017`, the destination is refused; `QRY-…`, a parameter cannot be used.
        Conflict: `QRY-019`, the identifier is taken.
    """
    if query_name == MASTER_DATA_QUERY:
        raise RefusedError(SUBSCRIBE_NOT_PERMITTED.found(f"{query_name} can be polled only."))
    asked, form, prefixes = _asked(app, actor, query_name, params)
    parameters.understood(app.settings, asked, namespaces=prefixes, form=form)
    if not subscription_id or len(subscription_id) > subscriptions.ID_LENGTH_MAX:
        raise RefusedError(
            BAD_CONTROLS.found("The identifier of the subscription is missing or too long.")
        )
    subscriptions.add(
        app,
        actor,
        query_name,
        asked,
        prefixes=prefixes,
        dest=dest,
        secret=None,
        controls=subscriptions.controls_of(controls),
        form=documents.Form(
            is_xml=True,
            xml_version=version,
            epc_format=EpcFormat.NEVER_TRANSLATES,
            is_soap=form == "soap",
        ),
        subscription_id=subscription_id,
    )


def _asked(
    app: Application, actor: Actor, query_name: str, params: Params
) -> tuple[Params, parameters.Form, Mapping[str, str]]:
    """Return the parameters of a query, how they are spelled, and the prefixes in them."""
    if query_name == EVENT_QUERY:
        return params, "soap", {}
    if query_name in PREDEFINED:
        raise NotFound(NO_QUERY.found(f"{query_name} is no query of events."))
    known = named_queries.named(app, actor, query_name)
    if params:
        raise RefusedError(
            *(UNKNOWN_PARAMETER.found(f"{query_name} has no parameter {n!r}.") for n in params)
        )
    return dict(known.params), "rest", known.prefixes
