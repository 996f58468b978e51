"""Fixtures of the tests of the rule packs that come with Packtrail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from packtrail.compliance import Catalogue
from packtrail.services import rule_packs

SHARED = Path(__file__).resolve().parents[3] / "shared" / "regulations" / "markets.yaml"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of(rule_packs.built_in())


@pytest.fixture(scope="session")
def shared_facts() -> dict[str, Any]:
    """The file of sourced facts beside the project, from which the packs were made once."""
    if not SHARED.is_file():
        pytest.skip("the shared regulations folder is not beside this checkout")
    loaded: dict[str, Any] = yaml.load(SHARED.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return loaded
