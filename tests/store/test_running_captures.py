"""Who goes through the events by record time learns what is being recorded, and stops before it."""

from __future__ import annotations

from datetime import UTC, datetime

from packtrail.store import capture, subscriptions
from packtrail.store.database import Database

AT = datetime(2026, 11, 28, 12, 0, 0, 250_900, tzinfo=UTC)
EARLIER = datetime(2026, 11, 28, 11, 59, tzinfo=UTC)


def oldest(database: Database) -> datetime | None:
    with database.reading() as conn:
        return subscriptions.oldest_running_capture(conn)


def test_a_transaction_that_records_is_seen_until_it_ends(fresh_database: Database) -> None:
    assert oldest(fresh_database) is None
    with fresh_database.transaction() as conn:
        capture.announce(conn, AT)
        assert oldest(fresh_database) == AT.replace(microsecond=250_000)
    assert oldest(fresh_database) is None


def test_of_several_the_oldest_is_told_and_nobody_waits(fresh_database: Database) -> None:
    with fresh_database.transaction() as one, fresh_database.transaction() as other:
        capture.announce(one, AT)
        capture.announce(other, EARLIER)
        capture.announce(other, AT)
        assert oldest(fresh_database) == EARLIER
