"""What if: try changes in the address of the page, keep them as a scenario, or adopt them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from packtrail.access import Permission
from packtrail.base.errors import RefusedError
from packtrail.console.plan import shared
from packtrail.console.visit import redirect
from packtrail.planning import changes as changing
from packtrail.planning.book import Scenario
from packtrail.rendering import plan_charts
from packtrail.services.plan import trying
from packtrail.services.plan.reports import date_rows
from packtrail.services.plan.scheduling import planned
from packtrail.services.plan.writing import Put, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.plan.trying import Trial

SHIFTS_MAX = 60


def what_if(visit: Visit) -> Response:
    """Show what the changes in the address would do."""
    texts = [each.strip() for each in visit.request.query_params.getlist("change") if each.strip()]
    kind, subject, value = (visit.query(name) for name in ("kind", "subject", "value"))
    if kind and subject:
        texts.append(f"{kind}:{subject}" + (f"={value}" if value else ""))
    return _shown(visit, texts)


def _shown(visit: Visit, texts: list[str], *, refusal: RefusedError | None = None) -> Response:
    programme = visit.path("programme")
    try:
        trial = trying.try_out(visit.app, visit.who, programme, texts)
    except RefusedError as found:
        if not texts:
            raise
        return _shown(visit, [], refusal=found)
    path = shared.path_of(programme, "what-if")
    kept = [each.text for each in trial.changes]
    moved = {each.code: each for each in trial.comparison.dates}
    rows = date_rows(trial.after, drift=moved)
    drawn = plan_charts.draw_dates(rows, today=trial.after.today, title="Dates, if")
    return shared.render(
        visit,
        "plan/what_if.html",
        opened=trial.opened,
        refusal=refusal,
        trial=trial,
        shifts=trial.comparison.shifts[:SHIFTS_MAX],
        texts=kept,
        without={text: address_of(path, [e for e in kept if e != text]) for text in kept},
        scenarios=[
            (each, address_of(path, each.changes)) for each in trial.opened.book.scenarios.values()
        ],
        kinds=changing.KINDS,
        subjects=list(_subjects(trial)),
        picture=shared.picture(drawn) if rows else "",
        may_change=visit.who.may(Permission.PLAN_UPDATE),
        sent={name: visit.query(name) for name in ("kind", "subject", "value")},
    )


def address_of(path: str, texts: Iterable[str]) -> str:
    """Return the address of the page on which some changes are tried."""
    return path + "?" + urlencode([("change", text) for text in texts])


def _subjects(trial: Trial) -> Iterator[tuple[str, str]]:
    """Yield what a change can be about, for the list behind the field."""
    book = trial.opened.book
    yield from ((each.code, f"date: {each.title}") for each in book.deadlines.values())
    yield from ((each.code, f"line: {each.name}") for each in book.lines.values())
    yield from ((each.code, f"people: {each.name}") for each in book.resources.values())
    yield from ((each.code, f"market: {each.name}") for each in book.markets.values())
    yield from ((each.code, each.title) for each in trial.before.plan.packages if not each.is_done)


def adopt(visit: Visit) -> Response:
    """Make the changes part of the plan."""
    programme = visit.path("programme")
    texts = [each for each in visit.form.getlist("change") if isinstance(each, str)]
    try:
        trying.adopt(visit.app, visit.who, programme, texts, reason=visit.sent("reason"))
    except RefusedError as refusal:
        return _shown(visit, texts, refusal=refusal)
    return redirect(shared.path_of(programme))


def keep(visit: Visit) -> Response:
    """Keep the changes as a scenario to be talked about."""
    programme = visit.path("programme")
    texts = tuple(each for each in visit.form.getlist("change") if isinstance(each, str))
    title = visit.sent("title").strip()
    known = planned(visit.app, visit.who, programme).opened.book.scenarios
    number = next(n for n in range(1, len(known) + 2) if f"scenario-{n}" not in known)
    scenario = Scenario(code=f"scenario-{number}", title=title, changes=texts)
    try:
        write(visit.app, visit.who, programme, [Put(scenario, 0)])
    except RefusedError as refusal:
        return _shown(visit, list(texts), refusal=refusal)
    return redirect(address_of(shared.path_of(programme, "what-if"), texts))
