"""`packtrail mail`, `plan form-link` and `plan input raise --mail`, as processes of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from packtrail.__main__ import application
from packtrail.base.errors import PacktrailError
from packtrail.cli.output import EXIT_CODES

APP = application()
ON = {
    "PACKTRAIL_MAIL_KEPT_ONLY": "true",
    "PACKTRAIL_MAIL_FROM": "packtrail@maker.example",
    "PACKTRAIL_CONSOLE_URL": "https://packtrail.example",
}
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def db(database_url: str) -> str:
    for code in ("maker", "packer"):
        done = run(database_url, "organisations", "add", code, "--name", code.title())
        assert done.exit_code == 0
    added = run(database_url, "users", "add", "ann", "--link-only", "-o", "maker")
    assert added.exit_code == 0, added.output
    answer(database_url, "plan", "new", "eu", "--name", "EU", "--organisation", "maker")
    return database_url


def run(db: str, *words: str, env: dict[str, str] | None = None) -> Any:
    return CliRunner().invoke(APP, [*words, "--db", db], env=ON if env is None else env)


def answer(db: str, *words: str) -> Any:
    done = run(db, *words, "--json")
    assert done.exit_code in {0, 1}, done.output + str(done.exception)
    return json.loads(done.stdout)


def of_maker(db: str, *words: str) -> Any:
    return answer(db, *words, "--organisation", "maker")


def refused(db: str, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Return the exit code of a refusal and what it said."""
    done = run(db, *words, "--organisation", "maker", env=env)
    fault = done.exception
    assert isinstance(fault, PacktrailError), done.output
    return next(code for kind, code in EXIT_CODES if isinstance(fault, kind)), str(fault)


def test_a_test_is_kept_shown_dropped_and_tried_again(db: str) -> None:
    made = of_maker(db, "mail", "test", "new@maker.example")
    mail_id = made["mail"]["mail_id"]
    # Nothing leaves here, and what was not sent is told by the exit code.
    assert run(db, "mail", "test", "new@maker.example", "--organisation", "maker").exit_code == 1

    assert of_maker(db, "mail", "show", mail_id)["link"] == "private link: confirm"
    assert of_maker(db, "mail", "drop", mail_id, "--reason", "Typed wrong")["mail"]["state"] == (
        "dropped"
    )
    assert of_maker(db, "mail", "retry", mail_id)["mail"]["state"] == "waiting"
    listed = of_maker(db, "mail", "list", "--state", "waiting", "--kind", "confirmation")
    assert mail_id in {each["mail_id"] for each in listed["mails"]}
    shown = run(db, "mail", "list", "--organisation", "maker")
    assert "Mails are kept, and none leaves." in shown.output
    assert "Is this your mail" in run(db, "mail", "show", mail_id, "--organisation", "maker").output
    assert answer(db, "mail", "send")["sent"] == 0


def test_what_is_no_mail_or_no_address_is_refused(db: str) -> None:
    for command in ("show", "retry", "drop"):
        assert "There is no mail" in refused(db, "mail", command, NOBODY)[1]
    assert refused(db, "mail", "test", "nowhere") == (1, "'nowhere' is no mail address.")
    assert (
        "may not go to elsewhere.example" in refused(db, "mail", "test", "a@elsewhere.example")[1]
    )
    assert refused(db, "mail", "test", "a@maker.example", env={})[1] == "No mail server is set."


def test_who_wants_mails_is_said_asked_and_listed(db: str) -> None:
    made = of_maker(
        db, "mail", "prefer", "ann", "--address", "ann@maker.example", "--rhythm", "daily"
    )
    assert (made["rhythm"], made["confirmed_at"]) == ("daily", None)
    (ann,) = (e for e in of_maker(db, "mail", "preferences") if e["name"] == "ann")
    assert ann["address"] == "ann@maker.example"
    asked = of_maker(db, "mail", "ask", "Ann@maker.example")
    assert asked["state"] == "asked"
    assert "was asked at" in refused(db, "mail", "ask", "ann@maker.example")[1]
    (view,) = (e for e in of_maker(db, "mail", "addresses") if e["address"] == "ann@maker.example")
    assert (view["state"], view["asks"]) == ("asked", 1)
    assert "ann@maker.example" in run(db, "mail", "addresses", "--organisation", "maker").output

    assert "There is no rhythm" in refused(db, "mail", "prefer", "ann", "--rhythm", "hourly")[1]
    assert "There is no user" in refused(db, "mail", "prefer", "nobody", "--off")[1]
    off = of_maker(db, "mail", "prefer", "ann", "--off")
    assert (off["address"], off["is_on"]) == ("", False)


def test_one_organisation_sees_no_mails_of_another(db: str) -> None:
    mail_id = of_maker(db, "mail", "test", "iso@maker.example")["mail"]["mail_id"]

    def of_packer(*words: str) -> Any:
        return run(db, *words, "--organisation", "packer")

    assert "There is no mail" in str(of_packer("mail", "show", mail_id).exception)
    assert json.loads(of_packer("mail", "list", "--json").stdout)["mails"] == []
    assert json.loads(of_packer("mail", "addresses", "--json").stdout) == []
    assert isinstance(of_packer("plan", "form-link", "list", "eu").exception, PacktrailError)


def test_a_form_link_is_made_with_its_code_listed_and_revoked(db: str, tmp_path: Path) -> None:
    code = tmp_path / "packers.svg"
    made = of_maker(db, "plan", "form-link", "make", "eu", "Packers", "--qr", str(code),
                    "--department", "packaging", "--about", "line:c1", "--days", "3")  # fmt: skip
    assert made["address"].startswith("https://packtrail.example/tell/ptf_")
    assert code.read_text(encoding="utf-8").startswith("<svg")
    link_id = made["link"]["link_id"]
    shown = run(db, "plan", "form-link", "list", "eu", "--organisation", "maker").output
    assert "Packers" in shown
    assert made["address"].rpartition("/")[2] not in shown

    done = run(db, "plan", "form-link", "revoke", "eu", link_id, "--organisation", "maker")
    assert done.exit_code == 0
    assert "no link" in refused(db, "plan", "form-link", "revoke", "eu", link_id)[1]
    assert "no link" in refused(db, "plan", "form-link", "revoke", "eu", "x")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("eu", ""), "Its name has 0 letters"),
        (("eu", "P", "--days", "367"), "367 days"),
        (("eu", "P", "--uses", "0"), "0 inputs"),
        (("eu", "P", "--department", "kitchen"), "--department is one of"),
        (("nope", "P"), "no programme"),
    ],
)
def test_a_form_link_that_cannot_be_is_refused(db: str, words: tuple[str, ...], said: str) -> None:
    assert said in refused(db, "plan", "form-link", "make", *words)[1]


def test_a_code_to_print_needs_to_know_where_the_console_is(db: str, tmp_path: Path) -> None:
    words = ("plan", "form-link", "make", "eu", "P", "--qr", str(tmp_path / "p.svg"))
    assert "needs --url" in refused(db, *words, env={})[1]


def test_a_mail_as_a_file_becomes_an_input(db: str, tmp_path: Path) -> None:
    mail = tmp_path / "may.eml"
    mail.write_bytes(b"From: Kim <kim@corvus.example>\nSubject: May\n\nTwo weeks would be free.")
    words = ("plan", "input", "raise", "eu", "--mail")
    made = of_maker(db, *words, str(mail), "--department", "cmo", "--kind", "change")
    assert (made["raised_by"], made["contact"], made["way"]) == (
        "Kim", "kim@corvus.example", "mail",
    )  # fmt: skip

    nothing = tmp_path / "nothing.eml"
    nothing.write_bytes(b"")
    assert "mail" in refused(db, *words, str(nothing))[1]
    (tmp_path / "old.msg").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "Outlook" in refused(db, *words, str(tmp_path / "old.msg"))[1]
    assert refused(db, *words, str(tmp_path / "gone.eml"))[0] == 2
    assert refused(db, *words, str(mail), "--kind", "wish")[0] == 2
