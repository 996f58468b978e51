"""The EPCIS 2.0 REST binding: negotiation, limits, paging, documents."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from packtrail import gs1
from packtrail.store.database import Database

from ..services.conftest import make_world
from ..services.documents import CASE, CONTEXT, SITE, commissioning, document, event, pack, packing
from .conftest import Rest, client_of, make_rest

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def filled(database: Database) -> Iterator[Rest]:
    """A store with 25 events, several of them at one moment."""
    rest = make_rest(make_world(database, url_bytes_max=4096))
    events = [commissioning(n // 5, [pack(n)]) | {"eventID": f"urn:x:{n}"} for n in range(24)]
    for some in (events[:10], [*events[10:], packing(30, CASE, [pack(1), pack(2)])]):
        answer = rest.maker.post("/epcis/v2/capture", content=document(*some), headers=JSON)
        assert answer.status_code == 202, answer.text
    yield rest
    rest.world.app.workers.shutdown(wait=True)


def _events(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"][
        "eventList"
    ]
    return found


def _next(answer: Any) -> str | None:
    found = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
    return found[1] if found else None


def _pages(client: TestClient, path: str) -> list[list[str]]:
    pages = []
    following: str | None = path
    while following:
        answer = client.get(following)
        pages.append([each["eventID"] for each in _events(answer)])
        following = _next(answer)
    return pages


@pytest.mark.parametrize("per_page", [1, 3, 7, 24, 25, 1000])
@pytest.mark.parametrize("order", ["", "&orderBy=recordTime", "&orderDirection=ASC"])
def test_the_pages_together_are_the_whole_answer(filled: Rest, per_page: int, order: str) -> None:
    whole = [
        each["eventID"]
        for each in _events(filled.maker.get(f"/epcis/v2/events?perPage=500{order}"))
    ]

    pages = _pages(filled.maker, f"/epcis/v2/events?perPage={per_page}{order}")

    assert [each for page in pages for each in page] == whole
    assert len(whole) == len(set(whole)) == 25
    assert all(len(page) == per_page for page in pages[:-1])


def test_what_is_recorded_meanwhile_does_not_disturb_the_pages(fresh_database: Database) -> None:
    rest = make_rest(make_world(fresh_database))
    for n in range(5):
        rest.maker.post(
            "/epcis/v2/capture", content=document(commissioning(n, [pack(n)])), headers=JSON
        )
    first = rest.maker.get("/epcis/v2/events?perPage=2")
    late = document(commissioning(0, [pack(99)]) | {"eventID": "urn:x:late"})
    rest.maker.post("/epcis/v2/capture", content=late, headers=JSON)

    following = _next(first)
    assert following is not None
    rest_of = [each for page in _pages(rest.maker, following) for each in page]

    assert len(rest_of) == 3
    assert "urn:x:late" not in rest_of


def test_a_page_token_is_of_no_use_to_others_or_when_changed_or_late(
    fresh_database: Database,
) -> None:
    rest = make_rest(make_world(fresh_database))
    events = [commissioning(n, [pack(n)]) for n in range(3)]
    rest.maker.post("/epcis/v2/capture", content=document(*events), headers=JSON)
    answer = rest.maker.get("/epcis/v2/events?perPage=1")
    following = _next(answer)
    assert following is not None
    assert answer.headers["GS1-Next-Page-Token-Expires"]

    forged = following[:-3] + ("abc" if following[-3:] != "abc" else "xyz")
    for client, path in (
        (rest.wholesaler, following),
        (rest.maker, forged),
        (rest.maker, "/epcis/v2/events?nextPageToken=x"),
        (rest.maker, following + "&EQ_action=ADD"),
    ):
        refused = client.get(path)
        assert refused.status_code == 400
        assert refused.json()["findings"][0]["code"] == "QRY-006"
    assert rest.maker.get(following).status_code == 200
    rest.world.clock.advance(minutes=61)
    assert rest.maker.get(following).status_code == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("EQ_bizStep=commissioning", 24),
        ("EQ_bizStep=urn:epcglobal:cbv:bizstep:packing", 1),
        ("EQ_bizStep=https://ref.gs1.org/cbv/BizStep-packing|commissioning", 25),
        ("eventType=AggregationEvent", 1),
        ("EQ_action=OBSERVE", 0),
        ("MATCH_epc=" + pack(1), 2),
        ("MATCH_epc=https://id.gs1.org/01/00300010123455/21/1", 2),
        ("MATCH_epc=urn:epc:idpat:sgtin:030001.0012345.*", 25),
        ("MATCH_anyEPC=" + CASE, 1),
        ("MATCH_parentID=" + CASE, 1),
        ("EQ_eventID=urn:x:3|urn:x:4", 2),
        ("GE_eventTime=2026-03-03T00:04:00%2B01:00", 5),
        ("LT_eventTime=2026-03-03T00:01:00.000+01:00", 5),
        ("eventCountLimit=7", 7),
        ("maxEventCount=25", 25),
        ("EXISTS_errorDeclaration=true", 0),
    ],
)
def test_a_parameter_narrows_the_answer(filled: Rest, query: str, count: int) -> None:
    assert len(_events(filled.maker.get(f"/epcis/v2/events?perPage=100&{query}"))) == count


@pytest.mark.parametrize(
    ("query", "codes", "exception", "status"),
    [
        ("EQ_bizstep=shipping", ["QRY-001"], "QueryParameterException", 400),
        ("WD_action=ADD", ["QRY-001"], "QueryParameterException", 400),
        ("EQ_action=MOVE", ["QRY-003"], "QueryParameterException", 400),
        ("GE_eventTime=2026-03-03", ["QRY-003"], "QueryParameterException", 400),
        ("GE_eventTime=2026-03-03T10:00:00", ["QRY-003"], "QueryParameterException", 400),
        ("MATCH_epc=urn:epc:id:sgtin:1.2.3", ["QRY-003"], "QueryParameterException", 400),
        ("perPage=0", ["QRY-003"], "QueryParameterException", 400),
        ("orderBy=x&EQ_action=y", ["QRY-003", "QRY-003"], "QueryParameterException", 400),
        ("orderBy=eventTime|recordTime", ["QRY-008"], "QueryParameterException", 400),
        ("eventCountLimit=1&maxEventCount=1", ["QRY-004"], "QueryParameterException", 400),
        ("maxEventCount=24", ["QRY-005"], "QueryTooLargeException", 413),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused_with_its_findings(
    filled: Rest, query: str, codes: list[str], exception: str, status: int
) -> None:
    answer = filled.maker.get(f"/epcis/v2/events?{query}")
    problem = answer.json()

    assert (answer.status_code, problem["status"]) == (status, status)
    assert problem["type"] == f"epcisException:{exception}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert [finding["code"] for finding in problem["findings"]] == codes


def test_an_address_that_is_too_long_is_refused(filled: Rest) -> None:
    answer = filled.maker.get("/epcis/v2/events?EQ_eventID=" + "x" * 5000)

    assert answer.status_code == 414
    assert answer.json()["type"] == "epcisException:URITooLongException"


def test_answers_are_query_documents_valid_for_gs1(filled: Rest, conformance: Path) -> None:
    schema = json.loads((conformance / "gs1-epcis/schema/json/EPCIS-JSON-Schema.json").read_text())
    answer = filled.maker.get("/epcis/v2/events?perPage=100")

    errors = [str(each) for each in jsonschema_rs.iter_errors(schema, answer.json())]

    assert errors == []
    assert answer.json()["type"] == "EPCISQueryDocument"
    assert all(each["recordTime"] for each in _events(answer))
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"


def test_one_event_is_a_query_document_too(filled: Rest) -> None:
    (found,) = _events(filled.maker.get(f"/epcis/v2/events/{quote('urn:x:3', safe='')}"))

    assert found["eventID"] == "urn:x:3"
    assert filled.maker.get("/epcis/v2/events/urn:x:none").status_code == 404


@pytest.mark.parametrize(
    ("form", "epc"),
    [
        (None, "https://id.gs1.org/01/00300010123455/21/1"),
        ("Never_Translates", pack(1)),
        ("No_Preference", pack(1)),
        ("Always_EPC_URN", pack(1)),
        ("Always_GS1_Digital_Link", "https://id.gs1.org/01/00300010123455/21/1"),
    ],
)
def test_identifiers_are_written_as_asked(filled: Rest, form: str | None, epc: str) -> None:
    headers = {"GS1-EPC-Format": form} if form else {}

    answer = filled.maker.get("/epcis/v2/events/urn:x:1", headers=headers)

    assert _events(answer)[0]["epcList"] == [epc]
    assert answer.headers["GS1-EPC-Format"] == (form or "Always_GS1_Digital_Link")


LINKS = {
    "epcList": ["https://id.gs1.org/01/00300010123455/21/1"],
    "quantityList": [{"epcClass": "https://id.gs1.org/01/00300010123455/10/A", "quantity": 2}],
    "readPoint": {"id": "https://id.gs1.org/414/0300011111116"},
    "sourceList": [{"type": "location", "source": "https://id.gs1.org/417/0300011111116"}],
}
URNS = {
    "epcList": [pack(1)],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:030001.0012345.A", "quantity": 2}],
    "readPoint": {"id": SITE},
    "sourceList": [{"type": "location", "source": "urn:epc:id:pgln:030001.111111"}],
}


def _told_as_urns(rest: Rest, client: TestClient) -> dict[str, Any]:
    rest.maker.post("/epcis/v2/capture", content=document(event(1, **LINKS)), headers=JSON)
    answer = client.get("/epcis/v2/events", headers={"GS1-EPC-Format": "Always_EPC_URN"})
    found = next(each for each in _events(answer) if each["quantityList"])
    return {name: found[name] for name in LINKS}


def test_a_urn_that_cannot_be_told_is_not_guessed(rest: Rest) -> None:
    assert _told_as_urns(rest, rest.maker) == LINKS


def test_a_urn_that_another_document_told_is_told(rest: Rest) -> None:
    urns = event(0, epcList=URNS["epcList"], quantityList=URNS["quantityList"])
    rest.maker.post("/epcis/v2/capture", content=document(urns), headers=JSON)

    told = {**LINKS, "epcList": URNS["epcList"], "quantityList": URNS["quantityList"]}
    assert _told_as_urns(rest, rest.maker) == told


def test_a_urn_is_told_by_the_register_of_the_operator(rest: Rest) -> None:
    app = dataclasses.replace(
        rest.world.app, company_prefixes=gs1.CompanyPrefixes.read(b"030001\n")
    )
    client = client_of(dataclasses.replace(rest.world, app=app), rest.world.maker)

    assert _told_as_urns(rest, client) == URNS
    places = client.get("/epcis/v2/readPoints", headers={"GS1-EPC-Format": "Always_EPC_URN"})
    assert places.json()["member"] == [SITE]


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html"},
        {"GS1-EPCIS-Version": "3.0.0"},
        {"GS1-EPCIS-Min": "2.1"},
        {"GS1-CBV-Version": "two"},
        {"GS1-EPC-Format": "Sometimes"},
    ],
)
def test_what_cannot_be_spoken_is_not_acceptable(filled: Rest, headers: dict[str, str]) -> None:
    answer = filled.maker.get("/epcis/v2/events", headers=headers)

    assert answer.status_code == 406
    assert answer.json()["type"] == "epcisException:NotAcceptableException"


@pytest.mark.parametrize("path", ["", "/", "/events", "/capture", "/capture/x", "/events/urn:x:1"])
def test_options_announce_versions_to_anyone(filled: Rest, path: str) -> None:
    answer = filled.anyone.options(f"/epcis/v2{path}")

    assert answer.status_code == 204
    assert "OPTIONS" in answer.headers["Allow"]
    assert answer.headers["GS1-EPCIS-Max"] == "2.0.0"
    if path == "/capture":
        assert answer.headers["GS1-Capture-Error-Behaviour"] == "all"
        assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(512 * 1024 * 1024)


def test_an_invalid_document_is_answered_at_once_and_kept(rest: Rest) -> None:
    bad = document(event(1, epcList=[pack(1)], eventTime="soon"))

    answer = rest.maker.post("/epcis/v2/capture", content=bad, headers=JSON)
    problem = answer.json()
    kept = rest.maker.get(f"/api/v1/captures/{problem['captureID']}/original")
    job = rest.maker.get(answer.headers["Location"]).json()

    assert answer.status_code == 400
    assert problem["type"] == "epcisException:ValidationException"
    assert problem["findings"][0]["at"] == "/epcisBody/eventList/0/eventTime"
    assert kept.content == bad
    assert (job["running"], job["success"]) == (False, False)
    assert job["errors"][0]["type"] == "epcisException:ValidationException"


LONG = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(60))
"""Text that no index holds, and that cannot be compressed."""


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"ilmd": {"cbvmda:lotNumber": LONG}}, "lotNumber"),
        ({"ilmd": {"cbvmda:itemExpirationDate": LONG}}, "itemExpirationDate"),
        ({"readPoint": {"id": f"https://example.org/{LONG}"}}, "readPoint"),
        ({"bizStep": f"https://example.org/{LONG}"}, "bizStep"),
        (
            {
                "bizStep": f"https://example.org/{LONG[:1400]}",
                "disposition": f"https://example.org/{LONG[-1400:]}",
            },
            "bizStep",
        ),
        (
            {"bizTransactionList": [{"type": "po", "bizTransaction": f"urn:x:{LONG}"}]},
            "business transaction, source or destination",
        ),
        ({"epcList": [f"https://example.org/{LONG}/1"]}, ""),
        ({"type": f"https://example.org/{LONG}"}, "type"),
    ],
)
def test_a_text_that_no_index_holds_is_refused_and_disturbs_nobody(
    rest: Rest, members: dict[str, Any], named: str
) -> None:
    content = document(commissioning(1, [pack(1)]), event(2, epcList=[pack(2)]) | members)
    answer = rest.maker.post("/epcis/v2/capture", content=content, headers=JSON)
    other = rest.maker.post(
        "/epcis/v2/capture", content=document(commissioning(3, [pack(3)])), headers=JSON
    )

    assert (answer.status_code, other.status_code) == (400, 202), answer.text
    first = answer.json()["findings"][0]
    assert (first["code"], first["at"]) == ("STO-002", "/epcisBody/eventList/1" if named else "")
    assert first["message"].startswith(f"The {named} " if named else "A text is longer")
    assert len(_events(rest.maker.get("/epcis/v2/events"))) == 1
    one = {"@context": CONTEXT, **event(4, epcList=[pack(4)]), **members}
    alone = rest.maker.post("/epcis/v2/events", json=one)
    assert (alone.status_code, alone.json()["findings"][0]["code"]) == (400, "STO-002")


def test_a_large_document_with_a_text_that_no_index_holds_ends_as_a_failed_job(
    fresh_database: Database,
) -> None:
    rest = make_rest(
        make_world(fresh_database, capture_inline_bytes_max=1, capture_part_bytes=1024)
    )
    events = [commissioning(n, [pack(n)]) for n in range(3)]
    content = document(*events, commissioning(9, [pack(9)], lot=LONG))

    answer = rest.maker.post("/epcis/v2/capture", content=content, headers=JSON)
    rest.world.app.workers.shutdown(wait=True)
    job = rest.maker.get(answer.headers["Location"]).json()

    assert answer.status_code == 202
    assert (job["running"], job["success"]) == (False, False)
    assert "lotNumber" in job["errors"][0]["detail"]
    assert job["errors"][0]["at"] == "/epcisBody/eventList/3"


def test_a_contradicting_event_is_a_failed_job_not_a_bad_request(rest: Rest) -> None:
    for epc in (pack(1), pack(2)):
        answer = rest.maker.post(
            "/epcis/v2/capture", content=document(commissioning(1, [epc])), headers=JSON
        )
    job = rest.maker.get(answer.headers["Location"]).json()

    assert answer.status_code == 202
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "rollback")
    assert job["errors"][0]["type"] == "epcisException:ResourceAlreadyExistsException"


def test_proceed_keeps_what_is_good(rest: Rest) -> None:
    half = document(commissioning(1, [pack(1)]), event(2, epcList=[pack(2)], eventTime="soon"))

    answer = rest.maker.post(
        "/epcis/v2/capture",
        content=half,
        headers=JSON | {"GS1-Capture-Error-Behaviour": "proceed"},
    )

    assert answer.status_code == 202
    assert len(_events(rest.maker.get("/epcis/v2/events"))) == 1


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_is_not_taken(rest: Rest, media_type: str) -> None:
    answer = rest.maker.post(
        "/epcis/v2/capture", content=b"{}", headers={"Content-Type": media_type}
    )

    assert answer.status_code == 415
    assert answer.json()["type"] == "epcisException:UnsupportedMediaTypeException"


@pytest.mark.parametrize("length", [100, 100_000])
def test_a_compressed_document_is_told_to_come_as_it_is(rest: Rest, length: int) -> None:
    answer = rest.maker.post(
        "/epcis/v2/capture", content=b"\x1f" * length, headers=JSON | {"Content-Encoding": "gzip"}
    )

    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"
    assert answer.json()["detail"] == (
        "The content is encoded as 'gzip'; send it as it is, without compression."
    )
    assert rest.maker.get("/epcis/v2/capture").json() == []


def test_a_document_that_says_that_it_comes_as_it_is_is_taken(rest: Rest) -> None:
    answer = rest.maker.post(
        "/epcis/v2/capture",
        content=document(commissioning(1, [pack(1)])),
        headers=JSON | {"Content-Encoding": "identity"},
    )

    assert answer.status_code == 202


def test_a_document_beyond_the_limit_is_cut_short(fresh_database: Database) -> None:
    rest = make_rest(make_world(fresh_database, capture_bytes_max=2048))

    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b" " * 1000

    for content in (b" " * 3000, endless()):
        answer = rest.maker.post("/epcis/v2/capture", content=content, headers=JSON)
        assert answer.status_code == 413
        assert answer.json()["type"] == "epcisException:CaptureLimitExceededException"
        assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == "2048"
    assert rest.maker.get("/epcis/v2/capture").json() == []


def test_capture_jobs_come_page_by_page(filled: Rest) -> None:
    first = filled.maker.get("/epcis/v2/capture?perPage=1")
    following = _next(first)
    assert following is not None
    second = filled.maker.get(following)

    assert len(first.json()) == len(second.json()) == 1
    assert first.json() != second.json()
    assert _next(second) is None
