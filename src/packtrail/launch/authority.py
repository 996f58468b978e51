"""`packtrail rehearse`: fake authorities on this machine, to train with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import write_json, write_line

PORT_DEFAULT = 8450


def rehearse(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Port on 127.0.0.1; 0: any free one.")
    ] = PORT_DEFAULT,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            help="late=SECONDS, lost=EVERY, reject=EVERY, down=REQUESTS or forgets; several times.",
        ),
    ] = None,
    schemas: Annotated[
        Path | None,
        typer.Option("--schemas", metavar="DIR", help="Folder with documents.xsd of MDLP."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Play an EU hub, an MDLP, a CSV portal and a partner until Ctrl-C, for training.

    They take and reject what real ones do. Give a receiver the addresses that are printed, and
    allow the network 127.0.0.0/8 with PACKTRAIL_WEBHOOK_ALLOWED_NETWORKS. What the authorities know
    is forgotten at the end.
    """
    from packtrail.children import stoppable
    from packtrail.simulation.authority import AuthorityServer, Faults

    if schemas is not None and not (schemas / "documents.xsd").is_file():
        raise UsageError(f"{schemas} has no documents.xsd.")
    server = AuthorityServer(Faults.read(fault or ()), port=port, schemas=schemas)
    addresses = {
        name: {
            "address": f"{server.address}/{name}/reports",
            "answer_address": f"{server.address}/{name}/reports/{{reference}}",
        }
        for name in server.systems
    }
    if json:
        write_json(addresses)
    else:
        for name, told in addresses.items():
            write_line(f"{name:8} --address {told['address']}")
            write_line(f"{'':8} --answer-address '{told['answer_address']}'")
        write_line("Stop: Ctrl-C.")
    sys.stdout.flush()
    with stoppable():
        server.serve()
