"""Every object's page leads to the inputs about it, by one table of addresses."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from packtrail.console.app import ROUTES
from packtrail.console.subjects import SUBJECTS, Subject, subject_at, told

_OTHERWISE = {
    "/capacity/runs/{number}", "/comply/portfolio/{kind}", "/comply/portfolio/{kind}/{key:path}",
    "/findings/{code}", "/goods/beliefs/{pack:path}", "/recalls/{number}/holders/{holder}",
    "/scan/verifications/{verification_id}", "/serials/blocks/{block_id}",
    "/technology/entry/{kind}", "/technology/entry/{kind}/{key:path}",
}  # fmt: skip
"""Pages of what is no object of its own: a run of figures, a term, a holder of a recall, a check of
a pack; and forms of many kinds, of which the table names those that are objects."""
_NO_ROOMS = ("/plan/", "/setup/", "/attention/")
"""Rooms whose pages are entries of a programme, or settings."""
_PARTS = ("{token}", "/files/", "/drafts/", "/levels/", "/labels/", "/numbers/",
          "/reports/{report_no", "/business/", "/comply/evidence/", ".{", "/export/")  # fmt: skip
"""Files and papers of an object, and links for strangers."""


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda each: each.path)
def test_the_page_of_an_object_is_known_by_its_address(subject: Subject) -> None:
    path = subject.path_of("A-1", "eu")
    address, _, query = path.partition("?code=")

    found = subject_at(address, query)

    assert found is not None
    kind, code, programme = found
    assert (kind, code) == (subject.kind, "A-1")
    assert programme in {"", "eu"}


@pytest.mark.parametrize(
    ("path", "code", "found"),
    [
        ("/plan/eu/package/IT-c1-FORMAT", "", ("package", "IT-c1-FORMAT", "eu")),
        ("/plan/eu/package/a/b", "", ("package", "a/b", "eu")),
        ("/plan/eu/entry/line", "c1", ("line", "c1", "")),
        ("/plan/eu/entry/market", "IT", ("market", "IT", "")),
        ("/plan/eu/entry/register", "R-1", ("register", "R-1", "eu")),
        ("/plan/eu/entry/line", "", None),
        ("/plan/eu/entry/person", "ann", None),
        ("/alerts/cases/C-1", "", ("case", "C-1", "")),
        ("/alerts/rules", "", None),
        ("/reports/new", "", None),
        ("/reports/17", "", ("report", "17", "")),
        ("/trace/(01)00300010123455(21)A", "", ("object", "(01)00300010123455(21)A", "")),
        ("/plan/eu/inputs/IN-1", "", None),
        ("/", "", None),
        ("/lots/" + "x" * 2000, "", None),
    ],
)
def test_an_address_leads_to_an_object(
    path: str, code: str, found: tuple[str, str, str] | None
) -> None:
    assert subject_at(path, code) == found


def test_what_an_input_is_about_leads_to_its_page() -> None:
    assert told("package:IT/1", "eu") == ("work package IT/1", "/plan/eu/package/IT%2F1")
    assert told("line:c 1", "eu") == ("line c 1", "/plan/eu/entry/line?code=c%201")
    assert told("market:IT", "eu") == ("market IT", "/comply/markets/IT")
    assert told("the door of hall 3", "eu") == ("the door of hall 3", "")
    assert told("javascript:alert(1)", "eu") == ("javascript:alert(1)", "")


def test_no_page_of_an_object_is_forgotten() -> None:
    forgotten = {
        each.path
        for each in ROUTES
        if isinstance(each, Route)
        and "GET" in (each.methods or ())
        and each.path.endswith("}")
        and not each.path.startswith(_NO_ROOMS)
        and each.path not in _OTHERWISE
        and not any(part in each.path for part in _PARTS)
        and subject_at(re.sub(r"\{\w+(:\w+)?\}", "1", each.path)) is None
    }
    assert sorted(forgotten) == []
