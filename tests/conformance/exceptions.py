"""What is not followed on purpose, and why: `exceptions.toml`, one table for each source."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

EXCEPTIONS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
