"""The journey picture: well-formed, complete, told in words, and safe with hostile text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Standing, Status, Step
from packtrail.rendering import journey, why
from packtrail.rendering.journey_layout import arrange, place_name

PLANT, DEPOT = "urn:epc:id:sgln:030001.111111.0", "urn:epc:id:sgln:030001.111121.0"
CASE, PALLET = "urn:epc:id:sgtin:030001.1012345.110", "urn:epc:id:sscc:030001.41234567890"
PLACES = {PLANT: "Plant", DEPOT: "Depot"}
START = datetime(2023, 3, 27, 6, 45, tzinfo=UTC)
HOSTILE = "</svg><script>alert('&\"\x00\x1d\ud800')</script>"


def a_step(number: int, *, days: float = 0, **changes: object) -> Step:
    step = Step(
        event_id=f"event-{number}",
        event_type="ObjectEvent",
        event_time=START + timedelta(days=days, minutes=number),
        event_time_zone_offset="-05:00",
        record_time=START,
        role=Role.EPC,
        action="OBSERVE",
        biz_step="inspecting",
        biz_location=PLANT,
    )
    return replace(step, **changes)  # type: ignore[arg-type]


STEPS = (
    a_step(1, action="ADD", biz_step="commissioning"),
    a_step(2, action="ADD", biz_step="packing", role=Role.CHILD, parent=CASE),
    a_step(3, days=5, action="ADD", role=Role.CHILD, parent=PALLET, via=(CASE,),
           biz_location=DEPOT),
    a_step(4, days=5, biz_step="shipping", biz_location=None, read_point=DEPOT,
           via=(CASE, PALLET), destinations=(("location", "urn:epc:id:sgln:039999.345678.0"),)),
    a_step(5, days=5, biz_step="destroying", biz_location=DEPOT, is_withdrawn=True),
)  # fmt: skip


def drawn(steps: tuple[Step, ...] = STEPS, **options: object) -> etree._Element:
    text = journey.draw(steps, title="Pack 11", places=PLACES, **options)  # type: ignore[arg-type]
    return etree.fromstring(text)


def words_of(picture: etree._Element) -> str:
    return " ".join("".join(picture.itertext()).split())


def test_a_journey_is_one_labelled_image_without_script_or_style() -> None:
    picture = drawn()

    ids = {element.get("id") for element in picture.iter() if element.get("id")}
    assert picture.get("role") == "img"
    assert set(str(picture.get("aria-labelledby")).split()) == ids
    assert not [e for e in picture.iter() if etree.QName(e).localname in {"script", "style"}]
    assert not [e for e in picture.iter() for name in e.attrib if name in {"style", "onclick"}]


def test_every_step_is_in_the_picture_and_in_its_description() -> None:
    picture = drawn()

    told = words_of(picture)
    for step in STEPS:
        assert step.event_id in told
    description = picture.find("{*}desc")
    assert description is not None
    assert str(description.text).startswith("5 events. 27 Mar 2023 01:46 -05:00: Commissioned")
    assert "Packed with what held it at Depot" in str(description.text)
    assert "(withdrawn)" in str(description.text)


def test_lanes_are_the_sites_in_the_order_they_were_reached() -> None:
    layout = arrange(STEPS, PLACES)

    assert layout.lanes == ["Plant", "Depot"]


def test_a_door_of_a_site_is_in_the_lane_of_its_site() -> None:
    assert place_name("urn:epc:id:sgln:030001.111121.dock7", PLACES) == "Depot"
    assert place_name("https://id.gs1.org/414/0300011111115/254/A", {}).endswith("/254/A")
    assert place_name("https://id.gs1.org/414/0300011111116", {}) == "GLN 0300011111116"
    assert place_name("urn:epc:id:sgln:030001.111121.dock7", {}) == "GLN 0300011111215, dock7"
    assert place_name("https://example.com/depot", {}) == "https://example.com/depot"
    assert place_name(None, PLACES) == "Place not recorded"


def test_a_holder_is_a_bar_from_packing_to_unpacking() -> None:
    unpacked = (
        *STEPS[:3],
        a_step(6, days=9, action="DELETE", role=Role.CHILD, parent=PALLET, via=(CASE,)),
        a_step(7, days=9, action="DELETE", role=Role.CHILD, parent=CASE),
    )

    bars = {bar.holder: (bar.start, bar.end, bar.row) for bar in arrange(unpacked, PLACES).bars}
    assert bars == {CASE: (1, 4, 0), PALLET: (2, 3, 1)}


def test_taking_a_pack_out_of_its_case_ends_what_held_the_case() -> None:
    taken = (*STEPS[:3], a_step(6, days=9, action="DELETE", role=Role.CHILD, parent=CASE))

    assert [bar.end for bar in arrange(taken, PLACES).bars] == [3, 3]


def test_a_withdrawn_packing_holds_nothing() -> None:
    steps = (replace(STEPS[1], is_withdrawn=True),)

    assert arrange(steps, PLACES).bars == []


def test_a_day_of_silence_is_a_gap_with_its_length() -> None:
    gaps = [column.gap_before for column in arrange(STEPS, PLACES).columns]

    assert gaps == ["", "", "5 days", "", ""]
    assert "Nothing recorded for 5 days" in words_of(drawn())


def test_steps_alike_on_one_day_are_one_node_with_their_number() -> None:
    alike = (a_step(1), a_step(2), a_step(3), a_step(4, days=2))

    assert [len(column.steps) for column in arrange(alike, PLACES).columns] == [3, 1]
    assert "\N{MULTIPLICATION SIGN}3" in words_of(drawn(alike))


def test_inherited_and_withdrawn_events_are_marked_by_shape_and_in_the_legend() -> None:
    picture = drawn()

    classes = [str(group.get("class")) for group in picture.iter("{*}g")]
    assert sum("j-inherited" in name for name in classes) == 3
    assert sum("j-withdrawn" in name for name in classes) == 2
    assert "Happened to what held it" in words_of(picture)
    assert [t.text for t in picture.iter("{*}text") if t.get("text-decoration")] == [
        "Destroyed",
        "01:50",
    ]


def test_a_pack_under_way_points_to_where_it_is_expected() -> None:
    shipped = Standing(status=Status.IN_TRANSIT)
    goal = {"urn:epc:id:sgln:039999.345678.0": "Wholesaler"}

    text = journey.draw(STEPS, title="x", places=PLACES | goal, standing=shipped)
    assert "On its way to Wholesaler; not received yet" in text
    assert "On its way" not in journey.draw(STEPS, title="x", places=PLACES | goal)


def test_an_object_without_events_says_so() -> None:
    assert "No events are recorded." in words_of(drawn(()))


@pytest.mark.parametrize("field", ["event_id", "biz_step", "biz_location", "parent"])
def test_hostile_text_of_a_partner_stays_text(field: str) -> None:
    changes = {field: HOSTILE, "role": Role.CHILD, "action": "ADD", "via": (HOSTILE,)}
    hostile = a_step(1, **({"parent": CASE} | changes))

    text = journey.draw((hostile,), title=HOSTILE, places={HOSTILE: HOSTILE})
    assert "<script" not in text
    assert etree.fromstring(text).tag.endswith("svg")


def test_two_hundred_steps_are_all_there() -> None:
    many = tuple(a_step(n, days=n * 1.5) for n in range(200))

    told = words_of(drawn(many))
    assert all(f"event-{n}" in told for n in range(200))


def test_the_reason_of_a_status_is_one_sentence_with_names() -> None:
    goal = {"urn:epc:id:sgln:039999.345678.0": "Wholesaler"}
    shipped = Standing(status=Status.IN_TRANSIT, because=STEPS[3])
    made = Standing(status=Status.ACTIVE, because=STEPS[0])

    assert why.sentence(shipped, places=PLACES | goal, holders={PALLET: "(00) 4"}) == (
        "In transit: shipped on 1 Apr 2023 01:49 -05:00 from Depot to Wholesaler, inside (00) 4."
    )
    assert why.sentence(made, places=PLACES) == (
        "Active: commissioned on 27 Mar 2023 01:46 -05:00 at Plant."
    )
    nowhere = replace(STEPS[0], biz_location=None, destinations=(("owning_party", "urn:x:1"),))
    assert why.sentence(replace(made, because=nowhere), places={}).endswith(", to urn:x:1.")
    unknown = why.sentence(replace(made, because=None), places={})
    assert unknown.startswith("No event says what it is")
