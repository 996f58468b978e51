"""Numbers of serials from memory: the same as the dictionary has, whatever came between."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.making import commissioning, journey, objects_of, pack_uri, record, seen

from packtrail.store import instances, mentions, name_blocks, presence, runs, seeking
from packtrail.store.database import Database

SALT = 7
COUNT = 300
"""Packs of a document: more than are looked up one by one."""


class Undone(Exception):
    pass


def grown(memory, parts):
    """Return a memory that has read parts of a dictionary: [(first number, serials)] each."""
    for part in parts:
        blocks = [(seq, name_blocks.pack(mentions.texts(serials))) for seq, serials in part]
        memory = memory.grown(blocks, blocks[-1] if blocks else None, SALT)
    return memory


def hashed(serials):
    items = mentions.texts(serials)
    return runs.hashes(items, np.full(len(items), SALT, dtype=np.uint64)), items


@given(
    serials=st.lists(
        st.text("ABC19\u00e9", min_size=1, max_size=20), min_size=1, max_size=60, unique=True
    ),
    others=st.lists(st.text("ABC19\u00e9", min_size=1, max_size=20), max_size=20),
    cuts=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5), st.booleans()), min_size=1),
    bits=st.sampled_from([64, 1]),
)
def test_a_number_is_told_for_every_serial_there_is_and_for_no_other(serials, others, cuts, bits):
    numbers, parts, seq, rest = {}, [[]], 0, list(serials)
    while rest:
        for size, gap, is_new_part in cuts:
            some, rest = rest[:size], rest[size:]
            if some:
                seq += gap
                numbers |= {serial: seq + place for place, serial in enumerate(some)}
                parts[-1].append((seq, some))
                seq += len(some)
                parts += [[]] if is_new_part else []
    with pytest.MonkeyPatch.context() as patch:
        if bits == 1:  # Half of all serials meet in a hash.
            patch.setattr(runs, "hashes", lambda *those: mentions.hashes(*those) >> 63 << 40)
            patch.setattr(presence, "_SMALLEST", 0)
        memory = grown(presence._Memory(), parts)
        asked = [*others, *serials]

        found = memory.numbers(*hashed(asked))

    assert found.tolist() == [numbers.get(serial, -1) for serial in asked]


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch):
    """Every class is remembered as soon as it is asked for; count who is told."""
    told = []
    numbers = presence.Asked.numbers

    def counted(*arguments):
        found = numbers(*arguments)
        told.append(found)
        return found

    monkeypatch.setattr(presence, "_TIMES_READ", 0)
    monkeypatch.setattr(presence.Asked, "numbers", counted)
    return told


def packs(name: str, count: int = COUNT) -> list[str]:
    return [pack_uri(f"{name}{number:04}") for number in range(count)]


def commission(database: Database, uris: list[str], hour: float) -> None:
    with database.transaction(is_pipelined=True) as conn:
        record(conn, [commissioning(hour, uris)], hour=hour)


def dispense(database: Database, uris: list[str], hour: float) -> None:
    some = random.Random(hour).sample(uris, len(uris))
    with database.transaction(is_pipelined=True) as conn:
        record(conn, [seen(hour, [uri], "dispensing", "dispensed") for uri in some], hour=hour)


def record_and_undo(database: Database, uris: list[str]) -> None:
    with database.transaction(is_pipelined=True) as conn:
        record(conn, [commissioning(2, uris)], hour=2)
        record(conn, [seen(3, uris, "shipping")], hour=3)
        raise Undone


def steps(database: Database, uri: str) -> list[str | None]:
    with database.reading() as conn:
        found = journey(conn, uri)
        assert found is not None
        return [step.biz_step for step in found.steps]


def prepared(database: Database) -> None:
    """Make the partitions of the months, which a pipelined connection cannot."""
    with database.transaction() as conn:
        record(conn, [commissioning(0, [pack_uri("FIRST")])], hour=1)


def test_packs_of_many_cases_are_found_in_memory(fresh_database: Database, remembering):
    prepared(fresh_database)
    every = []
    for hour, name in enumerate("ABC", 2):
        commission(fresh_database, packs(name), hour)
        every += packs(name)
    dispense(fresh_database, every, 10)
    commission(fresh_database, packs("D"), 11)
    dispense(fresh_database, packs("D"), 12)

    assert remembering
    assert all(found is not None for found in remembering)
    with fresh_database.reading() as conn:
        assert objects_of(conn) == ["FIRST", *[f"{x}{n:04}" for x in "ABCD" for n in range(COUNT)]]
    for uri in every[::97]:
        assert steps(fresh_database, uri) == ["commissioning", "dispensing"]


def test_several_classes_are_remembered_at_once(fresh_database: Database, remembering):
    prepared(fresh_database)
    others = [uri.replace("012345", "054321") for uri in packs("A")]
    commission(fresh_database, [*packs("A"), *others], 2)
    commission(fresh_database, [*packs("B"), *others[:1]], 3)
    dispense(fresh_database, [*packs("A"), *others, *packs("B")], 4)

    assert sum(found is not None for found in remembering) >= 2
    for uri in [*packs("A")[::97], *others[1::97], *packs("B")[::97]]:
        assert steps(fresh_database, uri) == ["commissioning", "dispensing"]


def test_what_was_undone_is_not_remembered(fresh_database: Database, remembering):
    prepared(fresh_database)
    with pytest.raises(Undone):
        record_and_undo(fresh_database, packs("LOST"))
    commission(fresh_database, packs("KEPT"), 4)
    dispense(fresh_database, packs("KEPT"), 5)
    commission(fresh_database, packs("LOST"), 6)

    with fresh_database.reading() as conn:
        kept = [f"KEPT{n:04}" for n in range(COUNT)]
        assert objects_of(conn) == ["FIRST", *kept, *[f"LOST{n:04}" for n in range(COUNT)]]
    assert steps(fresh_database, packs("LOST")[7]) == ["commissioning"]


def test_a_class_is_remembered_once_it_was_read_twice(fresh_database: Database, monkeypatch):
    prepared(fresh_database)
    asked = []
    take = seeking._Round.take

    def counted(some):
        asked.extend(some._cursors)
        take(some)

    monkeypatch.setattr(seeking._Round, "take", counted)
    commission(fresh_database, packs("A", 1000), 2)
    for hour in range(3, 10):
        dispense(fresh_database, packs("A", 1000)[::10], hour)
    before = len(asked)
    dispense(fresh_database, packs("A", 1000)[3::10], 10)

    assert before
    assert len(asked) == before
    assert steps(fresh_database, packs("A")[3]) == ["commissioning", "dispensing"]


def test_few_serials_begin_no_memory_and_are_found_in_one_that_there_is(
    fresh_database: Database, remembering
):
    prepared(fresh_database)
    told = len(remembering)
    commission(fresh_database, packs("A")[:20], 2)
    assert len(remembering) == told
    commission(fresh_database, packs("A")[20:], 3)
    told = len(remembering)
    dispense(fresh_database, packs("A")[:20], 4)

    assert len(remembering) == told + 1
    assert steps(fresh_database, packs("A")[3]) == ["commissioning", "dispensing"]


@pytest.mark.parametrize("times_read", [0, 1000])
def test_a_capture_that_looked_early_agrees_with_one_that_came_between(
    fresh_database: Database, monkeypatch, times_read
):
    monkeypatch.setattr(presence, "_TIMES_READ", times_read)
    prepared(fresh_database)
    commission(fresh_database, packs("A"), 2)
    with fresh_database.transaction(is_pipelined=True) as conn:
        early = instances.Resolving(conn, mentions.named([*packs("A"), *packs("B")]))
        early.look_up()
        commission(fresh_database, packs("C"), 3)
        commission(fresh_database, packs("B"), 4)

        resolved = early.resolve()

    assert resolved.new == instances.New()
    assert resolved.seqs.tolist() == [*range(1, 1 + COUNT), *range(1 + 2 * COUNT, 1 + 3 * COUNT)]
