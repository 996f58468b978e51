"""A portfolio from tables and back: nothing is lost, and every bad cell is told."""

from __future__ import annotations

import pytest
from tests.services.companies import BOOK, make_company
from tests.services.conftest import World
from tests.services.plants import make_world

from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import book
from packtrail.rendering.tables import Column, Kind, Table, write_xlsx
from packtrail.services.lines import floor
from packtrail.services.portfolio import books
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.portfolio.files import FILES
from packtrail.store.database import Database


@pytest.fixture
def company(database: Database) -> World:
    return make_company(database)


def refused(world: World, content: bytes, name: str = "table.csv", **more: str) -> list[str]:
    with pytest.raises(RefusedError) as told:
        FILES.import_tables(world.app, world.maker, content, name, **more)
    return [f"{each.code} {each.at}: {each.message}" for each in told.value.findings]


def test_a_workbook_that_was_given_out_makes_the_same_portfolio_again(
    database: Database, company: World
) -> None:
    content = FILES.workbook(company.app, company.maker)
    other = make_world(database)

    receipt = FILES.import_tables(other.app, other.maker, content, "portfolio.xlsx")

    assert receipt.rows == {
        "sites": 1, "lines": 1, "trade-items": 2, "company": 1, "products": 1, "practices": 1,
        "licences": 2, "placements": 1, "partners": 1,
    }  # fmt: skip
    assert (receipt.described, receipt.outcome.added, receipt.findings) == (4, len(BOOK), ())
    with company.app.database.reading() as conn:
        before = books.company_of(company.app, conn, company.maker).portfolio
        after = books.company_of(other.app, conn, other.maker).portfolio
    assert after == before
    assert (
        FILES.table(other.app, other.maker, "practices").splitlines()[4:]
        == (FILES.table(company.app, company.maker, "practices").splitlines()[4:])
    )


def test_the_same_workbook_again_changes_nothing(company: World) -> None:
    content = FILES.workbook(company.app, company.maker)

    receipt = FILES.import_tables(company.app, company.maker, content, "portfolio.xlsx")

    assert (receipt.described, receipt.outcome.count, receipt.outcome.version) == (0, 0, 1)


def test_a_trial_says_what_would_happen_and_does_nothing(
    database: Database, company: World
) -> None:
    content = FILES.workbook(company.app, company.maker)
    other = make_world(database)

    receipt = FILES.import_tables(other.app, other.maker, content, "portfolio.xlsx", is_trial=True)

    assert (receipt.described, receipt.outcome.added) == (4, len(BOOK))
    assert floor.sites(other.app, other.maker) == ()
    assert PORTFOLIO.entries(other.app, other.maker, book.Kind.PRODUCT) == ()


def test_a_table_is_known_by_its_columns(company: World) -> None:
    content = b"code,name,class,groups\nnew,New,prescription,vaccine; antimicrobial\n"

    receipt = FILES.import_tables(company.app, company.maker, content, "anything.csv")

    assert receipt.rows == {"products": 1}
    made = PORTFOLIO.entry(company.app, company.maker, book.Kind.PRODUCT, "new")
    assert made.body["groups"] == ["antimicrobial", "vaccine"]


def test_every_bad_cell_of_a_file_is_told_with_its_place(company: World) -> None:
    content = (
        b"product,market,trade_item,sold_from,national_numbers\n"
        b"tarvoxil,US,tarvoxil-us,soon,NDC: 96417-210-30\n"
        b"tarvoxl,DE,tarvoxil-de,2027-01-01,\n"
    )

    assert refused(company, content, what="licences") == [
        "TAB-008 Licences, D2: sold_from: 'soon' is no date.",
    ]
    assert refused(company, content.replace(b"soon", b"2027-02-30"), what="licences") == [
        "TAB-008 Licences, D2: sold_from: '2027-02-30' is no date.",
    ]
    (told,) = refused(company, content.replace(b"soon", b""), what="licences")
    assert told.startswith("PTF-003 Licences, row 3, product: There is no product 'tarvoxl'.")


def test_a_number_where_an_identifier_belongs_is_refused(company: World) -> None:
    table = Table("Partners", [Column("code"), Column("name"), Column("gln", Kind.NUMBER)],
                  [("delta", "Delta", 9523307000011)])  # fmt: skip

    (told,) = refused(company, write_xlsx([table]), "partners.xlsx")

    assert told.startswith("TAB-005 Partners, C2: gln: The cell holds the number")


def test_practices_are_written_as_yaml_in_a_cell(company: World) -> None:
    good = (
        b'code,name,subjects\neu,EU,"- label: {carries: [01, 21]}\n- lot: {printed_at: abroad}"\n'
    )
    bad = b'code,name,subjects\neu,EU,"- label: {carries: [O1]}"\ngb,GB,"- label: {carries: [01"\n'

    FILES.import_tables(company.app, company.maker, good, "practices.csv")

    made = PORTFOLIO.entry(company.app, company.maker, book.Kind.PRACTICE, "eu")
    assert made.body["subjects"] == [
        {"label": {"carries": ["01", "21"]}}, {"lot": {"printed_at": "abroad"}},
    ]  # fmt: skip
    told = refused(company, bad, "practices.csv")
    assert [each.split(":")[0] for each in told] == [
        "LAW-001 Practices, row 3, subjects, line 3, column 1",
        "LAW-005 Practices, row 2, subjects, line 2, column 23",
    ]


def test_a_row_may_not_stand_twice(company: World) -> None:
    content = b"product,market,line\ntarvoxil,US,w1\ntarvoxil,US,w1\n"

    (told,) = refused(company, content)
    assert told.startswith("LAW-012 Placements, row 3: The placement 'tarvoxil/US/w1' stands there")


def test_a_line_that_is_described_otherwise_is_told_by_every_column(company: World) -> None:
    content = FILES.table(company.app, company.maker, "lines")
    told = FILES.import_tables(company.app, company.maker, content, "lines.csv", what="lines")
    assert told.findings == ()

    other = b"code,site,name,speed_packs_per_minute\nw1,wilson,Line 1,77\n"
    receipt = FILES.import_tables(company.app, company.maker, other, "lines.csv", what="lines")

    (finding,) = receipt.findings
    assert finding.code == "PTF-013"
    assert "speed_packs_per_minute is" in finding.message


def test_a_site_that_is_described_otherwise_is_left_and_told(company: World) -> None:
    content = b"code,name,country\nwilson,Wilson Plant,US\nraleigh,Raleigh,US\n"

    receipt = FILES.import_tables(company.app, company.maker, content, "sites.csv", what="sites")

    assert [(each.code, each.at) for each in receipt.findings] == [("PTF-013", "Sites, row 2")]
    names = {each.code: each.name for each in floor.sites(company.app, company.maker)}
    assert (names["wilson"], names["raleigh"]) == ("Wilson", "Raleigh")


def test_trade_items_come_with_their_levels(company: World) -> None:
    content = (
        b"code,name,market,pack_gtin,company_prefix,per_case,per_pallet\n"
        b"item-gb,Tarvoxil,GB,00396417500029,0396417,24,40\n"
    )

    FILES.import_tables(company.app, company.maker, content, "items.csv")

    (item,) = (each for each in floor.trade_items(company.app, company.maker)
               if each.code == "item-gb")  # fmt: skip
    assert [(each.level.value, each.holds) for each in item.tiers] == [
        ("pack", 0), ("case", 24), ("pallet", 40),
    ]  # fmt: skip
    assert refused(company, content.replace(b",24,", b",2.5,").replace(b"item-gb", b"other")) == [
        "TAB-007 Trade items, row 2: 2.5 in per_case is no whole number.",
    ]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"PK\x03\x04broken", b""])
def test_a_file_with_nothing_for_a_portfolio_is_refused(company: World, content: bytes) -> None:
    assert any(each.startswith("PTF-014") for each in refused(company, content))


def test_the_template_has_every_column_and_no_row(company: World) -> None:
    content = FILES.template()

    receipt = FILES.import_tables(company.app, company.maker, content, "template.xlsx")

    assert set(receipt.rows.values()) == {0}
    assert receipt.outcome.count == 0


def test_nothing_of_a_refused_file_is_kept(company: World) -> None:
    content = b"code,name,class\ngood,Good,prescription\nbad,Bad,rx\n"

    assert len(refused(company, content)) == 1
    with pytest.raises(NotFound):
        PORTFOLIO.entry(company.app, company.maker, book.Kind.PRODUCT, "good")
