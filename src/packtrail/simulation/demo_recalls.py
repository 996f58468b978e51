"""Recalls of the demo: a maker that finished a drill, and is busy recalling another lot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.lifecycle.journey import Status
from packtrail.recalls import Subject
from packtrail.recalls.case import Answer
from packtrail.services.accounts import accounts, signing
from packtrail.services.goods import stock
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.services.recalls import acting, cases, contacts
from packtrail.services.recalls.acting import Check, Confirmed
from packtrail.services.recalls.cases import NewRecall
from packtrail.services.recalls.contacts import Contact

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.recalls.cases import Line

_PASSWORD: Final = "drills are signed by people"  # noqa: S105 - of the demo, where all is open
_SIGNER: Final = "demo-quality"


def load(app: Application, company: Actor, *, has_drill: bool) -> None:
    """Begin a recall of a lot that has left the house, after a drill with another one.

    Args:
        app: An application that holds the demo world.
        company: Who recalls; where it has recalls already, nothing is done.
        has_drill: Whether a drill comes before, and is closed.
    """
    if cases.recalls(app, company):
        return
    by = (Dimension.PRODUCT, Dimension.LOT)
    counts = stock.count(app, company, Asked(status=Status.IN_TRANSIT), by=by)
    lots = [(row.gtin, row.lot) for row in counts.rows if row.gtin and row.lot]
    drilled, recalled, *_ = lots
    if has_drill:
        _drill(app, company, drilled)
    _recall(app, company, recalled)


def _drill(app: Application, company: Actor, lot: tuple[str, str]) -> None:
    number = _opened(app, company, lot, title="Yearly drill", kind="drill", check_level="C")
    told = _known(app, company, number)
    acting.count(app, company, number)
    if told:
        sure = Confirmed(confirmation=number, reason="Yearly drill, procedure QA-17")
        acting.mark_sent(app, company, number, sure)
    for line in told:
        _answered(app, company, number, line, quarantined=line.account.missing)
        check = Check(way="call", person="Quality on duty", is_effective=True)
        acting.check(app, company, number, line.key, check)
    signer = _signer(app, company)
    statement = signing.Statement(
        password=_PASSWORD, meaning="approved",
        digest=acting.digest(cases.view(app, company, number)),
    )  # fmt: skip
    sure = Confirmed(confirmation=number, reason="Everybody answered within the hour")
    acting.close(app, signer, number, sure, statement)


def _recall(app: Application, company: Actor, lot: tuple[str, str]) -> None:
    number = _opened(
        app, company, lot, title="Label with a wrong strength", kind="recall", check_level="A",
        hazard="1",
    )  # fmt: skip
    told = _known(app, company, number)
    acting.count(app, company, number)
    if told:
        sure = Confirmed(confirmation=number, reason="Decision of the recall board, minutes 12")
        acting.mark_sent(app, company, number, sure)
        half = told[0].account.missing // 2
        _answered(app, company, number, told[0], quarantined=half, note="The rest is searched for")


def _opened(
    app: Application,
    company: Actor,
    lot: tuple[str, str],
    *,
    title: str,
    kind: str,
    check_level: str,
    hazard: str = "2",
) -> str:
    gtin, number = lot
    new = NewRecall(
        title=title, kind=kind, hazard=hazard, check_level=check_level,
        reason=f"{title}: lot {number}", subjects=[Subject(gtin=gtin, lot=number)],
    )  # fmt: skip
    return cases.open_recall(app, company, new).row.number


def _known(app: Application, company: Actor, number: str) -> list[Line]:
    """Give every holder that is to be told a contact; return them."""
    found = [each for each in cases.view(app, company, number).lines if each.is_reached]
    for each in found:
        word = each.name.split()[0].lower()
        told = Contact(
            holder=each.key, name=each.name, person="Quality on duty",
            email=f"recalls@{word}.example", phone="+1 502 555 0100",
            country=each.holding.country or "US",
            is_retail="Pharmacy" in each.name or "Hospital" in each.name,
        )  # fmt: skip
        contacts.put_contact(app, company, told)
    return found


def _answered(
    app: Application, company: Actor, number: str, line: Line, *, quarantined: int, note: str = ""
) -> None:
    answer = Answer(
        person="Quality on duty", on=app.clock().date(), quarantined=quarantined, note=note
    )
    acting.acknowledge(app, company, number, line.key, answer)


def _signer(app: Application, company: Actor) -> Actor:
    if _SIGNER not in {each.name for each in accounts.users(app, company)}:
        accounts.create_user(
            app, company, _SIGNER, role="quality", display_name="Quinn, quality",
            password=_PASSWORD,
        )  # fmt: skip
    return accounts.person(app, _SIGNER)
