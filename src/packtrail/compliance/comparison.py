"""Comparison: what changed between two days, or between two versions of a pack, in words."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from packtrail.compliance import scopes
from packtrail.compliance.checks.answers import listed
from packtrail.compliance.entries import Reference
from packtrail.compliance.evaluation import holds
from packtrail.compliance.scopes import Scope
from packtrail.compliance.statements import Statement, told
from packtrail.compliance.topics import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packtrail.compliance.packs import Pack


class What(StrEnum):
    """What kind of entry changed."""

    RULE = "rule"
    EXEMPTION = "exemption"
    PARAMETER = "parameter"
    DEADLINE = "deadline"
    DUTY = "duty"
    SOURCE = "source"
    CASE = "case"


class How(StrEnum):
    """How it changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    what: What
    how: How
    name: str
    """Code or name of the entry."""
    sentence: str


_IGNORED = frozenset({"pack_id", "name", "code", "at", "true_on"})


def between_days(pack: Pack, before: date, after: date) -> tuple[Change, ...]:
    """Return what is otherwise on one day than on another, by the rules of a pack."""
    return (
        *_rules_between(pack, before, after),
        *_exemptions_between(pack, before, after),
        *_duties_between(pack, before, after),
        *_parameters_between(pack, before, after),
    )


def between_versions(before: Pack | None, after: Pack | None) -> tuple[Change, ...]:
    """Return what one version of a pack says otherwise than another; None: there is no pack."""
    return (
        *(
            change
            for what, (table, title) in _TABLES.items()
            for change in _entries(
                what, table(before) if before else {}, table(after) if after else {}, title
            )
        ),
        *_withdrawals(before, after),
    )


def _withdrawals(before: Pack | None, after: Pack | None) -> Iterator[Change]:
    """Yield the inherited rules that a pack lifts, and those that it no longer lifts."""
    was = before.heading.withdraws if before else ()
    now = after.heading.withdraws if after else ()
    for code in sorted(set(now) - set(was)):
        why = after.heading.withdraws_because if after else ""
        yield Change(What.RULE, How.REMOVED, code, f"Lifted: {code} ({why}).")
    for code in sorted(set(was) - set(now)):
        yield Change(What.RULE, How.ADDED, code, f"No longer lifted: {code}.")


def _rules_between(pack: Pack, before: date, after: date) -> Iterator[Change]:
    for code, rule in sorted(pack.rules.items()):
        was, now = holds(rule, before), holds(rule, after)
        if was == now:
            continue
        how = How.ADDED if now else How.REMOVED
        whom = f" ({scopes.told(rule.applies_to)})" if scopes.told(rule.applies_to) else ""
        since = f"From {rule.from_on}" if now else f"No longer after {rule.to_on}"
        if before > after:
            since = f"Not yet before {rule.from_on}" if not now else f"Until {rule.to_on}"
        yield Change(What.RULE, how, code, f"{since}: {rule.title}{whom}. ({rule.clause})")


def _exemptions_between(pack: Pack, before: date, after: date) -> Iterator[Change]:
    for name, each in pack.exemptions.items():
        was, now = holds(each, before), holds(each, after)
        if was != now:
            how = How.ADDED if now else How.REMOVED
            verb = "begins to hold" if now else "no longer holds"
            yield Change(
                What.EXEMPTION,
                how,
                name,
                f"The exemption {verb}: {each.title}, from {listed(each.rules)}. ({each.clause})",
            )


def _duties_between(pack: Pack, before: date, after: date) -> Iterator[Change]:
    for name, each in pack.duties.items():
        was, now = each.is_asked(before), each.is_asked(after)
        if was != now:
            how = How.ADDED if now else How.REMOVED
            verb = "begins to hold" if now else "no longer holds"
            whom = f" ({listed(each.roles)})" if each.roles else ""
            yield Change(What.DUTY, how, name, f"The duty {verb}: {each.what}{whom}.")


def _parameters_between(pack: Pack, before: date, after: date) -> Iterator[Change]:
    for name, parameter in pack.parameters.items():
        was, now = parameter.on(before), parameter.on(after)
        if was == now:
            continue
        old, new = (told(each.value) if each else "not said" for each in (was, now))
        how = How.CHANGED if was and now else How.ADDED if now else How.REMOVED
        since = f" from {now.from_on}" if now and now.from_on and before < after else ""
        yield Change(What.PARAMETER, how, name, f"{called(name)}: {new} instead of {old}{since}.")


def _entries(
    what: What, before: Mapping[str, Any], after: Mapping[str, Any], title: Any
) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None and new is not None:
            yield Change(what, How.ADDED, name, f"New: {title(name, new)}.")
        elif new is None and old is not None:
            yield Change(what, How.REMOVED, name, f"Gone: {title(name, old)}.")
        elif old != new:
            parts = list(_differences(old, new))
            if parts:
                yield Change(what, How.CHANGED, name, f"{title(name, new)}: {'; '.join(parts)}.")


def _differences(old: Any, new: Any) -> Iterator[str]:
    for each in fields(old):
        was, now = getattr(old, each.name), getattr(new, each.name)
        if each.name in _IGNORED or _comparable(was) == _comparable(now):
            continue
        label = _LABELS.get(each.name, each.name.replace("_", " "))
        yield f"{label} is now {_shown(now)}, was {_shown(was)}"


def _comparable(value: Any) -> Any:
    """Return a value without what makes no difference: the day on which it was seen."""
    if isinstance(value, Statement):
        return replace(value, true_on=date.min, pack_id="")
    return tuple(map(_comparable, value)) if isinstance(value, tuple) else value


_LABELS = {
    "statements": "value",
    "from_on": "first day",
    "to_on": "last day",
    "on": "day",
    "applies_to": "scope",
}


def _shown(value: Any) -> str:
    match value:
        case None | "" | ():
            shown = "nothing"
        case Scope():
            shown = scopes.told(value) or "everything"
        case Reference():
            shown = called(value.parameter).lower()
        case dict():
            shown = listed(f"{key} {_shown(each)}" for key, each in value.items())
        case (Statement(), *_):
            shown = "; ".join(map(_shown, value))
        case tuple():
            shown = listed(map(_shown, value))
        case Statement():
            since = f" from {value.from_on}" if value.from_on else ""
            sure = f"{value.status}, {value.confidence} confidence, {', '.join(value.sources)}"
            note = f"; {value.note}" if value.note else ""
            shown = f"{told(value.value)}{since} ({sure}{note})"
        case str():
            shown = str(value)
        case _:
            shown = told(value)
    return shown


_TABLES: Final[
    Mapping[What, tuple[Callable[[Pack], Mapping[str, Any]], Callable[[str, Any], str]]]
] = {
    What.RULE: (lambda pack: pack.rules, lambda code, rule: f"{code}, {rule.title}"),
    What.EXEMPTION: (lambda pack: pack.exemptions, lambda _, each: f"exemption, {each.title}"),
    What.PARAMETER: (lambda pack: pack.parameters, lambda name, _: called(name)),
    What.DEADLINE: (lambda pack: pack.deadlines, lambda _, each: f"{each.what} ({each.on})"),
    What.DUTY: (lambda pack: pack.duties, lambda _, each: str(each.what)),
    What.SOURCE: (lambda pack: pack.sources, lambda name, each: f"{name}, {each.title}"),
    What.CASE: (
        lambda pack: {each.name: each for each in pack.cases},
        lambda name, _: f"case '{name}'",
    ),
}
"""Kind of entry -> where a pack holds them by name, and what one is called."""
