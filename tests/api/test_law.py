"""Markets, portfolio and obligations by REST: the same use cases, with revisions and pages."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import icalendar
import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient
from tests.services.companies import make_company

from packtrail.access import Permission
from packtrail.store.database import Database

from .conftest import Rest, client_of, make_rest

KEY = "us_dscsa/small_dispenser_exemption_ends"
PORTFOLIO = "/api/v1/portfolio"


@pytest.fixture(scope="module")
def rest(database: Database) -> Iterator[Rest]:
    world = make_company(database)
    world.clock.now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    yield make_rest(world)
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def api(rest: Rest) -> TestClient:
    return rest.maker


def test_markets_are_listed_and_shown_with_their_sources(api: TestClient) -> None:
    rows = {each["market"]: each for each in api.get("/api/v1/markets?on=2026-11-22").json()}
    page = api.get("/api/v1/markets/IT?on=2026-11-22").json()

    assert (len(rows), rows["US"]["next_on"]) == (94, "2026-11-27")
    assert page["row"]["pack_id"] == "it_fmd"
    rule = next(each for each in page["rules"] if each["code"] == "IT-FMD-002")
    assert not rule["holds"]
    assert rule["said"]["sources"][0]["title"]
    assert api.get("/api/v1/markets/XX").status_code == 404


def test_the_law_of_two_days_is_compared_in_words(api: TestClient) -> None:
    found = api.get("/api/v1/markets/US/differences?from=2026-11-22&to=2026-11-28").json()

    assert {each["name"] for each in found} == {
        "small_dispensers", "partners_of_small_dispensers",
    }  # fmt: skip
    assert api.get("/api/v1/markets/US/differences?to=soon").status_code == 422


def test_rules_are_asked_about_facts(api: TestClient) -> None:
    label = {"label": {"class": "prescription", "level": "unit", "carries": ["01"]}}

    found = api.post("/api/v1/markets/DE/evaluations", json=label)
    typo = api.post("/api/v1/markets/DE/evaluations", json={"label": {"carries": ["O1"]}})

    outcomes = {each["code"]: each["outcome"] for each in found.json()["results"]}
    assert outcomes["EU-FMD-001"] == "failed"
    assert typo.status_code == 422
    assert typo.json()["findings"][0]["at"] == "/label/carries/0"


def test_an_entry_is_written_read_and_changed_by_its_revision(api: TestClient) -> None:
    body = {"code": "new", "name": "New", "class": "prescription"}

    made = api.put(f"{PORTFOLIO}/products", json=body, headers={"If-Match": '"0"'})
    read = api.get(f"{PORTFOLIO}/products/new")
    again = api.put(
        f"{PORTFOLIO}/products?reason=Renamed", json=body | {"name": "Newer"},
        headers={"If-Match": read.headers["ETag"]},
    )  # fmt: skip
    late = api.put(
        f"{PORTFOLIO}/products?reason=x", json=body, headers={"If-Match": read.headers["ETag"]}
    )

    assert (made.status_code, made.json()["added"]) == (200, 1)
    assert read.json()["body"] == body
    assert (again.status_code, again.json()["changed"]) == (200, 1)
    assert (late.status_code, late.json()["findings"][0]["code"]) == (409, "PTF-005")
    gone = api.delete(f"{PORTFOLIO}/products/new?reason=Never%20sold")
    assert gone.json()["removed"] == 1
    assert api.get(f"{PORTFOLIO}/products/new").status_code == 404
    bad = api.put(f"{PORTFOLIO}/products", json=body, headers={"If-Match": "x"})
    assert bad.status_code == 422


def test_a_key_with_slashes_is_a_path(api: TestClient) -> None:
    assert api.get(f"{PORTFOLIO}/licences/tarvoxil/US").json()["key"] == "tarvoxil/US"
    assert api.get(f"{PORTFOLIO}/placements/tarvoxil/US/w1").json()["body"]["line"] == "w1"


def test_lists_and_history_come_a_page_at_a_time(api: TestClient) -> None:
    first = api.get(f"{PORTFOLIO}/licences?limit=1")
    second = api.get(first.headers["Link"].split("<")[1].split(">")[0])

    assert [each["key"] for each in (*first.json(), *second.json())] == [
        "tarvoxil/DE", "tarvoxil/US",
    ]  # fmt: skip
    assert "Link" not in second.headers
    history = api.get(f"{PORTFOLIO}/history?limit=2&kind=licences")
    older = api.get(history.headers["Link"].split("<")[1].split(">")[0])
    assert len(history.json()) == 2
    assert older.json() == []
    assert api.get(f"{PORTFOLIO}/history?cursor=x").status_code == 422


def test_a_portfolio_goes_out_and_comes_in_again(api: TestClient) -> None:
    content = api.get(f"{PORTFOLIO}/workbook").content
    table = api.get(f"{PORTFOLIO}/tables/products")

    again = api.post(f"{PORTFOLIO}/imports?dry_run=true&filename=p.xlsx", content=content)
    bad = api.post(f"{PORTFOLIO}/imports?as=products", content=b"code,name,class\nx,X,rx\n")

    assert "Products" in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    assert b"tarvoxil,Tarvoxil" in table.content
    assert again.json()["outcome"]["changed"] == 0
    assert again.json()["is_trial"] is True
    assert (bad.status_code, bad.json()["findings"][0]["code"]) == (422, "LAW-005")


def test_a_product_is_told_where_it_may_be_sold(api: TestClient) -> None:
    one = api.get(f"{PORTFOLIO}/products/tarvoxil/markets/US?on=2026-11-22").json()
    every = api.get(f"{PORTFOLIO}/products/tarvoxil/markets").json()
    facts = api.get(f"{PORTFOLIO}/products/tarvoxil/markets/US/facts").json()

    assert (one["market_name"], one["steps"][0]["on"]) == ("United States", "2026-11-28")
    assert [each["market"] for each in every["markets"]] == ["DE", "US"]
    assert {each["said_by"] for each in facts} >= {"product", "licence", "practice us-pack"}
    assert api.get(f"{PORTFOLIO}/products/tarvoxil/markets/FR").status_code == 404


def test_the_time_machine_and_readiness_answer(api: TestClient) -> None:
    seen = api.get("/api/v1/time-machine?on=2026-11-28").json()
    rows = api.get("/api/v1/readiness").json()

    assert [each["code"] for each in seen["new"]] == ["US-DSCSA-012"]
    assert {each["market"]: each["verdict"] for each in rows}["US"] == "at_risk"
    assert api.get("/api/v1/time-machine?on=2200-01-01").status_code == 422
    assert api.get("/api/v1/readiness/workbook").content.startswith(b"PK")
    assert api.get("/api/v1/readiness/report").content.startswith(b"%PDF")


def test_obligations_are_shown_and_said(api: TestClient) -> None:
    radar = api.get("/api/v1/obligations?until=2026-12-31").json()
    assert radar["ahead"][0]["key"] == KEY

    file = {"name": "receipt.pdf", "content": base64.b64encode(b"%PDF-1.7").decode()}
    said = api.post(f"/api/v1/obligations/{KEY}/notes", json={"state": "done", "file": file})
    bare = api.post(f"/api/v1/obligations/{KEY}/notes", json={"state": "done"})
    odd = api.post(f"/api/v1/obligations/{KEY}/notes", json={"state": "finished"})

    assert (said.status_code, said.json()["obligation"]["state"]) == (201, "done")
    sha256 = said.json()["notes"][0]["file_sha256"]
    fetched = api.get(f"/api/v1/obligations/evidence/{sha256}")
    assert fetched.content == b"%PDF-1.7"
    assert fetched.headers["content-disposition"] == "attachment"
    assert (bare.status_code, bare.json()["findings"][0]["code"]) == (422, "OBL-003")
    assert odd.status_code == 422
    assert api.get("/api/v1/obligations/us_dscsa/none").status_code == 404
    assert api.get("/api/v1/obligations/procedures").json()
    assert api.get("/api/v1/obligations/reminders").status_code == 200
    assert api.post("/api/v1/obligations/reminders", json={"key": KEY}).status_code == 204


def test_a_calendar_program_needs_no_key_but_the_address(rest: Rest) -> None:
    made = rest.maker.post("/api/v1/calendars", json={"name": "Outlook", "markets": ["US"]})
    assert made.status_code == 201
    path, feed = made.json()["path"], made.json()["feed"]["feed_id"]

    fetched = rest.anyone.get(path)

    assert fetched.headers["content-type"].startswith("text/calendar")
    assert icalendar.Calendar.from_ical(fetched.content).walk("VEVENT")
    assert "ptc_" not in rest.maker.get("/api/v1/calendars").text
    assert rest.packer.delete(f"/api/v1/calendars/{feed}").status_code == 404
    assert rest.maker.delete(f"/api/v1/calendars/{feed}").status_code == 204
    assert rest.anyone.get(path).status_code == 404
    assert rest.maker.get("/api/v1/obligations/calendar?market=DE").status_code == 200


def test_updates_and_acceptances_are_told(api: TestClient) -> None:
    assert api.get("/api/v1/rule-packs/updates").json() == []
    assert api.get("/api/v1/rule-packs/updates/us_dscsa").status_code == 404
    found = api.get("/api/v1/rule-packs/acceptances?pack=us_dscsa").json()
    assert [each["reason"] for each in found] == ["In force when the portfolio was begun"]
    nothing = api.post("/api/v1/rule-packs/acceptances", json={"reason": "Looked at"})
    assert (nothing.status_code, nothing.json()) == (201, {"accepted": []})
    assert api.post("/api/v1/rule-packs/acceptances", json={"reason": ""}).status_code == 422


def test_who_may_not_is_told_so(rest: Rest) -> None:
    stranger = client_of(rest.world, rest.world.maker, Permission.EVENT_READ)

    for path in ("/api/v1/markets", "/api/v1/obligations", f"{PORTFOLIO}/products",
                 "/api/v1/readiness", "/api/v1/time-machine?on=2027-01-01",
                 "/api/v1/calendars", "/api/v1/rule-packs/updates"):  # fmt: skip
        assert stranger.get(path).status_code == 403, path
        assert rest.anyone.get(path).status_code == 401, path
    reader = client_of(rest.world, rest.world.maker, Permission.PORTFOLIO_READ,
                       Permission.OBLIGATION_READ)  # fmt: skip
    assert reader.get(f"{PORTFOLIO}/products").status_code == 200
    assert reader.put(f"{PORTFOLIO}/company", json={"roles": ["manufacturer"]}).status_code == 403
    assert reader.post(f"/api/v1/obligations/{KEY}/notes", json={"owner": "x"}).status_code == 403


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        *("readiness?on=", "readiness/report?on=", "readiness/workbook?on=", "markets?on="),
        *(
            "obligations?on=",
            "obligations?until=",
            "time-machine?on=",
            "time-machine?on=2026-01-01&from=",
        ),
    ],
)
def test_a_day_from_which_no_years_can_be_counted_is_refused(
    api: TestClient, path: str, day: str
) -> None:
    answer = api.get(f"/api/v1/{path}{day}")

    assert answer.status_code == 422, answer.text
    assert "within the years 1900 to 2999" in answer.json()["detail"]
