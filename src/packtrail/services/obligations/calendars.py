"""Calendars: obligations for programs that fetch an address again and again.

Such programs cannot sign in, so the address carries a secret. It is shown once; the database keeps
its SHA-256. Whoever has the address sees what is due and nothing else, until it is revoked.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from packtrail.access import Action, Actor, Permission, require
from packtrail.access.codes import BAD_NAME
from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import codes
from packtrail.compliance.countries import name_of
from packtrail.rendering.calendars import Entry, write_ics
from packtrail.services import auditing
from packtrail.services.obligations import reading
from packtrail.store import obligations as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.services.application import Application
    from packtrail.services.obligations.views import ObligationView

PREFIX: Final = "ptc_"
_NAME_LENGTH_MAX: Final = 100
_USE_NOTED_EVERY: Final = timedelta(hours=1)
_SEEN_BY_CALENDAR: Final = frozenset({Permission.OBLIGATION_READ, Permission.PORTFOLIO_READ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A calendar that programs fetch, without its secret."""

    feed_id: str
    name: str
    markets: tuple[str, ...]
    """Only obligations of these; none: all."""
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A calendar that has just been made."""

    token: str
    """The secret of its address, shown this once."""
    feed: Feed


def create_feed(
    app: Application, actor: Actor, name: str, *, markets: Sequence[str] = ()
) -> NewFeed:
    """Make a calendar address; its secret is returned this once.

    Args:
        app: The application.
        actor: Who makes it.
        name: What it is for, 1 to 100 characters.
        markets: Only obligations of these markets; none: all.

    Raises:
        RefusedError: `ACC-012`, the name cannot be used.
        NotPermitted: The actor may not see obligations.
    """
    require(actor, Permission.OBLIGATION_READ)
    if not 1 <= len(name.strip()) <= _NAME_LENGTH_MAX:
        message = f"The name of a calendar has 1 to {_NAME_LENGTH_MAX} characters."
        raise RefusedError(
            BAD_NAME.found(message, at="name", remedy="Say in a few words what it is for.")
        )
    token, feed_id, at = PREFIX + secrets.token_urlsafe(32), str(uuid4()), app.clock()
    with app.database.transaction() as conn:
        rows.add_feed(
            conn, feed_id=feed_id, organisation_id=actor.organisation_id, name=name.strip(),
            markets=list(markets), token_sha256=_hash(token), created_at=at, created_by=actor.name,
        )  # fmt: skip
        detail = {"name": name.strip(), "markets": list(markets)}
        auditing.write(conn, actor, Action.CALENDAR_CREATED, feed_id, at=at, detail=detail)
    feed = Feed(
        feed_id=feed_id, name=name.strip(), markets=tuple(markets), created_at=at,
        created_by=actor.name, last_used_at=None, revoked_at=None,
    )  # fmt: skip
    return NewFeed(token=token, feed=feed)


def feeds(app: Application, actor: Actor) -> tuple[Feed, ...]:
    """Return the calendars of the actor's organisation, the newest first."""
    require(actor, Permission.OBLIGATION_READ)
    with app.database.reading() as conn:
        return tuple(map(_feed, rows.feeds(conn, actor.organisation_id)))


def revoke_feed(app: Application, actor: Actor, feed_id: str) -> None:
    """End a calendar at once.

    Raises:
        NotFound: `OBL-007`, there is none that works.
        NotPermitted: The actor may not see obligations.
    """
    require(actor, Permission.OBLIGATION_READ)
    at = app.clock()
    with app.database.transaction() as conn:
        known = _is_uuid(feed_id) and rows.revoke_feed(conn, actor.organisation_id, feed_id, at=at)
        if not known:
            message = f"There is no calendar {feed_id[:60]!r}."
            raise NotFound(codes.NO_CALENDAR.found(message, at="feed_id"))
        auditing.write(conn, actor, Action.CALENDAR_REVOKED, feed_id, at=at)


def calendar(
    app: Application, actor: Actor, *, markets: Sequence[str] = (), url: str = ""
) -> bytes:
    """Return the obligations of an organisation as an iCalendar file.

    Args:
        app: The application.
        actor: Whose.
        markets: Only those of these markets; none: all.
        url: Where the console is, so that entries lead there; empty: they lead nowhere.
    """
    seen = reading.radar(app, actor, every_round=True)
    shown = [
        each
        for each in (*seen.late, *seen.ahead)
        if not markets or set(markets) & set(each.markets)
    ]
    name = f"Obligations of {actor.organisation_code}"
    return write_ics(name, _entries(shown, actor, url), made_at=app.clock())


def calendar_of(app: Application, token: str, *, url: str = "") -> bytes:
    """Return the calendar of a secret address.

    Raises:
        NotFound: `OBL-007`, no calendar has it, or it was revoked.
    """
    at = app.clock()
    with app.database.transaction() as conn:
        row = rows.feed_by_token(conn, _hash(token)) if token.startswith(PREFIX) else None
        if row is None:
            raise NotFound(codes.NO_CALENDAR.found("No calendar has this address.", at="token"))
        rows.use_feed(conn, row.feed_id, at=at, before=at - _USE_NOTED_EVERY)
    actor = Actor.system(
        "calendar", organisation_id=row.organisation_id, organisation_code=row.organisation
    ).with_permissions(_SEEN_BY_CALENDAR)
    return calendar(app, actor, markets=row.markets, url=url)


def _entries(shown: Sequence[ObligationView], actor: Actor, url: str) -> Iterator[Entry]:
    for each in shown:
        if each.on is None:
            continue
        where = ", ".join(map(name_of, each.markets))
        doubt = (
            ""
            if each.is_certain
            else f" ({each.status if each.status != 'known' else each.kind.replace('_', ' ')})"
        )
        is_left = each.state not in {"done", "waived"}
        yield Entry(
            uid=f"{each.key}@{actor.organisation_code}.packtrail",
            title=f"{where}: {each.what}{doubt}",
            on=each.on,
            description=_description(each),
            url=f"{url}/comply/obligations/{each.key}" if url else "",
            categories=(*each.markets, each.concern),
            is_certain=each.is_certain,
            remind_days=each.remind_days if is_left and each.concern == "own" else (),
        )


def _description(each: ObligationView) -> str:
    lines = [
        f"Who: {each.who}",
        f"State: {each.state.replace('_', ' ')}",
        f"Owner: {', '.join(each.owners) or 'nobody yet'}",
        f"Products: {len(each.products)}",
    ]
    if each.recipients:
        lines.append(f"To: {', '.join(each.recipients)}")
    if each.evidence:
        lines.append(f"Evidence: {'; '.join(each.evidence)}")
    lines.append(f"How sure: {each.status}, {each.confidence} confidence")
    lines.append(f"Sources: {'; '.join(each.sources)}")
    if each.note:
        lines.append(each.note)
    return "\n".join(lines)


def _feed(row: rows.FeedRow) -> Feed:
    return Feed(
        feed_id=row.feed_id, name=row.name, markets=tuple(row.markets),
        created_at=row.created_at, created_by=row.created_by, last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )  # fmt: skip


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
