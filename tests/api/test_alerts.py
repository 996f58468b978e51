"""Alerts and cases over REST."""

from __future__ import annotations

from packtrail.services.alerts import watching

from ..services.test_alerts import OTHER_SHOP_GLN, dispensed, made, record, scan
from .conftest import Rest


def _suspicious(rest: Rest) -> str:
    made(rest.world)
    record(rest.world, dispensed(2, "2"))
    scan(rest.world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    rest.world.clock.advance(seconds=20)
    watching.watch(rest.world.app, rest.world.maker)
    (alert,) = rest.maker.get("/api/v1/alerts", params={"open": "true"}).json()
    return alert["alert_id"]


def test_an_alert_is_worked_off_in_a_case(rest: Rest) -> None:
    alert_id = _suspicious(rest)
    assert rest.maker.get(f"/api/v1/alerts/{alert_id}").json()["code"] == "SIG-001"
    assert rest.maker.get(f"/api/v1/alerts/{alert_id}/related").json() == []
    assert rest.wholesaler.get(f"/api/v1/alerts/{alert_id}").status_code == 404

    opened = rest.maker.post("/api/v1/cases", json={"alerts": [alert_id], "market": "DE"})
    path = f"/api/v1/cases/{opened.json()['line']['code']}"
    taken = rest.maker.post("/api/v1/cases", json={"alerts": [alert_id]})
    odd = rest.maker.post(f"{path}/moves", json={"move": "triage", "reason": "", "category": "x"})
    rest.maker.post(f"{path}/owner", json={"owner": "Ida"})
    for move, told in (("triage", {"category": "suspect"}), ("investigate", {})):
        rest.maker.post(f"{path}/moves", json={"move": move, "reason": "because", **told})
    held = rest.maker.post(f"{path}/quarantine", json={})
    rest.maker.post(f"{path}/notes", json={"text": "Called them"})
    early = rest.maker.post(f"{path}/release", json={"reason": "Let them go"})

    assert (opened.status_code, taken.status_code, odd.status_code) == (201, 409, 422)
    assert [each["code"] for each in odd.json()["findings"]] == ["SIG-053", "SIG-054"]
    assert [each["serial"] for each in held.json()["packs"]] == ["2"]
    assert [each["code"] for each in early.json()["findings"]] == ["SIG-058"]
    case = rest.maker.get(path).json()
    assert (case["line"]["state"], case["line"]["owner"]) == ("investigating", "Ida")
    assert case["line"]["clocks"][0]["within"] == "2 working days"

    refuted = {"move": "refute", "reason": "Twice by mistake", "cause": "dispensed_twice"}
    rest.maker.post(f"{path}/moves", json=refuted)
    rest.maker.post(f"{path}/release", json={"reason": "Genuine"})
    closed = rest.maker.post(f"{path}/moves", json={"move": "close", "reason": "Done"})
    assert closed.json()["line"]["state"] == "closed"
    (lesson,) = rest.maker.get("/api/v1/alerts/lessons").json()
    assert (lesson["code"], lesson["precision"]) == ("SIG-001", 0.0)


def test_parameters_are_set_with_a_reason(rest: Rest) -> None:
    path = "/api/v1/alerts/parameters"
    wrong = rest.maker.post(path, json={"values": {"speed": 1}, "reason": "x"})
    right = rest.maker.post(path, json={"values": {"speed": 200}, "reason": "Express roads"})

    assert [each["code"] for each in wrong.json()["findings"]] == ["SIG-060"]
    assert {each["name"]: each["value"] for each in right.json()}["speed"] == 200
