"""Bulk identities for capture: from URIs to (class key, item key), a million a second.

Packs of one product share everything in front of the serial, so that part is read once and kept;
what remains for each URI is a look-up and a test of the serial.

    >>> identify(["urn:epc:id:sgtin:3000101.023450.11", "https://example.com/pack/7"])
    [('sgtin/03000101234509', '11'), ('uri/https://example.com/pack/', '7')]
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from packtrail.gs1.digital_links import check_digital_link
from packtrail.gs1.epc_uris import check_epc_uri
from packtrail.gs1.logistic_units import reader_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.gs1.keys import Key

_HEADS_MAX: Final = 65_536
"""Classes remembered; after so many, memory starts afresh."""
_HEAD_LENGTH_MAX: Final = 128
"""No class of GS1 is longer, and what comes from outside must not fill the memory."""


class _Head(NamedTuple):
    """What is known of everything in front of the last mark of a URI."""

    class_key: str = ""
    length_max: int = 0
    """A serial of up to so many letters and digits is right for sure."""
    read_sscc: Callable[[str], str] | None = None


_heads: dict[str, _Head] = {}
_SSCC_HEAD: Final = re.compile(r"urn:epc:id:sscc:([0-9]{6,12})\.")
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
        head, mark, serial = uri.rpartition("." if uri[:4] == "urn:" else "/")
        known = heads.get(head)
        if known is None:
            known = _learn(head, mark)
        class_key, length_max, read_sscc = known
        # Letters and digits need no decoding and are in every serial's character set.
        if len(serial) <= length_max and serial.isalnum() and serial.isascii():
            add((class_key, serial))
        elif read_sscc and (sscc := read_sscc(serial)):
            add((f"sscc/{sscc[1:7]}", sscc))
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
    if not text.endswith(mark):
        return None
    head = text.removesuffix(mark)
    known = _heads.get(head) or _learn(head, mark)
    return (known.class_key, False, known.length_max) if known.length_max else None


def is_known(uri: str) -> bool:
    """Tell quickly whether a URI is a well-formed identifier; False: it needs a closer look."""
    head, mark, serial = uri.rpartition("." if uri[:4] == "urn:" else "/")
    known = _heads.get(head) or _learn(head, mark)
    if len(serial) <= known.length_max and serial.isalnum() and serial.isascii():
        return True
    return known.read_sscc is not None and known.read_sscc(serial) != ""


def are_known(uris: Sequence[Any]) -> bool:
    """Tell in one pass whether all URIs of a list, of one class if it is long, are well formed."""
    if len(uris) < _FEW:
        return all(type(uri) is str and is_known(uri) for uri in uris)
    try:
        together = "\n".join(uris)
    except TypeError:
        return False
    head, mark, _ = uris[0].rpartition("." if uris[0][:4] == "urn:" else "/")
    known = _heads.get(head) or _learn(head, mark)
    if not known.length_max:
        return False
    return _lines_of(head + mark, known.length_max).fullmatch(f"{together}\n") is not None


_FEW: Final = 32
"""So few URIs are looked at one by one."""


@lru_cache(maxsize=1024)
def _lines_of(front: str, length_max: int) -> re.Pattern[str]:
    """Return the form of lines that are a front and a serial of letters and digits."""
    return re.compile(rf"(?:{re.escape(front)}[A-Za-z0-9]{{1,{length_max}}}+\n)++")


def _learn(head: str, mark: str) -> _Head:
    """Remember the class of a head, when any short serial of letters and digits may follow it."""
    key = _read(f"{head}{mark}1")
    serial = key.scheme.serial if key else None
    known = _Head(read_sscc=reader_behind(head))
    if key and key.serial == "1" and serial and serial.ai and serial.charset == "X":
        known = _Head(key.class_key, serial.length_max)
    if len(_heads) >= _HEADS_MAX:
        _heads.clear()
    if len(head) <= _HEAD_LENGTH_MAX:
        _heads[head] = known
    return known


def _read(uri: str) -> Key | None:
    if uri[:4] == "urn:":
        return check_epc_uri(uri)[0]
    is_gs1s = uri.startswith(_DOMAIN_OF_GS1)
    return check_digital_link(uri, legacy=True, compressed=is_gs1s)[0]


def _identify_one(uri: str) -> tuple[str, str]:
    key = _read(uri)
    if key:
        return key.class_key, key.item_key
    cut = _CUT.match(uri)
    end = cut.end() if cut else 0
    return f"uri/{uri[:end]}", uri[end:]
