"""A pack is refused for each single thing that is wrong with it, at its place."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.compliance.packs import edited, files

from packtrail.base.findings import Finding, Severity, has_errors
from packtrail.compliance import lint, load

RULES, CASES, LABEL = "rules/label.yaml", "cases/cases.yaml", "parameters/label.yaml"
CALENDAR, EXEMPTIONS = "calendar/calendar.yaml", "exemptions/exemptions.yaml"


def findings_of(content: dict[str, bytes]) -> list[Finding]:
    loaded = load(content)
    if loaded.pack is None:
        return list(loaded.findings)
    return [*loaded.findings, *lint(loaded.pack, loaded.pack, on=date(2026, 11, 22))]


def test_a_pack_in_order_has_no_finding() -> None:
    assert findings_of(files()) == []


BROKEN = [
    # what is broken, file, text, put otherwise, code, part of the message
    ("a rule without a source", RULES, "sources: [act]\nXX-DEMO-002", "sources: []\nXX-DEMO-002",
     "LAW-007", "XX-DEMO-001 has no source"),
    ("a source that is not listed", LABEL, "sources: [press]", "sources: [blog]",
     "LAW-007", "rests on 'blog'"),
    ("high confidence on a newspaper alone", LABEL, "confidence: medium, sources: [press]",
     "confidence: high, sources: [press]", "LAW-008", "with press alone"),
    ("high confidence on general knowledge", LABEL, "confidence: low, sources: [unverified]",
     "confidence: high, sources: [unverified]", "LAW-008", "with unverified alone"),
    ("a rule without a day", RULES, "  from: 2020-01-01\n  clause: Act, section 1",
     "  clause: Act, section 1", "LAW-004", "'from' is missing"),
    ("a rule that ends before it begins", RULES, "from: 2020-01-01\n  clause: Act, section 1",
     "from: 2020-01-01\n  to: 2019-01-01\n  clause: Act, section 1", "LAW-010", "before it begins"),
    ("a duty without a day", CALENDAR, "    from: 2020-01-01\n", "", "LAW-010", "since when"),
    ("a duty that comes round each week", CALENDAR, "    events: [pack_data]\n",
     "    every: 1 week\n    due_day: 1\n", "LAW-005", "comes round every 1 week, by day 1"),
    ("a duty that comes round on no day", CALENDAR, "    events: [pack_data]\n",
     "    every: 1 month\n", "LAW-005", "by day None"),
    ("a duty that is due on day 0", CALENDAR, "    events: [pack_data]\n",
     "    every: 1 month\n    due_day: 0\n", "LAW-005", "from 1 to 31"),
    ("a duty of five months", CALENDAR, "    events: [pack_data]\n",
     "    every: 5 months\n    due_day: 1\n", "LAW-005", "every 5 months"),
    ("a rule without a failing case", CASES, "  fails: [XX-DEMO-002]", "  passes: []",
     "LAW-009", "XX-DEMO-002 has no case that fails"),
    ("a rule without a passing case", CASES, "  passes: [XX-DEMO-002]\n", "",
     "LAW-009", "XX-DEMO-002 has no case that passes"),
    ("a case that gives another code", CASES, "carries: [01]}\n  fails", "carries: [21]}\n  passes",
     "LAW-013", "XX-DEMO-001 is failed, not passed"),
    ("a case that does not tell a failure", CASES, "  fails: [XX-DEMO-001]", "  passes: []",
     "LAW-013", "XX-DEMO-001 fails unexpectedly"),
    ("a case for a rule there is not", CASES, "passes: [XX-DEMO-001]", "passes: [XX-DEMO-009]",
     "LAW-011", "names the rule 'XX-DEMO-009'"),
    ("an exemption from a rule there is not", EXEMPTIONS, "[all]", "[XX-DEMO-009]",
     "LAW-011", "names the rule 'XX-DEMO-009'"),
    ("a deadline with a rule there is not", CALENDAR, "[XX-DEMO-001]", "[XX-DEMO-009]",
     "LAW-011", "names the rule 'XX-DEMO-009'"),
    ("a check there is not", RULES, "check: carries", "check: caries",
     "LAW-011", "There is no check 'caries'"),
    ("a check of another subject", RULES, "subject: label", "subject: lot",
     "LAW-005", "is about label, not about lot"),
    ("an argument there is not", RULES, "with: {elements:", "with: {element:",
     "LAW-003", "takes no 'element'"),
    ("an argument that is missing", RULES,
     "  with: {elements: {parameter: carrier.elements}}\n", "", "LAW-004", "needs elements"),
    ("a parameter there is not", RULES, "parameter: carrier.elements", "parameter: carrier.parts",
     "LAW-011", "'carrier.parts', which is not set"),
    ("a parameter of another kind", RULES, "parameter: carrier.elements",
     "parameter: identifier.serial.length_max", "LAW-005", "not of the kind"),
    ("a value of another kind", LABEL, "value: 20", "value: twenty",
     "LAW-005", "Expected a whole number; there is 'twenty'"),
    ("an element that is a typing error", LABEL, "value: [01, 21]", "value: [O1, 21]",
     "LAW-005", "such as 01 or 21; there is 'O1'"),
    ("a case with such an element", CASES, "carries: [01]", "carries: [O1]",
     "LAW-005", "such as 01 or 21; there is 'O1'"),
    ("a day that no calendar has", LABEL, "2028-01-01", "2028-02-30", "LAW-005", "2028-02-30"),
    ("an unknown with a value", LABEL, "status: unknown,", "status: unknown, value: 5 years,",
     "LAW-005", "What is unknown has no value"),
    ("a value that is missing", LABEL, "value: NO, ", "", "LAW-005", "The value is missing"),
    ("a misspelt key", RULES, "  remedy: Print the code.", "  remedies: Print the code.",
     "LAW-003", "Did you mean 'remedy'?"),
    ("a key twice", RULES, "  remedy: Print", "  remedy: Draw it.\n  remedy: Print",
     "LAW-002", "stands twice"),
    ("a code of another pack", RULES, "XX-DEMO-001:", "YY-DEMO-001:",
     "LAW-011", "'YY-DEMO-001' is not XX-DEMO-"),
    ("a parameter of no section", LABEL, "authority.agency", "agency", "LAW-011", "'agency'"),
    ("a word that is none", RULES, "classes: [prescription]", "classes: [rx]",
     "LAW-005", "there is 'rx'"),
    ("a source nothing rests on", "sources.yaml", "press:", "paper:", "LAW-015", "'paper'"),
    ("a pack without a market", "pack.toml", 'market = "XX"', "", "LAW-006", "one of the two"),
    ("an id with capitals", "pack.toml", 'id = "xx_demo"', 'id = "XX"', "LAW-006", "'XX'"),
    ("a heading that is no TOML", "pack.toml", 'id = "xx_demo"', "id =", "LAW-001", "not TOML"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "said"),
    [each[1:] for each in BROKEN],
    ids=[each[0].replace(" ", "-") for each in BROKEN],
)
def test_a_pack_is_refused_for(name: str, old: str, new: str, code: str, said: str) -> None:
    findings = findings_of(edited(name, old, new))

    assert any(each.code == code and said in each.message for each in findings), findings
    assert all(each.at for each in findings)
    assert all(each.remedy for each in findings)
    if code != "LAW-015":
        assert has_errors(findings)


@pytest.mark.parametrize("key", ["title", "subject", "check", "clause", "confidence", "sources"])
def test_a_rule_must_say_its(key: str) -> None:
    rule = files()[RULES].decode().split("XX-DEMO-002")[0]
    without = "\n".join(line for line in rule.splitlines() if not line.startswith(f"  {key}:"))

    findings = findings_of(files(**{RULES: without}))

    assert (f"The key {key!r} is missing.") in [each.message for each in findings]


def test_a_finding_names_file_line_and_column() -> None:
    findings = findings_of(edited(LABEL, "value: 20", "value: twenty"))

    assert findings[0].at == "parameters/label.yaml, line 3, column 20"


def test_every_defect_of_a_file_is_told_at_once() -> None:
    content = edited(RULES, "confidence: high", "confidence: certain")

    findings = [each for each in load(content).findings if each.code == "LAW-005"]

    assert len(findings) == 2


def test_two_files_may_not_say_the_same_name() -> None:
    content = files()
    content["parameters/more.yaml"] = content[LABEL]

    codes = {each.code for each in load(content).findings}

    assert codes == {"LAW-012"}


def test_a_file_that_belongs_nowhere_is_told() -> None:
    content = files() | {"notes/notes.yaml": b"a: b", "rules/readme.txt": b"hello"}

    found = [each.at for each in load(content).findings]

    assert found == ["notes/notes.yaml", "rules/readme.txt"]


def test_a_pack_has_no_more_files_than_allowed() -> None:
    content = files() | {f"rules/{number}.yaml": b"" for number in range(200)}

    loaded = load(content)

    assert loaded.pack is None
    assert [each.code for each in loaded.findings] == ["LAW-006"]


def test_an_overlay_that_withdraws_a_rule_must_say_why() -> None:
    heading = """
id = "acme"
title = "What Acme does besides"
code = "ACME"
version = "1"
true_on = 2026-11-22
overlays = "xx_demo"
withdraws = ["XX-DEMO-002"]
"""
    (finding,) = load({"pack.toml": heading.encode()}).findings

    assert finding.severity is Severity.ERROR
    assert finding.message == "It is not said why XX-DEMO-002 does not hold here."
