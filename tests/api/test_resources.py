"""Top-level resources, discovery, XML answers, one event at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from lxml import etree

from packtrail import epcis
from packtrail.services.queries.resources import RESOURCES
from packtrail.store.database import Database

from ..services.conftest import make_world
from ..services.documents import CASE, CONTEXT, SITE, commissioning, document, event, pack, packing
from .conftest import Rest, make_rest

JSON = {"Content-Type": "application/json"}
AS_CAPTURED = {"GS1-EPC-Format": "Never_Translates"}
SITE_LINK = "https://id.gs1.org/414/0300011111116"
OTHER = "https://id.gs1.org/414/0300011111116/254/7"
XML = {"Accept": "application/xml"}


@pytest.fixture(scope="module")
def filled(database: Database) -> Iterator[Rest]:
    rest = make_rest(make_world(database))
    events = [
        *(commissioning(n, [pack(n)]) for n in range(5)),
        packing(10, CASE, [pack(1), pack(2)]),
        event(
            11, epcList=[pack(3)], readPoint={"id": OTHER}, bizStep="https://example.org/cutting"
        ),
    ]
    sent = rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)
    assert sent.status_code == 202, sent.text
    yield rest
    rest.world.app.workers.shutdown(wait=True)


def _events(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"][
        "eventList"
    ]
    return found


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("eventTypes", ["AggregationEvent", "ObjectEvent"]),
        ("bizSteps", ["commissioning", "https://example.org/cutting", "packing"]),
        ("dispositions", ["active", "in_progress"]),
        ("bizLocations", [SITE]),
        ("readPoints", [OTHER, SITE]),
        ("epcs", [*(pack(n) for n in range(5)), CASE]),
    ],
)
def test_a_collection_names_every_value_once(filled: Rest, name: str, members: list[str]) -> None:
    answer = filled.maker.get(f"/epcis/v2/{name}", headers=AS_CAPTURED)

    assert answer.json()["type"] == "Collection"
    assert sorted(answer.json()["member"]) == sorted(members)
    assert filled.wholesaler.get(f"/epcis/v2/{name}").json()["member"] == []


def test_a_place_that_came_in_two_notations_is_named_once(rest: Rest) -> None:
    events = [event(1, epcList=[pack(1)]), event(2, epcList=[pack(2)], readPoint={"id": SITE_LINK})]
    rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)

    captured = rest.maker.get("/epcis/v2/readPoints", headers=AS_CAPTURED).json()["member"]

    assert sorted(captured) == [SITE_LINK, SITE]
    assert rest.maker.get("/epcis/v2/readPoints").json()["member"] == [SITE_LINK]


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_the_pages_of_a_collection_together_are_the_whole(filled: Rest, name: str) -> None:
    whole = filled.maker.get(f"/epcis/v2/{name}?perPage=500", headers=AS_CAPTURED).json()["member"]
    found: list[str] = []
    following = f"/epcis/v2/{name}?perPage=2"
    while following:
        answer = filled.maker.get(following, headers=AS_CAPTURED)
        assert answer.status_code == 200, answer.text
        found += answer.json()["member"]
        following = answer.headers.get("Link", "")[1:].partition(">")[0]

    assert found == whole
    assert filled.maker.get(f"/epcis/v2/{name}?nextPageToken=x").status_code == 400


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("bizSteps/commissioning", 5),
        ("bizSteps/" + quote("https://ref.gs1.org/cbv/BizStep-packing", safe=""), 1),
        ("bizSteps/urn:epcglobal:cbv:bizstep:packing", 1),
        ("eventTypes/ObjectEvent", 6),
        ("dispositions/active", 6),
        ("epcs/" + quote(pack(1), safe=""), 2),
        ("epcs/" + quote("https://id.gs1.org/01/00300010123455/21/1", safe=""), 2),
        ("epcs/https://id.gs1.org/01/00300010123455/21/1", 2),
        ("epcs/" + quote(CASE, safe=""), 1),
        ("readPoints/" + quote(SITE, safe=""), 6),
        ("readPoints/" + quote(SITE_LINK, safe=""), 6),
        ("bizLocations/" + quote(SITE_LINK, safe=""), 7),
        ("readPoints/" + quote(OTHER, safe=""), 1),
        ("readPoints/" + quote("urn:epc:id:sgln:030001.111111.7", safe=""), 1),
    ],
)
def test_a_value_is_the_same_in_every_notation(filled: Rest, path: str, count: int) -> None:
    shown = filled.maker.get(f"/epcis/v2/{path}")

    assert shown.json()["member"] == ["events"]
    assert len(_events(filled.maker.get(f"/epcis/v2/{path}/events?perPage=100"))) == count
    assert filled.wholesaler.get(f"/epcis/v2/{path}").status_code == 404
    assert filled.wholesaler.get(f"/epcis/v2/{path}/events").status_code == 404


def test_parameters_narrow_the_events_of_a_value(filled: Rest) -> None:
    base = "/epcis/v2/bizSteps/commissioning/events"

    assert len(_events(filled.maker.get(f"{base}?MATCH_epc={pack(1)}"))) == 1
    assert len(_events(filled.maker.get(f"{base}?EQ_bizStep=packing"))) == 0
    assert len(_events(filled.maker.get(f"{base}?EQ_bizStep=packing|commissioning"))) == 5
    assert filled.maker.get(f"{base}?EQ_bizstep=x").status_code == 400


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("bizSteps/commissioning/events?EQ_bizStep=urn:epcglobal:cbv:bizstep:commissioning", 5),
        (f"readPoints/{quote(SITE, safe='')}/events?EQ_readPoint={SITE_LINK}", 6),
        (f"readPoints/{quote(SITE, safe='')}/events?EQ_readPoint={OTHER}", 0),
        ("epcs/https://id.gs1.org/01/00300010123455/21/1/events?MATCH_anyEPC=" + pack(1), 2),
        (f"epcs/{quote(CASE, safe='')}/events?MATCH_anyEPC={pack(1)}", 1),
        (f"epcs/{quote(pack(1), safe='')}/events?MATCH_anyEPC=urn:epc:idpat:sscc:030001.*", 1),
        (f"epcs/{quote(pack(1), safe='')}/events?MATCH_anyEPC={pack(3)}", 0),
    ],
)
def test_what_is_asked_in_the_path_and_beside_it_must_both_hold(
    filled: Rest, path: str, count: int
) -> None:
    assert len(_events(filled.maker.get(f"/epcis/v2/{path}"))) == count


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("bizSteps/commissioning/events?perPage=2", 5),
        ("bizSteps/commissioning/events?perPage=2&EQ_action=ADD&orderDirection=ASC", 5),
        (f"epcs/{quote(pack(1), safe='')}/events?perPage=1&EQ_disposition=active|in_progress", 2),
        (f"readPoints/{quote(SITE, safe='')}/events?perPage=4&eventCountLimit=5", 5),
    ],
)
def test_the_pages_of_a_value_hang_together(filled: Rest, path: str, count: int) -> None:
    found: list[str] = []
    following = f"/epcis/v2/{path}"
    while following:
        answer = filled.maker.get(following)
        found += [each["eventID"] for each in _events(answer)]
        following = answer.headers.get("Link", "")[1:].partition(">")[0]

    assert len(found) == len(set(found)) == count


def test_a_page_token_of_a_value_goes_on_with_its_query_only(filled: Rest) -> None:
    first = filled.maker.get("/epcis/v2/bizSteps/commissioning/events?perPage=1&EQ_action=ADD")
    following = first.links["next"]["url"]

    assert filled.maker.get(f"{following}&EQ_action=ADD").status_code == 200
    for path in (
        f"{following}&EQ_action=DELETE",
        following.replace("commissioning", "packing"),
        following.replace("/bizSteps/commissioning/events", "/events"),
    ):
        refused = filled.maker.get(path)
        assert refused.status_code == 400
        assert refused.json()["findings"][0]["code"] == "QRY-006"


@pytest.mark.parametrize(
    ("name", "value"), [*((name, "urn:x:never") for name in sorted(RESOURCES)), ("eventTypes", "X")]
)
def test_what_was_never_seen_is_not_found(filled: Rest, name: str, value: str) -> None:
    answer = filled.maker.get(f"/epcis/v2/{name}/{value}")

    assert answer.status_code == 404
    assert answer.json()["type"] == "epcisException:NoSuchNameException"


def test_the_root_names_what_there_is(filled: Rest) -> None:
    for path in ("/epcis/v2", "/epcis/v2/"):
        members = filled.maker.get(path).json()["member"]
        assert set(members) == {"events", "capture", "queries", *RESOURCES}


def test_methods_that_do_not_exist_are_told_with_those_that_do(filled: Rest) -> None:
    for path, allow in {
        "/events": "GET, OPTIONS, POST",
        "/capture": "GET, OPTIONS, POST",
        "/bizSteps/commissioning/events": "GET, OPTIONS",
        "": "GET, OPTIONS",
    }.items():
        answer = filled.maker.put(f"/epcis/v2{path}")
        assert answer.status_code == 405, path
        assert answer.headers["Allow"] == allow
        assert answer.json()["type"] == "epcisException:ImplementationException"


@pytest.mark.parametrize("path", ["/events", "/bizSteps", "/eventTypes", "/epcs"])
def test_a_page_token_that_was_given_back_leads_nowhere(filled: Rest, path: str) -> None:
    first = filled.maker.get(f"/epcis/v2{path}?perPage=1")
    following = first.links["next"]["url"]
    token = parse_qs(urlsplit(following).query)["nextPageToken"][0]
    place = f"/epcis/v2/nextPageToken/{token}"
    expires = datetime.fromisoformat(first.headers["GS1-Next-Page-Token-Expires"])

    assert expires > filled.world.clock()
    assert filled.maker.get(following).status_code == 200
    assert filled.wholesaler.delete(place).status_code == 404
    given_back = filled.maker.delete(place)
    assert (given_back.status_code, given_back.content) == (204, b"")
    told = filled.maker.get(following)
    assert told.status_code == 400
    assert told.json()["type"] == "epcisException:QueryParameterException"
    assert told.json()["findings"][0]["message"] == "The page token was given back."
    again = filled.maker.delete(place)
    assert again.status_code == 404
    assert again.json()["type"] == "epcisException:NoSuchNameException"
    assert filled.maker.get(f"/epcis/v2{path}?perPage=1").links["next"]


def test_a_page_token_belongs_to_one_list(filled: Rest) -> None:
    steps = filled.maker.get("/epcis/v2/bizSteps?perPage=1").links["next"]["url"]
    told = filled.maker.get(steps.replace("bizSteps", "dispositions"))

    assert told.status_code == 400
    assert filled.maker.delete("/epcis/v2/nextPageToken/abc").status_code == 404


@pytest.mark.parametrize("form", ["Always_Web_URI", "Always_URN"])
def test_events_come_as_xml_when_asked_for(filled: Rest, conformance: Path, form: str) -> None:
    answer = filled.maker.get(
        "/epcis/v2/events?perPage=100", headers=XML | {"GS1-CBV-XML-Format": form}
    )
    plain = filled.maker.get("/epcis/v2/events?perPage=100")
    schema = etree.XMLSchema(
        etree.parse(conformance / "gs1-epcis/schema/xsd-2.0/EPCglobal-epcis-query-2_0.xsd")
    )
    root = etree.fromstring(answer.content)
    schema.assertValid(root)
    read = epcis.read(answer.content)

    assert answer.headers["content-type"] == "application/xml"
    assert read.findings == ()
    assert read.document is not None
    told = epcis.read(plain.content).document
    assert told is not None
    assert read.document.events == told.events
    assert len(root.findall(".//recordTime")) == 7
    steps = {each.text for each in root.iter("bizStep")}
    start = "urn:epcglobal:cbv:bizstep:" if form == "Always_URN" else "https://ref.gs1.org/cbv/"
    assert steps == {
        "https://example.org/cutting",
        *(
            start + ("" if form == "Always_URN" else "BizStep-") + word
            for word in ("commissioning", "packing")
        ),
    }


def test_problems_jobs_and_collections_come_as_xml_too(filled: Rest, conformance: Path) -> None:
    schema = etree.XMLSchema(
        etree.parse(conformance / "gs1-epcis/schema/xsd-2.0/EPCglobal-epcis-2_0.xsd")
    )
    job = filled.maker.get("/epcis/v2/capture").json()[0]["captureID"]
    bad = filled.maker.post(
        "/epcis/v2/capture", content=document(event(1, epcList=[pack(99)])), headers=JSON
    ).headers["Location"]

    problem = filled.maker.get("/epcis/v2/events?EQ_no=1", headers=XML)
    good = filled.maker.get(f"/epcis/v2/capture/{job}", headers=XML)
    failed = filled.maker.get(bad, headers=XML)
    members = filled.maker.get("/epcis/v2/bizSteps", headers=XML)

    assert problem.headers["content-type"] == "application/problem+xml"
    for answer in (problem, good, failed):
        schema.assertValid(etree.fromstring(answer.content))
    assert etree.fromstring(failed.content).findtext(".//error/type")
    assert [each.text for each in etree.fromstring(members.content)] == [
        "commissioning",
        "https://example.org/cutting",
        "packing",
    ]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/xml;q=0.5, application/json;q=0.4", "application/xml"),
        ("text/*, application/json;q=0.9", "text/xml"),
        ("*/*;q=0.1, application/json;q=0", "application/ld+json"),
        ("", "application/json"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_the_form_liked_best_is_taken(filled: Rest, accept: str, media_type: str) -> None:
    answer = filled.maker.get("/epcis/v2/events", headers={"Accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_event_types_of_vendors_have_a_prefix_that_is_told(rest: Rest) -> None:
    body = json.loads(document(event(1) | {"type": "ex:Special"}))
    body["@context"].append({"ex": "https://example.org/ns/"})
    sent = rest.maker.post("/epcis/v2/capture", content=json.dumps(body), headers=JSON)
    assert sent.status_code == 202, sent.text

    answer = rest.maker.get("/epcis/v2/eventTypes")
    (member,) = answer.json()["member"]
    prefix, _, local = member.partition(":")
    declared = answer.headers["GS1-Extensions"]

    assert (declared, local) == (f"{prefix}=https://example.org/ns/", "Special")
    for name, told in ((member, declared), ("ex:Special", "ex=https://example.org/ns/")):
        headers = {"GS1-Extensions": told}
        shown = rest.maker.get(f"/epcis/v2/eventTypes/{name}/events", headers=headers)
        assert len(_events(shown)) == 1


FOREIGN = (
    "urn:epc:id:gid:95100000.12345.400",
    "urn:epc:id:usdod:CJ194.1",
    "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
    "urn:epc:id:bic:CSQU3054383",
    "urn:epc:id:imovn:9176187",
)


def test_objects_with_other_keys_than_those_of_gs1_are_found(rest: Rest) -> None:
    events = [event(n, epcList=[one]) for n, one in enumerate(FOREIGN)]
    sent = rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)
    assert sent.status_code == 202, sent.text

    members = rest.maker.get("/epcis/v2/epcs").json()["member"]

    assert sorted(members) == sorted(FOREIGN)
    for one in members:
        (found,) = _events(rest.maker.get(f"/epcis/v2/epcs/{quote(one, safe='')}/events"))
        assert found["epcList"] == [one]
    for pattern, count in (
        ("urn:epc:idpat:gid:95100000.12345.*", 1),
        ("urn:epc:id:gid:95100000.12345.*", 1),
        ("urn:epc:idpat:gid:95100000.*.*", 1),
        ("urn:epc:idpat:gid:9510000.*.*", 0),
        ("urn:epc:idpat:gid:95100000.1.*", 0),
        ("urn:epc:idpat:usdod:*.*|urn:epc:idpat:adi:35962.PQ7VZ4.*", 2),
    ):
        answer = rest.maker.get("/epcis/v2/events", params={"MATCH_epc": pattern})
        assert len(_events(answer)) == count, pattern


@pytest.mark.parametrize(
    "value", ["https://example.org/places#dock", "https://example.org/s?x=1&y=2"]
)
def test_the_pages_of_a_value_with_any_sign_hang_together(rest: Rest, value: str) -> None:
    events = [event(n, epcList=[pack(n)], readPoint={"id": value}) for n in range(3)]
    sent = rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)
    assert sent.status_code == 202, sent.text
    found: list[str] = []
    following = f"/epcis/v2/readPoints/{quote(value, safe='')}/events?perPage=1"
    while following:
        answer = rest.maker.get(following)
        found += [each["eventID"] for each in _events(answer)]
        following = answer.headers.get("Link", "")[1:].partition(">")[0]

    assert len(set(found)) == 3


def _single(number: int, **members: Any) -> bytes:
    return json.dumps({"@context": [CONTEXT], **event(number, **members)}).encode()


def test_one_event_is_recorded_and_echoed(rest: Rest) -> None:
    content = _single(1, epcList=[pack(1)])

    answer = rest.maker.post("/epcis/v2/events", content=content, headers=JSON)
    back = rest.maker.get(answer.headers["Location"], headers=AS_CAPTURED)
    again = rest.maker.post("/epcis/v2/events", content=content, headers=JSON)
    other = rest.maker.post("/epcis/v2/events", content=_single(1, epcList=[pack(2)]), headers=JSON)

    assert answer.status_code == 201
    assert answer.json()["recordTime"]
    (found,) = _events(back)
    assert found["epcList"] == answer.json()["epcList"] == [pack(1)]
    assert (again.status_code, other.status_code) == (409, 409)
    assert again.json()["type"] == "epcisException:ResourceAlreadyExistsException"


def test_one_event_without_an_identifier_is_given_its_hash(rest: Rest) -> None:
    body = json.loads(_single(1, epcList=[pack(1)]))
    del body["eventID"]

    answer = rest.maker.post("/epcis/v2/events", content=json.dumps(body), headers=JSON)

    assert answer.json()["eventID"].startswith("ni:///sha-256;")
    assert rest.maker.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (document(event(1, epcList=[pack(1)]), event(2, epcList=[pack(2)])), 400),
        (_single(1, epcList=[pack(1)], eventTime="soon"), 400),
        (b"{}", 400),
        (b"", 400),
    ],
)
def test_what_is_not_one_valid_event_is_refused(rest: Rest, content: bytes, status: int) -> None:
    answer = rest.maker.post("/epcis/v2/events", content=content, headers=JSON)

    assert answer.status_code == status
    assert answer.json()["type"] == "epcisException:ValidationException"
    assert rest.maker.get("/epcis/v2/capture").json() == []


def test_an_event_that_is_too_large_is_refused_with_the_limit(rest: Rest) -> None:
    content = _single(1, epcList=[pack(n) for n in range(30_000)])

    answer = rest.maker.post("/epcis/v2/events", content=content, headers=JSON)

    assert answer.status_code == 413
    assert answer.json()["type"] == "epcisException:CaptureLimitExceededException"
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(1024 * 1024)
    assert answer.headers["GS1-EPCIS-Capture-Limit"]


def test_a_query_document_is_captured_like_any_other(rest: Rest) -> None:
    rest.maker.post(
        "/epcis/v2/capture", content=document(packing(1, CASE, [pack(1)])), headers=JSON
    )
    for accept in ("application/json", "application/xml"):
        told = rest.maker.get("/epcis/v2/events", headers={"Accept": accept, **AS_CAPTURED})

        answer = rest.wholesaler.post(
            "/epcis/v2/capture", content=told.content, headers={"Content-Type": accept}
        )
        job = rest.wholesaler.get(answer.headers["Location"]).json()

        assert (answer.status_code, job["success"]) == (202, True)
    assert len(_events(rest.wholesaler.get("/epcis/v2/events"))) == 1
