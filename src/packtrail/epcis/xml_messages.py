"""Elements of the EPCIS schemas that hold no events: capture jobs, requests, answers, faults."""

from __future__ import annotations

from packtrail.epcis.xml_checks import local

_STANDARD = "{urn:epcglobal:epcis"
_REQUEST = "a request to the query interface"
_KINDS = {
    "EPCISCaptureJob": "a capture job",
    "Exception": "a fault",
    "Result": "an answer of the query interface",
    "GetQueryNames": _REQUEST,
    "GetSubscriptionIDs": _REQUEST,
    "GetStandardVersion": _REQUEST,
    "GetVendorVersion": _REQUEST,
    "Poll": _REQUEST,
    "Subscribe": _REQUEST,
    "Unsubscribe": _REQUEST,
}
"""End of a name -> what it is."""


def kind(tag: str) -> str | None:
    """Return what an element of the standard is that is no part of a document of events.

    >>> kind("{urn:epcglobal:epcis-query:xsd:1}SecurityException")
    'a fault'
    """
    if not tag.startswith(_STANDARD):
        return None
    return next((kind for end, kind in _KINDS.items() if local(tag).endswith(end)), None)


def told(tag: str) -> str:
    """Return the name of an element, and what it is where that is known."""
    known = kind(tag)
    return f"{tag}, {known}" if known else tag
