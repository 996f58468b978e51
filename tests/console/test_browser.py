"""The console in a real browser: sign in, drop a file, watch it finish, find a pack."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from tests.services.supply.making import create_drawn_pool, create_pool

from packtrail.access import Actor
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.stations import add_station
from packtrail.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.store.database import Database

pytestmark = pytest.mark.browser

PACK_SCAN = "(01)00300010123455(21)11"
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "application/xml" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(
      new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
UNLABELLED = """() =>
  [...document.querySelectorAll("input:not([type=hidden]), select, button, a, summary")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .filter((e) => !(e.labels?.length || e.textContent.trim() || e.getAttribute("aria-label")))
  .map((e) => e.outerHTML.slice(0, 120))"""
SMALL = """() =>
  [...document.querySelectorAll("button, .button, .nav a, .tabs a, summary, select, input")]
  .filter((e) => !["hidden", "checkbox", "radio"].includes(e.type))
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .map((e) => [e.getBoundingClientRect(), e.outerHTML.slice(0, 80)])
  .filter(([box]) => box.height < 36 || box.width < 24).map(([, html]) => html)"""
RECORDED = re.compile("^Recorded")
TWICE = """() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at); }"""


@pytest.fixture(scope="module")
def application(database: Database) -> Iterator[Application]:
    """An application that records every document after its answer, as it does with large ones."""
    settings = Settings(capture_inline_bytes_max=0, master_key="A" * 43 + "=")
    app = Application(settings=settings, database=database, clock=lambda: datetime.now(UTC))
    organisations.create_organisation(app, Actor.system("tests"), "maker", name="The maker")
    head = organisations.system_actor(app, "tests", organisation="maker")
    accounts.create_user(app, head, "ada", role="administrator", display_name="Ada")
    create_pool(app, head, "packs", low_water=30**12, market="DE")
    create_drawn_pool(app, head, "line", parent="packs", low_water=5, top_up_to=50)
    allocate(app, head, "packs", 20, request_id="PO-1", party="line 4", purpose="lot A12")
    add_station(app, head, "line 4", "A" * 43 + "=")
    yield app
    app.workers.shutdown(wait=True)


@pytest.fixture
def person() -> str:
    return "ada"


def drop(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the page once its scripts run; before that a browser would open the file."""
    page.wait_for_load_state("load")
    page.evaluate(DROP, [name, content.decode()])


def test_from_a_dropped_file_to_the_journey_of_a_pack(
    open_page: Callable[..., Page], shipment: bytes
) -> None:
    page = open_page()
    expect(page.get_by_text("for maker")).to_be_visible()

    drop(page, "shipment.xml", shipment)
    page.wait_for_url("**/captures/*")
    expect(page.get_by_text(RECORDED)).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("8 events were recorded")

    page.get_by_label("Scan, paste or type anything").fill(PACK_SCAN)
    suggestion = page.get_by_role("region", name="What this can be").get_by_role("link").first
    expect(suggestion).to_contain_text("Pack")
    suggestion.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Epcistra")
    journey = page.get_by_role("img", name="Journey of Pack")
    expect(journey).to_be_visible()
    for word in ("Commissioned", "Packed", "Shipped", "On its way"):
        expect(journey.get_by_text(word, exact=True).first).to_be_visible()
    expect(page.locator("tr[id^=step-]")).to_have_count(4)


def test_the_omnibox_needs_no_mouse(open_page: Callable[..., Page], shipment: bytes) -> None:
    page = open_page()
    page.goto("/captures")
    drop(page, "again.xml", shipment)
    page.wait_for_url("**/captures/*")
    expect(page.get_by_text(RECORDED)).to_be_visible()

    page.goto("/audit")
    page.keyboard.press("/")
    expect(page.get_by_label("Scan, paste or type anything")).to_be_focused()
    page.keyboard.type(PACK_SCAN)
    links = page.get_by_role("region", name="What this can be").get_by_role("link")
    # While it is being typed, the beginning of a scan is an answer too: its product.
    expect(links.first).to_have_attribute("href", re.compile("/trace/"))
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/trace/*")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Scan, paste or type anything")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Scan, paste or type anything")).not_to_be_focused()


def test_everything_works_where_htmx_is_not_installed(
    open_page: Callable[..., Page], shipment: bytes
) -> None:
    page = open_page()
    page.route("**/static/vendor/**", lambda route: route.abort())
    page.goto("/captures")
    page.get_by_label("EPCIS files").set_input_files(
        {"name": "plain.xml", "mimeType": "application/xml", "buffer": shipment}
    )
    page.wait_for_url("**/captures/*")
    expect(page.get_by_text(RECORDED)).to_be_visible()

    page.get_by_label("Scan, paste or type anything").fill(PACK_SCAN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Epcistra")


def test_everything_works_without_any_script(
    open_page: Callable[..., Page], shipment: bytes
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/captures")
    page.get_by_label("EPCIS files").set_input_files(
        {"name": "no-script.xml", "mimeType": "application/xml", "buffer": shipment}
    )
    page.get_by_role("button", name="Capture").click()
    expect(page.get_by_text(RECORDED)).to_be_visible()

    page.get_by_label("Scan, paste or type anything").fill(PACK_SCAN)
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Epcistra")


def test_bars_show_where_one_is_however_narrow_the_screen(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto("/setup/archive")

    for name, bar in (("Setup", "Rooms"), ("Archive", "Setup")):
        link = page.get_by_role("navigation", name=bar).get_by_role("link", name=name)
        expect(link).to_have_attribute("aria-current", "page")
        expect(link).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [1360, 390], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/scan",
        "/captures",
        "/audit",
        "/setup",
        "/setup/users",
        "/setup/api-keys",
        "/setup/account",
        "/setup/operations",
        "/setup/operations/backups",
        "/setup/archive",
        "/setup/retention",
        "/products",
        "/locations",
        "/explain",
        "/serials",
        "/serials/new",
        "/serials/pools/maker/packs",
        "/serials/pools/maker/line",
        "/serials/allocation?pool=maker/packs&request=PO-1",
        "/serials/ledger",
        "/serials/look-up?text=AAAAAAAAAAAA&pool=maker/packs",
        "/serials/proof?all=1",
        "/serials/import",
        "/serials/blocks",
        "/serials/policies?market=DE",
        "/comply",
        "/comply/markets",
        "/comply/markets/IT",
        "/comply/portfolio/import",
        "/comply/portfolio/product",
    ],
)
def test_a_page_fits_and_is_fit_for_everybody(
    open_page: Callable[..., Page], path: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate(TWICE) == []
    assert page.evaluate(SMALL) == []
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    if path == "/scan":
        expect(page.get_by_label("Scan, paste or type anything")).to_be_focused()
        return
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_a_pallet_opens_in_place_by_keyboard_alone(
    open_page: Callable[..., Page], shipment: bytes
) -> None:
    page = open_page()
    page.goto("/captures")
    drop(page, "tree.xml", shipment)
    page.wait_for_url("**/captures/*")
    expect(page.get_by_text(RECORDED).first).to_be_visible()

    page.get_by_role("heading", name="Look at one of them").wait_for()
    page.locator(".found.padded a").first.click()
    page.get_by_role("link", name="Contents").click()
    grid = page.get_by_role("treegrid", name="What it holds")
    rows = grid.locator("tbody tr:visible")
    expect(rows).to_have_count(3)
    rows.first.focus()
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(7)
    expect(rows.first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    expect(rows.nth(1)).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowLeft")
    expect(rows.first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(3)
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(7)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Epcistra")
