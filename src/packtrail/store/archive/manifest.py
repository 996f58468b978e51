"""The manifest of an archive: its files with their SHA-256, and what they hold."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from packtrail.base.errors import RefusedError
from packtrail.store.backup.manifest import digest as file_digest
from packtrail.store.codes import ARCHIVE_DAMAGED, NO_ARCHIVE
from packtrail.store.shelf import MANIFEST

FORMAT: Final = "packtrail-archive/1"
_BYTES_MAX: Final = 1 << 20


class FileNote(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an archive."""

    sha256: str
    size_bytes: int
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds; the same month gives the same manifest, octet for octet."""

    format: str
    month: date
    """Its first day; months are those of the time of recording, in UTC."""
    packtrail: str
    migration: str
    """Schema whose rows these are."""
    pyarrow: str
    segment_from: int
    segment_until: int
    """Numbers of its segments, from and before."""
    first_record_time: str | None
    last_record_time: str | None
    segments: int
    events: int
    mentions: int
    """Objects that events name, each as often as it is named."""
    documents: int
    event_ids_sha256: str
    """Of the ids of all events in the order of the file, a line feed after each."""
    files: dict[str, FileNote]

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(each.size_bytes for each in self.files.values())


def write(folder: Path, manifest: Manifest) -> bytes:
    """Write the manifest of an archive; return its SHA-256."""
    content = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=2)
    (folder / MANIFEST).write_bytes(content)
    return hashlib.sha256(content).digest()


def read(folder: Path) -> tuple[Manifest, bytes]:
    """Return the manifest of an archive and its SHA-256.

    Raises:
        RefusedError: `STO-070`, there is none that can be read.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            content = file.read(_BYTES_MAX)
        found = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise RefusedError(
            NO_ARCHIVE.found(f"{folder} holds no archive: {error.strerror}.", at=str(path))
        ) from error
    except msgspec.MsgspecError as error:
        raise RefusedError(
            NO_ARCHIVE.found(f"The manifest {path} cannot be read: {error}.", at=str(path))
        ) from error
    if found.format != FORMAT:
        text = f"The manifest {path} has the format {found.format!r}; expected {FORMAT!r}."
        raise RefusedError(NO_ARCHIVE.found(text, at=str(path)))
    return found, hashlib.sha256(content).digest()


def check_files(folder: Path, manifest: Manifest) -> None:
    """Hold every file against the manifest.

    Raises:
        RefusedError: `STO-071` for each file that is missing or differs.
    """
    findings = [
        ARCHIVE_DAMAGED.found(
            f"{name} has SHA-256 {found or 'nothing'}, the manifest {note.sha256}.", at=name
        )
        for name, note in sorted(manifest.files.items())
        if (found := file_digest(folder / name)) != note.sha256
    ]
    if findings:
        raise RefusedError(*findings)
