"""Composing: a form filled with material, as one file or several.

Whatever the form asks for and nothing tells is a finding that says where to enter it; the same
lack in ten thousand lines is one finding with a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from packtrail.reporting import branches, codes, material
from packtrail.reporting.branches import Branch
from packtrail.reporting.forms import Field, walk
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.words import About, Carrier

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.reporting.forms import Form
    from packtrail.reporting.material import Material

_HOLE: Final = re.compile(r"\{([a-z_]+(?:\.\w+)*)\}")
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._\-]+")
_EXAMPLES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a report consists of."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Composition:
    """What a form became."""

    files: tuple[MadeFile, ...]
    findings: tuple[Finding, ...]


def compose(form: Form, made_of: Material) -> Composition:
    """Fill a form.

    Args:
        form: With another carrier than EPCIS; see `event_files` for that one.
        made_of: The material.
    """
    lacks = Lacks(form)
    files: list[MadeFile] = []
    parts = list(_parts(form, made_of))
    for number, part in enumerate(parts, 1):
        about = replace(part.report, file_no=str(number))
        files.append(_file(form, replace(part, report=about), lacks, is_one=len(parts) == 1))
    if not parts:
        return Composition((), (codes.NOTHING_TO_REPORT.found(_nothing(form)),))
    return Composition(tuple(files), lacks.findings())


def _nothing(form: Form) -> str:
    return f"Nothing is recorded that {form.title!r} could tell of this subject."


def _file(form: Form, part: Material, lacks: Lacks, *, is_one: bool) -> MadeFile:
    scope = material.scope_of(part)
    filler = _Filler(lacks, has_empty_cells=form.carrier is Carrier.CSV)
    root = Branch("", parts=[each for field in form.fields for each in filler.fill(field, scope)])
    columns = column_names(form) if form.header else ()
    content = branches.write(
        form.carrier,
        root,
        namespaces=form.namespaces,
        columns=columns,
        lists=lists_of(form),
    )
    return MadeFile(file_name(form, scope, is_one=is_one), form.media_type, content)


def file_name(form: Form, scope: Mapping[str, Any], *, is_one: bool) -> str:
    """Return the name of a file of a form, without letters that file systems dislike."""
    text = _HOLE.sub(lambda match: _plain(find(match[1], scope)), form.file)
    name = _NOT_IN_NAMES.sub("-", text or f"{form.id}-{scope['report'].number}").strip("-.")
    number = "" if is_one else f"-{scope['report'].file_no}"
    return f"{name}{number}.{form.suffix}"


def column_names(form: Form) -> tuple[str, ...]:
    """Return the columns of a form that is a table."""
    if form.carrier is not Carrier.CSV:
        return ()
    return tuple(each.name for row in form.fields for each in row.fields)


def lists_of(form: Form) -> frozenset[str]:
    """Return the members of a form in JSON that are lists."""
    return frozenset(each.name for _, each in walk(form.fields) if each.each and each.name)


def find(path: str, scope: Mapping[str, Any]) -> Any:
    """Return the value that a path leads to, or None; of `a or b` the first that is told."""
    value: Any = None
    for way in path.split(" or "):
        first, *rest = way.split(".")
        value = scope.get(first)
        for name in rest:
            value = material.look_up(value, name)
        if value is not None and value != "":
            break
    return value


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


# --- several files --------------------------------------------------------------------------------

_SPLIT_BY: Final[Mapping[About, tuple[str, ...]]] = {
    About.LOT: ("units",),
    About.OBJECTS: ("tops", "units"),
    About.SHIPMENT: ("tops", "units"),
    About.EVENTS: ("packings", "acts"),
    About.ITEM: ("items",),
}
"""What a form is about -> the lists that it is split by when there are too many objects."""


def _parts(form: Form, made_of: Material) -> Iterator[Material]:
    """Yield the material of each file."""
    if form.one_a_file:
        for each in getattr(made_of, form.one_a_file):
            yield from _small_enough(form, material.part_of(made_of, **{form.one_a_file: (each,)}))
    elif form.is_apart:
        for some in (made_of.packings_of_packs, made_of.packings_of_units):
            if some:
                yield from _small_enough(form, material.part_of(made_of, packings=some))
    else:
        yield from _small_enough(form, made_of)


def _small_enough(form: Form, made_of: Material) -> Iterator[Material]:
    """Yield a material, in pieces where it has more objects than a file may have."""
    most = form.objects_max
    names = [name for name in _SPLIT_BY[form.about] if getattr(made_of, name)]
    if not names and not made_of.batches and not made_of.items:
        return
    counted = names[-1] if form.about is About.LOT else names[0] if names else ""
    if most is None or not counted or len(getattr(made_of, counted)) <= most:
        yield made_of
        return
    for chunk in _chunks(getattr(made_of, counted), most):
        part = material.part_of(made_of, **{counted: chunk})
        yield replace(part, batches=_batches(part, counted))


def _batches(part: Material, counted: str) -> tuple[material.Batch, ...]:
    units = part.units if counted == "units" else tuple(material.units_in(part.tops))
    return material.batches_of(units) or part.batches


def _chunks(items: Sequence[Any], size: int) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


# --- filling --------------------------------------------------------------------------------------


class Lacks:
    """What was not there while a form was filled.

    Args:
        form: The form; it tells where a fact is entered.
    """

    def __init__(self, form: Form) -> None:
        self._form = form
        self._missing: dict[tuple[str, str], list[str]] = {}
        self._bad: dict[tuple[str, str], list[str]] = {}

    def miss(self, path: str, field: str, whose: str) -> None:
        """Note that nothing tells a value."""
        self._missing.setdefault((path, field), []).append(whose)

    def refuse(self, path: str, said: str, whose: str) -> None:
        """Note that a value has no such form."""
        self._bad.setdefault((path, said), []).append(whose)

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding for each lack, however often it was met."""
        found = [
            codes.MISSING_FACT.found(
                f"{self._told(path)} is not known; the field {field!r} needs it{_of(whose)}.",
                at=path,
            )
            for (path, field), whose in self._missing.items()
        ]
        found += [
            codes.BAD_FACT.found(f"{self._told(path)} {said}{_of(whose)}.", at=path)
            for (path, said), whose in self._bad.items()
        ]
        return tuple(found)

    def _told(self, path: str) -> str:
        """Return a path in words, with where it is entered; of `a or b` the first is asked for."""
        path = path.partition(" or ")[0]
        first, _, name = path.partition(".")
        last = path.rpartition(".")[2]
        for heading, facts, where in (
            ("fact", self._form.facts, "the report or the receiver"),
            ("item", self._form.item_facts, "the trade item"),
            ("place", self._form.place_facts, "the place"),
        ):
            if last in facts and (heading != "fact" or first == "fact"):
                return f"{facts[last]} ({last}, of {where})"
        return f"{name or first} of the {first}"


def _of(whose: Sequence[str]) -> str:
    named = [each for each in dict.fromkeys(whose) if each]
    if not named:
        return ""
    more = len(named) - _EXAMPLES_MAX
    return f", for {', '.join(named[:_EXAMPLES_MAX])}" + (f" and {more} more" if more > 0 else "")


class _Filler:
    """Makes branches of fields."""

    def __init__(self, lacks: Lacks, *, has_empty_cells: bool) -> None:
        self._lacks = lacks
        self._has_empty_cells = has_empty_cells
        self._around: list[Field] = []

    def fill(self, field: Field, scope: Mapping[str, Any]) -> Iterator[Branch]:
        """Yield the branches of a field: none, one, or one for each member of its list."""
        if field.again:
            inner = next(each for each in reversed(self._around) if each.name == field.again)
            yield from self.fill(replace(inner, each=field.each, by=field.by or inner.by), scope)
            return
        for inside in self._members(field, scope):
            if not field.when or find(field.when, inside):
                yield from self._one(field, inside)

    def _members(self, field: Field, scope: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if not field.each:
            yield scope
            return
        for member in find(field.each, scope) or ():
            yield {**scope, field.by: member}

    def _one(self, field: Field, scope: Mapping[str, Any]) -> Iterator[Branch]:
        if field.fields:
            self._around.append(field)
            parts = [each for below in field.fields for each in self.fill(below, scope)]
            self._around.pop()
            if not field.name:
                yield from parts
            elif parts or not field.is_optional:
                yield Branch(field.name, parts=parts)
            return
        text = self._text(field, scope)
        if text or not field.is_optional or self._has_empty_cells:
            yield Branch(field.name, text)

    def _text(self, field: Field, scope: Mapping[str, Any]) -> str:
        if field.text:
            return _HOLE.sub(lambda match: _plain(find(match[1], scope)), field.text)
        value = find(field.of, scope)
        if value is None or value == "":
            if not field.is_optional:
                self._lacks.miss(_general(field.of), field.name, _whose(scope))
            return ""
        kind = KINDS[field.kind]
        if isinstance(value, str):
            value = field.words.get(value, value)
        try:
            text = kind.write(value)
        except ValueError as error:
            self._lacks.refuse(_general(field.of), f"cannot be written: {error}", _whose(scope))
            return ""
        self._examine(field, text, scope)
        return text

    def _examine(self, field: Field, text: str, scope: Mapping[str, Any]) -> None:
        said = KINDS[field.kind].defect(text)
        if said is None and field.known and text not in field.known:
            said = f"is none of {', '.join(field.known)}"
        if said is None and field.length_max and len(text) > field.length_max:
            said = f"has {len(text)} characters; {field.length_max} are the most"
        if said is not None:
            self._lacks.refuse(_general(field.of), f"is {text[:60]!r}, which {said}", _whose(scope))


def _general(path: str) -> str:
    """Return a path without the list it came through: every pack lacks the same."""
    return path.replace("unit.item.", "item.").replace("batch.item.", "item.")


def _whose(scope: Mapping[str, Any]) -> str:
    """Return what a value would be of: the innermost thing with a name of its own."""
    for name in ("unit", "top", "holder", "batch", "item", "act"):
        value = scope.get(name)
        label = getattr(value, "identifier", "") or getattr(value, "epc", "")
        label = label or getattr(value, "lot", "") or getattr(value, "gtin", "")
        if label:
            return str(label)
    return ""
