"""What the signals look at: scans, what the record says of packs, products and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """Why a pack was scanned."""

    LOOK = "look"
    RECEIVE = "receive"
    SUPPLY = "supply"
    RETURN = "return"
    """Taken back from a customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One question about one pack."""

    scan_id: str
    at: datetime
    """When it was scanned, by the clock of who did."""
    recorded_at: datetime
    product: str
    serial: str
    actor: str
    place: str
    """Empty where it is not known."""
    purpose: Purpose = Purpose.LOOK
    is_typed: bool = False
    is_repaired: bool = False
    """The scanner damaged the code, and it was read all the same."""
    lot: str = ""
    """Empty where it was not asked with; so is the expiry."""
    expires: str = ""
    """YYMMDD; the day is 00 where only the month is said."""

    @property
    def pack(self) -> tuple[str, str]:
        """Product and serial number."""
        return self.product, self.serial


class Fate(StrEnum):
    """What the record says happened to a pack."""

    SOLD = "sold"
    SUPPLIED = "supplied"
    UNDONE = "undone"
    """It was put back into stock."""
    DESTROYED = "destroyed"
    STOLEN = "stolen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event of one pack."""

    event_id: str
    at: datetime
    fate: Fate
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What is recorded of a pack."""

    lot: str
    expires: str
    happenings: tuple[Happening, ...] = ()
    """In the order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is known of a product."""

    markets: frozenset[str]
    """Where it may be traded, import licences included; empty: nobody has said."""
    issued: int
    """Serial numbers given out."""
    space: int
    """Texts that its numbers are drawn from; 0: not known."""
    alphabet: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where scans are made."""

    market: str
    """ISO code of the country; empty: not known."""
    latitude: float | None = None
    """Degrees; None: not known, so that nothing is said of distances."""
    longitude: float | None = None
    clock: timedelta | None = None
    """How far its clock is behind, by its prompt scans; None: too few to tell."""
    is_own: bool = False
    """A site of the company itself, where packs of any market may lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the record says; a number that was issued is known by `issued` before it is a pack."""

    packs: Mapping[tuple[str, str], Pack]
    products: Mapping[str, Product]
    places: Mapping[str, Place]
    issued: frozenset[tuple[str, str]] = frozenset()
    """Issued, commissioning not reported yet."""

    def has(self, pack: tuple[str, str]) -> bool:
        """Tell whether a number was given out."""
        return pack in self.packs or pack in self.issued


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What the rules are set to."""

    chance_max: float = 1e-6
    """How probable what was seen may be, by chance and habit, for a signal."""
    speed: float = 150.0
    """Kilometres an hour that a pack travels at most from shop to shop, handling included."""
    distance_min: float = 100.0
    """Kilometres below which two places count as one."""
    clock_error: timedelta = timedelta(minutes=30)
    """By how much clocks of two places may differ."""
    late_max: timedelta = timedelta(hours=24)
    """How long after a scan it is recorded at most for its time to be used: it was made between."""
    retype_within: timedelta = timedelta(minutes=30)
    """A typed or misread number is corrected by the same actor within this time."""
    window: timedelta = timedelta(days=1)
    """Scans of an actor that belong together."""
    series_min: int = 3
    """Neighbouring unknown numbers that are a series."""
    burst_min: int = 3
    close_window: timedelta = timedelta(hours=1)
    """Scans of an actor that lie so close that two unknown numbers are a burst already."""
    close_min: int = 2
    unknown_share: float = 3e-4
    """Share of unknown numbers among honest scans: the habit."""
    settle: timedelta = timedelta(days=2)
    """How long a late report of a sale or an undo is waited for."""
    undo_within: timedelta = timedelta(days=10)
    """How long a supply can be undone; a look nearby says nothing until then."""
    scanner_min: int = 2
    """Damaged scans of an actor that point to its scanner."""
    fault_min: int = 5
    """Packs of a lot whose data differ, of those scanned at least half: its record is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that many scans together point to."""

    code: str
    score: float
    """0 to 1: how sure it is that this is no accident."""
    message: str
    arithmetic: str
    """The figures it follows from, as a person would write them down."""
    subject: str
    """The pack or the actor."""
    scans: tuple[str, ...]
    """Identifiers of the scans it rests on."""
    events: tuple[str, ...] = field(default=())
    """Identifiers of the recorded events it rests on."""
