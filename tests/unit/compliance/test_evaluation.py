"""What a rule says: passed, failed, exempt or not to be decided, by the law of a day."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.compliance.packs import demo_pack, edited

from packtrail.base.findings import Severity
from packtrail.compliance import Label, Outcome, Pack, TradeItem, evaluate, load, why
from packtrail.compliance.words import ProductClass

TODAY = date(2026, 11, 22)
RX = ProductClass.PRESCRIPTION
RULES, LABEL = "rules/label.yaml", "parameters/label.yaml"


def label(*elements: str, groups: frozenset[str] = frozenset(), **facts: object) -> Label:
    said = {"product_class": RX, "carries": frozenset(elements), **facts}
    return Label(groups=groups, **said)


def outcomes(pack: Pack, subject: Label | TradeItem, on: date = TODAY) -> dict[str, Outcome]:
    return {each.rule.code: each.outcome for each in evaluate(pack, subject, on=on).results}


def test_a_rule_is_passed_or_failed_by_what_is_said() -> None:
    pack = demo_pack()

    assert outcomes(pack, label("01", "21")) == {"XX-DEMO-001": Outcome.PASSED}
    assert outcomes(pack, label("01")) == {"XX-DEMO-001": Outcome.FAILED}


def test_what_is_not_said_is_never_passed() -> None:
    assert outcomes(demo_pack(), Label(product_class=RX)) == {"XX-DEMO-001": Outcome.UNKNOWN}


def test_whether_a_rule_applies_must_be_said_before_it_fails() -> None:
    unsaid = Label(carries=frozenset({"01"}))
    (result,) = evaluate(demo_pack(), unsaid, on=TODAY).results

    assert result.outcome is Outcome.UNKNOWN
    assert result.sentence == "Whether the rule applies is not said: product class."
    assert outcomes(demo_pack(), Label(carries=frozenset({"01", "21"}))) == {
        "XX-DEMO-001": Outcome.PASSED
    }


def test_a_rule_is_not_asked_outside_its_days_and_its_scope() -> None:
    pack = demo_pack()

    assert outcomes(pack, label("01"), date(2019, 12, 31)) == {}
    assert outcomes(pack, label("01"), date(2020, 1, 1)) != {}
    assert outcomes(pack, label("01", product_class=ProductClass.DEVICE)) == {}


def test_an_exemption_ends_with_its_last_day() -> None:
    pack, vaccine = demo_pack(), label("01", groups=frozenset({"vaccine"}))

    last = evaluate(pack, vaccine, on=date(2026, 12, 31)).results[0]
    after = evaluate(pack, vaccine, on=date(2027, 1, 1)).results[0]

    assert (last.outcome, last.sentence) == (
        Outcome.EXEMPT,
        "Exempt until 2026-12-31: Vaccines.",
    )
    assert (after.outcome, after.applied.since) == (Outcome.FAILED, date(2027, 1, 1))


def test_a_value_that_changes_changes_what_the_same_rule_asks() -> None:
    pack, item = demo_pack(), TradeItem(serial_length=20)

    before = evaluate(pack, item, on=date(2027, 12, 31)).results[0]
    after = evaluate(pack, item, on=date(2028, 1, 1)).results[0]

    assert before.outcome is Outcome.PASSED
    assert after.outcome is Outcome.FAILED
    assert after.applied.since == date(2028, 1, 1)
    assert after.sentence == "Serial numbers have 20 characters; only 16 are allowed."


@pytest.mark.parametrize(
    ("status", "severity", "doubt"),
    [
        ("known", Severity.ERROR, ""),
        ("disputed", Severity.WARNING, " Sources disagree about this."),
        ("expected", Severity.NOTE, " This is expected, not law yet."),
    ],
)
def test_what_is_not_law_for_sure_weighs_less(status: str, severity: Severity, doubt: str) -> None:
    pack = load(
        edited(
            RULES, "confidence: high\n  sources: [act]\nXX-DEMO-002",
            f"status: {status}\n  confidence: high\n  sources: [act]\nXX-DEMO-002",
        )
    ).required()  # fmt: skip

    (finding,) = evaluate(pack, label("01"), on=TODAY).findings

    assert finding.code == "XX-DEMO-001"
    assert finding.severity is severity
    assert finding.message == (
        f"The code carries what it must. The code lacks (21) serial number.{doubt}"
    )
    assert (finding.at, finding.clause, finding.remedy) == (
        "carries",
        "Act, section 1",
        "Print the code.",
    )


def test_a_disputed_parameter_makes_the_rule_disputed() -> None:
    pack = load(
        edited(
            LABEL, "value: [01, 21], confidence", "value: [01, 21], status: disputed, confidence"
        )
    ).required()

    (result,) = evaluate(pack, label("01"), on=TODAY).results

    assert result.applied.status == "disputed"
    assert result.severity is Severity.WARNING


def test_an_unknown_parameter_leaves_the_rule_undecided() -> None:
    pack = load(
        edited(LABEL, "{value: [01, 21], confidence", "{status: unknown, confidence")
    ).required()  # fmt: skip

    (result,) = evaluate(pack, label("01"), on=TODAY).results

    assert result.outcome is Outcome.UNKNOWN
    assert result.sentence == "The law is not known: Elements in the code (AIs)."


def test_a_rule_can_go_by_the_day_of_release() -> None:
    pack = load(
        edited(RULES, "from: 2020-01-01\n  clause: Act, section 1",
               "from: 2020-01-01\n  dated_by: release\n  clause: Act, section 1")
    ).required()  # fmt: skip

    assert outcomes(pack, label("01", released_on=date(2019, 6, 1))) == {}
    assert outcomes(pack, label("01", released_on=date(2020, 6, 1))) != {}


def test_an_exemption_must_be_shown() -> None:
    pack = load(
        edited("exemptions/exemptions.yaml", "{groups: [vaccine]}", "{released_to: 2021-12-31}")
    ).required()

    (result,) = evaluate(pack, label("01"), on=TODAY).results

    assert result.outcome is Outcome.FAILED
    assert result.sentence == (
        "The code lacks (21) serial number. Exempt if so: Vaccines (released on not said)."
    )


def test_an_explanation_is_one_sentence_with_clause_and_day() -> None:
    (result,) = evaluate(demo_pack(), label("01"), on=TODAY).results

    assert why(result) == (
        "XX-DEMO-001 is not met: The code lacks (21) serial number. "
        "(Act, section 1; since 2020-01-01)"
    )


def test_an_evaluation_names_the_pack_that_decided() -> None:
    pack = demo_pack()

    identity = evaluate(pack, label("01"), on=TODAY).identity

    assert (identity.pack_id, identity.version) == ("xx_demo", "1")
    assert identity.sha256 == pack.layers[0].sha256
    assert load(edited("sources.yaml", "A newspaper", "A paper")).required().identity != identity
