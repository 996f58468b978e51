"""Numbers that an authority issued: each once, its secrets encrypted, the same ledger."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import psycopg
import pytest
from tests.services.conftest import World
from tests.services.supply.making import (
    AUTHORITY,
    GTIN,
    MASTER,
    OTHER_GTIN,
    code_of,
    create_drawn_pool,
    create_imported_pool,
    create_pool,
)

from packtrail.access import ROLES, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.serials.policy import Order, Policy
from packtrail.services.supply import ordering
from packtrail.services.supply.allocating import allocate, allocation
from packtrail.services.supply.changing import close_pool
from packtrail.services.supply.importing import Imported, import_numbers
from packtrail.services.supply.looking_up import look_up
from packtrail.services.supply.pools import pool as pool_of
from packtrail.services.supply.proving import prove
from packtrail.services.supply.settling import Settling, settle

NUMBERS = [f"RU{number:011d}" for number in range(3_000)]


@pytest.fixture
def codes(world: World) -> str:
    return create_imported_pool(world.app, world.maker, "codes").code


def bring(
    world: World, pool: str, numbers: list[str], *, request_id: str | None = None
) -> Imported:
    file = io.BytesIO("\n".join(numbers).encode())
    return import_numbers(world.app, world.maker, pool, file, "f.txt", request_id=request_id)


def code(serial: str, number: int) -> str:
    return f"01{GTIN}21{serial}\x1d91K{number % 7}\x1d92signature-{number}"


def test_numbers_are_given_in_the_order_of_the_file_each_once(world: World, codes: str) -> None:
    made = bring(world, codes, NUMBERS)

    first = allocate(world.app, world.maker, codes, 1_000, request_id="1")
    second = allocate(world.app, world.maker, codes, 5_000, request_id="2")

    assert (made.entry.kind, made.entry.count, made.entry.is_repeated) == ("stocked", 3_000, False)
    assert [*first.serials(), *second.serials()] == NUMBERS
    assert [each.code for each in second.entry.findings] == ["SER-003"]
    assert (
        allocate(world.app, world.maker, codes, 1_000, request_id="1").serials() == NUMBERS[:1_000]
    )
    with pytest.raises(Conflict, match="none is left"):
        allocate(world.app, world.maker, codes, 1, request_id="3")
    (proof,) = prove(world.app, world.maker)
    assert (proof.holds, proof.issued, proof.proven) == (True, 3_000, 3_000)


def test_the_same_file_is_imported_once(world: World, codes: str) -> None:
    first = bring(world, codes, NUMBERS)
    again = bring(world, codes, NUMBERS)

    assert (again.entry.is_repeated, again.entry.entry_no) == (True, first.entry.entry_no)
    assert again.sha256 == first.sha256
    bring(world, codes, ["RU" + "X" * 11], request_id="mine")
    with pytest.raises(Conflict) as refused:
        bring(world, codes, ["RU" + "Y" * 11], request_id="mine")
    assert code_of(refused) == "SER-021"
    assert pool_of(world.app, world.maker, codes).capacity == 3_001


def test_keys_and_signatures_come_with_an_allocation_and_are_encrypted(
    world: World, codes: str
) -> None:
    lines = [code(serial, number) for number, serial in enumerate(NUMBERS)]
    bring(world, codes, lines[:2_500])
    bring(world, codes, NUMBERS[2_500:])

    allocate(world.app, world.maker, codes, 998, request_id="1")
    labels = [*allocate(world.app, world.maker, codes, 1_600, request_id="2").labels()]

    assert [label.serial for label in labels] == NUMBERS[998:2_598]
    assert labels[0].elements == {"91": "K4", "92": "signature-998"}
    assert labels[1_501].elements == {"91": "K0", "92": "signature-2499"}
    assert labels[1_502].elements == {}
    assert "signature" not in repr(labels[0])
    with psycopg.connect(world.app.database.url) as conn:
        stored = b"".join(row[0] for row in conn.execute("select sealed from serial_secret"))
    assert len(stored) > 1_000
    assert b"signature" not in stored


def test_a_pool_that_draws_from_imported_ones_has_their_signatures(
    world: World, codes: str
) -> None:
    bring(world, codes, [code(serial, number) for number, serial in enumerate(NUMBERS)])
    create_drawn_pool(world.app, world.maker, "line", parent=codes, low_water=1, top_up_to=70)
    allocate(world.app, world.maker, codes, 10, request_id="1")

    first = [*allocate(world.app, world.maker, "line", 70, request_id="1").labels()]
    allocate(world.app, world.maker, codes, 10, request_id="2")
    second = [*allocate(world.app, world.maker, "line", 70, request_id="2").labels()]

    assert [label.serial for label in first] == NUMBERS[10:80]
    assert [label.serial for label in second] == NUMBERS[90:160]
    assert second[69].elements["92"] == "signature-159"
    assert all(each.holds for each in prove(world.app, world.maker))


@pytest.mark.parametrize(
    ("numbers", "rows"),
    [
        ([*NUMBERS[:50], NUMBERS[7], NUMBERS[3], NUMBERS[7]], ["row 51", "row 52", "row 53"]),
        (["RU" + "A" * 11, NUMBERS[100], NUMBERS[150], NUMBERS[2_000]], ["row 2", "row 3"]),
    ],
    ids=["in the file", "before"],
)
def test_numbers_that_are_there_twice_are_told_with_their_rows(
    world: World, numbers: list[str], rows: list[str]
) -> None:
    create_imported_pool(world.app, world.maker, "codes")
    create_imported_pool(world.app, world.maker, "other")
    bring(world, "other", NUMBERS[100:200])

    with pytest.raises(RefusedError) as refused:
        bring(world, "codes", numbers)

    assert [(each.code, each.at) for each in refused.value.findings] == [
        ("SER-019", row) for row in rows
    ]
    assert pool_of(world.app, world.maker, "codes").capacity == 0
    bring(world, "codes", NUMBERS[:100])


def test_another_trade_item_may_have_the_same_numbers(world: World, codes: str) -> None:
    create_imported_pool(world.app, world.maker, "other", gtin=OTHER_GTIN)

    bring(world, codes, NUMBERS)
    bring(world, "other", NUMBERS)

    assert pool_of(world.app, world.maker, "other").capacity == 3_000
    found = look_up(world.app, world.maker, f"(01){OTHER_GTIN}(21){NUMBERS[0]}")
    assert [(each.pool, each.state) for each in found] == [("other", "in stock")]


def test_numbers_of_ones_own_pools_are_refused(world: World, codes: str) -> None:
    own = Policy.of("alphanumeric", 13, prefix="RU")
    create_pool(world.app, world.maker, "own", policy=own)
    given = allocate(world.app, world.maker, "own", 50, request_id="1").serials()

    with pytest.raises(RefusedError, match="could be given by the pool own") as could:
        bring(world, codes, ["EU" + "0" * 11, NUMBERS[5]])
    close_pool(world.app, world.maker, "own")
    with pytest.raises(RefusedError, match="was given by the pool own") as was:
        bring(world, codes, ["EU" + "0" * 11, NUMBERS[5], given[13]])
    bring(world, codes, ["EU" + "0" * 11, NUMBERS[5]])

    assert [(each.code, each.at) for each in could.value.findings] == [("SER-020", "row 2")]
    assert [(each.code, each.at) for each in was.value.findings] == [("SER-020", "row 3")]
    with pytest.raises(Conflict, match="which was imported") as meets:
        create_pool(world.app, world.maker, "next", policy=own)
    assert code_of(meets) == "SER-014"
    assert all(each.holds for each in prove(world.app, world.maker))


def test_rows_that_are_not_as_the_policy_has_it_are_told(world: World, codes: str) -> None:
    strange = [NUMBERS[0], "short", "RU" + "é" * 11, "RU" + "a" * 11, NUMBERS[1]]

    with pytest.raises(RefusedError) as refused:
        bring(world, codes, strange)

    assert [(each.code, each.at) for each in refused.value.findings] == [
        ("SER-018", "row 2"),
        ("SER-018", "row 3"),
        ("SER-018", "row 4"),
    ]


def test_of_many_wrong_rows_the_first_are_told_and_the_others_counted(
    world: World, codes: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        bring(world, codes, ["wrong"] * 500 + [NUMBERS[0]])

    assert len(refused.value.findings) == 101
    assert refused.value.findings[-1].message == "At least 400 more rows are wrong."
    assert {each.code for each in refused.value.findings} == {"SER-018"}


def test_another_gtin_in_the_file_is_refused(world: World, codes: str) -> None:
    line = f"01{OTHER_GTIN}21{NUMBERS[0]}"

    with pytest.raises(RefusedError, match=f"the pool is for {GTIN}"):
        bring(world, codes, [line])


def test_a_guess_must_not_become_too_likely(world: World) -> None:
    policy = Policy.of("numeric", 6, order=Order.IMPORTED)
    create_imported_pool(world.app, world.maker, "small", policy=policy)
    bring(world, "small", [f"{number:06d}" for number in range(60)])

    with pytest.raises(Conflict, match="like those of the pool small with 1 in 10,000") as refused:
        bring(world, "small", [f"{number:06d}" for number in range(60, 100)])

    assert code_of(refused) == "SER-004"
    assert pool_of(world.app, world.maker, "small").capacity == 60


def test_an_import_keeps_what_a_closed_pool_promised(world: World) -> None:
    wide = Policy.of("0123456789ABCDEF", 6, guess_limit=Fraction(1, 1000))
    create_pool(world.app, world.maker, "first", policy=wide)
    close_pool(world.app, world.maker, "first")
    follows = Policy.of("numeric", 6, prefix="4", order=Order.SEQUENTIAL, guess_limit=None)
    capacity = create_pool(world.app, world.maker, "next", policy=follows).capacity
    digits = Policy.of("numeric", 6, order=Order.IMPORTED, guess_limit=None)
    create_imported_pool(world.app, world.maker, "codes", policy=digits)
    letters = Policy.of("ABCDEFG", 6, order=Order.IMPORTED, guess_limit=None)
    create_imported_pool(world.app, world.maker, "letters", policy=letters)

    assert capacity == 99  # Of 100,000: a guess among these hits with less than 1 in 1,000.
    with pytest.raises(Conflict, match="like those of the pool first") as refused:
        bring(world, "codes", [f"{number:06d}" for number in range(200)])
    assert code_of(refused) == "SER-004"
    assert bring(world, "codes", [f"{number:06d}" for number in range(150)]).entry.count == 150
    with pytest.raises(Conflict, match="like those of the pool first"):
        bring(world, "letters", [*words("A", 20), *words("G", 30)])
    assert bring(world, "letters", words("G", 200)).entry.count == 200
    assert all(each.holds for each in prove(world.app, world.maker))


def words(first: str, count: int) -> list[str]:
    """Numbers of six letters; with a G they are not hexadecimal."""
    letters = ("ABCDEF"[number // 6**place % 6] for number in range(count) for place in range(5))
    return [first + "".join(each) for each in zip(*[letters] * 5, strict=True)]


def test_imports_at_the_same_time_bring_each_number_once(world: World, codes: str) -> None:
    start = threading.Barrier(4)

    def client(number: int) -> int:
        start.wait()
        try:
            return bring(world, codes, NUMBERS[number * 500 : number * 500 + 1_000]).entry.count
        except RefusedError:
            return 0

    with ThreadPoolExecutor(4) as clients:
        counts = list(clients.map(client, range(4)))

    total = sum(counts)
    given = allocate(world.app, world.maker, codes, 3_000, request_id="1").serials()
    assert total in {1_000, 2_000}
    assert len(given) == len(set(given)) == total
    assert prove(world.app, world.maker)[0].holds


def test_numbers_are_settled_and_found_like_all_others(world: World, codes: str) -> None:
    bring(world, codes, NUMBERS)
    allocate(world.app, world.maker, codes, 100, request_id="1", party="line 4")
    settle(world.app, world.maker, codes, Settling(request_id="x", used=NUMBERS[:40]))

    states = [
        look_up(world.app, world.maker, f"(01){GTIN}(21){NUMBERS[at]}")[0].state
        for at in (0, 50, 150)
    ]
    assert states == ["used", "issued", "in stock"]
    assert allocation(world.app, world.maker, codes, "1").outstanding == 60


def test_who_may_import_and_whose(world: World, pool: str, codes: str) -> None:
    file = io.BytesIO(NUMBERS[0].encode())
    operator = world.maker.with_permissions(ROLES[RoleName.OPERATOR])
    for actor, code, fault in (
        (operator, codes, NotPermitted),
        (world.packer, codes, NotFound),
        (world.maker, pool, RefusedError),
    ):
        with pytest.raises(fault):
            import_numbers(world.app, actor, code, file, "f.txt")


def test_a_closed_pool_imports_nothing(world: World, codes: str) -> None:
    close_pool(world.app, world.maker, codes)

    with pytest.raises(Conflict, match="is closed"):
        bring(world, codes, NUMBERS)


def test_a_pool_that_imports_takes_a_policy_for_that_and_no_other(world: World) -> None:
    with pytest.raises(RefusedError, match="imports none"):
        create_pool(world.app, world.maker, "x1", policy=AUTHORITY)
    with pytest.raises(RefusedError, match="is not imported"):
        create_imported_pool(world.app, world.maker, "x2", policy=Policy.of("numeric", 12))


# --- orders ---------------------------------------------------------------------------------------


def test_a_pool_that_runs_low_is_ordered_for_once(world: World) -> None:
    create_imported_pool(
        world.app, world.maker, "codes", low_water=100, top_up_to=1_500, market="RU"
    )

    ordering.reorder(world.app)
    ordering.reorder(world.app)
    (order,) = ordering.orders(world.app, world.maker)
    sent = ordering.mark_sent(world.app, world.maker, order.order_id)
    bring(world, "codes", NUMBERS[:1_000])
    half = ordering.orders(world.app, world.maker, is_open=True)
    bring(world, "codes", NUMBERS[1_000:1_500])

    assert (order.count, order.gtin, order.market, order.length) == (1_500, GTIN, "RU", 13)
    assert (order.ordered_by, sent.sent_at is not None) == ("reorder", True)
    assert [each.delivered for each in half] == [1_000]
    assert ordering.orders(world.app, world.maker, is_open=True) == ()
    allocate(world.app, world.maker, "codes", 1_450, request_id="1")
    ordering.reorder(world.app)
    assert [each.count for each in ordering.orders(world.app, world.maker)] == [1_450, 1_500]


def test_orders_are_made_given_up_and_seen_by_their_own(world: World, pool: str) -> None:
    create_imported_pool(world.app, world.maker, "codes")
    made = ordering.order(world.app, world.maker, "codes", 10)

    for call, code in (
        (lambda: ordering.order(world.app, world.maker, "codes", 10), "SER-022"),
        (lambda: ordering.order(world.app, world.maker, "codes", 0), "SER-013"),
        (lambda: ordering.order(world.app, world.maker, pool, 10), "SER-013"),
        (lambda: ordering.give_up(world.app, world.packer, made.order_id), "SER-023"),
        (lambda: ordering.mark_sent(world.app, world.maker, "nonsense"), "SER-023"),
    ):
        with pytest.raises(RefusedError) as refused:
            call()
        assert code_of(refused) == code
    assert ordering.orders(world.app, world.packer) == ()
    assert ordering.give_up(world.app, world.maker, made.order_id).closed_at is not None
    ordering.order(world.app, world.maker, "codes", 20)
    assert len(ordering.orders(world.app, world.maker, pool="codes")) == 2


def test_no_secret_and_no_key_is_in_a_log(
    world: World, codes: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    bring(world, codes, [code(serial, number) for number, serial in enumerate(NUMBERS[:10])])
    create_pool(world.app, world.maker, "own")
    given = allocate(world.app, world.maker, "own", 5, request_id="1")
    labels = allocate(world.app, world.maker, codes, 5, request_id="1")

    told = f"{caplog.text}{given!r}{labels!r}{[*labels.labels()]!r}{world.app!r}"
    assert "signature-" not in told
    assert MASTER not in told
    assert "b'" not in repr(given.source)
