"""The pages of operations, and of backups and drills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from packtrail.access import Action, Actor
from packtrail.services import auditing
from packtrail.services.application import Application

from .conftest import Desk

PATH = "/setup/operations"
PHONE = {"width": 390, "height": 844}
MADE = {"kind": "base", "bytes": 5_000_000}
PASSED = {"seconds": 42.5, "objects": 300, "documents": 90, "unread": 0, "errors": []}


@pytest.fixture
def chores(application: Application) -> Iterator[Callable[..., None]]:
    """Write chores as they stand; they are gone afterwards."""

    def write(name: str, *, failures: int = 0, late: timedelta = timedelta()) -> None:
        now = application.clock()
        told = (name, now - late, now, failures, "ZeroDivisionError" if failures else None)
        with application.database.transaction() as conn:
            conn.execute(
                "insert into chore (name, next_at, finished_at, failures, last_error)"
                " values (%s, %s, %s, %s, %s)",
                told,
            )

    yield write
    with application.database.transaction() as conn:
        conn.execute("delete from chore")


def note(application: Application, action: Action, path: str, **detail: Any) -> None:
    with application.database.transaction() as conn:
        actor, at = Actor.system("command line"), application.clock()
        auditing.write(conn, actor, action, path, at=at, detail=detail)


def test_what_works_is_folded_and_what_does_not_is_shown_first(
    admin: Desk, chores: Callable[..., None]
) -> None:
    chores("Sweep the floor")
    chores("Divide by nothing", failures=3)
    chores("Wait for ever", late=timedelta(hours=2))
    shown, folded = admin.client.get(PATH).text.split('<details class="card more">')

    assert "1 chore of the server works" in folded
    assert "Sweep the floor" in folded
    assert "Sweep the floor" not in shown
    assert "Chores to look at" in shown
    assert "ZeroDivisionError" in shown
    assert "Nobody does it" in shown
    assert shown.index("Chores to look at") < shown.index("The store")


def test_backups_and_drills_are_told_in_one_look(admin: Desk, application: Application) -> None:
    admin_page = admin.client.get(PATH).text
    before = admin.client.get(f"{PATH}/backups").text
    for name in ("aa", "bb"):
        note(application, Action.BACKUP_CREATED, f"/b/{name}", **MADE, manifest_sha256=name * 32)
    note(application, Action.BACKUP_CHECKED, "/b/bb", **PASSED, manifest_sha256="bb" * 32)
    after = admin.client.get(f"{PATH}/backups").text
    note(
        application,
        Action.BACKUP_CHECKED,
        "/b/aa",
        **{**PASSED, "errors": ["<x> has size 5"]},
        manifest_sha256="aa" * 32,
    )
    failed = admin.client.get(f"{PATH}/backups").text

    assert f'href="{PATH}/backups"' in admin_page
    assert "None yet" in before
    assert "<code>packtrail backup DIR --keep 14 --data" in before
    assert "300 objects and 90 originals compared" in after
    assert "Every one as it was" in after
    assert "<code>packtrail restore --check /b/bb --data" in after
    assert f'<a href="{PATH}" aria-current="page">' in after
    assert "The last drill failed" in failed
    assert "&lt;x&gt; has size 5" in failed
    assert "The one before that came back" in failed


def test_a_reader_is_shown_neither(desk: Desk) -> None:
    reader = desk.sign_in("maker.reader").client

    assert [reader.get(path).status_code for path in (PATH, f"{PATH}/backups")] == [403, 403]


def test_operations_are_worked_with_one_hand(
    open_page: Callable[..., Page], chores: Callable[..., None]
) -> None:
    for number in range(19):
        chores(f"Chore {number}")
    page = open_page(viewport=PHONE)
    page.goto(PATH)
    height = page.evaluate("document.documentElement.scrollHeight")
    wide = page.evaluate("document.documentElement.scrollWidth")

    assert height < 4 * PHONE["height"]
    assert wide <= PHONE["width"]
    for summary in page.locator("main summary").all():
        assert (summary.bounding_box() or {})["height"] >= 44
    page.get_by_text("19 chores of the server work").click()
    assert page.get_by_text("Chore 18").is_visible()
