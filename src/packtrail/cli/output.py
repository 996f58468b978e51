"""How a command answers: data on stdout, talk on stderr, and an exit code that says how it went."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from packtrail.base.errors import (
    NotAuthenticated,
    NotPermitted,
    PacktrailError,
    RefusedError,
    Unavailable,
    UsageError,
)
from packtrail.base.findings import Finding, Severity

FINE, FINDINGS, USAGE, UNAVAILABLE, NOT_PERMITTED = range(5)

EXIT_CODES: tuple[tuple[type[PacktrailError], int], ...] = (
    (NotPermitted, NOT_PERMITTED),
    (NotAuthenticated, NOT_PERMITTED),
    (RefusedError, FINDINGS),
    (UsageError, USAGE),
    (Unavailable, UNAVAILABLE),
)
"""Fault -> exit code; the first that fits counts."""

SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}

PIPE_WIDTH = 500
"""A table that goes into a pipe is not folded to a screen nobody looks at."""

talk = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
"""Where a command talks to the person: progress, remarks, findings."""


def write_json(value: object) -> None:
    """Write a value to stdout as one indented JSON document."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(value)
    sys.stdout.buffer.write(msgspec.json.format(encoded, indent=2) + b"\n")
    sys.stdout.buffer.flush()


def write_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows to stdout as a table; plain text where stdout is no terminal."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(highlight=False, emoji=False, width=width).print(table)


def write_line(text: str = "") -> None:
    """Write one line to stdout."""
    sys.stdout.write(text + "\n")


def tell_findings(findings: Iterable[Finding]) -> None:
    """Tell findings to the person, one block each: what, where, what to do."""
    for finding in findings:
        style = SEVERITY_STYLES[finding.severity]
        place = f" at {finding.at}" if finding.at else ""
        talk.print(
            f"[{style}]{finding.severity.value} {finding.code}[/]"
            f"{escape(place)}: {escape(finding.message)}"
        )
        if finding.remedy:
            talk.print(f"    {escape(finding.remedy)}")


def guarded(command: Callable[[], None], *, as_json: Callable[[], bool]) -> int:
    """Run a command and return its exit code; a fault is told, never thrown at the person.

    Args:
        command: What to run.
        as_json: Whether the person asked for JSON, known once the arguments were read.
    """
    try:
        command()
    except PacktrailError as fault:
        findings = fault.findings if isinstance(fault, RefusedError) else ()
        if as_json():
            write_json({"error": str(fault), "findings": [asdict(each) for each in findings]})
        elif findings:
            tell_findings(findings)
        else:
            talk.print(f"[bold red]error[/]: {escape(str(fault))}")
        return next(code for kind, code in EXIT_CODES if isinstance(fault, kind))
    return FINE
