"""The files of an archive: their columns, and how they are written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from packtrail.store.parquet import arrow, parquet
from packtrail.store.shelf import ORIGINALS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OBJECTS: Final = "objects.parquet"
CAPTURES: Final = "captures.parquet"
MENTIONS: Final = "mentions.parquet"

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    SEGMENTS: {
        "segment_id": "int64",
        "capture_id": "string",
        "owner_id": "int32",
        "audience_id": "int32",
        "record_time": "moment",
        "time_from": "moment",
        "time_until": "moment",
        "event_count": "int32",
        "object_count": "int32",
        "part_no": "int32",
        "is_error_declaration": "bool",
        "empties": "bool",
        "time_zone_offset": "string",
        "type": "string",
        "action": "string",
        "biz_step": "string",
        "disposition": "string",
        "read_point": "string",
        "biz_location": "string",
        "lot": "string",
        "expires": "string",
        "links": "strings",
        "facts": "int64s",
        "template": "binary",
        "columns": "binary",
    },
    ORIGINALS: {"capture_id": "string", "part_no": "int32", "kind": "int16", "content": "binary"},
    CAPTURES: {
        "capture_id": "string",
        "owner_id": "int32",
        "created_at": "moment",
        "media_type": "string",
        "filename": "string",
        "size_bytes": "int64",
        "sha256": "binary",
        "segment_from": "int64",
        "segment_until": "int64",
    },
    OBJECTS: {
        "class_id": "int32",
        "seq": "int32",
        "class_key": "string",
        "item_key": "string",
        "prefix_length": "int32",
    },
    MENTIONS: {
        "segment_id": "int64",
        "place": "int32",
        "event_id": "string",
        "owner_id": "int32",
        "class_key": "string",
        "item_key": "string",
        "role": "string",
        "event_time": "moment",
        "record_time": "moment",
        "type": "string",
        "action": "string",
        "biz_step": "string",
        "disposition": "string",
        "read_point": "string",
        "biz_location": "string",
        "lot": "string",
        "is_error_declaration": "bool",
    },
}
"""File -> column -> its type."""
COLUMN_OF: Final = {"packed_template": "template", "packed_columns": "columns"}
"""Field of a segment -> its column, where the names differ."""


def schema(name: str) -> Any:
    """Return the Arrow schema of a file."""
    types_of = arrow()
    types = {
        "moment": types_of.timestamp("us", tz="UTC"),
        "strings": types_of.list_(types_of.string()),
        "int64s": types_of.list_(types_of.int64()),
        "binary": types_of.binary(),
        "string": types_of.string(),
        "bool": types_of.bool_(),
        "int16": types_of.int16(),
        "int32": types_of.int32(),
        "int64": types_of.int64(),
    }
    return types_of.schema([(column, types[kind]) for column, kind in COLUMNS[name].items()])


class Writer:
    """Writes a file of an archive, group of rows by group of rows.

    Args:
        folder: Where it goes.
        name: Which file.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.rows = 0
        self._path = folder / name
        self._schema = schema(name)
        self._writer = parquet().ParquetWriter(
            self._path, self._schema, compression="zstd", compression_level=3, version="2.6"
        )

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows as a group; none write nothing."""
        if rows:
            self.write_columns(list(zip(*rows, strict=True)))

    def write_columns(self, columns: Sequence[Sequence[Any]]) -> None:
        """Write a group of rows column by column."""
        module = arrow()
        made = [
            module.array(values, type=field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        table = module.Table.from_arrays(made, schema=self._schema)
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self.rows += table.num_rows

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def digest_of_ids() -> Any:
    """Return what counts the ids of events together."""
    return hashlib.sha256()


def version() -> str:
    """Return the version of the library that writes."""
    return str(arrow().__version__)
