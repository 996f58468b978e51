"""Fixtures every kind of test may use."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

# A slow machine, or a busy one, is no defect: examples are judged by what they show.
hypothesis.settings.register_profile(
    "packtrail", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("packtrail")

pytest_plugins = ["tests.postgres"]

CONFORMANCE = Path(__file__).resolve().parents[2] / "shared" / "conformance"


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of third-party vectors beside the project; tests that need it skip without it."""
    if not CONFORMANCE.is_dir():
        pytest.skip("the shared conformance folder is not beside this checkout")
    return CONFORMANCE
