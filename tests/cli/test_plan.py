"""`packtrail plan` on an embedded database, as a process of its own would run it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from packtrail.__main__ import application
from packtrail.base.errors import PacktrailError
from packtrail.cli.output import EXIT_CODES

APP = application()


@pytest.fixture(scope="module")
def db(database_url: str) -> str:
    assert run(database_url, "organisations", "add", "maker", "--name", "Maker").exit_code == 0
    return database_url


def run(db: str, *words: str, data: str = "") -> Any:
    return CliRunner().invoke(APP, [*words, "--db", db], input=data)


def answer(db: str, *words: str, data: str = "") -> Any:
    done = run(db, *words, "--json", data=data)
    assert done.exit_code in {0, 1}, done.output + str(done.exception)
    return json.loads(done.stdout)


def refused(db: str, *words: str) -> tuple[int, str]:
    """Return the exit code of a refusal and what it said."""
    done = run(db, *words)
    fault = done.exception
    assert isinstance(fault, PacktrailError), done.output
    return next(code for kind, code in EXIT_CODES if isinstance(fault, kind)), str(fault)


@pytest.fixture(scope="module")
def programme(db: str) -> str:
    """A programme with Italy in its scope, followed, proposed and accepted."""
    answer(db, "plan", "new", "eu", "--name", "EU", "--template", "small")
    answer(db, "plan", "entry", "put", "eu", "market", "code=IT", "name=Italy")
    answer(db, "plan", "entry", "put", "eu", "site", "code=cork", "name=Cork", "country=IE")
    answer(db, "plan", "entry", "put", "eu", "line", "code=L1", "name=Line 1", "site=cork")
    product = '[{"code": "P1", "name": "Tarvoxil", "markets": ["IT"], "line": "L1"}]'
    answer(db, "plan", "entry", "put", "eu", "product", "--file", "-", data=product)
    answer(db, "plan", "law", "eu", "--take")
    answer(db, "plan", "propose", "eu", "--accept")
    return "eu"


def test_from_a_scope_to_a_verdict(db: str, programme: str) -> None:
    seen = answer(db, "plan", "show", programme)

    assert [each["code"] for each in seen["dates"]] == ["IT"]
    assert seen["packages_total"] > 20
    assert answer(db, "plan", "propose", programme)["new"] == []
    assert answer(db, "plan", "law", programme) == {"changes": [], "entries": []}


def test_a_market_whose_rules_hold_already_is_entered_by_a_day(db: str) -> None:
    answer(db, "plan", "new", "entered", "--name", "Entered")
    answer(db, "plan", "entry", "put", "entered", "market", "code=DE", "name=Germany")
    product = '[{"code": "P1", "name": "Tarvoxil", "markets": ["DE"]}]'
    answer(db, "plan", "entry", "put", "entered", "product", "--file", "-", data=product)
    assert "Germany" in run(db, "plan", "law", "entered").output
    (entry,) = answer(db, "plan", "law", "entered")["entries"]
    assert (entry["market"], entry["since"]) == ("DE", "2019-02-09")

    assert refused(db, "plan", "law", "entered", "--enter", "DE=soon")[1].startswith("--enter is")
    assert answer(db, "plan", "law", "entered", "--enter", "DE=2028-03-31")["entries"] == []
    (need,) = answer(db, "plan", "entry", "list", "entered", "need")
    assert (need["code"], need["due_on"]) == ("DE", "2028-03-31")


def test_the_exit_code_says_whether_the_dates_will_be_made(db: str) -> None:
    answer(db, "plan", "new", "dated")
    answer(db, "plan", "entry", "put", "dated", "package", "code=A", "title=A", "duration_days=5")
    date = ("code=IT", "title=Italy", "package=A", "due_on=2031-01-31")
    answer(db, "plan", "entry", "put", "dated", "deadline", *date)

    assert run(db, "plan", "show", "dated", "--on", "2031-01-20").exit_code == 0
    assert run(db, "plan", "show", "dated", "--on", "2031-01-29").exit_code == 1


def test_the_table_of_work_tells_why_each_package_lies_where_it_lies(
    db: str, programme: str
) -> None:
    done = run(db, "plan", "work", programme, "--text", "URS")

    assert re.search(r"It (waits for|is placed as late as|can begin|has begun)", done.stdout)
    (urs,) = answer(db, "plan", "work", programme, "--text", "User requirements")
    assert urs["role"] == "it"


def test_what_if_is_told_and_only_adopted_on_request(db: str) -> None:
    answer(db, "plan", "new", "moving", "--soon")
    package = ("code=A", "title=A", "duration_days=5")
    answer(db, "plan", "entry", "put", "moving", "package", *package)
    date = ("code=IT", "title=Italy", "package=A", "due_on=2031-01-31")
    answer(db, "plan", "entry", "put", "moving", "deadline", *date)
    answer(db, "plan", "baseline", "moving", "Agreed")
    change = "longer:A=10"
    tried = answer(db, "plan", "try", "moving", change)
    assert tried["comparison"]["dates"][0]["days"] == 14
    assert run(db, "plan", "try", "moving", change).exit_code == 0
    assert run(db, "plan", "try", "moving", "longer:A=2000").exit_code == 1, "a date is lost"
    assert answer(db, "plan", "drift", "moving")["comparison"]["dates"][0]["days"] == 0

    answer(db, "plan", "try", "moving", change, "--adopt", "--reason", "Harder than thought")
    assert answer(db, "plan", "drift", "moving")["comparison"]["dates"][0]["days"] == 14
    newest = answer(db, "plan", "history", "moving", "--kind", "package")[0]
    assert newest["reason"].startswith("Harder than thought")


def test_progress_and_links_are_reported(db: str, programme: str) -> None:
    answer(db, "plan", "progress", programme, "CHARTER", "--started", "2026-11-02", "--done", "50")
    answer(db, "plan", "link", programme, "IT-CARE", "IT-RULES FS+3d")
    found = {each["code"]: each for each in answer(db, "plan", "work", programme)}

    assert found["CHARTER"]["done_percent"] == 50
    links = answer(db, "plan", "entry", "list", programme, "link")
    assert any(each["lag_days"] == 3 for each in links)


@pytest.mark.parametrize("form", ["xlsx", "csv", "xml", "ics", "pdf", "board"])
def test_a_plan_is_written_as_a_file(db: str, programme: str, form: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = answer(db, "plan", "export", programme, form, "--out", str(out))

    assert told["bytes"] == out.stat().st_size > 300


def test_a_file_is_looked_at_and_taken_in(db: str, programme: str, tmp_path: Path) -> None:
    path = tmp_path / "work.csv"
    path.write_text("Code,Title,Duration days,After\nF1,From a file,4,URS\n")
    looked = answer(db, "plan", "import", programme, str(path), "--dry-run")
    taken = answer(db, "plan", "import", programme, str(path))

    assert (looked["added"], looked["is_taken_in"]) == (2, False)
    assert taken["is_taken_in"] is True
    path.write_text("Code,Title,Duration days\nF2,Wrong,four\n")
    done = run(db, "plan", "import", programme, str(path), "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"][0]["code"] == "TAB-007"


def test_load_and_moves_are_listed(db: str, programme: str) -> None:
    found = answer(db, "plan", "load", programme, "--weeks", "100")

    assert "it" in {each["resource"] for each in found["load"]}
    assert isinstance(found["moves"], list)


REFUSALS = [
    (("plan", "show", "nope"), 1, "no programme 'nope'"),
    (("plan", "show", "eu", "--on", "tomorrow"), 2, "--on is 'tomorrow'"),
    (("plan", "try", "eu", "paint:it=red"), 1, "is no change"),
    (("plan", "entry", "put", "eu", "package", "code=X"), 1, "It is no package"),
    (("plan", "entry", "put", "eu", "paint", "code=X"), 2, "no kind 'paint'"),
    (("plan", "entry", "put", "eu", "package"), 2, "either name=value or --file"),
    (("plan", "entry", "remove", "eu", "package", "NOPE"), 1, "no package 'NOPE'"),
    (("plan", "export", "eu", "doc"), 2, "no form of export"),
    (("plan", "link", "eu", "IT-CARE", "URS YY"), 1, "is no link"),
    (("plan", "import", "eu", "/nowhere.csv"), 2, "There is no file"),
    (("plan", "new", "eu"), 1, "There is a programme 'eu'"),
]


@pytest.mark.parametrize(("words", "code", "told"), REFUSALS)
def test_a_refusal_has_its_exit_code_and_says_what(
    db: str, programme: str, words: tuple[str, ...], code: int, told: str
) -> None:
    found, text = refused(db, *words)

    assert (found, told in text) == (code, True), text


def test_readiness_tells_what_was_not_seen(db: str, programme: str) -> None:
    found = answer(db, "plan", "readiness", programme, "--missing")

    assert {each["probe"] for each in found} >= {"master_data", "trained"}
    assert "0 of" in run(db, "plan", "readiness", programme).stderr


def test_an_input_goes_its_way(db: str, programme: str, tmp_path: Path) -> None:
    mail = tmp_path / "may.eml"
    mail.write_bytes(b"From: Kim <kim@corvus.example>\nSubject: May\n\nText")
    by_mail = answer(db, "plan", "input", "raise", programme, "--mail", str(mail))
    told = answer(db, "plan", "input", "raise", programme, "Too slow", "--department", "packaging")
    code = told["code"]
    answer(db, "plan", "input", "remark", programme, code, "At speed")
    answer(db, "plan", "input", "triage", programme, code, "--owner", "Ben", "--due", "2027-01-04")
    decided = answer(
        db, "plan", "input", "decide", programme, code, "accepted", "--reason", "It costs",
        "--change", "longer:IT-RULES=2", "--adopt",
    )  # fmt: skip
    assert decided["effect"]
    assert answer(db, "plan", "input", "answer", programme, code, "Yes")["state"] == "closed"

    assert by_mail["raised_by"] == "Kim"
    assert "Ben" in run(db, "plan", "input", "show", programme, code).stdout
    assert "packaging" in run(db, "plan", "input", "ages", programme).stdout
    again = answer(db, "plan", "input", "reopen", programme, code, "--reason", "Anew")
    assert again["state"] == "triaged"


def test_inputs_are_listed_by_what_they_are_about(db: str, programme: str) -> None:
    answer(db, "plan", "input", "raise", programme, "Which label?", "--about", "market:IT")

    (found,) = answer(db, "plan", "input", "list", "--about", "market:IT")
    assert (found["programme"], found["input"]["title"]) == (programme, "Which label?")
    assert answer(db, "plan", "input", "list", programme, "--about", "market:XX") == []
    assert len(answer(db, "plan", "input", "list", programme, "--state", "raised")) >= 1
    assert "Which label?" in run(db, "plan", "input", "list", "--about", "market:IT").stdout
    assert refused(db, "plan", "input", "list", "--state", "lost")[0] == 2
    assert refused(db, "plan", "input", "show", programme, "IN-99")[0] == 1


def test_trace_and_training_are_listed(db: str, programme: str) -> None:
    answer(db, "plan", "entry", "put", programme, "requirement", "code=R-1", "title=Fast enough")
    answer(db, "plan", "entry", "put", programme, "person", "code=ann", "name=Ann",
           "department=packaging")  # fmt: skip
    answer(db, "plan", "entry", "put", programme, "course", "code=X", "title=X",
           'departments=["packaging"]')  # fmt: skip

    assert [each["proof"] for each in answer(db, "plan", "trace", programme)] == ["none"]
    assert run(db, "plan", "training", programme).exit_code == 1
    assert refused(db, "plan", "input", "raise", programme)[0] == 2
    assert refused(db, "plan", "input", "raise", programme, "x", "--kind", "wish")[0] == 2


def test_people_are_told(db: str, programme: str, tmp_path: Path) -> None:
    answer(db, "plan", "entry", "put", programme, "notice", "code=N-1", "title=Stop", "text=In May",
           "published_on=2026-11-30")  # fmt: skip
    read = answer(db, "plan", "read", programme, "N-1")
    told = answer(db, "plan", "digest", programme, "quality")

    assert len(read["receipts"]) == 1
    answer(db, "plan", "entry", "put", programme, "person", "code=ann", "name=Ann Lee",
           "department=quality")  # fmt: skip
    (waiting,) = answer(db, "plan", "readers", programme, "--missing")
    assert (waiting["read"], waiting["total"], waiting["missing_names"]) == (0, 1, ["Ann Lee"])
    answer(db, "plan", "read", programme, "N-1", "--person", "ann")
    assert answer(db, "plan", "readers", programme, "--missing") == []
    assert refused(db, "plan", "remind", programme, "N-1")[1].startswith("No mail server")
    assert set(told) == {"department", "changed", "due", "needed"}
    out = tmp_path / "pack.pdf"
    assert answer(db, "plan", "pack", programme, "weekly", "--out", str(out))["bytes"] > 1000
    assert run(db, "plan", "draft-notice", programme).exit_code == 0


def test_who_has_to_do_with_a_package_is_said_and_taken_back(db: str, programme: str) -> None:
    code = answer(db, "plan", "work", programme, "--all")[0]["code"]
    (proposed,) = answer(db, "plan", "raci", programme, code)
    answering = next(each for each, part in proposed["raci"].items() if "A" in part)

    done = run(db, "plan", "raci", programme, code, "--set", f"{answering}=", "--set", "it=r")
    assert done.exit_code == 1, done.output
    (told,) = answer(db, "plan", "raci", programme, "--unclear")
    assert [each["code"] for each in told["findings"]] == ["PLN-046"]
    assert answer(db, "plan", "raci", programme, code, "--as-proposed") == [
        proposed | {"revision": proposed["revision"] + 2}
    ]
    assert refused(db, "plan", "raci", programme, "--as-proposed")[0] == 2
    assert refused(db, "plan", "raci", programme, code, "--set", "pirates=A")[0] == 2


def test_an_archived_programme_is_listed_as_such(db: str, programme: str) -> None:
    answer(db, "plan", "new", "old")
    answer(db, "plan", "archive", "old")

    listed = {e["code"]: e["archived_at"] for e in answer(db, "plan", "list")}
    assert listed["old"] is not None
    assert answer(db, "plan", "archive", "old", "--back")["archived_at"] is None
