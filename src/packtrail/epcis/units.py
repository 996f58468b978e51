"""Units of measure: which of the UN/CEFACT codes measure the same, and how they convert.

Sensor reports and quantities name their unit by a code of UN/ECE Recommendation 20, such as `CEL`
or `KGM`. Two values can be compared when their units measure the same; both are then brought to the
base unit of that dimension, exactly. A code that the table does not have compares with itself only.

    >>> in_base_unit(Decimal("25"), "CEL") == in_base_unit(Decimal("298.15"), "KEL")
    True
    >>> dimension("GRM"), dimension("ZZZ")
    ('mass', 'unit ZZZ')

Clause:
    UN/ECE Recommendation 20, Annex I; EPCIS 2.0, 8.2.7.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

CODE: Final = re.compile(r"[A-Za-z0-9]{1,4}")
"""The form of a unit code."""

_DIGITS: Final = Context(prec=40)
_PI: Final = "3.141592653589793238462643383279502884197"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: base value = (value + offset) * factor."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


_SCALES: Final = {
    "mass": """KGM 1  GRM 1e-3  MGM 1e-6  MC 1e-9  CGM 1e-5  DG 1e-4  DJ 1e-2  HGM 0.1  DTN 100
        TNE 1e3  2U 1e3  KTN 1e6  LBR 0.45359237  ONZ 0.028349523125  GRN 6.479891e-5
        APZ 0.0311034768  STI 6.35029318  STN 907.18474  LTN 1016.0469088  CWA 45.359237
        CWI 50.80234544""",
    "length": """MTR 1  DMT 0.1  CMT 1e-2  MMT 1e-3  4H 1e-6  C45 1e-9  C52 1e-12  A11 1e-10  A45 10
        HMT 100  KMT 1e3  INH 0.0254  77 2.54e-5  M7 2.54e-8  FOT 0.3048  YRD 0.9144  AK 1.8288
        X1 20.1168  SMI 1609.344  NMI 1852""",
    "area": """MTK 1  DMK 1e-2  CMK 1e-4  MMK 1e-6  KMK 1e6  ARE 100  HAR 1e4  INK 6.4516e-4
        FTK 0.09290304  YDK 0.83612736  ACR 4046.873  MIK 2589988.110336""",
    "volume": """MTQ 1  DMQ 1e-3  CMQ 1e-6  MMQ 1e-9  LTR 1e-3  DLT 1e-4  CLT 1e-5  MLT 1e-6
        4G 1e-9
        A44 1e-2  HLT 0.1  K6 1  MAL 1e3  INQ 1.6387064e-5  FTQ 0.028316846592
        YDQ 0.764554857984  GLL 0.003785411784  GLI 0.00454609  OZA 2.95735295625e-5
        OZI 2.84130625e-5  PTI 5.6826125e-4  QTI 1.1365225e-3  PTL 4.73176473e-4
        QTL 9.46352946e-4  BLL 0.158987294928""",
    "time": """SEC 1  C26 1e-3  B98 1e-6  C47 1e-9  MIN 60  HUR 3600  DAY 86400  WEE 604800
        MON 2629800  ANN 31557600""",
    "frequency": "HTZ 1  KHZ 1e3  MHZ 1e6  A86 1e9  D29 1e12",
    "pressure": """PAL 1  C55 1  B96 1e-6  74 1e-3  A97 100  KPA 1e3  MPA 1e6  A89 1e9  MBR 100
        BAR 1e5  HBA 1e7  KBA 1e8  ATM 101325  ATT 98066.5  PS 6894.757  HN 133.3224
        UA 133.3224  F79 3386.389  HP 9.80665""",
    "energy": """JOU 1  C15 1e-3  KJO 1e3  3B 1e6  GV 1e9  WHR 3600  KWH 3.6e6  MWH 3.6e9
        GWH 3.6e12  A53 1.602176634e-19  D70 4.1868  E14 4186.8  BTU 1055.056""",
    "power": "WTT 1  D80 1e-6  C31 1e-3  KWT 1e3  MAW 1e6  A90 1e9  HJ 735.49875  BHP 745.7",
    "speed": """MTS 1  KMH 1/3.6  2M 1e-2  C16 1e-3  2X 1/60  HM 0.44704  KNT 1852/3600
        FR 5.08e-3  FS 0.3048""",
    "acceleration": "MSK 1  K40 9.80665  A76 1e-2  C11 1e-5  A73 0.3048",
    "force": "NEW 1  C20 1e-3  B47 1e3  B51 1e6  DU 1e-5  B37 9.80665  C78 4.4482216152605",
    "voltage": "VLT 1  D82 1e-6  2Z 1e-3  KVT 1e3  B78 1e6",
    "electric current": "AMP 1  C39 1e-9  B84 1e-6  4K 1e-3  B22 1e3",
    "resistance": "OHM 1  E45 1e-3  B49 1e3  B75 1e6",
    "capacitance": "FAR 1  4T 1e-12  C41 1e-9  4O 1e-6  C10 1e-3",
    "conductivity": "D10 1  H61 0.1  G43 1e-4  H43 100",
    "illuminance": "LUX 1  B60 1  KLX 1e3  P25 10.76391",
    "angle": f"""C81 1  C25 1e-3  DD {_PI}/180  D61 {_PI}/10800  D62 {_PI}/648000
        A91 {_PI}/200""",
    "number": """C62 1  H87 1  EA 1  P1 1e-2  NX 1e-3  59 1e-6  61 1e-9  PR 2  DZN 12  GRO 144
        CEN 100  MIL 1e3""",
    "density": """KMQ 1  23 1e3  GL 1  A93 1e-3  GP 1e-6  GQ 1e-9  M1 1e-3  87 16.01846""",
    "amount of substance": "C34 1  Z9 1e-9  FH 1e-6  C18 1e-3  B45 1e3",
    "amount of substance per volume": "C36 1  M33 1  C38 1e3  B46 1e3",
    "radioactivity": "BQL 1  2Q 1e3  4N 1e6  GBQ 1e9  CUR 3.7e10  MCU 3.7e7  M5 3.7e4  2R 3.7e13",
    "absorbed dose": "A95 1  C13 1e-3  C80 1e-2  A61 1e-4",
    "dose equivalent": "D13 1  C28 1e-3  D91 1e-2",
    "volume flow": "MQS 1  MQH 1/3600  G51 1e-3  L2 1/60000  E32 1/3600000",
    "memory": "A99 1  AD 8  2P 8e3  4L 8e6  E34 8e9  E35 8e12",
}
"""Dimension -> its unit codes, each with how many base units one of it is."""


def _fraction(text: str) -> Fraction:
    over, _, under = text.partition("/")
    return Fraction(over) / Fraction(under or "1")


def _table() -> dict[str, Unit]:
    found = {}
    for name, text in _SCALES.items():
        words = text.split()
        for code, factor in zip(words[::2], words[1::2], strict=True):
            found[code] = Unit(name, _fraction(factor))
    return found


UNITS: Final[dict[str, Unit]] = {
    **_table(),
    "KEL": Unit("temperature", Fraction(1)),
    "CEL": Unit("temperature", Fraction(1), Fraction("273.15")),
    "FAH": Unit("temperature", Fraction(5, 9), Fraction("459.67")),
    "A48": Unit("temperature", Fraction(5, 9)),
}
"""Code -> unit."""


def dimension(code: str) -> str:
    """Return what a unit measures; of a code that is not in the table, a dimension of its own."""
    unit = UNITS.get(code)
    return unit.dimension if unit else f"unit {code}"


def in_base_unit(value: Decimal, code: str, *, is_difference: bool = False) -> Decimal:
    """Return a value in the base unit of its dimension, rounded to 40 digits.

    Args:
        value: A number in the unit.
        code: The unit.
        is_difference: The value is a distance between two values, such as a standard deviation:
            20 degrees more are 20 kelvin more.
    """
    unit = UNITS.get(code)
    if unit is None or not value.is_finite():
        return value
    offset = Fraction(0) if is_difference else unit.offset
    exact = (Fraction(value) + offset) * unit.factor
    return _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))
