"""Plans as tables: what people change in a spreadsheet comes back, with a finding for each slip."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packtrail.exchange.plan_tables import read_plan
from packtrail.planning import codes
from packtrail.planning.calendar_notation import (
    format_days_off,
    format_weekdays,
    format_windows,
    parse_days_off,
    parse_weekdays,
    parse_windows,
)
from packtrail.planning.calendars import DayOff, Window
from packtrail.planning.notation import format_links, parse_links
from packtrail.planning.work import Link, LinkKind, WorkKind
from packtrail.rendering.tables import Column, Table, write_xlsx


def read(text: str):
    return read_plan(text.encode(), "plan.csv")


def test_a_row_is_a_package_with_its_links() -> None:
    found = read(
        "Code,Title,Kind,Duration days,Effort days,Role,After,On line\n"
        "A,First,artwork,5,2.5,it,,no\nB,Then,,3,,,A SS+2d,yes\n"
    )
    first, then = found.packages

    assert found.findings == ()
    assert (first.kind, first.duration_days, first.effort_days) == (WorkKind.ARTWORK, 5, 2.5)
    assert then.is_on_line
    assert found.links == (
        Link(predecessor="A", successor="B", kind=LinkKind.START_START, lag_days=2),
    )
    assert found.told is not None
    assert "owner" not in found.told["A"]


def test_a_file_of_dates_alone_is_read_as_dates() -> None:
    found = read(
        "Date,Title,Package,Due,Buffer days,Certainty\nIT,Italy,A,2027-02-08,10,expected\n"
    )

    assert found.findings == ()
    assert [(each.code, str(each.due_on), each.buffer_days) for each in found.deadlines] == [
        ("IT", "2027-02-08", 10)
    ]
    assert found.packages == ()


WRONG = [
    ("Code,Title\n,No code\n", "TAB-006", "A2"),
    ("Code,Title,Duration days\nA,A,five\n", "TAB-007", "C2"),
    ("Code,Title,Duration days\nA,A,2.5\n", "PLN-004", "C2"),
    ("Code,Title,Kind\nA,A,painting\n", "PLN-004", "C2"),
    ("Code,Title,On line\nA,A,perhaps\n", "PLN-004", "C2"),
    ("Code,Title,After\nA,A,B XX+2\n", "PLN-004", "C2"),
    ("Code,Title,Not before\nA,A,next week\n", "TAB-008", "C2"),
    ("Name,Title\nA,A\n", "TAB-002", "table"),
    ("Date,Package,Due\nIT,A,\n", "TAB-006", "C2"),
]


@pytest.mark.parametrize(("text", "code", "at"), WRONG)
def test_what_cannot_be_read_is_a_finding_at_its_cell(text: str, code: str, at: str) -> None:
    found = [(each.code, each.at) for each in read(text).findings if each.severity != "note"]

    assert (code, at) in found


LINKS = st.builds(
    Link,
    predecessor=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True),
    successor=st.just("X"),
    kind=st.sampled_from(LinkKind),
    lag_days=st.integers(-400, 400),
    is_elapsed=st.booleans(),
).map(lambda each: each if each.lag_days else Link(
    predecessor=each.predecessor, successor="X", kind=each.kind
))  # fmt: skip


@given(links=st.lists(LINKS, max_size=5).map(tuple))
def test_links_are_read_as_they_are_written(links: tuple[Link, ...]) -> None:
    assert parse_links(format_links(links), successor="X") == (links, ())


def workbook(work: list[tuple[object, ...]], dates: list[tuple[object, ...]]) -> bytes:
    heads = (("Code", "Title", "Kind", "After", "Planned start"), ("Date", "Package", "Due on"))
    tables = [
        Table(name, [Column(each) for each in titles], rows)
        for name, titles, rows in zip(("Work", "Dates"), heads, (work, dates), strict=True)
    ]
    return write_xlsx(tables, made_at=datetime(2026, 11, 29, tzinfo=UTC))


def test_in_a_workbook_a_finding_names_sheet_and_cell() -> None:
    work = [("A", "A", "paint", "", "x"), ("B", "B", "", "A ZZ", "x"), ("A", "C", "", "", "x")]
    found = read_plan(workbook(work, [("IT", "A", "soon")]), "plan.xlsx").findings

    assert [(each.code, each.at) for each in found] == [
        ("PLN-003", "Work, A4"), ("TAB-008", "Dates, C2"),
        ("PLN-004", "Work, C2"), ("PLN-004", "Work, D3"),
    ]  # fmt: skip
    assert found[0].message == "'A' stands there too: Work, A2."
    assert found[2].message.startswith("Kind is 'paint'; expected one of governance, ")


def test_what_an_export_tells_besides_is_no_strange_column() -> None:
    found = read_plan(workbook([("A", "A", "", "", "x")], [("IT", "A", "2027-02-08")]), "plan.xlsx")

    assert found.findings == ()


@pytest.mark.parametrize(
    ("at", "cell"),
    [
        ("packages/A/kind", "Work, C2"), ("packages/A/raci", "Work, row 2"),
        ("packages/A", "Work, row 2"), ("links/X/A", "Work, D2"),
        ("deadlines/IT/due_on", "Dates, C2"), ("packages/Z/kind", "packages/Z/kind"),
    ],
)  # fmt: skip
def test_a_finding_about_an_entry_is_placed_where_the_file_has_it(at: str, cell: str) -> None:
    file = read_plan(workbook([("A", "A", "", "", "")], [("IT", "A", "2027-02-08")]), "plan.xlsx")

    assert file.placed(codes.BAD_VALUE.found("It cannot be so.", at=at)).at == cell


def test_calendars_are_read_as_planners_write_them() -> None:
    found = read(
        "Calendar,Name,Country,Weekdays,Days off,Worked,Windows\n"
        "leuven,Leuven,be,Mon-Fri,,,\n"
        'ulm,Ulm,de,"Mon, tue",2026-12-24 Works holiday; 2026-12-31,2027-05-01,'
        "2027-01-04 to 2027-01-29 Campaign\n"
        "x,,,Mon,soon,,2027-01-04\n"
    )
    ulm = found.calendars[1]

    assert [(each.code, each.at) for each in found.findings] == [
        ("PLN-004", "D2"), ("PLN-004", "E4"), ("PLN-004", "G4"),
    ]  # fmt: skip
    assert (ulm.country, ulm.weekdays, ulm.worked) == ("DE", (0, 1), (date(2027, 5, 1),))
    assert ulm.days_off == (DayOff(date(2026, 12, 24), "Works holiday"), DayOff(date(2026, 12, 31)))
    assert ulm.windows == (Window(date(2027, 1, 4), date(2027, 1, 29), "Campaign"),)
    assert found.calendar_fields == {
        "name", "country", "weekdays", "days_off", "worked", "windows"
    }  # fmt: skip


def test_days_off_in_a_row_are_written_as_a_span() -> None:
    days = [DayOff(date(2027, 8, day), "Works") for day in (2, 3, 4)]
    more = [DayOff(date(2027, 8, 5), "Inventory"), DayOff(date(2027, 8, 6), "Inventory")]
    text = "2027-08-02 to 2027-08-04 Works; 2027-08-05 Inventory; 2027-08-06 Inventory"

    assert format_days_off([*days, *more]) == text
    assert parse_days_off(text) == (*days, *more)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-02-28; 2027-02-29", "2027-02-29 is no day that there is"),
        ("2027-08-20 to 2027-08-02", "'2027-08-20 to 2027-08-02' ends before it begins"),
        ("0001-01-01 to 9999-12-31", "'0001-01-01 to 9999-12-31' makes it more than 4,000 days"),
    ],
)
def test_days_off_that_there_are_not_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        parse_days_off(text)


def test_a_long_cell_of_an_export_is_taken_in_again() -> None:
    after = "; ".join(f"DE-PILOT-LINE-{number:03} SS+5d" for number in range(120))
    found = read_plan(workbook([("A", "A", "", after, "")], []), "plan.xlsx")

    assert len(after) > 2_000
    assert (found.findings, len(found.links)) == ((), 120)


@pytest.mark.parametrize(
    ("at", "cell"),
    [
        ("packages/A/B", "Work, row 3"), ("packages/A/B/kind", "Work, C3"),
        ("links/X/A/B", "Work, D3"), ("links/A/B/C/A", "Work, D2"),
    ],
)  # fmt: skip
def test_a_code_with_a_slash_is_not_taken_for_another(at: str, cell: str) -> None:
    rows = [("A", "A", "", "", ""), ("A/B", "B", "", "", "")]
    file = read_plan(workbook(rows, []), "plan.xlsx")

    assert file.placed(codes.BAD_VALUE.found("It cannot be so.", at=at)).at == cell


REASONS = st.lists(st.text("toö1-,", min_size=1)).map(" ".join)
DAYS_OFF = st.builds(DayOff, st.dates(), REASONS)
WINDOWS = st.builds(Window, st.dates(), st.dates(), REASONS)


@given(st.sets(st.integers(0, 6)), st.lists(DAYS_OFF), st.lists(WINDOWS))
def test_what_is_written_of_calendars_is_read_again(weekdays, days_off, windows) -> None:
    assert parse_weekdays(format_weekdays(weekdays)) == tuple(sorted(weekdays))
    assert parse_days_off(format_days_off(days_off)) == tuple(days_off)
    assert parse_windows(format_windows(windows)) == tuple(windows)
