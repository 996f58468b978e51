from __future__ import annotations

import pytest

from packtrail.access import Permission, RoleName
from packtrail.base.errors import (
    Conflict,
    LimitExceeded,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RefusedError,
)
from packtrail.services.accounts import account_changes, accounts, audit

from .conftest import World

PASSWORD = "a long enough sentence"
OTHER = "quite another sentence"


@pytest.fixture
def ada(world: World) -> accounts.SignedIn:
    accounts.create_user(world.app, world.maker, "ada", role="administrator", password=PASSWORD)
    return accounts.sign_in(world.app, "ada", PASSWORD)


@pytest.fixture
def ben(world: World, ada: accounts.SignedIn) -> accounts.SignedIn:
    accounts.create_user(world.app, ada.actor, "ben", role="reader", password=PASSWORD)
    return accounts.sign_in(world.app, "ben", PASSWORD)


def _code(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.findings[0].code


def _actions(world: World) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in audit.entries(world.app, world.maker)]


def test_a_person_changes_their_password_and_only_this_session_goes_on(
    world: World, ada: accounts.SignedIn
) -> None:
    elsewhere = accounts.sign_in(world.app, "ada", PASSWORD)

    account_changes.change_own_password(
        world.app, ada.actor, ada.token, current=PASSWORD, new=OTHER
    )

    assert accounts.session(world.app, ada.token) == ada.actor
    with pytest.raises(NotAuthenticated):
        accounts.session(world.app, elsewhere.token)
    with pytest.raises(NotAuthenticated):
        accounts.sign_in(world.app, "ada", PASSWORD)
    assert accounts.sign_in(world.app, "ada", OTHER).actor == ada.actor
    assert ("account:password:changed", "ada") in _actions(world)


@pytest.mark.parametrize(
    ("current", "new", "code"), [("wrong", OTHER, "ACC-019"), (PASSWORD, "short", "ACC-011")]
)
def test_a_password_is_not_changed_without_the_right_one_or_to_a_weak_one(
    world: World, ada: accounts.SignedIn, current: str, new: str, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        account_changes.change_own_password(
            world.app, ada.actor, ada.token, current=current, new=new
        )

    assert _code(refused) == code
    assert accounts.sign_in(world.app, "ada", PASSWORD).actor == ada.actor


def test_a_stolen_session_cannot_try_passwords_without_end(
    world: World, ada: accounts.SignedIn
) -> None:
    def attempt() -> None:
        account_changes.change_own_password(
            world.app, ada.actor, ada.token, current="a guess", new=OTHER
        )

    for _ in range(world.app.settings.sign_in_failures_max):
        with pytest.raises(RefusedError):
            attempt()
    with pytest.raises(LimitExceeded):
        attempt()


def test_who_came_by_a_link_sets_a_password_without_the_one_they_forgot(
    world: World, ada: accounts.SignedIn
) -> None:
    link = accounts.create_sign_in_link(world.app, world.maker, "ada")
    signed_in = accounts.sign_in_by_link(world.app, link)

    assert not account_changes.needs_current_password(world.app, signed_in.token)
    account_changes.change_own_password(
        world.app, signed_in.actor, signed_in.token, current="", new=OTHER
    )

    assert account_changes.needs_current_password(world.app, signed_in.token)
    assert accounts.sign_in(world.app, "ada", OTHER).actor.name == "ada"
    with pytest.raises(NotAuthenticated):
        accounts.session(world.app, ada.token)


def test_a_program_and_another_persons_session_change_no_password(
    world: World, ada: accounts.SignedIn, ben: accounts.SignedIn
) -> None:
    for actor in (world.maker, ben.actor):
        with pytest.raises(NotPermitted):
            account_changes.change_own_password(
                world.app, actor, ada.token, current=PASSWORD, new=OTHER
            )


def test_a_disabled_user_is_out_at_once_and_stays_out(
    world: World, ada: accounts.SignedIn, ben: accounts.SignedIn
) -> None:
    link = accounts.create_sign_in_link(world.app, ada.actor, "ben")

    account_changes.disable_user(world.app, ada.actor, "ben")
    account_changes.disable_user(world.app, ada.actor, "ben")

    with pytest.raises(NotAuthenticated):
        accounts.session(world.app, ben.token)
    with pytest.raises(NotAuthenticated):
        accounts.sign_in(world.app, "ben", PASSWORD)
    with pytest.raises(NotAuthenticated):
        accounts.sign_in_by_link(world.app, link)
    with pytest.raises(Conflict) as refused:
        accounts.create_sign_in_link(world.app, ada.actor, "ben")
    assert _code(refused) == "ACC-021"
    assert _actions(world).count(("account:user:disabled", "ben")) == 1
    assert [each.disabled_at is None for each in accounts.users(world.app, ada.actor)] == [
        True,
        False,
    ]


def test_an_enabled_user_signs_in_again(
    world: World, ada: accounts.SignedIn, ben: accounts.SignedIn
) -> None:
    account_changes.disable_user(world.app, ada.actor, "ben")
    account_changes.enable_user(world.app, ada.actor, "ben")

    assert accounts.sign_in(world.app, "ben", PASSWORD).actor == ben.actor
    assert ("account:user:enabled", "ben") in _actions(world)


def test_a_role_changes_with_the_next_request(
    world: World, ada: accounts.SignedIn, ben: accounts.SignedIn
) -> None:
    account_changes.change_role(world.app, ada.actor, "ben", "operator")

    assert accounts.session(world.app, ben.token).may(Permission.CAPTURE_CREATE)
    assert ("account:role:changed", "ben") in _actions(world)


def test_an_administrator_sets_the_password_of_a_user_whose_sessions_end(
    world: World, ada: accounts.SignedIn, ben: accounts.SignedIn
) -> None:
    account_changes.set_password(world.app, ada.actor, "ben", OTHER)

    with pytest.raises(NotAuthenticated):
        accounts.session(world.app, ben.token)
    assert accounts.sign_in(world.app, "ben", OTHER).actor == ben.actor


def test_nobody_disables_or_promotes_themselves(world: World, ada: accounts.SignedIn) -> None:
    with pytest.raises(RefusedError) as disabled:
        account_changes.disable_user(world.app, ada.actor, "ada")
    with pytest.raises(RefusedError) as changed:
        account_changes.change_role(world.app, ada.actor, "ada", "reader")

    assert (_code(disabled), _code(changed)) == ("ACC-020", "ACC-020")


def test_only_who_may_do_as_much_changes_a_user(
    world: World, ada: accounts.SignedIn, ben: accounts.SignedIn
) -> None:
    clerk = ben.actor.with_permissions({Permission.USER_UPDATE})
    for change in (
        lambda: account_changes.disable_user(world.app, ben.actor, "ada"),
        lambda: account_changes.disable_user(world.app, clerk, "ada"),
        lambda: account_changes.set_password(world.app, clerk, "ada", OTHER),
        lambda: account_changes.change_role(world.app, clerk, "ben", RoleName.ADMINISTRATOR),
    ):
        with pytest.raises(NotPermitted):
            change()
    with pytest.raises(NotFound):
        account_changes.disable_user(world.app, world.wholesaler, "ada")
    with pytest.raises(RefusedError) as refused:
        account_changes.change_role(world.app, ada.actor, "ben", "king")
    assert _code(refused) == "ACC-016"
