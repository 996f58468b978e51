"""A PostgreSQL cluster on disk and the programs that work on it, run as the user it belongs to."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.base.errors import Unavailable, UsageError
from packtrail.store.embedded.configuration import ROLE

if TYPE_CHECKING:
    from packtrail.store.embedded.account import Account
    from packtrail.store.embedded.binaries import Binaries

_START_SECONDS = 600
"""Crash recovery replays the log before the server answers."""
_START_TRIES = 20
"""A killed server's last children may hold its shared memory for a moment."""
_STOP_SECONDS = 120
_LOG_BYTES_MAX = 16 * 1024 * 1024
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def path_in(data_dir: Path) -> Path:
    """Return where the cluster of a data directory lies."""
    return data_dir / "pg"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster, its owner and its programs."""

    path: Path
    account: Account
    binaries: Binaries

    def initialise(self) -> None:
        """Make the cluster; a half-made one, from a run that was cut off, is thrown away.

        Raises:
            Unavailable: `initdb` fails; the message carries its words.
        """
        partial = self.path.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self.account.own(partial)
        done = self._run(
            "initdb",
            f"--pgdata={partial}",
            f"--username={ROLE}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--auth=peer",
            "--no-instructions",
        )
        if done.returncode != 0:
            raise Unavailable(f"The database cannot be set up in {partial}: {done.stderr.strip()}")
        partial.rename(self.path)

    def sync(self) -> None:
        """Write everything through to the disk.

        Raises:
            Unavailable: It cannot.
        """
        done = self._run("initdb", "--sync-only", f"--pgdata={self.path}")
        if done.returncode != 0:
            raise Unavailable(f"{self.path} cannot be written through: {done.stderr.strip()}")

    def require_version(self) -> None:
        """Refuse a cluster that another major version of PostgreSQL made.

        Raises:
            UsageError: Names both versions and what to do.
        """
        found = (self.path / "PG_VERSION").read_text()[:16].strip()
        if found != self.binaries.major:
            raise UsageError(
                f"The database in {self.path} was made by PostgreSQL {found}, and this Packtrail "
                f"brings {self.binaries.major}: export it with the Packtrail that made it, or "
                "choose another data directory."
            )

    def launch(self, configuration: Path) -> None:
        """Start the server and wait until it has recovered.

        Raises:
            Unavailable: It does not start; the message ends with its last words.
        """
        log = self.path / "server.log"
        if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        self._disown_dead_server()
        options = f"-c config_file={shlex.quote(str(configuration))}"
        for attempt in range(1, _START_TRIES + 1):
            done = self._pg_ctl(
                "start", "-w", "-t", str(_START_SECONDS), "-l", str(log), "-o", options
            )
            if done.returncode == 0:
                return
            words = _last_words(log) or done.stderr.strip()
            if "still in use" not in words or attempt == _START_TRIES:
                raise Unavailable(f"The database server does not start. Its last words: {words}")
            time.sleep(0.5)

    def reload(self) -> None:
        """Make a running server read its configuration again."""
        self._pg_ctl("reload")

    def stop(self) -> None:
        """Shut the server down cleanly, if it runs.

        Raises:
            Unavailable: It did not stop in time.
        """
        if self.running_pid() is None:
            return
        done = self._pg_ctl("stop", "-m", "fast", "-w", "-t", str(_STOP_SECONDS))
        if done.returncode != 0 and self.running_pid() is not None:
            raise Unavailable(
                f"The database server in {self.path} did not stop within {_STOP_SECONDS} "
                f"seconds: {done.stderr.strip()}"
            )

    def running_pid(self) -> int | None:
        """Return the process id of the cluster's living server, or None."""
        pid = self._noted_pid()
        return pid if pid is not None and _works_in(pid, self.path) else None

    def _noted_pid(self) -> int | None:
        try:
            pid = int((self.path / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return None
        except PermissionError:
            pass
        return pid

    def _disown_dead_server(self) -> None:
        """Forget a dead server whose number is still, or again, in use.

        It may name another process by now, as the same small numbers come again at every start of
        a container, or be kept by a parent that does not bury its children. PostgreSQL would take
        it for a running server. That no child of it lives on, PostgreSQL sees from shared memory.
        """
        if self._noted_pid() is not None:
            (self.path / "postmaster.pid").unlink(missing_ok=True)
            for left in (self.path.parent / "run").glob(".s.PGSQL.*"):
                left.unlink(missing_ok=True)

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", f"--pgdata={self.path}", "-s", *arguments)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - programs and arguments are ours
            [self.binaries.program(program), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            umask=0o077,
            env=_ENVIRONMENT,
            **self.account.process_options(),
        )


def _works_in(pid: int, cluster: Path) -> bool:
    """Tell whether a process is the server of the cluster: its number may have been given anew."""
    if not Path("/proc/self/cwd").exists():
        return True
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve()
    except OSError:
        return False


def _last_words(log: Path) -> str:
    try:
        return log.read_text(errors="replace")[-1500:].strip()
    except OSError:
        return ""
