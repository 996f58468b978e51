"""Findings about rule packs and what they decide: LAW-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

UNREADABLE = FindingCode(
    "LAW-001",
    Severity.ERROR,
    "A file of a rule pack cannot be read",
    remedy="Write plain YAML in UTF-8: keys, texts and lists; no anchors, aliases, tags or tabs.",
)
KEY_TWICE = FindingCode(
    "LAW-002",
    Severity.ERROR,
    "A key stands twice",
    remedy="Keep one of the two, or rename one.",
)
UNKNOWN_KEY = FindingCode(
    "LAW-003",
    Severity.ERROR,
    "A key is not one that belongs here",
    remedy="Correct the spelling; the message names the nearest key there is.",
)
MISSING_KEY = FindingCode(
    "LAW-004",
    Severity.ERROR,
    "A key that must be there is missing",
    remedy="Add the key that the message names.",
)
BAD_VALUE = FindingCode(
    "LAW-005",
    Severity.ERROR,
    "A value is not of the kind that is expected",
    remedy="Write a value of the kind that the message names.",
)
BAD_PACK = FindingCode(
    "LAW-006",
    Severity.ERROR,
    "A rule pack is incomplete or does not fit the packs it builds on",
    remedy="Correct pack.toml, or put the missing file or pack in place.",
)
NO_SOURCE = FindingCode(
    "LAW-007",
    Severity.ERROR,
    "Something is said without a source, or with one that is not listed",
    remedy="Name a source of sources.yaml; where there is none, write `unverified`.",
)
TOO_SURE = FindingCode(
    "LAW-008",
    Severity.ERROR,
    "The confidence is higher than the sources allow",
    remedy="Say `medium` or `low`, or add an official source or a second one.",
)
NO_CASE = FindingCode(
    "LAW-009",
    Severity.ERROR,
    "A rule has no case that passes, or none that fails",
    remedy="Add the case to cases/: a sentence, a day, an input and the codes expected.",
)
NO_DATE = FindingCode(
    "LAW-010",
    Severity.ERROR,
    "A rule or an obligation does not say since when, or its days are the wrong way round",
    remedy="Write `from`, the first day on which it holds, with the source of that day.",
)
UNKNOWN_NAME = FindingCode(
    "LAW-011",
    Severity.ERROR,
    "A name leads nowhere",
    remedy="Correct the name of the check, parameter, rule or pack.",
)
NAME_TWICE = FindingCode(
    "LAW-012",
    Severity.ERROR,
    "Two entries of a pack have one name",
    remedy="Rename one of the two: a code or name is used once.",
)
CASE_DIFFERS = FindingCode(
    "LAW-013",
    Severity.ERROR,
    "A case gives other codes than it expects",
    remedy="Correct the rule if it is wrong, or the case if that is.",
)
NO_PACK = FindingCode(
    "LAW-014",
    Severity.ERROR,
    "There is no rule pack for this market, or none of this name",
    remedy="Look up the market in `packtrail markets list`; a new one is described in the guide.",
)
UNUSED_SOURCE = FindingCode(
    "LAW-015",
    Severity.WARNING,
    "A source is listed that nothing rests on",
    remedy="Remove the source, or name it where it belongs.",
)
STALE = FindingCode(
    "LAW-016",
    Severity.WARNING,
    "Nobody has looked for a long time whether this is still so",
    remedy="Check the source again and write the day into `true_on`.",
)
VERSION_LOST = FindingCode(
    "LAW-017",
    Severity.ERROR,
    "A version of a rule pack that was accepted cannot be used any more",
    remedy="Accept the installed version on the page Changes, or install a Packtrail that still "
    "reads the old one.",
)
DAY_TOO_FAR = FindingCode(
    "LAW-018",
    Severity.ERROR,
    "A day is so far away that nobody knows its law",
    remedy="Choose a day within fifty years.",
)

BAD_ENTRY_CODE = FindingCode(
    "PTF-001",
    Severity.ERROR,
    "A short name cannot be used",
    remedy="Use 1 to 64 small letters, digits, dots, underscores and hyphens; begin with one of "
    "the first two.",
)
NO_ENTRY = FindingCode(
    "PTF-002",
    Severity.ERROR,
    "The portfolio has no such entry",
    remedy="Look up what there is with `packtrail portfolio list`, or on the page Portfolio.",
)
LEADS_NOWHERE = FindingCode(
    "PTF-003",
    Severity.ERROR,
    "An entry of the portfolio names something that is not there",
    remedy="Correct the name, or add what it names first; one change may hold both.",
)
STILL_NAMED = FindingCode(
    "PTF-004",
    Severity.ERROR,
    "An entry cannot be taken out, because others name it",
    remedy="Take out or change those that name it, in the same change or before.",
)
CHANGED_MEANWHILE = FindingCode(
    "PTF-005",
    Severity.ERROR,
    "Somebody else has changed the entry meanwhile",
    remedy="Look at it as it is now, and make the change again.",
)
NO_COUNTRY = FindingCode(
    "PTF-006",
    Severity.ERROR,
    "A country has no such code",
    remedy="Write the ISO 3166 code of two capital letters, such as DE or US.",
)
DAYS_REVERSED = FindingCode(
    "PTF-007",
    Severity.ERROR,
    "The last day lies before the first",
    remedy="Correct one of the two days.",
)
NOT_RESEARCHED = FindingCode(
    "PTF-008",
    Severity.WARNING,
    "No rule pack is about the market: nothing is checked there",
    remedy="Write a pack for it as the guide shows, and put its folder into "
    "PACKTRAIL_MARKET_PACKS.",
)
REASON_NEEDED = FindingCode(
    "PTF-009",
    Severity.ERROR,
    "A change of what was written before needs a reason",
    remedy="Say in a few words why; it becomes part of the history.",
)
TOO_MANY_ENTRIES = FindingCode(
    "PTF-010",
    Severity.ERROR,
    "The portfolio would have more entries than it may",
    remedy="Take out what is no longer sold, or split the company into several organisations.",
)
SAME_GTIN = FindingCode(
    "PTF-011",
    Severity.WARNING,
    "Two products are sold under one GTIN",
    remedy="Give each presentation a GTIN of its own, as the GS1 General Specifications ask.",
)
UNKNOWN_MARK = FindingCode(
    "PTF-012",
    Severity.WARNING,
    "No rule of any market speaks of this mark",
    remedy="Check the spelling; a mark that no rule knows changes nothing.",
)
DIFFERS_THERE = FindingCode(
    "PTF-013",
    Severity.WARNING,
    "A site, line or trade item is there already, and is described otherwise",
    remedy="It was left as it is; change it where lines and trade items are kept.",
)
NOTHING_TO_IMPORT = FindingCode(
    "PTF-014",
    Severity.ERROR,
    "The file has no table that belongs to a portfolio",
    remedy="Say what the table is, or name the sheets as the template does.",
)
NOT_SOLD_THERE = FindingCode(
    "PTF-015",
    Severity.ERROR,
    "The product has no licence for the market",
    remedy="Add the licence to the portfolio, or check the product by its facts instead.",
)

NO_OBLIGATION = FindingCode(
    "OBL-001",
    Severity.ERROR,
    "There is no such obligation, or it does not concern the company",
    remedy="Look up its key with `packtrail obligations list`, or on the page Radar.",
)
NO_SUCH_PART = FindingCode(
    "OBL-002",
    Severity.ERROR,
    "The obligation is not about this market, product, site or line",
    remedy="Leave out what does not matter, or take one that the page of the obligation lists.",
)
EVIDENCE_NEEDED = FindingCode(
    "OBL-003",
    Severity.ERROR,
    "What is done needs evidence",
    remedy="Say what shows that it was done: a document, its number, where it is kept; or add it.",
)
WAIVER_NEEDS_REASON = FindingCode(
    "OBL-004",
    Severity.ERROR,
    "What is waived, or opened again, needs a reason",
    remedy="Say in a few words why it need not be done, or why it is not done after all.",
)
NOTHING_SAID = FindingCode(
    "OBL-005",
    Severity.ERROR,
    "Nothing is said of the obligation",
    remedy="Give a state, an owner, or both.",
)
BAD_FILE = FindingCode(
    "OBL-006",
    Severity.ERROR,
    "The file cannot be kept as evidence",
    remedy="Hand in a file of at most 10 MB that is not empty; of a larger one say where it is.",
)
NO_CALENDAR = FindingCode(
    "OBL-007",
    Severity.ERROR,
    "There is no such calendar, or its address works no more",
    remedy="Make a new address on the page Radar, under Calendar.",
)
RULES_DISAGREE = FindingCode(
    "OBL-008",
    Severity.WARNING,
    "Something is said to be done, and rules would be broken all the same",
    remedy="Bring the practice in the portfolio up to date, or open the obligation again.",
)
BAD_STATE = FindingCode(
    "OBL-009",
    Severity.ERROR,
    "An obligation has no such state",
    remedy="Choose open, in_progress, done or waived.",
)
