"""Papers: a report for people to read, file and sign, as PDF.

`transaction_paper` is drawn from the bytes of the file that leaves, and kept beside it; `dossier`
is the life of a report as it is known when somebody asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packtrail import epcis
from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.rendering import times
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Kind, Table
from packtrail.reporting import catalogue, codes
from packtrail.reporting.transaction_papers import Address, Transaction, Ware, transaction_of
from packtrail.services.reports import making, steps, viewing
from packtrail.store import organisations as organisation_rows
from packtrail.store import reports as rows
from packtrail.store.reports import FileRow, NewFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.rendering.tables import Cell
    from packtrail.services.application import Application
    from packtrail.services.reports.viewing import ReportView
    from packtrail.store.reports import ReportRow

PAPER: Final = "paper"
PDF: Final = "application/pdf"
SERIALS_MAX: Final = 5_000
"""Serial numbers that are printed; the file names all of them."""
_TITLES: Final[Mapping[str, str]] = {
    "additionalTradeItemIdentification": "NDC",
    "strengthDescription": "Strength",
    "dosageFormType": "Dosage form",
    "netContentDescription": "Container size",
    "manufacturerOfTradeItemPartyName": "Manufacturer",
}
_PAPERS: Final[Mapping[str, str]] = {
    "po": "Purchase order",
    "desadv": "Despatch advice",
    "inv": "Invoice",
    "bol": "Bill of lading",
}


def transaction_paper(app: Application, actor: Actor, number: int) -> tuple[FileRow, bytes]:
    """Return the transaction information and statement of a report for people to read.

    It is drawn once for each version of the files and kept with them, so that the same bytes are
    there when somebody asks again.

    Raises:
        NotFound: `REP-020`, there is no such report; `REP-029`, it has no file that ships goods.
        UsageError: The extra `reports` is not installed.
        NotPermitted: The actor may not see reports.
    """
    require(actor, Permission.REPORTING_READ)
    with app.database.transaction() as conn:
        row = steps.numbered(conn, actor.organisation_id, number)
        kept = [each for each in rows.files(conn, row.report_id) if _is_of(each, row, PAPER)]
        if not kept:
            source, told = _told(conn, row)
            content = write_pdf(_paper(conn, row, source, told))
            new = NewFile(
                version_no=row.version_no,
                role=PAPER,
                name=f"{source.name.rpartition('.')[0]}.pdf",
                media_type=PDF,
                content=content,
            )
            file_no = rows.insert_file(conn, row.report_id, new, at=app.clock())
        else:
            file_no = kept[0].file_no
        found = rows.file(conn, row.report_id, file_no)
    if found is None:
        raise NotFound(codes.NO_FILE.found(f"Report {number} has no file {file_no}."))
    return found


def dossier(app: Application, actor: Actor, number: int) -> tuple[str, bytes]:
    """Return the name and the PDF of all that happened to a report, with the hash of each file.

    Raises:
        NotFound: `REP-020`, there is no such report.
        UsageError: The extra `reports` is not installed.
    """
    view = viewing.report(app, actor, number)
    with app.database.reading() as conn:
        (organisation,) = organisation_rows.by_ids(conn, [actor.organisation_id])
    line = view.line
    report = Report(
        title=f"Report {line.number}",
        subtitle=f"{line.form_title}, to {line.receiver}",
        author=f"{actor.name}, {organisation.name}",
        made_at=app.clock().replace(microsecond=0),
        facts=_facts(view),
        sections=tuple(_life(view)),
        is_landscape=True,
    )
    return f"report-{number}.pdf", write_pdf(report)


def _is_of(file: FileRow, row: ReportRow, role: str) -> bool:
    return file.role == role and file.version_no == row.version_no


# --- transaction information and statement --------------------------------------------------------


def _told(conn: Connection, row: ReportRow) -> tuple[FileRow, Transaction]:
    form = catalogue.form(row.form)
    if form.epcis is not None and form.epcis.release:
        for file in rows.files(conn, row.report_id):
            found = (
                rows.file(conn, row.report_id, file.file_no)
                if _is_of(file, row, making.OUTGOING)
                else None
            )
            document = epcis.read(found[1]).document if found else None
            told = transaction_of(document) if document else None
            if told is not None:
                return file, told
    message = f"Report {row.number} has no file of a shipment that could be printed."
    raise NotFound(codes.NO_FILE.found(message))


def _paper(conn: Connection, row: ReportRow, source: FileRow, told: Transaction) -> Report:
    (organisation,) = organisation_rows.by_ids(conn, [row.organisation_id])
    facts = {
        "Date of the transaction": times.moment(told.shipped_at, told.offset),
        **{_PAPERS.get(kind, kind): number for kind, number in told.papers},
        "Packs": f"{told.pack_count:,}",
        "Handed over": ", ".join(told.shipped[:10]) + (" ..." if len(told.shipped) > 10 else ""),
        "File": source.name,
        "SHA-256": source.sha256.hex(),
    }
    return Report(
        title="Transaction information and transaction statement",
        subtitle=f"{_first(told.seller)} to {_first(told.buyer)}",
        author=organisation.name,
        made_at=source.at.replace(microsecond=0),
        facts=facts,
        sections=tuple(_sections(told)),
        is_landscape=True,
        paper="us-letter",
    )


def _first(address: Address) -> str:
    return address.lines[0]


def _sections(told: Transaction) -> Iterator[Section]:
    yield Section(
        heading="Parties",
        table=_table(
            ("", "GLN", "Name and address"),
            (
                ("Seller", told.seller.gln, ", ".join(told.seller.lines)),
                ("Buyer", told.buyer.gln, ", ".join(told.buyer.lines)),
                ("Shipped from", told.ships_from.gln, ", ".join(told.ships_from.lines)),
                ("Shipped to", told.ships_to.gln, ", ".join(told.ships_to.lines)),
            ),
        ),
    )
    yield Section(
        heading="Product",
        table=Table(
            "Product",
            (
                *map(Column, ("Name", "GTIN", *_TITLES.values(), "Lot", "Expiry")),
                Column("Packs", Kind.NUMBER),
            ),
            tuple(map(_ware, told.wares)),
        ),
    )
    affirmed = "affirmed" if told.is_affirmed else "not affirmed"
    yield Section(heading=f"Transaction statement, {affirmed}", paragraphs=(told.statement,))
    if told.containers:
        yield Section(
            heading="Packing",
            table=Table(
                "Packing",
                (Column("Container"), Column("Holds", Kind.NUMBER)),
                tuple((each.label, each.count) for each in told.containers),
            ),
        )
    yield _serials(told)


def _ware(ware: Ware) -> tuple[Cell, ...]:
    return (
        ware.facts.get("regulatedProductName", ""),
        ware.gtin,
        *(ware.facts.get(name, "") for name in _TITLES),
        ware.lot,
        times.expiry(ware.expires),
        len(ware.serials),
    )


def _serials(told: Transaction) -> Section:
    lines = [(ware.gtin, ware.lot, serial) for ware in told.wares for serial in ware.serials]
    more = len(lines) - SERIALS_MAX
    note = (f"{more:,} more are in the file.",) if more > 0 else ()
    return Section(
        heading="Serial numbers",
        paragraphs=note,
        table=_table(("GTIN", "Lot", "Serial number"), tuple(lines[:SERIALS_MAX])),
    )


def _table(titles: tuple[str, ...], lines: tuple[tuple[Cell, ...], ...]) -> Table:
    return Table(titles[-1], tuple(map(Column, titles)), lines)


# --- the life of a report -------------------------------------------------------------------------


def _facts(view: ReportView) -> dict[str, str]:
    line = view.line
    told = {
        "State": line.state.value,
        "Market": line.market,
        "Tells of": f"{line.happening.replace('_', ' ')}: {line.title or line.gtin}",
        "Happened": times.moment(line.happened_at) if line.happened_at else "",
        "Due": f"{times.moment(line.due_at)} ({line.due_words})" if line.due_at else line.due_words,
        "Duty": line.duty,
        "Number at the receiver": line.reference,
        "Version of the files": str(line.version_no) if line.version_no else "",
        **{name: text for name, text in view.facts.items() if name},
    }
    return {title: text for title, text in told.items() if text}


def _life(view: ReportView) -> Iterator[Section]:
    yield Section(
        heading="What happened",
        table=Table(
            "Steps",
            (Column("When", Kind.MOMENT), *map(Column, ("Step", "State", "Version", "By", "Why"))),
            tuple(
                (
                    each.at,
                    each.step.replace("_", " "),
                    each.state,
                    str(each.version_no or ""),
                    each.actor_name,
                    each.reason,
                )
                for each in view.steps
            ),
        ),
    )
    if view.files:
        yield Section(
            heading="Files",
            table=Table(
                "Files",
                (
                    *map(Column, ("No.", "Version", "What", "Name")),
                    Column("Bytes", Kind.NUMBER),
                    Column("SHA-256"),
                ),
                tuple(
                    (
                        str(each.file_no),
                        str(each.version_no),
                        each.role,
                        each.name,
                        each.size,
                        each.sha256.hex(),
                    )
                    for each in view.files
                ),
            ),
        )
    if view.reasons:
        yield Section(
            heading="What the receiver did not take",
            table=_table(
                ("Code", "Text", "Where", "Pack"),
                tuple((each.code, each.text, each.place, each.label) for each in view.reasons),
            ),
        )
