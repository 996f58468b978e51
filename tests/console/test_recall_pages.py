"""Recalls in the console, as somebody without scripts uses them: from a lot to a signed end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.console.conftest import PASSWORD, Desk
from tests.console.test_goods_pages import GTIN, made, text_of
from tests.services.documents import LOT

if TYPE_CHECKING:
    from packtrail.services.application import Application

SHOP_GLN = "0300013333332"


@pytest.fixture
def desk_with_goods(desk: Desk, application: Application) -> Desk:
    desk.sign_in("packager.admin")
    assert desk.drop(made(), "recalls.json").status_code == 303
    return desk


def opened(desk: Desk, **more: str) -> str:
    """Open a recall; return the path of its page."""
    facts = {
        "title": "Glass", "reason": "Glass in ampoules", "subjects": f"{GTIN} {LOT}",
        "hazard": "1", "depth": "retail", "kind": "recall", "check_level": "A",
    }  # fmt: skip
    answer = desk.post("/recalls", "/recalls", **(facts | more))
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def test_a_recall_goes_from_the_lot_to_the_holders(desk_with_goods: Desk) -> None:
    desk = desk_with_goods
    lot = desk.client.get(f"/lots/{LOT}").text
    (link,) = re.findall(r'href="(/recalls\?[^"]+)"', lot)
    form = desk.client.get(link.replace("&amp;", "&")).text
    path = opened(desk)
    page = text_of(desk.client.get(path).text)

    assert f"{GTIN} {LOT}</textarea>" in form
    assert "3 packs accounted for" in page
    assert "2 under way" in page
    assert desk.post(f"{path}/count", path).status_code == 303
    assert "Counted 3 packs, 3 of them placed" in text_of(desk.client.get(path).text)


def test_steps_for_ever_want_the_number_and_a_reason(desk_with_goods: Desk) -> None:
    desk = desk_with_goods
    path = opened(desk)
    number = path.rpartition("/")[2]
    refused = desk.post(f"{path}/publish", path, confirmation="yes", reason="")

    assert refused.status_code == 422
    assert {"RCL-003", "RCL-004"} <= set(re.findall(r"RCL-\d+", refused.text))
    done = desk.post(f"{path}/publish", path, confirmation=number, reason="Decision 12")
    assert done.status_code == 303
    assert "status published" in text_of(desk.client.get(path).text)
    assert "recalled" in text_of(desk.client.get(f"/lots/{LOT}").text).lower()


def test_a_holder_is_told_answers_and_is_checked(desk_with_goods: Desk) -> None:
    desk = desk_with_goods
    path = opened(desk, kind="drill")
    number, holder = path.rpartition("/")[2], f"{path}/holders/{SHOP_GLN}"
    before = desk.client.get(holder).text
    contact = {"name": "Apotheke", "person": "Frau Grün", "email": "a@apotheke.example",
               "country": "de", "kind": "retail"}  # fmt: skip
    assert desk.post(f"{holder}/contact", holder, **contact).status_code == 303
    assert desk.post(f"{holder}/contact", holder, email="nobody").status_code == 422
    sent = desk.post(f"{holder}/send", holder, confirmation=number, reason="Letter", way="mail")
    answer = {"person": "Frau Grün", "on": "2026-03-09", "quarantined": "1"}
    assert desk.post(f"{holder}/answer", holder, **answer).status_code == 303
    wrong = desk.post(f"{holder}/answer", holder, **answer | {"returned": "many"})
    checked = {"person": "Frau Grün", "way": "call", "is_effective": "yes"}
    assert desk.post(f"{holder}/check", holder, **checked).status_code == 303
    after = text_of(desk.client.get(holder).text)

    assert "THIS IS A DRILL" in before
    assert sent.status_code == 303
    assert (wrong.status_code, "RCL-009" in wrong.text) == (422, True)
    assert "DIES IST EINE ÜBUNG" in after
    assert "1 of 2 packs accounted for" in after
    assert "effective, call, Frau Grün" in after
    for kind, start in (("eml", b"Subject:"), ("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF")):
        assert desk.client.get(f"{holder}/message.{kind}").content.startswith(start)
    assert desk.client.get(f"{path}/holders/4012345000009").status_code == 404


def test_a_recall_is_signed_closed_and_printed(desk_with_goods: Desk) -> None:
    desk = desk_with_goods
    path = opened(desk)
    number = path.rpartition("/")[2]
    digest = re.search(r'name="digest" value="(\w+)"', desk.client.get(path).text)
    assert digest
    told = {"confirmation": number, "reason": "Found", "digest": digest[1], "meaning": "approved"}
    wrong = desk.post(f"{path}/close", path, **told, password="another one altogether")
    done = desk.post(f"{path}/close", path, **told, password=PASSWORD)
    page = text_of(desk.client.get(path).text)

    assert (wrong.status_code, done.status_code) == (422, 303)
    assert "I approve this record" in page
    assert "Steps that cannot be undone" not in page
    assert desk.client.get(f"{path}/report.pdf").content.startswith(b"%PDF")
    assert desk.client.get(f"{path}/report.xlsx").content.startswith(b"PK")
    assert GTIN in desk.client.get(f"{path}/packs.csv").text
    assert number in desk.client.get("/recalls").text


def test_what_is_wrong_with_a_new_recall_keeps_what_was_typed(desk_with_goods: Desk) -> None:
    answer = desk_with_goods.post("/recalls", "/recalls", title="Glass", subjects="1234", kind="x")

    assert answer.status_code == 422
    assert "RCL-001" in answer.text
    assert 'value="Glass"' in answer.text
