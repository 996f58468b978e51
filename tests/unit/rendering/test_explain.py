"""The picture of an explained file: well-formed, complete, counted where it is cut, and safe."""

from __future__ import annotations

import pytest
from lxml import etree

from packtrail import epcis
from packtrail.rendering import explain

from ..epcis.profiles.making import CASE, MESSAGE, PACK, PALLET, read

HOSTILE = "&lt;/svg&gt;&lt;script&gt;alert(1)&lt;/script&gt;"


def drawn(text: str = MESSAGE, title: str = "shipment.xml") -> etree._Element:
    told = epcis.explain(read(text))
    return etree.fromstring(explain.draw(told, title=title))


def words_of(picture: etree._Element) -> list[str]:
    return ["".join(one.itertext()) for one in picture.iter("{*}text")]


def test_the_picture_names_both_sides_and_the_load() -> None:
    assert words_of(drawn())[:6] == [
        "Example Pharma",
        "Example Pharma DC",
        "1 logistic unit and 1 case and 2 packs",
        "shipped 2026-04-01",
        "Example Wholesale",
        "Example Wholesale DC",
    ]


def test_containers_stand_from_the_outside_in() -> None:
    picture = drawn()
    boxes = [(float(one.get("x", "")), float(one.get("y", ""))) for one in picture.iter("{*}rect")]
    pallet, case = boxes[-2:]

    assert pallet[0] < case[0]
    assert pallet[1] == case[1]
    assert words_of(picture)[-4:] == [
        f"Logistic unit {PALLET[-10:]}",
        "1 case and 2 packs",
        "Examplin 100mg 9",
        "2 packs",
    ]


def test_the_story_is_told_to_those_who_do_not_see_it() -> None:
    picture = drawn()
    description = picture.find("{*}desc")

    assert description is not None
    assert description.text is not None
    assert description.text.startswith("Example Pharma ships 1 logistic unit holding 1 case")
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "explain-title explain-desc"


def test_what_does_not_fit_is_counted() -> None:
    cases = "".join(
        f"<AggregationEvent><eventTime>2026-03-28T00:00:{n % 60:02d}Z</eventTime>"
        "<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
        f"<parentID>{CASE}{n}</parentID><childEPCs><epc>{PACK}{n}</epc></childEPCs>"
        "<action>ADD</action></AggregationEvent>"
        for n in range(100, 140)
    )
    picture = drawn(MESSAGE.replace("</EventList>", f"{cases}</EventList>"))
    boxes = list(picture.iter("{*}rect"))

    assert len(boxes) <= 2 + 2 * explain.ROWS_MAX
    assert words_of(picture)[-1] == "and 17 more containers"
    height = float(picture.get("height", ""))
    assert all(float(one.get("y", "")) + explain.BOX_HEIGHT <= height for one in boxes)


def test_a_file_without_shipment_says_so() -> None:
    told = epcis.explain(epcis.read(b"{}"))
    picture = etree.fromstring(explain.draw(told, title="x"))

    assert words_of(picture) == ["The file tells of no shipment and no packing."]


@pytest.mark.parametrize("where", ["Example Pharma DC", "Examplin", "4012345000023:D1"])
def test_hostile_names_stay_text(where: str) -> None:
    picture = drawn(MESSAGE.replace(where, HOSTILE), title="<script>")

    assert picture.find(".//{*}script") is None
