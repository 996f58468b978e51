"""Packs upon packs: annexes, overlays, members, and what may not be put together."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.compliance.packs import demo_pack, files

from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import Catalogue, Label, Outcome, Pack, evaluate, load
from packtrail.compliance.words import ProductClass

TODAY = date(2026, 11, 22)


def annex(**extra: str) -> Pack:
    heading = {
        "id": "yy_demo", "title": "Annex", "code": "YY-DEMO", "version": "2", "market": "YY",
        "name": "Otherland", "extends": "xx_demo",
    } | extra  # fmt: skip
    text = "true_on = 2026-11-22\n" + "\n".join(
        f"{key} = {value}" if value[0] in "[2" else f'{key} = "{value}"'
        for key, value in heading.items()
        if value
    )
    parameter = "carrier.elements:\n  undated: {value: [01], confidence: high, sources: [act]}\n"
    return load(
        {"pack.toml": text.encode(), "parameters/label.yaml": parameter.encode()}
    ).required()


def overlay(**extra: str) -> Pack:
    return annex(
        id="acme", code="ACME", market="", name="", extends="", overlays="xx_demo", **extra
    )


def test_a_market_has_its_pack_and_so_have_members() -> None:
    content = files()
    content["pack.toml"] += b'applies_to = ["ZZ", "YY"]\n'
    catalogue = Catalogue.of([load(content).required(), annex()])

    assert catalogue.markets == {"XX": "xx_demo", "YY": "yy_demo", "ZZ": "xx_demo"}
    assert catalogue.pack_of("ZZ").id == "xx_demo"


def test_a_market_without_a_pack_is_told() -> None:
    catalogue = Catalogue.of([demo_pack()])

    with pytest.raises(NotFound, match="No rule pack is about the market 'QQ'"):
        catalogue.pack_of("QQ")
    with pytest.raises(NotFound, match="There is no rule pack 'qq'"):
        catalogue.pack("qq")


def test_an_annex_inherits_and_replaces() -> None:
    pack = Catalogue.of([demo_pack(), annex()]).pack_of("YY")

    assert pack.rules.keys() == {"XX-DEMO-001", "XX-DEMO-002"}
    assert pack.value("carrier.elements", TODAY) == ("01",)
    assert pack.value("identifier.serial.length_max", TODAY) == 20
    assert [layer.pack_id for layer in pack.layers] == ["xx_demo", "yy_demo"]
    assert pack.heading.market == "YY"
    assert pack.identity.version == "1+2"


def test_inherited_rules_begin_when_the_annex_says() -> None:
    pack = Catalogue.of([demo_pack(), annex(starts_on="2025-02-09")]).pack_of("YY")
    label = Label(product_class=ProductClass.PRESCRIPTION, carries=frozenset())

    assert evaluate(pack, label, on=date(2025, 2, 8)).results == ()
    (result,) = evaluate(pack, label, on=date(2025, 2, 9)).results
    assert (result.outcome, result.applied.since) == (Outcome.FAILED, date(2025, 2, 9))


def test_a_rule_that_is_withdrawn_does_not_hold() -> None:
    changed = annex(withdraws='["XX-DEMO-002"]', withdraws_because="another law")

    assert Catalogue.of([demo_pack(), changed]).pack_of("YY").rules.keys() == {"XX-DEMO-001"}


def test_an_overlay_changes_a_market_in_place_and_keeps_its_name() -> None:
    catalogue = Catalogue.of([demo_pack(), overlay()])
    pack = catalogue.pack_of("XX")

    assert catalogue.packs.keys() == {"xx_demo"}
    assert pack.value("carrier.elements", TODAY) == ("01",)
    assert (pack.id, pack.heading.name) == ("xx_demo", "Demoland")
    assert [layer.pack_id for layer in pack.layers] == ["xx_demo", "acme"]
    assert pack.identity != demo_pack().identity


def test_an_overlay_of_a_base_reaches_the_packs_that_extend_it() -> None:
    pack = Catalogue.of([demo_pack(), annex(), overlay()]).pack_of("YY")

    assert [layer.pack_id for layer in pack.layers] == ["xx_demo", "acme", "yy_demo"]


@pytest.mark.parametrize(
    ("packs", "said"),
    [
        ([demo_pack(), demo_pack()], "two packs 'xx_demo'"),
        ([annex()], "extends 'xx_demo', which is not there"),
        ([annex(extends="yy_demo")], "builds on itself"),
        ([demo_pack(), annex(market="XX")], "XX has two packs"),
        ([overlay()], "overlays 'xx_demo', which is not there"),
    ],
)
def test_packs_that_do_not_fit_are_refused(packs: list[Pack], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        Catalogue.of(packs)


def test_a_rule_without_its_parameter_is_refused_when_packs_are_put_together() -> None:
    content = files()
    content["parameters/label.yaml"] = b""

    with pytest.raises(RefusedError, match=r"carrier\.elements"):
        Catalogue.of([load(content).required()])
