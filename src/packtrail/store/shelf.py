"""The shelf: where the bodies and originals of archived months are read from.

A row of an archived month keeps what it is searched by; in place of its body stands the SHA-256 of
the manifest of the archive that holds it (`packtrail.store.archive`). Archives are known by that
digest alone, so that one can be moved, and no other can be mistaken for it.
"""

from __future__ import annotations

import bisect
import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from packtrail.base.errors import Unavailable
from packtrail.store.parquet import parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANIFEST: Final = "manifest.json"
SEGMENTS: Final = "segments.parquet"
ORIGINALS: Final = "originals.parquet"
_GROUPS_KEPT_MAX: Final = 32
"""Row groups that are kept in memory, of up to `exporting.GROUP_BYTES_MAX` each."""


_Rows: TypeAlias = "dict[Any, list[dict[str, Any]]]"


class ArchiveMissing(Unavailable):
    """An archive is not where it should be, so what it holds cannot be read."""


class _File:
    """A Parquet file whose rows are found by its first column, by which it is sorted.

    Args:
        path: The file.
        key: Its first column.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._file = parquet().ParquetFile(path)
        self._key = key
        metadata = self._file.metadata
        groups = [
            metadata.row_group(i).column(0).statistics for i in range(metadata.num_row_groups)
        ]
        self._firsts = [each.min for each in groups]

    def groups_of(self, key: Any) -> range:
        """Return the groups of rows that may hold a key: a large document lies in several."""
        first = bisect.bisect_left(self._firsts, key) - 1
        return range(max(0, first), bisect.bisect_right(self._firsts, key))

    def group(self, number: int, columns: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return the rows of a group."""
        found: list[dict[str, Any]] = self._file.read_row_group(
            number, columns=[self._key, *columns]
        ).to_pylist()
        return found


class Shelf:
    """Archives by the digest of their manifests, in the folders it was told of."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._roots: dict[Path, None] = {}
        self._folders: dict[bytes, Path] = {}
        self._files: dict[tuple[bytes, str], _File] = {}
        self._groups: OrderedDict[tuple[bytes, str, int], _Rows] = OrderedDict()

    def add(self, root: Path) -> None:
        """Look for archives in a folder, too, whether or not it is there yet."""
        with self._lock:
            self._roots[root] = None

    def folder(self, digest: bytes) -> Path:
        """Return the folder of an archive.

        Raises:
            ArchiveMissing: None of the folders has it.
        """
        with self._lock:
            found = self._folders.get(digest)
            if found is None or not (found / MANIFEST).is_file():
                self._look_again()
                found = self._folders.get(digest)
            if found is None:
                raise ArchiveMissing(
                    f"The archive whose manifest has SHA-256 {digest.hex()} is in none of "
                    f"{', '.join(map(str, self._roots)) or 'no folders'}: bring its folder back.",
                    told="What was asked for is in an archive that is not at hand.",
                )
            return found

    def row(
        self,
        digest: bytes,
        name: str,
        key: Any,
        columns: tuple[str, ...],
        choose: Callable[[Any], bool],
    ) -> dict[str, Any]:
        """Return a row of a file of an archive.

        Args:
            digest: SHA-256 of the manifest of the archive.
            name: The file.
            key: Value of its first column.
            columns: What else is wanted, the same for every call about this file.
            choose: Tells which of the rows with this key is meant.

        Raises:
            ArchiveMissing: The archive is not there, or has no such row.
        """
        with self._lock:
            folder = self.folder(digest)
            try:
                rows = self._rows(folder, digest, name, key, columns)
                found = next(filter(choose, rows), None)
            except OSError as error:
                raise ArchiveMissing(
                    f"{folder / name} cannot be read: {error.strerror or error}. Hold the archive "
                    "against its manifest with `packtrail archive verify`.",
                    told="What was asked for is in an archive that cannot be read.",
                ) from error
        if found is not None:
            return found
        raise ArchiveMissing(
            f"{folder / name} does not hold {key}: hold the archive against its manifest with "
            "`packtrail archive verify`.",
            told="What was asked for is not in its archive.",
        )

    def _rows(
        self, folder: Path, digest: bytes, name: str, key: Any, columns: tuple[str, ...]
    ) -> Iterator[dict[str, Any]]:
        file = self._files.get((digest, name))
        first = "segment_id" if name == SEGMENTS else "capture_id"
        if file is None:
            file = self._files[digest, name] = _File(folder / name, first)
        for number in file.groups_of(key):
            at = digest, name, number
            by_key = self._groups.get(at)
            if by_key is None:
                by_key = {}
                for row in file.group(number, columns):
                    by_key.setdefault(row[first], []).append(row)
                self._groups[at] = by_key
                while len(self._groups) > _GROUPS_KEPT_MAX:
                    self._groups.popitem(last=False)
            self._groups.move_to_end(at)
            yield from by_key.get(key, ())

    def _look_again(self) -> None:
        self._files.clear()
        self._groups.clear()
        self._folders = {
            hashlib.sha256(manifest.read_bytes()).digest(): manifest.parent
            for root in self._roots
            for manifest in sorted(root.glob(f"*/{MANIFEST}"))
        }


SHELF: Final = Shelf()
"""The shelf of this process."""


def body(digest: bytes, segment_id: int) -> tuple[bytes, bytes]:
    """Return template and columns of an archived segment."""
    columns = ("template", "columns")
    row = SHELF.row(digest, SEGMENTS, segment_id, columns, lambda _: True)
    return row["template"], row["columns"]


def original(digest: bytes, capture_id: object, part_no: int) -> tuple[int, bytes]:
    """Return kind and content of a part of an archived document."""
    columns = ("part_no", "kind", "content")
    row = SHELF.row(
        digest, ORIGINALS, str(capture_id), columns, lambda one: bool(one["part_no"] == part_no)
    )
    return row["kind"], row["content"]
