"""Headers of the EPCIS binding: versions, formats and limits (EPCIS 2.0, 12.5)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import packtrail

if TYPE_CHECKING:
    from packtrail.settings import Settings

EPCIS_VERSION = "2.0.0"
EPCIS_VERSION_MIN = "1.0.0"
CBV_VERSION = "2.0.0"
CBV_VERSION_MIN = "1.0.0"


class EpcFormat(StrEnum):
    """How the answer writes identifiers of objects and places (`GS1-EPC-Format`)."""

    NO_PREFERENCE = "No_Preference"
    ALWAYS_DIGITAL_LINK = "Always_GS1_Digital_Link"
    ALWAYS_URN = "Always_EPC_URN"
    NEVER_TRANSLATES = "Never_Translates"


def standard_headers() -> dict[str, str]:
    """Return what every answer of the binding says about versions."""
    return {"GS1-EPCIS-Version": EPCIS_VERSION, "GS1-CBV-Version": CBV_VERSION}


def discovery_headers(allow: str) -> dict[str, str]:
    """Return what OPTIONS says of a resource."""
    return {
        "Allow": allow,
        **standard_headers(),
        "GS1-EPCIS-Min": EPCIS_VERSION_MIN,
        "GS1-EPCIS-Max": EPCIS_VERSION,
        "GS1-CBV-Min": CBV_VERSION_MIN,
        "GS1-CBV-Max": CBV_VERSION,
        "GS1-EPC-Format": EpcFormat.NEVER_TRANSLATES.value,
        "GS1-CBV-XML-Format": "Never_Translates",
        "GS1-Vendor-Version": packtrail.__version__,
    }


def limit_headers(settings: Settings) -> dict[str, str]:
    """Return the limits of a capture."""
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.capture_events_max),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.capture_bytes_max),
    }
