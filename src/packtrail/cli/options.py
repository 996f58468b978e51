"""The options that several commands share, each declared once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.base.findings import has_errors
from packtrail.cli.output import FINDINGS, tell_findings, write_json

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.services.application import Application

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Directory of the embedded database. [env: PACKTRAIL_DATA]"
    ),
]
Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="PostgreSQL 15+ to use instead of the embedded one. [env: PACKTRAIL_DATABASE_URL]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be wrong with it; change nothing.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="Only what had happened by then.")
]
AsKnownAt = Annotated[
    str | None,
    typer.Option("--as-known-at", metavar="TIME", help="Only what had been recorded by then."),
]
Place = Annotated[
    str | None, typer.Option("--place", metavar="GLN", help="GLN, SGLN or Digital Link.")
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it was; default: now.")]
OrganisationCode = Annotated[
    str | None,
    typer.Option(
        "--organisation",
        "-o",
        metavar="CODE",
        envvar="PACKTRAIL_ORGANISATION",
        help="Organisation to act for; not needed where there is only one.",
    ),
]

Request = Annotated[
    str | None,
    typer.Option(
        "--request",
        metavar="ID",
        help="The same ID gives the same answer for ever; default: a new one, which is told.",
    ),
]


@dataclass(frozen=True, slots=True)
class Installation:
    """The installation that a command of this machine acts on."""

    data: Data = None
    db: Db = None

    @contextmanager
    def acting(self) -> Iterator[tuple[Application, Actor]]:
        """Open the application and act for the installation itself, for no organisation.

        Raises:
            UsageError: A setting cannot be used.
            Unavailable: The database does not answer.
        """
        from packtrail.access import Actor
        from packtrail.bootstrap import open_application
        from packtrail.settings import Settings

        settings = Settings.of(data_dir=self.data, database_url=self.db)
        with open_application(settings) as application:
            yield application, Actor.system("command line")


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation that a command of this machine acts for, and its installation."""

    organisation: OrganisationCode = None
    data: Data = None
    db: Db = None

    @contextmanager
    def acting(self) -> Iterator[tuple[Application, Actor]]:
        """Open the application and act for the organisation.

        Raises:
            UsageError: A setting cannot be used.
            Unavailable: The database does not answer.
            NotFound: No organisation has this code, or there are several to choose from.
        """
        from packtrail.services.accounts import organisations

        with Installation(self.data, self.db).acting() as (application, actor):
            yield (
                application,
                organisations.system_actor(application, actor.name, organisation=self.organisation),
            )


def moment(text: str | None, *, option: str) -> datetime | None:
    """Read a moment given as an option.

    Raises:
        UsageError: It is no ISO 8601 time, or has no offset.
    """
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} is {text!r}: expected a time such as 2026-03-03T14:02:00Z."
        ) from error
    if read.tzinfo is None:
        raise UsageError(f"{option} is {text!r}: add the offset, such as Z or +01:00.")
    return read


def moments(as_of: str | None, as_known_at: str | None) -> dict[str, datetime | None]:
    """Read the two moments an answer can be about.

    Raises:
        UsageError: One is no ISO 8601 time, or has no offset.
    """
    return {
        "as_of": moment(as_of, option="--as-of"),
        "as_known_at": moment(as_known_at, option="--as-known-at"),
    }


def file(path: Path) -> bytes:
    """Read a file; `-` is standard input.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def day(text: str | None, *, option: str) -> date | None:
    """Read a day given as an option.

    Raises:
        UsageError: It is no ISO 8601 date.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}: expected a day such as 2029-01-31.") from error


def tell_check(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Tell what a change would meet, and stop with 1 where that forbids it."""
    if as_json:
        write_json({"findings": findings})
    else:
        tell_findings(findings)
    if has_errors(findings):
        raise typer.Exit(FINDINGS)


def share(text: str, option: str) -> Fraction:
    """Read a share, 0 to 1; a confidence lies between.

    Raises:
        UsageError: It is none.
    """
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        found = Fraction(-1)
    if not 0 <= found <= 1 or (option == "--confidence" and found in {0, 1}):
        raise UsageError(f"{option} is {text!r}: expected a share such as 0.2.")
    return found


def listed(texts: Iterable[str]) -> list[str]:
    """Return identifiers, those on standard input in place of `-`."""
    return [
        line.strip()
        for text in texts
        for line in (sys.stdin if text == "-" else [text])
        if line.strip()
    ]
