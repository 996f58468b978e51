"""Element strings survive being written and read, and every checked digit counts."""

from __future__ import annotations

import string

from biip.gln import Gln
from biip.gtin import Gtin
from biip.sscc import Sscc
from hypothesis import given
from hypothesis import strategies as st

from packtrail import gs1
from packtrail.gs1 import ElementString
from packtrail.gs1.application_identifiers import TABLE
from packtrail.gs1.check_digits import check_digit

TEXT = string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_"
FREE = sorted(
    ai
    for ai, row in TABLE.items()
    if all(not part.linters and part.charset in {"N", "X"} for part in row.components)
)


@st.composite
def values(draw: st.DrawFn, ai: str) -> str:
    parts = []
    for part in TABLE[ai].components:
        if part.is_optional and draw(st.booleans()):
            break
        alphabet = string.digits if part.charset == "N" else TEXT
        parts.append(draw(st.text(alphabet, min_size=part.length_min, max_size=part.length_max)))
    return "".join(parts)


@st.composite
def pairs(draw: st.DrawFn) -> list[tuple[str, str]]:
    identifiers = draw(st.lists(st.sampled_from(FREE), min_size=1, max_size=6, unique=True))
    return [(ai, draw(values(ai))) for ai in identifiers]


@given(pairs())
def test_elements_survive_every_notation(elements: list[tuple[str, str]]) -> None:
    written = gs1.write_element_string(elements), gs1.write_element_string(elements, brackets=False)

    for text in (*written, f"]d2{written[1]}", f"\x1d{written[1]}\x1d"):
        read = gs1.parse_element_string(text)
        assert list(read.pairs) == elements


@given(pairs())
def test_values_stand_where_they_say(elements: list[tuple[str, str]]) -> None:
    text = gs1.write_element_string(elements, brackets=False)
    read: ElementString = gs1.parse_element_string(text)

    assert [text[slice(*element.span)] for element in read.elements] == [v for _, v in elements]


@given(st.text(string.digits, min_size=12, max_size=12))
def test_location_check_digits_agree_with_biip(digits: str) -> None:
    assert Gln.parse(digits + check_digit(digits)).check_digit == int(check_digit(digits))


@given(st.text(string.digits, min_size=17, max_size=17))
def test_logistic_unit_check_digits_agree_with_biip(digits: str) -> None:
    number = digits + check_digit(digits)

    assert Sscc.parse(number).check_digit == int(number[-1])
    assert gs1.parse(number).primary == number


@given(st.text(string.digits, min_size=13, max_size=13).filter(lambda text: text.strip("0")))
def test_trade_item_check_digits_agree_with_biip(digits: str) -> None:
    number = digits + check_digit(digits)

    assert Gtin.parse(number).check_digit == int(number[-1])
    assert gs1.parse(number).primary == number
