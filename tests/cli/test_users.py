"""Users on the command line: password, role and end of an account."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from packtrail.__main__ import application

RUNNER = CliRunner()


def test_a_user_gets_another_password_and_role_and_is_disabled_and_enabled(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKTRAIL_NEW_PASSWORD", "a long enough sentence")

    def run(*arguments: str) -> str:
        done = RUNNER.invoke(application(), [*arguments, "--db", database_url])
        assert done.exit_code == 0, done.output
        return done.stdout

    run("organisations", "add", "acme")
    run("users", "add", "ines", "--role", "reader")

    assert run("users", "password", "ines") == "ines has a new password\n"
    assert run("users", "role", "ines", "auditor") == "ines is auditor of acme\n"
    assert run("users", "disable", "ines") == "ines is disabled\n"
    (listed,) = json.loads(run("users", "list", "--json"))
    assert listed["role"] == "auditor"
    assert listed["disabled_at"] is not None
    assert run("users", "disable", "ines", "--undo") == "ines is enabled\n"
