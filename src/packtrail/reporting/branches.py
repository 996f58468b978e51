r"""Branches: a file as a tree of named texts, whatever its notation, and back.

XML, CSV and JSON differ in signs only. A form is filled into branches and they are written; a file
is parsed into branches, each with its place, and they are checked against the form.

    >>> tree = parse(Carrier.CSV, b"gtin,sn\r\n1,2\r\n")
    >>> [(cell.name, cell.text, cell.at) for cell in tree.parts[0].parts]
    [('gtin', '1', 'row 2, column 1 (gtin)'), ('sn', '2', 'row 2, column 2 (sn)')]
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from lxml import etree

from packtrail.reporting.words import Carrier

ROW: Final = "row"
"""Name of the branch of a row of a CSV."""
DEFAULT: Final = "default"
"""Prefix of the namespace of elements whose name has no prefix."""
DEPTH_MAX: Final = 40
_CSV_BYTES_MAX: Final = 1_000_000


class Unreadable(Exception):
    """The bytes are no file in the notation; the text says why and where."""


@dataclass(slots=True)
class Branch:
    """One element, attribute (`@name`), column or member."""

    name: str
    text: str | None = None
    """None where it has parts instead."""
    parts: list[Branch] = field(default_factory=list)
    at: str = ""
    """Where it stands: line and path, row and column, or JSON pointer."""

    def walk(self) -> Iterator[Branch]:
        """Yield this branch and all below it."""
        yield self
        for each in self.parts:
            yield from each.walk()

    def cell(self, name: str) -> str:
        """Return the text of a part, empty where there is none."""
        return next((each.text or "" for each in self.parts if each.name == name), "")


def parse(
    carrier: Carrier,
    content: bytes,
    *,
    namespaces: Mapping[str, str] | None = None,
    columns: Sequence[str] = (),
) -> Branch:
    """Return a file as one branch without a name, above the root, the rows or the members.

    Args:
        carrier: Its notation.
        content: The file.
        namespaces: Of an XML: prefix -> namespace, as the form names its elements.
        columns: Of a CSV without header: names of the columns.

    Raises:
        Unreadable: It is no file in this notation.
    """
    if carrier is Carrier.XML:
        return _parse_xml(content, namespaces or {})
    if carrier is Carrier.CSV:
        return _parse_csv(content, columns)
    return _parse_json(content)


def write(
    carrier: Carrier,
    root: Branch,
    *,
    namespaces: Mapping[str, str] | None = None,
    columns: Sequence[str] = (),
    lists: frozenset[str] = frozenset(),
) -> bytes:
    """Return the bytes of a file, the same for the same branches.

    Args:
        carrier: Its notation.
        root: The branch above its root, rows or members.
        namespaces: Of an XML: prefix -> namespace.
        columns: Of a CSV: what the first row says; none: there is no such row.
        lists: Of a JSON: members that are lists, even of one.
    """
    if carrier is Carrier.XML:
        (top,) = root.parts
        element = _element(top, namespaces or {})
        etree.indent(element, space="  ")
        return etree.tostring(element, encoding="UTF-8", xml_declaration=True) + b"\n"
    if carrier is Carrier.CSV:
        return _write_csv(root, columns)
    encoded = msgspec.json.encode(_members(root, lists))
    return msgspec.json.format(encoded, indent=2) + b"\n"


# --- XML ------------------------------------------------------------------------------------------


def _element(branch: Branch, namespaces: Mapping[str, str]) -> Any:
    nsmap: Any = {
        None if prefix == DEFAULT else prefix: name for prefix, name in namespaces.items()
    }
    root = etree.Element(_expanded(branch.name, namespaces), nsmap=nsmap)
    _fill(root, branch, namespaces)
    return root


def _fill(element: Any, branch: Branch, namespaces: Mapping[str, str]) -> None:
    if branch.text is not None:
        element.text = branch.text
    for part in branch.parts:
        if part.name.startswith("@"):
            element.set(part.name[1:], part.text or "")
        elif not part.name:
            element.text = part.text
        else:
            below = etree.SubElement(element, _expanded(part.name, namespaces))
            _fill(below, part, namespaces)


def _expanded(name: str, namespaces: Mapping[str, str]) -> str:
    prefix, _, local = name.rpartition(":")
    namespace = namespaces.get(prefix or DEFAULT)
    return f"{{{namespace}}}{local}" if namespace else local


def _parse_xml(content: bytes, namespaces: Mapping[str, str]) -> Branch:
    if b"<!DOCTYPE" in content[:10_000].upper():
        raise Unreadable("It has a DOCTYPE, which no receiver takes.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True,
        remove_comments=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"The XML cannot be read: {error.msg}.") from None
    prefixes = {name: prefix for prefix, name in namespaces.items()}
    return Branch("", parts=[_branch(root, prefixes, "", 0)])


def _branch(element: Any, prefixes: Mapping[str, str], above: str, depth: int) -> Branch:
    if depth > DEPTH_MAX:
        raise Unreadable(f"It has more than {DEPTH_MAX} levels.")
    name = _shortened(element.tag, prefixes)
    path = f"{above}/{name}"
    at = f"line {element.sourceline}, {path}"
    found = Branch(name, at=at)
    found.parts = [
        Branch(f"@{_shortened(str(key), prefixes)}", str(value), at=f"{at}/@{key}")
        for key, value in element.attrib.items()
        if not str(key).startswith("{http://www.w3.org/2001/XMLSchema-instance}")
    ]
    children = [each for each in element if isinstance(each.tag, str)]
    if children:
        found.parts += [_branch(each, prefixes, path, depth + 1) for each in children]
        return found
    if found.parts:
        found.parts.append(Branch("", element.text or "", at=at))
        return found
    found.text = element.text or ""
    return found


def _shortened(name: str, prefixes: Mapping[str, str]) -> str:
    namespace, mark, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    if not mark:
        return local
    prefix = prefixes.get(namespace)
    if prefix is None:
        return name
    return local if prefix == DEFAULT else f"{prefix}:{local}"


# --- CSV ------------------------------------------------------------------------------------------


def _write_csv(root: Branch, columns: Sequence[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if columns:
        writer.writerow(columns)
    for row in root.parts:
        writer.writerow([each.text or "" for each in row.parts])
    return out.getvalue().encode()


def _parse_csv(content: bytes, columns: Sequence[str]) -> Branch:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"Byte {error.start} is not UTF-8.") from None
    if "\x00" in text:
        raise Unreadable("It holds NUL characters.")
    previous = csv.field_size_limit(_CSV_BYTES_MAX)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"The CSV cannot be read: {error}.") from None
    finally:
        csv.field_size_limit(previous)
    names = list(columns)
    first = 1
    if not names:
        if not rows:
            raise Unreadable("It is empty.")
        names, rows, first = rows[0], rows[1:], 2
    root = Branch(
        "", parts=[_row(names, row, number) for number, row in enumerate(rows, first) if row]
    )
    root.parts.insert(0, Branch("@header", "\x1f".join(names), at="row 1"))
    return root


def _row(names: Sequence[str], cells: Sequence[str], number: int) -> Branch:
    named = [*names, *(f"column {n + 1}" for n in range(len(names), len(cells)))]
    return Branch(
        ROW,
        parts=[
            Branch(name, cell, at=f"row {number}, column {n} ({name})")
            for n, (name, cell) in enumerate(zip(named, cells, strict=False), 1)
        ],
        at=f"row {number}",
    )


# --- JSON -----------------------------------------------------------------------------------------


def _members(branch: Branch, lists: frozenset[str]) -> Any:
    if branch.text is not None:
        return branch.text
    if branch.parts and all(not each.name for each in branch.parts):
        return branch.parts[0].text
    found: dict[str, Any] = {}
    for part in branch.parts:
        value = _members(part, lists)
        if part.name in lists:
            found.setdefault(part.name, []).append(value)
        else:
            found[part.name] = value
    return found


def _parse_json(content: bytes) -> Branch:
    try:
        value = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"The JSON cannot be read: {error}.") from None
    except RecursionError:
        raise Unreadable(f"It has more than {DEPTH_MAX} levels.") from None
    if not isinstance(value, dict):
        raise Unreadable("The JSON is no object.")
    return Branch("", parts=_read_members(value, "", 0), at="/")


def _read_members(table: Mapping[str, Any], above: str, depth: int) -> list[Branch]:
    if depth > DEPTH_MAX:
        raise Unreadable(f"It has more than {DEPTH_MAX} levels.")
    found: list[Branch] = []
    for name, value in table.items():
        items = value if isinstance(value, list) else [value]
        for number, each in enumerate(items):
            at = f"{above}/{name}" + (f"/{number}" if isinstance(value, list) else "")
            if isinstance(each, dict):
                found.append(Branch(name, parts=_read_members(each, at, depth + 1), at=at))
            else:
                found.append(Branch(name, _scalar(each), at=at))
    return found


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
