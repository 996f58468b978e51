"""Tables come in whole, and no identifier is guessed back from a number."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from packtrail.exchange.tables import Field, Kind, Limits, Reading, read_table
from packtrail.rendering.tables import Column, Formula, Table, write_csv, write_xlsx
from packtrail.rendering.tables import Kind as Written

GTIN = Field("gtin", Kind.IDENTIFIER, ("GTIN-14", "trade item"))
PACKS = Field("packs", Kind.NUMBER)
FROM = Field("from", Kind.DAY, is_required=False)
NAME = Field("name", is_required=False)
FIELDS = (GTIN, PACKS, FROM, NAME)


def read(content: bytes | str, *fields: Field, **limits: int) -> Reading:
    octets = content.encode() if isinstance(content, str) else content
    return read_table(octets, "plan.csv", fields or FIELDS, limits=Limits(**limits))


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(finding.code, finding.at) for finding in reading.findings]


def xlsx(rows: list[list[object]], *, titles: tuple[str, ...] = ("gtin", "packs")) -> bytes:
    """A file as somebody makes it by hand: every cell of the kind that its value has."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet("Notes").write_string(0, 0, "read the other sheet")
        sheet = book.add_worksheet("Plan")
        for number, row in enumerate([list(titles), *rows]):
            sheet.write_row(number, 0, row)
    return out.getvalue()


@pytest.mark.parametrize("value", [b"", b"<v></v>", b"<v/>"])
def test_a_formula_that_nobody_worked_out_is_not_an_empty_cell(value: bytes) -> None:
    made = xlsx([["04012345111118", "=10+10"]])
    assert b"<f>10+10</f><v>0</v>" in part_of(made, "xl/worksheets/sheet2.xml")
    left = with_part(made, "xl/worksheets/sheet2.xml", b"<v>0</v></c>", value + b"</c>")

    (finding,) = read(left).findings
    assert "cell B2 of sheet2.xml has a formula that was never worked out" in finding.message
    assert read(made).rows[0].values["packs"] == 0


def test_a_formula_whose_outcome_is_no_text_is_an_empty_cell() -> None:
    made = xlsx([["04012345111118", 20, '=""']], titles=("gtin", "packs", "name"))
    sheet = "xl/worksheets/sheet2.xml"
    empty = with_part(
        made, sheet, b'<c r="C2"><f>""</f><v>0</v>', b'<c r="C2" t="str"><f>""</f><v></v>'
    )

    assert read(empty).findings == ()
    assert read(empty).rows[0].values["name"] is None


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def with_part(content: bytes, name: str, before: bytes, after: bytes) -> bytes:
    """The same file with something in one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            octets = old.read(each)
            assert each != name or before in octets
            new.writestr(each, octets.replace(before, after) if each == name else octets)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_csv_is_read_whatever_its_delimiter(delimiter: str, bom: str) -> None:
    lines = ["Trade-Item,Packs,FROM", "04012345111118,20.5,2026-11-22", ""]

    reading = read(bom + "\r\n".join(lines).replace(",", delimiter))

    assert reading.findings == ()
    assert [row.values for row in reading.rows] == [
        {
            "gtin": "04012345111118",
            "packs": Decimal("20.5"),
            "from": date(2026, 11, 22),
            "name": None,
        }
    ]


def test_a_spreadsheet_is_read_from_the_sheet_that_has_the_columns() -> None:
    reading = read(
        xlsx([["04012345111118", 20, date(2026, 11, 22)]], titles=("gtin", "packs", "from"))
    )

    assert reading.findings == ()
    assert reading.rows[0].values["gtin"] == "04012345111118"
    assert reading.rows[0].values["packs"] == 20
    assert reading.rows[0].values["from"] == date(2026, 11, 22)


def test_an_identifier_that_a_spreadsheet_made_a_number_is_refused_with_its_cell() -> None:
    reading = read(xlsx([["04012345111118", 1], [4012345111118, 2], [123456789012345678, 3]]))

    assert said(reading) == [("TAB-005", "A3"), ("TAB-005", "A4")]
    assert [row.place for row in reading.rows] == ["row 2"]


def test_an_identifier_that_json_gives_as_a_number_is_refused_with_its_pointer() -> None:
    reading = read('[{"gtin": "007", "packs": 1}, {"gtin": 7, "packs": 1.5}]', GTIN, PACKS)

    assert said(reading) == [("TAB-005", "/1/gtin")]
    assert reading.rows[0].values == {"gtin": "007", "packs": 1}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (",20,,", ("TAB-006", "A2")),
        ("007,1 000,,", ("TAB-007", "B2")),
        ('007,"1,5",,', ("TAB-007", "B2")),
        ("007,nan,,", ("TAB-007", "B2")),
        ("007,1,22.11.2026,", ("TAB-008", "C2")),
        ("007,1,2026-02-30,", ("TAB-008", "C2")),
        ("007,1,," + "x" * 2001, ("TAB-011", "D2")),
    ],
)
def test_a_bad_cell_is_named_and_its_row_left_out(cells: str, expected: tuple[str, str]) -> None:
    reading = read(f"gtin,packs,from,name\n{cells}\n008,2,,\n")

    assert said(reading) == [expected]
    assert [row.values["gtin"] for row in reading.rows] == ["008"]


def test_every_bad_cell_of_a_row_is_named() -> None:
    reading = read("gtin,packs,from\n,x,y\n")

    assert said(reading) == [("TAB-006", "A2"), ("TAB-007", "B2"), ("TAB-008", "C2")]


def test_spaces_around_an_identifier_are_dropped_with_a_warning() -> None:
    reading = read("gtin,packs\n 007 ,1\n")

    assert said(reading) == [("TAB-010", "A2")]
    assert reading.rows[0].values["gtin"] == "007"


def test_missing_double_and_unused_columns_are_told() -> None:
    reading = read("packs,Packs,colour\n1,2,red\n")

    assert said(reading) == [
        ("TAB-004", "B1"),
        ("TAB-002", "table"),
        ("TAB-003", "B1"),
        ("TAB-003", "C1"),
    ]
    assert reading.rows == ()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "it is empty"),
        (b"\xff\xfe\x00g", "byte 0 is not UTF-8"),
        (b"a\x00b", "NUL"),
        (b"# only a comment\n", "no row of column titles"),
        (b"[1, 2]", "no list of objects"),
        (b'[{"gtin": ', "no JSON"),
        (b"PK\x03\x04rubbish", "no XLSX"),
        (b'gtin,packs\n"007,1\n', "line 2"),
    ],
)
def test_what_is_no_table_is_said_to_be_none(content: bytes, part: str) -> None:
    reading = read(content)

    assert [finding.code for finding in reading.findings] == ["TAB-001"]
    assert part in reading.findings[0].message
    assert reading.rows == ()


@pytest.mark.parametrize(
    "limits",
    [{"rows_max": 1}, {"columns_max": 1}, {"bytes_max": 10}],
    ids=lambda limits: next(iter(limits)),
)
@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_what_is_beyond_a_limit_is_refused(kind: str, limits: dict[str, int]) -> None:
    content = {
        "csv": b"gtin,packs\n007,1\n008,2\n",
        "json": b'[{"gtin": "007", "packs": 1}, {"gtin": "008", "packs": 2}]',
        "xlsx": xlsx([["007", 1], ["008", 2]]),
    }[kind]

    reading = read(content, GTIN, PACKS, **limits)

    assert said(reading) == [("TAB-009", "")]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 5_000_000)

    reading = read(out.getvalue(), bytes_max=100_000)

    assert said(reading) == [("TAB-009", "")]


NAME_OF_SHEET = b"xl/worksheets/sheet2.xml"


@pytest.mark.parametrize(
    ("from_name", "octet", "is_listed"),
    [
        (len(NAME_OF_SHEET) + 5, 0xFF, False),  # in what is compressed
        (16 - 46, 0xFF, True),  # its checksum
        (8 - 46, 0x01, True),  # a password is needed
        (6 - 46, 0x63, True),  # a version to come
    ],
)
def test_a_spreadsheet_that_is_damaged_or_locked_is_said_to_be_none(
    from_name: int, octet: int, is_listed: bool
) -> None:
    made = bytearray(xlsx([["007", 1], ["008", 2]]))
    named = made.rfind(NAME_OF_SHEET) if is_listed else made.find(NAME_OF_SHEET)
    made[named + from_name] ^= octet

    (finding,) = read(bytes(made), GTIN, PACKS).findings

    assert finding.code == "TAB-001"
    assert "it is no XLSX that can be read: " in finding.message


def test_findings_beyond_the_limit_are_counted() -> None:
    reading = read("gtin,packs\n" + "007,x\n" * 500)

    assert len(reading.findings) == 200
    assert reading.findings[-1].message == "301 more findings are not listed."


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
)


@given(
    st.lists(CELLS.filter(lambda text: text.strip(" \t\r\n\xa0") == text), min_size=1, max_size=8)
)
def test_what_we_write_is_read_back_to_the_letter(serials: list[str]) -> None:
    table = Table(
        "Serials", (Column("gtin"), Column("packs", Written.NUMBER)), [(s, 1) for s in serials]
    )
    about = {"Made by": "Packtrail", "When": "now"}

    for content in (
        write_csv(table, about=about),
        write_csv(table, has_bom=True),
        write_xlsx([table], about=about),
    ):
        reading = read(content, GTIN, PACKS)

        assert [row.values["gtin"] for row in reading.rows] == serials
        assert reading.findings == ()


def test_the_same_tables_give_the_same_bytes() -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    columns = (
        Column("Day", Written.DAY),
        Column("At", Written.MOMENT),
        Column("Sum", Written.NUMBER),
    )
    tables = [
        Table("A/B", columns, [(date(2026, 1, 2), at, Formula("=1+1", 2))]),
        Table("a b", columns, [(None, None, Decimal("1.50"))]),
    ]

    assert write_xlsx(tables, made_at=at) == write_xlsx(tables, made_at=at)
    assert write_csv(tables[0]) == b"Day,At,Sum\r\n2026-01-02,2026-11-22T12:00:00Z,2\r\n"
