"""The chores of a serving Packtrail, in one table."""

from __future__ import annotations

from packtrail.services import accounts, capture
from packtrail.services.chores import Chore

CHORES: tuple[Chore, ...] = (
    Chore("Forget sessions and sign-in links that are spent", 3600, accounts.forget_spent),
    Chore("Finish captures that were left unfinished", 60, capture.finish_unfinished),
)
