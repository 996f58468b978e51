"""The SOAP interface described for machines: WSDL 1.1 made from the table of operations."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lxml import etree

from packtrail.api.soap.operations import OPERATIONS, QUERY_1, VERSIONS, Operation
from packtrail.services.queries.documents import Version

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_NAMESPACES: dict[Version, str] = {
    "1.2": "urn:epcglobal:epcis:wsdl:1",
    "2.0": "urn:epcglobal:epcis:wsdl:2",
}
"""Version -> namespace of the services, as GS1 has it."""
_QUERIES = {version: namespace for namespace, version in VERSIONS.items()}


def wsdl(version: Version, address: str) -> bytes:
    """Return the description of the interface.

    Args:
        version: Of EPCIS.
        address: Where requests are sent.
    """
    root = etree.fromstring(_described(version))
    place = root.find(f".//{{{_SOAP}}}address")
    if place is not None:
        place.set("location", address)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


@cache
def _described(version: Version) -> bytes:
    namespaces = {
        "wsdl": _WSDL,
        "soap": _SOAP,
        "impl": _NAMESPACES[version],
        "epcisq": _QUERIES[version],
    }
    root = etree.Element(
        f"{{{_WSDL}}}definitions", nsmap=namespaces, targetNamespace=_NAMESPACES[version]
    )
    _add(root, "types").append(_types(_QUERIES[version]))
    for operation in OPERATIONS.values():
        _add_message(root, f"{_name(operation)}Request", "parms", operation.request)
        _add_message(
            root, f"{_name(operation)}Response", f"{_name(operation)}Return", operation.result
        )
    for exception in sorted({each for one in OPERATIONS.values() for each in one.declared}):
        _add_message(root, f"{exception}Response", "fault", exception)
    _add_port_type(root)
    _add_binding(root)
    service = _add(root, "service", name="EPCglobalEPCISService")
    port = _add(service, "port", name="EPCglobalEPCISServicePort", binding="impl:EPCISBinding")
    etree.SubElement(port, f"{{{_SOAP}}}address")
    return etree.tostring(root)


def _types(namespace: str) -> etree._Element:
    text = files("packtrail.api.soap").joinpath("types.xsd").read_bytes()
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.fromstring(text.replace(QUERY_1.encode(), namespace.encode()), parser)


def _add_message(root: etree._Element, name: str, part: str, element: str) -> None:
    _add(_add(root, "message", name=name), "part", name=part, element=f"epcisq:{element}")


def _add_port_type(root: etree._Element) -> None:
    ports = _add(root, "portType", name="EPCISServicePortType")
    for operation in OPERATIONS.values():
        name = _name(operation)
        made = _add(ports, "operation", name=name)
        _add(made, "input", name=f"{name}Request", message=f"impl:{name}Request")
        _add(made, "output", name=f"{name}Response", message=f"impl:{name}Response")
        for each in operation.declared:
            _add(made, "fault", name=f"{each}Fault", message=f"impl:{each}Response")


def _add_binding(root: etree._Element) -> None:
    binding = _add(root, "binding", name="EPCISBinding", type="impl:EPCISServicePortType")
    etree.SubElement(binding, f"{{{_SOAP}}}binding", style="document", transport=_HTTP)
    for operation in OPERATIONS.values():
        name = _name(operation)
        made = _add(binding, "operation", name=name)
        etree.SubElement(made, f"{{{_SOAP}}}operation", soapAction="")
        for kind, end in (("input", "Request"), ("output", "Response")):
            body = _add(made, kind, name=name + end)
            etree.SubElement(body, f"{{{_SOAP}}}body", use="literal")
        for each in operation.declared:
            fault = _add(made, "fault", name=f"{each}Fault")
            etree.SubElement(fault, f"{{{_SOAP}}}fault", name=f"{each}Fault", use="literal")


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_WSDL}}}{tag}", attributes)


def _name(operation: Operation) -> str:
    return operation.request[0].lower() + operation.request[1:]
