"""Master data as partners sent it: append-only; the last word of an owner counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from packtrail.store import direct, named
from packtrail.store.direct import Kind, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.epcis.events import Vocabulary
    from packtrail.store.direct import Asked

_SQL = named.statements("vocabulary")
_LATEST = Statement(_SQL["latest"], ids=Kind.TEXTS, audience_ids=Kind.INTEGERS)
_FIELDS = ("id", "type", "owner_id", "record_time", "attributes", "children")


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyRow:
    """The last word on one identifier."""

    id: str
    type: str
    owner_id: int
    record_time: datetime
    attributes: dict[str, Any]
    """Attribute id (full URI or expanded name) -> text, list or mapping."""
    children: list[str]


def record(
    conn: Connection,
    vocabularies: Iterable[Vocabulary],
    *,
    owner_id: int,
    audience_id: int,
    capture_id: str,
    record_time: datetime,
) -> int:
    """Record master data that says something new; return how many elements that are.

    Args:
        conn: A connection in a transaction.
        vocabularies: Of one document.
        owner_id: Organisation whose word it is.
        audience_id: Who may see it.
        capture_id: The capture job.
        record_time: When it is recorded, aware.
    """
    said = {
        (element.id, vocabulary.type): (
            msgspec.json.decode(msgspec.json.encode(element.attributes)),
            list(element.children),
        )
        for vocabulary in vocabularies
        for element in vocabulary.elements
    }
    known = {
        (row.id, row.type): (row.attributes, row.children)
        for row in _latest(
            conn,
            "latest_of_owner",
            {"ids": [one for one, _ in said], "owner_id": owner_id, "audience_id": audience_id},
        )
    }
    new = [(key, value) for key, value in said.items() if known.get(key) != value]
    common = (owner_id, audience_id, UUID(capture_id), record_time)
    rows = [(*key, *common, Jsonb(attributes), children) for key, (attributes, children) in new]
    with conn.cursor() as cursor:
        cursor.executemany(_SQL["insert"], rows)
    return len(new)


def find(
    conn: Connection, ids: Sequence[str], audience_ids: Sequence[int]
) -> dict[str, VocabularyRow]:
    """Return the last word on each of some identifiers, of all that may be seen."""
    statement, values = ask(ids, audience_ids)
    rows = direct.rows(conn, statement, *values)
    return {row[0]: VocabularyRow(**dict(zip(_FIELDS, row, strict=True))) for row in rows}


def ask(ids: Sequence[str], audience_ids: Sequence[int]) -> Asked:
    """Return what `find` asks."""
    return _LATEST, (list(ids), audience_ids)


def of_type(
    conn: Connection, vocabulary_type: str, audience_ids: Sequence[int], *, limit: int = 1000
) -> list[VocabularyRow]:
    """Return the last word on every identifier of a vocabulary, by identifier."""
    return _latest(
        conn,
        "latest_of_type",
        {"type": vocabulary_type, "audience_ids": list(audience_ids), "limit": limit},
    )


def named_like(
    conn: Connection,
    part: str,
    audience_ids: Sequence[int],
    *,
    types: Sequence[str],
    attributes: Sequence[str],
    limit: int,
) -> list[VocabularyRow]:
    """Return the last word on things of which some word ever said a name with such a part.

    Args:
        conn: A connection.
        part: Part of the name, in whatever case.
        audience_ids: What the asker may see.
        types: Vocabularies to look in.
        attributes: What names a thing: last parts of the names of attributes.
        limit: Most things to return.
    """
    literal = re.sub(r"([\\%_])", r"\\\1", part)
    parameters = {
        "types": list(types),
        "audience_ids": list(audience_ids),
        "names": f"(^|[#}}:/])({'|'.join(map(re.escape, attributes))})$",
        "pattern": f"%{literal}%",
        "limit": limit,
    }
    ids = [row[0] for row in conn.execute(_SQL["ids_by_name"], parameters)]
    found = find(conn, ids, audience_ids)
    return [found[each] for each in ids if each in found]


def _latest(conn: Connection, name: str, parameters: dict[str, object]) -> list[VocabularyRow]:
    with conn.cursor(row_factory=class_row(VocabularyRow)) as cursor:
        return cursor.execute(_SQL[name], parameters).fetchall()
