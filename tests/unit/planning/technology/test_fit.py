"""What the rules of a market ask of a line against what it can do, with ways to close gaps."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from packtrail.compliance.catalogue import Catalogue
from packtrail.planning.scope import Capability
from packtrail.planning.technology.abilities import Ability, Basis, Figure, LineAbilities
from packtrail.planning.technology.fit import State, Topic, Want, fit, wants_of
from packtrail.planning.technology.inventory import Measured, Option
from packtrail.services.rule_packs import built_in

C = Capability
CATALOGUE = Catalogue.of(built_in())
DAY = date(2026, 11, 28)
ABLE = Ability(can=True, basis=Basis.EQUIPMENT, told="Printer")
UNABLE = Ability(can=False, basis=Basis.EQUIPMENT, told="no station")


def line(**can: Ability) -> LineAbilities:
    return LineAbilities(line="l1", can={C(name): each for name, each in can.items()})


def want(topic: Topic, *values: str, number: float = 0) -> Want:
    return Want(topic=topic, told="Wanted", values=values, number=number)


def test_the_rules_of_a_market_become_wants_with_their_clause() -> None:
    found = wants_of(CATALOGUE.pack_of("DE"), DAY)

    topics = {each.topic for each in found}
    assert {Topic.SERIALS, Topic.SYMBOLOGY, Topic.ELEMENTS, Topic.PRINT_GRADE,
            Topic.TAMPER_EVIDENCE} <= topics  # fmt: skip
    (symbology,) = [each for each in found if each.topic is Topic.SYMBOLOGY]
    assert (symbology.values, symbology.rule) == (("datamatrix",), "EU-FMD-002")
    assert "2016/161" in symbology.clause
    assert all(each.rule for each in found)


def test_a_market_asks_nothing_before_its_rules_hold() -> None:
    pack = CATALOGUE.pack_of("DE")

    assert wants_of(pack, date(2019, 2, 8)) == ()
    assert [each.topic for each in wants_of(pack, date(2019, 2, 8), packs_per_minute=90)] == [
        Topic.SPEED
    ]


@pytest.mark.parametrize(
    ("known", "wanted", "state"),
    [
        (line(aggregation=ABLE), want(Topic.AGGREGATION, "case"), State.MET),
        (line(aggregation=UNABLE), want(Topic.AGGREGATION, "case"), State.LACKING),
        (line(), want(Topic.AGGREGATION, "case"), State.UNKNOWN),
        (
            LineAbilities(line="l1", can={C.AGGREGATION: ABLE}, levels=frozenset({"case"})),
            want(Topic.AGGREGATION, "case", "pallet"),
            State.LACKING,
        ),
        (
            LineAbilities(line="l1", can={}, symbologies=frozenset({"gs1-128"})),
            want(Topic.SYMBOLOGY, "datamatrix"),
            State.LACKING,
        ),
        (
            LineAbilities(
                line="l1", can={C.PRODUCT_CODE: ABLE}, elements=frozenset({"01", "10", "17"})
            ),
            want(Topic.ELEMENTS, "01", "21"),
            State.LACKING,
        ),
    ],
)
def test_a_line_meets_a_want_lacks_it_or_nobody_knows(
    known: LineAbilities, wanted: Want, state: State
) -> None:
    (answer,) = fit(known, [wanted]).answers

    assert answer.state is state


def test_a_speed_is_compared_with_what_was_measured() -> None:
    figures = {Measured.PACKS_PER_MINUTE: Figure(165, Basis.MEASURED, "Run")}
    known = LineAbilities(line="l1", can={}, figures=figures)

    found = [fit(known, [want(Topic.SPEED, number=each)]).answers[0] for each in (165, 166)]

    assert [(each.state, each.told) for each in found] == [
        (State.MET, "165: Run"), (State.LACKING, "165: Run"),
    ]  # fmt: skip


def test_a_gap_is_closed_by_the_cheapest_way_of_the_company_or_the_planner() -> None:
    manual = Option(
        code="m", title="By hand", closes="aggregation", lines=("l1",), cost_eur=38_000,
        effort_days=Fraction(12), lead_days=45, stop_days=1, source="Offer",
    )  # fmt: skip
    elsewhere = Option(code="e", title="Other", closes="aggregation", lines=("l9",), cost_eur=1)
    wants = [want(Topic.AGGREGATION, "case"), want(Topic.AGGREGATION, "pallet")]

    assumed = fit(line(aggregation=UNABLE), wants)
    own = fit(line(aggregation=UNABLE), wants, [manual, elsewhere])

    assert assumed.cost_eur == 350_000
    assert (own.cost_eur, own.lead_days) == (38_000, 45)
    assert next((each.title, each.is_own) for each in own.answers[0].ways) == ("By hand", True)
    assert "Assumption" in own.answers[0].ways[1].source
    assert not own.is_fit
