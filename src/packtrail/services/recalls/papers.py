"""Papers: where a recall stands, as PDF with its signatures, and as workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.recalls import DEPTHS, HAZARDS, LEVELS, RecallKind
from packtrail.recalls.accounting import FATES, Fate, accounts_for
from packtrail.recalls.telling import percent, said
from packtrail.rendering import times
from packtrail.rendering.reports import Report, Section, Signature, write_pdf
from packtrail.rendering.tables import Cell, Column, Kind, Table, write_xlsx
from packtrail.services.accounts import signing
from packtrail.services.recalls import acting, cases
from packtrail.services.recalls.drafting import looked_back, sender_of

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.recalls.cases import Line, View

_HOLDER_COLUMNS: Final = (
    Column("Holder"),
    Column("GLN"),
    Column("Country"),
    Column("Person"),
    Column("Telephone"),
    Column("Address"),
    *(Column(FATES[fate].words, Kind.NUMBER) for fate in Fate),
    Column("By word", Kind.NUMBER),
    Column("Missing", Kind.NUMBER),
    Column("Missing for days", Kind.NUMBER),
    Column("Told", Kind.MOMENT),
    Column("Reminders", Kind.NUMBER),
    Column("Answered by"),
    Column("Answered on"),
    Column("Checked"),
)
_RECORD_COLUMNS: Final = (
    Column("No.", Kind.NUMBER),
    Column("When", Kind.MOMENT),
    Column("What"),
    Column("Holder"),
    Column("By"),
    Column("Detail"),
)


def workbook(
    app: Application,
    actor: Actor,
    number: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> bytes:
    """Return where a recall stands, or stood, as XLSX: holders, lots, packs by fate, the record.

    Raises:
        NotFound: `RCL-002`.
        NotPermitted: The actor may not see recalls.
    """
    seen = cases.view(app, actor, number, as_of=as_of, as_known_at=as_known_at)
    about = dict(_facts(seen))
    return write_xlsx((_holders(seen), _parts(seen), _record(seen)), about=about)


def report(
    app: Application,
    actor: Actor,
    number: str,
    *,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> bytes:
    """Return where a recall stands, or stood, as PDF, with the signatures under it.

    Raises:
        NotFound: `RCL-002`.
        NotPermitted: The actor may not see recalls.
        UsageError: The extra `reports` is not installed.
    """
    seen = cases.view(app, actor, number, as_of=as_of, as_known_at=as_known_at)
    with app.database.reading() as conn:
        sender = sender_of(conn, actor)
    missing = tuple(
        (each.name, each.key, each.account.missing, each.missing_for_days, _heard(each))
        for each in seen.lines
        if each.account.missing
    )
    columns = (
        Column("Holder"), Column("GLN"), Column("Missing", Kind.NUMBER),
        Column("For days", Kind.NUMBER), Column("Last heard of", Kind.MOMENT),
    )  # fmt: skip
    return write_pdf(
        Report(
            title=f"{'Drill' if seen.case.kind is RecallKind.DRILL else 'Recall'} {number}",
            subtitle=seen.recall.row.title,
            author=f"{actor.name}, {sender}",
            made_at=seen.at,
            facts=dict(_facts(seen)),
            sections=(
                Section(heading="What is recalled", table=_subjects(seen)),
                Section(heading="What became of the packs", table=_fates(seen)),
                Section(
                    heading="What is missing",
                    paragraphs=() if missing else ("Nothing is missing.",),
                    table=Table("Missing", columns, missing) if missing else None,
                ),
                Section(heading="Holders", table=_short(seen)),
                Section(heading="Record", table=_record(seen)),
            ),
            signatures=[
                Signature(each.signer_name, each.sentence, each.at)
                for each in signatures(app, actor, seen)
                if seen.is_now
            ],
            is_landscape=True,
        )
    )


def signatures(app: Application, actor: Actor, seen: View) -> tuple[signing.Signature, ...]:
    """Return the signatures under a recall."""
    require(actor, Permission.RECALL_READ)
    with app.database.reading() as conn:
        return signing.signatures(
            conn, actor, acting.KIND, seen.recall.row.recall_id, digest=acting.digest(seen)
        )


def _facts(seen: View) -> list[tuple[str, str]]:
    case, row = seen.case, seen.recall.row
    took = case.answered_for
    return [
        ("Class", f"{case.hazard}: {HAZARDS[case.hazard].meaning}"),
        ("Depth", DEPTHS[case.depth].meaning),
        ("Market", row.market or "everywhere"),
        ("Reason", row.reason),
        ("Opened", f"{times.moment(row.opened_at)}, {row.opened_by}"),
        ("Status published", times.moment(case.published_at) if case.published_at else "no"),
        ("Closed", times.moment(case.closed_at) if case.closed_at else "no"),
        ("Packs", f"{seen.account.total:,}"),
        ("Accounted for", f"{seen.account.accounted:,} ({percent(seen.account.share)})"),
        ("Of these by the word of holders", f"{seen.account.by_word:,}"),
        ("Holders told", f"{case.told}, of them answered {case.answered}"),
        (
            "Effectiveness checks",
            (
                f"level {case.level}, {LEVELS[case.level].meaning.lower()}: "
                f"{case.checked} of {case.checks_wanted}"
            ),
        ),
        ("First known where all is", times.duration(took) if took is not None else "not counted"),
        *looked_back(seen).items(),
    ]


def _subjects(seen: View) -> Table:
    columns = (Column("GTIN"), Column("Product"), Column("Lot"), Column("Serial number"))
    return Table(
        "Recalled",
        columns,
        tuple(
            (each.gtin, seen.products.get(each.gtin), each.lot or "every lot", each.serial)
            for each in seen.recall.subjects
        ),
    )


def _fates(seen: View) -> Table:
    columns = (Column("Fate"), Column("Meaning"), Column("Packs", Kind.NUMBER), Column("Accounts"))
    return Table(
        "Fates",
        columns,
        tuple(
            (
                FATES[fate].words, FATES[fate].meaning, seen.account.by_fate.get(fate, 0),
                "yes" if accounts_for(fate, seen.case.depth) else "no",
            )
            for fate in Fate
        ),
    )  # fmt: skip


def _holders(seen: View) -> Table:
    return Table("Holders", _HOLDER_COLUMNS, tuple(map(_holder_row, seen.lines)))


def _holder_row(each: Line) -> tuple[Cell, ...]:
    contact, answer = each.contact, each.holder.answer
    return (
        each.name,
        each.key,
        (contact.country if contact else None) or each.holding.country,
        contact.person if contact else None,
        contact.phone if contact else None,
        contact.email if contact else None,
        *(each.account.by_fate.get(fate, 0) for fate in Fate),
        each.account.by_word,
        each.account.missing,
        each.missing_for_days,
        each.holder.told_at,
        each.holder.reminders,
        answer.person if answer else None,
        answer.on.isoformat() if answer else None,
        {None: None, True: "effective", False: "not effective"}[each.holder.was_effective],
    )


def _short(seen: View) -> Table:
    columns = (
        Column("Holder"), Column("Packs", Kind.NUMBER), Column("Missing", Kind.NUMBER),
        Column("Told", Kind.MOMENT), Column("Answered by"), Column("Checked"),
    )  # fmt: skip
    return Table(
        "Holders",
        columns,
        tuple(
            (
                each.name,
                each.account.total,
                each.account.missing,
                each.holder.told_at,
                each.holder.answer.person if each.holder.answer else None,
                "yes" if each.holder.is_checked else None,
            )
            for each in seen.lines
        ),
    )


def _parts(seen: View) -> Table:
    columns = (
        Column("Holder"), Column("GLN"), Column("GTIN"), Column("Lot"), Column("Fate"),
        Column("Packs", Kind.NUMBER), Column("Inferred", Kind.NUMBER),
        Column("Last heard of", Kind.MOMENT), Column("Left from"),
    )  # fmt: skip
    return Table(
        "Packs by lot and fate",
        columns,
        tuple(
            (
                each.name, each.key, part.gtin, part.lot, FATES[part.fate].words, part.count,
                part.inferred, part.heard_last, part.whence,
            )
            for each in seen.lines
            for part in each.holding.parts
        ),
    )  # fmt: skip


def _record(seen: View) -> Table:
    names = {each.key: each.name for each in seen.lines}
    return Table(
        "Record",
        _RECORD_COLUMNS,
        tuple(
            (
                each.number, each.at, each.kind.value, names.get(each.holder or "", each.holder),
                each.by, said(each.kind, each.detail),
            )
            for each in seen.recall.entries
        ),
    )  # fmt: skip


def _heard(line: Line) -> datetime | None:
    return max((p.heard_last for p in line.holding.parts if p.heard_last), default=None)
