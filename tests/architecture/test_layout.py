"""Taste that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LINES_PER_FILE_MAX = 500
LINES_PER_FUNCTION_MAX = 70

FORBIDDEN_TEXT = {
    "an absolute path of one machine": re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+)/"),
    "the address of a package registry": re.compile(
        r"https?://[a-z0-9.-]*(?:pyp[i]|pythonhoste[d]|npmj[s])[a-z0-9.-]*"
    ),
}


def committed_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout, so what is committed is unknown")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_module_is_longer_than_a_reader_bears() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in SOURCES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_PER_FILE_MAX
    }

    assert long == {}


def test_no_function_needs_scrolling() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno >= LINES_PER_FUNCTION_MAX
    }

    assert long == {}


@pytest.mark.parametrize("what", FORBIDDEN_TEXT)
def test_no_committed_file_holds(what: str) -> None:
    pattern = FORBIDDEN_TEXT[what]
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in committed_files()
        if path.suffix not in {".png", ".svg"}
        and (match := pattern.search(path.read_text(encoding="utf-8", errors="replace")))
    ]

    assert found == []


def test_nothing_of_the_conformance_folder_was_copied_here(conformance: Path) -> None:
    """Third-party vectors are read in place: several of them must not be redistributed."""
    foreign = {
        path.stat().st_size: path
        for path in conformance.rglob("*")
        if path.is_file() and path.stat().st_size > 200
    }
    copies = [
        str(path.relative_to(ROOT))
        for path in committed_files()
        if (twin := foreign.get(path.stat().st_size))
        and twin.read_bytes() == path.read_bytes()
        and path.name != "LICENSE"
    ]

    assert copies == []
