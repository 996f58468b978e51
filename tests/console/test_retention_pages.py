"""The pages of retention policies and of months that are to be destroyed."""

from __future__ import annotations

import re

from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.archive import holding, policies
from packtrail.services.archive.policies import Wanted
from packtrail.services.capture import capture

from ..services.documents import commissioning, document, pack
from .conftest import Desk

PATH = "/setup/retention"
POLICY = {
    "scope": "all",
    "subject": "",
    "keep_for": "30 years",
    "counts_from": "record",
    "live_for": "24 months",
    "live_end": "drop",
    "at_end": "destroy",
    "source": "SOP-QA-017",
    "valid_from": "",
}


def test_a_policy_is_set_shown_with_the_months_and_ended(admin: Desk, shipment: bytes) -> None:
    admin.drop(shipment, "kept.xml")
    answer = admin.post(f"{PATH}/policies", page=PATH, **POLICY)
    page = admin.client.get(PATH).text
    archive = admin.client.get("/setup/archive").text
    (end,) = re.findall(rf"{PATH}/policies/\d+/end", page)
    ended = admin.post(end, page=PATH, reason="SOP withdrawn")

    assert (answer.status_code, ended.status_code) == (303, 303)
    assert "SOP-QA-017" in page
    assert "then move it into the archive" in page
    assert "SOP-QA-017" in archive
    assert "in the database until" in archive
    assert "SOP withdrawn" in admin.client.get(PATH).text


def test_a_policy_below_the_law_is_answered_beside_the_form(admin: Desk) -> None:
    answer = admin.post(f"{PATH}/policies", page=PATH, **{**POLICY, "keep_for": "2 years"})

    assert answer.status_code == 422
    assert "STO-082" in answer.text
    assert 'value="2 years"' in answer.text


def test_a_month_that_must_be_kept_shows_why_and_cannot_be_ordered(
    admin: Desk, shipment: bytes
) -> None:
    admin.drop(shipment, "kept.xml")
    archive = admin.client.get("/setup/archive").text
    month = archive.split('<td class="id nowrap">')[1][:7]
    page = admin.client.get(f"{PATH}/{month}")
    refused = admin.post(f"{PATH}/{month}/orders", page=PATH, reason="Space")

    assert page.status_code == 200
    assert "What stands against it" in page.text
    assert re.search(r"<dt>Documents</dt><dd>[1-9]", page.text)
    assert "South Africa (za_sahpra)" in page.text
    assert "Order the destruction" not in page.text
    assert refused.status_code == 422


def test_a_reader_is_not_shown_retention(desk: Desk) -> None:
    reader = desk.sign_in("maker.reader").client

    assert reader.get(PATH).status_code == 403


def test_the_pages_tell_of_another_company_only_that_it_keeps_and_holds(
    application: Application, admin: Desk, shipment: bytes
) -> None:
    admin.drop(shipment, "kept.xml")
    stranger = organisations.system_actor(application, "tests", organisation="stranger")
    content = document(commissioning(2, [pack(2)]))
    capture.submit(application, stranger, content, media_type="application/json")
    month = f"{application.clock():%Y-%m}"
    policies.put(application, stranger, Wanted(source="SOP-S-9", keep_for="60 years"))
    wanted = holding.Wanted(kind="month", subject=month, reason="Case S", owner="Court S")
    holding.place(application, stranger, wanted)

    archive = admin.client.get("/setup/archive").text
    page = admin.client.get(f"{PATH}/{month}").text

    for text in (archive, page):
        assert not [word for word in ("stranger", "SOP-S-9", "Case S", "Court S") if word in text]
    assert "records of other companies" in archive
    assert "Of another company" in archive
    assert "maker and one other company" in page
    assert '<a href="/setup/retention" aria-current="page">' in page
