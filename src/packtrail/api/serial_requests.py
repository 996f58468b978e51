"""What the routes of serial numbers share: addresses of pools, request ids, policies."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import Header

from packtrail.api.responses import Responses, problems
from packtrail.base.errors import RefusedError
from packtrail.serials.codes import BAD_POLICY, BAD_REQUEST
from packtrail.serials.policy import Order, Policy

if TYPE_CHECKING:
    from packtrail.api.serial_schemas import PolicyIn

PREFIX = "/api/v1/serials"
CHANGING: Responses = problems(404, 409, 413, 422)
READING: Responses = problems(404, 422)
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The request id: the same one gets the same answer for ever.",
        max_length=200,
    ),
]


def name_of(owner: str, code: str) -> str:
    """Return the name of a pool as services take it."""
    return f"{owner}/{code}"


def request_id_of(header: str | None, body: str | None) -> str:
    """Return the request id of a change, from the header or the body.

    Raises:
        RefusedError: `SER-013`, there is none, or there are two.
    """
    told = {each for each in (header, body) if each}
    if len(told) != 1:
        message = (
            "There are two request ids."
            if told
            else "There is no request id: send one as Idempotency-Key, or as request_id."
        )
        raise RefusedError(BAD_REQUEST.found(message, at="request_id"))
    return told.pop()


def numbers_url(owner: str, code: str, request_id: str) -> str:
    """Return the address of the numbers of an allocation."""
    pool = f"{PREFIX}/pools/{quote(owner, safe='')}/{quote(code, safe='')}"
    return f"{pool}/numbers?request_id={quote(request_id, safe='')}"


def policy_of(told: PolicyIn) -> Policy:
    """Return the policy that a body describes.

    Raises:
        RefusedError: `SER-001` or `SER-002`: it cannot be used.
    """
    try:
        limit = None if told.guess_limit is None else Fraction(told.guess_limit)
    except (ValueError, ZeroDivisionError):
        message = f"The guess limit {told.guess_limit!r} is no share such as 1/10000."
        raise RefusedError(BAD_POLICY.found(message, at="policy.guess_limit")) from None
    return Policy.of(
        told.alphabet,
        told.length,
        prefix=told.prefix,
        first=told.first,
        order=Order(told.order),
        guess_limit=limit,
    )
