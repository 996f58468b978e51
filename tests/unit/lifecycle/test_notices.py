"""What is said of lots and products, and what a pack counts as then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from packtrail.lifecycle.journey import Standing, Status
from packtrail.lifecycle.notices import (
    RULES,
    Notice,
    NoticeKind,
    concerning,
    condition,
    in_force,
    refusals,
)

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
GTIN, LOT = "00300010123455", "L1"
HELD, RELEASED = NoticeKind.HELD, NoticeKind.RELEASED


def notice(kind: NoticeKind, hour: float = 0, **more) -> Notice:
    at = NOON + timedelta(hours=hour)
    facts = {"lot": LOT, "effective_at": at, "recorded_at": at, "reason": "test"} | more
    return Notice(notice_id=f"{kind} {hour}", kind=kind, gtin=GTIN, **facts)


def at(hour: float) -> dict:
    return {"as_of": NOON + timedelta(hours=hour)}


def kinds(notices) -> list[NoticeKind]:
    return [each.kind for each in notices]


def test_a_hold_ends_by_a_release_of_the_same_subject_and_market():
    made = [notice(HELD, 1), notice(RELEASED, 2)]

    assert kinds(in_force(made, **at(0.5))) == []
    assert kinds(in_force(made, **at(1))) == [HELD]
    assert kinds(in_force(made, **at(2))) == []
    assert kinds(in_force([notice(HELD, 1, lot="L2"), made[1]], **at(3))) == [HELD]
    assert kinds(in_force([notice(HELD, 1, market="DE"), made[1]], **at(3))) == [HELD]


@pytest.mark.parametrize("kind", [NoticeKind.RECALLED, NoticeKind.WITHDRAWN])
@pytest.mark.parametrize("end", [NoticeKind.RELEASED, NoticeKind.CLEARED])
def test_a_recall_and_a_withdrawal_never_end(kind, end):
    assert kinds(in_force([notice(kind, 1), notice(end, 2)], **at(3))) == [kind]
    assert RULES[kind].is_final


def test_what_should_not_have_been_said_is_retracted_and_stays_known():
    recall = notice(NoticeKind.RECALLED, 1)
    retraction = replace(notice(RELEASED, 5), retracts=recall.notice_id)
    known_then = NOON + timedelta(hours=4)

    assert kinds(in_force([recall, retraction], **at(2))) == []
    assert kinds(in_force([recall, retraction], **at(2), as_known_at=known_then)) == [
        NoticeKind.RECALLED
    ]


def test_what_was_said_late_holds_from_when_it_was_so():
    late = notice(HELD, 1, recorded_at=NOON + timedelta(days=2))

    assert kinds(in_force([late], **at(1))) == [HELD]
    assert kinds(in_force([late], **at(1), as_known_at=NOON + timedelta(hours=2))) == []


def test_notices_of_another_market_are_left_out_where_one_is_asked_for():
    german = notice(HELD, 1, market="DE")

    assert kinds(in_force([german], **at(2))) == [HELD]
    assert kinds(in_force([german], **at(2), market="DE")) == [HELD]
    assert kinds(in_force([german], **at(2), market="FR")) == []


def test_the_gravest_comes_first():
    made = [
        notice(kind, hour) for hour, kind in enumerate(reversed(RULES))
    ]  # the last ends suspicion

    assert kinds(in_force(made, **at(99))) == [
        kind for kind in RULES if kind not in {RELEASED, NoticeKind.CLEARED, NoticeKind.SUSPECT}
    ]


def test_a_notice_bears_on_what_is_inside_its_subject():
    product, lot, pack = notice(HELD, lot=None), notice(HELD), notice(HELD, serial="1")
    every = [product, lot, pack]

    assert concerning(every, gtin=GTIN, lot=LOT, serial="1") == (product, lot, pack)
    assert concerning(every, gtin=GTIN, lot=LOT, serial="2") == (product, lot)
    assert concerning(every, gtin=GTIN, lot="L2", serial="1") == (product,)
    assert concerning(every, gtin=GTIN, lot=None, serial=None) == (product,)
    assert concerning(every, gtin="00300010123462", lot=LOT, serial="1") == ()


def standing(status: Status, expires_on: date | None = date(2028, 1, 31)) -> Standing:
    return Standing(status=status, lot=LOT, expires_on=expires_on)


DAY = date(2026, 3, 3)
LATER = date(2028, 2, 1)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NoticeKind.RECALLED, Status.RECALLED),
        (NoticeKind.WITHDRAWN, Status.WITHDRAWN),
        (NoticeKind.SUSPECT, Status.ON_HOLD),
        (NoticeKind.ILLEGITIMATE, Status.ON_HOLD),
        (NoticeKind.HELD, Status.ON_HOLD),
    ],
)
@pytest.mark.parametrize("own", [Status.ACTIVE, Status.IN_TRANSIT, Status.PACKED, Status.RETURNED])
def test_lot_and_product_override_what_a_pack_is(kind, status, own):
    found = condition(standing(own), (notice(kind),), on=DAY)

    assert (found.status, found.own, found.is_saleable) == (status, own, False)


@pytest.mark.parametrize("own", [Status.DISPENSED, Status.DESTROYED, Status.STOLEN])
def test_a_pack_that_is_dead_stays_what_it_is_when_its_lot_is_recalled(own):
    found = condition(standing(own), (notice(NoticeKind.RECALLED),), on=DAY)

    assert (found.status, found.is_saleable) == (own, False)
    assert kinds(found.notices) == [NoticeKind.RECALLED]


def test_a_pack_expires_by_date():
    assert condition(standing(Status.ACTIVE), (), on=date(2028, 1, 31)).is_saleable
    expired = condition(standing(Status.ACTIVE), (), on=LATER)

    assert (expired.status, expired.is_expired, expired.eu) == (Status.EXPIRED, True, "expired")
    assert not expired.is_saleable


def test_an_extension_moves_the_last_day_and_bars_nothing():
    extended = notice(NoticeKind.EXPIRY_EXTENDED, expires_on=date(2028, 7, 31))
    found = condition(standing(Status.ACTIVE), (extended,), on=LATER)

    assert (found.status, found.expires_on) == (Status.ACTIVE, date(2028, 7, 31))
    assert found.is_saleable
    assert not condition(standing(Status.ACTIVE), (extended,), on=date(2028, 8, 1)).is_saleable


def test_what_is_not_for_redistribution_is_genuine_and_not_for_sale():
    found = condition(standing(Status.ACTIVE), (notice(NoticeKind.NOT_FOR_REDISTRIBUTION),), on=DAY)

    assert (found.status, found.is_saleable) == (Status.ACTIVE, False)


@pytest.mark.parametrize(
    ("new", "there", "codes"),
    [
        (notice(NoticeKind.RECALLED), [], []),
        (notice(NoticeKind.RECALLED, lot=None), [], ["LIF-001"]),
        (notice(NoticeKind.WITHDRAWN), [], ["LIF-001"]),
        (notice(HELD, reason=" "), [], ["LIF-002"]),
        (notice(HELD, 2), [notice(HELD, 1)], ["LIF-003"]),
        (notice(HELD, 2), [notice(HELD, 1, lot=None)], []),
        (notice(RELEASED), [], ["LIF-004"]),
        (notice(RELEASED, 2), [notice(HELD, 1)], []),
        (notice(RELEASED, 2), [notice(NoticeKind.RECALLED, 1)], ["LIF-004"]),
        (notice(NoticeKind.EXPIRY_EXTENDED), [], ["LIF-005"]),
        (notice(HELD, expires_on=LATER), [], ["LIF-005"]),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused(new, there, codes):
    assert [finding.code for finding in refusals(new, there)] == codes
