"""Master keys: replaced while the pools are in use; forecasts and alarms; who sees secrets."""

from __future__ import annotations

import io
import os
import pwd
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.services.conftest import World, make_world
from tests.services.supply.making import GTIN, code_of, create_imported_pool, create_pool

from packtrail.access import ROLES, Actor, RoleName
from packtrail.base.errors import NotFound, NotPermitted, RefusedError, UsageError
from packtrail.services.accounts import audit
from packtrail.services.supply import rekeying, stations
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.changing import replace_key
from packtrail.services.supply.importing import import_numbers
from packtrail.services.supply.looking_up import show_secrets
from packtrail.services.upkeep.master_key import FILE_NAME, add_to_file, fingerprint, master_keys
from packtrail.store.database import Database

INSTALLATION = Actor.system("command line")


@pytest.fixture
def embedded(fresh_database: Database, tmp_path: Path) -> World:
    """A world whose master key is a file."""
    world = make_world(fresh_database)
    return replace(
        world, app=replace(world.app, settings=replace(world.app.settings, data_dir=tmp_path))
    )


def sealed(world: World) -> set[bytes]:
    with psycopg.connect(world.app.database.url) as conn:
        found = conn.execute(
            "select sealed_key from serial_generation union select sealed_key from serial_signer"
        ).fetchall()
    return {bytes(row[0]) for row in found}


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_the_master_key_is_replaced_and_everything_still_opens(
    embedded: World, is_cut_off: bool
) -> None:
    app, maker = embedded.app, embedded.maker
    create_pool(app, maker, "packs")
    given = allocate(app, maker, "packs", 5, request_id="1").serials()
    replace_key(app, maker, "packs")
    stations.add_station(app, maker, "line 4", "A" * 43 + "=")
    before, file = sealed(embedded), app.settings.data_dir / FILE_NAME
    old = file.read_text()
    if is_cut_off:  # The new key is in the file, nothing is encrypted with it yet.
        add_to_file(app.settings)

    count = rekeying.replace_master_key(app, INSTALLATION)

    assert count == 3
    assert not before & sealed(embedded)
    assert len(file.read_text().split()) == 1
    assert file.read_text() != old
    assert allocate(app, maker, "packs", 5, request_id="1").serials() == given
    stations.add_station(app, maker, "line 5", "A" * 43 + "=")
    assert audit.entries(app, maker, limit=2)[1].action == "pool:master_key:replaced"
    file.write_text(old)
    with pytest.raises(RefusedError) as refused:
        stations.add_station(app, maker, "line 6", "A" * 43 + "=")
    assert code_of(refused) == "SER-012"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works for somebody else")
def test_root_reads_and_replaces_the_key_of_whoever_owns_the_directory(embedded: World) -> None:
    app, folder = embedded.app, embedded.app.settings.data_dir
    owner = pwd.getpwnam("nobody").pw_uid
    create_pool(app, embedded.maker, "packs")
    before = fingerprint(app.settings)
    os.chown(folder, owner, -1)
    os.chown(folder / FILE_NAME, owner, -1)

    assert fingerprint(app.settings) == before
    rekeying.replace_master_key(app, INSTALLATION)
    assert (folder / FILE_NAME).stat().st_uid == owner
    os.chown(folder / FILE_NAME, owner + 1, -1)
    with pytest.raises(UsageError, match="give it to this user alone"):
        master_keys(app.settings)


def test_a_master_key_that_is_a_setting_is_replaced_by_two(world: World, pool: str) -> None:
    given = allocate(world.app, world.maker, pool, 5, request_id="1").serials()
    old, new = world.app.settings.master_key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHiA="
    both = replace(world.app, settings=replace(world.app.settings, master_key=f"{new}, {old}"))
    only = replace(world.app, settings=replace(world.app.settings, master_key=new))

    with pytest.raises(UsageError, match="is a setting here"):
        rekeying.replace_master_key(world.app, INSTALLATION)
    assert allocate(both, world.maker, pool, 5, request_id="1").serials() == given
    assert rekeying.rewrap(both, INSTALLATION) == 1

    assert allocate(only, world.maker, pool, 5, request_id="1").serials() == given
    with pytest.raises(NotPermitted):
        rekeying.rewrap(only, world.maker.with_permissions(ROLES[RoleName.ADMINISTRATOR]))


def test_secrets_are_shown_to_those_who_may_and_it_is_noted(world: World) -> None:
    create_imported_pool(world.app, world.maker, "codes", serves="packer")
    line = f"01{GTIN}21RU00000000001\x1d91EE06\x1d92signature"
    import_numbers(world.app, world.maker, "codes", io.BytesIO(line.encode()), "f.txt")

    shown = show_secrets(world.app, world.maker, f"(01){GTIN}(21)RU00000000001")

    assert shown == {"91": "EE06", "92": "signature"}
    entry = audit.entries(world.app, world.maker, limit=1)[0]
    assert (entry.action, entry.detail) == ("pool:secret:shown", {"serial": "RU00000000001"})
    for role in (RoleName.READER, RoleName.AUDITOR, RoleName.OPERATOR):
        with pytest.raises(NotPermitted):
            show_secrets(
                world.app, world.maker.with_permissions(ROLES[role]), "RU00000000001", pool="codes"
            )
    with pytest.raises(NotFound):
        show_secrets(world.app, world.wholesaler, f"(01){GTIN}(21)RU00000000001")
    with pytest.raises(NotFound):
        show_secrets(world.app, world.maker, "RU00000000002", pool="codes")
