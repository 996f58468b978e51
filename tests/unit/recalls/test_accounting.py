"""What a holder says and what events tell of the same packs is never counted twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from packtrail.recalls import CheckLevel, Depth, Entry, EntryKind, Hazard, RecallKind, fold
from packtrail.recalls.accounting import Account, Fate, account
from packtrail.recalls.case import HolderCase

BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
KINDS = EntryKind


def holder(*told: tuple[EntryKind, dict[str, Any]]) -> HolderCase:
    """What came of one holder, by its entries in order."""
    entries = [
        Entry(
            number=number, kind=kind, at=BEGAN + timedelta(hours=number), by="ann",
            actor_id="user:ann", holder="depot", detail=detail,
        )
        for number, (kind, detail) in enumerate(told)
    ]  # fmt: skip
    case = fold(
        entries, number="R-2026-1", kind=RecallKind.RECALL, hazard=Hazard.TWO, depth=Depth.RETAIL,
        level=CheckLevel.A, opened_at=BEGAN,
    )  # fmt: skip
    return case.of("depot")


def sent(packs: int) -> tuple[EntryKind, dict[str, Any]]:
    return KINDS.SENT, {"packs": packs, "way": "mail", "reason": "Letter"}


def answered(destroyed: int, **more: Any) -> tuple[EntryKind, dict[str, Any]]:
    return KINDS.ACKNOWLEDGED, {
        "person": "Mr Delta", "on": "2026-11-23", "destroyed": destroyed, **more
    }  # fmt: skip


def accounted(held: int, destroyed: int, case: HolderCase) -> Account:
    return account({Fate.HELD: held, Fate.DESTROYED: destroyed}, Depth.RETAIL, case)


def test_what_was_destroyed_by_events_since_the_message_is_not_counted_by_word_too() -> None:
    told = accounted(70, 30, holder(sent(100), answered(40, packs=100)))
    assert (told.missing, told.by_word) == (60, 10)


def test_a_holder_that_is_told_again_accounts_for_no_more_packs() -> None:
    once = holder(sent(100), answered(40, packs=100))
    twice = holder(sent(100), answered(40, packs=100), sent(60))

    assert accounted(60, 40, once).missing == accounted(60, 40, twice).missing == 60
    assert twice.told_packs == 60


def test_an_answer_to_the_second_message_may_tell_of_the_first_one_too() -> None:
    case = holder(sent(100), sent(60), answered(60, packs=60))
    assert (accounted(60, 40, case).missing, accounted(60, 40, case).by_word) == (40, 20)


def test_an_answer_that_nobody_asked_for_is_measured_by_what_was_open_then() -> None:
    case = holder(answered(3, packs=4))
    assert (accounted(4, 0, case).missing, accounted(4, 0, case).by_word) == (1, 3)
    assert (accounted(2, 2, case).missing, accounted(2, 2, case).by_word) == (1, 1)


def test_an_answer_of_a_record_that_did_not_tell_what_was_open_is_read_as_before() -> None:
    told = accounted(70, 30, holder(sent(100), answered(40)))
    assert (told.missing, told.by_word) == (60, 10)
