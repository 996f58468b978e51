"""`packtrail up` and `packtrail demo`: serve console and REST until Ctrl-C."""

from __future__ import annotations

import shlex
import shutil
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.services.application import Application
    from packtrail.settings import Settings

Host = Annotated[
    str | None,
    typer.Option("--host", help="Address to listen on; default 127.0.0.1. [env: PACKTRAIL_HOST]"),
]
Port = Annotated[
    int | None, typer.Option("--port", help="Port; default 8440. [env: PACKTRAIL_PORT]")
]


Processes = Annotated[
    int | None,
    typer.Option(
        "--processes",
        help="Processes that answer requests; default 1. [env: PACKTRAIL_SERVER_PROCESSES]",
    ),
]


def up(
    host: Host = None,
    port: Port = None,
    processes: Processes = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Serve the console and the REST interface until Ctrl-C.

    Without --db the embedded PostgreSQL of the data directory is started, and stopped at the end.
    With --processes 2 or more, so many processes answer on the same port; one that dies is started
    again. With --json one line says where it listens, once it does.
    """
    from packtrail import processes as several
    from packtrail import serving
    from packtrail.settings import Settings

    settings = Settings.of(
        host=host, port=port, server_processes=processes, data_dir=data, database_url=db
    )
    serve = serving.serve if settings.server_processes == 1 else several.serve
    serve(settings, on_ready=_teller(_say_up, settings, json=json))


def demo(
    port: Port = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Load the demo world, if it is not loaded yet, and serve it on this machine.

    Two manufacturers, a contract packer, wholesalers, pharmacies and one counterfeiter live through
    a year; fake authorities take the reports of one. Prints a link for each of four of them that
    signs you in once.
    """
    from packtrail.bootstrap import open_application
    from packtrail.children import stoppable
    from packtrail.serving import run
    from packtrail.settings import Settings
    from packtrail.simulation import demo as world
    from packtrail.simulation.authority import AuthorityServer
    from packtrail.simulation.filings import LOOPBACK

    settings = _with_mails(
        Settings.of(
            port=port,
            data_dir=data,
            database_url=db,
            demo_sign_in=True,
            webhook_allowed_networks=(LOOPBACK,),
        )
    )
    with (
        stoppable(),
        AuthorityServer() as authority,
        open_application(settings, is_server=True) as application,
    ):
        with _progress() as advance:
            world.load(application, authority=authority, on_progress=advance)
        run(application, on_ready=_teller(_say_demo, settings, json=json))


def _with_mails(settings: Settings) -> Settings:
    """Return settings with which mails are recorded and shown, where no server is set."""
    if settings.mail_host:
        return settings
    return replace(
        settings,
        mail_kept_only=True,
        mail_from="packtrail@asterion.example",
        mail_domains=("*",),
        console_url=settings.console_url or f"http://127.0.0.1:{settings.port}",
    )


def _teller(
    say: Callable[[Application, str, Settings], None], settings: Settings, *, json: bool
) -> Callable[[Application, str], None]:
    def tell(application: Application, url: str) -> None:
        if json:
            write_json({"url": url})
        else:
            say(application, url, settings)
        sys.stdout.flush()

    return tell


def _say_up(application: Application, url: str, settings: Settings) -> None:
    from packtrail.services.accounts.accounts import first_steps

    write_line(f"Packtrail is up at {url}")
    write_line(f"  data   {_place(settings)}")
    for step in first_steps(application):
        write_line(f"  next   {_typed(step, settings)}")
    if not settings.is_loopback:
        write_line("  note   people sign in over HTTPS only: put a proxy with TLS in front")
    write_line("  stop   Ctrl-C; the data stays")


def _say_demo(application: Application, url: str, settings: Settings) -> None:
    from packtrail.simulation import demo as world

    write_line(f"The demo world is up at {url}")
    write_line()
    write_line("Look around as (each link signs in once):")
    for door in world.doors(application):
        write_line(f"  {door.part:16} {door.organisation_name}")
        write_line(f"  {'':16} {url}/sign-in/{door.token}")
    write_line()
    write_line("Then drop an EPCIS file on any page, and scan or type one of its packs on top.")
    write_line("In another terminal:  .venv/bin/packtrail trace --help")
    write_line(f"Data: {_place(settings)}.  Stop: Ctrl-C; the data stays.")


def _typed(step: str, settings: Settings) -> str:
    """Return a command as it has to be typed here: for this store, by a name the shell finds."""
    from packtrail.settings import default_data_dir

    name, _, rest = step.partition(" ")
    command = f"{name if shutil.which(name) else sys.argv[0]} {rest}"
    if settings.database_url:
        return f"{command} --db URL"
    if settings.data_dir != default_data_dir():
        return f"{command} --data {shlex.quote(str(settings.data_dir))}"
    return command


def _place(settings: Settings) -> str:
    return "the database given by --db" if settings.database_url else str(settings.data_dir)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    with talk.status("Loading the demo world ...") as status:
        yield lambda number: status.update(f"Loading the demo world: {number} messages ...")
