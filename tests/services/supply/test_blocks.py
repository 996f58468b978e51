"""Sealed blocks, from the pool to the station and back."""

from __future__ import annotations

import io
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.services.conftest import World
from tests.services.supply.making import (
    GTIN,
    code_of,
    create_drawn_pool,
    create_imported_pool,
    create_pool,
)

from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError, UsageError
from packtrail.services.accounts import audit
from packtrail.services.supply import blocks, stations
from packtrail.services.supply import station as at_station
from packtrail.services.supply.allocating import Asking, allocate
from packtrail.services.supply.blocks import SealedBlock
from packtrail.services.supply.expiring import expire_unused
from packtrail.services.supply.importing import import_numbers
from packtrail.services.supply.looking_up import look_up
from packtrail.services.supply.pools import pool as pool_of
from packtrail.services.supply.proving import prove

LATER = timedelta(days=7)


class Station:
    """A station with its files."""

    def __init__(self, world: World, folder: Path, actor: object) -> None:
        self.key = folder / "station.key"
        self.block = folder / "block.ptblock"
        public = at_station.new_key(self.key, "line 4")
        stations.add_station(world.app, actor, "line 4", public)
        at_station.trust(self.key, stations.signer_public_key(world.app, actor) or "")

    def take(self, request: str, count: int | None = None, at: datetime | None = None) -> list[str]:
        taken = at_station.take(
            self.block, self.key, request_id=request, count=count, at=at or datetime.now(UTC)
        )
        return list(taken.serials)


@pytest.fixture
def station(world: World, tmp_path: Path) -> Station:
    return Station(world, tmp_path, world.maker)


def seal(
    world: World,
    station: Station,
    count: int = 100,
    request: str = "B-1",
    expires_at: datetime | None = None,
    pool: str = "packs",
) -> SealedBlock:
    sealed = blocks.seal(
        world.app,
        world.maker,
        pool,
        Asking(count=count, request_id=request, purpose="lot A12"),
        station="line 4",
        expires_at=expires_at or world.clock() + LATER,
    )
    station.block.write_bytes(sealed.content)
    return sealed


def test_a_line_takes_numbers_offline_and_accounts_for_them(
    world: World, pool: str, station: Station
) -> None:
    sealed = seal(world, station)

    first, again, second = station.take("o1", 30), station.take("o1", 30), station.take("o2", 40)
    rest = station.take("o3")

    numbers = [*first, *second, *rest]
    assert (first, len(second), len(rest)) == (again, 40, 30)
    assert len(set(numbers)) == 100
    with pytest.raises(RefusedError) as used_up:
        station.take("o4", 1)
    assert code_of(used_up) == "SER-031"
    done = blocks.settle(
        world.app, world.maker, sealed.block.block_id, used=numbers[:60], void=numbers[60:63]
    )
    assert (done.used, done.voided, done.returned, done.outstanding) == (60, 3, 37, 0)
    (told,) = blocks.blocks(world.app, world.maker)
    assert (told.settled_at is not None, told.outstanding, told.findings) == (True, 0, ())
    assert blocks.blocks(world.app, world.maker, is_open=True) == ()
    states = [look_up(world.app, world.maker, numbers[at], pool=pool)[0] for at in (0, 60, 99)]
    assert [each.state for each in states] == ["used", "void", "returned"]
    assert [each.entry and each.entry.party for each in states] == ["station line 4"] * 3
    assert prove(world.app, world.maker)[0].holds


def test_numbers_that_are_not_of_the_block_are_refused_in_its_report(
    world: World, pool: str, station: Station
) -> None:
    other = allocate(world.app, world.maker, pool, 5, request_id="other").serials()
    sealed = seal(world, station)
    numbers = station.take("o1")

    for strange, code in ((other[0], "SER-016"), ("0" * 12, "SER-008")):
        with pytest.raises(RefusedError, match=strange) as refused:
            blocks.settle(world.app, world.maker, sealed.block.block_id, used=[numbers[0], strange])
        assert code_of(refused) == code
    assert pool_of(world.app, world.maker, pool).used == 0


def test_a_report_is_taken_once(world: World, pool: str, station: Station) -> None:
    block_id = seal(world, station).block.block_id
    numbers = station.take("o1")

    blocks.settle(world.app, world.maker, block_id, used=numbers[:50])
    again = blocks.settle(world.app, world.maker, block_id, used=numbers[:50])

    assert (again.is_repeated, again.used) == (True, 50)
    with pytest.raises(Conflict) as refused:
        blocks.settle(world.app, world.maker, block_id, used=numbers[:51])
    assert code_of(refused) == "SER-007"
    actions = [each.action for each in audit.entries(world.app, world.maker, limit=20)]
    assert actions.count("pool:block:settled") == 1


def test_a_block_that_is_sealed_again_has_the_same_numbers(
    world: World, pool: str, station: Station
) -> None:
    until = world.clock() + LATER
    first = seal(world, station, expires_at=until)
    numbers = station.take("o1")

    again = seal(world, station, expires_at=until)

    assert again.block == first.block
    assert station.take("o1") == numbers
    assert pool_of(world.app, world.maker, pool).issued == 100
    for other in ({"count": 99}, {"expires_at": until + LATER}):
        with pytest.raises(Conflict) as refused:
            seal(world, station, **{"expires_at": until, **other})
        assert code_of(refused) == "SER-007"
    allocate(world.app, world.maker, pool, 5, request_id="plain", party="station line 4",
             purpose="lot A12")  # fmt: skip
    with pytest.raises(Conflict):
        seal(world, station, count=5, request="plain")


def test_a_block_does_not_expire_unused_but_is_overdue(world: World, station: Station) -> None:
    create_pool(world.app, world.maker, "packs", unused_for_days=1)
    sealed = seal(world, station)

    world.clock.advance(days=8)
    expire_unused(world.app)

    (told,) = blocks.blocks(world.app, world.maker)
    assert [each.code for each in told.findings] == ["SER-030"]
    assert pool_of(world.app, world.maker, "packs").expired == 0
    with pytest.raises(RefusedError) as refused:
        station.take("o1", at=world.clock())
    assert code_of(refused) == "SER-025"
    done = blocks.settle(world.app, world.maker, sealed.block.block_id, is_lost=True)
    assert (done.voided, done.returned) == (100, 0)


def test_keys_and_signatures_go_with_the_block(world: World, station: Station) -> None:
    create_imported_pool(world.app, world.maker, "codes")
    lines = [f"01{GTIN}21RU{at:011d}\x1d91K\x1d92signature-{at}" for at in range(50)]
    file = io.BytesIO("\n".join(lines).encode())
    import_numbers(world.app, world.maker, "codes", file, "f.txt")
    sealed = seal(world, station, count=20, pool="codes")

    taken = at_station.take(
        station.block, station.key, request_id="o1", count=5, at=datetime.now(UTC)
    )

    assert taken.elements["92"] == [f"signature-{at}" for at in range(5)]
    assert taken.left == 15
    assert b"signature" not in sealed.content


def test_lines_of_several_clients_take_the_blocks_of_each_owner(
    world: World, pool: str, tmp_path: Path
) -> None:
    create_drawn_pool(
        world.app, world.maker, "cmo", parent=pool, serves="packer", low_water=1, top_up_to=50
    )
    station = Station(world, tmp_path, world.packer)
    sealed = blocks.seal(
        world.app,
        world.packer,
        "maker/cmo",
        Asking(count=10, request_id="B-1"),
        station="line 4",
        expires_at=world.clock() + LATER,
    )
    station.block.write_bytes(sealed.content)

    numbers = station.take("o1")

    assert (sealed.block.owner, len(numbers)) == ("maker", 10)
    assert blocks.blocks(world.app, world.maker) == ()
    for call in (
        lambda: blocks.block(world.app, world.maker, sealed.block.block_id),
        lambda: blocks.settle(world.app, world.wholesaler, sealed.block.block_id),
        lambda: blocks.block(world.app, world.packer, "nonsense"),
    ):
        with pytest.raises(NotFound) as refused:
            call()
        assert code_of(refused) == "SER-029"
    blocks.settle(world.app, world.packer, sealed.block.block_id, used=numbers)
    assert pool_of(world.app, world.maker, "cmo").used == 10


def test_a_station_is_registered_once_and_revoked(
    world: World, pool: str, station: Station
) -> None:
    key = stations.stations(world.app, world.maker)[0].public_key
    for name, public, code in (
        ("line 4", key, "SER-028"),
        ("-", key, "ACC-012"),
        ("line 5", "nonsense", "SER-026"),
    ):
        with pytest.raises(RefusedError) as refused:
            stations.add_station(world.app, world.maker, name, public)
        assert code_of(refused) == code
    with pytest.raises(NotPermitted):
        stations.add_station(world.app, world.maker.with_permissions([]), "line 5", key)

    seal(world, station)
    revoked = stations.revoke_station(world.app, world.maker, "line 4")

    assert revoked.revoked_at is not None
    with pytest.raises(NotFound) as refused_block:
        seal(world, station, request="B-2")
    assert code_of(refused_block) == "SER-027"
    assert len(station.take("o1")) == 100
    assert stations.stations(world.app, world.packer) == ()


def test_a_block_is_not_sealed_that_expires_before_it_begins(
    world: World, pool: str, station: Station
) -> None:
    with pytest.raises(RefusedError, match="which is over"):
        seal(world, station, expires_at=world.clock())


def test_keys_of_signers_are_encrypted_and_of_each_organisation(world: World) -> None:
    for actor in (world.maker, world.packer):
        assert stations.signer_public_key(world.app, actor) is None
        stations.add_station(world.app, actor, "line 4", "A" * 43 + "=")
    ours, theirs = (
        stations.signer_public_key(world.app, actor) for actor in (world.maker, world.packer)
    )

    assert ours != theirs
    stations.add_station(world.app, world.maker, "line 5", "A" * 43 + "=")
    assert stations.signer_public_key(world.app, world.maker) == ours
    with psycopg.connect(world.app.database.url) as conn:
        (sealed,) = conn.execute(
            "select sealed_key from serial_signer where organisation_id = %s",
            [world.maker.organisation_id],
        ).fetchone() or (b"",)
    assert len(sealed) == 12 + 32 + 16


# --- at the station -------------------------------------------------------------------------------


def test_a_key_file_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "station.key"
    at_station.new_key(path, "line 4")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="cannot be written"):
        at_station.new_key(path, "line 4")


def test_a_crash_in_the_midst_of_a_line_of_the_journal_takes_nothing(
    world: World, pool: str, station: Station
) -> None:
    seal(world, station)
    first = station.take("o1", 10)
    journal = station.block.with_name(f"{station.block.name}.journal")
    with journal.open("ab") as file:
        file.write(b'{"block_id":"cut off he')

    second = station.take("o2", 10)

    assert station.take("o1", 10) == first
    assert len({*first, *second}) == 20
    assert len(journal.read_text().splitlines()) == 2


def test_a_journal_that_is_no_journal_stops_the_station(
    world: World, pool: str, station: Station
) -> None:
    seal(world, station)
    station.take("o1", 10)
    journal = station.block.with_name(f"{station.block.name}.journal")
    for content in ("nonsense\n", journal.read_text().replace('block_id":"', 'block_id":"x')):
        journal.write_text(content)
        with pytest.raises(RefusedError) as refused:
            station.take("o2", 10)
        assert code_of(refused) == "SER-032"


def test_a_request_id_at_the_station_stands_for_one_request(
    world: World, pool: str, station: Station
) -> None:
    seal(world, station)
    station.take("o1", 10)

    with pytest.raises(Conflict) as refused:
        station.take("o1", 11)

    assert code_of(refused) == "SER-007"


def test_many_programs_at_the_station_take_each_number_once(
    world: World, pool: str, station: Station
) -> None:
    seal(world, station)

    with ThreadPoolExecutor(8) as programs:
        taken = list(programs.map(lambda turn: station.take(f"o{turn}", 5), range(20)))

    assert len({serial for serials in taken for serial in serials}) == 100


def test_a_file_that_is_no_key_file_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "station.key"
    path.write_text("something secret")

    with pytest.raises(RefusedError) as refused:
        at_station.trust(path, "A" * 43 + "=")

    assert "secret" not in str(refused.value).replace(str(path), "")
    with pytest.raises(UsageError, match="cannot be read"):
        at_station.trust(tmp_path / "nothing", "A" * 43 + "=")
