"""Somebody without an account, in a real browser: it says where forms come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from packtrail.access import Actor
from packtrail.planning.book import Terms
from packtrail.planning.communication import Notice
from packtrail.planning.templates import Department
from packtrail.planning.training import Person
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.mail import addresses, private_links
from packtrail.services.mail.kinds import Kind
from packtrail.services.mail.private_links import Purpose
from packtrail.services.plan import books, links, programmes
from packtrail.services.plan.links import NewLink
from packtrail.services.plan.writing import Put, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ADDRESS = "kim@maker.example"


@pytest.fixture(scope="module")
def maker(application: Application) -> Actor:
    actor = organisations.system_actor(application, "tests", organisation="maker")
    programmes.create_programme(
        application, actor, "out", name="Programme", terms=Terms(template="small")
    )
    notice = Notice(
        code="N-1", title="Read this", text="It is so.", departments=(Department.QUALITY,),
        published_on=application.clock().date(),
    )  # fmt: skip
    park = Person(code="park", name="J. Park", department=Department.QUALITY)
    write(application, actor, "out", [Put(notice), Put(park)])
    return actor


@pytest.fixture
def stranger(browser: Browser, site: str) -> Iterator[Page]:
    """A page of a telephone that has never been here."""
    context = browser.new_context(base_url=site, viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def link(application: Application, purpose: Purpose, subject: str) -> str:
    with application.database.reading() as conn:
        return private_links.path(conn, purpose, subject)


def test_the_form_of_a_link_is_sent(application: Application, maker: Actor, stranger: Page) -> None:
    stranger.goto(links.create(application, maker, "out", NewLink(name="Packers")).path)
    stranger.get_by_label("In a line").fill("The camera misses codes")
    stranger.get_by_label("Your name").fill("Kim")
    stranger.get_by_role("button", name="Send it").click()

    expect(stranger.get_by_text("We have it.")).to_be_visible()
    told = books.opened(application, maker, "out").book.inputs
    assert [each.title for each in told.values()] == ["The camera misses codes"]


def test_a_receipt_is_given(application: Application, maker: Actor, stranger: Page) -> None:
    with application.database.reading() as conn:
        number = books.visible(conn, maker, "out").programme_id
    stranger.goto(link(application, Purpose.RECEIPT, f"{number} N-1 park"))
    stranger.get_by_role("button", name="I have read it").click()

    expect(stranger.get_by_text("You have read it.")).to_be_visible()


def test_an_address_is_confirmed_and_mails_are_refused_and_taken_back(
    application: Application, maker: Actor, stranger: Page
) -> None:
    with application.database.transaction() as conn:
        addresses.ask_in(application, conn, maker, ADDRESS, at=application.clock())
    stranger.goto(link(application, Purpose.CONFIRM, f"{maker.organisation_id} 1 {ADDRESS}"))
    stranger.get_by_role("button", name="It is mine").click()
    expect(stranger.get_by_text("Your address is confirmed")).to_be_visible()

    stranger.get_by_role("link", name="choose now").click()
    stranger.get_by_role("button", name="No more digests").click()
    expect(stranger.get_by_text("It is kept.")).to_be_visible()
    digests = stranger.get_by_label("Digests of programmes")
    expect(digests).not_to_be_checked()
    digests.check()
    stranger.get_by_role("button", name="Keep").click()
    expect(stranger.get_by_label("Digests of programmes")).to_be_checked()
    assert Kind.DIGEST.value not in refused(application, maker)


def refused(application: Application, maker: Actor) -> list[str]:
    with application.database.reading() as conn:
        told = addresses.several(conn, maker.organisation_id, [ADDRESS])[ADDRESS]
    return [each.kind for each in told.refuses]
