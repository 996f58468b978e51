"""The lookup directory: which responder answers for which GTIN, one by one or as a whole list.

A list is a table (CSV, XLSX or JSON). What is good of it is taken in, in one transaction; each row
that is not is told with its place. Nothing of the directory is removed by a list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.exchange import calls
from packtrail.exchange.tables import Field, Kind, read_table
from packtrail.services import auditing
from packtrail.services.codes import BAD_ENTRY, EMPTY_DIRECTORY, NO_ENTRY
from packtrail.store import vrs as rows
from packtrail.verification import messaging
from packtrail.verification.question import product_of

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.exchange.tables import Row
    from packtrail.services.application import Application
    from packtrail.store.vrs import EntryRow

FIELDS: Final = (
    Field("gtin", Kind.IDENTIFIER, ("product", "gtin14", "gtin-14", "trade item")),
    Field("url", Kind.TEXT, ("address", "endpoint", "responder url", "vrs url", "base url")),
    Field("responder_gln", Kind.IDENTIFIER, ("gln", "responder gln", "responder")),
    Field("credential", Kind.TEXT, ("token variable",), is_required=False),
    Field("presentation", Kind.TEXT, ("presentation variable",), is_required=False),
)
"""Columns of a list."""
_SECRET: Final = "PACKTRAIL_VRS_"  # noqa: S105 - how the names of variables begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the directory."""

    gtin: str
    url: str
    """Base address of the responder; `/verify/...` is added."""
    responder_gln: str
    credential: str | None = None
    """Environment variable that holds the bearer token; it begins with `PACKTRAIL_VRS_`."""
    presentation: str | None = None
    """The same, of the presentation of our own credential; `@` and a path: the file of it."""


def put_entry(app: Application, actor: Actor, entry: Entry) -> Entry:
    """Say which responder answers for a GTIN.

    Raises:
        RefusedError: `VER-103`, address, GLN or credential cannot be used; or it is no GTIN.
        NotPermitted: The actor may not change the directory.
    """
    require(actor, Permission.VRS_UPDATE)
    sound = _checked(app, entry)
    with app.database.transaction() as conn:
        _put(conn, actor, sound, at=app.clock())
    return sound


def remove_entry(app: Application, actor: Actor, gtin: str) -> None:
    """Take a GTIN out of the directory.

    Raises:
        NotFound: `VER-104`, it is not in it.
        NotPermitted: The actor may not change the directory.
    """
    require(actor, Permission.VRS_UPDATE)
    key = product_of(gtin)
    with app.database.transaction() as conn:
        if not rows.delete_entry(conn, actor.organisation_id, key):
            raise NotFound(NO_ENTRY.found(f"{key} is not in the directory.", at="gtin"))
        auditing.write(
            conn, actor, Action.DIRECTORY_UPDATED, key, at=app.clock(), detail={"removed": True}
        )


def directory(app: Application, actor: Actor, *, limit: int = 1000) -> tuple[EntryRow, ...]:
    """Return the directory, by GTIN."""
    require(actor, Permission.VERIFICATION_READ)
    with app.database.reading() as conn:
        return tuple(rows.directory(conn, actor.organisation_id, limit=limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a list."""

    new: int
    changed: int
    same: int
    findings: tuple[Finding, ...]
    is_kept: bool
    """Whether it was taken in, not only looked at."""


def import_entries(
    app: Application, actor: Actor, content: bytes, filename: str, *, is_dry: bool = False
) -> Imported:
    """Take a list of entries into the directory.

    Args:
        app: The application.
        actor: Who takes it in.
        content: The file.
        filename: Its name, which says what kind of table it is.
        is_dry: Only say what would come of it.

    Raises:
        RefusedError: `VER-109` and what is wrong with the rows: none can be used.
        NotPermitted: The actor may not change the directory.
    """
    require(actor, Permission.VRS_UPDATE)
    reading = read_table(content, filename, FIELDS)
    sound: dict[str, Entry] = {}
    findings = list(reading.findings)
    for row in reading.rows:
        try:
            entry = _checked(app, _entry(row))
        except RefusedError as refused:
            findings += [_at(each, row) for each in refused.findings]
            continue
        if entry.gtin in sound and sound[entry.gtin] != entry:
            text = f"{entry.gtin} stands in the list twice, with different answers."
            findings.append(BAD_ENTRY.found(text, at=row.place))
            continue
        sound[entry.gtin] = entry
    if not sound:
        raise RefusedError(EMPTY_DIRECTORY.found(f"{filename[:80]!r} has none."), *findings)
    at = app.clock()
    with app.database.transaction() as conn:
        there = {gtin: rows.entry(conn, actor.organisation_id, gtin) for gtin in sound}
        before = {gtin: _of_row(row) for gtin, row in there.items() if row is not None}
        differing = [each for gtin, each in sound.items() if before.get(gtin) != each]
        for entry in differing if not is_dry else ():
            _put(conn, actor, entry, at=at)
    new = sum(each.gtin not in before for each in differing)
    return Imported(
        new=new,
        changed=len(differing) - new,
        same=len(sound) - len(differing),
        findings=tuple(findings),
        is_kept=not is_dry,
    )


def _entry(row: Row) -> Entry:
    told = {name: str(value) if value is not None else None for name, value in row.values.items()}
    return Entry(
        gtin=told["gtin"] or "",
        url=told["url"] or "",
        responder_gln=told["responder_gln"] or "",
        credential=told["credential"],
        presentation=told["presentation"],
    )


def _of_row(row: EntryRow) -> Entry:
    return Entry(
        gtin=row.gtin, url=row.url, responder_gln=row.responder_gln, credential=row.credential,
        presentation=row.presentation,
    )  # fmt: skip


def _at(finding: Finding, row: Row) -> Finding:
    return replace(finding, at=f"{row.place}, {finding.at}" if finding.at else row.place)


def _checked(app: Application, entry: Entry) -> Entry:
    """Return an entry as it is kept.

    Raises:
        RefusedError: `VER-103`; everything that is wrong with it; or it is no GTIN.
    """
    bad = BAD_ENTRY.found
    found: list[Finding] = []
    gtin = entry.gtin
    try:
        gtin = product_of(entry.gtin)
    except RefusedError as refused:
        found += [replace(each, at="gtin") for each in refused.findings]
    try:
        calls.check(entry.url, calls.Networks.of(app.settings.webhook_allowed_networks))
    except calls.BadAddress as wrong:
        found.append(bad(f"{entry.url[:80]!r} {wrong}.", at="url"))
    if not messaging.is_gln(entry.responder_gln):
        found.append(bad(f"{entry.responder_gln[:40]!r} is no GLN.", at="responder_gln"))
    for name in ("credential", "presentation"):
        told = getattr(entry, name)
        if told and not told.startswith(_SECRET):
            found.append(bad(f"{told[:60]!r} does not begin with {_SECRET}.", at=name))
    if found:
        raise RefusedError(*found)
    return replace(
        entry, gtin=gtin, credential=entry.credential or None,
        presentation=entry.presentation or None,
    )  # fmt: skip


def _put(conn: Connection, actor: Actor, entry: Entry, *, at: datetime) -> None:
    values = {
        "organisation_id": actor.organisation_id, "gtin": entry.gtin, "url": entry.url,
        "responder_gln": entry.responder_gln, "credential": entry.credential,
        "presentation": entry.presentation, "at": at, "by": actor.name,
    }  # fmt: skip
    rows.set_entry(conn, values)
    detail = {"url": entry.url, "responder_gln": entry.responder_gln}
    auditing.write(conn, actor, Action.DIRECTORY_UPDATED, entry.gtin, at=at, detail=detail)
