"""Base backups: the files of the embedded server, copied while it goes on working.

PostgreSQL's own `pg_basebackup` copies them, with the part of the log that makes them consistent,
and lists each with its SHA-256; `pg_verifybackup` holds a copy against that list.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from packtrail.base.errors import RefusedError, Unavailable
from packtrail.store import named
from packtrail.store.codes import BACKUP_DAMAGED
from packtrail.store.embedded import binaries, restoring

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "base"
VOUCHER = f"{BASE}/backup_manifest"
_LOCAL_SETTINGS = Path("conf", "local.conf")
_SQL = named.statements("backup")
_POLL_SECONDS = 0.5
_WORDS_MAX = 1_000


def copy(
    url: str, data_dir: Path, into: Path, *, on_progress: Callable[[int, int], None] | None = None
) -> tuple[str, ...]:
    """Copy the embedded server's cluster.

    Args:
        url: The running server.
        data_dir: Its data directory, for the operator's own settings.
        into: The backup, an existing directory.
        on_progress: Called with the bytes copied and the bytes there are, now and then.

    Returns:
        The files that vouch for the rest.

    Raises:
        Unavailable: It cannot be copied; the message carries the words of PostgreSQL.
    """
    command = [
        str(binaries.find().program("pg_basebackup")),
        f"--dbname={url}",
        f"--pgdata={into / BASE}",
        "--format=plain",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
        "--no-password",
    ]
    process = subprocess.Popen(  # noqa: S603 - the program and its arguments are ours
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    words = _follow(process, url, on_progress)
    if process.returncode != 0:
        raise Unavailable(f"The backup failed: {words[-_WORDS_MAX:]}")
    settings = data_dir / _LOCAL_SETTINGS
    if not settings.is_file():
        return (VOUCHER,)
    (into / _LOCAL_SETTINGS).parent.mkdir()
    shutil.copyfile(settings, into / _LOCAL_SETTINGS)
    return (VOUCHER, str(_LOCAL_SETTINGS))


def lay(backup: Path, data_dir: Path) -> None:
    """Lay a base backup into a data directory that has no cluster, and hold it against its list.

    Raises:
        RefusedError: `STO-052`, what was copied differs from what was backed up.
        UsageError: The data directory cannot be used, or has a cluster.
        Unavailable: It cannot be written.
    """
    with restoring.laying(backup / BASE, data_dir) as cluster:
        verify(cluster)
    settings = backup / _LOCAL_SETTINGS
    if settings.is_file():
        (data_dir / _LOCAL_SETTINGS).parent.mkdir(exist_ok=True)
        shutil.copyfile(settings, data_dir / _LOCAL_SETTINGS)


def verify(cluster: Path) -> None:
    """Hold a copied cluster against the list of its files, and read the log it needs.

    Raises:
        RefusedError: `STO-052`, a file is missing, too many or differs.
    """
    done = subprocess.run(  # noqa: S603
        [binaries.find().program("pg_verifybackup"), "--quiet", str(cluster)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = [line.removeprefix("pg_verifybackup: error: ") for line in
                 done.stderr.strip().splitlines()]  # fmt: skip
        raise RefusedError(
            *(BACKUP_DAMAGED.found(f"{line[:_WORDS_MAX]}.", at=BASE) for line in lines[:20])
        )


def _follow(
    process: subprocess.Popen[str], url: str, on_progress: Callable[[int, int], None] | None
) -> str:
    """Wait for the copy and tell how far it is; return what it said."""
    with psycopg.connect(url, autocommit=True) as conn:
        while True:
            try:
                _, words = process.communicate(timeout=_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                row = conn.execute(_SQL["backup_progress"]).fetchone()
                if on_progress is not None and row is not None:
                    on_progress(row[0], max(row[0], row[1]))
            except BaseException:
                process.kill()
                process.communicate()
                raise
            else:
                return words.strip()
