"""Migrations: plain SQL files `NNNN_name.sql`, run once each, forwards only.

Every file that ran is recorded with its SHA-256. A database that ran other files than the ones here
is refused before anything is changed.
"""

from packtrail.store.migrations.runner import Migration, available, run

__all__ = ["Migration", "available", "run"]
