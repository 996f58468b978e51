"""The words of OPEN-SCS: return codes, states, formats, and the keys that calls carry.

Clause:
    OPC 30260 (OPEN-SCS Serialization Model); namespace `http://opcfoundation.org/UA/OPENSCS-SER/`,
    model 1.00.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

NAMESPACE: Final = "http://opcfoundation.org/UA/OPENSCS-SER/"
REQUESTABLE_MAX: Final = 10_000
"""Most numbers of one answer; for more there is a token to go on with."""
RETURNABLE_MAX: Final = 10_000
PUSHABLE_MAX: Final = 10_000
EVENTS_MAX: Final = 10_000
"""Most labels of one event."""


class ReturnCode(IntEnum):
    """What became of a call."""

    UNDEFINED = 0
    NO_ERROR = 1
    INVALID_COLLECTION = 2
    INSUFFICIENT_NUMBERS = 3
    """There are fewer; those there are, are returned."""
    INVALID_NUMBER_FORMAT = 4
    INVALID_REQUEST_TOKEN = 5
    INVALID_SELECTION_CRITERIA = 6
    CANNOT_ACCEPT_NUMBER_EVENTS = 7
    CANNOT_ACCEPT_LABEL_EVENTS = 8
    CANNOT_ACCEPT_SID_EVENTS = 9
    UNKNOWN_AGGREGATION_SID = 10
    INSUFFICIENT_PRIVILEGE = 11


class State(IntEnum):
    """What a number, and the object that carries it, goes through."""

    UNASSIGNED = 0
    UNALLOCATED = 1
    ALLOCATED = 2
    SN_INVALID = 3
    ENCODED = 4
    LABEL_SAMPLED = 5
    LABEL_SCRAPPED = 6
    COMMISSIONED = 7
    SAMPLED = 8
    INACTIVE = 9
    DESTROYED = 10
    RELEASED = 11


class Format(StrEnum):
    """How a number is written."""

    SERIAL_ONLY = "SERIALONLY"
    LITERAL = "LITERAL"
    """The element string, as a symbol holds it."""
    EPC_URI = "EPCURI"


class Key(StrEnum):
    """Keys of selection criteria and of the context of events."""

    GTIN = "GTIN"
    SSCC_PREFIX = "SCSCGP"
    """GS1 company prefix of logistic units."""
    POOL = "PoolID"
    ORDER = "WorkOrder"
    """Code of the work order, or owner/code; without it the running order of the GTIN is meant."""
    LEVEL = "Level"
    """`pack`, `bundle`, `case` or `pallet`."""
    REQUEST = "RequestID"
    """Of ours: the same id again changes nothing, and answers as before."""
    EVENT_TIME = "EventTime"
    """ISO 8601 with offset; without it, now."""
    REASON = "Reason"
    """A code of Packtrail's reasons; without it `other`."""
    NOTE = "Note"
    PARTIAL = "IsPartial"
    """`true`: the container is meant to be not full."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A collection of serial numbers, as calls and answers carry it."""

    id: str = ""
    description: str = ""
    state: str = ""
    pool: str = ""
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call for numbers is answered with."""

    status: ReturnCode
    numbers: Numbers = field(default_factory=Numbers)
    token: str = ""
    """Not empty: more numbers wait for a call that carries it."""


Pairs = Mapping[str, str]
"""Keys and values of criteria or context; unknown keys are no harm in a context."""
