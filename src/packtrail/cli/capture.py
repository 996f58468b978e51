"""`packtrail capture`: hand in EPCIS documents from files or standard input."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from packtrail.services.application import Application
    from packtrail.services.capture.capture_jobs import CaptureJob
    from packtrail.services.capture.uploads import Upload


def capture(
    organisation: options.Organisation,
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
    json: options.Json = False,
) -> None:
    """Capture EPCIS documents: 1.0 to 2.0 XML, or 2.0 JSON-LD.

    Each document is one transaction: its events are recorded, or it is refused with every finding
    and its place. The original is kept byte for byte. Capturing a document again changes nothing.
    A large document is read in parts, so that it takes little memory, and recorded as a whole all
    the same, or not at all.
    """
    from packtrail.services.capture.capture import submit
    from packtrail.services.capture.capture_jobs import ErrorBehaviour

    behaviour = ErrorBehaviour.PROCEED if proceed else ErrorBehaviour.ROLLBACK
    jobs = []
    with ExitStack() as stack:
        opened = [(name, stack.enter_context(_opened(name))) for name in files]
        application, actor = stack.enter_context(organisation.acting())
        for name, file in opened:
            with _uploaded(application, name, file) as upload:
                job = submit(
                    application,
                    actor,
                    upload,
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


def _opened(name: str) -> AbstractContextManager[IO[bytes]]:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror}.") from error


@contextmanager
def _uploaded(application: Application, name: str, file: IO[bytes]) -> Iterator[Upload]:
    """Take a file in, and show on stderr how far its capture is."""
    from rich.progress import Progress

    from packtrail.services.capture.uploads import Upload, pieces_of

    with Progress(console=talk, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(f"{escape(name)}: receiving", total=None)

        def tell(phase: str, fraction: float) -> None:
            bar.update(task, description=f"{escape(name)}: {phase}", total=1, completed=fraction)

        try:
            upload = Upload.of(application.settings, pieces_of(file))
        except OSError as error:
            raise UsageError(f"Cannot read {name}: {error.strerror}.") from error
        with upload:
            upload.tell = tell
            yield upload


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
