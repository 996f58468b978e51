"""Archived months give the answers they gave before, while gone and once back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from packtrail.access import Actor
from packtrail.lifecycle.journey import Status
from packtrail.recalls import Subject
from packtrail.services import overview
from packtrail.services.alerts import alerts, watching
from packtrail.services.archive import months
from packtrail.services.capture import capture
from packtrail.services.goods import stock, tracing
from packtrail.services.goods.lots import lot
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.services.queries import query
from packtrail.services.queries.parameters import parse
from packtrail.services.recalls import cases, drafting
from packtrail.services.recalls.cases import NewRecall
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask, Circumstances
from packtrail.store import shelf
from packtrail.store.database import Database

from .conftest import World, make_world
from .documents import CASE, LOT, PRODUCT, commissioning, dispensing, document, event, pack, packing

MARCH, APRIL, MAY = (datetime(2026, month, 20, 9, tzinfo=UTC) for month in (3, 4, 5))
SYSTEM = Actor.system("test")
GTIN = "00300010123455"
DEPOT, SHOP = "urn:epc:id:sgln:030002.000000.0", "urn:epc:id:sgln:030001.333333.0"
OTHER_SHOP_GLN = "0400000000008"
PALLET = CASE.replace("00000000001", "00000000009")
PACKS = [pack(number) for number in range(12)]
WRONG = event(40, action="OBSERVE", bizStep="inspecting", disposition="damaged", epcList=PACKS[:2])
ASKED: tuple[dict[str, str], ...] = (
    {},
    {"EQ_bizStep": "packing|shipping"},
    {"MATCH_epc": PACKS[0]},
    {"MATCH_anyEPC": CASE},
    {"MATCH_parentID": PALLET},
    {"EQ_bizLocation": DEPOT},
    {"EQ_disposition": "damaged"},
    {"EQ_action": "DELETE"},
    {"GE_eventTime": "2026-03-03T00:02:00Z", "LT_eventTime": "2026-03-04T00:00:00Z"},
    {"GE_recordTime": "2026-04-01T00:00:00Z"},
    {"EXISTS_errorDeclaration": ""},
    {"EQ_bizTransaction_po": "urn:epcglobal:cbv:bt:0300011111116:PO-1"},
)


def moved(number: int, step: str, place: str, *epcs: str, **more: Any) -> dict[str, Any]:
    disposition = {"shipping": "in_transit", "receiving": "in_progress"}[step]
    told = event(
        number, action="OBSERVE", bizStep=step, disposition=disposition, epcList=[*epcs],
        readPoint={"id": place}, **more,
    )  # fmt: skip
    return told | {"bizLocation": {"id": place}}


@pytest.fixture
def world(fresh_database: Database, tmp_path: Path) -> World:
    """Three months: packed in March, moved and corrected in April, dispensed in May."""
    made = make_world(fresh_database, archive_dir=str(tmp_path / "archive"))
    shelf.SHELF.add(made.app.settings.archives)
    po = [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0300011111116:PO-1"}]
    declared = {
        **WRONG,
        "errorDeclaration": {
            "declarationTime": "2026-04-19T00:00:00Z",
            "reason": "incorrect_data",
        },
    }
    told(made, MARCH, commissioning(1, PACKS), packing(2, CASE, PACKS[:8]), WRONG)
    told(made, MARCH, packing(3, PALLET, [CASE]))
    told(made, APRIL, moved(4, "shipping", SITE_OF_EVENTS, PALLET, bizTransactionList=po))
    told(made, APRIL, moved(5, "receiving", DEPOT, PALLET), declared)
    at_shop = {"readPoint": {"id": SHOP}, "bizLocation": {"id": SHOP}}
    told(made, MAY, dispensing(200, PACKS[9]) | at_shop, moved(6, "receiving", SHOP, PACKS[10]))
    return made


SITE_OF_EVENTS = "urn:epc:id:sgln:030001.111111.0"


def told(world: World, at: datetime, *events: dict[str, Any]) -> None:
    world.clock.now = at
    content = document(*events, vocabularies=[PRODUCT])
    job = capture.submit(world.app, world.maker, content, media_type="application/json")
    assert job.success, job.findings


def scan(serial: int) -> Ask:
    return Ask(text=f"01{GTIN}21{serial}\x1d17281231" + f"10{LOT}")


def answers(world: World, recall: str) -> dict[str, object]:
    """Everything that is asked of the past, of packs in live and in archived months."""
    app, who = world.app, world.maker
    moments = ({}, {"as_of": APRIL}, {"as_known_at": APRIL.replace(day=1)})
    found: dict[str, object] = {}
    for when in moments:
        for item in (*PACKS, CASE, PALLET):
            found[f"journey {item} {when}"] = tracing.trace(app, who, item, **when)
        for by in Dimension:
            found[f"census {by} {when}"] = stock.count(app, who, Asked(**when), by=[by])
    held = stock.count(app, who, Asked(status=Status.COMMISSIONED), by=[Dimension.PLACE])
    found["census of one status"] = held
    for params in ASKED:
        wanted = parse(params, events_max=1000)
        page = query.matching(app, who, wanted, limit=100)
        found[f"events {params}"] = (page.events, page.capture_ids)
    for serial in (0, 9, 11, 99):
        said = verifying.verify(app, who, scan(serial), Circumstances())
        found[f"verification {serial}"] = (
            *(said.verdict, said.reasons, said.recorded_lot, said.identifier, said.product),
        )
    seen = cases.view(app, who, recall)
    found["holders"] = [(each.holding, each.account, each.is_reached) for each in seen.lines]
    found["packs of the recall"] = drafting.packs_csv(app, who, recall)
    found["lot"] = lot(app, who, GTIN, LOT)
    found["overview"] = overview.of_class(app, who, f"sgtin/{GTIN}")
    return found


def raised(world: World) -> list[tuple[object, ...]]:
    """Look for alerts as if nobody had looked before; return what is found."""
    with world.app.database.transaction() as conn:
        names = ("alert_evidence", "alert", "detection_pending", "detection_mark")
        for name in names:
            conn.execute(sql.SQL("delete from {}").format(sql.Identifier(name)))
    watching.watch(world.app, world.maker)
    return [
        (each.code, each.subject, sorted((one.kind, one.evidence_id) for one in each.evidence))
        for each in alerts.listed(world.app, world.maker)
    ]


def moved_out(world: World, *which: str) -> None:
    for month in which:
        months.close(world.app, SYSTEM, month)
        months.export(world.app, SYSTEM, month)
        months.drop(world.app, SYSTEM, month)


def test_every_question_is_answered_the_same_over_live_archived_and_restored_months(
    world: World,
) -> None:
    subjects = [Subject(gtin=GTIN, lot=LOT)]
    new = NewRecall(title="Glass", reason="Glass in ampoules", subjects=subjects)
    recall = cases.open_recall(world.app, world.maker, new).row.number
    before = answers(world, recall)
    moved_out(world, "2026-03")
    with_one = answers(world, recall)
    world.clock.now = datetime(2026, 6, 2, tzinfo=UTC)
    moved_out(world, "2026-04", "2026-05")
    with_all = answers(world, recall)
    for month in ("2026-05", "2026-03"):
        months.restore(world.app, SYSTEM, month)
    after = answers(world, recall)

    assert all(before.values())
    assert differing(before, with_one) == []
    assert differing(before, with_all) == []
    assert differing(before, after) == []


def differing(before: dict[str, object], now: dict[str, object]) -> list[str]:
    return [name for name in before if now[name] != before[name]]


def test_alerts_are_raised_from_archived_months_as_from_live_ones(world: World) -> None:
    circumstances = Circumstances(station="till 1", place=OTHER_SHOP_GLN, purpose="supply")
    verifying.verify(world.app, world.maker, scan(9), circumstances)
    world.clock.advance(seconds=20)
    before = raised(world)
    world.clock.now = datetime(2026, 6, 2, tzinfo=UTC)
    moved_out(world, "2026-03", "2026-04", "2026-05")
    archived = raised(world)
    months.restore(world.app, SYSTEM, "2026-05")

    assert [each[:2] for each in before] == [("SIG-001", f"{GTIN} 9")]
    assert archived == before == raised(world)


def test_late_events_and_corrections_count_the_same_after_the_month_they_speak_of_is_archived(
    world: World,
) -> None:
    moved_out(world, "2026-03", "2026-04")
    late = event(41, action="OBSERVE", bizStep="inspecting", disposition="active",
                 epcList=[PACKS[0]], eventTime="2026-03-05T10:00:00.000+01:00")  # fmt: skip
    reason = {"declarationTime": "2026-05-21T00:00:00Z", "reason": "incorrect_data"}
    packed_wrong = {**packing(2, CASE, PACKS[:8]), "errorDeclaration": reason}
    told(world, MAY.replace(day=21), late, packed_wrong)
    as_live = [tracing.trace(world.app, world.maker, each) for each in (PACKS[0], CASE)]
    known = tracing.trace(world.app, world.maker, PACKS[0], as_known_at=MAY)
    for month in ("2026-03", "2026-04"):
        months.restore(world.app, SYSTEM, month)

    assert [tracing.trace(world.app, world.maker, each) for each in (PACKS[0], CASE)] == as_live
    assert as_live[0].holders == ()
    assert len(known.holders) == 2
    assert tracing.trace(world.app, world.maker, PACKS[0], as_known_at=MAY) == known
