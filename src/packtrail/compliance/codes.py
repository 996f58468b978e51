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
