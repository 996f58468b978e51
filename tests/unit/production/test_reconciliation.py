"""The account of an order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from packtrail.lifecycle.journey import Status
from packtrail.production.levels import Level
from packtrail.production.reconciliation import (
    LevelSums,
    Number,
    Outcome,
    Reconciliation,
    Reported,
    outcome_of,
    reconcile,
)

FINE = Reported(reports=3, unknown=(), doubles=(), waiting=0, missing=(), line_counts={})
GTIN = "03000101234509"


def packs(*numbers: Number, planned: int = 1, reported: Reported = FINE) -> Reconciliation:
    return reconcile([(Level.PACK, GTIN, planned, numbers)], reported)


def good(number: str = "G", **more: object) -> Number:
    return Number(number=number, status=Status.ACTIVE, is_packed=True, **more)


def sums(account: Reconciliation) -> LevelSums:
    return account.levels[0]


def codes(account: Reconciliation) -> list[str]:
    return [each.code for each in account.findings]


@pytest.mark.parametrize(
    ("status", "mark", "settled", "outcome"),
    [
        (Status.ACTIVE, None, None, Outcome.COMMISSIONED),
        (Status.ACTIVE, "encoded", "used", Outcome.COMMISSIONED),
        (Status.IN_TRANSIT, None, None, Outcome.COMMISSIONED),
        (Status.UNKNOWN, None, None, Outcome.UNACCOUNTED),
        (Status.SAMPLED, None, None, Outcome.SAMPLED),
        (Status.DESTROYED, None, None, Outcome.DESTROYED),
        (Status.DECOMMISSIONED, None, None, Outcome.REJECTED),
        (None, "rejected", None, Outcome.REJECTED),
        (None, "rejected", "void", Outcome.REJECTED),
        (None, "label_sampled", None, Outcome.SAMPLED),
        (None, None, "returned", Outcome.RETURNED),
        (None, None, "expired", Outcome.RETURNED),
        (None, "encoded", "void", Outcome.VOID),
        (None, "encoded", None, Outcome.UNACCOUNTED),
        (None, None, "used", Outcome.UNACCOUNTED),
        (None, None, None, Outcome.UNACCOUNTED),
    ],
)
def test_each_number_has_one_outcome(
    status: Status | None, mark: str | None, settled: str | None, outcome: Outcome
) -> None:
    assert outcome_of(status, mark=mark, settled=settled) is outcome


def test_outcomes_add_up_to_what_was_issued() -> None:
    account = packs(
        good("1"), good("2"), Number(number="3", status=Status.SAMPLED, reason="retention"),
        Number(number="4", status=None, mark="rejected", reason="unreadable"),
        Number(number="5", status=Status.DESTROYED),
        Number(number="6", status=None, settled="void"),
        Number(number="7", status=None, settled="returned"),
        Number(number="8", status=None),
    )  # fmt: skip

    told = sums(account)
    assert sum(told.outcomes.values()) == told.issued == 8
    assert (told.good, told.made, told.yield_percent) == (2, 5, 40.0)
    assert told.reasons == {"retention": 1, "unreadable": 1}
    assert told.unaccounted == ("8",)
    assert codes(account) == ["LIN-050"]


def test_an_order_adds_up_when_nothing_is_open() -> None:
    account = packs(good())

    assert (account.adds_up, account.findings) == (True, ())


@pytest.mark.parametrize(
    ("reported", "code"),
    [
        (replace(FINE, unknown=("X",)), "LIN-051"),
        (replace(FINE, doubles=("G",)), "LIN-052"),
        (replace(FINE, waiting=1), "LIN-055"),
        (replace(FINE, missing=(2,)), "LIN-054"),
    ],
)
def test_what_is_strange_keeps_an_order_open(reported: Reported, code: str) -> None:
    account = packs(good(), reported=reported)

    assert (codes(account), account.adds_up) == ([code], False)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [({"good": 1, "pack": 1, "rejected": 0, "pressure": 3}, []), ({"good": 2}, ["LIN-053"])],
)
def test_the_counts_of_the_line_are_compared(counts: dict[str, int], expected: list[str]) -> None:
    account = packs(good(), reported=replace(FINE, line_counts=counts))

    assert (codes(account), account.adds_up) == (expected, True)


def test_a_number_in_use_though_given_back_is_an_error() -> None:
    account = packs(good(settled="returned"))

    assert codes(account) == ["LIN-056"]
    assert sums(account).misused == ("G",)


def test_loose_packs_are_told_where_there_is_a_level_above() -> None:
    loose = replace(good(), is_packed=False)
    case = Number(number="C", status=Status.ACTIVE)

    account = reconcile([(Level.PACK, GTIN, 1, [loose]), (Level.CASE, "0", 1, [case])], FINE)

    assert codes(account) == ["LIN-057"]


def test_a_short_batch_is_only_noted() -> None:
    account = packs(good(), planned=5)

    assert (codes(account), account.adds_up) == (["LIN-059"], True)


def test_the_digest_changes_with_whatever_is_told() -> None:
    digests = {
        packs(good()).digest,
        packs(good(), planned=2).digest,
        packs(good("1"), good("2")).digest,
        packs(good(), reported=replace(FINE, reports=4)).digest,
        packs(Number(number="G", status=None)).digest,
        packs(Number(number="H", status=None)).digest,
    }

    assert len(digests) == 6
    assert packs(good()).digest == packs(good()).digest
