"""Profiles: what the law of a market asks of serial numbers, labels, states and reports, as values.

Other packages ask here instead of reading packs: for a trade item on a day they get what decides,
with the rule and the parameter that decided, how sure that is, and the identity of the pack.

    serial_rules      what serial numbers must look like
    label_profile     what the label must carry and say
    lifecycle_rules   states, undo, how long records are kept
    reporting_duties  what is reported to whom, in which format, by when
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from packtrail.compliance.evaluation import applied
from packtrail.compliance.spans import Span
from packtrail.compliance.subjects import Label, TradeItem
from packtrail.compliance.words import Characters, Confidence, FactStatus, Issuer, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.compliance.entries import Duty
    from packtrail.compliance.evaluation import Applied
    from packtrail.compliance.packs import Pack, PackIdentity
    from packtrail.compliance.subjects import Subject

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Generic[T]):
    """A value that the law sets, and what set it."""

    value: T
    status: FactStatus
    confidence: Confidence
    sources: tuple[str, ...]
    rule: str = ""
    """Code of the rule that asks for it; empty where a parameter says it and no rule asks."""
    parameter: str = ""
    """Name of the parameter that holds it."""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialRules:
    """What serial numbers of a trade item must look like. None: nothing is asked or known."""

    identity: PackIdentity
    on: date
    is_required: Decided[bool] | None
    """Whether the pack must carry one; None where no rule that holds says so."""
    length_max: Decided[int] | None
    length: Decided[int] | None
    """Exactly so many characters."""
    characters: Decided[Characters] | None
    is_random: Decided[bool] | None
    guess_probability_max: Decided[Fraction] | None
    """A guess must hit *less* often than this."""
    issuer: Decided[Issuer] | None
    reuse: Decided[str] | None
    """What is said of using a number again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelProfile:
    """What the label of a trade item must carry and say. Empty: nothing is asked or known."""

    identity: PackIdentity
    on: date
    elements: Decided[tuple[str, ...]] | None
    """Application identifiers in the code."""
    elements_optional: Decided[tuple[str, ...]] | None
    forbidden: Decided[tuple[str, ...]] | None
    order: Decided[tuple[str, ...]] | None
    contents: Decided[tuple[str, ...]] | None
    """What the code says in other words than application identifiers."""
    lengths: Mapping[str, int]
    """Application identifier -> exact length of its value."""
    symbols: Decided[tuple[str, ...]] | None
    """Data carriers, any one of them."""
    print_grade_min: Decided[Fraction] | None
    human_readable: Decided[tuple[str, ...]] | None
    """Application identifiers or words in plain text."""
    panel_cm_max: Decided[Fraction] | None
    """Up to this sum of the two longest sides no plain text is needed."""
    statements: Decided[tuple[str, ...]] | None
    points_min: Decided[Fraction] | None
    national_numbers: Decided[tuple[str, ...]] | None
    """Schemes, any one of them: NDC, AIC, KD."""
    devices: Decided[tuple[str, ...]] | None
    """National labels or stickers, any one of them."""
    is_tamper_evident: Decided[bool] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRules:
    """States of a pack, how a decommissioning is undone, and how long records are kept."""

    identity: PackIdentity
    on: date
    states: Decided[tuple[str, ...]] | None
    terminal: Decided[tuple[str, ...]] | None
    not_dispensable: Decided[tuple[str, ...]] | None
    undo_within: Decided[Span] | None
    undo_conditions: Decided[tuple[str, ...]] | None
    retention: Decided[Span] | None
    retention_beyond_expiry: Decided[Span] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDuty:
    """Something that must be told: what sets it off, to whom, in which form, by when."""

    identity: PackIdentity
    on: date
    duty: Duty
    missing: tuple[str, ...]
    """Facts that were not said and decide whether it applies."""
    bytes_max: Decided[int] | None
    """Largest file."""
    events_max: Decided[int] | None
    """Most events in a file."""


def serial_rules(pack: Pack, item: TradeItem, *, on: date) -> SerialRules:
    """Return what the law asks of the serial numbers of a trade item on a day."""
    asked = _Asked(pack, item, on)
    on_label = _Asked(pack, _label_of(item), on)
    return SerialRules(
        identity=pack.identity,
        on=on,
        is_required=on_label.needs("carries", "elements", "21"),
        length_max=asked.find("serial_at_most", "length", "identifier.serial.length_max"),
        length=asked.find("serial_exactly", "length", "identifier.serial.length"),
        characters=asked.find("serial_characters", "within", "identifier.serial.characters"),
        is_random=asked.is_asked("serial_random", "identifier.serial.random"),
        guess_probability_max=asked.find(
            "serial_random", "guess_below", "identifier.serial.guess_probability_max"
        ),
        issuer=asked.find("serial_issued_by", "issuer", "identifier.serial.issuer"),
        reuse=asked.find("", "", "identifier.serial.reuse"),
    )


def label_profile(pack: Pack, item: TradeItem, *, on: date) -> LabelProfile:
    """Return what the law asks of the label of a trade item on a day.

    Only rules that hold on the day and are not lifted for the item count; where several ask for
    elements, all of them are asked for.
    """
    asked = _Asked(pack, _label_of(item), on)
    of_item = _Asked(pack, item, on)
    return LabelProfile(
        identity=pack.identity,
        on=on,
        elements=asked.all_of("carries", "elements"),
        elements_optional=asked.find("", "", "carrier.elements_optional"),
        forbidden=asked.all_of("carries_none_of", "elements"),
        order=asked.find("element_order", "order"),
        contents=asked.all_of("contains", "parts"),
        lengths=asked.pairs("element_length", "element", "length"),
        symbols=asked.find("drawn_as", "symbols"),
        print_grade_min=asked.find("print_grade", "at_least"),
        human_readable=asked.all_of("human_readable", "parts"),
        panel_cm_max=asked.find("human_readable", "unless_panel_cm_max"),
        statements=asked.all_of("states", "texts"),
        points_min=asked.find("states", "points_min"),
        national_numbers=of_item.find("national_number", "schemes"),
        devices=asked.find("bears", "devices"),
        is_tamper_evident=asked.is_asked("tamper_evident"),
    )


def lifecycle_rules(pack: Pack, item: TradeItem, *, on: date) -> LifecycleRules:
    """Return what the law says of states, undo and records on a day."""
    asked = _Asked(pack, item, on)
    return LifecycleRules(
        identity=pack.identity,
        on=on,
        states=asked.find("", "", "states.all"),
        terminal=asked.find("", "", "states.terminal"),
        not_dispensable=asked.find("", "", "states.not_dispensable"),
        undo_within=asked.find("", "", "returns.undo_within"),
        undo_conditions=asked.find("", "", "returns.undo_conditions"),
        retention=asked.find("", "", "retention.for"),
        retention_beyond_expiry=asked.find("", "", "retention.beyond_expiry"),
    )


def reporting_duties(
    pack: Pack, subject: Subject, *, on: date, roles: Iterable[Role] = ()
) -> tuple[ReportDuty, ...]:
    """Return what must be told about a subject on a day, by name.

    Args:
        pack: The rules of a market.
        subject: A trade item, lot or shipment.
        on: The day whose law counts.
        roles: Parts that the asking party plays; none: those of everybody.
    """
    wanted, found = frozenset(roles), []
    for name in sorted(pack.duties):
        duty = pack.duties[name]
        fit = duty.applies_to.fit(subject)
        if duty.is_asked(on) and not fit.is_out and (not wanted or wanted & frozenset(duty.roles)):
            found.append(
                ReportDuty(
                    identity=pack.identity,
                    on=on,
                    duty=duty,
                    missing=fit.missing,
                    bytes_max=_said(pack, "document.bytes_max", on),
                    events_max=_said(pack, "document.events_max", on),
                )
            )
    return tuple(found)


class _Asked:
    """The rules that are about a subject on a day and are not lifted."""

    def __init__(self, pack: Pack, subject: Subject, on: date) -> None:
        self._pack, self._on = pack, on
        self._applied = [
            each
            for each in applied(pack, subject, on=on)
            if not each.exemption and not each.unknown
        ]

    def find(self, check: str, argument: str, parameter: str = "") -> Any:
        """Return an argument of the first rule with a check, else what a parameter says."""
        for each in self._of(check):
            value = each.arguments.get(argument)
            if value is not None:
                return _decided(each, argument, value)
        return _said(self._pack, parameter, self._on)

    def all_of(self, check: str, argument: str) -> Decided[tuple[str, ...]] | None:
        """Return all that the rules with a check ask for together."""
        found = list(self._of(check))
        if not found:
            return None
        values = dict.fromkeys(value for each in found for value in each.arguments[argument])
        return _decided(found[0], argument, tuple(values))

    def pairs(self, check: str, key: str, value: str) -> dict[str, Any]:
        """Return two arguments of every rule with a check."""
        return {each.arguments[key]: each.arguments[value] for each in self._of(check)}

    def is_asked(self, check: str, parameter: str = "") -> Decided[bool] | None:
        """Return that a rule with this check asks, else what a parameter says."""
        for each in self._of(check):
            return _decided(each, "", value=True)
        return _said(self._pack, parameter, self._on)

    def needs(self, check: str, argument: str, value: str) -> Decided[bool] | None:
        """Return that a rule with this check asks for this among others."""
        for each in self._of(check):
            if value in each.arguments[argument]:
                return _decided(each, argument, value=True)
        return None

    def _of(self, check: str) -> Iterable[Applied]:
        return (each for each in self._applied if each.rule.check == check)


def _label_of(item: TradeItem) -> Label:
    return Label(**{name: getattr(item, name) for name in _SHARED})


_SHARED: Final = (
    "market",
    "product_class",
    "groups",
    "origin",
    "level",
    "roles",
    "manufactured_on",
    "released_on",
    "expires_on",
    "devices",
)


def _decided(each: Applied, argument: str, value: Any) -> Decided[Any]:
    reference = each.rule.arguments.get(argument)
    return Decided(
        value=value,
        status=each.status,
        confidence=each.rule.confidence,
        sources=each.rule.sources,
        rule=each.rule.code,
        parameter=getattr(reference, "parameter", ""),
        clause=each.rule.clause,
    )


def _said(pack: Pack, parameter: str, on: date) -> Decided[Any] | None:
    statement = pack.statement(parameter, on)
    if statement is None or statement.value is None:
        return None
    return Decided(
        value=statement.value,
        status=statement.status,
        confidence=statement.confidence,
        sources=statement.sources,
        parameter=parameter,
    )
