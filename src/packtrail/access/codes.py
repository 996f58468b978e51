"""Findings about access and accounts: ACC-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

NOT_PERMITTED = FindingCode(
    "ACC-001",
    Severity.ERROR,
    "The actor lacks a permission",
    remedy="Ask an administrator of your organisation for a role or a key with this permission.",
)
NO_AGREEMENT = FindingCode(
    "ACC-002",
    Severity.ERROR,
    "No agreement to record for this owner",
    remedy="Record for your own organisation, or ask the owner to make a records_for agreement.",
)
NOT_SIGNED_IN = FindingCode(
    "ACC-003",
    Severity.ERROR,
    "Nobody is signed in",
    remedy="Sign in, or send an API key as 'Authorization: Bearer ptk_...'.",
)
WRONG_CREDENTIALS = FindingCode(
    "ACC-004",
    Severity.ERROR,
    "Name or password is wrong",
    remedy="Check both and try again, or ask an administrator for a new sign-in link.",
)
TOO_MANY_ATTEMPTS = FindingCode(
    "ACC-005",
    Severity.ERROR,
    "Too many failed attempts to sign in",
    remedy="Wait for the time named, then try again.",
)
SESSION_ENDED = FindingCode(
    "ACC-006", Severity.ERROR, "The session has ended", remedy="Sign in again."
)
LINK_SPENT = FindingCode(
    "ACC-007",
    Severity.ERROR,
    "The sign-in link was used before, has expired or does not exist",
    remedy="Ask for a new link; each works once.",
)
KEY_INVALID = FindingCode(
    "ACC-008",
    Severity.ERROR,
    "The API key is unknown, expired or revoked",
    remedy="Ask an administrator of your organisation for a new key.",
)
KEY_SCOPE = FindingCode(
    "ACC-009",
    Severity.ERROR,
    "A key may not have this scope",
    remedy="Choose scopes from the list of permissions that you hold yourself.",
)
NAME_TAKEN = FindingCode(
    "ACC-010",
    Severity.ERROR,
    "The name is taken",
    remedy="Choose another name.",
)
WEAK_PASSWORD = FindingCode(
    "ACC-011",
    Severity.ERROR,
    "The password is too short or too long",
    remedy="Choose 12 to 256 characters; a short sentence is easy to remember.",
)
BAD_NAME = FindingCode(
    "ACC-012",
    Severity.ERROR,
    "The name cannot be used",
    remedy="Use lower-case letters, digits, dot, hyphen and underscore, 2 to 64 of them.",
)
NO_ORGANISATION = FindingCode(
    "ACC-013",
    Severity.ERROR,
    "No such organisation, or none you may act for",
    remedy="Look up the code of the organisation in the list of organisations.",
)
NO_KEY = FindingCode(
    "ACC-014",
    Severity.ERROR,
    "No such key in your organisation",
    remedy="Look up the key in the list of keys.",
)
CROSS_SITE = FindingCode(
    "ACC-015",
    Severity.ERROR,
    "The request does not carry the token of its session",
    remedy="Reload the page and try again; programs use an API key instead of a cookie.",
)
BAD_ROLE = FindingCode(
    "ACC-016",
    Severity.ERROR,
    "No such role",
    remedy="Choose administrator, operator, quality, regulatory, reader or auditor.",
)
NO_USER = FindingCode(
    "ACC-017",
    Severity.ERROR,
    "No such user in your organisation",
    remedy="Look up the name in the list of users.",
)
BAD_EXPIRY = FindingCode(
    "ACC-018",
    Severity.ERROR,
    "The expiry cannot be used",
    remedy="Choose a number of days from 1 to 730.",
)
WRONG_PASSWORD = FindingCode(
    "ACC-019",
    Severity.ERROR,
    "The password that you have now is another one",
    remedy="Type it again; forgotten, an administrator can make you a sign-in link.",
)
OWN_ACCOUNT = FindingCode(
    "ACC-020",
    Severity.ERROR,
    "Nobody may disable their own account or change their own role",
    remedy="Ask another administrator of your organisation.",
)
DISABLED = FindingCode(
    "ACC-021",
    Severity.ERROR,
    "The account is disabled",
    remedy="Enable the account first.",
)
