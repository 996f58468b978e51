"""What rows of a file must keep to among each other: a closed set of checks, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from packtrail.reporting import codes

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.reporting.branches import Branch
    from packtrail.reporting.checking import Sighting


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its cells."""

    line: int
    branch: Branch

    def cell(self, name: str) -> str:
        """Return the text of a cell, empty where there is none."""
        return self.branch.cell(name)

    def at(self, name: str) -> str:
        """Return where a cell stands."""
        return next((part.at for part in self.branch.parts if part.name == name), self.branch.at)


@dataclass(frozen=True, slots=True)
class Subject:
    """All lines of a file, and all objects that it names."""

    rows: tuple[Row, ...]
    objects: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing wrong; line 0 is the file as a whole."""

    line: int
    finding: Finding


def sorted_by(subject: Subject, *, column: str) -> Iterator[Trouble]:
    """Find rows that stand after a later one."""
    latest = ""
    for row in subject.rows:
        text = row.cell(column)
        if text and text < latest:
            message = f"{column} is {text!r}, after {latest!r} in a row above."
            yield Trouble(row.line, codes.OUT_OF_ORDER.found(message, at=row.at(column)))
        latest = max(latest, text)


def equal(subject: Subject, *, first: str, second: str) -> Iterator[Trouble]:
    """Find rows in which two cells differ."""
    for row in subject.rows:
        if row.cell(first) != row.cell(second):
            message = f"{first} is {row.cell(first)!r} and {second} is {row.cell(second)!r}."
            yield Trouble(row.line, codes.DIFFERS.found(message, at=row.at(second)))


def numbered(subject: Subject, *, column: str) -> Iterator[Trouble]:
    """Find rows that are not numbered 1, 2, 3."""
    for number, row in enumerate(subject.rows, 1):
        if row.cell(column) != str(number):
            message = f"{column} is {row.cell(column)!r}; {number} is expected."
            yield Trouble(row.line, codes.BAD_NUMBERING.found(message, at=row.at(column)))


def commissioned_first(
    subject: Subject, *, column: str, step: str, commissioning: str, packing: str, parent: str
) -> Iterator[Trouble]:
    """Find objects and parents that are packed before they are commissioned in the same file."""
    born: set[str] = set()
    for row in subject.rows:
        epc = row.cell(column)
        if row.cell(step) == commissioning:
            if epc in born:
                message = f"{epc!r} is commissioned a second time."
                yield Trouble(row.line, codes.NAMED_TWICE.found(message, at=row.at(column)))
            born.add(epc)
        elif row.cell(step) == packing:
            for name, value in ((column, epc), (parent, row.cell(parent))):
                if value and value not in born:
                    message = f"{value!r} is packed, and no row above commissions it."
                    yield Trouble(row.line, codes.PACKED_UNKNOWN.found(message, at=row.at(name)))


def packed_once(
    subject: Subject, *, column: str, step: str, packing: str, parent: str
) -> Iterator[Trouble]:
    """Find objects that are put into a second parent."""
    held: dict[str, str] = {}
    for row in subject.rows:
        if row.cell(step) == packing:
            epc = row.cell(column)
            before = held.setdefault(epc, row.cell(parent))
            if before != row.cell(parent):
                message = f"{epc!r} is packed into {row.cell(parent)!r}; it is in {before!r}."
                yield Trouble(row.line, codes.NAMED_TWICE.found(message, at=row.at(column)))


def needs(
    subject: Subject, *, column: str, where: str, equals: str, kind: str = ""
) -> Iterator[Trouble]:
    """Find rows of a kind in which a cell is empty that must be filled there.

    Args:
        subject: The file.
        column: The cell that must be filled.
        where: The cell that tells the kind of a row.
        equals: Its value.
        kind: `sgtin`: only where the object of the row is a pack.
    """
    for row in subject.rows:
        if row.cell(where) != equals or row.cell(column):
            continue
        if kind and f":id:{kind}:" not in row.cell("epc"):
            continue
        message = f"{column} is empty; {equals} needs it."
        yield Trouble(row.line, codes.MISSING_FIELD.found(message, at=row.at(column)))


def earlier(subject: Subject, *, first: str, then: str) -> Iterator[Trouble]:
    """Find rows in which one day is not before another."""
    for row in subject.rows:
        before, after = row.cell(first), row.cell(then)
        if before and after and before[:10] >= after[:10]:
            message = f"{first} {before!r} is not before {then} {after!r}."
            yield Trouble(row.line, codes.TOO_LATE.found(message, at=row.at(first)))


def lines_at_most(subject: Subject, *, count: str) -> Iterator[Trouble]:
    """Find a file with too many lines."""
    if len(subject.rows) > int(count):
        message = f"The file has {len(subject.rows):,} lines; {int(count):,} are the most."
        yield Trouble(0, codes.TOO_MANY.found(message, at="/"))


def objects_at_most(subject: Subject, *, count: str) -> Iterator[Trouble]:
    """Find a file that names too many different objects."""
    named = len({each.key for each in subject.objects})
    if named > int(count):
        message = f"The file names {named:,} objects; {int(count):,} are the most."
        yield Trouble(0, codes.TOO_MANY.found(message, at="/"))


def unique_objects(subject: Subject) -> Iterator[Trouble]:
    """Find objects that are named twice."""
    first: dict[tuple[str, str], str] = {}
    twice = [
        (each, before)
        for each in subject.objects
        if (before := first.setdefault(each.key, each.at)) != each.at
    ]
    lines = _lines(subject) if twice else {}
    for each, before in twice:
        message = f"{each.item_key!r} of {each.class_key} stands at {before} already."
        yield Trouble(lines.get(each.at, 0), codes.NAMED_TWICE.found(message, at=each.at))


def one_kind_in_a_parent(subject: Subject, *, column: str, parent: str) -> Iterator[Trouble]:
    """Find parents that hold packs beside logistic units, or that bear no SSCC."""
    kinds: dict[str, str] = {}
    for row in subject.rows:
        over, epc = row.cell(parent), row.cell(column)
        if not over:
            continue
        if len(over) != 18:
            message = f"{over!r} is no SSCC, and only those may be parents."
            yield Trouble(row.line, codes.BAD_PARENT.found(message, at=row.at(parent)))
        kind = "logistic units" if len(epc) == 18 else "packs"
        if kinds.setdefault(over, kind) != kind:
            message = f"{over!r} holds {kinds[over]} and {kind}."
            yield Trouble(row.line, codes.BAD_PARENT.found(message, at=row.at(column)))


def _lines(subject: Subject) -> Mapping[str, int]:
    """Return where things stand -> in which line that is."""
    return {part.at: row.line for row in subject.rows for part in row.branch.walk()}


ROW_CHECKS: Final[Mapping[str, Callable[..., Any]]] = {
    check.__name__: check
    for check in (
        sorted_by,
        equal,
        numbered,
        commissioned_first,
        packed_once,
        needs,
        earlier,
        lines_at_most,
        objects_at_most,
        unique_objects,
        one_kind_in_a_parent,
    )
}
"""Name in a form -> check."""
