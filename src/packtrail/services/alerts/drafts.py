"""Drafts from cases: what FDA and the European system ask, from what is known, never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound
from packtrail.detection import codes as signals
from packtrail.detection import drafts
from packtrail.detection.cases import State
from packtrail.detection.triage import CAUSES
from packtrail.lifecycle.fold import fold
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Table, write_csv
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.alerts import cases
from packtrail.services.alerts.changing import TEXT_MAX, changing, row_of
from packtrail.services.alerts.sightings import names_in
from packtrail.services.goods import describing
from packtrail.store import journeys, organisations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.detection.drafts import Draft
    from packtrail.services.alerts.cases import Case
    from packtrail.services.application import Application

_CLASSES: Final[Mapping[str, str]] = {
    signals.DIVERTED.code: "diverted",
    signals.STOLEN_SEEN.code: "stolen",
}
"""Signal -> class of the notification; any other points to a counterfeit."""
_HUB: Final[Mapping[str, str]] = {
    signals.NEAR_ISSUED.code: "#A3",
    signals.PROBING.code: "#A3",
    signals.BURST.code: "#A3",
    signals.SUPPLIED_TWICE.code: "#A24",
    signals.DEAD_SEEN.code: "#A24",
    signals.STOLEN_SEEN.code: "#A24",
}
"""Signal -> the alert code that the European hub would give; ours, not EMVO's."""
_SEVERAL: Final = "Multiple"
_LISTED_MAX: Final = 200


def draft(app: Application, actor: Actor, code: str, form: str) -> Draft:
    """Return a form filled from a case.

    Raises:
        NotFound: `SIG-051`, `SIG-062`.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        case = cases.case_in(app, conn, actor, row_of(conn, actor, code))
        return draft_in(conn, actor, case, form)


def exported(app: Application, actor: Actor, code: str, form: str, kind: str) -> bytes:
    """Return a draft as a file; nobody is sent anything.

    Args:
        app: The application.
        actor: Who asks.
        code: The case.
        form: The form.
        kind: `pdf`, `csv` or `json`.

    Raises:
        NotFound: `SIG-051`; `SIG-062`, there is no such form or kind of file.
        UsageError: PDF needs the extra `reports`.
        NotPermitted: The actor may not see alerts.
    """
    require(actor, Permission.ALERT_READ)
    with app.database.reading() as conn:
        case = cases.case_in(app, conn, actor, row_of(conn, actor, code))
        made = draft_in(conn, actor, case, form)
    match kind:
        case "pdf":
            return as_pdf(case, made, by=actor.organisation_code)
        case "csv":
            return as_csv(case, made)
        case "json":
            return as_json(case, made)
    text = f"{kind[:20]!r} is none of pdf, csv, json."
    raise NotFound(signals.NO_FORM.found(text, at="kind"))


def answer(
    app: Application, actor: Actor, code: str, form: str, values: Mapping[str, str]
) -> Draft:
    """Write fields of a draft; an empty one is worked out from the case again.

    Raises:
        NotFound: `SIG-051`; `SIG-062`, there is no such form or field.
        NotPermitted: The actor may not change cases.
    """
    for name in values:
        drafts.field_of(form, name)
    with changing(app, actor, code) as change:
        case = cases.case_in(app, change.conn, actor, change.row)
        before = written(case, form)
        new = {name: text.strip()[:TEXT_MAX] for name, text in values.items()}
        changed = {name: text for name, text in new.items() if text != before.get(name, "")}
        if changed:
            said = f"Draft {form}: {', '.join(changed)}"
            change.write("answer", said, detail={"form": form, "values": changed})
    return draft(app, actor, code, form)


def written(case: Case, form: str) -> dict[str, str]:
    """Return what people wrote into a draft: the last word on each field."""
    found: dict[str, str] = {}
    for entry in case.entries:
        if entry.kind == "answer" and entry.detail.get("form") == form:
            found |= {name: str(text) for name, text in entry.detail["values"].items()}
    return {name: text for name, text in found.items() if text}


def draft_in(conn: Connection, actor: Actor, case: Case, form: str) -> Draft:
    """Return a form filled from a case, on a connection."""
    return drafts.prepare(form, facts_of(conn, actor, case), written(case, form))


def as_json(case: Case, made: Draft) -> bytes:
    """Return a draft as JSON."""
    told = {
        "draft": True,
        "form": made.form.name,
        "title": made.form.title,
        "case": case.line.code,
        "fields": {each.field.name: each.value for each in made.fields},
        "missing": [each.field.name for each in made.missing],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def as_csv(case: Case, made: Draft) -> bytes:
    """Return a draft as CSV: field, title, value, clause."""
    about = {"Draft, not sent": made.form.title, "Case": case.line.code}
    return write_csv(_table(made), about=about)


def as_pdf(case: Case, made: Draft, *, by: str) -> bytes:
    """Return a draft on paper, dated by the last change of its case: the same bytes again.

    Raises:
        UsageError: The extra `reports` is not installed.
    """
    missing = [each.field.title for each in made.missing]
    sections = [Section(heading="Fields", table=_table(made))]
    if missing:
        sections.insert(0, Section(heading="Missing", paragraphs=missing))
    return write_pdf(
        Report(
            title=made.form.title,
            subtitle=f"Draft from case {case.line.code}: not sent",
            author=by,
            made_at=case.entries[-1].at,
            facts={
                "To": made.form.authority,
                "By": made.form.channel,
                "Clause": made.form.clause,
                "Note": made.form.note,
            },
            sections=sections,
        )
    )


def _table(made: Draft) -> Table:
    columns = (Column("Field"), Column("Asks"), Column("Value"), Column("Clause"))
    lines = [
        (each.field.name, each.field.title, each.value or "(missing)", each.field.clause)
        for each in made.fields
        if each.value or not each.field.is_optional
    ]
    return Table("Draft", columns, lines)


def facts_of(conn: Connection, actor: Actor, case: Case) -> dict[str, str]:
    """Return what a case says, by the names that forms ask for."""
    line = case.line
    audience_ids = visible_to(conn, actor)
    items = [(f"sgtin/{gtin}", serial) for gtin, serial in case.suspects]
    told = journeys.read_many(conn, items, audience_ids=audience_ids)
    standings = [fold(journey.steps) for journey in told.values()]
    scans = [e for alert in case.alerts for e in alert.evidence if e.kind != "record"]
    live = [each for each in scans if each.withdrawn_at is None]
    gtins = dict.fromkeys(gtin for gtin, _ in case.suspects)
    products = describing.products_of(conn, gtins, audience_ids)
    known = [products[gtin] for gtin in gtins if gtin in products]
    names = names_in(conn, actor, [each.place for each in live])
    own = organisations.by_ids(conn, [actor.organisation_id])
    told_by = sorted(case.alerts, key=lambda each: -each.score)
    determined = line.confirmed_at or line.high_risk_at
    return {
        "market": line.market or "",
        "places": _joined(
            f"{names.get(e.place, e.place)}{f', {e.market}' if e.market else ''}" for e in live
        ),
        "determined_on": f"{determined:%Y-%m-%d}" if determined else "",
        "classification": _classification(case),
        "product_name": _one(each.name or "" for each in known),
        "active_ingredient": _one(each.attributes.get("activeIngredient", "") for each in known),
        "strength": _one(each.attributes.get("strengthDescription", "") for each in known),
        "dosage_form": _one(each.attributes.get("dosageFormType", "") for each in known),
        "ndc": _one(each.attributes.get("additionalTradeItemIdentification", "") for each in known),
        "quantity": f"{len(case.suspects)} packs",
        "gtins": _joined(gtins),
        "serials": _joined(serial for _, serial in case.suspects),
        "lots": _joined(each.lot or "" for each in standings),
        "expiries": _joined(each.expires or "" for each in standings),
        "lots_scanned": _joined(each.lot for each in live),
        "expiries_scanned": _joined(each.expires for each in live),
        "operations": _joined(each.purpose for each in live),
        "raised_at": f"{min(each.raised_at for each in case.alerts):%Y-%m-%dT%H:%M:%SZ}"
        if case.alerts
        else "",
        "hub_code": _one(_HUB.get(each.code, "") for each in told_by[:1]),
        "description": _description(case),
        "category": line.category.value if line.category else "",
        "root_cause": CAUSES[line.cause].meaning if line.cause and line.cause in CAUSES else "",
        "decision": {
            State.REFUTED: "false alert",
            State.CONFIRMED: "falsification not ruled out",
            None: "under investigation",
        }[line.outcome],
        "company_name": next((row.name for row in own), ""),
        "owner": line.owner,
        "evidence": f"Bundle of case {line.code}",
    }


def _classification(case: Case) -> str:
    if case.line.confirmed_at is None and case.line.high_risk_at is not None:
        return "high risk of illegitimacy"
    if case.line.confirmed_at is None:
        return ""  # Nobody has decided yet: a draft does not decide for them.
    surest = max(case.alerts, key=lambda each: each.score, default=None)
    return _CLASSES.get(surest.code, "counterfeit") if surest else ""


def _description(case: Case) -> str:
    live = [each for each in case.alerts if each.withdrawn_at is None]
    said = [f"{each.title} ({each.subject}): {each.arithmetic[0]}." for each in live]
    return " ".join([f"{case.line.title}.", *said])[:TEXT_MAX]


def _joined(texts: Iterable[str]) -> str:
    found = [each for each in dict.fromkeys(texts) if each]
    more = f" and {len(found) - _LISTED_MAX} more" if len(found) > _LISTED_MAX else ""
    return ", ".join(found[:_LISTED_MAX]) + more


def _one(texts: Iterable[str]) -> str:
    found = [each for each in dict.fromkeys(texts) if each]
    return _SEVERAL if len(found) > 1 else "".join(found)
