"""Shapes: single events that come again and again differ in their values only.

A till sends a message for every pack it sells, a line one for every case: the same text around
another time, id and identifier. Of such a message everything was checked when the first of its
shape was read, except for the values, and these an outline has looked at (`outline`): it is what a
further event of the same pattern is to a document of many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.epcis import scalars
from packtrail.epcis.outline import first_texts
from packtrail.epcis.outline_cut import PARENT
from packtrail.epcis.outline_values import EPOCH, MICROSECOND

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.epcis.events import EpcisDocument
    from packtrail.epcis.limits import Limits
    from packtrail.epcis.outline import Listed, Outline, Pattern

_SHAPES_MAX: Final = 512
"""Shapes that are known at the same time."""
_OCTETS_MAX: Final = 8 * 1024
"""Of a message whose shape is remembered."""
_CREATED_KEY: Final = b"creationDate"
_CREATED: Final = re.compile(
    rb"(?:creationDate\"\s*:\s*\"|creationDate=[\"'])"
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d))(?=[\"'])"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a message is without its values."""

    head: tuple[bytes, ...]
    """The text before the event, without the time of creation."""
    tail: bytes
    pattern: Pattern
    kinds: tuple[tuple[bytes, ...], ...]
    """How the identifiers of each list begin, each beginning once."""
    limits: Limits


_known: Final[dict[Shape, EpcisDocument]] = {}


def shape_of(found: Outline, limits: Limits) -> tuple[Shape, datetime | None] | None:
    """Return the shape of a message and when it says it was made; None where it has no shape."""
    cut = found.cut
    if found.irregular or len(cut.texts) != 1:
        return None
    if len(cut.head) + len(cut.texts[0]) + len(cut.tail) > _OCTETS_MAX:
        return None
    head: tuple[bytes, ...] = (cut.head,)
    created = None
    if _CREATED_KEY in cut.head:
        match = _CREATED.search(cut.head)
        created = scalars.rfc3339(match[1].decode()) if match else None
        if match is None or created is None or cut.head.count(_CREATED_KEY) > 1:
            return None
        head = cut.head[: match.start(1)], cut.head[match.end(1) :]
    (group,) = found.groups
    return Shape(head, cut.tail, group.pattern, tuple(map(_kinds, group.lists)), limits), created


def known(found: Outline, shape: Shape, created: datetime | None) -> EpcisDocument | None:
    """Return what reading a message would give; None where none of its shape was read before."""
    like = _known.get(shape)
    if like is None:
        return None
    (group,), (event,) = found.groups, like.events
    time = EPOCH + MICROSECOND * int(group.times[0])
    values: dict[str, Any] = {"event_time": time.astimezone(event.event_time.tzinfo)}
    if group.identities is not None:
        values["event_id"] = group.identities[0].decode()
    for listed in group.lists:
        texts = tuple(text.decode() for text in first_texts(listed, is_short=True))
        values[listed.name] = texts[0] if listed.name == PARENT else texts
    replace = msgspec.structs.replace
    return replace(like, creation_date=created, events=(replace(event, **values),))


def learn(shape: Shape, created: datetime | None, document: EpcisDocument) -> None:
    """Remember a message that was read without finding, its event shortened as an outline does."""
    if document.creation_date != created or len(document.events) != 1:
        return  # The time found is not that of the document.
    if len(_known) >= _SHAPES_MAX:
        forget()
    _known[shape] = document


def forget() -> None:
    """Forget every shape."""
    _known.clear()


def _kinds(listed: Listed) -> tuple[bytes, ...]:
    heads = listed.items.heads
    return tuple(dict.fromkeys(heads[place].text for place in listed.items.head_of.tolist()))
