"""Entries of a ledger as people see them, and what every request for one must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.errors import Conflict, RefusedError
from packtrail.serials.codes import BAD_REQUEST, REQUEST_DIFFERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.store.serial_ledger import EntryRow
    from packtrail.store.serials import PoolRow

TEXT_LENGTH_MAX = 200
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a ledger."""

    pool: str
    owner: str
    entry_no: int
    """The ledger numbers its entries without gaps, from 1."""
    kind: str
    """`allocated`, `used`, `returned`, `void`, `expired`; or `stocked`: drawn or imported."""
    asked: int
    count: int
    """How many it was; fewer than asked for when the pool had no more."""
    request_id: str
    party: str
    """To whom they went, or from whom they came."""
    purpose: str
    at: datetime
    actor_name: str
    expires_at: datetime | None = None
    """Of an allocation: what is unused then expires."""
    is_repeated: bool = False
    """Whether the request was answered before: these are the same numbers."""
    findings: tuple[Finding, ...] = ()


def entry_of(
    row: PoolRow, entry: EntryRow, *, is_repeated: bool = False, findings: tuple[Finding, ...] = ()
) -> Entry:
    """Return an entry as people see it."""
    return Entry(
        pool=row.code,
        owner=row.owner,
        entry_no=entry.entry_no,
        kind=entry.kind,
        asked=entry.asked,
        count=entry.count,
        request_id=entry.request_id,
        party=entry.party,
        purpose=entry.purpose,
        at=entry.at,
        actor_name=entry.actor_name,
        expires_at=entry.expires_at,
        is_repeated=is_repeated,
        findings=findings,
    )


def require_request(
    app: Application, count: int, request_id: str, party: str, purpose: str
) -> None:
    """Refuse a request that no ledger can take.

    Raises:
        RefusedError: `SER-013`, every part that cannot be used.
    """
    findings = []
    count_max = app.settings.serials_request_max
    if not 1 <= count <= count_max:
        message = f"{count:,} serial numbers were asked for; expected 1 to {count_max:,}."
        findings.append(BAD_REQUEST.found(message, at="count"))
    for name, text, least in (
        ("request_id", request_id, 1),
        ("party", party, 0),
        ("purpose", purpose, 0),
    ):
        if not least <= len(text) <= TEXT_LENGTH_MAX:
            message = f"{name} has {len(text)} characters; expected {least} to {TEXT_LENGTH_MAX}."
            findings.append(BAD_REQUEST.found(message, at=name))
    if findings:
        raise RefusedError(*findings)


def differs(request_id: str) -> Conflict:
    """Return the fault that a request id stands for another request."""
    message = f"The request id {request_id!r} stands in the ledger with something else."
    return Conflict(REQUEST_DIFFERS.found(message, at="request_id"))


def some(serials: Sequence[str]) -> str:
    """Return a few of many serial numbers, to be told."""
    told = ", ".join(repr(each[:30]) for each in serials[:_EXAMPLES])
    return told if len(serials) <= _EXAMPLES else f"{told} ..."
