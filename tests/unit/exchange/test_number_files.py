"""Files of serial numbers: text, CSV, XLSX and JSON, a part at a time."""

from __future__ import annotations

import doctest
import io
import json

import pytest

from packtrail.base.errors import RefusedError
from packtrail.exchange import number_files
from packtrail.exchange.number_files import Part, read_numbers
from packtrail.rendering.tables import Column, Kind, Table, write_xlsx

GS = "\x1d"
GTIN = "04600000000008"


def read(content: bytes, part: int = 50_000) -> list[Part]:
    return list(read_numbers(io.BytesIO(content), "numbers", part=part))


def only(content: bytes) -> Part:
    (part,) = read(content)
    return part


def test_the_examples_in_the_documentation_work() -> None:
    assert doctest.testmod(number_files).failed == 0


def test_a_line_is_a_number() -> None:
    part = only(b"\xef\xbb\xbf80000000000000000001\r\n\n 80000000000000000002 \n8,3;4")

    assert part.serials == ["80000000000000000001", "80000000000000000002", "8,3;4"]
    assert list(part.rows) == [1, 3, 4]
    assert (part.gtins, part.elements, part.findings) == ([], {}, [])


@pytest.mark.parametrize(
    "code",
    [
        f"01{GTIN}21abc+/=\x1d91EE06\x1d92sig==",
        f"]d201{GTIN}21abc+/=\x1d91EE06\x1d92sig==",
        f"\x1d01{GTIN}21abc+/=\x1d91EE06\x1d92sig==\x1d",
        f"(01){GTIN}(21)abc+/=(91)EE06(92)sig==",
    ],
)
def test_a_line_is_a_code_with_its_key_and_signature(code: str) -> None:
    part = only(f"{code}\n01{GTIN}21xyz\n".encode())

    assert (part.serials, part.gtins) == (["abc+/=", "xyz"], [GTIN, GTIN])
    assert part.elements == {"91": ["EE06", ""], "92": ["sig==", ""]}


def test_a_line_that_is_no_code_is_told_with_its_row() -> None:
    part = only(f"01{GTIN}21abc\n\nrubbish\n(01){GTIN}\n".encode())

    assert part.serials == ["abc"]
    assert [each.at for each in part.findings] == ["row 3", "row 4"]


@pytest.mark.parametrize(
    "content",
    [
        f'Serial,GTIN,"AI 91",note\n"a,b",{GTIN},EE06,x\nc,{GTIN},,\n'.encode(),
        f"serial number;01;91\na,b;{GTIN};EE06\nc;{GTIN};\n".encode(),
        f"21\tGTIN\tkey\r\na,b\t{GTIN}\tEE06\r\n\r\nc\t{GTIN}\t\r\n".encode(),
        json.dumps(
            [{"serial": "a,b", "gtin": GTIN, "91": "EE06"}, {"serial": "c", "gtin": GTIN}]
        ).encode(),
        write_xlsx(
            [
                Table(
                    "Codes",
                    (Column("Serial"), Column("GTIN"), Column("Key")),
                    (("a,b", GTIN, "EE06"), ("c", GTIN, "")),
                )
            ]
        ),
    ],
    ids=["comma", "semicolon", "tab", "json", "xlsx"],
)
def test_titles_say_which_column_is_what(content: bytes) -> None:
    part = only(content)

    assert (part.serials, part.gtins) == (["a,b", "c"], [GTIN, GTIN])
    assert part.elements == {"91": ["EE06", ""]}
    assert part.findings == []


def test_a_column_of_codes_is_read_like_lines_of_codes() -> None:
    part = only(f"no,cis\n1,01{GTIN}21abc{GS}91EE06{GS}92sig\n2,01{GTIN}21abd\n".encode())

    assert (part.serials, list(part.rows)) == (["abc", "abd"], [2, 3])
    assert part.elements == {"91": ["EE06", ""], "92": ["sig", ""]}


def test_parts_follow_each_other_with_their_rows() -> None:
    parts = read("\n".join(f"{number:05d}" for number in range(25)).encode(), part=10)

    assert [len(part.serials) for part in parts] == [10, 10, 5]
    assert [part.rows[0] for part in parts] == [1, 11, 21]
    assert parts[2].serials[-1] == "00024"


def test_a_number_in_a_spreadsheet_is_no_serial() -> None:
    table = Table("Codes", (Column("Serial", Kind.NUMBER),), ((12,), ("0012",), (1.5,)))

    part = only(write_xlsx([table]))

    assert part.serials == ["0012"]
    assert [(each.code, each.at) for each in part.findings] == [
        ("TAB-005", "row 2"),
        ("TAB-005", "row 4"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "TAB-001"),
        (b"\n\n", "TAB-001"),
        (b"abc\n\xff\xfe", "TAB-001"),
        (b"x" * 20_000, "TAB-009"),
        (b"[1, 2]", "TAB-001"),
        (b'[{"a": 1}]', "TAB-002"),
        (b"gtin,91\n1,2\n", "TAB-002"),
        (b"PK\x03\x04nonsense", "TAB-001"),
        (write_xlsx([Table("x", (Column("What"),), (("a",),))]), "TAB-002"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(content)

    assert [each.code for each in refused.value.findings] == [code]
