"""The bodies of `/api/v1/serials`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from packtrail.api.moments import Instant
from packtrail.api.schemas import FindingOut, In, Out

SERIAL_LENGTH_MAX = 100
Serial = Annotated[str, StringConstraints(max_length=SERIAL_LENGTH_MAX)]
Count = Annotated[int, Field(ge=1, le=2**40)]


class PolicyIn(In):
    """What serial numbers look like."""

    alphabet: str = "unambiguous"
    """A preset or the characters themselves."""
    length: int = Field(default=12, ge=0, le=1_000)
    prefix: str = ""
    first: str = ""
    order: Literal["random", "sequential", "imported"] = "random"
    guess_limit: str | None = "1/10000"
    """A share such as 1/10000; null: no promise."""


class AskedOut(Out):
    """One thing that the law asks of serial numbers."""

    what: str
    value: str
    status: str
    """How surely it is known."""
    source: str


class MarketPolicyOut(Out):
    """What a market asks of serial numbers, and a policy that keeps to it."""

    market: str
    policy: PolicyIn
    issued_max: int
    """How many numbers of it may be issued."""
    is_imported: bool
    """Whether an authority issues the numbers."""
    asked: list[AskedOut]


class LevelsIn(In):
    """When a pool is low, how far it is filled, when unused numbers expire."""

    low_water: int = Field(default=0, le=2**60)
    top_up_to: int = Field(default=0, le=2**60)
    drawn_per_day_max: int | None = Field(default=None, le=2**60)
    unused_for_days: int | None = Field(default=None, le=2**30)


class LevelsPatch(In):
    """The levels to be changed; those that are not sent stay."""

    low_water: int | None = Field(default=None, le=2**60)
    top_up_to: int | None = Field(default=None, le=2**60)
    drawn_per_day_max: int | None = Field(default=None, le=2**60)
    unused_for_days: int | None = Field(default=None, le=2**30)


class PoolIn(In):
    """A pool to be opened: of a GTIN with a policy, of SSCCs, or one that draws from another."""

    code: str
    gtin: str | None = None
    policy: PolicyIn | None = None
    sscc_prefix: str | None = None
    """GS1 company prefix: a pool of SSCCs."""
    sscc_extension: str = "0"
    parent: str | None = None
    """Code of the pool that it draws from."""
    levels: LevelsIn = LevelsIn()
    market: str = ""
    owner: str | None = None
    serves: str | None = None


class PoolOut(Out):
    """A source of serial numbers, and how far it was used."""

    code: str
    owner: str
    kind: str
    source: str
    parent: str | None
    number_of: str
    market: str
    policy: dict[str, Any]
    space: int
    capacity: int
    issued: int
    left: int
    drawn: int
    used: int
    returned: int
    voided: int
    expired: int
    outstanding: int
    guess_probability: str
    guess_limit: str | None
    generation: int
    low_water: int
    top_up_to: int
    drawn_per_day_max: int | None
    unused_for_days: int | None
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    held_since: datetime | None
    findings: list[FindingOut]


class ForecastOut(Out):
    """How fast a pool is used, and when it runs low."""

    daily: list[int]
    per_day: float
    low_on: date | None
    low_from: date | None
    low_until: date | None


class EntryOut(Out):
    """One entry of a ledger."""

    pool: str
    owner: str
    entry_no: int
    kind: str
    asked: int
    count: int
    request_id: str
    party: str
    purpose: str
    at: datetime
    actor_name: str
    expires_at: datetime | None
    is_repeated: bool
    findings: list[FindingOut]


class EntriesOut(Out):
    """Entries, the newest first."""

    entries: list[EntryOut]
    cursor: str | None


class EntriesIn(In):
    """Which entries somebody wants to see."""

    pool: str = Field(default="", max_length=200)
    kind: list[str] = Field(default=[], max_length=10)
    text: str = Field(default="", max_length=200)
    since: Instant | None = None
    until: Instant | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=1_000)


class RequestIn(In):
    """What every request that changes a ledger may carry, if not as Idempotency-Key."""

    request_id: str | None = None
    """The same one gets the same answer for ever."""


class AllocationIn(RequestIn):
    """Numbers to be taken."""

    count: Count
    party: str = ""
    purpose: str = ""
    unused_until: Instant | None = None


class AllocationOut(Out):
    """An allocation."""

    entry: EntryOut
    serials: list[str] | None
    """The numbers; null when there are more than 10,000: fetch them from `numbers_url`."""
    numbers_url: str


class AllocationStatusOut(AllocationOut):
    """An allocation, and what became of its numbers."""

    used: int
    returned: int
    voided: int
    expired: int
    outstanding: int


class TopUpIn(RequestIn):
    """Numbers to be drawn from the parent."""

    count: Count


class SkipIn(RequestIn):
    """Numbers to be passed over."""

    count: int = Field(ge=0)
    reason: str = ""


class SettlementIn(RequestIn):
    """What became of numbers."""

    model_config = ConfigDict(extra="forbid", str_max_length=1000)
    used: list[Serial] = Field(default=[])
    void: list[Serial] = Field(default=[])
    returned: list[Serial] = Field(default=[])
    allocation: str | None = None
    """Request id of the allocation that all of them are of."""
    rest: Literal["returned", "void"] | None = None
    """What all its other open numbers are."""
    party: str = ""
    reason: str = ""


class SettlementOut(Out):
    """What one request settled."""

    pool: str
    owner: str
    request_id: str
    used: int
    returned: int
    voided: int
    outstanding: int | None
    is_repeated: bool
    entries: list[EntryOut]


class LookUpOut(Out):
    """What the ledger of one pool says of one serial number."""

    serial: str
    pool: str
    owner: str
    state: str
    is_issued: bool
    entry: EntryOut | None
    settled: EntryOut | None


class ProofOut(Out):
    """What going through a whole ledger again brought to light."""

    pool: str
    owner: str
    number_of: str
    source: str
    at: datetime
    since: datetime
    entries: int
    generations: int
    issued: int
    used: int
    returned: int
    voided: int
    expired: int
    proven: int
    space: int
    guess_probability: str
    guess_probability_decimal: float
    guess_limit: str | None
    is_below_limit: bool
    holds: bool
    findings: list[FindingOut]


class ImportedOut(Out):
    """A file of numbers that came into stock."""

    entry: EntryOut
    sha256: str


class OrderIn(In):
    """Numbers to be asked of an authority."""

    pool: str
    count: Count


class OrderOut(Out):
    """Numbers asked of an authority: what to send it."""

    order_id: str
    pool: str
    owner: str
    gtin: str
    market: str
    length: int
    count: int
    delivered: int
    ordered_at: datetime
    ordered_by: str
    sent_at: datetime | None
    closed_at: datetime | None


class StationIn(In):
    """A station to be registered."""

    name: str
    public_key: str


class StationOut(Out):
    """A place at a line that may have sealed blocks."""

    name: str
    public_key: str
    fingerprint: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class StationsOut(Out):
    """The stations, and the key that they must trust."""

    signer_key: str | None
    stations: list[StationOut]


class BlockIn(RequestIn):
    """A block to be sealed."""

    pool: str
    count: Count
    station: str
    expires_at: Instant
    purpose: str = ""


class BlockOut(Out):
    """A sealed block, and what became of its numbers."""

    block_id: str
    pool: str
    owner: str
    number_of: str
    station: str
    count: int
    purpose: str
    request_id: str
    sealed_at: datetime
    sealed_by: str
    expires_at: datetime
    settled_at: datetime | None
    used: int
    returned: int
    voided: int
    outstanding: int
    findings: list[FindingOut]


class SealedBlockOut(Out):
    """A block that was sealed just now."""

    block: BlockOut
    content: str
    """The file for the station, in Base64."""


class BlockSettlementIn(In):
    """What became of the numbers of a block; those that are not named come back unused."""

    used: list[Serial] = Field(default=[])
    void: list[Serial] = Field(default=[])
    is_lost: bool = False
    reason: str = ""


class AlarmOut(Out):
    """One pool, block or order that somebody must look at."""

    label: str
    path: str
    finding: FindingOut
