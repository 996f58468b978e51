"""The simple event queries of the Fosstrak interoperability suite, through our query service.

The suite's eight capture files are the store. Each case is asked twice: with the names of SOAP, and
renamed for REST. `exceptions.toml` names what is answered otherwise, and why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.test_fosstrak_soap import last_moment
from tests.conftest import CONFORMANCE
from tests.services.conftest import World, make_world

from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.epcis import Vocabulary, VocabularyElement
from packtrail.services.capture import capture
from packtrail.services.queries import query
from packtrail.store import vocabulary
from packtrail.store.database import Database

SUITE = CONFORMANCE / "epcis-1.0-interop"
OTHERWISE: dict[str, dict[str, Any]] = {
    name: case for name, case in EXCEPTIONS["epcis-1.0-interop"].items() if "answer" in case
}
ANSWERS = {"QueryResults", "QueryTooLargeException", "QueryParameterException"}
OF_SOAP = frozenset({"SE50"})
"""Cases about a limit of the SOAP interface, which has no pages."""


def cases() -> dict[str, dict[str, Any]]:
    """Every case that asks SimpleEventQuery and is answered by events or by a query's fault."""
    if not SUITE.is_dir():
        return {}
    found = {}
    for case in json.loads((SUITE / "case_index.json").read_text())["cases"]:
        request, response = case["requests"][0], case["responses"][0]
        is_asked = case["case"] not in OF_SOAP and request["queryName"] == "SimpleEventQuery"
        if is_asked and response["root"] in ANSWERS:
            found[case["case"]] = {
                "params": dict(request["params"]),
                "root": response["root"],
                "count": response["events"],
                "response": SUITE / "responses" / response["file"],
            }
    return found


CASES = cases()


@pytest.fixture(scope="module")
def world(database: Database, conformance: Path) -> Iterator[World]:
    made = make_world(database)
    now = made.clock.now
    for path in sorted((SUITE / "events").glob("*.xml")):
        made.clock.now = last_moment(path) + timedelta(seconds=1)
        job = capture.submit(made.app, made.maker, path.read_bytes(), media_type="application/xml")
        assert job.success, job.findings
    made.clock.now = now
    with database.transaction() as conn:
        (audience_id,) = conn.execute("select audience_id from capture limit 1").fetchone()
        vocabulary.record(
            conn,
            master_data(),
            owner_id=made.maker.organisation_id,
            audience_id=audience_id,
            capture_id="00000000-0000-0000-0000-000000000001",
            record_time=made.app.clock(),
        )
    yield made
    made.app.workers.shutdown(wait=True)


def master_data() -> list[Vocabulary]:
    root = etree.parse(SUITE / "masterdata" / "EPCIS10-MD-Capture.xml")
    return [
        Vocabulary(
            type=one.get("type"),
            elements=tuple(
                VocabularyElement(
                    id=element.get("id"),
                    attributes={a.get("id"): a.text for a in element.findall("attribute")},
                    children=tuple(element.xpath("children/id/text()")),
                )
                for element in one.iter("VocabularyElement")
            ),
        )
        for one in root.iter("Vocabulary")
    ]


def renamed(params: dict[str, list[str]]) -> dict[str, list[str]]:
    """The parameters as REST names them; nobody declares the prefix, it was captured."""
    return {
        name.replace("EQATTR_", "EQ_ATTR_").replace("http://schema.hls.com/extension#", "hls:"): v
        for name, v in params.items()
    }


def expected_times(path: Path) -> Counter[datetime]:
    texts = etree.parse(path).xpath("//EventList//eventTime/text()")
    return Counter(datetime.fromisoformat(text) for text in texts)


def answer(world: World, params: dict[str, list[str]], form: str) -> str | Counter[datetime]:
    """The times of the events found, or the name of the fault."""
    try:
        page = query.events(world.app, world.maker, {**params, "perPage": "1000"}, form=form)
    except LimitExceeded:
        return "QueryTooLargeException"
    except RefusedError:
        return "QueryParameterException"
    return Counter(datetime.fromisoformat(event["eventTime"]) for event in page.events)


@pytest.mark.parametrize("form", ["rest", "soap"])
@pytest.mark.parametrize("name", CASES)
def test_a_query_of_the_suite_finds_what_it_expects(world: World, name: str, form: str) -> None:
    case = CASES[name]
    params = renamed(case["params"]) if form == "rest" else case["params"]
    found = answer(world, params, form)
    expected = case["root"] if case["root"] != "QueryResults" else expected_times(case["response"])
    exception = OTHERWISE.get(name)
    if exception is None:
        assert found == expected
    else:
        assert exception["reason"]
        assert (found if isinstance(found, str) else found.total()) == exception["answer"]
        assert found != expected, "the exception is no longer needed"


def test_every_exception_is_of_a_case_that_is_run() -> None:
    assert not CASES or OTHERWISE.keys() <= CASES.keys()


def test_the_suite_captured_all_its_events(world: World) -> None:
    found = answer(world, {}, "rest")

    assert isinstance(found, Counter)
    assert found.total() == 155
