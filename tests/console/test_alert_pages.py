"""The room of alerts, as somebody without scripts uses it: lists, a case, rules, drafts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.console.conftest import Desk
from tests.services.documents import PRODUCT, commissioning, dispensing, document, pack

from packtrail.services.accounts import organisations
from packtrail.services.alerts import watching
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask, Circumstances

if TYPE_CHECKING:
    from packtrail.services.application import Application

GTIN = "00300010123455"
SHOP = "urn:epc:id:sgln:030001.333333.0"
ELSEWHERE = "0400000000008"


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def alarmed(desk: Desk, application: Application) -> Desk:
    at_shop = {"readPoint": {"id": SHOP}, "bizLocation": {"id": SHOP}}
    events = (commissioning(1, [pack("A1")]), dispensing(2, pack("A1")) | at_shop)
    desk.sign_in("maker.admin")
    assert desk.drop(document(*events, vocabularies=[PRODUCT]), "a.json").status_code == 303
    actor = organisations.system_actor(application, "tests", organisation="maker")
    told = Circumstances(place=ELSEWHERE, purpose="supply")
    earlier = replace(application, clock=lambda: datetime.now(UTC) - timedelta(minutes=1))
    verifying.verify(earlier, actor, Ask(gtin=GTIN, serial="A1"), told)
    watching.watch(application, actor)
    return desk


def test_an_alert_is_worked_off_from_the_list_to_the_draft(alarmed: Desk) -> None:
    page = alarmed.client.get("/alerts").text
    assert "A pack was supplied at two places" in text_of(page)
    (alert_id,) = set(re.findall(r'name="alert" value="(\d+)"', page))
    shown = text_of(alarmed.client.get(f"/alerts/{alert_id}").text)
    assert "no undo between" in shown

    nothing = alarmed.post("/alerts/open", page="/alerts", title="x")
    assert (nothing.status_code, "SIG-065" in nothing.text) == (422, True)
    opened = alarmed.post("/alerts/open", page="/alerts", alert=alert_id, owner="Ida")
    case = opened.headers["location"]

    def act(**fields: str):
        return alarmed.post(case, page=case, **fields)

    early = act(act="investigate", reason="go")
    assert (early.status_code, "SIG-052" in early.text) == (422, True)
    assert act(act="triage", reason="Two towns", category="suspect").status_code == 303
    assert act(act="investigate", reason="Ask them").status_code == 303
    assert act(act="hold").status_code == 303
    assert act(act="note", text="Called <b>them</b>").status_code == 303
    page = alarmed.client.get(case).text
    assert "1 in quarantine" in text_of(page)
    assert "Called &lt;b&gt;them" in page
    assert page.count("<svg") > 1

    draft = f"{case}/drafts/fda_3911"
    assert "missing" in text_of(alarmed.client.get(draft).text)
    kept = alarmed.post(draft, page=draft, contact_phone="555 0100")
    assert kept.status_code == 303
    assert "555 0100" in alarmed.client.get(draft).text
    assert alarmed.client.get(f"{draft}/json").json()["draft"] is True
    assert alarmed.client.get(f"{case}/bundle").content.startswith(b"PK")

    assert act(act="refute", reason="By mistake", cause="dispensed_twice").status_code == 303
    assert act(act="release", reason="Genuine").status_code == 303
    assert act(act="close", reason="Done").status_code == 303
    assert "Closed" in text_of(alarmed.client.get("/alerts/cases").text)
    assert "dispensed twice" in text_of(alarmed.client.get("/alerts/rules").text)


def test_rules_are_set_with_a_reason_and_only_by_who_may(desk: Desk) -> None:
    desk.sign_in("maker.admin")
    wrong = desk.post("/alerts/rules", page="/alerts/rules", speed="fast", reason="x")
    right = desk.post("/alerts/rules", page="/alerts/rules", speed="200", reason="Roads")

    assert (wrong.status_code, "SIG-060" in wrong.text) == (422, True)
    assert right.status_code == 303
    assert "Roads" in desk.client.get("/alerts/rules").text


def test_a_reader_sees_alerts_and_can_do_nothing(desk: Desk) -> None:
    desk.sign_in("stranger.reader")

    page = desk.client.get("/alerts").text
    assert 'name="owner"' not in page
    assert desk.client.get("/alerts/999").status_code == 404
    assert desk.client.get("/alerts/cases/C-1").status_code == 404
