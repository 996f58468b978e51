"""Operations: what the operator is told of the store, and what to look at."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from packtrail.access import ROLES, Action, Actor
from packtrail.base.errors import NotPermitted
from packtrail.services import auditing, chores
from packtrail.services.capture import capture, capture_runs
from packtrail.services.chores import Chore
from packtrail.services.upkeep.operations import Operations, operations

from .conftest import World
from .documents import commissioning, document, pack

BACKUP = {"kind": "base", "bytes": 5_000_000, "manifest_sha256": "ab" * 32}
DRILL = {
    "manifest_sha256": "ab" * 32,
    "seconds": 4.2,
    "objects": 5,
    "documents": 1,
    "unread": 0,
    "errors": [],
}


pytestmark = pytest.mark.usefixtures("durable")


def found(world: World) -> Operations:
    return operations(world.app, world.maker)


def told(world: World) -> list[str]:
    return [each.code for each in found(world).findings]


def note_backup(world: World) -> None:
    with world.app.database.transaction() as conn:
        actor = Actor.system("tests")
        at = world.app.clock()
        auditing.write(conn, actor, Action.BACKUP_CREATED, "/backups/x", at=at, detail=BACKUP)
        auditing.write(conn, actor, Action.BACKUP_CHECKED, "/backups/x", at=at, detail=DRILL)


def hand_in(world: World) -> None:
    content = document(commissioning(1, [pack(1)]))
    capture.submit(world.app, world.maker, content, media_type="application/json")


def test_an_empty_store_has_nothing_to_look_at(world: World) -> None:
    seen = found(world)

    assert seen.findings == ()
    assert seen.condition.size_bytes > 0
    assert {"capture", "audit"} <= {table.name for table in seen.tables}
    assert all(table.size_bytes > 0 for table in seen.tables[:3])
    assert [table.size_bytes for table in seen.tables] == sorted(
        (table.size_bytes for table in seen.tables), reverse=True
    )


def test_a_store_with_events_wants_a_backup_no_older_than_two_days(world: World) -> None:
    hand_in(world)
    assert told(world) == ["STO-062"]
    note_backup(world)
    seen = found(world)
    assert seen.findings == ()
    assert seen.last_backup is not None
    assert (seen.last_backup.kind, seen.last_backup.size_bytes) == ("base", 5_000_000)
    assert seen.last_drill == seen.last_backup.drill
    world.clock.advance(days=3)

    (finding,) = found(world).findings
    assert finding.message == "The last backup is 3 days old."


def test_a_clock_that_is_behind_is_told(world: World) -> None:
    hand_in(world)
    note_backup(world)
    world.clock.advance(hours=-2)

    assert told(world) == ["STO-063"]


@pytest.mark.parametrize(("free", "code"), [(1_000, "STO-060"), (5 << 30, "STO-061")])
def test_a_disk_that_fills_up_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, free: int, code: str
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: SimpleNamespace(total=100 << 30, free=free, used=0)
    )

    assert told(world) == [code]


def test_a_disk_with_room_is_shown_and_not_remarked(world: World, tmp_path: Path) -> None:
    settings = replace(world.app.settings, data_dir=tmp_path, disk_free_bytes_min=0)
    seen = operations(replace(world.app, settings=settings), world.maker)

    assert seen.room is not None
    assert seen.room.free_bytes == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.1)


def test_a_chore_that_fails_and_captures_left_unfinished_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    failing = (Chore("Divide", 60, fail),)
    chores.announce(world.app, failing)
    chores.run_next(world.app, failing)
    monkeypatch.setattr(capture_runs, "run_patiently", lambda *_: None)
    large = replace(world.app, settings=replace(world.app.settings, capture_inline_bytes_max=0))
    content = document(commissioning(1, [pack(1)]))
    capture.submit(large, world.maker, content, media_type="application/json", wait=False)

    seen = found(world)
    assert [each.code for each in seen.findings] == ["STO-065", "STO-066"]
    assert "'Divide' failed 1 time in a row: ZeroDivisionError" in seen.findings[0].message
    assert seen.unfinished_captures == 1


def test_a_database_that_does_not_write_through_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.app.database.transaction() as conn:
        name = conn.info.dbname
        conn.execute(f'alter database "{name}" set synchronous_commit = off')
    world.app.database.close()
    world.app.database.__init__(world.app.database.url)  # type: ignore[misc]
    world.app.database.open()
    monkeypatch.undo()

    assert told(world) == ["STO-064"]


def test_administrators_and_auditors_see_it_and_readers_do_not(world: World) -> None:
    for role, may in (("administrator", True), ("auditor", True), ("reader", False)):
        somebody = world.maker.with_permissions(ROLES[role])
        if may:
            assert operations(world.app, somebody).condition
        else:
            with pytest.raises(NotPermitted):
                operations(world.app, somebody)
