"""Tracing, lots, recognising and the overview over small, deliberate histories."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from packtrail import gs1
from packtrail.base.errors import NotFound, RefusedError
from packtrail.lifecycle.journey import Status
from packtrail.services import overview, recognise
from packtrail.services.capture import capture
from packtrail.services.goods import lots, products, tracing

from .conftest import World
from .documents import (
    CASE,
    LOT,
    PRODUCT,
    commissioning,
    dispensing,
    document,
    event,
    pack,
    packing,
)


def _capture(world: World, *events: dict[str, object], **options: object) -> capture.CaptureJob:
    job = capture.submit(
        world.app, world.maker, document(*events, **options), media_type="application/json"
    )
    assert job.success, job.findings
    return job


def test_a_pack_is_what_its_events_say_it_is_and_where(world: World) -> None:
    _capture(
        world, commissioning(1, [pack(1), pack(2)]), packing(2, CASE, [pack(1), pack(2)]),
        vocabularies=[PRODUCT],
    )  # fmt: skip

    found = tracing.trace(world.app, world.maker, pack(1))

    assert (found.identifier, found.kind, found.label) == (
        pack(1),
        "pack",
        "(01) 00300010123455 (21) 1",
    )
    assert found.product is not None
    assert found.product.name == "Epcistra"
    assert found.standing.status is Status.PACKED
    assert (found.standing.lot, found.standing.expires) == (LOT, "2028-12-31")
    assert [held.parent for held in found.holders] == [CASE]
    assert found.findings == ()


def test_a_case_shows_what_it_holds(world: World) -> None:
    _capture(world, commissioning(1, [pack(1), pack(2)]), packing(2, CASE, [pack(1), pack(2)]))

    found = tracing.trace(world.app, world.maker, CASE)

    assert (found.kind, found.contents_total) == ("case", 2)
    assert [(each.identifier, each.status) for each in found.contents] == [
        (pack(1), Status.PACKED),
        (pack(2), Status.PACKED),
    ]


def test_what_was_known_at_a_moment_is_not_changed_by_what_came_later(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    then = world.clock()
    _capture(world, dispensing(2, pack(1)))

    now = tracing.trace(world.app, world.maker, pack(1))
    as_known = tracing.trace(world.app, world.maker, pack(1), as_known_at=then)
    as_of = tracing.trace(
        world.app, world.maker, pack(1), as_of=datetime(2026, 3, 2, 23, 1, 30, tzinfo=UTC)
    )

    assert now.standing.status is Status.DISPENSED
    assert as_known.standing.status is Status.COMMISSIONED
    assert as_of.standing.status is Status.COMMISSIONED


def test_a_pack_nobody_commissioned_here_is_told_so(world: World) -> None:
    _capture(world, event(1, action="OBSERVE", bizStep="receiving", epcList=[pack(1)]))

    found = tracing.trace(world.app, world.maker, pack(1))

    assert [finding.code for finding in found.findings] == ["TRC-005"]


def test_an_expired_pack_in_use_is_told_so(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))

    world.clock.advance(days=365 * 10)

    found = tracing.trace(world.app, world.maker, pack(1))
    assert [finding.message for finding in found.findings] == ["It expired on 31 Dec 2028."]


@pytest.mark.parametrize(
    ("text", "fault", "code"),
    [
        (pack(404), NotFound, "TRC-001"),
        ("urn:example:nothing", NotFound, "TRC-001"),
        ("00300010123455", RefusedError, "TRC-002"),
        ("urn:epc:class:lgtin:030001.0012345.LOT-7", RefusedError, "TRC-002"),
        ("(01)00300010123456(21)1", RefusedError, "TRC-003"),
        ("hello", RefusedError, "TRC-003"),
        ("", RefusedError, "TRC-003"),
    ],
)
def test_what_cannot_be_traced_is_refused_with_the_reason(
    world: World, text: str, fault: type[RefusedError], code: str
) -> None:
    with pytest.raises(fault) as refused:
        tracing.trace(world.app, world.maker, text)

    assert refused.value.findings[0].code == code


def test_an_object_that_is_no_gs1_key_is_traced_by_its_uri(world: World) -> None:
    _capture(world, event(1, epcList=["urn:example:tool:7"]))

    found = tracing.trace(world.app, world.maker, "urn:example:tool:7")

    assert (found.label, found.kind, found.key) == ("urn:example:tool:7", "object", None)


def test_the_history_one_sees_is_made_of_what_one_may_see(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    receiving = document(event(2, action="OBSERVE", bizStep="receiving", epcList=[pack(1)]))
    capture.submit(world.app, world.wholesaler, receiving, media_type=None)

    of_maker = tracing.trace(world.app, world.maker, pack(1))
    of_wholesaler = tracing.trace(world.app, world.wholesaler, pack(1))

    assert [step.biz_step for step in of_maker.steps] == ["commissioning"]
    assert [step.biz_step for step in of_wholesaler.steps] == ["receiving"]
    assert of_wholesaler.standing.lot is None


def test_a_lot_shows_its_objects_products_and_events(world: World) -> None:
    _capture(world, commissioning(1, [pack(1), pack(2)]), vocabularies=[PRODUCT])

    view = lots.lot(world.app, world.maker, None, LOT)

    assert (view.gtins, view.object_count, view.expires) == (("00300010123455",), 2, "2028-12-31")
    assert [product.name for product in view.products] == ["Epcistra"]
    assert view.identifiers == (pack(1), pack(2))
    assert lots.lot(world.app, world.maker, "00300010123455", LOT) == view


def test_a_lot_that_is_only_a_quantity_is_a_lot_all_the_same(world: World) -> None:
    def quantity(lot: str, count: float, **more: str) -> dict[str, object]:
        return {"epcClass": f"urn:epc:class:lgtin:030001.0012345.{lot}", "quantity": count} | more

    _capture(
        world,
        commissioning(1, [pack(1)]),
        event(2, bizStep="receiving", action="OBSERVE",
              quantityList=[quantity("BULK", 500), quantity("OTHER", 7)]),
        event(3, type="AggregationEvent", bizStep="packing", parentID=CASE,
              childEPCs=[pack(1)], childQuantityList=[quantity("BULK", 1.5, uom="KGM")]),
        vocabularies=[PRODUCT],
    )  # fmt: skip

    view = lots.lot(world.app, world.maker, None, "BULK")

    assert (view.gtins, view.object_count, view.event_count) == (("00300010123455",), 0, 2)
    assert [each.object_count for each in view.events] == [0, 500]
    assert [product.name for product in view.products] == ["Epcistra"]
    assert lots.lot(world.app, world.maker, "00300010123455", "BULK") == view
    (found,) = recognise.recognise(world.app, world.maker, "BULK")
    assert found.link == "/lots/BULK"
    assert overview.overview(world.app, world.maker).counts.lots == 3
    assert overview.overview(world.app, world.wholesaler).counts.lots == 0
    for actor, gtin in ((world.wholesaler, None), (world.maker, "03000101234509")):
        with pytest.raises(NotFound):
            lots.lot(world.app, actor, gtin, "BULK")


@pytest.mark.parametrize(("gtin", "lot"), [(None, "lot-7"), ("03000101234509", LOT)])
def test_a_lot_that_nothing_names_is_not_found(world: World, gtin: str | None, lot: str) -> None:
    _capture(world, commissioning(1, [pack(1)]))

    with pytest.raises(NotFound) as refused:
        lots.lot(world.app, world.maker, gtin, lot)

    assert refused.value.findings[0].code == "TRC-004"


@pytest.mark.parametrize(
    ("text", "kind", "link"),
    [
        ("(01)00300010123455(21)1", "pack", "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1"),
        ("0100300010123455211", "pack", "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1"),
        (
            "0100300010123455211\x1d10LOT-7",
            "pack",
            "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1",
        ),
        (pack(1), "pack", "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1"),
        (
            "https://id.gs1.org/01/00300010123455/21/1",
            "pack",
            "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1",
        ),
        (
            gs1.make_tag(pack(1), filter_value=3).hex(),
            "pack",
            "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1",
        ),
        (
            gs1.make_tag(pack(1)).uri(),
            "pack",
            "/trace/urn%3Aepc%3Aid%3Asgtin%3A030001.0012345.1",
        ),
        (CASE, "case", "/trace/urn%3Aepc%3Aid%3Asscc%3A030001.00000000001"),
        ("(01)00300010123455(10)LOT-7", "lot", "/lots/LOT-7?gtin=00300010123455"),
        ("LOT-7", "lot", "/lots/LOT-7"),
        (
            "00300010123455",
            "product",
            "/products/00300010123455",
        ),
        ("epcis", "product", "/products/00300010123455"),
        (
            "urn:uuid:00000000-0000-4000-8000-000000000001",
            "event",
            "/events/urn%3Auuid%3A00000000-0000-4000-8000-000000000001",
        ),
    ],
)
def test_what_somebody_typed_is_recognised(world: World, text: str, kind: str, link: str) -> None:
    _capture(
        world, commissioning(1, [pack(1)]), packing(2, CASE, [pack(1)]), vocabularies=[PRODUCT]
    )

    found = recognise.recognise(world.app, world.maker, text)

    assert (found[0].kind, found[0].link) == (kind, link)
    assert [
        each.link for each in recognise.recognise(world.app, world.wholesaler, text) if each.link
    ] == []


@pytest.mark.parametrize("text", ["(01)00300010123456(21)11", "403000112345678902"])
def test_a_number_with_one_wrong_digit_is_told_the_right_one(world: World, text: str) -> None:
    (found,) = recognise.recognise(world.app, world.maker, text)

    assert found.link == ""
    assert "the check digit is wrong" in found.note


def test_a_capture_is_recognised_by_its_number_and_its_file_name(world: World) -> None:
    job = capture.submit(
        world.app,
        world.maker,
        document(commissioning(1, [pack(1)])),
        media_type=None,
        filename="shipment 7.json",
    )

    for text in (job.capture_id, "shipment 7.json"):
        (found,) = recognise.recognise(world.app, world.maker, text)
        assert (found.kind, found.link) == ("capture", f"/captures/{job.capture_id}")
        assert recognise.recognise(world.app, world.wholesaler, text) == ()


@pytest.mark.parametrize("text", ["", " ", "x", "no such thing", "\x1d", "(01)", "a" * 9999])
def test_what_means_nothing_is_no_fault(world: World, text: str) -> None:
    assert [each for each in recognise.recognise(world.app, world.maker, text) if each.link] == []


def test_the_overview_of_an_empty_store_is_empty(world: World) -> None:
    seen = overview.overview(world.app, world.maker)

    assert (seen.counts.events, seen.by_status, seen.captures, seen.attention) == (0, (), (), ())


def test_the_overview_names_what_needs_attention(world: World) -> None:
    _capture(world, commissioning(1, [pack(1), pack(2)]))
    _capture(world, dispensing(2, pack(1)), dispensing(3, pack(1)), dispensing(4, pack(77)))
    capture.submit(world.app, world.maker, b"nonsense", media_type=None, filename="bad.xml")
    capture.submit(world.app, world.maker, document(commissioning(1, [pack(9)])), media_type=None)
    _capture(world, commissioning(1, [pack(1), pack(2)]))

    seen = overview.overview(world.app, world.maker)
    told = {each.code: (each.severity.value, each.count, each.examples) for each in seen.attention}

    assert told[""] == ("error", 1, ("bad.xml",))
    assert told["CAP-003"][:2] == ("error", 1)
    assert told["TRC-202"] == ("error", 1, (pack(1),))
    assert told["TRC-005"] == ("warning", 1, (pack(77),))
    assert told["CAP-004"][:2] == ("note", 1)
    assert [each.severity for each in seen.attention] == sorted(
        (each.severity for each in seen.attention), key=["error", "warning", "note"].index
    )
    assert overview.overview(world.app, world.wholesaler).attention == ()


def test_the_overview_names_what_is_odd_about_containers(world: World) -> None:
    cases = [f"{CASE[:-2]}{number:02d}" for number in range(40)]
    unpacking = packing(9, CASE, [pack(3)]) | {"action": "DELETE", "bizStep": "unpacking"}
    nested = [packing(20 + n, outer, [inner]) for n, (inner, outer) in
              enumerate(pairwise(cases[20:]))]  # fmt: skip
    _capture(
        world,
        commissioning(1, [pack(1), pack(2), pack(3)]),
        packing(2, cases[2], [pack(1), pack(2)]),
        packing(3, cases[3], [pack(1)]),
        unpacking,
        packing(4, cases[4], [cases[5]]),
        packing(5, cases[5], [cases[4]]),
        *nested,
    )

    seen = overview.overview(world.app, world.maker)
    told = {each.code: (each.severity.value, each.count) for each in seen.attention}
    named = {each.code: set(each.examples) for each in seen.attention}

    assert told == {code: ("warning", len(objects)) for code, objects in named.items()}
    assert named == {
        "TRC-101": {pack(1)},
        "TRC-102": {pack(3)},
        "TRC-103": {cases[4], cases[5]},
        "TRC-104": {*cases[20:23]},
    }
    for each in seen.attention:
        assert "odd journey" not in each.text


def test_the_overview_is_made_anew_when_something_is_recorded(world: World) -> None:
    _capture(world, commissioning(1, [pack(1)]))
    before = overview.overview(world.app, world.maker)
    _capture(world, commissioning(2, [pack(2), pack(3)], lot="LOT-8"))
    after = overview.overview(world.app, world.maker)

    assert (before.counts.packs, after.counts.packs) == (1, 3)
    assert (before.counts.lots, after.counts.lots) == (1, 2)
    assert {each.status: each.count for each in after.by_status} == {Status.COMMISSIONED: 3}


def test_thirteen_digits_can_be_a_product_or_a_place(world: World) -> None:
    location = {
        "type": "urn:epcglobal:epcis:vtype:Location",
        "vocabularyElementList": [
            {
                "id": "urn:epc:id:sgln:030001.111111.0",
                "attributes": [{"id": "urn:epcglobal:cbv:mda#name", "attribute": "The plant"}],
            }
        ],
    }
    _capture(world, commissioning(1, [pack(1)]), vocabularies=[location])

    found = recognise.recognise(world.app, world.maker, "0300011111116")

    assert (found[0].kind, found[0].note) == ("location", "The plant")


def test_a_product_shows_its_lots_and_what_became_of_its_packs(world: World) -> None:
    bulk = {"epcClass": "urn:epc:class:lgtin:030001.0012345.BULK", "quantity": 5}
    _capture(
        world,
        commissioning(1, [pack(1), pack(2), pack(3)]),
        commissioning(2, [pack(4)], lot="LOT-8"),
        dispensing(3, pack(1)),
        event(4, action="OBSERVE", bizStep="receiving", quantityList=[bulk]),
    )

    view = products.product(world.app, world.maker, "0300010123455")

    assert (view.gtin, view.product) == ("00300010123455", None)
    assert view.lots == ("LOT-8", LOT, "BULK")
    counts = {each.status: each.count for each in view.by_status}
    assert counts == {Status.COMMISSIONED: 3, Status.DISPENSED: 1}
    (found, *_) = recognise.recognise(world.app, world.maker, "00300010123455")
    assert (found.link, found.note) == ("/products/00300010123455", "Product")
    with pytest.raises(NotFound):
        products.product(world.app, world.wholesaler, "00300010123455")


def test_the_last_of_many_places_is_found_by_its_number_and_its_name(world: World) -> None:
    def element(number: int) -> dict[str, object]:
        name = {"id": "urn:epcglobal:cbv:mda#name", "attribute": f"Store 100% no_{number}"}
        return {"id": f"urn:epc:id:sgln:030001.{number:06d}.0", "attributes": [name]}

    location = {
        "type": "urn:epcglobal:epcis:vtype:Location",
        "vocabularyElementList": [element(number) for number in range(250)],
    }
    _capture(world, commissioning(1, [pack(1)]), vocabularies=[location])
    last = gs1.parse_epc_uri("urn:epc:id:sgln:030001.000249.0")

    for text in (last.primary, last.epc_uri(), last.digital_link(), "store 100% NO_249"):
        found = recognise.recognise(world.app, world.maker, text)
        assert (found[0].kind, found[0].link) == (
            "location",
            "/locations#urn%3Aepc%3Aid%3Asgln%3A030001.000249.0",
        ), text
        assert [
            each for each in recognise.recognise(world.app, world.wholesaler, text) if each.link
        ] == []
    assert len(recognise.recognise(world.app, world.maker, "100%")) == 5
    assert recognise.recognise(world.app, world.maker, "no%249") == ()
