"""Findings of mails (MAI)."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

NO_MAIL = FindingCode(
    "MAI-001",
    Severity.ERROR,
    "There is no such mail",
    remedy="Look it up in the list of mails.",
)
IS_OFF = FindingCode(
    "MAI-002",
    Severity.ERROR,
    "Mails are switched off",
    remedy="Have the operator set PACKTRAIL_MAIL_HOST and PACKTRAIL_MAIL_FROM.",
)
BAD_ADDRESS = FindingCode(
    "MAI-003",
    Severity.ERROR,
    "It is no mail address that can be used",
    remedy="Write it as name@example.com.",
)
NOT_ALLOWED = FindingCode(
    "MAI-004",
    Severity.ERROR,
    "Mails may not go to this domain",
    remedy="Have the operator add the domain to PACKTRAIL_MAIL_DOMAINS, or use another address.",
)
IS_SENT = FindingCode(
    "MAI-005",
    Severity.ERROR,
    "The mail is sent, or is just being sent",
    remedy="Nothing to do: what is sent cannot be taken back, and is never sent again.",
)
BAD_RHYTHM = FindingCode(
    "MAI-006",
    Severity.ERROR,
    "There is no such rhythm of digests",
    remedy="Choose as_planned, daily, weekly or never.",
)
DEAD_LETTERS = FindingCode(
    "MAI-007",
    Severity.WARNING,
    "Mails could not be sent",
    remedy="Look at what the mail server answered, mend it, and try them again.",
)
IS_CONFIRMED = FindingCode(
    "MAI-008",
    Severity.ERROR,
    "The address is confirmed",
    remedy="Nothing to do: mails go there.",
)
LINK_ENDED = FindingCode(
    "MAI-009",
    Severity.ERROR,
    "The link leads nowhere, or not any more",
    remedy="Ask for a new one, or take the link of a newer mail.",
)
ASKED = FindingCode(
    "MAI-010",
    Severity.ERROR,
    "The address was asked a moment ago",
    remedy="Have its mails looked through, those taken for advertising too, or ask again later.",
)
NOT_CONFIRMED = FindingCode(
    "MAI-011",
    Severity.ERROR,
    "Nobody has confirmed the address",
    remedy="Have the link opened in the mail that asks for it; what waits is sent then.",
)
NOT_WANTED = FindingCode(
    "MAI-012",
    Severity.ERROR,
    "Whoever reads the address refuses such mails",
    remedy="Tell them in another way; only they take it back, by the link in any of their mails.",
)
