"""Numbering: what is new in the dictionary gets the next numbers of its class.

Numbers are given in order of first sight, so packs commissioned together are neighbours. A class
is locked only while its new objects are numbered, always in the same order of classes: two captures
of the same new objects wait for each other and then agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.store import name_blocks, named, pool_blocks
from packtrail.store.keyring import keyring_of
from packtrail.store.mentions import prefix_length_of
from packtrail.store.names import has_own_prefix_length
from packtrail.store.parameters import integers
from packtrail.store.seeking import match_positions, stretches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from psycopg import Connection, Cursor

    from packtrail.store.integers import Numbers
    from packtrail.store.mentions import Named, Texts
    from packtrail.store.pool_blocks import PoolBlock
    from packtrail.store.seeking import Sought

_SQL = named.statements("instances")
POOLS: Final = named.statements("pool_blocks")
_ONE_BY_ONE: Final = 4
"""Classes that are asked for each by itself: the database then plans the statement only once."""
AskedClasses: TypeAlias = "Sequence[Cursor[Any]]"
"""Classes that are being asked for; see `rows_of`."""


@dataclass(frozen=True, slots=True)
class Block:
    """New objects of a class, to be inserted."""

    class_id: int
    seq_from: int
    keys: Numbers
    serials: bytes
    prefix_lengths: bytes | None


@dataclass(frozen=True, slots=True)
class New:
    """What is new in the dictionary."""

    by_name: tuple[Block, ...] = ()
    by_position: tuple[PoolBlock, ...] = ()


def ask_classes(
    conn: Connection, classes: Collection[Sought], statements: Mapping[str, str]
) -> AskedClasses:
    """Ask for classes as they are now.

    Args:
        conn: A connection.
        classes: Which.
        statements: `POOLS`, or those of a database that does not know of pools yet.
    """
    keys, every = [one.key for one in classes], statements["classes"]
    if len(keys) > _ONE_BY_ONE:
        return [conn.execute(f"{every} where c.class_key = any(%s)", [keys], prepare=True)]
    one = f"{every} where c.class_key = %s"
    return [conn.execute(one, [key], prepare=True) for key in keys]


def rows_of(asked: AskedClasses) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of classes, once they are there."""
    return chain.from_iterable(cursor.fetchall() for cursor in asked)


def numbered(conn: Connection, classes: list[Sought], mentioned: Named, *, has_pools: bool) -> New:
    """Number what is not in the dictionary."""
    growing = {one.class_id: one for one in classes if (one.seqs < 0).any()}
    if not growing:
        return New()
    locked = conn.execute(_SQL["lock_classes"], [integers(list(growing))], prepare=True)
    known = ask_classes(conn, growing.values(), POOLS) if has_pools else None
    asked = pool_blocks.Asked(conn, stretches(growing.values()))
    for class_id, next_seq in locked.fetchall():
        one = growing[class_id]
        if next_seq != one.next_seq:
            # Somebody added to the class since we looked: look at what came, now that nobody can.
            rows = conn.execute(_SQL["blocks_from"], [class_id, one.next_seq], binary=True)
            one.match({seq_from: serials for _, seq_from, serials in rows.fetchall()})
            one.next_seq = next_seq
    if known and _are_others(conn, growing, known):
        asked = pool_blocks.Asked(conn, stretches(growing.values()))
    blocks = asked.blocks()
    match_positions(growing.values(), blocks)
    return _added(conn, growing, blocks, mentioned)


def _are_others(conn: Connection, growing: dict[int, Sought], known: AskedClasses) -> bool:
    """Tell whether pools have given more numbers since we looked, and place serials in these."""
    by_key = {one.key: one for one in growing.values()}
    are_others = False
    for _, class_key, *_, told in rows_of(known):
        one, sources = by_key[class_key], pool_blocks.sources_of(told)
        if sources == one.sources:
            continue
        one.sources, missing = sources, one.missing
        found = pool_blocks.candidates(conn, sources, one.items[missing])
        one.places = [each.among(missing) for each in found]
        are_others = True
    return are_others


def _added(
    conn: Connection,
    growing: dict[int, Sought],
    blocks: dict[pool_blocks.Stretch, PoolBlock],
    mentioned: Named,
) -> New:
    """Give what is new its numbers: as a position where a pool of ours made it, else by name."""
    by_name: list[Block] = []
    by_position: list[PoolBlock] = []
    advanced: list[tuple[int, int, int]] = []
    is_adding = keyring_of(conn).is_adding
    for one in growing.values():
        for places in one.places if is_adding else ():
            one.next_seq, given, changed = pool_blocks.added(
                one.class_id, one.next_seq, one.still_open(places), blocks
            )
            by_position += changed
            for which, seqs in given:
                one.seqs[which] = seqs
        new = one.missing
        if len(new):
            one.seqs[new] = one.next_seq + np.arange(len(new))
            one.next_seq += len(new)
            by_name += _blocks(one, new, mentioned)
        advanced.append((one.class_id, one.next_seq, len(new)))
    values = [integers(each) for each in zip(*advanced, strict=True)]
    conn.execute(_SQL["advance_classes"], values, prepare=True)
    return New(tuple(by_name), tuple(by_position))


def _blocks(one: Sought, new: Numbers, mentioned: Named) -> Iterator[Block]:
    keys, own = one.keys[new], has_own_prefix_length(one.key)
    items, firsts, seqs = one.items[new], one.first_mentions[new], one.seqs[new]
    for start in range(0, len(new), name_blocks.BLOCK_MAX):
        part = slice(start, start + name_blocks.BLOCK_MAX)
        lengths = _prefix_lengths(mentioned, firsts[part]) if own else None
        yield Block(
            class_id=one.class_id,
            seq_from=int(seqs[start]),
            keys=keys[part],
            serials=name_blocks.pack(_narrow(items[part])),
            prefix_lengths=lengths,
        )


def _narrow(serials: Texts) -> Texts:
    """Return texts as wide as the longest of them."""
    return serials.astype(f"S{max(1, int(np.char.str_len(serials).max()))}")


def _prefix_lengths(mentioned: Named, firsts: Numbers) -> bytes:
    lengths = []
    for place in firsts.tolist():
        form = mentioned.forms[mentioned.form_of[place]][1]
        known = prefix_length_of(form)
        lengths.append(known or prefix_length(mentioned.text(place)) or 0)
    return bytes(lengths)


def prefix_length(uri: str) -> int | None:
    """Return the length of the company prefix where a URI tells it."""
    if not uri.startswith("urn:epc:"):
        return None
    try:
        return gs1.parse_epc_uri(uri).prefix_length
    except RefusedError:
        return None
