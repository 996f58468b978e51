"""Findings about lines, work orders and what lines report: LIN-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

# --- sites, lines, trade items --------------------------------------------------------------------

NO_SITE = FindingCode(
    "LIN-001",
    _E,
    "No such site, or none you may see",
    remedy="Look up the code in `packtrail lines sites`.",
)
NO_LINE = FindingCode(
    "LIN-002",
    _E,
    "No such line, or none you may see",
    remedy="Look up the code in `packtrail lines list`.",
)
BAD_LINE = FindingCode(
    "LIN-003",
    _E,
    "Site or line cannot be like this",
    remedy="Correct what is named: the code, the GLN, the time zone, the levels or the read point.",
)
LINE_EXISTS = FindingCode(
    "LIN-004", _E, "There is such a site or line already", remedy="Choose another code."
)
NO_PACKAGING = FindingCode(
    "LIN-005",
    _E,
    "No such trade item with packing levels, or none you may see",
    remedy="Look up the code in `packtrail lines trade-items`, or describe it first.",
)
BAD_PACKAGING = FindingCode(
    "LIN-006",
    _E,
    "The packing levels make no trade item",
    remedy="Start with the pack and go up; each level holds 1 or more of the one below.",
    clause="GS1 General Specifications, section 2.1",
)
PACKAGING_EXISTS = FindingCode(
    "LIN-007", _E, "There is such a trade item already", remedy="Choose another code."
)
LINE_CANNOT = FindingCode(
    "LIN-008",
    _E,
    "The line cannot do what the order needs",
    remedy="Choose a line that serialises these levels, or correct what the line is said to do.",
)

# --- work orders ----------------------------------------------------------------------------------

NO_ORDER = FindingCode(
    "LIN-010",
    _E,
    "No such work order, or none you may see",
    remedy="Look it up in `packtrail orders list`; where several owners have it, write owner/code.",
)
ORDER_EXISTS = FindingCode(
    "LIN-011", _E, "The owner has a work order of this code already", remedy="Choose another code."
)
BAD_ORDER = FindingCode(
    "LIN-012",
    _E,
    "The work order cannot be like this",
    remedy="Correct what is named: lot, expiry, quantities or levels.",
)
COMMAND_NOT_ALLOWED = FindingCode(
    "LIN-013",
    _E,
    "The state of the work order does not allow this",
    remedy="See which commands the state allows on the page of the order.",
    clause="OPC 30260, JobOrderCommandEnum and JobOrderStateEnum",
)
NOT_PREPARED = FindingCode(
    "LIN-014",
    _W,
    "The work order waits: something that it needs is not there",
    remedy="Open a pool for the trade item or fill it up, then prepare the order again.",
)
LINE_BUSY = FindingCode(
    "LIN-015",
    _E,
    "Another order runs on the line",
    remedy="Complete, hold or abort that one first.",
)
NOT_RELEASED = FindingCode(
    "LIN-016",
    _E,
    "The order was not released to the line",
    remedy="Release it with the command Start.",
)
ORDER_NOT_OPEN = FindingCode(
    "LIN-017",
    _E,
    "The work order takes no reports any more, or not yet",
    remedy="Reports belong to an order between its release and its closing.",
)
COMMAND_DIFFERS = FindingCode(
    "LIN-018",
    _E,
    "The request id was used with something else",
    remedy="Choose a new request id for a new request, or repeat the old one unchanged.",
)

# --- reports and verbs ----------------------------------------------------------------------------

BAD_REPORT = FindingCode(
    "LIN-020",
    _E,
    "The report cannot be read",
    remedy="Correct the place that is named; the guide to lines shows every form.",
)
REPORT_DIFFERS = FindingCode(
    "LIN-021",
    _E,
    "The report id was used with another content",
    remedy="Give a new report a new id; repeat an old one byte for byte.",
)
NOT_ISSUED = FindingCode(
    "LIN-022",
    _E,
    "A number was never issued to this order",
    remedy="Look for a misread code, or for packs of another order; do not ship them.",
)
GIVEN_BACK = FindingCode(
    "LIN-023",
    _E,
    "A number was given back or made void",
    remedy="Destroy what carries it: its number is not anybody's any more.",
)
COMMISSIONED_BEFORE = FindingCode(
    "LIN-024",
    _E,
    "A number was commissioned before",
    remedy="Two packs may carry it: find both, and destroy what is not the first.",
)
NOT_COMMISSIONED = FindingCode(
    "LIN-025",
    _E,
    "An object is not commissioned",
    remedy="Report its commissioning first; a report that is only late is waited for.",
)
ALREADY_PACKED = FindingCode(
    "LIN-026",
    _E,
    "An object is in a container already",
    remedy="Unpack it there first, or repack it.",
)
NOT_PACKED = FindingCode(
    "LIN-027",
    _E,
    "An object is not in this container, or in none",
    remedy="Scan the container that holds it, or see its page.",
)
WRONG_LEVEL = FindingCode(
    "LIN-028",
    _E,
    "An object of this level does not go there",
    remedy="Packs go into bundles or cases, these on pallets, as the trade item says.",
)
TOO_MANY = FindingCode(
    "LIN-029",
    _E,
    "The container holds fewer than that",
    remedy="Count again, or correct how many the trade item says it holds.",
)
PARTIAL = FindingCode(
    "LIN-030",
    _W,
    "The container is not full",
    remedy="Say that it is partial when it is meant to be: the last of a lot.",
)
MIXED_LOTS = FindingCode(
    "LIN-031",
    _E,
    "The container would hold more than one lot",
    remedy="Pack each lot by itself, or allow mixed lots at this level in the order.",
)
NOT_IN_HAND = FindingCode(
    "LIN-032",
    _E,
    "The status of an object does not allow this",
    remedy="See the page of the object for what happened to it.",
)
HOLDS_ITSELF = FindingCode(
    "LIN-033",
    _E,
    "A container would be inside itself",
    remedy="Check which of the two holds the other.",
)
NOT_EMPTY = FindingCode(
    "LIN-034",
    _E,
    "The container is not empty",
    remedy="Disaggregate it first, or treat what is inside.",
)
EMPTY = FindingCode(
    "LIN-035", _E, "The container is empty", remedy="See its page for when it was unpacked."
)
CONTRADICTS = FindingCode(
    "LIN-036",
    _E,
    "It contradicts something that happened later and is recorded already",
    remedy="Find out which of the two is wrong; the recorded one can be declared so.",
)
NO_REASON = FindingCode(
    "LIN-037",
    _E,
    "A reason is needed, and it is none of the known ones",
    remedy="Choose a reason of the list; `other` needs a note.",
)
NOT_DECOMMISSIONED = FindingCode(
    "LIN-038",
    _E,
    "Only what was decommissioned can be recommissioned",
    remedy="See the page of the object for its status.",
)
IN_FUTURE = FindingCode(
    "LIN-039", _E, "The time lies ahead", remedy="Set the clock of the line, and report again."
)
REJECTED_BEFORE = FindingCode(
    "LIN-040",
    _E,
    "A number was rejected before",
    remedy="A rejected label must not be used: destroy what carries it.",
)
TWICE = FindingCode(
    "LIN-041",
    _E,
    "A number is in the list twice",
    remedy="Leave one of them out: each object is one.",
)
REPEATED = FindingCode(
    "LIN-042", _N, "It was so before", remedy="Nothing to do: saying it again changes nothing."
)
PARKED = FindingCode(
    "LIN-043",
    _W,
    "Something waits for a report that is late",
    remedy="Nothing, if the line still sends; else look for the report that is missing.",
)
OTHER_OWNER = FindingCode(
    "LIN-044",
    _E,
    "The objects belong to several owners, or to another one",
    remedy="Treat the goods of each owner by themselves.",
)
NOTHING_TO_DO = FindingCode(
    "LIN-045", _E, "The act names no object", remedy="Scan or name at least one."
)
HELD = FindingCode(
    "LIN-046",
    _W,
    "The report waits for one before it",
    remedy="Send the missing report; where there is none, go on without it.",
)
NOT_WAITING = FindingCode(
    "LIN-047", _E, "Nothing of that waits", remedy="See what waits on the page of the order."
)

# --- reconciliation -------------------------------------------------------------------------------

UNACCOUNTED = FindingCode(
    "LIN-050",
    _E,
    "Numbers were issued, and nobody says what became of them",
    remedy="Look for missing reports; give back what was not used, make void what was spoilt.",
)
UNKNOWN_NUMBERS = FindingCode(
    "LIN-051",
    _E,
    "The line reported numbers that were never issued to the order",
    remedy="Find the packs, and why the line read such numbers.",
)
DOUBLES = FindingCode(
    "LIN-052",
    _E,
    "The line reported numbers as commissioned twice",
    remedy="Find the packs: two of them may carry one number.",
)
COUNTS_DIFFER = FindingCode(
    "LIN-053",
    _W,
    "The line counts differently",
    remedy="Compare with the line; look for missing reports.",
)
REPORTS_MISSING = FindingCode(
    "LIN-054",
    _E,
    "Reports are missing in the sequence of the line",
    remedy="Have the line send them again: repeated ones do no harm.",
)
WAITING = FindingCode(
    "LIN-055",
    _E,
    "Something still waits for a report that did not come",
    remedy="Have the line send the report; what did not happen, dismiss with a reason.",
)
USED_THOUGH_GIVEN_BACK = FindingCode(
    "LIN-056",
    _E,
    "Numbers are in use though they were given back or made void",
    remedy="Find the packs: their numbers must not be in the market.",
)
NOT_PACKED_AWAY = FindingCode(
    "LIN-057",
    _W,
    "Good objects are in no container",
    remedy="Pack them, or take them out as samples or waste.",
)
NOT_SIGNED = FindingCode(
    "LIN-058",
    _E,
    "The reconciliation is not signed as it stands now",
    remedy="Have quality sign it; what was signed before something changed does not count.",
    clause="21 CFR 11.70",
)
SHORT_OF_PLAN = FindingCode(
    "LIN-059", _N, "Fewer good packs than planned", remedy="Nothing, if the batch ended so."
)

# --- signatures -----------------------------------------------------------------------------------

NOT_A_PERSON = FindingCode(
    "LIN-060",
    _E,
    "Only a person with a password can sign",
    remedy="Sign in as yourself; an account without a password gets one under Setup, Your account.",
    clause="21 CFR 11.100 and 11.200",
)
BAD_MEANING = FindingCode(
    "LIN-061",
    _E,
    "A signature needs a meaning",
    remedy="Choose one of the meanings offered.",
    clause="21 CFR 11.50",
)
CHANGED_MEANWHILE = FindingCode(
    "LIN-062",
    _E,
    "What was to be signed has changed meanwhile",
    remedy="Read it again as it is now, then sign.",
    clause="21 CFR 11.70",
)

# --- labels ---------------------------------------------------------------------------------------

NO_TEMPLATE = FindingCode(
    "LIN-070",
    _E,
    "There is no such label template",
    remedy="Name one that `packtrail lines label-templates` lists, or add your own.",
)
BAD_TEMPLATE = FindingCode(
    "LIN-071",
    _E,
    "A label template is wrong, or too small for what it is to hold",
    remedy="Correct the file: the message names the place.",
)
LABEL_LACKS = FindingCode(
    "LIN-072",
    _E,
    "A label needs something that the object does not have",
    remedy="Add it to the trade item or the order, or use another template.",
)
