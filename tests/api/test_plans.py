"""Programmes through REST: opened, written, scheduled, tried out, taken in and out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from starlette.testclient import TestClient
from tests.unit.planning.scopes import scope

import packtrail.api
from packtrail.access import Permission
from packtrail.planning.book import KINDS, kind_of
from packtrail.services.accounts import accounts
from packtrail.services.plan import codec
from packtrail.store.database import Database

from ..services.conftest import make_world
from .conftest import Rest, client_of, make_rest

URL = "/api/v1/plans"
P = f"{URL}/eu"


@pytest.fixture(scope="module")
def module_rest(database: Database) -> Iterator[Rest]:
    world = make_world(database)
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=30, hour=9)
    made = make_rest(world)
    body = {"code": "eu", "name": "EU programme", "terms": {"template": "large"}}
    assert made.maker.post(URL, json=body).status_code == 201
    found = scope()
    entries = (*found.markets, *found.needs, *found.products, *found.sites, *found.lines,
               *found.partners)  # fmt: skip
    puts = [{"kind": kind_of(each).name, "entry": codec.plain(each)} for each in entries]
    assert made.maker.post(f"{P}/changes", json={"puts": puts}).json()["count"] == len(puts)
    assert made.maker.post(f"{P}/proposal/acceptances", json={}).status_code == 200
    yield made
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def maker(module_rest: Rest) -> TestClient:
    return module_rest.maker


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["findings"]]


def test_a_glance_says_whether_the_dates_will_be_made(maker: TestClient) -> None:
    seen = maker.get(P).json()

    assert seen["dates_total"] == 2
    assert seen["verdict"]
    assert {each["code"] for each in seen["dates"]} == {"IT", "EG-2"}
    assert isinstance(seen["tasks"], list)


def test_a_market_whose_rules_hold_already_is_entered_by_a_day(maker: TestClient) -> None:
    url = f"{URL}/entered"
    body = {"code": "entered", "name": "Entered", "terms": {"template": "small"}}
    assert maker.post(URL, json=body).status_code == 201
    puts = [
        {"kind": "market", "entry": {"code": "DE", "name": "Germany"}},
        {"kind": "product", "entry": {"code": "P1", "name": "Tarvoxil", "markets": ["DE"]}},
    ]
    assert maker.post(f"{url}/changes", json={"puts": puts}).status_code == 200
    (entry,) = maker.get(f"{url}/law/entries").json()
    assert (entry["market"], entry["since"], entry["by"]) == ("DE", "2019-02-09", None)

    refused = maker.post(f"{url}/law/entries", json={"market": "FR", "by": "2028-03-31"})
    assert (refused.status_code, codes(refused)) == (404, ["PLN-015"])
    entered = maker.post(f"{url}/law/entries", json={"market": "DE", "by": "2028-03-31"})
    assert entered.status_code == 200
    assert maker.get(f"{url}/law/entries").json() == []
    assert maker.get(f"{url}/needs/DE").json()["entry"]["due_on"] == "2028-03-31"


def test_a_day_moves_the_glance(maker: TestClient) -> None:
    later = maker.get(P, params={"on": "2028-06-01"}).json()

    assert later["outcome"] == "missed"
    assert later["as_of"] == "2028-06-01"


def test_a_programme_is_nobody_elses_affair(module_rest: Rest) -> None:
    answer = module_rest.packer.get(P)

    assert answer.status_code == 404
    assert codes(answer) == ["PLN-014"]
    assert module_rest.packer.get(URL).json() == []
    assert module_rest.anyone.get(P).status_code == 401


def test_a_key_that_may_only_read_changes_nothing(module_rest: Rest) -> None:
    reader = client_of(module_rest.world, module_rest.world.maker, Permission.PLAN_READ)
    answer = reader.put(f"{P}/packages/X", json={"code": "X", "title": "X"})

    assert answer.status_code == 403
    assert reader.get(f"{P}/schedule").status_code == 200


def test_an_entry_is_put_read_changed_and_taken_out_with_its_revision(maker: TestClient) -> None:
    url, body = f"{P}/packages/A1", {"code": "A1", "title": "First", "duration_days": 4}
    assert maker.put(url, json=body, headers={"If-None-Match": "*"}).status_code == 200
    read = maker.get(url)
    assert read.headers["etag"] == '"1"'
    assert read.json()["entry"]["duration_days"] == 4

    changed = body | {"title": "Second"}
    assert maker.put(url, json=changed, headers={"If-Match": '"1"'}).status_code == 200
    stale = maker.put(url, json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, codes(stale)) == (409, ["PLN-016"])
    taken = maker.put(url, json=body, headers={"If-None-Match": "*"})
    assert (taken.status_code, codes(taken)) == (409, ["PLN-017"])

    assert maker.delete(url).status_code == 200
    assert maker.get(url).status_code == 404
    assert maker.delete(url).status_code == 404


WRONG = [
    ("packages/B1", {"code": "B2", "title": "x"}, "PLN-004"),
    ("packages/B1", {"code": "B1", "title": "x", "colour": "red"}, "PLN-004"),
    ("packages/B1", {"code": "B1", "title": "x", "role": "nobody"}, "PLN-002"),
    ("deadlines/D9", {"code": "D9", "title": "x", "package": "no", "due_on": "2027-01-01"},
     "PLN-002"),
    ("links/URS>CHARTER", {"predecessor": "URS", "successor": "CHARTER"}, "PLN-001"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "code"), WRONG)
def test_what_cannot_be_is_refused_with_its_finding(
    maker: TestClient, path: str, body: dict[str, str], code: str
) -> None:
    answer = maker.put(f"{P}/{path}", json=body)

    assert (answer.status_code, codes(answer)[0]) == (422, code)


def test_a_body_that_is_no_entry_is_refused(maker: TestClient) -> None:
    answer = maker.put(f"{P}/packages/B1", json={"code": "B1", "duration_days": "many"})

    assert answer.status_code == 422


def test_what_if_tells_and_keeps_nothing(maker: TestClient) -> None:
    answer = maker.post(f"{P}/trials", json={"changes": ["date:IT=2027-01-15"]}).json()
    italy = next(each for each in answer["dates"] if each["code"] == "IT")

    assert italy["is_worse"]
    dates = {each["code"]: each["due_on"] for each in maker.get(f"{P}/dates").json()}
    assert dates["IT"] == "2027-12-08"
    wrong = maker.post(f"{P}/trials", json={"changes": ["paint:it=red"]})
    assert (wrong.status_code, codes(wrong)) == (422, ["PLN-004"])


def test_a_change_is_adopted_and_drift_tells_it(maker: TestClient) -> None:
    fixed = maker.post(f"{P}/baselines", json={"name": "Agreed"})
    assert fixed.status_code == 201
    body = {"changes": ["date:EG-2=2028-04-28"], "reason": "New decree"}
    assert maker.post(f"{P}/adoptions", json=body).json()["count"] == 1
    drift = maker.get(f"{P}/drift").json()

    assert drift["baseline"]["name"] == "Agreed"
    assert next(e for e in drift["comparison"]["dates"] if e["code"] == "EG-2")["days"] > 0
    assert maker.get(f"{P}/drift", params={"baseline": 99}).status_code == 404


def test_progress_is_reported(maker: TestClient) -> None:
    body = {"started_on": "2026-11-30", "done_percent": 30}
    url = f"{P}/packages/CHARTER/progress"
    assert maker.post(url, json=body).status_code == 200
    found = {each["code"]: each for each in maker.get(f"{P}/schedule").json()}

    assert (found["CHARTER"]["done_percent"], found["CHARTER"]["started_on"]) == (30, "2026-11-30")
    wrong = maker.post(url, json={"done_percent": 300})
    assert (wrong.status_code, codes(wrong)) == (422, ["PLN-004"])


def test_history_is_paged_and_each_page_leads_to_the_next(maker: TestClient) -> None:
    seen: list[tuple[int, int]] = []
    url: str | None = f"{P}/history?limit=40"
    while url:
        answer = maker.get(url)
        page = [(each["version"], each["number"]) for each in answer.json()]
        assert page == sorted(page, reverse=True)
        seen += page
        url = answer.links.get("next", {}).get("url")

    assert len(seen) == len(set(seen)) > 80
    assert maker.get(f"{P}/history?cursor=x").status_code == 422


@pytest.mark.parametrize(
    ("name", "start"),
    [("plan.xlsx", b"PK"), ("plan.csv", b"# Programme"), ("plan.xml", b"<?xml"),
     ("plan.ics", b"BEGIN:VCALENDAR"), ("steering.pdf", b"%PDF"), ("board.xlsx", b"PK")],
)  # fmt: skip
def test_a_file_is_taken_out(maker: TestClient, name: str, start: bytes) -> None:
    assert maker.get(f"{P}/files/{name}").content.startswith(start)


def test_a_file_that_there_is_not_is_not_found(maker: TestClient) -> None:
    assert maker.get(f"{P}/files/plan.doc").status_code == 404


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv", "plan.xml"])
def test_what_was_taken_out_is_taken_in_again_without_a_change(
    maker: TestClient, name: str
) -> None:
    content = maker.get(f"{P}/files/{name}").content
    answer = maker.post(f"{P}/files", content=content, params={"filename": name})

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["added"], told["changed"], told["removed"]) == (0, 0, 0)


def test_a_bad_file_changes_nothing_and_says_where(maker: TestClient) -> None:
    content = b"Code,Title,Duration days\nN1,New,3\nN2,Newer,three\n"
    answer = maker.post(f"{P}/files", content=content, params={"filename": "x.csv"})

    assert (answer.status_code, codes(answer)) == (422, ["TAB-007"])
    assert answer.json()["findings"][0]["at"] == "C3"
    assert maker.get(f"{P}/packages/N1").status_code == 404
    looked = maker.post(f"{P}/files", content=content, params={"dry_run": True})
    assert looked.json()["is_taken_in"] is False


def test_an_archived_programme_is_not_changed(module_rest: Rest) -> None:
    maker = module_rest.maker
    body = {"code": "old", "name": "Old", "terms": {"template": "small"}}
    maker.post(URL, json=body)
    assert maker.patch(f"{URL}/old", json={"is_archived": True}).json()["archived_at"]
    answer = maker.put(f"{URL}/old/packages/A", json={"code": "A", "title": "A"})

    assert (answer.status_code, codes(answer)) == (422, ["PLN-020"])


def test_an_input_goes_its_way_and_is_traced(maker: TestClient) -> None:
    new = {"kind": "change", "title": "Two weeks in May", "department": "cmo"}
    raised = maker.post(f"{P}/inputs", json=new)
    assert raised.status_code == 201
    at = f"{P}/inputs/{raised.json()['code']}"
    early = maker.post(f"{at}/answer", json={"text": "Yes"})
    assert (early.status_code, codes(early)[0]) == (422, "PLN-023")
    assert maker.post(f"{at}/remarks", json={"text": "Good"}).json()["remarks"][0]["text"] == "Good"
    assert maker.post(f"{at}/triage", json={"owner": "Ben"}).json()["state"] == "triaged"
    decision = {
        "resolution": "accepted", "reason": "It fits",
        "requirement": {"code": "REQ-API", "title": "A stop in May"},
    }  # fmt: skip
    assert maker.post(f"{at}/decision", json=decision).json()["state"] == "decided"
    assert maker.post(f"{at}/answer", json={"text": "Yes"}).json()["state"] == "closed"

    traced = maker.get(f"{P}/trace", params={"input": raised.json()["code"]}).json()
    assert [(each["requirement"], each["proof"]) for each in traced] == [("REQ-API", "none")]
    ages = maker.get(f"{P}/ageing").json()
    assert [each["open"] for each in ages if each["department"] == "cmo"] == [0]
    assert maker.post(f"{at}/reopening", json={"text": "Anew"}).json()["state"] == "triaged"
    assert codes(maker.delete(at)) == ["PLN-023"]


def test_a_mail_is_taken_down(maker: TestClient) -> None:
    mail = b"From: Kim <kim@corvus.example>\nSubject: May\n\nText"
    made = maker.post(f"{P}/inputs/mails", content=mail, params={"kind": "question"})

    assert (made.status_code, made.json()["contact"]) == (201, "kim@corvus.example")
    assert codes(maker.post(f"{P}/inputs/mails", content=b"nothing")) == ["PLN-025"]


def test_readiness_and_competences_are_listed(maker: TestClient) -> None:
    items = maker.get(f"{P}/readiness", params={"market": "EG"}).json()

    assert {each["state"] for each in items} >= {"missing", "unseen"}
    assert all("EG" in each["markets"] for each in items)
    assert maker.get(f"{P}/competences").json() == []


def test_digests_and_packs_are_served(maker: TestClient) -> None:
    assert maker.get(f"{P}/digests/quality").json()["department"] == "quality"
    assert maker.get(f"{P}/packs/steering").content.startswith(b"%PDF")
    assert maker.post(f"{P}/notices/NOPE/receipts").status_code == 404


def test_who_has_to_do_with_a_package_is_said(maker: TestClient) -> None:
    first = maker.get(f"{P}/raci").json()[0]
    where = f"{P}/raci/{first['package']}"

    told = maker.put(where, json={"raci": {"it": "A/R", "quality": "A"}, "reason": "Both want it"})
    assert told.status_code == 200
    (found,) = [e for e in maker.get(f"{P}/raci").json() if e["package"] == first["package"]]
    assert [each["code"] for each in found["findings"]] == ["PLN-047"]
    assert found["is_own"]
    stale = maker.put(where, json={"raci": {}, "revision": first["revision"]})
    assert codes(stale) == ["PLN-016"]
    assert maker.put(where, json={"raci": {"it": "X"}}).status_code == 422
    assert maker.put(where, json={"raci": {}}).status_code == 200
    assert maker.put(f"{P}/raci/NOPE", json={"raci": {}}).status_code == 404


def test_inputs_about_an_object_are_found_in_all_programmes(maker: TestClient) -> None:
    new = {"kind": "concern", "title": "Infeed", "about": "line:L7", "department": "packaging"}
    made = maker.post(f"{P}/inputs", json=new).json()

    (found,) = maker.get("/api/v1/inputs", params={"about": "line:L7"}).json()
    assert (found["programme"], found["input"]["code"]) == ("eu", made["code"])
    for asked, count in (
        ({"about": "line:L8"}, 0), ({"about": "line:L7", "state": "closed"}, 0),
        ({"about": "line:L7", "department": "packaging", "programme": "eu"}, 1),
    ):  # fmt: skip
        assert len(maker.get("/api/v1/inputs", params=asked).json()) == count
    assert maker.get("/api/v1/inputs", params={"programme": "nope"}).status_code == 404
    assert maker.get("/api/v1/inputs", params={"state": "lost"}).status_code == 422


def test_reminding_says_that_mails_are_off(maker: TestClient) -> None:
    assert codes(maker.post(f"{P}/notices/N-9/reminders")) == ["MAI-002"]


def test_readers_of_notices_are_told(maker: TestClient) -> None:
    person = {"code": "ann", "name": "Ann Lee", "department": "quality"}
    notice = {"code": "N-9", "title": "Stop", "text": "In May", "published_on": "2026-11-30"}
    assert maker.put(f"{P}/people/ann", json=person).status_code == 200
    assert maker.put(f"{P}/notices/N-9", json=notice).status_code == 200

    assert [each["missing"] for each in maker.get(f"{P}/readers").json()] == [["ann"]]
    assert maker.post(f"{P}/notices/N-9/receipts", params={"person": "ann"}).status_code == 200
    assert [each["missing"] for each in maker.get(f"{P}/readers").json()] == [[]]


def test_there_is_a_list_for_every_kind_of_entry(maker: TestClient) -> None:
    counts = {each.name: len(maker.get(f"{P}/{each.member}").json()) for each in KINDS.values()}

    assert counts["package"] > 40
    assert counts["need"] == 2
    assert counts["campaign"] == 0


# --- whatever is sent -----------------------------------------------------------------------------

SAME_ROUTES = [
    [each.member] for each in KINDS.values() if each.name not in {"package", "register", "need"}
]
"""The routes of entries are the same for all kinds: three of them are enough."""
OPERATIONS = [
    (path, method)
    for path, methods in sorted(packtrail.api.build(None).openapi()["paths"].items())  # type: ignore[arg-type]
    if path.startswith(URL) and path.split("/")[5:6] not in SAME_ROUTES
    for method in sorted(methods)
]


@pytest.fixture(scope="module")
def fuzzed(module_rest: Rest) -> Any:
    world = module_rest.world
    scopes = (Permission.PLAN_READ, Permission.PLAN_CREATE, Permission.PLAN_UPDATE)
    made = accounts.create_api_key(world.app, world.wholesaler, "fuzz", scopes=scopes)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", packtrail.api.build(world.app))
    schema.config.update(headers={"Authorization": f"Bearer {made.secret}"})
    return schema


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_is_answered_without_a_fault(fuzzed: Any, path: str, method: str) -> None:
    @hypothesis.settings(
        max_examples=3, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=fuzzed[path][method.upper()].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        assert case.call().status_code < 500

    ask()
