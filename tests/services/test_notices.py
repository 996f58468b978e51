"""Notices through the use cases: made, retracted, and what they do to a pack."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.lifecycle.journey import Status
from packtrail.services.accounts import audit
from packtrail.services.capture import capture
from packtrail.services.goods import notices, tracing
from packtrail.services.goods.notices import Proposal

from .conftest import World
from .documents import LOT, commissioning, document, event, pack

GTIN = "00300010123455"


def _capture(world: World, *events: dict[str, object]) -> None:
    job = capture.submit(world.app, world.maker, document(*events), media_type="application/json")
    assert job.success, job.findings


def _make(world: World, kind: str, **more: object):
    facts = {"gtin": GTIN, "lot": LOT, "reason": "Complaint 17"} | more
    return notices.make(world.app, world.maker, Proposal(kind=kind, **facts))


def _condition(world: World, serial: int = 1, **more: object):
    return tracing.trace(world.app, world.maker, pack(serial), **more).condition


def test_a_recalled_lot_makes_its_packs_recalled_and_nobody_elses(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]), commissioning(2, [pack(2)], lot="LOT-8"))
    before = world.clock()

    made = _make(world, "recalled")

    assert _condition(world).status is Status.RECALLED
    assert [each.notice_id for each in _condition(world).notices] == [made.notice_id]
    assert _condition(world, 2).status is Status.COMMISSIONED
    assert _condition(world, as_known_at=before).status is Status.COMMISSIONED
    assert _condition(world, as_of=before).status is Status.COMMISSIONED
    entry = audit.entries(world.app, world.maker)[0]
    assert (entry.action, entry.subject) == ("notice:record:created", made.notice_id)
    assert entry.detail["reason"] == "Complaint 17"


def test_an_event_about_the_whole_lot_is_a_notice_until_it_is_declared_wrong(world: World) -> None:
    lot_class = f"urn:epc:class:lgtin:030001.0012345.{LOT}"
    recall = event(
        9, action="OBSERVE", bizStep="holding", disposition="recalled",
        quantityList=[{"epcClass": lot_class}],
    )  # fmt: skip
    _capture(world, commissioning(1, [pack(1)]), recall)

    told = _condition(world).notices
    assert [(each.kind, each.is_event) for each in told] == [("recalled", True)]
    assert _condition(world).status is Status.RECALLED
    listed = notices.listed(world.app, world.maker, gtin=GTIN, lot=LOT)
    assert [each.is_event for each in listed] == [True]

    wrong = recall | {"errorDeclaration": {"declarationTime": "2026-03-04T00:00:00Z"}}
    _capture(world, wrong)

    assert _condition(world).status is Status.COMMISSIONED


def test_a_withdrawn_product_overrides_all_its_lots(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))

    _make(world, "withdrawn", lot=None)

    assert _condition(world).status is Status.WITHDRAWN


def test_an_extended_expiry_is_the_one_that_counts(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    _make(world, "expiry_extended", expires_on=date(2029, 6, 30))

    found = _condition(world, as_of=datetime(2029, 1, 2, tzinfo=UTC))
    assert found.status is Status.COMMISSIONED  # extended before it would have expired
    trace = tracing.trace(world.app, world.maker, pack(1), as_of=datetime(2029, 1, 2, tzinfo=UTC))
    assert trace.findings == ()
    assert _condition(world, as_of=datetime(2029, 7, 1, tzinfo=UTC)).status is Status.EXPIRED


def test_a_mistaken_recall_is_retracted_once(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    made = _make(world, "recalled")
    then = world.clock()

    notices.retract(world.app, world.maker, made.notice_id, reason="Wrong lot")

    assert _condition(world).status is Status.COMMISSIONED
    assert _condition(world, as_known_at=then).status is Status.RECALLED
    with pytest.raises(Conflict) as refused:
        notices.retract(world.app, world.maker, made.notice_id, reason="Again")
    assert refused.value.findings[0].code == "LIF-007"
    newest = notices.listed(world.app, world.maker)
    assert [each.retracts for each in newest] == [made.notice_id, None]


def test_notices_cannot_be_changed_in_the_database(world: World) -> None:
    _make(world, "held")

    for statement in ("delete from notice", "update notice set reason = 'x'"):
        with (
            pytest.raises(Exception, match="append-only"),
            world.app.database.transaction() as conn,
        ):
            conn.execute(statement)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "closed"}, "LIF-009"),
        ({"gtin": "00300010123456"}, "GS1-009"),
        ({"gtin": "(00)403000112345678902"}, "GS1-009"),
        ({"gtin": "https://id.gs1.org/01/00300010123455/21/1"}, "LIF-008"),
        ({"lot": ""}, "LIF-008"),
        ({"serial": "x" * 21}, "LIF-008"),
        ({"market": "x" * 20}, "LIF-008"),
        ({"reason": " "}, "LIF-002"),
        ({"lot": None}, "LIF-001"),
    ],
)
def test_a_notice_that_cannot_be_is_refused(world: World, change, code: str) -> None:
    facts = {"kind": "recalled", "gtin": GTIN, "lot": LOT, "reason": "why"} | change

    with pytest.raises(RefusedError) as refused:
        notices.make(world.app, world.maker, Proposal(**facts))

    assert code in {finding.code for finding in refused.value.findings}
    assert notices.listed(world.app, world.maker) == ()


def test_a_recall_says_before_it_is_made_that_it_is_for_ever(world: World) -> None:
    proposal = Proposal(kind="recalled", gtin=GTIN, lot=LOT, reason="why")

    assert [f.code for f in notices.check(world.app, world.maker, proposal)] == ["LIF-010"]


def test_what_others_say_is_not_seen(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    made = _make(world, "recalled")

    assert notices.listed(world.app, world.wholesaler, gtin=GTIN) == ()
    with pytest.raises(NotFound):
        notices.retract(world.app, world.wholesaler, made.notice_id, reason="Not mine")


def test_whoever_only_reads_makes_no_notices(world: World) -> None:
    reader = world.maker.with_permissions(ROLES[RoleName.OPERATOR])

    with pytest.raises(NotPermitted):
        notices.make(world.app, reader, Proposal(kind="held", gtin=GTIN, lot=LOT, reason="why"))
    with pytest.raises(NotPermitted):
        notices.retract(world.app, reader, "1", reason="why")
    assert notices.listed(world.app, reader) == ()


def test_a_notice_may_hold_from_a_later_day(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    tomorrow = world.clock() + timedelta(days=1)

    _make(world, "held", effective_at=tomorrow)

    assert _condition(world).status is Status.COMMISSIONED
    assert _condition(world, as_of=tomorrow).status is Status.ON_HOLD
