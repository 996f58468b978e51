"""The methods of the pool manager: plain values in, numbers and return codes out.

A request is named by `RequestID`, else by the id of its collection: made again, because its answer
was lost, it gets the same numbers. What is beyond one answer waits for a call with the token.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from packtrail.base.errors import RefusedError
from packtrail.openscs.callers import Caller, CallRefused, number_of, order_of, status_of, written
from packtrail.openscs.event_calls import report_labels
from packtrail.openscs.tokens import seal, unseal
from packtrail.openscs.words import (
    REQUESTABLE_MAX,
    RETURNABLE_MAX,
    Answer,
    Format,
    Key,
    Numbers,
    Pairs,
    ReturnCode,
    State,
)
from packtrail.production.happenings import Kind
from packtrail.services.orders import handing_out, order_commands, returning
from packtrail.services.supply.allocating import allocate

if TYPE_CHECKING:
    from packtrail.production.levels import Tier
    from packtrail.services.orders.orders import WorkOrder


def request_allocated(
    caller: Caller, collection: str, count: int, form: str, criteria: Pairs, token: str
) -> Answer:
    """Hand out numbers that the order has: SNRequestAllocated."""

    def portion(order: WorkOrder, tier: Tier, size: int, request_id: str) -> list[str]:
        return handing_out.hand_out(
            caller.app, caller.actor, order.order_id, tier.level, size, request_id=request_id
        )

    return _request(caller, (collection, count, form, criteria, token), portion, State.ALLOCATED)


def request_unallocated(
    caller: Caller, collection: str, count: int, form: str, criteria: Pairs, token: str
) -> Answer:
    """Draw more numbers for the order from its pool, for the line: SNRequestUnallocated."""

    def portion(order: WorkOrder, tier: Tier, size: int, request_id: str) -> list[str]:
        return order_commands.draw_more(
            caller.app, caller.actor, order.order_id, tier.level, size, request_id=request_id,
            is_handed=True,
        )  # fmt: skip

    return _request(caller, (collection, count, form, criteria, token), portion, State.UNALLOCATED)


def request_unassigned(
    caller: Caller, collection: str, count: int, form: str, criteria: Pairs, token: str
) -> Answer:
    """Take numbers of a pool, for no order: SNRequestUnassigned."""
    try:
        told = _Wanted.of(caller, collection, count, form, criteria, token)
        if told.form is not Format.SERIAL_ONLY:
            return Answer(ReturnCode.INVALID_NUMBER_FORMAT)
        pool = criteria.get(Key.POOL)
        if not pool:
            return Answer(ReturnCode.INVALID_SELECTION_CRITERIA)
        delivery = allocate(
            caller.app, caller.actor, pool, told.size, request_id=told.request_id,
            party="OPC UA", purpose=told.collection,
        )  # fmt: skip
        return told.answer(caller, delivery.serials(), pool, State.UNASSIGNED)
    except CallRefused as refused:
        return Answer(refused.status)
    except RefusedError as refusal:
        return Answer(status_of(refusal, ReturnCode.INVALID_SELECTION_CRITERIA))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A request for numbers, or its continuation."""

    collection: str
    form: Format
    count: int
    """Still wanted."""
    base_id: str
    """Of the request that began it."""
    part: int
    """Which answer to it, from 0."""

    @property
    def size(self) -> int:
        """How many this answer has, if there are as many."""
        return min(self.count, REQUESTABLE_MAX)

    @property
    def request_id(self) -> str:
        """Id of this part: made again, it gives the same numbers."""
        return f"opcua/{self.base_id}/{self.part}"

    @classmethod
    def of(
        cls, caller: Caller, collection: str, count: int, form: str, criteria: Pairs, token: str
    ) -> _Wanted:
        """Read a request; with a token what is still wanted of an earlier one."""
        if form not in set(Format):
            raise CallRefused(ReturnCode.INVALID_NUMBER_FORMAT)
        if token:
            base_id, part, left = unseal(caller, token)
            return cls(collection, Format(form), left, base_id, part)
        if count < 1:
            raise CallRefused(ReturnCode.INVALID_COLLECTION)
        base_id = criteria.get(Key.REQUEST) or collection or uuid4().hex
        return cls(collection, Format(form), count, base_id, 0)

    def answer(self, caller: Caller, found: Sequence[str], pool: str, state: State) -> Answer:
        """Return the numbers, and the token for those that are still wanted."""
        left = self.count - self.size
        is_short = len(found) < self.size
        token = "" if is_short or left <= 0 else seal(caller, self.base_id, self.part + 1, left)
        numbers = Numbers(
            id=self.collection or self.base_id, state=str(state.value), pool=pool, serials=found
        )
        status = ReturnCode.INSUFFICIENT_NUMBERS if is_short else ReturnCode.NO_ERROR
        return Answer(status, numbers, token)


def _request(
    caller: Caller, asked: tuple[str, int, str, Pairs, str], portion: Any, state: State
) -> Answer:
    criteria = asked[3]
    try:
        told = _Wanted.of(caller, *asked)
        order, tier = order_of(caller, criteria)
        found = portion(order, tier, told.size, told.request_id)
        shown = [written(tier, number, told.form) for number in found]
        return told.answer(caller, shown, tier.pool or tier.number_of, state)
    except CallRefused as refused:
        return Answer(refused.status)
    except RefusedError as refusal:
        return Answer(status_of(refusal, ReturnCode.INSUFFICIENT_NUMBERS))


def return_numbers(caller: Caller, numbers: Numbers, criteria: Pairs, form: str) -> ReturnCode:
    """Give numbers back that were not used: SNReturnAllocated, SNReturnUnallocated."""
    return _give_back(caller, numbers, criteria, form, is_void=False)


def invalidate_numbers(caller: Caller, numbers: Numbers, form: str, context: Pairs) -> ReturnCode:
    """Make numbers void: SNInvalidatingEvent."""
    return _give_back(caller, numbers, context, form, is_void=True)


def _give_back(
    caller: Caller, numbers: Numbers, told: Pairs, form: str, *, is_void: bool
) -> ReturnCode:
    try:
        if not 1 <= len(numbers.serials) <= RETURNABLE_MAX:
            return ReturnCode.INVALID_COLLECTION
        order, tier = order_of(caller, told)
        wanted = [number_of(tier, each, form) for each in numbers.serials]
        content = json.dumps([order.order_id, tier.level, sorted(wanted), is_void])
        request_id = told.get(Key.REQUEST) or hashlib.sha256(content.encode()).hexdigest()
        returning.give_back(
            caller.app, caller.actor, order.order_id, tier.level, wanted, is_void=is_void,
            reason=told.get(Key.NOTE) or ("invalid" if is_void else "not used"),
            request_id=request_id,
        )  # fmt: skip
    except CallRefused as refused:
        return refused.status
    except RefusedError as refusal:
        return status_of(refusal, ReturnCode.INVALID_COLLECTION)
    return ReturnCode.NO_ERROR


def encode_numbers(caller: Caller, numbers: Numbers, criteria: Pairs, form: str) -> ReturnCode:
    """Say that numbers were printed: SNtoEncoded."""
    return report_labels(
        caller, Kind.ENCODE, numbers.serials, form, criteria,
        otherwise=ReturnCode.CANNOT_ACCEPT_NUMBER_EVENTS,
    )  # fmt: skip
