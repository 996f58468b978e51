"""Reports from events to acknowledgement, on a real store, against fake authorities over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.services import documents
from tests.services.companies import put
from tests.services.conftest import World, make_world
from tests.unit.reporting import sample

from packtrail import epcis
from packtrail.access import Actor, Permission
from packtrail.access.actor import ActorKind
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.compliance.words import Role
from packtrail.production.levels import Level, Tier
from packtrail.reporting.life import State, Step
from packtrail.reporting.words import ChannelKind, ReceiverKind
from packtrail.services.capture import capture
from packtrail.services.lines import floor
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.services.reports import (
    asking,
    facts,
    making,
    moving,
    papers,
    preflight,
    receivers,
    sending,
    viewing,
    watching,
)
from packtrail.services.reports.asking import Wish
from packtrail.services.reports.receivers import Receiver
from packtrail.simulation.authority import AuthorityServer, Faults
from packtrail.store.database import Database
from packtrail.store.reports import ReportRow, Wanted

GTIN = sample.GTIN
MAKER = Role.MANUFACTURER
HOLDER = Role.MARKETING_AUTHORISATION_HOLDER
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Desk:
    """The maker's desk for reports, with colleagues."""

    world: World
    maker: Actor
    first: Actor
    second: Actor

    def capture(self, *events: dict[str, Any]) -> str:
        body = documents.document(*events)
        job = capture.submit(self.world.app, self.maker, body, media_type="application/json")
        assert job.success, job.findings
        return job.capture_id

    def receiver(self, code: str, market: str, **more: Any) -> Receiver:
        wanted = Receiver(code=code, title=code.title(), market=market, **more)
        return receivers.put(self.world.app, self.maker, wanted)

    def due(self) -> list[ReportRow]:
        """Let the watch run, and return what is due, by form and lot."""
        watching.find_due(self.world.app)
        found = viewing.reports(self.world.app, self.maker, Wanted(states=(State.DUE,)))
        return sorted(
            (self.row(line.number) for line in found),
            key=lambda each: (each.form, each.lot, each.number),
        )

    def row(self, number: int) -> Any:
        return viewing.report(self.world.app, self.maker, number).line

    def view(self, number: int) -> viewing.ReportView:
        return viewing.report(self.world.app, self.maker, number)

    def approved(self, number: int, **told: str) -> Any:
        making.build(self.world.app, self.maker, number, facts=told)
        return moving.approve(self.world.app, self.maker, number)

    def go_on(self, seconds: float = 60) -> None:
        """Let time pass, and let the chore do what is due then."""
        self.world.clock.advance(seconds=seconds)
        sending.go_on(self.world.app)


@pytest.fixture
def desk(fresh_database: Database, tmp_path: Path) -> Iterator[Desk]:
    world = make_world(fresh_database, webhook_allowed_networks=("127.0.0.0/8",))
    settings = replace(world.app.settings, data_dir=tmp_path)
    world = replace(world, app=replace(world.app, settings=settings))
    people = [
        replace(world.maker, kind=ActorKind.USER, id=f"user:{name}", name=name)
        for name in ("ann", "bob")
    ]
    yield Desk(world, world.maker, *people)
    world.app.workers.shutdown(wait=True)


@pytest.fixture
def authority(desk: Desk) -> Iterator[AuthorityServer]:
    with AuthorityServer(clock=desk.world.clock) as server:
        yield server


def with_faults(server: AuthorityServer, faults: Faults) -> None:
    server.faults = faults
    for system in server.systems.values():
        system.faults = faults


def over_http(server: AuthorityServer, system: str) -> dict[str, Any]:
    return {
        "channel": ChannelKind.HTTP,
        "address": f"{server.address}/{system}/reports",
        "answer_address": f"{server.address}/{system}/reports/{{reference}}",
    }


def event(**members: Any) -> dict[str, Any]:
    return documents.event(next(NUMBERS), **members)


def commissioning(lot: str, numbers: range) -> dict[str, Any]:
    ilmd = {
        "cbvmda:lotNumber": lot,
        "cbvmda:itemExpirationDate": "2028-12-31",
        "cbvmda:productionDate": "2026-03-01",
    }
    here = {"id": sample.PLACES[sample.MAKER]}
    return event(
        epcList=[sample.pack(n) for n in numbers], ilmd=ilmd, readPoint=here, bizLocation=here
    )


def packing(parent: str, children: list[str]) -> dict[str, Any]:
    here = {"id": sample.PLACES[sample.MAKER]}
    return event(
        type="AggregationEvent",
        bizStep="packing",
        disposition="in_progress",
        parentID=parent,
        childEPCs=children,
        readPoint=here,
        bizLocation=here,
    )


def shipping(*epcs: str) -> dict[str, Any]:
    told = event(
        action="OBSERVE",
        bizStep="shipping",
        disposition="in_transit",
        epcList=list(epcs),
        readPoint={"id": sample.PLACES[sample.WAREHOUSE]},
        bizTransactionList=[
            {"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:{sample.BUYER}:PO-7"},
            {"type": "desadv", "bizTransaction": f"urn:epcglobal:cbv:bt:{sample.MAKER}:LS-9"},
        ],
        sourceList=[
            {"type": "owning_party", "source": sample.PLACES[sample.MAKER]},
            {"type": "location", "source": sample.PLACES[sample.WAREHOUSE]},
        ],
        destinationList=[
            {"type": "owning_party", "destination": sample.PLACES[sample.BUYER]},
            {"type": "location", "destination": sample.PLACES[sample.BUYER]},
        ],
    )
    del told["bizLocation"]
    return told


def whole_shipment() -> list[dict[str, Any]]:
    """Return events of eight packs in two cases on a pallet, and their shipment."""
    born = event(
        epcList=[sample.case(1), sample.case(2), sample.PALLET],
        readPoint={"id": sample.PLACES[sample.MAKER]},
        bizLocation={"id": sample.PLACES[sample.MAKER]},
    )
    return [
        commissioning("A1", range(4)),
        commissioning("B2", range(4, 8)),
        born,
        packing(sample.case(1), [sample.pack(n) for n in range(4)]),
        packing(sample.case(2), [sample.pack(n) for n in range(4, 8)]),
        packing(sample.PALLET, [sample.case(1), sample.case(2)]),
    ]


RUSSIAN_FACTS = {"device_id": "0000000000000001"}


def russian(desk: Desk, **more: Any) -> Receiver:
    facts.put(desk.world.app, desk.maker, "item", GTIN, {"markets": "RU"})
    for gln, number in ((sample.MAKER, "1"), (sample.WAREHOUSE, "2"), (sample.BUYER, "3")):
        told = {"mdlp_id": number.zfill(14)}
        facts.put(desk.world.app, desk.maker, "place", gln, told)
    told = {"mdlp_cost": "110", "mdlp_vat": "10"}
    facts.put(desk.world.app, desk.maker, "item", GTIN, told)
    return desk.receiver("mdlp", "RU", roles=(MAKER,), facts=RUSSIAN_FACTS, **more)


# --- what is due ----------------------------------------------------------------------------------


def test_events_make_reports_due_once_with_their_deadline(desk: Desk) -> None:
    russian(desk)
    desk.capture(*whole_shipment())
    found = desk.due()
    assert [(each.form, each.lot) for each in found] == [
        ("ru_10311", "A1"),
        ("ru_10311", "B2"),
        ("ru_915", ""),
    ]
    assert found[0].duty == "ru_mdlp/emission_report"
    assert found[0].due_words == "within 5 working days"
    assert found[0].title == f"{GTIN}, lot A1"
    assert watching.find_due(desk.world.app) == 0, "what was found is not found again"
    receivers.look_again(
        desk.world.app, desk.maker, "mdlp", desk.world.clock() - timedelta(days=9000)
    )
    assert watching.find_due(desk.world.app) == 0, "not even when it is looked at again"


def test_later_events_join_a_lot_that_nobody_has_built(desk: Desk) -> None:
    russian(desk)
    desk.capture(commissioning("A1", range(2)))
    (report,) = desk.due()
    desk.capture(commissioning("A1", range(2, 4)))
    (same,) = desk.due()
    assert same.number == report.number
    assert len(desk.view(report.number).events) == 2
    making.build(desk.world.app, desk.maker, report.number)
    desk.capture(commissioning("A1", range(4, 6)))
    (other,) = desk.due()
    assert other.number != report.number


def test_what_names_no_market_is_not_found_but_said_to_be_undecided(desk: Desk) -> None:
    desk.receiver("mdlp", "RU", roles=(MAKER,))
    body = documents.document(commissioning("A1", range(2)), vocabularies=[_product()])
    assert capture.submit(desk.world.app, desk.maker, body, media_type="application/json").success
    assert desk.due() == []
    assert viewing.undecided(desk.world.app, desk.maker) == {GTIN: "Epcistra"}
    desk.receiver("all", "RU", roles=(MAKER,), takes_all=True)
    desk.capture(commissioning("A2", range(10, 12)))
    assert [each.receiver for each in desk.due()] == ["all"]


def test_the_portfolio_tells_where_a_product_is_sold_and_its_numbers_there(desk: Desk) -> None:
    app, maker = desk.world.app, desk.maker
    desk.receiver("mdlp", "RU", roles=(MAKER,))
    desk.receiver("hub", "EU", roles=(HOLDER,))
    tiers = (Tier(level=Level.PACK, gtin=GTIN),)
    item = floor.NewTradeItem(code="epcistra", name="Epcistra", market="DE", tiers=tiers)
    floor.create_trade_item(app, maker, item)
    product = {"code": "epcistra", "name": "Epcistra", "class": "prescription", "made_in": "US"}
    numbers = {"national_numbers": {"PZN": "04562798"}, "holder": "Holder"}
    sold = {"product": "epcistra", "trade_item": "epcistra"}
    told = (
        ("company", {"roles": ["manufacturer", "marketing_authorisation_holder"]}),
        ("product", product),
        ("licence", {**sold, **numbers, "market": "DE"}),
        ("licence", {**sold, "market": "US", "national_numbers": {"NDC": "0001-0123-45"}}),
    )
    PORTFOLIO.change(app, maker, [put(kind, **values) for kind, values in told])
    desk.capture(commissioning("A1", range(2)))
    assert [each.receiver for each in desk.due()] == ["hub"]
    wish = Wish(receiver="hub", form="eu_product_data", gtin=GTIN)
    number = asking.create(app, maker, wish).number
    making.build(app, maker, number)
    _, content = viewing.file(app, maker, number, 1)
    assert b"<nationalCode>04562798</nationalCode>" in content
    assert b'code="US"' not in content, "the hub is told of its own markets only"
    facts.put(app, maker, "item", GTIN, {"markets": "RU"})
    desk.capture(commissioning("A2", range(2, 4)))
    assert {each.receiver for each in desk.due()} == {"hub", "mdlp"}, "what a person says counts"


def _product() -> dict[str, Any]:
    names = {
        "regulatedProductName": "Epcistra",
        "additionalTradeItemIdentification": "0001-0123-45",
        "additionalTradeItemIdentificationTypeCode": "US_FDA_NDC",
        "manufacturerOfTradeItemPartyName": "Maker",
        "dosageFormType": "PILL",
        "strengthDescription": "100mg",
        "netContentDescription": "500 pills",
    }
    attributes = [
        {"id": f"urn:epcglobal:cbv:mda#{name}", "attribute": text} for name, text in names.items()
    ]
    element = {"id": "urn:epc:idpat:sgtin:460000000.0001.*", "attributes": attributes}
    return {
        "type": "urn:epcglobal:epcis:vtype:EPCClass",
        "vocabularyElementList": [element],
    }


def test_only_the_organisations_own_events_are_reported(desk: Desk) -> None:
    russian(desk)
    theirs = desk.world.wholesaler
    body = documents.document(commissioning("A1", range(2)))
    assert capture.submit(desk.world.app, theirs, body, media_type="application/json").success
    assert desk.due() == []


# --- DSCSA ----------------------------------------------------------------------------------------


def test_a_shipment_tells_its_buyer_the_history_of_what_it_holds(desk: Desk) -> None:
    desk.receiver("buyer", "US", kind=ReceiverKind.PARTNER, gln=sample.BUYER, roles=(MAKER,))
    address = {
        "name": "A place",
        "streetAddressOne": "Street 1",
        "city": "Town",
        "state": "CA",
        "postalCode": "10001",
        "countryCode": "US",
    }
    for gln in sample.PLACES:
        facts.put(desk.world.app, desk.maker, "place", gln, address)
    body = documents.document(
        commissioning("C3", range(50, 90)), *whole_shipment(), vocabularies=[_product()]
    )
    assert capture.submit(desk.world.app, desk.maker, body, media_type="application/json").success
    desk.capture(shipping(sample.PALLET))
    (report,) = desk.due()
    assert (report.form, report.happening) == ("us_ti_r13", "transaction")
    making.build(desk.world.app, desk.maker, report.number)
    view = desk.view(report.number)
    assert view.line.state is State.CHECKED, (view.findings, view.checks[0].findings)
    assert view.line.score == 100
    (told,) = view.files
    _, content = viewing.file(desk.world.app, desk.maker, report.number, told.file_no)
    document = epcis.read(content).document
    assert document is not None
    assert len(document.events) == 7, "the lot that was not shipped is not told"
    assert document.receiver is not None
    assert document.receiver.identifier == sample.PLACES[sample.BUYER]
    paper, content = papers.transaction_paper(desk.world.app, desk.maker, report.number)
    assert content.startswith(b"%PDF")
    assert (paper.role, paper.name) == ("paper", told.name.replace(".xml", ".pdf"))
    again, same = papers.transaction_paper(desk.world.app, desk.maker, report.number)
    assert (again, same) == (paper, content), "it is drawn once, and kept"
    name, content = papers.dossier(desk.world.app, desk.maker, report.number)
    assert name == f"report-{report.number}.pdf"
    assert content.startswith(b"%PDF")


# --- MDLP over HTTP -------------------------------------------------------------------------------


def test_a_report_is_sent_asked_for_and_acknowledged(
    desk: Desk, authority: AuthorityServer
) -> None:
    with_faults(authority, Faults(late_seconds=100))
    russian(desk, **over_http(authority, "mdlp"))
    desk.capture(commissioning("A1", range(4)))
    (report,) = desk.due()
    desk.approved(report.number)
    desk.go_on()
    waiting = desk.row(report.number)
    assert (waiting.state, waiting.reference) == (State.SENT, "mdlp-000001")
    desk.go_on(200)
    view = desk.view(report.number)
    assert view.line.state is State.ACKNOWLEDGED
    assert [each.step for each in view.steps] == [
        "found", "built", "passed", "approved", "sent", "waiting", "acknowledged",
    ]  # fmt: skip
    assert [each.role for each in view.files] == ["outgoing", "answer", "answer"]
    assert view.possible == ()


def test_a_rejection_leads_back_to_its_packs_and_the_report_can_be_built_anew(
    desk: Desk, authority: AuthorityServer
) -> None:
    russian(desk, **over_http(authority, "mdlp"))
    desk.capture(*whole_shipment()[:2])
    first, second = desk.due()
    desk.approved(first.number)
    desk.go_on()
    desk.go_on()
    assert desk.row(first.number).state is State.ACKNOWLEDGED
    desk.capture(*whole_shipment()[2:], shipping(sample.PALLET))
    shipment = next(each for each in desk.due() if each.form == "ru_415")
    desk.approved(shipment.number)
    desk.go_on()
    desk.go_on()
    view = desk.view(shipment.number)
    assert view.line.state is State.ACKNOWLEDGED, "MDLP knows containers by what they hold"
    assert second.state is State.DUE
    desk.capture(event(**_released(range(3, 6))))
    release = next(each for each in desk.due() if each.form == "ru_313")
    desk.approved(release.number, release_date="2026-03-03", release_confirmation="C-1")
    desk.go_on()
    desk.go_on()
    view = desk.view(release.number)
    assert view.line.state is State.PARTLY
    assert sorted(each.label for each in view.reasons) == [
        f"(01) {GTIN} (21) SER000000000{n}" for n in (4, 5)
    ]
    mentions = viewing.about(desk.world.app, desk.maker, f"(01){GTIN}(21)SER0000000004")
    told = viewing.about(desk.world.app, desk.maker, view.events[0])
    assert [each.number for each in told] == [release.number]
    assert [(each.number, each.code) for each in mentions] == [(release.number, "7")]
    desk.approved(second.number)
    desk.go_on()
    desk.go_on()
    again = moving.resend(desk.world.app, desk.maker, release.number, reason="B2 is emitted now.")
    assert again.state == State.APPROVED
    making.build(desk.world.app, desk.maker, release.number)
    moving.approve(desk.world.app, desk.maker, release.number)
    desk.go_on()
    desk.go_on()
    assert desk.row(release.number).state is State.ACKNOWLEDGED
    assert desk.row(release.number).version_no == 2


def _released(numbers: range) -> dict[str, Any]:
    here = {"id": sample.PLACES[sample.MAKER]}
    return {
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "disposition": "conformant",
        "epcList": [sample.pack(n) for n in numbers],
        "readPoint": here,
        "bizLocation": here,
    }


def test_a_maintenance_window_and_a_lost_answer_delay_and_double_nothing(
    desk: Desk, authority: AuthorityServer
) -> None:
    with_faults(authority, Faults(down_for=2, lost_every=1))
    russian(desk, **over_http(authority, "mdlp"))
    desk.capture(commissioning("A1", range(4)))
    (report,) = desk.due()
    desk.approved(report.number)
    desk.go_on()
    assert desk.row(report.number).attempts == 1
    desk.go_on(120)
    desk.go_on(600)
    view = desk.view(report.number)
    assert [each.step for each in view.steps][-3:] == ["not_taken"] * 3
    assert "503" in view.steps[-3].reason
    assert "did not answer" in view.steps[-1].reason
    with_faults(authority, Faults())
    desk.go_on(3_700)
    desk.go_on(3_700)
    assert desk.row(report.number).state is State.ACKNOWLEDGED
    assert desk.row(report.number).reference == "mdlp-000001", "taken once, told twice"


def test_an_authority_that_forgets_says_that_packs_exist_already(
    desk: Desk, authority: AuthorityServer
) -> None:
    eu_hub(desk, authority)
    assert _product_data(desk).state is State.ACKNOWLEDGED
    with_faults(authority, Faults(lost_every=1, forgets=True))
    desk.capture(commissioning("A1", range(4)))
    (report,) = desk.due()
    desk.approved(report.number)
    desk.go_on()
    with_faults(authority, Faults(forgets=True))
    desk.go_on(3_700)
    desk.go_on(3_700)
    view = desk.view(report.number)
    assert view.line.state is State.REJECTED
    assert {each.code for each in view.reasons} == {"I1"}
    assert len(view.reasons) == 4


# --- EU Hub ---------------------------------------------------------------------------------------


def eu_hub(desk: Desk, authority: AuthorityServer) -> Receiver:
    told = {
        "markets": "DE",
        "name": "Epcistra",
        "eu_common_name": "epcistrum",
        "eu_form": "tablet",
        "eu_strength": "100 mg",
        "eu_pack_type": "blister",
        "eu_pack_size": "50",
        "DE.mah_name": "Holder",
        "DE.mah_street": "Road 2",
        "DE.mah_city": "Bonn",
        "DE.mah_country": "DE",
    }
    facts.put(desk.world.app, desk.maker, "item", GTIN, told)
    place = {
        "name": "Plant",
        "streetAddressOne": "Street 1",
        "city": "Town",
        "countryCode": "DE",
    }
    for gln in sample.PLACES:
        facts.put(desk.world.app, desk.maker, "place", gln, place)
    with desk.world.app.database.transaction() as conn:
        conn.execute("update organisation set gln = %s where code = 'maker'", [sample.MAKER])
    return desk.receiver("hub", "EU", roles=(HOLDER,), **over_http(authority, "eu-hub"))


def _product_data(desk: Desk) -> Any:
    wish = Wish(receiver="hub", form="eu_product_data", gtin=GTIN)
    row = asking.create(desk.world.app, desk.maker, wish)
    making.build(desk.world.app, desk.maker, row.number)
    view = desk.view(row.number)
    assert view.line.state is State.CHECKED, view.checks[0].findings
    moving.approve(desk.world.app, desk.maker, row.number)
    for _ in range(4):
        desk.go_on(3_700)
    return desk.row(row.number)


def test_a_batch_needs_product_data_and_stays_with_its_version(
    desk: Desk, authority: AuthorityServer
) -> None:
    eu_hub(desk, authority)
    desk.capture(commissioning("A1", range(4)))
    (report,) = desk.due()
    making.build(desk.world.app, desk.maker, report.number)
    view = desk.view(report.number)
    assert view.line.state is State.FLAWED
    assert "REP-004" in {each["code"] for each in view.findings}
    assert _product_data(desk).state is State.ACKNOWLEDGED
    desk.approved(report.number)
    desk.go_on()
    desk.go_on()
    assert desk.row(report.number).state is State.ACKNOWLEDGED
    assert _product_data(desk).state is State.ACKNOWLEDGED
    desk.capture(commissioning("A1", range(4, 6)))
    (more,) = desk.due()
    making.build(desk.world.app, desk.maker, more.number)
    view = desk.view(more.number)
    assert "REP-005" in {each["code"] for each in view.findings}
    _, content = viewing.file(desk.world.app, desk.maker, more.number, view.files[-1].file_no)
    assert b"<version>1</version>" in content
    desk.capture(commissioning("B2", range(6, 8)))
    other = next(each for each in desk.due() if each.lot == "B2")
    making.build(desk.world.app, desk.maker, other.number)
    file_no = desk.view(other.number).files[-1].file_no
    _, content = viewing.file(desk.world.app, desk.maker, other.number, file_no)
    assert b"<version>2</version>" in content


def test_a_recall_needs_two_people(desk: Desk, authority: AuthorityServer) -> None:
    eu_hub(desk, authority)
    desk.capture(commissioning("A1", range(4)))
    wish = Wish(
        receiver="hub", form="eu_batch_recall", gtin=GTIN, lot="A1", facts={"reason": "Glass."}
    )
    app = desk.world.app
    row = asking.create(app, desk.first, wish)
    making.build(app, desk.first, row.number)
    assert desk.row(row.number).state is State.CHECKED
    assert moving.approve(app, desk.first, row.number).state == State.CHECKED
    with pytest.raises(RefusedError, match="another must"):
        moving.approve(app, desk.first, row.number)
    key = replace(desk.second, kind=ActorKind.API_KEY, id="key:1")
    with pytest.raises(RefusedError, match="a key is nobody"):
        moving.approve(app, key, row.number)
    making.build(app, desk.second, row.number)
    assert moving.approve(app, desk.second, row.number).state == State.CHECKED, (
        "the files are others now: the first word no longer counts"
    )
    assert moving.approve(app, desk.first, row.number).state == State.APPROVED
    desk.go_on()
    desk.go_on()
    assert desk.row(row.number).state is State.ACKNOWLEDGED


# --- by itself, by folder, by hand ----------------------------------------------------------------


def test_an_automatic_receiver_is_sent_what_has_no_defect(
    desk: Desk, authority: AuthorityServer
) -> None:
    russian(desk, is_automatic=True, **over_http(authority, "mdlp"))
    desk.capture(*whole_shipment()[:1])
    (report,) = desk.due()
    desk.go_on(60)
    assert desk.row(report.number).state is State.DUE, "a lot may still grow"
    desk.go_on(1_000)
    desk.go_on(60)
    assert desk.row(report.number).state is State.ACKNOWLEDGED
    facts.put(desk.world.app, desk.maker, "place", sample.MAKER, {"mdlp_id": ""})
    desk.capture(*whole_shipment()[1:2])
    (other,) = desk.due()
    desk.go_on(1_000)
    view = desk.view(other.number)
    assert view.line.state is State.FLAWED
    assert "mdlp_id" in view.findings[0]["message"]


def test_files_go_into_a_folder_and_answers_come_from_it(desk: Desk, tmp_path: Path) -> None:
    desk.receiver(
        "eptts",
        "EG",
        roles=(MAKER,),
        takes_all=True,
        channel=ChannelKind.FOLDER,
        folder="egypt",
    )
    desk.capture(commissioning("A1", range(4)))
    (report,) = desk.due()
    desk.approved(report.number)
    desk.go_on()
    root = tmp_path / "reports" / "maker" / "egypt"
    (sent,) = (root / "out").iterdir()
    (kept,) = desk.view(report.number).files
    assert (
        sent.read_bytes()
        == viewing.file(desk.world.app, desk.maker, report.number, kept.file_no)[1]
    )
    assert desk.row(report.number).state is State.SENT
    desk.go_on()
    answer = b"""{"status": "rejected", "uploadId": "u-1",
        "errors": [{"row": 3, "column": "expiryDate", "message": "is past"}]}"""
    (root / "in" / f"{sent.name}.json").write_bytes(answer)
    desk.go_on(4_000)
    view = desk.view(report.number)
    assert (view.line.state, view.line.reference) == (State.REJECTED, "u-1")
    assert view.reasons[0].label == f"(01) {GTIN} (21) SER0000000001"


def test_people_can_hand_files_in_and_say_what_came_of_it(desk: Desk) -> None:
    desk.receiver("kpis", "KR", roles=(MAKER,), takes_all=True)
    desk.capture(*whole_shipment(), shipping(sample.PALLET))
    (report,) = desk.due()
    app = desk.world.app
    desk.approved(report.number)
    desk.go_on()
    assert desk.row(report.number).state is State.APPROVED
    with pytest.raises(RefusedError, match="no way to send"):
        sending.send_now(app, desk.maker, report.number)
    moving.hand_in(app, desk.maker, report.number)
    with pytest.raises(RefusedError, match="Say why"):
        moving.answer(app, desk.maker, report.number, Step.REJECTED)
    moving.answer(app, desk.maker, report.number, Step.REJECTED, reason="Wrong code.")
    moving.drop(app, desk.maker, report.number, reason="A mistake.")
    moving.reopen(app, desk.maker, report.number, reason="It was none.")
    assert desk.row(report.number).state is State.DUE


def test_what_is_flawed_needs_a_reason_to_leave(desk: Desk) -> None:
    desk.receiver("mdlp", "RU", roles=(MAKER,), takes_all=True)
    desk.capture(commissioning("A1", range(4)))
    (report,) = desk.due()
    app = desk.world.app
    making.build(app, desk.maker, report.number)
    assert desk.row(report.number).state is State.FLAWED
    with pytest.raises(RefusedError, match="Say why"):
        moving.approve(app, desk.maker, report.number)
    done = moving.approve(app, desk.maker, report.number, reason="The authority asked for it.")
    assert done.state == State.APPROVED


# --- who may, and who was faster ------------------------------------------------------------------


def test_each_step_needs_its_permission_and_others_see_nothing(desk: Desk) -> None:
    desk.receiver("kpis", "KR", roles=(MAKER,), takes_all=True)
    desk.capture(*whole_shipment(), shipping(sample.PALLET))
    (report,) = desk.due()
    app = desk.world.app
    reader = desk.first.with_permissions({Permission.REPORTING_READ})
    builder = desk.first.with_permissions({Permission.REPORTING_CREATE})
    with pytest.raises(NotPermitted):
        making.build(app, reader, report.number)
    making.build(app, builder, report.number)
    for act in (
        lambda: moving.approve(app, builder, report.number),
        lambda: moving.drop(app, builder, report.number, reason="x"),
        lambda: viewing.report(app, builder, report.number),
        lambda: receivers.put(app, builder, Receiver(code="xx", title="x", market="RU")),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert viewing.report(app, reader, report.number).possible == ()
    with pytest.raises(NotFound):
        viewing.report(app, desk.world.wholesaler, report.number)
    assert viewing.reports(app, desk.world.wholesaler, Wanted()) == ()


def test_whoever_saw_an_older_report_changes_nothing(desk: Desk) -> None:
    desk.receiver("kpis", "KR", roles=(MAKER,), takes_all=True)
    desk.capture(*whole_shipment(), shipping(sample.PALLET))
    (report,) = desk.due()
    app = desk.world.app
    making.build(app, desk.maker, report.number, step_no=report.step_no)
    with pytest.raises(Conflict):
        making.build(app, desk.maker, report.number, step_no=report.step_no)
    with pytest.raises(Conflict):
        moving.drop(app, desk.maker, report.number, reason="x", step_no=report.step_no)
    assert len(desk.view(report.number).files) == 1


def test_a_receiver_that_cannot_be_kept_is_told_everything_that_is_wrong(desk: Desk) -> None:
    wanted = Receiver(
        code="No!",
        title="",
        market="XX",
        kind=ReceiverKind.PARTNER,
        forms=("ru_415", "nothing"),
        channel=ChannelKind.HTTP,
        address="http://10.0.0.1/",
    )
    with pytest.raises(RefusedError) as refused:
        receivers.put(desk.world.app, desk.maker, wanted)
    places = {each.at for each in refused.value.findings}
    assert places == {"code", "title", "market", "forms", "gln", "address"}
    made = desk.receiver("mdlp", "RU")
    with pytest.raises(Conflict):
        receivers.put(desk.world.app, desk.maker, replace(made, version_no=0))
    assert receivers.put(desk.world.app, desk.maker, made).version_no == 2


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"form": "ru_415"}, "name it"),
        ({"form": "eg_csv"}, "form of EG"),
        ({"form": "ru_415", "events": ("urn:x:none",)}, "No such events"),
        ({"form": "ru_10311", "gtin": GTIN, "lot": "A1", "facts": {"x": "1"}}, "knows no fact"),
        ({"form": "ru_999"}, "no form"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    desk: Desk, wish: dict[str, Any], message: str
) -> None:
    desk.receiver("mdlp", "RU")
    with pytest.raises(RefusedError, match=message):
        asking.create(desk.world.app, desk.maker, Wish(receiver="mdlp", **wish))


# --- pre-flight -----------------------------------------------------------------------------------


def test_pre_flight_knows_what_is_recorded_and_keeps_its_score(desk: Desk) -> None:
    app = desk.world.app
    desk.receiver("eptts", "EG", roles=(MAKER,), takes_all=True)
    desk.capture(
        commissioning("A1", range(2)),
        documents.dispensing(next(NUMBERS), sample.pack(0)),
    )
    (report,) = desk.due()[:1]
    making.build(app, desk.maker, report.number)
    file_no = desk.view(report.number).files[0].file_no
    _, content = viewing.file(app, desk.maker, report.number, file_no)
    extra = content.replace(b"SER0000000001", b"SER0000000077").replace(
        b"2028-12-31", b"31.12.2028", 1
    )
    found = preflight.run(app, desk.maker, "again.csv", extra, wanted="eptts")
    assert {each.code for each in found.findings} >= {"PRE-006", "PRE-042", "PRE-043"}
    assert (found.row.score, found.row.lines, found.row.bad_lines) == (0, 2, 1), "one rejects all"
    assert found.repaired is not None
    better = preflight.run(app, desk.maker, "again.csv", found.repaired, wanted="eg_csv")
    assert better.row.score == 100
    dry = preflight.run(app, desk.maker, "x.csv", extra, wanted="eptts:eg_csv", keep=False)
    assert dry.row.bad_lines == 1
    scores = viewing.scores(app, desk.maker, unit="day")
    assert [(each.market, each.receiver, each.count) for each in scores] == [
        ("EG", "", 1),
        ("EG", "eptts", 2),
    ]
    with pytest.raises(RefusedError, match="neither a receiver nor a form"):
        preflight.run(app, desk.maker, "x", b"", wanted="nobody")
    russian(desk)
    with pytest.raises(RefusedError, match="Say which form"):
        preflight.run(app, desk.maker, "x.xml", b"<a/>", wanted="mdlp")
