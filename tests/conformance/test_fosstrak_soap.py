"""The EPCIS 1.0 interoperability suite of Fosstrak through the SOAP door, compared by content."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree
from starlette.testclient import TestClient

from packtrail import epcis
from packtrail.access import Permission
from packtrail.services import delivering
from packtrail.services.delivering import deliver_next
from packtrail.store.database import Database

from ..api.conftest import Rest, client_of, make_rest
from ..conftest import CONFORMANCE
from ..services.conftest import make_world
from .exceptions import EXCEPTIONS

SUITE = CONFORMANCE / "epcis-1.0-interop"
OTHERWISE = EXCEPTIONS["epcis-1.0-interop"]
QUERY = "urn:epcglobal:epcis-query:xsd:1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def _cases() -> list[Any]:
    if not SUITE.is_dir():
        return []
    index = json.loads((SUITE / "case_index.json").read_text())
    return [pytest.param(case, id=case["case"]) for case in index["cases"]]


@pytest.fixture(scope="module")
def filled(database: Database, conformance: Path) -> Iterator[Rest]:
    rest = make_rest(make_world(database, webhook_allowed_networks=("127.0.0.0/8",)))
    contents = [path.read_bytes() for path in sorted((SUITE / "events").glob("*.xml"))]
    contents.append(_master_data((SUITE / "masterdata/EPCIS10-MD-Capture.xml").read_bytes()))
    for content in contents:
        kind = "application/json" if content[:1] == b"{" else "application/xml"
        answer = rest.maker.post(
            "/epcis/v2/capture", content=content, headers={"Content-Type": kind}
        )
        assert answer.status_code == 202, answer.text
        assert rest.maker.get(answer.headers["Location"]).json()["success"]
    yield rest
    rest.world.app.workers.shutdown(wait=True)


def _master_data(content: bytes) -> bytes:
    """Return a master data document of EPCIS 1 as one of EPCIS 2, whose header carries it."""
    vocabularies = tuple(
        epcis.Vocabulary(
            type=vocabulary.get("type", ""),
            elements=tuple(
                epcis.VocabularyElement(
                    id=element.get("id", ""),
                    attributes={
                        each.get("id", ""): (each.text or "").strip()
                        for each in element.iter("attribute")
                    },
                    children=tuple(
                        (each.text or "").strip() for each in element.iterfind("children/id")
                    ),
                )
                for element in vocabulary.iter("VocabularyElement")
            ),
        )
        for vocabulary in etree.fromstring(content).iter("Vocabulary")
    )
    return epcis.write_json(epcis.EpcisDocument(schema_version="2.0", vocabularies=vocabularies))


def ask(client: TestClient, element: bytes) -> etree._Element:
    """Return the answer element, or the exception of a fault."""
    content = b'<s:Envelope xmlns:s="%s"><s:Body>%s</s:Body></s:Envelope>' % (
        SOAP.encode(),
        element,
    )
    answer = client.post("/epcis/soap", content=content, headers={"Content-Type": "text/xml"})
    body = etree.fromstring(answer.content).find(f"{{{SOAP}}}Body")
    assert body is not None
    fault = body.find(f"{{{SOAP}}}Fault")
    assert answer.status_code == (200 if fault is None else 500)
    return body[0] if fault is None else fault.find("detail")[0]


def _events(results: etree._Element) -> list[str]:
    listed = results.find(".//EventList")
    events = b"" if listed is None else etree.tostring(listed)
    document = (
        b'<q:EPCISQueryDocument xmlns:q="%s" schemaVersion="1.2" creationDate='
        b'"2026-01-01T00:00:00Z"><EPCISBody><q:QueryResults><queryName>x</queryName><resultsBody>'
        b"%s</resultsBody></q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
    ) % (QUERY.encode(), events)
    read = epcis.read(document, strict=False).document
    assert read is not None
    return sorted(str(msgspec.structs.replace(each, event_id=None)) for each in read.events)


def _elements(results: etree._Element) -> list[tuple[Any, ...]]:
    return sorted(
        (
            vocabulary.get("type"),
            element.get("id"),
            sorted(
                (each.get("id"), (each.text or "").strip()) for each in element.iter("attribute")
            ),
            sorted((each.text or "").strip() for each in element.iterfind("children/id")),
        )
        for vocabulary in results.iter("Vocabulary")
        for element in vocabulary.iter("VocabularyElement")
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _assert_same(found: etree._Element, expected: etree._Element) -> None:
    assert _name(found) == _name(expected), etree.tostring(found)
    if _name(found) == "QueryResults":
        assert _elements(found) == _elements(expected)
        assert _events(found) == _events(expected)
    if _name(found) == "GetStandardVersionResult":
        assert found.text == expected.text
    if _name(found).endswith("IDsResult"):
        assert sorted(e.text or "" for e in found) == sorted(e.text or "" for e in expected)


@pytest.mark.parametrize("case", _cases())
def test_a_case_is_answered_as_published_or_an_exception(
    filled: Rest, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> None:
    found, expected = _answers(filled, monkeypatch, case)

    if case["case"] not in OTHERWISE:
        _assert_all_same(found, expected)
        return
    assert OTHERWISE[case["case"]]["reason"]
    with pytest.raises(AssertionError):
        _assert_all_same(found, expected)


def _answers(
    filled: Rest, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> tuple[list[etree._Element], list[etree._Element]]:
    """Return what we answer to the requests of a case, and what was published."""
    sent: list[bytes] = []
    monkeypatch.setattr(
        delivering.webhooks, "post", lambda url, body, headers, **more: sent.append(body)
    )
    expected = [
        etree.parse(SUITE / "responses" / each["file"]).getroot() for each in case["responses"]
    ]
    client = filled.maker
    if _name(expected[-1]) == "SecurityException":
        client = client_of(filled.world, filled.world.maker, Permission.CAPTURE_READ)
    found = []
    for each in case["requests"]:
        found.append(ask(client, _bare((SUITE / "requests" / each["file"]).read_bytes())))
        if each["operation"] == "Subscribe" and _name(found[-1]) == "SubscribeResult":
            filled.world.clock.advance(hours=1)
            while deliver_next(filled.world.app):
                filled.world.clock.advance(seconds=0)
            found += [_told(body) for body in sent]
            sent.clear()
    if "SubscribeResult" not in {_name(each) for each in expected}:
        found = [each for each in found if _name(each) != "SubscribeResult"]
    else:
        found = [each for each in found if _name(each) in {_name(one) for one in expected}]
    _end_all(filled)
    return found, expected


def _assert_all_same(found: list[etree._Element], expected: list[etree._Element]) -> None:
    assert [_name(each) for each in found] == [_name(each) for each in expected]
    for one, other in zip(found, expected, strict=True):
        _assert_same(one, other)


def _bare(content: bytes) -> bytes:
    return etree.tostring(etree.fromstring(content))


def _told(document: bytes) -> etree._Element:
    body = etree.fromstring(document).find("EPCISBody")
    assert body is not None
    return body[0]


def _end_all(rest: Rest) -> None:
    for element in ask(
        rest.maker,
        b'<q:GetSubscriptionIDs xmlns:q="%s"><queryName>SimpleEventQuery</queryName>'
        b"</q:GetSubscriptionIDs>" % QUERY.encode(),
    ):
        ended = ask(
            rest.maker,
            b'<q:Unsubscribe xmlns:q="%s"><subscriptionID>%s</subscriptionID></q:Unsubscribe>'
            % (QUERY.encode(), (element.text or "").encode()),
        )
        assert _name(ended) == "UnsubscribeResult"


@pytest.mark.parametrize(
    ("content", "exception"),
    [
        (b"", "ValidationException"),
        (b"<x/>", "ValidationException"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>', "ValidationException"),
        (b'<q:Fly xmlns:q="%s"/>' % QUERY.encode(), "ValidationException"),
        (b'<q:Poll xmlns:q="%s"/>' % QUERY.encode(), "ValidationException"),
        (
            b'<q:Poll xmlns:q="%s"><queryName>Nope</queryName></q:Poll>' % QUERY.encode(),
            "NoSuchNameException",
        ),
        (
            b'<q:Unsubscribe xmlns:q="%s"><subscriptionID>Nope</subscriptionID></q:Unsubscribe>'
            % QUERY.encode(),
            "NoSuchSubscriptionException",
        ),
    ],
)
def test_what_is_no_request_is_a_fault(filled: Rest, content: bytes, exception: str) -> None:
    body = b'<s:Envelope xmlns:s="%s"><s:Body>%s</s:Body></s:Envelope>' % (SOAP.encode(), content)
    for sent in (body, content):
        answer = filled.maker.post(
            "/epcis/soap", content=sent, headers={"Content-Type": "text/xml"}
        )
        told = etree.fromstring(answer.content).find(".//detail")
        assert answer.status_code == 500
        assert told is not None
        assert _name(told[0]) in {exception, "ValidationException"}
    assert _name(told[0]) == "ValidationException"


def test_names_and_versions_are_told_in_both_namespaces(filled: Rest) -> None:
    for namespace, version in ((QUERY, "1.2"), (QUERY[:-1] + "2", "2.0")):
        names = ask(filled.maker, b'<q:GetQueryNames xmlns:q="%s"/>' % namespace.encode())
        told = ask(filled.maker, b'<q:GetStandardVersion xmlns:q="%s"/>' % namespace.encode())
        assert [each.text for each in names] == ["SimpleEventQuery", "SimpleMasterDataQuery"]
        assert told.text == version
        assert told.tag == f"{{{namespace}}}GetStandardVersionResult"


def test_an_answer_without_pages_has_a_bound(filled: Rest, database: Database) -> None:
    element = b'<q:Poll xmlns:q="%s"><queryName>SimpleEventQuery</queryName></q:Poll>'
    small = make_small(filled)

    assert len(_events(ask(filled.maker, element % QUERY.encode()))) == 155
    assert _name(ask(small, element % QUERY.encode())) == "QueryTooLargeException"


def make_small(rest: Rest) -> TestClient:
    """Return a client of the same store whose server answers 100 events at most."""
    app = rest.world.app
    settings = dataclasses.replace(app.settings, soap_events_max=100, page_events_max=60)
    world = dataclasses.replace(rest.world, app=dataclasses.replace(app, settings=settings))
    return client_of(world, world.maker)
