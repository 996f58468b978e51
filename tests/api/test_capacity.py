"""Capacity through REST: forecasts, scenarios, results, runs, benchmarks; and whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from starlette.testclient import TestClient
from tests.services.capacity.bench import SIZE, report

import packtrail.api
from packtrail.access import Permission
from packtrail.services.accounts import accounts
from packtrail.store.database import Database

from ..services.conftest import make_world
from .conftest import Rest, make_rest

URL = "/api/v1/capacity"
FORECAST = "product,market,month,packs\n" + "".join(
    f"P,DE,2027-{month:02d}-01,100000\n" for month in range(1, 13)
)


@pytest.fixture(scope="module")
def module_rest(database: Database) -> Iterator[Rest]:
    world = make_world(database)
    made = make_rest(world)
    answer = made.maker.post(f"{URL}/forecasts?filename=f.csv", content=FORECAST.encode())
    assert answer.status_code == 201, answer.text
    yield made
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def maker(module_rest: Rest) -> TestClient:
    return module_rest.maker


def test_a_forecast_is_there_by_month_and_market(maker: TestClient) -> None:
    seen = maker.get(f"{URL}/forecasts/1").json()

    assert len(seen["months"]) == 12
    assert seen["markets"][0] | {} == {
        "market": "DE", "packs": 1_200_000, "products": 1, "retention_years": 5,
    }  # fmt: skip
    assert maker.get(f"{URL}/forecasts/9").status_code == 404


def test_a_forecast_that_cannot_be_read_is_refused(maker: TestClient) -> None:
    answer = maker.post(f"{URL}/forecasts", content=b"product,market,month,packs\nP,DE,soon,1\n")

    assert answer.status_code in {409, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["findings"][0]["at"] == "C2"


def test_from_a_scenario_to_a_kept_run(maker: TestClient) -> None:
    told = {"low": 7, "likely": 8, "high": 9, "basis": "fact", "source": "list of lines"}
    put = maker.put(f"{URL}/scenarios/eight", json={"name": "Eight", "revision": 0})
    assumed = maker.put(f"{URL}/scenarios/eight/assumptions/lines", json=told)
    stale = maker.put(f"{URL}/scenarios/eight", json={"name": "Eight", "revision": 0})
    column = maker.get(f"{URL}/results?scenario=eight").json()["columns"][0]
    kept = maker.post(f"{URL}/runs", json={"name": "Budget"})
    figure = maker.get(f"{URL}/figures/investment?scenario=eight").json()

    assert (put.status_code, assumed.status_code, stale.status_code) == (200, 200, 409)
    investment = next(each for each in column["figures"] if each["key"] == "investment")
    assert investment["likely"] == pytest.approx(8e6 / 1.1)  # Known in dollars, told in euros.
    assert kept.status_code == 201
    assert maker.get(f"{URL}/runs/{kept.json()['number']}").json()["name"] == "Budget"
    assert [each["key"] for each in figure["rests_on"]] == ["lines", "cost_line", "usd_eur"]
    assert figure["moved_by"][0]["key"] == "cost_line"
    assert maker.delete(f"{URL}/scenarios/eight").status_code == 204
    assert maker.get(f"{URL}/scenarios/eight").status_code == 404
    assert len(maker.get(f"{URL}/history?code=eight").json()) == 3


def test_a_benchmark_calibrates(module_rest: Rest, maker: TestClient) -> None:
    content = report(module_rest.world.clock(), SIZE)
    taken = maker.post(f"{URL}/benches?filename=size.json", content=content)
    seen = maker.get(f"{URL}/calibration").json()

    assert taken.json()["sets"] == ["bytes_stored", "bytes_event", "bytes_listed", "bytes_lone"]
    assert {each["key"] for each in seen["constants"]} == set(taken.json()["sets"])
    assert maker.post(f"{URL}/benches", content=b"{}").status_code in {409, 422}


@pytest.mark.parametrize("name", ["results.xlsx", "forecast.csv", "forecast.xlsx"])
def test_files_are_handed_out(maker: TestClient, name: str) -> None:
    assert maker.get(f"{URL}/files/{name}").status_code == 200
    assert maker.get(f"{URL}/files/none").status_code == 404


def test_outlook_and_business_case_are_there(maker: TestClient) -> None:
    seen = maker.get(f"{URL}/outlook").json()
    case = maker.get(f"{URL}/business-case").json()
    book = maker.get(f"{URL}/business-case/files/business-case.xlsx")

    assert [each["code"] for each in seen["findings"]] == ["CPA-023"]
    assert {"outlay", "case_pack"} <= {each["key"] for each in case["figures"]}
    assert (book.status_code, book.content[:2]) == (200, b"PK")
    assert maker.get(f"{URL}/business-case?programme=none").status_code == 404
    assert maker.get(f"{URL}/business-case/files/none").status_code == 404


def test_nobody_sees_it_without_a_key(module_rest: Rest) -> None:
    client = TestClient(packtrail.api.build(module_rest.world.app))

    assert client.get(f"{URL}/results").status_code == 401


OPERATIONS = [
    (path, method)
    for path, methods in sorted(packtrail.api.build(None).openapi()["paths"].items())  # type: ignore[arg-type]
    if path.startswith(URL)
    for method in sorted(methods)
]


@pytest.fixture(scope="module")
def fuzzed(module_rest: Rest) -> Any:
    world = module_rest.world
    scopes = [Permission.CAPACITY_READ, Permission.CAPACITY_UPDATE, Permission.STORE_READ,
              Permission.PLAN_READ]  # fmt: skip
    made = accounts.create_api_key(world.app, world.wholesaler, "fuzz", scopes=scopes)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", packtrail.api.build(world.app))
    schema.config.update(headers={"Authorization": f"Bearer {made.secret}"})
    return schema


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_is_answered_without_a_fault(fuzzed: Any, path: str, method: str) -> None:
    @hypothesis.settings(
        max_examples=4, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=fuzzed[path][method.upper()].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        assert case.call().status_code < 500

    ask()
