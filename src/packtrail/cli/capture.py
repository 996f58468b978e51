"""`packtrail capture`: hand in EPCIS documents from files or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.services.capture import CaptureJob


def capture(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="EPCIS documents; - is standard input.")
    ],
    owner: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="CODE",
            help="Record for another organisation that has an agreement with yours.",
        ),
    ] = None,
    proceed: Annotated[
        bool,
        typer.Option("--proceed", help="Keep the good events of a document that has bad ones."),
    ] = False,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Capture EPCIS documents: 1.0 to 2.0 XML, or 2.0 JSON-LD.

    Each document is one transaction: its events are recorded, or it is refused with every finding
    and its place. The original is kept byte for byte. Capturing a document again changes nothing.
    """
    from packtrail.services.capture import ErrorBehaviour, submit

    behaviour = ErrorBehaviour.PROCEED if proceed else ErrorBehaviour.ROLLBACK
    contents = [(name, _read(name)) for name in files]
    jobs = []
    with options.acting(data, db, organisation) as (application, actor):
        for name, content in contents:
            job = submit(
                application,
                actor,
                content,
                media_type=None,
                filename=None if name == "-" else Path(name).name,
                owner=owner,
                error_behaviour=behaviour,
            )
            jobs.append(job)
            if not json:
                _tell(name, job)
    if json:
        write_json(jobs)
    _finish(jobs)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror}.") from error


def _tell(name: str, job: CaptureJob) -> None:
    verdict = "captured" if job.success else "refused"
    repeated = f", {job.repeated_count} known already" if job.repeated_count else ""
    write_line(
        f"{name}: {verdict}, {job.stored_count} of {job.event_count} events stored{repeated}"
        f" (capture {job.capture_id})"
    )
    tell_findings(job.findings)


def _finish(jobs: Sequence[CaptureJob]) -> None:
    refused = sum(not job.success for job in jobs)
    if refused:
        if len(jobs) > 1:
            talk.print(f"{refused} of {len(jobs)} documents were not captured whole.")
        raise typer.Exit(FINDINGS)
