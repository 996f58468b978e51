"""Verifying: is this pack genuine, and may it be supplied? Each question and answer is kept.

A question is a scan, fields, or the text of a decoded image. Of everything asked at once the
journeys are read in one go; what is not recorded is looked for under the numbers it may have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.lifecycle.fold import Life, fold
from packtrail.lifecycle.notices import Condition, condition
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NO_PURPOSE, TOO_MANY_QUESTIONS
from packtrail.services.goods import describing, notices, places, stock
from packtrail.services.supply.origins import origins_in
from packtrail.services.verification import policies
from packtrail.store import direct, ids, journeys, lots
from packtrail.store import serials as serial_rows
from packtrail.store import verifications as rows
from packtrail.verification import codes
from packtrail.verification.alike import variants
from packtrail.verification.judging import Alike, Answer, Known, Purpose, Verdict, Where, judge
from packtrail.verification.question import Question
from packtrail.verification.reading import Candidate, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.lifecycle.journey import Standing
    from packtrail.services.application import Application
    from packtrail.store.direct import Asked
    from packtrail.store.journeys import ItemKey, Journey
    from packtrail.verification.policy import Policy

QUESTIONS_MAX: Final = 1_000
"""Most packs asked about at once."""
_ALIKE_MAX: Final = 5
_SCANNED_KEPT: Final = 500
_NOTHING_READ: Final = "scan/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked about one pack: a scan, or fields."""

    text: str | None = None
    """A scan as it came, a Digital Link or an EPC URI."""
    gtin: str = ""
    serial: str = ""
    lot: str | None = None
    expires: str | None = None
    way: str = ""
    """How it was asked; default: `scan` or `fields`."""
    detail: Mapping[str, Any] | None = None
    """More to keep with the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Where, when and why packs are verified."""

    place: str | None = None
    """GLN, SGLN or Digital Link of the asker."""
    station: str | None = None
    """Name of the scanning station."""
    market: str | None = None
    """Whose law counts: an ISO code, or EU."""
    purpose: str = Purpose.CHECK
    at: datetime | None = None
    """When it was asked, where that is not now."""
    follows_places: bool = True
    """Whether it counts against a pack that by the record it lies elsewhere."""
    names_products: bool = True
    """Whether the answers tell the names of products."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The answer about one pack."""

    verification_id: str
    at: datetime
    verdict: Verdict
    reasons: tuple[Finding, ...]
    """In the order in which a person can act on them."""
    first: Finding | None
    """The one to act on first; None where nothing is against the pack."""
    next_step: str
    rule_pack: str
    """The rules that decided."""
    gtin: str | None
    serial: str | None
    lot: str | None
    """As asked with."""
    expires: str | None
    expires_on: date | None
    identifier: str | None
    """Of the recorded pack."""
    label: str | None
    product: str | None
    """Its name, from master data."""
    condition: Condition | None
    recorded_lot: str | None
    recorded_expires: str | None
    location: str | None
    scanner: tuple[Finding, ...]
    """What the scanner did to the code: `GS1-06n`."""


def verify(
    app: Application, actor: Actor, ask: Ask, circumstances: Circumstances | None = None
) -> Verification:
    """Verify one pack, and keep question and answer.

    Args:
        app: The application.
        actor: Who asks; what its organisation may see decides.
        ask: What is asked.
        circumstances: Where, when and why.

    Raises:
        RefusedError: A `GS1` or `VER` code, fields cannot be used; `TRC-008`, it is no location.
        NotFound: There is no rule pack for the market.
        NotPermitted: The actor may not verify.
    """
    return verify_all(app, actor, [ask], circumstances)[0]


def verify_all(
    app: Application,
    actor: Actor,
    asks: Sequence[Ask],
    circumstances: Circumstances | None = None,
) -> tuple[Verification, ...]:
    """Verify packs, one answer each in their order, and keep questions and answers.

    Raises:
        LimitExceeded: `VER-072`, too many at once; and see `verify`.
    """
    require(actor, Permission.PACK_VERIFY)
    if len(asks) > QUESTIONS_MAX:
        text = f"{len(asks)} packs are asked about; {QUESTIONS_MAX} can be at once."
        raise LimitExceeded(TOO_MANY_QUESTIONS.found(text))
    told = circumstances or Circumstances()
    with app.database.reading() as conn:
        verifier = Verifier(app, conn, actor, told)
        found = verifier.answers(asks)
    with app.database.gathered() as conn:
        rows.insert(conn, verifier.to_keep())
    return found


def place_text(key: tuple[str, str | None]) -> str:
    """Return a place as it is kept: its GLN, and its extension where it has one."""
    return "/".join(part for part in key if part)


class Verifier:
    """Answers questions on a connection, and collects what is to be kept of them."""

    def __init__(
        self, app: Application, conn: Connection, actor: Actor, circumstances: Circumstances
    ) -> None:
        if circumstances.purpose not in {*Purpose}:
            text = f"{circumstances.purpose[:40]!r} is none of {', '.join(Purpose)}."
            raise RefusedError(NO_PURPOSE.found(text, at="purpose"))
        self._app = app
        self._conn = conn
        self._actor = actor
        self._told = circumstances
        self._purpose = Purpose(circumstances.purpose)
        self._now = app.clock()
        self._at = circumstances.at or self._now
        self._on = self._at.astimezone(UTC).date()
        self.policy: Policy = policies.policy_for(app, circumstances.market, on=self._on)
        self._place = places.place_key(circumstances.place) if circumstances.place else None
        self._audience_ids = visible_to(conn, actor)
        self._answered: dict[str, tuple[UUID, _Seen, Answer, tuple[Finding, ...]]] = {}
        """Verification -> what was answered, and what the scanner did."""

    def to_keep(self) -> list[rows.VerificationRow]:
        """Return rows of the answers so far."""
        return [self._row(*each) for each in self._answered.values()]

    def standing_of(self, verification_id: str) -> Standing | None:
        """Return what events make of the pack of an answer, for what builds on it."""
        _, seen, *_ = self._answered[verification_id]
        return seen.record.standing if seen.record else None

    def items(self, asks: Iterable[Ask]) -> set[ItemKey]:
        """Return every pack that the questions can mean."""
        return {c.question.item for ask in asks for c in self._read(ask).candidates}

    def answers(self, asks: Sequence[Ask]) -> tuple[Verification, ...]:
        """Return an answer for each question."""
        readings = [self._read(each) for each in asks]
        items = {c.question.item for each in readings for c in each.candidates}
        # What else is asked of the product goes along with the first question about its packs: the
        # database answers that while what names the packs is looked at.
        gtins = {c.question.gtin for each in readings for c in each.candidates}
        with direct.Along(self._conn, partial(self._asked_of, gtins)):
            told = journeys.read_many(
                self._conn, items, audience_ids=self._audience_ids, as_of=self._told.at
            )
            recorded = {
                item: _Recorded.of(item, journey, self.policy) for item, journey in told.items()
            }
            there = notices.holding(
                self._conn, [each.subject for each in recorded.values()], self._audience_ids,
                as_of=self._at, market=self._told.market,
            )  # fmt: skip
            names = self._product_names(gtins)
        found = []
        for ask, reading in zip(asks, readings, strict=True):
            candidate = _chosen(reading.candidates, recorded)
            record = recorded.get(candidate.question.item) if candidate else None
            state = (
                condition(record.standing, there[record.subject], on=self._on) if record else None
            )
            seen = _Seen(ask, candidate, record, state, reading.may_be_cut_off)
            found.append(self._answer(seen, reading.findings, names))
        return tuple(found)

    def _read(self, ask: Ask) -> _Read:
        if ask.text is not None:
            found = read(ask.text, today=self._on)
            return _Read(found.candidates, found.findings, may_be_cut_off=found.may_be_cut_off)
        question = Question.of(
            gtin=ask.gtin, serial=ask.serial, lot=ask.lot, expires=ask.expires, today=self._on
        )
        return _Read((Candidate(question),), ())

    def _answer(
        self, seen: _Seen, unread: Sequence[Finding], names: Mapping[str, str]
    ) -> Verification:
        candidate = seen.candidate
        question = candidate.question if candidate else None
        reading = [each for each in unread if each.code.startswith("VER-")]
        scanner = (*(each for each in unread if not each.code.startswith("VER-")),)
        if candidate is not None and candidate.is_repaired:
            scanner = candidate.causes
            reading.append(codes.SCAN_DAMAGED.found(candidate.causes[0].message))
        if candidate is not None and seen.is_cut_off and seen.record is None:
            text = (
                f"The scan ends after the serial number {candidate.question.serial}: lot and expiry"
                " are missing, so it was probably cut off."
            )
            reading.append(codes.CUT_OFF.found(text))
        answer = judge(
            question,
            self._known(question, seen) if question else Known(),
            self.policy,
            on=self._on,
            purpose=self._purpose,
            reading=tuple(reading),
        )
        number = ids.new_id(self._now)
        made = _verification(str(number), self._at, seen, answer, scanner, names)
        self._answered[made.verification_id] = number, seen, answer, scanner
        return made

    def _known(self, question: Question, seen: _Seen) -> Known:
        if seen.record is None:
            is_known = lots.names_product(self._conn, question.gtin, self._audience_ids)
            return Known(
                is_product_known=is_known,
                alike=tuple(self._alike(question)) if is_known else (),
                is_issued=self._is_issued(question),
            )
        life, standing = seen.record.life, seen.record.standing
        ended = standing.because
        return Known(
            standing=standing,
            condition=seen.condition,
            steps=life.counted,
            findings=life.findings(),
            where=self._where(standing.location) if self._follows(standing) else None,
            ended=self._where(ended.biz_location or ended.read_point) if ended else None,
        )

    def _follows(self, standing: Standing) -> bool:
        return self._told.follows_places and not standing.is_moving

    def _where(self, recorded: str | None) -> Where | None:
        """Compare the place of the asker with one of the record."""
        if self._place is None or recorded is None:
            return None
        gln = self._place[0]
        is_same = places.is_place(recorded, (gln, None))
        key = describing.key_of(recorded)
        length = key.prefix_length if key else None
        is_party = bool(key and length and gln[:length] == key.primary[:length])
        return Where(is_same=is_same, is_same_party=is_same or is_party)

    def _alike(self, question: Question) -> Iterator[Alike]:
        """Yield recorded packs whose numbers look like an unknown one."""
        class_key = question.item[0]
        by_item = {(class_key, each.serial): each for each in variants(question.serial)}
        told = journeys.read_many(self._conn, by_item, audience_ids=self._audience_ids)
        for item, variant in by_item.items():
            if item in told:
                standing = fold(told[item].steps)
                if standing.has_origin:
                    yield Alike(variant, standing.lot, standing.expires_on)

    def _is_issued(self, question: Question) -> bool:
        """Tell whether one of the pools that may be seen gave a number out."""
        for pool in serial_rows.by_class(self._conn, self._audience_ids, question.item[0]):
            try:
                (origin,) = origins_in(self._conn, self._app, pool, [question.serial])
            except RefusedError:
                continue  # Without its master key a pool cannot tell what it gave.
            if origin is not None:
                return True
        return False

    def _asked_of(self, gtins: Iterable[str]) -> list[Asked]:
        """Return what is asked of products, whatever becomes of their packs."""
        asked = [notices.ask_holding(gtins, self._audience_ids)]
        if self._told.names_products:
            asked.append(stock.ask_product_names(gtins, self._audience_ids))
        return asked

    def _product_names(self, gtins: Iterable[str]) -> dict[str, str]:
        if not self._told.names_products:
            return {}
        return stock.product_names(self._conn, gtins, self._audience_ids)

    def _row(
        self, number: UUID, seen: _Seen, answer: Answer, scanner: tuple[Finding, ...]
    ) -> rows.VerificationRow:
        question = seen.candidate.question if seen.candidate else None
        class_key, item_key = question.item if question else (_NOTHING_READ, "")
        ask, actor, told = seen.ask, self._actor, self._told
        is_clean = ask.text is None or (question is not None and not scanner)
        return rows.VerificationRow(
            class_key=class_key,
            verification_id=number,
            item_key=item_key,
            at=self._at,
            recorded_at=self._now,
            organisation_id=actor.organisation_id,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
            way=ask.way or ("fields" if ask.text is None else "scan"),
            purpose=self._purpose.value,
            place=place_text(self._place) if self._place else None,
            station=told.station,
            market=told.market.upper() if told.market else None,
            lot=question.lot if question else None,
            expires=question.expires if question else None,
            scanned=None if is_clean else (ask.text or "")[:_SCANNED_KEPT],
            verdict=answer.verdict.value,
            reasons=[each.code for each in answer.reasons],
            rule_pack=answer.rule_pack,
            detail=ask.detail,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    may_be_cut_off: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """A question, and what the record has for it."""

    ask: Ask
    candidate: Candidate | None
    record: _Recorded | None
    condition: Condition | None
    is_cut_off: bool
    """The scan has neither lot nor expiry."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What is recorded of a pack."""

    identifier: str
    life: Life
    standing: Standing
    subject: notices.Subject

    @classmethod
    def of(cls, item: ItemKey, journey: Journey, policy: Policy) -> _Recorded:
        """Return what a journey makes of a pack under the rules of a market."""
        life = Life(journey.steps, undo=policy.undo, held=journey.held)
        standing = life.standing()
        gtin = item[0].partition("/")[2][:14]
        return cls(journey.identifier, life, standing, (gtin, standing.lot, item[1]))


def _chosen(
    candidates: Sequence[Candidate], recorded: Mapping[ItemKey, _Recorded]
) -> Candidate | None:
    """Return the first candidate that is recorded, else the likeliest."""
    there = (each for each in candidates if each.question.item in recorded)
    return next(there, candidates[0] if candidates else None)


def _verification(
    verification_id: str,
    at: datetime,
    seen: _Seen,
    answer: Answer,
    scanner: tuple[Finding, ...],
    names: Mapping[str, str],
) -> Verification:
    question = seen.candidate.question if seen.candidate else None
    record = seen.record
    standing = record.standing if record else None
    key = gs1.Key(gs1.KeyType.SGTIN, question.gtin, question.serial) if question else None
    return Verification(
        verification_id=verification_id,
        at=at,
        verdict=answer.verdict,
        reasons=answer.reasons,
        first=answer.first,
        next_step=answer.next_step,
        rule_pack=answer.rule_pack,
        gtin=question.gtin if question else None,
        serial=question.serial if question else None,
        lot=question.lot if question else None,
        expires=question.expires if question else None,
        expires_on=question.expires_on if question else None,
        identifier=record.identifier if record else None,
        label=key.hri() if key else None,
        product=names.get(question.gtin) if question else None,
        condition=seen.condition,
        recorded_lot=standing.lot if standing else None,
        recorded_expires=standing.expires if standing else None,
        location=standing.location if standing else None,
        scanner=scanner,
    )
