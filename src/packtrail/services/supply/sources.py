"""Sources: the pool of a row made ready to give its numbers, with its keys opened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from psycopg import Connection

from packtrail.serials import keys
from packtrail.serials.drawn import DrawnPool
from packtrail.serials.numberings import SsccNumbering, numbering_of, texts_of
from packtrail.serials.policy import Policy
from packtrail.serials.pool import Generation, Places, Pool, chunks
from packtrail.serials.secrets import Block
from packtrail.services.supply.pools import DRAWN, IMPORTED, policy_of
from packtrail.services.upkeep.master_key import master_keys
from packtrail.store import serial_ledger, serial_numbers
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packtrail.serials.numberings import Numbering
    from packtrail.serials.pool import Source
    from packtrail.serials.texts import Texts
    from packtrail.services.application import Application

Lend: TypeAlias = Callable[[], AbstractContextManager[Connection]]
_NUMBERINGS_KEPT = 500


@dataclass(frozen=True, slots=True)
class StoredPool:
    """Numbers that an authority issued: they are read, not made."""

    lend: Lend
    """Lends a connection to read them with."""
    pool_id: int
    length: int
    reached: int
    """Positions below it are given out."""
    secret_key: Callable[[], bytes] = field(default=bytes, repr=False)
    """Opens the key of what came with the numbers."""

    def elements(self, lo: int, hi: int) -> Iterator[dict[str, str]]:
        """Yield what an authority gave with each number from position `lo` up to `hi`, excluded."""
        at = lo
        with self.lend() as conn:
            blocks = serial_numbers.secrets(conn, self.pool_id, lo, hi)
        for start, end, sealed in blocks:
            yield from ({} for _ in range(at, start))
            name = secret_name(self.pool_id, start, end)
            block = Block.read(keys.unwrap([self.secret_key()], sealed, name=name))
            yield from block.elements(max(at, start) - start, min(hi, end) - start)
            at = min(hi, end)
        yield from ({} for _ in range(at, hi))

    def end_of(self, lo: int, count: int) -> int:
        """Return where a range ends that gives so many texts."""
        return lo + count

    def texts(self, generation: int, lo: int, hi: int) -> Iterator[Texts]:  # noqa: ARG002
        """Yield the texts that a range gives, chunk by chunk; there is one generation."""
        for start, end in chunks(lo, hi):
            with self.lend() as conn:
                found = serial_numbers.between(conn, self.pool_id, start, end)
            yield texts_of(found, self.length)

    def find_all(self, texts: Sequence[str]) -> Places:
        """Return where each of many texts was given out."""
        known: dict[str, int] = {}
        with self.lend() as conn:
            for start, end in chunks(0, len(texts)):
                known |= serial_numbers.positions(conn, self.pool_id, texts[start:end])
        positions = np.array([known.get(text, self.reached) for text in texts], dtype=np.int64)
        return Places((positions < self.reached).astype(np.int64), positions)

    def runs(self, generation: int, lo: int, hi: int) -> list[tuple[int, int]]:  # noqa: ARG002
        """Return the runs of positions in a range that give a text."""
        return [(lo, hi)] if lo < hi else []

    def proven(self, generation: int, lo: int, hi: int) -> int:  # noqa: ARG002
        """Return how many different texts the positions of a range give."""
        with self.lend() as conn:
            places, texts = serial_numbers.count_between(conn, self.pool_id, lo, hi)
        return min(places, texts)


def opened(
    app: Application,
    conn: Connection,
    row: rows.PoolRow,
    *,
    since: int = 0,
    lend: Lend | None = None,
) -> Source:
    """Return the source of a pool with its keys, ready to give numbers.

    Args:
        app: The application.
        conn: The connection.
        row: The pool.
        since: The first position that is asked for, besides what is still in stock: it spares a
            drawn pool much reading.
        lend: Lends connections to a source that outlives this one; None: it does not.

    Raises:
        RefusedError: `SER-012`, its keys do not open.
    """
    found = rows.generations(conn, row.pool_id)
    if row.source == DRAWN and row.parent_id is not None:
        since = min(since, found[0].reached)
        segments = serial_ledger.segments(conn, row.pool_id, since, row.stock_end)
        parent = opened(app, conn, rows.pool(conn, row.parent_id), lend=lend)
        return DrawnPool(parent, segments, found[0].reached)
    if row.source == IMPORTED:
        policy = policy_of(row)
        length = policy.length if policy else SsccNumbering.length
        lend = lend or (lambda: nullcontext(conn))
        secret_key = partial(_data_key, app, row.pool_id, found[0].sealed_key)
        return StoredPool(lend, row.pool_id, length, found[0].reached, secret_key)
    closed = [
        generation
        for pool_id in row.beside_ids
        for generation in _generations(
            app, rows.pool(conn, pool_id), rows.generations(conn, pool_id)
        )
    ]
    return Pool(_generations(app, row, found), tuple(closed))


def data_key(app: Application, conn: Connection, pool_id: int) -> bytes:
    """Return the key with which an imported pool encrypts what comes with its numbers.

    Raises:
        RefusedError: `SER-012`, it does not open.
    """
    (generation,) = rows.generations(conn, pool_id)
    return _data_key(app, pool_id, generation.sealed_key)


def elements_of(source: Source, lo: int, hi: int) -> Iterator[dict[str, str]]:
    """Yield what an authority gave with each number of a range: nothing where pools make them."""
    match source:
        case StoredPool():
            for start, end in chunks(lo, hi):
                yield from source.elements(start, end)
        case DrawnPool():
            for part in source.parts(lo, hi):
                yield from elements_of(source.parent, part.start, part.end)
        case _:
            yield from ({} for _ in range(lo, hi))


def secret_name(pool_id: int, lo: int, hi: int) -> str:
    """Return what a block of secrets is called: only under this name it is opened."""
    return f"pool {pool_id}, secrets {lo} to {hi}"


def _data_key(app: Application, pool_id: int, sealed: bytes | None) -> bytes:
    return keys.unwrap(master_keys(app.settings), sealed or b"", name=keys.name_of_pool(pool_id, 1))


def _generations(
    app: Application, row: rows.PoolRow, found: Sequence[rows.GenerationRow]
) -> tuple[Generation, ...]:
    policy = policy_of(row)
    if policy is None:
        sscc = SsccNumbering(**row.policy)
        return tuple(Generation(sscc, each.reached) for each in found)
    masters = master_keys(app.settings) if any(each.sealed_key for each in found) else ()
    return tuple(
        Generation(
            _numbering(
                policy,
                masters,
                each.sealed_key,
                keys.name_of_pool(row.pool_id, each.generation),
            ),
            each.reached,
        )
        for each in found
    )


@lru_cache(_NUMBERINGS_KEPT)
def _numbering(
    policy: Policy, masters: tuple[bytes, ...], sealed: bytes | None, name: str
) -> Numbering:
    """Return the numbering of a generation; opening its key costs more than a number."""
    key = None if sealed is None else keys.unwrap(masters, sealed, name=name)
    return numbering_of(policy, key)
