"""A small book of a company: two products, three licences, a line, partners."""

from __future__ import annotations

from typing import Any

from packtrail.base.findings import Finding
from packtrail.compliance.assembling import Seen, SeenItem, SeenSite
from packtrail.compliance.book import Book, Entry, Kind, read_entry
from packtrail.compliance.encoding import node_of

SEEN = Seen(
    sites={
        "wilson": SeenSite(name="Wilson", country="US", is_own=True),
        "packer/ulm": SeenSite(name="Ulm", country="DE", is_own=False),
    },
    lines={"w1": "wilson", "packer/u5": "packer/ulm"},
    items={
        "tarvoxil-us": SeenItem(gtin="00396417210300", levels=(("pack", "00396417210300", 0),)),
        "tarvoxil-de": SeenItem(gtin="00396417500012", levels=(("pack", "00396417500012", 0),)),
    },
)
US_PACK: dict[str, Any] = {
    "code": "us-pack",
    "name": "US packs",
    "subjects": [
        {
            "label": {
                "carries": ["01", "21", "17", "10"],
                "carriers": ["gs1_datamatrix"],
                "human_readable": ["NDC", "21", "10", "17"],
            }
        },
        {"shipment": {"to_groups": ["small_dispenser"], "tells": ["product_name"]}},
        {"shipment": {"to_roles": ["wholesaler"], "tells": ["package_identifiers"]}},
    ],
}


def entry(kind: str, **values: Any) -> Entry:
    """Read an entry that must be in order."""
    findings: list[Finding] = []
    found = read_entry(Kind(kind), node_of(values, kind), findings)
    assert found is not None, findings
    return found


def company() -> Book:
    """A book in order."""
    return Book.of(
        [
            entry("company", roles=["manufacturer", "marketing_authorisation_holder"]),
            entry("product", code="tarvoxil", name="Tarvoxil", made_in="US",
                  **{"class": "prescription"}),
            entry("product", code="immuvera", name="Immuvera", groups=["vaccine"],
                  **{"class": "prescription"}),
            entry("practice", **US_PACK),
            entry("licence", product="tarvoxil", market="US", trade_item="tarvoxil-us",
                  national_numbers={"NDC": "96417-210-30"}, practices=["us-pack"]),
            entry("licence", product="tarvoxil", market="DE", trade_item="tarvoxil-de"),
            entry("licence", product="immuvera", market="US", practices=["us-pack"],
                  sold_from="2027-01-01"),
            entry("placement", product="tarvoxil", market="US", line="w1"),
            entry("placement", product="tarvoxil", market="DE", line="packer/u5"),
            entry("partner", code="delta", name="Delta", markets=["US"], roles=["wholesaler"]),
        ]
    )  # fmt: skip
