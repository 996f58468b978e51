"""Results of benchmarks as `packtrail bench ... --json` writes them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from packtrail.services.upkeep import machine

SIZE = {
    "lists: whole life of a pack": 140.0,
    "an event a pack: whole life of a pack": 320.0,
    "lists: documents sent": 280.0,
    "an event a pack: documents sent": 1366.0,
}


def report(at: datetime, figures: dict[str, float], /, **otherwise: Any) -> bytes:
    """Return a result of this machine, of that moment."""
    here = machine.machine()
    values = {
        "machine": here.name,
        "versions": here.versions,
        "at": at.isoformat(),
        "load": 0.5,
        "figures": [
            {"name": name, "value": value, "unit": "", "beside": ""}
            for name, value in figures.items()
        ],
    } | otherwise
    return json.dumps(values).encode()
