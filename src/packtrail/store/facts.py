"""Facts: what queries ask of an event that has no column, such as a sensor's value.

An event gives terms (a field is there; a field has a value), each a number that a hash makes of its
text, and values that can be compared or ordered by. Most events of pharma give none: EPCs, lot and
expiry date have indexes of their own. A query makes the same terms and values of what it asks.

    >>> canonical("20.0") == canonical("20"), canonical("007") == canonical("7")
    (True, False)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from packtrail.epcis import ITEM_EXPIRATION_DATE, LOT_NUMBER, cbv, scalars, units
from packtrail.epcis.context import split_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from packtrail.epcis.events import Event, QuantityElement, SensorElement

TEXT_MAX: Final = 256
"""Characters of a text that events are ordered by."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME_OF_TEXT = "#text", "@value"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldName:
    """Which field of an event is meant."""

    scope: str = ""
    """Where: `` for the event itself, `ILMD`, `SENSORREPORT`, `readPoint`, ...; `std` for a field
    of the standard."""
    local: str
    namespace: str = ""
    prefix: str | None = None
    """Prefix in place of a namespace: any that was captured under this prefix is meant."""
    is_inner: bool = False
    """The field sits inside another extension field, however deep."""

    def key(self, namespace: str | None = None) -> int:
        """Return the number under which the field's values are kept.

        Args:
            namespace: Of a name that has a prefix only.
        """
        name = (namespace or self.namespace).rstrip("#/:")
        inner = "*" if self.is_inner else ""
        return _hash(f"{self.scope}{inner}|{name}#{self.local}")


@dataclass(frozen=True, slots=True)
class Comparable:
    """What a text is compared by."""

    number: Decimal
    """The number itself; of a time the microseconds since 1970."""
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A value that can be compared, or ordered by."""

    name: int
    number: Decimal | None = None
    text: str | None = None


@dataclass(slots=True)
class Facts:
    """What one event gives."""

    terms: set[int] = field(default_factory=set)
    values: set[Value] = field(default_factory=set)


def standard(name: str) -> FieldName:
    """Return the name of a field of the standard."""
    return FieldName(scope="std", local=name)


def measured(member: str, uom: str) -> FieldName:
    """Return the name of a number with a unit: values of one dimension are kept together."""
    return standard(f"{member}/{units.dimension(uom)}")


def value_key(key: int, *, is_time: bool) -> int:
    """Return the number under which numbers, or times, of an extension field are kept."""
    return _hash(f"{key}@time") if is_time else key


def in_base_unit(member: str, value: Decimal, uom: str) -> Decimal:
    """Return a member of a sensor report, or a quantity, as values of its dimension are kept."""
    return units.in_base_unit(value, uom, is_difference=member == "sDev")


def term(key: int, value: str | None = None) -> int:
    """Return the term of a field that is there, or that has a canonical value."""
    return key if value is None else _hash(f"{key}={value}")


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Return the one spelling of a value that is equal to others written differently.

    A number without needless zeros in front is a number, a date and time with offset a moment, and
    anything else a text.
    """
    found = comparable(text)
    if found is None:
        return f"s:{text}"
    return f"{'t' if found.is_time else 'n'}:{scalars.number_text(found.number)}"


def canonical_of(key: int, text: str) -> str:
    """Return the one spelling of a field's value; a lot is a text, whatever it looks like."""
    return f"s:{text}" if key == LOT else canonical(text)


@lru_cache(maxsize=4096)
def comparable(text: str) -> Comparable | None:
    """Return what a number, a moment or a date is compared by; None for any other text."""
    if _NUMBER.fullmatch(text):
        number = Decimal(text)
        return Comparable(number) if scalars.is_exact(number) else None
    moment = scalars.rfc3339(f"{text}T00:00:00Z" if DATE.fullmatch(text) else text)
    return None if moment is None else Comparable(microseconds(moment), is_time=True)


def microseconds(moment: datetime) -> Decimal:
    """Return a moment as the number it is kept as."""
    since = moment - EPOCH
    return Decimal((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def facts_of(event: Event) -> Facts | None:
    """Return the facts of an event; None for one that has no fields beyond the columns."""
    found = Facts()
    for scope, fields in _extensions(event):
        _add_extensions(found, scope, fields)
    if disposition := event.persistent_disposition:
        _add_terms(found, "persistentDisposition_set", disposition.set)
        _add_terms(found, "persistentDisposition_unset", disposition.unset)
    if identifier := getattr(event, "transformation_id", None):
        _add_terms(found, "transformationID", [identifier])
    if declaration := event.error_declaration:
        _add_number(found, "errorDeclarationTime", microseconds(declaration.declaration_time))
        if declaration.reason:
            _add_terms(
                found, "errorReason", [cbv.normal(cbv.Kind.ERROR_REASON, declaration.reason)]
            )
        _add_terms(found, "correctiveEventID", declaration.corrective_event_ids)
    for element in event.sensor_elements:
        _add_sensor(found, element)
    for quantity in _quantities(event):
        _add_quantity(found, quantity)
    return found if found.terms or found.values else None


def namespaces_of(event: Event) -> AbstractSet[str]:
    """Return the namespaces of all fields that an event's facts name."""
    found: set[str] = set()
    for _, fields in _extensions(event):
        for name, value in fields.items():
            _collect_namespaces(found, name, value)
    return found


def _extensions(event: Event) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every group of extension fields, by where they are."""
    if event.extensions:
        yield "", event.extensions
    if ilmd := getattr(event, "ilmd", None):
        yield "ILMD", ilmd
    if event.error_declaration:
        yield "ERROR_DECLARATION", event.error_declaration.extensions
    for scope, place in (("readPoint", event.read_point), ("bizLocation", event.biz_location)):
        if place and place.extensions:
            yield scope, place.extensions
    for element in event.sensor_elements:
        yield "SENSORELEMENT", element.extensions
        yield "SENSORMETADATA", _expanded(element.metadata)
        for report in element.reports:
            yield "SENSORREPORT", _expanded(report)


def _expanded(members: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in members.items() if name.startswith("{")}


def _add_extensions(found: Facts, scope: str, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if not (scope == "ILMD" and _is_in_column(name, value)):
            _add_field(found, scope, name, value, is_inner=False)


def _is_in_column(name: str, value: Any) -> bool:
    """Tell whether a column of the event says all that can be asked of a field of its ILMD."""
    if not isinstance(value, str):
        return False
    return name == LOT_NUMBER or (name == ITEM_EXPIRATION_DATE and bool(DATE.fullmatch(value)))


def _add_field(found: Facts, scope: str, name: str, value: Any, *, is_inner: bool) -> None:
    """Add a field and what is inside it; a name without namespace cannot be asked for."""
    if name.startswith("{"):
        namespace, local = split_name(name)
        key = _key(scope, namespace, local, is_inner=is_inner)
        found.terms.add(term(key))
        for text in _texts(value):
            _add_value(found, key, text, is_ordered=not is_inner)
    for part in _objects(value):
        for inner, inside in part.items():
            _add_field(found, scope, inner, inside, is_inner=True)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that a field holds, lists in lists among them."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _objects(part)


def _add_value(found: Facts, key: int, text: str, *, is_ordered: bool) -> None:
    found.terms.add(term(key, canonical_of(key, text)))
    compared = None if key == LOT else comparable(text)
    if compared is not None:
        name = value_key(key, is_time=compared.is_time)
        found.values.add(Value(name, number=compared.number))
    elif is_ordered:
        found.values.add(Value(key, text=text[:TEXT_MAX]))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a field: one, several of a repeated field, or that beside attributes."""
    match value:
        case None:
            return
        case bool():
            yield "true" if value else "false"
        case tuple() | list():
            for part in value:
                yield from _texts(part)
        case dict():
            for name in _NAME_OF_TEXT:
                yield from _texts(value.get(name))
        case Decimal():
            yield scalars.number_text(value) if value.is_finite() else str(value)
        case _:
            yield str(value)


_SENSOR_TERMS: Final = (
    *("deviceID", "dataProcessingMethod", "bizRules", "microorganism", "chemicalSubstance"),
    *("stringValue", "uriValue"),
)
_SENSOR_TIMES: Final = ("time", "startTime", "endTime")
_WITH_UNIT: Final = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue")


def _add_sensor(found: Facts, element: SensorElement) -> None:
    found.terms.add(term(_standard_key("sensorElementList")))
    for members in (element.metadata, *element.reports):
        for name in _SENSOR_TERMS:
            _add_terms(found, name, _texts(members.get(name)))
        for name in _SENSOR_TIMES:
            moment = scalars.rfc3339(str(members.get(name, "")))
            if moment is not None:
                _add_number(found, name, microseconds(moment))
    for report in element.reports:
        kind = cbv.Kind.MEASUREMENT_TYPE
        _add_terms(found, "type", (cbv.normal(kind, text) for text in _texts(report.get("type"))))
        _add_terms(found, "booleanValue", _texts(report.get("booleanValue")))
        hexadecimal = (text.upper() for text in _texts(report.get("hexBinaryValue")))
        _add_terms(found, "hexBinaryValue", hexadecimal)
        _add_measured(found, report)


def _add_measured(found: Facts, report: Mapping[str, Any]) -> None:
    if (rank := _decimal(report.get("percRank"))) is not None:
        _add_number(found, "percRank", rank)
    uom = str(report.get("uom") or "")
    for name in _WITH_UNIT:
        number = _decimal(report.get(name))
        if number is not None and uom:
            key = measured(name, uom).key()
            found.values.add(Value(key, number=in_base_unit(name, number, uom)))


def _decimal(value: Any) -> Decimal | None:
    """Return a number; a value that is none cannot be compared."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        value = Decimal(str(value)) if _NUMBER.fullmatch(str(value)) else None
    return value if isinstance(value, Decimal) and not value.is_nan() else None


def _quantities(event: Event) -> Iterator[QuantityElement]:
    for name in ("quantities", "child_quantities", "input_quantities", "output_quantities"):
        yield from getattr(event, name, ())


def _add_quantity(found: Facts, element: QuantityElement) -> None:
    quantity = _decimal(element.quantity)
    if quantity is None:
        return
    _add_number(found, "quantity", quantity)
    if element.uom:
        key = measured("quantity", element.uom).key()
        number = in_base_unit("quantity", quantity, element.uom)
        found.values.add(Value(key, number=number))


def _add_terms(found: Facts, name: str, values: Iterable[str]) -> None:
    key = _standard_key(name)
    found.terms.update(term(key, value) for value in values)


def _add_number(found: Facts, name: str, number: Decimal) -> None:
    found.values.add(Value(_standard_key(name), number=number))


def _collect_namespaces(found: set[str], name: str, value: Any) -> None:
    if name.startswith("{"):
        found.add(split_name(name)[0])
    for part in _objects(value):
        for inner, inside in part.items():
            _collect_namespaces(found, inner, inside)


@lru_cache(maxsize=512)
def _standard_key(name: str) -> int:
    return standard(name).key()


@lru_cache(maxsize=8192)
def _key(scope: str, namespace: str, local: str, *, is_inner: bool) -> int:
    return FieldName(scope=scope, local=local, namespace=namespace, is_inner=is_inner).key()


def _hash(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def of_ilmd(name: str) -> int:
    """Return the number of an expanded name in ILMD."""
    namespace, local = split_name(name)
    return _key("ILMD", namespace, local, is_inner=False)


LOT: Final = of_ilmd(LOT_NUMBER)
EXPIRY: Final = of_ilmd(ITEM_EXPIRATION_DATE)
"""Keys of the fields that have columns."""
