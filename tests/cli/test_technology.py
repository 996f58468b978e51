"""`packtrail technology`, typed in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_company import Typed
from tests.services.companies import make_company

from packtrail.cli.output import FINDINGS, FINE
from packtrail.store.database import Database


@pytest.fixture(scope="module")
def typed(database: Database) -> Typed:
    world = make_company(database)
    return Typed(database.url, world.maker.organisation_code)


def test_a_table_becomes_a_radar_with_an_exit_code(typed: Typed, tmp_path: Path) -> None:
    table = tmp_path / "systems.csv"
    table.write_text("code,name,role,lines,software\npc,PC,line_pc,w1,Windows 7 SP1\n")

    assert typed("technology", "import", table, "--dry-run").stdout.endswith(
        "1 would be added, 0 changed\n"
    )
    assert typed("technology", "import", table).exit_code == FINE
    radar = typed("technology", "radar")
    assert radar.exit_code == FINDINGS
    assert "Windows 7 SP1" in radar.stdout
    assert "out" in radar.stdout
    assert typed("technology", "radar", "--standing", "unknown").exit_code == FINE
    assert typed.json("technology", "show", "system", "pc")["body"]["lines"] == ["w1"]
    assert "pc" in typed("technology", "list").stdout


def test_lines_fit_and_upgrades_are_told_and_accepted(typed: Typed, tmp_path: Path) -> None:
    table = tmp_path / "systems.csv"
    table.write_text("code,name,role,lines,software\nold,PC,line_pc,w1,Windows 7 SP1\n")
    typed("technology", "import", table)

    assert "aggregation" in typed("technology", "lines").stdout
    assert typed("technology", "fit", "US").exit_code == FINDINGS
    assert "Tamper sealer" in typed("technology", "fit", "FR", "--line", "w1").stdout
    assert typed("plan", "new", "eu", "--name", "EU", "--template", "small").exit_code == FINE
    accepted = typed("technology", "upgrades", "eu", "--accept", "old")
    assert accepted.exit_code == FINE
    assert "in the plan" in accepted.stdout


def test_an_entry_is_put_from_a_file_and_taken_out(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "row.yaml"
    file.write_text('code: j60\nproduct: Kestrel J60\nends_on: 2027-06-30\nsource: "Letter"\n')

    assert typed("technology", "put", "support", file).exit_code == FINE
    assert typed("technology", "remove", "support", "j60", "--reason", "Wrong").exit_code == FINE
    assert "Wrong" in typed("technology", "history", "support", "j60").stdout


def test_files_are_written(typed: Typed, tmp_path: Path) -> None:
    for name in ("template", "export"):
        assert typed("technology", name, tmp_path / f"{name}.xlsx").exit_code == FINE
    assert typed("technology", "radar", "--ics", tmp_path / "r.ics").exit_code == FINE

    assert (tmp_path / "template.xlsx").read_bytes()[:2] == b"PK"
    assert (tmp_path / "r.ics").read_text().startswith("BEGIN:VCALENDAR")
