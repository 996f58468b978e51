"""Scans over archives: what was planted is found, and nothing else, by every engine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest

from packtrail.base.errors import RefusedError
from packtrail.simulation.mentions import World, write
from packtrail.store.scans import duck, places, spark
from packtrail.store.scans.scanning import Asked, Limits, Scan, files_in

WORKERS = 2


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write(tmp_path_factory.mktemp("archives"), packs=3_000, planted=7, seed=11)


def asked(world: World) -> Asked:
    return Asked(files=files_in(world.folder), places=world.places)


def serials(found: object) -> set[str]:
    return {each.item_key for each in found}


@pytest.mark.parametrize("scan", Scan)
def test_what_was_planted_is_found_and_nothing_else(world: World, scan: Scan) -> None:
    found = duck.run(scan, asked(world))

    assert len(found) == len(world.planted[scan]) == 7
    assert serials(found) == world.planted[scan]


def test_what_was_declared_wrong_is_not_found(world: World) -> None:
    found = serials(duck.run(Scan.DUPLICATE_SERIALS, asked(world)))

    assert world.declared_wrong
    assert not found & world.declared_wrong


def test_a_commissioning_that_is_told_again_is_no_duplicate(world: World) -> None:
    found = serials(duck.run(Scan.DUPLICATE_SERIALS, asked(world)))

    assert world.told_again
    assert not found & world.told_again


def test_both_events_are_told_with_their_own_time_and_place(world: World) -> None:
    for each in duck.run(Scan.DUPLICATE_SERIALS, asked(world)):
        assert each.first_event.startswith("urn:packtrail:commissioning:")
        assert each.last_event.startswith("urn:packtrail:again:")
        assert each.to_at - each.from_at == timedelta(days=1)


def test_a_higher_speed_finds_fewer(world: World) -> None:
    of_rockets = Asked(
        files=files_in(world.folder), places=world.places, limits=Limits(km_per_hour_max=1e9)
    )

    assert duck.run(Scan.IMPOSSIBLE_TRAVEL, of_rockets) == ()


def test_places_that_cannot_be_read_are_named_by_row_and_column() -> None:
    with pytest.raises(RefusedError) as refused:
        places.read("place,latitude,longitude\nA,91,0\nB,x,200\nB,1,1\n")

    at = [finding.at for finding in refused.value.findings]
    assert at == ["row 2, latitude", "row 3, latitude", "row 3, longitude", "row 4, place"]


def test_a_folder_without_archives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="holds no archive"):
        files_in(tmp_path)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Spark master with two workers, started here and registered with it."""
    if find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: docs/guides/scans.md says how to try a cluster")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none here")
    folder = tmp_path_factory.mktemp("spark")
    port, ui_port = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    master = ["--port", str(port), "--webui-port", str(ui_port)]
    room = ["--cores", "1", "--memory", "700m", "--work-dir", str(folder)]
    worker = [*room, "--webui-port", "0", url]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for kind, options in (("Master", master), *[("Worker", worker)] * WORKERS):
            processes.append(started(kind, options, folder / f"{len(processes)}.log"))
        wait_for_workers(ui_port, processes)
        yield url
    finally:
        for process in reversed(processes):
            end(process)


def started(kind: str, options: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a part of a Spark cluster, which writes its log beside."""
    launch = Path(str(find_spec("pyspark").origin)).parent / "bin" / "spark-class"
    name = f"org.apache.spark.deploy.{kind.lower()}.{kind}"
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    with log.open("wb") as out:
        return subprocess.Popen(
            [str(launch), name, "--host", "127.0.0.1", *options],
            cwd=log.parent,
            env=environment,
            stdout=out,
            stderr=out,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force where asking is not enough."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for_workers(ui_port: int, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until the master knows all workers, three minutes at most: Java is slow when busy."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        ended = [process.args for process in processes if process.poll() is not None]
        if ended:
            pytest.fail(f"a part of the Spark cluster ended: {ended}")
        # The page answers before it is ready: with nothing, or with what is no JSON.
        with (
            suppress(OSError, ValueError),
            urlopen(f"http://127.0.0.1:{ui_port}/json/", timeout=10) as told,
        ):
            if json.load(told)["aliveworkers"] == WORKERS:
                return
        time.sleep(0.1)
    pytest.fail(f"the Spark master does not know {WORKERS} workers")


@pytest.mark.parametrize("scan", Scan)
def test_a_cluster_finds_the_same_with_the_same_text(
    world: World, cluster: str, scan: Scan
) -> None:
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.executor.memory": "512m",
        "spark.cores.max": "2",
        "spark.executor.cores": "1",
        "spark.sql.shuffle.partitions": "4",
    }

    here = duck.run(scan, asked(world))
    assert spark.run(scan, asked(world), master=cluster, settings=settings) == here != ()
