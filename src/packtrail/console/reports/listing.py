"""What receivers must be told: all reports, by receiver and state, and asking for one more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.access import Permission
from packtrail.base.errors import RefusedError
from packtrail.console.reports.shared import optional_number, render
from packtrail.console.visit import redirect
from packtrail.reporting.life import DONE, State
from packtrail.services.reports import asking, receivers, viewing
from packtrail.services.reports.asking import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.reports.receivers import Receiver
    from packtrail.services.reports.viewing import Tally

PAGE_LENGTH = 40
_WAITING = frozenset({State.SENT})
_BAD = frozenset({State.REJECTED, State.PARTLY, State.FLAWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How reports to one receiver stand."""

    receiver: Receiver
    open: int
    """Not handed over yet."""
    waiting: int
    bad: int
    late: int
    done: int


def listing(visit: Visit) -> Response:
    """Show reports, the newest first."""
    state, receiver = visit.query("state"), visit.query("receiver")
    is_late = visit.query("late") == "1"
    wanted = viewing.wanted(
        [state] if state in set(State) else (),
        receiver=receiver or None,
        form=visit.query("form") or None,
        gtin=visit.query("gtin") or None,
        lot=visit.query("lot") or None,
        below=optional_number(visit.query("below")),
        limit=PAGE_LENGTH + 1,
    )
    found = viewing.reports(visit.app, visit.who, wanted, is_late=is_late)
    known = receivers.receivers(visit.app, visit.who)
    asked = {"state": state, "receiver": receiver, "late": "1" if is_late else ""}
    return render(
        visit,
        "reports.html",
        lines=found[:PAGE_LENGTH],
        next_below=found[PAGE_LENGTH - 1].number if len(found) > PAGE_LENGTH else None,
        standings=list(_standings(known, viewing.tallies(visit.app, visit.who))),
        titles={each.code: each.title for each in known},
        asked=asked,
        undecided=viewing.undecided(visit.app, visit.who) if known else {},
    )


def _standings(known: Iterable[Receiver], tallies: Iterable[Tally]) -> Iterable[Standing]:
    counts: dict[str, dict[State, int]] = {}
    late: dict[str, int] = {}
    for each in tallies:
        counts.setdefault(each.receiver, {})[each.state] = each.count
        late[each.receiver] = late.get(each.receiver, 0) + each.past_due
    for receiver in known:
        mine = counts.get(receiver.code, {})
        yield Standing(
            receiver=receiver,
            open=sum(n for state, n in mine.items() if state not in DONE | _WAITING | _BAD),
            waiting=sum(n for state, n in mine.items() if state in _WAITING),
            bad=sum(n for state, n in mine.items() if state in _BAD),
            late=late.get(receiver.code, 0),
            done=mine.get(State.ACKNOWLEDGED, 0),
        )


def form(visit: Visit) -> Response:
    """Show the form by which a report is asked for."""
    asked = {name: visit.query(name) for name in ("receiver", "form", "gtin", "lot", "events")}
    return _form(visit, asked)


def ask(visit: Visit) -> Response:
    """Ask for a report, and go to its page."""
    names = ("receiver", "form", "gtin", "lot", "events", "capture")
    asked = {name: visit.sent(name).strip() for name in names}
    wish = Wish(
        receiver=asked["receiver"],
        form=asked["form"],
        gtin=asked["gtin"],
        lot=asked["lot"],
        events=tuple(asked["events"].split()),
        capture=asked["capture"],
    )
    try:
        made = asking.create(visit.app, visit.who, wish)
    except RefusedError as refusal:
        return _form(visit, asked, refusal=refusal)
    return redirect(f"/reports/{made.number}")


def _form(visit: Visit, asked: dict[str, str], *, refusal: RefusedError | None = None) -> Response:
    known = [each for each in receivers.receivers(visit.app, visit.who) if each.is_open]
    context: dict[str, Any] = {
        "receivers": known,
        "forms": [each for each in viewing.forms() if each.market in {one.market for one in known}],
        "asked": {"capture": "", "events": "", "gtin": "", "lot": "", **asked},
        "findings": refusal.findings if refusal else (),
        "may_ask": visit.who.may(Permission.REPORTING_CREATE),
    }
    return render(visit, "reports_new.html", status=422 if refusal else 200, **context)
