"""Findings about what holds what."""

from packtrail.base.findings import FindingCode, Severity

MOVED_WITHOUT_UNPACKING = FindingCode(
    "TRC-101",
    Severity.WARNING,
    "An object was packed into a container while another still held it",
    remedy="Ask who packed it for the missing unpacking event; the later packing counts.",
    clause="EPCIS 2.0, 7.4.3",
)
UNPACKED_FROM_ELSEWHERE = FindingCode(
    "TRC-102",
    Severity.WARNING,
    "An object was unpacked from a container that did not hold it",
    remedy="Look for a missing packing event, or declare the unpacking wrong.",
    clause="EPCIS 2.0, 7.4.3",
)
HOLDS_ITSELF = FindingCode(
    "TRC-103",
    Severity.WARNING,
    "Containers hold each other in a circle",
    remedy="One of the packing events is wrong: have it declared so.",
)
TOO_DEEP = FindingCode(
    "TRC-104",
    Severity.WARNING,
    "Containers are nested deeper than is followed",
    remedy="Check the packing events: real goods have five levels at most.",
)
LEFT_WITHOUT_UNPACKING = FindingCode(
    "TRC-105",
    Severity.WARNING,
    "An object was handled by itself while a container still held it",
    remedy="Ask who handled it for the missing unpacking event; unpack it by itself if it is out.",
    clause="EPCIS 2.0, 7.4.3",
)
CASES_DIFFER = FindingCode(
    "TRC-107",
    Severity.WARNING,
    "Cases that were opened held something else than was recorded",
    remedy="Open every case of the delivery, and ask the sender to correct the packing events.",
)
TOO_FEW_OPENED = FindingCode(
    "TRC-108",
    Severity.NOTE,
    "Too few cases were opened to believe the rest",
    remedy="Open as many more as are named, chosen at random, and record what is in them.",
)
CONTENTS_DIFFER = FindingCode(
    "TRC-106",
    Severity.WARNING,
    "A container was found to hold something else than was recorded",
    remedy="Count once more; then have whoever recorded the packing correct it, or unpack what is "
    "not there.",
)
INFERENCE_STOPPED = FindingCode(
    "TRC-109",
    Severity.ERROR,
    "A case proved the record wrong: nothing unopened of the delivery is believed any more",
    remedy="Open every case of the delivery, put aside what differs, and ask the sender to correct "
    "the packing events.",
    clause="GS1 US: Applying GS1 Standards for DSCSA, inference",
)
NOT_DRAWN = FindingCode(
    "TRC-110",
    Severity.NOTE,
    "No sample was drawn of what arrived",
    remedy="Draw it on the page of the shipment, or with `packtrail inference draw`, and open what "
    "it names.",
)
NOT_INSIDE = FindingCode(
    "TRC-111",
    Severity.WARNING,
    "What holds an object was opened, and the object was not in it",
    remedy="Look for it; unpack it from the container, or have the look declared wrong.",
    clause="EPCIS 2.0, 7.4.3",
)
