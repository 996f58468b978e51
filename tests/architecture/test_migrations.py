"""A migration that was released is never edited: databases remember what they ran."""

from __future__ import annotations

import hashlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
MIGRATIONS = HERE.parents[1] / "src/packtrail/store/migrations"
WRITTEN_DOWN = HERE / "migrations.sha256"
"""As `sha256sum *.sql` writes it; a new migration adds its line."""


def test_every_migration_is_what_databases_ran() -> None:
    lines = WRITTEN_DOWN.read_text(encoding="ascii").splitlines()
    written = {name: sha256 for sha256, name in (line.split("  ") for line in lines)}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in MIGRATIONS.glob("*.sql")
    }

    assert found == written
