"""The command `packtrail`, put together from the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.cli.app import build, run

if TYPE_CHECKING:
    import typer

JOINED: dict[str, tuple[str, ...]] = {
    "up": ("packtrail.launch.up",),
    "demo": ("packtrail.launch.up",),
    "simulate": ("packtrail.launch.simulate",),
    "rehearse": ("packtrail.launch.authority",),
    "bench": (
        "packtrail.launch.bench",
        "packtrail.launch.bench_capture",
        "packtrail.launch.bench_detection",
        "packtrail.launch.bench_epcis",
        "packtrail.launch.bench_growth",
        "packtrail.launch.bench_gs1",
        "packtrail.launch.bench_plan",
        "packtrail.launch.bench_prediction",
        "packtrail.launch.bench_reads",
        "packtrail.launch.bench_rivals",
        "packtrail.launch.bench_scans",
        "packtrail.launch.bench_serials",
        "packtrail.launch.bench_size",
        "packtrail.launch.bench_stream",
        "packtrail.launch.bench_vrs",
        "packtrail.launch.bench_year",
    ),
    "lines": ("packtrail.launch.line_twin", "packtrail.launch.opcua"),
}
"""The modules of commands that need more than one door, as in `packtrail.cli.app.COMMANDS`."""


def application() -> typer.Typer:
    """Return the whole command line."""
    return build(JOINED)


def main() -> int:
    """Run the command and return its exit code."""
    return run(application())


if __name__ == "__main__":
    raise SystemExit(main())
