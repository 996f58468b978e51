"""`packtrail scan`: questions that look at every event of the archives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, write_json, write_table

if TYPE_CHECKING:
    from packtrail.store.scans.scanning import Asked, Found, Limits, Scan

scan = typer.Typer(
    help="Look at every event of the archives, with DuckDB or Spark.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="An archive, or a folder of archives.")]
Master = Annotated[
    str | None,
    typer.Option("--spark", metavar="URL", help="Run on this Spark cluster; default: DuckDB here."),
]


@scan.command("duplicate-serials")
def duplicate_serials(folder: Folder, spark: Master = None, json: options.Json = False) -> None:
    """Find objects that were commissioned on two occasions or more; the exit code is 1 then."""
    from packtrail.store.scans.scanning import Asked, Scan, files_in

    _tell(_run(Scan.DUPLICATE_SERIALS, Asked(files=files_in(folder)), spark), as_json=json)


@scan.command("impossible-travel")
def impossible_travel(
    folder: Folder,
    places: Annotated[
        Path,
        typer.Option("--places", metavar="FILE", help="CSV: place, latitude, longitude."),
    ],
    speed: Annotated[
        float | None, typer.Option("--speed", min=1, help="Fastest, in km/h; default: 900.")
    ] = None,
    distance: Annotated[
        float | None, typer.Option("--distance", min=0, help="Least, in km; default: 50.")
    ] = None,
    spark: Master = None,
    json: options.Json = False,
) -> None:
    """Find objects that were seen at two places faster than anything travels; exit code 1 then."""
    from packtrail.store.scans import places as tables
    from packtrail.store.scans.scanning import Asked, Scan, files_in

    try:
        known = tables.read(options.file(places).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{places} is no UTF-8 text: {error.reason}.") from error
    asked = Asked(files=files_in(folder), places=known, limits=_limits(speed, distance))
    _tell(_run(Scan.IMPOSSIBLE_TRAVEL, asked, spark), as_json=json)


def _limits(speed: float | None, distance: float | None) -> Limits:
    from packtrail.store.scans.scanning import Limits

    usual = Limits()
    return Limits(
        km_per_hour_max=usual.km_per_hour_max if speed is None else speed,
        km_min=usual.km_min if distance is None else distance,
    )


def _run(scan: Scan, asked: Asked, master: str | None) -> tuple[Found, ...]:
    from packtrail.store.scans import duck, spark

    with talk.status("Scanning ..."):
        return spark.run(scan, asked, master=master) if master else duck.run(scan, asked)


def _tell(found: tuple[Found, ...], *, as_json: bool) -> None:
    if as_json:
        write_json(found)
    elif not found:
        talk.print("Nothing found.")
    else:
        headings = ("Class", "Serial", "From", "At", "To", "At", "km")
        write_table("", headings, [_row(each) for each in found])
    if found:
        raise typer.Exit(FINDINGS)


def _row(each: Found) -> tuple[str, ...]:
    return (
        *(each.class_key, each.item_key, each.from_place or ""),
        *(f"{each.from_at:%Y-%m-%d %H:%M:%S}", each.to_place or ""),
        *(f"{each.to_at:%Y-%m-%d %H:%M:%S}", f"{each.km:,.1f}" if each.km else ""),
    )
