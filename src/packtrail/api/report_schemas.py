"""The bodies about reports: lists, lives, files, checks, receivers, forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, field_validator

from packtrail.api.moments import Instant
from packtrail.api.schemas import FindingOut, In, Out
from packtrail.compliance.words import Happening, Role
from packtrail.reporting.forms import Form
from packtrail.reporting.life import State
from packtrail.reporting.words import About, Carrier, ChannelKind, Grounds, ReceiverKind
from packtrail.services.reports.asking import Wish
from packtrail.services.reports.receivers import Receiver
from packtrail.services.reports.verbs import Deed, Verb


class ReportOut(Out):
    """A report as lists show it."""

    number: int
    receiver: str
    form: str
    form_title: str
    market: str
    happening: str
    title: str
    gtin: str
    lot: str
    state: State
    version_no: int
    score: int | None
    is_guarded: bool
    is_verified: bool
    happened_at: datetime | None
    due_at: datetime | None
    due_words: str
    duty: str
    is_late: bool
    reference: str
    created_at: datetime
    changed_at: datetime
    attempts: int
    step_no: int


class StepOut(Out):
    """One thing that happened to a report."""

    step_no: int
    step: str
    state: str
    version_no: int
    at: datetime
    actor_kind: str
    actor_name: str
    reason: str
    detail: dict[str, Any]


class FileOut(Out):
    """A file that was built, or an answer that came."""

    file_no: int
    version_no: int
    role: str
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime

    @field_validator("sha256", mode="before")
    @classmethod
    def _as_hex(cls, value: Any) -> Any:
        return value.hex() if isinstance(value, bytes) else value


class ReasonOut(Out):
    """Why a receiver did not take something."""

    code: str
    text: str
    place: str
    label: str
    identifier: str
    version_no: int
    at: datetime


class CheckOut(Out):
    """A check of one file."""

    at: datetime
    actor_name: str
    market: str
    form: str
    receiver: str
    version_no: int
    file_name: str
    size: int
    sha256: str
    lines: int
    bad_lines: int
    score: int
    rules: str
    findings: list[dict[str, Any]]
    fixes: list[dict[str, Any]]

    @field_validator("sha256", mode="before")
    @classmethod
    def _as_hex(cls, value: Any) -> Any:
        return value.hex() if isinstance(value, bytes) else value


class ReportLifeOut(Out):
    """A report with all that happened to it."""

    line: ReportOut
    facts: dict[str, str]
    asked: dict[str, str]
    """Facts that its form knows."""
    steps: list[StepOut]
    files: list[FileOut]
    checks: list[CheckOut]
    findings: list[dict[str, Any]]
    reasons: list[ReasonOut]
    events: list[str]
    possible: list[Verb]


class WishIn(In):
    """A report to ask for."""

    receiver: str
    form: str
    gtin: str = ""
    lot: str = ""
    events: list[str] = Field(default=[], max_length=1_000)
    capture: str = ""
    happening: str = ""
    facts: dict[str, str] = Field(default={}, max_length=100)

    def wish(self) -> Wish:
        """Return it as the use case takes it."""
        return Wish(**{**self.model_dump(), "events": tuple(self.events)})


class DeedIn(In):
    """What to do with a report."""

    model_config = ConfigDict(extra="forbid", str_max_length=2_000)

    verb: Verb
    reason: str = ""
    reference: str = ""
    facts: dict[str, str] | None = None
    step_no: int | None = None
    """As the report was seen; without it, as it is now."""

    def deed(self) -> Deed:
        """Return it as the use case takes it."""
        return Deed(**self.model_dump())


class MentionOut(Out):
    """A report that tells of an event, or in which an object was refused."""

    number: int
    receiver: str
    form: str
    title: str
    state: State
    code: str
    text: str
    place: str
    at: datetime | None


class TallyOut(Out):
    """How many reports of a receiver are in a state."""

    receiver: str
    state: State
    count: int
    past_due: int


class ScoreOut(Out):
    """Checks of one period, market and receiver together."""

    since: date
    market: str
    receiver: str
    count: int
    lines: int
    bad_lines: int
    score: int
    lowest: int


class PreflightOut(Out):
    """What a check of a file gave."""

    check: CheckOut
    findings: list[FindingOut]
    repaired: str | None
    """The file with all fixes applied, in base64; null where nothing is to be fixed."""


class ReceiverOut(Out):
    """Who takes reports."""

    code: str
    title: str
    market: str
    kind: ReceiverKind
    gln: str
    forms: list[str]
    roles: list[Role]
    channel: ChannelKind
    folder: str
    address: str
    answer_address: str
    facts: dict[str, str]
    is_automatic: bool
    takes_all: bool
    is_open: bool
    version_no: int
    changed_at: datetime | None
    changed_by: str


class ReceiverIn(In):
    """What is to be said of a receiver; it replaces what was said before."""

    title: str
    market: str
    kind: ReceiverKind = ReceiverKind.AUTHORITY
    gln: str = ""
    forms: list[str] = Field(default=[], max_length=100)
    roles: list[Role] = Field(default=[], max_length=20)
    channel: ChannelKind = ChannelKind.NONE
    folder: str = ""
    address: str = ""
    answer_address: str = ""
    facts: dict[str, str] = Field(default={}, max_length=100)
    is_automatic: bool = False
    takes_all: bool = False
    is_open: bool = True
    version_no: int = 0
    """As it was seen last; 0 for a new one."""

    def receiver(self, code: str) -> Receiver:
        """Return it as the use case takes it."""
        told = {**self.model_dump(), "forms": tuple(self.forms), "roles": tuple(self.roles)}
        return Receiver(code=code, **told)


class WatermarkIn(In):
    """From when on events are looked at again."""

    since: Instant


class FormOut(Out):
    """A form that a receiver takes; its page in the documentation lists the fields."""

    id: str
    title: str
    market: str
    system: str
    format: str
    happenings: list[Happening]
    about: About
    carrier: Carrier
    grounds: Grounds
    sources: list[str]
    roles: list[Role]
    is_usual: bool
    is_guarded: bool
    facts: dict[str, str]
    item_facts: dict[str, str]
    place_facts: dict[str, str]
    note: str

    @classmethod
    def of(cls, form: Form) -> FormOut:
        """Return a form as it is told."""
        return cls.model_validate(form, from_attributes=True)


class FactOut(Out):
    """The last word on one fact of a trade item or place."""

    kind: str
    subject: str
    name: str
    value: str
    changed_at: datetime
    changed_by: str


class FactsIn(In):
    """What to say of a trade item or place; an empty value takes a word back."""

    model_config = ConfigDict(extra="forbid", str_max_length=2_000)

    facts: dict[str, str] = Field(max_length=200)
