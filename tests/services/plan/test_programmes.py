"""Programmes over the real services and PostgreSQL: opening, writing, scheduling, what-if."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.services.conftest import World
from tests.unit.planning.scopes import EGYPT, ITALY, scope

from packtrail.access import ROLES, Actor, RoleName
from packtrail.base.errors import Conflict, LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.planning.book import KINDS, Scenario, Terms, kind_of
from packtrail.planning.calendars import CalendarRule
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.scope import Market, Need
from packtrail.planning.work import Deadline, Link, WorkPackage
from packtrail.services.accounts import audit
from packtrail.services.application import Remembered
from packtrail.services.plan import (
    baselines,
    books,
    codec,
    history,
    law,
    overview,
    programmes,
    proposing,
    trying,
)
from packtrail.services.plan.scheduling import planned
from packtrail.services.plan.writing import Put, Remove, write

DAY = date(2026, 11, 30)
LARGE = Terms(template="large")


def package(code: str, days: int = 5, **more: object) -> WorkPackage:
    return WorkPackage(**{"code": code, "title": code, "duration_days": days} | more)


@pytest.fixture
def maker(world: World) -> Actor:
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=30, hour=9)
    programmes.create_programme(world.app, world.maker, "eu", name="EU programme", terms=LARGE)
    return world.maker


def put(world: World, actor: Actor, *entries: object, reason: str = "") -> int:
    return write(world.app, actor, "eu", [Put(each) for each in entries], reason=reason).version


def full_scope(world: World, actor: Actor) -> None:
    made = scope()
    entries = (*made.markets, *made.needs, *made.products, *made.sites, *made.lines, *made.partners)
    put(world, actor, *entries)


def test_a_programme_opens_with_the_roles_and_meetings_of_its_template(
    world: World, maker: Actor
) -> None:
    book = books.opened(world.app, maker, "eu").book

    assert {"it", "validation", "programme"} <= book.resources.keys()
    assert book.meetings["steering"].every_weeks == 4
    assert [each.code for each in programmes.programmes(world.app, maker)] == ["eu"]


def test_a_programme_is_nobody_elses_affair(world: World, maker: Actor) -> None:
    for stranger in (world.packer, world.wholesaler):
        assert programmes.programmes(world.app, stranger) == ()
        with pytest.raises(NotFound) as refusal:
            books.opened(world.app, stranger, "eu")
        assert refusal.value.findings[0].code == "PLN-014"


def test_two_organisations_may_have_a_programme_of_one_code(world: World, maker: Actor) -> None:
    programmes.create_programme(world.app, world.packer, "eu", name="Ours", terms=LARGE)
    write(world.app, world.packer, "eu", [Put(package("A"))])

    assert "A" not in books.opened(world.app, maker, "eu").book.packages


def test_a_second_programme_of_one_code_is_refused(world: World, maker: Actor) -> None:
    with pytest.raises(Conflict) as refusal:
        programmes.create_programme(world.app, maker, "eu", name="Again", terms=LARGE)

    assert refusal.value.findings[0].code == "PLN-017"


@pytest.mark.parametrize(
    ("code", "name", "template", "at"),
    [("e u", "x", "large", "code"), ("x", " ", "large", "name"),
     ("x", "x", "huge", "terms/template")],
)  # fmt: skip
def test_a_programme_that_cannot_be_opened_is_refused_at_its_place(
    world: World, code: str, name: str, template: str, at: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        programmes.create_programme(
            world.app, world.maker, code, name=name, terms=Terms(template=template)
        )

    assert [each.at for each in refusal.value.findings] == [at]
    assert programmes.programmes(world.app, world.maker) == ()


def test_only_who_may_opens_and_changes_programmes(world: World, maker: Actor) -> None:
    reader = maker.with_permissions(ROLES[RoleName.READER])
    operator = maker.with_permissions(ROLES[RoleName.OPERATOR])

    with pytest.raises(NotPermitted):
        programmes.create_programme(world.app, operator, "x", name="x", terms=LARGE)
    with pytest.raises(NotPermitted):
        write(world.app, reader, "eu", [Put(package("A"))])
    with pytest.raises(NotPermitted):
        baselines.fix_baseline(world.app, operator, "eu", name="x")
    assert write(world.app, operator, "eu", [Put(package("A"))]).count == 1
    assert planned(world.app, reader, "eu").schedule.slots.keys() == {"A"}
    with pytest.raises(NotPermitted):
        books.opened(world.app, maker.with_permissions(()), "eu")


ENTRIES = [
    package("A", products=("P1",), not_before=date(2027, 1, 4), effort_days=2.5, role="it"),
    Deadline(code="D", title="D", package="A", due_on=date(2027, 3, 1)),
    CalendarRule(code="night", name="Night shift", country="BE", weekdays=(0, 6)),
    Entry(code="R1", kind=EntryKind.RISK, title="Late", state="open", facts={"impact": "3"}),
    Scenario(code="s", title="Later", changes=("date:D=2027-04-01",)),
    *scope().markets, *scope().needs, *scope().products, *scope().sites, *scope().lines,
    *scope().partners,
]  # fmt: skip


def test_whatever_is_written_is_read_as_it_was(world: World, maker: Actor) -> None:
    put(world, maker, *ENTRIES)
    world.app.remembered.put("plan/1", -1, None)
    book = books.opened(world.app, maker, "eu").book

    for entry in ENTRIES:
        kind = kind_of(entry)
        assert book.of_kind(kind.name)[kind.code_of(entry)] == entry


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: type(each).__name__)
def test_an_entry_goes_through_plain_values_unharmed(entry: object) -> None:
    assert codec.read(kind_of(entry).name, codec.plain(entry)) == entry


@pytest.mark.parametrize(
    ("values", "at"),
    [({"code": "A", "title": "A", "colour": "red"}, "colour"),
     ({"code": "A", "title": "A", "duration_days": "five"}, "duration_days"),
     ({"code": "A"}, "")],
)  # fmt: skip
def test_values_that_are_no_entry_are_refused_at_their_place(values: object, at: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        codec.read("package", values)

    (finding,) = refusal.value.findings
    assert (finding.code, finding.at) == ("PLN-004", at)


def test_a_change_that_breaks_the_plan_changes_nothing(world: World, maker: Actor) -> None:
    put(world, maker, package("A"), package("B"), Link(predecessor="A", successor="B"))
    with pytest.raises(RefusedError) as refusal:
        put(world, maker, package("C"), Link(predecessor="B", successor="A"))

    assert [each.code for each in refusal.value.findings] == ["PLN-001"]
    assert books.opened(world.app, maker, "eu").book.packages.keys() == {"A", "B"}


def test_whoever_changes_what_another_changed_is_told_so(world: World, maker: Actor) -> None:
    put(world, maker, package("A"))
    first = Put(package("A", title="Mine"), revision=1)
    write(world.app, maker, "eu", [first])
    with pytest.raises(Conflict) as refusal:
        write(world.app, maker, "eu", [Put(package("A", title="Yours"), revision=1)])

    assert refusal.value.findings[0].code == "PLN-016"
    assert "revision 2" in refusal.value.findings[0].message
    assert books.opened(world.app, maker, "eu").book.packages["A"].title == "Mine"


def test_a_new_entry_takes_no_code_that_is_taken(world: World, maker: Actor) -> None:
    put(world, maker, package("A"))
    with pytest.raises(Conflict) as refusal:
        write(world.app, maker, "eu", [Put(package("A"), revision=0)])

    assert refusal.value.findings[0].code == "PLN-017"


def test_a_package_that_is_taken_out_takes_its_links_along(world: World, maker: Actor) -> None:
    put(world, maker, package("A"), package("B"), Link(predecessor="A", successor="B"))
    write(world.app, maker, "eu", [Remove("package", "A")], reason="Not needed")
    book = books.opened(world.app, maker, "eu").book

    assert (book.packages.keys(), book.links.keys()) == ({"B"}, set())


def test_a_package_with_a_date_is_not_taken_out(world: World, maker: Actor) -> None:
    put(
        world, maker, package("A"),
        Deadline(code="D", title="D", package="A", due_on=date(2027, 1, 1)),
    )  # fmt: skip
    with pytest.raises(RefusedError) as refusal:
        write(world.app, maker, "eu", [Remove("package", "A")])

    assert [each.code for each in refusal.value.findings] == ["PLN-002"]


def test_what_is_not_there_is_not_taken_out(world: World, maker: Actor) -> None:
    with pytest.raises(NotFound) as refusal:
        write(world.app, maker, "eu", [Remove("package", "X")])

    assert refusal.value.findings[0].code == "PLN-015"


def test_writing_what_is_there_already_is_no_change(world: World, maker: Actor) -> None:
    version = put(world, maker, package("A"))

    assert put(world, maker, package("A")) == version


def test_an_archived_programme_is_read_and_not_changed(world: World, maker: Actor) -> None:
    programmes.change_programme(world.app, maker, "eu", is_archived=True)
    with pytest.raises(RefusedError) as refusal:
        put(world, maker, package("A"))

    assert refusal.value.findings[0].code == "PLN-020"
    assert planned(world.app, maker, "eu").schedule.slots == {}
    programmes.change_programme(world.app, maker, "eu", is_archived=False)
    assert put(world, maker, package("A")) > 0


def test_a_programme_takes_no_more_entries_than_the_setting(world: World, maker: Actor) -> None:
    settings = replace(world.app.settings, plan_entries_max=100)
    app = replace(world.app, settings=settings)
    with pytest.raises(LimitExceeded) as refusal:
        write(app, maker, "eu", [Put(package(f"P{n}")) for n in range(100)])

    assert refusal.value.findings[0].code == "PLN-018"


def test_every_change_is_told_with_before_and_after_and_reason(world: World, maker: Actor) -> None:
    put(world, maker, package("A"), reason="First")
    put(world, maker, package("A", 9), reason="The supplier is slow")
    newest, oldest = history.changes(world.app, maker, "eu", kind="package", code="A")

    assert (newest.reason, newest.actor_name) == ("The supplier is slow", maker.name)
    assert newest.fields == {"duration_days": (5, 9)}
    assert oldest.before is None
    row = audit.entries(world.app, maker)[0]
    assert row.action == "plan:entry:changed"
    assert row.detail["counts"] == {"package changed": 1}


def test_the_schedule_is_of_the_day_that_is_asked_for(world: World, maker: Actor) -> None:
    put(world, maker, package("A"))
    today = planned(world.app, maker, "eu").schedule.slots["A"]
    later = planned(world.app, maker, "eu", on=DAY + timedelta(days=7)).schedule.slots["A"]

    assert (today.start_on, later.start_on) == (DAY, DAY + timedelta(days=7))


def test_holidays_of_a_site_are_no_working_days(world: World, maker: Actor) -> None:
    put(
        world, maker, *scope().sites,
        package("A", 1, calendar="leuven", not_before=date(2027, 7, 21)),
    )  # fmt: skip

    assert planned(world.app, maker, "eu").schedule.slots["A"].start_on == date(2027, 7, 22)


def test_a_country_without_known_holidays_is_a_note(world: World, maker: Actor) -> None:
    put(world, maker, replace(scope().sites[0], country="XX"))
    found = planned(world.app, maker, "eu").schedule.findings

    assert [each.code for each in found] == ["PLN-019"]


# --- proposals and the law ------------------------------------------------------------------------


def test_what_is_offered_is_put_into_the_plan_and_not_offered_again(
    world: World, maker: Actor
) -> None:
    full_scope(world, maker)
    before = proposing.offer(world.app, maker, "eu")
    proposing.accept(world.app, maker, "eu")
    after = proposing.offer(world.app, maker, "eu")

    assert len(before.new) > 40
    assert after.is_empty
    made = planned(world.app, maker, "eu").schedule
    assert {each.deadline.code for each in made.outlooks} == {"IT", "EG-2"}


def test_what_is_left_out_is_left_out_with_its_links(world: World, maker: Actor) -> None:
    full_scope(world, maker)
    proposing.accept(world.app, maker, "eu", leave_out=["IT-CARE", "CHARTER"])
    book = books.opened(world.app, maker, "eu").book

    assert not {"IT-CARE", "CHARTER"} & book.packages.keys()
    assert "URS" in book.packages


def test_a_market_that_leaves_the_scope_leaves_the_plan_unless_work_has_begun(
    world: World, maker: Actor
) -> None:
    full_scope(world, maker)
    proposing.accept(world.app, maker, "eu")
    begun = books.opened(world.app, maker, "eu").book.packages["EG-2-RULES"]
    put(
        world, maker, replace(EGYPT, is_in=False), replace(begun, started_on=DAY),
    )  # fmt: skip
    write(world.app, maker, "eu", [Remove("deadline", "EG-2")])
    gone = {each.code for each in proposing.offer(world.app, maker, "eu").gone}

    assert "EG-2-LIVE" in gone
    assert "EG-2-RULES" not in gone
    assert not any(code.startswith("IT-") for code in gone)


def test_a_new_product_renews_what_the_plan_is_about_and_keeps_what_people_changed(
    world: World, maker: Actor
) -> None:
    full_scope(world, maker)
    proposing.accept(world.app, maker, "eu")
    art = books.opened(world.app, maker, "eu").book.packages["IT-L1-ART1"]
    put(
        world, maker, replace(art, duration_days=77),
        replace(scope().products[0], code="P0", name="P0"),
    )  # fmt: skip
    (changed,) = (
        each for each in proposing.offer(world.app, maker, "eu").changed
        if each.code == "IT-L1-ART1"
    )  # fmt: skip

    assert changed.products == ("P0", "P1", "P2")
    assert changed.duration_days == 77


def test_the_law_brings_needs_and_a_moved_day_moves_the_plan(world: World, maker: Actor) -> None:
    made = scope()
    put(world, maker, Market(code="IT", name="Italy"), *made.products, *made.sites, *made.lines)
    law.follow_law(world.app, maker, "eu")
    proposing.accept(world.app, maker, "eu")
    book = books.opened(world.app, maker, "eu").book
    due_on = book.needs["IT"].due_on
    assert due_on == book.deadlines["IT"].due_on == date(2027, 2, 8)
    assert law.law_changes(world.app, maker, "eu") == ()

    wrong = date(2028, 2, 8)
    put(
        world, maker, replace(book.needs["IT"], due_on=wrong),
        replace(book.deadlines["IT"], due_on=wrong),
    )  # fmt: skip
    (change,) = law.law_changes(world.app, maker, "eu")
    assert change.days == -365
    later = planned(world.app, maker, "eu", on=DAY).schedule.slots
    law.follow_law(world.app, maker, "eu")
    moved = books.opened(world.app, maker, "eu").book
    assert moved.deadlines["IT"].due_on == due_on
    sooner = planned(world.app, maker, "eu", on=DAY).schedule.slots
    for code in ("IT-LIVE", "IT-REVIEW", "IT-RULES"):
        assert sooner[code].finish_on < later[code].finish_on, "the work moves with its date"
    newest = history.changes(world.app, maker, "eu", kind="deadline", code="IT")[0]
    assert "IT moves from 8 Feb 2028 to 8 Feb 2027" in newest.reason


def test_a_date_that_people_set_themselves_is_not_moved_by_the_law(
    world: World, maker: Actor
) -> None:
    made = scope()
    put(world, maker, Market(code="IT", name="Italy"), *made.products, *made.sites, *made.lines)
    law.follow_law(world.app, maker, "eu")
    proposing.accept(world.app, maker, "eu")
    book = books.opened(world.app, maker, "eu").book
    own = replace(book.deadlines["IT"], due_on=date(2027, 1, 15))
    put(world, maker, own, replace(book.needs["IT"], due_on=date(2028, 1, 1)))
    law.follow_law(world.app, maker, "eu")

    assert books.opened(world.app, maker, "eu").book.deadlines["IT"].due_on == own.due_on


# --- what-if and baselines ------------------------------------------------------------------------


def with_date(world: World, maker: Actor) -> None:
    put(
        world, maker, package("A", 10), package("B", 0), Link(predecessor="A", successor="B"),
        Deadline(code="D", title="D", package="B", due_on=date(2027, 3, 1)),
    )  # fmt: skip


def test_trying_a_change_keeps_nothing(world: World, maker: Actor) -> None:
    with_date(world, maker)
    trial = trying.try_out(world.app, maker, "eu", ["date:D=2026-12-04"])

    assert [each.is_worse for each in trial.comparison.dates] == [True]
    due_on = books.opened(world.app, maker, "eu").book.deadlines["D"].due_on
    assert due_on == date(2027, 3, 1)


def test_what_was_tried_is_remembered_until_the_programme_or_the_day_has_changed(
    world: World, maker: Actor
) -> None:
    with_date(world, maker)
    moved = ["date:D=2026-12-04"]
    first = trying.try_out(world.app, maker, "eu", moved)

    assert trying.try_out(world.app, maker, "eu", moved) is first
    other = trying.try_out(world.app, maker, "eu", ["date:D=2026-12-05"])
    assert other.after.plan.deadlines[0].due_on == date(2026, 12, 5)
    put(world, maker, package("A", 30))
    longer = trying.try_out(world.app, maker, "eu", moved)
    assert longer.after.slots["A"].finish_on > first.after.slots["A"].finish_on
    assert trying.try_out(world.app, maker, "eu", moved, on=date(2026, 11, 1)) is not longer


def test_a_programme_is_called_as_it_is_called_now(world: World, maker: Actor) -> None:
    with_date(world, maker)
    trying.try_out(world.app, maker, "eu", [])
    programmes.change_programme(world.app, maker, "eu", name="Europe")

    assert planned(world.app, maker, "eu").opened.row.name == "Europe"
    assert trying.try_out(world.app, maker, "eu", []).opened.row.name == "Europe"


def test_adopting_a_change_makes_it_part_of_the_plan_with_its_reason(
    world: World, maker: Actor
) -> None:
    with_date(world, maker)
    trying.adopt(world.app, maker, "eu", ["date:D=2027-02-01", "people:it=7"], reason="New decree")
    book = books.opened(world.app, maker, "eu").book

    assert book.deadlines["D"].due_on == date(2027, 2, 1)
    assert book.resources["it"].capacity == 7
    newest = history.changes(world.app, maker, "eu", kind="deadline", code="D")[0]
    assert newest.reason.startswith("New decree (The date D moves to 2027-02-01")


def test_leaving_out_a_market_takes_out_its_work_and_date(world: World, maker: Actor) -> None:
    full_scope(world, maker)
    proposing.accept(world.app, maker, "eu")
    trying.adopt(world.app, maker, "eu", ["without:EG"], reason="Sold")
    book = books.opened(world.app, maker, "eu").book

    assert not any(each.market == "EG" for each in book.packages.values())
    assert book.deadlines.keys() == {"IT"}


def test_drift_is_measured_from_the_last_baseline(world: World, maker: Actor) -> None:
    with_date(world, maker)
    assert baselines.drift(world.app, maker, "eu") is None
    baselines.fix_baseline(world.app, maker, "eu", name="Agreed")
    trying.adopt(world.app, maker, "eu", ["date:D=2027-03-08"], reason="")
    found = baselines.drift(world.app, maker, "eu")

    assert found is not None
    assert found.baseline.name == "Agreed"
    assert [(each.code, each.days) for each in found.comparison.dates] == [("D", 7)]
    baselines.fix_baseline(world.app, maker, "eu", name="Agreed anew")
    again = baselines.drift(world.app, maker, "eu")
    assert again is not None
    assert again.comparison.shifts == ()
    first = baselines.drift(world.app, maker, "eu", number=1)
    assert first is not None
    assert first.comparison.dates[0].days == 7
    assert [each.number for each in baselines.baselines(world.app, maker, "eu")] == [1, 2]
    with pytest.raises(NotFound):
        baselines.drift(world.app, maker, "eu", number=9)


def test_every_kind_of_entry_is_a_member_of_the_book() -> None:
    assert {each.member for each in KINDS.values()} == set(
        books.Book.__dataclass_fields__  # type: ignore[attr-defined]
    )


def test_a_need_that_needs_nothing_is_refused(world: World, maker: Actor) -> None:
    empty = Need(code="X", market="IT", title="x", capabilities=frozenset(), due_on=ITALY.due_on)
    with pytest.raises(RefusedError) as refusal:
        put(world, maker, empty)

    assert refusal.value.findings[0].at == "needs/X/capabilities"


def test_a_book_that_is_brought_up_is_the_one_that_is_read_anew(world: World, maker: Actor) -> None:
    app = world.app
    elsewhere = replace(app, remembered=Remembered())
    books.opened(elsewhere, maker, "eu")
    put(world, maker, *map(package, ("B", "a", "C")))
    first = books.opened(elsewhere, maker, "eu")
    other = replace(first.book.packages["a"], title="Other")
    write(app, maker, "eu", [Put(other), Remove("package", "C")])
    put(world, maker, package("A"))

    brought_up = books.opened(elsewhere, maker, "eu")
    anew = books.opened(replace(app, remembered=Remembered()), maker, "eu")
    assert brought_up.book == anew.book
    assert brought_up.marks == anew.marks
    assert list(brought_up.book.packages) == list(anew.book.packages)
    assert [each.title for each in brought_up.book.packages.values()] == ["A", "B", "Other"]
    assert first.book.packages["a"].title == "a", "what somebody holds does not change"


def test_a_change_by_another_process_is_seen_at_once(world: World, maker: Actor) -> None:
    app = world.app
    elsewhere = replace(app, remembered=Remembered())
    due = Deadline(code="IT", title="Italy", package="LIVE", due_on=DAY)
    put(world, maker, package("LIVE", 10), due)
    before = overview.glance(elsewhere, maker, "eu").verdict
    put(world, maker, replace(due, due_on=DAY + timedelta(days=400)))

    assert (before.made, overview.glance(elsewhere, maker, "eu").verdict.made) == (0, 1)
