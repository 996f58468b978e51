"""The offline queue of a pharmacy: what was done without a network, posted in order later.

A queue is a file with one JSON object a line, appended to while there is no network. Each has the
id of its operation, so the file can be posted again after a failure: nothing is done twice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import msgspec

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.services.codes import BAD_QUEUE
from packtrail.services.verification import pack_operations
from packtrail.services.verification.pack_operations import At, Request
from packtrail.services.verification.verifying import Ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.verification.pack_operations import Performed

LINES_MAX: Final = 100_000


class Queued(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a queue."""

    operation_id: UUID
    operation: str
    at: datetime
    place: str
    undo: bool = False
    market: str = "EU"
    station: str | None = None
    text: str | None = None
    gtin: str = ""
    serial: str = ""
    lot: str | None = None
    expires: str | None = None

    def request(self) -> Request:
        """Return it as an operation."""
        ask = Ask(
            text=self.text, gtin=self.gtin, serial=self.serial, lot=self.lot, expires=self.expires
        )
        return Request(
            operation=self.operation, ask=ask, is_undo=self.undo,
            operation_id=str(self.operation_id),
        )  # fmt: skip

    def occasion(self) -> At:
        """Return where and when it was done."""
        return At(
            place=self.place, market=self.market, station=self.station, at=self.at, is_offline=True
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What came of one line."""

    line: int
    operation_id: str
    performed: Performed | None
    refused: RefusedError | None
    """It could not be used at all, and the lines after it were posted nevertheless."""


def append(queue: Path, request: Request, at: At) -> Queued:
    """Add an operation to a queue; when this returns it is on the disk.

    Args:
        queue: The file; it is made where there is none.
        request: The operation.
        at: Where and when; `at.at` must be told.
    """
    if at.at is None:
        raise RuntimeError("a queued operation has no time")
    ask = request.ask
    line = Queued(
        operation_id=UUID(request.operation_id) if request.operation_id else uuid4(),
        operation=request.operation, at=at.at, place=at.place, undo=request.is_undo,
        market=at.market, station=at.station, text=ask.text, gtin=ask.gtin, serial=ask.serial,
        lot=ask.lot, expires=ask.expires,
    )  # fmt: skip
    with queue.open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return line


def read(content: bytes) -> tuple[tuple[int, Queued], ...]:
    """Read a queue: its lines with their numbers, in the order in which things were done.

    Raises:
        RefusedError: `VER-093`; every line that cannot be read is named. A last line without its
            end is what a crash leaves, and is named too.
    """
    found, wrong = [], []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            queued = msgspec.json.decode(line, type=Queued)
        except msgspec.MsgspecError as error:
            text = f"Line {number} cannot be read: {error}."
            wrong.append(BAD_QUEUE.found(text, at=f"line {number}"))
            continue
        if queued.at.tzinfo is None:
            text = f"Line {number} tells a time without its zone: {queued.at.isoformat()}."
            wrong.append(BAD_QUEUE.found(text, at=f"line {number}"))
            continue
        found.append((number, queued))
    if len(found) > LINES_MAX:
        wrong.append(BAD_QUEUE.found(f"It has {len(found)} lines; at most {LINES_MAX} are read."))
    if wrong:
        raise RefusedError(*wrong)
    return tuple(sorted(found, key=lambda each: (each[1].at, each[0])))


def post(app: Application, actor: Actor, content: bytes) -> Iterator[Posted]:
    """Post a queue in the order in which things were done, each in a transaction of its own.

    Raises:
        RefusedError: `VER-093`, the queue cannot be read; nothing was posted then.
        Unavailable: The store does not answer; post the same file again later.
        NotPermitted: The actor may not do operations.
    """
    for number, queued in read(content):
        told = str(queued.operation_id)
        try:
            (done,) = pack_operations.perform(app, actor, [queued.request()], queued.occasion())
        except NotPermitted:
            raise
        except RefusedError as refused:
            yield Posted(line=number, operation_id=told, performed=None, refused=refused)
        else:
            yield Posted(line=number, operation_id=told, performed=done, refused=None)


def described(line: Queued) -> dict[str, Any]:
    """Return a line as JSON can hold it."""
    told: dict[str, Any] = msgspec.to_builtins(line)
    return told
