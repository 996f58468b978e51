"""What receivers answer, and the packs that their reasons lead back to."""

from __future__ import annotations

import msgspec
import pytest
from tests.unit.reporting import sample

from packtrail.reporting import catalogue
from packtrail.reporting.answers import Outcome, read_answer
from packtrail.reporting.building import build, check_file
from packtrail.reporting.checking import Sighting


def sent(form_id: str) -> tuple[Sighting, ...]:
    form = catalogue.form(form_id)
    content = build(form, sample.material_for(form)).files[0].content
    return check_file(form, content, on=sample.MADE_AT).objects


def test_mdlp_first_gives_a_number_and_later_a_ticket() -> None:
    waiting = read_answer("mdlp_result", b'{"document_id": "d-1"}', 200, ())
    assert (waiting.outcome, waiting.reference) == (Outcome.WAITING, "d-1")
    pack = f"{sample.GTIN}SER0000000002"
    ticket = f"""<documents version="1.37"><result action_id="200"><operation>415</operation>
        <operation_id>d-1</operation_id><operation_result>Partial</operation_result>
        <errors><error_code>7</error_code><error_desc>unknown pack</error_desc>
        <object_id>{pack}</object_id></errors>
        <errors><error_code>8</error_code><error_desc>no such container</error_desc>
        <object_id>{sample.sscc(99)}</object_id></errors>
        <errors><error_code>9</error_code><error_desc>other</error_desc></errors>
        </result></documents>""".encode()
    answer = read_answer("mdlp_result", ticket, 200, sent("ru_313"))
    assert answer.outcome is Outcome.PARTLY
    assert [each.code for each in answer.reasons] == ["7", "8", "9"]
    assert answer.reasons[0].key == (f"sgtin/{sample.GTIN}", "SER0000000002")
    assert answer.reasons[1].key is None, "it was not sent"


def test_a_row_of_a_portal_leads_to_its_pack() -> None:
    body = b"""{"status": "rejected", "uploadId": "u1",
        "errors": [{"row": 3, "column": "expiryDate", "code": "E7", "message": "is past"}]}"""
    answer = read_answer("csv_portal", body, 200, sent("eg_csv"))
    (reason,) = answer.reasons
    assert answer.outcome is Outcome.REJECTED
    assert reason.at == "row 3, column expiryDate"
    assert reason.key == sample.key_of_pack(1)


def _its(*results: str) -> bytes:
    line = {"gtin": sample.GTIN, "sn": "SER0000000000"}
    products = [{**line, "uc": result} for result in results]
    return msgspec.json.encode({"notificationId": "n", "productList": products})


def test_its_answers_for_every_pack() -> None:
    good = _its("00000")
    assert read_answer("its", good, 200, ()).outcome is Outcome.TAKEN
    mixed = _its("10201", "00000")
    answer = read_answer("its", mixed, 200, ())
    assert answer.outcome is Outcome.PARTLY
    assert answer.reasons[0].key == sample.key_of_pack(0)
    fault = read_answer("its", b'{"fc": "10301", "fm": "not authorised"}', 200, ())
    assert (fault.outcome, fault.reasons[0].text) == (Outcome.REJECTED, "not authorised")


def test_its_names_a_product_without_its_serial_number() -> None:
    line = b'{"notificationId": 7, "productList": [{"gtin": "04012345111118", "uc": "10201"}]}'
    answer = read_answer("its", line, 200, ())

    assert answer.outcome is Outcome.REJECTED
    assert [(each.code, each.at, each.key) for each in answer.reasons] == [
        ("10201", "04012345111118", None)
    ]


def test_rsd_answers_in_soap() -> None:
    body = f"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
        <r:R xmlns:r="http://dtts.sfda.gov.sa/DispatchService"><NOTIFICATIONID>5</NOTIFICATIONID>
        <PRODUCTLIST><PRODUCT><GTIN>{sample.GTIN}</GTIN><SN>SER0000000000</SN><RC>15004</RC>
        </PRODUCT></PRODUCTLIST></r:R></s:Body></s:Envelope>""".encode()
    answer = read_answer("rsd", body, 200, ())
    assert (answer.outcome, answer.reference) == (Outcome.REJECTED, "5")
    assert answer.reasons[0].key == sample.key_of_pack(0)
    fault = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>
        <detail><FC>13001</FC><FM>no such GLN</FM></detail></s:Fault></s:Body></s:Envelope>"""
    assert read_answer("rsd", fault, 500, ()).reasons[0].text == "no such GLN"


def test_the_hub_names_packs_by_serial_number() -> None:
    body = f"""<answer status="PARTLY" reference="R1">
        <error code="I1" gtin="{sample.GTIN}" serial="SER0000000001">exists</error>
        </answer>""".encode()
    answer = read_answer("eu_hub", body, 200, sent("eu_pack_data"))
    assert answer.outcome is Outcome.PARTLY
    assert answer.reasons[0].key == sample.key_of_pack(1)
    assert answer.reasons[0].text == "exists"


@pytest.mark.parametrize("reader", ["mdlp_result", "csv_portal", "its", "rsd", "eu_hub"])
@pytest.mark.parametrize("body", [b"", b"{", b"<a>", b"[]", b"{}", b"<a/>", b"\xff\xfe\x00"])
def test_an_answer_that_nobody_knows_is_said_to_be_one(reader: str, body: bytes) -> None:
    assert read_answer(reader, body, 200, ()).outcome is Outcome.UNREADABLE
    refused = read_answer(reader, body, 403, ())
    assert (refused.outcome, refused.reasons[0].code) == (Outcome.REJECTED, "HTTP 403")


def test_where_only_http_is_understood_the_status_decides() -> None:
    assert read_answer("http", b"anything", 202, ()).outcome is Outcome.TAKEN
    assert read_answer("http", b"bad file", 422, ()).reasons[0].text == "bad file"
    assert read_answer("none", b"anything", 200, ()).outcome is Outcome.UNREADABLE
