"""Findings about recalls."""

from packtrail.base.findings import FindingCode, Severity

BAD_RECALL = FindingCode(
    "RCL-001",
    Severity.ERROR,
    "A recall cannot be opened so",
    remedy="Name what is recalled, its class, its depth and the reason.",
)
NO_RECALL = FindingCode(
    "RCL-002",
    Severity.ERROR,
    "There is no such recall",
    remedy="Take its number from the list of recalls.",
)
NOT_CONFIRMED = FindingCode(
    "RCL-003",
    Severity.ERROR,
    "A step that cannot be undone was not confirmed",
    remedy="Type the number of the recall, exactly.",
)
NO_REASON = FindingCode(
    "RCL-004",
    Severity.ERROR,
    "A step that cannot be undone needs a reason",
    remedy="Say why, and name the decision or document behind it.",
)
SECOND_PERSON = FindingCode(
    "RCL-005",
    Severity.ERROR,
    "The policy of this installation wants a second person for this step",
    remedy="Ask somebody else who may decide to take the step; it is proposed already.",
)
OUT_OF_TURN = FindingCode(
    "RCL-006",
    Severity.ERROR,
    "A recall does not allow this step now",
    remedy="Look at the record of the recall: what was done before, and whether it is closed.",
)
DRILL_CHANGES_NOTHING = FindingCode(
    "RCL-007",
    Severity.ERROR,
    "A drill changes no status",
    remedy="Open a recall where packs are to be barred; a drill only finds and counts.",
)
NO_HOLDER = FindingCode(
    "RCL-008",
    Severity.ERROR,
    "Nobody of that name has to do with the recall",
    remedy="Take the holder from the list of holders of the recall.",
)
BAD_ANSWER = FindingCode(
    "RCL-009",
    Severity.ERROR,
    "An acknowledgement or a check cannot be taken so",
    remedy="Name the person and the day; quantities are whole numbers from 0.",
)
STILL_MISSING = FindingCode(
    "RCL-010",
    Severity.WARNING,
    "Packs are missing",
    remedy="Close only where the reason says what became of them.",
)
NO_CONTACT = FindingCode(
    "RCL-011",
    Severity.WARNING,
    "Nothing is known of how to reach a holder",
    remedy="Enter a person, a telephone number and an address for it.",
)
SAID_TOO_MUCH = FindingCode(
    "RCL-012",
    Severity.WARNING,
    "A holder tells of more packs than are recorded to be there",
    remedy="Ask: packs may have come from somebody else, or other packs are meant.",
)
TOO_FEW_CHECKS = FindingCode(
    "RCL-013",
    Severity.WARNING,
    "Fewer holders were checked than the level of the recall asks for",
    remedy="Check more holders, or say in the reason why not.",
)
BAD_CONTACT = FindingCode(
    "RCL-014",
    Severity.ERROR,
    "A contact cannot be kept so",
    remedy="Give a GLN, a known language, and an address such as name@example.com.",
)
NOT_REACHED = FindingCode(
    "RCL-015",
    Severity.NOTE,
    "The depth of the recall does not reach this holder",
    remedy="It is listed with its packs, and no message is drafted for it.",
)
LATE_ANSWER = FindingCode(
    "RCL-016",
    Severity.WARNING,
    "A holder has not answered in time",
    remedy="Call; send the message again; note whom you reached.",
)
