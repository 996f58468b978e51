"""Closed cases: whose packing is believed how far, what is opened, and what follows for packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.hierarchy.trusting import draw as drawn_of
from packtrail.services.goods import corrections, packing, shipments, stock, tracing
from packtrail.services.goods.packing import Occasion
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.services.inference import beliefs, rules, samples
from packtrail.services.inference.beliefs import Check

from .conftest import World
from .documents import SITE, commissioning, pack
from .documents import packing as packed
from .test_goods import DEPOT, GTIN, PO, SHOP, a_pallet, moved, record, sscc, to

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def put(world: World, trust: str, **more) -> rules.RuleView:
    told = {"effective_at": BEFORE, "reason": "Audit 7"} | more
    return rules.put(world.app, world.maker, rules.NewRule(trust=trust, **told))


def view(world: World, **more) -> shipments.ShipmentView:
    return shipments.shipment(world.app, world.maker, PO, **more)


def believe(world: World, number: int, **more) -> beliefs.Belief:
    return beliefs.belief(world.app, world.maker, pack(number), **more)


def delivered(world: World, cases: int = 2, **more) -> list[str]:
    """Cases of two packs each, shipped from the site and received at the depot."""
    labels = [sscc(number) for number in range(1, cases + 1)]
    record(
        world,
        commissioning(1, [pack(n) for n in range(1, 2 * cases + 1)]),
        *(
            packed(10 + at, case, [pack(2 * at + 1), pack(2 * at + 2)])
            for at, case in enumerate(labels)
        ),
        moved(500, "shipping", labels, SITE, **to(DEPOT, PO), **more),
        moved(600, "receiving", labels, DEPOT, **to(DEPOT, PO)),
    )
    return labels


def right(world: World, case: str) -> None:
    """Open a case, and find in it what is said."""
    number = 2 * int(case[-1]) - 1
    packing.inspect(
        world.app, world.maker, case, [pack(number), pack(number + 1)], Occasion(place=DEPOT)
    )


def test_without_a_rule_a_sender_is_believed_on_its_word_alone(world: World):
    delivered(world)

    (told,) = view(world).decided
    found = believe(world, 1)

    assert (told.rule, told.trust, told.judgement.is_accepted) == (None, "trust", True)
    assert view(world).arrived == 4
    assert (found.is_received, found.check, found.is_verified) == (True, Check.WORD, False)
    assert found.is_saleable
    assert view(world).messages[0].by == "test, maker"


def test_a_rule_decides_by_sender_product_and_place_and_no_recorded_fact_changes(world: World):
    delivered(world)
    before = stock.count(world.app, world.maker, Asked(), by=[Dimension.STATUS, Dimension.PLACE])
    packs = [believe(world, number).is_received for number in range(1, 5)]

    put(world, "open", partner=SITE, gtin=GTIN, place=DEPOT)
    opened = view(world)

    assert packs == [True] * 4
    assert (opened.arrived, opened.decided[0].to_open_count) == (0, 2)
    found = believe(world, 1)
    assert (found.is_received, found.is_saleable, found.check) == (False, False, Check.NOTHING)
    assert stock.count(
        world.app, world.maker, Asked(), by=[Dimension.STATUS, Dimension.PLACE]
    ) == before  # fmt: skip
    put(world, "open", partner=SHOP)
    put(world, "ended", partner=SITE, gtin=GTIN, place=DEPOT)
    assert view(world).arrived == 4


def test_the_rule_of_the_moment_of_arrival_decides_also_when_another_has_come(world: World):
    delivered(world)
    arrival = believe(world, 1).arrived_at
    assert arrival is not None
    put(world, "open", effective_at=arrival + timedelta(seconds=1))

    assert view(world).arrived == 4
    known_at = world.app.clock()
    put(world, "open", effective_at=arrival)

    assert view(world).arrived == 0
    assert view(world, as_known_at=known_at).arrived == 4
    assert believe(world, 1, as_known_at=known_at).is_received
    assert not believe(world, 1).is_received


def test_a_sample_is_drawn_kept_and_can_be_drawn_again(world: World):
    labels = delivered(world, 4)
    put(world, "sample", cases=2, partner=SITE)
    waiting = view(world)

    assert (waiting.arrived, waiting.decided[0].waits_for_draw) == (0, True)
    right(world, labels[0])
    assert view(world).arrived == 2  # What somebody chose to open speaks for nothing else.

    (told,) = samples.draw(world.app, world.maker, "PO-1").decided

    assert told.draw is not None
    chosen = [each.identifier for each in told.draw.cases]
    assert tuple(chosen) == drawn_of(told.draw.seed, labels, 2)
    for case in chosen:
        right(world, case)
    (done,) = view(world).decided
    assert (done.judgement.is_accepted, view(world).arrived) == (True, 8)
    unopened = next(each for each in labels[1:] if each not in chosen)
    found = believe(world, 2 * int(unopened[-1]) - 1)
    assert (found.check, found.is_verified) == (Check.SAMPLE, True)
    with pytest.raises(RefusedError) as refused:
        samples.draw(world.app, world.maker, PO)
    assert refused.value.findings[0].code == "TRC-022"


def test_one_wrong_case_stops_inference_for_the_whole_shipment(world: World):
    labels = delivered(world, 4)
    put(world, "sample", cases=1)
    (told,) = samples.draw(world.app, world.maker, PO).decided
    assert told.draw is not None
    (case,) = (each.identifier for each in told.draw.cases)
    number = 2 * int(case[-1]) - 1

    seen = packing.inspect(world.app, world.maker, case, [pack(number)], Occasion(place=DEPOT))
    stopped = view(world)

    assert stopped.arrived == 1
    codes = [each.code for each in stopped.judgement.findings]
    assert codes[:2] == ["TRC-109", "TRC-107"]
    other = next(each for each in labels if each != case)
    found = believe(world, 2 * int(other[-1]) - 1)
    assert (found.is_received, found.is_saleable) == (False, False)
    assert "held something else" in found.why

    wrong = corrections.Correction(
        event_ids=(seen.event_id,), reason="incorrect_data", explanation="Counted wrong"
    )
    preview = corrections.preview(world.app, world.maker, wrong)
    corrections.accept(world.app, world.maker, wrong, digest=preview.changes.digest)
    assert "TRC-109" not in [each.code for each in view(world).judgement.findings]


def test_a_pack_that_was_not_in_its_opened_case_says_so_until_it_is_seen_or_unpacked(
    world: World,
):
    (case,) = delivered(world, 1)
    here = Occasion(place=DEPOT)

    def codes(number: int) -> list[str]:
        found = tracing.trace(world.app, world.maker, pack(number))
        return [each.code for each in found.findings]

    packing.inspect(world.app, world.maker, case, [pack(2)], here)
    assert ("TRC-111" in codes(1), "TRC-111" in codes(2)) == (True, False)

    packing.inspect(world.app, world.maker, case, [pack(1), pack(2)], here)
    assert "TRC-111" not in codes(1)
    packing.inspect(world.app, world.maker, case, [pack(2)], here)
    packing.unpack(world.app, world.maker, [pack(1)], here)
    assert "TRC-111" not in codes(1)


def test_what_arrives_later_is_drawn_by_itself(world: World):
    labels = [sscc(1), sscc(2)]
    record(
        world,
        commissioning(1, [pack(n) for n in range(1, 5)]),
        packed(2, labels[0], [pack(1), pack(2)]),
        packed(3, labels[1], [pack(3), pack(4)]),
        moved(10, "shipping", labels, SITE, **to(DEPOT, PO)),
        moved(20, "receiving", [labels[0]], DEPOT, **to(DEPOT, PO)),
    )
    put(world, "sample", cases=1)
    samples.draw(world.app, world.maker, PO)
    first = view(world)
    record(world, moved(30, "receiving", [labels[1]], DEPOT, **to(DEPOT, PO)))
    samples.draw(world.app, world.maker, PO)

    assert [each.waits_for_draw for each in first.decided] == [False, False]
    draws = [each.draw for each in view(world).decided if each.draw]
    assert [(each.population, [c.identifier for c in each.cases]) for each in draws] == [
        (1, [labels[0]]),
        (1, [labels[1]]),
    ]


def test_a_pack_that_came_under_no_document_follows_the_rules_too(world: World):
    a_pallet(world)
    record(
        world,
        moved(10, "shipping", [sscc(100)], SITE),
        moved(20, "receiving", [sscc(100)], DEPOT),
    )

    assert believe(world, 1).check is Check.WORD
    put(world, "sample", partner=SITE)
    assert "no sample could be drawn" in believe(world, 1).why
    put(world, "open", partner=SITE)
    assert not believe(world, 1).is_received
    record(world, moved(30, "inspecting", [pack(1)], DEPOT))
    assert believe(world, 1).check is Check.ITSELF


def test_a_pack_that_has_arrived_nowhere_is_told_so(world: World):
    record(world, commissioning(1, [pack(1)]))

    found = believe(world, 1)

    assert (found.outcome, found.is_received, found.is_saleable) == (None, False, True)


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ({"trust": "hope"}, "trust"),
        ({"trust": "open", "reason": " "}, "reason"),
        ({"trust": "open", "cases": 3}, "cases"),
        ({"trust": "sample", "cases": 0}, "cases"),
        ({"trust": "open", "partner": "12"}, "partner"),
        ({"trust": "open", "gtin": "00300010123456"}, "gtin"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(world: World, told: dict, at: str):
    with pytest.raises(RefusedError) as refused:
        put(world, **told)

    assert {(each.code, each.at) for each in refused.value.findings} == {("TRC-021", at)}


def test_only_who_may_makes_rules(world: World):
    operator = replace(world.maker, permissions=ROLES[RoleName.OPERATOR])

    with pytest.raises(NotPermitted):
        rules.put(world.app, operator, rules.NewRule(trust="open", reason="Haste"))
    assert rules.rules(world.app, operator).history == ()
