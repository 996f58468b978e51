"""The people of the demo company: what they were taught, what they said, and what became of it.

One input, of packaging at Cork, has gone the whole way from a concern to the test that proves it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.planning.communication import Briefing, By, Notice, Receipt
from packtrail.planning.inputs import Input, InputKind, InputState, Remark, Resolution, Way
from packtrail.planning.requirements import (
    AcceptanceTest,
    OutcomeOfTest,
    Requirement,
    RequirementState,
)
from packtrail.planning.templates import Department
from packtrail.planning.training import Course, Held, Person, Session
from packtrail.services.mail import addresses, mails, sending, unsubscribing
from packtrail.services.mail.kinds import Kind
from packtrail.store import mail as mail_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.access import Actor
    from packtrail.services.application import Application

D = Department
_PEOPLE: Final = """
okafor|M. Okafor|management|
byrne|S. Byrne|engineering|cork
ferri|L. Ferri|regulatory|
rao|A. Rao|regulatory|
park|J. Park|quality|wilson
nolan|E. Nolan|quality|cork
doyle|C. Doyle|packaging|cork
walsh|R. Walsh|packaging|cork
hayes|T. Hayes|packaging|wilson
ortiz|P. Ortiz|packaging|wilson
lindner|K. Lindner|packaging|ulm
singh|V. Singh|validation|wilson
meyer|H. Meyer|it|
chen|W. Chen|supply_chain|wilson
brandt|U. Brandt|compliance|
santos|I. Santos|training|
amari|D. Amari|customer_support|
laurent|F. Laurent|finance|
"""
LEADS: Final = {
    "programme": "okafor", "compliance": "brandt", "regulatory": "ferri", "engineering": "byrne",
    "supply": "chen", "packaging": "doyle", "validation": "singh", "quality": "nolan",
    "training": "santos", "support": "amari", "it": "meyer",
}  # fmt: skip
"""Role -> who leads it, and sees to its work where a package has no owner of its own."""
_HOUSE, _HOUSES = "asterion.example", {"lindner": "corvus.example"}
"""Domain of mail addresses, and of those who work elsewhere; `example` is reserved (RFC 2606)."""
_SILENT: Final = ("ortiz", "lindner")
"""Who has not confirmed their address yet."""
_REFUSES: Final = "walsh"
"""Who wants no digests."""
_COURSES: Final = (
    Course(code="EXC", title="Exceptions on a serialised line", valid_months=24,
           departments=(D.PACKAGING, D.QUALITY)),
    Course(code="REWORK", title="Rework: unpack, replace, repack", valid_months=12,
           departments=(D.PACKAGING,), holds=(Held.REWORK,)),
    Course(code="REL", title="Release of serialised batches", valid_months=24,
           departments=(D.QUALITY,)),
    Course(code="RULES", title="Rules of the markets in scope", valid_months=12,
           departments=(D.REGULATORY, D.QUALITY), is_required=False),
)  # fmt: skip


def entries(today: date) -> Iterator[object]:
    """Yield people, courses, sessions, inputs, requirements and tests as they are on a day."""
    yield from _people()
    yield from _COURSES
    yield from _sessions(today)
    yield from _inputs(today)
    yield from _requirements(today)
    yield from _telling(today)


def answer_mails(app: Application, actor: Actor) -> None:
    """Let most confirm their address by the link that was mailed to them, and one refuse digests.

    Nothing happens where mails are off.
    """
    addresses.ask_due(app)
    asked = {
        each.recipient: each.mail_id
        for each in mails.listed(app, actor, kind=Kind.CONFIRMATION.value)
    }
    for person in _people():
        if person.mail not in asked or person.code in _SILENT:
            continue
        with app.database.reading() as conn:
            row = mail_rows.by_id(conn, actor.organisation_id, asked[person.mail])
            link = sending.link_of(app.settings, conn, row) if row else ""
        seen = addresses.confirm(app, link.rpartition("/")[2])
        if person.code == _REFUSES:
            unsubscribing.unsubscribe(app, seen.choices_path.rpartition("/")[2])


def _people() -> Iterator[Person]:
    for line in _PEOPLE.strip().splitlines():
        code, name, department, site = line.split("|")
        yield Person(
            code=code, name=name, department=Department(department), site=site,
            mail=f"{name[0].lower()}.{code}@{_HOUSES.get(code, _HOUSE)}",
        )  # fmt: skip


def _sessions(today: date) -> Iterator[Session]:
    ago = _ago(today)
    cork, wilson = ("doyle", "walsh", "nolan"), ("hayes", "ortiz", "park")
    yield Session(code="S-1", course="EXC", on=ago(300), trainer="E. Nolan", attended=cork,
                  passed=cork, evidence="TR-2026-014")  # fmt: skip
    yield Session(code="S-2", course="EXC", on=ago(290), trainer="J. Park", attended=wilson,
                  passed=wilson, evidence="TR-2026-015")  # fmt: skip
    yield Session(code="S-3", course="REWORK", on=ago(400), trainer="S. Byrne",
                  attended=("doyle", "walsh", "hayes"), passed=("doyle", "hayes"),
                  evidence="TR-2025-061")  # fmt: skip
    yield Session(code="S-4", course="REWORK", on=ago(330), trainer="S. Byrne",
                  attended=("walsh", "ortiz"), passed=("walsh", "ortiz"),
                  evidence="TR-2026-003")  # fmt: skip
    yield Session(code="S-5", course="REL", on=ago(200), trainer="J. Park",
                  attended=("nolan", "park"), passed=("nolan", "park"),
                  evidence="TR-2026-029")  # fmt: skip


def _inputs(today: date) -> Iterator[Input]:
    ago = _ago(today)
    yield Input(
        code="IN-1", kind=InputKind.CONCERN, department=D.PACKAGING, raised_by="C. Doyle",
        person="doyle",
        raised_on=ago(95), about="line:c1", state=InputState.CLOSED, owner="S. Byrne",
        title="After a jam nobody knows which packs in the infeed are still good",
        text="We scrap the whole infeed, some 60 packs a stop. The camera knows which were read.",
        due_on=ago(81), resolution=Resolution.ACCEPTED, decided_by="M. Okafor", decided_on=ago(85),
        reason="It costs 400 packs a week, and a scrapped number that is still active is a finding",
        remarks=(
            _remark("S. Byrne", ago(93), "The camera keeps the last 200 reads; the line PC does "
                    "not show them."),
            _remark("E. Nolan", ago(90), "Quality accepts it if each pack is scanned once more."),
        ),
        changes=("longer:IT-c1-FORMAT=3",),
        effect="No date is won or lost. 1 package differs.",
        answer="The line PC of Cork line 1 lists the packs of the infeed after a stop; scan each "
               "once, and only those not read are scrapped. In use with the Italian formats.",
        answered_by="M. Okafor", answered_on=ago(80),
    )  # fmt: skip
    yield Input(
        code="IN-2", kind=InputKind.CHANGE, department=D.CMO, raised_by="K. Lindner",
        contact="k.lindner@corvus.example", way=Way.MAIL, raised_on=ago(20), about="site:ulm",
        title="Corvus can give the vial line two weeks in May instead of April",
        text="Our stop in April goes to another customer. May 3 to 14 would be free.",
        state=InputState.TRIAGED, owner="W. Chen", due_on=ago(6),
    )  # fmt: skip
    yield Input(
        code="IN-3", kind=InputKind.QUESTION, department=D.CUSTOMER_SUPPORT, raised_by="D. Amari",
        person="amari", raised_on=ago(5), about="market:EG", due_on=today + timedelta(days=9),
        title="What do we tell wholesalers in Egypt whose scanners read no Data Matrix?",
    )  # fmt: skip
    yield Input(
        code="IN-4", kind=InputKind.REQUIREMENT, department=D.QUALITY, raised_by="J. Park",
        person="park",
        raised_on=ago(31), about="market:IN", state=InputState.DECIDED, owner="H. Meyer",
        title="Who released a batch must be seen with the reconciliation", due_on=ago(17),
        resolution=Resolution.ACCEPTED, decided_by="M. Okafor", decided_on=ago(3),
        reason="Asked for in two audits",
    )  # fmt: skip


def _requirements(today: date) -> Iterator[object]:
    ago = _ago(today)
    yield Requirement(
        code="REQ-31", title="After a stop the line shows which packs of the infeed were read",
        inputs=("IN-1",), packages=("IT-c1-FORMAT",), state=RequirementState.APPROVED,
        acceptance="Of 60 packs in the infeed exactly those that were read are offered again",
    )  # fmt: skip
    yield AcceptanceTest(
        code="T-31", title="Stop Cork line 1 with 60 packs in the infeed", requirements=("REQ-31",),
        method="Stop at speed, take the list, scan all packs by hand, compare",
        result=OutcomeOfTest.PASSED, run_on=ago(40), run_by="V. Singh",
        evidence="OQ record 2026-118, page 7: 60 of 60 agree",
    )  # fmt: skip
    yield Requirement(
        code="REQ-40", title="The reconciliation names who released the batch",
        inputs=("IN-4",), state=RequirementState.APPROVED, market="IN",
        acceptance="The printed reconciliation shows name, time and meaning of each signature",
    )  # fmt: skip
    yield AcceptanceTest(
        code="T-40", title="Sign a batch and print its reconciliation", requirements=("REQ-40",)
    )


def _telling(today: date) -> Iterator[object]:
    ago = _ago(today)
    yield Briefing(code="week", title="What changed, is due and is needed", owner="M. Okafor",
                   departments=tuple(D), by=By.DIGEST, every_weeks=1, weekday=0)  # fmt: skip
    yield Briefing(code="law", title="Dates of the law that move", owner="L. Ferri", by=By.NOTICE,
                   departments=(D.COMPLIANCE, D.REGULATORY, D.QUALITY, D.SUPPLY_CHAIN, D.CMO),
                   every_weeks=0)  # fmt: skip
    yield Briefing(code="board", title="Dates, drift and money", owner="M. Okafor", by=By.REPORT,
                   departments=(D.MANAGEMENT, D.FINANCE), every_weeks=4, weekday=3)  # fmt: skip
    yield Notice(
        code="N-1", title="Cork line 2 aggregates later than planned: Egypt is at risk",
        text="Its case station miscounted in the October stop and waits for the next one. Until "
             "the committee decides, plan no Respirine for Egypt from January on.",
        departments=(D.PACKAGING, D.SUPPLY_CHAIN, D.QUALITY), published_on=ago(12),
        written_by="S. Byrne",
        receipts=(_read("nolan", "E. Nolan", ago(11)), _read("chen", "W. Chen", ago(9))),
    )  # fmt: skip


def _read(person: str, by: str, on: date) -> Receipt:
    return Receipt(person=person, by=by, at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC))


def _ago(today: date) -> Callable[[int], date]:
    return lambda days: today - timedelta(days=days)


def _remark(by: str, on: date, text: str) -> Remark:
    return Remark(by=by, at=datetime(on.year, on.month, on.day, 10, tzinfo=UTC), text=text)
