"""What the pages of the room share: the tabs, the words, and reading numbers of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packtrail.access import Permission
from packtrail.base.errors import NotFound
from packtrail.console import templates
from packtrail.console.reports import words
from packtrail.reporting import codes
from packtrail.reporting.life import State
from packtrail.services.reports import viewing

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.rendering.words import Word
    from packtrail.store.reports import Mention

NUMBER_MAX = 2**31 - 1
MENTIONS_MAX = 20


def render(visit: Visit, template: str, *, status: int = 200, **context: Any) -> Response:
    """Draw a page of the room."""
    shared = {
        "states": words.STATES,
        "state_word": lambda state: words.STATES[State(state)],
        "steps_words": words.STEPS,
        "grounds": words.GROUNDS,
        "has_drop": True,
    }
    return templates.render(visit, template, status=status, **(shared | context))


def mentions(visit: Visit, identifier: str) -> tuple[tuple[Mention, Word], ...]:
    """Return what reports say of an event or object, for its page; none for who may not see it."""
    if not visit.who.may(Permission.REPORTING_READ):
        return ()
    found = viewing.about(visit.app, visit.who, identifier)
    return tuple((each, words.STATES[State(each.state)]) for each in found[:MENTIONS_MAX])


def number_in(visit: Visit, name: str) -> int:
    """Return a number of the path.

    Raises:
        NotFound: `REP-020`, it is none.
    """
    text = visit.path(name)
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= NUMBER_MAX):
        raise NotFound(codes.NO_REPORT.found(f"There is no report {text[:40]!r}."))
    return int(text)


def optional_number(text: str) -> int | None:
    """Return a number that somebody may have given; None where it is none."""
    is_number = text.isascii() and text.isdigit() and int(text[:12]) <= NUMBER_MAX
    return int(text) if is_number else None
