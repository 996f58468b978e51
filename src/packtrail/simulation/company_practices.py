"""What the demo company does today: practices by market, some of them behind what is coming.

They are written in the words of rule packs, as a case is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FOUR: Final = ["01", "21", "17", "10"]
_TI: Final = [
    "product_name", "strength", "dosage_form", "ndc", "container_size", "container_count", "lot",
    "transaction_date", "seller", "buyer",
]  # fmt: skip
_DATAMATRIX: Final = {"carries": FOUR, "carriers": ["gs1_datamatrix"]}
_NUMBERS: Final = {
    "serial_length": 16,
    "serial_characters": "capitals",
    "serial_random": True,
    "guess_probability": "1/100000",
    "serial_issuer": "maker",
}
_INDIA: Final = [
    "generic_name", "brand_name", "manufacturer", "batch", "manufacturing_date", "expiry_date",
    "manufacturing_licence",
]  # fmt: skip


def _eu_label(**more: Any) -> dict[str, Any]:
    return {
        "label": {
            **_DATAMATRIX,
            "human_readable": FOUR,
            "tamper_evident": True,
            "print_grade": "2.5",
            **more,
        }
    }


_EU_WORK: Final[list[dict[str, Any]]] = [
    {"trade_item": {**_NUMBERS, "registered_with": ["eu_hub"]}},
    {"lot": {"reports": {"pack_data": "before"}}},
    {"document": {"record": "identifiers", "kept_for": "6 years"}},
    {"incident": {"reports": {"alert": "1 working day"}}},
]

PRACTICES: Final[Mapping[str, tuple[str, list[dict[str, Any]]]]] = {
    "us-pack": ("US packs and cases", [
        {"label": {**_DATAMATRIX, "human_readable": ["NDC", "21", "10", "17"]}},
        {"label": {"level": "case", "carries": FOUR, "carriers": ["gs1_128"],
                   "human_readable": ["NDC", "21", "10", "17"]}},
        {"trade_item": _NUMBERS},
    ]),
    "us-wholesale": ("US shipments to wholesalers, with EPCIS 1.2", [
        {"shipment": {"to_roles": ["wholesaler"], "aggregated": ["case", "pallet"],
                      "accompanied_by": ["transaction_information", "transaction_statement"],
                      "tells": [*_TI, "package_identifiers"], "partner_authorised": True}},
        {"document": {"format": "epcis_1_2_xml", "guideline": "GS1 US DSCSA R1.2",
                      "record": "transaction", "kept_for": "7 years"}},
    ]),
    "us-small-dispensers": ("US shipments to small pharmacies, on paper", [
        {"shipment": {"to_roles": ["dispenser"], "to_groups": ["small_dispenser"],
                      "aggregated": ["case", "pallet"],
                      "accompanied_by": ["transaction_information", "transaction_statement"],
                      "tells": _TI, "partner_authorised": True}},
    ]),
    "us-answers": ("US notifications and requests", [
        {"incident": {"reports": {"illegitimate_product": "20 hours", "high_risk": "12 hours",
                                  "verification_request": "1 hour",
                                  "tracing_request": "20 hours"},
                      "told": ["fda", "trading_partners"]}},
    ]),
    "eu-pack": ("EU packs in the hub", [_eu_label(), *_EU_WORK]),
    "eu-pack-cmo": ("EU packs from Ulm, print grade not measured", [
        {"label": {**_DATAMATRIX, "human_readable": FOUR, "tamper_evident": True}}, *_EU_WORK,
    ]),
    "it-ipzs": ("Italian packs with DataMatrix and the label of the mint", [
        _eu_label(devices=["ipzs_label"]), *_EU_WORK,
    ]),
    "it-bollino": ("Italian packs with the bollino alone", [
        {"label": {"devices": ["bollino"], "carries": [], "tamper_evident": False}},
        {"trade_item": {"devices": ["bollino"]}},
        {"lot": {"devices": ["bollino"], "reports": {"pack_data": "never"}}},
        {"incident": {"reports": {"alert": "1 working day"}}},
        {"document": {"record": "identifiers", "kept_for": "6 years"}},
    ]),
    "gr-cream": ("Greek packs without a serial number", [
        {"label": {"carries": ["01"], "carriers": ["ean_13"], "tamper_evident": True}},
    ]),
    "gb-pack": ("UK packs", [
        {"label": {**_DATAMATRIX, "statements": {"UK Only": "8"}, "tamper_evident": True}},
        {"trade_item": {**_NUMBERS, "registered_with": []}},
        {"shipment": {"to_market": "GB"}},
    ]),
    "tr-pack": ("Turkish packs, notified to the ITS", [
        {"label": {**_DATAMATRIX, "element_order": FOUR}},
        {"trade_item": _NUMBERS},
        {"lot": {"reports": {"pack_data": "before"}}},
        {"shipment": {"reports": {"ship": "before"}, "aggregated": ["case", "pallet"]}},
        {"document": {"format": "its_pts_xml", "record": "notification", "kept_for": "6 years"}},
    ]),
    "sa-pack": ("Saudi packs, reported to the RSD", [
        {"label": {**_DATAMATRIX, "human_readable": FOUR}},
        {"trade_item": _NUMBERS},
        {"lot": {"reports": {"pack_data": "at once"}}},
        {"shipment": {"reports": {"ship": "at once"}, "aggregated": ["case", "pallet"],
                      "identified_by": ["sscc"]}},
        {"document": {"format": "rsd_xml"}},
    ]),
    "kr-pack": ("Korean packs and cases, reported to KPIS", [
        {"label": {**_DATAMATRIX, "human_readable": FOUR}},
        {"label": {"level": "case", "carries": ["01", "21"], "carriers": ["gs1_128"]}},
        {"trade_item": _NUMBERS},
        {"shipment": {"reports": {"ship": "1 working day"}}},
        {"document": {"format": "kpis_upload"}},
    ]),
    "eg-pack": ("Egyptian packs, aggregated and reported to EPTTS", [
        {"label": {**_DATAMATRIX, "human_readable": [*FOUR, "11"]}},
        {"trade_item": {**_NUMBERS, "registered_with": ["eda"]}},
        {"lot": {"printed_at": "abroad"}},
        {"shipment": {"aggregated": ["case", "pallet"],
                      "reports": {"commission": "at once", "pack": "at once", "ship": "at once"}}},
        {"document": {"format": "eptts_csv", "bad_rows": 0}},
    ]),
    "eg-pack-loose": ("Egyptian packs without aggregation", [
        {"label": {**_DATAMATRIX, "human_readable": [*FOUR, "11"]}},
        {"trade_item": {**_NUMBERS, "registered_with": ["eda"]}},
        {"lot": {"printed_at": "abroad"}},
        {"shipment": {"aggregated": [], "reports": {"commission": "at once", "pack": "never",
                                                    "ship": "at once"}}},
        {"document": {"format": "eptts_csv", "bad_rows": 0}},
    ]),
    "eg-unregistered": ("Egyptian drops, GTIN not with EDA yet", [
        {"trade_item": {**_NUMBERS, "registered_with": []}},
    ]),
    "in-pack": ("Indian packs with a plain code", [
        {"label": {"contents": _INDIA, "carriers": ["ean_13"]}},
    ]),
    "in-schedule-h2": ("Indian packs with all particulars in a QR code", [
        {"label": {"contents": ["unique_product_identification_code", *_INDIA],
                   "carriers": ["qr"]}},
    ]),
    "za-pack": ("South African packs with lot and expiry in the code", [
        {"label": {"carries": ["01", "17", "10"], "carriers": ["gs1_datamatrix"],
                   "print_grade": "2.5"}},
        {"shipment": {"identified_by": ["sscc"]}},
    ]),
    "za-ean": ("South African packs with an EAN-13", [
        {"label": {"carries": ["01"], "carriers": ["ean_13"]}},
        {"shipment": {"identified_by": []}},
    ]),
}  # fmt: skip
"""Code -> name and subjects."""

BY_MARKET: Final[Mapping[str, tuple[str, ...]]] = {
    "US": ("us-pack", "us-wholesale", "us-answers"),
    "DE": ("eu-pack",),
    "FR": ("eu-pack",),
    "IT": ("it-ipzs",),
    "GR": ("eu-pack",),
    "GB": ("gb-pack",),
    "TR": ("tr-pack",),
    "SA": ("sa-pack",),
    "KR": ("kr-pack",),
    "EG": ("eg-pack",),
    "IN": ("in-pack",),
    "ZA": ("za-pack",),
}
OTHERWISE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("immuvera", "US"): ("us-pack", "us-wholesale", "us-small-dispensers", "us-answers"),
    ("zephrelin", "DE"): ("eu-pack-cmo",),
    ("zephrelin", "FR"): ("eu-pack-cmo",),
    ("zephrelin", "GR"): ("eu-pack-cmo",),
    ("glucenta", "IT"): ("it-bollino",),
    ("cardiopryl", "IT"): ("it-bollino",),
    ("dermavit", "GR"): ("gr-cream",),
    ("respirine", "EG"): ("eg-pack-loose",),
    ("ophtalin", "EG"): ("eg-unregistered",),
    ("narcodol", "IN"): ("in-schedule-h2",),
    ("respirine", "ZA"): ("za-ean",),
    ("dermavit", "ZA"): ("za-ean",),
}
"""Brand and market -> practices, where they are other than those of the market."""
