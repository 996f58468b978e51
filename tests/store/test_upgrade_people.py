"""What a programme says of people by their names leads to their codes after the upgrade."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.postgres import _create, _drop

from packtrail.store import migrations

_AT = "2026-11-02T09:00:00Z"


def _put(conn: psycopg.Connection, kind: str, code: str, **body: Any) -> None:
    conn.execute(
        "insert into plan_entry values (1, %s, %s, 1, %s, now(), 'me')",
        [kind, code, json.dumps({"code": code} | body)],
    )


def _wrote(
    conn: psycopg.Connection, kind: str, code: str, *, account: int, name: str, is_first: bool
) -> None:
    conn.execute(
        "insert into plan_change values (1, %s, 1, %s, %s, %s, '{}', %s, 'user', %s, %s, 'Read')",
        [account, kind, code, None if is_first else "{}", _AT, f"user:{account}", name],
    )


def _receipt(by: str, at: str = _AT) -> dict[str, str]:
    return {"by": by, "at": at}


@pytest.fixture
def earlier(server_url: str) -> Any:
    """Return a connection to a database as it was before, with a programme in it."""
    name = f"packtrail_earlier_{uuid.uuid4().hex[:12]}"
    _create(server_url, name)
    before = [each for each in migrations.available() if each.name < "0037"]
    with psycopg.connect(make_conninfo(server_url, dbname=name), autocommit=True) as conn:
        migrations.run(conn, before)
        conn.execute(_PROGRAMME)
        yield conn
    _drop(server_url, name)


_PROGRAMME = """
    insert into organisation (code, name, created_at) values ('maker', 'Maker', now());
    insert into account (organisation_id, name, display_name, role, created_at)
    values (1, 'nolan', 'E. Nolan', 'reader', now()), (1, 'jp2', 'J. Park', 'reader', now()),
           (1, 'smith', 'J. Smith', 'reader', now()), (1, 'amari', 'D. Amari', 'reader', now());
    insert into programme (organisation_id, code, name, terms, version, created_at, created_by)
    values (1, 'eu', 'EU', '{}', 4, now(), 'me'), (1, 'us', 'US', '{}', 7, now(), 'me');
"""


def _upgraded(conn: psycopg.Connection) -> dict[tuple[str, str], Any]:
    migrations.run(conn)
    rows = conn.execute("select kind, code, body from plan_entry").fetchall()
    return {(kind, code): body for kind, code, body in rows}


def _people(conn: psycopg.Connection) -> None:
    _put(conn, "person", "nolan", name="E. Nolan", department="quality")
    _put(conn, "person", "park", name="J. Park", department="quality")
    _put(conn, "person", "smith", name="J. Smith", department="quality")
    _put(conn, "person", "smith2", name="J. Smith", department="packaging")


def test_receipts_keep_counting_for_whoever_gave_them(earlier: psycopg.Connection) -> None:
    _people(earlier)
    _put(earlier, "notice", "N-1", receipts=[
        _receipt("E. Nolan"), _receipt("park"), _receipt("J. Smith"), _receipt("D. Amari"),
        _receipt("J. Smith", "2026-11-03T09:00:00Z"), _receipt("line key"),
    ])  # fmt: skip
    _wrote(earlier, "notice", "N-1", account=3, name="J. Smith", is_first=False)

    found = _upgraded(earlier)["notice", "N-1"]["receipts"]

    # Of two of one name the account tells which; where none does, nobody is said to have read it.
    assert [each.get("person") for each in found] == [
        "nolan", "park", "smith", "amari", None, None
    ]  # fmt: skip
    assert found[0] == _receipt("E. Nolan") | {"person": "nolan"}


def test_an_account_that_led_to_somebody_by_name_still_does(earlier: psycopg.Connection) -> None:
    _people(earlier)

    found = _upgraded(earlier)

    assert found["person", "park"]["account"] == "jp2"
    assert "account" not in found["person", "nolan"]
    assert "account" not in found["person", "smith2"]


def test_owners_and_those_who_raised_something_are_told_by_code(
    earlier: psycopg.Connection,
) -> None:
    _people(earlier)
    _put(earlier, "package", "URS", owner="E. Nolan")
    _put(earlier, "package", "FAT", owner="J. Smith")
    _put(earlier, "register", "D1", owner="nobody known")
    _put(earlier, "input", "IN-1", owner="E. Nolan", raised_by="J. Smith", way="console")
    _put(earlier, "input", "IN-2", owner="", raised_by="J. Park", way="link")
    _wrote(earlier, "input", "IN-1", account=3, name="J. Smith", is_first=True)

    found = _upgraded(earlier)

    assert found["package", "URS"]["owner"] == "nolan"
    assert found["package", "FAT"]["owner"] == "J. Smith"
    assert found["register", "D1"]["owner"] == "nobody known"
    assert (found["input", "IN-1"]["owner"], found["input", "IN-1"]["person"]) == ("nolan", "smith")
    assert "person" not in found["input", "IN-2"]  # Through a link anybody may give any name.


def test_what_the_upgrade_changed_is_in_the_history(earlier: psycopg.Connection) -> None:
    _people(earlier)
    _put(earlier, "package", "URS", owner="E. Nolan")

    _upgraded(earlier)

    told = "select version, change_no, kind, code, after ->> 'owner', reason from plan_change"
    assert earlier.execute(f"{told} order by change_no").fetchall() == [
        (5, 1, "package", "URS", "nolan", "People are told apart by their codes"),
        (5, 2, "person", "park", None, "People are told apart by their codes"),
    ]
    assert earlier.execute("select code, version from programme order by code").fetchall() == [
        ("eu", 5), ("us", 7)
    ]  # fmt: skip
    revisions = "select code, revision from plan_entry where code in ('URS', 'nolan') order by code"
    assert earlier.execute(revisions).fetchall() == [("URS", 2), ("nolan", 1)]
