"""DuckDB as the engine of scans: one process, in the memory it is given, spilling to disk."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import Unavailable, UsageError
from packtrail.store.scans.scanning import Asked, Found, Scan, found, text_of

if TYPE_CHECKING:
    from pathlib import Path

_VIEW = """
create view mentions as
select *, epoch_us(event_time) / 1000000.0 as at_seconds from read_parquet({files})
"""


def run(scan: Scan, asked: Asked, *, memory_bytes_max: int = 2 << 30) -> tuple[Found, ...]:
    """Run a scan on this machine.

    Args:
        scan: Which.
        asked: What to look at.
        memory_bytes_max: Memory to work in; more goes to a temporary folder.

    Raises:
        UsageError: DuckDB is not installed.
        Unavailable: The files cannot be read, or there is no room to work in.
    """
    duckdb = _module()
    with tempfile.TemporaryDirectory(prefix="packtrail-scan-") as scratch:
        connection = duckdb.connect(config=_config(scratch, memory_bytes_max))
        try:
            _views(connection, asked)
            return found(connection.execute(text_of(scan)).fetchall())
        except duckdb.Error as error:
            raise Unavailable(f"The scan could not be done: {error}") from error
        finally:
            connection.close()


def _config(scratch: str, memory_bytes_max: int) -> dict[str, str]:
    return {
        "memory_limit": f"{memory_bytes_max // 1_000_000}MB",
        "temp_directory": scratch,
        "threads": str(os.cpu_count() or 1),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _views(connection: Any, asked: Asked) -> None:
    connection.execute(_VIEW.format(files=_list(asked.files)))
    connection.execute("create table places (place text, latitude double, longitude double)")
    if asked.places:
        connection.executemany("insert into places values (?, ?, ?)", list(map(list, asked.places)))
    limits = asked.limits
    connection.execute("create table limits (km_per_hour_max double, km_min double)")
    connection.execute("insert into limits values (?, ?)", [limits.km_per_hour_max, limits.km_min])


def _list(files: tuple[Path, ...]) -> str:
    """Return paths as a list in SQL: a view takes no parameters."""
    return "[" + ", ".join("'" + str(file).replace("'", "''") + "'" for file in files) + "]"


def _module() -> Any:
    try:
        return import_module("duckdb")
    except ImportError as error:
        raise UsageError(
            "Scans run on DuckDB: install Packtrail with its extra, packtrail[analysis]."
        ) from error
