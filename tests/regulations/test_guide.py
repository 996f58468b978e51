"""What the guide tells a regulatory affairs person to write is a pack that can be used."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from packtrail.compliance import Catalogue
from packtrail.services import rule_packs
from packtrail.settings import Settings

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "new-market.md"
PART = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that somebody has who types what the guide shows."""
    for name, text in PART.findall(GUIDE.read_text("utf-8")):
        path = tmp_path / "packs" / "ao_demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "packs"


def test_the_pack_of_the_guide_is_fit_for_use(folder: Path) -> None:
    pack, findings = rule_packs.lint_folder(folder / "ao_demo", on=date(2026, 11, 28))

    assert findings == ()
    assert pack is not None
    assert (len(pack.rules), len(pack.cases), len(pack.deadlines)) == (2, 6, 2)


def test_the_market_of_the_guide_stands_beside_the_others(folder: Path) -> None:
    catalogue = rule_packs.catalogue(Settings.of({}, market_packs=(str(folder),)))

    assert catalogue.pack_of("AO").heading.name == "Angola"
    assert len(catalogue.packs) == len(Catalogue.of(rule_packs.built_in()).packs) + 1
