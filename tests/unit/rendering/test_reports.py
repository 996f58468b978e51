"""Reports on paper: what is said cannot change the layout, and the same report is the same file."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from packtrail.rendering import reports
from packtrail.rendering.reports import Report, Section, Signature, write_pdf
from packtrail.rendering.tables import Column, Formula, Kind, Table

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = (Column("What"), Column("Count", Kind.NUMBER), Column("Day", Kind.DAY))
ROWS = [("Issued", 12_000, date(2026, 1, 2)), ("Gap", Formula("=A1", 2), None)]
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
REPORT = Report(
    title="Reconciliation",
    author="Ada, maker",
    made_at=AT,
    facts={"Lot": "A12"},
    sections=[
        Section(heading="Numbers", paragraphs=["All."], table=Table("Numbers", COLUMNS, ROWS)),
        Section(picture=PICTURE, alt="a line"),
    ],
    signatures=[Signature("Ada", "approved", AT)],
)
HOSTILE = ["#panic()", "*[_$@<x>`", "= head\n- list", "\\u{41} // c", '"#"', "\u202e", "\x00\x1b"]


def test_the_same_report_is_the_same_file() -> None:
    first = write_pdf(REPORT)

    assert first.startswith(b"%PDF-1.7")
    assert first == write_pdf(REPORT)
    assert first != write_pdf(dataclasses.replace(REPORT, subtitle="draft"))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_markup_is_only_text(text: str) -> None:
    table = Table("t", (Column(text),), [(text,)])
    report = Report(
        title="Report " + text,
        subtitle=text,
        author=text,
        made_at=AT,
        facts={text: text},
        sections=[Section(heading=text, paragraphs=[text], table=table)],
        signatures=[Signature(text, text, AT)],
    )

    assert write_pdf(report).startswith(b"%PDF-")


def test_an_empty_report_has_a_page() -> None:
    assert write_pdf(Report(title="Nothing", author="Ada", made_at=AT)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("texts", "share"),
    [
        (["782975198710663406"], 0),
        (["A" * 20, "7"], 0),
        (["Asterion Packaging"], 18),
        (["A" * 21], 21),
        (["A" * 99], 40),
        (["N00323"], 0),
    ],
)
def test_a_column_of_serial_numbers_is_as_wide_as_they_are(texts: list[str], share: int) -> None:
    assert reports._share(Column("Serial"), texts) == share
