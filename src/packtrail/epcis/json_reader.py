"""EPCIS documents from JSON-LD 2.0: EPCISDocument, EPCISQueryDocument, or a single event."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.epcis import codes, events
from packtrail.epcis import json_events as je
from packtrail.epcis import json_values as jv
from packtrail.epcis.context import Prefixes
from packtrail.epcis.cut_off import whole_json
from packtrail.epcis.json_repeats import Repeats
from packtrail.epcis.json_values import JsonReading
from packtrail.epcis.report import Report, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.epcis.limits import Limits

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Found:
    """What reading a document has found so far: the document, and where its events stood."""

    document: events.EpcisDocument | None = None
    places: tuple[str, ...] = ()


def decode(content: bytes, report: Report, limits: Limits) -> Any:
    """Return the plain objects of a JSON text, or None with a finding."""
    if content.startswith(_BOM):
        content = content[3:]
    nodes = len(content)
    if nodes > limits.nodes:  # no use to count them in a short text
        nodes = content.count(b",") + content.count(b"{") + content.count(b"[")
    if nodes > limits.nodes:
        message = f"The document has about {nodes} values; the limit is {limits.nodes}."
        report.add(codes.LIMIT, message, "/")
        return None
    try:
        content.decode()
        return _decoder.decode(content)
    except UnicodeDecodeError as error:
        report.add(codes.ENCODING, f"Byte {error.start} is not UTF-8.", f"byte {error.start}")
    except RecursionError:
        message = f"Values are nested deeper than {limits.depth} levels."
        report.add(codes.LIMIT, message, "/")
    except (msgspec.DecodeError, ArithmeticError, ValueError) as error:
        report.add(codes.SYNTAX, f"The JSON cannot be read: {error}.", "/")
    return None


def read_json(content: bytes, report: Report, limits: Limits) -> Found:
    """Read a JSON-LD document; the findings go to the report."""
    before = report.errors
    root = decode(content, report, limits)
    if report.errors > before:
        root = _whole(content, report, limits) if report.is_tolerant else None
        if root is None:
            return Found()
    reading = JsonReading(report, Prefixes({}), limits)
    if not jv.is_type(reading, root, dict, "/"):
        is_list = reading.tolerant and isinstance(root, list)
        return _finish(reading, root, "", {}, {}) if is_list else Found()
    kind = root.get("type")
    if reading.tolerant and kind not in _KINDS and isinstance(root.get("epcisBody"), dict):
        jv.one_of(*_KINDS)(reading, kind, "", "type")
        kind = _KINDS["queryResults" in root["epcisBody"]]
    reading.prefixes = reading.prefixes.within(root.get("@context", []))
    if kind == "EPCISDocument":
        return _read_document(reading, root)
    if kind == "EPCISQueryDocument":
        return _read_query_document(reading, root)
    return _read_single_event(reading, root)


_KINDS = ("EPCISDocument", "EPCISQueryDocument")


def _whole(content: bytes, report: Report, limits: Limits) -> Any:
    """Return the objects of what is whole of a text that breaks off; None where nothing is."""
    text = whole_json(content)
    if text is None:
        return None
    root = decode(text, Report(1), limits)
    if root is not None:
        message = "What follows the last whole event is not read."
        report.add(codes.CUT_OFF, message, f"byte {len(text)}")
    return root


def _read_single_event(reading: JsonReading, root: dict[str, Any]) -> Found:
    if "@context" not in root:
        reading.report.add(codes.MISSING, "The member '@context' is missing.", "/")
    event = je.read_event(reading, root, "")
    if event is None:
        return Found()
    document = events.EpcisDocument(
        schema_version="2.0", events=(event,), namespaces=reading.prefixes.declared
    )
    return Found(document, ("/",))


def _section(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    """Read an object whose members are read one by one later."""
    return value if jv.is_type(reading, value, dict, jv.pointer(at, name)) else None


_version = jv.matching(
    lambda text: all(part.isascii() and part.isdigit() for part in text.split(".")),
    "a version number such as 2.0",
)
_HEAD: dict[str, tuple[str, jv.ValueReader]] = {
    "@context": ("@context", lambda *_: None),
    "type": ("type", lambda *_: None),
    "id": ("id", jv.uri),
    "schemaVersion": ("schema_version", _version),
    "creationDate": ("creation_date", jv.time),
    "epcisBody": ("body", _section),
}
_DOCUMENT = je.Shape(
    {
        **_HEAD,
        "instanceIdentifier": ("instance_identifier", jv.text),
        "sender": ("sender", jv.text),
        "receiver": ("receiver", jv.text),
        "epcisHeader": ("header", _section),
    },
    required=("@context", "schemaVersion", "creationDate", "epcisBody"),
    extensible=True,
)
_QUERY_DOCUMENT = je.Shape(_HEAD, required=("@context", "epcisBody"), extensible=True)


def _event_list(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    return jv.listed(reading, value, jv.pointer(at, name))


def _attribute(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    if isinstance(value, list | bool) or value is None:
        message = f"{shown(value)} is no attribute value: a number, text or object is expected."
        reading.report.add(codes.WRONG_TYPE, message, jv.pointer(at, name))
        return None
    return jv.extension(reading, value, at, name)


def _any(reading: JsonReading, value: Any, at: str, name: str) -> Any:
    return jv.extension(reading, value, at, name)


class _Loose(dict[str, tuple[str, jv.ValueReader]]):
    """Members of an object that may have any others, which mean nothing here."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - as dict has it
        return super().get(key, (key, lambda *_: None))


_attributes = je.array_of(
    je.object_of(
        je.Shape(_Loose({"id": ("id", jv.uri), "attribute": ("value", _attribute)}), ("id",)),
        lambda members, _: members,
    )
)


def _make_element(members: dict[str, Any], _: dict[str, Any]) -> events.VocabularyElement:
    attributes: dict[str, Any] = {}
    for one in members.get("attributes", ()):
        events.add_value(attributes, one["id"], one.get("value"))
    return events.VocabularyElement(
        id=members["id"], attributes=attributes, children=members.get("children", ())
    )


_element = je.object_of(
    je.Shape(
        _Loose(
            {
                "id": ("id", jv.uri),
                "attributes": ("attributes", _attributes),
                "children": ("children", jv.uris),
            }
        ),
        ("id",),
    ),
    _make_element,
)
_vocabularies = je.array_of(
    je.object_of(
        je.Shape(
            _Loose(
                {
                    "type": ("type", jv.uri),
                    "vocabularyElementList": ("elements", je.array_of(_element)),
                }
            ),
            ("type",),
        ),
        lambda members, _: events.Vocabulary(
            type=members["type"], elements=members.get("elements", ())
        ),
    )
)
_MASTER_DATA = je.Shape(_Loose({"vocabularyList": ("vocabularies", _vocabularies)}))
_HEADER = je.Shape({"epcisMasterData": ("master_data", _section)}, extensible=True)
_BODY = je.Shape(_Loose({"eventList": ("events", _event_list)}), ("eventList",))
_QUERY_BODY = je.Shape({"queryResults": ("results", _section)}, ("queryResults",), extensible=True)
_RESULTS = je.Shape(
    {
        "queryName": ("query_name", jv.text),
        "subscriptionID": ("subscription_id", jv.text),
        "resultsBody": ("body", _section),
    },
    ("queryName", "resultsBody"),
    extensible=True,
)
_RESULTS_BODY = je.Shape(
    {"eventList": ("events", _event_list), "vocabularyList": ("vocabularies", _vocabularies)},
    ("eventList",),
    extensible=True,
)


def _read_document(reading: JsonReading, root: dict[str, Any]) -> Found:
    head, extensions = _read_head(reading, root, _DOCUMENT)
    header = head.pop("header", None)
    if header is not None:
        members, more = je.read_members(reading, header, "/epcisHeader", _HEADER)
        extensions.update(more)
        master_data = members.get("master_data", {})
        at = "/epcisHeader/epcisMasterData"
        head.update(je.read_members(reading, master_data, at, _MASTER_DATA)[0])
    body = je.read_members(reading, head.pop("body", {"eventList": []}), "/epcisBody", _BODY)[0]
    for name in ("sender", "receiver"):
        if name in head:
            head[name] = events.Party(identifier=head[name])
    return _finish(reading, body.get("events", []), "/epcisBody/eventList", head, extensions)


def _read_query_document(reading: JsonReading, root: dict[str, Any]) -> Found:
    head, extensions = _read_head(reading, root, _QUERY_DOCUMENT)
    at = "/epcisBody"
    body = head.pop("body", None)
    entries: list[Any] = []
    for name, shape in (("results", _QUERY_BODY), ("body", _RESULTS), ("events", _RESULTS_BODY)):
        if body is None:
            break
        members, more = je.read_members(reading, body, at, shape)
        extensions.update(more)
        body = members.pop(name, None)
        head.update(members)
        at += {"results": "/queryResults", "body": "/resultsBody", "events": "/eventList"}[name]
        entries = body if isinstance(body, list) else []
    head["is_query_document"] = True
    return _finish(reading, entries, at, head, extensions)


def _read_head(
    reading: JsonReading, root: dict[str, Any], shape: je.Shape
) -> tuple[dict[str, Any], dict[str, Any]]:
    if "@context" in root:
        je.check_context(reading, root["@context"], "/@context")
    return je.read_members(reading, root, "", shape)


def _finish(
    reading: JsonReading,
    entries: list[Any],
    at: str,
    head: dict[str, Any],
    extensions: dict[str, Any],
) -> Found:
    """Read the events and put the document together out of those without errors."""
    if len(entries) > reading.limits.events:
        message = f"The document has {len(entries)} events; the limit is {reading.limits.events}."
        reading.report.add(codes.LIMIT, message, at)
        return Found()
    namespaces = dict(reading.prefixes.declared)
    kept, places = [], []
    repeats = Repeats(reading)
    for i, entry in enumerate(entries):
        place = f"{at}/{i}"
        event = repeats.read(entry, place)
        if event is not None:
            kept.append(event)
            places.append(place)
            if "@context" in entry:
                _merge(namespaces, reading.prefixes.within(entry["@context"]).declared)
    head.setdefault("schema_version", "2.0")
    document = events.EpcisDocument(
        **head, events=tuple(kept), extensions=extensions, namespaces=namespaces
    )
    return Found(document, tuple(places))


def _merge(namespaces: dict[str, str], more: Mapping[str, str]) -> None:
    """Add prefixes of one event to those of the document; on a clash the document's stays."""
    for prefix, namespace in more.items():
        namespaces.setdefault(prefix, namespace)
