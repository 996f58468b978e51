"""EPCIS documents from XML 1.0 to 2.0: documents, query results, master data, and their headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from packtrail.epcis import codes, events
from packtrail.epcis import xml_checks as xc
from packtrail.epcis import xml_events as xe
from packtrail.epcis import xml_extensions as xx
from packtrail.epcis import xml_tolerance as xt
from packtrail.epcis import xml_values as xv
from packtrail.epcis.json_reader import Found
from packtrail.epcis.scalars import XML_SPACE
from packtrail.epcis.xml_checks import Element, XmlReading
from packtrail.epcis.xml_further import read_further_event
from packtrail.epcis.xml_messages import told
from packtrail.epcis.xml_parse import parse
from packtrail.epcis.xml_repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.epcis.limits import Limits
    from packtrail.epcis.report import Report

_ROOTS = {
    f"{{urn:epcglobal:{schema}:xsd:{version}}}{name}": (version, name)
    for version in (1, 2)
    for schema, name in (
        ("epcis", "EPCISDocument"),
        ("epcis-query", "EPCISQueryDocument"),
        ("epcis-masterdata", "EPCISMasterDataDocument"),
    )
}
_NOT_KEPT_FIELDS = ("Manifest", "BusinessScope")
_HEADER_FIELDS = ("HeaderVersion", "Standard", "TypeVersion", "Type", "CreationDateAndTime")
_BODIES = {
    "EPCISDocument": "Body",
    "EPCISMasterDataDocument": "MasterDataBody",
}


def read_xml(content: bytes, report: Report, limits: Limits) -> Found:
    """Read an XML document; the findings go to the report."""
    root = parse(content, report, limits)
    if root is None:
        return Found()
    if root.tag in _ROOTS:
        version, kind = _ROOTS[root.tag]
        reading = XmlReading(root, version, report, limits)
        if report.is_tolerant:
            xt.mend_namespaces(reading, root)
        return _Document(reading).read(root, kind)
    message = (
        f"The root element is {told(root.tag)}; an EPCIS document or query document is expected."
    )
    report.add(codes.FORMAT, message, f"/ (line {root.sourceline})")
    found = xt.find_root(root) if report.is_tolerant else None
    return _read_odd_root(found, report, limits) if found is not None else Found()


def _read_odd_root(root: Element, report: Report, limits: Limits) -> Found:
    """Read a document whose root has a wrong namespace, or a part of one that stands alone."""
    kind = xc.local(root.tag)
    reading = XmlReading(root, xt.version_of(root), report, limits)
    xt.mend_namespaces(reading, root)
    document = _Document(reading)
    if kind in xt.DOCUMENTS:
        return document.read(root, kind)
    document.read_part(root, kind)
    return document.found({}, is_query_document=kind == "QueryResults")


@dataclass(slots=True)
class _Document:
    """A document while it is read."""

    reading: XmlReading
    head: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)
    kept: list[events.Event] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def read(self, root: Element, kind: str) -> Found:
        """Read the root element and everything in it."""
        reading = self.reading
        model = reading.models[kind]
        xc.check_children(reading, root, model)
        attributes = xv.read_attributes(reading, root, model)
        for child in root:
            if child.tag == "EPCISHeader":
                self._header(child)
            elif child.tag == "EPCISBody":
                self._body(child, kind)
            elif child.tag == "extension" or child.tag not in model.particles:
                self._add_extensions(child)
        return self.found(attributes, is_query_document=kind == "EPCISQueryDocument")

    def found(self, attributes: Mapping[str, Any], *, is_query_document: bool) -> Found:
        """Return the document made of all that was read."""
        document = events.EpcisDocument(
            schema_version=attributes.get("schemaVersion") or f"{self.reading.version}.0",
            creation_date=_aware(attributes.get("creationDate")),
            events=tuple(self.kept),
            extensions=self.extensions,
            namespaces=self.reading.namespaces,
            is_query_document=is_query_document,
            **self.head,
        )
        return Found(document, tuple(self.places))

    def read_part(self, element: Element, kind: str) -> None:
        """Read a part of a document that stands alone: query results, a list, one event."""
        if kind == "QueryResults":
            self._query_results(element)
        elif kind == "EventList":
            self._event_list(element)
        else:
            place = self.reading.place(element)
            self._keep(xe.read_event(self.reading, element), place)

    def _add_extensions(self, element: Element) -> None:
        """Keep an extension of the document, the header or the body."""
        inner = (
            xe.read_element(self.reading, element, "Local") if element.tag == "extension" else None
        )
        found = inner.extensions if inner else xx.extensions(self.reading, [element])
        for name, value in found.items():
            events.add_value(self.extensions, name, value)

    def _header(self, element: Element) -> None:
        reading = self.reading
        model = reading.models["Header"]
        xc.check_children(reading, element, model)
        xv.read_attributes(reading, element, model)
        for child in element:
            if child.tag == "extension":
                self._header_extension(child)
            elif child.tag == "EPCISMasterData" and self.reading.tolerant:
                self._master_data(child)
            elif xc.local(child.tag) == "StandardBusinessDocumentHeader":
                self._sbdh(child)
            elif model.wildcard:
                self._add_extensions(child)

    def _header_extension(self, element: Element) -> None:
        model = self.reading.models["HeaderExtension"]
        xc.check_children(self.reading, element, model)
        xv.read_attributes(self.reading, element, model)
        for child in element:
            if child.tag == "EPCISMasterData":
                self._master_data(child)
            elif child.tag == "extension":
                self._add_extensions(child)

    def _master_data(self, element: Element) -> None:
        content = xe.read_content(self.reading, element, "EPCISMasterData")
        self.head["vocabularies"] = content.values.get("VocabularyList") or ()

    def _sbdh(self, element: Element) -> None:
        """Take sender, receiver and instance identifier from the business document header."""
        values = xe.read_content(self.reading, element, "Sbdh").values
        odd = [name for name in _NOT_KEPT_FIELDS if name in values]
        for name in ("sender", "receiver"):
            parties = values.get(name.capitalize(), [])
            if parties and parties[0] is not None and parties[0].identifier:
                self.head[name] = parties[0]
            odd += [f"{name} {number}" for number in range(2, len(parties) + 1)]
        if odd:
            message = f"Parts of the business document header are not kept: {', '.join(odd)}."
            self.reading.add(codes.NOT_KEPT, message, element)
        identification = values.get("DocumentIdentification") or {}
        if identification.get("InstanceIdentifier"):
            self.head["instance_identifier"] = identification["InstanceIdentifier"]
        self.head["business_header"] = {
            name: value if isinstance(value, str) else value.isoformat()
            for name, value in {**identification, **values}.items()
            if name in _HEADER_FIELDS and value is not None
        }

    def _body(self, element: Element, kind: str) -> None:
        if kind == "EPCISQueryDocument":
            self._query_body(element)
            return
        model = self.reading.models[_BODIES[kind]]
        xc.check_children(self.reading, element, model)
        xv.read_attributes(self.reading, element, model)
        for child in element:
            if child.tag == "EventList" and kind == "EPCISDocument":
                self._event_list(child)
            elif child.tag == "VocabularyList" and kind != "EPCISDocument":
                self.head["vocabularies"] = xe.read_element(self.reading, child, "VocabularyList")
            elif child.tag == "extension" or child.tag not in model.particles:
                self._add_extensions(child)

    def _query_body(self, element: Element) -> None:
        reading = self.reading
        namespace = f"urn:epcglobal:epcis-query:xsd:{reading.version}"
        if [child.tag for child in element] != [f"{{{namespace}}}QueryResults"]:
            found = ", ".join(told(child.tag) for child in element) or "nothing"
            message = f"The body holds {found}; QueryResults in {namespace} is expected."
            reading.add(codes.FORMAT, message, element)
            for child in element if reading.tolerant else ():
                if xc.local(child.tag) == "QueryResults":
                    self._query_results(child)
            return
        xv.read_attributes(reading, element, reading.models["Sbdh"])
        xc.check_text(reading, element)
        self._query_results(element[0])

    def _query_results(self, results: Element) -> None:
        reading = self.reading
        model = reading.models["QueryResults"]
        xc.check_children(reading, results, model)
        xv.read_attributes(reading, results, model)
        for child in results:
            if child.tag in ("queryName", "subscriptionID"):
                name = "query_name" if child.tag == "queryName" else "subscription_id"
                self.head[name] = xv.read_simple(reading, child, "string")
            elif child.tag == "resultsBody":
                self._results_body(child)
            elif child.tag == "extension" or child.tag not in model.particles:
                self._add_extensions(child)

    def _results_body(self, element: Element) -> None:
        model = self.reading.models["ResultsBody"]
        xc.check_children(self.reading, element, model)
        xv.read_attributes(self.reading, element, model)
        for child in element:
            if child.tag == "EventList":
                self._event_list(child)
            elif child.tag == "VocabularyList":
                self.head["vocabularies"] = xe.read_element(self.reading, child, "VocabularyList")

    def _event_list(self, element: Element) -> None:
        reading = self.reading
        if len(element) > reading.limits.events:
            message = f"There are {len(element)} events; the limit is {reading.limits.events}."
            reading.add(codes.LIMIT, message, element)
            return
        model = reading.models["EventList"]
        xc.check_children(reading, element, model)
        xv.read_attributes(reading, element, model)
        path = element.getroottree().getpath(element)
        repeats = Repeats(reading)
        counts: dict[str, int] = {}
        for child in element:
            counts[child.tag] = counts.get(child.tag, 0) + 1
            place = f"{path}/{child.tag}[{counts[child.tag]}]"
            if child.tag == "extension":
                for event, inner in self._extension_events(child):
                    self._keep(event, f"{place}/{inner}")
            elif child.tag in model.particles or (reading.tolerant and child.tag in xe.EVENT_TYPES):
                self._keep(repeats.read(child), f"{place} (line {child.sourceline})")

    def _keep(self, event: events.Event | None, place: str) -> None:
        if event is not None:
            self.kept.append(event)
            self.places.append(place)

    def _extension_events(self, element: Element) -> Iterator[tuple[events.Event | None, str]]:
        """Read the events in an extension of the event list."""
        reading = self.reading
        kind = "EventListExtension" if reading.version == 1 else "FurtherEvents"
        model = reading.models[kind]
        xc.check_children(reading, element, model)
        xv.read_attributes(reading, element, model)
        for child in element:
            if child.tag == "TransformationEvent":
                yield xe.read_event(reading, child), f"{child.tag} (line {child.sourceline})"
            elif child.tag == "extension" and reading.version == 1:
                yield from self._further_events(child)
            elif model.wildcard:
                event = read_further_event(reading, child)
                yield event, f"{xc.local(child.tag)} (line {child.sourceline})"

    def _further_events(self, element: Element) -> Iterator[tuple[events.Event | None, str]]:
        model = self.reading.models["FurtherEvents"]
        xc.check_children(self.reading, element, model)
        for child in element:
            event = read_further_event(self.reading, child)
            yield event, f"extension/{xc.local(child.tag)} (line {child.sourceline})"


# --- master data and header elements --------------------------------------------------------------


def _attribute(reading: XmlReading, element: Element) -> tuple[str, Any] | None:
    """Read a master-data attribute: (id, value)."""
    name: str | None = element.get("id")
    if name is None:
        reading.add(codes.MISSING, "The attribute id of attribute is missing.", element)
        return None
    if xv.any_uri(reading, element, "id", name) is None:
        return None
    value = xx.extension_value(reading, element)
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if key != "@id"}
        value = value.get("#text", "") if value.keys() <= {"#text"} else value
    return name, value.strip(XML_SPACE) if isinstance(value, str) else value


def _vocabulary_element(reading: XmlReading, element: Element) -> events.VocabularyElement | None:
    content = xe.read_content(reading, element, "VocabularyElement")
    if content.attributes.get("id") is None:
        return None
    attributes: dict[str, Any] = {}
    for one in content.values.get("attribute", []):
        if one is not None:
            events.add_value(attributes, one[0], one[1])
    return events.VocabularyElement(
        id=content.attributes["id"],
        attributes=attributes,
        children=content.values.get("children", ()),
    )


def _vocabulary(reading: XmlReading, element: Element) -> events.Vocabulary | None:
    content = xe.read_content(reading, element, "Vocabulary")
    if content.attributes.get("type") is None:
        return None
    elements = content.values.get("VocabularyElementList", ())
    return events.Vocabulary(type=content.attributes["type"], elements=elements)


def _tuple_of(kind: str, name: str) -> Any:
    def read(reading: XmlReading, element: Element) -> tuple[Any, ...]:
        values = xe.read_content(reading, element, kind).values.get(name, [])
        return tuple(value for value in values if value is not None)

    return read


def _partner(reading: XmlReading, element: Element) -> events.Party | None:
    values = xe.read_content(reading, element, "Partner").values
    if "ContactInformation" in values:
        message = f"The contacts of the {xc.local(element.tag).lower()} are not kept."
        reading.add(codes.NOT_KEPT, message, element)
    party: events.Party | None = values.get("Identifier")
    return party


def _partner_identifier(reading: XmlReading, element: Element) -> events.Party:
    authority = None
    for name, value in xv.attributes_of(element):
        if name == "Authority":
            authority = value
        elif name.startswith(f"{{{xc.XSI}}}"):
            xv.check_instance_attribute(reading, element, name, value)
        else:
            reading.add(codes.STRAY, f"The attribute {name} is not known here.", element)
    if len(element):
        reading.add(codes.STRAY, "The element Identifier holds elements.", element)
    return events.Party(
        identifier=xv.text_of(reading, element).strip(XML_SPACE), authority=authority
    )


def _values_of(kind: str) -> Any:
    return lambda reading, element: xe.read_content(reading, element, kind).values


xe.BUILDERS.update(
    {
        "VocabularyList": _tuple_of("VocabularyList", "Vocabulary"),
        "Vocabulary": _vocabulary,
        "VocabularyElementList": _tuple_of("VocabularyElementList", "VocabularyElement"),
        "VocabularyElement": _vocabulary_element,
        "Attribute": _attribute,
        "Children": _tuple_of("Children", "id"),
        "Partner": _partner,
        "PartnerIdentifier": _partner_identifier,
        **{
            name: _values_of(name)
            for name in [
                "Contact",
                "DocumentIdentification",
                "Manifest",
                "ManifestItem",
                "BusinessScope",
                "Scope",
                "Correlation",
                "BusinessService",
                "ServiceTransaction",
            ]
        },
    }
)


def _aware(time: datetime | None) -> datetime | None:
    """Return the creation date; one without an offset is taken as UTC."""
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
