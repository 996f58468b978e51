from __future__ import annotations

import re

import pytest

from packtrail.access import (
    ROLES,
    Action,
    Actor,
    Agreement,
    AgreementKind,
    Permission,
    RoleName,
    audience_of,
    require,
)
from packtrail.access.permissions import OF_THE_INSTALLATION
from packtrail.base.errors import NotPermitted

MAKER, PACKER, STRANGER = 1, 2, 3
RECORDS = Agreement(MAKER, PACKER, AgreementKind.RECORDS_FOR)


@pytest.mark.parametrize("sentence", [*Permission, *Action])
def test_permissions_and_actions_are_sentences_of_three_words(sentence: str) -> None:
    assert re.fullmatch(r"[a-z]+:[a-z_]+:[a-z]+", sentence)


def test_no_role_may_do_what_concerns_every_organisation() -> None:
    assert all(not held & OF_THE_INSTALLATION for held in ROLES.values())


def test_a_reader_changes_nothing_and_may_say_something() -> None:
    held = ROLES[RoleName.READER]

    assert [each for each in held if not each.value.endswith(":read")] == [Permission.PLAN_RAISE]


def test_an_auditor_changes_nothing_and_reads_the_audit_trail() -> None:
    held = ROLES[RoleName.AUDITOR]

    assert Permission.AUDIT_READ in held
    assert all(each.value.endswith(":read") for each in held)


def test_require_names_the_permission_that_is_missing() -> None:
    reader = Actor.system("Ada").with_permissions(ROLES[RoleName.READER])

    with pytest.raises(NotPermitted) as refused:
        require(reader, Permission.CAPTURE_CREATE)

    (finding,) = refused.value.findings
    assert finding.code == "ACC-001"
    assert finding.message == "Ada may not do this: it needs capture:document:create."


def test_what_one_records_for_oneself_nobody_else_sees() -> None:
    assert audience_of(MAKER, MAKER, ()) == {MAKER}


def test_what_one_records_for_a_partner_both_see() -> None:
    assert audience_of(MAKER, PACKER, (RECORDS,)) == {MAKER, PACKER}


@pytest.mark.parametrize(
    ("owner", "recorder"), [(PACKER, MAKER), (MAKER, STRANGER), (STRANGER, PACKER)]
)
def test_an_agreement_holds_in_one_direction_for_two_parties(owner: int, recorder: int) -> None:
    with pytest.raises(NotPermitted) as refused:
        audience_of(owner, recorder, (RECORDS,))

    assert refused.value.findings[0].code == "ACC-002"
