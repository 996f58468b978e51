"""Small damages to valid documents: our verdict is still that of GS1's schemas.

The damages are seeded, so that every run tries the same ones. `PACKTRAIL_MUTANTS` asks for more.
"""

from __future__ import annotations

import copy
import csv
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
from lxml import etree
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.messages import MESSAGES

from packtrail import epcis
from packtrail.base.findings import Severity

MUTANTS = int(os.environ.get("PACKTRAIL_MUTANTS", "12"))
MUTANTS_FOR_EVERY_RULE = 500
"""Of so many, some break each rule that the schemas do not have."""
NOT_MADE = {"EPC-002", "EPC-116"}
"""Rules that no damage here breaks; unit tests do."""

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    " ",
    "text",
    "urn:x:y",
    "a b",
    "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    [],
    [1],
    {},
    {"id": "urn:x:y"},
    "shipping",
    "urn:epcglobal:cbv:bizstep:shipping",
    "https://ref.gs1.org/cbv/BizStep-shipping",
    "ADD",
    "OBSERVE",
    "DELETE",
    "+02:00",
    "+14:30",
    "KGM",
    "kilo",
)
ODD_NAMES = (
    "madeUp",
    "example:field",
    "http://example.com/x",
    "eventTime",
    "type",
    "id",
    "ilmd",
    "a b",
)


def json_mutants(document: Any, seed: str, count: int) -> Iterator[Any]:
    """Yield copies of a JSON document, each with one small damage."""
    chance = random.Random(seed)
    for _ in range(count):
        mutant = copy.deepcopy(document)
        places = list(_places(mutant))
        holder, key = chance.choice(places)
        _damage_json(chance, holder, key)
        yield mutant


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index])


def _damage_json(chance: random.Random, holder: Any, key: Any) -> None:
    kind = chance.randrange(5)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[chance.choice(ODD_NAMES)] = holder.pop(key)
    elif kind == 2 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif kind == 3 and isinstance(holder, dict):
        holder[chance.choice(ODD_NAMES)] = copy.deepcopy(chance.choice(ODD_VALUES))
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD_VALUES))


ODD_TEXTS = (
    "",
    " ",
    "text",
    "urn:x:y",
    "%zz",
    "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00Z",
    "1",
    "1.5",
    "x",
    "ADD",
    "OBSERVE",
    "DELETE",
    "true",
    "+02:00",
    "12:00",
)
ODD_TAGS = (
    "madeUp",
    "extension",
    "{http://example.com/x}field",
    "action",
    "eventID",
    "epcList",
    "ilmd",
    "quantityList",
    "sourceList",
    "bizStep",
    "eventTime",
    "epc",
    "parentID",
    "baseExtension",
)
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def xml_mutants(root: etree._Element, seed: str, count: int) -> Iterator[etree._Element]:
    """Yield copies of an XML document, each with one small damage."""
    chance = random.Random(seed)
    damages: tuple[Callable[[random.Random, etree._Element], None], ...] = (
        _delete,
        _rename,
        _repeat,
        _move,
        _retext,
        _add,
        _add_attribute,
        _drop_attribute,
    )
    for _ in range(count):
        mutant = copy.deepcopy(root)
        elements = [e for e in mutant.iter() if isinstance(e.tag, str) and e is not mutant]
        chance.choice(damages)(chance, chance.choice(elements))
        yield mutant


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _delete(chance: random.Random, element: etree._Element) -> None:
    _parent(element).remove(element)


def _rename(chance: random.Random, element: etree._Element) -> None:
    element.tag = chance.choice(ODD_TAGS)


def _repeat(chance: random.Random, element: etree._Element) -> None:
    _parent(element).insert(0 if chance.random() < 0.3 else -1, copy.deepcopy(element))


def _move(chance: random.Random, element: etree._Element) -> None:
    parent = _parent(element)
    parent.remove(element)
    parent.insert(chance.randrange(len(parent) + 1), element)


def _retext(chance: random.Random, element: etree._Element) -> None:
    element.text = chance.choice(ODD_TEXTS)


def _add(chance: random.Random, element: etree._Element) -> None:
    new = etree.SubElement(element, chance.choice(ODD_TAGS))
    new.text = chance.choice(ODD_TEXTS)
    element.insert(chance.randrange(len(element)), new)


def _add_attribute(chance: random.Random, element: etree._Element) -> None:
    name = chance.choice(("madeUp", "type", "{http://example.com/x}a", "id", "time", "value"))
    element.set(name, chance.choice(ODD_TEXTS))


def _drop_attribute(chance: random.Random, element: etree._Element) -> None:
    if element.attrib:
        name = chance.choice(sorted(map(str, element.attrib)))
        if chance.random() < 0.5:
            del element.attrib[name]
        else:
            element.set(name, chance.choice(ODD_TEXTS))


def _valid_files(conformance: Path, *endings: str) -> Iterator[tuple[str, bytes]]:
    with (conformance / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["file"]
            is_one = row["gs1_schema_check"] == "valid" and name.endswith(endings)
            if is_one and name not in MESSAGES:
                yield name, (conformance / name).read_bytes()


def _refusals(content: bytes) -> set[str]:
    findings = epcis.read(content).findings
    return {finding.code for finding in findings if finding.severity is Severity.ERROR}


def test_damaged_json_is_refused_just_where_the_schema_refuses_it(conformance: Path) -> None:
    path = conformance / "gs1-epcis/schema/json/EPCIS-JSON-Schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    oracle = jsonschema_rs.validator_for(schema, validate_formats=True)
    explained = set(EXCEPTIONS["gs1-epcis"]["stricter_in_json"])
    refused, used = 0, set()
    for name, content in _valid_files(conformance, ".json", ".jsonld"):
        for mutant in json_mutants(json.loads(content.decode("utf-8-sig")), name, MUTANTS):
            text = json.dumps(mutant)
            found = _refusals(text.encode())
            refused += bool(found)

            if oracle.is_valid(mutant):
                assert found <= explained, (name, found, text)
                used |= found
            else:
                assert found, (name, text)

    assert refused > 100
    assert MUTANTS < MUTANTS_FOR_EVERY_RULE or used | NOT_MADE == explained | NOT_MADE


def test_damaged_xml_is_refused_just_where_the_schema_refuses_it(conformance: Path) -> None:
    oracles = _xml_oracles(conformance)
    explained = set(EXCEPTIONS["gs1-epcis"]["stricter_in_xml"])
    refused, used = 0, set()
    for name, content in _valid_files(conformance, ".xml"):
        root = etree.fromstring(content)
        oracle = oracles[str(etree.QName(root).namespace)]
        for mutant in xml_mutants(root, name, MUTANTS):
            text = etree.tostring(mutant)
            found = _refusals(text)
            refused += bool(found)

            if oracle.validate(etree.fromstring(text)):
                assert found <= explained, (name, found, text)
                used |= found
            else:
                assert found, (name, oracle.error_log.last_error, text)

    assert refused > 100
    assert MUTANTS < MUTANTS_FOR_EVERY_RULE or used | NOT_MADE == explained | NOT_MADE


def test_white_space_around_a_time_is_taken_though_libxml2_refuses_it(conformance: Path) -> None:
    assert set(EXCEPTIONS["gs1-epcis"]["laxer_in_xml"]) == {"dateTime"}
    oracles = _xml_oracles(conformance)
    laxer = 0
    for _, content in _valid_files(conformance, ".xml"):
        root = etree.fromstring(content)
        times = list(root.iter("eventTime"))
        if not times:
            continue
        times[0].text = f" {times[0].text} "
        is_valid = oracles[str(etree.QName(root).namespace)].validate(root)
        laxer += not is_valid and not _refusals(etree.tostring(root))

    assert laxer > 10


def _xml_oracles(conformance: Path) -> dict[str, etree.XMLSchema]:
    found = {}
    for version in ("1.2", "2.0"):
        for name in ("epcis", "epcis-query", "epcis-masterdata"):
            file = f"EPCglobal-{name}-{version.replace('.', '_')}.xsd"
            path = conformance / "gs1-epcis/schema" / f"xsd-{version}" / file
            namespace = f"urn:epcglobal:{name}:xsd:{version[0]}"
            found[namespace] = etree.XMLSchema(etree.parse(str(path)))
    return found
