"""Goods, notices and corrections in the console, as somebody without scripts uses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.console.conftest import Desk
from tests.services.documents import (
    LOT,
    PRODUCT,
    SITE,
    commissioning,
    document,
    event,
    pack,
)

if TYPE_CHECKING:
    from packtrail.services.application import Application

GTIN = "00300010123455"
GLN = "0300011111116"
ORDER = "urn:epcglobal:cbv:bt:0300011111116:PO-77"
SHOP = "urn:epc:id:sgln:030001.333333.0"
WRONG = "urn:uuid:00000000-0000-4000-8000-000000000005"


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def made() -> bytes:
    """Return three packs that were made, two of which are under way to a shop."""
    shipped = event(
        5, action="OBSERVE", bizStep="shipping", disposition="in_transit",
        epcList=[pack(1), pack(2)], bizTransactionList=[{"type": "po", "bizTransaction": ORDER}],
        destinationList=[{"type": "location", "destination": SHOP}],
    )  # fmt: skip
    del shipped["bizLocation"]
    return document(commissioning(1, [pack(1), pack(2), pack(3)]), shipped, vocabularies=[PRODUCT])


@pytest.fixture
def stocked(desk: Desk, application: Application) -> Desk:
    desk.sign_in("packager.admin")
    assert desk.drop(made(), "goods.json").status_code == 303
    return desk


def test_the_goods_page_counts_by_state_and_place_and_looks_back(stocked: Desk) -> None:
    page = text_of(stocked.client.get("/goods").text)
    before = text_of(stocked.client.get("/goods", params={"as_of": "2026-03-02T23:03:00"}).text)

    assert "In transit 2" in page
    assert "3 packs" in page
    assert "In transit" not in before.partition("What they count as")[2]


def test_a_place_shows_what_is_there_and_what_should_come(stocked: Desk) -> None:
    here = text_of(stocked.client.get("/goods/places/" + quote(SITE, safe="")).text)
    there = text_of(stocked.client.get("/goods/places/" + quote(SHOP, safe="")).text)

    assert "Here now 1 pack" in here
    assert "On the way here 2 packs" in there
    assert "Epcistra" in there
    assert stocked.client.get("/goods/places/4012345000009").status_code == 404
    assert stocked.client.get("/goods/places/nowhere").status_code == 422


def test_a_shipment_is_found_by_its_number_and_says_what_came(stocked: Desk) -> None:
    answer = stocked.client.get("/goods", params={"document": "PO-77"}, follow_redirects=True)

    assert "Said to come 2 packs" in text_of(answer.text)
    assert "Nothing has arrived" in text_of(answer.text)


def test_a_stock_list_is_compared_on_the_page_and_as_a_spreadsheet(stocked: Desk) -> None:
    token = {"csrf_token": stocked.token("/goods/stock"), "place": SITE}
    rows = f"identifier\n{pack(3)}\n{pack(1)}\n".encode()
    files = {"file": ("stock.csv", rows, "text/csv")}

    page = stocked.client.post("/goods/stock", data=token, files=files)
    sheet = stocked.client.post("/goods/stock", data=token | {"as": "xlsx"}, files=files)
    broken = stocked.client.post(
        "/goods/stock", data=token, files={"file": ("stock.csv", b"colour\nred\n", "text/csv")}
    )

    assert "Elsewhere" in text_of(page.text)
    assert "Packs that match 1" in text_of(page.text)
    assert sheet.content[:2] == b"PK"
    assert "attachment" in sheet.headers["content-disposition"]
    assert broken.status_code == 422 or "colour" in broken.text


def test_a_notice_is_seen_before_it_is_made_and_can_be_retracted(stocked: Desk) -> None:
    held = {"kind": "held", "gtin": GTIN, "lot": LOT, "reason": "Tablets are cracked"}
    shown = stocked.post("/notices", "/notices", **held)
    nothing_yet = stocked.client.get("/notices").text

    assert shown.status_code == 200
    assert "Is this what you mean?" in shown.text
    assert "Tablets are cracked" not in nothing_yet
    assert stocked.post("/notices", "/notices", **held, accepted="yes").status_code == 303
    assert "On hold" in text_of(stocked.client.get(f"/lots/{LOT}?gtin={GTIN}").text)
    listed = stocked.client.get("/notices").text
    assert "Tablets are cracked" in listed
    where = re.findall(r"/notices/\d+/retraction", listed)[0]
    assert stocked.post(where, "/notices", reason="Wrong lot").status_code == 303
    assert "On hold" not in text_of(stocked.client.get(f"/lots/{LOT}?gtin={GTIN}").text)


def test_a_notice_that_cannot_be_is_refused_beside_the_form(stocked: Desk) -> None:
    answer = stocked.post("/notices", "/notices", kind="recalled", gtin="12", lot="", reason="")

    assert answer.status_code == 422
    assert "GS1-" in answer.text
    assert "Is this what you mean?" not in answer.text


def test_a_correction_shows_what_it_changes_before_it_changes_it(admin: Desk) -> None:
    stocked = admin
    assert stocked.drop(made(), "wrong goods.json").status_code == 303
    event_page = stocked.client.get("/events/" + quote(WRONG, safe="")).text
    assert "Correct this event" in event_page
    form = {"event": WRONG, "reason": "did_not_occur", "explanation": "The truck never left"}

    preview = stocked.post("/corrections", "/corrections", **form)
    assert "2 of 2 objects looked at" in text_of(preview.text)
    assert "In transit" in text_of(stocked.client.get("/goods").text)
    digest = re.findall(r'name="digest" value="([^"]+)"', preview.text)[0]
    stale = stocked.post("/corrections", "/corrections", **form, digest="0" * len(digest))
    assert stale.status_code == 422
    done = stocked.post("/corrections", "/corrections", **form, digest=digest)
    assert done.status_code == 303
    assert done.headers["location"].startswith("/captures/")
    page = text_of(stocked.client.get("/goods").text)
    assert "In transit" not in page.partition("What they count as")[2]


def test_a_draft_can_be_put_right_and_recorded_instead(stocked: Desk) -> None:
    draft = stocked.client.get("/corrections", params={"event": WRONG}).text

    assert "Record this instead" in draft
    assert "shipping" in draft
    empty = stocked.post("/corrections", "/corrections", event=WRONG, reason="did_not_occur",
                         explanation="")  # fmt: skip
    assert empty.status_code == 422
    assert "TRC-018" in empty.text


def test_a_reader_sees_notices_and_makes_none(desk: Desk) -> None:
    desk.sign_in("stranger.reader")

    assert desk.client.get("/notices").status_code == 200
    refused = desk.post("/notices", "/setup/account", kind="held", gtin=GTIN, reason="x")
    assert refused.status_code == 403
    assert desk.client.get("/goods").status_code == 200
