"""The table of application identifiers, the checks and the readers against GS1's own vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.exceptions import EXCEPTIONS

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1.application_identifiers import (
    AI_LENGTH_BY_PREFIX,
    TABLE,
    ApplicationIdentifier,
)
from packtrail.gs1.escapes import escape_link, unescape
from packtrail.gs1.licences import Register, lint_licence
from packtrail.gs1.scan_writing import Carrier
from packtrail.gs1.scans import Content
from packtrail.gs1.symbologies import NUMBER_CARRIERS
from packtrail.gs1.writing import unbracketed

SYNTAX = EXCEPTIONS["gs1-syntax"]
GS = "\x1d"
ENTRY = re.compile(r"(\d+)(?:-(\d+))?\s+([*?]*)\s*(.*?)(?:\s+#\s*(.*))?$")


@pytest.fixture(scope="module")
def folder(conformance: Path) -> Path:
    return conformance / "gs1-syntax"


@pytest.fixture(scope="module")
def engine(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "engine_vectors.json").read_text("utf-8"))
    return loaded


def dictionary(folder: Path) -> dict[str, tuple[str, list[str], str]]:
    """Return flags, format with rules, and title of each AI, as the dictionary has them."""
    entries = {}
    for line in (folder / "gs1-syntax-dictionary.txt").read_text("utf-8").splitlines():
        match = ENTRY.match(line)
        if line.startswith("#") or not match:
            continue
        first, last, flags, rest, title = match.groups()
        for number in range(int(first), int(last or first) + 1):
            entries[str(number).zfill(len(first))] = (flags, in_order(rest.split()), title or "")
    return entries


def in_order(words: list[str]) -> list[str]:
    """Return components as they are, and the rules after them sorted."""
    rules = [word for word in words if word.startswith(("req=", "ex=", "dlpkey"))]
    return [word for word in words if word not in rules] + sorted(rules)


def written(row: ApplicationIdentifier) -> tuple[str, list[str], str]:
    """Write a row of our table as the dictionary does."""
    words = []
    for part in row.components:
        size = f"..{part.length_max}" if part.length_min != part.length_max else part.length_max
        text = f"{part.charset}{size}"
        words.append(",".join([f"[{text}]" if part.is_optional else text, *part.linters]))
    words += ["req=" + ",".join("+".join(group) for group in rule) for rule in row.requires]
    if row.excludes:
        words.append("ex=" + ",".join(row.excludes))
    if row.is_link_key:
        ways = "|".join(",".join(way) for way in row.link_qualifiers)
        words.append(f"dlpkey={ways}" if ways else "dlpkey")
    flags = ("*" if row.is_self_delimiting else "") + ("?" if row.is_link_attribute else "")
    return flags, in_order(words), row.title


def test_our_table_says_what_the_dictionary_says(folder: Path) -> None:
    theirs = dictionary(folder)
    ours = {ai: written(row) for ai, row in TABLE.items()}

    assert {ai for ai in ours if ours[ai] != theirs.get(ai)} == set(SYNTAX["dictionary"])
    assert ours.keys() == theirs.keys()


def test_our_lengths_of_identifiers_are_theirs(engine: dict[str, Any]) -> None:
    theirs = {row["prefix"]: row["ai_length"] for row in engine["ai_length_by_prefix"]}

    assert theirs.items() <= AI_LENGTH_BY_PREFIX.items()


def highlight(case: dict[str, Any], register: Register) -> tuple[str | None, str | None]:
    text = case["input"]
    defect = lint_licence(case["linter"], text, register)
    if defect is None:
        return None, None
    marked = f"{text[: defect.start]}*{text[defect.start : defect.end]}*{text[defect.end :]}"
    return defect.reason, marked


def registers(case: dict[str, Any]) -> list[Register]:
    """Return registers as the reference has them in its tests.

    Most know every prefix; those of two errors fail at the first, second or third question.
    """
    wrong = {"INVALID_GCP_PREFIX": False, "GCP_DATASOURCE_OFFLINE": None}
    if case.get("error") not in wrong:
        return [lambda _: True]
    return [failing_after(questions, wrong[case["error"]]) for questions in range(3)]


def failing_after(questions: int, wrong: bool | None) -> Register:
    answers = iter([True] * questions + [wrong])
    return lambda _: next(answers, True)


def test_every_check_finds_what_the_reference_finds(folder: Path) -> None:
    cases = json.loads((folder / "linter_vectors.json").read_text("utf-8"))["cases"]
    different = [
        case
        for case in cases
        if (case.get("error"), case.get("highlight"))
        not in [highlight(case, register) for register in registers(case)]
    ]

    assert different == []
    assert len(cases) > 3700


def readable(text: str) -> str:
    """Return test input with its FNC1 characters as they are transmitted."""
    return text if text.startswith("(") else text.replace("^", GS)


def read(case: dict[str, Any], *, associations: bool = False) -> gs1.ElementString | None:
    options = case.get("options") or {}
    value, _ = gs1.check_element_string(
        readable(case["input"]),
        associations=associations,
        unknown=bool(options.get("permitUnknownAIs")),
        announced=True,
    )
    return value


@pytest.mark.parametrize(
    ("table", "associations"),
    [
        ("element_string_bracketed", False),
        ("element_string_linters", False),
        ("element_string_raw", False),
        ("ai_associations", True),
    ],
)
def test_element_strings_are_judged_as_the_reference_does(
    engine: dict[str, Any], table: str, associations: bool
) -> None:
    different = []
    for case in engine[table]:
        value = read(case, associations=associations)
        scanned = "^" + value.element_string(brackets=False).replace(GS, "^") if value else None
        if (value is not None) != case["valid"] or case.get("expect", scanned) != scanned:
            different.append(case["input"])

    assert different == []


def linked(case: dict[str, Any]) -> gs1.DigitalLink | None:
    options = case.get("options") or {}
    legacy = options.get("permitZeroSuppressedGTIN") or options.get("permitConvenienceAlphas")
    try:
        return gs1.read_digital_link(
            case["uri"],
            legacy=bool(legacy),
            unknown_attributes=bool(options.get("allowUnknownAIasDLattribute")),
        )
    except RefusedError:
        return None


def test_links_are_judged_as_the_reference_does(engine: dict[str, Any]) -> None:
    different = []
    for case in engine["digital_link_parse"]:
        link = linked(case)
        found = "^" + unbracketed(link.elements).replace(GS, "^") if link else None
        if found != case["expect"]:
            different.append((case["uri"], found, case["expect"]))

    assert different == []


def test_links_are_written_as_the_reference_does(engine: dict[str, Any]) -> None:
    different = []
    for case in engine["digital_link_generate"]:
        options = case.get("options") or {}
        try:
            value = gs1.parse_element_string(
                case["element_string"], unknown=bool(options.get("permitUnknownAIs"))
            )
            link = gs1.write_digital_link(
                value.pairs,
                case["stem"] or "https://id.gs1.org",
                unknown_attributes=bool(options.get("allowUnknownAIasDLattribute")),
            )
        except RefusedError:
            link = None
        if link != case["expect"]:
            different.append((case, link))

    assert different == []


def test_link_text_is_escaped_as_the_reference_does(engine: dict[str, Any]) -> None:
    escaped = [escape_link(case["input"]) for case in engine["digital_link_escape"]]
    decoded = [unescape(case["input"]) for case in engine["digital_link_unescape"]]

    assert escaped == [case["path"] for case in engine["digital_link_escape"]]
    assert decoded == [case["path"] for case in engine["digital_link_unescape"]]


def test_foreign_parts_of_the_query_are_ignored(engine: dict[str, Any]) -> None:
    cases = engine["digital_link_ignored_query_params"]

    assert [list(gs1.read_digital_link(case["uri"]).ignored) for case in cases] == [
        case["ignored"] for case in cases
    ]


@pytest.mark.parametrize("table", ["digital_link_path_key_sequences_valid"])
def test_every_order_of_keys_in_a_path_is_known(engine: dict[str, Any], table: str) -> None:
    for key, *qualifiers in engine[table]:
        ways = TABLE[key].link_qualifiers
        assert not qualifiers or any(
            [ai for ai in way if ai in qualifiers] == qualifiers for way in ways
        )


def transmitted(scan: gs1.Scan) -> str | None:
    """Write what a scan holds as the reference does; None where it holds nothing that is right."""
    if not scan.readings:
        return None
    first = scan.readings[0]
    if first.content is Content.TRADE_ITEM:
        number = gs1.in_digits(first.pairs[0][1], NUMBER_CARRIERS[scan.text[:3]][1])
        more = unbracketed(first.pairs[1:]).replace(GS, "^")
        return f"{number}|^{more}" if more else number
    if first.content is Content.ELEMENT_STRING:
        return "^" + unbracketed(first.pairs).replace(GS, "^")
    # A caret in front of text would be FNC1, were it not escaped; so is a backslash before it.
    return re.sub(r"^(\\*\^)", r"\\\1", scan.data)


def test_scans_are_read_as_the_reference_does(engine: dict[str, Any]) -> None:
    different = []
    for case in engine["scan_data_process"]:
        found = transmitted(gs1.read_scan(case["scan_data"]))
        if found != case["data"] or (found is None) == case["valid"]:
            different.append((case, found))

    assert different == []


CARRIERS = {
    "QR": Carrier.QR,
    "DM": Carrier.DATA_MATRIX,
    "DotCode": Carrier.DOTCODE,
    "DataBarOmni": Carrier.DATABAR,
    "DataBarLimited": Carrier.DATABAR_LIMITED,
    "DataBarExpanded": Carrier.DATABAR_EXPANDED,
    "GS1_128_CCA": Carrier.GS1_128,
    "GS1_128_CCC": Carrier.GS1_128,
    "UPCA": Carrier.UPC_A,
    "UPCE": Carrier.UPC_E,
    "EAN13": Carrier.EAN_13,
    "EAN8": Carrier.EAN_8,
}


def scan_of(case: dict[str, Any]) -> str | None:
    carrier = CARRIERS.get(case["symbology"])
    if carrier is None:  # the reference was told no symbol
        return None
    may_be_composite = carrier not in {Carrier.QR, Carrier.DATA_MATRIX, Carrier.DOTCODE}
    data, _, composite = case["data"].partition("|" if may_be_composite else "\0")
    data = data.replace("^", GS) if data.startswith("^") else data.removeprefix("\\")
    try:
        return gs1.write_scan(carrier, data, composite=composite.replace("^", GS))
    except RefusedError:
        return None


def test_a_symbol_is_transmitted_as_the_reference_does(engine: dict[str, Any]) -> None:
    cases = engine["scan_data_generate"]

    assert [scan_of(case) for case in cases] == [case["scan_data"] for case in cases]
    assert [case["valid"] for case in cases] == [scan_of(case) is not None for case in cases]


def test_readable_text_is_written_as_the_reference_does(engine: dict[str, Any]) -> None:
    different = []
    for case in engine["hri"]:
        # A composite symbol is two parts of one message.
        text = case["input"].replace("|", "")
        if text.startswith("https"):
            pairs = gs1.read_digital_link(text).elements
        else:
            unknown = bool((case.get("options") or {}).get("permitUnknownAIs"))
            pairs = gs1.parse_element_string(readable(text), unknown=unknown).pairs
        if [f"({ai}) {value}" for ai, value in pairs] != case["hri"]:
            different.append(case)

    assert different == []


def test_check_digits_of_trade_items_are_judged_as_the_reference_does(
    engine: dict[str, Any],
) -> None:
    cases = engine["gtin_parity"]

    assert [gs1.check_any(case["input"])[0] is not None for case in cases] == [
        case["valid"] for case in cases
    ]


def pairs(text: str) -> tuple[tuple[str, str], ...] | None:
    value = gs1.check_element_string(text)[0]
    return value.pairs if value else None


def test_a_scan_of_every_symbol_is_the_message_that_the_reference_put_into_it(
    engine: dict[str, Any],
) -> None:
    messages = [
        case for case in engine["scan_data_generate"] if case["valid"] and case["data"][0] == "^"
    ]

    assert [pairs(case["scan_data"]) for case in messages] == [
        pairs(readable(case["data"].replace("|^", "^"))) for case in messages
    ]
    assert len(messages) > 10


def test_a_defect_is_found_where_the_reference_marks_it(engine: dict[str, Any]) -> None:
    for case in engine["error_markup"]:
        found = gs1.check_element_string(case["input"])[1]

        assert found[0].at == f"character {case['expect'].index('|') + 1}"
