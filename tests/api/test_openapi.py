"""Our OpenAPI document: beside GS1's, and true of what is answered to whatever is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

import packtrail.api
from packtrail.access import Permission
from packtrail.access.permissions import OF_THE_INSTALLATION
from packtrail.services.accounts import accounts
from packtrail.store.database import Database

from ..services.conftest import make_world

NOT_IMPLEMENTED = 501
METHODS = frozenset({"get", "post", "put", "delete", "options"})


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_path_method_and_status_of_gs1_is_in_ours(conformance: Path) -> None:
    theirs = json.loads((conformance / "gs1-epcis/rest/openapi.json").read_text())
    ours = {
        _shape(path.removeprefix("/epcis/v2")) or "/": methods
        for path, methods in _document().items()
        if path.startswith("/epcis/v2")
    }
    missing = [
        (path, method, status)
        for path, methods in theirs["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
        for status in operation["responses"]
        if status != str(NOT_IMPLEMENTED)  # Nothing is left out here.
        and status not in ours.get(_shape(path), {}).get(method, {}).get("responses", {})
    ]

    assert missing == []
    assert len(theirs["paths"]) == 29


def _document() -> dict[str, Any]:
    paths: dict[str, Any] = packtrail.api.build(None).openapi()["paths"]  # type: ignore[arg-type]
    return paths


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Any]:
    world = make_world(database, subscription_workers=0, master_key="A" * 43 + "=")
    scopes = [
        each for each in Permission if each not in {*OF_THE_INSTALLATION, Permission.KEY_REVOKE}
    ]
    made = accounts.create_api_key(world.app, world.maker, "fuzz", scopes=scopes)
    built = packtrail.api.build(world.app)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", built)
    schema.config.update(headers={"Authorization": f"Bearer {made.secret}"})
    yield schema
    world.app.workers.shutdown(wait=True)


OPERATIONS = [
    (path, method)
    for path, methods in sorted(_document().items())
    if path.startswith(
        ("/epcis/v2", "/api/v1/serials")
    )  # SOAP answers any fault with 500, as SOAP 1.1 says
    for method in sorted(methods)
]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_documented(api: Any, path: str, method: str) -> None:
    @hypothesis.settings(
        max_examples=5,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=api[path][method.upper()].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        answer = case.call()
        assert answer.status_code < 500 or answer.status_code == NOT_IMPLEMENTED
        case.validate_response(answer, checks=(status_code_conformance, content_type_conformance))

    ask()
