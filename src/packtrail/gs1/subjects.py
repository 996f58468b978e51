"""What a text is about, in any notation there is: a key, a tag, another EPC, a pattern, an NDC.

>>> about("3074257BF7194E4000001A85").uri
'urn:epc:id:sgtin:0614141.812345.6789'
>>> about("urn:epc:id:adi:W81X9C.3KL984PX1.2WMA52").scheme
'adi'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.element_strings import check_element_string
from packtrail.gs1.epc_uris import OTHER_SCHEMES
from packtrail.gs1.ndc import Ndc
from packtrail.gs1.notations import check, check_any
from packtrail.gs1.patterns import check_pattern
from packtrail.gs1.tags import Tag, parse_tag_uri, read_tag

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.gs1.company_prefixes import CompanyPrefixes
    from packtrail.gs1.keys import Key

NDC: Final = re.compile(r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}")
"""A National Drug Code of the United States, with its hyphens."""
_RAW = re.compile(r"urn:epc:raw:([0-9]{1,4})\.x([0-9A-Fa-f]{1,512})")
_BITS = re.compile(r"0x[0-9A-Fa-f]{2,512}|(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{16,512}")
_PATTERN: Final = "urn:epc:idpat:"


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What is known of company prefixes beside what a text says."""

    length: int | None = None
    """Digits of the company prefix of every key; None = not known."""
    register: CompanyPrefixes | None = None

    def of(self, key: Key) -> Key:
        """Return a key with the length of its company prefix, where that is known."""
        if key.prefix_length is not None:
            return key
        if self.length is not None:
            return key.with_prefix_length(self.length)
        return self.register.told(key) if self.register else key


@dataclass(frozen=True, slots=True)
class Subject:
    """What a text is about. Make it with `about`."""

    key: Key | None
    """None for what is no GS1 key: an EPC of another scheme, a pattern for many classes."""
    scheme: str
    """Kind of key, scheme of the EPC, or `pattern`."""
    epc_uri: str
    """The EPC URI where the text says it or a tag holds it; '' where it follows from the key."""
    tag: Tag | None = None

    @property
    def uri(self) -> str:
        """The EPC URI.

        Raises:
            RefusedError: The key has none, or its company prefix is not known.
        """
        return self.epc_uri or (self.key.epc_uri() if self.key else "")


def about(text: str, prefixes: Prefixes | None = None) -> Subject:
    """Tell what a text is about.

    Args:
        text: EPC URI, Digital Link, element string, scan, bare number, NDC with hyphens, EPC tag
            URI, EPC raw URI, pattern, or the bits of a tag as 16 or more hexadecimal digits
            (`0x` in front where there is no letter among them).
        prefixes: What is known of company prefixes.

    Raises:
        RefusedError: It is none of these, or has defects; all that can be reached are told.
    """
    tag = _tag_in(text)
    if tag is not None:
        return _of_uri(tag.epc_uri, tag)
    if text.startswith("urn:epc:"):
        return _of_uri(text, None)
    key, findings = check_any(Ndc.parse(text).gtin() if NDC.fullmatch(text) else text)
    if key is None:
        raise RefusedError(*findings)
    key = (prefixes or Prefixes()).of(key)
    return Subject(key, str(key.type), "")


def _tag_in(text: str) -> Tag | None:
    """Return the tag a text is about; None where it is about none.

    Raises:
        RefusedError: It is about one, and damaged.
    """
    if text.startswith("urn:epc:tag:"):
        return parse_tag_uri(text)
    if text.startswith("urn:epc:raw:"):
        return read_tag(_raw_bits(text))
    if not _BITS.fullmatch(text):
        return None
    if text.startswith("0x"):
        return read_tag(text)
    scanned, defects = check_element_string(text)
    return None if scanned is not None and not defects else read_tag(text)


def _raw_bits(text: str) -> str:
    """Return the hexadecimal digits of an EPC raw URI.

    Raises:
        RefusedError: It has no digits, or not as many as it says.
    """
    match = _RAW.fullmatch(text)
    if match is None or 4 * len(match[2]) < int(match[1]):
        message = f"The raw URI {text[:100]!r} does not read urn:epc:raw:bits.xDIGITS."
        raise RefusedError(codes.TAG_FORM.found(message))
    return match[2]


def _of_uri(uri: str, tag: Tag | None) -> Subject:
    name = uri.removeprefix("urn:epc:").rpartition(":")[0]
    if name in OTHER_SCHEMES:
        _refuse(check(uri))
        return Subject(None, name.removeprefix("id:"), uri, tag)
    key, findings = check_any(uri)
    if key is not None:
        return Subject(key, str(key.type), uri, tag)
    if uri.startswith(_PATTERN):
        pattern, wrong = check_pattern(uri)
        if pattern is not None:
            return Subject(None, "pattern", uri, tag)
        findings = wrong
    raise RefusedError(*findings)


def _refuse(findings: tuple[Finding, ...]) -> None:
    if findings:
        raise RefusedError(*findings)
