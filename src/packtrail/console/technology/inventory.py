"""The inventory: its entries in a list; the form of each, files and history as of every book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.console import books, templates
from packtrail.planning.scope import Capability
from packtrail.planning.technology.inventory import (
    Confidence,
    Criticality,
    Kind,
    Level,
    Measured,
    Role,
    State,
    Validation,
)
from packtrail.rendering import technology_words
from packtrail.services.technology import radar as radars
from packtrail.services.technology.files import FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.technology.inventory import System

ROWS_MAX: Final = 100
_CHOICES: Final[Mapping[str, Iterable[StrEnum]]] = {
    "role": Role, "level": Level, "criticality": Criticality, "validation": Validation,
    "state": State, "confidence": Confidence, "what": Measured, "capability": Capability,
}  # fmt: skip
_HINTS: Final = {
    "software": "With releases: Windows 10 Enterprise LTSC 2021; PostgreSQL 15.8",
    "needs": "Codes of systems that it runs on or cannot work without",
    "lines": "Lines that stand still without it",
    "product": "As systems write it, with vendor and release",
    "aggregates": "bundle; case; pallet",
    "elements": "Application identifiers that it can print; none: any",
    "symbologies": "datamatrix; gs1-128; qr",
    "protocols": "open-scs; opc-ua; epcis-2.0",
}


def _beside(visit: Visit, kind: StrEnum, key: str | None) -> Mapping[str, Any]:
    """Show of a system until when its parts are kept up, and what stands still without it."""
    if kind is not Kind.SYSTEM or not key:
        return {}
    items = radars.watched(visit.app, visit.who).radar.items
    parts = [each for each in items if each.system.code == key]
    above = "technology/part_support.html" if parts else ""
    return {"above": above, "parts": parts, "said": technology_words}


DESK: Final = books.Desk(
    files=FILES,
    room="technology/base.html",
    home="/technology",
    entries="/technology/entry",
    listing="/technology/inventory",
    choices={name: [each.value for each in words] for name, words in _CHOICES.items()},
    hints=_HINTS,
    beside=_beside,
)


def listing(visit: Visit) -> Response:
    """Show the entries of a kind, narrowed and a page at a time."""
    word = visit.query("show") or "systems"
    kind = DESK.kind(word)
    watched = radars.watched(visit.app, visit.who)
    asked = {name: visit.query(name) for name in ("find", "site", "line", "role", "level")}
    found = watched.inventory.entries[Kind(kind)].values()
    rows = [each for each in found if _is_asked(each, asked)]
    page = max(1, int(digits)) if (digits := visit.query("page")[:6]).isdecimal() else 1
    begin = (page - 1) * ROWS_MAX
    systems = watched.inventory.systems.values()
    return templates.render(
        visit,
        "technology/inventory.html",
        word=word,
        kind=kind.value,
        rows=rows[begin : begin + ROWS_MAX],
        first_row=begin + 1,
        page=page,
        total=len(rows),
        more=len(rows) > begin + ROWS_MAX,
        counts={name: len(watched.inventory.entries[each]) for name, each in FILES.kinds.items()},
        asked=asked,
        worst=_worst(watched),
        sites=sorted({each.site for each in systems if each.site}),
        roles=sorted({each.role.value for each in systems}),
        levels=[each.value for each in Level],
        said=technology_words,
    )


def _is_asked(entry: Any, asked: dict[str, str]) -> bool:
    if asked["find"] and asked["find"].casefold() not in str(entry).casefold():
        return False
    if asked["line"] and asked["line"] not in (
        *getattr(entry, "lines", ()), getattr(entry, "line", ""),
    ):  # fmt: skip
        return False
    if entry.KIND is not Kind.SYSTEM:
        return True
    system: System = entry
    return (
        (not asked["site"] or system.site == asked["site"])
        and (not asked["role"] or system.role == asked["role"])
        and (not asked["level"] or system.level_now == asked["level"])
    )


def _worst(watched: radars.Watched) -> dict[str, Any]:
    """Return code of a system -> its part whose support ends first."""
    worst: dict[str, Any] = {}
    for each in watched.radar.items:
        worst.setdefault(each.system.code, each)
    return worst
