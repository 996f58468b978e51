"""What fuzzing starts from: one of every kind of input, and the pieces it is damaged with."""

from __future__ import annotations

IDENTIFIERS = (
    "urn:epc:id:sgtin:0614141.812345.6789",
    "urn:epc:idpat:itip:4012345.012345.01.*.*",
    "urn:epc:tag:sgtin-96:3.0614141.812345.6789",
    "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
    "urn:epc:id:cpi:0614141.5PQ7%2FZ43.12345",
    "https://id.gs1.org/01/09520123456788/10/L%2F1?17=301231&a=b",
    "https://id.gs1.org/AQnYUc1gmiCNV4JGQhcNT6K6cibQCWN9Pee9tT-PQ",
    "]d2010300010123450917301200" + "10AB-7\x1d2111",
    "(01)03000101234509(17)301200(10)A\\(B(21)11",
    "[)>\x1e06\x1d9N111234567842\x1dD230207\x1d1TDd\x1dSyC\x1d9N111234567842\x1e\x04",
    "3074257BF7194E4000001A85",
    "3B0E0CF5E76C9047759AD00373DC7602E7200",
    "0002-1433-80",
    "006141411234567890",
    "+d20103000101234509" + "21YA|10B",
    "(8110)0614141123456789012",
    "(8007)GB29NWBK60161331926819",
    "]E0" + "9312345678907" + "|]e0" + "10ABC",
    "]E0" + "2311111112345",
    "]I1" + "15400141288763",
    "]Q1https://id.gs1.org/01/09520123456788",
    "00614141000012",
    "0x350007AB70425D4000000586",
    "urn:epc:raw:96.x3074257BF7194E4000001A85",
    "urn:epc:id:adi:CAGEY..%23X",
    "urn:epc:idpat:sgtin:0614141.*.*",
)
_JSON = b"""{
"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"x": "https://x.example/"}],
"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-01-01T00:00:00Z",
"epcisBody": {"eventList": [{
"type": "ObjectEvent", "eventTime": "2026-01-01T00:00:00.5+01:00", "eventTimeZoneOffset": "+01:00",
"epcList": ["urn:epc:id:sgtin:030001.0012345.1", "https://id.gs1.org/00/003000100000000015"],
"action": "OBSERVE", "bizStep": "shipping", "readPoint": {"id": "urn:epc:id:sgln:030001.111111.0"},
"x:a": [1, true, {"x:b": "c"}],
"sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 2.5, "uom": "CEL"}]}]
}]}}"""
_XML = b"""<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" xmlns:x="https://x.example/"
  schemaVersion="1.2" creationDate="2026-01-01T00:00:00Z"><EPCISBody><EventList>
<AggregationEvent><eventTime>2026-01-01T00:00:00Z</eventTime>
  <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
  <parentID>urn:epc:id:sscc:030001.00000000001</parentID>
  <childEPCs><epc>urn:epc:id:sgtin:030001.0012345.1</epc></childEPCs><action>ADD</action>
  <extension><sourceList><source type="urn:epcglobal:cbv:sdt:location"
    >urn:epc:id:sgln:030001.111111.0</source></sourceList></extension><x:a>1</x:a></AggregationEvent>
<ObjectEvent><eventTime>2026-01-01T00:00:00Z</eventTime>
  <eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList/><action>ADD</action>
  <extension><ilmd><x:lot>1</x:lot></ilmd></extension></ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>"""
_SOAP = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<q:Poll xmlns:q="urn:epcglobal:epcis-query:xsd:1"><queryName>SimpleEventQuery</queryName>
<params><param><name>EQ_action</name><value><string>ADD</string></value></param></params></q:Poll>
</s:Body></s:Envelope>"""

DOCUMENTS = (_JSON, _XML)
REQUESTS = (
    _SOAP,
    '{"name": "x", "query": {"EQ_bizStep": ["shipping"], "GE_eventTime": "2026-01-01T00:00:00Z"}}',
    "GE_eventTime=2026-01-01T00:00:00 01:00",
    "MATCH_anyEPC=urn:epc:idpat:sgtin:030001.0012345.*|urn:epc:id:sscc:030001.00000000001",
    "GE_value_CEL=2.5",
    "EQ_ATTR_readPoint_x:y=1|2",
    "EQ_INNER_x:y_z=1",
    "ex=https://example.org/,x=urn:y",
    "0-5,10,[1-3]",
)
