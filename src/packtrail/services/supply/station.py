"""At the station: opening sealed blocks where there is no network and no database.

The station keeps a key file, and beside each block a journal of what was taken from it. What stands
in the journal was written through before a number was shown, so after a crash nothing is taken
twice, and the same request takes the same numbers again.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials import blocks
from packtrail.serials.codes import BAD_STATION_FILE, BLOCK_USED_UP
from packtrail.services.supply.entries import differs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE_BYTES_MAX = 1024 * 1024


class _KeyFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the key file of a station holds."""

    station: str
    private_key: bytes
    signers: list[bytes]
    """Public keys of those whose blocks are believed."""


class _Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a journal."""

    block_id: str
    request_id: str
    asked: int | None
    lo: int
    hi: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken from a block."""

    head: blocks.Head
    serials: Sequence[str]
    elements: Mapping[str, Sequence[str]]
    """Application identifier -> its value for each number."""
    left: int
    is_repeated: bool


def new_key(path: Path, station: str) -> str:
    """Make the key file of a station, for its owner alone; return the public key to be registered.

    Raises:
        UsageError: The file is there already, or cannot be written.
    """
    made = X25519PrivateKey.generate()
    _write(path, _KeyFile(station=station, private_key=made.private_bytes_raw(), signers=[]),
           flags=os.O_EXCL)  # fmt: skip
    return blocks.text_of(made.public_key().public_bytes_raw())


def trust(path: Path, signer: str) -> str:
    """Let a station believe the blocks of a signer; return the fingerprint of its key.

    Raises:
        RefusedError: `SER-026`, it is no public key; `SER-032`, the key file cannot be used.
    """
    key, known = blocks.signer_key(signer), _key_file(path)
    if key not in known.signers:
        draft = path.with_name(f".{path.name}.draft")
        _write(draft, msgspec.structs.replace(known, signers=[*known.signers, key]))
        draft.replace(path)
    return blocks.fingerprint(key)


def take(block: Path, key: Path, *, request_id: str, count: int | None, at: datetime) -> Taken:
    """Take numbers from a block.

    Args:
        block: The block; its journal lies beside it.
        key: The key file of the station.
        request_id: The same one takes the same numbers again.
        count: How many; all that are left when there are fewer, or when it is None.
        at: The time now, aware.

    Raises:
        RefusedError: `SER-024`, `SER-025`: the block is not opened; `SER-031`, nothing is left;
            `SER-032`, key file or journal cannot be used.
        Conflict: `SER-007`, the request id was used for another count.
        UsageError: A file cannot be read or written.
    """
    known = _key_file(key)
    private = X25519PrivateKey.from_private_bytes(known.private_key)
    opened = blocks.open_block(_read(block), private, signers=known.signers, at=at)
    try:
        with block.with_name(f"{block.name}.journal").open("a+b") as journal:
            _lock(journal)
            return _take(journal, opened, request_id, count, at)
    except OSError as error:
        raise UsageError(f"The journal of {block} cannot be used: {error.strerror}.") from error


def _take(
    journal: IO[bytes],
    opened: blocks.OpenedBlock,
    request_id: str,
    count: int | None,
    at: datetime,
) -> Taken:
    total, entries = len(opened.serials), _entries(journal, opened.head.block_id)
    reached = max((each.hi for each in entries), default=0)
    earlier = next((each for each in entries if each.request_id == request_id), None)
    if earlier is not None and earlier.asked != count:
        raise differs(request_id)
    taken = earlier
    if taken is None:
        wanted = total - reached if count is None else count
        hi = min(reached + max(wanted, 0), total)
        if hi <= reached:
            message = f"All {total:,} numbers of the block were taken."
            raise RefusedError(BLOCK_USED_UP.found(message, at="count"))
        taken = _Taken(
            block_id=opened.head.block_id,
            request_id=request_id,
            asked=count,
            lo=reached,
            hi=hi,
            at=at,
        )
        journal.write(msgspec.json.encode(taken) + b"\n")
        journal.flush()
        os.fsync(journal.fileno())
    lo, hi = taken.lo, taken.hi
    return Taken(
        head=opened.head,
        serials=opened.serials[lo:hi],
        elements={ai: values[lo:hi] for ai, values in opened.elements.items()},
        left=total - max(reached, hi),
        is_repeated=earlier is not None,
    )


def _entries(journal: IO[bytes], block_id: str) -> list[_Taken]:
    """Return what was taken; a last line that was cut off by a crash showed nothing yet."""
    journal.seek(0)
    lines = journal.read().split(b"\n")
    if lines[-1]:
        journal.truncate(journal.tell() - len(lines[-1]))
    try:
        found = [msgspec.json.decode(line, type=_Taken) for line in lines[:-1]]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = f"The journal of the block cannot be read: {error}."
        raise RefusedError(BAD_STATION_FILE.found(message)) from None
    if any(each.block_id != block_id for each in found):
        raise RefusedError(BAD_STATION_FILE.found("The journal is that of another block."))
    return found


def _lock(journal: IO[bytes]) -> None:
    """Let nobody else take from a block until the journal is closed."""
    if sys.platform == "win32":
        msvcrt.locking(journal.fileno(), msvcrt.LK_LOCK, 1)
    else:
        os.fchmod(journal.fileno(), 0o600)
        fcntl.flock(journal, fcntl.LOCK_EX)


def _key_file(path: Path) -> _KeyFile:
    try:
        return msgspec.json.decode(_read(path), type=_KeyFile)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        message = f"{path} is no key file of a station."  # What it holds is not repeated.
        raise RefusedError(BAD_STATION_FILE.found(message)) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _write(path: Path, content: _KeyFile, *, flags: int = os.O_TRUNC) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
