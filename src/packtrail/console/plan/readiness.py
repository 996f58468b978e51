"""Readiness: what the rules need, what was seen done, what is missing and how late it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.console.plan import shared
from packtrail.planning.probes import PROBES, Subject
from packtrail.planning.readiness import ReadyState, Score, score, score_in_force, score_to_come
from packtrail.rendering import times
from packtrail.services.plan import readiness as service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.planning.readiness import Item

ROWS_MAX, SUBJECTS_MAX = 60, 60
SUBJECTS = (
    (Subject.MARKET, "Markets"), (Subject.PRODUCT, "Products"), (Subject.SITE, "Sites"),
    (Subject.LINE, "Lines"), (Subject.PARTNER, "Partners"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """How ready one market, product, site, line or partner is."""

    code: str
    name: str
    all: Score
    cells: Mapping[str, Score]
    """Probe -> score; what nothing asks of it is left out."""
    law: service.MarketLaw | None
    """Of a market: which rules count."""


def readiness(visit: Visit) -> Response:
    """Show how ready all markets, products, sites, lines or partners are, and what is missing."""
    found = service.of_programme(visit.app, visit.who, visit.path("programme"))
    asked = {name: visit.query(name) for name in ("market", "probe", "state", "subject", "code")}
    shown = [each for each in found.items if _is_asked(each, asked)]
    by = Subject(visit.query("by")) if visit.query("by") in set(Subject) else Subject.MARKET
    rows = _markets(found) if by is Subject.MARKET else _subjects(found, by)
    return shared.render(
        visit,
        "plan/readiness.html",
        opened=found.opened,
        found=found,
        by=by,
        rows=rows[:SUBJECTS_MAX],
        rows_more=max(0, len(rows) - SUBJECTS_MAX),
        probes=[each for each in PROBES if any(each.key in row.cells for row in rows)],
        items=shown[:ROWS_MAX],
        more=max(0, len(shown) - ROWS_MAX),
        asked=asked,
        markets=found.opened.book.markets,
        subjects=SUBJECTS,
        states=list(ReadyState),
        tone=_tone,
        law=_law_words,
        coming=score_to_come(found.items),
        holding=score_in_force(found.items),
    )


def _markets(found: service.Readiness) -> list[Row]:
    """Return the markets in scope with what the rules of each need, the most behind first."""
    cells: dict[str, dict[str, Score]] = {code: {} for code in found.opened.book.markets}
    for (market, probe), one in found.by_market.items():
        cells.setdefault(market, {})[probe] = one
    whole = {code: [each for each in found.items if code in each.markets] for code in cells}
    names = found.opened.book.markets
    rows = [
        Row(code, names[code].name if code in names else code, score(whole[code]), cells[code],
            found.laws.get(code))
        for code in cells
    ]  # fmt: skip
    return sorted(rows, key=_order)


def _subjects(found: service.Readiness, by: Subject) -> list[Row]:
    """Return the products, sites, lines or partners in scope, the most behind first."""
    entries = found.opened.book.of_kind(by.value)
    items: dict[str, dict[str, list[Item]]] = {code: {} for code in entries}
    for each in found.items:
        if each.probe.subject is by:
            items.setdefault(each.code, {}).setdefault(each.probe.key, []).append(each)
    rows = [
        Row(
            code,
            entries[code].name if code in entries else code,
            score(each for members in own.values() for each in members),
            {probe: score(members) for probe, members in own.items()},
            None,
        )
        for code, own in items.items()
    ]
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[int, int, str]:
    return -row.all.late, row.all.ready - row.all.total, row.name


def _law_words(law: service.MarketLaw) -> str:
    """Return since when the rules of a market hold and when the next begin, in words."""
    told = []
    if not law.is_known:
        told.append("no rule pack is about it")
    if law.since is not None:
        told.append(f"in force since {times.day(law.since)}")
    if law.next_on is not None:
        told.append(f"next {times.day(law.next_on)}")
    return ", ".join(told) or "no rule asks for work"


def _is_asked(item: Item, asked: dict[str, str]) -> bool:
    state = asked["state"] or "open"
    return (
        (not asked["market"] or asked["market"] in item.markets)
        and (not asked["code"] or asked["code"] == item.code)
        and (not asked["probe"] or asked["probe"] == item.probe.key)
        and (not asked["subject"] or asked["subject"] == item.probe.subject.value)
        and (
            state in {"all", item.state.value}
            or (state == "open" and item.state is not ReadyState.READY)
            or (state == "said" and item.is_only_said)
        )
    )


def _tone(found: Score) -> str:
    if not found.total:
        return "plain"
    if found.ready == found.total:
        return "done"
    if found.late:
        return "bad"
    return "plain" if found.unseen == found.total - found.ready else "attention"
