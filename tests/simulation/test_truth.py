"""State and verdict against the ground truth, for every pack of simulated years.

All messages of a year are captured for one observer who sees everything. What the record then says
of each pack must be what really became of it, and no question about a pack that is dead, stolen,
recalled, copied or invented may be answered with "genuine and saleable".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packtrail.access import Actor
from packtrail.lifecycle.journey import Status
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.capture import capture
from packtrail.services.goods import stock
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask, Circumstances, Verification
from packtrail.settings import Settings
from packtrail.simulation import simulate
from packtrail.simulation.goods import Fate, Lot
from packtrail.simulation.truth import Suspicion
from packtrail.simulation.world import World
from packtrail.store.database import Database
from packtrail.verification.judging import Verdict

END = datetime(2026, 11, 1, tzinfo=UTC)
GS = "\x1d"

STATES = {
    Fate.AT_MAKER: {
        *(Status.COMMISSIONED, Status.PACKED, Status.ACTIVE, Status.RECEIVED, Status.IN_TRANSIT),
    },
    Fate.IN_TRANSIT: {Status.IN_TRANSIT, Status.RETURNED},
    Fate.AT_WHOLESALER: {
        *(Status.RECEIVED, Status.ACTIVE, Status.PACKED, Status.RETURNED, Status.DAMAGED),
    },
    Fate.AT_PHARMACY: {Status.RECEIVED},
    Fate.DISPENSED: {Status.DISPENSED},
    Fate.DECOMMISSIONED: {Status.DECOMMISSIONED},
    Fate.DESTROYED: {Status.DESTROYED},
    Fate.SAMPLED: {Status.SAMPLED},
    Fate.STOLEN: {Status.STOLEN},
    Fate.RECALLED: {Status.RECALLED},
}
"""What a pack may be called, by what really became of it."""
VERDICTS = {
    Fate.DISPENSED: {Verdict.NOT_SALEABLE},
    Fate.DECOMMISSIONED: {Verdict.NOT_SALEABLE},
    Fate.SAMPLED: {Verdict.NOT_SALEABLE},
    Fate.RECALLED: {Verdict.NOT_SALEABLE},
    Fate.DESTROYED: {Verdict.SUSPECT},
    Fate.STOLEN: {Verdict.SUSPECT},
}
"""What is answered about it at the end; all others are genuine and saleable."""


@dataclass(frozen=True)
class Seen:
    """A year as an observer recorded it who sees everything."""

    world: World
    app: Application
    observer: Actor

    def verify(self, asks: list[Ask], **circumstances) -> tuple[Verification, ...]:
        found: tuple[Verification, ...] = ()
        for start in range(0, len(asks), verifying.QUESTIONS_MAX):
            some = asks[start : start + verifying.QUESTIONS_MAX]
            told = Circumstances(**circumstances)
            found += verifying.verify_all(self.app, self.observer, some, told)
        return found

    @property
    def packs(self) -> dict[tuple[str, str], tuple[Lot, Fate]]:
        """(GTIN, serial) -> lot and true fate."""
        return {
            (lot.product.gtin(), serial): (lot, fate)
            for lot in self.world.truth.lots
            for serial, fate in (lot.each or {}).items()
        }

    @property
    def copied(self) -> set[str]:
        return {
            each.epc for each in self.world.truth.sightings if each.suspicion is Suspicion.COPIED
        }


@pytest.fixture(scope="module", params=[(90, 3), (260, 11)], ids=str)
def seen(request, server_url: str, template_database: str, database: Database) -> Seen:
    packs, seed = request.param
    app = Application(
        settings=Settings.of({}, data_dir=Path("/nonexistent")),
        database=database,
        clock=lambda: END,
    )
    code = f"observer-{seed}"
    organisations.create_organisation(app, Actor.system("test"), code, name="Observer")
    observer = organisations.system_actor(app, "test", organisation=code)
    world = simulate(packs, seed, knows_each_pack=True)
    for document in world.documents():
        job = capture.submit(app, observer, document.content, media_type=document.media_type)
        assert job.success, (document.name, job.findings)
    return Seen(world, app, observer)


def scan(lot: Lot, serial: str, *, number: str | None = None, expires: str | None = None) -> Ask:
    day = expires or lot.expires_on.strftime("%y%m%d")
    return Ask(text=f"01{lot.product.gtin()}21{serial}{GS}17{day}10{number or lot.number}")


def epc(lot: Lot, serial: str) -> str:
    return lot.urn + serial


def test_the_state_of_every_pack_is_what_really_became_of_it(seen: Seen) -> None:
    packs = seen.packs
    with stock.seen(seen.app, seen.observer, None, None) as (conn, _, picture):
        found = picture.stock.find(conn, [(f"sgtin/{g}", s) for g, s in packs])
        own = picture.stock.sweep.status
        wrong = Counter()
        for (gtin, serial), (lot, fate) in packs.items():
            status = stock.STATUSES[own[found[f"sgtin/{gtin}", serial]]]
            if status not in STATES[fate] and epc(lot, serial) not in seen.copied:
                wrong[fate, status] += 1

    assert len(found) == seen.world.packs
    assert wrong == Counter()


def test_the_verdict_on_every_pack_agrees_with_what_really_became_of_it(seen: Seen) -> None:
    packs = seen.packs
    asks = [scan(lot, serial) for (_, serial), (lot, _) in packs.items()]
    wrong = Counter()
    for ((_, serial), (lot, fate)), found in zip(packs.items(), seen.verify(asks), strict=True):
        expected = VERDICTS.get(fate, {Verdict.GENUINE})
        if lot.recalled_at:
            expected = expected - {Verdict.GENUINE} or {Verdict.NOT_SALEABLE}
        if epc(lot, serial) in seen.copied:
            expected = {Verdict.SUSPECT, Verdict.NOT_SALEABLE}
        is_held_back = found.condition and found.condition.own in {Status.RETURNED, Status.DAMAGED}
        if is_held_back and found.verdict is Verdict.NOT_SALEABLE:
            continue
        if found.verdict not in expected:
            wrong[fate, found.verdict, *(each.code for each in found.reasons)] += 1

    assert wrong == Counter()


def test_another_lot_or_expiry_on_a_true_number_is_never_genuine(seen: Seen) -> None:
    packs = list(seen.packs.items())[::7]
    for change in ({"number": "WRONG"}, {"expires": "391231"}):
        asks = [scan(lot, serial, **change) for (_, serial), (lot, _) in packs]
        answered = seen.verify(asks)
        assert {each.verdict for each in answered} <= {Verdict.MISMATCH, Verdict.SUSPECT}


def test_what_a_counterfeiter_sells_is_never_genuine_when_it_is_bought(seen: Seen) -> None:
    printed = {epc(lot, serial): lot for (_, serial), (lot, _) in seen.packs.items()}
    others = {lot.urn: lot for lot in seen.world.truth.lots}
    bought = [each for each in seen.world.truth.sightings if each.biz_step == "receiving"]
    assert {each.suspicion for each in bought} == {*Suspicion}
    for sighting in bought:
        start, _, serial = sighting.epc.rpartition(".")
        lot = printed.get(sighting.epc) or others[f"{start}."]
        before = sighting.seen_at - timedelta(seconds=1)
        (found,) = seen.verify([scan(lot, serial)], at=before, place=sighting.location)
        expected = {
            Suspicion.INVENTED: {Verdict.UNKNOWN},
            Suspicion.COPIED: {Verdict.SUSPECT, Verdict.NOT_SALEABLE},
        }[sighting.suspicion]
        assert found.verdict in expected, (sighting, found.reasons)


def test_no_genuine_pack_raises_an_alarm_when_it_is_dispensed(seen: Seen) -> None:
    """Scanned where it is dispensed, a moment before: the commonest question of all."""
    truth = seen.world.truth
    odd = {(each.event_id, each.identifier) for each in truth.sightings}
    mistaken = {each.wrong_event_id for each in truth.corrections}
    repeats = {each.name for each in truth.repeated}
    asked, alarms = 0, Counter()
    for draft in seen.world.drafts():
        for event in draft.document.events if draft.name not in repeats else ():
            if event.biz_step != "dispensing" or event.event_id in mistaken:
                continue
            genuine = [Ask(text=uri) for uri in event.epcs if (event.event_id, uri) not in odd]
            found = seen.verify(
                genuine,
                at=event.event_time - timedelta(seconds=1),
                place=event.biz_location.id,
                purpose="supply",
            )
            asked += len(found)
            alarms.update(
                (each.verdict, *(reason.code for reason in each.reasons))
                for each in found
                if each.verdict is not Verdict.GENUINE and each.identifier not in seen.copied
            )

    assert asked > seen.world.packs // 4
    assert alarms == Counter()
