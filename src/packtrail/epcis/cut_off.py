"""What is whole of a text that breaks off: everything up to the end of an event.

A transfer that was interrupted, a disk that was full or a byte that got lost leaves events that are
whole, and one that is not. Nothing is mended: what follows the break is left out, and the text up
to it is closed so that it can be read.

>>> whole_json(b'{"epcisBody": {"eventList": [{"a": 1}, {"b": [2')
b'{"epcisBody": {"eventList": [{"a": 1}]}}'
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from packtrail.epcis.xml_models import EVENT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEARCHED_MAX: Final = 8_000_000
"""Bytes of a text in which a break is looked for anywhere; in larger ones only at the end."""
_EVENT_ENDS = re.compile(rb"</(?:[A-Za-z_][\w.\-]*:)?(?:%s)\s*>" % "|".join(EVENT_NAMES).encode())
_NOT_FINISHED: Final = etree.ErrorTypes.ERR_TAG_NOT_FINISHED
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_CLOSING: Final = {b"{": b"}", b"[": b"]"}
_CLOSED: Final = frozenset(_CLOSING.values())
_EVENT_LIST = re.compile(rb'"eventList"\s*:\s*\Z')


def whole_xml(
    text: bytes, parser: Callable[[], etree.XMLParser]
) -> tuple[etree._Element, int] | None:
    """Return the root of what is whole of an XML text, and the line it ends in.

    Args:
        text: In UTF-8.
        parser: Makes a parser that goes on where elements are not closed.
    """
    ends = [found.end() for found in _EVENT_ENDS.finditer(text)]

    def parsed(end: int) -> etree._Element | None:
        used = parser()
        try:
            root = etree.fromstring(text[:end], used)
        except etree.XMLSyntaxError:
            return None
        return None if any(one.type != _NOT_FINISHED for one in used.error_log) else root

    end, root = _last_that_parses(ends, parsed, len(text))
    return None if root is None else (root, text.count(b"\n", 0, end) + 1)


def _last_that_parses(
    ends: Sequence[int], parsed: Callable[[int], etree._Element | None], size: int
) -> tuple[int, etree._Element | None]:
    """Return the last end before the break; what follows a break never parses."""
    if not ends:
        return 0, None
    root = parsed(ends[-1])
    if root is not None or size > SEARCHED_MAX:
        return ends[-1], root
    low, high = -1, len(ends) - 1  # `low` parses, `high` does not
    while high - low > 1:
        middle = (low + high) // 2
        found = parsed(ends[middle])
        if found is None:
            high = middle
        else:
            low, root = middle, found
    return ends[max(low, 0)], root


def whole_json(text: bytes) -> bytes | None:
    """Return what is whole of a JSON text, closed behind the last whole event of its event list.

    Args:
        text: In UTF-8.
    """
    opened: list[bytes] = []
    list_depth, whole, end = 0, b"", 0
    for token in _TOKENS.finditer(text):
        sign = token[0]
        if sign in _CLOSING:
            opened.append(sign)
            list_depth = list_depth or (_begins_events(text, token) and len(opened))
        elif sign in _CLOSED:
            if not opened or _CLOSING[opened.pop()] != sign or len(opened) < list_depth:
                break
            if list_depth and len(opened) == list_depth:
                end = token.end()
                whole = b"".join(_CLOSING[each] for each in reversed(opened))
    return text[:end] + whole if end else None


def _begins_events(text: bytes, token: re.Match[bytes]) -> bool:
    start = token.start()
    return token[0] == b"[" and _EVENT_LIST.search(text, max(0, start - 200), start) is not None
