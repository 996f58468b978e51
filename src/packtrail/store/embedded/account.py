"""The operating-system user the server runs as, and whether that user reaches what it needs.

PostgreSQL refuses to run as root. Started as root we therefore use a user that exists already; none
is created, and no directory outside the data directory is opened up for it.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_UNPRIVILEGED = ("postgres", "nobody")
_FIRST_UNREACHABLE = 'for p do [ -x "$p" ] || { printf %s "$p"; exit 1; }; done'


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as that user already."""
        return self.uid == os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """Return the options that make `subprocess` run something as this user."""
        if self.is_ours:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make the user owner of a path inside the data directory."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)

    def first_unreachable(self, paths: Iterable[Path]) -> str | None:
        """Return the first of the paths that the user may not pass through or run, or None.

        The kernel is asked, as that user: permission bits do not tell the whole truth.
        """
        answer = subprocess.run(  # noqa: S603 - programs and arguments are ours
            ["/bin/sh", "-c", _FIRST_UNREACHABLE, "sh", *map(str, paths)],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self.process_options(),
        )
        return None if answer.returncode == 0 else answer.stdout


def by_uid(uid: int) -> Account:
    """Return the user with a number.

    Raises:
        UsageError: The system has no user of that number, which PostgreSQL does not accept.
    """
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise UsageError(
            f"User number {uid} has no name on this system, and PostgreSQL needs one: run as a "
            "user listed in /etc/passwd, or use a server of your own with --db."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account(cluster: Path) -> Account:
    """Return the user the server of a cluster runs as.

    An existing cluster belongs to its user. A new one is ours, or as root an unprivileged user's.

    Raises:
        UsageError: The cluster belongs to somebody else, or no unprivileged user exists.
    """
    us = os.geteuid()
    if cluster.exists():
        owner = cluster.stat().st_uid
        if us not in (0, owner):
            raise UsageError(
                f"The database in {cluster} belongs to user {by_uid(owner).name}: run as that "
                "user, or choose another data directory."
            )
        if owner != 0:
            return by_uid(owner)
    return by_uid(us) if us != 0 else _unprivileged()


def _unprivileged() -> Account:
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise UsageError(
        f"PostgreSQL does not run as root, and none of the users {', '.join(_UNPRIVILEGED)} "
        "exists: run as an ordinary user, or use a server of your own with --db."
    )


def require_reach(account: Account, data_dir: Path) -> None:
    """Refuse a data directory that the server's user cannot get to.

    Raises:
        UsageError: Names the first parent it cannot pass, and what to do.
    """
    if account.is_ours:
        return
    barrier = account.first_unreachable([*reversed(data_dir.parents), data_dir])
    if barrier is not None:
        raise UsageError(
            f"The database server runs as user {account.name}, who may not enter {barrier} on the "
            f"way to {data_dir}: choose a data directory elsewhere (for example "
            f"--data /var/lib/packtrail), or allow it with `chmod o+x {barrier}`."
        )
