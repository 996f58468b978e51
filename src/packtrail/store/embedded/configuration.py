"""The configuration of the embedded server: durable, private, and no bigger than its machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROLE = "packtrail"
"""Database role, and database, that belong to Packtrail."""
PREWARM = "pg_prewarm"
"""Library that notes which pages are in memory, every five minutes and at the end."""
_MIB = 1024 * 1024
_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
_HEADER = "# Written by Packtrail at every start. Put settings of your own into local.conf.\n"


def memory_bytes() -> int:
    """Return the memory this process may use: the machine's, or less in a container."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _CGROUP_LIMITS:
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            return min(machine, int(text))
    return machine


def size_settings(memory: int, disk: int) -> dict[str, str]:
    """Return the settings that follow the size of a machine.

    Python, the page cache and other programs need most of it: the server's fixed share is a
    sixth, from 16 MB on a very small machine to 8 GB. A capture of new packs changes pages all over
    the index of their serials, and the first change of a page after a checkpoint writes it whole:
    the log may grow until most pages have been changed several times, as far as a twentieth of the
    disk allows.

    Args:
        memory: Bytes the server and everything beside it share.
        disk: Bytes of the disk that holds the cluster, used or not.
    """
    return {
        "shared_buffers": _mib(memory // 6, 16, 8192),
        "effective_cache_size": _mib(memory // 2, 64, 1 << 20),
        "work_mem": _mib(memory // 512, 2, 64),
        "maintenance_work_mem": _mib(memory // 32, 16, 512),
        "max_wal_size": _mib(min(memory // 4, disk // 20), 256, 8192),
        "wal_buffers": _mib(memory // 256, 1, 16),
    }


def server_settings(data_dir: Path, cluster: Path, memory: int, disk: int) -> dict[str, str]:
    """Return every setting the server starts with."""
    return {
        "data_directory": _quoted(cluster),
        "hba_file": _quoted(data_dir / "conf" / "pg_hba.conf"),
        "ident_file": _quoted(data_dir / "conf" / "pg_ident.conf"),
        "unix_socket_directories": _quoted(data_dir / "run"),
        "unix_socket_permissions": "0777",
        "port": "5432",
        "max_connections": "50",
        **size_settings(memory, disk),
        "jit": "off",
        # Partners' worth of small look-ups; parallel workers need shared memory that containers
        # do not give.
        "max_parallel_workers_per_gather": "0",
        "checkpoint_timeout": "'15min'",
        # Of a table that has just begun nothing is known, and look-ups take the wrong index.
        "autovacuum_naptime": "'15s'",
        "random_page_cost": "1.1",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "lc_messages": "'C'",
        "log_line_prefix": "'%m [%p] '",
        "log_checkpoints": "off",
    }


_SAFETY = {
    # After local.conf, so that nobody loses acknowledged work or opens a port by accident.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "listen_addresses": "''",
}


def write(data_dir: Path, cluster: Path, users: Iterable[str], *, prewarms: bool) -> None:
    """Write the server's configuration, and who may connect, into the data directory.

    Never into the cluster itself: that belongs to the server's user, who could put a link there
    for root to write through.

    Args:
        data_dir: The data directory.
        cluster: The cluster in it.
        users: Names of the operating-system users who may connect, all as the one role.
        prewarms: Whether the server has what reads into memory again, after a start, what was there
            before: the first look-ups would each wait for some fifteen pages else.
    """
    folder = data_dir / "conf"
    folder.mkdir(exist_ok=True)
    settings = server_settings(data_dir, cluster, memory_bytes(), shutil.disk_usage(folder).total)
    if prewarms:
        settings["shared_preload_libraries"] = f"'{PREWARM}'"
    texts = {
        "postgresql.conf": _main_file(settings),
        "pg_hba.conf": f"local all,replication {ROLE} peer map={ROLE}\n",
        "pg_ident.conf": "".join(f'{ROLE} "{user}" {ROLE}\n' for user in users),
    }
    for name, text in texts.items():
        _replace(folder / name, _HEADER + text)
    folder.chmod(0o755)


def _replace(path: Path, text: str) -> None:
    """Write a file anew: whole or not at all, and never through a link that lies in its place."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with partial.open("x") as file:
        file.write(text)
    partial.chmod(0o644)
    partial.replace(path)


def _main_file(settings: Mapping[str, str]) -> str:
    return _lines(settings) + "include_if_exists 'local.conf'\n" + _lines(_SAFETY)


def _lines(settings: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def _mib(wanted: int, least: int, most: int) -> str:
    return f"{max(least, min(most, wanted // _MIB))}MB"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
