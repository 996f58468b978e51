"""The bodies of `/api/v1`, as the OpenAPI document describes them.

Each is read from the value of the same name that a use case returns.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Out(BaseModel):
    """A body made from a value."""

    model_config = ConfigDict(from_attributes=True)


class In(BaseModel):
    """A body that a caller sends; unknown members are refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=1000)


class FindingOut(Out):
    """One thing worth saying."""

    code: str
    severity: str
    message: str
    at: str
    clause: str
    remedy: str


class CaptureJobOut(Out):
    """A document handed in, and what became of it."""

    capture_id: str
    created_at: datetime
    finished_at: datetime | None
    running: bool
    success: bool
    error_behaviour: str
    findings: list[FindingOut]
    event_count: int
    stored_count: int
    repeated_count: int
    progress: float
    phase: str
    filename: str | None
    media_type: str | None
    size_bytes: int
    owner: str
    actor_name: str


class StepOut(Out):
    """One event of a journey."""

    event_id: str
    event_type: str
    event_time: datetime
    event_time_zone_offset: str
    record_time: datetime
    role: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    parent: str | None
    via: list[str]
    biz_transactions: list[tuple[str | None, str]]
    sources: list[tuple[str, str]]
    destinations: list[tuple[str, str]]
    lot: str | None
    expires: str | None
    is_withdrawn: bool
    object_count: int
    capture_id: str | None


class StandingOut(Out):
    """What the journey makes of the object."""

    status: str
    why: str
    disposition: str | None
    location: str | None
    parent: str | None
    lot: str | None
    expires: str | None
    expires_on: date | None
    since: datetime | None


class NoticeOut(Out):
    """What is said of a product, a lot or a pack."""

    notice_id: str
    kind: str
    level: str
    gtin: str
    lot: str | None
    serial: str | None
    market: str | None
    effective_at: datetime
    recorded_at: datetime
    reason: str
    expires_on: date | None
    by: str
    retracts: str | None
    is_event: bool


class PackConditionOut(Out):
    """What a pack counts as, once its lot, its product and the day have had their say."""

    status: str
    own: str
    notices: list[NoticeOut]
    expires_on: date | None
    is_expired: bool
    is_saleable: bool
    eu: str | None


class HeldOut(Out):
    """What held the object, and when."""

    parent: str
    since: datetime
    until: datetime | None


class ContentOut(Out):
    """One thing inside a container."""

    identifier: str
    label: str
    kind: str
    status: str
    count: int


class ProductOut(Out):
    """What master data says about a product."""

    identifier: str
    name: str | None
    attributes: dict[str, str]


class TraceOut(Out):
    """The journey of one object."""

    identifier: str
    digital_link: str | None
    label: str
    kind: str
    product: ProductOut | None
    standing: StandingOut
    condition: PackConditionOut
    steps: list[StepOut]
    holders: list[HeldOut]
    contents: list[ContentOut]
    contents_total: int
    places: dict[str, str]
    findings: list[FindingOut]
    as_of: datetime | None
    as_known_at: datetime | None


class CountsOut(Out):
    """How much there is."""

    events: int
    packs: int
    containers: int
    products: int
    lots: int
    captures: int


class StatusCountOut(Out):
    """How many objects have a status."""

    status: str
    count: int


class AttentionOut(Out):
    """One thing somebody should look at."""

    severity: str
    code: str
    text: str
    count: int
    link: str
    examples: list[str]


class OverviewOut(Out):
    """What is in the store, and what needs attention."""

    counts: CountsOut
    by_status: list[StatusCountOut]
    captures: list[CaptureJobOut]
    attention: list[AttentionOut]


class RecognitionOut(Out):
    """One meaning of a text."""

    kind: str
    label: str
    identifier: str
    link: str
    note: str


class LotEventOut(Out):
    """One event that names a lot."""

    event_id: str
    event_type: str
    event_time: datetime
    event_time_zone_offset: str
    biz_step: str | None
    place: str | None
    object_count: int


class LotOut(Out):
    """One lot."""

    lot: str
    gtins: list[str]
    products: list[ProductOut]
    expires: str | None
    object_count: int
    events: list[LotEventOut]
    event_count: int
    identifiers: list[str]


class OrganisationOut(Out):
    """An organisation on this installation."""

    code: str
    name: str
    is_own: bool
    may_record_for: bool


class UserOut(Out):
    """A person's account."""

    name: str
    display_name: str
    role: str
    organisation_code: str
    has_password: bool
    created_at: datetime
    last_signed_in_at: datetime | None


class KeyOut(Out):
    """An API key, without its secret."""

    key_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyOut(Out):
    """A key that has just been made; the secret is shown this once."""

    secret: str
    key: KeyOut


class KeyIn(In):
    """A key to make."""

    name: str
    scopes: list[str] = Field(max_length=50)
    days: int | None = None


class UserIn(In):
    """An account to open."""

    name: str
    role: str
    display_name: str = ""
    password: str | None = None


class AgreementIn(In):
    """A partner that may record for the caller's organisation."""

    partner: str


class ActorOut(Out):
    """Who is calling."""

    kind: str
    name: str
    organisation_code: str
    permissions: list[str]

    @field_validator("permissions", mode="before")
    @classmethod
    def _sorted(cls, value: Any) -> list[str]:
        return sorted(str(each) for each in value)


class AuditEntryOut(Out):
    """One row of the audit trail."""

    number: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str
    subject: str
    detail: dict[str, Any]
