"""The pages of the console over the real services, as somebody without scripts sees them."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.console.conftest import HOST, PASSWORD, Desk
from tests.services.documents import commissioning, document, pack

from packtrail.base.findings import Severity
from packtrail.console import build, home
from packtrail.services.overview import Attention

if TYPE_CHECKING:
    from packtrail.services.application import Application

PACK = "urn:epc:id:sgtin:030001.0012345.11"
CASE = "urn:epc:id:sgtin:030001.1012345.110"
PALLET = "urn:epc:id:sscc:030001.41234567890"


def trace(identifier: str) -> str:
    return "/trace/" + quote(identifier, safe="")


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def shipped(admin: Desk, shipment: bytes) -> Desk:
    """The maker's administrator, after the example shipment was handed in."""
    assert admin.drop(shipment, "shipment.xml").status_code == 303
    return admin


def test_an_empty_store_says_what_to_do(desk: Desk) -> None:
    page = desk.sign_in("stranger.admin").client.get("/").text

    assert "Nothing is recorded yet" in page
    assert "packtrail demo" in page
    assert 'type="file"' in page


def test_the_home_page_says_what_is_in_the_store(shipped: Desk) -> None:
    page = shipped.client.get("/").text

    assert "What is in the store" in page
    assert "shipment.xml" in page
    assert "In transit" in page


def test_a_capture_tells_what_became_of_it(admin: Desk, shipment: bytes) -> None:
    where = admin.drop(shipment, "again.xml").headers["location"]

    page = text_of(admin.client.get(where).text)
    assert "Recorded" in page
    assert re.search(r"8 events were recorded", page)
    assert admin.client.get(f"{where}/original").content == shipment


def test_a_refused_document_shows_what_where_and_what_to_do(admin: Desk, shipment: bytes) -> None:
    wrong = shipment.replace(b"<action>OBSERVE</action>", b"<action>LOOK</action>")
    where = admin.drop(wrong, "wrong.xml").headers["location"]

    page = text_of(admin.client.get(where).text)
    assert "Refused" in page
    assert "LOOK" in page
    assert re.search(r"EPC-\d{3}", page)
    assert "action" in page
    assert "wrong.xml" in admin.client.get("/captures").text
    code = re.findall(r"EPC-\d{3}", page)[0]
    assert "What to do" in admin.client.get(f"/findings/{code}").text
    assert admin.client.get("/findings/EPC-000").status_code == 404


def test_several_files_are_several_captures(admin: Desk, shipment: bytes) -> None:
    answer = admin.client.post(
        "/captures",
        data={"csrf_token": admin.token("/captures")},
        files=[("file", ("one.xml", shipment)), ("file", ("two.xml", b"<no/>"))],
        headers={"accept": "application/json"},
    )

    assert len(answer.json()["captures"]) == 2


def test_an_empty_file_is_refused_by_name_and_keeps_the_others(admin: Desk) -> None:
    answer = admin.client.post(
        "/captures",
        data={"csrf_token": admin.token("/captures")},
        files=[("file", ("empty.xml", b"")), ("file", ("full.xml", b"<no/>"))],
    )

    assert answer.status_code == 422
    assert "empty.xml" in answer.text
    assert "full.xml" in answer.text


def test_the_page_of_a_pack_tells_state_why_where_lot_expiry_and_holders(shipped: Desk) -> None:
    answer = shipped.client.get(trace(PACK))

    page = text_of(answer.text)
    assert answer.status_code == 200
    for told in ("Epcistra", "In transit", "A123", "27 Mar 2025", "Serial number", "GS1 Pharma DC",
                 "Purchase order", "XYZPO189", "DEL100", "GS1 Drug Distributor"):  # fmt: skip
        assert told in page
    assert trace(CASE) in answer.text
    assert trace(PALLET) in answer.text
    assert answer.text.count('class="journey-svg"') == 1
    assert answer.text.count('id="step-') == 4


def test_what_a_case_and_a_pallet_hold(shipped: Desk) -> None:
    case = shipped.client.get(trace(CASE) + "?tab=contents").text
    pallet = shipped.client.get(trace(PALLET) + "?tab=contents").text

    assert all(trace(f"urn:epc:id:sgtin:030001.0012345.{n}") in case for n in (11, 12, 13, 14))
    assert "4 packs" in text_of(case)
    assert trace(CASE) in pallet
    assert "3 cases, holding 12 objects" in text_of(pallet)


def test_raw_events_are_there_as_json_ld(shipped: Desk) -> None:
    page = shipped.client.get(trace(PACK) + "?tab=raw").text

    assert page.count('<pre class="raw"') == 4
    assert page.count("epcis-context.jsonld") >= 4
    assert "&#34;bizStep&#34;: &#34;shipping&#34;" in page


def test_looking_back_shows_the_pack_as_it_was(shipped: Desk) -> None:
    page = text_of(shipped.client.get(trace(PACK) + "?as_of=2023-03-27T06:46:00").text)

    assert "You are looking back" in page
    assert "In transit" not in page
    assert "Held by Nothing" in page


@pytest.mark.parametrize("moment", ["%3Cscript%3E", "yesterday", "9999-12-31T23:59:59-14:00"])
def test_a_moment_nobody_can_read_is_left_out(shipped: Desk, moment: str) -> None:
    answer = shipped.client.get(trace(PACK) + f"?as_of={moment}&as_known_at={moment}")

    assert answer.status_code == 200
    assert "You are looking back" not in answer.text


@pytest.mark.parametrize(
    "unknown",
    ["(01)00300010123455(21)<script>alert(1)</script>", "nonsense", "urn:epc:id:sgtin:1.2.3", "%"],
)
def test_what_is_not_recorded_is_told_with_what_to_do(shipped: Desk, unknown: str) -> None:
    answer = shipped.client.get(trace(unknown))

    assert answer.status_code in {404, 422}
    assert "<script>alert" not in answer.text
    assert re.search(r"(TRC|GS1)-\d{3}", answer.text)


def test_every_event_has_a_page_that_leads_to_its_objects_and_capture(shipped: Desk) -> None:
    paths = re.findall(r'href="(/events/[^"]+)"', shipped.client.get(trace(PACK)).text)
    answer = shipped.client.get(paths[-1])

    assert answer.status_code == 200
    assert trace(PALLET) in answer.text
    assert re.search(r'href="/captures/[^"]+">its capture', answer.text)
    assert "GS1 Pharma DC" in answer.text
    assert "Purchase order" in answer.text


def test_a_lot_has_a_page(shipped: Desk) -> None:
    path = re.findall(r'href="(/lots/[^"]+)"', shipped.client.get(trace(PACK)).text)[0]
    page = shipped.client.get(path.replace("&amp;", "&")).text

    assert "A123" in page
    assert "27 Mar 2025" in page
    assert trace(PACK) in page
    assert shipped.client.get("/lots/none-such").status_code == 404


ORDER = "urn:epcglobal:cbv:bt:0399999999991:PLACED77"


def test_a_place_on_the_page_of_a_lot_has_its_name_whatever_notation_an_event_has(
    shipped: Desk,
) -> None:
    known, unknown = (f"https://id.gs1.org/414/{gln}" for gln in ("0300011111116", "0614141000005"))
    order = [{"type": "po", "bizTransaction": ORDER}]
    events = [
        {**commissioning(500 + number, [pack(f"P{number}")], lot="PLACED"), **told}
        for number, told in enumerate(
            {"readPoint": {"id": place}, "bizLocation": {"id": place}, "bizTransactionList": order}
            for place in (known, unknown)
        )
    ]
    files = {"file": ("placed.jsonld", document(*events), "application/json")}
    form = {"csrf_token": shipped.token("/captures")}
    sent = shipped.client.post("/captures", data=form, files=files)
    assert "Recorded" in text_of(sent.text)
    pages = [shipped.client.get(path) for path in ("/lots/PLACED", f"/documents/{ORDER}")]

    for page in pages:
        said = text_of(page.text)
        assert page.status_code == 200
        assert "GS1 Pharma" in said
        assert "GLN 0614141000005" in said
        assert "id.gs1.org" not in said


@pytest.mark.parametrize(
    "scanned",
    ["(01)00300010123455(21)11", "010030001012345521" + "11", PACK,
     "https://id.gs1.org/01/00300010123455/21/11", "]d2010030001012345521" + "11"],
)  # fmt: skip
def test_whatever_names_a_pack_leads_to_it(shipped: Desk, scanned: str) -> None:
    answer = shipped.client.get("/scan", params={"q": scanned}, follow_redirects=True)
    suggested = shipped.client.get("/scan/suggest", params={"q": scanned}).text

    assert trace(PACK) in suggested
    assert "Pack" in suggested
    assert "Epcistra" in answer.text or trace(PACK) in answer.text


def test_a_text_that_means_nothing_says_what_could(shipped: Desk) -> None:
    page = shipped.client.get("/scan", params={"q": "~~~ no such thing ~~~"}).text

    assert "Nothing recognised" in page


def test_the_scan_page_offers_what_moved_last(shipped: Desk) -> None:
    page = shipped.client.get("/scan").text

    assert trace(PALLET) in page
    assert "These moved last" in page


def test_products_and_locations_come_from_master_data(shipped: Desk) -> None:
    assert "Epcistra" in shipped.client.get("/products").text
    locations = shipped.client.get("/locations").text
    assert "GS1 Drug Distributor Warehouse" in locations
    assert "(414) 0300011111116" in text_of(locations)
    assert "Name GS1 Drug Distributor" not in text_of(locations)
    assert 'href="/products/00300010123455"' in shipped.client.get("/products").text


def test_a_scanned_gtin_leads_to_the_page_of_its_product(shipped: Desk) -> None:
    answer = shipped.client.get("/scan", params={"q": "00300010123455"}, follow_redirects=True)
    page = shipped.client.get("/products/00300010123455").text

    assert "/products/00300010123455" in (str(answer.url) + answer.text)
    assert "Epcistra" in page
    assert "/lots/A123?gtin=00300010123455" in page
    assert 'class="shares"' in page
    assert shipped.client.get("/products/03000101234509").status_code == 404
    assert shipped.client.get("/products/nonsense").status_code == 422


def test_another_organisation_finds_nothing(shipped: Desk) -> None:
    shipped.client.cookies.clear()
    stranger = shipped.sign_in("stranger.admin")

    assert stranger.client.get(trace(PACK)).status_code == 404
    assert "Epcistra" not in stranger.client.get("/scan", params={"q": PACK}).text
    assert "Epcistra" not in stranger.client.get("/products").text
    assert stranger.client.get("/products/00300010123455").status_code == 404


def test_every_change_is_in_the_audit_trail(admin: Desk, shipment: bytes) -> None:
    where = admin.drop(shipment, "audited.xml").headers["location"]

    page = admin.client.get("/audit").text
    assert "Document recorded" in page
    assert "capture:document:recorded" in page
    assert not re.search(r"</span> (True|False|\[|\{)", page)
    assert f'href="{where}"' in page
    assert "maker.admin" in page


@pytest.mark.usefixtures("durable")
def test_operations_tell_an_administrator_how_the_store_fares(admin: Desk) -> None:
    page = admin.client.get("/setup/operations").text

    assert "What is acknowledged is on disk" in page
    assert "Backups and drills" in page
    assert 'class="id">audit<' in page


def test_a_reader_is_not_shown_operations(desk: Desk) -> None:
    reader = desk.sign_in("maker.reader").client

    assert "/setup/operations" not in reader.get("/setup").text
    assert reader.get("/setup/operations").status_code == 403


def test_a_user_is_added_and_gets_a_link_that_is_shown_once(admin: Desk) -> None:
    fields = {"name": "nina", "display_name": "Nina", "role": "operator", "password": ""}
    assert admin.post("/setup/users", **fields).status_code == 303
    answer = admin.post("/setup/users/link", name="nina")

    path = re.findall(r"http://127\.0\.0\.1:8440(/sign-in/[\w-]+)", answer.text)[0]
    assert "shown only now" in answer.text
    assert path not in admin.client.get("/setup/users").text
    admin.client.cookies.clear()
    admin.client.post(path, data={"csrf_token": admin.token(path)})
    assert "Nina" in admin.client.get("/scan").text


def test_a_user_that_cannot_be_added_says_why_beside_the_form(admin: Desk) -> None:
    fields = {"name": "Not A Name", "role": "operator", "password": "short"}
    answer = admin.post("/setup/users", **fields)

    assert answer.status_code == 422
    assert "ACC-012" in answer.text
    assert 'value="Not A Name"' in answer.text


def test_a_key_is_shown_once_and_can_be_revoked(admin: Desk) -> None:
    answer = admin.post("/setup/api-keys", name="Line 4", scope="event:record:read", days="30")
    secret = re.findall(r"data-secret>(ptk_[\w-]+)<", answer.text)[0]

    later = admin.client.get("/setup/api-keys").text
    key_id = re.findall(r'name="key_id" value="([^"]+)"', later)[0]
    assert secret not in later
    assert secret.startswith(key_id)
    assert admin.post("/setup/api-keys/revoke", key_id=key_id).status_code == 303
    assert "Revoked" in admin.client.get("/setup/api-keys").text


@pytest.mark.parametrize("days", ["0", "100000", "-1", "ten"])
def test_a_key_with_an_expiry_that_cannot_be_says_why(admin: Desk, days: str) -> None:
    answer = admin.post("/setup/api-keys", name="x", scope="event:record:read", days=days)

    assert answer.status_code == 422
    assert "ACC-018" in answer.text


def test_a_packager_records_for_its_maker_and_both_see_it(admin: Desk) -> None:
    assert admin.post("/setup/agreements", partner="packager").status_code == 303
    assert "Records for you" in admin.client.get("/setup").text
    admin.client.cookies.clear()
    packager = admin.sign_in("packager.admin")

    page = packager.client.get("/captures").text
    assert '<option value="maker">' in page
    where = packager.client.post(
        "/captures",
        data={"csrf_token": packager.token("/captures"), "owner": "maker"},
        files={"file": ("for-maker.xml", b"<no/>")},
        follow_redirects=False,
    ).headers["location"]
    packager.client.cookies.clear()
    assert "for-maker.xml" in packager.sign_in("maker.admin").client.get(where).text


def test_a_page_works_when_the_assets_are_not_installed(
    admin: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from packtrail.console import templates  # noqa: PLC0415

    monkeypatch.setitem(templates.environment().globals, "has_htmx", lambda: False)

    page = admin.client.get("/captures").text
    assert "vendor/" not in page
    assert "Drop files here" in page


def test_assets_are_kept_for_long_under_the_mark_of_their_content(desk: Desk) -> None:
    path = re.findall(r'href="(/static/console.css\?v=[^"]+)"', desk.client.get("/sign-in").text)[0]

    assert "immutable" in desk.client.get(path).headers["cache-control"]
    assert desk.client.get("/static/console.css").headers["cache-control"] == "no-cache"
    assert desk.client.get("/static/../app.py").status_code == 404


HOSTILE = [
    "\x00",
    "urn:\x00x",
    "(01)\x1d",
    "%2e%2e/%2e%2e/etc",
    "a" * 5000,
    "\N{GRINNING FACE}",
    "';--",
    "urn:epc:id:sgtin:" + "9" * 3000,
    "http://[",
    "https://id.gs1.org/01/\x00",
    "-",
    "+1",
    "ni:///sha-256;x?ver=CBV2.0#\x00",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_anywhere_breaks_a_page(shipped: Desk, text: str) -> None:
    escaped = quote(text, safe="")
    paths = [
        f"/trace/{escaped}",
        f"/lots/{escaped}",
        f"/lots/A123?gtin={escaped}",
        f"/events/{escaped}",
        f"/captures/{escaped}",
        f"/captures?before={escaped}",
        f"/scan?q={escaped}",
        f"/scan/suggest?q={escaped}",
        f"/audit?before={escaped}",
        f"{trace(PACK)}?as_of={escaped}&tab={escaped}",
        f"/findings/{escaped}",
        f"/sign-in/{escaped}",
    ]

    broken = {
        path: status
        for path in paths
        if (status := shipped.client.get(path).status_code) not in {200, 404, 422}
    }
    assert broken == {}


@pytest.mark.parametrize("text", ["\x00", "a" * 5000, "\N{GRINNING FACE}"], ids=range(3))
def test_no_text_in_a_form_breaks_a_page(admin: Desk, text: str) -> None:
    answers = [
        admin.post("/setup/users", name=text, display_name=text, role=text, password=text),
        admin.post("/setup/users", name="fine", display_name=text, role="reader", password=""),
        admin.post("/setup/users/link", name=text),
        admin.post("/setup/api-keys", name=text, scope=text, days=text),
        admin.post("/setup/api-keys/revoke", key_id=text),
        admin.post("/setup/agreements", partner=text),
        admin.drop(b"<x/>", text.replace("\x00", "\u2400") + ".xml"),
    ]
    admin.client.cookies.clear()
    form = {"csrf_token": admin.token("/sign-in"), "name": text, "password": text, "next": text}
    answers.append(admin.client.post("/sign-in", data=form, follow_redirects=False))

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


def test_a_capture_shows_who_sent_what_to_whom_and_where_to_look(
    admin: Desk, shipment: bytes
) -> None:
    where = admin.drop(shipment, "shown.xml").headers["location"]

    answer = admin.client.get(where).text
    page = text_of(answer)
    assert trace(PALLET) in answer
    assert trace(CASE) in answer
    assert trace(PACK) in answer
    assert re.search(r"From GS1 Pharma .* To GS1 Drug Distributor", page)
    assert "Shipped" in page
    assert "Epcistra" in page
    assert "/lots/A123" in answer
    assert "Purchase order XYZPO189" in page


def test_a_document_that_was_recorded_before_shows_its_events_all_the_same(
    shipped: Desk, shipment: bytes
) -> None:
    where = shipped.drop(shipment.replace(b"</epcis", b" </epcis", 1), "twice.xml").headers[
        "location"
    ]

    page = shipped.client.get(where).text
    assert "recorded before, exactly the same" in page
    assert "First recorded by" in page
    assert trace(PALLET) in page


@pytest.mark.parametrize(
    "typed", ["XYZPO189", "urn:epcglobal:cbv:bt:0399999999991:XYZPO189", "DEL100"]
)
def test_the_number_of_an_order_leads_to_the_events_that_name_it(shipped: Desk, typed: str) -> None:
    answer = shipped.client.get("/scan", params={"q": typed}, follow_redirects=True)

    page = text_of(answer.text)
    assert answer.url.path.startswith("/documents/urn")
    assert ("Purchase order" in page) == ("PO" in typed)
    assert trace(PALLET) in answer.text
    assert "Shipped" in page
    assert shipped.client.get("/documents/urn:none:such").status_code == 404


def test_an_event_is_shown_as_xml_too(shipped: Desk) -> None:
    paths = re.findall(r'href="(/events/[^"]+)"', shipped.client.get(trace(PACK)).text)
    page = shipped.client.get(paths[-1] + "?as=xml").text

    assert "&lt;epcis:EPCISDocument" in page
    assert "&lt;bizStep&gt;" in page
    assert "&#34;bizStep&#34;" not in page


def crate_of(count: int) -> bytes:
    """Return a document in which one logistic unit is filled with many packs."""
    packs = [f"urn:epc:id:sgtin:952012.0000001.{number:04}" for number in range(count)]
    event = {
        "type": "AggregationEvent",
        "eventTime": "2026-03-01T10:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "parentID": CRATE,
        "childEPCs": packs,
        "action": "ADD",
        "bizStep": "packing",
    }
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T10:00:00Z",
        "epcisBody": {"eventList": [event]},
    }
    return json.dumps(document).encode()


CRATE = "urn:epc:id:sscc:952012.00000000001"


def test_a_container_of_many_is_read_page_by_page(admin: Desk) -> None:
    admin.drop(crate_of(205), "crate.json")

    first = admin.client.get(trace(CRATE) + "?tab=contents").text
    rest = admin.client.get(trace(CRATE) + "?tab=contents&from=200").text
    assert "1 to 200 of 205" in text_of(first)
    assert "from=200" in first
    assert "201 to 205 of 205" in text_of(rest)
    assert rest.count('data-level="1"') == 5
    assert "952012.0000001.0204" in rest
    assert "from=0" in rest
    assert admin.client.get(trace(CRATE) + "?tab=contents&from=99999999999").status_code == 200


def test_what_a_case_in_a_pallet_holds_comes_as_rows(shipped: Desk) -> None:
    pallet = shipped.client.get(trace(PALLET) + "?tab=contents").text
    path = re.findall(r'data-open="([^"]+)"', pallet)[0].replace("&amp;", "&")

    rows = shipped.client.get(path).text
    assert rows.count('data-level="2"') == 4
    assert "<html" not in rows
    assert trace("urn:epc:id:sgtin:030001.0012345.1") in rows
    assert shipped.client.get("/contents?of=nonsense&level=x").status_code == 422
    long_ago = shipped.client.get(path + "&as_of=2001-01-01T00:00:00").text
    assert "data-level" not in long_ago


def test_a_user_changes_role_and_is_disabled_and_is_out_at_once(
    admin: Desk, application: Application
) -> None:
    admin.post("/setup/users", name="olga", role="reader", password=PASSWORD)
    with closing(TestClient(build(application), base_url=HOST)) as client:
        olga = Desk(client).sign_in("olga")
        assert "/setup/users/change" not in client.get("/setup").text
        changed = admin.post("/setup/users/change", name="olga", change="role", role="auditor")
        assert changed.status_code == 303
        assert client.get("/setup/users").status_code == 200
        admin.post("/setup/users/change", name="olga", change="disable")
        assert client.get("/", follow_redirects=False).headers["location"] == "/sign-in"
        page = admin.client.get("/setup/users").text
        assert "Disabled" in page
        assert "account:user:disabled" in admin.client.get("/audit").text
        admin.post("/setup/users/change", name="olga", change="enable")
        olga.sign_in("olga")


def test_a_change_that_is_not_allowed_says_why(admin: Desk) -> None:
    answer = admin.post("/setup/users/change", name="maker.admin", change="disable")

    assert answer.status_code == 422
    assert "ACC-020" in answer.text


def test_people_change_their_own_password(admin: Desk) -> None:
    fields = {"name": "petra", "role": "reader", "password": PASSWORD}
    admin.post("/setup/users", **fields)
    admin.client.cookies.clear()
    petra = admin.sign_in("petra")
    new = PASSWORD + " and more"

    wrong = petra.post("/setup/account", "/setup/account", current="x", new=new, again=new)
    differs = petra.post("/setup/account", "/setup/account", current=PASSWORD, new=new, again="x")
    right = petra.post("/setup/account", "/setup/account", current=PASSWORD, new=new, again=new)
    assert (wrong.status_code, differs.status_code, right.status_code) == (422, 422, 200)
    assert "ACC-019" in wrong.text
    assert "differ" in differs.text
    assert "Your password is changed" in right.text
    assert petra.client.get("/scan").status_code == 200


def marked(page: str) -> str:
    """Return the text of a scan as the page shows it, what is wrong between asterisks."""
    shown = re.findall(r'<p class="marked[^>]*>(.*?)</p>', page, re.DOTALL)[0]
    return re.sub(r"<mark>.*?</span>(.*?)</mark>", r"*\1*", shown)


@pytest.mark.parametrize(
    ("scanned", "shown", "code"),
    [
        ("(01)00300010123456(21)11", "(01)0030001012345*6*(21)11", "GS1-009"),
        ("(01)00300010123455(17)261345(21)1", "(01)00300010123455(17)26*13*45(21)1", "GS1-012"),
    ],
)
def test_a_damaged_scan_shows_where_and_what_can_still_be_told(
    shipped: Desk, scanned: str, shown: str, code: str
) -> None:
    page = shipped.client.get("/scan", params={"q": scanned}).text

    assert marked(page) == shown
    assert code in page
    assert "What can still be told" in page
    assert text_of(page).count("Wrong") == 1


def test_a_scan_through_the_wrong_keyboard_is_offered_as_it_was(admin: Desk) -> None:
    page = admin.client.get("/scan", params={"q": "+d2010300010123450921YA1|10L5"}).text

    assert "It was probably this" in page
    assert "]d2010300010123450921ZA1\N{SYMBOL FOR GROUP SEPARATOR}10L5" in page
    assert "German keyboard" in page


@pytest.mark.parametrize("text", ["hello", "PO4711", "<b>&"])
def test_a_text_that_was_never_a_barcode_is_not_taken_to_pieces(admin: Desk, text: str) -> None:
    assert "cannot be read as it is" not in admin.client.get("/scan", params={"q": text}).text


def test_a_file_is_explained_in_words_and_a_picture_and_not_stored(
    admin: Desk, shipment: bytes
) -> None:
    captures = admin.client.get("/captures").text
    answer = admin.client.post(
        "/explain",
        data={"csrf_token": admin.token("/explain")},
        files={"file": ("partner.xml", shipment)},
    )

    page = text_of(answer.text)
    assert answer.status_code == 200
    assert "GS1 Pharma ships 1 logistic unit holding 3 cases holding 12 packs" in page
    assert answer.text.count('class="explain-svg"') == 1
    assert answer.text.count('class="x-pack"') == 12
    assert "partner.xml" not in captures
    assert "partner.xml" not in admin.client.get("/captures").text


def test_a_refused_document_leads_to_its_explanation(admin: Desk, shipment: bytes) -> None:
    wrong = shipment.replace(b"<action>OBSERVE</action>", b"<action>LOOK</action>")
    where = admin.drop(wrong, "explained.xml").headers["location"]

    assert f'href="{where}/explain"' in admin.client.get(where).text
    page = admin.client.get(f"{where}/explain").text
    assert "GS1 Pharma" in page
    assert "LOOK" in page


@pytest.mark.parametrize("content", [b"", b"<no/>", b"\x00\xff", b"{}"])
def test_a_file_that_says_nothing_is_told_to_say_nothing(admin: Desk, content: bytes) -> None:
    answer = admin.client.post(
        "/explain",
        data={"csrf_token": admin.token("/explain")},
        files={"file": ("odd.bin", content)},
    )

    assert answer.status_code == (200 if content else 422)
    said = "can be read as EPCIS" if content else "no bytes"
    assert said in answer.text


def test_what_needs_attention_is_listed_one_by_one(admin: Desk) -> None:
    for number in (1, 2):
        admin.drop(f"<no n='{number}'/>".encode(), f"bad{number}.xml")

    home = admin.client.get("/").text
    page = admin.client.get("/attention/documents").text
    assert 'href="/attention/documents"' in home
    assert "bad1.xml" in page
    assert "bad2.xml" in page
    assert "ask the sender for a corrected document" in text_of(page)
    assert admin.client.get("/attention/TRC-999").status_code == 404


def test_what_is_wrong_stands_before_what_is_worth_knowing(
    admin: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*_: object) -> list[Attention]:
        return [
            Attention(
                severity=severity, code="", text=f"a {severity}", count=1, link="/", remedy="Do"
            )
            for severity in (Severity.NOTE, Severity.ERROR, Severity.WARNING)
        ]

    monkeypatch.setattr(home, "_PARTS", (told,))
    page = text_of(admin.client.get("/").text)

    assert page.index("a error") < page.index("a warning") < page.index("a note")
