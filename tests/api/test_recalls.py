"""Recalls over REST: opened, counted, told, answered, published; guarded and nobody else's."""

from __future__ import annotations

from ..services.documents import LOT, commissioning, document, pack
from .conftest import Rest

GTIN, HOLDER = "00300010123455", "0300011111116"
NEW = {"title": "Glass", "reason": "Glass in it", "subjects": [{"gtin": GTIN, "lot": LOT}]}


def test_a_recall_is_run_over_rest(rest: Rest) -> None:
    body = document(commissioning(1, [pack(1), pack(2)]))
    rest.maker.post("/epcis/v2/capture", content=body, headers={"content-type": "application/json"})
    made = rest.maker.post("/api/v1/recalls", json=NEW)
    number = made.json()["number"]
    path = f"/api/v1/recalls/{number}"
    holder = f"{path}/holders/{HOLDER}"
    sure = {"confirmation": number, "reason": "Decision 12"}

    assert made.status_code == 201
    assert rest.maker.post(f"{path}/counts").json()["account"]["total"] == 2
    contact = {"person": "Ms Maker", "email": "qa@maker.example"}
    assert rest.maker.put(f"/api/v1/recalls/contacts/{HOLDER}", json=contact).status_code == 204
    assert rest.maker.get("/api/v1/recalls/contacts").json()[0]["person"] == "Ms Maker"
    assert "class 2" in rest.maker.get(f"{holder}/message").json()["subject"]
    assert b"Ms Maker" in rest.maker.get(f"{holder}/message.eml").content
    refused = rest.maker.post(f"{path}/sendings", json=sure | {"confirmation": "R-1"})
    assert [each["code"] for each in refused.json()["findings"]] == ["RCL-003"]
    assert rest.maker.post(f"{path}/sendings", json=sure).json()["told"] == 1
    answer = {"person": "Ms Maker", "on": "2026-03-09", "destroyed": 2}
    assert rest.maker.post(f"{holder}/answers", json=answer).status_code == 204
    check = {"person": "Ms Maker", "is_effective": True}
    assert rest.maker.post(f"{holder}/checks", json=check).status_code == 204
    assert rest.maker.post(f"{path}/notes", json={"text": "Called"}).status_code == 204
    published = rest.maker.post(f"{path}/publications", json=sure)
    assert published.json()["published_at"]

    view = rest.maker.get(path).json()
    assert (view["account"]["missing"], view["account"]["by_word"]) == (0, 2)
    assert [each["kind"] for each in view["record"]] == [
        *("opened", "counted", "sent", "acknowledged", "checked", "noted", "published"),
    ]
    assert GTIN in rest.maker.get(f"{path}/packs.csv").text
    assert rest.maker.get(f"{path}/report.xlsx").content.startswith(b"PK")
    closing = sure | {"password": "x" * 12, "digest": view["digest"]}
    assert rest.maker.post(f"{path}/closure", json=closing).status_code == 403
    assert rest.wholesaler.get(path).status_code == 404
    assert rest.anyone.get(path).status_code == 401
    assert len(rest.maker.get("/api/v1/recalls").json()) == 1
