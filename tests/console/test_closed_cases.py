"""Closed cases, and what lots make of packs, in the console as somebody without scripts uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.console.conftest import Desk
from tests.console.test_goods_pages import GTIN, ORDER, SHOP, made, text_of
from tests.services.documents import LOT, SITE, commissioning, document, event, pack, packing

if TYPE_CHECKING:
    from packtrail.services.application import Application


@pytest.fixture
def stocked(desk: Desk, application: Application) -> Desk:
    desk.sign_in("packager.admin")
    assert desk.drop(made(), "goods.json").status_code == 303
    return desk


def test_a_pack_of_a_recalled_lot_is_recalled_on_its_page_whatever_its_events_say(
    stocked: Desk,
) -> None:
    token = {"csrf_token": stocked.token("/notices"), "accepted": "yes"}
    told = {"kind": "recalled", "gtin": GTIN, "lot": LOT, "reason": "Complaint 17"}
    before = text_of(stocked.client.get("/trace/" + pack(3)).text)
    stocked.client.post("/notices", data=token | told)
    after = text_of(stocked.client.get("/trace/" + pack(3)).text)

    assert "Complaint 17" not in before
    assert "By its own events Commissioned" in after
    assert "Its lot is recalled since" in after
    assert "Complaint 17" in after


def test_closed_cases_are_sampled_and_written_down_on_the_page_of_the_shipment(
    stocked: Desk,
) -> None:
    case = "urn:epc:id:sscc:030001.00000000001"
    order = {"bizTransactionList": [{"type": "po", "bizTransaction": ORDER.replace("77", "78")}]}
    goal = {"destinationList": [{"type": "location", "destination": SHOP}]}
    left = event(
        21, action="OBSERVE", bizStep="shipping", disposition="in_transit", epcList=[case],
        **order, **goal,
    )  # fmt: skip
    del left["bizLocation"]
    came = event(
        30, action="OBSERVE", bizStep="receiving", disposition="in_progress", epcList=[case],
        readPoint={"id": SHOP}, bizLocation={"id": SHOP}, **order,
    )  # fmt: skip
    told = document(commissioning(19, [pack(8), pack(9)]), packing(20, case, [pack(8), pack(9)]))
    assert stocked.drop(told, "packed.json").status_code == 303
    assert stocked.drop(document(left, came), "moved.json").status_code == 303
    token = {"csrf_token": stocked.token("/goods/trust")}
    rule = {"trust": "sample", "partner": SITE, "cases": "1", "since": "2026-01-01T00:00:00"}

    refused = stocked.client.post("/goods/trust", data=token | rule | {"reason": " "})
    made = stocked.client.post("/goods/trust", data=token | rule | {"reason": "Audit 7"})

    assert (refused.status_code, made.status_code) == (422, 200)
    assert "Audit 7" in text_of(stocked.client.get("/goods/trust").text)
    page = stocked.client.get("/goods/shipments/PO-78").text
    assert "Draw the 1 case to open" in text_of(page)
    document_sent = {"document": ORDER.replace("77", "78")}
    drawn = stocked.client.post("/goods/draws", data=token | document_sent)
    again = stocked.client.post("/goods/draws", data=token | document_sent)
    assert (drawn.status_code, again.status_code) == (200, 422)
    looked = token | document_sent | {"case": case, "found": pack(8), "place": SHOP}
    assert stocked.client.post("/goods/inspections", data=looked).status_code == 200
    after = text_of(stocked.client.get("/goods/shipments/PO-78").text)
    assert "Stopped" in after
    assert "held something else than was recorded" in after
    nothing = looked | {"found": "what?"}
    assert stocked.client.post("/goods/inspections", data=nothing).status_code == 422
    belief = text_of(stocked.client.get("/goods/beliefs/" + quote(pack(9), safe="")).text)
    assert "Its case was opened where it arrived, and it was not in it." in belief
    assert "Is that believed, and why?" in text_of(stocked.client.get("/trace/" + pack(9)).text)


def test_packs_are_counted_by_what_one_asks(stocked: Desk) -> None:
    page = stocked.client.get("/goods", params={"by": ["lot", "expiry"]}).text

    assert "By lot, expiry" in text_of(page)
    assert LOT in text_of(page).partition("By lot, expiry")[2]
    assert "By colour" not in text_of(stocked.client.get("/goods?by=colour").text)


def test_a_list_is_compared_with_the_record_of_the_moment_of_the_count(stocked: Desk) -> None:
    sent = {"csrf_token": stocked.token("/goods/stock"), "place": SITE}
    files = {"file": ("stock.csv", f"identifier\n{pack(1)}\n".encode(), "text/csv")}

    before = stocked.client.post(
        "/goods/stock", data=sent | {"as_of": "2026-03-02T23:03:00"}, files=files
    )

    assert "Packs that match 1" in text_of(before.text)
