"""`packtrail gs1`: read, convert and draw GS1 identifiers; no database is needed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import (
    FINDINGS,
    tell_findings,
    write_json,
    write_line,
    write_table,
)

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.gs1 import CompanyPrefixes
    from packtrail.gs1.descriptions import Description

gs1 = typer.Typer(help="Read, convert and draw GS1 identifiers.", no_args_is_help=True)

LINE_LENGTH_MAX = 4096
"""Longest line taken from standard input."""

Texts = Annotated[
    list[str],
    typer.Argument(
        metavar="TEXT",
        help="EPC URI, Digital Link, element string, scan, RFID tag (URI or bits in hexadecimal), "
        "NDC or number; - reads lines.",
    ),
]
PrefixLength = Annotated[
    int | None,
    typer.Option("--prefix-length", help="Digits of the company prefix, which EPC URIs need."),
]
Register = Annotated[
    Path | None,
    typer.Option(
        "--register",
        metavar="FILE",
        help="Register of company prefixes: GS1's GCPPrefixFormatList (XML or JSON), or one prefix "
        "a line.",
    ),
]


class Form(StrEnum):
    """The notations, as `packtrail.gs1.conversions` names them."""

    URN = "urn"
    LINK = "link"
    ELEMENT = "element"
    SCAN = "scan"
    HRI = "hri"
    TAG = "tag"
    HEX = "hex"


class Kind(StrEnum):
    """The kinds of symbols, as `packtrail.rendering.symbols` names them."""

    DATA_MATRIX = "datamatrix"
    GS1_128 = "gs1-128"
    QR = "qr"
    QR_LINK = "qr-link"
    DATA_MATRIX_LINK = "datamatrix-link"


@gs1.callback()
def _group() -> None:
    """Read, convert and draw GS1 identifiers."""


@gs1.command("parse")
def parse(
    texts: Texts,
    pack: Annotated[
        bool,
        typer.Option("--pack", help="Expect a medicine pack: product, serial, expiry and lot."),
    ] = False,
    prefix_length: PrefixLength = None,
    register: Register = None,
    json: options.Json = False,
) -> None:
    """Take identifiers and scans apart, and say what is wrong and why.

    Where a scan cannot be read, the likely cause is named: a keyboard layout, caps lock, a lost or
    replaced separator. Where it can have been one thing only, that is suggested, never put in.
    """
    from packtrail.gs1.descriptions import PACK, describe
    from packtrail.gs1.subjects import Prefixes

    expecting = PACK if pack else ()
    told = Prefixes(prefix_length, _register(register))
    rows = [describe(text, expecting=expecting, prefixes=told) for text in _all(texts)]
    if json:
        write_json(rows)
    else:
        for row in rows:
            _tell(row)
    _end(row.findings for row in rows)


@gs1.command("convert")
def convert(
    texts: Texts,
    to: Annotated[Form, typer.Option("--to", help="Notation to write.")] = Form.LINK,
    prefix_length: PrefixLength = None,
    domain: Annotated[
        str, typer.Option("--domain", help="Domain of Digital Links.")
    ] = "https://id.gs1.org",
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            metavar="NAME",
            help="RFID encoding, such as sgtin-96; of a scan, the symbol, such as 'Data Matrix'.",
        ),
    ] = None,
    filter_value: Annotated[int, typer.Option("--filter", help="Filter value of RFID tags.")] = 0,
    register: Register = None,
    json: options.Json = False,
) -> None:
    """Write identifiers in another notation, a line each; an empty line for one refused."""
    from packtrail.gs1 import conversions
    from packtrail.gs1.subjects import Prefixes

    told = Prefixes(prefix_length, _register(register))
    form = conversions.Form(to.value)
    wishes = conversions.Wishes(domain=domain, encoding=encoding, filter_value=filter_value)
    rows = [conversions.convert(text, form, wishes, prefixes=told) for text in _all(texts)]
    if json:
        write_json(rows)
    else:
        for row in rows:
            write_line(row.result)
            tell_findings(row.findings)
    _end(row.findings for row in rows)


@gs1.command("symbol")
def symbol(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Identifier in any notation.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="File to write, .svg or .png.")
    ],
    kind: Annotated[Kind, typer.Option("--kind", help="Kind of symbol.")] = Kind.DATA_MATRIX,
    scale: Annotated[int, typer.Option("--scale", min=1, max=40, help="Pixels a module.")] = 4,
    with_text: Annotated[
        bool, typer.Option("--text", help="Print the data below; in SVG only.")
    ] = False,
    domain: Annotated[
        str, typer.Option("--domain", help="Domain of Digital Links.")
    ] = "https://id.gs1.org",
) -> None:
    """Draw a symbol; data that is wrong in any way is refused."""
    from packtrail.rendering.symbols import Symbology, draw

    suffix = output.suffix.lower()
    if suffix not in {".svg", ".png"} or (with_text and suffix == ".png"):
        raise UsageError(
            f"{output} is no file that can be drawn: write .svg, or .png without --text."
        )
    drawn = draw(text, Symbology(kind.value), domain=domain)
    content = (
        drawn.png(scale=scale)
        if suffix == ".png"
        else drawn.svg(scale=scale, with_text=with_text).encode()
    )
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    write_line(f"{output}: {drawn.hri}")


@gs1.command("read")
def read(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE", help="PNG files; others need Pillow.")
    ],
    json: options.Json = False,
) -> None:
    """Read every symbol in images; what is printed is what a scanner transmits."""
    from packtrail.rendering.symbols import read_symbols

    found = []
    for image in images:
        try:
            content = image.read_bytes()
        except OSError as error:
            raise UsageError(f"{image} cannot be read: {error.strerror}.") from error
        found += [(str(image), scan) for scan in read_symbols(content)]
    if json:
        write_json([{"image": name, **asdict(scan)} for name, scan in found])
        return
    for _, scan in found:
        write_line(_visible(scan.text))


@gs1.command("check-digit")
def check_digit(
    numbers: Annotated[
        list[str],
        typer.Argument(metavar="DIGITS", help="Numbers without check digit; - reads lines."),
    ],
    json: options.Json = False,
) -> None:
    """Put the check digit behind numbers of any GS1 key."""
    from packtrail.gs1 import check_digit as right_digit
    from packtrail.gs1.conversions import Conversion

    rows = []
    for number in _all(numbers):
        if not (number.isascii() and number.isdigit()):
            raise UsageError(f"{number!r} is no number of digits.")
        rows.append(Conversion(number, number + right_digit(number), ()))
    if json:
        write_json(rows)
        return
    for row in rows:
        write_line(row.result)


def _all(texts: Iterable[str]) -> Iterator[str]:
    """Yield the arguments; for `-` the lines of standard input that are not empty."""
    for text in texts:
        if text != "-":
            yield text
            continue
        for line in sys.stdin:
            bare = line.rstrip("\r\n")
            if len(bare) > LINE_LENGTH_MAX:
                raise UsageError(f"A line has {len(bare)} characters; {LINE_LENGTH_MAX} are read.")
            if bare:
                yield bare


def _end(findings: Iterable[tuple[Finding, ...]]) -> None:
    from packtrail.base.findings import has_errors

    if any(map(has_errors, findings)):
        raise typer.Exit(FINDINGS)


def _register(file: Path | None) -> CompanyPrefixes | None:
    from packtrail.gs1 import CompanyPrefixes

    if file is None:
        return None
    try:
        return CompanyPrefixes.read(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error


def _tell(row: Description) -> None:
    kinds = ", ".join(filter(None, (row.kind, row.symbol, row.content)))
    write_line(_visible(row.text) + (f"  ({kinds})" if kinds else ""))
    if row.elements:
        write_table("", ("AI", "Value", "Meaning"), row.elements)
    for name, value in (
        ("digital link", row.digital_link),
        ("EPC URI", row.epc_uri),
        ("tag URI", row.tag),
        ("RFID encodings", ", ".join(row.encodings)),
        ("licensed by", row.licensed_by),
        ("national number", " or ".join(row.national_numbers)),
        *(("it can also be", other) for other in row.also),
    ):
        if value:
            write_line(f"{name}: {value}")
    if row.suggestion:
        write_line("it can only have been: " + _visible(row.suggestion))
    tell_findings(row.findings)


def _visible(text: str) -> str:
    """Return a text with its control characters spelled out."""
    return "".join(_CONTROLS.get(character, character) for character in text)


_CONTROLS = {"\x1d": "{GS}", "\x1e": "{RS}", "\x04": "{EOT}"}
