"""A client of the SOAP interface: one element in, one out."""

from __future__ import annotations

from lxml import etree
from starlette.testclient import TestClient

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
QUERY_1, QUERY_2 = "urn:epcglobal:epcis-query:xsd:1", "urn:epcglobal:epcis-query:xsd:2"


def ask(client: TestClient, element: bytes | str) -> etree._Element:
    """Return the answer element, or the exception of a fault."""
    text = element if isinstance(element, str) else element.decode()
    content = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{text}</s:Body></s:Envelope>'
    answer = client.post("/epcis/soap", content=content, headers={"Content-Type": "text/xml"})
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    body = etree.fromstring(answer.content).find(f"{{{ENVELOPE}}}Body")
    assert body is not None
    fault = body.find(f"{{{ENVELOPE}}}Fault")
    assert answer.status_code in ({200} if fault is None else {401, 500})
    return body[0] if fault is None else fault.find("detail")[0]


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname
