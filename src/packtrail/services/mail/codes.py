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
