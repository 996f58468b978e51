"""Truth under disorder, in the database: order of arrival, repeats, crashes and replays.

What packs have come to is the same however their story was told; what was known at a moment never
changes afterwards; what is declared wrong is gone from every answer.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packtrail.base.errors import NotFound
from packtrail.lifecycle.journey import Status
from packtrail.services.capture import capture
from packtrail.services.goods import stock, tracing
from packtrail.services.goods.stock import Asked, Dimension
from packtrail.services.queries import query
from packtrail.services.queries.parameters import parse
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask, Circumstances
from packtrail.store.database import Database

from .conftest import World
from .documents import LOT, commissioning, dispensing, document, event, pack, packing

GTIN = "00300010123455"
SLOW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MINUTES = st.lists(st.integers(1, 2), min_size=6, max_size=6)
"""When the events of a story happen: several at each of two moments."""
_stories = itertools.count(1)


class Story:
    """The life of six packs and two cases, told anew with other numbers each time."""

    def __init__(self, minutes: Sequence[int] = range(1, 7)) -> None:
        number = next(_stories)
        first = number * 100
        self.packs = [pack(f"{number}P{n}") for n in range(6)]
        self.cases = [f"urn:epc:id:sscc:030001.{number:08}{n:03}" for n in range(2)]
        one, other = self.cases
        wrong = event(first + 5, action="OBSERVE", bizStep="inspecting", disposition="damaged",
                      epcList=self.packs[4:])  # fmt: skip
        reason = {"declarationTime": "2026-03-04T00:00:00Z", "reason": "incorrect_data"}
        unpacked = packing(first + 3, one, self.packs[:2]) | {
            "action": "DELETE",
            "bizStep": "unpacking",
        }
        self.events = [
            commissioning(first + 1, self.packs),
            packing(first + 2, one, self.packs[:4]),
            unpacked,
            packing(first + 4, other, self.packs[:2]),
            wrong,
            wrong | {"errorDeclaration": reason},
            dispensing(first + 6, self.packs[5]),
        ]
        for each in self.events:
            place = int(each["eventID"][-2:])
            each["eventTime"] = f"2026-03-03T08:{minutes[place - 1]:02}:00.000+01:00"

    def told(self, world: World) -> list[object]:
        """What the packs and cases have come to, without what depends on when it was told."""
        return [
            _without_arrival(tracing.trace(world.app, world.maker, each))
            for each in (*self.packs, *self.cases)
        ]

    def renamed(self, other: Story, text: str) -> str:
        """Return what is said of another story as if it were said of this one."""
        for theirs, own in zip(other.packs + other.cases, self.packs + self.cases, strict=True):
            text = text.replace(theirs, own)
        return text


def _without_arrival(told: tracing.Trace) -> dict[str, Any]:
    return {
        "standing": (told.standing.status, told.standing.disposition),
        "steps": [
            (s.event_time.isoformat(), s.biz_step, s.action, s.is_withdrawn) for s in told.steps
        ],
        "holders": [each.parent for each in told.holders],
        "contents": sorted(each.identifier for each in told.contents),
        "findings": sorted(each.code for each in told.findings),
    }


def tell(world: World, *events: dict[str, Any]) -> None:
    job = capture.submit(world.app, world.maker, document(*events), media_type="application/json")
    assert job.success, job.findings


def plainly(world: World) -> tuple[Story, str]:
    """Tell a story in order, an event after the other; return it with what came of it."""
    story = Story()
    for each in story.events:
        tell(world, each)
    return story, repr(story.told(world))


class Killed(BaseException):
    """The process died here."""


@contextmanager
def dying(database: Database, after: int, *, is_committed: bool) -> Iterator[None]:
    """Die at a transaction of one's choice, just before or just after its commit."""
    original: Callable[..., Any] = database.transaction
    left = after

    @contextmanager
    def transaction(**options: Any) -> Iterator[Any]:
        nonlocal left
        left -= 1
        is_the_one = left == 0
        with original(**options) as conn:
            yield conn
            if is_the_one and not is_committed:
                raise Killed
        if is_the_one:
            raise Killed

    database.transaction = transaction  # type: ignore[method-assign]
    try:
        yield
    finally:
        del database.transaction  # type: ignore[attr-defined]


@SLOW
@given(data=st.data())
def test_any_order_repetition_and_grouping_tells_the_same(world: World, data: Any) -> None:
    first, expected = plainly(world)
    story = Story()
    order = data.draw(st.permutations(range(len(story.events))))
    repeated = data.draw(st.lists(st.sampled_from(order), max_size=4))
    arrivals = [story.events[place] for place in (*order, *repeated)]
    while arrivals:
        count = data.draw(st.integers(1, len(arrivals)))
        tell(world, *arrivals[:count])
        arrivals = arrivals[count:]

    assert repr(story.told(world)) == story.renamed(first, expected)


@SLOW
@given(data=st.data())
def test_events_of_one_moment_tell_the_same_in_any_order(world: World, data: Any) -> None:
    minutes = data.draw(MINUTES)
    order = data.draw(st.permutations(range(7)))
    plain, story = Story(minutes), Story(minutes)
    counts = census_after(world, plain.events)

    assert census_after(world, [story.events[place] for place in order]) == counts
    assert repr(story.told(world)) == story.renamed(plain, repr(plain.told(world)))


ONE_MOMENT = "2026-03-03T08:00:00.000+01:00"


def test_a_life_of_one_moment_is_the_same_in_whatever_order_it_arrives(world: World) -> None:
    orders = list(itertools.permutations(range(4)))
    counts = []
    for number, order in enumerate(orders):
        item, case = pack(f"M{number}"), f"urn:epc:id:sscc:030001.{number:08}777"
        life = [
            commissioning(number * 10 + 1, [item]),
            packing(number * 10 + 2, case, [item]),
            event(number * 10 + 3, action="OBSERVE", bizStep="shipping", disposition="in_transit",
                  epcList=[case]),
            event(number * 10 + 4, action="OBSERVE", bizStep="receiving",
                  disposition="in_progress", epcList=[case]),
        ]  # fmt: skip
        for each in life:
            each["eventTime"] = ONE_MOMENT
        counts.append(census_after(world, [life[place] for place in order]))
        trace = tracing.trace(world.app, world.maker, item)

        assert (trace.standing.status, trace.standing.parent) == (Status.RECEIVED, case)
        assert [step.biz_step for step in trace.steps] == [each["bizStep"] for each in life]
        assert "TRC-201" not in {each.code for each in trace.findings}
    assert counts == counts[:1] * len(orders)


def census_after(world: World, events: Sequence[dict[str, Any]]) -> Counter[tuple[object, ...]]:
    """Tell events one after the other; return what the census counts more than before."""
    before = census(world)
    for each in events:
        tell(world, each)
        world.clock.advance(seconds=1)
    return census(world) - before


def census(world: World) -> Counter[tuple[object, ...]]:
    found = stock.count(world.app, world.maker, Asked(), by=[Dimension.STATUS, Dimension.PLACE])
    return Counter({(each.status, each.place): each.count for each in found.rows})


@SLOW
@given(
    places=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    is_committed=st.booleans(),
    size=st.integers(1, 7),
)
def test_any_crash_and_replay_tells_the_same(
    world: World, places: list[int], is_committed: bool, size: int
) -> None:
    first, expected = plainly(world)
    story = Story()
    crashes = iter(places)
    for start in range(0, len(story.events), size):
        some = story.events[start : start + size]
        place = next(crashes, None)
        if place is not None:
            dies = dying(world.app.database, place, is_committed=is_committed)
            with dies, suppress(Killed):
                tell(world, *some)
        capture.recover(world.app)
        tell(world, *some)  # Whoever got no answer sends it again.

    assert repr(story.told(world)) == story.renamed(first, expected)
    assert all(not job.running for job in capture.jobs(world.app, world.maker))


@SLOW
@given(data=st.data())
def test_what_was_known_at_any_moment_never_changes(world: World, data: Any) -> None:
    story = Story(data.draw(MINUTES))
    order = data.draw(st.permutations(story.events))
    known: list[tuple[datetime, list[object]]] = []
    for each in order:
        tell(world, each)
        world.clock.advance(seconds=1)
        moment = world.clock.now
        known.append((moment, as_known(world, story, moment)))
        world.clock.advance(seconds=1)

    assert [as_known(world, story, moment) for moment, _ in known] == [told for _, told in known]


def as_known(world: World, story: Story, moment: datetime) -> list[object]:
    found: list[object] = []
    for each in (*story.packs, *story.cases):
        try:
            found.append(tracing.trace(world.app, world.maker, each, as_known_at=moment))
        except NotFound:
            found.append(None)
    counts = stock.count(
        world.app, world.maker, Asked(as_known_at=moment), by=[Dimension.STATUS, Dimension.PLACE]
    )
    return [*found, counts]


def test_captures_that_race_on_the_same_new_packs_both_succeed_and_agree(world: World) -> None:
    for round_ in range(5):
        packs = [pack(f"R{round_}A{n}") for n in range(300)]
        made = [
            document(commissioning(5_000 + round_ * 10 + n, packs if n % 2 else packs[::-1]))
            for n in range(4)
        ]
        with ThreadPoolExecutor(4) as pool:
            jobs = list(
                pool.map(
                    lambda sent: capture.submit(
                        world.app, world.maker, sent, media_type="application/json"
                    ),
                    made,
                )
            )
        traces = [tracing.trace(world.app, world.maker, each) for each in (packs[0], packs[-1])]

        assert [(job.success, job.stored_count) for job in jobs] == [(True, 1)] * 4
        assert [len(each.steps) for each in traces] == [4, 4]
    with world.app.database.reading() as conn:
        row = conn.execute(
            "select sum(next_seq), (select sum(cardinality(keys)) from name_block) from class"
            " where class_key like 'sgtin/%'"
        ).fetchone()
    assert row == (1_500, 1_500)


@pytest.mark.parametrize("is_declared_first", [False, True])
def test_a_declaration_of_error_takes_the_event_out_of_every_answer(
    world: World, is_declared_first: bool
) -> None:
    right = commissioning(1, [pack(1), pack(2)])
    wrong = dispensing(2, pack(1))
    reason = {"declarationTime": "2026-03-04T00:00:00Z", "reason": "incorrect_data"}
    declared = wrong | {"errorDeclaration": reason}
    tell(world, right)
    before = everything(world)
    for each in (declared, wrong) if is_declared_first else (wrong, declared):
        tell(world, each)

    assert everything(world) == before
    (_, withdrawn) = tracing.trace(world.app, world.maker, pack(1)).steps
    assert withdrawn.is_withdrawn
    asked = parse({"EQ_bizStep": "dispensing"}, events_max=10)
    told = query.matching(world.app, world.maker, asked).events
    assert sorted("errorDeclaration" in each for each in told) == [False, True]


def everything(world: World) -> list[object]:
    """What is said of two packs: state, census, verification, who holds them."""
    standing = [tracing.trace(world.app, world.maker, pack(n)).standing.status for n in (1, 2)]
    counts = [stock.count(world.app, world.maker, Asked(), by=[by]) for by in Dimension]
    ask = Ask(text=f"01{GTIN}211\x1d1728123110{LOT}")
    said = verifying.verify(world.app, world.maker, ask, Circumstances())
    return [standing, counts, said.verdict, said.reasons]
