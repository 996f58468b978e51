"""Every case of every pack, and what must be so before a pack may be merged."""

from __future__ import annotations

from datetime import date

import pytest

from packtrail.base.findings import Severity
from packtrail.compliance import Catalogue, lint, run_cases
from packtrail.services import rule_packs

PACKS = [pack.id for pack in rule_packs.built_in()]
SEEN_ON = date(2026, 11, 22)


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_case_gives_what_it_expects(catalogue: Catalogue, pack_id: str) -> None:
    own, whole = catalogue.own[pack_id], catalogue.packs[pack_id]

    findings = [each for result in run_cases(whole, own.cases) for each in result.findings]

    assert findings == []


@pytest.mark.parametrize("pack_id", PACKS)
def test_nothing_is_said_without_source_date_and_case(catalogue: Catalogue, pack_id: str) -> None:
    findings = lint(catalogue.own[pack_id], catalogue.packs[pack_id], on=SEEN_ON)

    assert findings == ()


def test_every_market_of_the_file_has_a_pack_and_so_has_every_member_state(
    catalogue: Catalogue,
) -> None:
    assert len(catalogue.packs) == 66
    assert len(catalogue.markets) == 66 + 28
    assert catalogue.pack_of("DE").id == catalogue.pack_of("NO").id == "eu_fmd"


def test_the_deep_packs_carry_rules_for_every_part_of_the_chain(catalogue: Catalogue) -> None:
    deep = {name for name, pack in catalogue.packs.items() if pack.heading.tier == "deep"}
    without = {name for name in deep | {"gr_fmd"} if not catalogue.own[name].rules}

    assert len(deep) == 14 - 1
    assert without == set()


def test_no_source_is_listed_with_two_meanings(catalogue: Catalogue) -> None:
    meanings: dict[str, set[str]] = {}
    for pack in catalogue.own.values():
        for name, source in pack.sources.items():
            meanings.setdefault(name, set()).add(source.url)

    assert {name: urls for name, urls in meanings.items() if len(urls) > 1} == {}


def test_an_old_pack_is_told_to_be_looked_at_again(catalogue: Catalogue) -> None:
    own = catalogue.own["us_dscsa"]

    findings = lint(own, own, on=date(2028, 1, 1))

    assert [(each.code, each.severity) for each in findings] == [("LAW-016", Severity.WARNING)]
