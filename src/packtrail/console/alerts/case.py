"""One case: its time limits, packs, alerts and story, and what can be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.alerts.papers import FORMS
from packtrail.console.visit import redirect
from packtrail.detection.cases import MOVES, OPEN, Move, Wish
from packtrail.detection.triage import CAUSES, Category
from packtrail.rendering import sightings as pictures
from packtrail.services.alerts import bundle, cases, quarantine, sightings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

_OTHERS: Final = 100


def show(visit: Visit) -> Response:
    """Show a case."""
    return _page(visit)


def act(visit: Visit) -> Response:
    """Do something with a case, and show it again."""
    what = visit.sent("act")
    try:
        _ACTS.get(what, _move)(visit)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _page(visit, refused.findings)
    to = visit.sent("into") if what == "merge" else visit.path("code")
    return redirect(f"/alerts/cases/{to}")


def _move(visit: Visit) -> None:
    wish = Wish(
        move=visit.sent("act"),
        reason=visit.sent("reason"),
        category=visit.sent("category"),
        cause=visit.sent("cause"),
    )
    told = visit.sent("revision")
    revision = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None
    cases.move(visit.app, visit.who, visit.path("code"), wish, revision=revision)


def _note(visit: Visit) -> None:
    cases.note(visit.app, visit.who, visit.path("code"), visit.sent("text"))


def _owner(visit: Visit) -> None:
    cases.assign(visit.app, visit.who, visit.path("code"), visit.sent("owner"))


def _done(visit: Visit) -> None:
    reason = visit.sent("reason")
    cases.done(visit.app, visit.who, visit.path("code"), visit.sent("duty"), reason=reason)


def _merge(visit: Visit) -> None:
    reason = visit.sent("reason")
    cases.merge(visit.app, visit.who, visit.path("code"), visit.sent("into"), reason=reason)


def _high_risk(visit: Visit) -> None:
    cases.high_risk(visit.app, visit.who, visit.path("code"), reason=visit.sent("reason"))


def _hold(visit: Visit) -> None:
    quarantine.hold(visit.app, visit.who, visit.path("code"))


def _release(visit: Visit) -> None:
    quarantine.release(visit.app, visit.who, visit.path("code"), reason=visit.sent("reason"))


_ACTS: Final[Mapping[str, Callable[[Visit], None]]] = {
    **dict.fromkeys(Move, _move),
    "note": _note,
    "owner": _owner,
    "done": _done,
    "merge": _merge,
    "high_risk": _high_risk,
    "hold": _hold,
    "release": _release,
}
"""What a form of the page asks for -> what does it."""


def _page(visit: Visit, findings: Sequence[Finding] = ()) -> Response:
    found = cases.case(visit.app, visit.who, visit.path("code"))
    states = [each.value for each in OPEN]
    others = cases.listed(visit.app, visit.who, states=states, limit=_OTHERS)
    picture = sightings.picture(visit.app, visit.who, found.line.code)
    surest = max(found.alerts, key=lambda each: each.score, default=None)
    return templates.render(
        visit,
        "alerts_case.html",
        status=422 if findings else 200,
        findings=findings,
        case=found,
        others=[each for each in others if each.code != found.line.code],
        moves=MOVES,
        categories=tuple(Category),
        causes=CAUSES,
        proposed=surest.proposed if surest else None,
        picture=picture,
        held_by=bundle.held_by,
        lanes=Markup(pictures.over_time(picture.sightings)),  # noqa: S704 - the drawing escapes
        map=Markup(pictures.on_map(picture.sightings)),  # noqa: S704 - the drawing escapes
        forms=FORMS,
    )
