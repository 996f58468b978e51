"""Event bodies: the standalone JSON-LD of an event, as a template and what fills it.

Like events share a template: their body without time, event id and objects.
"""

from __future__ import annotations

from datetime import UTC, datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail import epcis
from packtrail.epcis import scalars
from packtrail.epcis.json_writer import time_text
from packtrail.store import packing
from packtrail.store.roles import CHILD, EPC, INPUT, OUTPUT, PARENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.epcis.events import Event

LISTS: Final[Mapping[int, str]] = {
    EPC: "epcList",
    PARENT: "parentID",
    CHILD: "childEPCs",
    INPUT: "inputEPCList",
    OUTPUT: "outputEPCList",
}
"""Role -> member of the body that names what plays it."""
_LOCAL_TIME: Final = "2026-03-03T08:00:00"
_FRACTION: Final = ".0123456789"
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder()


def template(event: Event, namespaces: Mapping[str, str]) -> bytes:
    """Return what the body of an event shares with those of its like.

    In place of the time stands the offset that it is written with; the event id and lists of
    objects are null. What another repository recorded, and when, is not kept: this one sets a time
    of its own.
    """
    body = epcis.event_json_standalone(event, namespaces)
    body.pop("recordTime", None)
    body["eventTime"] = body["eventTime"][len(_LOCAL_TIME) :].lstrip(_FRACTION)
    body["eventID"] = None
    for name in LISTS.values():
        if body.get(name):
            body[name] = None
    return _encoder.encode(body)


def fill(
    shared: Mapping[str, Any], event_time: datetime, identity: str, lists: Mapping[int, list[str]]
) -> dict[str, Any]:
    """Return the body of an event.

    Args:
        shared: The template, read.
        event_time: When it happened, aware.
        identity: Its event id, or its hash.
        lists: Role -> what it names in this role.
    """
    body = dict(shared)
    body["eventTime"] = time_text(event_time.astimezone(_offset_of(body["eventTime"])))
    body["eventID"] = scalars.to_uri(identity)
    for role, name in LISTS.items():
        if name in body and body[name] is None:
            uris = lists[role]
            if not scalars.are_uris(uris):
                uris = [scalars.to_uri(uri) for uri in uris]
            body[name] = uris[0] if role == PARENT else list(uris)
    return body


@lru_cache(maxsize=256)
def _offset_of(text: str) -> timezone:
    return UTC if text == "Z" else scalars.offset_of(text)


def read(packed: bytes) -> dict[str, Any]:
    """Return the JSON object of a stored body or template."""
    found: dict[str, Any] = _decoder.decode(packing.decompress(packed))
    return found
