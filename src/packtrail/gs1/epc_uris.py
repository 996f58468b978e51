"""Reading EPC URIs, such as `urn:epc:id:sgtin:0614141.112345.400`.

    >>> parse_epc_uri("urn:epc:id:sgtin:0614141.812345.6789").primary
    '80614141123458'

Clause:
    GS1 EPC Tag Data Standard, section 6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.charsets import SETS
from packtrail.gs1.check_digits import check_digit
from packtrail.gs1.escapes import URN_RESERVED, broken_escape, unescape
from packtrail.gs1.heads import Heads, is_simple
from packtrail.gs1.key_types import BY_PATTERN, BY_URN, PREFIX_LENGTHS, Scheme
from packtrail.gs1.keys import Key
from packtrail.gs1.values import describe, lint, span

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

_HEAD: Final = re.compile(r"urn:epc:([a-z]+:[a-z0-9\-]+):")

_NUMBER: Final = r"(?:0|[1-9]\d*)"
"""The standard's NumericComponent: no leading zeros."""

OTHER_SCHEMES: Final[dict[str, re.Pattern[str]]] = {
    "id:gid": re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}", re.ASCII),
    "id:usdod": re.compile(rf"[0-9A-HJ-NP-Z]{{5,6}}\.{_NUMBER}", re.ASCII),
    "id:adi": re.compile(
        r"[0-9A-HJ-NP-Z]{5,6}\.(?:[A-Z0-9\-]|%2F){0,32}\.(?:%23)?(?:[A-Z0-9\-]|%2F){1,30}", re.ASCII
    ),
    "id:bic": re.compile(r"[A-Z]{3}[JUZ]\d{7}", re.ASCII),
    "id:imovn": re.compile(r"\d{7}", re.ASCII),
}
"""Schemes of the standard that are no GS1 keys: only their form can be checked."""


_HEADS: Final = Heads()


class _Field(NamedTuple):
    text: str
    start: int

    @property
    def at(self) -> str:
        return span(self.start, self.start + max(len(self.text), 1))


def parse_epc_uri(text: str) -> Key:
    """Read an EPC URI of a GS1 key, an instance or the pattern of a class.

    Raises:
        RefusedError: The URI has defects; all that can be reached are told.
    """
    key, findings = check_epc_uri(text)
    if key is None:
        raise RefusedError(*findings)
    return key


def check_epc_uri(text: str) -> tuple[Key | None, tuple[Finding, ...]]:
    """Read an EPC URI and return the key, or None and every defect."""
    front, _, serial = text.rpartition(".")
    known = _HEADS.get(front)
    if known and len(serial) <= known.length_max and is_simple(serial):
        return Key(known.type, known.primary, serial, known.prefix_length), ()
    key, findings = _check_slowly(text)
    if key:
        _HEADS.learn(front, serial, key)
    return key, findings


def _check_slowly(text: str) -> tuple[Key | None, tuple[Finding, ...]]:
    head = _HEAD.match(text)
    if not head:
        return None, (
            codes.EPC_URI_FORM.found(
                f"The text {text!r} is no EPC URI; expected urn:epc:, a kind, a scheme and a body."
            ),
        )
    name = head[1]
    is_pattern = name in BY_PATTERN
    scheme = BY_PATTERN.get(name) or BY_URN.get(name)
    if scheme is None:
        what = "is no GS1 key" if name in OTHER_SCHEMES else "is unknown"
        return None, (
            codes.EPC_SCHEME.found(
                f"The scheme 'urn:epc:{name}' of {text!r} {what}.", at=span(8, head.end() - 1)
            ),
        )
    return _check_body(scheme, text, head.end(), is_pattern=is_pattern)


def _check_body(
    scheme: Scheme, text: str, start: int, *, is_pattern: bool
) -> tuple[Key | None, tuple[Finding, ...]]:
    fields = _split(text, start, scheme, is_pattern=is_pattern)
    if isinstance(fields, str):
        return None, (
            codes.EPC_URI_FORM.found(
                f"The EPC URI {text!r} does not read urn:epc:{fields}.",
                at=span(start, max(len(text), start + 1)),
            ),
        )
    prefix, reference = fields[0], fields[1]
    findings = _check_prefix(prefix)
    if not findings:
        check = _check_fixed if scheme.digits else _check_free
        findings += check(scheme, prefix, reference)
    findings += _check_tails(scheme, fields[2:])
    serial: str | None = None
    if scheme.serial and not is_pattern:
        serial, wrong = _check_text(fields[-1], scheme.serial.charset, scheme.serial.length_max)
        findings += wrong
    if findings:
        return None, tuple(findings)
    if scheme.serial and serial == scheme.serial.absent:
        serial = None
    tails = "".join(field.text for field in fields[2 : 2 + len(scheme.tails)])
    primary = _primary(scheme, prefix.text, reference.text, tails)
    key = Key(scheme.type, primary, serial, len(prefix.text))
    findings = [
        describe(ai, value, defect, at=span(start, len(text)))
        for ai, value in key.elements()
        for defect in lint(ai, value)
    ]
    return (None if findings else key), tuple(findings)


def _split(text: str, start: int, scheme: Scheme, *, is_pattern: bool) -> tuple[_Field, ...] | str:
    """Return the fields of the body, or the form they should have."""
    names = ["CompanyPrefix", "Reference", *("Number" for _ in scheme.tails)]
    if scheme.serial or is_pattern:
        names.append("*" if is_pattern else "Serial")
    parts = text[start:].split(".", len(names) - 1)
    if len(parts) != len(names) or (is_pattern and parts[-1] != "*"):
        return f"{scheme.pattern if is_pattern else scheme.urn}:{'.'.join(names)}"
    fields = []
    for part in parts:
        fields.append(_Field(part, start))
        start += len(part) + 1
    return tuple(fields)


def _primary(scheme: Scheme, prefix: str, reference: str, tails: str) -> str:
    if not scheme.digits:
        return prefix + unescape(reference)
    indicator, rest = reference[: scheme.indicator], reference[scheme.indicator :]
    body = indicator + prefix + rest
    return scheme.filler + body + check_digit(body) + tails


def _check_prefix(field: _Field) -> list[Finding]:
    if SETS["N"].first_bad(field.text) is not None:
        wrong = "may have digits only"
    elif len(field.text) not in PREFIX_LENGTHS:
        wrong = f"has {len(field.text)} digits; 6 to 12 are expected"
    else:
        return []
    return [codes.COMPANY_PREFIX.found(f"The company prefix {field.text!r} {wrong}.", at=field.at)]


def _check_fixed(scheme: Scheme, prefix: _Field, reference: _Field) -> list[Finding]:
    expected = scheme.digits - len(prefix.text)
    if len(reference.text) != expected:
        return [
            codes.LENGTH.found(
                f"The reference {reference.text!r} has {len(reference.text)} digits; a"
                f" company prefix of {len(prefix.text)} leaves {expected} in the"
                f" {scheme.type.upper()}.",
                at=reference.at,
            )
        ]
    place = SETS["N"].first_bad(reference.text)
    if place is None:
        return []
    return [
        codes.CHARACTERS.found(
            f"The reference {reference.text!r} may have digits only,"
            f" not {reference.text[place]!r}.",
            at=span(reference.start + place, reference.start + place + 1),
        )
    ]


def _check_tails(scheme: Scheme, fields: tuple[_Field, ...]) -> list[Finding]:
    return [
        codes.LENGTH.found(
            f"The number {field.text!r} is not {size} digits, as the {scheme.type.upper()} needs.",
            at=field.at,
        )
        for field, size in zip(fields, scheme.tails, strict=False)
        if len(field.text) != size or SETS["N"].first_bad(field.text) is not None
    ]


def _check_free(scheme: Scheme, prefix: _Field, reference: _Field) -> list[Finding]:
    is_bare = scheme.may_be_bare and len(prefix.text) == PREFIX_LENGTHS[-1]
    if is_bare and not reference.text:
        return []
    _, findings = _check_text(reference, scheme.charset, scheme.length_max - len(prefix.text))
    return findings


def _check_text(field: _Field, charset: str, length_max: int) -> tuple[str, list[Finding]]:
    """Return an escaped text decoded, and its defects."""
    place = next((n for n, c in enumerate(field.text) if c in URN_RESERVED and c != "%"), None)
    if place is not None:
        character = field.text[place]
        return "", [
            codes.PERCENT_ENCODING.found(
                f"The character {character!r} of {field.text!r} must be written"
                f" %{ord(character):02X} in an EPC URI.",
                at=span(field.start + place, field.start + place + 1),
            )
        ]
    place = broken_escape(field.text)
    if place is not None:
        return "", [
            codes.PERCENT_ENCODING.found(
                f"The percent sign of {field.text!r} is not followed by two hexadecimal digits.",
                at=span(field.start + place, field.start + place + 1),
            )
        ]
    text = unescape(field.text)
    place = SETS[charset].first_bad(text)
    if place is not None:
        return "", [
            codes.CHARACTERS.found(
                f"The character {text[place]!r} of {text!r} is not in {SETS[charset].name}.",
                at=field.at,
            )
        ]
    if not 1 <= len(text) <= length_max:
        return "", [
            codes.LENGTH.found(
                f"The text {text!r} has {len(text)} characters; 1 to {length_max} are expected.",
                at=field.at,
            )
        ]
    return text, []
