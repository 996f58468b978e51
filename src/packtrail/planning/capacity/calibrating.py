"""Calibration: inputs of the model from benchmarks of this very installation.

A result counts only for the machine and the version that it was measured with. A rate that was
measured while the machine had other work is the least the machine does, so its range goes up.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from packtrail.base.days import written
from packtrail.base.errors import RefusedError
from packtrail.planning.capacity import codes
from packtrail.planning.capacity.estimating import Basis, Input, Span
from packtrail.planning.capacity.forecasts import VALUE_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding
    from packtrail.planning.capacity.machines import Machine

STALE_AFTER = timedelta(days=180)
_AHEAD_MAX = timedelta(days=1)
"""Clocks differ; a result from further in the future has a wrong date."""
_FIGURES_MAX = 500
_CHARACTERS_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A result of a benchmark that can be used."""

    machine: str
    versions: dict[str, str]
    at: datetime
    load: float
    """How many programs wanted to run when it began, mean of a minute."""
    figures: dict[str, float]
    """Name -> value."""
    number: int = 0
    """Under which it is kept; 0: it is not."""


@dataclass(frozen=True, slots=True)
class Constant:
    """An input, and how it follows from figures."""

    key: str
    bench: str
    """Which benchmark gives them."""
    figures: tuple[str, ...]
    """All must be there."""
    of: Callable[..., tuple[float, float, float]]
    """Values of the figures -> low, likely, high."""
    is_rate: bool = True
    """Whether other work on the machine lessens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """An input with where it is from."""

    input: Input
    bench: str
    numbers: tuple[int, ...]
    """Of the results it was taken from."""
    measured_at: datetime
    """Of the oldest of them."""
    is_stale: bool


def _as_it_is(value: float) -> tuple[float, float, float]:
    return value, value, value


_STORED_LISTS = "lists: whole life of a pack"
_STORED_EACH = "an event a pack: whole life of a pack"
_LISTS, _EACH = "lists: documents sent", "an event a pack: documents sent"
_LISTED_TIMES, _LONE_TIMES = 4, 2
"""A life in lists tells a pack four times: commissioned, packed, unpacked, dispensed; in the other
style two of them are events of their own."""

CONSTANTS: tuple[Constant, ...] = (
    Constant("bytes_stored", "size", (_STORED_LISTS,), _as_it_is, is_rate=False),
    Constant(
        "bytes_event",
        "size",
        (_STORED_LISTS, _STORED_EACH),
        lambda lists, each: _as_it_is((each - lists) / _LONE_TIMES),
        is_rate=False,
    ),
    Constant(
        "bytes_listed",
        "size",
        (_LISTS,),
        lambda lists: _as_it_is(lists / _LISTED_TIMES),
        is_rate=False,
    ),
    Constant(
        "bytes_lone",
        "size",
        (_LISTS, _EACH),
        lambda lists, each: _as_it_is(
            (each - (_LISTED_TIMES - _LONE_TIMES) * lists / _LISTED_TIMES) / _LONE_TIMES
        ),
        is_rate=False,
    ),
    Constant("lone_rate", "capture", ("dispensing, an event a pack",), _as_it_is),
    Constant("list_rate", "capture", ("commissioning, a list of packs a document",), _as_it_is),
    Constant("message_rate", "capture", ("lone messages of one dispensed pack",), _as_it_is),
    Constant(
        "check_rate",
        "vrs",
        ("/verify, CPU of the server",),
        lambda milliseconds: _as_it_is(1000 / milliseconds),
        is_rate=False,
    ),
    Constant(
        "check_rate",
        "verify",
        ("answer asked again, kept durably, p50",),
        lambda milliseconds: _as_it_is(1000 / milliseconds),
    ),
    Constant("serial_rate", "serials", ("made, recorded and written to a file",), _as_it_is),
)
"""Of two for one input the first counts for which all figures are there: CPU time before time."""
_CLIENTS = re.compile(r"(lone messages of one dispensed pack), \d+ clients")
"""A rate that is measured with few and with many clients; what a process takes is the most."""


def figures_of(bench: Bench) -> dict[str, float]:
    """Return figures by the names that constants know them by."""
    found: dict[str, float] = {}
    for name, value in bench.figures.items():
        known = _known_as(name)
        found[known] = max(value, found.get(known, value))
    return found


def _known_as(name: str) -> str:
    clients = _CLIENTS.fullmatch(name)
    return clients[1] if clients else name


def read_bench(values: Any, here: Machine, *, now: datetime, filename: str) -> Bench:
    """Return a result of a benchmark, if it can be compared with this installation.

    Args:
        values: What the JSON of the file says.
        here: This machine.
        now: The time.
        filename: For the findings.

    Raises:
        RefusedError: `CPA-010` to `CPA-013`, everything that is wrong with it.
    """
    shape = _shape(values, filename)
    if shape is not None:
        raise RefusedError(shape)
    found = [*_defects(values, here, now, filename)]
    if found:
        raise RefusedError(*found)
    return Bench(
        machine=values["machine"],
        versions=values["versions"],
        at=datetime.fromisoformat(values["at"]),
        load=float(values["load"]),
        figures={each["name"]: float(each["value"]) for each in values["figures"]},
    )


def remarks(bench: Bench, here: Machine) -> Iterator[Finding]:
    """Yield what is to be known of a result that is taken."""
    told = figures_of(bench).keys()
    rates = {name for constant in CONSTANTS if constant.is_rate for name in constant.figures}
    if bench.load > here.cores and rates & told:
        message = (
            f"When it began {bench.load:.1f} programs wanted to run on {here.cores} cores:"
            " its rates count as the least this machine does."
        )
        yield codes.UNDER_LOAD.found(message, at="load")
    wanted = {name for constant in CONSTANTS for name in constant.figures}
    if not wanted & told:
        yield codes.NOTHING_TAKEN.found("None of its figures sets a constant.", at="figures")


def calibrated(
    benches: Sequence[Bench], known: Mapping[str, Input], here: Machine, *, now: datetime
) -> tuple[Calibrated, ...]:
    """Return the inputs that benchmarks set.

    Args:
        benches: The newest first; of two with one figure the newer counts.
        known: The inputs of the model.
        here: This machine.
        now: The time.
    """
    newest: dict[str, tuple[Bench, float]] = {}
    for bench in benches:
        for name, value in figures_of(bench).items():
            newest.setdefault(name, (bench, value))
    found: dict[str, Calibrated] = {}
    for constant in CONSTANTS:
        if constant.key not in found and all(name in newest for name in constant.figures):
            made = _calibrated(constant, newest, known[constant.key], here, now)
            found[constant.key] = made
    return tuple(found.values())


def check_calibrated(found: Sequence[Calibrated]) -> Iterator[Finding]:
    """Yield which constants should be measured again."""
    for each in found:
        if each.is_stale:
            since = written(each.measured_at)
            message = f"{each.input.title} is from {since}, or from another version or machine."
            yield codes.STALE_CONSTANT.found(message, at=each.input.key)


def _shape(values: Any, filename: str) -> Finding | None:
    wanted = {"machine": str, "versions": dict, "figures": list}
    is_bench = isinstance(values, dict) and all(
        isinstance(values.get(name), kind) for name, kind in wanted.items()
    )
    is_bench = is_bench and 0 < len(values["figures"]) <= _FIGURES_MAX
    if is_bench and all(map(_is_figure, values["figures"])):
        return None
    message = f"{filename} has no machine, versions and figures as benchmarks write them."
    return codes.NO_BENCH.found(message, at=filename)


def _is_figure(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return False
    number = value.get("value")
    if not isinstance(number, int | float) or isinstance(number, bool):
        return False
    return math.isfinite(number) and len(value["name"]) <= _CHARACTERS_MAX


def _defects(values: Any, here: Machine, now: datetime, filename: str) -> Iterator[Finding]:
    if values["machine"] != here.name:
        message = f"It ran on {values['machine'][:200]!r}; this is {here.name!r}."
        yield codes.OTHER_MACHINE.found(message, at=f"{filename}: machine")
    theirs, ours = values["versions"].get("packtrail"), here.versions["packtrail"]
    if theirs != ours:
        message = f"It ran with Packtrail {theirs!r}; installed is {ours!r}."
        yield codes.OTHER_VERSION.found(message, at=f"{filename}: versions")
    at, load = _moment(values.get("at")), values.get("load")
    if at is None or at > now + _AHEAD_MAX:
        message = f"{values.get('at')!r} is not when it ran: expected a moment with its offset."
        yield codes.UNDATED.found(message, at=f"{filename}: at")
    if not isinstance(load, int | float) or isinstance(load, bool) or not 0 <= load < VALUE_MAX:
        message = f"{load!r} is no load: expected a number of 0 or more."
        yield codes.UNDATED.found(message, at=f"{filename}: load")
    used = {name for constant in CONSTANTS for name in constant.figures}
    for each in values["figures"]:
        if _known_as(each["name"]) in used and not 0 < each["value"] <= VALUE_MAX:
            message = f"{each['name']} is {each['value']:g}: expected more than 0."
            yield codes.NO_BENCH.found(message, at=f"{filename}: {each['name']}")


def _moment(value: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo is not None else None


def _calibrated(
    constant: Constant,
    newest: Mapping[str, tuple[Bench, float]],
    known: Input,
    here: Machine,
    now: datetime,
) -> Calibrated:
    taken = [newest[name] for name in constant.figures]
    used = {id(bench): bench for bench, _ in taken}.values()
    low, likely, high = constant.of(*(value for _, value in taken))
    load = max(each.load for each in used)
    is_least = constant.is_rate and load > here.cores
    if is_least:
        high *= load / here.cores
    measured_at = min(each.at for each in used)
    is_stale = now - measured_at > STALE_AFTER or any(
        each.versions.get("packtrail") != here.versions["packtrail"] or each.machine != here.name
        for each in used
    )
    told = f"packtrail bench {constant.bench} on this machine, {written(measured_at)}"
    if is_least:
        told += f", at a load of {load:.1f} on {here.cores} cores: the least"
    return Calibrated(
        input=Input(
            known.key,
            known.title,
            known.unit,
            Span.of(max(low, known.least), max(likely, known.least), max(high, known.least)),
            Basis.MEASUREMENT,
            told,
            known.least,
        ),
        bench=constant.bench,
        numbers=tuple(sorted(each.number for each in used)),
        measured_at=measured_at,
        is_stale=is_stale,
    )
