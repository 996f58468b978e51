"""Users on the command line: password, role and end of an account."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from packtrail.cli.accounts import organisations, users

RUNNER = CliRunner()


def test_a_user_gets_another_password_and_role_and_is_disabled_and_enabled(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKTRAIL_NEW_PASSWORD", "a long enough sentence")

    def run(*arguments: str) -> str:
        app, rest = (users, arguments)
        if arguments[0] == "organisations":
            app, rest = organisations, arguments[1:]
        done = RUNNER.invoke(app, [*rest, "--db", database_url])
        assert done.exit_code == 0, done.output
        return done.stdout

    run("organisations", "add", "acme")
    run("add", "ines", "--role", "reader")

    assert run("password", "ines") == "ines has a new password\n"
    assert run("role", "ines", "auditor") == "ines is auditor of acme\n"
    assert run("disable", "ines") == "ines is disabled\n"
    (listed,) = json.loads(run("list", "--json"))
    assert listed["role"] == "auditor"
    assert listed["disabled_at"] is not None
    assert run("disable", "ines", "--undo") == "ines is enabled\n"
