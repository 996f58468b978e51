"""Headers of the EPCIS binding: versions, formats and limits (EPCIS 2.0, 12.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import packtrail
from packtrail.services.queries.translating import CbvXmlFormat, EpcFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.settings import Settings

EPCIS_VERSION = "2.0.0"
EPCIS_VERSION_MIN = "1.0.0"
CBV_VERSION = "2.0.0"
CBV_VERSION_MIN = "1.0.0"


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
        "GS1-EPC-Format": EpcFormat.ALWAYS_DIGITAL_LINK.value,
        "GS1-CBV-XML-Format": CbvXmlFormat.ALWAYS_WEB_URI.value,
        "GS1-Extensions": extensions_header({"cbvmda": "urn:epcglobal:cbv:mda:"}),
        "GS1-Vendor-Version": packtrail.__version__,
    }


def limit_headers(settings: Settings) -> dict[str, str]:
    """Return the limits of a capture."""
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.capture_events_max),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.capture_bytes_max),
    }


def extensions_header(namespaces: Mapping[str, str]) -> str:
    """Return prefixes and their namespaces as `GS1-Extensions` tells them.

    Only what a header can carry: ASCII without a comma, which separates the pairs.
    """
    pairs = (f"{prefix}={name}" for prefix, name in sorted(namespaces.items()))
    return ",".join(
        pair for pair in pairs if pair.isascii() and pair.isprintable() and "," not in pair
    )


def read_extensions(header: str | None) -> dict[str, str]:
    """Return the prefixes that a caller declares in `GS1-Extensions`."""
    pairs = (pair.strip().partition("=") for pair in (header or "").split(","))
    return {prefix.strip(): name.strip() for prefix, _, name in pairs if prefix.strip() and name}
