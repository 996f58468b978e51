"""A CMO that packs for two owners on one line: their orders, numbers and packs are never mixed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.services.plants import (
    NOON,
    POLICY,
    SSCC_PREFIX,
    Plant,
    make_plant,
    told,
)
from tests.services.supply.making import create_pool, create_sscc_pool

from packtrail.access import Actor
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.production.happenings import Happening, Kind
from packtrail.production.levels import Level, Tier
from packtrail.rendering.symbols import read_symbols
from packtrail.services.accounts import audit, organisations
from packtrail.services.goods import tracing
from packtrail.services.lines import floor, line_folder, line_reports, rework
from packtrail.services.orders import order_commands, order_labels, orders, reconciling
from packtrail.services.orders.order_commands import OrderPlan
from packtrail.store.database import Database

OTHER_GTIN = "09520000000004"
GTIN = "03000101234509"


@dataclass
class Cmo:
    """A packer with two owners, who chose the same codes for their orders and trade items."""

    plant: Plant
    second: Actor

    @property
    def app(self) -> Any:
        return self.plant.app

    @property
    def packer(self) -> Actor:
        return self.plant.packer

    @property
    def first(self) -> Actor:
        return self.plant.maker

    def code(self, owner: Actor) -> str:
        return f"{owner.organisation_code}/WO-1"

    def numbers(self, owner: Actor, level: str = "pack") -> list[str]:
        lines = order_commands.numbers(self.app, self.packer, self.code(owner), level)
        return b"".join(lines).decode().split()

    def report(self, owner: Actor, *happenings: dict[str, Any]) -> line_reports.Receipt:
        return self.plant.report(*happenings, code=self.code(owner))


@pytest.fixture
def cmo(fresh_database: Database) -> Cmo:
    plant = make_plant(fresh_database)
    app, packer = plant.app, plant.packer
    code = f"second-{plant.maker.organisation_code}"
    organisations.create_organisation(app, Actor.system("test"), code, name=code)
    second = organisations.system_actor(app, "test", organisation=code)
    organisations.allow_recording(app, second, packer.organisation_code)
    serves = packer.organisation_code
    tiers = (
        Tier(level=Level.PACK, gtin=OTHER_GTIN),
        Tier(level=Level.CASE, prefix="0950110", holds=3),
    )
    item = floor.NewTradeItem(
        code="epcistra", name="Remedex 20 mg", market="US", tiers=tiers, serves=serves
    )
    floor.create_trade_item(app, second, item)
    create_pool(app, second, "packs", gtin=OTHER_GTIN, policy=POLICY, serves=serves)
    create_sscc_pool(app, second, "cases", prefix="0950110", serves=serves)
    for owner, line in ((plant.maker, "line-1"), (second, "line-2")):
        plan = OrderPlan(
            code="WO-1", line=line, trade_item=f"{owner.organisation_code}/epcistra", lot="SAME",
            expires="2030-12-31", quantity=6, spare_percent=50,
        )  # fmt: skip
        order_commands.create(app, packer, plan, is_started=True)
    return Cmo(plant, second)


def test_orders_of_one_code_are_told_apart_by_their_owner(cmo: Cmo) -> None:
    with pytest.raises(NotFound, match="several"):
        orders.order(cmo.app, cmo.packer, "WO-1")
    for owner, product in ((cmo.first, "Epcistra 5 mg"), (cmo.second, "Remedex 20 mg")):
        assert orders.order(cmo.app, cmo.packer, cmo.code(owner)).terms.product == product
        assert orders.order(cmo.app, owner, "WO-1").terms.product == product


def test_an_owner_sees_nothing_of_the_other(cmo: Cmo) -> None:
    cmo.report(cmo.second, told("commission", numbers=cmo.numbers(cmo.second)[:2]))
    pack = cmo.numbers(cmo.second)[0]

    with pytest.raises(NotFound):
        orders.order(cmo.app, cmo.first, cmo.code(cmo.second))
    with pytest.raises(NotFound):
        line_reports.reports(cmo.app, cmo.first, cmo.code(cmo.second))
    with pytest.raises(NotFound):
        reconciling.account(cmo.app, cmo.first, cmo.code(cmo.second))
    with pytest.raises((NotFound, NotPermitted)):
        tracing.trace(cmo.app, cmo.first, f"(01){OTHER_GTIN}(21){pack}")
    assert {each.owner for each in orders.orders(cmo.app, cmo.first)} == {
        cmo.first.organisation_code
    }
    assert {each.owner for each in floor.trade_items(cmo.app, cmo.first)} == {
        cmo.first.organisation_code
    }
    assert not any(
        "Remedex" in json.dumps(each.detail, default=str)
        for each in audit.entries(cmo.app, cmo.first)
    )


def test_numbers_of_the_other_owner_are_refused_in_a_report(cmo: Cmo) -> None:
    foreign = cmo.numbers(cmo.second)[0]
    own = cmo.numbers(cmo.first)[0]

    bare = cmo.report(cmo.first, told("commission", numbers=[own, foreign]))
    named = cmo.report(cmo.first, told("commission", numbers=[f"(01){OTHER_GTIN}(21){foreign}"]))

    assert (bare.done, bare.refused, named.refused) == ({"commission:pack": 1}, 1, 1)
    assert reconciling.account(cmo.app, cmo.second, "WO-1").sums.levels[0].made == 0


def test_packs_of_two_owners_do_not_go_into_one_case(cmo: Cmo) -> None:
    own, foreign = cmo.numbers(cmo.first)[:2], cmo.numbers(cmo.second)[0]
    case = cmo.numbers(cmo.first, "case")[0]
    cmo.report(cmo.first, told("commission", numbers=own))
    cmo.report(cmo.second, told("commission", numbers=[foreign]))
    strange = f"(01){OTHER_GTIN}(21){foreign}"

    packed = cmo.report(cmo.first, told("pack", 1, numbers=[own[0], strange], parent=case))

    assert (packed.done, packed.refused) == ({}, 1)
    by_hand = Happening(
        kind=Kind.PACK, at=NOON, numbers=(f"(01){GTIN}(21){own[0]}", strange),
        parent=f"(00){case}",
    )  # fmt: skip
    with pytest.raises(RefusedError) as refused:
        rework.preview(cmo.app, cmo.packer, by_hand)
    assert refused.value.findings[0].code == "LIN-044"


def test_accounts_are_kept_apart(cmo: Cmo) -> None:
    cmo.report(cmo.first, told("commission", numbers=cmo.numbers(cmo.first)[:4]))
    cmo.report(cmo.second, told("commission", numbers=cmo.numbers(cmo.second)[:1]))

    made = {
        owner.organisation_code: reconciling.account(cmo.app, owner, "WO-1").sums.levels[0].made
        for owner in (cmo.first, cmo.second)
    }

    assert list(made.values()) == [4, 1]


def test_the_drop_folder_needs_the_owner_where_two_have_the_order(cmo: Cmo, tmp_path: Path) -> None:
    content = json.dumps({"happenings": [told("commission", numbers=cmo.numbers(cmo.second)[:1])]})
    (tmp_path / "WO-1__a.json").write_text(content)
    (tmp_path / f"{cmo.second.organisation_code}@WO-1__b.json").write_text(content)

    found = {each.name[-6:]: each for each in line_folder.take(cmo.app, cmo.packer, tmp_path)}

    assert isinstance(found["a.json"].refused, NotFound)
    taken = found["b.json"].receipt
    assert taken is not None
    assert taken.order_id == orders.order(cmo.app, cmo.second, "WO-1").order_id


def test_each_order_has_the_labels_of_its_own_market(cmo: Cmo) -> None:
    for owner, title in ((cmo.first, "Pack, EU"), (cmo.second, "Pack, US")):
        label = order_labels.label(cmo.app, cmo.packer, cmo.code(owner), Level.PACK)
        ((_, symbol),) = label.symbols
        assert label.template.title.startswith(title)
        assert [scan.text for scan in read_symbols(label.png())] == [symbol.text]
        assert cmo.numbers(owner)[0] in symbol.hri
    with pytest.raises(RefusedError) as refused:
        order_labels.label(
            cmo.app, cmo.packer, cmo.code(cmo.first), Level.PACK,
            number=cmo.numbers(cmo.second)[0],
        )  # fmt: skip
    assert refused.value.findings[0].code == "LIN-022"


def test_a_label_of_an_order_that_was_not_released_or_of_no_template_is_refused(cmo: Cmo) -> None:
    plan = OrderPlan(
        code="WO-2", line="line-1", trade_item=f"{cmo.first.organisation_code}/epcistra", lot="L",
        expires="2030-12-00", quantity=2, spare_percent=0,
    )  # fmt: skip
    order_commands.create(cmo.app, cmo.packer, plan)

    with pytest.raises(Conflict):
        order_labels.label(cmo.app, cmo.packer, "WO-2", Level.PACK)
    with pytest.raises(NotFound) as refused:
        order_labels.label(
            cmo.app, cmo.packer, cmo.code(cmo.first), Level.PACK, template="logistic"
        )
    assert refused.value.findings[0].code == "LIN-070"
    pallet = order_labels.label(cmo.app, cmo.packer, cmo.code(cmo.first), Level.PALLET).zpl()
    assert SSCC_PREFIX in pallet
    assert f"CONTENT {GTIN}   COUNT 6" in pallet
