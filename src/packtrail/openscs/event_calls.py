"""The methods of the event and aggregation managers: each is one report of the line.

An event is named by `RequestID`; told again, it changes nothing. Without one, an event with a time
is known by its content, and so is what cannot happen twice, such as commissioning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from packtrail.base.errors import RefusedError
from packtrail.openscs.callers import Caller, CallRefused, above_of, number_of, order_of, status_of
from packtrail.openscs.words import EVENTS_MAX, Key, Numbers, Pairs, ReturnCode
from packtrail.production import codes
from packtrail.production.happenings import REASONS, Happening, Kind, read_happening
from packtrail.production.reports import Report
from packtrail.services.lines import line_reports
from packtrail.services.orders import order_commands

if TYPE_CHECKING:
    from packtrail.production.levels import Tier
    from packtrail.services.orders.orders import WorkOrder

_ONCE: Final = frozenset({Kind.ENCODE, Kind.COMMISSION})
"""What cannot happen twice to the same objects: a call that comes again is the same event."""
_UNKNOWN: Final = frozenset({codes.NOT_ISSUED.code, codes.NOT_COMMISSIONED.code})
_OF_CONTAINERS: Final = frozenset({Kind.PACK, Kind.UNPACK, Kind.DISAGGREGATE})


def report_labels(
    caller: Caller,
    kind: Kind,
    labels: Sequence[str],
    form: str,
    context: Pairs,
    *,
    otherwise: ReturnCode,
) -> ReturnCode:
    """Report an event of labels or of the objects that carry them.

    Args:
        caller: Who calls.
        kind: What happened.
        labels: Their numbers.
        form: How the numbers are written.
        context: Order, level, time, reason.
        otherwise: Return code when the event cannot be accepted.
    """
    if not 1 <= len(labels) <= EVENTS_MAX:
        return ReturnCode.INVALID_COLLECTION

    def told(tier: Tier) -> dict[str, Any]:
        numbers = [number_of(tier, each, form) for each in labels]
        return {"kind": kind.value, "numbers": numbers, "level": tier.level.value}

    return _report(caller, context, told, otherwise)


def check_numbers(caller: Caller, numbers: Numbers, criteria: Pairs, form: str) -> ReturnCode:
    """Check that numbers are those of the order: SNtoAllocated, SNtoUnallocated.

    Packtrail allocates numbers to an order when it is stored, so there is nothing to change.
    """
    try:
        order, tier = order_of(caller, criteria)
        wanted = {number_of(tier, each, form) for each in numbers.serials}
        lines = order_commands.numbers(caller.app, caller.actor, order.order_id, tier.level)
        issued = set(b"".join(lines).decode("ascii").split())
    except CallRefused as refused:
        return refused.status
    except RefusedError as refusal:
        return status_of(refusal, ReturnCode.INVALID_COLLECTION)
    is_known = bool(wanted) and wanted <= issued
    return ReturnCode.NO_ERROR if is_known else ReturnCode.INVALID_COLLECTION


def inspect_labels(
    caller: Caller, labels: Sequence[str], form: str, context: Pairs, *, otherwise: ReturnCode
) -> ReturnCode:
    """Take in that objects were looked at: nothing becomes of it, but they must be of the order."""
    status = check_numbers(caller, Numbers(serials=labels), context, form)
    return otherwise if status is ReturnCode.INVALID_COLLECTION else status


def report_packing(
    caller: Caller,
    parent: str,
    children: Sequence[str],
    forms: tuple[str, str],
    context: Pairs,
) -> ReturnCode:
    """Report that objects went into a container: AggregationPackingEvent.

    Args:
        caller: Who calls.
        parent: Number of the container.
        children: Numbers of what went in.
        forms: How the numbers of container and contents are written.
        context: Order, level of the *contents*, time.
    """
    return _aggregation(caller, Kind.PACK, parent, children, forms, context)


def report_unpacking(
    caller: Caller,
    parent: str,
    children: Sequence[str],
    forms: tuple[str, str],
    context: Pairs,
) -> ReturnCode:
    """Report that objects came out of a container: AggregationUnpackingEvent; none: all."""
    kind = Kind.UNPACK if children else Kind.DISAGGREGATE
    return _aggregation(caller, kind, parent, children, forms, context)


def _aggregation(
    caller: Caller,
    kind: Kind,
    parent: str,
    children: Sequence[str],
    forms: tuple[str, str],
    context: Pairs,
) -> ReturnCode:
    if len(children) > EVENTS_MAX or not parent:
        return ReturnCode.INVALID_COLLECTION
    try:
        order, tier = order_of(caller, context)
    except CallRefused as refused:
        return refused.status
    above = above_of(order, tier)
    if above is None:
        return ReturnCode.INVALID_SELECTION_CRITERIA

    def told(below: Tier) -> dict[str, Any]:
        container = number_of(above, parent, forms[0])
        if kind is Kind.DISAGGREGATE:
            return {"kind": kind.value, "numbers": [container], "level": above.level.value}
        numbers = [number_of(below, each, forms[1]) for each in children]
        found: dict[str, Any] = {
            "kind": kind.value, "numbers": numbers, "level": below.level.value,
            "parent": container, "parent_level": above.level.value,
        }  # fmt: skip
        is_partial = context.get(Key.PARTIAL, "").lower() == "true"
        return found | ({"is_partial": True} if is_partial and kind is Kind.PACK else {})

    return _report(caller, context, told, ReturnCode.CANNOT_ACCEPT_SID_EVENTS)


def _report(
    caller: Caller,
    context: Pairs,
    told: Callable[[Tier], dict[str, Any]],
    otherwise: ReturnCode,
) -> ReturnCode:
    """Take an event in as a report of the line: kept as it was called, and taken once."""
    try:
        order, tier = order_of(caller, context)
        value = told(tier)
        name = _name(Kind(value["kind"]), value, context)
        at = context.get(Key.EVENT_TIME) or _kept_time(caller, order, name)
        value |= {"at": at or caller.app.clock().isoformat()}
        value |= _reason(Kind(value["kind"]), context)
        content = json.dumps(value, sort_keys=True).encode()
        sent = line_reports.Sent(content=content, source="opcua", request_id=name)
        report = Report(happenings=(_happening(value),))
        receipt = line_reports.take(caller.app, caller.actor, order.order_id, report, sent)
    except CallRefused as refused:
        return refused.status
    except RefusedError as refusal:
        return status_of(refusal, otherwise)
    if not receipt.refused:
        return ReturnCode.NO_ERROR
    is_unknown = any(each.code in _UNKNOWN for each in receipt.findings)
    if is_unknown and value["kind"] in _OF_CONTAINERS:
        return ReturnCode.UNKNOWN_AGGREGATION_SID
    return otherwise


def _happening(value: dict[str, Any]) -> Happening:
    happening, findings = read_happening(value, "")
    if happening is None:
        raise RefusedError(*findings)
    return happening


def _name(kind: Kind, value: dict[str, Any], context: Pairs) -> str:
    """Return the name of a report: the same event told again has the same.

    Without an id and a time only those events are recognised that cannot happen twice.
    """
    if request := context.get(Key.REQUEST):
        return f"opcua/{request}"
    if not context.get(Key.EVENT_TIME) and kind not in _ONCE:
        return f"opcua/{uuid4().hex}"
    told = json.dumps([value, context.get(Key.EVENT_TIME, "")], sort_keys=True)
    return f"opcua/{hashlib.sha256(told.encode()).hexdigest()}"


def _kept_time(caller: Caller, order: WorkOrder, name: str) -> str | None:
    """Return the time that an event without one was kept with, when it was told before."""
    kept = line_reports.named(caller.app, caller.actor, order.order_id, name)
    return json.loads(kept)["at"] if kept else None


def _reason(kind: Kind, context: Pairs) -> dict[str, str]:
    told = {"note": context[Key.NOTE]} if context.get(Key.NOTE) else {}
    if kind not in {Kind.REJECT, Kind.SAMPLE, Kind.DESTROY, Kind.DECOMMISSION, Kind.SAMPLE_LABEL}:
        return told
    reason = context.get(Key.REASON, "")
    if reason in REASONS:
        return {**told, "reason": reason}
    return {"reason": "other", "note": told.get("note") or reason or "Told over OPC UA"}
