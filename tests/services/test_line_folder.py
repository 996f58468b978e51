"""The drop folder: files of lines are taken once, and each has a receipt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.services.plants import GTIN, NOON, Plant, make_plant, told

from packtrail import epcis
from packtrail.epcis.events import EpcisDocument, ObjectEvent
from packtrail.production.levels import Level
from packtrail.services.goods import tracing
from packtrail.services.lines import line_folder
from packtrail.services.lines.line_folder import REFUSED, TAKEN
from packtrail.store.database import Database


@pytest.fixture
def plant(fresh_database: Database) -> Plant:
    plant = make_plant(fresh_database)
    plant.order()
    return plant


def take(plant: Plant, folder: Path) -> list[line_folder.Dropped]:
    return line_folder.take(plant.app, plant.packer, folder)


def receipt(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.with_name(f"{path.name}.receipt.json").read_text())
    return found


def test_files_are_taken_in_the_order_of_their_names(plant: Plant, tmp_path: Path) -> None:
    first, second = plant.take("pack", 2)
    (case,) = plant.take("case", 1)
    rows = f"commission;{told('x')['at']};{first}\ncommission;{told('x')['at']};{second}\n"
    (tmp_path / "WO-1__0001.csv").write_text(f"kind;at;number\n{rows}")
    packing = {"happenings": [told("pack", 1, numbers=[first, second], parent=case)]}
    (tmp_path / "WO-1__0002.json").write_text(json.dumps(packing))

    found = take(plant, tmp_path)

    assert [(each.name, each.refused) for each in found] == [
        ("WO-1__0001.csv", None), ("WO-1__0002.json", None),
    ]  # fmt: skip
    assert plant.state().done("commission", Level.PACK) == 2
    assert plant.state().done("pack", Level.PACK) == 2
    assert receipt(tmp_path / TAKEN / "WO-1__0002.json")["is_taken"] is True
    assert take(plant, tmp_path) == []


def test_an_epcis_file_is_recorded_in_its_own_words(plant: Plant, tmp_path: Path) -> None:
    (pack,) = plant.take("pack", 1)
    event = ObjectEvent(
        event_id="urn:uuid:5b6b4ae2-9f0a-4a5e-8a8c-3f6a0b4a6a11", event_time=NOON,
        event_time_zone_offset="+01:00", action="ADD", biz_step="commissioning",
        disposition="active", epcs=(f"urn:epc:id:sgtin:300010.0123450.{pack}",),
    )  # fmt: skip
    document = EpcisDocument(schema_version="2.0", creation_date=NOON, events=(event,))
    (tmp_path / "WO-1__shift.xml").write_bytes(epcis.write_xml(document))

    (found,) = take(plant, tmp_path)

    assert found.receipt is not None
    assert found.receipt.done == {"commission:pack": 1}
    journey = tracing.trace(plant.app, plant.maker, f"(01){GTIN}(21){pack}")
    assert [each.event_id for each in journey.steps] == [event.event_id]


def test_a_file_that_comes_twice_changes_nothing(plant: Plant, tmp_path: Path) -> None:
    content = json.dumps({"happenings": [told("commission", numbers=plant.take("pack", 1))]})
    for _ in range(2):
        (tmp_path / "WO-1__a.json").write_text(content)
        (found,) = take(plant, tmp_path)

    assert found.receipt is not None
    assert found.receipt.is_repeated
    assert plant.state().done("commission", Level.PACK) == 1
    assert {each.name for each in (tmp_path / TAKEN).iterdir()} == {
        "WO-1__a.json", "WO-1__a.json.receipt.json", "WO-1__a.2.json",
        "WO-1__a.2.json.receipt.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("report.csv", b"kind;at\n", "LIN-020"),
        ("NONE__1.csv", b"kind;at;number\ncommission;2026-03-03T12:00:00Z;A1\n", "LIN-010"),
        ("WO-1__1.csv", b"kind;when\n", "LIN-020"),
        ("WO-1__1.xml", b"<broken", "EPC-001"),
    ],
)
def test_what_cannot_be_taken_lies_beside_its_findings(
    plant: Plant, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)

    (found,) = take(plant, tmp_path)

    said = receipt(tmp_path / REFUSED / name)
    assert found.receipt is None
    assert (tmp_path / REFUSED / name).read_bytes() == content
    assert said["is_taken"] is False
    assert code.partition("-")[0] in json.dumps(said["findings"])


def test_a_file_that_is_still_written_waits(plant: Plant, tmp_path: Path) -> None:
    for name in (".WO-1__a.csv", "WO-1__a.csv.part"):
        (tmp_path / name).write_text("kind;at\n")
    fresh = tmp_path / "WO-1__b.csv"
    fresh.write_text("kind;at\n")
    plant.world.clock.now = _changed(fresh)

    assert take(plant, tmp_path) == []
    assert fresh.exists()


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime + 1, UTC)


def test_a_file_beyond_the_limit_is_refused(plant: Plant, tmp_path: Path) -> None:
    app = replace(plant.app, settings=replace(plant.app.settings, capture_whole_bytes_max=10))
    (tmp_path / "WO-1__big.csv").write_bytes(b"kind;at;number\n")

    (found,) = line_folder.take(app, plant.packer, tmp_path)

    assert found.refused is not None
    assert "more than 10 bytes" in found.refused.findings[0].message


def test_the_server_takes_the_folder_of_each_organisation_and_no_other(
    plant: Plant, tmp_path: Path
) -> None:
    own, foreign = (
        tmp_path / each.organisation_code for each in (plant.packer, plant.world.wholesaler)
    )
    content = json.dumps({"happenings": [told("commission", numbers=plant.take("pack", 1))]})
    for folder in (own, foreign):
        folder.mkdir()
        (folder / "WO-1__a.json").write_text(content)
    app = replace(plant.app, settings=replace(plant.app.settings, lines_dir=str(tmp_path)))

    assert line_folder.take_all(app) == 2

    assert (own / TAKEN / "WO-1__a.json").exists()
    assert "LIN-010" in (foreign / REFUSED / "WO-1__a.json.receipt.json").read_text()
