"""The dictionary: numbers for the objects that events speak of, dense within each class.

Numbers are given in order of first sight, so packs commissioned together are neighbours. A class
is locked only while its new objects are numbered, always in the same order of classes: two captures
of the same new objects wait for each other and then agree.

Looking up many objects, a few of them are asked for first: the blocks they are in hold their
neighbours too, so that a case of packs costs one look-up, not a hundred.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from psycopg.pq import PipelineStatus

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.store import absence, name_blocks, named, pool_blocks, presence
from packtrail.store.keyring import keyring_of
from packtrail.store.mentions import Hashes, Texts, hashes, prefix_length_of
from packtrail.store.names import has_own_prefix_length
from packtrail.store.parameters import bigints, integers
from packtrail.store.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from psycopg import Connection, Cursor

    from packtrail.store.integers import Numbers
    from packtrail.store.keyring import Source
    from packtrail.store.mentions import Named
    from packtrail.store.pool_blocks import Places, PoolBlock

_SQL = named.statements("instances")
_POOLS: Final = named.statements("pool_blocks")
_ASKED_AT_ONCE: Final = 400
"""Objects looked up by one statement: beyond, a GIN index takes longer for each."""
_FIRST_ASKED: Final = 32
_MORE: Final = 8
"""How many times as many are asked for in each round as in the one before."""


@dataclass(slots=True)
class _Class:
    """What a draft needs to know of one class."""

    key: str
    mentions: Numbers
    """Which mentions name something of it."""
    class_id: int = 0
    next_seq: int = 0
    salt: int = 0
    names: int = 0
    """How many of its objects are known by name."""
    sources: tuple[Source, ...] = ()
    """The generations of our pools that made serials of it."""
    places: list[Places] = field(default_factory=list)
    """Where its serials lie in these."""
    items: Texts = field(default_factory=lambda: np.empty(0, dtype="S1"))
    """Its distinct serials, in order of first sight."""
    hashes: Hashes = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    first_mentions: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Per distinct serial: the mention that brought it."""
    place_of: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Per mention: place among the distinct serials."""
    seqs: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Per distinct serial: its number, -1 while it is not known."""


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


@dataclass(frozen=True, slots=True)
class Resolved:
    """The numbers of what a draft names."""

    class_ids: Numbers
    """By class of the draft."""
    seqs: Numbers
    """By mention."""
    new: New
    """What the dictionary does not have yet: the caller inserts it in this transaction."""


class Resolving:
    """Finds the numbers of objects, and numbers those that are new.

    Args:
        conn: A connection in a transaction.
        mentioned: What is named, in document order, repeats allowed.
        has_pools: Whether serials may be positions of pools: not so in databases that do not know
            of it yet.
    """

    def __init__(self, conn: Connection, mentioned: Named, *, has_pools: bool = True) -> None:
        self._conn = conn
        self._mentioned = mentioned
        self._has_pools = has_pools
        class_of = mentioned.class_of
        self._classes = [
            _Class(key, np.flatnonzero(class_of == number))
            for number, key in enumerate(mentioned.classes)
        ]
        self._asked = self._ask(self._classes) if self._classes else None
        self._lengths: list[tuple[int, int]] = []
        """(length of the company prefix, class_id) where only this document tells it."""

    def look_up(self) -> None:
        """Find what the dictionary has, as far as nothing is to be locked for it.

        Whoever does so first has the database do something else while the rest is worked out.
        """
        if self._asked is None:
            return
        self._read_classes(self._asked, self._classes)
        self._asked = None
        if not self._new_classes():
            self._find_objects()

    def resolve(self) -> Resolved:
        """Return the numbers; the classes of new objects stay locked until the transaction ends."""
        self.look_up()
        if new := self._new_classes():
            self._add_classes(new)
            self._find_objects()
        for learned in self._lengths:
            self._conn.execute(_SQL["learn_prefix_length"], learned)
        classes, mentioned = self._classes, self._mentioned
        added = numbered(self._conn, classes, mentioned, has_pools=self._has_pools)
        seqs = np.empty(len(mentioned.items), dtype=np.int64)
        for one in classes:
            seqs[one.mentions] = one.seqs[one.place_of]
        class_ids = np.array([one.class_id for one in classes], dtype=np.int64)
        return Resolved(class_ids, seqs, added)

    def _ask(self, classes: Iterable[_Class]) -> Cursor[Any]:
        return _ask_classes(self._conn, classes, _POOLS if self._has_pools else _SQL)

    def _new_classes(self) -> list[_Class]:
        return sorted((one for one in self._classes if one.class_id == 0), key=lambda one: one.key)

    def _add_classes(self, new: list[_Class]) -> None:
        lengths = [_prefix_length(one, self._mentioned) for one in new]
        salts = [secrets.randbits(63) for _ in new]
        keys = [one.key for one in new]
        self._conn.execute(_SQL["insert_classes"], [keys, lengths, salts])
        self._read_classes(self._ask(new), new)

    def _read_classes(self, asked: Cursor[Any], classes: list[_Class]) -> None:
        by_key = {one.key: one for one in classes}
        for class_id, class_key, next_seq, prefix_length, salt, *beside in asked.fetchall():
            one = by_key[class_key]
            one.class_id, one.next_seq, one.salt = class_id, next_seq, salt
            one.names, told = beside or (next_seq, ())
            one.sources = pool_blocks.sources_of(told)
            length = _prefix_length(one, self._mentioned) if prefix_length is None else None
            if length is not None:
                self._lengths.append((length, class_id))

    def _find_objects(self) -> None:
        for one in self._classes:
            _make_distinct(one, self._mentioned.items[one.mentions])
            if one.sources:
                one.places = list(pool_blocks.candidates(self._conn, one.sources, one.items))
        _look_up_positions(self._conn, self._classes)
        _look_up(self._conn, self._classes)


def resolve(conn: Connection, mentioned: Named, *, has_pools: bool = True) -> Resolved:
    """Return the numbers of objects, numbering those that are new."""
    return Resolving(conn, mentioned, has_pools=has_pools).resolve()


def insert(conn: Connection, new: New) -> None:
    """Insert new objects."""
    insert_names(conn, new.by_name)
    pool_blocks.insert(conn, new.by_position)


def insert_names(conn: Connection, blocks: Iterable[Block]) -> None:
    """Insert new objects that are known by name."""
    written = [
        (one.class_id, one.seq_from, bigints(one.keys), one.serials, one.prefix_lengths)
        for one in blocks
    ]
    if written:
        with conn.cursor() as cursor:
            cursor.executemany(_SQL["insert_block"], written)


def _ask_classes(
    conn: Connection, classes: Iterable[_Class], statements: Mapping[str, str]
) -> Cursor[Any]:
    keys = [one.key for one in classes]
    return conn.execute(statements["classes_by_key"], [keys], prepare=True)


def _prefix_length(one: _Class, mentioned: Named) -> int | None:
    """Return the length of the company prefix of a class, where the first notation tells it."""
    if has_own_prefix_length(one.key) or not len(one.mentions):
        return None
    return prefix_length(mentioned.text(int(one.mentions[0])))


def prefix_length(uri: str) -> int | None:
    """Return the length of the company prefix where a URI tells it."""
    if not uri.startswith("urn:epc:"):
        return None
    try:
        return gs1.parse_epc_uri(uri).prefix_length
    except RefusedError:
        return None


def _make_distinct(one: _Class, items: Texts) -> None:
    """Find the distinct serials of a class, in order of first sight."""
    found = hashes(items, np.full(len(items), one.salt, dtype=np.uint64))
    order = np.argsort(found, kind="stable")
    is_first = np.ones(len(items), dtype=bool)
    is_first[1:] = items[order[1:]] != items[order[:-1]]
    same_hash = found[order[1:]] == found[order[:-1]]
    if (is_first[1:] & same_hash).any():
        order = np.argsort(items, kind="stable")  # Serials met in a hash: go by the serials.
        is_first[1:] = items[order[1:]] != items[order[:-1]]
    firsts = order[is_first]
    rank = np.argsort(firsts, kind="stable")
    place_of = np.empty(len(items), dtype=np.int64)
    by_rank = np.empty(len(firsts), dtype=np.int64)
    by_rank[rank] = np.arange(len(firsts))
    place_of[order] = by_rank[is_first.cumsum() - 1]
    chosen = firsts[rank]
    one.items, one.hashes, one.place_of = items[chosen], found[chosen], place_of
    one.first_mentions = one.mentions[chosen]
    one.seqs = np.full(len(chosen), -1, dtype=np.int64)


# --- looking up -----------------------------------------------------------------------------------


def _look_up_positions(conn: Connection, classes: list[_Class]) -> None:
    """Fill the numbers of what the dictionary has as positions of pools."""
    wanted = _stretches(classes)
    if wanted:
        _match_positions(classes, pool_blocks.Asked(conn, wanted).blocks())


def _stretches(classes: Iterable[_Class]) -> set[pool_blocks.Stretch]:
    """Return the stretches in which serials may lie whose numbers are not known."""
    found: set[pool_blocks.Stretch] = set()
    for one in classes:
        one.places = [part for each in one.places if len((part := _open(one, each)).which)]
        found |= pool_blocks.stretches(one.class_id, one.places)
    return found


def _open(one: _Class, places: Places) -> Places:
    """Return the places of serials whose numbers are not known."""
    return places.only(one.seqs[places.which] < 0)


def _match_positions(
    classes: Iterable[_Class], blocks: dict[pool_blocks.Stretch, PoolBlock]
) -> None:
    for one in classes:
        for which, seqs in pool_blocks.match(one.class_id, one.places, blocks):
            one.seqs[which] = seqs


def _look_up(conn: Connection, classes: list[_Class]) -> None:
    """Fill the numbers of what the dictionary has."""
    # What is remembered must be committed. A transaction that is not a capture's own may have added
    # to the dictionary before, and may yet be undone.
    may_remember = conn.pgconn.pipeline_status != PipelineStatus.OFF
    some = [one for one in classes if one.names > 0]
    if may_remember:
        some = _not_remembered(conn, some)
    known = {id(one): np.arange(len(one.seqs)) for one in some}
    asked, is_last = _FIRST_ASKED, not known
    while not is_last:
        wanted: list[tuple[_Class, Numbers]] = []
        is_last = True
        for one in some:
            missing = known[id(one)]
            missing = missing[one.seqs[missing] < 0]
            if asked > _FIRST_ASKED and may_remember:
                missing = _perhaps_there(conn, one, missing)
            known[id(one)] = missing
            is_last &= len(missing) <= asked
            wanted.append((one, missing[:: max(1, -(-len(missing) // asked))]))
        _ask(conn, wanted)
        asked *= _MORE


def _not_remembered(conn: Connection, classes: list[_Class]) -> list[_Class]:
    """Fill the numbers of serials of the classes that are remembered; return the other classes."""
    # All are asked, on a pipelined connection, and only then waited for.
    asked = [_ask_memory(conn, one) for one in classes]
    left = []
    for one, answer in zip(classes, asked, strict=True):
        missing = np.flatnonzero(one.seqs < 0)
        found = answer.numbers(one.hashes[missing], one.items[missing]) if answer else None
        if found is None:
            left.append(one)
        else:
            one.seqs[missing] = found
    return left


def _ask_memory(conn: Connection, one: _Class) -> presence.Asked | None:
    missing = np.count_nonzero(one.seqs < 0)
    if not missing:
        return None
    # A few serials are asked for by themselves where the class is yet to be read.
    is_many = bool(missing > _FIRST_ASKED)
    return presence.ask(conn, one.class_id, one.names, one.salt, may_begin=is_many)


def _perhaps_there(conn: Connection, one: _Class, missing: Numbers) -> Numbers:
    """Leave out the serials that are certainly not in the dictionary."""
    if not absence.is_worth_it(conn, one.class_id, one.names, one.salt, len(missing)):
        return missing
    wanted = one.hashes[missing]
    return missing[~absence.are_absent(conn, one.class_id, one.next_seq, one.salt, wanted)]


def _ask(conn: Connection, wanted: list[tuple[_Class, Numbers]]) -> None:
    """Look up some serials of some classes, and with them whatever is in the same blocks."""
    by_id = {one.class_id: one for one, _ in wanted}
    keys = np.concatenate([_keys(one)[places] for one, places in wanted])
    if not len(keys):
        return
    blocks: dict[int, dict[int, bytes]] = {}
    # Asked for in one go, on a pipelined connection, and only then waited for.
    cursors = []
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        chunk = [integers(list(by_id)), bigints(keys[start : start + _ASKED_AT_ONCE])]
        cursor = conn.cursor(binary=True)
        cursors.append(cursor.execute(_SQL["blocks_by_key"], chunk, prepare=True))
    for cursor in cursors:
        for class_id, seq_from, serials in cursor.fetchall():
            blocks.setdefault(class_id, {})[seq_from] = serials
    for class_id, found in blocks.items():
        one = by_id[class_id]
        presence.note(conn, class_id, one.salt, len(found))
        _match(one, found)


def _keys(one: _Class) -> Numbers:
    return name_blocks.keys(np.full(len(one.hashes), one.class_id, dtype=np.int64), one.hashes)


def _match(one: _Class, blocks: dict[int, bytes]) -> None:
    """Take the numbers of serials from blocks."""
    if not blocks:
        return
    missing = np.flatnonzero(one.seqs < 0)
    run = Run.of(blocks.items(), one.salt)
    one.seqs[missing] = run.numbers(one.hashes[missing], one.items[missing])


# --- numbering ------------------------------------------------------------------------------------


def numbered(conn: Connection, classes: list[_Class], mentioned: Named, *, has_pools: bool) -> New:
    """Number what is not in the dictionary."""
    growing = {one.class_id: one for one in classes if (one.seqs < 0).any()}
    if not growing:
        return New()
    locked = conn.execute(_SQL["lock_classes"], [integers(list(growing))], prepare=True)
    known = _ask_classes(conn, growing.values(), _POOLS) if has_pools else None
    asked = pool_blocks.Asked(conn, _stretches(growing.values()))
    for class_id, next_seq in locked.fetchall():
        one = growing[class_id]
        if next_seq != one.next_seq:
            # Somebody added to the class since we looked: look at what came, now that nobody can.
            rows = conn.execute(_SQL["blocks_from"], [class_id, one.next_seq], binary=True)
            _match(one, {seq_from: serials for _, seq_from, serials in rows.fetchall()})
            one.next_seq = next_seq
    if known and _are_others(conn, growing, known):
        asked = pool_blocks.Asked(conn, _stretches(growing.values()))
    blocks = asked.blocks()
    _match_positions(growing.values(), blocks)
    return _added(conn, growing, blocks, mentioned)


def _are_others(conn: Connection, growing: dict[int, _Class], known: Cursor[Any]) -> bool:
    """Tell whether pools have given more numbers since we looked, and place serials in these."""
    by_key = {one.key: one for one in growing.values()}
    are_others = False
    for _, class_key, *_, told in known.fetchall():
        one, sources = by_key[class_key], pool_blocks.sources_of(told)
        if sources == one.sources:
            continue
        one.sources, missing = sources, np.flatnonzero(one.seqs < 0)
        found = pool_blocks.candidates(conn, sources, one.items[missing])
        one.places = [each.among(missing) for each in found]
        are_others = True
    return are_others


def _added(
    conn: Connection,
    growing: dict[int, _Class],
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
                one.class_id, one.next_seq, _open(one, places), blocks
            )
            by_position += changed
            for which, seqs in given:
                one.seqs[which] = seqs
        new = np.flatnonzero(one.seqs < 0)
        if len(new):
            one.seqs[new] = one.next_seq + np.arange(len(new))
            one.next_seq += len(new)
            by_name += _blocks(one, new, mentioned)
        advanced.append((one.class_id, one.next_seq, len(new)))
    values = [integers(each) for each in zip(*advanced, strict=True)]
    conn.execute(_SQL["advance_classes"], values, prepare=True)
    return New(tuple(by_name), tuple(by_position))


def _blocks(one: _Class, new: Numbers, mentioned: Named) -> Iterator[Block]:
    keys, own = _keys(one)[new], has_own_prefix_length(one.key)
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
