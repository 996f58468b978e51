"""`packtrail gs1`: read, convert and draw GS1 identifiers; no database is needed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import RefusedError, UsageError
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
    from packtrail.gs1 import CompanyPrefixes, ElementString, Key, Scan

gs1 = typer.Typer(help="Read, convert and draw GS1 identifiers.", no_args_is_help=True)

LINE_LENGTH_MAX = 4096
"""Longest line taken from standard input."""
PACK = "01,21,17,10"
_NDC = re.compile(r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}")
_PRODUCT_CODES = frozenset({"01", "02", "9N", "8P"})
"""Identifiers of what a national number may stand in."""

Texts = Annotated[
    list[str],
    typer.Argument(
        metavar="TEXT",
        help="EPC URI, Digital Link, element string, scan, tag URI, or number; - reads lines.",
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
    """What `convert` writes."""

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


@dataclass(frozen=True, slots=True)
class Parsed:
    """One text, read."""

    text: str
    type: str
    symbol: str
    """The symbol that was read, where the scanner says so."""
    content: str
    """What it holds: `element string`, `trade item`, `UPC-E`, `text`, ..."""
    elements: tuple[tuple[str, str, str], ...]
    """Application identifier, value and title."""
    digital_link: str
    epc_uri: str
    licensed_by: str
    """Member organisation of the company prefix."""
    national_numbers: tuple[str, ...]
    """What the national number of a medicine can be; an NDC does not say where its parts end."""
    suggestion: str | None
    also: tuple[str, ...]
    """What else the text can be, in words."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller says of company prefixes."""

    prefix_length: int | None = None
    register: CompanyPrefixes | None = None

    def of(self, key: Key) -> Key:
        """Return a key with the length of its company prefix, where that is known."""
        if key.prefix_length is not None:
            return key
        if self.prefix_length is not None:
            return key.with_prefix_length(self.prefix_length)
        return self.register.told(key) if self.register else key


@dataclass(frozen=True, slots=True)
class Converted:
    """One text and what became of it."""

    text: str
    result: str
    findings: tuple[Finding, ...]


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
    expecting = tuple(PACK.split(",")) if pack else ()
    told = Told(prefix_length, _register(register))
    rows = [_parsed(text, expecting, told) for text in _all(texts)]
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
    told = Told(prefix_length, _register(register))
    write = _writers(domain, encoding, filter_value)[to]
    rows = [_converted(text, write, told) for text in _all(texts)]
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

    rows = []
    for number in _all(numbers):
        if not (number.isascii() and number.isdigit()):
            raise UsageError(f"{number!r} is no number of digits.")
        rows.append(Converted(number, number + right_digit(number), ()))
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


def _key(text: str, told: Told) -> Key:
    """Read one identifier.

    Raises:
        RefusedError: It is none, or has defects.
    """
    from packtrail import gs1 as core

    if text.startswith("urn:epc:tag:"):
        return core.parse_epc_uri(core.parse_tag_uri(text).epc_uri)
    if _NDC.fullmatch(text):
        return told.of(core.parse(core.Ndc.parse(text).gtin()))
    return told.of(core.parse(text))


def _parsed(text: str, expecting: tuple[str, ...], told: Told) -> Parsed:
    from packtrail import gs1 as core

    scan = core.read_scan(text)
    symbol = (scan.identifier.carrier or scan.identifier.symbology) if scan.identifier else ""
    try:
        key = _key(text, told)
    except RefusedError as error:
        if scan.readings and not expecting:
            return _parsed_scan(scan, symbol)
        found = core.diagnose(text, expecting=expecting)
        elements = () if text.startswith("urn:") else core.examine_element_string(text)[0].elements
        shown = tuple((each.ai, each.value, each.title) for each in elements)
        findings = (*found.causes, *error.findings)
        return Parsed(text, "", symbol, "", shown, "", "", "", (), found.suggestion, (), findings)
    found = core.diagnose(text, expecting=expecting)
    prefix = core.prefix_of(key)
    whole = _whole(text, key)
    unlicensed = core.check_licences(whole.elements, told.register.has) if told.register else ()
    return Parsed(
        text,
        str(key.type),
        symbol,
        _content(text, scan),
        tuple((each.ai, each.value, each.title) for each in whole.elements),
        _or_nothing(whole.digital_link) or key.digital_link(),
        _or_nothing(key.epc_uri),
        prefix.usage if prefix else "",
        (f"NDC {core.Ndc.parse(text)} (US)",)
        if _NDC.fullmatch(text)
        else _national_numbers(whole.pairs),
        None,
        _others(scan),
        (*(found.causes if found.is_readable else ()), *unlicensed),
    )


def _content(text: str, scan: Scan) -> str:
    """Return what a text is that holds a key."""
    if scan.readings:
        return str(scan.readings[0].content)
    return "NDC" if _NDC.fullmatch(text) else "EPC URI"


def _parsed_scan(scan: Scan, symbol: str) -> Parsed:
    """Tell a scan that is right and is about no key, or is one of a short form."""
    from packtrail import gs1 as core

    first = scan.readings[0]
    prefix = core.prefix_of(first.key) if first.key else None
    return Parsed(
        scan.text,
        str(first.key.type) if first.key else "",
        symbol,
        str(first.content),
        tuple((name, value, core.title_of(name)) for name, value in first.pairs),
        first.key.digital_link() if first.key else "",
        "",
        prefix.usage if prefix else "",
        _national_numbers(first.pairs),
        None,
        _others(scan),
        scan.findings,
    )


def _national_numbers(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    from packtrail.gs1 import national_numbers_of

    codes = (value for name, value in pairs if name in _PRODUCT_CODES)
    return tuple(
        f"{one.scheme} {one.number} ({one.country})"
        for code in codes
        for one in national_numbers_of(code)
    )


def _others(scan: Scan) -> tuple[str, ...]:
    """Return the further readings of a scan in words."""
    from packtrail import gs1 as core

    return tuple(
        f"{each.content} {core.write_element_string(each.pairs)}".rstrip()
        for each in scan.readings[1:]
    )


def _whole(text: str, key: Key) -> ElementString:
    """Return everything a text says, not its key only."""
    from packtrail import gs1 as core

    if text[:4].lower() == "http":
        link, _ = core.check_link(text, legacy=True)
        pairs = link.elements if link else key.elements()
    else:
        read, _ = core.check_element_string(text)
        pairs = read.pairs if read and read.key else key.elements()
    return core.parse_element_string(core.write_element_string(pairs))


def _or_nothing(write: Callable[[], str]) -> str:
    try:
        return write()
    except RefusedError:
        return ""


def _writers(
    domain: str, encoding: str | None, filter_value: int
) -> dict[Form, Callable[[Key, ElementString], str]]:
    from packtrail.gs1 import Carrier, make_tag, write_scan

    def scan(_: Key, whole: ElementString) -> str:
        if encoding is None:
            return whole.element_string(brackets=False)
        if encoding not in set(Carrier):
            raise UsageError(f"There is no symbol {encoding!r}; known are {', '.join(Carrier)}.")
        return write_scan(Carrier(encoding), whole.element_string())

    return {
        Form.URN: lambda key, _: key.epc_uri(),
        Form.LINK: lambda _, whole: whole.digital_link(domain),
        Form.ELEMENT: lambda _, whole: whole.element_string(),
        Form.SCAN: scan,
        Form.HRI: lambda _, whole: whole.hri(),
        Form.TAG: lambda key, _: make_tag(key, encoding, filter_value=filter_value).uri(),
        Form.HEX: lambda key, _: make_tag(key, encoding, filter_value=filter_value).hex(),
    }


def _converted(text: str, write: Callable[[Key, ElementString], str], told: Told) -> Converted:
    try:
        key = _key(text, told)
        return Converted(text, write(key, _whole(text, key)), ())
    except RefusedError as error:
        return Converted(text, "", error.findings)


def _tell(row: Parsed) -> None:
    kinds = ", ".join(filter(None, (row.type, row.symbol, row.content)))
    write_line(_visible(row.text) + (f"  ({kinds})" if kinds else ""))
    if row.elements:
        write_table("", ("AI", "Value", "Meaning"), row.elements)
    for name, value in (
        ("digital link", row.digital_link),
        ("EPC URI", row.epc_uri),
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
