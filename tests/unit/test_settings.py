from __future__ import annotations

from pathlib import Path

import pytest

from packtrail.base.errors import UsageError
from packtrail.mail_settings import is_loopback
from packtrail.settings import Settings, documented


def test_a_flag_wins_over_the_environment_and_that_over_the_default() -> None:
    environ = {"PACKTRAIL_PORT": "1000", "PACKTRAIL_DATA": "/some/where"}

    assert Settings.of({}).port == 8440
    assert Settings.of(environ).port == 1000
    assert Settings.of(environ, port=2000, host=None).port == 2000
    assert Settings.of(environ).data_dir == Path("/some/where")


def test_values_are_read_by_the_type_of_their_setting() -> None:
    settings = Settings.of(
        {"PACKTRAIL_COOKIE_SECURE": "yes", "PACKTRAIL_ALLOWED_HOSTS": "a.example, b.example"}
    )

    assert settings.cookie_secure is True
    assert settings.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("variable", "text", "told"),
    [
        ("PACKTRAIL_PORT", "http", "PACKTRAIL_PORT is 'http': expected a whole number."),
        ("PACKTRAIL_PORT", "99999", "port must be at most 65535; it is 99999."),
        (
            "PACKTRAIL_COOKIE_SECURE",
            "maybe",
            "PACKTRAIL_COOKIE_SECURE is 'maybe': expected yes or no.",
        ),
        ("PACKTRAIL_CAPTURE_BYTES_MAX", "1", "capture_bytes_max must be at least 1024; it is 1."),
    ],
)
def test_a_value_that_cannot_be_is_refused(variable: str, text: str, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        Settings.of({variable: text})

    assert str(refused.value) == told


def test_every_setting_says_what_it_means() -> None:
    rows = documented()

    assert all(variable.startswith("PACKTRAIL_") and text for _, variable, _, text in rows)
    assert len({variable for _, variable, _, _ in rows}) == len(rows)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)
    assert not Settings.of({}, host=host).sends_secure_cookies


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "localhost.example.com", ""])
def test_anything_else_is_not(host: str) -> None:
    assert not is_loopback(host)
    assert Settings.of({}, host=host).sends_secure_cookies


def test_each_of_several_server_processes_has_its_share() -> None:
    whole = Settings(server_processes=4, uploads_max=8, database_connections_max=24)

    one = whole.of_one_process()

    assert (one.server_processes, one.uploads_max, one.database_connections_max) == (1, 2, 6)


def test_a_share_is_never_too_little_to_work_with() -> None:
    one = Settings(server_processes=8, uploads_max=2, database_connections_max=8).of_one_process()

    assert (one.uploads_max, one.database_connections_max) == (1, 4)


def test_more_server_processes_than_the_database_serves_are_refused() -> None:
    with pytest.raises(UsageError, match="server_processes must be at most 10; it is 11"):
        Settings.of({"PACKTRAIL_SERVER_PROCESSES": "11"})
