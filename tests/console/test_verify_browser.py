"""Verify and dispense in a real browser: a scanner types, a camera sees, a network goes away."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.console.conftest import FLAGS
from tests.services.documents import LOT, PRODUCT, commissioning, document, pack

from packtrail.access import Actor
from packtrail.gs1.keyboards import GERMAN
from packtrail.rendering.symbols import draw
from packtrail.services.accounts import organisations
from packtrail.services.capture import capture
from packtrail.services.verification import pack_operations, verifications

if TYPE_CHECKING:
    from pathlib import Path

    from packtrail.services.application import Application

pytestmark = pytest.mark.browser

GTIN, GS, SHOP = "00300010123455", "\x1d", "0300013333332"
SEEN = ("ZA1", "ZA2", "ZA3", "ZA4", "ZA5")
DISPENSED = ("ZB1", "ZB2", "ZB3", "ZB4", "ZB5", "ZB6")
"""Each test dispenses packs of its own: tests run in any order."""
GERMAN_KEYS = {ord(pressed): chr(arrived) for arrived, pressed in GERMAN.items()}
WIDTH, HEIGHT, FRAMES = 640, 480, 2
Opener = "Callable[..., Page]"


def scan(serial: str) -> str:
    return f"01{GTIN}21{serial}{GS}17281231{GS}10{LOT}"


@pytest.fixture
def maker(application: Application) -> Actor:
    """The maker, who has made the packs of these tests."""
    head = organisations.system_actor(application, "tests", organisation="maker")
    content = document(
        commissioning(41, [pack(each) for each in (*SEEN, *DISPENSED)]), vocabularies=[PRODUCT]
    )
    job = capture.submit(application, head, content, media_type="application/json")
    assert job.success, job.findings
    return head


def wedge(page: Page, text: str, *, loses_separator: bool = False) -> None:
    """Press the keys that a scanner presses: Ctrl+] for a separator, and Enter at the end."""
    page.get_by_label("Scan", exact=False).and_(page.locator("[data-wedge]")).focus()
    for part in re.split(f"({GS})", text):
        if part != GS:
            page.keyboard.type(part)
        elif not loses_separator:
            page.keyboard.press("Control+]")
    page.keyboard.press("Enter")


def test_a_scanner_types_and_the_verdict_is_shown_and_announced(
    open_page: Opener, maker: Actor, application: Application
) -> None:
    page = open_page()
    page.goto("/scan/verify")
    answer = page.locator("#answer")
    expect(answer).to_have_attribute("aria-live", "assertive")

    wedge(page, scan("ZA1"))
    expect(answer.locator(".verdict-word")).to_have_text("Genuine and saleable")
    expect(answer.get_by_text("VER-003")).to_have_count(0)
    box = page.locator("[data-wedge]")
    expect(box).to_have_value("")
    expect(box).to_be_focused()

    wedge(page, scan("ZA1"), loses_separator=True)
    expect(answer.get_by_text("VER-003")).to_be_visible()
    expect(answer.locator(".verdict-word")).to_have_text("Genuine and saleable")

    wedge(page, scan("ZA1").translate(GERMAN_KEYS), loses_separator=True)
    expect(answer.get_by_text("German keyboard layout").first).to_be_visible()
    expect(answer.locator(".verdict-word")).to_have_text("Genuine and saleable")

    wedge(page, scan("NEVER"))
    expect(answer.locator(".verdict-word")).to_have_text("Unknown")
    expect(answer.locator(".verdict-step")).to_contain_text("ask its maker")
    expect(answer.get_by_role("heading", name="Your last scans")).to_be_visible()
    expect(answer.locator("table tbody tr").first).to_contain_text("NEVER")
    kept = verifications.history(application, maker, limit=4)
    assert [each.serial for each in kept] == ["NEVER", "ZA1", "ZA1", "ZA1"]


def test_scans_faster_than_their_answers_are_all_answered_in_order(
    open_page: Opener, maker: Actor, application: Application
) -> None:
    page = open_page()
    page.goto("/scan/verify")
    for serial in SEEN:
        wedge(page, scan(serial))
    expect(page.locator("#answer")).to_contain_text("ZA5")
    expect(page.locator("#answer .verdict-word")).to_have_text("Genuine and saleable")

    kept = verifications.history(application, maker, limit=len(SEEN))
    assert [each.serial for each in kept] == list(reversed(SEEN))


def test_no_verdict_of_before_stays_where_the_network_is_gone(
    open_page: Opener, maker: Actor
) -> None:
    page = open_page()
    page.goto("/scan/verify")
    wedge(page, scan("ZA1"))
    expect(page.locator("#answer .verdict-word")).to_have_text("Genuine and saleable")

    page.context.set_offline(True)
    wedge(page, scan("ZA2"))
    expect(page.locator("#answer .verdict-word")).to_have_text("Not verified")
    expect(page.locator("#answer")).to_contain_text("ZA2")
    page.context.set_offline(False)
    wedge(page, scan("ZA2"))
    expect(page.locator("#answer .verdict-word")).to_have_text("Genuine and saleable")


def test_what_is_dispensed_without_a_network_is_posted_later_in_its_order(
    open_page: Opener, maker: Actor, application: Application
) -> None:
    page = open_page()
    page.goto("/scan/operations")
    page.get_by_label("At these premises").fill(SHOP)
    page.get_by_label("Market whose law counts").fill("DE")
    wedge(page, scan("ZB1"))
    expect(page.locator("#answer .verdict-word")).to_have_text("Done")

    page.context.set_offline(True)
    waiting = page.locator("[data-waiting]")
    for number, serial in enumerate(("ZB2", "ZB3", "ZB2"), start=1):
        wedge(page, scan(serial))
        expect(waiting.get_by_role("listitem")).to_have_count(number)
    expect(page.locator("#answer .verdict-word")).to_have_text("Kept, not verified")
    expect(waiting.get_by_role("heading")).to_have_text("3 operations wait to be posted")
    before = pack_operations.listed(application, maker)
    with page.expect_download() as saving:
        waiting.get_by_role("button", name="Save as a file").click()
    lines = saving.value.path().read_bytes().splitlines()

    page.context.set_offline(False)
    expect(waiting).to_be_hidden()
    expect(page.locator("#answer")).to_contain_text("3 operations posted")
    expect(page.locator("#answer")).to_contain_text("Already inactive")
    done = pack_operations.listed(application, maker)
    own = {"ZB1", "ZB2", "ZB3"}
    assert [each.serial for each in before if each.serial in own] == ["ZB1"]
    assert len(lines) == 3
    assert [(each.serial, each.outcome) for each in done if each.serial in own] == [
        ("ZB2", "already_inactive"), ("ZB3", "done"), ("ZB2", "done"), ("ZB1", "done"),
    ]  # fmt: skip


def test_what_waits_outlives_the_page_and_a_lost_answer_is_done_once(
    open_page: Opener, maker: Actor, application: Application
) -> None:
    page = open_page()
    page.goto("/scan/operations")
    page.get_by_label("At these premises").fill(SHOP)
    # The server does it, and its answer never arrives.
    page.route("**/scan/operations", lambda route: (route.fetch(), route.abort())[1])
    wedge(page, scan("ZB4"))
    expect(page.locator("[data-waiting]").get_by_role("listitem")).to_have_count(1)
    first = pack_operations.listed(application, maker, serial="ZB4", gtin=GTIN)
    page.unroute("**/scan/operations")

    again = page.context.new_page()
    page.close()
    again.goto("/scan/operations")
    expect(again.locator("#answer .verdict-word")).to_have_text("Done")
    expect(again.locator("[data-waiting]")).to_be_hidden()
    kept = pack_operations.listed(application, maker, serial="ZB4", gtin=GTIN)
    assert [each.outcome for each in first] == ["done"]
    assert [each.operation_id for each in kept] == [each.operation_id for each in first]


def test_what_is_refused_is_named_and_the_rest_is_posted(
    open_page: Opener, maker: Actor, application: Application
) -> None:
    page = open_page()
    page.goto("/scan/operations")
    page.context.set_offline(True)
    waiting = page.locator("[data-waiting]")
    for number, (place, serial) in enumerate((("4711", "ZB5"), (SHOP, "ZB6")), start=1):
        page.get_by_label("At these premises").fill(place)
        wedge(page, scan(serial))
        expect(waiting.get_by_role("listitem")).to_have_count(number)
    page.context.set_offline(False)

    expect(waiting.get_by_role("listitem")).to_have_count(1)
    expect(waiting.get_by_role("listitem")).to_contain_text("Refused: ")
    expect(waiting.get_by_role("heading")).to_have_text("Nothing waits to be posted")
    assert pack_operations.listed(application, maker, serial="ZB5", gtin=GTIN) == ()
    assert len(pack_operations.listed(application, maker, serial="ZB6", gtin=GTIN)) == 1
    waiting.get_by_role("button", name="Seen, take it off").click()
    expect(waiting).to_be_hidden()


def film(symbol: str) -> bytes:
    """Return a film of a symbol, as Chromium's fake camera plays it (YUV4MPEG2)."""
    modules = np.pad(draw(symbol).modules, 4, constant_values=255)
    scale = 300 // len(modules)
    drawn = modules.repeat(scale, axis=0).repeat(scale, axis=1)
    grey = np.full((HEIGHT, WIDTH), 200, np.uint8)
    top, left = (HEIGHT - drawn.shape[0]) // 2, (WIDTH - drawn.shape[1]) // 2
    grey[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    frame = b"FRAME\n" + grey.tobytes() + b"\x80" * (WIDTH * HEIGHT // 2)
    return f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + frame * FRAMES


def test_the_camera_sees_a_pack_and_its_verdict_is_shown(
    open_page: Opener, maker: Actor, browser, site: str, tmp_path: Path
) -> None:
    recorded = tmp_path / "pack.y4m"
    recorded.write_bytes(film(f"(01){GTIN}(21)ZA1(17)281231(10){LOT}"))
    signed_in = open_page().context.storage_state()
    camera = browser.browser_type.launch(
        executable_path=os.environ.get("PACKTRAIL_TEST_CHROMIUM") or "/usr/bin/chromium",
        args=[
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={recorded}",
        ],
    )
    page = camera.new_context(base_url=site, storage_state=signed_in, permissions=["camera"])
    page = page.new_page()
    page.goto("/scan/verify")
    page.get_by_role("button", name="Use the camera").click()

    expect(page.locator("#answer .verdict")).to_contain_text("ZA1")
    expect(page.get_by_role("button", name="Use the camera")).to_be_visible()
    expect(page.locator("[data-frame]")).to_be_hidden()
    camera.close()
