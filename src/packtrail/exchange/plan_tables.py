"""Plans as tables: the sheets `Work`, `Dates` and `Calendars` of a workbook, or one CSV of either.

What a package waits for stands in its own row, as planners write it: `URS; L1-SPEC SS+5d`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from packtrail.base.errors import RefusedError
from packtrail.exchange.tables import (
    Field,
    Kind,
    Limits,
    Reading,
    has_columns,
    read_table,
    sheets_of,
)
from packtrail.planning import codes
from packtrail.planning.calendar_notation import parse_days_off, parse_weekdays, parse_windows
from packtrail.planning.calendars import CalendarRule
from packtrail.planning.departments import Department
from packtrail.planning.notation import parse_links
from packtrail.planning.raci import LISTS, of_lists
from packtrail.planning.work import Certainty, Deadline, Link, Placement, WorkKind, WorkPackage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from enum import StrEnum

    from packtrail.base.findings import Finding
    from packtrail.exchange.tables import Row
    from packtrail.planning.departments import Part


T = TypeVar("T")


def _field(
    name: str,
    kind: Kind = Kind.TEXT,
    *,
    titles: tuple[str, ...] = (),
    is_required: bool = False,
) -> Field:
    return Field(name, kind, titles, is_required)


WORK_FIELDS: Final = (
    _field("code", Kind.IDENTIFIER, is_required=True),
    _field("title"),
    _field("phase"),
    _field("kind"),
    _field("market", Kind.IDENTIFIER),
    _field("site", Kind.IDENTIFIER),
    _field("line", Kind.IDENTIFIER),
    _field("partner", Kind.IDENTIFIER),
    _field("products", Kind.IDENTIFIER),
    _field("calendar", Kind.IDENTIFIER),
    _field("duration_days", Kind.NUMBER, titles=("duration",)),
    _field("effort_days", Kind.NUMBER, titles=("effort",)),
    _field("role", Kind.IDENTIFIER),
    _field("owner"),
    _field("responsible"),
    _field("accountable"),
    _field("consulted"),
    _field("informed"),
    _field("cost_eur", Kind.NUMBER, titles=("cost",)),
    _field("is_on_line", titles=("on line",)),
    _field("not_before", Kind.DAY),
    _field("placement"),
    _field("after", titles=("predecessors",)),
    _field("done_percent", Kind.NUMBER, titles=("done",)),
    _field("started_on", Kind.DAY, titles=("started",)),
    _field("finished_on", Kind.DAY, titles=("finished",)),
    _field("reason"),
    _field("acceptance"),
)
DATE_FIELDS: Final = (
    _field("date", Kind.IDENTIFIER, is_required=True),
    _field("title"),
    _field("package", Kind.IDENTIFIER, is_required=True),
    _field("due_on", Kind.DAY, titles=("due",), is_required=True),
    _field("buffer_days", Kind.NUMBER, titles=("buffer",)),
    _field("certainty"),
    _field("market", Kind.IDENTIFIER),
    _field("source"),
    _field("clause"),
    _field("stake_eur", Kind.NUMBER, titles=("stake",)),
)
CALENDAR_FIELDS: Final = (
    _field("calendar", Kind.IDENTIFIER, is_required=True),
    _field("name"),
    _field("country", Kind.IDENTIFIER),
    _field("subdivision", Kind.IDENTIFIER),
    _field("weekdays", is_required=True),
    _field("days_off"),
    _field("worked"),
    _field("windows"),
)
WORK_LEFT: Final = ("planned start", "planned finish", "float days", "critical")
DATES_LEFT: Final = ("planned finish", "earliest finish", "slack days", "outcome")
"""What an export tells besides: it follows from the rest, and is not read."""
LIMITS: Final = Limits(cell_characters_max=32_767)
"""As many characters as a cell of a spreadsheet holds: a package may wait for a hundred others."""
_TRUE = frozenset({"yes", "true", "1", "x"})
_FALSE = frozenset({"no", "false", "0", "-", ""})


@dataclass(frozen=True, slots=True)
class _Sourced:
    """Where an entry of a file stands."""

    sheet: str
    """With what comes between it and the cell; empty: the file has but one."""
    row: Row

    def cell(self, name: str) -> str:
        """Return the place of a field; of none that the file has, the row."""
        return f"{self.sheet}{self.row.cell(name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """What a file says of a plan."""

    packages: tuple[WorkPackage, ...] = ()
    links: tuple[Link, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    calendars: tuple[CalendarRule, ...] = ()
    calendar_fields: frozenset[str] = frozenset()
    """The fields of calendars that the file has as people write them down, to be changed."""
    resources: tuple[Any, ...] = ()
    told: Mapping[str, frozenset[str]] | None = None
    """Package -> the fields that its row has, so that what a file does not say stays; None: all."""
    has_links: bool = True
    """Whether the file says what waits for what at all."""
    findings: tuple[Finding, ...] = ()
    rows: Mapping[tuple[str, str], _Sourced] = field(default_factory=dict)
    """Kind and code of an entry -> the row that it stands in."""

    def placed(self, finding: Finding) -> Finding:
        """Return a finding about an entry with the sheet and cell that the entry comes from."""
        for member, code, name in _entries(finding.at):
            if sourced := self.rows.get((member, code)):
                return replace(finding, at=sourced.cell(name))
        return finding


def _entries(at: str) -> Iterator[tuple[str, str, str]]:
    """Yield which member, code and field a place may name: codes may have slashes, too."""
    member, _, rest = at.partition("/")
    if member != "links":
        code, _, name = rest.rpartition("/")
        yield from ((member, rest, ""), (member, code, name))
        return
    while rest:  # What a package waits for stands in its own row.
        _, _, rest = rest.partition("/")
        yield "packages", rest, "after"


def read_plan(content: bytes, filename: str, *, limits: Limits = LIMITS) -> PlanFile:
    """Read a plan from CSV, XLSX or JSON.

    Args:
        content: The file.
        filename: Its name, for findings.
        limits: How much is taken in.

    Returns:
        What can be read, and findings `TAB-…` and `PLN-004` with their place.
    """
    work = read_table(content, filename, WORK_FIELDS, leaves=WORK_LEFT, limits=limits)
    dates = read_table(content, filename, DATE_FIELDS, leaves=DATES_LEFT, limits=limits)
    sheets = sheets_of(content, limits=limits)
    of_rules = [name for name, titles in sheets.items() if has_columns(titles, CALENDAR_FIELDS)]
    rules = Reading((), ())
    for name in of_rules[:1]:
        rules = read_table(content, filename, CALENDAR_FIELDS, sheet=name, limits=limits)
    # A file of one sheet has the other's columns not at all: that is no defect of it.
    is_work, is_dates = "code" in work.columns, "date" in dates.columns
    is_rules = bool(of_rules)
    if not is_work and not is_dates and not is_rules:
        return PlanFile(findings=work.findings)
    found: list[Finding] = []
    rows: dict[tuple[str, str], _Sourced] = {}
    for reading, is_there, member, name in (
        (work, is_work, "packages", "code"), (dates, is_dates, "deadlines", "date"),
        (rules, is_rules, "calendars", "calendar"),
    ):  # fmt: skip
        if is_there:
            sheet = f"{reading.sheet}, " if len(sheets) > 1 else ""
            found += (replace(each, at=f"{sheet}{each.at}") for each in reading.findings)
            found += _sourced(rows, reading, sheet, member, name)
    packages, links = _packages(work, rows, found) if is_work else ([], [])
    deadlines = list(_deadlines(dates, rows, found)) if is_dates else []
    return PlanFile(
        packages=tuple(packages),
        links=tuple(links),
        deadlines=tuple(deadlines),
        calendars=tuple(_calendars(rules, rows, found)) if is_rules else (),
        calendar_fields=(rules.columns - {"calendar"}) if is_rules else frozenset(),
        told={each.code: work.columns for each in packages},
        has_links="after" in work.columns,
        findings=tuple(found),
        rows=rows,
    )


def _sourced(
    rows: dict[tuple[str, str], _Sourced], reading: Reading, sheet: str, member: str, name: str
) -> Iterator[Finding]:
    """Note in which row each entry stands; yield `PLN-003` where one stands in two."""
    for row in reading.rows:
        code = str(row.values[name])
        first = rows.setdefault((member, code), _Sourced(sheet, row))
        if first.row is not row:
            message = f"{code!r} stands there too: {first.cell(name)}."
            yield codes.DOUBLE_CODE.found(message, at=f"{sheet}{row.cell(name)}")


def _packages(
    reading: Reading, rows: Mapping[tuple[str, str], _Sourced], found: list[Finding]
) -> tuple[list[WorkPackage], list[Link]]:
    lists = LISTS.keys() & reading.columns
    if lists and lists != LISTS.keys():
        missing = ", ".join(sorted(LISTS.keys() - lists))
        message = f"Who has to do with the work takes four columns; {missing} is not there."
        found.append(codes.BAD_VALUE.found(message, at="columns"))
    packages: list[WorkPackage] = []
    links: list[Link] = []
    for row in reading.rows:
        sourced = rows["packages", str(row.values["code"])]
        values = _Values(row, sourced.sheet, found)
        package = WorkPackage(
            code=values.text("code"),
            title=values.text("title"),
            phase=values.text("phase"),
            kind=values.choice("kind", WorkKind, WorkKind.OTHER),
            market=values.text("market"),
            site=values.text("site"),
            line=values.text("line"),
            partner=values.text("partner"),
            products=tuple(filter(None, (p.strip() for p in values.text("products").split(",")))),
            calendar=values.text("calendar") or "standard",
            duration_days=values.whole("duration_days"),
            effort_days=float(values.number("effort_days")),
            role=values.text("role"),
            owner=values.text("owner"),
            raci=values.raci(),
            cost_eur=values.whole("cost_eur"),
            is_on_line=values.truth("is_on_line"),
            not_before=row.values["not_before"],  # type: ignore[arg-type]
            placement=values.choice("placement", Placement, None),
            done_percent=values.whole("done_percent"),
            started_on=row.values["started_on"],  # type: ignore[arg-type]
            finished_on=row.values["finished_on"],  # type: ignore[arg-type]
            reason=values.text("reason"),
            acceptance=values.text("acceptance"),
        )
        packages.append(package)
        made, wrong = parse_links(values.text("after"), successor=package.code)
        links += made
        found += (codes.BAD_VALUE.found(each.message, at=values.at("after")) for each in wrong)
    return packages, links


def _deadlines(
    reading: Reading, rows: Mapping[tuple[str, str], _Sourced], found: list[Finding]
) -> Iterator[Deadline]:
    for row in reading.rows:
        sourced = rows["deadlines", str(row.values["date"])]
        values = _Values(row, sourced.sheet, found)
        yield Deadline(
            code=values.text("date"),
            title=values.text("title"),
            package=values.text("package"),
            due_on=row.values["due_on"],  # type: ignore[arg-type]
            buffer_days=values.whole("buffer_days"),
            certainty=values.choice("certainty", Certainty, Certainty.KNOWN),
            market=values.text("market"),
            source=values.text("source"),
            clause=values.text("clause"),
            stake_eur=values.whole("stake_eur"),
        )


def _calendars(
    reading: Reading, rows: Mapping[tuple[str, str], _Sourced], found: list[Finding]
) -> Iterator[CalendarRule]:
    for row in reading.rows:
        sourced = rows["calendars", str(row.values["calendar"])]
        values = _Values(row, sourced.sheet, found)
        yield CalendarRule(
            code=values.text("calendar"),
            name=values.text("name") or values.text("calendar"),
            country=values.text("country").upper(),
            subdivision=values.text("subdivision").upper(),
            weekdays=values.notation("weekdays", parse_weekdays),
            days_off=values.notation("days_off", parse_days_off),
            worked=tuple(each.on for each in values.notation("worked", parse_days_off)),
            windows=values.notation("windows", parse_windows),
        )


class _Values:
    """The cells of a row, each as what it is to be; what it cannot be becomes a finding."""

    def __init__(self, row: Row, sheet: str, found: list[Finding]) -> None:
        self._row = row
        self._sheet = sheet
        self._found = found

    def text(self, name: str) -> str:
        value = self._row.values[name]
        return "" if value is None else str(value)

    def number(self, name: str) -> float:
        value = self._row.values[name]
        return float(value) if value is not None else 0.0  # type: ignore[arg-type]

    def whole(self, name: str) -> int:
        value = self.number(name)
        if value != int(value):
            self._say(name, f"{_words(name)} is {value:g}; expected a whole number.")
        return int(value)

    def truth(self, name: str) -> bool:
        text = self.text(name).casefold()
        if text not in _TRUE | _FALSE:
            self._say(name, f"{_words(name)} is {text[:40]!r}; expected yes or no.")
        return text in _TRUE

    def choice(self, name: str, kind: type[StrEnum], default: Any) -> Any:
        text = self.text(name).strip().lower().replace(" ", "_").replace("-", "_")
        if not text:
            return default
        try:
            return kind(text)
        except ValueError:
            expected = ", ".join(each.value for each in kind)
            self._say(name, f"{_words(name)} is {text[:40]!r}; expected one of {expected}.")
            return default

    def notation(self, name: str, parse: Callable[[str], tuple[T, ...]]) -> tuple[T, ...]:
        try:
            return parse(self.text(name))
        except ValueError as wrong:
            self._say(name, f"{_words(name)}: {wrong}.")
            return ()

    def raci(self) -> dict[Department, Part]:
        lists = {name: list(self._departments(name)) for name in LISTS}
        return of_lists(lists)

    def _departments(self, name: str) -> Iterator[Department]:
        for part in self.text(name).split(","):
            text = part.strip().lower().replace(" ", "_").replace("-", "_")
            if text in set(Department):
                yield Department(text)
            elif text:
                expected = ", ".join(each.value for each in Department)
                self._say(name, f"{_words(name)} has {text[:40]!r}; expected some of {expected}.")

    def _say(self, name: str, message: str) -> None:
        self._found.append(codes.BAD_VALUE.found(message, at=self.at(name)))

    def at(self, name: str) -> str:
        """Return the sheet and cell of a field."""
        return f"{self._sheet}{self._row.cell(name)}"


def _words(name: str) -> str:
    """Return the title of a column."""
    return name.replace("_", " ").capitalize()


def require_good(file: PlanFile) -> PlanFile:
    """Return what a file says, unless something in it is wrong.

    Raises:
        RefusedError: With the findings of the file.
    """
    wrong = tuple(each for each in file.findings if each.severity == "error")
    if wrong:
        raise RefusedError(*wrong)
    return file
