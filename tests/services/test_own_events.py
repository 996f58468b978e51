"""Events of one's own making are never recorded before a moment that somebody has gone past.

Who goes through the events by record time may look at any moment of a use case, between taking the
time and telling everybody as well; see docs/decisions/0026.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from packtrail.services.capture import capture
from packtrail.services.goods import corrections, packing
from packtrail.services.verification import pack_operations
from packtrail.services.verification.pack_operations import At, Request
from packtrail.store import subscriptions
from packtrail.store.database import Database

from .conftest import Clock, World
from .documents import CASE, PRODUCT, commissioning, dispensing, document, pack
from .documents import packing as packed
from .test_corrections import wrong
from .test_pack_operations import SHOP, scan

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Watched:
    """A clock; whenever it is read, somebody looks how far the events are complete."""

    clock: Clock
    database: Database
    passed: datetime = LONG_AGO

    def __call__(self) -> datetime:
        at = self.clock()
        with self.database.reading() as conn:
            if subscriptions.oldest_running_capture(conn) is None:
                self.passed = at
        return at


def unpack(world: World) -> None:
    packing.unpack(world.app, world.maker, [pack(1)], packing.Occasion())


def correct(world: World) -> None:
    previewed = corrections.preview(world.app, world.maker, wrong(2))
    corrections.accept(world.app, world.maker, wrong(2), digest=previewed.changes.digest)


def dispense(world: World) -> None:
    request = Request(operation="dispense", ask=scan("1"))
    pack_operations.perform(world.app, world.maker, [request], At(place=SHOP))


@pytest.mark.parametrize("make", [unpack, correct, dispense])
def test_what_is_made_here_is_recorded_after_everything_that_was_complete_before(
    world: World, make: Callable[[World], None]
) -> None:
    told = document(
        commissioning(1, [pack(1), pack(2)]),
        dispensing(2, pack(2)),
        packed(3, CASE, [pack(1)]),
        vocabularies=[PRODUCT],
    )
    assert capture.submit(world.app, world.maker, told, media_type="application/json").success
    watched = Watched(world.clock, world.app.database)
    before = watched()

    make(replace(world, app=replace(world.app, clock=watched)))

    with world.app.database.reading() as conn:
        query = "select min(record_time) from segment where record_time > %s"
        own = conn.execute(query, [before]).fetchone()
    assert own is not None
    assert own[0] > watched.passed > before
