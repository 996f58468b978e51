"""A GS1 key as a value: what it identifies, independent of the notation it was read from.

    >>> pack = Key.of(KeyType.SGTIN, "03000101234509", "11")
    >>> pack.digital_link()
    'https://id.gs1.org/01/03000101234509/21/11'
    >>> pack.with_prefix_length(7).epc_uri()
    'urn:epc:id:sgtin:3000101.023450.11'
    >>> pack.hri()
    '(01) 03000101234509 (21) 11'

The length of the company prefix is known only to who read an EPC URI or asked the company. It is
never guessed: without it a key has no EPC URI.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.escapes import escape_link, escape_urn
from packtrail.gs1.key_types import BY_TYPE, PREFIX_LENGTHS, SCHEMES, KeyType, Scheme
from packtrail.gs1.values import describe, lint
from packtrail.gs1.writing import human_readable, write_element_string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.base.findings import Finding

_CLASS_PREFIX_DIGITS = 6
"""Every company prefix has at least so many digits, so they are the same in all notations."""

_INSTANCE_SCHEMES = {
    str(scheme.type): scheme for scheme in SCHEMES if scheme.class_name != scheme.type
}
_CLASS_SCHEMES = {
    scheme.class_name: scheme
    for scheme in SCHEMES
    if scheme.class_name and scheme.type is not KeyType.UPUI
}
"""By the first part of class keys; a UPUI without its serial is a GTIN."""


@dataclass(frozen=True, slots=True)
class Key:
    """One GS1 key. Make it with `of` or a parser; both refuse what is wrong."""

    type: KeyType
    primary: str
    """Value of the primary AI without the serial part: GTIN-14, SSCC-18, GLN-13, ..."""
    serial: str | None = None
    """Exact and decoded; None where the type has none, or the key is a class."""
    prefix_length: int | None = None
    """Digits of the company prefix; None where the notation did not tell."""

    @classmethod
    def of(
        cls,
        key_type: KeyType,
        primary: str,
        serial: str | None = None,
        prefix_length: int | None = None,
    ) -> Key:
        """Make a key from its parts.

        Raises:
            RefusedError: The parts make no key of this type.
        """
        described = BY_TYPE[key_type].serial
        if described and serial and serial == described.absent:
            serial = None
        key = cls(key_type, primary, serial, prefix_length)
        if findings := check_key(key):
            raise RefusedError(*findings)
        return key

    @classmethod
    def from_identity(
        cls, class_key: str, item_key: str, prefix_length: int | None = None
    ) -> Key | None:
        """Return the key that has these class and item keys, or None for another kind of URI.

        Args:
            class_key: As `class_key` or `identify` gave it.
            item_key: As `item_key` or `identify` gave it.
            prefix_length: Digits of the company prefix, where known.
        """
        name, _, class_text = class_key.partition("/")
        if scheme := _CLASS_SCHEMES.get(name):
            return cls(scheme.type, item_key, None, prefix_length)
        instance = _INSTANCE_SCHEMES.get(name)
        if instance is None:
            return None
        if instance.serial is None:
            return cls(instance.type, item_key, None, prefix_length)
        serial = None if item_key == instance.serial.absent else item_key
        return cls(instance.type, class_text, serial, prefix_length)

    @property
    def scheme(self) -> Scheme:
        """The row of the table that tells how the key is written."""
        return BY_TYPE[self.type]

    @property
    def is_class(self) -> bool:
        """Whether the key stands for all instances of a class, such as a GTIN for its packs."""
        scheme = self.scheme
        return bool(scheme.pattern) and self.serial is None

    @property
    def class_key(self) -> str:
        """What the key is a serial of, the same for all notations."""
        scheme = self.scheme
        if scheme.class_name and self.serial is None:
            return f"{scheme.class_name}/{self.primary}"
        if scheme.serial:
            return f"{self.type}/{self.primary}"
        start = scheme.prefix_start
        return f"{self.type}/{self.primary[start : start + _CLASS_PREFIX_DIGITS]}"

    @property
    def item_key(self) -> str:
        """The serial within the class; the primary key where there is none."""
        serial = self.scheme.serial
        return self.serial or (serial.absent if serial else "") or self.primary

    def elements(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs of application identifier and value."""
        scheme = self.scheme
        if self.serial is None or scheme.serial is None:
            return ((scheme.ai, self.primary),)
        if not scheme.serial.ai:
            return ((scheme.ai, self.primary + self.serial),)
        return ((scheme.ai, self.primary), (scheme.serial.ai, self.serial))

    def element_string(self, *, brackets: bool = True) -> str:
        """Write the key as an element string."""
        return write_element_string(self.elements(), brackets=brackets)

    def hri(self) -> str:
        """Write the human-readable interpretation."""
        return human_readable(self.elements())

    def grouped(self) -> str:
        """Write the primary key with blanks between its parts, as people read it.

        The company prefix and what follows it are one group where its length is not known.

        Examples:
            >>> Key.of(KeyType.SSCC, "157035381410375177", prefix_length=7).grouped()
            '1 5703538 141037517 7'
        """
        scheme, text = self.scheme, self.primary
        start = scheme.prefix_start
        end = len(scheme.filler) + scheme.digits if scheme.digits else len(text)
        cut = end if self.prefix_length is None else start + self.prefix_length
        parts = (text[:start], text[start:cut], text[cut:end], text[end : end + 1])
        return " ".join(filter(None, (*parts, *self.tails)))

    @property
    def tails(self) -> tuple[str, ...]:
        """Return the fields after the check digit, such as piece and total."""
        at, tails = self.scheme.primary_length - sum(self.scheme.tails), []
        for size in self.scheme.tails:
            tails.append(self.primary[at : at + size])
            at += size
        return tuple(tails)

    def digital_link(self, domain: str = "https://id.gs1.org") -> str:
        """Write the Digital Link; with the default domain it is the canonical one."""
        path = "".join(f"/{ai}/{escape_link(value)}" for ai, value in self.elements())
        return domain.rstrip("/") + path

    def with_prefix_length(self, length: int) -> Key:
        """Return the key with the length of its company prefix told.

        Raises:
            RefusedError: `GS1-004` the length is impossible for the key.
        """
        key = replace(self, prefix_length=length)
        if findings := _check_prefix(key):
            raise RefusedError(*findings)
        return key

    def epc_uri(self) -> str:
        """Write the EPC URI: an instance, or the pattern of a class.

        Raises:
            RefusedError: `GS1-005` the company prefix length is unknown; `GS1-006` no such URI.

        Clause:
            GS1 EPC Tag Data Standard, section 6.
        """
        scheme = self.scheme
        name = scheme.pattern if self.is_class else scheme.urn
        if not name:
            raise RefusedError(
                codes.NO_EPC_URI.found(f"The {self.type.upper()} {self.primary!r} has no EPC URI.")
            )
        if self.prefix_length is None:
            raise RefusedError(
                codes.PREFIX_LENGTH_UNKNOWN.found(
                    f"The EPC URI of {self.hri()} needs the length of its company prefix,"
                    " which this notation does not tell."
                )
            )
        fields = _fields(self, self.prefix_length)
        if self.is_class:
            fields.append("*")
        elif scheme.serial:
            fields.append(escape_urn(self.serial or scheme.serial.absent))
        return f"urn:epc:{name}:{'.'.join(fields)}"


def _fields(key: Key, length: int) -> list[str]:
    """Return company prefix, reference and tails as the EPC URI has them."""
    scheme, text = key.scheme, key.primary
    start = scheme.prefix_start
    if not scheme.digits:
        return [text[:length], escape_urn(text[length:])]
    end = len(scheme.filler) + scheme.digits
    indicator = text[len(scheme.filler) : start]
    return [text[start : start + length], indicator + text[start + length : end], *key.tails]


def check_key(key: Key) -> tuple[Finding, ...]:
    """Return every defect of a key made from parts."""
    scheme = key.scheme
    name = f"The {key.type.upper()} {key.primary!r}"
    findings: list[Finding] = []
    if key.serial == "" or (key.serial is None and needs_serial(scheme)):
        findings.append(codes.EMPTY.found(f"{name} needs a serial part."))
    if key.serial and scheme.serial is None:
        findings.append(codes.LENGTH.found(f"{name} has no serial part; {key.serial!r} is none."))
    if scheme.primary_length and len(key.primary) != scheme.primary_length:
        findings.append(
            codes.LENGTH.found(
                f"{name} has {len(key.primary)} digits; {scheme.primary_length} are expected."
            )
        )
    if not findings:
        for ai, value in key.elements():
            findings += (describe(ai, value, defect) for defect in lint(ai, value))
    return (*findings, *(() if findings else _check_prefix(key)))


def _check_prefix(key: Key) -> tuple[Finding, ...]:
    length, scheme = key.prefix_length, key.scheme
    if length is None:
        return ()
    if length not in PREFIX_LENGTHS:
        wrong = f"cannot have {length} digits; 6 to 12 are expected"
    elif scheme.digits:
        return ()
    elif not _is_number(key.primary[:length]) or len(key.primary) < length:
        wrong = f"cannot have {length} digits in {key.primary!r}"
    elif len(key.primary) == length and not (scheme.may_be_bare and length == PREFIX_LENGTHS[-1]):
        wrong = f"of {length} digits leaves nothing of {key.primary!r} for the reference"
    else:
        return ()
    return (codes.COMPANY_PREFIX.found(f"The company prefix of the {key.type.upper()} {wrong}."),)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def needs_serial(scheme: Scheme) -> bool:
    """Tell whether a key of this type is another type, or nothing, without its serial part."""
    serial = scheme.serial
    return serial is not None and not serial.absent and scheme.class_name in {"", "gtin"}


def key_of(values: Mapping[str, str]) -> Key | None:
    """Return the key among elements that were checked before, or None.

    Args:
        values: Value by application identifier.
    """
    for scheme in SCHEMES:
        value = values.get(scheme.ai)
        if value is None:
            continue
        serial = scheme.serial
        if serial is None:
            return Key(scheme.type, value)
        if not serial.ai:
            split = scheme.primary_length
            return Key(scheme.type, value[:split], value[split:] or None)
        text = values.get(serial.ai)
        if text is None and needs_serial(scheme):
            continue
        return Key(scheme.type, value, None if text == serial.absent else text)
    return None
