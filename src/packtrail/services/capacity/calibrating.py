"""Results of benchmarks of this installation: handed in, kept, and what they set."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.base.findings import Finding
from packtrail.planning.capacity import calibrating, codes
from packtrail.planning.capacity.calibrating import Bench, Calibrated
from packtrail.planning.capacity.machines import Machine
from packtrail.planning.capacity.scenarios import NAME_MAX
from packtrail.services import auditing
from packtrail.services.capacity.forecasts import printable
from packtrail.services.capacity.grounds import BENCHES_MAX, benches, calibrated
from packtrail.services.upkeep import machine
from packtrail.store import capacity as rows

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchView:
    """A result of a benchmark that was handed in."""

    number: int
    filename: str
    bench: Bench
    at: datetime
    """When it was handed in."""
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What benchmarks set, and which there are."""

    machine: Machine
    constants: tuple[Calibrated, ...]
    benches: tuple[BenchView, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a result that was handed in."""

    filename: str
    number: int | None
    """None: the same result was there already."""
    sets: tuple[str, ...]
    """Inputs that it sets now."""
    findings: tuple[Finding, ...]


def take_bench(app: Application, actor: Actor, content: bytes, filename: str) -> Taken:
    """Keep a result of a benchmark, and let it set constants.

    Args:
        app: The application.
        actor: Who hands it in.
        content: What `packtrail bench ... --json` wrote.
        filename: As the sender named it.

    Raises:
        RefusedError: `CPA-010` to `CPA-013`, it is none, or cannot be compared with this
            installation; `CPA-005`, there are too many.
        NotPermitted: The actor may not calibrate.
    """
    require(actor, Permission.CAPACITY_UPDATE)
    filename = printable(filename)[:NAME_MAX]
    now, here = app.clock(), machine.machine()
    found = calibrating.read_bench(_json(content, filename), here, now=now, filename=filename)
    whose, digest = actor.organisation_id, hashlib.sha256(content).digest()
    with app.database.transaction() as conn:
        rows.locked(conn, whose)
        if len(rows.benches(conn, whose, limit=BENCHES_MAX)) >= BENCHES_MAX:
            message = f"There are {BENCHES_MAX} results."
            raise RefusedError(codes.TOO_MANY.found(message, at=filename))
        number = rows.add_bench(
            conn,
            organisation_id=whose,
            filename=filename,
            sha256=digest,
            body=msgspec.json.encode(found).decode(),
            measured_at=found.at,
            at=now,
            created_by=actor.name,
        )
        if number is not None:
            rows.bump(conn, whose)
            detail = {"filename": filename, "sha256": digest.hex(), "load": found.load}
            auditing.write(conn, actor, Action.BENCH_CREATED, str(number), at=now, detail=detail)
        now_set = calibrated(conn, actor, now=now)
    return Taken(
        filename=filename,
        number=number,
        sets=tuple(each.input.key for each in now_set if number in each.numbers),
        findings=tuple(calibrating.remarks(found, here)),
    )


def calibration(app: Application, actor: Actor) -> Calibration:
    """Return what benchmarks of this installation set, from where and when."""
    require(actor, Permission.CAPACITY_READ)
    now = app.clock()
    with app.database.reading() as conn:
        found = rows.benches(conn, actor.organisation_id, limit=BENCHES_MAX)
        constants = calibrated(conn, actor, now=now)
    return Calibration(
        machine=machine.machine(),
        constants=constants,
        benches=tuple(
            BenchView(
                number=row.bench_no,
                filename=row.filename,
                bench=bench,
                at=row.at,
                by=row.created_by,
            )
            for row, bench in zip(found, benches(found), strict=True)
        ),
        findings=tuple(calibrating.check_calibrated(constants)),
    )


def _json(content: bytes, filename: str) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{filename} is no JSON: {error}."
        raise RefusedError(codes.NO_BENCH.found(message, at=filename)) from error
