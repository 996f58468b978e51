"""Capacity in the room "Plan", as somebody without scripts sees it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.console.conftest import Desk
from tests.services.capacity.bench import SIZE, report

from packtrail.access import Actor
from packtrail.planning.book import Terms
from packtrail.planning.capacity.estimating import Basis
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.capacity import forecasts, runs, scenarios
from packtrail.services.capacity.metering import WHOLE
from packtrail.services.plan import programmes
from packtrail.store import meters

FORECAST = b"product,market,month,packs\n" + b"".join(
    b"P%d,DE,2027-%02d-01,90000\n" % (product, month)
    for month in range(1, 13)
    for product in range(3)
)


@pytest.fixture(scope="module")
def maker(application: Application) -> Actor:
    """The maker with a forecast and two scenarios."""
    actor = organisations.system_actor(application, "tests", organisation="maker")
    forecasts.import_forecast(application, actor, FORECAST, "plan.csv")
    scenarios.put_scenario(application, actor, Scenario(code="today", name="Today <now>"))
    scenarios.put_scenario(application, actor, Scenario(code="more", name="More"))
    runs.keep_run(application, actor, name="Budget")
    return actor


@pytest.fixture
def planner(maker: Actor, admin: Desk) -> Desk:
    return admin


def said(desk: Desk, path: str, status: int = 200) -> str:
    answer = desk.client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


PAGES = (
    "/capacity", "/capacity/figures/stored_5", "/capacity/figures/lines?scenario=more",
    "/capacity/lines", "/capacity/forecast", "/capacity/forecast?number=1", "/capacity/scenarios",
    "/capacity/scenarios/today", "/capacity/scenarios/today?input=lines", "/capacity/calibration",
    "/capacity/runs", "/capacity/runs/1", "/capacity/live", "/capacity/business",
    "/capacity/business?figure=case_pack",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_and_marks_its_tab(planner: Desk, path: str) -> None:
    page = planner.client.get(path)

    assert page.status_code == 200, page.text
    assert page.text.count('aria-current="page"') == 2
    assert "style=" not in page.text
    assert "Today <now>" not in page.text


def test_the_room_plan_is_marked_and_programmes_lead_here(planner: Desk) -> None:
    page = planner.client.get("/capacity").text

    assert re.search(r'href="/plan"[^>]*aria-current="page"', page)
    assert 'href="/capacity"' in planner.client.get("/plan/all").text


def test_scenarios_stand_side_by_side_with_a_picture(planner: Desk) -> None:
    page = planner.client.get("/capacity").text

    assert "Today &lt;now&gt;" in page
    assert 'class="plan-svg series-svg"' in page
    assert "Server processes kept busy at the peak" in page


def test_a_figure_opens_to_the_inputs_it_rests_on(planner: Desk) -> None:
    page = said(planner, "/capacity/figures/cases?scenario=today")

    assert "packs / packs_per_case" in page
    assert "What comes true of the forecast" in page
    assert "sales plans come true to a tenth" in page


def test_a_forecast_is_looked_at_and_then_imported(planner: Desk) -> None:
    for action, told in (("look", "It can be taken in."), ("take", "Forecast")):
        answer = planner.client.post(
            "/capacity/forecast",
            data={"csrf_token": planner.token("/capacity/forecast"), "action": action, "name": "N"},
            files={"file": ("f.csv", FORECAST + FORECAST.splitlines(True)[-1], "text/csv")},
        )
        assert answer.status_code == 200
        assert told in answer.text


def test_a_bad_forecast_is_told_on_the_page(planner: Desk) -> None:
    answer = planner.client.post(
        "/capacity/forecast",
        data={"csrf_token": planner.token("/capacity/forecast"), "action": "take"},
        files={"file": ("f.csv", b"product,market,month,packs\nP,DE,soon,1\n", "text/csv")},
    )

    assert answer.status_code == 422
    assert "C2" in answer.text


def test_every_bad_cell_of_a_forecast_is_told_on_the_page(planner: Desk) -> None:
    rows = b"".join(b"P,DE,2027-%02d-01,-%d\n" % (month, month) for month in range(1, 13))
    answer = planner.client.post(
        "/capacity/forecast",
        data={"csrf_token": planner.token("/capacity/forecast"), "action": "take", "name": "Mine"},
        files={"file": ("f.csv", b"product,market,month,packs\n" + rows, "text/csv")},
    )

    assert answer.status_code == 422
    assert "12 things are wrong; nothing was taken in." in answer.text
    for row in range(2, 14):
        assert f">D{row}</td>" in answer.text
        assert f"packs: -{row - 1} is no number of packs" in answer.text
    assert 'value="Mine"' in answer.text


def test_a_value_is_assumed_and_forgotten(planner: Desk) -> None:
    page = "/capacity/scenarios/more"
    fields = {"key": "lines", "likely": "9", "low": "8", "high": "", "basis": "fact",
              "source": "list", "reason": "counted"}  # fmt: skip
    made = planner.post(f"{page}/assume", page, **fields)
    assert made.status_code == 303
    assert "list (noted by maker.admin" in said(planner, page)

    gone = planner.post(f"{page}/forget", page, key="lines")
    assert gone.status_code == 303
    assert "list (noted by" not in said(planner, page).split("Latest changes")[0]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"likely": "many"}, "is no number"),
        ({"basis": "hope"}, "is no basis"),
        ({"source": " "}, "is no source"),
        ({"low": "10"}, "is no range"),
    ],
)
def test_what_cannot_be_assumed_is_told_on_the_page(
    planner: Desk, fields: dict[str, str], told: str
) -> None:
    sent = {"key": "lines", "likely": "9", "low": "", "high": "", "basis": "fact",
            "source": "list"} | fields  # fmt: skip
    answer = planner.post("/capacity/scenarios/more/assume", "/capacity/scenarios/more", **sent)

    assert answer.status_code == 422
    assert told in answer.text


def test_a_scenario_is_copied_put_in_force_and_taken_out(planner: Desk) -> None:
    page = "/capacity/scenarios"
    made = planner.post(page, page, code="third", name="Third", copy="more", reason="")
    twice = planner.post(page, page, code="third", name="Third", copy="", reason="")
    force = planner.post(f"{page}/third/force", f"{page}/third")
    assert (made.status_code, twice.status_code, force.status_code) == (303, 422, 303)
    assert "Third in force" in said(planner, page)

    planner.post(f"{page}/today/force", f"{page}/today")
    gone = planner.post(f"{page}/third/remove", f"{page}/third")
    assert gone.status_code == 303
    assert planner.client.get(f"{page}/third").status_code == 404


def test_a_benchmark_is_handed_in(planner: Desk) -> None:
    answer = planner.client.post(
        "/capacity/calibration",
        data={"csrf_token": planner.token("/capacity/calibration")},
        files={"file": ("size.json", report(datetime.now(UTC), SIZE), "application/json")},
    )
    refused = planner.client.post(
        "/capacity/calibration",
        data={"csrf_token": planner.token("/capacity/calibration")},
        files={"file": ("x.json", b"{}", "application/json")},
    )

    assert "bytes_stored" in answer.text
    assert (refused.status_code, "CPA-010" in refused.text) == (422, True)


def test_an_alarm_is_told_on_live_home_operations_and_in_the_digest_of_it(
    application: Application, maker: Actor, planner: Desk
) -> None:
    today = datetime.now(UTC).date()
    with application.database.transaction() as conn:
        for ago in range(60, 0, -1):
            size = 2e11 - ago * 1e9
            day = today - timedelta(days=ago)
            meters.put_gauge(conn, day, WHOLE, "database", size, at=datetime.now(UTC))
    told = Assumption(
        key="disk_there", low=300, likely=300, high=300, basis=Basis.FACT, source="order",
        noted_on=today, noted_by="IT",
    )  # fmt: skip
    scenarios.assume(application, maker, "today", told)
    terms = Terms(template="large")
    programmes.create_programme(application, maker, "alarmed", name="Alarmed", terms=terms)

    for path in ("/capacity/live", "/", "/setup/operations", "/plan/alarmed/news?department=it"):
        assert "disk that the scenario in force says there is" in said(planner, path)
    assert "disk that the scenario" not in said(planner, "/plan/alarmed/news?department=training")


def test_results_are_handed_out_as_a_spreadsheet(planner: Desk) -> None:
    for path in ("/capacity/files/capacity.xlsx", "/capacity/files/capacity.xlsx?run=1",
                 "/capacity/files/forecast.xlsx"):  # fmt: skip
        answer = planner.client.get(path)
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert planner.client.get("/capacity/files/other.xlsx").status_code == 404
    assert planner.client.get("/capacity/files/capacity.xlsx?run=x").status_code == 404


def test_a_reader_sees_and_changes_nothing(maker: Actor, desk: Desk) -> None:
    reader = desk.sign_in("maker.reader")

    assert 'method="post" action="/capacity' not in reader.client.get("/capacity/forecast").text
    answer = reader.post("/capacity/runs", "/setup/account", name="x")
    assert answer.status_code == 403


def test_where_nothing_is_forecast_the_page_says_what_to_do(application, desk: Desk) -> None:
    stranger = desk.sign_in("stranger.admin")

    for path in ("/capacity", "/capacity/lines"):
        assert "Nothing is forecast yet" in said(stranger, path)
    assert "Import a table below" in said(stranger, "/capacity/forecast")
