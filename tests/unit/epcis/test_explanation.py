"""A file explained: who ships what to whom, how it is packed, and what is amiss."""

from __future__ import annotations

from pathlib import Path

import pytest

from packtrail import epcis
from packtrail.base.findings import Severity
from packtrail.epcis.telling import Count, Who

from .profiles.making import BUYER, CASE, LOT, MAKER, MAKER_DC, MESSAGE, PACK, PALLET, read


def explained(text: str) -> epcis.Explanation:
    return epcis.explain(read(text))


def test_who_ships_what_to_whom() -> None:
    told = explained(MESSAGE)
    (delivery,) = told.deliveries

    assert delivery.seller == Who(MAKER, "Example Pharma", "4012345000016", "Springfield, CA, US")
    assert delivery.buyer is not None
    assert delivery.buyer.label == "Example Wholesale"
    assert delivery.totals == (Count("logistic unit", 1), Count("case", 1), Count("pack", 2))
    assert delivery.papers == (("po", "PO1"), ("desadv", "D1"))
    assert told.sender == delivery.seller
    assert told.receiver == delivery.buyer


def test_the_hierarchy_is_counted_at_every_level() -> None:
    (pallet,) = explained(MESSAGE).hierarchy
    (case,) = pallet.children

    assert (pallet.identifier, pallet.kind) == (PALLET, "logistic unit")
    assert pallet.inside == (Count("case", 1), Count("pack", 2))
    assert (case.identifier, case.kind, case.name) == (f"{CASE}9", "case", "Examplin 100mg")
    assert [pack.identifier for pack in case.children] == [f"{PACK}1", f"{PACK}2"]
    assert case.more == 0


def test_a_long_list_is_cut_and_counted() -> None:
    packs = "".join(f"<epc>{PACK}{n}</epc>" for n in range(100, 200))
    told = explained(MESSAGE.replace(f"<epc>{PACK}1</epc>", f"<epc>{PACK}1</epc>{packs}"))
    case = told.hierarchy[0].children[0]

    assert len(case.children) == 24
    assert case.more == 102 - 24
    assert case.inside == (Count("pack", 102),)


def test_products_have_their_lots() -> None:
    packs, cases = explained(MESSAGE).products

    assert (packs.gtin, packs.name, packs.kind, packs.count) == (
        "04012345111118",
        "Examplin 100mg",
        "pack",
        2,
    )
    assert [(lot.lot, lot.expires, lot.count) for lot in packs.lots] == [("A123", "2028-03-27", 2)]
    assert (cases.kind, cases.count) == ("case", 1)


def test_the_timeline_takes_like_events_at_one_place_together() -> None:
    told = explained(MESSAGE)

    assert [(one.text, one.event_count) for one in told.timeline] == [
        ("Commissioning: 3 serial numbers at Example Pharma.", 2),
        ("Packing: 2 serial numbers in 1 container at Example Pharma.", 1),
        ("Commissioning: 1 serial number at Example Pharma DC.", 1),
        ("Packing: 1 serial number in 1 container at Example Pharma DC.", 1),
        ("Shipping: 1 serial number at Example Pharma DC.", 1),
    ]


def test_a_whole_story_is_said_to_be_whole() -> None:
    told = explained(MESSAGE)

    assert told.sentences[-1].text == "Nothing is missing and nothing contradicts itself."
    assert told.gaps == told.holes == ()


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        (
            f"{PACK}1</epc><epc>{PACK}2</epc></childEPCs>",
            f"{PACK}1</epc><epc>{PACK}3</epc></childEPCs>",
            "not_commissioned",
            f"{PACK}3 is packed here, and no event commissions it.",
        ),
        (
            f"<epc>{CASE}9</epc></epcList>",
            f"<epc>{CASE}9</epc><epc>{PACK}1</epc></epcList>",
            "commissioned_twice",
            f"{PACK}1 was commissioned before, and is commissioned again.",
        ),
        (
            f"<epc>{CASE}9</epc></childEPCs>",
            f"<epc>{CASE}9</epc><epc>{PACK}1</epc></childEPCs>",
            "packed_twice",
            f"{PACK}1 is packed while in {CASE}9.",
        ),
        (
            f"<epc>{PALLET}</epc></epcList><action>OBSERVE",
            f"<epc>{CASE}9</epc></epcList><action>OBSERVE",
            "shipped_inside",
            f"{CASE}9 is shipped by name while in a container.",
        ),
        (
            (
                f"<epc>{PALLET}</epc></epcList><action>ADD</action><bizStep>urn:epcglobal:cbv:bizstep:"
                "commissioning"
            ),
            (
                f"<epc>{CASE}9</epc></epcList><action>DELETE</action><bizStep>urn:epcglobal:cbv:"
                "bizstep:decommissioning"
            ),
            "dead",
            f"{CASE}9 was decommissioned or destroyed before this event.",
        ),
    ],
)
def test_what_cannot_be_is_told(old: str, new: str, kind: str, text: str) -> None:
    assert old in MESSAGE
    told = explained(MESSAGE.replace(old, new))

    assert (kind, text) in [(one.kind, one.text) for one in told.gaps]
    assert all(one.at.startswith("/epcis:EPCISDocument") for one in told.gaps)
    assert any(one.kind == "gaps" for one in told.sentences)


def test_holes_in_the_master_data_are_told() -> None:
    told = explained(
        MESSAGE.replace(f'<VocabularyElement id="{MAKER_DC}"', '<VocabularyElement id="urn:x:1"')
        .replace("mda#city", "mda#town", 1)
    )  # fmt: skip

    assert [one.text for one in told.holes] == [
        f"The place {MAKER} (Example Pharma) lacks city in its master data.",
        f"The place {MAKER_DC} has no master data.",
    ]
    assert told.sentences[-1].text == "The master data lacks 2 entries."


def test_without_master_data_parties_go_by_their_gln() -> None:
    start = MESSAGE.index("<extension><EPCISMasterData>")
    end = MESSAGE.index("</EPCISMasterData></extension>") + len("</EPCISMasterData></extension>")
    told = explained(MESSAGE[:start] + MESSAGE[end:])

    assert told.sentences[0].text.startswith("GLN 4012345000016 ships 1 logistic unit holding")
    assert told.deliveries[0].buyer == Who(BUYER, "", "4098765000010")


def test_a_file_that_breaks_the_standard_says_so_last() -> None:
    told = explained(MESSAGE.replace(LOT, f"{LOT}<vendor/>", 1))

    assert told.sentences[-1].severity is Severity.ERROR
    assert told.sentences[-1].text.startswith(
        "The file breaks the standard in 1 place: The element vendor is not known here;"
    )
    assert told.event_count == 6


def test_nothing_readable_is_explained_too() -> None:
    told = epcis.explain(epcis.read(b"%PDF-1.4", strict=False))

    assert [one.text for one in told.sentences] == [
        "Nothing in the file can be read as EPCIS.",
        (
            "The file breaks the standard in 1 place: The content begins with b'%PDF-1.4'; "
            "expected is '{' or '<'."
        ),
    ]


def test_a_file_that_breaks_off_is_told_up_to_there() -> None:
    told = explained(MESSAGE[: MESSAGE.rindex("<ObjectEvent>") + 80])

    assert told.sentences[0].text == (
        "The file breaks off: only its whole events up to there are told."
    )
    assert told.deliveries == ()
    assert len(told.timeline) == 4


def test_what_is_told_by_quantity_is_told_in_amounts() -> None:
    quantities = (
        "<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.012345.A</epcClass>"
        "<quantity>1000</quantity></quantityElement><quantityElement><epcClass>"
        "urn:epc:class:lgtin:4012345.012346.B</epcClass><quantity>2.5</quantity><uom>KGM</uom>"
        "</quantityElement></quantityList>"
    )
    shipped = MESSAGE[MESSAGE.rindex("<ObjectEvent>") : MESSAGE.rindex("</EventList>")]
    start, end = shipped.index("<epcList>"), shipped.index("</epcList>") + len("</epcList>")
    by_lot = shipped[:start] + "<epcList/>" + shipped[end:]
    by_lot = by_lot.replace("<extension>", f"<extension>{quantities}", 1)
    by_lot = by_lot.replace("bizstep:shipping", "bizstep:shipping")

    told = explained(MESSAGE.replace(shipped, by_lot))

    assert told.deliveries[0].amounts == "1,000 items, 2.5 KGM of 2 lots or products"
    assert " ships 1,000 items, 2.5 KGM of 2 lots or products to " in told.sentences[0].text


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("urn:epcglobal:fmcg:bizstep:receiving", "Receiving: 1 serial number"),
        ("https://ns.example.org/steps#stock-taking", "Stock taking: 1 serial number"),
    ],
)
def test_a_step_of_a_vendor_is_told_by_its_last_word(step: str, words: str) -> None:
    told = explained(MESSAGE.replace("urn:epcglobal:cbv:bizstep:shipping", step))

    assert told.timeline[-1].text.startswith(words)


def test_withdrawn_events_do_not_count() -> None:
    shipped = MESSAGE[MESSAGE.rindex("<ObjectEvent>") : MESSAGE.rindex("</EventList>")]
    declared = shipped.replace(
        "</eventTimeZoneOffset>",
        "</eventTimeZoneOffset><baseExtension><eventID>urn:uuid:1</eventID><errorDeclaration>"
        "<declarationTime>2026-04-02T00:00:00Z</declarationTime></errorDeclaration>"
        "</baseExtension>",
    )
    told = explained(MESSAGE.replace(shipped, declared))

    assert told.deliveries == ()
    assert "1 of the events does not count: an error declaration takes it back." in [
        one.text for one in told.sentences
    ]


def test_every_published_document_can_be_explained(conformance: Path) -> None:
    paths = [
        path
        for folder in ("gs1-epcis", "openepcis-test-resources", "epcis-1.0-interop", "fastnt")
        for path in sorted((conformance / folder).rglob("*"))
        if path.suffix in (".xml", ".json", ".jsonld")
    ]
    for path in paths:
        told = epcis.explain(epcis.read(path.read_bytes(), strict=False))

        assert told.sentences, path
        assert all(
            one.text.endswith((".", "?")) for one in (*told.sentences, *told.gaps, *told.holes)
        )
