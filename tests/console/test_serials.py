"""The room of serial numbers, as somebody without scripts uses it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.console.conftest import HOST, PASSWORD, Desk
from tests.services.supply.making import GTIN, MASTER, OTHER_GTIN

from packtrail.access import Actor
from packtrail.console import build
from packtrail.exchange.number_files import read_numbers
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.services.supply import pools
from packtrail.services.supply import station as at_station
from packtrail.settings import Settings
from packtrail.store import serials as rows
from packtrail.store.database import Database

POOL = "/serials/pools/maker/packs"


@pytest.fixture(scope="module")
def application(database: Database) -> Iterator[Application]:
    settings = Settings(master_key=MASTER)
    app = Application(settings=settings, database=database, clock=lambda: datetime.now(UTC))
    for code in ("maker", "packager", "stranger"):
        organisations.create_organisation(app, Actor.system("tests"), code, name=f"The {code}")
        head = organisations.system_actor(app, "tests", organisation=code)
        for role in ("administrator", "operator", "reader"):
            accounts.create_user(app, head, f"{code}.{role}", role=role, password=PASSWORD)
    maker = organisations.system_actor(app, "tests", organisation="maker")
    organisations.allow_recording(app, maker, "packager")
    yield app
    app.workers.shutdown(wait=True)


@pytest.fixture
def admin(application: Application) -> Iterator[Desk]:
    with closing(TestClient(build(application), base_url=HOST)) as client:
        desk = Desk(client).sign_in("maker.administrator")
        maker = organisations.system_actor(application, "tests", organisation="maker")
        if not pools.pools(application, maker):
            opened = desk.post(
                "/serials/new", "/serials/new", source="gtin", code="packs", gtin=f"(01){GTIN}",
                market="DE", alphabet="unambiguous", length="12", guess_limit="1/10000",
            )  # fmt: skip
            assert opened.headers["location"] == POOL, opened.text
        yield desk


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def take(admin: Desk, count: str, request: str, pool: str = POOL) -> str:
    answer = admin.post(
        f"{pool}/allocate", pool, count=count, request_id=request, party="line 4",
        purpose="lot A12",
    )  # fmt: skip
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


def numbers_of(admin: Desk, page: str) -> list[str]:
    text = admin.client.get(page.replace("/allocation?", "/numbers?")).text
    return text.split()


def test_numbers_are_taken_downloaded_and_settled(admin: Desk) -> None:
    page = take(admin, "1 200", "PO-1")
    numbers = numbers_of(admin, page)
    sheet = admin.client.get(page.replace("/allocation?", "/numbers?") + "&format=xlsx").content
    (part,) = read_numbers(io.BytesIO(sheet), "x.xlsx")

    assert len(set(numbers)) == 1_200
    assert part.serials == numbers
    shown = text_of(admin.client.get(page).text)
    assert "to line 4, for lot A12" in shown
    assert take(admin, "1200", "PO-1") == page
    answer = admin.client.post(
        "/serials/allocation",
        data={
            "csrf_token": admin.token(page), "pool": "maker/packs", "request": "PO-1",
            "request_id": "S-1", "used": "\r\n".join(numbers[:1_000]), "rest": "returned",
        },
        files={"void_file": ("void.txt", "\n".join(numbers[1_000:1_050]).encode(), "text/plain")},
        follow_redirects=True,
    )  # fmt: skip
    told = text_of(answer.text)
    assert "Used 1,000" in told
    assert "Void 50" in told
    assert "Returned 150" in told
    assert "Say what became of them" not in told


def test_a_mistake_is_told_beside_the_form_and_changes_nothing(admin: Desk) -> None:
    page = take(admin, "5", "PO-2")
    data = {"csrf_token": admin.token(page), "pool": "maker/packs", "request": "PO-2",
            "request_id": "S-2", "used": "nonsense"}  # fmt: skip
    answer = admin.client.post("/serials/allocation", data=data)
    wrong = admin.post(f"{POOL}/allocate", POOL, count="many", request_id="PO-3")

    assert answer.status_code == 422
    assert "never gave 1 of them: 'nonsense'" in text_of(answer.text).replace("&#39;", "'")
    assert ">nonsense</textarea>" in answer.text
    assert wrong.status_code == 422
    assert "is no whole number" in wrong.text


def test_a_number_is_looked_up(admin: Desk) -> None:
    (number,) = numbers_of(admin, take(admin, "1", "PO-4"))

    issued = admin.client.get("/serials/look-up", params={"text": f"(01){GTIN}(21){number}"})
    never = admin.client.get("/serials/look-up", params={"text": f"(01){GTIN}(21)000000000000"})
    strange = admin.client.get("/serials/look-up", params={"text": "(01)123"})

    assert "It was given out" in text_of(issued.text)
    assert "PO-4" in issued.text
    assert "This pool never gave it" in text_of(never.text)
    assert strange.status_code == 422


def test_the_ledger_is_filtered_in_the_address_and_exported(admin: Desk) -> None:
    for number in range(3):
        take(admin, "2", f"filter {number}")

    page = text_of(admin.client.get("/serials/ledger?text=filter+1&kind=allocated").text)
    empty = text_of(admin.client.get("/serials/ledger?text=nothing+is+like+this").text)
    as_csv = admin.client.get("/serials/ledger?text=filter&format=csv").text
    wrong = admin.client.get("/serials/ledger?since=someday")

    assert "filter 1" in page
    assert "filter 2" not in page
    assert "No entry is like this" in empty
    assert "# text: filter" in as_csv
    assert as_csv.count("allocated") == 3
    assert (wrong.status_code, "is no day" in wrong.text) == (422, True)


def test_a_proof_is_read_and_printed(admin: Desk) -> None:
    page = text_of(admin.client.get("/serials/proof?pool=maker/packs").text)
    pdf = admin.client.get("/serials/proof?all=1&format=pdf")

    assert "No number was issued twice" in page
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_pools_of_every_kind_are_opened_and_changed(admin: Desk) -> None:
    new = "/serials/new"
    sscc = admin.post(new, new, source="sscc", code="pallets", sscc_prefix="0614141", extension="2")
    drawn = admin.post(
        new, new, source="drawn", code="line", parent="maker/packs", serves="packager",
        low_water="10", top_up_to="100",
    )  # fmt: skip
    line = drawn.headers["location"]
    admin.post(f"{line}/top-up", line, count="40", request_id="T-1")
    admin.post(f"{line}/levels", line, low_water="20", top_up_to="200", unused_for_days="30")
    admin.post(f"{POOL}/key", POOL)
    changed = text_of(admin.client.get(line).text)

    assert sscc.headers["location"] == "/serials/pools/maker/pallets"
    assert "40 left of 40 that came into stock" in changed
    assert "to 200 when fewer than 20 are left" in changed or "fills itself" not in changed
    assert "Keys so far 2" in text_of(admin.client.get(POOL).text)
    admin.post(f"{line}/close", line)
    assert "This pool gives nothing more" in text_of(admin.client.get(line).text)
    refused = admin.post(f"{line}/close", line)
    assert (refused.status_code, "is closed already" in refused.text) == (422, True)
    assert admin.post(f"{line}/nonsense", line).status_code == 404


def test_a_pool_held_after_a_restore_goes_on_when_numbers_are_passed_over(
    admin: Desk, application: Application
) -> None:
    with application.database.transaction() as conn:
        rows.hold_pools(conn, at=application.clock())
    refused = admin.post(f"{POOL}/allocate", POOL, count="1", request_id="held")
    page = text_of(admin.client.get(POOL).text)
    admin.post(f"{POOL}/skip", POOL, count="7", request_id="restore")
    with application.database.transaction() as conn:
        conn.execute("update serial_pool set held_since = null")

    assert refused.status_code == 422
    assert "Let it give numbers again" in page
    assert "SER-037" in page
    assert "restored from a backup" in admin.client.get("/serials/ledger?text=restore").text
    assert take(admin, "1", "no longer held")


def test_the_law_fills_in_the_form_and_refuses_what_breaks_it(admin: Desk) -> None:
    form = admin.client.get("/serials/new?market=RU").text
    broken = admin.post(
        "/serials/new", "/serials/new", source="gtin", code="ru", gtin=OTHER_GTIN, market="RU",
        alphabet="unambiguous", length="12", guess_limit="1/10000",
    )  # fmt: skip
    page = text_of(admin.client.get("/serials/policies?market=DE").text)

    assert re.search(r'name="length"[^>]*value="13"', form)
    assert broken.status_code == 422
    assert "serial numbers have 13 characters, here 12" in broken.text
    assert 'value="ru"' in broken.text
    assert "1/10000" in page
    assert "Delegated Regulation (EU) 2016/161" in page
    assert admin.client.get("/serials/policies?market=XX").status_code == 422


def test_numbers_of_an_authority_come_in_with_their_secrets(admin: Desk) -> None:
    new, page = "/serials/new", "/serials/import"
    admin.post(
        new, new, source="imported", code="codes", gtin=OTHER_GTIN, alphabet="alphanumeric",
        length="13", guess_limit="none",
    )  # fmt: skip
    admin.post("/serials/orders", page, pool="maker/codes", count="2")
    (order,) = re.findall(r"/serials/orders/([0-9a-f-]{36})/file", admin.client.get(page).text)
    file = admin.client.get(f"/serials/orders/{order}/file")
    admin.post(f"/serials/orders/{order}", page, change="sent")
    lines = "".join(f"01{OTHER_GTIN}21RU{n:011d}\x1d91EE06\x1d92signature-{n}\n" for n in range(2))

    def send(content: str) -> str:
        answer = admin.client.post(
            page,
            data={"csrf_token": admin.token(page), "pool": "maker/codes"},
            files={"file": ("codes.txt", content.encode(), "text/plain")},
        )
        return text_of(answer.text)

    assert f"{order},{OTHER_GTIN}" in file.text
    assert "2 numbers came into the stock of codes" in send(lines)
    assert "the file is the same" in send(lines)
    assert "row 2" in send(lines.splitlines()[0] + "\nrubbish\n")
    assert "Complete" in text_of(admin.client.get(page).text)
    look, text = "/serials/look-up", f"(01){OTHER_GTIN}(21)RU00000000001"
    before = admin.client.get(look, params={"text": text}).text
    shown = admin.post(look, f"{look}?text={text}", text=text, pool="").text
    assert "signature-1" not in before
    assert "Show key and signature" in before
    assert "signature-1" in shown


def test_a_block_is_sealed_opened_and_settled(admin: Desk, tmp_path: Path) -> None:
    page, key, file = "/serials/blocks", tmp_path / "station.key", tmp_path / "block"
    public = at_station.new_key(key, "line 4")
    admin.post("/serials/stations", page, name="line 4", public_key=public)
    (signer,) = set(re.findall(r"block trust ([A-Za-z0-9+/=]{44})", admin.client.get(page).text))
    at_station.trust(key, signer)
    until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    asked = {"pool": "maker/packs", "count": "9", "station": "line 4", "request_id": "B-1"}

    refused = admin.post(page, page, **asked, expires_on="")
    sealed = admin.post(page, page, **asked, expires_on=until)
    file.write_bytes(sealed.content)
    taken = at_station.take(file, key, request_id="1", count=None, at=datetime.now(UTC))
    (block,) = re.findall(r"/serials/blocks/[0-9a-f-]{36}", admin.client.get(page).text)
    wrong = admin.client.post(block, data={"csrf_token": admin.token(block), "used": "nonsense"})
    admin.post(block, block, used="\n".join(taken.serials[:4]), rest="returned")

    assert (refused.status_code, "The day is missing" in refused.text) == (422, True)
    assert sealed.headers["content-disposition"].endswith('.ptblock"')
    assert wrong.status_code == 422
    told = text_of(admin.client.get(block).text)
    assert "Used 4" in told
    assert "Returned 5" in told
    admin.post("/serials/stations", page, name="line 4", change="revoke")
    assert "Revoked" in admin.client.get(page).text


def test_the_home_page_raises_the_alarm(admin: Desk) -> None:
    admin.post(f"{POOL}/levels", POOL, low_water="999999999999999")

    assert "it should have 999,999,999,999,999 or more" in admin.client.get("/").text
    admin.post(f"{POOL}/levels", POOL, low_water="0")
    assert "it should have" not in admin.client.get("/serials").text


@pytest.mark.parametrize("role", ["operator", "reader"])
def test_a_role_sees_what_it_may_and_no_more(
    admin: Desk, application: Application, role: str
) -> None:
    page = take(admin, "1", f"for the {role}")
    with closing(TestClient(build(application), base_url=HOST)) as client:
        desk = Desk(client).sign_in(f"maker.{role}")
        pool = client.get(POOL).text
        refused = desk.post(f"{POOL}/close", "/setup/account")

        assert ("Take numbers" in pool) is (role == "operator") or "and not take" in pool
        assert "Close the pool" not in pool
        assert refused.status_code in {403, 422}
        assert client.get(page).status_code == (200 if role == "operator" else 403)
        assert "pool:record:create" in refused.text


def test_another_organisation_sees_neither_pool_nor_number(
    admin: Desk, application: Application
) -> None:
    page = take(admin, "1", "secret of the maker")
    (number,) = numbers_of(admin, page)
    with closing(TestClient(build(application), base_url=HOST)) as client:
        Desk(client).sign_in("stranger.administrator")

        for path in (POOL, page, page.replace("/allocation?", "/numbers?"),
                     "/serials/proof?pool=maker/packs"):  # fmt: skip
            assert client.get(path).status_code == 404
        look_up = client.get("/serials/look-up", params={"text": f"(01){GTIN}(21){number}"})
        assert "No pool that you see" in look_up.text
        assert "secret of the maker" not in client.get("/serials/ledger").text
