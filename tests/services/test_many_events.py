"""Documents of many events: taken to be new, and recorded rightly where they are not."""

from __future__ import annotations

import pytest

from packtrail.services.capture import capture
from packtrail.services.capture.capture_jobs import CaptureJob
from packtrail.store.database import Database

from .conftest import World
from .documents import commissioning, document, pack

COUNT = 240


def hand_in(world: World, numbers: range) -> CaptureJob:
    content = document(*(commissioning(number, [pack(number)]) for number in numbers))
    job = capture.submit(world.app, world.maker, content, media_type="application/json")
    assert capture.original(world.app, world.maker, job.capture_id).content() == content
    return job


def test_many_events_are_new_repeated_or_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(world, range(1000, 1001))  # Makes the partitions of the month.
    begun: list[object] = []
    gathered = Database.gathered

    def counted(database: Database) -> object:
        begun.append(database)
        return gathered(database)

    monkeypatch.setattr(Database, "gathered", counted)
    first = hand_in(world, range(COUNT))
    again = hand_in(world, range(COUNT))
    both = hand_in(world, range(100, 100 + COUNT))

    assert len(begun) == 3  # The bet that all are new is made of each.
    assert (first.success, first.stored_count, first.repeated_count) == (True, COUNT, 0)
    assert (again.success, again.stored_count, again.repeated_count) == (True, 0, COUNT)
    assert (both.success, both.stored_count, both.repeated_count) == (True, 100, COUNT - 100)
