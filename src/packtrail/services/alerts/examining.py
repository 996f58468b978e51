"""Examining: packs, lots and actors under the rules, and what becomes of alerts by it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from packtrail.access import Action
from packtrail.detection.detecting import (
    ACTOR_CODES,
    LOT_CODES,
    OPENING_CODES,
    PACK_CODES,
    of_actors,
    of_lots,
    of_packs,
)
from packtrail.detection.matching import due_at, gathered, match
from packtrail.detection.rules_of_lots import differences
from packtrail.detection.scans import Purpose
from packtrail.services import auditing
from packtrail.services.alerts import mapping
from packtrail.services.alerts.handling import ACCOUNT, at_place
from packtrail.services.alerts.mapping import Sighted, item_of
from packtrail.services.alerts.opening import opened
from packtrail.services.alerts.record import Record
from packtrail.store import alerts as rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.detection.matching import Held, Told
    from packtrail.detection.scans import Pack, Parameters, Scan, Signal
    from packtrail.services.alerts.handling import Handled
    from packtrail.services.application import Application
    from packtrail.store.events import StoredEvent
    from packtrail.store.journeys import ItemKey, Journey
    from packtrail.store.verifications import VerificationRow

SCANS_EACH: Final = 200
"""Newest verifications of one pack that are looked at."""
LOT_SCANS_MAX: Final = 2_000
ACTOR_SCANS_MAX: Final = 20_000
STRANGE_MAX: Final = 200
"""Unknown numbers of one actor in one time whose neighbours are looked up."""
LOT_LOOK_BACK: Final = timedelta(days=180)
_GONE: Final = "The record was changed: the rule does not hold any more."
_DECLARED_WRONG: Final = "The event was declared wrong."

ActorKey = tuple[str, str]
"""(account, or place of events; what it is called in scans)"""


def is_strange(row: VerificationRow) -> bool:
    """Tell whether the number of a verification was unknown, or read from a damaged code."""
    return row.class_key.startswith("sgtin/") and (
        not mapping.UNKNOWN.isdisjoint(row.reasons) or mapping.DAMAGED in row.reasons
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an actor scanned in a time."""

    sightings: Mapping[str, Sighted]
    strange: Sequence[Scan]
    """Those whose numbers were not known when they were scanned, as far as they are looked up."""


class Examiner:
    """Rules over what a connection can see."""

    def __init__(
        self,
        app: Application,
        conn: Connection,
        actor: Actor,
        parameters: Parameters,
        now: datetime,
    ) -> None:
        self.record = Record(app, conn, actor, now)
        self._conn, self._actor = conn, actor
        self._parameters, self._now = parameters, now
        self.raised = self.grown = self.withdrawn = 0

    def packs(self, items: Collection[ItemKey]) -> set[ItemKey]:
        """Look at packs, and at lots whose data differ; return those of unknown origin."""
        ordered = sorted(items)
        strange: set[ItemKey] = set()
        for start in range(0, len(ordered), SCANS_EACH):
            strange |= self._some_packs(ordered[start : start + SCANS_EACH])
        return strange

    def actors(self, wanted: Mapping[ActorKey, datetime]) -> None:
        """Look at what actors asked around a moment of each."""
        for (actor_id, actor), at in sorted(wanted.items()):
            window = self._parameters.window
            self._actor_between(actor_id, actor, at - window, at + window)

    def again(self, alert_ids: Sequence[int]) -> None:
        """Look at everything that some alerts rest on."""
        evidence = rows.evidence(self._conn, alert_ids)
        codes = {
            row.alert_id: row.code
            for row in rows.alerts(
                self._conn, self._actor.organisation_id, rows.Wanted(alert_ids=alert_ids),
                limit=len(alert_ids),
            )
        }  # fmt: skip
        live = [each for each in evidence if each.withdrawn_at is None]
        of_actor = [each for each in live if codes[each.alert_id] in ACTOR_CODES]
        of_opening = {e.evidence_id for e in live if codes[e.alert_id] in OPENING_CODES}
        others = ACTOR_CODES | OPENING_CODES
        self.packs({(e.class_key, e.item_key) for e in live if codes[e.alert_id] not in others})
        self.openings(self.record.events({mapping.event_of(one) for one in of_opening}), of_opening)
        for account, actor in sorted({(str(e.detail.get("account")), e.actor) for e in of_actor}):
            own = sorted(
                e.at for e in of_actor if (e.detail.get("account"), e.actor) == (account, actor)
            )
            window = self._parameters.window
            for since, until in _stretches(own, window):
                self._actor_between(account, actor, since, until)

    def _some_packs(self, items: Sequence[ItemKey]) -> set[ItemKey]:
        asked = rows.verifications_of_packs(
            self._conn, self._actor.organisation_id, items, each=SCANS_EACH
        )
        told = self.record.journeys(items)
        sightings, packs, with_origin = self._sightings(asked, told)
        scans = _in_order(each.scan for each in sightings.values())
        known = self.record.known(scans, packs)
        signals = [*of_packs(scans, known, self._parameters)]
        examined = set(sightings) | {
            one
            for item, journey in told.items()
            for one in (*mapping.withdrawn_ids(item, journey), *_records(item, journey))
        }
        wrong = {one for item in told for one in mapping.withdrawn_ids(item, told[item])}
        self._write(PACK_CODES, signals, sightings, packs, examined, wrong)
        differing = {
            (scan.product, packs[scan.pack].lot)
            for scan in scans
            if not scan.is_typed and scan.pack in packs and differences(scan, packs[scan.pack])
        }
        for product, lot in sorted(differing):
            self._lot(product, lot)
        return {item for item in items if item not in with_origin}

    def _lot(self, product: str, lot: str) -> None:
        asked = rows.verifications_of_lot(
            self._conn, self._actor.organisation_id, f"sgtin/{product}", lots=[lot],
            reasons=sorted(mapping.WRONG), since=self._now - LOT_LOOK_BACK, limit=LOT_SCANS_MAX,
        )  # fmt: skip
        told = self.record.journeys((row.class_key, row.item_key) for row in asked)
        sightings, packs, _ = self._sightings(asked, told)
        of_lot = {
            one: each
            for one, each in sightings.items()
            if each.scan.pack in packs and packs[each.scan.pack].lot == lot
        }
        scans = _in_order(each.scan for each in of_lot.values())
        known = self.record.known(scans, packs)
        signals = [*of_lots(scans, known, self._parameters)]
        self._write(LOT_CODES, signals, of_lot, packs, set(of_lot), set())

    def strange_places(
        self, found: Iterable[Handled], without_origin: Collection[ItemKey]
    ) -> dict[ActorKey, datetime]:
        """Return the places whose events name packs of our own numbers that were never given out.

        Args:
            found: Packs in events.
            without_origin: Those of them whose beginning is not recorded.
        """
        told = [each for each in found if each.item in without_origin and each.sighted.scan.place]
        strange = self._strange({each.sighted.scan.pack for each in told})
        return {
            (each.account, each.sighted.scan.actor): each.sighted.scan.at
            for each in told
            if each.sighted.scan.pack in strange
        }

    def openings(self, events: Sequence[StoredEvent], known: Collection[str] = ()) -> None:
        """Look at what containers were found to hold.

        Args:
            events: Events that say so.
            known: Evidence of alerts that rest on these events.
        """
        if not events:
            return
        found = opened(self.record, self._conn, events)
        signals = [signal for each in found if (signal := each.signal()) is not None]
        sightings = {one.scan.scan_id: one for each in found for one in each.differing}
        wrong = {one.scan.scan_id for each in found if each.is_withdrawn for one in each.differing}
        gone = {one for one in known if one not in sightings}
        self._write(OPENING_CODES, signals, sightings, {}, {*sightings, *gone}, wrong)

    def _actor_between(self, account: str, actor: str, since: datetime, until: datetime) -> None:
        asked = (
            self._asked_at(account, since, until)
            if account.startswith(ACCOUNT)
            else self._asked_by(account, actor, since, until)
        )
        scans = _in_order(each.scan for each in asked.sightings.values())
        known = self.record.known_to_actors(scans, asked.strange)
        signals = [*of_actors(scans, known, self._parameters)]
        accounts = dict.fromkeys(asked.sightings, account)
        self._write(
            ACTOR_CODES, signals, asked.sightings, {}, set(asked.sightings), set(), accounts
        )

    def _asked_by(self, account: str, actor: str, since: datetime, until: datetime) -> _Asked:
        """Return what an account verified in a time."""
        asked = [
            row
            for row in rows.verifications_of_actor(
                self._conn, self._actor.organisation_id, account, since=since, until=until,
                limit=ACTOR_SCANS_MAX,
            )
            if row.class_key.startswith("sgtin/") and mapping.actor_of(row) == actor
            and mapping.NOT_OURS not in row.reasons
        ]  # fmt: skip
        sightings = {str(row.verification_id): mapping.sighted(row) for row in asked}
        unknown = [row for row in asked if not mapping.UNKNOWN.isdisjoint(row.reasons)]
        strange = [sightings[str(row.verification_id)].scan for row in unknown]
        return _Asked(sightings, strange[:STRANGE_MAX])

    def _asked_at(self, account: str, since: datetime, until: datetime) -> _Asked:
        """Return the packs of our own products that a place handled in a time."""
        found = at_place(
            self._conn, self.record.audience_ids, account, (since, until), now=self._now,
            limit=ACTOR_SCANS_MAX,
        )  # fmt: skip
        ours = [each.sighted for each in found if self._is_ours(each.sighted.scan.product)]
        told = self._strange({each.scan.pack for each in ours})
        strange = [each.scan for each in ours if each.scan.pack in told]
        return _Asked({each.scan.scan_id: each for each in ours}, strange[:STRANGE_MAX])

    def _is_ours(self, product: str) -> bool:
        """Tell whether a product is our own: of others we cannot know every number."""
        told = self.record.product(product)
        return bool(told.issued or told.markets)

    def _strange(self, packs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of some packs that are ours by product, and were never given out."""
        ours = {each for each in packs if self._is_ours(each[0])}
        return ours - self.record.given_out(ours) if ours else set()

    def _sightings(
        self, asked: Iterable[VerificationRow], told: Mapping[ItemKey, Journey]
    ) -> tuple[dict[str, Sighted], dict[tuple[str, str], Pack], set[ItemKey]]:
        """Return scans by their ids, what is recorded of their packs, and those of known origin."""
        by_item: defaultdict[ItemKey, list[Sighted]] = defaultdict(list)
        for row in asked:
            by_item[row.class_key, row.item_key].append(mapping.sighted(row))
        packs: dict[tuple[str, str], Pack] = {}
        with_origin: set[ItemKey] = set()
        for item, journey in told.items():
            pack, has_origin = mapping.pack_of(item, journey)
            packs[item[0].partition("/")[2], item[1]] = pack
            own = [each.scan for each in by_item[item]]
            by_item[item] += mapping.acts(item, journey, own)
            if has_origin:
                with_origin.add(item)
            else:
                # Who does not see where it was made does not see its sales either.
                by_item[item] = [_looked(each) for each in by_item[item]]
        sightings = {each.scan.scan_id: each for some in by_item.values() for each in some}
        return sightings, packs, with_origin

    def _write(
        self,
        family: frozenset[str],
        signals: Iterable[Signal],
        sightings: Mapping[str, Sighted],
        packs: Mapping[tuple[str, str], Pack],
        examined: set[str],
        wrong: set[str],
        accounts: Mapping[str, str] | None = None,
    ) -> None:
        """Write what the rules say of some scans into the alerts."""
        scans = {one: each.scan for one, each in sightings.items()}
        told = gathered(self._due(signals, scans, accounts or {}))
        held = [
            each
            for each in rows.held(
                self._conn, self._actor.organisation_id,
                subjects=[each.key[1] for each in told], evidence=examined,
            )
            if each.code in family
        ]  # fmt: skip
        changes = match(told, held, examined)
        writer = _Writer(self._conn, self._actor, self.record, self._now)
        for each in changes.new:
            writer.add(each, sightings, packs, accounts or {})
        for alert, each, added in changes.grown:
            writer.grow(alert, each, added, sightings, packs, accounts or {})
        for alert, gone in changes.shrunk:
            reasons = {one: _DECLARED_WRONG if one in wrong else _GONE for one in gone}
            rows.withdraw(self._conn, alert.alert_id, reasons, at=self._now)
        self.raised += len(changes.new)
        self.grown += len(changes.grown)
        self.withdrawn += len(changes.shrunk)

    def _due(
        self, signals: Iterable[Signal], scans: Mapping[str, Scan], accounts: Mapping[str, str]
    ) -> Iterator[Signal]:
        """Yield the signals that may be told now; the others are looked at again in time."""
        for signal in signals:
            at = due_at(signal, scans, self._parameters)
            if at <= self._now:
                yield signal
                continue
            first = scans[signal.scans[0]]
            if signal.code in ACTOR_CODES:
                row = rows.PendingRow("actor", accounts[first.scan_id], first.actor, first.at)
            else:
                row = rows.PendingRow("pack", *item_of(first), first.at)
            rows.put_pending(self._conn, self._actor.organisation_id, [(row, at)])


class _Writer:
    """Alerts and their evidence."""

    def __init__(self, conn: Connection, actor: Actor, record: Record, now: datetime) -> None:
        self._conn, self._actor, self._record, self._now = conn, actor, record, now

    def add(
        self,
        told: Told,
        sightings: Mapping[str, Sighted],
        packs: Mapping[tuple[str, str], Pack],
        accounts: Mapping[str, str],
    ) -> None:
        evidence = [*self._evidence(told, told.evidence, sightings, packs, accounts)]
        alert_id = rows.add(
            self._conn,
            {
                "organisation_id": self._actor.organisation_id,
                "code": told.key[0],
                "subject": told.key[1],
                **_said(told),
                "at": self._now,
                "first_at": min(each.at for each in evidence),
                "last_at": max(each.at for each in evidence),
            },
        )
        rows.add_evidence(self._conn, [replace(each, alert_id=alert_id) for each in evidence])
        detail = {"code": told.key[0], "subject": told.key[1], "score": told.score}
        auditing.write(
            self._conn, self._actor, Action.ALERT_RAISED, str(alert_id), at=self._now,
            detail=detail,
        )  # fmt: skip

    def grow(
        self,
        alert: Held,
        told: Told,
        added: Collection[str],
        sightings: Mapping[str, Sighted],
        packs: Mapping[tuple[str, str], Pack],
        accounts: Mapping[str, str],
    ) -> None:
        evidence = [*self._evidence(told, added, sightings, packs, accounts)]
        if not evidence:
            return
        rows.add_evidence(self._conn, [replace(each, alert_id=alert.alert_id) for each in evidence])
        rows.grow(
            self._conn,
            {
                "alert_id": alert.alert_id,
                **_said(told),
                "at": self._now,
                "first_at": min(each.at for each in evidence),
                "last_at": max(each.at for each in evidence),
            },
        )

    def _evidence(
        self,
        told: Told,
        wanted: Collection[str],
        sightings: Mapping[str, Sighted],
        packs: Mapping[tuple[str, str], Pack],
        accounts: Mapping[str, str],
    ) -> Iterator[rows.EvidenceRow]:
        places = self._record.places(
            {sightings[one].scan.place for one in wanted if one in sightings}
        )
        happened = {
            each.event_id: (pack, each)
            for pack, recorded in packs.items()
            for each in recorded.happenings
        }
        for one in sorted(wanted):
            if one in told.scans:
                scan = sightings[one].scan
                place = places.get(scan.place)
                detail = {
                    "purpose": scan.purpose.value,
                    "lot": scan.lot,
                    "expires": scan.expires,
                    "is_typed": scan.is_typed,
                    "account": accounts.get(one, ""),
                }
                market = sightings[one].market or (place.market if place else "")
                item = item_of(scan)
                yield rows.EvidenceRow(
                    0, one, sightings[one].kind, *item, scan.at, scan.recorded_at, scan.place,
                    market, scan.actor, detail, self._now,
                )  # fmt: skip
            elif one in happened:
                (product, serial), each = happened[one]
                yield rows.EvidenceRow(
                    0, one, "record", f"sgtin/{product}", serial, each.at, each.at, each.place, "",
                    "", {"fate": each.fate.value}, self._now,
                )  # fmt: skip


def _said(told: Told) -> dict[str, object]:
    return {"score": told.score, "message": told.message, "arithmetic": list(told.arithmetic)[:50]}


def _looked(each: Sighted) -> Sighted:
    if each.scan.purpose is not Purpose.RETURN:
        return each
    return replace(each, scan=replace(each.scan, purpose=Purpose.LOOK))


def _records(item: ItemKey, journey: Journey) -> set[str]:
    return {mapping.act_id(step, item) for step in journey.steps}


def _in_order(scans: Iterable[Scan]) -> list[Scan]:
    return sorted(scans, key=lambda each: (each.at, each.scan_id))


def _stretches(
    moments: Sequence[datetime], window: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Yield times that hold all moments with a window around each, those that meet as one."""
    since = until = None
    for at in moments:
        if since is None or until is None or at - window > until:
            if since is not None and until is not None:
                yield since, until
            since = at - window
        until = at + window
    if since is not None and until is not None:
        yield since, until
