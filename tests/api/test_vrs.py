"""Verification messages over HTTP: a maker's responder, and a wholesaler who asks it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn
from starlette.testclient import TestClient

import packtrail.api
from packtrail.access import Permission
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.services.accounts import accounts, audit
from packtrail.services.goods import notices
from packtrail.services.goods.notices import Proposal
from packtrail.services.verification import (
    pack_operations,
    verifications,
    vrs,
    vrs_directory,
    vrs_partners,
    vrs_requests,
    vrs_trust,
)
from packtrail.services.verification.pack_operations import At, Request
from packtrail.services.verification.verifying import Ask
from packtrail.services.verification.vrs_directory import Entry
from packtrail.services.verification.vrs_requests import CLOCK
from packtrail.store.database import Database
from packtrail.verification.messaging import ResponderPolicy

from ..services.conftest import World, make_world
from ..services.documents import LOT, commissioning, document, pack
from ..unit.verification.wallets import (
    HOLDER,
    ISSUER,
    Wallet,
    credential,
    presentation,
    trust_of,
)
from .conftest import ALL, Rest, client_of, make_rest

GTIN = "00300010123455"
MAKER_GLN, SHOP_GLN = "0300011111116", "0300013333332"
CORR = "6d1f7a9e-0000-4000-8000-000000000001"
CREDENTIAL = "PACKTRAIL_VRS_MAKER"
ASKED = {
    "exp": "281231",
    "linkType": "verificationService",
    "context": "dscsaSaleableReturn",
    "reqGLN": SHOP_GLN,
    "corrUUID": CORR,
}


@dataclass(frozen=True)
class Network:
    """A maker who answers, and a wholesaler who asks."""

    rest: Rest
    url: str

    @property
    def world(self) -> World:
        return self.rest.world

    def ask(self, serial: str = "1", lot: str = LOT):
        about = Ask(gtin=GTIN, serial=serial, lot=lot, expires="281231")
        world = self.world
        return vrs_requests.ask(world.app, world.wholesaler, about, req_gln=SHOP_GLN)


@contextmanager
def served(world: World) -> Iterator[str]:
    """Serve the interface on a free port of this machine."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(packtrail.api.build(world.app), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def maker(fresh_database: Database) -> Iterator[Rest]:
    world = make_world(fresh_database, webhook_allowed_networks=("127.0.0.0/8",))
    rest = make_rest(world)
    content = document(commissioning(1, [pack(n) for n in (1, 2, 3, "A%2FB")]))
    answer = rest.maker.post(
        "/epcis/v2/capture", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 202
    vrs.set_responder(world.app, world.maker, MAKER_GLN, ResponderPolicy())
    yield rest
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def network(maker: Rest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    world = maker.world
    key = accounts.create_api_key(
        world.app, world.maker, "vrs", scopes=[Permission.PACK_VERIFY, Permission.EVENT_READ]
    )
    monkeypatch.setenv(CREDENTIAL, key.secret)
    with served(world) as url:
        entry = Entry(gtin=GTIN, url=url, responder_gln=MAKER_GLN, credential=CREDENTIAL)
        vrs_directory.put_entry(world.app, world.wholesaler, entry)
        yield Network(maker, url)


def path(serial: str = "1", lot: str = LOT, gtin: str = GTIN) -> str:
    return f"/verify/gtin/{gtin}/lot/{lot}/ser/{serial}"


def test_a_pack_is_verified_in_the_words_of_the_standard(maker: Rest) -> None:
    answer = maker.maker.get(path(), params=ASKED)

    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("verificationTimestamp").endswith("Z")
    assert body == {
        "responderGLN": MAKER_GLN, "corrUUID": CORR, "data": {"verified": True},
    }  # fmt: skip
    assert answer.headers["cache-control"] == "private, no-cache"
    assert maker.maker.get(path("A%2FB"), params=ASKED).json()["data"] == {"verified": True}


@pytest.mark.parametrize(
    ("serial", "lot", "exp", "reason"),
    [
        ("404", LOT, "281231", "No_match_GTIN_Serial"),
        ("1", "OTHER", "281231", "No_match_GTIN_Serial_Lot"),
        ("1", LOT, "271231", "No_match_GTIN_Serial_Expiry"),
        ("1", "OTHER", "271231", "No_match_GTIN_Serial_Lot_Expiry"),
        ("1", LOT.lower(), "281231", "No_match_GTIN_Serial_Lot"),
    ],
)
def test_what_does_not_match_is_an_answer(maker: Rest, serial, lot, exp, reason) -> None:
    answer = maker.maker.get(path(serial, lot), params=ASKED | {"exp": exp})

    assert answer.status_code == 200
    assert answer.json()["data"] == {"verified": False, "verificationFailureReason": reason}


def test_a_dead_pack_is_never_verified(maker: Rest) -> None:
    world = maker.world
    for operation, serial in (("destroy", "1"), ("dispense", "2"), ("report_stolen", "3")):
        request = Request(operation=operation, ask=Ask(gtin=GTIN, serial=serial))
        (done,) = pack_operations.perform(world.app, world.maker, [request], At(place=SHOP_GLN))
        assert done.is_done

    for serial in "123":
        assert maker.maker.get(path(serial), params=ASKED).json()["data"]["verified"] is False


def test_recall_and_policy_decide(maker: Rest) -> None:
    world = maker.world
    recall = Proposal(kind="recalled", gtin=GTIN, lot=LOT, reason="Cracked tablets")
    notices.make(world.app, world.maker, recall)

    assert maker.maker.get(path(), params=ASKED).json()["data"] == {
        "verified": True, "additionalInfo": "Recalled",
    }  # fmt: skip
    policy = {"gln": MAKER_GLN, "policy": {"verifies_recalled": False, "tells_reason": False}}
    assert maker.maker.put("/api/v1/vrs/responder", json=policy).status_code == 200
    assert maker.maker.get(path(), params=ASKED).json()["data"] == {
        "verified": False,
        "verificationFailureReason": "No_reason_provided",
        "additionalInfo": "Recalled",
    }
    assert maker.maker.get("/api/v1/vrs/responder").json()["policy"]["tells_reason"] is False


def test_each_status_is_the_one_of_the_standard_and_has_no_body(maker: Rest) -> None:
    world = maker.world
    narrow = client_of(world, world.maker, Permission.EVENT_READ)
    other = path(gtin="03000101234509")
    answers = {
        400: maker.maker.get(path(), params=ASKED | {"corrUUID": "x"}),
        401: maker.anyone.get(path(), params=ASKED),
        403: narrow.get(path(), params=ASKED),
        404: maker.maker.get(other, params=ASKED),
        405: maker.maker.post(path(), params=ASKED),
    }

    assert {status: each.status_code for status, each in answers.items()} == {
        status: status for status in answers
    }
    assert all(not each.content for status, each in answers.items() if status != 405)
    assert answers[400].headers["packtrail-finding"] == "VER-100"
    assert maker.wholesaler.get(path(), params=ASKED).status_code == 404


def test_connectivity_is_answered_for_products_that_are_handled(maker: Rest) -> None:
    asked = {"gtin": GTIN, "reqGLN": SHOP_GLN, "context": "dscsaSaleableReturn"}
    client: TestClient = maker.maker

    assert client.get("/checkConnectivity", params=asked).json() == {"responderGLN": MAKER_GLN}
    unknown = client.get("/checkConnectivity", params=asked | {"gtin": "03000101234509"})
    assert unknown.status_code == 404
    assert client.get("/checkConnectivity", params={"gtin": GTIN}).status_code == 400
    assert maker.anyone.get("/checkConnectivity", params=asked).status_code == 401


def test_every_question_is_kept_with_its_correlation(maker: Rest) -> None:
    maker.maker.get(path("404"), params=ASKED)
    (kept,) = verifications.history(maker.world.app, maker.world.maker)

    assert (kept.way, kept.serial, kept.purpose) == ("vrs", "404", "return")
    assert kept.detail == {
        "corrUUID": CORR,
        "context": "dscsaSaleableReturn",
        "reqGLN": SHOP_GLN,
        "verified": False,
        "verificationFailureReason": "No_match_GTIN_Serial",
    }


def test_a_wholesaler_asks_the_responder_of_the_directory(network: Network) -> None:
    good, wrong = network.ask(), network.ask("404")
    slash = network.ask("A/B")

    assert (good.status, good.verified, good.responder_gln) == ("answered", True, MAKER_GLN)
    assert (wrong.status, wrong.verified, wrong.reason) == (
        *("answered", False),
        "No_match_GTIN_Serial",
    )
    assert slash.verified is True
    assert good.due_at - good.asked_at == CLOCK
    world = network.world
    listed = vrs_requests.requests(world.app, world.wholesaler)
    assert len(listed) == 3
    assert vrs_requests.requests(world.app, world.maker) == ()
    found = vrs_requests.check_connectivity(world.app, world.wholesaler, GTIN, req_gln=SHOP_GLN)
    assert found.gln == MAKER_GLN


def test_what_is_refused_for_good_is_not_sent_again(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CREDENTIAL, "ptk_wrong")
    found = network.ask()

    assert (found.status, found.http_status, found.verified) == ("refused", 401, None)
    assert found.next_at is None


def test_an_unanswered_request_is_sent_again_and_its_clock_runs_out(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = network.world
    monkeypatch.delenv(CREDENTIAL)
    found = network.ask()
    assert (found.status, found.attempts) == ("waiting", 1)
    assert CREDENTIAL in (found.problem or "")

    vrs_requests.send_due(world.app)
    assert vrs_requests.request(world.app, world.wholesaler, str(found.corr_uuid)).attempts == 1
    world.clock.advance(minutes=3)
    vrs_requests.send_due(world.app)
    again = vrs_requests.request(world.app, world.wholesaler, str(found.corr_uuid))
    assert (again.status, again.attempts) == ("waiting", 2)
    world.clock.advance(hours=25)
    vrs_requests.send_due(world.app)
    ended = vrs_requests.request(world.app, world.wholesaler, str(found.corr_uuid))
    assert (ended.status, ended.verified) == ("overdue", None)
    assert [each.status for each in vrs_requests.requests(
        world.app, world.wholesaler, status="overdue")] == ["overdue"]  # fmt: skip


def test_an_answer_that_comes_late_still_counts_within_the_clock(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = network.world
    key = accounts.create_api_key(
        world.app, world.maker, "late", scopes=[Permission.PACK_VERIFY, Permission.EVENT_READ]
    )
    monkeypatch.delenv(CREDENTIAL)
    found = network.ask()
    monkeypatch.setenv(CREDENTIAL, key.secret)
    world.clock.advance(hours=1)
    vrs_requests.send_due(world.app)

    answered = vrs_requests.request(world.app, world.wholesaler, str(found.corr_uuid))
    assert (answered.status, answered.verified) == ("answered", True)


def test_the_directory_takes_only_what_can_be_used(maker: Rest) -> None:
    app, wholesaler = maker.world.app, maker.world.wholesaler
    good = {"gtin": GTIN, "url": "https://maker.example/", "responder_gln": MAKER_GLN}
    for wrong in (
        {"url": "ftp://maker.example"},
        {"url": "https://192.168.1.1/"},
        {"responder_gln": "1"},
        {"credential": "PATH"},
        {"gtin": "12"},
    ):
        with pytest.raises(RefusedError):
            vrs_directory.put_entry(app, wholesaler, Entry(**good | wrong))
    put = maker.wholesaler.put(
        f"/api/v1/vrs/directory/{GTIN}", json={k: v for k, v in good.items() if k != "gtin"}
    )
    assert put.status_code == 200
    assert len(maker.wholesaler.get("/api/v1/vrs/directory").json()) == 1
    assert maker.wholesaler.delete(f"/api/v1/vrs/directory/{GTIN}").status_code == 204
    with pytest.raises(NotFound):
        vrs_directory.remove_entry(app, wholesaler, GTIN)
    with pytest.raises(NotFound):
        vrs_requests.ask(app, wholesaler, Ask(gtin=GTIN, serial="1", lot="L"), req_gln=SHOP_GLN)
    with pytest.raises(RefusedError, match="lot"):
        vrs_requests.ask(app, wholesaler, Ask(gtin=GTIN, serial="1"), req_gln=SHOP_GLN)
    reader = wholesaler.with_permissions({Permission.VERIFICATION_READ})
    with pytest.raises(NotPermitted):
        vrs_directory.put_entry(app, reader, Entry(**good))
    assert Permission.VRS_UPDATE in ALL


def test_a_key_of_a_partner_asks_with_its_own_gln_only(maker: Rest) -> None:
    world = maker.world
    made = vrs_partners.add_partner(world.app, world.maker, SHOP_GLN, name="Shop")
    headers = {"authorization": f"Bearer {made.secret}"}
    connectivity = {name: ASKED[name] for name in ("context", "reqGLN")} | {"gtin": GTIN}
    own = maker.anyone.get(path(), params=ASKED, headers=headers)
    borrowed = ASKED | {"reqGLN": "0300020000005"}
    other = maker.anyone.get(path(), params=borrowed, headers=headers)
    reach = maker.anyone.get("/checkConnectivity", params=connectivity, headers=headers)
    far = maker.anyone.get(
        "/checkConnectivity", params=connectivity | {"reqGLN": "0300020000005"}, headers=headers
    )

    assert (own.status_code, reach.status_code) == (200, 200)
    assert (other.status_code, other.headers["packtrail-finding"]) == (403, "VER-108")
    assert far.status_code == 403
    (listed,) = maker.maker.get("/api/v1/vrs/partners").json()
    assert (listed["gln"], listed["key_id"]) == (SHOP_GLN, made.key.key_id)
    again = maker.maker.post("/api/v1/vrs/partners", json={"gln": SHOP_GLN, "name": "Shop 2"})
    assert again.json()["secret"].startswith(again.json()["key_id"])
    wrong = maker.maker.post("/api/v1/vrs/partners", json={"gln": "1", "name": "Shop"})
    assert wrong.status_code == 422


def wallet_of(world: World) -> tuple[Wallet, Wallet]:
    """Let credentials of an issuer count; return it, and a holder whose key is known."""
    issuing, holding = Wallet(ISSUER), Wallet(HOLDER, "EdDSA")
    vrs_trust.set_trust(world.app, world.maker, trust_of(issuing, holding).encode())
    return issuing, holding


def atp(token: str) -> dict[str, str]:
    return {"ATP-Authorization": f"Bearer {token}"}


def test_a_responder_can_want_the_credential_of_a_trading_partner(maker: Rest) -> None:
    world, at = maker.world, int(maker.world.clock().timestamp())
    issuing, holding = wallet_of(world)
    good = presentation(holding, credential(issuing, at), at, nonce=CORR, aud=MAKER_GLN)
    forged = presentation(Wallet(HOLDER, "EdDSA"), credential(issuing, at), at)
    unknown = presentation(Wallet("did:web:x"), credential(issuing, at, sub="did:web:x"), at)
    lenient = maker.maker.get(path(), params=ASKED, headers=atp(forged))
    vrs.set_responder(world.app, world.maker, MAKER_GLN, ResponderPolicy(needs_presentation=True))
    again = ASKED | {"corrUUID": str(uuid4())}
    answers = {
        "none": maker.maker.get(path(), params=ASKED),
        "nonsense": maker.maker.get(path(), params=ASKED, headers=atp("nonsense")),
        "forged": maker.maker.get(path(), params=ASKED, headers=atp(forged)),
        "shown again": maker.maker.get(path(), params=again, headers=atp(good)),
        "unknown": maker.maker.get(path(), params=ASKED, headers=atp(unknown)),
        "good": maker.maker.get(path(), params=ASKED, headers=atp(good)),
    }

    assert lenient.status_code == 200
    told = {
        name: (each.status_code, each.headers.get("packtrail-finding"))
        for name, each in answers.items()
    }
    assert told == {
        "none": (403, "VER-107"),
        "nonsense": (403, "VER-107"),
        "forged": (403, "VER-111"),
        "shown again": (403, "VER-117"),
        "unknown": (200, None),
        "good": (200, None),
    }
    trail = audit.entries(world.app, world.maker)
    refused = [each.detail for each in trail if each.action == "verification:requester:refused"]
    assert [each["findings"][0][:7] for each in refused] == [
        "VER-117", "VER-111", "VER-107", "VER-107",
    ]  # fmt: skip
    assert {each["reqGLN"] for each in refused} == {SHOP_GLN}
    kept = [each.detail["presentation"] for each in verifications.history(world.app, world.maker)]
    assert [(each["proof"], each.get("flagged"), each["trustVersion"]) for each in kept] == [
        ("proven", None, 1), ("unproven", True, 1), ("wrong", True, 1),
    ]  # fmt: skip
    assert kept[1]["findings"][0].startswith("VER-113: No key of 'did:web:x' is known")


@pytest.mark.parametrize(
    ("unproven", "status", "is_flagged"),
    [("refuse", 403, None), ("flag", 200, True), ("accept", 200, False)],
)
def test_what_cannot_be_told_is_refused_flagged_or_accepted(
    maker: Rest, unproven: str, status: int, is_flagged: bool | None
) -> None:
    world, at = maker.world, int(maker.world.clock().timestamp())
    issuing, _ = wallet_of(world)
    body = {"gln": MAKER_GLN, "policy": {"unproven": unproven}}
    assert maker.maker.put("/api/v1/vrs/responder", json=body).json()["policy"]["unproven"] == (
        unproven
    )
    token = presentation(Wallet("did:web:x"), credential(issuing, at, sub="did:web:x"), at)
    answer = maker.maker.get(path(), params=ASKED, headers=atp(token))
    asked = {"gtin": GTIN, "reqGLN": SHOP_GLN, "context": "dscsaSaleableReturn"}
    reach = maker.maker.get("/checkConnectivity", params=asked, headers=atp(token))

    assert (answer.status_code, reach.status_code) == (status, status)
    kept = verifications.history(world.app, world.maker)
    assert [each.detail["presentation"].get("flagged", False) for each in kept] == (
        [] if is_flagged is None else [is_flagged]
    )


def test_who_counts_is_kept_in_versions_and_only_who_may_changes_it(maker: Rest) -> None:
    world = maker.world
    first = trust_of(Wallet(ISSUER))
    looked = maker.maker.put("/api/v1/vrs/trust", content=first, params={"dry_run": True}).json()
    before = maker.maker.get("/api/v1/vrs/trust").json()
    kept = maker.maker.put("/api/v1/vrs/trust", content=first).json()
    same = maker.maker.put("/api/v1/vrs/trust", content=first).json()
    second = maker.maker.put("/api/v1/vrs/trust", content=trust_of(Wallet(ISSUER, "EdDSA"))).json()
    wrong = maker.maker.put("/api/v1/vrs/trust", content="[[issuer]]\nid = 1")
    foreign = maker.wholesaler.get("/api/v1/vrs/trust").json()
    narrow = client_of(world, world.maker, Permission.VERIFICATION_READ)

    assert (looked["version"], looked["is_kept"], before["version"]) == (1, False, 0)
    assert [each["version"] for each in (kept, same, second)] == [1, 1, 2]
    assert second["issuers"][0]["algorithms"] == ["EdDSA"]
    assert (wrong.status_code, wrong.json()["findings"][0]["code"]) == (422, "VER-110")
    assert (foreign["version"], foreign["issuers"]) == (0, [])
    assert narrow.put("/api/v1/vrs/trust", content=first).status_code == 403
    trail = audit.entries(world.app, world.maker)
    told = [each.detail["version"] for each in trail if each.action == "verification:trust:updated"]
    assert sorted(told) == [1, 2]


def test_a_presentation_can_be_looked_at_before_it_is_needed(maker: Rest) -> None:
    world, at = maker.world, int(maker.world.clock().timestamp())
    issuing, holding = wallet_of(world)
    good = presentation(holding, credential(issuing, at), at)
    url = "/api/v1/vrs/trust/checks"
    proven = maker.maker.post(url, json={"presentation": good, "req_gln": SHOP_GLN}).json()
    wrong = maker.maker.post(url, json={"presentation": "x"}).json()

    assert (proven["proof"], proven["holder"], proven["findings"]) == ("proven", HOLDER, [])
    assert (wrong["proof"], wrong["findings"][0]["code"]) == ("wrong", "VER-107")
    assert maker.anyone.post(url, json={"presentation": good}).status_code == 401
    assert verifications.history(world.app, world.maker) == ()


def test_a_partner_whose_key_cannot_be_bound_gets_no_key(
    maker: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = maker.world

    def fails(*_: object) -> None:
        raise RuntimeError("the database went away")

    before = accounts.api_keys(world.app, world.maker)
    monkeypatch.setattr("packtrail.store.vrs.add_partner", fails)
    with pytest.raises(RuntimeError):
        vrs_partners.add_partner(world.app, world.maker, SHOP_GLN, name="Shop")

    assert accounts.api_keys(world.app, world.maker) == before
    assert vrs_partners.partners(world.app, world.maker) == ()


def test_our_presentation_is_passed_on_from_a_file(
    network: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = network.world
    policy = ResponderPolicy(needs_presentation=True)
    vrs.set_responder(world.app, world.maker, MAKER_GLN, policy)
    entry = Entry(
        gtin=GTIN, url=network.url, responder_gln=MAKER_GLN, credential=CREDENTIAL,
        presentation="PACKTRAIL_VRS_ATP",
    )  # fmt: skip
    vrs_directory.put_entry(world.app, world.wholesaler, entry)
    file = tmp_path / "presentation.jwt"
    monkeypatch.setenv("PACKTRAIL_VRS_ATP", f"@{file}")
    unread = network.ask()
    at = int(world.clock().timestamp())
    issuing, holding = wallet_of(world)
    file.write_text(presentation(holding, credential(issuing, at), at))
    answered = network.ask()

    assert unread.problem == "The file that PACKTRAIL_VRS_ATP names cannot be read."
    assert (answered.status, answered.verified) == ("answered", True)


def test_a_list_for_the_directory_is_taken_in_row_by_row(maker: Rest) -> None:
    content = (
        f"GTIN,URL,GLN\n{GTIN},https://vrs.maker.example,{MAKER_GLN}\n"
        f"00300010123462,http://10.0.0.1,{MAKER_GLN}\n1234,https://x.example,{MAKER_GLN}\n"
        "00300010123479,https://vrs.maker.example,4711\n"
    ).encode()
    url = "/api/v1/vrs/directory/imports"
    looked = maker.wholesaler.post(url, content=content, params={"dry_run": True}).json()
    empty = maker.wholesaler.get("/api/v1/vrs/directory").json()
    taken = maker.wholesaler.post(url, content=content).json()
    again = maker.wholesaler.post(url, content=content).json()
    nothing = maker.wholesaler.post(url, content=b"GTIN,URL,GLN\n1,x,2\n")
    number = json.dumps([{"gtin": 300010123455, "url": "https://x.example", "gln": MAKER_GLN}])
    numeric = maker.wholesaler.post(
        url, content=number.encode(), params={"filename": "directory.json"}
    )

    assert (looked["new"], looked["is_kept"], empty) == (1, False, [])
    assert (taken["new"], taken["changed"], taken["same"]) == (1, 0, 0)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)
    assert [each["at"] for each in taken["findings"]] == [
        "row 3, url", "row 4, gtin", "row 5, responder_gln",
    ]  # fmt: skip
    assert nothing.json()["findings"][0]["code"] == "VER-109"
    assert numeric.status_code == 422
    assert [x["url"] for x in maker.wholesaler.get("/api/v1/vrs/directory").json()] == [
        "https://vrs.maker.example"
    ]
