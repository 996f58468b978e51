"""The reference pages say what the code says."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from packtrail.console.findings import known
from packtrail.services import rule_packs

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_generated_page_is_up_to_date(reference: ModuleType) -> None:
    stale = [
        str(path)
        for path, text in reference.pages().items()
        if not (page := reference.REFERENCE / path).is_file()
        or page.read_text(encoding="utf-8") != text
    ]

    assert stale == [], "run `make docs`"


def test_no_page_describes_a_finding_that_no_longer_exists(reference: ModuleType) -> None:
    described = {page.stem for page in (DOCS / "reference" / "findings").glob("*-*.md")}

    assert described == {code.code for code in reference.finding_codes()}


def test_the_console_explains_every_finding(reference: ModuleType) -> None:
    assert set(known()) == {code.code for code in reference.finding_codes()}


def test_every_finding_code_is_declared_once(reference: ModuleType) -> None:
    codes = [code.code for code in reference.finding_codes()]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[A-Z0-9]{3}-\d{3}", code) for code in codes)


def test_every_market_and_every_rule_has_a_page_and_no_other(reference: ModuleType) -> None:
    packs = rule_packs.built_in()
    wanted = {f"{pack.id}/README" for pack in packs}
    wanted |= {f"{pack.id}/{code}" for pack in packs for code in pack.rules}
    folder = DOCS / "reference" / "markets"
    found = {page.relative_to(folder).with_suffix("").as_posix() for page in folder.glob("*/*.md")}

    assert found == wanted


def test_every_code_of_a_market_rule_names_its_market(reference: ModuleType) -> None:
    own = {code.code for code in reference.finding_codes()}
    codes = {code: pack for pack in rule_packs.built_in() for code in pack.rules}

    assert all(re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]+)?-\d{3}", code) for code in codes)
    assert all(code.startswith(pack.heading.market) for code, pack in codes.items())
    assert own & codes.keys() == set()


def test_every_finding_code_says_what_to_do(reference: ModuleType) -> None:
    silent = [code.code for code in reference.finding_codes() if len(code.remedy) < 10]

    assert silent == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_decision_is_listed() -> None:
    pages = {page.name for page in (DOCS / "decisions").glob("0*.md")}
    listed = set(
        re.findall(r"\((0[^)]+\.md)\)", (DOCS / "decisions" / "README.md").read_text("utf-8"))
    )

    assert listed == pages


def test_contributing_names_the_layers_that_imports_go_down() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = [set(re.findall(r"`([a-z_0-9]+)`", row.split("|")[1])) for row in table_rows(text)]
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    checked = [set(layer.replace("packtrail.", "").split(" | ")) for layer in layers]

    assert told == [set[str]().union(*checked[:4]), *checked[4:]]


def table_rows(text: str) -> list[str]:
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return rows[2:]
