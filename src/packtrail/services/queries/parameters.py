"""Query parameters: from the names and texts of EPCIS to a typed filter.

The tables say which member of the filter a parameter fills and how its text is read; every defect
of a query is found, not the first (EPCIS 2.0, 8.2.7.1).

    >>> parse({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, events_max=10).biz_steps
    ('shipping',)
    >>> parse({"GE_value_FAH": "77"}, events_max=10) == parse({"GE_value_CEL": "25"}, events_max=10)
    True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.epcis import cbv, scalars
from packtrail.services.codes import (
    BAD_VALUE,
    BOTH_LIMITS,
    REPEATED_PARAMETER,
    TOO_COMPLEX,
    UNKNOWN_PARAMETER,
)
from packtrail.services.queries import parameter_values as read
from packtrail.services.queries.parameter_values import Names, Unusable
from packtrail.store.facts import in_base_unit, measured, microseconds, standard
from packtrail.store.filters import AttributeTest, EventFilter, NumberTest, TermTest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from packtrail.base.findings import Finding
    from packtrail.settings import Settings
    from packtrail.store.facts import Comparable, FieldName
    from packtrail.store.filters import Comparison

    Params = Mapping[str, str | Sequence[str]]
    Members = dict[str, Any]
    """Member of the filter -> what a parameter gives it; tuples and mappings add up."""

Form = Literal["rest", "soap"]
PAGING = frozenset({"perPage", "nextPageToken"})
"""Parameters of the page, not of the query."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """How one parameter is read."""

    read: Callable[[str], Any]
    fill: Callable[[tuple[Any, ...]], Members]
    """From all values to the members of the filter."""
    is_list: bool = True
    """Whether several values, with `|` between, mean any of them."""


def _one(member: str, reader: Callable[[str], Any]) -> _Parameter:
    return _Parameter(reader, lambda values: {member: values[0]}, is_list=False)


def _many(member: str, reader: Callable[[str], Any]) -> _Parameter:
    return _Parameter(reader, lambda values: {member: values})


def _term(field: FieldName, reader: Callable[[str], Any] = read.text) -> _Parameter:
    return _Parameter(reader, lambda values: {"terms": (TermTest(field, values),)})


def _present(field: FieldName) -> _Parameter:
    def fill(values: tuple[bool, ...]) -> Members:
        return {"terms": (TermTest(field),)} if values[0] else {}

    return _Parameter(read.presence, fill, is_list=False)


def _number(field: FieldName, comparison: Comparison) -> _Parameter:
    def fill(values: tuple[Decimal, ...]) -> Members:
        return {"numbers": (NumberTest(field, comparison, values),)}

    return _Parameter(read.number, fill, is_list=comparison == "EQ")


def _moment(field: FieldName, comparison: Comparison) -> _Parameter:
    def fill(values: tuple[datetime, ...]) -> Members:
        numbers = tuple(microseconds(value) for value in values)
        return {"numbers": (NumberTest(field, comparison, numbers, is_time=True),)}

    return _Parameter(read.time, fill, is_list=False)


def _declared_wrong(values: tuple[bool, ...]) -> Members:
    # False asks nothing: it does not mean that there must be no declaration (EPCIS 2.0, 8.2.7.1).
    return {"exists_error_declaration": True} if values[0] else {}


_COMPARISONS: tuple[Comparison, ...] = ("EQ", "GT", "GE", "LT", "LE")
_BETWEEN: tuple[Comparison, ...] = ("GE", "LT")

_PLAIN: Mapping[str, _Parameter] = {
    "GE_eventTime": _one("event_time_from", read.time),
    "LT_eventTime": _one("event_time_before", read.time),
    "GE_recordTime": _one("record_time_from", read.time),
    "LT_recordTime": _one("record_time_before", read.time),
    "EXISTS_errorDeclaration": _Parameter(read.presence, _declared_wrong, is_list=False),
    "orderDirection": _one("order_direction", read.one_of("ASC", "DESC")),
    "eventCountLimit": _one("event_count_limit", read.count),
    "maxEventCount": _one("event_count_max", read.count),
    "EQ_action": _many("actions", read.one_of("ADD", "OBSERVE", "DELETE")),
    "EQ_readPoint": _many("read_points", read.text),
    "EQ_bizLocation": _many("biz_locations", read.text),
    "WD_readPoint": _many("read_points_within", read.text),
    "WD_bizLocation": _many("biz_locations_within", read.text),
    "EQ_eventID": _many("event_ids", read.text),
    "MATCH_epc": _many("match_epc", read.epc),
    "MATCH_parentID": _many("match_parent_id", read.epc),
    "MATCH_anyEPC": _many("match_any_epc", read.epc),
    "MATCH_inputEPC": _many("match_input_epc", read.epc),
    "MATCH_outputEPC": _many("match_output_epc", read.epc),
    "MATCH_epcClass": _many("match_epc_class", read.epc_class),
    "MATCH_inputEPCClass": _many("match_input_epc_class", read.epc_class),
    "MATCH_outputEPCClass": _many("match_output_epc_class", read.epc_class),
    "MATCH_anyEPCClass": _many("match_any_epc_class", read.epc_class),
}
_FACTS: Mapping[str, _Parameter] = {
    **{
        f"EQ_{name}": _term(standard(name))
        for name in (
            *("transformationID", "correctiveEventID", "deviceID", "dataProcessingMethod"),
            *("bizRules", "microorganism", "chemicalSubstance", "stringValue", "uriValue"),
        )
    },
    "EQ_booleanValue": _term(
        standard("booleanValue"), lambda value: "true" if read.truth(value) else "false"
    ),
    "EQ_hexBinaryValue": _term(standard("hexBinaryValue"), lambda value: read.text(value).upper()),
    "EXISTS_sensorElementList": _present(standard("sensorElementList")),
    **{
        f"{comparison}_{name}": _number(standard(name), comparison)
        for name in ("quantity", "percRank")
        for comparison in _COMPARISONS
    },
    **{
        f"{comparison}_{name}": _moment(standard(name), comparison)
        for name in ("time", "startTime", "endTime", "errorDeclarationTime")
        for comparison in _BETWEEN
    },
    # The JSON schema of GS1 spells it so, its OpenAPI file as above.
    "GE_errorDeclaration_Time": _moment(standard("errorDeclarationTime"), "GE"),
    "LT_errorDeclaration_Time": _moment(standard("errorDeclarationTime"), "LT"),
}
PARAMETERS: Mapping[str, _Parameter] = {**_PLAIN, **_FACTS}
"""Name -> how it is read."""

CBV: Mapping[str, tuple[str, cbv.Kind]] = {
    "EQ_bizStep": ("biz_steps", cbv.Kind.BIZ_STEP),
    "EQ_disposition": ("dispositions", cbv.Kind.DISPOSITION),
    "EQ_persistentDisposition_set": ("persistentDisposition_set", cbv.Kind.DISPOSITION),
    "EQ_persistentDisposition_unset": ("persistentDisposition_unset", cbv.Kind.DISPOSITION),
    "EQ_errorReason": ("errorReason", cbv.Kind.ERROR_REASON),
    "EQ_type": ("type", cbv.Kind.MEASUREMENT_TYPE),
}
"""Name -> member of the filter, or field of the standard; kind of its terms."""

TYPED: Mapping[str, tuple[str, cbv.Kind]] = {
    "EQ_bizTransaction_": ("biz_transactions", cbv.Kind.BIZ_TRANSACTION_TYPE),
    "EQ_source_": ("sources", cbv.Kind.SOURCE_DEST_TYPE),
    "EQ_destination_": ("destinations", cbv.Kind.SOURCE_DEST_TYPE),
}
"""Beginning of a name, which ends in a type -> member of the filter, kind of the type."""

STANDARD_VOCABULARIES = frozenset(
    {"readPoint", "bizLocation", "bizStep", "disposition", "epcClass"}
    | {"bizTransaction", "source", "destination"}
)
"""Fields of the standard that name something master data may describe."""

_MEASURED = re.compile(
    r"(?P<op>EQ|GT|GE|LT|LE)_(?P<member>value|minValue|maxValue|meanValue|sDev|percValue|quantity)"
    r"_(?P<uom>[A-Za-z0-9]{1,4})"
)
_ATTRIBUTE = re.compile(
    rf"(?:EQ_ATTR|EQATTR)_(?:(?P<plain>{'|'.join(sorted(STANDARD_VOCABULARIES))})"
    r"|(?P<field>[^#]+#[^_]+|[^_:]+:[^_]+))_(?P<attribute>.+)"
)
_EXTENSION = re.compile(
    r"(?P<op>EQ|GT|GE|LT|LE|EXISTS)_(?P<inner>INNER_)?(?:(?P<scope>ILMD|ERROR_DECLARATION"
    r"|SENSORELEMENT|SENSORMETADATA|SENSORREPORT|readPoint|bizLocation)_)?(?P<field>.+)"
)


def parse(
    params: Params,
    *,
    events_max: int,
    values_max: int = 5_000,
    namespaces: Mapping[str, str] | None = None,
    form: Form = "rest",
) -> EventFilter:
    """Return the filter that query parameters mean.

    Args:
        params: Name -> text, with `|` between several values, or a sequence of such texts; an
            empty sequence asks nothing.
        events_max: Largest `eventCountLimit` and `maxEventCount`.
        values_max: Most values in all parameters together.
        namespaces: Prefix -> namespace as the query declares them; an extension field under any
            other prefix is looked for under every namespace that was captured with it.
        form: `soap`: names of extensions are `namespace#name` only, and `|` separates nothing.

    Raises:
        RefusedError: `QRY-…`, with every parameter that cannot be used.
        LimitExceeded: `QRY-022`, there are too many values.
    """
    names = Names(namespaces or {}, has_prefixes=form == "rest")
    members: Members = {}
    findings: list[Finding] = []
    split = _values if form == "rest" else _whole_values
    asked = {name: split(given) for name, given in params.items() if name not in PAGING}
    count = sum(map(len, asked.values()))
    if count > values_max:
        message = f"The query has {count} values; {values_max} are answered at once."
        raise LimitExceeded(TOO_COMPLEX.found(message))
    for name, values in asked.items():
        if values:
            findings.extend(_fill(members, names, name, values))
    findings.extend(_check_limits(members, events_max))
    if findings:
        raise RefusedError(*findings)
    return EventFilter(**members)


def understood(
    settings: Settings,
    params: Params,
    *,
    namespaces: Mapping[str, str] | None = None,
    form: Form = "rest",
) -> EventFilter:
    """Return the filter that query parameters mean, within the bounds of this installation.

    Raises:
        RefusedError: As `parse`.
        LimitExceeded: As `parse`.
    """
    return parse(
        params,
        events_max=settings.query_events_max,
        values_max=settings.query_values_max,
        namespaces=namespaces,
        form=form,
    )


def per_page(params: Params, *, default: int, most: int) -> int:
    """Return how many events a page may have: `perPage`, at most as many as allowed.

    Raises:
        RefusedError: `QRY-003`, it is no number.
    """
    given = _values(params.get("perPage", ()))
    if not given:
        return default
    try:
        return min(read.count(given[0]), most)
    except Unusable as error:
        raise RefusedError(_bad("perPage", given[0], error)) from None


def page_token(params: Params) -> str | None:
    """Return the `nextPageToken` among the parameters, if there is one."""
    given = params.get("nextPageToken", ())
    return given if isinstance(given, str) else next(iter(given), None)


def _values(given: str | Sequence[str]) -> list[str]:
    return [value for text in _whole_values(given) for value in text.split("|")]


def _whole_values(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _fill(members: Members, names: Names, name: str, values: list[str]) -> Iterable[Finding]:
    """Fill the members of one parameter; return what is wrong with it."""
    parameter = None if scalars.has_control_characters(name) else _find(names, name)
    if parameter is None:
        shown = repr(name[:100])
        return [UNKNOWN_PARAMETER.found(f"There is no query parameter {shown}.", at=name[:100])]
    if not parameter.is_list and len(values) != 1:
        return [REPEATED_PARAMETER.found(f"{name} takes one value, not {len(values)}.", at=name)]
    done, findings = _read_all(name, values, parameter.read)
    if not findings:
        for member, value in parameter.fill(tuple(done)).items():
            members[member] = _added(members.get(member), value)
    return findings


def _added(known: Any, value: Any) -> Any:
    if isinstance(known, dict):
        return {**known, **value}
    return known + value if isinstance(known, tuple) else value


def _find(names: Names, name: str) -> _Parameter | None:
    """Return how a parameter is read; None when there is none of that name."""
    if name in PARAMETERS:
        return PARAMETERS[name]
    for family in (_named, _cbv, _typed, _with_unit, _master_data, _extension):
        if parameter := family(names, name):
            return parameter
    return None


def _named(names: Names, name: str) -> _Parameter | None:
    """Read what names an event type or a field to order by."""
    if name == "eventType":
        return _Parameter(read.event_type, lambda values: {"event_types": _types(names, values)})
    if name != "orderBy":
        return None

    def order(value: str) -> Members:
        if value in {"eventTime", "recordTime"}:
            return {"order_by": value}
        field = names.field(value)
        if field is None:
            raise Unusable("eventTime, recordTime or the full name of an extension field")
        return {"order_field": field}

    return _Parameter(order, lambda values: dict(values[0]), is_list=False)


def _types(names: Names, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for value in values for each in read.expanded_types(names, value))


def _cbv(names: Names, name: str) -> _Parameter | None:
    if name not in CBV:
        return None
    member, kind = CBV[name]

    def reader(value: str) -> str:
        return cbv.normal(kind, names.full(read.text(value)))

    if member in {"biz_steps", "dispositions"}:
        return _many(member, reader)
    return _term(standard(member), reader)


def _typed(names: Names, name: str) -> _Parameter | None:
    for beginning, (member, kind) in TYPED.items():
        if name.startswith(beginning) and len(name) > len(beginning):
            of_type = cbv.normal(kind, names.full(name[len(beginning) :]))
            return _of_type(member, of_type)
    return None


def _of_type(member: str, of_type: str) -> _Parameter:
    return _Parameter(read.text, lambda values: {member: {of_type: values}})


def _with_unit(_: Names, name: str) -> _Parameter | None:
    """Read a comparison with a value that has a unit, in any unit of the same dimension."""
    match = _MEASURED.fullmatch(name)
    if match is None:
        return None
    member, uom = match["member"], match["uom"]
    comparison: Comparison = match["op"]  # type: ignore[assignment]

    def reader(value: str) -> Decimal:
        return in_base_unit(member, read.number(value), uom)

    def fill(values: tuple[Decimal, ...]) -> Members:
        return {"numbers": (NumberTest(measured(member, uom), comparison, values),)}

    return _Parameter(reader, fill, is_list=comparison == "EQ")


def _master_data(names: Names, name: str) -> _Parameter | None:
    """Read what is asked of the master data of something an event names."""
    if name.startswith("HASATTR_"):
        field = _described(names, name.removeprefix("HASATTR_"))
        return None if field is None else _has_attribute(names, field)
    match = _ATTRIBUTE.fullmatch(name)
    described = _described(names, match["plain"] or match["field"]) if match else None
    if match is None or described is None:
        return None
    spelled = names.attributes(match["attribute"])
    return _Parameter(
        read.text, lambda values: {"attributes": (AttributeTest(described, spelled, values),)}
    )


def _described(names: Names, name: str) -> FieldName | None:
    return standard(name) if name in STANDARD_VOCABULARIES else names.field(name)


def _has_attribute(names: Names, field: FieldName) -> _Parameter:
    def fill(values: tuple[str, ...]) -> Members:
        spelled = (each for value in values for each in names.attributes(value))
        return {"attributes": (AttributeTest(field, tuple(dict.fromkeys(spelled))),)}

    return _Parameter(read.text, fill)


def _extension(names: Names, name: str) -> _Parameter | None:
    """Read what is asked of an extension field."""
    match = _EXTENSION.fullmatch(name)
    if match is None:
        return None
    field = names.field(
        match["field"], scope=match["scope"] or "", is_inner=match["inner"] is not None
    )
    if field is None:
        return None
    if match["op"] == "EXISTS":
        return _present(field)
    if match["op"] == "EQ":
        return _term(field)
    return _compared(field, match["op"])  # type: ignore[arg-type]


def _compared(field: FieldName, comparison: Comparison) -> _Parameter:
    def fill(values: tuple[Comparable, ...]) -> Members:
        (value,) = values
        test = NumberTest(field, comparison, (value.number,), is_time=value.is_time)
        return {"numbers": (test,)}

    return _Parameter(read.ordered, fill, is_list=False)


def _read_all(
    name: str, values: list[str], reader: Callable[[str], Any]
) -> tuple[list[Any], list[Finding]]:
    done: list[Any] = []
    findings: list[Finding] = []
    for value in values:
        try:
            done.append(reader(read.clean(value)))
        except Unusable as error:
            findings.append(_bad(name, value, error))
    return done, findings


def _bad(name: str, value: str, error: Unusable) -> Finding:
    return BAD_VALUE.found(f"{name} is {value[:200]!r}; expected {error}.", at=name)


def _check_limits(members: Mapping[str, Any], events_max: int) -> Iterable[Finding]:
    limits = {
        name: members[member]
        for name, member in (
            ("eventCountLimit", "event_count_limit"),
            ("maxEventCount", "event_count_max"),
        )
        if member in members
    }
    for name, value in limits.items():
        if value > events_max:
            yield BAD_VALUE.found(f"{name} is {value}; it can be at most {events_max}.", at=name)
    if len(limits) > 1:
        yield BOTH_LIMITS.found(
            "eventCountLimit and maxEventCount are both given; a query has one of them at most.",
            at="eventCountLimit",
        )
