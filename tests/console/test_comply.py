"""The room Comply, as somebody without scripts sees it: radar, markets, time machine, portfolio."""

from __future__ import annotations

import io
import re
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient
from tests.console.conftest import HOST, PASSWORD, Desk
from tests.console.test_pages import text_of
from tests.services.companies import make_company
from tests.services.test_markets import LOOSER, MOVED, PACK, calendar_file, go_back

from packtrail.console import build
from packtrail.services.accounts import accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services.conftest import World

    from packtrail.store.database import Database

KEY = "us_dscsa/small_dispenser_exemption_ends"
SAID = f"/comply/obligations/{KEY}"
PAGES = (
    "/comply",
    "/comply?view=month",
    "/comply?market=DE",
    "/comply?line=w1&view=month",
    "/comply?product=tarvoxil&site=wilson",
    "/comply?on=2028-08-01",
    "/comply/calendars",
    SAID,
    "/comply/markets",
    "/comply/markets?find=united",
    "/comply/markets/US",
    "/comply/markets/IT?on=2026-11-22&to=2027-01-01",
    "/comply/products/tarvoxil",
    "/comply/products/tarvoxil?market=US&on=2026-11-28",
    "/comply/time-machine",
    "/comply/time-machine?on=2026-11-28",
    "/comply/differences",
    "/comply/differences?market=US&from=2026-11-22&to=2026-11-28",
    "/comply/changes",
    "/comply/portfolio",
    *(f"/comply/portfolio?show={word}"
      for word in ("licences", "placements", "practices", "partners", "company")),
    "/comply/portfolio/history",
    "/comply/portfolio/import",
    "/comply/portfolio/product",
    "/comply/portfolio/product/tarvoxil",
    "/comply/portfolio/licence/tarvoxil/US",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(database: Database) -> Iterator[World]:
    made = make_company(database)
    made.clock.now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    go_back(made, PACK, (calendar_file(made), *MOVED[1:]), LOOSER)
    for name, role in (("law.admin", "administrator"), ("law.reader", "reader"),
                       ("law.affairs", "regulatory")):  # fmt: skip
        accounts.create_user(made.app, made.maker, name, role=role, password=PASSWORD)
    yield made
    made.app.workers.shutdown(wait=True)


@pytest.fixture
def anyone(world: World) -> Iterator[Desk]:
    with closing(TestClient(build(world.app), base_url=HOST)) as client:
        yield Desk(client)


@pytest.fixture
def office(anyone: Desk) -> Desk:
    """The browser of somebody in regulatory affairs."""
    return anyone.sign_in("law.affairs")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_room_is_there(office: Desk, path: str) -> None:
    answer = office.client.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    assert 'aria-label="Comply"' in answer.text
    assert "Undefined" not in answer.text
    ids = re.findall(r'\bid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    assert not re.search(r'\bstyle="|<script(?![^>]*\bsrc=)|\bonclick=', answer.text)


def test_the_radar_shows_the_last_exemption_of_the_united_states(office: Desk) -> None:
    page = text_of(office.client.get("/comply").text)

    # Accepted were rules in which the day lies a year later: that is what holds for the company.
    assert "27 Nov 2027" in page
    after = office.client.get("/comply/changes/us_dscsa").text
    assert "27 Nov 2026" in text_of(after)


def test_what_is_only_expected_looks_otherwise_than_law(office: Desk) -> None:
    markets = office.client.get("/comply/markets/LY").text
    line = office.client.get("/comply").text

    assert "Expected" in markets
    assert 'class="state doubt' in markets
    assert "t-full" in line
    assert 'class="timeline-svg"' in line


@pytest.mark.parametrize(
    "path",
    [
        *("/comply?on=soon", "/comply/markets?on=2026-13-01", "/comply?on=0001-01-01"),
        *(
            "/comply?until=9999-12-31",
            "/comply?on=9999-12-31",
            "/comply/readiness.pdf?on=0001-01-01",
        ),
    ],
)
def test_a_day_that_is_none_is_told(office: Desk, path: str) -> None:
    answer = office.client.get(path)

    assert answer.status_code == 422
    assert "2026-11-22" in answer.text


def test_every_market_has_a_page_with_sources(office: Desk) -> None:
    listed = set(re.findall(r'href="/comply/markets/([A-Z]{2})"',
                            office.client.get("/comply/markets").text))  # fmt: skip

    assert len(listed) == 94
    for code in sorted(listed):
        page = office.client.get(f"/comply/markets/{code}")
        assert page.status_code == 200
        assert 'id="sources"' in page.text, code
    assert office.client.get("/comply/markets/XX").status_code == 404


def test_the_map_has_a_tile_for_every_market(office: Desk) -> None:
    page = office.client.get("/comply/markets").text
    start = page.index("<svg", page.index('aria-label="Readiness on a map'))
    drawn = page[start : page.index("</svg>", start)]

    assert drawn.count("<a ") == 93  # All but the European Union, which is no country.
    assert 'role="img"' in drawn
    for code in ("US", "DE"):
        assert f'href="/comply/markets/{code}"' in drawn


def test_readiness_is_given_out_as_workbook_report_and_table(office: Desk) -> None:
    book = office.client.get("/comply/readiness.xlsx?on=2026-11-22").content
    report = office.client.get("/comply/readiness.pdf").content
    table = office.client.get("/comply/readiness.csv").text

    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    cells = {str(cell) for row in sheets.get_sheet_by_index(0).to_python() for cell in row}
    assert {"United States", "Germany"} <= cells
    assert report.startswith(b"%PDF-")
    assert "US" in table
    assert office.client.get("/comply/readiness.doc").status_code == 404


def test_a_product_says_where_it_may_be_sold_and_why(office: Desk) -> None:
    page = text_of(office.client.get("/comply/products/tarvoxil?on=2026-11-22").text)

    assert "Where it may be sold" in page
    assert "United States" in page
    assert "Germany" in page
    assert "Because" in page
    assert office.client.get("/comply/products/nothing").status_code == 404


def test_the_time_machine_says_what_breaks_and_since_which_change(office: Desk) -> None:
    page = text_of(office.client.get("/comply/time-machine?on=2027-11-28").text)

    assert "US-DSCSA-012" in page
    assert "tarvoxil" in page


def test_an_obligation_is_said_done_with_evidence(office: Desk) -> None:
    empty = office.post(SAID, SAID, state="done")
    done = office.post(SAID, SAID, state="done", evidence="Accepted by Harbor", owner="Trade")

    assert empty.status_code == 422
    assert "OBL-003" in empty.text
    assert done.status_code == 303
    page = text_of(office.client.get(SAID).text)
    assert "Accepted by Harbor" in page
    assert "Trade" in page


def test_a_calendar_address_is_shown_once(office: Desk) -> None:
    made = office.post("/comply/calendars", "/comply/calendars", name="Wall", market="US")

    assert made.status_code == 200
    (address,) = set(re.findall(r"http://[^<\"]+/api/v1/calendars/[^<\"]+\.ics", made.text))
    assert address not in office.client.get("/comply/calendars").text
    assert "BEGIN:VCALENDAR" in office.client.get("/comply/obligations.ics").text


def test_an_update_is_accepted_with_a_reason(world: World) -> None:
    with closing(TestClient(build(world.app), base_url=HOST)) as client:
        desk = Desk(client).sign_in("law.admin")
        waiting = desk.client.get("/comply/changes").text
        assert 'href="/comply/changes/us_dscsa"' in waiting
        where = "/comply/changes/us_dscsa"
        refused = desk.post("/comply/changes", where, pack="us_dscsa", reason=" ")
        assert refused.status_code == 422
        done = desk.post("/comply/changes", where, pack="us_dscsa", reason="Read by Ada")
        assert done.status_code == 303
        after = text_of(desk.client.get("/comply/changes").text)

    assert "Read by Ada" in after
    go_back(world, PACK, (calendar_file(world), *MOVED[1:]), LOOSER, version="old again")


def test_a_line_leads_to_what_it_must_do(anyone: Desk) -> None:
    page = anyone.sign_in("law.admin").client.get("/lines/floor").text

    assert 'href="/comply?line=w1"' in page


def test_the_home_page_says_what_waits(office: Desk) -> None:
    page = office.client.get("/").text

    assert "1 rule pack waits to be accepted" in page
    assert 'href="/comply/changes"' in page


def test_an_entry_is_written_changed_and_taken_out(office: Desk) -> None:
    form = "/comply/portfolio/partner"
    added = office.post(form, form, code="elm", name="Elm", markets="US; DE", roles="dispenser")
    where = added.headers["location"]
    assert office.client.get(where).status_code == 200

    stale = office.post(form, where, key="elm", revision="9999", code="elm", name="Elm Pharmacy",
                        markets="US", roles="dispenser", reason="New name")  # fmt: skip
    assert stale.status_code == 422

    gone = office.post(f"{form}/remove", where, key="elm", reason="Closed")
    assert gone.status_code == 303
    history = text_of(office.client.get("/comply/portfolio/history").text)
    assert "Closed" in history


def test_an_entry_with_a_mistake_keeps_what_was_typed(office: Desk) -> None:
    form = "/comply/portfolio/product"
    answer = office.post(form, form, code="dolex", name="Dolex", **{"class": "magic"})

    assert answer.status_code == 422
    assert 'value="Dolex"' in answer.text
    assert "magic" in text_of(answer.text)


def test_a_workbook_is_looked_at_first_and_then_taken_in(office: Desk) -> None:
    page = "/comply/portfolio/import"
    rows = "code,name,class,made_in\ndolex,Dolex,prescription,US\n"

    def send(do: str, content: str) -> str:
        return office.client.post(
            page,
            data={"csrf_token": office.token(page), "do": do, "what": "products", "reason": "new"},
            files={"file": ("products.csv", content, "text/csv")},
        ).text

    assert "nothing is changed yet" in send("preview", rows)
    assert office.client.get("/comply/products/dolex").status_code == 404
    assert "taken in" in send("import", rows)
    assert office.client.get("/comply/products/dolex").status_code == 200
    wrong = text_of(send("import", rows.replace("prescription", "magic")))
    assert "magic" in wrong
    exported = office.client.get("/comply/portfolio/files/products.csv").text
    assert "dolex" in exported


def test_a_reader_sees_and_changes_nothing(anyone: Desk) -> None:
    reader = anyone.sign_in("law.reader")

    assert reader.client.get("/comply").status_code == 200
    answer = reader.post("/comply/portfolio/partner", "/setup/account", code="x", name="X")
    assert answer.status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_sign_in(anyone: Desk) -> None:
    answer = anyone.client.get("/comply", follow_redirects=False)

    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["location"]
