"""The account of an order, its sign-off, and its closing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.services.plants import Plant, make_plant, told

from packtrail.access import Actor, ActorKind
from packtrail.base.errors import Conflict, LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.production.levels import Level
from packtrail.production.orders import State
from packtrail.production.reconciliation import Outcome
from packtrail.services.accounts import accounts, audit
from packtrail.services.accounts.signing import Statement
from packtrail.services.orders import orders
from packtrail.services.orders.order_commands import command
from packtrail.services.orders.reconciling import Account, account, close, settle, sign
from packtrail.services.supply import pools
from packtrail.services.supply.settling import return_serials
from packtrail.store.database import Database

PASSWORD = "correct horse battery"


@pytest.fixture
def plant(fresh_database: Database) -> Iterator[Plant]:
    made = make_plant(fresh_database)
    yield made
    made.app.workers.shutdown(wait=True)


@pytest.fixture
def over(plant: Plant) -> Plant:
    """An order of 6 packs that is over: two full cases, a sample, rejects, and some left over."""
    plant.order(quantity=6, spare_percent=100)
    for minutes in (0, 5):
        plant.case_of(plant.take("pack", 3), minutes)
    sampled, rejected, spoilt = plant.take("pack", 3)
    plant.report(
        told("encode", 9, numbers=[sampled, rejected, spoilt]),
        told("commission", 10, numbers=[sampled, rejected]),
        told("sample", 11, numbers=[sampled], reason="retention"),
        told("reject", 12, numbers=[rejected], reason="damaged"),
        told("reject", 13, numbers=[spoilt], reason="unreadable"),
        told("count", 14, counts={"good": 6, "rejected": 2, "sampled": 1}),
    )
    command(plant.app, plant.packer, "WO-1", "Stop", reason="batch is done")
    return plant


def person(plant: Plant, role: str = "quality", *, of: Actor | None = None) -> Actor:
    """Somebody with a password, signed in."""
    head = of or plant.maker
    name = f"{role}.{head.organisation_code}"
    accounts.create_user(
        plant.app, head, name, role=role, display_name=f"Q of {name}", password=PASSWORD
    )
    return accounts.sign_in(plant.app, name, PASSWORD).actor


def outcomes(found: Account, level: Level = Level.PACK) -> dict[str, int]:
    (sums,) = [each for each in found.sums.levels if each.level is level]
    return {str(outcome): count for outcome, count in sums.outcomes.items() if count}


def codes(found: Account) -> list[str]:
    return [each.code for each in found.sums.findings]


def statement(found: Account, **more: Any) -> Statement:
    values = {"password": PASSWORD, "meaning": "reconciled", "digest": found.digest, **more}
    return Statement(**values)


def settled(plant: Plant) -> Account:
    """Give back whatever is unaccounted for."""
    for level in ("pack", "case", "pallet"):
        settle(
            plant.app, plant.packer, "WO-1", level, is_void=False, reason="left over",
            request_id=f"rest-{level}",
        )  # fmt: skip
    return account(plant.app, plant.maker, "WO-1")


def test_every_number_has_its_outcome(over: Plant) -> None:
    found = account(over.app, over.maker, "WO-1")

    assert outcomes(found) == {"commissioned": 6, "sampled": 1, "rejected": 2, "unaccounted": 3}
    assert outcomes(found, Level.CASE) == {"commissioned": 2, "unaccounted": 2}
    packs = found.sums.levels[0]
    assert (packs.issued, packs.planned, packs.packed, packs.yield_percent) == (12, 6, 6, 66.7)
    assert packs.reasons == {"damaged": 1, "retention": 1, "unreadable": 1}
    assert codes(found).count("LIN-050") == 3
    assert {each.code for each in found.blocking} == {"LIN-050"}


def test_what_is_left_over_goes_back_to_the_pool(over: Plant) -> None:
    found = settled(over)

    assert outcomes(found) == {"commissioned": 6, "sampled": 1, "rejected": 2, "returned": 3}
    assert (codes(found), found.sums.adds_up) == (["LIN-057"], True)
    assert pools.pool(over.app, over.maker, "packs").returned == 3
    again = settle(
        over.app, over.packer, "WO-1", "pack", is_void=False, reason="left over",
        request_id="rest-pack",
    )  # fmt: skip
    assert again == 0


def test_numbers_are_made_void_one_by_one(over: Plant) -> None:
    (one,) = over.take("pack", 1)

    count = settle(
        over.app, over.packer, "WO-1", "pack", is_void=True, reason="roll torn", numbers=[one],
        request_id="torn",
    )  # fmt: skip

    found = account(over.app, over.maker, "WO-1")
    assert (count, outcomes(found)["void"], outcomes(found)["unaccounted"]) == (1, 1, 2)
    with pytest.raises(RefusedError) as refused:
        settle(
            over.app, over.packer, "WO-1", "pack", is_void=True, reason="x", numbers=[one],
            request_id="again",
        )  # fmt: skip
    assert refused.value.findings[0].code == "LIN-022"


def test_numbers_are_settled_only_when_the_order_is_over(plant: Plant) -> None:
    plant.order()

    with pytest.raises(Conflict) as refused:
        settle(plant.app, plant.packer, "WO-1", "pack", is_void=True, reason="x", request_id="1")
    assert refused.value.findings[0].code == "LIN-017"
    with pytest.raises(RefusedError) as refused:
        settle(plant.app, plant.packer, "WO-1", "pack", is_void=True, reason=" ", request_id="1")
    assert refused.value.findings[0].code == "LIN-037"


def test_an_order_is_signed_and_closed(over: Plant) -> None:
    quality = person(over)
    found = settled(over)

    signed = sign(over.app, quality, "WO-1", statement(found, comment="as planned"))
    closed = close(over.app, over.packer, "WO-1")

    (signature,) = signed.signatures
    assert (signature.signer_name, signature.sentence, signature.is_current) == (
        quality.name, "I have checked that the numbers add up", True,
    )  # fmt: skip
    assert (closed.state, closed.commands) == (State.CLOSED, ())
    packs = pools.pool(over.app, over.maker, "packs")
    assert (packs.used, packs.outstanding) == (8, 0)
    assert packs.issued == packs.used + packs.returned + packs.voided
    for actor in (over.maker, over.packer):
        final = account(over.app, actor, "WO-1")
        assert (final.is_final, final.digest, final.sums) == (True, found.digest, found.sums)
        trail = {each.action for each in audit.entries(over.app, actor)}
        assert "line:order:signed" in trail
    assert orders.history(over.app, over.maker, "WO-1")[-1].detail["digest"] == found.digest


def test_what_happens_to_packs_later_does_not_change_a_closed_account(over: Plant) -> None:
    found = settled(over)
    sign(over.app, person(over), "WO-1", statement(found))
    close(over.app, over.packer, "WO-1")

    with pytest.raises(Conflict) as refused:
        over.report(told("count", 99, counts={"good": 1}))

    assert refused.value.findings[0].code == "LIN-017"
    assert account(over.app, over.maker, "WO-1").sums == found.sums


def test_an_order_with_open_numbers_is_not_closed(over: Plant) -> None:
    found = account(over.app, over.maker, "WO-1")
    sign(over.app, person(over), "WO-1", statement(found, comment="will be found"))

    with pytest.raises(Conflict) as refused:
        close(over.app, over.packer, "WO-1")

    assert {each.code for each in refused.value.findings} == {"LIN-050"}


def test_an_unsigned_order_is_not_closed(over: Plant) -> None:
    settled(over)

    with pytest.raises(Conflict) as refused:
        close(over.app, over.packer, "WO-1")

    assert refused.value.findings[0].code == "LIN-058"


@pytest.mark.parametrize("meaning", ["reviewed", "rejected"])
def test_not_every_meaning_closes_an_order(over: Plant, meaning: str) -> None:
    found = settled(over)
    sign(over.app, person(over), "WO-1", statement(found, meaning=meaning))

    with pytest.raises(Conflict):
        close(over.app, over.packer, "WO-1")


def test_what_does_not_add_up_is_closed_only_with_a_comment(over: Plant) -> None:
    over.report(told("commission", 20, numbers=["NOBODYS"]))
    quality, found = person(over), settled(over)
    assert "LIN-051" in codes(found)
    sign(over.app, quality, "WO-1", statement(found))
    with pytest.raises(Conflict):
        close(over.app, over.packer, "WO-1")

    sign(over.app, quality, "WO-1", statement(found, comment="camera misread, deviation 17"))

    assert close(over.app, over.packer, "WO-1").state is State.CLOSED


def test_a_late_report_makes_a_signature_old(over: Plant) -> None:
    found = settled(over)
    sign(over.app, person(over), "WO-1", statement(found))
    over.report(told("count", 30, counts={"good": 6}))

    again = account(over.app, over.maker, "WO-1")

    assert again.digest != found.digest
    assert [each.is_current for each in again.signatures] == [False]
    with pytest.raises(Conflict) as refused:
        close(over.app, over.packer, "WO-1")
    assert refused.value.findings[0].code == "LIN-058"


def test_gaps_doubles_and_what_waits_are_told(over: Plant) -> None:
    (late,) = over.take("pack", 1)
    doubled = over.report(told("count", 1, counts={"good": 6}), sequence=2)
    over.report(told("sample", 40, numbers=[late], reason="retention"), sequence=5)

    found = account(over.app, over.maker, "WO-1")

    assert doubled.sequence == 2
    assert found.sums.reported.missing == (1, 3, 4)
    assert found.sums.reported.waiting == 2
    assert {"LIN-054", "LIN-055"} <= set(codes(found))


def test_a_number_that_comes_alive_after_it_was_given_back_is_told(over: Plant) -> None:
    (one,) = over.take("pack", 1)
    over.report(told("commission", 21, numbers=[one]))
    return_serials(over.app, over.maker, "packs", [one], request_id="wrongly")

    found = account(over.app, over.maker, "WO-1")

    assert "LIN-056" in codes(found)
    assert found.sums.levels[0].misused == (one,)
    assert outcomes(found)[Outcome.COMMISSIONED] == 7


# --- who signs ------------------------------------------------------------------------------------


def test_a_signature_needs_the_password_again(over: Plant) -> None:
    quality, found = person(over), settled(over)

    for wrong, expected in (
        ({"password": "something else entirely"}, "ACC-019"),
        ({"meaning": "whatever"}, "LIN-061"),
        ({"digest": "0" * 64}, "LIN-062"),
    ):
        with pytest.raises(RefusedError) as refused:
            sign(over.app, quality, "WO-1", statement(found, **wrong))
        assert refused.value.findings[0].code == expected
    assert account(over.app, over.maker, "WO-1").signatures == ()


def test_passwords_are_not_tried_out_by_signing(over: Plant) -> None:
    quality, found = person(over), settled(over)

    refused = []
    for _ in range(6):
        with pytest.raises(RefusedError) as guess:
            sign(over.app, quality, "WO-1", statement(found, password="guess again guess"))
        refused.append(type(guess.value))

    assert refused == [RefusedError] * 5 + [LimitExceeded]


def test_only_people_with_a_password_and_the_right_sign(over: Plant) -> None:
    found = settled(over)
    operator = person(over, "operator")
    accounts.create_user(
        over.app, over.maker, f"link.{over.maker.organisation_code}", role="quality"
    )
    token = accounts.create_sign_in_link(
        over.app, over.maker, f"link.{over.maker.organisation_code}"
    )
    linked = accounts.sign_in_by_link(over.app, token).actor
    for actor in (operator, over.maker, linked):
        with pytest.raises(NotPermitted):
            sign(over.app, actor, "WO-1", statement(found))
    assert over.maker.kind is ActorKind.SYSTEM


def test_a_running_order_is_not_signed(plant: Plant) -> None:
    plant.order()
    quality, found = person(plant), account(plant.app, plant.maker, "WO-1")

    with pytest.raises(Conflict) as refused:
        sign(plant.app, quality, "WO-1", statement(found))

    assert refused.value.findings[0].code == "LIN-017"


def test_the_packer_sees_and_signs_the_same_account(over: Plant) -> None:
    found = settled(over)
    theirs = account(over.app, over.packer, "WO-1")
    sign(over.app, person(over, of=over.packer), "WO-1", statement(found))

    assert (theirs.digest, theirs.sums) == (found.digest, found.sums)
    assert [each.meaning for each in account(over.app, over.maker, "WO-1").signatures] == [
        "reconciled"
    ]


def test_a_stranger_sees_no_account(over: Plant) -> None:
    stranger = over.world.wholesaler

    for call in (
        lambda: account(over.app, stranger, "WO-1"),
        lambda: close(over.app, stranger, "WO-1"),
        lambda: settle(
            over.app, stranger, "WO-1", "pack", is_void=True, reason="x", request_id="1"
        ),
    ):
        with pytest.raises(NotFound):
            call()


def test_signatures_cannot_be_altered(over: Plant) -> None:
    found = settled(over)
    sign(over.app, person(over), "WO-1", statement(found))

    for text in ("update signature set meaning = 'approved'", "delete from signature"):
        with (
            pytest.raises(psycopg.errors.RaiseException),
            over.app.database.transaction() as conn,
        ):
            conn.execute(text)


def test_a_cancelled_order_is_closed_with_everything_returned(plant: Plant) -> None:
    plant.order(start=False)
    command(plant.app, plant.packer, "WO-1", "Cancel", reason="planned twice")
    found = account(plant.app, plant.maker, "WO-1")
    sign(plant.app, person(plant), "WO-1", statement(found))

    closed = close(plant.app, plant.packer, "WO-1")

    assert outcomes(found) == {"returned": 18}
    assert closed.state is State.CLOSED
