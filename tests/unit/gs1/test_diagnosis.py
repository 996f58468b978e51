from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.gs1.keyboards import (
    CAPS_LOCK,
    FRENCH,
    FULL_WIDTH,
    GERMAN,
    GREEK,
    REPLACEMENTS,
    RUSSIAN,
    SHIFT_LOCK,
)

GS = "\x1d"
PACK = "]d2010300010123450917301231" + f"10AB-7{GS}21Zyx123"
PACK_AIS = ("01", "17", "10", "21")


def arrived(text: str, table: dict[int, str]) -> str:
    """Return what the computer gets when a scanner types a text."""
    return text.translate({ord(pressed): chr(got) for got, pressed in table.items()})


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        (arrived(PACK, GERMAN), {"GS1-060": "characters 1-38"}),
        (arrived(PACK, GERMAN).replace(GS, "|"), {"GS1-060": None, "GS1-063": "character 34"}),
        (arrived(PACK, FRENCH), {"GS1-060": "characters 1-42"}),
        (arrived(PACK, RUSSIAN), {"GS1-060": None}),
        (arrived(PACK, GREEK), {"GS1-060": None}),
        (arrived(PACK, FULL_WIDTH), {"GS1-060": "characters 1-42"}),
        (arrived(PACK, CAPS_LOCK), {"GS1-061": "characters 2-39"}),
        (arrived(PACK, SHIFT_LOCK), {"GS1-061": "characters 1-42"}),
        (PACK + PACK, {"GS1-066": "characters 43-84"}),
        *((PACK.replace(GS, each.text), {"GS1-063": None}) for each in REPLACEMENTS
          if each.text not in {"0029", "029", "<GS>", "&#29;", "%1D", ";", ",", "!"}),
    ],
)  # fmt: skip
def test_a_likely_cause_is_named_and_the_only_reading_suggested(
    text: str, causes: dict[str, str | None]
) -> None:
    found = gs1.diagnose(text)

    assert not found.is_readable
    assert found.suggestion == PACK
    assert {finding.code for finding in found.causes} == set(causes)
    assert all(causes[finding.code] in {None, finding.at} for finding in found.causes)
    assert found.findings


def test_digits_typed_without_numlock_are_recognised_where_they_cannot_be_data() -> None:
    found = gs1.diagnose("010300010123450921ABCDEFGHIJKLMNOPQ029" + "10LOT1")

    assert found.suggestion == f"010300010123450921ABCDEFGHIJKLMNOPQ{GS}10LOT1"
    assert "NumLock" in found.causes[0].message


def test_digits_that_can_be_data_have_two_readings() -> None:
    found = gs1.diagnose("010300010123450921ABCDEFGHIJKLMNOPQ0029" + "10LOT1")

    assert found.suggestion is None
    assert [finding.code for finding in found.causes] == ["GS1-063"]


def test_a_separator_written_out_in_a_readable_text_is_doubted() -> None:
    found = gs1.diagnose(PACK.replace(GS, "<GS>"))

    assert found.is_readable
    assert [(finding.code, finding.at) for finding in found.causes] == [
        ("GS1-063", "characters 34-37")
    ]


def test_gs1_data_in_a_plain_symbol_is_told() -> None:
    found = gs1.diagnose(PACK.replace("]d2", "]d1"))

    assert found.suggestion == PACK[3:]
    assert [(finding.code, finding.at) for finding in found.causes] == [
        ("GS1-065", "characters 1-3")
    ]


def test_a_digital_link_typed_on_another_layout_is_recognised() -> None:
    found = gs1.diagnose("httpsÖ--id.gs1.org-01-03000101234509-21-A")

    assert found.suggestion == "https://id.gs1.org/01/03000101234509/21/A"


def test_a_lost_separator_has_several_readings_which_are_told() -> None:
    found = gs1.diagnose("010300010123450921ABCDEFGHIJK1730123110LOT1")

    assert found.suggestion is None
    (cause,) = found.causes
    assert cause.code == "GS1-062"
    assert "(21)ABCDEFGHIJK(17)301231(10)LOT1 or " in cause.message
    assert "(21)ABCDEFGHIJK17301231(10)LOT1: " in cause.message


def test_knowing_what_a_pack_must_have_leaves_one_reading() -> None:
    found = gs1.diagnose("010300010123450921ABCDEFGHIJK1730123110LOT1", expecting=PACK_AIS)

    assert found.suggestion == f"010300010123450921ABCDEFGHIJK{GS}1730123110LOT1"
    assert [(finding.code, finding.at) for finding in found.causes] == [("GS1-062", "character 30")]


def test_a_readable_text_that_lacks_elements_is_doubted_and_left_alone() -> None:
    found = gs1.diagnose("010300010123450921ABC1730123110LOT1", expecting=PACK_AIS)

    assert found.is_readable
    assert found.suggestion is None
    assert [(finding.code, finding.at) for finding in found.causes] == [("GS1-062", "character 22")]


def test_an_unneeded_separator_is_only_noted() -> None:
    found = gs1.diagnose(f"0103000101234509{GS}21A{GS}")

    assert found.is_readable
    assert [(finding.code, finding.at) for finding in found.causes] == [("GS1-064", "character 17")]


@pytest.mark.parametrize(
    "text", ["", "hello", "0103000101234508", "9" * 400, "21" * 200, "x" * 10_000, "]d1hello"]
)
def test_what_no_cause_explains_stays_unexplained(text: str) -> None:
    found = gs1.diagnose(text, expecting=PACK_AIS)

    assert (found.is_readable, found.causes, found.suggestion) == (False, (), None)
    assert found.findings


@given(st.text(st.sampled_from("0123456789AZaz]d+$&é\"'(-è_çà|~ \x1d"), max_size=60))
def test_a_suggestion_is_always_readable_and_never_the_text_itself(text: str) -> None:
    found = gs1.diagnose(f"0103000101234509{text}")

    assert found.is_readable == (found.findings == ())
    if found.suggestion is not None:
        assert found.suggestion != found.text
        assert gs1.diagnose(found.suggestion).is_readable
        assert found.causes
