"""The pages of technology, as somebody without scripts sees them."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.console.conftest import HOST, PASSWORD, Desk
from tests.console.test_pages import text_of
from tests.services.companies import make_company

from packtrail.console import build
from packtrail.planning.book import Terms
from packtrail.planning.technology.inventory import Kind
from packtrail.services.accounts import accounts
from packtrail.services.books.entries import Put
from packtrail.services.plan import programmes
from packtrail.services.technology.entries import TECHNOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services.conftest import World

    from packtrail.store.database import Database

PC = {
    "code": "w1-pc", "name": "Line PC <1>", "role": "line_pc", "site": "wilson", "lines": ["w1"],
    "software": ["Windows 7 SP1", "Oculus V4"],
}  # fmt: skip
PAGES = (
    "/technology",
    "/technology?standing=out&line=w1",
    "/technology/inventory",
    *(f"/technology/inventory?show={word}" for word in ("support", "measurements", "options")),
    "/technology/inventory?find=pc&page=9",
    "/technology/lines",
    "/technology/fit",
    "/technology/fit?market=FR&speed=120",
    "/technology/upgrades",
    "/technology/history",
    "/technology/import",
    "/technology/entry/system",
    "/technology/entry/system/w1-pc",
)


@pytest.fixture(scope="module")
def world(database: Database) -> Iterator[World]:
    made = make_company(database)
    for name, role in (("tech.operator", "operator"), ("tech.reader", "reader")):
        accounts.create_user(made.app, made.maker, name, role=role, password=PASSWORD)
    TECHNOLOGY.change(made.app, made.maker, [Put(TECHNOLOGY.read(Kind.SYSTEM, PC))])
    yield made
    made.app.workers.shutdown(wait=True)


@pytest.fixture
def anyone(world: World) -> Iterator[Desk]:
    with closing(TestClient(build(world.app), base_url=HOST)) as client:
        yield Desk(client)


@pytest.mark.parametrize("name", ["tech.operator", "tech.reader"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there(anyone: Desk, path: str, name: str) -> None:
    answer = anyone.sign_in(name).client.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    assert "Undefined" not in answer.text
    assert "<1>" not in answer.text
    ids = re.findall(r'\bid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    assert not re.search(r'\bstyle="|<script(?![^>]*\bsrc=)|\bonclick=', answer.text)


def test_the_radar_draws_and_says_what_is_in_the_way(anyone: Desk) -> None:
    page = anyone.sign_in("tech.reader").client.get("/technology").text

    assert 'class="timeline-svg"' in page
    assert "1 part out of support" in text_of(page)
    assert "In the way of 1 line (w1) and 1 market (US)" in text_of(page)
    assert "Nobody yet" in text_of(page)
    assert re.search(r">\d{1,2} [A-Z][a-z]{2} 20\d\d: ", page), "days are told with their year"


@pytest.mark.parametrize("query", ["market=XX", "market=US&on=soon", "market=US&speed=fast"])
def test_a_question_that_cannot_be_answered_is_told(anyone: Desk, query: str) -> None:
    answer = anyone.sign_in("tech.reader").client.get(f"/technology/fit?{query}")

    assert answer.status_code == 422
    assert 'class="notice error"' in answer.text


def test_a_market_that_is_not_sold_shows_gaps_and_ways(anyone: Desk) -> None:
    page = text_of(anyone.sign_in("tech.reader").client.get("/technology/fit?market=FR").text)

    assert "What if: nothing is packed for it today" in page
    assert "Tamper sealer, installed : EUR 60" in page or "Tamper sealer, installed: EUR 60" in page


def test_an_upgrade_is_chosen_and_stands_in_the_plan(anyone: Desk, world: World) -> None:
    programmes.create_programme(
        world.app, world.maker, "eu", name="EU", terms=Terms(template="small")
    )
    desk = anyone.sign_in("tech.operator")

    answer = desk.post("/technology/upgrades", "/technology/upgrades", programme="eu",
                       system="w1-pc", months="24")  # fmt: skip

    assert answer.headers["location"].endswith("programme=eu&months=24&done=yes")
    page = desk.client.get("/technology/upgrades?programme=eu").text
    assert 'href="/plan/eu/package/UP-w1-pc-PLAN"' in page
    assert desk.client.get("/plan/eu/package/UP-w1-pc-PLAN").status_code == 200
    wrong = desk.post("/technology/upgrades", "/technology/upgrades", programme="eu", system="no")
    assert "TEC-014" in wrong.text


def test_a_system_is_entered_changed_with_a_reason_and_taken_out(anyone: Desk) -> None:
    desk = anyone.sign_in("tech.operator")
    form = "/technology/entry/system"
    fields = {"code": "cam", "name": "Camera", "role": "camera", "lines": "w1"}

    assert desk.post(form, form, **fields).headers["location"] == f"{form}/cam"
    no_reason = desk.post(form, f"{form}/cam", key="cam", revision="2", **fields, owner="IT")
    assert (no_reason.status_code, "TEC-007" in no_reason.text) == (422, True)
    old = {"key": "cam", "revision": "1", "owner": "IT", "reason": "x"}
    stale = desk.post(form, f"{form}/cam", **fields, **old)
    assert (stale.status_code, "TEC-005" in stale.text) == (422, True)
    bad = desk.post(form, form, **{**fields, "code": "c2", "lines": "w7"})
    assert "TEC-002" in bad.text
    gone = desk.post(f"{form}/remove", f"{form}/cam", key="cam", reason="Sold")
    assert gone.headers["location"] == "/technology/inventory?show=systems"


def test_a_reader_may_not_change_anything(anyone: Desk) -> None:
    desk = anyone.sign_in("tech.reader")

    answer = desk.post("/technology/entry/system", "/technology/entry/system", code="x", name="X",
                       role="camera")  # fmt: skip

    assert answer.status_code == 403


def test_files_are_handed_out_and_taken_in_after_a_look(anyone: Desk) -> None:
    desk = anyone.sign_in("tech.operator")
    for name in ("inventory.xlsx", "template.xlsx", "systems.csv"):
        assert desk.client.get(f"/technology/files/{name}").status_code == 200
    for name in ("radar.xlsx", "radar.ics"):
        assert desk.client.get(f"/technology/{name}").status_code == 200
    assert desk.client.get("/technology/files/none.csv").status_code == 404

    answer = desk.client.post(
        "/technology/import",
        data={"csrf_token": desk.token("/technology/import"), "do": "preview"},
        files={"file": ("t.csv", b"code,name,role\np,Printer,printer\n", "text/csv")},
    )

    assert "nothing is changed yet" in text_of(answer.text)
    assert "1 entry would be added" in text_of(answer.text)
