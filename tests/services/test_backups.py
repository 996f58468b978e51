"""Backups: made while captures go on, brought back elsewhere, and held against what was there."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.postgres import _create, _drop, _reachable_dir

from packtrail.access import ROLES, Actor
from packtrail.base.errors import NotPermitted, RefusedError, Unavailable, UsageError
from packtrail.base.findings import Severity
from packtrail.bootstrap import Application, open_application, utc_now
from packtrail.serials.policy import Policy
from packtrail.services.accounts import organisations
from packtrail.services.capture import capture
from packtrail.services.goods import tracing
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.opening import Opening, create_pool
from packtrail.services.upkeep import backup_view, backups, drilling, restoring
from packtrail.settings import Settings
from packtrail.store.backup import manifest, sample
from packtrail.store.embedded import EmbeddedServer

from .documents import commissioning, document, pack, packing

OPERATOR = Actor.system("tests")


@dataclass(frozen=True)
class Installation:
    """An embedded installation with a little history, and a base backup of it."""

    app: Application
    maker: Actor
    folder: Path
    base: Path
    portable: Path
    sent: list[bytes]
    """What was acknowledged before and while the base backup was made."""


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    root = _reachable_dir()
    (root / "data").mkdir()
    with open_application(Settings.of({}, data_dir=root / "data")) as app:
        organisations.create_organisation(app, OPERATOR, "maker", name="Maker")
        maker = organisations.system_actor(app, "tests")
        policy = Policy.of("unambiguous", 12)
        create_pool(app, maker, Opening(code="packs"), gtin="03000100123453", policy=policy)
        sent: list[bytes] = []
        own = [f"urn:epc:id:sgtin:300010.0012345.{each}" for each in own_serials(app, maker)]
        submit(app, maker, sent, document(commissioning(5, own)))
        hand_in(app, maker, sent, 0)
        hand_in(app, maker, sent, 1)
        (root / "data" / "conf" / "local.conf").write_text("work_mem = '3MB'\n")
        base = backup_under_way(app, maker, root, sent)
        made = backups.create(app, OPERATOR, root / "portable", is_portable=True)
        yield Installation(app, maker, root, base, Path(made.path), sent)
    shutil.rmtree(root)


def own_serials(app: Application, maker: Actor) -> list[str]:
    """Serials that are kept as positions: nobody reads them without the master key."""
    return allocate(app, maker, "packs", 3, request_id="first").serials()


def case(number: int) -> str:
    return f"urn:epc:id:sscc:030001.{number:011d}"


def hand_in(app: Application, maker: Actor, sent: list[bytes], number: int) -> None:
    packs = [pack(number * 10 + n) for n in range(5)]
    content = document(
        commissioning(20 * number, packs), packing(20 * number + 1, case(number), packs)
    )
    submit(app, maker, sent, content)


def submit(app: Application, maker: Actor, sent: list[bytes], content: bytes) -> None:
    assert capture.submit(app, maker, content, media_type="application/json").success
    sent.append(content)


def backup_under_way(app: Application, maker: Actor, root: Path, sent: list[bytes]) -> Path:
    """Back up while documents keep coming in, one after the other."""
    is_over = threading.Event()

    def keep_handing_in() -> None:
        number = 2
        while not is_over.is_set():
            hand_in(app, maker, sent, number)
            number += 1

    sender = threading.Thread(target=keep_handing_in)
    sender.start()
    try:
        made = backups.create(app, OPERATOR, root / "base")
    finally:
        is_over.set()
        sender.join()
    assert made.sampled_objects >= 5
    return Path(made.path)


@pytest.fixture
def elsewhere(reachable_dir: Path) -> Settings:
    return Settings.of({}, data_dir=reachable_dir / "data")


def restored(settings: Settings, backup: Path) -> restoring.Comparison:
    return restoring.restore(settings, OPERATOR, backup, clock=utc_now)


def codes(refused: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    return {each.code for each in refused.value.findings}


def changed(backup: Path, folder: Path, **values: object) -> Path:
    """A copy of a backup whose manifest says something else."""
    copied = folder / backup.name
    shutil.copytree(backup, copied)
    path = copied / manifest.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return copied


def test_a_base_backup_made_during_captures_comes_back_with_all_that_was_there(
    installation: Installation, elsewhere: Settings
) -> None:
    found = restored(elsewhere, installation.base)

    # The master key is kept apart; nobody knows what the pools gave after the backup.
    assert [each.code for each in found.findings] == ["STO-055", "SER-038"]
    assert found.objects >= 5
    assert found.unread > 0
    assert f"Without it {found.unread} of the objects and originals" in found.findings[0].message
    shutil.copy(installation.app.settings.data_dir / "master.key", elsewhere.data_dir)
    with open_application(elsewhere) as app:
        maker = organisations.system_actor(app, "tests")
        with pytest.raises(RefusedError) as refused:
            allocate(app, maker, "packs", 1, request_id="after")
        assert codes(refused) == {"SER-037"}
        assert tracing.trace(app, maker, pack(0)).contents_total == 0
        assert tracing.trace(app, maker, case(1)).contents_total == 5
        jobs = capture.jobs(app, maker, limit=len(installation.sent))
        assert all(job.success for job in jobs)
        originals = {capture.original(app, maker, job.capture_id).content() for job in jobs}
        assert originals <= set(installation.sent)
        assert set(installation.sent[:2]) <= originals
        with app.database.reading() as conn:
            assert conn.execute("show work_mem").fetchone() == ("3MB",)


def test_a_drill_leaves_nothing_behind(installation: Installation, reachable_dir: Path) -> None:
    found = restoring.check(
        installation.app.settings, OPERATOR, installation.base, scratch=reachable_dir
    )

    assert found.findings == ()  # Here the master key is at hand.
    assert found.unread == 0
    assert list(reachable_dir.iterdir()) == []


def drilled(installation: Installation, backup: Path, **settings: object) -> restoring.Comparison:
    app = replace(
        installation.app,
        settings=replace(installation.app.settings, **settings),  # type: ignore[arg-type]
    )
    return drilling.drill(
        app.settings, OPERATOR, backup, opened=lambda: contextlib.nullcontext(app), clock=app.clock
    )


def test_a_drill_is_noted_where_the_backup_was_made(
    installation: Installation, tmp_path: Path
) -> None:
    made = backups.create(installation.app, OPERATOR, tmp_path, is_portable=True)
    found = drilled(installation, tmp_path)
    seen = backup_view.backups(installation.app, installation.maker)

    assert found.findings == ()
    assert seen.backups[0].path == made.path
    assert seen.backups[0].seconds
    assert seen.backups[0].drill == seen.proof == seen.drills[0]
    assert (seen.drills[0].objects, seen.drills[0].unread) == (found.objects, 0)


def test_a_drill_that_fails_is_noted_and_told(installation: Installation, tmp_path: Path) -> None:
    made = backups.create(installation.app, OPERATOR, tmp_path, is_portable=True)
    (Path(made.path) / "tables" / "event_key.copy.zst").write_bytes(b"nothing")

    with pytest.raises(RefusedError) as refused:
        drilled(installation, tmp_path)
    noted = backup_view.backups(installation.app, installation.maker).drills[0]
    assert codes(refused) == {"STO-052"}
    assert noted.path == made.path
    assert "event_key.copy.zst" in noted.errors[0]


def test_a_drill_elsewhere_says_that_it_is_noted_nowhere(
    installation: Installation, tmp_path: Path
) -> None:
    alone = drilled(installation, installation.portable, data_dir=tmp_path)
    other = changed(installation.portable, tmp_path, packtrail="0.0.1")
    before = len(backup_view.backups(installation.app, installation.maker).drills)
    foreign = drilled(installation, other)

    for found, why in ((alone, "There is no database in"), (foreign, "has not made")):
        assert [each.code for each in found.findings if each.code == "STO-095"] == ["STO-095"]
        assert why in found.findings[-1].message
        assert found.findings[-1].severity is Severity.NOTE
    assert len(backup_view.backups(installation.app, installation.maker).drills) == before


def test_a_backup_does_not_wait_for_a_master_key(
    installation: Installation, tmp_path: Path
) -> None:
    settings = replace(installation.app.settings, master_key=base64.b64encode(bytes(32)).decode())
    try:
        lost = replace(installation.app, settings=settings)
        made = backups.create(lost, OPERATOR, tmp_path, is_portable=True)
    finally:
        Application.__post_init__(installation.app)
    sampled = manifest.read(Path(made.path)).sample

    assert made.needs_master_key
    assert len(sampled.objects) >= 5
    assert not [each for each in sampled.objects if "300010.0012345" in each.identifier]


def test_a_key_that_is_there_and_does_not_open_is_damage(installation: Installation) -> None:
    told = manifest.read(installation.portable)
    compared = sample.Compared(objects=1, documents=1, unread=2, findings=())
    (found,) = restoring._missing_key(installation.app.settings, told, compared)

    assert (found.code, found.severity) == ("STO-056", Severity.ERROR)


@dataclass(frozen=True)
class BroughtBack:
    """A database of one's own into which the portable backup was restored."""

    settings: Settings
    found: restoring.Comparison


@pytest.fixture(scope="module")
def brought_back(installation: Installation, server_url: str) -> Iterator[BroughtBack]:
    name = f"packtrail_restored_{uuid.uuid4().hex[:12]}"
    _create(server_url, name)
    settings = Settings.of({}, database_url=make_conninfo(server_url, dbname=name))
    yield BroughtBack(settings, restored(settings, installation.portable))
    _drop(server_url, name)


def test_a_portable_backup_goes_into_a_database_of_ones_own_and_numbers_go_on(
    brought_back: BroughtBack,
) -> None:
    with open_application(brought_back.settings) as app:
        made = organisations.create_organisation(app, OPERATOR, "packer", name="Packer")
        before = organisations.system_actor(app, "tests", organisation="maker")
        trace = tracing.trace(app, before, case(0))

    with psycopg.connect(brought_back.settings.database_url) as conn:
        known = conn.execute("select distinct tablename from pg_stats").fetchall()
    assert {"name_block", "event_key"} <= {table for (table,) in known}
    assert brought_back.found.objects >= 5
    assert [each.code for each in brought_back.found.findings] == ["STO-055", "SER-038"]
    assert made.organisation_id == before.organisation_id + 1
    assert trace.contents_total == 5


def test_a_portable_backup_does_not_go_over_what_is_there(
    installation: Installation, brought_back: BroughtBack
) -> None:
    with pytest.raises(RefusedError, match="The database has the table") as refused:
        restored(brought_back.settings, installation.portable)
    assert codes(refused) == {"STO-053"}


def test_a_backup_does_not_go_over_a_database_that_is_there(
    installation: Installation, elsewhere: Settings
) -> None:
    with EmbeddedServer(elsewhere.data_dir):
        pass

    with pytest.raises(RefusedError) as refused:
        restored(elsewhere, installation.base)
    assert codes(refused) == {"STO-053"}
    with pytest.raises(UsageError, match="goes into a data directory"):
        restored(replace(elsewhere, database_url="postgresql:///x"), installation.base)


def test_a_damaged_base_backup_is_refused_and_leaves_no_database(
    installation: Installation, elsewhere: Settings, tmp_path: Path
) -> None:
    copied = tmp_path / "backup"
    shutil.copytree(installation.base, copied)
    victim = max((copied / "base" / "base").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[-1] ^= 1
    victim.write_bytes(content)

    with pytest.raises(RefusedError, match=victim.name) as refused:
        restored(elsewhere, copied)
    assert codes(refused) == {"STO-052"}
    assert not (elsewhere.data_dir / "pg").exists()


def test_a_damaged_portable_backup_is_refused(
    installation: Installation, elsewhere: Settings, tmp_path: Path
) -> None:
    copied = tmp_path / "backup"
    shutil.copytree(installation.portable, copied)
    (copied / "tables" / "event_key.copy.zst").write_bytes(b"nothing")

    with pytest.raises(RefusedError, match=r"tables/event_key\.copy\.zst has SHA-256") as refused:
        restored(elsewhere, copied)
    assert codes(refused) == {"STO-052"}


def test_a_table_that_does_not_go_in_leaves_no_half_restored_database(
    installation: Installation, elsewhere: Settings, tmp_path: Path
) -> None:
    told = json.loads((installation.portable / manifest.MANIFEST).read_text())
    told["tables"][-1]["rows"] += 1
    copied = changed(installation.portable, tmp_path, tables=told["tables"])

    with pytest.raises(RefusedError, match="the manifest") as refused:
        restored(elsewhere, copied)
    assert codes(refused) == {"STO-052"}
    assert restored(elsewhere, installation.portable).objects >= 5


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"format": 2}, "STO-051", "a newer Packtrail made it"),
        ({"sample": "none"}, "STO-051", "The manifest cannot be read"),
        ({"migration": "9999_later.sql"}, "STO-054", "which this Packtrail"),
        ({"postgresql": "17.2"}, "STO-054", "It was taken from PostgreSQL 17.2"),
    ],
)
def test_a_backup_of_another_version_is_refused(
    installation: Installation,
    elsewhere: Settings,
    tmp_path: Path,
    values: dict[str, object],
    code: str,
    message: str,
) -> None:
    with pytest.raises(RefusedError, match=message) as refused:
        restored(elsewhere, changed(installation.base, tmp_path, **values))
    assert codes(refused) == {code}


def test_a_folder_without_a_backup_is_refused(elsewhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        restored(elsewhere, tmp_path)
    assert codes(refused) == {"STO-051"}


def test_what_differs_from_the_sample_is_found(
    installation: Installation, brought_back: BroughtBack
) -> None:
    told = manifest.read(installation.portable).sample
    with psycopg.connect(brought_back.settings.database_url) as conn:
        conn.execute("update segment set disposition = 'recalled'")
        conn.execute(
            "delete from event_key where event_id in (select event_id from event_key limit 1)"
        )
        conn.execute("update original set content = substr(content, 2)")
        findings = sample.compare(conn, told).findings
        otherwise = sample.compare(conn, replace(told, order=0))
        conn.rollback()
        untouched = sample.compare(conn, told)
        compared = sample.compare(conn, replace(told, order=0))

    assert {each.code for each in findings} == {"STO-056", "STO-057", "STO-058"}
    # Of a backup from when events of one moment were ordered otherwise, what differs may be that.
    assert {each.code for each in otherwise.findings} == {"STO-057", "STO-058"}
    assert otherwise.objects < compared.objects == untouched.objects


def test_only_the_newest_backups_are_kept_when_asked(
    installation: Installation, tmp_path: Path
) -> None:
    made = []
    for second in (1, 2, 3):
        at = datetime(2026, 11, 28, 12, 0, second, tzinfo=UTC)
        app = replace(installation.app, clock=lambda at=at: at)
        made.append(backups.create(app, OPERATOR, tmp_path, is_portable=True, keep=2))

    assert [Path(each.path).name for each in made] == [
        f"packtrail-20261128T12000{second}Z" for second in (1, 2, 3)
    ]
    assert made[-1].removed == (made[0].path,)
    assert manifest.newest(tmp_path) == Path(made[2].path)
    with pytest.raises(UsageError, match="keep 1 or more"):
        backups.create(installation.app, OPERATOR, tmp_path, keep=0)


def test_what_a_killed_backup_left_is_thrown_away_and_two_at_once_are_refused(
    installation: Installation, tmp_path: Path
) -> None:
    left = tmp_path / ".packtrail-20200101T000000Z.partial"
    left.mkdir()
    with backups._alone_in(tmp_path):
        assert not left.exists()
        with pytest.raises(UsageError, match="Another backup is being made"):
            backups.create(installation.app, OPERATOR, tmp_path, is_portable=True)


def test_without_room_nothing_is_begun(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))

    with pytest.raises(RefusedError, match="has 1 MB free; a backup of") as refused:
        backups.create(installation.app, OPERATOR, tmp_path)
    assert codes(refused) == {"STO-050"}
    for backup in (installation.base, installation.portable):  # The latter is packed.
        with pytest.raises(RefusedError, match="has 1 MB free; restoring"):
            restoring.check(installation.app.settings, OPERATOR, backup)


def test_a_drill_where_there_is_no_folder_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"The folder .*/away cannot be used: No such file"):
        restoring.check(
            installation.app.settings, OPERATOR, installation.base, scratch=tmp_path / "away"
        )


def test_a_disk_that_fills_up_during_a_backup_leaves_nothing(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifest, "write", full)

    with pytest.raises(Unavailable, match=r"cannot be written into .*: No space left on device"):
        backups.create(installation.app, OPERATOR, tmp_path, is_portable=True)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_made_is_refused(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UsageError, match=r"The folder .* cannot be made: Not a directory"):
        backups.create(installation.app, OPERATOR, tmp_path / "file" / "backups")


def test_a_folder_among_the_files_of_the_database_is_refused_before_it_is_made(
    installation: Installation,
) -> None:
    folder = installation.app.settings.data_dir / "pg" / "backups"

    with pytest.raises(UsageError, match=r"/pg/backups is within the database in .*/pg: name"):
        backups.create(installation.app, OPERATOR, folder)
    assert not folder.exists()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_an_organisation_may_back_up_or_restore(
    installation: Installation, tmp_path: Path, role: str
) -> None:
    somebody = installation.maker.with_permissions(ROLES[role])

    with pytest.raises(NotPermitted):
        backups.create(installation.app, somebody, tmp_path)
    with pytest.raises(NotPermitted):
        restoring.restore(installation.app.settings, somebody, tmp_path, clock=utc_now)
    with pytest.raises(NotPermitted):
        restoring.check(installation.app.settings, somebody, tmp_path)


def test_backups_and_restores_leave_an_audit_row(
    installation: Installation, brought_back: BroughtBack
) -> None:
    question = "select action, subject from audit where action like 'store:backup:%'"
    with installation.app.database.reading() as conn:
        here = conn.execute(question).fetchall()
    with psycopg.connect(brought_back.settings.database_url) as conn:
        there = conn.execute(question).fetchall()

    assert ("store:backup:created", str(installation.base)) in here
    assert ("store:backup:restored", str(installation.portable)) in there
