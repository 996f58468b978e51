"""What a notebook or a quick command must not have to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src"
ALL_COMMANDS = (
    "from typer.main import get_command; from packtrail.__main__ import application; "
    "dict(get_command(application()).commands)"
)
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
        ALL_COMMANDS,
    ],
)
def test_no_server_and_no_database_is_loaded_by(statement: str) -> None:
    assert loaded_by(statement) == set()


def test_every_module_that_has_commands_is_loaded_by_the_command_line() -> None:
    script = f"{ALL_COMMANDS}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    with_commands = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for folder in ("cli", "launch")
        for path in (ROOT / "packtrail" / folder).glob("*.py")
        if ".command(" in path.read_text()
    }

    assert len(with_commands) > 50
    assert with_commands <= set(done.stdout.split())
