"""What changed, in words: between two days, and between two versions."""

from __future__ import annotations

from datetime import date

from tests.unit.compliance.packs import demo_pack, edited

from packtrail.compliance import between_days, between_versions, load

RULES, LABEL = "rules/label.yaml", "parameters/label.yaml"


def told(before: str, after: str) -> list[str]:
    changes = between_days(demo_pack(), date.fromisoformat(before), date.fromisoformat(after))
    return [f"{each.how.value} {each.what.value}: {each.sentence}" for each in changes]


def versions(name: str, old: str, new: str) -> list[str]:
    changes = between_versions(demo_pack(), load(edited(name, old, new)).required())
    return [f"{each.how.value} {each.what.value}: {each.sentence}" for each in changes]


def test_nothing_changes_between_two_like_days() -> None:
    assert told("2026-11-22", "2026-11-23") == []


def test_a_rule_that_begins_is_told_with_scope_and_clause() -> None:
    assert told("2019-12-31", "2020-01-01") == [
        (
            "added rule: From 2020-01-01: The code carries what it must (for prescription). "
            "(Act, section 1)"
        ),
        "added rule: From 2020-01-01: A serial number is short enough. (Act, section 2)",
        "added exemption: The exemption begins to hold: Vaccines, from all. (Act, section 9)",
        "added duty: The duty begins to hold: Report every lot (manufacturer).",
    ]


def test_a_duty_that_ends_is_told() -> None:
    until = edited(
        "calendar/calendar.yaml", "from: 2020-01-01", "from: 2020-01-01\n    to: 2026-12-30"
    )
    pack = load(until).required()

    assert [
        each.sentence for each in between_days(pack, date(2026, 12, 30), date(2026, 12, 31))
    ] == ["The duty no longer holds: Report every lot (manufacturer)."]
    assert between_days(pack, date(2026, 12, 29), date(2026, 12, 30)) == ()


def test_an_exemption_that_ends_and_a_value_that_changes_are_told() -> None:
    assert told("2026-11-22", "2028-01-01") == [
        "removed exemption: The exemption no longer holds: Vaccines, from all. (Act, section 9)",
        "changed parameter: Longest serial number: 16 instead of 20 from 2028-01-01.",
    ]


def test_going_back_in_time_is_told_the_other_way_round() -> None:
    assert told("2020-01-01", "2019-12-31")[0] == (
        "removed rule: Not yet before 2020-01-01: The code carries what it must "
        "(for prescription). (Act, section 1)"
    )


def test_a_moved_deadline_is_told_with_both_days() -> None:
    assert versions("calendar/calendar.yaml", "on: 2026-12-31", "on: 2027-06-30") == [
        (
            "changed deadline: Vaccines need the code too (2027-06-30): day is now 2027-06-30, "
            "was 2026-12-31."
        )
    ]


def test_a_new_and_a_lost_entry_are_told() -> None:
    assert versions("calendar/calendar.yaml", "  report:", "  tell:") == [
        "removed duty: Gone: Report every lot.",
        "added duty: New: Report every lot.",
    ]


def test_a_changed_value_is_told_with_how_sure_it_is() -> None:
    old, new = "{value: NO, confidence: high", "{value: SE, confidence: low"

    assert versions(LABEL, old, new) == [
        (
            "changed parameter: Authorities: value is now SE (known, low confidence, act), "
            "was NO (known, high confidence, act)."
        )
    ]


def test_a_changed_scope_and_severity_are_told() -> None:
    assert versions(RULES, "applies_to: {classes: [prescription]}", "severity: note") == [
        (
            "changed rule: XX-DEMO-001, The code carries what it must: severity is now note, "
            "was error; scope is now everything, was for prescription."
        )
    ]


def test_a_day_on_which_it_was_seen_again_is_no_change() -> None:
    assert versions("pack.toml", "true_on = 2026-11-22", "true_on = 2027-01-22") == []
