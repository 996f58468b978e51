"""Fit: what the rules of a market ask of a line against what the line can do.

Each rule that holds on a day and asks something of code, print, closure or packing becomes a want;
each want is met, lacking or not known, with what says so. A gap comes with options and their cost:
those of the company, or the steps that a plan would propose, with their costs as assumptions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance.subjects import SubjectKind
from packtrail.compliance.words import Level
from packtrail.planning.needs import OWN_ROLES, argument
from packtrail.planning.scope import Capability
from packtrail.planning.steps import ASSUMED_ON, STEPS
from packtrail.planning.technology.abilities import Basis, LineAbilities
from packtrail.planning.technology.inventory import Confidence, Kind, Measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from packtrail.compliance.entries import Rule
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.words import Role
    from packtrail.planning.steps import Step
    from packtrail.planning.technology.inventory import Notes, Option

C = Capability
CARRIERS: Final[Mapping[str, str]] = {
    "gs1_datamatrix": "datamatrix", "datamatrix": "datamatrix", "gs1_128": "gs1-128",
    "code_128": "gs1-128", "qr": "qr", "gs1_qr": "qr", "ean_13": "ean-13", "rfid": "rfid",
    "gs1_databar": "databar",
}  # fmt: skip
"""Data carrier as rules name it -> symbology of equipment."""
_SERIAL: Final = "21"


class Topic(StrEnum):
    """What a want is about; also what an option closes."""

    PRODUCT_CODE = "product_code"
    SERIALS = "serials"
    SYMBOLOGY = "symbology"
    ELEMENTS = "elements"
    PRINT_GRADE = "print_grade"
    TAMPER_EVIDENCE = "tamper_evidence"
    AGGREGATION = "aggregation"
    SPEED = "speed"


class State(StrEnum):
    """Whether a line meets a want."""

    MET = "met"
    LACKING = "lacking"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Something that a rule asks of a line."""

    topic: Topic
    told: str
    values: tuple[str, ...] = ()
    number: float = 0
    rule: str = ""
    """Code of the rule; none: it was asked for."""
    clause: str = ""
    scope: str = ""
    """For which products, where it is not for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to close a gap."""

    title: str
    cost_eur: int
    effort_days: float
    lead_days: int
    stop_days: int
    source: str
    on: date | None
    """When that was written down."""
    is_own: bool
    """Whether the company entered it; otherwise it is an assumption of the planner."""

    @property
    def confidence(self) -> Confidence:
        """How sure its figures are."""
        return Confidence.MEDIUM if self.is_own else Confidence.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a line stands to a want."""

    want: Want
    state: State
    told: str
    basis: Basis | None
    on: date | None = None
    """When what says so was measured or written down."""
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFit:
    """How a line stands to all wants of a market."""

    line: str
    answers: tuple[Answer, ...]
    cost_eur: int
    """Of the cheapest way to close each gap, each way once."""
    lead_days: int
    """The longest of these."""

    def of(self, state: State) -> tuple[Answer, ...]:
        """Return the answers in a state."""
        return tuple(each for each in self.answers if each.state is state)

    @property
    def is_fit(self) -> bool:
        """Whether nothing is lacking, as far as is known."""
        return not self.of(State.LACKING)


def wants_of(pack: Pack, on: date, *, packs_per_minute: float = 0) -> tuple[Want, ...]:
    """Return what the rules of a market ask of a line on a day.

    Args:
        pack: The rules of the market.
        on: The day.
        packs_per_minute: A speed that the volume asks for besides; 0: none.
    """
    found: dict[tuple[Topic, tuple[str, ...], float], Want] = {}
    for rule in pack.rules.values():
        if holds(rule, on):
            for want in _asked(pack, rule, on):
                found.setdefault((want.topic, want.values, want.number), want)
    if packs_per_minute:
        told = f"{packs_per_minute:g} packs a minute"
        want = Want(topic=Topic.SPEED, told=told, number=packs_per_minute)
        found[want.topic, (), packs_per_minute] = want
    order = list(Topic)
    return tuple(sorted(found.values(), key=lambda each: (order.index(each.topic), each.rule)))


def fit(
    known: LineAbilities,
    wants: Sequence[Want],
    options: Iterable[Option] = (),
    *,
    said: frozenset[Capability] = frozenset(),
    notes: Notes | None = None,
) -> LineFit:
    """Return how a line stands to what is asked of it.

    Args:
        known: What is known of the line.
        wants: What is asked.
        options: Ways of the company to close gaps.
        said: What people said that it can do.
        notes: When entries of the inventory were last written.
    """
    own = [each for each in options if not each.lines or known.line in each.lines]
    answers = tuple(_answer(known, each, said, partial(_ways, own, notes or {})) for each in wants)
    chosen: dict[str, Way] = {}
    for each in answers:
        is_closed = any(way.title in chosen for way in each.ways)
        if each.state is State.LACKING and each.ways and not is_closed:
            best = min(each.ways, key=lambda way: (way.cost_eur, way.lead_days))
            chosen[best.title] = best
    return LineFit(
        line=known.line,
        answers=answers,
        cost_eur=sum(each.cost_eur for each in chosen.values()),
        lead_days=max((each.lead_days for each in chosen.values()), default=0),
    )


# --- what rules ask -------------------------------------------------------------------------------


def holds(rule: Rule, on: date, roles: frozenset[Role] = OWN_ROLES) -> bool:
    """Tell whether a rule holds on a day for a company that plays some parts, of single packs."""
    asked, levels = frozenset(rule.applies_to.roles), rule.applies_to.levels
    return (
        rule.from_on <= on
        and (rule.to_on is None or on <= rule.to_on)
        and (not asked or bool(asked & roles))
        and (rule.subject is not SubjectKind.LABEL or not levels or Level.UNIT in levels)
    )


def _asked(pack: Pack, rule: Rule, on: date) -> Iterator[Want]:
    def value(name: str) -> Any:
        return argument(pack, rule, name, on)

    scope = ", ".join(
        [*(each.value.replace("_", " ") for each in rule.applies_to.classes),
         *(each.replace("_", " ") for each in rule.applies_to.groups)]
    )  # fmt: skip
    shared = {"rule": rule.code, "clause": rule.clause, "scope": scope}
    for topic, told, values, number in _TOPICS.get(rule.check, _nothing)(value):
        yield Want(topic=topic, told=told, values=values, number=number, **shared)


_Made = tuple[Topic, str, tuple[str, ...], float]


def _nothing(_: Callable[[str], Any]) -> Iterator[_Made]:
    return iter(())


def _carries(value: Callable[[str], Any]) -> Iterator[_Made]:
    elements = tuple(sorted(map(str, value("elements") or ())))
    if not elements:
        return
    topic = Topic.SERIALS if _SERIAL in elements else Topic.PRODUCT_CODE
    told = "A serial number on every pack" if topic is Topic.SERIALS else "A code on every pack"
    yield topic, told, (), 0
    shown = ", ".join(f"({each})" for each in elements)
    yield Topic.ELEMENTS, f"The code carries {shown}", elements, 0


def _drawn_as(value: Callable[[str], Any]) -> Iterator[_Made]:
    symbols = tuple(map(str, value("symbols") or ()))
    known = tuple(sorted({CARRIERS.get(each, each) for each in symbols}))
    if known:
        yield Topic.SYMBOLOGY, f"The code is a {' or '.join(known)}", known, 0


def _print_grade(value: Callable[[str], Any]) -> Iterator[_Made]:
    grade = value("at_least")
    if grade is not None:
        told = f"A print grade of {float(grade):g} or better"
        yield Topic.PRINT_GRADE, told, (), float(grade)


def _serial(_: Callable[[str], Any]) -> Iterator[_Made]:
    yield Topic.SERIALS, "A serial number on every pack", (), 0


def _tamper(_: Callable[[str], Any]) -> Iterator[_Made]:
    yield Topic.TAMPER_EVIDENCE, "A closure that shows tampering", (), 0


def _aggregated(value: Callable[[str], Any]) -> Iterator[_Made]:
    levels = tuple(sorted(map(str, value("levels") or ())))
    shown = " and ".join(levels) or "every level"
    yield Topic.AGGREGATION, f"What holds what is recorded: {shown}", levels, 0


_TOPICS: Final[Mapping[str, Callable[[Callable[[str], Any]], Iterator[_Made]]]] = {
    "carries": _carries,
    "drawn_as": _drawn_as,
    "print_grade": _print_grade,
    "serial_at_most": _serial,
    "serial_exactly": _serial,
    "serial_random": _serial,
    "serial_characters": _serial,
    "tamper_evident": _tamper,
    "aggregated": _aggregated,
}
"""Check of a rule -> what it asks of a line."""


# --- what lines answer ----------------------------------------------------------------------------


def _answer(
    known: LineAbilities,
    want: Want,
    said: frozenset[Capability],
    ways_to: Callable[[Topic], Iterable[Way]],
) -> Answer:
    state, told, basis, on = _LOOKS[want.topic](known, want, said)
    ways = tuple(ways_to(want.topic)) if state is State.LACKING else ()
    return Answer(want=want, state=state, told=told, basis=basis, on=on, ways=ways)


_Seen = tuple[State, str, Basis | None, date | None]


def _can(known: LineAbilities, want: Want, said: frozenset[Capability]) -> _Seen:
    capability = Capability(want.topic.value)
    ability = known.can.get(capability)
    if ability is None:
        if capability in said:
            return State.MET, "said, nothing shows it", Basis.SAID, None
        return State.UNKNOWN, "nothing tells", None, None
    state = State.MET if ability.can else State.LACKING
    if state is State.MET and want.topic is Topic.AGGREGATION and known.levels:
        missing = set(want.values) & {"bundle", "case", "pallet"} - known.levels
        if missing:
            told = f"records {', '.join(sorted(known.levels))}, not {', '.join(sorted(missing))}"
            return State.LACKING, told, Basis.EQUIPMENT, known.noted_on
    return state, ability.told, ability.basis, ability.on


def _symbology(known: LineAbilities, want: Want, _: frozenset[Capability]) -> _Seen:
    if not known.symbologies:
        return State.UNKNOWN, "nobody wrote down what it prints", None, None
    shared = known.symbologies & set(want.values)
    told = f"prints {', '.join(sorted(shared or known.symbologies))}"
    return (State.MET if shared else State.LACKING), told, Basis.EQUIPMENT, known.noted_on


def _elements(known: LineAbilities, want: Want, _: frozenset[Capability]) -> _Seen:
    if not known.elements:
        prints = known.can.get(Capability.PRODUCT_CODE)
        if prints is None:
            return State.UNKNOWN, "nothing tells", None, None
        return State.MET, "no limit is written down", Basis.SAID, prints.on
    lacks = sorted(set(want.values) - known.elements)
    told = f"cannot print {', '.join(lacks)}" if lacks else "prints them all"
    return (State.LACKING if lacks else State.MET), told, Basis.EQUIPMENT, known.noted_on


def _figure(what: Measured) -> Callable[[LineAbilities, Want, frozenset[Capability]], _Seen]:
    def look(known: LineAbilities, want: Want, _: frozenset[Capability]) -> _Seen:
        figure = known.figures.get(what)
        if figure is None:
            return State.UNKNOWN, "was not measured", None, None
        state = State.MET if figure.value >= want.number else State.LACKING
        return state, f"{figure.value:g}: {figure.told}", figure.basis, figure.on

    return look


_LOOKS: Final[Mapping[Topic, Callable[[LineAbilities, Want, frozenset[Capability]], _Seen]]] = {
    Topic.PRODUCT_CODE: _can,
    Topic.SERIALS: _can,
    Topic.TAMPER_EVIDENCE: _can,
    Topic.AGGREGATION: _can,
    Topic.SYMBOLOGY: _symbology,
    Topic.ELEMENTS: _elements,
    Topic.PRINT_GRADE: _figure(Measured.PRINT_GRADE),
    Topic.SPEED: _figure(Measured.PACKS_PER_MINUTE),
}


def _ways(own: Sequence[Option], notes: Notes, topic: Topic) -> Iterator[Way]:
    """Yield the ways of the company, and what a plan would propose."""
    for each in own:
        if each.closes == topic.value:
            noted = notes.get((Kind.OPTION, each.code))
            yield Way(
                title=each.title, cost_eur=each.cost_eur, effort_days=float(each.effort_days),
                lead_days=each.lead_days, stop_days=each.stop_days,
                source=each.source or (noted.source if noted else ""),
                on=noted.on if noted else None, is_own=True,
            )  # fmt: skip
    if topic in _DEFAULTS:
        yield _DEFAULTS[topic]


def _defaults() -> Iterator[tuple[Topic, Way]]:
    """Yield what the steps of a proposal take that make a line able, added up."""
    sums: defaultdict[Capability, list[Any]] = defaultdict(list)
    for step in STEPS:
        if step.lacks is not None and "line" in step.per.split():
            sums[step.lacks].append(step)
    titles = {
        C.SERIALS: "Printer, camera and line PC, installed and qualified",
        C.AGGREGATION: "Aggregation stations, installed and qualified",
        C.TAMPER_EVIDENCE: "Tamper sealer, installed",
    }
    for capability, steps in sums.items():
        yield Topic(capability.value), assumed_way(titles[capability], steps)


def assumed_way(title: str, steps: Sequence[Step]) -> Way:
    """Return what some steps of a proposal take, added up."""
    return Way(
        title=title,
        cost_eur=sum(each.cost_eur for each in steps),
        effort_days=sum(each.effort[1] for each in steps),
        lead_days=sum(each.days[1] or 0 for each in steps),
        stop_days=sum(each.days[1] or 0 for each in steps if each.is_on_line),
        source="Assumption: the steps that a plan proposes, in a large organisation",
        on=ASSUMED_ON,
        is_own=False,
    )


_DEFAULTS: Final[Mapping[Topic, Way]] = dict(_defaults())
