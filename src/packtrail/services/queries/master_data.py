"""The master-data query of EPCIS: vocabularies, filtered by name and attribute (8.2.7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.access import Permission, require
from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import BAD_VALUE, TOO_MANY_RESULTS, UNKNOWN_PARAMETER
from packtrail.store import master_data as rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.store.vocabulary import VocabularyRow

ELEMENTS_MAX = 100_000
LEVELS_MAX = 50
_EQUAL_ATTRIBUTE = ("EQATTR_", "EQ_ATTR_")
_PLAIN = frozenset(
    {
        "vocabularyName",
        "includeAttributes",
        "includeChildren",
        "attributeNames",
        "EQ_name",
        "WD_name",
        "HASATTR",
        "maxElementCount",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One entry of a vocabulary."""

    type: str
    id: str
    attributes: Mapping[str, Any]
    children: tuple[str, ...]


def elements(
    app: Application, actor: Actor, params: Mapping[str, Sequence[str]]
) -> tuple[Element, ...]:
    """Return the master data that matches every parameter, by vocabulary and identifier.

    Args:
        app: The application.
        actor: Who asks; only master data its organisation may see is found.
        params: Parameters of the simple master-data query -> texts.

    Raises:
        RefusedError: `QRY-001` or `QRY-003`, a parameter is unknown or cannot be used.
        LimitExceeded: `QRY-005`, more match than `maxElementCount`.
        NotPermitted: The actor may not read.
    """
    require(actor, Permission.EVENT_READ)
    _check(params)
    types = params.get("vocabularyName", ())
    with app.database.reading() as conn:
        audience_ids = visible_to(conn, actor)
        # What lies below a place may be told by elements of any vocabulary.
        scope = () if "WD_name" in params else types
        found = rows.latest(conn, scope, audience_ids, limit=ELEMENTS_MAX)
    names = set(params["EQ_name"]) if "EQ_name" in params else None
    below = _descendants(found, params["WD_name"]) if "WD_name" in params else None
    matching = tuple(
        _shown(row, params)
        for row in found
        if (not types or row.type in types)
        and (names is None or row.id in names)
        and (below is None or row.id in below)
        and _has_attributes(row.attributes, params)
    )
    most = int(params["maxElementCount"][0]) if "maxElementCount" in params else ELEMENTS_MAX
    if len(matching) > most:
        raise LimitExceeded(
            TOO_MANY_RESULTS.found(f"{len(matching)} elements match.", at="maxElementCount")
        )
    return matching


def _check(params: Mapping[str, Sequence[str]]) -> None:
    findings = [
        UNKNOWN_PARAMETER.found(f"There is no query parameter {name[:100]!r}.", at=name[:100])
        for name in params
        if name not in _PLAIN and not name.startswith(_EQUAL_ATTRIBUTE)
    ]
    findings += [
        BAD_VALUE.found(f"{name} is true or false, once.", at=name)
        for name in ("includeAttributes", "includeChildren")
        if list(params.get(name, ())) not in (["true"], ["false"])
    ]
    most = list(params.get("maxElementCount", ["1"]))
    if len(most) != 1 or not (most[0].isascii() and most[0].isdigit() and len(most[0]) < 10):
        findings.append(BAD_VALUE.found("maxElementCount is one number.", at="maxElementCount"))
    if findings:
        raise RefusedError(*findings)


def _truth(params: Mapping[str, Sequence[str]], name: str) -> bool:
    return list(params[name]) == ["true"]


def _descendants(found: Sequence[VocabularyRow], tops: Sequence[str]) -> set[str]:
    """Return the identifiers at and below some, level by level."""
    children: dict[str, set[str]] = {}
    for row in found:
        children.setdefault(row.id, set()).update(row.children)
    known = set(tops)
    level = set(tops)
    for _ in range(LEVELS_MAX):
        level = {child for each in level for child in children.get(each, ())} - known
        if not level:
            break
        known |= level
    return known


def _has_attributes(attributes: Mapping[str, Any], params: Mapping[str, Sequence[str]]) -> bool:
    if any(name not in attributes for name in params.get("HASATTR", ())):
        return False
    for name, wanted in params.items():
        for start in _EQUAL_ATTRIBUTE:
            if name.startswith(start):
                value = attributes.get(name.removeprefix(start))
                values = value if isinstance(value, list) else [value]
                if not set(wanted) & {each for each in values if isinstance(each, str)}:
                    return False
    return True


def _shown(row: VocabularyRow, params: Mapping[str, Sequence[str]]) -> Element:
    attributes: Mapping[str, Any] = row.attributes if _truth(params, "includeAttributes") else {}
    names = params.get("attributeNames", ())
    return Element(
        type=row.type,
        id=row.id,
        attributes={n: v for n, v in attributes.items() if not names or n in names},
        children=tuple(row.children) if _truth(params, "includeChildren") else (),
    )
