"""What many threads ask at the same time is done together, each with its own answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from packtrail.services.capture.combining import TOGETHER_MAX, Combiner


def doubled(questions: Sequence[int]) -> list[int | Exception]:
    return [2 * each if each >= 0 else ValueError(str(each)) for each in questions]


class Slow:
    """Answers once it may; tells what it was asked."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.asked: list[list[int]] = []

    def __call__(self, questions: Sequence[int]) -> list[int | Exception]:
        self.asked.append([*questions])
        assert self.may.wait(30)
        return doubled(questions)


def wait_for_all(combiner: Combiner, key: str, count: int) -> None:
    """Until so many stand in the queue."""
    while len(combiner._queues.get(key, ())) < count:
        time.sleep(0.001)


def test_one_alone_is_answered_at_once() -> None:
    combiner = Combiner()

    assert combiner.ask("a", 4, doubled) == 8
    assert combiner.ask("a", 5, doubled) == 10
    assert not combiner._queues


def test_those_that_come_meanwhile_are_done_together() -> None:
    combiner, slow, count = Combiner(), Slow(), TOGETHER_MAX + 10
    with ThreadPoolExecutor(count + 1) as threads:
        first = threads.submit(combiner.ask, "a", 0, slow)
        while not slow.asked:
            time.sleep(0.001)
        rest = [threads.submit(combiner.ask, "a", each, slow) for each in range(1, count + 1)]
        wait_for_all(combiner, "a", count)
        slow.may.set()
        answers = [each.result(30) for each in (first, *rest)]

    assert answers == [2 * each for each in range(count + 1)]
    assert [len(each) for each in slow.asked] == [1, TOGETHER_MAX, 10]
    assert not combiner._queues


def test_each_gets_its_own_fault() -> None:
    combiner = Combiner()

    with pytest.raises(ValueError, match="-3"):
        combiner.ask("a", -3, doubled)
    assert combiner.ask("a", 3, doubled) == 6


def test_when_all_fails_everybody_hears_it_and_the_next_go_on() -> None:
    combiner, slow = Combiner(), Slow()

    def broken(questions: Sequence[int]) -> list[int | Exception]:
        slow(questions)
        raise ConnectionError("the database is gone")

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(combiner.ask, "a", each, broken) for each in range(3)]
        wait_for_all(combiner, "a", 2)
        slow.may.set()
        for each in asked:
            with pytest.raises(ConnectionError):
                each.result(30)

    assert combiner.ask("a", 1, doubled) == 2


def test_keys_do_not_wait_for_each_other() -> None:
    combiner, slow = Combiner(), Slow()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(combiner.ask, "a", 1, slow)
        while not slow.asked:
            time.sleep(0.001)

        assert combiner.ask("b", 2, doubled) == 4
        slow.may.set()
        assert waiting.result(30) == 2


def test_too_few_answers_leave_nobody_waiting() -> None:
    with pytest.raises(ValueError, match="zip"):
        Combiner().ask("a", 1, lambda _: [])
