"""Every check says passed, failed and unknown, each with a sentence that names the value."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from packtrail.compliance import CHECKS, Outcome
from packtrail.compliance.decoding import decode
from packtrail.compliance.nodes import read
from packtrail.compliance.spans import Span
from packtrail.compliance.subjects import SUBJECTS, SubjectKind
from packtrail.compliance.words import Characters, Happening, Issuer

H = Happening
DAY, DAYS = Span(24, "hour"), Span(10, "day")
FIVE = Span(5, "year")
Tried = tuple[str, str, dict[str, Any], str, str, str]
CASES: list[Tried] = [
    # check, subject, arguments, facts that pass, facts that fail, part of the failing sentence
    ("serial_at_most", "trade_item", {"length": 20},
     "serial_length: 20", "serial_length: 21", "21"),
    ("serial_exactly", "trade_item", {"length": 13},
     "serial_length: 13", "serial_length: 12", "12"),
    ("serial_characters", "trade_item", {"within": Characters.CAPITALS},
     "serial_characters: numeric", "serial_characters: gs1", "gs1"),
    ("serial_random", "trade_item", {"guess_below": Fraction(1, 10_000)},
     "{serial_random: yes, guess_probability: 1/10001}",
     "{serial_random: yes, guess_probability: 1/10000}", "1 in 10,000"),
    ("serial_random", "trade_item", {},
     "serial_random: yes", "serial_random: no", "must be random"),
    ("serial_issued_by", "trade_item", {"issuer": Issuer.MAKER},
     "serial_issuer: maker", "serial_issuer: operator", "the maker must"),
    ("national_number", "trade_item", {"schemes": ("NDC", "AIC")},
     "national_numbers: {AIC: '012345678'}", "national_numbers: {PZN: '1'}", "no NDC or AIC"),
    ("national_number_digits", "trade_item", {"scheme": "NDC", "digits": 12},
     "national_numbers: {NDC: 096417-0210-30}", "national_numbers: {NDC: 96417-210-30}",
     "10 digits"),
    ("gtin_begins_with", "trade_item", {"prefixes": ("880",)},
     "gtin: '08801234567893'", "gtin: '00396417210304'", "00396417210304"),
    ("registered_with", "trade_item", {"systems": ("eu_hub",)},
     "registered_with: [eu_hub]", "registered_with: []", "eu hub"),
    ("not_registered_with", "trade_item", {"systems": ("eu_hub",)},
     "registered_with: []", "registered_with: [eu_hub]", "must not be"),
    ("printed_at", "lot", {"places": ("licensed_site",)},
     "printed_at: licensed_site", "printed_at: distribution_centre", "distribution centre"),
    ("carries", "label", {"elements": ("01", "21")}, "carries: [01, 21, 10]", "carries: [01]",
     "(21) serial number"),
    ("carries_none_of", "label", {"elements": ("710",)},
     "carries: [01]", "carries: [710]", "(710)"),
    ("element_length", "label", {"element": "91", "length": 4},
     "values: {91: EE06}", "values: {91: EE0}", "3 characters"),
    ("element_order", "label", {"order": ("01", "21")},
     "element_order: [01, 17, 21]", "element_order: [21, 01]", "21, 01"),
    ("drawn_as", "label", {"symbols": ("qr",)}, "carriers: [qr, ean_13]", "carriers: [ean_13]",
     "ean 13"),
    ("print_grade", "label", {"at_least": Fraction(3, 2)}, "print_grade: 1.5", "print_grade: 1.4",
     "1.4"),
    ("human_readable", "label", {"parts": ("01", "21")},
     "human_readable: [01, 21]", "human_readable: [01]", "(21)"),
    ("human_readable", "label", {"parts": ("21",), "unless_panel_cm_max": Fraction(10)},
     "{human_readable: [], panel_cm: 10}", "{human_readable: [], panel_cm: 10.5}", "(21)"),
    ("states", "label", {"texts": ("UK Only",), "points_min": Fraction(7)},
     "statements: {UK Only: 7}", "statements: {UK Only: 6}", "6 points"),
    ("contains", "label", {"parts": ("batch",)}, "contents: [batch]", "contents: []", "batch"),
    ("tamper_evident", "label", {}, "tamper_evident: yes", "tamper_evident: no", "no anti"),
    ("reported", "lot", {"events": (H.PACK_DATA,)},
     "reports: {pack_data: 1 day}", "reports: {pack_data: never}", "pack data"),
    ("reported_before", "lot", {"events": (H.PACK_DATA,)},
     "reports: {pack_data: before}", "reports: {pack_data: at once}", "pack data"),
    ("reported_within", "shipment", {"events": (H.SHIP,), "within": DAY},
     "reports: {ship: 1 day}", "reports: {ship: 25 hours}", "25 hours later"),
    ("reported_within", "shipment", {"events": (H.SHIP,)},
     "reports: {ship: at once}", "reports: {ship: 1 hour}", "at once"),
    ("told_to", "incident", {"parties": ("fda",)}, "told: [fda]", "told: []", "fda"),
    ("aggregated", "shipment", {"levels": ("case", "pallet")},
     "aggregated: [case, pallet]", "aggregated: [case]", "pallet"),
    ("identified_by", "shipment", {"keys": ("sscc",)},
     "identified_by: [sscc]", "identified_by: []", "SSCC"),
    ("accompanied_by", "shipment", {"documents": ("transaction_statement",)},
     "accompanied_by: [transaction_statement]", "accompanied_by: []", "transaction statement"),
    ("tells", "shipment", {"parts": ("lot",)}, "tells: [lot]", "tells: []", "lot"),
    ("partner_authorised", "shipment", {}, "partner_authorised: yes", "partner_authorised: no",
     "not authorised"),
    ("accepted_before_dispatch", "shipment", {}, "accepted: yes", "accepted: no", "not received"),
    ("not_sent_to", "shipment", {"markets": ("IE",)}, "to_market: GB", "to_market: IE", "IE"),
    ("formatted_as", "document", {"formats": ("csv",)}, "format: csv", "format: pdf", "pdf"),
    ("follows", "document", {"guidelines": ("R1.2", "R1.3")}, "guideline: R1.3", "guideline: R1.1",
     "R1.1"),
    ("no_larger_than", "document", {"size": 10}, "size_bytes: 10", "size_bytes: 11", "11"),
    ("events_at_most", "document", {"count": 1}, "event_count: 1", "event_count: 2", "2 events"),
    ("no_bad_row", "document", {}, "bad_rows: 0", "bad_rows: 3", "3 of its rows"),
    ("kept", "document", {"at_least": FIVE}, "kept_for: 60 months", "kept_for: 4 years", "4 years"),
    ("kept_beyond_expiry", "document", {"at_least": Span(1, "year")},
     "{expires_on: 2028-02-29, kept_until: 2029-02-28}",
     "{expires_on: 2028-02-29, kept_until: 2029-02-27}", "2029-02-28"),
    ("verified", "scan", {}, "verified: yes", "verified: no", "not verified"),
    ("decommissioned", "scan", {},
     "decommissioned: yes", "decommissioned: no", "not decommissioned"),
    ("not_in_state", "scan", {"states": ("stolen",)}, "state: active", "state: stolen", "stolen"),
    ("undone_within", "return", {"within": DAYS}, "undone_after: 240 hours",
     "undone_after: 241 hours", "241 hours"),
    ("undone_by_the_same", "return", {}, "{same_premises: yes, same_authorisation: yes}",
     "{same_premises: no, same_authorisation: yes}", "same premises"),
    ("not_supplied", "return", {}, "supplied_to_public: no", "supplied_to_public: yes", "supplied"),
]  # fmt: skip
MARKS = {"bears"}
"""Checks of marks, which are not there when they are not said."""


def subject_of(kind: str, facts: str) -> Any:
    body = facts if facts.startswith("{") else f"{{{facts}}}"
    table, findings = read(f"subject: {body}".encode(), "case")
    wrong = list(findings)
    subject = decode(table.entries["subject"], SUBJECTS[SubjectKind(kind)], wrong)
    assert wrong == []
    return subject


@pytest.mark.parametrize("case", CASES, ids=[f"{each[0]}-{n}" for n, each in enumerate(CASES)])
def test_a_check_passes_fails_and_says_why(case: Tried) -> None:
    name, kind, arguments, good, bad, said = case
    check = CHECKS[name]

    passed = check.run(subject_of(kind, good), **arguments)
    failed = check.run(subject_of(kind, bad), **arguments)

    assert SubjectKind(kind) in check.kinds
    assert set(arguments) <= set(check.arguments)
    assert passed.outcome is Outcome.PASSED
    assert failed.outcome is Outcome.FAILED
    assert said in failed.sentence
    assert failed.at.partition("/")[0] in dir(subject_of(kind, bad)) or failed.at
    assert passed.sentence.endswith(".")
    assert failed.sentence.endswith(".")


@pytest.mark.parametrize("name", sorted(CHECKS.keys() - MARKS))
def test_a_check_without_facts_says_what_was_not_said(name: str) -> None:
    _, kind, arguments, *_ = next(each for each in CASES if each[0] == name)

    answer = CHECKS[name].run(SUBJECTS[SubjectKind(kind)](), **arguments)

    assert answer.outcome is Outcome.UNKNOWN
    assert answer.sentence.startswith("It is not said ")
    assert answer.at


def test_a_national_label_that_is_not_said_is_not_there() -> None:
    bare, marked = subject_of("label", "{}"), subject_of("label", "devices: [bollino]")

    assert CHECKS["bears"].run(bare, devices=("bollino",)).outcome is Outcome.FAILED
    assert CHECKS["bears"].run(marked, devices=("bollino", "x")).outcome is Outcome.PASSED


def test_every_check_is_tried_here() -> None:
    assert CHECKS.keys() == {each[0] for each in CASES} | MARKS


def test_every_check_says_what_it_means() -> None:
    silent = [name for name, check in CHECKS.items() if not check.meaning.endswith(".")]

    assert silent == []


def test_where_weekends_decide_whether_it_was_in_time_it_is_unknown() -> None:
    within = {"events": (H.SHIP,), "within": Span(2, "working day")}
    told = CHECKS["reported_within"].run(
        subject_of("shipment", "reports: {ship: 3 days}"), **within
    )
    undone = CHECKS["undone_within"].run(
        subject_of("return", "undone_after: 8 working days"), within=DAYS
    )

    assert told.outcome is undone.outcome is Outcome.UNKNOWN
    assert told.sentence == (
        "It is not said over which days ship was reported (3 days later), so whether it was within "
        "2 working days."
    )
    assert undone.at == "undone_after"


def test_ten_working_days_are_more_than_ten_days() -> None:
    late = subject_of("return", "undone_after: 10 working days")

    assert CHECKS["undone_within"].run(late, within=DAYS).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(2190, Outcome.FAILED), (2191, Outcome.UNKNOWN), (2192, Outcome.PASSED)],
)
def test_six_years_are_more_than_six_times_365_days(days: int, outcome: Outcome) -> None:
    record = subject_of("document", f"kept_for: {days} days")

    assert CHECKS["kept"].run(record, at_least=Span(6, "year")).outcome is outcome
