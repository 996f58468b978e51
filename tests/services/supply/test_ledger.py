"""Pools, their ledger, and what it proves."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.services.conftest import World
from tests.services.supply.making import (
    GTIN,
    MASTER,
    OTHER_GTIN,
    RANDOM,
    TIGHT,
    code_of,
    create_pool,
    create_sscc_pool,
)

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError, UsageError
from packtrail.serials.policy import Order, Policy
from packtrail.services.accounts import audit
from packtrail.services.supply import looking_up, pools, proving
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.changing import replace_key
from packtrail.services.supply.looking_up import look_up
from packtrail.services.supply.settling import return_serials
from packtrail.services.upkeep.master_key import FILE_NAME, master_keys
from packtrail.settings import Settings

# --- taking ---------------------------------------------------------------------------------------


def test_numbers_are_given_once_and_look_like_the_policy(world: World, pool: str) -> None:
    first = allocate(world.app, world.maker, pool, 1_000, request_id="one", party="line 1")
    second = allocate(world.app, world.maker, pool, 2_000, request_id="two")

    numbers = [*first.serials(), *second.serials()]
    assert len(set(numbers)) == 3_000
    assert all(RANDOM.number(each) is not None for each in numbers)
    assert numbers != sorted(numbers)
    assert b"".join(first.lines()).decode().split() == first.serials()
    assert pools.pool(world.app, world.maker, pool).issued == 3_000


def test_the_same_request_gets_the_same_numbers_for_ever(world: World, pool: str) -> None:
    first = allocate(world.app, world.maker, pool, 100, request_id="one", party="line 1")
    allocate(world.app, world.maker, pool, 100, request_id="two")
    replace_key(world.app, world.maker, pool)

    again = allocate(world.app, world.maker, pool, 100, request_id="one", party="line 1")

    assert again.serials() == first.serials()
    assert (first.entry.is_repeated, again.entry.is_repeated) == (False, True)
    assert again.entry.at == first.entry.at
    assert pools.pool(world.app, world.maker, pool).issued == 200


@pytest.mark.parametrize("other", [{"count": 99}, {"party": "line 2"}, {"purpose": "lot 7"}])
def test_a_request_id_stands_for_one_request(
    world: World, pool: str, other: dict[str, object]
) -> None:
    asked = {"count": 100, "party": "line 1", "purpose": ""}
    allocate(world.app, world.maker, pool, request_id="one", **asked)

    with pytest.raises(Conflict) as refused:
        allocate(world.app, world.maker, pool, request_id="one", **{**asked, **other})

    assert code_of(refused) == "SER-007"


def test_a_pool_that_runs_out_gives_what_it_has_and_says_so(world: World) -> None:
    create_pool(world.app, world.maker, "tight", gtin=GTIN, policy=TIGHT, low_water=50)

    plenty = allocate(world.app, world.maker, "tight", 900, request_id="1")
    low = allocate(world.app, world.maker, "tight", 60, request_id="2")
    short = allocate(world.app, world.maker, "tight", 60, request_id="3")

    assert plenty.entry.findings == ()
    assert [each.code for each in low.entry.findings] == ["SER-010"]
    assert [each.code for each in short.entry.findings] == ["SER-003", "SER-010"]
    assert (short.entry.asked, short.entry.count, len(short.serials())) == (60, 39, 39)
    again = allocate(world.app, world.maker, "tight", 60, request_id="3")
    assert again.serials() == short.serials()


def test_a_pool_refuses_what_would_break_the_guess_limit(world: World) -> None:
    create_pool(world.app, world.maker, "tight", gtin=GTIN, policy=TIGHT)
    allocate(world.app, world.maker, "tight", 999, request_id="1")

    with pytest.raises(Conflict, match=r"the guess probability must stay below 1/10000\.$"):
        allocate(world.app, world.maker, "tight", 1, request_id="2")

    (proof,) = proving.prove(world.app, world.maker)
    assert (proof.guess_probability, proof.is_below_limit) == ("999/10000000", True)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [({"count": 0}, "count"), ({"count": 10**8}, "count"), ({"request_id": ""}, "request_id"),
     ({"party": "x" * 201}, "party"), ({"purpose": "x" * 201}, "purpose")],
)  # fmt: skip
def test_a_request_that_cannot_be_used_is_refused(
    world: World, pool: str, wrong: dict[str, object], at: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        allocate(world.app, world.maker, pool, **{"count": 1, "request_id": "x", **wrong})

    assert [(each.code, each.at) for each in refused.value.findings] == [("SER-013", at)]


def test_ssccs_follow_each_other(world: World) -> None:
    create_sscc_pool(world.app, world.maker, "pallets", prefix="0614141", extension="1")

    allocate(world.app, world.maker, "pallets", 10, request_id="1")
    given = allocate(world.app, world.maker, "pallets", 2, request_id="2").serials()

    assert given == ["106141410000000101", "106141410000000118"]
    (found,) = look_up(world.app, world.maker, f"(00){given[1]}")
    assert found.entry is not None
    assert found.entry.request_id == "2"


def test_sequential_numbers_need_no_key(world: World) -> None:
    policy = Policy.of("numeric", 8, prefix="7", order=Order.SEQUENTIAL, guess_limit=None)
    create_pool(world.app, world.maker, "plain", gtin=GTIN, policy=policy)

    given = allocate(world.app, world.maker, "plain", 3, request_id="1").serials()

    assert given == ["70000000", "70000001", "70000002"]
    with pytest.raises(RefusedError) as refused:
        replace_key(world.app, world.maker, "plain")
    assert code_of(refused) == "SER-013"


# --- many at the same time ------------------------------------------------------------------------


def test_fifty_clients_at_once_get_different_numbers(world: World, pool: str) -> None:
    start = threading.Barrier(50)

    def client(number: int) -> list[str]:
        start.wait()
        return [
            serial
            for turn in range(4)
            for serial in allocate(
                world.app, world.maker, pool, 25, request_id=f"{number}/{turn}"
            ).serials()
        ]

    with ThreadPoolExecutor(50) as clients:
        given = [serial for serials in clients.map(client, range(50)) for serial in serials]

    assert len(given) == len(set(given)) == 5_000
    (proof,) = proving.prove(world.app, world.maker)
    assert (proof.holds, proof.issued, proof.entries) == (True, 5_000, 200)


def test_fifty_clients_with_one_request_id_get_the_same_numbers(world: World, pool: str) -> None:
    start = threading.Barrier(50)

    def client(_: int) -> tuple[str, ...]:
        start.wait()
        return tuple(allocate(world.app, world.maker, pool, 10, request_id="same").serials())

    with ThreadPoolExecutor(50) as clients:
        given = set(clients.map(client, range(50)))

    assert len(given) == 1
    assert pools.pool(world.app, world.maker, pool).issued == 10


CLIENT = """
import sys
from datetime import UTC, datetime
from packtrail.access import Actor
from packtrail.services.accounts import organisations
from packtrail.services.application import Application
from packtrail.services.supply.allocating import allocate
from packtrail.settings import Settings
from packtrail.store.database import Database

url, master, name = sys.argv[1:]
settings = Settings.of({}, master_key=master)
with Database(url) as database:
    app = Application(settings=settings, database=database, clock=lambda: datetime.now(UTC))
    actor = organisations.system_actor(app, "client", organisation="maker")
    for turn in range(100_000):
        given = allocate(app, actor, "packs", 5, request_id=f"{name}/{turn}").serials()
        print(turn, *given, flush=True)
"""


def test_clients_that_are_killed_lose_and_double_nothing(world: World, pool: str) -> None:
    arguments = [sys.executable, "-c", CLIENT, world.app.database.url, MASTER]
    clients = [
        subprocess.Popen([*arguments, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    heard: dict[str, list[str]] = {}
    for number, client in enumerate(clients):
        assert client.stdout is not None
        for _ in range(10):  # It is in the midst of it now.
            turn, *given = client.stdout.readline().split()
            heard[f"{number}/{turn}"] = given
    for client in clients:
        os.kill(client.pid, signal.SIGKILL)
    for number, client in enumerate(clients):
        rest, _ = client.communicate()
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                turn, *given = line.split()
                heard[f"{number}/{turn}"] = given

    again = {
        request: allocate(world.app, world.maker, pool, 5, request_id=request).serials()
        for request in heard
    }
    fresh = allocate(world.app, world.maker, pool, 500, request_id="after").serials()

    assert again == heard
    given = [*fresh, *(serial for serials in heard.values() for serial in serials)]
    assert len(given) == len(set(given))
    (proof,) = proving.prove(world.app, world.maker)
    assert proof.holds
    assert proof.issued >= len(given)


# --- giving back ----------------------------------------------------------------------------------


def test_unused_numbers_are_given_back_and_never_given_again(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 100, request_id="1").serials()

    entry = return_serials(
        world.app, world.maker, pool, given[10:40], request_id="back", reason="lot closed"
    )
    spoilt = return_serials(world.app, world.maker, pool, given[:1], request_id="bad", void=True)
    more = allocate(world.app, world.maker, pool, 100, request_id="2").serials()

    assert (entry.kind, entry.count, spoilt.kind) == ("returned", 30, "void")
    assert not {*given} & {*more}
    seen = pools.pool(world.app, world.maker, pool)
    assert (seen.issued, seen.returned, seen.voided) == (200, 30, 1)
    (found,) = look_up(world.app, world.maker, given[15], pool=pool)
    assert found.settled is not None
    assert found.settled.request_id == "back"
    kinds = [each.kind for each in looking_up.ledger(world.app, world.maker, pool)]
    assert kinds == ["allocated", "returned", "void", "allocated"]


def test_giving_back_the_same_again_is_no_second_return(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 100, request_id="1").serials()
    return_serials(world.app, world.maker, pool, given[:9], request_id="back")

    again = return_serials(world.app, world.maker, pool, given[8::-1], request_id="back")

    assert again.is_repeated
    for request, numbers, code in (
        ("back", given[:8] + given[9:10], "SER-007"),
        ("other", given[8:12], "SER-009"),
    ):
        with pytest.raises(Conflict) as refused:
            return_serials(world.app, world.maker, pool, numbers, request_id=request)
        assert code_of(refused) == code
    assert pools.pool(world.app, world.maker, pool).returned == 9


def test_only_what_was_given_out_is_taken_back(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 3, request_id="1").serials()

    for strange in ("0" * 12, "short", "I" * 12, "é" * 12):
        with pytest.raises(RefusedError) as refused:
            return_serials(world.app, world.maker, pool, [*given, strange], request_id="2")
        assert code_of(refused) == "SER-008"
    with pytest.raises(RefusedError, match="in the lists twice"):
        return_serials(world.app, world.maker, pool, given + given[:1], request_id="2")
    assert pools.pool(world.app, world.maker, pool).returned == 0


def test_numbers_of_several_keys_are_given_back_together(world: World, pool: str) -> None:
    first = allocate(world.app, world.maker, pool, 10, request_id="1").serials()
    replace_key(world.app, world.maker, pool)
    second = allocate(world.app, world.maker, pool, 10, request_id="2").serials()

    return_serials(world.app, world.maker, pool, first[:5] + second[:5], request_id="back")
    again = return_serials(world.app, world.maker, pool, second[:5] + first[:5], request_id="back")

    assert again.is_repeated
    (proof,) = proving.prove(world.app, world.maker)
    assert (proof.holds, proof.returned, proof.generations, proof.entries) == (True, 10, 2, 4)


# --- looking up -----------------------------------------------------------------------------------


def test_a_number_tells_when_to_whom_and_for_what_it_was_issued(world: World, pool: str) -> None:
    allocate(world.app, world.maker, pool, 10, request_id="1")
    given = allocate(
        world.app, world.maker, pool, 10, request_id="PO-7", party="line 4", purpose="lot X"
    )
    serial = given.serials()[3]

    for text in (f"(01){GTIN}(21){serial}", f"https://id.gs1.org/01/{GTIN}/21/{serial}"):
        (found,) = look_up(world.app, world.maker, text)

        assert found.is_issued
        assert found.entry == replace(given.entry, findings=())
    (unknown,) = look_up(world.app, world.maker, f"(01){GTIN}(21)000000000000")
    assert (unknown.is_issued, unknown.entry, unknown.settled) == (False, None, None)


def test_a_number_of_an_earlier_key_is_still_found(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 10, request_id="1").serials()
    replace_key(world.app, world.maker, pool)

    (found,) = look_up(world.app, world.maker, given[9], pool=pool)

    assert found.entry is not None
    assert found.entry.request_id == "1"


# --- keys -----------------------------------------------------------------------------------------


def test_after_many_keys_no_number_comes_twice(world: World) -> None:
    policy = Policy.of("numeric", 6, guess_limit=None)
    create_pool(world.app, world.maker, "all", gtin=GTIN, policy=policy)
    given: list[str] = []
    for turn in range(4):
        one = allocate(world.app, world.maker, "all", 100_000, request_id=str(turn))
        assert one.entry.count == 100_000
        given += one.serials()
        replace_key(world.app, world.maker, "all")
    rest = allocate(world.app, world.maker, "all", 10**6, request_id="rest")
    given += rest.serials()

    assert rest.entry.count == 600_000
    assert len(set(given)) == 10**6
    (proof,) = proving.prove(world.app, world.maker)
    assert (proof.holds, proof.issued, proof.generations) == (True, 10**6, 5)


def test_the_database_holds_no_key_in_the_clear(world: World, pool: str) -> None:
    source = allocate(world.app, world.maker, pool, 10, request_id="1").source
    with world.app.database.reading() as conn:
        (sealed,) = conn.execute("select sealed_key from serial_generation").fetchone() or ()
        told = json.dumps(conn.execute("select detail from audit").fetchall())

    key = source.generations[0].numbering._ff1._aes.key
    assert key not in sealed
    assert key.hex() not in told
    assert MASTER not in repr(world.app.settings)


def test_another_master_key_opens_nothing(world: World, pool: str) -> None:
    other = base64.b64encode(bytes(32)).decode()
    app = replace(world.app, settings=replace(world.app.settings, master_key=other))

    with pytest.raises(RefusedError) as refused:
        allocate(app, world.maker, pool, 10, request_id="1")

    assert code_of(refused) == "SER-012"
    assert pools.pool(world.app, world.maker, pool).issued == 0


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings.of({}, data_dir=tmp_path)

    made = master_keys(settings, may_make=True)

    assert master_keys(settings) == master_keys(settings, may_make=True) == made
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]
    (tmp_path / FILE_NAME).chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others"):
        master_keys(settings)


def test_a_key_file_that_is_gone_or_a_link_is_not_replaced(tmp_path: Path) -> None:
    settings = Settings.of({}, data_dir=tmp_path)

    with pytest.raises(RefusedError) as refused:
        master_keys(settings)
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="cannot be read"):
        master_keys(settings, may_make=True)

    assert code_of(refused) == "SER-012"
    assert not (tmp_path / "elsewhere").exists()


def test_a_database_of_ones_own_needs_the_setting() -> None:
    with pytest.raises(UsageError, match="need PACKTRAIL_MASTER_KEY"):
        master_keys(Settings.of({}, database_url="postgresql://db/x"), may_make=True)


# --- proof ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("update serial_pool set issued = issued - 1", "The pool says 29 allocated"),
        ("update serial_pool set entries = entries + 1", "The ledger ends at entry 3 of 4"),
        ("delete from serial_entry where entry_no = 2", "Entry 2 is missing"),
        ("update serial_entry set count = 9 where entry_no = 3", "gives 10 numbers, and says 9"),
        (
            "update serial_entry set ranges = '{[5,15)}' where entry_no = 2",
            "Entry 2 starts at 5; expected 10",
        ),
        ("update serial_generation set reached = 29", "Generation 1 is behind its ledger"),
    ],
)
def test_a_ledger_that_was_tampered_with_is_no_proof(
    world: World, pool: str, harm: str, says: str
) -> None:
    for request in range(3):
        allocate(world.app, world.maker, pool, 10, request_id=str(request))
    with world.app.database.transaction() as conn:
        conn.execute(harm)

    (proof,) = proving.prove(world.app, world.maker, pool)

    assert not proof.holds
    assert {each.code for each in proof.findings} == {"SER-011"}
    assert any(says in each.message for each in proof.findings)


def test_a_proof_counts_everything_anew(world: World, pool: str) -> None:
    allocate(world.app, world.maker, pool, 20_000, request_id="1")
    told: list[int] = []

    (proof,) = proving.prove(world.app, world.maker, progress=told.append)

    assert (proof.issued, proof.proven, sum(told), proof.entries) == (20_000, 20_000, 20_000, 1)
    assert proof.guess_probability == f"20000/{RANDOM.space}"


# --- whose ----------------------------------------------------------------------------------------


def test_a_pool_is_seen_by_its_owner_and_whom_it_serves(world: World, pool: str) -> None:
    create_pool(world.app, world.maker, "shared", gtin=OTHER_GTIN, policy=RANDOM, serves="packer")

    def codes(actor: object) -> list[str]:
        return [each.code for each in pools.pools(world.app, actor)]

    assert codes(world.maker) == ["packs", "shared"]
    assert codes(world.packer) == ["shared"]
    assert codes(world.wholesaler) == []
    given = allocate(world.app, world.packer, "maker/shared", 5, request_id="1").serials()
    for call in (
        lambda: allocate(world.app, world.packer, pool, 5, request_id="1"),
        lambda: return_serials(world.app, world.wholesaler, "shared", given, request_id="2"),
        lambda: look_up(world.app, world.wholesaler, f"(01){OTHER_GTIN}(21){given[0]}"),
        lambda: proving.prove(world.app, world.packer, pool),
        lambda: looking_up.ledger(world.app, world.wholesaler, "shared"),
        lambda: replace_key(world.app, world.wholesaler, "shared"),
    ):
        with pytest.raises(NotFound) as refused:
            call()
        assert code_of(refused) == "SER-005"
    with pytest.raises(NotPermitted):
        replace_key(world.app, world.packer, "shared")


def test_pools_of_several_owners_are_told_apart(world: World) -> None:
    create_pool(world.app, world.packer, "packs", gtin=GTIN, policy=RANDOM)
    create_pool(world.app, world.packer, "packs", gtin=OTHER_GTIN, policy=RANDOM, owner="maker")

    with pytest.raises(NotFound, match="Several owners have a pool 'packs'"):
        allocate(world.app, world.packer, "packs", 1, request_id="1")

    allocate(world.app, world.packer, "maker/packs", 1, request_id="1")
    assert pools.pool(world.app, world.maker, "packs").issued == 1


def test_a_partner_without_agreement_is_not_served(world: World) -> None:
    for partner in ("wholesaler", "nobody"):
        with pytest.raises(NotPermitted):
            create_pool(world.app, world.maker, "packs", gtin=GTIN, policy=RANDOM, serves=partner)


def test_what_is_taken_is_not_taken_twice(world: World, pool: str) -> None:
    create_sscc_pool(world.app, world.maker, "pallets", prefix="0614141", extension="1")

    for call in (
        lambda: create_pool(world.app, world.maker, pool, gtin=OTHER_GTIN),
        lambda: create_pool(world.app, world.packer, "other", gtin=GTIN),
        lambda: create_sscc_pool(world.app, world.maker, "x0", prefix="0614141", extension="1"),
        lambda: create_sscc_pool(world.app, world.maker, "x1", prefix="06141412", extension="1"),
        lambda: create_sscc_pool(world.app, world.packer, "x2", prefix="061414", extension="1"),
    ):
        with pytest.raises(Conflict) as refused:
            call()
        assert code_of(refused) == "SER-006"
    create_sscc_pool(world.app, world.maker, "x3", prefix="0614141", extension="2")


@pytest.mark.parametrize(
    "wrong", [{"code": "Packs!"}, {"gtin": "123"}, {"gtin": f"(01){GTIN}(21)1"}, {"low_water": -1}]
)
def test_a_pool_that_cannot_be_opened_is_refused(world: World, wrong: dict[str, object]) -> None:
    asked = {"code": "packs", "gtin": GTIN, "policy": RANDOM, **wrong}

    with pytest.raises(RefusedError):
        create_pool(world.app, world.maker, asked.pop("code"), **asked)

    assert pools.pools(world.app, world.maker) == ()


def test_what_a_role_may_do_with_pools(world: World, pool: str) -> None:
    reader, operator = (
        world.maker.with_permissions(ROLES[role]) for role in (RoleName.READER, RoleName.OPERATOR)
    )
    given = allocate(world.app, operator, pool, 5, request_id="1").serials()
    return_serials(world.app, operator, pool, given, request_id="2")
    assert look_up(world.app, reader, given[0], pool=pool)[0].is_issued

    for call in (
        lambda: allocate(world.app, reader, pool, 5, request_id="1"),
        lambda: return_serials(world.app, reader, pool, given, request_id="2"),
        lambda: create_pool(world.app, operator, "more", gtin=OTHER_GTIN, policy=RANDOM),
        lambda: create_sscc_pool(world.app, operator, "more", prefix="0614141"),
        lambda: replace_key(world.app, operator, pool),
    ):
        with pytest.raises(NotPermitted):
            call()


def test_every_change_leaves_a_row_in_the_audit_trail_of_the_owner(world: World) -> None:
    create_pool(world.app, world.maker, "packs", gtin=GTIN, policy=RANDOM, serves="packer")
    given = allocate(world.app, world.packer, "packs", 5, request_id="1").serials()
    return_serials(world.app, world.packer, "packs", given[:1], request_id="2")
    return_serials(world.app, world.packer, "packs", given[1:2], request_id="3", void=True)
    replace_key(world.app, world.maker, "packs")

    found = [each.action for each in audit.entries(world.app, world.maker, limit=5)]

    assert found == [
        "pool:key:replaced",
        "pool:allocation:voided",
        "pool:allocation:returned",
        "pool:allocation:created",
        "pool:record:created",
    ]
