"""What to call an identifier on a page: as printed beside a barcode where it is a GS1 key."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.lifecycle.journey import Step


@lru_cache(maxsize=4096)
def label(identifier: str) -> str:
    """Return `(01)… (21)…` for a GS1 key in any notation, anything else as it is."""
    try:
        return gs1.parse(identifier).hri()
    except (RefusedError, ValueError):
        return identifier


def holders(steps: Iterable[Step]) -> dict[str, str]:
    """Return the labels of everything that held the object of a journey."""
    named = {name for step in steps for name in (step.parent, *step.via) if name}
    return {name: label(name) for name in named}
