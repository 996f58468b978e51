"""`packtrail serials block` and `station`: numbers for lines that run without a network.

`new-key`, `trust` and `open` run at the station; they need no database.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.files import listed_in, write_file
from packtrail.cli.output import talk, tell_findings, write_json, write_line, write_table
from packtrail.cli.serial_pools import PoolCode, Request

block_group = typer.Typer(
    help="Sealed blocks: numbers for a line that runs offline.", no_args_is_help=True
)
station_group = typer.Typer(
    help="Stations: the places that open sealed blocks.", no_args_is_help=True
)

Key = Annotated[Path, typer.Option("--key", metavar="FILE", help="The key file of the station.")]
BlockId = Annotated[str, typer.Argument(metavar="BLOCK", help="The number of the block.")]
StationName = Annotated[str, typer.Argument(metavar="STATION", help="Name of the station.")]


# --- at the office --------------------------------------------------------------------------------


@station_group.command("add")
def add_station(
    organisation: options.Organisation,
    station: StationName,
    public_key: Annotated[str, typer.Argument(help="As `serials block new-key` showed it.")],
    json: options.Json = False,
) -> None:
    """Register a station, and show the key that it must trust."""
    from packtrail.services.supply import stations

    with organisation.acting() as (application, actor):
        added = stations.add_station(application, actor, station, public_key)
        signer = stations.signer_public_key(application, actor)
    if json:
        write_json({"station": added, "signer_key": signer})
        return
    write_line(f"station {added.name}, key {added.fingerprint}")
    write_line(f"at the station: packtrail serials block trust {signer} --key FILE")


@station_group.command("list")
def list_stations(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the stations of your organisation."""
    from packtrail.services.supply import stations

    with organisation.acting() as (application, actor):
        found = stations.stations(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Station", "Key", "Since", "By", "Revoked"),
        ((s.name, s.fingerprint, s.created_at, s.created_by, s.revoked_at) for s in found),
    )


@station_group.command("revoke")
def revoke_station(
    organisation: options.Organisation, station: StationName, json: options.Json = False
) -> None:
    """Let a station have no more blocks; those it has stay open to it."""
    from packtrail.services.supply import stations

    with organisation.acting() as (application, actor):
        revoked = stations.revoke_station(application, actor, station)
    if json:
        write_json(revoked)
    else:
        write_line(f"station {revoked.name} gets no more blocks")


@block_group.command("seal")
def seal_block(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    pool: PoolCode,
    count: Annotated[int, typer.Argument(help="How many serial numbers.")],
    station: Annotated[str, typer.Option("--station", help="Name of the station it is for.")],
    expires: Annotated[
        str,
        typer.Option("--expires", metavar="TIME", help="From when on it is not opened any more."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")],
    request: Request = None,
    purpose: Annotated[str, typer.Option("--purpose", help="What for: an order, a lot.")] = "",
    json: options.Json = False,
) -> None:
    """Take numbers from a pool and seal them for a station: signed, encrypted, with an expiry."""
    from packtrail.services.supply import blocks
    from packtrail.services.supply.allocating import Asking

    until = options.moment(expires, option="--expires")
    if until is None:
        raise UsageError("--expires is empty: expected a time such as 2026-12-31T00:00:00Z.")
    what = Asking(count=count, request_id=request or str(uuid4()), purpose=purpose)
    with organisation.acting() as (application, actor):
        sealed = blocks.seal(application, actor, pool, what, station=station, expires_at=until)
    write_file(out, [sealed.content])
    if json:
        write_json(sealed.block)
    else:
        told = sealed.block
        write_line(f"block {told.block_id}: {told.count:,} numbers for {told.station} in {out}")


@block_group.command("list")
def list_blocks(
    organisation: options.Organisation,
    is_open: Annotated[
        bool, typer.Option("--open", help="Only those of which nothing was said yet.")
    ] = False,
    json: options.Json = False,
) -> None:
    """List the blocks that your organisation sealed."""
    from packtrail.services.supply import blocks

    with organisation.acting() as (application, actor):
        found = blocks.blocks(application, actor, is_open=is_open)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Block", "Pool", "Station", "For", "Count", "Used", "Void", "Returned", "Open", "Expires",
         "Settled"),
        (
            (
                each.block_id, f"{each.owner}/{each.pool}", each.station, each.purpose,
                f"{each.count:,}", f"{each.used:,}", f"{each.voided:,}", f"{each.returned:,}",
                f"{each.outstanding:,}", each.expires_at, each.settled_at,
            )
            for each in found
        ),
    )  # fmt: skip
    tell_findings(finding for each in found for finding in each.findings)


@block_group.command("settle")
def settle_block(
    organisation: options.Organisation,
    block: BlockId,
    used: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--used", metavar="FILE", help="Numbers on packs that were commissioned."),
    ] = None,
    void: Annotated[
        typer.FileBinaryRead | None,
        typer.Option("--void", metavar="FILE", help="Numbers that were spoilt before."),
    ] = None,
    lost: Annotated[
        bool, typer.Option("--lost", help="The block is lost: all other numbers are void.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    json: options.Json = False,
) -> None:
    """Say what became of a block; numbers that are not named come back unused."""
    from packtrail.services.supply import blocks

    with organisation.acting() as (application, actor):
        done = blocks.settle(
            application, actor, block, used=listed_in(used), void=listed_in(void), is_lost=lost,
            reason=reason,
        )  # fmt: skip
    if json:
        write_json(done)
    else:
        write_line(f"{done.used:,} used, {done.voided:,} void, {done.returned:,} returned")


# --- at the station -------------------------------------------------------------------------------


@block_group.command("new-key")
def new_station_key(
    station: StationName, key: Key = Path("station.key"), json: options.Json = False
) -> None:
    """At the station: make its key, and show the public part, to be registered."""
    from packtrail.services.supply import station as at_station

    public = at_station.new_key(key, station)
    if json:
        write_json({"station": station, "public_key": public, "file": str(key)})
    else:
        write_line(public)
        talk.print(f"To be registered: packtrail serials station add '{station}' {public}")


@block_group.command("trust")
def trust_signer(
    signer: Annotated[str, typer.Argument(help="As `serials station add` showed it.")],
    key: Key = Path("station.key"),
    json: options.Json = False,
) -> None:
    """At the station: believe the blocks that are signed with a key."""
    from packtrail.services.supply import station as at_station

    fingerprint = at_station.trust(key, signer)
    if json:
        write_json({"fingerprint": fingerprint})
    else:
        write_line(f"trusted: {fingerprint}")


@block_group.command("open")
def open_block(
    file: Annotated[Path, typer.Argument(help="The sealed block; its journal lies beside it.")],
    key: Key = Path("station.key"),
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="How many numbers; default: all.")
    ] = None,
    request: Request = None,
    json: options.Json = False,
) -> None:
    """At the station, without a network: take numbers from a block and print them, one a line.

    What is taken is written to a journal first: no number is taken twice, and the same command with
    the same --request takes the same numbers again. With --json also what is printed beside them.
    """
    from packtrail.services.supply import station as at_station

    taken = at_station.take(
        file, key, request_id=request or str(uuid4()), count=count, at=datetime.now(UTC)
    )
    if json:
        write_json(
            {
                "block": taken.head,
                "serials": taken.serials,
                "elements": taken.elements,
                "left": taken.left,
                "is_repeated": taken.is_repeated,
            }
        )
        return
    sys.stdout.writelines(f"{serial}\n" for serial in taken.serials)
    again = ", as before" if taken.is_repeated else ""
    talk.print(f"{len(taken.serials):,} of {taken.head.count:,}{again}; {taken.left:,} are left")
