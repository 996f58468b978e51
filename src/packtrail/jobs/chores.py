"""The chores of a serving Packtrail, in two tables."""

from __future__ import annotations

from packtrail.services.accounts import accounts
from packtrail.services.alerts import reminding as alert_reminding
from packtrail.services.alerts import watching as alerts
from packtrail.services.archive import upkeep
from packtrail.services.capacity import metering
from packtrail.services.capture import capture
from packtrail.services.chores import Chore
from packtrail.services.goods import stock
from packtrail.services.lines import line_folder
from packtrail.services.mail import sending as mail_sending
from packtrail.services.obligations import reminding
from packtrail.services.plan import digests
from packtrail.services.recalls import reminding as recall_reminding
from packtrail.services.reports import sending, watching
from packtrail.services.supply import expiring, ordering, topping_up
from packtrail.services.verification import vrs_requests

CHORES: tuple[Chore, ...] = (
    Chore("Forget sessions and sign-in links that are spent", 3600, accounts.forget_spent),
    Chore("Finish captures that were left unfinished", 60, capture.finish_unfinished),
    Chore("Fill pools of serial numbers that run low", 60, topping_up.top_up_pools),
    Chore("Order serial numbers of authorities where they run low", 300, ordering.reorder),
    Chore("Let unused serial numbers expire", 3600, expiring.expire_unused),
    Chore("Remind of obligations that come near", 6 * 3600, reminding.remind_all),
    Chore("Remind holders of recalls who have not answered", 300, recall_reminding.remind_all),
    Chore("Find reports that have become due", 30, watching.find_due),
    Chore("Send reports and ask for answers", 15, sending.go_on),
    Chore("Write digests that are due", 600, digests.write_due),
    Chore("Send mails", 10, mail_sending.send_due),
    Chore("Ask responders again, and end what nobody answered", 20, vrs_requests.send_due),
    Chore("Look for what points to fakes, diversion and theft", 30, alerts.watch_all),
    Chore("Tell of time limits of cases that run out", 120, alert_reminding.tell_clocks),
    Chore("Close and archive months that are long over", 6 * 3600, upkeep.go_on),
    Chore("Note what this installation does and has left", 900, metering.sample),
    Chore("Take reports that lines dropped into their folders", 10, line_folder.take_all),
)
"""What is done once for a server, by a process that answers nothing."""

OWN_CHORES: tuple[Chore, ...] = (
    Chore("Keep the count of all packs up to date", 20, stock.keep_ready),
    Chore("Note what was answered", 900, metering.note_traffic),
)
"""What is about the memory of a process that answers, and done there."""
