"""The URNs of Digital Links: a link does not say where its company prefix ends.

The operator's register tells, or a document that wrote the same object as a URN. Where neither
does, nobody guesses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.store import objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.gs1 import Key
    from packtrail.services.application import Application


def urns(app: Application, texts: Iterable[str]) -> dict[str, str]:
    """Return identifier -> URN, of the Digital Links among them whose company prefix is known."""
    keys = {text: key for text in set(texts) if (key := _key(text)) is not None}
    told = {text: app.company_prefixes.told(key) for text, key in keys.items()}
    unknown = {text: key for text, key in told.items() if key.prefix_length is None}
    told |= _learned(app, unknown)
    return {text: key.epc_uri() for text, key in told.items() if key.prefix_length is not None}


def _key(text: str) -> Key | None:
    if text.startswith("urn:"):
        return None
    try:
        return gs1.parse_digital_link(text)
    except RefusedError:
        return None


def _learned(app: Application, keys: dict[str, Key]) -> dict[str, Key]:
    """Return the keys with the lengths that documents told."""
    if not keys:
        return {}
    names = dict(zip(keys, gs1.identify(list(keys)), strict=True))
    with app.database.reading() as conn:
        known = objects.look_up(conn, set(names.values()))
    return {
        text: key.with_prefix_length(length)
        for text, key in keys.items()
        if (found := known.get(names[text])) and (length := found[1].prefix_length)
    }
