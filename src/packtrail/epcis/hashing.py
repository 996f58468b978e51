"""The EPCIS event hash: a name for an event that every partner computes alike from what it says.

Two documents that say the same of the same event, whatever the notation, order, time zone or
identifier syntax, give one hash. `recordTime`, `eventID` and error declarations do not count.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import UsageError
from packtrail.epcis import cbv, events, scalars
from packtrail.epcis.canonical import canonical
from packtrail.epcis.context import Prefixes, split_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Set

ALGORITHMS = {
    "sha-256": "sha256",
    "sha-384": "sha384",
    "sha-512": "sha512",
    "sha3-256": "sha3_256",
    "sha3-384": "sha3_384",
    "sha3-512": "sha3_512",
}
"""Name in the hash (RFC 6920) -> name in hashlib."""

_COMMENT = "{http://www.w3.org/2000/01/rdf-schema#}comment"
_MILLISECOND = timedelta(milliseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC) - _MILLISECOND
"""What comes later is not rounded up: there is no year 10000."""


def event_hash(
    event: events.Event,
    *,
    algorithm: str = "sha-256",
    version: str = "2.0",
    reference_compat: bool = False,
    ignored_fields: Set[str] = frozenset(),
) -> str:
    """Return the event hash, `ni:///sha-256;<hex>?ver=CBV2.0`.

    Args:
        event: The event.
        algorithm: One of `ALGORITHMS`.
        version: CBV version in the result, such as "2.0".
        reference_compat: Compute as the reference code of the standard's authors does where that
            departs from the text: order of parentID, typed lists and ilmd, rounding, numbers
            cleaned in every text, and times in extensions left as they are.
        ignored_fields: Expanded names of extensions that do not count.

    Raises:
        UsageError: The algorithm is not known.

    Clause:
        CBV 2.0, 8.9.2.
    """
    name = ALGORITHMS.get(algorithm)
    if name is None:
        raise UsageError(f"The hash algorithm {algorithm!r} is none of {', '.join(ALGORITHMS)}.")
    text = pre_hash(event, reference_compat=reference_compat, ignored_fields=ignored_fields)
    digest = hashlib.new(name, text.encode()).hexdigest()
    return f"ni:///{algorithm};{digest}?ver=CBV{version}"


def pre_hash(
    event: events.Event,
    *,
    reference_compat: bool = False,
    ignored_fields: Set[str] = frozenset(),
) -> str:
    """Return the text that is hashed: the fields in the order of the standard, run together."""
    style = _REFERENCE if reference_compat else _STANDARD
    parts = [f"eventType={_event_type(event)}"]
    for attribute, write in style.fields.get(type(event), ()):
        value = getattr(event, attribute)
        if value is not None and value not in ((), {}):
            parts.append(write(value, style))
    if event.extensions:
        fields = {
            name: value for name, value in event.extensions.items() if name not in ignored_fields
        }
        parts.append(_extensions(fields, style))
    return "".join(parts)


def fields_to_ignore(document: events.EpcisDocument, names: Iterable[str] = ()) -> frozenset[str]:
    """Return the extensions of events that do not count: those asked for, and by the document.

    A document asks with an extension `ignoreFields` of any namespace, as the reference code of the
    standard's authors understands it: in JSON a list of names, in XML one empty element for each.

    Args:
        document: The document.
        names: Names as the document writes them, such as `example:field`, or expanded.
    """
    prefixes = Prefixes(document.namespaces)
    found = list(names)
    for name, value in document.extensions.items():
        if split_name(name)[1] == "ignoreFields":
            listed = value if isinstance(value, tuple | dict) else (value,)
            found += [each for each in listed if isinstance(each, str)]
    return frozenset(
        name if name.startswith("{") else prefixes.expand(name) or name for name in found
    )


class _Style:
    """How to compute: as the standard says, or as the reference code does."""

    __slots__ = ("cleans_texts", "fields", "moves_extensions", "rounds_to_even")

    def __init__(
        self,
        order: Iterable[str],
        *,
        cleans_texts: bool,
        moves_extensions: bool,
        rounds_to_even: bool,
    ) -> None:
        self.cleans_texts = cleans_texts
        self.moves_extensions = moves_extensions
        """Times in extensions are told in UTC, as others are."""
        self.rounds_to_even = rounds_to_even
        self.fields: dict[type[events.Event], list[tuple[str, Callable[..., str]]]] = {
            kind: [(name, _WRITERS[name]) for name in order if name in kind.__struct_fields__]
            for kind in (
                events.ObjectEvent,
                events.AggregationEvent,
                events.AssociationEvent,
                events.TransactionEvent,
                events.TransformationEvent,
                events.ExtensionEvent,
            )
        }


def _event_type(event: events.Event) -> str:
    if isinstance(event, events.ExtensionEvent):
        return "".join(split_name(event.type))
    return type(event).__name__


# --- values ---------------------------------------------------------------------------------------


def time_text(time: datetime, style: _Style) -> str:
    """Return a time in UTC with three decimals."""
    odd = time.microsecond % 1000
    time = time.astimezone(UTC) - timedelta(microseconds=odd)
    up = odd > 500 or (
        odd == 500 and not (style.rounds_to_even and time.microsecond // 1000 % 2 == 0)
    )
    if up and time <= _LAST:
        time += _MILLISECOND
    return f"{time.isoformat(timespec='milliseconds')[:23]}Z"


@lru_cache(maxsize=4096)
def _web(kind: cbv.Kind, term: str) -> str:
    return cbv.expanded(cbv.web_uri(kind, term))


def _clean(value: Any, style: _Style, *, is_time: bool) -> str:
    """Return a simple value: trimmed, times in UTC, numbers bare, terms and identifiers as URIs."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return scalars.number_text(value)
    text = str(value).strip()
    if is_time:
        time = scalars.xsd_time(text.upper())
        if time is not None and time.tzinfo is not None:
            return time_text(time, style)
    if style.cleans_texts and scalars.is_double(text) and text[-1:] in _ENDS_OF_NUMBERS:
        return _reference_number(text)
    return canonical(_as_web_uri(text))


_ENDS_OF_NUMBERS = frozenset("0123456789.")
"""Infinity and what is no number end otherwise."""


def _as_web_uri(text: str) -> str:
    """Return the web URI of a CBV URN, or of a CURIE of GS1's; other text as it is."""
    if text.startswith("urn:epcglobal:cbv:"):
        for kind, prefix in cbv.URN_PREFIXES.items():
            if text.startswith(prefix):
                return cbv.WEB_PREFIXES[kind] + text[len(prefix) :]
    whole = cbv.expanded(text) if ":" in text else text
    return whole if whole is text or scalars.is_uri(text) else text


def _reference_number(text: str) -> str:
    """Return a number as the reference code prints it."""
    number = float(text)
    return str(int(number)) if number.is_integer() else repr(number)


def _extension(name: str, value: Any, style: _Style) -> Iterable[str]:
    """Return one string for each value of an extension field."""
    if name == _COMMENT or value is None or value == "":
        return
    if isinstance(value, tuple | list):
        for one in value:
            yield from _extension(name, one, style)
    elif isinstance(value, dict):
        inner = _extensions({key: one for key, one in value.items() if key != "#text"}, style)
        text = value.get("#text")
        own = f"={_clean_extension(name, text, style)}" if text else ""
        if inner or own:
            yield f"{name}{own}{inner}"
    else:
        yield f"{name}={_clean_extension(name, value, style)}"


def _clean_extension(name: str, value: Any, style: _Style) -> str:
    is_time = style.moves_extensions and "time" in split_name(name)[1].lower()
    return _clean(value, style, is_time=is_time)


def _extensions(fields: Mapping[str, Any], style: _Style) -> str:
    """Return extension fields, sorted."""
    parts: list[str] = []
    for name, value in fields.items():
        parts.extend(_extension(name.lstrip("@"), value, style))
    return "".join(sorted(parts))


# --- fields ---------------------------------------------------------------------------------------


def _named_text(name: str) -> Callable[[str, _Style], str]:
    return lambda value, _: f"{name}={value.strip()}"


def _named_time(name: str) -> Callable[[datetime, _Style], str]:
    return lambda value, style: f"{name}={time_text(value, style)}"


def _named_id(name: str) -> Callable[[str, _Style], str]:
    return lambda value, _: f"{name}={canonical(value.strip())}"


def _named_term(name: str, kind: cbv.Kind) -> Callable[[str, _Style], str]:
    return lambda value, _: f"{name}={_web(kind, value)}"


def _epcs(name: str) -> Callable[[tuple[str, ...], _Style], str]:
    def write(values: tuple[str, ...], _: _Style) -> str:
        if len(values) == 1:
            return f"{name}epc={canonical(values[0].strip())}"
        return f"{name}epc=" + "epc=".join(sorted([canonical(value.strip()) for value in values]))

    return write


def _certificates(values: tuple[str, ...], _: _Style) -> str:
    return "".join(f"certificationInfo={one}" for one in sorted(map(canonical, values)))


def _quantities(name: str) -> Callable[[tuple[events.QuantityElement, ...], _Style], str]:
    def write(values: tuple[events.QuantityElement, ...], _: _Style) -> str:
        return name + "".join(sorted(map(_quantity, values)))

    return write


def _quantity(value: events.QuantityElement) -> str:
    amount = "" if value.quantity is None else f"quantity={scalars.number_text(value.quantity)}"
    unit = f"uom={value.uom.strip()}" if value.uom else ""
    return f"quantityElementepcClass={canonical(value.epc_class.strip())}{amount}{unit}"


def _place(name: str) -> Callable[[events.Place, _Style], str]:
    return lambda value, style: (
        f"{name}id={canonical(value.id.strip())}{_extensions(value.extensions, style)}"
    )


def _persistent(value: events.PersistentDisposition, _: _Style) -> str:
    parts = [
        f"{name}={one}"
        for name, all_of in (("set", value.set), ("unset", value.unset))
        for one in sorted(_web(cbv.Kind.DISPOSITION, term) for term in all_of)
    ]
    return "persistentDisposition" + "".join(parts)


def _typed(name: str, field: str, attribute: str, kind: cbv.Kind) -> Callable[[Any, _Style], str]:
    def one(value: Any) -> str:
        stated = f"type={_web(kind, value.type)}" if value.type else ""
        return f"{stated}{field}={canonical(getattr(value, attribute).strip())}"

    return lambda values, _: name + "".join(sorted(map(one, values)))


_METADATA_ORDER = [
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
]
_REPORT_ORDER = [
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
]
_SENSOR_TERMS = {
    "type": cbv.Kind.MEASUREMENT_TYPE,
    "exception": cbv.Kind.SENSOR_ALERT,
    "component": cbv.Kind.COMPONENT,
}
_TEXTS = frozenset({"stringValue", "hexBinaryValue", "uom"})
_TIMES = frozenset({"time", "startTime", "endTime"})


def _sensed(name: str, values: Mapping[str, Any], order: list[str], style: _Style) -> str:
    parts = [name]
    for field in order:
        value = values.get(field)
        if value is None:
            continue
        if field in _SENSOR_TERMS:
            parts.append(f"{field}={_web(_SENSOR_TERMS[field], value)}")
        elif field in _TEXTS and not style.cleans_texts:
            parts.append(f"{field}={value.strip()}")
        else:
            parts.append(f"{field}={_clean(value, style, is_time=field in _TIMES)}")
    rest = {field: value for field, value in values.items() if field not in order}
    return "".join(parts) + _extensions(rest, style)


def _sensor_elements(values: tuple[events.SensorElement, ...], style: _Style) -> str:
    parts = []
    for value in values:
        metadata = (
            _sensed("sensorMetadata", value.metadata, _METADATA_ORDER, style)
            if value.metadata
            else ""
        )
        reports = sorted(
            _sensed("sensorReport", one, _REPORT_ORDER, style) for one in value.reports
        )
        extensions = _extensions(value.extensions, style)
        parts.append(f"sensorElement{metadata}{''.join(reports)}{extensions}")
    return "sensorElementList" + "".join(sorted(parts))


def _ilmd(value: events.Extensions, style: _Style) -> str:
    inner = _extensions(value, style)
    return f"ilmd{inner}" if inner else ""


_WRITERS: dict[str, Callable[..., str]] = {
    "event_time": _named_time("eventTime"),
    "event_time_zone_offset": _named_text("eventTimeZoneOffset"),
    "certification_info": _certificates,
    "epcs": _epcs("epcList"),
    "parent_id": _named_id("parentID"),
    "input_epcs": _epcs("inputEPCList"),
    "child_epcs": _epcs("childEPCs"),
    "quantities": _quantities("quantityList"),
    "child_quantities": _quantities("childQuantityList"),
    "input_quantities": _quantities("inputQuantityList"),
    "output_epcs": _epcs("outputEPCList"),
    "output_quantities": _quantities("outputQuantityList"),
    "action": _named_text("action"),
    "transformation_id": _named_id("transformationID"),
    "biz_step": _named_term("bizStep", cbv.Kind.BIZ_STEP),
    "disposition": _named_term("disposition", cbv.Kind.DISPOSITION),
    "persistent_disposition": _persistent,
    "read_point": _place("readPoint"),
    "biz_location": _place("bizLocation"),
    "biz_transactions": _typed(
        "bizTransactionList", "bizTransaction", "biz_transaction", cbv.Kind.BIZ_TRANSACTION_TYPE
    ),
    "sources": _typed("sourceList", "source", "source", cbv.Kind.SOURCE_DEST_TYPE),
    "destinations": _typed(
        "destinationList", "destination", "destination", cbv.Kind.SOURCE_DEST_TYPE
    ),
    "sensor_elements": _sensor_elements,
    "ilmd": _ilmd,
}
"""Field of the event -> what writes it; the order is that of the standard."""


def _reference_order() -> list[str]:
    """Return the order of the reference code: parent first, leftovers at the end by their name."""
    late = ["biz_transactions", "destinations", "ilmd", "sources"]
    order = [name for name in _WRITERS if name not in (*late, "parent_id")]
    order.insert(order.index("epcs"), "parent_id")
    return [*order, *late]


_STANDARD = _Style(_WRITERS, cleans_texts=False, moves_extensions=True, rounds_to_even=False)
_REFERENCE = _Style(
    _reference_order(), cleans_texts=True, moves_extensions=False, rounds_to_even=True
)
