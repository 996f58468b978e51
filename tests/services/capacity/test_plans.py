"""Capacity over the real services and PostgreSQL: forecasts, scenarios, results, runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.services.conftest import World
from tests.services.documents import commissioning, document, pack

from packtrail.access import ROLES, Actor, Permission, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.compliance.book import Licence, Placement, Product
from packtrail.compliance.words import ProductClass
from packtrail.planning.capacity.estimating import Basis
from packtrail.planning.capacity.forecasts import ForecastRow, Sums
from packtrail.planning.capacity.scenarios import Assumption, Scenario
from packtrail.planning.technology.inventory import Kind as TechnologyKind
from packtrail.production.levels import Level, Tier
from packtrail.services.accounts import audit
from packtrail.services.books.entries import Put
from packtrail.services.capacity import forecasts, runs, scenarios
from packtrail.services.capacity.grounds import grounds
from packtrail.services.capture import capture
from packtrail.services.lines import floor
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.technology.entries import TECHNOLOGY

GTIN = "04012345111118"
FORECAST = "product,market,month,packs\n" + "".join(
    f"{product},{market},2027-{month:02d}-01,{packs}\n"
    for month in range(1, 13)
    for product, market, packs in ((GTIN, "DE", 90_000), ("drops", "US", 30_000))
)


@pytest.fixture
def maker(world: World) -> Actor:
    forecasts.import_forecast(world.app, world.maker, FORECAST.encode(), "plan.csv")
    return world.maker


def reader(actor: Actor) -> Actor:
    return replace(actor, permissions=ROLES[RoleName.READER])


def assumed(key: str, *values: float, source: str = "list of lines") -> Assumption:
    low, likely, high = values if len(values) == 3 else values * 3
    return Assumption(
        key=key, low=low, likely=likely, high=high, basis=Basis.FACT, source=source,
        noted_on=date(2026, 11, 28), noted_by="J. Park",
    )  # fmt: skip


def value(world: World, actor: Actor, key: str, scenario: str = "") -> tuple[float, Basis, str]:
    figure = runs.opened(world.app, actor, scenario=scenario).column.estimate[key]
    return figure.likely, figure.basis, figure.source


def describe_goods(world: World) -> None:
    """Give the maker a site, two lines, two trade items, licences and placements."""
    app, maker = world.app, world.maker
    floor.create_site(app, maker, "cork", name="Cork", country="IE", time_zone="Europe/Dublin")
    for code, speed in (("c1", 100), ("c2", 300)):
        new = floor.NewLine(code=code, name=code, site="cork", levels=(Level.PACK,),
                            speed_packs_per_minute=speed)  # fmt: skip
        floor.create_line(app, maker, new)
    for code, gtin, case, pallet in (
        ("item-1", GTIN, 50, 40), ("item-2", "04012345222227", 10, 20)
    ):  # fmt: skip
        tiers = (
            Tier(level=Level.PACK, gtin=gtin, prefix="4012345"),
            Tier(level=Level.CASE, holds=case, prefix="4012345"),
            Tier(level=Level.PALLET, holds=pallet, prefix="4012345"),
        )
        new_item = floor.NewTradeItem(code=code, name=code, market="DE", tiers=tiers)
        floor.create_trade_item(app, maker, new_item)
    told = [
        Product(code="tablets", name="Tablets", product_class=ProductClass.PRESCRIPTION),
        Product(code="drops", name="Drops", product_class=ProductClass.PRESCRIPTION),
        Licence(product="tablets", market="DE", trade_item="item-1"),
        Licence(product="drops", market="US", trade_item="item-2"),
        Placement(product="tablets", market="DE", line="c1"),
        Placement(product="drops", market="US", line="c2"),
    ]
    PORTFOLIO.change(app, maker, [Put(each) for each in told], reason="Begin")


def test_a_forecast_is_added_up_by_month_and_market(world: World, maker: Actor) -> None:
    seen = forecasts.forecast(world.app, maker)

    assert (seen.forecast.number, seen.forecast.name, seen.forecast.row_count) == (
        1,
        "plan.csv",
        24,
    )
    assert [each.packs for each in seen.months] == [120_000] * 12
    assert [(each.market, each.packs, each.retention_years) for each in seen.markets] == [
        ("DE", 1_080_000, 5.0),
        ("US", 360_000, 6.0),
    ]


def test_a_forecast_is_read_back_as_the_sums_of_its_rows(world: World) -> None:
    pairs = (("drops", "DE"), ("drops", "TR"), ("gel", "US"))
    rows = [
        ForecastRow(product=product, market=market, month=date(2027 + at // 12, at % 12 + 1, 1),
                    packs=float(at * number))
        for at in range(15)
        for number, (product, market) in enumerate(pairs)
        if (at + number) % 4 or at > 11
    ]  # fmt: skip
    late = ForecastRow(product="new", market="US", month=date(2028, 2, 1), packs=5.0)
    content = "product,market,month,packs\n" + "".join(
        f"{row.product},{row.market},{row.month},{row.packs:g}\n" for row in (late, *rows)
    )
    forecasts.import_forecast(world.app, world.maker, content.encode(), "ragged.csv")

    with world.app.database.reading() as conn:
        assert grounds(world.app, conn, world.maker).sums == Sums.of((late, *rows))


def test_records_of_packs_that_expire_late_are_kept_a_year_beyond_their_expiry(
    world: World, maker: Actor
) -> None:
    made = commissioning(1, [pack(1)])
    made["ilmd"]["cbvmda:itemExpirationDate"] = "2036-05-31"
    capture.submit(world.app, maker, document(made), media_type="application/json")

    seen = forecasts.forecast(world.app, maker)

    today = world.app.clock().date()
    (years,) = [each.retention_years for each in seen.markets if each.market == "DE"]
    assert years == pytest.approx((date(2037, 5, 31) - today).days / 365.25, abs=0.06)


def test_rows_of_one_product_market_and_month_add_up_with_a_warning(world: World) -> None:
    twice = f"product,market,month,packs\n{GTIN},DE,2027-01-05,10\n{GTIN},DE,2027-01-20,5\n"
    made = forecasts.import_forecast(world.app, world.maker, twice.encode(), "t.csv")

    assert [each.code for each in made.findings] == ["CPA-006"]
    assert [row.packs for row in forecasts.rows_of(world.app, world.maker)] == [15]


def test_a_trial_keeps_nothing_and_a_bad_row_refuses_all(world: World) -> None:
    app, maker = world.app, world.maker
    made = forecasts.import_forecast(app, maker, FORECAST.encode(), "t.csv", is_trial=True)
    bad = FORECAST.replace("2027-02-01,90000", "soon,90000", 1)
    with pytest.raises(RefusedError) as refused:
        forecasts.import_forecast(app, maker, bad.encode(), "t.csv")

    assert (made.forecast, made.row_count) == (None, 24)
    assert refused.value.findings[0].at == "C4"
    assert forecasts.all_forecasts(app, maker) == ()


def test_forecasts_scenarios_and_runs_are_nobody_elses_affair(world: World, maker: Actor) -> None:
    runs.keep_run(world.app, maker, name="Budget")
    scenarios.put_scenario(world.app, maker, Scenario(code="today", name="Today"))
    stranger = world.wholesaler

    assert forecasts.all_forecasts(world.app, stranger) == ()
    assert scenarios.scenarios(world.app, stranger) == ()
    assert runs.runs(world.app, stranger) == ()
    with pytest.raises(NotFound):
        runs.run(world.app, stranger, 1)
    with pytest.raises(NotFound):
        runs.results(world.app, stranger)


def test_who_may_only_read_changes_nothing(world: World, maker: Actor) -> None:
    app, guest = world.app, reader(maker)
    for change in (
        lambda: forecasts.import_forecast(app, guest, FORECAST.encode(), "t.csv"),
        lambda: scenarios.put_scenario(app, guest, Scenario(code="a", name="A")),
        lambda: scenarios.assume(app, guest, "a", assumed("lines", 8)),
        lambda: scenarios.remove_scenario(app, guest, "a"),
        lambda: runs.keep_run(app, guest, name="x"),
    ):
        with pytest.raises(NotPermitted):
            change()
    assert runs.results(app, guest).columns[0].scenario == "model"


def test_inputs_come_from_trade_items_lines_and_rules(world: World, maker: Actor) -> None:
    describe_goods(world)
    opened = runs.opened(world.app, maker)
    told = opened.column.estimate

    # 1,080,000 packs in cases of 50 and 360,000 in cases of 10 make 57,600 cases.
    assert told["packs_per_case"].likely == 25
    assert told["cases"].likely == pytest.approx(57_600)
    assert (told["packs_per_case"].low, told["packs_per_case"].high) == (10, 50)
    # 21,600 cases on pallets of 40, 36,000 on pallets of 20.
    assert told["pallets"].likely == pytest.approx(540 + 1_800)
    assert told["retention_years"].likely == pytest.approx(5.25)
    assert told["lines"].likely == 2
    assert told["lines"].source == "2 lines at 1 site described here"
    # As long as 1,080,000 packs at 100 a minute and 360,000 at 300.
    assert told["line_speed"].likely == pytest.approx(1_440_000 / (10_800 + 1_200))
    assert {told[key].basis for key in ("packs_per_case", "lines", "retention_years")} == {
        Basis.FACT
    }
    assert [(each.line.code, each.packs_year) for each in opened.lines] == [
        ("c1", 1_080_000),
        ("c2", 360_000),
    ]


def test_lines_are_as_fast_as_they_were_measured_then_as_their_slowest_equipment(
    world: World, maker: Actor
) -> None:
    describe_goods(world)
    camera = {
        "code": "c2-camera", "name": "Camera 2", "role": "camera", "site": "cork", "lines": ["c2"],
        "packs_per_minute": "240", "zone": "Cell", "owner": "S. Byrne",
    }  # fmt: skip
    run = {
        "code": "c1-run", "line": "c1", "what": "packs_per_minute", "value": "90",
        "measured_on": "2026-10-08", "source": "Performance run, 6 hours",
    }  # fmt: skip
    puts = [
        Put(TECHNOLOGY.read(TechnologyKind.SYSTEM, camera)),
        Put(TECHNOLOGY.read(TechnologyKind.MEASUREMENT, run)),
    ]
    TECHNOLOGY.change(world.app, maker, puts)
    seen = runs.opened(world.app, maker)
    blind = replace(maker, permissions=maker.permissions - {Permission.TECHNOLOGY_READ})
    built = runs.opened(world.app, blind)

    today = world.app.clock().date()
    assert {
        each.line.code: (each.line.packs_per_minute, each.line.speed_source) for each in seen.lines
    } == {
        "c1": (90.0, "measured: Performance run, 6 hours, 2026-10-08"),
        "c2": (240.0, f"equipment: Camera 2, the least of its equipment, {today}"),
    }
    told = seen.column.estimate["line_speed"]
    assert told.likely == pytest.approx(1_440_000 / (12_000 + 1_500))
    assert told.source == (
        "speed of 2 of 2 lines over what each packs: 1 measured, 1 by its slowest equipment"
    )
    assert {each.line.packs_per_minute for each in built.lines} == {100.0, 300.0}


def test_a_scenario_counts_before_what_is_seen(world: World, maker: Actor) -> None:
    describe_goods(world)
    scenarios.put_scenario(world.app, maker, Scenario(code="more", name="More lines"))
    scenarios.assume(world.app, maker, "more", assumed("lines", 9), reason="Two are bought")

    likely, basis, source = value(world, maker, "lines", "more")
    assert (likely, basis) == (9, Basis.FACT)
    assert source == "list of lines (noted by J. Park, 2026-11-28)"
    assert value(world, maker, "investment", "more")[0] == pytest.approx(9e6 / 1.1)


def test_of_all_scenarios_one_is_in_force(world: World, maker: Actor) -> None:
    app = world.app
    first = scenarios.put_scenario(app, maker, Scenario(code="a", name="A"))
    scenarios.put_scenario(app, maker, Scenario(code="b", name="B", is_in_force=True))
    again = scenarios.put_scenario(app, maker, Scenario(code="b", name="B", is_in_force=False))

    assert first.scenario.is_in_force
    assert again.scenario.is_in_force
    assert [(e.scenario.code, e.scenario.is_in_force) for e in scenarios.scenarios(app, maker)] == [
        ("b", True),
        ("a", False),
    ]


def test_every_change_is_in_history_and_audit_trail(world: World, maker: Actor) -> None:
    app = world.app
    scenarios.put_scenario(app, maker, Scenario(code="a", name="A"), reason="Begin")
    scenarios.assume(app, maker, "a", assumed("lines", 8), reason="Counted")
    scenarios.forget(app, maker, "a", "lines", reason="Wrong site")
    scenarios.remove_scenario(app, maker, "a", reason="Not needed")
    told = [(e.code, e.reason, e.after is None) for e in scenarios.changes(app, maker)]
    audited = [
        (e.subject, e.detail.get("reason"))
        for e in audit.entries(app, maker)
        if e.action == "plan:scenario:changed"
    ]

    assert told == [
        ("a", "Not needed", True), ("a", "Wrong site", False), ("a", "Counted", False),
        ("a", "Begin", False),
    ]  # fmt: skip
    assert audited == [(code, reason) for code, reason, _ in told]


def test_a_change_from_an_old_revision_is_refused(world: World, maker: Actor) -> None:
    app = world.app
    scenarios.put_scenario(app, maker, Scenario(code="a", name="A"), revision=0)
    with pytest.raises(Conflict) as refused:
        scenarios.put_scenario(app, maker, Scenario(code="a", name="B"), revision=0)

    assert refused.value.findings[0].code == "CPA-004"


@pytest.mark.parametrize(
    ("told", "code", "at"),
    [
        (Scenario(code="A b", name="A"), "PLN-004", "code"),
        (Scenario(code="a", name=" "), "PLN-004", "name"),
        (Scenario(code="a", name="nul\0"), "PLN-004", "name"),
        (Scenario(code="a", name="A", assumptions=(assumed("lnes", 8),)), "PLN-002", "lnes"),
        (Scenario(code="a", name="A", assumptions=(assumed("lines", 0),)), "PLN-004", "lines"),
        (
            Scenario(code="a", name="A", assumptions=(assumed("lines", 3, 2, 1),)),
            "PLN-004",
            "lines",
        ),
        (
            Scenario(code="a", name="A", assumptions=(assumed("lines", 2, source=""),)),
            "PLN-004",
            "lines",
        ),
        (Scenario(code="a", name="A", assumptions=(assumed("lines", 2),) * 2), "PLN-003", "lines"),
        (Scenario(code="a", name="A", forecast_no=7), "CPA-001", "forecast"),
    ],
)
def test_a_scenario_with_a_defect_is_refused(
    world: World, maker: Actor, told: Scenario, code: str, at: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        scenarios.put_scenario(world.app, maker, told)

    assert (code, at) in [(each.code, each.at) for each in refused.value.findings]
    assert scenarios.scenarios(world.app, maker) == ()


def test_a_run_stays_as_it_was_kept(world: World, maker: Actor) -> None:
    app = world.app
    scenarios.put_scenario(app, maker, Scenario(code="a", name="A"))
    kept = runs.keep_run(app, maker, name="Budget 2027")
    scenarios.assume(app, maker, "a", assumed("lines", 50))
    again = runs.run(app, maker, kept.number)

    assert again == kept
    assert again.results.columns[0].estimate["lines"].likely == 6
    assert runs.results(app, maker).columns[0].estimate["lines"].likely == 50


def test_what_moves_a_figure_most_comes_first(world: World, maker: Actor) -> None:
    moved = runs.moved_by(world.app, maker, "stored_1")

    assert [each.key for each in moved] == [
        "lone_events",
        "forecast_factor",
        "bytes_event",
        "bytes_stored",
    ]
    assert moved[0].at_low < moved[0].at_high
    assert runs.moved_by(world.app, maker, "lines") == ()
    with pytest.raises(NotFound):
        runs.moved_by(world.app, maker, "no-such")


def test_assumptions_are_taken_in_from_a_file(world: World, maker: Actor) -> None:
    text = b'[lines]\nvalue = 8\nbasis = "fact"\nsource = "list"\n'
    made = scenarios.import_scenario(world.app, maker, text, "eight.toml", code="eight")

    assert [(e.key, e.likely, e.source) for e in made.scenario.assumptions] == [
        ("lines", 8, "list")
    ]
