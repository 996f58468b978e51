"""The change feed: what another version of the rules would change, before somebody accepts it.

For each pack whose installed version is not the accepted one: what it says otherwise, which
obligations come, go or move, what breaks or is mended in the portfolio, which of its cases changed,
and whose evidence should be looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from packtrail.access import Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import codes
from packtrail.compliance.catalogue import Catalogue
from packtrail.compliance.comparison import Change, How, What, between_versions
from packtrail.compliance.countries import name_of
from packtrail.compliance.law import Law
from packtrail.compliance.obligations import obligations
from packtrail.compliance.placement_pages import breaks
from packtrail.compliance.time_machine import travel
from packtrail.services import rule_packs
from packtrail.services.markets import accepting
from packtrail.services.obligations.reading import BEHIND, notes_of
from packtrail.services.portfolio import books

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.obligations import Note, Obligation
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.placement_pages import BreakView
    from packtrail.services.application import Application
    from packtrail.services.portfolio.books import Company

YEARS_AHEAD = 10


class Sort(StrEnum):
    """What kind of update it is."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRow:
    """A pack whose installed version is not the accepted one."""

    pack_id: str
    title: str
    sort: str
    markets: tuple[str, ...]
    market_names: tuple[str, ...]
    is_sold_there: bool
    """Whether the portfolio has a product in one of these markets."""
    accepted_version: str
    accepted_sha256: str
    installed_version: str
    installed_sha256: str
    counts: Mapping[str, int]
    """Kind of entry -> how many changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An obligation that comes, goes, moves or is told otherwise."""

    key: str
    how: str
    """added, removed, moved or changed."""
    what: str
    before_on: date | None
    after_on: date | None
    markets: tuple[str, ...]
    owners: tuple[str, ...]
    state: str
    """What was said of it so far."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A piece of evidence or a document that should be looked at again."""

    what: str
    why: str
    link: str
    """A path of the console or of the documentation; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePage:
    """What another version of a pack would change."""

    row: UpdateRow
    changes: tuple[Change, ...]
    """All but those of cases, in words."""
    cases: tuple[Change, ...]
    """Cases that are new, gone or changed, and those of rules that changed: the pack's tests."""
    moved: tuple[Moved, ...]
    broken: tuple[BreakView, ...]
    """What would newly be broken today."""
    mended: tuple[BreakView, ...]
    touched: tuple[Touched, ...]
    findings: tuple[Finding, ...]
    """Why it cannot be accepted alone."""


def updates(app: Application, actor: Actor) -> tuple[UpdateRow, ...]:
    """Return the packs of which another version waits to be accepted, those sold in first."""
    require(actor, Permission.OBLIGATION_READ)
    installed = rule_packs.catalogue(app.settings)
    with app.database.reading() as conn:
        accepted = accepting.accepted_packs(conn, installed, actor.organisation_id)
        book = books.opened(app, conn, actor.organisation_id).book
    sold = {each.market for each in book.licences.values()}
    found = [_row(each, installed, sold) for each in _differing(accepted, installed)]
    return tuple(sorted(found, key=lambda each: (not each.is_sold_there, each.pack_id)))


def update(app: Application, actor: Actor, pack_id: str) -> UpdatePage:
    """Return what another version of a pack would change.

    Raises:
        NotFound: `LAW-014`, the accepted version of this pack is the installed one.
    """
    require(actor, Permission.OBLIGATION_READ)
    installed = rule_packs.catalogue(app.settings)
    with app.database.reading() as conn:
        accepted = accepting.accepted_packs(conn, installed, actor.organisation_id)
        notes = notes_of(conn, actor.organisation_id)
        try:
            company = books.company_of(app, conn, actor)
        except RefusedError as refused:
            # The accepted rules cannot be used: all the more must one see what to accept.
            company, findings = None, refused.findings
        else:
            findings = ()
    found = {
        pack.id: (old, new)
        for old, new in _differing(accepted, installed)
        for pack in (old, new)
        if pack is not None
    }.get(pack_id)
    if found is None:
        message = f"No other version of {pack_id[:80]!r} waits to be accepted."
        raise NotFound(codes.NO_PACK.found(message, at="pack"))
    seen = _Seen(app.clock().date(), company, installed, accepted, notes, findings)
    return _page(seen, found)


def _differing(
    accepted: Mapping[str, Pack], installed: Catalogue
) -> Iterator[tuple[Pack | None, Pack | None]]:
    """Yield accepted and installed versions that differ; None where there is none."""
    for name in sorted({*accepted, *installed.own}):
        old, new = accepted.get(name), installed.own.get(name)
        if old is None or new is None or old.layers != new.layers:
            yield old, new


def _row(found: tuple[Pack | None, Pack | None], installed: Catalogue, sold: set[str]) -> UpdateRow:
    old, new = found
    pack = new or old
    if pack is None:
        raise RuntimeError("an update of nothing")
    changes = between_versions(old, new)
    counts: dict[str, int] = {}
    for each in changes:
        counts[each.what.value] = counts.get(each.what.value, 0) + 1
    reached = dict.fromkeys((*pack.markets, *installed.reached_by(pack.id)))
    markets = tuple(sorted(reached, key=lambda market: market not in sold))
    return UpdateRow(
        pack_id=pack.id,
        title=pack.heading.title,
        sort=Sort.CHANGED if old and new else Sort.NEW if new else Sort.GONE,
        markets=markets,
        market_names=tuple(map(name_of, markets)),
        is_sold_there=bool(sold & set(markets)),
        accepted_version=old.heading.version if old else "",
        accepted_sha256=old.layers[-1].sha256 if old else "",
        installed_version=new.heading.version if new else "",
        installed_sha256=new.layers[-1].sha256 if new else "",
        counts=counts,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an update is held against."""

    today: date
    company: Company | None
    """None where the accepted rules cannot be used."""
    installed: Catalogue
    accepted: Mapping[str, Pack]
    notes: Sequence[Note]
    findings: tuple[Finding, ...]


def _page(seen: _Seen, found: tuple[Pack | None, Pack | None]) -> UpdatePage:
    old, new = found
    company = seen.company
    row = _row(found, seen.installed, set(company.portfolio.markets if company else ()))
    changes = between_versions(old, new)
    after, findings = _after(seen.accepted, row.pack_id, new)
    moved: tuple[Moved, ...] = ()
    was: tuple[BreakView, ...] = ()
    now: tuple[BreakView, ...] = ()
    if company is not None and after is not None:
        moved = tuple(_moved(company, after, seen.notes, seen.today))
        was = _broken(company, company.law.catalogue, seen.today)
        now = _broken(company, after, seen.today)
    return UpdatePage(
        row=row,
        changes=tuple(each for each in changes if each.what is not What.CASE),
        cases=tuple(_cases(new, changes)),
        moved=moved,
        broken=_only_in(now, was),
        mended=_only_in(was, now),
        touched=tuple(_touched(row, changes, moved, seen.notes)),
        findings=(*seen.findings, *findings),
    )


def _after(
    accepted: Mapping[str, Pack], pack_id: str, new: Pack | None
) -> tuple[Catalogue | None, tuple[Finding, ...]]:
    """Return the rules with the update, or why it does not fit to the others."""
    others = [pack for name, pack in accepted.items() if name != pack_id]
    try:
        return Catalogue.of([*others, *([new] if new else [])]), ()
    except RefusedError as refused:
        return None, refused.findings


def _broken(company: Company, rules: Catalogue, today: date) -> tuple[BreakView, ...]:
    return breaks(travel(rules, company.portfolio, on=today, today=today).breaks)


def _cases(new: Pack | None, changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the cases that changed, and those that are about rules that changed."""
    told = [each for each in changes if each.what is What.CASE]
    yield from told
    names = {each.name for each in told}
    rules = {each.name for each in changes if each.what is What.RULE}
    for case in new.cases if new else ():
        about = sorted(rules & {*case.fails, *case.passes, *case.exempt, *case.unknown})
        if about and case.name not in names:
            sentence = f"Case '{case.name}' is about {', '.join(about)}."
            yield Change(What.CASE, How.CHANGED, case.name, sentence)


def _only_in(found: Sequence[BreakView], other: Sequence[BreakView]) -> tuple[BreakView, ...]:
    def mark(each: BreakView) -> tuple[str, str, str, str]:
        return each.market, each.product, each.about, each.result.code

    known = set(map(mark, other))
    return tuple(each for each in found if mark(each) not in known)


def _moved(
    company: Company, after: Catalogue, notes: Sequence[Note], today: date
) -> Iterator[Moved]:
    last = today.replace(year=today.year + YEARS_AHEAD, day=1)
    was, now = (
        {
            each.key: each
            for each in obligations(
                law, company.portfolio, notes, today=today, first=today - BEHIND, last=last
            )
        }
        for law in (company.law, Law(after))
    )
    for key in sorted({*was, *now}):
        found = _one_moved(was.get(key), now.get(key))
        if found is not None:
            yield found


def _one_moved(was: Obligation | None, now: Obligation | None) -> Moved | None:
    each = now or was
    if each is None:
        return None
    if was is None:
        how, sentence = "added", f"New: {each.what} ({each.on})."
    elif now is None:
        how, sentence = "removed", f"No longer: {each.what} ({each.on})."
    elif was.on != now.on:
        how, sentence = "moved", f"{each.what}: from {was.on} to {now.on}."
    else:
        differing = [
            f"{name} was {getattr(was, name)}, is {getattr(now, name)}"
            for name in ("what", "who", "status", "kind", "confidence", "rules", "evidence")
            if getattr(was, name) != getattr(now, name)
        ]
        if not differing:
            return None
        how, sentence = "changed", f"{each.what}: {'; '.join(differing)}."
    return Moved(
        key=each.key, how=how, what=each.what, before_on=was.on if was else None,
        after_on=now.on if now else None, markets=each.markets, owners=each.owners,
        state=each.state.value, sentence=sentence,
    )  # fmt: skip


_RULE_IS: Final = {
    How.ADDED: "The rule is new",
    How.REMOVED: "The rule no longer holds",
    How.CHANGED: "The rule changed",
}


def _touched(
    row: UpdateRow, changes: Sequence[Change], moved: Sequence[Moved], notes: Sequence[Note]
) -> Iterator[Touched]:
    """Yield documents: pages of the markets, and evidence for obligations that change."""
    rules = {each.name: each.how for each in changes if each.what is What.RULE}
    for market in row.markets[:1]:
        yield Touched(
            what=f"The page of {name_of(market)}",
            why=f"{sum(row.counts.values())} entries differ" if row.counts else f"It is {row.sort}",
            link=f"/comply/markets/{market}",
        )
    for code, how in sorted(rules.items()):
        yield Touched(what=f"Procedures that follow {code}", why=_RULE_IS[how], link="")
    keys = {each.key: each for each in moved}
    for note in notes:
        if note.key in keys and (note.evidence or note.evidence_sha256):
            yield Touched(
                what=note.evidence or f"The file {note.evidence_sha256[:12]}",
                why=f"Evidence for {note.key}, which is {keys[note.key].how}",
                link=f"/comply/obligations/{note.key}",
            )
