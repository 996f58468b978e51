"""Rules of the standard that tie the fields of an event together, for both notations.

Some the GS1 JSON Schema states and the XML schema cannot; some neither does (TCR-53, TCR-54).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.epcis import codes, scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packtrail.epcis.events import Event
    from packtrail.epcis.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What an event says about its objects: is it there at all?"""

    action: str | None = None
    has_parent: bool = False
    has_list: bool = False
    """An EPC list is there, even an empty one."""
    has_objects: bool = False
    """Quantities or children are there, at least one."""
    has_sensor: bool = False
    has_ilmd: bool = False
    has_inputs: bool = False
    has_outputs: bool = False
    has_transformation_id: bool = False
    has_transactions: bool = True


def check_what(report: Report, kind: str, what: What, at: str) -> None:
    """Check that an event of a type names the objects it must name."""
    _CHECKS[kind](report, what, at)


def _check_object(report: Report, what: What, at: str) -> None:
    if not (what.has_list or what.has_objects or what.has_sensor):
        message = "An ObjectEvent names EPCs, quantities, or sensor data at a read point."
        report.add(codes.NO_OBJECTS, message, at)
    if what.has_ilmd and what.action in ("OBSERVE", "DELETE"):
        message = f"The ilmd stands beside action {what.action}; only ADD may carry it."
        report.add(codes.ILMD_NOT_ALLOWED, message, at)


def _check_children(report: Report, what: What, at: str) -> None:
    if not what.has_objects and what.action != "DELETE":
        message = f"The event has no children; action {what.action} needs at least one."
        report.add(codes.NO_OBJECTS, message, at)


def _check_aggregation(report: Report, what: What, at: str) -> None:
    _check_children(report, what, at)
    if not what.has_parent and what.action in ("ADD", "DELETE"):
        message = f"The event has no parentID; action {what.action} needs one."
        report.add(codes.NO_PARENT, message, at)


def _check_transaction(report: Report, what: What, at: str) -> None:
    if not (what.has_list or what.has_objects or what.action == "DELETE"):
        message = f"The event names no objects; action {what.action} needs an EPC or quantity list."
        report.add(codes.NO_OBJECTS, message, at)
    if not what.has_transactions:
        report.add(codes.TOO_FEW, "The event names no business transaction.", at)


def _check_transformation(report: Report, what: What, at: str) -> None:
    either = what.has_inputs or what.has_outputs
    both = what.has_inputs and what.has_outputs
    if not (both or (either and what.has_transformation_id)):
        message = (
            "A TransformationEvent names inputs and outputs; one of them is enough beside a "
            "transformationID."
        )
        report.add(codes.NO_OBJECTS, message, at)


_CHECKS = {
    "ObjectEvent": _check_object,
    "AggregationEvent": _check_aggregation,
    "AssociationEvent": _check_children,
    "TransactionEvent": _check_transaction,
    "TransformationEvent": _check_transformation,
}
_VALUES = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue")


def check_event(report: Report, event: Event, place: Callable[[int], str]) -> None:
    """Check a whole event against the rules no schema states; all of them are warnings.

    Args:
        report: Where warnings go.
        event: The event.
        place: Returns where the sensor element of an index stands.
    """
    for i, element in enumerate(event.sensor_elements):
        here = place(i)
        for sensed in (element.metadata, *element.reports):
            _check_sensor_time(report, event, sensed, here)
        for one in element.reports:
            _check_sensor_report(report, element.metadata, one, here)


def _check_sensor_time(report: Report, event: Event, sensed: Mapping[str, object], at: str) -> None:
    text = sensed.get("time")
    time = scalars.xsd_time(text.upper()) if isinstance(text, str) else None
    if time is not None and time.tzinfo is not None and time > event.event_time:
        message = (
            f"The sensor time {text} lies after the event time {event.event_time.isoformat()}."
        )
        report.add(codes.SENSOR_TIME, message, at)


def _check_sensor_report(
    report: Report, metadata: Mapping[str, object], one: Mapping[str, object], at: str
) -> None:
    twice = sorted(one.keys() & metadata.keys())
    if twice:
        message = f"Metadata and report both give {', '.join(twice)}."
        report.add(codes.SENSOR_TWICE, message, at)
    if "uom" not in one and any(name in one for name in _VALUES):
        report.add(codes.SENSOR_UNIT, "A sensor value has no uom.", at)
