"""The application: settings, database and clock, handed to every use case.

`packtrail.bootstrap` makes one; a service takes it as its first argument and keeps nothing itself.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from packtrail.gs1 import CompanyPrefixes
from packtrail.services.capture.combining import Combiner
from packtrail.services.capture.progress import ProgressBoard
from packtrail.services.goods.stock_keeping import StockKeeper
from packtrail.services.upkeep.master_key import keyring_of
from packtrail.services.upkeep.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from packtrail.settings import Settings
    from packtrail.store.database import Database

T = TypeVar("T")


class Remembered:
    """Answers that are costly to make, kept until something new is recorded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, tuple[object, object]] = {}

    def get(self, name: str, mark: object) -> object | None:
        """Return the answer of a name if it was made at this mark."""
        with self._lock:
            known_mark, answer = self._answers.get(name, (None, None))
        return answer if known_mark == mark else None

    def once(self, name: str, mark: object, make: Callable[[], T]) -> T:
        """Return the answer of a name, made where there is none at this mark; it is not None."""
        known = self.get(name, mark)
        if known is None:
            known = make()
            self.put(name, mark, known)
        return cast("T", known)

    def put(self, name: str, mark: object, answer: object) -> None:
        """Keep an answer in place of the one before it."""
        with self._lock:
            self._answers[name] = (mark, answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a use case needs from outside."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    """The time now, aware, in UTC."""
    progress: ProgressBoard = field(default_factory=ProgressBoard)
    remembered: Remembered = field(default_factory=Remembered)
    stock: StockKeeper = field(default_factory=StockKeeper)
    """Keeps what every object is."""
    traffic: Traffic = field(default_factory=Traffic)
    """What this process answers."""
    combiner: Combiner = field(default_factory=Combiner)
    """Does small requests that come at the same time in one transaction."""
    company_prefixes: CompanyPrefixes = field(default_factory=lambda: CompanyPrefixes({}))
    """The register of the operator, for the URNs of Digital Links."""
    workers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="capture")
    )
    """Run the captures that are too large to finish before the answer."""

    def __post_init__(self) -> None:
        """Give the database the keys with which it names packs of our own pools."""
        self.database.keyring = keyring_of(self.settings)
