"""Patterns of EPC URIs, such as `urn:epc:idpat:sgtin:0614141.*.*`: all packs of one company.

From the first star on, everything is a star. EPCIS queries use patterns to ask for many objects
at once.

    >>> pattern = parse_pattern("urn:epc:idpat:sgtin:0614141.*.*")
    >>> pattern.matches("urn:epc:id:sgtin:0614141.812345.6789")
    True
    >>> pattern.matches("https://id.gs1.org/01/03000101234509/21/11")
    False

Clause:
    GS1 EPC Tag Data Standard, section 8 (pure identity patterns).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.gs1 import codes
from packtrail.gs1.epc_uris import check_epc_uri
from packtrail.gs1.escapes import unescape
from packtrail.gs1.key_types import BY_URN, PREFIX_LENGTHS, KeyType, Scheme
from packtrail.gs1.keys import Key
from packtrail.gs1.notations import check_any
from packtrail.gs1.values import span

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

_HEAD: Final = "urn:epc:idpat:"
_ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. Make it with `parse_pattern`."""

    type: KeyType
    fields: tuple[str, ...]
    """Company prefix, reference and the rest, decoded; `*` stands for anything."""

    def uri(self) -> str:
        """Write the pattern as a URI."""
        return f"{_HEAD}{self.type}:{'.'.join(self.fields)}"

    def matches(self, identifier: Key | str) -> bool:
        """Tell whether an identifier is one of those the pattern stands for.

        Args:
            identifier: A key, or an identifier in any notation. Where it does not tell the
                company prefix, its digits are compared: no company prefix begins with another.
        """
        key = identifier if isinstance(identifier, Key) else check_any(identifier)[0]
        if key is None or key.type is not self.type or key.is_class:
            return False
        prefix, *rest = self.fields
        if prefix == _ANY:
            return True
        if key.prefix_length not in {None, len(prefix)}:
            return False
        found = _fields(key, len(prefix))
        return found[0] == prefix and all(
            wanted in {_ANY, told} for wanted, told in zip(rest, found[1:], strict=True)
        )


def parse_pattern(text: str) -> Pattern:
    """Read a pattern.

    Raises:
        RefusedError: `GS1-002` or `GS1-003` it is no pattern of a GS1 key; else what is wrong
            with the fields that are no star.
    """
    pattern, findings = check_pattern(text)
    if pattern is None:
        raise RefusedError(*findings)
    return pattern


def check_pattern(text: str) -> tuple[Pattern | None, tuple[Finding, ...]]:
    """Read a pattern; return it, or None and every defect."""
    name, _, body = text.removeprefix(_HEAD).partition(":")
    scheme = BY_URN.get(f"id:{name}")
    if not text.startswith(_HEAD) or scheme is None:
        message = f"The text {text!r} is no urn:epc:idpat: of a GS1 key."
        return None, (codes.EPC_SCHEME.found(message),)
    at = span(len(text) - len(body), max(len(text), len(text) - len(body) + 1))
    count = 2 + len(scheme.tails) + (scheme.serial is not None)
    fields = body.split(".", count - 1)
    first = fields.index(_ANY) if _ANY in fields else len(fields)
    if len(fields) != count or first == len(fields) or set(fields[first:]) != {_ANY}:
        message = (
            f"The pattern {text!r} does not have {count} fields"
            " of which the last, or all from one on, are stars."
        )
        return None, (codes.EPC_URI_FORM.found(message, at=at),)
    if first:
        sample = f"urn:epc:id:{name}:{'.'.join(_sample(scheme, fields, first))}"
        if findings := check_epc_uri(sample)[1]:
            return None, tuple(replace(finding, at=at) for finding in findings)
    decoded = tuple(unescape(field) for field in fields)
    return Pattern(scheme.type, decoded), ()


def _sample(scheme: Scheme, fields: list[str], first: int) -> list[str]:
    """Return the fields of a key the pattern stands for, so that the others can be checked."""
    room = scheme.digits - len(fields[0])
    any_reference = "0" * room if scheme.digits else "1"
    tails = [fields[2] if first == 3 else "01", "99"] if scheme.tails else []
    filled = [fields[0], any_reference, *tails, "1"][: len(fields)]
    return [field if index < first else filled[index] for index, field in enumerate(fields)]


def _fields(key: Key, length: int) -> list[str]:
    """Return the fields of a key's EPC URI, decoded, for a company prefix of this length."""
    if (
        length not in PREFIX_LENGTHS
        or not key.primary[key.scheme.prefix_start :][:length].isdigit()
    ):
        return ["", *([""] * 4)]
    uri = replace(key, prefix_length=length).epc_uri()
    body = uri.partition("urn:epc:")[2].split(":", 2)[2]
    count = 2 + len(key.scheme.tails) + (key.scheme.serial is not None)
    return [unescape(field) for field in body.split(".", count - 1)]
