"""Numbers written as files, read again as they were."""

from __future__ import annotations

import doctest
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.exchange.number_files import read_numbers
from packtrail.rendering import number_files
from packtrail.rendering.number_files import SUFFIXES, write_numbers

GTIN = "04012345111118"
SERIALS = st.lists(
    st.text(st.sampled_from("0123456789ABCdef-_%./"), min_size=1, max_size=20),
    min_size=1,
    max_size=30,
    unique=True,
)


def test_the_examples_in_the_documentation_work() -> None:
    assert doctest.testmod(number_files).failed == 0


@given(SERIALS)
def test_what_machines_read_is_exactly_what_was_given(serials: list[str]) -> None:
    labels = [(each, {}) for each in serials]
    text = b"".join(write_numbers("text", GTIN, labels))
    told = json.loads(b"".join(write_numbers("json", GTIN, labels)))

    assert text.decode().split("\n")[:-1] == serials
    assert told == {"number_of": GTIN, "serials": serials}


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_keys_and_signatures_come_back(form: str) -> None:
    labels = [(f"RU{n:011d}", {"91": "EE06", "92": f"sig+/{n}=="}) for n in range(25_000)]
    content = b"".join(write_numbers(form, GTIN, labels))

    parts = list(read_numbers(io.BytesIO(content), f"x.{SUFFIXES[form]}"))

    assert [serial for part in parts for serial in part.serials] == [each for each, _ in labels]
    for name in ("91", "92"):
        values = [value for part in parts for value in part.elements[name]]
        assert values == [elements[name] for _, elements in labels]


@pytest.mark.parametrize("form", sorted(SUFFIXES))
def test_no_numbers_are_a_file_too(form: str) -> None:
    assert isinstance(b"".join(write_numbers(form, "", [])), bytes)
