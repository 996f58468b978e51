"""GS1 prefixes: who licenses company prefixes of each range, and what the other ranges are for.

The lists change about once a year; organisations have the names that GS1 gives them. A range is
written `first-last` or as one number; the longest that fits counts. Kept by hand;
`tests/conformance/test_gs1_prefixes.py` compares them.

    >>> (PREFIXES["303"].kind, PREFIXES["303"].usage)
    ('member', 'GS1 France')

Clause:
    GS1 General Specifications, sections 1.4.2 and 1.4.3.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal["member", "region", "company", "gtin-8", "special", "reserved"]


class Prefix(NamedTuple):
    """What a GS1 prefix is for."""

    digits: str
    kind: Kind
    """`member`: licensed by a member organisation. `region` and `company`: restricted circulation
    numbers, which identify nothing outside. `gtin-8`, `special` and `reserved`: see `usage`."""
    usage: str
    """The member organisation, or what the numbers are for."""


_MEMBERS = """
0001-0009 GS1 US|001-019 GS1 US|030-039 GS1 US|060-139 GS1 US|300-379 GS1 France
380 GS1 Bulgaria|381 GS1 Kosovo|383 GS1 Slovenija|385 GS1 Croatia|387 GS1 Bosnia-Herzegovina
389 GS1 Montenegro|400-440 GS1 Germany|450-459 GS1 Japan|460-469 GS1 Russia|470 GS1 Kyrgyzstan
471 GS1 Chinese Taipei|474 GS1 Estonia|475 GS1 Latvia|476 GS1 Azerbaijan|477 GS1 Lithuania
478 GS1 Uzbekistan|479 GS1 Sri Lanka|480 GS1 Philippines|481 GS1 Belarus|482 GS1 Ukraine
483 GS1 Turkmenistan|484 GS1 Moldova|485 GS1 Armenia|486 GS1 Georgia|487 GS1 Kazakstan
488 GS1 Tajikistan|489 GS1 Hong Kong, China|490-499 GS1 Japan|500-509 GS1 UK|520-521 GS1 Greece
528 GS1 Lebanon|529 GS1 Cyprus|530 GS1 Albania|531 GS1 Macedonia|535 GS1 Malta
539 GS1 Ireland|540-549 GS1 Belgium & Luxembourg|560 GS1 Portugal|569 GS1 Iceland
570-579 GS1 Denmark|590 GS1 Poland|594 GS1 Romania|599 GS1 Hungary|600-601 GS1 South Africa
603 GS1 Ghana|604 GS1 Senegal|605 GS1 Uganda|606 GS1 Angola|607 GS1 Oman|608 GS1 Bahrain
609 GS1 Mauritius|611 GS1 Morocco|613 GS1 Algeria|615 GS1 Nigeria|616 GS1 Kenya|617 GS1 Cameroon
618 GS1 Côte d'Ivoire|619 GS1 Tunisia|620 GS1 Tanzania|621 GS1 Syria|622 GS1 Egypt|624 GS1 Libya
625 GS1 Jordan|626 GS1 Iran|627 GS1 Kuwait|628 GS1 Saudi Arabia|629 GS1 Emirates|630 GS1 Qatar
631 GS1 Namibia|632 GS1 Rwanda|640-649 GS1 Finland|680-681 GS1 China|690-699 GS1 China
700-709 GS1 Norway|729 GS1 Israel|730-739 GS1 Sweden|740 GS1 Guatemala|741 GS1 El Salvador
742 GS1 Honduras|743 GS1 Nicaragua|744 GS1 Costa Rica|745 GS1 Panama|746 GS1 Republica Dominicana
750 GS1 Mexico|754-755 GS1 Canada|759 GS1 Venezuela|760-769 GS1 Switzerland|770-771 GS1 Colombia
773 GS1 Uruguay|775 GS1 Peru|777 GS1 Bolivia|778-779 GS1 Argentina|780 GS1 Chile|784 GS1 Paraguay
786 GS1 Ecuador|789-790 GS1 Brasil|800-839 GS1 Italy|840-849 GS1 Spain|850 GS1 Cuba
858 GS1 Slovakia|859 GS1 Czech|860 GS1 Serbia|865 GS1 Mongolia|867 GS1 North Korea
868-869 GS1 Türkiye|870-879 GS1 Netherlands|880-881 GS1 South Korea|883 GS1 Myanmar
884 GS1 Cambodia|885 GS1 Thailand|887 GS1 Laos|888 GS1 Singapore|890 GS1 India|893 GS1 Vietnam
896 GS1 Pakistan|899 GS1 Indonesia|900-919 GS1 Austria|930-939 GS1 Australia
940-949 GS1 New Zealand|950 GS1 Global Office|955 GS1 Malaysia|958 GS1 Macau, China
"""

_OTHERS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("0000000", "company", "restricted circulation within a company"),
    ("0000001-0000099", "gtin-8", "kept free, because a GTIN-8 fills it"),
    ("00001-00009", "member", "GS1 US"),
    ("020-029", "region", "restricted circulation within a region"),
    ("040-049", "company", "restricted circulation within a company"),
    ("050-059", "reserved", "kept by GS1 US for later use"),
    ("200-299", "region", "restricted circulation within a region"),
    ("951", "special", "General Manager Numbers of GS1 Global Office"),
    ("952", "special", "demonstrations and examples"),
    ("960-961", "gtin-8", "GTIN-8 of GS1 UK"),
    ("9620-9624", "gtin-8", "GTIN-8 of GS1 UK"),
    ("9625-9626", "gtin-8", "GTIN-8 of GS1 Poland"),
    ("9627-9629", "gtin-8", "GTIN-8 of GS1 Global Office"),
    ("963-969", "gtin-8", "GTIN-8 of GS1 Global Office"),
    ("977", "special", "serial publications (ISSN)"),
    ("978-979", "special", "books (ISBN)"),
    ("980", "special", "refund receipts"),
    ("981-984", "special", "coupons of a common currency area"),
    ("990-999", "special", "coupons"),
    *((n, "reserved", "kept by GS1 Global Office") for n in ("610", "614", "623", "758", "894")),
)

_GTIN8: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("000-099", "company", "restricted circulation within a company"),
    ("100-139", "member", "GS1 US"),
    ("200-299", "company", "restricted circulation within a company"),
    ("977-999", "reserved", "kept by GS1 Global Office"),
)
"""Where the prefixes of a GTIN-8 differ; up to 199 they have nothing in common."""


def _range(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [f"{n:0{len(first)}}" for n in range(int(first), int(last or first) + 1)]


def _table() -> dict[str, Prefix]:
    members = (cell.split(" ", 1) for cell in _MEMBERS.strip().replace("\n", "|").split("|"))
    rows: list[tuple[str, Kind, str]] = [(span, "member", name) for span, name in members]
    return {
        digits: Prefix(digits, kind, usage)
        for span, kind, usage in (*rows, *_OTHERS)
        for digits in _range(span)
    }


PREFIXES: Final = _table()
"""What each prefix of a GTIN-13 or other key is for, by its 3 to 7 digits."""

GTIN8_PREFIXES: Final = {
    **{d: row for d, row in PREFIXES.items() if len(d) > 3 or int(d) >= 300},
    **{d: Prefix(d, kind, usage) for span, kind, usage in _GTIN8 for d in _range(span)},
}
"""What each GS1-8 prefix is for."""
