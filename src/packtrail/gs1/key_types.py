"""The GS1 keys: one table of how each is written as EPC URI, element string and Digital Link.

All notations of a key carry the same parts. The primary key is the value of its application
identifier (AI) without the serial part: filler, indicator or extension digit, company prefix,
reference, check digit, piece and total. An EPC URI writes company prefix and reference as two
fields, with the indicator in front of the reference and without the check digit.

    >>> BY_TYPE[KeyType.SSCC].ai, BY_TYPE[KeyType.SSCC].digits
    ('00', 17)

Clause:
    GS1 EPC Tag Data Standard, sections 6 and 7; GS1 Digital Link: URI Syntax, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class KeyType(StrEnum):
    """What a GS1 key identifies."""

    SGTIN = "sgtin"
    """One serialised trade item, such as a medicine pack."""
    UPUI = "upui"
    """One tobacco pack (GTIN and third-party extension)."""
    ITIP = "itip"
    """One piece of a trade item that comes in several."""
    SSCC = "sscc"
    """One logistic unit, such as a pallet."""
    LGTIN = "lgtin"
    """A lot of a trade item."""
    GTIN = "gtin"
    """A trade item."""
    SGLN = "sgln"
    """A place, or a spot inside it."""
    PGLN = "pgln"
    """A party."""
    GRAI = "grai"
    """A returnable asset."""
    GIAI = "giai"
    """An individual asset."""
    GSRN = "gsrn"
    """A recipient of a service, such as a patient."""
    GSRNP = "gsrnp"
    """A provider of a service, such as a nurse."""
    GDTI = "gdti"
    """A document."""
    SGCN = "sgcn"
    """A coupon."""
    CPI = "cpi"
    """A component or part."""
    GINC = "ginc"
    """A consignment."""
    GSIN = "gsin"
    """A shipment."""
    GMN = "gmn"
    """A model, such as that of a medical device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """How the serial part of a key is written."""

    ai: str = ""
    """AI of its own; empty where it follows the primary key inside the same AI."""
    charset: str = "X"
    """Letter of `packtrail.gs1.charsets.SETS`."""
    length_max: int
    absent: str = ""
    """How the EPC URI writes that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One row of the table."""

    type: KeyType
    ai: str
    urn: str = ""
    """Kind and scheme of the EPC URI of an instance, such as `id:sgtin`."""
    pattern: str = ""
    """The same for the class, whose serial is written `*`."""
    filler: str = ""
    """Digits that the AI has in front and the EPC URI leaves out."""
    indicator: int = 0
    """1 where the first digit belongs in front of the reference in the EPC URI."""
    digits: int = 0
    """Company prefix and reference together, followed by a check digit; 0 = no fixed number."""
    tails: tuple[int, ...] = ()
    """Digits of the fields after the check digit, such as piece and total."""
    charset: str = "N"
    """Of the reference, where it has no fixed number of digits."""
    length_max: int = 0
    """Of company prefix and reference together, where not fixed."""
    may_be_bare: bool = False
    """A 12-digit company prefix may stand without a reference, where that is not fixed."""
    serial: Serial | None = None
    class_name: str = ""
    """Prefix of the class key of a class, where it differs from the type."""

    @property
    def prefix_start(self) -> int:
        """Where the company prefix starts in the primary key."""
        return len(self.filler) + self.indicator

    @property
    def primary_length(self) -> int:
        """Characters of the primary key; 0 = not fixed."""
        if not self.digits:
            return 0
        return len(self.filler) + self.digits + 1 + sum(self.tails)


_K = KeyType
_SERIAL = Serial(ai="21", length_max=20)

SCHEMES: Final = (
    Scheme(type=_K.SGTIN, ai="01", urn="id:sgtin", indicator=1, digits=13, serial=_SERIAL),
    Scheme(
        type=_K.UPUI,
        ai="01",
        urn="id:upui",
        pattern="idpat:upui",
        indicator=1,
        digits=13,
        serial=Serial(ai="235", length_max=28),
        class_name="gtin",
    ),
    Scheme(
        type=_K.ITIP,
        ai="8006",
        urn="id:itip",
        pattern="idpat:itip",
        indicator=1,
        digits=13,
        tails=(2, 2),
        serial=_SERIAL,
        class_name="itip-class",
    ),
    Scheme(type=_K.SSCC, ai="00", urn="id:sscc", indicator=1, digits=17),
    Scheme(
        type=_K.LGTIN,
        ai="01",
        urn="class:lgtin",
        indicator=1,
        digits=13,
        serial=Serial(ai="10", length_max=20),
    ),
    Scheme(type=_K.GTIN, ai="01", pattern="idpat:sgtin", indicator=1, digits=13, class_name="gtin"),
    Scheme(
        type=_K.SGLN,
        ai="414",
        urn="id:sgln",
        digits=12,
        serial=Serial(ai="254", length_max=20, absent="0"),
    ),
    Scheme(type=_K.PGLN, ai="417", urn="id:pgln", digits=12),
    Scheme(
        type=_K.GRAI,
        ai="8003",
        urn="id:grai",
        pattern="idpat:grai",
        filler="0",
        digits=12,
        serial=Serial(length_max=16),
        class_name="grai-class",
    ),
    Scheme(type=_K.GIAI, ai="8004", urn="id:giai", charset="X", length_max=30),
    Scheme(type=_K.GSRN, ai="8018", urn="id:gsrn", digits=17),
    Scheme(type=_K.GSRNP, ai="8017", urn="id:gsrnp", digits=17),
    Scheme(
        type=_K.GDTI,
        ai="253",
        urn="id:gdti",
        pattern="idpat:gdti",
        digits=12,
        serial=Serial(length_max=17),
        class_name="gdti-class",
    ),
    Scheme(
        type=_K.SGCN,
        ai="255",
        urn="id:sgcn",
        pattern="idpat:sgcn",
        digits=12,
        serial=Serial(length_max=12, charset="N"),
        class_name="sgcn-class",
    ),
    Scheme(
        type=_K.CPI,
        ai="8010",
        urn="id:cpi",
        pattern="idpat:cpi",
        charset="Y",
        length_max=30,
        may_be_bare=True,
        serial=Serial(ai="8011", length_max=12, charset="N"),
        class_name="cpi-class",
    ),
    Scheme(type=_K.GINC, ai="401", urn="id:ginc", charset="X", length_max=30, may_be_bare=True),
    Scheme(type=_K.GSIN, ai="402", urn="id:gsin", digits=16),
    Scheme(type=_K.GMN, ai="8013", charset="X", length_max=25),
)
"""All key types; where a text could be several, the first that fits counts."""

BY_TYPE: Final = {scheme.type: scheme for scheme in SCHEMES}

BY_URN: Final = {scheme.urn: scheme for scheme in SCHEMES if scheme.urn}
"""By kind and scheme of the EPC URI of an instance."""

BY_PATTERN: Final = {scheme.pattern: scheme for scheme in SCHEMES if scheme.pattern}
"""By kind and scheme of the EPC URI of a class."""

PREFIX_LENGTHS: Final = range(6, 13)
"""How many digits a company prefix may have in an EPC URI."""
