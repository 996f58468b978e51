"""Lines, work orders and rework through REST, as a line system uses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from starlette.testclient import TestClient

import packtrail.api
from packtrail.access import Permission
from packtrail.services.accounts import accounts
from packtrail.store.database import Database

from ..services.plants import GTIN, NOON, Plant, make_plant, told
from .conftest import ALL, client_of

PASSWORD = "correct horse battery"


class Rest:
    """A plant, and clients of its organisations."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.packer = client_of(plant.world, plant.packer)
        self.maker = client_of(plant.world, plant.maker)
        self.stranger = client_of(plant.world, plant.world.wholesaler)

    def plan(self, code: str = "WO-1", **more: Any) -> dict[str, Any]:
        return {
            "code": code, "line": "line-1",
            "trade_item": f"{self.plant.maker.organisation_code}/epcistra", "lot": "L1",
            "expires": "2030-12-31", "quantity": 6, "spare_percent": 50, **more,
        }  # fmt: skip

    def order(self) -> dict[str, Any]:
        answer = self.packer.post("/api/v1/orders?start=true", json=self.plan())
        assert answer.status_code == 201, answer.text
        return answer.json()

    def numbers(self, level: str) -> list[str]:
        return self.packer.get(f"/api/v1/orders/WO-1/numbers/{level}").json()["numbers"]

    def report(self, *happenings: dict[str, Any], **more: Any) -> Any:
        body = {"happenings": list(happenings), **more}
        return self.packer.post("/api/v1/orders/WO-1/reports", json=body)


@pytest.fixture
def rest(fresh_database: Database) -> Iterator[Rest]:
    plant = make_plant(fresh_database)
    yield Rest(plant)
    plant.app.workers.shutdown(wait=True)


def test_a_line_system_runs_a_batch(rest: Rest) -> None:
    made = rest.order()
    assert (made["state"], made["planned"]) == ("Ready", {"pack": 6, "case": 2, "pallet": 1})
    packs, cases = rest.numbers("pack"), rest.numbers("case")
    text = rest.packer.get("/api/v1/orders/WO-1/numbers/pack", headers={"Accept": "text/plain"})
    assert text.text.split() == packs
    assert len(packs) == 9

    first = rest.report(
        told("state", 0, state="started"),
        told("commission", 1, numbers=packs[:6]),
        told("pack", 2, numbers=packs[:3], parent=cases[0]),
        told("pack", 3, numbers=packs[3:6], parent=cases[1]),
        sequence=1,
    )
    done = rest.packer.post(
        "/api/v1/orders/WO-1/commands", json={"command": "Stop", "reason": "done"}
    )

    assert first.status_code == 201
    assert first.json()["done"] == {"commission:pack": 6, "commission:case": 2, "pack:pack": 6}
    assert done.json()["state"] == "Completed"
    account = rest.maker.get("/api/v1/orders/WO-1/reconciliation").json()
    assert account["sums"]["levels"][0]["outcomes"]["commissioned"] == 6
    assert (account["sums"]["adds_up"], account["is_signed"]) == (False, False)
    steps = rest.maker.get("/api/v1/orders/WO-1/history").json()
    assert [each["trigger"] for each in steps] == ["StoreAndStart", "prepared", "started", "Stop"]


def test_a_report_sent_again_is_answered_with_200(rest: Rest) -> None:
    rest.order()
    happening = told("commission", numbers=rest.numbers("pack")[:2])

    answers = [rest.report(happening), rest.report(happening)]
    named = [rest.report(happening, report_id="x"), rest.report(happening, report_id="x")]
    differs = rest.report(told("count", counts={"good": 1}), report_id="x")

    assert [each.status_code for each in answers] == [201, 200]
    assert answers[0].json()["report_no"] == answers[1].json()["report_no"]
    assert [each.json()["is_repeated"] for each in named] == [False, True]
    assert (differs.status_code, differs.json()["findings"][0]["code"]) == (409, "LIN-021")


def test_a_report_in_csv_is_taken(rest: Rest) -> None:
    rest.order()
    packs, (case, *_) = rest.numbers("pack"), rest.numbers("case")
    rows = ["kind;at;number;parent;is_partial"]
    rows += [f"commission;{NOON.isoformat()};{each};;" for each in packs[:2]]
    rows += [
        f"pack;{(NOON + timedelta(minutes=1)).isoformat()};{each};{case};yes" for each in packs[:2]
    ]

    answer = rest.packer.post(
        "/api/v1/orders/WO-1/reports", content="\r\n".join(rows).encode(),
        headers={"Content-Type": "text/csv", "Idempotency-Key": "file-1"},
    )  # fmt: skip

    assert answer.status_code == 201, answer.text
    assert (answer.json()["happenings"], answer.json()["report_id"]) == (2, "file-1")
    assert answer.json()["done"] == {"commission:pack": 2, "commission:case": 1, "pack:pack": 2}
    original = rest.packer.get("/api/v1/orders/WO-1/reports/1/original")
    assert original.text == "\r\n".join(rows)
    (listed,) = rest.packer.get("/api/v1/orders/WO-1/reports").json()
    assert listed["report_no"] == 1


@pytest.mark.parametrize(
    ("content", "media_type", "status", "at"),
    [
        (b"{", "application/json", 422, ""),
        (b'{"happenings": [{"at": "now"}]}', "application/json", 422, "/happenings/0/at"),
        (b"kind;at;colour\n", "text/csv", 422, "1"),
        (b"kind,at,number\ncommission,yesterday,1\n", "text/csv", 422, "row 2/at"),
        (b"\xff\xfe", "text/csv", 422, ""),
        (b"x", "image/png", 415, None),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_read_says_where(
    rest: Rest, content: bytes, media_type: str, status: int, at: str | None
) -> None:
    rest.order()

    answer = rest.packer.post(
        "/api/v1/orders/WO-1/reports", content=content, headers={"Content-Type": media_type}
    )

    assert answer.status_code == status
    if at is not None:
        assert at in [each["at"] for each in answer.json()["findings"]]


def test_more_numbers_need_a_key_and_come_once(rest: Rest) -> None:
    rest.order()
    body = {"level": "pack", "count": 4}
    url = "/api/v1/orders/WO-1/numbers"

    without = rest.packer.post(url, json=body)
    answers = [rest.packer.post(url, json=body, headers={"Idempotency-Key": "a"}) for _ in "12"]

    assert without.status_code == 422
    assert answers[0].json() == answers[1].json()
    assert len(answers[0].json()["numbers"]) == 4
    assert len(rest.numbers("pack")) == 13


def test_an_order_is_made_once_for_a_key_and_can_be_changed(rest: Rest) -> None:
    key = {"Idempotency-Key": "one"}
    first = rest.packer.post("/api/v1/orders", json=rest.plan(), headers=key).json()
    again = rest.packer.post("/api/v1/orders", json=rest.plan(), headers=key).json()
    taken = rest.packer.post("/api/v1/orders", json=rest.plan())
    changed = rest.packer.put("/api/v1/orders/WO-1", json=rest.plan(lot="L2"))
    unreleased = rest.packer.get("/api/v1/orders/WO-1/numbers/pack")

    assert first["order_id"] == again["order_id"]
    assert (taken.status_code, taken.json()["findings"][0]["code"]) == (409, "LIN-011")
    assert (changed.json()["terms"]["lot"], changed.json()["revision"]) == ("L2", 2)
    assert (unreleased.status_code, unreleased.json()["findings"][0]["code"]) == (409, "LIN-016")


def test_orders_are_listed_page_by_page(rest: Rest) -> None:
    for number in range(3):
        rest.packer.post("/api/v1/orders", json=rest.plan(f"WO-{number}"))

    page = rest.maker.get("/api/v1/orders?limit=2&state=Ready")
    following = rest.maker.get(page.headers["Link"].split(";")[0].strip("<>"))

    assert [each["code"] for each in page.json()] == ["WO-2", "WO-1"]
    assert [each["code"] for each in following.json()] == ["WO-0"]
    assert "Link" not in following.headers
    assert rest.maker.get("/api/v1/orders?state=Running").json() == []
    assert rest.maker.get("/api/v1/orders?state=Dancing").status_code == 422


def test_rework_is_looked_at_and_done(rest: Rest) -> None:
    rest.order()
    packs = rest.numbers("pack")[:3]
    rest.report(told("commission", numbers=packs))
    act = {
        "kind": "sample", "numbers": [f"(01){GTIN}(21){packs[0]}"], "reason": "retention",
        "at": (NOON + timedelta(minutes=9)).isoformat(),
    }  # fmt: skip

    seen = rest.packer.post("/api/v1/rework/previews", json=act)
    done = rest.packer.post("/api/v1/rework", json=act, headers={"Idempotency-Key": "s"})
    again = rest.packer.post("/api/v1/rework", json=act, headers={"Idempotency-Key": "s"})
    later = act | {"at": (NOON + timedelta(minutes=10)).isoformat()}
    refused = rest.packer.post("/api/v1/rework", json=later, headers={"Idempotency-Key": "t"})

    assert (seen.json()["is_possible"], seen.json()["effects"][0]["status_after"]) == (
        True, "sampled",
    )  # fmt: skip
    assert done.status_code == 201
    assert again.json()["rework_id"] == done.json()["rework_id"]
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (422, "LIN-032")
    assert [each["rework_id"] for each in rest.maker.get("/api/v1/rework").json()] == [
        done.json()["rework_id"]
    ]


def test_what_waits_is_listed_dismissed_and_gone_on_without(rest: Rest) -> None:
    rest.order()
    packs, (case, other) = rest.numbers("pack")[:3], rest.numbers("case")[:2]
    base = "/api/v1/orders/WO-1"
    rest.report(told("pack", 1, numbers=packs, parent=case))
    body = {"happenings": [told("pack", 2, numbers=packs, parent=other)], "sequence": 2}
    held = rest.packer.post(f"{base}/reports", json=body).json()

    room = rest.maker.get(f"{base}/waiting").json()
    assert (held["is_held"], room["held"], room["expected"]) == (True, 1, 1)
    assert [(each["report_no"], each["place"]) for each in room["happenings"]] == [(1, 0)]
    reason = {"reason": "never happened"}
    gone = rest.packer.post(f"{base}/waiting/1/0/dismissal", json=reason)
    again = rest.packer.post(f"{base}/waiting/1/0/dismissal", json=reason)
    on = rest.packer.post(f"{base}/continuations", json={"reason": "lost"})

    assert (gone.status_code, again.status_code, on.status_code) == (204, 409, 200)
    room = rest.maker.get(f"{base}/waiting").json()
    assert (room["held"], [each["report_no"] for each in room["happenings"]]) == (0, [2])


def test_the_account_comes_as_paper_and_as_sheets_and_is_signed_by_a_person(rest: Rest) -> None:
    rest.order()
    rest.packer.post("/api/v1/orders/WO-1/signals", json={"signal": "started"})
    rest.packer.post("/api/v1/orders/WO-1/commands", json={"command": "Stop", "reason": "done"})
    for level in ("pack", "case", "pallet"):
        body = {"level": level, "how": "returned", "reason": "left over"}
        key = {"Idempotency-Key": level}
        settled = rest.packer.post("/api/v1/orders/WO-1/settlements", json=body, headers=key)
        assert settled.status_code == 200, settled.text
    url = "/api/v1/orders/WO-1/reconciliation"

    pdf = rest.maker.get(url, headers={"Accept": "application/pdf"})
    sheets = rest.maker.get(
        url,
        headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )

    assert (pdf.content[:5], pdf.headers["content-type"]) == (b"%PDF-", "application/pdf")
    assert sheets.content[:2] == b"PK"
    assert "WO-1-reconciliation.xlsx" in sheets.headers["content-disposition"]
    digest = rest.maker.get(url).json()["digest"]
    body = {"password": PASSWORD, "meaning": "approved", "digest": digest}
    by_key = rest.maker.post("/api/v1/orders/WO-1/signatures", json=body)
    assert (by_key.status_code, by_key.json()["findings"][0]["code"]) == (403, "LIN-060")
    person = signed_in(rest.plant)
    signed = person.post("/api/v1/orders/WO-1/signatures", json=body)
    assert (signed.status_code, signed.json()["is_signed"]) == (201, True)
    closed = rest.packer.post("/api/v1/orders/WO-1/commands", json={"command": "Clear"})
    assert closed.json()["state"] == "Closed"


def signed_in(plant: Plant) -> TestClient:
    """The session of somebody in quality."""
    name = f"q.{plant.maker.organisation_code}"
    accounts.create_user(plant.app, plant.maker, name, role="quality", password=PASSWORD)
    token = accounts.sign_in(plant.app, name, PASSWORD).token
    return TestClient(
        packtrail.api.build(plant.app), base_url="http://127.0.0.1",
        headers={accounts.CSRF_HEADER: accounts.csrf_token(token)},
        cookies={accounts.SESSION_COOKIE: token},
    )  # fmt: skip


def test_sites_lines_and_trade_items_are_described_and_listed(rest: Rest) -> None:
    tiers = [{"level": "pack", "gtin": "00614141123452"}]
    for path, body in (
        ("sites", {"code": "graz", "name": "Graz", "time_zone": "Europe/Vienna"}),
        ("lines", {"code": "line-7", "site": "graz", "name": "Line 7", "levels": ["pack"]}),
        ("trade-items", {"code": "x", "name": "X", "market": "AT", "tiers": tiers}),
    ):
        made = rest.packer.post(f"/api/v1/{path}", json=body)
        assert made.status_code == 201, made.text
        assert made.json()["code"] in [e["code"] for e in rest.packer.get(f"/api/v1/{path}").json()]
        assert rest.packer.post(f"/api/v1/{path}", json=body).status_code == 409

    own = rest.maker.get(f"/api/v1/lines/{rest.plant.packer.organisation_code}/line-7").json()
    assert (own["site"], own["levels"]) == ("graz", ["pack"])
    bad = rest.packer.post("/api/v1/trade-items", json={"code": "y", "name": "Y", "market": "AT",
                           "tiers": [{"level": "case", "holds": 2, "prefix": "1"}]})  # fmt: skip
    assert {each["code"] for each in bad.json()["findings"]} >= {"LIN-006", "GS1-004"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("put", "", "plan"),
        ("post", "/commands", {"command": "Start"}),
        ("post", "/signals", {"signal": "started"}),
        ("post", "/preparations", None),
        ("get", "/history", None),
        ("get", "/numbers/pack", None),
        ("post", "/numbers", {"level": "pack", "count": 1}),
        ("post", "/reports", {"happenings": [told("count", counts={"good": 1})]}),
        ("get", "/reports", None),
        ("get", "/reports/1/original", None),
        ("get", "/reconciliation", None),
        ("post", "/settlements", {"level": "pack", "how": "void", "reason": "x"}),
        ("post", "/signatures", {"password": "x", "meaning": "approved", "digest": "x"}),
    ],
)
def test_a_stranger_meets_no_order(rest: Rest, method: str, path: str, body: Any) -> None:
    made = rest.order()
    sent = rest.plan() if body == "plan" else body
    for name in ("WO-1", made["order_id"]):
        answer = rest.stranger.request(
            method, f"/api/v1/orders/{name}{path}", json=sent, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 404, answer.text
        assert answer.json()["findings"][0]["code"] in {"LIN-010", "LIN-002"}


def test_a_key_for_reports_does_nothing_else(rest: Rest) -> None:
    rest.order()
    line = client_of(rest.plant.world, rest.plant.packer, Permission.REPORT_CREATE)
    report = {"happenings": [told("count", counts={"good": 1})]}

    assert line.post("/api/v1/orders/WO-1/reports", json=report).status_code == 201
    assert line.get("/api/v1/orders/WO-1/numbers/pack").status_code == 200
    for method, path in (("get", "orders"), ("get", "lines"), ("get", "orders/WO-1")):
        assert line.request(method, f"/api/v1/{path}").status_code == 403
    command = line.post("/api/v1/orders/WO-1/commands", json={"command": "Start"})
    assert command.status_code == 403


# --- whatever is sent -----------------------------------------------------------------------------

OURS = ("/api/v1/sites", "/api/v1/lines", "/api/v1/trade-items", "/api/v1/orders", "/api/v1/rework")
OPERATIONS = [
    (path, method)
    for path, methods in sorted(packtrail.api.build(None).openapi()["paths"].items())
    if path.startswith(OURS)
    for method in sorted(methods)
]


@pytest.fixture(scope="module")
def fuzzed(database: Database) -> Iterator[Any]:
    plant = make_plant(database)
    made = accounts.create_api_key(plant.app, plant.packer, "fuzz", scopes=ALL)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", packtrail.api.build(plant.app))
    schema.config.update(headers={"Authorization": f"Bearer {made.secret}"})
    yield schema
    plant.app.workers.shutdown(wait=True)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_documented(fuzzed: Any, path: str, method: str) -> None:
    @hypothesis.settings(
        max_examples=5, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=fuzzed[path][method.upper()].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        answer = case.call()
        assert answer.status_code < 500, json.dumps(answer.json())
        case.validate_response(answer, checks=(status_code_conformance, content_type_conformance))

    ask()
