"""Months: closed, exported, dropped and restored, and every answer stays what it was."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packtrail.access import ROLES, Action, Actor, ActorKind, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError, Unavailable
from packtrail.services.archive import holding, upkeep
from packtrail.services.archive import months as archive
from packtrail.services.archive.holding import Wanted
from packtrail.services.capture import capture
from packtrail.services.goods import tracing
from packtrail.services.upkeep import backups
from packtrail.store import audit, months, shelf
from packtrail.store.audit import AuditRow
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import CASE, commissioning, dispensing, document, event, pack, packing

MARCH = datetime(2026, 3, 20, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
SYSTEM = Actor.system("test")


@pytest.fixture
def world(fresh_database: Database, tmp_path: Path) -> World:
    made = make_world(fresh_database, archive_dir=str(tmp_path / "archive"))
    shelf.SHELF.add(made.app.settings.archives)
    return made


def handed_in(world: World, content: bytes, at: datetime) -> str:
    world.clock.now = at
    job = capture.submit(world.app, world.maker, content, media_type="application/json")
    assert job.success
    return job.capture_id


PACKS = [pack(number) for number in range(40)]
MADE = document(*(commissioning(number, [one]) for number, one in enumerate(PACKS)))
PACKED = document(packing(100, CASE, PACKS[:30]))
DISPENSED = document(dispensing(200, PACKS[35]))
LATE = document(
    event(300, bizStep="inspecting", disposition="active", action="OBSERVE", epcList=PACKS[:3])
)


@pytest.fixture
def history(world: World) -> dict[str, bytes]:
    """A March with two documents and an April with one, by capture."""
    return {
        handed_in(world, MADE, MARCH): MADE,
        handed_in(world, PACKED, MARCH): PACKED,
        handed_in(world, DISPENSED, APRIL): DISPENSED,
    }


def told(world: World, history: dict[str, bytes]) -> list[object]:
    """Everything that is asked of the past, so that answers before and after can be compared."""
    answers: list[object] = []
    for when in ({}, {"as_known_at": MARCH.replace(day=25)}, {"as_of": MARCH}):
        asked = (PACKS[0], PACKS[35], PACKS[39], CASE)
        answers += [tracing.trace(world.app, world.maker, each, **when) for each in asked]
    answers.append(capture.job(world.app, world.maker, next(iter(history))))
    answers += [b"".join(capture.original(world.app, world.maker, each).pieces) for each in history]
    return answers


def archived(world: World, month: str = "2026-03") -> archive.Archived:
    archive.close(world.app, SYSTEM, month)
    archive.export(world.app, SYSTEM, month)
    return archive.drop(world.app, SYSTEM, month)


def view(world: World, month: str = "2026-03") -> archive.MonthView:
    (found,) = [each for each in archive.every(world.app, SYSTEM) if each.month == month]
    return found


def code(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.findings[0].code


def folder_of(world: World, month: str = "2026-03") -> Path:
    return world.app.settings.archives / month


def test_every_answer_is_the_same_before_and_after_a_month_is_archived(
    world: World, history: dict[str, bytes]
) -> None:
    before = told(world, history)
    made = archived(world)
    after = told(world, history)

    assert (made.documents, made.events, made.compared > 0) == (2, 41, True)
    assert view(world).state == "dropped"
    assert after == before
    assert [one for one in after if isinstance(one, bytes)] == list(history.values())


def test_every_answer_is_the_same_after_a_month_is_restored(
    world: World, history: dict[str, bytes]
) -> None:
    before = told(world, history)
    archived(world)
    archive.restore(world.app, SYSTEM, "2026-03")
    shutil.rmtree(folder_of(world))

    assert told(world, history) == before
    assert view(world).state == "verified"


def test_dropped_bodies_are_read_from_the_archive_alone(
    world: World, history: dict[str, bytes]
) -> None:
    archived(world)
    folder_of(world).rename(world.app.settings.archives.parent / "elsewhere")

    with pytest.raises(Unavailable, match="bring its folder back"):
        tracing.trace(world.app, world.maker, PACKS[0])


def test_a_backup_tells_of_bodies_that_only_the_archive_has(
    world: World, history: dict[str, bytes], tmp_path: Path
) -> None:
    archived(world)

    made = backups.create(world.app, SYSTEM, tmp_path / "backups", is_portable=True)

    assert made.archived_months == 1


def test_the_same_month_gives_the_same_files_octet_for_octet(
    world: World, history: dict[str, bytes]
) -> None:
    archive.close(world.app, SYSTEM, "2026-03")
    first = archive.export(world.app, SYSTEM, "2026-03")
    shutil.rmtree(folder_of(world))
    second = archive.export(world.app, SYSTEM, "2026-03")

    assert first == second


def test_a_closed_month_takes_nothing_more_and_says_why(
    world: World, history: dict[str, bytes]
) -> None:
    archive.close(world.app, SYSTEM, "2026-03")

    with world.app.database.transaction() as conn, pytest.raises(months.MonthClosed, match="clock"):
        months.ensure(conn, MARCH)


def test_a_late_event_is_recorded_in_the_month_in_which_it_comes(
    world: World, history: dict[str, bytes]
) -> None:
    archived(world)
    known_then = tracing.trace(world.app, world.maker, PACKS[0], as_known_at=APRIL)
    handed_in(world, LATE, APRIL.replace(day=20))
    now = tracing.trace(world.app, world.maker, PACKS[0])
    again = tracing.trace(world.app, world.maker, PACKS[0], as_known_at=APRIL)

    assert [step.biz_step for step in now.steps].count("inspecting") == 1
    assert again == known_then


def test_what_was_recorded_in_an_archived_month_is_known_when_it_comes_again(
    world: World, history: dict[str, bytes]
) -> None:
    archived(world)
    world.clock.now = APRIL.replace(day=21)
    again = capture.submit(world.app, world.maker, MADE, media_type="application/json")

    assert (again.stored_count, again.repeated_count) == (0, 40)


@pytest.mark.parametrize("name", ["segments.parquet", "originals.parquet", "objects.parquet"])
def test_a_damaged_archive_is_found_and_nothing_is_dropped(
    world: World, history: dict[str, bytes], name: str
) -> None:
    archive.close(world.app, SYSTEM, "2026-03")
    archive.export(world.app, SYSTEM, "2026-03")
    path = folder_of(world) / name
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)

    with pytest.raises(RefusedError, match=name) as refused:
        archive.drop(world.app, SYSTEM, "2026-03")
    assert code(refused) == "STO-071"
    with pytest.raises(RefusedError):
        archive.verify(world.app, SYSTEM, "2026-03")
    assert view(world).state == "exported"


def test_steps_out_of_order_are_refused(world: World, history: dict[str, bytes]) -> None:
    refusals = []
    for step in (archive.export, archive.drop, archive.restore, archive.verify):
        with pytest.raises(Conflict) as refused:
            step(world.app, SYSTEM, "2026-03")
        refusals.append(code(refused))
    with pytest.raises(Conflict) as too_early:
        archive.close(world.app, SYSTEM, "2026-04")

    assert refusals == ["STO-075"] * 4
    assert code(too_early) == "STO-074"


def test_every_step_can_be_done_again(world: World, history: dict[str, bytes]) -> None:
    for step in (archive.close, archive.export, archive.drop, archive.verify):
        step(world.app, SYSTEM, "2026-03")
        if step is not archive.verify:
            step(world.app, SYSTEM, "2026-03")

    assert view(world).state == "dropped"


def test_an_export_that_was_killed_is_done_again(world: World, history: dict[str, bytes]) -> None:
    left = world.app.settings.archives / ".2026-03.partial"
    left.mkdir(parents=True)
    (left / "segments.parquet").write_bytes(b"half a file")
    made = archived(world)

    assert made.events == 41
    assert not left.exists()


def test_a_full_disk_leaves_nothing_behind(
    world: World, history: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    archive.close(world.app, SYSTEM, "2026-03")
    with monkeypatch.context() as patched:
        patched.setattr("packtrail.store.archive.exporting._Export.objects", full)
        with pytest.raises(Unavailable, match="No space left on device"):
            archive.export(world.app, SYSTEM, "2026-03")

    assert [path.name for path in world.app.settings.archives.iterdir()] == [".lock"]
    assert view(world).state == "closed"
    assert archive.export(world.app, SYSTEM, "2026-03").events == 41


def test_a_month_that_does_not_come_back_the_same_is_not_dropped(
    world: World, history: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.close(world.app, SYSTEM, "2026-03")
    archive.export(world.app, SYSTEM, "2026-03")
    original = shelf.original
    monkeypatch.setattr(shelf, "original", lambda *asked: (0, original(*asked)[1][:-1]))
    before = view(world).state

    with pytest.raises(Exception, match="damaged"):
        archive.drop(world.app, SYSTEM, "2026-03")
    assert view(world).state == before == "verified"


def test_a_document_recorded_in_the_next_month_is_kept_whole(world: World) -> None:
    march = datetime(2026, 3, 1, tzinfo=UTC)
    handed_in(world, MADE, march - timedelta(milliseconds=2))  # The clock goes on at each look.
    with world.app.database.reading() as conn:
        [(came,)] = conn.execute("select created_at from capture").fetchall()
        [(recorded,)] = conn.execute("select min(record_time) from segment").fetchall()
    assert came < march <= recorded

    world.clock.now = APRIL
    archive.close(world.app, SYSTEM, "2026-02")
    made = archive.export(world.app, SYSTEM, "2026-02")

    assert (made.events, made.documents) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("month", "2026-03"),
        ("month", "2026-01/2026-05"),
        ("lot", "LOT-7"),
        ("product", "00300010123455"),
        ("pack", PACKS[3]),
    ],
)
def test_nothing_under_a_hold_is_dropped_until_a_second_person_releases_it(
    world: World, history: dict[str, bytes], kind: str, subject: str
) -> None:
    archive.close(world.app, SYSTEM, "2026-03")
    archive.export(world.app, SYSTEM, "2026-03")
    wanted = Wanted(kind=kind, subject=subject, reason="Case 12/26", owner="District court")
    first, second = person(world, "ines"), person(world, "otto")
    placed = holding.place(world.app, first, wanted)

    with pytest.raises(Conflict, match="Case 12/26") as held:
        archive.drop(world.app, SYSTEM, "2026-03")
    with pytest.raises(Conflict) as own:
        holding.release(world.app, first, placed.hold_id, reason="Over")
    assert (code(held), code(own), view(world).next_step) == ("STO-076", "STO-078", "")
    holding.release(world.app, second, placed.hold_id, reason="Over")
    archive.drop(world.app, SYSTEM, "2026-03")
    assert view(world).state == "dropped"


def test_the_command_line_is_one_actor_that_does_not_release_what_it_has_placed(
    world: World, history: dict[str, bytes]
) -> None:
    wanted = Wanted(kind="lot", subject="LOT-7", reason="Case 12/26", owner="District court")
    typed = Actor.system(
        "command line",
        organisation_id=world.maker.organisation_id,
        organisation_code=world.maker.organisation_code,
    )
    first = person(world, "ines")
    by_command, by_person = (holding.place(world.app, who, wanted) for who in (typed, first))

    with pytest.raises(Conflict) as own:
        holding.release(world.app, typed, by_command.hold_id, reason="Over")
    holding.release(world.app, first, by_command.hold_id, reason="Over")
    holding.release(world.app, typed, by_person.hold_id, reason="Over")
    released = [each for each in trail(world) if each.action == Action.HOLD_RELEASED.value]

    assert code(own) == "STO-078"
    assert [(each.actor_kind, each.detail["placed_by"]) for each in released] == [
        ("system", "ines"),
        ("user", "command line"),
    ]


def trail(world: World) -> list[AuditRow]:
    with world.app.database.reading() as conn:
        return audit.newest(conn, world.maker.organisation_id, limit=100, before=None)


def test_a_hold_over_a_lot_reaches_what_became_of_its_packs_and_of_what_held_them(
    world: World, history: dict[str, bytes]
) -> None:
    pallet = CASE.replace("00000000001", "00000000009")
    shipped = event(500, action="OBSERVE", bizStep="shipping", epcList=[pallet])
    handed_in(world, document(packing(499, pallet, [CASE])), APRIL.replace(month=5))
    handed_in(world, document(shipped), APRIL.replace(month=6))
    other = commissioning(501, [pack("other")], lot="OTHER")
    handed_in(world, document(other), APRIL.replace(month=7))
    wanted = Wanted(kind="lot", subject="LOT-7", reason="Case 12/26", owner="District court")
    holding.place(world.app, world.maker, wanted)

    held = [len(view(world, f"2026-{month:02}").holds) for month in range(3, 8)]

    assert held == [1, 1, 1, 1, 0]


def test_a_hold_whose_archive_is_not_at_hand_reaches_any_month(
    world: World, history: dict[str, bytes]
) -> None:
    archived(world)
    wanted = Wanted(kind="lot", subject="LOT-7", reason="Case 12/26", owner="District court")
    holding.place(world.app, world.maker, wanted)
    folder = world.app.settings.archives / "2026-03"
    shutil.move(folder, world.app.settings.archives.parent / "away")

    assert [len(view(world, month).holds) for month in ("2026-03", "2026-04")] == [1, 1]


def test_a_hold_does_not_reach_months_without_what_it_is_over(
    world: World, history: dict[str, bytes]
) -> None:
    wanted = Wanted(kind="pack", subject=PACKS[3], reason="Case 12/26", owner="District court")
    holding.place(world.app, world.maker, wanted)

    assert [len(view(world, month).holds) for month in ("2026-03", "2026-04")] == [1, 0]


@pytest.mark.parametrize(
    ("kind", "subject", "reason"),
    [("lot", "NONE", "x"), ("month", "march", "x"), ("truck", "7", "x"), ("lot", "LOT-7", " ")],
)
def test_a_hold_over_nothing_clear_is_refused(
    world: World, history: dict[str, bytes], kind: str, subject: str, reason: str
) -> None:
    wanted = Wanted(kind=kind, subject=subject, reason=reason, owner="District court")

    with pytest.raises(RefusedError) as refused:
        holding.place(world.app, world.maker, wanted)
    assert code(refused) == "STO-077"


def test_the_longest_retention_of_all_rule_packs_counts(
    world: World, history: dict[str, bytes]
) -> None:
    found = view(world)

    assert found.retention[0].until == found.keep_until == max(r.until for r in found.retention)
    assert {"us_dscsa", "tr_its"} <= {each.pack_id for each in found.retention}
    assert {each.counts_from for each in found.retention} == {"record", "expiry"}


def test_months_are_of_the_installation_and_no_organisation_closes_them(world: World) -> None:
    with pytest.raises(NotPermitted):
        archive.close(world.app, person(world, "ines"), "2026-03")
    with pytest.raises(NotFound, match="write it like 2026-03"):
        archive.close(world.app, SYSTEM, "March")


def test_a_server_closes_and_exports_months_by_itself_when_it_is_told_to(
    world: World, history: dict[str, bytes]
) -> None:
    upkeep.go_on(world.app)
    untouched = view(world).state
    told_to = replace(world.app, settings=replace(world.app.settings, archive_after_months=1))
    world.clock.now = datetime(2026, 5, 1, 1, tzinfo=UTC)
    upkeep.go_on(told_to)

    assert (untouched, view(world).state, view(world, "2026-04").state) == (
        "open",
        "verified",
        "open",
    )


def person(world: World, name: str) -> Actor:
    allowed = ROLES[RoleName.QUALITY]
    return replace(world.maker, kind=ActorKind.USER, id=name, name=name, permissions=allowed)
