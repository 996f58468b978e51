"""From nodes to values: a frozen dataclass is the description of a table, its fields are the keys.

A field that has no default must be there; a key that is no field is a finding, with the nearest
field as suggestion. Every defect of a table is told, each at its line and column.
"""

from __future__ import annotations

import difflib
import enum
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, Union, cast, get_args, get_origin
from typing import get_type_hints as hints_of

from packtrail.compliance import codes
from packtrail.compliance.nodes import Items, Node, Number, Table, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from typing import TypeAlias

    from packtrail.base.findings import Finding

    _Read: TypeAlias = Callable[[Node, list[Finding]], Any]

T = TypeVar("T")

YES_NO: Final = {"yes": True, "no": False, "true": True, "false": False}
"""JSON says it in the second way."""
_SHOWN_MAX: Final = 80


class Written(Protocol):
    """A kind of value that knows how it is written."""

    EXPECTED: str
    """What it looks like, for the message: `a span of time such as 24 hours`."""

    @classmethod
    def read(cls, text: str) -> Written | None:
        """Return the value of a text, or None where it is none."""


def keyed(key: str, **options: Any) -> Any:
    """Return a dataclass field whose key in a file is another word: `from` is no name in Python."""
    return field(metadata={"key": key}, **options)


def decode(node: Node, kind: type[T], findings: list[Finding]) -> T | None:
    """Return the value of a node, or None where it has none of this kind.

    Args:
        node: What was read.
        kind: str, int, bool, Fraction, date, an enumeration, a dataclass, a kind that knows how it
            is written, a tuple, frozenset, mapping or optional of these, or Any: the node itself.
        findings: Where every defect is added.
    """
    return cast("T | None", _decoded(node, kind, findings))


def decode_each(
    table: Table, kind: type[T], findings: list[Finding], **given: Callable[[str, Node], Any]
) -> dict[str, T]:
    """Return the values of a table whose keys are names; those with defects are left out.

    Args:
        table: Names and tables.
        kind: The dataclass of each.
        findings: Where every defect is added.
        **given: Fields that do not stand in the file, made of the name and the node.
    """
    found: dict[str, T] = {}
    for name, node in table.entries.items():
        extra = {key: make(name, node) for key, make in given.items()}
        value = _table(node, kind, findings, extra)
        if value is not None:
            found[name] = value
    return found


def keys_of(kind: Any) -> tuple[tuple[str, str, bool], ...]:
    """Return the keys of a table, for the documentation: key, kind of value, whether it must be.

    Args:
        kind: The dataclass of the table.
    """
    return tuple(
        (
            key,
            kind_told(_hints(kind)[each.name]),
            each.default is MISSING and each.default_factory is MISSING,
        )
        for key, each in _keys(kind).items()
    )


def kind_told(kind: Any) -> str:
    """Return what a kind of value looks like, in words."""
    origin = get_origin(kind)
    if kind is Any:
        return "any value"
    if origin in {Union, types.UnionType}:
        return kind_told(next(each for each in get_args(kind) if each is not type(None)))
    if origin in {tuple, frozenset}:
        return f"a list; each {kind_told(get_args(kind)[0])}"
    if origin is Mapping:
        return f"a table; each {kind_told(get_args(kind)[1])}"
    if is_dataclass(kind) and not hasattr(kind, "read"):
        return f"a {cast('type[Any]', kind).__name__.lower()}"
    return _scalar_kind(kind)[0]


def _decoded(node: Node, kind: Any, findings: list[Finding]) -> Any:
    return _reader(kind)(node, findings)


@cache
def _reader(kind: Any) -> _Read:
    """Return what reads a node as a kind: what the kind is made of is looked up once."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda node, _: node
    if origin in {Union, types.UnionType}:
        inner = next(each for each in parts if each is not type(None))
        return partial(_optional, _reader(inner))
    if origin in {tuple, frozenset}:
        return partial(_several, origin, _reader(parts[0]))
    if origin is Mapping:
        return partial(_mapping, _reader(parts[0]), _reader(parts[1]))
    if is_dataclass(kind) and not hasattr(kind, "read"):
        return lambda node, findings: _table(node, cast("type[Any]", kind), findings, {})
    return partial(_scalar, kind, *_scalar_kind(kind))


def _optional(read: _Read, node: Node, findings: list[Finding]) -> Any:
    return None if isinstance(node, Text) and not node.value else read(node, findings)


def _several(made: Any, read: _Read, node: Node, findings: list[Finding]) -> Any:
    """Return the values of a list; a single text stands for a list of one."""
    nodes = node.items if isinstance(node, Items) else (node,)
    if isinstance(node, Text) and not node.value:
        nodes = ()
    values = [read(each, findings) for each in nodes]
    return made(value for value in values if value is not None)


def _mapping(read_key: _Read, read: _Read, node: Node, findings: list[Finding]) -> Any:
    if not isinstance(node, Table):
        return _refuse(node, "a table of keys and values", findings)
    values = {
        read_key(Text(key, node.keys_at[key]), findings): read(each, findings)
        for key, each in node.entries.items()
    }
    return {key: each for key, each in values.items() if key is not None and each is not None}


def _table(
    node: Node, kind: type[T], findings: list[Finding], extra: Mapping[str, Any]
) -> T | None:
    if not isinstance(node, Table):
        _refuse(node, "a table of keys and values", findings)
        return None
    before = len(findings)
    described: Any = kind
    columns = _columns(described)
    _tell_unknown(node, {key for key, each in columns.items() if each.name not in extra}, findings)
    values = dict(extra)
    for key, each in columns.items():
        below = node.entries.get(key)
        if each.name in extra:
            continue
        if below is None:
            if each.is_required:
                message = f"The key {key!r} is missing."
                findings.append(codes.MISSING_KEY.found(message, at=node.at))
            continue
        value = each.read(below, findings)
        if value is not None:
            values[each.name] = value
    return kind(**values) if len(findings) == before else None


def _tell_unknown(node: Table, known: Set[str], findings: list[Finding]) -> None:
    for key in node.entries.keys() - known:
        names = sorted(known)
        near = difflib.get_close_matches(key, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Known are {', '.join(names)}."
        message = f"The key {key!r} does not belong here.{hint}"
        findings.append(codes.UNKNOWN_KEY.found(message, at=node.keys_at[key]))


def _scalar(
    kind: Any, expected: str, read: Callable[[str], Any], node: Node, findings: list[Finding]
) -> Any:
    if not isinstance(node, Text) or not node.value:
        return _refuse(node, expected, findings)
    if kind is str and isinstance(node, Number):
        return _refuse(node, "a text in quotes, so that no zero is lost", findings)
    value = read(node.value)
    return _refuse(node, expected, findings) if value is None else value


def _scalar_kind(kind: Any) -> tuple[str, Callable[[str], Any]]:
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        words = {str(each.value): each for each in kind}
        return f"one of {', '.join(words)}", words.get
    return kind.EXPECTED, kind.read


def _refuse(node: Node, expected: str, findings: list[Finding]) -> None:
    found = {Items: "a list", Table: "a table"}.get(type(node), "nothing")
    if isinstance(node, Text) and node.value:
        found = repr(node.value[:_SHOWN_MAX])
    message = f"Expected {expected}; there is {found}."
    findings.append(codes.BAD_VALUE.found(message, at=node.at))


def read_whole(text: str) -> int | None:
    """Return a whole number, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def read_share(text: str) -> Fraction | None:
    """Return a number written as `1/10000` or `1.5`, or None."""
    try:
        return Fraction(text) if len(text) < 40 and "e" not in text.lower() else None
    except (ValueError, ZeroDivisionError):
        return None


def read_day(text: str) -> date | None:
    """Return a day written as 2026-11-22, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


_SCALARS: Final[Mapping[Any, tuple[str, Callable[[str], Any]]]] = {
    str: ("a text", str),
    int: ("a whole number", read_whole),
    bool: ("yes or no", YES_NO.get),
    Fraction: ("a number such as 1/10000 or 1.5", read_share),
    date: ("a day such as 2026-11-22", read_day),
}


@cache
def _keys(kind: Any) -> dict[str, Field[Any]]:
    return {each.metadata.get("key", each.name): each for each in fields(kind) if each.init}


@dataclass(frozen=True, slots=True)
class _Column:
    """A field of a dataclass, as it is read."""

    name: str
    is_required: bool
    read: _Read


@cache
def _columns(kind: Any) -> dict[str, _Column]:
    """Return key -> field of a dataclass."""
    return {
        key: _Column(
            each.name,
            each.default is MISSING and each.default_factory is MISSING,
            _reader(_hints(kind)[each.name]),
        )
        for key, each in _keys(kind).items()
    }


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return hints_of(kind)
