"""What a shipment tells on paper, read from the file that leaves."""

from __future__ import annotations

from tests.unit.reporting import sample

from packtrail import epcis
from packtrail.reporting import catalogue
from packtrail.reporting.building import build
from packtrail.reporting.transaction_papers import transaction_of


def _document(form_id: str) -> epcis.EpcisDocument:
    form = catalogue.form(form_id)
    (made,) = build(form, sample.material_for(form)).files
    document = epcis.read(made.content).document
    assert document is not None
    return document


def test_a_shipment_tells_parties_products_packing_and_statement() -> None:
    told = transaction_of(_document("us_ti_r13"))
    assert told is not None
    assert told.is_affirmed
    assert "581(27)" in told.statement
    assert told.seller.gln == sample.MAKER
    assert told.buyer.gln == sample.BUYER
    assert told.seller.lines[0]
    assert told.pack_count == sum(len(ware.serials) for ware in told.wares) > 0
    assert {ware.lot for ware in told.wares} >= {"A1"}
    assert all(label.startswith("(0") for label in told.shipped)
    assert sum(each.count for each in told.containers) >= told.pack_count


def test_what_ships_nothing_is_no_transaction() -> None:
    assert transaction_of(_document("bh_events")) is None
