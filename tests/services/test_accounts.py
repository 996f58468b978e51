from __future__ import annotations

import threading

import pytest

from packtrail.access import ROLES, Permission, RoleName
from packtrail.base.errors import (
    Conflict,
    LimitExceeded,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RefusedError,
)
from packtrail.services.accounts import accounts, audit, organisations, passwords

from .conftest import World

PASSWORD = "a long enough sentence"


def _code(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.findings[0].code


def test_a_right_password_begins_a_session_of_the_account(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="operator", password=PASSWORD)

    signed_in = accounts.sign_in(world.app, "ada", PASSWORD)
    actor = accounts.session(world.app, signed_in.token)

    assert actor == signed_in.actor
    assert actor.organisation_code == "maker"
    assert actor.may(Permission.CAPTURE_CREATE)
    assert not actor.may(Permission.USER_CREATE)


def test_a_wrong_password_and_an_unknown_name_look_alike(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="operator", password=PASSWORD)

    with pytest.raises(NotAuthenticated) as wrong:
        accounts.sign_in(world.app, "ada", PASSWORD + "!")
    with pytest.raises(NotAuthenticated) as unknown:
        accounts.sign_in(world.app, "nobody", PASSWORD)

    assert wrong.value.findings == unknown.value.findings
    assert _code(wrong) == "ACC-004"


def test_an_account_without_password_is_not_signed_in_by_an_empty_one(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="operator")

    with pytest.raises(NotAuthenticated):
        accounts.sign_in(world.app, "ada", "")


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_too_many_attempts_must_wait_even_with_the_right_password(world: World, name: str) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="operator", password=PASSWORD)
    for _ in range(world.app.settings.sign_in_failures_max):
        with pytest.raises(NotAuthenticated):
            accounts.sign_in(world.app, name, "wrong")

    with pytest.raises(LimitExceeded) as refused:
        accounts.sign_in(world.app, name, PASSWORD)
    world.clock.advance(minutes=world.app.settings.sign_in_wait_for_minutes + 1)

    assert _code(refused) == "ACC-005"
    if name == "ada":
        assert accounts.sign_in(world.app, name, PASSWORD).actor.name == "ada"


def test_a_crowd_at_the_door_is_turned_away_instead_of_holding_up_the_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="operator", password=PASSWORD)
    line = threading.BoundedSemaphore(1)
    monkeypatch.setattr(passwords, "_IN_LINE", line)

    with line, pytest.raises(LimitExceeded) as refused:
        accounts.sign_in(world.app, "ada", PASSWORD)

    assert _code(refused) == "ACC-005"
    assert accounts.sign_in(world.app, "ada", PASSWORD).actor.name == "ada"


def test_a_session_ends_with_sign_out_and_with_time(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader", password=PASSWORD)
    first = accounts.sign_in(world.app, "ada", PASSWORD)
    second = accounts.sign_in(world.app, "ada", PASSWORD)

    accounts.sign_out(world.app, first.token)
    accounts.sign_out(world.app, first.token)
    with pytest.raises(NotAuthenticated) as signed_out:
        accounts.session(world.app, first.token)
    world.clock.advance(hours=world.app.settings.session_for_hours)
    with pytest.raises(NotAuthenticated):
        accounts.session(world.app, second.token)

    assert _code(signed_out) == "ACC-006"


def test_a_sign_in_link_works_once(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader")
    token = accounts.create_sign_in_link(world.app, world.maker, "ada")

    signed_in = accounts.sign_in_by_link(world.app, token)
    with pytest.raises(NotAuthenticated) as again:
        accounts.sign_in_by_link(world.app, token)

    assert signed_in.actor.name == "ada"
    assert _code(again) == "ACC-007"


def test_a_sign_in_link_expires(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader")
    token = accounts.create_sign_in_link(world.app, world.maker, "ada")

    world.clock.advance(minutes=world.app.settings.sign_in_link_for_minutes)

    with pytest.raises(NotAuthenticated):
        accounts.sign_in_by_link(world.app, token)


def test_no_link_is_made_for_a_user_of_another_organisation(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader")

    with pytest.raises(NotFound):
        accounts.create_sign_in_link(world.app, world.wholesaler, "ada")


def test_secrets_are_not_in_the_database(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader", password=PASSWORD)
    link = accounts.create_sign_in_link(world.app, world.maker, "ada")
    signed_in = accounts.sign_in(world.app, "ada", PASSWORD)
    key = accounts.create_api_key(world.app, world.maker, "line 1", scopes=[Permission.EVENT_READ])

    with world.app.database.reading() as conn:
        stored = "".join(
            str(row)
            for table in ("account", "session", "sign_in_link", "api_key", "audit")
            for row in conn.execute(f"select t::text from {table} t")
        )

    assert PASSWORD not in stored
    assert link not in stored
    assert signed_in.token not in stored
    assert key.secret not in stored
    assert key.key.key_id in stored


@pytest.mark.parametrize(
    ("name", "role", "password", "code"),
    [
        ("Ada Lovelace", "reader", PASSWORD, "ACC-012"),
        ("ada", "king", PASSWORD, "ACC-016"),
        ("ada", "reader", "short", "ACC-011"),
        ("ada", "reader", "x" * 300, "ACC-011"),
    ],
)
def test_an_account_is_refused_with_the_reason(
    world: World, name: str, role: str, password: str, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        accounts.create_user(world.app, world.maker, name, role=role, password=password)

    assert _code(refused) == code


@pytest.mark.parametrize("role", ["administrator", "operator", "auditor"])
def test_nobody_opens_an_account_that_may_do_more_than_they_may(world: World, role: str) -> None:
    accounts.create_user(world.app, world.maker, "ada", role=role)
    clerk = world.maker.with_permissions(
        {*ROLES[RoleName.READER], Permission.USER_CREATE, Permission.USER_READ}
    )

    with pytest.raises(NotPermitted) as account:
        accounts.create_user(world.app, clerk, "eve", role=role, password=PASSWORD)
    with pytest.raises(NotPermitted) as link:
        accounts.create_sign_in_link(world.app, clerk, "ada")
    accounts.create_user(world.app, clerk, "bob", role="reader")

    assert _code(account) == _code(link) == "ACC-001"
    assert [user.name for user in accounts.users(world.app, world.maker)] == ["ada", "bob"]


def test_a_name_is_taken_once_for_all_organisations(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader")

    with pytest.raises(Conflict) as refused:
        accounts.create_user(world.app, world.wholesaler, "ada", role="reader")

    assert _code(refused) == "ACC-010"


def test_a_key_has_exactly_the_scopes_it_was_made_with(world: World) -> None:
    made = accounts.create_api_key(world.app, world.maker, "line 1", scopes=[Permission.EVENT_READ])

    actor = accounts.authenticate_api_key(world.app, made.secret)

    assert actor.permissions == {Permission.EVENT_READ}
    assert actor.organisation_code == "maker"
    assert made.secret.startswith(made.key.key_id)


def test_a_key_cannot_have_a_scope_its_maker_lacks(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="administrator", password=PASSWORD)
    ada = accounts.sign_in(world.app, "ada", PASSWORD).actor

    with pytest.raises(RefusedError) as refused:
        accounts.create_api_key(world.app, ada, "x", scopes=[Permission.ORGANISATION_CREATE])

    assert _code(refused) == "ACC-009"


def test_an_expired_or_revoked_key_does_not_work(world: World) -> None:
    scopes = [Permission.EVENT_READ]
    short = accounts.create_api_key(world.app, world.maker, "short", scopes=scopes, days=1)
    revoked = accounts.create_api_key(world.app, world.maker, "revoked", scopes=scopes)

    accounts.revoke_api_key(world.app, world.maker, revoked.key.key_id)
    with pytest.raises(NotAuthenticated) as refused:
        accounts.authenticate_api_key(world.app, revoked.secret)
    world.clock.advance(days=1)
    with pytest.raises(NotAuthenticated):
        accounts.authenticate_api_key(world.app, short.secret)

    assert _code(refused) == "ACC-008"


def test_a_key_of_another_organisation_is_neither_seen_nor_revoked(world: World) -> None:
    made = accounts.create_api_key(world.app, world.maker, "line 1", scopes=[Permission.EVENT_READ])

    with pytest.raises(NotFound):
        accounts.revoke_api_key(world.app, world.wholesaler, made.key.key_id)

    assert accounts.api_keys(world.app, world.wholesaler) == ()
    assert accounts.authenticate_api_key(world.app, made.secret).name == "line 1"


def test_every_change_is_in_the_audit_trail_of_its_organisation_only(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="reader", password=PASSWORD)
    accounts.sign_in(world.app, "ada", PASSWORD)

    seen = [each.action for each in audit.entries(world.app, world.maker)]
    others = [each.action for each in audit.entries(world.app, world.wholesaler)]

    assert seen[:2] == ["account:session:created", "account:user:created"]
    assert others == ["organisation:record:created"]


def test_organisations_show_only_those_one_has_to_do_with(world: World) -> None:
    seen = {
        each.code: each.may_record_for
        for each in organisations.organisations(world.app, world.packer)
    }

    assert seen == {"maker": True, "packer": True}
    assert [each.code for each in organisations.organisations(world.app, world.wholesaler)] == [
        "wholesaler"
    ]


def test_only_the_installation_opens_organisations(world: World) -> None:
    accounts.create_user(world.app, world.maker, "ada", role="administrator", password=PASSWORD)
    ada = accounts.sign_in(world.app, "ada", PASSWORD).actor

    with pytest.raises(NotPermitted):
        organisations.create_organisation(world.app, ada, "another", name="Another")


def test_the_first_steps_are_told_until_they_are_done(world: World) -> None:
    before = accounts.first_steps(world.app)
    accounts.create_user(world.app, world.maker, "ada", role="administrator", password=PASSWORD)

    assert before == ("packtrail users add NAME --role administrator",)
    assert accounts.first_steps(world.app) == ()
