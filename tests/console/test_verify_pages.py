"""Verifying in the console: the scan box, an image, the record of questions, the test symbol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.console.conftest import Desk
from tests.services.documents import LOT, PRODUCT, commissioning, document, pack
from tests.unit.verification.wallets import HOLDER, ISSUER, Wallet, trust_of

from packtrail.base.errors import NotFound
from packtrail.console import wedge
from packtrail.gs1.keyboards import GERMAN
from packtrail.rendering.symbols import draw
from packtrail.services.accounts import organisations
from packtrail.services.verification import verifications, vrs
from packtrail.verification.messaging import ResponderPolicy

if TYPE_CHECKING:
    from packtrail.services.application import Application

GTIN = "00300010123455"
GS = "\x1d"
SCAN = f"01{GTIN}21VP1{GS}17281231{GS}10{LOT}"
SYMBOL = f"(01){GTIN}(21)VP1(17)281231(10){LOT}"
TEST = f"01095060001343522{'1yZ-1aB'}{GS}1730123110TEST-7"


TYPED = {ord(pressed): chr(arrived) for arrived, pressed in GERMAN.items()}


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def counter(admin: Desk, application: Application) -> Desk:
    content = document(commissioning(9, [pack("VP1")]), vocabularies=[PRODUCT])
    assert admin.drop(content, "packs.json").status_code == 303
    return admin


def test_a_scan_gets_a_verdict_a_next_step_and_the_box_again(counter: Desk) -> None:
    answer = counter.post("/scan/verify", "/scan/verify", scan=SCAN, purpose="check")
    page = text_of(answer.text)

    assert answer.status_code == 200
    assert "Genuine and saleable" in page
    assert "it may be supplied" in page
    assert "Epcistra" in page
    assert 'name="scan"' in answer.text
    assert "Your last scans" in page


def test_a_scan_without_its_separators_still_finds_its_pack(counter: Desk) -> None:
    lost = counter.post("/scan/verify", "/scan/verify", scan=SCAN.replace(GS, ""), purpose="check")

    assert "Genuine and saleable" in text_of(lost.text)
    assert "GS1-062" in lost.text


def test_the_answer_alone_comes_for_the_scripts_of_the_page(counter: Desk) -> None:
    form = {"csrf_token": counter.token("/scan/verify"), "scan": SCAN, "purpose": "check"}
    part = counter.client.post("/scan/verify", data=form, headers={"HX-Request": "true"}).text

    assert 'data-verdict="genuine_and_saleable"' in part
    assert "<html" not in part


def test_a_station_is_remembered_and_a_wrong_place_is_named(counter: Desk) -> None:
    told = {"gtin": GTIN, "serial": "VP1", "lot": LOT, "expires": "2028-12-31", "purpose": "supply"}
    fine = counter.post("/scan/verify", "/scan/verify", **told, place="0300011111116", market="de")
    wrong = counter.post("/scan/verify", "/scan/verify", **told, place="nowhere")

    assert "Genuine and saleable" in text_of(fine.text)
    assert "eu_fmd" in fine.text
    assert wrong.status_code == 422
    assert "nowhere" in wrong.text
    assert 'value="VP1"' in wrong.text
    remembered = counter.client.get("/scan/verify").text
    assert '<option value="supply" selected>' in remembered


def test_an_image_is_verified_and_an_empty_one_says_so(counter: Desk) -> None:
    form = {"csrf_token": counter.token("/scan/verify"), "purpose": "check"}
    image, blank = draw(SYMBOL).png(), draw("(01)09506000134352(21)1").png(scale=1)[:60]

    found = counter.client.post("/scan/verify/image", data=form, files={"image": ("p.png", image)})
    broken = counter.client.post("/scan/verify/image", data=form, files={"image": ("b.png", blank)})

    assert "Genuine and saleable" in text_of(found.text)
    assert broken.status_code == 422
    assert "GS1-071" in broken.text


def test_what_was_asked_and_answered_is_listed_and_shown(counter: Desk) -> None:
    counter.post("/scan/verify", "/scan/verify", scan=f"01{GTIN}21NEVER{GS}17281231{GS}10{LOT}",
                 purpose="check", station="Counter 1")  # fmt: skip
    listed = counter.client.get("/scan/verifications", params={"serial": "NEVER"}).text

    assert "VER-021" in listed
    assert "Counter 1" in listed
    one = re.findall(r"/scan/verifications/([0-9a-f-]{36})", listed)[0]
    shown = text_of(counter.client.get(f"/scan/verifications/{one}").text)
    assert "this serial number is not" in shown
    assert counter.client.get("/scan/verifications/none").status_code == 404
    known = text_of(counter.client.get("/scan/verifications", params={"verdict": "suspect"}).text)
    assert "NEVER" not in known


@pytest.mark.parametrize(
    ("arrived", "said"),
    [
        (TEST, "set up right"),
        (f"]d2{TEST}", "symbology identifier too"),
        (TEST.replace(GS, ""), "GS1-062"),
        (TEST.replace(GS, "|"), "GS1-063"),
        (TEST.translate(TYPED), "GS1-060"),
        (TEST.swapcase(), "GS1-061"),
        ("4012345678901", "not the test symbol"),
    ],
    ids=["right", "identifier", "lost", "replaced", "german", "caps", "other"],
)
def test_the_test_symbol_tells_what_is_wrong_with_a_scanner(
    counter: Desk, arrived: str, said: str
) -> None:
    assert said in counter.post("/scan/setup", "/scan/setup", scan=arrived).text
    assert "<svg" in counter.client.get("/scan/setup").text


def test_the_check_never_breaks(counter: Desk) -> None:
    for text in ("\x1d", "]d2", "(", "x" * 3000):
        assert not wedge.check(text).is_right


def test_who_may_not_verify_is_told_so(desk: Desk) -> None:
    desk.sign_in("maker.reader")
    refused = desk.post("/scan/verify", "/scan/setup", scan=SCAN, purpose="check")

    assert refused.status_code == 403
    assert desk.client.get("/scan/verifications").status_code == 200


def test_a_pack_is_dispensed_at_the_counter_once_and_taken_back(counter: Desk) -> None:
    told = {"scan": SCAN, "place": "0300013333332", "market": "DE"}
    where = "/scan/operations"
    done = text_of(counter.post(where, where, operation="dispense", **told).text)
    again = text_of(counter.post(where, where, operation="dispense", **told).text)
    back = text_of(counter.post(where, where, operation="dispense", undo="yes", **told).text)
    nowhere = counter.post(where, where, operation="dispense", scan=SCAN, place="")

    assert "Done" in done
    assert "Already inactive" in again
    assert "NMVS_NC_PCK_22" in again
    assert "Taken back: Dispense" in back
    assert nowhere.status_code == 422
    assert "VER-091" in nowhere.text


def test_messages_need_a_responder_a_directory_and_partners_which_forms_keep(counter: Desk) -> None:
    where = "/scan/messages"
    page = text_of(counter.client.get(where).text)
    asked = counter.post(where, where, scan=SCAN, req_gln="0300013333332")
    assert "does not answer verification messages yet" in page
    assert asked.status_code == 422
    assert "VER-104" in asked.text
    assert SCAN[:20] in asked.text

    gln = "0300013333332"

    def put(what: str, **told: object):
        return counter.post(f"{where}/{what}", where, **told)

    wrong = put("responder", gln="1")
    assert (wrong.status_code, "VER-100" in wrong.text) == (422, True)
    assert put("responder", gln=gln, verifies_recalled="yes").status_code == 303
    entry = {"gtin": "00300010123455", "url": "https://vrs.maker.example", "responder_gln": gln}
    assert put("entry", **entry).status_code == 303
    refused = put("entry", **entry | {"url": "ftp://x"})
    assert (refused.status_code, 'value="ftp://x"' in refused.text) == (422, True)
    partner = put("partner", gln=gln, name="Delta")
    page = counter.client.get(where).text

    assert "shown this once" in partner.text
    assert "https://vrs.maker.example" in page
    assert "Delta" in page
    assert "Forget 00300010123455" in page
    table = b"gtin,url,gln\n00300010123455,https://new.example,0300013333332\n1,x,y\n"
    taken = counter.client.post(
        f"{where}/import",
        data={"csrf_token": counter.token(where), "how": "keep"},
        files={"file": ("list.csv", table, "text/csv")},
    )
    assert "0 new, 1 changed, 0 as before" in taken.text
    assert "row 3" in taken.text
    assert put("forget", gtin="00300010123455").status_code == 303
    assert "https://new.example" not in counter.client.get(where).text


def test_whose_credentials_count_is_given_as_a_file_and_shown(desk: Desk) -> None:
    # Another organisation than the maker, whose responder another test sets up.
    desk.sign_in("stranger.admin")
    where = "/scan/messages"

    def give(content: str, how: str = "keep"):
        return desk.client.post(
            f"{where}/trust",
            data={"csrf_token": desk.token(where), "how": how},
            files={"file": ("trust.json", content.encode(), "application/json")},
        )

    file = trust_of(Wallet(ISSUER), Wallet(HOLDER, "EdDSA"))
    looked = text_of(give(file, "look").text)
    kept = text_of(give(file).text)
    wrong = give('{"issuer": [{"id": "did:web:x"}]}')
    policy = {"gln": "0300013333332", "needs_presentation": "yes", "unproven": "refuse"}
    assert desk.post(f"{where}/responder", where, **policy).status_code == 303
    page = text_of(desk.client.get(where).text)

    assert "Version 1 can be used; nothing was kept" in looked
    assert "No issuer counts yet" in looked
    assert "Version 1 counts from now on" in kept
    assert "did:web:issuer.example" in kept
    assert (wrong.status_code, "VER-110" in wrong.text) == (422, True)
    assert "cannot be checked to the end is not answered" in page


def test_the_page_of_a_verification_says_what_a_partner_showed(
    desk: Desk, application: Application
) -> None:
    desk.sign_in("stranger.admin")
    head = organisations.system_actor(application, "tests", organisation="stranger")
    vrs.set_responder(application, head, "0300011111116", ResponderPolicy())
    asked = {
        "exp": "281231", "linkType": "verificationService", "context": "dscsaSaleableReturn",
        "reqGLN": "0300013333332", "corrUUID": "6d1f7a9e-0000-4000-8000-000000000001",
    }  # fmt: skip
    path = ["gtin", GTIN, "lot", LOT, "ser", "VP1"]
    with pytest.raises(NotFound):
        vrs.respond(application, head, path, asked, presentation="nonsense")
    (kept,) = verifications.history(application, head, limit=1)
    page = text_of(desk.client.get(f"/scan/verifications/{kept.verification_id}").text)

    assert "The credential that was shown is wrong: somebody should look" in page
    assert "VER-107: The presentation is no signed JWT." in page
