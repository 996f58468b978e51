"""Recalls through the use cases: who holds what, what is guarded, what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from packtrail.access import Actor, Permission
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.lifecycle.journey import Status
from packtrail.recalls import EntryKind, Subject
from packtrail.recalls.accounting import Fate
from packtrail.recalls.case import Answer
from packtrail.services.accounts import accounts, audit, signing
from packtrail.services.capture import capture
from packtrail.services.goods import notices, tracing
from packtrail.services.recalls import acting, cases, contacts, drafting, papers, reminding
from packtrail.services.recalls.acting import Check, Confirmed
from packtrail.services.recalls.attention import attention
from packtrail.services.recalls.cases import NewRecall
from packtrail.services.recalls.contacts import Contact

from .conftest import World
from .documents import CASE, LOT, PRODUCT, commissioning, document, event, pack, packing

GTIN = "00300010123455"
DEPOT, SHOP = "urn:epc:id:sgln:0300020.00000.0", "urn:epc:id:sgln:0300030.00000.0"
DEPOT_GLN, SHOP_GLN = "0300020000005", "0300030000002"
SITE_GLN = "0300011111116"
PASSWORD = "a long sentence to sign with"
PLACES = {
    "type": "urn:epcglobal:epcis:vtype:Location",
    "vocabularyElementList": [
        {
            "id": SHOP,
            "attributes": [
                {"id": "urn:epcglobal:cbv:mda#name", "attribute": "Apotheke am Markt"},
                {"id": "urn:epcglobal:cbv:mda#countryCode", "attribute": "DE"},
            ],
        }
    ],
}


def _moved(number: int, step: str, place: str, epcs: list[str], goal: str = "") -> dict:
    to = [{"type": "location", "destination": goal}] if goal else []
    disposition = {"shipping": "in_transit", "receiving": "in_progress"}.get(step, step)
    at = {"id": place}
    located = {} if step == "shipping" else {"bizLocation": at}
    told = event(
        number, action="OBSERVE", bizStep=step, disposition=disposition, epcList=epcs,
        readPoint=at, **({"destinationList": to} if to else {}),
    )  # fmt: skip
    del told["bizLocation"]
    return told | located


def _tell(world: World, *events: dict, vocabularies: tuple = ()) -> None:
    content = document(*events, vocabularies=vocabularies)
    job = capture.submit(world.app, world.maker, content, media_type="application/json")
    assert job.success, job.findings


@pytest.fixture
def chain(world: World) -> World:
    """Ten packs: a case of four at the depot, one of three under way to a shop, three elsewhere."""
    other = CASE.replace("00000000001", "00000000002")
    with world.app.database.transaction() as conn:
        conn.execute("update organisation set gln = %s where code = 'maker'", [SITE_GLN])
    _tell(
        world,
        commissioning(1, [pack(n) for n in range(10)]),
        packing(2, CASE, [pack(n) for n in range(4)]),
        packing(3, other, [pack(n) for n in range(4, 7)]),
        _moved(4, "shipping", "urn:epc:id:sgln:030001.111111.0", [CASE], DEPOT),
        _moved(5, "receiving", DEPOT, [CASE]),
        _moved(6, "shipping", "urn:epc:id:sgln:030001.111111.0", [other], SHOP),
        _moved(7, "receiving", SHOP, [pack(7), pack(8)]),
        event(8, action="DELETE", bizStep="dispensing", disposition="dispensed",
              epcList=[pack(8)], readPoint={"id": SHOP}, bizLocation={"id": SHOP}),
        vocabularies=(PRODUCT, PLACES),
    )  # fmt: skip
    return world


def _open(world: World, **more: object):
    facts = {
        "title": "Glass",
        "reason": "Glass in ampoules",
        "subjects": [Subject(gtin=GTIN, lot=LOT)],
    }
    return cases.open_recall(world.app, world.maker, NewRecall(**(facts | more))).row.number


def _view(world: World, number: str):
    return cases.view(world.app, world.maker, number)


def _person(world: World, name: str, role: str = "quality") -> Actor:
    accounts.create_user(
        world.app, world.maker, name, role=role, display_name=name.title(), password=PASSWORD
    )
    return accounts.sign_in(world.app, name, PASSWORD).actor


def _codes(refused: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    return [each.code for each in refused.value.findings]


def test_packs_are_found_in_containers_and_under_way(chain: World) -> None:
    found = _view(chain, _open(chain))

    by_holder = {each.key: each.holding.by_fate for each in found.lines}
    assert by_holder[DEPOT_GLN] == {Fate.HELD: 4}
    assert by_holder[SHOP_GLN] == {Fate.IN_TRANSIT: 3, Fate.HELD: 1, Fate.DISPENSED: 1}
    assert by_holder[SITE_GLN] == {Fate.OURS: 1}
    assert (found.account.total, found.account.missing) == (10, 8)
    assert found.line(SHOP_GLN).name == "Apotheke am Markt"
    assert (found.line(SHOP_GLN).is_retail, found.line(DEPOT_GLN).is_retail) == (True, False)
    moving = next(p for p in found.line(SHOP_GLN).holding.parts if p.fate is Fate.IN_TRANSIT)
    assert (moving.whence, moving.inferred) == ("0300011111116", 3)


def test_a_single_pack_and_a_whole_product_can_be_recalled(chain: World) -> None:
    one = _view(chain, _open(chain, subjects=[Subject(gtin=GTIN, serial="7")]))
    every = _view(chain, _open(chain, subjects=[Subject(gtin=GTIN)]))

    assert [(each.key, each.account.total) for each in one.lines] == [(SHOP_GLN, 1)]
    assert every.account.total == 10


def test_a_recall_of_a_market_leaves_out_holders_of_other_countries(chain: World) -> None:
    contacts.put_contact(chain.app, chain.maker, Contact(holder=DEPOT_GLN, country="us"))

    assert DEPOT_GLN not in {each.key for each in _view(chain, _open(chain, market="eu")).lines}
    assert SHOP_GLN not in {each.key for each in _view(chain, _open(chain, market="US")).lines}


def test_depth_decides_who_is_told_and_whether_dispensed_packs_are_missing(chain: World) -> None:
    reached, missing = {}, {}
    for depth in ("wholesale", "retail", "patient"):
        found = _view(chain, _open(chain, depth=depth))
        reached[depth] = {each.key for each in found.lines if each.is_reached}
        missing[depth] = found.line(SHOP_GLN).account.missing

    assert DEPOT_GLN in reached["wholesale"]
    assert SHOP_GLN not in reached["wholesale"]
    assert SHOP_GLN in reached["retail"] & reached["patient"]
    assert missing == {"wholesale": 4, "retail": 4, "patient": 5}


def test_everything_wrong_with_a_new_recall_is_told_at_once(chain: World) -> None:
    with pytest.raises(RefusedError) as refused:
        _open(
            chain, title=" ", hazard="9", depth="deep", market="XX", remind_for_hours=0,
            subjects=[Subject(gtin="1234"), Subject(gtin=GTIN, lot="X" * 21)],
        )  # fmt: skip

    assert {each.at for each in refused.value.findings} == {
        "title", "hazard", "depth", "market", "remind_for_hours", "subjects/0/gtin",
        "subjects/1/lot",
    }  # fmt: skip


def test_publishing_is_guarded_and_makes_the_lot_recalled_once(chain: World) -> None:
    number = _open(chain)
    with pytest.raises(RefusedError) as refused:
        acting.publish(chain.app, chain.maker, number, Confirmed(confirmation="yes", reason=""))
    assert _codes(refused) == ["RCL-003", "RCL-004"]

    told = Confirmed(confirmation=number, reason="Decision 12")
    acting.publish(chain.app, chain.maker, number, told)

    trace = tracing.trace(chain.app, chain.maker, pack(1))
    assert trace.condition.status is Status.RECALLED
    assert len(notices.listed(chain.app, chain.maker)) == 1
    with pytest.raises(RefusedError) as refused:
        acting.publish(chain.app, chain.maker, number, told)
    assert _codes(refused) == ["RCL-006"]
    again = _open(chain)
    acting.publish(chain.app, chain.maker, again, replace(told, confirmation=again))
    assert len(notices.listed(chain.app, chain.maker)) == 1


def test_a_drill_counts_and_changes_no_status(chain: World) -> None:
    number = _open(chain, kind="drill")
    chain.clock.advance(minutes=7)
    counted = acting.count(chain.app, chain.maker, number)

    assert number.startswith("D-")
    assert counted.case.answered_for >= timedelta(minutes=7)
    with pytest.raises(RefusedError) as refused:
        acting.publish(chain.app, chain.maker, number, Confirmed(confirmation=number, reason="Try"))
    assert _codes(refused) == ["RCL-007"]
    assert tracing.trace(chain.app, chain.maker, pack(1)).condition.status is Status.RECEIVED
    message = drafting.holder(chain.app, chain.maker, number, SHOP_GLN).message
    assert (message.language, message.text.startswith("DIES IST EINE ÜBUNG")) == ("de", True)


def test_a_second_person_has_to_publish_where_the_policy_says_so(chain: World) -> None:
    app = replace(chain.app, settings=replace(chain.app.settings, recall_two_persons=True))
    number = _open(chain)
    anna, bert = (_person(chain, name) for name in ("anna", "bert"))
    told = Confirmed(confirmation=number, reason="Decision 12")

    assert acting.publish(app, anna, number, told).case.published_at is None
    assert acting.publish(app, anna, number, told).case.published_at is None
    assert acting.publish(app, bert, number, told).case.published_at is not None
    kinds = [each.kind for each in _view(chain, number).recall.entries]
    assert kinds == [EntryKind.OPENED, EntryKind.PROPOSED, EntryKind.PUBLISHED]


def test_the_word_of_a_holder_counts_for_what_events_do_not_tell(chain: World) -> None:
    number = _open(chain)
    told = Confirmed(confirmation=number, reason="Letter 3")
    acting.mark_sent(chain.app, chain.maker, number, told)
    before = _view(chain, number).line(DEPOT_GLN)
    today = chain.clock().date()
    acting.acknowledge(
        chain.app, chain.maker, number, DEPOT_GLN, Answer(person="Mr Delta", on=today, destroyed=3)
    )
    by_word = _view(chain, number).line(DEPOT_GLN)
    destroyed = event(
        20, action="DELETE", bizStep="destroying", disposition="destroyed",
        epcList=[pack(0), pack(1)], readPoint={"id": DEPOT}, bizLocation={"id": DEPOT},
    )  # fmt: skip
    _tell(chain, destroyed)
    by_events = _view(chain, number).line(DEPOT_GLN)

    assert (before.account.missing, before.holder.told_packs) == (4, 4)
    assert (by_word.account.missing, by_word.account.by_word) == (1, 3)
    assert (by_events.account.missing, by_events.account.by_word) == (1, 1)
    assert by_events.account.by_fate == {Fate.HELD: 2, Fate.DESTROYED: 2}


def test_a_holder_that_tells_of_too_many_packs_is_a_finding(chain: World) -> None:
    number = _open(chain)
    answer = Answer(person="Mr Delta", on=chain.clock().date(), returned=400)
    acting.acknowledge(chain.app, chain.maker, number, DEPOT_GLN, answer)

    found = [each for each in _view(chain, number).findings if each.code == "RCL-012"]
    assert [each.message for each in found] == ["0300020000005 tells of 400 packs; recorded are 4."]


@pytest.mark.parametrize(
    ("told", "at"),
    [({"person": " "}, "person"), ({"returned": -1}, "returned"), ({"days": 2}, "on")],
)
def test_an_answer_that_cannot_be_so_is_refused(chain: World, told: dict, at: str) -> None:
    number = _open(chain)
    on = chain.clock().date() + timedelta(days=told.pop("days", 0))
    with pytest.raises(RefusedError) as refused:
        acting.acknowledge(
            chain.app, chain.maker, number, DEPOT_GLN, Answer(**({"person": "X", "on": on} | told))
        )

    assert [each.at for each in refused.value.findings] == [at]


def test_holders_are_reminded_by_the_clock_until_they_answer(chain: World) -> None:
    number = _open(chain, hazard="1")
    acting.mark_sent(
        chain.app, chain.maker, number, Confirmed(confirmation=number, reason="Letter 3")
    )
    reminding.remind_all(chain.app)
    assert _view(chain, number).line(DEPOT_GLN).holder.reminders == 0
    chain.clock.advance(hours=25)
    assert _view(chain, number).line(DEPOT_GLN).is_due
    reminding.remind_all(chain.app)
    reminding.remind_all(chain.app)
    assert _view(chain, number).line(DEPOT_GLN).holder.reminders == 1
    answer = Answer(person="Mr Delta", on=chain.clock().date())
    acting.acknowledge(chain.app, chain.maker, number, DEPOT_GLN, answer)
    chain.clock.advance(hours=25)
    reminding.remind_all(chain.app)

    found = _view(chain, number)
    assert found.line(DEPOT_GLN).holder.reminders == 1
    assert found.line(SHOP_GLN).holder.reminders == 2
    assert "Erinnerung 2" in drafting.holder(chain.app, chain.maker, number, SHOP_GLN).message.text


def test_checks_are_wanted_as_the_level_says(chain: World) -> None:
    number = _open(chain, check_level="B")
    with pytest.raises(RefusedError) as refused:
        acting.check(
            chain.app, chain.maker, number, DEPOT_GLN,
            Check(way="call", person="Ms Q", is_effective=True),
        )  # fmt: skip
    assert _codes(refused) == ["RCL-006"]
    acting.mark_sent(
        chain.app, chain.maker, number, Confirmed(confirmation=number, reason="Letter 3")
    )
    wanted = _view(chain, number)
    acting.check(
        chain.app, chain.maker, number, DEPOT_GLN,
        Check(way="call", person="Ms Q", is_effective=False),
    )  # fmt: skip
    done = _view(chain, number)

    assert (wanted.case.told, wanted.case.checks_wanted) == (2, 1)
    assert "RCL-013" in {each.code for each in wanted.findings}
    assert "RCL-013" not in {each.code for each in done.findings}
    assert done.line(DEPOT_GLN).holder.was_effective is False


def test_a_message_is_a_mail_with_the_packs_of_its_holder(chain: World) -> None:
    number = _open(chain)
    contacts.put_contact(
        chain.app, chain.maker,
        Contact(holder=SHOP_GLN, person="Frau Grün", email="qs@apotheke.example", language="fr"),
    )  # fmt: skip
    mail = message_from_bytes(
        drafting.mail(chain.app, chain.maker, number, SHOP_GLN), policy=policy.default
    )
    (table,) = mail.iter_attachments()
    lines = table.get_payload(decode=True).decode("utf-8-sig").splitlines()

    assert mail["To"] == "Frau Grün <qs@apotheke.example>"
    assert "rappel de médicaments" in mail["Subject"]
    assert "Epcistra (01) 00300010123455 (10) LOT-7" in mail.get_body().get_content()
    assert sum(GTIN in line for line in lines) == 5
    assert any("(00)" in line and line.endswith("yes") for line in lines)
    assert drafting.letter(chain.app, chain.maker, number, SHOP_GLN).startswith(b"%PDF")


def test_a_contact_that_cannot_be_used_is_refused(chain: World) -> None:
    bad = Contact(holder=" ", email="nobody", country="XX", language="la")
    with pytest.raises(RefusedError) as refused:
        contacts.put_contact(chain.app, chain.maker, bad)

    assert [each.at for each in refused.value.findings] == [
        "holder", "email", "country", "language",
    ]  # fmt: skip


def test_closing_takes_a_signature_and_ends_everything(chain: World) -> None:
    number = _open(chain)
    anna = _person(chain, "anna")
    told = Confirmed(confirmation=number, reason="All is back")
    statement = signing.Statement(
        password=PASSWORD, meaning="approved", digest=acting.digest(_view(chain, number))
    )
    with pytest.raises(RefusedError) as refused:
        acting.close(chain.app, anna, number, told, replace(statement, password="guess it again"))
    assert _codes(refused) == ["ACC-019"]

    acting.close(chain.app, anna, number, told, statement)

    seen = _view(chain, number)
    assert seen.case.is_closed
    (signature,) = papers.signatures(chain.app, chain.maker, seen)
    assert (signature.signer_name, signature.is_current) == ("Anna", True)
    with pytest.raises(Conflict):
        acting.note(chain.app, chain.maker, number, "One more")
    assert papers.report(chain.app, chain.maker, number).startswith(b"%PDF")
    assert papers.workbook(chain.app, chain.maker, number).startswith(b"PK")
    actions = {each.action for each in audit.entries(chain.app, chain.maker)}
    assert {"recall:record:opened", "recall:record:closed"} <= actions


def test_recalls_are_nobody_elses_and_take_the_right(chain: World) -> None:
    number = _open(chain)
    with pytest.raises(NotFound):
        cases.view(chain.app, chain.wholesaler, number)
    reader = _person(chain, "rita", role="reader")
    assert cases.recalls(chain.app, reader)[0].row.number == number
    told = Confirmed(confirmation=number, reason="Because")
    for act in (
        lambda: acting.count(chain.app, reader, number),
        lambda: acting.publish(chain.app, reader, number, told),
        lambda: acting.mark_sent(chain.app, reader, number, told),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert not reader.may(Permission.RECALL_DECIDE)


def test_home_names_recalls_that_are_open_and_no_drills(chain: World) -> None:
    number = _open(chain)
    _open(chain, kind="drill")

    (found,) = attention(chain.app, chain.maker)

    assert found.link == f"/recalls/{number}"
    assert number in found.text
    assert attention(chain.app, chain.maker.with_permissions(frozenset())) == ()


def test_a_recall_is_seen_as_of_a_moment_and_as_known_at_another(chain: World) -> None:
    number = _open(chain)
    opened = chain.clock()
    chain.clock.advance(hours=1)
    told = Confirmed(confirmation=number, reason="Minutes 12")
    acting.mark_sent(chain.app, chain.maker, number, told, holders=[DEPOT_GLN], way="call")
    sent = chain.clock()
    chain.clock.advance(days=3)
    yesterday = (chain.clock() - timedelta(days=1)).date()
    answer = Answer(person="Ms Grün", on=yesterday, quarantined=4)
    acting.acknowledge(chain.app, chain.maker, number, DEPOT_GLN, answer)
    before_answer = chain.clock() - timedelta(minutes=1)
    _tell(chain, _moved(30, "receiving", SHOP, [CASE]))

    def seen(**moments):
        return cases.view(chain.app, chain.maker, number, **moments)

    assert seen().line(SHOP_GLN).account.total == 9
    then = seen(as_known_at=before_answer)
    assert then.line(DEPOT_GLN).account.total == 4
    assert (then.line(DEPOT_GLN).holder.answer, then.account.missing) == (None, 8)
    # The answer of yesterday was written down today: it had happened, and nobody knew.
    happened = seen(as_of=before_answer)
    assert happened.line(DEPOT_GLN).holder.answer == answer
    assert seen(as_of=sent).line(DEPOT_GLN).holder.answer is None
    assert seen(as_of=sent).line(DEPOT_GLN).holder.told_at is not None
    assert [each.kind for each in seen(as_known_at=opened).recall.entries] == [EntryKind.OPENED]
    assert not seen(as_of=opened).is_now


def test_before_the_packs_were_made_there_is_nothing_to_recall(chain: World) -> None:
    number = _open(chain)
    before = chain.clock().replace(year=2025)

    seen = cases.view(chain.app, chain.maker, number, as_of=before)

    assert (seen.lines, seen.account.total, seen.recall.entries) == ((), 0, ())


def test_papers_say_until_when_they_tell(chain: World) -> None:
    number = _open(chain)
    chain.clock.advance(days=1)
    before = chain.clock() - timedelta(hours=30)

    told = drafting.packs_csv(chain.app, chain.maker, number, as_known_at=before).decode()

    assert "Had been recorded by" in told
    assert told.count(GTIN) == 0
