"""Topics: the parameters that rules and other packages ask for, with what they mean.

A parameter of one of these names has a value of its kind in every pack. Any other name begins with
the name of a section and is a text: the authority, the law, what is special about a market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from packtrail.compliance.elements import Element
from packtrail.compliance.spans import Span
from packtrail.compliance.words import Aggregation, Characters, Issuer

SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "status": "Where it stands",
        "authority": "Authorities",
        "legal": "Legal texts",
        "system": "National system",
        "scope": "Which products",
        "identifier": "Identifier",
        "carrier": "Data carrier",
        "human_readable": "Human-readable text",
        "tamper_evidence": "Tamper evidence",
        "aggregation": "Aggregation",
        "reporting": "Reporting",
        "document": "Files and messages",
        "verification": "Verification",
        "dispensing": "Dispensing",
        "returns": "Returns and undo",
        "states": "States of a pack",
        "retention": "Keeping records",
        "penalties": "Penalties",
        "special": "What is special",
    }
)
"""First word of a parameter's name -> heading, in the order of a market's page."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A parameter that is asked for by name."""

    title: str
    kind: Any
    """What `decoding` makes of its value."""


_TEXTS = tuple[str, ...]
_ELEMENTS = tuple[Element, ...]

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType(
    {
        "status.summary": Topic("In short", str),
        "system.name": Topic("System", str),
        "system.alerts": Topic("Alerts", str),
        "scope.included": Topic("Included", str),
        "scope.excluded": Topic("Excluded", str),
        "identifier.scheme": Topic("Scheme", str),
        "identifier.product_code": Topic("Product code", str),
        "identifier.national_number": Topic("National number", str),
        "identifier.registration": Topic("Registration", str),
        "identifier.crypto_issuer": Topic("Who issues the crypto parts", str),
        "identifier.elements": Topic("Data elements", _TEXTS),
        "identifier.national_numbers": Topic("National numbers, any one of them", _TEXTS),
        "identifier.national_number_digits": Topic("Digits of the national number", int),
        "identifier.gtin_prefixes": Topic("What a GTIN-13 must begin with", _TEXTS),
        "identifier.serial.length_max": Topic("Longest serial number", int),
        "identifier.serial.length": Topic("Exact length of a serial number", int),
        "identifier.serial.characters": Topic("Characters of a serial number", Characters),
        "identifier.serial.random": Topic("Serial numbers must be random", bool),
        "identifier.serial.guess_probability_max": Topic(
            "A guess must hit less often than", Fraction
        ),
        "identifier.serial.issuer": Topic("Who makes serial numbers", Issuer),
        "identifier.serial.reuse": Topic("Using a serial number again", str),
        "identifier.serial.structure": Topic("Structure of the code", str),
        "carrier.unit": Topic("On the pack", str),
        "carrier.case": Topic("On cases", str),
        "carrier.alternative": Topic("Another form", str),
        "carrier.elements": Topic("Elements in the code (AIs)", _ELEMENTS),
        "carrier.elements_optional": Topic("Elements that may be in the code (AIs)", _ELEMENTS),
        "carrier.elements_logistic": Topic("Elements on logistic units (AIs)", _ELEMENTS),
        "carrier.element_order": Topic("Order of the elements (AIs)", _ELEMENTS),
        "carrier.symbols": Topic("Symbols, any one of them", _TEXTS),
        "carrier.symbols_logistic": Topic("Symbols on logistic units, any one of them", _TEXTS),
        "carrier.print_grade_min": Topic("Lowest print grade (ISO/IEC 15415)", Fraction),
        "carrier.key_length": Topic("Length of the verification key, AI (91)", int),
        "carrier.signature_length": Topic("Length of the signature, AI (92)", int),
        "human_readable.elements": Topic("In plain text (AIs or words)", _TEXTS),
        "human_readable.statements": Topic("Sentences that must stand on the pack", _TEXTS),
        "human_readable.panel_cm_max": Topic(
            "Not needed where the two longest sides make at most, in cm", Fraction
        ),
        "human_readable.points_min": Topic("Smallest size of the sentences, in points", Fraction),
        "human_readable.text": Topic("In words", str),
        "tamper_evidence.text": Topic("In words", str),
        "tamper_evidence.required": Topic("Anti-tampering device required", bool),
        "aggregation.required": Topic("Aggregation", Aggregation),
        "aggregation.detail": Topic("In words", str),
        "aggregation.levels": Topic("Levels to be aggregated", _TEXTS),
        "reporting.to": Topic("Reported to", str),
        "reporting.format": Topic("Format", str),
        "reporting.transport": Topic("Way of transmission", str),
        "reporting.events": Topic("What is reported", str),
        "reporting.limits": Topic("By when", str),
        "document.formats": Topic("Formats a file may have, any one of them", _TEXTS),
        "document.events_max": Topic("Most events in a file", int),
        "document.bytes_max": Topic("Largest file in bytes", int),
        "returns.undo_within": Topic("A decommissioning may be undone within", Span),
        "returns.undo_conditions": Topic("Only if", _TEXTS),
        "states.all": Topic("States", _TEXTS),
        "states.terminal": Topic("States that end a life", _TEXTS),
        "states.not_dispensable": Topic("States in which a pack is not dispensed", _TEXTS),
        "retention.text": Topic("In words", str),
        "retention.for": Topic("Records are kept for", Span),
        "retention.beyond_expiry": Topic("Records are kept after expiry for", Span),
        "penalties.text": Topic("", str),
    }
)
"""Name of a parameter -> what it is."""


def section_of(name: str) -> str:
    """Return the section of a parameter: the first word of its name."""
    return name.partition(".")[0]


def title_of(name: str) -> str:
    """Return what a parameter is called on a page; empty where it says enough by itself.

    >>> title_of("identifier.serial.length_max"), title_of("reporting.limits.at_receipt")
    ('Longest serial number', 'By when')
    """
    while "." in name:
        if name in TOPICS:
            return TOPICS[name].title
        name = name.rpartition(".")[0]
    return ""


def called(name: str) -> str:
    """Return what a parameter is called in a sentence: its title, else the heading it is under."""
    return title_of(name) or SECTIONS[section_of(name)]
