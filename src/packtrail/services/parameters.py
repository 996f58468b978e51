"""Query parameters: from the names and texts of EPCIS to a typed filter.

The table says which member of the filter a parameter fills and how its text is read; every defect
of a query is found, not the first (EPCIS 2.0, 8.2.7.1).

    >>> parse({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:shipping"}, events_max=10).biz_steps
    ('shipping',)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.base.findings import Finding
from packtrail.epcis import cbv
from packtrail.services.codes import (
    BAD_VALUE,
    BOTH_LIMITS,
    REPEATED_PARAMETER,
    UNKNOWN_PARAMETER,
    UNSUPPORTED_PARAMETER,
)
from packtrail.store.filters import EpcMatch, EventFilter

Params = Mapping[str, str | Sequence[str]]
VALUES_MAX = 1000
"""Most values of one parameter."""
PAGING = frozenset({"perPage", "nextPageToken"})
"""Parameters of the page, not of the query."""


class _Unusable(Exception):
    """A value cannot be used; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """How one parameter is read."""

    member: str
    """Member of the filter that it fills."""
    read: Callable[[str], Any]
    is_list: bool = True
    """Whether several values, with `|` between, mean any of them."""


def _text(value: str) -> str:
    if not value:
        raise _Unusable("a value that is not empty")
    return value


def _term(kind: cbv.Kind) -> Callable[[str], str]:
    return lambda value: cbv.normal(kind, _text(value))


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise _Unusable("one of " + ", ".join(allowed))
        return value

    return read


def _time(value: str) -> datetime:
    # A "+" in a URL that was not percent-encoded arrives as a space.
    text = re.sub(r" (?=\d\d:\d\d$)", "+", value)
    try:
        moment = datetime.fromisoformat(text if "T" in text else "")
    except ValueError:
        raise _Unusable("a date and time with offset, such as 2026-11-03T14:02:00Z") from None
    if moment.tzinfo is None:
        raise _Unusable("a time that says its offset from UTC, such as ...+01:00 or ...Z")
    return moment.astimezone(UTC)


def _truth(value: str) -> bool:
    if value not in {"true", "false", ""}:
        raise _Unusable("true or false")
    return value != "false"


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < len(value) <= 9 and int(value) > 0):
        raise _Unusable("a whole number of at least 1")
    return int(value)


def _object(value: str) -> EpcMatch:
    """Read an EPC or a pattern; a pattern that ends in `*` covers every object of its class."""
    _uri(value)
    if value.startswith("urn:epc:idpat:"):
        return _pattern(value)
    if value.startswith("urn:epc:id:"):
        _checked(gs1.parse_epc_uri, value)
    return EpcMatch(*gs1.identify([value])[0])


def _pattern(value: str) -> EpcMatch:
    key = _checked(gs1.parse_epc_uri, value)
    if not key.is_class:
        raise _Unusable("a pattern that ends in *")
    instances = gs1.KeyType.SGTIN if key.type is gs1.KeyType.GTIN else key.type
    return EpcMatch(f"{instances}/{key.primary}")


def _class(value: str) -> EpcMatch:
    _uri(value)
    if value.startswith("urn:epc:"):
        _checked(gs1.parse_epc_uri, value)
    return EpcMatch(*gs1.identify([value])[0])


def _uri(value: str) -> None:
    if ":" not in value or any(letter.isspace() for letter in value):
        raise _Unusable("a URI")


def _checked(parse_one: Callable[[str], gs1.Key], value: str) -> gs1.Key:
    try:
        return parse_one(value)
    except RefusedError as refused:
        raise _Unusable(f"a valid EPC URI: {refused}") from None


_ONE = {
    "GE_eventTime": _Parameter("event_time_from", _time, is_list=False),
    "LT_eventTime": _Parameter("event_time_before", _time, is_list=False),
    "GE_recordTime": _Parameter("record_time_from", _time, is_list=False),
    "LT_recordTime": _Parameter("record_time_before", _time, is_list=False),
    "EXISTS_errorDeclaration": _Parameter("exists_error_declaration", _truth, is_list=False),
    "orderBy": _Parameter("order_by", _one_of("eventTime", "recordTime"), is_list=False),
    "orderDirection": _Parameter("order_direction", _one_of("ASC", "DESC"), is_list=False),
    "eventCountLimit": _Parameter("event_count_limit", _count, is_list=False),
    "maxEventCount": _Parameter("event_count_max", _count, is_list=False),
}
_MANY = {
    "eventType": _Parameter("event_types", _text),
    "EQ_action": _Parameter("actions", _one_of("ADD", "OBSERVE", "DELETE")),
    "EQ_bizStep": _Parameter("biz_steps", _term(cbv.Kind.BIZ_STEP)),
    "EQ_disposition": _Parameter("dispositions", _term(cbv.Kind.DISPOSITION)),
    "EQ_readPoint": _Parameter("read_points", _text),
    "EQ_bizLocation": _Parameter("biz_locations", _text),
    "EQ_eventID": _Parameter("event_ids", _text),
    "MATCH_epc": _Parameter("match_epc", _object),
    "MATCH_parentID": _Parameter("match_parent_id", _object),
    "MATCH_anyEPC": _Parameter("match_any_epc", _object),
    "MATCH_inputEPC": _Parameter("match_input_epc", _object),
    "MATCH_outputEPC": _Parameter("match_output_epc", _object),
    "MATCH_epcClass": _Parameter("match_epc_class", _class),
    "MATCH_inputEPCClass": _Parameter("match_input_epc_class", _class),
    "MATCH_outputEPCClass": _Parameter("match_output_epc_class", _class),
    "MATCH_anyEPCClass": _Parameter("match_any_epc_class", _class),
}
PARAMETERS: Mapping[str, _Parameter] = _ONE | _MANY
"""Name -> how it is read."""

TYPED: Mapping[str, tuple[str, cbv.Kind]] = {
    "EQ_bizTransaction_": ("biz_transactions", cbv.Kind.BIZ_TRANSACTION_TYPE),
    "EQ_source_": ("sources", cbv.Kind.SOURCE_DEST_TYPE),
    "EQ_destination_": ("destinations", cbv.Kind.SOURCE_DEST_TYPE),
}
"""Beginning of a name, which ends in a type -> member of the filter, kind of the type."""

_STANDARD = re.compile(
    r"""WD_(readPoint|bizLocation)
    | EQ_(transformationID|persistentDisposition_(set|unset)|errorReason|correctiveEventID|type
         |deviceID|dataProcessingMethod|bizRules|microorganism|chemicalSubstance|stringValue
         |booleanValue|hexBinaryValue|uriValue)
    | (GE|LT)_(errorDeclarationTime|startTime|endTime|time)
    | (EQ|GT|GE|LT|LE)_(quantity|percRank)
    | (EQ|GT|GE|LT|LE)_(value|minValue|maxValue|meanValue|sDev|percValue|quantity)_.+
    | EXISTS_.+ | HASATTR_.+ | EQ_?ATTR_.+
    | (EQ|GT|GE|LT|LE)_(INNER_|ILMD_|ERROR_DECLARATION_|SENSORELEMENT_|SENSORMETADATA_
         |SENSORREPORT_|readPoint_|bizLocation_).+
    | (EQ|GT|GE|LT|LE)_.+[:\#].+
    """,
    re.VERBOSE,
)
"""Names that the standard knows and that are not answered here yet."""


def parse(params: Params, *, events_max: int) -> EventFilter:
    """Return the filter that query parameters mean.

    Args:
        params: Name -> text, with `|` between several values, or a sequence of such texts.
        events_max: Largest `eventCountLimit` and `maxEventCount`.

    Raises:
        RefusedError: `QRY-…`, with every parameter that cannot be used.
    """
    members: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, given in params.items():
        if name not in PAGING:
            findings.extend(_fill(members, name, _values(given)))
    findings.extend(_check_limits(members, events_max))
    if findings:
        raise RefusedError(*findings)
    return EventFilter(**members)


def per_page(params: Params, *, default: int, most: int) -> int:
    """Return how many events a page may have: `perPage`, at most as many as allowed.

    Raises:
        RefusedError: `QRY-003`, it is no number.
    """
    given = _values(params.get("perPage", ()))
    if not given:
        return default
    try:
        return min(_count(given[0]), most)
    except _Unusable as error:
        raise RefusedError(_bad("perPage", given[0], error)) from None


def page_token(params: Params) -> str | None:
    """Return the `nextPageToken` among the parameters, if there is one."""
    given = params.get("nextPageToken", ())
    return given if isinstance(given, str) else next(iter(given), None)


def _values(given: str | Sequence[str]) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    return [value for text in texts for value in text.split("|")]


def _fill(members: dict[str, Any], name: str, values: list[str]) -> Iterable[Finding]:
    """Fill the member of one parameter; return what is wrong with it."""
    if name in PARAMETERS:
        return _fill_plain(members, PARAMETERS[name], name, values)
    for beginning, (member, kind) in TYPED.items():
        if name.startswith(beginning) and len(name) > len(beginning):
            type_ = cbv.normal(kind, name[len(beginning) :])
            read, findings = _read_all(name, values, _text)
            members.setdefault(member, {})[type_] = tuple(read)
            return findings
    return [_not_answered(name)]


def _fill_plain(
    members: dict[str, Any], parameter: _Parameter, name: str, values: list[str]
) -> Iterable[Finding]:
    if not parameter.is_list and len(values) != 1:
        return [REPEATED_PARAMETER.found(f"{name} takes one value, not {len(values)}.", at=name)]
    read, findings = _read_all(name, values, parameter.read)
    if not findings:
        members[parameter.member] = tuple(read) if parameter.is_list else read[0]
    return findings


def _read_all(
    name: str, values: list[str], read: Callable[[str], Any]
) -> tuple[list[Any], list[Finding]]:
    if not 1 <= len(values) <= VALUES_MAX:
        message = f"{name} has {len(values)} values; it can have 1 to {VALUES_MAX}."
        return [], [BAD_VALUE.found(message, at=name)]
    done: list[Any] = []
    findings: list[Finding] = []
    for value in values:
        try:
            done.append(read(value))
        except _Unusable as error:
            findings.append(_bad(name, value, error))
    return done, findings


def _bad(name: str, value: str, error: _Unusable) -> Finding:
    return BAD_VALUE.found(f"{name} is {value[:200]!r}; expected {error}.", at=name)


def _not_answered(name: str) -> Finding:
    shown = repr(name[:100])
    if _STANDARD.fullmatch(name):
        return UNSUPPORTED_PARAMETER.found(f"{shown} is not answered here yet.", at=name[:100])
    return UNKNOWN_PARAMETER.found(f"There is no query parameter {shown}.", at=name[:100])


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
