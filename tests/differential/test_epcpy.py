"""Identifiers in every notation beside epcpy: what the standards' examples say, and random keys."""

from __future__ import annotations

import json
import random
import string
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import Key, KeyType

with warnings.catch_warnings():
    # Where it was not compiled when it was installed, its regular expressions are no raw strings.
    warnings.filterwarnings("ignore", "invalid escape sequence")
    from epcpy.utils import parsers

KEYS_OF_A_TYPE = 150
TEXT = string.ascii_letters + string.digits + "!\"%&'*+,-./:;<=>?_"
BODY_DIGITS = {KeyType.SGTIN: 13, KeyType.SSCC: 17, KeyType.SGLN: 12, KeyType.GRAI: 12,
               KeyType.GSRN: 17, KeyType.GDTI: 12}  # fmt: skip
"""Digits of the primary key before the check digit."""
SERIAL_MAX = {KeyType.SGTIN: 20, KeyType.SGLN: 20, KeyType.GRAI: 16, KeyType.GDTI: 17}

Difference = tuple[str, str]
"""Which conversion, and of what."""
RANDOM_TYPES = [*BODY_DIGITS, KeyType.GIAI]
KINDS: dict[str, Callable[[str, str], bool]] = {
    "brackets in a serial": lambda how, uri: "element" in how and ("(" in uri or ")" in uri),
    "a location without extension": lambda how, uri: (
        "element" in how and uri.startswith("urn:epc:id:sgln:") and uri.endswith(".0")
    ),
    "a class of objects": lambda how, uri: how == "read" and uri.startswith("urn:epc:idpat:"),
    "an empty reference": lambda how, uri: how == "read" and uri.endswith("."),
    "an escape in a serial": lambda how, uri: how == "read" and "%" in uri,
    "a colon in a GIAI": lambda how, uri: (
        uri.startswith("urn:epc:id:giai:") and ":" in uri.removeprefix("urn:epc:id:giai:")
    ),
    "bits of an aircraft part": lambda how, uri: how == "read adi-var",
}
"""How each kind of difference that exceptions.toml explains is told."""


def attempt(call: Callable[[], Any]) -> Any:
    """Return a result, or None where the input is refused; epcpy refuses in many ways."""
    try:
        return call()
    except (RefusedError, parsers.ConvertException, ValueError, KeyError, IndexError):
        return None


def of_epcpy(scheme: Any, tag: gs1.Tag) -> tuple[str, str] | None:
    """Return tag URI and bits as epcpy writes them."""
    kind = type(scheme)
    options: dict[str, Any] = {}
    if tag.filter_value is not None:
        values = getattr(sys.modules[kind.__module__], f"{kind.__name__}FilterValue")
        options = {"filter_value": values(str(tag.filter_value))}
    coding = kind.BinaryCodingScheme(tag.encoding)
    uri = scheme.tag_uri(binary_coding_scheme=coding, **options)
    return uri, scheme.hex(binary_coding_scheme=coding, **options)


def differences(uri: str) -> Iterator[Difference]:
    """Convert an EPC URI there and back with both, and yield what comes out otherwise."""
    key = attempt(lambda: gs1.parse_epc_uri(uri))
    names = gs1.encodings_of(uri)
    scheme = attempt(lambda: parsers.epc_pure_identity_to_scheme(uri))
    if scheme is None or (key is None and not names):
        if (scheme is None) != (key is None and not names):
            yield "read", uri
        return
    if key is not None:
        text = key.element_string()
        if scheme.gs1_element_string() != text:
            yield "write the element string", uri
        there = attempt(lambda: parsers.gs1_element_string_to_gs1_element(text, key.prefix_length))
        if there is None or there.epc_uri != uri:
            yield "read the element string", uri
    for name in names:
        yield from differences_of_tag(uri, scheme, name)


def differences_of_tag(uri: str, scheme: Any, name: str) -> Iterator[Difference]:
    tag = gs1.make_tag(uri, name)
    if attempt(lambda: of_epcpy(scheme, tag)) != (tag.uri(), tag.hex()):
        yield f"write {name}", uri
    back = (
        attempt(lambda: parsers.tag_uri_to_tag_encodable(tag.uri()).epc_uri),
        attempt(lambda: parsers.hex_to_tag_encodable(tag.hex()).epc_uri),
    )
    if back != (uri, uri):
        yield f"read {name}", uri


def unexplained(found: set[Difference]) -> set[Difference]:
    """Return the differences of no kind."""
    return {each for each in found if not any(is_one(*each) for is_one in KINDS.values())}


@pytest.fixture(scope="module")
def published(conformance: Path) -> set[str]:
    """Every EPC URI that the vectors of the standard and the translator name."""
    tags = json.loads((conformance / "tds/tds_examples.json").read_text("utf-8"))["cases"]
    path = conformance / "openepcis-translator/translate_vectors.json"
    cases = json.loads(path.read_text("utf-8"))["cases"]
    texts = {str(case.get(side)) for case in cases for side in ("input", "expect")}
    epcs = {text for text in texts if text.startswith(("urn:epc:id", "urn:epc:class:"))}
    return epcs | {case["epc_uri"] for case in tags}


def random_keys(kind: KeyType) -> Iterator[Key]:
    """Yield the same keys in every run, those of each type with prefixes of every length."""
    chance = random.Random(kind)
    for number in range(KEYS_OF_A_TYPE):
        length = 6 + number % 7
        yield Key.of(kind, _primary(kind, chance, length), _serial(kind, chance), length)


def _primary(kind: KeyType, chance: random.Random, length: int) -> str:
    if kind is KeyType.GIAI:
        return _digits(chance, length) + _text(chance, 30 - length)
    body = _digits(chance, BODY_DIGITS[kind])
    filler = "0" if kind is KeyType.GRAI else ""
    return filler + body + gs1.check_digit(body)


def _serial(kind: KeyType, chance: random.Random) -> str | None:
    if kind not in SERIAL_MAX:
        return None
    return _text(chance, SERIAL_MAX[kind])


def _text(chance: random.Random, length_max: int) -> str:
    """Return digits, as half of all serial numbers are, or any characters."""
    if chance.random() < 0.5:
        return str(chance.randrange(1, 10 ** min(length_max, 12)))
    return "A" + "".join(chance.choices(TEXT, k=chance.randrange(length_max)))


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(string.digits, k=count))


def random_differences(kind: KeyType) -> set[Difference]:
    return {each for key in random_keys(kind) for each in differences(key.epc_uri())}


def test_what_is_published_is_converted_as_epcpy_does(published: set[str]) -> None:
    found = {each for uri in published for each in differences(uri)}

    assert unexplained(found) == set()
    assert len(published) > 200


@pytest.mark.parametrize("kind", RANDOM_TYPES)
def test_random_keys_are_converted_as_epcpy_does(kind: KeyType) -> None:
    tags = sum(len(gs1.encodings_of(key.epc_uri())) for key in random_keys(kind))

    assert unexplained(random_differences(kind)) == set()
    assert tags >= KEYS_OF_A_TYPE


def test_every_kind_of_difference_is_found_and_has_its_reason(published: set[str]) -> None:
    found = {each for uri in published for each in differences(uri)}
    found = found.union(*map(random_differences, RANDOM_TYPES))
    kinds = {name for name, is_one in KINDS.items() if any(is_one(*each) for each in found)}

    assert kinds == set(KINDS) == set(EXCEPTIONS["epcpy"])


def test_the_tags_of_the_standard_are_read_as_epcpy_does(conformance: Path) -> None:
    cases = json.loads((conformance / "tds/tds_examples.json").read_text("utf-8"))["cases"]
    different = set()
    for case in cases:
        bits, uri = case["hex"], case["epc_tag_uri"]
        assert parsers.tag_uri_to_tag_encodable(uri).epc_uri == gs1.parse_tag_uri(uri).epc_uri
        theirs = attempt(lambda bits=bits: parsers.hex_to_tag_encodable(bits).epc_uri)
        if theirs != gs1.read_tag(bits).epc_uri:
            different.add((f"read {case['scheme']}", case["epc_uri"]))

    assert unexplained(different) == set()
    assert len(different) < len(cases)
