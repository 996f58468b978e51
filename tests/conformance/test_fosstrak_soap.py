"""The EPCIS 1.0 interoperability suite of Fosstrak through the SOAP door, compared by content."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree
from starlette.testclient import TestClient

from packtrail import epcis
from packtrail.access import Permission
from packtrail.services.queries import delivering
from packtrail.services.queries.delivering import deliver_next
from packtrail.store.database import Database

from ..api.conftest import Rest, client_of, make_rest
from ..api.soap_client import QUERY_1, ask, local_name
from ..conftest import CONFORMANCE
from ..services.conftest import make_world
from .exceptions import EXCEPTIONS

SUITE = CONFORMANCE / "epcis-1.0-interop"
OTHERWISE = EXCEPTIONS["epcis-1.0-interop"]
ARRANGED: dict[str, dict[str, int]] = {
    "SE49": {"query_values_max": 0},
    "SE50": {"soap_events_max": 100, "page_events_max": 60},
}
"""Case -> settings of the server: these expect limits, which the suite's own server was given."""
ANY_OF = frozenset({"SE44"})
"""Cases that publish one of the events that may be told, and say so."""


def _cases() -> list[Any]:
    if not SUITE.is_dir():
        return []
    index = json.loads((SUITE / "case_index.json").read_text())
    return [pytest.param(case, id=case["case"]) for case in index["cases"]]


@pytest.fixture(scope="module")
def filled(database: Database, conformance: Path) -> Iterator[Rest]:
    rest = make_rest(make_world(database, webhook_allowed_networks=("127.0.0.0/8",)))
    now = rest.world.clock.now
    for path in sorted((SUITE / "events").glob("*.xml")):
        rest.world.clock.now = last_moment(path) + timedelta(seconds=1)
        _capture(rest, path.read_bytes(), "application/xml")
    rest.world.clock.now = now
    master_data = _master_data((SUITE / "masterdata/EPCIS10-MD-Capture.xml").read_bytes())
    _capture(rest, master_data, "application/json")
    yield rest
    rest.world.app.workers.shutdown(wait=True)


def last_moment(path: Path) -> datetime:
    """Return when the last event of a file happened; the suite sends each file right then."""
    return max(
        datetime.fromisoformat(each) for each in etree.parse(path).xpath("//eventTime/text()")
    )


def _capture(rest: Rest, content: bytes, kind: str) -> None:
    answer = rest.maker.post("/epcis/v2/capture", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 202, answer.text
    assert rest.maker.get(answer.headers["Location"]).json()["success"]


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


def _events(results: etree._Element) -> list[str]:
    listed = results.find(".//EventList")
    events = b"" if listed is None else etree.tostring(listed)
    document = (
        b'<q:EPCISQueryDocument xmlns:q="%s" schemaVersion="1.2" creationDate='
        b'"2026-01-01T00:00:00Z"><EPCISBody><q:QueryResults><queryName>x</queryName><resultsBody>'
        b"%s</resultsBody></q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
    ) % (QUERY_1.encode(), events)
    read = epcis.read(document, strict=False).document
    assert read is not None
    return sorted(
        str(msgspec.structs.replace(each, event_id=None, record_time=None)) for each in read.events
    )


def _all_events(answers: list[etree._Element]) -> list[str]:
    return [each for one in answers if local_name(one) == "QueryResults" for each in _events(one)]


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


def _assert_same(found: etree._Element, expected: etree._Element) -> None:
    assert local_name(found) == local_name(expected), etree.tostring(found)
    if local_name(found) == "QueryResults":
        assert _elements(found) == _elements(expected)
        assert _events(found) == _events(expected)
    if local_name(found) == "GetStandardVersionResult":
        assert found.text == expected.text
    if local_name(found).endswith("IDsResult"):
        assert sorted(e.text or "" for e in found) == sorted(e.text or "" for e in expected)


@pytest.mark.parametrize("case", _cases())
def test_a_case_is_answered_as_published_or_an_exception(
    filled: Rest, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> None:
    found, expected = _answers(filled, monkeypatch, case)

    if case["case"] in ANY_OF:
        assert set(_all_events(expected)) <= set(_all_events(found))
        return
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
    client = _arranged(filled, **ARRANGED.get(case["case"], {}))
    if local_name(expected[-1]) == "SecurityException":
        client = client_of(filled.world, filled.world.maker, Permission.CAPTURE_READ)
    found = []
    for each in case["requests"]:
        found.append(ask(client, _bare((SUITE / "requests" / each["file"]).read_bytes())))
        if each["operation"] == "Subscribe" and local_name(found[-1]) == "SubscribeResult":
            filled.world.clock.advance(hours=1)
            while deliver_next(filled.world.app):
                filled.world.clock.advance(seconds=0)
            found += [_told(body) for body in sent]
            sent.clear()
    if "SubscribeResult" not in {local_name(each) for each in expected}:
        found = [each for each in found if local_name(each) != "SubscribeResult"]
    else:
        found = [
            each for each in found if local_name(each) in {local_name(one) for one in expected}
        ]
    _end_all(filled)
    return found, expected


def _assert_all_same(found: list[etree._Element], expected: list[etree._Element]) -> None:
    assert [local_name(each) for each in found] == [local_name(each) for each in expected]
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
        b"</q:GetSubscriptionIDs>" % QUERY_1.encode(),
    ):
        ended = ask(
            rest.maker,
            b'<q:Unsubscribe xmlns:q="%s"><subscriptionID>%s</subscriptionID></q:Unsubscribe>'
            % (QUERY_1.encode(), (element.text or "").encode()),
        )
        assert local_name(ended) == "UnsubscribeResult"


def test_an_answer_without_pages_has_a_bound(filled: Rest, database: Database) -> None:
    element = b'<q:Poll xmlns:q="%s"><queryName>SimpleEventQuery</queryName></q:Poll>'
    small = _arranged(filled, soap_events_max=100, page_events_max=60)

    assert len(_events(ask(filled.maker, element % QUERY_1.encode()))) == 155
    assert local_name(ask(small, element % QUERY_1.encode())) == "QueryTooLargeException"


def _arranged(rest: Rest, **settings: int) -> TestClient:
    """Return a client of the same store whose server has other limits."""
    if not settings:
        return rest.maker
    app = rest.world.app
    arranged = dataclasses.replace(app, settings=dataclasses.replace(app.settings, **settings))
    world = dataclasses.replace(rest.world, app=arranged)
    return client_of(world, world.maker)
