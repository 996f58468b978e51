"""Pre-flight of single files: every defect has its line, and what can be mended is mended."""

from __future__ import annotations

import pytest
from tests.unit.reporting import sample

from packtrail.reporting import catalogue
from packtrail.reporting.building import build, check_file
from packtrail.reporting.checking import Checked

EGYPT = catalogue.form("eg_csv")
HEADER = (
    b"seqNo,bizstep,eventTime,timeOffset,readPointGLN,bizLocationGLN,epc,parent,import,"
    b"expiryDate,manufDate\r\n"
)
GLN = sample.MAKER.encode()


def row(number: int, **cells: str) -> bytes:
    told = {
        "bizstep": "commissioning",
        "eventTime": "2026-03-02T08:00:00.000Z",
        "timeOffset": "+02:00",
        "readPointGLN": sample.MAKER,
        "bizLocationGLN": sample.MAKER,
        "epc": sample.pack(number),
        "parent": "",
        "import": "true",
        "expiryDate": "2028-02-29",
        "manufDate": "2026-03-01",
    } | cells
    return ",".join([str(number), *told.values()]).encode() + b"\r\n"


def egypt(*rows: bytes, header: bytes = HEADER) -> Checked:
    return check_file(EGYPT, header + b"".join(rows), on=sample.MADE_AT)


def test_a_good_file_has_nothing_to_say() -> None:
    checked = egypt(row(1), row(2))
    assert checked.findings == ()
    assert (checked.lines, checked.score) == (2, 100)
    assert [each.key for each in checked.objects] == [
        (f"sgtin/{sample.GTIN}", f"SER{number:010d}") for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"bizstep": "comissioning"}, "PRE-007", "bizstep"),
        ({"eventTime": "2026-03-02 08:00"}, "PRE-006", "eventTime"),
        ({"epc": "urn:epc:id:sgtin:460000000.0001"}, "PRE-006", "epc"),
        ({"epc": "urn:epc:idpat:sgtin:460000000.0001.*"}, "PRE-006", "epc"),
        ({"readPointGLN": "4600000000001"}, "PRE-006", "readPointGLN"),
        ({"bizLocationGLN": sample.BUYER}, "PRE-021", "bizLocationGLN"),
        ({"expiryDate": ""}, "PRE-003", "expiryDate"),
        ({"manufDate": "2028-03-01"}, "PRE-025", "manufDate"),
        ({"epc": sample.pack(1)}, "PRE-022", "epc"),
        ({"timeOffset": "2"}, "PRE-006", "timeOffset"),
    ],
)
def test_one_bad_row_is_named_with_its_column(
    cells: dict[str, str], code: str, column: str
) -> None:
    checked = egypt(row(1), row(2, **cells), row(3))
    found = [each for each in checked.findings if each.code == code]
    assert any(each.at is not None and "row 3, column" in each.at for each in found)
    assert any(each.at is not None and column in each.at for each in found)
    assert (checked.lines, checked.bad_lines, checked.score) == (3, 1, 66)


def test_rows_out_of_order_and_gaps_in_their_numbers_are_seen() -> None:
    checked = egypt(row(1), row(3, eventTime="2026-03-01T08:00:00.000Z"))
    assert {"PRE-020", "PRE-027"} <= {each.code for each in checked.findings}


def test_packing_needs_commissioning_above_it_and_one_parent() -> None:
    parent = sample.case(1)
    born = row(1)
    packed = row(2, bizstep="packing", epc=sample.pack(1), parent=parent)
    assert [each.code for each in egypt(born, packed).findings] == ["PRE-023"]
    case = row(2, epc=parent, expiryDate="", manufDate="")
    third = row(3, bizstep="packing", epc=sample.pack(1), parent=parent)
    assert egypt(born, case, third).findings == ()
    other = row(4, bizstep="packing", epc=sample.pack(1), parent=sample.case(2))
    assert "PRE-022" in {each.code for each in egypt(born, case, third, other).findings}


def test_what_can_be_put_right_without_guessing_is_put_right() -> None:
    spoilt = (
        row(1).replace(b"2028-02-29", b"29.02.2028").replace(b"commissioning", b"Commissioning ")
    )
    checked = egypt(spoilt)
    assert {each.field for each in checked.fixes} == {"expiryDate", "bizstep"}
    assert checked.repaired == HEADER + row(1)
    assert all(each.remedy and each.remedy.startswith("Write") for each in checked.findings)


def test_a_wrong_check_digit_is_never_mended() -> None:
    wrong = sample.MAKER[:-1] + "1"
    checked = egypt(row(1, readPointGLN=wrong, bizLocationGLN=wrong))
    assert checked.fixes == ()
    assert "the check digit 1; 8 is right" in checked.findings[0].message


def test_columns_in_another_order_are_sorted_and_unknown_ones_are_refused() -> None:
    names = HEADER.strip().split(b",")
    turned = b",".join([*names[1:], names[0]]) + b"\r\n"
    cells = row(1).strip().split(b",")
    checked = egypt(b",".join([*cells[1:], cells[0]]) + b"\r\n", header=turned)
    assert checked.repaired == HEADER + row(1)
    assert checked.score == 0, "the receiver refuses the file as it is"
    lost = egypt(row(1), header=HEADER.replace(b"epc,", b"code,"))
    assert [each.code for each in lost.findings] == ["PRE-002"]
    assert lost.repaired is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"seqNo,\x00\r\n", b'seqNo,"open\r\n', b"<a/>"]
)
def test_what_is_no_file_of_the_form_is_refused_whole(content: bytes) -> None:
    checked = check_file(EGYPT, content, on=sample.MADE_AT)
    assert checked.is_refused
    assert checked.score == 0


def test_the_same_pack_twice_is_seen_across_lines() -> None:
    form = catalogue.form("tr_dispatch")
    content = build(form, sample.material_for(form)).files[0].content
    twice = content.replace(b"SER0000000001", b"SER0000000000")
    checked = check_file(form, twice, on=sample.MADE_AT)
    assert [each.code for each in checked.findings] == ["PRE-022"]
    assert "productList/0" in checked.findings[0].message


def test_kazakhstan_keeps_packs_and_logistic_units_apart() -> None:
    form = catalogue.form("kz_aggregation")
    parent = sample.sscc(1)
    pack = f"01{sample.GTIN}21A1"
    rows = f"parent,code\r\n{parent},{pack}\r\n{parent},{sample.sscc(2)}\r\n".encode()
    checked = check_file(form, rows, on=sample.MADE_AT)
    assert [each.code for each in checked.findings] == ["PRE-026"]


def test_too_many_lines_are_counted() -> None:
    form = catalogue.form("uz_application")
    code = f"01{sample.GTIN}21%013d\x1d91ABCD\x1d92" + "x" * 44
    rows = "".join(f"{code % number}\r\n" for number in range(30_001)).encode()
    checked = check_file(form, rows, on=sample.MADE_AT)
    assert [each.code for each in checked.findings] == ["PRE-024"]
    assert checked.is_refused


def test_entities_and_depth_are_bounded() -> None:
    form = catalogue.form("ru_313")
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><documents>&b;</documents>'
    assert check_file(form, bomb, on=sample.MADE_AT).is_refused
    deep = b"<a>" * 60 + b"</a>" * 60
    assert check_file(form, deep, on=sample.MADE_AT).is_refused
