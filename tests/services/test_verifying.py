"""Verifying packs against a real record: verdict, reasons, and what is kept of each question."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.services.supply.making import create_pool

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.serials.policy import Policy
from packtrail.services.capture import capture
from packtrail.services.goods import notices
from packtrail.services.goods.notices import Proposal
from packtrail.services.supply.allocating import allocate
from packtrail.services.verification import verifications, verifying
from packtrail.services.verification.verifications import Asked
from packtrail.services.verification.verifying import Ask, Circumstances
from packtrail.verification.judging import Verdict

from .conftest import World
from .documents import CASE, LOT, PRODUCT, SITE, commissioning, dispensing, document, event, pack
from .documents import packing as packed

GTIN = "00300010123455"
SHOP, SHOP_GLN = "urn:epc:id:sgln:030001.333333.0", "0300013333332"
OTHER_SHOP_GLN = "0400000000008"
GS = "\x1d"


def scan(serial: str, lot: str = LOT, expires: str = "281231") -> Ask:
    return Ask(text=f"01{GTIN}21{serial}{GS}17{expires}10{lot}")


def record(world: World, *events: dict, **options) -> None:
    job = capture.submit(
        world.app, world.maker, document(*events, **options), media_type="application/json"
    )
    assert job.success, job.findings


def made(world: World) -> None:
    record(world, commissioning(1, [pack("OAB1"), pack(2), pack(3)]), vocabularies=[PRODUCT])


def verify(world: World, ask: Ask, actor=None, **circumstances) -> verifying.Verification:
    return verifying.verify(world.app, actor or world.maker, ask, Circumstances(**circumstances))


def codes(found: verifying.Verification) -> list[str]:
    return [each.code for each in found.reasons]


def test_a_pack_is_verified_by_scan_by_fields_and_by_link(world: World) -> None:
    made(world)
    fields = Ask(gtin=GTIN, serial="2", lot=LOT, expires="2028-12-31")
    link = Ask(text=f"https://id.gs1.org/01/{GTIN}/10/{LOT}/21/2?17=281231")

    for ask in (scan("2"), fields, link):
        found = verify(world, ask)
        assert (found.verdict, found.reasons) == (Verdict.GENUINE, ())
        assert (found.product, found.label) == ("Epcistra", f"(01) {GTIN} (21) 2")
        assert (found.recorded_lot, found.identifier) == (LOT, pack(2))


def test_a_damaged_scan_finds_its_pack_and_says_what_is_wrong_with_the_scanner(world: World):
    made(world)
    lost = Ask(text=scan("2").text.replace(GS, ""))
    found = verify(world, lost)

    assert (found.verdict, found.serial) == (Verdict.GENUINE, "2")
    assert (codes(found), [each.code for each in found.scanner]) == (["VER-003"], ["GS1-062"])


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(world: World) -> None:
    made(world)

    typed, unknown = verify(world, scan("0AB1")), verify(world, scan("XYZ9"))
    other_lot = verify(world, scan("0AB1", lot="ELSE"))

    assert (typed.verdict, codes(typed)) == (Verdict.MISMATCH, ["VER-005"])
    assert (unknown.verdict, codes(unknown)) == (Verdict.UNKNOWN, ["VER-021"])
    assert codes(other_lot) == ["VER-021"]
    assert codes(verify(world, Ask(gtin="03000101234509", serial="1"))) == ["VER-020"]
    assert codes(verify(world, Ask(text="hello"))) == ["VER-001"]


def test_a_scan_that_was_cut_off_is_no_fake(world: World) -> None:
    made(world)
    cut = verify(world, Ask(text=f"01{GTIN}21OA"))
    whole, typed = verify(world, Ask(text=f"01{GTIN}21OAB1")), Ask(gtin=GTIN, serial="XYZ9")

    assert (cut.verdict, codes(cut)) == (Verdict.UNKNOWN, ["VER-007", "VER-021"])
    assert cut.next_step.startswith("Scan the code again")
    assert (whole.verdict, codes(whole)) == (Verdict.GENUINE, ["VER-062"])
    assert codes(verify(world, typed)) == ["VER-021"]


def test_a_number_that_was_issued_and_not_reported_is_late_and_not_fake(world: World) -> None:
    made(world)
    world_key = {"master_key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
    object.__setattr__(world.app.settings, "master_key", world_key["master_key"])
    create_pool(
        world.app, world.maker, "packs", gtin=GTIN, policy=Policy(alphabet="0123456789", length=12)
    )
    given = allocate(world.app, world.maker, "packs", 5, request_id="r").serials()

    assert codes(verify(world, scan(given[0]))) == ["VER-022"]
    assert codes(verify(world, scan(given[0]), actor=world.wholesaler)) == ["VER-020"]


def test_where_a_dispensed_pack_is_scanned_makes_the_difference(world: World) -> None:
    made(world)
    record(
        world,
        dispensing(2, pack(2)) | {"readPoint": {"id": SHOP}, "bizLocation": {"id": SHOP}},
    )

    here = verify(world, scan("2"), place=SHOP_GLN)
    there = verify(world, scan("2"), place=OTHER_SHOP_GLN)
    nowhere = verify(world, scan("2"))

    assert (here.verdict, codes(here)) == (Verdict.NOT_SALEABLE, ["VER-040"])
    assert (there.verdict, codes(there)) == (Verdict.SUSPECT, ["VER-012"])
    assert nowhere.verdict is Verdict.NOT_SALEABLE


def test_a_pack_that_lies_elsewhere_by_the_record_is_not_called_saleable(world: World) -> None:
    made(world)

    assert codes(verify(world, scan("2"), place=SITE)) == []
    assert codes(verify(world, scan("2"), place=SHOP_GLN)) == ["VER-049"]
    assert codes(verify(world, scan("2"), place=OTHER_SHOP_GLN)) == ["VER-016"]
    shipped = event(5, action="OBSERVE", bizStep="shipping", disposition="in_transit",
                    epcList=[pack(2)])  # fmt: skip
    del shipped["bizLocation"]
    record(world, shipped)
    assert codes(verify(world, scan("2"), place=OTHER_SHOP_GLN)) == []


def test_the_moment_of_the_question_decides_not_that_of_its_arrival(world: World) -> None:
    made(world)
    record(world, packed(3, CASE, [pack(2)]), dispensing(90, pack(2)))
    before = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    assert verify(world, scan("2"), at=before).verdict is Verdict.GENUINE
    assert verify(world, scan("2")).verdict is Verdict.NOT_SALEABLE
    expired = verify(world, scan("3"), at=datetime(2029, 1, 1, tzinfo=UTC))
    assert codes(expired) == ["VER-044"]


def test_the_market_decides_and_its_rule_pack_is_named(world: World) -> None:
    made(world)
    locked = event(2, action="OBSERVE", bizStep="holding", epcList=[pack(2)],
                   disposition="urn:packtrail:disp:locked")  # fmt: skip
    record(world, locked)

    found = verify(world, scan("3"), market="de")
    assert found.rule_pack.startswith("eu_fmd ")
    assert verify(world, scan("3")).rule_pack == "packtrail general 1"
    assert verify(world, scan("2"), market="DE").verdict is Verdict.NOT_SALEABLE
    with pytest.raises(NotFound):
        verify(world, scan("3"), market="XX")


def test_a_notice_decides_at_once(world: World) -> None:
    made(world)
    assert verify(world, scan("2")).verdict is Verdict.GENUINE

    notices.make(
        world.app, world.maker, Proposal(kind="recalled", gtin=GTIN, lot=LOT, reason="C-17")
    )

    found = verify(world, scan("2"))
    assert (found.verdict, codes(found)) == (Verdict.NOT_SALEABLE, ["VER-042"])
    assert found.first.message.endswith(": C-17")


def test_no_answer_is_older_than_what_was_recorded_before_it(world: World) -> None:
    made(world)
    verdicts = [verify(world, scan("2")).verdict]

    record(world, packed(2, CASE, [pack(2)]))
    locked = event(3, action="OBSERVE", bizStep="holding", epcList=[CASE],
                   disposition="urn:packtrail:disp:locked")  # fmt: skip
    record(world, locked)
    verdicts.append(verify(world, scan("2"), market="DE").verdict)
    record(world, locked | {"errorDeclaration": {"declarationTime": "2026-03-03T08:00:00Z"}})
    verdicts.append(verify(world, scan("2"), market="DE").verdict)
    hold = Proposal(kind="held", gtin=GTIN, lot=LOT, serial="2", reason="Q-1")
    notice = notices.make(world.app, world.maker, hold)
    verdicts.append(verify(world, scan("2")).verdict)
    notices.retract(world.app, world.maker, notice.notice_id, reason="a mistake")
    verdicts.append(verify(world, scan("2")).verdict)
    of_lot = event(5, action="OBSERVE", bizStep="holding", disposition="recalled")
    lot = {"epcClass": f"urn:epc:class:lgtin:030001.0012345.{LOT}"}
    record(world, of_lot | {"quantityList": [lot]})
    verdicts.append(verify(world, scan("2")).verdict)

    genuine, not_saleable = Verdict.GENUINE, Verdict.NOT_SALEABLE
    assert verdicts == [genuine, not_saleable, genuine, not_saleable, genuine, not_saleable]


def test_the_name_of_a_product_is_its_last(world: World) -> None:
    made(world)
    assert verify(world, scan("2")).product == "Epcistra"

    text = json.dumps(PRODUCT).replace("Epcistra", "Newname")
    record(world, commissioning(9, [pack(9)]), vocabularies=[json.loads(text)])

    assert verify(world, scan("2")).product == "Newname"


def test_every_question_and_answer_is_kept(world: World) -> None:
    made(world)
    asked_at = world.clock()
    verify(world, scan("2"), place=SHOP_GLN, station="till 3", market="DE", purpose="supply")
    verify(world, Ask(text="hello"))
    lost = scan("3").text.replace(GS, "")
    verify(world, Ask(text=lost, detail={"operation": "G110"}))

    found = verifications.history(world.app, world.maker)

    assert [each.verdict for each in found] == [
        Verdict.GENUINE, Verdict.UNKNOWN, Verdict.NOT_SALEABLE,
    ]  # fmt: skip
    third, second, first = found
    assert (first.gtin, first.serial, first.lot, first.expires) == (GTIN, "2", LOT, "281231")
    assert (first.place, first.station, first.market, first.purpose, first.way) == (
        SHOP_GLN, "till 3", "DE", "supply", "scan",
    )  # fmt: skip
    assert (first.actor_id, first.reasons, first.scanned) == (
        world.maker.id, ("VER-049",), None,
    )  # fmt: skip
    assert first.at >= asked_at
    assert (second.gtin, second.scanned, second.reasons) == (None, "hello", ("VER-001",))
    assert (third.scanned, third.detail) == (lost, {"operation": "G110"})
    assert verifications.kept(world.app, world.maker, first.verification_id) == first


def test_the_past_is_found_by_pack_product_place_actor_time_and_verdict(world: World) -> None:
    made(world)
    for serial in ("2", "3", "404"):
        verify(world, scan(serial), place=SHOP_GLN if serial == "3" else None)
    middle = world.clock()
    verify(world, scan("2"))

    def serials_of(**asked) -> list[str | None]:
        found = verifications.history(world.app, world.maker, Asked(**asked))
        return [each.serial for each in found]

    assert serials_of(gtin=GTIN) == ["2", "404", "3", "2"]
    assert serials_of(gtin=GTIN, serial="2") == ["2", "2"]
    assert serials_of(place=SHOP) == ["3"]
    assert serials_of(since=middle) == ["2"]
    assert serials_of(until=middle) == ["404", "3", "2"]
    assert serials_of(verdicts=("unknown",)) == ["404"]
    assert serials_of(actor_id=world.maker.id) == ["2", "404", "3", "2"]
    assert serials_of(actor_id="nobody") == []
    newest = verifications.history(world.app, world.maker, limit=1)[0]
    assert serials_of(after=newest.verification_id) == ["404", "3", "2"]


def test_others_see_neither_what_is_recorded_nor_what_was_asked(world: World) -> None:
    made(world)
    mine = verify(world, scan("2"))

    theirs = verify(world, scan("2"), actor=world.wholesaler)

    assert codes(theirs) == ["VER-020"]
    history = verifications.history(world.app, world.wholesaler)
    assert [each.verification_id for each in history] == [theirs.verification_id]
    for name in (mine.verification_id, "nonsense"):
        with pytest.raises(NotFound):
            verifications.kept(world.app, world.wholesaler, name)


def test_many_are_verified_in_one_go(world: World) -> None:
    made(world)
    asks = [scan("2"), scan("404"), Ask(text="hello"), scan("3", lot="WRONG")]

    found = verifying.verify_all(world.app, world.maker, asks)

    assert [each.verdict for each in found] == [
        Verdict.GENUINE, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.MISMATCH,
    ]  # fmt: skip
    assert len(verifications.history(world.app, world.maker)) == 4
    with pytest.raises(LimitExceeded):
        verifying.verify_all(world.app, world.maker, [scan("2")] * 1001)


@pytest.mark.parametrize(
    ("ask", "circumstances", "code"),
    [
        (Ask(gtin="123", serial="1"), {}, "GS1-007"),
        (Ask(gtin=GTIN, serial=""), {}, "VER-002"),
        (Ask(gtin=GTIN, serial="1", expires="soon"), {}, "VER-002"),
        (scan("2"), {"purpose": "fun"}, "VER-070"),
        (scan("2"), {"place": "here"}, "TRC-008"),
    ],
)
def test_a_question_that_cannot_be_is_refused(world: World, ask, circumstances, code) -> None:
    with pytest.raises(RefusedError) as refused:
        verify(world, ask, **circumstances)

    assert refused.value.findings[0].code == code
    assert verifications.history(world.app, world.maker) == ()


def test_an_operator_verifies_and_a_reader_sees_what_was_answered(world: World) -> None:
    made(world)
    operator, reader = (
        world.maker.with_permissions(ROLES[role]) for role in (RoleName.OPERATOR, RoleName.READER)
    )

    assert verify(world, scan("2"), actor=operator).verdict is Verdict.GENUINE
    assert len(verifications.history(world.app, reader)) == 1
    with pytest.raises(NotPermitted):
        verify(world, scan("2"), actor=reader)


def test_an_expiry_of_the_whole_month_counts_to_its_last_day(world: World) -> None:
    ilmd = {"cbvmda:lotNumber": LOT, "cbvmda:itemExpirationDate": "2026-03-00"}
    record(world, commissioning(1, [pack(2)]) | {"ilmd": ilmd})
    last = datetime(2026, 3, 31, 12, tzinfo=UTC)

    assert verify(world, scan("2", expires="260300"), at=last).verdict is Verdict.GENUINE
    assert codes(verify(world, scan("2", expires="260331"), at=last)) == ["VER-061"]
    after = verify(world, scan("2", expires="260300"), at=last + timedelta(days=1))
    assert codes(after) == ["VER-044"]
    assert after.expires_on == date(2026, 3, 31)
