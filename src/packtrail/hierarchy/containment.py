"""What held what, and when: containment as intervals between packing and unpacking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The part an object plays in an event."""

    EPC = "epc"
    PARENT = "parent"
    CHILD = "child"
    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something held the object from one moment until another (open when None)."""

    parent: str
    since: datetime
    until: datetime | None = None
