"""`packtrail validate`, `convert`, `event-hash` and `explain`: EPCIS files, without a database."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.base.findings import Severity, has_errors
from packtrail.cli import options
from packtrail.cli.output import (
    FINDINGS,
    talk,
    tell_findings,
    write_json,
    write_line,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.base.findings import Finding
    from packtrail.epcis import EpcisDocument, Explanation, Reading
    from packtrail.epcis.telling import Node

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="EPCIS document in XML or JSON; - is standard input."),
]
PATIENCE_BYTES = 1_000_000_000
"""Size of the largest file these commands take; no server has to share its memory here."""


def validate(
    file: File,
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            "-p",
            metavar="NAME",
            help="What to check beyond the schema: gs1, dscsa-r1.2 or dscsa-r1.3.",
        ),
    ] = "gs1",
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="TIME", help="The present to check against, if not now."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Validate an EPCIS file: the schema, the vocabulary, identifiers, and a profile's rules.

    Every finding has a code, a place, a clause and a remedy. Exit code 1 means errors were found.
    """
    from packtrail import epcis

    present = options.moment(on, option="--on") or datetime.now(UTC)
    reading = _read(file)
    findings = epcis.validate(reading, profile, on=present)
    if json:
        write_json({"file": file, "profile": profile, "findings": findings})
    else:
        tell_findings(findings)
        events = len(reading.document.events) if reading.document else 0
        write_line(f"{file}: {_verdict(findings)} under {profile}, {events} events")
    _exit_on_errors(findings)


def convert(
    file: File,
    to: Annotated[str, typer.Option("--to", metavar="NOTATION", help="json, xml-1.2 or xml-2.0.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="OUT", help="File to write, if not standard output."
        ),
    ] = None,
    tolerant: Annotated[
        bool,
        typer.Option("--tolerant", help="Convert what can be read of a file that has errors."),
    ] = False,
) -> None:
    """Convert an EPCIS file into another notation; what that cannot hold is told on stderr.

    A file that breaks the standard is refused, unless `--tolerant` asks for what can be read of it.
    """
    from packtrail import epcis
    from packtrail.epcis.losses import TARGETS

    if to not in TARGETS:
        raise UsageError(f"--to is {to!r}: expected is one of {', '.join(TARGETS)}.")
    reading = _read(file)
    tell_findings(reading.findings)
    document = reading.document
    if document is None or (has_errors(reading.findings) and not tolerant):
        talk.print("Nothing was converted.")
        raise typer.Exit(FINDINGS)
    tell_findings(epcis.lost_in(document, to))
    _write(_written(document, to), output)
    _exit_on_errors(reading.findings)


def _written(document: EpcisDocument, to: str) -> bytes:
    from packtrail import epcis

    if to == "json":
        return epcis.write_json(document)
    return epcis.write_xml(document, version="1.2" if to == "xml-1.2" else "2.0")


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"Cannot write {output}: {error.strerror}.") from error


def event_hash(
    file: File,
    reference_compat: Annotated[
        bool,
        typer.Option(
            "--reference-compat",
            help="Compute as the reference tool does where it departs from the standard.",
        ),
    ] = False,
    version: Annotated[
        str, typer.Option("--version", metavar="CBV", help="CBV version to name: 2.0 or 2.1.")
    ] = "2.0",
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="sha-256, sha-384, sha-512 or sha3-256.")
    ] = "sha-256",
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="FIELD",
            help="Extension that does not count, such as example:field; can be repeated.",
        ),
    ] = None,
    pre_hash: Annotated[
        bool, typer.Option("--pre-hash", help="Show the text that is hashed, too.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Compute the event hash of every event in a file, one line each, in the order of the file.

    The hash names an event by what it says: XML and JSON, URNs and Digital Links, any order of
    lists and any time zone give one hash. Extensions that the document itself lists in an extension
    ignoreFields do not count.
    """
    if version not in ("2.0", "2.1"):
        raise UsageError(f"--version is {version!r}: expected is 2.0 or 2.1.")
    reading = _read(file)
    rows = _hashes(
        reading,
        ignore or (),
        algorithm=algorithm,
        version=version,
        reference_compat=reference_compat,
        with_text=pre_hash,
    )
    if json:
        write_json({"file": file, "events": rows, "findings": reading.findings})
    else:
        for row in rows:
            write_line("\n".join(text for name, text in row.items() if name != "at"))
        tell_findings(reading.findings)
    _exit_on_errors(reading.findings)


def _hashes(
    reading: Reading,
    ignore: Iterable[str],
    *,
    algorithm: str,
    version: str,
    reference_compat: bool,
    with_text: bool,
) -> list[dict[str, str]]:
    from packtrail import epcis
    from packtrail.epcis import hashing

    if reading.document is None:
        return []
    ignored = hashing.fields_to_ignore(reading.document, ignore)
    rows = []
    for place, event in zip(reading.places, reading.document.events, strict=True):
        hashed = epcis.event_hash(
            event,
            algorithm=algorithm,
            version=version,
            reference_compat=reference_compat,
            ignored_fields=ignored,
        )
        row = {"at": place, "hash": hashed}
        if with_text:
            row["pre_hash"] = hashing.pre_hash(
                event, reference_compat=reference_compat, ignored_fields=ignored
            )
        rows.append(row)
    return rows


def explain(file: File, json: options.Json = False) -> None:
    """Explain an EPCIS file in words: who ships what to whom, how it is packed, what is amiss.

    Any vendor's file is read as far as is safe. The exit code is 0 even where the file has faults.
    """
    from packtrail import epcis

    told = epcis.explain(_read(file))
    if json:
        write_json(told)
    else:
        _tell(told)


def _tell(told: Explanation) -> None:
    for sentence in told.sentences:
        mark = "! " if sentence.severity else ""
        write_line(f"{mark}{sentence.text}")
    if told.hierarchy:
        write_line("\nHierarchy")
        for node in told.hierarchy:
            _tell_node(node, 1)
        if told.hierarchy_more:
            write_line(f"  and {told.hierarchy_more:,} more")
    if told.timeline:
        write_line()
        write_table(
            "Timeline",
            ("When", "What", "Events"),
            ((one.begins.isoformat(), one.text, str(one.event_count)) for one in told.timeline),
        )
    for heading, sentences in (("Gaps", told.gaps), ("Master data", told.holes)):
        if sentences:
            write_line(f"\n{heading}")
            for one in sentences:
                write_line(f"  {one.text}" + (f" ({one.at})" if one.at else ""))


def _tell_node(node: Node, depth: int) -> None:
    from packtrail.epcis.telling import counted

    name = f" {node.name}" if node.name else ""
    inside = f": {counted(node.inside)}" if node.inside else ""
    write_line(f"{'  ' * depth}{node.kind} {node.identifier}{name}{inside}")
    containers = [child for child in node.children if child.inside]
    for child in containers:
        _tell_node(child, depth + 1)


def _read(name: str) -> Reading:
    """Read a file tolerantly, whatever its faults.

    Raises:
        UsageError: It cannot be opened.
    """
    from packtrail import epcis

    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {name}: {error.strerror}.") from error
    limits = epcis.Limits(size_bytes=PATIENCE_BYTES)
    return epcis.read(content, strict=False, limits=limits)


def _verdict(findings: Sequence[Finding]) -> str:
    errors = sum(one.severity is Severity.ERROR for one in findings)
    warnings = sum(one.severity is Severity.WARNING for one in findings)
    if not errors and not warnings:
        return "valid"
    counts = f"{errors} errors, {warnings} warnings"
    return f"invalid ({counts})" if errors else f"valid ({counts})"


def _exit_on_errors(findings: Sequence[Finding]) -> None:
    if has_errors(findings):
        raise typer.Exit(FINDINGS)
