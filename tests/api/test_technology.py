"""Systems and equipment by REST: entries with revisions, files, and the radar."""

from __future__ import annotations

from collections.abc import Iterator

import icalendar
import pytest
from starlette.testclient import TestClient
from tests.services.companies import make_company

from packtrail.store.database import Database

from .conftest import Rest, make_rest

TECHNOLOGY = "/api/v1/technology"
PC = {
    "code": "w1-pc", "name": "Line PC", "role": "line_pc", "site": "wilson", "lines": ["w1"],
    "software": ["Windows Server 2016"],
}  # fmt: skip


@pytest.fixture
def rest(database: Database) -> Iterator[Rest]:
    world = make_company(database)
    yield make_rest(world)
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def api(rest: Rest) -> TestClient:
    return rest.maker


def test_an_entry_is_written_read_changed_and_taken_out_with_revisions(api: TestClient) -> None:
    assert api.put(f"{TECHNOLOGY}/systems", json=PC, headers={"If-Match": '"0"'}).json()["added"]
    got = api.get(f"{TECHNOLOGY}/systems/w1-pc")

    assert (got.headers["ETag"], got.json()["body"]["software"]) == ('"1"', PC["software"])
    again = api.put(
        f"{TECHNOLOGY}/systems?reason=x", json={**PC, "owner": "IT"}, headers={"If-Match": '"0"'}
    )
    assert (again.status_code, again.json()["findings"][0]["code"]) == (409, "TEC-005")
    bad = api.put(f"{TECHNOLOGY}/systems", json={**PC, "role": "oven"})
    assert (bad.status_code, bad.json()["findings"][0]["at"]) == (422, "/role")
    assert api.delete(f"{TECHNOLOGY}/systems/w1-pc?reason=Sold").json()["removed"] == 1
    assert api.get(f"{TECHNOLOGY}/systems/w1-pc").status_code == 404
    history = api.get(f"{TECHNOLOGY}/history?kind=systems&code=w1-pc").json()
    assert [each["reason"] for each in history] == ["Sold", ""]
    assert api.get(f"{TECHNOLOGY}/history?kind=ovens").status_code == 422


def test_the_radar_and_its_calendar_say_what_ends(api: TestClient) -> None:
    api.put(f"{TECHNOLOGY}/systems", json=PC)

    (found,) = api.get(f"{TECHNOLOGY}/radar?on=2026-11-28").json()
    assert (found["standing"], found["days"], found["markets"]) == ("soon", 45, ["US"])
    assert found["source"].startswith("https://learn.microsoft.com/")
    calendar = icalendar.Calendar.from_ical(api.get(f"{TECHNOLOGY}/calendar").content)
    assert [str(each["summary"]) for each in calendar.walk("VEVENT")] == [
        "End of support: Windows Server 2016"
    ]
    assert api.get(f"{TECHNOLOGY}/radar?standing=none").status_code == 422


def test_it_is_told_what_is_known_of_a_product(api: TestClient) -> None:
    asked = f"{TECHNOLOGY}/known-support?product="

    assert api.get(asked + "PostgreSQL 15.8").json()[0]["ends_on"] == "2027-11-11"
    assert api.get(asked + "Oculus V4").json() == []


def test_lines_fit_and_upgrades_are_told_and_put_into_a_plan(api: TestClient) -> None:
    api.put(f"{TECHNOLOGY}/systems", json=PC)
    api.put(f"{TECHNOLOGY}/systems", json={"code": "p", "name": "Printer", "role": "printer",
                                           "lines": ["w1"], "symbologies": ["qr"]})  # fmt: skip
    lines = {each["line"]: each for each in api.get(f"{TECHNOLOGY}/lines").json()}
    assert (lines["w1"]["can"]["serials"]["can"], lines["w1"]["symbologies"]) == (False, ["qr"])

    found = api.get(f"{TECHNOLOGY}/fit/us?packs_per_minute=90").json()
    states = {each["topic"]: each["state"] for each in found["lines"][0]["answers"]}
    assert (found["is_sold"], states["symbology"], states["speed"]) == (True, "lacking", "unknown")
    assert api.get(f"{TECHNOLOGY}/fit/XX").status_code == 404

    made = api.post(
        "/api/v1/plans", json={"code": "eu", "name": "EU", "terms": {"template": "small"}}
    )
    assert made.status_code in {200, 201}, made.text
    offered = api.get(f"{TECHNOLOGY}/upgrades/eu?months=120").json()
    assert [(each["system"], each["is_in_plan"]) for each in offered] == [("w1-pc", False)]
    path = f"{TECHNOLOGY}/upgrades/eu?months=120"
    assert api.post(path, json={"systems": ["w1-pc"]}).json()["count"] > 10
    assert api.post(path, json={"systems": ["w1-pc"]}).json()["count"] == 0
    assert api.post(path, json={"systems": ["no"]}).status_code == 404


def test_a_table_is_taken_in_and_given_out(api: TestClient) -> None:
    content = b"code,name,role,lines\nc,Camera,camera,w1\n"
    taken = api.post(f"{TECHNOLOGY}/imports?filename=t.csv", content=content)

    assert taken.json()["outcome"]["added"] == 1
    assert b"c,Camera,camera" in api.get(f"{TECHNOLOGY}/tables/systems").content
    refused = api.post(f"{TECHNOLOGY}/imports", content=b"code,name,role\nx,X,oven\n")
    assert (refused.status_code, refused.json()["findings"][0]["at"]) == (
        422, "Systems, row 2, role",
    )  # fmt: skip
