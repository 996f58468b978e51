"""Business transactions: find the events that name a purchase order, a despatch advice, an invoice.

Events name them by a URI; people know only the number at its end. What comes before the number is
learnt from the newest events and from the parties of master data: an index answers whole texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.epcis import cbv
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NO_TRANSACTION
from packtrail.services.goods import describing
from packtrail.services.queries import query
from packtrail.store import captures, organisations, vocabulary
from packtrail.store import transactions as rows
from packtrail.store.filters import EventFilter
from packtrail.store.rows import TRANSACTION, link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application

EVENTS_SHOWN = 100
_CBV_TRANSACTION = "urn:epcglobal:cbv:bt:"
_LENGTH_MIN, _LENGTH_MAX = 2, 200
_PARTIES_MAX = 200
_LEARNT_MAX = 3_000
_NUMBER = re.compile(r"[^:/=#?]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A business transaction that events name."""

    type: str | None
    """CBV word such as `po`, or the URI of a type of somebody's own."""
    identifier: str
    event_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionView:
    """The page of a business transaction."""

    identifier: str
    transactions: tuple[Transaction, ...]
    """One for each type under which events name it."""
    events: tuple[dict[str, Any], ...]
    """JSON-LD bodies, oldest first; the first few of `event_count`."""
    event_count: int


def find(app: Application, actor: Actor, text: str) -> tuple[Transaction, ...]:
    """Return the business transactions of an identifier or a mere number, the most named first.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    wanted = text.strip()
    if not _LENGTH_MIN <= len(wanted) <= _LENGTH_MAX:
        return ()
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        learnt = _learnt(app, conn, audience_ids)
        links = [
            link(TRANSACTION, of_type, wanted) for of_type in dict.fromkeys(t for t, _ in learnt)
        ]
        if ":" not in wanted:
            links += [link(TRANSACTION, of_type, start + wanted) for of_type, start in learnt]
        found = rows.known(conn, links, audience_ids)
    return tuple(
        Transaction(type=of_type, identifier=identifier, event_count=count)
        for (of_type, identifier), count in found
    )


def transaction(app: Application, actor: Actor, identifier: str) -> TransactionView:
    """Return the events that name a business transaction.

    Raises:
        NotFound: `TRC-007`, no event the actor may see names it.
    """
    found = tuple(each for each in find(app, actor, identifier) if each.identifier == identifier)
    if not found:
        raise NotFound(NO_TRANSACTION.found(f"No event names the document {identifier[:200]!r}."))
    bodies: dict[str, dict[str, Any]] = {}
    for each in found:
        wanted = EventFilter(
            biz_transactions={each.type or "": (identifier,)}, order_direction="ASC"
        )
        page = query.matching(app, actor, wanted, limit=EVENTS_SHOWN)
        bodies |= {str(body["eventID"]): body for body in page.events}
    return TransactionView(
        identifier=identifier,
        transactions=found,
        events=tuple(sorted(bodies.values(), key=lambda body: str(body["eventTime"]))),
        event_count=max(len(bodies), *(each.event_count for each in found)),
    )


def number_of(identifier: str) -> str:
    """Return the number that people know a business transaction by.

    >>> number_of("urn:epcglobal:cbv:bt:0614141000005:PO123")
    'PO123'
    """
    found = _NUMBER.search(identifier)
    return found.group() if found else identifier


def _learnt(
    app: Application, conn: Connection, audience_ids: Sequence[int]
) -> tuple[tuple[str | None, str], ...]:
    """Return types and what identifiers of that type begin with."""
    name = f"transactions {','.join(map(str, audience_ids))}"
    mark = captures.latest_change(conn)
    known = app.remembered.get(name, mark)
    if known is not None:
        return cast("tuple[tuple[str | None, str], ...]", known)
    recent = rows.recent(conn, audience_ids)
    seen = [(of_type, _NUMBER.sub("", identifier)) for of_type, identifier in recent]
    types = (*sorted(cbv.TERMS[cbv.Kind.BIZ_TRANSACTION_TYPE]), None)
    starts = list(_of_parties(conn, audience_ids))
    possible = [(of_type, start) for start in ("", *starts) for of_type in types]
    made = tuple(dict.fromkeys((*seen, *possible)))[:_LEARNT_MAX]
    app.remembered.put(name, mark, made)
    return made


def _of_parties(conn: Connection, audience_ids: Sequence[int]) -> Iterator[str]:
    """Yield what the identifiers of documents of known parties begin with (CBV 2.0, 8.5.2)."""
    glns = [each.gln for each in organisations.first(conn, limit=_PARTIES_MAX) if each.gln]
    for kind in (*describing.PARTIES, describing.LOCATIONS):
        for row in vocabulary.of_type(conn, kind, audience_ids, limit=_PARTIES_MAX):
            key = describing.key_of(row.id)
            glns += [key.primary] if key is not None else []
    yield from (f"{_CBV_TRANSACTION}{gln}:" for gln in dict.fromkeys(glns))
