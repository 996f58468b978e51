"""A small pack of an invented market, whole and in order; tests break one thing of it."""

from __future__ import annotations

from packtrail.compliance import Pack, load

FILES = {
    "pack.toml": """
id = "xx_demo"
title = "Demo regime"
code = "XX-DEMO"
version = "1"
true_on = 2026-11-22
market = "XX"
name = "Demoland"
tier = "deep"
phase = "in_force"
""",
    "sources.yaml": """
act:
  title: The act
  kind: primary
  url: https://example.org/act
press:
  title: A newspaper
  kind: secondary
  url: https://example.org/press
""",
    "parameters/label.yaml": """
identifier.serial.length_max:
  undated: {value: 20, confidence: high, sources: [act]}
  2028-01-01: {value: 16, confidence: medium, sources: [press]}
carrier.elements:
  undated: {value: [01, 21], confidence: high, sources: [act]}
retention.for:
  undated: {status: unknown, confidence: low, sources: [unverified], note: not found}
authority.agency:
  undated: {value: NO, confidence: high, sources: [act]}
""",
    "rules/label.yaml": """
XX-DEMO-001:
  title: The code carries what it must
  subject: label
  check: carries
  with: {elements: {parameter: carrier.elements}}
  applies_to: {classes: [prescription]}
  from: 2020-01-01
  clause: Act, section 1
  remedy: Print the code.
  confidence: high
  sources: [act]
XX-DEMO-002:
  title: A serial number is short enough
  subject: trade_item
  check: serial_at_most
  with: {length: {parameter: identifier.serial.length_max}}
  from: 2020-01-01
  clause: Act, section 2
  remedy: Choose a shorter policy.
  confidence: high
  sources: [act]
""",
    "exemptions/exemptions.yaml": """
vaccines:
  title: Vaccines
  rules: [all]
  applies_to: {groups: [vaccine]}
  from: 2020-01-01
  to: 2026-12-31
  clause: Act, section 9
  confidence: high
  sources: [act]
""",
    "calendar/calendar.yaml": """
deadlines:
  vaccines_join:
    on: 2026-12-31
    who: makers
    what: Vaccines need the code too
    roles: [manufacturer]
    applies_to: {groups: [vaccine]}
    rules: [XX-DEMO-001]
    confidence: high
    sources: [act]
duties:
  report:
    what: Report every lot
    roles: [manufacturer]
    from: 2020-01-01
    events: [pack_data]
    before: yes
    recipients: [Agency]
    format: csv
    confidence: high
    sources: [act]
""",
    "cases/cases.yaml": """
A pack with both elements is fine:
  on: 2026-11-22
  label: {class: prescription, carries: [01, 21]}
  passes: [XX-DEMO-001]
A pack with one is not:
  on: 2026-11-22
  label: {class: prescription, carries: [01]}
  fails: [XX-DEMO-001]
Twenty characters are fine:
  on: 2026-11-22
  trade_item: {serial_length: 20}
  passes: [XX-DEMO-002]
Twenty characters are too long in 2028:
  on: 2028-01-01
  trade_item: {serial_length: 20}
  fails: [XX-DEMO-002]
""",
}


def files(**changed: str) -> dict[str, bytes]:
    """Return the files, some of them changed: `label` stands for `rules/label.yaml` and so on."""
    return {name: text.encode() for name, text in {**FILES, **changed}.items()}


def edited(name: str, old: str, new: str) -> dict[str, bytes]:
    """Return the files with one text of one file put otherwise, which must be there."""
    assert old in FILES[name]
    return files(**{name: FILES[name].replace(old, new)})


def demo_pack() -> Pack:
    return load(files()).required()
