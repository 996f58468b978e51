"""Places: what events and people call one and the same place, in any notation."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.lifecycle.sweep import NOTHING
from packtrail.services.codes import NO_PLACE
from packtrail.services.goods import describing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def is_place(text: str, key: tuple[str, str | None]) -> bool:
    """Tell whether events mean a place, or a part of it, by a text."""
    gln, extension = key
    told = key_of(text)
    return text == gln or (told is not None and told[0] == gln and extension in {None, told[1]})


def place_key(text: str) -> tuple[str, str | None]:
    """Return GLN and extension of a place; of no GS1 place the text itself, and no extension.

    Raises:
        RefusedError: `TRC-008`, it is no place.
    """
    key = location_of(text)
    return (text.strip(), None) if key is None else (key.primary, key.serial)


def location_of(text: str) -> gs1.Key | None:
    """Return the key of a place; None for a URI that is no GS1 key.

    Raises:
        RefusedError: `TRC-008`, it is no place.
    """
    try:
        key = gs1.parse(text.strip(), location=True)
    except RefusedError as refused:
        if ":" in text:
            return None
        raise RefusedError(
            NO_PLACE.found(f"{text[:80]!r} is no location.", at="place"), *refused.findings
        ) from None
    if key.type not in {gs1.KeyType.SGLN, gs1.KeyType.PGLN}:
        raise RefusedError(NO_PLACE.found(f"{key.hri()} is no location.", at="place"))
    return key


@lru_cache(maxsize=65536)
def key_of(text: str) -> tuple[str, str | None] | None:
    """Return GLN and extension of what an event calls a place; None where it is no GS1 place."""
    key = describing.key_of(text)
    if key is None or key.type not in {gs1.KeyType.SGLN, gs1.KeyType.PGLN}:
        return None
    return key.primary, key.serial


def gln_of(text: str) -> str:
    """Return the GLN of a place or party; what is no GS1 key as it is."""
    key = key_of(text)
    return key[0] if key else text


def one_a_place(places: Sequence[str]) -> NDArray[np.int64]:
    """Return, by place, the first that is the same place in another notation; last: nowhere.

    An EPC URI stands for its Digital Link, since it names the company prefix, too.
    """
    first: dict[str | tuple[str, str | None], int] = {}
    for number, text in sorted(enumerate(places), key=lambda each: not each[1].startswith("urn:")):
        first.setdefault(key_of(text) or text, number)
    return np.array([*(first[key_of(text) or text] for text in places), NOTHING], dtype=np.int64)
