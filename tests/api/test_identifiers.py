"""Identifiers and symbols over REST."""

from __future__ import annotations

import pytest

from packtrail.rendering.symbols import read_symbols

from .conftest import Rest

PACK = "]d20103000101234509" + "21ABC\x1d1730120010L5"


def test_a_scan_is_taken_apart(rest: Rest) -> None:
    answer = rest.maker.post(
        "/api/v1/identifiers", json={"texts": [PACK, "3074257BF7194E4000001A85"], "is_pack": True}
    )

    scan, tag = answer.json()
    assert answer.status_code == 200
    assert (scan["kind"], scan["symbol"], scan["findings"]) == ("sgtin", "GS1 DataMatrix", [])
    assert scan["elements"][1] == {"ai": "21", "value": "ABC", "title": "SERIAL"}
    assert (tag["content"], tag["tag"]) == ("tag", "urn:epc:tag:sgtin-96:3.0614141.812345.6789")


def test_a_damaged_scan_is_told_with_its_cause(rest: Rest) -> None:
    answer = rest.maker.post(
        "/api/v1/identifiers", json={"texts": ["+d20103000101234509" + "21YA"]}
    )

    [found] = answer.json()
    assert found["suggestion"] == "]d2010300010123450921ZA"
    assert {"GS1-060"} <= {each["code"] for each in found["findings"]}


def test_texts_are_converted_in_their_order_and_the_bad_ones_say_why(rest: Rest) -> None:
    body = {"texts": [PACK, "nonsense"], "to": "hri"}
    answer = rest.maker.post("/api/v1/identifiers/conversions", json=body)

    good, bad = answer.json()
    assert good["result"] == "(01) 03000101234509 (21) ABC (17) 301200 (10) L5"
    assert (bad["result"], bad["findings"][0]["code"]) == ("", "GS1-001")


def test_a_scan_is_written_for_its_symbol(rest: Rest) -> None:
    body = {"texts": ["(01)03000101234509(21)1"], "to": "scan", "symbol": "Data Matrix"}
    answer = rest.maker.post("/api/v1/identifiers/conversions", json=body)

    assert answer.json()[0]["result"] == "]d20103000101234509211"


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_symbol_is_drawn_and_read_back(rest: Rest, form: str) -> None:
    query = {"text": PACK, "form": form, "with_text": form == "svg"}
    drawn = rest.maker.get("/api/v1/symbols", params=query)

    assert drawn.status_code == 200
    assert drawn.headers["content-type"].startswith("image/" + form)
    if form == "svg":
        assert "(21) ABC" in drawn.text
        return
    read = rest.maker.post("/api/v1/symbols/readings", content=drawn.content)
    assert [each["text"] for each in read.json()] == [PACK]
    assert [scan.text for scan in read_symbols(drawn.content)] == [PACK]


def test_data_that_is_wrong_is_not_drawn(rest: Rest) -> None:
    answer = rest.maker.get("/api/v1/symbols", params={"text": "(01)03000101234500(21)1"})

    assert answer.status_code == 422
    assert answer.json()["findings"][0]["code"] == "GS1-009"


def test_nobody_without_a_key_asks(rest: Rest) -> None:
    assert rest.anyone.post("/api/v1/identifiers", json={"texts": ["x"]}).status_code == 401
    assert rest.anyone.get("/api/v1/symbols", params={"text": "x"}).status_code == 401
