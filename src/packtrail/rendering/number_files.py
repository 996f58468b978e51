r"""Serial numbers as files, however many: made and sent a part at a time.

Text and JSON are exact, for machines. CSV and XLSX are for people: CSV keeps a spreadsheet from
running what looks like a formula.

    >>> labels = [("-12", {}), ("7K2M", {})]
    >>> b"".join(write_numbers("csv", "04012345111118", labels)).decode()
    "gtin,serial\r\n04012345111118,'-12\r\n04012345111118,7K2M\r\n"
"""

from __future__ import annotations

import csv
import io
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import msgspec

from packtrail.base.spreadsheets import guarded
from packtrail.rendering.tables import Column, Table, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Labels = Iterable[tuple[str, Mapping[str, str]]]

MEDIA_TYPES: Final = {
    "text": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Format -> media type."""
SUFFIXES: Final = {"text": "txt", "csv": "csv", "json": "json", "xlsx": "xlsx"}
SHEET_ROWS_MAX: Final = 1_048_575
"""Numbers that a sheet has room for, beside its titles."""
_PART = 10_000


def write_numbers(form: str, number_of: str, labels: Labels) -> Iterator[bytes]:
    """Yield a file of numbers.

    Args:
        form: `text`, `csv`, `json` or `xlsx`.
        number_of: The GTIN, or empty where the numbers stand alone (SSCC).
        labels: Each number, and what is printed beside it by application identifier.
    """
    first, labels = _with_first(labels)
    names = sorted(first[1]) if first else []
    return _WRITERS[form](number_of, names, labels)


def _with_first(labels: Labels) -> tuple[tuple[str, Mapping[str, str]] | None, Labels]:
    rest = iter(labels)
    first = next(rest, None)
    return first, rest if first is None else chain([first], rest)


def _text(_: str, __: list[str], labels: Labels) -> Iterator[bytes]:
    for part in _parts(labels):
        yield "".join(f"{serial}\n" for serial, _ in part).encode()


def _csv(number_of: str, names: list[str], labels: Labels) -> Iterator[bytes]:
    head = ["gtin"] if number_of else []
    yield _lines([[*head, "serial", *names]])
    for part in _parts(labels):
        yield _lines(
            [*([number_of] if number_of else []), *map(guarded, _cells(serial, elements, names))]
            for serial, elements in part
        )


def _json(number_of: str, names: list[str], labels: Labels) -> Iterator[bytes]:
    """Yield one JSON object whose `serials` is the last member, so that it can be streamed."""
    head = msgspec.json.encode({"number_of": number_of})
    yield head[:-1] + b',"serials":['
    between = b""
    for part in _parts(labels):
        values = [
            {"serial": serial, **{name: elements.get(name, "") for name in names}}
            if names
            else serial
            for serial, elements in part
        ]
        yield between + msgspec.json.encode(values)[1:-1]
        between = b","
    yield b"]}\n"


def _xlsx(number_of: str, names: list[str], labels: Labels) -> Iterator[bytes]:
    head = ["gtin"] if number_of else []
    columns = [Column(title) for title in (*head, "serial", *names)]
    rows = (
        (*([number_of] if number_of else []), *_cells(serial, elements, names))
        for serial, elements in islice(labels, SHEET_ROWS_MAX)
    )
    yield write_xlsx([Table("Serial numbers", columns, rows)])


_WRITERS: Mapping[str, Callable[[str, list[str], Labels], Iterator[bytes]]] = {
    "text": _text,
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
}


def _cells(serial: str, elements: Mapping[str, str], names: list[str]) -> list[str]:
    return [serial, *(elements.get(name, "") for name in names)]


def _lines(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _parts(labels: Labels) -> Iterator[list[tuple[str, Mapping[str, str]]]]:
    rest = iter(labels)
    while part := list(islice(rest, _PART)):
        yield part
