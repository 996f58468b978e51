"""The command `packtrail`, put together from the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import packtrail.launch.bench_capture
import packtrail.launch.bench_detection
import packtrail.launch.bench_growth
import packtrail.launch.bench_gs1
import packtrail.launch.bench_plan
import packtrail.launch.bench_prediction
import packtrail.launch.bench_reads
import packtrail.launch.bench_rivals
import packtrail.launch.bench_scans
import packtrail.launch.bench_serials
import packtrail.launch.bench_size
import packtrail.launch.bench_stream
import packtrail.launch.bench_vrs
import packtrail.launch.bench_year
import packtrail.launch.line_twin
import packtrail.launch.opcua  # noqa: F401 - all join the groups `bench` and `lines`
from packtrail.cli.app import build, run
from packtrail.launch.authority import rehearse
from packtrail.launch.bench_epcis import bench
from packtrail.launch.simulate import simulate
from packtrail.launch.up import demo, up

if TYPE_CHECKING:
    import typer


def application() -> typer.Typer:
    """Return the whole command line."""
    return build(
        {"up": up, "demo": demo, "simulate": simulate, "rehearse": rehearse},
        groups={"bench": bench},
    )


def main() -> int:
    """Run the command and return its exit code."""
    return run(application())


if __name__ == "__main__":
    raise SystemExit(main())
