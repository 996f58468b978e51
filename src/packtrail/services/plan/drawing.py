"""The scope of a programme chosen from what Packtrail holds: portfolio, sites and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.planning.book import kind_of
from packtrail.services.plan import books
from packtrail.services.plan.held import held
from packtrail.services.plan.writing import Put, Written, write

if TYPE_CHECKING:
    from collections.abc import Collection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.plan.held import ScopeEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the scope could be about besides, and what it could not any more."""

    new: tuple[ScopeEntry, ...]
    """What Packtrail holds and the scope does not name."""
    gone: tuple[str, ...]
    """Codes of products that the scope names and that are sold in none of its markets any more."""

    @property
    def is_empty(self) -> bool:
        """Whether the scope has it all, and no more."""
        return not (self.new or self.gone)


def drawn(
    app: Application, actor: Actor, programme: str, *, markets: Collection[str] = ()
) -> Drawn:
    """Return what portfolio and floor hold and the scope of a programme does not.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        markets: Only these; none: all in which something is sold.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not see portfolio or lines.
    """
    require(actor, Permission.PORTFOLIO_READ)
    require(actor, Permission.LINE_READ)
    opened = books.opened(app, actor, programme)
    with app.database.reading() as conn:
        there = held(app, conn, actor.organisation_id, app.clock().date())
    wanted = there.markets & frozenset(markets) if markets else there.markets
    book = opened.book
    return Drawn(
        new=tuple(
            each
            for each in there.entries(book, wanted)
            if each.code not in book.of_kind(kind_of(each).name)
        ),
        gone=tuple(
            code
            for code, each in book.products.items()
            if ("product", code) in opened.held and not each.markets
        ),
    )


def draw(
    app: Application,
    actor: Actor,
    programme: str,
    *,
    markets: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> Written:
    """Take into the scope what Packtrail holds and it does not name.

    Args:
        app: The application.
        actor: Who chooses.
        programme: Code of the programme.
        markets: Only these; none: all in which something is sold.
        leave_out: Codes of what the programme is not to be about.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not change programmes, or not see portfolio or lines.
    """
    found = drawn(app, actor, programme, markets=markets)
    puts = [Put(each) for each in found.new if each.code not in leave_out]
    return write(app, actor, programme, puts, reason="Chosen from portfolio and lines")
