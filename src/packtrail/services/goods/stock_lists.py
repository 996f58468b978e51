"""Stock lists: what an ERP, a warehouse system or a count says is there, against what is recorded.

A list names packs and containers one by one, or counts packs by product and lot, or both. Each row
may name its place; the place given with the list is that of the other rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.exchange.tables import Field, Kind, read_table
from packtrail.lifecycle.sweep import NOTHING, STATUSES
from packtrail.rendering.tables import Column, Table
from packtrail.rendering.tables import Kind as Cells
from packtrail.services.codes import EMPTY_LIST, LIST_ROW
from packtrail.services.goods import describing, places, stock
from packtrail.store.names import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.exchange.tables import Row
    from packtrail.lifecycle.journey import Status
    from packtrail.services.application import Application
    from packtrail.services.goods.stock import Picture
    from packtrail.store.journeys import ItemKey

FIELDS: Final = (
    Field(
        "identifier",
        Kind.IDENTIFIER,
        ("epc", "uri", "barcode", "code", "sgtin", "sscc", "pack", "container"),
        is_required=False,
    ),
    Field(
        "gtin", Kind.IDENTIFIER, ("product", "ean", "material ean", "trade item"), is_required=False
    ),
    Field("serial", Kind.IDENTIFIER, ("serial number", "sn", "serialnr"), is_required=False),
    Field("lot", Kind.IDENTIFIER, ("batch", "charge", "lot number"), is_required=False),
    Field(
        "quantity",
        Kind.NUMBER,
        ("packs", "qty", "stock", "unrestricted", "on hand", "menge"),
        is_required=False,
    ),
    Field(
        "place",
        Kind.IDENTIFIER,
        ("location", "gln", "sgln", "storage location", "plant", "site"),
        is_required=False,
    ),
)
"""The columns that are understood, with their other titles."""


class Difference(StrEnum):
    """How list and record differ."""

    NOT_RECORDED = "not_recorded"
    """Listed, and nothing is recorded of it."""
    ELSEWHERE = "elsewhere"
    """Listed here, recorded at another place or under way."""
    GONE = "gone"
    """Listed, recorded as dispensed, destroyed, stolen ..."""
    WRONG_LOT = "wrong_lot"
    NOT_LISTED = "not_listed"
    """Recorded here, not on the list."""
    TOO_MANY = "too_many"
    """More packs are listed than recorded."""
    TOO_FEW = "too_few"
    """Fewer packs are listed than recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockDifference:
    """One difference."""

    kind: Difference
    where: str
    """Row of the list; empty for what is not on it."""
    identifier: str | None = None
    gtin: str | None = None
    lot: str | None = None
    listed: int | None = None
    recorded: int | None = None
    status: Status | None = None
    """What it counts as by the record."""
    place: str | None = None
    """Where it is by the record."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A list beside the record."""

    place: str
    listed_packs: int
    recorded_packs: int
    matching_packs: int
    differences: tuple[StockDifference, ...]
    findings: tuple[Finding, ...]
    """What is wrong with the file itself."""
    products: Mapping[str, str]
    places: Mapping[str, str]
    as_of: datetime | None
    as_known_at: datetime | None


@dataclass(slots=True)
class _List:
    """What a file says."""

    objects: dict[ItemKey, tuple[Row, str | None]] = field(default_factory=dict)
    """Object -> its row and the lot it names."""
    counts: dict[tuple[str, str | None], tuple[Row, int]] = field(default_factory=dict)
    """(GTIN, lot) -> the first row and the sum."""
    findings: list[Finding] = field(default_factory=list)


def compare(
    app: Application,
    actor: Actor,
    content: bytes,
    filename: str,
    *,
    place: str,
    as_of: datetime | None = None,
    as_known_at: datetime | None = None,
) -> Comparison:
    """Compare a list of what is at a place with what is recorded to be there.

    Args:
        app: The application.
        actor: Who asks; only what its organisation may see counts.
        content: CSV, XLSX or JSON; see `FIELDS`.
        filename: As the sender named it.
        place: GLN, SGLN or Digital Link; rows that name another place are left out.
        as_of: The record as it had happened by then: the moment of the count.
        as_known_at: Only what had been recorded by then.

    Raises:
        RefusedError: `TRC-008`, it is no location; `TRC-012` and `TAB` codes: nothing in the file
            can be used.
        NotPermitted: The actor may not read events.
    """
    key = places.place_key(place)
    reading = read_table(content, filename, FIELDS)
    told = _List(findings=list(reading.findings))
    for row in reading.rows:
        _take(told, row, key)
    if not told.objects and not told.counts:
        empty = EMPTY_LIST.found(f"{filename}: no row names a pack, or a product with a quantity.")
        raise RefusedError(*(each for each in told.findings if has_errors([each])), empty)
    with stock.seen(app, actor, as_of, as_known_at) as (conn, audience_ids, picture):
        found = _Comparing(conn, picture, told, place)
        differences = found.differences()
        gtins = {each.gtin for each in differences if each.gtin}
        wanted = {each.place for each in differences if each.place}
        return Comparison(
            place=place,
            listed_packs=found.listed_packs,
            recorded_packs=int(found.here.sum()),
            matching_packs=found.matching_packs,
            differences=differences,
            findings=tuple(told.findings),
            products=stock.product_names(conn, gtins, audience_ids),
            places=describing.places_of(conn, wanted, audience_ids),
            as_of=as_of,
            as_known_at=as_known_at,
        )


def _take(told: _List, row: Row, place: tuple[str, str | None]) -> None:
    """Take one row of a file."""
    values = row.values
    at = values["place"]
    try:
        if at is not None and not places.is_place(_place_text(str(at)), place):
            return
        key = _object_of(values)
        lot = str(values["lot"]) if values["lot"] is not None else None
        if key is not None:
            told.objects.setdefault(key, (row, lot))
            return
        line, quantity = _line_of(values, lot)
        first, count = told.counts.get(line, (row, 0))
        told.counts[line] = first, count + quantity
    except RefusedError as refused:
        told.findings.append(LIST_ROW.found(refused.findings[0].message, at=row.place))


def _line_of(values: Mapping[str, object], lot: str | None) -> tuple[tuple[str, str | None], int]:
    """Return the product and lot a row counts, and how many packs it counts."""
    gtin, quantity = values["gtin"], values["quantity"]
    if gtin is None or not isinstance(quantity, Decimal):
        raise RefusedError(LIST_ROW.found("It names neither a pack nor a product with a quantity."))
    if quantity < 0 or quantity != int(quantity):
        raise RefusedError(LIST_ROW.found(f"{quantity} is no number of packs."))
    return (gs1.parse(str(gtin)).primary[:14], lot), int(quantity)


def _place_text(text: str) -> str:
    """Return a place in a notation that can be compared."""
    key = places.location_of(text)
    return key.digital_link() if key is not None else text


def _object_of(values: Mapping[str, object]) -> ItemKey | None:
    """Return the object a row names, by an identifier or by GTIN and serial number."""
    if values["identifier"] is not None:
        key = gs1.parse(str(values["identifier"]))
        if key.is_class or key.type is gs1.KeyType.LGTIN:
            raise RefusedError(LIST_ROW.found(f"{key.hri()} stands for many objects."))
        return key.class_key, key.item_key
    if values["gtin"] is not None and values["serial"] is not None:
        return f"sgtin/{gs1.parse(str(values['gtin'])).primary[:14]}", str(values["serial"])
    return None


class _Comparing:
    """A list and the record, side by side."""

    def __init__(self, conn: Connection, picture: Picture, told: _List, place: str) -> None:
        self._conn = conn
        self._picture = picture
        self._told = told
        stored = picture.stock
        self._at_place = stock.at_place(stored, stored.sweep.place, place)
        is_here = picture.is_here & self._at_place
        self.here = stored.is_pack() & is_here
        """The packs that are recorded there."""
        self._found = stored.find(conn, told.objects)
        self._covered = self._inside()

    @property
    def listed_packs(self) -> int:
        """How many packs the list speaks of, those inside its containers included."""
        unknown = sum(
            key[0].startswith("sgtin/0") for key in self._told.objects if key not in self._found
        )
        counted = sum(count for _, count in self._told.counts.values())
        return int((self._covered & self._picture.stock.is_pack()).sum()) + unknown + counted

    @property
    def matching_packs(self) -> int:
        """How many packs are both listed and recorded there."""
        named = int((self._covered & self.here).sum())
        recorded = self._recorded()
        return named + sum(
            min(count, recorded.get(line, 0)) for line, (_, count) in self._told.counts.items()
        )

    def differences(self) -> tuple[StockDifference, ...]:
        """Return every difference: of single objects first, then of quantities."""
        return (*self._of_objects(), *self._of_counts(), *self._not_listed())

    def _inside(self) -> np.ndarray:
        """Mark what the list names and everything inside it."""
        marked = np.zeros(self._picture.stock.total, dtype=bool)
        marked[list(self._found.values())] = True
        parent = self._picture.stock.sweep.parent
        inner = np.flatnonzero(parent != NOTHING)
        outer = parent[inner]
        for _ in range(16):
            marked[inner] |= marked[outer]
        return marked

    def _of_objects(self) -> Iterator[StockDifference]:
        sweep, lots = self._picture.stock.sweep, self._picture.stock.lots
        for key, (row, lot) in self._told.objects.items():
            number = self._found.get(key)
            if number is None:
                yield StockDifference(
                    kind=Difference.NOT_RECORDED, where=row.place, identifier=_label(key), lot=lot
                )
                continue
            recorded = lots[sweep.lot[number]] if sweep.lot[number] != NOTHING else None
            kind = self._kind(number, lot, recorded)
            if kind is not None:
                note = f"recorded with lot {recorded}" if kind is Difference.WRONG_LOT else ""
                yield self._row(kind, number, _label(key), where=row.place, note=note)

    def _kind(self, number: int, lot: str | None, recorded: str | None) -> Difference | None:
        if self._picture.is_gone[number]:
            return Difference.GONE
        if not self._at_place[number] or self._picture.stock.sweep.is_moving[number]:
            return Difference.ELSEWHERE
        if lot is not None and recorded is not None and lot != recorded:
            return Difference.WRONG_LOT
        return None

    def _row(
        self, kind: Difference, number: int, label: str, *, where: str = "", note: str = ""
    ) -> StockDifference:
        stored = self._picture.stock
        place, lot = stored.sweep.place[number], stored.sweep.lot[number]
        kind_of, _, rest = stored.classes[
            int(stored.class_of(np.array([number]))[0])
        ].class_key.partition("/")
        under_way = "under way" if stored.sweep.is_moving[number] else ""
        return StockDifference(
            kind=kind,
            where=where,
            identifier=label,
            gtin=rest[:14] if kind_of == "sgtin" else None,
            lot=stored.lots[lot] if lot != NOTHING else None,
            status=STATUSES[self._picture.status[number]],
            place=stored.places[place] if place != NOTHING else None,
            note=note or under_way,
        )

    def _recorded(self) -> dict[tuple[str, str | None], int]:
        """Return how many packs are recorded there beyond those the list names one by one."""
        by = (stock.Dimension.PRODUCT, stock.Dimension.LOT)
        rest = self.here & ~self._covered
        found: defaultdict[tuple[str, str | None], int] = defaultdict(int)
        for row in stock.grouped(self._conn, self._picture, rest, by):
            found[row.gtin or "", row.lot] += row.count
            if (row.gtin or "", None) in self._told.counts:
                found[row.gtin or "", None] += row.count if row.lot is not None else 0
        return found

    def _of_counts(self) -> Iterator[StockDifference]:
        recorded = self._recorded()
        for (gtin, lot), (row, listed) in self._told.counts.items():
            there = recorded.get((gtin, lot), 0)
            if there != listed:
                kind = Difference.TOO_MANY if listed > there else Difference.TOO_FEW
                yield StockDifference(
                    kind=kind, where=row.place, gtin=gtin, lot=lot, listed=listed, recorded=there
                )

    def _not_listed(self) -> Iterator[StockDifference]:
        """Yield what is recorded there and not on the list: packs, where it names packs."""
        left = self.here & ~self._covered
        if self._told.counts:
            counted = {gtin for gtin, _ in self._told.counts}
            lots = set(self._told.counts)
            by = (stock.Dimension.PRODUCT, stock.Dimension.LOT)
            for row in stock.grouped(self._conn, self._picture, left, by):
                line = row.gtin or "", row.lot
                if line in lots or (line[0], None) in lots:
                    continue
                yield StockDifference(
                    kind=Difference.NOT_LISTED, where="", gtin=row.gtin, lot=row.lot,
                    listed=0, recorded=row.count,
                    note="" if row.gtin in counted else "the list does not name the product",
                )  # fmt: skip
            return
        numbers = np.flatnonzero(left)
        names = self._picture.stock.names(self._conn, numbers)
        for number, name in zip(numbers.tolist(), names, strict=True):
            yield self._row(Difference.NOT_LISTED, number, describing.label_of(name.identifier))


def _label(key: ItemKey) -> str:
    return describing.label_of(identifier(*key, None))


def tables(found: Comparison) -> tuple[Table, ...]:
    """Return a comparison as the sheets of a spreadsheet: what differs, and what was compared."""
    summary = (
        ("Packs listed", found.listed_packs),
        ("Packs recorded", found.recorded_packs),
        ("Packs that match", found.matching_packs),
        ("Differences", len(found.differences)),
    )
    columns = ("Difference", "Row of the list", "Identifier", "GTIN", "Product", "Lot")
    rows = (
        (
            *(each.kind.replace("_", " "), each.where, each.identifier, each.gtin),
            *(found.products.get(each.gtin or ""), each.lot, each.listed, each.recorded),
            each.status.replace("_", " ") if each.status else None,
            *(found.places.get(each.place or "", each.place), each.note),
        )
        for each in found.differences
    )
    return (
        Table(
            "Differences",
            (
                *(Column(title) for title in columns),
                Column("Listed", Cells.NUMBER),
                Column("Recorded", Cells.NUMBER),
                *(Column("Counts as"), Column("Recorded at"), Column("Note")),
            ),
            tuple(rows),
        ),
        Table("Summary", (Column("What"), Column("Packs", Cells.NUMBER)), summary),
        Table(
            "Findings",
            (Column("Code"), Column("Where"), Column("What")),
            tuple((each.code, each.at, each.message) for each in found.findings),
        ),
    )
