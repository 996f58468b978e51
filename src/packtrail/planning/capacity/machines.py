"""The machine that a benchmark ran on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a benchmark ran on, and with what."""

    name: str
    """Cores, memory and system, in words."""
    cores: int
    versions: dict[str, str]
    """Of Packtrail and what it stands on."""
