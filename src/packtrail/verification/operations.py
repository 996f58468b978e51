"""Operations of a repository: verify a pack, take it out of use, take that back.

Of one question and what is recorded a decision is made: an outcome, whether it alarms, and whether
an event is to be recorded. Only an active pack can be taken out of use; a second attempt alarms. A
lot or product that is recalled, withdrawn or expired bars, and alarms nobody.

    >>> OPERATIONS[Operation.DISPENSE].status
    <Status.DISPENSED: 'dispensed'>

Clause:
    Delegated Regulation (EU) 2016/161, Articles 10, 13, 16, 22, 23, 25 and 36.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle import codes as lifecycle_codes
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.notices import NoticeKind
from packtrail.lifecycle.states import BIZ_STEP, DISPOSITION, STATES
from packtrail.lifecycle.undo import Occasion, refusals
from packtrail.verification import codes
from packtrail.verification.judging import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packtrail.base.findings import Finding, FindingCode
    from packtrail.lifecycle.journey import Standing
    from packtrail.lifecycle.notices import Condition
    from packtrail.verification.policy import Policy


class Operation(StrEnum):
    """What is done to a pack."""

    VERIFY = "verify"
    DISPENSE = "dispense"
    EXPORT = "export"
    SAMPLE = "sample"
    FREE_SAMPLE = "free_sample"
    LOCK = "lock"
    CHECK_OUT = "check_out"
    DESTROY = "destroy"
    STEAL = "report_stolen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a pack is taken out of use: what it becomes, and the words of the event."""

    status: Status
    disposition: str
    biz_step: str = "decommissioning"
    is_supply: bool = False
    """It goes to somebody who uses it, so nothing at all may be against it."""


OPERATIONS: Final[Mapping[Operation, Ending]] = {
    Operation.DISPENSE: Ending(
        status=Status.DISPENSED, disposition="dispensed", biz_step="dispensing", is_supply=True
    ),
    Operation.EXPORT: Ending(status=Status.EXPORTED, disposition=f"{DISPOSITION}exported"),
    Operation.SAMPLE: Ending(
        status=Status.SAMPLED, disposition="non_sellable_other", biz_step="sampling"
    ),
    Operation.FREE_SAMPLE: Ending(
        status=Status.FREE_SAMPLE, disposition=f"{DISPOSITION}free_sample", is_supply=True
    ),
    Operation.LOCK: Ending(
        status=Status.LOCKED, disposition=f"{DISPOSITION}locked", biz_step="holding"
    ),
    Operation.CHECK_OUT: Ending(status=Status.CHECKED_OUT, disposition=f"{DISPOSITION}checked_out"),
    Operation.DESTROY: Ending(
        status=Status.DESTROYED, disposition="destroyed", biz_step="destroying"
    ),
    Operation.STEAL: Ending(status=Status.STOLEN, disposition="stolen"),
}
"""Operation -> what it makes of a pack; `verify` makes nothing of it."""

REACTIVATING: Final = f"{BIZ_STEP}reactivating"
"""Business step of an undo."""


class Outcome(StrEnum):
    """What came of an operation; national systems have a code for each."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DONE = "done"
    NOT_READ = "not_read"
    PRODUCT_UNKNOWN = "product_unknown"
    SERIAL_UNKNOWN = "serial_unknown"
    LOT_MISMATCH = "lot_mismatch"
    EXPIRY_MISMATCH = "expiry_mismatch"
    ALREADY_INACTIVE = "already_inactive"
    BARRED = "barred"
    NOT_FREE = "not_free"
    UNDO_OF_ACTIVE = "undo_of_active"
    UNDO_OF_ANOTHER = "undo_of_another"
    UNDO_LATE = "undo_late"
    UNDO_ELSEWHERE = "undo_elsewhere"
    UNDO_BARRED = "undo_barred"
    NEVER_UNDONE = "never_undone"


_O = Outcome
ALARMS: Final = frozenset(
    {
        *(_O.SERIAL_UNKNOWN, _O.LOT_MISMATCH, _O.EXPIRY_MISMATCH, _O.ALREADY_INACTIVE),
        *(_O.UNDO_OF_ANOTHER, _O.UNDO_LATE, _O.UNDO_ELSEWHERE, _O.NEVER_UNDONE, _O.NOT_FREE),
    }
)
"""Outcomes that may mean a falsified medicine; the rest is information, or technical."""
IS_FINE: Final = frozenset({_O.ACTIVE, _O.DONE, _O.UNDO_OF_ACTIVE})

_BY_REASON: Final[Mapping[FindingCode, Outcome]] = {
    codes.UNREADABLE: _O.NOT_READ,
    codes.NOT_COMPLETE: _O.NOT_READ,
    codes.CUT_OFF: _O.NOT_READ,
    # Keyboards and typing are told apart before anything is said of the pack.
    codes.LAYOUT_DAMAGE: _O.NOT_READ,
    codes.LOOKS_ALIKE: _O.NOT_READ,
    codes.LOT_LOOKS_ALIKE: _O.NOT_READ,
    codes.PRODUCT_UNKNOWN: _O.PRODUCT_UNKNOWN,
    codes.SERIAL_UNKNOWN: _O.SERIAL_UNKNOWN,
    codes.NOT_YET_TOLD: _O.SERIAL_UNKNOWN,
    codes.NO_ORIGIN: _O.SERIAL_UNKNOWN,
    codes.LOT_WRONG: _O.LOT_MISMATCH,
    codes.EXPIRY_WRONG: _O.EXPIRY_MISMATCH,
}
"""Reason of a verification -> outcome, the first that holds."""
_EXTENDED: Final = NoticeKind.EXPIRY_EXTENDED
"""The one notice that speaks for a pack."""
_BARS: Final = frozenset({Status.RECALLED, Status.WITHDRAWN, Status.EXPIRED})
_SAYS: Final[Mapping[Outcome, FindingCode]] = {
    _O.ALREADY_INACTIVE: codes.ALREADY_INACTIVE,
    _O.BARRED: codes.BARRED,
    _O.NOT_FREE: codes.NOT_FREE,
    _O.UNDO_OF_ACTIVE: codes.UNDO_OF_ACTIVE,
    _O.UNDO_OF_ANOTHER: codes.UNDO_OF_ANOTHER,
    _O.UNDO_LATE: codes.UNDO_LATE,
    _O.UNDO_ELSEWHERE: codes.UNDO_ELSEWHERE,
    _O.UNDO_BARRED: codes.UNDO_BARRED,
    _O.NEVER_UNDONE: codes.NEVER_UNDONE,
}
_BY_REFUSAL: Final[Mapping[str, Outcome]] = {
    lifecycle_codes.UNDONE_EXPIRED.code: _O.UNDO_BARRED,
    lifecycle_codes.UNDONE_LATE.code: _O.UNDO_LATE,
    lifecycle_codes.UNDONE_ELSEWHERE.code: _O.UNDO_ELSEWHERE,
}
"""Why the rule of the market refuses an undo -> outcome, the gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verification, as an operation builds on it."""

    verdict: Verdict
    reasons: tuple[Finding, ...]
    standing: Standing | None
    condition: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What comes of an operation on one pack."""

    outcome: Outcome
    finding: Finding | None
    """What is to be said of it; None where it went well."""
    records: bool = False
    """Whether an event is to be recorded."""

    @property
    def is_alarm(self) -> bool:
        """Whether it may mean a falsified medicine."""
        return self.outcome in ALARMS


def decide(
    operation: Operation,
    judged: Judged,
    policy: Policy,
    *,
    occasion: Occasion,
    is_undo: bool = False,
) -> Decision:
    """Decide what comes of an operation on one pack.

    Args:
        operation: What is done, or with `is_undo` taken back.
        judged: The verification of the pack, where it is and who has it left aside.
        policy: The rules of the market.
        occasion: When, and at which premises.
        is_undo: The operation is taken back.
    """
    known = _known(judged.reasons)
    standing, condition = judged.standing, judged.condition
    if known is not None:
        return known
    if standing is None or condition is None:
        return Decision(outcome=_O.SERIAL_UNKNOWN, finding=None)
    if is_undo:
        return _undone(operation, standing, condition, policy, occasion)
    if operation is Operation.VERIFY:
        is_fine = judged.verdict is Verdict.GENUINE
        finding = None if is_fine else _first(judged.reasons)
        return Decision(outcome=_O.ACTIVE if is_fine else _O.INACTIVE, finding=finding)
    return _ended(OPERATIONS[operation], judged, standing, condition)


def _known(reasons: Iterable[Finding]) -> Decision | None:
    """Return what the data of the pack decide, whatever its state is."""
    outcomes = {code.code: outcome for code, outcome in _BY_REASON.items()}
    found = next((each for each in reasons if each.code in outcomes), None)
    return Decision(outcome=outcomes[found.code], finding=found) if found else None


def _first(reasons: Iterable[Finding]) -> Finding | None:
    return next(iter(reasons), None)


def _ended(ending: Ending, judged: Judged, standing: Standing, condition: Condition) -> Decision:
    own = STATES[standing.status]
    if own.eu != "active" and standing.status not in _BARS:
        return _says(_O.ALREADY_INACTIVE, standing.why)
    is_barred = condition.status in _BARS or condition.is_expired
    if ending.status in {Status.DESTROYED, Status.STOLEN}:
        return Decision(outcome=_O.DONE, finding=None, records=True)  # Of what is barred, too.
    if is_barred:
        return _says(_O.BARRED, f"It counts as {_words(condition.status)}.")
    is_free = judged.verdict is Verdict.GENUINE if ending.is_supply else not _is_suspect(judged)
    if not is_free:
        first = _first(judged.reasons)
        return _says(_O.NOT_FREE, first.message if first else "")
    return Decision(outcome=_O.DONE, finding=None, records=True)


def _undone(
    operation: Operation,
    standing: Standing,
    condition: Condition,
    policy: Policy,
    occasion: Occasion,
) -> Decision:
    status, ended = standing.status, standing.because
    wanted = OPERATIONS[operation].status if operation in OPERATIONS else None
    if STATES[status].eu == "active":
        return _says(_O.UNDO_OF_ACTIVE, f"It is {_words(status)}.")
    if STATES[status].eu in policy.terminal or (status is wanted and not _can_be_undone(status)):
        return _says(_O.NEVER_UNDONE, f"It is {_words(status)}.")
    if status is not wanted or ended is None:
        asked = _words(wanted) if wanted else operation.value
        return _says(_O.UNDO_OF_ANOTHER, f"It is {_words(status)}, not {asked}.")
    barring = [each.kind for each in condition.notices if each.kind is not _EXTENDED]
    if barring or condition.is_expired:
        word = barring[0].value if barring else "expired"
        return _says(_O.UNDO_BARRED, f"It is {word.replace('_', ' ')}.")
    since = Occasion(ended.event_time, ended.biz_location or ended.read_point)
    # The fold, which knows no notices, lets no undo count after the expiry that is on the pack.
    expires_on = standing.expires_on
    against = {
        each.code: each
        for each in refusals(policy.undo, since, occasion, expires_on=expires_on, event_id="")
    }
    for code, outcome in _BY_REFUSAL.items():
        if code in against:
            return _says(outcome, against[code].message)
    return Decision(outcome=_O.DONE, finding=None, records=True)


def _can_be_undone(status: Status) -> bool:
    return STATES[status].can_be_undone


def _is_suspect(judged: Judged) -> bool:
    return judged.verdict is Verdict.SUSPECT


def _says(outcome: Outcome, text: str) -> Decision:
    return Decision(outcome=outcome, finding=_SAYS[outcome].found(text))


def _words(status: Status) -> str:
    return status.value.replace("_", " ")
