"""Reading and writing GS1 Digital Links, such as `https://id.gs1.org/01/09520123456788/21/A1`.

Any web address may be one: the right-most key in its path starts the data, whatever comes before.

    >>> link = read_digital_link("https://example.com/x/01/09520123456788/10/L%2F1?17=301231&a=b")
    >>> link.elements
    (('01', '09520123456788'), ('10', 'L/1'), ('17', '301231'))
    >>> link.stem, link.ignored
    ('https://example.com/x', ('a=b',))

Clause:
    GS1 Digital Link Standard: URI Syntax, sections 4 and 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.application_identifiers import SELF_DELIMITING_PREFIXES, TABLE
from packtrail.gs1.compression import decompress
from packtrail.gs1.elements import select
from packtrail.gs1.escapes import broken_escape, escape_link, unescape
from packtrail.gs1.heads import Heads, is_simple
from packtrail.gs1.keys import Key, key_of
from packtrail.gs1.values import describe, lint, lint_unknown, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.base.findings import Finding

WORD_ALIASES: Final = {
    "sscc": "00",
    "gtin": "01",
    "lot": "10",
    "ser": "21",
    "cpv": "22",
    "tpx": "235",
    "gdti": "253",
    "glnx": "254",
    "gcn": "255",
    "ginc": "401",
    "gsin": "402",
    "gln": "414",
    "payTo": "415",
    "party": "417",
    "partyGln": "417",
    "grai": "8003",
    "giai": "8004",
    "itip": "8006",
    "cpid": "8010",
    "cpsn": "8011",
    "gmn": "8013",
    "gsrnp": "8017",
    "gsrn": "8018",
    "srin": "8019",
    "refNo": "8020",
}
"""Words that early versions of the standard allowed in place of numbers."""

_FORM = re.compile(r"(https?|HTTPS?)://([A-Za-z0-9\-.:\[\]]+)(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?")
_FOREIGN = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_SHORT_GTIN = re.compile(r"\d{8}|\d{12}|\d{13}", re.ASCII)


_SERIAL_NAMES: Final = frozenset({"10", "21", "235", "lot", "ser", "tpx"})
"""What stands in front of a serial, unless the link is compressed."""
_HEADS: Final = Heads()
_LEGACY_HEADS: Final = Heads()


class _Part(NamedTuple):
    ai: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A Digital Link taken apart."""

    stem: str
    """Scheme, domain and everything in front of the key."""
    elements: tuple[tuple[str, str], ...]
    """Application identifier and decoded value: the key, its qualifiers, then the attributes."""
    key: Key | None
    """None for the few keys that Packtrail does not name."""
    ignored: tuple[str, ...] = ()
    """Parts of the query that are no GS1 data."""

    def get(self, ai: str) -> str | None:
        """Return the value of an application identifier, or None."""
        return dict(self.elements).get(ai)

    def select(self, *, ai: str = "", title: str = "") -> tuple[str, ...]:
        """Return the values whose AI begins so, or whose data title has this in it."""
        return tuple(value for _, value in select(self.elements, ai=ai, title=title))


def parse_digital_link(text: str, *, legacy: bool = False) -> Key:
    """Read the key of a Digital Link at any domain.

    Args:
        text: The web address.
        legacy: Also accept word aliases (`gtin`) and GTINs of 8, 12 or 13 digits.

    Raises:
        RefusedError: The link has defects; all that can be reached are told.
    """
    key, findings = check_digital_link(text, legacy=legacy)
    if key is None:
        raise RefusedError(*findings)
    return key


def check_digital_link(
    text: str, *, legacy: bool = False, compressed: bool = True
) -> tuple[Key | None, tuple[Finding, ...]]:
    """Read the key of a Digital Link and return it, or None and every defect."""
    heads = _LEGACY_HEADS if legacy else _HEADS
    front, _, serial = text.rpartition("/")
    known = heads.get(front)
    if known and len(serial) <= known.length_max and is_simple(serial):
        return Key(known.type, known.primary, serial), ()
    link, findings = check_link(text, legacy=legacy, compressed=compressed)
    if link is None:
        return None, findings
    if link.key is None:
        ai = link.elements[0][0]
        return None, (
            codes.LINK_KEY.found(f"The Digital Link {text!r} is about ({ai}), which is no key."),
        )
    if front.rpartition("/")[2] in _SERIAL_NAMES:
        heads.learn(front, serial, link.key)
    return link.key, ()


def read_digital_link(
    text: str, *, legacy: bool = False, unknown_attributes: bool = False
) -> DigitalLink:
    """Take a Digital Link apart, attributes included.

    Raises:
        RefusedError: The link has defects; all that can be reached are told.
    """
    link, findings = check_link(text, legacy=legacy, unknown_attributes=unknown_attributes)
    if link is None:
        raise RefusedError(*findings)
    return link


def check_link(
    text: str, *, legacy: bool = False, unknown_attributes: bool = False, compressed: bool = True
) -> tuple[DigitalLink | None, tuple[Finding, ...]]:
    """Take a Digital Link apart, or return None and every defect.

    Args:
        text: The web address.
        legacy: Also accept word aliases and GTINs of 8, 12 or 13 digits.
        unknown_attributes: Accept application identifiers not in the table in the query.
        compressed: Also read compressed links. One web address in some hundreds looks like one by
            chance, so who reads addresses that may be anything turns this off.
    """
    foreign = _FOREIGN.search(text)
    if foreign:
        at = span(foreign.start(), foreign.end())
        return None, (
            codes.LINK_FORM.found(f"A web address cannot contain {foreign[0]!r}.", at=at),
        )
    form = _FORM.fullmatch(text)
    if not form:
        return None, (codes.LINK_FORM.found(f"The text {text!r} is no http or https address."),)
    path = _key_path(form[3] or "", form.start(3), legacy=legacy)
    if not path:
        plain = _expand(form, legacy=legacy) if compressed else None
        link = plain and check_link(plain, legacy=legacy, compressed=False)[0]
        if link:
            return link, ()
        return None, (
            codes.LINK_KEY.found(f"The path of {text!r} holds no GS1 key with its value."),
        )
    query, ignored = _query_parts(form[4] or "", form.start(4))
    findings = [
        *_check_path(path),
        *_check_query(query, {part.ai for part in path}, unknown=unknown_attributes),
    ]
    elements = []
    for part, is_query in [*((p, False) for p in path), *((p, True) for p in query)]:
        value, wrong = _decode(part, plus_is_space=is_query, legacy=legacy)
        findings += wrong
        elements.append((part.ai, value))
    if findings:
        return None, tuple(findings)
    key = key_of(dict(elements[: len(path)]))
    return DigitalLink(text[: _stem_end(path[0])], tuple(elements), key, ignored), ()


def _expand(form: re.Match[str], *, legacy: bool) -> str | None:
    """Return the plain form of a compressed link, or None where its last segment is none."""
    before, _, segment = (form[3] or "").rpartition("/")
    pairs = decompress(segment)
    if not pairs:
        return None
    path = _key_path(before, 0, legacy=legacy)
    told = [(part.ai, unescape(part.value)) for part in path]
    elements = [(name, value) for name, value in pairs if name.isdigit()]
    others = [f"{name}={value}" for name, value in pairs if not name.isdigit()]
    stem = f"{form[1]}://{form[2]}{before[: _stem_end(path[0])] if path else before}"
    try:
        link = write_digital_link([*told, *elements], stem)
    except RefusedError:
        return None
    query = "&".join([*others, *filter(None, [form[4]])])
    return f"{link}{'&' if '?' in link else '?'}{query}" if query else link


def _stem_end(first: _Part) -> int:
    return first.start


def _key_path(path: str, start: int, *, legacy: bool) -> list[_Part]:
    """Return the pairs of the path from the right-most primary key on; none = no key there."""
    segments = path.split("/")[1:]
    starts, at = [], start + 1
    for segment in segments:
        starts.append(at)
        at += len(segment) + 1
    pairs: list[_Part] = []
    for index in range(len(segments) - 2, -1, -2):
        name = segments[index]
        ai = WORD_ALIASES.get(name, name) if legacy else name
        value = segments[index + 1]
        pairs.append(_Part(ai, value, starts[index] - 1, starts[index + 1] + len(value)))
        row = TABLE.get(ai)
        if row and row.is_link_key:
            return pairs[::-1]
    return []


def _query_parts(query: str, start: int) -> tuple[list[_Part], tuple[str, ...]]:
    parts, ignored = [], []
    for piece in query.split("&"):
        name, equals, value = piece.partition("=")
        # A value without a name is no data of somebody else's; it is told as an unknown one.
        if equals and (not name or (name.isascii() and name.isdigit())):
            parts.append(_Part(name, value, start, start + len(piece)))
        elif piece:
            ignored.append(piece)
        start += len(piece) + 1
    return parts, tuple(ignored)


def _check_path(path: Sequence[_Part]) -> list[Finding]:
    """Return what is wrong with the qualifiers of the key."""
    key, *qualifiers = path
    names = [part.ai for part in qualifiers]
    ways = TABLE[key.ai].link_qualifiers
    if not names or any(_is_in_order(names, way) for way in ways):
        return []
    allowed = " or ".join(", ".join(way) for way in ways) or "none"
    return [
        codes.LINK_QUALIFIER.found(
            f"After ({key.ai}) a Digital Link may have {allowed}, in this order,"
            f" not {', '.join(names)}.",
            at=span(qualifiers[0].start, qualifiers[-1].end),
        )
    ]


def _is_in_order(names: Sequence[str], way: Sequence[str]) -> bool:
    rest = iter(way)
    return all(name in rest for name in names)


def _check_query(query: Sequence[_Part], seen: set[str], *, unknown: bool) -> list[Finding]:
    findings = []
    for part in query:
        row = TABLE.get(part.ai)
        if row is None and not unknown:
            findings.append(
                codes.UNKNOWN_AI.found(
                    f"There is no application identifier ({part.ai}).",
                    at=span(part.start, part.end),
                )
            )
        elif row and not row.is_link_attribute:
            findings.append(
                codes.LINK_ATTRIBUTE.found(
                    f"({part.ai}) {row.title} may not stand in the query of a Digital Link.",
                    at=span(part.start, part.end),
                )
            )
        if part.ai in seen:
            findings.append(
                codes.LINK_REPEATED.found(
                    f"({part.ai}) appears twice in the Digital Link.",
                    at=span(part.start, part.end),
                )
            )
        seen.add(part.ai)
    return findings


def _decode(part: _Part, *, plus_is_space: bool, legacy: bool) -> tuple[str, list[Finding]]:
    """Return the decoded value of a part, and its defects."""
    at = span(part.start, part.end)
    if broken_escape(part.value) is not None:
        return "", [
            codes.PERCENT_ENCODING.found(
                f"A percent sign of {part.value!r} is not followed by two hexadecimal digits.",
                at=at,
            )
        ]
    value = unescape(part.value.replace("+", " ") if plus_is_space else part.value)
    if not value:
        return "", [codes.EMPTY.found(f"({part.ai}) has no value.", at=at)]
    if legacy and part.ai in {"01", "02"} and _SHORT_GTIN.fullmatch(value):
        value = value.zfill(14)
    known = part.ai in TABLE
    return value, [
        describe(part.ai, value, defect, at=at)
        for defect in (lint(part.ai, value) if known else lint_unknown(value))
    ]


def write_digital_link(
    elements: Iterable[tuple[str, str]],
    domain: str = "https://id.gs1.org",
    *,
    unknown_attributes: bool = False,
) -> str:
    """Write elements as a Digital Link: the first key in the path, the rest in the query.

    Args:
        elements: Application identifier and value, checked before; repeats are written once.
        domain: Scheme, domain and perhaps more in front of the key.
        unknown_attributes: Allow application identifiers not in the table in the query.

    Raises:
        RefusedError: `GS1-021` no key; `GS1-023` an element may not stand in a Digital Link.
    """
    values = dict(elements)
    key = next((ai for ai in values if ai in TABLE and TABLE[ai].is_link_key), None)
    if key is None:
        raise RefusedError(codes.LINK_KEY.found("None of the elements is a key."))
    ways = TABLE[key].link_qualifiers or ((),)
    plans = [([key, *(ai for ai in way if ai in values)], way) for way in ways]
    first_refused = ""
    for path, _ in plans:
        # Values of predefined length come first, as in a barcode.
        rest = sorted(
            (ai for ai in values if ai not in path),
            key=lambda ai: ai[:2] not in SELF_DELIMITING_PREFIXES,
        )
        refused = [ai for ai in rest if not _is_attribute(ai, unknown=unknown_attributes)]
        if not refused:
            return _compose(
                domain, [(ai, values[ai]) for ai in path], [(a, values[a]) for a in rest]
            )
        first_refused = first_refused or refused[0]
    raise RefusedError(
        codes.LINK_ATTRIBUTE.found(
            f"({first_refused}) may not stand in a Digital Link about ({key})."
        )
    )


def _is_attribute(ai: str, *, unknown: bool) -> bool:
    row = TABLE.get(ai)
    return row.is_link_attribute if row else unknown


def _compose(domain: str, path: Sequence[tuple[str, str]], query: Sequence[tuple[str, str]]) -> str:
    link = domain.rstrip("/") + "".join(f"/{ai}/{escape_link(value)}" for ai, value in path)
    if query:
        pairs = (f"{ai}={escape_link(value).replace('%20', '+')}" for ai, value in query)
        link += "?" + "&".join(pairs)
    return link
