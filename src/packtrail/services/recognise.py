"""Recognise: what a text that somebody scanned, pasted or typed can mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One meaning of a text."""

    kind: str
    """`pack`, `case`, `pallet`, `container`, `object`, `product`, `lot`, `location`, `event`,
    `capture`."""
    label: str
    """For people: `(01)… (21)…`, a name, a number."""
    identifier: str
    link: str
    """Path in the console that shows it; empty when there is nothing to show."""
    note: str
    """What is known of it, in a few words: `Pack · active`, `not recorded here`."""


def recognise(app: Application, actor: Actor, text: str) -> tuple[Recognition, ...]:
    """Return what a text can mean, the likeliest first; empty when it means nothing.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see is found.
        text: Element string with or without brackets and GS, EPC URI, Digital Link, GTIN, SSCC,
            GLN, lot, event id, capture id, document number or product name.

    Raises:
        NotPermitted: The actor may not read events.
    """
    raise NotImplementedError
