"""Every valid document that others published is captured and comes back with no field lost."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from packtrail import epcis
from packtrail.access import Actor
from packtrail.epcis.events import Event
from packtrail.services.accounts import organisations
from packtrail.store.database import Database

from ..conformance.exceptions import EXCEPTIONS
from ..conformance.messages import MESSAGES
from ..conftest import CONFORMANCE
from ..services.conftest import World, make_world
from .conftest import client_of

MANIFEST = CONFORMANCE / "MANIFEST.csv"


def _documents() -> list[str]:
    if not MANIFEST.is_file():
        return []
    with MANIFEST.open(encoding="utf-8") as rows:
        valid = [row["file"] for row in csv.DictReader(rows) if row["gs1_schema_check"] == "valid"]
    return [
        name
        for name in valid
        if name not in MESSAGES and _is_capturable((CONFORMANCE / name).read_bytes())
    ]


def _is_capturable(content: bytes) -> bool:
    """Tell an EPCIS document from jobs, faults and the like."""
    start = content[:4000]
    return b"EPCISDocument" in start or b"EPCISQueryDocument" in start


@pytest.fixture(scope="module")
def many(database: Database) -> Iterator[World]:
    world = make_world(database)
    yield world
    world.app.workers.shutdown(wait=True)


def _events(content: bytes) -> list[Event]:
    document = epcis.read(content).document
    return list(document.events) if document else []


def _as_sent(event: Event) -> Event:
    """Return an event without what the server sets: an identifier where none is, and the time."""
    return msgspec.structs.replace(event, event_id=None, record_time=None)


NOT_THE_SAME_IN_XML = {
    f"gs1-epcis/{file}" for file in EXCEPTIONS["gs1-epcis"]["not_the_same_in_xml"]
}


@pytest.mark.parametrize("name", _documents())
def test_a_valid_document_comes_back_whole(many: World, conformance: Path, name: str) -> None:
    content = (conformance / name).read_bytes()
    sent = _events(content)
    code = f"doc-{abs(hash(name))}"
    organisations.create_organisation(many.app, Actor.system("test"), code, name=name)
    client = client_of(many, organisations.system_actor(many.app, "test", organisation=code))
    kind = (
        "application/xml"
        if content.lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"<"
        else "application/json"
    )

    answer = client.post("/epcis/v2/capture", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 202, answer.text
    job = client.get(answer.headers["Location"]).json()

    assert (job["success"], job["errors"]) == (True, [])
    _assert_told(sent, client, "application/json")
    if name not in NOT_THE_SAME_IN_XML:
        _assert_told(sent, client, "application/xml")
        return
    with pytest.raises(AssertionError):
        _assert_told(sent, client, "application/xml")


def _assert_told(sent: list[Event], client: TestClient, accept: str) -> None:
    headers = {"GS1-EPC-Format": "Never_Translates", "Accept": accept}
    answer = client.get("/epcis/v2/events?perPage=1000&orderDirection=ASC", headers=headers)
    assert answer.status_code == 200, answer.text
    back = _events(answer.content)
    known = {_identity(event): _as_sent(event) for event in back}
    told: dict[tuple[str, bool], list[Event]] = {}
    for event in sent:
        told.setdefault(_identity(event), []).append(_as_sent(event))
    # Two events of one identity that hash alike are one event: either may have been kept.
    assert known.keys() == told.keys()
    assert all(known[identity] in alike for identity, alike in told.items())


def _identity(event: Event) -> tuple[str, bool]:
    return event.event_id or epcis.event_hash(event), event.error_declaration is not None


@pytest.mark.parametrize("name", [name for name in MESSAGES if name.endswith("Request.xml")])
def test_what_is_refused_is_told_why_and_kept(many: World, conformance: Path, name: str) -> None:
    content = (conformance / name).read_bytes()
    client = client_of(many, many.maker)

    answer = client.post(
        "/epcis/v2/capture", content=content, headers={"Content-Type": "application/xml"}
    )
    job_id = answer.headers["Location"].rpartition("/")[2]
    job = client.get(f"/api/v1/captures/{job_id}").json()

    assert (job["success"], job["stored_count"]) == (False, 0)
    assert job["findings"][0]["at"]
    assert client.get(f"/api/v1/captures/{job_id}/original").content == content
