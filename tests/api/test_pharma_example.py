"""GS1 US's pharma example, end to end through REST: one pallet, three cases, twelve packs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from packtrail import epcis
from packtrail.store.database import Database

from ..services.conftest import make_world
from .conftest import Rest, make_rest

FOLDER = "openepcis-test-resources/1.2"
NAME = "GS1_US_Pharma_Example_2_2_1_1.xml"


@pytest.fixture(scope="module")
def content(conformance: Path) -> bytes:
    return next((conformance / FOLDER).rglob(NAME)).read_bytes()


@pytest.fixture(scope="module")
def captured(database: Database, content: bytes) -> Iterator[Rest]:
    world = make_world(database)
    rest = make_rest(world)
    answer = rest.maker.post(
        "/epcis/v2/capture", content=content, headers={"Content-Type": "application/xml"}
    )
    assert answer.status_code == 202, answer.text
    job = rest.maker.get(answer.headers["Location"]).json()
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    yield rest
    world.app.workers.shutdown(wait=True)


def _packs(content: bytes) -> list[str]:
    document = epcis.read(content).document
    assert document is not None
    named = [uri for event in document.events for uri in getattr(event, "epcs", ())]
    return sorted({uri for uri in named if uri.startswith("urn:epc:id:sgtin:030001.0")})


def test_every_pack_shows_its_whole_journey(captured: Rest, content: bytes) -> None:
    packs = _packs(content)
    assert len(packs) == 12

    for pack in packs:
        told = captured.maker.get(f"/api/v1/trace/{quote(pack, safe='')}").json()
        steps = [(step["biz_step"], step["role"], len(step["via"])) for step in told["steps"]]
        made, _, _, shipped = told["steps"]

        assert steps == [
            ("commissioning", "epc", 0),
            ("packing", "child", 0),
            ("packing", "child", 1),
            ("shipping", "epc", 2),
        ]
        assert made["lot"] == told["standing"]["lot"]
        assert made["lot"]
        assert told["standing"]["expires"]
        assert told["standing"]["status"] == "in_transit"
        assert dict(shipped["sources"])["owning_party"]
        assert dict(shipped["destinations"])["owning_party"]
        assert {kind for kind, _ in shipped["biz_transactions"]} == {"po", "desadv"}
        assert [holder["parent"].split(":")[3] for holder in told["holders"]] == ["sgtin", "sscc"]
        assert (told["kind"], told["product"]["name"]) == ("pack", "Epcistra")
        assert told["findings"] == [] or told["findings"][0]["code"] == "TRC-006"


def test_sender_and_receiver_have_names_from_the_master_data(
    captured: Rest, content: bytes
) -> None:
    pack = _packs(content)[0]

    told = captured.maker.get(f"/api/v1/trace/{quote(pack, safe='')}").json()
    parties = [party for _, party in told["steps"][-1]["sources"]]

    assert told["places"][parties[0]] == "GS1 Pharma"


def test_the_pallet_holds_three_cases_of_four_packs(captured: Rest, content: bytes) -> None:
    pack = _packs(content)[0]
    told = captured.maker.get(f"/api/v1/trace/{quote(pack, safe='')}").json()
    pallet = told["holders"][-1]["parent"]

    held = captured.maker.get(f"/api/v1/trace/{quote(pallet, safe='')}").json()

    assert (held["kind"], held["contents_total"]) == ("pallet", 3)
    assert [(each["kind"], each["count"], each["status"]) for each in held["contents"]] == [
        ("case", 4, "expired")
    ] * 3, "in transit, and past 27 March 2025"


def test_every_event_comes_back_by_query(captured: Rest, content: bytes) -> None:
    sent = epcis.read(content).document
    assert sent is not None

    answer = captured.maker.get("/epcis/v2/events?orderDirection=ASC&perPage=100")
    back = epcis.read(answer.content).document

    assert back is not None
    assert [epcis.event_hash(event) for event in back.events] == [
        epcis.event_hash(event) for event in sent.events
    ]


def test_the_original_comes_back_byte_for_byte(captured: Rest, content: bytes) -> None:
    (job,) = captured.maker.get("/api/v1/captures").json()

    answer = captured.maker.get(f"/api/v1/captures/{job['capture_id']}/original")

    assert answer.content == content
    assert answer.headers["content-type"].startswith("application/xml")


@pytest.mark.parametrize(
    "path",
    [
        "/epcis/v2/events",
        "/api/v1/captures",
        "/epcis/v2/capture",
        "/api/v1/recognise?text=Epcistra",
        "/api/v1/recognise?text=GS1 Pharma",
    ],
)
def test_another_organisation_sees_nothing_of_it_in_a_list(captured: Rest, path: str) -> None:
    answer = captured.wholesaler.get(path)

    assert answer.status_code == 200
    body = answer.json()
    assert not (
        body["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        if isinstance(body, dict)
        else body
    )


def test_another_organisation_finds_none_of_it_by_name(captured: Rest, content: bytes) -> None:
    pack = quote(_packs(content)[0], safe="")
    (job,) = captured.maker.get("/api/v1/captures").json()
    event = captured.maker.get("/epcis/v2/events?perPage=1").json()
    event_id = event["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["eventID"]
    told = captured.maker.get(f"/api/v1/trace/{pack}").json()

    for path in (
        f"/api/v1/trace/{pack}",
        f"/api/v1/captures/{job['capture_id']}",
        f"/api/v1/captures/{job['capture_id']}/original",
        f"/epcis/v2/capture/{job['capture_id']}",
        f"/epcis/v2/events/{quote(event_id, safe='')}",
        f"/api/v1/lots/{told['standing']['lot']}",
    ):
        assert captured.wholesaler.get(path).status_code == 404, path
        assert captured.maker.get(path).status_code == 200, path

    for text in (_packs(content)[0], event_id, job["capture_id"], told["standing"]["lot"]):
        seen = captured.wholesaler.get("/api/v1/recognise", params={"text": text}).json()
        assert [each["link"] for each in seen if each["link"]] == [], text
        own = captured.maker.get("/api/v1/recognise", params={"text": text}).json()
        assert [each["link"] for each in own if each["link"]] != [], text


def test_the_overview_counts_only_what_one_may_see(captured: Rest) -> None:
    own = captured.maker.get("/api/v1/overview").json()
    other = captured.wholesaler.get("/api/v1/overview").json()

    assert own["counts"] == {
        "events": 8,
        "packs": 12,
        "containers": 4,
        "products": 1,
        "lots": 1,
        "captures": 1,
    }
    assert own["by_status"] == [{"status": "in_transit", "count": 12}]
    assert set(other["counts"].values()) == {0}
    assert (other["by_status"], other["captures"], other["attention"]) == ([], [], [])


@pytest.mark.parametrize(
    "notation",
    [
        "urn:epc:id:sgtin:030001.0012345.{serial}",
        "https://id.gs1.org/01/00300010123455/21/{serial}",
        "https://example.com/some/where/01/00300010123455/21/{serial}?17=251231",
        "(01)00300010123455(21){serial}",
        "]d2010030001012345521{serial}",
        "010030001012345521{serial}\x1d10ABC",
    ],
)
def test_any_notation_of_a_pack_leads_to_it(captured: Rest, content: bytes, notation: str) -> None:
    pack = _packs(content)[0]
    text = notation.format(serial=pack.rpartition(".")[2])

    told = captured.maker.get(f"/api/v1/trace/{quote(text, safe='')}")

    assert told.status_code == 200, told.text
    assert told.json()["identifier"] == pack


def test_captured_again_nothing_is_stored_twice(rest: Rest, content: bytes) -> None:
    xml = {"Content-Type": "application/xml"}
    rest.maker.post("/epcis/v2/capture", content=content, headers=xml)
    again = rest.packer.post(
        "/epcis/v2/capture", content=content, headers=xml | {"Packtrail-Owner": "maker"}
    )
    job = rest.packer.get(f"/api/v1/captures/{again.headers['Location'].split('/')[-1]}").json()

    assert (job["success"], job["stored_count"], job["repeated_count"]) == (True, 0, 8)
    assert rest.maker.get("/api/v1/overview").json()["counts"]["events"] == 8
