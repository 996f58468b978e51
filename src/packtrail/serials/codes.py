"""Findings about serial numbers: SER-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

BAD_POLICY = FindingCode(
    "SER-001",
    Severity.ERROR,
    "The policy for serial numbers cannot be used",
    remedy="Change the part of the policy that is named.",
    clause="GS1 General Specifications, section 3.5.2 (AI 21)",
)
SPACE_TOO_SMALL = FindingCode(
    "SER-002",
    Severity.ERROR,
    "The policy has too few serial numbers to draw them at random",
    remedy="Allow more characters or a greater length: 12 characters are usual.",
    clause="NIST SP 800-38G, section 5.1; Delegated Regulation (EU) 2016/161, Article 4",
)
SHORT_SUPPLY = FindingCode(
    "SER-003",
    Severity.WARNING,
    "The pool gave fewer serial numbers than were asked for",
    remedy="Open a pool with a longer serial number for what comes next.",
)
EXHAUSTED = FindingCode(
    "SER-004",
    Severity.ERROR,
    "The pool gives no more serial numbers",
    remedy="Open a pool with more characters or a greater length.",
    clause="Delegated Regulation (EU) 2016/161, Article 4",
)
NO_POOL = FindingCode(
    "SER-005",
    Severity.ERROR,
    "No such pool, or none you may see",
    remedy="Look up the code in the list of pools.",
)
POOL_TAKEN = FindingCode(
    "SER-006",
    Severity.ERROR,
    "The pool would take what is taken: its code, its trade item or its SSCCs",
    remedy="Use the pool there is, or another code; the numbers of a GTIN have one owner.",
)
REQUEST_DIFFERS = FindingCode(
    "SER-007",
    Severity.ERROR,
    "The request id was used for a different request",
    remedy="Repeat the first request word for word, or choose a new request id.",
)
NOT_ALLOCATED = FindingCode(
    "SER-008",
    Severity.ERROR,
    "A serial number was never allocated from this pool",
    remedy="Check the list; a number that the pool never gave may be a counterfeit.",
)
RETURNED_BEFORE = FindingCode(
    "SER-009",
    Severity.ERROR,
    "A serial number was settled before: used, returned, void or expired",
    remedy="Leave out what is already in the ledger; look the number up to see who settled it.",
)
LOW_WATER = FindingCode(
    "SER-010",
    Severity.WARNING,
    "The pool runs low",
    remedy="Prepare its successor now: a pool with a greater length.",
)
LEDGER_BROKEN = FindingCode(
    "SER-011",
    Severity.ERROR,
    "The ledger of a pool does not hold",
    remedy="Stop allocating from the pool and compare the database with its last good backup.",
)
BAD_MASTER_KEY = FindingCode(
    "SER-012",
    Severity.ERROR,
    "The keys of the pools cannot be opened",
    remedy="Set PACKTRAIL_MASTER_KEY to the key with which the pools were made.",
)
BAD_REQUEST = FindingCode(
    "SER-013",
    Severity.ERROR,
    "The request for serial numbers cannot be used",
    remedy="Change the part of the request that is named.",
)
POOL_MEETS = FindingCode(
    "SER-014",
    Severity.ERROR,
    "The pool could give a number that another pool gives",
    remedy="Choose another length, prefix or first character; or close the other pool first.",
)
NO_REQUEST = FindingCode(
    "SER-015",
    Severity.ERROR,
    "Nothing was allocated for this request id",
    remedy="Look up the request id in the ledger; it counts for the organisation that used it.",
)
ELSEWHERE = FindingCode(
    "SER-016",
    Severity.ERROR,
    "A serial number is of another allocation",
    remedy="Look the number up to see for which request it was given, and settle it there.",
)
NOTHING_OPEN = FindingCode(
    "SER-017",
    Severity.ERROR,
    "All numbers of the allocation are settled",
    remedy="Nothing is to be done; the ledger says what became of them.",
)
BAD_NUMBER = FindingCode(
    "SER-018",
    Severity.ERROR,
    "A number of a file is not as the pool expects it",
    remedy="Compare the row with the policy of the pool: length, characters, trade item.",
)
KNOWN_NUMBER = FindingCode(
    "SER-019",
    Severity.ERROR,
    "A number of a file is there twice, or was imported before",
    remedy="Ask the authority for numbers that it never gave; leave out those that are there.",
)
OWN_NUMBER = FindingCode(
    "SER-020",
    Severity.ERROR,
    "A number of a file was given by a pool of one's own, or could be",
    remedy="Close the pool that makes such numbers, or ask the authority for others.",
)
FILE_DIFFERS = FindingCode(
    "SER-021",
    Severity.ERROR,
    "The request id was used to import another file",
    remedy="Import the file under a request id of its own.",
)
ORDER_OPEN = FindingCode(
    "SER-022",
    Severity.ERROR,
    "The pool has an open order",
    remedy="Import what it brings, or give it up, before the next is made.",
)
NO_ORDER = FindingCode(
    "SER-023",
    Severity.ERROR,
    "No such order, or none you may see",
    remedy="Look up the orders of the pool.",
)
BAD_BLOCK = FindingCode(
    "SER-024",
    Severity.ERROR,
    "The file is no sealed block that this station may believe",
    remedy="Have the block sealed again for this station, and trust the key of who sealed it.",
)
BLOCK_EXPIRED = FindingCode(
    "SER-025",
    Severity.ERROR,
    "The sealed block has expired",
    remedy="Have another block sealed; report what was used of this one.",
)
BAD_PUBLIC_KEY = FindingCode(
    "SER-026",
    Severity.ERROR,
    "The text is no public key",
    remedy="Copy the whole key that the station, or who seals the blocks, has shown.",
)
NO_STATION = FindingCode(
    "SER-027",
    Severity.ERROR,
    "No such station, or it may have no blocks any more",
    remedy="Look up the stations of your organisation, or add the station with its public key.",
)
STATION_TAKEN = FindingCode(
    "SER-028",
    Severity.ERROR,
    "There is a station of this name",
    remedy="Choose another name; a station with a new key is a new station.",
)
NO_BLOCK = FindingCode(
    "SER-029",
    Severity.ERROR,
    "No such sealed block, or none you may see",
    remedy="Look up the sealed blocks of your organisation.",
)
BLOCK_OVERDUE = FindingCode(
    "SER-030",
    Severity.WARNING,
    "A sealed block has expired, and nobody has said what became of its numbers",
    remedy="Ask the station for its report and settle the block; if it is lost, declare it so.",
)
BLOCK_USED_UP = FindingCode(
    "SER-031",
    Severity.ERROR,
    "The sealed block has no numbers left",
    remedy="Open another block.",
)
BAD_STATION_FILE = FindingCode(
    "SER-032",
    Severity.ERROR,
    "A file of the station cannot be used",
    remedy="Put the file back from its backup, or make a new key and register it.",
)
LOW_SOON = FindingCode(
    "SER-033",
    Severity.NOTE,
    "The pool will soon run low if it goes on as it did",
    remedy="Prepare its successor, fill it, or order numbers.",
)
ORDER_NOT_SENT = FindingCode(
    "SER-034",
    Severity.WARNING,
    "Numbers were ordered, and the authority was not asked yet",
    remedy="Download the order, send it the way the authority takes it, and mark it as sent.",
)
MARKET_BROKEN = FindingCode(
    "SER-035",
    Severity.ERROR,
    "The policy breaks the law of its market",
    remedy="Change the part of the policy that is named, or take the policy that the market gives.",
)
MARKET_UNSURE = FindingCode(
    "SER-036",
    Severity.WARNING,
    "The policy may break the law of its market, as far as that is known",
    remedy="Ask regulatory affairs; the fact is expected or disputed, and its source is named.",
)
HELD = FindingCode(
    "SER-037",
    Severity.ERROR,
    "The pool gives nothing: its database was put back from a backup",
    remedy="Pass over at least as many numbers as it gave since; 0 when it surely gave none.",
)
HELD_AFTER_RESTORE = FindingCode(
    "SER-038",
    Severity.WARNING,
    "Pools of serial numbers are held until somebody says what they gave since the backup",
    remedy="For each: packtrail serials pool skip POOL COUNT.",
)
