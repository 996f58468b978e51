"""The evidence of a case as one file: a paper, the data, and a manifest of hashes.

The same state of a case gives the same bytes: the moment on the paper is that of its last entry.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.detection import drafts
from packtrail.rendering import sightings as pictures
from packtrail.rendering import times
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Kind, Table, write_csv
from packtrail.services import auditing
from packtrail.services.alerts import cases, sightings
from packtrail.services.alerts import drafts as filled
from packtrail.services.alerts.changing import row_of
from packtrail.services.goods import stock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.access import Actor
    from packtrail.services.alerts.cases import Case
    from packtrail.services.alerts.sightings import Picture
    from packtrail.services.application import Application
    from packtrail.services.reach.holdings import Holding

MANIFEST: Final = "manifest.json"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def bundle(app: Application, actor: Actor, code: str) -> bytes:
    """Return the evidence of a case as ZIP, and write down that it was handed out.

    Raises:
        NotFound: `SIG-051`, there is no such case.
        UsageError: The extra `reports` is not installed.
        NotPermitted: The actor may not see alerts, or events.
    """
    require(actor, Permission.ALERT_READ)
    with stock.seen(app, actor, None, None) as (conn, _, whole):
        case = cases.case_in(app, conn, actor, row_of(conn, actor, code))
        picture = sightings.picture_in(app, conn, actor, case, whole)
        forms = {name: filled.draft_in(conn, actor, case, name) for name in drafts.NAMES}
    files = {
        "case.json": _json(case),
        "case.pdf": paper(case, picture, by=actor.organisation_code),
        "evidence.csv": write_csv(_evidence(case), about=_about(case)),
        "story.csv": write_csv(_story(case), about=_about(case)),
        "sightings.csv": write_csv(seen_table(picture), about=_about(case)),
        "reach.csv": write_csv(reach_table(picture), about=_about(case)),
        "sightings.svg": pictures.over_time(picture.sightings).encode(),
    }
    if drawn := pictures.on_map(picture.sightings):
        files["map.svg"] = drawn.encode()
    for name, draft in forms.items():
        files[f"draft-{name}.json"] = filled.as_json(case, draft)
    made = _zip(case, files)
    detail = {"sha256": hashlib.sha256(made).hexdigest(), "size": len(made)}
    with app.database.transaction() as conn:
        auditing.write(conn, actor, Action.CASE_EXPORTED, code, at=app.clock(), detail=detail)
    return made


def paper(case: Case, picture: Picture, *, by: str) -> bytes:
    """Return a case on paper.

    Raises:
        UsageError: The extra `reports` is not installed.
    """
    line = case.line
    said = {
        "Case": line.code,
        "State": " ".join(str(each) for each in (line.state, line.outcome or "") if each),
        "Category": str(line.category or "not sorted yet"),
        "Owner": line.owner or "nobody",
        "Market": line.market or "not known",
        "Opened": f"{times.moment(line.opened_at)} by {line.opened_by}",
        "Packs": str(len(case.suspects)),
        "In quarantine": str(line.held_count),
    }
    sections = [
        Section(heading="Time limits", table=_clocks(case)),
        Section(heading="What it rests on", table=_evidence(case)),
        Section(
            heading="Where the packs were",
            picture=pictures.over_time(picture.sightings) if picture.sightings else None,
            alt="Places of the packs in the order of time; the table below says the same.",
            table=seen_table(picture),
        ),
        Section(heading="What they share with others", table=reach_table(picture)),
        Section(heading="What was done", table=_story(case)),
    ]
    return write_pdf(
        Report(
            title=line.title,
            subtitle=f"Case {line.code}",
            author=by,
            made_at=case.entries[-1].at,
            facts=said,
            sections=sections,
            is_landscape=True,
        )
    )


def seen_table(picture: Picture) -> Table:
    """Return where packs were, as a table."""
    return Table(
        "Sightings",
        (
            Column("At", Kind.MOMENT), Column("GTIN"), Column("Serial"), Column("Place"),
            Column("Name"), Column("Market"), Column("What"), Column("Who"), Column("Alert"),
        ),
        [
            (e.at, *e.pack, e.place, e.name, e.market, e.what, e.who, "yes" if e.is_suspect else "")
            for e in picture.sightings
        ],
    )  # fmt: skip


def reach_table(picture: Picture) -> Table:
    """Return what packs share with others, as a table."""
    return Table(
        "Reach",
        (Column("What"), Column("Identifier"), Column("Packs of the case", Kind.NUMBER),
         Column("Other packs in it", Kind.NUMBER), Column("Held by")),
        [
            (each.kind, each.label, each.suspects, each.other_count, held_by(each.holders))
            for each in picture.reach
        ],
    )  # fmt: skip


def held_by(holders: Iterable[Holding]) -> str:
    """Return who holds how many packs, as a line."""
    return ", ".join(f"{each.name} {each.total:,}" for each in holders)


def _evidence(case: Case) -> Table:
    return Table(
        "Evidence",
        (
            Column("Alert"), Column("Signal"), Column("Kind"), Column("At", Kind.MOMENT),
            Column("GTIN"), Column("Serial"), Column("Lot"), Column("Expiry"), Column("Place"),
            Column("Who"), Column("Identifier"), Column("Withdrawn"),
        ),
        [
            (a.alert_id, a.code, e.kind, e.at, e.gtin, e.serial, e.lot, e.expires, e.place,
             e.actor, e.evidence_id, e.withdrawn_reason)
            for a in case.alerts for e in a.evidence
        ],
    )  # fmt: skip


def _story(case: Case) -> Table:
    columns = (Column("No."), Column("At", Kind.MOMENT), Column("By"), Column("What"))
    return Table("Story", columns, [(str(e.number), e.at, e.by, e.text) for e in case.entries])


def _clocks(case: Case) -> Table:
    columns = (
        Column("Duty"),
        Column("What"),
        Column("Due", Kind.MOMENT),
        Column("Done", Kind.MOMENT),
    )
    lines = [(c.duty, c.what, c.due_at, c.done_at) for c in case.line.clocks]
    return Table("Clocks", columns, lines)


def _about(case: Case) -> Mapping[str, str]:
    return {"Case": case.line.code, "State of": case.entries[-1].at.isoformat()}


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _zip(case: Case, files: Mapping[str, bytes]) -> bytes:
    manifest = {
        "case": case.line.code,
        "revision": case.line.revision,
        "state_of": case.entries[-1].at,
        "files": [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
    }
    return _packed([*sorted(files.items()), (MANIFEST, _json(manifest))])


def _packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
