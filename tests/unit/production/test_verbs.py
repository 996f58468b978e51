"""What each verb tells, and what it refuses."""

from __future__ import annotations

import pytest

from packtrail import epcis
from packtrail.epcis.events import ITEM_EXPIRATION_DATE, LOT_NUMBER, AggregationEvent, ObjectEvent
from packtrail.production.levels import Level

from .floors import CASES, GTIN, PALLET, Plant, at, codes, origin, pack, unit

CASE, CASE_2, CASE_3 = CASES


@pytest.fixture
def plant() -> Plant:
    return Plant()


# --- commissioning --------------------------------------------------------------------------------


def test_commissioning_tells_lot_expiry_order_and_place(plant: Plant) -> None:
    (event,) = plant.do("commission", "P1", "P2").events

    assert isinstance(event, ObjectEvent)
    assert event.epcs == (
        "urn:epc:id:sgtin:300010.0123450.P1",
        "urn:epc:id:sgtin:300010.0123450.P2",
    )
    assert (event.action, event.biz_step, event.disposition) == ("ADD", "commissioning", "active")
    assert event.ilmd == {LOT_NUMBER: "L1", ITEM_EXPIRATION_DATE: "2028-12-31"}
    assert event.biz_transactions[0].biz_transaction.endswith(":WO-1")
    assert event.event_time_zone_offset == "+01:00"
    assert plant.status(pack("P1")) == "commissioned"


def test_what_is_written_is_read_back_the_same(plant: Plant) -> None:
    plant.full_case()
    events = plant.do("unpack", "P1", minutes=5).events + plant.do("commission", "P4").events
    document = epcis.EpcisDocument(schema_version="2.0", events=events)

    reading = epcis.read(epcis.write_json(document))

    assert reading.findings == ()
    assert reading.document is not None
    assert reading.document.events == events


def test_a_number_is_told_in_any_notation(plant: Plant) -> None:
    decision = plant.do(
        "commission", "P1", f"(01){GTIN}(21)P2", "urn:epc:id:sgtin:300010.0123450.P3",
        f"https://id.gs1.org/01/{GTIN}/21/P4", f"01{GTIN}21P5",
    )  # fmt: skip

    assert decision.done == {"commission:pack": 5}
    assert plant.status(pack("P5")) == "commissioned"


def test_good_numbers_are_commissioned_beside_strange_ones(plant: Plant) -> None:
    decision = plant.act("commission", "P1", "X1", "P2")

    assert codes(decision) == ["LIN-022"]
    assert decision.findings[0].message == (
        "It is not issued to the order WO-1: (01) 03000101234509 (21) X1."
    )
    assert [(each.number, each.code) for each in decision.refused] == [("X1", "LIN-022")]
    assert decision.done == {"commission:pack": 2}


def test_a_number_of_another_order_is_strange(plant: Plant) -> None:
    plant.floor.origins[pack("P1")] = origin(Level.PACK, order="WO-2")

    assert codes(plant.act("commission", "P1")) == ["LIN-022"]


@pytest.mark.parametrize("settled", ["returned", "void", "expired"])
def test_a_number_that_was_given_back_is_refused(plant: Plant, settled: str) -> None:
    plant.floor.origins[pack("P1")] = origin(Level.PACK, settled=settled)

    decision = plant.act("commission", "P1")

    assert (codes(decision), decision.events) == (["LIN-023"], ())


def test_a_second_commissioning_is_a_double(plant: Plant) -> None:
    plant.do("commission", "P1")

    decision = plant.act("commission", "P1", "P2", minutes=3)

    assert codes(decision) == ["LIN-024"]
    assert decision.done == {"commission:pack": 1}


def test_the_same_commissioning_again_is_only_noted(plant: Plant) -> None:
    plant.do("commission", "P1", "P2")

    decision = plant.act("commission", "P1", "P2")

    assert codes(decision) == ["LIN-042"]
    assert decision.events == ()


def test_a_number_twice_in_a_list_is_refused(plant: Plant) -> None:
    assert codes(plant.act("commission", "P1", f"(01){GTIN}(21)P1")) == ["LIN-041"]


def test_nothing_happens_in_the_future(plant: Plant) -> None:
    assert codes(plant.act("commission", "P1", minutes=24 * 60 + 30)) == ["LIN-039"]


def test_what_cannot_be_a_serial_number_is_named(plant: Plant) -> None:
    decision = plant.act("commission", "P 1", "x" * 21, "(01)03000101234508(21)P1")

    assert codes(decision) == ["LIN-020"] * 3
    assert "'P 1' is no serial number" in decision.findings[0].message


# --- rejects and samples --------------------------------------------------------------------------


def test_a_rejected_label_was_never_a_pack(plant: Plant) -> None:
    decision = plant.do("reject", "P1", "P2", reason="unreadable")

    assert decision.events == ()
    (mark,) = decision.marks
    assert (mark.kind, mark.level, mark.numbers) == ("rejected", Level.PACK, ("P1", "P2"))
    assert decision.done == {"reject:pack": 2}


def test_a_rejected_pack_leaves_its_case_and_is_decommissioned(plant: Plant) -> None:
    plant.full_case()

    events = plant.do("reject", "P2", minutes=5, reason="damaged").events

    assert [(each.biz_step, each.action) for each in events] == [
        ("unpacking", "DELETE"), ("decommissioning", "DELETE"),
    ]  # fmt: skip
    assert (plant.status(pack("P2")), plant.holder(pack("P2"))) == ("decommissioned", None)
    assert plant.holder(pack("P1")) == unit(CASE)


def test_a_rejected_label_cannot_be_commissioned_afterwards(plant: Plant) -> None:
    plant.floor.origins[pack("P1")] = origin(Level.PACK, mark="rejected", marked_at=at(-1))

    assert codes(plant.act("commission", "P1")) == ["LIN-040"]


def test_a_commissioning_that_comes_after_its_reject_is_followed_by_it(plant: Plant) -> None:
    plant.floor.origins[pack("P1")] = origin(Level.PACK, mark="rejected", marked_at=at(5))

    events = plant.do("commission", "P1", "P2").events

    assert [each.biz_step for each in events] == ["commissioning", "decommissioning"]
    assert events[1].event_time == at(5)
    assert (plant.status(pack("P1")), plant.status(pack("P2"))) == (
        "decommissioned",
        "commissioned",
    )


def test_samples_leave_their_case(plant: Plant) -> None:
    plant.full_case()

    plant.do("sample", "P1", "P3", minutes=5, reason="retention")

    assert {plant.status(pack(n)) for n in ("P1", "P3")} == {"sampled"}
    assert plant.floor.inside(unit(CASE), plant.now) == [pack("P2")]


def test_a_sample_is_not_sampled_again(plant: Plant) -> None:
    plant.do("commission", "P1")
    plant.do("sample", "P1", minutes=1, reason="retention")

    decision = plant.act("sample", "P1", minutes=2, reason="retention")

    assert codes(decision) == ["LIN-032"]
    assert decision.findings[0].message == "It is sampled: (01) 03000101234509 (21) P1."


def test_a_container_ends_with_what_is_inside(plant: Plant) -> None:
    plant.full_case()

    events = plant.do("destroy", CASE, minutes=5, reason="damaged").events

    assert [each.biz_step for each in events] == ["destroying"]
    assert {plant.status(pack(f"P{n}")) for n in (1, 2, 3)} == {"destroyed"}


def test_a_full_container_is_neither_sampled_nor_decommissioned(plant: Plant) -> None:
    plant.full_case()

    for kind in ("sample", "decommission", "reject"):
        assert codes(plant.act(kind, CASE, minutes=5, reason="damaged")) == ["LIN-034"]


def test_only_what_was_decommissioned_comes_back(plant: Plant) -> None:
    plant.do("commission", "P1", "P2")
    plant.do("decommission", "P1", minutes=1, reason="mistake")

    decision = plant.act("recommission", "P1", "P2", minutes=2, reason="mistake")

    assert codes(decision) == ["LIN-038"]
    assert plant.status(pack("P1")) == "commissioned"


# --- packing --------------------------------------------------------------------------------------


def test_packing_commissions_a_case_that_was_issued(plant: Plant) -> None:
    plant.do("commission", "P1", "P2", "P3")

    events = plant.do("pack", "P1", "P2", "P3", minutes=1, parent=CASE).events

    assert [each.biz_step for each in events] == ["commissioning", "packing"]
    assert isinstance(events[1], AggregationEvent)
    assert events[1].parent_id == "urn:epc:id:sscc:0614141.0000000001"
    assert plant.holder(pack("P2")) == unit(CASE)


def test_cases_go_on_pallets(plant: Plant) -> None:
    plant.full_case()
    plant.full_case(CASE_2, first=4, minutes=3)

    plant.do("pack", CASE, CASE_2, minutes=9, parent=PALLET)

    assert list(plant.floor.holders(pack("P4"), plant.now)) == [unit(CASE_2), unit(PALLET)]


def test_a_case_that_is_not_full_is_said_to_be(plant: Plant) -> None:
    plant.do("commission", "P1", "P2")

    warned = plant.act("pack", "P1", minutes=1, parent=CASE)
    meant = plant.act("pack", "P2", minutes=2, parent=CASE, is_partial=True)

    assert codes(warned) == ["LIN-030"]
    assert warned.findings[0].message == "(00) 006141410000000012 holds 1 of 3."
    assert (codes(meant), plant.holder(pack("P2"))) == ([], unit(CASE))


@pytest.mark.parametrize(
    ("children", "parent", "code"),
    [
        (("P1", "P2", "P3", "P4"), CASE_2, "LIN-029"),
        (("P1",), CASE, "LIN-029"),
        (("P9",), CASE_2, "LIN-025"),
        (("X9",), CASE_2, "LIN-025"),
        (("P5", "P6"), CASE_2, "LIN-026"),
        (("P1", "P2", "P3"), PALLET, "LIN-028"),
        ((CASE, CASE_2), CASE_3, "LIN-028"),
        (("P1", "P2", "P3"), "006141410000000998", "LIN-020"),
        (("P1", "P2", "P3"), "006141410000000944", "LIN-025"),
        (("P1", "P2", "P3"), "P4", "LIN-020"),
    ],
)
def test_packing_refuses_as_a_whole(
    plant: Plant, children: tuple[str, ...], parent: str, code: str
) -> None:
    plant.do("commission", *(f"P{n}" for n in range(1, 9)))
    plant.do("pack", "P6", "P7", "P8", minutes=1, parent=CASE)

    decision = plant.act("pack", *children, minutes=2, parent=parent)

    assert code in codes(decision)
    assert decision.events == ()
    assert plant.holder(pack("P1")) is None


def test_lots_are_kept_apart_unless_the_order_allows_them(plant: Plant) -> None:
    plant.floor.origins[pack("P2")] = origin(Level.PACK, lot="L2")
    plant.do("commission", "P1", "P2")
    # The commissioning of P2 told the lot of this order; its own order says another one.
    plant.floor.items.pop(pack("P2"))
    other = Plant(floor=plant.floor)
    other.floor.origins[pack("P2")] = origin(Level.PACK, lot="L2")
    other.do("commission", "P2")

    decision = plant.act("pack", "P1", "P2", minutes=2, parent=CASE)

    assert "LIN-031" in codes(decision)
    assert decision.events == ()


def test_a_container_never_holds_itself(plant: Plant) -> None:
    plant.full_case()

    decision = plant.act("pack", CASE, minutes=5, parent=CASE)

    assert "LIN-028" in codes(decision)
    assert decision.events == ()


def test_unpacking_needs_the_child_only(plant: Plant) -> None:
    plant.full_case()
    plant.full_case(CASE_2, first=4, minutes=3)

    events = plant.do("unpack", "P1", "P4", "P5", minutes=9).events

    assert [(each.parent_id, len(each.child_epcs)) for each in events] == [
        ("urn:epc:id:sscc:0614141.0000000001", 1), ("urn:epc:id:sscc:0614141.0000000002", 2),
    ]  # fmt: skip


def test_unpacking_from_the_wrong_container_is_refused(plant: Plant) -> None:
    plant.full_case()
    plant.full_case(CASE_2, first=4, minutes=3)

    decision = plant.act("unpack", "P1", minutes=9, parent=CASE_2)

    assert codes(decision) == ["LIN-027"]
    assert plant.holder(pack("P1")) == unit(CASE)


def test_everything_comes_out_at_once(plant: Plant) -> None:
    plant.full_case()

    (event,) = plant.do("disaggregate", CASE, minutes=5).events

    assert (event.action, event.child_epcs) == ("DELETE", ())
    assert plant.floor.inside(unit(CASE), plant.now) == []
    assert codes(plant.act("disaggregate", CASE, minutes=6)) == ["LIN-035"]


def test_one_pack_takes_the_place_of_another(plant: Plant) -> None:
    plant.full_case()
    plant.do("commission", "P4", minutes=3)

    events = plant.do("replace", "P2", minutes=5, by="P4", reason="damaged").events

    assert [each.biz_step for each in events] == ["unpacking", "packing"]
    assert plant.floor.inside(unit(CASE), plant.now) == [pack("P1"), pack("P3"), pack("P4")]


def test_nothing_takes_the_place_of_what_is_loose(plant: Plant) -> None:
    plant.floor.origins.pop(pack("P4"))
    plant.do("commission", "P1", "P2")
    plant.floor.origins.pop(pack("P1"))

    decision = plant.act("replace", "P1", minutes=5, by="P2")

    assert codes(decision) == ["LIN-027"]
    assert decision.events == ()


def test_repacking_takes_out_and_puts_in(plant: Plant) -> None:
    plant.full_case()

    events = plant.do("repack", "P1", "P2", "P3", minutes=5, parent=CASE_3).events

    assert [each.biz_step for each in events] == ["unpacking", "commissioning", "packing"]
    assert plant.holder(pack("P1")) == unit(CASE_3)


# --- late reports ---------------------------------------------------------------------------------


def test_packing_waits_for_a_commissioning_that_is_late(plant: Plant) -> None:
    plant.may_wait = True
    plant.do("commission", "P1", "P2")

    decision = plant.act("pack", "P1", "P2", "P3", minutes=5, parent=CASE)

    assert codes(decision) == ["LIN-043"]
    assert decision.parked is not None
    assert decision.parked.numbers == ("P1", "P2", "P3")
    plant.do("commission", "P3", minutes=1)
    plant.do("pack", "P1", "P2", "P3", minutes=5, parent=CASE)
    assert plant.holder(pack("P3")) == unit(CASE)


def test_of_a_list_only_the_late_part_waits(plant: Plant) -> None:
    plant.may_wait = True
    plant.do("commission", "P1")

    decision = plant.act("sample", "P1", "P2", minutes=5, reason="retention")

    assert decision.parked is not None
    assert decision.parked.numbers == ("P2",)
    assert plant.status(pack("P1")) == "sampled"


def test_a_late_report_is_judged_by_its_own_time(plant: Plant) -> None:
    plant.full_case()
    plant.do("unpack", "P1", minutes=60)
    plant.do("pack", "P1", minutes=62, parent=CASE_2, is_partial=True)

    decision = plant.act("unpack", "P1", minutes=30)

    assert codes(decision) == ["LIN-036"]
    assert plant.holder(pack("P1")) == unit(CASE_2)


def test_a_late_report_that_fits_lands_where_it_belongs(plant: Plant) -> None:
    plant.full_case()
    plant.do("unpack", "P1", minutes=60)
    plant.do("sample", "P1", minutes=90, reason="retention")

    plant.do("pack", "P1", minutes=70, parent=CASE_2, is_partial=True)

    item = plant.floor.items[pack("P1")]
    assert (item.holder(at(75)), item.holder(at(65))) == (unit(CASE_2), None)


def test_what_is_packed_late_shares_what_happened_to_its_container_since(plant: Plant) -> None:
    plant.do("commission", "P1", "P2", "P3")
    plant.do("pack", "P1", "P2", minutes=1, parent=CASE, is_partial=True)
    plant.do("destroy", CASE, minutes=60, reason="damaged")

    plant.do("pack", "P3", minutes=2, parent=CASE)

    assert plant.status(pack("P3")) == "destroyed"


def test_a_refused_act_leaves_the_floor_as_it_was(plant: Plant) -> None:
    plant.full_case()
    before = dict(plant.floor.items)

    plant.act("pack", "P1", "P9", minutes=5, parent=CASE_2)

    assert plant.floor.items == before
