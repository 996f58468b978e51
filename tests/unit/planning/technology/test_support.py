"""A product as an inventory writes it finds the row that says until when it is kept up."""

from __future__ import annotations

from datetime import date

import pytest

from packtrail.planning.technology.inventory import Confidence, Support
from packtrail.planning.technology.support import packaged


@pytest.mark.parametrize(
    ("text", "title", "ends_on"),
    [
        ("Microsoft Windows 10 IoT Enterprise LTSC 2021", "IoT Enterprise LTSC 2021", "2032-01-13"),
        ("Windows 10 Enterprise LTSC 2021", "Windows 10 Enterprise LTSC 2021", "2027-01-12"),
        ("Win10 LTSC 1809", "Windows 10 Enterprise LTSC 2019", "2029-01-09"),
        ("Windows 10 Pro 22H2 (10.0.19045)", "Windows 10 22H2", "2025-10-14"),
        ("Windows Server 2012 R2 Standard", "Windows Server 2012 R2", "2023-10-10"),
        ("SQL Server 2016 Express", "SQL Server 2016 SP3", "2026-07-14"),
        ("SQL Server 2016 SP2", "SQL Server 2016 SP2", "2022-10-11"),
        (".NET Framework 4.6.2", ".NET Framework 4.6.2", "2027-01-12"),
        ("PostgreSQL 15.8", "PostgreSQL 15", "2027-11-11"),
        ("Oracle 12.2", "Oracle Database 12c Release 2", "2022-03-31"),
        ("Oracle Linux 8.6", "Oracle Linux 8", "2029-07-31"),
        ("RHEL 7.9", "Red Hat Enterprise Linux 7", "2024-06-30"),
        ("Ubuntu 20.04.6 LTS", "Ubuntu 20.04", "2025-05-31"),
    ],
)
def test_a_product_is_found_as_people_write_it(text: str, title: str, ends_on: str) -> None:
    row = packaged().find(text).row

    assert row is not None
    assert (row.title.endswith(title), row.ends_on) == (True, date.fromisoformat(ends_on))


def test_every_row_has_a_source_a_day_and_a_confidence() -> None:
    rows = packaged().rows

    assert len(rows) > 250
    assert [each.title for each in rows if not each.source.startswith("https://")] == []
    assert [each.title for each in rows if each.seen_on is None] == []
    assert [each.title for each in rows if each.confidence is Confidence.HIGH and not
            each.checked_with] == []  # fmt: skip


def test_a_product_without_its_release_names_those_it_may_be() -> None:
    found = packaged().find("Windows 10")

    assert found.row is None
    assert {"22H2", "Enterprise LTSC 2019"} <= set(found.candidates)


def test_what_nobody_wrote_down_is_not_guessed() -> None:
    found = packaged().find("Oculus V4 4.7")

    assert (found.row, found.candidates) == (None, ())


def test_a_row_of_ones_own_wins() -> None:
    own = Support(
        code="w", product="Windows 10 22H2", ends_on=date(2028, 10, 10), source="ESU contract"
    )

    row = packaged().with_own([own]).find("Windows 10 Pro 22H2").row

    assert row is not None
    assert (row.is_own, row.ends_on, row.source) == (True, date(2028, 10, 10), "ESU contract")
