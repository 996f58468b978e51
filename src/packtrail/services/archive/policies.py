"""Retention policies of a company: set for a day to come, ended, never edited."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance.retention import stated
from packtrail.compliance.spans import Span
from packtrail.services import auditing
from packtrail.services.archive.retention import STARTS, Rules, installed_markets
from packtrail.store import codes
from packtrail.store import retention as rows
from packtrail.store.retention import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

__all__ = ["CHOICES", "Policy", "Wanted", "end", "every", "put"]

CHOICES: Final = {
    "scope": ("all", "market", "product"),
    "counts_from": ("record", "expiry"),
    "live_end": ("propose", "drop"),
    "at_end": ("keep", "destroy"),
}
"""Part of a policy -> what it can be."""
_UNITS: Final = frozenset({"day", "week", "month", "year"})
_YEARS_MAX: Final = 100
_SOURCE_LENGTH_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A policy that is asked for."""

    source: str
    """What says so: a procedure, a contract, a law."""
    keep_for: str
    """Such as `7 years`."""
    scope: str = "all"
    subject: str = ""
    """A market, a GTIN; of all nothing."""
    counts_from: str = "record"
    live_for: str = ""
    """Such as `24 months`; empty: not said."""
    live_end: str = "propose"
    at_end: str = "keep"
    valid_from: date | None = None
    """None: today."""


def every(app: Application, actor: Actor) -> tuple[Policy, ...]:
    """Return the policies of the actor's organisation by scope, the newest first.

    Raises:
        NotPermitted: The actor may not see them.
    """
    require(actor, Permission.ARCHIVE_READ)
    with app.database.reading() as conn:
        return tuple(rows.of_organisation(conn, actor.organisation_id))


def put(app: Application, actor: Actor, wanted: Wanted) -> Policy:
    """Set a policy; from its day on it takes the place of the one of the same scope.

    Raises:
        NotPermitted: The actor may not set policies.
        RefusedError: `STO-081`, it is not clear what it asks for; `STO-082`, the law keeps longer.
    """
    require(actor, Permission.RETENTION_UPDATE)
    now = app.clock()
    today = now.astimezone(UTC).date()
    valid_from = wanted.valid_from or today
    about: dict[str, object] = {
        key: value.strip() if isinstance(value, str) else value
        for key, value in asdict(wanted).items()
    }
    about["valid_from"] = valid_from
    about["subject"] = _subject(wanted.scope, wanted.subject.strip())
    findings = [*_defects(app, about, today)]
    if findings:
        raise RefusedError(*findings)
    about["live_for"] = about["live_for"] or None
    who = {"made_at": now, "made_by": actor.name, "made_by_id": actor.id}
    with app.database.transaction() as conn:
        rules = Rules(app, conn, valid_from)
        findings = [*_below_law(rules, actor.organisation_id, about)]
        if findings:
            raise RefusedError(*findings)
        policy_id = rows.insert(conn, actor.organisation_id, {**about, **who})
        detail = {key: str(value) for key, value in about.items() if value}
        auditing.write(conn, actor, Action.RETENTION_SET, str(policy_id), at=now, detail=detail)
        return _one(conn, policy_id, actor)


def end(app: Application, actor: Actor, policy_id: int, *, reason: str) -> None:
    """Let a policy hold no more, from today on.

    Raises:
        NotPermitted: The actor may not set policies.
        NotFound: `STO-083`, there is none, or it has ended.
        RefusedError: `STO-081`, no reason is given.
    """
    require(actor, Permission.RETENTION_UPDATE)
    told = reason.strip()[:_SOURCE_LENGTH_MAX]
    if not told:
        raise RefusedError(codes.POLICY_UNCLEAR.found("An end has a reason.", at="reason"))
    now = app.clock()
    with app.database.transaction() as conn:
        found = _one(conn, policy_id, actor)
        if found.ended_on is not None:
            raise NotFound(codes.POLICY_UNKNOWN.found(f"Policy {policy_id} has ended."))
        rows.end(conn, policy_id, on=now.astimezone(UTC).date(), at=now, by=actor.name, reason=told)
        detail = {"reason": told, "over": found.over}
        auditing.write(conn, actor, Action.RETENTION_ENDED, str(policy_id), at=now, detail=detail)


def _one(conn: Connection, policy_id: int, actor: Actor) -> Policy:
    found = rows.locked(conn, policy_id, actor.organisation_id)
    if found is None:
        raise NotFound(codes.POLICY_UNKNOWN.found(f"There is no policy {policy_id}."))
    return found


def _subject(scope: str, text: str) -> str:
    if scope == "market":
        return text.upper()
    return text.zfill(14) if scope == "product" and text.isdecimal() else text


def _defects(app: Application, about: dict[str, object], today: date) -> Iterator[Finding]:
    """Yield what is not clear about a policy."""
    unclear = codes.POLICY_UNCLEAR.found
    for name, choices in CHOICES.items():
        if about[name] not in choices:
            yield unclear(f"{about[name]!r} is none of {', '.join(choices)}.", at=name)
    for name, is_needed in (("keep_for", True), ("live_for", False)):
        text = str(about[name])
        if (text or is_needed) and not _is_time(text):
            expected = f"a time such as 24 months or 7 years, {_YEARS_MAX} years at most"
            yield unclear(f"{text!r} is no time to keep something; expected {expected}.", at=name)
    source = str(about["source"])
    if not 0 < len(source) <= _SOURCE_LENGTH_MAX:
        text = f"The source has {len(source)} characters; expected 1 to {_SOURCE_LENGTH_MAX}."
        yield unclear(text, at="source")
    if str(about["valid_from"]) < str(today):
        text = f"{about['valid_from']} is past; a policy holds from {today} on or later."
        yield unclear(text, at="valid_from")
    yield from _defects_of_subject(app, str(about["scope"]), str(about["subject"]))


def _defects_of_subject(app: Application, scope: str, subject: str) -> Iterator[Finding]:
    unclear = codes.POLICY_UNCLEAR.found
    if scope == "all" and subject:
        yield unclear(f"A policy over everything names no {subject!r}.", at="subject")
    if scope == "market" and subject not in installed_markets(app):
        yield unclear(f"No rule pack knows the market {subject!r}.", at="subject")
    if scope == "product":
        try:
            gs1.parse(f"(01){subject}")
        except RefusedError as refused:
            yield unclear(refused.findings[0].message, at="subject")


def _is_time(text: str) -> bool:
    span = Span.read(text)
    if span is None or span.unit not in _UNITS or span.count == 0:
        return False
    return span <= Span(_YEARS_MAX, "year")


def _below_law(rules: Rules, organisation_id: int, about: dict[str, object]) -> Iterator[Finding]:
    """Yield the rule packs that keep longer than a policy, counted from the same day."""
    own, counts_from = Span.read(str(about["keep_for"])), str(about["counts_from"])
    if own is None:
        return
    for pack in rules.law(organisation_id):
        if about["scope"] == "market" and about["subject"] not in pack.markets:
            continue
        found = stated(pack, counts_from, rules.on)
        if found and own < found[0]:
            law = f"the {found[0]} that {pack.heading.name} ({pack.id}) states"
            text = f"{own} after {STARTS[counts_from]} is shorter than {law}."
            yield codes.POLICY_BELOW_LAW.found(text, at="keep_for")
