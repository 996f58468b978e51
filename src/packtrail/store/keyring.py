"""The keyring: numberings of our own pools, with which positions become serials and back.

A database carries one, and so does each of its connections. Keys of pools are in the database,
encrypted; the master key that opens them is not, and is asked for only when a pool is first met.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError, Unavailable, UsageError
from packtrail.serials import keys
from packtrail.serials.numberings import numbering_of
from packtrail.serials.policy import stored_policy
from packtrail.store import named
from packtrail.store.direct import DirectConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psycopg import Connection

    from packtrail.serials.numberings import Numbering

_SQL = named.statements("pool_blocks")
_NUMBERINGS_MAX: Final = 4_096
_TOLD: Final = (
    "The serial numbers of a trade item cannot be told just now: a key is missing on the server. "
    "Nothing of this was recorded. Send the request again later."
)
_RETRY_SECONDS: Final = 60


class PoolClosed(Unavailable):
    """The key of a pool does not open: packs that are kept as its positions cannot be named."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A generation of a pool: what made some of the serials of a trade item."""

    pool_id: int
    generation: int
    reached: int
    """Positions below it are spent."""
    opened: int
    """When it was opened, in microseconds: tells it from another of a database put back."""


class Keyring:
    """Opens the keys of pools, and remembers the numberings they make.

    Args:
        masters: Tells the master keys; what it raises where there are none is told on.
        is_adding: Whether serials that are new are kept as positions; those that are kept so
            already are read in any case.
    """

    def __init__(
        self, masters: Callable[[], Sequence[bytes]] | None = None, *, is_adding: bool = True
    ) -> None:
        self._masters = masters or _no_masters
        self.is_adding = is_adding
        self._numberings: OrderedDict[tuple[int, int, int], Numbering] = OrderedDict()
        self._lock = threading.Lock()

    def numbering(self, conn: Connection, source: Source) -> Numbering:
        """Return the numbering of a generation.

        Raises:
            PoolClosed: Its key does not open.
        """
        name = source.pool_id, source.generation, source.opened
        with self._lock:
            known = self._numberings.get(name)
            if known is not None:
                self._numberings.move_to_end(name)
                return known
        made = self._open(conn, source)
        with self._lock:
            self._numberings[name] = made
            while len(self._numberings) > _NUMBERINGS_MAX:
                self._numberings.popitem(last=False)
        return made

    def closed(self, conn: Connection) -> Iterator[str]:
        """Yield why packs cannot be named, for each key under which some are kept and that fails.

        The keys are opened anew, whatever is remembered.
        """
        for pool_id, generation in conn.execute(_SQL["used"]).fetchall():
            try:
                self._open(conn, Source(pool_id, generation, reached=0, opened=0))
            except PoolClosed as fault:
                yield str(fault)

    def _open(self, conn: Connection, source: Source) -> Numbering:
        values = [source.pool_id, source.generation]
        row = conn.execute(_SQL["generation"], values).fetchone()
        if row is None:
            raise LookupError(source)
        code, policy, sealed = row
        try:
            key = None
            if sealed is not None:
                key_name = keys.name_of_pool(source.pool_id, source.generation)
                key = keys.unwrap(self._masters(), sealed, name=key_name)
            return numbering_of(stored_policy(policy), key)
        except (RefusedError, UsageError) as fault:
            raise PoolClosed(
                f"Serials of the pool {code} are recorded as positions under a key that does not "
                f"open (SER-012): {fault} Put the master key back that this database was used "
                "with.",
                retry_after_seconds=_RETRY_SECONDS,
                told=_TOLD,
            ) from fault


class KeyedConnection(DirectConnection):
    """A connection that knows the keyring of its database."""

    keyring: Keyring | None = None


def keyring_of(conn: Connection) -> Keyring:
    """Return the keyring of a connection; one without master keys where it has none."""
    known = conn.keyring if isinstance(conn, KeyedConnection) else None
    return known or _KEYLESS


def _no_masters() -> Sequence[bytes]:
    raise UsageError("No master key is known here.")


_KEYLESS: Final = Keyring()
