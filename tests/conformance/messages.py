"""Documents of GS1's schemas that hold no events; `test_epcis_messages.py` has their doors."""

from __future__ import annotations

_REQUEST = "a request to the query interface"
MESSAGES: dict[str, str] = {
    "gs1-epcis/xml-2.0/CaptureJob/Example-CaptureJobRunning.xml": "a capture job",
    "gs1-epcis/xml-2.0/CaptureJob/Example-CaptureJobSuccess.xml": "a capture job",
    "gs1-epcis/xml-2.0/CaptureJob/Example-CaptureJobWithErrorFile.xml": "a capture job",
    "fastnt/v1_2/CallbackRequests/ImplementationExceptionRequest.xml": "a fault",
    "fastnt/v1_2/Queries/GetQueryNames.xml": _REQUEST,
    "fastnt/v1_2/Queries/GetStandardVersion.xml": _REQUEST,
    "fastnt/v1_2/Queries/GetSubscriptionIDs.xml": _REQUEST,
    "fastnt/v1_2/Queries/GetVendorVersion.xml": _REQUEST,
}
"""File of the manifest that is valid by the schema -> what it is, as a reader is told."""
