r"""Files of serial numbers that an authority issued: millions of rows, read a part at a time.

Text or CSV is read line by line, however long it is; JSON and XLSX are opened whole, within limits.
Without titles each line is a number, or a whole code with its keys as it will be printed:

    >>> import io
    >>> code = b"010460000000000821abc\x1d91EE06\x1d92c2lnbmF0dXJl\n"
    >>> (part,) = read_numbers(io.BytesIO(code), "codes.txt")
    >>> part.serials, part.gtins, part.elements
    (['abc'], ['04600000000008'], {'91': ['EE06'], '92': ['c2lnbmF0dXJl']})
"""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.exchange import codes
from packtrail.exchange.table_files import Limits, TooLarge, Unreadable, open_sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packtrail.base.findings import Finding

PART: Final = 50_000
"""So many rows are handed on at a time."""
WHOLE_LIMITS: Final = Limits(rows_max=1_048_576, bytes_max=200 * 1024 * 1024)
"""How much of JSON and XLSX is opened."""
SECRETS: Final = ("91", "92")
"""Application identifiers that an authority gives with a number: key and signature."""
_BLOCK_BYTES = 4 * 1024 * 1024
_LINE_MAX = 10_000
_DELIMITERS = ",;\t"
_TITLES = {
    "serial": {"serial", "serialnumber", "sn", "21", "number", "code21"},
    "gtin": {"gtin", "01", "product", "tradeitem"},
    "code": {"code", "cis", "elementstring", "km", "marking", "markingcode"},
    "91": {"91", "ai91", "key", "cryptokey", "keyid"},
    "92": {"92", "ai92", "signature", "cryptocode", "cryptotail"},
}
"""What a column is -> its titles, in small letters without spaces, hyphens and underscores."""
_CODE = re.compile(r"(?:\]d2|\x1d)?01([0-9]{14})21([^\x1d]{1,20})(?:\x1d(.*))?", re.DOTALL)
_CODE_LENGTH_MIN = 21


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a file, in order."""

    rows: Sequence[int]
    """The row of each number; the first of a file is 1."""
    serials: list[str]
    gtins: list[str]
    """One for each number, or none where the file names no trade item."""
    elements: dict[str, list[str]]
    """Application identifier -> its value for each number."""
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with rows that could not be read; these are not among the numbers."""


def read_numbers(file: BinaryIO, filename: str, *, part: int = PART) -> Iterator[Part]:
    """Yield the numbers of a file.

    Args:
        file: Text or CSV in UTF-8, with titles or without; XLSX; or a JSON list.
        filename: As the sender named it, for the findings.
        part: So many rows at a time.

    Raises:
        RefusedError: `TAB-001`, `TAB-002`, `TAB-009`: the file cannot be read, or not to its end.
    """
    try:
        yield from _parts(file, part)
    except (Unreadable, UnicodeDecodeError, csv.Error) as reason:
        raise RefusedError(codes.UNREADABLE_TABLE.found(f"{filename}: {reason}")) from reason
    except TooLarge as reason:
        raise RefusedError(codes.TOO_MANY_ROWS.found(f"{filename}: {reason}")) from reason


def _parts(file: BinaryIO, part: int) -> Iterator[Part]:
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        yield from _of_sheet(file, part)
        return
    lines = _lines(file)
    above, first = next(((at, line) for at, line in enumerate(lines) if line.strip()), (0, ""))
    if not first:
        raise Unreadable("it is empty.")
    if first.lstrip().startswith(("[", "{")):
        file.seek(0)
        yield from _of_json(file, part)
        return
    delimiter = max(_DELIMITERS, key=first.count)
    columns = _columns(next(csv.reader([first], delimiter=delimiter), []))
    if columns:
        reader = csv.reader(lines, delimiter=delimiter)
        numbered = ((above + 1 + reader.line_num, cells) for cells in reader)
        yield from _of_rows(numbered, columns, part)
    else:
        yield from _of_lines(_with(first, lines), above + 1, part)


def _lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a file; only a line feed ends one, for codes hold other separators."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    while block := file.read(_BLOCK_BYTES):
        *lines, rest = (rest + decoder.decode(block)).split("\n")
        if len(rest) > _LINE_MAX:
            raise TooLarge(f"a line has more than {_LINE_MAX:,} characters.")
        for line in lines:
            yield line.rstrip("\r")
    rest += decoder.decode(b"", final=True)
    if rest.strip():
        yield rest.rstrip("\r")


def _with(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _plain(title: str) -> str:
    return re.sub(r"[\s_\-()]+", "", title).casefold()


def _columns(titles: Iterable[Any]) -> dict[str, int]:
    """Return which column is what; nothing when these are no titles.

    Raises:
        RefusedError: `TAB-002`, there is neither a number nor a code.
    """
    found: dict[str, int] = {}
    for at, title in enumerate(titles):
        for name, known in _TITLES.items():
            if isinstance(title, str) and _plain(title) in known:
                found.setdefault(name, at)
    if found and not {"serial", "code"} & found.keys():
        message = "There is no column serial and none code."
        raise RefusedError(codes.MISSING_COLUMN.found(message, at="row 1"))
    return found


# --- lines without titles -------------------------------------------------------------------------


def _of_lines(lines: Iterator[str], number: int, part: int) -> Iterator[Part]:
    is_code = None
    while chunk := list(islice(lines, part)):
        filled = [(number + at, line.strip(" \t")) for at, line in enumerate(chunk) if line.strip()]
        if is_code is None and filled:
            is_code = _is_code(filled[0][1])
        if is_code:
            yield _of_codes(filled)
        elif filled:
            rows, serials = zip(*filled, strict=True)
            yield Part(rows, list(serials), [], {})
        number += len(chunk)


def _is_code(text: str) -> bool:
    return len(text) >= _CODE_LENGTH_MIN and text.startswith(("01", "(01)", "]d2", "\x1d01"))


def _of_codes(filled: Sequence[tuple[int, str]]) -> Part:
    made = Part([], [], [], {ai: [] for ai in SECRETS})
    rows: list[int] = []
    for row, text in filled:
        read = _read_code(text)
        if read is None:
            message = f"{text[:60]!r} is no code with a GTIN (01) and a serial number (21)."
            made.findings.append(codes.UNREADABLE_TABLE.found(message, at=f"row {row}"))
            continue
        rows.append(row)
        gtin, serial, elements = read
        made.gtins.append(gtin)
        made.serials.append(serial)
        for ai, values in made.elements.items():
            values.append(elements.get(ai, ""))
    return Part(rows, made.serials, made.gtins, _given(made.elements), made.findings)


def _read_code(text: str) -> tuple[str, str, dict[str, str]] | None:
    """Return GTIN, serial number and further elements of a code."""
    match = _CODE.fullmatch(text)
    rest = (match.group(3) or "").split("\x1d") if match else []
    if match and all(each[:2] in SECRETS for each in rest if each):
        return match.group(1), match.group(2), {each[:2]: each[2:] for each in rest if each}
    try:
        values = {each.ai: each.value for each in gs1.parse_element_string(text).elements}
    except RefusedError:
        return None
    if not {"01", "21"} <= values.keys():
        return None
    return values["01"], values["21"], {ai: values[ai] for ai in SECRETS if ai in values}


def _given(elements: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out application identifiers that no number has."""
    return {ai: values for ai, values in elements.items() if any(values)}


# --- rows with titles -----------------------------------------------------------------------------


def _of_rows(
    rows: Iterator[tuple[int, Sequence[Any]]], columns: dict[str, int], part: int
) -> Iterator[Part]:
    while chunk := list(islice(rows, part)):
        filled = [(row, cells) for row, cells in chunk if any(cells)]
        if "code" in columns:
            at = columns["code"]
            yield _of_codes([(row, _cell(cells, at)) for row, cells in filled])
        elif filled:
            yield _of_cells(filled, columns)


def _of_cells(filled: Sequence[tuple[int, Sequence[Any]]], columns: dict[str, int]) -> Part:
    findings, good = [], []
    for row, cells in filled:
        bad = [
            name
            for name, at in columns.items()
            if at < len(cells) and cells[at] is not None and not isinstance(cells[at], str)
        ]
        if bad:
            message = f"The {bad[0]} is stored as a number or date, not as text."
            findings.append(codes.IDENTIFIER_AS_NUMBER.found(message, at=f"row {row}"))
        else:
            good.append((row, cells))
    columns_of = {name: [_cell(cells, at) for _, cells in good] for name, at in columns.items()}
    return Part(
        [row for row, _ in good],
        columns_of["serial"],
        columns_of.get("gtin", []),
        _given({ai: columns_of[ai] for ai in SECRETS if ai in columns_of}),
        findings,
    )


def _cell(cells: Sequence[Any], at: int) -> str:
    cell = cells[at] if at < len(cells) else None
    return "" if cell is None else str(cell).strip(" \t")


def _of_sheet(file: BinaryIO, part: int) -> Iterator[Part]:
    for sheet in open_sheets(_whole(file), WHOLE_LIMITS):
        columns = _columns(sheet.titles)
        rows = ((place.number, cells) for place, cells in sheet.rows)
        if columns:
            yield from _of_rows(rows, columns, part)
            return
    message = "There is no column serial and none code."
    raise RefusedError(codes.MISSING_COLUMN.found(message, at="row 1"))


def _of_json(file: BinaryIO, part: int) -> Iterator[Part]:
    (sheet,) = open_sheets(_whole(file), WHOLE_LIMITS)
    columns = _columns(sheet.titles)
    if not columns:
        message = "The objects have neither a member serial nor code."
        raise RefusedError(codes.MISSING_COLUMN.found(message, at="/0"))
    rows = ((number, cells) for number, (_, cells) in enumerate(sheet.rows, start=1))
    yield from _of_rows(rows, columns, part)


def _whole(file: BinaryIO) -> bytes:
    content = file.read(WHOLE_LIMITS.bytes_max + 1)
    if len(content) > WHOLE_LIMITS.bytes_max:
        most = WHOLE_LIMITS.bytes_max
        raise TooLarge(f"it has more than {most} bytes; send it as CSV, which has no such limit.")
    return content
