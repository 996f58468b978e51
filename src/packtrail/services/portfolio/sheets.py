"""The tables of a portfolio: one sheet a kind."""

from __future__ import annotations

from typing import Final

from packtrail.compliance.book import Kind
from packtrail.services.books.sheets import Sheet, columns

SITES: Final = Sheet("Sites", columns("""
    code*       identifier
    name*       text
    country*    text
    gln         identifier
    time_zone   text
"""))  # fmt: skip
LINES: Final = Sheet("Lines", columns("""
    code*       identifier
    site*       identifier
    name*       text
    levels      list
    speed_packs_per_minute count
"""))  # fmt: skip
TRADE_ITEMS: Final = Sheet("Trade items", columns("""
    code*           identifier
    name*           text
    market*         text
    pack_gtin*      identifier
    national_number identifier
    company_prefix  identifier
    bundle_gtin     identifier
    packs_per_bundle count
    case_gtin       identifier
    per_case        count
    per_pallet      count
"""))  # fmt: skip
COMPANY: Final = Sheet("Company", columns("roles* list"))
PRODUCTS: Final = Sheet("Products", columns("""
    code*        identifier
    name*        text
    presentation text
    class*       text
    groups       list
    made_in      text
    note         text
"""))  # fmt: skip
PRACTICES: Final = Sheet("Practices", columns("""
    code*     identifier
    name*     text
    subjects* facts
    note      text
"""))  # fmt: skip
LICENCES: Final = Sheet("Licences", columns("""
    product*         identifier
    market*          text
    number           identifier
    holder           text
    national_numbers pairs
    trade_item       identifier
    practices        list
    sold_from        day
    sold_until       day
    note             text
"""))  # fmt: skip
PLACEMENTS: Final = Sheet("Placements", columns("""
    product* identifier
    market*  text
    line*    identifier
    note     text
"""))  # fmt: skip
PARTNERS: Final = Sheet("Partners", columns("""
    code*           identifier
    name*           text
    markets         list
    roles           list
    groups          list
    contract_packer yes_no
    sites           list
    organisation    identifier
    gln             identifier
    connected       yes_no
    note            text
"""))  # fmt: skip

BOOK: Final = {
    Kind.COMPANY: COMPANY,
    Kind.PRODUCT: PRODUCTS,
    Kind.PRACTICE: PRACTICES,
    Kind.LICENCE: LICENCES,
    Kind.PLACEMENT: PLACEMENTS,
    Kind.PARTNER: PARTNERS,
}
"""Kind of an entry -> its sheet; what is named comes before what names it."""
