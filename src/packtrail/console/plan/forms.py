"""The fields of the forms, kind by kind, and how their texts become values and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from packtrail.base.errors import RefusedError
from packtrail.console.visit import Visit, without_nul
from packtrail.planning import codes
from packtrail.planning.book import KINDS
from packtrail.planning.communication import By
from packtrail.planning.registers import SHAPES, EntryKind
from packtrail.planning.requirements import OutcomeOfTest, RequirementState
from packtrail.planning.scope import Capability, PartnerKind
from packtrail.planning.steps import PHASES
from packtrail.planning.templates import Department
from packtrail.planning.training import Held
from packtrail.planning.work import Certainty, Placement, WorkKind
from packtrail.services.plan import codec

if TYPE_CHECKING:
    from packtrail.services.plan.books import Opened


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form."""

    name: str
    """As in the entry; `facts.x` is a fact of a register entry, `window` the days of a campaign."""
    label: str
    shape: str = "text"
    """`text`, `area`, `person`, `whole`, `number`, `day`, `choice`, `check`, `list`, `set` or
    `windows`."""
    options: tuple[str, ...] = ()
    """Of a choice or a set; empty: from the programme."""
    hint: str = ""
    is_required: bool = False
    is_nullable: bool = False
    """Whether an empty choice is none at all, not an empty text."""


F = FormField
_CAPABILITIES = tuple(each.value for each in Capability)
_STATES = tuple(dict.fromkeys(state for shape in SHAPES.values() for state in shape.states))

FORMS: Final[Mapping[str, tuple[FormField, ...]]] = {
    "package": (
        F("code", "Code", is_required=True, hint="Letters, digits and . _ / -"),
        F("title", "What is done", is_required=True),
        F("kind", "Kind of work", "choice", tuple(each.value for each in WorkKind)),
        F("phase", "Phase", "choice", ("", *PHASES)),
        F("duration_days", "Working days", "whole", hint="0 is a milestone"),
        F("effort_days", "Person days", "number"),
        F("role", "Done by", "choice"),
        F("owner", "Owner", "person", hint="The person who answers for it"),
        F("calendar", "Calendar", "choice"),
        F("not_before", "Not before", "day"),
        F("placement", "Placed", "choice", ("", *(each.value for each in Placement)),
          hint="Empty: as the programme says", is_nullable=True),
        F("cost_eur", "Bought, EUR", "whole"),
        F("market", "Market", "choice"),
        F("site", "Site", "choice"),
        F("line", "Line", "choice"),
        F("partner", "Partner", "choice"),
        F("products", "Products", "list", hint="Codes, with commas between them"),
        F("is_on_line", "Its line can do nothing else meanwhile", "check"),
        F("reason", "Why it is in the plan", "area"),
        F("acceptance", "Done when", "area"),
    ),
    "deadline": (
        F("code", "Code", is_required=True),
        F("title", "What is due", is_required=True),
        F("package", "Package that must be finished", "choice", is_required=True),
        F("due_on", "Last day", "day", is_required=True),
        F("buffer_days", "Buffer, working days", "whole"),
        F("certainty", "How sure", "choice", tuple(each.value for each in Certainty)),
        F("market", "Market", "choice"),
        F("stake_eur", "A day of delay costs, EUR", "whole"),
        F("source", "Source"),
        F("clause", "Clause"),
    ),
    "resource": (
        F("code", "Code", is_required=True),
        F("name", "Name", is_required=True),
        F("department", "Department", "choice", ("", *(each.value for each in Department))),
        F("capacity", "People at the same time", "number"),
        F("rate_eur", "EUR a person day", "whole"),
        F("lead", "Led by", "person", hint="Sees to its work where a package has no owner"),
    ),
    "register": (
        F("code", "Code", is_required=True),
        F("kind", "Kind", "choice", tuple(each.value for each in EntryKind)),
        F("title", "Title", is_required=True),
        F("state", "State", "choice", _STATES),
        F("owner", "Owner", "person"),
        F("due_on", "By", "day"),
        F("market", "Market", "choice"),
        F("packages", "Work packages", "list", hint="Codes, with commas between them"),
        F("text", "Text", "area"),
        *(
            F(f"facts.{fact.name}", fact.title, "area" if not fact.choices else "choice",
              ("", *fact.choices) if fact.choices else ())
            for shape in SHAPES.values()
            for fact in shape.facts
        ),
    ),
    "market": (F("code", "Code", is_required=True, hint="ISO 3166, such as IT"),
               F("name", "Name", is_required=True)),
    "site": (
        F("code", "Code", is_required=True),
        F("name", "Name", is_required=True),
        F("country", "Country", hint="ISO 3166 code, for its holidays"),
        F("subdivision", "Part of the country", hint="Such as BW, for its own holidays"),
        F("is_contract", "A contract packer runs it", "check"),
    ),
    "line": (
        F("code", "Code", is_required=True),
        F("name", "Name", is_required=True),
        F("site", "Site", "choice", is_required=True),
        F("capabilities", "It can already", "set", _CAPABILITIES),
        F("stops", "Stops for work on it", "windows",
          hint="One a line: 2027-03-01 2027-03-12 why"),
    ),
    "product": (
        F("code", "Code", is_required=True),
        F("name", "Name", is_required=True),
        F("markets", "Markets", "list", hint="Codes, with commas between them"),
        F("line", "Packed on", "choice"),
        F("product_class", "Class", hint="Such as prescription"),
        F("groups", "Groups", "list", hint="Such as vaccine"),
        F("made_in", "Made in", hint="ISO 3166 code"),
        F("gtin", "GTIN"),
        F("packs_a_year", "Packs a year", "whole"),
    ),
    "partner": (
        F("code", "Code", is_required=True),
        F("name", "Name", is_required=True),
        F("kind", "Kind", "choice", tuple(each.value for each in PartnerKind)),
        F("markets", "Markets", "list", hint="Codes, with commas between them"),
        F("site", "Site that it runs", "choice"),
        F("is_connected", "Connected already", "check"),
    ),
    "need": (
        F("code", "Code", is_required=True),
        F("market", "Market", "choice", is_required=True),
        F("title", "What is asked", is_required=True),
        F("capabilities", "It makes necessary", "set", _CAPABILITIES),
        F("due_on", "Last day without it", "day", is_required=True),
        F("certainty", "How sure", "choice", tuple(each.value for each in Certainty)),
        F("classes", "Classes of products", "list"),
        F("groups", "Groups of products", "list"),
        F("origins", "Origins", "list", hint="domestic, imported"),
        F("source", "Source"),
        F("clause", "Clause"),
        F("is_in", "The programme answers it", "check"),
    ),
    "campaign": (
        F("line", "Line", "choice", is_required=True),
        F("market", "Market", "choice", is_required=True),
        F("window", "Days", "windows", hint="2027-03-01 2027-03-12 why"),
    ),
    "requirement": (
        F("code", "Code", is_required=True),
        F("title", "What is required", is_required=True),
        F("state", "State", "choice", tuple(each.value for each in RequirementState)),
        F("market", "Market", "choice"),
        F("inputs", "From inputs", "list", hint="Codes, with commas between them"),
        F("packages", "Work that brings it", "list", hint="Codes, with commas between them"),
        F("clause", "Rule it comes from"),
        F("acceptance", "Met when", "area"),
        F("text", "More of it", "area"),
    ),
    "test": (
        F("code", "Code", is_required=True),
        F("title", "What is tested", is_required=True),
        F("requirements", "Requirements", "list", hint="Codes, with commas between them"),
        F("package", "Run in", "choice"),
        F("result", "Result", "choice", tuple(each.value for each in OutcomeOfTest)),
        F("run_on", "Run on", "day"),
        F("run_by", "Run by"),
        F("evidence", "Evidence", hint="Where the record is: a document, an event, a file"),
        F("method", "What is done, what is expected", "area"),
    ),
    "notice": (
        F("code", "Code", is_required=True),
        F("title", "In a line", is_required=True),
        F("text", "What they must know", "area"),
        F("departments", "Who must know", "set", tuple(each.value for each in Department),
          hint="None: everybody"),
        F("published_on", "Published on", "day", hint="Empty: a draft that nobody is told of"),
        F("written_by", "Written by"),
        F("source", "Drafted from"),
    ),
    "briefing": (
        F("code", "Code", is_required=True),
        F("title", "What they must know", is_required=True),
        F("departments", "Who must know", "set", tuple(each.value for each in Department)),
        F("by", "How", "choice", tuple(each.value for each in By)),
        F("every_weeks", "Every so many weeks", "whole", hint="0: whenever it changes"),
        F("weekday", "Day of the week", "whole", hint="0 is Monday, 6 Sunday"),
        F("owner", "Who tells them", "person"),
    ),
    "person": (
        F("code", "Code", is_required=True, hint="Stays theirs; best that of their account"),
        F("name", "Name", is_required=True),
        F("account", "Account", hint="The name they sign in with, where it is not the code"),
        F("department", "Department", "choice", tuple(each.value for each in Department)),
        F("site", "Site", "choice"),
        F("mail", "Mail"),
        F("until", "Left on", "day"),
    ),
    "course": (
        F("code", "Code", is_required=True),
        F("title", "What is taught", is_required=True),
        F("departments", "Must have passed it", "set", tuple(each.value for each in Department)),
        F("sites", "Only at the sites", "list", hint="Codes; empty: at all"),
        F("valid_months", "Counts for, months", "whole", hint="0: for ever"),
        F("is_required", "Readiness must wait for it", "check"),
        F("holds", "Without it nobody may", "set", tuple(each.value for each in Held),
          hint="Of those who must have passed it"),
        F("text", "More of it", "area"),
    ),
    "session": (
        F("code", "Code", is_required=True),
        F("course", "Course", "choice", is_required=True),
        F("on", "Day", "day", is_required=True),
        F("trainer", "Trainer"),
        F("attended", "Attended", "list", hint="Names or codes, with commas between them"),
        F("passed", "Passed", "list", hint="Names or codes, with commas between them"),
        F("evidence", "Evidence", hint="Where the signed list or the test is"),
    ),
    "calendar": (
        F("code", "Code", is_required=True),
        F("name", "Name", is_required=True),
        F("country", "Country", hint="ISO 3166 code, for its holidays"),
        F("subdivision", "Part of the country"),
        F("windows", "Only within", "windows", hint="One a line: 2027-03-01 2027-03-12 why"),
    ),
}  # fmt: skip

_FROM_BOOK: Final = {
    "market": "markets", "site": "sites", "line": "lines", "partner": "partners",
    "role": "resources", "package": "packages", "course": "courses",
}  # fmt: skip
_SPLIT = ","
_WHOLE, _NUMBER = re.compile(r"-?[0-9]{1,12}"), re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def fields_of(kind: str, entry_kind: str) -> tuple[FormField, ...]:
    """Return the fields of a form; of the register those that an entry of its kind has.

    Args:
        kind: Kind of the entry.
        entry_kind: Of a register entry, whether it is a goal, a risk, a decision or a document.
    """
    if kind != "register":
        return FORMS[kind]
    shape = SHAPES[EntryKind(entry_kind) if entry_kind in set(EntryKind) else EntryKind.RISK]
    facts = {f"facts.{fact.name}" for fact in shape.facts}
    return tuple(
        replace(each, options=shape.states) if each.name == "state" else each
        for each in FORMS["register"]
        if not each.name.startswith("facts.") or each.name in facts
    )


def choices_of(kind: str, opened: Opened) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in the fields whose choices the programme has: code and title."""
    found: dict[str, list[tuple[str, str]]] = {}
    for field in FORMS[kind]:
        member = _FROM_BOOK.get(field.name)
        if field.shape != "choice" or field.options:
            continue
        if member:
            entries = opened.book.of_kind(_kind_of(member)).values()
            named = [(e.code, str(getattr(e, "title", "") or e.name)) for e in entries]
            found[field.name] = [("", ""), *sorted(named)]
        elif field.name == "calendar":
            codes_ = ["standard", "elapsed", *opened.book.sites, *opened.book.calendars]
            codes_ += sorted({each.calendar for each in opened.book.packages.values()})
            found[field.name] = [(each, each) for each in dict.fromkeys(codes_)]
    return found


def _kind_of(member: str) -> str:
    return next(each.name for each in KINDS.values() if each.member == member)


def shown_values(kind: str, entry: object) -> dict[str, Any]:
    """Return the values of an entry as the texts of its form; of None the texts of a new one."""
    values: dict[str, Any] = codec.plain(entry) if entry is not None else {}
    shown: dict[str, Any] = {}
    for field in FORMS[kind]:
        if field.name.startswith("facts."):
            value = (values.get("facts") or {}).get(field.name.removeprefix("facts."), "")
        else:
            value = values.get(field.name)
        shown[field.name] = _shown(field, value)
    return shown


def _shown(field: FormField, value: Any) -> Any:
    match field.shape:
        case "list":
            return ", ".join(sorted(value) if field.name == "groups" else value) if value else ""
        case "set":
            return sorted(value or ())
        case "windows":
            several = value if isinstance(value, list | tuple) else [value] if value else []
            return "\n".join(
                f"{each['from_on']} {each['to_on']} {each['reason']}".strip() for each in several
            )
        case "check":
            return bool(value)
        case _:
            return "" if value is None else value


def sent_values(kind: str, visit: Visit, known: object = None) -> dict[str, Any]:
    """Return what was sent as the plain values of an entry.

    Args:
        kind: Kind of the entry.
        visit: Who sent it.
        known: The entry as it is: what the form does not show stays.

    Raises:
        RefusedError: `PLN-004`, a text cannot be read as its field asks.
    """
    values: dict[str, Any] = codec.plain(known) if known is not None else {}
    facts: dict[str, Any] = {}
    for field in FORMS[kind]:
        value = _READERS[field.shape](field, visit)
        if field.name.startswith("facts."):
            facts |= {field.name.removeprefix("facts."): value} if value else {}
        else:
            values[field.name] = value
    if kind == "register":
        values["facts"] = facts
    if kind == "campaign":
        windows = values["window"]
        if len(windows) != 1:
            raise RefusedError(codes.BAD_VALUE.found("A campaign is one window.", at="window"))
        values["window"] = windows[0]
    return values


def _text(field: FormField, visit: Visit) -> str:
    return visit.sent(field.name).strip()


def _list(field: FormField, visit: Visit) -> list[str]:
    parts = (each.strip() for each in visit.sent(field.name).split(_SPLIT))
    return [part for part in parts if part]


def _set(field: FormField, visit: Visit) -> list[str]:
    return [without_nul(e) for e in visit.form.getlist(field.name) if isinstance(e, str)]


def _windows(field: FormField, visit: Visit) -> list[dict[str, str]]:
    lines = visit.sent(field.name).splitlines()
    return [_window(line, field.name) for line in lines if line.strip()]


def _number(field: FormField, visit: Visit) -> float | int:
    text = visit.sent(field.name).strip() or "0"
    is_whole = field.shape == "whole"
    if not (_WHOLE if is_whole else _NUMBER).fullmatch(text):
        expected = "a whole number" if is_whole else "a number such as 2.5"
        message = f"{field.label} is {text[:40]!r}; expected {expected}."
        raise RefusedError(codes.BAD_VALUE.found(message, at=field.name))
    return int(text) if is_whole else float(text)


def _window(line: str, at: str) -> dict[str, str]:
    first, _, rest = line.strip().partition(" ")
    last, _, reason = rest.strip().partition(" ")
    if not first or not last:
        message = f"{line[:60]!r} is no window; expected such as 2027-03-01 2027-03-12 why."
        raise RefusedError(codes.BAD_VALUE.found(message, at=at))
    return {"from_on": first, "to_on": last, "reason": reason.strip()}


_READERS: Final[Mapping[str, Callable[[FormField, Visit], Any]]] = {
    "text": _text,
    "person": _text,
    "area": _text,
    "choice": lambda field, visit: _text(field, visit) or (None if field.is_nullable else ""),
    "day": lambda field, visit: _text(field, visit) or None,
    "check": lambda field, visit: _text(field, visit) == "yes",
    "list": _list,
    "set": _set,
    "windows": _windows,
    "whole": _number,
    "number": _number,
}
