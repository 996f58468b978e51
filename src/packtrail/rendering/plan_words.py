"""A programme in words: outcomes, what drives a day, why a package moved, the verdict."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from packtrail.planning.calendars import ELAPSED
from packtrail.planning.inputs import InputState
from packtrail.planning.readiness import ReadyState
from packtrail.planning.requirements import Proof
from packtrail.planning.schedules import Cause, Outcome
from packtrail.planning.standing import Heat, Task
from packtrail.planning.training import Standing
from packtrail.rendering import times
from packtrail.rendering.words import Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.planning.comparison import Comparison, DateShift, Shift
    from packtrail.planning.schedules import Driver, Move, Outlook
    from packtrail.planning.standing import Verdict

OUTCOMES: Final[Mapping[Outcome, Word]] = {
    Outcome.DONE: Word("Made", "check", "done"),
    Outcome.ON_TRACK: Word("On track", "active", "good"),
    Outcome.AT_RISK: Word("At risk", "warning", "attention"),
    Outcome.LATE: Word("Late", "error", "bad"),
    Outcome.MISSED: Word("Missed", "error", "bad"),
}
HEATS: Final[Mapping[Heat, Word]] = {
    Heat.DONE: Word("Done", "check", "done"),
    Heat.PLANNED: Word("Planned", "time", "plain"),
    Heat.RUNNING: Word("Running", "active", "good"),
    Heat.AT_RISK: Word("No reserve", "warning", "attention"),
    Heat.LATE: Word("Late", "error", "bad"),
}
TASKS: Final[Mapping[Task, Word]] = {
    Task.BEGIN: Word("Begin", "next", "moving"),
    Task.FINISH: Word("Finish", "check", "good"),
    Task.CONTINUE: Word("Go on", "time", "plain"),
}
READY: Final[Mapping[ReadyState, Word]] = {
    ReadyState.READY: Word("Seen ready", "check", "done"),
    ReadyState.PARTLY: Word("Partly", "active", "attention"),
    ReadyState.MISSING: Word("Missing", "warning", "attention"),
    ReadyState.UNSEEN: Word("Cannot be seen", "hold", "plain"),
}
INPUTS: Final[Mapping[InputState, Word]] = {
    InputState.RAISED: Word("Raised", "next", "attention"),
    InputState.TRIAGED: Word("Triaged", "active", "moving"),
    InputState.DECIDED: Word("Decided", "check", "good"),
    InputState.CLOSED: Word("Answered", "check", "done"),
}
PROOFS: Final[Mapping[Proof, Word]] = {
    Proof.PROVEN: Word("Proven", "check", "done"),
    Proof.FAILED: Word("Failed", "error", "bad"),
    Proof.OPEN: Word("Tests open", "time", "plain"),
    Proof.NONE: Word("No test", "warning", "attention"),
}
STANDINGS: Final[Mapping[Standing, Word]] = {
    Standing.VALID: Word("Valid", "check", "good"),
    Standing.NEAR: Word("Ends soon", "warning", "attention"),
    Standing.EXPIRED: Word("Expired", "error", "bad"),
    Standing.MISSING: Word("Missing", "error", "bad"),
}
_DAYS_OF_A_YEAR: Final = 365.25
CERTAINTIES: Final = {
    "known": "Law, known",
    "expected": "Expected, no law yet",
    "disputed": "Sources disagree",
    "own": "Our own date",
}


def days(count: int, one: str = "working day") -> str:
    """Return a count of days with its noun."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def long_days(count: int) -> str:
    """Return days that may be many: from two years on in years."""
    if count < 2 * _DAYS_OF_A_YEAR:
        return days(count, "day")
    return f"{count / _DAYS_OF_A_YEAR:.1f} years"


def outlook(each: Outlook) -> str:
    """Return how a date stands: `3 working days late`, `12 working days to spare`."""
    match each.outcome:
        case Outcome.DONE:
            late = f", {days(-each.slack_days)} late" if each.slack_days < 0 else ""
            return f"done on {times.day(each.finish_on)}{late}"
        case Outcome.LATE:
            return f"{days(-each.slack_days)} late"
        case Outcome.MISSED:
            return f"was due on {times.day(each.deadline.due_on)}"
        case Outcome.AT_RISK:
            left = f"{each.buffer_left_days} of {days(each.deadline.buffer_days)}"
            return f"{left} of buffer left"
        case _:
            return f"{days(each.slack_days)} to spare"


def verdict(found: Verdict) -> str:
    """Return the verdict on a programme as one sentence."""
    if not found.total:
        return "No date is set yet."
    if found.made == found.total:
        at_risk = found.counts.get(Outcome.AT_RISK, 0)
        whole = (
            "The date will be made"
            if found.total == 1
            else (f"All {found.total} dates will be made")
        )
        if not at_risk:
            return f"{whole}, with {'its buffer' if found.total == 1 else 'their buffers'}."
        if found.total == 1:
            return f"{whole}, out of its buffer."
        return f"{whole}, {at_risk} of them out of {'its' if at_risk == 1 else 'their'} buffer."
    broken = found.total - found.made
    return (
        f"{broken} of {found.total} dates will not be made as things stand."
        if found.total > 1
        else "The date will not be made as things stand."
    )


DEPARTMENTS: Final = {"it": "IT", "cmo": "Contract packers", "supplier": "Suppliers"}
"""Departments whose words are not those of the code."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_VALUE_MAX: Final = 60
_OF_A_LIST: Final = frozenset({
    "kind", "state", "department", "departments", "role", "way", "by", "resolution", "certainty",
    "holds", "result", "action", "placement", "raci", "response",
})  # fmt: skip
"""Fields of entries whose values are words of a list, written in code with underscores."""


_SHOWN_MAX: Final = 3
_TOLD_BY_THE_END: Final = frozenset({"started_on", "done_percent"})
"""What goes without saying of work that is finished."""
_WORDS: Final = {
    "started_on": "started {}", "finished_on": "finished {}", "done_percent": "{} % done",
}  # fmt: skip
"""Value of an entry -> how it is told."""
_LABELS: Final = {"raci": "who has to do with it", "cost_eur": "cost in EUR"}
_SILENT: Final = frozenset({"is_proposed", "products", "reason", "acceptance"})


def value(name: str, told: Any) -> str:
    """Return the value of a field of an entry as people write it; empty where there is none."""
    if told is None or told == "" or (isinstance(told, list | dict) and not told):
        return ""
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, list):
        return ", ".join(value(name, each) for each in told)[:_VALUE_MAX]
    text = str(told)
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return times.day(date.fromisoformat(text))
    if name in _OF_A_LIST:
        text = DEPARTMENTS.get(text, text.replace("_", " "))
    return text[:_VALUE_MAX]


def driver(cause: Driver, titles: Mapping[str, str]) -> str:
    """Return what decides when a package starts."""
    told = _driver(cause, titles)
    if cause.calendar:
        what, _, of = cause.calendar.partition(":")
        window = _WINDOWS.get(what, "window")
        told += f" Then it waits for the next {window} of {of.replace(':', ' for ') or what}."
    return told


_WINDOWS: Final = {"stops": "stop", "campaign": "campaign"}
"""How the code of a calendar of windows begins -> one of them."""


def calendar(code: str) -> str:
    """Return on which days work is done, from the code of its calendar."""
    what, _, of = code.partition(":")
    if what in _WINDOWS:
        return f"in {_WINDOWS[what]}s of {of.replace(':', ' for ')}"
    return "every day counts" if code == ELAPSED.code else f"calendar {code}"


def _driver(cause: Driver, titles: Mapping[str, str]) -> str:
    title = titles.get(cause.code, cause.code)
    match cause.cause:
        case Cause.PROGRESS:
            return "It has begun."
        case Cause.TODAY:
            return "It can begin at once."
        case Cause.NOT_BEFORE:
            return "Its first day is set."
        case Cause.LINK:
            return f"It waits for {title}."
        case Cause.BACK:
            return "It is placed as late as its date and buffer allow."
        case _:
            return f"Whoever does it is at {title} until then."


def move(each: Move, titles: Mapping[str, str], resources: Mapping[str, str]) -> str:
    """Return why levelling put a package elsewhere."""
    what = "earlier" if each.days < 0 else "later"
    count = days(abs(each.days)) if each.days else "within its week"
    holders = [titles.get(code, code) for code in each.holders]
    if not each.resource:
        neighbour = holders[0] if holders else "its neighbour"
        reason = "it comes before" if each.days < 0 else "it waits for"
        return f"{count} {what}: {reason} {neighbour}, which moved."
    told = ", ".join(holders[:3]) + (f" and {len(holders) - 3} more" if len(holders) > 3 else "")
    on = f" on {times.day(each.taken_on)}" if each.taken_on else ""
    name = resources.get(each.resource, each.resource.removeprefix("line:"))
    return f"{count} {what}: {name} is taken{on} by {told}."


def date_shift(each: DateShift) -> str:
    """Return what became of a date."""
    if each.before is None:
        return "It is new."
    if each.after is None:
        return "It is gone."
    told = []
    if each.before.due_on != each.after.due_on:
        due, was = times.day(each.after.due_on), times.day(each.before.due_on)
        told.append(f"due {due} instead of {was}")
    if each.days:
        count, way = days(abs(each.days), "day"), "later" if each.days > 0 else "earlier"
        told.append(f"finished {count} {way}")
    if each.before.outcome is not each.after.outcome:
        before, after = OUTCOMES[each.before.outcome].text, OUTCOMES[each.after.outcome].text
        told.append(f"{before.lower()} before, {after.lower()} now")
    return ("; ".join(told) or "as before") + "."


def shift(each: Shift) -> str:
    """Return what became of a package."""
    if each.days:
        return f"{days(abs(each.days), 'day')} {'later' if each.days > 0 else 'earlier'}"
    return {"added": "new", "removed": "gone", "changed": "other effort or cost"}.get(
        each.kind.value, "moved within its days"
    )


def effect(comparison: Comparison) -> str:
    """Return what changes do to a plan, in a sentence or two."""
    lost = [each.title for each in comparison.dates if each.is_worse]
    won = [each.title for each in comparison.dates if each.is_better]
    told = []
    for verb, titles in (("loses", lost), ("wins", won)):
        if titles:
            more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
            told.append(f"It {verb} {', '.join(titles[:3])}{more}.")
    if not told:
        told.append("No date is won or lost.")
    told += (
        f"{each.title} is missed by {days(-each.days, 'day')} less."
        for each in comparison.dates
        if each.is_nearer
    )
    if comparison.finish_days:
        direction = "later" if comparison.finish_days > 0 else "earlier"
        told.append(f"The end moves {days(abs(comparison.finish_days), 'day')} {direction}.")
    count = len(comparison.shifts)
    told.append(f"{count:,} package{'' if count == 1 else 's'} differ{'s' if count == 1 else ''}.")
    if comparison.cost_eur:
        told.append(f"Bought: {comparison.cost_eur:+,d} EUR.")
    return " ".join(told)


def difference(before: Any, after: Any) -> str:
    """Return what became of an entry, from its values before and after; empty: nothing."""
    if not before:
        return "new" if after else ""
    if not after:
        return "taken out"
    names = [
        name
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name) and name not in _SILENT
    ]
    names.sort(key=lambda name: name != "due_on")  # What it is about comes before its words.
    if after.get("finished_on") and "finished_on" in names:
        names = [name for name in names if name not in _TOLD_BY_THE_END]
    told = [_step(name, before.get(name), after.get(name)) for name in names[:_SHOWN_MAX]]
    return ", ".join(told) + (f" and {len(names) - _SHOWN_MAX} more" if names[_SHOWN_MAX:] else "")


def _step(name: str, before: Any, after: Any) -> str:
    """Return what became of a value, in words."""
    now = value(name, after)
    if now and name in _WORDS:
        return _WORDS[name].format(now)
    label = _LABELS.get(name, name.removesuffix("_on").replace("_", " "))
    was = value(name, before)
    if not now:
        return f"no {label} any more"
    return f"{label} {was} → {now}" if was else f"{label} {now}"
