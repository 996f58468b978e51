"""The twin of a line runs an order of Packtrail, with every fault there is."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from tests.services.plants import TIERS, Plant, make_plant

from packtrail.base.errors import Conflict
from packtrail.production.levels import Level
from packtrail.services.orders.reconciling import account
from packtrail.simulation.network import NetworkRates, on_the_way, reports
from packtrail.simulation.shift import ShiftResult, Wanted, run_shift
from packtrail.simulation.twin import Fault, LineRates, LineTwin, Shift
from packtrail.store.database import Database

QUIET_LINE = LineRates(rejects=0, no_reads=0, misreads=0, aggregation_faults=0, samples=0)
QUIET_WIRE = NetworkRates(cuts=0, lost_replies=0, duplicates=0, late=0, happenings_per_report=4)
BAD_LINE = LineRates(rejects=0.08, no_reads=0.08, misreads=0.05, aggregation_faults=0.4)
BAD_WIRE = NetworkRates(
    cuts=0.2, lost_replies=0.2, duplicates=0.2, late=0.2, happenings_per_report=4
)


def run(plant: Plant, line: LineRates, wire: NetworkRates, *, quantity: int = 40) -> ShiftResult:
    plant.order(quantity=quantity, spare_percent=100)
    wanted = Wanted(seed=3, line=line, network=wire)
    return run_shift(plant.app, plant.packer, "WO-1", wanted)


def shift(seed: int, line: LineRates, count: int = 400) -> Shift:
    numbers = {
        Level.PACK: [f"S{n:05d}" for n in range(count)],
        Level.CASE: [f"1{n:017d}" for n in range(count)],
        Level.PALLET: [f"2{n:017d}" for n in range(count)],
    }
    at = datetime(2026, 3, 3, 6, tzinfo=UTC)
    return LineTwin(TIERS, numbers, line, rng=Random(seed), starts_at=at).run(count // 2)


@pytest.fixture
def plant(fresh_database: Database) -> Plant:
    return make_plant(fresh_database)


def test_a_line_without_faults_is_known_exactly(plant: Plant) -> None:
    result = run(plant, QUIET_LINE, QUIET_WIRE)

    assert result.made == {"good": 40, "rejected": 0, "sampled": 0} == result.known
    assert (result.differences, result.refused, result.repeated, result.held) == ((), 0, 0, 0)
    order = plant.state()
    assert (order.state, order.done("commission", Level.PACK)) == ("Completed", 40)
    assert account(plant.app, plant.maker, "WO-1").sums.reported.missing == ()


@pytest.mark.parametrize("is_counted", [True, False])
def test_every_difference_of_a_bad_line_has_its_fault(plant: Plant, is_counted: bool) -> None:
    wire = NetworkRates(
        cuts=0.2, lost_replies=0.2, duplicates=0.2, late=0.2, happenings_per_report=4,
        is_counted=is_counted,
    )  # fmt: skip
    result = run(plant, BAD_LINE, wire, quantity=90)

    assert result.unexplained == ()
    assert set(result.faults) >= {"reject", "misread", "fell_out", "spoilt_label"}
    assert set(result.troubles) == {"network_cut", "lost_reply", "duplicate", "late"}
    assert result.repeated == result.messages - result.reports > 0
    assert (result.held > 0) is is_counted
    assert result.refused > 0
    assert {each.because for each in result.differences} >= {Fault.MISREAD, Fault.FELL_OUT}


def test_another_shift_goes_on_with_the_numbers_that_are_left(plant: Plant) -> None:
    plant.order(quantity=30, spare_percent=50)
    first = Wanted(quantity=12, line=QUIET_LINE, network=QUIET_WIRE)
    run_shift(plant.app, plant.packer, "WO-1", first)

    second = run_shift(
        plant.app, plant.packer, "WO-1", Wanted(seed=2, line=QUIET_LINE, network=QUIET_WIRE)
    )

    assert (second.made["good"], second.differences) == (18, ())
    assert plant.state().done("commission", Level.PACK) == 30


def test_an_order_that_is_not_released_is_not_run(plant: Plant) -> None:
    plant.order(start=False)

    with pytest.raises(Conflict):
        run_shift(plant.app, plant.packer, "WO-1", Wanted())


def test_the_same_seed_does_the_same_and_another_does_not() -> None:
    assert shift(1, BAD_LINE).happenings == shift(1, BAD_LINE).happenings
    assert shift(1, BAD_LINE).happenings != shift(2, BAD_LINE).happenings


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_adds_up(seed: int) -> None:
    done = shift(seed, BAD_LINE)

    packs, cases = done.fates[Level.PACK], done.fates[Level.CASE]
    counts = Counter(each.outcome for each in packs.values())
    assert (counts["good"], sum(counts.values())) == (200, 400)
    inside = Counter(each.holder for each in packs.values() if each.holder)
    assert sum(inside.values()) == 200
    assert set(inside) == {label for label, each in cases.items() if each.outcome == "good"}
    assert max(inside.values()) <= 3 + 1


def test_messages_arrive_in_the_order_of_their_arrival_and_none_is_lost() -> None:
    made = reports(shift(1, BAD_LINE).happenings, BAD_WIRE, name="twin")
    messages, troubles = on_the_way(made, BAD_WIRE, rng=Random(1))

    assert {each.report_id for each in messages} == {each.report_id for _, each in made}
    assert [each.arrives_at for each in messages] == sorted(each.arrives_at for each in messages)
    assert [each.report_id for each in messages] != [each.report_id for _, each in made]
    assert len(messages) - len(made) == troubles["lost_reply"] + troubles["duplicate"]
