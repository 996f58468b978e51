"""Rework: what is done by hand to packs and containers at a site, looked at first, then done.

A preview and the act itself are one decision; the act also records it. Nothing is done by halves:
what is impossible in part is refused as a whole.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.base.findings import Severity
from packtrail.production import codes
from packtrail.production.decisions import Job, effects_of
from packtrail.production.happenings import REASONS, Kind, check_happening, plain
from packtrail.production.names import keys_of, label_of
from packtrail.production.orders import State
from packtrail.production.verbs import decide
from packtrail.services import auditing
from packtrail.services.accounts import organisations
from packtrail.services.capture import recording
from packtrail.services.capture.capturing import finding_of
from packtrail.services.lines import floors
from packtrail.services.lines.floor import site_row
from packtrail.services.lines.taking import reference_of
from packtrail.services.orders import order_numbers
from packtrail.services.plan.gate import Held, held_back, require_trained
from packtrail.store import floor as floor_rows
from packtrail.store import line_reports as rows
from packtrail.store import orders as order_rows
from packtrail.store import organisations as organisation_rows
from packtrail.store.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.lifecycle.journey import Status
    from packtrail.production.decisions import Decision, Snapshot
    from packtrail.production.floor import Floor
    from packtrail.production.happenings import Happening
    from packtrail.services.application import Application

BY_HAND: Final = (
    *(Kind.UNPACK, Kind.PACK, Kind.REPACK, Kind.REPLACE, Kind.DISAGGREGATE, Kind.SAMPLE),
    *(Kind.DESTROY, Kind.DECOMMISSION, Kind.RECOMMISSION),
)
"""What can be done by hand."""
__all__ = ["BY_HAND", "REASONS", "Done", "EffectView", "Preview", "done", "perform", "preview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectView:
    """What an act makes of one object."""

    identifier: str
    label: str
    """As printed beside a barcode."""
    level: str | None
    status_before: Status | None
    """None: nothing was known of it."""
    status_after: Status
    holder_before: str | None
    """Label of what held it."""
    holder_after: str | None
    inside_before: int
    """How many objects it held, directly."""
    inside_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an act would do."""

    is_possible: bool
    findings: tuple[Finding, ...]
    effects: tuple[EffectView, ...]
    """Empty when it is not possible."""
    owner: str
    """Whose goods they are."""
    order: str | None
    """The work order that the objects come from."""
    events: int
    """How many events would be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act that was done."""

    rework_id: str
    owner: str
    site: str
    request_id: str
    happening: dict[str, object]
    """Kind, objects, reason: as it was asked for."""
    at: datetime
    done_at: datetime
    actor_name: str
    findings: tuple[Finding, ...]
    capture_id: str
    effects: tuple[EffectView, ...] = ()
    is_repeated: bool = False
    """Whether it was done before, by the same request."""


def preview(
    app: Application,
    actor: Actor,
    told: Happening,
    *,
    site: str | None = None,
    owner: str | None = None,
) -> Preview:
    """Say what an act would do, and what keeps it from being done.

    Args:
        app: The application.
        actor: Who would do it.
        told: The act; its numbers in any notation.
        site: Where; default: the only site of the actor's organisation.
        owner: Whose goods; default: as their numbers tell.

    Raises:
        NotFound: `LIN-001`, no such site, or several.
        RefusedError: `LIN-020`, `LIN-037` or `LIN-045`: the act is not told in full.
        NotPermitted: The actor may not do rework, or not for this owner.
    """
    require(actor, Permission.REWORK_CREATE)
    _check(told)
    with app.database.transaction() as conn:
        act = _act(app, conn, actor, told, site, owner)
    untrained = held_back(app, actor, Held.REWORK)
    return Preview(
        is_possible=not act.errors and untrained is None,
        findings=(*((untrained,) if untrained else ()), *act.decision.findings),
        effects=() if act.errors else act.effects(app.clock()),
        owner=act.owner,
        order=act.order.code if act.order else None,
        events=0 if act.errors else len(act.decision.events),
    )


def perform(
    app: Application,
    actor: Actor,
    told: Happening,
    *,
    request_id: str,
    site: str | None = None,
    owner: str | None = None,
) -> Done:
    """Do an act: record its events.

    Args:
        app: The application.
        actor: Who does it.
        told: The act; its numbers in any notation.
        request_id: Chosen by whoever asks: the same id again changes nothing.
        site: Where; default: the only site of the actor's organisation.
        owner: Whose goods; default: as their numbers tell.

    Raises:
        NotFound: `LIN-001`, no such site, or several.
        RefusedError: What is impossible about it, every defect.
        Conflict: `LIN-018`, the request id was used with something else.
        NotPermitted: The actor may not do rework, or not for this owner.
    """
    require(actor, Permission.REWORK_CREATE)
    require_trained(app, actor, Held.REWORK)
    _check(told)
    if not 1 <= len(request_id) <= 200:
        message = "A request id has 1 to 200 characters."
        raise RefusedError(codes.BAD_REPORT.found(message, at="request_id"))
    with app.database.transaction() as conn:
        place = _site(conn, actor, site)
        _, _, order = _owner(app, conn, actor, told, owner)
        if order is not None:  # Before the site, as reports of lines do.
            order_rows.lock(conn, order.order_id)
        floor_rows.lock_site(conn, place.site_id)
        earlier = rows.rework_of_request(conn, place.site_id, request_id)
        if earlier is not None:
            return _repeated(earlier, told)
        act = _act(app, conn, actor, told, site, owner)
        if act.errors:
            raise RefusedError(*act.errors)
        return _record(app, conn, actor, act, request_id)


def done(app: Application, actor: Actor, *, limit: int = 50) -> tuple[Done, ...]:
    """Return what was done by hand and the actor may see, the newest first."""
    require(actor, Permission.LINE_READ)
    with app.database.reading() as conn:
        found = rows.newest_rework(
            conn, organisations.visible_to(conn, actor), limit=max(1, min(limit, 500))
        )
    return tuple(map(_seen, found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """An act that was decided."""

    told: Happening
    site: floor_rows.SiteRow
    owner: str
    owner_id: int
    order: order_rows.OrderRow | None
    floor: Floor
    decision: Decision

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps it from being done."""
        found = [each for each in self.decision.findings if each.severity is Severity.ERROR]
        if not found and not self.decision.events:
            found.append(codes.NOTHING_TO_DO.found("Nothing changes by it.", at="numbers"))
        return tuple(found)

    def effects(self, now: datetime) -> tuple[EffectView, ...]:
        """Return what it makes of each object."""
        change = self.decision.change
        if change is None:
            return ()
        found = effects_of(self.floor, [change], max(now, self.told.at))
        return tuple(
            EffectView(
                identifier=self.floor.items[each.item].uri,
                label=label_of(each.item),
                level=origin.level if (origin := self.floor.origins.get(each.item)) else None,
                status_before=each.before.status if each.before else None,
                status_after=each.after.status,
                holder_before=_holder(each.before),
                holder_after=_holder(each.after),
                inside_before=each.before.inside if each.before else 0,
                inside_after=each.after.inside,
            )
            for each in found
        )


def _holder(snapshot: Snapshot | None) -> str | None:
    return label_of(snapshot.parent) if snapshot and snapshot.parent else None


def _check(told: Happening) -> None:
    findings = list(check_happening(told))
    if told.kind not in BY_HAND:
        known = ", ".join(BY_HAND)
        message = f"To {told.kind} is nothing to do by hand; known are {known}."
        findings.append(codes.BAD_REPORT.found(message, at="kind"))
    if findings:
        raise RefusedError(*findings)


def _act(
    app: Application,
    conn: Connection,
    actor: Actor,
    told: Happening,
    site: str | None,
    owner: str | None,
) -> _Act:
    """Decide an act, on the floor of the owner of the goods alone."""
    place = _site(conn, actor, site)
    owner_id, code, order = _owner(app, conn, actor, told, owner)
    floor = floors.load(
        app,
        conn,
        [told],
        owner_id=owner_id,
        audience_ids=organisations.common_audiences(conn, {owner_id, actor.organisation_id}),
        own=order,
    )
    job = Job(
        reference=_reference(conn, order),
        order_id=order.order_id if order else None,
        order_code=order.code if order else "",
        terms=order.making() if order else None,
        place=f"https://id.gs1.org/414/{place.gln}" if place.gln else None,
        now=app.clock(),
    )
    return _Act(
        told=told, site=place, owner=code, owner_id=owner_id, order=order, floor=floor,
        decision=decide(told, job, floor),
    )  # fmt: skip


def _owner(
    app: Application, conn: Connection, actor: Actor, told: Happening, owner: str | None
) -> tuple[int, str, order_rows.OrderRow | None]:
    """Return whose goods they are, and the order that the first of them comes from.

    Raises:
        RefusedError: `LIN-044`, they are of several owners.
        NotPermitted: `ACC-002`, the owner did not let the actor record.
    """
    keys = list(dict.fromkeys(keys_of(told, None)[0].values()))
    if owner is not None:
        owner_id, _ = organisations.audience_for(conn, actor, owner)
        candidates = [owner_id]
    else:
        candidates = organisations.may_record_for(conn, actor)
    found = {}
    for candidate in candidates:
        origins = order_numbers.origins(app, conn, keys, owner_id=candidate)
        if origins:
            found[candidate] = next(origins[key] for key in keys if key in origins)
    if len(found) > 1:
        names = [row.code for row in organisation_rows.by_ids(conn, found)]
        message = f"The objects belong to {', '.join(names)}."
        raise RefusedError(codes.OTHER_OWNER.found(message, at="numbers"))
    chosen = next(iter(found), candidates[0])
    (row,) = organisation_rows.by_ids(conn, [chosen])
    if chosen not in found:
        return chosen, row.code, None
    order_id = found[chosen].order_id
    return chosen, row.code, order_rows.by_ids(conn, [order_id])[order_id]


def _site(conn: Connection, actor: Actor, code: str | None) -> floor_rows.SiteRow:
    if code is not None:
        return site_row(conn, actor, code)
    own = floor_rows.sites(conn, [actor.organisation_id])
    if len(own) != 1:
        choice = ", ".join(row.code for row in own) or "none"
        message = f"Say at which site: your organisation has {choice}."
        raise NotFound(codes.NO_SITE.found(message, at="site"))
    return own[0]


def _reference(conn: Connection, order: order_rows.OrderRow | None) -> str | None:
    if order is None:
        return None
    (line,) = floor_rows.lines_by_id(conn, [order.line_id])
    return reference_of(order, line)


def _record(app: Application, conn: Connection, actor: Actor, act: _Act, request_id: str) -> Done:
    at = app.clock()
    rework_id = str(new_id(at))
    _, audience_id = organisations.audience_for(conn, actor, act.owner)
    if act.order is not None:
        audience_id = act.order.audience_id
    effects = act.effects(at)
    capture_id = recording.record(
        conn, actor, act.decision.events, name=f"rework-{rework_id}.jsonld",
        owner_id=act.owner_id, audience_id=audience_id, clock=app.clock,
    )  # fmt: skip
    for mark in act.decision.marks:
        rows.insert_mark(conn, 0, mark)
    if act.order is not None and act.order.state != State.CLOSED:
        order_rows.add_counts(conn, act.order.order_id, act.decision.done or {})
    findings = [asdict(each) for each in act.decision.findings]
    new = rows.NewRework(
        rework_id=rework_id, owner_id=act.owner_id, audience_id=audience_id,
        site_id=act.site.site_id, request_id=request_id, happening=plain(act.told),
        capture_id=capture_id, at=act.told.at, done_at=at, actor_kind=actor.kind.value,
        actor_id=actor.id, actor_name=actor.name, findings=findings,
    )  # fmt: skip
    rows.insert_rework(conn, new)
    detail = {"kind": act.told.kind, "site": act.site.code, "reason": act.told.reason}
    for organisation_id in sorted({act.owner_id, actor.organisation_id}):
        auditing.write(
            conn, actor, Action.REWORK_RECORDED, rework_id, at=at,
            organisation_id=organisation_id, detail=detail,
        )  # fmt: skip
    kept = rows.rework_of_request(conn, act.site.site_id, request_id)
    if kept is None:
        raise LookupError(request_id)
    return replace(_seen(kept), effects=effects)


def _repeated(row: rows.ReworkRow, told: Happening) -> Done:
    if row.happening != plain(told):
        message = f"The request id {row.request_id!r} was used for something else."
        raise Conflict(codes.COMMAND_DIFFERS.found(message, at="request_id"))
    return replace(_seen(row), is_repeated=True)


def _seen(row: rows.ReworkRow) -> Done:
    return Done(
        rework_id=row.rework_id,
        owner=row.owner,
        site=row.site,
        request_id=row.request_id,
        happening=row.happening,
        at=row.at,
        done_at=row.done_at,
        actor_name=row.actor_name,
        findings=tuple(finding_of(each) for each in row.findings),
        capture_id=row.capture_id,
    )


def reasons_for(kind: Kind) -> Sequence[tuple[str, str]]:
    """Return the reasons that fit an act: code and words, the likeliest first."""
    first = _LIKELY.get(kind, ())
    return [(code, REASONS[code]) for code in dict.fromkeys((*first, *REASONS))]


_LIKELY: Final = {
    Kind.SAMPLE: ("retention", "quality_control"),
    Kind.DESTROY: ("damaged", "closure"),
    Kind.DECOMMISSION: ("damaged", "leftover"),
    Kind.RECOMMISSION: ("mistake",),
}
