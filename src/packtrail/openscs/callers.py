"""Who calls, which order and level a call is about, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail import gs1
from packtrail.base.errors import NotFound, NotPermitted, RefusedError
from packtrail.openscs.words import Format, Key, Pairs, ReturnCode
from packtrail.production.levels import LEVELS, Tier
from packtrail.production.names import resolve
from packtrail.production.orders import ON_LINE
from packtrail.services.orders import orders
from packtrail.store.orders import OrderFilter

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.orders.orders import WorkOrder


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what tokens are signed with."""

    app: Application
    actor: Actor
    secret: bytes


class CallRefused(Exception):
    """A call that ends with a return code."""

    def __init__(self, status: ReturnCode) -> None:
        super().__init__(status.name)
        self.status = status


def order_of(caller: Caller, told: Pairs) -> tuple[WorkOrder, Tier]:
    """Return the order that a call is about, and the level."""
    code, gtin = told.get(Key.ORDER), told.get(Key.GTIN)
    if code:
        try:
            found = [orders.order(caller.app, caller.actor, code)]
        except NotFound:
            found = []
    else:
        wanted = OrderFilter(states=tuple(sorted(ON_LINE)))
        found = [
            each
            for each in orders.orders(caller.app, caller.actor, wanted)
            if each.operator == caller.actor.organisation_code and _has(each, gtin)
        ]
    if len(found) != 1:
        raise CallRefused(ReturnCode.INVALID_SELECTION_CRITERIA)
    return found[0], _tier(found[0], told)


def _has(order: WorkOrder, gtin: str | None) -> bool:
    return gtin is None or any(tier.gtin == gtin for tier in order.terms.tiers)


def _tier(order: WorkOrder, told: Pairs) -> Tier:
    gtin, level, prefix = told.get(Key.GTIN), told.get(Key.LEVEL), told.get(Key.SSCC_PREFIX)
    tiers = [
        tier
        for tier in order.terms.tiers
        if (not gtin or tier.gtin == gtin)
        and (not level or tier.level == level.lower())
        and (not prefix or (tier.gtin is None and tier.prefix == prefix))
    ]
    if not tiers or (level and level.lower() not in set(LEVELS)):
        raise CallRefused(ReturnCode.INVALID_SELECTION_CRITERIA)
    return tiers[0]


def above_of(order: WorkOrder, tier: Tier) -> Tier | None:
    """Return the level that holds objects of a level, or None where nothing does."""
    tiers = order.terms.tiers
    at = tiers.index(tier) + 1
    return tiers[at] if at < len(tiers) else None


def number_of(tier: Tier, text: str, form: str) -> str:
    """Return the bare number of an object that is written in some form."""
    if form not in set(Format):
        raise CallRefused(ReturnCode.INVALID_NUMBER_FORMAT)
    try:
        class_key, number = resolve(text, tier if form == Format.SERIAL_ONLY else None)
    except RefusedError:
        raise CallRefused(ReturnCode.INVALID_NUMBER_FORMAT) from None
    if class_key != tier.class_key:
        raise CallRefused(ReturnCode.INVALID_NUMBER_FORMAT)
    return number


def written(tier: Tier, number: str, form: Format) -> str:
    """Return a number in the form that was asked for."""
    if form is Format.SERIAL_ONLY:
        return number
    uri = tier.uri_of(number)
    if form is Format.EPC_URI:
        return uri
    return gs1.parse(uri).element_string(brackets=False)


def status_of(refusal: RefusedError, otherwise: ReturnCode) -> ReturnCode:
    """Return the code for a refusal of a service."""
    return ReturnCode.INSUFFICIENT_PRIVILEGE if isinstance(refusal, NotPermitted) else otherwise
