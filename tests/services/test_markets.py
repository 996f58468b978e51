"""Markets for an organisation: accepted rules, updates, checks, time machine, readiness."""

from __future__ import annotations

import dataclasses
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.regulations.test_folders import OVERLAY, written
from tests.services.companies import US_ITEM, go_back, make_company, make_floor, put
from tests.services.conftest import World
from tests.services.plants import make_world
from tests.unit.compliance.packs import FILES

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.services import rule_packs
from packtrail.services.accounts import audit
from packtrail.services.markets import (
    accepting,
    checking,
    in_force,
    reading,
    ready,
    ready_files,
    travelling,
    updates,
)
from packtrail.services.markets.travelling import Narrowing
from packtrail.services.obligations import saying
from packtrail.services.obligations.saying import Saying
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.store.database import Database

PACK, KEY = "us_dscsa", "us_dscsa/small_dispenser_exemption_ends"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def company(database: Database) -> World:
    world = make_company(database)
    world.clock.now = NOW
    return world


MOVED = ("calendar/deadlines.yaml", "on: 2026-11-27", "on: 2027-11-27")
LOOSER = ("parameters/identifier.yaml", "value: [NDC]", "value: [NDC, NHRIC]")


def calendar_file(world: World) -> str:
    files = rule_packs.files_of(world.app.settings, [PACK])[PACK]
    return next(name for name, data in files.items() if b"small_dispenser_exemption_ends" in data)


@pytest.fixture
def behind(company: World) -> World:
    """A company that accepted rules in which the day lay a year later."""
    go_back(company, PACK, (calendar_file(company), *MOVED[1:]), LOOSER)
    return company


def test_an_organisation_without_a_portfolio_follows_what_is_installed(database: Database) -> None:
    world = make_world(database)

    assert in_force(world.app, world.maker) is rule_packs.catalogue(world.app.settings)
    assert accepting.acceptances(world.app, world.maker) == ()


def test_the_first_portfolio_takes_the_rules_that_are_installed_then(company: World) -> None:
    found = accepting.acceptances(company.app, company.maker, limit=500)

    assert len(found) == len(rule_packs.catalogue(company.app.settings).own)
    assert {each.reason for each in found} == {accepting.BASELINE}
    assert updates.updates(company.app, company.maker) == ()
    assert in_force(company.app, company.maker) is rule_packs.catalogue(company.app.settings)


def test_accepted_rules_hold_although_others_are_installed(behind: World) -> None:
    pack = in_force(behind.app, behind.maker).packs[PACK]

    assert pack.deadlines["small_dispenser_exemption_ends"].on == date(2027, 11, 27)
    assert pack.value("identifier.national_numbers", date(2026, 11, 22)) == ("NDC", "NHRIC")
    other = in_force(behind.app, behind.packer).packs[PACK]
    assert other.deadlines["small_dispenser_exemption_ends"].on == date(2026, 11, 27)


def test_an_update_tells_what_changes_and_what_it_touches(behind: World) -> None:
    app, maker = behind.app, behind.maker
    said = Saying(state="in_progress", evidence="Letter to Harbor of 3 May", owner="Trade")
    saying.say(app, maker, KEY, said)

    (row,) = updates.updates(app, maker)
    page = updates.update(app, maker, PACK)

    assert (row.pack_id, row.sort, row.is_sold_there) == (PACK, "changed", True)
    assert row.counts == {"deadline": 1, "parameter": 1}
    (parameter,) = (each.sentence for each in page.changes if each.what == "parameter")
    sure = "(known, high confidence, gs1us_r12)"
    assert parameter == (
        f"National numbers, any one of them: value is now NDC {sure}, was NDC, NHRIC {sure}."
    )
    (moved,) = page.moved
    assert (moved.key, moved.how) == (KEY, "moved")
    assert (moved.before_on, moved.after_on) == (date(2027, 11, 27), date(2026, 11, 27))
    assert moved.owners == ("Trade",)
    assert ("Letter to Harbor of 3 May", f"/comply/obligations/{KEY}") in {
        (each.what, each.link) for each in page.touched
    }
    assert (page.broken, page.mended, page.findings) == ((), (), ())


def test_what_would_newly_be_broken_is_told_by_product(company: World) -> None:
    go_back(company, PACK, ("parameters/label.yaml", "value: [01, 21, 17, 10]", "value: [01]"))
    weak = put(
        "practice", code="us-pack", name="US packs", subjects=[{"label": {"carries": ["01"]}}]
    )
    PORTFOLIO.change(company.app, company.maker, [weak], reason="As it is")

    page = updates.update(company.app, company.maker, PACK)

    assert [(each.product, each.result.code) for each in page.broken] == [
        ("tarvoxil", "US-DSCSA-001")
    ]


def test_accepting_needs_a_reason_and_holds_from_then_on(behind: World) -> None:
    app, maker = behind.app, behind.maker
    with pytest.raises(RefusedError) as refused:
        accepting.accept(app, maker, [PACK], reason=" ")
    assert [each.code for each in refused.value.findings] == ["PTF-009"]

    changed = accepting.accept(app, maker, [PACK], reason="Read by regulatory affairs")

    assert changed == (PACK,)
    assert updates.updates(app, maker) == ()
    assert in_force(app, maker) is rule_packs.catalogue(app.settings)
    (newest, *_) = accepting.acceptances(app, maker, pack_id=PACK)
    assert (newest.reason, newest.by) == ("Read by regulatory affairs", maker.name)
    (row, *_) = audit.entries(app, maker, limit=1)
    assert (row.action, row.subject) == ("law:rule_pack:accepted", PACK)
    assert accepting.accept(app, maker, [], reason="again") == ()


def test_all_that_waits_can_be_accepted_at_once(company: World) -> None:
    go_back(company, PACK, (calendar_file(company), *MOVED[1:]))
    go_back(company, "tr_its", ("pack.toml", "[overview]", "# older\n[overview]"))

    assert accepting.accept(company.app, company.maker, [], reason="Release 2") == (
        "tr_its", PACK,
    )  # fmt: skip


def test_rules_that_do_not_fit_together_can_still_be_replaced(company: World) -> None:
    app, maker = company.app, company.maker
    go_back(company, "eu_fmd", ("pack.toml", 'id = "eu_fmd"', 'id = "eu_fmd_old"'))

    with pytest.raises(RefusedError) as refused:
        in_force(app, maker)
    assert {each.code for each in refused.value.findings} == {"LAW-006"}

    assert [each.pack_id for each in updates.updates(app, maker)] == ["eu_fmd"]
    page = updates.update(app, maker, "eu_fmd")
    assert {each.code for each in page.findings} == {"LAW-006"}
    accepting.accept(app, maker, ["eu_fmd"], reason="Back to the installed one")
    assert in_force(app, maker) is rule_packs.catalogue(app.settings)


def test_a_pack_of_one_s_own_waits_and_says_what_it_brings(company: World, tmp_path: Path) -> None:
    written(tmp_path / "acme_eu", OVERLAY)
    settings = dataclasses.replace(company.app.settings, market_packs=(str(tmp_path),))
    app = dataclasses.replace(company.app, settings=settings)

    (row,) = updates.updates(app, company.maker)
    page = updates.update(app, company.maker, "acme_eu")

    assert (row.pack_id, row.sort, row.is_sold_there) == ("acme_eu", "new", True)
    assert {"DE", "IT"} <= set(row.markets)
    assert {(each.how, each.name) for each in page.changes} == {
        ("added", "sop_17"),
        ("added", "ACME-001"),
        ("removed", "EU-FMD-003"),
        ("added", "carrier.print_grade_min"),
    }
    accepting.accept(app, company.maker, ["acme_eu"], reason="Procedure 17")
    assert "ACME-001" in accepting.in_force(app, company.maker).pack_of("DE").rules
    assert updates.updates(app, company.maker) == ()


def test_a_market_that_waits_is_told_to_wait(company: World, tmp_path: Path) -> None:
    folder = tmp_path / "ao_demo"
    written(folder, FILES)
    settings = dataclasses.replace(company.app.settings, market_packs=(str(tmp_path),))
    app = dataclasses.replace(company.app, settings=settings)
    (market,) = updates.updates(app, company.maker)[0].markets

    with pytest.raises(NotFound, match="nobody has accepted them yet"):
        reading.market(app, company.maker, market)
    accepting.accept(app, company.maker, [updates.updates(app, company.maker)[0].pack_id],
                     reason="Read")  # fmt: skip
    assert reading.market(app, company.maker, market).rules


def test_an_unknown_pack_cannot_be_accepted(company: World) -> None:
    with pytest.raises(NotFound):
        accepting.accept(company.app, company.maker, ["xx_none"], reason="x")
    with pytest.raises(NotFound):
        updates.update(company.app, company.maker, PACK)


def test_only_who_may_accepts(behind: World) -> None:
    operator = behind.maker.with_permissions(ROLES[RoleName.OPERATOR])
    quality = behind.maker.with_permissions(ROLES[RoleName.QUALITY])

    with pytest.raises(NotPermitted):
        accepting.accept(behind.app, operator, [PACK], reason="x")
    assert accepting.accept(behind.app, quality, [PACK], reason="x") == (PACK,)


def test_a_version_that_is_lost_is_told_and_not_replaced_in_silence(behind: World) -> None:
    with behind.app.database.transaction() as conn:
        conn.execute("delete from rule_pack_version where version = 'old'")
    behind.app.remembered.put(f"rules {behind.maker.organisation_id}", None, None)

    with pytest.raises(RefusedError) as refused:
        in_force(behind.app, behind.maker)

    assert [each.code for each in refused.value.findings] == ["LAW-017"]
    accepting.accept(behind.app, behind.maker, [PACK], reason="The old one is lost")
    assert in_force(behind.app, behind.maker)


def test_a_product_is_checked_by_code_or_gtin(company: World) -> None:
    by_code = checking.check(company.app, company.maker, "tarvoxil", "US")
    by_gtin = checking.check(company.app, company.maker, US_ITEM[1:], "US")

    assert by_code == by_gtin
    assert by_code.on == date(2026, 11, 22)
    assert (by_code.verdict, by_code.pack_id) == ("may_not", PACK)
    assert by_code.sentence.startswith("It may not be sold in United States as it is: ")
    assert [step.on for step in by_code.steps] == [date(2026, 11, 28), date(2033, 3, 7)]
    assert [each.code for each in by_code.steps[0].needs] == ["US-DSCSA-012"]


def test_what_is_not_known_is_not_fine(company: World) -> None:
    seen = checking.check(company.app, company.maker, "tarvoxil", "DE", on=date(2026, 11, 22))

    assert seen.verdict == "unknown"
    assert "cannot be told" in seen.sentence
    assert seen.counts["passed"] == 0


def test_a_product_shows_every_market_it_has_a_licence_for(company: World) -> None:
    seen = checking.product(company.app, company.maker, "tarvoxil")

    assert [(each.market, each.is_sold) for each in seen.markets] == [("DE", True), ("US", True)]
    assert (seen.name, seen.made_in) == ("Tarvoxil", "US")


def test_facts_are_told_with_who_says_them(company: World) -> None:
    found = {
        (each.subject, each.name): (each.value, each.said_by)
        for each in checking.facts(company.app, company.maker, "tarvoxil", "US")
    }

    assert found["trade_item", "gtin"] == (US_ITEM, "trade item tarvoxil-us")
    assert found["label", "carries"] == ("01, 10, 17, 21", "practice us-pack")


def test_what_there_is_not_is_not_found(company: World) -> None:
    for product, market in (("nothing", "US"), ("tarvoxil", "FR"), ("123", "US")):
        with pytest.raises(NotFound):
            checking.check(company.app, company.maker, product, market)
        with pytest.raises(NotFound):
            checking.facts(company.app, company.maker, product, market)
    with pytest.raises(NotFound):
        checking.product(company.app, company.packer, "tarvoxil")


def test_the_time_machine_groups_what_breaks_by_its_cause(company: World) -> None:
    seen = travelling.machine(company.app, company.maker, on=date(2026, 11, 28))

    (new,) = seen.new
    assert (new.code, new.market, new.products, new.lines, new.sites, new.partners) == (
        "US-DSCSA-012", "US", ("tarvoxil",), ("w1",), ("wilson",), ("Harbor",),
    )  # fmt: skip
    assert new.cause.startswith("Since 2026-11-28 an exemption no longer holds")
    assert seen.touched == {
        "products": ("tarvoxil",), "markets": ("US",), "lines": ("w1",), "sites": ("wilson",),
        "partners": ("Harbor",),
    }  # fmt: skip
    assert [each.name for each in seen.changes["United States (US)"]] == [
        "small_dispensers", "partners_of_small_dispensers",
    ]  # fmt: skip
    assert {each.pack_id for each in seen.packs} == {PACK, "eu_fmd"}


def test_the_time_machine_can_look_at_a_part(company: World) -> None:
    def broken(**only: str) -> int:
        narrow = Narrowing(**only)
        return len(
            travelling.machine(company.app, company.maker, on=date(2026, 11, 28), only=narrow).new
        )

    assert (broken(line="w1"), broken(market="US"), broken(site="wilson")) == (1, 1, 1)
    assert (broken(line="w2"), broken(market="DE"), broken(product="none")) == (0, 0, 0)


def test_nobody_knows_the_law_of_the_next_century(company: World) -> None:
    with pytest.raises(RefusedError, match="more than 50 years"):
        travelling.machine(company.app, company.maker, on=date(2126, 1, 1))


def test_readiness_is_given_out_as_a_workbook_and_a_report(company: World) -> None:
    seen = ready.readiness(company.app, company.maker)
    assert {each.market: each.verdict for each in seen.rows} == {
        "DE": "unknown", "US": "at_risk",
    }  # fmt: skip

    book = CalamineWorkbook.from_filelike(
        io.BytesIO(ready_files.workbook(company.app, company.maker))
    )
    assert book.sheet_names == ["Markets", "Obligations", "Parts", "About this file"]
    markets = book.get_sheet_by_name("Markets").to_python()
    assert [row[:3] for row in markets[1:]] == [
        ["DE", "Germany", "Cannot be told"], ["US", "United States", "At risk"],
    ]  # fmt: skip
    assert ready_files.pdf(company.app, company.maker).startswith(b"%PDF-")
    assert b"US,United States,At risk" in ready_files.csv(company.app, company.maker)


def test_a_company_that_sells_nothing_is_ready_for_nothing(database: Database) -> None:
    world = make_world(database)
    make_floor(world)

    assert ready.readiness(world.app, world.maker).rows == ()
    seen = travelling.machine(world.app, world.maker, on=date(2030, 1, 1))
    assert (seen.new, seen.met_count) == ((), 0)
