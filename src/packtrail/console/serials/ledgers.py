"""Ledgers: what stands in them, one allocation with its numbers, and where a number is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from packtrail.base.errors import RefusedError
from packtrail.console import templates
from packtrail.console.serials import fields
from packtrail.console.serials.pools import product_names
from packtrail.console.visit import redirect
from packtrail.rendering.number_files import MEDIA_TYPES, SUFFIXES, write_numbers
from packtrail.rendering.tables import Column, Kind, Table, write_csv, write_xlsx
from packtrail.services.supply import allocating, looking_up, pools, settling
from packtrail.services.supply.looking_up import Wanted
from packtrail.services.supply.settling import Settling

if TYPE_CHECKING:
    from packtrail.console.visit import Visit
    from packtrail.services.supply.looking_up import Page

PAGE_LENGTH = 50
EXPORT_MAX = 10_000
KINDS = ("allocated", "used", "returned", "void", "expired", "stocked")
PREVIEW = 8
"""So many numbers of an allocation are shown."""
_FILTERS = ("pool", "kind", "text", "since", "until")
_SHEETS = {"csv": "text/csv; charset=utf-8", "xlsx": MEDIA_TYPES["xlsx"]}


def ledger(visit: Visit) -> Response:
    """Show entries of all ledgers, as the filters in the address say; or give them as a file."""
    findings: tuple[object, ...] = ()
    form = visit.query("format")
    limit = EXPORT_MAX if form in _SHEETS else PAGE_LENGTH
    try:
        page = _search(visit, limit)
    except RefusedError as refusal:
        page, findings = looking_up.Page(entries=(), cursor=None), refusal.findings
    if form in _SHEETS and not findings:
        return _export(visit, page, form)
    asked = {name: visit.query(name) for name in _FILTERS}
    kept = {name: value for name, value in asked.items() if value}
    return templates.render(
        visit,
        "serials_ledger.html",
        status=422 if findings else 200,
        entries=page.entries,
        findings=findings,
        asked=asked,
        kinds=KINDS,
        pools=pools.pools(visit.app, visit.who),
        here_with=urlencode(kept),
        next_query=urlencode({**kept, "cursor": page.cursor}) if page.cursor else "",
        is_later=bool(visit.query("cursor")),
    )


def allocation(visit: Visit) -> Response:
    """Show one allocation and what became of its numbers."""
    return _allocation(visit, visit.query("pool"), visit.query("request"))


def settle(visit: Visit) -> Response:
    """Say what became of numbers of an allocation, then show it again."""
    pool, request_id = visit.sent("pool"), visit.sent("request")
    try:
        what = Settling(
            request_id=visit.sent("request_id"),
            used=fields.listed(visit, "used"),
            void=fields.listed(visit, "void"),
            returned=fields.listed(visit, "returned"),
            allocation=request_id,
            rest=settling.rest_of(visit.sent("rest") or None),
            party=visit.sent("party").strip(),
            reason=visit.sent("reason").strip(),
        )
        settling.settle(visit.app, visit.who, pool, what)
    except RefusedError as refusal:
        return _allocation(visit, pool, request_id, refusal=refusal)
    return redirect(fields.allocation_path(pool, request_id))


def numbers(visit: Visit) -> Response:
    """Give the numbers of an allocation as a file."""
    form = visit.query("format") or "text"
    if form not in MEDIA_TYPES:
        raise HTTPException(404)
    name = visit.query("pool")
    pool = pools.pool(visit.app, visit.who, name)
    delivery = allocating.allocation(visit.app, visit.who, name, visit.query("request")).delivery
    if form == "text":
        content = delivery.lines()
    else:
        number_of = pool.number_of if pool.kind == pools.SGTIN else ""
        labels = ((label.serial, label.elements) for label in delivery.labels())
        content = write_numbers(form, number_of, labels)
    filename = f"{pool.code}-{delivery.entry.entry_no}.{SUFFIXES[form]}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingResponse(content, media_type=MEDIA_TYPES[form], headers=headers)


def look_up(visit: Visit) -> Response:
    """Tell of a number whether it was issued, when, to whom, and what became of it."""
    return _look_up(visit, visit.query("text"), visit.query("pool"))


def show_secrets(visit: Visit) -> Response:
    """Show key and signature of a number; that they were seen stands in the audit trail."""
    text, pool = visit.sent("text"), visit.sent("pool")
    shown = looking_up.show_secrets(visit.app, visit.who, text, pool=pool or None)
    return _look_up(visit, text, pool, secrets=shown)


def _search(visit: Visit, limit: int) -> Page:
    kind = visit.query("kind")
    wanted = Wanted(
        pool=visit.query("pool"),
        kinds=[kind] if kind in KINDS else (),
        text=visit.query("text"),
        since=fields.day(visit.query("since"), "since"),
        until=fields.day(visit.query("until"), "until"),
    )
    cursor = visit.query("cursor") or None
    return looking_up.search(visit.app, visit.who, wanted, cursor=cursor, limit=limit)


def _export(visit: Visit, page: Page, form: str) -> Response:
    """Return what the filters find as a spreadsheet, with who asked for what."""
    columns = (
        Column("When", Kind.MOMENT), Column("Kind"), Column("Count", Kind.NUMBER),
        Column("Asked", Kind.NUMBER), Column("Owner"), Column("Pool"),
        Column("Entry", Kind.NUMBER), Column("To or from"), Column("For"), Column("Request"),
        Column("By"),
    )  # fmt: skip
    rows = (
        (
            each.at, each.kind, each.count, each.asked, each.owner, each.pool, each.entry_no,
            each.party, each.purpose, each.request_id, each.actor_name,
        )
        for each in page.entries
    )  # fmt: skip
    table = Table("Ledger", columns, rows)
    about = {
        "What": "Ledger of serial numbers",
        "Asked by": f"{visit.who.name}, {visit.who.organisation_code}",
        "When": visit.app.clock().isoformat(timespec="seconds"),
        **{name: visit.query(name) for name in _FILTERS if visit.query(name)},
        "Complete": "no, there are more" if page.cursor else "yes",
    }
    content = (
        write_csv(table, about=about, has_bom=True)
        if form == "csv"
        else write_xlsx([table], about=about, made_at=visit.app.clock())
    )
    headers = {"Content-Disposition": f'attachment; filename="serial-ledger.{form}"'}
    return Response(content, media_type=_SHEETS[form], headers=headers)


def _allocation(
    visit: Visit, pool: str, request_id: str, *, refusal: RefusedError | None = None
) -> Response:
    found = allocating.allocation(visit.app, visit.who, pool, request_id)
    entry = found.delivery.entry
    return templates.render(
        visit,
        "serials_allocation.html",
        status=422 if refusal else 200,
        found=found,
        entry=entry,
        pool=pools.pool(visit.app, visit.who, pool),
        preview=found.delivery.first(PREVIEW),
        file_query=urlencode({"pool": pool, "request": request_id}),
        findings=refusal.findings if refusal else (),
        request_id=visit.sent("request_id") or fields.new_request_id(),
        sent=visit.sent,
    )


def _look_up(
    visit: Visit, text: str, pool: str, *, secrets: dict[str, str] | None = None
) -> Response:
    found: tuple[looking_up.LookUp, ...] = ()
    findings: tuple[object, ...] = ()
    if text:
        try:
            found = looking_up.look_up(visit.app, visit.who, text, pool=pool or None)
        except RefusedError as refusal:
            findings = refusal.findings
    seen = {each.name: each for each in pools.pools(visit.app, visit.who)}
    return templates.render(
        visit,
        "serials_look_up.html",
        status=422 if findings else 200,
        text=text,
        pool=pool,
        pools=list(seen.values()),
        found=[(each, seen.get(f"{each.owner}/{each.pool}")) for each in found],
        findings=findings,
        secrets=secrets,
        names=product_names(visit, seen.values()),
    )
