"""What a serial number or lot may have been before somebody typed it, or a keyboard changed it.

A pack whose number is not recorded is not yet a fake: eyes take O for 0, spreadsheets drop leading
zeros, and a German keyboard swaps Y and Z. Of serial numbers drawn at random hardly one in millions
is another one's double by chance, so a recorded double is the likeliest cause.

    >>> [each.serial for each in variants("YA1")][0]
    'ZA1'
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from packtrail.gs1.keyboards import LAYOUTS, SAME_SHAPE

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIANTS_MAX: Final = 400
"""Most variants of one number."""
_CHANGED_MAX: Final = 3
"""Most characters that are taken for others at once."""
_ZEROS_MAX: Final = 6
_LENGTH_MAX: Final = 20

GROUPS: Final = ("0OoQD", "1Il|!", "2Zz", "5Ss", "6Gb", "8B", "9gq", "UVuv", "4A", "7T", "CcG")
"""Characters that eyes, bad print and bad cameras take for each other."""

_ALIKE: Final = {
    letter: "".join(dict.fromkeys("".join(g for g in GROUPS if letter in g))).replace(letter, "")
    for letter in "".join(GROUPS)
}
_SHAPES: Final = ("0OQD", "1IL|!", "2Z", "5S", "6G", "8B", "UV")
_SHAPE: Final = str.maketrans({letter: group[0] for group in _SHAPES for letter in group})


@dataclass(frozen=True, slots=True)
class Variant:
    """What a number may have been."""

    serial: str
    cause: str
    """In words."""
    is_layout: bool = False
    """A keyboard did it, not an eye."""


def variants(serial: str) -> list[Variant]:
    """Return what a number may have been, the likeliest first, each once and never itself."""
    found: dict[str, Variant] = {}
    for each in _ways(serial):
        if each.serial != serial and 0 < len(each.serial) <= _LENGTH_MAX:
            found.setdefault(each.serial, each)
        if len(found) >= VARIANTS_MAX:
            break
    return list(found.values())


def looks_alike(one: str, other: str) -> bool:
    """Tell whether two texts differ only by letters that look alike, capitals or not."""
    return _shape(one) == _shape(other)


def _shape(text: str) -> str:
    return text.translate(SAME_SHAPE).upper().translate(_SHAPE)


def _ways(serial: str) -> Iterator[Variant]:
    for layout in LAYOUTS:
        text = serial.translate(layout.table)
        yield Variant(text, "another keyboard layout or caps lock", is_layout=True)
    yield Variant(serial.translate(SAME_SHAPE), "letters of another alphabet that look the same")
    for text in (serial.upper(), serial.lower()):
        yield Variant(text, "capital and small letters")
    yield from _mistaken(serial)
    for count in range(1, _ZEROS_MAX + 1):
        yield Variant("0" * count + serial, "leading zeros that got lost")
    for at in range(len(serial) - 1):
        swapped = serial[:at] + serial[at + 1] + serial[at] + serial[at + 2 :]
        yield Variant(swapped, "two characters in the wrong order")


def _mistaken(serial: str) -> Iterator[Variant]:
    places = [at for at, letter in enumerate(serial) if letter in _ALIKE]
    for count in range(1, min(_CHANGED_MAX, len(places)) + 1):
        for chosen in combinations(places, count):
            for letters in product(*(_ALIKE[serial[at]] for at in chosen)):
                text = list(serial)
                for at, letter in zip(chosen, letters, strict=True):
                    text[at] = letter
                pairs = ", ".join(
                    f"{serial[at]} for {letter}" for at, letter in zip(chosen, letters, strict=True)
                )
                yield Variant("".join(text), f"taking {pairs}")
