"""Numbers, messages and links against the cases of biip's own tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.dates import resolve
from packtrail.gs1.linters import LINTERS
from packtrail.gs1.numbering import expand_upc_e, shorten_to_upc_e
from packtrail.gs1.prefixes import is_restricted, prefix_of

OTHERWISE = EXCEPTIONS["biip"]["cases"]
REFERENCE_YEAR = 2026
RCN = "test_without_variable_measure_"
Case = dict[str, Any]


def pairs_of(case: Case) -> list[tuple[str, str]]:
    expected = case["expected"]
    elements = expected.get("element_strings", [expected])
    return [(element["ai"], element["value"]) for element in elements]


def message(text: str) -> gs1.ElementString | None:
    return gs1.check_element_string(text)[0]


def link(text: str) -> gs1.DigitalLink:
    return gs1.read_digital_link(text, legacy=True)


def padded(digits: int) -> Callable[[Case], bool]:
    def judge(case: Case) -> bool:
        return gs1.parse(case["value"]).primary == "0" * (14 - digits) + case["expected"]

    return judge


def is_number(case: Case) -> bool:
    return gs1.check_any(case["value"])[0] is not None


def is_refused(case: Case) -> bool:
    return gs1.check_any(case["value"], location="gln" in case["file"])[0] is None


def reads_message(case: Case) -> bool:
    found = message(case["value"])
    if found is None:
        return False
    return "expected" not in case or list(found.pairs) == pairs_of(case)


def reads_link(case: Case) -> bool:
    return list(link(case["value"]).elements) == pairs_of(case)


def refuses_message(case: Case) -> bool:
    return message(case["value"]) is None


def refuses_bad_value(case: Case) -> bool:
    bad: str = case["bad_value"]
    ai: str = case["ai_code"]
    return message(bad if bad.startswith(ai) else ai + bad) is None


def reads_date(case: Case) -> bool:
    found = message(case["value"])
    if found is None:
        return False
    expected = case.get("expected_date") or case["expected"]
    text = expected["date"] if isinstance(expected, dict) else expected
    (element,) = found.elements
    return resolve(element.value, reference_year=REFERENCE_YEAR).isoformat() == text


def writes_brackets(case: Case) -> bool:
    found = message(case["value"])
    return found is not None and found.element_string() == case.get(
        "expected", case.get("expected_hri")
    )


def reads_brackets(case: Case) -> bool:
    found = message(case["value"])
    expected = case["expected"]
    text = expected if isinstance(expected, str) else expected["value"]
    return found is not None and found.element_string(brackets=False) == text


def survives_brackets(case: Case) -> bool:
    found = message(case["value"])
    return found is not None and message(found.element_string()) is not None


def gets(case: Case) -> bool:
    found = message(case["value"])
    return found is not None and found.get(case["ai"]) == case["expected"]


def writes_link(case: Case) -> bool:
    stem = f"https://{case.get('domain') or 'id.gs1.org'}/{case.get('prefix') or ''}"
    return gs1.write_digital_link(link(case["value"]).elements[:1], stem) == case["expected"]


def reads_anything(case: Case) -> bool:
    expected = case["expected"]
    number = expected.get("sscc") or expected.get("gtin")
    if number is None:
        return message(case["value"]) is not None
    return gs1.parse(case["value"]).primary == number["value"].zfill(14)


def to_gtin_12(text: str) -> str:
    return text if len(text) == 12 else expand_upc_e(text)


def expands(digits: int) -> Callable[[Case], bool]:
    def judge(case: Case) -> bool:
        return to_gtin_12(case["value"]).zfill(digits) == case["expected"]

    return judge


def is_no_upc_e(text: str) -> bool:
    try:
        expand_upc_e(text)
    except RefusedError:
        return True
    return False


JUDGES: dict[tuple[str, str], Callable[[Case], bool]] = {
    ("gtin/test_encode", "test_as_gtin_14"): padded(14),
    ("gtin/test_encode", "test_as_gtin_13"): padded(13),
    ("gtin/test_encode", "test_as_gtin_12"): padded(12),
    ("gtin/test_encode", "test_as_gtin_8"): padded(8),
    ("gtin/test_parse", "test_parse_nonnumeric_value"): is_refused,
    ("gtin/test_parse", "test_parse_gtin_8"): is_number,
    ("gtin/test_parse", "test_parse_gtin_8_with_leading_zeros"): is_number,
    ("gtin/test_parse", "test_parse_gtin_12_without_leading_zero"): is_number,
    ("gtin/test_parse", "test_parse_gtin_12_with_1_leading_zero"): is_number,
    ("gtin/test_parse", "test_parse_gtin_12_with_2_leading_zero"): is_number,
    ("gtin/test_parse", "test_parse_gtin_12_with_3_leading_zero"): is_number,
    ("gtin/test_parse", "test_parse_gtin_13"): is_number,
    ("upc/test_parse", "test_parse_nonnumeric_value"): is_refused,
    ("upc/test_encode", "test_as_upc_a"): expands(12),
    ("upc/test_encode", "test_as_gtin_12"): expands(12),
    ("upc/test_encode", "test_as_gtin_13"): expands(13),
    ("upc/test_encode", "test_as_gtin_14"): expands(14),
    ("upc/test_encode", "test_as_upc_e"): lambda case: (
        shorten_to_upc_e(to_gtin_12(case["value"])) == case["expected"]
    ),
    ("upc/test_parse", "test_parse_upc_e"): lambda case: (
        expand_upc_e(case["value"])[0] == str(case["expected"]["number_system_digit"])
        and expand_upc_e(case["value"])[-1] == str(case["expected"]["check_digit"])
    ),
    ("upc/test_parse", "test_parse_upc_e_with_invalid_number_system"): lambda case: is_no_upc_e(
        f"{case['number_system']}425261"
    ),
    ("rcn/test_without_variable_measure", RCN + "keeps_company_rcn_unchanged"): lambda case: (
        is_restricted(case["value"])
    ),
    ("rcn/test_without_variable_measure", RCN + "keeps_gtin_unchanged"): lambda case: (
        not is_restricted(case["value"])
    ),
    ("test_gs1_prefixes", "test_gs1_prefix"): lambda case: (
        (prefix_of(case["value"]) is None) == (case["expected"] is None)
    ),
    ("test_gs1_prefixes", "test_gs1_8_prefix"): lambda case: (
        prefix_of(case["value"].ljust(8, "0")[:8]) is not None
    ),
    ("test_gs1_prefixes", "test_invalid_gs1_prefix"): lambda case: (
        prefix_of(case["bad_value"]) is None
    ),
    ("test_gs1_prefixes", "test_invalid_gs1_8_prefix"): lambda case: (
        prefix_of(case["bad_value"]) is None
    ),
    ("test_checksums", "test_gs1_standard_check_digit"): lambda case: (
        gs1.check_digit(case["value"]) == str(case["expected"])
    ),
    ("test_checksums", "test_gs1_standard_check_digit_with_nonnumeric_value"): lambda case: (
        LINTERS["csum"](case["value"] + "0") is not None
    ),
    ("test_gln", "test_parse_nonnumeric_value"): is_refused,
    ("test_sscc", "test_parse_nonnumeric_value"): is_refused,
    ("test_gs1_application_identifiers", "test_extract_unknown_gs1_ai"): lambda case: (
        message(case["unknown_ai"]) is None
    ),
    ("test_gs1_application_identifiers", "test_extract_gs1_ai"): lambda case: (
        gs1.parse_element_string(case["value"]).elements[0].ai == case["expected"]
    ),
    ("test_gs1_digital_link_uris", "test_parse"): reads_link,
    ("test_gs1_digital_link_uris", "test_parse_error"): lambda case: (
        gs1.check_digital_link(case["value"], legacy=True)[0] is None
    ),
    (
        "test_gs1_digital_link_uris",
        "test_parse_fails_if_data_does_not_match_full_pattern",
    ): lambda case: gs1.check_digital_link(case["value"], legacy=True)[0] is None,
    ("test_gs1_digital_link_uris", "test_as_uri"): writes_link,
    ("test_gs1_digital_link_uris", "test_as_canonical_uri"): lambda case: (
        gs1.write_digital_link(sorted(link(case["value"]).elements)) == case["expected"]
    ),
    ("test_gs1_digital_link_uris", "test_as_gs1_message"): lambda case: (
        gs1.write_element_string(link(case["value"]).elements) == case["expected"]
    ),
    ("test_gs1_digital_link_uris", "test_get_element_strings_by_ai"): lambda case: (
        link(case["value"]).get(case["ai"]) == case["expected"]
    ),
    ("test_gs1_element_strings", "test_extract"): reads_message,
    ("test_gs1_element_strings", "test_parse"): reads_message,
    ("test_gs1_element_strings", "test_extract_with_nested_error"): refuses_message,
    ("test_gs1_element_strings", "test_extract_fails_when_not_matching_pattern"): refuses_bad_value,
    (
        "test_gs1_element_strings",
        "test_parse_fails_when_not_matching_full_pattern",
    ): refuses_bad_value,
    ("test_gs1_element_strings", "test_extract_date_and_datetime"): reads_date,
    ("test_gs1_element_strings", "test_extract_fails_with_invalid_date"): refuses_bad_value,
    ("test_gs1_element_strings", "test_extract_handles_min_and_max_year_correctly"): reads_date,
    ("test_gs1_element_strings", "test_extract_handles_zero_day_as_last_day_of_month"): reads_date,
    ("test_gs1_element_strings", "test_extract_variable_measures"): lambda case: (
        message(case["value"]) is not None
    ),
    ("test_gs1_element_strings", "test_extract_amount_payable"): lambda case: (
        message(case["value"]) is not None
    ),
    ("test_gs1_element_strings", "test_extract_amount_payable_and_currency"): lambda case: (
        message(case["value"]) is not None
    ),
    ("test_gs1_element_strings", "test_extract_percentage_discount"): lambda case: (
        message(case["value"]) is not None
    ),
    ("test_parse", "test_parse"): reads_anything,
    ("test_gs1_messages", "test_gs1_digital_link_uri_roundtrip"): lambda case: (
        link(gs1.parse_element_string(case["value"]).digital_link()).get("01") is not None
    ),
    ("test_gs1_messages", "test_parse"): reads_message,
    ("test_gs1_messages", "test_parse_with_separator_char"): writes_brackets,
    ("test_gs1_messages", "test_parse_with_invalid_element_values"): reads_message,
    ("test_gs1_messages", "test_parse_fails_if_unparsed_data_left"): refuses_message,
    ("test_gs1_messages", "test_parse_ignores_redundant_separator_chars"): writes_brackets,
    ("test_gs1_messages", "test_parse_hri"): reads_message,
    ("test_gs1_messages", "test_parse_hri_ignores_whitespace"): reads_brackets,
    ("test_gs1_messages", "test_parse_hri_roundtrip"): survives_brackets,
    ("test_gs1_messages", "test_parse_hri_fails_if_ai_is_unknown"): refuses_message,
    (
        "test_gs1_messages",
        "test_parse_hri_fails_if_data_does_not_match_full_pattern",
    ): refuses_message,
    ("test_gs1_messages", "test_as_hri"): writes_brackets,
    ("test_gs1_messages", "test_as_gs1_digital_link_uri"): lambda case: (
        gs1.parse_element_string(case["value"]).digital_link() == case["expected"]
    ),
    ("test_gs1_messages", "test_get_element_string_by_ai"): gets,
}
"""How each of biip's tests is asked of us, by file and name."""


@pytest.fixture(scope="module")
def cases(conformance: Path) -> list[Case]:
    loaded: list[Case] = json.loads(
        (conformance / "biip" / "biip_vectors.json").read_text("utf-8")
    )["cases"]
    return loaded


def judge_of(case: Case) -> Callable[[Case], bool] | None:
    name = case["file"].removeprefix("tests/").removesuffix(".py")
    return JUDGES.get((name, case["test"]))


def text_of(case: Case) -> str:
    return str(case.get("value") or case.get("bad_value") or case.get("unknown_ai"))


def test_every_case_is_followed_or_an_exception(cases: list[Case]) -> None:
    different = [
        (case["test"], text_of(case))
        for case in cases
        if (judge := judge_of(case)) and text_of(case) not in OTHERWISE and not judge(case)
    ]

    assert different == []


def test_what_is_not_asked_of_us_is_named(cases: list[Case]) -> None:
    skipped = {case["test"]: case["file"] for case in cases if not judge_of(case)}
    named = set(EXCEPTIONS["biip"]["not_asked"])
    unnamed = {test for test, file in skipped.items() if not {test, file} & named}

    assert unnamed == set()
    assert named <= {*skipped, *skipped.values()}


def test_no_exception_is_stale(cases: list[Case]) -> None:
    followed = [
        text_of(case)
        for case in cases
        if text_of(case) in OTHERWISE and (judge := judge_of(case)) and judge(case)
    ]

    assert followed == []


def test_most_of_what_is_asked_is_followed(cases: list[Case]) -> None:
    asked = [case for case in cases if judge_of(case)]

    assert len(asked) - len(OTHERWISE) >= 0.9 * len(asked)
