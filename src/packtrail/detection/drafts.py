"""Drafts of what authorities ask about a case: fields as data, filled from the case, never sent.

A field says where its value comes from in the facts of a case, and from which clause it is asked.
What nobody has told yet is named as missing; what a person wrote counts before what was worked out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.errors import NotFound
from packtrail.detection import codes

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

NAMES: Final = ("fda_3911", "eu_alert")
"""Forms there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing a form asks."""

    name: str
    title: str
    clause: str
    """Where it is asked for."""
    source: str = ""
    """Fact of a case that it is filled with."""
    default: str = ""
    one_of: tuple[str, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What an authority asks about a case."""

    name: str
    title: str
    authority: str
    markets: tuple[str, ...]
    clause: str
    channel: str
    """How people send it."""
    note: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A field with its value."""

    field: Field
    value: str
    """Empty: missing."""
    is_written: bool
    """A person wrote it; else it was worked out from the case."""
    finding: Finding | None
    """What is wrong with it, or that it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form filled from a case. Nobody has sent it."""

    form: Form
    fields: tuple[Filled, ...]

    @property
    def missing(self) -> tuple[Filled, ...]:
        """Fields that the form asks for and nobody has told, or that do not fit."""
        return tuple(each for each in self.fields if each.finding)


@cache
def form(name: str) -> Form:
    """Return a form.

    Raises:
        NotFound: `SIG-062`, there is none of this name.
    """
    if name not in NAMES:
        text = f"{name[:40]!r} is no form; there are {', '.join(NAMES)}."
        raise NotFound(codes.NO_FORM.found(text, at="form"))
    text = resources.files(__package__).joinpath("forms", f"{name}.toml").read_text("utf-8")
    told = tomllib.loads(text)
    fields = tuple(map(_field, told.pop("fields")))
    return Form(name=name, markets=tuple(told.pop("markets")), fields=fields, **told)


def prepare(name: str, facts: Mapping[str, str], written: Mapping[str, str]) -> Draft:
    """Fill a form.

    Args:
        name: The form.
        facts: What a case says, by the names that fields ask for.
        written: What people wrote, by field.

    Raises:
        NotFound: `SIG-062`.
    """
    asked = form(name)
    return Draft(form=asked, fields=tuple(_filled(each, facts, written) for each in asked.fields))


def field_of(name: str, field: str) -> Field:
    """Return a field of a form.

    Raises:
        NotFound: `SIG-062`, there is no such form or field.
    """
    for each in form(name).fields:
        if each.name == field:
            return each
    text = f"{field[:40]!r} is no field of {name}."
    raise NotFound(codes.NO_FORM.found(text, at="field"))


def _filled(field: Field, facts: Mapping[str, str], written: Mapping[str, str]) -> Filled:
    said = written.get(field.name, "")
    value = said or facts.get(field.source, "") or field.default
    finding = None
    if not value and not field.is_optional:
        finding = codes.FIELD_MISSING.found(f"{field.title} is missing.", at=field.name)
    elif value and field.one_of and value not in field.one_of:
        text = f"{field.title} is {value[:60]!r}; the form knows {', '.join(field.one_of)}."
        finding = codes.FIELD_MISSING.found(text, at=field.name)
    return Filled(field=field, value=value, is_written=bool(said), finding=finding)


def _field(told: dict[str, Any]) -> Field:
    return Field(
        name=told["name"],
        title=told["title"],
        clause=told["clause"],
        source=told.get("from", ""),
        default=told.get("value", ""),
        one_of=tuple(told.get("one_of", ())),
        is_optional=told.get("optional", False),
    )
