"""Numbers, scans, messages and links against the cases of biip's own tests, every one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.registers import register

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.amounts import amount_of
from packtrail.gs1.check_digits import price_check_digit
from packtrail.gs1.dates import resolve, resolve_moment
from packtrail.gs1.linters import LINTERS
from packtrail.gs1.numbering import expand_upc_e, shorten_to_upc_e
from packtrail.gs1.prefixes import prefix_of
from packtrail.gs1.scans import Content

OTHERWISE = EXCEPTIONS["biip"]["cases"]
REFERENCE_YEAR = 2026
REGIONS = {
    "DENMARK": "dk",
    "ESTONIA": "ee",
    "FINLAND": "fi",
    "GERMANY": "de",
    "GREAT_BRITAIN": "gb",
    "LATVIA": "lv",
    "LITHUANIA": "lt",
    "NORWAY": "no",
    "SWEDEN": "se",
}
SYMBOLOGIES = {
    "CODE_128": "Code 128",
    "EAN_UPC": "EAN/UPC",
    "ITF": "Interleaved 2 of 5",
    "QR_CODE": "QR Code",
    "SYSTEM_EXPANSION": "system expansion",
}
Case = dict[str, Any]


def pairs_in(elements: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(element["ai"], element["value"]) for element in elements]


def pairs_of(case: Case) -> list[tuple[str, str]]:
    expected = case["expected"]
    return pairs_in(expected.get("element_strings", [expected]))


def message(text: str) -> gs1.ElementString | None:
    return gs1.check_element_string(text)[0]


def link(text: str) -> gs1.DigitalLink:
    return gs1.read_digital_link(text, legacy=True)


def refuses(call: Callable[[], object]) -> bool:
    try:
        call()
    except (RefusedError, ValueError):
        return True
    return False


def in_digits(digits: int) -> Callable[[Case], bool]:
    return lambda case: gs1.in_digits(case["value"], digits) == case["expected"]


def has_not(digits: int) -> Callable[[Case], bool]:
    return lambda case: refuses(lambda: gs1.in_digits(case["value"], digits))


def is_of_form(form: str) -> Callable[[Case], bool]:
    return lambda case: gs1.form_of(case["value"]) == form


def is_refused(case: Case) -> bool:
    return gs1.check_any(case["value"], location="gln" in case["file"])[0] is None


def reads_message(case: Case) -> bool:
    found = message(case["value"])
    if found is None:
        return False
    return "expected" not in case or list(found.pairs) == pairs_of(case)


def reads_first(case: Case) -> bool:
    """The library reads one element and leaves the rest."""
    found = message(case["value"])
    return found is not None and list(found.pairs[:1]) == pairs_of(case)


def reads_defects_and_all(case: Case) -> bool:
    return list(gs1.examine_element_string(case["value"])[0].pairs) == pairs_of(case)


def reads_link(case: Case) -> bool:
    return list(link(case["value"]).elements) == pairs_of(case)


def refuses_link(case: Case) -> bool:
    return gs1.check_digital_link(case["value"], legacy=True)[0] is None


def refuses_message(case: Case) -> bool:
    return message(case["value"]) is None


def refuses_bad_value(case: Case) -> bool:
    """The library asks for one element here, neither more nor less."""
    bad: str = case["bad_value"]
    ai: str = case["ai_code"]
    found = message(bad if bad.startswith(ai) else ai + bad)
    return found is None or len(found.elements) != 1


def reads_date(case: Case) -> bool:
    found = message(case["value"])
    if found is None:
        return False
    expected = case.get("expected_date") or case["expected"]
    text = expected["date"] if isinstance(expected, dict) else expected
    (element,) = found.elements
    day = resolve(element.value, reference_year=REFERENCE_YEAR)
    if "expected_datetime" not in case:
        return day.isoformat() == text
    moment = resolve_moment(element.value, reference_year=REFERENCE_YEAR)
    told = moment.isoformat() if moment else None
    return (day.isoformat(), told) == (text, case["expected_datetime"])


def reads_amount(case: Case) -> bool:
    found = message(case["value"])
    amount = amount_of(*found.pairs[0]) if found else None
    if amount is None:
        return False
    expected = case.get("expected_decimal") or case["expected"]
    return (
        str(amount.value) == expected and case.get("expected_currency", amount.unit) == amount.unit
    )


def writes_brackets(case: Case) -> bool:
    found = message(case["value"])
    return found is not None and found.element_string() == case["expected"]


def reads_separators(case: Case) -> bool:
    found = gs1.parse_element_string(
        case["value"], separators="".join(case.get("separator_chars", ()))
    )
    return found.element_string() == case["expected_hri"]


def reads_brackets(case: Case) -> bool:
    found = gs1.parse_hri(case["value"])
    expected = case["expected"]
    text = expected if isinstance(expected, str) else expected["value"]
    return found.element_string(brackets=False) == text


def refuses_brackets(case: Case) -> bool:
    return refuses(lambda: gs1.parse_hri(case["value"]))


def survives_brackets(case: Case) -> bool:
    found = gs1.parse_element_string(case["value"])
    return gs1.parse_hri(found.element_string()).pairs == found.pairs


def selects_from_message(case: Case) -> bool:
    return selects(case, gs1.parse_element_string(case["value"]).select)


def selects_from_link(case: Case) -> bool:
    return selects(case, link(case["value"]).select)


def selects_from_pairs(case: Case) -> bool:
    pairs = pairs_in(case["value"])
    return selects(case, lambda **asked: tuple(value for _, value in gs1.select(pairs, **asked)))


def selects(case: Case, select: Callable[..., tuple[str, ...]]) -> bool:
    """Return whether a choice by AI or title is what is expected: all of them, or the first."""
    found = list(select(ai=case.get("ai", ""), title=case.get("data_title", "")))
    expected = case["expected"]
    return (found if isinstance(expected, list) else next(iter(found), None)) == expected


def writes_link(case: Case) -> bool:
    stem = f"https://{case.get('domain') or 'id.gs1.org'}/{case.get('prefix') or ''}"
    return gs1.write_digital_link(link(case["value"]).elements[:1], stem) == case["expected"]


def reads_scan(case: Case) -> bool:
    """Compare every reading that the library tells, and that there are no others."""
    scan = gs1.read_scan(case["value"])
    expected = case["expected"]
    readings = {each.content: each for each in scan.readings}
    told = expected.get("symbology_identifier")
    identifier = scan.identifier
    if (told is None) != (identifier is None):
        return False
    if told and identifier and SYMBOLOGIES[told["iso_symbology"]] != identifier.symbology:
        return False
    return all(
        (
            gtin_in(scan) == gtin_of(expected),
            upc_in(scan) == (expected.get("upc") or {}).get("value"),
            sscc_in(scan) == (expected.get("sscc") or {}).get("value"),
            pairs_told(readings.get(Content.ELEMENT_STRING)) == told_in(expected, "gs1_message"),
            pairs_told(readings.get(Content.DIGITAL_LINK))
            == told_in(expected, "gs1_digital_link_uri"),
        )
    )


def gtin_of(expected: Case) -> tuple[str, str] | None:
    gtin = expected.get("gtin")
    return gtin and (gtin["value"].zfill(14), gtin["format"].replace("_", "-"))


def gtin_in(scan: gs1.Scan) -> tuple[str, str] | None:
    for each in scan.readings:
        gtin = dict(each.pairs).get("01")
        if gtin and each.content is not Content.UPC_E:
            return gtin, gs1.form_of(gtin)
    return None


def upc_in(scan: gs1.Scan) -> str | None:
    if any(each.content is Content.UPC_E for each in scan.readings):
        return scan.data
    found = gtin_in(scan)
    return gs1.in_digits(found[0], 12) if found and found[1] == "GTIN-12" else None


def sscc_in(scan: gs1.Scan) -> str | None:
    return next((value for each in scan.readings for ai, value in each.pairs if ai == "00"), None)


def pairs_told(reading: Any) -> list[tuple[str, str]] | None:
    return reading and list(reading.pairs)


def told_in(expected: Case, name: str) -> list[tuple[str, str]] | None:
    return (name in expected and pairs_in(expected[name]["element_strings"])) or None


def to_gtin_12(text: str) -> str:
    return text if len(text) == 12 else expand_upc_e(text)


def expands(digits: int) -> Callable[[Case], bool]:
    return lambda case: to_gtin_12(case["value"]).zfill(digits) == case["expected"]


def strips_measure(case: Case) -> bool:
    return gs1.without_measure(case["value"], REGIONS[case["rcn_region"]]) == case["expected"]


def keeps_number(case: Case) -> bool:
    regions = [REGIONS[case["rcn_region"]]] if "rcn_region" in case else REGIONS.values()
    return all(gs1.without_measure(case["value"], each) == case["value"] for each in regions)


def keeps_numbers(case: Case) -> bool:
    bodies = [prefix.ljust(12, "1") for prefix in case["nonvariable_prefixes"]]
    numbers = [body + gs1.check_digit(body) for body in bodies]
    region = REGIONS[case["rcn_region"]]
    return [gs1.without_measure(each, region) for each in numbers] == numbers


def reads_identifier(case: Case) -> bool:
    found = gs1.read_identifier(case["value"])
    expected = case["expected"]
    return (
        found is not None
        and (found.text, found.modifiers) == (expected["value"], expected["modifiers"])
        and found.symbology == SYMBOLOGIES[expected["iso_symbology"]]
        and bool(found.carrier) == ("gs1_symbology" in expected)
    )


def is_whole_identifier(case: Case) -> bool:
    found = gs1.read_identifier(case["value"] + "x")
    return found is not None and found.text == case["value"]


def has_company_prefix(case: Case) -> bool:
    digits, expected = case["value"], case["expected"]
    length = register().length_of(digits)
    return (digits[:length] if length else None) == (expected and expected["value"])


def groups(case: Case) -> bool:
    key = register().told(gs1.parse(case["value"]))
    return key.grouped() == case["expected"]


def has_prefix(digits: str, case: Case) -> bool:
    found, expected = prefix_of(digits), case["expected"]
    if found is None or expected is None:
        return found is expected
    return found.kind != "member" or found.usage == expected["usage"]


RCN = "test_without_variable_measure_"
JUDGES: dict[tuple[str, str], Callable[[Case], bool]] = {
    ("gtin/test_encode", "test_as_gtin_14"): in_digits(14),
    ("gtin/test_encode", "test_as_gtin_13"): in_digits(13),
    ("gtin/test_encode", "test_as_gtin_12"): in_digits(12),
    ("gtin/test_encode", "test_as_gtin_8"): in_digits(8),
    ("gtin/test_encode", "test_as_gtin_13_fails_for_too_long_values"): has_not(13),
    ("gtin/test_encode", "test_as_gtin_12_fails_for_too_long_values"): has_not(12),
    ("gtin/test_encode", "test_as_gtin_8_fails_for_too_long_values"): has_not(8),
    ("gtin/test_parse", "test_parse_nonnumeric_value"): is_refused,
    ("gtin/test_parse", "test_parse_gtin_8"): is_of_form("GTIN-8"),
    ("gtin/test_parse", "test_parse_gtin_8_with_leading_zeros"): is_of_form("GTIN-8"),
    ("gtin/test_parse", "test_parse_gtin_12_without_leading_zero"): is_of_form("GTIN-12"),
    ("gtin/test_parse", "test_parse_gtin_12_with_1_leading_zero"): is_of_form("GTIN-12"),
    ("gtin/test_parse", "test_parse_gtin_12_with_2_leading_zero"): is_of_form("GTIN-12"),
    ("gtin/test_parse", "test_parse_gtin_12_with_3_leading_zero"): is_of_form("GTIN-12"),
    ("gtin/test_parse", "test_parse_gtin_13"): is_of_form("GTIN-13"),
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
    ("upc/test_parse", "test_parse_upc_e_with_invalid_number_system"): lambda case: refuses(
        lambda: expand_upc_e(f"{case['number_system']}425261")
    ),
    ("rcn/test_without_variable_measure", RCN + "strips_variable_parts"): strips_measure,
    ("rcn/test_without_variable_measure", RCN + "keeps_nonvariable_rcn_unchanged"): keeps_numbers,
    ("rcn/test_without_variable_measure", RCN + "keeps_company_rcn_unchanged"): keeps_number,
    ("rcn/test_without_variable_measure", RCN + "keeps_gtin_unchanged"): keeps_number,
    ("test_gs1_prefixes", "test_gs1_prefix"): lambda case: has_prefix(case["value"], case),
    ("test_gs1_prefixes", "test_gs1_8_prefix"): lambda case: has_prefix(
        case["value"].ljust(8, "0")[:8], case
    ),
    ("test_gs1_prefixes", "test_gs1_company_prefix"): has_company_prefix,
    ("test_gs1_prefixes", "test_invalid_gs1_company_prefix"): lambda case: (
        register().length_of(case["bad_value"]) is None
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
    ("test_checksums", "test_gs1_price_weight_check_digit"): lambda case: (
        price_check_digit(case["value"]) == str(case["expected"])
    ),
    ("test_checksums", "test_gs1_price_weight_check_digit_on_values_with_wrong_length"): (
        lambda case: refuses(lambda: price_check_digit(case["value"]))
    ),
    ("test_checksums", "test_gs1_price_weight_check_digit_with_nonnumeric_value"): (
        lambda case: refuses(lambda: price_check_digit(case["value"].ljust(4, "1")))
    ),
    ("test_symbology", "test_extract"): reads_identifier,
    ("test_symbology", "test_len"): is_whole_identifier,
    ("test_symbology", "test_str"): is_whole_identifier,
    ("test_sscc", "test_as_hri"): groups,
    ("test_gln", "test_parse_nonnumeric_value"): is_refused,
    ("test_sscc", "test_parse_nonnumeric_value"): is_refused,
    ("test_gs1_application_identifiers", "test_extract_unknown_gs1_ai"): lambda case: (
        message(case["unknown_ai"]) is None
    ),
    ("test_gs1_application_identifiers", "test_extract_gs1_ai"): lambda case: (
        gs1.parse_element_string(case["value"]).elements[0].ai == case["expected"]
    ),
    ("test_gs1_digital_link_uris", "test_parse"): reads_link,
    ("test_gs1_digital_link_uris", "test_parse_error"): refuses_link,
    (
        "test_gs1_digital_link_uris",
        "test_parse_fails_if_data_does_not_match_full_pattern",
    ): refuses_link,
    ("test_gs1_digital_link_uris", "test_from_element_strings"): lambda case: (
        gs1.write_digital_link(pairs_in(case["value"])) == case["expected"]["value"]
    ),
    ("test_gs1_digital_link_uris", "test_filter_element_strings_by_ai"): selects_from_link,
    ("test_gs1_digital_link_uris", "test_filter_element_strings_by_data_title"): selects_from_link,
    ("test_gs1_digital_link_uris", "test_get_element_strings_by_data_title"): selects_from_link,
    ("test_gs1_digital_link_uris", "test_as_uri"): writes_link,
    ("test_gs1_digital_link_uris", "test_as_canonical_uri"): lambda case: (
        gs1.write_digital_link(sorted(link(case["value"]).elements)) == case["expected"]
    ),
    ("test_gs1_digital_link_uris", "test_as_gs1_message"): lambda case: (
        gs1.write_element_string(link(case["value"]).elements) == case["expected"]
    ),
    ("test_gs1_digital_link_uris", "test_get_element_strings_by_ai"): selects_from_link,
    ("test_gs1_element_strings", "test_extract"): reads_first,
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
    ("test_gs1_element_strings", "test_extract_variable_measures"): reads_amount,
    ("test_gs1_element_strings", "test_extract_amount_payable"): reads_amount,
    ("test_gs1_element_strings", "test_extract_amount_payable_and_currency"): reads_amount,
    ("test_gs1_element_strings", "test_extract_percentage_discount"): reads_amount,
    ("test_gs1_element_strings", "test_list_filter_element_strings_by_ai"): selects_from_pairs,
    (
        "test_gs1_element_strings",
        "test_list_filter_element_strings_by_data_title",
    ): selects_from_pairs,
    ("test_gs1_element_strings", "test_list_get_element_strings_by_ai"): selects_from_pairs,
    ("test_gs1_element_strings", "test_list_get_element_strings_by_data_title"): selects_from_pairs,
    ("test_parse", "test_parse"): reads_scan,
    ("test_gs1_messages", "test_gs1_digital_link_uri_roundtrip"): lambda case: (
        link(gs1.parse_element_string(case["value"]).digital_link()).get("01") is not None
    ),
    ("test_gs1_messages", "test_parse"): reads_message,
    ("test_gs1_messages", "test_parse_with_separator_char"): reads_separators,
    ("test_gs1_messages", "test_parse_with_invalid_element_values"): reads_defects_and_all,
    ("test_gs1_messages", "test_parse_fails_if_unparsed_data_left"): refuses_message,
    ("test_gs1_messages", "test_parse_ignores_redundant_separator_chars"): reads_separators,
    ("test_gs1_messages", "test_parse_hri"): reads_message,
    ("test_gs1_messages", "test_parse_hri_ignores_whitespace"): reads_brackets,
    ("test_gs1_messages", "test_parse_hri_roundtrip"): survives_brackets,
    ("test_gs1_messages", "test_parse_hri_fails_if_not_starting_with_parenthesis"): (
        refuses_brackets
    ),
    ("test_gs1_messages", "test_parse_hri_fails_if_ai_is_unknown"): refuses_brackets,
    (
        "test_gs1_messages",
        "test_parse_hri_fails_if_data_does_not_match_full_pattern",
    ): refuses_brackets,
    ("test_gs1_messages", "test_from_element_strings"): lambda case: (
        gs1.write_element_string(pairs_in(case["value"]), brackets=False)
        == case["expected"]["value"]
    ),
    ("test_gs1_messages", "test_filter_element_strings_by_ai"): selects_from_message,
    ("test_gs1_messages", "test_filter_element_strings_by_data_title"): selects_from_message,
    ("test_gs1_messages", "test_get_element_string_by_data_title"): selects_from_message,
    ("test_gs1_messages", "test_as_hri"): writes_brackets,
    ("test_gs1_messages", "test_as_gs1_digital_link_uri"): lambda case: (
        gs1.parse_element_string(case["value"]).digital_link() == case["expected"]
    ),
    ("test_gs1_messages", "test_get_element_string_by_ai"): selects_from_message,
}
"""How each of biip's tests is asked of us, by file and name."""


@pytest.fixture(scope="module")
def cases(conformance: Path) -> list[Case]:
    loaded: list[Case] = json.loads(
        (conformance / "biip" / "biip_vectors.json").read_text("utf-8")
    )["cases"]
    return loaded


def is_followed(case: Case) -> bool:
    name = case["file"].removeprefix("tests/").removesuffix(".py")
    try:
        return JUDGES[name, case["test"]](case)
    except RefusedError:
        return False


def text_of(case: Case) -> str:
    return str(case.get("value") or case.get("bad_value") or case.get("unknown_ai"))


def test_every_case_is_followed_or_an_exception(cases: list[Case]) -> None:
    different = {text_of(case) for case in cases if not is_followed(case)}

    assert different == set(OTHERWISE)
    assert len(cases) > 280
