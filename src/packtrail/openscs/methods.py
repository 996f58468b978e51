"""The methods of each manager: their arguments, and which call they make, as one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from packtrail.openscs import event_calls, pool_calls
from packtrail.openscs.words import (
    EVENTS_MAX,
    PUSHABLE_MAX,
    REQUESTABLE_MAX,
    RETURNABLE_MAX,
    Numbers,
    ReturnCode,
)
from packtrail.production.happenings import Kind

if TYPE_CHECKING:
    from packtrail.openscs.callers import Caller
    from packtrail.openscs.words import Answer


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method."""

    name: str
    type: str
    """`String`, `Int32`, `UInt32`, or a data type of the model."""
    is_array: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a manager."""

    name: str
    inputs: Sequence[Argument]
    outputs: Sequence[Argument]
    call: Callable[..., Sequence[Any]]
    """Takes the caller and the values of the inputs."""


@dataclass(frozen=True, slots=True)
class Manager:
    """One object of the model."""

    methods: Sequence[Method]
    limits: Mapping[str, int]


_STATUS: Final = Argument("ReturnStatus", "Int32")
_COLLECTION: Final = Argument("SNCollection", "Collection")
_CRITERIA: Final = Argument("PoolSelectionCriteria", "KeyValue", is_array=True)
_CONTEXT: Final = Argument("Context", "KeyValue", is_array=True)
_FORMAT: Final = Argument("SNFormat", "String")
_REQUEST: Final = (
    Argument("SNCollectionID", "String"),
    Argument("Count", "UInt32"),
    _FORMAT,
    _CRITERIA,
    Argument("RequestToken", "String"),
)
_REQUESTED: Final = (_STATUS, _COLLECTION, Argument("ReturnedRequestToken", "String"))
_LABELS: Final = (Argument("LabelCollection", "LabelCollection"), _FORMAT, _CONTEXT)
_AGGREGATION: Final = (
    Argument("AggregationElement", "Aggregation"),
    Argument("ParentSNFormat", "String"),
    Argument("PackedElementSNFormat", "String"),
    _CONTEXT,
)


def _pairs(told: Sequence[Any] | None) -> dict[str, str]:
    return {str(each.Key): str(each.Value) for each in told or () if each.Key}


def _numbers(told: Any) -> Numbers:
    serials = tuple(str(each) for each in told.SerialNumbers or ())
    return Numbers(id=told.ID or "", serials=serials)


def _request(call: Callable[..., Answer]) -> Callable[..., Sequence[Any]]:
    def run(
        caller: Caller, collection: str, count: int, form: str, criteria: Any, token: str
    ) -> Sequence[Any]:
        found = call(
            caller, collection or "", int(count or 0), form or "", _pairs(criteria), token or ""
        )
        return found.status, found.numbers, found.token

    return run


def _change(call: Callable[..., ReturnCode]) -> Callable[..., Sequence[Any]]:
    def run(caller: Caller, numbers: Any, criteria: Any, form: str) -> Sequence[Any]:
        return (call(caller, _numbers(numbers), _pairs(criteria), form or ""),)

    return run


def _invalidate(caller: Caller, numbers: Any, form: str, context: Any) -> Sequence[Any]:
    found = pool_calls.invalidate_numbers(caller, _numbers(numbers), form or "", _pairs(context))
    return (found,)


def _labels(call: Callable[..., ReturnCode]) -> Callable[..., Sequence[Any]]:
    """Return a method of labels; properties of the collection and of labels add to the context."""

    def run(caller: Caller, told: Any, form: str, context: Any) -> Sequence[Any]:
        labels = told.LabelCollection or ()
        first = _pairs(labels[0].LabelProperties) if labels else {}
        known = {**first, **_pairs(told.LabelCollectionProperties), **_pairs(context)}
        return (call(caller, [str(each.ID) for each in labels], form or "", known),)

    return run


def _packing(call: Callable[..., ReturnCode]) -> Callable[..., Sequence[Any]]:
    def run(caller: Caller, told: Any, parent: str, packed: str, context: Any) -> Sequence[Any]:
        children = [str(each) for each in told.ParentElementCollection or ()]
        forms = (parent or "", packed or "")
        return (call(caller, told.ParentElement or "", children, forms, _pairs(context)),)

    return run


def _event(name: str, kind: Kind | None, otherwise: ReturnCode) -> Method:
    call = (
        partial(event_calls.inspect_labels, otherwise=otherwise)
        if kind is None
        else lambda caller, labels, form, context: event_calls.report_labels(
            caller, kind, labels, form, context, otherwise=otherwise
        )
    )
    return Method(name, _LABELS, (_STATUS,), _labels(call))


def _returning(name: str, call: Callable[..., ReturnCode]) -> Method:
    return Method(name, (_COLLECTION, _CRITERIA, _FORMAT), (_STATUS,), _change(call))


_LABEL: Final = ReturnCode.CANNOT_ACCEPT_LABEL_EVENTS
_SID: Final = ReturnCode.CANNOT_ACCEPT_SID_EVENTS

_POOL: Final = (
    Method("SNRequestUnassigned", _REQUEST, _REQUESTED, _request(pool_calls.request_unassigned)),
    Method("SNRequestUnallocated", _REQUEST, _REQUESTED, _request(pool_calls.request_unallocated)),
    Method("SNRequestAllocated", _REQUEST, _REQUESTED, _request(pool_calls.request_allocated)),
    _returning("SNReturnUnallocated", pool_calls.return_numbers),
    _returning("SNReturnAllocated", pool_calls.return_numbers),
    _returning("SNtoUnallocated", event_calls.check_numbers),
    _returning("SNtoAllocated", event_calls.check_numbers),
    _returning("SNtoEncoded", pool_calls.encode_numbers),
)
_EVENTS: Final = (
    Method(
        "SNInvalidatingEvent", (_COLLECTION, _FORMAT, _CONTEXT), (_STATUS,), _invalidate
    ),
    _event("LabelsEncodingEvent", Kind.ENCODE, _LABEL),
    _event("LabelsInspectingEvent", None, _LABEL),
    _event("LabelsSamplingEvent", Kind.SAMPLE_LABEL, _LABEL),
    _event("LabelsScrappingEvent", Kind.REJECT, _LABEL),
    _event("SIDCommissioningEvent", Kind.COMMISSION, _SID),
    _event("SIDDecommissioningEvent", Kind.DECOMMISSION, _SID),
    _event("SIDDestroyingEvent", Kind.DESTROY, _SID),
    _event("SIDInspectingEvent", None, _SID),
    _event("SIDSamplingEvent", Kind.SAMPLE, _SID),
)  # fmt: skip
_AGGREGATIONS: Final = (
    Method(
        "AggregationPackingEvent", _AGGREGATION, (_STATUS,), _packing(event_calls.report_packing)
    ),
    Method(
        "AggregationUnpackingEvent", _AGGREGATION, (_STATUS,),
        _packing(event_calls.report_unpacking),
    ),
)  # fmt: skip

MANAGERS: Final[Mapping[str, Manager]] = MappingProxyType(
    {
        "PoolManager": Manager(
            _POOL,
            {
                "MaxSNRequestable": REQUESTABLE_MAX,
                "MaxSNReturnable": RETURNABLE_MAX,
                "MaxSNPushable": PUSHABLE_MAX,
            },
        ),
        "EventManager": Manager(_EVENTS, {"MaxEvents": EVENTS_MAX}),
        "AggregationManager": Manager(_AGGREGATIONS, {"MaxEvents": EVENTS_MAX}),
    }
)
"""Browse name -> the object."""
