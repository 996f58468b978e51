"""Whatever the order in which reports arrive, and however often: the goods end up the same."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from tests.services.plants import GTIN, Plant, make_plant, told

from packtrail.services.goods import tracing
from packtrail.services.orders.reconciling import account
from packtrail.store.database import Database

PACKS, CASES = 9, 3


@pytest.fixture
def plant(fresh_database: Database) -> Iterator[Plant]:
    made = make_plant(fresh_database)
    yield made
    made.app.workers.shutdown(wait=True)


def shift(p: list[str], c: list[str], pallet: str) -> list[dict[str, Any]]:
    """What a line did in one shift, in the order in which it happened."""
    return [
        told("commission", 0, numbers=p[:4]),
        told("commission", 2, numbers=p[4:]),
        told("pack", 4, numbers=p[0:3], parent=c[0]),
        told("pack", 6, numbers=p[3:6], parent=c[1]),
        told("reject", 8, numbers=[p[8]], reason="weight"),
        told("pack", 10, numbers=c[:2], parent=pallet),
        told("unpack", 12, numbers=[c[0]]),
        told("replace", 14, numbers=[p[1]], by=p[6], reason="damaged"),
        told("destroy", 16, numbers=[p[1]], reason="damaged"),
        told("disaggregate", 18, numbers=[c[1]]),
        told("pack", 20, numbers=[p[3], p[7]], parent=c[2], is_partial=True),
        told("sample", 22, numbers=[p[4]], reason="retention"),
        told("repack", 24, numbers=[p[0]], parent=c[2]),
        told("decommission", 26, numbers=[p[5]], reason="machine"),
        told("recommission", 28, numbers=[p[5]], reason="mistake"),
        told("pack", 30, numbers=[c[0]], parent=pallet, is_partial=True),
    ]


def goods(plant: Plant, packs: list[str], cases: list[str], pallet: str) -> list[tuple[str, ...]]:
    """Status and holders of everything, by its place in the lists."""
    names = {f"(00) {case}": f"case {n}" for n, case in enumerate(cases)}
    names[f"(00) {pallet}"] = "pallet"
    found = []
    texts = [f"(01){GTIN}(21){each}" for each in packs] + [f"(00){each}" for each in cases]
    for text in texts:
        seen = tracing.trace(plant.app, plant.maker, text)
        assert seen.findings == ()
        holders = (names[tracing.describing.label_of(each.parent)] for each in seen.holders)
        found.append((seen.standing.status.value, *holders))
    return found


EXPECTED = [
    ("packed", "case 2"), ("destroyed",), ("packed", "case 0", "pallet"), ("packed", "case 2"),
    ("sampled",), ("commissioned",), ("packed", "case 0", "pallet"), ("packed", "case 2"),
    ("decommissioned",), ("packed", "pallet"), ("packed", "pallet"), ("commissioned",),
]  # fmt: skip


@pytest.mark.parametrize("is_counted", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_reports_in_any_order_and_more_than_once_end_the_same(
    plant: Plant, seed: int, is_counted: bool
) -> None:
    plant.order(quantity=PACKS, spare_percent=0)
    packs, cases = plant.take("pack", PACKS), plant.take("case", CASES)
    (pallet, *_) = plant.take("pallet", 2)
    sent = list(enumerate(shift(packs, cases, pallet)))
    rng = Random(seed)
    if seed:  # The first run is the line without any trouble.
        sent += rng.choices(sent, k=5)
        rng.shuffle(sent)

    receipts = [
        plant.report(each, report_id=f"report {n}", sequence=n + 1 if is_counted else None)
        for n, each in sent
    ]

    assert [each for receipt in receipts for each in receipt.findings
            if each.severity == "error"] == []  # fmt: skip
    assert goods(plant, packs, cases, pallet) == EXPECTED
    sums = account(plant.app, plant.maker, "WO-1").sums
    assert (sums.reported.waiting, sums.reported.unknown, sums.reported.doubles) == (0, (), ())
    assert sum(receipt.is_repeated for receipt in receipts) == (5 if seed else 0)
