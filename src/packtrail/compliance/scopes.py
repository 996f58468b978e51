"""Scopes: whom and what a rule, an exemption or an obligation is about.

A part of a scope that names nothing leaves everything in. Where the subject does not say what a
part asks for, the answer is not yes or no but which fact is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from packtrail.compliance.words import Level, Origin, ProductClass, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.compliance.subjects import Subject


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a subject is in a scope."""

    is_out: bool
    missing: tuple[str, ...] = ()
    """Facts that were not said and decide it, where it is not out."""

    @property
    def is_in(self) -> bool:
        """Whether it is in for certain."""
        return not self.is_out and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What must be so for something to apply."""

    markets: tuple[str, ...] = ()
    classes: tuple[ProductClass, ...] = ()
    groups: tuple[str, ...] = ()
    """One of these marks must be there."""
    not_groups: tuple[str, ...] = ()
    """None of these marks may be there."""
    origins: tuple[Origin, ...] = ()
    levels: tuple[Level, ...] = ()
    roles: tuple[Role, ...] = ()
    to_roles: tuple[Role, ...] = ()
    """Parts of the receiver of a shipment."""
    to_groups: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    """One of these national labels must be on the pack."""
    released_from: date | None = None
    released_to: date | None = None
    """Last day of release."""
    manufactured_from: date | None = None
    manufactured_to: date | None = None

    def fit(self, subject: Subject) -> Fit:
        """Tell whether a subject is in this scope."""
        missing: list[str] = []
        for name, answer in self._answers(subject):
            if answer is False:
                return Fit(is_out=True)
            if answer is None:
                missing.append(name)
        return Fit(is_out=False, missing=tuple(missing))

    def _answers(self, subject: Subject) -> Iterator[tuple[str, bool | None]]:
        for part, fact in _SINGLE.items():
            wanted = getattr(self, part)
            if wanted:
                said = getattr(subject, fact, None)
                yield fact, None if said in {None, ""} else said in wanted
        for part, fact in _SETS.items():
            wanted = getattr(self, part)
            if wanted:
                yield fact, bool(frozenset(wanted) & getattr(subject, fact, frozenset()))
        if self.not_groups:
            yield "groups", not frozenset(self.not_groups) & subject.groups
        yield from _days("released_on", subject.released_on, self.released_from, self.released_to)
        yield from _days(
            "manufactured_on", subject.manufactured_on, self.manufactured_from, self.manufactured_to
        )

    @property
    def is_empty(self) -> bool:
        """Whether it leaves everything in."""
        return self == Scope()


def _days(
    fact: str, day: date | None, first: date | None, last: date | None
) -> Iterator[tuple[str, bool | None]]:
    if first is None and last is None:
        return
    if day is None:
        yield fact, None
    else:
        yield fact, (first is None or first <= day) and (last is None or day <= last)


_SINGLE: dict[str, str] = {
    "markets": "market",
    "classes": "product_class",
    "origins": "origin",
    "levels": "level",
    "suppliers": "supplier",
    "purposes": "purpose",
    "records": "record",
}
"""Part of a scope -> the fact of which it lists the values."""
_SETS: dict[str, str] = {
    "groups": "groups",
    "roles": "roles",
    "to_roles": "to_roles",
    "to_groups": "to_groups",
    "devices": "devices",
}


def told(scope: Scope) -> str:
    """Return a scope in words, empty where it leaves everything in."""
    parts: list[str] = []
    for name, words in _WORDS.items():
        value: Any = getattr(scope, name)
        if value:
            said = value.isoformat() if isinstance(value, date) else ", ".join(map(_plain, value))
            parts.append(f"{words} {said}")
    return "; ".join(parts)


def _plain(value: str) -> str:
    return str(value).replace("_", " ")


_WORDS: dict[str, str] = {
    "markets": "in",
    "classes": "for",
    "groups": "for groups",
    "not_groups": "except groups",
    "origins": "if",
    "levels": "at level",
    "roles": "for the",
    "to_roles": "sent to a",
    "to_groups": "sent to",
    "suppliers": "got from",
    "purposes": "when the purpose is",
    "records": "for records of",
    "devices": "bearing the",
    "released_from": "released from",
    "released_to": "released until",
    "manufactured_from": "manufactured from",
    "manufactured_to": "manufactured until",
}
