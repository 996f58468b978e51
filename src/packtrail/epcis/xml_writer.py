"""Documents as EPCIS XML 1.2 and 2.0, valid against GS1's schemas.

The order of elements and the wrappers of version 1 come from the content models the reader checks
against, so reader and writer cannot disagree. What 1.2 has no place for (sensor data, persistent
dispositions, association events) goes where its schema lets later versions put their elements.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from packtrail.base.errors import UsageError
from packtrail.epcis import cbv, events
from packtrail.epcis.context import MDA, split_name
from packtrail.epcis.json_writer import encode_json, needs_epc_list
from packtrail.epcis.scalars import UNQUALIFIED, number_text
from packtrail.epcis.xml_events import FIELDS, MORE_CERTIFICATES
from packtrail.epcis.xml_models import MODELS, SBDH
from packtrail.epcis.xml_text import escaped, moment, namespace_text, plain_text, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Version = Literal["1.2", "2.0"]
_MDA_IN_XML = "urn:epcglobal:cbv:mda"
_NAME = re.compile(r"[^\w.\-]|^(?=[0-9.\-])")
_FAR_OFFSET = re.compile(r"[+-](?:1[4-9]|2[0-9]):[0-9]{2}\Z")
_TIMES = frozenset({"time", "startTime", "endTime"})


def write_xml(document: events.EpcisDocument, *, version: Version = "1.2") -> bytes:
    """Return a document as EPCIS XML.

    An extension event of a vendor loses its namespace in 1.2, which has no place for one there; the
    identifier of a JSON document has no counterpart in either version.

    Args:
        document: The document.
        version: "1.2" or "2.0".

    Raises:
        UsageError: Another version is asked for.

    Clause:
        EPCIS 1.2, 9; EPCIS 2.0, 9.
    """
    if version not in ("1.2", "2.0"):
        raise UsageError(f"EPCIS XML can be written as 1.2 or 2.0, not as {version!r}.")
    return _Writer(document, int(version[0])).whole(version)


def local_name(name: str) -> str:
    """Return a name as XML allows it: what it does not allow becomes an underscore."""
    return _NAME.sub("_", name) or "_"


class _Writer:
    """A document while it is written."""

    def __init__(self, document: events.EpcisDocument, major: int) -> None:
        self.document = document
        self.major = major
        self.models = MODELS[major]
        self.prefixes = {
            (_MDA_IN_XML if namespace == MDA else namespace): prefix
            for prefix, namespace in document.namespaces.items()
            if re.fullmatch(r"[A-Za-z_][\w.\-]*", prefix) and not prefix.lower().startswith("xml")
        }
        self.prefixes.update({_MDA_IN_XML: "cbvmda", SBDH: "sbdh", UNQUALIFIED: "unqualified"})
        self.reserved = {"epcis", "epcisq", "sbdh", "cbvmda", "unqualified"}
        self.used: dict[str, str] = {}
        self.names: dict[str, str] = {}

    @property
    def answers_with_master_data(self) -> bool:
        """Whether this is the answer to a question about master data: it holds no event list."""
        document = self.document
        return bool(document.is_query_document and document.vocabularies and not document.events)

    def whole(self, version: str) -> bytes:
        document = self.document
        header, outside = self._header()
        body = "".join(self._event_list())
        if document.is_query_document:
            inner = f"<EPCISBody>{self._query_results(body)}</EPCISBody>"
            root = "epcisq:EPCISQueryDocument"
            self.used["epcisq"] = f"urn:epcglobal:epcis-query:xsd:{self.major}"
        else:
            inner = f"<EPCISBody><EventList>{body}</EventList></EPCISBody>"
            root = "epcis:EPCISDocument"
            self.used["epcis"] = f"urn:epcglobal:epcis:xsd:{self.major}"
        created = document.creation_date or max(
            (event.event_time for event in document.events), default=None
        )
        made = moment(created) if created else "1970-01-01T00:00:00.000Z"
        spaces = "".join(
            f' xmlns:{p}="{namespace_text(ns)}"' for p, ns in sorted(self.used.items())
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<{root}{spaces} schemaVersion="{version}" creationDate="{made}">'
            f"{header}{inner}{outside}</{root}>\n"
        ).encode()

    # --- names and extensions ---------------------------------------------------------------------

    def name(self, expanded: str) -> str:
        """Return `prefix:local` of an expanded name; the prefix is declared at the root."""
        name = self.names.get(expanded)
        if name is None:
            namespace, local = split_name(expanded)
            local = local_name(local)
            name = f"{self._prefix(namespace)}:{local}" if namespace else local
            self.names[expanded] = name
        return name

    def _prefix(self, namespace: str) -> str:
        namespace = _MDA_IN_XML if namespace == MDA else namespace
        prefix = self.prefixes.get(namespace)
        if prefix is None or (
            prefix in self.reserved and self.used.get(prefix, namespace) != namespace
        ):
            taken = {*self.prefixes.values(), *self.used}
            prefix = next(f"ns{n}" for n in range(1, len(taken) + 2) if f"ns{n}" not in taken)
            self.prefixes[namespace] = prefix
        self.used[prefix] = namespace
        return prefix

    def extension(self, name: str, value: Any) -> str:
        """Return an extension field as one element, or one for each of its values."""
        if isinstance(value, tuple | list):
            return "".join(self.extension(name, one) for one in value)
        tag = self.name(name)
        if not isinstance(value, dict):
            return f"<{tag}>{escaped(plain_text(value))}</{tag}>"
        attributes = "".join(
            f' {self.name(key[1:])}="{quoted(plain_text(part))}"'
            for key, part in value.items()
            if key.startswith("@") and not isinstance(part, dict | tuple)
        )
        parts = "".join(
            self.extension(key, part) for key, part in value.items() if key[:1] not in ("@", "#")
        )
        return f"<{tag}{attributes}>{escaped(plain_text(value.get('#text', '')))}{parts}</{tag}>"

    def as_json(self, value: Any) -> Any:
        """Return an extension value as JSON has it, with the prefixes of this document."""
        if isinstance(value, tuple | list):
            return [self.as_json(one) for one in value]
        if not isinstance(value, dict):
            return value
        members = {}
        for key, one in value.items():
            name = f"@{self.name(key[1:])}" if key[:1] == "@" else self.name(key)
            members["#text" if key == "#text" else name] = self.as_json(one)
        return members

    def extensions(self, fields: events.Extensions) -> str:
        """Return extension fields; those without a namespace get one, which the reader knows."""
        return "".join(
            self.extension(name if name.startswith("{") else f"{{{UNQUALIFIED}}}{name}", value)
            for name, value in fields.items()
        )

    def term(self, kind: cbv.Kind, word: str) -> str:
        """Return a term: a URN in 1.2, a web URI in 2.0."""
        return cbv.urn(kind, word) if self.major == 1 else cbv.web_uri(kind, word)

    # --- the head ---------------------------------------------------------------------------------

    def _header(self) -> tuple[str, str]:
        """Return (EPCISHeader, extensions that stand outside of it)."""
        document = self.document
        extensions = self.extensions(document.extensions)
        wants_sbdh = document.sender or document.receiver or document.instance_identifier
        wants_master_data = document.vocabularies and not self.answers_with_master_data
        if not wants_sbdh and not wants_master_data:
            return "", extensions
        sbdh = self._sbdh() if wants_sbdh or self.major == 1 else ""
        master_data = self._master_data() if wants_master_data else ""
        inside, outside = (extensions, "") if self.major == 1 else ("", extensions)
        return f"<EPCISHeader>{sbdh}{master_data}{inside}</EPCISHeader>", outside

    def _sbdh(self) -> str:
        """Return the Standard Business Document Header."""
        self.used["sbdh"] = SBDH
        document = self.document
        created = document.creation_date or max(
            (event.event_time for event in document.events), default=None
        )
        made = moment(created) if created else "1970-01-01T00:00:00.000Z"
        said = {
            "HeaderVersion": "1.0",
            "Standard": "EPCglobal",
            "TypeVersion": "1.0",
            "InstanceIdentifier": document.instance_identifier or "",
            "Type": "Events",
            "CreationDateAndTime": made,
            **document.business_header,
        }
        version, *identification = (
            f"<sbdh:{name}>{escaped(text)}</sbdh:{name}>" for name, text in said.items()
        )
        return (
            f"<sbdh:StandardBusinessDocumentHeader>{version}"
            f"{_party('Sender', document.sender)}{_party('Receiver', document.receiver)}"
            f"<sbdh:DocumentIdentification>{''.join(identification)}</sbdh:DocumentIdentification>"
            "</sbdh:StandardBusinessDocumentHeader>"
        )

    def _master_data(self) -> str:
        """Return the master data of the header."""
        return f"<extension><EPCISMasterData>{self._vocabularies()}</EPCISMasterData></extension>"

    def _vocabularies(self) -> str:
        parts = []
        for vocabulary in self.document.vocabularies:
            elements = "".join(map(self._vocabulary_element, vocabulary.elements))
            held = f"<VocabularyElementList>{elements}</VocabularyElementList>" if elements else ""
            parts.append(f'<Vocabulary type="{quoted(vocabulary.type)}">{held}</Vocabulary>')
        return f"<VocabularyList>{''.join(parts)}</VocabularyList>"

    def _vocabulary_element(self, element: events.VocabularyElement) -> str:
        parts = []
        for name, value in element.attributes.items():
            for one in value if isinstance(value, tuple) else (value,):
                whole = (
                    {**one, "@id": name} if isinstance(one, dict) else {"@id": name, "#text": one}
                )
                parts.append(self.extension("attribute", whole))
        if element.children:
            ids = "".join(f"<id>{escaped(child)}</id>" for child in element.children)
            parts.append(f"<children>{ids}</children>")
        return f'<VocabularyElement id="{quoted(element.id)}">{"".join(parts)}</VocabularyElement>'

    def _query_results(self, body: str) -> str:
        document = self.document
        subscription = document.subscription_id
        name = escaped(document.query_name or "SimpleEventQuery")
        by = f"<subscriptionID>{escaped(subscription)}</subscriptionID>" if subscription else ""
        found = f"<EventList>{body}</EventList>"
        if self.answers_with_master_data:
            found = self._vocabularies()
        return (
            f"<epcisq:QueryResults><queryName>{name}</queryName>{by}"
            f"<resultsBody>{found}</resultsBody></epcisq:QueryResults>"
        )

    # --- events -----------------------------------------------------------------------------------

    def _event_list(self) -> Iterator[str]:
        for event in self.document.events:
            kind = type(event).__name__
            if isinstance(event, events.ExtensionEvent):
                yield self._extension_event(event)
            elif kind == "AssociationEvent" and self.major == 1:
                self.models = MODELS[2]
                inner = self._event(event, kind)
                self.models = MODELS[1]
                yield f"<extension><extension>{inner}</extension></extension>"
            elif kind == "TransformationEvent" and self.major == 1:
                yield f"<extension>{self._event(event, kind)}</extension>"
            else:
                yield self._event(event, kind)

    def _event(self, event: events.Event, kind: str) -> str:
        fields = dict(event.extensions)
        if len(event.certification_info) > 1:
            fields[MORE_CERTIFICATES] = event.certification_info[1:]
        return f"<{kind}>{self._content(event, kind)}{self.extensions(fields)}</{kind}>"

    def _content(self, event: events.Event, kind: str) -> str:
        """Return the fields of an event in the order of its content model."""
        parts = []
        for name, particle in self.models[kind].particles.items():
            if name in ("extension", "baseExtension"):
                inner = self._wrapped(event, particle.type, kind)
            else:
                value = _VALUES[name](event) if name in _VALUES else getattr(event, FIELDS[name])
                inner = WRITERS[particle.type](self, value) if value else ""
            if inner or particle.least or (name == "epcList" and needs_epc_list(event)):
                parts.append(f"<{name}>{inner}</{name}>")
        return "".join(parts)

    def _wrapped(self, event: events.Event, kind: str, around: str) -> str:
        """Return what goes into a wrapper; in 1.2 also what only 2.0 has an element for."""
        if kind == "BaseExtension":
            return self._content(event, kind)
        if kind != "EventLocal":
            return "" if kind in ("Local", "Vendor") else self._content(event, kind)
        names = ["certificationInfo"] if around == "BaseExtension" else _ONLY_IN_2
        parts = []
        for name in names:
            value = _VALUES[name](event) if name in _VALUES else getattr(event, FIELDS[name])
            if value not in (None, ()):
                inner = WRITERS[_TYPES_OF_2[name]](self, value)
                parts.append(f"<{name}>{inner}</{name}>")
        return "".join(parts)

    def _extension_event(self, event: events.ExtensionEvent) -> str:
        name = event.type
        if self.major == 1:
            name = split_name(name)[1]
        elif not name.startswith("{"):
            name = f"{{{UNQUALIFIED}}}{name}"
        tag = self.name(name)
        known = "".join(
            f"<{field}>{WRITERS[kind](self, value)}</{field}>"
            for field, kind in _OWN_FIELDS
            if (
                value := (
                    _VALUES[field](event) if field in _VALUES else getattr(event, FIELDS[field])
                )
            )
            not in (None, ())
        )
        others = "".join(self.extension(key, value) for key, value in event.extensions.items())
        inner = f"<extension><{tag}>{known}{others}</{tag}></extension>"
        return f"<extension>{inner}</extension>" if self.major == 1 else inner


_ONLY_IN_2 = ["sensorElementList", "persistentDisposition"]
_TYPES_OF_2 = {
    "sensorElementList": "SensorElementList",
    "persistentDisposition": "PersistentDisposition",
    "certificationInfo": "uri",
}
_OWN_FIELDS = (
    ("eventTime", "time"),
    ("recordTime", "time"),
    ("eventTimeZoneOffset", "offset"),
    ("eventID", "uri"),
    ("errorDeclaration", "ErrorDeclaration"),
    ("certificationInfo", "uri"),
)


def _certificate(event: events.Event) -> str | None:
    return event.certification_info[0] if event.certification_info else None


_VALUES: dict[str, Callable[[events.Event], Any]] = {
    "eventTime": lambda event: event.event_time,
    "recordTime": lambda event: event.record_time,
    "errorDeclaration": lambda event: event.error_declaration,
    "certificationInfo": _certificate,
}
"""Elements whose value is not simply a field of the event."""


def _party(role: str, party: events.Party | None) -> str:
    identifier = escaped(party.identifier) if party else ""
    authority = f' Authority="{quoted(party.authority)}"' if party and party.authority else ""
    return f"<sbdh:{role}><sbdh:Identifier{authority}>{identifier}</sbdh:Identifier></sbdh:{role}>"


def _plain(_: _Writer, value: Any) -> str:
    return escaped(value)


def _each(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escaped(text)}</{tag}>" for text in texts)


def _epcs(_: _Writer, values: tuple[str, ...]) -> str:
    joined = "\0".join(values)
    if "&" in joined or "<" in joined or ">" in joined or "\r" in joined:
        return _each("epc", values)
    return f"<epc>{joined.replace(chr(0), '</epc><epc>')}</epc>"


def _time(_: _Writer, value: Any) -> str:
    return moment(value)


def _term(kind: cbv.Kind) -> Callable[[_Writer, str], str]:
    return lambda writer, value: escaped(writer.term(kind, value))


def _place(writer: _Writer, value: events.Place) -> str:
    return f"<id>{escaped(value.id)}</id>{writer.extensions(value.extensions)}"


def _quantities(_: _Writer, values: Iterable[events.QuantityElement]) -> str:
    parts = []
    for value in values:
        amount = (
            "" if value.quantity is None else f"<quantity>{number_text(value.quantity)}</quantity>"
        )
        if value.uom:
            nil = '<quantity xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
            amount = f"{amount or nil}<uom>{escaped(value.uom)}</uom>"
        parts.append(
            f"<quantityElement><epcClass>{escaped(value.epc_class)}</epcClass>{amount}</quantityElement>"
        )
    return "".join(parts)


def _typed(tag: str, kind: cbv.Kind) -> Callable[[_Writer, Iterable[Any]], str]:
    field = {"bizTransaction": "biz_transaction"}.get(tag, tag)

    def write(writer: _Writer, values: Iterable[Any]) -> str:
        parts = []
        for value in values:
            stated = f' type="{quoted(writer.term(kind, value.type))}"' if value.type else ""
            parts.append(f"<{tag}{stated}>{escaped(getattr(value, field))}</{tag}>")
        return "".join(parts)

    return write


def _error(writer: _Writer, value: events.ErrorDeclaration) -> str:
    reason = ""
    if value.reason:
        reason = f"<reason>{escaped(writer.term(cbv.Kind.ERROR_REASON, value.reason))}</reason>"
    ids = _each("correctiveEventID", value.corrective_event_ids)
    return (
        f"<declarationTime>{moment(value.declaration_time)}</declarationTime>{reason}"
        + (f"<correctiveEventIDs>{ids}</correctiveEventIDs>" if ids else "")
        + writer.extensions(value.extensions)
    )


def _persistent(writer: _Writer, value: events.PersistentDisposition) -> str:
    kind = cbv.Kind.DISPOSITION
    return _each("unset", (writer.term(kind, one) for one in value.unset)) + _each(
        "set", (writer.term(kind, one) for one in value.set)
    )


_SENSOR_TERMS = {
    "type": cbv.Kind.MEASUREMENT_TYPE,
    "exception": cbv.Kind.SENSOR_ALERT,
    "component": cbv.Kind.COMPONENT,
}


def _sensed(writer: _Writer, tag: str, values: Mapping[str, Any]) -> str:
    attributes = []
    for name, value in values.items():
        if name == "hexBinaryValue" and len(value) % 2:  # no value of XML; `lost_in` tells
            continue
        kind = _SENSOR_TERMS.get(name)
        if isinstance(value, tuple | list | dict):  # an attribute has no parts; `lost_in` tells
            text = encode_json(writer.as_json(value)).decode()
        else:
            text = writer.term(kind, value) if kind else plain_text(value)
        if name in _TIMES and _FAR_OFFSET.search(text):
            text = moment(datetime.fromisoformat(text))
        attributes.append(f' {writer.name(name)}="{quoted(text)}"')
    return f"<{tag}{''.join(attributes)}/>"


def _sensor_elements(writer: _Writer, values: Iterable[events.SensorElement]) -> str:
    parts = []
    for value in values:
        metadata = _sensed(writer, "sensorMetadata", value.metadata) if value.metadata else ""
        reports = "".join(_sensed(writer, "sensorReport", report) for report in value.reports)
        extensions = writer.extensions(value.extensions)
        parts.append(f"<sensorElement>{metadata}{reports}{extensions}</sensorElement>")
    return "".join(parts)


def _ilmd(writer: _Writer, value: events.Extensions) -> str:
    return writer.extensions(value)


WRITERS: dict[str, Callable[[_Writer, Any], str]] = {
    "time": _time,
    "offset": _plain,
    "uri": _plain,
    "action": _plain,
    "EpcList": _epcs,
    "bizStep": _term(cbv.Kind.BIZ_STEP),
    "disposition": _term(cbv.Kind.DISPOSITION),
    "Place": _place,
    "QuantityList": _quantities,
    "BizTransactionList": _typed("bizTransaction", cbv.Kind.BIZ_TRANSACTION_TYPE),
    "SourceList": _typed("source", cbv.Kind.SOURCE_DEST_TYPE),
    "DestinationList": _typed("destination", cbv.Kind.SOURCE_DEST_TYPE),
    "ErrorDeclaration": _error,
    "PersistentDisposition": _persistent,
    "SensorElementList": _sensor_elements,
    "Ilmd": _ilmd,
}
"""Type of element -> what writes the inside of it."""
