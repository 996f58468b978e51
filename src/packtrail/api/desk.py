"""A desk: what requests ask at the same time is done in one thread, one lot after the other.

A request that waits for the database in a thread of its own costs two changes of threads, and as
many threads as there are requests want to compute at the same time. Here those that come while a
lot is being done wait where they are received, and are the next lot. Who was answered often comes
again at once: where several came at one time, the next lot waits a moment for as many. One who
comes alone waits for nobody.
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
_MOMENT_SECONDS: Final = 0.001
"""For so long at most a lot waits for those who were there just before."""


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
        self._at_once = 1
        """How many came at one time, when it was last seen."""
        self._gathered: asyncio.Future[None] | None = None
        """Done when as many are there, or a moment is over."""

    async def ask(self, question: Q) -> A:
        """Return the answer to a question, or raise its fault."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._gathered is not None and len(self._waiting) >= self._at_once:
            _release(self._gathered)
        if self._work is None:
            self._work = asyncio.create_task(self._do_all())
        return await answer

    async def _do_all(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < self._at_once:
                    await self._gather()
                await self._do_lot()
        finally:
            self._work = None

    async def _do_lot(self) -> None:
        lot, self._waiting = self._waiting[:LOT_MAX], self._waiting[LOT_MAX:]
        answers = await run_in_threadpool(self._answers, [question for question, _ in lot])
        self._at_once = len(lot) + len(self._waiting)
        for (_, future), answer in zip(lot, answers, strict=True):
            if future.done():
                continue  # Whoever asked is gone.
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _gather(self) -> None:
        """Wait until as many are there as were before, but no longer than a moment."""
        loop = asyncio.get_running_loop()
        self._gathered = loop.create_future()
        timer = loop.call_later(_MOMENT_SECONDS, _release, self._gathered)
        await self._gathered
        timer.cancel()
        self._gathered = None

    def _answers(self, questions: Sequence[Q]) -> Sequence[A | Exception]:
        try:
            return self._do(questions)
        except Exception as fault:  # noqa: BLE001 - raised where each question came from
            return [fault] * len(questions)


def _release(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
