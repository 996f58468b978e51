"""Stock, places, shipments and stock lists over small, deliberate histories."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.exchange.tables import Field, read_table
from packtrail.hierarchy.inference import InferencePolicy, Trust
from packtrail.lifecycle.journey import Status
from packtrail.rendering.tables import write_xlsx
from packtrail.services.capture import capture
from packtrail.services.goods import (
    locations,
    notices,
    packing,
    shipments,
    stock,
    stock_lists,
    tracing,
)
from packtrail.services.goods.following import Outcome
from packtrail.services.goods.notices import Proposal
from packtrail.services.goods.packing import Occasion
from packtrail.services.goods.stock import Asked, Dimension

from .conftest import World
from .documents import LOT, SITE, commissioning, document, event, pack
from .documents import packing as packed

DEPOT = "urn:epc:id:sgln:030001.222222.0"
SHOP = "urn:epc:id:sgln:030001.333333.0"
GTIN = "00300010123455"
PO = "urn:epcglobal:cbv:bt:0300011111116:PO-1"
OTHER_PO = "urn:epcglobal:cbv:bt:0300011111116:PO-2"
TRUSTING = InferencePolicy(trust=Trust.TRUST)
OPEN = InferencePolicy(trust=Trust.OPEN)


def sscc(number: int) -> str:
    return f"urn:epc:id:sscc:030001.0{number:010d}"


PALLET, CASE_1, CASE_2 = sscc(100), sscc(1), sscc(2)


def moved(number: int, step: str, epcs: list[str], place: str, **more) -> dict:
    """Shipping or receiving, at a place."""
    where = {"readPoint": {"id": place}, "bizLocation": {"id": place}}
    if step == "shipping":
        where = {"readPoint": {"id": place}, "bizLocation": None}
    disposition = "in_transit" if step == "shipping" else "in_progress"
    facts = {"bizStep": step, "epcList": epcs, "disposition": disposition} | where | more
    made = event(number, action="OBSERVE", **facts)
    return {name: value for name, value in made.items() if value is not None}


def to(place: str, *orders: str) -> dict:
    return {
        "destinationList": [{"type": "location", "destination": place}],
        "bizTransactionList": [{"type": "po", "bizTransaction": each} for each in orders],
    }


def unpacked(number: int, parent: str, children: list[str], place: str, **more) -> dict:
    facts = {"action": "DELETE", "bizStep": "unpacking"} | more
    here = {"readPoint": {"id": place}, "bizLocation": {"id": place}}
    return packed(number, parent, children) | facts | here


def record(world: World, *events: dict) -> None:
    job = capture.submit(world.app, world.maker, document(*events), media_type="application/json")
    assert job.success, job.findings


def a_pallet(world: World) -> None:
    """Two cases of two packs on a pallet, shipped from the site to the depot."""
    record(
        world,
        commissioning(1, [pack(n) for n in range(1, 5)]),
        packed(2, CASE_1, [pack(1), pack(2)]),
        packed(3, CASE_2, [pack(3), pack(4)]),
        packed(4, PALLET, [CASE_1, CASE_2]),
    )


def standing(world: World, identifier: str, **more):
    return tracing.trace(world.app, world.maker, identifier, **more).standing


def counts(world: World, *by: Dimension, **asked):
    found = stock.count(world.app, world.maker, Asked(**asked), by=by)
    return {
        tuple(getattr(row, stock._FIELDS[each]) for each in by): row.count for row in found.rows
    }


def test_place_and_custody_are_inherited_from_what_holds_a_pack_at_any_depth(world: World):
    a_pallet(world)
    record(world, moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO)))

    under_way = standing(world, pack(1))
    record(world, moved(20, "receiving", [PALLET], DEPOT))
    there = standing(world, pack(1))

    assert (under_way.status, under_way.is_moving, under_way.goal) == (
        Status.IN_TRANSIT,
        True,
        DEPOT,
    )
    assert (there.status, there.location, there.is_moving) == (Status.RECEIVED, DEPOT, False)


def test_a_case_taken_off_a_pallet_and_moved_on_takes_its_packs_along_and_no_others(world: World):
    a_pallet(world)
    record(
        world,
        moved(10, "receiving", [PALLET], DEPOT),
        unpacked(11, PALLET, [CASE_1], DEPOT),
        moved(12, "shipping", [CASE_1], DEPOT, **to(SHOP)),
        moved(13, "receiving", [CASE_1], SHOP),
    )

    assert [standing(world, pack(n)).location for n in (1, 3)] == [SHOP, DEPOT]
    assert counts(world, Dimension.PLACE) == {(SHOP,): 2, (DEPOT,): 2}


def test_packs_are_counted_by_what_holds_them_and_the_fullest_come_first(world: World):
    a_pallet(world)
    record(world, unpacked(11, CASE_2, [pack(4)], SITE))

    found = stock.count(world.app, world.maker, Asked(), by=[Dimension.PARENT], limit=2)

    assert counts(world, Dimension.PARENT) == {(CASE_1,): 2, (CASE_2,): 1, (None,): 1}
    assert counts(world, Dimension.PARENT, Dimension.LOT)[CASE_1, LOT] == 2
    assert (found.rows[0].parent, found.rows[0].count) == (CASE_1, 2)
    assert (len(found.rows), found.row_count, found.total) == (2, 3, 4)


def test_packs_are_counted_by_what_one_asks_at_any_moment(world: World):
    a_pallet(world)
    before = world.clock()
    record(world, moved(10, "receiving", [PALLET], DEPOT))
    at_4 = datetime(2026, 3, 2, 23, 4, 30, tzinfo=UTC)

    assert counts(world, Dimension.STATUS) == {(Status.RECEIVED,): 4}
    assert counts(world, Dimension.PRODUCT, Dimension.LOT) == {(GTIN, LOT): 4}
    assert counts(world, Dimension.STATUS, as_of=at_4) == {(Status.PACKED,): 4}
    assert counts(world, Dimension.STATUS, as_known_at=before) == {(Status.PACKED,): 4}
    assert counts(world, Dimension.STATUS, place=DEPOT) == {(Status.RECEIVED,): 4}
    assert counts(world, Dimension.STATUS, place="0300012222224") == {(Status.RECEIVED,): 4}
    assert counts(world, Dimension.STATUS, place=SITE) == {}
    assert counts(world, Dimension.STATUS, gtin=GTIN, lot="L?") == {}


def test_groups_beyond_what_one_number_can_say_are_counted_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    a_pallet(world)
    record(world, unpacked(11, CASE_2, [pack(4)], SITE))
    expected = counts(world, *Dimension)

    monkeypatch.setattr(stock, "_CODE_MAX", 1)

    assert len(expected) == 3
    assert counts(world, *Dimension) == expected


@pytest.mark.parametrize(
    ("expires", "counted"),
    [("9999-12-31", date(9999, 12, 31)), ("0001-01-01", date(1970, 1, 1))],
)
def test_packs_whose_expiry_is_beyond_every_shelf_are_counted_by_it(
    world: World, expires: str, counted: date
):
    odd = commissioning(1, [pack(1)])
    odd["ilmd"]["cbvmda:itemExpirationDate"] = expires
    record(world, odd)

    assert counts(world, Dimension.EXPIRY, Dimension.LOT) == {(counted, LOT): 1}


def test_a_place_is_one_in_whatever_notation_events_name_it(world: World):
    link = "https://id.gs1.org/414/0300012222224"
    record(
        world,
        commissioning(1, [pack(n) for n in range(1, 4)]),
        moved(10, "receiving", [pack(1), pack(2)], DEPOT),
        moved(11, "receiving", [pack(3)], link),
    )

    assert counts(world, Dimension.PLACE) == {(DEPOT,): 3}
    found = stock.count(world.app, world.maker, Asked(place=link), by=[Dimension.PLACE])
    assert found.total == 3


def test_counts_show_what_lot_product_and_day_make_of_packs(world: World):
    a_pallet(world)
    record(world, commissioning(20, [pack(9)], lot="L9"))
    record(world, moved(30, "dispensing", [pack(4)], SHOP, disposition="dispensed"))

    def make(kind: str, **more) -> None:
        notices.make(world.app, world.maker, Proposal(kind=kind, gtin=GTIN, reason="test", **more))

    make("held", lot=LOT, serial="2")
    assert counts(world, Dimension.STATUS) == {
        (Status.PACKED,): 2, (Status.ON_HOLD,): 1, (Status.COMMISSIONED,): 1,
        (Status.DISPENSED,): 1,
    }  # fmt: skip
    make("recalled", lot=LOT)
    assert counts(world, Dimension.STATUS) == {
        (Status.RECALLED,): 3, (Status.COMMISSIONED,): 1, (Status.DISPENSED,): 1,
    }  # fmt: skip
    after_expiry = datetime(2029, 1, 1, tzinfo=UTC)
    assert counts(world, Dimension.STATUS, as_of=after_expiry) == {
        (Status.RECALLED,): 3, (Status.EXPIRED,): 1, (Status.DISPENSED,): 1,
    }  # fmt: skip


def test_counting_agrees_with_each_packs_own_page(world: World):
    a_pallet(world)
    record(world, moved(10, "shipping", [PALLET], SITE, **to(DEPOT)))
    notices.make(world.app, world.maker, Proposal(kind="suspect", gtin=GTIN, lot=LOT, reason="x"))

    statuses = [
        tracing.trace(world.app, world.maker, pack(n)).condition.status for n in range(1, 5)
    ]

    assert counts(world, Dimension.STATUS) == {(statuses[0],): 4}
    assert set(statuses) == {Status.ON_HOLD}


def test_a_place_shows_what_is_there_and_what_should_be(world: World):
    a_pallet(world)
    record(
        world,
        commissioning(5, [pack(8)]),
        moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO)),
    )

    site = locations.place(world.app, world.maker, SITE)
    depot = locations.place(world.app, world.maker, DEPOT)

    assert (site.here_total, site.loose, site.container_count) == (1, 1, 0)
    assert (depot.here_total, depot.arriving_total) == (0, 4)
    assert [(row.gtin, row.lot, row.place, row.count) for row in depot.arriving] == [
        (GTIN, LOT, SITE, 4)
    ]
    assert depot.overdue == 4  # the clock of the world is long after March
    early = datetime(2026, 3, 3, tzinfo=UTC)
    assert locations.place(world.app, world.maker, DEPOT, as_of=early).overdue == 0

    record(world, moved(20, "receiving", [PALLET], DEPOT), unpacked(21, CASE_1, [pack(1)], DEPOT))
    depot = locations.place(world.app, world.maker, "https://id.gs1.org/414/0300012222224")

    assert (depot.here_total, depot.inferred_total, depot.loose) == (4, 3, 1)
    assert [(each.identifier, each.packs) for each in depot.containers] == [(PALLET, 3)]
    assert (depot.arriving_total, depot.overdue) == (0, 0)


def test_what_is_sent_back_is_under_way_whatever_its_status(world: World):
    a_pallet(world)
    back = moved(10, "shipping", [PALLET], DEPOT, **to(SITE)) | {"disposition": "recalled"}
    record(world, back)

    depot, site = (locations.place(world.app, world.maker, each) for each in (DEPOT, SITE))

    assert standing(world, pack(1)).status is Status.RECALLED
    assert (depot.here_total, site.here_total, site.arriving_total) == (0, 0, 4)


@pytest.mark.parametrize(
    ("text", "fault", "code"),
    [
        ("0300019999990", NotFound, "TRC-009"),
        ("hello", RefusedError, "TRC-008"),
        ("(01)00300010123455(21)1", RefusedError, "TRC-008"),
    ],
)
def test_a_place_that_is_none_is_told(world: World, text: str, fault, code: str):
    with pytest.raises(fault) as refused:
        locations.place(world.app, world.maker, text)

    assert refused.value.findings[0].code == code


def lines(view: shipments.ShipmentView) -> list[tuple]:
    return [(each.lot, each.said, dict(each.counts)) for each in view.lines]


def test_a_shipment_tells_what_was_said_and_what_arrived(world: World):
    a_pallet(world)
    record(world, moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO)))
    under_way = shipments.shipment(world.app, world.maker, "PO-1")
    record(world, moved(20, "receiving", [PALLET], DEPOT))
    arrived = shipments.shipment(world.app, world.maker, PO)

    assert (under_way.said, under_way.arrived) == (4, 0)
    assert lines(under_way) == [(LOT, 4, {Outcome.UNDER_WAY: 4})]
    assert (arrived.said, arrived.arrived, arrived.is_complete) == (4, 4, True)
    assert lines(arrived) == [(LOT, 4, {Outcome.INFERRED: 4})]
    assert [leg.goal for leg in arrived.despatches] == [DEPOT]


def test_how_far_cases_are_believed_is_a_policy_with_evidence(world: World):
    a_pallet(world)
    record(
        world,
        moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO)),
        moved(20, "receiving", [PALLET], DEPOT),
    )
    here = Occasion(place=DEPOT)

    def seen(policy: InferencePolicy) -> shipments.ShipmentView:
        return shipments.shipment(world.app, world.maker, PO, policy=policy)

    sample = InferencePolicy(trust=Trust.SAMPLE, share_max=Fraction(1, 2))
    assert [seen(each).arrived for each in (TRUSTING, sample, OPEN)] == [4, 0, 0]

    right = packing.inspect(world.app, world.maker, CASE_1, [pack(1), pack(2)], here)

    assert right.is_right
    assert [seen(each).arrived for each in (TRUSTING, sample, OPEN)] == [4, 4, 2]
    assert seen(OPEN).judgement.to_open == 1

    wrong = packing.inspect(world.app, world.maker, CASE_2, [pack(3), pack(77)], here)

    assert [finding.code for finding in wrong.findings] == ["TRC-106"]
    assert (wrong.missing, wrong.surplus) == (
        (pack(4),),
        (f"https://id.gs1.org/01/{GTIN}/21/77",),
    )
    judged = seen(sample)
    assert (judged.judgement.evidence.opened, judged.judgement.evidence.faulty) == (2, 1)
    assert not seen(TRUSTING).judgement.is_accepted
    assert lines(judged) == [(LOT, 4, {Outcome.SEEN: 3, Outcome.NOT_FOUND: 1})]
    assert [each.identifier for each in judged.differences] == [pack(4)]


def test_what_is_received_and_opened_with_one_time_has_arrived(world: World):
    a_pallet(world)
    record(world, moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO)))
    stranger = pack(5)
    record(world, commissioning(11, [stranger]), packed(12, CASE_2, [stranger]))
    received = moved(20, "receiving", [PALLET], DEPOT, **to(DEPOT, PO))
    at_once = {"eventTime": received["eventTime"]}
    record(
        world,
        received,
        unpacked(21, PALLET, [CASE_1, CASE_2], DEPOT, **at_once),
        unpacked(22, CASE_2, [stranger], DEPOT, **at_once),
    )

    found = shipments.shipment(world.app, world.maker, PO)

    assert (found.said, found.arrived) == (4, 4)
    assert [(each.outcome, each.identifier) for each in found.differences] == [
        (Outcome.SURPLUS, stranger)
    ]


def test_one_pallet_for_two_orders_gives_each_order_its_own_packs(world: World):
    a_pallet(world)
    tied = event(
        9, type="TransactionEvent", action="ADD", bizStep="picking", disposition=None,
        epcList=[CASE_1], bizTransactionList=[{"type": "po", "bizTransaction": PO}],
    )  # fmt: skip
    record(
        world,
        {name: value for name, value in tied.items() if value is not None},
        moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO, OTHER_PO)),
    )

    first, second = (shipments.shipment(world.app, world.maker, each) for each in (PO, OTHER_PO))

    assert (first.said, second.said) == (2, 4)
    assert first.despatches[0].shared_with == (OTHER_PO,)


def test_an_order_shipped_in_parts_adds_up(world: World):
    a_pallet(world)
    record(
        world,
        unpacked(8, PALLET, [CASE_1, CASE_2], SITE),
        moved(10, "shipping", [CASE_1], SITE, **to(DEPOT, PO)),
        moved(12, "shipping", [CASE_2], SITE, **to(DEPOT, PO)),
        moved(20, "receiving", [CASE_1], DEPOT),
    )

    found = shipments.shipment(world.app, world.maker, PO)

    assert len(found.despatches) == 2
    assert lines(found) == [(LOT, 4, {Outcome.INFERRED: 2, Outcome.UNDER_WAY: 2})]
    assert not found.is_complete


def test_goods_that_are_cross_docked_arrive_where_they_were_sent(world: World):
    a_pallet(world)
    record(
        world,
        moved(10, "shipping", [PALLET], SITE, **to(SHOP, PO)),
        moved(12, "departing", [PALLET], DEPOT),
        moved(20, "receiving", [PALLET], SHOP),
    )

    found = shipments.shipment(world.app, world.maker, PO)

    assert lines(found) == [(LOT, 4, {Outcome.INFERRED: 4})]


def test_what_is_stolen_lands_elsewhere_or_comes_unannounced_is_told(world: World):
    a_pallet(world)
    record(
        world,
        commissioning(5, [pack(8)]),
        unpacked(8, PALLET, [CASE_1, CASE_2], SITE),
        moved(10, "shipping", [CASE_1, CASE_2], SITE, **to(DEPOT, PO)),
        moved(12, "inspecting", [CASE_1], SITE, disposition="stolen"),
        moved(20, "receiving", [CASE_2], SHOP),
        moved(21, "receiving", [pack(8)], DEPOT, **to(DEPOT, PO)),
    )

    found = shipments.shipment(world.app, world.maker, PO)

    assert lines(found) == [
        (LOT, 4, {Outcome.STOPPED: 2, Outcome.ELSEWHERE: 2, Outcome.SURPLUS: 1})
    ]
    assert found.difference_count == 5


def test_a_shipment_is_seen_as_of_a_moment(world: World):
    a_pallet(world)
    record(
        world,
        moved(10, "shipping", [PALLET], SITE, **to(DEPOT, PO)),
        moved(20, "receiving", [PALLET], DEPOT),
    )
    then = datetime(2026, 3, 2, 23, 15, tzinfo=UTC)

    assert shipments.shipment(world.app, world.maker, PO, as_of=then).arrived == 0
    with pytest.raises(NotFound):
        shipments.shipment(world.app, world.wholesaler, PO)


def test_things_are_unpacked_by_themselves(world: World):
    a_pallet(world)
    record(world, moved(10, "receiving", [PALLET], DEPOT))

    done = packing.unpack(
        world.app, world.maker, [pack(1), pack(3), "(01)00300010123455(21)2"], Occasion(place=DEPOT)
    )

    assert {each.parent: set(each.children) for each in done} == {
        CASE_1: {pack(1), pack(2)},
        CASE_2: {pack(3)},
    }
    assert [standing(world, pack(n)).parent for n in range(1, 5)] == [None, None, None, CASE_2]
    for identifiers, fault, code in (
        ([pack(1)], Conflict, "TRC-019"),
        ([pack(404)], NotFound, "TRC-001"),
        ([], RefusedError, "TRC-020"),
    ):
        with pytest.raises(fault) as refused:
            packing.unpack(world.app, world.maker, identifiers, Occasion())
        assert refused.value.findings[0].code == code


def at_the_depot(world: World) -> None:
    a_pallet(world)
    record(
        world,
        commissioning(5, [pack(8)], lot="L8"),
        moved(10, "receiving", [PALLET, pack(8)], DEPOT),
        commissioning(6, [pack(9)]),
    )


def compare(world: World, text: str, **more) -> stock_lists.Comparison:
    return stock_lists.compare(
        world.app, world.maker, text.encode(), "stock.csv", place=DEPOT, **more
    )


def kinds(found: stock_lists.Comparison) -> list[tuple]:
    return [(each.kind.value, each.identifier, each.where) for each in found.differences]


def test_a_list_of_single_packs_and_containers_is_compared(world: World):
    at_the_depot(world)

    found = compare(
        world,
        "Barcode,Batch\n"
        f"{CASE_1},\n"
        f"(01){GTIN}(21)3,WRONG\n"
        f"(01){GTIN}(21)9,\n"
        f"(01){GTIN}(21)77,\n"
        "nonsense,\n",
    )

    assert kinds(found) == [
        ("wrong_lot", f"(01) {GTIN} (21) 3", "row 3"),
        ("elsewhere", f"(01) {GTIN} (21) 9", "row 4"),
        ("not_recorded", f"(01) {GTIN} (21) 77", "row 5"),
        ("not_listed", f"(01) {GTIN} (21) 4", ""),
        ("not_listed", f"(01) {GTIN} (21) 8", ""),
    ]
    assert (found.listed_packs, found.recorded_packs, found.matching_packs) == (5, 5, 3)
    assert [(each.code, each.at) for each in found.findings] == [("TRC-013", "row 6")]


def test_a_list_of_quantities_is_compared_by_lot(world: World):
    at_the_depot(world)

    found = compare(
        world,
        f"gtin;lot;quantity;place\n{GTIN};{LOT};3;\n{GTIN};{LOT};2;\n{GTIN};L7;1;\n"
        f"{GTIN};{LOT};50;0300013333332\n",
    )

    assert [
        (each.kind.value, each.lot, each.listed, each.recorded) for each in found.differences
    ] == [("too_many", LOT, 5, 4), ("too_many", "L7", 1, 0), ("not_listed", "L8", 0, 1)]


def test_packs_that_are_gone_are_told_and_a_comparison_becomes_a_spreadsheet(world: World):
    at_the_depot(world)
    record(world, moved(30, "dispensing", [pack(8)], DEPOT, disposition="dispensed"))

    found = compare(world, f"gtin,serial\n{GTIN},8\n")
    sheet = write_xlsx(stock_lists.tables(found))
    read = read_table(sheet, "x.xlsx", [Field("Difference"), Field("Identifier")])

    assert found.differences[0].kind.value == "gone"
    assert found.differences[0].status is Status.DISPENSED
    assert [row.values["Difference"] for row in read.rows] == ["gone", *["not listed"] * 4]


def test_the_record_of_the_moment_of_the_count_is_compared(world: World):
    at_the_depot(world)
    then = datetime(2026, 3, 2, 23, 5, tzinfo=UTC)

    found = compare(world, f"gtin,lot,quantity\n{GTIN},{LOT},4\n", as_of=then)

    assert [(each.kind.value, each.recorded) for each in found.differences] == [("too_many", 0)]


@pytest.mark.parametrize("text", ["gtin,lot\n1,2\n", "a,b\n1,2\n", "gtin,quantity\n1,1.5\n"])
def test_a_list_that_says_nothing_is_refused(world: World, text: str):
    at_the_depot(world)

    with pytest.raises(RefusedError) as refused:
        compare(world, text)

    assert "TRC-012" in {finding.code for finding in refused.value.findings}
