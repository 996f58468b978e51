"""Rules: how far closed cases of a partner, a product, a place are believed, and since when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.hierarchy.inference import CASES_MAX, InferencePolicy, Trust
from packtrail.hierarchy.trusting import Rule, in_force
from packtrail.services import auditing
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import BAD_INFERENCE_RULE
from packtrail.services.goods import describing, places, stock
from packtrail.services.goods.places import gln_of
from packtrail.services.inference.views import ENDED, RuleView, rule_view
from packtrail.store import inference as rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

_REASON_LENGTH_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A rule somebody wants to make."""

    trust: str
    """`trust`, `sample` or `open`; `ended`: the rule of this scope is no more."""
    reason: str
    partner: str | None = None
    """GLN, in any notation; None: whoever sends."""
    gtin: str | None = None
    """In any notation; None: whatever it is."""
    place: str | None = None
    """GLN of the place of receipt; None: wherever it arrives."""
    cases: int | None = None
    """Of a sample: how many cases are opened; None: as share and confidence ask for."""
    share_max: Fraction = InferencePolicy(trust=Trust.SAMPLE).share_max
    confidence: Fraction = InferencePolicy(trust=Trust.SAMPLE).confidence
    effective_at: datetime | None = None
    """Since when; default: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of an organisation."""

    in_force: tuple[RuleView, ...]
    """One a scope, the narrowest first; where none is about a case, its sender is believed."""
    history: tuple[RuleView, ...]
    """All there ever were, the newest first."""
    names: dict[str, str]
    """GLN or GTIN -> name, from master data."""
    as_of: datetime | None
    as_known_at: datetime | None


def rules(
    app: Application,
    actor: Actor,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Rules:
    """Return the rules that held at a moment, and all there ever were by then.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    with app.database.reading() as conn:
        every = [
            each
            for each in recorded(conn, actor)
            if as_known_at is None or each.recorded_at <= as_known_at
        ]
        held = in_force(every, at=as_of or app.clock(), known_at=as_known_at)
        return Rules(
            in_force=tuple(map(rule_view, held)),
            history=tuple(map(rule_view, every)),
            names=_names(conn, actor, every),
            as_of=as_of,
            as_known_at=as_known_at,
        )


def put(app: Application, actor: Actor, new: NewRule) -> RuleView:
    """Make a rule; what was decided before it stays as it was known then.

    Raises:
        RefusedError: `TRC-021`; everything that is wrong with it.
        NotPermitted: The actor may not make such rules.
    """
    require(actor, Permission.INFERENCE_UPDATE)
    now = app.clock()
    row, found = _row(new, actor, now)
    if found:
        raise RefusedError(*found)
    with app.database.transaction() as conn:
        number = rows.add_rule(conn, actor.organisation_id, row)
        detail = {
            "partner": row.partner, "gtin": row.gtin, "place": row.place, "trust": new.trust,
            "cases": row.cases, "share_max": str(row.share_max), "confidence": str(row.confidence),
            "effective_at": row.effective_at.isoformat(), "reason": row.reason,
        }  # fmt: skip
        auditing.write(
            conn, actor, Action.INFERENCE_RULE_CREATED, f"rule {number}", at=now, detail=detail
        )
        return rule_view(_rule(replace(row, rule_no=number)))


def recorded(conn: Connection, actor: Actor) -> list[Rule]:
    """Return every rule of the actor's organisation, the newest first."""
    return [_rule(row) for row in rows.rules(conn, actor.organisation_id)]


def _rule(row: rows.RuleRow) -> Rule:
    policy = None
    if row.trust is not None:
        policy = InferencePolicy(
            trust=Trust(row.trust), cases=row.cases, share_max=Fraction(row.share_max),
            confidence=Fraction(row.confidence),
        )  # fmt: skip
    return Rule(
        number=row.rule_no, partner=row.partner, gtin=row.gtin, place=row.place, policy=policy,
        effective_at=row.effective_at, recorded_at=row.recorded_at, reason=row.reason,
        by=row.actor_name,
    )  # fmt: skip


def _row(new: NewRule, actor: Actor, now: datetime) -> tuple[rows.RuleRow, list[Finding]]:
    bad = BAD_INFERENCE_RULE.found
    found: list[Finding] = []
    known = [*(each.value for each in Trust), ENDED]
    if new.trust not in known:
        found.append(bad(f"{new.trust[:40]!r} is none of {', '.join(known)}.", at="trust"))
    if not 0 < len(new.reason.strip()) <= _REASON_LENGTH_MAX:
        found.append(bad(f"The reason has 1 to {_REASON_LENGTH_MAX:,} characters.", at="reason"))
    if new.cases is not None and new.trust != Trust.SAMPLE:
        found.append(bad("Only a sample has a number of cases.", at="cases"))
    if new.cases is not None and not 1 <= new.cases <= CASES_MAX:
        found.append(bad(f"A sample opens 1 to {CASES_MAX:,} cases.", at="cases"))
    if not 0 <= new.share_max <= 1:
        found.append(bad("The share of faulty cases is 0 to 1.", at="share_max"))
    if not 0 < new.confidence < 1:
        found.append(bad("The confidence lies between 0 and 1.", at="confidence"))
    read = {
        "partner": _read(found, "partner", new.partner),
        "gtin": _read(found, "gtin", new.gtin),
        "place": _read(found, "place", new.place),
    }
    row = rows.RuleRow(
        rule_no=0,
        trust=None if new.trust == ENDED else new.trust,
        cases=new.cases,
        share_max=_decimal(new.share_max),
        confidence=_decimal(new.confidence),
        effective_at=new.effective_at or now,
        recorded_at=now,
        reason=new.reason.strip(),
        actor_name=actor.name,
        **read,
    )
    return row, found


def _read(found: list[Finding], name: str, text: str | None) -> str | None:
    """Return a GLN or GTIN; what cannot be read is noted."""
    if text is None or not text.strip():
        return None
    try:
        if name == "gtin":
            key = gs1.parse(text.strip())
            if key.type is gs1.KeyType.GTIN:
                return key.primary
            found.append(BAD_INFERENCE_RULE.found(f"{text[:40]!r} is no GTIN.", at=name))
            return None
        location = places.location_of(text)
        return gln_of(describing.identifier_of(location)) if location else text.strip()
    except RefusedError as refused:
        found += [BAD_INFERENCE_RULE.found(each.message, at=name) for each in refused.findings]
        return None


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


def _names(conn: Connection, actor: Actor, every: Iterable[Rule]) -> dict[str, str]:
    audience_ids = visible_to(conn, actor)
    told = tuple(every)
    gtins = {each.gtin for each in told if each.gtin}
    glns = {gln for each in told for gln in (each.partner, each.place) if gln}
    return stock.product_names(conn, gtins, audience_ids) | describing.names_of_glns(
        conn, glns, audience_ids
    )
