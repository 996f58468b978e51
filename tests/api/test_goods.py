"""Goods, corrections and verifications over REST."""

from __future__ import annotations

import json

import pytest

from packtrail.exchange.tables import Field, read_table
from packtrail.rendering.symbols import Symbology, draw

from ..services.documents import (
    CASE,
    LOT,
    SITE,
    commissioning,
    dispensing,
    document,
    event,
    pack,
    packing,
)
from .conftest import Rest

GTIN = "00300010123455"
DEPOT = "urn:epc:id:sgln:030001.222222.0"
DEPOT_GLN = "0300012222224"
PO = "urn:epcglobal:cbv:bt:0300011111116:PO-1"
LATER = "2026-03-02T23:02:30Z"


def capture(rest: Rest, *events: dict) -> None:
    answer = rest.maker.post(
        "/epcis/v2/capture",
        content=document(*events),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 202, answer.text


@pytest.fixture
def goods(rest: Rest) -> Rest:
    shipping = event(
        5, action="OBSERVE", bizStep="shipping", disposition="in_transit", epcList=[CASE],
        destinationList=[{"type": "location", "destination": DEPOT}],
        bizTransactionList=[{"type": "po", "bizTransaction": PO}],
    )  # fmt: skip
    del shipping["bizLocation"]
    receiving = event(
        9, action="OBSERVE", bizStep="receiving", disposition="in_progress", epcList=[CASE],
        readPoint={"id": DEPOT}, bizLocation={"id": DEPOT},
    )  # fmt: skip
    capture(
        rest,
        commissioning(1, [pack(1), pack(2), pack(3)]),
        packing(2, CASE, [pack(1), pack(2)]),
        shipping,
        receiving,
    )
    return rest


def test_packs_are_counted_at_any_moment(goods: Rest) -> None:
    now = goods.maker.get("/api/v1/census", params={"by": ["status", "place"]}).json()
    then = goods.maker.get("/api/v1/census", params={"by": "status", "as_of": LATER}).json()
    there = goods.maker.get("/api/v1/census", params={"by": "lot", "place": DEPOT_GLN}).json()

    assert {(row["status"], row["place"]): row["count"] for row in now["rows"]} == {
        ("received", DEPOT): 2,
        ("commissioned", SITE): 1,
    }
    assert {row["status"]: row["count"] for row in then["rows"]} == {"packed": 2, "commissioned": 1}
    assert [(row["lot"], row["count"], row["inferred"]) for row in there["rows"]] == [(LOT, 2, 2)]
    assert goods.maker.get("/api/v1/census").status_code == 422
    assert goods.maker.get("/api/v1/census", params={"by": "colour"}).status_code == 422


def test_lots_places_and_shipments_tell_what_became_of_them(goods: Rest) -> None:
    lot = goods.maker.get(f"/api/v1/lot-states/{LOT}").json()
    place = goods.maker.get(f"/api/v1/places/{DEPOT_GLN}").json()
    places = goods.maker.get("/api/v1/places").json()
    trusting = goods.maker.get("/api/v1/shipments/PO-1").json()
    opening = goods.maker.get("/api/v1/shipments/PO-1", params={"trust": "open"}).json()

    assert (lot["counts"]["total"], lot["notices"]) == (3, [])
    assert (place["here_total"], place["containers"][0]["packs"]) == (2, 2)
    assert {row["place"]: row["count"] for row in places["rows"]} == {DEPOT: 2, SITE: 1}
    assert (trusting["arrived"], trusting["is_complete"]) == (2, True)
    assert (opening["arrived"], opening["judgement"]["to_open"]) == (0, 1)
    assert goods.maker.get("/api/v1/places/0300019999990").status_code == 404
    assert goods.wholesaler.get("/api/v1/shipments/PO-1").status_code == 404


def test_closed_cases_are_believed_by_rules_that_are_made_and_looked_up(goods: Rest) -> None:
    told = {"trust": "sample", "partner": SITE, "cases": 1, "reason": "Audit 7"}
    since = {"effective_at": "2026-01-01T00:00:00Z"}
    made = goods.maker.post("/api/v1/inference-rules", json=told | since)
    before = goods.maker.get(f"/api/v1/beliefs/{pack(1)}").json()
    drawn = goods.maker.post("/api/v1/sample-draws/PO-1")
    again = goods.maker.post("/api/v1/sample-draws/PO-1")

    assert (made.status_code, made.json()["trust"]) == (201, "sample")
    assert (before["is_received"], before["rule"]["number"]) == (False, made.json()["number"])
    assert [each["identifier"] for each in drawn.json()["decided"][0]["to_open"]] == [CASE]
    assert (drawn.status_code, again.status_code) == (201, 422)

    goods.maker.post(
        "/api/v1/inspections",
        json={"container": CASE, "found": [pack(1), pack(2)], "place": DEPOT},
    )
    assert goods.maker.get(f"/api/v1/beliefs/{pack(1)}").json()["is_verified"]
    listed = goods.maker.get("/api/v1/inference-rules").json()
    early = {"as_known_at": "2026-01-01T00:00:00Z"}
    assert [each["reason"] for each in listed["in_force"]] == ["Audit 7"]
    assert goods.maker.get("/api/v1/inference-rules", params=early).json()["history"] == []
    assert goods.wholesaler.get("/api/v1/inference-rules").json()["history"] == []
    wrong = goods.maker.post("/api/v1/inference-rules", json={"trust": "hope", "reason": "x"})
    assert (wrong.status_code, wrong.json()["findings"][0]["code"]) == (422, "TRC-021")


def test_a_stock_list_is_compared_and_comes_back_as_a_spreadsheet(goods: Rest) -> None:
    content = f"gtin,lot,quantity\n{GTIN},{LOT},5\n".encode()
    path = f"/api/v1/stock-comparisons?place={DEPOT_GLN}"

    found = goods.maker.post(path, content=content).json()
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = goods.maker.post(path, content=content, headers={"accept": xlsx})

    assert [(each["kind"], each["recorded"]) for each in found["differences"]] == [("too_many", 2)]
    rows = read_table(sheet.content, "x", [Field("Difference")]).rows
    assert [row.values["Difference"] for row in rows] == ["too many"]
    assert goods.maker.post(path, content=b"").status_code == 422


def test_a_case_is_inspected_and_packs_taken_out_by_themselves(goods: Rest) -> None:
    seen = goods.maker.post(
        "/api/v1/inspections", json={"container": CASE, "found": [pack(1)], "place": DEPOT}
    ).json()
    out = goods.maker.post(
        "/api/v1/unpackings", json={"identifiers": [f"(01){GTIN}(21)2"], "place": DEPOT}
    )
    again = goods.maker.post("/api/v1/unpackings", json={"identifiers": [pack(2)]})

    assert (seen["is_right"], seen["missing"]) == (False, [pack(2)])
    assert seen["findings"][0]["code"] == "TRC-106"
    assert [each["parent"] for each in out.json()] == [CASE]
    assert again.status_code == 409


def test_a_correction_is_drafted_previewed_and_accepted(goods: Rest) -> None:
    capture(goods, dispensing(20, pack(3)))
    wrong = "urn:uuid:00000000-0000-4000-8000-000000000020"
    draft = goods.maker.get("/api/v1/corrections/draft", params={"event_id": wrong}).json()
    draft["epcisBody"]["eventList"][0]["epcList"] = [pack(1)]
    body = {
        "event_ids": [wrong],
        "reason": "incorrect_data",
        "explanation": "Wrong pack scanned",
        "corrective": draft,
    }

    preview = goods.maker.post("/api/v1/corrections/preview", json=body).json()["changes"]
    stale = goods.maker.post("/api/v1/corrections", json=body | {"digest": "0"})
    done = goods.maker.post("/api/v1/corrections", json=body | {"digest": preview["digest"]})

    assert {(each["before"]["status"], each["after"]["status"]) for each in preview["items"]} == {
        ("dispensed", "commissioned"),
        ("received", "dispensed"),
    }
    assert (stale.status_code, done.status_code) == (409, 201)
    assert done.json()["changes"] == preview
    job = goods.maker.get(f"/epcis/v2/capture/{done.json()['capture_id']}").json()
    assert job["success"]


def test_packs_are_verified_by_scan_fields_and_image_and_every_answer_is_kept(goods: Rest):
    scanned = f"01{GTIN}211\x1d1728123110{LOT}"
    body = {
        "packs": [{"text": scanned}, {"gtin": GTIN, "serial": "404"}, {"text": "hello"}],
        "place": DEPOT_GLN,
        "market": "DE",
    }
    found = goods.maker.post("/api/v1/verifications", json=body).json()
    image = draw(f"(01){GTIN}(21)3(17)281231(10){LOT}", Symbology.DATA_MATRIX).png()
    seen = goods.maker.post("/api/v1/verifications/image", content=image).json()

    assert [each["verdict"] for each in found] == ["genuine_and_saleable", "unknown", "unknown"]
    assert [each["code"] for each in found[1]["reasons"]] == ["VER-021"]
    assert found[1]["next_step"] == found[1]["first"]["remedy"]
    assert found[0]["rule_pack"].startswith("eu_fmd")
    assert [(each["serial"], each["verdict"]) for each in seen] == [("3", "genuine_and_saleable")]

    kept = goods.maker.get("/api/v1/verifications").json()
    unknown = goods.maker.get("/api/v1/verifications", params={"verdict": "unknown"}).json()
    assert kept[0]["way"] == "image"
    assert sorted(each["way"] for each in kept[1:]) == ["fields", "scan", "scan"]
    assert len(unknown) == 2
    one = goods.maker.get(f"/api/v1/verifications/{found[0]['verification_id']}")
    assert one.json()["place"] == DEPOT_GLN
    theirs = goods.wholesaler.get(f"/api/v1/verifications/{found[0]['verification_id']}")
    assert theirs.status_code == 404
    blank = goods.maker.post("/api/v1/verifications/image", content=b"no image")
    assert (blank.status_code, blank.json()["findings"][0]["code"]) == (422, "GS1-071")


def test_a_lot_is_told_as_it_was(goods: Rest) -> None:
    before = {"as_of": "2026-03-02T23:00:30Z"}

    assert goods.maker.get(f"/api/v1/lots/{LOT}").json()["event_count"] == 1
    assert goods.maker.get(f"/api/v1/lots/{LOT}", params=before).status_code == 404


def test_what_is_malformed_is_told_as_a_problem(goods: Rest) -> None:
    for path, body in (
        ("/api/v1/verifications", {"packs": []}),
        ("/api/v1/verifications", {"packs": [{"gtin": "1", "serial": "1"}]}),
        ("/api/v1/corrections/preview", {"event_ids": []}),
        ("/api/v1/unpackings", {"identifiers": []}),
    ):
        answer = goods.maker.post(path, json=body)
        assert answer.status_code == 422, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.content)["title"]


def test_packs_are_dispensed_over_rest_and_done_once(goods: Rest) -> None:
    path, identity = "/api/v1/pack-operations", "6d1f7a9e-0000-4000-8000-000000000001"
    one = {"operation": "dispense", "gtin": GTIN, "serial": "3", "operation_id": identity}
    body = {"place": "0300013333332", "operations": [one]}
    first, again = (goods.maker.post(path, json=body).json()[0] for _ in range(2))
    second = goods.maker.post(
        path, json={**body, "operations": [{**one, "operation_id": None}]}
    ).json()[0]

    assert (first["outcome"], again["is_repeat"], again["event_id"]) == (
        *("done", True),
        first["event_id"],
    )
    assert (second["is_alarm"], second["national"]["code"]) == (True, "NMVS_NC_PCK_22")
    assert len(goods.maker.get(path, params={"alarms": True}).json()) == 1
    assert goods.maker.post(path, json={**body, "place": ""}).status_code == 422
    clash = {**body, "operations": [{**one, "operation": "export"}]}
    assert goods.maker.post(path, json=clash).status_code == 409


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("path", ["lot-states/LOT-7", "places", "trace/" + pack(1), "lots/LOT-7"])
def test_a_moment_beyond_the_calendar_is_refused(rest: Rest, path: str, moment: str) -> None:
    answer = rest.maker.get(f"/api/v1/{path}", params={"as_of": moment})

    assert answer.status_code == 422, answer.text
    assert "beyond the years 1 to 9999" in answer.json()["detail"]
