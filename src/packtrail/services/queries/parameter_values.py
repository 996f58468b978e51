"""Values of query parameters: each reader takes a text and returns what a filter keeps of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.epcis import cbv, scalars
from packtrail.epcis.context import STANDARD_PREFIXES, name_of_uri, namespace_of, split_name
from packtrail.gs1.key_types import BY_TYPE
from packtrail.store.facts import FieldName, comparable
from packtrail.store.filters import EpcMatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packtrail.gs1.key_types import Scheme
    from packtrail.store.facts import Comparable

_NUMBER = re.compile(r"[+-]?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?")
_LOST_PLUS = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")
_BARE = {prefix: namespace.rstrip("#/:") for prefix, namespace in STANDARD_PREFIXES.items()}
_ANY = "*"
EVENT_TYPES = (
    *("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"),
    *("AssociationEvent", "QuantityEvent"),
)
"""The last one is of EPCIS 1.0: it may be asked for, and is recorded as an ObjectEvent."""
_OTHER_FIELDS = {"gid": 3, "usdod": 2, "adi": 3}
"""Schemes that are no GS1 keys -> fields of their patterns."""
_OTHER_PATTERN = re.compile(
    rf"urn:epc:idpat:(?P<scheme>{'|'.join(_OTHER_FIELDS)}):(?P<fields>[A-Z0-9%*.-]+)"
)
_T = TypeVar("_T")
_CLASS_PREFIX_DIGITS = 6
"""Digits of the company prefix in the class of what has no serial of its own."""


class Unusable(Exception):
    """A value cannot be used; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Names:
    """How the names in a query are to be read."""

    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Prefix -> namespace, as the query declares them."""
    has_prefixes: bool = True
    """Names are `prefix:name` (REST); else only `namespace#name` (SOAP)."""

    def field(self, name: str, *, scope: str = "", is_inner: bool = False) -> FieldName | None:
        """Return the extension field that is named; None when it is no name of one."""
        namespace, mark, local = name.rpartition("#")
        if not mark and self.has_prefixes:
            prefix, mark, local = name.partition(":")
            namespace = self.namespaces.get(prefix) or STANDARD_PREFIXES.get(prefix, "")
            if local.startswith("//") or prefix.lower() == "urn":
                namespace, local = split_name(name_of_uri(name))
            elif local and prefix and not namespace:
                return FieldName(scope=scope, local=local, prefix=prefix, is_inner=is_inner)
        if not (mark and namespace and local):
            return None
        return FieldName(
            scope=scope, local=local, namespace=namespace_of(namespace), is_inner=is_inner
        )

    def full(self, value: str) -> str:
        """Return the URI a CURIE stands for where the query declares its prefix."""
        prefix, colon, local = value.partition(":")
        namespace = self.namespaces.get(prefix) if colon else None
        return value if namespace is None or local.startswith("//") else namespace + local

    def attributes(self, name: str) -> tuple[str, ...]:
        """Return every spelling under which master data may carry an attribute."""
        prefix, _, local = name.partition(":")
        namespace = self.namespaces.get(prefix) or STANDARD_PREFIXES.get(prefix)
        if namespace is None or local.startswith("//"):
            cut = max(name.rfind(mark) for mark in "#/:") + 1
            namespace, local = name[:cut], name[cut:]
        if not namespace:
            return (name,)
        bare = namespace.rstrip("#/:")
        spelled = (f"{bare}{mark}" for mark in ("", "#", "/", ":"))
        every = (text for one in spelled for text in (f"{one}{local}", f"{{{one}}}{local}"))
        short = (f"{prefix}:{local}" for prefix, one in _BARE.items() if one == bare)
        return tuple(dict.fromkeys((name, *every, *short)))


def clean(value: str) -> str:
    """Read any text the store can carry."""
    if scalars.has_control_characters(value):
        raise Unusable("a text without control characters")
    return value


def text(value: str) -> str:
    """Read any text that is not empty."""
    if not value:
        raise Unusable("a value that is not empty")
    return value


def term(kind: cbv.Kind) -> Callable[[str], str]:
    """Return the reader of a term of the CBV, in whatever spelling."""
    return lambda value: cbv.normal(kind, text(value))


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return the reader of one of some words."""

    def read(value: str) -> str:
        if value not in allowed:
            raise Unusable("one of " + ", ".join(allowed))
        return value

    return read


def time(value: str) -> datetime:
    """Read a moment; a `+` that was not percent-encoded arrives as a space."""
    given = _LOST_PLUS.sub("+", value)
    try:
        moment = datetime.fromisoformat(given if "T" in given else "")
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unusable("a date and time with offset, such as 2026-11-03T14:02:00Z") from None
    raise Unusable("a time that says its offset from UTC, such as ...+01:00 or ...Z")


def truth(value: str) -> bool:
    """Read true or false."""
    if value not in {"true", "false"}:
        raise Unusable("true or false")
    return value == "true"


def presence(value: str) -> bool:
    """Read whether something must be there; EPCIS gives no value, `true`, or a number."""
    if value not in {"", "true", "1", "null", "false", "0"}:
        raise Unusable("true, or nothing")
    return value not in {"false", "0"}


def count(value: str) -> int:
    """Read a whole number of at least 1."""
    if not (value.isascii() and value.isdigit() and 0 < len(value) <= 9 and int(value) > 0):
        raise Unusable("a whole number of at least 1")
    return int(value)


def number(value: str) -> Decimal:
    """Read a decimal number."""
    found = Decimal(value) if _NUMBER.fullmatch(value) else None
    if found is None or not scalars.is_exact(found):
        raise Unusable("a number of at most 30 digits on either side of its point")
    return found


def ordered(value: str) -> Comparable:
    """Read what an extension field can be compared with: a number, a time or a date."""
    found = comparable(_LOST_PLUS.sub("+", value)) or comparable(value.lstrip("+"))
    if found is None:
        raise Unusable("a number, a date, or a date and time with offset")
    return found


def epc(value: str) -> EpcMatch:
    """Read an EPC or a pattern of EPCs; from its first `*` on a pattern covers everything.

    A star for a serial is a pattern in an identity too, as senders of EPCIS 1 write it.
    """
    _uri(value)
    if value.startswith("urn:epc:id:") and value.endswith(f".{_ANY}"):
        value = value.replace("urn:epc:id:", "urn:epc:idpat:", 1)
    if value.startswith("urn:epc:idpat:"):
        return _pattern(value)
    if value.startswith("urn:epc:id:"):
        _require_valid(value)
    return EpcMatch(*gs1.identify([value])[0])


def epc_class(value: str) -> EpcMatch:
    """Read a class of objects, or a pattern that covers several.

    The serial of a class is `*`; only a pattern with `*` in its place matches (EPCIS 2.0, 8.2.7.1).
    """
    _uri(value)
    if value.startswith("urn:epc:idpat:") and _ANY in _fields(value)[:-1]:
        pattern = _checked(gs1.parse_pattern, value)
        scheme = BY_TYPE[pattern.type]
        name = "gtin" if pattern.type is gs1.KeyType.SGTIN else scheme.class_name or scheme.type
        return _like(f"{name}/", scheme, pattern.fields)
    if value.startswith("urn:epc:"):
        _checked(gs1.parse_epc_uri, value)
    return EpcMatch(*gs1.identify([value])[0])


def _pattern(value: str) -> EpcMatch:
    *before, last = _fields(value)
    if last != _ANY:
        return epc(value.replace("urn:epc:idpat:", "urn:epc:id:", 1))
    if other := _OTHER_PATTERN.fullmatch(value):
        return _other(other["scheme"], other["fields"])
    pattern = _checked(gs1.parse_pattern, value)
    scheme, fields = BY_TYPE[pattern.type], pattern.fields
    prefix = fields[0]
    if scheme.serial is not None and _ANY not in before:
        sample = value.replace("urn:epc:idpat:", "urn:epc:id:", 1).removesuffix(_ANY) + "1"
        return EpcMatch(gs1.identify([sample])[0][0])
    if scheme.serial is not None or prefix == _ANY:
        return _like(f"{scheme.type}/", scheme, fields)
    start = scheme.filler + "_" * scheme.indicator
    return EpcMatch(
        f"{scheme.type}/{prefix[:_CLASS_PREFIX_DIGITS]}",
        f"{start}{prefix}%",
        is_pattern=True,
        prefix_length=len(prefix),
    )


def _other(scheme: str, body: str) -> EpcMatch:
    """Return the match of a pattern of a scheme that is no GS1 key: all that begins like it."""
    fields = body.split(".")
    literal = fields[: fields.index(_ANY)]
    count = _OTHER_FIELDS[scheme]
    if len(fields) != count or set(fields[len(literal) :]) != {_ANY}:
        raise Unusable(f"{count} fields of which the last, or all from one on, are stars")
    beginning = "".join(f"{field}." for field in literal)
    return EpcMatch(f"uri/urn:epc:id:{scheme}:", f"{beginning}%", is_pattern=True)


def _fields(value: str) -> list[str]:
    return value.rpartition(":")[2].split(".")


def _like(beginning: str, scheme: Scheme, fields: tuple[str, ...]) -> EpcMatch:
    """Return the match of all classes whose key the literal fields of a pattern begin."""
    prefix, reference, *tails = fields
    if prefix == _ANY:
        return EpcMatch(f"{beginning}%", is_pattern=True)
    indicator = "_" * scheme.indicator if reference == _ANY else reference[: scheme.indicator]
    primary = scheme.filler + indicator + prefix
    if reference != _ANY:
        known = [tail for tail in tails[: len(scheme.tails)] if tail != _ANY]
        check_digit = "_" if scheme.digits else ""
        primary += reference[scheme.indicator :] + check_digit + "".join(known)
    is_open = reference == _ANY or _ANY in tails[: len(scheme.tails)]
    return EpcMatch(
        beginning + _escaped(primary, scheme) + ("%" if is_open else ""),
        is_pattern=True,
        prefix_length=len(prefix),
    )


def _escaped(primary: str, scheme: Scheme) -> str:
    """Escape what `like` would take for a wildcard; only references that are no digits have any."""
    return primary if scheme.digits else re.sub(r"([\\_%])", r"\\\1", primary)


def _uri(value: str) -> None:
    if ":" not in value or any(letter.isspace() for letter in value):
        raise Unusable("a URI")


def _require_valid(value: str) -> None:
    """Refuse an EPC URI that could not be captured; other schemes than GS1 keys are valid, too."""
    if findings := gs1.check(value):
        raise Unusable(f"a valid EPC URI: {RefusedError(*findings)}")


def _checked(parse_one: Callable[[str], _T], value: str) -> _T:
    try:
        return parse_one(value)
    except RefusedError as refused:
        raise Unusable(f"a valid EPC URI: {refused}") from None


def is_event_type(value: str) -> bool:
    """Tell whether a text names an event type: one of the standard, or by its URI a vendor's own.

    >>> [is_event_type(each) for each in ("ObjectEvent", "objectEvent", "ex:Weighing")]
    [True, False, True]
    """
    return value in EVENT_TYPES or any(mark in value for mark in ":#")


def event_type(value: str) -> str:
    """Read an event type."""
    if not is_event_type(value):
        raise Unusable(f"one of {', '.join(EVENT_TYPES)}, or the URI of a vendor's own type")
    return value


def expanded_types(names: Names, value: str) -> Iterator[str]:
    """Yield the spellings of an event type: its word, or the expanded name of a vendor's own."""
    yield value
    found = names.field(value) if not value.startswith("{") else None
    if found is not None and found.prefix is None:
        bare = found.namespace.rstrip("#/:")
        for mark in ("", "#", "/", ":"):
            yield f"{{{bare}{mark}}}{found.local}"
