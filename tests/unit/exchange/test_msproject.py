"""Microsoft Project's XML: there and back without loss, and what comes from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.unit.planning.making import MONDAY, deadline
from tests.unit.planning.scopes import TODAY, scope

from packtrail.exchange.msproject_reader import read_msproject
from packtrail.exchange.msproject_writer import write_msproject
from packtrail.exchange.plan_tables import PlanFile
from packtrail.planning.calendars import Calendar, DayOff, Window
from packtrail.planning.proposals import propose
from packtrail.planning.scheduling import schedule
from packtrail.planning.templates import LARGE
from packtrail.planning.work import Link, LinkKind, Placement, Plan, Resource, WorkKind, WorkPackage

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
NS = "{http://schemas.microsoft.com/project}"


def written(plan: Plan) -> bytes:
    return write_msproject(schedule(plan, MONDAY), title="EU", author="Ada", made_at=AT)


def there_and_back(plan: Plan) -> PlanFile:
    return read_msproject(written(plan))


SITE = Calendar(code="leuven", name="Leuven", days_off=(DayOff(date(2026, 12, 25), "Christmas"),))
STOPS = Calendar(
    code="stops:L1", name="Stops",
    windows=(
        Window(date(2027, 1, 4), date(2027, 1, 8)), Window(date(2027, 4, 5), date(2027, 4, 9)),
    ),
)  # fmt: skip


def full() -> Plan:
    proposal = propose(scope(), LARGE, TODAY)
    begun = {
        "URS": {"started_on": date(2026, 11, 2), "done_percent": 40, "owner": "Ada & Bob <x>"},
        "CHARTER": {
            "started_on": date(2026, 10, 1),
            "finished_on": date(2026, 10, 30),
            "done_percent": 100,
        },
        "IT-RULES": {"not_before": date(2027, 1, 11), "placement": Placement.SOON},
        "L1-INSTALL": {"calendar": "stops:L1"},
    }
    return Plan(
        packages=tuple(replace(each, **begun.get(each.code, {})) for each in proposal.packages),
        links=tuple(
            replace(each, kind=LinkKind.START_START, lag_days=5)
            if each.successor == "REPO"
            else replace(each, lag_days=7, is_elapsed=True)
            if each.successor == "IT-CARE"
            else each
            for each in proposal.links
        ),
        deadlines=proposal.deadlines,
        calendars=(SITE, Calendar(code="ulm", name="Ulm", weekdays=(0, 1, 2, 3)), STOPS),
        resources=LARGE.resources,
    )


def test_a_plan_goes_to_microsoft_project_and_back_without_loss() -> None:
    plan = full()
    back = there_and_back(plan)

    assert back.findings == ()
    assert {each.code: each for each in back.packages} == plan.by_code
    assert set(back.links) == set(plan.links)
    assert set(back.deadlines) == set(plan.deadlines)
    assert {each.code: each.capacity for each in back.resources} == {
        each.code: each.capacity for each in plan.resources
    }


def test_what_comes_back_is_scheduled_on_the_same_days() -> None:
    plan = full()
    back = there_and_back(plan)
    again = replace(
        plan, packages=back.packages, links=back.links, deadlines=back.deadlines,
        resources=back.resources,
    )  # fmt: skip

    assert schedule(again, MONDAY).slots == schedule(plan, MONDAY).slots


def test_calendars_come_back_with_their_week_and_days_off() -> None:
    back = {each.code: each for each in there_and_back(full()).calendars}

    assert back["leuven"].days_off == (DayOff(date(2026, 12, 25), "leuven"),)
    assert back["ulm"].weekdays == (0, 1, 2, 3)
    between = {each.on for each in back["stops:L1"].days_off}
    assert {date(2027, 1, 9), date(2027, 4, 4)} <= between
    assert date(2027, 1, 8) not in between


@given(
    text=st.text(max_size=40),
    days=st.integers(0, 400),
    effort=st.integers(0, 800),
    kind=st.sampled_from(WorkKind),
    is_on_line=st.booleans(),
)
def test_any_package_goes_there_and_back(
    text: str, days: int, effort: int, kind: WorkKind, *, is_on_line: bool
) -> None:
    printable = "".join(each for each in text if each.isprintable())
    package = WorkPackage(
        code="A", title=f"A{printable}".strip(), kind=kind, duration_days=days,
        effort_days=effort / 4 if days else 0, role="it" if days and effort else "",
        is_on_line=is_on_line, acceptance=printable,
    )  # fmt: skip
    plan = Plan(packages=(package,), resources=(Resource(code="it", name="IT"),))

    assert there_and_back(plan).packages == (package,)


def test_the_file_is_what_microsoft_project_expects() -> None:
    root = etree.fromstring(written(full()))
    task = next(
        each for each in root.iter(f"{NS}Task") if each.findtext(f"{NS}Name") == "User requirements"
    )
    delivery = next(
        each for each in root.iter(f"{NS}Task")
        if each.findtext(f"{NS}Name", "").startswith("Delivery of printers")
    )  # fmt: skip
    names = [each.tag.removeprefix(NS) for each in task]

    assert root.tag == f"{NS}Project"
    assert task.findtext(f"{NS}Duration") == "PT240H0M0S"
    assert task.findtext(f"{NS}ActualStart") == "2026-11-02T08:00:00"
    assert (delivery.findtext(f"{NS}Duration"), delivery.findtext(f"{NS}DurationFormat")) == (
        "PT2688H0M0S",
        "8",
    )
    order = ["UID", "ID", "Name", "Type", "WBS", "OutlineNumber", "OutlineLevel", "Start",
             "Finish", "Duration", "DurationFormat", "Work", "EffortDriven", "Milestone",
             "Summary", "FixedCost", "PercentComplete", "ActualStart", "ActualFinish",
             "ConstraintType", "CalendarUID", "ConstraintDate", "Deadline", "Notes",
             "PredecessorLink", "ExtendedAttribute"]  # fmt: skip
    at = [order.index(name) for name in names if name in order]
    assert set(names) <= set(order)
    assert at.index(order.index("PredecessorLink")) == len(at) - 3
    assert root.findtext(f"{NS}ScheduleFromStart") == "1"


def foreign(tasks: str, more: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Project xmlns="{NS[1:-1]}">'
        f"<Name>Foreign</Name>{more}<Tasks>{tasks}</Tasks></Project>"
    ).encode()


FOREIGN = foreign(
    """
    <Task><UID>0</UID><Name>Project</Name><OutlineLevel>0</OutlineLevel></Task>
    <Task><UID>1</UID><Name>Phase one</Name><WBS>1</WBS><OutlineLevel>1</OutlineLevel>
      <Summary>1</Summary></Task>
    <Task><UID>2</UID><Name>Dig</Name><WBS>1.1</WBS><OutlineLevel>2</OutlineLevel>
      <Duration>PT40H0M0S</Duration><DurationFormat>7</DurationFormat><Summary>0</Summary>
      <PercentComplete>50</PercentComplete><ActualStart>2026-11-23T08:00:00</ActualStart></Task>
    <Task><UID>3</UID><Name>Dry</Name><WBS>1.2</WBS><OutlineLevel>2</OutlineLevel>
      <Duration>PT48H0M0S</Duration><DurationFormat>8</DurationFormat><Summary>0</Summary>
      <PredecessorLink><PredecessorUID>2</PredecessorUID><Type>3</Type><LinkLag>9600</LinkLag>
        <LagFormat>7</LagFormat></PredecessorLink></Task>
    <Task><UID>4</UID><Name>Open</Name><WBS>2</WBS><OutlineLevel>1</OutlineLevel>
      <Duration>PT0H0M0S</Duration><Milestone>1</Milestone><Summary>0</Summary>
      <ConstraintType>4</ConstraintType><ConstraintDate>2027-01-04T08:00:00</ConstraintDate>
      <Deadline>2027-02-01T17:00:00</Deadline>
      <PredecessorLink><PredecessorUID>3</PredecessorUID><Type>1</Type></PredecessorLink>
      <PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type></PredecessorLink></Task>
    """,
    """
    <Resources><Resource><UID>1</UID><Name>The Diggers</Name><Type>1</Type>
      <MaxUnits>2.5</MaxUnits></Resource></Resources>
    <Assignments><Assignment><TaskUID>2</TaskUID><ResourceUID>1</ResourceUID>
      <Work>PT20H0M0S</Work></Assignment></Assignments>
    """,
)


def test_a_plan_from_elsewhere_is_read_with_codes_of_its_outline() -> None:
    found = read_msproject(FOREIGN)
    dig, dry, opening = found.packages

    assert [each.code for each in found.packages] == ["1.1", "1.2", "2"]
    assert (dig.duration_days, dig.effort_days, dig.role, dig.done_percent) == (
        5, 2.5, "the-diggers", 50,
    )  # fmt: skip
    assert (dry.duration_days, dry.calendar, dry.phase) == (2, "elapsed", "Phase one")
    assert (opening.is_milestone, opening.not_before) == (True, date(2027, 1, 4))
    assert found.links[0] == Link(
        predecessor="1.1", successor="1.2", kind=LinkKind.START_START, lag_days=2
    )
    assert [(each.package, each.due_on) for each in found.deadlines] == [("2", date(2027, 2, 1))]
    assert found.resources[0].capacity == 2.5


CALENDARS = """
    <CalendarUID>7</CalendarUID><MinutesPerDay>450</MinutesPerDay>
    <Calendars>
      <Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar></Calendar>
      <Calendar><UID>7</UID><Name>Ulm</Name><IsBaseCalendar>1</IsBaseCalendar>
        <Exceptions>{}</Exceptions></Calendar>
    </Calendars>
"""


def exception(first: str, last: str, *parts: str) -> str:
    return (
        f"<Exception><TimePeriod><FromDate>{first}T00:00:00</FromDate>"
        f"<ToDate>{last}T23:59:00</ToDate></TimePeriod><Name>Off</Name>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in (p.split("=") for p in parts))
        + "<DayWorking>0</DayWorking></Exception>"
    )


EXCEPTIONS = [
    (exception("2026-12-24", "2026-12-26", "Type=1"), "2026-12-24 2026-12-25 2026-12-26"),
    (exception("2026-12-24", "2026-12-25"), "2026-12-24 2026-12-25"),
    (
        exception("2027-01-01", "2029-01-01", "Type=2", "Month=0", "MonthDay=1"),
        "2027-01-01 2028-01-01 2029-01-01",
    ),
    (  # The fourth Thursday in November.
        exception("2026-11-26", "2027-11-30", "Type=3", "Month=10", "MonthItem=7",
                  "MonthPosition=3"),
        "2026-11-26 2027-11-25",
    ),
    (
        exception("2027-01-31", "2027-06-30", "Type=4", "MonthDay=31", "Period=2"),
        "2027-01-31 2027-03-31 2027-05-31",
    ),
    (  # The last weekday of a month.
        exception("2027-01-29", "2027-02-28", "Type=5", "MonthItem=1", "MonthPosition=4"),
        "2027-01-29 2027-02-26",
    ),
    (  # Every other Monday and Friday.
        exception("2027-01-04", "2027-01-31", "Type=6", "DaysOfWeek=34", "Period=2"),
        "2027-01-04 2027-01-08 2027-01-18 2027-01-22",
    ),
    (
        exception("2027-02-27", "2027-03-05", "Type=7", "Period=3"),
        "2027-02-27 2027-03-02 2027-03-05",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("exceptions", "days"), EXCEPTIONS)
def test_an_exception_that_recurs_is_off_on_its_days_only(exceptions: str, days: str) -> None:
    found = read_msproject(foreign("", CALENDARS.format(exceptions)))
    (ulm,) = found.calendars

    assert [each.on.isoformat() for each in ulm.days_off] == days.split()
    assert found.findings == ()


def test_an_exception_that_recurs_in_an_unknown_way_is_left_out_with_a_finding() -> None:
    strange = exception("2027-01-01", "2099-12-31", "Type=8")
    found = read_msproject(foreign("", CALENDARS.format(strange)))

    assert found.calendars[0].days_off == ()
    assert [(each.code, each.at) for each in found.findings] == [("PLN-022", "Calendar Ulm")]


def test_a_day_has_the_hours_that_the_project_says_and_the_calendar_that_it_has() -> None:
    tasks = """
      <Task><UID>1</UID><Name>A</Name><WBS>A</WBS><Duration>PT75H0M0S</Duration></Task>
      <Task><UID>2</UID><Name>B</Name><WBS>B</WBS><Duration>PT7H30M0S</Duration>
        <Milestone>1</Milestone><CalendarUID>-1</CalendarUID>
        <PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type><LinkLag>45000</LinkLag>
        <LagFormat>7</LagFormat></PredecessorLink></Task>
    """
    found = read_msproject(foreign(tasks, CALENDARS.format("")))

    assert [(each.duration_days, each.calendar) for each in found.packages] == [
        (10, "Ulm"), (1, "Ulm"),
    ]  # fmt: skip
    assert found.links[0].lag_days == 10
    assert found.findings == ()


def test_days_off_of_the_standard_calendar_are_kept() -> None:
    content = CALENDARS.replace("<UID>7</UID><Name>Ulm", "<UID>7</UID><Name>Standard")
    off = exception("2026-12-24", "2026-12-24", "Type=1")
    found = read_msproject(foreign("", content.format(off)))

    assert [(each.code, each.days_off) for each in found.calendars] == [
        ("standard", (DayOff(date(2026, 12, 24), "Off"),))
    ]


@pytest.mark.parametrize(
    ("lag", "form", "said"),
    [
        (2400, 7, "The lag after A is 0.5 days; 0 are planned."),
        (50, 19, "The lag of 50 % after A is not kept: it is no number of days."),
    ],
)
def test_a_lag_that_is_no_whole_number_of_days_is_told(lag: int, form: int, said: str) -> None:
    tasks = f"""
      <Task><UID>1</UID><Name>A</Name><WBS>A</WBS><Duration>PT8H0M0S</Duration></Task>
      <Task><UID>2</UID><Name>B</Name><WBS>B</WBS><Duration>PT8H0M0S</Duration>
        <PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type><LinkLag>{lag}</LinkLag>
        <LagFormat>{form}</LagFormat></PredecessorLink></Task>
    """
    found = read_msproject(foreign(tasks))

    assert [(each.message, each.at) for each in found.findings] == [(said, "Task 2")]


@pytest.mark.parametrize(("effort", "role"), [(5.0, ""), (0.33, "QA2"), (2 / 3, "QA2")])
def test_effort_and_role_come_back_as_they_were(effort: float, role: str) -> None:
    package = WorkPackage(code="A", title="A", duration_days=3, effort_days=effort, role=role)
    back = there_and_back(Plan(packages=(package,), resources=(Resource(code="QA2", name="Q"),)))

    assert back.packages == (package,)
    assert [each.code for each in back.resources] == ["QA2"]


def test_effort_that_was_changed_in_microsoft_project_is_the_new_one() -> None:
    package = WorkPackage(code="A", title="A", duration_days=3, effort_days=5.0, role="qa")
    plan = Plan(packages=(package,), resources=(Resource(code="qa", name="Q"),))
    changed = written(plan).replace(b"<Work>PT40H0M0S", b"<Work>PT16H0M0S")

    assert read_msproject(changed).packages[0].effort_days == 2.0


def test_a_link_to_a_summary_is_left_out_with_a_finding() -> None:
    found = read_msproject(FOREIGN)

    assert [(each.code, each.at) for each in found.findings] == [("PLN-022", "Task 4")]
    assert "from task 1 to 4" in found.findings[0].message


def test_a_day_moved_in_microsoft_project_is_the_new_first_day() -> None:
    plan = Plan(packages=(WorkPackage(code="A", title="A", duration_days=3),))
    moved = written(plan).replace(
        b"<ConstraintDate>2026-11-30T08:00:00", b"<ConstraintDate>2027-03-01T08:00:00"
    )

    assert there_and_back(plan).packages[0].not_before is None
    assert read_msproject(moved).packages[0].not_before == date(2027, 3, 1)


def test_a_date_moved_in_microsoft_project_moves_the_first_date_of_the_package() -> None:
    plan = Plan(
        packages=(WorkPackage(code="A", title="A"),),
        deadlines=(deadline("A", 30, code="law", buffer_days=5), deadline("A", 40, code="ours")),
    )
    moved = written(plan).replace(b"<Deadline>2026-12-29", b"<Deadline>2027-01-15")
    dates = {each.code: each for each in read_msproject(moved).deadlines}

    assert dates["law"].due_on == date(2027, 1, 15)
    assert dates["law"].buffer_days == 5
    assert dates["ours"].due_on == date(2027, 1, 8)


BOMB = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY x "&lol;&lol;">]>'
HOSTILE = [
    (BOMB + b"<Project>&x;</Project>", "EPC-003"),
    (
        b'<!DOCTYPE p [<!ENTITY f SYSTEM "file:///etc/passwd">]><Project>&f;</Project>',
        "EPC-003",
    ),
    (b"<Project><Tasks>", "EPC-001"),
    (b"\x00\x01\x02", "EPC-001"),
    (b"<html/>", "PLN-021"),
    (b"", "EPC-001"),
    (b'<Project xmlns="urn:other"/>', "PLN-021"),
    (b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><Project/>', "EPC-005"),
]


@pytest.mark.parametrize(("content", "code"), HOSTILE)
def test_a_hostile_or_strange_file_is_refused(content: bytes, code: str) -> None:
    found = read_msproject(content)

    assert found.packages == ()
    assert [each.code for each in found.findings] == [code]


EXTRA = "<ExtendedAttribute><FieldID>188743734</FieldID><Value>{}</Value></ExtendedAttribute>"
ODD = [
    "<UID>1</UID><Name>A</Name><Duration>soon</Duration>",
    "<UID>1</UID><Name>A</Name><ActualStart>99999-01-01</ActualStart>",
    "<UID>1</UID><Name>A</Name><Duration>PT999999999H0M0S</Duration>",
    "<UID>1</UID><OutlineLevel>deep</OutlineLevel>",
    "<UID>1</UID><Name>A</Name>" + EXTRA.replace("{}", '{"is_on_line": "maybe"}'),
    "<UID>1</UID><Name>A</Name>" + EXTRA.replace("{}", "{" * 5000),
    "<Name>A</Name></Task><Task><Name>B</Name>",
    "<UID>1</UID><ConstraintType>2</ConstraintType><Start>x</Start>",
]


@pytest.mark.parametrize("task", ODD)
def test_odd_values_are_read_as_far_as_they_go(task: str) -> None:
    found = read_msproject(foreign(f"<Task>{task}</Task>"))

    assert all(each.code.startswith("PLN-") for each in found.findings)
    assert len(found.packages) <= 2


ORDER = {
    "Project": "SaveVersion UID Name Title Author CreationDate ScheduleFromStart StartDate "
    "FinishDate CurrencyCode CalendarUID MinutesPerDay MinutesPerWeek DaysPerMonth "
    "DurationFormat WorkFormat StatusDate ExtendedAttributes Calendars Tasks Resources Assignments",
    "ExtendedAttribute": "FieldID FieldName Alias Value",
    "Calendar": "UID Name IsBaseCalendar BaseCalendarUID WeekDays",
    "WeekDay": "DayType DayWorking TimePeriod WorkingTimes",
    "TimePeriod": "FromDate ToDate",
    "WorkingTime": "FromTime ToTime",
    "Task": "UID ID Name Type WBS OutlineNumber OutlineLevel Start Finish Duration DurationFormat "
    "Work EffortDriven Milestone Summary FixedCost PercentComplete ActualStart ActualFinish "
    "ConstraintType CalendarUID ConstraintDate Deadline Notes PredecessorLink ExtendedAttribute",
    "PredecessorLink": "PredecessorUID Type CrossProject LinkLag LagFormat",
    "Resource": "UID ID Name Type Initials Code Group MaxUnits StandardRate",
    "Assignment": "UID TaskUID ResourceUID Units Work",
}
"""Element -> its parts in the order of mspdi_pj12.xsd, as far as we write them."""
REQUIRED = {"Project": {"SaveVersion", "CurrencyCode"}, "Task": {"UID"}, "WeekDay": {"DayType"}}


def test_every_element_has_its_parts_in_the_order_of_the_schema_of_microsoft() -> None:
    met = set()
    for node in etree.fromstring(written(full())).iter():
        name = etree.QName(node).localname
        parts = [etree.QName(each).localname for each in node]
        if name in ORDER:
            met.add(name)
            order = ORDER[name].split()
            assert set(parts) <= set(order), name
            assert parts == sorted(parts, key=order.index), name
            assert REQUIRED.get(name, set()) <= set(parts)
    assert met == ORDER.keys()


def test_a_duration_that_cannot_be_read_is_refused() -> None:
    content = re.sub(rb"<Duration>PT\d+H0M0S<", b"<Duration>two weeks<", written(full()), count=1)
    found = [each for each in read_msproject(content).findings if each.severity == "error"]

    assert [each.code for each in found] == ["PLN-004"]
    assert "is 'two weeks'; expected such as PT16H0M0S." in found[0].message
