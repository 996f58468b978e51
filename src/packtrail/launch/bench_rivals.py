"""`packtrail bench rivals`: the same documents into Packtrail and into another repository.

Both store in PostgreSQL servers of the same binaries and settings on the same disk, and take
turns, so that other work on the machine slows both. Packtrail is measured as its users meet it:
through REST, with every check, the original kept and the audit trail written, until the job says
that all is recorded.
"""

from __future__ import annotations

import contextlib
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch import rivals
from packtrail.launch.bench import (
    KEY_SCOPES,
    Figure,
    Report,
    _application,
    _connection,
    _get,
    _machine,
    _row,
    _send,
    _server,
    _temporary_data,
    _timed,
    _versions,
    bench,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.epcis.events import Event, Place
    from packtrail.simulation.documents import SimulatedDocument

PACKS = 10_000
CASES = 100
SINGLES = 1_000
RIVAL = "QU4RTET"
_PREFIX = "4012345"
_START = datetime(2026, 1, 1, 8, tzinfo=UTC)
_EVENTS_OF_A_PACK = 2


@dataclass(frozen=True, slots=True)
class _Shape:
    """A kind of document."""

    name: str
    packs: int
    events: int


SHAPES = (
    _Shape("1 commissioning event of 10,000 packs", PACKS, 1),
    _Shape("1,000 commissioning events of a pack each", SINGLES, SINGLES),
    _Shape("100 packing events of 100 packs each", PACKS, CASES + 1),
)
"""(i), (ii) and (iii) of the comparison that the project began with."""


@dataclass(slots=True)
class _Side:
    """What one of them took."""

    name: str
    captures: list[list[float]]
    """Per shape, the seconds of each run."""
    journeys: Sequence[float] = ()
    children: Sequence[float] = ()
    bytes_stored: int = 0


@bench.command("rivals")
def bench_rivals(
    quartet: Annotated[
        Path,
        typer.Option(
            "--quartet",
            metavar="DIR",
            help="A virtual environment, outside ours, in which `pip install quartet-epcis "
            "quartet-capture drf-yasg celery setuptools 'psycopg[binary]'` was done.",
        ),
    ],
    runs: Annotated[
        int, typer.Option("--runs", min=1, help="How often each document is sent anew.")
    ] = 3,
    queries: Annotated[
        int, typer.Option("--queries", min=1, help="Packs whose journey is asked.")
    ] = 20,
    json: options.Json = False,
) -> None:
    """Send the same documents to Packtrail and to QU4RTET in turns, and ask both the same.

    QU4RTET is called without HTTP, queue or rules, on PostgreSQL and on SQLite. Of a case it tells
    the EPCs it holds, Packtrail also the status and history of each.
    """
    rivals.require(quartet)
    with _temporary_data() as data:
        secret = _prepare(data)
        with _server(data) as (url, _):
            ours = _Side("Packtrail", [[] for _ in SHAPES])
            theirs, version = _take_turns(data, url, secret, quartet, ours, runs)
            _ask(data, url, secret, quartet, (ours, *theirs), queries)
    figures = tuple(_figures(ours, theirs, runs))
    versions = _versions() | {RIVAL: version}
    report = Report(_machine(), versions, figures)
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def documents(run: int) -> tuple[bytes, ...]:
    """Return the documents of one run, one of each shape, as EPCIS 1.2 XML."""
    from packtrail import epcis

    first = run * (PACKS + SINGLES)
    packs = [pack(first + number) for number in range(PACKS)]
    step = PACKS // CASES
    events: tuple[Sequence[Event], ...] = (
        [_commissioning(run, 0, packs)],
        [_commissioning(run, n, [pack(first + PACKS + n)]) for n in range(SINGLES)],
        [
            # QU4RTET takes no parent that was not commissioned.
            _commissioning(run, 2 * SINGLES, [case(run * CASES + n) for n in range(CASES)]),
            *(
                epcis.AggregationEvent(
                    event_time=_at(run, 3 * SINGLES + n),
                    event_time_zone_offset="+00:00",
                    action="ADD",
                    biz_step="packing",
                    disposition="in_progress",
                    parent_id=case(run * CASES + n),
                    child_epcs=tuple(packs[n * step : (n + 1) * step]),
                    read_point=_place(),
                    biz_location=_place(),
                )
                for n in range(CASES)
            ),
        ],
    )
    return tuple(
        epcis.write_xml(
            epcis.EpcisDocument(
                schema_version="1.2", creation_date=_at(run, 5 * SINGLES), events=tuple(each)
            ),
            version="1.2",
        )
        for each in events
    )


def pack(number: int) -> str:
    """Return the EPC of a pack."""
    return f"urn:epc:id:sgtin:{_PREFIX}.011111.{number:014d}"


def case(number: int) -> str:
    """Return the EPC of a case."""
    return f"urn:epc:id:sscc:{_PREFIX}.{number:010d}"


def _commissioning(run: int, second: int, packs: Iterable[str]) -> Event:
    from packtrail import epcis

    return epcis.ObjectEvent(
        event_time=_at(run, second),
        event_time_zone_offset="+00:00",
        action="ADD",
        biz_step="commissioning",
        disposition="active",
        epcs=tuple(packs),
        read_point=_place(),
        biz_location=_place(),
        ilmd={epcis.LOT_NUMBER: "A123", epcis.ITEM_EXPIRATION_DATE: "2028-03-27"},
    )


def _document(name: str, content: bytes) -> SimulatedDocument:
    from packtrail.simulation.documents import SimulatedDocument

    return SimulatedDocument(
        name=name,
        media_type="application/xml",
        content=content,
        owner_code="maker",
        recorded_by_code="maker",
        sent_at=_START,
        kind="bench",
    )


def _at(run: int, second: int) -> datetime:
    return _START + timedelta(days=run, seconds=second)


def _place() -> Place:
    from packtrail import epcis

    return epcis.Place(id=f"urn:epc:id:sgln:{_PREFIX}.00001.0")


def _prepare(data: Path) -> str:
    """Open an organisation, and a database for the rival; return an API key."""
    import psycopg

    from packtrail.access import Actor
    from packtrail.services.accounts import keys, organisations

    with _application(data) as application:
        installation = Actor.system("bench")
        organisations.create_organisation(application, installation, "maker", name="Maker")
        maker = organisations.system_actor(application, "bench", organisation="maker")
        with psycopg.connect(application.database.url, autocommit=True) as conn:
            conn.execute("create database rival")
        return str(keys.create_api_key(application, maker, "bench", scopes=KEY_SCOPES).secret)


def _take_turns(
    data: Path, url: str, secret: str, quartet: Path, ours: _Side, runs: int
) -> tuple[list[_Side], str]:
    """Capture the documents of every run, by each in turn; return the rivals and their version."""
    before = _bytes_of(data, "packtrail")
    theirs = [_Side(f"{RIVAL} on {name}", [[] for _ in SHAPES]) for name in _databases(data)]
    version = ""
    for run in range(runs):
        contents = documents(run)
        paths = [data.parent / f"{run}-{shape}.xml" for shape in range(len(SHAPES))]
        with contextlib.closing(_connection(url)) as connection:
            for shape, (path, content) in enumerate(zip(paths, contents, strict=True)):
                path.write_bytes(content)
                document = _document(path.name, content)
                ours.captures[shape].append(_timed(_send, connection, document, secret))
        for side, database in zip(theirs, _databases(data).values(), strict=True):
            told = rivals.quartet(quartet, database, documents=paths)
            version = told.version
            for shape, seconds in enumerate(told.captures):
                side.captures[shape].append(seconds)
    ours.bytes_stored = _bytes_of(data, "packtrail") - before
    theirs[0].bytes_stored = _bytes_of(data, "rival")
    theirs[1].bytes_stored = sum(each.stat().st_size for each in data.parent.glob("rival.sqlite*"))
    return theirs, version


def _ask(
    data: Path,
    url: str,
    secret: str,
    quartet: Path,
    sides: Sequence[_Side],
    queries: int,
) -> None:
    """Ask each for the journeys of the same packs, and for what the same cases hold."""
    packs = [pack(number * (PACKS // queries)) for number in range(queries)]
    cases = [case(number % CASES) for number in range(queries)]
    ours, *theirs = sides

    with contextlib.closing(_connection(url)) as connection:

        def trace(epc: str) -> None:
            _get(connection, f"/api/v1/trace/{quote(epc, safe='')}", secret)

        ours.journeys = [_timed(trace, epc) for epc in packs]
        ours.children = [_timed(trace, epc) for epc in cases]
    for side, database in zip(theirs, _databases(data).values(), strict=True):
        told = rivals.quartet(quartet, database, journeys=packs, children=cases)
        side.journeys, side.children = told.journeys, told.children


def _databases(data: Path) -> dict[str, dict[str, object]]:
    return {
        "PostgreSQL": rivals.postgresql(str(data / "run"), "rival", "packtrail"),
        "SQLite": rivals.sqlite(data.parent / "rival.sqlite"),
    }


def _bytes_of(data: Path, database: str) -> int:
    import psycopg

    from packtrail.store.embedded import join

    with psycopg.connect(join(data), autocommit=True) as conn:
        conn.execute("checkpoint")
        (size,) = conn.execute("select pg_database_size(%s)", [database]).fetchone() or (0,)
        return int(size)


def _figures(ours: _Side, theirs: Sequence[_Side], runs: int) -> Iterable[Figure]:
    for number, shape in enumerate(SHAPES):
        mine = statistics.median(ours.captures[number])
        beside = [
            f"{side.name} {shape.packs / median:,.0f} packs/s: {median / mine:,.0f} times as long"
            for side in theirs
            if (median := statistics.median(side.captures[number]))
        ]
        rate = shape.packs / mine
        yield Figure(f"{shape.name}, captured", rate, "packs/s", "; ".join(beside))
    for name, mine_all, theirs_all in (
        ("journey of a pack, p50", ours.journeys, [side.journeys for side in theirs]),
        (
            "case with the status of each of its packs, p50",
            ours.children,
            [side.children for side in theirs],
        ),
    ):
        mine = statistics.median(mine_all)
        beside = [
            f"{side.name} {median * 1000:,.1f} ms: {median / mine:,.1f} times as long"
            for side, seconds in zip(theirs, theirs_all, strict=True)
            if (median := statistics.median(seconds))
        ]
        yield Figure(f"{name}, through REST", mine * 1000, "ms", "; ".join(beside))
    stored = runs * (PACKS * _EVENTS_OF_A_PACK + SINGLES) / _EVENTS_OF_A_PACK
    yield Figure(
        "on disk, for each two events of a pack",
        ours.bytes_stored / stored,
        "bytes",
        "; ".join(
            f"{side.name} {side.bytes_stored / stored:,.0f}: "
            f"{side.bytes_stored / ours.bytes_stored:,.1f} times as much"
            for side in theirs
        ),
    )
