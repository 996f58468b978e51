"""Packs of one's own: from folders, upon packs that come with Packtrail, from packages."""

from __future__ import annotations

import sys
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest
from tests.unit.compliance.packs import FILES

from packtrail.base.errors import RefusedError, UsageError
from packtrail.compliance import Catalogue
from packtrail.services import rule_packs
from packtrail.settings import Settings

TODAY = date(2026, 11, 22)
OVERLAY = {
    "pack.toml": """
id = "acme_eu"
title = "What Acme does besides"
code = "ACME"
version = "1"
true_on = 2026-11-22
overlays = "eu_fmd"
withdraws = ["EU-FMD-003"]
withdraws_because = "Acme prints with grade 2.5 or better"
""",
    "sources.yaml": """
sop_17:
  title: Acme, procedure 17
  kind: company
""",
    "parameters/label.yaml": """
carrier.print_grade_min:
  undated: {value: 2.5, confidence: high, sources: [sop_17]}
""",
    "rules/label.yaml": """
ACME-001:
  title: Acme prints better than it must
  subject: label
  check: print_grade
  with: {at_least: {parameter: carrier.print_grade_min}}
  from: 2026-01-01
  clause: Procedure 17
  remedy: Stop the line.
  confidence: high
  sources: [sop_17]
""",
    "cases/label.yaml": """
Grade three is fine:
  on: 2026-11-22
  label: {class: prescription, print_grade: 3}
  passes: [ACME-001]
Grade two is not:
  on: 2026-11-22
  label: {class: prescription, print_grade: 2}
  fails: [ACME-001]
""",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def catalogue_with(*folders: Path) -> Catalogue:
    return rule_packs.catalogue(Settings.of({}, market_packs=tuple(map(str, folders))))


def test_an_overlay_reaches_the_union_its_members_and_its_annexes(tmp_path: Path) -> None:
    written(tmp_path / "acme_eu", OVERLAY)
    catalogue = catalogue_with(tmp_path)

    for market in ("EU", "DE", "IT", "GR"):
        pack = catalogue.pack_of(market)
        assert "ACME-001" in pack.rules
        assert "EU-FMD-003" not in pack.rules
        assert "acme_eu" in [layer.pack_id for layer in pack.layers]
    assert "ACME-001" not in catalogue.pack_of("US").rules


def test_an_overlay_is_linted_upon_what_it_lies_over(tmp_path: Path) -> None:
    pack, findings = rule_packs.lint_folder(written(tmp_path / "acme_eu", OVERLAY), on=TODAY)

    assert pack is not None
    assert findings == ()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    folder = written(tmp_path / "xx_demo", FILES)
    before = catalogue_with(tmp_path).pack_of("XX").identity

    (folder / "pack.toml").write_text(FILES["pack.toml"].replace('"1"', '"2"'), "utf-8")
    after = catalogue_with(tmp_path).pack_of("XX").identity

    assert (before.version, after.version) == ("1", "2")
    assert before.sha256 != after.sha256


def test_a_pack_that_cannot_be_read_is_told_with_folder_file_and_line(tmp_path: Path) -> None:
    bad = FILES | {"rules/label.yaml": "XX-DEMO-001:\n  titel: x\n"}
    written(tmp_path / "xx_demo", bad)

    with pytest.raises(RefusedError) as refused:
        catalogue_with(tmp_path)

    assert refused.value.findings[0].at.startswith("xx_demo/rules/label.yaml, line 2")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="which is no folder"):
        catalogue_with(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="There is no folder"):
        rule_packs.lint_folder(tmp_path / "nowhere", on=TODAY)


def test_a_market_may_not_have_two_packs(tmp_path: Path) -> None:
    heading = FILES["pack.toml"].replace('market = "XX"', 'market = "IT"')
    written(tmp_path / "xx_demo", FILES | {"pack.toml": heading})

    with pytest.raises(RefusedError, match="IT has two packs: it_fmd and xx_demo"):
        catalogue_with(tmp_path)


def test_other_files_beside_a_pack_are_left_alone(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "xx_demo", FILES | {"README.md": "# Notes", ".git/config.yaml": "a"}
    )

    assert rule_packs.read_folder(folder).findings == ()


def test_an_installed_package_brings_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acme_rule_packs"
    written(package / "xx_demo", FILES)
    (package / "__init__.py").write_text("", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = metadata.EntryPoint("acme", "acme_rule_packs", rule_packs.ENTRY_POINTS)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [point])
    rule_packs._catalogue.cache_clear()

    try:
        assert catalogue_with().pack_of("XX").id == "xx_demo"
    finally:
        rule_packs._catalogue.cache_clear()
        sys.modules.pop("acme_rule_packs", None)
