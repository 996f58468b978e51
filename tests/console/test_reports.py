"""The room Reports, as somebody without scripts sees it: from a receiver to an answer."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from tests.console.conftest import Desk
from tests.console.test_pages import text_of
from tests.services import documents
from tests.unit.reporting import sample

EGYPT: dict[str, Any] = {
    "code": "eptts",
    "title": "Egypt's EPTTS",
    "market": "EG",
    "kind": "authority",
    "channel": "none",
    "roles": "manufacturer",
    "takes_all": "yes",
    "is_open": "yes",
    "version_no": "0",
}


NUMBERS = itertools.count(1)


def _capture(desk: Desk) -> str:
    number = next(NUMBERS)
    here = {"id": sample.PLACES[sample.MAKER]}
    ilmd = {
        "cbvmda:lotNumber": "A1",
        "cbvmda:itemExpirationDate": "2028-12-31",
        "cbvmda:productionDate": "2026-03-01",
    }
    born = documents.event(
        number,
        epcList=[sample.pack(10 * number + n) for n in range(3)],
        ilmd=ilmd,
        readPoint=here,
        bizLocation=here,
    )
    where = desk.drop(documents.document(born), "born.jsonld").headers["location"]
    return str(where).rpartition("/")[2]


def _page(desk: Desk, path: str) -> str:
    answer = desk.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def told(admin: Desk) -> Desk:
    """The maker's administrator, with an authority that takes reports."""
    if "EPTTS" not in admin.client.get("/reports/receivers").text:
        sent = admin.post("/reports/receivers", "/reports/receivers/new?market=EG", **EGYPT)
        assert sent.headers["location"] == "/reports/receivers", sent.text
    return admin


def test_an_empty_room_says_what_to_do(desk: Desk) -> None:
    stranger = desk.sign_in("stranger.admin")
    assert "Nobody takes reports yet" in _page(stranger, "/reports")
    assert "Add a receiver" in _page(stranger, "/reports")
    assert "No file was checked yet" in _page(stranger, "/reports/preflight")


def test_a_report_is_asked_for_built_handed_in_and_answered(told: Desk) -> None:
    capture = _capture(told)
    asked = told.post(
        "/reports/new", "/reports/new", receiver="eptts", form="eg_csv", capture=capture
    )
    where = str(asked.headers["location"])
    assert re.fullmatch(r"/reports/\d+", where)
    page = text_of(_page(told, where))
    assert "Build the files" in page
    assert "Egypt's EPTTS" in page.replace("&#39;", "'")

    def do(verb: str, **more: str) -> Any:
        step = re.findall(r'name="step_no" value="(\d+)"', told.client.get(where).text)
        return told.post(where, where, verb=verb, step_no=step[0] if step else "", **more)

    assert do("build").status_code == 303
    page = text_of(_page(told, where))
    assert "Checked" in page
    assert re.search(r"[0-9a-f]{64}", page)
    assert told.client.get(f"{where}/files/1").content.count(b"SER00000000") == 3
    assert do("approve").status_code == 303
    refused = do("reject")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert do("hand_in", reason="On the portal.").status_code == 303
    assert do("reject", reason="Row 2: wrong plant.", reference="EG-9").status_code == 303
    page = text_of(_page(told, where))
    assert "Rejected" in page
    assert "Row 2: wrong plant." in page
    assert "EG-9" in page
    assert told.client.get(f"{where}/dossier").content.startswith(b"%PDF")
    assert told.client.get(f"{where}/paper").status_code == 404
    stale = told.post(where, where, verb="drop", reason="x", step_no="1")
    assert (stale.status_code, "REP-033" in stale.text) == (422, True)
    listed = text_of(_page(told, "/reports?receiver=eptts&state=rejected"))
    assert "Rejected" in listed
    assert "None like this" in _page(told, "/reports?receiver=eptts&state=dropped")
    assert "Ask for a report" in _page(told, "/reports?late=1")
    event = re.findall(r'href="(/events/[^"]+)"', told.client.get(where).text)[0]
    assert "What was reported" in _page(told, event)
    assert "1 report to be mended" in text_of(_page(told, "/"))
    assert told.client.get("/reports/987654").status_code == 404
    assert told.client.get("/reports/none").status_code == 404


def test_a_wish_that_makes_no_sense_is_told_beside_the_form(told: Desk) -> None:
    asked = told.post("/reports/new", "/reports/new", receiver="eptts", form="eg_csv")
    assert asked.status_code == 422
    assert "name it" in asked.text
    assert "eptts" in asked.text


def test_a_file_is_checked_and_can_be_taken_back_mended(told: Desk) -> None:
    capture = _capture(told)
    asked = told.post(
        "/reports/new", "/reports/new", receiver="eptts", form="eg_csv", capture=capture
    )
    where = str(asked.headers["location"])
    told.post(where, where, verb="build")
    good = told.client.get(f"{where}/files/1").content
    bad = good.replace(b"2028-12-31", b"31.12.2028")
    token = told.token("/reports/preflight")
    checked = told.client.post(
        "/reports/preflight",
        data={"csrf_token": token, "for": "eptts:eg_csv"},
        files={"file": ("mine.csv", bad, "text/csv")},
    )
    page = text_of(checked.text)
    assert "mine.csv" in page
    assert "PRE-006" in page
    assert "The mended file" in page
    assert "data:application/octet-stream;base64," in checked.text
    again = _page(told, "/reports/preflight?unit=day")
    assert "scores-svg" in again
    assert "mine.csv" in again
    nothing = told.client.post("/reports/preflight", data={"csrf_token": token, "for": "none"})
    assert nothing.status_code == 422
    assert "neither a receiver nor a form" in nothing.text


def test_receivers_facts_and_forms_are_shown_and_changed(told: Desk) -> None:
    page = _page(told, "/reports/receivers/eptts")
    version = re.findall(r'name="version_no" value="(\d+)"', page)[0]
    changed = {**EGYPT, "version_no": version, "facts": "a=1\nb = 2", "forms": "eg_epcis"}
    told.post("/reports/receivers", "/reports/receivers/eptts", **changed)
    again = _page(told, "/reports/receivers/eptts")
    assert "b=2" in again
    assert 'value="eg_epcis" checked' in again
    wrong = told.post("/reports/receivers", "/reports/receivers/eptts", **{**changed, "gln": "1"})
    assert wrong.status_code == 422
    back = {**EGYPT, "version_no": str(int(version) + 1)}
    assert told.post("/reports/receivers", "/reports/receivers", **back).status_code in {303, 422}

    said = told.post(
        "/reports/facts", "/reports/facts", kind="item", subject=sample.GTIN, name="markets",
        value="EG",
    )  # fmt: skip
    assert said.headers["location"].endswith(sample.GTIN)
    assert "Markets it is made for" in _page(told, f"/reports/facts?subject={sample.GTIN}")
    unknown = told.post(
        "/reports/facts", "/reports/facts", kind="place", subject="1", name="x", value="y"
    )
    assert unknown.status_code == 422
    assert "sscc_detail" in _page(told, "/reports/forms/ru_415")
    assert "ru_415" in _page(told, "/reports/forms?market=ru")
    assert told.client.get("/reports/forms/none").status_code == 422


def test_a_reader_sees_reports_and_is_offered_nothing(desk: Desk) -> None:
    reader = desk.sign_in("maker.reader")
    page = _page(reader, "/reports/receivers")
    assert "Add a receiver" not in page
    assert reader.post("/reports/facts", "/reports/facts", kind="item").status_code == 403
