"""The room "Plan" over the real services, as somebody without scripts sees it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from tests.console.conftest import Desk
from tests.unit.planning.scopes import scope

from packtrail.access import Actor
from packtrail.planning.book import KINDS, Terms
from packtrail.planning.registers import Entry, EntryKind
from packtrail.planning.templates import Department
from packtrail.planning.training import Person
from packtrail.planning.work import Placement, Resource, WorkPackage
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.plan import books, programmes, proposing
from packtrail.services.plan.writing import Put, write

P = "/plan/eu"


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture(scope="module")
def maker(application: Application) -> Actor:
    """The maker with a programme of two markets, worked out."""
    actor = organisations.system_actor(application, "tests", organisation="maker")
    programmes.create_programme(
        application, actor, "eu", name="EU programme", terms=Terms(template="large")
    )
    made = scope()
    risk = Entry(
        code="R1", kind=EntryKind.RISK, state="open", title="Printers <late>",
        facts={"probability": "4", "impact": "4", "response": "Order now"},
    )  # fmt: skip
    now = WorkPackage(code="NOW", title="Begin at once", duration_days=3, placement=Placement.SOON)
    wanted = Entry(code="D1", kind=EntryKind.DECISION, state="wanted", title="Which printer?")
    entries = (*made.markets, *made.needs, *made.products, *made.sites, *made.lines,
               *made.partners, risk, wanted, now)  # fmt: skip
    write(application, actor, "eu", [Put(each) for each in entries])
    proposing.accept(application, actor, "eu")
    return actor


@pytest.fixture
def desk_of_maker(maker: Actor, admin: Desk) -> Desk:
    return admin


@pytest.fixture
def reader(maker: Actor, desk: Desk) -> Desk:
    return desk.sign_in("maker.reader")


def get(desk: Desk, path: str = "") -> str:
    answer = desk.client.get(P + path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_overview_tells_the_verdict_the_week_and_what_is_wanted(desk_of_maker: Desk) -> None:
    page = text_of(get(desk_of_maker))

    assert "dates will be made" in page
    assert "Begin at once" in page
    assert "Which printer?" in page
    assert "Printers &lt;late&gt; Order now" in page
    assert "Italy: FMD instead of the bollino" in page


def test_the_room_goes_straight_to_the_only_programme(desk_of_maker: Desk) -> None:
    answer = desk_of_maker.client.get("/plan", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, P)


PAGES = (
    "", "/work", "/package/URS", "/dates", "/load", "/what-if", "/scope", "/register", "/files",
    "/readiness", "/readiness?market=IT&state=all", "/inputs", "/inputs?state=all", "/trace",
    "/training", "/news", "/news?department=it", "/entry/package", "/entry/need?code=IT",
)  # fmt: skip
WITHOUT_FORM = {"link", "meeting", "scenario", "input"}


@pytest.mark.parametrize("path", [*PAGES, *(f"/entry/{e}" for e in KINDS if e not in WITHOUT_FORM)])
def test_every_page_opens_and_marks_its_tab(desk_of_maker: Desk, path: str) -> None:
    page = get(desk_of_maker, path)

    assert page.count('aria-current="page"') >= 1 + (not path.startswith("/entry"))
    assert "style=" not in page
    assert "onclick" not in page


def test_the_chart_and_its_table_have_the_same_packages(desk_of_maker: Desk) -> None:
    page = get(desk_of_maker, "/work?market=IT&state=all")
    chart, table = page.split("The same as a table")
    drawn = set(re.findall(r'<a href="/plan/eu/package/([^"]+)"', chart))
    listed = set(re.findall(r'<a href="/plan/eu/package/([^"]+)"', table))

    assert drawn == listed
    assert {"IT-RULES", "IT-LIVE"} <= drawn
    assert not any(code.startswith("EG") for code in drawn)


def test_filters_leave_what_they_name(desk_of_maker: Desk) -> None:
    assert "1 work package" in text_of(get(desk_of_maker, "/work?q=Charter"))
    assert "No package is like this" in text_of(get(desk_of_maker, "/work?q=nothing+like+it"))
    path = text_of(get(desk_of_maker, "/work?date=IT"))
    assert "on the path of IT" in path


def test_a_package_says_why_it_lies_where_it_lies(desk_of_maker: Desk) -> None:
    page = text_of(get(desk_of_maker, "/package/L1-INSTALL"))

    assert "Line 1 installed, site acceptance test" in page
    assert "waits for, FS Delivery of printers and cameras for Line 1" in page
    assert "Engineering A/R" in page
    assert "Proposed from the scope" in page


def test_a_package_that_is_not_there_is_not_found(desk_of_maker: Desk) -> None:
    assert desk_of_maker.client.get(f"{P}/package/NOPE").status_code == 404


def test_progress_is_reported_and_told_in_the_history(desk_of_maker: Desk) -> None:
    page = get(desk_of_maker, "/package/IT-CARE")
    (revision,) = set(re.findall(r'name="revision" value="(\d+)"', page))
    form = {"code": "IT-CARE", "started_on": "2026-11-20", "finished_on": "", "revision": revision}

    def report(percent: str):
        return desk_of_maker.post(
            f"{P}/progress", f"{P}/package/IT-CARE", done_percent=percent, reason="Half way", **form
        )

    assert report("40").status_code == 303
    page = text_of(get(desk_of_maker, "/package/IT-CARE"))
    assert "Done percent: 0 → 40" in page
    assert "Half way" in page
    stale = report("50")
    assert stale.status_code == 422
    assert f"it is at revision {int(revision) + 1}" in text_of(stale.text)
    assert report("half").status_code == 422


def test_links_are_added_as_planners_write_them(desk_of_maker: Desk) -> None:
    page = f"{P}/package/EG-2-CARE"
    wrong = desk_of_maker.post(f"{P}/links", page, code="EG-2-CARE", links="URS XX+3")
    assert (wrong.status_code, "PLN-004" in wrong.text) == (422, True)
    circle = desk_of_maker.post(f"{P}/links", page, code="URS", links="EG-2-CARE")
    assert (circle.status_code, "PLN-001" in circle.text) == (422, True)
    added = desk_of_maker.post(f"{P}/links", page, code="EG-2-CARE", links="URS FS+5d")

    assert added.status_code == 303
    told = text_of(get(desk_of_maker, "/package/EG-2-CARE"))
    assert "waits for, FS +5 d User requirements" in told


def test_an_entry_is_added_changed_and_taken_out_by_its_form(desk_of_maker: Desk) -> None:
    where = f"{P}/entry/package"
    form = {"code": "X-1", "title": "Extra <work>", "kind": "other", "duration_days": "5",
            "calendar": "standard", "revision": "0", "old_code": ""}  # fmt: skip
    assert desk_of_maker.post(where, where, **form).status_code == 303
    assert "Extra &lt;work&gt;" in get(desk_of_maker, "/package/X-1")
    again = desk_of_maker.post(where, where, **form)
    assert (again.status_code, "PLN-017" in again.text) == (422, True)

    shown = get(desk_of_maker, "/entry/package?code=X-1")
    assert 'value="Extra &lt;work&gt;"' in shown
    changed = form | {"title": "Other work", "old_code": "X-1", "revision": "1"}
    assert desk_of_maker.post(where, f"{where}?code=X-1", **changed).status_code == 303
    assert "Other work" in get(desk_of_maker, "/package/X-1")
    gone = desk_of_maker.post(f"{where}/remove", where, code="X-1", reason="Not needed")
    assert gone.status_code == 303
    assert desk_of_maker.client.get(f"{P}/package/X-1").status_code == 404


def test_a_form_with_a_slip_keeps_what_was_typed_and_names_the_field(desk_of_maker: Desk) -> None:
    where = f"{P}/entry/package"
    answer = desk_of_maker.post(
        where, where, code="X-2", title="Kept as typed", kind="other", duration_days="five",
        calendar="standard", revision="0",
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Working days is 'five'; expected a whole number." in text_of(answer.text).replace(
        "&#39;", "'"
    )
    assert 'value="Kept as typed"' in answer.text


def test_a_form_keeps_every_box_that_was_ticked(desk_of_maker: Desk) -> None:
    path = f"{P}/entry/notice"
    page = desk_of_maker.client.get(
        path, params={"code": "N-9", "departments": ["quality", "regulatory"]}
    )
    assert ticked(page.text) == ["quality", "regulatory"]

    day = {"code": "N-9", "title": "Told", "published_on": "someday"}
    refused = desk_of_maker.post(path, path, departments=["quality", "finance"], **day)
    assert refused.status_code == 422
    assert ticked(refused.text) == ["finance", "quality"]


def test_a_notice_drafted_from_the_rules_is_for_whom_they_concern(desk_of_maker: Desk) -> None:
    drafted = desk_of_maker.client.get(f"{P}/news/draft")

    assert "Rules: " in drafted.text
    assert set(ticked(drafted.text)) == {"compliance", "regulatory", "quality"}


def ticked(page: str) -> list[str]:
    return sorted(re.findall(r'name="departments" value="(\w+)" checked', page))


def test_changing_a_package_keeps_what_its_form_does_not_show(
    desk_of_maker: Desk, application: Application, maker: Actor
) -> None:
    before = books.opened(application, maker, "eu").book.packages["EG-2-REVIEW"]
    mark = books.opened(application, maker, "eu").marks["package", "EG-2-REVIEW"]
    write(application, maker, "eu", [Put(replace(before, started_on=date(2026, 11, 2)))])
    where = f"{P}/entry/package"
    answer = desk_of_maker.post(
        where, f"{where}?code=EG-2-REVIEW", code="EG-2-REVIEW", old_code="EG-2-REVIEW",
        title="Review", kind="governance", duration_days="3", effort_days="4", role="programme",
        calendar="standard", revision=str(mark.revision + 1),
    )  # fmt: skip
    assert answer.status_code == 303, text_of(answer.text)
    after = books.opened(application, maker, "eu").book.packages["EG-2-REVIEW"]

    assert (after.title, after.started_on, after.is_proposed) == (
        "Review", date(2026, 11, 2), True,
    )  # fmt: skip


def test_the_register_form_of_a_risk_shows_the_facts_of_a_risk(desk_of_maker: Desk) -> None:
    page = get(desk_of_maker, "/entry/register?code=R1")

    assert "facts.probability" in page
    assert "facts.version" not in page
    assert "facts.choice" in get(desk_of_maker, "/entry/register?kind=decision")


def test_what_if_shows_the_effect_and_keeps_nothing(desk_of_maker: Desk) -> None:
    page = text_of(get(desk_of_maker, "/what-if?change=date:IT=2026-12-24"))

    assert "The date IT moves to 2026-12-24" in page
    assert "1 date would be lost" in page
    assert "due 24 Dec 2026 instead of 8 Dec 2027" in page
    assert "8 Dec 2027" in text_of(get(desk_of_maker, "/dates"))


def test_a_change_that_is_none_is_told_and_the_page_still_works(desk_of_maker: Desk) -> None:
    answer = desk_of_maker.client.get(f"{P}/what-if?kind=date&subject=IT&value=soon")

    assert answer.status_code == 422
    assert "is no day such as 2027-05-01" in text_of(answer.text)


def test_a_scenario_is_kept_and_a_change_adopted(desk_of_maker: Desk) -> None:
    what_if = f"{P}/what-if?change=people:it=9"
    kept = desk_of_maker.post(
        f"{P}/what-if/keep", what_if, change="people:it=9", title="More people"
    )
    assert kept.status_code == 303
    assert "More people" in get(desk_of_maker, "/what-if")
    adopted = desk_of_maker.post(
        f"{P}/what-if/adopt", what_if, change="people:it=9", reason="Hired"
    )

    assert adopted.status_code == 303
    assert "Hired (There are 9 people of it)" in text_of(get(desk_of_maker, "/files"))


def test_what_was_thought_of_is_offered_where_a_date_is_threatened(desk_of_maker: Desk) -> None:
    what_if = f"{P}/what-if?change=people:it=9"
    desk_of_maker.post(f"{P}/what-if/keep", what_if, change="people:it=9", title="More people")
    desk_of_maker.post(f"{P}/what-if/adopt", what_if, change="date:IT=2026-12-02", reason="Law")

    assert f'{P}/what-if?change=people%3Ait%3D9">More people' in get(desk_of_maker)

    # As it was: others ask of this date, too.
    desk_of_maker.post(f"{P}/what-if/adopt", what_if, change="date:IT=2027-12-08", reason="Law")


def test_the_scope_offers_what_it_makes_necessary(
    desk_of_maker: Desk, application: Application, maker: Actor
) -> None:
    product = replace(scope().products[0], code="P9", name="P9", line="L2")
    write(application, maker, "eu", [Put(product)])
    page = text_of(get(desk_of_maker, "/scope"))
    assert "Italy: artwork 1 for Line 2, 1 product" in page
    answer = desk_of_maker.post(f"{P}/scope/accept", f"{P}/scope", leave_out="IT-L2-PILOT")

    assert answer.status_code == 303
    packages = books.opened(application, maker, "eu").book.packages
    assert "IT-L2-ART1" in packages
    assert "IT-L2-PILOT" not in packages


def test_a_file_is_looked_at_before_it_is_taken_in(desk_of_maker: Desk) -> None:
    def send(content: bytes, action: str) -> object:
        return desk_of_maker.client.post(
            f"{P}/files",
            data={"csrf_token": desk_of_maker.token(f"{P}/files"), "action": action},
            files={"file": ("plan.csv", content, "text/csv")},
            follow_redirects=False,
        )

    good = b"Code,Title,Duration days\nFILE-1,From a file,3\n"
    looked = send(good, "look")
    assert "The file can be taken in." in looked.text
    assert desk_of_maker.client.get(f"{P}/package/FILE-1").status_code == 404
    bad = send(good.replace(b",3", b",many"), "take")
    assert (bad.status_code, "TAB-007" in bad.text) == (422, True)
    assert send(good, "take").status_code == 303
    assert desk_of_maker.client.get(f"{P}/package/FILE-1").status_code == 200


@pytest.mark.parametrize(
    "name", ["plan.xlsx", "plan.csv", "plan.xml", "plan.ics", "steering.pdf", "board.xlsx"]
)
def test_a_file_comes_as_a_download(desk_of_maker: Desk, name: str) -> None:
    answer = desk_of_maker.client.get(f"{P}/files/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) > 500


def test_a_reader_sees_all_and_changes_nothing(reader: Desk) -> None:
    page = get(reader, "/package/URS")
    assert "Report progress" not in page
    answer = reader.post(
        f"{P}/progress", "/setup/account", code="URS", done_percent="10", started_on="2026-11-02"
    )

    assert answer.status_code == 403


def test_the_list_of_programmes_tells_which_make_their_dates(desk_of_maker: Desk) -> None:
    page = text_of(desk_of_maker.client.get("/plan/all").text)

    assert "EU programme" in page
    assert "dates will" in page
    assert "Next: " in page


def test_a_stranger_finds_no_programme(maker: Actor, desk: Desk) -> None:
    stranger = desk.sign_in("stranger.admin")

    assert stranger.client.get(P).status_code == 404
    assert "No programme yet" in stranger.client.get("/plan").text


def test_a_programme_is_opened_from_the_empty_room(maker: Actor, desk: Desk) -> None:
    packager = desk.sign_in("packager.admin")
    wrong = packager.post("/plan", "/plan", code="not good", name="Ours", template="small")
    assert (wrong.status_code, "PLN-004" in wrong.text) == (422, True)
    made = packager.post("/plan", "/plan", code="ours", name="Ours", template="small")
    assert made.headers["location"] == "/plan/ours/scope"
    page = text_of(packager.client.get("/plan/ours").text)

    assert "No date is set yet." in page
    assert "Say what the programme is about" in page


def test_a_small_firm_sees_work_register_and_a_question_on_one_screen(
    application: Application, desk_of_maker: Desk, maker: Actor
) -> None:
    programmes.create_programme(
        application, maker, "five", name="Five of us", terms=Terms(template="small")
    )
    package = WorkPackage(code="BUY", title="Buy a printer", duration_days=3)
    goal = Entry(code="G1", kind=EntryKind.GOAL, state="open", title="Keep the German market")
    write(application, maker, "five", [Put(package), Put(goal)])
    programmes.change_programme(application, maker, "five", is_archived=True)

    page = desk_of_maker.client.get("/plan/five").text

    assert "gantt-svg" in page
    for each in ("All open work", "What if?", "Buy a printer", "Keep the German market"):
        assert each in text_of(page)


def test_a_small_firm_has_few_tabs_and_all_pages(
    application: Application, desk_of_maker: Desk, maker: Actor
) -> None:
    programmes.create_programme(
        application, maker, "few", name="Few", terms=Terms(template="small")
    )
    lead = Person(code="ann", name="Ann Lee", department=Department.IT)
    role = Resource(code="it", name="IT lead", department="it", lead="ann")
    package = WorkPackage(code="BUY", title="Buy a printer", duration_days=3, role="it")
    write(application, maker, "few", [Put(each) for each in (lead, role, package)])

    def tabs(page: str) -> list[str]:
        (found,) = re.findall(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
        return text_of(found).split()

    page = desk_of_maker.client.get("/plan/few").text
    assert tabs(page) == ["Overview", "Readiness", "Work", "Scope", "Inputs", "Files"]
    first = page.partition('class="card fold"')[0]
    assert "Ann Lee" in text_of(first.partition('id="week"')[2]), "who does it is said"
    for each in ("Verdict", "Dates", "This week", "Who", "Next meeting"):
        assert each in first
    for path in ("training", "load", "what-if", "register", "news", "dates"):
        assert f'href="/plan/few/{path}' in page
    assert "Training" in tabs(desk_of_maker.client.get("/plan/few/training").text)
    programmes.change_programme(application, maker, "few", is_archived=True)


# --- people ---------------------------------------------------------------------------------------


def test_an_input_is_raised_triaged_decided_and_answered_by_forms(desk_of_maker: Desk) -> None:
    form = {"kind": "concern", "title": "Infeed <scrap>", "about": "line:L1"}
    raised = desk_of_maker.post(f"{P}/inputs", f"{P}/inputs", department="packaging", **form)
    at = raised.headers["location"]
    assert at.startswith(f"{P}/inputs/IN-")
    page = get(desk_of_maker, at.removeprefix(P))
    assert "Infeed &lt;scrap&gt;" in page
    assert "not yet" in page
    for step, values in (
        ("remark", {"text": "Sixty packs"}),
        ("triage", {"owner": "Ben", "due_on": "2027-01-04", "kind": "change"}),
        ("decision", {"resolution": "accepted", "reason": "It costs", "r_title": "List what was "
                      "read", "r_package": "URS", "r_acceptance": "60 of 60"}),
        ("answer", {"text": "From May on"}),
    ):  # fmt: skip
        assert desk_of_maker.post(f"{at}/{step}", at, **values).status_code == 303
    page = text_of(get(desk_of_maker, at.removeprefix(P)))

    for said in ("Answered", "Sixty packs", "List what was read", "From May on", "No test"):
        assert said in page
    assert "List what was read" in text_of(get(desk_of_maker, "/trace"))


def test_an_input_cannot_be_answered_before_it_is_decided(desk_of_maker: Desk) -> None:
    raised = desk_of_maker.post(f"{P}/inputs", f"{P}/inputs", kind="question", title="Why?")
    at = raised.headers["location"]
    answer = desk_of_maker.post(f"{at}/answer", at, text="Because")

    assert answer.status_code == 422
    assert "PLN-023" in answer.text


def test_the_effect_of_an_input_is_shown_before_it_is_decided(desk_of_maker: Desk) -> None:
    raised = desk_of_maker.post(f"{P}/inputs", f"{P}/inputs", kind="change", title="Longer")
    at = raised.headers["location"].removeprefix(P)

    assert "package" in text_of(get(desk_of_maker, f"{at}?changes=longer:URS%3D5"))
    assert "PLN-" in desk_of_maker.client.get(f"{P}{at}?changes=nonsense").text


def test_whoever_may_only_read_may_raise_and_sees_no_other_form(reader: Desk) -> None:
    raised = reader.post(f"{P}/inputs", f"{P}/inputs", kind="question", title="May I?")
    page = get(reader, raised.headers["location"].removeprefix(P))

    assert "Say it" in page
    assert "Triage</button>" not in page
    assert "Decide</button>" not in page


def test_readiness_tells_what_is_missing_by_market(desk_of_maker: Desk) -> None:
    page = text_of(get(desk_of_maker, "/readiness"))

    assert "things that the rules need were seen" in page
    assert "Italy" in page
    assert "The scope names no GTIN of it" in page


def test_training_tells_who_must_still_be_trained(desk_of_maker: Desk) -> None:
    person = {"code": "ann", "name": "Ann", "department": "packaging"}
    course = {"code": "X", "title": "Exceptions", "departments": "packaging", "valid_months": "12"}
    for kind, form in (("person", person), ("course", course)):
        page = f"{P}/entry/{kind}"
        assert desk_of_maker.post(page, page, revision="0", **form).status_code == 303

    assert "Missing" in text_of(get(desk_of_maker, "/training"))


def test_a_notice_is_read_and_its_readers_are_named(desk_of_maker: Desk) -> None:
    page = f"{P}/entry/person"
    person = {"code": "lee", "name": "Ann Lee", "department": "finance"}
    assert desk_of_maker.post(page, page, revision="0", **person).status_code == 303
    page = f"{P}/entry/notice"
    form = {"code": "N-1", "title": "Stop <in> May", "text": "May 3", "published_on": "2026-11-30",
            "departments": "finance"}  # fmt: skip
    assert desk_of_maker.post(page, page, revision="0", **form).status_code == 303
    told = text_of(get(desk_of_maker, "/news"))
    assert "0 of 1 have read it" in told
    assert "Missing: Ann Lee" in told
    assert "I have read it" in told
    assert desk_of_maker.post(f"{P}/news/read", f"{P}/news", code="N-1").status_code == 303

    told = get(desk_of_maker, "/news")
    assert "Stop &lt;in&gt; May" in told
    # Whoever reads it without having to counts for nobody else.
    assert "0 of 1 have read it" in text_of(told)
    assert "I have read it" not in text_of(told)
    signed = {"code": "N-1", "person": "lee"}
    assert desk_of_maker.post(f"{P}/news/read", f"{P}/news", **signed).status_code == 303
    assert "Everybody has read it" in text_of(get(desk_of_maker, "/news"))
    pack = desk_of_maker.client.get(f"{P}/news/packs/steering")
    assert pack.content.startswith(b"%PDF")


_RACI = re.compile(r'action="/plan/eu/raci".*?name="revision" value="(\d+)"', re.DOTALL)


def test_who_has_to_do_with_a_package_is_said_and_taken_back(desk_of_maker: Desk) -> None:
    page = f"{P}/package/IT-RULES"
    shown = get(desk_of_maker, page.removeprefix(P))
    assert "work proposes" in text_of(shown)
    form = {"code": "IT-RULES", "revision": _RACI.findall(shown)[0], "reason": "They read it"}
    answer = desk_of_maker.post(f"{P}/raci", page, **form, **{"part-finance": "R"})
    assert answer.status_code == 303

    told = text_of(get(desk_of_maker, page.removeprefix(P)))
    assert "Said for this package alone" in told
    assert "No department answers for IT-RULES" in told
    assert "They read it" in told
    assert "R finance" in told
    assert "1 package without one department" in text_of(get(desk_of_maker, "/work"))
    assert "1 work package" in text_of(get(desk_of_maker, "/work?state=unclear"))

    old = desk_of_maker.post(f"{P}/raci", page, **form, as_proposed="yes")
    assert old.status_code == 422  # Somebody else has changed it meanwhile.
    shown = get(desk_of_maker, page.removeprefix(P))
    form["revision"] = _RACI.findall(shown)[0]
    assert desk_of_maker.post(f"{P}/raci", page, **form, as_proposed="yes").status_code == 303
    assert "work proposes" in text_of(get(desk_of_maker, page.removeprefix(P)))
    strange = desk_of_maker.post(f"{P}/raci", page, code="IT-RULES", **{"part-it": "X"})
    assert strange.status_code == 422


def test_an_object_tells_what_was_said_about_it_and_leads_to_saying_more(
    desk_of_maker: Desk,
) -> None:
    page = get(desk_of_maker, "/package/IT-RULES")
    (path,) = set(re.findall(r'href="(/plan/about\?about=package[^"#]*)', page))
    answer = desk_of_maker.client.get(path.replace("&amp;", "&"), follow_redirects=False)
    where = answer.headers["location"]
    assert where == f"{P}/inputs?about=package%3AIT-RULES&state=all#raise"
    form = get(desk_of_maker, where.removeprefix(P))
    assert 'value="package:IT-RULES"' in form
    assert "About work package IT-RULES" in text_of(form)

    told = {"title": "Who reads them?", "kind": "question", "about": "package:IT-RULES"}
    made = desk_of_maker.post(f"{P}/inputs", f"{P}/inputs", **told)
    assert "Inputs about this: 1 open" in text_of(get(desk_of_maker, "/package/IT-RULES"))
    shown = get(desk_of_maker, made.headers["location"].removeprefix(P))
    assert f'href="{P}/package/IT-RULES"' in shown
    listed = text_of(get(desk_of_maker, "/inputs?about=package%3AIT-RULES"))
    assert "Who reads them?" in listed
    assert "Who reads them?" not in text_of(get(desk_of_maker, "/inputs?about=line%3AL1"))
    assert "Inputs about this" not in text_of(get(desk_of_maker, "/package/L1-INSTALL"))


def test_objects_outside_a_programme_lead_to_the_only_one(desk_of_maker: Desk) -> None:
    market = desk_of_maker.client.get("/comply/markets/IT").text
    assert "Raise an input about this" in market
    path = re.findall(r'href="(/plan/about\?about=market[^"#]*)', market)[0]
    answer = desk_of_maker.client.get(path, follow_redirects=False)
    assert answer.headers["location"].startswith(f"{P}/inputs?about=market%3AIT")
    assert "Raise an input" not in desk_of_maker.client.get("/comply/markets").text
    assert "Raise an input" not in desk_of_maker.client.get("/comply/markets/NOPE").text
