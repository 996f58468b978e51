"""Documents come back octet for octet from what their segments hold, whatever was recorded."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from tests.properties.test_epcis_bulk import LIKE, written
from tests.store.making import AUDIENCE, OWNER, START, commissioning, pack_uri, record, seen

from packtrail.epcis.bulk import read_in_bulk
from packtrail.epcis.events import Event
from packtrail.store import capture, captures, drafts, ids, originals
from packtrail.store.database import Database

AT = START + timedelta(hours=1000)


def keep(conn: Connection, content: bytes) -> tuple[str, capture.Recorded]:
    """Capture a document and keep it woven; return its capture."""
    reading = read_in_bulk(content)
    assert reading.document is not None
    assert reading.outline is not None
    draft = drafts.draft_of_outline(reading.outline, reading.events, reading.document.namespaces)
    capture_id, numbers = ids.new_id(AT), ids.SegmentNumbers(AT)
    recorded = capture.record_draft(
        conn,
        draft,
        capture.Recording(
            owner_id=OWNER,
            audience_id=AUDIENCE,
            capture_id=capture_id,
            record_time=AT,
            namespaces=reading.document.namespaces,
        ),
        numbers,
    )
    originals.insert_woven(conn, capture_id, reading.outline, recorded.left_out, at=AT)
    new = captures.NewCapture(
        capture_id=capture_id,
        size_bytes=len(content),
        sha256=sha256(content).digest(),
        media_type="application/xml",
        filename=None,
        owner_id=OWNER,
        audience_id=AUDIENCE,
        actor_kind="system",
        actor_id="",
        actor_name="",
        error_behaviour="proceed",
        at=AT,
    )
    outcome = captures.Outcome(
        is_success=True,
        event_count=0,
        stored_count=0,
        repeated_count=0,
        findings=[],
        at=AT,
        span=numbers.span,
    )
    captures.insert(conn, new, outcome)
    return str(capture_id), recorded


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=LIKE, is_xml=st.booleans())
def test_a_document_comes_back_octet_for_octet(
    database: Database, events: list[Event], is_xml: bool
) -> None:
    content = written(events, is_xml=is_xml)
    assume(read_in_bulk(content).outline is not None)  # Lists that repeat something are refused.
    with database.transaction() as conn:
        first, _ = keep(conn, content)
        second, again = keep(conn, content)

        assert originals.read(conn, first) == content
        assert originals.read(conn, second) == content
    assert len(again.left_out) == len(events)


def test_events_that_were_recorded_before_stay_in_the_text(fresh_database: Database) -> None:
    events = [seen(hour, [pack_uri(hour)], "inspecting") for hour in range(40)]
    content = written(events, is_xml=True)
    with fresh_database.transaction() as conn:
        record(conn, events[10:20])
        capture_id, recorded = keep(conn, content)

        assert recorded.left_out == tuple(range(10, 20))
        assert originals.read(conn, capture_id) == content


def test_ten_thousand_serials_take_next_to_nothing(fresh_database: Database) -> None:
    content = written([commissioning(0, [pack_uri(n) for n in range(10_000)])], is_xml=True)
    with fresh_database.transaction() as conn:
        capture_id, _ = keep(conn, content)

        size = conn.execute("select sum(length(content)) from original").fetchone()
        assert originals.read(conn, capture_id) == content
    assert size is not None
    assert size[0] < 1_000 < len(content)


def test_an_original_that_was_changed_is_not_given_out(fresh_database: Database) -> None:
    content = written([commissioning(0, [pack_uri(1)])], is_xml=True)
    with fresh_database.transaction() as conn:
        capture_id, _ = keep(conn, content)
        conn.execute("update segment set time_from = '1999-12-31T23:59:59Z'")

        with pytest.raises(originals.DamagedOriginal, match=capture_id):
            originals.read(conn, capture_id)


def test_a_document_without_outline_is_kept_as_it_is(fresh_database: Database) -> None:
    capture_id = ids.new_id(AT)
    with fresh_database.transaction() as conn:
        originals.insert(conn, capture_id, b"\x00nonsense\xff" * 1000, at=AT)

        row = conn.execute("select kind, length(content) from original").fetchone()
    assert row is not None
    assert row[0] == 0
    assert row[1] < 500
