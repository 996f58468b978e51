"""GS1 keys in every notation: EPC URI, Digital Link, element string.

    >>> from packtrail import gs1
    >>> pack = gs1.parse("(01)03000101234509(21)11")
    >>> pack.digital_link()
    'https://id.gs1.org/01/03000101234509/21/11'
    >>> pack.with_prefix_length(7).epc_uri()
    'urn:epc:id:sgtin:3000101.023450.11'

`parse...` is strict and raises `RefusedError`; `check...` returns every finding as well.
"""

from __future__ import annotations

from packtrail.gs1.amounts import Amount, amount_of
from packtrail.gs1.bulk import to_digital_links, to_element_strings, to_epc_uris
from packtrail.gs1.check_digits import check_digit, price_check_digit
from packtrail.gs1.company_prefixes import CompanyPrefixes
from packtrail.gs1.diagnosis import Diagnosis, diagnose
from packtrail.gs1.digital_links import (
    DigitalLink,
    check_digital_link,
    check_link,
    parse_digital_link,
    read_digital_link,
    write_digital_link,
)
from packtrail.gs1.element_strings import (
    ElementString,
    check_element_string,
    examine_element_string,
    parse_element_string,
    parse_hri,
)
from packtrail.gs1.elements import Element, select, title_of
from packtrail.gs1.epc_uris import check_epc_uri, parse_epc_uri
from packtrail.gs1.identities import are_known, class_of_head, identify, is_known
from packtrail.gs1.key_types import KeyType
from packtrail.gs1.keys import Key
from packtrail.gs1.licences import check_licences
from packtrail.gs1.national_codes import (
    make_ntin,
    make_ppn,
    national_number_of,
    national_numbers_of,
)
from packtrail.gs1.ndc import Ndc
from packtrail.gs1.notations import check, check_any, parse
from packtrail.gs1.numbering import at_level, expand_upc_e, make_gtin, make_sscc, next_sscc
from packtrail.gs1.packs import Pack, read_pack
from packtrail.gs1.patterns import Pattern, parse_pattern
from packtrail.gs1.prefixes import is_restricted, prefix_of
from packtrail.gs1.scan_writing import Carrier, write_scan
from packtrail.gs1.scans import Content, Scan, read_scan
from packtrail.gs1.symbologies import SymbologyIdentifier, read_identifier
from packtrail.gs1.tags import Tag, encodings_of, make_tag, parse_tag_uri, read_tag
from packtrail.gs1.trade_items import form_of, in_digits
from packtrail.gs1.variable_measures import measure_in, without_measure
from packtrail.gs1.writing import write_element_string

__all__ = [
    "Amount",
    "Carrier",
    "CompanyPrefixes",
    "Content",
    "Diagnosis",
    "DigitalLink",
    "Element",
    "ElementString",
    "Key",
    "KeyType",
    "Ndc",
    "Pack",
    "Pattern",
    "Scan",
    "SymbologyIdentifier",
    "Tag",
    "amount_of",
    "are_known",
    "at_level",
    "check",
    "check_any",
    "check_digit",
    "check_digital_link",
    "check_element_string",
    "check_epc_uri",
    "check_licences",
    "check_link",
    "class_of_head",
    "diagnose",
    "encodings_of",
    "examine_element_string",
    "expand_upc_e",
    "form_of",
    "identify",
    "in_digits",
    "is_known",
    "is_restricted",
    "make_gtin",
    "make_ntin",
    "make_ppn",
    "make_sscc",
    "make_tag",
    "measure_in",
    "national_number_of",
    "national_numbers_of",
    "next_sscc",
    "parse",
    "parse_digital_link",
    "parse_element_string",
    "parse_epc_uri",
    "parse_hri",
    "parse_pattern",
    "parse_tag_uri",
    "prefix_of",
    "price_check_digit",
    "read_digital_link",
    "read_identifier",
    "read_pack",
    "read_scan",
    "read_tag",
    "select",
    "title_of",
    "to_digital_links",
    "to_element_strings",
    "to_epc_uris",
    "without_measure",
    "write_digital_link",
    "write_element_string",
    "write_scan",
]
