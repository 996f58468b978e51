"""Combining: what many callers ask at the same time is done in one transaction.

Whoever comes first leads: it does its own request. Those that come meanwhile wait, and the first of
them then leads for all: one lock, one commit for as many as came. Nobody waits on purpose, so a
single caller is as fast as without.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")

TOGETHER_MAX = 200
"""Most requests of one transaction."""


@dataclass(slots=True)
class _Waiting:
    """One caller."""

    question: Any
    turn: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    led: list[_Waiting] = field(default_factory=list)
    """Those it is to lead, itself the first."""


class Combiner:
    """Does the requests of many threads together, those of one key at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[Hashable, deque[_Waiting]] = {}

    def ask(
        self,
        key: Hashable,
        question: _Question,
        do: Callable[[Sequence[_Question]], Sequence[_Answer | Exception]],
    ) -> _Answer:
        """Return the answer to a question, which may be done with others of the same key.

        Args:
            key: What questions have in common that can be done together.
            question: What is asked.
            do: Answers many questions, each with its answer or its fault. When it fails as a whole,
                every caller gets that fault.
        """
        mine = _Waiting(question)
        with self._lock:
            queue = self._queues.get(key)
            if queue is None:
                self._queues[key] = deque()
                mine.led = [mine]
            else:
                queue.append(mine)
        if not mine.led:
            mine.turn.wait()
        if mine.led:
            try:
                _do(mine.led, do)
            finally:
                self._hand_on(key)
        if isinstance(mine.answer, BaseException):
            raise mine.answer
        return cast("_Answer", mine.answer)

    def _hand_on(self, key: Hashable) -> None:
        """Let the first of those who came meanwhile lead."""
        with self._lock:
            queue = self._queues[key]
            led = [queue.popleft() for _ in range(min(len(queue), TOGETHER_MAX))]
            if not led:
                del self._queues[key]
                return
        led[0].led = led
        led[0].turn.set()


def _do(led: Sequence[_Waiting], do: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
    try:
        answers = do([each.question for each in led])
        for each, answer in zip(led, answers, strict=True):
            each.answer = answer
    except BaseException as fault:
        # All of them failed: none may wait for ever, and the leader's thread says what happened.
        for each in led:
            each.answer = fault
        raise
    finally:
        for each in led[1:]:
            each.turn.set()
