"""Constants of capacity are set by figures that benchmarks still tell under these names."""

from __future__ import annotations

from pathlib import Path

import pytest

import packtrail
from packtrail.planning.capacity.calibrating import CONSTANTS

LAUNCH = Path(packtrail.__file__).parent / "launch"
PUT_TOGETHER = {
    "lists": '"lists"', "an event a pack": '"an event a pack"', "/verify": '"/verify"',
    "whole life of a pack": 'f"{style}: whole life of a pack"',
    "documents sent": 'f"{style}: documents sent"',
    "CPU of the server": 'f"{name}, CPU of the server"',
    "lone messages of one dispensed pack":
        'f"lone messages of one dispensed pack, {clients} clients"',
}  # fmt: skip
"""Parts of names that are made from parts -> how the source writes them."""


@pytest.mark.parametrize(
    ("bench", "name"), [(each.bench, name) for each in CONSTANTS for name in each.figures]
)
def test_a_figure_that_sets_a_constant_is_told_by_its_benchmark(bench: str, name: str) -> None:
    module = "bench_reads" if bench == "verify" else f"bench_{bench}"
    source = (LAUNCH / f"{module}.py").read_text(encoding="utf-8")

    if f'"{name}"' not in source:
        parts = name.split(": ") if ": " in name else name.split(", ")
        for part in parts:
            assert PUT_TOGETHER[part] in source, f"{module} tells no {name!r}"
