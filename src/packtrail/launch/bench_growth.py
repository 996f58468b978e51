"""`packtrail bench growth`: whether capture and trace keep their pace while the store grows.

Documents of 10,000 packs are commissioned and packed one after the other, durably, inside the
process. For every tenth of them: the rate, and what the journey of a pack from any time before
takes. Then as many packs are copied into one bare table that grows likewise: not beside, where
either would take the buffers of the server from the other.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from packtrail.cli import options
from packtrail.launch.bench import Figure, _application, _temporary_data, _timed, bench, tell
from packtrail.launch.bench_capture import _bare_copy
from packtrail.launch.bench_size import _actor, _capture
from packtrail.launch.factory import PACKS_PER_CASE, Factory, Sent

if TYPE_CHECKING:
    from packtrail.access import Actor

_LOT: Final = 10_000
_PARTS: Final = 10
_TRACED: Final = 200


@bench.command("growth")
def bench_growth(
    packs: Annotated[
        int, typer.Option("--packs", min=_LOT * _PARTS, help="Packs at the end.")
    ] = 1_000_000,
    json: options.Json = False,
) -> None:
    """Capture packs by the million, and say whether the pace at the end is that of the start."""
    with _temporary_data() as data, _application(data) as application:
        tell(list(grown(application, _actor(application), packs // _LOT, _LOT)), json=json)


def grown(application: Any, actor: Actor, lots: int, size: int) -> Iterator[Figure]:
    """Measure while so many lots of a size are captured."""
    factory, counts = Factory(1), _counts(lots)
    rates, traces = [], []
    for part, count in enumerate(counts, 1):
        sent = [document for _ in range(count) for document in _told(factory, size)]
        seconds = sum(_timed(_capture, application, actor, document) for document in sent)
        rates.append(count * size / seconds)
        traces.append(_traced(application, actor))
        beside = f"journey, p50, {traces[-1] * 1000:.1f} ms"
        yield _part("commissioned and packed", part, lots * size, rates[-1], beside)
    bare = []
    for part, count in enumerate(counts, 1):
        lot = factory.commissioning(factory.packs(size))
        bare.append(statistics.median(_bare_copy(application, lot) for _ in range(count)))
        beside = f"Packtrail {rates[part - 1] / bare[-1]:.2f} of it"
        yield _part("bare COPY", part, lots * size, bare[-1], beside)
    yield _ratio("rate at the end to rate at the start", rates)
    yield _ratio("the same of the bare COPY", bare)
    yield _ratio("time of a journey at the end to that at the start", traces)


def _counts(lots: int) -> list[int]:
    """Return how many lots each part has."""
    return [lots * (part + 1) // _PARTS - lots * part // _PARTS for part in range(_PARTS)]


def _part(name: str, part: int, packs: int, rate: float, beside: str) -> Figure:
    return Figure(f"{name}, {part * 100 // _PARTS} % of {packs:,} packs", rate, "packs/s", beside)


def _told(factory: Factory, size: int) -> Iterator[Sent]:
    packs = factory.packs(size)
    yield factory.commissioning(packs)
    yield factory.packing(packs, factory.containers(size // PACKS_PER_CASE))


def _traced(application: Any, actor: Actor) -> float:
    """Return what the journey of a pack takes, in seconds."""
    from packtrail import gs1
    from packtrail.services.accounts.organisations import visible_to
    from packtrail.services.upkeep import health
    from packtrail.store import journeys

    draw = random.Random(1)  # noqa: S311 - a sample, no secret
    items = gs1.identify(health.some_objects(application, "sgtin/", _TRACED, draw))
    with application.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        return statistics.median(
            _timed(lambda item=item: journeys.read(conn, *item, audience_ids=audience_ids))
            for item in items
        )


def _ratio(name: str, measured: Sequence[float]) -> Figure:
    """Compare the last fifth with the second: the first is not warm."""
    last = statistics.mean(measured[-2:])
    return Figure(name, last / statistics.mean(measured[1:3]), "times")
