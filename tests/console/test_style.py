"""The style sheet: enough contrast in both schemes, a visible focus, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import packtrail.console

STATIC = Path(packtrail.console.__file__).parent / "static"
SHEET = (STATIC / "console.css").read_text(encoding="utf-8")
OWN = sorted([*STATIC.glob("*.css"), *STATIC.glob("*.js")])
ROOM_SHEETS = [path for path in OWN if path.suffix == ".css" and path.name != "console.css"]
PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(SHEET)}
TONES = ("good", "moving", "attention", "bad", "done", "plain")
GROUNDS = ("paper", "surface", "sunken", "raised")


def channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(rgb: list[float]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: list[float], ground: list[float]) -> float:
    darker, lighter = sorted((luminance(ink), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(tone: list[float], ground: list[float], share: float) -> list[float]:
    return [share * a + (1 - share) * b for a, b in zip(tone, ground, strict=True)]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["ink", "quiet", "accent", "accent-strong", *TONES])
def test_text_can_be_read_on_every_ground(ink: str, ground: str, scheme: int) -> None:
    ratio = contrast(channels(COLOURS[ink][scheme]), channels(COLOURS[ground][scheme]))

    assert ratio >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_a_state_can_be_read_on_its_own_tint(tone: str, scheme: int) -> None:
    ink, surface = channels(COLOURS[tone][scheme]), channels(COLOURS["surface"][scheme])

    assert contrast(ink, mixed(ink, surface, 0.10)) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_buttons_and_the_edges_of_fields_can_be_seen(scheme: int) -> None:
    accent, edge = channels(COLOURS["accent"][scheme]), channels(COLOURS["edge"][scheme])
    surface = channels(COLOURS["surface"][scheme])

    assert contrast(channels(COLOURS["on-accent"][scheme]), accent) >= 4.5
    assert contrast(edge, surface) >= 3


def test_the_sheet_keeps_the_promises_of_the_design() -> None:
    for promise in (":focus-visible", "prefers-reduced-motion", "@media print", "@container",
                    "tabular-nums", "--target: 2.75rem"):  # fmt: skip
        assert promise in SHEET
    assert SHEET.count("{") == SHEET.count("}")


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"https?://|@import|//[a-z]+\.[a-z]+/|eval\(|new Function", text)


@pytest.mark.parametrize("path", ROOM_SHEETS, ids=lambda path: path.name)
def test_the_sheet_of_a_room_stays_in_its_layer_and_its_colours(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).strip().startswith("@layer pages {")
    assert text.count("{") == text.count("}")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", text) == []
