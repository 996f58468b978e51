"""Capacity: what a forecast of packs takes, as figures that each show where they come from.

An input is a range with its basis: a measurement, a fact with its source, or a named assumption. A
quantity is a formula over inputs and quantities before it. The same formula is worked out here and
written into the spreadsheet, so finance can audit what the simulation said, cell by cell.

    >>> packs = Input("packs", "Packs", "packs", Span.of(90, 100, 120), Basis.ASSUMPTION, "example")
    >>> model = (Quantity("cases", "Cases", "cases", "packs / 10"),)
    >>> [each.likely for each in estimate((packs,), model, random.Random(1)).figures]
    [100.0, 10.0]
"""

from __future__ import annotations

import ast
import operator
import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

DRAWS = 2_000
"""Draws of the simulation: enough that the range moves by a percent or two with another seed."""
_LOW, _HIGH = 0.1, 0.9

V = TypeVar("V", float, "NDArray[np.float64]")

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {"min": np.minimum, "max": np.maximum}
"""Of two values each."""


class Basis(StrEnum):
    """Why a figure is believed."""

    MEASUREMENT = "measurement"
    """Measured, by a benchmark or a meter."""
    FACT = "fact"
    """Published, by a source that is named."""
    ASSUMPTION = "assumption"
    """Nobody measured or published it: to be agreed upon."""
    FORECAST = "forecast"
    """Taken from the forecast."""
    FORMULA = "formula"
    """Worked out from others."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of one value."""

    low: float
    likely: float
    high: float

    @classmethod
    def of(cls, low: float, likely: float, high: float) -> Span:
        """Return a range.

        Raises:
            UsageError: The three are not in order.
        """
        if not low <= likely <= high:
            raise UsageError(
                f"{low:g}, {likely:g}, {high:g} is no range: expected low, likely, high in order."
            )
        return cls(float(low), float(likely), float(high))


@dataclass(frozen=True, slots=True)
class Input:
    """A value that is put in."""

    key: str
    title: str
    unit: str
    span: Span
    basis: Basis
    source: str
    """Where it is from: benchmark, publication, or who assumed it and why."""
    least: float = 0.0
    """Smallest value that makes sense; over 0 where something is divided by it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value that is worked out."""

    key: str
    title: str
    unit: str
    formula: str
    """Over keys, with + - * / ** and min, max."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a report."""

    key: str
    title: str
    unit: str
    low: float
    """Of an input its low end; of a quantity what 90 % of the draws exceed."""
    likely: float
    """With every input at its likely value."""
    high: float
    """Of an input its high end; of a quantity what 10 % of the draws exceed."""
    basis: Basis
    source: str
    """Of a quantity its formula."""
    rests_on: tuple[str, ...]
    """Keys of the inputs that it was worked out from, by their order; of an input none."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the simulation gave."""

    figures: tuple[Figure, ...]
    """Inputs first, then quantities, in the order of the model."""

    def __getitem__(self, key: str) -> Figure:
        """Return the figure of a key.

        Raises:
            KeyError: There is none.
        """
        return next((each for each in self.figures if each.key == key), None) or _missing(key)


def estimate(
    inputs: Sequence[Input],
    quantities: Sequence[Quantity],
    generator: random.Random,
    *,
    draws: int = DRAWS,
) -> Estimate:
    """Work out every quantity with its range.

    Each draw takes one value for every input from a triangular distribution over its range, so that
    figures which share an input move together.

    Args:
        inputs: Each key once.
        quantities: Each uses inputs and quantities before it.
        generator: Source of chance; the same seed gives the same ranges.
        draws: At least 10.

    Raises:
        UsageError: A formula uses what is not there or what no formula may use.
    """
    trees = {each.key: _tree(each) for each in quantities}
    likely = _worked_out({each.key: each.span.likely for each in inputs}, trees)
    # A row is a draw of all inputs; a column is what a formula takes, all draws at once.
    rows = [[_drawn(each.span, generator) for each in inputs] for _ in range(draws)]
    columns = np.asarray(rows, dtype=np.float64).reshape(draws, len(inputs)).T
    drawn = _worked_out(
        {each.key: column for each, column in zip(inputs, columns, strict=True)}, trees
    )
    roots = _roots(inputs, trees)
    return Estimate(
        (
            *(_told(each) for each in inputs),
            *(
                _figure(each, likely[each.key], drawn[each.key], roots[each.key])
                for each in quantities
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Sway:
    """What one input does to a figure: the figure with that input at either end."""

    key: str
    """Of the input."""
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the figure moves."""
        return abs(self.at_high - self.at_low)


def sways(inputs: Sequence[Input], quantities: Sequence[Quantity], key: str) -> tuple[Sway, ...]:
    """Return what each input alone does to a figure, what moves it most first.

    All others stay at their likely values.

    Args:
        inputs: Each key once.
        quantities: Each uses inputs and quantities before it.
        key: Of the quantity.
    """
    trees = {each.key: _tree(each) for each in quantities}
    roots = _roots(inputs, trees)[key]
    likely = {each.key: each.span.likely for each in inputs}

    def told(changed: str, value: float) -> float:
        return float(_worked_out({**likely, changed: value}, trees)[key])

    found = (
        Sway(each.key, told(each.key, each.span.low), told(each.key, each.span.high))
        for each in inputs
        if each.key in roots and each.span.low < each.span.high
    )
    return tuple(sorted(found, key=lambda each: (-each.width, each.key)))


def names_in(formula: str) -> tuple[str, ...]:
    """Return the keys that a formula uses, each once, in the order it names them."""
    nodes = ast.walk(ast.parse(formula, mode="eval"))
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    return tuple(name for name in dict.fromkeys(names) if name not in _FUNCTIONS)


def _missing(key: str) -> Figure:
    raise KeyError(key)


def _drawn(span: Span, generator: random.Random) -> float:
    if span.low == span.high:
        return span.likely
    return generator.triangular(span.low, span.high, span.likely)


def _tree(quantity: Quantity) -> ast.expr:
    return ast.parse(quantity.formula, mode="eval").body


def _worked_out(values: dict[str, V], trees: Mapping[str, ast.expr]) -> dict[str, V]:
    for key, tree in trees.items():
        values[key] = _value(tree, values)
    return values


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=[one, other]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](_value(one, values), _value(other, values))
    raise UsageError(f"{ast.unparse(node)!r} cannot stand in a formula here.")


def _roots(inputs: Sequence[Input], trees: Mapping[str, ast.expr]) -> Mapping[str, tuple[str, ...]]:
    order = {each.key: at for at, each in enumerate(inputs)}
    found: dict[str, tuple[str, ...]] = {key: (key,) for key in order}
    for key, tree in trees.items():
        roots = {root for name in names_in(ast.unparse(tree)) for root in found[name]}
        found[key] = tuple(sorted(roots, key=order.__getitem__))
    return found


def _told(given: Input) -> Figure:
    span = given.span
    return Figure(
        given.key,
        given.title,
        given.unit,
        span.low,
        span.likely,
        span.high,
        given.basis,
        given.source,
        (),
    )


def _figure(quantity: Quantity, likely: Any, drawn: Any, roots: tuple[str, ...]) -> Figure:
    low, high = _ends(drawn)
    return Figure(
        quantity.key,
        quantity.title,
        quantity.unit,
        low,
        float(likely),
        high,
        Basis.FORMULA,
        quantity.formula,
        roots,
    )


def _ends(drawn: Any) -> tuple[float, float]:
    """Return what 90 % and what 10 % of the draws exceed; a constant is the same in all."""
    column = np.sort(np.atleast_1d(np.asarray(drawn, dtype=np.float64)))
    last = len(column) - 1
    return float(column[round(_LOW * last)]), float(column[round(_HIGH * last)])
