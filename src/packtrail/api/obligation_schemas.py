"""The bodies of obligations: radar, notes, reminders, calendars."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Base64Bytes, ConfigDict, Field

from packtrail.api.schemas import FindingOut, In, Out


class ObligationOut(Out):
    """An obligation."""

    key: str
    sort: str
    on: date | None
    precision: str
    days_left: int | None
    is_late: bool
    what: str
    who: str
    when: str
    recipients: list[str]
    evidence: list[str]
    rules: list[str]
    kind: str
    status: str
    confidence: str
    is_certain: bool
    sources: list[str]
    note: str
    pack_id: str
    version: str
    sha256: str
    concern: str
    markets: list[str]
    market_names: list[str]
    products: list[str]
    sites: list[str]
    lines: list[str]
    partners: list[str]
    owners: list[str]
    state: str
    standpoint: str
    counts: dict[str, int]
    part_count: int
    remind_days: list[int]
    findings: list[FindingOut]


class RadarOut(Out):
    """What the radar shows."""

    today: date
    first: date
    last: date
    late: list[ObligationOut]
    ahead: list[ObligationOut]


class NoteOut(Out):
    """What somebody said of an obligation."""

    number: int
    market: str
    product: str
    site: str
    line: str
    state: str | None
    owner: str | None
    reason: str
    evidence: str
    file_sha256: str
    file_name: str
    at: datetime
    by: str


class PartOut(Out):
    """A part of an obligation: a product in a market, on a line of a site."""

    market: str
    market_name: str
    product: str
    site: str
    line: str
    state: str
    owner: str
    standpoint: str
    outlook: str | None
    broken: list[str]
    note: NoteOut | None


class ObligationPageOut(Out):
    """One obligation with its parts, and what was said of it."""

    obligation: ObligationOut
    parts: list[PartOut]
    notes: list[NoteOut]


class FileIn(In):
    """A file that shows that something was done."""

    model_config = ConfigDict(extra="forbid", str_max_length=15_000_000)

    name: str = Field(min_length=1, max_length=200)
    media_type: str = Field(default="application/octet-stream", max_length=100)
    content: Base64Bytes


class NoteIn(In):
    """Something to be said of an obligation, or of parts of it."""

    model_config = ConfigDict(extra="forbid", str_max_length=15_000_000)

    state: Literal["open", "in_progress", "done", "waived"] | None = None
    owner: str | None = Field(default=None, max_length=200)
    reason: str = Field(default="", max_length=2000)
    evidence: str = Field(default="", max_length=2000)
    file: FileIn | None = None
    market: str = Field(default="", max_length=100)
    product: str = Field(default="", max_length=100)
    site: str = Field(default="", max_length=200)
    line: str = Field(default="", max_length=200)


class ReminderOut(Out):
    """Somebody is to be reminded of an obligation."""

    key: str
    due_on: date
    days_before: int
    what: str
    owner: str
    at: datetime
    seen_at: datetime | None
    seen_by: str | None


class SeenIn(In):
    """An obligation whose reminders were seen."""

    key: str


class FeedIn(In):
    """A calendar to make."""

    name: str
    markets: list[str] = Field(default_factory=list, max_length=300)


class FeedOut(Out):
    """A calendar that programs fetch, without its secret."""

    feed_id: str
    name: str
    markets: list[str]
    created_at: datetime
    created_by: str
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewFeedOut(Out):
    """A calendar that has just been made, with the path that programs fetch."""

    path: str
    feed: FeedOut
