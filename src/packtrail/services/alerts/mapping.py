"""Mapping: what the log and the record say, as the values that rules look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail.compliance.countries import NAMES
from packtrail.detection.scans import Fate, Happening, Pack, Purpose, Scan
from packtrail.lifecycle.fold import effect_on, fold
from packtrail.lifecycle.journey import Status
from packtrail.lifecycle.states import REACTIVATE
from packtrail.services.goods import describing
from packtrail.verification import codes
from packtrail.verification.judging import Purpose as Asked
from packtrail.verification.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.lifecycle.journey import Step
    from packtrail.lifecycle.states import Effect
    from packtrail.store.journeys import ItemKey, Journey
    from packtrail.store.verifications import VerificationRow

UNKNOWN: Final = frozenset(
    each.code
    for each in (
        codes.SERIAL_UNKNOWN, codes.NOT_YET_TOLD, codes.NO_ORIGIN, codes.LOOKS_ALIKE,
        codes.LAYOUT_DAMAGE,
    )
)  # fmt: skip
"""Reasons of a verification whose number may be unknown: they are looked up again."""
DAMAGED: Final = codes.SCAN_DAMAGED.code
NOT_OURS: Final = codes.PRODUCT_UNKNOWN.code
WRONG: Final = frozenset({codes.LOT_WRONG.code, codes.EXPIRY_WRONG.code})
_FATES: Final[Mapping[Effect, Fate]] = {
    Status.IN_TRANSIT: Fate.SOLD,
    Status.DISPENSED: Fate.SUPPLIED,
    Status.PARTIALLY_DISPENSED: Fate.SUPPLIED,
    REACTIVATE: Fate.UNDONE,
    Status.REACTIVATED: Fate.UNDONE,
    Status.DESTROYED: Fate.DESTROYED,
    Status.STOLEN: Fate.STOLEN,
}
"""What an event makes of a pack -> what rules call it."""
ACTS: Final[Mapping[Effect, Purpose]] = {
    Status.DISPENSED: Purpose.SUPPLY,
    Status.PARTIALLY_DISPENSED: Purpose.SUPPLY,
    Status.RECEIVED: Purpose.RECEIVE,
}
"""What an event makes of a pack that it names itself -> why the pack was in somebody's hand."""
_PURPOSES: Final[Mapping[str, Purpose]] = {
    Asked.CHECK.value: Purpose.LOOK,
    Asked.SUPPLY.value: Purpose.SUPPLY,
    Asked.RETURN.value: Purpose.RETURN,
}
_ISO_DAY: Final = re.compile(r"\d\d(\d\d)-(\d\d)(?:-(\d\d))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """A scan, and what evidence keeps of where it comes from."""

    scan: Scan
    kind: str
    """`verification` or `event`."""
    market: str
    """Where the asker said it was; empty: it did not say."""


def item_of(scan: Scan) -> ItemKey:
    """Return what the store knows the pack of a scan by."""
    return f"sgtin/{scan.product}", scan.serial


@lru_cache(maxsize=4096)
def site_of(place: str) -> str:
    """Return the GLN of a place, its parts left out; what is no GS1 place as it is."""
    key = describing.key_of(place) if ":" in place else None
    return key.primary if key else place.partition("/")[0] if ":" not in place else place


def actor_of(row: VerificationRow) -> str:
    """Return who asked: in a message of VRS the requester, else the account at its place."""
    requester = (row.detail or {}).get("reqGLN")
    if row.way == "vrs" and requester:
        return f"{requester} (by message)"
    where = row.station or site_of(row.place or "")
    return f"{row.actor_name} at {where}" if where else row.actor_name


def sighted(row: VerificationRow) -> Sighted:
    """Return a verification as a scan."""
    detail = row.detail or {}
    place = str(detail.get("reqGLN") or "") if row.way == "vrs" else row.place or ""
    is_repaired = codes.SCAN_DAMAGED.code in row.reasons
    scan = Scan(
        scan_id=str(row.verification_id),
        at=row.at,
        recorded_at=row.recorded_at,
        product=row.class_key.partition("/")[2],
        serial=row.item_key,
        actor=actor_of(row),
        place=site_of(place),
        purpose=_purpose(row),
        # A program sends fields that it scanned; a person types them.
        is_typed=row.way == "fields" and row.actor_kind == "user",
        is_repaired=is_repaired,
        lot=row.lot or "",
        expires=six_digits(row.expires),
    )
    return Sighted(scan=scan, kind="verification", market=country(row.market or ""))


def _purpose(row: VerificationRow) -> Purpose:
    operation = (row.detail or {}).get("operation")
    if operation is None:
        return _PURPOSES.get(row.purpose, Purpose.LOOK)
    is_supply = operation in {*Operation} and (
        (ending := OPERATIONS.get(Operation(operation))) is not None and ending.is_supply
    )
    is_undo = bool((row.detail or {}).get("undo"))
    return Purpose.SUPPLY if is_supply and not is_undo else Purpose.LOOK


def acts(item: ItemKey, journey: Journey, asked: Iterable[Scan]) -> list[Sighted]:
    """Return the events in which a pack itself was in somebody's hand, as scans.

    Args:
        item: The pack.
        journey: What is recorded of it.
        asked: Its verifications: an operation on a pack is one act, not two.
    """
    told = {(each.place, each.at) for each in asked}
    found = []
    for step in journey.steps:
        purpose = None if step.via or step.is_withdrawn else ACTS.get(_effect(step) or "")
        place = site_of(step.biz_location or step.read_point or "")
        if purpose is None or (place, step.event_time) in told:
            continue
        scan = Scan(
            scan_id=act_id(step, item),
            at=step.event_time,
            recorded_at=step.record_time,
            product=item[0].partition("/")[2],
            serial=item[1],
            actor=place,
            place=place,
            purpose=purpose,
        )
        found.append(Sighted(scan=scan, kind="event", market=""))
    return found


def act_id(step: Step, item: ItemKey) -> str:
    """Return the identifier of one pack's part in an event."""
    return f"{step.event_id} {item[1]}"


def event_of(evidence_id: str) -> str:
    """Return the event that a pack's part in it belongs to."""
    return evidence_id.rpartition(" ")[0]


def pack_of(item: ItemKey, journey: Journey) -> tuple[Pack, bool]:
    """Return what is recorded of a pack, and whether its origin may be seen."""
    standing = fold(journey.steps)
    happenings = [
        Happening(
            event_id=act_id(step, item),
            at=step.event_time,
            fate=fate,
            place=site_of(step.biz_location or step.read_point or ""),
        )
        for step in journey.steps
        if not step.is_withdrawn and (fate := _FATES.get(_effect(step) or ""))
    ]
    ordered = tuple(sorted(happenings, key=lambda each: (each.at, each.event_id)))
    lot, expires = standing.lot or "", six_digits(standing.expires)
    return Pack(lot=lot, expires=expires, happenings=ordered), standing.has_origin


def withdrawn_ids(item: ItemKey, journey: Journey) -> set[str]:
    """Return the parts of a pack in events that were declared wrong."""
    return {act_id(step, item) for step in journey.steps if step.is_withdrawn}


def six_digits(text: str | None) -> str:
    """Return an expiry as YYMMDD; no day is 00, what cannot be read is nothing.

    >>> six_digits("2028-01-31"), six_digits("2028-01"), six_digits("280100")
    ('280131', '280100', '280100')
    """
    if not text:
        return ""
    if len(text) == 6 and text.isdigit():
        return text
    match = _ISO_DAY.fullmatch(text)
    return f"{match[1]}{match[2]}{match[3] or '00'}" if match else ""


def country(market: str) -> str:
    """Return a market where it is one country, else nothing."""
    return market if market in NAMES and market != "EU" else ""


def _effect(step: Step) -> Effect | None:
    return effect_on(step)
