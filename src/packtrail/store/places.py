"""What master data says of the places and other things that events name.

A place is inside another when that one lists it among its children, or when it says itself on which
site it is (attribute `site` of the CBV: the site's GLN).
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.store import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

_SQL = named.statements("places")
_LEVELS_MAX = 64
"""Levels of places inside each other; deeper ones are not looked for."""
_MDA = ("urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda#", "urn:epcglobal:cbv:mda:")
_SITE = ("cbvmda:site", *(f"{one}site" for one in _MDA), *(f"{{{one}}}site" for one in _MDA))
"""Spellings of the attribute by which a place says on which site it is."""
_PREFIX_LENGTHS = range(6, 13)


def within(conn: Connection, ids: Iterable[str], audience_ids: Sequence[int]) -> list[str]:
    """Return places and everything inside them, in every spelling.

    Args:
        conn: A connection.
        ids: The places to start from.
        audience_ids: Whose master data counts.
    """
    on_site = _by_site(conn, audience_ids)
    found = set(spelled(ids))
    level = found
    for _ in range(_LEVELS_MAX):
        inside = {
            child for _, _, children in _words(conn, level, audience_ids) for child in children
        }
        for one in level:
            inside.update(on_site.get(_site_of(one), ()))
        level = set(spelled(inside)) - found
        if not level:
            break
        found |= level
    return sorted(found)


def with_attribute(
    conn: Connection, names: Sequence[str], values: Sequence[str], audience_ids: Sequence[int]
) -> list[str]:
    """Return the identifiers whose master data has one of some attributes.

    Args:
        conn: A connection.
        names: Attribute ids, in every spelling.
        values: The attribute has one of them; empty: any.
        audience_ids: Whose master data counts.
    """
    wanted = set(values)
    return sorted(
        {
            one
            for one, attributes, _ in _having(conn, names, audience_ids)
            for name in names
            if attributes.get(name) is not None
            and (not wanted or wanted.intersection(_texts(attributes[name])))
        }
    )


def spelled(ids: Iterable[str]) -> Iterator[str]:
    """Yield identifiers as they may have been captured: as URN and as Digital Link."""
    for one in ids:
        yield from _spellings(one)


@lru_cache(maxsize=4096)
def _spellings(uri: str) -> tuple[str, ...]:
    """Return an identifier in its notations, with any length of company prefix if none is told."""
    try:
        if uri.startswith("urn:epc:id:"):
            return uri, gs1.parse_epc_uri(uri).digital_link()
        if not uri.startswith(("http://", "https://")):
            return (uri,)
        key = gs1.parse_digital_link(uri)
    except RefusedError:
        return (uri,)
    return tuple(dict.fromkeys((uri, key.digital_link(), *_urns(key))))


def _urns(key: gs1.Key) -> Iterator[str]:
    for length in _PREFIX_LENGTHS:
        try:
            yield key.with_prefix_length(length).epc_uri()
        except RefusedError:
            continue


def _by_site(conn: Connection, audience_ids: Sequence[int]) -> dict[str, set[str]]:
    """Return the places that say on which site they are, by the site."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one, attributes, _ in _having(conn, _SITE, audience_ids):
        for name in _SITE:
            for site in _texts(attributes.get(name)):
                found[_site_of(site)].add(one)
    return found


def _site_of(identifier: str) -> str:
    """Return the GLN of a whole site, in whatever notation; any other text as it is."""
    for one in _spellings(identifier):
        if one.startswith("https://id.gs1.org/414/"):
            return one.removeprefix("https://id.gs1.org/414/")
    return identifier


def _having(
    conn: Connection, names: Sequence[str], audience_ids: Sequence[int]
) -> list[tuple[str, dict[str, Any], list[str]]]:
    parameters = {"names": list(names), "audience_ids": list(audience_ids)}
    ids = [row[0] for row in conn.execute(_SQL["ids_with_attribute"], parameters)]
    return _words(conn, ids, audience_ids)


def _words(
    conn: Connection, ids: Iterable[str], audience_ids: Sequence[int]
) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Return the last words on identifiers: what, its attributes, its children."""
    wanted = list(ids)
    if not wanted:
        return []
    parameters = {"ids": wanted, "audience_ids": list(audience_ids)}
    return conn.execute(_SQL["last_words"], parameters).fetchall()


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of an attribute."""
    match value:
        case None:
            return
        case bool():
            yield "true" if value else "false"
        case list():
            for part in value:
                yield from _texts(part)
        case dict():
            yield from _texts(value.get("#text"))
        case _:
            yield str(value)
