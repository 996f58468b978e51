"""Drafting: the message to a holder with the list of its packs, as text, mail, PDF and table."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail.recalls.accounting import FATES, accounts_for
from packtrail.recalls.messages import Facts, Message, draft
from packtrail.rendering import times
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Kind, Table, write_csv
from packtrail.services.goods import describing, locations, stock
from packtrail.services.reach import holdings
from packtrail.services.recalls import cases
from packtrail.store import organisations as organisation_rows

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.goods.locations import Holder
    from packtrail.services.goods.stock import Picture
    from packtrail.services.recalls.cases import Line, View

CONTAINERS_SHOWN: Final = 100
_PACK_COLUMNS: Final = (
    Column("GTIN"),
    Column("Lot"),
    Column("Serial number"),
    Column("Expiry"),
    Column("Inside"),
    Column("Under way"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    """One holder of a recall, with its message and the containers that hold its packs."""

    view: View
    line: Line
    message: Message
    containers: tuple[Holder, ...]
    """What holds its packs in the end, the fullest first; the first few of `container_count`."""
    container_count: int
    loose: int
    sender: str


def holder(
    app: Application,
    actor: Actor,
    number: str,
    key: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> HolderView:
    """Return one holder as it is, or was, with the draft of its message.

    Raises:
        NotFound: `RCL-002`, `RCL-008`.
        NotPermitted: The actor may not see recalls.
    """
    seen = cases.view(app, actor, number, as_of=as_of, as_known_at=as_known_at)
    line = seen.line(key)
    with stock.seen(app, actor, as_of, as_known_at) as (conn, _, picture):
        _, mask = _packs_at(conn, picture, seen, key)
        outer, loose = locations.outermost_of(picture, mask & ~picture.is_gone)
        named = tuple(locations.named_containers(conn, picture, outer[:CONTAINERS_SHOWN]))
        sender = sender_of(conn, actor)
    return HolderView(
        view=seen,
        line=line,
        message=message_of(seen, line, sender),
        containers=named,
        container_count=len(outer),
        loose=loose,
        sender=sender,
    )


def packs_csv(
    app: Application,
    actor: Actor,
    number: str,
    key: str | None = None,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> bytes:
    """Return the packs of a recall, of one holder or of all, as CSV; as they are, or were.

    Raises:
        NotFound: `RCL-002`.
        NotPermitted: The actor may not see recalls.
    """
    seen = cases.view(app, actor, number, as_of=as_of, as_known_at=as_known_at)
    about = {"Recall": number, **looked_back(seen)}
    return write_csv(_packs(app, actor, seen, key), about=about, has_bom=True)


def looked_back(seen: View) -> dict[str, str]:
    """Return until when things count, where that is not now, as files say it."""
    told = (("Had happened by", seen.as_of), ("Had been recorded by", seen.as_known_at))
    return {title: times.moment(at) for title, at in told if at is not None}


def mail(app: Application, actor: Actor, number: str, key: str) -> bytes:
    """Return the message to a holder as a mail with the list of its packs, ready to be sent.

    Raises:
        NotFound: `RCL-002`, `RCL-008`.
        NotPermitted: The actor may not see recalls.
    """
    told = holder(app, actor, number, key)
    table = _packs(app, actor, told.view, key)
    made = EmailMessage()
    made["Subject"] = told.message.subject
    contact = told.line.contact
    if contact and contact.email:
        made["To"] = formataddr((contact.person or told.line.name, contact.email))
    made["Date"] = format_datetime(told.view.at)
    made["X-Unsent"] = "1"  # Mail programs open it as a draft.
    made["Content-Language"] = told.message.language
    made.set_content(told.message.text)
    content = write_csv(table, about={"Recall": number, "Holder": told.line.name}, has_bom=True)
    made.add_attachment(content, maintype="text", subtype="csv", filename=f"{number}-packs.csv")
    return made.as_bytes()


def letter(app: Application, actor: Actor, number: str, key: str) -> bytes:
    """Return the message to a holder as PDF, with its packs by lot.

    Raises:
        NotFound: `RCL-002`, `RCL-008`.
        NotPermitted: The actor may not see recalls.
        UsageError: The extra `reports` is not installed.
    """
    told = holder(app, actor, number, key)
    rows = tuple(
        (part.gtin, part.lot, FATES[part.fate].words, part.count)
        for part in told.line.holding.parts
    )
    columns = (Column("GTIN"), Column("Lot"), Column("Recorded as"), Column("Packs", Kind.NUMBER))
    return write_pdf(
        Report(
            title=told.message.subject,
            author=told.sender,
            made_at=told.view.at,
            sections=(
                Section(paragraphs=tuple(told.message.text.split("\n\n"))),
                Section(heading=number, table=Table("Packs", columns, rows)),
            ),
        )
    )


def sender_of(conn: Connection, actor: Actor) -> str:
    """Return the name of the organisation that recalls."""
    rows = organisation_rows.by_ids(conn, [actor.organisation_id])
    return rows[0].name if rows else actor.organisation_code or ""


def message_of(seen: View, line: Line, sender: str) -> Message:
    """Return the message to a holder, in its language."""
    lots = sorted({(p.gtin, p.lot) for p in line.holding.parts}, key=str)
    facts = Facts(
        number=seen.case.number,
        kind=seen.case.kind,
        hazard=seen.case.hazard,
        depth=seen.case.depth,
        reason=seen.recall.row.reason,
        sender=sender,
        holder=line.name,
        person=line.contact.person if line.contact else "",
        products=[
            " ".join(each for each in (seen.products.get(gtin, ""), f"(01) {gtin}",
                                       f"(10) {lot}" if lot else "") if each)
            for gtin, lot in lots
        ],
        packs=sum(
            n for fate, n in line.holding.by_fate.items() if not accounts_for(fate, seen.case.depth)
        ),
        dispenses=line.is_retail,
        reminder=line.holder.reminders,
    )  # fmt: skip
    return draft(facts, line.language)


def _packs_at(
    conn: Connection, picture: Picture, seen: View, key: str | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    numbers = holdings.numbers_of(conn, picture, seen.recall.subjects)
    if key is not None:
        numbers, _ = holdings.at_holder(picture, numbers, key)
    mask = picture.stock.is_pack() & False
    mask[numbers] = True
    return numbers, mask


def _packs(app: Application, actor: Actor, seen: View, key: str | None) -> Table:
    with stock.seen(app, actor, seen.as_of, seen.as_known_at) as (conn, _, picture):
        numbers, _ = _packs_at(conn, picture, seen, key)
        sweep = picture.stock.sweep
        outer = picture.stock.outermost()[numbers]
        names = picture.stock.names(conn, numbers)
        held = sorted(set(outer[outer != numbers].tolist()))
        labels = {
            at: describing.label_of(name.identifier)
            for at, name in zip(
                held, picture.stock.names(conn, np.array(held, dtype=np.int64)), strict=True
            )
        }
    moving = (sweep.is_moving & ~picture.is_gone)[numbers].tolist()
    lots, days = sweep.lot[numbers].tolist(), sweep.expires[numbers].tolist()
    rows = tuple(
        (
            name.class_key.partition("/")[2][:14],
            picture.stock.lots[lot] if lot >= 0 else None,
            name.item_key,
            str(np.datetime64(day, "D")) if day >= 0 else None,
            labels.get(box),
            "yes" if is_moving else None,
        )
        for name, lot, day, box, is_moving in zip(
            names, lots, days, outer.tolist(), moving, strict=True
        )
    )
    return Table("Packs", _PACK_COLUMNS, rows)
