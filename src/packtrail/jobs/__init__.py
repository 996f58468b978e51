"""Jobs: the door through which time comes in. What is due is done, one chore after the other."""

from __future__ import annotations

from packtrail.jobs.chores import CHORES, OWN_CHORES
from packtrail.jobs.runner import ChoreRunner

__all__ = ["CHORES", "OWN_CHORES", "ChoreRunner"]
