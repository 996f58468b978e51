"""Findings about capacity: CPA-001 onwards."""

from __future__ import annotations

from packtrail.base.findings import FindingCode, Severity

NO_FORECAST = FindingCode(
    "CPA-001",
    Severity.ERROR,
    "There is no such forecast",
    remedy="Import a forecast: a table with product, market, month and packs.",
)
NO_SCENARIO = FindingCode(
    "CPA-002",
    Severity.ERROR,
    "There is no such scenario",
    remedy="Look up the code in the list of scenarios.",
)
NO_RUN = FindingCode(
    "CPA-003",
    Severity.ERROR,
    "There is no such run",
    remedy="Look up the number in the list of runs.",
)
STALE = FindingCode(
    "CPA-004",
    Severity.ERROR,
    "Somebody else has changed the scenario meanwhile",
    remedy="Look at it as it is now, and make the change again if it still makes sense.",
)
TOO_MANY = FindingCode(
    "CPA-005",
    Severity.ERROR,
    "No more of these are taken",
    remedy="Remove what is no longer needed, or divide the file.",
)
NAMED_TWICE = FindingCode(
    "CPA-006",
    Severity.WARNING,
    "A forecast names the packs of a product, market and month more than once",
    remedy="Check whether the rows add up or repeat each other; they are added up.",
)
UNKNOWN_PRODUCTS = FindingCode(
    "CPA-007",
    Severity.NOTE,
    "Packs are forecast of products whose packing is not known here",
    remedy="Describe their trade items with packs per case and cases per pallet.",
)
NO_RETENTION = FindingCode(
    "CPA-008",
    Severity.NOTE,
    "No rule says how long records of a market are kept",
    remedy="Check the assumption that is taken instead, or write the rule into its rule pack.",
)
NO_FIGURE = FindingCode(
    "CPA-009",
    Severity.ERROR,
    "There is no such figure",
    remedy="Look up the key in the list of figures.",
)
NO_BENCH = FindingCode(
    "CPA-010",
    Severity.ERROR,
    "The file is no result of a benchmark",
    remedy="Hand in what `packtrail bench ... --json` wrote, whole.",
)
OTHER_MACHINE = FindingCode(
    "CPA-011",
    Severity.ERROR,
    "A benchmark ran on another machine",
    remedy="Run the benchmark on the machine that serves, and hand in that result.",
)
OTHER_VERSION = FindingCode(
    "CPA-012",
    Severity.ERROR,
    "A benchmark ran with another version",
    remedy="Run the benchmark again with the version that is installed.",
)
UNDATED = FindingCode(
    "CPA-013",
    Severity.ERROR,
    "A benchmark does not say when it ran, or under which load",
    remedy="Run it again with this version: its result carries both.",
)
UNDER_LOAD = FindingCode(
    "CPA-014",
    Severity.WARNING,
    "A benchmark ran while the machine had other work",
    remedy="Run it again when the machine is quiet; until then its rates count as the least.",
)
STALE_CONSTANT = FindingCode(
    "CPA-015",
    Severity.WARNING,
    "A constant was measured too long ago, or with another version",
    remedy="Run the benchmark again, and hand in its result.",
)
NOTHING_TAKEN = FindingCode(
    "CPA-016",
    Severity.NOTE,
    "Nothing of a benchmark sets a constant",
    remedy="The benchmarks that do are size, capture, verify, vrs and serials.",
)
FORECAST_VALUE = FindingCode(
    "CPA-017",
    Severity.ERROR,
    "A cell of a forecast holds a value that no forecast can have",
    remedy="Correct the cell and import the whole file again; nothing of it was kept.",
)
WALL_NEAR = FindingCode(
    "CPA-020",
    Severity.ERROR,
    "What there is will be used up within weeks",
    remedy="Do now what is advised; what takes long to buy is too late to order.",
)
WALL_AHEAD = FindingCode(
    "CPA-021",
    Severity.WARNING,
    "What there is will be used up within months",
    remedy="Decide now what to buy or to change, so that it is there in time.",
)
OFF_PLAN = FindingCode(
    "CPA-022",
    Severity.WARNING,
    "This installation does not do what the plan says",
    remedy="Find out which assumption does not hold, and correct the scenario.",
)
TOO_FEW_SAMPLES = FindingCode(
    "CPA-023",
    Severity.NOTE,
    "There are too few days to see a trend",
    remedy="Let the server run; a trend needs two weeks.",
)
