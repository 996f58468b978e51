"""Findings about plans: PLN-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

CYCLE = FindingCode(
    "PLN-001",
    Severity.ERROR,
    "Work packages wait for each other in a circle",
    remedy="Take away one of the dependencies of the circle.",
)
UNKNOWN_REFERENCE = FindingCode(
    "PLN-002",
    Severity.ERROR,
    "Something is named that the plan does not have",
    remedy="Correct the code, or add what it names first.",
)
DOUBLE_CODE = FindingCode(
    "PLN-003",
    Severity.ERROR,
    "A code is used twice",
    remedy="Give one of the two another code.",
)
BAD_VALUE = FindingCode(
    "PLN-004",
    Severity.ERROR,
    "A value cannot be used in a plan",
    remedy="Correct the value; the message says what is expected.",
)
NO_WORKING_DAY = FindingCode(
    "PLN-005",
    Severity.ERROR,
    "A calendar has no working day left for the work",
    remedy="Give the calendar another window or fewer days off, or the work another calendar.",
)
DATE_MISSED = FindingCode(
    "PLN-006",
    Severity.WARNING,
    "A date will be missed",
    remedy="Look at its critical path: shorten or split what is on it, or start it earlier.",
)
BUFFER_USED = FindingCode(
    "PLN-007",
    Severity.NOTE,
    "A date is made at the expense of its buffer",
    remedy="Watch its critical path: nothing else on it may slip.",
)
OVERLOADED = FindingCode(
    "PLN-008",
    Severity.WARNING,
    "Work needs more of a resource than there is",
    remedy="Stretch the work over more days, or raise the capacity of the resource.",
)
OUT_OF_ORDER = FindingCode(
    "PLN-009",
    Severity.NOTE,
    "Work began before what it waits for was done",
    remedy="Check the dependency, or the progress that was reported.",
)
NEED_WITHOUT_PRODUCT = FindingCode(
    "PLN-010",
    Severity.NOTE,
    "A rule applies to a market for which no product is in scope",
    remedy="Add the products of the market to the scope, or leave the market out.",
)
PRODUCT_WITHOUT_LINE = FindingCode(
    "PLN-011",
    Severity.WARNING,
    "A product has no line that packs it",
    remedy="Say in the scope on which line the product is packed.",
)
NEED_HAS_PASSED = FindingCode(
    "PLN-012",
    Severity.WARNING,
    "The date of a rule has passed",
    remedy="Check whether the market is live; where it is, leave the rule out of the proposal.",
)
NO_CAMPAIGN = FindingCode(
    "PLN-013",
    Severity.WARNING,
    "No campaign is planned in which first batches could be packed before the date",
    remedy="Plan a campaign of the line for this market, or remove its campaign calendar.",
)
NO_PROGRAMME = FindingCode(
    "PLN-014",
    Severity.ERROR,
    "No such programme in your organisation",
    remedy="Look up the code in the list of programmes.",
)
NO_ENTRY = FindingCode(
    "PLN-015",
    Severity.ERROR,
    "The programme has no such entry",
    remedy="Look up the code in the programme.",
)
STALE = FindingCode(
    "PLN-016",
    Severity.ERROR,
    "Somebody else has changed it meanwhile",
    remedy="Look at it as it is now, and make the change again if it still makes sense.",
)
TAKEN = FindingCode(
    "PLN-017",
    Severity.ERROR,
    "The code is taken",
    remedy="Choose another code, or change what has it.",
)
TOO_MANY = FindingCode(
    "PLN-018",
    Severity.ERROR,
    "A programme takes no more entries",
    remedy="Take out what is no longer needed, split the programme, or have the limit raised.",
)
NO_HOLIDAYS = FindingCode(
    "PLN-019",
    Severity.NOTE,
    "The public holidays of a country are not known",
    remedy="Add its days off to the calendar by hand.",
)
ARCHIVED = FindingCode(
    "PLN-020",
    Severity.ERROR,
    "The programme is archived",
    remedy="Take it out of the archive first.",
)
UNREADABLE_PLAN = FindingCode(
    "PLN-021",
    Severity.ERROR,
    "The file is no plan that can be read",
    remedy="Save it as XML in Microsoft Project, or as XLSX or CSV with the columns of an export.",
)
LEFT_OUT = FindingCode(
    "PLN-022",
    Severity.WARNING,
    "Something in a plan file is not taken over as it stands",
    remedy="Look at the package it is about, and enter what is missing by hand.",
)
NOT_ANSWERED = FindingCode(
    "PLN-023",
    Severity.ERROR,
    "An input cannot go on, because something is not said yet",
    remedy="Say what is missing; an input is closed with an answer to whoever raised it.",
)
NOT_TRAINED = FindingCode(
    "PLN-024",
    Severity.ERROR,
    "Somebody may not do this before they are trained",
    remedy="Hold the session and enter who passed, or let somebody do it who is trained.",
)
NO_MAIL = FindingCode(
    "PLN-025",
    Severity.ERROR,
    "The file is no mail",
    remedy="Save the mail as a file (.eml) in the mail program, or type what it says.",
)
LINES_FULL = FindingCode(
    "PLN-026",
    Severity.WARNING,
    "The lines may not make what the forecast asks for",
    remedy="Man the lines for more hours, equip another, or move packs into a quieter month.",
)
LINK_ENDED = FindingCode(
    "PLN-041",
    Severity.ERROR,
    "The link leads nowhere, or not any more",
    remedy="Ask whoever gave it to you for a new one.",
)
LINK_BUSY = FindingCode(
    "PLN-042",
    Severity.ERROR,
    "Too much came in through this link in the last hour",
    remedy="Send it again in an hour; what is typed in the form stays there until then.",
)
BAD_LINK = FindingCode(
    "PLN-043",
    Severity.ERROR,
    "A form link cannot be made like this",
    remedy="Say what it is for, for 1 to 366 days and 1 to 1,000 inputs.",
)
BAD_FILE = FindingCode(
    "PLN-044",
    Severity.ERROR,
    "The file cannot be handed in",
    remedy="Hand in up to three photos (JPEG, PNG, WebP, HEIC), PDFs or plain texts.",
)
NOT_SAID = FindingCode(
    "PLN-045",
    Severity.ERROR,
    "Something is missing in what you say",
    remedy="Say your name and, in a line, what it is.",
)
NOBODY_ANSWERS = FindingCode(
    "PLN-046",
    Severity.WARNING,
    "No department answers for a work package",
    remedy="Say on the page of the package which department is accountable (A) for it.",
)
SEVERAL_ANSWER = FindingCode(
    "PLN-047",
    Severity.WARNING,
    "Several departments answer for one work package",
    remedy="Leave one accountable (A); the others do it, are asked or are told.",
)
