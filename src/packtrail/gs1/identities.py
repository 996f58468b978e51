"""Bulk identities for capture: from URIs to (class key, item key), a million a second.

Packs of one product share everything in front of the serial, so that part is read once and kept;
what remains for each URI is a look-up and a test of the serial.

    >>> identify(["urn:epc:id:sgtin:3000101.023450.11", "https://example.com/pack/7"])
    [('sgtin/03000101234509', '11'), ('uri/https://example.com/pack/', '7')]
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from packtrail.gs1.check_digits import check_digit
from packtrail.gs1.digital_links import check_digital_link
from packtrail.gs1.epc_uris import check_epc_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.gs1.keys import Key

_HEADS_MAX: Final = 65_536
"""Classes remembered; after so many, memory starts afresh."""

_NO_FAST_PATH: Final = ("", 0)
_heads: dict[str, tuple[str, int]] = {}
_SSCC: Final = re.compile(
    r"urn:epc:id:sscc:([0-9]{6,12})\.([0-9])([0-9]*)|https://id\.gs1\.org/00/([0-9]{17})([0-9])"
)
_SSCC_HEAD: Final = re.compile(r"urn:epc:id:sscc:([0-9]{6,12})\.")
_SSCC_LENGTHS: Final = frozenset(
    {len("urn:epc:id:sscc:.") + 17, len("https://id.gs1.org/00/") + 18}
)
_DOMAIN_OF_GS1: Final = "https://id.gs1.org/"
_CUT: Final = re.compile(r".*[/:#]", re.DOTALL)


def identify(uris: Sequence[str]) -> list[tuple[str, str]]:
    """Return class key and item key of each URI; never raises.

    Args:
        uris: EPC URIs, Digital Links, or any other URIs.

    Returns:
        For a GS1 key its `class_key` and `item_key`; for any other text `uri/` and everything up
        to and including the last `/`, `:` or `#`, and the rest.
    """
    found: list[tuple[str, str]] = []
    add = found.append
    heads = _heads
    for uri in uris:
        head, _, serial = uri.rpartition("." if uri[:4] == "urn:" else "/")
        known = heads.get(head)
        if known is None:
            known = _learn(head, "." if uri[:4] == "urn:" else "/")
        # Letters and digits need no decoding and are in every serial's character set.
        if len(serial) <= known[1] and serial.isalnum() and serial.isascii():
            add((known[0], serial))
        else:
            add(_identify_one(uri))
    return found


def class_of_head(text: str) -> tuple[str, bool, int] | None:
    """Return what identifiers with this text in front of their serial have in common.

    Args:
        text: An EPC URI or Digital Link up to its serial, the separator included.

    Returns:
        Their class key; whether they are SSCCs written as EPC URIs, whose serial is part of the
        item key only; and how many letters or digits the serial has at most (of an SSCC exactly).
        None where not every serial of letters and digits may follow.
    """
    match = _SSCC_HEAD.fullmatch(text)
    if match:
        return f"sscc/{match[1][:6]}", True, 17 - len(match[1])
    mark = "." if text[:4] == "urn:" else "/"
    head = text.removesuffix(mark)
    known = (_heads.get(head) or _learn(head, mark)) if text.endswith(mark) else _NO_FAST_PATH
    return None if known == _NO_FAST_PATH else (known[0], False, known[1])


def is_known(uri: str) -> bool:
    """Tell quickly whether a URI is well formed; False means that nobody knows yet."""
    head, _, serial = uri.rpartition("." if uri[:4] == "urn:" else "/")
    known = _heads.get(head, _NO_FAST_PATH)
    return len(serial) <= known[1] and serial.isalnum() and serial.isascii()


def _learn(head: str, mark: str) -> tuple[str, int]:
    """Remember the class of a head, when any short serial of letters and digits may follow it."""
    key = _read(f"{head}{mark}1")
    serial = key.scheme.serial if key else None
    known = _NO_FAST_PATH
    if key and key.serial == "1" and serial and serial.ai and serial.charset == "X":
        known = (key.class_key, serial.length_max)
    if len(_heads) >= _HEADS_MAX:
        _heads.clear()
    _heads[head] = known
    return known


def _read(uri: str) -> Key | None:
    if uri[:4] == "urn:":
        return check_epc_uri(uri)[0]
    is_gs1s = uri.startswith(_DOMAIN_OF_GS1)
    return check_digital_link(uri, legacy=True, compressed=is_gs1s)[0]


def _identify_one(uri: str) -> tuple[str, str]:
    if len(uri) in _SSCC_LENGTHS and (pallet := _identify_sscc(uri)):
        return pallet
    key = _read(uri)
    if key:
        return key.class_key, key.item_key
    cut = _CUT.match(uri)
    end = cut.end() if cut else 0
    return f"uri/{uri[:end]}", uri[end:]


def _identify_sscc(uri: str) -> tuple[str, str] | None:
    """Return the identity of a logistic unit, the most frequent key without a class to remember."""
    match = _SSCC.fullmatch(uri)
    if not match:
        return None
    prefix, extension, rest, body, told = match.groups()
    body = body or f"{extension}{prefix}{rest}"
    digit = check_digit(body)
    return (f"sscc/{body[1:7]}", body + digit) if told in {None, digit} else None
