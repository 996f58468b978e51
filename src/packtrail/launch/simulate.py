"""`packtrail simulate`: write what a small supply chain would send in a year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import write_json, write_line

PACKS_DEFAULT = 2000


def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Directory to write into.")],
    packs: Annotated[
        int, typer.Option("--packs", help="Packs that get a serial, 50 to 10,000,000.")
    ] = PACKS_DEFAULT,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 1,
    json: options.Json = False,
) -> None:
    """Write EPCIS documents of a simulated supply chain, and the truth about them.

    Manufacturers and lines write EPCIS 1.2 XML, pharmacies and one wholesaler 2.0 JSON-LD. The file
    `manifest.json` lists organisations, documents in the order they were sent, and the truth.
    """
    import packtrail.simulation

    world = packtrail.simulation.simulate(packs, seed)
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty: choose a new directory.")
    manifest = world.write(out)
    count = sum(1 for path in out.rglob("*") if path.is_file()) - 1
    if json:
        write_json({"manifest": str(manifest), "documents": count, "packs": packs, "seed": seed})
    else:
        write_line(f"{count} documents of {packs} packs written to {out}, told in {manifest.name}")
