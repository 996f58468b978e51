r"""What the barcode of a medicine pack says, in GS1's way or in IFA's.

European packs carry product code, serial, lot and expiry either as GS1 application identifiers, or
in an ISO/IEC 15434 envelope: format 05 holds GS1 data, format 06 holds the data identifiers of IFA
with a PPN as product code. A verification system wants to know two things apart: whether the data
is right, and whether it is complete enough to ask about.

    >>> pack = read_pack("[)>\x1e06\x1d9N111234567842\x1d1TL1\x1dD230207\x1dSA1\x1e\x04")
    >>> pack.scheme, pack.product_code, pack.serial, pack.lot, pack.expires
    ('ifa', '111234567842', 'A1', 'L1', '230207')
    >>> pack.is_valid, pack.can_submit
    (True, True)

Clause:
    ISO/IEC 15434; ANSI MH10.8.2; IFA: PPN-Code Specification; EMVS: pack coding rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from packtrail.base.findings import has_errors
from packtrail.gs1 import codes
from packtrail.gs1.charsets import SETS
from packtrail.gs1.defects import explain
from packtrail.gs1.element_strings import examine_element_string
from packtrail.gs1.linters import LINTERS
from packtrail.gs1.national_codes import check_ppn
from packtrail.gs1.values import describe, lint, span

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

Scheme = Literal["gs1", "ifa"]

_ENVELOPE_06: Final = "[)>\x1e06\x1d"
_ENVELOPE_END: Final = "\x1e\x04"
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9a-zA-Z](?=\[\)>)")
_FIELD = re.compile(r"([0-9]{0,3}[A-Z])(.*)", re.DOTALL)

_LIKE_AI: Final = {"1T": "10", "D": "17", "S": "21"}
"""Data identifiers whose values follow the rules of an application identifier."""
_PRODUCED: Final = "16D"
"""Data identifier of the date of manufacture, YYYYMMDD: the one date with its century."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What was read of a pack, right or wrong; empty where there is none or it contradicts."""

    scheme: Scheme
    product_code: str
    """GTIN-14 or PPN."""
    serial: str
    lot: str
    expires: str
    """YYMMDD as it stands in the barcode."""
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """Nothing is wrong with the data."""
        return not has_errors(self.findings)

    @property
    def can_submit(self) -> bool:
        """A verification system can be asked: product code and serial are there, right or not."""
        return bool(self.product_code and self.serial)

    @property
    def indicator(self) -> str:
        """Level of packing: the indicator digit of the GTIN; 0, the pack, for a PPN."""
        return self.product_code[:1] if self.scheme == "gs1" else "0"


def is_ifa(text: str) -> bool:
    """Tell whether a text without symbology identifier is an envelope with data identifiers."""
    return text.startswith(_ENVELOPE_06)


def read_pack(text: str) -> Pack:
    """Read what can be read of a pack's barcode, and tell everything that is wrong; never raises.

    Args:
        text: As scanned, with or without symbology identifier.
    """
    bare = _SYMBOLOGY.sub("", text, count=1)
    if is_ifa(bare):
        return _read_ifa(bare, len(text) - len(bare))
    elements, findings = examine_element_string(text)
    values = _without_contradictions(elements.pairs)
    found = [values.get(ai, "") for ai in ("01", "21", "10", "17")]
    return _pack("gs1", found, findings)


def _pack(scheme: Scheme, values: list[str], findings: tuple[Finding, ...]) -> Pack:
    product_code, serial, lot, expires = values
    missing = [
        name
        for name, value in (
            ("product code", product_code),
            ("serial number", serial),
            ("lot", lot),
            ("expiry date", expires),
        )
        if not value
    ]
    if missing:
        findings = (
            *findings,
            codes.PACK_INCOMPLETE.found(f"The pack tells no usable {' and no '.join(missing)}."),
        )
    return Pack(scheme, product_code, serial, lot, expires, findings)


def _without_contradictions(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return values by identifier; two different values of one identifier are no value."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = value if values.setdefault(name, value) == value else ""
    return values


def _read_ifa(text: str, offset: int) -> Pack:
    body = text.removesuffix(_ENVELOPE_END)[len(_ENVELOPE_06) :].rstrip("\x1d\x1e\x04")
    at = offset + len(_ENVELOPE_06)
    pairs: list[tuple[str, str]] = []
    findings: list[Finding] = []
    for field in body.split("\x1d"):
        match = _FIELD.fullmatch(field)
        if match:
            pairs.append((match[1], match[2]))
            findings += _check_field(match[1], match[2], at + len(match[1]))
        elif field:
            findings.append(
                codes.UNKNOWN_AI.found(
                    f"The field {field[:40]!r} does not begin with a data identifier.",
                    at=span(at, at + len(field)),
                )
            )
        at += len(field) + 1
    values = _without_contradictions(tuple(pairs))
    findings += (
        codes.REPEATED.found(f"The data identifier {name} appears with different values.")
        for name, value in values.items()
        if not value and dict(pairs)[name]
    )
    product_code = values.get("9N") or values.get("8P", "")
    return _pack(
        "ifa",
        [product_code, values.get("S", ""), values.get("1T", ""), values.get("D", "")],
        tuple(findings),
    )


def _check_field(name: str, value: str, start: int) -> list[Finding]:
    at = span(start, start + max(len(value), 1))
    if not value:
        return [codes.EMPTY.found(f"The data identifier {name} has no value.", at=at)]
    if name == "9N":
        wrong = check_ppn(value)
        return (
            [codes.CHECK_DIGIT.found(f"The PPN {value!r} is wrong: {wrong}.", at=at)]
            if wrong
            else []
        )
    if name == _PRODUCED:
        return _check_date(value, at)
    ai = "01" if name == "8P" else _LIKE_AI.get(name)
    if ai == "01":
        value = value.zfill(14)
    if ai:
        return [describe(ai, value, defect, at=at) for defect in lint(ai, value)]
    place = SETS["X"].first_bad(value)
    if place is None:
        return []
    return [
        codes.CHARACTERS.found(
            f"The value {value!r} of the data identifier {name} has {value[place]!r}.",
            at=span(start + place, start + place + 1),
        )
    ]


def _check_date(value: str, at: str) -> list[Finding]:
    defect = LINTERS["yyyymmd0"](value)
    if defect is None:
        return []
    code, expectation = explain(defect.reason)
    message = f"The date {value!r} of the data identifier {_PRODUCED} is refused: {expectation}."
    return [code.found(message, at=at)]
