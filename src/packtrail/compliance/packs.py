"""Packs: the rules of a market as one value, made of layers.

A national annex builds on the pack that it extends; a company's overlay builds on the pack it lies
over. What a layer says replaces what a layer below said under the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from packtrail.compliance.statements import UNVERIFIED, Source, Statement
from packtrail.compliance.words import Phase, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packtrail.compliance.entries import Case, Deadline, Duty, Exemption, Parameter, Rule

_Entry = TypeVar("_Entry", "Deadline", "Duty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands in `pack.toml`."""

    id: str
    """The name of the folder: `eu_fmd`."""
    title: str
    code: str
    """What the codes of its rules begin with: `EU-FMD`."""
    version: str
    true_on: date
    """The day on which its statements were last seen to be so, where they do not say otherwise."""
    market: str = ""
    """ISO 3166 code of the market, or `EU`; empty in an overlay."""
    name: str = ""
    """The market's name."""
    region: str = ""
    tier: Tier = Tier.BRIEF
    phase: Phase = Phase.UNKNOWN
    applies_to: tuple[str, ...] = ()
    """Codes of further markets without a pack of their own."""
    extends: str = ""
    """The pack it builds on."""
    overlays: str = ""
    """The pack it lies over; it has no market of its own then."""
    starts_on: date | None = None
    """The first day on which inherited rules hold here."""
    evidence_until: date | None = None
    """Sources reach to about this day; what came later is not known here."""
    withdraws: tuple[str, ...] = ()
    """Codes of inherited rules that do not hold here."""
    withdraws_because: str = ""
    overview: Mapping[str, str] = field(default_factory=dict)
    """Normalised words for overviews: status, model, pack_serial, reporting, aggregation."""
    open_questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """A pack as one of the layers of another."""

    pack_id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PackIdentity:
    """Which rules decided: to be kept with every decision."""

    pack_id: str
    version: str
    sha256: str
    layers: tuple[Layer, ...]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.version} ({self.sha256[:12]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The rules of a market."""

    heading: Heading
    layers: tuple[Layer, ...]
    """From the bottom up; the last is the pack itself or an overlay."""
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    rules: Mapping[str, Rule]
    exemptions: Mapping[str, Exemption]
    deadlines: Mapping[str, Deadline]
    duties: Mapping[str, Duty]
    cases: tuple[Case, ...]
    """Those of the topmost layer."""

    @property
    def id(self) -> str:
        """The name of the pack."""
        return self.heading.id

    @property
    def identity(self) -> PackIdentity:
        """Its name, version and digest over all its layers."""
        if len(self.layers) == 1:
            (only,) = self.layers
            return PackIdentity(self.id, only.version, only.sha256, self.layers)
        joined = "\n".join(f"{each.pack_id} {each.sha256}" for each in self.layers)
        digest = hashlib.sha256(joined.encode()).hexdigest()
        version = "+".join(each.version for each in self.layers)
        return PackIdentity(self.id, version, digest, self.layers)

    @property
    def markets(self) -> tuple[str, ...]:
        """Markets it is the pack of: its own, and those without a pack of their own."""
        own = (self.heading.market,) if self.heading.market else ()
        return (*own, *(each for each in self.heading.applies_to if each not in own))

    def statement(self, name: str, on: date) -> Statement | None:
        """Return what is said of a parameter on a day, or None where nothing is."""
        parameter = self.parameters.get(name)
        return parameter.on(on) if parameter else None

    def value(self, name: str, on: date) -> Any:
        """Return the value of a parameter on a day, or None where there is none."""
        statement = self.statement(name, on)
        return statement.value if statement else None

    def source_title(self, source_id: str) -> str:
        """Return what a source is called."""
        if source_id == UNVERIFIED:
            return "unverified (general knowledge)"
        return self.sources[source_id].title

    def changes(self) -> tuple[date, ...]:
        """Return every day on which something begins, ends or changes, in order."""
        return tuple(sorted(set(self._changes())))

    def _changes(self) -> Iterator[date]:
        for parameter in self.parameters.values():
            yield from (each.from_on for each in parameter.statements if each.from_on)
        dated: tuple[Rule | Exemption, ...] = (*self.rules.values(), *self.exemptions.values())
        for entry in dated:
            yield entry.from_on
            if entry.to_on:
                yield entry.to_on + timedelta(days=1)
            scope = entry.applies_to
            yield from filter(None, (scope.released_from, scope.manufactured_from))
            for last in filter(None, (scope.released_to, scope.manufactured_to)):
                yield last + timedelta(days=1)


def digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of the files of a pack, whatever their order."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return total.hexdigest()


def layered(below: Pack, top: Pack) -> Pack:
    """Return a pack upon another: what the top says replaces what is said below.

    Args:
        below: The pack that is extended or overlaid.
        top: The annex or overlay. An overlay leaves name and market as they are below.
    """
    heading = _heading(below.heading, top.heading)
    return Pack(
        heading=heading,
        layers=(*below.layers, *top.layers),
        sources={**below.sources, **top.sources},
        parameters={**below.parameters, **top.parameters},
        rules={**_inherited(below.rules.values(), top.heading), **top.rules},
        exemptions={**below.exemptions, **top.exemptions},
        deadlines={**below.deadlines, **_in_place_of(below.deadlines, top.deadlines, top)},
        duties={**below.duties, **_in_place_of(below.duties, top.duties, top)},
        cases=top.cases,
    )


def _in_place_of(
    below: Mapping[str, _Entry], found: Mapping[str, _Entry], top: Pack
) -> dict[str, _Entry]:
    """Return entries of a pack; of an overlay one in place of another goes on as the other's.

    So a date that a company moves keeps who sees to it, and what was said and proven of it.
    """
    if not top.heading.overlays:
        return dict(found)
    return {
        name: replace(each, pack_id=below[name].pack_id) if name in below else each
        for name, each in found.items()
    }


def _heading(below: Heading, top: Heading) -> Heading:
    questions = (*below.open_questions, *top.open_questions)
    if top.overlays:
        return replace(below, open_questions=questions)
    return replace(top, open_questions=questions)


def _inherited(rules: Iterable[Rule], top: Heading) -> dict[str, Rule]:
    """Return the rules that go on to hold, from the first day on which they hold here."""
    kept = {rule.code: rule for rule in rules if rule.code not in top.withdraws}
    if top.starts_on is None:
        return kept
    return {
        code: replace(rule, from_on=max(rule.from_on, top.starts_on)) for code, rule in kept.items()
    }
