"""Notices over REST, and what they make of a pack in its trace."""

from __future__ import annotations

from ..services.documents import LOT, commissioning, document, pack
from .conftest import Rest

RECALL = {"kind": "recalled", "gtin": "00300010123455", "lot": LOT, "reason": "Complaint 17"}


def test_a_lot_is_recalled_and_the_recall_retracted(rest: Rest) -> None:
    body = document(commissioning(1, [pack(1)]))
    rest.maker.post("/epcis/v2/capture", content=body, headers={"content-type": "application/json"})

    checked = rest.maker.post("/api/v1/notices/check", json=RECALL)
    made = rest.maker.post("/api/v1/notices", json=RECALL)
    state = rest.maker.get(f"/api/v1/trace/{pack(1)}").json()["condition"]
    again = rest.maker.post("/api/v1/notices", json=RECALL)

    assert [each["code"] for each in checked.json()] == ["LIF-010"]
    assert (made.status_code, again.status_code) == (201, 422)
    assert (state["status"], state["own"], state["is_saleable"]) == (
        *("recalled", "commissioned"),
        False,
    )
    assert state["notices"] == [made.json()]

    path = f"/api/v1/notices/{made.json()['notice_id']}/retraction"
    retracted = rest.maker.post(path, json={"reason": "Wrong lot"})

    assert retracted.json()["retracts"] == made.json()["notice_id"]
    assert rest.maker.get(f"/api/v1/trace/{pack(1)}").json()["condition"]["is_saleable"]
    assert len(rest.maker.get("/api/v1/notices").json()) == 2
    assert rest.maker.post(path, json={"reason": "Again"}).status_code == 409
    assert rest.wholesaler.post(path, json={"reason": "Mine?"}).status_code == 404
    assert rest.anyone.get("/api/v1/notices").status_code == 401
