"""Judging: from what is recorded of a pack to a verdict, with every reason.

>>> answer = judge(question, Known(is_product_known=False), Policy(), on=date(2026, 3, 3))
>>> answer.verdict, answer.first.code
(<Verdict.UNKNOWN: 'unknown'>, 'VER-020')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle.codes import COMMISSIONED_AGAIN, ENDED_AGAIN
from packtrail.lifecycle.fold import effect_on
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.notices import NoticeKind
from packtrail.lifecycle.states import STATES
from packtrail.verification import codes
from packtrail.verification.alike import looks_alike

if TYPE_CHECKING:
    from packtrail.base.findings import Finding, FindingCode
    from packtrail.lifecycle.journey import Standing, Step
    from packtrail.lifecycle.notices import Condition, Notice
    from packtrail.verification.alike import Variant
    from packtrail.verification.policy import Policy
    from packtrail.verification.question import Question


class Verdict(StrEnum):
    """What is said of a pack, the best first."""

    GENUINE = "genuine_and_saleable"
    NOT_SALEABLE = "genuine_not_saleable"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"
    SUSPECT = "suspect"


class Purpose(StrEnum):
    """Why a pack is verified."""

    CHECK = "check"
    SUPPLY = "supply"
    RETURN = "return"
    """It came back, and shall go into stock again."""


_V = Verdict
REASONS: Final[Mapping[FindingCode, Verdict | None]] = {
    codes.UNREADABLE: _V.UNKNOWN,
    codes.NOT_COMPLETE: _V.UNKNOWN,
    codes.SCAN_DAMAGED: None,
    codes.LAYOUT_DAMAGE: _V.MISMATCH,
    codes.LOOKS_ALIKE: _V.MISMATCH,
    codes.LOT_LOOKS_ALIKE: _V.MISMATCH,
    codes.CUT_OFF: _V.UNKNOWN,
    codes.COPIED: _V.SUSPECT,
    codes.DESTROYED: _V.SUSPECT,
    codes.DISPENSED_ELSEWHERE: _V.SUSPECT,
    codes.STOLEN: _V.SUSPECT,
    codes.ILLEGITIMATE: _V.SUSPECT,
    codes.SUSPECT: _V.SUSPECT,
    codes.HELD_BY_OTHERS: _V.SUSPECT,
    codes.PRODUCT_UNKNOWN: _V.UNKNOWN,
    codes.SERIAL_UNKNOWN: _V.UNKNOWN,
    codes.NOT_YET_TOLD: _V.UNKNOWN,
    codes.NO_ORIGIN: _V.UNKNOWN,
    codes.LOT_WRONG: _V.MISMATCH,
    codes.EXPIRY_WRONG: _V.MISMATCH,
    codes.DISPENSED_HERE: _V.NOT_SALEABLE,
    codes.TAKEN_OUT: _V.NOT_SALEABLE,
    codes.RECALLED: _V.NOT_SALEABLE,
    codes.WITHDRAWN: _V.NOT_SALEABLE,
    codes.EXPIRED: _V.NOT_SALEABLE,
    codes.ON_HOLD: _V.NOT_SALEABLE,
    codes.RETURNED: _V.NOT_SALEABLE,
    codes.NOT_FIT: _V.NOT_SALEABLE,
    codes.NOT_FOR_REDISTRIBUTION: _V.NOT_SALEABLE,
    codes.AT_ANOTHER_SITE: _V.NOT_SALEABLE,
    codes.RULE_OF_MARKET: _V.NOT_SALEABLE,
    codes.EXPIRY_EXTENDED: None,
    codes.END_OF_MONTH: None,
    codes.NOT_COMPARED: None,
    codes.INFERRED: None,
}
"""Reason -> the verdict it forces at least, in the order in which a person can act on it."""
_RANK: Final = {code.code: rank for rank, code in enumerate(REASONS)}
_FORCES: Final = {code.code: verdict for code, verdict in REASONS.items()}
_GRAVITY: Final = list(Verdict)
NEXT_STEP: Final = "Nothing is against it: it may be supplied."


@dataclass(frozen=True, slots=True)
class Alike:
    """A recorded pack whose number looks like the one asked about."""

    variant: Variant
    lot: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the pack is asked about."""

    is_same: bool
    """By the record it lies at that place, or at a part of it."""
    is_same_party: bool
    """By the record it lies at a place of the same party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is recorded of a pack, as far as the asker may see it."""

    is_product_known: bool = True
    standing: Standing | None = None
    """None: nothing is recorded of the serial number."""
    condition: Condition | None = None
    steps: tuple[Step, ...] = ()
    """Those that count, in order."""
    findings: tuple[Finding, ...] = ()
    """What is odd about its journey."""
    alike: tuple[Alike, ...] = ()
    is_issued: bool = False
    """One of our own pools gave the number out."""
    where: Where | None = None
    """None: the place is not told, or the record does not say where the pack lies."""
    ended: Where | None = None
    """The same of the place where its life ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict, and all that led to it."""

    verdict: Verdict
    reasons: tuple[Finding, ...]
    """In the order in which a person can act on them."""
    rule_pack: str
    """The rules that decided."""
    on: date

    @property
    def first(self) -> Finding | None:
        """The reason to act on first; None where nothing is against the pack."""
        return next((each for each in self.reasons if _FORCES[each.code] is not None), None)

    @property
    def next_step(self) -> str:
        """What to do now."""
        return self.first.remedy if self.first else NEXT_STEP


def judge(
    question: Question | None,
    known: Known,
    policy: Policy,
    *,
    on: date,
    purpose: Purpose = Purpose.CHECK,
    reading: tuple[Finding, ...] = (),
) -> Answer:
    """Return the verdict on a pack.

    Args:
        question: What was asked; None: it could not be read.
        known: What is recorded.
        policy: The rules of the market.
        on: The day.
        purpose: Why it is asked.
        reading: What the reading of the scan has to say: `VER-001` to `VER-003`, and `VER-007`.
    """
    reasons = list(reading)
    if question is not None:
        if known.standing is None:
            reasons += _of_unknown(question, known)
        else:
            reasons += _of_data(question, known.standing)
            reasons += _of_record(known, known.standing)
            reasons += _of_state(known, policy, purpose)
            reasons += _of_the_rest(known, reasons, purpose)
    return Answer(
        verdict=_gravest(reasons),
        reasons=tuple(sorted(reasons, key=lambda each: _RANK[each.code])),
        rule_pack=policy.rule_pack,
        on=on,
    )


def _gravest(reasons: Iterable[Finding]) -> Verdict:
    forced = [verdict for each in reasons if (verdict := _FORCES[each.code]) is not None]
    return max(forced, key=_GRAVITY.index, default=Verdict.GENUINE)


def _of_the_rest(known: Known, reasons: list[Finding], purpose: Purpose) -> Iterator[Finding]:
    """Yield that a pack is not for sale, should no other reason have said so."""
    state = known.condition
    is_back = purpose is Purpose.RETURN and state is not None and state.own is Status.RETURNED
    if state is None or state.is_saleable or is_back or _gravest(reasons) is not Verdict.GENUINE:
        return
    words = state.status.value.replace("_", " ")
    yield codes.NOT_FIT.found(f"It counts as {words}, which is not for sale.")


def _of_unknown(question: Question, known: Known) -> Iterator[Finding]:
    """Yield why nothing is recorded of a number."""
    for alike in known.alike:
        if _contradicts(question, alike):
            continue
        code = codes.LAYOUT_DAMAGE if alike.variant.is_layout else codes.LOOKS_ALIKE
        text = (
            f"{question.serial} is not recorded, but {alike.variant.serial} is:"
            f" {alike.variant.cause}."
        )
        yield code.found(text, at="serial")
        return
    if known.is_issued:
        text = f"{question.serial} was issued, and nobody has reported that it was used."
        yield codes.NOT_YET_TOLD.found(text, at="serial")
    elif known.is_product_known:
        text = f"{question.serial} is not recorded as a serial number of {question.gtin}."
        yield codes.SERIAL_UNKNOWN.found(text, at="serial")
    else:
        text = f"Nothing is recorded of the product {question.gtin}."
        yield codes.PRODUCT_UNKNOWN.found(text, at="gtin")


def _contradicts(question: Question, alike: Alike) -> bool:
    """Tell whether lot or expiry show that a pack which looks alike is another one."""
    lots = question.lot is not None and alike.lot is not None
    days = question.expires_on is not None and alike.expires_on is not None
    return (lots and not looks_alike(question.lot or "", alike.lot or "")) or (
        days and question.expires_on != alike.expires_on
    )


def _of_data(question: Question, standing: Standing) -> Iterator[Finding]:
    """Yield what lot and expiry say."""
    if question.lot is not None and standing.lot is not None and question.lot != standing.lot:
        is_alike = looks_alike(question.lot, standing.lot)
        code = codes.LOT_LOOKS_ALIKE if is_alike else codes.LOT_WRONG
        text = f"The lot is {question.lot}; {standing.lot} is recorded."
        yield code.found(text, at="lot")
    asked, recorded = question.expires_on, standing.expires_on
    if asked is not None and recorded is not None:
        if asked != recorded:
            text = f"The expiry is {asked}; {recorded} is recorded."
            yield codes.EXPIRY_WRONG.found(text, at="expires")
        elif _has_day_00(question.expires) != _has_day_00(standing.expires):
            text = f"The code says {question.expires}, the record {standing.expires}."
            yield codes.END_OF_MONTH.found(text, at="expires")
    missing = [
        name
        for name, is_there in (
            ("lot", question.lot is not None and standing.lot is not None),
            ("expiry", asked is not None and recorded is not None),
        )
        if not is_there
    ]
    if missing:
        yield codes.NOT_COMPARED.found(f"Not compared: {' and '.join(missing)}.")


def _has_day_00(text: str | None) -> bool:
    """Tell whether an expiry leaves the day open."""
    digits = (text or "").partition("T")[0].replace("-", "")
    return digits.endswith("00") and len(digits) in {6, 8}


def _of_record(known: Known, standing: Standing) -> Iterator[Finding]:
    """Yield what in the record points to a copy, or is missing from it."""
    copies = {ENDED_AGAIN.code, COMMISSIONED_AGAIN.code}
    for finding in known.findings:
        if finding.code in copies:
            yield codes.COPIED.found(finding.message, at=finding.at)
            break
    if not standing.has_origin:
        yield codes.NO_ORIGIN.found("It was seen, and no event says that it was made.")
    elif standing.because is not None and standing.because.via:
        yield codes.INFERRED.found(f"Known through {standing.because.via[-1]}.")


_TAKEN_OUT: Final = frozenset(
    {
        *(Status.SAMPLED, Status.FREE_SAMPLE, Status.EXPORTED, Status.CHECKED_OUT),
        *(Status.DECOMMISSIONED, Status.LOCKED),
    }
)
_OWN: Final[Mapping[Status, FindingCode]] = {
    Status.DESTROYED: codes.DESTROYED,
    Status.TRANSFORMED: codes.DESTROYED,
    Status.STOLEN: codes.STOLEN,
    Status.RECALLED: codes.RECALLED,
    Status.WITHDRAWN: codes.WITHDRAWN,
    Status.EXPIRED: codes.EXPIRED,
    Status.ON_HOLD: codes.ON_HOLD,
    Status.PARTIALLY_DISPENSED: codes.NOT_FIT,
    Status.DAMAGED: codes.NOT_FIT,
    Status.LOST: codes.NOT_FIT,
    **dict.fromkeys(_TAKEN_OUT, codes.TAKEN_OUT),
}
"""What the events make of the pack itself -> the reason that is."""
_NOTICES: Final[Mapping[NoticeKind, FindingCode]] = {
    NoticeKind.RECALLED: codes.RECALLED,
    NoticeKind.WITHDRAWN: codes.WITHDRAWN,
    NoticeKind.ILLEGITIMATE: codes.ILLEGITIMATE,
    NoticeKind.SUSPECT: codes.SUSPECT,
    NoticeKind.HELD: codes.ON_HOLD,
    NoticeKind.NOT_FOR_REDISTRIBUTION: codes.NOT_FOR_REDISTRIBUTION,
    NoticeKind.EXPIRY_EXTENDED: codes.EXPIRY_EXTENDED,
}


def _of_state(known: Known, policy: Policy, purpose: Purpose) -> Iterator[Finding]:
    """Yield why a pack may not be supplied."""
    state = known.condition
    if state is None or known.standing is None:
        return
    yield from _of_own_state(known, known.standing, state, purpose)
    yield from (_of_notice(each) for each in state.notices)
    if state.is_expired and state.own is not Status.EXPIRED:
        yield codes.EXPIRED.found(f"Its last day of use was {state.expires_on}.")
    yield from _of_past(known, policy)
    yield from _of_place(known, state)
    if not STATES[state.status].is_saleable:
        return
    if state.eu in policy.not_dispensable:
        text = f"In {policy.market} a pack that is {state.eu} may not be supplied."
        yield codes.RULE_OF_MARKET.found(text)


def _of_own_state(
    known: Known, standing: Standing, state: Condition, purpose: Purpose
) -> Iterator[Finding]:
    if state.own is Status.DISPENSED:
        is_here = known.ended is None or known.ended.is_same
        code = codes.DISPENSED_HERE if is_here else codes.DISPENSED_ELSEWHERE
    elif state.own is Status.RETURNED and purpose is not Purpose.RETURN:
        code = codes.RETURNED
    elif state.own in _OWN:
        code = _OWN[state.own]
    else:
        return
    because = standing.because
    place = because and (because.biz_location or because.read_point)
    since = f" since {standing.since.date()}" if standing.since else ""
    words = state.own.value.replace("_", " ")
    yield code.found(f"It has been {words}{since}{f' at {place}' if place else ''}.")


def _of_notice(notice: Notice) -> Finding:
    words = notice.kind.value.replace("_", " ")
    day = f", to {notice.expires_on}" if notice.expires_on else ""
    text = (
        f"Its {notice.level} is {words}{day} since {notice.effective_at:%Y-%m-%d}: {notice.reason}"
    )
    return _NOTICES[notice.kind].found(text)


def _of_past(known: Known, policy: Policy) -> Iterator[Finding]:
    """Yield what the pack once was and, by the rules of the market, remains for ever."""
    if known.standing is None:
        return
    for step in known.steps:
        effect = effect_on(step)
        was = STATES[effect].eu if isinstance(effect, Status) else None
        if was in policy.terminal and effect is not known.standing.status:
            code = codes.STOLEN if effect is Status.STOLEN else codes.DESTROYED
            yield code.found(f"It was {was} on {step.event_time.date()}, which never ends.")
            return


def _of_place(known: Known, state: Condition) -> Iterator[Finding]:
    """Yield that the pack, by the record, is not where it is asked about."""
    where = known.where
    if where is None or where.is_same or not STATES[state.own].is_saleable:
        return
    place = known.standing.location if known.standing else None
    text = f"By the record it is at {place}, and nothing says that it left."
    yield (codes.AT_ANOTHER_SITE if where.is_same_party else codes.HELD_BY_OTHERS).found(text)
