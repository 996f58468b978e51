"""The manifest of a backup: what it is, what it needs, and how to tell that it is whole."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from packtrail.base.errors import RefusedError
from packtrail.store.backup.sample import Sample
from packtrail.store.codes import BACKUP_DAMAGED, NO_BACKUP

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = "manifest.json"
FORMAT = 1
_MANIFEST_BYTES_MAX = 64 * 1024 * 1024
_CHUNK = 1 << 20


class Kind(StrEnum):
    """How a backup holds the store."""

    BASE = "base"
    """The files of the embedded server, for the same major version of PostgreSQL."""
    PORTABLE = "portable"
    """Table by table, for any PostgreSQL that Packtrail runs on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCopy:
    """One table of a portable backup."""

    name: str
    columns: tuple[str, ...]
    rows: int
    file: str
    sequences: dict[str, int] = field(default_factory=dict)
    """Column that numbers itself -> the last number it gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one backup is."""

    kind: Kind
    packtrail: str
    """Version that made it."""
    postgresql: str
    """Version of the server it was taken from."""
    migration: str
    """Newest migration of its schema."""
    began_at: datetime
    finished_at: datetime
    size_bytes: int
    """Of the backup."""
    needs_master_key: bool
    """Whether it holds keys of pools, which the master key encrypts."""
    master_key: str | None
    """Fingerprint of that master key, where it was at hand."""
    files: dict[str, str]
    """Path in the backup -> SHA-256; of a base backup the file that lists all others."""
    sample: Sample
    tables: tuple[TableCopy, ...] = ()
    database_bytes: int = 0
    """Of the database; 0 in backups that did not note it."""
    format: int = FORMAT


def write(folder: Path, manifest: Manifest) -> str:
    """Write the manifest into a backup, durably; return its SHA-256."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    path = folder / MANIFEST
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        RefusedError: `STO-051`, there is none, or none that this Packtrail can read.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            content = file.read(_MANIFEST_BYTES_MAX)
        told = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        if told.get("format") != msgspec.Raw(str(FORMAT).encode()):
            raise RefusedError(
                NO_BACKUP.found(
                    f"The manifest has a format other than {FORMAT}: a newer Packtrail made it.",
                    at=str(path),
                )
            )
        return msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise RefusedError(
            NO_BACKUP.found(f"{folder} holds no backup: {error.strerror}.", at=str(path))
        ) from error
    except msgspec.MsgspecError as error:
        raise RefusedError(
            NO_BACKUP.found(f"The manifest cannot be read: {error}.", at=str(path))
        ) from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file the manifest vouches for.

    Raises:
        RefusedError: `STO-052` for each file that is missing or differs.
    """
    findings = [
        BACKUP_DAMAGED.found(
            f"{name} has SHA-256 {found or 'nothing'}, the manifest {sha256}.", at=name
        )
        for name, sha256 in sorted(manifest.files.items())
        if (found := digest(folder / name)) != sha256
    ]
    if findings:
        raise RefusedError(*findings)


def newest(folder: Path) -> Path:
    """Return a backup: the folder itself, or the newest of the backups in it.

    Raises:
        RefusedError: `STO-051`, there is none.
    """
    if (folder / MANIFEST).is_file():
        return folder
    found = list(backups(folder))
    if not found:
        raise RefusedError(NO_BACKUP.found(f"{folder} holds no backup.", at=str(folder)))
    return found[-1]


def backups(folder: Path) -> Iterator[Path]:
    """Yield the complete backups in a folder, oldest first."""
    yield from sorted(path.parent for path in folder.glob(f"packtrail-*/{MANIFEST}"))


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a file; None where there is none."""
    sha256 = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha256.update(chunk)
    except OSError:
        return None
    return sha256.hexdigest()
