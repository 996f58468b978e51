"""YAML as rule packs use it: text, lists and tables, each with its place, and nothing guessed.

Every scalar stays the text that was written: `NO` is Norway and not false, `01` is an application
identifier and not one. What a text means is decided by whoever asks for it (`decoding`). Anchors,
aliases, tags and several documents in one file are refused, and so is a key that stands twice.

    >>> table, findings = read(b"country: NO" + bytes([10]) + b"elements: [01, 21]", "label.yaml")
    >>> table.entries["country"].value, [each.value for each in table.entries["elements"].items]
    ('NO', ['01', '21'])
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from packtrail.base.errors import RefusedError
from packtrail.compliance import codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.base.findings import Finding

BYTES_MAX: Final = 1024 * 1024
"""Largest file of a pack."""
DEPTH_MAX: Final = 20
VALUES_MAX: Final = 100_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as it was written; empty where nothing was."""

    value: str
    at: str
    """File, line and column."""


@dataclass(frozen=True, slots=True)
class Number(Text):
    """A scalar that was sent as a number: what is an identifier has lost its zeros in it."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    at: str


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; its keys are text and stand once."""

    entries: Mapping[str, Node]
    at: str
    keys_at: Mapping[str, str] = field(default_factory=dict)
    """Key -> where it stands."""


Node: TypeAlias = Text | Items | Table


def read(content: bytes, name: str) -> tuple[Table, tuple[Finding, ...]]:
    """Read one file, whose outermost value is a table.

    Args:
        content: The bytes of the file, at most `BYTES_MAX`.
        name: The file, as findings name it.

    Returns:
        The table, empty where the file cannot be read, and what is wrong with the file.
    """
    builder = _Builder(name)
    try:
        if len(content) > BYTES_MAX:
            raise _refused(name, f"The file has {len(content):,} bytes; {BYTES_MAX:,} are allowed.")
        text = content.decode("utf-8")
        builder.build(yaml.parse(text, Loader=_Loader))
    except UnicodeDecodeError as error:
        said = f"The file is not UTF-8: byte {error.start} is 0x{content[error.start]:02x}."
        return Table({}, name), _refused(name, said).findings
    except yaml.YAMLError as error:
        return Table({}, name), _refused(_error_place(error, name), _told(error)).findings
    except RefusedError as refused:
        return Table({}, name), refused.findings
    return builder.root, tuple(builder.findings)


@dataclass(slots=True)
class _Open:
    """A list or table that is still being read."""

    at: str
    is_table: bool
    values: list[Node] = field(default_factory=list)
    """Of a table: key, value, key, value."""


class _Builder:
    """Makes nodes of the parser's events; the parser's own nodes would overflow a deep stack."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[_Open] = []
        self._count = 0
        self._documents = 0
        self.root = Table({}, name)
        self.findings: list[Finding] = []

    def build(self, events: Iterable[Any]) -> None:
        """Take in the events of a file.

        Raises:
            RefusedError: `LAW-001`, the file goes beyond what a pack may use.
        """
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._require_plain(event)
                    self._close(Text(event.value, self._at(event)))
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._require_plain(event)
                    is_table = isinstance(event, yaml.MappingStartEvent)
                    self._open.append(_Open(self._at(event), is_table))
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    self._close(self._finished(self._open.pop()))
                case yaml.AliasEvent():
                    raise _refused(self._at(event), f"The alias *{event.anchor} is not allowed.")
                case yaml.DocumentStartEvent():
                    self._documents += 1
                    if self._documents > 1:
                        raise _refused(self._at(event), "The file holds a second document.")

    def _require_plain(self, event: Any) -> None:
        self._count += 1
        at = self._at(event)
        if event.anchor is not None or event.tag is not None:
            sign = f"&{event.anchor}" if event.anchor is not None else event.tag
            raise _refused(at, f"The anchor or tag {sign!r} is not allowed.")
        if len(self._open) >= DEPTH_MAX:
            raise _refused(at, f"The file has more than {DEPTH_MAX} levels.")
        if self._count > VALUES_MAX:
            raise _refused(at, f"The file has more than {VALUES_MAX:,} values.")

    def _close(self, node: Node) -> None:
        """Put a finished node where it belongs."""
        if self._open:
            self._open[-1].values.append(node)
        elif isinstance(node, Table):
            self.root = node
        elif node != Text("", node.at):
            raise _refused(node.at, "The file is not a table of keys and values.")

    def _finished(self, done: _Open) -> Node:
        if not done.is_table:
            return Items(tuple(done.values), done.at)
        entries: dict[str, Node] = {}
        keys_at: dict[str, str] = {}
        for key, value in zip(done.values[::2], done.values[1::2], strict=True):
            if not isinstance(key, Text) or not key.value:
                raise _refused(key.at, "A key must be a text.")
            if key.value in entries:
                message = f"The key {key.value!r} stands twice; first at {keys_at[key.value]}."
                self.findings.append(codes.KEY_TWICE.found(message, at=key.at))
                continue
            keys_at[key.value], entries[key.value] = key.at, value
        return Table(entries, done.at, keys_at)

    def _at(self, event: Any) -> str:
        return _place(self._name, event.start_mark)


def _refused(at: str, message: str) -> RefusedError:
    return RefusedError(codes.UNREADABLE.found(message, at=at))


def _place(name: str, mark: Any) -> str:
    return f"{name}, line {mark.line + 1}, column {mark.column + 1}"


def _error_place(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return _place(name, mark) if mark is not None else name


def _told(error: yaml.YAMLError) -> str:
    parts = [getattr(error, "context", None), getattr(error, "problem", None)]
    said = "; ".join(part for part in parts if part) or str(error).splitlines()[0]
    return f"This is not YAML: {said}."
