"""Routes are found by how paths begin: the same ones that trying all of them would find."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Match, Route
from starlette.testclient import TestClient

import packtrail.api
from packtrail.api import problems
from packtrail.api.application import ROUTERS
from packtrail.api.branches import Branches

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
API: Any = packtrail.api.build(None)  # type: ignore[arg-type]
BRANCHES, *ROUTES = API.routes
SEGMENTS = sorted(
    {segment for route in ROUTES for segment in route.path.split("/") if "{" not in segment}
)
PATHS = st.lists(st.sampled_from([*SEGMENTS, "x", "a b"]), max_size=7).map(
    lambda segments: "/" + "/".join(segments)
)


def included() -> FastAPI:
    """Return the routes put together as the framework would have it."""
    whole = FastAPI(title=API.title, summary=API.summary, description=API.description)
    whole.version, whole.openapi_url = API.version, API.openapi_url
    for router in ROUTERS:
        whole.include_router(router)
    return whole


def found(routes: list[BaseRoute], path: str, method: str) -> tuple[list[Any], list[Any]]:
    """Return the routes that take a request, and those that know its path only."""
    scope = {"type": "http", "path": path, "method": method, "headers": []}
    told = [(route.matches(dict(scope))[0], route) for route in routes]
    return (
        [route for match, route in told if match is Match.FULL],
        [route for match, route in told if match is Match.PARTIAL],
    )


def test_the_openapi_document_is_that_of_included_routers() -> None:
    assert API.openapi() == included().openapi()


def test_every_route_is_found_where_it_stands_for_every_method() -> None:
    for route in ROUTES:
        path = re.sub(r"\{\w+:path\}", "x/y", route.path)
        path = re.sub(r"\{\w+\}", "x", path)
        some = BRANCHES.router_of(path).routes

        assert route in some
        for method in METHODS:
            assert found(some, path, method) == found(ROUTES, path, method)


@given(path=PATHS, ending=st.sampled_from(["", "/", "//"]), method=st.sampled_from(METHODS))
def test_any_path_finds_the_same_routes_in_the_same_order(
    path: str, ending: str, method: str
) -> None:
    some = BRANCHES.router_of(path + ending).routes
    for asked in (path + ending, path + ending + "/", (path + ending).rstrip("/")):
        assert found(some, asked, method) == found(ROUTES, asked, method)


@pytest.mark.parametrize("path", ["/epcis/v2/capture", "/verify/gtin/x", "/checkConnectivity"])
def test_few_routes_are_tried_for_what_is_asked_most(path: str) -> None:
    assert len(BRANCHES.router_of(path).routes) <= 10


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/elsewhere", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/epcis/v2/capture/", 307),
        ("PATCH", "/epcis/v2/capture", 405),
        ("PUT", "/api/v1/plans", 405),
        ("OPTIONS", "/checkConnectivity", 405),
    ],
)
def test_what_no_route_takes_is_answered_as_by_included_routers(
    method: str, path: str, status: int
) -> None:
    whole = included()
    problems.install(whole)
    answers = [
        TestClient(each, follow_redirects=False).request(method, path) for each in (API, whole)
    ]
    ours, theirs = (
        (each.status_code, {k: v for k, v in each.headers.items() if k != "allow"}, each.content)
        for each in answers
    )

    assert ours == theirs
    assert answers[0].status_code == status


def test_a_405_names_the_methods_of_all_routes_of_the_path() -> None:
    answer = TestClient(API).request("PATCH", "/epcis/v2/capture")

    assert answer.headers["allow"] == "GET, OPTIONS, POST"
    assert answer.json()["status"] == 405


def test_a_route_whose_first_segment_varies_stands_on_every_branch() -> None:
    def answer() -> None:
        """Answer nothing."""

    anything, known = Route("/{name}", answer), Route("/known/{name}", answer)
    branches = Branches([anything, known])

    assert branches.router_of("/x").routes == [anything]
    assert branches.router_of("/known/x").routes == [anything, known]
