"""Reading a GS1 key from whatever a person has: scanned, pasted or typed.

>>> parse("(01)03000101234509(21)11") == parse("https://id.gs1.org/01/03000101234509/21/11")
True
>>> parse("96385074").primary
'00000096385074'
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.base.findings import Severity
from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import AI_LENGTH_BY_PREFIX
from packtrail.gs1.digital_links import check_digital_link, check_link
from packtrail.gs1.element_strings import check_element_string
from packtrail.gs1.epc_uris import OTHER_SCHEMES, check_epc_uri
from packtrail.gs1.identities import is_known
from packtrail.gs1.key_types import KeyType
from packtrail.gs1.keys import Key, check_key

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

_GTIN_LENGTHS: Final = frozenset({8, 12, 13, 14})
_GLN_LENGTH: Final = 13
_SSCC_LENGTH: Final = 18
_LINK_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9](?=(?:https?|HTTPS?):)")
_CANONICAL_DOMAIN = re.compile(r"https?://id\.gs1\.org(?:[/?#]|$)", re.IGNORECASE)


def parse(text: str, *, location: bool = False) -> Key:
    """Read a key from an EPC URI, Digital Link, element string, or bare number.

    Args:
        text: Any notation; a bare number of 8, 12, 13 or 14 digits is a GTIN, of 18 an SSCC.
            Data without brackets that looks like one needs its symbology identifier.
        location: Read a bare number of 13 digits as a GLN, not as a GTIN.

    Raises:
        RefusedError: The text is no key, or has defects; all that can be reached are told.
    """
    key, findings = check_any(text, location=location)
    if key is None:
        raise RefusedError(*findings)
    return key


def check_any(text: str, *, location: bool = False) -> tuple[Key | None, tuple[Finding, ...]]:
    """Read a key in any notation; return it, or None and every defect."""
    text = _LINK_SYMBOLOGY.sub("", text.strip(" \t\r\n"), count=1)
    if text[:4].lower() == "urn:":
        return check_epc_uri(text)
    if text[:4].lower() == "http":
        return check_digital_link(text, legacy=True)
    if text.isascii() and text.isdigit() and (bare := _check_number(text, location=location)):
        return bare
    return _check_scanned(text)


def _check_scanned(text: str) -> tuple[Key | None, tuple[Finding, ...]]:
    if not _looks_scanned(text):
        message = f"The text {text[:60]!r} is no GS1 identifier."
        return None, (codes.NOT_RECOGNISED.found(message),)
    elements, findings = check_element_string(text)
    if elements is None:
        return None, findings
    key = elements.key
    if key is None:
        shown = ", ".join(f"({ai})" for ai, _ in elements.pairs)
        return None, (codes.NO_KEY.found(f"The element string holds {shown}, but no key."),)
    return key, ()


def _looks_scanned(text: str) -> bool:
    start = text.lstrip("\x1d␝")[:2]
    return text[:1] in {"(", "]", "["} or start in AI_LENGTH_BY_PREFIX


def _check_number(number: str, *, location: bool) -> tuple[Key | None, tuple[Finding, ...]] | None:
    """Read a bare number; None where its length fits no key, so that it may be scanned data."""
    if len(number) == _SSCC_LENGTH:
        key = Key(KeyType.SSCC, number)
    elif location and len(number) == _GLN_LENGTH:
        key = Key(KeyType.SGLN, number)
    elif len(number) in _GTIN_LENGTHS:
        key = Key(KeyType.GTIN, number.zfill(14))
    else:
        return None
    findings = check_key(key)
    return (None if findings else key), findings


def check(uri: str) -> tuple[Finding, ...]:
    """Tell what is wrong with an identifier of an EPCIS event; nothing for one that is not GS1's.

    EPC URIs of schemes that are no GS1 keys are checked for their form. A web address is a Digital
    Link when it is at `id.gs1.org`, or when its path has a key followed by digits; any other is
    somebody's own identifier. As any web address may identify an object, what is wrong with a
    Digital Link is a warning; what is wrong with an EPC URI is an error.

    Args:
        uri: Any URI.

    Clause:
        Core Business Vocabulary 2.0, section 8.
    """
    if is_known(uri):
        return ()
    if uri.startswith("urn:epc:"):
        return _check_epc(uri)
    if not uri[:5].lower().startswith("http"):
        return ()
    _, findings = check_link(uri, legacy=True)
    if findings and not _CANONICAL_DOMAIN.match(uri) and not _has_key_with_digits(uri):
        return ()
    return tuple(replace(finding, severity=Severity.WARNING) for finding in findings)


def _check_epc(uri: str) -> tuple[Finding, ...]:
    name, _, body = uri.removeprefix("urn:epc:").rpartition(":")
    form = OTHER_SCHEMES.get(name)
    if form is None:
        return check_epc_uri(uri)[1]
    if form.fullmatch(body):
        return ()
    return (codes.EPC_URI_FORM.found(f"The EPC URI {uri!r} does not have the form of its scheme."),)


_KEY_WITH_DIGITS = re.compile(
    r"/(?:00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018)/[0-9]{6,}(?:[/?#]|$)"
)


def _has_key_with_digits(uri: str) -> bool:
    return bool(_KEY_WITH_DIGITS.search(uri))
