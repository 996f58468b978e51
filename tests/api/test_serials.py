"""Serial numbers through REST: what a line, a contract manufacturer and an office do with them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.services.supply.making import GTIN, MASTER, OTHER_GTIN

from packtrail.access import Permission
from packtrail.exchange.number_files import read_numbers
from packtrail.services.supply import station as at_station
from packtrail.store.database import Database

from ..services.conftest import make_world
from .conftest import Rest, client_of, make_rest

SERIALS = "/api/v1/serials"
POOL = f"{SERIALS}/pools/maker/packs"


@pytest.fixture
def rest(fresh_database: Database) -> Iterator[Rest]:
    world = make_world(fresh_database, master_key=MASTER, serials_import_bytes_max=50_000)
    made = make_rest(world)
    answer = made.maker.post(f"{SERIALS}/pools", json={"code": "packs", "gtin": GTIN})
    assert answer.status_code == 201
    yield made
    world.app.workers.shutdown(wait=True)


def take(client: TestClient, count: int, key: str, pool: str = POOL) -> dict[str, Any]:
    headers = {"Idempotency-Key": key}
    answer = client.post(f"{pool}/allocations", json={"count": count}, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_request_that_is_repeated_gets_the_same_numbers(rest: Rest) -> None:
    asked = {"count": 5, "party": "line 4", "purpose": "lot A12", "request_id": "PO-1"}

    first = rest.maker.post(f"{POOL}/allocations", json=asked)
    again = rest.maker.post(f"{POOL}/allocations", json=asked)
    other = rest.maker.post(f"{POOL}/allocations", json={**asked, "count": 6})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["serials"] == again.json()["serials"]
    assert again.json()["entry"]["is_repeated"]
    assert other.json()["findings"][0]["code"] == "SER-007"


@pytest.mark.parametrize(
    ("headers", "body"),
    [({}, {}), ({"Idempotency-Key": "a"}, {"request_id": "b"})],
)
def test_a_change_needs_one_request_id(
    rest: Rest, headers: dict[str, str], body: dict[str, str]
) -> None:
    answer = rest.maker.post(f"{POOL}/allocations", json={"count": 1, **body}, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["findings"][0]["code"] == "SER-013"


def test_many_numbers_are_fetched_as_a_file(rest: Rest) -> None:
    body = take(rest.maker, 20_000, "many/of them")

    text = rest.maker.get(body["numbers_url"])
    as_csv = rest.maker.get(body["numbers_url"] + "&format=csv")
    as_json = rest.maker.get(body["numbers_url"] + "&format=json")
    as_xlsx = rest.maker.get(body["numbers_url"] + "&format=xlsx")

    assert body["serials"] is None
    numbers = text.text.split()
    assert len(set(numbers)) == 20_000
    assert text.headers["content-disposition"] == 'attachment; filename="packs-1.txt"'
    assert as_csv.text.splitlines()[:2] == ["gtin,serial", f"{GTIN},{numbers[0]}"]
    assert as_json.json() == {"number_of": GTIN, "serials": numbers}
    sheet = [part.serials for part in read_numbers(io.BytesIO(as_xlsx.content), "x.xlsx")]
    assert [serial for serials in sheet for serial in serials] == numbers


def test_every_number_is_settled_and_found(rest: Rest) -> None:
    numbers = take(rest.maker, 10, "PO-1")["serials"]
    what = {"used": numbers[:6], "void": numbers[6:7], "allocation": "PO-1", "rest": "returned"}

    done = rest.maker.post(f"{POOL}/settlements", json={**what, "request_id": "S-1"})
    again = rest.maker.post(f"{POOL}/settlements", json={**what, "request_id": "S-1"})
    status = rest.maker.get(f"{POOL}/allocations", params={"request_id": "PO-1"}).json()
    text = f"(01){GTIN}(21){numbers[6]}"
    found = rest.maker.get(f"{SERIALS}/look-up", params={"text": text}).json()
    entries = rest.maker.get(f"{SERIALS}/entries", params={"kind": ["used", "void"]}).json()

    assert (done.status_code, again.status_code) == (201, 200)
    assert (status["used"], status["voided"], status["returned"]) == (6, 1, 3)
    assert (status["outstanding"], status["serials"]) == (0, numbers)
    assert [each["state"] for each in found] == ["void"]
    assert [each["kind"] for each in entries["entries"]] == ["void", "used"]
    (proof,) = rest.maker.get(f"{SERIALS}/proofs").json()
    assert (proof["holds"], proof["issued"], proof["used"]) == (True, 10, 6)


def test_ledgers_are_paged_with_a_link_to_the_next_page(rest: Rest) -> None:
    for number in range(5):
        take(rest.maker, 1, f"PO-{number}")

    answer = rest.maker.get(f"{SERIALS}/entries", params={"limit": 2})
    seen = [each["request_id"] for each in answer.json()["entries"]]
    while "next" in answer.links:
        answer = rest.maker.get(answer.links["next"]["url"])
        seen += [each["request_id"] for each in answer.json()["entries"]]

    assert seen == [f"PO-{number}" for number in reversed(range(5))]
    assert rest.maker.get(f"{SERIALS}/entries", params={"cursor": "x"}).status_code == 422


def test_a_proof_is_printed(rest: Rest) -> None:
    take(rest.maker, 10, "PO-1")

    answer = rest.maker.get(f"{SERIALS}/proofs", headers={"Accept": "application/pdf"})

    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_pools_are_opened_changed_filled_and_closed(rest: Rest) -> None:
    def send(method: str, path: str, **body: Any) -> Any:
        answer = rest.maker.request(method, f"{SERIALS}{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    sscc = send("POST", "/pools", code="pallets", sscc_prefix="0614141", sscc_extension="3")
    line = send(
        "POST", "/pools", code="line", parent="packs", levels={"low_water": 5, "top_up_to": 50}
    )
    top_up = send("POST", "/pools/maker/line/top-ups", count=20, request_id="T-1")
    skipped = send("POST", "/pools/maker/packs/skips", count=9, request_id="X-1", reason="restore")
    changed = send("PATCH", "/pools/maker/line", low_water=10, unused_for_days=30)
    unlimited = send("PATCH", "/pools/maker/line", unused_for_days=None)
    send("POST", "/pools/maker/packs/keys")
    closed = send("POST", "/pools/maker/line/closure")
    listed = rest.maker.get(f"{SERIALS}/pools", params={"number_of": GTIN}).json()

    assert (sscc["kind"], sscc["number_of"]) == ("sscc", "30614141")
    assert (line["source"], line["parent"], top_up["count"]) == ("drawn", "packs", 20)
    assert skipped["voided"] == 9
    assert (changed["low_water"], changed["top_up_to"], changed["unused_for_days"]) == (10, 50, 30)
    assert unlimited["unused_for_days"] is None
    assert closed["closed_at"] is not None
    assert [(each["code"], each["generation"]) for each in listed] == [("packs", 2)]
    assert rest.maker.get(f"{POOL}/forecast").json()["per_day"] > 0
    assert rest.maker.get(f"{SERIALS}/pools/maker/pallets/forecast").json() is None


@pytest.mark.parametrize(
    "body",
    [
        {"code": "x1"},
        {"code": "x1", "gtin": OTHER_GTIN, "parent": "packs"},
        {"code": "x1", "gtin": OTHER_GTIN, "policy": {"guess_limit": "often"}},
        {"code": "x1", "gtin": OTHER_GTIN, "policy": {"length": 3}},
        {"code": "x1", "gtin": "123"},
        {"code": "x1", "gtin": OTHER_GTIN, "levels": {"low_water": -1}},
        {"code": "x1", "gtin": OTHER_GTIN, "colour": "red"},
    ],
)
def test_a_pool_that_cannot_be_opened_is_told_why(rest: Rest, body: dict[str, Any]) -> None:
    answer = rest.maker.post(f"{SERIALS}/pools", json=body)

    assert answer.status_code == 422
    assert answer.json()["findings"][0]["remedy"]


def test_what_a_market_asks_can_be_sent_back_as_a_policy(rest: Rest) -> None:
    told = rest.maker.get(f"{SERIALS}/policies/DE").json()
    body = {"code": "german", "gtin": OTHER_GTIN, "policy": told["policy"], "market": "DE"}
    made = rest.maker.post(f"{SERIALS}/pools", json=body)

    assert (told["policy"]["order"], told["is_imported"]) == ("random", False)
    assert ("guess_probability_max", "1/10000") in {
        (each["what"], each["value"]) for each in told["asked"]
    }
    assert made.status_code == 201
    assert made.json()["capacity"] == told["issued_max"]
    assert rest.maker.get(f"{SERIALS}/policies/XX").status_code == 404


def test_numbers_of_an_authority_are_ordered_imported_and_shown(rest: Rest) -> None:
    policy = {
        "alphabet": "alphanumeric", "length": 13, "order": "imported", "guess_limit": None
    }  # fmt: skip
    rest.maker.post(
        f"{SERIALS}/pools", json={"code": "codes", "gtin": OTHER_GTIN, "policy": policy}
    )
    pool = f"{SERIALS}/pools/maker/codes"
    order = rest.maker.post(f"{SERIALS}/orders", json={"pool": "codes", "count": 3}).json()
    sent = rest.maker.post(f"{SERIALS}/orders/{order['order_id']}/sent")
    lines = [f"01{OTHER_GTIN}21RU{at:011d}\x1d91EE06\x1d92signature-{at}" for at in range(3)]
    file = "\n".join(lines).encode()

    done = rest.maker.post(f"{pool}/imports?filename=codes.txt", content=file)
    again = rest.maker.post(f"{pool}/imports?filename=codes.txt", content=file)
    twice = rest.maker.post(f"{pool}/imports", content=file, headers={"Idempotency-Key": "other"})
    large = rest.maker.post(f"{pool}/imports", content=b"x" * 60_000)
    url = take(rest.maker, 2, "PO-1", pool)["numbers_url"]
    text = f"(01){OTHER_GTIN}(21)RU00000000001"
    secret = rest.maker.get(f"{SERIALS}/secrets", params={"text": text})

    assert sent.json()["sent_at"] is not None
    assert (done.status_code, done.json()["entry"]["count"]) == (201, 3)
    assert again.json()["entry"]["is_repeated"]
    assert [each["at"] for each in twice.json()["findings"]] == ["row 1", "row 2", "row 3"]
    assert (twice.status_code, large.status_code) == (422, 413)
    (closed,) = rest.maker.get(f"{SERIALS}/orders").json()
    assert (closed["delivered"], closed["closed_at"] is not None) == (3, True)
    assert rest.maker.get(url + "&format=json").json()["serials"][1] == {
        "serial": "RU00000000001", "91": "EE06", "92": "signature-1",
    }  # fmt: skip
    assert (secret.json()["92"], secret.headers["cache-control"]) == ("signature-1", "no-store")
    blind = client_of(
        rest.world, rest.world.maker, Permission.POOL_READ, Permission.ALLOCATION_RETURN
    )
    assert blind.get(f"{SERIALS}/secrets", params={"text": text}).status_code == 403
    assert blind.get(url).status_code == 403


def test_a_block_is_sealed_opened_at_the_station_and_settled(rest: Rest, tmp_path: Path) -> None:
    key, file = tmp_path / "station.key", tmp_path / "block"
    public = at_station.new_key(key, "line 4")
    made = rest.maker.post(f"{SERIALS}/stations", json={"name": "line 4", "public_key": public})
    at_station.trust(key, rest.maker.get(f"{SERIALS}/stations").json()["signer_key"])
    until = (rest.world.clock() + timedelta(days=7)).isoformat()

    sealed = rest.maker.post(
        f"{SERIALS}/blocks",
        json={
            "pool": "packs", "count": 5, "station": "line 4", "expires_at": until,
            "request_id": "B-1",
        },
    ).json()  # fmt: skip
    file.write_bytes(base64.b64decode(sealed["content"]))
    taken = at_station.take(file, key, request_id="1", count=None, at=rest.world.clock())
    block = f"{SERIALS}/blocks/{sealed['block']['block_id']}"
    done = rest.maker.post(f"{block}/settlement", json={"used": taken.serials[:2]}).json()
    revoked = rest.maker.delete(f"{SERIALS}/stations/line 4")

    assert made.status_code == 201
    assert (done["used"], done["returned"]) == (2, 3)
    assert rest.maker.get(block).json()["outstanding"] == 0
    assert rest.maker.get(f"{SERIALS}/blocks?open=true").json() == []
    assert revoked.json()["revoked_at"] is not None
    assert rest.packer.get(block).status_code == 404


def test_other_organisations_see_nothing(rest: Rest) -> None:
    numbers = take(rest.maker, 3, "PO-1")["serials"]
    asked = {"request_id": "PO-1"}
    text = f"(01){GTIN}(21){numbers[0]}"

    for path, params in (
        (POOL, {}),
        (f"{POOL}/forecast", {}),
        (f"{POOL}/allocations", asked),
        (f"{POOL}/numbers", asked),
        (f"{SERIALS}/look-up", {"text": text}),
        (f"{SERIALS}/proofs", {"pool": "maker/packs"}),
        (f"{SERIALS}/entries", {"pool": "maker/packs"}),
    ):
        answer = rest.wholesaler.get(path, params=params)
        assert (answer.status_code, path) == (404, path)
        assert answer.json()["findings"][0]["code"] == "SER-005"
    for path, body in (
        (f"{POOL}/allocations", {"count": 1, "request_id": "x"}),
        (f"{POOL}/settlements", {"used": numbers, "request_id": "x"}),
        (f"{POOL}/closure", None),
        (f"{POOL}/keys", None),
    ):
        assert rest.wholesaler.post(path, json=body).status_code == 404
    assert rest.wholesaler.get(f"{SERIALS}/pools").json() == []
    assert rest.wholesaler.get(f"{SERIALS}/entries").json() == {"entries": [], "cursor": None}
    assert rest.wholesaler.get(f"{SERIALS}/proofs").json() == []
    assert rest.anyone.get(f"{SERIALS}/pools").status_code == 401


def test_a_key_that_may_only_read_takes_and_settles_nothing(rest: Rest) -> None:
    reader = client_of(rest.world, rest.world.maker, Permission.POOL_READ)
    numbers = take(rest.maker, 3, "PO-1")["serials"]

    for method, path, body in (
        ("POST", f"{POOL}/allocations", {"count": 1, "request_id": "x"}),
        ("POST", f"{POOL}/settlements", {"used": numbers, "request_id": "x"}),
        ("GET", f"{POOL}/allocations?request_id=PO-1", None),
        ("GET", f"{POOL}/numbers?request_id=PO-1", None),
        ("PATCH", POOL, {"low_water": 1}),
        ("POST", f"{POOL}/closure", None),
        ("POST", f"{SERIALS}/pools", {"code": "x1", "gtin": OTHER_GTIN}),
        ("POST", f"{POOL}/imports", None),
        ("POST", f"{SERIALS}/stations", {"name": "x", "public_key": "x"}),
        ("POST", f"{SERIALS}/orders", {"pool": "packs", "count": 1}),
    ):
        answer = reader.request(method, path, json=body)
        assert (answer.status_code, path) == (403, path)
    assert reader.get(f"{SERIALS}/alarms").json() == []


def test_the_answer_to_a_list_that_is_wrong_names_the_numbers(rest: Rest) -> None:
    answer = rest.maker.post(f"{POOL}/settlements", json={"used": ["0" * 12], "request_id": "x"})

    (finding,) = answer.json()["findings"]
    assert (answer.status_code, finding["code"], finding["at"]) == (422, "SER-008", "serials")
    assert "'000000000000'" in finding["message"]
    assert json.loads(answer.text)["type"].endswith("SER-008")
