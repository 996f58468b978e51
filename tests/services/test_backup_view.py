"""Backups at a glance: what the audit trail tells of backups and drills, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from packtrail.access import ROLES, Action, Actor
from packtrail.base.errors import NotPermitted
from packtrail.services import auditing
from packtrail.services.capture import capture
from packtrail.services.upkeep import backup_view
from packtrail.services.upkeep.backup_view import BackupView
from packtrail.store import months

from .conftest import World
from .documents import commissioning, document, pack

pytestmark = pytest.mark.usefixtures("durable")

MADE = {"kind": "base", "bytes": 5_000_000}
PASSED = {"seconds": 42.5, "objects": 300, "documents": 90, "unread": 0, "errors": []}


def seen(world: World) -> BackupView:
    return backup_view.backups(world.app, world.maker)


def note(world: World, action: Action, path: str, **detail: Any) -> None:
    with world.app.database.transaction() as conn:
        actor, at = Actor.system("command line"), world.app.clock()
        auditing.write(conn, actor, action, path, at=at, detail=detail)


def note_backup(world: World, name: str, **detail: Any) -> None:
    sha256 = name * 32
    note(world, Action.BACKUP_CREATED, f"/b/{name}", **MADE, manifest_sha256=sha256, **detail)


def note_drill(world: World, name: str, **detail: Any) -> None:
    told = PASSED | {"manifest_sha256": name * 32} | detail
    note(world, Action.BACKUP_CHECKED, f"/b/{name}", **told)


def codes(view: BackupView) -> list[str]:
    return [each.code for each in view.findings]


def due(view: BackupView) -> list[str]:
    return [each.command for each in view.steps if each.is_due]


def test_without_a_backup_it_says_which_commands_make_and_prove_one(world: World) -> None:
    view = seen(world)

    assert (view.last, view.proof, view.captures_since) == (None, None, None)
    assert codes(view) == ["STO-062"]
    assert due(view) == [
        "packtrail backup DIR --keep 14 --data /nonexistent",
        "packtrail restore --check DIR --data /nonexistent",
    ]


def test_a_backup_counts_as_proven_only_once_a_drill_of_it_passed(world: World) -> None:
    note_backup(world, "aa", began_at=world.clock.now.isoformat())
    unproven = seen(world)
    note_drill(world, "aa")
    proven = seen(world)

    assert codes(unproven) == ["STO-093"]
    assert (unproven.is_recent, unproven.is_proven) == (True, False)
    assert due(unproven) == ["packtrail restore --check /b/aa --data /nonexistent"]
    assert (codes(proven), due(proven), proven.is_proven) == ([], [], True)
    (backup,) = proven.backups
    assert backup.drill == proven.proof
    assert backup.by == "command line"


def test_a_proof_is_too_old_after_a_month_and_a_backup_after_two_days(world: World) -> None:
    note_backup(world, "aa")
    note_drill(world, "aa")
    world.clock.advance(days=3)
    three_days = seen(world)
    world.clock.advance(days=29)
    month = seen(world)

    assert codes(three_days) == ["STO-062"]
    assert codes(month) == ["STO-062", "STO-093"]


def test_a_backup_that_does_not_come_back_is_not_the_last_good_one(world: World) -> None:
    note_backup(world, "aa")
    note_drill(world, "aa")
    note_backup(world, "bb")
    note_drill(world, "bb", errors=["x has size 5 on disk"])
    view = seen(world)

    assert view.last is not None
    assert (view.last.path, view.is_proven) == ("/b/aa", False)
    assert codes(view) == ["STO-094"]
    assert "/b/bb did not come back: x has size 5 on disk" in view.findings[0].message
    assert [each.is_passed for each in view.drills] == [False, True]
    note_drill(world, "aa")
    assert codes(seen(world)) == []


def test_a_backup_that_gave_way_is_no_backup_any_more(world: World) -> None:
    note_backup(world, "aa")
    note_backup(world, "bb", removed=["/b/aa"])
    note_drill(world, "bb", errors=["damaged"])
    view = seen(world)

    assert [each.is_removed for each in view.backups] == [False, True]
    assert view.last is None
    assert codes(view) == ["STO-062", "STO-094"]


def test_what_came_since_the_last_backup_began_is_counted(world: World) -> None:
    began_at = world.clock().isoformat()
    content = document(commissioning(1, [pack(1)]))
    capture.submit(world.app, world.packer, content, media_type="application/json")
    note_backup(world, "aa", began_at=began_at)
    during = seen(world).captures_since
    note_backup(world, "bb", began_at=world.clock().isoformat())

    assert (during, seen(world).captures_since) == (1, 0)


def test_archived_months_and_a_database_of_ones_own_are_told(world: World) -> None:
    with world.app.database.transaction() as conn:
        months.ensure(conn, world.app.clock())
        conn.execute("update month set dropped_at = now()")
    settings = replace(world.app.settings, database_url="postgresql://u:secret@h/d")
    view = backup_view.backups(replace(world.app, settings=settings), world.maker)

    assert any("archived month" in each.what for each in view.gaps)
    assert view.is_own_database
    assert 'packtrail backup DIR --keep 14 --db "$PACKTRAIL_DATABASE_URL"' in due(view)
    assert "secret" not in str(view)


@pytest.mark.parametrize(("role", "may"), [("administrator", 1), ("auditor", 1), ("quality", 0)])
def test_who_may_not_see_the_store_does_not_see_its_backups(
    world: World, role: str, may: int
) -> None:
    somebody = world.maker.with_permissions(ROLES[role])  # type: ignore[index]
    if may:
        assert backup_view.backups(world.app, somebody).steps
    else:
        with pytest.raises(NotPermitted):
            backup_view.backups(world.app, somebody)
