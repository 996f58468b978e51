"""The page of months and legal holds."""

from __future__ import annotations

import re

from .conftest import Desk


def test_months_show_state_size_and_until_when_they_are_kept(admin: Desk, shipment: bytes) -> None:
    admin.drop(shipment, "month.xml")
    page = admin.client.get("/setup/archive").text

    assert "Not over yet" in page
    assert "years after" in page


def test_a_hold_is_placed_and_not_released_by_the_same_person(admin: Desk, shipment: bytes) -> None:
    admin.drop(shipment, "held.xml")
    month = {"kind": "month", "subject": "2026-01/2030-12", "reason": "Case 12", "owner": "Court"}
    answer = admin.post("/setup/archive/holds", page="/setup/archive", **month)
    page = admin.client.get("/setup/archive").text
    refused = admin.post("/setup/archive/holds/1/release", page="/setup/archive", reason="Over")

    assert answer.status_code == 303
    assert "months 2026-01 to 2030-12" in page
    assert re.search(r'<span class="pills"><span class="state attention">', page)
    assert "Somebody else releases it" in page
    assert refused.status_code == 422
    assert re.search(r"STO-078|somebody other", refused.text)


def test_a_hold_over_nothing_is_answered_beside_the_form(admin: Desk) -> None:
    sent = {"kind": "lot", "subject": "NONE", "reason": "Case 12", "owner": "Court"}
    answer = admin.post("/setup/archive/holds", page="/setup/archive", **sent)

    assert answer.status_code == 422
    assert "Nothing is recorded of lot" in answer.text
    assert 'value="NONE"' in answer.text


def test_a_reader_is_not_shown_the_archive(desk: Desk) -> None:
    reader = desk.sign_in("maker.reader").client

    assert "/setup/archive" not in reader.get("/setup").text
    assert reader.get("/setup/archive").status_code == 403
