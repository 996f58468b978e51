"""From values to plain text, lists and tables: the inverse of `decoding`, as JSON can hold them.

    >>> encode(Span(24, "hour")), encode(frozenset({"b", "a"})), encode(True)
    ('24 hours', ['a', 'b'], True)

A scalar becomes the text that `decoding` reads, unless JSON has it; defaults are left out.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, Final

from packtrail.compliance.nodes import Items, Node, Number, Table, Text
from packtrail.compliance.spans import Span
from packtrail.compliance.subjects import Delay, Subject

_TENTHS: Final = frozenset({1, 2, 4, 5, 10, 20, 25, 50, 100})
"""Denominators of numbers that are written with a point."""


def encode(value: Any) -> Any:
    """Return a value as text, list or dictionary."""
    if type(value) is str:  # Most are.
        return value
    match value:
        case Subject():
            plain: Any = {value.KIND.value: _table(value)}
        case Mapping():
            plain = {str(key): encode(each) for key, each in value.items()}
        case frozenset():
            plain = sorted(encode(each) for each in value)
        case tuple() | list():
            plain = [encode(each) for each in value]
        case _ if is_dataclass(value) and not hasattr(value, "read"):
            plain = _table(value)
        case _:
            plain = _scalar(value)
    return plain


def node_of(value: Any, at: str) -> Node:
    """Return plain values as nodes, to be decoded: JSON as it was sent.

    Args:
        value: Text, numbers, true and false, lists and dictionaries; a node is taken as it is. A
            key of a dictionary whose value is None or empty text counts as not there.
        at: What findings call the place: a JSON pointer.
    """
    if type(value) is str:  # Most are.
        return Text(value, at)
    match value:
        case Text() | Items() | Table():
            made: Node = value
        case dict():
            said = {str(key): each for key, each in value.items() if each not in (None, "")}
            entries = {key: node_of(each, f"{at}/{key}") for key, each in said.items()}
            made = Table(entries, at, {key: f"{at}/{key}" for key in entries})
        case list() | tuple():
            made = Items(tuple(node_of(each, f"{at}/{n}") for n, each in enumerate(value)), at)
        case bool():
            made = Text("yes" if value else "no", at)
        case int() | float():
            made = Number(str(value), at)
        case _:
            made = Text("" if value is None else str(value), at)
    return made


def _scalar(value: Any) -> str | int | bool:
    match value:
        case bool() | int():
            return value
        case enum.Enum():
            return str(value.value)
        case Delay(span=Span() as span):
            return str(span)
        case Fraction() if value.denominator in _TENTHS:
            return f"{float(value):g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _table(value: Any) -> dict[str, Any]:
    return {
        key: encode(said)
        for name, key, default in _fields(value.__class__)
        if (said := getattr(value, name)) is not None and said != default
    }


@cache
def _fields(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """Return name, key and default of all that the instances of a class are made with."""
    return tuple(
        (each.name, each.metadata.get("key", each.name), _default(each))
        for each in fields(kind)
        if each.init
    )


def _default(each: Field[Any]) -> Any:
    if each.default is not MISSING:
        return each.default
    return each.default_factory() if each.default_factory is not MISSING else MISSING
