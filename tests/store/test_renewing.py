"""What is kept of a pass and renewed equals a pass over everything, whatever comes in between."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.store.making import commissioning, declared_wrong, pack_uri, packing, record, seen, sscc
from tests.store.test_readings_agree import random_event, told_again

from packtrail.lifecycle.sweep import NOTHING
from packtrail.store import census, happenings, renewing
from packtrail.store.database import Database

PLAIN = (
    *("status", "since", "is_moving", "left_at", "expires", "is_direct", "was_moved"),
    *("was_elsewhere", "was_impossible", "is_seen", "is_container", "is_made_again"),
)


def told(kept: renewing.Kept) -> dict[tuple[int, int], tuple[object, ...]]:
    """What is known of each object, without the numbers that a pass gives."""
    sweep, places, lots = kept.sweep, kept.places.all(), kept.lots.all()
    where = {first: one for one, first in kept.layout.bases.items()}
    firsts = np.array(sorted(where))

    def instance(number: int) -> tuple[int, int] | None:
        if number == NOTHING:
            return None
        first = int(firsts[np.searchsorted(firsts, number, side="right") - 1])
        return where[first], number - first

    def text(texts: tuple[str, ...], number: int) -> str | None:
        return None if number == NOTHING else texts[number]

    return {
        instance(number): (
            *(getattr(sweep, name)[number].item() for name in PLAIN),
            text(places, sweep.place[number]),
            text(places, sweep.goal[number]),
            text(lots, sweep.lot[number]),
            instance(int(sweep.parent[number])),
            bool(sweep.origin[number]),
        )
        for number in np.flatnonzero(sweep.is_seen).tolist()
    }


def documents(rng: random.Random):
    events = [random_event(rng) for _ in range(90)]
    events += [told_again(rng, event) for event in rng.choices(events, k=25)]
    events += [declared_wrong(event) for event in rng.sample(events, 12)]
    rng.shuffle(events)
    return [events[number : number + 6] for number in range(0, len(events), 6)]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("audiences", [[1], [1, 2]])
def test_what_is_renewed_equals_a_pass_over_everything(fresh_database: Database, seed, audiences):
    rng = random.Random(seed)
    with fresh_database.snapshot() as conn:
        kept = renewing.take(conn, audiences)
    for number, document in enumerate(documents(rng)):
        owner = rng.choice([1, 1, 1, 2])
        again = rng.random() < 0.3
        with fresh_database.transaction() as conn:
            hour = 100 + number / 100
            record(conn, document, owner_id=owner, audience_id=owner, hour=hour)
            if again:
                other = 3 - owner
                record(conn, document, owner_id=other, audience_id=other, hour=hour + 1)
        with fresh_database.snapshot() as conn:
            renewed = renewing.renewed(conn, kept, audiences, in_place=number % 2 == 0)
            whole = renewing.take(conn, audiences)

        assert renewed is not None
        assert told(renewed) == told(whole)

        kept = renewed


def test_what_is_renewed_has_room_for_many_new_objects(fresh_database: Database):
    packs = [pack_uri(number) for number in range(6_000)]
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, packs[:100]), packing(1, sscc(1), packs[:50])])
    with fresh_database.snapshot() as conn:
        kept = renewing.take(conn, [1])
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(2, packs[100:]), packing(3, sscc(2), [sscc(1), packs[5_000]])])
    with fresh_database.snapshot() as conn:
        renewed = renewing.renewed(conn, kept, [1], in_place=True)
        whole = renewing.take(conn, [1])

    assert renewed is not None
    assert renewed.layout.total > kept.layout.total
    assert told(renewed) == told(whole)


def test_what_is_kept_is_of_no_use_when_segments_are_gone(fresh_database: Database):
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, [pack_uri(1)])])
    with fresh_database.snapshot() as conn:
        kept = renewing.take(conn, [1])
    with fresh_database.transaction() as conn:
        conn.execute("delete from segment")
    with fresh_database.snapshot() as conn:
        assert renewing.renewed(conn, kept, [1], in_place=True) is None


def test_nothing_but_what_is_new_is_read(fresh_database: Database, monkeypatch):
    with fresh_database.transaction() as conn:
        record(conn, [commissioning(0, [pack_uri(1)]), packing(1, sscc(1), [pack_uri(1)])])
        record(
            conn, [commissioning(0, [pack_uri(2)]), packing(1, sscc(2), [pack_uri(2)])], hour=1000.1
        )
    with fresh_database.snapshot() as conn:
        kept = renewing.take(conn, [1])
    with fresh_database.transaction() as conn:
        record(conn, [seen(9, [sscc(1)], "shipping", "in_transit")], hour=1001)
    went_over = []
    whole = renewing.happenings.in_order

    def noting(found, *args, **more):
        went_over.append(len(found))
        return whole(found, *args, **more)

    monkeypatch.setattr(renewing.happenings, "in_order", noting)
    with fresh_database.snapshot() as conn:
        renewing.renewed(conn, kept, [1], in_place=True)

    assert went_over == [3]


def packings(rng: random.Random):
    """Documents of packing events that are alike, and now and then bear on each other."""
    packs, cases = [pack_uri(n) for n in range(40)], [sscc(n) for n in range(10)]
    pallets = [sscc(100 + n) for n in range(4)]
    for number in range(12):
        action, hour = rng.choice(["ADD", "ADD", "DELETE"]), rng.randint(0, 10)
        is_mixed = rng.random() < 0.3
        parents = cases + pallets if is_mixed else rng.choice([cases, pallets])
        inside = packs + cases if is_mixed else packs if parents is cases else cases
        free = rng.sample(inside, len(inside))
        yield [
            packing(
                hour + at / 100,
                parent,
                [free.pop() for _ in range(rng.randint(1, 4)) if free] or [rng.choice(inside)],
                action,
            )
            for at, parent in enumerate(rng.sample(parents, rng.randint(2, len(parents))))
        ]
        yield [seen(hour + 0.5, rng.sample(cases + pallets, 3), "shipping", "in_transit")]
        if number == 0:
            yield [commissioning(0, packs)]


@pytest.mark.parametrize("seed", range(12))
def test_packings_told_at_once_are_what_they_are_one_by_one(
    fresh_database: Database, seed, monkeypatch
):
    together = []
    take = census.Pass.take_packings
    monkeypatch.setattr(
        census.Pass, "take_packings", lambda self, some: (together.append(some), take(self, some))
    )
    with fresh_database.transaction() as conn:
        for number, document in enumerate(packings(random.Random(seed))):
            record(conn, document, hour=100 + number / 100)
    with fresh_database.snapshot() as conn:
        at_once = told(renewing.take(conn, [1]))
        monkeypatch.setattr(happenings, "_TOGETHER_MIN", 1_000)
        one_by_one = told(renewing.take(conn, [1]))

    assert together
    assert at_once == one_by_one
