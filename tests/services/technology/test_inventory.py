"""The inventory: entries with their history, files, and the radar over lines and markets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.services.companies import make_company
from tests.services.conftest import World

from packtrail.access import Actor, Permission
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.planning.technology.inventory import Kind
from packtrail.services.accounts import audit
from packtrail.services.application import Remembered
from packtrail.services.books.entries import Put, Remove
from packtrail.services.technology import radar
from packtrail.services.technology.entries import TECHNOLOGY
from packtrail.services.technology.files import FILES
from packtrail.store.database import Database

SYSTEMS: tuple[dict[str, Any], ...] = (
    {"code": "db", "name": "Database", "role": "database", "software": ["SQL Server 2016"]},
    {"code": "w1-pc", "name": "Line PC", "role": "line_pc", "site": "wilson", "lines": ["w1"],
     "needs": ["db"], "software": ["Windows 10 Enterprise LTSC 2021"], "read_rate": "99.5"},
    {"code": "u5-pc", "name": "Line PC", "role": "line_pc", "site": "packer/ulm",
     "lines": ["packer/u5"], "software": ["Windows 10 Pro 22H2"]},
)  # fmt: skip


def put(kind: str = "system", **values: Any) -> Put:
    return Put(TECHNOLOGY.read(Kind(kind), values))


def at_packer(world: World, **values: Any) -> dict[str, Any]:
    """Return a system as it is named among the organisations of this test."""
    code = world.packer.organisation_code
    named = {name: str(value).replace("packer/", f"{code}/") for name, value in values.items()
             if name == "site"}  # fmt: skip
    lines = [each.replace("packer/", f"{code}/") for each in values.get("lines", [])]
    return values | named | ({"lines": lines} if lines else {})


@pytest.fixture
def company(database: Database) -> World:
    world = make_company(database)
    puts = [put(**at_packer(world, **each)) for each in SYSTEMS]
    TECHNOLOGY.change(world.app, world.maker, puts)
    return world


def refused(world: World, *changes: Put | Remove, reason: str = "Because") -> list[str]:
    with pytest.raises(RefusedError) as told:
        TECHNOLOGY.change(world.app, world.maker, changes, reason=reason)
    return [f"{each.code} {each.at}: {each.message}" for each in told.value.findings]


def test_the_radar_says_which_lines_and_markets_are_endangered(company: World) -> None:
    found = {each.component: each for each in radar.items_view(company.app, company.maker)}

    assert found["SQL Server 2016"].lines == ("w1",)
    assert found["SQL Server 2016"].markets == ("US",)
    assert found["SQL Server 2016"].through == ("w1-pc",)
    assert found["Windows 10 Pro 22H2"].lines == (f"{company.packer.organisation_code}/u5",)
    assert found["Windows 10 Pro 22H2"].markets == ()


def test_whoever_may_not_see_the_portfolio_hears_of_lines_only(company: World) -> None:
    maker = company.maker
    actor = Actor(
        kind=maker.kind, id="k", name="Key", organisation_id=maker.organisation_id,
        organisation_code=maker.organisation_code,
        permissions=frozenset({Permission.TECHNOLOGY_READ}),
    )  # fmt: skip

    found = {each.component: each for each in radar.items_view(company.app, actor)}

    assert found["SQL Server 2016"].lines == ("w1",)
    assert not any(each.products or each.markets for each in found.values())
    with pytest.raises(NotPermitted):
        TECHNOLOGY.change(company.app, actor, [])


def test_names_that_lead_nowhere_are_refused_with_the_nearest(company: World) -> None:
    found = refused(
        company, put(code="x", name="X", role="camera", site="wilsn", lines=["w11"], needs=["dbb"])
    )

    assert found == [
        "TEC-002 system/x/lines: There is no line 'w11'; did you mean 'w1'?",
        "TEC-002 system/x/site: There is no site 'wilsn'; did you mean 'wilson'?",
        "TEC-002 system/x/needs: There is no system 'dbb'; did you mean 'db'?",
    ]


def test_a_circle_of_needs_is_refused(company: World) -> None:
    changed = {**SYSTEMS[0], "needs": ["w1-pc"]}

    assert refused(company, put(**changed)) == ["TEC-004 system/db/needs: db needs w1-pc needs db."]


def test_a_figure_that_cannot_be_is_refused(company: World) -> None:
    found = refused(
        company,
        put(code="x", name="X", role="camera", read_rate="101", validated_on="2999-01-01"),
        put("measurement", code="m", line="w1", what="print_grade", value="9",
            measured_on="2026-01-01", source="Report"),
    )  # fmt: skip

    assert [each.partition(": ")[0] for each in found] == [
        "TEC-003 system/x/read_rate",
        "TEC-003 system/x/validated_on",
        "TEC-003 measurement/m/value",
    ]


def test_what_others_need_is_not_taken_out(company: World) -> None:
    assert refused(company, Remove(Kind.SYSTEM, "db")) == [
        "TEC-006 system/db: The system 'db' is named by w1-pc."
    ]
    with pytest.raises(NotFound):
        TECHNOLOGY.change(company.app, company.maker, [Remove(Kind.SYSTEM, "none")], reason="x")


def test_a_change_needs_a_reason_and_is_kept_with_it(company: World) -> None:
    newer = {**SYSTEMS[0], "software": ["SQL Server 2022"]}
    assert refused(company, put(**newer), reason=" ")[0].startswith("TEC-007")

    TECHNOLOGY.change(company.app, company.maker, [put(**newer)], reason="Upgraded in October")

    (last, *_) = TECHNOLOGY.history(company.app, company.maker, kind=Kind.SYSTEM, key="db")
    assert last.reason == "Upgraded in October"
    assert "2016" in (last.before or "")
    assert "2022" in (last.after or "")
    actions = [each.action for each in audit.entries(company.app, company.maker, limit=5)]
    assert "technology:record:changed" in actions


def test_a_change_of_what_somebody_else_changed_is_refused(company: World) -> None:
    revision = TECHNOLOGY.entry(company.app, company.maker, Kind.SYSTEM, "db").revision
    newer = put(**{**SYSTEMS[0], "owner": "IT"}).entry
    TECHNOLOGY.change(company.app, company.maker, [Put(newer, revision)], reason="Owner")

    with pytest.raises(Conflict, match="was changed by"):
        TECHNOLOGY.change(company.app, company.maker, [Put(newer, revision)], reason="Owner")


def test_another_organisation_sees_nothing_of_it(company: World) -> None:
    assert TECHNOLOGY.entries(company.app, company.wholesaler, Kind.SYSTEM) == ()
    assert radar.items_view(company.app, company.wholesaler) == ()


def test_a_workbook_that_was_given_out_makes_the_same_inventory_again(company: World) -> None:
    content = FILES.workbook(company.app, company.maker)

    receipt = FILES.import_tables(company.app, company.maker, content, "inventory.xlsx")

    assert receipt.rows["systems"] == len(SYSTEMS)
    assert (receipt.outcome.count, receipt.findings) == (0, ())


@pytest.mark.parametrize("rate", ["140", "1200", "99.86", "1.5"])
def test_a_number_of_a_workbook_comes_back_as_it_was_written(company: World, rate: str) -> None:
    wanted = put(code="rated", name="Rated", role="printer", lines=["w1"], packs_per_minute=rate)
    TECHNOLOGY.change(company.app, company.maker, [wanted], reason="Measured")

    content = FILES.workbook(company.app, company.maker)
    receipt = FILES.import_tables(company.app, company.maker, content, "inventory.xlsx")

    assert (receipt.outcome.count, receipt.findings) == (0, ())
    TECHNOLOGY.change(company.app, company.maker, [Remove(Kind.SYSTEM, "rated")], reason="Gone")


def test_every_bad_cell_of_a_file_is_told_with_its_row_and_nothing_is_taken(
    company: World,
) -> None:
    content = (
        b"code,name,role,lines,read_rate\nok,Fine,camera,w1,99\n"
        b"a,A,camra,w1,99\nb,B,camera,w9,x\nc,C,camera,w9,99\nok,Twice,camera,w1,98\n"
    )

    with pytest.raises(RefusedError) as told:
        FILES.import_tables(company.app, company.maker, content, "t.csv")

    found = [f"{each.code} {each.at}" for each in told.value.findings]
    assert found == [
        "TAB-007 Systems, E4", "LAW-005 Systems, row 3, role", "TEC-010 Systems, row 6",
    ]  # fmt: skip
    assert len(TECHNOLOGY.entries(company.app, company.maker, Kind.SYSTEM)) == len(SYSTEMS)


def test_a_name_of_a_file_that_leads_nowhere_is_told_with_its_row(company: World) -> None:
    content = b"code,name,role,lines\nc,C,camera,w9\n"

    with pytest.raises(RefusedError) as told:
        FILES.import_tables(company.app, company.maker, content, "t.csv")

    assert [each.at for each in told.value.findings] == ["Systems, row 2, lines"]


def test_a_calendar_holds_what_still_ends(company: World) -> None:
    text = radar.calendar(company.app, company.maker).decode()

    assert "SUMMARY:End of support: Windows 10 Enterprise LTSC 2021" in text
    assert "Windows 10 22H2" not in text.replace("\r\n ", "")


def test_a_book_that_is_brought_up_is_as_if_it_were_read_anew(company: World) -> None:
    other = replace(company.app, remembered=Remembered())
    before = TECHNOLOGY.opened(company.app, company.maker)
    for changes in (
        [put(code="new", name="New", role="camera"), put(code="brief", name="Brief", role="other")],
        [put(code="new", name="Newer", role="camera"), Remove(Kind.SYSTEM, "brief")],
        [Remove(Kind.SYSTEM, "u5-pc")],
    ):
        TECHNOLOGY.change(other, company.maker, changes, reason="Because")

    brought_up = TECHNOLOGY.opened(company.app, company.maker)

    assert brought_up == TECHNOLOGY.opened(
        replace(company.app, remembered=Remembered()), company.maker
    )
    assert brought_up.version == before.version + 3
    assert list(brought_up.book.systems) == ["db", "new", "w1-pc"]
    assert brought_up.book.systems["db"] is before.book.systems["db"]
