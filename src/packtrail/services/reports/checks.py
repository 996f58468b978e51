"""Checks: a file before it leaves, against its form, the law of its market and what is known.

Every check is kept with what it gave, so that scores can be followed over time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from packtrail.base.findings import Severity
from packtrail.lifecycle.fold import fold
from packtrail.lifecycle.journey import Status
from packtrail.reporting import codes
from packtrail.reporting.assembling import day_of
from packtrail.reporting.building import check_file
from packtrail.reporting.checking import FINDINGS_MAX, Checked
from packtrail.reporting.law import law_of_file, law_of_serials
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.markets.accepting import in_force_for
from packtrail.services.reports.receivers import pack_for
from packtrail.store import ids, journeys, preflights
from packtrail.store.preflights import PreflightRow

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.packs import Pack
    from packtrail.reporting.checking import Sighting
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application

KNOWN_MAX: Final = 2_000
"""Objects of a file that are looked up; of larger files the first."""
_ALIKE_MAX: Final = 20
"""Findings of one code that are listed of what is known here."""
_OUT_OF_USE: Final = frozenset(
    {Status.DESTROYED, Status.DISPENSED, Status.DECOMMISSIONED, Status.STOLEN, Status.TRANSFORMED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """For whom a file is, and to which report it belongs."""

    receiver: str = ""
    report_id: UUID | None = None
    version_no: int = 0
    ends_use: bool = False
    """The file takes objects out of use itself, so that it is no news that they are."""


def examine(
    app: Application, conn: Connection, actor: Actor, form: Form, content: bytes, about: About
) -> tuple[Checked, str]:
    """Check a file in every way, without keeping anything.

    Returns:
        What the checks gave, and the rules that were used.
    """
    now = app.clock()
    checked = check_file(form, content, on=now)
    pack = pack_for(in_force_for(app, conn, actor.organisation_id), form.market)
    more: list[tuple[Sighting | None, Finding]] = []
    if pack is not None:
        more += _law(form, checked, pack, len(content), now)
    more += _known(conn, actor, checked, now, ends_use=about.ends_use)
    if not form.grounds.is_verified:
        message = f"{form.title}: {form.note or form.grounds}"
        more.append((None, codes.UNVERIFIED_FORM.found(message)))
    return _with(checked, more), str(pack.identity) if pack else ""


def keep(
    app: Application,
    conn: Connection,
    actor: Actor,
    form: Form,
    name: str,
    content: bytes,
    *,
    about: About,
) -> tuple[PreflightRow, Checked]:
    """Check a file and keep what the check gave."""
    row, checked = make(app, conn, actor, form, name, content, about=about)
    preflights.insert(conn, row)
    return row, checked


def make(
    app: Application,
    conn: Connection,
    actor: Actor,
    form: Form,
    name: str,
    content: bytes,
    *,
    about: About,
) -> tuple[PreflightRow, Checked]:
    """Check a file without keeping what the check gave."""
    checked, rules = examine(app, conn, actor, form, content, about)
    at = app.clock()
    row = PreflightRow(
        preflight_id=ids.new_id(at),
        organisation_id=actor.organisation_id,
        at=at,
        actor_name=actor.name,
        market=form.market,
        form=form.id,
        receiver=about.receiver,
        report_id=about.report_id,
        version_no=about.version_no,
        file_name=name,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        lines=checked.lines,
        bad_lines=checked.bad_lines,
        score=checked.score,
        rules=rules,
        findings=[told(each) for each in checked.findings],
        fixes=[asdict(each) for each in checked.fixes[:FINDINGS_MAX]],
    )
    return row, checked


def told(finding: Finding) -> dict[str, Any]:
    """Return a finding as it is kept."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "at": finding.at,
        "remedy": finding.remedy,
    }


def _law(
    form: Form, checked: Checked, pack: Pack, size: int, now: datetime
) -> Iterator[tuple[Sighting | None, Finding]]:
    day = now.date()
    for finding in law_of_file(form, checked, pack, size_bytes=size, on=day):
        yield None, finding
    yield from law_of_serials(checked.objects, pack, on=day)


def _known(
    conn: Connection, actor: Actor, checked: Checked, now: datetime, *, ends_use: bool
) -> Iterator[tuple[Sighting, Finding]]:
    """Yield objects that are not known here, that are out of use, or whose time is past."""
    today = now.date()
    named = {each.key: each for each in checked.objects[:KNOWN_MAX]}
    audience_ids = visible_to(conn, actor)
    found = journeys.read_many(conn, list(named), audience_ids=audience_ids) if named else {}
    for key, each in named.items():
        journey = found.get(key)
        expires = day_of(each.expiry) if each.expiry else None
        if expires is not None and expires < today:
            message = f"{each.item_key!r} expired on {expires}."
            yield each, codes.EXPIRED_PACK.found(message, at=each.at)
        if journey is None:
            message = f"{each.item_key!r} of {each.class_key} is not recorded here."
            yield each, codes.UNKNOWN_HERE.found(message, at=each.at)
        elif not ends_use and (status := fold(journey.steps).status) in _OUT_OF_USE:
            message = f"{each.item_key!r} is {status.value.replace('_', ' ')} already."
            yield each, codes.NOT_IN_USE.found(message, at=each.at)


def _with(checked: Checked, more: list[tuple[Sighting | None, Finding]]) -> Checked:
    """Return what a check gave with more findings; the same of many lines is told of the first."""
    kept: list[Finding] = list(checked.findings)
    counts: dict[str, int] = {}
    bad: set[str] = set()
    is_refused = checked.is_refused
    for each, finding in more:
        counts[finding.code] = counts.get(finding.code, 0) + 1
        if counts[finding.code] <= _ALIKE_MAX:
            kept.append(finding)
        if finding.severity is Severity.ERROR:
            is_refused = is_refused or each is None
            bad |= {each.at} if each is not None else set()
    for code, count in counts.items():
        if count > _ALIKE_MAX:
            first = next(each for each in kept if each.code == code)
            message = f"The same of {count - _ALIKE_MAX:,} others."
            kept.append(replace(first, message=message, at=""))
    return replace(
        checked,
        findings=tuple(kept[:FINDINGS_MAX]),
        bad_lines=min(checked.lines, max(checked.bad_lines, len(bad))),
        is_refused=is_refused,
    )
