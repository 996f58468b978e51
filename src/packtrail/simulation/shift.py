"""A shift of the twin on a work order of Packtrail, and what differs between the two afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from packtrail import gs1
from packtrail.base.errors import Conflict
from packtrail.production import codes
from packtrail.production.levels import Level
from packtrail.production.orders import TAKES_REPORTS
from packtrail.production.reconciliation import Outcome, outcome_of
from packtrail.production.reports import read_json
from packtrail.services.lines import line_reports
from packtrail.services.orders import known_numbers, orders
from packtrail.simulation.network import Message, NetworkRates, Trouble, on_the_way, reports
from packtrail.simulation.twin import Fate, Fault, LineRates, LineTwin, Shift

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.production.reconciliation import Number
    from packtrail.services.application import Application
    from packtrail.services.lines.line_reports import Receipt
    from packtrail.services.orders.orders import WorkOrder

_EXPECTED: Final = {
    "good": Outcome.COMMISSIONED,
    "rejected": Outcome.REJECTED,
    "sampled": Outcome.SAMPLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a shift is to go."""

    seed: int = 1
    quantity: int | None = None
    """Good packs; None: those of the order that are not there yet."""
    is_finished: bool = True
    """Whether the order is completed then."""
    line: LineRates = field(default_factory=LineRates)
    network: NetworkRates = field(default_factory=NetworkRates)
    pace: float = 0.0
    """How many times faster than the clock reports are sent; 0: at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A number of which the twin and Packtrail do not say the same."""

    level: Level
    number: str
    truth: str
    known: str
    because: Fault | None
    """What went wrong on the line with it; None: nothing did, so Packtrail is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftResult:
    """What a shift came to."""

    order: str
    starts_at: datetime
    ends_at: datetime
    made: Mapping[str, int]
    """Outcome -> how many packs it truly became."""
    known: Mapping[str, int]
    """Outcome -> how many packs Packtrail knows so."""
    faults: Mapping[str, int]
    troubles: Mapping[str, int]
    reports: int
    messages: int
    """Reports sent, those sent again among them."""
    repeated: int
    """Messages that Packtrail knew already."""
    held: int
    """Reports that had to wait for one that was late."""
    refused: int
    """Numbers that Packtrail refused."""
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """Differences that no fault of the line explains."""
        return tuple(each for each in self.differences if each.because is None)


def run_shift(
    app: Application,
    actor: Actor,
    code: str,
    wanted: Wanted,
    *,
    pause: Callable[[float], None] | None = None,
    on_report: Callable[[int, int], None] | None = None,
) -> ShiftResult:
    """Let the twin run a released order and report it; compare what it did with what is known.

    Args:
        app: The application.
        actor: The line.
        code: The work order.
        wanted: How the shift is to go.
        pause: Waits so many seconds between reports; needed for a pace.
        on_report: Called with the number of messages sent and of all of them.

    Raises:
        NotFound: `LIN-010`, no such order.
        Conflict: `LIN-016` or `LIN-017`, the order takes no reports.
    """
    order = orders.order(app, actor, code)
    if not order.is_released or order.state not in TAKES_REPORTS:
        message = f"The order {order.code} is {order.state}, and not one that a line can run."
        raise Conflict(codes.ORDER_NOT_OPEN.found(message, at="order"))
    rng = Random(f"{wanted.seed} {order.code}")  # noqa: S311 - a simulation, repeatable
    shift = _run(app, actor, order, wanted, rng)
    made = reports(
        shift.happenings, wanted.network, name=f"twin-{wanted.seed}-{order.reports}",
        first=_next_sequence(app, actor, order),
    )  # fmt: skip
    messages, troubles = on_the_way(made, wanted.network, rng=rng)
    receipts = _send(app, actor, order, messages, wanted.pace, pause, on_report)
    return _result(app, actor, order, shift, receipts, troubles, len(made))


def _run(app: Application, actor: Actor, order: WorkOrder, wanted: Wanted, rng: Random) -> Shift:
    """Let the twin run with the numbers that nothing is known of, so that it ends about now."""
    numbers = {
        tier.level: [
            each.number
            for each in known_numbers.numbers(app, actor, order.order_id, tier.level)
            if _is_unused(each)
        ]
        for tier in order.terms.tiers
    }
    good = order.done("commission", Level.PACK)
    quantity = wanted.quantity or max(0, order.terms.quantity - good)
    speed = wanted.line.speed_packs_per_minute
    takes = timedelta(minutes=1.2 * min(quantity, len(numbers[Level.PACK])) / speed + 2)
    starts_at = (app.clock() - takes).replace(microsecond=0)
    twin = LineTwin(order.terms.tiers, numbers, wanted.line, rng=rng, starts_at=starts_at)
    return twin.run(quantity, is_finished=wanted.is_finished)


def _is_unused(number: Number) -> bool:
    return number.status is None and number.mark is None and number.settled is None


def _next_sequence(app: Application, actor: Actor, order: WorkOrder) -> int:
    newest = line_reports.reports(app, actor, order.order_id, limit=500)
    return max((each.sequence or 0 for each in newest), default=0) + 1


def _send(
    app: Application,
    actor: Actor,
    order: WorkOrder,
    messages: Sequence[Message],
    pace: float,
    pause: Callable[[float], None] | None,
    on_report: Callable[[int, int], None] | None,
) -> list[Receipt]:
    receipts, before = [], None
    for count, message in enumerate(messages, start=1):
        if pause and pace and before is not None:
            pause((message.arrives_at - before).total_seconds() / pace)
        before = message.arrives_at
        sent = line_reports.Sent(
            content=message.content, source="simulation", request_id=message.report_id
        )
        report = read_json(message.content)
        receipts.append(line_reports.take(app, actor, order.order_id, report, sent))
        if on_report:
            on_report(count, len(messages))
    return receipts


def _result(
    app: Application,
    actor: Actor,
    order: WorkOrder,
    shift: Shift,
    receipts: Sequence[Receipt],
    troubles: Mapping[Trouble, int],
    made: int,
) -> ShiftResult:
    taken = {
        each.report_no: each for each in line_reports.reports(app, actor, order.order_id, limit=500)
    }
    first = {each.report_no: each for each in receipts if not each.is_repeated}
    known, differences = _compared(app, actor, order, shift)
    packs = Counter(each.outcome for each in shift.fates[Level.PACK].values())
    return ShiftResult(
        order=order.code,
        starts_at=shift.happenings[0][0],
        ends_at=shift.ends_at,
        made={name: packs[name] for name in ("good", "rejected", "sampled")},
        known={name: known[outcome] for name, outcome in _EXPECTED.items()},
        faults={each.value: count for each, count in sorted(shift.faults.items())},
        troubles={each.value: count for each, count in sorted(troubles.items())},
        reports=made,
        messages=len(receipts),
        repeated=sum(each.is_repeated for each in receipts),
        held=sum(each.is_held for each in first.values()),
        refused=sum(taken.get(number, each).refused for number, each in first.items()),
        differences=differences,
    )


def _taken(app: Application, actor: Actor, order: WorkOrder) -> Iterator[Receipt]:
    """Yield the reports of an order as they stand now, the newest first."""
    before: int | None = None
    while page := line_reports.reports(app, actor, order.order_id, limit=500, before=before):
        yield from page
        before = page[-1].report_no


def _compared(
    app: Application, actor: Actor, order: WorkOrder, shift: Shift
) -> tuple[Counter[Outcome], tuple[Difference, ...]]:
    """Compare each number that the twin had with what Packtrail knows of it."""
    found: list[Difference] = []
    packs: Counter[Outcome] = Counter()
    for tier in order.terms.tiers:
        fates = shift.fates[tier.level]
        for each in known_numbers.numbers(app, actor, order.order_id, tier.level):
            fate = fates.get(each.number)
            if fate is None:  # Used in an earlier shift.
                continue
            outcome = outcome_of(each.status, mark=each.mark, settled=each.settled)
            if tier.level is Level.PACK:
                packs[outcome] += 1
            truth, known = _said(fate), _known(each, outcome)
            if truth != known:
                found.append(
                    Difference(
                        level=tier.level, number=each.number, truth=truth, known=known,
                        because=fate.fault,
                    )
                )  # fmt: skip
    return packs, tuple(found)


def _said(fate: Fate) -> str:
    expected = _EXPECTED.get(fate.outcome, Outcome.UNACCOUNTED)
    return f"{expected} in {fate.holder}" if fate.holder else expected.value


def _known(number: Number, outcome: Outcome) -> str:
    if not number.holder:
        return outcome.value
    key = gs1.parse(number.holder)
    return f"{outcome} in {key.serial or key.primary}"
