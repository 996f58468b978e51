"""The chores of a serving Packtrail, in one table."""

from __future__ import annotations

from packtrail.services import accounts, capture
from packtrail.services.chores import Chore
from packtrail.services.reports import sending, watching

CHORES: tuple[Chore, ...] = (
    Chore("Forget sessions and sign-in links that are spent", 3600, accounts.forget_spent),
    Chore("Finish captures that were left unfinished", 60, capture.finish_unfinished),
    Chore("Find reports that have become due", 30, watching.find_due),
    Chore("Send reports and ask for answers", 15, sending.go_on),
)
