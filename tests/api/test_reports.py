"""Reports over REST: asked for, built, approved, handed in, answered; files checked before."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tests.services import documents
from tests.unit.reporting import sample

from packtrail.access import Permission

from .conftest import Rest, client_of

GTIN = sample.GTIN
JSON = {"content-type": "application/json"}
EGYPT = {"title": "EPTTS", "market": "EG", "roles": ["manufacturer"], "takes_all": True}


def _captured(rest: Rest) -> str:
    here = {"id": sample.PLACES[sample.MAKER]}
    ilmd = {
        "cbvmda:lotNumber": "A1",
        "cbvmda:itemExpirationDate": "2028-12-31",
        "cbvmda:productionDate": "2026-03-01",
    }
    born = documents.event(
        1, epcList=[sample.pack(n) for n in range(3)], ilmd=ilmd, readPoint=here, bizLocation=here
    )
    body = documents.document(born)
    sent = rest.maker.post("/epcis/v2/capture", content=body, headers=JSON)
    return str(sent.headers["location"]).rpartition("/")[2]


def _step(rest: Rest, number: int, verb: str, **more: Any) -> Any:
    return rest.maker.post(f"/api/v1/reports/{number}/steps", json={"verb": verb, **more})


def test_a_report_lives_from_a_wish_to_an_answer(rest: Rest) -> None:
    put = rest.maker.put("/api/v1/report-receivers/eptts", json=EGYPT)
    assert (put.status_code, put.json()["version_no"]) == (200, 1)
    assert rest.maker.put("/api/v1/report-receivers/eptts", json=EGYPT).status_code == 409
    capture = _captured(rest)
    wish = {"receiver": "eptts", "form": "eg_csv", "capture": capture}
    made = rest.maker.post("/api/v1/reports", json=wish)
    assert made.status_code == 201, made.text
    number = made.json()["line"]["number"]
    assert made.json()["possible"] == ["build", "drop"]

    built = _step(rest, number, "build")
    assert built.status_code == 201, built.text
    life = built.json()
    assert (life["line"]["state"], life["line"]["score"]) == ("checked", 100)
    (file,) = life["files"]
    content = rest.maker.get(f"/api/v1/reports/{number}/files/{file['file_no']}").content
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    stale = _step(rest, number, "approve", step_no=0)
    assert (stale.status_code, stale.json()["findings"][0]["code"]) == (409, "REP-033")
    assert _step(rest, number, "approve").json()["line"]["state"] == "approved"
    assert _step(rest, number, "send").json()["findings"][0]["code"] == "REP-027"
    assert _step(rest, number, "hand_in").json()["line"]["state"] == "sent"
    assert _step(rest, number, "reject").status_code == 422
    done = _step(rest, number, "acknowledge", reference="EG-1").json()
    assert (done["line"]["state"], done["line"]["reference"]) == ("acknowledged", "EG-1")
    assert done["possible"] == []
    assert rest.maker.get(f"/api/v1/reports/{number}/dossier").content.startswith(b"%PDF")
    assert rest.maker.get(f"/api/v1/reports/{number}/paper").status_code == 404
    listed = rest.maker.get("/api/v1/reports?state=acknowledged&receiver=eptts").json()
    assert [each["number"] for each in listed] == [number]
    assert rest.maker.get("/api/v1/reports?state=lost").status_code == 422
    (event,) = life["events"]
    told = rest.maker.get("/api/v1/report-mentions", params={"of": event}).json()
    assert [each["number"] for each in told] == [number]
    assert rest.maker.get("/api/v1/report-tallies").json()[0]["count"] == 1
    mine = rest.wholesaler.get(f"/api/v1/reports/{number}")
    assert mine.status_code == 404


def test_a_file_is_checked_and_comes_back_mended(rest: Rest) -> None:
    rest.maker.put("/api/v1/report-receivers/eptts", json=EGYPT)
    capture = _captured(rest)
    wish = {"receiver": "eptts", "form": "eg_csv", "capture": capture}
    number = rest.maker.post("/api/v1/reports", json=wish).json()["line"]["number"]
    _step(rest, number, "build")
    good = rest.maker.get(f"/api/v1/reports/{number}/files/1").content
    bad = good.replace(b"2028-12-31", b"31.12.2028", 1)
    asked = "/api/v1/preflights?for=eptts&filename=mine.csv"
    checked = rest.maker.post(asked, content=bad).json()
    assert (checked["check"]["score"], checked["check"]["file_name"]) == (0, "mine.csv")
    assert {each["code"] for each in checked["findings"]} >= {"PRE-006"}
    assert base64.b64decode(checked["repaired"]) == good
    listed = rest.maker.get("/api/v1/preflights?receiver=eptts").json()
    assert [each["score"] for each in listed] == [0, 100]
    scores = rest.maker.get("/api/v1/preflight-scores?unit=day").json()
    assert [(each["receiver"], each["count"]) for each in scores] == [("eptts", 2)]
    assert rest.maker.get("/api/v1/preflight-scores?unit=hour").status_code == 422
    assert rest.maker.post("/api/v1/preflights?for=nobody", content=b"x").status_code == 422


def test_forms_receivers_and_facts_are_told(rest: Rest) -> None:
    forms = rest.maker.get("/api/v1/report-forms?market=RU").json()
    assert {each["market"] for each in forms} == {"RU"}
    one = rest.maker.get("/api/v1/report-forms/ru_10311").json()
    assert one["grounds"] == "schema"
    assert rest.maker.get("/api/v1/report-forms/ru_0").status_code == 422
    wrong = rest.maker.put("/api/v1/report-receivers/x!", json={**EGYPT, "market": "XX"})
    assert wrong.status_code == 422
    assert {each["at"] for each in wrong.json()["findings"]} == {"code", "market"}
    assert rest.maker.get("/api/v1/report-receivers/none").status_code == 404
    rest.maker.put("/api/v1/report-receivers/eptts", json=EGYPT)
    told = rest.maker.put(f"/api/v1/report-facts/item/{GTIN}", json={"facts": {"markets": "EG"}})
    assert [(each["name"], each["value"]) for each in told.json()] == [("markets", "EG")]
    assert len(rest.maker.get("/api/v1/report-facts/item").json()) == 1
    nul = rest.maker.put(f"/api/v1/report-facts/item/{GTIN}", json={"facts": {"name": "a\x00b"}})
    assert nul.status_code == 400
    again = rest.maker.put(
        "/api/v1/report-receivers/eptts/watermark", json={"since": "2026-01-01T00:00:00Z"}
    )
    assert again.status_code == 204


def test_each_door_asks_for_its_permission(rest: Rest) -> None:
    reader = client_of(rest.world, rest.world.maker, Permission.REPORTING_READ)
    assert reader.get("/api/v1/reports").status_code == 200
    assert reader.post("/api/v1/reports", json={"receiver": "x", "form": "y"}).status_code == 403
    assert reader.put("/api/v1/report-receivers/eptts", json=EGYPT).status_code == 403
    assert reader.post("/api/v1/preflights?for=eg_csv", content=b"x").status_code == 403
    assert rest.anyone.get("/api/v1/reports").status_code == 401
    assert rest.anyone.get("/api/v1/report-forms").status_code == 401
