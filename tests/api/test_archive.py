"""Months and legal holds over REST."""

from __future__ import annotations

from ..services.documents import LOT, commissioning, document, pack
from .conftest import Rest

HOLD = {"kind": "lot", "subject": LOT, "reason": "Case 12", "owner": "District court"}


def test_a_hold_is_placed_and_shown_at_the_months_it_reaches(rest: Rest) -> None:
    body = document(commissioning(1, [pack(1)]))
    rest.maker.post("/epcis/v2/capture", content=body, headers={"content-type": "application/json"})
    placed = rest.maker.post("/api/v1/archive/holds", json=HOLD)
    (month,) = rest.maker.get("/api/v1/archive/months").json()
    unclear = rest.maker.post("/api/v1/archive/holds", json={**HOLD, "subject": "NONE"})

    assert placed.status_code == 201
    assert [each["over"] for each in month["holds"]] == [f"lot {LOT}"]
    assert month["keep_until"] == month["retention"][0]["until"]
    assert (unclear.status_code, unclear.json()["findings"][0]["code"]) == (422, "STO-077")


def test_a_hold_of_somebody_else_is_not_found(rest: Rest) -> None:
    body = document(commissioning(1, [pack(1)]))
    rest.maker.post("/epcis/v2/capture", content=body, headers={"content-type": "application/json"})
    hold_id = rest.maker.post("/api/v1/archive/holds", json=HOLD).json()["hold_id"]
    path = f"/api/v1/archive/holds/{hold_id}/release"

    assert rest.wholesaler.post(path, json={"reason": "Mine?"}).status_code == 404
    assert rest.wholesaler.get("/api/v1/archive/holds").json() == []
    assert rest.anyone.get("/api/v1/archive/months").status_code == 401
