"""Making: the files of a report, built from what is recorded and checked before they leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance.words import Happening
from packtrail.reporting import catalogue, codes
from packtrail.reporting.assembling import MARKET_FACT, Heading, assemble
from packtrail.reporting.building import build as fill
from packtrail.reporting.forms import walk
from packtrail.reporting.life import OPEN, State, Step
from packtrail.reporting.words import ReceiverKind
from packtrail.services.markets.accepting import in_force_for
from packtrail.services.reports import asking, checks, steps
from packtrail.services.reports.gathering import Gatherer
from packtrail.services.reports.receivers import Receiver, codes_of, required
from packtrail.services.reports.steps import Taken
from packtrail.store import organisations as organisation_rows
from packtrail.store import reports as rows
from packtrail.store.reports import NewFile, ReportRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.reporting.assembling import Known
    from packtrail.reporting.composing import Composition
    from packtrail.reporting.forms import Form
    from packtrail.reporting.material import Material
    from packtrail.services.application import Application

OUTGOING: Final = "outgoing"
VERSION: Final = "version"
"""Fact of product data: its version."""
_FINDINGS_MAX: Final = 200
_ENDS_USE: Final = frozenset({"destroy", "decommission", "dispense", "stolen", "sample"})


def build(
    app: Application,
    actor: Actor,
    number: int,
    *,
    facts: Mapping[str, str] | None = None,
    step_no: int | None = None,
) -> ReportRow:
    """Build the files of a report anew and check them.

    Args:
        app: The application.
        actor: Who builds.
        number: Of the report.
        facts: Facts of this report, over those it has; an empty text takes one away.
        step_no: As the report was seen; None: as it is now.

    Raises:
        NotFound: `REP-020`, there is no such report.
        RefusedError: `REP-021`, it cannot be built in its state; `REP-036`, a fact is none of the
            form.
        Conflict: `REP-033`, it was changed meanwhile.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.REPORTING_CREATE)
    with app.database.transaction() as conn:
        row = steps.numbered(conn, actor.organisation_id, number)
        if step_no is not None:
            row = replace(row, step_no=step_no)
        form = catalogue.form(row.form)
        if facts is not None:
            asking.require_facts(form, facts)
            told = {name: text for name, text in {**row.facts, **facts}.items() if text}
            rows.set_facts(conn, row.report_id, told)
            row = replace(row, facts=told)
        return build_row(app, conn, actor, row)


def build_row(app: Application, conn: Connection, actor: Actor, row: ReportRow) -> ReportRow:
    """Build and check the files of a report, inside a transaction."""
    form = catalogue.form(row.form)
    row = _numbered_version(conn, form, row)
    receiver = required(conn, row.organisation_id, row.receiver)
    gatherer = Gatherer.of(app, conn, actor)
    made_of, findings = _material(app, gatherer, form, receiver, row)
    composed = fill(form, made_of)
    findings = (*findings, *composed.findings)
    at = app.clock()
    if not composed.files:
        return _nothing(app, conn, actor, row, findings, at)
    version_no = row.version_no + 1
    for made in composed.files:
        new = NewFile(
            version_no=version_no,
            role=OUTGOING,
            name=made.name,
            media_type=made.media_type,
            content=made.content,
        )
        rows.insert_file(conn, row.report_id, new, at=at)
    detail = {
        "files": len(composed.files),
        "findings": [checks.told(each) for each in findings[:_FINDINGS_MAX]],
    }
    taken = Taken(step=Step.BUILT, version_no=version_no, detail=detail)
    built = steps.take(app, conn, actor, row, taken, at=at)
    return _checked(app, conn, actor, built, form, composed, findings)


def _numbered_version(conn: Connection, form: Form, row: ReportRow) -> ReportRow:
    """Give product data the version after the last that the receiver has taken."""
    if Happening.PRODUCT_DATA not in form.happenings or row.facts.get(VERSION):
        return row
    known = rows.product_versions(conn, row.organisation_id, row.receiver, [row.gtin])
    last = known.get(row.gtin, "0")
    told = {**row.facts, VERSION: str(int(last) + 1) if last.isdigit() else "1"}
    rows.set_facts(conn, row.report_id, told)
    return replace(row, facts=told)


def _nothing(
    app: Application,
    conn: Connection,
    actor: Actor,
    row: ReportRow,
    findings: tuple[Finding, ...],
    at: datetime,
) -> ReportRow:
    """Note that nothing could be built; who has files keeps them."""
    if State(row.state) not in OPEN:
        raise RefusedError(*findings)
    detail = {"findings": [checks.told(each) for each in findings[:_FINDINGS_MAX]]}
    return steps.take(app, conn, actor, row, Taken(step=Step.FAILED, detail=detail, score=0), at=at)


def _checked(
    app: Application,
    conn: Connection,
    actor: Actor,
    row: ReportRow,
    form: Form,
    composed: Composition,
    findings: tuple[Finding, ...],
) -> ReportRow:
    """Check every file of a report, and say whether it may leave."""
    about = checks.About(
        receiver=row.receiver,
        report_id=row.report_id,
        version_no=row.version_no,
        ends_use=row.happening in _ENDS_USE,
    )
    scores, has_defects = [], has_errors(findings)
    for made in composed.files:
        kept, checked = checks.keep(app, conn, actor, form, made.name, made.content, about=about)
        scores.append(kept.score)
        has_defects = has_defects or has_errors(checked.findings)
    score = 0 if has_errors(findings) else min(scores)
    step = Step.FAILED if has_defects else Step.PASSED
    taken = Taken(step=step, score=score, detail={"score": score})
    return steps.take(app, conn, actor, row, taken, at=app.clock())


# --- the material ---------------------------------------------------------------------------------


def _material(
    app: Application, gatherer: Gatherer, form: Form, receiver: Receiver, row: ReportRow
) -> tuple[Material, tuple[Finding, ...]]:
    conn = gatherer.conn
    events = gatherer.events_by_id(rows.covered_of(conn, row.report_id))
    (organisation,) = organisation_rows.by_ids(conn, [row.organisation_id])
    sender = organisation.gln or ""
    partner = receiver.gln if receiver.kind is ReceiverKind.PARTNER else ""
    sources = gatherer.sources(
        events,
        parties=(sender, partner),
        has_history=form.epcis is not None and form.epcis.history,
    )
    if row.gtin and row.gtin not in sources.items:
        sources = replace(sources, items={**sources.items, **gatherer.items([row.gtin])})
    rules = in_force_for(app, conn, row.organisation_id)
    sources = replace(sources, items=_of_markets(sources.items, codes_of(rules, receiver)))
    versions, findings = _versions(conn, form, row)
    heading = Heading(
        number=str(row.number),
        made_at=app.clock(),
        happening=row.happening,
        sender=sender,
        receiver=partner,
        facts={**receiver.facts, **row.facts},
        subject_gtin=row.gtin,
        subject_lot=row.lot,
        reason=row.facts.get("reason", ""),
    )
    return assemble(form, heading, replace(sources, versions=versions)), findings


def _of_markets(items: Mapping[str, Known], markets: frozenset[str]) -> dict[str, Known]:
    """Return trade items without what is said of markets that are not the receiver's."""
    return {
        gtin: replace(
            known,
            facts={
                name: text
                for name, text in known.facts.items()
                if not (match := MARKET_FACT.fullmatch(name)) or match[1] in markets
            },
        )
        for gtin, known in items.items()
    }


def _versions(
    conn: Connection, form: Form, row: ReportRow
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return the product version that counts: a lot stays with the one it was reported under."""
    if not any("item.version" in field.of for _, field in walk(form.fields)):
        return {}, ()
    gtin, lot = row.gtin, row.lot
    current = rows.product_versions(conn, row.organisation_id, row.receiver, [gtin]).get(gtin)
    tied = rows.lot_versions(conn, row.organisation_id, row.receiver, [gtin]).get((gtin, lot))
    version = tied or current
    if version is None:
        message = f"No product data of {gtin} was acknowledged by {row.receiver}."
        return {}, (codes.NO_PRODUCT_VERSION.found(message, at="item.version"),)
    if tied and current and tied != current:
        message = f"Lot {lot} is tied to version {tied} of {gtin}; the last is {current}."
        return {gtin: version}, (codes.OTHER_PRODUCT_VERSION.found(message, at="item.version"),)
    return {gtin: version}, ()


def tie_lot(conn: Connection, row: ReportRow) -> None:
    """Tie the lot of a report that leaves to the product version that stands in it."""
    form = catalogue.form(row.form)
    if row.lot and any("item.version" in field.of for _, field in walk(form.fields)):
        versions, _ = _versions(conn, form, row)
        if row.gtin in versions:
            rows.fix_lot_version(conn, row, row.gtin, row.lot, versions[row.gtin])
