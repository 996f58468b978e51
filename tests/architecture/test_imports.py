"""What a notebook or a quick command must not have to load."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("fastapi", "starlette", "uvicorn", "psycopg", "jinja2", "argon2", "numpy")


def loaded_by(statement: str) -> set[str]:
    script = f"{statement}\nimport sys; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import packtrail.gs1",
        "import packtrail.epcis",
        "from packtrail.__main__ import application; application()",
    ],
)
def test_no_server_and_no_database_is_loaded_by(statement: str) -> None:
    assert loaded_by(statement) == set()
