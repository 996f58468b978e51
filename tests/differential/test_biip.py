"""Messages and links beside the library biip; the cases of its own tests are in conformance."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementStrings
from biip.gs1_messages import GS1Message
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import gs1

MESSAGES = 500
TEXT = string.ascii_letters + string.digits + "!\"%&'*+,-./:;<=>?_"
Pairs = list[tuple[str, str]]


def pairs(elements: GS1ElementStrings) -> Pairs:
    return [(element.ai.ai, element.value) for element in elements]


def random_messages() -> Iterator[Pairs]:
    """Yield what packs carry, the same in every run: any order, digits and other characters."""
    chance = random.Random(3)
    for _ in range(MESSAGES):
        body = "".join(chance.choices(string.digits, k=13))
        rest = [
            (
                "17",
                f"{chance.randrange(100):02}{chance.randrange(1, 13):02}{chance.randrange(29):02}",
            ),
            ("10", "".join(chance.choices(TEXT, k=chance.randrange(1, 21)))),
            ("21", "".join(chance.choices(TEXT, k=chance.randrange(1, 21)))),
            ("310" + str(chance.randrange(6)), f"{chance.randrange(10**6):06}"),
            ("240", "".join(chance.choices(TEXT, k=chance.randrange(1, 31)))),
        ]
        yield [
            ("01", body + gs1.check_digit(body)),
            *chance.sample(rest, k=chance.randrange(len(rest) + 1)),
        ]


@pytest.mark.parametrize("brackets", [True, False])
def test_a_random_message_is_read_as_biip_reads_it(brackets: bool) -> None:
    for message in random_messages():
        text = gs1.write_element_string(message, brackets=brackets)
        read = GS1Message.parse_hri if brackets else GS1Message.parse
        theirs = read(text)

        assert pairs(theirs.element_strings) == message, text
        assert list(gs1.parse_element_string(text).pairs) == message
        assert theirs.as_hri() == gs1.write_element_string(message)


def test_a_random_link_is_read_and_written_as_biip_does_but_for_the_order() -> None:
    reordered = set()
    for message in random_messages():
        link = gs1.write_digital_link(sorted(message))
        theirs = GS1DigitalLinkURI.parse(link)

        assert sorted(pairs(theirs.element_strings)) == sorted(message), link
        path, _, query = link.partition("?")
        their_path, _, their_query = theirs.as_canonical_uri().partition("?")
        assert their_path == path
        assert their_query.split("&") == sorted(query.split("&"))
        if query != their_query:
            reordered.add("order of attributes in a link")

    assert reordered == set(EXCEPTIONS["biip"]["library"])


def test_what_both_read_of_the_vectors_of_gs1_is_the_same(conformance: Path) -> None:
    engine = json.loads((conformance / "gs1-syntax/engine_vectors.json").read_text("utf-8"))
    texts = [case["input"].replace("^", "\x1d") for case in engine["element_string_raw"]]
    both = 0
    for text in texts:
        ours = gs1.check_element_string(text)[0]
        try:
            theirs = pairs(GS1Message.parse(text.removeprefix("\x1d")).element_strings)
        except ParseError:
            continue
        both += ours is not None
        assert ours is None or list(ours.pairs) == theirs, text

    assert both > 10
