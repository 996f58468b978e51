"""A desk: what requests ask at the same time is done in one thread, one lot after the other.

A request that waits for the database in a thread of its own costs two changes of threads, and as
many threads as there are requests want to compute at the same time. Here those that come while a
lot is being done wait where they are received, and are the next lot.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from fastapi.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Q = TypeVar("Q")
A = TypeVar("A")

LOT_MAX: Final = 100
"""Most questions of a lot."""


class Desk(Generic[Q, A]):
    """Does the questions of many requests together.

    Args:
        do: Answers a lot, in a thread: each question with its answer or its fault. What it raises
            is the fault of all.
    """

    def __init__(self, do: Callable[[Sequence[Q]], Sequence[A | Exception]]) -> None:
        self._do = do
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._work: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """Return the answer to a question, or raise its fault."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._work is None:
            self._work = asyncio.create_task(self._do_all())
        return await answer

    async def _do_all(self) -> None:
        while self._waiting:
            lot, self._waiting = self._waiting[:LOT_MAX], self._waiting[LOT_MAX:]
            answers = await run_in_threadpool(self._answers, [question for question, _ in lot])
            for (_, future), answer in zip(lot, answers, strict=True):
                if future.done():
                    continue  # Whoever asked is gone.
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        self._work = None

    def _answers(self, questions: Sequence[Q]) -> Sequence[A | Exception]:
        try:
            return self._do(questions)
        except Exception as fault:  # noqa: BLE001 - raised where each question came from
            return [fault] * len(questions)
