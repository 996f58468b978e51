"""`packtrail lines serve-opcua`: serve OPEN-SCS until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from packtrail.base.errors import Unavailable, UsageError
from packtrail.cli import options
from packtrail.cli.lines import lines
from packtrail.cli.output import write_json, write_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.openscs.server import Protection
    from packtrail.services.application import Application

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@lines.command("serve-opcua")
def serve_opcua(
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="URL", help="Where to listen.")
    ] = "opc.tcp://127.0.0.1:4840/packtrail",
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="Certificate of the server, DER or PEM.")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--private-key", help="Its private key, PEM.")
    ] = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Serve pools, events and aggregation to line systems over OPC UA (OPEN-SCS) until Ctrl-C.

    Lines sign in with an API key as the password. With a certificate every channel is signed and
    encrypted; without one it listens on this machine alone.
    """
    from packtrail.bootstrap import open_application
    from packtrail.children import stoppable
    from packtrail.settings import Settings

    protection = _protection(endpoint, certificate, private_key)
    settings = Settings.of(data_dir=data, database_url=db)

    def say() -> None:
        if json:
            write_json({"endpoint": endpoint, "is_encrypted": protection is not None})
        else:
            write_line(f"OPEN-SCS is served at {endpoint}.  Stop: Ctrl-C.")
        sys.stdout.flush()

    with stoppable(), open_application(settings) as application:
        try:
            asyncio.run(_serve(application, endpoint, protection, say))
        except OSError as error:
            raise Unavailable(f"Cannot listen at {endpoint}: {error.strerror or error}.") from error


def _protection(endpoint: str, certificate: Path | None, key: Path | None) -> Protection | None:
    try:
        from packtrail.openscs.server import Protection
    except ImportError:
        raise UsageError(
            "OPC UA needs the extra `lines`: pip install 'packtrail[lines]'."
        ) from None
    parts = urlsplit(endpoint)
    if parts.scheme != "opc.tcp" or not parts.hostname:
        raise UsageError(f"{endpoint!r} is no endpoint such as opc.tcp://127.0.0.1:4840/packtrail.")
    if certificate is None or key is None:
        if certificate is not None or key is not None:
            raise UsageError("A certificate needs its private key: give both, or neither.")
        if parts.hostname not in _LOOPBACK:
            raise UsageError(
                f"API keys would cross the network in the clear: give --certificate and "
                f"--private-key to listen at {parts.hostname}."
            )
        return None
    for path in (certificate, key):
        if not path.is_file():
            raise UsageError(f"There is no file {path}.")
    return Protection(certificate, key)


async def _serve(
    application: Application,
    endpoint: str,
    protection: Protection | None,
    say: Callable[[], None],
) -> None:
    from packtrail.openscs.server import build

    server = await build(application, endpoint, protection)
    async with server:
        say()
        await asyncio.Event().wait()
